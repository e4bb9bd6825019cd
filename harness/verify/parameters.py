"""What is wrong with the parameters of planned events: missing, unplanned, of another type, of another value.

One defect is one problem. Of several things that are wrong with one parameter of one hit the plainest is told: its type, its
absence, its value, what the data layer said, what the step asserts, a rule. What the data layer already had wrong is told
once, of the data layer; the tags that carried it on are named with it. The same problem in several steps is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from harness.plan.expression import ExpressionError
from harness.plan.rules import ABSENT, derive, evaluate
from harness.plan.values import conforms, shown, unset
from harness.verify.assertions import failed_matchers
from harness.verify.compare import absent, at_path, differences
from harness.verify.copies import named_by
from harness.verify.landings import campaign_at
from harness.verify.naming import carried, names_of, our_values, ours
from harness.verify.occurrence import DATA_LAYER
from harness.verify.wire import typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.errors import Place
    from harness.plan.carried import Carried
    from harness.verify.case import Case
    from harness.verify.occurrence import Due, Occurrence

Kind = Literal["missing-parameter", "unplanned-parameter", "type-mismatch", "value-mismatch"]
_LAYER_OWN = frozenset({"ecommerce", "event", "gtm.*", "gtm", "eventModel", "send_to", "_clear", "eventCallback", "eventTimeout"})
_EVERYWHERE = frozenset({"user_properties"})
_CUT_AT = 100
"""Characters at which GA4 cuts a parameter's text (https://support.google.com/analytics/answer/9267744)."""


@dataclass(slots=True, kw_only=True, eq=False)
class Problem:
    """One thing wrong with one parameter.

    Attributes:
        name: the destination's name, a path where it is nested; ours: the plan's parameter behind it.
        expected, actual: in words and as found; how: in what they differ.
        forbidden: the plan forbids the parameter; warns: the plan only warns of it.
        hits: where it was seen, the first the one told of; carried_on: hits of tags that only passed it on.
    """

    kind: Kind
    name: str
    ours: str
    expected: str
    actual: Any
    how: str
    place: Place
    hits: list[Occurrence]
    forbidden: bool = False
    warns: bool = False
    carried_on: list[Occurrence] = field(default_factory=list)


def problems(case: Case, kind: Kind) -> list[Problem]:
    """Every problem of this kind; all kinds are worked out once."""
    alignment = case.alignment
    if "problems" not in alignment.found:
        alignment.found["problems"] = _problems(case)
    return [each for each in alignment.found["problems"] if each.kind == kind]


def _problems(case: Case) -> list[Problem]:
    alignment = case.alignment
    dues = {id(each): due for due in alignment.dues for each in due.got}
    told: dict[int, list[Problem]] = {}
    evaluated: dict[str, None] = {}
    for each in alignment.occurrences:
        if each.counts and each.event is not None and each.destination is not None and not each.breach:
            own: dict[str, Problem] = {}
            for problem in _of_hit(each, dues.get(id(each)), case, own, evaluated):
                own.setdefault(problem.name if problem.kind == "unplanned-parameter" else problem.ours, problem)
            told[id(each)] = list(own.values())
    alignment.found["rules"] = tuple(evaluated)
    return _merged(_at_their_root(told, case))


def _of_hit(each: Occurrence, due: Due | None, case: Case, own: dict[str, Problem], evaluated: dict[str, None]) -> Iterator[Problem]:
    if each.event is None or each.sending is None:
        return
    entries = carried(each.event, each.sending)
    plain = [problem for entry in entries for problem in _of_parameter(each, entry, case)]
    order = {"type-mismatch": 0, "missing-parameter": 1, "unplanned-parameter": 2, "value-mismatch": 3}
    yield from sorted(plain, key=lambda problem: order[problem.kind])
    for entry in entries:
        if ours(entry) not in own:
            yield from _against_layer(each, entry, case)
    if due is not None:
        for failed in failed_matchers(due, each, case):
            root = failed.matcher.path.partition(".")[0]
            kind: Kind = "missing-parameter" if failed.missing else "value-mismatch"
            words = isinstance(failed.expected, str) and failed.matcher.value is not None
            expected = "a value" if failed.expected is None else failed.expected if words else shown(failed.expected)
            yield Problem(
                kind=kind, name=failed.name, ours=root, expected=expected, actual=failed.actual,
                how=failed.how, place=failed.matcher.place if failed.matcher.place.file else due.expectation.place, hits=[each],
            )  # fmt: skip
    yield from _rules(each, case, own, evaluated)
    yield from _beyond_the_list(each, entries, case)


def _of_parameter(each: Occurrence, entry: Carried, case: Case) -> Iterator[Problem]:
    value = at_path(each.hit.values, entry.name)

    def problem(kind: Kind, name: str, expected: str, actual: Any, how: str, *, forbidden: bool = False) -> Problem:
        return Problem(
            kind=kind,
            name=name,
            ours=ours(entry),
            expected=expected,
            actual=actual,
            how=how,
            place=entry.place,
            hits=[each],
            forbidden=forbidden,
        )

    if entry.presence == "forbidden":
        if not absent(value):
            yield problem("unplanned-parameter", entry.name, "nothing", value, f"was {shown(value)}", forbidden=True)
        return
    if absent(value):
        redacted = each.destination is not None and case.alignment.consent.granted(each.destination.purpose, each.time) is False
        why = unset(value) if value is not ABSENT and value is not None else None
        if entry.presence == "required" and not redacted:
            yield problem("missing-parameter", entry.name, "a value", None if why is None else value, f"it was {why}" if why else "")
        elif why is not None and str(value).strip():
            yield problem("value-mismatch", entry.name, "a value, or nothing", value, f"was {shown(value)} ({why})")
        return
    for found in conforms(value, entry.value, typed=typed(each.hit, entry.name), path=entry.name):
        kinds: dict[str, Kind] = {
            "type": "type-mismatch", "value": "value-mismatch", "missing": "missing-parameter", "forbidden": "unplanned-parameter",
        }  # fmt: skip
        yield problem(
            kinds[found.kind],
            found.path or entry.name,
            found.expected,
            found.actual,
            f"was {shown(found.actual)}",
            forbidden=found.kind == "forbidden",
        )


def _against_layer(each: Occurrence, entry: Carried, case: Case) -> Iterator[Problem]:
    """Where the tag tells another value than the data layer's entry that it tells of."""
    said = case.alignment.layer_values(each)
    if each.push is not None or said is None or entry.source is None or entry.presence == "forbidden":
        return
    vendor = case.vendors.get(each.hit.vendor)
    if vendor is not None and named_by(entry.name.partition(".")[0], vendor.automatic_parameters):
        # The vendor's script tells it of the page as it is when the tag fires.
        return
    value = at_path(each.hit.values, entry.name)
    try:
        expected = derive(entry.source, said)
    except ExpressionError:
        return
    if absent(value) or absent(expected) or (isinstance(expected, list) and any(one is ABSENT for one in expected)):
        return
    if isinstance(value, str) and isinstance(expected, str) and len(value) >= _CUT_AT and expected.startswith(value):
        return
    if isinstance(expected, list) and not isinstance(value, list | str):
        value = [value]
    if how := differences(expected, value):
        yield Problem(
            kind="value-mismatch", name=entry.name, ours=ours(entry), expected=f"{shown(expected)}, as the data layer has it", actual=value,
            how="; ".join(how), place=entry.place, hits=[each],
        )  # fmt: skip


def _rules(each: Occurrence, case: Case, own: dict[str, Problem], evaluated: dict[str, None]) -> Iterator[Problem]:
    if each.event is None or each.sending is None or not each.event.rules:
        return
    values = our_values(each.event, each.sending, each.hit.values)
    values.setdefault("campaign", campaign_at(case, each))
    for rule in each.event.rules:
        names = {name.partition(".")[0] for side in re.split(r"==|!=|<=|>=|<|>", rule.check) for name in names_of(side.strip())}
        outcome = evaluate(rule, values)
        if outcome.state == "skipped":
            continue
        evaluated[str(rule.place)] = None
        if outcome.state == "failed" and not names & own.keys():
            first = next((each.name for each in each.event.parameters if each.name in names), rule.check)
            why = f" {rule.why.rstrip('.')}." if rule.why else ""
            yield Problem(
                kind="value-mismatch", name=first, ours=first, expected=rule.check, actual=outcome.left,
                how=(outcome.reason or "it does not hold") + "." + why, place=rule.place, hits=[each],
            )  # fmt: skip


def _beyond_the_list(each: Occurrence, entries: tuple[Carried, ...], case: Case) -> Iterator[Problem]:
    policy = case.expectations.plan.unplanned
    vendor = case.vendors.get(each.hit.vendor)
    if policy == "ignore" or each.event is None or each.sending is None or (vendor is None and each.hit.vendor != DATA_LAYER):
        return
    planned = {entry.name.partition(".")[0] for entry in entries} | {entry.name for entry in entries}
    automatic = (vendor.automatic_parameters if vendor is not None else frozenset()) | _EVERYWHERE
    if each.hit.vendor == DATA_LAYER:
        automatic |= _LAYER_OWN
    for name, value in each.hit.values.items():
        if name in planned or absent(value) or named_by(name, automatic):
            continue
        yield Problem(
            kind="unplanned-parameter", name=name, ours=name, expected="nothing", actual=value, how=f"was {shown(value)}",
            place=each.sending.place if each.sending.place.file else each.event.place, hits=[each], warns=policy == "warn",
        )  # fmt: skip


# ---- one defect, one problem ----------------------------------------------------------------------------------


def _at_their_root(told: dict[int, list[Problem]], case: Case) -> list[Problem]:
    """Problems that the data layer had first are told of it, with the tags that carried them on."""
    alignment = case.alignment
    found: list[Problem] = []
    for each in alignment.occurrences:
        for problem in told.get(id(each), ()):
            layer = alignment.layer.get(each.cause.id) if each.cause is not None and each.push is None else None
            root = next(
                (
                    other
                    for other in (told.get(id(layer), ()) if layer is not None else ())
                    if other.ours == problem.ours and (other.kind == problem.kind or other.kind in ("type-mismatch", "missing-parameter"))
                ),
                None,
            )
            if root is not None:
                root.carried_on.append(each)
            else:
                found.append(problem)
    return found


def _merged(found: list[Problem]) -> list[Problem]:
    merged: dict[tuple[Any, ...], Problem] = {}
    for problem in found:
        first = problem.hits[0]
        event = first.event.name if first.event is not None else ""
        where = first.destination.id if first.destination is not None else ""
        key = (problem.kind, event, where, problem.name, problem.expected, str(problem.place), shown(problem.actual))
        if problem.kind in ("unplanned-parameter", "type-mismatch"):
            key = (*key[:4], problem.expected, str(problem.place), "")
        if key in merged:
            merged[key].hits += problem.hits
            merged[key].carried_on += problem.carried_on
        else:
            merged[key] = problem
    return list(merged.values())
