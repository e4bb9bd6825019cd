"""One violation, put together from what a check found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.verify.violation import Evidence, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.errors import Place
    from harness.plan.model import Destination, Event
    from harness.verify.case import Case
    from harness.verify.check import Check
    from harness.verify.occurrence import Occurrence

WARNS = "warns"
"""Key in ``Violation.details``: True for a departure that the plan only warns of; the judgement puts it among the warnings."""


def found(
    case: Case,
    check: Check,
    message: str,
    *,
    hits: Sequence[Occurrence] = (),
    event: Event | None = None,
    destination: Destination | None = None,
    step: int | None = None,
    place: Place | None = None,
    pushes: Sequence[str] = (),
    requests: Sequence[str] = (),
    warns: bool = False,
    **details: Any,
) -> Violation:
    """A violation of this check. What is not given is taken from the first hit.

    Args:
        case: the walk it was found in.
        check: whose code and severity it gets; an event that the plan gives a severity keeps that.
        message: for a marketer.
        hits: what shows it; also what a stronger violation of the same hits makes redundant.
        event: the plan's event.
        destination: the plan's destination.
        step: the phase.
        place: the line departed from.
        pushes: ids of further pushes that show it.
        requests: ids of further requests that show it.
        warns: the plan only warns of it.
        details: code-specific data.
    """
    first = hits[0] if hits else None
    destination = destination or (first.destination if first is not None else None)
    event = event or (first.event if first is not None else None)
    step = step if step is not None else (first.step if first is not None else None)
    phase = case.alignment.timeline.phase(step)
    account = first.hit.account if first is not None else None
    if account is None and destination is not None:
        account = case.expectations.plan.account_of(destination.id, case.recording.walk.environment)
    return Violation(
        code=check.code,
        severity=event.severity if event is not None and event.severity != "normal" else check.severity,
        message=message,
        scenario=case.conditions.scenario,
        step=step,
        step_title=phase.title if phase is not None else "",
        event=event.name if event is not None else (first.hit.event if first is not None else None),
        destination=destination.id if destination is not None else None,
        vendor=destination.vendor if destination is not None else (first.hit.vendor if first is not None else None),
        account=account,
        place=place if place is not None and place.file else None,
        evidence=Evidence(
            hits=tuple(dict.fromkeys(each.id for each in hits)),
            pushes=tuple(dict.fromkeys([*(each.push.id for each in hits if each.push is not None), *pushes])),
            requests=tuple(dict.fromkeys([*(each.request.id for each in hits if each.request is not None), *requests])),
        ),
        details=details | ({WARNS: True} if warns else {}),
    )
