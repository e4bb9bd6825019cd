from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.journey import Journey

CAMPAIGN = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "workshops"}


@pytest.mark.expectations("lead.journey.yaml")
def test_workshop_lead(journey: Journey) -> None:
    page = journey.page
    with journey.step("land on the workshops"):
        journey.visit("/workshops", campaign=CAMPAIGN)
        journey.consent.grant()
    with journey.step("send the enquiry"):
        page.get_by_label("Name").fill("Grace Hopper")
        page.get_by_label("E-mail").fill(f"grace-{journey.unique}@example.com")
        page.get_by_label("Workshop", exact=True).select_option(label="A team event")
        page.get_by_role("button", name="Send the enquiry").click()
        page.get_by_role("heading", name="We will be in touch").wait_for()
