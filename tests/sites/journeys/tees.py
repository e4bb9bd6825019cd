"""A purchase in the shop of vendors' own scripts. SHOP_FAULT switches a fault of the shop on; SDKS are the scripts it loads."""

import os

import pytest


@pytest.mark.expectations("tees.journey.yaml")
def test_purchase(journey, tracking_base_url):
    page = journey.page
    if os.environ.get("SHOP_FAULT"):
        journey.context.add_cookies([{"name": "shop_fault", "value": os.environ["SHOP_FAULT"], "url": tracking_base_url}])
    with journey.step("land on the home page"):
        journey.visit(
            f"/{os.environ.get('SDKS', 'segment+mixpanel')}/",
            campaign={"utm_source": "news", "utm_medium": "email", "utm_campaign": "spring"},
        )
        journey.consent.grant()
    with journey.step("open the product"):
        page.get_by_role("link", name="The tee").click()
        page.locator("#add").wait_for()
    with journey.step("add it to the cart"):
        page.locator("#add").click()
    with journey.step("buy it"):
        page.locator("#buy").click()
        page.get_by_role("heading", name="Thank you").wait_for()
