"""One walk's capture: what it was given, put in order, and what it still waits for."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.capture import stub
from harness.capture.bounds import BOUNDS, Tally
from harness.capture.captured import CapturedRequest, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from harness.capture.bounds import Bounds
    from harness.capture.browser import BrowserCapture
    from harness.capture.captured import Answer, Body
    from harness.capture.cdp import Message
    from harness.capture.contract import Answerer, Entry, Sink
    from harness.capture.datalayer import Recorder
    from harness.capture.tabs import Tab

LASTING = frozenset({"websocket", "webtransport", "eventsource", "media", "background-fetch"})
"""Resource types that stay open by their nature: they do not keep a walk from being quiet."""

MESSAGE = "websocket-message"
"""The resource type of what is said over an open WebSocket, which may go on for ever: it does not keep a walk from being quiet either."""


@dataclass(slots=True)
class Slot:
    """A place in the order of what happened. It holds back what came later until it is filled, or its time is over."""

    entries: list[Entry] = field(default_factory=list)
    open: bool = False
    until: float = 0.0
    gone: bool = False


def message(socket: CapturedRequest, name: str, body: Body, time_: float, step: int) -> tuple[CapturedRequest, Outcome]:
    """A message over an open WebSocket, and what is known to have become of it.

    Args:
        socket: the handshake.
        name: the message's own id.
        body: what is said.
        time_: seconds since the walk began.
        step: the step it is sent in.
    """
    said = replace(
        socket, id=name, method=None, headers=(), body=body, resource_type=MESSAGE, time=time_, step=step, redirected_from=None,
        initiator=None, disposition="passed",
    )  # fmt: skip
    return said, Outcome(request=name, state="unknown", time=time_, reason="a message over a WebSocket has no answer")


class BrowserWalk:
    """One walk's capture in a browser. See :class:`harness.capture.contract.WalkCapture`."""

    backend = "browser"

    def __init__(
        self,
        capture: BrowserCapture,
        sink: Sink,
        answer: Answerer,
        recorder: Recorder,
        zero: float,
        key: str,
        bounds: Bounds = BOUNDS,
        network_conditions: Message | None = None,
    ) -> None:
        self.bounds = bounds
        self.tally = Tally(bounds)
        self.capture = capture
        self.answer = answer
        self.recorder = recorder
        self.zero = zero
        self.key = key
        self.network_conditions = network_conditions
        self.contexts: set[str] = set()
        self.tabs: list[Tab] = []
        self.names: dict[Page, str] = {}
        self.step = 0
        self.stir = threading.Condition(capture.lock)
        self.flight: dict[str, CapturedRequest] = {}
        self.closed = False
        self.ended = 0.0
        self._sink = sink
        self._order: deque[Slot] = deque()
        self._numbers = 0
        self._gaps: dict[str, None] = {}
        self._activity: deque[tuple[float, CapturedRequest | None]] = deque(maxlen=4096)

    # ---- called from the test's thread ----

    @property
    def lost(self) -> str:
        """Why nothing more can be captured; empty as long as it can."""
        return f"the connection to the browser was lost: {self.capture.lost}" if self.capture.lost else ""

    def adopt(self, context: BrowserContext) -> None:
        """Capture all that this context's pages, frames and workers send from now on.

        Raises:
            BrowserError: the context is not of this browser, or another walk has it.
        """
        self.capture.adopt(self, context)

    def enter_step(self, index: int) -> None:
        """What is sent from now on was sent in this step."""
        with self.stir:
            self.step = index

    def barrier(self) -> None:
        """Return once all that the pages sent, pushed or navigated before this call is in the sink."""
        self.capture.barrier(self)

    def quiet(self, window: float, limit: float, ignore: Callable[[CapturedRequest], bool] | None = None) -> bool:
        """Wait until nothing was captured or is in flight for ``window`` seconds; False if ``limit`` came first.

        Args:
            window: seconds without anything; the window may lie in part before the call.
            limit: seconds to wait at most.
            ignore: requests that neither count as anything nor as in flight.
        """
        began = time.monotonic()
        until = began + limit

        def matters(request: CapturedRequest | None) -> bool:
            return request is None or ignore is None or not ignore(request)

        def latest() -> float:
            return next((at for at, what in reversed(self._activity) if matters(what)), 0.0)

        while True:
            with self.stir:
                now = time.monotonic()
                last = latest()
                busy = any(slot.open for slot in self._order) or any(
                    each.resource_type not in LASTING and matters(each) for each in self.flight.values()
                )
                still = not busy and now - last >= window
                if not still:
                    if now >= until:
                        return False
                    self.stir.wait(min(until - now, 0.1 if busy else max(0.005, last + window - now)))
                    continue
            # A page that had no time for its work yet is not quiet: it is, once it has answered and nothing came of it.
            self.capture.round_trip(self, max(0.05, min(1.0, until - now)))
            with self.stir:
                if not any(slot.open for slot in self._order) and last == latest():
                    return True

    def note_gap(self) -> tuple[str, ...]:
        """What this capture knows that it may have missed, in words; empty if nothing."""
        with self.stir:
            return (*self._gaps, *self.tally.words())

    def page_id(self, page: Page) -> str | None:
        """The name (``p1``, ``p2`` …) under which this tab's entries are recorded; None if it is not of this walk."""
        return self.capture.page_name(self, page)

    def exit(self, url: str) -> str:
        """Where to leave a page of this URL for, so that what it sends while leaving is answered before it ends.

        Returns:
            A URL of its origin at which the capture answers with an empty document, recorded as about:blank; or about:blank itself.
        """
        return self.capture.exit(self, url)

    def close_page(self, page: Page) -> None:
        """See :meth:`harness.capture.contract.WalkCapture.close_page`."""
        self.capture.close_page(self, page)

    def close(self) -> None:
        """Let everything paused go, and stop. Hits that arrive later are still given to the sink until the context is gone."""
        with self.stir:
            self.closed = True
            self.ended = time.monotonic()
        self.capture.clear(self, 2.0)

    # ---- called from the capture's thread, under its lock ----

    @property
    def latest(self) -> float:
        """``time.monotonic()`` when something was last handed on."""
        return self._activity[-1][0] if self._activity else 0.0

    def busy(self, since: float) -> bool:
        """Whether something is half told, or a request that was sent after this moment is not answered yet."""
        sent = (each for each in self.flight.values() if each.resource_type not in LASTING)
        return any(slot.open for slot in self._order) or any(each.time >= since - self.zero for each in sent)

    def decide(self, request: CapturedRequest) -> Answer | None:
        """What a request is answered with; a fault in the answer lets it through, and is a gap."""
        try:
            return stub.decided(self.answer(request), request)
        except Exception as error:
            self.gap(f"no answer could be found for {request.url[:200]} ({type(error).__name__}: {error}); it was let through")
            return None

    def unheld(self, request: CapturedRequest, what: str) -> None:
        """A request went out that nothing can hold back: a gap, in these words, if it was to be answered in its server's stead."""
        if self.decide(request) is not None:
            self.gap(f"{what}: {request.url[:200]}")

    def now(self) -> float:
        """Seconds since the walk began, to the microsecond."""
        return round(time.monotonic() - self.zero, 6)

    def number(self, kind: str) -> str:
        """An id that is unique in the walk: the kind's letter and a number."""
        self._numbers += 1
        return f"{kind}{self._numbers}"

    def gap(self, what: str) -> None:
        """Remember what may have been missed."""
        if len(self._gaps) < 100:
            self._gaps[what] = None

    def queue(self, slot: Slot) -> None:
        """Give a slot its place: after all that is there."""
        self._order.append(slot)
        self.flush()

    def put(self, *entries: Entry) -> None:
        """Entries that are whole, at this moment."""
        self.queue(Slot(list(entries)))

    def flush(self, *, now: float | None = None) -> None:
        """Hand on what is whole, up to the first slot that is still awaited."""
        while self._order:
            slot = self._order[0]
            if slot.open and not (now is not None and now >= slot.until):
                return
            self._order.popleft()
            slot.open, slot.gone = False, True
            for entry in slot.entries:
                self._hand(entry)

    @property
    def awaited(self) -> bool:
        """Whether the order waits for something."""
        return bool(self._order)

    def order(self) -> list[Slot]:
        """What is not yet handed on."""
        return list(self._order)

    def _hand(self, entry: Entry) -> None:
        request: CapturedRequest | None = None
        if isinstance(entry, CapturedRequest):
            request = self.flight[entry.id] = entry
        elif isinstance(entry, Outcome):
            request = self.flight.pop(entry.request, None)
        if request is None or request.resource_type != MESSAGE:
            self._activity.append((time.monotonic(), request))
        try:
            if self.tally.keeps(entry):
                self._sink(entry)
        except Exception as error:
            self.gap(f"an entry could not be recorded ({type(error).__name__}: {error})")
        self.stir.notify_all()
