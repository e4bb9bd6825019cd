"""data-layer-stale: what an earlier event left in the data layer, where a later one told it; and what two events rightly share."""

import pytest

from harness.plan.model import Event, Sending


def walk(shop, checks, *pushes, ga4=None, where=None):
    """view_item of a product, then ``pushes``, then add_to_cart's hits as ``ga4``."""
    add = shop.expect("add_to_cart", to=("data-layer", "ga4"), where=where or {})
    story = shop.Story(
        shop.journey(shop.step("look", shop.expect("view_item", to=("data-layer",))), shop.step("add", add), unplanned="fail")
    )
    with story.step("look"):
        story.load("/tee")
        story.push(raw={"ecommerce": None})
        story.push("view_item", ecommerce=shop.goods(items=[item("TEE-01", 9.9), item("CAP-01", 10)]))
    with story.step("add"):
        for raw in pushes:
            story.push(raw=raw)
        if ga4 is not None:
            story.hit("ga4", "add_to_cart", **ga4)
    return story.found(checks)


def item(item_id, price, quantity=1, **more):
    return {"item_id": item_id, "price": price, "quantity": quantity, **more}


ONE = {"currency": "EUR", "value": 9.9, "items": [item("TEE-01", 9.9)]}
BOTH = {"currency": "EUR", "value": 9.9, "items": [item("TEE-01", 9.9), item("CAP-01", 10)]}
RESET = {"ecommerce": None}
ADD = {"event": "add_to_cart", "ecommerce": ONE}
STALE = [("data-layer-stale", "add_to_cart", "data-layer")]

STORIES = [
    ("cleared, and the tag tells its own", (RESET, ADD), ONE, []),
    ("not cleared, and the tag tells its own", (ADD,), ONE, []),
    ("not cleared, and the list's tail sticks", (ADD,), BOTH, STALE),
    (
        "the push has no e-commerce of its own",
        ({"event": "add_to_cart"},),
        {"currency": "EUR", "value": 19.9, "items": BOTH["items"]},
        STALE,
    ),
]


@pytest.mark.parametrize(("pushes", "ga4", "found"), [row[1:] for row in STORIES], ids=[row[0] for row in STORIES])
def test_what_sticks(shop, checks, pushes, ga4, found):
    assert walk(shop, checks, *pushes, ga4=ga4) == found


def test_the_same_product_seen_and_added_is_no_leftover(shop, checks):
    whole = {"currency": "EUR", "value": 19.9, "items": BOTH["items"]}
    assert walk(shop, checks, RESET, {"event": "add_to_cart", "ecommerce": whole}, ga4=whole) == []


def test_an_unchanged_object_where_the_step_says_otherwise(shop, checks):
    whole = {"currency": "EUR", "value": 19.9, "items": BOTH["items"]}
    found = walk(shop, checks, {"event": "add_to_cart", "ecommerce": whole}, ga4=whole, where={"items.quantity": 3})
    assert found == STALE


@pytest.mark.parametrize(("told", "found"), [(True, [("data-layer-stale", "page_view", "data-layer")]), (False, [])])
def test_a_page_view_with_the_orders_products(shop, checks, told, found):
    """The merged model keeps the order; only a tag that tells it makes it a defect."""
    page_view = Event(
        name="page_view", sent_to=(Sending(destination="data-layer", event="page_view"), Sending(destination="ga4", event="page_view"))
    )
    expected = shop.journey(
        shop.step("order", shop.expect("purchase", to=("data-layer",)), "page_view"),
        events=shop.events | {"page_view": page_view},
        unplanned="fail",
    )
    story = shop.Story(expected)
    with story.step("order"):
        story.load("/thanks")
        story.push("purchase", ecommerce=shop.order())
        story.push("page_view")
        story.hit("ga4", "page_view", **(shop.order() if told else {}))
    assert story.found(checks) == found


def test_a_new_page_starts_with_an_empty_layer(shop, checks):
    story = shop.Story(shop.journey(shop.step("add", shop.expect("add_to_cart", to=("ga4",))), unplanned="fail"))
    with story.step("add"):
        story.load("/tee")
        story.push("view_item", ecommerce=BOTH | {"value": 19.9})
        story.load("/cart", referrer="/tee")
        story.push("add_to_cart", ecommerce=ONE)
        story.hit("ga4", "add_to_cart", **ONE)
    assert story.found(checks) == []
