"""An expected event was not sent, or came too late."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from harness.verify.check import Check
from harness.verify.found import found
from harness.verify.leftovers import leftovers
from harness.verify.occurrence import DATA_LAYER, Due, Occurrence
from harness.verify.timeline import matches_page
from harness.verify.wording import at_least, cost, during, listed, receiver, seconds, starting, titled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    lacking: dict[tuple[str, tuple[int, ...]], list[Due]] = {}
    for due in case.alignment.dues:
        if due.least > 0 and not due.got and not due.stand_ins and judgeable(due, case):
            lacking.setdefault((due.place or due.event.name, due.phases), []).append(due)
    left = leftovers(case)
    for dues in lacking.values():
        yield _missing(dues, left, case)
    yield from _late(case)


def judgeable(due: Due, case: Case) -> bool:
    """Whether the absence of this event is proved: its step was walked through, or the traffic shows its page."""
    if due.phases:
        return due.reached
    if due.within.page is None:
        return True
    urls = [each.page_url for each in case.recording.requests] + [each.hit.page_url for each in case.alignment.occurrences]
    return any(url is not None and matches_page(url, due.within.page) for url in urls)


def _missing(dues: list[Due], left: list[Occurrence], case: Case) -> Violation:
    alignment = case.alignment
    due = dues[0]
    step = due.phases[0] if due.phases else None
    who = listed(receiver(case, each.destination) for each in dues)
    nearest, hits, pushes = _nearest(dues, left, case)
    costs = cost(
        due.event, listed(receiver(case, each.destination) for each in dues if each.destination.vendor != DATA_LAYER), missing=True
    )
    only_layer = all(each.destination.vendor == DATA_LAYER for each in dues)
    said = "was not pushed to the data layer" if only_layer else f"was not sent to {who}"
    where = during(alignment, step) if step is not None else " anywhere in this traffic"
    wanted = at_least(due.expectation.times[0], due.expectation.times[1])
    return found(
        case, CHECK,
        f'"{due.event.name}" {said}{where}. {nearest}{"" if only_layer else " " + costs} Expected {wanted} ({due.place}).',
        event=due.event, destination=due.destination, step=step, place=due.expectation.place, hits=hits, pushes=pushes,
        expectation=due.place, destinations=[each.destination.id for each in dues], expected=wanted, actual=0, nearest=nearest,
    )  # fmt: skip


def _nearest(dues: list[Due], left: list[Occurrence], case: Case) -> tuple[str, list[Occurrence], list[str]]:
    """The nearest thing that was there, in words, with the hits and pushes that show it."""
    alignment = case.alignment
    due = dues[0]
    wanted = {each.destination.id for each in dues}
    elsewhere = [each for each in left if each.event is due.event and each.destination is not None and each.destination.id in wanted]
    if elsewhere:
        where = titled(alignment, elsewhere[0].step) or "another place"
        return f'It came in the step "{where}" instead.', elsewhere[:1], []
    here = [each for each in alignment.counted if not due.phases or each.step in due.phases]
    for lacking in dues:
        unknown = [each for each in here if each.destination is lacking.destination and each.event is None and each.hit.event]
        close = max(unknown, key=lambda each: _alike(each.hit.event or "", lacking.sending.event), default=None)
        if close is not None and _alike(close.hit.event or "", lacking.sending.event) > 0.75:
            said = f'{starting(receiver(case, lacking.destination))} got "{close.hit.event}" instead of "{lacking.sending.event}".'
            return said, [each for each in unknown if each.hit.event == close.hit.event], []
    told = [each for each in here if each.event is due.event and each.destination is not None and each.destination.id not in wanted]
    pushed = [each for each in told if each.push is not None]
    if pushed:
        return "The data layer had it, but the tag did not send it.", [], [each.hit.request_id for each in pushed]
    if told:
        return f"{starting(listed(receiver(case, each.destination) for each in told))} got it.", [], []
    others = [each for each in here if each.destination is not None and each.destination.id in wanted and each.hit.event]
    if others:
        names = listed(f'"{each.hit.event}"' for each in others)
        return f"{starting(receiver(case, due.destination))} got only {names} there.", [], []
    return f"{starting(receiver(case, due.destination))} got nothing there.", [], []


def _alike(one: str, other: str) -> float:
    plain = [text.casefold().replace("_", "").replace("-", "").replace(" ", "") for text in (one, other)]
    return 1.0 if plain[0] == plain[1] else SequenceMatcher(None, plain[0], plain[1]).ratio()


def _late(case: Case) -> Iterator[Violation]:
    for due in case.alignment.dues:
        limit = due.expectation.within
        phase = case.alignment.timeline.phase(due.phases[0]) if due.phases else None
        if limit is None or phase is None:
            continue
        for each in due.got:
            sent = case.alignment.timeline.phase(each.sent)
            if sent is None or sent.kind != "journey" or each.time - phase.began <= limit:
                continue
            yield found(
                case, CHECK,
                f'"{due.event.name}" reached {receiver(case, due.destination)} {seconds(each.time - phase.began)} after the step '
                f'"{phase.title}" began. Visitors who leave before that are not counted. '
                f"Expected within {seconds(limit)} ({due.place}).",
                hits=[each], step=phase.index, place=due.expectation.place, expected=limit, actual=round(each.time - phase.began, 3),
            )  # fmt: skip


CHECK = Check(
    code="missing-event",
    severity="critical",
    title="Event not sent",
    explanation="What the visitor did is not in the reports, and campaigns are not credited with it.",
    find=_find,
    yields_to=("wrong-account", "consent-breach"),
)
