"""Data -> document, with every departure from the shape as a problem of its own.

What is faulty is taken out and the rest validated again, so that one misspelt key does not hide the mistakes in the
remainder, neither those of shape nor those that only resolving finds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from harness.plan.document import NOTHING, RAW, kind_of
from harness.plan.spelling import did_you_mean

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from harness.errors import TagproofError
    from harness.plan.yaml_marks import Source

_ROUNDS = 60
_WANTED = {
    "string_type": "a text", "bool_type": "true or false", "int_type": "a whole number", "float_type": "a number", "list_type": "a list",
    "dict_type": "a mapping", "model_type": "a mapping", "model_attributes_type": "a mapping", "finite_number": "a finite number",
}  # fmt: skip

Document = TypeVar("Document", bound=BaseModel)


def shaped(source: Source, model: type[Document]) -> tuple[Document | None, list[TagproofError]]:
    """The file as its document, and all that is wrong with its shape.

    What is faulty is dropped from the source, data and marks alike. None where nothing usable is left.
    """
    problems: list[TagproofError] = []
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(source.data), problems
        except ValidationError as error:
            found = error.errors(include_url=False)
        doomed: dict[tuple[str | int, ...], None] = {}
        said: set[tuple[str | int, ...]] = set()
        for each in found:
            for what, mend, path, drop in _read(each, source):
                if what and path not in said:
                    said.add(path)
                    problems.append(source.problem(what, *path, mend=mend))
                doomed[drop] = None
        if () in doomed:
            return None, problems
        # From the last to the first, so that a list's earlier indices still hold when its later elements have gone.
        for drop in sorted(doomed, key=lambda path: [(isinstance(key, int), str(key), key if isinstance(key, int) else 0) for key in path])[
            ::-1
        ]:
            source.drop(drop)
    return None, problems


def _read(error: ErrorDetails, source: Source) -> list[tuple[str, str, tuple[str | int, ...], tuple[str | int, ...]]]:
    """One pydantic error as (what, mend, path of the mistake, path to drop)."""
    kind = error["type"]
    value = error["input"]
    mark, path = source.deepest(error["loc"])
    key = next((part for part in reversed(path) if isinstance(part, str)), "the file")
    raw = mark.text if mark.text is not None else str(value)
    if kind == "fault":
        # Of an entry from which something was dropped, what is said of it as a whole would be said of the remainder.
        whole = error["ctx"]["whole"]
        told = not whole or not any(gone[:-1] == path for gone in source.gone)
        said = []
        for what, mend, below in error["ctx"]["faults"]:
            at, full = source.deepest(path + below)
            if what == NOTHING:
                said.append((*_empty(str(below[-1]), source, at.line), full, full))
            else:
                said.append((what.replace(RAW, raw) if told else "", mend.replace(RAW, raw), full, path if whole else full))
        return said
    if kind == "missing":
        name = str(error["loc"][-1])
        if (*path, name) in source.gone:
            return [("", "", path, path)]
        noun = _noun(source, path)
        return [(f"{noun} has no `{name}:`", f"add `{name}:`", (*path, name), path)]
    what, mend = _sentence(kind, value, key, raw, error, source, mark.line)
    return [(what, mend, path, path)]


def _noun(source: Source, path: tuple[str | int, ...]) -> str:
    if not path:
        return "the file"
    return f"`{path[-1]}`" if isinstance(path[-1], str) else f"entry {path[-1] + 1} of `{path[-2]}`"


def _empty(key: str, source: Source, line: int) -> tuple[str, str]:
    if source.comment_took_the_value(line):
        return f"`{key}` has nothing in it: the `#` begins a comment", "quote the text"
    return f"`{key}` has nothing in it", "write its value, or delete the line"


def _sentence(kind: str, value: Any, key: str, raw: str, error: ErrorDetails, source: Source, line: int) -> tuple[str, str]:
    context = error.get("ctx", {})
    if value is None:
        return _empty(key, source, line)
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context.get("expected", ""))
        shown = f"`{raw}`" if isinstance(value, (str, int, float)) else kind_of(value)
        return f"{shown} is not known as a value of `{key}`", did_you_mean(str(value), choices)
    if kind in _WANTED:
        wanted = _WANTED[kind]
        if kind == "string_type" and isinstance(value, (int, float)):
            return f"`{raw}` is {kind_of(value)} where `{key}` takes a text", f'write "{raw}" with the quotes'
        if kind in ("float_type", "int_type") and isinstance(value, str):
            return f"`{raw}` is a text where `{key}` takes {wanted}", "write the number without quotes or unit"
        if kind == "string_type" and isinstance(value, list):
            return f"`{key}` takes a text, and this is a list", "write one value; a text that begins with [ needs quotes"
        mend = "begin each entry with a dash" if kind == "list_type" and isinstance(value, dict) else f"write {wanted}"
        return f"`{key}` takes {wanted}, and this is {kind_of(value)}", mend
    if kind == "string_too_short":
        return f"`{key}` is an empty text", "write its value"
    if kind == "too_short":
        return f"`{key}` is an empty list", "list something, or delete the key"
    if kind in ("greater_than_equal", "greater_than"):
        return f"`{raw}` is too small for `{key}`", f"write {context.get('ge', context.get('gt')):g} or more"
    return f"`{key}`: {error['msg']}", "see `tagproof plan schema` for what may be written"
