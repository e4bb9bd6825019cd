"""Values compared as a destination would read them: numbers as numbers, nested structures by path."""

from __future__ import annotations

import json
import math
from typing import Any

from deepdiff import DeepDiff

from harness.plan.rules import ABSENT, lookup
from harness.plan.values import as_number, shown, unset

_STRUCTURES = (dict, list, tuple)


def same(one: Any, other: Any) -> bool:
    """Whether two values tell a destination the same; ``19.9``, ``"19.90"`` and ``"19.9"`` do."""
    if not isinstance(one, _STRUCTURES) and not isinstance(other, _STRUCTURES):
        return _equal(one, other)
    one, other = _parsed(one, other), _parsed(other, one)
    return _shape(one) is _shape(other) and _alike(one, other)


def _alike(expected: Any, actual: Any) -> bool:
    """What :func:`differences` finds none in, without finding the words for it: asked of thousands of pairs."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        told = {str(key): value for key, value in actual.items()}
        return all(str(key) in told and _alike(value, told[str(key)]) for key, value in expected.items())
    if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        return len(expected) == len(actual) and all(map(_alike, expected, actual))
    return _equal(expected, actual)


def differences(expected: Any, actual: Any, *, limit: int = 5) -> list[str]:
    """How two values differ, each as ``path: expected … was …``; empty if they tell the same.

    Of objects, the keys that both or only the expected one has are compared: a destination may add its own.
    """
    expected, actual = _parsed(expected, actual), _parsed(actual, expected)
    if _shape(expected) is not _shape(actual):
        return [f"expected {shown(expected)}, was {shown(actual)}"]
    if not isinstance(expected, dict | list):
        return [] if _equal(expected, actual) else [f"expected {shown(expected)}, was {shown(actual)}"]
    found: dict[str, dict[Any, Any]] = DeepDiff(
        _plain(expected), _plain(_common(expected, actual)), verbose_level=2, threshold_to_diff_deeper=0
    )
    told: list[str] = []
    for kind, changes in found.items():
        for path, change in changes.items():
            at = str(path).removeprefix("root").replace("['", ".").replace("']", "").lstrip(".")
            if kind in ("values_changed", "type_changes"):
                if _equal(change["old_value"], change["new_value"]):
                    continue
                told.append(f"{at}: expected {shown(change['old_value'])}, was {shown(change['new_value'])}")
            elif kind.endswith("removed"):
                told.append(f"{at}: expected {shown(change)}, was not there")
            elif kind.endswith("added"):
                told.append(f"{at}: {shown(change)} was there and not expected")
            if len(told) >= limit:
                return told
    return told


def _shape(value: Any) -> type | None:
    return dict if isinstance(value, dict) else list if isinstance(value, list) else None


def at_path(values: Any, path: str) -> Any:
    """The value at a dotted path; through a list, the list of its elements' values. :data:`ABSENT` where there is none."""
    found = lookup(values, path)
    if not isinstance(found, list):
        return found
    there = _there(found)
    return there if there or not found else ABSENT


def _there(values: list[Any]) -> list[Any]:
    return [_there(each) if isinstance(each, list) else each for each in values if each is not ABSENT]


def _equal(one: Any, other: Any) -> bool:
    first, second = as_number(one, typed=False), as_number(other, typed=False)
    if first is not None and second is not None:
        # Digits that are an identifier ("007") keep their zeros; money does not.
        if isinstance(one, str) and isinstance(other, str) and not _money(one, other):
            return one == other
        return first == second or math.isclose(_float(first), _float(second), rel_tol=1e-12, abs_tol=1e-9)
    if isinstance(one, bool) or isinstance(other, bool):
        return _truth(one) is not None and _truth(one) == _truth(other)
    if one is None or other is None:
        return one is other
    return bool(one == other) or str(one) == str(other)


def _money(one: str, other: str) -> bool:
    return "." in one + other or (one.lstrip("0") == one and other.lstrip("0") == other)


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "1": True, "0": False}.get(str(value).strip().lower())


def _parsed(value: Any, beside: Any) -> Any:
    """Text that spells the structure it is compared with (Meta's ``content_ids``) is read as that structure."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, str) and isinstance(beside, dict | list) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    if isinstance(beside, list) and not isinstance(value, dict | list) and len(beside) == 1:
        return [value]
    return value


def _common(expected: Any, actual: Any) -> Any:
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {key: _common(expected[key], value) for key, value in actual.items() if key in expected}
    if isinstance(expected, list) and isinstance(actual, list):
        return [_common(expected[i], value) if i < len(expected) else value for i, value in enumerate(actual)]
    return actual


def _plain(value: Any) -> Any:
    """The value with text keys and lists only, as JSON has it."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def absent(value: Any) -> bool:
    """Whether a value tells nothing: not there, null, empty, or the words that a script writes for nothing."""
    return value is ABSENT or unset(value) is not None


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
