"""What each way of watching a browser sees of what it really sends, kind by kind, and what leaks past a stub.

One loopback site sends by every means that a browser has, and counts what arrives. Each way of watching walks the same rows in the same
run. ``TAGPROOF_BROWSER`` names another browser; ``--kinds REGEX`` walks some of the rows.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.chromium import find_browser, launch_options
from harness.capture.proxy import ProxyCapture
from harness.errors import BrowserError
from transports.matrix import STUBBED, Matrix, open_row, send_row, stub
from transports.rows import Row, rows_of
from transports.site import serve
from transports.walked import Walked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from transports.site import Site

Seen = tuple[str, str, bytes | None]
"""Method, address and body; no body where it was not told."""

LATE = 0.3
"""Seconds after its walk in which a way of watching may still tell of what was sent."""


@dataclass
class Way:
    """One way of watching: what it saw wrong, kind by kind, and what arrived although it was stubbed."""

    name: str
    faults: dict[str, str] = field(default_factory=dict)
    leaks: dict[str, int] = field(default_factory=dict)
    rows: int = 0


def main() -> None:
    """Print the table and the totals."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kinds", default=".", metavar="REGEX", help="only the kinds that match")
    wanted = re.compile(options.parse_args().kinds)
    rows = [row for row in rows_of(find_browser()) if wanted.search(row.kind)]
    began = time.monotonic()
    with sync_playwright() as playwright, serve() as site, tempfile.TemporaryDirectory() as folder:
        disk = Path(folder) / "disk.txt"
        disk.write_text("from disk")

        def started(*switches: str, unheld: bool = True) -> Any:
            own = launch_options(unheld=unheld)
            return closing(playwright.chromium.launch(**{**own, "args": [*own["args"], *switches]}))

        with started(*LAUNCH_ARGS) as browser:
            with closing(BrowserCapture.attach(browser)) as capture:
                ways = [observed("tagproof browser", "browser", capture, browser, site, rows)]
            ways += passive(browser, site, rows, disk, Path(folder))
            ways.append(routed(browser, site, rows, disk))
        # As the plugin starts it where nothing is to reach a vendor.
        with started(*LAUNCH_ARGS, unheld=False) as browser, closing(BrowserCapture.attach(browser)) as capture:
            stubbed(ways[0], "browser", capture, browser, site, rows)
        try:
            with contextlib.ExitStack() as stack:
                proxy = stack.enter_context(closing(ProxyCapture.attach(insecure=True)))
                browser = stack.enter_context(started(*proxy.launch_arguments()))
                ways.insert(1, observed("tagproof proxy", "proxy", proxy, browser, site, rows))
                stubbed(ways[1], "proxy", proxy, browser, site, rows)
        except BrowserError as error:
            write(f"tagproof proxy is left out: {error}")
    table(rows, ways)
    write(f"{find_browser()}, {len(rows)} kinds, {time.monotonic() - began:.0f} s")


def observed(name: str, backend: str, capture: Any, browser: Any, site: Site, rows: list[Row]) -> Way:
    """Tagproof's own capture, each row let through."""
    way = Way(name)
    watched = Matrix(f"{backend}-seen", beginner(capture, browser), site)
    watched.run(rows)
    for row in rows:
        result = watched.results[row.kind]
        faults = [str(result).splitlines()[0]] if isinstance(result, Exception) else result.faults(backend)
        count(way, row, faults[0] if faults else "")
    return way


def stubbed(way: Way, backend: str, capture: Any, browser: Any, site: Site, rows: list[Row]) -> None:
    """The same, each row answered in its server's stead."""
    held = Matrix(f"{backend}-stub", beginner(capture, browser), site, stub)
    held.run(sent := [row for row in rows if not row.refused])
    way.leaks = {row.kind: len(held.arrived(row)) for row in sent}


def beginner(capture: Any, browser: Any) -> Callable[..., Walked]:
    """Begins a walk in a browser."""

    def begin(answer: Callable[..., Any], sockets: tuple[tuple[str, str], ...] = (), **more: Any) -> Walked:
        return Walked(capture, browser, answer, sockets=sockets, options=more)

    return begin


def passive(browser: Any, site: Site, rows: list[Row], disk: Path, folder: Path) -> list[Way]:
    """Playwright's request event and its HAR recording, which both only look on, in one walk."""
    event, har, told, written = Way('context.on("request")'), Way("HAR recording"), [], []

    def watch(context: Any) -> None:
        context.on("request", lambda request: told.append((request.method, request.url, body_of(request))))

    def recorded() -> dict[str, Any]:
        written.append(folder / f"{len(written)}.har")
        return {"record_har_path": str(written[-1]), "record_har_content": "omit"}

    drive("request", browser, site, rows, disk, watch, recorded)
    entries = [entry["request"] for path in written for entry in json.loads(path.read_bytes())["log"]["entries"]]
    for row in rows:
        judge(event, row, "request", site, told)
        judge(har, row, "request", site, [(each["method"], each["url"], har_body(each)) for each in entries])
    return [event, har]


def routed(browser: Any, site: Site, rows: list[Row], disk: Path) -> Way:
    """Playwright's own interception: each row let through, then answered by it as tagproof's stub would."""
    way, told = Way('context.route("**")'), []

    def look(route: Any) -> None:
        told.append((route.request.method, route.request.url, body_of(route.request)))
        route.continue_()

    def answer(route: Any) -> None:
        kind = re.search(r"[?&]as=(\w+)", route.request.url)
        if "/hit/" not in route.request.url:
            route.continue_()
            return
        route.fulfill(
            status=200, body="", content_type=STUBBED.get(kind[1] if kind else "", "text/plain"),
            headers={"access-control-allow-origin": route.request.headers.get("origin", "*"), "access-control-allow-credentials": "true",
                     "access-control-allow-headers": route.request.headers.get("access-control-request-headers", "*")},
        )  # fmt: skip

    def quietly(do: Callable[[Any], None]) -> Callable[[Any], None]:
        def handle(route: Any) -> None:
            with contextlib.suppress(PlaywrightError):
                do(route)

        return handle

    drive("route", browser, site, rows, disk, lambda context: context.route("**", quietly(look)))
    for row in rows:
        judge(way, row, "route", site, told)
    stubbed = [row for row in rows if not row.refused]
    drive("route-stub", browser, site, stubbed, disk, lambda context: context.route("**", quietly(answer)), wait=False)
    way.leaks = {row.kind: len(site.hits(f"route-stub-{row.kind}")) for row in stubbed}
    return way


def drive(
    name: str, browser: Any, site: Site, rows: list[Row], disk: Path, watch: Callable[[Any], None],
    options: Callable[[], dict[str, Any]] = dict, *, wait: bool = True,
) -> None:  # fmt: skip
    """Walk the rows without tagproof, in contexts as it would have them."""

    def context(*, endless: bool = False) -> Any:
        made = browser.new_context(ignore_https_errors=True, **({} if endless else options()))
        made.set_default_timeout(5_000)
        watch(made)
        return made

    shared = context()
    for row in rows:
        own, marker = row.alone or row.endless, f"{name}-{row.kind}"
        here = context(endless=row.endless) if own else shared
        # What fails in its page is a fault of what watches it: it is judged by what arrived.
        with contextlib.suppress(PlaywrightError):
            page, _ = open_row(row, here, site, marker)
            send_row(row, page, site, marker, disk)
        site.wait(marker, row.count if wait else 0, 2.0)
        with contextlib.suppress(PlaywrightError):
            (here.pages or [here.new_page()])[0].wait_for_timeout(20)
        if own:
            here.close()
        else:
            for each in here.pages[1:]:
                each.close()
    with contextlib.suppress(PlaywrightError):
        (shared.pages or [shared.new_page()])[0].wait_for_timeout(LATE * 1000)
    shared.close()


def judge(way: Way, row: Row, name: str, site: Site, told: list[Seen]) -> None:
    """Whether what was told of a row is what arrived: kind and number, then bodies."""
    marker = f"/hit/{name}-{row.kind}/"
    seen = [each for each in told if marker in each[1] and each[0] != "OPTIONS"]
    arrived = site.hits(f"{name}-{row.kind}")
    if len(arrived) != row.count:
        count(way, row, f"{len(arrived)} of {row.count} were sent")
    elif len(seen) != row.count + row.refused:
        count(way, row, f"{len(seen)} of {row.count + row.refused} seen")
    elif row.refused:
        count(way, row, "")
    elif Counter((each[0], where(each[1])) for each in seen) != Counter((each.method or "", each.host + each.target) for each in arrived):
        count(way, row, "other addresses")
    elif row.body:
        count(way, row, "" if all(each[2] for each in seen) else "body lost")
    elif Counter((each[0], each[2] or b"") for each in seen) != Counter((each.method or "", each.body) for each in arrived):
        count(way, row, "body lost")
    else:
        count(way, row, "")


def count(way: Way, row: Row, fault: str) -> None:
    """Add a row to what a way of watching saw."""
    way.rows += 1
    way.faults[row.kind] = fault


def where(url: str) -> str:
    """Host, path and query of an address."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}?{parts.query}"


def body_of(request: Any) -> bytes | None:
    """A request's body as Playwright tells it."""
    try:
        return request.post_data_buffer
    except PlaywrightError:
        return None


def har_body(request: dict[str, Any]) -> bytes | None:
    """A request's body as a HAR tells it."""
    told = request.get("postData")
    if told is None:
        return None
    return base64.b64decode(told["text"]) if told.get("encoding") == "base64" else told.get("text", "").encode()


def table(rows: list[Row], ways: list[Way]) -> None:
    """A line for each kind that any way of watching has wrong, then the totals."""
    width = max(len(row.kind) for row in rows)
    widths = [max(len(way.name), 18) for way in ways]
    write("  ".join(["kind".ljust(width), *(way.name.ljust(size) for way, size in zip(ways, widths, strict=True))]))
    for row in rows:
        cells = [(way.faults[row.kind] or "right")[:size].ljust(size) for way, size in zip(ways, widths, strict=True)]
        write("  ".join([row.kind.ljust(width), *cells]).rstrip())
    write("")
    for way in ways:
        right = sum(not fault for fault in way.faults.values())
        leaked = [f"{kind} ({number})" for kind, number in way.leaks.items() if number]
        stubs = f"; stubbed, {sum(way.leaks.values())} requests of {len(leaked)} kinds arrived" if way.leaks else ""
        write(f"{way.name}: {right} of {way.rows} kinds right{stubs}" + (f": {', '.join(leaked)}" if leaked else ""))


@contextlib.contextmanager
def closing(thing: Any) -> Iterator[Any]:
    """Close it at the end."""
    try:
        yield thing
    finally:
        thing.close()


def write(line: str) -> None:
    """Put a line on standard output."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
