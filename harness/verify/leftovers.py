"""Hits of planned events that no expectation asked for.

A hit left over of an event that the journey names anywhere, or of a conversion that it names nowhere, is a departure. Outside
the journey's own steps (before the first, and where a scenario shows a page again) only an unnamed conversion is one: a page
that is shown again may tell again what it tells on showing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.repeats import repeats

if TYPE_CHECKING:
    from harness.verify.case import Case
    from harness.verify.occurrence import Occurrence


def leftovers(case: Case) -> list[Occurrence]:
    """Hits of planned events that are a departure by being there, repeats and breaches left out."""
    alignment = case.alignment
    stand_ins = {id(each) for due in alignment.dues for each in due.stand_ins}
    again = {id(each) for repeat in repeats(case) for each in repeat.again}
    explained = alignment.matched | stand_ins | again
    named = {expectation.event for step in case.expectations.steps for expectation in step.expect}
    found = []
    for each in alignment.counted:
        if each.event is None or each.stray or each.breach or id(each) in explained:
            continue
        if each.event.name in named:
            if alignment.in_journey(each) and asked_there(each, case):
                found.append(each)
        elif each.event.conversion is not None:
            found.append(each)
    return found


def asked_there(each: Occurrence, case: Case) -> bool:
    """Whether the journey asks this event of this destination at all; ``to`` may have left it out everywhere."""
    return any(due.event is each.event and due.destination is each.destination for due in case.alignment.dues)


def named_in_step(each: Occurrence, case: Case) -> bool:
    """Whether the hit's own step names its event at its destination."""
    return any(
        due.event is each.event and due.destination is each.destination and (not due.phases or each.step in due.phases)
        for due in case.alignment.dues
    )
