"""The two files' JSON Schemas for editors (draft 2020-12), made from the documents that the loader validates with.

Short forms are ``if/then/else`` and not ``oneOf``, so that an editor says "'requird' is not one of …" and not "not valid under
any of the given schemas". What a schema cannot say (unknown names, contradictions, unused values) the loader does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.plan.document import JourneyDocument, PlanDocument

if TYPE_CHECKING:
    from harness.plan.document import Entry

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plan_schema() -> dict[str, Any]:
    """The schema of ``*.plan.yaml``."""
    return _schema(PlanDocument, "tagproof: a tracking plan")


def journey_schema() -> dict[str, Any]:
    """The schema of ``*.journey.yaml``."""
    return _schema(JourneyDocument, "tagproof: a journey's expectations")


def _schema(model: type[Entry], title: str) -> dict[str, Any]:
    made = _plain(model.model_json_schema(by_alias=True))
    return {"$schema": _DIALECT, "title": title, **{key: value for key, value in made.items() if key != "title"}}


def _plain(node: Any, *, names: bool = False) -> Any:
    """A schema without pydantic's titles, null alternatives and defaults that say nothing.

    Args:
        node: a schema, or a mapping of names to schemas.
        names: whether its keys are names (``properties``, ``$defs``), of which one may be ``title`` or ``default``.
    """
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {key: _plain(value) for key, value in node.items()}
    made = {
        key: _plain(value, names=key in ("properties", "$defs", "patternProperties"))
        for key, value in node.items()
        if key not in ("title", "propertyNames") and not (key == "default" and value in (None, "", [], {}))
    }
    choices = made.get("anyOf")
    if choices is not None:
        # A key is left out, never null: the loader refuses one without a value.
        choices = [each for each in choices if each != {"type": "null"}]
        del made["anyOf"]
        made |= _one_of(choices)
    return made


def _one_of(choices: list[dict[str, Any]]) -> dict[str, Any]:
    if len(choices) == 1:
        return choices[0]
    if all(each.keys() == {"type"} or (each.keys() == {"type", "items"} and not each["items"]) for each in choices):
        types = [each["type"] for each in choices]
        return {"type": [kind for kind in types if not (kind == "integer" and "number" in types)]}
    special, usual = sorted(choices, key=lambda each: "const" not in each)[:2]
    return {"if": {"type": special["type"]}, "then": special, "else": usual}
