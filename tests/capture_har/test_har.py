from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture.captured import Body
from harness.capture.chromium import find_browser, launch_arguments
from harness.capture.har import requests_from_har
from harness.errors import RecordingError

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Playwright


def gzipped(data: bytes) -> bytes:
    """Without the time of writing, which would give every worker another test."""
    return gzip.compress(data, mtime=0)


COLLECT = "https://www.google-analytics.com/g/collect?v=2&tid=G-1"


def entry(
    url: str = COLLECT,
    *,
    method: str = "POST",
    post: Any = None,
    headers: dict[str, str] | None = None,
    size: int = -1,
    status: int = 204,
    **more: Any,
) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/2",
        "bodySize": size,
        "headers": [{"name": name, "value": value} for name, value in (headers or {}).items()],
    }
    if post is not None:
        request["postData"] = post
    response = {"status": status, "headers": [], "redirectURL": "", "content": {}} | more.pop("response", {})
    return {"startedDateTime": "2026-11-22T03:42:00.500Z", "time": 20, "request": request, "response": response} | more


def har(*entries: dict[str, Any], creator: str = "WebInspector", pages: list[Any] | None = None) -> bytes:
    log: dict[str, Any] = {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": list(entries)}
    if pages is not None:
        log["pages"] = pages
    return json.dumps({"log": log}).encode()


@pytest.mark.parametrize(
    ("title", "made", "creator", "body"),
    [
        ("text", entry(post={"mimeType": "text/plain", "text": "en=a&x=é"}), "WebInspector", Body.of("en=a&x=é".encode())),
        ("GET without a body", entry(method="GET", size=0), "WebInspector", Body()),
        ("POST without a body, length told", entry(headers={"content-length": "0"}), "WebInspector", Body()),
        ("POST without a body, size told", entry(size=0), "WebInspector", Body()),
        ("empty text, length 0", entry(post={"mimeType": "", "text": ""}, headers={"content-length": "0"}), "mitmproxy", Body()),
        ("base64 by encoding", entry(post={"text": "AAH/", "encoding": "base64"}), "Proxyman", Body.of(b"\x00\x01\xff")),
        ("base64 by _encoding", entry(post={"text": "AAH/", "_encoding": "base64"}), "Reqable", Body.of(b"\x00\x01\xff")),
        (
            "base64 by comment",
            entry(post={"text": "AAH/", "comment": "Request body is encoded in Base64"}),
            "Charles",
            Body.of(b"\x00\x01\xff"),
        ),
        ("lone surrogates stand for bytes", entry(post={"text": "a\udcffb"}), "mitmproxy", Body.of(b"a\xffb")),
        ("one character a byte", entry(post={"text": "a\xffb"}, headers={"Content-Length": "3"}), "Firefox", Body.of(b"a\xffb")),
        (
            "the charset that fits the length",
            entry(post={"text": "€", "mimeType": "text/plain; charset=windows-1252"}, headers={"Content-Length": "1"}),
            "Firefox",
            Body.of(b"\x80"),
        ),
        (
            "the upload stream's headers",
            entry(post={"text": "Content-Type: text/plain\r\nContent-Length: 3\r\n\r\na=1"}, headers={"Content-Length": "3"}),
            "Firefox",
            Body.of(b"a=1"),
        ),
        (
            "unpacked by the writer",
            entry(post={"text": '{"a":1}'}, headers={"content-encoding": "gzip", "content-length": "29"}),
            "mitmproxy",
            Body.of(b'{"a":1}'),
        ),
        (
            "decoded parameters",
            entry(post={"params": [{"name": "a b", "value": "x&y"}, {"name": "e"}]}),
            "Charles",
            Body("present", b"a+b=x%26y&e", "rebuilt from the HAR's parameters"),
        ),
        (
            "parameters as sent",
            entry(post={"params": [{"name": "a", "value": "x%26y"}]}, headers={"content-length": "7"}),
            "WebInspector",
            Body.of(b"a=x%26y"),
        ),
    ],
)
def test_bodies_that_are_there(title: str, made: dict[str, Any], creator: str, body: Body) -> None:
    assert requests_from_har(har(made, creator=creator), "x.har").requests[0].body == body


@pytest.mark.parametrize(
    ("title", "made", "creator", "state", "reason"),
    [
        ("length without a body", entry(headers={"Content-Length": "12"}), "WebInspector", "unreadable", "12 bytes"),
        ("size without a body", entry(size=9), "WebInspector", "unreadable", "9 bytes"),
        (
            "untyped beacon, text left out",
            entry(post={"mimeType": "application/octet-stream", "text": "", "params": []}, size=40),
            "Playwright",
            "unreadable",
            "40 bytes",
        ),
        ("Playwright tells size 0 of a Blob", entry(size=0), "Playwright", "unreadable", "does not tell"),
        ("nothing is told of a POST", entry(), "WebInspector", "unreadable", "does not tell"),
        ("body's file is gone", entry(post={"_file": "0a1b.bin"}), "Playwright", "unreadable", "0a1b.bin"),
        ("file outside of the folder", entry(post={"_file": "../../../../etc/passwd"}), "Playwright", "unreadable", "not there"),
        ("damaged binary", entry(post={"text": "a\ufffdb"}, headers={"content-length": "3"}), "WebInspector", "partial", "damaged"),
        (
            "damaged and packed",
            entry(post={"text": "\x1f\ufffdb"}, headers={"content-encoding": "gzip"}),
            "WebInspector",
            "partial",
            "damaged",
        ),
        ("cut short", entry(post={"text": "abc"}, headers={"content-length": "9"}), "WebInspector", "partial", "3 of this body's 9"),
        ("no base64 after all", entry(post={"text": "a b", "encoding": "base64"}), "Proxyman", "unreadable", "base64"),
        (
            "a file in a form",
            entry(post={"mimeType": "multipart/form-data; boundary=x", "params": [{"name": "f", "fileName": "a.png"}]}),
            "Charles",
            "partial",
            "rebuilt",
        ),
    ],
)
def test_bodies_that_are_not_there_say_so(title: str, made: dict[str, Any], creator: str, state: str, reason: str) -> None:
    body = requests_from_har(har(made, creator=creator), "x.har").requests[0].body
    assert body.state == state
    assert reason in body.reason


def test_multipart_forms_are_rebuilt() -> None:
    parts = [{"name": "a", "value": "1"}, {"name": "f", "fileName": "b.txt", "contentType": "text/plain", "value": "hi"}]
    body = requests_from_har(har(entry(post={"mimeType": 'multipart/form-data; boundary="x"', "params": parts})), "x.har").requests[0].body
    assert body.data == (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="b.txt"\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x--\r\n'
    )


def test_a_zip_holds_its_bodies() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("har.har", har(entry(post={"_file": "0a1b.bin"}), creator="Playwright"))
        archive.writestr("0a1b.bin", b"\x00\xff")
    assert requests_from_har(packed.getvalue(), "x.zip").requests[0].body == Body.of(b"\x00\xff")


def test_bodies_in_files_beside(tmp_path: Path) -> None:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "0a1b.bin").write_bytes(b"\x00\xff")
    data = har(entry(post={"_file": "resources/0a1b.bin"}), creator="Playwright")
    assert requests_from_har(data, str(tmp_path / "x.har")).requests[0].body == Body.of(b"\x00\xff")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding: str) -> None:
    assert requests_from_har(har(entry()).decode().encode(encoding), "x.har").requests[0].url == COLLECT


@pytest.mark.parametrize(
    ("response", "more", "outcome"),
    [
        ({"status": 204}, {}, ("delivered", 204, "")),
        ({"status": 500}, {}, ("delivered", 500, "")),
        ({"status": 0, "_error": "net::ERR_BLOCKED_BY_CLIENT"}, {}, ("blocked", None, "net::ERR_BLOCKED_BY_CLIENT")),
        ({"status": 0, "_error": "net::ERR_NAME_NOT_RESOLVED"}, {}, ("failed", None, "net::ERR_NAME_NOT_RESOLVED")),
        ({"status": -1, "_failureText": "NS_ERROR_NET_RESET"}, {}, ("failed", None, "NS_ERROR_NET_RESET")),
        (
            {"status": 0, "_error": "net::ERR_BLOCKED_BY_ORB"},
            {},
            ("delivered", None, "its page may not read the answer (net::ERR_BLOCKED_BY_ORB)"),
        ),
        ({"status": 0}, {}, ("unknown", None, "the HAR has no response")),
        ({"status": 200}, {"_fromCache": "memory"}, ("delivered", 200, "answered from the browser's cache")),
    ],
)
def test_outcomes(response: dict[str, Any], more: dict[str, Any], outcome: tuple[Any, ...]) -> None:
    found = requests_from_har(har(entry(response=response, **more)), "x.har").outcomes[0]
    assert (found.state, found.status, found.reason) == outcome


def at(seconds: float, made: dict[str, Any], page: str | None = None, kind: str | None = None) -> dict[str, Any]:
    made["startedDateTime"] = f"2026-11-22T04:42:{seconds:06.3f}+01:00"
    if page:
        made["pageref"] = page
    if kind:
        made["_resourceType"] = kind
    return made


def test_pages_of_chrome_are_loads_of_one_tab_and_stand_for_steps() -> None:
    pages = [
        {"id": "page_1", "title": "https://shop.test/", "startedDateTime": "2026-11-22T03:42:00.000Z"},
        {"id": "page_2", "title": "https://shop.test/cart", "startedDateTime": "2026-11-22T03:42:05.000Z"},
    ]
    traffic = requests_from_har(
        har(
            at(0, entry("https://shop.test/", method="GET", status=200), "page_1", "document"),
            at(1, entry("https://ads.test/frame", method="GET", status=200), "page_1", "document"),
            at(2, entry(), "page_1", "ping"),
            at(5, entry("https://shop.test/cart", method="GET", status=200), "page_2", "document"),
            at(6, entry(), "page_2", "fetch"),
            pages=pages,
        ),
        "x.har",
    )
    assert [(move.url, move.page, move.page_load, move.step) for move in traffic.navigations] == [
        ("https://shop.test/", "p1", 1, 0),
        ("https://shop.test/cart", "p1", 2, 1),
    ]
    assert [(request.time, request.step, request.page_load, request.page_url, request.resource_type) for request in traffic.requests] == [
        (0.0, 0, 1, "https://shop.test/", "document"),
        (1.0, 0, 1, "https://shop.test/", "document"),
        (2.0, 0, 1, "https://shop.test/", "ping"),
        (5.0, 1, 2, "https://shop.test/cart", "document"),
        (6.0, 1, 2, "https://shop.test/cart", "fetch"),
    ]
    assert [(page.url, page.time) for page in traffic.pages] == [("https://shop.test/", 0.0), ("https://shop.test/cart", 5.0)]


def test_pages_of_playwright_are_tabs() -> None:
    def framed(made: dict[str, Any], frame: str) -> dict[str, Any]:
        return made | {"_frameref": frame}

    traffic = requests_from_har(
        har(
            framed(at(0, entry("https://shop.test/", method="GET"), "a", "document"), "f1"),
            framed(at(1, entry("https://ads.test/", method="GET"), "a", "document"), "f2"),
            framed(at(2, entry("https://shop.test/cart", method="GET"), "a", "document"), "f1"),
            framed(at(3, entry("https://other.test/", method="GET"), "b", "document"), "f3"),
            framed(at(4, entry(), "a", "fetch"), "f2"),
            creator="Playwright",
            pages=[{"id": "a", "title": "Shop"}, {"id": "b", "title": "Other"}],
        ),
        "x.har",
    )
    assert [(move.page, move.url, move.page_load) for move in traffic.navigations] == [
        ("p1", "https://shop.test/", 1),
        ("p1", "https://shop.test/cart", 2),
        ("p2", "https://other.test/", 1),
    ]
    last = traffic.requests[-1]
    assert (last.page, last.page_url, last.page_load, last.main_frame) == ("p1", "https://shop.test/cart", 2, False)


def test_an_apps_traffic_has_no_pages() -> None:
    traffic = requests_from_har(har(at(3, entry()), at(1, entry("https://api.test/", method="GET")), creator="Charles Proxy"), "x.har")
    assert (traffic.pages, traffic.navigations) == ([], [])
    assert [(request.id, request.page, request.step) for request in traffic.requests] == [("r0", None, 0), ("r1", None, 0)]
    assert [found.id for found in traffic.entries() if hasattr(found, "url")] == ["r1", "r0"]


def test_redirects_are_chained() -> None:
    hop = entry("https://a.test/x", method="GET", status=302, response={"status": 302, "redirectURL": "/y"})
    traffic = requests_from_har(har(hop, entry("https://a.test/y", method="GET", status=200)), "x.har")
    assert [request.redirected_from for request in traffic.requests] == [None, "r0"]


def test_what_is_not_read_is_said() -> None:
    traffic = requests_from_har(har(entry(_webSocketMessages=[{"data": "a"}, {"data": "b"}])), "x.har")
    assert traffic.notes == ["2 WebSocket messages of the HAR were not read"]


WHOLE = har(*(entry(post={"mimeType": "text/plain", "text": 'en=ä "quoted" \\u0041'}) for _ in range(5)))


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.75, 0.9, 0.99])
def test_a_har_cut_off_anywhere_is_one_clear_error(share: float) -> None:
    with pytest.raises(RecordingError, match="is cut off") as raised:
        requests_from_har(WHOLE[: int(len(WHOLE) * share)], "half.har")
    assert raised.value.place == "half.har"
    assert "again" in raised.value.mend
    assert raised.value.exit_code == 2


def test_a_har_cut_off_at_every_byte_is_an_error() -> None:
    whole = har(entry(post={"text": 'é\\"\u2028'}))
    for end in range(len(whole)):
        with pytest.raises(RecordingError):
            requests_from_har(whole[:end], "half.har")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"{}", "no HAR"),
        (b"[]", "no HAR"),
        (b'{"log": {"entries": {}}}', "no HAR"),
        (b'{"log": {"entries": [1]}}', "entry 1"),
        (b'{"log": {"entries": [{"request": {}}]}}', "entry 1"),
        (b'{"log": nonsense, "entries": [], "more": "and more"}', "no JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"abc \xff\xff\xff and more text", "UTF-8"),
        (b"PK\x03\x04 broken", "zip"),
        (gzipped(b"{}"), "UTF-8"),
        (b"[" * 200_000, "nested|cut off"),
    ],
)
def test_what_is_no_har_is_said(data: bytes, said: str) -> None:
    with pytest.raises(RecordingError, match=said):
        requests_from_har(data, "x.har")


def test_a_zip_without_a_har() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "no")
    with pytest.raises(RecordingError, match=r"one \.har"):
        requests_from_har(packed.getvalue(), "x.zip")


def test_a_har_of_a_real_browser_with_playwright(tmp_path: Path, playwright: Playwright) -> None:
    """What Playwright writes for a beacon, a Blob, a form and a packed body; the truth is what the server got."""
    from threading import Thread

    from flask import Flask, request
    from werkzeug.serving import make_server

    app = Flask(__name__)
    got: dict[str, bytes] = {}

    @app.route("/")
    def index() -> str:
        return "<title>t</title>"

    @app.route("/c/<kind>", methods=["POST"])
    def collect(kind: str) -> str:
        got[kind] = request.get_data()
        return "{}"

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        found = find_browser()
        browser = playwright.chromium.launch(executable_path=found.path, args=launch_arguments(found))
        for name, content in (("embed.har", "embed"), ("attach.zip", "attach")):
            context = browser.new_context(record_har_path=tmp_path / name, record_har_content=content)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.port}/")
            page.evaluate("""async () => {
                await fetch('/c/text', {method: 'POST', body: 'en=a&x=é'});
                await fetch('/c/form', {method: 'POST', body: new URLSearchParams({a: '1 2', b: 'x&y'})});
                await fetch('/c/bytes', {method: 'POST', body: new Uint8Array([0, 255, 1])});
                await fetch('/c/blob', {method: 'POST', body: new Blob(['{"a":1}'], {type: 'application/json'})});
                await fetch('/c/empty', {method: 'POST'});
            }""")
            context.close()
        browser.close()
    finally:
        server.shutdown()
        thread.join()
    for name in ("embed.har", "attach.zip"):
        traffic = requests_from_har((tmp_path / name).read_bytes(), str(tmp_path / name))
        bodies = {each.url.rsplit("/", 1)[1]: each.body for each in traffic.requests if "/c/" in each.url}
        assert set(bodies) == set(got)
        # Whole where the HAR has it; where it has not, that is said: never a wrong body, never a silent none.
        for kind, body in bodies.items():
            assert body.data == got[kind] if body.state in ("present", "absent") else body.state in ("partial", "unreadable"), (
                name,
                kind,
                body,
            )
        assert (bodies["text"].state, bodies["form"].state, bodies["empty"].state) == ("present", "present", "absent"), (name, bodies)
        assert [move.url for move in traffic.navigations] == [f"http://127.0.0.1:{server.port}/"]
    assert base64.b64encode(got["bytes"]) == b"AP8B"
