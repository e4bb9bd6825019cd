"""Whether a wire told the type of a value, so that text where a number is agreed is a defect and not the wire's manner."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.decode.hit import Hit, Parameter

_TYPED_KEYS = ("ep.", "epn.", "up.", "upn.")
"""GA4's keys, which tell text (``ep.``) from number (``epn.``)."""


def typed(hit: Hit, name: str) -> bool:
    """Whether the wire told the type of the value of this documented name.

    JSON does, so do the data layer and GA4's event parameters; in a query string or a form all is text. A query's value that a
    decoder has typed keeps its text beside it, so a number, boolean or structure without one came typed.
    """
    if hit.vendor == "data-layer":
        return True
    root = name.partition(".")[0]
    own = next((each for each in hit.parameters if _names(each, root)), None)
    if own is not None and own.name.startswith(_TYPED_KEYS):
        return True
    return any(each.text is None and isinstance(each.value, bool | int | float | dict | list) for each in hit.parameters)


def _names(parameter: Parameter, root: str) -> bool:
    if parameter.field is not None:
        return parameter.field.partition(".")[0] == root
    return parameter.name == root or parameter.name.rpartition(".")[2] == root
