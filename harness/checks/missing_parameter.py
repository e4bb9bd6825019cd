"""A hit lacks a parameter that the plan, or the step, asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.check import Check
from harness.verify.telling import tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.parameters import Problem
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    return tell(case, CHECK, "missing-parameter", _say)


def _say(problem: Problem) -> str:
    why = f" ({problem.how})" if problem.actual is not None else ""
    return f'came without "{problem.name}"{why}'


CHECK = Check(
    code="missing-parameter",
    severity="critical",
    title="Parameter missing",
    explanation="Reports and bidding lack what they are built on: revenue, currency, the order's number.",
    find=_find,
    yields_to=("consent-breach", "data-layer-stale"),
)
