"""What is open in the browser, kept up to date from the protocol's events: our sessions, tabs, frames, workers, navigations."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.capture.captured import Navigation, sent_url
from harness.capture.exits import BLANK
from harness.capture.refusals import shared_worker_script
from harness.capture.tabs import Frame, Tab, Worker
from harness.capture.unheld import SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.captured import NavigationKind
    from harness.capture.cdp import Message
    from harness.capture.exits import Exits
    from harness.capture.sent import Ledger
    from harness.capture.walk import BrowserWalk

WORKERS = frozenset({"worker", "shared_worker", "service_worker"})
PAGES = frozenset({"page", "iframe"})

IGNORED = ("browser", "tab", "browser_ui", "webview", "auction_worklet")
"""Types of targets that send nothing of a page's."""

AUTO: Message = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
"""How we attach: a new target waits until it was asked for all that is needed, which nothing of the test can delay.

A target waits until each client has let it run; but a popup that can reach its opener runs as soon as one has. Such a one is left to its
driver, which has init scripts and a clock to put in first and needs more messages than we do.
"""

PATIENCE = 5.0
"""Seconds that a popup waits for its driver to let it run; then we do."""

CLOSES = 1.0
"""Seconds that a tab has to close."""

KEPT = 20_000
"""How many frames are remembered for what they may still send."""

# The bodies of answers are not asked for: without these limits each page would keep them.
_NETWORK: Message = {"maxTotalBufferSize": 1, "maxResourceBufferSize": 1, "maxPostDataSize": 65_536}

_NAVIGATIONS: dict[str, NavigationKind] = {
    "reload": "reload", "reloadBypassingCache": "reload", "restore": "back-forward", "restoreWithPost": "back-forward",
    "historyDifferentDocument": "back-forward",
}  # fmt: skip


@dataclass(slots=True)
class Session:
    """Our session with one target.

    ``worlds`` tells the frame of each script context, ``waiting`` since when it waits for us to run (0: it does not).
    """

    id: str
    target: str
    type: str
    waiting: float
    parent: str = ""
    ready: bool = False
    frame: Frame | None = None
    worker: Worker | None = None
    worlds: dict[int, str] = field(default_factory=dict)

    @property
    def sender(self) -> Frame | None:
        """The frame that what this target sends belongs to."""
        return self.worker.frame if self.worker is not None else self.frame


class Targets:
    """What is open. All is called in the connection's thread, under the capture's lock.

    Args:
        send: sends a command: method, parameters, session, what takes the reply.
        script: the recorder's script for a walk's frames.
        binding: the name of the function that the script tells through.
        ledger: what is on its way.
        known: called when a frame or worker has become known.
    """

    def __init__(
        self,
        send: Callable[..., None],
        script: Callable[[BrowserWalk], str],
        binding: str,
        ledger: Ledger,
        known: Callable[[], None],
    ) -> None:
        self._send = send
        self._script = script
        self._binding = binding
        self._ledger = ledger
        self._known = known
        self.contexts: dict[str, BrowserWalk] = {}
        self.infos: dict[str, Message] = {}
        self.sessions: dict[str, Session] = {}
        self.tabs: dict[str, Tab] = {}
        self.frames: dict[str, Frame] = {}
        self.workers: dict[str, Worker] = {}
        self.walk_of: dict[str, BrowserWalk] = {}
        self.strangers: deque[str] = deque(maxlen=1_000)
        """The latest targets that are gone and were of no walk: what they sent while they were left comes after that."""
        self._observed: set[str] = set()
        self.exits: Exits
        self.events: dict[str, Callable[[str, Message], None]] = {
            "Target.targetCreated": self._target,
            "Target.targetInfoChanged": self._target,
            "Target.targetDestroyed": self._target_gone,
            "Target.targetCrashed": self._crashed,
            "Target.attachedToTarget": self._attached,
            "Target.detachedFromTarget": self._detached,
            "Page.frameAttached": self._frame_attached,
            "Page.frameDetached": self._frame_detached,
            "Page.frameNavigated": self._frame_navigated,
            "Page.navigatedWithinDocument": self._within_document,
            "Page.frameStartedNavigating": self._navigating,
            "Page.javascriptDialogOpening": self._dialog,
            "Page.javascriptDialogClosed": self._dialog_closed,
            "Runtime.executionContextCreated": self._world,
            "Runtime.executionContextsCleared": self._worlds_cleared,
        }

    def adopt(self, context: str, walk: BrowserWalk) -> None:
        """Capture all that is and will be open in this browser context for this walk."""
        self.contexts[context] = walk
        for session in list(self.sessions.values()):
            if self.infos.get(session.target, {}).get("browserContextId") == context:
                self._prepare(session)

    def close(self, tab: Tab) -> None:
        """Close a tab, and once more while it is open: one that shows another document just then stays."""
        if not tab.closed:
            tab.closing = time.monotonic()
            self._send("Target.closeTarget", {"targetId": tab.target})

    def walk(self, session_id: str) -> BrowserWalk | None:
        """The walk that a session's target is of."""
        session = self.sessions.get(session_id)
        return self.walk_of.get(session.target) if session else None

    def forget(self, walk: BrowserWalk) -> None:
        """Drop all that is known of a walk whose contexts are gone."""
        self.contexts = {context: each for context, each in self.contexts.items() if each is not walk}
        self._observed &= self.contexts.keys()
        gone = {target for target, each in self.walk_of.items() if each is walk}
        for store in (self.tabs, self.frames, self.workers, self.walk_of):
            for target in gone & store.keys():
                del store[target]

    def _target(self, _: str, params: Message) -> None:
        info = params["targetInfo"]
        info["url"] = sent_url(info.get("url", ""))
        if info["type"] in IGNORED:
            return
        self.infos[info["targetId"]] = info
        self._learn(info)

    def _learn(self, info: Message) -> None:
        """Make sure that a target of a walk is known, with its walk."""
        target, kind = info["targetId"], info["type"]
        walk = self.contexts.get(info.get("browserContextId", ""))
        if walk is None or str(info.get("url", "")).startswith(("chrome://", "devtools://")):
            return
        if kind == "page" and target not in self.tabs:
            tab = Tab(target, walk.key, f"p{len(walk.tabs) + 1}", info.get("openerId"))
            walk.tabs.append(tab)
            self._bound(walk, tab)
            self.tabs[target] = tab
            self.frames[target] = Frame(target, tab)
            self.walk_of[target] = walk
        elif kind in WORKERS and target not in self.workers:
            frame = self.frames.get(info.get("parentFrameId", ""))
            self.workers[target] = Worker(
                target, kind, walk.key, info.get("url", ""), frame, (frame.load or frame.tab.load) if frame else None
            )
            self.walk_of[target] = walk
        elif kind in WORKERS and info.get("url"):
            self.workers[target].url = info["url"]
        elif kind == "iframe" and target not in self.frames and (above := self.frames.get(info.get("parentFrameId", ""))):
            self.frames[target] = Frame(target, above.tab, above.id, info.get("url", ""), above.load or above.tab.load)
            self.walk_of[target] = walk
        else:
            return
        self._known()

    def _bound(self, walk: BrowserWalk, tab: Tab) -> None:
        """Close a new tab that is one too many, and with it all that pages have opened once these were too many."""
        open_, calm = [each for each in walk.tabs if not each.closed], not walk.tally.storm
        # Those that were told to close take their time.
        staying = sum(not each.closing for each in open_)
        if not walk.tally.one_too_many(staying, by_page=tab.opener is not None):
            return
        over = calm and walk.tally.storm
        for each in open_:
            if each is tab or (over and each.opener is not None):
                each.closing = each.closing or time.monotonic()
                # One that shows nothing yet is just being made ready by its driver, which would wait for its answer for ever.
                if each.last:
                    self.close(each)

    def _attached(self, parent: str, params: Message) -> None:
        info, session_id = params["targetInfo"], params["sessionId"]
        info["url"] = sent_url(info.get("url", ""))
        self.infos.setdefault(info["targetId"], info)
        session = Session(session_id, info["targetId"], info["type"], time.monotonic() if params.get("waitingForDebugger") else 0.0, parent)
        self.sessions[session_id] = session
        above = self.sessions.get(parent)
        if above is not None and "browserContextId" not in info:
            info["browserContextId"] = self.infos.get(above.target, {}).get("browserContextId")
        if above is not None and above.frame is not None and info["type"] == "worker":
            info.setdefault("parentFrameId", above.frame.id)
        twice = any(each.target == session.target and each.ready for each in self.sessions.values())
        if self.contexts.get(info.get("browserContextId") or "") is None or twice:
            self._resume(session)
            return
        self._learn(info)
        self._prepare(session)

    def overdue(self, now: float) -> None:
        """Let the popups run that no driver has let run, and close again what should be closed by now."""
        for session in self.sessions.values():
            if session.waiting and now - session.waiting > PATIENCE:
                self._run(session)
        for tab in [each for each in self.tabs.values() if each.closing and now - each.closing > CLOSES]:
            self.close(tab)

    def _resume(self, session: Session) -> None:
        if session.waiting and not self.infos.get(session.target, {}).get("canAccessOpener"):
            self._run(session)

    def _run(self, session: Session) -> None:
        session.waiting = 0.0
        self._send("Runtime.runIfWaitingForDebugger", None, session.id)

    def _prepare(self, session: Session) -> None:
        """Ask a target for all that is needed of it, and let it run. Nothing here waits."""
        info = self.infos[session.target]
        walk = self.contexts.get(info.get("browserContextId", ""))
        if session.ready or walk is None:
            return
        self._learn(info)
        session.ready = True
        new = session.waiting > 0
        send = self._send
        session.frame = self.frames.get(session.target)
        session.worker = self.workers.get(session.target)
        if session.type in PAGES:
            send("Runtime.enable", None, session.id)
            send("Runtime.addBinding", {"name": self._binding}, session.id)
            send("Page.enable", None, session.id)
            send("Network.enable", _NETWORK, session.id)
            send("Network.enableReportingApi", {"enable": True}, session.id)
            send("Audits.enable", None, session.id)
            self._refuse(session, walk)
            send("Page.addScriptToEvaluateOnNewDocument", {"source": self._script(walk), "runImmediately": True}, session.id)
            send("Target.setAutoAttach", AUTO, session.id)
            if session.type == "page":
                self._observe(session.id, info["browserContextId"])
            send("Page.getFrameTree", None, session.id, lambda reply: self._tree(session, reply, new=new))
        elif session.type in WORKERS:
            send("Network.enable", _NETWORK, session.id)
            send("Audits.enable", None, session.id)
            self._refuse(session, walk)
            send("Target.setAutoAttach", AUTO, session.id)
        self._resume(session)

    def _observe(self, session_id: str, context: str) -> None:
        """Have a tab tell of the background fetches of its context: those from now on."""
        if context not in self._observed:
            self._observed.add(context)
            self._send("BackgroundService.clearEvents", SERVICE, session_id)
            self._send("BackgroundService.setRecording", {**SERVICE, "shouldRecord": True}, session_id)
        self._send("BackgroundService.startObserving", SERVICE, session_id)

    def _refuse(self, session: Session, walk: BrowserWalk) -> None:
        """Have a target open no WebSocket to what its walk named beforehand."""
        if walk.network_conditions is None:
            return
        # A browser that does not know this opens them, and then the record says so.
        self._send("Network.emulateNetworkConditionsByRule", walk.network_conditions, session.id)
        if session.type == "shared_worker" and session.waiting:
            self._send("Runtime.evaluate", {"expression": shared_worker_script(walk.network_conditions)}, session.id)

    def _tree(self, session: Session, reply: Message, *, new: bool) -> None:
        """Take in what a tab shows already. One that was ``new`` began to show it before it could tell: that is told here."""
        tree = reply.get("result", {}).get("frameTree")
        if tree is None:
            return
        root = tree["frame"]
        frame = self.frames.get(root["id"])
        if frame is not None and frame.main and not frame.tab.load.loader:
            load = frame.tab.load
            url = sent_url(root["url"]) + root.get("urlFragment", "")
            if url in ("", "about:blank", ":"):
                load.loader, load.url = root["loaderId"], "about:blank"
                frame.url = load.url
            else:
                if new:
                    self._frame_navigated(session.id, {"frame": root})
                else:
                    frame.tab.show(root["loaderId"], url)
                    frame.url = url
        self._subtree(tree)

    def _subtree(self, tree: Message) -> None:
        for child in tree.get("childFrames", ()):
            self._frame(child["frame"]["id"], tree["frame"]["id"], sent_url(child["frame"].get("url", "")))
            self._subtree(child)

    def _detached(self, _: str, params: Message) -> None:
        self._drop(params["sessionId"])

    def _drop(self, session_id: str) -> None:
        """Forget a session that has ended, and those of what was in its target: of these the browser does not tell."""
        for each in [inner.id for inner in self.sessions.values() if inner.parent == session_id]:
            self._drop(each)
        session = self.sessions.pop(session_id, None)
        if session is not None and (worker := session.worker) is not None:
            self._ledger.abandon(lambda sent: sent.worker is worker and not sent.watched, "its worker ended before an answer was seen")

    def _target_gone(self, _: str, params: Message) -> None:
        target = params["targetId"]
        info = self.infos.pop(target, None)
        if info is not None and info.get("browserContextId") not in self.contexts:
            self.strangers.append(target)
        tab = self.tabs.get(target)
        if tab is not None:
            tab.closed, tab.closing = True, 0.0
            self._ledger.closed(tab)
            self._ledger.abandon(
                lambda sent: sent.frame is not None and sent.frame.tab is tab, "the tab was closed before an answer was seen"
            )

    def _crashed(self, _: str, params: Message) -> None:
        tab = self.tabs.get(params["targetId"])
        if tab is not None:
            tab.crashed = True
            self.walk_of[tab.target].gap(f"{tab.name} crashed ({params.get('status', 'unknown')})")
            self._ledger.abandon(lambda sent: sent.frame is not None and sent.frame.tab is tab, "the tab crashed before an answer was seen")

    def _frame(self, frame_id: str, parent_id: str, url: str = "") -> Frame | None:
        known = self.frames.get(frame_id)
        if known is not None:
            return known
        above = self.frames.get(parent_id)
        if above is None:
            return None
        frame = Frame(frame_id, above.tab, parent_id, url, above.load or above.tab.load)
        self.frames[frame_id] = frame
        self.walk_of[frame_id] = self.walk_of[above.tab.target]
        if len(self.frames) > KEPT:
            for old in [each.id for each in list(self.frames.values())[: KEPT // 10] if not each.main]:
                del self.frames[old], self.walk_of[old]
        self._known()
        return frame

    def _frame_attached(self, _: str, params: Message) -> None:
        self._frame(params["frameId"], params["parentFrameId"])

    def _frame_detached(self, _: str, params: Message) -> None:
        frame = self.frames.get(params["frameId"])
        if frame is not None and not frame.main and params.get("reason") != "swap":
            frame.gone = True
            self._ledger.gone(lambda each: each is frame)
            self._ledger.abandon(lambda sent: sent.frame is frame, "the frame was removed before an answer was seen")

    def _navigating(self, _: str, params: Message) -> None:
        tab = self.tabs.get(params["frameId"])
        if tab is not None:
            tab.begin(params["loaderId"]).kind = _NAVIGATIONS.get(params["navigationType"], "document")

    def _frame_navigated(self, _: str, params: Message) -> None:
        told = params["frame"]
        url = sent_url(told.get("unreachableUrl") or told["url"] + told.get("urlFragment", ""))
        if self.exits.is_one(url):
            url = BLANK
        frame = self.frames.get(told["id"]) or self._frame(told["id"], told.get("parentId", ""))
        if frame is None:
            return
        frame.url = url
        if not frame.main:
            return
        tab, walk = frame.tab, self.walk_of[frame.tab.target]
        underway = tab.underway.pop(told["loaderId"], None)
        restored = params.get("type") == "BackForwardCacheRestore"
        former = tab.load
        load = tab.show(told["loaderId"], url)
        self._ledger.gone(lambda each: each.tab is tab)
        kind: NavigationKind = "back-forward" if restored else underway.kind if underway else "document"
        walk.put(
            Navigation(
                page=tab.name, url=url, kind=kind, time=walk.now(), context=tab.context, page_load=load.ordinal, step=walk.step,
                method=underway.method if underway else None, status=underway.status if underway else None,
            )
        )  # fmt: skip
        self._ledger.left(former)
        if tab.closing:
            self.close(tab)

    def _within_document(self, _: str, params: Message) -> None:
        frame = self.frames.get(params["frameId"])
        if frame is None:
            return
        url = frame.url = sent_url(params["url"])
        if frame.main:
            frame.tab.load.url = url
            walk = self.walk_of[frame.tab.target]
            walk.put(
                Navigation(
                    page=frame.tab.name, url=url, kind="fragment" if params.get("navigationType") == "fragment" else "history",
                    time=walk.now(), context=frame.tab.context, page_load=frame.tab.load.ordinal, step=walk.step,
                )
            )  # fmt: skip

    def _dialog(self, session: str, _: Message) -> None:
        if (at := self.sessions.get(session)) and at.frame:
            at.frame.tab.dialog = True
            at.frame.tab.dialogs += 1

    def _dialog_closed(self, session: str, _: Message) -> None:
        if (at := self.sessions.get(session)) and at.frame:
            at.frame.tab.dialog = False

    def _world(self, session_id: str, params: Message) -> None:
        session = self.sessions.get(session_id)
        context = params["context"]
        if session is not None and (frame := context.get("auxData", {}).get("frameId")):
            session.worlds[context["id"]] = frame

    def _worlds_cleared(self, session_id: str, _: Message) -> None:
        if session := self.sessions.get(session_id):
            session.worlds.clear()
