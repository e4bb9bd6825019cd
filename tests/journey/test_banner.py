"""What is decided on a banner, purpose by purpose."""

from __future__ import annotations

import pytest

from harness.consent import ConsentNotDriven
from harness.journey.banner import decision
from harness.plan.model import Purpose

PURPOSES = {name: Purpose(name=name) for name in ("analytics", "marketing")}


@pytest.mark.parametrize(
    ("granting", "named", "current", "wanted"),
    [
        (True, None, {}, {"analytics": True, "marketing": True}),
        (False, None, {}, {"analytics": False, "marketing": False}),
        (False, {"marketing"}, {}, {"analytics": True, "marketing": False}),
        (True, {"analytics"}, {}, {"analytics": True, "marketing": False}),
        (False, {"marketing"}, {"analytics": False, "marketing": True}, {"analytics": False, "marketing": False}),
        (True, {"marketing"}, {"analytics": True, "marketing": False}, {"analytics": True, "marketing": True}),
    ],
)
def test_what_is_not_named_keeps_its_state(
    granting: bool, named: set[str] | None, current: dict[str, bool], wanted: dict[str, bool]
) -> None:
    assert decision(PURPOSES, granting, frozenset(named) if named else None, current) == wanted


def test_a_plan_without_purposes_still_has_all_or_nothing() -> None:
    assert decision({}, False, None, {}) == {"all": False}


def test_a_purpose_that_the_plan_lacks_is_named() -> None:
    with pytest.raises(ConsentNotDriven, match="the plan has no purpose profiling; it has analytics, marketing"):
        decision(PURPOSES, True, frozenset({"profiling"}), {})
