"""Faults of the input, the machine or the tool; never defects of the site under test.

A defect of the site is a :class:`harness.verify.violation.Violation`, which is data and not an exception.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written: a file and a line (1-based; 0 where the file has no lines)."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class TagproofError(Exception):
    """One fault, said once: what is wrong, where, and how to mend it.

    Args:
        what: the fault, one sentence.
        place: where it is (file:line, step, request), or nothing.
        mend: what the user does about it, one sentence, or nothing.
    """

    exit_code = 2

    def __init__(self, what: str, *, place: Place | str | None = None, mend: str = "") -> None:
        self.what = what
        self.place = place
        self.mend = mend
        super().__init__(what, place, mend)

    def __str__(self) -> str:
        at = f"{self.place}: " if self.place else ""
        mend = f"\n  mend: {self.mend}" if self.mend else ""
        return f"{at}{self.what}{mend}"


class PlanError(TagproofError):
    """A plan or expectation file cannot be used. Carries every problem found, not just the first."""

    def __init__(self, problems: list[TagproofError]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(first.what, place=first.place, mend=first.mend)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class RecordingError(TagproofError):
    """A recording, HAR or request file cannot be read."""


class BrowserError(TagproofError):
    """The browser is missing, did not start, or cannot be captured."""


class DiscoveryError(TagproofError):
    """A vendor, check, scenario or consent platform is malformed, or clashes with another."""
