"""How the four checks of parameters put what they found into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.found import found
from harness.verify.parameters import problems
from harness.verify.wording import listed, receiver, starting, times, titled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.verify.case import Case
    from harness.verify.check import Check
    from harness.verify.parameters import Kind, Problem
    from harness.verify.violation import Violation


def tell(case: Case, check: Check, kind: Kind, say: Callable[[Problem], str]) -> Iterator[Violation]:
    """A violation for each problem of this kind.

    Args:
        case: the walk.
        check: the check that tells it.
        kind: of the problems.
        say: what was wrong, as the end of a sentence that begins with the event at its destination.
    """
    for problem in problems(case, kind):
        first = problem.hits[0]
        if first.event is None:
            continue
        who = receiver(case, first.destination)
        often = f" ({times(len(problem.hits))})" if len(problem.hits) > 1 else ""
        steps = listed(f'"{title}"' for each in problem.hits if (title := titled(case.alignment, each.step)))
        where = f" in the step {steps}" if steps and "and" not in steps else f" in the steps {steps}" if steps else ""
        on = listed(receiver(case, each.destination) for each in problem.carried_on)
        further = f" {starting(on)} got it so too." if on else ""
        planned = "Not in the plan" if kind == "unplanned-parameter" and not problem.forbidden else f"Expected {problem.expected}"
        yield found(
            case, check,
            f'{starting(who)} "{first.hit.event}" {say(problem)}{where}{often}.{further} {planned} ({problem.place}).',
            hits=[*problem.hits, *problem.carried_on], place=problem.place, parameter=problem.ours, name=problem.name,
            expected=problem.expected, actual=problem.actual, how=problem.how, warns=problem.warns,
        )  # fmt: skip
