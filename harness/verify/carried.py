"""What a hit of a planned event must carry at one destination, under the destination's own names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.plan.model import NOWHERE, Event, Mapped, Parameter, Sending, ValueType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.errors import Place

_NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_CALL = re.compile(r"[A-Za-z_]\w*\s*\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One parameter at a destination.

    Attributes:
        name: the destination's documented name, a dotted path where it is nested (``contents.id``).
        ours: the plan's parameter that it comes from; the same as ``name`` where the destination has no other source for it.
        source: the expression of our names that gives it; None for a constant of the destination's own.
        required, forbidden: whether it must, or must not, be there.
        direct: it is our parameter itself, so our type and the rest of our constraints hold for it.
    """

    name: str
    ours: str
    source: str | None
    required: bool
    forbidden: bool = False
    direct: bool = True
    value: ValueType | None = None
    place: Place = NOWHERE


def carried(event: Event, sending: Sending) -> list[Carried]:
    """What the event's hits at this destination carry, in the plan's order."""
    if sending.parameters is None:
        return [
            Carried(
                name=each.name, ours=each.name, source=each.name, required=each.presence == "required",
                forbidden=each.presence == "forbidden", value=each.value, place=each.place,
            )
            for each in event.parameters
        ]  # fmt: skip
    parameters = {each.name: each for each in event.parameters}
    found = [each for mapped in sending.parameters if (each := _mapped(mapped, parameters)) is not None]
    named = {each.name for each in found}
    found += [
        Carried(name=each.name, ours=each.name, source=each.name, required=False, forbidden=True, value=each.value, place=each.place)
        for each in event.parameters
        if each.presence == "forbidden" and each.name not in named
    ]
    return found


def _mapped(mapped: Mapped, parameters: Mapping[str, Parameter]) -> Carried | None:
    if mapped.omitted:
        return None
    if mapped.source is None:
        return Carried(name=mapped.name, ours=mapped.name, source=None, required=True, direct=False, value=mapped.value, place=mapped.place)
    names = list(names_of(mapped.source))
    roots = [name.split(".")[0] for name in names]
    own = [parameters[root] for root in roots if root in parameters]
    if not roots or len(own) < len(roots) or any(each.presence == "forbidden" for each in own):
        return None
    plain = mapped.source.strip()
    direct = plain in parameters
    value = mapped.value
    if value is None:
        value = parameters[plain].value if direct else type_at(event_type(own[0]), plain.split(".")[1:]) if names == [plain] else None
    required = all(each.presence == "required" for each in own) and all(_required_at(own[i], names[i]) for i in range(len(names)))
    return Carried(
        name=mapped.name, ours=roots[0], source=mapped.source, required=required, direct=direct, value=value,
        place=mapped.place if mapped.place.file else own[0].place,
    )  # fmt: skip


def names_of(expression: str) -> Iterator[str]:
    """The names of values in an expression (``items.quantity`` of ``sum(items.quantity)``), functions and literals left out."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", " ", expression)
    calls = {match.start() for match in _CALL.finditer(bare)}
    for match in _NAME.finditer(bare):
        if match.start() not in calls and match.group() not in ("and", "or", "not", "in", "if", "else", "true", "false", "null"):
            yield match.group()


def event_type(parameter: Parameter) -> ValueType:
    """The parameter's own type."""
    return parameter.value


def type_at(value: ValueType, names: list[str]) -> ValueType | None:
    """The type at a path within a type; through an array, an array of that type. None where the plan says nothing."""
    if value.type == "array" and value.items is not None and names:
        inner = type_at(value.items, names)
        return ValueType(type="array", items=inner) if inner is not None else None
    if not names:
        return value
    child = next((each for each in value.properties if each.name == names[0]), None)
    return type_at(child.value, names[1:]) if child is not None else None


def _required_at(parameter: Parameter, path: str) -> bool:
    value, names = parameter.value, path.split(".")[1:]
    for name in names:
        value = value.items if value.type == "array" and value.items is not None else value
        child = next((each for each in value.properties if each.name == name), None)
        if child is None:
            return not value.properties
        if child.presence != "required":
            return False
        value = child.value
    return True


def wire_name(event: Event, sending: Sending, ours: str) -> str | None:
    """The destination's name of our parameter (or path), where it sends that parameter as it is; None where it does not."""
    for each in carried(event, sending):
        if each.source is not None and not each.forbidden and each.source.strip() == ours:
            return each.name
    root, dot, rest = ours.partition(".")
    if dot:
        for each in carried(event, sending):
            if each.direct and not each.forbidden and each.source is not None and each.source.strip() == root:
                return f"{each.name}.{rest}"
    return ours if sending.parameters is None else None


def our_values(event: Event, sending: Sending, values: Mapping[str, Any]) -> dict[str, Any]:
    """A hit's values under our names, as far as the destination sends them as they are."""
    from harness.verify.compare import ABSENT, at_path

    ours = dict(values) if sending.parameters is None else {}
    for each in carried(event, sending):
        if each.direct and each.source is not None and not each.forbidden:
            found = at_path(values, each.name)
            if found is not ABSENT:
                ours[each.source.strip()] = found
    return ours


def without_constraints(value: ValueType) -> ValueType:
    """The type alone."""
    return replace(ValueType(), type=value.type)
