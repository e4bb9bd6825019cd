"""YAML text -> plain data, with the line of every key and value.

libyaml's parser (PyYAML's ``CParser``) gives the events; the tree is built here, because PyYAML's own composer reads ``NO``
and ``1:30`` as YAML 1.1 has them, takes the last of two equal keys without a word, and overflows the C stack on deeply nested
input. Scalars are read by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from harness.errors import Place, TagproofError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_DEEPEST = 100
_MOST_BY_ALIAS = 100_000
_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_MEANT = re.compile(r"did you mean `\$?([^`]+)`")
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NUMERIC_START = frozenset("-+.0123456789")
_LONGEST_NUMBER = 400
_STANDARD = "tag:yaml.org,2002:"
_READ_TAGS = frozenset({"!", *(_STANDARD + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))})


def read_plain(text: str) -> Any:
    """An unquoted scalar by the core schema of YAML 1.2: null, boolean, integer, float, else the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC_START or len(text) > _LONGEST_NUMBER:
        return text
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", "", 1))
    return text


@dataclass(slots=True)
class Mark:
    """Where one value was written.

    Attributes:
        line: 1-based; of its key where it has one, else of the value.
        text: a scalar as written, before typing; None for mappings and lists.
        plain: whether a scalar stood without quotes.
        children: marks of the mapping's values by key or of the list's elements in order; None for scalars.
    """

    line: int
    text: str | None = None
    plain: bool = False
    children: dict[str, Mark] | list[Mark] | None = None

    def child(self, key: str | int) -> Mark | None:
        """The mark of one value below this one, if it is there."""
        if isinstance(self.children, dict):
            return self.children.get(key) if isinstance(key, str) else None
        if isinstance(self.children, list) and isinstance(key, int) and 0 <= key < len(self.children):
            return self.children[key]
        return None


@dataclass(slots=True)
class Source:
    """One YAML file, read.

    Attributes:
        name: the file as messages name it.
        data: the plain data (dict, list, str, int, float, bool, None); None where the file has none.
        mark: the root's mark; beneath it one mark for each value in ``data``.
        problems: what was wrong with the YAML itself. What they name is left out of ``data``.
        gone: paths of what was left out or dropped for its mistakes, so that its absence is not told as one more.
        lines: the text's lines.
    """

    name: str
    data: Any = None
    mark: Mark = field(default_factory=lambda: Mark(0))
    problems: list[TagproofError] = field(default_factory=list)
    gone: set[tuple[str | int, ...]] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)

    def deepest(self, path: Iterable[str | int]) -> tuple[Mark, tuple[str | int, ...]]:
        """The mark at a path, and the part of the path that leads to it: segments that are not in the file are skipped."""
        mark, found = self.mark, list[str | int]()
        for key in path:
            if (below := mark.child(key)) is not None:
                mark = below
                found.append(key)
        return mark, tuple(found)

    def place(self, *path: str | int) -> Place:
        """File and line of the value at a path, or of the nearest thing above it."""
        return Place(self.name, self.deepest(path)[0].line)

    def text(self, *path: str | int) -> str | None:
        """The scalar at a path as it was written."""
        mark, found = self.deepest(path)
        return mark.text if found == path else None

    def problem(self, what: str, *path: str | int, mend: str = "") -> TagproofError:
        """A problem with the value at a path. What was meant by a misspelt word counts as dropped: its absence is no second mistake."""
        if path and (meant := _MEANT.match(mend)):
            self.gone.add((*path[:-1], meant[1]))
        return TagproofError(what, place=self.place(*path), mend=mend)

    def is_gone(self, *names: str) -> bool:
        """Whether something of one of these names was dropped, anywhere in the file."""
        return any(part in names for path in self.gone for part in path[-1:])

    def comment_took_the_value(self, line: int) -> bool:
        """Whether the value in this line was lost to a ``#`` that began a comment."""
        return 0 < line <= len(self.lines) and re.search(r"[:\-]\s+#\S", self.lines[line - 1]) is not None

    def drop(self, path: tuple[str | int, ...]) -> None:
        """Take a value, and its mark, out; nothing happens where it is not there."""
        *above, last = path
        self.gone.add(path)
        mark, found = self.deepest(above)
        if len(found) != len(above) or mark.child(last) is None:
            return
        data = self.data
        for key in above:
            data = data[key]
        del data[last]
        del mark.children[last]  # type: ignore[union-attr,arg-type]


def read(path: Path) -> Source:
    """Read a YAML file. Problems are in the result, never raised."""
    source = Source(str(path), mark=Mark(0))
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        source.problems.append(TagproofError("there is no such file", place=source.name, mend="check the path"))
        return source
    except OSError as error:
        reason = error.strerror or type(error).__name__
        source.problems.append(TagproofError(f"the file cannot be read: {reason}", place=source.name, mend="give a readable YAML file"))
        return source
    return parse(raw, source.name)


def parse(raw: bytes | str, name: str) -> Source:
    """Read YAML text. Problems are in the result, never raised.

    Args:
        raw: UTF-8 with or without a byte order mark, or text.
        name: the file as messages name it.
    """
    source = Source(name, mark=Mark(1))
    text = _decoded(raw, source) if isinstance(raw, bytes) else raw.removeprefix("\ufeff")
    if text is None:
        return source
    source.lines = text.splitlines()
    if not text.strip():
        source.problems.append(
            TagproofError("the file is empty", place=Place(name), mend="`tagproof init` writes an example to start from")
        )
        return source
    if (control := _control_character(text)) is not None:
        line = text.count("\n", 0, control) + 1
        source.problems.append(
            TagproofError(
                f"the control character U+{ord(text[control]):04X} is not allowed in YAML",
                place=Place(name, line),
                mend="delete it, or write it as an escape in double quotes",
            )
        )
        return source
    try:
        _Builder(text, source).build()
    except yaml.YAMLError as error:
        source.data = None
        source.problems.append(_syntax_problem(error, source))
    if source.data is None and not source.problems:
        source.problems.append(
            TagproofError(
                "the file holds nothing but comments", place=Place(name, 1), mend="`tagproof init` writes an example to start from"
            )
        )
    elif source.data is not None and not isinstance(source.data, dict):
        kind = "a list" if isinstance(source.data, list) else "a single value"
        source.problems.append(
            TagproofError(
                f"the file is {kind}, not a mapping of keys to values",
                place=Place(name, source.mark.line),
                mend="begin with `name:` in a plan, with `journey:` in a journey's expectations",
            )
        )
        source.data = None
    return source


def _decoded(raw: bytes, source: Source) -> str | None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        source.problems.append(TagproofError("the file is UTF-16, not UTF-8", place=Place(source.name, 1), mend="save it as UTF-8"))
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        source.problems.append(
            TagproofError(f"the byte 0x{raw[error.start]:02X} is not UTF-8", place=Place(source.name, line), mend="save the file as UTF-8")
        )
        return None


_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _control_character(text: str) -> int | None:
    found = _CONTROL.search(text)
    return found.start() if found else None


class _Frame:
    """A mapping or list that is being built."""

    __slots__ = ("anchor", "as_key", "broken", "data", "flow", "key", "key_line", "mark", "size", "template")

    def __init__(self, data: dict[str, Any] | list[Any], mark: Mark, anchor: str | None, *, flow: bool) -> None:
        self.data = data
        self.mark = mark
        self.anchor = anchor
        self.flow = flow
        self.key: str | None = None
        self.key_line = 0
        self.broken = False
        self.as_key = False
        self.template = ""
        self.size = 1


_UNUSABLE = object()


class _Builder:
    """Builds data and marks from libyaml's events, with a stack of its own."""

    def __init__(self, text: str, source: Source) -> None:
        self.text = text
        self.source = source
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, Mark, int]] = {}
        self.by_alias = 0
        self.root_seen = False
        self.key_end = 0

    def problem(self, what: str, line: int, mend: str) -> None:
        self.source.problems.append(TagproofError(what, place=Place(self.source.name, line), mend=mend))

    def build(self) -> None:
        loader = yaml.CSafeLoader(self.text)
        try:
            while True:
                event: Any = loader.get_event()
                kind = type(event)
                if kind is yaml.ScalarEvent:
                    self._scalar(event)
                elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                    self._begin(event, {} if kind is yaml.MappingStartEvent else [])
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    self._end()
                elif kind is yaml.AliasEvent:
                    self._alias(event)
                elif kind is yaml.DocumentStartEvent and self.root_seen:
                    self.problem(
                        "a second document begins here", event.start_mark.line + 1, "one file holds one plan or journey; delete the `---`"
                    )
                    return
                elif kind is yaml.StreamEndEvent:
                    return
        finally:
            loader.dispose()

    def _scalar(self, event: Any) -> None:
        plain = event.implicit[0]
        line = event.start_mark.line + 1
        top = self.stack[-1] if self.stack else None
        if top is not None and type(top.data) is dict and top.key is None:
            self._key(top, event.value, line, plain=plain)
            self.key_end = event.end_mark.index
            if event.anchor is not None:
                self.anchors[event.anchor] = (event.value, Mark(line, event.value), 1)
            return
        value = read_plain(event.value) if plain else event.value
        if event.tag is not None:
            value = self._tagged(event.tag, event.value, value, line)
        mark = Mark(line, event.value, plain)
        if (
            top is not None
            and top.flow
            and plain
            and event.value == ""
            and type(top.data) is dict
            and top.key
            and not (top.as_key or top.broken)
        ):
            between = self.text[self.key_end : event.start_mark.index]
            if ":" not in between:
                self.problem(
                    f"`{top.key}` stands here as a key without a value",
                    top.key_line,
                    "text with a comma needs quotes inside { }; a key needs a value",
                )
                value = _UNUSABLE
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, mark, 1)
        self._put(value, mark)

    def _tagged(self, tag: str, text: str, value: Any, line: int) -> Any:
        if tag not in _READ_TAGS:
            self.problem(f"the YAML tag `{tag.replace(_STANDARD, '!!')}` is not read", line, "write the value without a tag")
            return _UNUSABLE
        return text if tag in ("!", _STANDARD + "str") else read_plain(text)

    def _key(self, top: _Frame, key: str, line: int, *, plain: bool) -> None:
        top.key = key
        top.key_line = line
        if key == "<<" and plain:
            self.problem(
                "`<<` merges nothing: there is no inheritance between entries", line, "define shared parameters once under `parameters:`"
            )
            top.key = "x-merge"
        elif key == "" and plain:
            self.problem("a key is empty", line, "write the key before the colon")
            top.key = "x-empty"

    def _begin(self, event: Any, data: dict[str, Any] | list[Any]) -> None:
        line = event.start_mark.line + 1
        if len(self.stack) >= _DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        if event.tag is not None and event.tag not in _READ_TAGS:
            self.problem(f"the YAML tag `{event.tag.replace(_STANDARD, '!!')}` is not read", line, "write the value without a tag")
        mark = Mark(line, children={} if type(data) is dict else [])
        frame = _Frame(data, mark, event.anchor, flow=bool(event.flow_style))
        top = self.stack[-1] if self.stack else None
        frame.as_key = top is not None and type(top.data) is dict and top.key is None
        self.stack.append(frame)

    def _end(self) -> None:
        frame = self.stack.pop()
        top = self.stack[-1] if self.stack else None
        if top is not None and frame.as_key:
            self._unusable_key(top, frame)
            return
        if frame.anchor is not None:
            self.anchors[frame.anchor] = (frame.data, frame.mark, frame.size)
        if top is not None:
            top.size += frame.size
        self._put(_UNUSABLE if frame.broken else frame.data, frame.mark)

    def _unusable_key(self, top: _Frame, frame: _Frame) -> None:
        if top.flow and frame.flow and type(frame.data) is dict:
            name = next(iter(frame.mark.children or ()), "") or frame.template
            self.problem(
                f"`{{{{ {name} }}}}` is a template, and nothing fills templates in here", frame.mark.line,
                f"write ${name} and name its source under `values:`",
            )  # fmt: skip
            top.template = str(name)
        else:
            self.problem("a key must be a text, and this one is a list or a mapping", frame.mark.line, "quote it, or give it a name")
        top.broken = True
        top.key = "x-unusable"
        top.key_line = frame.mark.line

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        known = self.anchors.get(event.anchor)
        top = self.stack[-1] if self.stack else None
        if top is not None and type(top.data) is dict and top.key is None:
            self._key(top, f"*{event.anchor}", line, plain=False)
            self.problem(f"`*{event.anchor}` cannot be a key", line, "write the key itself, in quotes if it begins with `*`")
            self.key_end = event.end_mark.index
            return
        if known is None:
            self.problem(
                f"`*{event.anchor}` refers to an anchor that is not defined above it", line,
                f"a text that begins with `*` needs quotes: '*{event.anchor}'",
            )  # fmt: skip
            self._put(_UNUSABLE, Mark(line))
            return
        data, mark, size = known
        self.by_alias += size
        if top is not None:
            top.size += size
        if self.by_alias > _MOST_BY_ALIAS:
            raise yaml.MarkedYAMLError(problem="aliases repeat too much", problem_mark=event.start_mark)
        self._put(data, Mark(mark.line, mark.text, mark.plain, mark.children))

    def _put(self, value: Any, mark: Mark) -> None:
        if not self.stack:
            self.root_seen = True
            self.source.data = None if value is _UNUSABLE else value
            self.source.mark = mark
            return
        top = self.stack[-1]
        top.size += 1
        if type(top.data) is list:
            if value is not _UNUSABLE:
                top.data.append(value)
                top.mark.children.append(mark)  # type: ignore[union-attr]
            return
        key, top.key = top.key, None
        children = top.mark.children
        assert type(top.data) is dict
        assert type(children) is dict
        assert key is not None
        if key in children:
            self.problem(f"`{key}` is written twice here, first in line {children[key].line}", top.key_line, "keep one of the two")
            return
        if value is _UNUSABLE:
            self.source.gone.add((*(frame.key or len(frame.data) for frame in self.stack[:-1]), key))
            return
        top.data[key] = value
        mark.line = top.key_line
        children[key] = mark


def _syntax_problem(error: yaml.YAMLError, source: Source) -> TagproofError:
    problem = str(getattr(error, "problem", None) or error)
    mark: Any = getattr(error, "problem_mark", None)
    began: Any = getattr(error, "context_mark", None) or mark
    line = mark.line + 1 if mark is not None else 1
    text = source.lines[line - 1] if 0 < line <= len(source.lines) else ""
    at = text[mark.column : mark.column + 1] if mark is not None else ""

    def said(what: str, mend: str, line: int = line) -> TagproofError:
        return TagproofError(what, place=Place(source.name, max(1, min(line, len(source.lines)))), mend=mend)

    if "\t" in text[: len(text) - len(text.lstrip())] or at == "\t":
        return said("the line is indented with a tab, which YAML forbids", "indent with spaces")
    if "nested too deeply" in problem or "aliases repeat" in problem:
        return said(f"the YAML is {problem}" if "nested" in problem else problem, "a plan needs no such depth: write it out")
    if "unknown escape character" in problem:
        return said(
            "a backslash inside double quotes begins an escape, and this one is none", "write patterns in single quotes: '^T-\\d+$'"
        )
    if "unexpected end of stream" in problem or "unexpected document indicator" in problem:
        return said("a quote is opened here and never closed", "close the quote", began.line + 1 if began else line)
    if "expected ',' or" in problem:
        bracket = problem.rstrip("'")[-1]
        return said(
            f"a bracket is opened here, and `{bracket}` or a comma is missing",
            f"close it with `{bracket}`",
            began.line + 1 if began else line,
        )
    if "mapping values are not allowed" in problem:
        return said("a colon stands where no key can be", "quote a text that holds `: `, or mend the indentation")
    if "alias" in problem or "alias" in str(getattr(error, "context", None) or "") or at == "*":
        return said("a text that begins with `*` needs quotes: YAML reads it as an alias", "write '*.shop.example' with the quotes")
    if "cannot start any token" in problem:
        return said(f"a text cannot begin with `{at}` in YAML", "put the text in quotes")
    if "expected key" in problem and at == ":":
        return said("a key is empty", "write the key before the colon")
    if "expected key" in problem or "'-' indicator" in problem or "block" in problem:
        return said(
            "the indentation does not fit the lines above", "line the keys of one mapping, or the dashes of one list, up with each other"
        )
    return said(f"this is no YAML: {problem}", "mend the line, or the quotes and brackets above it")
