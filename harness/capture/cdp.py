"""A Chrome DevTools Protocol connection of our own, read and answered in a thread of its own.

The protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import orjson

from harness.capture.websocket import CUT, HEAD, WebSocket
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Callable, Container

Message = dict[str, Any]

TOGETHER = 16
"""How many commands of the connection's thread are written at once at most, while more that it must answer is here already."""

DELAY = 0.002
"""Seconds that such a command waits at most for others."""

LULL = 0.02
"""Seconds after which ``tick`` is called though more is here already."""

_METHOD = b'{"method":"'


class Connection:
    """One connection to a browser's endpoint.

    Events and replies are handled in one thread, in the order in which the browser wrote them. Commands may be sent from any thread.

    Args:
        url: the browser's websocket endpoint.
        headers: what the endpoint asks for beside the URL (a grid's credentials).
        events: the methods that ``event`` takes; a message of another is not read.
        event: called with ``(session id or "", method, params)``, in the connection's thread.
        tick: called in the connection's thread when all that is here has been taken in, each twentieth of a second or so while more
            comes, and when the seconds that it last returned have passed.
        lost: called once with the reason if the connection ends before :meth:`close`.

    Raises:
        BrowserError: nothing answers at the URL.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        events: Container[str],
        event: Callable[[str, str, Message], None],
        tick: Callable[[], float],
        lost: Callable[[str], None],
        timeout: float = 15.0,
    ) -> None:
        self.url = url
        self._events = events
        self._event = event
        self._tick = tick
        self._lost = lost
        self._number = 0
        self._lock = threading.Lock()
        self._replies: dict[int, Callable[[Message], None] | None] = {}
        self._unsent: list[bytes] = []
        self._due = 0.0
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
            # Written under the lock: commands reach the browser in the order of their numbers.
            if not self._unsent:
                self._due = time.monotonic() + DELAY
            self._unsent.append(_written(message))
            if len(self._unsent) >= TOGETHER or threading.current_thread() is not self.thread or not self._socket.ready:
                self._flush()

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

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        with contextlib.suppress(OSError):
            self._socket.send(*unsent)

    def _read(self) -> None:
        reason = ""
        patience = 1.0
        ticked = 0.0
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
            if self._matters(text):
                self._take(_read(text))
            more, now = self._socket.ready, time.monotonic()
            if self._unsent and (not more or now >= self._due):
                with self._lock:
                    self._flush()
            if not more or now - ticked > LULL:
                patience = self._tick()
                ticked = now
        self.alive = False
        if not self._closing:
            self._lost(reason)

    def _matters(self, text: bytes) -> bool:
        """Whether a message must be read. Most are events that nobody asked for and that cannot be switched off one by one."""
        if not text.startswith(_METHOD):
            return True
        end = text.find(b'"', len(_METHOD))
        return text[len(_METHOD) : end].decode("ascii", "replace") in self._events

    def _take(self, message: Message) -> None:
        if (number := message.get("id")) is not None:
            with self._lock:
                then = self._replies.pop(number, None)
            if then is not None:
                then(message)
        elif (method := message.get("method")) is not None:
            self._event(message.get("sessionId", ""), method, message.get("params", {}))


def _read(text: bytes) -> Message:
    if len(text) > HEAD and CUT in text[: HEAD + len(CUT)]:
        return shortened(text)
    try:
        message: Message = orjson.loads(text)
    except orjson.JSONDecodeError:
        # A page may have put half a surrogate pair into what is told.
        message = json.loads(text.decode("utf-8", "surrogatepass"))
    return message


def _written(message: Message) -> bytes:
    try:
        return orjson.dumps(message)
    except TypeError:
        return json.dumps(message, separators=(",", ":")).encode()


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
