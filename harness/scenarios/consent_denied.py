"""The visitor denies consent on the landing page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.scenarios import Scenario, Stage
from harness.verify.conditions import Conditions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.plan.model import Expectations


def _purposes(expectations: Expectations, parameters: Mapping[str, Any]) -> frozenset[str]:
    named = parameters.get("purposes")
    return frozenset(named) if named else frozenset(expectations.plan.purposes)


def _conditions(expectations: Expectations, parameters: Mapping[str, Any]) -> Conditions:
    return Conditions(scenario="consent-denied", parameters=parameters, denied=_purposes(expectations, parameters), needs=("deny",))


def _before_landing(stage: Stage, _parameters: Mapping[str, Any]) -> None:
    stage.clear_consent()


def _at_landed(stage: Stage, parameters: Mapping[str, Any]) -> None:
    every = frozenset(stage.expectations.plan.purposes)
    purposes = _purposes(stage.expectations, parameters)
    stage.deny(None if purposes == every else purposes)


SCENARIO = Scenario(
    name="consent-denied",
    title="Consent denied",
    description="A stored decision is forgotten; on the landing page the visitor denies consent through the banner.",
    parameters={"purposes": "the plan's purposes that are denied (default: all)"},
    conditions=_conditions,
    before_landing=_before_landing,
    at_landed=_at_landed,
)
