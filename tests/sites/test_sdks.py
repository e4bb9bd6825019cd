"""A purchase in a shop that is tracked by vendors' own scripts from npm, which send to their real hosts, stubbed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sites.conftest import Run

pytestmark = pytest.mark.xdist_group("tees")


def test_sound_tracking_passes_every_scenario(walk: Callable[..., Run], tees: str) -> None:
    run = walk("tees.py", tees)
    assert run.codes == {"baseline": set(), "reload": set(), "consent-denied": set(), "no-utm": set()}, run.output
    assert set(run.states.values()) == {"passed"}
    assert run.exit_code == 0


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("order-on-reload", {"baseline": set(), "reload": {"refired-on-reload"}}),
        ("tracks-after-denial", {"consent-denied": {"consent-breach"}}),
        ("wrong-key", {"baseline": {"wrong-account"}}),
    ],
)
def test_a_fault_is_found(walk: Callable[..., Run], tees: str, fault: str, expected: dict[str, set[str]]) -> None:
    run = walk("tees.py", tees, *expected, SHOP_FAULT=fault)
    assert run.codes == expected, run.output
    assert run.exit_code == 1


def test_both_vendors_are_found_out(walk: Callable[..., Run], tees: str) -> None:
    run = walk("tees.py", tees, "reload", SHOP_FAULT="order-on-reload")
    refired = [each for each in run.verdicts["reload"]["violations"] if each["event"] == "order_completed"]
    assert sorted(each["vendor"] for each in refired) == ["mixpanel", "segment"], run.output
