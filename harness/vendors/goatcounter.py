"""GoatCounter: page views and events, as images or from a server.

Wire format: https://www.goatcounter.com/help/js (the script), https://www.goatcounter.com/help/pixel (images), https://www.goatcounter.com/api#count (servers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import at, text_at
from harness.decode.payload import read_body
from harness.decode.query import QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "p": Row("path", "Path or event", "Page"),
        "t": Row("title", "Page title", "Page"),
        "e": Row("event", "Is an event", "General", "boolean"),
        "r": Row("referrer", "Referrer", "Page"),
        "q": Row("query", "Query", "Page"),
        "s": Row(None, "Screen", "Device"),
        "b": Row(None, "Bot", "Technical"),
        "ns": Row(None, "No session", "Session"),
        "rnd": Row(None, "Cache buster", "Technical"),
    },
    (),
)
_READ = QueryReader(_TABLE)
_HITS = JsonReader(
    {
        "path": Row(None, "Path or event", "Page"),
        "title": Row("title", "Page title", "Page"),
        "ref": Row("referrer", "Referrer", "Page"),
        "session": Row(None, "Session", "Visitor"),
    },
    events="hits",
    event=lambda event, document: (
        (text_at(event, "path") if at(event, "event") is True else "pageview") if text_at(event, "path") else None
    ),
    time="created_at",
    identifiers={"session": "session", "user_id": "user_id"},
    values=("",),
    kind=lambda name, event: "auxiliary" if name is None else "event" if at(event, "event") is True else "pageview",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    hits = _HITS(request) if request.body.data and read_body(request).documents else _READ(request)
    for hit in hits:
        hit.account = address.host.partition(".")[0] or None
        if hit.kind == "auxiliary" and "path" in hit.values and not read_body(request).documents:
            is_event = hit.values.get("event") is True
            hit.kind, hit.event = ("event", str(hit.values["path"])) if is_event else ("pageview", "pageview")
        query = str(hit.values.get("query") or "")
        if query:
            hit.campaign = campaign_of(f"https://{address.host}/?{query.lstrip('?')}")
    return hits


def _is_goatcounter(request: CapturedRequest) -> bool:
    """Told on any host by path, screen (its width; height and ratio too of old), the bot's number and five characters against caching."""
    wire = {each.name: str(each.value) for each in _TABLE.read(split_url(request.url).query)}
    screen = wire.get("s", "").split(",")
    sized = len(screen) in _SCREEN and all(each.replace(".", "", 1).isdecimal() for each in screen)
    return bool(wire.get("p")) and sized and wire.get("b", "").isdecimal() and wire.get("rnd", "").isalnum() and len(wire["rnd"]) <= _RANDOM


_SCREEN, _RANDOM = (1, 3), 5

VENDOR = Vendor(
    id="goatcounter",
    name="GoatCounter",
    category="analytics",
    docs=("https://www.goatcounter.com/help/js", "https://www.goatcounter.com/api",),
    endpoints=(
        *(Endpoint(host="*.goatcounter.com", path=path) for path in ("/count", "/api/v0/count")),
        Endpoint(host="*", path="*/count", recognise=_is_goatcounter),
        Endpoint(host="*.goatcounter.com", path="/count.js", role="library", decode=LibraryReader()),
        Endpoint(host="gc.zgo.at", path="/*", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"path", "title", "referrer", "query"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://shop.goatcounter.com/count?p=%2Fhome&t=Shop&e=false&s=1280%2C720%2C1&q=%3Futm_source%3Dx&rnd=abc", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "shop", "values": {"path": "/home", "title": "Shop"}, "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "a page view on the site's own instance",
            "request": {"url": "https://stats.shop.example/count?p=%2Fhome&r=https%3A%2F%2Fsearch.example&t=Shop&s=1280%2C720%2C1.5&b=0&q=%3Futm_source%3Dx&rnd=u3xhs", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "stats", "campaign": {"utm_source": "x"}, "values": {"referrer": "https://search.example"}}],
        },
        {
            "title": "an event as today's script sends it, on the site's own instance",
            "request": {"url": "https://stats.shop.example/count?p=buy&t=Buy%20now&e=true&s=1280&b=0&q=%3Futm_source%3Dnews&rnd=vkywn", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "buy", "account": "stats", "campaign": {"utm_source": "news"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://gc.zgo.at/count.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "an event",
            "request": {"url": "https://shop.goatcounter.com/count?p=buy&t=Buy&e=true"},
            "hits": [{"kind": "event", "event": "buy", "account": "shop"}],
        },
        {
            "title": "two hits from a server",
            "request": {"url": "https://shop.goatcounter.com/api/v0/count", "method": "POST", "body": {"no_sessions": True, "hits": [{"path": "/a", "title": "A"}, {"path": "buy", "event": True}]}},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "shop"}, {"kind": "event", "event": "buy"}],
        },
    ),
    lookalikes=("https://shop.example/count?p=%2F", "https://shop.example/count?p=1&s=small,red,x&b=0&rnd=abcde", "https://shop.example/count?p=1&s=2&b=0", "https://shop.example/count?p=1&s=2&rnd=abcde", "https://shop.example/?u=https%3A%2F%2Fshop.goatcounter.com%2Fcount", "https://notgoatcounter.com/count", "https://shop.goatcounter.com.evil.example/count", "https://www.goatcounter.com/help"),
)  # fmt: skip
