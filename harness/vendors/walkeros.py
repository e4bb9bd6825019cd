"""walkerOS: events of the API destination, to an endpoint of the site's own.

Wire format: https://www.elbwalker.com/docs/core/event-model (events), https://www.elbwalker.com/docs/destinations/web/api (the destination),
https://www.elbwalker.com/docs/collector/consent (consent).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "name": Row(None, "Event", "General"),
        "event": Row(None, "Event", "General"),
        "id": Row(None, "Event ID", "Technical"),
        "entity": Row(None, "Entity", "General"),
        "action": Row(None, "Action", "General"),
        "trigger": Row("trigger", "Trigger", "General"),
        "timestamp": Row(None, "Time", "Technical"),
        "timing": Row(None, "Seconds since the page began", "Technical"),
        "group": Row(None, "Page view ID", "Technical"),
        "count": Row(None, "Number on the page", "Technical"),
        "user.id": Row(None, "User ID", "User"),
        "user.device": Row(None, "Device ID", "User"),
        "user.session": Row(None, "Session ID", "User"),
        "source.id": Row(None, "Page address", "Page"),
        "source.url": Row(None, "Page address", "Page"),
        "source.referrer": Row(None, "Referrer", "Page"),
        "source.trace": Row(None, "Trace ID", "Technical"),
        "source.previous_id": Row(None, "Previous page", "Page"),
    },
    (
        Prefix("data.", field=None, label="{}", group="Data"),
        Prefix("context.", field=None, label="{}", group="Context"),
        Prefix("globals.", field=None, label="{}", group="Globals"),
        Prefix("custom.", field=None, label="{}", group="Custom"),
        Prefix("nested", field=None, group="Nested"),
        Prefix("consent.", field=None, label="{}", group="Consent"),
        Prefix("user.", field=None, label="{}", group="User"),
    ),
)
_CORE = frozenset(("entity", "action", "trigger", "timing", "globals", "nested"))


def _derive(hit: Hit, event: Any, document: Any) -> None:
    consent = at(event, "consent")
    if isinstance(consent, dict) and consent:
        hit.consent = dict(consent)
    nested = at(event, "nested")
    if isinstance(nested, list) and nested:
        hit.values.setdefault("nested", nested)


_READ = JsonReader(
    _TABLE,
    events="batch",
    event=("name", "event"),
    key="id",
    page=("source.url", "source.id", "globals.url"),
    time="timestamp",
    identifiers={"user_id": "user.id", "device_id": "user.device", "session_id": "user.session"},
    values=("data", "globals", "custom"),
    kind=lambda name, event: "pageview" if name == "page view" else kind_of(name),
    derive=_derive,
)


def _is_walker(request: CapturedRequest) -> bool:
    """Told by the event model's own keys together: entity, action, trigger, timing, globals, nested."""
    document = read_body(request).value
    batch = document.get("batch") if isinstance(document, dict) else document
    first = batch[0] if isinstance(batch, list) and batch else document
    return (
        isinstance(first, dict)
        and len(_CORE.intersection(first)) >= 5
        and text_at(first, "entity") is not None
        and text_at(first, "action") is not None
    )


VENDOR = Vendor(
    id="walkeros",
    name="walkerOS",
    category="analytics",
    docs=("https://www.elbwalker.com/docs/core/event-model", "https://www.elbwalker.com/docs/destinations/web/api",),
    endpoints=(
        *(Endpoint(host="*", path=path, recognise=_is_walker) for path in ("*/collect", "*/events", "*/event", "*/walker", "*/walkeros", "*/track", "*/api")),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"trigger"}),
    examples=(
        {
            "title": "an order",
            "request": {
                "url": "https://data.shop.example/collect", "method": "POST",
                "body": {
                    "name": "order complete", "data": {"id": "T-1", "total": 19.98}, "context": {}, "globals": {"lang": "en"}, "custom": {}, "user": {"id": "u1", "device": "d1"},
                    "nested": [{"entity": "product", "data": {"id": "S1"}}], "consent": {"marketing": False}, "id": "1795318940000-x-1", "trigger": "load", "entity": "order", "action": "complete",
                    "timestamp": 1795318940000, "timing": 1.2, "group": "g", "count": 1, "source": {"type": "web", "id": "https://shop.example/?utm_source=x"},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "order complete", "key": "1795318940000-x-1", "event_time": 1795318940.0, "consent": {"marketing": False}, "campaign": {"utm_source": "x"},
                    "values": {"id": "T-1", "total": 19.98, "lang": "en", "nested": [{"entity": "product", "data": {"id": "S1"}}]}, "identifiers": {"user_id": "u1", "device_id": "d1"},
                }
            ],
        },
        {
            "title": "a batch of version 4",
            "request": {
                "url": "https://data.shop.example/collect", "method": "POST",
                "body": [
                    {
                        "name": "product add", "data": {"id": "S1", "price": 9.99}, "context": {"shopping": ["detail", 0]}, "globals": {}, "custom": {}, "user": {"session": "s1"}, "nested": [], "consent": {"functional": True},
                        "id": "b7ad6b7169203331", "trigger": "click", "entity": "product", "action": "add", "timestamp": 1795318940000, "timing": 3.1,
                        "source": {"type": "browser", "schema": "4", "count": 2, "trace": "0af7651916cd43dd8448eb211c80319c", "url": "https://shop.example/?utm_source=x", "referrer": ""},
                    }
                ],
            },
            "hits": [{"kind": "event", "event": "product add", "key": "b7ad6b7169203331", "campaign": {"utm_source": "x"}, "values": {"price": 9.99}, "identifiers": {"session_id": "s1"}, "consent": {"functional": True}}],
        },
        {
            "title": "a page view of version 3",
            "request": {"url": "https://shop.example/walker", "method": "POST", "body": {"event": "page view", "data": {"title": "Shop"}, "globals": {}, "nested": [], "trigger": "load", "entity": "page", "action": "view", "timing": 0.5}},
            "hits": [{"kind": "pageview", "event": "page view", "values": {"title": "Shop"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/collect",
        "https://shop.example/walker",
        "https://www.walkeros.io/docs/",
        {"url": "https://shop.example/collect", "method": "POST", "body": {"entity": "page", "action": "view"}}, {"url": "https://shop.example/events", "method": "POST", "body": {"events": [{"name": "x"}]}},
    ),
)  # fmt: skip
