"""Every check that there is, and a small shop's plan to judge against."""

import importlib
import pkgutil
from dataclasses import replace
from typing import ClassVar

import pytest

import harness.checks
from harness.errors import Place
from harness.plan.model import (
    CampaignRules,
    ConsentSetup,
    Destination,
    Event,
    Expectation,
    Expectations,
    Mapped,
    Matcher,
    Parameter,
    Purpose,
    Rule,
    Sending,
    StepExpectations,
    TrackingPlan,
    ValueType,
)
from harness.verify.story import Story


@pytest.fixture(scope="session")
def checks():
    return [importlib.import_module(f"harness.checks.{module.name}").CHECK for module in pkgutil.iter_modules(harness.checks.__path__)]


TEXT, NUMBER = ValueType(type="string"), ValueType(type="number", minimum=0)
ITEMS = ValueType(
    type="array",
    min_items=1,
    items=ValueType(
        type="object",
        properties=(
            Parameter(name="item_id", value=TEXT),
            Parameter(name="price", value=NUMBER),
            Parameter(name="quantity", value=ValueType(type="integer", minimum=1)),
        ),
    ),
)
EUR = ValueType(const="EUR", has_const=True)
MONEY = (Parameter(name="currency", value=EUR), Parameter(name="value", value=NUMBER), Parameter(name="items", value=ITEMS))
ORDER = (Parameter(name="transaction_id", value=TEXT), *MONEY, Parameter(name="coupon", value=TEXT, presence="optional"))
META_MONEY = (
    Mapped(name="value", source="value"),
    Mapped(name="currency", source="currency"),
    Mapped(name="content_ids", source="items.item_id"),
)
META_ORDER = (*META_MONEY, Mapped(name="event_id", source="transaction_id"))


def event(name, parameters=(), *, meta=None, meta_parameters=None, ads=None, **more):
    sent_to = [Sending(destination="data-layer", event=name), Sending(destination="ga4", event=name)]
    if meta:
        sent_to.append(Sending(destination="meta-pixel", event=meta, parameters=meta_parameters))
    if ads:
        sent_to.append(
            Sending(destination="google-ads", event="conversion", account=ads, parameters=(Mapped(name="value", source="value"),))
        )
    more = {"once_per_place": Place("shop.plan.yaml", 102), "place": Place("shop.plan.yaml", 90)} | more
    return Event(name=name, parameters=parameters, sent_to=tuple(sent_to), **more)


VALUE_RULE = Rule(check="value == sum(items.price * items.quantity)", tolerance=0.01, place=Place("shop.plan.yaml", 110))
EVENTS = (
    event("page_view", meta="PageView", meta_parameters=(), once_per=("page",)),
    event("view_item", MONEY, meta="ViewContent", meta_parameters=META_MONEY, rules=(VALUE_RULE,)),
    event("add_to_cart", MONEY, meta="AddToCart", meta_parameters=META_MONEY, conversion="micro", rules=(VALUE_RULE,)),
    event(
        "purchase", ORDER, meta="Purchase", meta_parameters=META_ORDER, ads="AW-1/abc", conversion="macro", severity="blocker",
        once_per=("transaction_id",), rules=(VALUE_RULE,),
    ),
    event("refund", (Parameter(name="transaction_id", value=TEXT),), once_per=("transaction_id",)),
    event("generate_lead", (Parameter(name="lead_id", value=TEXT),), conversion="macro", once_per=("lead_id",)),
)  # fmt: skip
DESTINATIONS = (
    Destination(id="data-layer", vendor="data-layer", account="dataLayer"),
    Destination(id="ga4", vendor="ga4", account="G-1", purpose="analytics", without_consent="cookieless"),
    Destination(id="meta-pixel", vendor="meta-pixel", account="111", purpose="marketing"),
    Destination(id="google-ads", vendor="google-ads", account="AW-1", purpose="marketing"),
)
PURPOSES = (
    Purpose(name="analytics", signals=("analytics_storage",)),
    Purpose(name="marketing", signals=("ad_storage", "ad_user_data", "ad_personalization")),
)


def plan(**changes):
    fields = {
        "name": "shop",
        "purposes": {each.name: each for each in PURPOSES},
        "destinations": {each.id: each for each in DESTINATIONS},
        "events": {each.name: each for each in EVENTS},
        "campaign": CampaignRules(
            parameters=(
                Parameter(name="utm_source"),
                Parameter(name="utm_medium", value=ValueType(enum=("email", "cpc"))),
                Parameter(name="utm_campaign", presence="optional"),
            ),
            reaches=("ga4",),
            internal_links="forbidden",
            paid=("/offer*",),
            place=Place("shop.plan.yaml", 50),
        ),
        "consent": None,
    }
    return TrackingPlan(**fields | changes)


def expect(name, *, line=0, **more):
    where = tuple(
        Matcher(path=path, equals=value, has_equals=True, place=Place("checkout.journey.yaml", line))
        if not isinstance(value, ValueType)
        else Matcher(path=path, value=value, place=Place("checkout.journey.yaml", line))
        for path, value in more.pop("where", {}).items()
    )
    return Expectation(event=name, where=where, place=Place("checkout.journey.yaml", line or sum(map(ord, name))), **more)


def step(title, *events, **more):
    entries = tuple(expect(each) if isinstance(each, str) else each for each in events)
    return StepExpectations(step=title, expect=entries, place=Place("checkout.journey.yaml", 1), **more)


def journey(*steps, forbid=(), scenarios=(), values=None, **changes):
    return Expectations(
        journey="a guest buys",
        plan=plan(**changes),
        steps=tuple(steps),
        forbid=tuple(forbid),
        scenarios=tuple(scenarios),
        values=values or {},
    )


class Shop:
    """What the tests tell their stories with."""

    plan = staticmethod(plan)
    expect = staticmethod(expect)
    step = staticmethod(step)
    journey = staticmethod(journey)
    Story = Story
    consent = ConsentSetup(selectors={"accept": "#yes", "reject": "#no"})
    events: ClassVar = {each.name: each for each in EVENTS}
    destinations: ClassVar = {each.id: each for each in DESTINATIONS}
    replace = staticmethod(replace)

    @staticmethod
    def order(key="T-1", **changes):
        item = {"item_id": "TEE-01", "price": 19.9, "quantity": 1}
        return {"transaction_id": key, "currency": "EUR", "value": 19.9, "items": [item]} | changes

    @staticmethod
    def goods(**changes):
        return {"currency": "EUR", "value": 19.9, "items": [{"item_id": "TEE-01", "price": 19.9, "quantity": 1}]} | changes

    @staticmethod
    def meta(values):
        """The same values under Meta's names, as its query has them: all text."""
        named = {
            "value": str(values["value"]),
            "currency": values["currency"],
            "content_ids": [each["item_id"] for each in values["items"]],
        }
        return named | ({"event_id": values["transaction_id"]} if "transaction_id" in values else {})

    @classmethod
    def told(cls, story, name, values=None, *, to=("data-layer", "ga4", "meta-pixel", "google-ads"), **hit):
        """The event as a sound site tells it: pushed, and sent to each destination of the plan."""
        values = dict(values or {})
        if "data-layer" in to:
            story.push(name, **({"ecommerce": values} if "items" in values else values))
        if "ga4" in to:
            story.hit("ga4", name, **hit, **values)
        event = cls.events[name]
        for sending in event.sent_to:
            if sending.destination == "meta-pixel" and "meta-pixel" in to:
                story.hit("meta-pixel", sending.event, **hit, **(cls.meta(values) if values else {}))
            if sending.destination == "google-ads" and "google-ads" in to:
                story.hit("google-ads", "conversion", account="AW-1/abc", **hit, value=str(values["value"]))


@pytest.fixture(scope="session")
def shop():
    return Shop
