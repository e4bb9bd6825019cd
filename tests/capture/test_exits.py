"""Leaving a page as a visitor does, whose next page takes its time: what scripts send meanwhile is answered before it ends."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture.captured import Answer, CapturedRequest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.xdist_group("attribution")

# As Snowplow's tracker does: its queue is sent by a request that ends with the page, and once more if that was not answered.
QUEUE = """<!doctype html><title>queue</title><script>
let unsent = true;
const flush = () => unsent && fetch('/hit/{marker}/x', {method: 'POST', body: 'queue'}).then(() => unsent = false, () => 0);
addEventListener('beforeunload', flush);
document.addEventListener('visibilitychange', flush);
addEventListener('pagehide', () => navigator.sendBeacon('/hit/{marker}/x', 'last'));
</script>"""


def stub_hits(request: CapturedRequest) -> Answer | None:
    return Answer(200) if "/hit/" in request.url else None


@pytest.mark.parametrize("stubbed", [True, False], ids=["stubbed", "observed"])
def test_a_queue_that_is_sent_while_leaving_is_sent_once(walk: Callable[..., Any], site: Any, stubbed: bool) -> None:
    marker = f"queue-{stubbed}"
    url = site.page(f"/{marker}", QUEUE.replace("{marker}", marker))
    walked = walk(stub_hits) if stubbed else walk()
    pages = [walked.open(url) for _ in range(8)]
    for page in pages:
        page.goto(walked.walk.exit(page.url))
        assert page.evaluate("[document.images.length, document.images[0].complete]") == [1, True]
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits(marker)) >= 16)
    walked.walk.quiet(0.2, 3)
    assert Counter((each.body.data, each.page, each.page_load) for each in walked.hits(marker)) == {
        (what, f"p{tab}", 1): 1 for tab in range(1, 9) for what in (b"queue", b"last")
    }
    assert len(site.hits(marker)) == (0 if stubbed else 16)
    assert [(each.page, each.url, each.page_load) for each in walked.navigations[-8:]] == [
        (f"p{tab}", "about:blank", 2) for tab in range(1, 9)
    ]
    assert not any(".tagproof" in each.url for each in walked.requests)


def test_a_page_that_never_rests_is_left_all_the_same(walk: Callable[..., Any], site: Any) -> None:
    page_source = "<script>setInterval(() => fetch('/hit/restless/x'), 5); fetch('/hit/restless/x?wait=8')</script>"
    walked = walk()
    page = walked.open(site.page("/restless", page_source))
    page.goto(walked.walk.exit(page.url), timeout=6_000)
    assert page.evaluate("document.documentElement.innerText") == ""


def test_a_journey_that_refuses_images_leaves_it_all_the_same(walk: Callable[..., Any], site: Any) -> None:
    walked = walk(stub_hits)
    walked.context.route("**/*", lambda route: route.abort() if route.request.resource_type == "image" else route.continue_())
    page = walked.open(site.page("/no-images", QUEUE.replace("{marker}", "no-images")))
    page.goto(walked.walk.exit(page.url), timeout=6_000)
    page.close()
    assert walked.wait(lambda: len(walked.hits("no-images")) == 2)
    assert not any(".tagproof" in each.url for each in walked.requests)


def test_where_something_else_might_answer_it_is_the_blank_page(walk: Callable[..., Any], site: Any) -> None:
    walked = walk()
    site.page("/left/sw.js", "addEventListener('fetch', e => e.respondWith(new Response('shell')))", "text/javascript")
    page = walked.open(site.url + "/next")
    assert walked.walk.exit(page.url).startswith(site.url + "/")
    assert walked.walk.exit("file:" + "///a.html") == walked.walk.exit("about:blank") == "about:blank"
    page.evaluate("navigator.serviceWorker.register('/left/sw.js').then(r => 0)")
    assert walked.wait(lambda: walked.walk.exit(page.url) == "about:blank")


def test_a_page_that_no_walk_has_gets_it_too(capture: Any, walk: Callable[..., Any], chromium: Any, site: Any) -> None:
    walked = walk()
    stranger = chromium.new_context()
    page = stranger.new_page()
    page.goto(walked.walk.exit(site.url), timeout=6_000)
    assert page.evaluate("document.documentElement.innerText") == ""
    stranger.close()
