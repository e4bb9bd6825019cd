"""Convert Experiences: bucketing and conversions; its script and configurations are let through.

Documentation: https://convertcom.github.io/javascript-sdk/ (SDK), https://api.convert.com/doc/serving/ (serving and tracking API),
https://www.npmjs.com/package/@convertcom/js-sdk (what it sends).

A visitor's events are hits of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import PLAIN, Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, EXPERIMENT, USER = "General", "Experiment", "User"
_TABLE = PathTable(
    {
        "eventType": Row(None, "Event", GENERAL),
        "data.experienceId": Row("experienceId", "Experience ID", EXPERIMENT),
        "data.variationId": Row("variationId", "Variation ID", EXPERIMENT),
        "data.goalId": Row("goalId", "Goal ID", EXPERIMENT),
        "visitorId": Row(None, "Visitor ID", USER),
        "accountId": Row(None, "Account ID", GENERAL),
        "projectId": Row(None, "Project ID", GENERAL),
    },
    (Prefix("data.goalData[].", field=None, group=EXPERIMENT), Prefix("segments.", field=None, label="{}", group=USER)),
)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    figures = at(event, "data.goalData")
    for each in figures if isinstance(figures, list) else ():
        name = text_at(each, "key")
        if name:
            hit.values.setdefault(name, each.get("value"))
            if name == "transactionId" and (order := text_at(each, "value")) is not None:
                hit.key = order


_READ = JsonReader(
    _TABLE, event="eventType", account="projectId", values=("data",), derive=_derive, identifiers={"visitor_id": "visitorId"}
)


_NAMES = {"tr": "transaction", "hitGoal": "hitGoal", "viewExp": "viewExp"}
_OLDER = JsonReader(
    PathTable(
        {
            "evt": Row("evt", "Event", GENERAL),
            "goals[]": Row(None, "Goal ID", EXPERIMENT),
            "exps[]": Row(None, "Experience ID", EXPERIMENT),
            "vars[]": Row(None, "Variation ID", EXPERIMENT),
            "tid": Row("transactionId", "Transaction ID", GENERAL),
            "r": Row("amount", "Revenue", GENERAL),
            "prc": Row("productsCount", "Number of products", GENERAL),
        }
    ),
    events="ev",
    shared=PathTable(
        {"cid": Row(None, "Account ID", GENERAL), "pid": Row(None, "Project ID", GENERAL), "vid": Row(None, "Visitor ID", USER)},
        (Prefix("seg.", field=None, label="{}", group=USER),),
    ),
    event=lambda event, document: _NAMES.get(text_at(event, "evt") or "", text_at(event, "evt")),
    account="pid",
    key="tid",
    identifiers={"visitor_id": "vid"},
)


def _decode(request: CapturedRequest) -> list[Hit]:
    payload = read_body(request)
    query = PLAIN.read(split_url(request.url).query)
    hits: list[Hit] = []
    if isinstance(at(payload.value, "ev"), list):
        return _OLDER(request)
    for document, notes in payload.documents:
        visitors = at(document, "visitors")
        if not isinstance(visitors, list):
            hits.append(_READ.hit(document, document, [*query, *_TABLE.read(document, notes)]))
            continue
        shared = [*query, *_TABLE.read(document, notes, without=frozenset(("visitors",)))]
        for visitor in visitors:
            events = at(visitor, "events")
            if not isinstance(events, list) or not events:
                hits.append(_READ.hit(visitor, document, [*shared, *_TABLE.read(visitor, notes)]))
                continue
            about = [*shared, *_TABLE.read(visitor, notes, without=frozenset(("events",)))]
            person = text_at(visitor, "visitorId")
            for event in events:
                hit = _READ.hit(event, document, [*about, *_TABLE.read(event, notes)])
                if person:
                    hit.identifiers["visitor_id"] = person
                hits.append(hit)
    return hits or _READ(request)


def _project(path: str, wire: Mapping[str, Any]) -> str | None:
    return path.rstrip("/").rpartition("/")[2].partition(".")[0] or None


VENDOR = Vendor(
    id="convert",
    name="Convert Experiences",
    category="experiment",
    docs=("https://api.convert.com/doc/serving/", "https://convertcom.github.io/javascript-sdk/"),
    endpoints=(
        *(Endpoint(host=host, path=path) for path in ("/track", "/track/", "/v1/track/*") for host in ("*.metrics.convertexperiments.com", "metrics.convertexperiments.com")),
        Endpoint(host="logs.convertexperiments.com", decode=LibraryReader("auxiliary")),
        Endpoint(host="*.convertexperiments.com", path="/api/v1/*", role="config", decode=LibraryReader("config", account=_project)),
        *(Endpoint(host="*.convertexperiments.com", path=path, role="library", decode=LibraryReader(account=_project)) for path in ("/js/*", "/v1/js/*")),
    ),
    decode=_decode,
    automatic_events=frozenset({"bucketing"}),
    examples=(
        {
            "title": "bucketing and a conversion",
            "request": {
                "url": "https://200.metrics.convertexperiments.com/v1/track/100/200", "method": "POST",
                "body": {
                    "accountId": "100", "projectId": "200",
                    "visitors": [
                        {
                            "visitorId": "v1", "segments": {"country": "DE"},
                            "events": [
                                {"eventType": "bucketing", "data": {"experienceId": "e1", "variationId": "a"}},
                                {"eventType": "conversion", "data": {"goalId": "g1", "goalData": [{"key": "amount", "value": 19.98}, {"key": "transactionId", "value": "T-1"}]}},
                            ],
                        }
                    ],
                },
            },
            "hits": [
                {"kind": "event", "event": "bucketing", "account": "200", "values": {"experienceId": "e1"}, "identifiers": {"visitor_id": "v1"}},
                {"kind": "event", "event": "conversion", "key": "T-1", "values": {"goalId": "g1", "amount": 19.98}, "identifiers": {"visitor_id": "v1"}},
            ],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn-4.convertexperiments.com/js/100-200.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "100-200"}],
        },
        {
            "title": "a transaction and a goal as the older tag tells of them",
            "request": {
                "url": "https://10044028.metrics.convertexperiments.com/track", "method": "POST",
                "body": {
                    "cid": "10042957", "pid": "10044028", "seg": {"country": "DE"}, "s": "shopify", "vid": "v1",
                    "ev": [{"evt": "tr", "goals": ["g1"], "exps": ["e1"], "vars": ["a"], "tid": "T-1", "r": 19.98, "prc": 2}, {"evt": "hitGoal", "goals": ["g1"], "exps": ["e1"]}],
                },
            },
            "hits": [
                {"kind": "event", "event": "transaction", "account": "10044028", "key": "T-1", "identifiers": {"visitor_id": "v1"}, "values": {"amount": 19.98, "productsCount": 2, "goals": ["g1"]}},
                {"kind": "event", "event": "hitGoal", "key": None},
            ],
        },
    ),
    lookalikes=("https://www.convert.com/pricing/", "https://shop.example/?u=https%3A%2F%2F1.metrics.convertexperiments.com%2Ftrack", "https://shop.example/v1/track/100/200", "https://x.notconvertexperiments.com/js/1-2.js", "https://metrics.convertexperiments.com.evil.example/v1/track/1/2"),
)  # fmt: skip
