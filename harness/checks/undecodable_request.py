"""A request to a known vendor that could not be decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.check import Check
from harness.verify.found import found
from harness.verify.wording import during, receiver, starting, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.occurrence import Occurrence
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    """A body that capture could not read whole is a doubt, and no defect of the site."""
    plan = case.expectations.plan
    planned = {destination.vendor for destination in plan.destinations.values()}
    groups: dict[tuple[str, str], list[Occurrence]] = {}
    for each in case.alignment.occurrences:
        if each.hit.undecoded and not (each.request is not None and each.request.body.state in ("partial", "unreadable")):
            groups.setdefault((each.hit.vendor, each.hit.undecoded), []).append(each)
    for (vendor, why), hits in groups.items():
        if vendor not in planned and plan.unplanned == "ignore":
            continue
        warns = vendor not in planned and plan.unplanned == "warn"
        yield found(
            case, CHECK,
            f"{starting(receiver(case, hits[0].destination, vendor))} was sent what cannot be read "
            f"({times(len(hits))}{during(case.alignment, hits[0].step)}): {why}. "
            f"It is lost to every report. Expected a request as {vendor} documents it.",
            hits=hits, actual=why, warns=warns,
        )  # fmt: skip


CHECK = Check(
    code="undecodable-request",
    severity="normal",
    title="Request not readable",
    explanation="What was sent is broken, or in a form that cannot be judged.",
    find=_find,
)
