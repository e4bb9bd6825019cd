"""One walk's capture by a proxy: what came in by its ports, put in order with what its pages told.

The proxy knows what was sent, not who sent it. Playwright tells of most requests which page, frame and document sent them; a request
gets these where each request of its method and address that reached the proxy was told of, and none otherwise: beacons of a page that
is left, shared workers' requests and what an app sends stay without. What a service worker sends again in a page's stead is taken for the
page's.
"""

from __future__ import annotations

import bisect
import contextlib
import itertools
import json
import secrets
import threading
import time
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from harness.capture import firefox
from harness.capture.bounds import BOUNDS, Tally
from harness.capture.captured import Body, CapturedRequest, Navigation, Outcome, Push, sent_url
from harness.capture.datalayer import parse
from harness.capture.handshakes import Handshakes
from harness.capture.walk import LASTING, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Frame, Page, Request, Response

    from harness.capture.bounds import Bounds
    from harness.capture.captured import Answer, NavigationKind
    from harness.capture.contract import Answerer, Entry, Sink
    from harness.capture.datalayer import Recorder
    from harness.capture.proxy import ProxyCapture

GRACE = 0.05
"""Seconds that an entry waits for what Playwright tells of it, and for earlier pushes."""

RENDERER = 3.0
"""Seconds that a barrier waits for a page's own thread."""

UNMET = 1.0
"""Seconds that a barrier waits for a request to reach the proxy that a page began: some never do."""

SENDER = ("page", "page_url", "page_load", "frame_url", "main_frame")
"""What a request's record says of the document that sent it."""

UNAUTHORIZED = 401
"""https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"""

HOP = 10.0
"""Seconds in which a redirect is followed, if it is."""

_BY_WORKERS = frozenset({"fetch", "xhr", "script", "other", "websocket", "eventsource"})
"""Types of what workers send, as Playwright has them."""

CLOSES = 5
"""How often a tab is told to close, a second each time."""

KEPT = 20_000
"""How many documents, and requests that Playwright told of, are remembered."""

BY_JOURNEY = "answered before it reached the proxy: by the journey's own route or replay"

# What Playwright says of a request that a route aborted: of Chromium the error that the route chose, of Firefox always one.
# A request that comes to no server fails so at the proxy, never before it.
_ABORTED = frozenset(
    {f"net::ERR_{error}" for error in (
        "FAILED", "ACCESS_DENIED", "ADDRESS_UNREACHABLE", "BLOCKED_BY_CLIENT.Inspector", "CONNECTION_ABORTED", "CONNECTION_CLOSED",
        "CONNECTION_FAILED", "CONNECTION_REFUSED", "CONNECTION_RESET", "NAME_NOT_RESOLVED", "TIMED_OUT",
    )} | {"NS_ERROR_ABORT", "NS_ERROR_FAILURE"}
)  # fmt: skip
_REFUSED = {"csp": "content security policy", "mixed-content": "mixed content"}
_OFFLINE = frozenset({"net::ERR_INTERNET_DISCONNECTED", "NS_ERROR_OFFLINE"})

_KINDS: dict[str, NavigationKind] = {"reload": "reload", "back_forward": "back-forward"}

# https://w3c.github.io/webappsec-fetch-metadata/ ; "empty" is a fetch, an XMLHttpRequest or a beacon: which, is not told.
_DESTINATIONS = {
    "document": "document", "iframe": "document", "frame": "document", "image": "image", "script": "script", "style": "stylesheet",
    "font": "font", "audio": "media", "video": "media", "track": "texttrack", "manifest": "manifest", "report": "cspviolationreport",
}  # fmt: skip


@dataclass(slots=True)
class Tab:
    """One tab: its name, the ordinal of the document it shows, and the navigation that led there.

    ``shown`` is set while the document of the navigation underway is shown and has not yet told of itself; ``workers`` once there was one.
    """

    name: str
    last: int = 0
    url: str = "about:blank"
    underway: Told | None = None
    shown: bool = False
    workers: bool = False


@dataclass(slots=True)
class Document:
    """One document that told of itself."""

    tab: Tab
    ordinal: int
    main: bool
    page_url: str
    context: str | None


@dataclass(slots=True, eq=False)
class Told:
    """One request as Playwright told of it.

    ``explained``: a service worker sent it, or the browser itself answered it, by one or by a rule of its own.
    """

    key: tuple[str, str]
    at: float
    type: str
    page: str | None = None
    page_url: str | None = None
    page_load: int | None = None
    frame_url: str | None = None
    main_frame: bool | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    context: str | None = None
    before: Told | None = None
    flow: Flow | None = None
    status: int | None = None
    explained: bool = False
    unmet: bool = False


@dataclass(slots=True, eq=False)
class Flow:
    """One request as the proxy saw it. ``unasked`` is the one before it that was refused for want of a login, which this one has."""

    request: CapturedRequest
    key: tuple[str, str]
    status: int | None = None
    unasked: Flow | None = None


@dataclass(slots=True)
class Shown:
    """A navigation, and the request that led to it."""

    navigation: Navigation
    told: Told | None


@dataclass(slots=True)
class Said:
    """A message over a WebSocket, and the flow that opened it."""

    request: CapturedRequest
    outcome: Outcome
    flow: Flow


class ProxyWalk:
    """One walk's capture by a proxy. See :class:`harness.capture.contract.WalkCapture`."""

    backend = "proxy"

    def __init__(
        self, capture: ProxyCapture, sink: Sink, answer: Answerer, recorder: Recorder, zero: float, bounds: Bounds = BOUNDS
    ) -> None:
        self.bounds = bounds
        self.tally = Tally(bounds)
        self.capture = capture
        self.answer = answer
        self.closed = False
        self.stir = threading.Condition(threading.RLock())
        self._sink = sink
        self._recorder = recorder
        self._zero = zero
        # A page tells the time of day; the walk counts from its start.
        self._epoch = time.time() - (time.monotonic() - zero)
        self._contexts: dict[BrowserContext, str] = {}
        self._names: dict[int, str] = {}
        self._tabs: dict[Page, Tab] = {}
        self._documents: dict[str, Document] = {}
        self._messages: set[tuple[str, int]] = set()
        self._steps: list[tuple[float, int]] = [(0.0, 0)]
        self._pending: list[tuple[float, int, Flow | Shown | Said | Outcome | Push]] = []
        self._order = itertools.count()
        self._numbers = itertools.count(1)
        self._flows: dict[str, Flow] = {}
        self._flight: dict[str, CapturedRequest] = {}
        self._hops: dict[str, list[tuple[float, Flow]]] = {}
        self._unmatched: dict[tuple[str, str], list[Flow]] = {}
        self._unasked: dict[tuple[str, str], Flow] = {}
        self._told: dict[tuple[str, str], list[Told]] = {}
        self._requests: dict[Request, Told] = {}
        self._kept: set[tuple[str, str]] = set()  # a cache may have these
        self._asked: set[str] = set()
        self._gaps: dict[str, None] = {}
        self._handshakes = Handshakes()
        self._activity: list[tuple[float, CapturedRequest | None]] = []

    # ---- called from the test's thread ----

    @property
    def lost(self) -> str:
        """Why nothing more can be captured; empty as long as it can."""
        return f"the proxy was lost: {self.capture.lost}" if self.capture.lost else ""

    def adopt(self, context: BrowserContext) -> None:
        """Capture all that this context's pages, frames and workers send from now on.

        Raises:
            BrowserError: the context does not go through the proxy, or another walk has it.
        """
        if context in self._contexts:
            return
        door = self.capture.door_of(context)
        self.capture.claim(door, self)
        self._contexts[context] = self._names[door] = f"c{len(self._names) + 1}"
        self._handshakes.browser(door)
        self.capture.watch(context, self)
        binding = "_" + secrets.token_hex(8)
        context.expose_binding(binding, self._said)
        context.add_init_script(self._script(binding))
        context.on("page", self._opened)
        context.on("request", self._begun)
        context.on("response", self._responded)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._ended)
        for page in context.pages:
            self._tab(page)

    def address(self, name: str = "backend") -> str:
        """A proxy address (``http://127.0.0.1:port``) for an app or a backend whose traffic is part of this walk.

        Args:
            name: what the recording calls the sender, as ``context``.
        """
        door = self.capture.open_door()
        self._names[door] = name
        self.capture.claim(door, self)
        return f"http://127.0.0.1:{door}"

    def page_id(self, page: Page) -> str | None:
        """The name (``p1``, ``p2`` …) under which this tab's entries are recorded; None if it is not of this walk."""
        return self._tab(page).name if page.context in self._contexts else None

    def enter_step(self, index: int) -> None:
        """What is sent from now on was sent in this step."""
        with self.stir:
            self._steps.append((self._now(), index))

    def barrier(self) -> None:
        """Return once all that the pages sent, pushed or navigated before this call is in the sink.

        That holds for what the browser tells its driver of. A beacon of a page that is being left and a worker's request may still be
        on their way to the proxy; :meth:`quiet` is what waits for these.
        """
        for page in list(self._tabs):
            if not page.is_closed():
                self._reach(page)
        self._pump()
        until = time.monotonic() + UNMET
        while unmet := self._unmet():
            if time.monotonic() > until:
                for told in unmet:
                    told.unmet = True
                break
            with self.stir:
                self.stir.wait(0.01)
            self._pump()
        self.capture.echo()
        self._flush()

    def quiet(self, window: float, limit: float, ignore: Callable[[CapturedRequest], bool] | None = None) -> bool:
        """Wait until nothing was captured or is in flight for ``window`` seconds; False if ``limit`` came first.

        Args:
            window: seconds without anything; the window may lie in part before the call.
            limit: seconds to wait at most.
            ignore: requests that neither count as anything nor as in flight.
        """
        until = time.monotonic() + limit

        def matters(request: CapturedRequest | None) -> bool:
            return request is None or ignore is None or not ignore(request)

        while True:
            self._pump()
            self._flush(GRACE)
            with self.stir:
                now = time.monotonic()
                last = next((at for at, what in reversed(self._activity) if matters(what)), 0.0)
                busy = bool(self._unmet()) or self._handshakes.underway(now)
                busy = busy or any(each.resource_type not in LASTING and matters(each) for each in self._flight.values())
                if not busy and now - last >= window:
                    break
                if now >= until:
                    return False
                self.stir.wait(min(until - now, 0.02 if busy else max(0.005, last + window - now)))
        self._flush()
        return True

    def exit(self, url: str) -> str:
        """about:blank: a proxy answers no document of a page's own origin in the site's stead."""
        return "about:blank"

    def note_gap(self) -> tuple[str, ...]:
        """What this capture knows that it may have missed, in words; empty if nothing."""
        ended = firefox.ended(self._zero)
        with self.stir:
            return (*self._gaps, *ended, *self._handshakes.words(self._names), *self.tally.words())

    def close(self) -> None:
        """Stop. Hits that arrive later are still given to the sink until the context is gone."""
        self._pump()
        self.capture.echo()
        self._flush()
        with self.stir:
            self.closed = True

    def _pump(self) -> None:
        """Have Playwright deliver what it was told: it does so only while it is called."""
        for context in self._contexts:
            try:
                context.cookies("http://tagproof.invalid")
            except PlaywrightError:
                continue

    def _reach(self, page: Page) -> None:
        """A round trip to each frame of a page, after which all that it said before is delivered."""
        for frame in page.frames[:50]:
            try:
                # A document need not have a root; what none has is not there at once.
                frame.wait_for_selector(":not(*)", state="detached", timeout=RENDERER * 1000 if frame.parent_frame is None else 500)
            except PlaywrightError:
                if frame.parent_frame is None and not page.is_closed():
                    name = self._tab(page).name
                    self.gap(
                        f"{name} did not answer within {RENDERER:g} s: what it sent just before a step's end may be told in the next step"
                    )
                    return

    def close_page(self, page: Page) -> None:
        """See :meth:`harness.capture.contract.WalkCapture.close_page`."""
        browser = page.context.browser
        if browser is not None and browser.browser_type.name == "chromium":
            with contextlib.suppress(PlaywrightError):
                told = page.context.new_cdp_session(page).send("Target.getTargetInfo", timeout=RENDERER * 1000)
                of_browser = browser.new_browser_cdp_session()
                for _ in range(CLOSES):
                    of_browser.send("Target.closeTarget", {"targetId": told["targetInfo"]["targetId"]}, timeout=RENDERER * 1000)
                    with contextlib.suppress(PlaywrightTimeout):
                        page.wait_for_event("close", timeout=1_000)
                        break
                of_browser.detach()
        page.close()

    # ---- what Playwright tells; on the test's thread, while it is in a call of Playwright's ----

    def _script(self, binding: str) -> str:
        recorder, late = "_" + secrets.token_hex(8), "late:" + secrets.token_hex(8)
        record = self._recorder.script(recorder, late).replace(json.dumps(late), "late")
        source = resources.files("harness.capture").joinpath("proxy.js").read_text(encoding="utf-8")
        given = f"{json.dumps(binding)}, {json.dumps(recorder)}, {json.dumps(f'https://{self.capture.host}/late/')}"
        return f"{source.strip()}({given}, function (name, late) {{ {record} }});"

    def _opened(self, page: Page) -> None:
        self._tab(page)
        open_, calm = [each for each in self._tabs if not each.is_closed()], not self.tally.storm
        if not self.tally.one_too_many(len(open_), by_page=_opened_by_a_page(page)):
            return
        over = calm and self.tally.storm
        for each in open_:
            if each is page or (over and _opened_by_a_page(each)):
                with contextlib.suppress(PlaywrightError):
                    each.close()

    def _tab(self, page: Page) -> Tab:
        if page not in self._tabs:
            tab = self._tabs[page] = Tab(f"p{len(self._tabs) + 1}", workers=bool(page.workers))
            page.on("framenavigated", self._shows)
            page.on("worker", lambda _: setattr(tab, "workers", True))
        return self._tabs[page]

    def _shows(self, frame: Frame) -> None:
        """A frame shows another document or route: the one it was on its way to, if there was one."""
        if frame.parent_frame is None:
            tab = self._tab(frame.page)
            tab.shown = tab.shown or (tab.underway is not None and tab.underway.key[1] == _place(frame.url))

    def _begun(self, request: Request) -> None:
        """A page began a request."""
        if not request.url.startswith(("http://", "https://")):
            return
        told = Told((request.method, _place(request.url)), time.monotonic(), request.resource_type, headers=tuple(request.headers.items()))
        try:
            told.body = request.post_data_buffer
        except PlaywrightError:
            told.body = None
        told.explained = request.service_worker is not None
        frame = _frame(request)
        if frame is not None:
            tab, main = self._tab(frame.page), frame.parent_frame is None
            ahead = tab.underway is not None and tab.underway.key[1] != _place(tab.url)
            shown = tab.shown or (ahead and tab.underway is not None and tab.underway.key[1] == _place(frame.page.url))
            told.context = self._contexts.get(frame.page.context)
            told.page, told.page_url = tab.name, sent_url(frame.page.url) if shown else tab.url
            told.page_load = tab.last + shown or None
            # A worker's requests are told as those of the frame that it belongs to.
            if not tab.workers or request.resource_type not in _BY_WORKERS:
                told.main_frame, told.frame_url = main, told.page_url if main else sent_url(frame.url)
            if request.is_navigation_request() and main:
                told.page_load = tab.last + 1 + tab.shown
                tab.underway, tab.shown = told, False
        told.before = self._requests.get(request.redirected_from) if request.redirected_from else None
        with self.stir:
            self._requests[request] = told
            if len(self._requests) > KEPT:
                del self._requests[next(iter(self._requests))]
            self._told.setdefault(told.key, []).append(told)

    def _responded(self, response: Response) -> None:
        """A request has an answer, of the server's or not."""
        told = self._requests.get(response.request)
        if told is not None:
            told.status = response.status
            # https://chromium.googlesource.com/chromium/src/+/main/net/http/http_response_headers.cc: an upgrade to HTTPS by the browser.
            told.explained = told.explained or response.from_service_worker or "non-authoritative-reason" in response.headers

    def _ended(self, request: Request) -> None:
        """A request is over. What the proxy has not seen by now never left: a cache, a service worker or the journey's route took it."""
        with self.stir:
            told = self._requests.get(request)
            if told is None or told.flow is not None:
                return
            waiting = self._told.get(told.key, [])
            if told in waiting and len(waiting) > len(self._unmatched.get(told.key, ())):
                waiting.remove(told)
                if not waiting:
                    del self._told[told.key]
                if (outcome := self._without_proxy(told, request.failure)) is not None:
                    self._unsent(told, outcome)

    def _without_proxy(self, told: Told, failure: str | None) -> Outcome | None:
        """What became of a request that did not reach the proxy; None where it was never to leave (a cache, a worker, given up)."""
        if told.explained:
            return None
        if failure in _REFUSED:
            return Outcome(request="", state="blocked", reason=_REFUSED[failure])
        if failure in _OFFLINE:
            return Outcome(request="", state="failed", reason=failure)
        if failure is not None:
            # One whose preflight was refused fails as an aborted one does, and so does all that is sent once the proxy has ended.
            aborted = failure in _ABORTED and told.key[1] not in self._asked and not self.capture.gone
            return Outcome(request="", state="answered-by-journey", reason=f"{BY_JOURNEY} ({failure})") if aborted else None
        # Firefox tells of a WebSocket's handshake as of any other request; a route cannot answer one.
        if told.status in (None, 101) or told.key in self._kept:
            return None
        return Outcome(request="", state="answered-by-journey", status=told.status, reason=BY_JOURNEY)

    def _unsent(self, told: Told, outcome: Outcome) -> None:
        """Record a request as its page told of it, and what became of it."""
        time_ = round(min(max(told.at - self._zero, 0.0), self._now()), 6)
        body = Body.of(told.body)
        if told.body is None and told.key[0] not in ("GET", "HEAD"):
            body = Body("unreadable", b"", "the request did not reach the proxy, and the driver does not tell this body")
        request = CapturedRequest(
            id=f"r{next(self._numbers)}", url=told.key[1], time=time_, method=told.key[0], headers=told.headers, body=body,
            resource_type=told.type, context=told.context, page=told.page, page_url=told.page_url, page_load=told.page_load,
            frame_url=told.frame_url, main_frame=told.main_frame, step=self._step_at(time_),
        )  # fmt: skip
        told.flow = Flow(request, told.key, outcome.status)
        self._put(time_, replace(told.flow, key=("", "")), request)
        self._put(self._now(), replace(outcome, request=request.id, time=self._now()))

    def _unmet(self) -> list[Told]:
        """Requests that a page began and that have not reached the proxy."""
        now = time.monotonic()
        with self.stir:
            return [
                told
                for key, waiting in self._told.items()
                for told in waiting[len(self._unmatched.get(key, ())) :]
                if not told.unmet and now - told.at < UNMET
            ]

    def _said(self, source: dict[str, Any], message: str) -> None:
        """A document tells of itself, of a route it shows, or what its recorder saw."""
        try:
            self._take(source, message)
        except Exception as error:
            # The driver would say it to the page alone.
            self.gap(f"what a page told could not be taken in ({type(error).__name__}: {error})")
            raise

    def _take(self, source: dict[str, Any], message: str) -> None:
        try:
            token, stamp, kind, text = message.split(" ", 3)
            time_ = self._time_of(stamp)
        except ValueError:
            return
        frame: Frame = source["frame"]
        tab, main = self._tab(source["page"]), frame.parent_frame is None
        context = self._contexts.get(source["context"])
        if kind == "push":
            with self.stir:
                known = self._documents.get(token) or Document(tab, tab.last, main, tab.url, context)
            self._push(known, text, time_)
            return
        told = json.loads(text)
        url = sent_url(str(told["url"]))
        if kind == "document":
            self._document(tab, token, url, main, _KINDS.get(told["how"], "document"), context, time_)
        elif kind == "route" and main:
            before, (place, fragment) = urldefrag(str(told["before"])), urldefrag(url)
            tab.url = url
            shown: NavigationKind = "fragment" if place == before.url and fragment != before.fragment else "history"
            navigation = Navigation(
                page=tab.name, url=url, kind=shown, time=time_, context=context, page_load=tab.last, step=self._step_at(time_)
            )
            self._put(time_, Shown(navigation, None))

    def _document(self, tab: Tab, token: str, url: str, main: bool, kind: NavigationKind, context: str | None, time_: float) -> None:
        # Firefox shows each new window an empty document without an address for a moment, before that which it is opened for.
        if main and url and (tab.last or url != "about:blank"):
            tab.last += 1
            tab.url, tab.shown = url, False
            led = tab.underway if tab.underway is not None and tab.underway.key[1] == _place(url) else None
            if led is not None:
                # Firefox says only now that the frame shows it, which must not pass for one more.
                tab.underway = None
            navigation = Navigation(
                page=tab.name, url=url, kind=kind, time=time_, context=context, page_load=tab.last, step=self._step_at(time_),
                method=led.key[0] if led else None,
            )  # fmt: skip
            self._put(time_, Shown(navigation, led))
        with self.stir:
            self._documents[token] = Document(tab, tab.last, main, tab.url, context)
            if len(self._documents) > KEPT:
                del self._documents[next(iter(self._documents))]

    def _push(self, of: Document, payload: str, time_: float) -> None:
        told = parse(payload)
        if told is None:
            return
        with self.stir:
            if (told.document, told.number) in self._messages:
                return
            self._messages.add((told.document, told.number))
        with self.stir:
            if told.over:
                self.tally.left_out(told.document, f"{of.tab.name}'s documents", told.over)
                return
            if not self.tally.full(Push):
                self.tally.size += len(payload)
        push = Push(
            id=f"d{next(self._numbers)}", source=told.source, value=told.value, kind="call" if told.kind == "call" else "push", time=time_,
            context=of.context, page=of.tab.name, page_url=told.url if of.main else of.page_url, page_load=of.ordinal, frame_url=told.url,
            main_frame=of.main, step=self._step_at(time_), cut=told.cut,
        )  # fmt: skip
        self._put(time_, push)

    # ---- what the proxy tells; on its thread ----

    def arrived(self, told: dict[str, Any], body: Body) -> CapturedRequest:
        """A request came in by one of this walk's ports."""
        url, method = str(told["url"]), str(told["method"])
        request = CapturedRequest(
            id="", url=url, method=method, headers=tuple((name, value) for name, value in told["headers"]), body=body,
            disposition="passed",
        )  # fmt: skip
        type_, main = _type_of(request, websocket=told["websocket"])
        with self.stir:
            now = self._now()
            former = self._former(request)
            request = replace(
                request, id=f"r{next(self._numbers)}", time=now, step=self._step_at(now), context=self._names.get(told["door"]),
                resource_type=type_, main_frame=main, redirected_from=former.request.id if former else None,
            )  # fmt: skip
            whole, request = request, self.tally.within(request)
            flow = Flow(request, (method, _place(url)))
            self._flows[told["id"]] = flow
            self._flight[told["id"]] = request
            if not self._again(flow):
                self._unmatched.setdefault(flow.key, []).append(flow)
            if type_ == "preflight":
                self._asked.add(flow.key[1])
            elif method == "GET":
                self._kept.add(flow.key)
            if len(self._flows) > KEPT:
                del self._flows[next(iter(self._flows))]
            self._put(now, flow, request)
        return whole

    def decided(self, id_: str, answer: Answer, status: int) -> None:
        """A request is not let through; status: what is answered in fact."""
        with self.stir:
            flow = self._flows[id_]
            flow.request = replace(flow.request, disposition="blocked" if answer.blocked else "stubbed")
            if answer.blocked:
                self._end(id_, Outcome(request=flow.request.id, state="blocked", reason="refused as an ad blocker does"))
                return
            flow.status = status
            if any(name.lower() == "cache-control" and "no-store" in value.lower() for name, value in answer.headers):
                self._kept.discard(flow.key)
            location = next((value for name, value in answer.headers if name.lower() == "location"), None)
            self._redirect(flow, status, location)
            self._end(id_, Outcome(request=flow.request.id, state="stubbed", status=status))

    def answered(self, id_: str, status: int, location: str | None) -> None:
        """The server answered."""
        with self.stir:
            if flow := self._flows.get(id_):
                flow.status = status
                if status == UNAUTHORIZED and flow.request.header("authorization") is None:
                    self._unasked[flow.key] = flow
                    if len(self._unasked) > KEPT:
                        del self._unasked[next(iter(self._unasked))]
                self._redirect(flow, status, location)
                self._end(id_, Outcome(request=flow.request.id, state="delivered", status=status))

    def said_over(self, id_: str, body: Body) -> None:
        """A client said something over an open WebSocket."""
        with self.stir:
            if flow := self._flows.get(id_):
                now = self._now()
                self._put(now, Said(*message(flow.request, f"r{next(self._numbers)}", body, now, self._step_at(now)), flow))

    def failed(self, id_: str, reason: str, *, left: bool) -> None:
        """There was no answer: the server failed, or the client did not wait for it."""
        with self.stir:
            if (flow := self._flows.get(id_)) and id_ in self._flight:
                if left:
                    reason = "given up by the page before an answer was seen"
                self._end(id_, Outcome(request=flow.request.id, state="unknown" if left else "failed", reason=reason))

    def shook(self, id_: str, door: int, host: str, state: str, why: str) -> None:
        """How a client's TLS handshake with the proxy stands.

        Args:
            id_: of the connection.
            door: the port that it came in by.
            host: what the client asked for.
            state: ``begun``, ``taken``, ``left`` (the client went without a word) or ``refused``.
            why: what mitmproxy says of a failure.
        """
        with self.stir:
            if state == "begun":
                self._handshakes.begun(id_, time.monotonic())
            elif state == "taken":
                self._handshakes.taken(id_, door, host)
            elif state == "left":
                self._handshakes.left(id_, door, host)
            else:
                self._handshakes.refused(id_)
                self.gap(f"a client did not take the proxy's certificate for {host}: {why}")
            # What follows a handshake comes within a quiet window of its end.
            self._activity.append((time.monotonic(), None))
            self.stir.notify_all()

    def late(self, mark: str, payload: str) -> None:
        """What the recorder could only tell by a beacon.

        Args:
            mark: the document's token and, where it tells it once more, after a slash when it told it first.
            payload: the message.
        """
        token, _, stamp = mark.partition("/")
        with self.stir:
            known = self._documents.get(token)
        if known is not None:
            self._push(known, payload, self._time_of(stamp) if stamp.replace(".", "", 1).isdigit() else self._now())
        elif (told := parse(payload)) is not None and not told.over:
            self.gap("a data-layer entry of a page that was left could not be attributed to its page")

    def gap(self, what: str) -> None:
        """Remember what may have been missed."""
        with self.stir:
            if len(self._gaps) < 100:
                self._gaps[what] = None

    # ---- putting it together ----

    def _now(self) -> float:
        return round(time.monotonic() - self._zero, 6)

    def _time_of(self, stamp: str) -> float:
        """Seconds since the walk began, of the milliseconds that a page tells."""
        return round(min(max(float(stamp) / 1000 - self._epoch, 0.0), self._now()), 6)

    def _step_at(self, time_: float) -> int:
        return self._steps[bisect.bisect_right(self._steps, time_, key=lambda each: each[0]) - 1][1]

    def _put(self, time_: float, item: Flow | Shown | Said | Outcome | Push, request: CapturedRequest | None = None) -> None:
        with self.stir:
            bisect.insort(self._pending, (time_, next(self._order), item), key=lambda each: each[:2])
            if not isinstance(item, Said):
                self._activity.append((time.monotonic(), request))
            del self._activity[:-4096]
            late = self.closed
            self.stir.notify_all()
        if late:
            self._flush()

    def _end(self, id_: str, outcome: Outcome) -> None:
        request = self._flight.pop(id_, None)
        if request is not None:
            now = self._now()
            self._put(now, replace(outcome, time=now), request)

    def _redirect(self, flow: Flow, status: int, location: str | None) -> None:
        if location and 300 <= status < 400:
            where = _place(urljoin(flow.request.url, location))
            self._hops.setdefault(where, []).append((time.monotonic(), flow))

    def _again(self, flow: Flow) -> bool:
        """Whether this is a request that was answered with 401, sent again with a login, and is known by now to be of the same sender.

        Its page tells of both as one: if it did not yet, it is the second that its telling is matched with.
        """
        before = self._unasked.pop(flow.key, None) if flow.request.header("authorization") is not None else None
        if before is None:
            return False
        waiting = self._unmatched.get(flow.key, [])
        if any(each is before for each in waiting):
            waiting[:] = [each for each in waiting if each is not before]
            flow.unasked = before
            return False
        same = {name: getattr(before.request, name) for name in (*SENDER, "resource_type")}
        flow.request = replace(flow.request, **same)
        for told in self._requests.values():
            if told.flow is before:
                told.flow = flow
        return True

    def _former(self, request: CapturedRequest) -> Flow | None:
        """The one request whose redirect led here, if it can be no other."""
        now = time.monotonic()
        hops = [(at, flow) for at, flow in self._hops.pop(_place(request.url), []) if now - at < HOP]
        fitting = [flow for _, flow in hops if _follows(flow, request)]
        return fitting[0] if len(fitting) == len(hops) == 1 else None

    def _flush(self, grace: float = 0.0) -> None:
        """Hand on, in order, what has waited long enough for others to tell of it."""
        with self.stir:
            until = self._now() - grace if grace else float("inf")
            cut = bisect.bisect_right(self._pending, until, key=lambda each: each[0])
            ready, self._pending = self._pending[:cut], self._pending[cut:]
            for _, _, item in ready:
                if isinstance(item, Flow):
                    self._match(item.key)
            for _, _, item in ready:
                if isinstance(item, Flow):
                    self._hand(item.request)
                elif isinstance(item, Shown):
                    flow = item.told.flow if item.told else None
                    self._hand(replace(item.navigation, status=flow.status if flow else None))
                elif isinstance(item, Said):
                    of = item.flow.request
                    known = {name: getattr(of, name) for name in SENDER}
                    self._hand(replace(item.request, **known))
                    self._hand(item.outcome)
                else:
                    self._hand(item)

    def _match(self, key: tuple[str, str]) -> None:
        """Give requests their senders, where those that arrived and those that were told of are the same."""
        flows, told = self._unmatched.get(key, []), self._told.get(key, [])
        if not flows or len(flows) != len(told):
            return
        for flow, one in zip(flows, told, strict=True):
            if one.body is not None and flow.request.body.state != "partial" and one.body != flow.request.body.data:
                return
        del self._unmatched[key], self._told[key]
        agreed: dict[str, Any] = {name: getattr(told[0], name) for name in SENDER if len({getattr(each, name) for each in told}) == 1}
        type_ = told[0].type if len({each.type for each in told}) == 1 else None
        for flow, one in zip(flows, told, strict=True):
            one.flow = flow
            flow.request = replace(flow.request, **agreed, resource_type=flow.request.resource_type or type_)
            if len(told) == 1:
                before = one.before.flow if one.before is not None else None
                if before is not None or one.before is None:
                    flow.request = replace(flow.request, redirected_from=before.request.id if before else None)
            if (unasked := flow.unasked) is not None:
                unasked.request = replace(unasked.request, **agreed, resource_type=flow.request.resource_type)

    def _hand(self, entry: Entry) -> None:
        try:
            if self.tally.keeps(entry):
                self._sink(entry)
        except Exception as error:
            self.gap(f"an entry could not be recorded ({type(error).__name__}: {error})")


def _place(url: str) -> str:
    """A URL as it is sent, without its fragment."""
    return urldefrag(sent_url(url)).url


def _frame(request: Request) -> Frame | None:
    try:
        return request.frame
    except PlaywrightError:
        return None


def _opened_by_a_page(page: Page) -> bool:
    try:
        return page.opener() is not None
    except PlaywrightError:
        return False


def _type_of(request: CapturedRequest, *, websocket: bool) -> tuple[str | None, bool | None]:
    """The resource type, and whether it is a tab's own document, as far as the request itself says so."""
    if websocket:
        return "websocket", None
    if request.method == "OPTIONS" and request.header("access-control-request-method"):
        return "preflight", None
    if (request.header("accept") or "") == "text/event-stream":
        return "eventsource", None
    destination = request.header("sec-fetch-dest")
    if destination == "empty" and request.header("sec-fetch-site") == "none":
        return "background-fetch", None
    if destination is not None:
        main = True if destination == "document" else False if destination in ("iframe", "frame") else None
        return _DESTINATIONS.get(destination), main
    # A browser asks for this on a navigation alone. https://www.w3.org/TR/upgrade-insecure-requests/#preference
    return ("document", None) if request.header("upgrade-insecure-requests") == "1" else (None, None)


def _follows(flow: Flow, request: CapturedRequest) -> bool:
    """Whether a request can be what a redirect of another led to: what a redirect does not change is the same."""
    former = flow.request
    same = all(former.header(name) == request.header(name) for name in ("user-agent", "accept", "sec-fetch-dest", "sec-fetch-mode"))
    if flow.status in (307, 308):
        return same and former.method == request.method
    return same and request.method in (former.method, "GET")
