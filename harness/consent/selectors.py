"""A banner driven by the plan's own selectors.

``accept`` and ``reject`` are clicked for everything or nothing. For a choice by purpose: ``manage`` opens the choices, a
selector under each purpose's name is its checkbox or switch, ``save`` confirms. ``banner`` is what must be gone
afterwards; without it, the button that was clicked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.consent import ConsentNotDriven, Platform, consent_mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Page

    from harness.plan.model import ConsentSetup, Purpose

_PATIENCE = 5_000.0
"""Milliseconds a banner may take to show or to go away."""


def _present(page: Page, setup: ConsentSetup) -> bool:
    selectors = [setup.selectors[key] for key in ("banner", "accept", "reject", "manage") if key in setup.selectors]
    return any(page.locator(selector).first.is_visible() for selector in selectors)


def _click(page: Page, setup: ConsentSetup, key: str) -> None:
    if key not in setup.selectors:
        raise ConsentNotDriven(f"the plan's consent selectors have no {key!r}; add it under consent: selectors:")
    try:
        page.locator(setup.selectors[key]).first.click(timeout=_PATIENCE)
    except Exception as error:
        raise ConsentNotDriven(f"{key!r} ({setup.selectors[key]}) could not be clicked: {_first_line(error)}") from error


def _decide(page: Page, setup: ConsentSetup, wanted: Mapping[str, bool], purposes: tuple[Purpose, ...]) -> None:
    if all(wanted.values()):
        key = "accept"
        _click(page, setup, key)
    elif not any(wanted.values()):
        key = "reject"
        _click(page, setup, key)
    else:
        key = "save"
        if "manage" in setup.selectors:
            _click(page, setup, "manage")
        for purpose in purposes:
            if purpose.name not in setup.selectors:
                raise ConsentNotDriven(f"the plan's consent selectors have none for the purpose {purpose.name!r}")
            try:
                page.locator(setup.selectors[purpose.name]).first.set_checked(wanted[purpose.name], timeout=_PATIENCE, force=True)
            except Exception as error:
                raise ConsentNotDriven(f"the switch of {purpose.name!r} could not be set: {_first_line(error)}") from error
        _click(page, setup, "save")
    gone = setup.selectors.get("banner") or setup.selectors[key]
    try:
        page.locator(gone).first.wait_for(state="hidden", timeout=_PATIENCE)
    except Exception as error:
        raise ConsentNotDriven(f"the banner ({gone}) is still there after {key!r} was clicked") from error


def _read(page: Page, _setup: ConsentSetup, purposes: tuple[Purpose, ...]) -> dict[str, bool] | None:
    return consent_mode(page, purposes)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


PLATFORM = Platform(
    id="selectors",
    name="The plan's selectors",
    docs=(),
    present=_present,
    decide=_decide,
    read=_read,
)
