from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.capture.captured import Body, CapturedRequest
from harness.capture.request_lines import requests_from_lines
from harness.errors import RecordingError


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ('{"url": "https://x.test/?a=1"}', CapturedRequest(id="r0", url="https://x.test/?a=1")),
        ('{"url": "https://x.test/", "body": "a=1"}', CapturedRequest(id="r0", url="https://x.test/", method="POST", body=Body.of(b"a=1"))),
        (
            '{"url": "https://x.test/", "method": "PUT", "body_base64": "AP8="}',
            CapturedRequest(id="r0", url="https://x.test/", method="PUT", body=Body.of(b"\x00\xff")),
        ),
        (
            '{"url": "https://x.test/", "body": {"a": "é"}}',
            CapturedRequest(id="r0", url="https://x.test/", method="POST", body=Body.of('{"a": "é"}'.encode())),
        ),
        ('{"url": "https://x.test/", "body": ""}', CapturedRequest(id="r0", url="https://x.test/", method="POST", body=Body.of(b""))),
        ('{"url": "https://x.test/", "body": null}', CapturedRequest(id="r0", url="https://x.test/", method="POST")),
        (
            '{"url": "https://x.test/", "headers": {"A": "1", "B": ["2", "3"]}}',
            CapturedRequest(id="r0", url="https://x.test/", headers=(("A", "1"), ("B", "2"), ("B", "3"))),
        ),
        (
            '{"url": "https://x.test/", "headers": [["A", "1"], {"name": "B", "value": "2"}]}',
            CapturedRequest(id="r0", url="https://x.test/", headers=(("A", "1"), ("B", "2"))),
        ),
        (
            '{"url": "https://x.test/", "resource_type": "ping", "time": 2, "page_url": "https://s.test/", "other": 1}',
            CapturedRequest(id="r0", url="https://x.test/", resource_type="ping", time=2.0, page_url="https://s.test/"),
        ),
    ],
)
def test_reads_a_line(line: str, request_: CapturedRequest) -> None:
    assert requests_from_lines(line.encode(), "x.jsonl") == [request_]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "is no JSON"),
        ('{"url": "https://x.test/"', "is no JSON"),
        ("[1]", "no object"),
        ('{"method": "GET"}', "has no url"),
        ('{"url": 1}', "has no url"),
        ('{"url": "x", "method": 1}', "method is no text"),
        ('{"url": "x", "body": 1}', "body is no text"),
        ('{"url": "x", "body": "a", "body_base64": "AA=="}', "both body and body_base64"),
        ('{"url": "x", "body_base64": "?"}', "no base64"),
        ('{"url": "x", "headers": "A: 1"}', "headers are neither"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_a_bad_line_is_named(line: str, said: str) -> None:
    data = '{"url": "https://x.test/"}\n\n' + line + '\n{"url": "https://x.test/"}\n'
    with pytest.raises(RecordingError, match=said) as raised:
        requests_from_lines(data.encode(), "x.jsonl")
    assert str(raised.value.place) == "x.jsonl:3"
    assert raised.value.mend


def test_bytes_that_are_no_text_are_named_by_line() -> None:
    with pytest.raises(RecordingError, match="UTF-8") as raised:
        requests_from_lines(b'{"url": "https://x.test/"}\n\xff\n', "x.jsonl")
    assert str(raised.value.place) == "x.jsonl:2"


def test_a_byte_order_mark_blank_lines_and_line_separators_are_no_matter() -> None:
    data = "\ufeff" + '\n{"url": "https://x.test/\u2028a"}\r\n\n{"url": "https://x.test/b"}'
    assert [each.id + each.url[-1] for each in requests_from_lines(data.encode(), "x.jsonl")] == ["r0a", "r1b"]


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_every_line_is_one_request(pairs: list[tuple[str, str]]) -> None:
    data = "\n".join(json.dumps({"url": url, "body": body}) for url, body in pairs)
    found = requests_from_lines(data.encode(), "x.jsonl")
    assert [(each.url, each.body.data.decode("utf-8", "surrogatepass")) for each in found] == pairs


def test_a_stored_request_of_a_recording_is_a_request_line_too() -> None:
    request = CapturedRequest(
        id="r7", url="https://x.test/", method="POST", body=Body.of(b"\xff"), headers=(("A", "1"),), step=2, page_load=1
    )
    assert requests_from_lines(json.dumps(request.to_json()).encode(), "x.jsonl") == [request]


def test_an_empty_file_holds_no_request() -> None:
    assert requests_from_lines(b"", "x.jsonl") == []
