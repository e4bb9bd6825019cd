"""Vibes mobile engagement tracking.

Documentation: https://developer.vibes.com/ (tracking), https://github.com/vibes/push-sdk-ios (its default addresses in America and
Europe). What a request carries is not published: all of it is kept under its own keys.
"""

from __future__ import annotations

from harness.decode.query import QueryTable, Row
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

GENERAL = "General"

_READ = QueryReader(
    QueryTable(
        {
            "event": Row("event", "Event", GENERAL),
            "event_type": Row("event_type", "Event", GENERAL),
            "type": Row("type", "Event", GENERAL),
            "company_id": Row("company_id", "Company ID", GENERAL),
            "company_key": Row("company_key", "Company", GENERAL),
            "app_id": Row("app_id", "Application ID", GENERAL),
            "order_id": Row("order_id", "Order ID", "E-commerce"),
            "value": Row("value", "Value", "E-commerce", "number"),
            "amount": Row("amount", "Amount", "E-commerce", "number"),
            "currency": Row("currency", "Currency", "E-commerce"),
            "url": Row("url", "Page address", "Page"),
            "referrer": Row("referrer", "Referrer", "Page"),
            "device_id": Row("device_id", "Device ID", "User"),
            "person_id": Row("person_id", "Person ID", "User"),
            "vibes_id": Row("vibes_id", "Vibes ID", "User"),
        }
    ),
    event=("event", "event_type", "type"),
    account=("company_id", "company_key", "app_id"),
    key="order_id",
    page="url",
    identifiers=("device_id", "person_id", "vibes_id"),
    kind=lambda event: "pageview" if event in (None, "page_view", "pageview") else "event",
)

VENDOR = Vendor(
    id="vibes",
    name="Vibes",
    category="advertising",
    docs=("https://developer.vibes.com/", "https://github.com/vibes/push-sdk-ios"),
    endpoints=tuple(
        Endpoint(host=host, path=path) for host in ("tagtracking.vibescm.com", "tagtracking.eu.vibes.com") for path in ("/track", "/track/")
    ),
    decode=_READ,
    examples=(
        {
            "title": "an event in the query",
            "request": {"url": "https://tagtracking.vibescm.com/track?company_id=ab12&event=purchase&order_id=T-1&amount=19.98&url=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "event", "event": "purchase", "account": "ab12", "key": "T-1", "values": {"amount": 19.98}}],
        },
        {
            "title": "an event in JSON, in Europe",
            "request": {
                "url": "https://tagtracking.eu.vibes.com/track", "method": "POST", "body": {"app_id": "app-1", "event_type": "open", "device_id": "d-1"},
            },
            "hits": [{"event": "open", "account": "app-1", "identifiers": {"device_id": "d-1"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/track?company_id=ab12&event=purchase",
        "https://tagtracking.vibescm.com.evil.example/track?event=purchase",
        "https://nottagtracking.vibescm.com/track?event=purchase",
        "https://shop.example/?u=https%3A%2F%2Ftagtracking.vibescm.com%2Ftrack",
        "https://tagtracking.vibescm.com/tracking",
    ),
)  # fmt: skip
