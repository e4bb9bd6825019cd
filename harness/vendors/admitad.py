"""Admitad (Mitgo) conversions.

Documentation: https://support.admitad.com/hc/en-us/articles/7836690364177 (pixel parameters). A product is told in each request, with its
place among ``position_count``.
"""

from __future__ import annotations

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

_READ = QueryReader(
    QueryTable(
        {
            "campaign_code": Row("campaign_code", "Campaign code", "General"),
            "action_code": Row("action_code", "Action code", "General"),
            "tariff_code": Row("tariff_code", "Tariff code", "General"),
            "payment_type": Row("payment_type", "Payment type", "General"),
            "order_id": Row("order_id", "Order ID", "E-commerce"),
            "position_id": Row("position_id", "Position", "E-commerce", "number"),
            "position_count": Row("position_count", "Positions", "E-commerce", "number"),
            "product_id": Row("product_id", "Product ID", "E-commerce"),
            "price": Row("price", "Price", "E-commerce", "number"),
            "quantity": Row("quantity", "Quantity", "E-commerce", "number"),
            "currency_code": Row("currency_code", "Currency", "E-commerce"),
            "promocode": Row("promocode", "Promotion code", "E-commerce"),
            "client_id": Row("client_id", "Client ID", "User"),
            "uid": Row("uid", "Click ID (admitad_uid)", "User"),
            "response_type": Row(None, "Answer wanted", "Technical"),
            "postback": Row(None, "From a server", "Technical"),
            "postback_key": Row(None, "Server's key", "Technical"),
            "channel": Row("channel", "Channel", "General"),
            "pk": Row("postback_key", "Server's key", "General"),
            "tracking": Row("tracking", "Event", "General"),
            "oid": Row("order_id", "Order ID", "E-commerce"),
            "publisher_id": Row("publisher_id", "Publisher ID", "General"),
            "user_id": Row("user_id", "User ID", "User"),
            "screen": Row(None, "Screen", "Device"),
            "device": Row(None, "Device ID", "User"),
        }
    ),
    event=("payment_type", "tracking"),
    account=("campaign_code", "postback_key"),
    key=lambda values: (
        f"{values['order_id']}/{values['position_id']}"
        if values.get("order_id") and values.get("position_id") not in (None, "")
        else values.get("order_id")
    ),
    identifiers=("uid", "client_id"),
    kind=lambda event: "event" if event else "auxiliary",
)

VENDOR = Vendor(
    id="admitad",
    name="Admitad",
    category="advertising",
    docs=("https://support.admitad.com/hc/en-us/articles/7836690364177",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("ad.admitad.com", "www.admitad.com") for path in ("/r", "/rr", "/register.php")),
        Endpoint(host="cdn.asbmit.com", path="/static/js/*", role="library", decode=LibraryReader()),
        *(Endpoint(host=host, path="/static/tagtag.min.js", role="library", decode=LibraryReader(account="campaign_code")) for host in ("www.artfut.com", "artfut.com")),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a position of a sale",
            "request": {
                "url": "https://ad.admitad.com/r?campaign_code=abc123&action_code=1&payment_type=sale&response_type=img&uid=u-1&tariff_code=1&order_id=T-1&position_id=1&currency_code=EUR&position_count=2&price=9.99&quantity=2&product_id=A"
            },
            "hits": [
                {
                    "kind": "event", "event": "sale", "account": "abc123", "key": "T-1/1", "identifiers": {"uid": "u-1"},
                    "values": {"price": 9.99, "quantity": 2, "product_id": "A", "currency_code": "EUR"},
                }
            ],
        },
        {
            "title": "an app's event from a server",
            "request": {"url": "https://ad.admitad.com/r?pk=key1&uid=u-1&publisher_id=p1&device=idfa&tracking=purchase&oid=T-3"},
            "hits": [{"kind": "event", "event": "purchase", "account": "key1", "key": "T-3", "identifiers": {"uid": "u-1"}}],
        },
        {
            "title": "a lead",
            "request": {"url": "https://ad.admitad.com/r?campaign_code=abc123&payment_type=lead&order_id=L-1"},
            "hits": [{"event": "lead", "key": "L-1"}],
        },
    ),
    lookalikes=(
        "https://shop.example/r?campaign_code=abc123&payment_type=sale",
        "https://ad.admitad.com.evil.example/r?campaign_code=1",
        "https://notad.admitad.com/r?campaign_code=1",
        "https://ad.admitad.com/g/abc/?ulp=https%3A%2F%2Fshop.example",
    ),
)  # fmt: skip
