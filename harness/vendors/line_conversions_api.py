"""LINE Conversion API: page views and conversions that a server sends to a LINE Tag, a JSON list of them.

Wire format: https://conversion-api-docs.linebiz.com/en/, https://github.com/line/line-conversion-api-server-tag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.conversions import identify, of_account
from harness.decode.document import PathTable, at, text_at
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.decode.hit import Hit


def _derive(hit: Hit, event: Any, document: Any) -> None:
    identify(hit, at(event, "user"), ("line_uid", "click_id", "browser_id", "email", "phone", "ifa", "external_id"))
    if "click_id" in hit.identifiers:
        hit.campaign.setdefault("ldtag_cl", hit.identifiers["click_id"])


def _kind(name: str | None, event: Any) -> str:
    return "pageview" if text_at(event, "event.event_type") == "page_view" else "event" if name else "auxiliary"


_READ = JsonReader(
    PathTable(
        {
            "event.event_type": Row(None, "Event type", "General"),
            "event.event_name": Row(None, "Event", "General"),
            "event.deduplication_key": Row(None, "Deduplication key", "General"),
            "event.event_timestamp": Row(None, "Event time", "General"),
            "event.source_type": Row("source_type", "Source", "General"),
            "event.test_flag": Row("test_flag", "Test", "Technical"),
            "web.url": Row("url", "Page address", "Page"),
            "web.referrer": Row("referrer", "Referrer", "Page"),
            "web.title": Row("title", "Page title", "Page"),
            "custom.value": Row("value", "Value", "E-commerce", "number"),
            "custom.currency": Row("currency", "Currency", "E-commerce"),
        },
        (Prefix("custom.", field=None, label="{}", group="E-commerce"), Prefix("user.", field=None, label="{}", group="User"), Prefix("web.", field=None, label="{}", group="Page")),
    ),
    event=("event.event_name", "event.event_type"),
    key="event.deduplication_key",
    page="web.url",
    time="event.event_timestamp",
    values=("custom",),
    kind=_kind,
    derive=_derive,
)  # fmt: skip

VENDOR = Vendor(
    id="line-conversions-api",
    name="LINE Conversion API",
    category="server-side",
    docs=("https://conversion-api-docs.linebiz.com/en/", "https://github.com/line/line-conversion-api-server-tag"),
    endpoints=(Endpoint(host="conversion-api.tr.line.me", path="/v1/*/events"),),
    decode=of_account(_READ, "v1"),
    examples=(
        {
            "title": "a page view and a purchase",
            "request": {
                "url": "https://conversion-api.tr.line.me/v1/1a2b3c4d-0000-1111-2222-333344445555/events", "method": "POST", "headers": {"X-Line-TagAccessToken": "t"},
                "body": [
                    {"event": {"source_type": "web", "event_type": "page_view", "deduplication_key": "p1", "event_timestamp": 1795318940}, "user": {"browser_id": "b1"}, "web": {"url": "https://shop.example/"}},
                    {
                        "event": {"source_type": "web", "event_type": "conversion", "event_name": "Purchase", "deduplication_key": "T-1", "event_timestamp": 1795318941},
                        "user": {"click_id": "c1", "email": "hash"}, "web": {"url": "https://shop.example/thanks", "title": "Thanks"},
                        "custom": {"value": 4980, "currency": "JPY", "quantity": 2, "item_ids": ["S1", "S2"]},
                    },
                ],
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page_view", "account": "1a2b3c4d-0000-1111-2222-333344445555", "key": "p1", "page_url": "https://shop.example/",
                    "identifiers": {"browser_id": "b1"}, "event_time": 1795318940.0,
                },
                {
                    "kind": "event", "event": "Purchase", "key": "T-1", "identifiers": {"click_id": "c1", "email": "hash"}, "campaign": {"ldtag_cl": "c1"},
                    "values": {"value": 4980, "currency": "JPY", "quantity": 2, "item_ids": ["S1", "S2"]},
                },
            ],
        },
        {
            "title": "a conversion as the tag template of a tag manager's server sends it",
            "request": {
                "url": "https://conversion-api.tr.line.me/v1/1a2b/events", "method": "POST",
                "body": [{"event": {"source_type": "web", "event_type": "conversion", "event_name": "Conversion", "deduplication_key": "k", "event_timestamp": 1795318940.362}, "user": {}, "web": {}}],
            },
            "hits": [{"kind": "event", "event": "Conversion", "account": "1a2b", "key": "k", "event_time": 1795318940.362}],
        },
    ),
    lookalikes=(
        "https://shop.example/v1/1a2b/events",
        "https://conversion-api.tr.line.me.evil.example/v1/1a2b/events",
        "https://notconversion-api.tr.line.me/v1/1a2b/events",
        "https://conversion-api.tr.line.me/v1/1a2b/status",
        "https://conversion-api-docs.linebiz.com/en/",
        "https://shop.example/?u=https%3A%2F%2Fconversion-api.tr.line.me%2Fv1%2F1a2b%2Fevents",
    ),
)  # fmt: skip
