"""One thing was told twice to the same account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.check import Check
from harness.verify.found import found
from harness.verify.repeats import repeats
from harness.verify.wording import cost, during, receiver, starting, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    alignment = case.alignment
    for repeat in repeats(case):
        event = repeat.first.event
        if repeat.refired or event is None:
            continue
        count = 1 + len(repeat.again)
        who = receiver(case, repeat.first.destination)
        due = next((due for due in alignment.dues if repeat.first in due.got), None)
        if event.once_per == ("page",):
            expected, place = "once per page", event.once_per_place
        elif event.once_per:
            expected, place = f"once per {' and '.join(event.once_per)}", event.once_per_place
        else:
            expected, place = "once", due.expectation.place if due is not None else event.place
        key = f" {repeat.key}" if repeat.key and event.once_per != ("page",) else ""
        first, last = repeat.first.step, repeat.again[-1].step
        where = during(alignment, first) if first == last else f"{during(alignment, first)} and again{during(alignment, last)}"
        yield found(
            case, CHECK,
            f'{starting(who)} "{repeat.first.hit.event}"{key} was sent {times(count)}{where}. {cost(event, who, again=count)} '
            f"Expected {expected} ({place}).",
            hits=[*repeat.again, repeat.first], step=repeat.again[0].step, place=place, expected=expected, actual=count, key=repeat.key,
        )  # fmt: skip


CHECK = Check(
    code="duplicate-hit",
    severity="critical",
    title="Counted twice",
    explanation="The same event is counted more than once: revenue, conversions and bidding are inflated.",
    find=_find,
    yields_to=("refired-on-reload", "consent-breach"),
)
