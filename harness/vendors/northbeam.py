"""Northbeam: the tag's script, and orders sent by a server.

Documentation: https://docs.northbeam.io/docs/northbeam-pixel, https://docs.northbeam.io/reference/post_orders-1 (orders).

The tag itself tells of pages and orders in Snowplow's protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = JsonReader(
    PathTable(
        {
            "order_id": Row("order_id", "Order ID", "E-commerce"),
            "customer_id": Row("customer_id", "Customer ID", "Customer"),
            "purchase_total": Row("purchase_total", "Total", "E-commerce"),
            "currency": Row("currency", "Currency", "E-commerce"),
            "time_of_purchase": Row("time_of_purchase", "Time of purchase", "E-commerce"),
            "customer_email": Row(None, "E-mail", "Customer"),
            "customer_phone_number": Row(None, "Phone number", "Customer"),
        },
        (Prefix("products[].", field=None, label="{}", group="E-commerce"), Prefix("customer_", field=None, label="{}", group="Customer")),
    ),
    event=lambda event, document: "order" if isinstance(event, dict) and event.get("order_id") else None,
    key="order_id",
    time="time_of_purchase",
    identifiers={"customer_id": "customer_id", "customer_email": "customer_email", "customer_phone_number": "customer_phone_number"},
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.account = request.header("data-client-id")
        if not request.body.data:
            hit.kind = "auxiliary"
    return hits


def _tag(path: str, wire: Mapping[str, Any]) -> str | None:
    """``/ota-sp/<tag>.js``."""
    folder, _, name = path.strip("/").partition("/")
    return name.removesuffix(".js") or None if folder == "ota-sp" else None


VENDOR = Vendor(
    id="northbeam",
    name="Northbeam",
    category="advertising",
    docs=("https://docs.northbeam.io/docs/northbeam-pixel", "https://docs.northbeam.io/reference/post_orders-1"),
    endpoints=(
        *(Endpoint(host="api.northbeam.io", path=f"/{version}/orders") for version in ("v1", "v2")),
        Endpoint(host="j.northbeam.io", role="library", decode=LibraryReader(account=_tag)),
    ),
    decode=_decode,
    examples=(
        {
            "title": "an order from a server",
            "request": {
                "url": "https://api.northbeam.io/v2/orders", "method": "POST", "headers": {"Data-Client-ID": "c1"},
                "body": [
                    {
                        "order_id": "T-1", "customer_id": "u1", "time_of_purchase": "2026-11-22T03:42:20Z", "currency": "USD", "purchase_total": 19.98,
                        "products": [{"id": "S1", "quantity": 2, "price": 9.99}],
                    }
                ],
            },
            "hits": [
                {
                    "kind": "event", "event": "order", "account": "c1", "key": "T-1", "event_time": 1795318940.0, "identifiers": {"customer_id": "u1"},
                    "values": {"purchase_total": 19.98, "currency": "USD", "products": [{"id": "S1", "quantity": 2, "price": 9.99}]},
                }
            ],
        },
        {"title": "orders read back", "request": {"url": "https://api.northbeam.io/v2/orders?start_date=2026-11-01"}, "hits": [{"kind": "auxiliary"}]},
        {"title": "the tag", "request": {"url": "https://j.northbeam.io/ota-sp/0a1b.js"}, "hits": [{"kind": "library", "account": "0a1b"}]},
        {"title": "the tag's tracker", "request": {"url": "https://j.northbeam.io/vendor/nb-sp.min.js"}, "hits": [{"kind": "library", "account": None}]},
    ),
    lookalikes=(
        "https://shop.example/v2/orders",
        "https://api.northbeam.io.evil.example/v2/orders",
        "https://j.notnorthbeam.io/ota-sp/0a1b.js",
        "https://api.northbeam.io/v1/exports/data-export",
        "https://shop.example/?u=https%3A%2F%2Fapi.northbeam.io%2Fv2%2Forders",
    ),
)  # fmt: skip
