"""Chartbeat: pings about a page's concurrent readers. The first ping of a page (``c=0``) is its page view, the rest are heartbeats.

Documentation: https://docs.chartbeat.com/cbp/tracking/standard-websites/our-javascript,
https://docs.chartbeat.com/cbp/tracking/standard-websites/getting-started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = QueryTable(
    {
        "g": Row("uid", "Account ID", "General"),
        "h": Row("domain", "Site", "Page"),
        "p": Row("path", "Page path", "Page"),
        "d": Row(None, "Host", "Page"),
        "i": Row("title", "Page title", "Page"),
        "r": Row("referrer", "Referrer", "Page"),
        "v": Row("internal_referrer", "Internal referrer", "Page"),
        "g0": Row("sections", "Sections", "Page"),
        "g1": Row("authors", "Authors", "Page"),
        "g2": Row("zone", "Zone", "Page"),
        "g3": Row("sponsorName", "Sponsor", "Page"),
        "g4": Row("type", "Content type", "Page"),
        "u": Row("visitor_id", "Visitor ID", "Visitor"),
        "n": Row(None, "New visitor", "Visitor"),
        "f": Row(None, "Visits in a month", "Visitor"),
        "_acct": Row("account_type", "Account type", "Visitor"),
        "c": Row("time_on_page", "Time on the page (min)", "Engagement", "number"),
        "E": Row("engaged_time", "Engaged time (s)", "Engagement", "number"),
        "e": Row(None, "Engaged since the last ping (s)", "Engagement", "number"),
        "x": Row("scroll", "Scroll (px)", "Engagement", "number"),
        "m": Row("scroll_max", "Deepest scroll (px)", "Engagement", "number"),
        "y": Row(None, "Page height", "Device", "number"),
        "o": Row(None, "Page width", "Device", "number"),
        "w": Row(None, "Window height", "Device", "number"),
        "R": Row(None, "Reading", "Engagement"),
        "W": Row(None, "Writing", "Engagement"),
        "I": Row(None, "Idle", "Engagement"),
        "j": Row(None, "Next ping", "Technical"),
        "b": Row(None, "Page load time (ms)", "Technical"),
        "t": Row(None, "Page session", "Technical"),
        "sn": Row("ping_number", "Ping number", "Technical", "number"),
        "sv": Row(None, "Visit", "Technical"),
        "sr": Row("session_referrer", "Visit's referrer", "Visitor"),
        "sd": Row(None, "Visit depth", "Visitor"),
        "im": Row(None, "Features", "Technical"),
        "V": Row(None, "Script version", "Technical"),
        "tz": Row(None, "Time zone", "Device"),
        "_": Row(None, "End", "Technical"),
    }
)


def _first(values: Mapping[str, Any]) -> str | None:
    return (
        None
        if "domain" not in values
        else "pageview"
        if values.get("time_on_page") == 0 and values.get("ping_number") in (None, 1)
        else "ping"
    )


_READ = QueryReader(
    _TABLE, event=_first, account="uid", identifiers=("visitor_id",), kind=lambda event: "pageview" if event == "pageview" else "auxiliary"
)
_HIT = "h=shop.example&p=%2Fhome&u=abc&d=shop.example&g=12345&g0=News&g1=Ann&n=1&f=00001&x=0&m=0&y=900&o=1280&w=720&i=Shop&r=&V=140"

VENDOR = Vendor(
    id="chartbeat",
    name="Chartbeat",
    category="analytics",
    docs=("https://docs.chartbeat.com/cbp/tracking/standard-websites/our-javascript", "https://docs.chartbeat.com/cbp/tracking/standard-websites/getting-started"),
    endpoints=(
        Endpoint(host="ping.chartbeat.net", path="/ping"),
        Endpoint(host="*.chartbeat.net", path="/ping"),
        Endpoint(host="ping.chartbeat.net", path="/*", decode=LibraryReader("auxiliary", account="g")),
        *(Endpoint(host="mabping.chartbeat.net", path=path, decode=LibraryReader("auxiliary")) for path in ("/*",)),
        *(
            Endpoint(host=host, path="/*", role="library", decode=LibraryReader())
            for host in ("static.chartbeat.com", "static2.chartbeat.com", "mab.chartbeat.com")
        ),
    ),
    decode=_READ,
    automatic_events=frozenset({"ping"}),
    automatic_parameters=frozenset({"domain", "path", "title", "referrer", "internal_referrer", "visitor_id", "scroll*", "time_on_page", "engaged_time", "ping_number", "session_referrer"}),
    examples=(
        {
            "title": "the first ping of a page",
            "request": {"url": f"https://ping.chartbeat.net/ping?{_HIT}&c=0&E=0&_", "resource_type": "image"},
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "12345", "identifiers": {"visitor_id": "abc"},
                    "values": {"domain": "shop.example", "path": "/home", "sections": "News", "authors": "Ann", "title": "Shop"},
                }
            ],
        },
        {
            "title": "a later ping",
            "request": {"url": f"https://ping.chartbeat.net/ping?{_HIT}&c=0.25&E=12&_"},
            "hits": [{"kind": "auxiliary", "event": "ping", "account": "12345", "values": {"engaged_time": 12, "time_on_page": 0.25}}],
        },
        {
            "title": "the first ping as a newer script sends it, and the script",
            "request": f"https://ping.chartbeat.net/ping?{_HIT}&c=0&E=0&e=0&b=3631&t=Bu7f&tz=0&_acct=anon&sn=1&sv=Dx&sr=https%3A%2F%2Fwww.google.com%2F&sd=1&im=067b07ff&_",
            "hits": [{"kind": "pageview", "event": "pageview", "account": "12345", "values": {"account_type": "anon", "session_referrer": "https://www.google.com/"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://static.chartbeat.com/js/chartbeat.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "a headline's test",
            "request": "https://mabping.chartbeat.net/ping/mab?h=shop.example&p=%2F&k=1",
            "hits": [{"kind": "auxiliary"}],
        },
    ),
    lookalikes=(
        "https://chartbeat.com/login",
        "https://api.chartbeat.com/live/quickstats/v4/?apikey=k&host=shop.example",
        "https://shop.example/ping?h=shop.example&g=1",
        "https://notchartbeat.net/ping?g=1",
        "https://ping.chartbeat.net.evil.example/ping?g=1",
        "https://shop.example/?u=https%3A%2F%2Fping.chartbeat.net%2Fping",
    ),
)  # fmt: skip
