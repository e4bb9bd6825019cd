from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from harness.capture.tabs import LATE, Tab

if TYPE_CHECKING:
    from collections.abc import Callable

HOME, THANKS, OTHER = "http://shop.test/", "http://shop.test/thanks", "http://other.test/"


def tab(*urls: str, answered: bool = False, asked: bool = False, closed: bool = False, old: tuple[int, ...] = ()) -> Tab:
    """A tab that showed these documents; the next was ``asked`` for, or ``answered``; ``old``: ordinals that were replaced long ago."""
    shown = Tab("t", "c1", "p1")
    for number, url in enumerate(urls, 1):
        shown.show(f"loader{number}", url)
    shown.load.answered, shown.closed = answered, closed
    if asked:
        shown.begin("next")
    for load in shown.loads:
        if load.replaced is not None:
            load.replaced = time.monotonic() - (2 * LATE if load.ordinal in (0, *old) else 0)
    return shown


LEAVING = [
    ("a reload, and the new document runs", partial(tab, THANKS, THANKS), THANKS, 1),
    ("a reload, before the new document is shown", partial(tab, THANKS, answered=True), THANKS, 1),
    ("two reloads in a row", partial(tab, THANKS, THANKS, THANKS), THANKS, 2),
    ("the second reload, before its document is shown", partial(tab, THANKS, THANKS, answered=True), THANKS, 2),
    ("the second reload is asked for as soon as the first is shown", partial(tab, THANKS, THANKS, asked=True), THANKS, 1),
    ("an empty document is asked for", partial(tab, THANKS, THANKS, asked=True, old=(1,)), THANKS, 2),
    ("an empty document is asked for on the first page", partial(tab, THANKS, asked=True), THANKS, 1),
    ("another page of the site", partial(tab, HOME, THANKS), HOME, 1),
    ("another site", partial(tab, HOME, OTHER), "http://shop.test/", 1),
    ("only the origin is told", partial(tab, HOME, OTHER), "http://shop.test", 1),
    ("nothing is told", partial(tab, HOME, OTHER), None, 1),
    ("the tab is closed", partial(tab, HOME, THANKS, closed=True, old=(1,)), THANKS, 2),
    ("the tab is closed just after a reload", partial(tab, THANKS, THANKS, closed=True), THANKS, 2),
    ("a frame taken out of a page long shown", partial(tab, THANKS, THANKS, old=(1,)), THANKS, 2),
    ("the tab is closed, which is told later", partial(tab, HOME, THANKS), THANKS, 2),
    ("a frame taken out of the first page", partial(tab, HOME), HOME, 1),
    ("a fragment in the address", partial(tab, HOME + "#a", THANKS), HOME, 1),
]


@pytest.mark.parametrize(("shown", "sender", "ordinal"), [row[1:] for row in LEAVING], ids=[row[0] for row in LEAVING])
def test_which_load_sends_while_it_is_left(shown: Callable[[], Tab], sender: str | None, ordinal: int) -> None:
    assert shown().leaving(sender).ordinal == ordinal


def test_a_document_that_the_browser_kept_is_the_load_it_was() -> None:
    shown = tab(HOME, THANKS)
    assert shown.show("loader1", HOME).ordinal == 1
    assert (shown.load.ordinal, shown.last) == (1, 2)
    assert shown.show("loader3", OTHER).ordinal == 3


def test_the_initial_empty_document_is_no_load() -> None:
    assert Tab("t", "c1", "p1").load.ordinal == 0
