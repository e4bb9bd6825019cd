"""A loopback site that sends pages, and counts what really arrives."""

from __future__ import annotations

import base64
import contextlib
import gzip
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """One request as the server got it."""

    method: str
    host: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def preflight(self) -> bool:
        return self.method == "OPTIONS" and "access-control-request-method" in self.headers


@dataclass
class Site:
    """Serves pages at any path given to :meth:`page`; logs and answers all below ``/hit/``.

    ``/hit/…?as=<content>`` says what is answered, ``status=`` with which status, ``to=`` redirects, ``wait=`` seconds before, ``cors=no``
    without the headers that let other origins read it, and ``sw`` files may be put at any path.
    """

    port: int = 0
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

    def page(self, path: str, body: str | bytes = "", kind: str = "text/html", **headers: str) -> str:
        data = body.encode() if isinstance(body, str) else body
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = ({"content-type": kind, "cache-control": "no-store", **extra}, data)
        return self.url + path

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
                with site.changed:
                    site.arrivals.append(Arrival(self.command, headers.get("host", ""), self.path, headers, body, time.monotonic()))
                    site.changed.notify_all()
                self.hit(parse_qs(parts.query))
            elif parts.path in site.pages:
                self.reply(200, *site.pages[parts.path])
            else:
                self.reply(404, {"content-type": "text/plain"}, b"nothing here")

        def hit(self, asked: dict[str, list[str]]) -> None:
            def one(name: str, default: str = "") -> str:
                return asked.get(name, [default])[0]

            if wait := one("wait"):
                time.sleep(float(wait))
            kind, data = CONTENT[one("as", "text")]
            headers = {"content-type": kind, "cache-control": one("cache", "no-store")}
            if one("cors") != "no":
                headers |= {
                    "access-control-allow-origin": self.headers.get("origin", "*"),
                    "access-control-allow-credentials": "true",
                    "access-control-allow-methods": "*, PUT, DELETE, PATCH",
                    "access-control-allow-headers": self.headers.get("access-control-request-headers", "*"),
                    "access-control-max-age": "0",
                }
            status = int(one("status", "200"))
            if to := one("to"):
                headers["location"] = to
                status = status if 300 <= status < 400 else 302
            if "code" in asked:
                data = one("code").encode()
            if one("zip"):
                data, headers["content-encoding"] = gzip.compress(data), "gzip"
            self.reply(status, headers, b"" if status in (204, 304) else data)

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
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
