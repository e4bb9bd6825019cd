"""The demo shop's named faults, as data: what breaks, and under which codes each scenario must report it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.errors import TagproofError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COOKIE = "demo_faults"
ENVIRONMENT = "TAGPROOF_DEMO_FAULTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which the shop's tracking can be broken.

    Attributes:
        name: kebab-case, as in the cookie and in the environment variable.
        title: one line; description: what the visitor's browser then does, and what it costs.
        journey: the test in journeys/ that walks into it.
        expected: scenario -> codes that its walk is reported under; a scenario that is not listed passes.
        stub_status: vendor -> HTTP status its stub must answer with, for faults of the receiving side; the shop itself stays sound.
    """

    name: str
    title: str
    description: str
    journey: str
    expected: Mapping[str, frozenset[str]]
    stub_status: Mapping[str, int] = field(default_factory=dict)


FAULTS: dict[str, Fault] = {}


def parse(text: str) -> frozenset[str]:
    """The names in a comma-separated list.

    Raises:
        TagproofError: a fault of that name does not exist.
    """
    names = frozenset(name for each in text.replace("%2C", ",").split(",") if (name := each.strip()))
    check(names)
    return names


def check(names: Iterable[str]) -> None:
    """Refuses names of faults that do not exist.

    Raises:
        TagproofError: naming the first that is unknown.
    """
    for name in sorted(names):
        if name not in FAULTS:
            raise TagproofError(f"the demo shop has no fault {name!r}", mend=f"name one or more of: {', '.join(FAULTS)}")
