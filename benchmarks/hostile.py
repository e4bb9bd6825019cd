"""Pages that do what they can to hold a walk up or to fill the memory: each ends in a verdict that says what was cut.

Each page is walked by a journey of its own in a process of its own, and the table tells what the walk took and what the process held
at most (the browser apart). ``hostile.py NAME …`` walks these pages only.
"""

# ruff: noqa: E501
# A page is one line, however long.

from __future__ import annotations

import argparse
import base64
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.capture.bounds import BOUNDS, Bounds

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from harness.capture.browser import BrowserCapture
    from harness.capture.proxy import ProxyCapture
    from harness.journey import Outcome

HIT = "https://www.google-analytics.com/g/collect?v=2&tid=G-HOSTILE01&cid=1.2&en=page_view&dl="
PLAN = """name: hostile
destinations:
  ga4: {account: G-HOSTILE01}
  data-layer: {account: dataLayer}
events:
  page_view: {sent_to: {ga4: page_view}}
"""
EXPECTATIONS = """journey: a hostile page is walked
plan: hostile.plan.yaml
scenarios: [baseline]
steps:
  - step: land
    expect: [page_view]
"""
LAND = f"<!doctype html><title>h</title><body><script>window.dataLayer = [{{event: 'start'}}]; fetch('{HIT}' + encodeURIComponent(location.href), {{method: 'POST', keepalive: true}})</script>"


@dataclass(frozen=True)
class Page:
    """One hostile page.

    Attributes:
        html: what it does once it has landed; ``{n}`` is how often, ``{hit}`` and ``{bomb}`` are addresses and a body.
        often: how often in the benchmark; ``few``: in the tests.
        cut: words that the walk's doubts must say; empty where nothing needs to be cut.
        bounds: what is lowered in the tests beside :data:`LOW`.
    """

    html: str
    often: int = 1
    few: int = 1
    cut: str = ""


def js(code: str, often: int = 1, few: int = 1, cut: str = "") -> Page:
    """A page that runs this script after it has landed."""
    return Page(f"<script>{code}</script>", often, few, cut)


SPOILT = """
const no = () => { throw new Error('spoilt') };
JSON.stringify = JSON.parse = no; Array.prototype.push = Array.prototype.forEach = Array.prototype.map = no;
for (const k of ['0', 'value', 'get', 'set', 'frame', 'dataLayer', 'gtag', 'fbq']) Object.defineProperty(Object.prototype, k, {__proto__: null, set() {}, get() { return undefined }, configurable: true});
Object.prototype.toJSON = () => 'x'; window.Promise = null; navigator.sendBeacon = no; window.fetch = no;
Function.prototype.call = Function.prototype.apply = Function.prototype.toString = no;
Map.prototype.get = Map.prototype.set = WeakMap.prototype.get = WeakMap.prototype.set = no; window.Map = window.WeakMap = window.Proxy = window.Reflect = null;
Array.prototype[Symbol.iterator] = no; EventTarget.prototype.dispatchEvent = no; window.Event = null;
dataLayer[dataLayer.length] = {event: 'spoilt'};
"""

PAGES: dict[str, Page] = {
    "overwrites what the language has": js(SPOILT),
    "floods requests": js("for (let i = 0; i < {n}; i++) fetch('/hit/' + i).catch(() => 0)", 50_000, 400, "requests were not kept"),
    "floods vendor's requests": js("for (let i = 0; i < {n}; i++) fetch('{hit}' + i, {{method: 'POST'}}).catch(() => 0)", 50_000, 400, "requests were not kept"),
    "floods pushes": js("for (let i = 0; i < {n}; i++) dataLayer.push({{event: 'e' + i}})", 1_000_000, 2_000, "pushes and calls were not kept"),
    "pushes large values": js("for (let i = 0; i < {n}; i++) dataLayer.push({{event: 'e', text: 'x'.repeat(5e6)}})", 200, 3),
    "sends a compressed bomb": js("for (let i = 0; i < {n}; i++) fetch('{hit}bomb', {{method: 'POST', headers: {{'content-type': 'application/json'}}, body: Uint8Array.from(atob('{bomb}'), c => c.charCodeAt(0))}}).catch(() => 0)", 50, 2),
    "sends a large body": js("fetch('{hit}large', {{method: 'POST', body: 'x'.repeat({n} << 20)}}).catch(() => 0)", 60, 2, "partial"),
    "sends a huge body": js("fetch('{hit}huge', {{method: 'POST', body: 'x'.repeat({n} << 20)}}).catch(() => 0)", 200, 2, "body"),
    "never settles": js("setInterval(() => fetch('/hit/poll').catch(() => 0), 10)"),
    "waits for ever": js("for (let i = 0; i < {n}; i++) fetch('/wait').catch(() => 0)", 200, 5),
    "navigates in a loop": js("setTimeout(() => location.replace('/page?' + Math.random()), 30)"),
    "refreshes itself": Page("<meta http-equiv=refresh content='0'>"),
    "opens popups": js("for (let i = 0; i < {n}; i++) open('/blank?' + i)", 100, 8, "tabs were closed"),
    "opens popups that open popups": js("if (!window.opener || Math.random() < 2) setInterval(() => open('/blank'), 200)", 1, 1, "tabs were closed"),
    "alerts in a loop": js("setTimeout(() => {{ for (;;) alert(1) }}, 50)", cut="did not answer"),
    "asks in a loop": js("setTimeout(() => {{ while (!prompt('x') && !confirm('y')); }}, 50)", cut="did not answer"),
    "asks before it is left": js("addEventListener('beforeunload', e => {{ e.preventDefault(); e.returnValue = 'x'; for (let i = 0; i < 1e3; i++) try {{ alert(i) }} catch (e) {{}} }})"),
    "never ends its script": js("setTimeout(() => {{ for (;;); }}, 50)", cut="its script did not end"),
    "never ends any script": js("setInterval(() => {{ for (;;); }}, 1)", cut="its script did not end"),
    "never ends a worker": js("for (let i = 0; i < {n}; i++) new Worker(URL.createObjectURL(new Blob(['for (;;);'])))", 4, 2),
    "loops when it is left": js("addEventListener('pagehide', () => {{ for (;;); }})"),
    "crashes": js("setTimeout(() => {{ const a = []; for (;;) a.push(new Array(1e7).fill(1.5)) }}, 50)", cut="crashed"),
    "is full of frames": js("for (let i = 0; i < {n}; i++) {{ const f = document.createElement('iframe'); f.src = '/blank?' + i; document.body.append(f) }}", 500, 20),
    "is full of nested frames": js("let d = document; for (let i = 0; i < {n}; i++) {{ const f = d.createElement('iframe'); d.body.append(f); d = f.contentDocument }}", 60, 10),
    "changes its route in a loop": js("let i = 0; setInterval(() => {{ for (let j = 0; j < {n}; j++) try {{ history.pushState({{}}, '', '?' + i++) }} catch (e) {{}} }}, 10)", 50, 5),
    "has long addresses": js("for (let i = 0; i < {n}; i++) fetch('/hit/?' + 'x'.repeat(1e6) + i).catch(() => 0)", 500, 5),
    "sends long headers": js("for (let i = 0; i < {n}; i++) fetch('/hit/h', {{headers: {{'x-long': 'x'.repeat(2e5)}}}}).catch(() => 0)", 500, 5),
    "floods the console": js("for (let i = 0; i < {n}; i++) console.log('x'.repeat(1000), {{a: [i]}}, document.body)", 200_000, 2_000),
    "writes one huge line to the console": js("console.log('x'.repeat({n} << 20))", 100, 2),
}  # fmt: skip

LIMIT = 900
"""Seconds after which a walk counts as one that hangs."""

LOW = Bounds(requests=200, pushes=1_000, navigations=100, body=1 << 20, kept=16 << 20, tabs=5, stuck=4.0)
"""The bounds of the tests."""


class Site:
    """The pages' server, in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        out = self._process.stdout
        self.url = f"http://127.0.0.1:{out.readline().strip() if out else 0}"

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()


def serve() -> None:
    """Serve ``/page?name=…``: the pages; ``/hit/``: nothing; ``/wait``: never."""

    class Serve(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        current = ""

        def log_message(self, *_: Any) -> None:
            pass

        def do_POST(self) -> None:
            left = int(self.headers.get("content-length") or 0)
            while left > 0 and (data := self.rfile.read(min(left, 1 << 20))):
                left -= len(data)
            if self.path == "/show":
                Serve.current = base64.b64decode(self.headers["x-page"]).decode()
            self.reply(b"")

        def do_GET(self) -> None:
            if self.path.startswith("/wait"):
                threading.Event().wait()
            self.reply((Serve.current if self.path.startswith("/page") else "<title>blank</title>").encode())

        def reply(self, data: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, *_: Any) -> None:
            """A browser that hangs up is no fault."""

    server = Server(("127.0.0.1", 0), Serve)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # It ends with the process that began it.
    sys.stdin.read()


def html_of(page: Page, often: int, bomb: int) -> str:
    """The page as it is served; the bomb unfolds to so many MB."""
    code = page.html
    if (code.startswith("<script>") and "{n}" in code) or "{{" in code:
        packed = base64.b64encode(twice_packed(bomb)).decode() if "{bomb}" in code else ""
        code = code.replace("{n}", str(often)).replace("{hit}", HIT).replace("{bomb}", packed).replace("{{", "{").replace("}}", "}")
    return LAND + code


def twice_packed(megabytes: int) -> bytes:
    """A JSON list of so many MB, packed by gzip twice; it is never here as a whole."""
    once, twice = zlib.compressobj(9, wbits=31), zlib.compressobj(9, wbits=31)
    packed = bytearray()
    for part in (b"[", *[b"{}," * 349_525] * megabytes, b"1]"):
        packed += twice.compress(once.compress(part))
    return bytes(packed + twice.compress(once.flush()) + twice.flush())


def show(site: Site, html: str) -> None:
    """Have the site serve this page."""
    import urllib.request

    headers = {"x-page": base64.b64encode(html.encode()).decode()}
    urllib.request.urlopen(urllib.request.Request(site.url + "/show", data=b"", headers=headers)).read()


def walk(browser: Browser, capture: BrowserCapture | ProxyCapture, site: Site, folder: Path, **options: Any) -> Outcome:
    """Walk what the site shows, through the journey that a test would use; options: of its context."""
    from harness import compose
    from harness.plugin import ScenarioParameter, open_walk

    (folder / "hostile.plan.yaml").write_text(PLAN, encoding="utf-8")
    path = folder / "hostile.journey.yaml"
    path.write_text(EXPECTATIONS, encoding="utf-8")
    context = browser.new_context(**options)
    context.set_default_timeout(10_000)
    journey = open_walk(
        context=context, capture=capture, expectations=compose.read_expectations(path), scenario=ScenarioParameter("baseline", {}),
        base_url=site.url, test="hostile", reports=folder / "reports",
    )  # fmt: skip
    error: Exception | None = None
    try:
        with journey.step("land"):
            journey.visit("/page")
    except Exception as raised:
        error = raised
    outcome = journey.finish(error)
    context.close()
    return outcome


def measure(name: str, by: str) -> dict[str, Any]:
    """Walk one page in this process, captured in the ``browser`` or by the ``proxy``."""
    from playwright.sync_api import sync_playwright

    from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
    from harness.capture.chromium import launch_options
    from harness.capture.proxy import ProxyCapture

    page = PAGES[name]
    site = Site()
    show(site, html_of(page, page.often, 1_024))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        options = launch_options()
        bounds = replace(BOUNDS, stuck=10.0)
        proxy = ProxyCapture.attach(bounds=bounds) if by == "proxy" else None
        more = proxy.launch_arguments() if proxy else LAUNCH_ARGS
        browser = playwright.chromium.launch(**options | {"args": [*options["args"], *more]})
        capture = proxy or BrowserCapture.attach(browser, bounds=bounds)
        idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.monotonic()
        outcome = walk(browser, capture, site, Path(folder), **(proxy.context_options() if proxy else {}))
        took = time.monotonic() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        capture.close()
        browser.close()
    site.close()
    recording = outcome.recording
    return {
        "page": name, "seconds": round(took, 1), "peak_mb": peak >> 10, "idle_mb": idle >> 10, "verdict": outcome.verdict.state,
        "cut": [each.message for each in outcome.verdict.doubts], "violations": sorted({each.code for each in outcome.verdict.violations}),
        "requests": len(recording.requests), "pushes": len(recording.pushes),
    }  # fmt: skip


def in_a_process(name: str, by: str) -> tuple[str, str]:
    """Walk one page in a process of its own; what it printed, and its errors. What takes too long is ended with its browser."""
    command = [sys.executable, __file__, "--capture", by, "--page", name]
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=printed, stderr=errors, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(LIMIT)
            said = ""
        except subprocess.TimeoutExpired:
            said = f"not ended within {LIMIT} s"
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        printed.seek(0)
        errors.seek(0)
        return printed.read(), errors.read() + said


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pages", nargs="*", metavar="page", help="what a page does, as the table says it; all if none is named")
    options.add_argument("--capture", choices=("browser", "proxy"), default="browser", help="how the walks are captured")
    options.add_argument("--page", help=argparse.SUPPRESS)
    options.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if unknown := sorted({*given.pages, *([given.page] if given.page else [])} - PAGES.keys()):
        options.error(f"no such page: {', '.join(unknown)}")
    if given.serve:
        serve()
        return
    if given.page:
        sys.stdout.write(json.dumps(measure(given.page, given.capture)) + "\n")
        return
    sys.stdout.write(f"{'a page that':38} {'seconds':>7} {'peak MB':>8} {'verdict':13} requests  pushes  what was cut\n")
    for name in given.pages or PAGES:
        printed, error = in_a_process(name, given.capture)
        try:
            told = json.loads(printed.splitlines()[-1])
        except (IndexError, ValueError):
            sys.stdout.write(f"{name:38} FAILED {error[-600:]}\n")
            continue
        cut = "; ".join(each[:110] for each in told["cut"]) or "nothing"
        sys.stdout.write(
            f"{name:38} {told['seconds']:7.1f} {told['peak_mb']:8,} {told['verdict']:13} {told['requests']:8,} {told['pushes']:7,}  {cut[:300]} {told['violations']}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
