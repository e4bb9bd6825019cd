"""Hits were sent and not taken: the vendor answered with an error, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.check import Check
from harness.verify.copies import failed
from harness.verify.found import found
from harness.verify.occurrence import DATA_LAYER, Occurrence
from harness.verify.wording import during, listed, receiver, starting, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.violation import Violation

_LEFT = ("abort", "cancel", "page was left", "page left")


def _find(case: Case) -> Iterator[Violation]:
    """One violation per destination: what refuses one hit refuses all. Hits that a retry brought through are none."""
    alignment = case.alignment
    taken = {id(each.copy_of) for each in alignment.occurrences if each.copy_of is not None and _failed(each, case) is None}
    groups: dict[str, list[tuple[Occurrence, str]]] = {}
    for each in alignment.occurrences:
        if each.destination is None or each.hit.vendor == DATA_LAYER or each.request is None or each.request.disposition == "blocked":
            continue
        why = _failed(each, case)
        original = each.copy_of or each
        if why is not None and id(original) not in taken and id(each) not in taken:
            groups.setdefault(each.destination.id, []).append((each, why))
    for failures in groups.values():
        hits = [each for each, _ in failures]
        why = listed(reason for _, reason in failures)
        events = listed(f'"{each.hit.event}"' for each in hits if each.hit.event)
        yield found(
            case, CHECK,
            f"{starting(receiver(case, hits[0].destination))} did not take {events or 'what was sent'} ({times(len(hits))}, first"
            f"{during(case.alignment, hits[0].step) or ' of all'}): {why}. "
            f"What was not taken is in no report. Expected an answer that is no error.",
            hits=hits, actual=why, place=hits[0].destination.place if hits[0].destination is not None else None,
        )  # fmt: skip


def _failed(each: Occurrence, case: Case) -> str | None:
    outcome = case.recording.outcome(each.request) if each.request is not None else None
    if outcome is None or not failed(outcome.state, outcome.status):
        return None
    if outcome.state == "failed" and any(word in outcome.reason.lower() for word in _LEFT):
        return None
    return f"it answered {outcome.status}" if outcome.status is not None else outcome.reason or "there was no answer"


CHECK = Check(
    code="failed-delivery",
    severity="critical",
    title="Not taken by the vendor",
    explanation="The site sent it, but the vendor refused it or was not there: the data is lost.",
    find=_find,
)
