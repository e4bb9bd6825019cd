"""Which consent banner is on the page, and what is decided on it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from harness.consent import ConsentNotDriven
from harness.journey.settling import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Page

    from harness.consent import Platform
    from harness.plan.model import ConsentSetup, Purpose


def decision(purposes: Mapping[str, Purpose], granting: bool, named: frozenset[str] | None, current: Mapping[str, bool]) -> dict[str, bool]:
    """Purpose -> granted, after granting or denying the named ones (None: all).

    What is not named keeps its current state; where there is none yet, it gets the opposite, so that "deny marketing"
    alone means that the rest is granted.

    Raises:
        ConsentNotDriven: the plan has no such purpose.
    """
    unknown = sorted((named or frozenset()) - set(purposes))
    if unknown:
        raise ConsentNotDriven(f"the plan has no purpose {', '.join(unknown)}; it has {', '.join(purposes) or 'none'}")
    chosen = frozenset(purposes) if named is None else named
    return {name: granting if name in chosen else current.get(name, not granting) for name in purposes} or {"all": granting}


def find_platform(page: Page, setup: ConsentSetup, platforms: Mapping[str, Platform], wait: Callable[[], object]) -> Platform:
    """The platform whose banner is on the page: the plan's, else the first that is there. Waits a while for it to show.

    Raises:
        ConsentNotDriven: none is there.
    """
    named = setup.platform or ("selectors" if setup.selectors else None)
    if named is not None and named not in platforms:
        raise ConsentNotDriven(f"there is no consent platform {named!r}; there are {', '.join(platforms)}")
    deadline = time.monotonic() + PATIENCE
    while True:
        for platform in [platforms[named]] if named else platforms.values():
            if platform.present(page, setup):
                return platform
        if time.monotonic() > deadline:
            break
        wait()
    if named is None:
        raise ConsentNotDriven("no known consent platform is on the page, and the plan's consent: names neither a platform nor selectors")
    raise ConsentNotDriven(f"the consent banner ({named}) did not show on {page.url}")
