"""The journey as it was scripted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.scenarios import Scenario
from harness.verify.conditions import Conditions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.plan.model import Expectations


def _conditions(_expectations: Expectations, _parameters: Mapping[str, Any]) -> Conditions:
    return Conditions(scenario="baseline")


SCENARIO = Scenario(
    name="baseline",
    title="As scripted",
    description="The visitor does what the journey says and nothing else.",
    conditions=_conditions,
)
