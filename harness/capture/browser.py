"""Capture from inside a Chromium: every request of the whole browser is paused, told, answered or let go, in a thread of its own.

Interception is switched on for the browser itself, not for a page: only so are beacons of a page that is being left, shared and service
workers and redirect hops seen. Protocol: https://chromedevtools.github.io/devtools-protocol/tot/Fetch/
"""

from __future__ import annotations

import base64
import contextlib
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from harness.capture import endpoint as endpoints
from harness.capture import stub
from harness.capture.captured import Body, CapturedRequest, Navigation, Outcome, Push
from harness.capture.cdp import Connection
from harness.capture.datalayer import CALLS, LAYERS, Recorder, parse
from harness.capture.endpoint import LAUNCH_ARGS
from harness.capture.tabs import Frame, Load, Tab, Worker
from harness.capture.walk import BrowserWalk, Slot
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, BrowserContext, Page

    from harness.capture.captured import Answer, Disposition, NavigationKind
    from harness.capture.cdp import Message
    from harness.capture.contract import Answerer, Sink

__all__ = ["LAUNCH_ARGS", "BrowserCapture"]

PATTERNS: list[dict[str, str]] = [{"urlPattern": "*"}]
"""What is paused."""

UNSEEN = 0.5
"""Seconds that a paused request waits for its page to tell which document sent it; it is answered at once all the same."""

UNPAUSED = 5.0
"""Seconds that a request which a page told of waits to be paused."""

UNKNOWN = 1.5
"""Seconds that a request of a frame not yet known is held."""

UNANSWERED = 3.0
"""Seconds after which nothing more is expected of what a closed tab sent."""

REFUSED = 0.25
"""Seconds in which a page tells more of a request that its policy refused, if it does."""

RENDERER = 3.0
"""Seconds that a barrier waits for a page's own thread."""

BUSY = 20
"""Messages in a twentieth of a second that show that a barrier waits for us rather than for a page."""

KEPT = 50_000
"""How many frames and requests are remembered for what may still come of them."""

WORKERS = frozenset({"worker", "shared_worker", "service_worker"})
PAGES = frozenset({"page", "iframe"})
_IGNORED = ("browser", "tab", "browser_ui", "webview", "auction_worklet")

_NAVIGATIONS: dict[str, NavigationKind] = {
    "reload": "reload", "reloadBypassingCache": "reload", "restore": "back-forward", "restoreWithPost": "back-forward",
    "historyDifferentDocument": "back-forward",
}  # fmt: skip

_BY_JOURNEY = "answered by the journey's own route or replay, before capture"
_REASONS: dict[str, str] = {"csp": "content security policy", "mixed-content": "mixed content", "inspector": "refused by capture"}


@dataclass(slots=True)
class Session:
    """Our session with one target."""

    id: str
    target: str
    type: str
    waiting: bool
    parent: str = ""
    ready: bool = False
    frame: Frame | None = None
    worker: Worker | None = None
    worlds: dict[int, str] = field(default_factory=dict)
    refused: list[Sent] = field(default_factory=list)


@dataclass(slots=True)
class Sent:
    """One request on its way: told by its page, paused, answered, answered by its server, in whatever order these come."""

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
    ordinal: int | None = None
    initiator: str | None = None
    request: CapturedRequest | None = None
    outcome: Outcome | None = None
    refusal: str = ""
    until: float = 0.0
    former: str | None = None
    told: dict[str, Any] = field(default_factory=dict)


class BrowserCapture:
    """Capture in one browser, for all walks in it."""

    def __init__(self, browser: Browser | None, url: str) -> None:
        self.lock = threading.RLock()
        self.walks: list[BrowserWalk] = []
        self._browser = browser
        self._token = secrets.token_hex(12)
        self._binding = "_" + secrets.token_hex(8)
        self._contexts: dict[str, BrowserWalk] = {}
        self._targets: dict[str, Message] = {}
        self._sessions: dict[str, Session] = {}
        self._tabs: dict[str, Tab] = {}
        self._frames: dict[str, Frame] = {}
        self._workers: dict[str, Worker] = {}
        self._walk_of: dict[str, BrowserWalk] = {}
        self._network: dict[str, Sent] = {}
        self._fetch: dict[str, Sent] = {}
        self._expected: dict[str, deque[Sent]] = {}
        self._unseen: dict[str, deque[Sent]] = {}
        self._held: list[tuple[float, Message]] = []
        self._told: dict[str, set[int]] = {}
        self._open: dict[int, Sent] = {}
        self._loose: deque[tuple[float, Sent]] = deque(maxlen=64)
        self._lost = ""
        self._look = 0.0
        self._number = 0
        self._events: dict[str, Callable[[str, Message], None]] = {
            "Fetch.requestPaused": self._paused,
            "Network.requestWillBeSent": self._will_be_sent,
            "Network.responseReceived": self._response,
            "Network.loadingFailed": self._failed,
            "Network.loadingFinished": self._finished,
            "Network.requestServedFromCache": self._from_memory,
            "Network.webSocketCreated": self._socket_created,
            "Network.webSocketWillSendHandshakeRequest": self._socket_handshake,
            "Network.webSocketHandshakeResponseReceived": self._socket_open,
            "Network.webSocketFrameError": self._socket_failed,
            "Network.webSocketClosed": self._socket_closed,
            "Audits.issueAdded": self._issue,
            "Runtime.bindingCalled": self._binding_called,
            "Runtime.executionContextCreated": self._world,
            "Runtime.executionContextsCleared": self._worlds_cleared,
            "Page.frameAttached": self._frame_attached,
            "Page.frameDetached": self._frame_detached,
            "Page.frameNavigated": self._frame_navigated,
            "Page.navigatedWithinDocument": self._within_document,
            "Page.frameStartedNavigating": self._navigating,
            "Page.javascriptDialogOpening": self._dialog,
            "Page.javascriptDialogClosed": self._dialog_closed,
            "Target.targetCreated": self._target,
            "Target.targetInfoChanged": self._target,
            "Target.targetDestroyed": self._target_gone,
            "Target.targetCrashed": self._crashed,
            "Target.attachedToTarget": self._attached,
            "Target.detachedFromTarget": self._detached,
        }
        self.connection = Connection(url, event=self._take, tick=self._tick, lost=self._dropped)
        exclude = [{"type": kind, "exclude": True} for kind in _IGNORED]
        try:
            self.connection.call("Target.setDiscoverTargets", {"discover": True, "filter": [*exclude, {}]})
            self.connection.call("Target.setAutoAttach", {**_AUTO, "filter": [*exclude, {}]})
            self.connection.call("Fetch.enable", {"patterns": PATTERNS, "handleAuthRequests": False})
        except BrowserError:
            self.connection.close()
            raise

    @classmethod
    def attach(cls, browser: Browser, *, endpoint: str | None = None) -> Self:
        """Begin to capture in a browser; once for each.

        Args:
            browser: a Chromium, launched with :data:`LAUNCH_ARGS` among its arguments.
            endpoint: where it listens, if it was connected to: what ``connect_over_cdp`` was given.

        Raises:
            BrowserError: it cannot be captured so; the mend says what to do.
        """
        return cls(browser, endpoints.resolve(endpoint) if endpoint else endpoints.find(browser))

    def begin(
        self, sink: Sink, answer: Answerer, *, zero: float, layers: tuple[str, ...] = LAYERS, calls: tuple[str, ...] = CALLS
    ) -> BrowserWalk:
        """Begin the capture of one walk. Nothing is captured for it until it has adopted a context.

        Args:
            sink: takes the entries, in order.
            answer: says what each request is answered with.
            zero: ``time.monotonic()`` at the walk's start.
            layers: names of the data layers to record.
            calls: dotted names of the vendors' functions whose calls are recorded.

        Raises:
            BrowserError: the connection was lost.
        """
        with self.lock:
            if self._lost:
                raise BrowserError(f"the connection to the browser was lost: {self._lost}", mend="start the browser again")
            self._number += 1
            walk = BrowserWalk(self, sink, answer, Recorder(tuple(layers), tuple(calls)), zero, f"c{self._number}")
            self.walks.append(walk)
            return walk

    def close(self) -> None:
        """Let everything paused go, and end the connection."""
        with self.lock:
            held, self._held = self._held, []
        for _, event in held:
            self.connection.send("Fetch.continueRequest", {"requestId": event["requestId"]})
        if self.connection.alive:
            with contextlib.suppress(BrowserError):
                self.connection.call("Fetch.disable", timeout=5)
        self.connection.close()

    # ---- for the walks; called from the test's thread -------------------------------------------------------------------------------

    def adopt(self, walk: BrowserWalk, context: BrowserContext) -> None:
        """Tie a Playwright context to a walk. See :meth:`BrowserWalk.adopt`."""
        found = self._identify(context)
        with self.lock:
            owner = self._contexts.get(found)
            if owner is walk:
                return
            if owner is not None and not owner.closed:
                raise BrowserError("this context belongs to another walk", mend="give each walk a context of its own")
            self._contexts[found] = walk
            walk.contexts.add(found)
            for session in list(self._sessions.values()):
                if self._targets.get(session.target, {}).get("browserContextId") == found:
                    self._prepare(session)

    def barrier(self, walk: BrowserWalk) -> None:
        """See :meth:`BrowserWalk.barrier`."""
        answered = threading.Event()
        missing: dict[str, str] = {}
        lock = threading.Lock()

        def arrived(session: str) -> Callable[[Message], None]:
            def take(_: Message) -> None:
                with lock:
                    missing.pop(session, None)
                    if not missing:
                        answered.set()

            return take

        with self.lock:
            blocked = [tab.name for tab in walk.tabs if tab.dialog and not tab.closed]
            for session in self._sessions.values():
                tab = session.frame.tab if session.frame else None
                if session.ready and session.type in PAGES and tab and tab in walk.tabs and not tab.dialog and not tab.crashed:
                    missing[session.id] = tab.name
        if missing:
            for session_id in list(missing):
                self.connection.send("Runtime.evaluate", {"expression": "0", "silent": True}, session_id, arrived(session_id))
            began, taken, until = time.monotonic(), -1, 0.0
            while not answered.wait(0.05) and self.connection.alive:
                # Much that was sent before the answer may still be on its way here: then it is no wait for the page.
                if self.connection.received > taken + BUSY:
                    until = time.monotonic() + RENDERER
                taken = self.connection.received
                if time.monotonic() > min(until, began + 10 * RENDERER):
                    break
                with self.lock, lock:
                    for session_id in [each for each in missing if each not in self._sessions]:
                        del missing[session_id]
                    blocked += [missing.pop(each) for each in list(missing) if (s := self._sessions[each]).frame and s.frame.tab.dialog]
                    if not missing:
                        break
        with self.lock, lock:
            for name in sorted(set(missing.values())):
                walk.gap(f"{name} did not answer within {RENDERER:g} s: what it sent just before a step's end may be told in the next step")
            for name in sorted(set(blocked)):
                walk.gap(f"{name} showed a dialog at a step's end: what it sent just before may be told in the next step")
        with contextlib.suppress(BrowserError):
            self.connection.call("Browser.getVersion", timeout=RENDERER)
        self.clear(walk, UNPAUSED + UNSEEN)

    def clear(self, walk: BrowserWalk, limit: float) -> None:
        """Wait until what is half told by now is handed on, ``limit`` seconds at most. From the test's thread."""
        with walk.stir:
            mark = [*walk.order(), *(sent.slot for each in self._unseen.values() for sent in each if sent.walk is walk)]
            until = time.monotonic() + limit
            while self.connection.alive and time.monotonic() < until and any(not slot.gone for slot in mark):
                walk.stir.wait(0.05)

    def page_name(self, walk: BrowserWalk, page: Page) -> str | None:
        """See :meth:`BrowserWalk.page_id`."""
        try:
            session = page.context.new_cdp_session(page)
            target = session.send("Target.getTargetInfo")["targetInfo"]["targetId"]
            session.detach()
        except Exception:
            return None
        with self.lock:
            return next((tab.name for tab in walk.tabs if tab.target == target), None)

    def _identify(self, context: BrowserContext) -> str:
        # Playwright does not tell its contexts' ids: a cookie for a host that cannot exist, seen from the other side, does.
        mark = secrets.token_hex(8)
        cookie = {"name": mark, "value": "1", "domain": f"{mark}.invalid", "path": "/"}
        told = self.connection.call("Target.getBrowserContexts")
        context.add_cookies([cookie])  # type: ignore[list-item]
        default = told.get("defaultBrowserContextId")
        with self.lock:
            claimed = set(self._contexts)
        ids = [str(each) for each in told.get("browserContextIds", ())]
        found: str | None = None
        for each in [*sorted(ids, key=lambda one: one in claimed), None]:
            scope = {"browserContextId": each} if each else {}
            cookies = self.connection.call("Storage.getCookies", scope).get("cookies", ())
            if any(one["name"] == mark for one in cookies):
                self.connection.call("Storage.setCookies", {"cookies": [{**cookie, "expires": 1}], **scope})
                found = each or default or self._default()
                break
        if not found:
            raise BrowserError("the context is not one of this browser's", mend="adopt contexts of the browser that capture is attached to")
        return found

    def _default(self) -> str | None:
        told = self.connection.call("Target.getBrowserContexts").get("browserContextIds", ())
        with self.lock:
            return next(
                (info["browserContextId"] for info in self._targets.values() if info.get("browserContextId") not in (None, *told)), None
            )

    # ---- the connection's thread ----------------------------------------------------------------------------------------------------

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
                    self._let_go(params)

    def _tick(self) -> float:
        with self.lock:
            if (now := time.monotonic()) > self._look:
                self._look = now + 1.0
                self._overdue(now)
            if not self._held and not self._unseen and not any(walk.awaited for walk in self.walks):
                return 1.0
            if self._held:
                held, self._held = self._held, []
                for until, event in held:
                    if now < until:
                        self._held.append((until, event))
                    else:
                        self._orphan(event)
            for key, waiting in list(self._unseen.items()):
                while waiting and now >= waiting[0].until:
                    self._untold(waiting.popleft())
                if not waiting:
                    del self._unseen[key]
            for walk in self.walks:
                if walk.awaited:
                    walk.flush(now=now)
            return 0.05

    def _overdue(self, now: float) -> None:
        """What a closed tab sent and no answer came to: the browser does not tell of the end of a context."""
        for sent in list(self._open.values()):
            if sent.frame is not None and sent.frame.tab.closed and now - sent.walk.zero - sent.time > UNANSWERED:
                self._end(sent, Outcome(request=sent.id, state="unknown", reason="no answer was seen after its tab was closed"))

    def _dropped(self, reason: str) -> None:
        with self.lock:
            self._lost = reason or "it was closed"
            for walk in self.walks:
                if not walk.closed:
                    walk.gap(f"the connection to the browser was lost: {self._lost}")
                for slot in walk.order():
                    slot.until = 0.0
                walk.flush(now=time.monotonic())

    def _mishap(self, what: str) -> None:
        for walk in self.walks:
            if not walk.closed:
                walk.gap(what)

    # ---- targets --------------------------------------------------------------------------------------------------------------------

    def _target(self, _: str, params: Message) -> None:
        info = params["targetInfo"]
        if info["type"] in _IGNORED:
            return
        self._targets[info["targetId"]] = info
        self._know(info)

    def _know(self, info: Message) -> None:
        """Make sure that a target of a walk is known, with its walk."""
        target, kind = info["targetId"], info["type"]
        walk = self._contexts.get(info.get("browserContextId", ""))
        if walk is None or str(info.get("url", "")).startswith(("chrome://", "devtools://")):
            return
        if kind == "page" and target not in self._tabs:
            tab = Tab(target, walk.key, f"p{len(walk.tabs) + 1}", info.get("openerId"))
            walk.tabs.append(tab)
            self._tabs[target] = tab
            self._frames[target] = Frame(target, tab)
            self._walk_of[target] = walk
        elif kind in WORKERS and target not in self._workers:
            frame = self._frames.get(info.get("parentFrameId", ""))
            self._workers[target] = Worker(
                target, kind, walk.key, info.get("url", ""), frame, (frame.load or frame.tab.load) if frame else None
            )
            self._walk_of[target] = walk
        elif kind in WORKERS and info.get("url"):
            self._workers[target].url = info["url"]
        elif kind == "iframe" and target not in self._frames and (above := self._frames.get(info.get("parentFrameId", ""))):
            self._frames[target] = Frame(target, above.tab, above.id, info.get("url", ""), above.load or above.tab.load)
            self._walk_of[target] = walk
        else:
            return
        self._release()

    def _attached(self, parent: str, params: Message) -> None:
        info, session_id = params["targetInfo"], params["sessionId"]
        self._targets.setdefault(info["targetId"], info)
        session = Session(session_id, info["targetId"], info["type"], bool(params.get("waitingForDebugger")), parent)
        self._sessions[session_id] = session
        above = self._sessions.get(parent)
        if above is not None and "browserContextId" not in info:
            info["browserContextId"] = self._targets.get(above.target, {}).get("browserContextId")
        if above is not None and above.frame is not None and info["type"] == "worker":
            info.setdefault("parentFrameId", above.frame.id)
        twice = any(each.target == session.target and each.ready for each in self._sessions.values())
        if self._contexts.get(info.get("browserContextId") or "") is None or twice:
            self._resume(session)
            return
        self._know(info)
        self._prepare(session)

    def _resume(self, session: Session) -> None:
        if session.waiting:
            session.waiting = False
            self.connection.send("Runtime.runIfWaitingForDebugger", None, session.id)

    def _prepare(self, session: Session) -> None:
        """Ask a target for all that is needed of it, and let it run. Nothing here waits."""
        info = self._targets[session.target]
        walk = self._contexts.get(info.get("browserContextId", ""))
        if session.ready or walk is None:
            return
        self._know(info)
        session.ready = True
        send = self.connection.send
        session.frame = self._frames.get(session.target)
        session.worker = self._workers.get(session.target)
        if session.type in PAGES:
            send("Runtime.enable", None, session.id)
            send("Runtime.addBinding", {"name": self._binding}, session.id)
            send("Page.enable", None, session.id)
            send("Network.enable", _NETWORK, session.id)
            send("Audits.enable", None, session.id)
            source = walk.recorder.script(self._binding, f"/.tagproof/{self._token}")
            send("Page.addScriptToEvaluateOnNewDocument", {"source": source, "runImmediately": True}, session.id)
            send("Target.setAutoAttach", _AUTO, session.id)
            send("Page.getFrameTree", None, session.id, lambda reply: self._tree(reply))
        elif session.type in WORKERS:
            send("Network.enable", _NETWORK, session.id)
            send("Audits.enable", None, session.id)
            send("Target.setAutoAttach", _AUTO, session.id)
        self._resume(session)

    def _tree(self, reply: Message) -> None:
        with self.lock:
            tree = reply.get("result", {}).get("frameTree")
            if tree is None:
                return
            root = tree["frame"]
            frame = self._frames.get(root["id"])
            if frame is not None and frame.main and not frame.tab.load.loader:
                load = frame.tab.load
                url = root["url"] + root.get("urlFragment", "")
                if url in ("", "about:blank", ":"):
                    load.loader, load.url = root["loaderId"], "about:blank"
                    frame.url = load.url
                else:
                    frame.tab.show(root["loaderId"], url)
                    frame.url = url
            self._subtree(tree)

    def _subtree(self, tree: Message) -> None:
        for child in tree.get("childFrames", ()):
            self._frame(child["frame"]["id"], tree["frame"]["id"], child["frame"].get("url", ""))
            self._subtree(child)

    def _detached(self, _: str, params: Message) -> None:
        self._sessions.pop(params["sessionId"], None)

    def _target_gone(self, _: str, params: Message) -> None:
        target = params["targetId"]
        self._targets.pop(target, None)
        tab = self._tabs.get(target)
        if tab is not None:
            tab.closed = True
            self._abandon(lambda sent: sent.frame is not None and sent.frame.tab is tab, "the tab was closed before an answer was seen")

    def _crashed(self, _: str, params: Message) -> None:
        tab = self._tabs.get(params["targetId"])
        if tab is not None:
            tab.crashed = True
            self._walk_of[tab.target].gap(f"{tab.name} crashed ({params.get('status', 'unknown')})")
            self._abandon(lambda sent: sent.frame is not None and sent.frame.tab is tab, "the tab crashed before an answer was seen")

    # ---- frames and navigations -----------------------------------------------------------------------------------------------------

    def _frame(self, frame_id: str, parent_id: str, url: str = "") -> Frame | None:
        known = self._frames.get(frame_id)
        if known is not None:
            return known
        above = self._frames.get(parent_id)
        if above is None:
            return None
        frame = Frame(frame_id, above.tab, parent_id, url, above.load or above.tab.load)
        self._frames[frame_id] = frame
        self._walk_of[frame_id] = self._walk_of[above.tab.target]
        _bound(self._frames, KEPT)
        self._release()
        return frame

    def _frame_attached(self, _: str, params: Message) -> None:
        self._frame(params["frameId"], params["parentFrameId"])

    def _frame_detached(self, _: str, params: Message) -> None:
        frame = self._frames.get(params["frameId"])
        if frame is not None and not frame.main and params.get("reason") != "swap":
            frame.gone = True
            self._abandon(lambda sent: sent.frame is frame, "the frame was removed before an answer was seen")

    def _navigating(self, _: str, params: Message) -> None:
        tab = self._tabs.get(params["frameId"])
        if tab is not None:
            tab.begin(params["loaderId"]).kind = _NAVIGATIONS.get(params["navigationType"], "document")

    def _frame_navigated(self, _: str, params: Message) -> None:
        told = params["frame"]
        url = told.get("unreachableUrl") or told["url"] + told.get("urlFragment", "")
        frame = self._frames.get(told["id"]) or self._frame(told["id"], told.get("parentId", ""))
        if frame is None:
            return
        frame.url = url
        if not frame.main:
            return
        tab, walk = frame.tab, self._walk_of[frame.tab.target]
        underway = tab.underway.pop(told["loaderId"], None)
        restored = params.get("type") == "BackForwardCacheRestore"
        former = tab.load
        load = tab.show(told["loaderId"], url)
        kind: NavigationKind = "back-forward" if restored else underway.kind if underway else "document"
        walk.put(
            Navigation(
                page=tab.name, url=url, kind=kind, time=walk.now(), context=tab.context, page_load=load.ordinal, step=walk.step,
                method=underway.method if underway else None, status=underway.status if underway else None,
            )
        )  # fmt: skip
        self._abandon(lambda sent: sent.load is former and sent.session != "", "the page was left before an answer was seen")

    def _within_document(self, _: str, params: Message) -> None:
        frame = self._frames.get(params["frameId"])
        if frame is None:
            return
        frame.url = params["url"]
        if frame.main:
            frame.tab.load.url = params["url"]
            walk = self._walk_of[frame.tab.target]
            walk.put(
                Navigation(
                    page=frame.tab.name, url=params["url"], kind="fragment" if params.get("navigationType") == "fragment" else "history",
                    time=walk.now(), context=frame.tab.context, page_load=frame.tab.load.ordinal, step=walk.step,
                )
            )  # fmt: skip

    def _dialog(self, session: str, _: Message) -> None:
        if (at := self._sessions.get(session)) and at.frame:
            at.frame.tab.dialog = True

    def _dialog_closed(self, session: str, _: Message) -> None:
        if (at := self._sessions.get(session)) and at.frame:
            at.frame.tab.dialog = False

    # ---- requests -------------------------------------------------------------------------------------------------------------------

    def _will_be_sent(self, session_id: str, params: Message) -> None:
        session = self._sessions.get(session_id)
        walk = self._walk_of.get(session.target) if session else None
        if session is None or walk is None:
            return
        network = params["requestId"]
        hop = params.get("redirectResponse")
        former = self._network.get(network) if hop else None
        if hop and former:
            self._end(former, Outcome(request=former.id, state="delivered", status=hop.get("status")))
        url = params["request"]["url"]
        if not url.startswith(("http://", "https://")):
            return
        frame = self._frames.get(params.get("frameId", "")) or session.frame or (session.worker.frame if session.worker else None)
        paused = self._unseen.get(network)
        if paused:
            sent = paused.popleft()
            if not paused:
                del self._unseen[network]
        elif params.get("type") != "Document" and "." not in network and (known := self._already(url, params)):
            known.initiator = params.get("initiator", {}).get("type")
            self._network[network] = known
            return
        elif hop is None and (known := self._network.get(network)) and known.request is not None and not known.told and known.url == url:
            known.told, known.session = params, session_id
            return
        else:
            sent = self._sent(walk, url, network)
            sent.slot.open = True
            sent.slot.until = time.monotonic() + UNPAUSED
            self._expected.setdefault(network, deque()).append(sent)
        sent.session, sent.frame, sent.worker, sent.told = session_id, frame or sent.frame, session.worker, params
        sent.initiator = params.get("initiator", {}).get("type")
        sent.former = sent.former or (former.id if former else None)
        self._attribute(sent, params.get("loaderId", ""))
        self._network[network] = sent
        _bound(self._network, KEPT)
        if sent.request is not None:
            sent.request = self._completed(sent, sent.request)
            self._place(sent)
            return
        walk.queue(sent.slot)
        if params.get("type") == "Prefetch" and "." not in network:
            self._speculation(sent)

    def _already(self, url: str, params: Message) -> Sent | None:
        """The request that the browser sends in a page's stead (fetchLater) under an id of its own, if it was paused before it was told."""
        now = time.monotonic()
        for at, sent in self._loose:
            request = sent.request
            if request is None or sent.told or now - at > UNPAUSED or request.url != url or request.method != params["request"]["method"]:
                continue
            sent.told = params
            return sent
        return None

    def _speculation(self, sent: Sent) -> None:
        """A document fetched ahead by speculation rules: the browser does not let it be paused."""
        self._withdraw(sent)
        self._record_told(sent, disposition="passed")
        if sent.request is not None and self._decide(sent.walk, sent.request) is not None:
            sent.walk.gap(f"a speculative prefetch could not be stubbed: {sent.url[:200]}")

    def _attribute(self, sent: Sent, loader: str) -> None:
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
            sent.load = frame.tab.leaving(_sender(sent.told["request"]["headers"]))
        else:
            sent.load = frame.tab.load_of(loader) or frame.tab.load
        sent.ordinal = sent.load.ordinal if sent.load else None

    def _sent(self, walk: BrowserWalk, url: str, network: str = "") -> Sent:
        return Sent(walk, Slot(), walk.number("r"), walk.now(), walk.step, url, network)

    def _place(self, sent: Sent) -> None:
        """Give a request its place in the order, now."""
        if sent.request is not None:
            sent.slot.entries.insert(0, sent.request)
            sent.walk.queue(sent.slot)

    def _untold(self, sent: Sent) -> None:
        """Place a request whose page did not tell of it in time; should it still do so, that is no second request."""
        self._network[sent.network] = sent
        self._place(sent)

    def _paused(self, _: str, event: Message) -> None:
        if "responseStatusCode" in event or "responseErrorReason" in event:
            self._answered(event)
            return
        if event["request"]["url"].endswith(self._token):
            self._late(event)
            return
        walk = self._walk_of.get(event.get("frameId", ""))
        if walk is None and (told := self._expected.get(event.get("networkId", ""))):
            walk = told[0].walk
        if walk is None:
            if self._foreign(event):
                self._let_go(event)
            else:
                self._held.append((time.monotonic() + UNKNOWN, event))
            return
        self._capture(walk, event)

    def _foreign(self, event: Message) -> bool:
        """Whether a request cannot be of any walk: no context is adopted, or its target is known to be of another."""
        info = self._targets.get(event.get("frameId", ""))
        return not self._contexts or (info is not None and info.get("browserContextId") not in self._contexts)

    def _release(self) -> None:
        """Take up what was held for a frame that has become known."""
        if not self._held:
            return
        held, self._held = self._held, []
        for until, event in held:
            if event.get("frameId", "") in self._walk_of:
                self._paused("", event)
            else:
                self._held.append((until, event))

    def _orphan(self, event: Message) -> None:
        """A request whose frame never became known: there is one walk it can be of, or it is let go and told as a gap."""
        live = [walk for walk in self.walks if not walk.closed]
        if len(live) == 1 and len(self._contexts) == 1:
            self._capture(live[0], event)
            return
        for walk in live:
            walk.gap(f"a request could not be attributed to a walk: {event['request']['url'][:200]}")
        self._let_go(event)

    def _capture(self, walk: BrowserWalk, event: Message) -> None:
        asked = event["request"]
        network = event.get("networkId", "")
        kind = event.get("resourceType", "").lower() or None
        if asked["method"] == "OPTIONS" and _header(asked["headers"], "access-control-request-method"):
            kind = "preflight"
        if not network and kind != "preflight":
            network = self._told_of(event)
        waiting = self._expected.get(network)
        if waiting is None and network and "redirectedRequestId" not in event and (again := self._again(network, asked)):
            self._fetch[event["requestId"]] = again
            if again.request is not None:
                self._respond(event, again.request, self._decide(walk, again.request), again, watch=False)
            return
        told = waiting is not None
        if waiting:
            sent = waiting.popleft()
            if not waiting:
                del self._expected[network]
        elif (given_up := self._network.get(network)) is not None and given_up.request is None and given_up.url == asked["url"]:
            # Its page has let go of it (its frame was removed), but it is sent all the same.
            sent = given_up
            sent.slot = Slot()
        else:
            sent = self._sent(walk, asked["url"], network)
            frame_id = event.get("frameId", "")
            sent.frame, sent.worker = self._frames.get(frame_id), self._workers.get(frame_id)
            if sent.worker is not None:
                sent.frame = sent.worker.frame
        former = self._fetch.get(event.get("redirectedRequestId", ""))
        sent.former = sent.former or (former.id if former else None)
        frame = sent.frame
        tracked = bool(event.get("networkId")) and self._watched(frame, sent.worker) and not sent.told
        if not told and not sent.told:
            if not network and frame is not None and frame.main and kind not in ("document", "preflight"):
                sent.load = frame.tab.leaving(_sender(asked["headers"]))
                sent.ordinal = sent.load.ordinal
                if former is not None and former.load is not None:
                    sent.load, sent.ordinal = former.load, former.ordinal
            else:
                self._attribute(sent, network if kind == "document" else "")
        request = CapturedRequest(
            id=sent.id, url=asked["url"] , time=sent.time, method=asked["method"], headers=tuple(asked["headers"].items()),
            body=self._body(asked), resource_type=kind, context=walk.key, step=sent.step,
        )  # fmt: skip
        request = self._completed(sent, request)
        self._fetch[event["requestId"]] = sent
        _bound(self._fetch, KEPT)
        answer = self._decide(walk, request)
        request = replace(request, disposition="passed" if answer is None else "blocked" if answer.blocked else "stubbed")
        sent.request = request
        self._open[id(sent)] = sent
        _bound(self._open, KEPT)
        self._respond(event, request, answer, sent, watch=not (tracked or told) or not event.get("networkId") or kind == "ping")
        if told and not sent.slot.gone:
            sent.slot.entries.insert(0, request)
            sent.slot.open = False
            walk.flush()
        elif told:
            sent.slot = Slot(sent.slot.entries)
            self._place(sent)
        elif tracked:
            sent.until = time.monotonic() + UNSEEN
            self._unseen.setdefault(network, deque()).append(sent)
        else:
            self._place(sent)
            if not network:
                self._loose.append((time.monotonic(), sent))

    def _again(self, network: str, asked: Message) -> Sent | None:
        """The request that the browser began once more under the same id before it was sent, as it does with fonts."""
        waiting = self._unseen.get(network)
        sent = waiting[-1] if waiting else self._network.get(network)
        if sent is None or sent.request is None or sent.request.url != asked["url"] or sent.request.method != asked["method"]:
            return None
        return sent if sent.outcome is None or sent.outcome.state == "stubbed" else None

    def _told_of(self, event: Message) -> str:
        """The id under which a page's session told of a request that the browser sends in its stead; empty if none did."""
        asked, frame_id = event["request"], event.get("frameId", "")
        for network, waiting in self._expected.items():
            if "." in network or not waiting:
                continue
            told = waiting[0].told
            alike = waiting[0].url == asked["url"] and told["request"]["method"] == asked["method"]
            if alike and told.get("type") != "Document" and told.get("frameId") == frame_id:
                return network
        return ""

    def _watched(self, frame: Frame | None, worker: Worker | None) -> bool:
        """Whether a session of ours is told of what this sender sends."""
        if worker is not None:
            return any(each.target == worker.id and each.ready for each in self._sessions.values())
        if frame is None or frame.gone or frame.tab.closed:
            return False
        return any(each.ready and each.frame is not None and each.frame.tab is frame.tab for each in self._sessions.values())

    def _completed(self, sent: Sent, request: CapturedRequest) -> CapturedRequest:
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
        )  # fmt: skip

    def _body(self, asked: Message) -> Body:
        entries = asked.get("postDataEntries")
        if entries:
            parts = [base64.b64decode(entry["bytes"]) for entry in entries if "bytes" in entry]
            if len(parts) < len(entries):
                return Body("partial", b"".join(parts), "part of the body is a file on disk or a stream: its bytes cannot be read")
            return Body("present", b"".join(parts))
        if "postData" in asked:
            return Body("present", asked["postData"].encode("utf-8", "surrogatepass"))
        if asked.get("hasPostData"):
            return Body("unreadable", b"", "the browser did not tell the body: it is a stream or a file on disk")
        return Body()

    def _decide(self, walk: BrowserWalk, request: CapturedRequest) -> Answer | None:
        try:
            return walk.answer(request)
        except Exception as error:
            walk.gap(f"no answer could be found for {request.url[:200]} ({type(error).__name__}: {error}); it was let through")
            return None

    def _respond(self, event: Message, request: CapturedRequest, answer: Answer | None, sent: Sent, *, watch: bool) -> None:
        if answer is None:
            params: Message = {"requestId": event["requestId"]}
            if watch:
                params["interceptResponse"] = True
            self.connection.send("Fetch.continueRequest", params, then=lambda reply: self._refused(reply, sent))
            return
        if answer.blocked:
            self.connection.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": "BlockedByClient"})
            self._end(sent, Outcome(request=sent.id, state="blocked", reason="refused as an ad blocker does"))
            return
        preflight = request.resource_type == "preflight"
        answer = stub.preflight(request) if preflight else stub.with_cors(answer, request, request.frame_url)
        body = b"" if answer.status in stub.EMPTY else answer.body
        self.connection.send(
            "Fetch.fulfillRequest",
            {
                "requestId": event["requestId"],
                "responseCode": answer.status,
                "responseHeaders": [{"name": name, "value": value} for name, value in answer.headers],
                "body": base64.b64encode(body).decode("ascii"),
            },
            then=lambda reply: self._refused(reply, sent),
        )
        self._end(sent, Outcome(request=sent.id, state="stubbed", status=answer.status))

    def _refused(self, reply: Message, sent: Sent) -> None:
        """The browser did not take our answer: the request was withdrawn meanwhile, which is no loss, or the answer was wrong."""
        if "error" not in reply:
            return
        with self.lock:
            message = str(reply["error"].get("message", ""))
            if "Invalid InterceptionId" not in message:
                sent.walk.gap(f"the browser did not take the answer to {sent.url[:200]}: {message}")
            self._end(sent, Outcome(request=sent.id, state="unknown", reason="the request was withdrawn before it was sent"))

    def _let_go(self, event: Message) -> None:
        self.connection.send("Fetch.continueRequest", {"requestId": event["requestId"]})

    def _answered(self, event: Message) -> None:
        """The answer's stage of a request that no session of ours would be told the end of."""
        self._let_go(event)
        sent = self._fetch.get(event["requestId"])
        if sent is None:
            return
        if (status := event.get("responseStatusCode")) is not None:
            self._end(sent, Outcome(request=sent.id, state="delivered", status=status))
        else:
            self._end(sent, Outcome(request=sent.id, state="failed", reason=str(event.get("responseErrorReason", ""))))

    def _response(self, _: str, params: Message) -> None:
        sent = self._network.get(params["requestId"])
        if sent is None:
            return
        told = params["response"]
        if sent.told.get("type") == "Document" and sent.frame is not None and sent.frame.main:
            sent.frame.tab.begin(sent.network).status = told.get("status")
            sent.frame.tab.load.answered = True
        if sent.request is None:
            self._unpaused(sent, told)
            return
        cached = told.get("fromDiskCache") or told.get("fromPrefetchCache")
        self._end(
            sent,
            Outcome(request=sent.id, state="delivered", status=told.get("status"), reason="from the browser's cache" if cached else ""),
        )

    def _unpaused(self, sent: Sent, told: Message) -> None:
        """A request that had an answer and was never paused: from a cache, a service worker, or the journey's own route."""
        self._withdraw(sent)
        if told.get("fromServiceWorker") or told.get("fromDiskCache") or told.get("fromPrefetchCache"):
            sent.slot.open = False
            sent.walk.flush()
            return
        self._record_told(sent)
        self._end(sent, Outcome(request=sent.id, state="answered-by-journey", status=told.get("status"), reason=_BY_JOURNEY))

    def _record_told(self, sent: Sent, *, disposition: Disposition = "unknown") -> None:
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
        sent.request = self._completed(sent, request)
        sent.slot.entries.insert(0, sent.request)
        sent.slot.open = False
        sent.walk.flush()

    def _withdraw(self, sent: Sent) -> None:
        expected = self._expected.get(sent.network)
        if expected and sent in expected:
            expected.remove(sent)
            if not expected:
                del self._expected[sent.network]

    def _failed(self, session_id: str, params: Message) -> None:
        sent = self._network.get(params["requestId"])
        if sent is None:
            return
        blocked = params.get("blockedReason")
        cors = params.get("corsErrorStatus", {}).get("corsError", "")
        if sent.request is None:
            self._withdraw(sent)
            if params.get("canceled") and not blocked:
                sent.slot.open = False
                sent.walk.flush()
                return
            self._record_told(sent)
            if blocked:
                reason = _REASONS.get(str(blocked), str(blocked)) + self._directive(session_id, sent.url)
                outcome = Outcome(request=sent.id, state="blocked", reason=reason)
            elif cors:
                outcome = Outcome(request=sent.id, state="failed", reason=cors)
            else:
                outcome = Outcome(request=sent.id, state="answered-by-journey", reason=f"{_BY_JOURNEY} ({params.get('errorText', '')})")
            self._end(sent, outcome)
            return
        if blocked:
            outcome = Outcome(request=sent.id, state="blocked", reason=_REASONS.get(str(blocked), str(blocked)))
        elif cors and not cors.startswith("Preflight"):
            outcome = Outcome(request=sent.id, state="delivered", reason=f"its page may not read the answer ({cors})")
        elif params.get("canceled"):
            outcome = Outcome(request=sent.id, state="unknown", reason="given up by the page before an answer was seen")
        else:
            outcome = Outcome(request=sent.id, state="failed", reason=cors or str(params.get("errorText", "")))
        self._end(sent, outcome)

    def _finished(self, _: str, params: Message) -> None:
        sent = self._network.get(params["requestId"])
        if sent is not None and sent.request is not None and sent.told.get("type") == "Prefetch":
            self._end(sent, Outcome(request=sent.id, state="delivered"))

    def _from_memory(self, _: str, params: Message) -> None:
        """A page took it from its own memory: nothing left."""
        sent = self._network.get(params["requestId"])
        if sent is not None and sent.request is None:
            self._withdraw(sent)
            sent.slot.open = False
            sent.walk.flush()

    # ---- what the page itself refused -----------------------------------------------------------------------------------------------

    def _issue(self, session_id: str, params: Message) -> None:
        """A content security policy refused a URL. Of a fetch or a beacon nothing else is told; of the rest, a failure that follows."""
        told = params["issue"].get("details", {}).get("contentSecurityPolicyIssueDetails")
        session = self._sessions.get(session_id)
        if told is None or session is None or told.get("isReportOnly") or told.get("contentSecurityPolicyViolationType") != "kURLViolation":
            return
        url, walk = told.get("blockedURL", ""), self._walk_of.get(session.target)
        if walk is None or not url.startswith(("http://", "https://", "ws://", "wss://")):
            return
        sent = self._sent(walk, url)
        sent.frame, sent.worker, sent.refusal = session.frame, session.worker, told.get("violatedDirective", "")
        if session.worker is not None:
            sent.frame = session.worker.frame
        self._attribute(sent, sent.frame.tab.load.loader if sent.frame and sent.frame.main else "")
        request = CapturedRequest(
            id=sent.id, url=url, time=sent.time, method=None, context=walk.key, step=sent.step,
            body=Body("unreadable", b"", "refused before it was sent: neither method nor body is told"),
        )  # fmt: skip
        sent.request = self._completed(sent, request)
        reason = f"{_REASONS['csp']} ({sent.refusal})"
        sent.outcome = Outcome(request=sent.id, state="blocked", time=walk.now(), reason=reason)
        sent.slot.entries = [sent.request, sent.outcome]
        sent.slot.open, sent.slot.until = True, time.monotonic() + REFUSED
        session.refused = [*[each for each in session.refused if not each.slot.gone][-1000:], sent]
        walk.queue(sent.slot)

    def _directive(self, session_id: str, url: str) -> str:
        """Which directive refused this URL, if it was just told; that telling is then not recorded a second time."""
        session = self._sessions.get(session_id)
        for sent in session.refused if session else ():
            if sent.url == url and not sent.slot.gone and session is not None:
                session.refused.remove(sent)
                sent.slot.entries, sent.slot.open = [], False
                sent.walk.flush()
                return f" ({sent.refusal})"
        return ""

    # ---- WebSockets: the browser does not let their handshake be paused -------------------------------------------------------------

    def _socket_created(self, session_id: str, params: Message) -> None:
        session = self._sessions.get(session_id)
        walk = self._walk_of.get(session.target) if session else None
        if session is None or walk is None:
            return
        sent = self._sent(walk, params["url"], params["requestId"])
        sent.session, sent.worker = session_id, session.worker
        sent.frame = session.worker.frame if session.worker else session.frame
        sent.initiator = params.get("initiator", {}).get("type")
        self._attribute(sent, sent.frame.tab.load.loader if sent.frame and sent.frame.main else "")
        request = CapturedRequest(
            id=sent.id, url=sent.url, time=sent.time, resource_type="websocket", context=walk.key, step=sent.step, disposition="passed"
        )
        sent.request = self._completed(sent, request)
        sent.slot.entries = [sent.request]
        sent.slot.open, sent.slot.until = True, time.monotonic() + UNSEEN
        if self._decide(walk, sent.request) is not None:
            walk.gap(f"a WebSocket cannot be stubbed; it was opened: {sent.url[:200]}")
        walk.queue(sent.slot)
        self._network[sent.network] = sent

    def _socket_handshake(self, _: str, params: Message) -> None:
        sent = self._network.get(params["requestId"])
        if sent is not None and sent.request is not None and not sent.slot.gone:
            sent.request = replace(sent.request, headers=tuple(params.get("request", {}).get("headers", {}).items()))
            sent.slot.entries[0] = sent.request
            sent.slot.open = False
            sent.walk.flush()

    def _socket_open(self, _: str, params: Message) -> None:
        if sent := self._network.get(params["requestId"]):
            self._end(sent, Outcome(request=sent.id, state="delivered", status=params.get("response", {}).get("status")))

    def _socket_failed(self, _: str, params: Message) -> None:
        if sent := self._network.get(params["requestId"]):
            self._end(sent, Outcome(request=sent.id, state="failed", reason=str(params.get("errorMessage", ""))))

    def _socket_closed(self, _: str, params: Message) -> None:
        if sent := self._network.get(params["requestId"]):
            self._end(sent, Outcome(request=sent.id, state="failed", reason="closed before it was open"))

    def _end(self, sent: Sent, outcome: Outcome) -> None:
        """What became of a request: the first word counts."""
        if sent.outcome is not None:
            return
        self._open.pop(id(sent), None)
        walk = sent.walk
        sent.outcome = replace(outcome, time=walk.now())
        if sent.slot.gone:
            walk.put(sent.outcome)
        else:
            sent.slot.entries.append(sent.outcome)

    def _abandon(self, which: Callable[[Sent], bool], reason: str) -> None:
        """Say of requests whose answers will not be seen that it is not known what became of them."""
        for sent in [each for each in self._open.values() if each.request is not None and which(each)]:
            if sent.request is not None and sent.request.resource_type != "ping":
                self._end(sent, Outcome(request=sent.id, state="unknown", reason=reason))

    # ---- the data layer -------------------------------------------------------------------------------------------------------------

    def _world(self, session_id: str, params: Message) -> None:
        session = self._sessions.get(session_id)
        context = params["context"]
        if session is not None and (frame := context.get("auxData", {}).get("frameId")):
            session.worlds[context["id"]] = frame

    def _worlds_cleared(self, session_id: str, _: Message) -> None:
        if session := self._sessions.get(session_id):
            session.worlds.clear()

    def _binding_called(self, session_id: str, params: Message) -> None:
        session = self._sessions.get(session_id)
        if session is None or params.get("name") != self._binding:
            return
        frame = self._frames.get(session.worlds.get(params.get("executionContextId", 0), "")) or session.frame
        if frame is not None:
            self._push(frame, frame.tab.load if frame.main else frame.load, params["payload"])

    def _late(self, event: Message) -> None:
        """What the recorder could only tell by a beacon; it never leaves."""
        self.connection.send("Fetch.fulfillRequest", {"requestId": event["requestId"], "responseCode": 204})
        frame = self._frames.get(event.get("frameId", ""))
        if frame is None:
            return
        asked = event["request"]
        load = frame.load
        if frame.main:
            load = frame.tab.leaving(_header(asked["headers"], "referer")) if not event.get("networkId") else frame.tab.load
        self._push(frame, load, self._body(asked).data.decode("utf-8", "replace"))

    def _push(self, frame: Frame, load: Load | None, payload: str) -> None:
        told = parse(payload)
        if told is None:
            return
        walk = self._walk_of[frame.tab.target]
        seen = self._told.setdefault(told.document, set())
        if told.number in seen:
            return
        seen.add(told.number)
        _bound(self._told, 2_000)
        if told.gap:
            walk.gap(f"{frame.tab.name}: {told.gap}")
            return
        walk.put(
            Push(
                id=walk.number("d"), source=told.source, value=told.value, kind="call" if told.kind == "call" else "push", time=walk.now(),
                context=walk.key, page=frame.tab.name, page_url=told.url if frame.main else load.url if load else None,
                page_load=load.ordinal if load else None, frame_url=told.url, main_frame=frame.main, step=walk.step, cut=told.cut,
            )
        )  # fmt: skip


_AUTO: Message = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
# The bodies of answers are not asked for: without these limits each page would keep them.
_NETWORK: Message = {"maxTotalBufferSize": 1, "maxResourceBufferSize": 1, "maxPostDataSize": 65_536}


def _sender(headers: dict[str, str]) -> str | None:
    return _header(headers, "referer") or _header(headers, "origin")


def _header(headers: dict[str, str], name: str) -> str | None:
    return next((value for key, value in headers.items() if key.lower() == name), None)


def _bound(store: dict[Any, Any], most: int) -> None:
    """Forget the oldest tenth of what is kept beyond a limit."""
    if len(store) > most:
        for key in list(store)[: most // 10]:
            del store[key]
