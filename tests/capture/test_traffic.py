"""Which document a request is of, in whatever order the browser tells of it: played to the capture's parts without a browser."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from harness.capture.captured import Answer, CapturedRequest, Navigation, Outcome, Push
from harness.capture.datalayer import Recorder
from harness.capture.exits import Exits
from harness.capture.pushes import Pushes
from harness.capture.refusals import Refusals
from harness.capture.sent import LEFT, UNSEEN, Ledger
from harness.capture.targets import Targets
from harness.capture.traffic import Traffic
from harness.capture.walk import BrowserWalk

THANKS, HIT = "http://shop.test/thanks", "http://vendor.test/hit"


class Browser:
    """What a browser tells, of one tab in one context; what it is answered is left aside."""

    def __init__(self, tree: dict[str, str] | None = None, *, new: bool = True) -> None:
        self.tree = tree
        self.entries: list[Any] = []
        self.passed = False
        self.referer = THANKS
        self.lock = threading.RLock()
        owner: Any = SimpleNamespace(lock=self.lock)
        self.walk = BrowserWalk(
            owner, self.entries.append, lambda _: None if self.passed else Answer(204), Recorder((), ()), time.monotonic(), "c1"
        )
        self.ledger = Ledger()
        self.pushes = pushes = Pushes(self.send)
        self.targets = Targets(self.send, lambda _: "", "_binding", self.ledger, lambda: None)
        pushes.targets = self.targets
        exits = Exits(self.send, self.targets, "token")
        self.targets.exits = exits
        refusals = Refusals(self.targets, self.ledger)
        traffic = Traffic(self.send, self.targets, self.ledger, refusals, pushes, exits, lambda: [self.walk])
        self.events = {**traffic.events, **self.targets.events}
        self.targets.contexts["C"] = self.walk
        info = {"targetId": "T", "type": "page", "url": "", "browserContextId": "C"}
        self.says("Target.attachedToTarget", {"sessionId": "S", "targetInfo": info, "waitingForDebugger": new}, session="")

    def send(self, method: str, _: Any = None, __: str = "", then: Any = None) -> None:
        """Take a command; the frame tree is answered at once."""
        if method == "Page.getFrameTree" and self.tree:
            then({"result": {"frameTree": {"frame": self.tree}}})

    def says(self, event: str, params: dict[str, Any], *, session: str = "S") -> None:
        with self.lock:
            self.events[event](session, params)

    def shows(self, loader: str, url: str = THANKS) -> None:
        self.says("Page.frameNavigated", {"frame": {"id": "T", "loaderId": loader, "url": url}})

    def shows_and_reloads(self) -> None:
        self.shows("L1")
        self.document_is_answered("L2")
        self.shows("L2")

    def document_is_answered(self, loader: str, url: str = THANKS) -> None:
        request = {"url": url, "method": "GET", "headers": {}}
        self.says(
            "Network.requestWillBeSent", {"requestId": loader, "loaderId": loader, "frameId": "T", "type": "Document", "request": request}
        )
        self.pauses(loader, url=url, kind="Document", body=None)
        self.says("Network.responseReceived", {"requestId": loader, "type": "Document", "response": {"status": 200}})

    def pauses(self, network: str | None, *, url: str = HIT, kind: str = "Ping", body: str | None = "leave") -> None:
        asked = {"url": url, "method": "POST" if body else "GET", "headers": {"Referer": self.referer}}
        asked |= {"postData": body} if body else {}
        event = {"requestId": f"interception {network} {len(self.ledger.fetch)}", "request": asked, "frameId": "T", "resourceType": kind}
        self.says("Fetch.requestPaused", event | ({"networkId": network} if network else {}), session="")

    def tells_by_beacon(self, payload: str) -> None:
        """The recorder tells something while its page is left."""
        asked = {"url": "http://shop.test/.tagproof/" + self.pushes.token, "method": "POST", "headers": {}, "postData": payload}
        self.says("Fetch.requestPaused", {"requestId": "late", "request": asked, "frameId": "T", "resourceType": "Ping"}, session="")

    def tells(self, network: str, loader: str) -> None:
        request = {"url": HIT, "method": "POST", "headers": {"Referer": THANKS}, "hasPostData": True}
        self.says(
            "Network.requestWillBeSent", {"requestId": network, "loaderId": loader, "frameId": "T", "type": "Ping", "request": request}
        )

    def is_silent(self, seconds: float = 2 * UNSEEN) -> None:
        """The page does not tell of what was paused in the time it has for that."""
        with self.lock:
            self.ledger.placed(time.monotonic() + seconds)
            self.walk.flush(now=time.monotonic() + 60)

    def loads(self) -> list[int | None]:
        """The load of each hit."""
        return [each.page_load for each in self.entries if isinstance(each, CapturedRequest) and each.url == HIT]


@pytest.fixture
def played() -> Browser:
    return Browser()


@pytest.mark.parametrize("told_first", [False, True], ids=["paused first", "told first"])
def test_a_hit_is_of_the_load_that_its_page_tells(played: Browser, told_first: bool) -> None:
    played.shows_and_reloads()
    if told_first:
        played.tells("1.1", "L1")
    played.pauses("1.1")
    if not told_first:
        played.tells("1.1", "L1")
    assert played.loads() == [1]


def test_a_hit_of_which_its_page_tells_no_more_is_of_the_one_that_was_left(played: Browser) -> None:
    played.shows_and_reloads()
    played.pauses("1.1")
    played.is_silent()
    assert played.loads() == [1]


def test_a_hit_of_which_a_page_that_stays_tells_nothing_in_time_is_its_own_and_once(played: Browser) -> None:
    played.shows("L1")
    played.pauses("1.1")
    played.is_silent()
    played.tells("1.1", "L1")
    assert played.loads() == [1]


def test_after_a_reload_a_page_has_longer_to_tell(played: Browser) -> None:
    played.shows_and_reloads()
    played.pauses("1.1")
    played.is_silent(2 * LEFT)
    assert played.loads() == []
    played.tells("1.1", "L2")
    assert played.loads() == [2]


def test_a_busy_page_has_its_time_to_tell_and_one_that_is_gone_has_less(played: Browser) -> None:
    played.shows("L1")
    played.pauses("1.1")
    played.is_silent(2 * LEFT)
    assert played.loads() == []
    played.shows("L2", "http://shop.test/other")
    played.is_silent(2 * LEFT)
    assert played.loads() == [1]
    played.pauses("1.2")
    played.is_silent(2 * LEFT)
    assert played.loads() == [1, 1]


def test_an_answer_counts_though_the_page_told_nothing_before_it(played: Browser) -> None:
    """A popup may have been let run just before we could ask it to tell."""
    played.shows("L1")
    played.passed = True
    played.pauses("1.1", kind="XHR")
    played.says("Network.responseReceived", {"requestId": "1.1", "type": "XHR", "response": {"status": 200}})
    played.is_silent()
    assert [(each.state, each.status) for each in played.entries if isinstance(each, Outcome)] == [("delivered", 200)]
    assert played.loads() == [1]


def test_the_first_empty_document_sends_nothing_though_its_id_was_never_told(played: Browser) -> None:
    played.shows("L1", "http://shop.test/other")
    played.pauses("1.1")
    played.says("Target.targetDestroyed", {"targetId": "T"}, session="")
    played.is_silent()
    assert played.loads() == [1]


@pytest.mark.parametrize("new", [True, False], ids=["new", "open before"])
def test_what_a_new_tab_shows_before_it_could_tell_is_a_navigation(new: bool) -> None:
    """What a tab showed before its walk had it is none."""
    played = Browser({"id": "T", "loaderId": "L1", "url": THANKS}, new=new)
    played.pauses("1.1")
    played.is_silent()
    shown = [(each.page, each.url, each.page_load) for each in played.entries if isinstance(each, Navigation)]
    assert shown == ([("p1", THANKS, 1)] if new else [])
    assert played.loads() == [1]


def outcomes(played: Browser) -> list[tuple[str, str]]:
    return [(each.state, each.reason) for each in played.entries if isinstance(each, Outcome)]


@pytest.mark.parametrize("gave_up_first", [False, True], ids=["left first", "given up first"])
def test_a_request_of_which_its_page_told_nothing_before_it_was_left_is_not_awaited_for_ever(played: Browser, gave_up_first: bool) -> None:
    played.passed = True
    played.shows("L1")
    played.pauses("1.1", kind="XHR")
    if gave_up_first:
        played.is_silent()
    played.shows("L2", "http://shop.test/other")
    played.is_silent()
    assert played.loads() == [1]
    assert outcomes(played) == [("unknown", "the page was left before an answer was seen")]
    assert not played.walk.busy(played.walk.zero)


def test_what_is_told_by_a_beacon_while_a_page_is_left_comes_after_what_was_paused_before(played: Browser) -> None:
    played.shows("L1")
    played.pauses("1.1", kind="XHR")
    played.tells_by_beacon('{"d":"one","n":1,"k":"push","s":"dataLayer","u":"","v":{"event":"bye"}}')
    played.shows("L2", "http://shop.test/other")
    played.is_silent()
    assert [type(each) for each in played.entries if isinstance(each, CapturedRequest | Push)] == [CapturedRequest, Push]


def test_a_page_that_tells_late_of_what_was_paused_before_a_beacon_of_the_recorder_tells_it_in_its_place(played: Browser) -> None:
    played.shows("L1")
    played.pauses("1.1", kind="XHR")
    played.tells_by_beacon('{"d":"one","n":1,"k":"push","s":"dataLayer","u":"","v":{"event":"bye"}}')
    played.tells("1.1", "L1")
    assert [type(each) for each in played.entries if isinstance(each, CapturedRequest | Push)] == [CapturedRequest, Push]
    assert played.loads() == [1]


@pytest.mark.parametrize("referer", [THANKS, "http://shop.test/"], ids=["tells its address", "tells its origin"])
def test_a_beacon_of_a_page_that_is_closed_soon_after_another_was_left_is_its_own(played: Browser, referer: str) -> None:
    """The browser may tell of it before it tells that the tab is closed, and give it no document."""
    played.referer = referer
    played.shows("L1", "http://shop.test/other")
    played.shows("L2", THANKS)
    played.targets.tabs["T"].loads[-2].replaced = time.monotonic() - 1.0
    played.pauses(None)
    played.says("Target.targetDestroyed", {"targetId": "T"}, session="")
    played.is_silent()
    assert played.loads() == [2]


@pytest.mark.parametrize("network", [None, "1.1"], ids=["told of by nobody", "of which its page tells no more"])
def test_a_beacon_of_a_page_that_is_closed_is_its_own_though_one_of_the_same_address_was_left_just_before(
    played: Browser, network: str | None
) -> None:
    played.shows("L1")
    played.shows("L2")
    played.targets.tabs["T"].loads[-2].replaced = time.monotonic() - 0.15
    played.pauses(network)
    played.says("Target.targetDestroyed", {"targetId": "T"}, session="")
    played.is_silent()
    assert played.loads() == [2]


def test_a_beacon_that_tells_only_its_origin_is_of_the_page_that_was_left_where_the_next_stays(played: Browser) -> None:
    played.referer = "http://shop.test/"
    played.shows("L1", "http://shop.test/other")
    played.shows("L2", THANKS)
    played.targets.tabs["T"].loads[-2].replaced = time.monotonic() - 1.0
    played.pauses(None)
    played.is_silent()
    assert played.loads() == [1]
