"""Split (Harness Feature Management): events, impressions and the SDK's own figures; definitions are let through.

Documentation: https://help.split.io/hc/en-us/articles/360020585772 (events), https://help.split.io/hc/en-us/articles/360020448791 (JavaScript SDK),
https://docs.split.io/reference/events-overview (events API), https://help.split.io/hc/en-us/articles/360006954331 (hosts).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader, epoch_seconds
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


_SHOWN = JsonReader(
    _IMPRESSIONS, events="entries", shared=_SHARED, event=lambda event, document: "impression" if text_at(event, "f") else None, account="token", values=(),
)  # fmt: skip


def _impressions(request: CapturedRequest) -> list[Hit]:
    """A flag's impressions are listed under it; each is a hit."""
    hits: list[Hit] = []
    for hit, entry in zip(_SHOWN(request), _entries(request), strict=False):
        shown = at(entry, "i")
        for each in shown if isinstance(shown, list) and shown else [{}]:
            one = replace(hit, parameters=list(hit.parameters), values=dict(hit.values), identifiers={})
            if (treatment := text_at(each, "t")) is not None:
                one.values["treatment"] = treatment
            if (key := text_at(each, "k")) is not None:
                one.identifiers["key"] = key
            one.event_time = epoch_seconds(text_at(each, "m"))
            hits.append(one)
    return hits


def _entries(request: CapturedRequest) -> list[Any]:
    found: list[Any] = []
    for document, _ in read_body(request).documents:
        entries = at(document, "entries")
        found += entries if isinstance(entries, list) else document if isinstance(document, list) else [document]
    return found


_FIGURES = LibraryReader("auxiliary", account="token")


def _decode(request: CapturedRequest) -> list[Hit]:
    path = split_url(request.url).path
    if "/count" in path or not read_body(request).documents:
        hits = _FIGURES(request)
    else:
        hits = (_impressions if "testImpressions" in path else _EVENTS)(request)
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
        {
            "title": "impressions of two flags, one of them shown twice",
            "request": {
                "url": "https://events.split.io/api/testImpressions/bulk", "method": "POST", "headers": {"Authorization": "Bearer tok1"},
                "body": [{"f": "a", "i": [{"k": "u1", "t": "on", "m": 1673729811404}, {"k": "u2", "t": "off", "m": 1673729812404}]}, {"f": "b", "i": [{"k": "u1", "t": "v2", "m": 1673729813404}]}],
            },
            "hits": [
                {"event": "impression", "account": "tok1", "values": {"feature_flag": "a", "treatment": "on"}, "identifiers": {"key": "u1"}},
                {"event": "impression", "values": {"feature_flag": "a", "treatment": "off"}, "identifiers": {"key": "u2"}, "event_time": 1673729812.404},
                {"event": "impression", "values": {"feature_flag": "b", "treatment": "v2"}},
            ],
        },
        {
            "title": "events in a beacon",
            "request": {"url": "https://events.split.io/api/events/beacon", "method": "POST", "body": {"entries": [{"eventTypeId": "click", "trafficTypeName": "user", "key": "u1"}], "token": "tok1", "sdk": "javascript-11"}},
            "hits": [{"kind": "event", "event": "click", "account": "tok1"}],
        },
    ),
    lookalikes=(
        "https://app.split.io/login",
        "https://shop.example/?u=https%3A%2F%2Fevents.split.io%2Fapi%2Fevents%2Fbulk",
        "https://shop.example/api/events/bulk",
        "https://events.notsplit.io/api/events/bulk",
        "https://events.split.io.evil.example/api/events/bulk",
        "https://help.split.io/hc",
    ),
)  # fmt: skip
