"""TOML text -> plain data, with the line of every key, in the form that YAML is read in.

The standard library's parser (https://docs.python.org/3/library/tomllib.html) tells no lines. Headers and keys are therefore
looked up in the text once more, with the parser itself to say what a key is and where its value ends; what stands within one
value has that value's line.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from harness.errors import Place, TagproofError
from harness.plan.yaml_marks import Mark, Source

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = re.compile(r"\s*(\[\[?)\s*(.*?)\s*\]\]?\s*(?:#.*)?$")
_LONGEST_VALUE = 400


def read(path: Path) -> Source:
    """Read a TOML file. Problems are in the result, never raised."""
    try:
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        source = Source(str(path))
        source.problems.append(TagproofError(f"the file cannot be read: {error.strerror}", place=source.name, mend="check the path"))
        return source


def parse(raw: bytes | str, name: str) -> Source:
    """Read TOML text. Problems are in the result, never raised.

    Args:
        raw: UTF-8 with or without a byte order mark, or text.
        name: the file as messages name it.
    """
    source = Source(name, mark=Mark(1))
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw.removeprefix("\ufeff")
        source.lines = text.splitlines()
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        source.problems.append(TagproofError("the file is not UTF-8", place=Place(name, line), mend="save the file as UTF-8"))
        return source
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"\(at line (\d+)", str(error))
        said = re.sub(r" \(at .*\)$", "", str(error)) or "nested too deeply"
        source.problems.append(
            TagproofError(
                f"this is no TOML: {said}", place=Place(name, int(found[1]) if found else len(source.lines)), mend="mend the line"
            )
        )
        return source
    if not data:
        source.problems.append(TagproofError("the file is empty", place=Place(name), mend="write what it is for, or delete it"))
        return source
    source.data = data
    source.mark = _marked(data)
    _Lines(source).find()
    _fill(source.mark, 1)
    return source


def _marked(value: Any) -> Mark:
    if isinstance(value, dict):
        return Mark(0, children={key: _marked(child) for key, child in value.items()})
    if isinstance(value, list):
        return Mark(0, children=[_marked(child) for child in value])
    return Mark(0, str(value).lower() if isinstance(value, bool) else str(value), plain=not isinstance(value, str))


def _fill(mark: Mark, above: int) -> None:
    mark.line = mark.line or above
    for child in mark.children.values() if isinstance(mark.children, dict) else mark.children or ():
        _fill(child, mark.line)


class _Lines:
    """Finds the line of each header and key."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.counts: dict[tuple[str | int, ...], int] = {}

    def find(self) -> None:
        lines = self.source.lines
        table: tuple[str | int, ...] = ()
        number = 0
        while number < len(lines):
            line = lines[number]
            if header := _HEADER.match(line):
                path = self.resolved((), _keys(header[2]))
                if header[1] == "[[":
                    index = self.counts[path] = self.counts.get(path, -1) + 1
                    path = (*path, index)
                self.note(path, number)
                table = path
            elif "=" in line and not line.lstrip().startswith("#"):
                end, value = self.value(number)
                path, below = table, value
                while isinstance(below, dict) and len(below) == 1:
                    key, below = next(iter(below.items()))
                    path = (*path, key)
                    self.note(path, number)
                number = end
            number += 1

    def resolved(self, path: tuple[str | int, ...], keys: list[str]) -> tuple[str | int, ...]:
        """A header's keys as a path in the data: through a list of tables, the newest of them."""
        for key in keys:
            if path in self.counts:
                path = (*path, self.counts[path])
            path = (*path, key)
        return path

    def value(self, start: int) -> tuple[int, dict[str, Any]]:
        """The last line of the value that begins in a line, and what these lines say by themselves."""
        lines = self.source.lines
        for end in range(start, min(len(lines), start + _LONGEST_VALUE)):
            try:
                return end, tomllib.loads("\n".join(lines[start : end + 1]))
            except tomllib.TOMLDecodeError:
                continue
        return start, {}

    def note(self, path: tuple[str | int, ...], number: int) -> None:
        mark, found = self.source.deepest(path)
        if found == path and not mark.line:
            mark.line = number + 1


def _keys(text: str) -> list[str]:
    try:
        below: Any = tomllib.loads(f"{text} = 0")
    except tomllib.TOMLDecodeError:
        return []
    keys = []
    while isinstance(below, dict):
        key, below = next(iter(below.items()))
        keys.append(key)
    return keys
