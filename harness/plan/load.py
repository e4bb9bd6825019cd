"""Plan and journey files -> the resolved model. Every problem of a file is found before one error tells them all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import PlanError, TagproofError
from harness.plan.document import JourneyDocument, PlanDocument
from harness.plan.journey_file import JourneyResolver
from harness.plan.plan_file import PlanResolver
from harness.plan.shape import shaped
from harness.plan.yaml_marks import Source, read

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from harness.plan.model import Expectations, TrackingPlan


def load_plan(path: Path, *, vendors: Collection[str] | None = None) -> TrackingPlan:
    """The plan of a file.

    Args:
        path: the YAML file.
        vendors: the ids of the vendors that can be decoded; None to leave the destinations' vendors unchecked.

    Raises:
        PlanError: with every problem of the file, each with its line and mend.
    """
    plan, problems = read_plan(path, vendors=vendors)
    if plan is None or problems:
        raise PlanError(problems)
    return plan


def load_expectations(
    path: Path, *, vendors: Collection[str] | None = None, scenarios: Mapping[str, Collection[str]] | None = None
) -> Expectations:
    """The expectations of a journey's file, bound to their plan, which is found relative to it.

    Args:
        path: the journey's YAML file.
        vendors: as for :func:`load_plan`.
        scenarios: scenario name -> the names of its own parameters; None to leave scenarios unchecked. ``scenarios`` of the
            result is empty where the file names none: the caller's default then holds.

    Raises:
        PlanError: with every problem of the journey's file and of its plan.
    """
    expectations, problems = read_expectations(path, vendors=vendors, scenarios=scenarios)
    if expectations is None or problems:
        raise PlanError(problems)
    return expectations


def read_plan(path: Path, *, vendors: Collection[str] | None = None) -> tuple[TrackingPlan | None, list[TagproofError]]:
    """The plan as far as it can be made out, and every problem of the file. See :func:`load_plan`."""
    resolver, problems = resolved_plan(read(path), vendors)
    return (resolver.plan if resolver else None), problems


def read_expectations(
    path: Path, *, vendors: Collection[str] | None = None, scenarios: Mapping[str, Collection[str]] | None = None
) -> tuple[Expectations | None, list[TagproofError]]:
    """The expectations as far as they can be made out, and every problem of both files. See :func:`load_expectations`."""
    resolver, problems = resolved_journey(read(path), path, vendors, scenarios)
    return (resolver.expectations if resolver else None), problems


def resolved_plan(source: Source, vendors: Collection[str] | None) -> tuple[PlanResolver | None, list[TagproofError]]:
    """A plan's file resolved, with all that was found on the way; None where there is nothing to resolve."""
    if source.data is None:
        return None, _in_order(source.problems)
    document, problems = shaped(source, PlanDocument)
    problems = source.problems + problems
    if document is None:
        return None, _in_order(problems)
    resolver = PlanResolver(source, document, vendors, whole=not problems)
    resolver.resolve()
    return resolver, _in_order(problems + resolver.problems)


def resolved_journey(
    source: Source, path: Path, vendors: Collection[str] | None, scenarios: Mapping[str, Collection[str]] | None
) -> tuple[JourneyResolver | None, list[TagproofError]]:
    """A journey's file and its plan's resolved, with all that was found on the way."""
    if source.data is None:
        return None, _in_order(source.problems)
    document, problems = shaped(source, JourneyDocument)
    problems = source.problems + problems
    named = document.plan if document is not None else source.data.get("plan")
    if not isinstance(named, str) or not named:
        return None, _in_order(problems)
    where = Path(path).parent / named
    if not where.is_file():
        problems.append(source.problem(f"there is no plan at {where}", "plan", mend="write the plan's path relative to this file"))
        return None, _in_order(problems)
    plan, of_plan = resolved_plan(read(where), vendors)
    if plan is None or document is None:
        return None, _in_order(problems) + of_plan
    resolver = JourneyResolver(source, document, plan, scenarios, whole=not problems and not of_plan)
    resolver.resolve()
    return resolver, _in_order(problems + resolver.problems) + of_plan


def _in_order(problems: list[TagproofError]) -> list[TagproofError]:
    return sorted(problems, key=lambda problem: getattr(problem.place, "line", 0))
