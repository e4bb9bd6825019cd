"""A stock Firefox, driven by the installed Playwright, through the proxy: what it sends is what arrived, and nothing that is stubbed does."""
# ruff: noqa: E501 (scripts as they run in the page)

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from harness.capture.captured import Answer, CapturedRequest
from harness.capture.firefox import find_firefox, launch_options
from harness.capture.proxy import ProxyCapture, find_mitmdump
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
STUB = Answer(200, (("Content-Type", "text/plain"),), b"stub")

# What all tests of real Firefox look at is made once, in one worker.
pytestmark = pytest.mark.xdist_group("firefox")


def lacking() -> str:
    """Why Firefox cannot be driven here; empty if it can."""
    try:
        find_firefox(), find_mitmdump()
    except BrowserError as error:
        return str(error)
    return ""


driven = pytest.mark.skipif(bool(lacking()), reason=lacking())

WORKER = (
    "const u = URL.createObjectURL(new Blob([\"fetch('{hit}', {method: 'POST', body: 'w'})\"], {type: 'text/javascript'}));"
    "window.kept = [window.kept, new KIND(u)]"
)
FORM = (
    "const f = document.createElement('form'); f.method = 'POST'; f.action = '{hit}&as=html'; f.target = 'sink';"
    "const i = document.createElement('iframe'); i.name = 'sink'; f.innerHTML = '<input name=a value=ü>'; document.body.append(i, f); f.submit()"
)
GZIP = (
    "const z = await new Response(new Blob(['a'.repeat(5000)]).stream().pipeThrough(new CompressionStream('gzip'))).blob();"
    "await fetch('{hit}', {method: 'POST', body: z, headers: {'content-encoding': 'gzip'}})"
)
BLOB = "navigator.sendBeacon('{hit}', new Blob([new Uint8Array([0, 255, 128])]))"
HOPS = "await fetch('{hit}&to=' + encodeURIComponent('{hit}&to=' + encodeURIComponent('{hit}&last=1')))"
FRAME = "const i = document.createElement('iframe'); i.srcdoc = `<script>fetch('{hit}')</scr` + `ipt>`; document.body.append(i)"
GONE = (
    "const i = document.createElement('iframe'); document.body.append(i); i.contentWindow.navigator.sendBeacon('{hit}', 'gone'); i.remove()"
)

# kind: script; {hit} is a URL on the page's own origin, {far} the same on another site's. What follows "leaving" is done as the page is left.
ROWS = {
    "image": "new Image().src = '{hit}&as=gif'",
    "image-across": "new Image().src = '{far}&as=gif'",
    "script": "const s = document.createElement('script'); s.src = '{hit}&as=js'; document.head.append(s)",
    "css": "document.body.style.backgroundImage = 'url({hit}&as=gif)'",
    "fetch": "await fetch('{hit}')",
    "fetch-json-across": "await fetch('{far}', {method: 'POST', body: '{}', headers: {'content-type': 'application/json'}, credentials: 'include'})",
    "fetch-keepalive": "fetch('{hit}', {method: 'POST', body: 'a', keepalive: true})",
    "fetch-gzip": GZIP,
    "fetch-megabyte": "await fetch('{hit}', {method: 'POST', body: 'x'.repeat(1 << 20)})",
    "xhr": "await new Promise(r => { const x = new XMLHttpRequest(); x.open('POST', '{hit}'); x.onloadend = r; x.send('ü') })",
    "beacon": "navigator.sendBeacon('{hit}', 'a=ü')",
    "beacon-blob": BLOB,
    "beacon-form-data": "const f = new FormData(); f.append('a', '1'); navigator.sendBeacon('{hit}', f)",
    "beacon-json-across": "navigator.sendBeacon('{far}', new Blob(['{}'], {type: 'application/json'}))",
    "frame": FRAME,
    "frame-removed": GONE,
    "form": FORM,
    "redirect": HOPS,
    "worker": WORKER.replace("KIND", "Worker"),
    "shared-worker": WORKER.replace("KIND", "SharedWorker"),
    "websocket": "new WebSocket('{hit}'.replace('http', 'ws'))",
    "leaving pagehide-beacon-blob": f"addEventListener('pagehide', () => {BLOB})",
    "leaving pagehide-beacon-across": "addEventListener('pagehide', () => navigator.sendBeacon('{far}', 'a'))",
    "leaving pagehide-image": "addEventListener('pagehide', () => { new Image().src = '{hit}&as=gif' })",
    "leaving hidden-fetch-keepalive": "addEventListener('visibilitychange', () => { fetch('{hit}', {method: 'POST', body: 'a', keepalive: true}) })",
    "leaving unload-beacon": "addEventListener('unload', () => navigator.sendBeacon('{hit}', 'u'))",
}  # fmt: skip
HOPS_OF = {"redirect": 3}


@dataclass
class Walked:
    """All rows done in one context: what was captured of them, and what arrived."""

    entries: list[Any] = field(default_factory=list)
    gaps: tuple[str, ...] = ()

    def of(self, kind: type | str) -> list[Any]:
        name = kind if isinstance(kind, str) else kind.__name__
        return [each for each in self.entries if type(each).__name__ == name]

    def hits(self, marker: str) -> list[CapturedRequest]:
        return [each for each in self.of(CapturedRequest) if f"/hit/{marker}/" in each.url and each.resource_type != "preflight"]

    def outcome(self, request: CapturedRequest) -> Any:
        return next((each for each in self.of("Outcome") if each.request == request.id), None)


@pytest.fixture(scope="module")
def walked(playwright: Any, site: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Walked]]:
    """Every row, once let through and once stubbed."""
    proxy = ProxyCapture.attach()
    browser = playwright.firefox.launch(**launch_options(tmp_path_factory.mktemp("firefox")))
    done = {}
    for mode in ("passed", "stubbed"):
        one = done[mode] = Walked()
        stub = mode == "stubbed"
        walk = proxy.begin(
            one.entries.append, lambda each, stub=stub: STUB if stub and "/hit/" in each.url else None, zero=time.monotonic()
        )
        context = browser.new_context(**proxy.context_options())
        context.set_default_timeout(20_000)
        walk.adopt(context)
        page = context.new_page()
        page.goto(site.url + "/")
        for name, script in ROWS.items():
            hit, far = (f"{base}/hit/{mode}-{name.split()[-1]}/x?r=1" for base in (site.url, site.other))
            page.evaluate("async () => { " + script.replace("{hit}", hit).replace("{far}", far) + " }")
        page.evaluate(
            "() => { (window.dataLayer = window.dataLayer || []).push({event: 'now'}); addEventListener('pagehide', () => dataLayer.push({event: 'bye'})) }"
        )
        walk.barrier()
        walk.quiet(0.3, 15)
        walk.enter_step(1)
        page.goto(site.url + "/next")
        if not stub:
            for name in ROWS:
                site.wait(f"{mode}-{name.split()[-1]}", HOPS_OF.get(name, 1))
        walk.barrier()
        walk.quiet(0.5, 15)
        one.gaps = walk.note_gap()
        walk.close()
        context.close()
    yield done
    browser.close()
    proxy.close()


@driven
@pytest.mark.parametrize("row", ROWS)
def test_what_is_captured_is_what_arrived(walked: dict[str, Walked], site: Any, row: str) -> None:
    one, marker = walked["passed"], "passed-" + row.split()[-1]
    arrived, captured = site.hits(marker), one.hits(marker)
    assert len(arrived) == HOPS_OF.get(row, 1)
    truth = Counter((each.method, f"http://{each.host}{each.target}", each.body, tuple(each.headers.items())) for each in arrived)
    seen = Counter(
        (each.method, each.url.replace("ws://", "http://"), each.body.data, tuple((name.lower(), value) for name, value in each.headers))
        for each in captured
    )
    assert seen == truth
    assert {each.body.state for each in captured} == {"present" if captured[0].body.data else "absent"}
    assert {(one.outcome(each).state, each.disposition) for each in captured} == {("delivered", "passed")}
    assert {each.step for each in captured} == {1 if row.startswith("leaving") else 0}


@driven
@pytest.mark.parametrize("row", ROWS)
def test_nothing_that_is_stubbed_arrives(walked: dict[str, Walked], site: Any, row: str) -> None:
    one, marker = walked["stubbed"], "stubbed-" + row.split()[-1]
    assert site.hits(marker) == []
    (captured,) = one.hits(marker)
    assert (captured.disposition, one.outcome(captured).state) == ("stubbed", "stubbed")


@driven
@pytest.mark.parametrize("mode", ["passed", "stubbed"])
def test_documents_and_pushes_are_told_also_those_of_the_end(walked: dict[str, Walked], site: Any, mode: str) -> None:
    one = walked[mode]
    assert one.gaps == ()
    assert [(urlsplit(each.url).path, each.kind, each.page_load) for each in one.of("Navigation")] == [
        ("/", "document", 1), ("/next", "document", 2),
    ]  # fmt: skip
    assert [(each.value["event"], each.page_load, each.step) for each in one.of("Push")] == [("now", 1, 0), ("bye", 1, 1)]
