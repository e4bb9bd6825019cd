"""Walks in great number: is a hit lost or given to another walk, does memory grow? ``python benchmarks/soak.py [walks] [walks when busy]``.

Each walk opens a page that sends a picture while it loads, a beacon on a click, and a Blob's beacon as it is left, makes two pushes, and
opens a popup with a beacon of its own; all carry the walk's number. Every tenth walk's capture ends before its page is left, so that
what it sends comes after the walk. Two walks run side by side in one browser, in contexts of their own.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from playwright.sync_api import sync_playwright

from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.captured import Answer, CapturedRequest, Push
from harness.capture.chromium import launch_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

WALKS, BUSY = 1_000, 200
SIDE_BY_SIDE = 2
QUIET, PATIENCE = 0.2, 5.0
"""Seconds without anything new after a page was left, as in a journey, and how long that is waited for."""
LATE = 15.0
"""Seconds in which what a walk lacks may still come, after the last."""
BURNER = "import time\nuntil = time.monotonic() + {seconds}\nwhile time.monotonic() < until: pass"
PAGE = """<!doctype html><title>walk</title><link rel=icon href='data:,'><body><button>go</button><script>
const id = new URL(location).searchParams.get('walk');
window.dataLayer = [];
dataLayer.push({event: 'view', walk: id});
new Image().src = '/hit/picture?walk=' + id;
document.querySelector('button').onclick = () => {
    dataLayer.push({event: 'click', walk: id});
    navigator.sendBeacon('/hit/click?walk=' + id, id);
    if (location.search.includes('popup')) window.open('/popup?walk=' + id);
};
addEventListener('pagehide', () => navigator.sendBeacon('/hit/leave?walk=' + id, new Blob([id], {type: 'application/json'})));
</script>"""
POPUP = """<!doctype html><title>popup</title><link rel=icon href='data:,'><script>
const id = new URL(location).searchParams.get('walk');
navigator.sendBeacon('/hit/popup?walk=' + id, id);
</script>"""


class Shop(BaseHTTPRequestHandler):
    """The pages; what reaches it of the hits is counted."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    leaked: ClassVar[list[str]] = []

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """A page, or a hit that was not stubbed."""
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.startswith("/hit/"):
            self.leaked.append(self.path)
        body = (POPUP if self.path.startswith("/popup") else PAGE).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET


@contextmanager
def serve() -> Iterator[str]:
    """The pages on the loopback interface; their address."""
    Shop.leaked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Soaked:
    """What many walks came to. ``wrong`` names each walk that did not get exactly what it sent."""

    walks: int = 0
    seconds: float = 0.0
    hits: int = 0
    wrong: list[str] = field(default_factory=list)
    gaps: Counter[str] = field(default_factory=Counter)
    leaked: list[str] = field(default_factory=list)
    memory: dict[int, tuple[float, int, int]] = field(default_factory=dict)
    """After so many walks: MB of this process, all objects, and what the capture keeps."""


@dataclass(eq=False)
class One:
    """One walk, and what it must come to."""

    number: int
    popup: bool
    early: bool
    entries: list[Any] = field(default_factory=list)
    walk: Any = None
    context: Any = None
    page: Page | None = None

    def begin(self, browser: Browser, capture: BrowserCapture) -> None:
        """Begin to capture, and open a tab."""
        self.walk = capture.begin(self.entries.append, stub, zero=time.monotonic())
        self.context = browser.new_context()
        self.walk.adopt(self.context)
        self.page = self.context.new_page()

    def leave(self) -> None:
        """Leave the page and close; or, for one that ends early, the other way round."""
        assert self.page is not None
        if self.early:
            self.walk.barrier()
            self.walk.close()
        for page in self.context.pages:
            page.goto(self.walk.exit(page.url))
        self.walk.barrier()
        self.walk.quiet(QUIET, PATIENCE)
        for page in self.context.pages:
            page.close()
        self.walk.close()
        self.context.close()

    def expected(self) -> Counter[str]:
        """What it sent and pushed."""
        told = ["picture", "click", "leave", "push view", "push click"] + (["popup"] if self.popup else [])
        return Counter(f"{each} {self.number}" for each in told)

    def got(self) -> Counter[str]:
        """What it was given."""
        found: list[str] = []
        for entry in list(self.entries):
            if isinstance(entry, CapturedRequest) and "/hit/" in entry.url:
                kind, _, number = entry.url.partition("/hit/")[2].partition("?walk=")
                body = entry.body.data.decode()
                found.append(f"{kind} {number}" if body in ("", number) else f"{kind} {number} with the body {body!r}")
            elif isinstance(entry, Push):
                found.append(f"push {entry.value['event']} {entry.value['walk']}")
        return Counter(found)


def stub(request: CapturedRequest) -> Answer | None:
    """No hit reaches the shop."""
    return Answer(204) if "/hit/" in request.url else None


def soak(browser: Browser, capture: BrowserCapture, url: str, walks: int, marks: tuple[int, ...] = ()) -> Soaked:
    """Make the walks, two at a time; look at the memory after each of ``marks`` walks."""
    soaked = Soaked(walks=walks)
    began = time.monotonic()
    late: list[One] = []
    for first in range(0, walks, SIDE_BY_SIDE):
        ones = [One(number, popup=number % 5 == 0, early=number % 10 == 1) for number in range(first, min(first + SIDE_BY_SIDE, walks))]
        for one in ones:
            one.begin(browser, capture)
        for one in ones:
            assert one.page is not None
            one.page.goto(f"{url}/?walk={one.number}" + ("&popup" if one.popup else ""))
        for one in ones:
            assert one.page is not None
            if one.popup:
                with one.page.expect_popup() as opened:
                    one.page.click("button")
                opened.value.wait_for_load_state()
            else:
                one.page.click("button")
        for one in ones:
            one.leave()
        late = [one for one in [*late, *ones] if not judge(one, soaked)]
        if (done := first + SIDE_BY_SIDE) in marks:
            soaked.memory[done] = memory(capture)
    soaked.seconds = time.monotonic() - began
    until = time.monotonic() + LATE
    while late and time.monotonic() < until:
        time.sleep(0.05)
        late = [one for one in late if not judge(one, soaked)]
    for one in late:
        judge(one, soaked, final=True)
    soaked.leaked = list(Shop.leaked)
    return soaked


def judge(one: One, soaked: Soaked, *, final: bool = False) -> bool:
    """Add what one walk came to, once all of it is there or nothing more is waited for."""
    got, expected = one.got(), one.expected()
    if expected - got and not final:
        return False
    soaked.hits += sum(got.values())
    soaked.gaps.update(one.walk.note_gap())
    if got != expected:
        soaked.wrong.append(f"walk {one.number} lost {dict(expected - got)} and has besides {dict(got - expected)}")
    return True


def memory(capture: BrowserCapture) -> tuple[float, int, int]:
    """MB that this process holds, its objects, and how many things the capture keeps of all walks."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) if Path("/proc/self/statm").exists() else 0
    return pages * 4096 / 1e6, len(gc.get_objects()), kept(capture)


def kept(capture: BrowserCapture) -> int:
    """All that the capture's own stores hold, whatever they are called."""
    parts = [capture, capture._ledger, capture._targets, capture._traffic, capture._pushes, capture.connection]
    stores = [store for part in parts for store in vars(part).values() if isinstance(store, dict | list | set) or hasattr(store, "maxlen")]
    return sum(map(len, stores))


@contextmanager
def burners(count: int, seconds: float) -> Iterator[None]:
    """Processes that keep the processor busy, and end by themselves after so many seconds."""
    burning = [subprocess.Popen([sys.executable, "-c", BURNER.format(seconds=seconds)]) for _ in range(count)]
    try:
        yield
    finally:
        for each in burning:
            each.terminate()
            each.wait()


def main(walks: int, busy: int) -> int:
    """Print what the walks came to; 1 if a hit was lost, given to another walk, or let through."""
    options = launch_options()
    bad = False
    for title, count, load in (("in a row", walks, 0), ("with both cores kept busy", busy, 2)):
        with ExitStack() as stack:
            url = stack.enter_context(serve())
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(**options | {"args": [*options["args"], *LAUNCH_ARGS]})
            stack.callback(browser.close)
            capture = stack.enter_context(closing(BrowserCapture.attach(browser)))
            stack.enter_context(burners(load, 240))
            soaked = soak(browser, capture, url, count, (count // 10, count // 2, count))
        write(
            f"{soaked.walks:,} walks {title}, {SIDE_BY_SIDE} at a time: {soaked.hits:,} hits and pushes in {soaked.seconds:.0f} s; "
            f"{len(soaked.wrong)} walks wrong, {len(soaked.leaked)} hits let through, {sum(soaked.gaps.values())} gaps told"
        )
        for done, (size, objects, held) in soaked.memory.items():
            write(f"  after {done:>5,} walks: {size:.0f} MB, {objects:,} objects, of which the capture keeps {held:,}")
        for line in [*soaked.wrong[:10], *(json.dumps(each) for each in list(soaked.gaps)[:10])]:
            write(f"  {line}")
        bad = bad or bool(soaked.wrong or soaked.leaked)
    return int(bad)


def write(line: str) -> None:
    """Put a line on standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("walks", nargs="?", type=int, default=WALKS)
    options.add_argument("busy", nargs="?", type=int, default=BUSY, help="walks with both cores kept busy")
    numbers = options.parse_args()
    sys.exit(main(numbers.walks, numbers.busy))
