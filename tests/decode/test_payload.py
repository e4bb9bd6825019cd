"""Bodies opened layer by layer."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any
from urllib.parse import quote

import brotli
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.capture.captured import Body, CapturedRequest
from harness.decode.payload import from_base64, open_bytes, open_text, raw_body, read_body


def gzipped(data: bytes) -> bytes:
    """Without the time of writing, which would give every worker another test."""
    return gzip.compress(data, mtime=0)


EVENT = {"event": "purchase", "name": "Käufe €", "value": 19.98}
TEXT = json.dumps(EVENT, ensure_ascii=False, separators=(",", ":"))
RAW = TEXT.encode()
JSON = "application/json"


def standard(data: bytes) -> bytes:
    return base64.b64encode(data)


@pytest.mark.parametrize(
    ("data", "headers", "layers"),
    [
        (RAW, {"Content-Type": JSON}, ()),
        (b"\xef\xbb\xbf  " + RAW, {}, ()),
        (gzipped(RAW), {"Content-Encoding": "gzip"}, ("gzip",)),
        (gzipped(RAW), {}, ("gzip",)),
        (RAW, {"Content-Encoding": "gzip"}, ()),
        (zlib.compress(RAW), {"content-encoding": "deflate"}, ("deflate",)),
        (zlib.compress(RAW), {}, ("deflate",)),
        (brotli.compress(RAW), {"Content-Encoding": "br"}, ("br",)),
        (zstandard.compress(RAW), {"Content-Encoding": "zstd"}, ("zstd",)),
        (zstandard.compress(RAW), {}, ("zstd",)),
        (gzipped(zlib.compress(RAW)), {"Content-Encoding": "deflate, gzip"}, ("gzip", "deflate")),
        (standard(RAW), {}, ("base64",)),
        (standard(RAW).rstrip(b"="), {}, ("base64",)),
        (base64.urlsafe_b64encode(RAW), {}, ("base64",)),
        (standard(gzipped(RAW)), {"Content-Type": "text/plain"}, ("base64", "gzip")),
        (gzipped(standard(RAW)), {}, ("gzip", "base64")),
        (quote(TEXT).encode(), {}, ("escaped",)),
        (json.dumps(TEXT).encode(), {}, ("quoted",)),
        (json.dumps(standard(RAW).decode()).encode(), {}, ("quoted", "base64")),
        (standard(quote(TEXT).encode()), {}, ("base64", "escaped")),
    ],
)
def test_layers(data: bytes, headers: dict[str, str], layers: tuple[str, ...]) -> None:
    payload = read_body(CapturedRequest(id="1", url="https://x.example/", headers=tuple(headers.items()), body=Body.of(data)))
    assert (payload.shape, payload.value, payload.problem) == ("json", EVENT, "")
    assert payload.layers == layers


def test_lines_of_json() -> None:
    payload = open_text(f"{TEXT}\r\n\n{TEXT}\n")
    assert (payload.shape, [value for value, _ in payload.documents]) == ("lines", [EVENT, EVENT])


@pytest.mark.parametrize(
    ("data", "content_type", "form"),
    [
        (b"a=1&b=%C3%A9", "application/x-www-form-urlencoded", [("a", "1"), ("b", "é")]),
        (b"a=1&b=%C3%A9", "text/plain;charset=UTF-8", [("a", "1"), ("b", "é")]),
        (b"flag", "application/x-www-form-urlencoded", [("flag", "")]),
        (b"data=" + standard(RAW), "", [("data", standard(RAW).decode().replace("+", " "))]),
        (
            (b'--b1\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n2\r\n--b1\r\nContent-Type: text/plain\r\n'
            b'content-disposition: form-data; name="f"; filename="f.txt"\r\n\r\n\xc3\xa9\r\n--b1--\r\n'),
            'multipart/form-data; boundary="b1"', [("a", "1\r\n2"), ("f", "é")],
        ),
        (b'--b2\nContent-Disposition: form-data; name="a"\n\n1\n--b2--\n', "", [("a", "1")]),
    ],
)  # fmt: skip
def test_forms(data: bytes, content_type: str, form: list[tuple[str, str]]) -> None:
    payload = open_bytes(data, content_type=content_type)
    assert [(each.name, each.value) for each in payload.form()] == form


def test_a_file_in_a_form_keeps_its_bytes() -> None:
    data = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\nContent-Type: image/png\r\n\r\n\xff\x00\r\n--b--'
    payload = open_bytes(data, content_type="multipart/form-data; boundary=b")
    assert [(each.name, each.filename, each.content_type, each.data) for each in payload.parts] == [
        ("f", "x.bin", "image/png", b"\xff\x00")
    ]
    assert base64.b64decode(payload.form()[0].text or "") == b"\xff\x00"


@pytest.mark.parametrize(
    ("data", "headers", "shape", "problem"),
    [
        (b"hello", {}, "text", ""),
        (b"{broken", {}, "text", "no JSON"),
        (b"\xff\xfe\x00", {}, "binary", "no text"),
        (gzipped(RAW)[:-9], {"Content-Encoding": "gzip"}, "binary", "gzip"),
        (b"a", {"Content-Type": "multipart/form-data; boundary=b"}, "text", "boundary"),
        (b"\xff", {"Content-Encoding": "snappy"}, "binary", "snappy"),
        (b"H\xe6\x00\x00\x00\x00\x00", {}, "binary", "invalid stored block lengths"),
    ],
)
def test_what_cannot_be_opened_says_why(data: bytes, headers: dict[str, str], shape: str, problem: str) -> None:
    request = CapturedRequest(id="1", url="https://x.example/", headers=tuple(headers.items()), body=Body.of(data))
    payload = read_body(request)
    assert payload.shape == shape
    assert problem in payload.problem
    raw = raw_body(request).value
    assert data in (raw.encode(), base64.b64decode(raw) if "base64" in (raw_body(request).label or "") else raw.encode())


@pytest.mark.parametrize(("body", "shape"), [(Body(), "absent"), (Body.of(None), "absent"), (Body.of(b""), "absent")])
def test_no_body(body: Body, shape: str) -> None:
    assert read_body(CapturedRequest(id="1", url="https://x.example/", body=body)).shape == shape


def test_a_partial_body_says_so_and_is_read_for_what_it_holds() -> None:
    payload = read_body(CapturedRequest(id="1", url="https://x.example/", body=Body("partial", b"a=1", "a file")))
    assert (payload.problem, payload.form()[0].value) == ("the body is partial: a file", "1")


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (standard(b"hello world").decode(), b"hello world"), ("aGVsbG8gd29ybGQ", b"hello world"),
        (base64.urlsafe_b64encode(b"\xff\xfe\xfd" * 4).decode(), b"\xff\xfe\xfd" * 4),
        ("short", None), ("not base64 at all", None), ("aGVsbG8gd29ybGQx1", None), ("äöüäöüäöüäöü", None),
    ],
)  # fmt: skip
def test_base64(text: str, data: bytes | None) -> None:
    assert from_base64(text) == data


def test_nesting_is_bounded() -> None:
    data = RAW
    for _ in range(40):
        data = gzipped(data)
    assert open_bytes(data).shape == "binary"
    text = TEXT
    for _ in range(12):
        text = json.dumps(text)
    assert open_text(text).shape == "text"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(
    st.binary(max_size=300) | st.text('{}[]",:=&%+ab1\r\n-', max_size=80).map(str.encode),
    st.sampled_from(["", "application/json", "application/x-www-form-urlencoded", "multipart/x; boundary=b"]) | st.text(max_size=30),
    st.sampled_from(["", "gzip", "deflate, br", "zstd", "x,,gzip"]),
)  # fmt: skip
def test_any_bytes_are_opened(data: bytes, content_type: str, coding: str) -> None:
    payload = open_bytes(data, content_type=content_type, coding=coding)
    payload.form()
    assert payload.shape != "absent"


@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20) | st.integers(), min_size=1),
    st.lists(st.sampled_from("gbqu"), max_size=5),
)
def test_any_nesting_is_undone(value: dict[str, Any], wraps: list[str]) -> None:
    data = json.dumps(value).encode()
    for wrap in wraps:
        match wrap:
            case "g":
                data = gzipped(data)
            case "b":
                data = base64.b64encode(data)
            case "q":
                data = json.dumps(data.decode()).encode() if data[:1] != b"\x1f" else data
            case _:
                data = quote(data.decode()).encode() if data[:1] in b"{[" else data
    assert open_bytes(data).value == value
