"""Pictures are small, and taken with or without the browser's own protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.capture.chromium import launch_options
from harness.journey.pictures import take_picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Playwright


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(**launch_options())
    yield browser
    browser.close()


def test_a_picture_is_webp_where_the_browser_can_write_it(chromium: Browser, tmp_path: Path) -> None:
    page = chromium.new_page()
    page.set_content("<h1>Thank you</h1>")
    picture = take_picture(page, tmp_path / "deep" / "step-1", timeout=5)
    assert (picture.name, picture.read_bytes()[8:12]) == ("step-1.webp", b"WEBP")


def test_a_page_without_a_viewport_of_its_own_is_taken_as_jpeg(chromium: Browser, tmp_path: Path) -> None:
    page = chromium.new_context(no_viewport=True).new_page()
    picture = take_picture(page, tmp_path / "step-1", timeout=5)
    assert (picture.name, picture.read_bytes()[:2]) == ("step-1.jpeg", b"\xff\xd8")
