"""Landings: the document loads that a visitor came to from outside the site, and the campaign that each carried.

A redirect is part of the landing: its campaign is that of the address that was asked for. A link within the site is told by
its referrer. What a scenario took off the address is no part of the campaign.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.capture.captured import CapturedRequest, Navigation
from harness.verify.timeline import LoadKey, is_campaign, query_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.verify.case import Case
    from harness.verify.occurrence import Occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """One document load that was asked for, from outside or by a link of the site.

    Attributes:
        order: place in the recording; load: (tab, ordinal).
        asked: the address that was asked for; shown: the one that was shown after redirects.
        internal: whether a page of the site itself linked to it.
        campaign: the campaign parameters that it carried, after the scenario took off what it takes; dropped: what that was.
    """

    order: int
    step: int
    load: LoadKey | None
    page: str | None
    asked: str
    shown: str
    internal: bool
    campaign: Mapping[str, str]
    dropped: Mapping[str, str]


def landings(case: Case) -> list[Landing]:
    """Every document load of the site that was asked for, in order; reloads and other sites' pages left out. Worked out once."""
    found = case.alignment.found
    if "landings" not in found:
        found["landings"] = _landings(case)
    landed: list[Landing] = found["landings"]
    return landed


def campaign_at(case: Case, each: Occurrence) -> Mapping[str, str]:
    """The campaign of the landing that was the latest before this hit's event; empty for none."""
    order = each.order
    before = [landing for landing in landings(case) if landing.order < order and landing.campaign]
    return before[-1].campaign if before else {}


def plan_campaign(case: Case, name: str) -> bool:
    """Whether the plan or the field knows this as a campaign parameter."""
    rules = case.expectations.plan.campaign
    return is_campaign(name) or (rules is not None and any(each.name == name for each in rules.parameters))


def _landings(case: Case) -> list[Landing]:
    recording = case.recording
    timeline = case.alignment.timeline
    asked: dict[str, CapturedRequest] = {}
    pending: dict[str, list[CapturedRequest]] = {}
    found: list[Landing] = []
    seen: set[LoadKey] = set()
    redirected: dict[str, Navigation] = {}
    for order, entry in enumerate(recording.entries):
        if isinstance(entry, CapturedRequest) and entry.resource_type == "document" and entry.main_frame is not False and entry.page:
            asked[entry.id] = entry
            pending.setdefault(entry.page, []).append(entry)
        if not isinstance(entry, Navigation) or entry.kind in ("history", "fragment"):
            continue
        waiting = pending.pop(entry.page, [])
        key = (entry.page, entry.page_load or 0)
        load = timeline.loads.get(key)
        if entry.kind != "document" or key in seen or (load is not None and load.repeated):
            continue
        seen.add(key)
        first = redirected.pop(entry.page, entry)
        if entry.status is not None and 300 <= entry.status < 400:
            redirected[entry.page] = first
            continue
        last = next((request for request in reversed(waiting) if _bare(request.url) == _bare(entry.url)), waiting[-1] if waiting else None)
        head = _head(last, asked) if last is not None else None
        at = min(timeline.order[head.id] if head is not None else order, order)
        found.append(_landing(case, entry, first, head, at))
    if not any(isinstance(entry, Navigation) for entry in recording.entries):
        for requests in pending.values():
            ends = {request.redirected_from for request in requests}
            for last in (request for request in requests if request.id not in ends):
                head = _head(last, asked)
                shown = Navigation(page=last.page or "", url=last.url, page_load=last.page_load, step=last.step)
                found.append(_landing(case, shown, shown, head, timeline.order[head.id]))
    found = sorted((each for each in found if each.shown.startswith(("http://", "https://"))), key=lambda landing: landing.order)
    hosts = {_host(each) for each in (recording.walk.base_url, *(each.shown for each in found[:1])) if each}
    plan = case.expectations.plan
    return [each for each in found if _host(each.shown) in hosts or plan.environment_of(_host(each.shown)) is not None]


def _head(request: CapturedRequest, asked: Mapping[str, CapturedRequest]) -> CapturedRequest:
    """The request that a chain of redirects began with."""
    passed = {request.id}
    while request.redirected_from is not None and request.redirected_from in asked and request.redirected_from not in passed:
        request = asked[request.redirected_from]
        passed.add(request.id)
    return request


def _bare(url: str) -> str:
    return url.partition("#")[0]


def _landing(case: Case, shown: Navigation, first: Navigation, head: CapturedRequest | None, order: int) -> Landing:
    asked = head.url if head is not None else first.url
    referrer = head.header("referer") if head is not None else None
    carried = {name: value for name, value in query_of(asked).items() if plan_campaign(case, name)}
    taken = {name: value for name, value in carried.items() if dropped(name, case.conditions.campaign_dropped)}
    return Landing(
        order=order,
        step=shown.step,
        load=(shown.page, shown.page_load) if shown.page_load is not None else None,
        page=shown.page or None,
        asked=asked,
        shown=shown.url,
        internal=referrer is not None and _host(referrer) == _host(asked),
        campaign={name: value for name, value in carried.items() if name not in taken},
        dropped=taken,
    )


def dropped(name: str, names: tuple[str, ...]) -> bool:
    """Whether the scenario takes this parameter off; names may be globs, ``*`` is all."""
    return any(fnmatchcase(name, each) for each in names)


def _host(url: str | None) -> str:
    if not url:
        return ""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""
