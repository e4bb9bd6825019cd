"""An event that counts once was sent again because its page was shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.check import Check
from harness.verify.found import found
from harness.verify.repeats import repeats
from harness.verify.wording import cost, page_name, receiver, seconds, starting, times, titled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.errors import Place
    from harness.verify.case import Case
    from harness.verify.repeats import Repeat
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    for repeat in repeats(case):
        event = repeat.first.event
        if not repeat.refired or event is None:
            continue
        count = 1 + len(repeat.again)
        who = receiver(case, repeat.first.destination)
        key = f" {repeat.key}" if repeat.key else ""
        anew = f", the second time as {repeat.new_key}" if repeat.new_key else ""
        yield found(
            case, CHECK,
            f'{starting(who)} "{repeat.first.hit.event}"{key} was sent {times(count)}: once{_first_time(repeat, case)}, '
            f"again {_again(repeat, case)}{anew}. {cost(event, who, again=count)} "
            f"Expected once per {' and '.join(event.once_per or ())} ({event.once_per_place}).",
            hits=[*repeat.again, repeat.first], step=repeat.first.step, place=_expected_at(repeat, case) or event.once_per_place,
            expected=1, actual=count, key=repeat.key, again_in=titled(case.alignment, repeat.again[0].step),
        )  # fmt: skip


def _expected_at(repeat: Repeat, case: Case) -> Place | None:
    """Where the journey expects the first; None where no step names it."""
    return next((due.expectation.place for due in case.alignment.dues if repeat.first in due.got), None)


def _first_time(repeat: Repeat, case: Case) -> str:
    title = titled(case.alignment, repeat.first.step)
    return f' in the step "{title}"' if title else " at first"


def _again(repeat: Repeat, case: Case) -> str:
    again = repeat.again[0]
    if again.load is None:
        return "after the page was shown again"
    how = again.load.how or "reloaded"
    return f"{seconds(max(0.0, again.time - again.load.time))} after {page_name(again.load.url)} was {how}"


CHECK = Check(
    code="refired-on-reload",
    severity="critical",
    title="Counted again on reload",
    explanation="Visitors who reload a confirmation page, or come back to it, are counted as new conversions.",
    find=_find,
    yields_to=("consent-breach",),
)
