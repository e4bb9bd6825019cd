"""Which step caused a hit.

SDKs queue: what step 1 did may leave in step 2, or when the page is left. In this order, the cause is:

1. the data-layer push or vendor call that the hit tells of: same event, values that agree, made before it was sent;
2. the payload's own event time, read on the page's clock;
3. else the phase it was sent in, marked as a guess. What is sent while absence is proved belongs to what it follows, and what an
   old document still sends during a scenario's disturbance belongs to the step before.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.decode.data_layer import plain
from harness.verify.compare import absent, at_path, same
from harness.verify.naming import carried
from harness.verify.occurrence import OCCURRENCES
from harness.verify.timeline import route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import Push
    from harness.verify.case import Case
    from harness.verify.occurrence import Occurrence
from harness.verify.timeline import Timeline

_COMMANDS = frozenset({"event", "track", "trackCustom", "trackSingle", "trackSingleCustom", "send", "capture"})
_RECENT = 200
"""How many of the latest calls of one event are looked at: a flood must not cost its square."""
_BOUNDARY = 0.05
"""Seconds by which an event's own time may miss a step's boundary."""


@dataclass(slots=True, eq=False)
class Call:
    """A push or vendor call, as a cause: the event names it may stand for and what it says."""

    push: Push
    order: int
    names: frozenset[str]
    values: Mapping[str, Any]
    used_by: set[tuple[str, str | None]] = field(default_factory=set)


def find_causes(occurrences: list[Occurrence], layer: Mapping[str, Occurrence], timeline: Timeline, case: Case) -> None:
    """Set ``cause``, ``step`` and ``guessed`` on every occurrence."""
    calls: dict[str, list[Call]] = {}
    for push in timeline.pushes.values():
        made = _call(push, timeline.order[push.id], layer.get(push.id))
        for name in made.names:
            calls.setdefault(name, []).append(made)
    orders = {name: [call.order for call in own] for name, own in calls.items()}
    for each in occurrences:
        if each.push is not None:
            each.cause, each.guessed = each.push, False
            each.step = timeline.home(each.push.step, each.load)
            continue
        if each.copy_of is not None:
            each.cause, each.step, each.guessed = each.copy_of.cause, each.copy_of.step, each.copy_of.guessed
            continue
        if each.request is None:
            each.step = each.sent if each.sent in timeline.phases else None
            continue
        call = _cause(each, calls, orders, timeline) if each.hit.event is not None else None
        if call is not None:
            call.used_by.add((each.hit.vendor, each.hit.account))
            each.cause, each.guessed = call.push, False
            each.step = timeline.home(call.push.step, timeline.load_of(call.push.page, call.push.page_load))
            continue
        each.step = timeline.home(each.sent, each.load)
        if each.hit.event_time is not None and (told := _told(each, each.hit.event_time, timeline)) is not None:
            each.step, each.guessed = timeline.home(told, each.load), False


def _call(push: Push, order: int, occurrence: Occurrence | None) -> Call:
    value = said(push)
    names: set[str] = set()
    values: dict[str, Any] = {}
    if isinstance(value, dict):
        if isinstance(value.get("event"), str):
            names.add(value["event"])
        values = dict(value)
    elif isinstance(value, list):
        texts = [each for each in value if isinstance(each, str)]
        names.update(text for text in texts if text not in _COMMANDS)
        if texts and texts[0] in ("consent", "set", "js", "get"):
            names.clear()
        values = next((dict(each) for each in value if isinstance(each, dict)), {})
    if occurrence is not None:
        if occurrence.hit.kind in OCCURRENCES and occurrence.hit.event is not None:
            names = {occurrence.hit.event}
        values = dict(occurrence.hit.values)
    return Call(push=push, order=order, names=frozenset(names), values=values)


def said(push: Push) -> Any:
    """What a push says, without the recorder's marks; the arguments of a ``gtag()`` call as a list."""
    value = plain(push.value)
    if isinstance(value, dict) and "0" in value and all(key.isdigit() or key in ("length", "callee") for key in value):
        return [value[key] for key in sorted((key for key in value if key.isdigit()), key=int)]
    return value


def _cause(each: Occurrence, calls: Mapping[str, list[Call]], orders: Mapping[str, list[int]], timeline: Timeline) -> Call | None:
    """The call that agrees best with the hit; of equals, one that no hit of this account has told of, then the latest."""
    names = {each.hit.event or ""}
    if each.event is not None:
        names |= {each.event.name, *(sending.event for sending in each.event.sent_to)}
    best: tuple[tuple[int, int, int, int, int], Call] | None = None
    before = {name: bisect_right(orders[name], each.order) for name in names if name in calls}
    pairs = _told_values(each)
    recent = {id(call): call for name, end in before.items() for call in calls[name][max(0, end - _RECENT) : end]}
    for call in sorted(recent.values(), key=lambda call: call.order, reverse=True):
        rank = _rank(each, call, pairs, timeline)
        if rank is not None and (best is None or rank > best[0]):
            best = (rank, call)
            if rank[:4] == (1, len(pairs), int(bool(each.hit.page_url)), 1):
                break
    return best[1] if best else None


def _rank(each: Occurrence, call: Call, pairs: list[tuple[str, Any]], timeline: Timeline) -> tuple[int, int, int, int, int] | None:
    push = call.push
    if each.page is not None and push.page is not None and each.page != push.page:
        return None
    agree, differ = _agreement(pairs, call)
    there, here = route(each.hit.page_url), route(push.page_url)
    same_page = bool(there) and there == here
    loads = (each.request.page_load if each.request is not None else None, push.page_load)
    same_load = None not in loads and loads[0] == loads[1]
    used = (each.hit.vendor, each.hit.account) in call.used_by
    certain = agree > 0 and differ == 0
    if not same_load and None not in loads:
        # A queue may outlive its page, but a new document that says the same again says it anew, unless its own time says otherwise.
        if each.load is not None and each.load.repeated and not _older(each, timeline):
            return None
        if not certain and not (same_page and differ == 0):
            return None
        if used:
            return None
    if used and not certain and (push.step != each.sent or differ):
        return None
    return (int(certain), agree - differ, int(same_page), int(not used), call.order)


def _older(each: Occurrence, timeline: Timeline) -> bool:
    if each.hit.event_time is None or each.load is None:
        return False
    return timeline.moment(each.hit.event_time) < each.load.time - _BOUNDARY


def _told_values(each: Occurrence) -> list[tuple[str, Any]]:
    """What the hit tells of its event: our names (or, of an event that the plan does not know, its own) with their values."""
    if each.event is not None and each.sending is not None:
        names = [(entry.name, entry.source.strip()) for entry in carried(each.event, each.sending) if entry.source is not None]
    else:
        names = [(name, name) for name in each.hit.values]
    values = [(ours, at_path(each.hit.values, theirs)) for theirs, ours in names]
    return [(ours, value) for ours, value in values if not absent(value)]


def _agreement(pairs: list[tuple[str, Any]], call: Call) -> tuple[int, int]:
    """How many of the values that both tell are the same, and how many are not."""
    agree = differ = 0
    for ours, sent in pairs:
        told = at_path(call.values, ours)
        if absent(told):
            continue
        if same(told, sent):
            agree += 1
        else:
            differ += 1
    return agree, differ


def _told(each: Occurrence, event_time: float, timeline: Timeline) -> int | None:
    """The phase in which the payload says it happened; None where that cannot be (a clock that is off)."""
    moment = timeline.moment(event_time)
    # Whole seconds were cut off; the event may have been at any time within that second.
    latest = moment + 1.0 if event_time == int(event_time) else moment + _BOUNDARY
    if latest < 0 or moment > each.time + 1.0:
        return None
    sent = timeline.phases.get(each.sent)
    if sent is not None and sent.began <= latest:
        return each.sent
    return timeline.phase_at(max(0.0, moment))
