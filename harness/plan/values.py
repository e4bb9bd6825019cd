r"""Whether a value is what the plan declares.

Wires differ in what they tell. JSON has types, and there ``"19.90"`` where a number is declared is a defect: the vendor adds
up texts as nothing. A query string has none: every value arrives as text, and ``19.90`` is the number. Callers say which by
``typed``, value by value (GA4 has both: ``epn.`` is typed as number, ``ep.`` as text).

Decided on purpose:

- NaN and the infinities are no numbers, neither as JavaScript's values nor as their texts ``NaN`` and ``Infinity``.
- The empty text is a text. It is no number and no boolean. Whether it counts as given is :func:`unset`'s question.
- ``null`` conforms to no declared type; inside an object, a property that is null counts as absent.
- True and 1 are different values on a typed wire; without types, ``true``, ``false``, ``1`` and ``0`` are booleans.
- 3.0 is an integer, as in JSON Schema.
- ``pattern`` is for texts and ``minimum`` and ``maximum`` are for numbers, so a value of another type breaks them (JSON Schema
  would let it pass). A pattern is matched against the whole text; ``\d`` and ``\w`` are ASCII, as in ECMAScript.
"""

from __future__ import annotations

import json
import math
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from jsonschema import Draft202012Validator, FormatChecker
from referencing.jsonschema import EMPTY_REGISTRY

from harness.plan.spelling import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.plan.model import ValueType

MismatchKind = Literal["type", "value", "missing", "forbidden"]

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?")
_LONGEST_NUMBER = 400
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_NOTHING = {
    "undefined": "JavaScript's undefined, as text",
    "null": "null, as text",
    "nan": "NaN: a calculation without a number",
    "none": "None, as text",
    "[object object]": "an object that was put where a text belongs",
    "(not set)": "Google's word for no value",
}
_ARTICLE = {
    "string": "a text", "number": "a number", "integer": "a whole number",
    "boolean": "true or false", "object": "an object", "array": "a list",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which a value is not what was declared.

    Attributes:
        path: where in the value, ``items[0].price``; empty for the value itself where the caller named none.
        kind: ``type``; ``value`` (of the right type, but not allowed); ``missing`` and ``forbidden`` for properties inside it.
        expected: in words: "a number", "one of card, paypal".
        actual: the value that was found; None where it is missing.
    """

    path: str
    kind: MismatchKind
    expected: str
    actual: Any

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}expected {self.expected}, got {shown(self.actual)}"


def shown(value: Any) -> str:
    """A value as messages show it, cut where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= 120 else f"{text[:117]}…"


def as_number(value: Any, *, typed: bool = True) -> int | float | None:
    """The finite number that a value is; None if it is none. Numeric text counts only without types on the wire."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not typed and isinstance(value, str) and len(value) <= _LONGEST_NUMBER and _NUMBER.fullmatch(value):
        number = float(value)
        if value.lstrip("+-").isdigit():
            return int(value)
        return number if math.isfinite(number) else None
    return None


def as_boolean(value: Any, *, typed: bool = True) -> bool | None:
    """The boolean that a value is; None if it is none."""
    if isinstance(value, bool):
        return value
    if typed:
        return None
    if isinstance(value, str):
        return _BOOLEANS.get(value.casefold())
    return {1: True, 0: False}.get(value) if isinstance(value, int) else None


def unset(value: Any) -> str | None:
    """Why a value stands for nothing, in words; None if it is a value.

    Null, the empty text, blanks, and the texts that a script's mistake leaves behind: ``undefined``, ``NaN``,
    ``[object Object]`` …
    """
    if value is None:
        return "null"
    if isinstance(value, float) and math.isnan(value):
        return _NOTHING["nan"]
    if isinstance(value, str):
        if not value.strip():
            return "an empty text" if not value else "nothing but blanks"
        return _NOTHING.get(value.strip().casefold())
    return None


def same(expected: Any, actual: Any, *, typed: bool = True) -> bool:
    """Whether two values are equal.

    Numbers by value, less float noise (relative 1e-9); booleans only with booleans; lists and objects element by element.
    Without types on the wire, the text of a number or boolean equals it.
    """
    if isinstance(expected, bool) or (isinstance(actual, bool) and typed):
        return isinstance(expected, bool) and as_boolean(actual, typed=typed) is expected
    if isinstance(expected, (int, float)):
        number = as_number(actual, typed=typed)
        return number is not None and _close(expected, number)
    if isinstance(expected, str):
        if isinstance(actual, str) or typed:
            return isinstance(actual, str) and actual == expected
        number, wanted = as_number(actual), as_number(expected, typed=False)
        return number is not None and wanted is not None and _close(wanted, number)
    if isinstance(expected, (list, tuple)):
        actual = _structure(actual, typed=typed)
        return (
            isinstance(actual, (list, tuple))
            and len(actual) == len(expected)
            and all(same(one, other, typed=typed) for one, other in zip(expected, actual, strict=True))
        )
    if isinstance(expected, dict):
        actual = _structure(actual, typed=typed)
        return (
            isinstance(actual, dict)
            and actual.keys() == expected.keys()
            and all(same(expected[key], actual[key], typed=typed) for key in expected)
        )
    return expected is None and actual is None


def _close(one: float, other: float) -> bool:
    if one == other:
        return True
    try:
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    except OverflowError:
        return False


def _structure(value: Any, *, typed: bool) -> Any:
    if typed or not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def read_as(value: Any, declared: ValueType, *, typed: bool = False) -> Any:
    """A value from a wire without types as what the plan declares; unchanged where it is not that.

    Args:
        value: as decoded.
        declared: the parameter's type.
        typed: True returns the value as it is.
    """
    if typed:
        return value
    kind = _implied(declared)
    if kind in ("number", "integer"):
        number = as_number(value, typed=False)
        return value if number is None else number
    if kind == "boolean":
        truth = as_boolean(value, typed=False)
        return value if truth is None else truth
    value = _structure(value, typed=False) if kind in ("array", "object") else value
    if isinstance(value, list) and declared.items is not None:
        return [read_as(each, declared.items) for each in value]
    if isinstance(value, dict) and declared.properties:
        types = {each.name: each.value for each in declared.properties}
        return {key: read_as(each, types[key]) if key in types else each for key, each in value.items()}
    return value


def _implied(declared: ValueType) -> str | None:
    if declared.type is not None:
        return declared.type
    if declared.items is not None or declared.min_items is not None or declared.max_items is not None:
        return "array"
    if declared.properties:
        return "object"
    if declared.minimum is not None or declared.maximum is not None:
        return "number"
    return "string" if declared.pattern is not None else None


def conforms(value: Any, declared: ValueType, *, typed: bool = True, path: str = "") -> list[Mismatch]:
    """Every way in which a value is not what is declared; empty if it conforms.

    Args:
        value: the decoded value.
        declared: what the plan says of it.
        typed: whether the wire told the value's type (JSON did, a query string did not).
        path: the value's name, which the mismatches' paths begin with.
    """
    return list(_mismatches(value, declared, typed, path))


def _mismatches(value: Any, declared: ValueType, typed: bool, path: str) -> Iterator[Mismatch]:
    kind = _implied(declared)
    if kind is not None and not _is(kind, value, typed):
        yield Mismatch(path, "type", _ARTICLE[kind], value)
        return
    if declared.has_const and not same(declared.const, value, typed=typed):
        yield Mismatch(path, "value", shown(declared.const), value)
        return
    if declared.enum is not None and not any(same(each, value, typed=typed) for each in declared.enum):
        one_of = "one of " if len(declared.enum) > 1 else ""
        yield Mismatch(path, "value", f"{one_of}{listed([str(each) for each in declared.enum]).replace(' and ', ' or ')}", value)
        return
    if declared.pattern is not None:
        text = value if isinstance(value, str) else shown(value)
        if not compiled(declared.pattern).fullmatch(text):
            yield Mismatch(path, "value", f"a text like {declared.pattern}", value)
    if (number := as_number(value, typed=typed)) is not None:
        if declared.minimum is not None and number < declared.minimum:
            yield Mismatch(path, "value", f"{declared.minimum:g} or more", value)
        if declared.maximum is not None and number > declared.maximum:
            yield Mismatch(path, "value", f"{declared.maximum:g} or less", value)
    if kind in ("array", "object"):
        yield from _inside(_structure(value, typed=typed), declared, typed, path)
    if declared.schema:
        yield from _further(read_as(value, declared, typed=typed), declared.schema, path)


def _is(kind: str, value: Any, typed: bool) -> bool:
    if kind == "string":
        return isinstance(value, str) or (not typed and as_number(value) is not None)
    if kind in ("number", "integer"):
        number = as_number(value, typed=typed)
        return number is not None and (kind == "number" or isinstance(number, int) or number.is_integer())
    if kind == "boolean":
        return as_boolean(value, typed=typed) is not None
    value = _structure(value, typed=typed)
    return isinstance(value, (list, tuple)) if kind == "array" else isinstance(value, dict)


def _inside(value: Any, declared: ValueType, typed: bool, path: str) -> Iterator[Mismatch]:
    if isinstance(value, (list, tuple)):
        if declared.min_items is not None and len(value) < declared.min_items:
            yield Mismatch(path, "value", f"{declared.min_items} or more elements", value)
        if declared.max_items is not None and len(value) > declared.max_items:
            yield Mismatch(path, "value", f"{declared.max_items} or fewer elements", value)
        if declared.items is not None:
            for index, each in enumerate(value):
                yield from _mismatches(each, declared.items, typed, f"{path}[{index}]")
        return
    for each in declared.properties:
        below = f"{path}.{each.name}" if path else each.name
        found = value.get(each.name)
        if each.presence == "forbidden":
            if found is not None:
                yield Mismatch(below, "forbidden", "nothing", found)
        elif found is None:
            if each.presence == "required":
                yield Mismatch(below, "missing", _expected(each.value), None)
        else:
            yield from _mismatches(found, each.value, typed, below)


def _expected(declared: ValueType) -> str:
    kind = _implied(declared)
    return _ARTICLE[kind] if kind is not None else "a value"


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """A plan's pattern, ready to match a whole text with ``fullmatch``.

    Raises:
        re.error: it is no regular expression. Loading a plan rules that out.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(pattern, re.ASCII)


def anchored(pattern: str) -> bool:
    """Whether a pattern speaks of the whole text: each of its alternatives runs from ^ to $."""
    pattern = re.sub(r"^\(\?[a-zA-Z]+\)", "", pattern)
    return all(branch.startswith("^") and re.search(r"(?<!\\)(?:\\\\)*\$$", branch) is not None for branch in branches(pattern))


def branches(pattern: str) -> list[str]:
    """The alternatives of a pattern that ``|`` separates at its top level."""
    found, depth, in_class, index, began = [], 0, False, 0, 0
    while index < len(pattern):
        sign = pattern[index]
        if sign == "\\":
            index += 1
        elif in_class:
            in_class = sign != "]" or pattern[index - 1] == "[" or pattern[index - 2 : index] == "[^"
        elif sign == "[":
            in_class = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and depth == 0:
            found.append(pattern[began:index])
            began = index + 1
        index += 1
    return [*found, pattern[began:]]


_validators: dict[int, tuple[Mapping[str, Any], Draft202012Validator]] = {}


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    known = _validators.get(id(schema))
    if known is None or known[0] is not schema:
        # An empty registry: a reference to anywhere outside the schema must not be fetched.
        known = schema, Draft202012Validator(schema, registry=EMPTY_REGISTRY, format_checker=FormatChecker())
        _validators[id(schema)] = known
    return known[1]


def _further(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[Mismatch]:
    try:
        errors = list(_validator(schema).iter_errors(value))
    except Exception as error:
        yield Mismatch(path, "value", f"what `schema:` says, which cannot be checked ({type(error).__name__}: {error})", value)
        return
    for each in sorted(errors, key=lambda each: [str(part) for part in each.absolute_path]):
        below = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in each.absolute_path)
        kind: MismatchKind = "type" if each.validator == "type" else "value"
        yield Mismatch(f"{path}{below}".lstrip("."), kind, f"{each.validator}: {shown(each.validator_value)}", each.instance)
