"""Pages that load vendors' own scripts, and the one browser that visits them with every vendor's host stubbed."""

from __future__ import annotations

import importlib.util
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness import compose
from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.captured import CapturedRequest
from harness.capture.chromium import launch_options
from harness.plan.model import TrackingPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

    from harness.decode.hit import Hit

JUMPS = (0.25, 0.25, 0.5, 1.0, 3.0, 5.0, 10.0, 10.0, 30.0)
"""Seconds by which the page's clock is put forward: past every queue's interval, and past the first retries of what got a wrong answer."""
ACTIONS = ("cart", "order", "identify")
OCCURRENCES = ("event", "pageview", "identify")


@dataclass
class Visit:
    """What one visit of a page sent."""

    requests: list[CapturedRequest] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    unclaimed: list[str] = field(default_factory=list)
    """Addresses outside the site that no vendor claimed."""
    complaints: list[str] = field(default_factory=list)
    """What the page's own calls of the script threw, and what the script threw by itself."""

    def occurrences(self) -> list[Hit]:
        return [hit for hit in self.hits if hit.kind in OCCURRENCES]

    def told(self) -> str:
        """All of it, a line each, for a failure's message."""
        lines = [f"{hit.vendor} {hit.kind} {hit.event} {hit.account} {hit.undecoded} {hit.values}" for hit in self.hits]
        return "\n".join([*lines, *self.unclaimed, *self.complaints])


class Visitor:
    """Visits pages in one browser."""

    def __init__(self, browser: Browser, capture: BrowserCapture, url: str) -> None:
        self.browser, self.capture, self.url = browser, capture, url
        self.decoder = compose.decoder_for()
        self.visits: dict[tuple[str, bool], Visit] = {}
        self.answer = compose.answerer(self.decoder, TrackingPlan(name="sdks"), stub_config=True)

    def visit(self, sdk: str, *, own: bool = False) -> Visit:
        """Open the page, do all that a customer does, let the time pass, and leave; once in a session for each page."""
        if (sdk, own) not in self.visits:
            self.visits[sdk, own] = self._visit(sdk, own)
        return self.visits[sdk, own]

    def _visit(self, sdk: str, own: bool) -> Visit:
        entries: list[Any] = []
        visit = Visit()
        walk = self.capture.begin(entries.append, self.answer, zero=time.monotonic())
        context = self.browser.new_context()
        try:
            walk.adopt(context)
            context.set_default_timeout(15_000)
            context.clock.install()
            page = context.new_page()
            page.on("pageerror", lambda error: visit.complaints.append(str(error)))
            page.goto(f"{self.url}/{sdk}" + ("?own=1" if own else ""))
            page.wait_for_function("done.length === 1")
            for count, action in enumerate(ACTIONS, 2):
                page.click(f"#{action}")
                page.wait_for_function(f"done.length === {count}")
                walk.quiet(0.1, 2)
            visit.complaints += [each for each in page.evaluate("done") if ":" in each]
            walk.quiet(0.2, 5)
            for jump in JUMPS:
                context.clock.fast_forward(int(jump * 1000))
                walk.barrier()
                walk.quiet(0.05, 2)
            # What is queued then is sent by requests that end with the page: Snowplow's tracker sends it again where no answer came.
            page.goto(walk.exit(page.url))
            walk.barrier()
            walk.quiet(0.2, 5)
        finally:
            walk.close()
            context.close()
        visit.requests = [each for each in entries if isinstance(each, CapturedRequest)]
        for index, request in enumerate(visit.requests):
            visit.hits += compose.decode_entry(self.decoder, request, index)
            own = request.url.startswith((self.url, "data:", "blob:", "about:"))
            if not own and request.resource_type != "preflight" and self.decoder.claim(request) is None:
                visit.unclaimed.append(f"{request.method} {request.url}")
        return visit


@pytest.fixture(scope="session")
def visitor(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    spec = importlib.util.spec_from_file_location("sdks_site", Path(__file__).parent / "site.py")
    assert spec is not None
    assert spec.loader is not None
    site = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(site)
    options = launch_options()
    with ExitStack() as stack:
        url = stack.enter_context(site.serve(tmp_path_factory.mktemp("bundles")))
        browser = playwright.chromium.launch(**options | {"args": [*options["args"], *LAUNCH_ARGS]})
        stack.callback(browser.close)
        yield Visitor(browser, stack.enter_context(closing(BrowserCapture.attach(browser))), url)
