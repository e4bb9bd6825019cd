"""JourneyDocument -> Expectations, bound to their plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.plan.document import ConstraintDocument, ExpectationDocument, JourneyDocument, ScenarioDocument, StepDocument, ValueDocument
from harness.plan.model import Expectation, Expectations, Matcher, ScenarioUse, StepExpectations, ValueSource

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from harness.errors import TagproofError
    from harness.plan.plan_file import Path, PlanResolver
    from harness.plan.yaml_marks import Source


class JourneyResolver:
    """Resolves one journey's file. ``problems`` is filled by :meth:`resolve`."""

    def __init__(
        self,
        source: Source,
        document: JourneyDocument,
        plan: PlanResolver,
        scenarios: Mapping[str, Collection[str]] | None,
        *,
        whole: bool,
    ) -> None:
        self.source = source
        self.document = document
        self.of_plan = plan
        self.scenarios = scenarios
        self.whole = whole
        self.problems: list[TagproofError] = []

    def problem(self, what: str, *path: str | int, mend: str = "") -> None:
        self.problems.append(self.source.problem(what, *path, mend=mend))

    def resolve(self) -> Expectations:
        document = self.document
        assert self.of_plan.plan is not None
        steps = tuple(self._step(step, ("steps", index)) for index, step in enumerate(document.steps))
        forbid = document.forbid
        if forbid == "others":
            expected = {each.event for step in steps for each in step.expect}
            forbid = [name for name in self.of_plan.plan.events if name not in expected]
        return Expectations(
            journey=document.journey,
            plan=self.of_plan.plan,
            path=self.source.name,
            scenarios=tuple(self._scenario(each, ("scenarios", index)) for index, each in enumerate(document.scenarios or ())),
            values={name: self._value(name, each) for name, each in document.values.items()},
            forbid=tuple(forbid),
            steps=steps,
            place=self.source.place("journey"),
        )

    def _scenario(self, form: str | ScenarioDocument, path: Path) -> ScenarioUse:
        place = self.source.place(*path)
        if isinstance(form, str):
            return ScenarioUse(name=form, place=place)
        return ScenarioUse(name=form.scenario, parameters=dict(form.model_extra or {}), known_issue=form.known_issue or "", place=place)

    def _value(self, name: str, form: Any) -> ValueSource:
        place = self.source.place("values", name)
        if not isinstance(form, ValueDocument):
            return ValueSource(name=name, literal=form, place=place)
        return ValueSource(
            name=name,
            source=form.origin,
            selector=form.selector or "",
            type=form.type or "string",
            decimal=form.decimal or ".",
            attribute=form.attribute,
            place=place,
        )

    def _step(self, step: StepDocument, path: Path) -> StepExpectations:
        return StepExpectations(
            step=step.step,
            page=step.page,
            listed_order=step.order == "listed",
            expect=tuple(self._expectation(each, (*path, "expect", index)) for index, each in enumerate(step.expect)),
            forbid=() if step.forbid == "others" else tuple(step.forbid),
            forbid_others=step.forbid == "others",
            place=self.source.place(*path),
        )

    def _expectation(self, form: str | ExpectationDocument, path: Path) -> Expectation:
        place = self.source.place(*path)
        if isinstance(form, str):
            return Expectation(event=form, place=place)
        times = (form.times, form.times) if isinstance(form.times, int) else (form.times.min, form.times.max)
        return Expectation(
            event=form.event,
            times=times,
            within=form.within,
            to=None if form.to is None else tuple(form.to),
            where=tuple(self._matcher(name, each, (*path, "where", name)) for name, each in form.where.items()),
            why=form.why,
            place=place,
        )

    def _matcher(self, name: str, form: Any, path: Path) -> Matcher:
        place = self.source.place(*path)
        if isinstance(form, ConstraintDocument):
            return Matcher(path=name, value=self.of_plan._value_type(form, path), place=place)
        return Matcher(path=name, equals=form, has_equals=True, place=place)
