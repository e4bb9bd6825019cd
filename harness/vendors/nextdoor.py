"""Nextdoor Pixel.

Documentation: https://help.nextdoor.com/s/article/About-the-Nextdoor-pixel, https://developer.nextdoor.com/reference/conversions-track.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.payload import read_body
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, PAGE = "General", "E-commerce", "User", "Page"

_READ = QueryReader(
    QueryTable(
        {
            "pid": Row("pid", "Pixel ID", GENERAL),
            "ev": Row("ev", "Event", GENERAL),
            "order_value": Row("order_value", "Order value", COMMERCE),
            "order_id": Row("order_id", "Order ID", COMMERCE),
            "event_id": Row("event_id", "Event ID (deduplication)", GENERAL),
            "value": Row("value", "Value", COMMERCE, "number"),
            "currency": Row("currency", "Currency", COMMERCE),
            "pl": Row("pl", "Page address", PAGE),
            "rf": Row("rf", "Referrer", PAGE),
            "ndclid": Row("ndclid", "Click ID", USER),
            "em": Row("em", "Email (hashed)", USER),
            "noscript": Row(None, "Image tag", "Technical"),
        }
    ),
    event="ev",
    account="pid",
    key=("event_id", "order_id"),
    page="pl",
    identifiers=("ndclid", "em"),
)

_CUSTOM = PathTable({"referer": Row("rf", "Referrer", PAGE)})


def _decode(request: CapturedRequest) -> list[Hit]:
    """The early script posts its events as one object, name by name."""
    payload = read_body(request)
    events = payload.value.get("custom_events") if isinstance(payload.value, dict) else None
    if not isinstance(events, dict) or not events:
        return _READ(request)
    shared = _READ.table.read(split_url(request.url).query)
    shared += _CUSTOM.read(payload.value, payload.notes, without=frozenset(("custom_events",)))
    hits = []
    for name, data in events.items():
        hit = _READ.hit([*shared, *_CUSTOM.read({name: data}, payload.notes, at="custom_events")])
        hit.event, hit.kind = name or None, kind_of(name)
        if isinstance(data, dict):
            for key, value in data.items():
                hit.values.setdefault(key, value)
        hits.append(hit)
    return hits


VENDOR = Vendor(
    id="nextdoor",
    name="Nextdoor Pixel",
    category="advertising",
    docs=("https://help.nextdoor.com/s/article/About-the-Nextdoor-pixel", "https://developer.nextdoor.com/reference/conversions-track"),
    endpoints=(
        Endpoint(host="flask.nextdoor.com", path="/pixel"),
        Endpoint(host="ads.nextdoor.com", path="/public/pixel/*", role="library", decode=LibraryReader(account="id")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://flask.nextdoor.com/pixel?pid=6b8a&ev=PAGE_VIEW&noscript=1"},
            "hits": [{"kind": "pageview", "event": "PAGE_VIEW", "account": "6b8a"}],
        },
        {
            "title": "a conversion",
            "request": {"url": "https://flask.nextdoor.com/pixel?pid=6b8a&ev=CONVERSION&order_value=USD49.99&event_id=e-1&pl=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "event", "event": "CONVERSION", "key": "e-1", "values": {"order_value": "USD49.99"}, "page_url": "https://shop.example/"}],
        },
        {
            "title": "events of the early script",
            "request": {
                "url": "https://flask.nextdoor.com/pixel", "method": "POST",
                "body": {"referer": "https://shop.example/", "custom_events": {"lead": {"value": 5}, "visit": {}}},
            },
            "hits": [{"kind": "event", "event": "lead", "values": {"value": 5}}, {"event": "visit"}],
        },
        {"title": "the script", "request": {"url": "https://ads.nextdoor.com/public/pixel/ndp.js?id=6b8a"}, "hits": [{"kind": "library", "account": "6b8a"}]},
    ),
    lookalikes=(
        "https://shop.example/pixel?pid=6b8a&ev=PAGE_VIEW",
        "https://flask.nextdoor.com.evil.example/pixel?pid=1",
        "https://notflask.nextdoor.com/pixel?pid=1",
        "https://nextdoor.com/?u=https%3A%2F%2Fflask.nextdoor.com%2Fpixel",
    ),
)  # fmt: skip
