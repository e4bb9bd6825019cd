"""The plan and a journey's expectations, resolved: shared definitions followed, short forms spelled out, marks kept.

The YAML's own shape is in :mod:`harness.plan.document`; this is what verification reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from harness.errors import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

NOWHERE = Place("")
Presence = Literal["required", "optional", "forbidden"]
Severity = Literal["blocker", "critical", "normal", "minor", "trivial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueType:
    """What a value must be: JSON Schema's words. All None/empty means anything goes.

    ``schema`` holds further JSON Schema verbatim. ``properties`` and ``items`` nest.
    """

    type: Literal["string", "number", "integer", "boolean", "object", "array"] | None = None
    enum: tuple[Any, ...] | None = None
    const: Any = None
    has_const: bool = False
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_items: int | None = None
    max_items: int | None = None
    items: ValueType | None = None
    properties: tuple[Parameter, ...] = ()
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A named value that an event (or an item) carries."""

    name: str
    presence: Presence = "required"
    value: ValueType = field(default_factory=ValueType)
    description: str = ""
    why: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An arithmetic or equality between parameters; evaluated by :mod:`harness.plan.rules`."""

    check: str
    tolerance: float = 0.0
    why: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Where a destination's parameter comes from: our value's path or derivation, or a constant, or left out.

    ``source`` is an expression of our names (``value``, ``items.item_id``, ``sum(items.quantity)``); None with
    ``omitted`` (the plan said ``false``) or with ``value`` (a const or other constraint of its own).
    """

    name: str
    source: str | None = None
    omitted: bool = False
    value: ValueType | None = None
    presence: Presence = "required"
    """Of a value of its own; what has a source is as present as the source."""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """That an event is sent to a destination, under which wire name.

    ``parameters`` None: all of the event's parameters under their own names; else the closed list (the destination's and
    the sending's own merged, omissions removed).
    """

    destination: str
    event: str
    account: Mapping[str, str] | str | None = None
    parameters: tuple[Mapped, ...] | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An agreed event. ``once_per``: None, ``("page",)`` or parameter names, per destination, within a walk."""

    name: str
    parameters: tuple[Parameter, ...] = ()
    sent_to: tuple[Sending, ...] = ()
    once_per: tuple[str, ...] | None = None
    once_per_place: Place = NOWHERE
    rules: tuple[Rule, ...] = ()
    conversion: Literal["macro", "micro"] | None = None
    severity: Severity = "normal"
    owner: str = ""
    why: str = ""
    trigger: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A vendor's account that events are sent to. ``vendor`` is ``data-layer`` for the layer itself (account: its name).

    ``account``: one for every environment, or by environment name; an environment that is not named must send nothing.
    """

    id: str
    vendor: str
    account: Mapping[str, str] | str
    purpose: str | None = None
    without_consent: Literal["nothing", "cookieless"] = "nothing"
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a visitor can grant or deny, with the consent-mode signals it stands for."""

    name: str
    signals: tuple[str, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRules:
    """What a landing URL may carry, and which destinations must be told of it."""

    parameters: tuple[Parameter, ...] = ()
    reaches: tuple[str, ...] = ()
    internal_links: Literal["forbidden", "allowed"] = "allowed"
    paid: tuple[str, ...] = ()
    """Landing paths (globs) that the plan calls paid: they must carry the required campaign parameters."""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSetup:
    """How the banner is driven: a platform by id, or selectors for grant, deny (and manage, per purpose)."""

    platform: str | None = None
    selectors: Mapping[str, str] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPartyEndpoint:
    """A site's own endpoint that receives for a vendor (server-side GTM, a proxied SDK host)."""

    vendor: str
    host: str
    path: str = "*"
    role: Literal["collect", "library", "config"] = "collect"
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingPlan:
    """The agreed events, parameters and destinations of a site."""

    name: str
    path: str = ""
    version: str = ""
    owner: str = ""
    environments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    campaign: CampaignRules | None = None
    events: Mapping[str, Event] = field(default_factory=dict)
    unplanned: Literal["ignore", "warn", "fail"] = "warn"
    consent: ConsentSetup | None = None
    endpoints: tuple[FirstPartyEndpoint, ...] = ()
    timers: float = 60.0
    """Seconds that the page's clock is put forward before absence is claimed."""

    def environment_of(self, host: str | None) -> str | None:
        """The environment whose hosts name this one (``shop.example``, ``*.shop.example``, ``localhost:8000``); None if none does."""
        from fnmatch import fnmatchcase

        if host is None:
            return None
        bare = host.rsplit(":", 1)[0]
        for name, hosts in self.environments.items():
            if any(fnmatchcase(host, each) or fnmatchcase(bare, each) for each in hosts):
                return name
        return None

    def account_of(self, destination: str, environment: str | None, sending: Sending | None = None) -> str | None:
        """The account that hits to this destination must carry; None where the environment must send nothing."""
        account = self.destinations[destination].account
        if sending is not None and sending.account is not None:
            if not isinstance(account, str) and environment not in account:
                return None
            account = sending.account
        if isinstance(account, str):
            return account
        return account.get(environment) if environment is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """What ``where`` asserts of one value: an equality (``equals``, a literal or ``$name``) or a constraint."""

    path: str
    equals: Any = None
    has_equals: bool = False
    value: ValueType | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a step must send. ``times`` is (least, most); most None for no limit. ``to`` None: every destination of the event."""

    event: str
    times: tuple[int, int | None] = (1, 1)
    within: float | None = None
    to: tuple[str, ...] | None = None
    where: tuple[Matcher, ...] = ()
    why: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class StepExpectations:
    """What one step must and must not send. ``page``: a path glob by which a HAR, which has no steps, finds it."""

    step: str
    page: str | None = None
    listed_order: bool = False
    expect: tuple[Expectation, ...] = ()
    forbid: tuple[str, ...] = ()
    forbid_others: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioUse:
    """A scenario the journey is walked under, with the scenario's own parameters."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    known_issue: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSource:
    """Where ``$name`` comes from: the file (``literal``), the page (``selector``), or the test's code."""

    name: str
    source: Literal["file", "page", "code"] = "file"
    literal: Any = None
    selector: str = ""
    type: Literal["string", "number", "integer"] = "string"
    decimal: str = "."
    attribute: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """A journey's expectations, bound to its plan."""

    journey: str
    plan: TrackingPlan
    path: str = ""
    scenarios: tuple[ScenarioUse, ...] = ()
    values: Mapping[str, ValueSource] = field(default_factory=dict)
    forbid: tuple[str, ...] = ()
    steps: tuple[StepExpectations, ...] = ()
    place: Place = NOWHERE
