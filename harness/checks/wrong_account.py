"""Hits went to another account than the plan's for this environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.check import Check
from harness.verify.found import found
from harness.verify.wording import listed, receiver, starting, titled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.occurrence import Occurrence
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    """One violation per destination and account: a wrong id in one tag is one defect, however many hits it sends."""
    alignment = case.alignment
    plan = case.expectations.plan
    environment = case.recording.walk.environment
    stand_ins = {id(each): due for due in alignment.dues for each in due.stand_ins}
    groups: dict[tuple[str, str | None], list[Occurrence]] = {}
    silent: dict[str, bool] = {}
    for each in alignment.counted:
        if each.destination is None or not each.stray:
            continue
        name = each.destination.id
        silent[name] = _must_be_silent(case, name)
        if id(each) in stand_ins or each.foreign is not None or silent[name]:
            groups.setdefault((name, each.hit.account), []).append(each)
    for each in alignment.counted:
        if (
            each.destination is not None
            and each.stray
            and (hits := groups.get((each.destination.id, each.hit.account)))
            and each not in hits
        ):
            hits.append(each)
    for (name, account), hits in groups.items():
        destination = plan.destinations[name]
        foreign = hits[0].foreign
        dues = [stand_ins[id(each)] for each in hits if id(each) in stand_ins]
        expected = dues[0].account if dues else plan.account_of(name, environment)
        where = listed(f'"{title}"' for each in hits if (title := titled(alignment, each.step)))
        of = f", which is that of the environment {foreign}" if foreign else ""
        wanted = (
            f"Expected {expected}"
            if expected is not None
            else f"Expected nothing: the plan gives {environment or 'this environment'} no account"
        )
        events = listed(f'"{each.hit.event}"' for each in hits if each.hit.event)
        yield found(
            case, CHECK,
            f"{starting(receiver(case, destination, account=''))} was sent {events or 'hits'} to the account {account}{of}"
            f"{f', in {where}' if where else ''}. They are in another account's reports, or in none. {wanted} ({destination.place}).",
            hits=hits, destination=destination, place=destination.place, expected=expected, actual=account,
        )  # fmt: skip


def _must_be_silent(case: Case, destination: str) -> bool:
    plan = case.expectations.plan
    environment = case.recording.walk.environment
    sendings = [None, *(sending for event in plan.events.values() for sending in event.sent_to if sending.destination == destination)]
    return all(plan.account_of(destination, environment, sending) is None for sending in sendings)


CHECK = Check(
    code="wrong-account",
    severity="critical",
    title="Wrong account",
    explanation="The data is in someone else's reports: production lacks it, or a test environment fills production's.",
    find=_find,
    yields_to=("consent-breach",),
)
