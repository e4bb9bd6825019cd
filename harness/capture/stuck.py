"""Tabs that stand still: a script that does not end, or a dialog that nobody answers. Each is ended after a while, and said.

Playwright's calls into a page have no time limit of their own: without this, such a page would hold a walk for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.capture.cdp import Message


DIALOGS = 50
"""Dialogs after which a tab that stands still is closed at once: a loop of them outlives the page that is left."""


NO_SESSION = -32001
"""The code of the error that answers what is sent to a session that is not there: the browser has not told that it ended."""


class Shows(Protocol):
    """A tab: whether it shows a dialog, and how many it has shown."""

    dialog: bool
    dialogs: int


@dataclass(frozen=True, slots=True)
class Watched:
    """One frame's own thread that should answer, by a session with it.

    Attributes:
        session: the session's id.
        tab: what it is of.
        patience: seconds after which it stands still.
        gap: says what was done about it, in words that follow the tab's name.
        close: closes the tab.
    """

    session: str
    tab: Shows
    patience: float
    gap: Callable[[str], None]
    close: Callable[[], None]


class Stuck:
    """Asks each tab's own thread every second whether it answers. All is called in the connection's thread, under the capture's lock.

    Args:
        send: sends a command.
    """

    def __init__(self, send: Callable[..., None]) -> None:
        self._send = send
        self._asked: dict[str, float] = {}
        self._again: set[str] = set()
        self._shown: dict[str, tuple[float, int]] = {}
        self._stopped: set[str] = set()
        self._gone: set[str] = set()

    def look(self, now: float, watched: Iterable[Watched]) -> None:
        """Ask those that have answered; end what the others are about."""
        sessions = {each.session: each for each in watched}
        self._gone &= sessions.keys()
        for gone in self._asked.keys() - sessions.keys():
            del self._asked[gone]
        for gone in self._shown.keys() - sessions.keys():
            del self._shown[gone]
        self._stopped &= sessions.keys()
        self._again &= sessions.keys()
        for id_, each in sessions.items():
            if id_ in self._gone:
                continue
            self._dialog(each, now)
            asked = self._asked.get(id_)
            if asked is None or id_ in self._again:
                self._again.discard(id_)
                self._asked[id_] = now
                self._ask(id_)
            elif now - asked > each.patience and id_ not in self._shown:
                self._stop(each, now)

    def _ask(self, session: str) -> None:
        def take(reply: Message) -> None:
            # Stopping a script may stop the question instead, and a navigation takes it away.
            if reply.get("error", {}).get("code") == NO_SESSION:
                self._gone.add(session)
            elif "error" in reply or "exceptionDetails" in reply.get("result", {}):
                self._again.add(session)
            else:
                self._asked.pop(session, None)

        self._send("Runtime.evaluate", {"expression": "0", "silent": True}, session, take)

    def _dialog(self, at: Watched, now: float) -> None:
        """Accept a dialog that is open for too long; one of many in a row is not."""
        if not at.tab.dialog:
            self._shown.pop(at.session, None)
            return
        since, number = self._shown.get(at.session, (now, -1))
        if number != at.tab.dialogs:
            self._shown[at.session] = (now, at.tab.dialogs)
        elif now - since > at.patience:
            self._send("Page.handleJavaScriptDialog", {"accept": True}, at.session)
            at.gap(f"showed a dialog that nobody answered for {at.patience:g} s; it was accepted")
            self._shown.pop(at.session, None)
            # What it was asked meanwhile it could not answer.
            self._asked[at.session] = now

    def _stop(self, at: Watched, now: float) -> None:
        self._asked[at.session] = now
        if at.session in self._stopped or at.tab.dialogs > DIALOGS:
            at.close()
            at.gap(f"did not answer for {at.patience:g} s and could not be stopped: the tab was closed")
            return
        self._stopped.add(at.session)
        # Whatever waits in the page for a promise of the stopped script would wait for ever: the page is left as well.
        self._send("Runtime.terminateExecution", None, at.session)
        self._send("Page.navigate", {"url": "about:blank"}, at.session)
        at.gap(f"did not answer for {at.patience:g} s: its script did not end; it was stopped, and the page left")
