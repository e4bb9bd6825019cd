"""The visitor arrives without the campaign parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.scenarios import Scenario, Stage
from harness.verify.conditions import Conditions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.plan.model import Expectations

CAMPAIGN = ("utm_*", "gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid", "li_fat_id", "twclid", "_gl")
"""What links from outside carry of a campaign: UTM parameters, click IDs and Google's cross-domain linker."""


def _dropped(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(parameters.get("drop") or ())


def _conditions(_expectations: Expectations, parameters: Mapping[str, Any]) -> Conditions:
    return Conditions(scenario="no-utm", parameters=parameters, campaign_dropped=_dropped(parameters) or ("*",), needs=("drop-campaign",))


def _before_landing(stage: Stage, parameters: Mapping[str, Any]) -> None:
    rules = stage.expectations.plan.campaign
    own = tuple(each.name for each in rules.parameters) if rules else ()
    stage.drop_campaign(_dropped(parameters) or CAMPAIGN + own)


SCENARIO = Scenario(
    name="no-utm",
    title="Without campaign parameters",
    description="Campaign parameters are taken off every link from outside; hits must then carry no campaign, and none may be invented.",
    parameters={"drop": "the campaign parameters taken off (default: all UTM parameters and click IDs)"},
    conditions=_conditions,
    before_landing=_before_landing,
)
