"""The watch over a browser that a proxy captures: what stands still in it is ended, and said."""

from __future__ import annotations

import time
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from playwright.sync_api import Error as PlaywrightError

from harness.capture.bounds import Bounds
from harness.capture.chromium import find_browser, launch_options
from harness.capture.watch import Watch
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.capture.proxy_walk import ProxyWalk

pytestmark = pytest.mark.xdist_group("attribution")


@pytest.fixture
def watched(chromium: Any) -> Iterator[Any]:
    """A context that is watched over, and what was said of it."""
    said: list[str] = []
    walk = SimpleNamespace(bounds=Bounds(stuck=2.0), gap=said.append, closed=False)
    with closing(Watch(chromium)) as watch:
        context = chromium.new_context()
        watch.adopt(context, cast("ProxyWalk", walk))
        yield SimpleNamespace(context=context, said=said, watch=watch)
        context.close()


def nested(site: Any, name: str) -> str:
    """A page with a frame of another site in a frame of another site in a frame of another site."""
    site.page(f"/{name}-3", "<p>innermost")
    site.page(f"/{name}-2", f"<iframe src='{site.other}/{name}-3'></iframe>")
    site.page(f"/{name}-1", f"<iframe src='{site.url}/{name}-2'></iframe>")
    return str(site.page(f"/{name}", f"<iframe src='{site.other}/{name}-1'></iframe>"))


def wait(done: Callable[[], bool]) -> None:
    """Until it is so, and not for ever."""
    until = time.monotonic() + 5
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_script_without_end_is_stopped(watched: Any, site: Any) -> None:
    site.page("/loops", "<title>loops</title><script>setTimeout(() => { for (;;); }, 100)</script>")
    page = watched.context.new_page()
    page.goto(site.url + "/loops")
    page.wait_for_timeout(300)
    # Without the watch this would wait for ever.
    with pytest.raises(PlaywrightError):
        page.evaluate("document.title")
    page.wait_for_url("about:blank")
    [said] = watched.said
    assert said == f"the tab {site.url}/loops did not answer for 2 s: its script did not end; it was stopped, and the page left"
    page.goto(site.url + "/next")
    assert page.title() == "next"


def test_a_dialog_that_nobody_answers_is_accepted(watched: Any, site: Any) -> None:
    page = watched.context.new_page()
    page.on("dialog", lambda _: None)
    # What is said has no login in it.
    page.goto(site.url.replace("://", "://user:secret@") + "/next")
    assert page.evaluate("confirm('?')") is True
    assert watched.said == [f"the tab {site.url}/next showed a dialog that nobody answered for 2 s; it was accepted"]


def test_what_is_of_no_walk_is_left_alone(watched: Any, chromium: Any, site: Any) -> None:
    other = chromium.new_context()
    page = other.new_page()
    page.goto(site.url + "/next")
    assert page.evaluate("() => { const until = Date.now() + 4000; while (Date.now() < until); return document.title }") == "next"
    other.close()
    assert watched.said == []


@pytest.mark.skipif(find_browser().shell, reason="the headless shell gives frames of other sites no process of their own")
def test_frames_that_went_with_the_frame_they_were_in_are_asked_no_more(watched: Any, site: Any) -> None:
    """The browser tells of a frame of another site that is gone, but not of those in it."""
    others = len(watched.watch._standing)
    page = watched.context.new_page()
    page.goto(nested(site, "watched"))
    wait(lambda: len(watched.watch._standing) == others + 4)
    page.goto(site.url + "/next")
    wait(lambda: len(watched.watch._standing) == others + 1)
    assert watched.said == []


def test_a_browser_without_a_port_is_not_watched(playwright: Any) -> None:
    with closing(playwright.chromium.launch(**launch_options())) as browser, pytest.raises(BrowserError, match="without a port"):
        Watch(browser)


def test_it_says_when_its_browser_is_gone(playwright: Any) -> None:
    options = launch_options()
    browser = playwright.chromium.launch(**{**options, "args": [*options["args"], "--remote-debugging-port=0"]})
    with closing(Watch(browser)) as watch:
        assert watch.alive
        browser.close()
        watch._connection.thread.join(10)
        assert not watch.alive
