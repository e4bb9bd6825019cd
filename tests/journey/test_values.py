"""Texts of a page as the expectations' values."""

from __future__ import annotations

from typing import Any

import pytest

from harness.journey.values import typed


@pytest.mark.parametrize(
    ("text", "kind", "decimal", "value"),
    [
        ("  T-1001 ", "string", ".", "T-1001"),
        ("59,90 €", "number", ",", 59.9),
        ("1.234,50 €", "number", ",", 1234.5),
        ("$1,234.50", "number", ".", 1234.5),
        ("CHF 1'234.50", "number", ".", 1234.5),
        ("1 234,50\u202f€", "number", ",", 1234.5),
        ("\u22125.00", "number", ".", -5.0),
        ("3 items", "integer", ".", 3),
        ("Total: 0", "number", ".", 0.0),
    ],
)
def test_a_text_as_the_type_asked_for(text: str, kind: str, decimal: str, value: Any) -> None:
    assert typed(text, kind, decimal) == value


@pytest.mark.parametrize("text", ["", "free", "—"])
def test_a_text_without_a_number_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        typed(text, "number", ".")
