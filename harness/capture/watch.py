"""Watches over the tabs of a Chromium that is captured by a proxy, and ends what stands still in them.

Playwright's calls into a page have no time limit: a script or a dialog without end would hold its walk for ever. Capture in the browser
sees to that itself (:mod:`harness.capture.stuck`).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.capture import endpoint
from harness.capture.captured import sent_url
from harness.capture.cdp import Connection
from harness.capture.stuck import Stuck, Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext

    from harness.capture.cdp import Message
    from harness.capture.proxy_walk import ProxyWalk

ATTACH: Message = {
    "autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True,
    "filter": [{"type": "page"}, {"type": "iframe"}, {"exclude": True}],
}  # fmt: skip

EVERY = 1.0
"""Seconds between two looks."""


@dataclass(slots=True)
class Standing:
    """A tab, or a frame of another site in one, as far as it matters here; ``parent`` is the session of what it is in."""

    target: str
    context: str
    url: str
    parent: str
    dialog: bool = False
    dialogs: int = 0


class Watch:
    """The watch over one browser, for all walks whose contexts are in it.

    Args:
        browser: a Chromium, launched with :data:`harness.capture.endpoint.LAUNCH_ARGS` among its arguments.

    Raises:
        BrowserError: it is another browser, or was launched without them.
    """

    def __init__(self, browser: Browser) -> None:
        self._lock = threading.RLock()
        self._walks: dict[str, ProxyWalk] = {}
        self._standing: dict[str, Standing] = {}
        self._stuck = Stuck(self._send)
        self._looked = 0.0
        self._events: dict[str, Callable[[str, Message], None]] = {
            "Target.attachedToTarget": self._attached,
            "Target.detachedFromTarget": lambda _, params: self._forget(params["sessionId"]),
            "Inspector.targetCrashed": lambda session, _: self._forget(session),
            "Page.frameNavigated": self._shows,
            "Page.javascriptDialogOpening": self._dialog,
            "Page.javascriptDialogClosed": self._dialog_closed,
        }
        self._connection = Connection(endpoint.find(browser), events=self._events, event=self._take, tick=self._tick, lost=lambda _: None)
        self._send("Target.setAutoAttach", ATTACH)

    @property
    def alive(self) -> bool:
        """Whether the browser still answers."""
        return self._connection.alive

    def adopt(self, context: BrowserContext, walk: ProxyWalk) -> None:
        """Watch over this context's tabs for this walk."""
        found = endpoint.context_id(self._connection.call, context)
        if found:
            with self._lock:
                self._walks = {name: each for name, each in self._walks.items() if not each.closed} | {found: walk}

    def close(self) -> None:
        """End it."""
        self._connection.close()

    def _send(self, method: str, params: Message | None = None, session: str = "", then: Callable[[Message], None] | None = None) -> None:
        self._connection.send(method, params, session, then)

    # ---- the connection's thread ----

    def _take(self, session: str, method: str, params: Message) -> None:
        with self._lock:
            try:
                self._events[method](session, params)
            except Exception as error:
                for walk in self._walks.values():
                    walk.gap(f"{method} could not be taken in ({type(error).__name__}: {error})")

    def _attached(self, parent: str, params: Message) -> None:
        info, session = params["targetInfo"], params["sessionId"]
        above = self._standing.get(parent)
        context = info.get("browserContextId") or (above.context if above else "")
        self._standing[session] = Standing(above.target if above else info["targetId"], context, sent_url(info.get("url", "")), parent)
        self._send("Inspector.enable", None, session)
        self._send("Page.enable", None, session)
        self._send("Target.setAutoAttach", ATTACH, session)

    def _forget(self, session: str) -> None:
        # Of what is in it, the browser does not tell.
        for each in [inner for inner, at in self._standing.items() if at.parent == session]:
            self._forget(each)
        self._standing.pop(session, None)

    def _shows(self, session: str, params: Message) -> None:
        if (at := self._standing.get(session)) is not None and "parentId" not in params["frame"]:
            at.url = sent_url(params["frame"]["url"])

    def _dialog(self, session: str, _: Message) -> None:
        if (at := self._standing.get(session)) is not None:
            at.dialog, at.dialogs = True, at.dialogs + 1

    def _dialog_closed(self, session: str, _: Message) -> None:
        if (at := self._standing.get(session)) is not None:
            at.dialog = False

    def _tick(self) -> float:
        now = time.monotonic()
        with self._lock:
            if now - self._looked >= EVERY:
                self._looked = now
                self._stuck.look(now, self._watched())
        return EVERY

    def _watched(self) -> Iterator[Watched]:
        for session, at in self._standing.items():
            # A walk that has ended may still be closing its tabs.
            if (walk := self._walks.get(at.context)) is not None:
                yield Watched(
                    session, at, walk.bounds.stuck,
                    gap=lambda what, walk=walk, at=at: walk.gap(f"the tab {at.url[:100]} {what}"),  # type: ignore[misc]
                    close=lambda at=at: self._send("Target.closeTarget", {"targetId": at.target}),  # type: ignore[misc]
                )  # fmt: skip
