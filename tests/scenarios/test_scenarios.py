"""What each scenario does to a walk, on a stage that notes it down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.plan.model import CampaignRules, Expectations, Parameter, Purpose, TrackingPlan
from harness.scenarios import Load, baseline, consent_denied, no_utm, reload

if TYPE_CHECKING:
    from harness.scenarios import Scenario

PLAN = TrackingPlan(
    name="shop",
    purposes={name: Purpose(name=name) for name in ("analytics", "marketing")},
    campaign=CampaignRules(parameters=(Parameter(name="partner"),)),
)
EXPECTATIONS = Expectations(journey="a guest buys", plan=PLAN)
THANKS = Load(page="p1", ordinal=4, url="https://shop.example/thanks", current=True)
LEFT = Load(page="p1", ordinal=3, url="https://shop.example/lead", current=False)
POSTED = Load(page="p1", ordinal=5, url="https://shop.example/order", current=True, posted=True)


class Noted:
    """A stage that does nothing but remember."""

    expectations = EXPECTATIONS

    def __init__(self, once: list[Load] | None = None, current: list[Load] | None = None) -> None:
        self.once, self.current, self.done = once or [], current or [], list[tuple[Any, ...]]()

    def loads_once_per(self) -> list[Load]:
        return self.once

    def loads_of_steps(self, titles: tuple[str, ...]) -> list[Load]:
        self.done.append(("steps", titles))
        return self.current

    def current_loads(self) -> list[Load]:
        return self.current

    def reload(self, load: Load) -> None:
        self.done.append(("reload", load.url))

    def revisit(self, load: Load) -> None:
        self.done.append(("revisit", load.url))

    def deny(self, purposes: frozenset[str] | None) -> None:
        self.done.append(("deny", purposes))

    def clear_consent(self) -> None:
        self.done.append(("clear",))

    def drop_campaign(self, names: tuple[str, ...]) -> None:
        self.done.append(("drop", names))

    def not_applied(self, reason: str, *, kind: str) -> None:
        self.done.append(("not applied", kind, reason.partition(":")[0]))


def _walk(scenario: Scenario, stage: Noted, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    for moment in (scenario.before_landing, scenario.at_landed, scenario.after_last_step):
        if moment is not None:
            moment(stage, parameters)
    return stage.done


@pytest.mark.parametrize(
    ("stage", "parameters", "done"),
    [
        (Noted(once=[THANKS]), {}, [("reload", THANKS.url)]),
        (Noted(once=[LEFT, THANKS]), {}, [("revisit", LEFT.url), ("reload", THANKS.url)]),
        (Noted(current=[THANKS]), {}, [("reload", THANKS.url)]),
        (Noted(once=[POSTED]), {}, [("not applied", "reload", "reload-resubmits")]),
        (Noted(), {}, [("not applied", "reload", "no page was open to be reloaded")]),
        (Noted(once=[LEFT], current=[THANKS]), {"at": ["pay"]}, [("steps", ("pay",)), ("reload", THANKS.url)]),
    ],
)
def test_reload(stage: Noted, parameters: dict[str, Any], done: list[tuple[Any, ...]]) -> None:
    assert _walk(reload.SCENARIO, stage, parameters) == done


@pytest.mark.parametrize(
    ("parameters", "denied"),
    [({}, None), ({"purposes": ["marketing"]}, frozenset({"marketing"})), ({"purposes": ["marketing", "analytics"]}, None)],
)
def test_consent_denied(parameters: dict[str, Any], denied: frozenset[str] | None) -> None:
    assert _walk(consent_denied.SCENARIO, Noted(), parameters) == [("clear",), ("deny", denied)]
    conditions = consent_denied.SCENARIO.conditions(EXPECTATIONS, parameters)
    assert (conditions.denied, conditions.needs) == (denied or frozenset({"analytics", "marketing"}), ("deny",))


@pytest.mark.parametrize(
    ("parameters", "names", "dropped"),
    [({}, (*no_utm.CAMPAIGN, "partner"), ("*",)), ({"drop": ["utm_campaign"]}, ("utm_campaign",), ("utm_campaign",))],
)
def test_no_utm(parameters: dict[str, Any], names: tuple[str, ...], dropped: tuple[str, ...]) -> None:
    assert _walk(no_utm.SCENARIO, Noted(), parameters) == [("drop", names)]
    assert no_utm.SCENARIO.conditions(EXPECTATIONS, parameters).campaign_dropped == dropped


def test_baseline_disturbs_nothing() -> None:
    assert _walk(baseline.SCENARIO, Noted(current=[THANKS]), {}) == []
    assert baseline.SCENARIO.conditions(EXPECTATIONS, {}).needs == ()
