"""Protocol buffers' wire format, read by a table of field numbers (https://protobuf.dev/programming-guides/encoding/).

A field that the table does not know is kept under ``$<number>``, so that nothing is lost: a number, a text, or base64.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEEPEST = 32
_WIDTHS = {1: 8, 5: 4}


class NotProtobuf(ValueError):
    """The bytes are no message of protocol buffers."""


class Field(NamedTuple):
    """What is known of a field number.

    Attributes:
        name: the field's name in its ``.proto`` file.
        kind: ``map`` is a map from texts; a message that has one field alone stands for that field's value there.
        of: the fields of a message, or of a map's values (none where these are texts).
        names: what an enumeration calls its numbers.
        repeated: whether it is a list.
    """

    name: str
    kind: Literal["text", "integer", "message", "map"] = "text"
    of: Mapping[int, Field] = {}
    names: tuple[str, ...] = ()
    repeated: bool = False


def read_message(data: bytes, fields: Mapping[int, Field], depth: int = 0) -> dict[str, Any]:
    """The message as plain values: texts, whole numbers, lists and objects by the fields' names.

    Raises:
        NotProtobuf: the bytes are cut short, are no such message, or nest deeper than 32 levels.
    """
    if depth > _DEEPEST:
        raise NotProtobuf(f"nested deeper than {_DEEPEST} levels")
    found: dict[str, Any] = {}
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise NotProtobuf(f"field number 0 at byte {position:,}")
        raw: int | bytes
        if wire == 0:
            raw, position = _varint(data, position)
        else:
            if wire == 2:
                length, position = _varint(data, position)
            elif wire in _WIDTHS:
                length = _WIDTHS[wire]
            else:
                raise NotProtobuf(f"wire type {wire} at byte {position:,}")
            raw = data[position : position + length]
            if len(raw) < length:
                raise NotProtobuf("cut short")
            position += length
            if wire != 2:
                raw = int.from_bytes(raw, "little")
        _put(found, number, raw, fields.get(number), depth)
    return found


def _put(found: dict[str, Any], number: int, raw: int | bytes, field: Field | None, depth: int) -> None:
    if field is None:
        name, value = f"${number}", _unknown(raw)
        before = found.get(name)
        if isinstance(before, list):
            before.append(value)
        else:
            found[name] = value if before is None else [before, value]
        return
    if field.kind == "map" and isinstance(raw, bytes):
        key, value = _entry(raw, field.of, depth)
        found.setdefault(field.name, {})[key] = value
        return
    value = _known(raw, field, depth)
    if field.repeated:
        found.setdefault(field.name, []).append(value)
    else:
        found[field.name] = value


def _known(raw: int | bytes, field: Field, depth: int) -> Any:
    if isinstance(raw, int):
        return field.names[raw] if raw < len(field.names) else raw
    if field.kind == "message":
        return read_message(raw, field.of, depth + 1)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise NotProtobuf(f"{field.name} is no text") from error


def _entry(raw: bytes, of: Mapping[int, Field], depth: int) -> tuple[str, Any]:
    value = Field("value", "message", of) if of else Field("value")
    entry = read_message(raw, {1: Field("key"), 2: value}, depth + 1)
    key, inner = entry.get("key", ""), entry.get("value", "")
    if isinstance(inner, dict) and len(of) == 1 and len(inner) <= 1:
        inner = next(iter(inner.values()), "")
    return str(key), inner


def _unknown(raw: int | bytes) -> int | str:
    if isinstance(raw, int):
        return raw
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode("ascii")
    return text if text.isprintable() else base64.b64encode(raw).decode("ascii")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise NotProtobuf("cut short")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise NotProtobuf(f"a number of more than ten bytes before byte {position:,}")
