"""A hit carries a parameter that the plan forbids, or does not know."""

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
    return tell(case, CHECK, "unplanned-parameter", _say)


def _say(problem: Problem) -> str:
    which = ", which the plan forbids," if problem.forbidden else ""
    return f'carried "{problem.name}"{which} with {shown(problem.actual)}'


CHECK = Check(
    code="unplanned-parameter",
    severity="minor",
    title="Parameter not in the plan",
    explanation="What nobody agreed to is collected: it costs quota, and may be personal data.",
    find=_find,
    yields_to=("consent-breach", "personal-data-sent", "data-layer-stale", "missing-parameter"),
)
