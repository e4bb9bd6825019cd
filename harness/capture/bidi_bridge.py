"""Stands between Playwright and a stock Firefox: starts the one, and passes on what the other says to it over WebDriver BiDi.

A Firefox that is older than its Playwright refuses commands that it does not know yet. Some of these Playwright sends for every context,
though they ask for nothing (no emulated colour scheme, say): such a refusal is passed on as done, all else as it is.

Run as a program in Firefox's stead, with Firefox's path before its own arguments; it imports nothing of tagproof.
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
from functools import partial
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")

_ABOUT = frozenset({"contexts", "userContexts"})
"""Parameters that say for which tabs a command is, not what it asks."""


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


def _bridge(firefox: str, client: ServerConnection) -> None:
    asked: dict[int, dict[str, Any]] = {}
    path = client.request.path if client.request is not None else "/session"
    with connect(firefox + path, max_size=None, compression=None, open_timeout=30, ping_interval=None) as browser:

        def back() -> None:
            with contextlib.suppress(ConnectionClosed):
                for text in browser:
                    client.send(reply(str(text), asked))
            client.close()

        backward = threading.Thread(target=back, daemon=True)
        backward.start()
        with contextlib.suppress(ConnectionClosed):
            for text in client:
                command = json.loads(text)
                if asks_for_nothing(command):
                    asked[command["id"]] = command
                browser.send(text)
    backward.join(5)


def main(arguments: list[str]) -> int:
    """Start Firefox, and tell Playwright our address where Firefox tells its own. Ends with Firefox, with its exit code."""
    firefox = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, errors="replace")
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: firefox.terminate())
    for line in firefox.stderr or ():
        said = line
        if found := LISTENING.search(line):
            address = found.group(1)
            server = serve(partial(_bridge, address), "127.0.0.1", 0, max_size=None, compression=None, ping_interval=None)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            said = line.replace(address, f"ws://127.0.0.1:{server.socket.getsockname()[1]}")
        sys.stderr.write(said)
        sys.stderr.flush()
    return firefox.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
