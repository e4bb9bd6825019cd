"""One file per consent platform: ``PLATFORM``. How to read, grant and deny.

The plan's ``consent:`` names a platform or gives selectors; without it the platforms are asked in turn whether the
page shows theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Page

    from harness.plan.model import ConsentSetup, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """How one consent banner is driven.

    Attributes:
        id: kebab-case; ``selectors`` is the one driven by the plan's own selectors.
        present: whether this page shows or carries the platform; must not wait.
        decide: (page, setup, purpose -> granted, the plan's purposes) drives the banner. Raises
            :class:`ConsentNotDriven` where it cannot.
        read: purpose -> granted as the page has it now; None where it cannot be told.
    """

    id: str
    name: str
    docs: tuple[str, ...]
    present: Callable[[Page, ConsentSetup], bool]
    decide: Callable[[Page, ConsentSetup, Mapping[str, bool], tuple[Purpose, ...]], None]
    read: Callable[[Page, ConsentSetup, tuple[Purpose, ...]], dict[str, bool] | None]


class ConsentNotDriven(Exception):
    """The banner could not be driven as asked; the message says why."""


_CONSENT_MODE = """() => {
    const states = {};
    const ics = window.google_tag_data && window.google_tag_data.ics;
    if (ics && ics.entries) {
        for (const [signal, entry] of Object.entries(ics.entries)) {
            const value = entry.update !== undefined ? entry.update : entry.default;
            if (value !== undefined) states[signal] = value === true;
        }
    }
    if (!Object.keys(states).length && Array.isArray(window.dataLayer)) {
        for (const entry of window.dataLayer) {
            if (entry && entry[0] === 'consent' && entry[2] && typeof entry[2] === 'object') {
                for (const [signal, value] of Object.entries(entry[2])) {
                    if (value === 'granted' || value === 'denied') states[signal] = value === 'granted';
                }
            }
        }
    }
    return states;
}"""


def consent_mode(page: Page, purposes: tuple[Purpose, ...]) -> dict[str, bool] | None:
    """The purposes' state by Google Consent Mode, where the page uses it and it tells every purpose.

    A purpose is granted when each of its signals is. Source: the tag's own state (``google_tag_data.ics``), else the
    ``consent`` commands in the data layer. https://developers.google.com/tag-platform/security/guides/consent
    """
    signals: dict[str, bool] = page.evaluate(_CONSENT_MODE)
    state: dict[str, bool] = {}
    for purpose in purposes:
        known = [signals[signal] for signal in purpose.signals if signal in signals]
        if not known:
            return None
        state[purpose.name] = all(known)
    return state or None
