"""OpenAI Ads pixel (image tag).

Documentation: https://developers.openai.com/ads/image-tag, https://developers.openai.com/ads/supported-events. Amounts are in minor units, as
documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

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
        "st": Row(None, "Sent by", "Technical"),
        "sv": Row(None, "Script version", "Technical"),
        "t": Row(None, "Time", "Technical"),
        "ec": Row(None, "Number of events", "Technical"),
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
    kind=lambda name, event: (
        "pageview" if name == "page_viewed" else "auxiliary" if name is None or name.startswith(("openai::", "oai::")) else "event"
    ),
    query=_TABLE,
    derive=lambda hit, event, document: _derive(hit, event, document),
)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    hit.account = next((str(each.value) for each in hit.parameters if each.name == "pid"), None)
    refused = at(event, "opt_out")
    if isinstance(refused, bool):
        hit.consent = {"opt_out": refused}
    for path in ("user.in", "user.fm", "user"):
        said = at(event, path) or at(document, path)
        for name, value in said.items() if isinstance(said, dict) else ():
            first = value[0] if isinstance(value, list) and value else value
            if isinstance(first, str) and first:
                hit.identifiers.setdefault(name, first)


def _decode(request: CapturedRequest) -> list[Hit]:
    """The script posts events as a server does; an image's query is one event."""
    return _SERVER(request) if isinstance(at(read_body(request).value, "events"), list) else _READ(request)


VENDOR = Vendor(
    id="openai-ads",
    name="OpenAI Ads",
    category="advertising",
    docs=("https://developers.openai.com/ads/image-tag", "https://developers.openai.com/ads/conversions-api"),
    endpoints=(
        Endpoint(host="bzr.openai.com", path="/v1/sdk/events"),
        Endpoint(host="bzr.openai.com", path="/v1/events", decode=_SERVER),
        Endpoint(host="bzr.openai.com", path="/v1/obi/sync", decode=LibraryReader("auxiliary")),
        Endpoint(host="bzrcdn.openai.com", path="/sdk/*", role="library"),
    ),
    decode=_decode,
    automatic_events=frozenset({"openai::sdk_init", "oai::diagnostic"}),
    examples=(
        {
            "title": "an order as an image",
            "request": {"url": "https://bzr.openai.com/v1/sdk/events?pid=p-1&event=order_created&event_id=e-1&data[type]=contents&data[amount]=1998&data[currency]=USD"},
            "hits": [
                {"kind": "event", "event": "order_created", "account": "p-1", "key": "e-1", "values": {"amount": 1998, "currency": "USD", "type": "contents"}},
            ],
        },
        {
            "title": "events of the script",
            "request": {
                "url": "https://bzr.openai.com/v1/sdk/events?pid=p-1&st=oaiq-web&sv=1.2.0&t=1795318940362&ec=3", "method": "POST",
                "body": {
                    "obref": "r-1",
                    "user": {"in": {"eid": "ab12", "em": ["cd34"]}},
                    "events": [
                        {"type": "openai::sdk_init", "id": "e-0", "timestamp_ms": 1795318940000},
                        {"type": "page_viewed", "id": "e-1", "timestamp_ms": 1795318940100, "source_url": "https://shop.example/?utm_source=chatgpt.com", "opt_out": False, "data": {"type": "contents"}},
                        {"type": "order_created", "id": "e-2", "timestamp_ms": 1795318940200, "data": {"type": "contents", "amount": 1998, "currency": "USD", "contents": [{"id": "A", "quantity": 1}]}},
                    ],
                },
            },
            "hits": [
                {"kind": "auxiliary", "event": "openai::sdk_init", "account": "p-1"},
                {"kind": "pageview", "event": "page_viewed", "account": "p-1", "key": "e-1", "campaign": {"utm_source": "chatgpt.com"}, "identifiers": {"eid": "ab12", "em": "cd34"}},
                {"kind": "event", "event": "order_created", "key": "e-2", "event_time": 1795318940.2, "values": {"amount": 1998, "currency": "USD", "contents": [{"id": "A", "quantity": 1}]}},
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
