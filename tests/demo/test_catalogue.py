from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.demo.catalogue import BY_SKU, CATEGORIES, PRODUCTS, Basket, ecommerce, euros, listing, price_text


def test_every_product_has_a_category_a_sku_and_a_slug_of_its_own() -> None:
    assert {each.category for each in PRODUCTS.values()} == set(CATEGORIES)
    assert len(BY_SKU) == len(PRODUCTS) == 9
    assert all(slug == each.slug for slug, each in PRODUCTS.items())


@pytest.mark.parametrize(
    ("cents", "number", "text"), [(0, 0.0, "€0.00"), (5, 0.05, "€0.05"), (1890, 18.9, "€18.90"), (123456, 1234.56, "€1,234.56")]
)
def test_money(cents: int, number: float, text: str) -> None:
    assert euros(cents) == number
    assert price_text(cents) == text


@given(st.dictionaries(st.sampled_from(sorted(BY_SKU)), st.integers(0, 20)))
def test_the_value_is_what_the_items_add_up_to(quantities: dict[str, int]) -> None:
    basket = Basket(quantities)
    told = ecommerce(basket.lines)
    assert told["value"] == pytest.approx(sum(each["price"] * each["quantity"] for each in told["items"]), abs=1e-9)
    assert told["value"] == euros(basket.goods)
    assert len(repr(told["value"]).partition(".")[2]) <= 2
    assert basket.count == sum(each["quantity"] for each in told["items"])


@pytest.mark.parametrize(
    ("quantities", "goods", "shipping", "tax", "total"),
    [
        ({}, 0, 0, 0, 0),
        ({"MUG-01": 3}, 5670, 490, 905, 6160),
        ({"POT-01": 1, "MUG-02": 1}, 7850, 0, 1253, 7850),
        ({"GONE-99": 4}, 0, 0, 0, 0),
        ({"MUG-01": 0}, 0, 0, 0, 0),
    ],
)
def test_basket(quantities: dict[str, int], goods: int, shipping: int, tax: int, total: int) -> None:
    basket = Basket(quantities)
    assert (basket.goods, basket.shipping, basket.tax, basket.total) == (goods, shipping, tax, total)


def test_a_list_numbers_its_items_from_nought() -> None:
    told = listing(list(PRODUCTS.values())[:3], "all", "All pieces")
    assert [each["index"] for each in told["items"]] == [0, 1, 2]
    assert "value" not in told
