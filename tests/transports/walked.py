"""One walk under capture, by whichever backend."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.capture.captured import CapturedRequest, Navigation, Outcome, Push
from harness.capture.proxy import ProxyCapture
from harness.capture.proxy_walk import ProxyWalk

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.browser import BrowserCapture
    from harness.capture.captured import Answer


@dataclass
class Walked:
    """One walk under test: its capture, its context, and what the sink was given."""

    capture: BrowserCapture | ProxyCapture
    browser: Any
    answer: Callable[[CapturedRequest], Answer | None]
    layers: tuple[str, ...] = ("dataLayer",)
    sockets: tuple[tuple[str, str], ...] = ()
    entries: list[Any] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    context: Any = None
    walk: Any = None

    def __post_init__(self) -> None:
        self.zero = time.monotonic()
        self.walk = self.capture.begin(self.entries.append, self.answer, zero=self.zero, layers=self.layers, sockets=self.sockets)
        own = self.capture.context_options() if isinstance(self.capture, ProxyCapture) else {}
        self.context = self.browser.new_context(**{**own, **self.options})
        self.context.set_default_timeout(10_000)
        self.walk.adopt(self.context)

    def open(self, url: str | None = None) -> Any:
        page = self.context.new_page()
        if url:
            page.goto(url)
        return page

    def of(self, kind: type) -> list[Any]:
        return [each for each in list(self.entries) if isinstance(each, kind)]

    @property
    def requests(self) -> list[CapturedRequest]:
        return self.of(CapturedRequest)

    def hits(self, marker: str = "") -> list[CapturedRequest]:
        """What was captured of ``/hit/<marker>/``, without preflights."""
        wanted = f"/hit/{marker}/" if marker else "/hit/"
        return [each for each in self.requests if wanted in each.url and each.resource_type != "preflight"]

    @property
    def pushes(self) -> list[Push]:
        return self.of(Push)

    @property
    def navigations(self) -> list[Navigation]:
        return self.of(Navigation)

    def outcome(self, request: CapturedRequest) -> Outcome | None:
        return next((each for each in self.of(Outcome) if each.request == request.id), None)

    def wait(self, enough: Callable[[], bool], limit: float = 8.0) -> bool:
        """Wait until the sink was given enough."""
        until = time.monotonic() + limit
        while not enough():
            if time.monotonic() > until:
                return False
            if isinstance(self.walk, ProxyWalk):
                # What Playwright has to tell of it is told only while Playwright is called.
                self.walk.quiet(0.02, 0.02)
                continue
            with self.walk.stir:
                self.walk.stir.wait(0.02)
        return True

    def finish(self) -> None:
        self.walk.close()
        self.context.close()
