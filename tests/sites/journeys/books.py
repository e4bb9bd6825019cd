"""A guest's checkout in django-oscar. SHOP_FAULT switches a fault of the templates on; LANDING is where the campaign lands."""

import os

import pytest

ADDRESS = {"first_name": "Ada", "last_name": "Guest", "line1": "1 Mill Road", "line4": "Cambridge", "postcode": "CB1 2AZ"}


@pytest.mark.expectations("books.journey.yaml")
def test_guest_checkout(journey, tracking_base_url):
    page = journey.page
    if os.environ.get("SHOP_FAULT"):
        journey.context.add_cookies([{"name": "shop_fault", "value": os.environ["SHOP_FAULT"], "url": tracking_base_url}])
    with journey.step("land on the catalogue"):
        journey.visit(
            os.environ.get("LANDING", "/catalogue/"),
            campaign={"utm_source": "news", "utm_medium": "email", "utm_campaign": "spring"},
        )
        journey.consent.grant()
    with journey.step("open the first book"):
        page.get_by_role("link", name="The Left Lane").last.click()
        page.get_by_role("heading", name="The Left Lane").wait_for()
    with journey.step("add it to the basket"):
        page.locator("#add_to_basket_form button").click()
        page.get_by_text("The Left Lane has been added to your basket").wait_for()
    with journey.step("open the second book and add it"):
        page.get_by_role("link", name="Books", exact=True).first.click()
        page.get_by_role("link", name="A Map of Rain").last.click()
        page.locator("#add_to_basket_form button").click()
        page.get_by_text("A Map of Rain has been added to your basket").wait_for()
    with journey.step("go to checkout"):
        page.get_by_role("link", name="View basket").first.click()
        page.get_by_role("link", name="Proceed to checkout").click()
        page.locator("[name=username]").wait_for()
    with journey.step("give an address"):
        page.locator("[name=username]").fill(f"guest-{journey.unique}@shop.example")
        page.get_by_role("button", name="Continue").click()
        for field, value in ADDRESS.items():
            page.locator(f"[name={field}]").fill(value)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("link", name="Continue").click()
        page.locator("#place-order").wait_for()
    with journey.step("place the order"):
        page.locator("#place-order").click()
        page.wait_for_url("**/thank-you/")
        journey.know(order_number=page.locator(".lead strong").inner_text(), total=20.50)
