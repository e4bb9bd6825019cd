"""Lucky Orange: settings, visits, events and recordings.

Documentation: https://help.luckyorange.com/article/30-installation, https://help.luckyorange.com/article/184-web-api (events and identities),
https://help.luckyorange.com/article/271-content-security-policy (hosts). Events are posted to ``/events/logs``, the site in the header
``x-lucky-site-id``; the recording goes to ``in.visitors.live`` and is let through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, at, text_at
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, COMMERCE = "General", "Page", "User", "E-commerce"
_READ = QueryReader(
    {
        "site-id": Row("site_id", "Site ID", GENERAL),
        "siteId": Row("site_id", "Site ID", GENERAL),
        "site_id": Row("site_id", "Site ID", GENERAL),
        "s": Row("site_id", "Site ID", GENERAL),
        "u": Row("url", "Page address", PAGE),
        "url": Row("url", "Page address", PAGE),
        "event": Row("event", "Event", GENERAL),
        "visitorId": Row("visitor_id", "Visitor ID", USER),
        "uid": Row("visitor_id", "Visitor ID", USER),
    },
    event="event",
    account="site_id",
    page="url",
    identifiers=("visitor_id",),
    kind=lambda name: "event" if name and name not in ("events", "message") else "auxiliary",
)
# What the script does by itself: the session's own doings rather than the shop's.
_OWN = frozenset({"Page Viewed", "Recording Started", "Element Clicked", "Form Submitted", "Session Started"})
_KINDS = {"Page Viewed": "pageview", "Recording Started": "auxiliary", "Session Started": "auxiliary"}


def _derive(hit: Hit, event: Any, document: Any) -> None:
    if (found := at(event, "revenue")) is not None:
        hit.values["revenue"] = found
    for name, path in (("value", "meta.cartTotal.amount"), ("currency", "meta.cartTotal.currencyCode")):
        if (found := at(event, path)) is not None:
            hit.values.setdefault(name, found)
    if (email := text_at(event, "meta.email")) is not None:
        hit.identifiers["email"] = email


_LOG = JsonReader(
    PathTable(
        {
            "name": Row(None, "Event", GENERAL), "namespace": Row(None, "Namespace", GENERAL), "id": Row(None, "Event ID", GENERAL), "visitorId": Row(None, "Visitor ID", USER), "sessionId": Row(None, "Session ID", USER), "userId": Row(None, "User ID", USER),
            "pageId": Row(None, "Page ID", PAGE), "revenue": Row("revenue", "Revenue", COMMERCE, "number"), "mood": Row("mood", "Mood", GENERAL),
        },
        (Prefix("meta.productLines[].", field=None, label="Product's {}", group=COMMERCE), Prefix("meta.url.", field=None, label="{}", group=PAGE), Prefix("meta.", field=None, label="{}", group=GENERAL)),
    ),
    event="name", key="id", page="meta.url.href", identifiers={"visitor_id": "visitorId", "session_id": "sessionId", "user_id": "userId"}, values=("meta",),
    kind=lambda name, event: _KINDS.get(name or "", "event" if name else "auxiliary"), derive=_derive,
)  # fmt: skip


def _log(request: CapturedRequest) -> list[Hit]:
    hits = _LOG(request)
    for hit in hits:
        hit.account = hit.account or request.header("x-lucky-site-id")
    return hits


def _site(path: str, wire: Mapping[str, object]) -> str | None:
    for key in ("site-id", "siteId", "site_id", "s"):
        if wire.get(key):
            return str(wire[key])
    step = path.strip("/")
    return step if step.isalnum() and any(each.isdigit() for each in step) else None


_DOMAINS = ("luckyorange.com", "luckyorange.net")

VENDOR = Vendor(
    id="lucky-orange",
    name="Lucky Orange",
    category="replay",
    docs=("https://help.luckyorange.com/article/30-installation", "https://help.luckyorange.com/article/184-web-api"),
    endpoints=(
        *(Endpoint(host=f"{name}.luckyorange.com", path="/events/logs", decode=_log) for name in ("api-preview", "api")),
        *(Endpoint(host=f"{name}.{domain}", socket=name == "realtime") for domain in _DOMAINS for name in ("in", "cs", "upload", "realtime", "api-preview", "events", "collect", "visitors")),
        *(Endpoint(host=host, socket=True) for host in ("*.livestatserver.com", "in.visitors.live", "*.visitors.live")),
        *(Endpoint(host=f"settings.{domain}", role="config", decode=LibraryReader("config", account=_site)) for domain in _DOMAINS),
        *(Endpoint(host=f"{name}.{domain}", role="library", decode=LibraryReader(account=_site)) for domain in _DOMAINS for name in ("tools", "w1")),
        Endpoint(host="d10lpsik1i8c69.cloudfront.net", role="library", decode=LibraryReader()),
    ),
    decode=_READ,
    automatic_events=_OWN,
    examples=(
        {
            "title": "an order",
            "request": {
                "url": "https://api-preview.luckyorange.com/events/logs", "method": "POST", "headers": {"x-lucky-site-id": "ab12cd", "content-type": "text/plain;charset=UTF-8"},
                "body": {
                    "name": "Ordered", "namespace": "shopify", "visitorId": "v1", "sessionId": "s1", "pageId": "p1",
                    "meta": {
                        "subtotalPrice": 9.99, "totalTax": 1, "totalQuantity": 1, "cartTotal": {"amount": 12.49, "currencyCode": "EUR"},
                        "productLines": [{"id": "77", "title": "Tee", "quantity": 1, "price": 9.99, "currencyCode": "EUR", "sku": "SKU1"}],
                    },
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "Ordered", "account": "ab12cd", "identifiers": {"visitor_id": "v1", "session_id": "s1"},
                    "values": {"subtotalPrice": 9.99, "value": 12.49, "currency": "EUR", "productLines": [{"sku": "SKU1", "price": 9.99, "quantity": 1}]},
                }
            ],
        },
        {
            "title": "a page view, its ID the one for deduplication",
            "request": {
                "url": "https://api-preview.luckyorange.com/events/logs", "method": "POST", "headers": {"x-lucky-site-id": "ab12cd"},
                "body": {"name": "Page Viewed", "id": "ab12cd-1-f00", "namespace": "sessions", "visitorId": "v1", "meta": {"title": "Cart", "url": {"href": "https://shop.example/cart?utm_source=x", "path": "/cart"}}},
            },
            "hits": [
                {
                    "kind": "pageview", "event": "Page Viewed", "account": "ab12cd", "key": "ab12cd-1-f00", "page_url": "https://shop.example/cart?utm_source=x",
                    "campaign": {"utm_source": "x"}, "values": {"title": "Cart"},
                }
            ],
        },
        {
            "title": "a part of the recording",
            "request": {
                "url": "https://in.visitors.live/ajax", "method": "POST",
                "body": {"topic": "events", "siteId": "ab12cd", "payloads": [{"data": {"d": 1700000000000, "k": "e1", "s": "ab12cd", "py": {"others": []}, "t": "r"}}]},
            },
            "hits": [{"kind": "auxiliary", "event": None, "account": "ab12cd"}],
        },
        {
            "title": "the settings of one site",
            "request": {"url": "https://settings.luckyorange.com/ab12cd"},
            "hits": [{"kind": "config", "account": "ab12cd"}],
        },
        {"title": "the time of the server", "request": {"url": "https://settings.luckyorange.com/server-time"}, "hits": [{"kind": "config", "account": None}]},
        {"title": "the older script", "request": {"url": "https://d10lpsik1i8c69.cloudfront.net/w.js"}, "hits": [{"kind": "library", "account": None}]},
        {
            "title": "the script",
            "request": {"url": "https://tools.luckyorange.com/core/lo.js?site-id=ab12cd", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12cd"}],
        },
        {
            "title": "the site's settings",
            "request": {"url": "https://settings.luckyorange.net/?u=https%3A%2F%2Fshop.example%2F&s=ab12cd"},
            "hits": [{"kind": "config", "account": "ab12cd"}],
        },
        {
            "title": "what is collected",
            "request": {"url": "https://in.luckyorange.com/collect?siteId=ab12cd&url=https%3A%2F%2Fshop.example%2F", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "ab12cd", "page_url": "https://shop.example/"}],
        },
    ),
    lookalikes=(
        "https://shop.example/?u=https%3A%2F%2Fin.luckyorange.com%2Fcollect",
        "https://www.luckyorange.com/pricing",
        "https://shop.example/core/lo.js?site-id=ab12cd",
        "https://tools.notluckyorange.com/core/lo.js",
        "https://settings.luckyorange.net.evil.example/",
        "https://help.luckyorange.com/",
        "https://api-preview.luckyorange.com.evil.example/events/logs",
        "https://shop.example/events/logs",
    ),
)  # fmt: skip
