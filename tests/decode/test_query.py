"""Queries and forms: read without losing a byte."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.decode.query import PLAIN, Prefix, QueryTable, Row, encode, number, unescape

TYPED = QueryTable(
    {"n": Row("value", "Value", "G", "number"), "i": Row("i", kind="integer"), "b": Row("b", kind="boolean"), "j": Row("j", kind="json")},
    (
        Prefix("cd[", "]", label="Custom {}", group="C"),
        Prefix("ep.", kind="text"),
        Prefix("e", field="short_{}"),
        Prefix("epn.", kind="number"),
    ),
)
any_text = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)
WIRE = st.text(st.sampled_from('ab=&%+2Ff5;.[]~é\u20ac "{}') | st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", []),
        ("a=1", [("a", "1", None)]),
        ("a=", [("a", "", None)]),
        ("a", [("a", "", "a")]),
        ("=", [("", "", None)]),
        ("a=1&a=2", [("a", "1", None), ("a", "2", None)]),
        ("a=b=c", [("a", "b=c", None)]),
        ("a=1&&b=2&", [("a", "1", None), ("b", "2", "&b=2&")]),
        ("&&", [("", "", "&&")]),
        ("a=x+y%20z", [("a", "x y z", "x+y%20z")]),
        ("cd%5Ba%5D=1", [("cd[a]", "1", "cd%5Ba%5D=1")]),
        ("a=%C3%A9%E2%82%AC", [("a", "é€", "%C3%A9%E2%82%AC")]),
        ("a=%E9", [("a", "�", "%E9")]),
        ("a=%zz%4", [("a", "%zz%4", None)]),
        ("a=%25", [("a", "%", "%25")]),
        ("a=1;b=2", [("a", "1;b=2", None)]),
    ],
)
def test_plain(text: str, read: list[tuple[str, str, str | None]]) -> None:
    found = PLAIN.read(text)
    assert [(each.name, each.value, each.text) for each in found] == read
    assert encode(found) == text


@pytest.mark.parametrize(
    ("text", "value", "field", "label", "group"),
    [
        ("n=19.98", 19.98, "value", "Value", "G"),
        ("n=19,98", "19,98", "value", "Value", "G"),
        ("b=true", True, "b", None, None),
        ("b=yes", "yes", "b", None, None),
        ("i=1795318139093", 1795318139093, "i", None, None),
        ("i=1.5", "1.5", "i", None, None),
        ("j=%5B1%5D", [1], "j", None, None),
        ("j=%5B1", "[1", "j", None, None),
        ("cd[x]=1", "1", "x", "Custom x", "C"),
        ("epn.v=2", 2, "v", None, None),
        ("ep.v=2", "2", "v", None, None),
        ("ex=2", "2", "short_x", None, None),
        ("e=2", "2", None, None, None),
    ],
)
def test_typed_and_labelled(text: str, value: Any, field: str | None, label: str | None, group: str | None) -> None:
    (found,) = TYPED.read(text)
    assert (found.value, type(found.value), found.field, found.label, found.group) == (value, type(value), field, label, group)
    assert encode([found]) == text


def test_a_typed_value_keeps_its_text_since_a_query_has_no_types() -> None:
    assert [each.text for each in TYPED.read("n=1&n=1.50&n=x")] == ["1", "1.50", None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-1", -1), ("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("007", 7),
        ("12345678901234567890123", 12345678901234567890123),
        ("", ""), ("-", "-"), ("1_0", "1_0"), ("nan", "nan"), ("inf", "inf"), ("1e999", "1e999"), (" 1", " 1"),
        ("0x1", "0x1"), ("\uff11\uff12", "\uff11\uff12"),
        ("1,5", "1,5"),
        ("9" * 2_000, "9" * 2_000),
    ],
)  # fmt: skip
def test_number(text: str, value: Any) -> None:
    assert (number(text), type(number(text))) == (value, type(value))


@any_text
@example("a%3D=a%3D=1")
@example("%61=%61=1")
@example("a=&=a&%&%=%")
@given(WIRE)
def test_parameters_encode_to_the_text_they_were_read_from(text: str) -> None:
    assert encode(PLAIN.read(text)) == text


@any_text
@given(st.lists(st.tuples(st.sampled_from(["n", "i", "b", "j", "cd[x]", "epn.v", "%6E", "cd%5Bx%5D"]), WIRE)))
def test_typed_parameters_encode_to_the_text_they_were_read_from(pairs: list[tuple[str, str]]) -> None:
    text = "&".join(f"{name}={value}" for name, value in pairs)
    assert encode(TYPED.read(text)) == text


@any_text
@given(WIRE)
def test_other_separators_encode_too(text: str) -> None:
    assert encode(QueryTable({}, separator=";").read(text), ";") == text


@any_text
@given(st.text())
def test_unescape_undoes_percent_encoding(text: str) -> None:
    try:
        escaped = "".join(f"%{byte:02X}" for byte in text.encode())
    except UnicodeEncodeError:
        return
    assert unescape(escaped) == text
    assert unescape(escaped.lower()) == text


def test_memory_of_segments_is_bounded() -> None:
    table = QueryTable({})
    for index in range(20_000):
        table.read(f"k{index}=v")
    assert len(table) <= 8_192
    table.read("a=" + "x" * 10_000)
    assert all(len(segment) <= 512 for segment in table)


def test_a_decoded_structure_is_not_shared_between_hits() -> None:
    first, second = TYPED.read("j=[1]")[0].value, TYPED.read("j=[1]")[0].value
    assert first == second
    assert first is not second
