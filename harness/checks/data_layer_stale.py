"""An event tells what an earlier event of the page had left in the data layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.plan.values import shown
from harness.verify.check import Check
from harness.verify.found import found
from harness.verify.stale import leftover
from harness.verify.wording import during, listed, receiver, titled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    for stale in leftover(case):
        names = listed(f'"{name}"' for name in stale.values)
        step = titled(case.alignment, stale.left_by.step)
        came = f' of the step "{step}"' if step and stale.left_by.step != stale.occurrence.step else ""
        told = listed(receiver(case, each.destination) for each in stale.told)
        told_too = f" {told[:1].upper()}{told[1:]} got it as part of this event." if told else ""
        yield found(
            case, CHECK,
            f'"{stale.occurrence.hit.event}" still carried {names} of the earlier "{stale.left_by.hit.event}"{came}'
            f"{during(case.alignment, stale.occurrence.step)}: {shown(stale.values)}.{told_too} "
            f"Products and revenue are counted for the wrong event. "
            f"Expected dataLayer.push({{ecommerce: null}}) before each e-commerce push.",
            hits=[stale.occurrence, *stale.told], step=stale.occurrence.step, pushes=[stale.left_by.hit.request_id],
            place=stale.occurrence.event.place if stale.occurrence.event is not None else None,
            actual=stale.values, left_by=stale.left_by.hit.event,
        )  # fmt: skip


CHECK = Check(
    code="data-layer-stale",
    severity="critical",
    title="Left over in the data layer",
    explanation="The next event carries the last one's products and order: items and revenue are counted for the wrong event.",
    find=_find,
    yields_to=("consent-breach",),
)
