"""Crazy Egg: script, sampling, clicks, events and recordings.

Documentation: https://support.crazyegg.com/knowledge-base/how-to-check-that-crazy-egg-is-installed/ (script),
https://support.crazyegg.com/hc/en-us/articles/115003890728-Content-Security-Policy-CSP- (hosts),
https://support.crazyegg.com/hc/en-us/articles/360054584474-Custom-User-Variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERAL, PAGE, USER = "General", "Page", "User"
_READ = QueryReader(
    {
        "account": Row("account", "Account", GENERAL),
        "u": Row("url", "Page address", PAGE),
        "url": Row("url", "Page address", PAGE),
        "event": Row("event", "Event", GENERAL),
        "name": Row("event", "Event", GENERAL),
        "s": Row("snapshot", "Snapshot", GENERAL),
        "visitor": Row("visitor", "Visitor ID", USER),
    },
    event="event",
    account="account",
    page="url",
    identifiers=("visitor",),
)


def _account(path: str, wire: Mapping[str, object]) -> str | None:
    """``/pages/scripts/0012/3456.js`` is account 00123456."""
    steps = path.split("/")
    for before in ("scripts", "data-scripts"):
        if before in steps[:-2]:
            place = steps.index(before)
            found = steps[place + 1] + steps[place + 2].partition(".")[0]
            return found if found.isdecimal() else None
    return None


_HOSTS = (
    "tracking",
    "pagestates-tracking",
    "recording",
    "user-event-tracker",
    "events",
    "clicks",
    "survey-tracking",
    "heatmap-tracking",
    "assets-tracking",
)

VENDOR = Vendor(
    id="crazy-egg",
    name="Crazy Egg",
    category="replay",
    docs=("https://support.crazyegg.com/knowledge-base/how-to-check-that-crazy-egg-is-installed/", "https://support.crazyegg.com/hc/en-us/articles/115003890728-Content-Security-Policy-CSP-"),
    endpoints=(
        *(Endpoint(host=f"{name}.crazyegg.com") for name in _HOSTS),
        *(Endpoint(host=f"{name}.cetrk.com") for name in ("trk", "tracking", "log")),
        *(Endpoint(host=f"{name}.crazyegg.com", role="config", decode=LibraryReader("config")) for name in ("sample-api", "sample-api-v2")),
        Endpoint(host="script.crazyegg.com", path="/pages/data-scripts/*", role="config", decode=LibraryReader("config", account=_account)),
        Endpoint(host="script.crazyegg.com", path="/pages/*", role="library", decode=LibraryReader(account=_account)),
        Endpoint(host="dnn506yrbagrg.cloudfront.net", path="/pages/*", role="library", decode=LibraryReader(account=_account)),
    ),
    decode=_READ,
    examples=(
        {
            "title": "the script",
            "request": {"url": "https://script.crazyegg.com/pages/scripts/0012/3456.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "00123456"}],
        },
        {
            "title": "what is recorded of a page",
            "request": {"url": "https://tracking.crazyegg.com/clicks?account=123456&u=https%3A%2F%2Fshop.example%2F", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "123456", "page_url": "https://shop.example/"}],
        },
        {
            "title": "the site's data script",
            "request": {"url": "https://script.crazyegg.com/pages/data-scripts/0012/3456/site/shop.example.json?t=1"},
            "hits": [{"kind": "config", "account": "00123456"}],
        },
        {
            "title": "the script, on the oldest host",
            "request": {"url": "https://dnn506yrbagrg.cloudfront.net/pages/scripts/0012/3456.js?1", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "00123456"}],
        },
    ),
    lookalikes=(
        "https://core.crazyegg.com/login",
        "https://app.crazyegg.com/",
        "https://shop.example/?u=https%3A%2F%2Ftracking.crazyegg.com%2Fclicks",
        "https://tracking.notcetrk.com/x",
        "https://shop.example/pages/scripts/0012/3456.js",
        "https://script.notcrazyegg.com/pages/scripts/0012/3456.js",
        "https://tracking.crazyegg.com.evil.example/clicks",
        "https://www.crazyegg.com/blog",
    ),
)  # fmt: skip
