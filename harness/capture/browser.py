"""Capture from inside a Chromium: every request of the whole browser is paused, told, answered or let go, in a thread of its own.

Interception is switched on for the browser itself, not for a page: only so are beacons of a page that is being left, shared and service
workers and redirect hops seen. What is sent while a context is closed with its tabs still open the browser may drop before it is paused:
close the tabs first.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Self

from harness.capture import endpoint as endpoints
from harness.capture.bounds import BOUNDS
from harness.capture.cdp import Connection
from harness.capture.datalayer import CALLS, LAYERS, Recorder
from harness.capture.endpoint import LAUNCH_ARGS
from harness.capture.exits import Exits
from harness.capture.pushes import Pushes
from harness.capture.refusals import Refusals, Sockets, network_conditions
from harness.capture.reports import Reports
from harness.capture.sent import UNPAUSED, UNSEEN, Ledger
from harness.capture.stuck import Stuck, Watched
from harness.capture.targets import AUTO, IGNORED, PAGES, Targets
from harness.capture.traffic import PATTERNS, Traffic
from harness.capture.unheld import BackgroundFetches, EarlyHints
from harness.capture.walk import BrowserWalk
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from harness.capture.bounds import Bounds
    from harness.capture.cdp import Message
    from harness.capture.contract import Answerer, Sink

__all__ = ["LAUNCH_ARGS", "BrowserCapture"]

RENDERER = 3.0
"""Seconds that a barrier waits for a page's own thread."""

LINGER = 15.0
"""Seconds after its end in which a walk may still be sent hits; then it is forgotten, once its contexts are gone."""

BUSY = 20
"""Messages in a twentieth of a second that show that a barrier waits for us rather than for a page."""


class BrowserCapture:
    """Capture in one browser, for all walks in it."""

    def __init__(self, url: str, bounds: Bounds = BOUNDS) -> None:
        self.bounds = bounds
        self.lock = threading.RLock()
        self.walks: list[BrowserWalk] = []
        self.lost = ""
        self._look = 0.0
        self._number = 0
        self._ledger = Ledger()
        self._pushes = Pushes(self._send)
        self._targets = Targets(self._send, self._pushes.script, self._pushes.binding, self._ledger, lambda: self._traffic.release())
        self._pushes.targets = self._targets
        refusals = Refusals(self._targets, self._ledger)
        self._exits = Exits(self._send, self._targets, self._pushes.token)
        self._targets.exits = self._exits
        self._traffic = Traffic(self._send, self._targets, self._ledger, refusals, self._pushes, self._exits, self._live)
        self._stuck = Stuck(self._send)
        unpaused = (each(self._targets, self._ledger) for each in (Sockets, Reports, BackgroundFetches, EarlyHints))
        parts = (self._traffic, self._targets, self._pushes, refusals, *unpaused)
        self._events = {name: take for part in parts for name, take in part.events.items()}
        self.connection = Connection(url, events=self._events, event=self._take, tick=self._tick, lost=self._dropped)
        exclude = [{"type": kind, "exclude": True} for kind in IGNORED]
        try:
            self.connection.call("Target.setDiscoverTargets", {"discover": True, "filter": [*exclude, {}]})
            self.connection.call("Target.setAutoAttach", {**AUTO, "filter": [*exclude, {}]})
            self.connection.call("Fetch.enable", {"patterns": PATTERNS, "handleAuthRequests": False})
        except BrowserError:
            self.connection.close()
            raise

    @classmethod
    def attach(cls, browser: Browser, *, endpoint: str | None = None, bounds: Bounds = BOUNDS) -> Self:
        """Begin to capture in a browser; once for each.

        Args:
            browser: a Chromium, launched with :data:`LAUNCH_ARGS` among its arguments.
            endpoint: where it listens, if it was connected to: what ``connect_over_cdp`` was given.
            bounds: how much of each walk is kept.

        Raises:
            BrowserError: it cannot be captured so; the mend says what to do.
        """
        return cls(endpoints.resolve(endpoint) if endpoint else endpoints.find(browser), bounds)

    def begin(
        self,
        sink: Sink,
        answer: Answerer,
        *,
        zero: float,
        layers: tuple[str, ...] = LAYERS,
        calls: tuple[str, ...] = CALLS,
        sockets: Iterable[tuple[str, str]] = (),
    ) -> BrowserWalk:
        """Begin the capture of one walk. See :meth:`harness.capture.contract.Capture.begin`."""
        self._prune()
        with self.lock:
            if self.lost:
                raise BrowserError(f"the connection to the browser was lost: {self.lost}", mend="start the browser again")
            self._number += 1
            walk = BrowserWalk(
                self, sink, answer, Recorder(tuple(layers), tuple(calls), most=self.bounds.pushes), zero, f"c{self._number}", self.bounds,
                network_conditions(sockets),
            )  # fmt: skip
            self.walks.append(walk)
            return walk

    def close(self) -> None:
        """Let everything paused go, and end the connection."""
        with self.lock:
            held = [event for _, event in self._traffic.held] + [each.event for each in self._exits.held]
            self._traffic.held, self._exits.held = [], []
        for event in held:
            self.connection.send("Fetch.continueRequest", {"requestId": event["requestId"]})
        if self.connection.alive:
            with contextlib.suppress(BrowserError):
                self.connection.call("Fetch.disable", timeout=5)
        self.connection.close()

    # ---- for the walks; called from the test's thread ----

    def adopt(self, walk: BrowserWalk, context: BrowserContext) -> None:
        """Tie a Playwright context to a walk. See :meth:`BrowserWalk.adopt`."""
        found = self._identify(context)
        with self.lock:
            owner = self._targets.contexts.get(found)
            if owner is walk:
                return
            if owner is not None and not owner.closed:
                raise BrowserError("this context belongs to another walk", mend="give each walk a context of its own")
            walk.contexts.add(found)
            self._targets.adopt(found, walk)

    def barrier(self, walk: BrowserWalk) -> None:
        """See :meth:`BrowserWalk.barrier`."""
        unanswered, blocked = self.round_trip(walk, RENDERER)
        if self.lost:
            return
        with self.lock:
            for name in unanswered:
                walk.gap(f"{name} did not answer within {RENDERER:g} s: what it sent just before a step's end may be told in the next step")
            for name in blocked:
                walk.gap(f"{name} showed a dialog at a step's end: what it sent just before may be told in the next step")
        self.clear(walk, UNPAUSED + UNSEEN)

    def round_trip(self, walk: BrowserWalk, limit: float) -> tuple[list[str], list[str]]:
        """Have each page's own thread answer, and then the browser: what was sent before is told by then.

        Args:
            walk: whose pages.
            limit: seconds that each page has; while much that was sent before is still being taken in, they do not count.

        Returns:
            The tabs that did not answer, and those that could not for a dialog.
        """
        answered = threading.Event()
        # What came into a layer by a way that cannot be seen at once belongs to this step, not to the next.
        look = f"dispatchEvent(new Event('{self._pushes.look}'))"
        missing: dict[str, str] = {}

        def arrived(session: str) -> Callable[[Message], None]:
            def take(_: Message) -> None:
                missing.pop(session, None)
                if not missing:
                    answered.set()

            return take

        with self.lock:
            blocked = {tab.name for tab in walk.tabs if tab.dialog and not tab.closed}
            for session in self._targets.sessions.values():
                tab = session.frame.tab if session.frame else None
                if session.ready and session.type in PAGES and tab and tab in walk.tabs and not tab.dialog and not tab.crashed:
                    missing[session.id] = tab.name
            for session_id in missing:
                self._send("Runtime.evaluate", {"expression": look, "silent": True}, session_id, arrived(session_id))
        began, taken, until = time.monotonic(), -1, 0.0
        while missing and not answered.wait(0.05) and self.connection.alive:
            # Much that was sent before the answer may still be on its way here: then it is no wait for the page.
            if self.connection.received > taken + BUSY:
                until = time.monotonic() + limit
            taken = self.connection.received
            if time.monotonic() > min(until, began + 10 * limit):
                break
            with self.lock:
                for session_id in list(missing):
                    at = self._targets.sessions.get(session_id)
                    if at is None or (at.frame is not None and (at.frame.tab.dialog or at.frame.tab.crashed)):
                        name = missing.pop(session_id)
                        blocked |= {name} if at is not None and at.frame is not None and at.frame.tab.dialog else set()
        with contextlib.suppress(BrowserError):
            self.connection.call("Browser.getVersion", timeout=RENDERER)
        with self.lock:
            return sorted(set(missing.values())), sorted(blocked)

    def clear(self, walk: BrowserWalk, limit: float) -> None:
        """Wait until what is half told by now is handed on, ``limit`` seconds at most. From the test's thread."""
        with walk.stir:
            mark = [*walk.order(), *(sent.slot for each in self._ledger.unseen.values() for sent in each if sent.walk is walk)]
            until = time.monotonic() + limit
            while self.connection.alive and time.monotonic() < until and any(not slot.gone for slot in mark):
                walk.stir.wait(0.05)

    def page_name(self, walk: BrowserWalk, page: Page) -> str | None:
        """See :meth:`BrowserWalk.page_id`."""
        # Asked once: a tab that has crashed since would never answer.
        if page in walk.names:
            return walk.names[page]
        try:
            # It ends with its tab: Playwright waits for ever to detach from one that has crashed.
            session = page.context.new_cdp_session(page)
            target = session.send("Target.getTargetInfo", timeout=RENDERER * 1000)["targetInfo"]["targetId"]
        except Exception:
            return None
        with self.lock:
            name = next((tab.name for tab in walk.tabs if tab.target == target), None)
        if name is not None:
            walk.names[page] = name
        return name

    def close_page(self, walk: BrowserWalk, page: Page) -> None:
        """See :meth:`BrowserWalk.close_page`."""
        name = self.page_name(walk, page)
        with self.lock:
            for tab in walk.tabs:
                if tab.name == name and not tab.closed:
                    # Playwright tells it first; should that be lost, it is told again until it is closed.
                    tab.closing = time.monotonic()
        page.close()

    def exit(self, walk: BrowserWalk, url: str) -> str:
        """See :meth:`BrowserWalk.exit`."""
        with self.lock:
            return self._exits.address(walk, url)

    def _identify(self, context: BrowserContext) -> str:
        with self.lock:
            claimed = set(self._targets.contexts)
        found = endpoints.context_id(self.connection.call, context, last=claimed)
        if found == "":
            ids = [str(each) for each in self.connection.call("Target.getBrowserContexts").get("browserContextIds", ())]
            found = self._default(ids)
        if not found:
            raise BrowserError("the context is not one of this browser's", mend="adopt contexts of the browser that capture is attached to")
        return found

    def _default(self, others: list[str]) -> str | None:
        """The id of the context that is the browser's own, where it does not tell it."""
        with self.lock:
            ids = [info.get("browserContextId") for info in self._targets.infos.values()]
            return next((each for each in ids if each is not None and each not in others), None)

    def _prune(self) -> None:
        """Forget the walks that are over and whose contexts are gone: nothing can come of them any more."""
        with self.lock:
            over = [
                walk
                for walk in self.walks
                if walk.closed and time.monotonic() - walk.ended > LINGER and all(tab.closed for tab in walk.tabs)
            ]
        if not over or not self.connection.alive:
            return
        open_contexts = self.connection.call("Target.getBrowserContexts")
        left = {*open_contexts.get("browserContextIds", ()), open_contexts.get("defaultBrowserContextId")}
        with self.lock:
            for walk in over:
                if not walk.contexts & left:
                    self.walks.remove(walk)
                    self._targets.forget(walk)
                    self._ledger.forget(walk)
                    self._pushes.forget(walk)

    def _live(self) -> list[BrowserWalk]:
        return [walk for walk in self.walks if not walk.closed]

    def _send(self, method: str, params: Message | None = None, session: str = "", then: Callable[[Message], None] | None = None) -> None:
        """Send a command; what takes the reply is called under the lock."""
        if then is None:
            self.connection.send(method, params, session)
            return

        def locked(reply: Message) -> None:
            with self.lock:
                then(reply)

        self.connection.send(method, params, session, locked)

    # ---- the connection's thread ----

    def _take(self, session: str, method: str, params: Message) -> None:
        do = self._events.get(method)
        if do is None:
            return
        with self.lock:
            try:
                do(session, params)
            except Exception as error:
                self._mishap(f"{method} could not be taken in ({type(error).__name__}: {error})")
                if method == "Fetch.requestPaused":
                    self._traffic.let_go(params)

    def _tick(self) -> float:
        with self.lock:
            now = time.monotonic()
            if now > self._look:
                self._look = now + 1.0
                self._ledger.overdue(now)
                self._targets.overdue(now)
                self._stuck.look(now, self._watched())
            awaited = [walk for walk in self.walks if walk.awaited]
            self._exits.look(now)
            if not self._traffic.held and not self._ledger.unseen and not awaited:
                return 0.01 if self._exits.held else 1.0
            if self._traffic.held:
                self._traffic.overdue(now)
            if self._ledger.unseen:
                self._ledger.placed(now)
            for walk in awaited:
                walk.flush(now=now)
            return 0.01 if self._exits.held else 0.05

    def _watched(self) -> Iterator[Watched]:
        """The frames of all walks that should answer."""
        for session in self._targets.sessions.values():
            walk = self._targets.walk(session.id)
            if walk is None or not session.ready or session.type not in PAGES or session.frame is None:
                continue
            if not (tab := session.frame.tab).crashed and not tab.closed:
                yield Watched(
                    session.id, tab, walk.bounds.stuck,
                    gap=lambda what, walk=walk, tab=tab: walk.gap(f"{tab.name} {what}"),  # type: ignore[misc]
                    close=lambda tab=tab: self._targets.close(tab),  # type: ignore[misc]
                )  # fmt: skip

    def _dropped(self, reason: str) -> None:
        with self.lock:
            self.lost = reason or "it was closed"
            self._ledger.placed(float("inf"))
            for walk in self.walks:
                if not walk.closed:
                    walk.gap(f"the connection to the browser was lost: {self.lost}")
                for slot in walk.order():
                    slot.until = 0.0
                walk.flush(now=time.monotonic())

    def _mishap(self, what: str) -> None:
        for walk in self.walks:
            if not walk.closed:
                walk.gap(what)
