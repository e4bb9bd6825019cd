"""A parameter's value is not what the plan, the step, a rule or the data layer says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.plan.values import shown
from harness.verify.check import Check
from harness.verify.telling import tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.parameters import Problem
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    return tell(case, CHECK, "value-mismatch", _say)


def _say(problem: Problem) -> str:
    how = f" ({problem.how.rstrip('.')})" if problem.how and problem.how != f"was {shown(problem.actual)}" else ""
    return f'carried "{problem.name}" with {shown(problem.actual)}{how}'


CHECK = Check(
    code="value-mismatch",
    severity="critical",
    title="Wrong value",
    explanation="Reports show a number, a currency or a product that is not what the visitor did.",
    find=_find,
    yields_to=("consent-breach", "data-layer-stale", "type-mismatch", "campaign-invented"),
)
