"""A loopback site that sends pages, and counts what really arrives."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import hashlib
import queue
import socket
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import hypercorn
import hypercorn.asyncio
import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator

WEBSOCKET = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What the protocol adds to a key before it is hashed. https://www.rfc-editor.org/rfc/rfc6455#section-1.3"""

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")

CONTENT = {
    "gif": ("image/gif", GIF),
    "svg": ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"><circle id="a" r="1"/></svg>'),
    "js": ("text/javascript", b"/* script */"),
    "css": ("text/css", b"/* style */"),
    "html": ("text/html", b"<title>answer</title>"),
    "json": ("application/json", b'{"status": 1}'),
    "text": ("text/plain", b"ok"),
    "events": ("text/event-stream", b"retry: 600000\ndata: one\n\n"),
    "vtt": ("text/vtt", b"WEBVTT\n\n"),
    "audio": ("audio/wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\0\0\0\0"),
}


@dataclass(frozen=True)
class Arrival:
    """One request as the server got it; one without a method is a message over a WebSocket."""

    method: str | None
    host: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float
    version: str = "1.1"

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def preflight(self) -> bool:
        return self.method == "OPTIONS" and "access-control-request-method" in self.headers


@dataclass(frozen=True)
class Answered:
    """What is answered to a hit, after how many seconds."""

    status: int
    headers: dict[str, str]
    body: bytes
    wait: float

    @classmethod
    def to(cls, query: str, asking: dict[str, str]) -> Answered:
        """What the query of a hit asks for; asking: its headers, with names in lower case."""
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        kind, data = CONTENT[asked.get("as", "text")]
        headers = {"content-type": kind, "cache-control": asked.get("cache", "no-store")}
        if asked.get("cors") != "no":
            headers |= {
                "access-control-allow-origin": asking.get("origin", "*"),
                "access-control-allow-credentials": "true",
                "access-control-allow-methods": "*, PUT, DELETE, PATCH",
                "access-control-allow-headers": asking.get("access-control-request-headers", "*"),
                "access-control-max-age": "0",
            }
        if own := asked.get("corp"):
            headers["cross-origin-resource-policy"] = own
        status = int(asked.get("status", "200"))
        if to := asked.get("to"):
            headers["location"] = to
            status = status if 300 <= status < 400 else 302
        if asked.get("login") and "authorization" not in asking:
            status, headers["www-authenticate"] = 401, 'Basic realm="staging"'
        if "code" in asked:
            data = asked["code"].encode()
        if asked.get("zip"):
            data, headers["content-encoding"] = gzip.compress(data), "gzip"
        return cls(status, headers, b"" if status in (204, 304) else data, float(asked.get("wait", "0")))


@dataclass
class Site:
    """Serves pages at any path given to :meth:`page`; logs and answers all below ``/hit/``.

    ``/hit/…?as=<content>`` says what is answered, ``status=`` with which status, ``to=`` redirects, ``wait=`` seconds before, ``cors=no``
    without the headers that let other origins read it, ``corp=`` with the policy of that name,
    ``login=1`` only to who has a login, and ``sw`` files may be put at any path.
    A page's ``early_hints`` are sent before it, by TLS alone.
    """

    port: int = 0
    safe_port: int = 0
    dead_port: int = 0
    pages: dict[str, tuple[dict[str, str], bytes]] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def other(self) -> str:
        """The same server under a name of another site."""
        return f"http://localhost:{self.port}"

    @property
    def safe(self) -> str:
        """The same pages by TLS with a certificate that nobody knows, and HTTP/2."""
        return f"https://127.0.0.1:{self.safe_port}"

    @property
    def dead(self) -> str:
        """Where nothing listens."""
        return f"http://127.0.0.1:{self.dead_port}"

    def page(self, path: str, body: str | bytes = "", kind: str = "text/html", **headers: str) -> str:
        data = body.encode() if isinstance(body, str) else body
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = ({"content-type": kind, "cache-control": "no-store", **extra}, data)
        return self.url + path

    def arrived(self, arrival: Arrival) -> None:
        """Count one that arrived."""
        with self.changed:
            self.arrivals.append(arrival)
            self.changed.notify_all()

    def hits(self, marker: str) -> list[Arrival]:
        with self.changed:
            return [each for each in self.arrivals if f"/hit/{marker}/" in each.target and not each.preflight]

    def wait(self, marker: str, count: int, limit: float = 8.0) -> None:
        until = time.monotonic() + limit
        with self.changed:
            while sum(f"/hit/{marker}/" in each.target and not each.preflight for each in self.arrivals) < count:
                if not self.changed.wait(max(0.0, until - time.monotonic())):
                    return


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Serve(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def log_message(self, *_: Any) -> None:
            pass

        def body(self) -> bytes:
            if "chunked" in self.headers.get("transfer-encoding", ""):
                data = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    data += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return data
            return self.rfile.read(int(self.headers.get("content-length") or 0))

        def answer(self) -> None:
            body = self.body()
            parts = urlsplit(self.path)
            if parts.path.startswith("/hit/"):
                headers = {name.lower(): value for name, value in self.headers.items()}
                site.arrived(Arrival(self.command, headers.get("host", ""), self.path, headers, body, time.monotonic()))
                if headers.get("upgrade") == "websocket":
                    self.talk(headers)
                    return
                answer = Answered.to(parts.query, headers)
                time.sleep(answer.wait)
                self.reply(answer.status, answer.headers, answer.body)
            elif parts.path in site.pages:
                self.reply(200, *site.pages[parts.path])
            else:
                self.reply(404, {"content-type": "text/plain"}, b"nothing here")

        def talk(self, headers: dict[str, str]) -> None:
            """Take a WebSocket's messages, until it is closed. https://www.rfc-editor.org/rfc/rfc6455#section-5.2"""
            key = base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + WEBSOCKET).digest()).decode()
            self.send_response_only(101)
            for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", key)):
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = True
            while True:
                first, second = self.rfile.read(2)
                size = second & 127
                if size > 125:
                    size = int.from_bytes(self.rfile.read(2 if size == 126 else 8), "big")
                mask = self.rfile.read(4)
                data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.rfile.read(size)))
                if first & 15 == 8:
                    self.wfile.write(bytes([136, len(data)]) + data)
                    return
                if first & 15 < 8:
                    site.arrived(Arrival(None, headers.get("host", ""), self.path, {}, data, time.monotonic()))

        def reply(self, status: int, headers: dict[str, str], data: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status not in (204, 304):
                self.send_header("content-length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = answer

    return Serve


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """A browser that hangs up is no fault."""


@contextlib.contextmanager
def serve() -> Iterator[Site]:
    """The site, while it runs, with a page at ``/`` and another at ``/next``."""
    site = Site()
    server = _Server(("127.0.0.1", 0), _handler(site))
    site.port = server.server_port
    site.page("/", "<!doctype html><title>start</title><body>start")
    site.page("/next", "<!doctype html><title>next</title><body>next")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    with socket.socket() as dead, _safe(site) as site.safe_port:
        dead.bind(("127.0.0.1", 0))
        site.dead_port = dead.getsockname()[1]
        try:
            yield site
        finally:
            server.shutdown()
            server.server_close()


@contextlib.contextmanager
def _safe(site: Site) -> Iterator[int]:
    """The port of a server that speaks TLS and HTTP/2, with a certificate made for this run."""

    async def talk(target: str, headers: dict[str, str], receive: Any, send: Any) -> None:
        """Take a WebSocket's messages, until it is closed."""
        await receive()
        site.arrived(Arrival("GET", headers.get("host", ""), target, headers, b"", time.monotonic()))
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            data = event["bytes"] if event.get("bytes") is not None else event["text"].encode()
            site.arrived(Arrival(None, headers.get("host", ""), target, {}, data, time.monotonic()))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
        if scope["type"] == "websocket":
            await talk(f"{scope['raw_path'].decode()}?{scope['query_string'].decode()}", headers, receive, send)
            return
        if scope["type"] != "http":
            return
        body = b""
        while (event := await receive())["type"] == "http.request":
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        path, query = scope["raw_path"].decode(), scope["query_string"].decode()
        if path.startswith("/hit/"):
            target, version = f"{path}?{query}", scope["http_version"]
            site.arrived(Arrival(scope["method"], headers.get("host", ""), target, headers, body, time.monotonic(), version))
            answer = Answered.to(query, headers)
        else:
            answer = Answered(200, *site.pages[path], 0) if path in site.pages else Answered(404, {}, b"", 0)
        told = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items() if name != "early-hints"]
        if hints := answer.headers.get("early-hints"):
            await send({"type": "http.response.early_hint", "links": [hints.encode()]})
            await asyncio.sleep(0.2)
        await send({"type": "http.response.start", "status": answer.status, "headers": told})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    with tempfile.TemporaryDirectory() as folder:
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        authority = trustme.CA()
        certificate = Path(folder) / "certificate.pem"
        authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        config = hypercorn.Config()
        config.bind, config.certfile, config.keyfile = [f"fd://{listener.detach()}"], str(certificate), str(certificate)
        config.loglevel, config.graceful_timeout = "CRITICAL", 0.1
        begun: queue.Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

        async def run() -> None:
            over, loop = asyncio.Event(), asyncio.get_running_loop()
            # A connection that is cut off at the end is no fault.
            loop.set_exception_handler(lambda *_: None)
            begun.put((loop, over))
            await hypercorn.asyncio.serve(app, config, shutdown_trigger=over.wait)

        running = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
        running.start()
        loop, over = begun.get(timeout=10)
        try:
            yield port
        finally:
            loop.call_soon_threadsafe(over.set)
            running.join(10)
