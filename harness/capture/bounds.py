"""How much of one walk is kept. No page may cost more memory or time than this, whatever it does; what is beyond is counted and said.

Below the bounds nothing is lost. Above them the walk's record says what is missing, which makes it inconclusive.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.capture.captured import Body, CapturedRequest, Navigation, Outcome, Push

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.contract import Entry

NAMED = 10
"""How many hosts and sources of what was not kept are named."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one walk may hold, and how long one of its tabs may stand still.

    Attributes:
        requests: requests that are kept; the rest is answered all the same, and counted.
        pushes: data-layer pushes and calls of vendors' functions that are kept.
        navigations: document loads and route changes that are kept.
        body: bytes of one request's body that are kept; a longer one is partial.
        kept: bytes of all addresses, headers, bodies and pushed values that are kept.
        tabs: tabs open at once; what is opened beyond is closed at once. After as many that were, no page may open any more:
            all that pages opened are closed, for tabs that open tabs would hold the walk up as long as they live.
        stuck: seconds after which a page whose script does not end is stopped and left, and a dialog that nobody answers is accepted
            (in Chromium and a stock Firefox: what Playwright has of its own besides has nothing that stops a script).
    """

    requests: int = 20_000
    pushes: int = 50_000
    navigations: int = 5_000
    body: int = 8 * 1024 * 1024
    kept: int = 256 * 1024 * 1024
    tabs: int = 40
    stuck: float = 30.0


def bounds_of(environment: Mapping[str, str]) -> Bounds:
    """The bounds of a run. Where ``PWDEBUG`` has Playwright wait without limit, a tab that stands still may stand at a breakpoint.

    https://playwright.dev/python/docs/debug
    """
    return Bounds(stuck=math.inf) if environment.get("PWDEBUG", "0") not in ("", "0") else Bounds()


BOUNDS = bounds_of(os.environ)


class Tally:
    """What of one walk was kept, and what was not."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.size = 0
        self._kept = {CapturedRequest: 0, Push: 0, Navigation: 0}
        self._most = {CapturedRequest: bounds.requests, Push: bounds.pushes, Navigation: bounds.navigations}
        self._over: dict[type, Counter[str]] = {kind: Counter() for kind in self._kept}
        self._dropped: set[str] = set()
        self._left_out: dict[str, tuple[str, int]] = {}
        self._tabs = 0

    def full(self, kind: type) -> bool:
        """Whether nothing more of this kind is kept."""
        return self._kept[kind] >= self._most[kind] or self.size >= self.bounds.kept

    def keeps(self, entry: Entry) -> bool:
        """Count an entry; False if it is not to be kept. What became of a request that was not kept is not kept either."""
        if isinstance(entry, Outcome):
            dropped = entry.request in self._dropped
            self._dropped.discard(entry.request)
            if not dropped:
                self.size += _size(entry)
            return not dropped
        kind = type(entry)
        if self.full(kind):
            if isinstance(entry, CapturedRequest):
                self._dropped.add(entry.id)
            where = entry.source if isinstance(entry, Push) else urlsplit(entry.url[:2_000]).netloc
            counts = self._over[kind]
            counts[where if where in counts or len(counts) < 100 * NAMED else ""] += 1
            return False
        self._kept[kind] += 1
        self.size += _size(entry)
        return True

    def within(self, request: CapturedRequest) -> CapturedRequest:
        """A request with as much of it as is kept."""
        if self.full(CapturedRequest):
            return replace(request, url=request.url[:2_000], headers=(), body=Body())
        most, body = self.bounds.body, request.body
        if len(body.data) <= most:
            return request
        reason = f"cut to the first {most:,} of {len(body.data):,} bytes" + (f"; {body.reason}" if body.reason else "")
        return replace(request, body=Body("partial", body.data[:most], reason))

    def left_out(self, document: str, where: str, count: int) -> None:
        """A document's recorder has left out so many pushes by now."""
        self._left_out[document] = (where, count)

    def one_too_many(self, open_: int, *, by_page: bool) -> bool:
        """Whether a tab that was just opened is to be closed; it is counted if so.

        Args:
            open_: tabs that are open now, it among them.
            by_page: whether a page opened it, not the journey.
        """
        if open_ <= self.bounds.tabs and not (self.storm and by_page):
            return False
        self._tabs += 1
        return True

    @property
    def storm(self) -> bool:
        """Whether pages have opened so many tabs that they may open none any more."""
        return self._tabs >= self.bounds.tabs

    def words(self) -> list[str]:
        """What was not kept."""
        said = []
        pushes = self._over[Push]
        for where, count in self._left_out.values():
            pushes = pushes + Counter({where: count})
        names = {CapturedRequest: "requests", Push: "pushes and calls", Navigation: "navigations"}
        for kind, counts in {**self._over, Push: pushes}.items():
            if not counts:
                continue
            to = "of" if kind is Push else "to"
            named = ", ".join(f"{count:,} {to} {where or 'others'}" for where, count in counts.most_common(NAMED))
            more = f", and more of {len(counts) - NAMED} others" if len(counts) > NAMED else ""
            most = f"{self._most[kind]:,}" if self.size < self.bounds.kept else f"{self.bounds.kept >> 20} MB"
            said.append(f"{counts.total():,} {names[kind]} were not kept ({named}{more}): no more than {most} of one walk are")
        if self._tabs:
            then = "; after as many, all that pages had opened were closed, and what they opened then" if self.storm else ""
            said.append(
                f"{self._tabs:,} tabs were closed soon after they were opened: no more than {self.bounds.tabs} may be open at once{then}"
            )
        return said


def _size(entry: Entry) -> int:
    """About how many bytes of the page's own an entry holds; of a push, whoever reads its message knows."""
    size = sum(len(name) + len(value) for name, value in entry.headers) if isinstance(entry, CapturedRequest | Outcome) else 0
    if isinstance(entry, CapturedRequest | Navigation):
        size += len(entry.url)
    return size + len(entry.body.data) if isinstance(entry, CapturedRequest) else size
