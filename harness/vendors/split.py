"""Split (Harness Feature Management): events, impressions and the SDK's own figures; definitions are let through.

Documentation: https://help.split.io/hc/en-us/articles/360020585772 (events), https://help.split.io/hc/en-us/articles/360020448791 (JavaScript SDK),
https://docs.split.io/reference/events-overview (events API), https://help.split.io/hc/en-us/articles/360006954331 (hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PROPERTIES, IMPRESSION, USER, TECHNICAL = "General", "Properties", "Impression", "User", "Technical"
_SHARED = PathTable({"token": Row(None, "SDK key", GENERAL), "sdk": Row(None, "SDK", TECHNICAL)})
_EVENTS = JsonReader(
    PathTable(
        {
            "eventTypeId": Row(None, "Event", GENERAL), "trafficTypeName": Row("trafficTypeName", "Traffic type", GENERAL), "value": Row("value", "Value", GENERAL),
            "key": Row(None, "Key", USER), "timestamp": Row(None, "Time", TECHNICAL), "environmentName": Row("environmentName", "Environment", GENERAL),
        },
        (Prefix("properties.", field=None, label="{}", group=PROPERTIES),),
    ),
    events="entries", shared=_SHARED, event="eventTypeId", account="token", time="timestamp", identifiers={"key": "key"}, values=("properties",),
)  # fmt: skip
_IMPRESSIONS = PathTable(
    {
        "f": Row("feature_flag", "Feature flag", IMPRESSION), "i[].k": Row(None, "Key", USER), "i[].t": Row(None, "Treatment", IMPRESSION), "i[].m": Row(None, "Time", TECHNICAL),
        "i[].r": Row(None, "Rule", IMPRESSION), "i[].c": Row(None, "Change number", TECHNICAL), "i[].b": Row(None, "Bucketing key", USER),
    }
)  # fmt: skip


def _treatments(hit: Hit, event: Any, document: Any) -> None:
    shown = at(event, "i")
    if isinstance(shown, list):
        treatments = [text for each in shown if (text := text_at(each, "t"))]
        if treatments:
            hit.values["treatment"] = treatments[0]
            hit.values["treatments"] = treatments
        for each in shown:
            if key := text_at(each, "k"):
                hit.identifiers.setdefault("key", key)


_SHOWN = JsonReader(
    _IMPRESSIONS, events="entries", shared=_SHARED, event=lambda event, document: "impression" if text_at(event, "f") else None, account="token",
    time=lambda event, document: text_at(event["i"][0], "m") if isinstance(at(event, "i"), list) and event["i"] else None, values=(), derive=_treatments,
)  # fmt: skip
_FIGURES = LibraryReader("auxiliary", account="token")


def _decode(request: CapturedRequest) -> list[Hit]:
    path = split_url(request.url).path
    if "/count" in path or not read_body(request).documents:
        hits = _FIGURES(request)
    else:
        hits = (_SHOWN if "testImpressions" in path else _EVENTS)(request)
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    for hit in hits:
        hit.account = hit.account or (token.strip() or None if scheme.lower() == "bearer" else None)
    return hits


VENDOR = Vendor(
    id="split",
    name="Split",
    category="experiment",
    docs=("https://help.split.io/hc/en-us/articles/360020585772", "https://help.split.io/hc/en-us/articles/360020448791"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("events.split.io", "api.split.io") for path in ("/api/events", "/api/events/*", "/api/testImpressions/*")),
        Endpoint(host="telemetry.split.io", decode=_FIGURES),
        *(Endpoint(host=host, role="config", decode=LibraryReader("config")) for host in ("sdk.split.io", "auth.split.io", "streaming.split.io", "configs.split.io")),
        Endpoint(host="cdn.split.io", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_events=frozenset({"impression"}),
    examples=(
        {
            "title": "events",
            "request": {
                "url": "https://events.split.io/api/events/bulk", "method": "POST", "headers": {"Authorization": "Bearer tok1"},
                "body": [
                    {"eventTypeId": "page_load", "trafficTypeName": "user", "value": 1.5, "timestamp": 1673729811404, "key": "u1", "properties": {"plan": "x"}},
                    {"eventTypeId": "checkout", "trafficTypeName": "user", "key": "u1"},
                ],
            },
            "hits": [
                {"kind": "event", "event": "page_load", "account": "tok1", "event_time": 1673729811.404, "values": {"plan": "x", "value": 1.5}, "identifiers": {"key": "u1"}},
                {"kind": "event", "event": "checkout"},
            ],
        },
        {
            "title": "impressions in a beacon",
            "request": {
                "url": "https://events.split.io/api/testImpressions/beacon", "method": "POST",
                "body": {"entries": [{"f": "new_checkout", "i": [{"k": "u1", "t": "on", "m": 1673729811404, "c": 1, "r": "default"}]}], "token": "tok1", "sdk": "javascript-1"},
            },
            "hits": [
                {"kind": "event", "event": "impression", "account": "tok1", "event_time": 1673729811.404, "values": {"feature_flag": "new_checkout", "treatment": "on"}, "identifiers": {"key": "u1"}}
            ],
        },
        {
            "title": "counts of impressions",
            "request": {"url": "https://events.split.io/api/testImpressions/count/beacon", "method": "POST", "body": {"entries": {"pf": [{"f": "a", "m": 1, "rc": 2}]}, "token": "tok1"}},
            "hits": [{"kind": "auxiliary", "account": "tok1"}],
        },
        {
            "title": "definitions",
            "request": {"url": "https://sdk.split.io/api/splitChanges?s=1.3&since=-1"},
            "hits": [{"kind": "config"}],
        },
    ),
    lookalikes=(
        "https://shop.example/api/events/bulk",
        "https://events.notsplit.io/api/events/bulk",
        "https://events.split.io.evil.example/api/events/bulk",
        "https://help.split.io/hc",
    ),
)  # fmt: skip
