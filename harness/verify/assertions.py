"""What an expectation's ``where`` asserts, held against one hit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.plan.values import conforms, shown
from harness.verify.compare import absent, at_path, differences, same
from harness.verify.naming import wire_name
from harness.verify.wire import typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.plan.model import Matcher
    from harness.verify.case import Case
    from harness.verify.occurrence import Due, Occurrence

UNKNOWN = object()
"""A ``$name`` whose value is not in the record."""


@dataclass(frozen=True, slots=True)
class Failed:
    """One assertion that does not hold: the destination's name, what was expected and what was there, and how they differ."""

    matcher: Matcher
    name: str
    expected: Any
    actual: Any
    how: str
    missing: bool = False


def failed_matchers(due: Due, each: Occurrence, case: Case) -> Iterator[Failed]:
    """The assertions of the expectation that this hit does not hold. What the destination is not sent is not asserted of it."""
    for matcher in due.expectation.where:
        name = wire_name(due.event, due.sending, matcher.path)
        if name is None:
            continue
        actual = at_path(each.hit.values, name)
        if matcher.has_equals:
            expected = known(matcher.equals, case)
            if expected is UNKNOWN:
                continue
            if absent(expected) and absent(actual):
                continue
            if absent(actual):
                yield Failed(matcher, name, expected, None, "it was not there", missing=True)
            elif not _holds(expected, actual):
                yield Failed(matcher, name, expected, actual, "; ".join(_told(expected, actual)))
        elif matcher.value is not None:
            if absent(actual):
                yield Failed(matcher, name, None, None, "it was not there", missing=True)
                continue
            values = actual if isinstance(actual, list) and matcher.value.type != "array" and "." in matcher.path else [actual]
            for value in values:
                for mismatch in conforms(value, matcher.value, typed=typed(each.hit, name))[:1]:
                    yield Failed(matcher, name, mismatch.expected, value, str(mismatch))


def known(value: Any, case: Case) -> Any:
    """A literal as it is, a ``$name`` as the walk knew it; :data:`UNKNOWN` where it did not."""
    if not (isinstance(value, str) and value.startswith("$")):
        return value
    name = value[1:]
    values = case.recording.values
    if name in values:
        return values[name]
    source = case.expectations.values.get(name)
    return source.literal if source is not None and source.source == "file" else UNKNOWN


def _holds(expected: Any, actual: Any) -> bool:
    if isinstance(actual, list) and not isinstance(expected, list | dict):
        return bool(actual) and all(same(expected, each) for each in actual)
    return same(expected, actual)


def _told(expected: Any, actual: Any) -> list[str]:
    if isinstance(actual, list) and not isinstance(expected, list | dict):
        return [f"expected {shown(expected)}, was {shown(actual)}"]
    return differences(expected, actual)
