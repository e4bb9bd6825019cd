"""A landing's campaign did not reach a destination that the plan wants told of it, or the site overwrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from harness.verify.check import Check
from harness.verify.found import found
from harness.verify.landings import landings
from harness.verify.occurrence import DATA_LAYER, OCCURRENCES
from harness.verify.timeline import query_of
from harness.verify.wording import during, listed, page_name, receiver, starting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.verify.case import Case
    from harness.verify.landings import Landing
    from harness.verify.occurrence import Occurrence
    from harness.verify.violation import Violation


def _find(case: Case) -> Iterator[Violation]:
    rules = case.expectations.plan.campaign
    if rules is None:
        return
    landed = landings(case)
    for index, landing in enumerate(landed):
        if landing.internal:
            if rules.internal_links == "forbidden" and any(name.startswith("utm_") for name in query_of(landing.asked)):
                yield _internal(landing, case)
            continue
        if not landing.campaign:
            continue
        until = next(
            (later.order for later in landed[index + 1 :] if later.page == landing.page and not later.internal and later.campaign), None
        )
        for name in rules.reaches:
            first = _first_hit(name, landing, until, case)
            # A hit that had no consent is told as that; it owes no campaign.
            if first is not None and not first.breach:
                yield from _lost(first, landing, case)


def _first_hit(destination: str, landing: Landing, until: int | None, case: Case) -> Occurrence | None:
    for each in case.alignment.occurrences:
        if each.destination is None or each.destination.id != destination or each.hit.kind not in OCCURRENCES or each.order < landing.order:
            continue
        if until is not None and each.order >= until:
            return None
        if landing.page is None or each.page is None or each.page == landing.page:
            return each
    return None


def _lost(first: Occurrence, landing: Landing, case: Case) -> Iterator[Violation]:
    rules = case.expectations.plan.campaign
    if rules is None or first.destination is None:
        return
    planned = {each.name for each in rules.parameters}
    wanted = {name: value for name, value in landing.campaign.items() if value and (name.startswith("utm_") or name in planned)}
    if case.alignment.consent.granted(first.destination.purpose, first.time) is False:
        # Without consent click ids are taken off on purpose.
        wanted = {name: value for name, value in wanted.items() if name.startswith("utm_")}
    told = {**query_of(first.hit.page_url), **first.hit.campaign}
    if first.hit.vendor == DATA_LAYER:
        told |= {name: str(value) for name, value in first.hit.values.items() if isinstance(value, str | int | float)}
    lost = [name for name, value in wanted.items() if name not in told]
    changed = [name for name, value in wanted.items() if name in told and not _same(value, told[name])]
    if not lost and not changed:
        return
    kept = query_of(landing.shown)
    if any(name not in kept for name in lost):
        why = f"The redirect from {page_name(landing.asked)} to {page_name(landing.shown)} dropped it."
    elif first.hit.page_url and lost:
        why = f"By the time it was sent the address was {first.hit.page_url}."
    else:
        why = "It was sent with another campaign." if changed else ""
    who = receiver(case, first.destination)
    yield found(
        case, CHECK,
        f'The visit landed with {listed(f"{name}={value}" for name, value in wanted.items())}, but the first hit to {who} '
        f'("{first.hit.event}"{during(case.alignment, first.step)}) did not carry {listed(lost + changed)}. {why} '
        f"{starting(who)} counts the visit as direct, so the campaign gets no credit. Expected in the first hit ({rules.place}).",
        hits=[first], place=rules.place, expected=dict(wanted),
        actual={name: told[name] for name in wanted if name in told}, url=landing.asked,
    )  # fmt: skip


def _same(one: str, other: str) -> bool:
    return one == other or unquote_plus(one) == unquote_plus(str(other))


def _internal(landing: Landing, case: Case) -> Violation:
    rules = case.expectations.plan.campaign
    carried = {name: value for name, value in query_of(landing.asked).items() if name.startswith("utm_")}
    return found(
        case, CHECK,
        f"A link of the site itself to {page_name(landing.asked)} carries {listed(f'{name}={value}' for name, value in carried.items())}"
        f"{during(case.alignment, landing.step)}. It overwrites the campaign that brought the visitor. Expected none on internal links "
        f"({rules.place if rules else ''}).",
        step=landing.step, place=rules.place if rules is not None else None, url=landing.asked, actual=carried,
    )  # fmt: skip


CHECK = Check(
    code="campaign-lost",
    severity="critical",
    title="Campaign lost",
    explanation="Paid visits are counted as direct ones: the campaign looks worse than it is, and budgets follow.",
    find=_find,
)
