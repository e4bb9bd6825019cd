"""A verdict as short text.

One violation is one paragraph: where it was expected, the step, the check's code and the scenario; below, what happened.
"""

from __future__ import annotations

import os
import shutil
import textwrap
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from harness.report.masking import mask_text

if TYPE_CHECKING:
    from harness.errors import Place
    from harness.verify.violation import Doubt, Verdict, Violation

INDENT = "  "
_CODES = {"red": "31", "yellow": "33", "green": "32", "bold": "1", "dim": "2"}
Paint = Literal["red", "yellow", "green", "bold", "dim"]


def verdict_text(verdict: Verdict, *, width: int | None = None, color: bool = False) -> str:
    """Every violation, then every doubt, then every warning; ``passed`` where there is none of the first two.

    Args:
        verdict: what to write.
        width: columns to wrap at; None for the terminal's own.
        color: whether to use ANSI colours.
    """
    columns = width or shutil.get_terminal_size((100, 24)).columns
    parts = [violation_text(each, width=columns, color=color) for each in verdict.violations]
    parts += [doubt_text(each, scenario=verdict.scenario, width=columns, color=color) for each in verdict.doubts]
    parts += [violation_text(each, width=columns, color=color, warning=True) for each in verdict.warnings]
    if verdict.state == "passed":
        name = _line(verdict.journey)
        parts.insert(0, " ".join(word for word in (_paint("passed", "green", color), name, f"[{_line(verdict.scenario)}]") if word))
    return "\n".join(parts)


def violation_text(violation: Violation, *, width: int = 100, color: bool = False, warning: bool = False) -> str:
    """One violation: a heading line and its message, indented and wrapped."""
    heading = (
        place_text(violation.place),
        _line(violation.step_title),
        _paint(_line(violation.code), "yellow" if warning else "red", color),
        f"[{_line(violation.scenario)}]",
    )
    before = "warning: " if warning else ""
    return before + INDENT.join(part for part in heading if part) + _body(violation.message, width)


def doubt_text(doubt: Doubt, *, scenario: str, width: int = 100, color: bool = False) -> str:
    """One doubt: ``inconclusive: `` with the step and the code, and its message, indented and wrapped."""
    heading = (_line(doubt.step_title), _paint(_line(doubt.code), "yellow", color), f"[{_line(scenario)}]")
    return "inconclusive: " + INDENT.join(part for part in heading if part) + _body(doubt.message, width)


def place_text(place: Place | None) -> str:
    """``file:line``, relative to the working directory where the file is below it; empty for no place."""
    if place is None or not place.file:
        return ""
    path = Path(place.file)
    if path.is_absolute() and path.is_relative_to(here := Path.cwd()):
        path = path.relative_to(here)
    return _line(f"{os.fspath(path)}:{place.line}" if place.line else os.fspath(path))


def readable(text: str) -> str:
    """Text for people: masked, and with paths below the working directory as seen from there."""
    return mask_text(text).replace(f"{Path.cwd()}{os.sep}", "")


def printable(text: str) -> str:
    """The text without what would steer a terminal: control, format and bidirectional characters become visible escapes."""
    if text.isprintable():
        return text
    return "".join(
        char if char == "\n" or char.isprintable() or unicodedata.category(char) == "Zs" else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def _line(text: str) -> str:
    return " ".join(printable(mask_text(text)).split("\n")).strip()


def _body(message: str, width: int) -> str:
    wrapped = []
    for paragraph in printable(readable(message)).split("\n"):
        own = paragraph[: len(paragraph) - len(paragraph.lstrip(" "))]
        wrapped += textwrap.wrap(
            paragraph, max(width, 40), initial_indent=INDENT, subsequent_indent=INDENT + own,
            break_long_words=False, break_on_hyphens=False, replace_whitespace=False,
        )  # fmt: skip
    return "".join(f"\n{line}" for line in wrapped)


def _paint(text: str, color: Paint, asked: bool) -> str:
    return f"\x1b[{_CODES[color]}m{text}\x1b[0m" if asked and text else text
