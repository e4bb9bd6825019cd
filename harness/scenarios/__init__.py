"""One file per scenario: ``SCENARIO``. What it disturbs, and what it changes in what is expected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.plan.model import Expectations
    from harness.verify.conditions import Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One document load of the walk so far.

    Attributes:
        page, ordinal: the tab and the load's number in it, as in the recording.
        current: whether the tab is still open and still shows it.
        posted: whether the document is the answer to a POST, so that a reload would send the form again.
    """

    page: str
    ordinal: int
    url: str
    current: bool
    posted: bool = False


class Stage(Protocol):
    """What a scenario may do to a walk; the journey implements it."""

    @property
    def expectations(self) -> Expectations:
        """What the walk is judged against."""

    def loads_once_per(self) -> list[Load]:
        """The loads that fired an event which the plan allows once per some parameter, in order."""

    def loads_of_steps(self, titles: tuple[str, ...]) -> list[Load]:
        """The load that each of these steps ended on."""

    def current_loads(self) -> list[Load]:
        """What the open tabs show."""

    def reload(self, load: Load) -> None:
        """Reload a current load in its tab, and wait for what it sends."""

    def revisit(self, load: Load) -> None:
        """Open a load's URL in a new tab, as a visitor who comes back does, and wait for what it sends."""

    def deny(self, purposes: frozenset[str] | None) -> None:
        """Deny consent through the banner (None: all purposes) and read it back."""

    def clear_consent(self) -> None:
        """Forget a stored consent decision before the landing, where one came with the browser's storage state."""

    def drop_campaign(self, names: tuple[str, ...]) -> None:
        """Take these campaign parameters (globs) off every main-frame navigation that comes from outside the site."""

    def not_applied(self, reason: str, *, kind: str) -> None:
        """Say that the disturbance could not be made: the walk is inconclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The conditions a journey is walked under.

    Attributes:
        name: kebab-case; title and description for people.
        parameters: name -> meaning of its own parameters in the expectation file.
        conditions: (expectations, parameters) -> what it changes in what is expected.
        before_landing, at_landed, after_last_step: what it does to the walk at those moments; None for nothing.
            ``at_landed`` runs when the first page has loaded, before the test's code goes on.
    """

    name: str
    title: str
    description: str
    conditions: Callable[[Expectations, Mapping[str, Any]], Conditions]
    parameters: Mapping[str, str] = field(default_factory=dict)
    before_landing: Callable[[Stage, Mapping[str, Any]], None] | None = None
    at_landed: Callable[[Stage, Mapping[str, Any]], None] | None = None
    after_last_step: Callable[[Stage, Mapping[str, Any]], None] | None = None
