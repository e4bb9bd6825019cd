"""What capture costs a page: ``python benchmarks/page_load.py [rounds]``.

Two pages, at 0 and at 30 ms of server latency, each loaded in turn bare and under each way of capture, in one browser: what disturbs the
machine disturbs all of them. ``floor`` is the browser with interception enabled that matches nothing, ``least`` a client that lets each
paused request go and does nothing else: what that costs is the browser's own.

A ratio is that of two loads of one round; printed is the median of all rounds, and the middle half of them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from harness import compose
from harness.capture import endpoint
from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.captured import CapturedRequest
from harness.capture.chromium import launch_options
from harness.capture.proxy import ProxyCapture
from harness.capture.websocket import WebSocket
from harness.errors import BrowserError
from harness.plan.model import FirstPartyEndpoint, TrackingPlan
from harness.recording import Recording, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext

ROUNDS = 9
LATENCIES = (30, 0)
LOADS = 2
"""Loads in each context; a round has so many of each way."""
_COMMENT = b"!\xfe" + (b"\xff" + b"." * 255) * 15 + b"\0"
PICTURE = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + _COMMENT + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
"""A picture of 4 kB."""

FINISHED = """<script>
const loaded = new Promise(done => addEventListener('load', done));
const sent = [];
const send = (url, options) => sent.push(fetch(url, options).then(each => each.text()));
window.finished = loaded.then(() => Promise.all(sent)).then(() => performance.now());
"""
HITS = """
for (let i = 0; i < 20; i++) send(VENDOR + '/g/collect?v=2&tid=G-TEES123456&en=e' + i, {method: 'POST', body: 'en=e' + i, mode: 'no-cors'});
</script>"""
PAGES = {
    "120 images, 20 POSTs": (141, FINISHED + HITS + "".join(f"<img src=p{i}.gif>" for i in range(120))),
    "30 resources": (
        31,
        "".join(f"<link rel=stylesheet href=s{i}.css>" for i in range(4))
        + FINISHED
        + "for (let i = 0; i < 3; i++) send('f' + i + '.json');</script>"
        + "".join(f"<script src=c{i}.js {'async' if i % 2 else ''}></script>" for i in range(8))
        + "".join(f"<img src=p{i}.gif>" for i in range(15)),
    ),
}
"""How many requests a load makes, and the page."""


class Exchange(asyncio.Protocol):
    """One connection of a browser: answers each request after the milliseconds that its path begins with (``/30/0/…``: page 0 at 30 ms)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """Take in what came; a browser sends its next request after the answer."""
        self.buffer += data
        head, end, rest = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return
        size = next((int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0)
        if len(rest) < size:
            return
        self.buffer = rest[size:]
        path = head.split(b" ", 2)[1].decode()
        latency, _, name = path.lstrip("/").partition("/")
        loop = asyncio.get_running_loop()
        loop.call_later(int(latency) / 1000, self.answer, name.partition("?")[0], head)

    def answer(self, name: str, _: bytes) -> None:
        """Write the answer, unless the browser has hung up."""
        ending = name.rpartition(".")[2]
        kinds = {"gif": "image/gif", "js": "text/javascript", "css": "text/css", "json": "application/json", "collect": "text/plain"}
        kind = kinds.get(ending.rpartition("/")[2], "text/html")
        if ending == "gif":
            body = PICTURE
        elif kind == "text/html":
            number = name.partition("/")[0]
            page = list(PAGES.values())[int(number)][1] if number.isdigit() else "<p>"
            body = b"<!doctype html><link rel=icon href='data:,'>" + page.encode()
        else:
            body = b"" if ending.endswith("collect") else b"/* %b */" % (b"." * 2000) if ending in ("js", "css") else b"{}"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nCache-Control: no-store\r\n\r\n"
        if not self.transport.is_closing():
            self.transport.write(head.encode() + body)


async def serve() -> None:
    """Serve on a port of the system's choice, which is printed, until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Exchange, "127.0.0.1", 0, backlog=512)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def server() -> Iterator[int]:
    """The server in a process of its own; its port."""
    command = [sys.executable, __file__, "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline())
        process.stdin.close()


class Least:
    """The least that capture by the browser's protocol can do: lets each paused request go unread, and reads nothing else.

    What a page takes longer under it is the browser's own cost: of pausing, and of telling what each page sends.
    """

    def __init__(self, browser: Browser) -> None:
        self._socket = WebSocket(endpoint.find(browser))
        self._number = 0
        self._send("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True})
        self._send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._thread.join()

    def _send(self, method: str, params: dict[str, Any], session: str = "") -> None:
        self._number += 1
        told = {"id": self._number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        self._socket.send(json.dumps(told).encode())

    def _read(self) -> None:
        with suppress(OSError):
            while True:
                with suppress(TimeoutError):
                    self._take(self._socket.receive(60))

    def _take(self, told: bytes) -> None:
        if told.startswith(b'{"method":"Fetch.requestPaused"'):
            begin = told.find(b'"requestId":"') + 13
            self._send("Fetch.continueRequest", {"requestId": told[begin : told.find(b'"', begin)].decode()})
        elif told.startswith(b'{"method":"Target.attachedToTarget"'):
            attached = json.loads(told)["params"]
            if attached["targetInfo"]["type"] == "page":
                self._send("Network.enable", {"maxTotalBufferSize": 1, "maxResourceBufferSize": 1}, attached["sessionId"])


class Ways:
    """Each way of loading a page: a context manager that yields the context to load it in."""

    def __init__(self, browser: Browser, proxy: ProxyCapture | None, folder: Path) -> None:
        self.browser, self.proxy, self.folder = browser, proxy, folder
        route = FirstPartyEndpoint(vendor="ga4", host="localhost", path="*/g/collect")
        self.plan = TrackingPlan(name="load", endpoints=(route,))
        self.decoder = compose.decoder_for(self.plan)
        self.captured = 0

    def all(self) -> dict[str, Callable[[], Any]]:
        """By what they are called in the table."""
        ways = {
            "bare": self.bare,
            "floor": self.floor,
            "least": self.least,
            "observe": lambda: self.captured_by("observe"),
            "stub": lambda: self.captured_by("stub"),
            "context.route": self.routed,
        }
        return ways | ({"proxy": self.proxied} if self.proxy else {})

    @contextmanager
    def bare(self, **options: Any) -> Iterator[BrowserContext]:
        """As Playwright has it."""
        context = self.browser.new_context(**options)
        try:
            yield context
        finally:
            context.close()

    @contextmanager
    def floor(self) -> Iterator[BrowserContext]:
        """Interception enabled, with a pattern that matches nothing."""
        session = self.browser.new_browser_cdp_session()
        session.send("Fetch.enable", {"patterns": [{"urlPattern": "http://nothing.invalid/*"}]})
        with self.bare() as context:
            yield context
        session.detach()

    @contextmanager
    def least(self) -> Iterator[BrowserContext]:
        """As little as can be done for each request."""
        with closing(Least(self.browser)), self.bare() as context:
            yield context

    @contextmanager
    def captured_by(self, mode: Any) -> Iterator[BrowserContext]:
        """As in a walk: all vendors known, each entry on disk."""
        recording = Recording(Walk(), path=self.folder / "walk.jsonl")
        answer = compose.answerer(self.decoder, self.plan, mode=mode)
        with closing(BrowserCapture.attach(self.browser)) as capture:
            walk = capture.begin(recording.append, answer, zero=time.monotonic(), sockets=compose.sockets(self.decoder, mode))
            with self.bare() as context:
                walk.adopt(context)
                yield context
                walk.close()
        self.captured = sum(isinstance(each, CapturedRequest) for each in recording.entries)
        recording.close()

    @contextmanager
    def routed(self) -> Iterator[BrowserContext]:
        """Playwright's own interception, each request continued."""
        with self.bare() as context:
            context.route("**", lambda route: route.continue_())
            yield context

    @contextmanager
    def proxied(self) -> Iterator[BrowserContext]:
        """Through mitmproxy."""
        assert self.proxy is not None
        recording = Recording(Walk())
        answer = compose.answerer(self.decoder, self.plan, mode="observe")
        walk = self.proxy.begin(recording.append, answer, zero=time.monotonic())
        with self.bare(**self.proxy.context_options()) as context:
            walk.adopt(context)
            yield context
            walk.close()
        self.captured = sum(isinstance(each, CapturedRequest) for each in recording.entries)


def main(rounds: int) -> None:
    """Print a table of ratios for each page and latency."""
    options = launch_options()
    with ExitStack() as stack:
        port = stack.enter_context(server())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(**options | {"args": [*options["args"], *LAUNCH_ARGS]})
        stack.callback(browser.close)
        try:
            proxy = stack.enter_context(closing(ProxyCapture.attach()))
        except BrowserError as error:
            write(f"without the proxy: {error}")
            proxy = None
        ways = Ways(browser, proxy, folder)
        for number, (title, (requests, _)) in enumerate(PAGES.items()):
            for latency in LATENCIES:
                measured = measure(ways, f"http://127.0.0.1:{port}/{latency}/{number}", requests, rounds)
                write(f"{title}, {latency} ms of server latency: bare {median(measured['bare']):.0f} ms, {len(measured['bare'])} loads")
                for way in ways.all():
                    beside = ("floor", "least") if way in ("observe", "stub") else ()
                    write(
                        f"  {way:<14} "
                        + told(measured[way], measured["bare"])
                        + " of bare"
                        + "".join(f", {told(measured[way], measured[each])} of the {each}" for each in beside)
                    )


def measure(ways: Ways, url: str, requests: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each load by way, in the order of the rounds."""
    taken: dict[str, list[float]] = {way: [] for way in ways.all()}
    order = list(ways.all().items())
    for count in range(rounds):
        turn = count % len(order)
        for way, load in order[turn:] + order[:turn]:
            with load() as context:
                page = context.new_page()
                page.add_init_script(f"window.VENDOR = {json.dumps(url.replace('127.0.0.1', 'localhost'))}")
                page.goto(url.rsplit("/", 1)[0] + "/warm")
                for _ in range(LOADS):
                    page.goto(url)
                    taken[way].append(page.evaluate("finished"))
            if way in ("observe", "stub", "proxy"):
                assert ways.captured == requests * LOADS + 1, f"{way} captured {ways.captured} of {requests * LOADS + 1}"
    return taken


def told(ours: list[float], theirs: list[float]) -> str:
    """The median ratio of pairs, and the middle half of all."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    low, middle, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def write(line: str) -> None:
    """Put a line on standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        asyncio.run(serve())
    else:
        options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        options.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
        main(options.parse_args().rounds)
