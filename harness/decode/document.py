"""JSON bodies: fast where a parser can be shown to have lost nothing, careful where it cannot.

orjson reads a body; if writing the result gives the same bytes back, nothing was lost (no repeated key, no number that a
float cannot hold, no other spelling of a number). Otherwise the body is read again with every number's text and every
repeated key noted, so that its parameters keep what its plain values cannot.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from harness.decode.hit import Parameter
from harness.decode.query import TYPED, UNKNOWN, Prefix, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REMEMBERED = 20_000
_DEEPEST = 400
_new = tuple.__new__


class Notes:
    """What plain JSON values cannot tell: the texts of numbers, and repeated keys.

    Attributes:
        texts: (identity of the object or list, key or index) -> the number's text on the wire.
        repeats: identity of the object -> all its (key, value) pairs in order.
    """

    __slots__ = ("_kept", "repeats", "texts")

    def __init__(self) -> None:
        self.texts: dict[tuple[int, str | int], str] = {}
        self.repeats: dict[int, list[tuple[str, Any, str | None]]] = {}
        self._kept: list[Any] = []

    def keep(self, thing: Any) -> int:
        """The identity of an object that lives as long as these notes."""
        self._kept.append(thing)
        return id(thing)


class _Number:
    """A number that does not print as it was written."""

    __slots__ = ("text", "value")

    def __init__(self, text: str, value: float | str) -> None:
        self.text = text
        self.value = value


class _Pairs(list[tuple[str, Any]]):
    pass


def _read_number(text: str) -> int | float | str | _Number:
    value: int | float | str
    try:
        value = int(text)
    except ValueError:
        value = float(text)
        if value - value != 0.0:
            return text
    return value if str(value) == text else _Number(text, value)


class NotJSON(ValueError):
    """The text is no JSON document."""


def parse(data: bytes | str) -> tuple[Any, Notes | None]:
    """Read one JSON document.

    Returns:
        the plain value, and notes on what the plain value cannot tell (None where it tells all).

    Raises:
        NotJSON: it is no JSON document, or one nested deeper than 400 levels.
    """
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    try:
        value = orjson.loads(raw)
    except ValueError:
        pass
    else:
        try:
            if orjson.dumps(value) == raw:
                return value, None
        except (TypeError, ValueError):
            pass
    return _parse_with_notes(raw)


def _parse_with_notes(raw: bytes) -> tuple[Any, Notes | None]:
    try:
        marked = json.loads(
            raw.decode("utf-8", "surrogatepass"),
            object_pairs_hook=_Pairs,
            parse_float=_read_number,
            parse_int=_read_number,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as error:
        raise NotJSON(str(error)) from error
    notes = Notes()
    value, _ = _plain(marked, notes, 0)
    return value, notes if notes.texts or notes.repeats else None


def _refuse(name: str) -> Any:
    raise NotJSON(f"{name} is no JSON")


def _plain(node: Any, notes: Notes, depth: int) -> tuple[Any, str | None]:
    """The plain value, and the number's text where the value does not print as it."""
    kind = type(node)
    if kind is _Number:
        return node.value, node.text
    if kind is not _Pairs and kind is not list:
        return node, None
    if depth > _DEEPEST:
        raise NotJSON(f"nested deeper than {_DEEPEST} levels")
    text: str | None
    if kind is _Pairs:
        found: dict[str, Any] = {}
        pairs: list[tuple[str, Any, str | None]] = []
        for key, child in node:
            if type(child) in _MARKED:
                value, text = _plain(child, notes, depth + 1)
            else:
                value, text = child, None
            pairs.append((key, value, text))
            found[key] = value
        if len(found) != len(pairs):
            notes.repeats[notes.keep(found)] = pairs
        else:
            for key, _, text in pairs:
                if text is not None:
                    notes.texts[notes.keep(found), key] = text
        return found, None
    values: list[Any] = []
    for index, child in enumerate(node):
        value, text = _plain(child, notes, depth + 1) if type(child) in _MARKED else (child, None)
        values.append(value)
        if text is not None:
            notes.texts[notes.keep(values), index] = text
    return values, None


_MARKED = frozenset((_Number, _Pairs, list))


class _Place(dict[str | int, "_Place"]):
    """A path in documents of a kind, with what is known of it; its children by key and index."""

    __slots__ = ("path", "pattern", "row", "table", "typed")

    def __init__(self, table: PathTable, path: str, pattern: str) -> None:
        super().__init__()
        self.table = table
        self.path = path
        self.pattern = pattern
        self.row = table.row(pattern)
        self.typed = self.row.kind != "text"

    def __missing__(self, key: str | int) -> _Place:
        if isinstance(key, int):
            place = _Place(self.table, f"{self.path}[{key}]", f"{self.pattern}[]")
        else:
            step = key if key and not _AWKWARD.intersection(key) else f"[{json.dumps(key)}]"
            joint = "." if self.path and step is key else ""
            place = _Place(self.table, f"{self.path}{joint}{step}", f"{self.pattern}{joint}{step}")
        if self.table.remember():
            self[key] = place
        return place


_AWKWARD = frozenset('.[]"')


class PathTable:
    """What is known of the paths in a vendor's JSON: ``properties.order_id``, ``items[].price`` (any index).

    A key that has a dot, a bracket or a quote in it is written ``["a.b"]``.

    Args:
        rows: path -> what is known of it. A row with a ``kind`` types values that the wire has as text.
        prefixes: families of paths (``properties.``); the longest start that fits wins.
    """

    def __init__(self, rows: Mapping[str, Row], prefixes: Iterable[Prefix] = ()) -> None:
        self.rows = dict(rows)
        self.prefixes = tuple(sorted(prefixes, key=lambda each: -len(each.start)))
        self._known = 0
        self._root = _Place(self, "", "")

    def row(self, pattern: str) -> Row:
        """What is known of a path."""
        known = self.rows.get(pattern)
        if known is not None:
            return known
        for prefix in self.prefixes:
            if pattern.startswith(prefix.start) and pattern.endswith(prefix.end):
                rest = pattern[len(prefix.start) : len(pattern) - len(prefix.end)]
                if rest:
                    return Row(
                        prefix.field and prefix.field.replace("{}", rest),
                        prefix.label.replace("{}", rest) if prefix.label else None,
                        prefix.group, prefix.kind,
                    )  # fmt: skip
        return UNKNOWN

    def remember(self) -> bool:
        """Whether one more path may be remembered; forgets all first when there are too many."""
        if self._known >= _REMEMBERED:
            self._known = 0
            self._root = _Place(self, "", "")
            return False
        self._known += 1
        return True

    def read(self, value: Any, notes: Notes | None = None, *, at: str = "", without: frozenset[str] = frozenset()) -> list[Parameter]:
        """Every leaf of a JSON value as a parameter, named by its path, in order.

        Args:
            value: the plain value, as :func:`parse` gives it (or a part of it).
            notes: what :func:`parse` gave beside it.
            at: the path that ``value`` itself stands at (``context``), for parts of a document.
            without: top-level keys to leave out (a batch's list, when its shared parameters are read).
        """
        place = self._root
        for step in at.split(".") if at else ():
            place = place[step]
        out: list[Parameter] = []
        if without and type(value) is dict:
            for key, child in value.items():
                if key not in without:
                    self._leaf(child, place[key], notes, None if notes is None else notes.texts.get((id(value), key)), out)
        else:
            self._leaf(value, place, notes, None, out)
        return out

    def _leaf(self, value: Any, place: _Place, notes: Notes | None, text: str | None, out: list[Parameter]) -> None:
        kind = type(value)
        if kind is dict and value:
            if notes is None:
                _object(value, place, out)
            else:
                self._noted(value, place, notes, out)
        elif kind is list and value:
            if notes is None:
                _array(value, place, out)
                return
            for index, child in enumerate(value):
                self._leaf(child, place[index], notes, notes.texts.get((id(value), index)), out)
        elif kind is str and place.typed:
            out.append(_typed(place, value))
        else:
            row = place.row
            out.append(_new(Parameter, (place.path, value, text, row[0], row[1], row[2])))

    def _noted(self, value: dict[str, Any], place: _Place, notes: Notes, out: list[Parameter]) -> None:
        repeats = notes.repeats.get(id(value))
        if repeats is not None:
            for key, child, text in repeats:
                self._leaf(child, place[key], notes, text, out)
            return
        for key, child in value.items():
            self._leaf(child, place[key], notes, notes.texts.get((id(value), key)), out)


# The two walks below are most of what decoding JSON costs: they ask for no notes, and call nothing for a leaf.


def _object(value: dict[str, Any], place: _Place, out: list[Parameter]) -> None:
    """The leaves of an object that is not empty."""
    for key, child in value.items():
        inner = place[key]
        kind = type(child)
        if kind is str:
            if inner.typed:
                out.append(_typed(inner, child))
                continue
        elif kind is dict:
            if child:
                _object(child, inner, out)
                continue
        elif kind is list and child:
            _array(child, inner, out)
            continue
        row = inner.row
        out.append(_new(Parameter, (inner.path, child, None, row[0], row[1], row[2])))


def _array(value: list[Any], place: _Place, out: list[Parameter]) -> None:
    """The leaves of a list that is not empty."""
    for index, child in enumerate(value):
        inner = place[index]
        kind = type(child)
        if kind is dict:
            if child:
                _object(child, inner, out)
                continue
        elif kind is str:
            if inner.typed:
                out.append(_typed(inner, child))
                continue
        elif kind is list and child:
            _array(child, inner, out)
            continue
        row = inner.row
        out.append(_new(Parameter, (inner.path, child, None, row[0], row[1], row[2])))


def _typed(place: _Place, text: str) -> Parameter:
    row = place.row
    value = TYPED[row.kind](text)
    return Parameter(place.path, value, None if value is text else text, row.field, row.label, row.group)


PLAIN = PathTable({})
"""Reads any document without knowing its paths."""


class _Steps(dict[str, tuple[str, ...]]):
    """Dotted paths taken apart; there are as many as the vendors' files name."""

    def __missing__(self, path: str) -> tuple[str, ...]:
        steps = tuple(path.split("."))
        if len(self) >= _REMEMBERED:
            self.clear()
        self[path] = steps
        return steps


_STEPS = _Steps()


def at(value: Any, path: str) -> Any:
    """The value at a dotted path of objects (``context.page.url``); None where there is none."""
    for step in _STEPS[path]:
        if type(value) is not dict:
            return None
        value = value.get(step)
    return value


def text_at(value: Any, path: str) -> str | None:
    """The text (or number, as text) at a dotted path; None for none, an empty text and anything else."""
    found = value
    for step in _STEPS[path]:
        if type(found) is not dict:
            return None
        found = found.get(step)
    kind = type(found)
    if kind is str:
        return found or None
    if kind is int or kind is float:
        return str(found)
    return None
