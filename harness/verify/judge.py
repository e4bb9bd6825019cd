"""The judgement of one walk: every check is heard, one defect becomes one violation, and what could not be judged is said.

Pure: data in, data out. A check that crashes is a doubt, never a crash.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.verify.doubts import doubts_of
from harness.verify.found import WARNS
from harness.verify.violation import Doubt, Verdict, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.errors import Place
    from harness.plan.model import Expectations, ScenarioUse
    from harness.verify.case import Case
    from harness.verify.check import Check


def judge(case: Case, checks: Sequence[Check]) -> Verdict:
    """Judge one walk.

    Args:
        case: the walk, decoded, beside what was agreed.
        checks: those to be heard; their order does not matter.
    """
    doubts: list[Doubt] = []
    violations: list[Violation] = []
    try:
        doubts += doubts_of(case)
    except Exception as error:
        doubts.append(Doubt(code="check-crashed", message=f"the walk could not be read: {type(error).__name__}: {error}"))
    for check in sorted(checks, key=lambda check: check.code):
        heard: list[Violation] = []
        try:
            heard.extend(check.find(case))
        except Exception as error:
            doubts.append(
                Doubt(
                    code="check-crashed", message=f"the check {check.code} crashed, so it proves nothing: {type(error).__name__}: {error}"
                )
            )
        violations += heard
    violations = _in_order(one_per_defect(violations, checks), case)
    warnings = [each for each in violations if each.details.get(WARNS)]
    violations = [each for each in violations if not each.details.get(WARNS)]
    known = _known_issue(case)
    if known:
        warnings += [
            replace(each, message=f"{each.message} Known issue: {known}.", details={**each.details, "known_issue": known})
            for each in violations
        ]
        violations = []
    met, judged = _met(case)
    return Verdict(
        violations=tuple(violations),
        doubts=tuple(dict.fromkeys(doubts)),
        warnings=tuple(warnings),
        scenario=case.conditions.scenario,
        journey=case.expectations.journey,
        met=met,
        judged=judged,
    )


# ---- one defect, one violation --------------------------------------------------------------------------------


def one_per_defect(violations: Sequence[Violation], checks: Iterable[Check]) -> list[Violation]:
    """Without those that a more specific check's violation of the same thing makes redundant.

    The same thing: all hits that the weaker shows are among those of stronger ones (of the same parameter, where the stronger is about
    one), or both are about one expectation in one step.
    """
    yields_to = {check.code: frozenset(check.yields_to) for check in checks}
    found = {each.code: _Found() for each in violations}
    for each in violations:
        found[each.code].add(each)
    kept = []
    for each in violations:
        stronger = [found[code] for code in yields_to.get(each.code, ()) if code in found and each.code not in yields_to.get(code, ())]
        if not any(other.tells_of(_expectation(each)) for other in stronger) and not _covered(each, stronger):
            kept.append(each)
    return kept


class _Found:
    """What one check found: the expectations that it is about, and of which parameter (None: the whole) of each hit."""

    def __init__(self) -> None:
        self._expectations: set[tuple[Any, ...]] = set()
        self._hits: dict[tuple[str, int], set[str | None]] = {}

    def add(self, each: Violation) -> None:
        if (place := _expectation(each)) is not None:
            self._expectations.add(place)
        for hit in each.evidence.hits:
            self._hits.setdefault(hit, set()).add(_parameter(each))

    def tells_of(self, place: tuple[Any, ...] | None) -> bool:
        return place in self._expectations

    def shows(self, hit: tuple[str, int], parameter: str | None) -> bool:
        about = self._hits.get(hit, ())
        return None in about or parameter in about


def _expectation(each: Violation) -> tuple[Any, ...] | None:
    place = each.details.get("expectation")
    return (str(place), each.step, each.destination) if place else None


def _parameter(each: Violation) -> str | None:
    parameter = each.details.get("parameter")
    return None if parameter is None else str(parameter)


def _covered(each: Violation, stronger: Sequence[_Found]) -> bool:
    parameter = _parameter(each)
    return bool(each.evidence.hits) and all(any(other.shows(hit, parameter) for other in stronger) for hit in each.evidence.hits)


def _in_order(violations: Iterable[Violation], case: Case) -> list[Violation]:
    """By step, then as the checks' codes sort, so that the same walk always reads the same."""
    last = len(case.recording.entries) + 1
    return sorted(
        violations,
        key=lambda each: (each.step if each.step is not None else last, each.code, each.event or "", each.destination or "", each.message),
    )


def _known_issue(case: Case) -> str:
    for use in case.expectations.scenarios:
        if use.name == case.conditions.scenario and use.known_issue and _same_use(use, case):
            return use.known_issue
    return ""


def _same_use(use: ScenarioUse, case: Case) -> bool:
    walked = case.recording.walk.scenario_parameters or dict(case.conditions.parameters)
    return not walked or dict(use.parameters) == dict(walked)


# ---- what was met, and what nothing could meet ----------------------------------------------------------------


def _met(case: Case) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[str, ...]]:
    try:
        dues = case.alignment.dues
    except Exception:
        return (), ()
    met: dict[str, list[str]] = {}
    judged: dict[str, None] = {}
    for due in dues:
        if due.reached and not (due.excused and not due.got):
            judged[due.place] = None
        if due.got:
            met.setdefault(due.place, []).extend(f"{each.hit.request_id}:{each.hit.position}" for each in due.got)
    for rule in case.alignment.found.get("rules", ()):
        judged[rule] = None
    return tuple((place, tuple(dict.fromkeys(hits))) for place, hits in met.items()), tuple(judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """What no walk of a run could judge: an expectation nobody could meet, a rule never evaluated, a journey without expectations."""

    what: str
    place: Place
    why: str


def unused(verdicts: Sequence[Verdict], expectations: Expectations) -> list[Unused]:
    """What of a journey's expectations no walk could judge. Unused means failed.

    Args:
        verdicts: of all walks of this journey in the run.
        expectations: the journey's.
    """
    judged = {place for verdict in verdicts for place in verdict.judged}
    found = []
    named: dict[str, None] = {}
    for step in expectations.steps:
        for expectation in step.expect:
            named[expectation.event] = None
            if str(expectation.place) not in judged:
                found.append(
                    Unused(
                        what=f'{expectation.event} in the step "{step.step}"', place=expectation.place,
                        why="no walk could have met it: its step was never walked, or none of its destinations has an account here",
                    )
                )  # fmt: skip
    for name in named:
        event = expectations.plan.events.get(name)
        found += [
            Unused(what=f"the rule {rule.check} of {name}", place=rule.place, why="no walk evaluated it: no hit carried all that it reads")
            for rule in (event.rules if event is not None else ())
            if str(rule.place) not in judged
        ]
    if not any(step.expect or step.forbid or step.forbid_others for step in expectations.steps) and not expectations.forbid:
        found.append(
            Unused(what=f'the journey "{expectations.journey}"', place=expectations.place, why="it expects nothing, so it proves nothing")
        )
    return found
