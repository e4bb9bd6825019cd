"""Whether a value is what the plan declares, on wires with types and without."""

# ruff: noqa: E501
from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.plan.model import Parameter, ValueType
from harness.plan.values import anchored, branches, conforms, read_as, same, unset


def kinds(value, *, typed=True, **words):
    return [(each.path, each.kind, each.expected) for each in conforms(value, ValueType(**words), typed=typed)]


T, V = "type", "value"


@pytest.mark.parametrize(
    ("declared", "value", "typed", "untyped"),
    [
        # declared, value -> the kind of mismatch with types on the wire, without
        ("string", "x", None, None), ("string", "", None, None), ("string", 5, T, None), ("string", True, T, T), ("string", None, T, T), ("string", ["x"], T, T),
        ("number", 5, None, None), ("number", 1.5, None, None), ("number", "19.90", T, None), ("number", ".5", T, None), ("number", "1e3", T, None), ("number", "-3", T, None),
        ("number", "", T, T), ("number", "19,90", T, T), ("number", "1_000", T, T), ("number", " 5", T, T), ("number", "€5", T, T), ("number", "NaN", T, T), ("number", "Infinity", T, T),
        ("number", "1e9999", T, T), ("number", "9" * 5000, T, T), ("number", True, T, T), ("number", math.nan, T, T), ("number", math.inf, T, T), ("number", None, T, T), ("number", "٣", T, T),
        ("integer", 3, None, None), ("integer", 3.0, None, None), ("integer", 3.5, T, T), ("integer", "3", T, None), ("integer", "3.0", T, None), ("integer", "3.5", T, T), ("integer", True, T, T),
        ("boolean", True, None, None), ("boolean", "true", T, None), ("boolean", "False", T, None), ("boolean", "1", T, None), ("boolean", 0, T, None), ("boolean", "yes", T, T), ("boolean", "", T, T),
        ("object", {}, None, None), ("object", "{}", T, None), ("object", [], T, T), ("object", "{", T, T),
        ("array", [], None, None), ("array", '["a"]', T, None), ("array", "a", T, T), ("array", {}, T, T),
        (None, None, None, None), (None, "x", None, None), (None, math.nan, None, None),
    ],
)  # fmt: skip
def test_types(declared, value, typed, untyped):
    found = [next((kind for _, kind, _ in kinds(value, typed=wire, type=declared)), None) for wire in (True, False)]
    assert found == [typed, untyped]


@pytest.mark.parametrize(
    ("words", "value", "expected"),
    [
        ({"const": "EUR", "has_const": True}, "USD", [("", V, '"EUR"')]),
        ({"const": 1, "has_const": True}, True, [("", V, "1")]),
        ({"const": None, "has_const": True}, None, []),
        ({"const": None, "has_const": True}, 0, [("", V, "null")]),
        ({"const": 59.7, "has_const": True}, 59.699999999999996, []),
        ({"enum": ("a", "b")}, "c", [("", V, "one of a or b")]),
        ({"enum": (1, 2)}, "1", [("", V, "one of 1 or 2")]),
        ({"pattern": r"^T-\d+$"}, "T-1", []),
        ({"pattern": r"^T-\d+$"}, "T-1\n", [("", V, r"a text like ^T-\d+$")]),
        ({"pattern": r"^T-\d+$"}, "T-\u0661", [("", V, r"a text like ^T-\d+$")]),
        ({"pattern": r"^\d+$"}, 5, [("", T, "a text")]),
        ({"minimum": 0}, -1, [("", V, "0 or more")]),
        ({"minimum": 0}, "5", [("", T, "a number")]),
        ({"maximum": 5}, 5.5, [("", V, "5 or less")]),
        ({"min_items": 1}, [], [("", V, "1 or more elements")]),
        ({"max_items": 1}, [1, 2], [("", V, "1 or fewer elements")]),
        ({"schema": {"minLength": 2}}, "x", [("", V, "minLength: 2")]),
        ({"schema": {"format": "email"}}, "x", [("", V, 'format: "email"')]),
        ({"type": "array", "schema": {"uniqueItems": True}}, [1, 1], [("", V, "uniqueItems: true")]),
        ({"schema": {"items": {"type": "string"}}}, ["a", 1], [("[1]", T, 'type: "string"')]),
    ],
)  # fmt: skip
def test_words(words, value, expected):
    assert kinds(value, **words) == expected


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ({"const": 5, "has_const": True}, "5.0"), ({"enum": (1, 2)}, "2"), ({"const": True, "has_const": True}, "true"), ({"pattern": r"^\d+$"}, 5),
        ({"type": "number", "minimum": 1}, "1.5"), ({"type": "number", "schema": {"multipleOf": 0.5}}, "1.5"), ({"const": "5", "has_const": True}, 5),
    ],
)  # fmt: skip
def test_words_without_types_on_the_wire(words, value):
    assert kinds(value, typed=False, **words) == []
    assert kinds(value, typed=True, **words) != []


ITEMS = ValueType(
    type="array",
    min_items=1,
    items=ValueType(
        properties=(
            Parameter(name="item_id", value=ValueType(type="string", pattern="^[A-Z]+$")),
            Parameter(name="price", value=ValueType(type="number", minimum=0)),
            Parameter(name="discount", presence="optional", value=ValueType(type="number")),
            Parameter(name="email", presence="forbidden"),
        )
    ),
)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([{"item_id": "A", "price": 1}], []),
        ([{"item_id": "A", "price": 1, "discount": None, "email": None, "colour": "red"}], []),
        ([{"item_id": "A", "price": "1"}], ['items[0].price: expected a number, got "1"']),
        ([{"item_id": "A", "price": 1}, {"item_id": "b", "price": -1}], [
            'items[1].item_id: expected a text like ^[A-Z]+$, got "b"', "items[1].price: expected 0 or more, got -1",
        ]),
        ([{"price": None}], ["items[0].item_id: expected a text, got null", "items[0].price: expected a number, got null"]),
        ([{"item_id": "A", "price": 1, "email": "a@b.example"}], ['items[0].email: expected nothing, got "a@b.example"']),
        (["A"], ['items[0]: expected an object, got "A"']),
        ([], ["items: expected 1 or more elements, got []"]),
        ("A,B", ['items: expected a list, got "A,B"']),
    ],
)  # fmt: skip
def test_inside_lists_and_objects(items, expected):
    assert [str(each) for each in conforms(items, ITEMS, path="items")] == expected


def test_kinds_inside():
    found = conforms([{"price": "x", "email": "a@b.example"}], ITEMS, path="items")
    assert [(each.path, each.kind) for each in found] == [
        ("items[0].item_id", "missing"),
        ("items[0].price", "type"),
        ("items[0].email", "forbidden"),
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null"), ("", "an empty text"), ("  ", "nothing but blanks"), ("undefined", "JavaScript's undefined, as text"), ("NaN", "NaN: a calculation without a number"),
        (math.nan, "NaN: a calculation without a number"), ("[object Object]", "an object that was put where a text belongs"), ("null", "null, as text"),
        (0, None), (False, None), ("0", None), ([], None), ("nullable", None),
    ],
)  # fmt: skip
def test_what_stands_for_nothing(value, reason):
    assert unset(value) == reason


@pytest.mark.parametrize(
    ("one", "other", "typed", "untyped"),
    [
        (1, 1.0, True, True), (1, True, False, False), (True, 1, False, True), ("1", 1, False, True), (1, "1", False, True), ("a", "A", False, False), ([1], ["1"], False, True),
        ({"a": 1}, {"a": 1, "b": 2}, False, False), (0.1 + 0.2, 0.3, True, True), (10**400, 1.0, False, False), (None, "", False, False), ("1.0", "1", False, False),
    ],
)  # fmt: skip
def test_equality(one, other, typed, untyped):
    assert (same(one, other), same(one, other, typed=False)) == (typed, untyped)


@pytest.mark.parametrize(
    ("words", "value", "read"),
    [
        ({"type": "number"}, "19.90", 19.9), ({"type": "integer"}, "3", 3), ({"type": "number"}, "x", "x"), ({"type": "string"}, "3", "3"), ({}, "3", "3"),
        ({"type": "boolean"}, "true", True), ({"type": "array", "items": ValueType(type="number")}, '["1"]', [1]), ({"minimum": 0}, "2", 2),
    ],
)  # fmt: skip
def test_reading_text_as_what_is_declared(words, value, read):
    assert read_as(value, ValueType(**words)) == read
    assert read_as(value, ValueType(**words), typed=True) == value


def test_a_reference_out_of_the_schema_is_not_fetched():
    assert "cannot be checked" in kinds("x", schema={"$ref": "https://schemas.example/s.json"})[0][2]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("^a$", True), ("a", False), ("^a", False), ("a$", False), (r"^a\$", False), (r"^a\\$", True), ("^a|b$", False), ("^a$|^b$", True), ("^(a|b)$", True),
        ("^[|]$", True), (r"^\|$", True), ("(?i)^a$", True), ("^$", True), ("^[]|]$", True),
    ],
)  # fmt: skip
def test_anchored(pattern, expected):
    assert anchored(pattern) is expected


def test_branches():
    assert branches(r"a|(b|c)|[|]\||") == ["a", "(b|c)", r"[|]\|", ""]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["item_id", "price", "a"]), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.booleans())
def test_any_value_is_judged_without_raising(value, typed):
    for declared in (
        ITEMS,
        ValueType(type="number", minimum=0),
        ValueType(enum=("a", 1)),
        ValueType(schema={"multipleOf": 0.01, "minLength": 1}),
    ):
        for each in conforms(value, declared, typed=typed, path="v"):
            assert each.path.startswith("v")
            assert str(each)


@given(JSON)
def test_what_a_typed_wire_accepts_a_wire_without_types_accepts(value):
    for declared in (ITEMS, ValueType(type="number"), ValueType(type="boolean"), ValueType(type="string")):
        if not conforms(value, declared):
            assert not conforms(value, declared, typed=False)


@given(JSON)
def test_a_value_is_the_same_as_itself(value):
    assert same(value, value) or "nan" in repr(value) or "inf" in repr(value)
