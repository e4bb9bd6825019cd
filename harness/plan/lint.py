"""What ``tagproof plan lint`` says of a file: the loader's errors, and what is no mistake but worth a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.errors import TagproofError
from harness.plan.load import resolved_journey, resolved_plan
from harness.plan.standard_events import SAME_MEANING, STANDARD_EVENTS
from harness.plan.values import compiled, conforms, shown
from harness.plan.yaml_marks import read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from harness.errors import Place
    from harness.plan.document import StepDocument, Words
    from harness.plan.model import ValueType
    from harness.plan.plan_file import Path as At
    from harness.plan.plan_file import PlanResolver
    from harness.plan.yaml_marks import Source


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that lint has to say.

    Attributes:
        level: ``error``: the file cannot be used; ``warning``: it can.
        what: the sentence; place: file and line; mend: what to do.
    """

    level: Literal["error", "warning"]
    what: str
    place: Place | str | None
    mend: str

    def __str__(self) -> str:
        said = str(TagproofError(self.what, place=self.place, mend=self.mend))
        return said if self.level == "error" else said.replace(self.what, f"warning: {self.what}", 1)


def lint(path: Path, *, vendors: Collection[str] | None = None, scenarios: Mapping[str, Collection[str]] | None = None) -> list[Problem]:
    """Every error of a plan's or a journey's file, or where there is none, every warning.

    Args:
        path: the file. It is a journey if its name ends with ``.journey.yaml`` or it has the key ``journey``.
        vendors: ids of the vendors that can be decoded; None to leave them unchecked.
        scenarios: scenario name -> its own parameters' names; None to leave them unchecked.
    """
    source = read(path)
    if path.name.endswith((".journey.yaml", ".journey.yml")) or (source.data is not None and "journey" in source.data):
        journey, errors = resolved_journey(source, path, vendors, scenarios)
        warnings = _of_steps(journey.document.steps, journey.source) if journey is not None else []
    else:
        plan, errors = resolved_plan(source, vendors)
        warnings = sorted(_of_plan(plan), key=lambda each: getattr(each.place, "line", 0)) if plan is not None else []
    if errors:
        # Of what was dropped for a mistake of its own, every other part of the file would seem to be unused.
        return [Problem("error", each.what, each.place, each.mend) for each in errors]
    return [Problem("warning", each.what, each.place, each.mend) for each in warnings]


def _of_steps(steps: list[StepDocument], source: Source) -> list[TagproofError]:
    return [
        source.problem(
            f"the step `{step.step}` says nothing of what is sent", "steps", index, mend="write `expect:` or `forbid:`, or delete the step"
        )
        for index, step in enumerate(steps)
        if not step.expect and not step.forbid
    ]


def _of_plan(plan: PlanResolver) -> Iterator[TagproofError]:
    yield from _of_names(plan)
    yield from _of_use(plan)
    yield from _of_events(plan)
    yield from _of_examples(plan)


def _of_names(plan: PlanResolver) -> Iterator[TagproofError]:
    naming, document = plan.document.naming, plan.document
    if naming is None:
        return
    kept: list[tuple[str | None, str, At]] = [(naming.events, name, ("events", name)) for name in document.events]
    kept += [(naming.parameters, name, ("parameters", name)) for name in document.parameters]
    kept += [
        (naming.parameters, name, ("common_parameters", name)) for name in document.common_parameters if name not in document.parameters
    ]
    for event, each in document.events.items():
        kept += [
            (naming.parameters, name, ("events", event, "parameters", name)) for name in each.parameters if name not in document.parameters
        ]
    for pattern, name, path in kept:
        if pattern is not None and not compiled(pattern).fullmatch(name):
            noun = "event" if path[0] == "events" and len(path) == 2 else "parameter"
            yield plan.source.problem(
                f"the {noun}'s name `{name}` does not keep to `naming:`", *path, mend=f"name it by the pattern {pattern}"
            )


def _of_use(plan: PlanResolver) -> Iterator[TagproofError]:
    document, say = plan.document, plan.source.problem
    purposes = {each.purpose for each in document.destinations.values()}
    for name in document.purposes:
        if name not in purposes:
            yield say(
                f"no destination needs the purpose `{name}`", "purposes", name, mend="write it as a destination's `purpose:`, or delete it"
            )
    sent_to = {destination for event in document.events.values() for destination in event.sent_to}
    for name, destination in document.destinations.items():
        path: At = ("destinations", name)
        if name not in sent_to:
            yield say(f"no event is sent to `{name}`", *path, mend="name it in an event's `sent_to:`, or delete it")
        if destination.without_consent == "cookieless" and destination.purpose is None:
            yield say(
                f"`{name}` has no purpose, so consent is never missing",
                *path,
                "without_consent",
                mend="give the destination its `purpose:`",
            )
    for theirs, path in _unused_mappings(plan):
        yield say(f"no event that goes there has what `{theirs}` is made of", *path, mend="send it such an event, or delete the line")


def _unused_mappings(plan: PlanResolver) -> Iterator[tuple[str, At]]:
    if plan.plan is None:
        return
    for name, destination in plan.document.destinations.items():
        sendings = [each for event in plan.plan.events.values() for each in event.sent_to if each.destination == name]
        made = {mapped.place for sending in sendings for mapped in sending.parameters or ()}
        for theirs in destination.parameters or () if sendings else ():
            path: At = ("destinations", name, "parameters", theirs)
            overridden = any(
                theirs in (form.parameters or {})
                for event in plan.document.events.values()
                if not isinstance(form := event.sent_to.get(name, ""), str)
            )
            if plan.source.place(*path) not in made and not overridden:
                yield theirs, path


def _of_events(plan: PlanResolver) -> Iterator[TagproofError]:
    if plan.plan is None:
        return
    say = plan.source.problem
    for name, event in plan.plan.events.items():
        path: At = ("events", name)
        if not event.sent_to:
            yield say(f"the event `{name}` is sent nowhere", *path, mend="give it a `sent_to:`, or delete it")
        if event.conversion == "macro" and event.once_per is None:
            yield say(
                f"`{name}` is a macro conversion without `once_per:`, so counting it twice is no violation", *path,
                mend="write what it is sent once per: `once_per: transaction_id`",
            )  # fmt: skip
        optional = {each.name for each in event.parameters if each.presence == "optional"}
        for key in event.once_per or ():
            if key in optional:
                yield say(
                    f"`{key}` is optional, so hits without it cannot be told from each other", *path, "once_per", mend="make it required"
                )
        for sending in event.sent_to:
            destination = plan.plan.destinations.get(sending.destination)
            vendor = destination.vendor if destination else sending.destination
            if (standard := _standard(vendor, sending.event)) is not None:
                yield say(
                    f"`{sending.event}` is a custom event to {vendor}, which knows it as `{standard}`",
                    *path, "sent_to", sending.destination,
                    mend=f"write `{standard}`, if that is what the site sends",
                )  # fmt: skip


def _standard(vendor: str, name: str) -> str | None:
    known = STANDARD_EVENTS.get(vendor, frozenset())
    if not known or name in known:
        return None
    bare = name.replace("_", "").replace("-", "").replace(" ", "").casefold()
    near = next((each for each in sorted(known) if each.replace("_", "").casefold() == bare), None)
    return near or SAME_MEANING.get(vendor, {}).get(name)


def _of_examples(plan: PlanResolver) -> Iterator[TagproofError]:
    for name, form in plan.document.parameters.items():
        if not isinstance(form, str) and name in plan.shared:
            yield from _misleading(plan, form, plan.shared[name].value, ("parameters", name))
    if plan.plan is None:
        return
    for event, each in plan.document.events.items():
        types = {parameter.name: parameter.value for parameter in plan.plan.events[event].parameters}
        for name, form in each.parameters.items():
            if not isinstance(form, str):
                yield from _misleading(plan, form, types[name], ("events", event, "parameters", name))


def _misleading(plan: PlanResolver, words: Words, value: ValueType, path: At) -> Iterator[TagproofError]:
    for index, example in enumerate(words.examples):
        if mismatches := conforms(example, value):
            what = f"the example {shown(example)} is not what is declared: {mismatches[0]}"
            yield plan.source.problem(what, *path, "examples", index, mend="mend the example, or what is declared")
