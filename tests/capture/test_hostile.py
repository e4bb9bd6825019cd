"""Hostile pages, walked by a journey: each ends in a verdict, in bounded memory, and says what was cut."""

from __future__ import annotations

import json
import runpy
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error as PlaywrightError

from harness.capture.bounds import BOUNDS, Bounds, Tally
from harness.capture.browser import BrowserCapture
from harness.capture.captured import Body, CapturedRequest, Navigation, Outcome, Push
from harness.capture.cdp import shortened
from harness.capture.traffic import body_of
from harness.capture.websocket import CUT
from harness.journey import settling

if TYPE_CHECKING:
    from collections.abc import Iterator

# One worker makes what all its tests look at.
pytestmark = pytest.mark.xdist_group("hostile")

HOSTILE = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "hostile.py")))

QUICK = (
    "overwrites what the language has", "floods requests", "floods pushes", "sends a compressed bomb", "sends a large body", "opens popups",
    "never ends any script",
)  # fmt: skip
"""Those that are walked here; the benchmark walks all."""


@pytest.fixture(scope="module")
def narrow(chromium: Any) -> Iterator[BrowserCapture]:
    capture = BrowserCapture.attach(chromium, bounds=HOSTILE.LOW)
    yield capture
    capture.close()


@pytest.fixture(scope="module")
def hostile_site() -> Iterator[Any]:
    site = HOSTILE.Site()
    yield site
    site.close()


@pytest.mark.parametrize("name", QUICK)
def test_a_hostile_page_ends_in_a_verdict(
    name: str, chromium: Any, narrow: BrowserCapture, hostile_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "PROOF", 10.0)
    page, low = HOSTILE.PAGES[name], HOSTILE.LOW
    HOSTILE.show(hostile_site, HOSTILE.html_of(page, page.few, 64))
    outcome = HOSTILE.walk(chromium, narrow, hostile_site, tmp_path)
    recording, doubts = outcome.recording, " ".join(each.message for each in outcome.verdict.doubts)
    assert page.cut in doubts
    assert outcome.verdict.state in (("inconclusive", "failed") if page.cut else ("passed", "failed"))
    assert [each.value for each in recording.pushes][:1] == [{"event": "start"}]
    assert any("en=page_view" in each.url for each in recording.requests)
    assert len(recording.requests) <= low.requests
    assert len(recording.pushes) <= low.pushes
    assert all(len(each.body.data) <= low.body for each in recording.requests)
    if name == "overwrites what the language has":
        assert [each.value for each in recording.pushes][1:] == [{"event": "spoilt"}]
    if name == "opens popups":
        assert len({each.page for each in recording.navigations}) <= page.few + 1


def request(number: int = 0, **more: Any) -> CapturedRequest:
    return CapturedRequest(id=f"r{number}", url=f"https://a.test/{number}", **more)


def test_nothing_is_cut_below_the_bounds_and_what_is_beyond_is_counted() -> None:
    tally = Tally(Bounds(requests=3, pushes=2, navigations=1))
    kept = [tally.keeps(request(number)) for number in range(3)]
    kept += [tally.keeps(Push(id=f"d{number}", source="dataLayer", value=1)) for number in range(2)]
    kept.append(tally.keeps(Navigation(page="p1", url="https://a.test/")))
    assert (kept, tally.words()) == ([True] * 6, [])
    assert not tally.keeps(request(4))
    assert not tally.keeps(replace(request(5), url="https://b.test:8443/x"))
    assert not tally.keeps(request(6))
    assert not tally.keeps(Push(id="d9", source="gtag", value=1, kind="call"))
    assert not tally.keeps(Navigation(page="p1", url="https://a.test/2"))
    assert tally.keeps(Outcome(request="r1", state="delivered"))
    tally.left_out("one", "p1's documents", 40)
    tally.left_out("one", "p1's documents", 70)
    tally.left_out("two", "p1's documents", 5)
    assert not tally.one_too_many(40, by_page=True)
    assert tally.one_too_many(41, by_page=False)
    assert tally.words() == [
        "3 requests were not kept (2 to a.test, 1 to b.test:8443): no more than 3 of one walk are",
        "76 pushes and calls were not kept (75 of p1's documents, 1 of gtag): no more than 2 of one walk are",
        "1 navigations were not kept (1 to a.test): no more than 1 of one walk are",
        "1 tabs were closed soon after they were opened: no more than 40 may be open at once",
    ]


def test_after_too_many_tabs_none_may_be_opened_any_more() -> None:
    tally = Tally(Bounds(tabs=3))
    assert not tally.one_too_many(2, by_page=True)
    for count in range(3):
        assert tally.storm == (count >= 3)
        assert tally.one_too_many(4, by_page=True)
    assert tally.one_too_many(2, by_page=True)
    assert not tally.one_too_many(2, by_page=False)
    (said,) = tally.words()
    assert said.startswith("4 tabs were closed soon after they were opened: no more than 3 may be open at once; ")
    assert said.endswith("after as many, all that pages had opened were closed, and what they opened then")


def test_tabs_that_open_tabs_do_not_hold_a_walk_up(chromium: Any, hostile_site: Any) -> None:
    """Each of them opens more, for ever, also while the walk wants to go on."""
    capture = BrowserCapture.attach(chromium, bounds=Bounds(tabs=4))
    entries: list[Any] = []
    HOSTILE.show(hostile_site, HOSTILE.LAND + "<script>setInterval(() => open('/page'), 50)</script>")
    walk = capture.begin(entries.append, lambda _: None, zero=time.monotonic())
    context = chromium.new_context()
    walk.adopt(context)
    page = context.new_page()
    page.goto(hostile_site.url + "/page")
    until = time.monotonic() + 30
    while (not walk.tally.storm or len(context.pages) > 1) and time.monotonic() < until:
        page.wait_for_timeout(20)
    assert len(context.pages) == 1, "all that pages had opened is closed"
    page.goto("about:blank")
    other = context.new_page()
    other.goto(hostile_site.url + "/blank")
    assert not other.is_closed(), "a tab of the test's own stays"
    walk.close()
    context.close()
    capture.close()


def test_a_tab_that_is_one_too_many_does_not_leave_its_driver_waiting(chromium: Any, hostile_site: Any) -> None:
    """Its opener's clock is put forward just then: a driver that is making the new tab ready waits for its answer."""
    capture = BrowserCapture.attach(chromium, bounds=Bounds(tabs=4))
    HOSTILE.show(hostile_site, "<script>setInterval(() => open('/blank'), 200)</script>")
    walk = capture.begin(lambda _: None, lambda _: None, zero=time.monotonic())
    context = chromium.new_context()
    context.clock.install()
    walk.adopt(context)
    page = context.new_page()
    page.goto(hostile_site.url + "/page")
    for _ in range(40):
        with suppress(PlaywrightError):
            context.clock.fast_forward(1000)
        context.cookies()
    assert walk.tally.storm
    walk.close()
    context.close()
    capture.close()


def test_a_tab_that_goes_from_document_to_document_is_closed(chromium: Any, hostile_site: Any) -> None:
    """Of four such tabs that are told so once, one stays open, as it shows another document at that moment."""
    capture = BrowserCapture.attach(chromium)
    HOSTILE.show(hostile_site, "<script>setTimeout(() => location.replace('/page?' + Math.random()))</script>")
    walk = capture.begin(lambda _: None, lambda _: None, zero=time.monotonic())
    context = chromium.new_context()
    walk.adopt(context)
    for _ in range(8):
        page = context.new_page()
        with suppress(PlaywrightError):
            page.goto(hostile_site.url + "/page", timeout=500)
        walk.close_page(page)
        assert page.is_closed()
    walk.close()
    context.close()
    capture.close()


def test_a_walk_holds_no_more_bytes_than_its_bound() -> None:
    tally = Tally(Bounds(kept=3 << 20))
    kept = [tally.keeps(request(number, body=Body.of(bytes(1 << 20)))) for number in range(6)]
    assert kept == [True, True, True, False, False, False]
    assert tally.words() == ["3 requests were not kept (3 to a.test): no more than 3 MB of one walk are"]


def test_a_flood_to_many_hosts_is_told_in_few_words() -> None:
    tally = Tally(Bounds(requests=0))
    for number in range(5_000):
        tally.keeps(replace(request(), url=f"https://{number}.test/"))
    (said,) = tally.words()
    assert said.startswith("5,000 requests were not kept (4,000 to others, ")
    assert len(said) < 500


HUGE = {
    "method": "Fetch.requestPaused",
    "params": {
        "requestId": "interception-job-7.0",
        "request": {
            "url": 'https://a.test/?",\\"postData\\":\\"', "method": "POST", "headers": {"X": ',"postData":"x'}, "postData": "x" * 1_000,
            "hasPostData": True, "postDataEntries": [{"bytes": "eHh4" * 300}, {"bytes": "eHh4" * 300}], "referrerPolicy": "origin",
        },
        "frameId": "F", "resourceType": "Fetch", "networkId": "9.1",
    },
}  # fmt: skip


@pytest.mark.parametrize("head", [400, 900, 2_300, 3_000])
def test_a_request_too_large_to_be_read_keeps_all_but_its_body(head: int) -> None:
    whole = json.dumps(HUGE, separators=(",", ":")).encode()
    message = shortened(whole[:head] + CUT + whole[-300:])
    asked = message["params"].pop("request")
    assert message["params"] == {key: value for key, value in HUGE["params"].items() if key != "request"}
    assert (asked["url"], asked["headers"], asked["referrerPolicy"]) == (
        HUGE["params"]["request"]["url"], {"X": ',"postData":"x'}, "origin",
    )  # fmt: skip
    body = body_of(asked)
    assert (body.state, body.data) == ("partial", b"")
    assert "too large" in body.reason


@pytest.mark.parametrize("text", [b"", b'{"method":"Runtime.bindingCalled","params":{"x":"', b'{"method":"Fetch.requestPaused","params":{'])
def test_another_message_too_large_to_be_read_is_passed_over(text: bytes) -> None:
    assert shortened(text + CUT + b'"}],"a":1}}') == {}


def test_the_bounds_are_far_above_what_a_site_does() -> None:
    assert BOUNDS.requests >= 20_000
    assert BOUNDS.pushes >= 50_000
    assert BOUNDS.body >= 8 << 20
