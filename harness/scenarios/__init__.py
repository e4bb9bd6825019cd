"""One file per scenario: ``SCENARIO``. What it disturbs, and what it changes in what is expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from harness.plan.model import Expectations
    from harness.verify.conditions import Conditions

Parameters = Mapping[str, Any]


class Stage(Protocol):
    """What a scenario may do to a walk; the journey implements it."""

    context: BrowserContext
    expectations: Expectations

    def open_pages(self) -> list[Page]:
        """The tabs still open, in order of opening."""

    def loads_with_once_per(self, step_titles: tuple[str, ...] | None = None) -> list[tuple[str, int, str, bool]]:
        """Document loads that fired a ``once_per`` event: (tab, load, url, is the tab still open and on it)."""

    def reload(self, page: Page, *, scenario: str) -> None:
        """Reload the tab; a page that is the result of a POST is not re-posted: ``reload-resubmits`` is recorded."""

    def revisit(self, url: str, *, scenario: str, tab: str, load: int) -> None:
        """Open a page that was already left, by URL, in a new tab."""

    def deny(self, purposes: frozenset[str] | None, *, scenario: str) -> None:
        """Deny consent through the banner (None: all) and read it back."""

    def clear_consent(self) -> None:
        """Remove a stored consent decision (cookies and storage of the site) before the landing."""

    def drop_campaign(self, names: tuple[str, ...], *, scenario: str) -> None:
        """Take campaign parameters off every main-frame navigation that comes from outside the site."""

    def not_applied(self, scenario: str, reason: str) -> None:
        """The disturbance could not be made: the walk is inconclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The conditions a journey is walked under.

    Attributes:
        name: kebab-case; title and description for people.
        parameters: the names and types of its own parameters in the expectation file, with what they mean.
        conditions: (expectations, parameters) -> what it changes in what is expected.
        before_landing, at_landed, after_last_step: what it does to the walk at those moments; None for nothing.
            ``at_landed`` runs when the first page has loaded, before the test's code goes on.
    """

    name: str
    title: str
    description: str
    conditions: Callable[[Expectations, Parameters], Conditions]
    parameters: Mapping[str, str] = ()  # type: ignore[assignment]
    before_landing: Callable[[Stage, Parameters], None] | None = None
    at_landed: Callable[[Stage, Parameters], None] | None = None
    after_last_step: Callable[[Stage, Parameters], None] | None = None
