"""What mitmproxy runs: tells each request to tagproof over a loopback socket, and answers it as it is told to.

Runs inside ``mitmdump``, which may live in an environment of its own, so it imports nothing but mitmproxy and the standard library.
Messages are JSON, one a line. To tagproof: ``ready``, ``listening``, ``request``, ``status``, ``message``, ``error``, ``handshake``,
``gap``. From tagproof: ``listen`` (open a port), ``answer`` (to a request). Hooks: https://docs.mitmproxy.org/stable/api/events.html
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives import serialization  # type: ignore[import-not-found, unused-ignore]
from mitmproxy import ctx, http  # type: ignore[import-not-found, unused-ignore]

LINE = 1 << 28
"""Bytes of one message at most."""

LINGER = 10.0
"""Seconds that a port is waited for."""


class Teller:
    """The addon."""

    def __init__(self) -> None:
        self._writer: asyncio.StreamWriter | None = None
        self._awaited: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def running(self) -> None:
        """Connect to tagproof; without it there is nothing to do."""
        reader, self._writer = await asyncio.open_connection("127.0.0.1", int(os.environ["TAGPROOF_PROXY_PORT"]), limit=LINE)
        self._tell({"kind": "ready", "token": os.environ["TAGPROOF_PROXY_TOKEN"], "key": _key()})
        self._start(self._listen(reader))

    async def request(self, flow: http.HTTPFlow) -> None:
        """Tell a whole request, and wait for what to do with it."""
        if flow.response is not None:
            return
        websocket = flow.request.headers.get("upgrade", "").lower() == "websocket"
        url = flow.request.url
        answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._awaited[flow.id] = answered
        headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in flow.request.headers.fields]
        body = flow.request.raw_content or b""
        self._tell(
            {
                "kind": "request", "id": flow.id, "door": _door(flow), "method": flow.request.method, "websocket": websocket,
                "url": "ws" + url[4:] if websocket else url, "headers": [pair for pair in headers if pair[0].lower() not in _HOP],
                "body": base64.b64encode(body).decode("ascii"),
            }
        )  # fmt: skip
        for name in _HOP:
            flow.request.headers.pop(name, None)
        try:
            answer = await answered
        finally:
            self._awaited.pop(flow.id, None)
        if answer.get("status") is None:
            return
        # An answer to HEAD that had a body would be taken for the beginning of the next answer.
        made = http.Response.make(answer["status"], b"" if flow.request.method == "HEAD" else base64.b64decode(answer.get("body", "")))
        own = [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in answer["headers"]]
        kept = [pair for pair in made.headers.fields if pair[0].lower() == b"content-length" and answer["status"] not in (101, 204, 304)]
        made.headers.fields = (*[pair for pair in own if pair[0].lower() != b"content-length"], *kept)
        flow.response = made
        flow.metadata["tagproof"] = "answered"

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Tell the status as soon as it is there; the rest goes through as it comes."""
        if flow.response is None or "tagproof" in flow.metadata:
            return
        flow.metadata["tagproof"] = "passed"
        self._tell(
            {
                "kind": "status",
                "id": flow.id,
                "door": _door(flow),
                "status": flow.response.status_code,
                "location": flow.response.headers.get("location"),
            }
        )
        if flow.response.status_code != 101:
            flow.response.stream = True

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Tell what the client says over an open WebSocket."""
        said = flow.websocket.messages[-1]
        if said.from_client:
            self._tell({"kind": "message", "id": flow.id, "door": _door(flow), "body": base64.b64encode(said.content).decode("ascii")})

    def error(self, flow: http.HTTPFlow) -> None:
        """Tell that there was no answer."""
        left = flow.error is not None and "client disconnect" in flow.error.msg.lower()
        self._tell({"kind": "error", "id": flow.id, "door": _door(flow), "reason": flow.error.msg if flow.error else "", "left": left})

    def tls_clienthello(self, data: Any) -> None:
        """A client began a handshake."""
        self._handshake("begun", data)

    def tls_established_client(self, data: Any) -> None:
        """A client took the proxy's certificate."""
        self._handshake("taken", data)

    def tls_failed_client(self, data: Any) -> None:
        """A client that does not trust this proxy cannot be read; one that left may only have had no more use for the connection."""
        why = data.conn.error or ""
        self._handshake("left" if "disconnected during" in why or "connection closed" in why else "refused", data, why)

    def _handshake(self, state: str, data: Any, why: str = "") -> None:
        client, server = data.context.client, data.context.server.address
        host = client.sni or (server[0] if server else "")
        self._tell({"kind": "handshake", "door": client.sockname[1], "id": client.id, "host": host, "state": state, "why": why})

    def tcp_start(self, flow: Any) -> None:
        """What is no HTTP is not let out."""
        self._tell(
            {
                "kind": "gap",
                "door": flow.client_conn.sockname[1],
                "what": f"a connection that is not HTTP, to {flow.server_conn.address}, was cut",
            }
        )
        flow.kill()

    def _tell(self, message: dict[str, Any]) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(json.dumps(message).encode() + b"\n")

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                message = json.loads(line)
                if message["kind"] == "listen":
                    self._start(self._open(message["port"], message["host"]))
                elif message["kind"] == "echo":
                    self._tell(message)
                elif (waiting := self._awaited.get(message["id"])) is not None and not waiting.done():
                    waiting.set_result(message)
        finally:
            ctx.master.shutdown()

    async def _open(self, port: int, host: str) -> None:
        ctx.options.update(mode=[*ctx.options.mode, f"regular@{host}:{port}"])
        until = asyncio.get_running_loop().time() + LINGER
        servers = ctx.master.addons.get("proxyserver")
        while asyncio.get_running_loop().time() < until:
            if any(address[1] == port for address in servers.listen_addrs()):
                self._tell({"kind": "listening", "port": port})
                return
            await asyncio.sleep(0.005)
        self._tell({"kind": "listening", "port": port, "error": f"mitmproxy did not listen within {LINGER:g} s"})


_HOP = ("proxy-connection", "proxy-authorization")
"""What a client says to its proxy alone."""


def _key() -> str:
    """The SHA-256 of the authority's public key, in base64, as browsers name a key.

    https://www.rfc-editor.org/rfc/rfc7469#section-2.4
    """
    public = ctx.master.addons.get("tlsconfig").certstore.default_ca.public_key()
    told = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(told).digest()).decode("ascii")


def _door(flow: http.HTTPFlow) -> int:
    """The port that the client came in by."""
    return int(flow.client_conn.sockname[1])


addons = [Teller()]
