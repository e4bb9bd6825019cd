"""What a browser fetches in a page's stead, which no capture inside it can hold back."""

from __future__ import annotations

from typing import Any

import pytest

from harness.capture.captured import Answer
from harness.capture.chromium import find_browser
from harness.capture.unheld import preloaded

pytestmark = pytest.mark.xdist_group("attribution")

BACKGROUND = """([name, ...requests]) => navigator.serviceWorker.register('/background.js').then(() => navigator.serviceWorker.ready)
    .then(worker => worker.backgroundFetch.fetch(name, requests.map(([url, options]) => new Request(url, options)))).then(() => 1)"""

HINTS = '</hit/{0}/a.js>; rel=preload; as=script, <https://127.0.0.1:{1}/hit/{0}/b.gif>; as=image; rel="preload", </next>; rel=preconnect'


def stub_hits(request: Any) -> Answer | None:
    return Answer() if "/hit/" in request.url else None


def in_the_background(page: Any, name: str, *requests: tuple[str, dict[str, str]]) -> None:
    page.evaluate(BACKGROUND, [name, *requests])


# Not waited for: the browser lets as much as half a minute pass before it says no.
SIGN_IN = "url => { navigator.credentials.get({identity: {providers: [{configURL: url, clientId: '1'}]}}).catch(() => 1) }"


@pytest.mark.parametrize("stubbed", [False, True])
def test_a_sign_in_of_the_browsers_own_is_told_as_sent(walk: Any, site: Any, stubbed: bool) -> None:
    """It is not paused, and was taken for one that the journey's own route answered. https://w3c-fedid.github.io/FedCM/"""
    walked, marker = walk(stub_hits if stubbed else lambda _: None), f"fedcm-{stubbed}"
    walked.open(site.url + "/next").evaluate(SIGN_IN, f"{site.other}/hit/{marker}/x")
    assert walked.wait(lambda: len(walked.hits(marker)) == 1 and walked.outcome(walked.hits(marker)[0]))
    walked.walk.barrier()
    [one] = walked.hits(marker)
    assert (one.method, one.resource_type, one.page, one.disposition) == ("GET", "fedcm", "p1", "passed")
    assert (walked.outcome(one).state, walked.outcome(one).status) == ("delivered", 200)
    assert len(site.hits(marker)) == 1
    assert len(walked.walk.note_gap()) == stubbed


@pytest.fixture
def page_of(site: Any) -> Any:
    site.page("/background.js", "onbackgroundfetchsuccess = () => 1", "text/javascript")
    return lambda walked: walked.open(site.url + "/next")


@pytest.mark.parametrize("stubbed", [False, True])
def test_a_background_fetch_is_told(walk: Any, site: Any, page_of: Any, stubbed: bool) -> None:
    walked, marker = walk(stub_hits if stubbed else lambda _: None), f"background-{stubbed}"
    page = page_of(walked)
    walked.walk.enter_step(2)
    posted = (f"/hit/{marker}/post?a=1", {"method": "POST", "body": "abc"})
    in_the_background(page, "x", posted, (f"{site.other}/hit/{marker}/get", {}), ("/next", {}))
    walked.walk.barrier()
    assert walked.wait(lambda: len(walked.hits(marker)) == 2)
    one, two = sorted(walked.hits(marker), key=lambda each: "/get" in each.url)
    assert (one.url, two.url) == (f"{site.url}/hit/{marker}/post?a=1", f"{site.other}/hit/{marker}/get")
    assert {(each.method, each.resource_type, each.page, each.step, each.disposition) for each in (one, two)} == {
        (None, "background-fetch", None, 2, "passed")
    }
    assert (one.body.state, two.body.state) == ("unreadable", "absent")
    assert "neither the method nor the bytes" in one.body.reason
    assert (
        sorted("a background fetch could not be held back" in gap and f"/hit/{marker}/" in gap for gap in walked.walk.note_gap())
        == [
            True,
            True,
        ]
        * stubbed
    )
    if not find_browser().shell:
        assert walked.wait(lambda: all(walked.outcome(each) for each in (one, two)))
        assert {(walked.outcome(each).state, walked.outcome(each).status) for each in (one, two)} == {("delivered", 200)}
        assert len(site.hits(marker)) == 2


@pytest.mark.skipif(
    find_browser().shell, reason="the headless shell begins a background fetch, and no second one, for the first is never done"
)
def test_each_background_fetch_is_told_once_and_to_its_own_walk(walk: Any, site: Any, page_of: Any) -> None:
    first, second = walk(), walk()
    pages = [page_of(first), page_of(first), page_of(second)]

    def told() -> list[str]:
        return [each.url[-1] for each in first.hits("each") + second.hits("each")]

    def done() -> bool:
        return all(first.outcome(each) for each in first.hits("each"))

    for page, name in zip(pages, "abc", strict=True):
        in_the_background(page, "same", (f"/hit/each/{name}", {}))
        # A name may be taken again once its fetch is done.
        assert first.wait(lambda name=name: name in told() and done())
    later = page_of(first)
    later.goto(site.url + "/")
    for walked in (first, second):
        walked.walk.barrier()
    assert [each.url[-1] for each in first.hits("each")] == ["a", "b"]
    assert [each.url[-1] for each in second.hits("each")] == ["c"]


@pytest.mark.parametrize("stubbed", [False, True])
def test_what_early_hints_have_loaded_ahead_of_a_stub_is_a_gap(walk: Any, site: Any, stubbed: bool) -> None:
    # A busy browser may pass hints over: then nothing is loaded ahead, and nothing is to be told.
    for attempt in range(3):
        walked, marker = walk(stub_hits if stubbed else lambda _: None, ignore_https_errors=True), f"hinted-{stubbed}-{attempt}"
        site.page("/hinted", f"<script src=/hit/{marker}/a.js></script>", early_hints=HINTS.format(marker, site.safe_port))
        walked.open(site.safe + "/hinted")
        walked.walk.barrier()
        site.wait(marker, 2, limit=2.0)
        # What the page itself asks for is what is recorded.
        assert [(each.url.rpartition("/")[2], each.resource_type) for each in walked.hits(marker)] == [("a.js", "script")]
        told = [gap.rpartition("/")[2] for gap in walked.walk.note_gap() if "early hints" in gap]
        arrived = sorted({each.path.rpartition("/")[2] for each in site.hits(marker)})
        assert told == arrived * stubbed
        if arrived == ["a.js", "b.gif"]:
            return
    pytest.fail("nothing was loaded ahead")


@pytest.mark.parametrize(
    ("links", "loaded"),
    [
        ("", []),
        ("</a,b.js>; rel=preload; as=script", ["/a,b.js"]),
        ('</a>;rel="preload";as=script,<b>; rel=modulepreload\n<//c/d>; as="x, y"; REL=Preload', ["/a", "b", "//c/d"]),
        ("</a>; rel=preconnect, </b>; rel=stylesheet; title=preload, </c>; rel=prefetch", []),
        ("</a>; rel=\"next preload\"; as=script", ["/a"]),
        ("<", []),
        ("</a>; rel=preloader", []),
    ],
)  # fmt: skip
def test_addresses_of_a_link_header(links: str, loaded: list[str]) -> None:
    assert preloaded(links) == loaded
