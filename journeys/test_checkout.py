from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.journey import Journey

CAMPAIGN = {"utm_source": "instagram", "utm_medium": "social", "utm_campaign": "spring-firing"}


@pytest.mark.expectations("checkout.journey.yaml")
def test_guest_checkout(journey: Journey) -> None:
    page = journey.page
    with journey.step("land on the home page"):
        journey.visit("/", campaign=CAMPAIGN)
        journey.consent.grant()
    with journey.step("look at all pieces"):
        page.get_by_role("link", name="Shop all pieces").click()
        page.get_by_role("heading", name="All pieces").wait_for()
    with journey.step("choose the cups"):
        page.get_by_label("Categories").get_by_role("link", name="Cups").click()
        page.get_by_role("heading", name="Cups", level=1).wait_for()
    with journey.step("open the product"):
        page.get_by_role("link", name="Harbour mug").click()
        page.get_by_role("heading", name="Harbour mug").wait_for()
    with journey.step("put three into the cart"):
        page.get_by_role("button", name="One more").click(click_count=2)
        page.get_by_role("button", name="Add to cart").click()
        page.get_by_text(re.compile("3 . Harbour mug")).wait_for()
    with journey.step("look into the cart"):
        page.get_by_role("link", name="View cart").click()
        page.get_by_role("heading", name="Your cart").wait_for()
    with journey.step("go to checkout"):
        page.get_by_role("link", name="Go to checkout").click()
        page.get_by_role("heading", name="Checkout").wait_for()
    with journey.step("place the order"):
        page.get_by_label("E-mail").fill(f"guest-{journey.unique}@example.com")
        page.get_by_label("Name", exact=True).fill("Ada Lovelace")
        page.get_by_label("Street and number").fill("Kaistraße 1")
        page.get_by_label("Postcode").fill("20457")
        page.get_by_label("City").fill("Hamburg")
        page.get_by_role("button", name="Place the order").click()
        page.get_by_role("heading", name="Thank you, Ada").wait_for()
