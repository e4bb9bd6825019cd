"""Who stands still: asked by hand, so that answers come when the test says."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture.bounds import bounds_of
from harness.capture.stuck import Stuck, Watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.cdp import Message

GONE: Message = {"error": {"code": -32001, "message": "Session with given id not found."}}
NAVIGATED: Message = {"error": {"code": -32000, "message": "Inspected target navigated or closed"}}
ANSWER: Message = {"result": {"result": {"type": "number", "value": 0}}}


class Browser:
    """Looks once a second at one tab, whose answers the test gives; the browser itself answers unless it is ``behind``."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.sent: list[str] = []
        self.asked: list[Callable[[Message], None]] = []
        self.of_browser: list[Callable[[Message], None]] = []
        self.behind = False
        self.now = 100.0
        self.tab = SimpleNamespace(dialog=False, dialogs=0)
        self.stuck = Stuck(self._send)

    def _send(self, method: str, _: Any = None, session: str = "", then: Callable[[Message], None] | None = None) -> None:
        self.sent.append(method)
        if then is not None:
            (self.asked if session else self.of_browser).append(then)

    def look(self, *replies: Message) -> None:
        """A second later; before it all that the tab was asked is answered so."""
        for reply in replies:
            self.asked.pop(0)(reply)
        while self.of_browser and not self.behind:
            self.of_browser.pop(0)({"result": {}})
        self.now += 1
        self.stuck.look(self.now, [Watched("s1", self.tab, 5.0, self.said.append, lambda: self.sent.append("closed"))])

    def falls_behind(self) -> None:
        """For longer than a tab has, nothing that it or the browser says is read: nothing is done to the tab for it."""
        self.behind = True
        for _ in range(20):
            self.look()
        assert self.said == []
        self.behind = False


@pytest.fixture
def browser() -> Browser:
    return Browser()


def test_one_that_answers_is_left_alone(browser: Browser) -> None:
    browser.look()
    for _ in range(20):
        browser.look(ANSWER)
    assert browser.said == []


def test_one_that_does_not_answer_is_stopped_and_then_closed(browser: Browser) -> None:
    for _ in range(8):
        browser.look()
    assert browser.said == ["did not answer for 5 s: its script did not end; it was stopped, and the page left"]
    for _ in range(8):
        browser.look()
    assert "closed" in browser.sent
    assert browser.said[1:] == ["did not answer for 5 s and could not be stopped: the tab was closed"]


def test_a_page_that_is_left_over_and_over_answers(browser: Browser) -> None:
    """Each question is taken away by the next document; one of them, after long, takes more than a second."""
    browser.look()
    for _ in range(20):
        browser.look(NAVIGATED)
    browser.look()
    browser.look()
    assert browser.said == []


def test_a_session_that_is_gone_is_not_asked_again(browser: Browser) -> None:
    browser.look()
    for _ in range(20):
        browser.look(*[GONE] * len(browser.asked))
    assert browser.said == []
    assert browser.sent == ["Runtime.evaluate"]


def test_a_tab_whose_answer_is_only_late_to_be_read_is_left_alone(browser: Browser) -> None:
    """So much comes in that the reader is far behind, or this process stood still for a while."""
    browser.falls_behind()
    for _ in range(20):
        browser.look(*[ANSWER] * len(browser.asked))
    assert browser.said == []


def test_a_tab_is_given_its_time_anew_after_it_has_answered(browser: Browser) -> None:
    for _ in range(6):
        browser.look()
    browser.look(ANSWER)
    for _ in range(5):
        browser.look()
    assert browser.said == []


def test_a_dialog_that_nobody_answers_is_accepted(browser: Browser) -> None:
    browser.tab.dialog, browser.tab.dialogs = True, 1
    browser.falls_behind()
    for _ in range(3):
        browser.look()
    assert browser.said == ["showed a dialog that nobody answered for 5 s; it was accepted"]


@pytest.mark.parametrize(("debugs", "patience"), [("1", math.inf), ("console", math.inf), ("0", 30.0), ("", 30.0), (None, 30.0)])
def test_what_is_debugged_may_stand_still(debugs: str | None, patience: float) -> None:
    assert bounds_of({} if debugs is None else {"PWDEBUG": debugs}).stuck == patience
