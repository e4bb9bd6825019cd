from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.journey import Journey

CAMPAIGN = {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "spring-letter"}


@pytest.mark.expectations("campaign.journey.yaml")
def test_newsletter_campaign(journey: Journey) -> None:
    page = journey.page
    with journey.step("follow the newsletter's link"):
        journey.visit("/go/spring-letter", campaign=CAMPAIGN)
        journey.consent.grant()
    with journey.step("open the product"):
        page.get_by_role("link", name="Dune espresso cup").click()
        page.get_by_role("heading", name="Dune espresso cup").wait_for()
