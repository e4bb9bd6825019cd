"""Which hits repeat an earlier one without being an event of their own: retries, redirect hops, mirrored copies.

A retry is the same hit sent again after the first was not delivered. A redirect hop is the same hit carried on to where
the vendor's answer pointed. A mirrored copy is the same hit, to the letter, sent to another host at once (TikTok's second host,
Google's regional endpoints).
"""

from __future__ import annotations

import json
from collections import deque
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.verify.compare import absent

if TYPE_CHECKING:
    from harness.decode.hit import Hit
    from harness.verify.case import Case
    from harness.verify.occurrence import Occurrence

_RECENT = 200
"""How many earlier hits that a copy has something in common with are looked at."""
AT_ONCE = 1.0
"""Seconds within which a mirrored copy follows."""
_PASSING = ("*time*", "*timestamp*", "ts", "*_ts", "*random*", "rnd", "*sequence*", "seq", "*nonce*", "*message_id*", "*messageid*",
            "*uuid*", "*insert_id*", "*hit_count*", "cb", "cachebuster", "ord", "z", "_", "*retry*", "*sent_at*", "sentat")  # fmt: skip
"""Names, whatever the vendor, of what differs between two sendings of one thing."""


def mark_copies(occurrences: list[Occurrence], case: Case) -> None:
    """Set ``copy_of`` on every hit that repeats an earlier one without being an event of its own."""
    earlier: dict[tuple[Any, ...], _Earlier] = {}
    carried: dict[str, list[Occurrence]] = {}
    for each in occurrences:
        carried.setdefault(each.hit.request_id, []).append(each)
    for each in occurrences:
        if each.request is None:
            continue
        if (hop := _hop(each, carried)) is not None:
            each.copy_of = hop.copy_of or hop
            continue
        key = (each.hit.vendor, each.hit.account, each.hit.event, each.hit.kind)
        other = earlier.setdefault(key, _Earlier(case)).repeated_by(each)
        if other is not None:
            each.copy_of = other.copy_of or other


class _Earlier:
    """The earlier hits of one event, found by what a copy must have in common with them: no flood is to cost its square.

    Of those that have it in common the latest :data:`_RECENT` are looked at.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._count = 0
        self._found: dict[tuple[Any, ...], deque[tuple[int, Occurrence]]] = {}
        self._failed = False

    def repeated_by(self, each: Occurrence) -> Occurrence | None:
        """The first of them that this hit repeats; the hit is remembered for those that follow."""
        keys = [_letters(each), ("address", each.page, each.request.url if each.request is not None else "")]
        # What a hit tells is put in words only where it failed, or one before it did.
        outcome = self._case.recording.outcome(each.request) if each.request is not None else None
        fails = outcome is not None and failed(outcome.state, outcome.status)
        told = ("substance", each.page, substance(each.hit, self._case)) if fails or self._failed else None
        asked = [*keys, told] if told is not None else keys
        candidates = {number: other for key in asked for number, other in self._found.get(key, ())}
        repeats = (candidates[number] for number in sorted(candidates))
        first = next((other for other in repeats if _repeats(each, other, self._case)), None)
        self._count += 1
        self._failed = self._failed or fails
        for key in asked if fails else keys:
            self._found.setdefault(key, deque(maxlen=_RECENT)).append((self._count, each))
        return first


def _repeats(each: Occurrence, other: Occurrence, case: Case) -> bool:
    return _retries(each, other, case) or _mirrors(each, other) or _seen_twice(each, other, case)


def _letters(each: Occurrence) -> tuple[Any, ...]:
    return ("letters", each.hit.position, *((parameter.name, str(parameter.value)) for parameter in each.hit.parameters))


def _hop(each: Occurrence, carried: dict[str, list[Occurrence]]) -> Occurrence | None:
    if each.request is None or each.request.redirected_from is None:
        return None
    before = carried.get(each.request.redirected_from, [])
    same = [other for other in before if other.hit.vendor == each.hit.vendor and other.hit.event == each.hit.event]
    return next((other for other in same if other.hit.position == each.hit.position), same[0] if same else None)


def _retries(each: Occurrence, other: Occurrence, case: Case) -> bool:
    if other.request is None or each.request is None or other.request.id == each.request.id or each.page != other.page:
        return False
    outcome = case.recording.outcome(other.request)
    if outcome is None or not failed(outcome.state, outcome.status) or outcome.time > each.time:
        return False
    return substance(each.hit, case) == substance(other.hit, case)


def failed(state: str, status: int | None) -> bool:
    """Whether an outcome means that the hit was not taken: no answer, or one that is an error."""
    return state == "failed" or (state in ("delivered", "stubbed", "unknown") and status is not None and status >= 400)


def _mirrors(each: Occurrence, other: Occurrence) -> bool:
    if other.request is None or each.request is None or abs(each.time - other.time) > AT_ONCE:
        return False
    if each.hit.position != other.hit.position or _host(each.request.url) == _host(other.request.url):
        return False
    return _letters(each) == _letters(other)


def _seen_twice(each: Occurrence, other: Occurrence, case: Case) -> bool:
    """One request in two records: paused by capture, and told by the page as answered. To the letter the same, one of them unpaused."""
    if each.request is None or other.request is None or each.request.id == other.request.id:
        return False
    if each.request.url != other.request.url or each.page != other.page:
        return False
    outcomes = [case.recording.outcome(one) for one in (each.request, other.request)]
    unpaused = [outcome is not None and outcome.state == "answered-by-journey" for outcome in outcomes]
    return unpaused[0] != unpaused[1] and each.request.body.data == other.request.body.data


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return url


def substance(hit: Hit, case: Case) -> str:
    """What a hit tells, as one text to compare: its own values without what the vendor's script adds and what passes."""
    vendor = case.vendors.get(hit.vendor)
    automatic = vendor.automatic_parameters if vendor is not None else frozenset()
    told = {
        name: value
        for name, value in hit.values.items()
        if not absent(value) and not named_by(name, automatic) and not any(fnmatchcase(name.lower(), glob) for glob in _PASSING)
    }
    return json.dumps([hit.event, hit.key, hit.page_url, told], sort_keys=True, default=str, ensure_ascii=False)


def named_by(name: str, names: frozenset[str]) -> bool:
    """Whether a name is among these, where ``*`` at an end matches any rest."""
    return name in names or any(name.startswith(each[:-1]) for each in names if each.endswith("*"))
