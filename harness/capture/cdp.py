"""A Chrome DevTools Protocol connection of our own, read and answered in a thread of its own.

The protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from typing import TYPE_CHECKING, Any

from harness.capture.websocket import CUT, HEAD, WebSocket
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Callable

Message = dict[str, Any]

_CONSOLE = b'{"method":"Runtime.consoleAPICalled"'
"""How the browser writes what is of no use here: a page may flood its console."""


class Connection:
    """One connection to a browser's endpoint.

    Events and replies are handled in one thread, in the order in which the browser wrote them. Commands may be sent from any thread.

    Args:
        url: the browser's websocket endpoint.
        headers: what the endpoint asks for beside the URL (a grid's credentials).
        event: called with ``(session id or "", method, params)``, in the connection's thread.
        tick: called in the connection's thread after each message, and when the seconds that it last returned have passed.
        lost: called once with the reason if the connection ends before :meth:`close`.

    Raises:
        BrowserError: nothing answers at the URL.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        event: Callable[[str, str, Message], None],
        tick: Callable[[], float],
        lost: Callable[[str], None],
        timeout: float = 15.0,
    ) -> None:
        self.url = url
        self._event = event
        self._tick = tick
        self._lost = lost
        self._number = 0
        self._lock = threading.Lock()
        self._replies: dict[int, Callable[[Message], None] | None] = {}
        self._closing = False
        self.alive = True
        self.received = 0
        """How many messages were taken in so far."""
        try:
            self._socket = WebSocket(url, headers, timeout)
        except OSError as error:
            raise BrowserError(
                f"the browser's own connection could not be opened ({type(error).__name__}: {error})", place=url,
                mend="let capture start the browser, or give the address of a Chromium that listens for remote debugging",
            ) from error  # fmt: skip
        self.thread = threading.Thread(target=self._read, name="tagproof-capture", daemon=True)
        self.thread.start()

    def send(self, method: str, params: Message | None = None, session: str = "", then: Callable[[Message], None] | None = None) -> None:
        """Send a command and do not wait; ``then`` is called with the whole reply (``result`` or ``error``) in the connection's thread."""
        message: Message = {"method": method}
        if params:
            message["params"] = params
        if session:
            message["sessionId"] = session
        with self._lock:
            self._number += 1
            message["id"] = self._number
            if then is not None:
                self._replies[self._number] = then
            # Sent under the lock: commands reach the browser in the order of their numbers.
            with contextlib.suppress(OSError):
                self._socket.send(json.dumps(message, separators=(",", ":")))

    def call(self, method: str, params: Message | None = None, session: str = "", *, timeout: float = 15.0) -> Message:
        """Send a command and wait for its result. Never from the connection's own thread.

        Raises:
            BrowserError: the browser refused the command, or did not answer.
        """
        done = threading.Event()
        replies: list[Message] = []

        def take(reply: Message) -> None:
            replies.append(reply)
            done.set()

        self.send(method, params, session, take)
        deadline = time.monotonic() + timeout
        while not done.wait(min(0.5, timeout)):
            if not self.alive or time.monotonic() > deadline:
                break
        if not replies:
            raise BrowserError(f"the browser did not answer {method}", place=self.url, mend="see whether the browser crashed")
        if "error" in replies[0]:
            raise BrowserError(f"the browser refused {method}: {replies[0]['error'].get('message')}", place=self.url)
        result: Message = replies[0].get("result", {})
        return result

    def close(self) -> None:
        """Close, and wait until the thread has ended."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._socket.close()
        if threading.current_thread() is not self.thread:
            self.thread.join(5)

    def _read(self) -> None:
        reason = ""
        patience = 1.0
        while True:
            try:
                text = self._socket.receive(patience)
            except TimeoutError:
                patience = self._tick()
                continue
            except OSError as error:
                reason = str(error) or type(error).__name__
                break
            self.received += 1
            message = {} if text.startswith(_CONSOLE) else shortened(text) if CUT in text[: HEAD + len(CUT)] else json.loads(text)
            if (number := message.get("id")) is not None:
                with self._lock:
                    then = self._replies.pop(number, None)
                if then is not None:
                    then(message)
            elif (method := message.get("method")) is not None:
                self._event(message.get("sessionId", ""), method, message.get("params", {}))
            patience = self._tick()
        self.alive = False
        if not self._closing:
            self._lost(reason)


def shortened(text: bytes) -> Message:
    """A paused request whose body made the message too large to be read, without the body; of any other such message, nothing.

    Its ``hasPostData`` stays, and ``postDataCut`` says why there is no body.
    """
    head, _, tail = text.partition(CUT)
    begin = min((at for name in (b',"postData":"', b',"postDataEntries":[') if (at := head.find(name)) > 0), default=-1)
    end = tail.find(b'"}],"')
    if not head.startswith(b'{"method":"Fetch.requestPaused"') or begin < 0 or end < 0:
        return {}
    try:
        message: Message = json.loads(head[:begin] + b',"hasPostData":true,"postDataCut":true' + tail[end + 3 :])
    except ValueError:
        return {}
    return message
