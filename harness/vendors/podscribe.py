"""Podscribe podcast attribution pixel.

Documentation: https://help.podscribe.com/ (sending events server to server, in batch or as an img tag),
https://docs.tealium.com/server-side-connectors/podscribe-s2s-connector/.
"""

from __future__ import annotations

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

GENERAL, COMMERCE, USER, PAGE = "General", "E-commerce", "User", "Page"

_READ = QueryReader(
    QueryTable(
        {
            "action": Row("action", "Event", GENERAL),
            "advertiser": Row("advertiser", "Advertiser", GENERAL),
            "user_id": Row("user_id", "Podscribe account", GENERAL),
            "timestamp": Row("timestamp", "Event time", GENERAL),
            "order_value": Row("order_value", "Order value", COMMERCE, "number"),
            "order_number": Row("order_number", "Order number", COMMERCE),
            "currency": Row("currency", "Currency", COMMERCE),
            "discount_code": Row("discount_code", "Discount code", COMMERCE),
            "num_items_purchased": Row("num_items_purchased", "Items purchased", COMMERCE, "number"),
            "is_new_customer": Row("is_new_customer", "New customer", COMMERCE, "boolean"),
            "is_subscription": Row("is_subscription", "Subscription", COMMERCE, "boolean"),
            "hashed_email": Row("hashed_email", "Email (hashed)", USER),
            "device_id": Row("device_id", "Device ID", USER),
            "ip": Row(None, "IP address", USER),
            "user_agent": Row(None, "User agent", USER),
            "url": Row("url", "Page address", PAGE),
            "referrer": Row("referrer", "Referrer", PAGE),
            "library": Row(None, "Sent by", GENERAL, "json"),
            "pixel_id": Row("pixel_id", "Pixel ID", GENERAL),
        }
    ),
    event="action",
    account=("advertiser", "user_id"),
    key="order_number",
    page="url",
    time="timestamp",
    identifiers=("hashed_email", "device_id"),
    kind=lambda event: "auxiliary" if not event else "pageview" if event == "view" else "event",
)

VENDOR = Vendor(
    id="podscribe",
    name="Podscribe",
    category="advertising",
    docs=("https://docs.tealium.com/server-side-connectors/podscribe-s2s-connector/", "https://help.podscribe.com/"),
    endpoints=(
        *(Endpoint(host="verifi.podscribe.com", path=path) for path in ("/tag", "/tag/")),
        Endpoint(host="ipv4.podscribe.com", path="/*", decode=LibraryReader("auxiliary")),
        Endpoint(host="d34r8q7sht0t9k.cloudfront.net", path="/tag.js", role="library"),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"advertiser", "timestamp", "url", "referrer", "device_id"}),
    examples=(
        {
            "title": "a view",
            "request": {"url": "https://verifi.podscribe.com/tag?action=view&advertiser=shop&timestamp=1700000000000&url=https%3A%2F%2Fshop.example%2F&referrer=&device_id=d-1"},
            "hits": [
                {
                    "kind": "pageview", "event": "view", "account": "shop", "event_time": 1700000000.0, "identifiers": {"device_id": "d-1"},
                    "page_url": "https://shop.example/",
                }
            ],
        },
        {
            "title": "a purchase",
            "request": {
                "url": "https://verifi.podscribe.com/tag?action=purchase&advertiser=shop&order_value=19.98&order_number=T-1&currency=USD&discount_code=POD&num_items_purchased=2&is_new_customer=true&hashed_email=abc"
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "key": "T-1", "identifiers": {"hashed_email": "abc"},
                    "values": {"order_value": 19.98, "currency": "USD", "discount_code": "POD", "num_items_purchased": 2, "is_new_customer": True},
                }
            ],
        },
        {
            "title": "a sign-up from a server, with what sent it",
            "request": "https://verifi.podscribe.com/tag/?action=signup&advertiser=shop&user_id=p-7&timestamp=2026-11-22T03%3A42%3A20Z&hashed_email=abc&ip=1.2.3.4&user_agent=x&library=%7B%22name%22%3A%22analytics.js%22%7D",
            "hits": [{"kind": "event", "event": "signup", "account": "shop", "event_time": 1795318940.0, "identifiers": {"hashed_email": "abc"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://d34r8q7sht0t9k.cloudfront.net/tag.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://app.podscribe.com/login",
        "https://verifi.podscribe.com/dashboard",
        "https://shop.example/tag?action=purchase&advertiser=shop",
        "https://verifi.podscribe.com.evil.example/tag?action=view",
        "https://notverifi.podscribe.com/tag?action=view",
        "https://shop.example/?u=https%3A%2F%2Fverifi.podscribe.com%2Ftag%3Faction%3Dview",
    ),
)  # fmt: skip
