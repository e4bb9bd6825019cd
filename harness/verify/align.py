"""Aligns what was captured with what was agreed: each hit's destination, event, cause and step, and what each expectation got.

A hit belongs to the step that *caused* it, not to the one it happened to leave in; see :mod:`harness.verify.causes`.
Retries, redirect hops and mirrored copies are no events of their own; see :mod:`harness.verify.copies`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.plan.rules import ABSENT
from harness.verify.assertions import failed_matchers
from harness.verify.breaches import mark_breaches
from harness.verify.causes import find_causes
from harness.verify.compare import absent, at_path, same
from harness.verify.consented import ConsentLedger
from harness.verify.copies import mark_copies
from harness.verify.naming import carried
from harness.verify.occurrence import DATA_LAYER, Alignment, Due, Occurrence
from harness.verify.timeline import Timeline, matches_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.decode.hit import Hit
    from harness.plan.model import Destination, Event, Sending, StepExpectations
    from harness.recording import Step
    from harness.verify.case import Case


def align(case: Case) -> Alignment:
    """Place every hit of the case in the walk and in the plan, and give every expectation what it got."""
    timeline = Timeline(case.recording)
    consent = ConsentLedger(case.recording, case.expectations.plan, case.conditions)
    occurrences = [_place(hit, number, timeline) for number, hit in enumerate(case.hits)]
    occurrences.sort(key=lambda each: (each.order, each.hit.position))
    for each in occurrences:
        _recognise(each, case)
    mark_copies(occurrences, case)
    layer = {each.push.id: each for each in occurrences if each.push is not None}
    find_causes(occurrences, layer, timeline, case)
    mark_breaches(occurrences, consent, case)
    stepped = bool(timeline.phases)
    steps = _steps(case, timeline) if stepped else {}
    alignment = Alignment(timeline=timeline, consent=consent, occurrences=occurrences, dues=[], stepped=stepped, steps=steps, layer=layer)
    alignment.dues = _dues(case, alignment)
    _fill(case, alignment)
    return alignment


# ---- placing --------------------------------------------------------------------------------------------------


def _place(hit: Hit, number: int, timeline: Timeline) -> Occurrence:
    push = timeline.pushes.get(hit.request_id) if hit.vendor == DATA_LAYER else None
    request = timeline.requests.get(hit.request_id) if push is None else None
    carrier = push or request
    if carrier is None:
        return Occurrence(hit=hit, order=len(timeline.order) + number, time=0.0, sent=0)
    load = timeline.load_of(carrier.page, carrier.page_load)
    return Occurrence(
        hit=hit, order=timeline.order[carrier.id], time=carrier.time, sent=carrier.step, request=request, push=push, load=load
    )


def _recognise(each: Occurrence, case: Case) -> None:
    plan = case.expectations.plan
    environment = case.recording.walk.environment
    exact: list[Destination] = []
    foreign: list[tuple[Destination, str]] = []
    others: list[Destination] = []
    for destination in plan.destinations.values():
        if destination.vendor != each.hit.vendor:
            continue
        sendings = [s for event in plan.events.values() for s in event.sent_to if s.destination == destination.id]
        accounts = [plan.account_of(destination.id, environment)] + [plan.account_of(destination.id, environment, s) for s in sendings]
        if any(_is_account(each.hit.account, account) for account in accounts):
            exact.append(destination)
            continue
        elsewhere = {} if isinstance(destination.account, str) else destination.account
        named = [name for name, account in elsewhere.items() if each.hit.account is not None and _is_account(each.hit.account, account)]
        if named:
            foreign.append((destination, named[0]))
        elif each.hit.vendor != DATA_LAYER:
            others.append(destination)
    candidates = exact or [destination for destination, _ in foreign] or others
    if not candidates:
        return
    known = [(destination, found) for destination in candidates if (found := event_at(each.hit, destination, case)) is not None]
    each.destination = known[0][0] if known else candidates[0]
    if known:
        each.event, each.sending = known[0][1]
    if not exact:
        each.stray = True
        each.foreign = {destination.id: name for destination, name in foreign}.get(each.destination.id)


def _is_account(said: str | None, account: str | None) -> bool:
    """Whether a hit's account is this one; a conversion label after the slash may be in only one of them (Google Ads)."""
    if account is None:
        return False
    if said is None:
        return True
    said = said.strip()
    return said == account or said.startswith(account + "/") or account.startswith(said + "/")


def event_at(hit: Hit, destination: Destination, case: Case) -> tuple[Event, Sending] | None:
    """The planned event that a hit is at a destination; of two with one wire name, the one whose account and constants fit."""
    if hit.event is None:
        return None
    plan = case.expectations.plan
    environment = case.recording.walk.environment
    found = [
        (event, sending)
        for event in plan.events.values()
        for sending in event.sent_to
        if sending.destination == destination.id and sending.event == hit.event
    ]
    if len(found) > 1 and hit.account is not None:
        labelled = [pair for pair in found if plan.account_of(destination.id, environment, pair[1]) == hit.account.strip()]
        found = labelled or [pair for pair in found if pair[1].account is None] or found
    if len(found) > 1:
        found.sort(key=lambda pair: _misfit(hit, *pair))
        if _misfit(hit, *found[0])[0] > 0:
            return found[0] if _misfit(hit, *found[0]) < _misfit(hit, *found[1]) else None
    return found[0] if found else None


def _misfit(hit: Hit, event: Event, sending: Sending) -> tuple[int, int, int]:
    """(constants contradicted, constants not confirmed, required parameters missing): less is better."""
    against = silent = missing = 0
    for each in carried(event, sending):
        value = at_path(hit.values, each.name)
        if each.presence == "required" and absent(value):
            missing += 1
        if each.value.has_const:
            if value is ABSENT:
                silent += 1
            elif not same(each.value.const, value):
                against += 1
    return against, silent, missing


# ---- what is due ----------------------------------------------------------------------------------------------


def _steps(case: Case, timeline: Timeline) -> dict[int, StepExpectations]:
    """The expectations of each recorded journey step, by its index: the n-th step of a title gets the n-th entry of that title."""
    entries: dict[str, list[StepExpectations]] = {}
    for entry in case.expectations.steps:
        entries.setdefault(entry.step, []).append(entry)
    seen: dict[str, int] = {}
    found: dict[int, StepExpectations] = {}
    for phase in timeline.phases.values():
        if phase.kind == "journey" and phase.title in entries:
            own = entries[phase.title]
            found[phase.index] = own[min(seen.get(phase.title, 0), len(own) - 1)]
            seen[phase.title] = seen.get(phase.title, 0) + 1
    return found


def _dues(case: Case, alignment: Alignment) -> list[Due]:
    dues: list[Due] = []
    if not alignment.stepped:
        for entry in case.expectations.steps:
            dues += _dues_of(case, alignment, entry, None)
        return dues
    for index, entry in alignment.steps.items():
        dues += _dues_of(case, alignment, entry, alignment.timeline.phases[index])
    return dues


def _dues_of(case: Case, alignment: Alignment, entry: StepExpectations, phase: Step | None) -> Iterable[Due]:
    plan = case.expectations.plan
    environment = case.recording.walk.environment
    for expectation in entry.expect:
        event = plan.events.get(expectation.event)
        for sending in event.sent_to if event is not None else ():
            if event is None or (expectation.to is not None and sending.destination not in expectation.to):
                continue
            destination = plan.destinations.get(sending.destination)
            account = plan.account_of(sending.destination, environment, sending) if destination is not None else None
            if destination is None or account is None:
                continue
            if destination.vendor == DATA_LAYER and case.recording.walk.source != "walk" and not alignment.timeline.pushes:
                continue
            least, excused = expectation.times[0], ""
            if destination.purpose is not None:
                if phase is None:
                    granted = alignment.consent.granted(destination.purpose, float("inf"))
                else:
                    granted = alignment.consent.granted_within(destination.purpose, phase.began, _end(phase))
                told = phase is not None or case.conditions.denied
                if (granted is False and told) or (granted is None and destination.purpose in case.conditions.denied):
                    least, excused = 0, "consent was not granted"
            yield Due(
                expectation=expectation, within=entry, event=event, destination=destination, sending=sending, account=account,
                phases=() if phase is None else (phase.index,), least=least, most=expectation.times[1],
                reached=phase is None or phase.reached, excused=excused,
            )  # fmt: skip


def _end(phase: Step) -> float:
    return phase.ended if phase.ended is not None else float("inf")


def _fill(case: Case, alignment: Alignment) -> None:
    taken: set[int] = set()
    groups: dict[tuple[str, str, tuple[int, ...]], list[Due]] = {}
    for due in alignment.dues:
        groups.setdefault((due.event.name, due.destination.id, due.phases), []).append(due)
    for (name, destination, phases), dues in groups.items():
        pool = [
            each
            for each in alignment.counted
            if each.event is not None
            and each.event.name == name
            and each.destination is not None
            and each.destination.id == destination
            and not each.stray
            and (not phases or each.step in phases)
        ]
        # What was sent in breach of consent is judged as that; it stands in only where nothing else came.
        for each in sorted(pool, key=lambda each: bool(each.breach)):
            _give(each, dues, case, alignment, taken)
    for due in alignment.dues:
        for each in alignment.counted:
            if len(due.got) + len(due.stand_ins) >= due.least:
                break
            fits = each.stray and each.event is due.event and each.destination is due.destination and id(each) not in taken
            if fits and (not due.phases or each.step in due.phases):
                taken.add(id(each))
                due.stand_ins.append(each)


def _give(each: Occurrence, dues: list[Due], case: Case, alignment: Alignment, taken: set[int]) -> None:
    if id(each) in taken:
        return
    open_dues = [due for due in dues if due.most is None or len(due.got) < due.most]
    if not alignment.stepped:
        open_dues = [due for due in open_dues if due.within.page is None or on_page(each, due.within.page)]
        open_dues.sort(key=lambda due: (due.within.page is None, len(due.got) >= due.least))
    if not open_dues:
        return
    taken.add(id(each))
    best = max(open_dues, key=lambda due: (_fit(each, due, case), len(due.got) < due.least)) if alignment.stepped else open_dues[0]
    best.got.append(each)


def _fit(each: Occurrence, due: Due, case: Case) -> int:
    """How many of an entry's assertions the hit holds: of two entries for one event, each hit goes to the one it fits."""
    if len(due.expectation.where) == 0:
        return 0
    return len(due.expectation.where) - sum(1 for _ in failed_matchers(due, each, case))


def on_page(each: Occurrence, glob: str) -> bool:
    """Whether the hit was sent from a page whose path (or whole URL) the glob names."""
    carrier = each.request or each.push
    urls = [url for url in (carrier.page_url if carrier is not None else None, each.hit.page_url) if url]
    return any(matches_page(url, glob) for url in urls)
