"""The shape of a recorded walk: its phases, document loads, routes within them, and the page's clock against the walk's."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from harness.capture.captured import CapturedRequest, Navigation, Push
from harness.decode.campaign import CLICK_IDS
from harness.recording import Disturbance, Note, Recording, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

LoadKey = tuple[str, int]
"""(tab, ordinal of the document load in it)."""
REPEATING = frozenset({"reload", "revisit", "back", "back-forward", "second-tab"})
"""Kinds of disturbance that show a page again."""


@dataclass(slots=True, kw_only=True)
class Load:
    """One document load of a tab.

    Attributes:
        order: place in the recording at which it was first seen; time: seconds since the walk began.
        step: the phase it began in.
        routes: (order, step, route) of the load itself and of each route change in it.
        repeats: the load that it shows again, if a reload or a second visit made it; ``repeated`` is True also where that is not known.
    """

    key: LoadKey
    order: int
    time: float
    step: int
    url: str
    routes: list[tuple[int, int, str]] = field(default_factory=list)
    repeated: bool = False
    repeats: LoadKey | None = None
    how: str = ""


class Timeline:
    """What happened when, for one recording."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        # What another program recorded has no steps; what stands for them there are its pages, found by their addresses.
        self.phases: dict[int, Step] = {step.index: step for step in recording.steps} if recording.walk.source == "walk" else {}
        self.order: dict[str, int] = {}
        self.requests: dict[str, CapturedRequest] = {}
        self.pushes: dict[str, Push] = {}
        self.loads: dict[LoadKey, Load] = {}
        self._clock: list[tuple[float, float]] = [(0.0, 0.0)]
        for order, entry in enumerate(recording.entries):
            if isinstance(entry, CapturedRequest):
                self.requests[entry.id] = entry
                self.order[entry.id] = order
                self._seen(entry.page, entry.page_load, order, entry.time, entry.step, entry.page_url)
            elif isinstance(entry, Push):
                self.pushes[entry.id] = entry
                self.order[entry.id] = order
                self._seen(entry.page, entry.page_load, order, entry.time, entry.step, entry.page_url)
            elif isinstance(entry, Navigation):
                self._navigated(entry, order)
            elif isinstance(entry, Disturbance):
                self._disturbed(entry)
            elif isinstance(entry, Note) and isinstance(ahead := entry.details.get("clock_ahead"), int | float):
                self._clock.append((entry.time, float(ahead)))

    def _seen(self, page: str | None, ordinal: int | None, order: int, time: float, step: int, url: str | None) -> None:
        if page is not None and ordinal is not None and (page, ordinal) not in self.loads:
            self.loads[(page, ordinal)] = Load(
                key=(page, ordinal), order=order, time=time, step=step, url=url or "", routes=[(order, step, route(url))]
            )

    def _navigated(self, entry: Navigation, order: int) -> None:
        if entry.page_load is None:
            return
        key = (entry.page, entry.page_load)
        if entry.kind in ("history", "fragment"):
            self._seen(entry.page, entry.page_load, order, entry.time, entry.step, entry.url)
            load = self.loads[key]
            if load.routes[-1][2] != route(entry.url):
                load.routes.append((order, entry.step, route(entry.url)))
            return
        load = self.loads.get(key) or Load(key=key, order=order, time=entry.time, step=entry.step, url=entry.url)
        load.url = entry.url
        load.routes = [(load.order, load.step, route(entry.url)), *load.routes[1:]]
        if entry.kind in ("reload", "back-forward"):
            load.repeated = True
            load.repeats = load.repeats or ((entry.page, entry.page_load - 1) if entry.kind == "reload" else None)
            load.how = load.how or ("reloaded" if entry.kind == "reload" else "shown again by Back or Forward")
        self.loads[key] = load

    def _disturbed(self, entry: Disturbance) -> None:
        if entry.kind not in REPEATING or entry.page is None or entry.page_load is None:
            return
        key = (entry.page, entry.page_load)
        load = self.loads.get(key)
        if load is None:
            load = self.loads[key] = Load(
                key=key, order=0, time=entry.time, step=entry.step, url=entry.url or "", routes=[(0, entry.step, route(entry.url))]
            )
        load.repeated = True
        if entry.previous_page is not None and entry.previous_load is not None:
            load.repeats = (entry.previous_page, entry.previous_load)
        same_tab = entry.previous_page == entry.page
        load.how = "reloaded" if entry.kind == "reload" and same_tab else "opened again"

    def phase(self, index: int | None) -> Step | None:
        """The phase of that index."""
        return self.phases.get(index) if index is not None else None

    def home(self, index: int, load: Load | None) -> int | None:
        """The journey or scenario phase that something sent in phase ``index`` by this load belongs to; None before the first step.

        The proof of absence belongs to what it follows; in a scenario's phase, what an older load still sends belongs to the
        journey step before.
        """
        phase = self.phases.get(index)
        if phase is None:
            return None
        if phase.kind == "proof":
            before = phase.of if phase.of is not None and phase.of != index else self._journey_before(index)
            return self.home(before, load) if before is not None and before < index else before
        if phase.kind == "scenario" and load is not None and load.step < index:
            began = self.phases.get(load.step)
            if began is not None and began.kind == "scenario":
                return load.step
            return phase.of if phase.of is not None else self._journey_before(index)
        return index

    def _journey_before(self, index: int) -> int | None:
        return max((each.index for each in self.phases.values() if each.kind in ("journey", "before") and each.index < index), default=None)

    def moment(self, event_time: float) -> float:
        """Seconds of the walk for a page's own time (seconds of the epoch), the page's clock having been put forward in the walk."""
        shown = event_time - self.recording.walk.clock_offset
        for position, (since, ahead) in enumerate(self._clock):
            until = self._clock[position + 1][0] if position + 1 < len(self._clock) else float("inf")
            if shown < since + ahead:
                return since
            if shown < until + ahead:
                return shown - ahead
        return shown

    def phase_at(self, moment: float) -> int | None:
        """The phase under way at that moment."""
        under_way = [phase for phase in self.phases.values() if phase.began <= moment]
        return max(under_way, key=lambda phase: (phase.began, phase.index)).index if under_way else None

    def load_of(self, page: str | None, ordinal: int | None) -> Load | None:
        """The load of that tab and ordinal, if both are known."""
        return self.loads.get((page, ordinal)) if page is not None and ordinal is not None else None


@lru_cache(maxsize=4096)
def route(url: str | None) -> str:
    """What of a URL makes it another page: all but campaign parameters and a plain anchor."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not is_campaign(key)]
    except ValueError:
        return url
    fragment = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    return f"{parts.netloc}{parts.path or '/'}?{sorted(query)}#{fragment}"


def is_campaign(name: str) -> bool:
    """Whether a query parameter tells of a campaign: UTM parameters and the ad networks' click ids."""
    return name.lower().startswith("utm_") or name in CLICK_IDS


def query_of(url: str | None) -> Mapping[str, str]:
    """A URL's query, first value of each name; empty where there is none or it cannot be read."""
    if not url:
        return {}
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return {}
    return dict(reversed(pairs))


def matches_page(url: str, glob: str) -> bool:
    """Whether a URL's path, path with query, or the whole URL is what the glob names."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = parts.path or "/"
    with_query = f"{path}?{parts.query}" if parts.query else path
    return any(fnmatchcase(text, glob) for text in (path, with_query, url))
