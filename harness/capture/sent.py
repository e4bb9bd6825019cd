"""Requests on their way: what was told of each so far, and what is still awaited."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from harness.capture.captured import Body, CapturedRequest, Outcome, unreadable
from harness.capture.walk import Slot

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.captured import Answer, Disposition
    from harness.capture.tabs import Frame, Load, Tab, Worker
    from harness.capture.walk import BrowserWalk

UNSEEN = 2.0
"""Seconds that a paused request waits for its page to tell which document sent it; it is answered at once all the same.

A page whose own thread is busy tells late.
"""

LEFT = 0.5
"""The same where the page is gone, or another is shown in its stead."""

UNPAUSED = 5.0
"""Seconds that a request which a page told of waits to be paused."""

LAST = 1.0
"""Seconds in which the last of a closed tab's requests are paused."""

UNANSWERED = 3.0
"""Seconds after which nothing more is expected of what a closed tab sent."""

STALE = 60.0
"""Seconds after which a request that its page told of is no longer expected to be paused."""

PAGE_LEFT = "the page was left before an answer was seen"

KEPT = 10_000
"""How many requests are remembered for what may still be told of them."""

Noted = TypeVar("Noted")


@dataclass(slots=True)
class Sent:
    """One request on its way: told by its page, paused, answered, answered by its server, in whatever order these come.

    Attributes:
        network: the id under which its page's session tells of it; empty if none does.
        session: the session that told of it; ``told`` is what it told.
        ordinal: of the document load it is of; for a document's own request that of the load it opens.
        former: id of the request whose redirect led here.
        leaving: the load it is of if its page does not tell of it: it has come to its end, then.
        answer: what is to be answered to a WebSocket's handshake, which cannot be.
        refusal: the directive of the policy that refused it.
        until: when its page is no longer waited for.
        watched: whether its answer is paused too, for its page may not tell of that.
        added: headers that were added to it when it went to the network.
        before: how many answers the network tells of before this one's, under the same id: those of the hops that led here.
    """

    walk: BrowserWalk
    slot: Slot
    id: str
    time: float
    step: int
    url: str
    network: str = ""
    session: str = ""
    frame: Frame | None = None
    worker: Worker | None = None
    load: Load | None = None
    leaving: Load | None = None
    ordinal: int | None = None
    initiator: str | None = None
    request: CapturedRequest | None = None
    outcome: Outcome | None = None
    answer: Answer | None = None
    refusal: str = ""
    until: float = 0.0
    watched: bool = False
    former: str | None = None
    added: tuple[tuple[str, str], ...] = ()
    before: int = 0
    told: dict[str, Any] = field(default_factory=dict)


class Ledger:
    """All requests on their way, under each id that the browser speaks of them by.

    Attributes:
        network: by the page session's id; the latest hop.
        fetch: by the interception's id.
        expected: told by their pages and not yet paused.
        unseen: paused and not yet told by their pages.
        open: paused, and what became of them is not known.
        loose: the latest that were paused without a page session's id, and when.
        answers: the statuses that the network told of, by the page session's id: one for each hop of a redirect.
    """

    def __init__(self) -> None:
        self.network: dict[str, Sent] = {}
        self.fetch: dict[str, Sent] = {}
        self.expected: dict[str, deque[Sent]] = {}
        self.unseen: dict[str, deque[Sent]] = {}
        self.open: dict[int, Sent] = {}
        self.loose: deque[tuple[float, Sent]] = deque(maxlen=64)
        self.answers: dict[str, list[int]] = {}

    def new(self, walk: BrowserWalk, url: str, network: str = "") -> Sent:
        """A request that was just heard of for the first time."""
        return Sent(walk, Slot(), walk.number("r"), walk.now(), walk.step, url, network)

    def heard_of(self, network: str) -> Sent | None:
        """The request with this id of a page's session; also one of which that session has told nothing but its answer."""
        waiting = self.unseen.get(network)
        return self.network.get(network) or (waiting[-1] if waiting else None)

    def on_the_wire(self, network: str, headers: dict[str, str]) -> None:
        """A request with this id went to the network with these headers. Of a redirect it is the latest hop that does."""
        waiting = self.unseen.get(network)
        sent = waiting[-1] if waiting else self.network.get(network)
        if sent is None or sent.request is None or sent.outcome is not None or sent.walk.tally.full(CapturedRequest):
            return
        to = header(headers, "host") or header(headers, ":authority")
        if to is None or to == urlsplit(sent.url).netloc:
            sent.added = sent.request.lacking(pair for pair in headers.items() if not pair[0].startswith(":"))

    def answered(self, network: str, status: int) -> None:
        """The network tells what a request with this id was answered, whatever its page may then see of it."""
        if self.heard_of(network) is not None:
            remember(self.answers, network, [*self.answers.get(network, ()), status])

    def attribute(self, sent: Sent, loader: str) -> None:
        """Which document load a request is of."""
        frame = sent.frame
        if frame is None:
            if sent.worker is not None and sent.worker.load is not None:
                sent.load, sent.ordinal = sent.worker.load, sent.worker.load.ordinal
            return
        if not frame.main:
            sent.load = frame.load
        elif loader == sent.network and loader:
            if sent.told.get("type") == "Document" or not sent.told:
                underway = frame.tab.begin(loader)
                underway.method = sent.told.get("request", {}).get("method", underway.method)
                sent.ordinal = frame.tab.last + 1
                return
            sent.load, sure = self._without_loader(frame.tab, sent.told)
            sent.ordinal = sent.load.ordinal if sure else None
            return
        else:
            sent.load = frame.tab.load_of(loader) or frame.tab.load
        sent.ordinal = sent.load.ordinal if sent.load else None

    def _without_loader(self, tab: Tab, told: dict[str, Any]) -> tuple[Load, bool]:
        """The document load of what the browser sends in a document's stead, and whether it is sure.

        Two loads of one address cannot be told apart while the former may still be sending its last.
        """
        asked_by = sender(told["request"]["headers"])
        left = tab.leaving(asked_by)
        if left is tab.load or not tab.load.fits(asked_by):
            return left, True
        if told.get("type") == "Prefetch" or not left.fits(asked_by) or left.replaced is None or time.monotonic() - left.replaced > LAST:
            return tab.load, True
        return left, False

    def completed(self, sent: Sent, request: CapturedRequest) -> CapturedRequest:
        """The request with all that is known of who sent it."""
        frame, worker = sent.frame, sent.worker
        page_url = frame_url = None
        if frame is not None:
            page_url = (sent.load or frame.tab.load).url
            frame_url = page_url if frame.main else frame.url
        if worker is not None:
            frame_url = worker.url or frame_url
        return replace(
            request, page=frame.tab.name if frame else None, page_url=page_url, page_load=sent.ordinal, frame_url=frame_url,
            main_frame=frame.main if frame and worker is None else None, initiator=sent.initiator, redirected_from=sent.former,
            resource_type=_called(sent) if request.resource_type == "xhr" else request.resource_type,
        )  # fmt: skip

    def place(self, sent: Sent) -> None:
        """Give a request its place in the order: the one that is kept for it, or now."""
        if sent.slot.open:
            self.fill(sent)
        elif sent.request is not None:
            sent.slot.entries.insert(0, sent.request)
            sent.walk.queue(sent.slot)

    def keep_places(self, tab: Tab) -> None:
        """What is paused of a tab has its place before what comes now, though it will be told only later whose it is."""
        for waiting in self.unseen.values():
            for sent in waiting:
                if sent.frame is not None and sent.frame.tab is tab and not sent.slot.open and not sent.slot.gone:
                    sent.slot.open, sent.slot.until = True, float("inf")
                    sent.walk.queue(sent.slot)

    def hold(self, sent: Sent, seconds: float) -> None:
        """Give a request its place in the order, and hand it on when what is known of it was settled, or the seconds have passed."""
        if sent.request is not None:
            sent.slot.entries.insert(0, sent.request)
            sent.slot.open, sent.slot.until = True, time.monotonic() + seconds
            sent.walk.queue(sent.slot)

    def settle(self, sent: Sent) -> None:
        """What is known of a request that is held is settled."""
        if sent.slot.open and not sent.slot.gone and sent.request is not None:
            sent.request = sent.slot.entries[0] = self.completed(sent, sent.request)
            sent.slot.open = False
            sent.walk.flush()

    def untold(self, sent: Sent) -> None:
        """Place a request whose page did not tell of it in time; should it still do so, that is no second request."""
        remember(self.network, sent.network, sent)
        if sent.leaving is not None:
            sent.load, sent.ordinal = sent.leaving, sent.leaving.ordinal
        if sent.request is not None:
            sent.request = self.completed(sent, sent.request)
        self.place(sent)
        if sent.load is not None and sent.load.replaced is not None and not sent.watched:
            self.lost(sent, Outcome(request=sent.id, state="unknown", reason=PAGE_LEFT))

    def record_told(self, sent: Sent, *, disposition: Disposition = "unknown") -> None:
        """Record a request that was never paused, as its page told of it: a body that is no text is not told."""
        asked = sent.told.get("request", {})
        if "postData" in asked:
            body = Body("present", asked["postData"].encode("utf-8", "surrogatepass"))
        elif asked.get("hasPostData"):
            body = Body("unreadable", b"", "the request was never paused, and the page's session does not tell this body")
        else:
            body = Body()
        request = CapturedRequest(
            id=sent.id, url=sent.url, time=sent.time, method=asked.get("method"),
            headers=tuple(asked.get("headers", {}).items()), body=body, resource_type=str(sent.told.get("type", "")).lower() or None,
            context=sent.walk.key, step=sent.step,
            disposition=disposition,
        )  # fmt: skip
        sent.request = self.completed(sent, request)
        self.fill(sent)

    def fill(self, sent: Sent) -> None:
        """Fill the place that a request holds in the order; if its time was over, it comes after all that is there."""
        if sent.slot.gone:
            sent.slot = Slot(sent.slot.entries)
            self.place(sent)
        elif sent.request is not None:
            sent.slot.entries.insert(0, sent.request)
            sent.slot.open = False
            sent.walk.flush()

    def withdraw(self, sent: Sent) -> None:
        """It is no longer awaited to be paused."""
        expected = self.expected.get(sent.network)
        if expected and sent in expected:
            expected.remove(sent)
            if not expected:
                del self.expected[sent.network]

    def end(self, sent: Sent, outcome: Outcome) -> None:
        """What became of a request: the first word counts."""
        if sent.outcome is not None:
            return
        self.open.pop(id(sent), None)
        walk = sent.walk
        sent.outcome = replace(outcome, time=walk.now(), headers=sent.added)
        if sent.slot.gone:
            walk.put(sent.outcome)
        else:
            sent.slot.entries.append(sent.outcome)

    def lost(self, sent: Sent, outcome: Outcome) -> None:
        """Its page saw no answer: that is what became of it, unless the network told of one."""
        if statuses := self.answers.get(sent.network, [])[sent.before :]:
            reason = "" if outcome.state == "unknown" else outcome.reason if outcome.state == "delivered" else unreadable(outcome.reason)
            # A request that was asked for a login had two.
            outcome = Outcome(request=sent.id, state="delivered", status=statuses[-1], reason=reason)
        self.end(sent, outcome)

    def left(self, load: Load) -> None:
        """Another document is shown: what became of what this one sent is told of no more."""
        # One of which its page told nothing yet may still prove to be of the next.
        unseen = {id(sent) for waiting in self.unseen.values() for sent in waiting}
        self.abandon(lambda sent: sent.load is load and not sent.watched and id(sent) not in unseen, PAGE_LEFT)

    def abandon(self, which: Callable[[Sent], bool], reason: str) -> None:
        """Say of requests whose answers will not be seen that it is not known what became of them."""
        for sent in [each for each in self.open.values() if each.request is not None and which(each)]:
            if sent.request is not None and sent.request.resource_type != "ping":
                self.lost(sent, Outcome(request=sent.id, state="unknown", reason=reason))

    def gone(self, which: Callable[[Frame], bool]) -> None:
        """The documents of these frames are gone: of what is paused of them, they tell soon, or never."""
        until = time.monotonic() + LEFT
        for waiting in self.unseen.values():
            for sent in waiting:
                if sent.frame is not None and which(sent.frame):
                    sent.until = min(sent.until, until)

    def closed(self, tab: Tab) -> None:
        """A tab is closed: what it told of is paused soon, or never, and what it sent last was of the document it showed."""
        self.gone(lambda frame: frame.tab is tab)
        for _, sent in self.loose:
            if sent.frame is not None and sent.frame.tab is tab and sent.slot.open and sent.load is not None:
                sent.load = self._nearer(sent, sent.load)
                sent.ordinal = sent.load.ordinal
                self.settle(sent)
        for waiting in self.unseen.values():
            for sent in waiting:
                if sent.frame is not None and sent.frame.tab is tab and sent.leaving is not None:
                    sent.leaving = self._nearer(sent, sent.leaving)
        until = time.monotonic() + LAST
        for waiting in self.expected.values():
            for sent in waiting:
                if sent.frame is not None and sent.frame.tab is tab:
                    sent.slot.until = min(sent.slot.until, until)

    def _nearer(self, sent: Sent, left: Load) -> Load:
        """Of the load that seemed to be left and that of a tab closed just now, the one whose end is nearer to what was sent."""
        at = sent.walk.zero + sent.time
        if sent.request is None or sent.frame is None or (left.replaced is not None and at - left.replaced <= time.monotonic() - at):
            return left
        return sent.frame.tab.leaving(sender(dict(sent.request.headers)))

    def release(self, sent: Sent) -> None:
        """Close its place without an entry: it never left."""
        self.withdraw(sent)
        sent.slot.open = False
        sent.walk.flush()

    def overdue(self, now: float) -> None:
        """Say what is not known of what a closed tab sent: the browser does not tell of the end of a context."""
        for sent in list(self.open.values()):
            if sent.frame is not None and sent.frame.tab.closed and now - sent.walk.zero - sent.time > UNANSWERED:
                self.lost(sent, Outcome(request=sent.id, state="unknown", reason="no answer was seen after its tab was closed"))
        for key, waiting in list(self.expected.items()):
            while waiting and waiting[0].slot.gone and now - waiting[0].walk.zero - waiting[0].time > STALE:
                waiting.popleft()
            if not waiting:
                del self.expected[key]

    def placed(self, now: float) -> None:
        """Place those whose pages did not tell of them in time."""
        for key, waiting in list(self.unseen.items()):
            while waiting and now >= waiting[0].until:
                self.untold(waiting.popleft())
            if not waiting:
                del self.unseen[key]

    def forget(self, walk: BrowserWalk) -> None:
        """Drop all requests of a walk whose contexts are gone."""
        for store in (self.network, self.fetch):
            for key in [key for key, sent in store.items() if sent.walk is walk]:
                del store[key]
        self.answers = {key: statuses for key, statuses in self.answers.items() if key in self.network}
        for waiting in (self.expected, self.unseen):
            for key in [key for key, each in waiting.items() if each and each[0].walk is walk]:
                del waiting[key]
        self.open = {key: sent for key, sent in self.open.items() if sent.walk is not walk}
        self.loose = deque((each for each in self.loose if each[1].walk is not walk), maxlen=64)


def _called(sent: Sent) -> str:
    """What one of a script's own requests is: paused, all of these are "XHR". Only a page's session tells which it is.

    Of the last requests of a document no session tells, and an XMLHttpRequest ends with its document: what is sent then is a fetch.
    """
    told = str(sent.told.get("type", "")).lower()
    last = not told and (not sent.network or (sent.frame is not None and sent.frame.tab.closed))
    return told if told in ("fetch", "eventsource") else "fetch" if last else "xhr"


def remember(store: dict[Any, Noted], key: str | int, noted: Noted) -> None:
    """Keep a request, or what is told of it, under an id, and forget the oldest tenth of what is kept beyond the limit."""
    store[key] = noted
    if len(store) > KEPT:
        for old in list(store)[: KEPT // 10]:
            del store[old]


def header(headers: dict[str, str], name: str) -> str | None:
    """A header by its lower-case name."""
    return next((value for key, value in headers.items() if key.lower() == name), None)


def sender(headers: dict[str, str]) -> str | None:
    """The URL or origin of the document that a request says it is from."""
    return header(headers, "referer") or header(headers, "origin")
