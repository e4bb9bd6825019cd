"""One file per consent platform: ``PLATFORM``. How to read, grant, deny and withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from harness.plan.model import ConsentSetup, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """How one consent banner is driven.

    Attributes:
        id: kebab-case; ``selectors`` is the one driven by the plan's own selectors.
        present: whether this page shows or carries the platform.
        grant, deny: drive the banner for the purposes (None: all); True if the decision was made.
        read: purpose -> granted as the page has it now (consent mode, platform's API); None where it cannot be told.
    """

    id: str
    name: str
    docs: tuple[str, ...]
    present: Callable[[Page, ConsentSetup], bool]
    grant: Callable[[Page, ConsentSetup, tuple[Purpose, ...] | None], bool]
    deny: Callable[[Page, ConsentSetup, tuple[Purpose, ...] | None], bool]
    read: Callable[[Page, ConsentSetup, tuple[Purpose, ...]], dict[str, bool] | None]
