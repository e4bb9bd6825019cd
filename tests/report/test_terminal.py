from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import Place
from harness.report.failure import TrackingInconclusive, TrackingViolations, failure_of
from harness.report.terminal import place_text, printable, verdict_text, violation_text
from harness.verify.violation import Doubt, Verdict, Violation

if TYPE_CHECKING:
    from tests.report.conftest import SampleWalk

REFIRED = """\
checkout.journey.yaml:41  place the order  refired-on-reload  [reload]
  GA4 "purchase" T-1001 was sent 2 times: once when the order was placed, again 0.8 s after the
  confirmation page was reloaded.
  Revenue in GA4 would be counted twice. Expected once per transaction_id (shop.plan.yaml:102)."""


def test_a_violation_is_a_heading_and_its_message(failed_walk: SampleWalk) -> None:
    assert violation_text(failed_walk.verdict.violations[0], width=100) == REFIRED


def test_a_verdict_lists_violations_then_doubts_then_warnings(failed_walk: SampleWalk) -> None:
    verdict = failed_walk.verdict
    doubt = Doubt(code="step-not-reached", message="the step was not reached", step_title="pay")
    text = verdict_text(Verdict(violations=verdict.violations, doubts=(doubt,), warnings=verdict.warnings, scenario="reload"), width=100)
    heads = [line for line in text.splitlines() if not line.startswith("  ")]
    assert heads == [
        "checkout.journey.yaml:41  place the order  refired-on-reload  [reload]",
        "shop.plan.yaml:12  place the order  personal-data-sent  [reload]",
        "checkout.journey.yaml:22  open the product  missing-event  [reload]",
        "inconclusive: pay  step-not-reached  [reload]",
        "warning: unplanned-event  [reload]",
    ]
    assert "jane" not in text


def test_passed_and_inconclusive(passed_walk: SampleWalk, inconclusive_walk: SampleWalk) -> None:
    assert verdict_text(passed_walk.verdict) == "passed a guest buys one T-shirt [baseline]"
    assert verdict_text(inconclusive_walk.verdict, width=100) == (
        "inconclusive: place the order  scenario-not-applied  [reload]\n  the reload was not seen: the page had crashed"
    )


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_messages_wrap_to_the_width(failed_walk: SampleWalk, width: int) -> None:
    body = [line for line in verdict_text(failed_walk.verdict, width=width).splitlines() if line.startswith("  ")]
    assert max(len(line) for line in body) <= width


def test_colour_only_when_asked(failed_walk: SampleWalk) -> None:
    plain, painted = (verdict_text(failed_walk.verdict, width=100, color=color) for color in (False, True))
    assert "\x1b" not in plain
    assert painted.replace("\x1b[31m", "").replace("\x1b[33m", "").replace("\x1b[0m", "") == plain
    assert "\x1b[31mrefired-on-reload\x1b[0m" in painted


def test_captured_text_cannot_steer_the_terminal() -> None:
    hostile = Violation(code="x", severity="normal", message="a\x1b[2Jb\x07\u202ec\rd", step_title="s\n\x1b]0;t\x07")
    text = verdict_text(Verdict(violations=(hostile,)), width=100)
    assert not {"\x1b", "\x07", "\u202e", "\r"} & set(text)
    assert r"a\x1b[2Jb\x07\u202ec\rd" in text
    assert printable("ä\u00a0é €") == "ä\u00a0é €"


def test_places_are_relative_to_here() -> None:
    assert place_text(Place(str(Path.cwd() / "expectations" / "a.yaml"), 3)) == str(Path("expectations") / "a.yaml") + ":3"
    assert place_text(Place("/elsewhere/a.yaml", 3)) == "/elsewhere/a.yaml:3"
    assert place_text(Place("")) == place_text(None) == ""


def test_one_failure_a_walk(failed_walk: SampleWalk, inconclusive_walk: SampleWalk, passed_walk: SampleWalk) -> None:
    failed, inconclusive = failure_of(failed_walk.verdict), failure_of(inconclusive_walk.verdict)
    assert isinstance(failed, TrackingViolations)
    assert isinstance(failed, AssertionError)
    assert isinstance(inconclusive, TrackingInconclusive)
    assert not isinstance(inconclusive, AssertionError)
    assert failure_of(passed_walk.verdict) is None
    assert str(failed).startswith("3 violations in “a guest buys one T-shirt” [reload]\n\n" + REFIRED)


def test_the_tests_own_error_is_told_and_chained(failed_walk: SampleWalk) -> None:
    error = ValueError("no button for jane@example.com\nsecond line")
    failure = failure_of(failed_walk.verdict, error=error)
    assert failure is not None
    assert failure.__cause__ is error
    assert str(failure).endswith("The test itself raised ValueError: no button for j•••@e•••.com")
