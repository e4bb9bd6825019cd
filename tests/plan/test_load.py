"""The example files load into the model that verification reads, and say what they mean."""

# ruff: noqa: E501
from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import PlanError
from harness.plan.load import load_expectations, load_plan, read_plan
from harness.plan.model import Mapped, Matcher, ScenarioUse, ValueSource

EXAMPLES = Path(__file__).parent / "examples"
VENDORS = ["ga4", "meta-pixel", "google-ads"]
SCENARIOS = {"baseline": (), "reload": ("at",), "consent-denied": ("purposes",), "no-utm": ("drop",)}


@pytest.fixture(scope="module")
def shop():
    return load_plan(EXAMPLES / "shop.plan.yaml", vendors=VENDORS)


@pytest.fixture(scope="module")
def checkout():
    return load_expectations(EXAMPLES / "checkout.journey.yaml", vendors=VENDORS, scenarios=SCENARIOS)


def parameters(event):
    return {each.name: each for each in event.parameters}


def sending(plan, event, destination):
    return next(each for each in plan.events[event].sent_to if each.destination == destination)


def test_what_the_plan_says_of_itself(shop):
    assert (shop.name, shop.version, shop.owner) == ("shop", "3", "analytics@shop.example")
    assert shop.environments == {"staging": ("staging.shop.example",), "production": ("shop.example", "www.shop.example")}
    assert shop.purposes["marketing"].signals == ("ad_storage", "ad_user_data", "ad_personalization")
    assert (shop.unplanned, shop.timers, shop.consent, shop.endpoints) == ("warn", 60.0, None, ())


def test_a_shared_parameter_is_followed_and_its_presence_is_the_events(shop):
    purchase, begin = parameters(shop.events["purchase"]), parameters(shop.events["begin_checkout"])
    assert purchase["transaction_id"].value.pattern == r"^T-\d+$"
    assert [purchase[name].presence for name in ("value", "coupon", "email")] == ["required", "optional", "forbidden"]
    assert begin["coupon"].presence == "optional"
    assert purchase["value"].place.line == 117
    assert purchase["value"].description == "Goods after discount, without tax and shipping"


def test_common_parameters_are_on_every_event(shop):
    assert {parameters(event)["page_type"].presence for event in shop.events.values()} == {"required"}


def test_properties_of_items(shop):
    items = parameters(shop.events["purchase"])["items"].value
    assert (items.type, items.min_items) == ("array", 1)
    assert {each.name: each.presence for each in items.items.properties} == {
        "item_id": "required", "item_name": "required", "price": "required", "quantity": "required", "discount": "optional",
    }  # fmt: skip


def test_a_destination_without_parameters_takes_the_events_own(shop):
    assert sending(shop, "purchase", "ga4").parameters is None


@pytest.mark.parametrize(
    ("event", "destination", "expected"),
    [
        pytest.param(
            "view_item", "meta-pixel",
            {
                "value": "value", "currency": "currency", "content_ids": "items.item_id", "contents.id": "items.item_id",
                "contents.quantity": "items.quantity", "content_type": "product",
            },
            id="the destination's list where the event has the value, and the sending's own",
        ),
        pytest.param(
            "begin_checkout", "meta-pixel",
            {
                "value": "value", "currency": "currency", "contents.id": "items.item_id", "contents.quantity": "items.quantity",
                "num_items": "sum(items.quantity)",
            },
            id="false leaves out, a derivation adds",
        ),
        pytest.param("generate_lead", "meta-pixel", {"value": "value", "currency": "currency", "event_id": "lead_id"}, id="the sending overrides"),
        pytest.param("page_view", "meta-pixel", {}, id="a closed list of which the event has nothing"),
    ],
)  # fmt: skip
def test_mappings_of_destination_and_sending_are_merged(shop, event, destination, expected):
    made = sending(shop, event, destination).parameters
    assert {each.name: each.value.const if each.source is None else each.source for each in made} == expected


def test_accounts_by_environment_and_by_sending(shop):
    assert shop.account_of("ga4", "staging") == "G-STAGE00001"
    assert shop.account_of("meta-pixel", "staging") is None
    purchase = sending(shop, "purchase", "google-ads")
    assert shop.account_of("google-ads", "production", purchase) == "AW-1000000001/abcDEF"


def test_what_else_an_event_says(shop):
    purchase = shop.events["purchase"]
    assert (purchase.severity, purchase.conversion, purchase.owner, purchase.once_per) == (
        "blocker", "macro", "shop-team@shop.example", ("transaction_id",),
    )  # fmt: skip
    assert [(rule.check, rule.tolerance, rule.place.line) for rule in purchase.rules] == [
        ("value == sum(items.price * items.quantity)", 0.01, 125)
    ]
    assert shop.events["refund"].once_per == ("transaction_id", "value")
    assert (shop.events["page_view"].once_per, shop.events["view_item"].once_per) == (("page",), None)


def test_the_campaign(shop):
    assert {each.name: each.presence for each in shop.campaign.parameters} == {
        "utm_source": "required", "utm_medium": "required", "utm_campaign": "required", "utm_content": "optional", "gclid": "optional",
    }  # fmt: skip
    assert (shop.campaign.reaches, shop.campaign.internal_links) == (("ga4",), "forbidden")


def test_scenarios_of_a_journey(checkout):
    assert [(each.name, each.parameters, each.known_issue) for each in checkout.scenarios] == [
        ("baseline", {}, ""),
        ("reload", {"at": ["place the order"]}, ""),
        ("consent-denied", {"purposes": ["marketing"]}, ""),
        ("no-utm", {"drop": ["utm_campaign"]}, "SHOP-412"),
    ]
    assert all(isinstance(each, ScenarioUse) for each in checkout.scenarios)


def test_values_of_a_journey(checkout):
    assert checkout.values["price"].literal == 19.9
    total = checkout.values["total"]
    assert (total.source, total.selector, total.type, total.decimal) == ("page", "#goods-total", "number", ",")
    assert checkout.values["coupon"] == ValueSource(name="coupon", source="code", place=checkout.values["coupon"].place)


def test_expectations_of_a_journey(checkout):
    land, product, cart, go, place = checkout.steps
    assert [each.event for each in land.expect] == ["page_view"]
    assert (product.page, product.listed_order) == ("/product/*", True)
    assert (cart.expect[0].within, cart.forbid) == (2.0, ("purchase",))
    assert [(each.event, each.times, each.to, each.why) for each in go.expect][2] == ("view_item", (0, 4), ("ga4",), "cross-sell carousel")
    assert (place.forbid, place.forbid_others, checkout.forbid) == ((), True, ("refund", "generate_lead"))
    where = {each.path: each for each in place.expect[1].where}
    assert where["value"] == Matcher(path="value", equals="$total", has_equals=True, place=where["value"].place)
    assert where["payment_type"].value.enum == ("card", "paypal")


PLAN = """\
name: shop
environments: {test: ["localhost:8000"], live: [shop.example]}
purposes: {marketing: {}}
destinations:
  ga4: {account: {test: G-1, live: G-2}}
  ga4-eu: {vendor: ga4, account: G-3, purpose: marketing, parameters: {cur: currency}}
unplanned: fail
consent: {selectors: {accept: '#yes', reject: '#no', manage: '#more', save: '#ok', marketing: '#ads'}}
endpoints: [{vendor: ga4, host: sgtm.shop.example, path: /g/collect}]
settle: {timers: 1.5m}
campaign: {parameters: {utm_source: required}, paid: [/lp/*]}
parameters:
  currency: {enum: [EUR, USD], description: ISO 4217}
  value: {type: number}
events:
  view:
    sent_to: {ga4: {event: view, parameters: {value: false}}, ga4-eu: view}
    parameters: {currency: {const: EUR, why: only here}, value: {required: false}, e-mail: forbidden, "list price": {type: number}}
    rules: ["value <= `list price`"]
    x-avo: {id: [1, {a: b}]}
x-tool: kept
"""


def loaded(tmp_path, text):
    path = tmp_path / "p.plan.yaml"
    path.write_text(text, encoding="utf-8")
    return load_plan(path)


def test_the_further_keys_of_a_plan(tmp_path):
    plan = loaded(tmp_path, PLAN)
    assert (plan.unplanned, plan.timers) == ("fail", 90.0)
    assert plan.consent.selectors["marketing"] == "#ads"
    assert [(each.vendor, each.host, each.path, each.role) for each in plan.endpoints] == [
        ("ga4", "sgtm.shop.example", "/g/collect", "collect")
    ]
    assert plan.campaign.paid == ("/lp/*",)
    assert plan.destinations["ga4-eu"].vendor == "ga4"


def test_an_event_narrows_a_shared_parameter(tmp_path):
    view = parameters(loaded(tmp_path, PLAN).events["view"])
    assert (view["currency"].value.const, view["currency"].value.enum, view["currency"].description) == ("EUR", ("EUR", "USD"), "ISO 4217")
    assert (view["value"].presence, view["value"].value.type) == ("optional", "number")


def test_false_alone_leaves_out_of_the_events_own(tmp_path):
    plan = loaded(tmp_path, PLAN)
    assert [(each.name, each.source) for each in sending(plan, "view", "ga4").parameters] == [
        ("currency", "currency"), ("list price", "`list price`"),
    ]  # fmt: skip
    assert [each.name for each in sending(plan, "view", "ga4-eu").parameters] == ["cur"]
    assert all(isinstance(each, Mapped) for each in sending(plan, "view", "ga4").parameters)


def test_without_a_list_of_purposes_the_destinations_name_them():
    plan = load_plan(EXAMPLES / "minimal.plan.yaml")
    assert {name: each.signals for name, each in plan.purposes.items()} == {"analytics": ("analytics_storage",)}


def test_every_problem_is_in_one_error(tmp_path):
    text = (
        PLAN.replace("unplanned: fail", "unplaned: fail")
        .replace("sgtm.shop.example", "https://sgtm.shop.example/")
        .replace("cur: currency", "cur: curency")
    )
    with pytest.raises(PlanError) as raised:
        loaded(tmp_path, text)
    assert [(problem.place.line, problem.what) for problem in raised.value.problems] == [
        (6, "the plan has no parameter `curency`"),
        (7, "`unplaned` is no key of a plan"),
        (9, "`https://sgtm.shop.example/` is no host"),
    ]
    path = tmp_path / "p.plan.yaml"
    assert str(raised.value).splitlines()[2:4] == [f"{path}:7: `unplaned` is no key of a plan", "  mend: did you mean `unplanned`?"]


def test_a_faulty_definition_is_not_told_again_where_it_is_used(tmp_path):
    text = PLAN.replace("  value: {type: number}", "  value: numbr").replace("account: G-3, purpose", "account: 3, purpose")
    path = tmp_path / "p.plan.yaml"
    path.write_text(text, encoding="utf-8")
    assert [problem.what for problem in read_plan(path)[1]] == [
        "`3` is not quoted, so YAML reads a number",
        "`numbr` is not known as a value of `value`",
    ]


def test_a_journey_tells_the_problems_of_its_plan_too(tmp_path):
    (tmp_path / "p.plan.yaml").write_text(
        PLAN.replace("conversion", "conversion").replace("required: false", "required: no"), encoding="utf-8"
    )
    journey = tmp_path / "j.journey.yaml"
    journey.write_text("journey: j\nplan: p.plan.yaml\nsteps:\n  - {step: one, expect: [veiw]}\n", encoding="utf-8")
    with pytest.raises(PlanError) as raised:
        load_expectations(journey)
    assert [(Path(each.place.file).name, each.place.line, each.mend) for each in raised.value.problems] == [
        ("j.journey.yaml", 4, "did you mean `view`?"),
        ("p.plan.yaml", 18, "write `required: true` or `required: false`"),
    ]
