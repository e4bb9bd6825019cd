"""A loopback site that counts what really arrived, and a browser whose every request is captured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.chromium import find_browser, launch_arguments
from transports.site import Site, serve
from transports.walked import Walked

if TYPE_CHECKING:
    from harness.capture.captured import Answer, CapturedRequest


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with serve() as site:
        yield site


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Any]:
    found = find_browser()
    path = {"executable_path": str(found.path)} if found.path else {}
    browser = playwright.chromium.launch(args=[*launch_arguments(), *LAUNCH_ARGS], **path)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def capture(chromium: Any) -> Iterator[BrowserCapture]:
    capture = BrowserCapture.attach(chromium)
    yield capture
    capture.close()


Begin = Callable[..., Walked]


@pytest.fixture(scope="session")
def begin(chromium: Any, capture: BrowserCapture) -> Iterator[Begin]:
    """Begins walks; ``answer`` says what is answered, nothing if it is not given."""
    begun: list[Walked] = []

    def begin(
        answer: Callable[[CapturedRequest], Answer | None] = lambda _: None,
        *,
        layers: tuple[str, ...] = ("dataLayer",),
        sockets: tuple[tuple[str, str], ...] = (),
        **options: Any,
    ) -> Walked:
        walked = Walked(capture, chromium, answer, layers, sockets, options=options)
        begun.append(walked)
        return walked

    yield begin
    for each in begun:
        each.finish()


@pytest.fixture
def walk(begin: Begin) -> Iterator[Begin]:
    """As ``begin``, ended with the test."""
    begun: list[Walked] = []

    def one(*args: Any, **options: Any) -> Walked:
        begun.append(begin(*args, **options))
        return begun[-1]

    yield one
    for each in begun:
        each.finish()
