"""Hits tell of a campaign that the visitor did not come by: a stale one, or the word ``undefined``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.plan.rules import ABSENT
from harness.plan.values import unset
from harness.verify.check import Check
from harness.verify.compare import at_path
from harness.verify.found import found
from harness.verify.landings import dropped, landings, plan_campaign
from harness.verify.naming import wire_name
from harness.verify.occurrence import OCCURRENCES, Occurrence
from harness.verify.timeline import query_of
from harness.verify.wording import during, listed, receiver, starting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.violation import Violation

_OF_CAMPAIGN = re.compile(r"^\s*([A-Za-z_]\w*)\s*==\s*campaign\.(\w+)\s*$|^\s*campaign\.(\w+)\s*==\s*([A-Za-z_]\w*)\s*$")


def _find(case: Case) -> Iterator[Violation]:
    landed = landings(case)
    carried = {pair for landing in landed for pair in landing.campaign.items()}
    carried |= {pair for landing in landed for pair in query_of(landing.shown).items() if plan_campaign(case, pair[0])}
    taken = {pair for landing in landed for pair in landing.dropped.items()} - carried
    groups: dict[str, tuple[list[Occurrence], dict[str, str]]] = {}
    for each in case.alignment.occurrences:
        if each.destination is None or each.hit.kind not in OCCURRENCES or each.copy_of is not None:
            continue
        invented = {name: value for name, value in each.hit.campaign.items() if _invented(name, str(value), case, carried)}
        invented |= _in_parameters(each, case, carried, taken)
        if invented:
            hits, told = groups.setdefault(each.destination.id, ([], {}))
            hits.append(each)
            told.update(invented)
    rules = case.expectations.plan.campaign
    for hits, told in groups.values():
        place = rules.place if rules is not None else None
        yield found(
            case, CHECK,
            f"{starting(receiver(case, hits[0].destination))} was told {listed(f'{name}={value}' for name, value in told.items())}"
            f"{during(case.alignment, hits[0].step)}, but the visitor came without. "
            f"The visit is credited to a campaign that did not bring it. "
            f"Expected no campaign ({place or 'the landing carried none'}).",
            hits=hits, place=place, actual=told,
        )  # fmt: skip


def _invented(name: str, value: str, case: Case, carried: set[tuple[str, str]]) -> bool:
    if not value or (name, value) in carried:
        return False
    if unset(value) is not None:
        return True
    return dropped(name, case.conditions.campaign_dropped) and plan_campaign(case, name)


def _in_parameters(each: Occurrence, case: Case, carried: set[tuple[str, str]], taken: set[tuple[str, str]]) -> dict[str, str]:
    """Parameters that a rule ties to the campaign (``lead_source == campaign.utm_source``), where there was none."""
    found: dict[str, str] = {}
    for rule in each.event.rules if each.event is not None else ():
        match = _OF_CAMPAIGN.match(rule.check)
        if match is None or each.event is None or each.sending is None:
            continue
        parameter, source = match.group(1) or match.group(4), match.group(2) or match.group(3)
        if any(name == source for name, _ in carried):
            continue
        name = wire_name(each.event, each.sending, parameter)
        value = at_path(each.hit.values, name) if name is not None else ABSENT
        if name is not None and isinstance(value, str) and value and (unset(value) is not None or (source, value) in taken):
            found[name] = value
    return found


CHECK = Check(
    code="campaign-invented",
    severity="normal",
    title="Campaign invented",
    explanation="Visits are credited to campaigns that did not bring them.",
    find=_find,
)
