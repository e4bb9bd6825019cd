"""Our names and a destination's: which of the two a value has, and what it is called on the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.plan import carried as plan_carried
from harness.plan.expression import ExpressionError, parse_source
from harness.plan.rules import ABSENT
from harness.verify.compare import at_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.plan.carried import Carried
    from harness.plan.model import Event, Sending

_known: dict[tuple[int, int], tuple[Event, Sending, tuple[Carried, ...]]] = {}
_MANY = 4096


def carried(event: Event, sending: Sending) -> tuple[Carried, ...]:
    """What the event's hits carry at this destination; see :func:`harness.plan.carried.carried`. Worked out once."""
    key = (id(event), id(sending))
    known = _known.get(key)
    if known is None or known[0] is not event or known[1] is not sending:
        if len(_known) > _MANY:
            _known.clear()
        known = _known[key] = (event, sending, plan_carried.carried(event, sending))
    return known[2]


def ours(each: Carried) -> str:
    """Our parameter that a destination's comes from; the destination's own name where it comes from none."""
    if each.source is None:
        return each.name.partition(".")[0]
    name = next(iter(names_of(each.source)), each.name)
    return name.partition(".")[0]


def names_of(expression: str) -> list[str]:
    """The paths of our values that an expression reads (``items.quantity`` of ``sum(items.quantity)``)."""
    try:
        tree = parse_source(expression)
    except ExpressionError:
        return []
    found: list[str] = []
    pending: list[Any] = [tree]
    while pending:
        node = pending.pop(0)
        if hasattr(node, "path"):
            found.append(node.path)
        for field in getattr(node, "__dataclass_fields__", ()):
            child = getattr(node, field)
            pending += list(child) if isinstance(child, tuple) else [child] if hasattr(child, "__dataclass_fields__") else []
    return found


def direct(each: Carried) -> bool:
    """Whether it is our parameter itself, not derived from it."""
    return each.source is not None and each.source.strip().isidentifier()


def wire_name(event: Event, sending: Sending, path: str) -> str | None:
    """The destination's name of our parameter (or a path into it), where it sends that as it is; None where it does not."""
    for each in carried(event, sending):
        if each.source is not None and each.presence != "forbidden" and each.source.strip() == path:
            return each.name
    root, dot, rest = path.partition(".")
    if dot:
        for each in carried(event, sending):
            if each.presence != "forbidden" and each.source is not None and each.source.strip() == root:
                return f"{each.name}.{rest}"
    return path if sending.parameters is None else None


def our_values(event: Event, sending: Sending, values: Mapping[str, Any]) -> dict[str, Any]:
    """A hit's values under our names, as far as the destination sends them as they are."""
    found = dict(values) if sending.parameters is None else {}
    for each in carried(event, sending):
        if direct(each) and each.source is not None and each.presence != "forbidden":
            value = at_path(values, each.name)
            if value is not ABSENT:
                found[each.source.strip()] = value
    return found
