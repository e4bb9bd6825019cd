"""GrowthBook: events of its managed warehouse; features are let through.

Documentation: https://docs.growthbook.io/lib/js (SDK), https://docs.growthbook.io/app/managed-warehouse (events), https://docs.growthbook.io/app/api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable
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
        },
        (
            Prefix("properties.", field=None, label="{}", group=PROPERTIES),
            Prefix("properties_json.", field=None, label="{}", group=PROPERTIES),
        ),
    ),
    event="event_name",
    page="url",
    key="uuid",
    identifiers={"user_id": "user_id", "device_id": "device_id", "session_id": "session_id"},
    values=("properties", "properties_json"),
    query=QueryTable({"client_key": Row("client_key", "Client key", GENERAL)}),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        found: Any = hit.values.get("client_key")
        hit.account = str(found) if found else None
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
        *(Endpoint(host=host, path="/track") for host in ("*.gb-ingest.com",)),
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
            "title": "features",
            "request": {"url": "https://cdn.growthbook.io/api/features/sdk-1"},
            "hits": [{"kind": "config", "account": "sdk-1"}],
        },
    ),
    lookalikes=("https://shop.example/track?client_key=sdk-1", "https://us1.notgb-ingest.com/track", "https://cdn.growthbook.io.evil.example/api/features/sdk-1"),
)  # fmt: skip
