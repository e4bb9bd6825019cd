"""What is open, from events given by hand: in the order that a test needs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from harness.capture.bounds import Bounds, Tally
from harness.capture.targets import Targets

if TYPE_CHECKING:
    from harness.capture.sent import Ledger
    from harness.capture.walk import BrowserWalk


def test_a_tab_of_the_journeys_own_is_not_closed_for_those_that_are_being_closed() -> None:
    walk: Any = SimpleNamespace(key="w", tabs=[], tally=Tally(Bounds(tabs=3)))
    targets = Targets(lambda *_: None, lambda _: "", "", cast("Ledger", None), lambda: None)
    targets.adopt("c", cast("BrowserWalk", walk))

    def opened(name: str, opener: str | None) -> Any:
        info = {"targetId": name, "type": "page", "url": "", "browserContextId": "c"}
        targets.events["Target.targetCreated"]("", {"targetInfo": info | ({"openerId": opener} if opener else {})})
        return targets.tabs[name]

    first = opened("first", None)
    popups = [opened(f"popup-{number}", "first") for number in range(20)]
    assert walk.tally.storm
    assert all(each.closing for each in popups)
    assert not first.closing
    # None of them is closed yet.
    own = [opened(f"own-{number}", None) for number in range(3)]
    assert [bool(each.closing) for each in own] == [False, False, True]
