"""Teads buyer pixel (Teads for performance).

Documentation: https://support.teads.com/support/solutions/articles/36000449340 (universal pixel),
https://help.teads.com/en/articles/6202162-collect-conversion-event-metadata (conversions' metadata),
https://help.teads.com/en/articles/15453377-available-parameters-for-teads-conversions-api-capi (Conversions API, from a server).

The pixel's address also serves Teads' own ads on publishers' pages; the buyer pixel is told by its ``tag_version`` or
``buyer_pixel_id``.
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
            "conversion_name": Row("name", "Conversion name", GENERAL),
            "product_name": Row("product_name", "Product", COMMERCE),
            "conversion_params.name": Row("name", "Conversion name", GENERAL),
            "conversion_params.conversion_type": Row("conversion_type", "Conversion type", GENERAL),
            "conversion_params.price": Row("price", "Price", COMMERCE, "number"),
            "conversion_params.currency": Row("currency", "Currency", COMMERCE),
            "event_source_url": Row("event_source_url", "Page address", PAGE),
            "event_time": Row("event_time", "Event time", GENERAL, "number"),
            "user_session_id": Row("user_session_id", "Session ID", USER),
            "first_party_cookies.tfpai": Row("tfpai", "Click cookie", USER),
            "first_party_cookies.tfpvi": Row("tfpvi", "Visitor cookie", USER),
            "first_party_cookies.tfpsi": Row("tfpsi", "Session cookie", USER),
            "env": Row(None, "Environment", TECHNICAL),
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
    page=("event_source_url", "page", "url", "referer"),
    time="event_time",
    identifiers=("auctid", "user_id", "user_session_id", "hashed_email", "tfpai", "tfpvi", "tfpsi"),
    kind=lambda event: (
        "auxiliary" if event in (None, "timeSpent") else "pageview" if event in ("pageView", "page_view", "pageview") else "event"
    ),
    consent=_consent,
)

VENDOR = Vendor(
    id="teads",
    name="Teads",
    category="advertising",
    docs=(
        "https://support.teads.com/support/solutions/articles/36000449340",
        "https://help.teads.com/en/articles/15453377-available-parameters-for-teads-conversions-api-capi",
    ),
    endpoints=(
        Endpoint(host="t.teads.tv", path="/track", keys=("tag_version",)),
        Endpoint(host="t.teads.tv", path="/track", keys=("buyer_pixel_id",)),
        Endpoint(host="ca.teads.tv"),
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
        {
            "title": "a conversion from a server",
            "request": {
                "url": "https://ca.teads.tv/v1/event", "method": "POST", "headers": {"Authorization": "Bearer t"},
                "body": {
                    "action": "conversion", "auctid": "a-1", "buyer_pixel_id": 5678, "event_source_url": "https://shop.example/?utm_source=x", "event_time": 1795318940,
                    "conversion_params": {"name": "Completed Purchase", "conversion_type": "Purchase", "price": 19.98, "currency": "EUR"},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "5678", "identifiers": {"auctid": "a-1"}, "campaign": {"utm_source": "x"}, "event_time": 1795318940.0,
                    "values": {"name": "Completed Purchase", "conversion_type": "Purchase", "price": 19.98, "currency": "EUR"},
                }
            ],
        },
        {
            "title": "time spent on the page",
            "request": {"url": "https://t.teads.tv/track?action=timeSpent&buyer_pixel_id=5678&tag_version=7.1.0&provider=tag&env=js-web"},
            "hits": [{"kind": "auxiliary", "event": "timeSpent", "account": "5678"}],
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
