"""Capterra (Gartner Digital Markets) conversion tracker.

Documentation: https://docs.tealium.com/client-side-tags/capterra-tag/, https://digital-markets.gartner.com/. The older tracker is an image
or script that tells of a conversion; the newer script at tr.capterra.com posts events.
"""

from __future__ import annotations

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

_READ = QueryReader(
    QueryTable(
        {
            "vid": Row("vid", "Vendor ID", "General"),
            "vkey": Row("vkey", "Vendor key", "General"),
            "installation_id": Row("installation_id", "Installation ID", "General"),
            "event": Row("event", "Event", "General"),
            "event_type": Row("event", "Event", "General"),
            "eventType": Row("event", "Event", "General"),
            "url": Row("url", "Page address", "Page"),
            "page_url": Row("url", "Page address", "Page"),
            "referrer": Row("referrer", "Referrer", "Page"),
        }
    ),
    event=lambda values: "conversion" if values.get("vid") or values.get("vkey") or values.get("installation_id") else None,
    account=("vid", "installation_id", "vkey"),
)

_EVENTS = QueryReader(_READ.table, event="event", account=("vid", "installation_id", "vkey"), page="url")

VENDOR = Vendor(
    id="capterra",
    name="Capterra",
    category="advertising",
    docs=("https://docs.tealium.com/client-side-tags/capterra-tag/",),
    endpoints=(
        *(Endpoint(host="ct.capterra.com", path=path) for path in ("/capterra_tracker.gif", "/capterra_tracker.js")),
        *(Endpoint(host="tr.capterra.com", path=f"/events{slash}", decode=_EVENTS) for slash in ("", "/")),
        Endpoint(host="tr.capterra.com", path="/static/*", role="library", decode=LibraryReader()),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a conversion as an image",
            "request": {"url": "https://ct.capterra.com/capterra_tracker.gif?vid=2100001&vkey=0a1b2c"},
            "hits": [{"kind": "event", "event": "conversion", "account": "2100001", "values": {"vkey": "0a1b2c"}}],
        },
        {
            "title": "what the newer script posts",
            "request": {"url": "https://tr.capterra.com/events/", "method": "POST", "body": {"vid": "4c619566-83fe", "vkey": "bb1c", "url": "https://shop.example/"}},
            "hits": [{"kind": "auxiliary", "event": None, "account": "4c619566-83fe", "page_url": "https://shop.example/"}],
        },
        {"title": "the newer script", "request": {"url": "https://tr.capterra.com/static/wp.js"}, "hits": [{"kind": "library", "account": None}]},
        {
            "title": "a conversion as a script",
            "request": {"url": "https://ct.capterra.com/capterra_tracker.js?vid=2100001&vkey=0a1b2c", "resource_type": "script"},
            "hits": [{"kind": "event", "event": "conversion", "account": "2100001"}],
        },
    ),
    lookalikes=(
        "https://shop.example/capterra_tracker.gif?vid=1",
        "https://ct.capterra.com.evil.example/capterra_tracker.gif?vid=1",
        "https://notct.capterra.com/capterra_tracker.gif?vid=1",
        "https://www.capterra.com/p/1/x?u=https%3A%2F%2Fct.capterra.com%2Fcapterra_tracker.gif",
    ),
)  # fmt: skip
