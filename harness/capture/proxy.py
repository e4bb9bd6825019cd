"""Capture from outside the browser: a forward proxy that sees each request of whatever is pointed at it.

For Firefox, WebKit, real devices, apps and backends. The proxy is mitmproxy's ``mitmdump``, a process of its own that may live in an
environment of its own: its pins need not fit ours. Each browser context gets a port of its own, so what comes in by a port is
certain to be of that context, however many walks go on at once. https://docs.mitmproxy.org/stable/concepts/modes/
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from harness.capture import stub
from harness.capture.bounds import BOUNDS
from harness.capture.captured import Body, CapturedRequest
from harness.capture.datalayer import CALLS, LAYERS, Recorder
from harness.capture.endpoint import LAUNCH_ARGS
from harness.capture.proxy_walk import ProxyWalk
from harness.capture.watch import Watch
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Browser, BrowserContext

    from harness.capture.bounds import Bounds
    from harness.capture.captured import Answer
    from harness.capture.contract import Answerer, Sink

Message = dict[str, Any]

VARIABLE: Final = "TAGPROOF_MITMDUMP"
"""The environment variable that names mitmproxy's ``mitmdump``, and goes before all that is found."""

OLDEST_MITMPROXY: Final = (10,)

STARTS_WITHIN = 60.0
ANSWERS_WITHIN = 10.0

OPTIONS = (
    # Without the first two a connection to the vendor would be opened before it is known whether anything may go there.
    "connection_strategy=lazy", "upstream_cert=false", "rawtcp=false", "validate_inbound_headers=false", "block_global=false",
    "flow_detail=0", "termlog_verbosity=warn",
)  # fmt: skip

REFUSED_TO = "tagproof-refused:"
"""Where a refused request is redirected to. The Fetch standard makes a redirect to no HTTP address a network error, and unlike a
connection that is cut it is not tried again. https://fetch.spec.whatwg.org/#http-redirect-fetch"""


def find_mitmdump() -> Path:
    """The command of mitmproxy: what ``TAGPROOF_MITMDUMP`` names, or on the ``PATH``, or beside this Python, or where set-up put it.

    Raises:
        BrowserError: there is none.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        found = shutil.which(named)
        if found is None:
            raise BrowserError(f"{VARIABLE} names {named}, which is no program", mend="name mitmproxy's mitmdump, or unset it")
        return Path(found)
    beside = [str(Path(sys.executable).parent), str(Path(sys.prefix) / "mitmproxy" / ("Scripts" if os.name == "nt" else "bin"))]
    found = shutil.which("mitmdump") or shutil.which("mitmdump", path=os.pathsep.join(beside))
    if found is None:
        raise BrowserError(
            "capture by proxy needs mitmproxy, and there is none here",
            mend=f"pip install 'tagproof[proxy]', or install mitmproxy apart (uv tool install mitmproxy; {VARIABLE} names its mitmdump)",
        )
    return Path(found)


class ProxyCapture:
    """Capture by one proxy process, for all walks that go through it."""

    def __init__(self, command: Path, *, insecure: bool, host: str, bounds: Bounds = BOUNDS) -> None:
        self.bounds = bounds
        self.token = secrets.token_hex(12)
        self.host = f"tagproof-{self.token}.invalid"
        """A host that cannot exist: what is told to it is for capture, and never leaves the proxy."""
        self.lost = ""
        self._listen_host = host
        self._lock = threading.RLock()
        self._heard = threading.Condition(self._lock)
        self._doors: dict[int, ProxyWalk] = {}
        self._opened: set[int] = set()
        self._failed: dict[int, str] = {}
        self._marks: dict[str, int] = {}
        self._echoes: set[str] = set()
        self._walks = 0
        self._watches: dict[Browser, Watch] = {}
        self._closing = False
        self._folder = tempfile.TemporaryDirectory(prefix="tagproof-proxy-", ignore_cleanup_errors=True)
        self._first: int | None = free_port(host)
        self._opened.add(self._first)
        self._log = Path(self._folder.name) / "mitmdump.log"
        self._process, self._socket = self._start(command, insecure)
        self._lines = self._socket.makefile("rb")
        self._send_lock = threading.Lock()
        self._hello()
        self._thread = threading.Thread(target=self._read, name="tagproof-proxy", daemon=True)
        self._thread.start()

    @classmethod
    def attach(cls, *, insecure: bool = False, host: str = "127.0.0.1", bounds: Bounds = BOUNDS) -> Self:
        """Start a proxy.

        Args:
            insecure: take servers' certificates unseen, for a site under test with a certificate of its own.
            host: the address that it listens on; ``0.0.0.0`` for devices of the network.
            bounds: how much of each walk is kept.

        Raises:
            BrowserError: mitmproxy is not installed, or does not start.
        """
        return cls(find_mitmdump(), insecure=insecure, host=host, bounds=bounds)

    @property
    def certificate(self) -> Path:
        """The proxy's own authority (PEM), for an app or device that must trust it. It lives as long as this capture."""
        return Path(self._folder.name) / "mitmproxy-ca-cert.pem"

    def launch_arguments(self) -> list[str]:
        """What a Chromium must be launched with, so that it takes this proxy's certificates at once, and can be watched.

        Without the one Playwright has each host's first connection fail and tries again, which nobody does for a page that is gone; without
        the other a script that does not end holds its walk for ever. Firefox and WebKit need no argument, and are not watched.
        """
        return [f"--ignore-certificate-errors-spki-list={self._key}", *LAUNCH_ARGS]

    def context_options(self) -> dict[str, Any]:
        """What Playwright's ``browser.new_context`` must be given, so that all of that one context goes through a port of its own."""
        return {"proxy": {"server": f"http://127.0.0.1:{self.open_door()}"}, "ignore_https_errors": True}

    def open_door(self) -> int:
        """Have the proxy listen on one more port, and return it.

        Raises:
            BrowserError: the proxy does not.
        """
        with self._lock:
            if self._first is not None:
                port, self._first = self._first, None
                return port
        port = free_port(self._listen_host)
        self._send({"kind": "listen", "port": port, "host": self._listen_host})
        with self._heard:
            if not self._heard.wait_for(lambda: port in self._opened or port in self._failed or self.lost, ANSWERS_WITHIN + 2):
                self._failed[port] = "the proxy does not answer"
            if why := self.lost or self._failed.get(port):
                raise BrowserError(f"the proxy cannot listen: {why}", mend="see whether a firewall or another program forbids it")
        return port

    def begin(
        self,
        sink: Sink,
        answer: Answerer,
        *,
        zero: float,
        layers: tuple[str, ...] = LAYERS,
        calls: tuple[str, ...] = CALLS,
        sockets: Iterable[tuple[str, str]] = (),
    ) -> ProxyWalk:
        """Begin the capture of one walk, also by an address that it gives out. See :meth:`harness.capture.contract.Capture.begin`."""
        if self.lost:
            raise BrowserError(f"the proxy was lost: {self.lost}", mend="start the run again")
        with self._lock:
            self._walks += 1
            return ProxyWalk(self, sink, answer, Recorder(tuple(layers), tuple(calls), most=self.bounds.pushes), zero, self.bounds)

    def close(self) -> None:
        """End the proxy."""
        self._closing = True
        for watch in self._watches.values():
            watch.close()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(ANSWERS_WITHIN)
        self._lines.close()
        self._socket.close()
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    # ---- for the walks; called from the test's thread -------------------------------------------------------------------------------

    def door_of(self, context: BrowserContext) -> int:
        """The port by which this context goes out: it is asked to fetch an address that only the proxy can answer.

        Raises:
            BrowserError: it does not go through this proxy.
        """
        mark = secrets.token_hex(8)
        with contextlib.suppress(Exception):
            context.request.get(f"http://{self.host}/adopt/{mark}", timeout=ANSWERS_WITHIN * 1000, ignore_https_errors=True)
        with self._lock:
            door = self._marks.pop(mark, None)
        if door is None:
            raise BrowserError(
                "this context does not go through the proxy", mend="make it with browser.new_context(**capture.context_options())"
            )
        return door

    def claim(self, door: int, walk: ProxyWalk) -> None:
        """Give what comes in by a port to a walk.

        Raises:
            BrowserError: another walk has it.
        """
        with self._lock:
            owner = self._doors.get(door)
            if owner is not None and owner is not walk and not owner.closed:
                raise BrowserError("this context belongs to another walk", mend="give each walk a context of its own")
            self._doors[door] = walk

    def watch(self, context: BrowserContext, walk: ProxyWalk) -> None:
        """Have what stands still in this context's tabs ended for this walk, where that can be done."""
        browser = context.browser
        if browser is None or browser.browser_type.name != "chromium":
            return
        if browser not in self._watches or not self._watches[browser].alive:
            try:
                self._watches[browser] = Watch(browser)
            except BrowserError:
                return
        with contextlib.suppress(BrowserError):
            self._watches[browser].adopt(context, walk)

    def echo(self) -> None:
        """Return once all that the proxy has told so far was taken; at once if it is lost."""
        mark = secrets.token_hex(8)
        self._send({"kind": "echo", "id": mark})
        with self._heard:
            self._heard.wait_for(lambda: mark in self._echoes or self.lost, ANSWERS_WITHIN)
            self._echoes.discard(mark)

    # ---- the process ----------------------------------------------------------------------------------------------------------------

    @property
    def gone(self) -> bool:
        """Whether the proxy has ended, be it that it has not been noticed yet."""
        return bool(self.lost) or self._process.poll() is not None

    def _start(self, command: Path, insecure: bool) -> tuple[subprocess.Popen[bytes], socket.socket]:
        addon = resources.files("harness.capture").joinpath("mitm_addon.py")
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(0.2)
        arguments = [str(command), "-q", "-s", str(addon), "--mode", f"regular@{self._listen_host}:{self._first}"]
        for option in (*OPTIONS, f"confdir={self._folder.name}", f"ssl_insecure={'true' if insecure else 'false'}"):
            arguments += ["--set", option]
        # PYTHONPATH and the like are this environment's, not that of mitmproxy.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {"TAGPROOF_PROXY_PORT": str(listener.getsockname()[1]), "TAGPROOF_PROXY_TOKEN": self.token}
        with self._log.open("wb") as log:
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        until = time.monotonic() + STARTS_WITHIN
        with listener:
            while process.poll() is None and time.monotonic() < until:
                with contextlib.suppress(TimeoutError):
                    link, _ = listener.accept()
                    link.settimeout(None)
                    return process, link
        process.kill()
        process.wait()
        said = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        self._folder.cleanup()
        raise BrowserError(
            f"mitmproxy did not start: {said[-1] if said else 'it said nothing'}",
            mend=f"see what `{command} --version` says; mitmproxy {OLDEST_MITMPROXY[0]} or later is needed",
        )

    def _hello(self) -> None:
        told = json.loads(self._lines.readline() or b"{}")
        self._key = str(told.get("key", ""))
        if told.get("token") != self.token:
            self._process.kill()
            self._process.wait()
            raise BrowserError("something else than the proxy answered", mend="start the run again")

    def _send(self, message: Message) -> None:
        try:
            with self._send_lock:
                self._socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            self._drop(str(error))

    def _drop(self, why: str) -> None:
        with self._heard:
            if not self._closing and not self.lost:
                self.lost = why
                for walk in set(self._doors.values()):
                    walk.gap(f"the proxy was lost: {why}")
            self._heard.notify_all()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in self._lines:
                self._take(json.loads(line))
        self._drop("its process ended")

    def _take(self, told: Message) -> None:
        kind = told["kind"]
        if kind == "request":
            self._request(told)
            return
        with self._heard:
            if kind == "listening":
                if why := told.get("error"):
                    self._failed[told["port"]] = why
                else:
                    self._opened.add(told["port"])
            elif kind == "echo":
                self._echoes.add(told["id"])
            self._heard.notify_all()
            walk = self._doors.get(told.get("door", 0))
        if walk is None:
            return
        if kind == "status":
            walk.answered(told["id"], told["status"], told.get("location"))
        elif kind == "message":
            walk.said_over(told["id"], Body.of(base64.b64decode(told["body"])))
        elif kind == "error":
            walk.failed(told["id"], told["reason"], left=told["left"])
        elif kind == "handshake":
            walk.shook(told["id"], told["door"], told["host"], told["state"], told["why"])
        elif kind == "gap":
            walk.gap(told["what"])

    def _request(self, told: Message) -> None:
        with self._lock:
            walk = self._doors.get(told["door"])
        body = base64.b64decode(told["body"])
        place = urlsplit(told["url"])
        if place.hostname == self.host:
            self._own(told, place.path, body, walk)
            return
        if walk is None or _browsers_own(told["headers"]):
            self._send({"kind": "answer", "id": told["id"]})
            return
        request = walk.arrived(told, Body.of(body or None))
        try:
            answer = stub.decided(walk.answer(request), request)
        except Exception as error:
            walk.gap(f"no answer could be found for {request.url[:200]} ({type(error).__name__}: {error}); it was let through")
            answer = None
        reply = _reply(answer, request) if answer is not None else {}
        if answer is not None:
            walk.decided(told["id"], answer, reply["status"])
        self._send({"kind": "answer", "id": told["id"], **reply})

    def _own(self, told: Message, path: str, body: bytes, walk: ProxyWalk | None) -> None:
        # Noted before it is answered: who asked goes on with the answer.
        _, what, mark = (*path.split("/", 2), "", "")[:3]
        if what == "adopt":
            with self._lock:
                self._marks[mark] = told["door"]
        elif what == "late" and walk is not None:
            walk.late(mark, body.decode("utf-8", "replace"))
        self._send({"kind": "answer", "id": told["id"], "status": 204, "headers": [["Access-Control-Allow-Origin", "*"]]})


def _reply(answer: Answer, request: CapturedRequest) -> Message:
    if answer.blocked and request.resource_type == "websocket":
        return {"status": 403, "headers": []}
    if answer.blocked:
        return {"status": 302, "headers": [["Location", REFUSED_TO], ["Cache-Control", "no-store"]]}
    if request.resource_type == "websocket" and answer.status == 101:
        return {"status": 403, "headers": []}
    answer = stub.preflight(request) if request.resource_type == "preflight" else stub.with_cors(answer, request, None)
    body = b"" if answer.status in stub.EMPTY else answer.body
    return {"status": answer.status, "headers": [list(pair) for pair in answer.headers], "body": base64.b64encode(body).decode("ascii")}


def _browsers_own(headers: list[list[str]]) -> bool:
    """Whether a browser asks for its own sake (autofill, updates): no page sent it, it is no navigation, and of no site's origin.

    https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header
    """
    said = {name.lower(): value for name, value in headers}
    of_a_site = said.get("origin", "").startswith("http")
    return said.get("sec-fetch-site") == "none" and said.get("sec-fetch-dest") == "empty" and not of_a_site


def free_port(host: str) -> int:
    """A port that nothing listens on now."""
    with socket.create_server((host, 0)) as probe:
        return int(probe.getsockname()[1])
