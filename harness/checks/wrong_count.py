"""A named event was sent more or less often than expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.check import Check
from harness.verify.found import found
from harness.verify.leftovers import leftovers, named_in_step
from harness.verify.wording import at_least, cost, during, receiver, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.occurrence import Occurrence
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    alignment = case.alignment
    for due in alignment.dues:
        came = len(due.got) + len(due.stand_ins)
        if 0 < came < due.least and due.reached:
            step = due.phases[0] if due.phases else None
            wanted = at_least(due.expectation.times[0], due.expectation.times[1])
            yield found(
                case, CHECK,
                f'"{due.event.name}" was sent to {receiver(case, due.destination)} {times(came)}{during(alignment, step)}. '
                f"Expected {wanted} ({due.place}).",
                event=due.event, destination=due.destination, step=step, place=due.expectation.place, hits=due.got,
                expectation=due.place, expected=wanted, actual=came,
            )  # fmt: skip
    groups: dict[tuple[str, str, int | None], list[Occurrence]] = {}
    for each in leftovers(case):
        if each.event is not None and each.destination is not None and named_in_step(each, case):
            groups.setdefault((each.event.name, each.destination.id, each.step), []).append(each)
    for extra in groups.values():
        first = extra[0]
        dues = [
            due
            for due in alignment.dues
            if due.event is first.event and due.destination is first.destination and (not due.phases or first.step in due.phases)
        ]
        got = sum(len(due.got) for due in dues)
        most = sum(due.most or 0 for due in dues)
        least = sum(due.expectation.times[0] for due in dues)
        yield found(
            case, CHECK,
            f'"{dues[0].event.name}" was sent to {receiver(case, first.destination)} {times(got + len(extra))}'
            f"{during(alignment, first.step)}. {cost(first.event, receiver(case, first.destination), again=got + len(extra))} "
            f"Expected {at_least(least, most)} ({dues[0].place}).",
            hits=extra, place=dues[0].expectation.place, expected=at_least(least, most), actual=got + len(extra),
        )  # fmt: skip


CHECK = Check(
    code="wrong-count",
    severity="normal",
    title="Sent too often or too rarely",
    explanation="Reports count more, or less, than what visitors did.",
    find=_find,
    yields_to=("refired-on-reload", "duplicate-hit", "consent-breach", "missing-event", "wrong-account"),
)
