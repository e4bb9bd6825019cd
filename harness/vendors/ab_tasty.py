"""AB Tasty and its Flagship: hits (PAGEVIEW, EVENT, TRANSACTION, ITEM, CAMPAIGN …), one by one or in a batch.

Documentation: https://docs.developers.flagship.io/docs/universal-collect (hits), https://docs.abtasty.com/client-side/tag/tag-description (tag),
https://docs.developers.flagship.io/docs/decision-api (decisions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, text_at
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.decode.hit import Hit

GENERAL, PAGE, USER, EVENT, COMMERCE, EXPERIMENT, TECHNICAL = "General", "Page", "User", "Event", "E-commerce", "Experiment", "Technical"
_ROWS = {
    "cid": Row("client_id", "Client ID", GENERAL),
    "t": Row("hit_type", "Hit type", GENERAL),
    "ds": Row("data_source", "Data source", GENERAL),
    "vid": Row("visitor_id", "Visitor ID", USER),
    "cuid": Row("custom_user_id", "Customer's user ID", USER),
    "dl": Row("document_location", "Page address", PAGE),
    "dr": Row("document_referrer", "Referrer", PAGE),
    "pt": Row("page_title", "Page title", PAGE),
    "ec": Row("event_category", "Category", EVENT),
    "ea": Row("event_action", "Action", EVENT),
    "el": Row("event_label", "Label", EVENT),
    "ev": Row("event_value", "Value", EVENT, "number"),
    "tid": Row("transaction_id", "Transaction ID", COMMERCE),
    "ta": Row("affiliation", "Affiliation", COMMERCE),
    "tr": Row("revenue", "Revenue", COMMERCE, "number"),
    "ts": Row("shipping", "Shipping", COMMERCE, "number"),
    "tt": Row("tax", "Tax", COMMERCE, "number"),
    "tc": Row("currency", "Currency", COMMERCE),
    "tcc": Row("coupon", "Coupon", COMMERCE),
    "pm": Row("payment_method", "Payment method", COMMERCE),
    "sm": Row("shipping_method", "Shipping method", COMMERCE),
    "icn": Row("items_count", "Number of items", COMMERCE, "number"),
    "in": Row("item_name", "Item", COMMERCE),
    "ip": Row("item_price", "Item's price", COMMERCE, "number"),
    "iq": Row("item_quantity", "Item's quantity", COMMERCE, "number"),
    "ic": Row("item_code", "Item's code", COMMERCE),
    "iv": Row("item_category", "Item's category", COMMERCE),
    "caid": Row("campaign_id", "Campaign ID", EXPERIMENT),
    "vaid": Row("variation_id", "Variation ID", EXPERIMENT),
    "vc": Row("visitor_consent", "Visitor's consent", USER),
    "qa": Row("qa", "QA mode", TECHNICAL),
    "uip": Row(None, "IP address", USER),
    "sr": Row(None, "Screen resolution", TECHNICAL),
    "de": Row(None, "Encoding", TECHNICAL),
    "cst": Row(None, "Time", TECHNICAL),
    "qt": Row(None, "Time in the queue", TECHNICAL),
}
_KINDS = {
    "PAGEVIEW": "pageview",
    "SCREENVIEW": "pageview",
    "SEGMENT": "auxiliary",
    "CONSENT": "auxiliary",
    "VISITOREVENT": "auxiliary",
    "PERFORMANCE": "auxiliary",
    "USAGE": "auxiliary",
    "TROUBLESHOOTING": "auxiliary",
    "ACTIVATE": "event",
}


def _name(event: Any, document: Any) -> str | None:
    """An EVENT is named by its action, a batch by nothing; any other hit by its type."""
    kind = text_at(event, "t")
    return (text_at(event, "ea") or kind) if kind == "EVENT" else None if kind == "BATCH" else kind


def _kind(name: str | None, event: Any) -> str:
    return _KINDS.get(text_at(event, "t") or "", "event" if name else "auxiliary")


def _derive(hit: Hit, event: Any, document: Any) -> None:
    hit.consent = None
    if text_at(event, "t") == "ITEM":
        # Every item of an order carries the order's ID.
        hit.key = None
    segment = event.get("s") if isinstance(event, dict) else None
    if isinstance(segment, dict):
        hit.values["segment"] = segment
    if text_at(event, "t") == "EVENT" and text_at(event, "ea") == "fs_consent":
        said = (text_at(event, "el") or "").rpartition(":")[2]
        hit.consent = {"fs_consent": said == "true"}
        hit.kind = "consent"


_PATHS = PathTable(
    _ROWS,
    (
        Prefix("c.", field=None, label="Campaign {}", group=EXPERIMENT),
        Prefix("s.", field=None, label="Segment {}", group=USER),
        Prefix("cv.", field=None, label="{}", group=USER),
    ),
)
_READ = JsonReader(
    _PATHS, events="h", shared=_PATHS, event=_name, account=("cid",), key="tid", page="dl", identifiers={"visitor_id": "vid", "custom_user_id": "cuid"},
    values=(), kind=_kind, derive=_derive, query=QueryTable(_ROWS),
)  # fmt: skip
_ACTIVATE = JsonReader(
    _PATHS, event=lambda event, document: "activate", account="cid", identifiers={"visitor_id": "vid", "anonymous_id": "aid"}, values=(), kind=lambda name, event: "event",
    events="batch", shared=_PATHS,
)  # fmt: skip


def _account(path: str, wire: Mapping[str, object]) -> str | None:
    steps = path.strip("/").split("/")
    return (steps[1] if steps[0] == "v2" and len(steps) > 1 else steps[0].partition(".")[0]) or None


_CONFIG = LibraryReader("config", account=_account)

VENDOR = Vendor(
    id="ab-tasty",
    name="AB Tasty",
    category="experiment",
    docs=("https://docs.developers.flagship.io/docs/universal-collect", "https://docs.abtasty.com/client-side/tag/tag-description"),
    endpoints=(
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary", account="cid")) for host in ("events.flagship.io", "ariane.abtasty.com") for path in ("/troubleshooting", "/analytics", "/emotionsai")),
        *(Endpoint(host=host) for host in ("ariane.abtasty.com", "events.flagship.io", "*.ariane.abtasty.com")),
        Endpoint(host="decision.flagship.io", path="/v2/activate", decode=_ACTIVATE),
        Endpoint(host="decision.flagship.io", path="/v2/*/events", decode=LibraryReader("auxiliary", account=_account)),
        *(Endpoint(host=host, role="config", decode=LibraryReader("config")) for host in ("api-data-connector.flagship.io", "uc-info.flagship.io")),
        *(Endpoint(host=host, path="/*", role="config", decode=_CONFIG) for host in ("decision.flagship.io", "cdn.flagship.io", "decision-api.flagship.io")),
        *(Endpoint(host=host, role="config", decode=LibraryReader("config")) for host in ("dcinfos-cache.abtasty.com", "dcinfos.abtasty.com", "editor-assets.abtasty.com")),
        Endpoint(host="try.abtasty.com", role="library", decode=LibraryReader(account=_account)),
        Endpoint(host="d1447tq2m68ekg.cloudfront.net", role="library", decode=LibraryReader()),
    ),
    decode=_READ,
    automatic_events=frozenset({"PAGEVIEW", "CAMPAIGN"}),
    automatic_parameters=frozenset({"client_id", "hit_type", "data_source", "visitor_id", "document_location", "document_referrer", "page_title"}),
    examples=(
        {
            "title": "a batch: the page, the campaign and the transaction",
            "request": {
                "url": "https://ariane.abtasty.com/", "method": "POST",
                "body": {
                    "cid": "ab12", "vid": "v1", "dl": "https://shop.example/?utm_source=news", "t": "BATCH",
                    "h": [{"t": "PAGEVIEW"}, {"t": "CAMPAIGN", "caid": "7", "vaid": "9"}, {"t": "TRANSACTION", "tid": "T-1", "tr": "19.98", "tc": "EUR"}],
                },
            },
            "hits": [
                {"kind": "pageview", "event": "PAGEVIEW", "account": "ab12", "campaign": {"utm_source": "news"}, "identifiers": {"visitor_id": "v1"}},
                {"kind": "event", "event": "CAMPAIGN", "values": {"campaign_id": "7", "variation_id": "9"}},
                {"kind": "event", "event": "TRANSACTION", "key": "T-1", "values": {"transaction_id": "T-1", "revenue": 19.98, "currency": "EUR"}},
            ],
        },
        {
            "title": "one event",
            "request": {
                "url": "https://ariane.abtasty.com", "method": "POST",
                "body": {"cid": "ab12", "vid": "v1", "t": "EVENT", "ec": "Action Tracking", "ea": "add_to_cart", "ev": 1},
            },
            "hits": [{"kind": "event", "event": "add_to_cart", "account": "ab12", "values": {"event_category": "Action Tracking", "event_value": 1}}],
        },
        {
            "title": "a decision asked for",
            "request": {"url": "https://decision.flagship.io/v2/env1/campaigns", "method": "POST", "body": {"visitor_id": "v1", "context": {}}},
            "hits": [{"kind": "config", "account": "env1"}],
        },
        {
            "title": "the tag",
            "request": {"url": "https://try.abtasty.com/ab12.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12"}],
        },
        {
            "title": "an order with its items, and what the visitor agreed to",
            "request": {
                "url": "https://ariane.abtasty.com/", "method": "POST",
                "body": {
                    "cid": "ab12", "vid": "v1", "t": "BATCH",
                    "h": [
                        {"t": "TRANSACTION", "tid": "T-1", "ta": "Purchase", "tr": 10, "icn": 2},
                        {"t": "ITEM", "tid": "T-1", "in": "Shirt", "ip": 5, "iq": 1, "ic": "S1"},
                        {"t": "ITEM", "tid": "T-1", "in": "Sock", "ip": 5, "iq": 1, "ic": "S2"},
                        {"t": "EVENT", "ec": "User Engagement", "ea": "fs_consent", "el": "JS:false"},
                        {"t": "SEGMENT", "s": {"plan": "gold"}},
                    ],
                },
            },
            "hits": [
                {"kind": "event", "event": "TRANSACTION", "key": "T-1", "values": {"revenue": 10, "items_count": 2, "affiliation": "Purchase"}},
                {"kind": "event", "event": "ITEM", "key": None, "values": {"item_code": "S1", "item_price": 5}},
                {"event": "ITEM", "key": None},
                {"kind": "consent", "event": "fs_consent", "consent": {"fs_consent": False}},
                {"kind": "auxiliary", "event": "SEGMENT", "values": {"segment": {"plan": "gold"}}},
            ],
        },
        {
            "title": "a flag activated",
            "request": {"url": "https://decision.flagship.io/v2/activate", "method": "POST", "body": {"cid": "env1", "batch": [{"vid": "v1", "caid": "7", "vaid": "9"}]}},
            "hits": [{"kind": "event", "event": "activate", "account": "env1", "values": {"campaign_id": "7", "variation_id": "9"}}],
        },
        {
            "title": "the SDK's own trouble",
            "request": {"url": "https://events.flagship.io/troubleshooting", "method": "POST", "body": {"cid": "env1", "t": "TROUBLESHOOTING"}},
            "hits": [{"kind": "auxiliary", "account": "env1"}],
        },
    ),
    lookalikes=(
        "https://app2.abtasty.com/login",
        "https://www.abtasty.com/",
        "https://shop.example/?u=https%3A%2F%2Fariane.abtasty.com%2F",
        "https://shop.example/?cid=ab12&t=PAGEVIEW",
        "https://ariane.notabtasty.com/",
        "https://ariane.abtasty.com.evil.example/",
    ),
)  # fmt: skip
