"""What is open in the browser: tabs with their document loads, frames and workers, as the protocol's events tell of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.capture.stub import origin_of

if TYPE_CHECKING:
    from harness.capture.captured import NavigationKind

LATE = 5.0
"""Seconds after its replacement in which a document may still be sending: what it sends in its last moments is handed on at once."""

MOMENT = 0.25
"""Seconds after its replacement in which a document rather than the next sends its last, where the next is only about to be left."""

AT_ONCE = 0.05
"""Seconds after a document was left in which its last requests are paused, where the machine is not busy."""

KEPT = 64
"""How many former loads of a tab are kept to attribute what they sent late."""


@dataclass(slots=True)
class Load:
    """One document in a tab's main frame. Ordinal 0 is the tab's initial empty document.

    ``answered`` is set once the document that replaces it was answered: from then on it may be sending its last. ``replaced`` is the
    monotonic time at which another was shown in its stead.
    """

    ordinal: int
    loader: str
    url: str
    answered: bool = False
    replaced: float | None = None

    @property
    def address(self) -> str:
        """The URL without its fragment, as a ``Referer`` tells it."""
        return self.url.partition("#")[0]

    @property
    def was_left(self) -> bool:
        """Whether another document has been shown in this one's stead for longer than its last requests usually take to be paused."""
        return self.replaced is not None and time.monotonic() - self.replaced > AT_ONCE

    def fits(self, sender: str | None) -> bool:
        """Whether a ``Referer`` or ``Origin`` can be this document's."""
        if not sender:
            return False
        origin = origin_of(sender)
        return self.address == sender or (sender.rstrip("/") == origin and origin_of(self.url) == origin)


@dataclass(slots=True)
class Underway:
    """A navigation of a main frame that has begun and not yet shown its document."""

    kind: NavigationKind = "document"
    method: str | None = None
    status: int | None = None


@dataclass(slots=True)
class Tab:
    """One tab (or popup, or prerendered page) of a walk. ``dialogs`` counts those it has shown.

    ``closing`` is the monotonic time at which it was last told to close; 0 if it was not, or is closed.
    """

    target: str
    context: str
    name: str
    opener: str | None = None
    loads: list[Load] = field(default_factory=lambda: [Load(0, "", "about:blank")])
    underway: dict[str, Underway] = field(default_factory=dict)
    last: int = 0
    closed: bool = False
    dialog: bool = False
    dialogs: int = 0
    crashed: bool = False
    closing: float = 0.0

    @property
    def load(self) -> Load:
        """The document shown now."""
        return self.loads[-1]

    def begin(self, loader: str) -> Underway:
        """The navigation that will show this document."""
        if loader not in self.underway and len(self.underway) > KEPT:
            del self.underway[next(iter(self.underway))]
        return self.underway.setdefault(loader, Underway())

    def show(self, loader: str, url: str) -> Load:
        """Another document is shown: a new one, or one that the browser had kept. Other navigations of the former one are void."""
        self.underway.clear()
        former = next((load for load in self.loads if load.loader == loader), None)
        if former is not None:
            self.loads.remove(former)
            self.loads[-1].replaced = time.monotonic()
            former.url, former.answered, former.replaced = url, False, None
            self.loads.append(former)
            return former
        self.loads[-1].replaced = time.monotonic()
        self.last += 1
        self.loads.append(Load(self.last, loader, url))
        del self.loads[:-KEPT]
        return self.loads[-1]

    def load_of(self, loader: str) -> Load | None:
        """The load with this loader id; none for an empty one, which is that of an empty document of which nothing was told."""
        if not loader:
            return None
        shown = self.loads[-1]
        return shown if shown.loader == loader else next((load for load in reversed(self.loads) if load.loader == loader), None)

    def may_be_shown(self, sender: Load) -> bool:
        """Whether what this load seems to send may be of the one shown now."""
        return not self.closed and (sender is self.load or sender.address == self.load.address)

    def leaving(self, sender: str | None) -> Load:
        """The load that sends while it is being left.

        Such a request carries no id of its document. A document that still runs would give one, so the sender is one that is on its
        way out, or was replaced a moment ago: the latest such whose address fits what the request tells of its sender. Only where
        none fits is it the document shown now (a frame that was taken out of it sends so).

        Args:
            sender: the request's ``Referer`` or ``Origin``, where it has one.
        """
        now = time.monotonic()
        # A document without an answer (about:blank) replaces another without a word beforehand but that its navigation began.
        going = self.closed or bool(self.underway)
        left = [load for load in self.loads if (now - load.replaced < LATE if load.replaced is not None else load.answered or going)]
        if not left:
            return self.load
        if not sender:
            return left[-1]
        origin = origin_of(sender)
        whole = sender.rstrip("/") != origin
        alike = [load for load in left if whole and load.address == sender]
        if not alike and whole and self.load.address == sender:
            # It is left without a word beforehand: its tab is closed, or a frame was taken out of it.
            return self.load
        alike = alike or [load for load in left if origin_of(load.url) == origin]
        if alike:
            return alike[-2] if self._hardly_shown(alike, now) else alike[-1]
        return self.load if origin_of(self.load.url) == origin else left[-1]

    def _hardly_shown(self, candidates: list[Load], now: float) -> bool:
        """Whether the last of these is shown, will be left, but not yet, and the one before was replaced just now."""
        last, before = candidates[-1], candidates[-2] if len(candidates) > 1 else None
        if before is None or before.replaced is None or last is not self.load or last.answered or self.closed:
            return False
        return now - before.replaced < MOMENT


@dataclass(slots=True)
class Frame:
    """A frame of a tab. A subframe lives and dies with the document load it was attached in."""

    id: str
    tab: Tab
    parent: str | None = None
    url: str = "about:blank"
    load: Load | None = None
    gone: bool = False

    @property
    def main(self) -> bool:
        """Whether it is its tab's main frame."""
        return self.parent is None


@dataclass(slots=True)
class Worker:
    """A dedicated, shared or service worker; only a dedicated one has a frame that it belongs to."""

    id: str
    type: str
    context: str
    url: str = ""
    frame: Frame | None = None
    load: Load | None = None
