"""Tabs that stand still: a script that does not end, or a dialog that nobody answers. Each is ended after a while, and said.

Playwright's calls into a page have no time limit of their own: without this, such a page would hold a walk for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.capture.targets import PAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.cdp import Message
    from harness.capture.targets import Session, Targets


DIALOGS = 50
"""Dialogs after which a tab that stands still is closed at once: a loop of them outlives the page that is left."""


class Stuck:
    """Asks each tab's own thread every second whether it answers. All is called in the connection's thread, under the capture's lock.

    Args:
        send: sends a command.
        targets: what is open.
    """

    def __init__(self, send: Callable[..., None], targets: Targets) -> None:
        self._send = send
        self._targets = targets
        self._asked: dict[str, float] = {}
        self._again: set[str] = set()
        self._shown: dict[str, tuple[float, int]] = {}
        self._stopped: set[str] = set()

    def look(self, now: float) -> None:
        """Ask those that have answered; end what the others are about."""
        sessions = {each.id: each for each in self._targets.sessions.values() if each.ready and each.type in PAGES and each.frame}
        for gone in self._asked.keys() - sessions.keys():
            del self._asked[gone]
        self._stopped &= sessions.keys()
        self._again &= sessions.keys()
        for session in sessions.values():
            walk = self._targets.walk(session.id)
            if walk is None or session.frame is None or session.frame.tab.crashed or session.frame.tab.closed:
                continue
            self._dialog(session, now, walk.bounds.stuck)
            asked = self._asked.get(session.id)
            if asked is None:
                self._asked[session.id] = now
                self._ask(session)
            elif session.id in self._again:
                self._again.discard(session.id)
                self._ask(session)
            elif now - asked > walk.bounds.stuck and session.id not in self._shown:
                self._stop(session, now)

    def _ask(self, session: Session) -> None:
        def take(reply: Message) -> None:
            # Stopping a script may stop the question instead, and a navigation takes it away.
            if "error" in reply or "exceptionDetails" in reply.get("result", {}):
                self._again.add(session.id)
            else:
                self._asked.pop(session.id, None)

        self._send("Runtime.evaluate", {"expression": "0", "silent": True}, session.id, take)

    def _dialog(self, session: Session, now: float, patience: float) -> None:
        """Accept a dialog that is open for too long; one of many in a row is not."""
        tab = session.frame.tab if session.frame else None
        if tab is None or not tab.dialog:
            self._shown.pop(session.id, None)
            return
        since, number = self._shown.get(session.id, (now, -1))
        if number != tab.dialogs:
            self._shown[session.id] = (now, tab.dialogs)
        elif now - since > patience:
            self._send("Page.handleJavaScriptDialog", {"accept": True}, session.id)
            self._gap(session, f"showed a dialog that nobody answered for {patience:g} s; it was accepted")
            self._shown.pop(session.id, None)

    def _stop(self, session: Session, now: float) -> None:
        walk = self._targets.walk(session.id)
        stuck = walk.bounds.stuck if walk else 0.0
        self._asked[session.id] = now
        if session.id in self._stopped or (session.frame is not None and session.frame.tab.dialogs > DIALOGS):
            if session.frame is not None:
                self._targets.close(session.frame.tab)
            self._gap(session, f"did not answer for {stuck:g} s and could not be stopped: the tab was closed")
            return
        self._stopped.add(session.id)
        # Whatever waits in the page for a promise of the stopped script would wait for ever: the page is left as well.
        self._send("Runtime.terminateExecution", None, session.id)
        self._send("Page.navigate", {"url": "about:blank"}, session.id)
        self._gap(session, f"did not answer for {stuck:g} s: its script did not end; it was stopped, and the page left")

    def _gap(self, session: Session, what: str) -> None:
        walk = self._targets.walk(session.id)
        if walk is not None and session.frame is not None:
            walk.gap(f"{session.frame.tab.name} {what}")
