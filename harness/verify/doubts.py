"""Why a walk may prove less than it should. Each doubt makes a walk without violations inconclusive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.verify.assertions import UNKNOWN, known
from harness.verify.occurrence import DATA_LAYER
from harness.verify.timeline import matches_page
from harness.verify.violation import Doubt
from harness.verify.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from harness.verify.case import Case

    class _Say(Protocol):
        def __call__(self, code: str, message: str, step: int | None = None) -> Doubt: ...


def doubts_of(case: Case) -> list[Doubt]:
    """Every reason not to trust this walk's silence, each once, and one for each cause."""
    return _causes(list(dict.fromkeys(_doubts(case))))


def _causes(doubts: list[Doubt]) -> list[Doubt]:
    """Without what only followed: a page that did not load leaves its step unfinished, and that ends the test before its later steps."""
    down = {each.step for each in doubts if each.code == "site-did-not-load"}
    unfinished = {each.step for each in doubts if each.code == "step-not-reached" and each.step is not None}
    ended = down | unfinished | {each.step for each in doubts if each.code == "test-raised"}
    told: set[int | None] = set()
    kept: list[Doubt] = []
    for each in doubts:
        if each.code == "site-did-not-load":
            # The journey tells of it first, and then the browser of the same request, and of what it asked for on the way.
            if each.step is not None and each.step in told:
                continue
            told.add(each.step)
        elif each.step is not None and (
            (each.code == "step-not-reached" and each.step in down) or (each.code == "test-raised" and each.step in down | unfinished)
        ):
            continue
        elif each.code == "step-not-reached" and each.step is None and ended:
            last = max(index for index, other in enumerate(kept) if other.step in ended)
            kept[last] = replace(kept[last], message=f"{kept[last].message}; {each.message}")
            continue
        kept.append(each)
    return kept


def _doubts(case: Case) -> Iterator[Doubt]:
    recording = case.recording
    phases = {step.index: step for step in recording.steps}

    def doubt(code: str, message: str, step: int | None = None) -> Doubt:
        phase = phases.get(step) if step is not None else None
        return Doubt(code=code, message=message, step=phase.index if phase else None, step_title=phase.title if phase else "")

    if recording.cut:
        yield doubt("recording-cut", f"{recording.cut}; what came after is not known")
    if not recording.requests and not recording.pushes:
        yield doubt("nothing-captured", "nothing was captured: no request and no data-layer push")
    yield from (doubt(note.doubt, note.what, note.step) for note in recording.notes if note.doubt)
    yield from _loads(case, doubt)
    yield from _disturbances(case, doubt)
    yield from _steps(case, doubt)
    yield from _bodies(case, doubt)
    yield from _values(case, doubt)
    yield from _without_steps(case, doubt)


def _loads(case: Case, doubt: _Say) -> Iterator[Doubt]:
    recording = case.recording
    for navigation in recording.navigations:
        if navigation.kind in ("document", "reload") and navigation.status is not None and navigation.status >= 500:
            yield doubt("site-did-not-load", f"{navigation.url} answered {navigation.status}", navigation.step)
    for request in recording.requests:
        if request.resource_type != "document" or not request.main_frame:
            continue
        outcome = recording.outcome(request)
        if outcome is not None and outcome.state == "failed" and not _left(outcome.reason):
            yield doubt("site-did-not-load", f"{request.url} did not load: {outcome.reason or 'no answer'}", request.step)


def _left(reason: str) -> bool:
    return any(word in reason.lower() for word in ("abort", "cancel"))


def _disturbances(case: Case, doubt: _Say) -> Iterator[Doubt]:
    made = case.recording.disturbances
    for each in made:
        if not each.applied:
            yield doubt("scenario-not-applied", f"{each.what}: {each.reason or 'it had no effect'}", each.step)
    for kind in case.conditions.needs:
        if not any(each.kind == kind for each in made):
            yield doubt("scenario-not-applied", f"the scenario {case.conditions.scenario} needs a {kind}, and the walk has none")
    denied = case.conditions.denied
    changes = [each for each in case.recording.consents if each.action in ("deny", "withdraw")]
    if denied and changes and not any(each.state for each in changes):
        yield doubt("consent-not-read", "consent was denied, but could not be read back from the page", changes[-1].step)


def _steps(case: Case, doubt: _Say) -> Iterator[Doubt]:
    alignment = case.alignment
    if not alignment.stepped:
        return
    walked = {entry.step for entry in alignment.steps.values()}
    missing = [entry for entry in case.expectations.steps if entry.step not in walked]
    for phase in alignment.timeline.phases.values():
        if phase.kind == "journey" and not phase.reached:
            why = f": {phase.error}" if phase.error else ""
            yield doubt("step-not-reached", f'the step "{phase.title}" did not reach its end{why}', phase.index)
    if missing:
        names = listed([f'"{entry.step}" ({entry.place})' for entry in missing])
        yield doubt("step-not-reached", f"not in the walk: the step{'s' if len(missing) > 1 else ''} {names}")


def _bodies(case: Case, doubt: _Say) -> Iterator[Doubt]:
    recording = case.recording
    claimed = {each.hit.request_id: each for each in case.alignment.occurrences if each.request is not None}
    twice = {one.hit.request_id for each in case.alignment.occurrences if each.copy_of is not None for one in (each, each.copy_of)}
    for each in claimed.values():
        request = each.request
        if request is None:
            continue
        name = each.hit.vendor_name or each.hit.vendor
        if request.body.state in ("partial", "unreadable"):
            why = f" ({request.body.reason})" if request.body.reason else ""
            yield doubt("body-not-read", f"the body of a request to {name} is {request.body.state}{why}", each.step)
        outcome = recording.outcome(request)
        if outcome is not None and outcome.state == "answered-by-journey" and request.id not in twice:
            yield doubt("answered-by-journey", f"a request to {name} was answered by the journey itself before it was captured", each.step)
    for push in recording.pushes:
        if push.cut:
            yield doubt("push-cut", f"an entry of {push.source} was cut: {'; '.join(push.cut)}", push.step)


def _values(case: Case, doubt: _Say) -> Iterator[Doubt]:
    for due in case.alignment.dues:
        for matcher in due.expectation.where:
            if due.got and matcher.has_equals and known(matcher.equals, case) is UNKNOWN:
                step = due.phases[0] if due.phases else None
                yield doubt(
                    "value-not-known", f"{matcher.equals} is not in the record, so {matcher.path} was not checked ({matcher.place})", step
                )


def _without_steps(case: Case, doubt: _Say) -> Iterator[Doubt]:
    alignment = case.alignment
    source = case.recording.walk.source
    plan = case.expectations.plan
    if source != "walk" and not case.recording.pushes:
        layers = {each.id for each in plan.destinations.values() if each.vendor == DATA_LAYER}
        for entry in case.expectations.steps:
            for expectation in entry.expect:
                event = plan.events.get(expectation.event)
                if any(
                    s.destination in layers and (expectation.to is None or s.destination in expectation.to)
                    for s in (event.sent_to if event else ())
                ):
                    yield doubt("data-layer-not-recorded", "this traffic holds no data layer, so what the plan asks of it was not judged")
    if alignment.stepped:
        return
    urls = [each.page_url for each in case.recording.requests] + [each.hit.page_url for each in alignment.occurrences]
    for entry in case.expectations.steps:
        if entry.page is not None and not any(url is not None and matches_page(url, entry.page) for url in urls):
            yield doubt(
                "step-not-reached", f'no page of this traffic is {entry.page}, so the step "{entry.step}" was not judged ({entry.place})'
            )
        if any(each.within is not None for each in entry.expect):
            yield doubt(
                "not-judged-without-steps",
                f'this traffic has no steps, so `within` of the step "{entry.step}" was not judged ({entry.place})',
            )
        if entry.page is None and (entry.forbid or entry.forbid_others or entry.listed_order):
            what = "order" if entry.listed_order else "forbid"
            yield doubt(
                "not-judged-without-steps",
                f'this traffic has no steps and the step "{entry.step}" names no page, so its `{what}` was not judged ({entry.place})',
            )
