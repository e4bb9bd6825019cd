"""Protocol buffers: the documented examples of the encoding, what no table knows, and bytes that are no message."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.decode.protobuf import Field, NotProtobuf, read_message

_VALUE = {1: Field("string")}
_FIELDS = {
    1: Field("id"),
    2: Field("count", "integer"),
    3: Field("kind", "integer", names=("none", "click")),
    4: Field("properties", "map", _VALUE),
    5: Field("labels", "map"),
    6: Field("tags", repeated=True),
}
_FIELDS[7] = Field("inner", "message", dict(_FIELDS))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", {}),
        (b"\x10\x96\x01", {"count": 150}),
        (b"\x0a\x07testing", {"id": "testing"}),
        (b"\x18\x01", {"kind": "click"}),
        (b"\x18\x09", {"kind": 9}),
        (b"\x22\x09\x0a\x01a\x12\x04\x0a\x02\xc3\xa4", {"properties": {"a": "ä"}}),
        (b"\x22\x05\x0a\x01a\x12\x00", {"properties": {"a": ""}}),
        (b"\x2a\x06\x0a\x01a\x12\x01b", {"labels": {"a": "b"}}),
        (b"\x32\x01x\x32\x01y", {"tags": ["x", "y"]}),
        (b"\x3a\x03\x10\x96\x01", {"inner": {"count": 150}}),
        (b"\x3a\x00", {"inner": {}}),
    ],
)
def test_known_fields_are_named(data: bytes, expected: dict[str, object]) -> None:
    assert read_message(data, _FIELDS) == expected


def test_unknown_fields_are_kept() -> None:
    data = b"\x48\x05\x52\x02ab\x52\x02\xff\x00\x5d\x01\x00\x00\x00\x61\x02\x00\x00\x00\x00\x00\x00\x00"
    assert read_message(data, _FIELDS) == {"$9": 5, "$10": ["ab", "/wA="], "$11": 1, "$12": 2}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x0a\x07test", "cut short"),
        (b"\x10", "cut short"),
        (b"\x10\x96", "cut short"),
        (b"\x10" + b"\xff" * 11, "more than ten bytes"),
        (b"\x00\x01", "field number 0"),
        (b"\x0b", "wire type 3"),
        (b"\x0a\x02\xff\x00", "id is no text"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(NotProtobuf, match=why):
        read_message(data, _FIELDS)


def test_depth_is_bounded() -> None:
    fields: dict[int, Field] = {}
    fields[1] = Field("a", "message", fields)
    data = b""
    for _ in range(40):
        data = b"\x0a" + bytes([len(data)]) + data
    with pytest.raises(NotProtobuf, match="nested deeper than 32 levels"):
        read_message(data, fields)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    try:
        found = read_message(data, _FIELDS)
    except NotProtobuf:
        return
    assert isinstance(found, dict)
    assert bool(found) == bool(data)
