"""Reddit Conversions API, versions 2 and 3: events that a server sends to a pixel.

Wire format: https://ads-api.reddit.com/docs/v2/#tag/Conversions (version 2),
https://ads-api.reddit.com/docs/v3/operations/Post%20Conversion%20Events (version 3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.conversions import identify, of_account
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit, Parameter

_TABLE = PathTable(
    {
        "event_at": Row(None, "Event time", "General"),
        "event_type.tracking_type": Row(None, "Event", "General"),
        "event_type.custom_event_name": Row(None, "Custom event", "General"),
        "type.tracking_type": Row(None, "Event", "General"),
        "type.custom_event_name": Row(None, "Custom event", "General"),
        "click_id": Row(None, "Click ID", "User"),
        "event_metadata.value_decimal": Row("value_decimal", "Value", "E-commerce", "number"),
        "event_metadata.value": Row("value", "Value (hundredths)", "E-commerce", "number"),
        "event_metadata.item_count": Row("item_count", "Number of items", "E-commerce", "number"),
        "metadata.value": Row("value", "Value", "E-commerce", "number"),
        "metadata.item_count": Row("item_count", "Number of items", "E-commerce", "number"),
        "action_source": Row("action_source", "Action source", "General"),
    },
    (
        Prefix("event_metadata.", field=None, label="{}", group="E-commerce"),
        Prefix("metadata.", field=None, label="{}", group="E-commerce"),
        Prefix("user.", field=None, label="{}", group="User"),
    ),
)


_AROUND = PathTable(
    {
        "partner": Row(None, "Partner", "Technical"),
        "partner_version": Row(None, "Partner's version", "Technical"),
        "test_mode": Row(None, "Test", "Technical"),
        "test_id": Row(None, "Test", "Technical"),
    }
)


def _name(event: Any, document: Any) -> str | None:
    return next(
        (
            found
            for path in ("event_type.custom_event_name", "type.custom_event_name", "event_type.tracking_type", "type.tracking_type")
            if (found := text_at(event, path))
        ),
        None,
    )


def _derive(hit: Hit, event: Any, document: Any) -> None:
    identify(hit, at(event, "user"), ("email", "external_id", "idfa", "aaid", "uuid", "phone_number", "ip_address"))
    identify(hit, event, ("click_id",))
    options = at(event, "user.data_processing_options")
    if isinstance(options, dict) and options:
        hit.consent = {"data_processing_options": options}
    if "click_id" in hit.identifiers:
        hit.campaign.setdefault("rdt_cid", hit.identifiers["click_id"])


_READ = JsonReader(
    _TABLE,
    events=lambda document: at(document, "events") if at(document, "events") is not None else at(document, "data.events"),
    event=_name,
    key=("event_metadata.conversion_id", "metadata.conversion_id"),
    time="event_at",
    values=("event_metadata", "metadata"),
    kind=lambda name, event: "pageview" if name in ("PageVisit", "PAGE_VISIT") else kind_of(name),
    derive=_derive,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    payload = read_body(request)
    around: list[Parameter] = []
    for document, notes in payload.documents:
        events = at(document, "events")
        inner = at(document, "data")
        if isinstance(events, list) and events:
            around += _AROUND.read(document, notes, without=frozenset(("events",)))
        elif isinstance(inner, dict) and isinstance(inner.get("events"), list) and inner["events"]:
            around += _AROUND.read(document, notes, without=frozenset(("data",)))
            around += _AROUND.read(inner, notes, without=frozenset(("events",)))
    for hit in hits if around else ():
        hit.parameters = [*around, *hit.parameters]
    return hits


VENDOR = Vendor(
    id="reddit-conversions-api",
    name="Reddit Conversions API",
    category="server-side",
    docs=("https://ads-api.reddit.com/docs/v2/#tag/Conversions", "https://ads-api.reddit.com/docs/v3/operations/Post%20Conversion%20Events"),
    endpoints=(
        Endpoint(host="ads-api.reddit.com", path="/api/v2.0/conversions/events/*"),
        Endpoint(host="ads-api.reddit.com", path="/api/v3/pixels/*/conversion_events"),
    ),
    decode=of_account(_decode, "pixels", "events"),
    examples=(
        {
            "title": "a purchase, version 2",
            "request": {
                "url": "https://ads-api.reddit.com/api/v2.0/conversions/events/a2_abc", "method": "POST",
                "body": {
                    "test_mode": False,
                    "events": [
                        {
                            "event_at": "2026-11-22T03:42:20Z", "event_type": {"tracking_type": "Purchase"}, "click_id": "rc1", "user": {"email": "hash"},
                            "event_metadata": {"value_decimal": 19.98, "currency": "EUR", "item_count": 2, "conversion_id": "T-1", "products": [{"id": "S1"}]},
                        }
                    ],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "Purchase", "account": "a2_abc", "key": "T-1", "identifiers": {"email": "hash", "click_id": "rc1"},
                    "values": {"value_decimal": 19.98, "currency": "EUR", "item_count": 2, "products": [{"id": "S1"}]}, "campaign": {"rdt_cid": "rc1"},
                    "parameters": {"test_mode": False},
                }
            ],
        },
        {
            "title": "two events, with limited use of data",
            "request": {
                "url": "https://ads-api.reddit.com/api/v2.0/conversions/events/t2_x", "method": "POST",
                "body": {
                    "partner": "SEGMENT",
                    "events": [
                        {"event_at": "2026-11-22T03:42:20Z", "event_type": {"tracking_type": "PageVisit"}, "user": {"data_processing_options": {"modes": ["LDU"], "country": "US", "region": "CA"}}},
                        {"event_at": "2026-11-22T03:42:21Z", "event_type": {"tracking_type": "Custom", "custom_event_name": "quiz"}, "user": {"uuid": "u1"}},
                    ],
                },
            },
            "hits": [
                {"kind": "pageview", "event": "PageVisit", "account": "t2_x", "consent": {"data_processing_options": {"modes": ["LDU"]}}, "parameters": {"partner": "SEGMENT"}},
                {"kind": "event", "event": "quiz", "account": "t2_x", "identifiers": {"uuid": "u1"}},
            ],
        },
        {
            "title": "a custom event, version 3",
            "request": {
                "url": "https://ads-api.reddit.com/api/v3/pixels/a2_abc/conversion_events", "method": "POST",
                "body": {"data": {"test_id": "t", "events": [{"event_at": 1795318940000, "action_source": "WEBSITE", "type": {"tracking_type": "CUSTOM", "custom_event_name": "demo"}, "metadata": {"conversion_id": "c1"}}]}},
            },
            "hits": [{"kind": "event", "event": "demo", "account": "a2_abc", "key": "c1", "event_time": 1795318940.0}],
        },
    ),
    lookalikes=("https://shop.example/api/v2.0/conversions/events/a2_abc", "https://ads-api.reddit.com.evil.example/api/v2.0/conversions/events/x", "https://ads-api.reddit.com/api/v3/me", "https://notads-api.reddit.com/api/v2.0/conversions/events/x", "https://shop.example/?u=https%3A%2F%2Fads-api.reddit.com%2Fapi%2Fv3%2Fpixels%2Fa%2Fconversion_events"),
)  # fmt: skip
