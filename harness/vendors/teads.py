"""Teads buyer pixel (Teads for performance).

Documentation: https://support.teads.com/support/solutions/articles/36000449340 (universal pixel). The address also serves Teads' own ads
on publishers' pages; the buyer pixel is told by its ``tag_version`` or ``buyer_pixel_id``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERAL, COMMERCE, PAGE, USER, CONSENT, TECHNICAL = "General", "E-commerce", "Page", "User", "Consent", "Technical"


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("gdpr", "gdpr_consent", "gdpr_status", "us_privacy", "gpp") if wire.get(key)} or None


_READ = QueryReader(
    QueryTable(
        {
            "buyer_pixel_id": Row("buyer_pixel_id", "Buyer pixel ID", GENERAL),
            "action": Row("action", "Event", GENERAL),
            "conversion_type": Row("conversion_type", "Conversion type", GENERAL),
            "name": Row("name", "Conversion name", GENERAL),
            "price": Row("price", "Price", COMMERCE, "number"),
            "value": Row("value", "Value", COMMERCE, "number"),
            "currency": Row("currency", "Currency", COMMERCE),
            "order_id": Row("order_id", "Order ID", COMMERCE),
            "provider": Row(None, "Set up through", TECHNICAL),
            "tag_version": Row(None, "Tag version", TECHNICAL),
            "referer": Row("referer", "Page address", PAGE),
            "page": Row("page", "Page address", PAGE),
            "url": Row("url", "Page address", PAGE),
            "auctid": Row("auctid", "Auction ID", USER),
            "user_id": Row("user_id", "User ID", USER),
            "hashed_email": Row("hashed_email", "Email (hashed)", USER),
            "cts": Row(None, "Event time", TECHNICAL),
            "gdpr": Row(None, "GDPR applies", CONSENT),
            "gdpr_status": Row(None, "GDPR state", CONSENT),
            "gdpr_consent": Row(None, "TCF string", CONSENT),
            "us_privacy": Row(None, "US privacy string", CONSENT),
            "gpp": Row(None, "GPP string", CONSENT),
        }
    ),
    event="action",
    account="buyer_pixel_id",
    key="order_id",
    page=("page", "url", "referer"),
    identifiers=("auctid", "user_id", "hashed_email"),
    kind=lambda event: "auxiliary" if not event else "pageview" if event in ("pageView", "page_view", "pageview") else "event",
    consent=_consent,
)

VENDOR = Vendor(
    id="teads",
    name="Teads",
    category="advertising",
    docs=("https://support.teads.com/support/solutions/articles/36000449340",),
    endpoints=(
        Endpoint(host="t.teads.tv", path="/track", keys=("tag_version",)),
        Endpoint(host="t.teads.tv", path="/track", keys=("buyer_pixel_id",)),
        Endpoint(host="p.teads.tv", path="/*", role="library"),
        Endpoint(host="cm.teads.tv", path="/*", decode=LibraryReader("auxiliary")),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"buyer_pixel_id", "referer", "auctid"}),
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://t.teads.tv/track?action=pageView&provider=tag&buyer_pixel_id=5678&tag_version=6.3.0&referer=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "pageview", "event": "pageView", "account": "5678", "page_url": "https://shop.example/"}],
        },
        {
            "title": "a conversion",
            "request": {
                "url": "https://t.teads.tv/track?action=conversion&buyer_pixel_id=5678&conversion_type=Purchase&price=19.98&currency=EUR&order_id=T-1&tag_version=6.3.0&gdpr_consent=CP"
            },
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "5678", "key": "T-1", "consent": {"gdpr_consent": "CP"},
                    "values": {"conversion_type": "Purchase", "price": 19.98, "currency": "EUR"},
                }
            ],
        },
        {"title": "the script", "request": {"url": "https://p.teads.tv/teads-fellow.js"}, "hits": [{"kind": "library"}]},
    ),
    lookalikes=(
        "https://t.teads.tv/track?action=error-vast&pid=84242",
        "https://shop.example/track?action=pageView&buyer_pixel_id=1&tag_version=1",
        "https://t.teads.tv.evil.example/track?buyer_pixel_id=1&tag_version=1",
        "https://nott.teads.tv/track?tag_version=1",
        "https://shop.example/?u=https%3A%2F%2Ft.teads.tv%2Ftrack%3Ftag_version%3D1",
    ),
)  # fmt: skip
