"""A parameter came as another type than agreed: text where a number belongs."""

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
    return tell(case, CHECK, "type-mismatch", _say)


def _say(problem: Problem) -> str:
    kind = {"str": "the text ", "bool": "", "list": "the list ", "dict": "the object "}.get(type(problem.actual).__name__, "the number ")
    return f'carried "{problem.name}" as {kind}{shown(problem.actual)}'


CHECK = Check(
    code="type-mismatch",
    severity="critical",
    title="Wrong type",
    explanation="A vendor adds up a text as nothing: revenue and values are lost without an error.",
    find=_find,
    yields_to=("consent-breach", "data-layer-stale"),
)
