"""The visitor reloads the pages that counted something, or comes back to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.scenarios import Scenario, Stage
from harness.verify.conditions import Conditions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.plan.model import Expectations


def _conditions(_expectations: Expectations, parameters: Mapping[str, Any]) -> Conditions:
    return Conditions(scenario="reload", parameters=parameters, needs=("reload",))


def _after_last_step(stage: Stage, parameters: Mapping[str, Any]) -> None:
    titles = tuple(parameters.get("at") or ())
    loads = stage.loads_of_steps(titles) if titles else stage.loads_once_per() or stage.current_loads()
    if not loads:
        stage.not_applied("no page was open to be reloaded", kind="reload")
    for load in loads:
        if load.posted:
            stage.not_applied(
                f"reload-resubmits: {load.url} is the answer to a form post; reloading it would send the form again, so it was left alone",
                kind="reload",
            )
        elif load.current:
            stage.reload(load)
        else:
            stage.revisit(load)


SCENARIO = Scenario(
    name="reload",
    title="Reloaded",
    description=(
        "After the last step, each page that fired an event which counts once is reloaded; "
        "one that was already left is opened again by its URL."
    ),
    parameters={"at": "titles of the steps whose pages are reloaded (default: those that fired a once_per event)"},
    conditions=_conditions,
    after_last_step=_after_last_step,
)
