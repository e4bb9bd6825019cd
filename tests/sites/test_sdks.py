"""A purchase in a shop that is tracked by vendors' own scripts from npm, which send to their real hosts, stubbed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sites.conftest import Run

# A walk is a pytest run of its own; on a busy machine four in a row outlast the usual limit.
pytestmark = [pytest.mark.xdist_group("tees"), pytest.mark.timeout(1200)]


@pytest.mark.long
def test_sound_tracking_passes_every_scenario(walk: Callable[..., Run], tees: str) -> None:
    run = walk("tees.py", tees)
    assert run.codes == {"baseline": set(), "reload": set(), "consent-denied": set(), "no-utm": set()}, run.output
    assert set(run.states.values()) == {"passed"}
    assert run.exit_code == 0


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("order-on-reload", {"baseline": None, "reload": "refired-on-reload"}),
        pytest.param("tracks-after-denial", {"consent-denied": "consent-breach"}, marks=pytest.mark.long),
        pytest.param("wrong-key", {"baseline": "wrong-account"}, marks=pytest.mark.long),
    ],
)
def test_a_fault_is_found_at_both_vendors(walk: Callable[..., Run], tees: str, fault: str, expected: dict[str, str | None]) -> None:
    run = walk("tees.py", tees, *expected, SHOP_FAULT=fault)
    assert run.by_vendor == {
        scenario: {(vendor, code) for vendor in ("segment", "mixpanel") if code is not None} for scenario, code in expected.items()
    }, run.output
    assert run.exit_code == 1
