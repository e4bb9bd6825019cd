"""Which hits went to a destination whose purpose the visitor had not granted, in a form that needs consent.

``without_consent: nothing`` allows no hit at all. ``cookieless`` allows a hit that carries the denied consent signals and
nothing that recognises the visitor. Google's own denied pings carry a random client id for each page load and a
session id; those recognise nobody. A client id that stays over several page loads, or one that was in use before, does.
(https://developers.google.com/tag-platform/security/concepts/consent-mode)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from harness.verify.occurrence import OCCURRENCES
from harness.verify.timeline import query_of

if TYPE_CHECKING:
    from harness.plan.model import Destination
    from harness.verify.case import Case
    from harness.verify.consented import ConsentLedger
    from harness.verify.occurrence import Occurrence

TELLING = OCCURRENCES | {"auxiliary"}
"""Kinds of hits that tell a vendor of the visitor; libraries and configuration do not."""
RECOGNISABLE = 6
"""Characters that a value must have for it to say whose it is: one that is shorter is found in many a cookie by chance."""
_PASSING = re.compile(
    r"cookieless|session|\bsid\b|\bsct\b|page_?(view_?)?id|hit_?id|message_?id|event_?id|insert_?id|transaction|order", re.IGNORECASE
)
_PERSON = re.compile(r"user|\buid\b|customer|external_?id|e-?mail|phone|^(ud|em|ph|fn|ln)$|hashed", re.IGNORECASE)
_STORED = re.compile(r"^_?(fbp|fbc|ttp|gcl_?aw|gcl_?dc|gac|scid|pin_unauth|epik|uet(sid|vid)|muid|gpi|gads)$", re.IGNORECASE)
_CLICK = re.compile(r"(clid|click_?id|braid|fat_id)$", re.IGNORECASE)


def mark_breaches(occurrences: list[Occurrence], consent: ConsentLedger, case: Case) -> None:
    """Set ``breach``, in words, on every hit that was sent in breach of consent."""
    kept = _kept(occurrences, consent)
    cookies = _cookies(case)
    for each in occurrences:
        if each.destination is None or each.destination.purpose is None or each.hit.kind not in TELLING:
            continue
        if consent.granted(each.destination.purpose, each.time) is not False:
            continue
        if each.destination.without_consent == "nothing":
            each.breach = "nothing may be sent without it"
        else:
            each.breach = _why_not_cookieless(each, each.destination, case, kept, cookies)


def _why_not_cookieless(
    each: Occurrence, destination: Destination, case: Case, kept: dict[tuple[str, str], set[object]], cookies: dict[str, float]
) -> str:
    said = _signals(each, destination, case)
    granted = sorted(name for name, state in said.items() if state is True)
    if granted:
        return f"it says {', '.join(granted)} granted"
    vendor = case.vendors.get(each.hit.vendor)
    if not said and (vendor is None or vendor.purposes):
        return "it does not say that consent is denied, so it is taken as consented"
    page = {**query_of(each.hit.page_url), **query_of(each.request.page_url if each.request else None)}
    for name, value in each.hit.identifiers.items():
        if not value or _PASSING.search(name):
            continue
        if _PERSON.search(name):
            return f"it carries {name}, which names the visitor"
        if _STORED.match(name):
            return f"it carries {name}, which is kept in a cookie"
        if _CLICK.search(name):
            if value not in page.values():
                return f"it carries {name} of an earlier click, which was kept"
            continue
        # A client ID that was only in memory becomes the cookie's once consent is granted: what matters is what was there before.
        if len(value) >= RECOGNISABLE and any(value in cookie and since < each.time for cookie, since in cookies.items()):
            return f"its {name} {value} is the one in a cookie"
        if len(kept.get((each.hit.vendor, value), ())) > 1:
            return f"its {name} {value} is the same on several page loads, so it was kept on the device"
    return ""


def _signals(each: Occurrence, destination: Destination, case: Case) -> dict[str, bool]:
    """What the hit says of the purpose's consent signals; of all its signals, where the plan names none that it has."""
    said = {name: state for name, state in (each.hit.consent or {}).items() if isinstance(state, bool)}
    purpose = case.expectations.plan.purposes.get(destination.purpose or "")
    own = {name: state for name, state in said.items() if purpose is not None and name in purpose.signals}
    if own or (purpose is not None and purpose.signals):
        return own
    vendor = case.vendors.get(each.hit.vendor)
    listened = {name: state for name, state in said.items() if vendor is not None and name in vendor.purposes}
    return listened or said


def _kept(occurrences: list[Occurrence], consent: ConsentLedger) -> dict[tuple[str, str], set[object]]:
    """(vendor, identifier's value) -> the page loads it was sent from; what was in use under a grant counts as one more."""
    kept: dict[tuple[str, str], set[object]] = {}
    granted_to: dict[tuple[str, str], float] = {}
    # A load that is not known may be any of those that show its page: it counts as another only where none of them does.
    shown: dict[tuple[str, str], set[str | None]] = {}
    unknown: dict[tuple[str, str], set[str | None]] = {}
    for each in occurrences:
        purpose = each.destination.purpose if each.destination is not None else None
        for value in each.hit.identifiers.values():
            key = (each.hit.vendor, value)
            granted = purpose is not None and consent.granted(purpose, each.time) is True
            if granted:
                granted_to.setdefault(key, each.time)
                continue
            loads = kept.setdefault(key, set())
            if each.load is not None:
                loads.add(each.load.key)
                shown.setdefault(key, set()).add(each.hit.page_url)
            else:
                unknown.setdefault(key, set()).add(each.hit.page_url)
            if key in granted_to:
                loads.add("granted")
    for key, pages in unknown.items():
        kept[key] |= pages - shown.get(key, set())
    return kept


def _cookies(case: Case) -> dict[str, float]:
    """Values of the cookies that requests of the walk carried, as sent and decoded -> when first.

    https://www.rfc-editor.org/rfc/rfc6265#section-4.2.1, whatever characters a site puts into them.
    """
    values: dict[str, float] = {}
    for request in case.recording.requests:
        for pair in (request.header("cookie") or "").split(";"):
            value = pair.partition("=")[2].strip().strip('"')
            for each in {value, unquote(value)}:
                if len(each) >= RECOGNISABLE:
                    values[each] = min(request.time, values.get(each, request.time))
    return values
