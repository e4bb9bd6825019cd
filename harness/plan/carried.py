"""What a hit of an event carries at a destination: our parameters under the destination's names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.plan.expression import ExpressionError, parse_source
from harness.plan.model import NOWHERE, ValueType
from harness.plan.scope import Scope
from harness.plan.values import same

if TYPE_CHECKING:
    from harness.errors import Place
    from harness.plan.model import Event, Presence, Sending, TrackingPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One parameter of an event as one destination has it.

    Attributes:
        name: the destination's name for it (``content_ids``, ``contents.id``).
        presence: required, optional (something that it is made of is) or forbidden.
        value: what it must be, with the constraints of ours that hold there too.
        source: the expression of our values that gives it; None for a constant of the destination's own.
        place: where the plan says so.
    """

    name: str
    presence: Presence = "required"
    value: ValueType = field(default_factory=ValueType)
    source: str | None = None
    place: Place = NOWHERE


def carried(event: Event, sending: Sending) -> tuple[Carried, ...]:
    """Every parameter that a hit of this event carries at this destination, and those it must not.

    What the plan forbids is forbidden at every destination, under our name, also where a closed list renames the rest.
    """
    if sending.parameters is None:
        return tuple(
            Carried(name=each.name, presence=each.presence, value=each.value, source=each.name, place=each.place)
            for each in event.parameters
        )
    scope = Scope(event.parameters, owner=f"`{event.name}`")
    found: dict[str, Carried] = {}
    for mapped in sending.parameters:
        if mapped.source is None:
            found[mapped.name] = Carried(name=mapped.name, presence=mapped.presence, value=mapped.value or ValueType(), place=mapped.place)
            continue
        try:
            meaning = scope.meaning(parse_source(mapped.source))
        except ExpressionError:
            # Of the landing's campaign, which the event does not know; or of a plan that was not loaded from a file.
            found[mapped.name] = Carried(name=mapped.name, presence="optional", source=mapped.source, place=mapped.place)
            continue
        found[mapped.name] = Carried(
            name=mapped.name,
            presence="optional" if meaning.optional else "required",
            value=meaning.as_value_type(),
            source=mapped.source,
            place=mapped.place,
        )
    for each in event.parameters:
        if each.presence == "forbidden" and each.name not in found:
            found[each.name] = Carried(name=each.name, presence="forbidden", place=each.place)
    return tuple(found.values())


def told_apart_by(plan: TrackingPlan, one: tuple[Event, Sending], other: tuple[Event, Sending]) -> str | None:
    """What tells the hits of two events apart that share a wire name at one destination.

    Returns:
        The destination's name of a required parameter whose ``const`` differs; ``account`` where the accounts differ in every
        environment in which both are sent; None where nothing does.
    """
    environments: list[str | None] = [*plan.environments, None]
    accounts = [[plan.account_of(sending.destination, each, sending) for each in environments] for _, sending in (one, other)]
    pairs = [(mine, theirs) for mine, theirs in zip(*accounts, strict=True) if mine is not None and theirs is not None]
    if all(mine != theirs for mine, theirs in pairs):
        return "account"
    consts = [
        {each.name: each.value.const for each in carried(*pair) if each.value.has_const and each.presence == "required"}
        for pair in (one, other)
    ]
    for name, value in consts[0].items():
        if name in consts[1] and not same(value, consts[1][name], typed=False) and not same(consts[1][name], value, typed=False):
            return name
    return None
