"""What a plan and a journey read like to people."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.plan.load import load_expectations
from harness.plan.model import Parameter, ValueType
from harness.plan.show import show_expectations, show_plan, value_words

EXAMPLES = Path(__file__).parent / "examples"


@pytest.fixture(scope="module")
def checkout():
    return load_expectations(EXAMPLES / "checkout.journey.yaml")


@pytest.mark.parametrize(
    "line",
    [
        "shop (version 3, analytics@shop.example)",
        "  ga4         ga4         staging: G-STAGE00001, production: G-SHOP000001  analytics    cookieless",
        "                  data-layer      ga4             meta-pixel        google-ads",
        "  purchase        purchase        purchase        Purchase          conversion",
        "  refund          refund          refund          -                 -",
        "purchase: macro conversion, blocker, once per transaction_id, shop-team@shop.example",
        "  items.quantity   required   integer, 1 or more",
        "  email            forbidden",
        "  google-ads conversion, account AW-1000000001/abcDEF:",
        "    num_items          =  sum(items.quantity)",
        '    content_type       =  always "product"',
        "  rule: value == sum(items.price * items.quantity), give or take 0.01 (GA4 counts value as revenue and never adds up the items)",
    ],
)
def test_a_plan(checkout, line):
    assert line in show_plan(checkout.plan).splitlines()


@pytest.mark.parametrize(
    "line",
    [
        '  reload with at: ["place the order"]',
        "  $total         from the page: #goods-total, a number",
        "2. open the product (page /product/*), in this order",
        "  add_to_cart once to data-layer, ga4, meta-pixel within 2 s",
        "    items.quantity is 3",
        "  view_item 0 to 4 times to ga4 (cross-sell carousel)",
        "    value is $total",
        "    payment_type: one of card, paypal",
        "  nothing else",
        "In the whole walk never refund, generate_lead",
    ],
)
def test_a_journey(checkout, line):
    assert line in show_expectations(checkout).splitlines()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (ValueType(), "anything"),
        (ValueType(type="array", items=ValueType(type="string"), max_items=3), "array, 3 or fewer elements, each string"),
        (ValueType(type="number", minimum=1, maximum=5.5), "number, 1 or more, 5.5 or less"),
        (ValueType(schema={"format": "date"}), 'format "date"'),
        (ValueType(type="object", properties=(Parameter(name="a"),)), "object"),
    ],
)
def test_values_in_words(value, words):
    assert value_words(value) == words
