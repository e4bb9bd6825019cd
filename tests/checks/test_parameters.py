"""missing-parameter, unplanned-parameter, type-mismatch, value-mismatch: what hits carry."""

import pytest

from harness.errors import Place
from harness.plan.model import Mapped, Parameter, Rule, Sending, ValueSource, ValueType


def bought(shop, ga4=None, layer=None, *, where=None, know=None, values=None, checks=(), **changes):
    """One order, pushed as ``layer`` and sent to GA4 as ``ga4``."""
    expected = shop.journey(
        shop.step("order", shop.expect("purchase", to=("data-layer", "ga4"), where=where or {})), values=values, **changes
    )
    story = shop.Story(expected)
    with story.step("order"):
        story.load("/thanks")
        order = shop.order()
        story.push("purchase", ecommerce=layer if layer is not None else order)
        story.hit("ga4", "purchase", **(ga4 if ga4 is not None else order))
        story.know(**(know or {}))
    return story.judge(checks)


def told(verdict):
    return [(each.code, each.destination, each.details["name"]) for each in verdict.violations]


def item(**changes):
    return {"item_id": "TEE-01", "price": 19.9, "quantity": 1} | changes


SOUND = [
    ("as planned", {}, {}),
    ("a number with a zero more", {"value": 19.90}, {}),
    ("an optional parameter", {"coupon": "SPRING"}, {"coupon": "SPRING"}),
    ("an item with more than the plan names", {"items": [item(item_brand="Acme", index=1)]}, {}),
    ("what the vendor's script adds", {"page_location": "https://shop.example/thanks", "campaign_id": "7"}, {}),
]
BROKEN = [
    ("number as text", {"value": "19.9"}, {}, [("type-mismatch", "ga4", "value")]),
    ("text as number", {"transaction_id": 17}, {}, [("type-mismatch", "ga4", "transaction_id")]),
    ("another currency", {"currency": "USD"}, {}, [("value-mismatch", "ga4", "currency")]),
    ("a negative value", {"value": -1}, {"value": -1}, [("value-mismatch", "data-layer", "value")]),
    ("another value than the data layer's", {"items": [item(price=10)], "value": 10}, {},
     [("value-mismatch", "ga4", "items"), ("value-mismatch", "ga4", "value")]),
    ("an item without its id", {"items": [{"price": 19.9, "quantity": 1}]}, {}, [("missing-parameter", "ga4", "items[0].item_id")]),
    ("half an item", {"items": [item(quantity=1.5)]}, {}, [("type-mismatch", "ga4", "items[0].quantity")]),
    ("no items", {"items": []}, {}, [("value-mismatch", "ga4", "items")]),
    ("a sum that does not add up", {"value": 25}, {"value": 25}, [("value-mismatch", "data-layer", "value")]),
    ("undefined as text", {"transaction_id": "undefined"}, {}, [("missing-parameter", "ga4", "transaction_id")]),
    ("an empty text", {"transaction_id": ""}, {"transaction_id": ""}, [("missing-parameter", "data-layer", "transaction_id")]),
    ("an optional one as undefined", {"coupon": "undefined"}, {}, [("value-mismatch", "ga4", "coupon")]),
]  # fmt: skip


@pytest.mark.parametrize(("ga4", "layer"), [row[1:] for row in SOUND], ids=[row[0] for row in SOUND])
def test_sound_parameters(shop, checks, ga4, layer):
    verdict = bought(shop, shop.order(**ga4), shop.order(**layer), checks=checks)
    assert (verdict.violations, verdict.warnings) == ((), ())


@pytest.mark.parametrize(("ga4", "layer", "expected"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_broken_parameters(shop, checks, ga4, layer, expected):
    assert told(bought(shop, shop.order(**ga4), shop.order(**layer), checks=checks)) == expected


def test_what_the_data_layer_lacks_is_told_once_of_it(shop, checks):
    order = {name: value for name, value in shop.order().items() if name != "currency"}
    verdict = bought(shop, order, order, checks=checks)
    assert told(verdict) == [("missing-parameter", "data-layer", "currency")]
    assert "GA4 got it so too." in verdict.violations[0].message


def test_a_nested_difference_says_where_and_how(shop, checks):
    verdict = bought(shop, shop.order(items=[item(item_id="CAP-01")]), checks=checks)
    assert told(verdict) == [("value-mismatch", "ga4", "items")]
    assert '[0].item_id: expected "TEE-01", was "CAP-01"' in verdict.violations[0].message


def test_texts_of_a_query_are_numbers(shop, checks):
    story = shop.Story(shop.journey(shop.step("look", shop.expect("view_item", to=("meta-pixel",)))))
    with story.step("look"):
        story.load("/tee")
        story.push("view_item", ecommerce=shop.goods())
        story.hit("meta-pixel", "ViewContent", value="19.90", currency="EUR", content_ids='["TEE-01"]', sw="1280")
    verdict = story.judge(checks)
    assert (verdict.violations, verdict.warnings) == ((), ())


@pytest.mark.parametrize(("sent", "expected"), [
    ({"content_ids": ["CAP-01"]}, [("value-mismatch", "meta-pixel", "content_ids")]),
    ({"value": "20"}, [("value-mismatch", "meta-pixel", "value")]),
    ({"value": "much"}, [("type-mismatch", "meta-pixel", "value")]),
    ({"value": ""}, [("missing-parameter", "meta-pixel", "value")]),
])  # fmt: skip
def test_derived_and_renamed_parameters(shop, checks, sent, expected):
    story = shop.Story(shop.journey(shop.step("look", shop.expect("view_item", to=("meta-pixel",)))))
    with story.step("look"):
        story.load("/tee")
        story.push("view_item", ecommerce=shop.goods())
        story.hit("meta-pixel", "ViewContent", **({"value": "19.9", "currency": "EUR", "content_ids": ["TEE-01"]} | sent))
    assert told(story.judge(checks)) == expected


@pytest.mark.parametrize(("policy", "violations", "warnings"), [("ignore", 0, 0), ("warn", 0, 1), ("fail", 1, 0)])
def test_a_parameter_beyond_the_list_is_the_plans_choice(shop, checks, policy, violations, warnings):
    verdict = bought(shop, shop.order(colour="red"), unplanned=policy, checks=checks)
    assert (len(verdict.violations), len(verdict.warnings)) == (violations, warnings)
    for each in (*verdict.violations, *verdict.warnings):
        assert (each.code, each.details["name"]) == ("unplanned-parameter", "colour")


def test_a_forbidden_parameter_is_always_a_violation(shop, checks):
    purchase = shop.events["purchase"]
    purchase = shop.replace(purchase, parameters=(*purchase.parameters, Parameter(name="phone", presence="forbidden")))
    verdict = bought(shop, shop.order(phone="123"), events={"purchase": purchase}, unplanned="ignore", checks=checks)
    assert told(verdict) == [("unplanned-parameter", "ga4", "phone")]


WHERE = [
    ("holds", {"transaction_id": "$order", "items.quantity": 1, "value": 19.9}, []),
    ("another number", {"transaction_id": "T-2"}, [("value-mismatch", "data-layer", "transaction_id")]),
    ("another quantity", {"items.quantity": 3}, [("value-mismatch", "data-layer", "items.quantity")]),
    ("not there", {"coupon": "SPRING"}, [("missing-parameter", "data-layer", "coupon")]),
    ("a constraint", {"transaction_id": ValueType(pattern=r"X-\d+")}, [("value-mismatch", "data-layer", "transaction_id")]),
]


@pytest.mark.parametrize(("where", "expected"), [row[1:] for row in WHERE], ids=[row[0] for row in WHERE])
def test_where_asserts(shop, checks, where, expected):
    assert told(bought(shop, where=where, know={"order": "T-1"}, checks=checks)) == expected


def test_a_value_that_is_not_known_is_a_doubt(shop, checks):
    verdict = bought(shop, where={"transaction_id": "$order"}, checks=checks)
    assert verdict.violations == ()
    assert {doubt.code for doubt in verdict.doubts} == {"value-not-known"}


def test_a_literal_of_the_file_needs_no_record(shop, checks):
    values = {"order": ValueSource(name="order", literal="T-9")}
    verdict = bought(shop, where={"transaction_id": "$order"}, values=values, checks=checks)
    assert told(verdict) == [("value-mismatch", "data-layer", "transaction_id")]


def test_two_entries_for_one_event_each_get_the_hit_that_fits(shop, checks):
    cap = {"currency": "EUR", "value": 5, "items": [item(item_id="CAP-01", price=5)]}
    story = shop.Story(
        shop.journey(
            shop.step(
                "look",
                shop.expect("view_item", to=("ga4",), where={"items.item_id": "TEE-01"}, line=7),
                shop.expect("view_item", to=("ga4",), where={"items.item_id": "CAP-01"}, line=8),
            )
        )
    )
    with story.step("look"):
        story.load("/tee")
        story.hit("ga4", "view_item", **cap)
        story.hit("ga4", "view_item", **shop.goods())
    assert story.found(checks) == []


def test_a_rule_without_its_optional_parameter_is_skipped_and_unused(shop, checks):
    from harness.verify.judge import unused

    rule = Rule(check="discount <= value", place=Place("shop.plan.yaml", 77))
    purchase = shop.replace(shop.events["purchase"], rules=(rule,))
    expected = shop.journey(shop.step("order", shop.expect("purchase", to=("ga4",))), events={"purchase": purchase})
    story = shop.Story(expected)
    with story.step("order"):
        story.load("/thanks")
        story.hit("ga4", "purchase", **shop.order())
    verdict = story.judge(checks)
    assert verdict.violations == ()
    assert [each.place.line for each in unused([verdict], expected)] == [77]


def test_constants_tell_two_events_of_one_name_apart(shop, checks):
    def event(name, area):
        sending = Sending(destination="ga4", event="click", parameters=(Mapped(name="area", value=ValueType(const=area, has_const=True)),))
        return shop.replace(shop.events["refund"], name=name, once_per=None, sent_to=(sending,))

    events = {each.name: each for each in (event("open_menu", "menu"), event("open_chat", "chat"))}
    story = shop.Story(shop.journey(shop.step("go", "open_menu", "open_chat"), events=events))
    with story.step("go"):
        story.load("/")
        story.hit("ga4", "click", area="chat")
        story.hit("ga4", "click", area="menu")
    assert story.found(checks) == []
