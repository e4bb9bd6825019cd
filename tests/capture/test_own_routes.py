"""What the journey's own routes and replays answer never leaves: it is recorded, and said to be answered by the journey."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture.captured import Answer, CapturedRequest
from harness.capture.chromium import launch_options
from harness.capture.proxy import ProxyCapture, find_mitmdump
from harness.errors import BrowserError
from transports.walked import Walked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("own-routes")


def stub_hits(request: CapturedRequest) -> Answer | None:
    return Answer(200, (("Cache-Control", "no-store"),), b"stub") if "/hit/" in request.url else None


@pytest.fixture(scope="module")
def proxied(playwright: Any) -> Iterator[tuple[ProxyCapture, Any]]:
    try:
        find_mitmdump()
    except BrowserError as error:
        pytest.skip(str(error))
    proxy = ProxyCapture.attach()
    options = launch_options()
    browser = playwright.chromium.launch(**{**options, "args": [*options["args"], *proxy.launch_arguments()]})
    yield proxy, browser
    browser.close()
    proxy.close()


@pytest.fixture(params=["browser", "proxy"])
def begin_either(request: pytest.FixtureRequest) -> Iterator[Callable[[], Any]]:
    begun: list[Any] = []

    def begin() -> Any:
        if request.param == "browser":
            return request.getfixturevalue("walk")(stub_hits)
        begun.append(Walked(*request.getfixturevalue("proxied"), stub_hits))
        return begun[-1]

    yield begin
    for each in begun:
        each.finish()


SEND = {
    "fetch": "await fetch('{hit}', {method: 'POST', body: '{body}'}).catch(() => 0)",
    "get": "await fetch('{hit}').catch(() => 0)",
    "keepalive": "fetch('{hit}', {method: 'POST', body: '{body}', keepalive: true}).catch(() => 0)",
    "beacon": "navigator.sendBeacon('{hit}', '{body}')",
    "blob": "navigator.sendBeacon('{hit}', new Blob(['{body}'], {type: 'text/plain'}))",
    "image": "await new Promise(r => { const i = new Image(); i.onload = i.onerror = r; i.src = '{hit}' })",
    "xhr": "await new Promise(r => { const x = new XMLHttpRequest(); x.open('POST', '{hit}'); x.onloadend = r; x.send('{body}') })",
}


def archive(site: Any, folder: Path, names: list[str]) -> Path:
    """A HAR that answers these addresses."""

    def entry(name: str) -> dict[str, Any]:
        method = "GET" if name in ("get", "image") else "POST"
        return {
            "startedDateTime": "2026-01-01T00:00:00.000Z", "time": 1, "cache": {}, "timings": {"send": 0, "wait": 1, "receive": 0},
            "request": {
                "method": method, "url": f"{site.url}/hit/own/{name}", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
                "queryString": [], "headersSize": -1, "bodySize": -1,
                **({"postData": {"mimeType": "text/plain", "text": name}} if method == "POST" else {}),
            },
            "response": {
                "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [], "redirectURL": "",
                "headersSize": -1, "bodySize": -1, "content": {"size": 4, "mimeType": "text/plain", "text": "mine"},
            },
        }  # fmt: skip

    path = folder / "own.har"
    log = {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": [entry(name) for name in names]}
    path.write_text(json.dumps({"log": log}), encoding="utf-8")
    return path


@pytest.mark.parametrize("how", ["fulfill", "abort", "har"])
def test_it_is_told_by_each_means_of_sending(begin_either: Callable[[], Any], site: Any, tmp_path: Path, how: str) -> None:
    walked = begin_either()
    page = walked.open(site.url + "/next")
    if how == "fulfill":
        walked.context.route("**/hit/own/*", lambda route: route.fulfill(status=201, body="mine"))
    elif how == "abort":
        page.route("**/hit/own/*", lambda route: route.abort())
    else:
        walked.context.route_from_har(archive(site, tmp_path, list(SEND)), url="**/hit/own/*", not_found="abort")
    before = len(site.hits("own"))
    for name, script in SEND.items():
        page.evaluate("async () => { " + script.replace("{hit}", f"/hit/own/{name}").replace("{body}", name) + " }")
    page.evaluate("fetch('/hit/other/x')")
    walked.walk.barrier()
    walked.walk.quiet(0.2, 5)
    told = Counter((each.url.rpartition("/")[2], walked.outcome(each).state) for each in walked.hits("own") if walked.outcome(each))
    assert told == {(name, "answered-by-journey"): 1 for name in SEND}
    assert [walked.outcome(each).state for each in walked.hits("other")] == ["stubbed"]
    read = {each.url.rpartition("/")[2]: each.body for each in walked.hits("own")}
    # Of what the browser's capture never got it has only what its page's own events tell: not what is in a Blob.
    assert all(body.state != "unreadable" or name == "blob" for name, body in read.items())
    assert {name: body.data.decode() for name, body in read.items() if body.state != "unreadable"} == {
        name: "" if name in ("get", "image") else name for name, body in read.items() if body.state != "unreadable"
    }
    assert len(site.hits("own")) == before


def test_a_route_that_lets_through_is_none(begin_either: Callable[[], Any], site: Any) -> None:
    walked = begin_either()
    page = walked.open(site.url + "/next")
    walked.context.route("**/hit/through/continued", lambda route: route.continue_())
    walked.context.route("**/hit/through/fallen", lambda route: route.fallback())
    page.evaluate("Promise.all(['continued', 'fallen'].map(n => fetch('/hit/through/' + n, {method: 'POST', body: n})))")
    walked.walk.barrier()
    assert {each.body.data: walked.outcome(each).state for each in walked.hits("through")} == {
        b"continued": "stubbed", b"fallen": "stubbed",
    }  # fmt: skip


def test_what_a_cache_or_a_service_worker_answers_is_not_the_journeys(begin_either: Callable[[], Any], site: Any) -> None:
    walked = begin_either()
    site.page(
        "/own-sw.js",
        "oninstall = () => skipWaiting(); onactivate = e => e.waitUntil(clients.claim());"
        "onfetch = e => { if (e.request.url.includes('/made/')) e.respondWith(new Response('made')) }",
        "text/javascript",
    )
    page = walked.open(site.url + "/next")
    page.evaluate("async () => { for (const n of [1, 2]) await (await fetch('/kept/x?cache=max-age=60')).text() }")
    page.evaluate(
        "async () => { await navigator.serviceWorker.register('/own-sw.js'); await navigator.serviceWorker.ready;"
        "if (!navigator.serviceWorker.controller) await new Promise(r => { navigator.serviceWorker.oncontrollerchange = r });"
        "await fetch('/hit/made/x', {method: 'POST', body: 'a'}) }"
    )
    walked.walk.barrier()
    walked.walk.quiet(0.2, 5)
    assert "answered-by-journey" not in {each.state for each in walked.entries if type(each).__name__ == "Outcome"}
