"""Values compared as a destination would read them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.verify.compare import differences, same

LEAVES = st.sampled_from([None, True, False, 0, 1, 19.9, "19.90", "1", "true", "", "a", "007", "7"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8
)


@given(VALUES, VALUES)
@example(["1", 1], [1, "1"])
@example({"a": [1, {"b": "2"}]}, {"a": ["1", {"b": 2, "c": 3}]})
@example([{}], [{"a": 1}])
@example([0, 1], [1])
def test_two_values_are_the_same_where_no_difference_can_be_told(one: Any, other: Any) -> None:
    assert same(one, other) == (differences(one, other) == [])


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (19.9, "19.90", True),
        ("007", "7", False),
        (["SKU-1"], "SKU-1", True),
        ('[{"id": 1, "name": "more"}]', [{"id": "1"}], False),
        ([{"id": 1}], '[{"id": "1", "name": "more"}]', True),
        ([{"id": 1}, {"id": 2}], [{"id": 1}], False),
        ({"a": {"b": 1}}, {"a": {}}, False),
        (("a", "b"), ["a", "b"], True),
    ],
    ids=str,
)  # fmt: skip
def test_what_tells_a_destination_the_same(one: Any, other: Any, alike: bool) -> None:
    assert same(one, other) is alike
