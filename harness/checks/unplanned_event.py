"""An event was sent that the plan does not know, or that the journey forbids or does not expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.verify.check import Check
from harness.verify.copies import named_by
from harness.verify.found import found
from harness.verify.leftovers import leftovers, named_in_step
from harness.verify.occurrence import DATA_LAYER
from harness.verify.wording import during, listed, receiver, starting, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.errors import Place
    from harness.plan.model import Destination
    from harness.verify.case import Case
    from harness.verify.occurrence import Occurrence
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    told: set[int] = set()
    for violation, hits in _forbidden(case):
        told.update(id(each) for each in hits)
        yield violation
    yield from _unexpected(case, told)
    yield from _unknown(case, told)


def _forbidden(case: Case) -> Iterator[tuple[Violation, list[Occurrence]]]:
    """Events that the walk or a step forbids."""
    alignment = case.alignment
    groups: dict[tuple[str, int | None, str], tuple[list[Occurrence], Place]] = {}
    for each in alignment.counted:
        if each.destination is None and each.hit.vendor != DATA_LAYER:
            continue
        name = each.event.name if each.event is not None else each.hit.event
        entry = alignment.steps.get(each.step) if each.step is not None else None
        if name is None:
            continue
        if name in case.expectations.forbid:
            groups.setdefault((name, each.step, "walk"), ([], case.expectations.place))[0].append(each)
        elif entry is not None and (name in entry.forbid or (entry.forbid_others and _other(each, case))):
            groups.setdefault((name, each.step, "step"), ([], entry.place))[0].append(each)
    for (name, step, where), (hits, place) in groups.items():
        by = "the journey" if where == "walk" else "this step"
        yield (
            found(
                case, CHECK,
                f'"{name}" was sent to {_whom(hits, case)}{during(alignment, step)}, where {by} forbids it ({place}).',
                hits=hits, step=step, place=place, expected=0, actual=len(hits), destinations=_ids(hits),
            ),
            hits,
        )  # fmt: skip


def _other(each: Occurrence, case: Case) -> bool:
    """Whether ``forbid: others`` means this hit: what its step does not name and no vendor's script sends by itself."""
    if each.event is not None:
        return not named_in_step(each, case)
    return not _automatic(each, case)


def _unexpected(case: Case, told: set[int]) -> Iterator[Violation]:
    """Planned events where no expectation asks for them."""
    groups: dict[tuple[str, int | None], list[Occurrence]] = {}
    for each in leftovers(case):
        if id(each) not in told and each.event is not None and not named_in_step(each, case):
            groups.setdefault((each.event.name, each.step), []).append(each)
    for (name, step), hits in groups.items():
        told.update(id(each) for each in hits)
        event = hits[0].event
        why = "This step does not expect it" if any(name == e.event for s in case.expectations.steps for e in s.expect) else (
            "It is a conversion, and no step of this journey expects it"
        )  # fmt: skip
        yield found(
            case, CHECK,
            f'"{name}" was sent to {_whom(hits, case)}{during(case.alignment, step)}. {why} ({event.place if event else ""}).',
            hits=hits, step=step, place=event.place if event is not None else None, expected=0, actual=len(hits), destinations=_ids(hits),
        )  # fmt: skip


def _unknown(case: Case, told: set[int]) -> Iterator[Violation]:
    """Events, accounts and vendors that the plan does not know, by its policy."""
    policy = case.expectations.plan.unplanned
    if policy == "ignore":
        return
    groups: dict[tuple[str, str, str | None], list[Occurrence]] = {}
    stand_ins = {id(each) for due in case.alignment.dues for each in due.stand_ins}
    layers = {each.account for each in case.expectations.plan.destinations.values() if each.vendor == DATA_LAYER}
    for each in case.alignment.counted:
        if id(each) in told | stand_ins or each.hit.kind not in ("event", "pageview") or each.breach or each.foreign:
            continue
        if each.destination is None and each.hit.vendor == DATA_LAYER and each.hit.account not in layers:
            continue
        if _automatic(each, case):
            continue
        if each.destination is None:
            groups.setdefault(("vendor", each.hit.vendor, each.hit.account), []).append(each)
        elif each.stray:
            groups.setdefault(("account", each.hit.vendor, each.hit.account), []).append(each)
        elif each.event is None and each.hit.event is not None:
            groups.setdefault(("event", each.destination.id, each.hit.event), []).append(each)
    for (kind, _, name), hits in groups.items():
        events = listed(f'"{each.hit.event}"' for each in hits if each.hit.event)
        who = receiver(case, hits[0].destination, hits[0].hit.vendor)
        if kind == "vendor":
            account = f" (account {name})" if name else ""
            said = f"{starting(who)}{account} was sent {events or 'hits'}. The plan names no such destination."
        elif kind == "account":
            said = f"{starting(who)} account {name} was sent {events or 'hits'}. The plan knows no such account."
        else:
            planned = case.expectations.plan.events.get(name or "")
            goes_to = f"; there it goes only to {listed(s.destination for s in planned.sent_to)}" if planned is not None else ""
            often = f" ({times(len(hits))})" if len(hits) > 1 else ""
            said = f"{starting(who)} was sent {events}{often}{during(case.alignment, hits[0].step)}. It is not in the plan{goes_to}."
        yield found(
            case,
            CHECK,
            said,
            hits=hits,
            step=hits[0].step,
            place=_place(hits[0].destination),
            expected=0,
            actual=len(hits),
            warns=policy == "warn",
        )


def _automatic(each: Occurrence, case: Case) -> bool:
    vendor = case.vendors.get(each.hit.vendor)
    name = each.hit.event or ""
    if each.hit.kind not in ("event", "pageview"):
        return True
    return name.startswith("gtm.") if each.hit.vendor == DATA_LAYER else vendor is not None and named_by(name, vendor.automatic_events)


def _whom(hits: list[Occurrence], case: Case) -> str:
    return listed(receiver(case, each.destination, each.hit.vendor) for each in hits)


def _ids(hits: list[Occurrence]) -> list[str]:
    return list(dict.fromkeys(each.destination.id for each in hits if each.destination is not None))


def _place(destination: Destination | None) -> Place | None:
    return destination.place if destination is not None else None


CHECK = Check(
    code="unplanned-event",
    severity="normal",
    title="Event not expected",
    explanation="Something is counted that should not be: reports show conversions that did not happen, or data nobody agreed to.",
    find=_find,
    yields_to=("consent-breach", "missing-event", "refired-on-reload", "duplicate-hit", "wrong-account"),
)
