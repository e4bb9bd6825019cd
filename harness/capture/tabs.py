"""What is open in the browser: tabs with their document loads, frames and workers, as the protocol's events tell of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.capture.stub import origin_of

if TYPE_CHECKING:
    from harness.capture.captured import NavigationKind

KEPT = 64
"""How many former loads of a tab are kept to attribute what they sent late."""


@dataclass(slots=True)
class Load:
    """One document in a tab's main frame. Ordinal 0 is the tab's initial empty document.

    ``answered`` is set once the document that replaces it was answered: from then on it may be sending its last.
    """

    ordinal: int
    loader: str
    url: str
    answered: bool = False


@dataclass(slots=True)
class Underway:
    """A navigation of a main frame that has begun and not yet shown its document."""

    kind: NavigationKind = "document"
    method: str | None = None
    status: int | None = None


@dataclass(slots=True)
class Tab:
    """One tab (or popup, or prerendered page) of a walk."""

    target: str
    context: str
    name: str
    opener: str | None = None
    loads: list[Load] = field(default_factory=lambda: [Load(0, "", "about:blank")])
    underway: dict[str, Underway] = field(default_factory=dict)
    last: int = 0
    closed: bool = False
    dialog: bool = False
    crashed: bool = False

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
        """Another document is shown: a new one, or one that the browser had kept."""
        former = next((load for load in self.loads if load.loader == loader), None)
        if former is not None:
            self.loads.remove(former)
            former.url, former.answered = url, False
            self.loads.append(former)
            return former
        self.loads[-1].answered = True
        self.last += 1
        self.loads.append(Load(self.last, loader, url))
        del self.loads[:-KEPT]
        return self.loads[-1]

    def load_of(self, loader: str) -> Load | None:
        """The load with this loader id."""
        return next((load for load in reversed(self.loads) if load.loader == loader), None)

    def leaving(self, sender: str | None) -> Load:
        """The load that sends while it is being left.

        Such a request carries no id of its document. A document that still runs would give one, so the sender is one that is
        on its way out: the latest that can have been left already, and whose address fits what the request tells of its sender.

        Args:
            sender: the request's ``Referer`` or ``Origin``, where it has one.
        """
        left = [load for load in self.loads if load.answered or self.closed] or [self.load]
        if sender:
            origin = origin_of(sender)
            whole = sender.rstrip("/") != origin
            fits = [load for load in left if (load.url.split("#")[0] == sender if whole else origin_of(load.url) == origin)]
            left = fits or [load for load in left if origin_of(load.url) == origin] or left
        return left[-1]


@dataclass(slots=True)
class Frame:
    """A frame of a tab. A subframe lives and dies with the document load it was attached in."""

    id: str
    tab: Tab
    parent: str | None = None
    url: str = "about:blank"
    load: Load | None = None

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
