"""GrowthBook: events of its managed warehouse; features are let through.

Documentation: https://docs.growthbook.io/lib/js (SDK), https://docs.growthbook.io/app/managed-warehouse (events), https://docs.growthbook.io/app/api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PROPERTIES, USER = "General", "Properties", "User"
_READ = JsonReader(
    PathTable(
        {
            "event_name": Row(None, "Event", GENERAL),
            "user_id": Row("user_id", "User ID", USER),
            "device_id": Row("device_id", "Device ID", USER),
            "url": Row("url", "Page address", GENERAL),
            "page_title": Row("page_title", "Page title", GENERAL),
            "session_id": Row(None, "Session ID", USER),
            "page_id": Row(None, "Page ID", USER),
            "sdk_language": Row(None, "SDK", "Technical"),
            "sdk_version": Row(None, "SDK's version", "Technical"),
            **{
                f"utm_{name}": Row(f"utm_{name}", f"Campaign {name}", "Campaign")
                for name in ("source", "medium", "campaign", "content", "term")
            },
        },
        (
            Prefix("properties.", field=None, label="{}", group=PROPERTIES),
            Prefix("properties_json.", field=None, label="{}", group=PROPERTIES),
            Prefix("context_json.", field=None, label="{}", group="Attributes"),
        ),
    ),
    event="event_name",
    page="url",
    key="uuid",
    identifiers={"user_id": "user_id", "device_id": "device_id", "session_id": "session_id"},
    values=("properties", "properties_json"),
    query=QueryTable({"client_key": Row("client_key", "Client key", GENERAL)}),
)


_CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")


def _is_growthbook(request: CapturedRequest) -> bool:
    """Told at an ingestor of the site's own by the client key, and events that name themselves and GrowthBook's SDK language."""
    events = read_body(request).value if "client_key=" in request.url else None
    return (
        isinstance(events, list) and bool(events) and all(text_at(each, "event_name") and text_at(each, "sdk_language") for each in events)
    )


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        found: Any = hit.values.get("client_key")
        hit.account = str(found) if found else None
        for name in _CAMPAIGN:
            if hit.values.get(name):
                hit.campaign[name] = str(hit.values[name])
        if hit.event == "Page View":
            hit.kind = "pageview"
    return hits


def _key(path: str, wire: Mapping[str, Any]) -> str | None:
    return path.rpartition("/")[2] or None


VENDOR = Vendor(
    id="growthbook",
    name="GrowthBook",
    category="experiment",
    docs=("https://docs.growthbook.io/lib/js", "https://docs.growthbook.io/app/managed-warehouse"),
    endpoints=(
        Endpoint(host="*.gb-ingest.com", path="/track"),
        Endpoint(host="*", path="*/track", recognise=_is_growthbook),
        *(Endpoint(host="cdn.growthbook.io", path=path, role="config", decode=LibraryReader("config", account=_key)) for path in ("/api/features/*", "/api/eval/*", "/sub/*")),
    ),
    decode=_decode,
    automatic_events=frozenset({"Experiment Viewed", "Feature Evaluated", "Page View"}),
    examples=(
        {
            "title": "an experiment viewed",
            "request": {
                "url": "https://us1.gb-ingest.com/track?client_key=sdk-1", "method": "POST",
                "body": [{"event_name": "Experiment Viewed", "user_id": "u1", "url": "https://shop.example/", "properties": {"experimentId": "e1", "variationId": "1"}}, {"event_name": "Page View"}],
            },
            "hits": [
                {"kind": "event", "event": "Experiment Viewed", "account": "sdk-1", "values": {"experimentId": "e1"}, "identifiers": {"user_id": "u1"}},
                {"kind": "pageview", "event": "Page View"},
            ],
        },
        {
            "title": "events as the SDK sends them, to an ingestor of the site's own",
            "request": {
                "url": "https://gb.shop.example/track?client_key=sdk-1", "method": "POST", "headers": {"Content-Type": "text/plain"},
                "body": [
                    {
                        "event_name": "Feature Evaluated", "properties_json": {"feature": "f1", "value": "on"}, "user_id": None, "device_id": "d1", "page_id": "p1", "session_id": "s1",
                        "utm_source": "news", "sdk_language": "js", "sdk_version": "1.8.0", "url": "https://shop.example/", "context_json": {"browser": "chrome"},
                    }
                ],
            },
            "hits": [
                {
                    "kind": "event", "event": "Feature Evaluated", "account": "sdk-1", "values": {"feature": "f1"}, "campaign": {"utm_source": "news"},
                    "identifiers": {"device_id": "d1", "session_id": "s1"}, "page_url": "https://shop.example/",
                }
            ],
        },
        {
            "title": "features",
            "request": {"url": "https://cdn.growthbook.io/api/features/sdk-1"},
            "hits": [{"kind": "config", "account": "sdk-1"}],
        },
    ),
    lookalikes=("https://shop.example/track?client_key=sdk-1", "https://us1.notgb-ingest.com/track", {"url": "https://shop.example/track?client_key=a", "method": "POST", "body": [{"event_name": "x"}]}, "https://app.growthbook.io/features", "https://cdn.growthbook.io.evil.example/api/features/sdk-1"),
)  # fmt: skip
