"""The page's clock is where the record says it is, however long its timers take."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture.chromium import launch_options
from harness.journey.settling import Settling
from harness.recording import Recording, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Playwright

BUSY = "data:text/html,<script>setInterval(() => { for (let count = 0; count < 1e8; count++); }, 300)</script>"


@pytest.fixture
def context(playwright: Playwright) -> Iterator[BrowserContext]:
    browser = playwright.chromium.launch(**launch_options())
    context = browser.new_context()
    context.clock.install()
    yield context
    browser.close()


def test_a_clock_that_stood_still_while_timers_fired_catches_up(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(BUSY)
    capture: Any = SimpleNamespace(barrier=lambda: None, lost="")
    expectations: Any = SimpleNamespace(plan=SimpleNamespace(timers=60.0))
    settling = Settling(
        capture=capture, recording=Recording(Walk()), contexts=lambda: [context], expectations=expectations,
        conditions=SimpleNamespace(), decode=lambda _, __: [],
    )  # fmt: skip
    assert sum(settling.fire_timers(60.0)) == settling.clock_ahead == 60.0
    before = time.time()
    shown = page.evaluate("Date.now()") / 1000 - settling.clock_ahead
    assert before - 0.1 < shown < time.time() + 0.1
