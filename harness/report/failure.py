"""What a finished walk raises: one exception that lists everything.

The class decides what pytest and Allure make of it: an ``AssertionError`` is a failed test (a defect of the site), any
other exception a broken one (nothing was proved).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.masking import mask_text
from harness.report.terminal import verdict_text

if TYPE_CHECKING:
    from harness.verify.violation import Verdict


class TrackingViolations(AssertionError):
    """The walk departed from its plan. The message lists every violation, then the doubts and warnings.

    Args:
        verdict: the walk's verdict.
        error: what the test itself raised, if it did; it becomes the cause and is named in the message.
    """

    def __init__(self, verdict: Verdict, *, error: BaseException | None = None) -> None:
        self.verdict = verdict
        super().__init__(_message(verdict, error))
        self.__cause__ = error


class TrackingInconclusive(Exception):
    """The walk proves less than it should; the message lists why. Takes what :class:`TrackingViolations` takes."""

    def __init__(self, verdict: Verdict, *, error: BaseException | None = None) -> None:
        self.verdict = verdict
        super().__init__(_message(verdict, error))
        self.__cause__ = error


# Reports show the qualified name before the message, to people whom our module's path tells nothing.
TrackingViolations.__module__ = TrackingInconclusive.__module__ = "tagproof"


def failure_of(verdict: Verdict, *, error: BaseException | None = None) -> TrackingViolations | TrackingInconclusive | None:
    """The one exception of this walk, or None where it passed (then an error of the test is the test's own)."""
    if verdict.state == "failed":
        return TrackingViolations(verdict, error=error)
    if verdict.state == "inconclusive":
        return TrackingInconclusive(verdict, error=error)
    return None


def _message(verdict: Verdict, error: BaseException | None) -> str:
    count = len(verdict.violations)
    what = f"{count} violation{'s' if count != 1 else ''}" if count else "nothing was proved"
    of = f" in “{mask_text(verdict.journey)}”" if verdict.journey else ""
    text = f"{what}{of} [{verdict.scenario}]\n\n{verdict_text(verdict, width=100)}"
    said = str(error).strip().splitlines() if error is not None else []
    if error is not None and not (said and mask_text(said[0]) in " ".join(text.split())):
        text += f"\n\nThe test itself raised {type(error).__name__}" + (f": {mask_text(said[0])}" if said else "")
    return text
