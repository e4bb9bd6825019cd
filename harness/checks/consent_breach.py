"""A hit was sent although the visitor had not granted its purpose."""

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
    groups: dict[tuple[str, str | None, int | None], list[Occurrence]] = {}
    for each in case.alignment.occurrences:
        if each.breach and each.destination is not None and each.copy_of is None:
            groups.setdefault((each.destination.id, each.hit.event, each.step), []).append(each)
    for (_, event, step), hits in groups.items():
        first = hits[0]
        destination = first.destination
        if destination is None:
            continue
        often = f" {times(len(hits))}" if len(hits) > 1 else ""
        denied = destination.purpose in case.conditions.denied
        when = f'after "{destination.purpose}" was denied' if denied else f'before "{destination.purpose}" was granted'
        what = f'"{event}"' if event else "a hit"
        allowed = "only cookieless pings" if destination.without_consent == "cookieless" else "nothing"
        yield found(
            case, CHECK,
            f"{starting(receiver(case, destination))} was sent {what}{often}{during(case.alignment, step)}, {when}: {first.breach}. "
            f"This breaks the visitor's choice, and the law where consent is required. Expected "
            f"{allowed} without consent ({destination.place}).",
            hits=hits, step=step, place=destination.place, purpose=destination.purpose, reason=first.breach,
        )  # fmt: skip


CHECK = Check(
    code="consent-breach",
    severity="blocker",
    title="Sent without consent",
    explanation="Data left the browser against the visitor's choice; fines and the loss of the vendor's trust may follow.",
    find=_find,
)
