"""What an earlier event left in the data layer, where a later one told it.

Google Tag Manager keeps one model of the layer: each push is merged into it, objects by key and lists by index
(https://github.com/google/data-layer-helper), so what a push does not set or clear is still there for the next event's tags
(https://developers.google.com/analytics/devguides/collection/ga4/ecommerce). That alone is no defect. It is one where

- the event's own push carries an earlier event's e-commerce object, with what the plan does not give this event (an order's number
  in a page view), or unchanged where the step asserts, or a rule says, otherwise; or
- a tag told a value that the event's own push did not set and that an earlier event had left in the model.

What two events of one product rightly have in common (view_item, then add_to_cart) is none of this: there each push sets its own.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.plan.rules import ABSENT
from harness.verify.causes import said
from harness.verify.compare import absent, at_path, same
from harness.verify.naming import carried, names_of
from harness.verify.occurrence import OCCURRENCES
from harness.verify.parameters import problems

if TYPE_CHECKING:
    from harness.verify.case import Case
    from harness.verify.occurrence import Occurrence
    from harness.verify.timeline import LoadKey

COMMERCE = "ecommerce"
_RECENT = 50
"""How many earlier events of a document are looked at: a flood must not cost its square."""
_COMMON = frozenset({"currency"})
"""What a tag often has of its own and equals what was left."""


@dataclass(slots=True, kw_only=True, eq=False)
class Stale:
    """One event that told an earlier one's values; ``told``: the tags' hits that show it."""

    occurrence: Occurrence
    left_by: Occurrence
    values: dict[str, Any]
    told: list[Occurrence] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Model:
    """One document's merged e-commerce object, with who set each of its keys last."""

    values: dict[str, Any] = field(default_factory=dict)
    set_by: dict[str, Occurrence] = field(default_factory=dict)
    before: list[Occurrence] = field(default_factory=list)


def leftover(case: Case) -> list[Stale]:
    """Every event of the data layer that told what another had left."""
    alignment = case.alignment
    tags: dict[str, list[Occurrence]] = {}
    for each in alignment.counted:
        if each.push is None and each.cause is not None:
            tags.setdefault(each.cause.id, []).append(each)
    models: dict[tuple[str, LoadKey | None], _Model] = {}
    found: list[Stale] = []
    for push in alignment.timeline.pushes.values():
        value = said(push)
        if push.kind != "push" or not isinstance(value, dict) or "$type" in value:
            # A function may reset the model; what is not known is not held against the site.
            if push.kind == "push" and isinstance(value, dict) and value.get("$type") == "function":
                models.pop((push.source, _load(push)), None)
            continue
        model = models.setdefault((push.source, _load(push)), _Model())
        occurrence = alignment.layer.get(push.id)
        own = value.get(COMMERCE)
        tells = occurrence is not None and occurrence.hit.kind in OCCURRENCES
        left = {name: each for name, each in model.values.items() if not absent(each)}
        if COMMERCE in value:
            _merge(model, own, occurrence)
        if occurrence is None or not tells:
            continue
        own_values = own if isinstance(own, dict) else {}
        stale = _carried_over(occurrence, own_values, model, tags.get(push.id, []), case) or _told_by_tags(
            occurrence, value, own_values, left, model, tags.get(push.id, []), case
        )
        if stale is not None:
            found.append(stale)
        for name in own_values:
            model.set_by[name] = occurrence
        if own_values:
            model.before.append(occurrence)
    return found


def _load(push: Any) -> LoadKey | None:
    return (push.page, push.page_load) if push.page is not None and push.page_load is not None else None


def _merge(model: _Model, own: Any, occurrence: Occurrence | None) -> None:
    if not isinstance(own, dict):
        model.values.clear()
        model.set_by.clear()
        return
    for name, value in own.items():
        model.values[name] = _merged(model.values.get(name), value)


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{name: _merged(old.get(name), value) for name, value in new.items()}}
    if isinstance(old, list) and isinstance(new, list):
        return [_merged(old[i] if i < len(old) else None, value) for i, value in enumerate(new)] + copy.deepcopy(old[len(new) :])
    return copy.deepcopy(new)


def _carried_over(occurrence: Occurrence, own: dict[str, Any], model: _Model, tags: list[Occurrence], case: Case) -> Stale | None:
    """The event's own push has an earlier event's object in it."""
    if not own:
        return None
    planned = _planned(occurrence)
    for earlier in model.before[: -_RECENT - 1 : -1]:
        if earlier.hit.event == occurrence.hit.event and earlier.hit.values == occurrence.hit.values:
            continue
        theirs = {name: value for name, value in earlier.hit.values.items() if name in own and not absent(value)}
        if not theirs or any(not same(theirs[name], value) for name, value in own.items() if name in theirs):
            continue
        foreign = {
            name: own[name] for name in own if name in theirs and planned is not None and name not in planned and name not in _COMMON
        }
        if foreign:
            return Stale(occurrence=occurrence, left_by=earlier, values=foreign, told=_telling(tags, foreign))
        whole = len(theirs) == len(own) and earlier.hit.event != occurrence.hit.event
        wrong = {
            problem.ours
            for problem in [*problems(case, "value-mismatch"), *problems(case, "missing-parameter")]
            if occurrence in problem.hits and (problem.ours in own or problem.kind == "missing-parameter")
        }
        if whole and wrong:
            told = {name: own[name] for name in own if name in wrong} or dict(own)
            return Stale(occurrence=occurrence, left_by=earlier, values=told, told=tags)
    return None


def _told_by_tags(
    occurrence: Occurrence,
    push: dict[str, Any],
    own: dict[str, Any],
    left: dict[str, Any],
    model: _Model,
    tags: list[Occurrence],
    case: Case,
) -> Stale | None:
    """A tag told what the event's push did not set and the model still had."""
    planned = _planned(occurrence)
    values: dict[str, Any] = {}
    told: list[Occurrence] = []
    for tag in tags:
        for name, old in left.items():
            if (COMMERCE in push and push[COMMERCE] is None) or (name in push and name not in own):
                continue
            theirs = _name_at(tag, name)
            sent = at_path(tag.hit.values, theirs) if theirs is not None else ABSENT
            if absent(sent):
                continue
            merged = model.values.get(name)
            unset_by_push = name not in own
            if unset_by_push and name in _COMMON:
                continue
            mine = own.get(name)
            if unset_by_push and same(old, sent) and (planned is None or name not in planned or _required(occurrence, name)):
                values[name] = old
            elif not unset_by_push and (still := _still_there(mine, merged, sent, name)):
                values |= still
            else:
                continue
            if tag not in told:
                told.append(tag)
    setter = next((model.set_by[root] for name in values if (root := name.partition("[")[0].partition(".")[0]) in model.set_by), None)
    return Stale(occurrence=occurrence, left_by=setter, values=values, told=told) if values and setter is not None else None


def _still_there(own: Any, merged: Any, sent: Any, path: str) -> dict[str, Any]:
    """What of the merged value the push did not set itself, and the tag sent: the tail of a longer list, a key of the item before."""
    if isinstance(own, dict) and isinstance(merged, dict) and isinstance(sent, dict):
        pairs = [(f"{path}.{key}", own.get(key, ABSENT), each, sent.get(key, ABSENT)) for key, each in merged.items()]
    elif isinstance(own, list) and isinstance(merged, list) and isinstance(sent, list):
        pairs = [(f"{path}[{i}]", _at(own, i), each, _at(sent, i)) for i, each in enumerate(merged)]
    else:
        return {}
    found: dict[str, Any] = {}
    for where, mine, kept, told in pairs:
        if mine is ABSENT:
            if not absent(kept) and told is not ABSENT and same(kept, told):
                found[where] = kept
        else:
            found |= _still_there(mine, kept, told, where)
    return found


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else ABSENT


def _telling(tags: list[Occurrence], values: dict[str, Any]) -> list[Occurrence]:
    return [tag for tag in tags if any(not absent(tag.hit.values.get(name)) for name in values)]


def _planned(occurrence: Occurrence) -> set[str] | None:
    """The parameters that the plan gives this event; None where the plan does not know the event."""
    return {each.name for each in occurrence.event.parameters if each.presence != "forbidden"} if occurrence.event is not None else None


def _required(occurrence: Occurrence, name: str) -> bool:
    """Whether the plan says that the data layer itself must tell it, so that the tag had nowhere else to take it from."""
    if occurrence.event is None or occurrence.sending is None:
        return False
    return any(each.name == name and each.presence == "required" for each in carried(occurrence.event, occurrence.sending))


def _name_at(tag: Occurrence, name: str) -> str | None:
    if tag.event is None or tag.sending is None:
        return name
    for each in carried(tag.event, tag.sending):
        if each.source is not None and names_of(each.source)[:1] == [name]:
            return each.name
    return name
