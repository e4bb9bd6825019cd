"""Capture by a proxy: what it records is what arrived, and nothing arrives that is stubbed."""
# ruff: noqa: E501 (scripts as they run in the page)

from __future__ import annotations

import contextlib
import gzip
import json
import runpy
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error as PlaywrightError

import lean
from harness.capture import proxy as proxies
from harness.capture.bounds import Bounds
from harness.capture.captured import Answer, CapturedRequest
from harness.capture.chromium import find_browser, launch_options
from harness.capture.proxy import ProxyCapture, find_mitmdump
from harness.capture.proxy_walk import ProxyWalk
from harness.errors import BrowserError
from transports.matrix import Matrix, stub
from transports.rows import ASKS_FIRST, Row, rows_of
from transports.walked import Walked as Begun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

try:
    find_mitmdump()
except BrowserError:
    pytest.skip("mitmproxy is not installed", allow_module_level=True)

# One worker makes what all its tests look at.
pytestmark = pytest.mark.xdist_group("proxy")

ROWS = rows_of(find_browser())
ADDON = Path(proxies.__file__).with_name("mitm_addon.py")  # harness.capture.mitm_addon runs where mitmproxy is, not here
ROOT = Path(__file__).parents[2]
STUB = Answer(200, (("Content-Type", "text/plain"),), b"stub")


@pytest.fixture(scope="module")
def proxy() -> Iterator[ProxyCapture]:
    capture = ProxyCapture.attach(insecure=True)
    yield capture
    capture.close()


@pytest.fixture(scope="module")
def proxied(playwright: Any, proxy: ProxyCapture) -> Iterator[Any]:
    options = launch_options()
    browser = playwright.chromium.launch(**{**options, "args": [*options["args"], *proxy.launch_arguments()]})
    yield browser
    browser.close()


@pytest.fixture
def walk(proxied: Any, proxy: ProxyCapture) -> Iterator[Callable[..., Any]]:
    """Begins walks as the browser's capture does, in a context of their own."""
    begun: list[Any] = []

    def begin(answer: Callable[[CapturedRequest], Answer | None] = lambda _: None, **options: Any) -> Any:
        one = Walked(proxy, proxied, answer, options)
        begun.append(one)
        return one

    yield begin
    for each in begun:
        each.finish()


class Walked:
    def __init__(
        self, proxy: ProxyCapture, browser: Any, answer: Callable[[CapturedRequest], Answer | None], options: dict[str, Any]
    ) -> None:
        self.entries: list[Any] = []
        self.walk: ProxyWalk = proxy.begin(self.entries.append, answer, zero=time.monotonic())
        self.context = browser.new_context(**proxy.context_options(), **options)
        self.context.set_default_timeout(15_000)
        self.walk.adopt(self.context)

    def of(self, kind: str) -> list[Any]:
        return [each for each in list(self.entries) if type(each).__name__ == kind]

    def hits(self, marker: str) -> list[CapturedRequest]:
        return [each for each in self.of("CapturedRequest") if f"/hit/{marker}/" in each.url and each.resource_type != "preflight"]

    def outcome(self, request: CapturedRequest) -> Any:
        return next((each for each in self.of("Outcome") if each.request == request.id), None)

    def open(self, url: str) -> Any:
        page = self.context.new_page()
        page.goto(url)
        return page

    def settle(self) -> None:
        self.walk.barrier()
        assert self.walk.quiet(0.3, 15)

    def finish(self) -> None:
        self.walk.close()
        self.context.close()


@pytest.fixture(scope="module")
def begin(proxied: Any, proxy: ProxyCapture) -> Callable[..., Begun]:
    def begin(answer: Callable[[CapturedRequest], Answer | None], sockets: tuple[tuple[str, str], ...] = (), **options: Any) -> Begun:
        return Begun(proxy, proxied, answer, sockets=sockets, options=options)

    return begin


@pytest.fixture(scope="module")
def observed(begin: Callable[..., Begun], site: Any) -> Matrix:
    matrix = Matrix("proxied", begin, site)
    matrix.run(ROWS)
    return matrix


@pytest.fixture(scope="module")
def stubbed(begin: Callable[..., Begun], site: Any) -> Matrix:
    matrix = Matrix("proxy-stub", begin, site, stub)
    matrix.run(STUBBED)
    return matrix


STUBBED = [row for row in ROWS if not row.refused and row.leave in ("", "goto", "close")][::3]
"""A proxy stubs all kinds in one way; ``benchmarks/transports.py`` stubs them all."""


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_captured_is_what_arrived(row: Row, observed: Matrix) -> None:
    assert observed.of(row).faults("proxy") == []
    assert len(observed.arrived(row)) == row.count


@pytest.mark.parametrize("row", STUBBED, ids=str)
def test_what_is_stubbed_is_seen_and_does_not_arrive(row: Row, stubbed: Matrix) -> None:
    assert stubbed.of(row).faults("proxy", stubbed=True) == []
    assert stubbed.arrived(row) == []


def test_a_document_without_a_root_answers(walk: Any, site: Any) -> None:
    one = walk()
    page = one.open(site.url + "/next")
    page.evaluate("document.documentElement.remove()")
    one.walk.barrier()
    assert one.walk.note_gap() == ()


def test_a_refused_request_is_an_error_to_its_page_and_is_not_tried_again(walk: Any, site: Any) -> None:
    one = walk(lambda request: Answer(blocked=True) if "/hit/" in request.url else None)
    page = one.open(site.url + "/")
    said = page.evaluate(
        """async ([near, far]) => Promise.all([
            fetch(near).then(() => 'fetched', () => 'refused'),
            fetch(far, {method: 'POST', mode: 'no-cors', body: 'a'}).then(() => 'fetched', () => 'refused'),
            new Promise(r => { const i = new Image(); i.onload = () => r('loaded'); i.onerror = () => r('refused'); i.src = near + '&as=gif' }),
            new Promise(r => { const w = new WebSocket(near.replace('http', 'ws')); w.onopen = () => r('opened'); w.onerror = () => r('refused') }),
        ])""",
        [f"{site.url}/hit/refused/a?r=1", f"{site.other}/hit/refused/b?r=1"],
    )
    one.settle()
    assert said == ["refused"] * 4
    assert site.hits("refused") == []
    assert len(one.hits("refused")) == 4
    assert {one.outcome(each).state for each in one.hits("refused")} == {"blocked"}


def test_what_asks_first_is_refused_itself_and_told_whole(walk: Any, site: Any) -> None:
    one = walk(lambda request: Answer(blocked=True) if "/hit/" in request.url else None)
    page = one.open(site.url + "/next")
    page.evaluate(ASKS_FIRST, f"{site.other}/hit/asks/")
    page.goto(site.url + "/next?again")
    one.settle()
    told = [(each.url[-1], each.method, each.body.data, each.disposition, one.outcome(each).state) for each in one.hits("asks")]
    assert sorted(told) == [(name, "POST" if name == "b" else "PUT", b'{"a": 1}', "blocked", "blocked") for name in "abc"]
    assert [each for each in site.arrivals if "/hit/asks/" in each.target] == []


def test_hosts_that_do_not_exist_are_stubbed_over_tls_also_while_the_page_is_left(walk: Any, site: Any) -> None:
    one = walk(lambda request: STUB if "vendor.invalid" in request.url else None)
    page = one.open(site.url + "/")
    read = page.evaluate(
        "fetch('https://a.vendor.invalid/c', {method: 'POST', body: '{}', headers: {'x-key': 'k'}, credentials: 'include'}).then(r => r.text())"
    )
    page.evaluate("addEventListener('pagehide', () => navigator.sendBeacon('https://b.vendor.invalid/c', new Blob(['bye'])))")
    page.goto("about:blank")
    one.settle()
    assert read == "stub"
    told = [
        (each.method, urlsplit(each.url).hostname, each.body.data, one.outcome(each).state)
        for each in one.of("CapturedRequest")
        if "vendor" in each.url
    ]
    assert told == [
        ("OPTIONS", "a.vendor.invalid", b"", "stubbed"), ("POST", "a.vendor.invalid", b"{}", "stubbed"),
        ("POST", "b.vendor.invalid", b"bye", "stubbed"),
    ]  # fmt: skip
    assert one.walk.note_gap() == ()


def test_a_dead_host_is_attempted_and_not_delivered(walk: Any, site: Any) -> None:
    one = walk()
    dead = f"http://127.0.0.1:{proxies.free_port('127.0.0.1')}/hit/dead/x"
    one.open(site.url + "/").evaluate("url => fetch(url, {mode: 'no-cors'}).catch(() => 0)", dead)
    one.settle()
    (request,) = one.hits("dead")
    assert one.outcome(request).state == "failed"
    assert one.outcome(request).reason


def test_each_hop_of_a_redirect_is_told_with_the_one_before(walk: Any, site: Any) -> None:
    one = walk()
    page = one.open(site.url + "/")
    last = f"{site.other}/hit/hops/last?as=gif"
    page.evaluate(
        "url => new Promise(r => { const i = new Image(); i.onload = i.onerror = r; i.src = url })", f"{site.url}/hit/hops/first?to={last}"
    )
    one.settle()
    first, second = one.hits("hops")
    assert [first.redirected_from, second.redirected_from] == [None, first.id]
    assert [one.outcome(each).status for each in (first, second)] == [302, 200]


def test_two_that_are_redirected_to_one_address_are_not_told_apart(walk: Any, site: Any) -> None:
    one = walk()
    page = one.open(site.url + "/")
    page.evaluate(
        """([a, b]) => { navigator.sendBeacon(a, 'x'); navigator.sendBeacon(b, 'x') }""",
        [f"{site.url}/hit/same/{name}?status=307&wait=0.3&to=/hit/same/last" for name in "ab"],
    )
    site.wait("same", 4)
    one.settle()
    ends = [each for each in one.hits("same") if urlsplit(each.url).path.endswith("/last")]
    starts = {each.id for each in one.hits("same")} - {each.id for each in ends}
    assert len(ends) == 2
    assert all(each.redirected_from is None or each.redirected_from in starts for each in ends)


def test_what_the_pages_tell_is_told_and_what_nobody_tells_is_not_guessed(walk: Any, site: Any) -> None:
    one = walk()
    site.page("/proxy-told", "<!doctype html><title>t</title><body><iframe srcdoc='<script>fetch(\"/hit/told/frame\")</script>'></iframe>")
    page = one.open(site.url + "/proxy-told")
    page.evaluate("fetch('/hit/told/main')")
    page.evaluate("addEventListener('pagehide', () => navigator.sendBeacon('/hit/told/leaving', 'a'))")
    page.reload()
    page.evaluate("fetch('/hit/told/again')")
    site.wait("told", 5)
    one.settle()
    told = {
        urlsplit(each.url).path.rpartition("/")[2] + str(index): (each.page, each.page_load, each.main_frame)
        for index, each in enumerate(sorted(one.hits("told"), key=lambda each: each.time))
    }
    assert {name.rstrip("01234"): value for name, value in told.items() if "leaving" in name} == {"leaving": (None, None, None)}
    assert {value for name, value in told.items() if name.startswith("main")} == {("p1", 1, True)}
    assert {value for name, value in told.items() if name.startswith("again")} == {("p1", 2, True)}
    assert {value[2] for name, value in told.items() if name.startswith("frame")} == {False}
    assert one.walk.page_id(page) == "p1"


def test_navigations_are_told_with_their_kind(walk: Any, site: Any) -> None:
    one = walk()
    page = one.open(site.url + "/")
    page.evaluate("history.pushState({}, '', '/route')")
    page.evaluate("location.hash = 'part'")
    page.goto(site.url + "/next")
    page.reload()
    page.go_back()
    one.settle()
    assert [(urlsplit(each.url).path, each.kind, each.page_load, each.method) for each in one.of("Navigation")][:5] == [
        ("/", "document", 1, "GET"), ("/route", "history", 1, None), ("/route", "fragment", 1, None), ("/next", "document", 2, "GET"),
        ("/next", "reload", 3, "GET"),
    ]  # fmt: skip
    assert one.of("Navigation")[-1].kind == "back-forward"


def test_a_login_in_an_address_is_not_of_what_is_sent(walk: Any, site: Any) -> None:
    address = site.page("/login", "<script>dataLayer = [1]</script><img src='/hit/login/image?as=gif'><iframe src='/f/login'></iframe>")
    site.page("/f/login", "<script>new Image().src = '/hit/login/frame?as=gif'</script>")
    one = walk()
    page = one.open(address.replace("//", "//staging:se%40cret@"))
    site.wait("login", 2)
    page.goto(site.url + "/next")
    one.settle()
    assert {urlsplit(each.url).path: (each.page, each.page_load) for each in one.hits("login")} == {
        "/hit/login/image": ("p1", 1), "/hit/login/frame": ("p1", 1)
    }  # fmt: skip
    assert {one.outcome(each).state for each in one.of("CapturedRequest")} == {"delivered"}
    assert [(each.url.removeprefix(site.url), each.page_load) for each in one.of("Navigation")] == [("/login", 1), ("/next", 2)]
    assert not [each for each in one.entries if "cret@" in repr(each)]


@pytest.mark.parametrize("slow", [0, 1])
def test_a_request_that_is_sent_again_with_a_login_has_its_page_both_times(walk: Any, site: Any, slow: int) -> None:
    one = walk(http_credentials={"username": "staging", "password": "secret"})
    page = one.open(site.url + "/next")
    page.goto(f"{site.url}/hit/asked-{slow}/x?as=html&login=1&wait={slow}")
    page.evaluate(f"fetch('/hit/asked-{slow}/y?login=1', {{method: 'POST', body: 'a'}}).then(() => 0)")
    one.settle()
    hits = one.hits(f"asked-{slow}")
    assert [(each.method, each.resource_type, each.page, each.page_load, one.outcome(each).status) for each in hits] == [
        ("GET", "document", "p1", 2, 401), ("GET", "document", "p1", 2, 200), ("POST", "fetch", "p1", 2, 200)
    ]  # fmt: skip
    assert one.of("Navigation")[-1].status == 200


def test_a_tab_that_goes_from_document_to_document_is_closed(walk: Any, site: Any) -> None:
    site.page("/loop", "<script>setTimeout(() => location.replace('/loop?' + Math.random()))</script>")
    one = walk()
    for _ in range(6):
        page = one.context.new_page()
        with contextlib.suppress(PlaywrightError):
            page.goto(site.url + "/loop", timeout=700)
        one.walk.close_page(page)
        assert page.is_closed()


def leave_in_the_next_step(one: Any, site: Any, path: str, marker: str, count: int) -> None:
    """Open a page, and leave it once its hits have arrived; in between nothing is asked of the driver."""
    page = one.open(site.url + path)
    site.wait(marker, count)
    one.walk.enter_step(1)
    page.goto("about:blank")
    one.settle()


def test_pushes_are_in_order_with_requests_also_those_made_while_the_page_is_left(walk: Any, site: Any) -> None:
    one = walk()
    site.page(
        "/proxy-pushes",
        "<!doctype html><title>t</title><script>window.dataLayer = [{event: 'before'}]; fetch('/hit/order/1');"
        "setTimeout(() => { dataLayer.push({event: 'between'}); fetch('/hit/order/2') }, 300);"
        "addEventListener('pagehide', () => dataLayer.push({event: 'bye'}))</script>",
    )
    leave_in_the_next_step(one, site, "/proxy-pushes", "order", 2)
    told = [
        each.value["event"] if type(each).__name__ == "Push" else urlsplit(each.url).path[-1]
        for each in one.entries
        if type(each).__name__ == "Push" or (type(each).__name__ == "CapturedRequest" and "/hit/order/" in each.url)
    ]
    assert told == ["before", "1", "between", "2", "bye"]
    assert {(each.page, each.page_load, each.main_frame) for each in one.of("Push")} == {("p1", 1, True)}
    assert [each.step for each in one.of("Push")] == [0, 0, 1]


def test_a_push_that_is_lost_on_its_way_is_told_once_more_when_its_page_is_left(
    walk: Any, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = ProxyWalk._said

    def lossy(self: ProxyWalk, source: dict[str, Any], message: str) -> None:
        if "between" in message:
            raise LookupError("lost")
        take(self, source, message)

    monkeypatch.setattr(ProxyWalk, "_said", lossy)
    one = walk()
    site.page(
        "/proxy-lost",
        "<!doctype html><title>t</title><script>window.dataLayer = [{event: 'before'}]</script>"
        "<script>dataLayer.push({event: 'between'}); fetch('/hit/lost/1')</script>",
    )
    leave_in_the_next_step(one, site, "/proxy-lost", "lost", 1)
    told = [type(each).__name__ for each in one.entries if type(each).__name__ == "Push" or "/hit/lost" in getattr(each, "url", "")]
    assert told == ["Push", "Push", "CapturedRequest"]
    assert [(each.value["event"], each.step, each.page_load) for each in one.of("Push")] == [("before", 0, 1), ("between", 0, 1)]


def test_a_hostile_page_is_kept_within_bounds_that_the_record_names(
    walk: Any, proxy: ProxyCapture, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "bounds", Bounds(requests=50, pushes=30, navigations=5, body=1_000, tabs=3))
    one = walk()
    page = one.open(site.url + "/")
    page.evaluate("fetch('/hit/bound/large', {method: 'POST', body: 'x'.repeat(5000)})")
    page.evaluate("for (let i = 0; i < 10; i++) history.pushState({}, '', '/route' + i)")
    page.evaluate("window.dataLayer = []; for (let i = 0; i < 100; i++) dataLayer.push({event: 'e' + i})")
    page.evaluate("() => Promise.all(Array.from({length: 100}, (_, i) => fetch('/hit/bound/' + i)))")
    for number in range(6):
        page.evaluate(f"void open('/next?{number}')")
    one.settle()
    assert (len(one.of("CapturedRequest")), len(one.of("Push")), len(one.of("Navigation"))) == (50, 30, 5)
    assert {each.request for each in one.of("Outcome")} == {each.id for each in one.of("CapturedRequest")}
    (large,) = [each for each in one.hits("bound") if each.url.endswith("/large")]
    assert (large.body.state, large.body.data, large.body.reason) == ("partial", b"x" * 1_000, "cut to the first 1,000 of 5,000 bytes")
    assert (large.page, large.page_load) == ("p1", 1)
    assert one.context.pages == [page]
    assert not one.context.new_page().is_closed()
    gaps = " ".join(one.walk.note_gap())
    for said in (
        "requests were not kept",
        "70 pushes and calls were not kept",
        "navigations were not kept",
        "4 tabs were closed soon after",
    ):
        assert said in gaps, gaps
    assert len(site.hits("bound")) == 101


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("never ends its script", "its script did not end; it was stopped, and the page left"),
        pytest.param("alerts in a loop", "could not be stopped: the tab was closed", marks=pytest.mark.long),
        pytest.param("loops when it is left", "its script did not end; it was stopped, and the page left", marks=pytest.mark.long),
    ],
)
def test_a_page_that_stands_still_ends_in_a_verdict(
    name: str, told: str, proxy: ProxyCapture, proxied: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = SimpleNamespace(**runpy.run_path(str(ROOT / "benchmarks" / "hostile.py")))
    monkeypatch.setattr(proxy, "bounds", hostile.LOW)
    with contextlib.closing(hostile.Site()) as site:
        hostile.show(site, hostile.html_of(hostile.PAGES[name], 1, 1))
        outcome = hostile.walk(proxied, proxy, site, tmp_path, **proxy.context_options())
    assert outcome.verdict.state == "inconclusive"
    assert any(f"the tab {site.url}" in each.message and told in each.message for each in outcome.verdict.doubts)


def hello(door: int, host: str) -> socket.socket:
    """A connection by the proxy to a host over TLS, as far as the client's hello and the beginning of the answer."""
    link = socket.create_connection(("127.0.0.1", door), timeout=10)
    link.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    assert b" 200 " in link.recv(4096)
    ours = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), ours, server_hostname=host).do_handshake()
    link.sendall(ours.read())
    assert link.recv(1)
    return link


def ask_over_tls(door: int, host: str, path: str) -> None:
    """One request, as of an app that takes any certificate."""
    link = socket.create_connection(("127.0.0.1", door), timeout=10)
    link.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    assert b" 200 " in link.recv(4096)
    anything = ssl.create_default_context()
    anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
    with anything.wrap_socket(link, server_hostname=host) as secure:
        secure.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert secure.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_connection_given_up_is_no_gap_for_a_client_that_took_the_certificate(walk: Any, proxy: ProxyCapture, site: Any) -> None:
    one = walk(lambda request: STUB if request.url.startswith("https") else None)
    browsers, apps = proxy.door_of(one.context), urlsplit(one.walk.address("app")).port
    assert apps is not None
    for door in (browsers, apps):
        for host in ("taken.test", "never.test"):
            link = hello(door, host)
            assert not one.walk.quiet(0.1, 0.3), "a request may follow a handshake that is underway"
            link.close()
    one.settle()
    assert len(one.walk.note_gap()) == 4
    one.open(site.url + "/").evaluate("fetch('https://taken.test/hit/taken/1', {mode: 'no-cors'})")
    ask_over_tls(apps, "taken.test", "/hit/taken/2")
    one.settle()
    assert sorted(urlsplit(each.url).path for each in one.hits("taken")) == ["/hit/taken/1", "/hit/taken/2"]
    # The app may hold to that host's own certificate; the browser takes any.
    assert one.walk.note_gap() == ("app may not trust the proxy: it left each handshake for never.test",)


def test_a_client_that_says_that_it_does_not_trust_the_proxy_is_a_gap(walk: Any, proxy: ProxyCapture) -> None:
    one = walk()
    link = socket.create_connection(("127.0.0.1", proxy.door_of(one.context)), timeout=10)
    link.sendall(b"CONNECT pinned.test:443 HTTP/1.1\r\nHost: pinned.test:443\r\n\r\n")
    assert b" 200 " in link.recv(4096)
    with pytest.raises(ssl.SSLError), link:
        ssl.create_default_context().wrap_socket(link, server_hostname="pinned.test")
    one.settle()
    (gap,) = one.walk.note_gap()
    assert "did not take the proxy's certificate for pinned.test" in gap


def test_two_walks_at_once_do_not_mix(walk: Any, site: Any) -> None:
    one, other = walk(), walk()
    pages = {name: each.open(site.url + "/") for name, each in (("one", one), ("other", other))}
    for index in range(5):
        for name, page in pages.items():
            page.evaluate("url => { fetch(url); navigator.sendBeacon(url + '&b=1', 'x') }", f"{site.url}/hit/two-{name}/{index}?r=1")
    for name in pages:
        site.wait(f"two-{name}", 10)
    one.settle()
    other.settle()
    assert [len(one.hits("two-one")), len(one.hits("two-other"))] == [10, 0]
    assert [len(other.hits("two-other")), len(other.hits("two-one"))] == [10, 0]


def test_what_an_app_or_a_backend_sends_is_part_of_the_walk(walk: Any, site: Any) -> None:
    one = walk()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": one.walk.address("shop-backend")}))
    body = gzip.compress(b"v=2&en=purchase")
    asked = urllib.request.Request(f"{site.url}/hit/server/mp?r=1", data=body, headers={"Content-Encoding": "gzip"})
    with opener.open(asked, timeout=10) as answer:
        assert answer.status == 200
    one.walk.barrier()
    (request,) = one.hits("server")
    assert (request.context, request.page, request.page_load, request.body.data) == ("shop-backend", None, None, body)
    assert [each.body for each in site.hits("server")] == [body]


def test_what_a_browser_asks_for_its_own_sake_is_not_the_sites(walk: Any, site: Any) -> None:
    one = walk()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": one.walk.address()}))
    own = {"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "no-cors"}
    for name, headers in (("autofill", own), ("page", {**own, "Sec-Fetch-Site": "same-origin"})):
        opener.open(urllib.request.Request(f"{site.url}/hit/own/{name}?r=1", headers=headers), timeout=10).close()
    one.walk.barrier()
    assert len(site.hits("own")) == 2
    assert [urlsplit(each.url).path for each in one.hits("own")] == ["/hit/own/page"]


@pytest.mark.skipif(find_browser().shell, reason="the headless shell fetches nothing in the background")
@pytest.mark.parametrize("stubbed", [False, True])
def test_what_a_site_has_fetched_in_the_background_is_the_sites(walk: Any, site: Any, stubbed: bool) -> None:
    marker = f"in-the-background-{stubbed}"
    walked = walk(stub if stubbed else lambda _: None)
    site.page("/background.js", "onbackgroundfetchsuccess = () => 1", "text/javascript")
    walked.open(site.url + "/next").evaluate(
        "([near, far]) => navigator.serviceWorker.register('/background.js').then(() => navigator.serviceWorker.ready).then(worker =>"
        " worker.backgroundFetch.fetch('x', [new Request(near, {method: 'POST', body: 'abc'}), far])).then(() => 1)",
        [f"/hit/{marker}/x", f"{site.other}/hit/{marker}/y"],
    )
    until = time.monotonic() + 8
    while len(walked.hits(marker)) < 2 and time.monotonic() < until:
        walked.walk.quiet(0.05, 0.5)
    walked.settle()
    posted, got = sorted(walked.hits(marker), key=lambda each: str(each.method), reverse=True)
    assert [(each.method, each.body.data, each.resource_type, each.page) for each in (posted, got)] == [
        ("POST", b"abc", "background-fetch", None),
        ("GET", b"", "background-fetch", None),
    ]
    assert {each.disposition for each in (posted, got)} == {"stubbed" if stubbed else "passed"}
    assert len(site.hits(marker)) == (0 if stubbed else 2)


def test_a_context_that_does_not_go_through_the_proxy_is_refused(proxied: Any, walk: Any) -> None:
    context = proxied.new_context()
    with pytest.raises(BrowserError, match="does not go through the proxy") as refused:
        walk().walk.adopt(context)
    assert "context_options" in refused.value.mend
    context.close()


def test_a_context_belongs_to_one_walk(walk: Any) -> None:
    one, other = walk(), walk()
    one.walk.adopt(one.context)
    with pytest.raises(BrowserError, match="another walk"):
        other.walk.adopt(one.context)


def test_a_proxy_that_dies_is_a_gap(playwright: Any, site: Any) -> None:
    own = ProxyCapture.attach()
    options = launch_options()
    browser = playwright.chromium.launch(**{**options, "args": [*options["args"], *own.launch_arguments()]})
    one = Walked(own, browser, lambda _: None, {})
    one.open(site.url + "/")
    own._process.kill()
    own._process.wait()
    own._thread.join(10)
    one.walk.barrier()
    one.finish()
    browser.close()
    assert any("the proxy was lost" in each for each in one.walk.note_gap())
    with pytest.raises(BrowserError, match="lost"):
        own.begin([].append, lambda _: None, zero=0.0)
    own.close()


def test_without_mitmproxy_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(proxies.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(BrowserError, match="needs mitmproxy") as missing:
        ProxyCapture.attach()
    assert "tagproof[proxy]" in missing.value.mend
    monkeypatch.setenv(proxies.VARIABLE, "no-such-program")
    with pytest.raises(BrowserError, match="no-such-program"):
        find_mitmdump()


def test_a_mitmdump_that_does_not_start_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "mitmdump"
    broken.write_text("#!/bin/sh\necho 'cannot do that' >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv(proxies.VARIABLE, str(broken))
    with pytest.raises(BrowserError, match="cannot do that"):
        ProxyCapture.attach()


@pytest.mark.long
def test_a_journey_of_the_shop_is_judged_as_ever(tmp_path: Path) -> None:
    arguments = ["journeys/test_lead.py", "--tracking-capture", "proxy", "--tracking-reports", str(tmp_path), "--tracking-no-pictures"]
    scenarios = ["--scenario", "baseline", "--scenario", "reload"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *lean.ARGUMENTS, "-q", "-p", "no:cacheprovider", *arguments, *scenarios],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    walks = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))["walks"]
    assert [(walk["scenario"], walk["state"], walk["backend"]) for walk in walks] == [
        ("baseline", "passed", "proxy"), ("reload", "passed", "proxy"),
    ]  # fmt: skip


def test_the_addon_needs_nothing_of_this_environment() -> None:
    assert "harness" not in "".join(line for line in ADDON.read_text(encoding="utf-8").splitlines() if "import" in line)
