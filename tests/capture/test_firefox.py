"""A stock Firefox, driven by the installed Playwright, through the proxy: what it sends is what arrived, and nothing that is stubbed does."""
# ruff: noqa: E501 (scripts as they run in the page)

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error as PlaywrightError

import lean
from harness.capture import chromium, firefox
from harness.capture.captured import Answer
from harness.capture.chromium import FoundBrowser
from harness.capture.firefox import find_firefox, launch_options
from harness.capture.proof import lacking as lacking_in
from harness.capture.proxy import ProxyCapture, find_mitmdump
from harness.errors import BrowserError
from transports.walked import Walked

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
MAY_BE_GIVEN_UP = ("leaving pagehide-image",)
"""What Firefox itself sends only where it is quick enough."""
PUSHES = """() => {
    (window.dataLayer = window.dataLayer || []).push({event: 'now'}); addEventListener('pagehide', () => dataLayer.push({event: 'bye'}));
}"""


@pytest.fixture(scope="module")
def stock(playwright: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ProxyCapture, Any]]:
    """The proxy, and a Firefox."""
    proxy = ProxyCapture.attach()
    browser = playwright.firefox.launch(**launch_options(tmp_path_factory.mktemp("firefox")))
    yield proxy, browser
    browser.close()
    proxy.close()


@pytest.fixture(scope="module")
def walked(stock: tuple[ProxyCapture, Any], site: Any) -> dict[str, Walked]:
    """Every row, once let through and once stubbed."""
    done = {}
    for mode in ("passed", "stubbed"):
        stub = mode == "stubbed"
        one = done[mode] = Walked(*stock, lambda each, stub=stub: STUB if stub and "/hit/" in each.url else None)
        page = one.open(site.url + "/")
        for name, script in ROWS.items():
            hit, far = (f"{base}/hit/{mode}-{name.split()[-1]}/x?r=1" for base in (site.url, site.other))
            page.evaluate("async () => { " + script.replace("{hit}", hit).replace("{far}", far) + " }")
        page.evaluate(PUSHES)
        one.walk.barrier()
        one.walk.quiet(0.3, 15)
        one.walk.enter_step(1)
        page.goto(site.url + "/next")
        if not stub:
            for name in ROWS:
                site.wait(f"{mode}-{name.split()[-1]}", HOPS_OF.get(name, 1), 1.0 if name in MAY_BE_GIVEN_UP else 8.0)
        one.walk.barrier()
        one.walk.quiet(0.5, 15)
        one.finish()
    return done


@driven
@pytest.mark.parametrize("row", ROWS)
def test_what_is_captured_is_what_arrived(walked: dict[str, Walked], site: Any, row: str) -> None:
    one, marker = walked["passed"], "passed-" + row.split()[-1]
    arrived, captured = site.hits(marker), one.hits(marker)
    assert len(arrived) == HOPS_OF.get(row, 1) or (row in MAY_BE_GIVEN_UP and not arrived)
    truth = Counter((each.method, f"http://{each.host}{each.target}", each.body, tuple(each.headers.items())) for each in arrived)
    seen = Counter(
        (each.method, each.url.replace("ws://", "http://"), each.body.data, tuple((name.lower(), value) for name, value in each.headers))
        for each in captured
    )
    assert seen == truth
    assert all(each.body.state == ("present" if each.body.data else "absent") for each in captured)
    told = [(one.outcome(each), each.disposition, each.step) for each in captured]
    assert all((outcome.state, passed, step) == ("delivered", "passed", row.startswith("leaving")) for outcome, passed, step in told)


@driven
@pytest.mark.parametrize("row", ROWS)
def test_nothing_that_is_stubbed_arrives(walked: dict[str, Walked], site: Any, row: str) -> None:
    one, marker = walked["stubbed"], "stubbed-" + row.split()[-1]
    assert site.hits(marker) == []
    captured = one.hits(marker)
    assert len(captured) == 1 or (row in MAY_BE_GIVEN_UP and not captured)
    assert all((each.disposition, one.outcome(each).state) == ("stubbed", "stubbed") for each in captured)


@driven
@pytest.mark.parametrize("mode", ["passed", "stubbed"])
def test_documents_and_pushes_are_told_also_those_of_the_end(walked: dict[str, Walked], site: Any, mode: str) -> None:
    one = walked[mode]
    assert one.walk.note_gap() == ()
    assert [(urlsplit(each.url).path, each.kind, each.page_load) for each in one.navigations] == [
        ("/", "document", 1), ("/next", "document", 2),
    ]  # fmt: skip
    assert [(each.value["event"], each.page_load, each.step) for each in one.pushes] == [("now", 1, 0), ("bye", 1, 1)]


@driven
def test_it_gives_what_capture_promises(stock: tuple[ProxyCapture, Any]) -> None:
    assert lacking_in(*stock) == ()


@driven
def test_what_the_journey_answers_itself_is_said_to_be_so(stock: tuple[ProxyCapture, Any], site: Any) -> None:
    one = Walked(*stock, lambda each: STUB if "/hit/" in each.url else None)
    page = one.open(site.url + "/next")
    page.route("**/hit/firefox-own/fulfilled", lambda route: route.fulfill(status=201, body="mine"))
    page.route("**/hit/firefox-own/aborted", lambda route: route.abort())
    send = "n => Promise.all([fetch('/hit/firefox-own/' + n, {method: 'POST', body: n}).catch(() => 0)])"
    for name in ("fulfilled", "aborted", "neither"):
        page.evaluate(send, name)
    one.walk.barrier()
    told = {urlsplit(each.url).path.rpartition("/")[2]: one.outcome(each) for each in one.hits("firefox-own")}
    one.finish()
    assert {name: outcome.state for name, outcome in told.items() if outcome} == {
        "fulfilled": "answered-by-journey", "aborted": "answered-by-journey", "neither": "stubbed",
    }  # fmt: skip


@pytest.mark.long
@driven
def test_the_shop_is_judged_in_firefox_as_it_is_in_chromium(tmp_path: Path) -> None:
    arguments = ["journeys/test_checkout.py", "--browser", "firefox", "--demo-faults", "purchase-again-on-reload"]
    chosen = ["--scenario", "baseline", "--scenario", "reload", "-k", "baseline-sound or [reload-purchase", "--tracking-no-pictures"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *lean.ARGUMENTS, "-q", "-p", "no:cacheprovider", *arguments, *chosen, "--tracking-reports", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1, run.stdout + run.stderr
    assert "2 walks captured by the proxy: firefox cannot be captured from inside" in run.stdout
    walks = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))["walks"]
    assert {walk["scenario"]: (walk["state"], {each["code"] for each in walk["violations"]}) for walk in walks} == {
        "baseline": ("passed", set()), "reload": ("failed", {"refired-on-reload"}),
    }  # fmt: skip
    assert {(walk["backend"], walk["browser"].split()[0], len(walk["doubts"])) for walk in walks} == {("proxy", "firefox", 0)}


# ---- finding one ----------------------------------------------------------------------------------------------


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine with nothing on it: bin/ is its path, cache/ is Playwright's folder."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "cache"))
    monkeypatch.delenv(firefox.VARIABLE, raising=False)
    monkeypatch.setattr(firefox, "application_folders", list)
    find_firefox.cache_clear()
    yield tmp_path
    find_firefox.cache_clear()


def put(path: Path, version: str = "153.7.0esr") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{'exit 3' if not version else f'echo Mozilla Firefox {version}'}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def hasty(playwright: Any, stock: tuple[ProxyCapture, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ProxyCapture, Any]]:
    """A Firefox whose tabs have little time to answer."""
    options = launch_options(tmp_path_factory.mktemp("hasty"), patience=5.0)
    if not options:
        pytest.skip("it is Playwright's own, which no bridge stands before")
    browser = playwright.firefox.launch(**options)
    yield stock[0], browser
    browser.close()


@driven
def test_a_tab_whose_script_does_not_end_is_closed(hasty: tuple[ProxyCapture, Any], site: Any) -> None:
    site.page("/endless", "<title>endless</title><script>setTimeout(() => { for (;;); }, 300)</script>")
    walked = Walked(*hasty, lambda _: None)
    page = walked.open(site.url + "/endless")
    page.wait_for_timeout(500)
    # Without the watch this would wait for ever.
    with pytest.raises(PlaywrightError):
        page.evaluate("document.title")
    assert page.is_closed()
    walked.walk.barrier()
    [gap] = walked.walk.note_gap()
    assert gap == f"the tab {site.url}/endless did not answer for 5 s: its script did not end; the tab was closed"
    assert walked.open(site.url + "/next").title() == "next"
    walked.finish()
    again = Walked(*hasty, lambda _: None)
    again.open(site.url + "/next")
    assert again.walk.note_gap() == (), "it is of the walk that is over"
    again.finish()


@driven
def test_a_dialog_that_nobody_answers_is_accepted(hasty: tuple[ProxyCapture, Any], site: Any) -> None:
    walked = Walked(*hasty, lambda _: None)
    page = walked.open(site.url + "/next")
    page.on("dialog", lambda _: None)
    assert page.evaluate("confirm('?')") is True
    assert walked.walk.note_gap() == (f"the tab {site.url}/next showed a dialog that nobody answered for 5 s; it was accepted",)
    walked.finish()


@driven
def test_a_page_may_change_its_route_as_often_as_it_may_for_visitors(stock: tuple[ProxyCapture, Any], site: Any) -> None:
    """Without that limit a page that does so without end keeps Playwright busy for ever."""
    walked = Walked(*stock, lambda _: None)
    changed = """() => {
        let done = 0;
        for (let i = 0; i < 1000; i++) try { history.pushState({}, '', '?' + i); done++ } catch {}
        return done;
    }"""
    assert 100 < walked.open(site.url + "/next").evaluate(changed) < 300
    walked.finish()


@driven
def test_a_page_that_is_busy_for_a_while_is_left_alone(hasty: tuple[ProxyCapture, Any], site: Any) -> None:
    walked = Walked(*hasty, lambda _: None)
    page = walked.open(site.url + "/next")
    for _ in range(3):
        assert page.evaluate("() => { const until = Date.now() + 3000; while (Date.now() < until); return document.title }") == "next"
    page.wait_for_timeout(6_000)
    assert walked.walk.note_gap() == ()
    walked.finish()


posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in browsers are shell scripts")


def test_where_there_is_none_it_is_said_how_to_get_one(machine: Path) -> None:
    with pytest.raises(BrowserError, match="none is installed") as error:
        find_firefox()
    assert "playwright install --with-deps firefox" in error.value.mend


@posix
def test_playwrights_own_goes_before_the_systems_and_needs_no_options(machine: Path) -> None:
    system = put(machine / "bin" / "firefox")
    assert find_firefox().path == system
    listed = json.loads((chromium._playwright_package() / "browsers.json").read_text())["browsers"]
    revision = next(each["revision"] for each in listed if each["name"] == "firefox")
    put(machine / "cache" / f"firefox-{revision}" / "firefox" / "firefox", "159.0")
    find_firefox.cache_clear()
    found = find_firefox()
    assert (found.path, found.version, found.source) == (None, "159.0", "playwright")
    assert launch_options(machine) == {}


@posix
def test_one_that_does_not_start_is_passed_over_and_named(machine: Path) -> None:
    put(machine / "bin" / "firefox", "")
    with pytest.raises(BrowserError, match=r"firefox does not start \(exit code 3\)"):
        find_firefox()
    put(machine / "bin" / "firefox-esr")
    assert str(find_firefox()) == f"Firefox 153.7.0 ({machine / 'bin' / 'firefox-esr'})"


@posix
def test_a_named_one_goes_first(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(machine / "bin" / "firefox")
    monkeypatch.setenv(firefox.VARIABLE, str(put(machine / "nightly", "162.0a1")))
    assert (find_firefox().path, find_firefox().source) == (machine / "nightly", "TAGPROOF_FIREFOX")
    find_firefox.cache_clear()
    monkeypatch.setenv(firefox.VARIABLE, "no-such-firefox")
    with pytest.raises(BrowserError, match="names 'no-such-firefox', which does not start"):
        find_firefox()


@posix
def test_a_stock_one_is_started_through_the_bridge(machine: Path) -> None:
    found = FoundBrowser(path=put(machine / "a folder" / "firefox"), name="Firefox", version="153.7.0", source="system")
    options = launch_options(machine, found)
    assert (options["channel"], options["firefox_user_prefs"]) == (firefox.CHANNEL, firefox.PREFERENCES)
    ran = subprocess.run([options["executable_path"]], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "Mozilla Firefox 153.7.0esr\n")
