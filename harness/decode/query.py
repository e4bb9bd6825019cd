"""Query strings and forms: fast, and without losing a byte.

The rules are those of the URL standard's ``application/x-www-form-urlencoded`` parser (https://url.spec.whatwg.org/),
except that nothing is dropped: order, repeats, ``a`` beside ``a=``, empty segments and the text of every escape are kept.

A parameter's ``text`` tells what its name and value do not:

- None: the wire had ``name=value`` exactly;
- the value's text, where it was unescaped or typed (``https%3A%2F%2F…``, ``1.50``); what a query types is text on the wire;
- the whole segment, where the name was escaped or there was no ``=`` (``cd%5Bvalue%5D=1``, ``flag``, ``&a=1`` after a doubled ``&``).

:func:`encode` gives the wire text back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import orjson

from harness.decode.hit import Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Kind = Literal["text", "number", "integer", "boolean", "json"]
_REMEMBERED = 8_192
_LONGEST_REMEMBERED = 512
_LONGEST_NUMBER = 1_000
_digits = "0123456789abcdefABCDEF"
_BYTES = {(high + low).encode(): bytes((int(high + low, 16),)) for high in _digits for low in _digits}
_NESTED = (list, dict)
_new = tuple.__new__


class Row(NamedTuple):
    """What is known of a wire key.

    Attributes:
        field: the vendor's documented name, under which the value is found in ``Hit.values``; None keeps it out of them.
        label: what a marketer calls it.
        group: the section it is shown in.
        kind: how the value's text is typed; text that does not fit stays text.
    """

    field: str | None = None
    label: str | None = None
    group: str | None = None
    kind: Kind = "text"


class Prefix(NamedTuple):
    """What is known of a family of keys: ``ep.`` and any rest, ``cd[`` … ``]``. The rest is the documented name.

    ``label`` and ``field`` are formats of the rest: ``"{}"``.
    """

    start: str
    end: str = ""
    field: str | None = "{}"
    label: str | None = None
    group: str | None = None
    kind: Kind = "text"


def unescape(text: str) -> str:
    """Percent-escapes and ``+`` decoded as UTF-8; bytes that are not UTF-8 become U+FFFD, malformed escapes stay."""
    if "+" in text:
        text = text.replace("+", " ")
    return unescape_percent(text) if "%" in text else text


def unescape_percent(text: str) -> str:
    """Percent-escapes decoded as UTF-8, ``+`` left alone."""
    if "%" not in text:
        return text
    parts = text.encode("utf-8", "surrogatepass").split(b"%")
    out = [parts[0]]
    for part in parts[1:]:
        byte = _BYTES.get(part[:2])
        if byte is None:
            out.append(b"%" + part)
        else:
            out.append(byte)
            out.append(part[2:])
    return b"".join(out).decode("utf-8", "replace")


def number(text: str) -> int | float | str:
    """A decimal number as JavaScript prints it, else the text itself. Whole numbers are exact, however long."""
    bare = text[1:] if text[:1] == "-" else text
    if not bare or not bare.isascii() or len(bare) > _LONGEST_NUMBER:
        return text
    if bare.isdecimal():
        return int(text)
    if not (bare[0].isdecimal() or bare[0] == ".") or "_" in bare or not (bare[-1].isdecimal() or bare[-1] == "."):
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    return value if value - value == 0.0 else text


def _integer(text: str) -> int | str:
    value = number(text)
    return value if isinstance(value, int) else text


def _boolean(text: str) -> bool | str:
    return {"true": True, "false": False, "1": True, "0": False}.get(text, text)


def _json(text: str) -> Any:
    if text[:1] not in ("[", "{"):
        return text
    try:
        return orjson.loads(text)
    except ValueError:
        return text


TYPED: dict[Kind, Callable[[str], Any]] = {"number": number, "integer": _integer, "boolean": _boolean, "json": _json}


class QueryTable(dict[str, Parameter]):
    """A vendor's wire keys, and a memory of the segments (``ul=en-us``) already read with it.

    Trackers send most segments again and again, so a segment is unescaped, typed and labelled once.

    Args:
        rows: wire key -> what is known of it.
        prefixes: families of keys; the longest start that fits wins.
        separator: what stands between parameters (``;`` in Floodlight's paths).
    """

    def __init__(self, rows: Mapping[str, Row], prefixes: Iterable[Prefix] = (), *, separator: str = "&") -> None:
        super().__init__()
        self.rows = dict(rows)
        self.prefixes = tuple(sorted(prefixes, key=lambda each: -len(each.start)))
        self.separator = separator

    def read(self, text: str) -> list[Parameter]:
        """The parameters of a query or form text, in order."""
        if not text:
            return []
        separator = self.separator
        if text[0] == separator or text[-1] == separator or separator + separator in text:
            return [self[segment] for segment in _segments(text, separator)]
        return list(map(self.__getitem__, text.split(separator)))

    def __missing__(self, segment: str) -> Parameter:
        core = segment.strip(self.separator)
        key, equals, raw = core.partition("=")
        name, text = unescape(key), unescape(raw)
        row = self.row(name)
        value: Any = text if row.kind == "text" else TYPED[row.kind](text)
        whole = not equals or name != key or core != segment
        wire = segment if whole else None if value is text and text == raw else raw
        parameter: Parameter = _new(Parameter, (name, value, wire, row.field, row.label, row.group))
        if len(segment) <= _LONGEST_REMEMBERED and not isinstance(value, _NESTED):
            if len(self) >= _REMEMBERED:
                self.clear()
            self[segment] = parameter
        return parameter

    def row(self, name: str) -> Row:
        """What is known of a key."""
        known = self.rows.get(name)
        if known is not None:
            return known
        for prefix in self.prefixes:
            if name.startswith(prefix.start) and name.endswith(prefix.end):
                rest = name[len(prefix.start) : len(name) - len(prefix.end)]
                if rest:
                    return Row(
                        prefix.field and prefix.field.replace("{}", rest),
                        prefix.label.replace("{}", rest) if prefix.label else None,
                        prefix.group, prefix.kind,
                    )  # fmt: skip
        return UNKNOWN


UNKNOWN = Row()
PLAIN = QueryTable({})
"""Reads any query without knowing its keys."""


def _segments(text: str, separator: str) -> list[str]:
    """Segments with their empty neighbours attached, so that no byte is lost and no nameless parameter appears."""
    out: list[str] = []
    empty = 0
    for segment in text.split(separator):
        if segment:
            out.append(separator * empty + segment)
            empty = 0
        else:
            empty += 1
    if empty:
        if out:
            out[-1] += separator * empty
        else:
            out.append(separator * (empty - 1))
    return out


def encode(parameters: Iterable[Parameter], separator: str = "&") -> str:
    """The query or form text that these parameters were read from."""
    return separator.join(_segment(each, separator) for each in parameters)


def _segment(each: Parameter, separator: str) -> str:
    text = each.text
    if text is None:
        return f"{each.name}={each.value}"
    core = text.strip(separator)
    if core != text:
        return text
    key, equals, raw = core.partition("=")
    if unescape(key) == each.name and (key != each.name or not equals):
        value = unescape(raw)
        if value == each.value or (not isinstance(each.value, str) and equals):
            return text
    return f"{each.name}={text}"


def fields(parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Documented name -> value, of those parameters that have one; of repeats the first counts."""
    found: dict[str, Any] = {}
    for _, value, _, field, _, _ in parameters:
        if field is not None and field not in found:
            found[field] = value
    return found
