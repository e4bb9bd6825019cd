"""Events that were told again although the plan says once: per page, per parameter, or as often as a step expects.

``once_per`` is judged per destination and account, within the walk. A hit that lacks the parameter it is once per is no repeat
of another by that parameter; only where a page was shown again is the same hit once more taken for one. An event
without ``once_per`` is repeated where a step expects fewer and the hits tell exactly the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.verify.compare import absent, at_path
from harness.verify.copies import substance
from harness.verify.naming import wire_name
from harness.verify.timeline import route

if TYPE_CHECKING:
    from harness.plan.model import Event, Sending
    from harness.verify.case import Case
    from harness.verify.occurrence import Alignment, Occurrence
from harness.verify.timeline import Load


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Occurrences of one thing: the first, and those that should not have been.

    Attributes:
        refired: whether a page that was shown again told it, rather than the same page twice.
        key: what it is once per, as a reader says it ("T-1001"); empty where there is no such value.
        new_key: the other value that it was told under the second time, if it was.
    """

    first: Occurrence
    again: tuple[Occurrence, ...]
    refired: bool
    key: str = ""
    new_key: str = ""


def repeats(case: Case) -> list[Repeat]:
    """Every repeat of the walk; worked out once."""
    alignment = case.alignment
    if "repeats" not in alignment.found:
        alignment.found["repeats"] = _repeats(case, alignment)
    found: list[Repeat] = alignment.found["repeats"]
    return found


def _repeats(case: Case, alignment: Alignment) -> list[Repeat]:
    groups: dict[tuple[str, str, str | None], list[Occurrence]] = {}
    for each in alignment.counted:
        if each.event is not None and each.destination is not None and not each.breach:
            groups.setdefault((each.event.name, each.destination.id, each.hit.account), []).append(each)
    found: list[Repeat] = []
    for occurrences in groups.values():
        event, sending = occurrences[0].event, occurrences[0].sending
        if event is None or sending is None:
            continue
        if event.once_per == ("page",):
            found += _per_page(occurrences)
        elif event.once_per:
            found += _per_key(occurrences, event, sending, case)
        else:
            found += _beyond_expected(occurrences, case, alignment)
    return found


# ---- once per page --------------------------------------------------------------------------------------------


def _per_page(occurrences: list[Occurrence]) -> list[Repeat]:
    loads: dict[Any, list[Occurrence]] = {}
    for each in occurrences:
        loads.setdefault(each.load.key if each.load is not None else (each.page, route(_url(each))), []).append(each)
    found = []
    for group in loads.values():
        for same in _by_route(group, group[0].load):
            if len(same) > 1:
                found.append(Repeat(first=same[0], again=tuple(same[1:]), refired=False))
    return found


def _url(each: Occurrence) -> str | None:
    carrier = each.request or each.push
    return each.hit.page_url or (carrier.page_url if carrier is not None else None)


def _by_route(group: list[Occurrence], load: Load | None) -> list[list[Occurrence]]:
    """One load's hits by the route they tell of.

    Sites tell of a route just before or just after they change the address, so a hit may also stand for a route that
    begins later in the same step, if that has none of its own.
    """
    if load is None or len(load.routes) <= 1:
        told: dict[str, list[Occurrence]] = {}
        for each in group:
            # Two addresses in one load are two routes, whether or not the change of address was seen.
            told.setdefault(route(each.hit.page_url) if each.hit.page_url else "", []).append(each)
        if len(told) > 1 and "" in told:
            told[next(name for name in told if name)] += told.pop("")
        return list(told.values())
    by_route: list[list[Occurrence]] = [[] for _ in load.routes]
    for each in group:
        current = max((index for index, (since, _, _) in enumerate(load.routes) if since <= each.order), default=0)
        address = route(each.hit.page_url) if each.hit.page_url else None
        named = [index for index, (_, _, shown) in enumerate(load.routes) if shown == address]
        if named and load.routes[current][2] != address:
            current = min(named, key=lambda index: abs(index - current))
        by_route[current].append(each)
    for index in range(len(by_route) - 1):
        following = index + 1
        while len(by_route[index]) > 1 and not by_route[following] and by_route[index][-1].step == load.routes[following][1]:
            by_route[following].append(by_route[index].pop())
    return by_route


# ---- once per parameter ---------------------------------------------------------------------------------------


def _per_key(occurrences: list[Occurrence], event: Event, sending: Sending, case: Case) -> list[Repeat]:
    found = []
    groups: dict[str, list[Occurrence]] = {}
    for each in occurrences:
        key = key_of(each, event, sending, case)
        if key is not None:
            groups.setdefault(key, []).append(each)
    repeated: set[int] = set()
    for key, same in groups.items():
        refired = [each for each in same[1:] if _shown_again(each, same[0], case)]
        again = [each for each in same[1:] if each not in refired]
        repeated.update(id(each) for each in same[1:])
        if refired:
            found.append(Repeat(first=same[0], again=tuple(refired), refired=True, key=key))
        if again:
            found.append(Repeat(first=same[0], again=tuple(again), refired=False, key=key))
    # The same page shown again tells the same event again, under a new key or under none.
    for each in occurrences:
        if each.load is None or not each.load.repeated or each.load.repeats is None or id(each) in repeated:
            continue
        before = [other for other in occurrences if other.load is not None and other.load.key == each.load.repeats]
        if not before:
            continue
        key = key_of(each, event, sending, case)
        if key is not None or substance(each.hit, case) == substance(before[0].hit, case):
            first_key = key_of(before[0], event, sending, case) or ""
            found.append(Repeat(first=before[0], again=(each,), refired=True, key=first_key, new_key=key or ""))
    return found


def key_of(each: Occurrence, event: Event, sending: Sending, case: Case) -> str | None:
    """What the event is once per, as this hit or, where the destination is not sent it, its cause tells it; None where any part lacks."""
    parts: list[str] = []
    layer = case.alignment.layer_values(each)
    for name in event.once_per or ():
        theirs = wire_name(event, sending, name)
        value = at_path(each.hit.values, theirs) if theirs is not None else at_path(dict(layer or {}), name)
        if theirs is None and absent(value):
            value = each.hit.key
        if absent(value):
            return None
        parts.append(value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str))
    return ", ".join(parts)


def _shown_again(each: Occurrence, first: Occurrence, case: Case) -> bool:
    if each.load is None or first.load is None:
        return case.alignment.in_scenario(each) and each.step != first.step
    return each.load.repeated and first.load.key != each.load.key


# ---- as often as a step expects -------------------------------------------------------------------------------


def _beyond_expected(occurrences: list[Occurrence], case: Case, alignment: Alignment) -> list[Repeat]:
    found = []
    matched = alignment.matched
    groups: dict[tuple[int | None, str], list[Occurrence]] = {}
    for each in occurrences:
        groups.setdefault((each.step, substance(each.hit, case)), []).append(each)
    for same in groups.values():
        met = [each for each in same if id(each) in matched]
        again = [each for each in same if id(each) not in matched]
        if met and again and alignment.in_journey(met[0]):
            found.append(Repeat(first=met[0], again=tuple(again), refired=False, key=met[0].hit.key or ""))
    return found
