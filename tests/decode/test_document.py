"""JSON documents: nothing a plain parser would drop is dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.decode.document import PLAIN, NotJSON, PathTable, at, parse, text_at
from harness.decode.query import Prefix, Row

any_value = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=200)


def leaves(text: str, table: PathTable = PLAIN) -> list[tuple[str, Any, str | None]]:
    value, notes = parse(text)
    return [(each.name, each.value, each.text) for each in table.read(value, notes)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1}', [("a", 1, None)]),
        ('{"a":{"b":[1,{"c":null}]}}', [("a.b[0]", 1, None), ("a.b[1].c", None, None)]),
        ('{"a":{},"b":[]}', [("a", {}, None), ("b", [], None)]),
        ("{}", [("", {}, None)]),
        ("[1,true]", [("[0]", 1, None), ("[1]", True, None)]),
        ('{"a.b":1,"c[0]":2,"":3,"q\\"":4}', [('["a.b"]', 1, None), ('["c[0]"]', 2, None), ('[""]', 3, None), ('["q\\""]', 4, None)]),
        ('{"a":1,"a":2}', [("a", 1, None), ("a", 2, None)]),
        ('{"a":{"b":1,"b":1.50}}', [("a.b", 1, None), ("a.b", 1.5, "1.50")]),
        ('{"id":12345678901234567890123}', [("id", 12345678901234567890123, None)]),
        ('{"id":18446744073709551616}', [("id", 18446744073709551616, None)]),
        ('{"v":1.10,"w":[1e2,-0]}', [("v", 1.1, "1.10"), ("w[0]", 100.0, "1e2"), ("w[1]", 0, "-0")]),
        ('{"v":1e999}', [("v", "1e999", None)]),
        ('{ "a" : 1 }', [("a", 1, None)]),
        ('{"s":"\\ud83d"}', [("s", "\ud83d", None)]),
        ('{"s":"\\/\\u00e9"}', [("s", "/é", None)]),
    ],
)
def test_leaves(text: str, expected: list[tuple[str, Any, str | None]]) -> None:
    assert leaves(text) == expected


@pytest.mark.parametrize("text", ["", "{", "nope", "{'a':1}", "NaN", '{"a":Infinity}', "[1,]", '{"a":1} x', "[" * 100_000, b"\xff{}"])
def test_what_is_no_json(text: str | bytes) -> None:
    with pytest.raises(NotJSON):
        parse(text)


def test_deep_nesting_is_read_or_refused_but_never_a_crash() -> None:
    for depth in (10, 300, 399, 402, 900, 5_000, 200_000):
        for text in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
            try:
                value, notes = parse(text)
            except NotJSON:
                continue
            assert len(PLAIN.read(value, notes)) == 1


def test_rows_and_prefixes_label_paths_at_any_index() -> None:
    table = PathTable(
        {"items[].price": Row("price", "Price", "E-commerce", "number"), "a.n": Row(kind="number")},
        (Prefix("p.", field="{}", label="P {}"),),
    )
    value, notes = parse('{"items":[{"price":"9.5"},{"price":2}],"p":{"x":{"y":1}},"a":{"n":"x"}}')
    assert [tuple(each) for each in table.read(value, notes)] == [
        ("items[0].price", 9.5, "9.5", "price", "Price", "E-commerce"),
        ("items[1].price", 2, None, "price", "Price", "E-commerce"),
        ("p.x.y", 1, None, "x.y", "P x.y", None),
        ("a.n", "x", None, None, None, None),
    ]


def test_a_part_of_a_document_is_read_at_its_path_and_without_its_batch() -> None:
    value, notes = parse('{"batch":[1],"a":1.0,"context":{"ip":1}}')
    assert [(each.name, each.text) for each in PLAIN.read(value, notes, without=frozenset(("batch",)))] == [
        ("a", None),
        ("context.ip", None),
    ]
    assert [each.name for each in PLAIN.read(value["context"], notes, at="context")] == ["context.ip"]


def test_memory_of_paths_is_bounded() -> None:
    table = PathTable({"k1": Row("one")})
    for index in range(30_000):
        assert table.read({f"k{index}": 1})[0].name == f"k{index}"
    assert len(table._root) <= 20_000
    assert table.read({"k1": 1})[0].field == "one"


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [("a.b", 1, "1"), ("a", {"b": 1, "c": ""}, None), ("a.c", "", None), ("a.x.y", None, None), ("t", True, None), ("s", "x", "x")],
)
def test_value_and_text_at_a_path(path: str, value: Any, text: str | None) -> None:
    document = {"a": {"b": 1, "c": ""}, "t": True, "s": "x"}
    assert at(document, path) == value
    assert text_at(document, path) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=25,
)


@any_value
@given(JSON, st.sampled_from([None, 1]), st.booleans())
def test_any_document_is_read_whole(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    found, notes = parse(text)
    assert found == value
    read = PLAIN.read(found, notes)
    assert len(read) == count(value)
    assert len({each.name for each in read}) == len(read)


def count(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(map(count, inner)) or 1
