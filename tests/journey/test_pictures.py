"""Pictures are small, made so while the walk goes on, and taken with or without the browser's own protocol."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import Error

from harness.capture.chromium import launch_options
from harness.journey.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Playwright


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(**launch_options())
    yield browser
    browser.close()


def test_a_picture_shows_the_page_as_it_was(chromium: Browser, tmp_path: Path) -> None:
    page = chromium.new_page(viewport={"width": 640, "height": 360})
    pictures = Pictures()
    taken = []
    for colour in ("rgb(0, 160, 0)", "rgb(160, 0, 0)"):
        page.set_content(f"<body style='background: {colour}'>")
        taken.append(pictures.take(page, tmp_path / "deep" / f"step-{len(taken)}", timeout=5))
    page.close()
    assert pictures.finish() == {}
    assert [each.name for each in taken] == ["step-0.webp", "step-1.webp"]
    for path, colour in zip(taken, [(0, 160, 0), (160, 0, 0)], strict=True):
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("WEBP", (640, 360))
            pixel = picture.convert("RGB").getpixel((320, 180))
            assert isinstance(pixel, tuple)
            assert all(abs(one - other) < 8 for one, other in zip(pixel, colour, strict=True))


def test_a_page_without_a_viewport_of_its_own(chromium: Browser, tmp_path: Path) -> None:
    pictures = Pictures()
    picture = pictures.take(chromium.new_context(no_viewport=True).new_page(), tmp_path / "step-1", timeout=5)
    assert pictures.finish() == {}
    assert (picture.name, picture.read_bytes()[8:12]) == ("step-1.webp", b"WEBP")


def test_a_picture_that_cannot_be_written_is_told(chromium: Browser, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    pictures = Pictures()
    page = chromium.new_page()
    lost = pictures.take(page, tmp_path / "file" / "step-1", timeout=5)
    kept = pictures.take(page, tmp_path / "step-2", timeout=5)
    told = pictures.finish()
    assert list(told) == [lost]
    assert told[lost]
    assert kept.exists()


@pytest.mark.timeout(60)
def test_a_tab_that_has_crashed_holds_nothing_up(chromium: Browser, tmp_path: Path) -> None:
    page = chromium.new_page()
    pictures = Pictures()
    pictures.take(page, tmp_path / "before", timeout=5)
    with pytest.raises(Error):
        page.context.new_cdp_session(page).send("Page.crash", timeout=1000)
    for tab in (pictures, Pictures()):
        with pytest.raises(Error):
            tab.take(page, tmp_path / "after", timeout=2)
    assert pictures.finish() == {}
    assert (tmp_path / "before.webp").exists()


@pytest.mark.timeout(60)
def test_a_tab_that_crashes_meanwhile_takes_no_browser_with_it(chromium: Browser, tmp_path: Path) -> None:
    page = chromium.new_page()
    page.goto("data:text/html,<h1>stuck</h1>")
    processes = chromium.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [each["id"] for each in processes if each["type"] == "renderer"]
    assert renderers

    def crash_all() -> None:
        for each in renderers:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGSEGV)

    page.evaluate("setTimeout(() => { for (;;); })")
    crash = threading.Timer(1.0, crash_all)
    crash.start()
    with pytest.raises(Error):
        Pictures().take(page, tmp_path / "step-1", timeout=3)
    crash.join()
    other = chromium.new_page()
    other.goto("data:text/html,<title>still here</title>")
    assert other.title() == "still here"
