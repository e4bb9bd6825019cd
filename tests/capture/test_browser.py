"""Who sent what, from which document load, in which step; and that nothing hangs, mixes or is lost on the way."""

# ruff: noqa: E501
# One row of a table is one line, however long its page is.

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error as PlaywrightError

from harness.capture import traffic
from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.captured import Answer, CapturedRequest
from harness.capture.chromium import find_browser, launch_options
from harness.errors import BrowserError
from transports.rows import ASKS_FIRST
from transports.walked import Walked

if TYPE_CHECKING:
    from collections.abc import Iterator

# One worker makes what all its tests look at.
pytestmark = pytest.mark.xdist_group("attribution")

LOAD_AND_LEAVE = """<!doctype html><title>t</title><script>
navigator.sendBeacon('{hit}', 'load'); addEventListener('pagehide', () => navigator.sendBeacon('{hit}', 'leave'));
</script>"""


def stub_hits(request: CapturedRequest) -> Answer | None:
    return Answer(200) if "/hit/" in request.url else None


def by_load(walked: Any, marker: str) -> Counter[tuple[str | None, int | None, str]]:
    return Counter((each.page, each.page_load, each.body.data.decode()) for each in walked.hits(marker))


@pytest.mark.parametrize("far", [False, True], ids=["own-origin", "vendor"])
@pytest.mark.parametrize("stubbed", [True, False], ids=["stubbed", "observed"])
def test_a_reload_keeps_the_old_load_apart_from_the_new(walk: Any, site: Any, stubbed: bool, far: bool) -> None:
    marker = f"reload-{far}-{stubbed}"
    hit = f"{site.other if far else site.url}/hit/{marker}/x"
    url = site.page(f"/{marker}", LOAD_AND_LEAVE.replace("{hit}", hit))
    walked = walk(stub_hits) if stubbed else walk()
    page = walked.open(url)
    for _ in range(3):
        page.reload()
    page.goto(site.url + "/next")
    assert walked.wait(lambda: len(walked.hits(marker)) == 8)
    expected = {("p1", load, what): 1 for load in (1, 2, 3, 4) for what in ("load", "leave")}
    assert by_load(walked, marker) == expected
    assert {each.page_url for each in walked.hits(marker)} == {url}


@pytest.mark.skipif(find_browser().shell, reason="the headless shell gives frames of other sites no process of their own")
def test_what_was_in_a_frame_goes_with_it(walk: Any, site: Any, capture: BrowserCapture) -> None:
    """The browser tells of a frame of another site that is gone, but not of the frames and workers in it."""
    site.page(
        "/inner-2",
        "<script>new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))).onmessage = () => document.title = 'done'</script>",
    )
    site.page("/inner-1", f"<iframe src='{site.url}/inner-2'></iframe>")
    url = site.page("/outer", f"<iframe src='{site.other}/inner-1'></iframe>")
    walked = walk()
    page = walked.open(url)

    def held() -> Counter[str]:
        walked.walk.barrier()
        return Counter(each.type for each in capture._targets.sessions.values() if capture._targets.walk(each.id) is walked.walk)

    assert walked.wait(lambda: held() == {"page": 1, "iframe": 2, "worker": 1})
    page.goto(site.url + "/next")
    assert walked.wait(lambda: held() == {"page": 1})


def test_leaving_for_another_site_and_back(walk: Any, site: Any) -> None:
    for name, base in {"a": site.url, "b": site.other}.items():
        site.page(f"/leave-{name}", LOAD_AND_LEAVE.replace("{hit}", f"{base}/hit/leaving/x"))
    walked = walk(stub_hits)
    page = walked.open(site.url + "/leave-a")
    page.goto(site.other + "/leave-b")
    page.goto(site.url + "/leave-a")
    page.go_back()
    # A tab that is closed takes with it a page that was left for another site and has not ended yet.
    assert walked.wait(lambda: len(walked.hits("leaving")) == 7)
    page.close()
    assert walked.wait(lambda: len(walked.hits("leaving")) == 8)
    assert by_load(walked, "leaving") == {("p1", load, what): 1 for load in (1, 2, 3, 4) for what in ("load", "leave")}
    urls = {each.page_load: each.page_url for each in walked.hits("leaving")}
    assert urls == {1: site.url + "/leave-a", 2: site.other + "/leave-b", 3: site.url + "/leave-a", 4: site.other + "/leave-b"}
    assert [(each.kind, each.page_load, each.status) for each in walked.navigations] == [
        ("document", 1, 200), ("document", 2, 200), ("document", 3, 200), ("back-forward", 4, 200),
    ]  # fmt: skip


def test_a_page_that_did_not_load_is_not_loaded_again_by_the_browser_itself(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.context.new_page()
    with pytest.raises(PlaywrightError, match="ERR_CONNECTION_REFUSED"):
        page.goto(f"http://127.0.0.1:{site.dead_port}/")
    # Chromium does so after one second.
    assert not walked.wait(lambda: len(walked.requests) > 1, limit=2.0)
    assert len(walked.requests) == 1


def test_navigations_of_the_main_frame(walk: Any, site: Any) -> None:
    site.page("/post", "<form method=post action='/hit/form/x?as=html'><button>go</button></form><iframe src='/next'></iframe>")
    walked = walk()
    page = walked.open(site.url + "/post")
    page.reload()
    page.evaluate("history.pushState({}, '', '/route')")
    page.evaluate("history.replaceState({}, '', '/route?a=1')")
    page.evaluate("location.hash = 'x'")
    page.click("button")
    page.wait_for_url("**/hit/form/**")
    walked.walk.barrier()
    told = [(each.kind, each.page_load, each.method, each.url.removeprefix(site.url)) for each in walked.navigations]
    assert told == [
        ("document", 1, "GET", "/post"), ("reload", 2, "GET", "/post"), ("history", 2, None, "/route"), ("history", 2, None, "/route?a=1"),
        ("fragment", 2, None, "/route?a=1#x"), ("document", 3, "POST", "/hit/form/x?as=html"),
    ]  # fmt: skip


LOGIN = (
    "<script>onpagehide = () => navigator.sendBeacon('/hit/login/bye', 'b'); history.replaceState({}, '', '/login?a=1'); dataLayer = [1]</script>"
    "<img src='/hit/login/image?as=gif'><iframe src='/f/login'></iframe>"
)
LOGIN_FRAME = "<script>new Image().src = '/hit/login/frame'; new WebSocket(`ws://${location.host}/hit/login/socket`)</script>"


def test_a_login_in_an_address_is_not_of_what_is_sent(walk: Any, site: Any) -> None:
    site.page("/login", LOGIN)
    site.page("/f/login", LOGIN_FRAME)
    walked = walk()
    page = walked.open(site.page("/login", LOGIN).replace("//", "//staging:se%40cret@"))
    site.wait("login", 3)
    page.goto(site.url + "/next")
    site.wait("login", 4)
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits("login")) == 4 and all(walked.outcome(each) for each in walked.hits("login")))
    assert {urlsplit(each.url).path.rpartition("/")[2]: (each.page, each.page_load) for each in walked.hits("login")} == dict.fromkeys(
        ("image", "frame", "socket", "bye"), ("p1", 1)
    )
    assert [(each.url.removeprefix(site.url), each.page_load) for each in walked.navigations] == [
        ("/login", 1), ("/login?a=1", 1), ("/next", 2)
    ]  # fmt: skip
    assert not [each for each in walked.entries if "cret@" in repr(each)]


def test_a_request_that_is_sent_again_with_a_login_is_one(walk: Any, site: Any) -> None:
    walked = walk(http_credentials={"username": "staging", "password": "secret"})
    page = walked.open(site.url + "/next")
    page.goto(site.url + "/hit/asked/x?as=html&login=1")
    page.evaluate("fetch('/hit/asked/y?login=1', {method: 'POST', body: 'a'}).then(() => 0)")
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits("asked")) == 2 and all(walked.outcome(each) for each in walked.hits("asked")))
    assert [(each.method, each.page_load, walked.outcome(each).status) for each in walked.hits("asked")] == [
        ("GET", 2, 200),
        ("POST", 2, 200),
    ]
    assert [each.method for each in site.hits("asked")] == ["GET", "GET", "POST"]


def test_a_barrier_puts_what_was_sent_before_it_in_the_step_before(walk: Any, site: Any) -> None:
    walked = walk(stub_hits, layers=("dataLayer",))
    page = walked.open(site.page("/steps", "<script>dataLayer = []</script><body>x"))
    for step in range(1, 31):
        walked.walk.enter_step(step)
        page.evaluate(
            f"navigator.sendBeacon('/hit/steps/x', '{step}'); dataLayer.push({{event: {step}}}); fetch('/hit/steps/x', {{method: 'POST', body: '{step}'}}); 0"
        )
        walked.walk.barrier()
        assert len(walked.hits("steps")) == 2 * step
    assert all(each.step == int(each.body.data) for each in walked.hits("steps"))
    assert [(each.value["event"], each.step) for each in walked.pushes] == [(step, step) for step in range(1, 31)]
    assert walked.walk.note_gap() == ()


def test_pushes_and_requests_keep_their_order(walk: Any, site: Any) -> None:
    walked = walk(stub_hits)
    page = walked.open(site.page("/order", "<script>dataLayer = []</script>"))
    page.evaluate("for (let i = 0; i < 40; i++) { dataLayer.push({i}); fetch('/hit/order/' + i, {method: 'POST', body: '' + i}) }")
    walked.walk.barrier()
    told = [
        entry.value["i"] if hasattr(entry, "value") else -1 - int(entry.body.data)
        for entry in walked.entries
        if entry in walked.pushes or entry in walked.hits("order")
    ]
    assert told == [each for i in range(40) for each in (i, -1 - i)]


def test_two_walks_in_one_browser_never_mix(walk: Any, site: Any) -> None:
    one, two = walk(stub_hits), walk(stub_hits)
    url = site.page(
        "/mixed", LOAD_AND_LEAVE.replace("{hit}", "/hit/mixed/x") + "<script>new SharedWorker('/mixed.js'); window.open('/next')</script>"
    )
    site.page("/mixed.js", "fetch('/hit/mixed/x', {method: 'POST', body: 'worker'})", "text/javascript")
    for walked in (one, two):
        walked.open(url)
    for walked in (one, two):
        assert walked.wait(lambda walked=walked: len(walked.hits("mixed")) == 2)
        walked.walk.close()
        for page in walked.context.pages:
            page.goto("about:blank")
        assert walked.wait(lambda walked=walked: len(walked.hits("mixed")) == 3)
        walked.finish()
    for walked in (one, two):
        assert Counter(each.body.data for each in walked.hits("mixed")) == {b"load": 1, b"leave": 1, b"worker": 1}
        assert {each.context for each in walked.requests} == {walked.walk.key}
    assert site.hits("mixed") == []


def test_what_a_tab_of_no_walk_sends_as_it_goes_is_no_walks(chromium: Any, capture: BrowserCapture, walk: Any, site: Any) -> None:
    """Its last requests may be paused when its target is already gone: then nothing else tells that it was a stranger's."""
    walked = walk(stub_hits)
    walked.open(site.url + "/next")
    stranger = chromium.new_context()
    page = stranger.new_page()
    page.goto(site.url + "/next")
    session = stranger.new_cdp_session(page)
    target = session.send("Target.getTargetInfo")["targetInfo"]["targetId"]
    stranger.close()
    assert walked.wait(lambda: target not in capture._targets.infos)
    late = {
        "requestId": "interception-none",
        "frameId": target,
        "request": {"url": site.url + "/hit/late/x", "method": "POST", "headers": {}},
    }
    capture._take("", "Fetch.requestPaused", late)
    assert capture._traffic.held == []
    walked.walk.barrier()
    assert walked.hits("late") == []
    assert walked.walk.note_gap() == ()


def test_a_context_that_no_walk_adopted_is_left_alone(walk: Any, chromium: Any, site: Any) -> None:
    walked = walk(stub_hits)
    stranger = chromium.new_context()
    page = stranger.new_page()
    page.goto(
        site.page(
            "/stranger", LOAD_AND_LEAVE.replace("{hit}", "/hit/stranger/x") + "<script>dataLayer = []; dataLayer.push({a: 1})</script>"
        )
    )
    site.wait("stranger", 1)
    stranger.close()
    assert len(site.hits("stranger")) >= 1
    assert walked.entries == []


def test_hits_after_the_end_belong_to_the_walk_that_caused_them(walk: Any, site: Any) -> None:
    walked = walk(stub_hits)
    page = walked.open(site.page("/late", LOAD_AND_LEAVE.replace("{hit}", "/hit/late/x")))
    walked.walk.close()
    page.evaluate("fetch('/hit/late/x', {method: 'POST', body: 'after'})")
    page.close()
    assert walked.wait(lambda: len(walked.hits("late")) == 3)
    assert by_load(walked, "late") == {("p1", 1, what): 1 for what in ("load", "after", "leave")}
    assert site.hits("late") == []


def test_a_test_that_blocks_does_not_hold_the_page(walk: Any, site: Any) -> None:
    walked = walk(stub_hits)
    page = walked.open(site.url + "/next")
    page.evaluate("() => { (async () => { for (let i = 0; i < 5; i++) await fetch('/hit/blocks/' + i) })() }")
    assert walked.wait(lambda: len(walked.hits("blocks")) == 5)


def test_a_page_that_is_open_already_is_captured_from_its_adoption_on(capture: BrowserCapture, chromium: Any, site: Any) -> None:
    entries: list[Any] = []
    context = chromium.new_context()
    page = context.new_page()
    page.goto(site.page("/open", "<script>dataLayer = [{first: 1}]</script><iframe src='/next'></iframe>"))
    walked = capture.begin(entries.append, stub_hits, zero=time.monotonic())
    walked.adopt(context)
    walked.barrier()
    page.evaluate("navigator.sendBeacon('/hit/open/x', 'a'); dataLayer.push({second: 1}); 0")
    page.frames[1].evaluate("fetch('/hit/open/x')")
    walked.barrier()
    hits = [each for each in entries if isinstance(each, CapturedRequest)]
    assert sorted((each.method, each.page, each.page_load, each.main_frame) for each in hits) == [
        ("GET", "p1", 1, False),
        ("POST", "p1", 1, True),
    ]
    assert [each.value for each in entries if hasattr(each, "value")] == [{"first": 1}, {"second": 1}]
    walked.close()
    context.close()


def test_a_fault_in_the_answer_or_the_sink_never_hangs_the_page(capture: BrowserCapture, chromium: Any, site: Any) -> None:
    def answer(request: CapturedRequest) -> Answer | None:
        raise ValueError("no answer")

    def sink(entry: Any) -> None:
        raise OSError("disk full")

    walked = capture.begin(sink, answer, zero=time.monotonic())
    context = chromium.new_context()
    walked.adopt(context)
    page = context.new_page()
    page.goto(site.url + "/next")
    assert page.evaluate("fetch('/hit/fault/x').then(r => r.status)") == 200
    gaps = " ".join(walked.note_gap())
    assert "no answer" in gaps
    assert "disk full" in gaps
    walked.close()
    context.close()


OUTCOMES = [
    ("no such host", "fetch('http://nowhere.invalid/hit/out/x', {method: 'POST', body: 'a'}).catch(() => 0)", "POST", b"a", "failed", "NAME_NOT_RESOLVED"),
    ("beacon to no host", "navigator.sendBeacon('http://nowhere.invalid/hit/out/x', 'a')", "POST", b"a", "failed", "NameNotResolved"),
    ("server error", "fetch('/hit/out/x?status=500')", "GET", b"", "delivered", ""),
    ("not readable", "fetch('{other}/hit/out/x?cors=no', {method: 'POST', body: 'a'}).catch(() => 0)", "POST", b"a", "delivered", "MissingAllowOriginHeader"),
    ("preflight refused", "fetch('{other}/hit/out/x?cors=no', {method: 'PUT', body: 'a'}).catch(() => 0)", "PUT", b"a", "failed", "Preflight"),
    ("policy, fetch", "fetch('{other}:81/hit/out/refused', {method: 'POST', body: 'a'}).catch(() => 0)", None, b"", "blocked", "content security policy (connect-src)"),
    ("policy, beacon", "navigator.sendBeacon('http://refused.invalid/hit/out/x', 'a')", None, b"", "blocked", "content security policy (connect-src)"),
    ("policy, image", "new Image().src = 'http://refused.invalid/hit/out/x'", "GET", b"", "blocked", "content security policy (img-src)"),
    ("policy, xhr", "const x = new XMLHttpRequest(); x.open('POST', 'http://refused.invalid/hit/out/x'); x.send('a')", "POST", b"a", "blocked", "content security policy (connect-src)"),
    ("policy, socket", "try { new WebSocket('ws://refused.invalid/hit/out/x') } catch (e) {}", None, b"", "blocked", "content security policy (connect-src)"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "method", "body", "state", "reason"), [row[1:] for row in OUTCOMES], ids=[row[0] for row in OUTCOMES])
def test_what_became_of_a_request(walk: Any, site: Any, script: str, method: str | None, body: bytes, state: str, reason: str) -> None:
    policy = f"connect-src 'self' {site.other} http://nowhere.invalid; img-src 'self'"
    walked = walk()
    page = walked.open(site.page("/outcome", "x", content_security_policy=policy))
    page.evaluate("() => {" + script.replace("{other}:81", "http://localhost:81").replace("{other}", site.other) + "}")
    assert walked.wait(lambda: bool(walked.hits("out")) and walked.outcome(walked.hits("out")[0]) is not None)
    (hit,) = walked.hits("out")
    outcome = walked.outcome(hit)
    assert (hit.method, hit.body.data, outcome.state, outcome.state != "blocked" or hit.disposition == "unknown") == (
        method,
        body,
        state,
        True,
    )
    assert reason in outcome.reason
    assert (hit.page, hit.page_load, hit.main_frame) == ("p1", 1, True)
    assert (hit.body.state == "unreadable") == (method is None)


def test_a_refused_request_is_told_once_each_time(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.page("/twice", "x", content_security_policy="connect-src 'self'; img-src 'self'"))
    page.evaluate(
        "() => { for (let i = 0; i < 3; i++) { navigator.sendBeacon('http://refused.invalid/hit/twice/x?' + i, 'a'); new Image().src = 'http://refused.invalid/hit/twice/i?' + i } }"
    )
    assert walked.wait(lambda: len(walked.hits("twice")) >= 6)
    walked.walk.quiet(0.4, 3)
    assert Counter(each.url.split("/hit/twice/")[1] for each in walked.hits("twice")) == {
        f"{kind}?{i}": 1 for kind in "xi" for i in range(3)
    }


def test_what_asks_first_is_refused_itself_and_told_whole(walk: Any, site: Any) -> None:
    walked = walk(lambda request: Answer(blocked=True) if "/hit/" in request.url else None)
    page = walked.open(site.url + "/next")
    page.evaluate(ASKS_FIRST, f"{site.other}/hit/asks/")
    page.goto(site.url + "/next?again")
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits("asks")) == 3 and all(walked.outcome(each) for each in walked.hits("asks")))
    told = [(each.url[-1], each.method, each.body.data, each.disposition, walked.outcome(each).state) for each in walked.hits("asks")]
    assert sorted(told) == [(name, "POST" if name == "b" else "PUT", b'{"a": 1}', "blocked", "blocked") for name in "abc"]
    assert [each for each in site.arrivals if "/hit/asks/" in each.target] == []


def test_block_refuses_as_an_ad_blocker_does(walk: Any, site: Any) -> None:
    walked = walk(lambda request: Answer(blocked=True) if "/hit/" in request.url else None)
    page = walked.open(site.url + "/next")
    assert page.evaluate("fetch('/hit/block/x').catch(e => e.name)") == "TypeError"
    (hit,) = walked.hits("block")
    assert (hit.disposition, walked.outcome(hit).state) == ("blocked", "blocked")
    assert site.hits("block") == []


ANSWERED = [
    ("fetch with credentials", "fetch('{url}', {method: 'POST', body: '{}', headers: {'content-type': 'application/json', 'x-key': '1'}, credentials: 'include'}).then(r => r.json())", {"status": 1}),
    ("xhr with credentials", "new Promise(r => { const x = new XMLHttpRequest(); x.open('POST', '{url}'); x.withCredentials = true; x.setRequestHeader('x-key', '1'); x.onloadend = () => r(JSON.parse(x.responseText)); x.send('a') })", {"status": 1}),
    ("plain fetch", "fetch('{url}').then(r => r.json())", {"status": 1}),
    ("worker", "new Promise(r => { const w = new Worker(URL.createObjectURL(new Blob([`fetch('{url}', {method: 'PUT', body: 'a'}).then(r => r.json()).then(postMessage, e => postMessage('' + e))`]))); w.onmessage = e => r(e.data) })", {"status": 1}),
    ("sandboxed frame", "new Promise(r => { const f = document.createElement('iframe'); f.sandbox = 'allow-scripts'; onmessage = e => r(e.data); f.srcdoc = `<script>fetch('{url}').then(r => r.json()).then(v => parent.postMessage(v, '*'), e => parent.postMessage('' + e, '*'))</scr` + `ipt>`; document.body.append(f) })", {"status": 1}),
    ("image", "new Promise(r => { const i = new Image(); i.onload = () => r('loaded'); i.onerror = () => r('failed'); i.src = '{url}?gif' })", "loaded"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "read"), [row[1:] for row in ANSWERED], ids=[row[0] for row in ANSWERED])
def test_a_page_takes_the_stub_for_the_vendor(walk: Any, site: Any, script: str, read: Any) -> None:
    gif = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"

    def answer(request: CapturedRequest) -> Answer | None:
        if "vendor.invalid" not in request.url:
            return None
        return (
            Answer(200, (("Content-Type", "image/gif"),), gif)
            if "gif" in request.url
            else Answer(200, (("Content-Type", "application/json"),), b'{"status": 1}')
        )

    walked = walk(answer)
    page = walked.open(site.url + "/next")
    assert page.evaluate("() => " + script.replace("{url}", "https://collect.vendor.invalid/hit/answer/x")) == read
    # The page may have its answer before its own session has told of what it asked.
    assert walked.wait(lambda: len(walked.hits("answer")) == 1)
    preflights = [each for each in walked.requests if each.resource_type == "preflight"]
    assert all(walked.outcome(each).state == "stubbed" for each in [*walked.hits("answer"), *preflights])
    assert len(walked.hits("answer")) == 1


def test_what_the_journey_answers_itself_is_said_to_be_so(walk: Any, site: Any) -> None:
    walked = walk(stub_hits)
    page = walked.context.new_page()
    page.route("**/hit/journey/fulfilled*", lambda route: route.fulfill(status=201, body="mine"))
    page.route("**/hit/journey/aborted*", lambda route: route.abort())
    page.route("**/hit/journey/continued*", lambda route: route.continue_())
    page.goto(site.url + "/next")
    page.evaluate(
        "Promise.all(['fulfilled', 'aborted', 'continued'].map(n => fetch('/hit/journey/' + n, {method: 'POST', body: n}).catch(() => 0)))"
    )
    walked.walk.barrier()
    told = {each.body.data: walked.outcome(each).state for each in walked.hits("journey")}
    assert told == {b"fulfilled": "answered-by-journey", b"aborted": "answered-by-journey", b"continued": "stubbed"}


def test_a_redirect_chain_names_each_hop(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.url + "/next")
    page.evaluate(
        f"fetch('/hit/chain/1?status=307&to={site.other}/hit/chain/2%3Fstatus=308%26to={site.url}/hit/chain/3', {{method: 'POST', body: 'a'}}).catch(() => 0)"
    )
    assert walked.wait(lambda: len(walked.hits("chain")) == 3)
    walked.walk.barrier()
    first, second, third = walked.hits("chain")
    assert [each.redirected_from for each in (first, second, third)] == [None, first.id, second.id]
    assert [walked.outcome(each).status for each in (first, second)] == [307, 308]
    assert [each.body.data for each in (first, second, third)] == [b"a"] * 3


def test_a_cached_answer_is_told_apart(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.url + "/next")
    page.evaluate(
        "fetch('/hit/cached/x?cache=max-age=60').then(r => r.text()).then(() => fetch('/hit/cached/x?cache=max-age=60')).then(r => r.text())"
    )
    walked.walk.barrier()
    assert walked.wait(lambda: all(walked.outcome(each) for each in walked.hits("cached")))
    told = [walked.outcome(each).reason for each in walked.hits("cached")]
    assert len(site.hits("cached")) == told.count("") == 1


def test_the_headers_that_are_added_when_a_request_is_sent_come_with_its_outcome(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.url + "/next")
    page.evaluate("document.cookie = '_ga=GA1.1.111.222'; fetch('/hit/cookie/x', {method: 'POST', body: 'a'}).then(r => r.text())")
    # One that its server hands on to another site has there the cookies of that site, which are none.
    page.evaluate(f"fetch('/hit/handed/x?to={site.other}/hit/handed/end').then(r => r.text())")
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits()) == 3 and all(walked.outcome(each) for each in walked.hits()))
    one, first, second = (walked.outcome(each).completed(each) for each in (*walked.hits("cookie"), *walked.hits("handed")))
    assert one.header("cookie") == first.header("cookie") == "_ga=GA1.1.111.222"
    assert second.header("cookie") is None
    assert [each.header("host") for each in (one, first, second)] == [site.url[7:], site.url[7:], site.other[7:]]
    assert one.header("content-type") == "text/plain;charset=UTF-8"
    assert len({name.lower() for name, _ in one.headers}) == len(one.headers)


def test_a_stubbed_request_was_given_no_headers_by_the_network(walk: Any, site: Any) -> None:
    walked = walk(stub_hits)
    page = walked.open(site.url + "/next")
    page.evaluate("document.cookie = 'a=1'; fetch('/hit/held/x', {method: 'POST', body: 'a'}).then(r => r.text())")
    walked.walk.barrier()
    assert walked.wait(lambda: any(walked.outcome(each) for each in walked.hits("held")))
    assert [walked.outcome(each).headers for each in walked.hits("held")] == [()]


def test_what_a_worker_was_sending_when_it_ended_is_not_awaited(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.url + "/next")
    page.evaluate(
        """() => new Promise(done => {
            const code = "fetch('" + location.origin + "/hit/ended/x?wait=3', {method: 'POST', body: 'a'}); setTimeout(postMessage, 300, 1)";
            const worker = new Worker(URL.createObjectURL(new Blob([code])));
            worker.onmessage = () => { worker.terminate(); done() };
        })"""
    )
    walked.walk.barrier()
    assert walked.wait(lambda: any(walked.outcome(each) for each in walked.hits("ended")), limit=2.0)
    [one] = walked.hits("ended")
    assert (walked.outcome(one).state, walked.outcome(one).reason) == ("unknown", "its worker ended before an answer was seen")
    assert walked.walk.quiet(0.1, 2.0)


def test_the_last_word_of_a_frame_that_was_removed_is_not_held_back(walk: Any, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "UNSEEN", 60.0)
    site.page("/said-last", "<script>onpagehide = () => navigator.sendBeacon('/hit/said-last/x', 'a')</script>")
    walked = walk()
    page = walked.open(site.url + "/next")
    page.evaluate(
        """url => new Promise(done => {
            const frame = document.createElement('iframe');
            frame.src = url; frame.onload = () => { frame.remove(); done() }; document.body.append(frame);
        })""",
        site.other + "/said-last",
    )
    assert walked.wait(lambda: len(walked.hits("said-last")) == 1)
    [one] = walked.hits("said-last")
    assert (one.page, one.page_load, one.main_frame, one.body.data) == ("p1", 1, False, b"a")


AHEAD = """
    onactivate = e => e.waitUntil(Promise.all([clients.claim(), registration.navigationPreload.enable()]));
    onfetch = e => { if (e.request.mode == 'navigate') e.respondWith(e.preloadResponse.then(r => r || fetch(e.request))) };
"""


NEARER = """async urls => {
    for (const url of urls.slice(0, 2)) await fetch(url, {method: 'POST', body: 'a', mode: 'no-cors'}).catch(() => 0);
    await new Promise(done => { const image = new Image(); image.onerror = image.onload = done; image.src = urls[2] });
}"""


def test_what_a_page_from_the_internet_may_not_send_to_a_nearer_network_is_not_delivered(walk: Any, site: Any) -> None:
    site.page("/public", "<p>", content_security_policy="treat-as-public-address")
    walked = walk()
    page = walked.open(site.url + "/public")
    page.evaluate(NEARER, [f"{site.other}/hit/nearer/{name}" for name in "abc"])
    walked.walk.barrier()
    assert walked.wait(lambda: sum(bool(walked.outcome(each)) for each in walked.hits("nearer")) == 3)
    assert site.hits("nearer") == []
    told = [(each.method, each.body.data, walked.outcome(each).state) for each in walked.hits("nearer")]
    assert told == [("POST", b"a", "blocked"), ("POST", b"a", "blocked"), ("GET", b"", "blocked")]
    assert all(walked.outcome(each).reason.startswith("local network access (") for each in walked.hits("nearer"))


@pytest.mark.parametrize(("query", "state"), [("cors=no", "delivered"), ("cors=no&type=a%2Fb", "failed")])
def test_an_answer_that_a_page_may_not_read_was_sent_and_what_its_preflight_forbade_was_not(
    walk: Any, site: Any, query: str, state: str
) -> None:
    walked = walk()
    page = walked.open(site.url + "/next")
    kind = "a/b" if "type=" in query else "text/plain"
    marker = f"unread-{state}"
    page.evaluate(
        "([url, kind]) => fetch(url, {method: 'POST', body: 'a', headers: {'Content-Type': kind}}).catch(() => 1)",
        [f"{site.other}/hit/{marker}/x?{query}", kind],
    )
    walked.walk.barrier()
    assert walked.wait(lambda: bool(walked.hits(marker) and walked.outcome(walked.hits(marker)[0])))
    [one] = walked.hits(marker)
    assert (one.body.data, walked.outcome(one).state) == (b"a", state)
    assert len(site.hits(marker)) == (state == "delivered")


@pytest.mark.parametrize("stubbed", [False, True])
def test_a_document_that_a_service_worker_has_fetched_ahead(walk: Any, site: Any, stubbed: bool) -> None:
    site.page("/ahead.js", AHEAD, "text/javascript")
    walked = walk(stub_hits if stubbed else lambda _: None)
    page = walked.open(site.url + "/next")
    page.evaluate(
        "navigator.serviceWorker.register('/ahead.js').then(() => navigator.serviceWorker.ready)"
        ".then(() => navigator.serviceWorker.controller || new Promise(r => navigator.serviceWorker.oncontrollerchange = r)).then(() => 1)"
    )
    marker = f"ahead-{stubbed}"
    page.goto(f"{site.url}/hit/{marker}/x?as=html")
    walked.walk.barrier()
    assert walked.wait(lambda: any(walked.outcome(each) for each in walked.hits(marker)))
    [one] = walked.hits(marker)
    assert (one.method, one.disposition, walked.outcome(one).state, walked.outcome(one).status) == ("GET", "passed", "delivered", 200)
    assert len(site.hits(marker)) == 1
    # The browser does not let it be paused.
    assert ["navigation preload could not be stubbed" in gap for gap in walked.walk.note_gap()] == [True] * stubbed


@pytest.mark.parametrize("stubbed", [False, True])
def test_a_webtransport_session_is_told(walk: Any, site: Any, stubbed: bool) -> None:
    walked = walk(stub_hits if stubbed else lambda _: None)
    page = walked.open(site.url + "/next")
    page.evaluate("url => new WebTransport(url).ready.catch(() => 0)", site.safe + "/hit/transport/x")
    walked.walk.barrier()
    assert walked.wait(lambda: any(walked.outcome(each) for each in walked.hits("transport")))
    [one] = walked.hits("transport")
    assert (one.method, one.resource_type, one.page, one.body.state) == ("CONNECT", "webtransport", "p1", "unreadable")
    assert (walked.outcome(one).state, walked.outcome(one).reason) == ("failed", "closed before it was open")
    assert ["a WebTransport session could not be held back" in gap for gap in walked.walk.note_gap()] == [True] * stubbed


def test_a_websocket_is_told_with_what_is_said_over_it_and_a_stub_that_did_not_know_of_it_says_so(walk: Any, site: Any) -> None:
    walked = walk(stub_hits)
    page = walked.open(site.url + "/next")
    walked.walk.enter_step(1)
    said = "new Promise(r => { const s = new WebSocket(url); s.onopen = () => { s.send('one'); s.send('a'.repeat(100000)); s.close() }; s.onclose = r })"
    page.evaluate(f"url => {said}", f"ws://127.0.0.1:{site.port}/hit/socket/x")
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits("socket")) == 3)
    first, *messages = walked.hits("socket")
    assert (first.method, first.resource_type, first.page, first.page_load, first.header("upgrade")) == (
        "GET",
        "websocket",
        "p1",
        1,
        "websocket",
    )
    assert walked.outcome(first).state == "delivered"
    assert [(each.method, each.resource_type, each.page, each.page_load, each.step) for each in messages] == [
        (None, "websocket-message", "p1", 1, 1)
    ] * 2
    assert [each.body.data for each in messages] == [b"one", b"a" * 100_000] == [each.body for each in site.hits("socket")[1:]]
    assert [walked.outcome(each).state for each in messages] == ["unknown", "unknown"]
    assert any("a WebSocket could not be held back" in gap and "/hit/socket/x" in gap for gap in walked.walk.note_gap())


SOCKETS = (("*", "/hit/*"),)
OPEN = "url => new Promise(r => { const s = new WebSocket(url); s.onopen = () => { s.close(); r('open') }; s.onerror = () => r('error') })"


@pytest.mark.parametrize("blocked", [False, True])
def test_a_websocket_that_a_vendor_would_be_answered_for_is_not_opened(walk: Any, site: Any, blocked: bool) -> None:
    walked = walk(
        lambda request: Answer(blocked=blocked) if "/hit/vendor/" in request.url else None, sockets=(("127.0.0.1", "/hit/vendor/*"),)
    )
    page = walked.open(site.url + "/next")
    assert page.evaluate(OPEN, f"ws://127.0.0.1:{site.port}/hit/vendor/x?a=1") == "error"
    assert page.evaluate(OPEN, f"ws://127.0.0.1:{site.port}/hit/own/x") == "open"
    assert page.evaluate("fetch('/hit/own/y').then(() => navigator.onLine)")
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits("vendor")) == 1 and walked.outcome(walked.hits("vendor")[0]))
    [one] = walked.hits("vendor")
    state = "blocked" if blocked else "stubbed"
    assert (one.disposition, walked.outcome(one).state, one.page, one.resource_type) == (state, state, "p1", "websocket")
    assert "refused before it was opened" in walked.outcome(one).reason
    assert site.hits("vendor") == []
    assert walked.walk.note_gap() == ()


SHARED = """
const told = (s) => new Promise(r => {
  const seen = [];
  s.onopen = () => { seen.push('open'); s.close() };
  s.onerror = () => seen.push('error');
  s.onclose = e => r([...seen, e.code]);
});
onconnect = async ({ports: [port]}) => {
  const said = {wrong: []}, vendor = new WebSocket(VENDOR, ['a', 'b']);
  said.itself = [vendor.url, vendor instanceof WebSocket, vendor.constructor === WebSocket, vendor.protocol, vendor.readyState];
  said.vendor = await told(vendor);
  said.own = (await told(new WebSocket(OWN))).slice(0, 1);
  said.relative = await told(new WebSocket('/hit/shared/relative#x'));
  said.derived = await told(new (class extends WebSocket {})(VENDOR + '/derived'));
  for (const wrong of [[], ['nonsense:'], [VENDOR, ['a', 'a']]]) {
    try { new WebSocket(...wrong) } catch (error) { said.wrong.push(error.name) }
  }
  port.postMessage(said);
};
"""
ASK = "name => new Promise(r => new SharedWorker(name).port.onmessage = e => r(e.data))"


def test_a_shared_worker_opens_no_socket_to_a_vendor_and_does_not_notice(walk: Any, site: Any) -> None:
    walked = walk(lambda request: Answer() if "/hit/shared/" in request.url else None, sockets=(("127.0.0.1", "/hit/shared/*"),))
    at = f"ws://127.0.0.1:{site.port}/hit"
    site.page("/w/shared", SHARED.replace("VENDOR", f"'{at}/shared/x'").replace("OWN", f"'{at}/own/x'"), "text/javascript")
    page = walked.open(site.url + "/next")
    assert page.evaluate(ASK, "/w/shared") == {
        "itself": [f"{at}/shared/x", True, True, "", 0], "vendor": ["error", 1006], "own": ["open"], "relative": ["error", 1006],
        "derived": ["error", 1006], "wrong": ["TypeError", "SyntaxError", "SyntaxError"],
    }  # fmt: skip
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits("shared")) == 3 and all(walked.outcome(each) for each in walked.hits("shared")))
    assert [(urlsplit(each.url).path, each.resource_type, each.disposition, walked.outcome(each).state) for each in walked.hits("shared")] == [
        (f"/hit/shared/{name}", "websocket", "stubbed", "stubbed") for name in ("x", "relative", "x/derived")
    ]  # fmt: skip
    assert walked.walk.note_gap() == ()
    assert site.hits("shared") == []


def test_a_shared_workers_socket_that_its_policy_would_refuse_is_told_by_its_true_address(walk: Any, site: Any) -> None:
    walked = walk(lambda request: Answer() if "/hit/strict/" in request.url else None, sockets=(("127.0.0.1", "/hit/strict/*"),))
    url = f"ws://127.0.0.1:{site.port}/hit/strict/x"
    script = f"onconnect = e => {{ const s = new WebSocket('{url}'); s.onerror = () => e.ports[0].postMessage('error') }}"
    site.page("/w/strict", script, "text/javascript", content_security_policy="connect-src 'self'")
    assert walked.open(site.url + "/next").evaluate(ASK, "/w/strict") == "error"
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits("strict")) == 1 and walked.outcome(walked.hits("strict")[0]))
    [one] = walked.hits("strict")
    assert (one.url, walked.outcome(one).state) == (url, "blocked")
    assert "content security policy" in walked.outcome(one).reason
    assert walked.walk.note_gap() == ()


@pytest.mark.parametrize("where", ["dead", "safe"])
def test_a_socket_that_nobody_named_and_that_got_no_further_than_the_network_is_a_gap(walk: Any, site: Any, where: str) -> None:
    walked = walk(stub_hits)
    page = walked.open(site.url + "/next")
    assert page.evaluate(OPEN, f"{getattr(site, where).replace('http', 'ws')}/hit/far-{where}/x") == "error"
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits(f"far-{where}")) == 1 and walked.outcome(walked.hits(f"far-{where}")[0]))
    [one] = walked.hits(f"far-{where}")
    assert (one.disposition, walked.outcome(one).state) == ("passed", "failed")
    assert any("could not be held back" in gap and f"/hit/far-{where}/" in gap for gap in walked.walk.note_gap())


def test_a_socket_that_its_page_closes_at_once_is_no_gap(walk: Any, site: Any) -> None:
    walked = walk(stub_hits, sockets=SOCKETS)
    page = walked.open(site.url + "/next")
    page.evaluate("url => { new WebSocket(url).close() }", f"ws://127.0.0.1:{site.port}/hit/hasty/x")
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits("hasty")) == 1 and walked.outcome(walked.hits("hasty")[0]))
    assert walked.walk.note_gap() == ()
    assert site.hits("hasty") == []


def test_sockets_are_held_back_whatever_network_the_journey_emulates(walk: Any, site: Any) -> None:
    walked = walk(stub_hits, sockets=SOCKETS)
    page = walked.open(site.url + "/next")
    slow = page.context.new_cdp_session(page)
    slow.send("Network.emulateNetworkConditions", {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1})
    assert (
        page.evaluate(
            "fetch('/next').then(() => { const at = performance.now(); return fetch('/next').then(() => performance.now() - at) })"
        )
        > 250
    )
    assert page.evaluate(OPEN, f"ws://127.0.0.1:{site.port}/hit/slow/x") == "error"
    walked.context.set_offline(True)
    assert not page.evaluate("navigator.onLine")
    walked.context.set_offline(False)
    assert page.evaluate(OPEN, f"ws://127.0.0.1:{site.port}/hit/slow/y") == "error"
    assert site.hits("slow") == []


@pytest.mark.parametrize(
    ("host", "path", "url", "held"),
    [
        ("t.localhost", "*", "/hit/{}/x?a=1", True),
        ("*.localhost", "/hit/*", "/hit/{}/x", True),
        ("*.t.localhost", "*", "/hit/{}/x", False),
        ("t.localhost.example", "*", "/hit/{}/x", False),
        ("*", "*/collect", "/hit/{}/collect?v=2", True),
        ("*", "*/collect", "/hit/{}/collect/more", False),
        ("*", "/hit/*/s/*.ws", "/hit/{}/s/a.ws", True),
        ("*", "/hit/*/a:b+c(d)", "/hit/{}/a:b+c(d)", True),
        ("[::1]", "*", "/hit/{}/x", False),
    ],
)
def test_which_sockets_are_held_back_is_said_in_globs(walk: Any, site: Any, host: str, path: str, url: str, held: bool) -> None:
    # What no URL can be like spoils none of the others.
    walked = walk(stub_hits, sockets=(("a b<>", "*"), (host, path), ("käufe.example", "/ü*")))
    page = walked.open(site.url + "/next")
    name = f"glob-{secrets.token_hex(4)}"
    got = page.evaluate(OPEN, f"ws://t.localhost:{site.port}{url.format(name)}")
    assert got == ("error" if held else "open")
    assert len(site.hits(name)) == (0 if held else 1)


def test_quiet_waits_for_what_is_under_way_and_no_longer_than_its_limit(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.url + "/next")
    page.evaluate("() => { fetch('/hit/quiet/x?wait=0.6'); setInterval(() => 0, 10) }")
    assert walked.walk.quiet(0.1, 8)
    assert walked.outcome(walked.hits("quiet")[0]).state == "delivered"
    page.evaluate("() => { setInterval(() => fetch('/hit/quiet/y'), 20) }")
    assert not walked.walk.quiet(0.5, 1)
    assert walked.walk.quiet(0.3, 8, lambda request: request.url.endswith("/y"))


def test_a_barrier_does_not_hang_on_a_dialog_or_a_busy_page(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.url + "/next")
    page.on("dialog", lambda dialog: None)
    page.evaluate("() => { setTimeout(() => alert('wait'), 0) }")
    assert walked.wait(lambda: walked.walk.tabs[0].dialog)
    walked.walk.barrier()
    assert "p1 showed a dialog" in " ".join(walked.walk.note_gap())
    busy = walk()
    page = busy.open(site.url + "/next")
    page.evaluate("() => { setTimeout(() => { const until = Date.now() + 6000; while (Date.now() < until); }, 0) }")
    busy.walk.barrier()
    assert "p1 did not answer" in " ".join(busy.walk.note_gap())


def test_a_crash_is_a_gap(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.url + "/next")
    with pytest.raises(Exception, match="crash"):
        page.goto("chrome://crash")
    assert walked.wait(lambda: any("crashed" in each for each in walked.walk.note_gap()))
    walked.walk.barrier()


@pytest.mark.timeout(60)
def test_a_tab_that_has_crashed_is_asked_for_its_name(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.url + "/next")
    with pytest.raises(Exception, match="Timeout"):
        walked.context.new_cdp_session(page).send("Page.crash", timeout=1000)
    assert walked.walk.page_id(page) == "p1"


def test_a_lost_connection_is_a_gap_and_a_new_walk_is_refused(chromium: Any, site: Any) -> None:
    own = BrowserCapture.attach(chromium)
    entries: list[Any] = []
    walked = own.begin(entries.append, stub_hits, zero=time.monotonic())
    context = chromium.new_context()
    walked.adopt(context)
    page = context.new_page()
    page.goto(site.url + "/next")
    walked.barrier()
    own.connection._socket._socket.shutdown(2)
    own.connection.thread.join(5)
    assert "was lost" in " ".join(walked.note_gap())
    assert len([each for each in entries if isinstance(each, CapturedRequest)]) >= 1
    assert page.evaluate("fetch('/hit/lost/x').then(r => r.status)") == 200
    with pytest.raises(BrowserError, match="was lost"):
        own.begin(entries.append, stub_hits, zero=time.monotonic())
    own.close()
    context.close()


def test_a_context_belongs_to_one_walk(walk: Any, capture: BrowserCapture) -> None:
    walked = walk()
    other = capture.begin(lambda _: None, stub_hits, zero=time.monotonic())
    with pytest.raises(BrowserError, match="another walk"):
        other.adopt(walked.context)
    other.close()
    assert walked.context.cookies() == []


def test_tabs_are_named_in_order_of_opening(walk: Any, site: Any) -> None:
    walked = walk()
    one = walked.open(site.url + "/next")
    two = walked.open(site.url + "/next")
    with one.expect_popup() as opened:
        one.evaluate("window.open('/next')")
    assert [walked.walk.page_id(each) for each in (one, two, opened.value)] == ["p1", "p2", "p3"]


@contextmanager
def driver_stopped() -> Iterator[None]:
    """Playwright's own process stands still, as on a busy machine."""
    table = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in table.splitlines()]
    drivers = [int(pid) for pid, parent, *line in rows if parent == str(os.getpid()) and "run-driver" in "".join(line)]
    assert drivers, table
    for driver in drivers:
        os.kill(driver, signal.SIGSTOP)
    try:
        yield
    finally:
        for driver in drivers:
            os.kill(driver, signal.SIGCONT)


def test_a_popup_does_not_run_before_playwright_is_ready_for_it(walk: Any, site: Any) -> None:
    """Else the journey's init scripts and the clock are not in it, and its load is waited for in vain."""
    walked = walk(stub_hits)
    walked.context.add_init_script("window.ready = true")
    page = walked.open(site.url + "/next")
    popup = site.page("/popup", "<script>navigator.sendBeacon('/hit/popup/x', String(window.ready)); dataLayer = [{a: 1}]</script>")
    with page.expect_popup() as opened:
        page.evaluate(f"() => {{ setTimeout(() => open('{popup}'), 200) }}")
        with driver_stopped():
            walked.wait(lambda: walked.hits("popup") != [], limit=1.0)
    opened.value.wait_for_load_state()
    walked.walk.barrier()
    assert [each.body.data for each in walked.hits("popup")] == [b"true"]
    assert [each.value for each in walked.pushes] == [{"a": 1}]


def test_a_flood_is_captured_whole(walk: Any, site: Any) -> None:
    walked = walk(stub_hits)
    page = walked.open(site.url + "/next")
    page.evaluate(
        "async () => { for (let i = 0; i < 1000; i += 50) await Promise.all([...Array(50).keys()].map(j => fetch('/hit/flood/' + (i + j)))) }"
    )
    walked.walk.barrier()
    assert len({each.url for each in walked.hits("flood")}) == len(walked.hits("flood")) == 1000
    assert walked.walk.note_gap() == ()


def test_closing_the_capture_lets_all_go(chromium: Any, site: Any) -> None:
    own = BrowserCapture.attach(chromium)
    walked = own.begin(lambda _: None, stub_hits, zero=time.monotonic())
    context = chromium.new_context()
    walked.adopt(context)
    page = context.new_page()
    page.goto(site.url + "/next")
    own.close()
    assert not any(each is own.connection.thread for each in threading.enumerate())
    assert page.evaluate("fetch('/hit/closed/x').then(r => r.status)") == 200
    context.close()


def test_a_walk_that_is_over_is_forgotten_once_its_context_is_gone(chromium: Any, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.capture.browser.LINGER", 0.0)
    own = BrowserCapture.attach(chromium)
    for _ in range(3):
        walked = own.begin(lambda _: None, stub_hits, zero=time.monotonic())
        context = chromium.new_context()
        walked.adopt(context)
        page = context.new_page()
        page.goto(site.url + "/next")
        page.close()
        walked.close()
        context.close()
    own.begin(lambda _: None, stub_hits, zero=time.monotonic())
    assert len(own.walks) <= 2
    assert {id(walk) for walk in own._targets.walk_of.values()} <= {id(walk) for walk in own.walks}
    own.close()


@pytest.mark.skipif(find_browser().shell, reason="the headless shell has no back/forward cache")
def test_a_page_that_comes_back_from_the_back_forward_cache_is_the_load_that_it_was(playwright: Any, site: Any) -> None:
    options = launch_options()
    browser = playwright.chromium.launch(
        **{**options, "args": [*options["args"], *LAUNCH_ARGS], "ignore_default_args": ["--disable-back-forward-cache"]}
    )
    capture = BrowserCapture.attach(browser)
    walked = Walked(capture, browser, lambda _: None)
    url = site.page(
        "/kept",
        "<!doctype html><title>kept</title><body>kept<script>onpageshow = e => navigator.sendBeacon('/hit/kept/x', e.persisted ? 'back' : 'first');"
        "onpagehide = () => navigator.sendBeacon('/hit/kept/x', 'hide')</script>",
        cache_control="max-age=60",
    )
    site.page("/other", "<!doctype html><title>other</title><body>other", cache_control="max-age=60")
    page = walked.open(url)
    assert walked.wait(lambda: len(walked.hits("kept")) == 1)
    walked.walk.enter_step(1)
    page.evaluate("location.href = '/other'")
    page.wait_for_url("**/other")
    walked.walk.barrier()
    walked.walk.enter_step(2)
    page.evaluate("history.back()")
    site.wait("kept", 3)
    assert walked.wait(lambda: len(walked.hits("kept")) == 3)
    page.evaluate("navigator.sendBeacon('/hit/kept/x', 'after')")
    assert walked.wait(lambda: len(walked.hits("kept")) == 4)
    walked.walk.barrier()
    assert [(each.body.data, each.page_load, each.page_url, each.step) for each in walked.hits("kept")] == [
        (b"first", 1, url, 0), (b"hide", 1, url, 1), (b"back", 1, url, 2), (b"after", 1, url, 2),
    ]  # fmt: skip
    assert [(each.kind, each.page_load) for each in walked.navigations] == [("document", 1), ("document", 2), ("back-forward", 1)]
    walked.finish()
    capture.close()
    browser.close()
