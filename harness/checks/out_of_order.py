"""Events of a step came in another order than it lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.check import Check
from harness.verify.found import found
from harness.verify.wording import listed, receiver, starting, titled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.occurrence import Due, Occurrence
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    """The order is that of what caused the hits, where that is known of all; how requests overtake each other is not the site's."""
    alignment = case.alignment
    groups: dict[tuple[tuple[int, ...], str, str], list[Due]] = {}
    for due in alignment.dues:
        if due.within.listed_order and due.got and (due.phases or due.within.page is not None):
            groups.setdefault((due.phases, str(due.within.place), due.destination.id), []).append(due)
    wrong: dict[tuple[tuple[int, ...], str, tuple[str, ...]], list[tuple[Due, list[Occurrence]]]] = {}
    for (phases, place, _), dues in groups.items():
        first = [(due, min(due.got, key=lambda each: (each.order, each.hit.position))) for due in dues]
        known = all(each.cause is not None for _, each in first)
        moments = [_moment(each, case) if known else (each.order, each.hit.position) for _, each in first]
        came = sorted(range(len(first)), key=lambda index: (moments[index], index))
        if came != list(range(len(first))):
            names = tuple(first[index][0].event.name for index in came)
            wrong.setdefault((phases, place, names), []).append((dues[0], [each for _, each in first]))
    for (phases, _, names), where in wrong.items():
        due = where[0][0]
        hits = [each for _, each_hits in where for each in each_hits]
        step = phases[0] if phases else None
        title = titled(alignment, step) or due.within.step
        who = listed(receiver(case, other.destination) for other, _ in where)
        yield found(
            case, CHECK,
            f'{starting(who)} got {listed(names)} in this order in the step "{title}". '
            f"Reports by sequence (funnels, attribution) then break. "
            f"Expected {listed(dict.fromkeys(each.event for each in due.within.expect if each.event in names))} ({due.within.place}).",
            hits=hits, destination=due.destination, step=step, place=due.within.place, actual=list(names),
            expected=[each.event for each in due.within.expect if each.event in names],
        )  # fmt: skip


def _moment(each: Occurrence, case: Case) -> tuple[int, int]:
    return (case.alignment.timeline.order[each.cause.id], 0) if each.cause is not None else (each.order, each.hit.position)


CHECK = Check(
    code="out-of-order",
    severity="normal",
    title="Wrong order",
    explanation="Funnels and attribution read events in sequence; out of order they show what did not happen.",
    find=_find,
)
