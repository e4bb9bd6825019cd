"""JourneyDocument -> Expectations, bound to their plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.plan.document import ConstraintDocument, ExpectationDocument, JourneyDocument, ScenarioDocument, StepDocument, ValueDocument
from harness.plan.expression import ExpressionError
from harness.plan.model import Expectation, Expectations, Matcher, ScenarioUse, StepExpectations, TrackingPlan, ValueSource
from harness.plan.scope import type_of
from harness.plan.spelling import did_you_mean, nearest
from harness.plan.values import conforms, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from harness.errors import TagproofError
    from harness.plan.model import Event
    from harness.plan.plan_file import Path, PlanResolver
    from harness.plan.scope import Meaning
    from harness.plan.yaml_marks import Source

_NAME = re.compile(r"\$([^\W\d]\w*)")
_LISTS = ("at", "purposes", "drop")
"""Parameters of scenarios that mean the same wherever they are used: step titles, purposes, campaign parameters."""


class JourneyResolver:
    """Resolves one journey's file. :meth:`resolve` fills ``problems`` and ``expectations``, as far as they can be made out.

    Args:
        source: the file.
        document: its shape, less what was faulty.
        plan: the plan's resolver, resolved.
        scenarios: scenario name -> its own parameters' names; None to leave scenarios unchecked.
        whole: whether nothing was faulty so far, here or in the plan: only then is "nothing uses it" told.
    """

    def __init__(
        self,
        source: Source,
        document: JourneyDocument,
        plan: PlanResolver,
        scenarios: Mapping[str, Collection[str]] | None,
        *,
        whole: bool,
    ) -> None:
        if plan.plan is None:
            raise ValueError("the plan is not resolved")
        self.source = source
        self.document = document
        self.of_plan = plan
        self.plan: TrackingPlan = plan.plan
        self.scenarios = scenarios
        self.whole = whole
        self.problems: list[TagproofError] = []
        self.expectations: Expectations | None = None
        self.used: set[str] = set()
        self.values = {name: self._value(name, each) for name, each in document.values.items()}
        self.wire_names: dict[str, tuple[str, str]] = {}
        for event in self.plan.events.values():
            for sending in event.sent_to:
                self.wire_names.setdefault(sending.event, (event.name, sending.destination))

    def problem(self, what: str, *path: str | int, mend: str = "") -> None:
        """Note a problem with the value at a path."""
        self.problems.append(self.source.problem(what, *path, mend=mend))

    def resolve(self) -> None:
        """Resolve the whole file."""
        document = self.document
        self._check_titles()
        steps = tuple(self._step(step, ("steps", index)) for index, step in enumerate(document.steps))
        expected = {each.event for step in steps for each in step.expect}
        if document.forbid == "others":
            forbid = tuple(name for name in self.plan.events if name not in expected)
        else:
            forbid = self._forbidden(document.forbid, ("forbid",), expected, "the walk's steps expect")
        if self.whole and not expected and not forbid and not any(step.forbid or step.forbid_others for step in steps):
            self.problem(
                "the journey expects nothing, so nothing would be proved", "steps", mend="write under a step's `expect:` what it sends"
            )
        if self.whole:
            for name in document.values:
                if name not in self.used and not self.hidden(name):
                    self.problem(f"nothing uses the value `{name}`", "values", name, mend=f"write ${name} in a `where:`, or delete it")
        self.expectations = Expectations(
            journey=document.journey,
            plan=self.plan,
            path=self.source.name,
            scenarios=self._scenarios(),
            values=self.values,
            forbid=forbid,
            steps=steps,
            place=self.source.place("journey"),
        )

    def hidden(self, *names: str) -> bool:
        """Whether a name was dropped, here or in the plan, for a mistake of its own."""
        return (bool(self.source.gone) and self.source.is_gone(*names)) or self.of_plan.hidden(*names)

    # Scenarios

    def _scenarios(self) -> tuple[ScenarioUse, ...]:
        made: list[ScenarioUse] = []
        for index, form in enumerate(self.document.scenarios or ()):
            path: Path = ("scenarios", index)
            place = self.source.place(*path)
            if isinstance(form, ScenarioDocument):
                parameters = dict(form.model_extra or {})
                self._check_scenario(form.scenario, parameters, path)
                use = ScenarioUse(name=form.scenario, parameters=parameters, known_issue=form.known_issue or "", place=place)
            else:
                self._check_scenario(form, {}, path)
                use = ScenarioUse(name=form, place=place)
            if any(each.name == use.name and each.parameters == use.parameters for each in made):
                self.problem(f"the scenario `{use.name}` is listed twice", *path, mend="keep one")
            made.append(use)
        return tuple(made)

    def _check_scenario(self, name: str, parameters: Mapping[str, Any], path: Path) -> None:
        own: Collection[str] | None = None
        if self.scenarios is not None:
            if name not in self.scenarios:
                self.problem(f"`{name}` is no known scenario", *path, mend=did_you_mean(name, self.scenarios))
            else:
                own = self.scenarios[name]
        for key, value in parameters.items():
            if own is not None and key not in own:
                known = [*own, "known_issue"]
                otherwise = f"its parameters are {', '.join(sorted(own))}" if own else "it takes none of its own"
                self.problem(
                    f"`{key}` is no parameter of the scenario `{name}`", *path, key, mend=did_you_mean(key, known, otherwise=otherwise)
                )
            elif key in _LISTS:
                self._check_list(key, value, (*path, key))

    def _check_list(self, key: str, value: Any, path: Path) -> None:
        if not isinstance(value, list) or not value or not all(isinstance(each, str) and each for each in value):
            mend = f"write `{key}: [{value}]`" if isinstance(value, (str, int, float)) else f"write `{key}: [...]`"
            self.problem(f"`{key}` takes a list of texts", *path, mend=mend)
            return
        campaign = [each.name for each in self.plan.campaign.parameters] if self.plan.campaign else []
        known = {"at": [step.step for step in self.document.steps], "purposes": list(self.plan.purposes), "drop": campaign}[key]
        noun = {"at": "step of this journey", "purposes": "purpose of the plan", "drop": "campaign parameter of the plan"}[key]
        for index, each in enumerate(value):
            if each in known or self.hidden(each, "step", "purposes", "campaign"):
                continue
            # Links carry click IDs and globs that no plan lists, so of these only a misspelling is a mistake.
            if key == "drop" and ("*" in each or nearest(each, known) is None):
                continue
            self.problem(f"`{each}` is no {noun}", *path, index, mend=did_you_mean(each, known))

    # Values

    def _value(self, name: str, form: Any) -> ValueSource:
        place = self.source.place("values", name)
        if not re.fullmatch(r"[^\W\d]\w*", name):
            self.problem(
                f"`{name}` cannot be used as ${name}", "values", name, mend="name it in letters, digits and _, with a letter first"
            )
        if isinstance(form, ValueDocument):
            return ValueSource(
                name=name,
                source=form.origin,
                selector=form.selector or "",
                type=form.type or "string",
                decimal=form.decimal or ".",
                attribute=form.attribute,
                place=place,
            )
        raw = self.source.text("values", name) or ""
        if form is None:
            taken = self.source.comment_took_the_value(place.line)
            self.problem(
                f"the value `{name}` is nothing",
                "values",
                name,
                mend="quote the text: a # begins a comment" if taken else "write it, or its source",
            )
        elif (
            isinstance(form, (int, float)) and not isinstance(form, bool) and re.match(r"[-+]?0\d", raw) and self._is_plain("values", name)
        ):
            self.problem(f"`{raw}` is not quoted, so YAML reads the number {form}", "values", name, mend=f'write "{raw}" with the quotes')
        return ValueSource(name=name, literal=form, place=place)

    def _is_plain(self, *path: str | int) -> bool:
        return self.source.deepest(path)[0].plain

    # Steps

    def _check_titles(self) -> None:
        seen: dict[str, int] = {}
        for index, step in enumerate(self.document.steps):
            line = self.source.place("steps", index, "step").line
            if step.step in seen:
                self.problem(
                    f"the step `{step.step}` is written twice, first in line {seen[step.step]}",
                    "steps",
                    index,
                    "step",
                    mend="give each step its own title",
                )
            seen.setdefault(step.step, line)

    def _step(self, step: StepDocument, path: Path) -> StepExpectations:
        if step.page is not None and not re.match(r"/|\*|https?://", step.page):
            self.problem(f"`{step.page}` is no path", *path, "page", mend=f"begin it with a slash: /{step.page}")
        expect: list[Expectation] = []
        for index, form in enumerate(step.expect):
            each = self._expectation(form, (*path, "expect", index))
            if any((each.event, each.to, each.where) == (other.event, other.to, other.where) and not each.where for other in expect):
                self.problem(
                    f"`{each.event}` is listed twice in this step",
                    *path,
                    "expect",
                    index,
                    mend="write {event: " + each.event + ", times: 2}",
                )
            expect.append(each)
        others = step.forbid == "others"
        names = [] if others else [name for name in step.forbid if name != "others"]
        return StepExpectations(
            step=step.step,
            page=step.page,
            listed_order=step.order == "listed",
            expect=tuple(expect),
            forbid=self._forbidden(names, (*path, "forbid"), {each.event for each in expect}, "the step expects"),
            forbid_others=others,
            place=self.source.place(*path),
        )

    def _forbidden(self, names: list[str], path: Path, expected: Collection[str], who: str) -> tuple[str, ...]:
        for index, name in enumerate(names):
            if self._event(name, (*path, index)) is not None and name in expected:
                self.problem(f"`{name}` is forbidden here, and {who} it", *path, index, mend="keep one of the two")
        return tuple(names)

    def _event(self, name: str, path: Path) -> Event | None:
        event = self.plan.events.get(name)
        if event is not None or self.hidden(name, "events"):
            return event
        if name in self.wire_names:
            ours, destination = self.wire_names[name]
            self.problem(f"`{name}` is {destination}'s name of `{ours}`, not the plan's", *path, mend=f"write `{ours}`")
            return None
        self.problem(f"the plan has no event `{name}`", *path, mend=did_you_mean(name, self.plan.events))
        return None

    def _expectation(self, form: str | ExpectationDocument, path: Path) -> Expectation:
        place = self.source.place(*path)
        if isinstance(form, str):
            event = self._event(form, path)
            if event is not None:
                self._check_sent(event, None, path)
            return Expectation(event=form, place=place)
        event = self._event(form.event, (*path, "event"))
        if event is not None:
            self._check_sent(event, form.to, path)
        times = (form.times, form.times) if isinstance(form.times, int) else (form.times.min, form.times.max)
        return Expectation(
            event=form.event,
            times=times,
            within=form.within,
            to=None if form.to is None else tuple(form.to),
            where=tuple(self._matcher(name, each, event, (*path, "where", name)) for name, each in form.where.items()),
            why=form.why,
            place=place,
        )

    def _check_sent(self, event: Event, to: list[str] | None, path: Path) -> None:
        sent_to = [sending.destination for sending in event.sent_to]
        if not sent_to:
            if not self.hidden("sent_to"):
                self.problem(
                    f"the plan sends `{event.name}` nowhere, so no hit can meet this", *path, mend="give the event a `sent_to:` in the plan"
                )
            return
        if to is not None and not to:
            self.problem(
                "`to` is an empty list, so no hit can meet this",
                *path,
                "to",
                mend="list destinations, or delete it: every one is meant then",
            )
        for index, destination in enumerate(to or ()):
            if destination in sent_to or self.hidden(destination):
                continue
            if destination in self.plan.destinations:
                self.problem(
                    f"the plan does not send `{event.name}` to {destination}", *path, "to", index, mend=f"it goes to {', '.join(sent_to)}"
                )
            elif self.of_plan.destination_meant(destination) is not None:
                self.problem(
                    f"`{destination}` is no destination of the plan",
                    *path,
                    "to",
                    index,
                    mend=f"did you mean `{self.of_plan.destination_meant(destination)}`?",
                )
            else:
                self.problem(
                    f"`{destination}` is no destination of the plan",
                    *path,
                    "to",
                    index,
                    mend=did_you_mean(destination, self.plan.destinations),
                )

    # where

    def _matcher(self, name: str, form: Any, event: Event | None, path: Path) -> Matcher:
        place = self.source.place(*path)
        meaning: Meaning | None = None
        if event is not None:
            try:
                meaning = self.of_plan.scope_of(event).resolve(name)
            except ExpressionError as error:
                if not self.hidden(*name.split("."), "parameters"):
                    self.problem(error.what, *path, mend=error.mend)
        if isinstance(form, ConstraintDocument):
            self._check_no_names(form, name, path)
            return Matcher(path=name, value=self.of_plan.value_type(form, self.source, path, self.problems), place=place)
        self._check_equals(name, form, meaning, path)
        return Matcher(path=name, equals=form, has_equals=True, place=place)

    def _check_no_names(self, form: ConstraintDocument, name: str, path: Path) -> None:
        for key, value in form.model_dump(by_alias=True, exclude_unset=True).items():
            for each in value if isinstance(value, list) else [value]:
                if (
                    isinstance(each, str)
                    and (found := _NAME.fullmatch(each)) is not None
                    and key in ("const", "enum", "minimum", "maximum")
                ):
                    self.used.add(found[1])
                    self.problem(
                        f"`{each}` stands inside a constraint, where no value is filled in", *path, key, mend=f"write `{name}: {each}`"
                    )

    def _check_equals(self, name: str, form: Any, meaning: Meaning | None, path: Path) -> None:
        for each in form if isinstance(form, list) else [form]:
            if not isinstance(each, str) or (found := _NAME.fullmatch(each)) is None:
                continue
            self.used.add(found[1])
            if found[1] not in self.values:
                if not self.hidden(found[1], "values"):
                    otherwise = "" if self.values else f"name its source under `values:`: `{found[1]}: {{from: page, selector: …}}`"
                    self.problem(f"`{each}` is no value of this journey", *path, mend=self._value_mend(found[1], otherwise))
                return
            source = self.values[found[1]]
            if source.source != "file":
                self._check_page_value(source, name, meaning, path)
                return
            if form is each:
                form = source.literal
            else:
                return
        if meaning is None or form is None:
            if form is None:
                self.problem(f"`{name}` has nothing in it", *path, mend="write the value that is expected")
            return
        declared = meaning.as_value_type() if isinstance(form, list) and meaning.lists else meaning.value
        if mismatches := conforms(form, declared):
            said = mismatches[0]
            self.problem(
                f"`{name}` can never be {shown(form)}: the plan says {said.expected}",
                *path,
                mend="mend the value here, or what the plan says of it",
            )

    def _value_mend(self, name: str, otherwise: str) -> str:
        near = nearest(name, self.values)
        return f"did you mean `${near}`?" if near else otherwise or did_you_mean(name, self.values)

    def _check_page_value(self, source: ValueSource, name: str, meaning: Meaning | None, path: Path) -> None:
        if source.source != "page" or meaning is None:
            return
        declared = type_of(meaning.value)
        if declared in ("number", "integer") and source.type == "string" and not self.hidden("type"):
            self.problem(
                f"`${source.name}` is read from the page as text, and `{name}` is a number",
                *path,
                mend=f"write `type: number` at `values: {source.name}:`",
            )
        elif declared == "string" and source.type != "string":
            self.problem(
                f"`${source.name}` is read from the page as a number, and `{name}` is a text",
                *path,
                mend=f"delete `type:` at `values: {source.name}:`",
            )
