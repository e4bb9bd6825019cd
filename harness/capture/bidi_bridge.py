"""Stands between Playwright and a stock Firefox: starts the one, and passes on what the other says to it over WebDriver BiDi.

A Firefox that is older than its Playwright refuses commands that it does not know yet. Some of these Playwright sends for every context,
though they ask for nothing (no emulated colour scheme, say): such a refusal is passed on as done, all else as it is.

Playwright's calls into a page have no time limit, and nothing stops a script in a Firefox. So each tab is asked whether it answers: one
that does not is closed, a dialog that nobody answers is accepted, and a file is told of it.

Run as a program in Firefox's stead, with the seconds that a tab has, that file and Firefox's path before its own arguments; it imports
nothing of tagproof.
https://www.w3.org/TR/webdriver-bidi/
"""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

if TYPE_CHECKING:
    from collections.abc import Callable

LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")

_ABOUT = frozenset({"contexts", "userContexts"})
"""Parameters that say for which tabs a command is, not what it asks."""

EVERY = 1.0
"""Seconds between two looks at the tabs."""

OURS = 1 << 50
"""The ids of our own commands begin here; Playwright counts its own from one."""

_ID = re.compile(r'"id":(\d{16,})')
_OF_A_TAB = '"method":"browsingContext.'


def asks_for_nothing(command: dict[str, Any]) -> bool:
    """Whether a command leaves the browser as it is: an emulation in which nothing is emulated."""
    asked = {name: value for name, value in command.get("params", {}).items() if name not in _ABOUT}
    return str(command.get("method", "")).startswith("emulation.") and not any(map(_something, asked.values()))


def _something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_something, value.values()))
    return value is not None


def reply(text: str, asked: dict[int, dict[str, Any]]) -> str:
    """What Playwright is told for what Firefox said.

    Args:
        text: one message of Firefox.
        asked: the commands that asked for nothing and were not answered yet, by id; what is answered is taken out.
    """
    if not asked or '"error"' not in text:
        return text
    told = json.loads(text)
    command = asked.pop(told.get("id"), None)
    if command is None or told.get("error") != "unknown command":
        return text
    return json.dumps({"type": "success", "id": told["id"], "result": {}})


@dataclass(slots=True)
class Tab:
    """A tab: since when it has not answered, and since when a dialog is open in it. ``certain``: see :meth:`Watch._is_certain`."""

    url: str = ""
    asked: float | None = None
    dialog: float | None = None
    certain: float | None = None


class Watch:
    """Asks each tab whether it answers, and ends what stands still in it.

    Args:
        send: sends a command to Firefox.
        patience: seconds that a tab has.
        told: the file that is told what was done, a line of JSON each: the monotonic ``time``, the tab's ``url``, and ``what`` it did.
    """

    def __init__(self, send: Callable[[dict[str, Any]], None], patience: float, told: Path) -> None:
        self._send = send
        self._patience = patience
        self._told = told
        self._lock = threading.Lock()
        self._tabs: dict[str, Tab] = {}
        self._then: dict[int, Callable[[], None]] = {}
        self._number = OURS
        self._unsent: list[dict[str, Any]] = []

    def hear(self, text: str) -> bool:
        """Take in what Firefox said, and return whether it is for Playwright."""
        with self._lock:
            if (found := _ID.search(text)) and (then := self._then.pop(int(found.group(1)), None)):
                # Be it an error: a document that is left takes the question with it, and there is another.
                then()
                return False
            if _OF_A_TAB in text:
                self._event(json.loads(text))
        return True

    def look(self, now: float) -> None:
        """Ask those that have answered; end what the others are about."""
        with self._lock:
            for context, tab in self._tabs.items():
                if tab.dialog is not None:
                    tab.asked = None
                    if now - tab.dialog > self._patience and self._is_certain(tab, tab.dialog):
                        tab.dialog = now
                        self._ask("browsingContext.handleUserPrompt", {"context": context, "accept": True})
                        self._tell(now, tab, f"showed a dialog that nobody answered for {self._patience:g} s; it was accepted")
                elif tab.asked is None:
                    tab.asked = now
                    asked = {"expression": "0", "target": {"context": context}, "awaitPromise": False}
                    self._ask("script.evaluate", asked, partial(setattr, tab, "asked", None))
                elif now - tab.asked > self._patience and self._is_certain(tab, tab.asked):
                    tab.asked = now
                    self._ask("browsingContext.close", {"context": context, "promptUnload": False})
                    self._tell(now, tab, f"did not answer for {self._patience:g} s: its script did not end; the tab was closed")
            unsent, self._unsent = self._unsent, []
        for command in unsent:
            self._send(command)

    def _event(self, told: dict[str, Any]) -> None:
        event, params = told.get("method"), told.get("params", {})
        context = params.get("context")
        if event == "browsingContext.contextCreated":
            # What is in a frame has no call of Playwright's waiting without end.
            if params.get("parent") is None:
                self._tabs[context] = Tab(params.get("url", ""))
        elif event == "browsingContext.contextDestroyed":
            self._tabs.pop(context, None)
        elif (tab := self._tabs.get(context)) is not None:
            tab.url = params.get("url") or tab.url
            if event == "browsingContext.userPromptOpened":
                tab.dialog = time.monotonic()
            elif event == "browsingContext.userPromptClosed":
                tab.dialog = None

    def _ask(self, method: str, params: dict[str, Any], then: Callable[[], None] = lambda: None) -> None:
        self._number += 1
        self._then[self._number] = then
        self._unsent.append({"id": self._number, "method": method, "params": params})

    def _is_certain(self, tab: Tab, since: float) -> bool:
        """Whether nothing that was said since then is still to be read: Firefox was asked meanwhile, and has answered."""
        if tab.certain == since:
            return True
        self._ask("session.status", {}, partial(setattr, tab, "certain", since))
        return False

    def _tell(self, now: float, tab: Tab, what: str) -> None:
        with contextlib.suppress(OSError), self._told.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"time": now, "url": tab.url, "what": what}) + "\n")


def _bridge(firefox: str, patience: float, told: Path, client: ServerConnection) -> None:
    asked: dict[int, dict[str, Any]] = {}
    over = threading.Event()
    path = client.request.path if client.request is not None else "/session"
    with connect(firefox + path, max_size=None, compression=None, open_timeout=30, ping_interval=None) as browser:
        watch = Watch(lambda command: browser.send(json.dumps(command)), patience, told)

        def back() -> None:
            with contextlib.suppress(ConnectionClosed):
                for text in browser:
                    if watch.hear(str(text)):
                        client.send(reply(str(text), asked))
            client.close()

        def look() -> None:
            with contextlib.suppress(ConnectionClosed):
                while not over.wait(EVERY):
                    watch.look(time.monotonic())

        backward = threading.Thread(target=back, daemon=True)
        backward.start()
        threading.Thread(target=look, daemon=True).start()
        with contextlib.suppress(ConnectionClosed):
            for text in client:
                command = json.loads(text)
                if asks_for_nothing(command):
                    asked[command["id"]] = command
                browser.send(text)
        over.set()
    backward.join(5)


def main(arguments: list[str]) -> int:
    """Start Firefox, and tell Playwright our address where Firefox tells its own. Ends with Firefox, with its exit code."""
    patience, told, *command = arguments
    firefox = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace")
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: firefox.terminate())
    for line in firefox.stderr or ():
        said = line
        if found := LISTENING.search(line):
            address = found.group(1)
            bridge = partial(_bridge, address, float(patience), Path(told))
            server = serve(bridge, "127.0.0.1", 0, max_size=None, compression=None, ping_interval=None)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            said = line.replace(address, f"ws://127.0.0.1:{server.socket.getsockname()[1]}")
        sys.stderr.write(said)
        sys.stderr.flush()
    return firefox.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
