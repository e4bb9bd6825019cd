"""OpenAI Ads pixel (image tag).

Documentation: https://developers.openai.com/ads/image-tag, https://developers.openai.com/ads/supported-events. Amounts are in minor units, as
documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERAL, COMMERCE, USER = "General", "E-commerce", "User"
_TABLE = QueryTable(
    {
        "pid": Row("pid", "Pixel ID", GENERAL),
        "event": Row("event", "Event", GENERAL),
        "event_id": Row("event_id", "Event ID (deduplication)", GENERAL),
        "id": Row("event_id", "Event ID (deduplication)", GENERAL),
        "custom_event_name": Row("custom_event_name", "Custom event name", GENERAL),
        "source_url": Row("source_url", "Page address", "Page"),
        "data[type]": Row("type", "Kind of data", GENERAL),
        "data[amount]": Row("amount", "Amount (minor units)", COMMERCE, "number"),
        "data[currency]": Row("currency", "Currency", COMMERCE),
        "data[contents]": Row("contents", "Products", COMMERCE, "json"),
        "oppref": Row("oppref", "Click ID", USER),
        "opt_out": Row(None, "Opted out", "Consent"),
    },
    (Prefix("data[", "]", label="{}", group=COMMERCE),),
)


def _event(values: Mapping[str, Any]) -> str | None:
    event = values.get("event")
    if event == "custom":
        event = values.get("custom_event_name") or event
    return str(event) if event else None


_READ = QueryReader(
    _TABLE,
    event=_event,
    account="pid",
    key="event_id",
    page="source_url",
    identifiers=("oppref",),
    kind=lambda event: "auxiliary" if not event else "pageview" if event in ("page_viewed", "page_view") else "event",
    consent=lambda wire: {"opt_out": wire["opt_out"]} if wire.get("opt_out") else None,
)
_SERVER = JsonReader(
    {
        "id": Row("event_id", "Event ID (deduplication)", GENERAL),
        "type": Row(None, "Event", GENERAL),
        "data.amount": Row("amount", "Amount (minor units)", COMMERCE, "number"),
        "data.currency": Row("currency", "Currency", COMMERCE),
    },
    events="events",
    event=("custom_event_name", "type"),
    account=None,
    key="id",
    page="source_url",
    time="timestamp_ms",
    identifiers={"oppref": "oppref"},
    values=("data",),
    kind=lambda name, event: "pageview" if name == "page_viewed" else "event",
    query=_TABLE,
    derive=lambda hit, event, document: setattr(
        hit, "account", next((str(each.value) for each in hit.parameters if each.name == "pid"), None)
    ),
)

VENDOR = Vendor(
    id="openai-ads",
    name="OpenAI Ads",
    category="advertising",
    docs=("https://developers.openai.com/ads/image-tag", "https://developers.openai.com/ads/conversions-api"),
    endpoints=(
        Endpoint(host="bzr.openai.com", path="/v1/sdk/events"),
        Endpoint(host="bzr.openai.com", path="/v1/events", decode=_SERVER),
        Endpoint(host="bzrcdn.openai.com", path="/sdk/*", role="library"),
    ),
    decode=_READ,
    examples=(
        {
            "title": "an order as an image",
            "request": {"url": "https://bzr.openai.com/v1/sdk/events?pid=p-1&event=order_created&event_id=e-1&data[type]=contents&data[amount]=1998&data[currency]=USD"},
            "hits": [
                {"kind": "event", "event": "order_created", "account": "p-1", "key": "e-1", "values": {"amount": 1998, "currency": "USD", "type": "contents"}},
            ],
        },
        {
            "title": "events from a server",
            "request": {
                "url": "https://bzr.openai.com/v1/events?pid=p-1",
                "method": "POST",
                "body": {
                    "events": [
                        {
                            "id": "e-1", "type": "order_created", "timestamp_ms": 1700000000000, "source_url": "https://shop.example/",
                            "data": {"type": "contents", "amount": 1998, "currency": "USD"},
                        }
                    ]
                },
            },
            "hits": [{"event": "order_created", "account": "p-1", "key": "e-1", "event_time": 1700000000.0, "values": {"amount": 1998}}],
        },
    ),
    lookalikes=(
        "https://shop.example/v1/sdk/events?pid=p-1&event=order_created",
        "https://bzr.openai.com.evil.example/v1/sdk/events?pid=1",
        "https://notbzr.openai.com/v1/sdk/events?pid=1",
        "https://api.openai.com/v1/events",
    ),
)  # fmt: skip
