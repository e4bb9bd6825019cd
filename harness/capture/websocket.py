"""A WebSocket's client side, as far as a browser's protocol needs it: text messages, read in one thread and written from any.

RFC 6455: https://www.rfc-editor.org/rfc/rfc6455. No thread of its own: a message is read by the thread that handles it, so that a
paused request is answered with the least delay.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import select
import socket
import ssl
import struct
import threading
import time
from urllib.parse import unquote, urlsplit

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_CHUNK = 1 << 18

LARGEST = 64 * 1024 * 1024
"""Bytes of a message that is read whole: a request with a body of 8 MB makes up to 60. Of a larger one only the ends are kept."""

HEAD = 4 * 1024 * 1024
"""Bytes of a larger message's beginning that are kept: a URL (2 MB at most) and the headers are in it."""

TAIL = 64 * 1024
"""Bytes of its end."""


CUT = b"\0...\0"
"""Stands where the middle of a message was left out; no JSON has it."""


class Closed(OSError):
    """The other side ended the connection, or it broke."""


class WebSocket:
    """One open connection.

    Args:
        url: ``ws://`` or ``wss://``; a name and password in it are sent as HTTP's basic authentication.
        headers: further headers of the opening request.
        timeout: seconds in which it must be open.

    Raises:
        OSError: nothing answers, or not as a WebSocket.
    """

    def __init__(self, url: str, headers: dict[str, str] | None = None, timeout: float = 15.0) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "wss"
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise Closed(f"{url} is no WebSocket address")
        port = parts.port or (443 if secure else 80)
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode(), **(headers or {})}
        self._socket = socket.create_connection((parts.hostname, port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if secure:
            self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=parts.hostname)
        self._buffer = bytearray()
        self._chunk = memoryview(bytearray(_CHUNK))
        self._lock = threading.Lock()
        try:
            self._open(parts.hostname if parts.port is None else f"{parts.hostname}:{port}", parts.path or "/", parts.query, headers or {})
        except BaseException:
            self._socket.close()
            raise
        self._socket.settimeout(None)

    def send(self, *messages: bytes) -> None:
        """Send messages of UTF-8 text, all in one write.

        Raises:
            Closed: the connection has ended.
        """
        self._write(*((_TEXT, each) for each in messages))

    @property
    def ready(self) -> bool:
        """Whether a message is here already, so that :meth:`receive` would not wait. For the thread that receives."""
        held = len(self._buffer)
        # The rest of a message in parts, or what comes after a ping, may be long in coming.
        if held < 2 or self._buffer[0] != 0x80 | _TEXT:
            return False
        size = self._buffer[1] & 0x7F
        if size < 126:
            return held >= 2 + size
        at = 4 if size == 126 else 10
        return held >= at and held >= at + int.from_bytes(self._buffer[2:at], "big")

    def receive(self, timeout: float) -> bytes:
        """The next message, as UTF-8. Of one above :data:`LARGEST` only the beginning and the end, with :data:`CUT` between.

        Raises:
            TimeoutError: none came within ``timeout`` seconds.
            Closed: the connection has ended.
        """
        until = time.monotonic() + timeout
        parts: list[bytes] = []
        while True:
            # Once a message has begun, the rest is on its way.
            final, opcode, data = self._frame(until if not parts else None)
            if opcode == _PING:
                self._write((_PONG, data))
            elif opcode == _CLOSE:
                with contextlib.suppress(OSError):
                    self._write((_CLOSE, data[:2]))
                raise Closed(data[2:].decode("utf-8", "replace") or "the browser closed the connection")
            elif opcode != _PONG:
                parts.append(data)
                if final:
                    return data if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """End the connection; a thread that reads from it is woken."""
        with contextlib.suppress(OSError):
            self._write((_CLOSE, struct.pack("!H", 1000)))
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _open(self, host: str, path: str, query: str, headers: dict[str, str]) -> None:
        key = base64.b64encode(os.urandom(16))
        lines = [
            f"GET {path}{'?' + query if query else ''} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key.decode()}", "Sec-WebSocket-Version: 13", *(f"{name}: {value}" for name, value in headers.items()),
        ]  # fmt: skip
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            data = self._socket.recv(4096)
            if not data or len(self._buffer) > 65_536:
                raise Closed("the answer is no WebSocket's")
            self._buffer += data
        head = bytes(self._buffer[:end]).split(b"\r\n")
        del self._buffer[: end + 4]
        told = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in head[1:])}
        accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
        if b" 101" not in head[0][:13] or told.get(b"sec-websocket-accept") != accept:
            raise Closed(f"the answer is no WebSocket's: {head[0].decode('latin-1')[:200]}")

    def _frame(self, until: float | None) -> tuple[bool, int, bytes]:
        self._need(2, until)
        first, second = self._buffer[0], self._buffer[1]
        size, at = second & 0x7F, 2
        if size == 126:
            self._need(4)
            size, at = struct.unpack_from("!H", self._buffer, 2)[0], 4
        elif size == 127:
            self._need(10)
            size, at = struct.unpack_from("!Q", self._buffer, 2)[0], 10
        if size > LARGEST:
            return bool(first & 0x80), first & 0x0F, self._ends(at, size)
        self._need(at + size)
        data = bytes(memoryview(self._buffer)[at : at + size])
        del self._buffer[: at + size]
        return bool(first & 0x80), first & 0x0F, data

    def _ends(self, at: int, size: int) -> bytes:
        """The beginning and the end of a frame's data, of which no more than that is held at any time."""
        self._need(at + HEAD)
        head = bytes(memoryview(self._buffer)[at : at + HEAD])
        del self._buffer[: at + HEAD]
        left = size - HEAD - TAIL
        while left > 0:
            self._need(min(left, _CHUNK))
            passed = min(left, len(self._buffer))
            del self._buffer[:passed]
            left -= passed
        self._need(TAIL)
        tail = bytes(memoryview(self._buffer)[:TAIL])
        del self._buffer[:TAIL]
        return head + CUT + tail

    def _need(self, size: int, until: float | None = None) -> None:
        while len(self._buffer) < size:
            pending = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()
            if until is not None and not pending:
                try:
                    ready, _, _ = select.select([self._socket], [], [], max(0.0, until - time.monotonic()))
                except (ValueError, OSError) as error:
                    raise Closed("the connection was closed") from error
                if not ready:
                    raise TimeoutError
            try:
                arrived = self._socket.recv_into(self._chunk)
            except OSError as error:
                raise Closed(str(error)) from error
            if not arrived:
                raise Closed("the browser ended the connection")
            self._buffer += self._chunk[:arrived]

    def _write(self, *frames: tuple[int, bytes]) -> None:
        wire = b"".join(_masked(opcode, data) for opcode, data in frames)
        try:
            with self._lock:
                self._socket.sendall(wire)
        except OSError as error:
            raise Closed(str(error)) from error


def _masked(opcode: int, data: bytes) -> bytes:
    """One whole frame, as a client must send it."""
    size = len(data)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    elif size < 65_536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    key = os.urandom(4)
    mask = (key * (size // 4 + 1))[:size]
    return head + key + (int.from_bytes(data, "big") ^ int.from_bytes(mask, "big")).to_bytes(size, "big")
