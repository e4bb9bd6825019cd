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


@dataclass(slots=True)
class _Known:
    """What is known of one session.

    Attributes:
        asked: when it was last asked, and has not answered; None if it has, or is to be asked again.
        shown: since when it shows a dialog, and which.
        certain: the time of what is certain, see :meth:`Stuck._is_certain`.
        stopped: its script was stopped once.
        gone: the browser knows no such session.
    """

    asked: float | None = None
    shown: tuple[float, int] | None = None
    certain: float | None = None
    stopped: bool = False
    gone: bool = False


class Stuck:
    """Asks each tab's own thread every second whether it answers. All is called in the connection's thread, under the capture's lock.

    Args:
        send: sends a command.
    """

    def __init__(self, send: Callable[..., None]) -> None:
        self._send = send
        self._sessions: dict[str, _Known] = {}

    def look(self, now: float, watched: Iterable[Watched]) -> None:
        """Ask those that have answered; end what the others are about."""
        sessions = {each.session: each for each in watched}
        self._sessions = {id_: self._sessions.get(id_) or _Known() for id_ in sessions}
        for id_, each in sessions.items():
            known = self._sessions[id_]
            if known.gone:
                continue
            self._dialog(each, known, now)
            if known.asked is None:
                self._ask(each, known, now)
            elif now - known.asked > each.patience and known.shown is None and self._is_certain(known, known.asked):
                self._stop(each, known, now)

    def _ask(self, at: Watched, known: _Known, now: float) -> None:
        def take(reply: Message) -> None:
            # An error is an answer too: stopping a script may stop the question instead, and a navigation takes it away.
            known.gone = reply.get("error", {}).get("code") == NO_SESSION
            known.asked = None

        known.asked = now
        self._send("Runtime.evaluate", {"expression": "0", "silent": True}, at.session, take)

    def _is_certain(self, known: _Known, since: float) -> bool:
        """Whether nothing that was told since then is still to be read: the browser was asked meanwhile, and has answered.

        Much may be on its way, and this process may have stood still itself.
        """
        if known.certain == since:
            return True
        self._send("Browser.getVersion", None, "", lambda _: setattr(known, "certain", since))
        return False

    def _dialog(self, at: Watched, known: _Known, now: float) -> None:
        """Accept a dialog that is open for too long; one of many in a row is not."""
        if not at.tab.dialog:
            known.shown = None
            return
        if known.shown is None or known.shown[1] != at.tab.dialogs:
            known.shown = (now, at.tab.dialogs)
        elif now - known.shown[0] > at.patience and self._is_certain(known, known.shown[0]):
            self._send("Page.handleJavaScriptDialog", {"accept": True}, at.session)
            at.gap(f"showed a dialog that nobody answered for {at.patience:g} s; it was accepted")
            known.shown = None
            # What it was asked meanwhile it could not answer.
            known.asked = now

    def _stop(self, at: Watched, known: _Known, now: float) -> None:
        known.asked = now
        if known.stopped or at.tab.dialogs > DIALOGS:
            at.close()
            at.gap(f"did not answer for {at.patience:g} s and could not be stopped: the tab was closed")
            return
        known.stopped = True
        # Whatever waits in the page for a promise of the stopped script would wait for ever: the page is left as well.
        self._send("Runtime.terminateExecution", None, at.session)
        self._send("Page.navigate", {"url": "about:blank"}, at.session)
        at.gap(f"did not answer for {at.patience:g} s: its script did not end; it was stopped, and the page left")
