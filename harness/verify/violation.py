"""What a judgement is made of: violations, doubts, the verdict. All of it is data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from harness.errors import Place

Severity = Literal["blocker", "critical", "normal", "minor", "trivial"]
State = Literal["passed", "failed", "inconclusive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What shows a violation: captured things by id, in the recording."""

    hits: tuple[tuple[str, int], ...] = ()
    """(request id, position in the request)."""
    pushes: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One departure of the site from its plan.

    Attributes:
        code: the check's code, ``refired-on-reload``.
        message: for a marketer: what happened, what it costs, what was expected, where.
        place: the line of the expectation or plan that was departed from.
        step: index of the recording's step; step_title: its title.
        details: code-specific data: expected, actual, path, nearest candidate, counts.
    """

    code: str
    severity: Severity
    message: str
    scenario: str = "baseline"
    step: int | None = None
    step_title: str = ""
    event: str | None = None
    destination: str | None = None
    vendor: str | None = None
    account: str | None = None
    place: Place | None = None
    evidence: Evidence = field(default_factory=Evidence)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A reason why the walk proves less than it should: what could not be judged, and why."""

    code: str
    message: str
    step: int | None = None
    step_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement of one walk. Any violation makes it failed; else any doubt makes it inconclusive.

    Attributes:
        warnings: departures that the plan only warns of (``unplanned: warn``) and known issues; they do not fail.
        met: the expectations that hits met, as (file:line, hits' ids), for reports and for "unused means failed".
        caused: (request id, position in it, index of the step that caused the hit, whether that is a guess), for reports; a hit that
            is not named belongs to the step it was sent in.
        judged: file:line of every expectation and rule that this walk could judge, met or not. What no walk of a run could judge
            is unused, and unused means failed (:func:`harness.verify.judge.unused`).
    """

    violations: tuple[Violation, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    warnings: tuple[Violation, ...] = ()
    scenario: str = "baseline"
    journey: str = ""
    met: tuple[tuple[str, tuple[str, ...]], ...] = ()
    caused: tuple[tuple[str, int, int | None, bool], ...] = ()
    judged: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """passed, failed or inconclusive."""
        if self.violations:
            return "failed"
        return "inconclusive" if self.doubts else "passed"
