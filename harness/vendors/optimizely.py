"""Optimizely: Web Experimentation and Feature Experimentation decisions and events, the classic log, ODP; datafiles and snippets.

Documentation: https://docs.developers.optimizely.com/feature-experimentation/reference/event-api (event API),
https://docs.developers.optimizely.com/web-experimentation/docs/event-api, https://docs.developers.optimizely.com/web-experimentation/reference/events-api,
https://docs.developers.optimizely.com/optimizely-data-platform/reference/upload-events (ODP).

A visitor's snapshot holds decisions and events; each event is a hit, with the decisions of its snapshot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.hit import Hit
from harness.decode.payload import raw_body, read_body
from harness.decode.query import PLAIN, Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader, epoch_seconds
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.document import Notes
    from harness.decode.hit import Parameter

GENERAL, VISITOR, DECISION, EVENT, TECHNICAL = "General", "Visitor", "Decision", "Event", "Technical"
_TABLE = PathTable(
    {
        "account_id": Row(None, "Account ID", GENERAL),
        "project_id": Row(None, "Project ID", GENERAL),
        "revision": Row(None, "Revision", TECHNICAL),
        "client_name": Row(None, "SDK", TECHNICAL),
        "client_version": Row(None, "SDK version", TECHNICAL),
        "anonymize_ip": Row(None, "Address anonymised", TECHNICAL),
        "visitor_id": Row(None, "Visitor ID", VISITOR),
        "key": Row(None, "Event", EVENT),
        "type": Row(None, "Type", EVENT),
        "entity_id": Row(None, "Entity ID", EVENT),
        "revenue": Row("revenue", "Revenue", EVENT),
        "value": Row("value", "Value", EVENT),
        "uuid": Row(None, "Event UUID", TECHNICAL),
        "timestamp": Row(None, "Time", TECHNICAL),
    },
    (
        Prefix("tags.", field=None, label="{}", group=EVENT),
        Prefix("attributes[].", field=None, group=VISITOR),
        Prefix("decisions[].", field=None, group=DECISION),
    ),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    query = PLAIN.read(split_url(request.url).query)
    payload = read_body(request)
    if not payload.documents:
        if not request.body.data:
            return [Hit(kind="auxiliary", parameters=query)]
        return [
            Hit(
                kind="undecoded",
                parameters=[*query, raw_body(request)],
                undecoded=payload.problem or f"JSON expected, found {payload.shape}",
            )
        ]
    return [hit for document, notes in payload.documents for hit in _batch(document, notes, query)]


def _batch(document: Any, notes: Notes | None, query: list[Parameter]) -> Iterable[Hit]:
    visitors = document.get("visitors") if isinstance(document, dict) else None
    account = text_at(document, "project_id") or text_at(document, "projectId") or text_at(document, "account_id")
    if not isinstance(visitors, list) or not visitors:
        name = text_at(document, "eventName") or text_at(document, "eventEntityId")
        if name is None and (at(document, "decision") is not None or text_at(document, "layerId") is not None):
            name = "decision"
        visitor = text_at(document, "visitorId")
        yield Hit(
            kind="event" if name else "auxiliary", event=name, account=account, parameters=[*query, *_TABLE.read(document, notes)],
            values=_older(document), key=text_at(document, "eventId"), page_url=text_at(document, "activationUrl"),
            identifiers={"visitor_id": visitor} if visitor else {}, event_time=epoch_seconds(at(document, "timestamp")),
        )  # fmt: skip
        return
    shared = [*query, *_TABLE.read(document, notes, without=frozenset(("visitors",)))]
    for visitor in visitors:
        snapshots = visitor.get("snapshots") if isinstance(visitor, dict) else None
        if not isinstance(snapshots, list) or not snapshots:
            yield Hit(kind="auxiliary", account=account, parameters=[*shared, *_TABLE.read(visitor, notes)])
            continue
        person = text_at(visitor, "visitor_id")
        about = [*shared, *_TABLE.read(visitor, notes, without=frozenset(("snapshots",)))]
        for snapshot in snapshots:
            events = snapshot.get("events") if isinstance(snapshot, dict) else None
            if not isinstance(events, list) or not events:
                yield Hit(kind="auxiliary", account=account, parameters=[*about, *_TABLE.read(snapshot, notes)])
                continue
            around = [*about, *_TABLE.read(snapshot, notes, without=frozenset(("events",)))]
            for event in events:
                yield _hit(event, snapshot, account, person, [*around, *_TABLE.read(event, notes)])


def _older(document: Any) -> dict[str, Any]:
    """The values of the older log: tags in ``eventFeatures``, the revenue in ``eventMetrics``."""
    if not isinstance(document, dict):
        return {}
    values: dict[str, Any] = {}
    for name in ("eventFeatures", "eventMetrics"):
        listed = document.get(name)
        for each in listed if isinstance(listed, list) else ():
            key = text_at(each, "name") or text_at(each, "id")
            if key is not None and "value" in each:
                values.setdefault(key, each["value"])
    values.update({key: document[key] for key in ("decision", "layerStates", "revision", "clientEngine", "eventType") if document.get(key)})
    return values


def _hit(event: Any, snapshot: Any, account: str | None, person: str | None, parameters: list[Parameter]) -> Hit:
    name = text_at(event, "key") or text_at(event, "type")
    values: dict[str, Any] = {}
    if isinstance(event, dict):
        tags = event.get("tags")
        values = dict(tags) if isinstance(tags, dict) else {}
        values.update({key: event[key] for key in ("revenue", "value", "quantity", "entity_id", "type") if event.get(key) is not None})
    decisions = snapshot.get("decisions")
    if isinstance(decisions, list) and decisions:
        values["decisions"] = decisions
    kind = text_at(event, "type")
    return Hit(
        kind="pageview"
        if kind in ("view_activated", "pageview")
        else "auxiliary"
        if kind == "client_activation"
        else "event"
        if name
        else "auxiliary",
        event=name,
        account=account,
        parameters=parameters,
        values=values,
        identifiers={"visitor_id": person} if person else {},
        key=text_at(event, "uuid"),
        event_time=epoch_seconds(at(event, "timestamp")),
    )


_CLASSIC = QueryReader(
    QueryTable(
        {
            "a": Row("account_id", "Account ID", GENERAL),
            "d": Row("project_id", "Project ID", GENERAL),
            "n": Row("event", "Event", EVENT),
            "u": Row("visitor_id", "Visitor ID", VISITOR),
            "v": Row("revenue", "Revenue", EVENT, "number"),
            "g": Row("goals", "Goals", EVENT),
            "time": Row(None, "Time", TECHNICAL),
        },
        (Prefix("x", field=None, label="Variation of {}", group=DECISION), Prefix("s", field=None, label="Segment {}", group=VISITOR)),
    ),
    event="event",
    account=("project_id", "account_id"),
    identifiers=("visitor_id",),
    time="time",
)
_ODP = JsonReader(
    PathTable({"type": Row("type", "Type", EVENT), "action": Row("action", "Action", EVENT)}, (Prefix("data.", field=None, label="{}", group=EVENT), Prefix("identifiers.", field=None, label="{}", group=VISITOR))),
    event=lambda event, document: text_at(event, "action") or text_at(event, "type"),
    identifiers={"vuid": "identifiers.vuid", "email": "identifiers.email", "fs_user_id": "identifiers.fs_user_id"},
    values=("data", ""),
)  # fmt: skip
_ZAIUS = QueryReader(
    {
        "tracker_id": Row("tracker_id", "Tracker ID", GENERAL), "event_type": Row("type", "Type", EVENT), "action": Row("action", "Action", EVENT),
        "vuid": Row("vuid", "Visitor ID", VISITOR), "email": Row("email", "E-mail", VISITOR), "page": Row("page", "Page address", EVENT),
    },
    event=("action", "type"), account="tracker_id", page="page", identifiers=("vuid", "email"),
)  # fmt: skip


def _name(path: str, wire: Mapping[str, object]) -> str | None:
    """``/js/123.js``, ``/datafiles/<key>.json``."""
    steps = path.strip("/").split("/")
    return steps[-1].partition(".")[0] or None if steps[0] in ("js", "datafiles", "public", "client_storage") else None


_CONFIG, _LIBRARY = LibraryReader("config", account=_name), LibraryReader(account=_name)

VENDOR = Vendor(
    id="optimizely",
    name="Optimizely",
    category="experiment",
    docs=(
        "https://docs.developers.optimizely.com/feature-experimentation/reference/event-api",
        "https://docs.developers.optimizely.com/web-experimentation/docs/event-api",
    ),
    endpoints=(
        *(
            Endpoint(host=host, path=path)
            for host in ("logx.optimizely.com", "*.logx.optimizely.com", "p13nlog.dz.optimizely.com")
            for path in ("/v1/events", "/log/event", "/log/decision", "/v1/decisions")
        ),
        *(Endpoint(host=host, path="/event", decode=_CLASSIC) for host in ("log.optimizely.com", "*.log.optimizely.com")),
        Endpoint(host="errors.client.optimizely.com", path="/log", decode=LibraryReader("auxiliary")),
        *(Endpoint(host=f"{host}.zaius.com", path="/v3/events", decode=_ODP) for host in ("api", "api.eu1", "api.au1")),
        Endpoint(host="jumbe.zaius.com", path="/v2/zaius.gif", decode=_ZAIUS),
        *(Endpoint(host=host, path=path, role="config", decode=_CONFIG) for host in ("cdn.optimizely.com", "*.cdn.optimizely.com") for path in ("/datafiles/*", "/client_storage/*", "/json/*")),
        *(Endpoint(host=host, role="config", decode=_CONFIG) for host in ("config.optimizely.com", "tapi.optimizely.com", "prediction.cmab.optimizely.com", "cdn3.optimizely.com")),
        *(Endpoint(host=host, path=path, role="library", decode=_LIBRARY) for host in ("cdn.optimizely.com", "*.cdn.optimizely.com", "cdn-pci.optimizely.com") for path in ("/js/*", "/public/*")),
    ),
    decode=_decode,
    automatic_events=frozenset({"campaign_activated", "client_activation", "view_activated", "decision"}),
    automatic_parameters=frozenset({"entity_id", "type", "decisions"}),
    examples=(
        {
            "title": "an exposure and a conversion with revenue",
            "request": {
                "url": "https://logx.optimizely.com/v1/events", "method": "POST",
                "body": {
                    "account_id": "1", "project_id": "77", "revision": "9", "client_name": "js",
                    "visitors": [
                        {
                            "visitor_id": "oeu1", "attributes": [],
                            "snapshots": [
                                {
                                    "decisions": [{"campaign_id": "c1", "experiment_id": "e1", "variation_id": "v1"}],
                                    "events": [{"entity_id": "c1", "type": "campaign_activated", "key": "campaign_activated", "uuid": "u-1", "timestamp": 1795318940362}],
                                },
                                {"decisions": [], "events": [{"entity_id": "5", "key": "purchase", "type": "other", "uuid": "u-2", "revenue": 1998, "tags": {"sku": "S1", "revenue": 1998}}]},
                            ],
                        }
                    ],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "campaign_activated", "account": "77", "key": "u-1", "event_time": 1795318940.362,
                    "values": {"decisions": [{"campaign_id": "c1", "experiment_id": "e1", "variation_id": "v1"}]}, "identifiers": {"visitor_id": "oeu1"},
                },
                {"kind": "event", "event": "purchase", "account": "77", "key": "u-2", "values": {"revenue": 1998, "sku": "S1"}},
            ],
        },
        {
            "title": "the older log",
            "request": {
                "url": "https://logx.optimizely.com/log/event", "method": "POST",
                "body": {
                    "projectId": "77", "accountId": "1", "visitorId": "oeu1", "eventName": "purchase", "timestamp": 1795318940362,
                    "eventMetrics": [{"name": "revenue", "value": 1998}], "eventFeatures": [{"name": "sku", "type": "custom", "value": "S1"}],
                    "layerStates": [{"layerId": "4", "decision": {"variationId": "v1", "experimentId": "e1"}}],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "77", "identifiers": {"visitor_id": "oeu1"}, "event_time": 1795318940.362,
                    "values": {"revenue": 1998, "sku": "S1"},
                }
            ],
        },
        {
            "title": "an exposure in the oldest log",
            "request": {
                "url": "https://p13nlog.dz.optimizely.com/log/decision", "method": "POST",
                "body": {"projectId": "77", "visitorId": "oeu1", "layerId": "4", "decision": {"variationId": "v1", "experimentId": "e1"}},
            },
            "hits": [{"kind": "event", "event": "decision", "account": "77", "values": {"decision": {"variationId": "v1"}}}],
        },
        {
            "title": "an event of the European region",
            "request": {
                "url": "https://eu.logx.optimizely.com/v1/events", "method": "POST",
                "body": {"account_id": "1", "visitors": [{"visitor_id": "u", "snapshots": [{"events": [{"key": "cta", "type": "custom", "uuid": "x", "tags": {"a": 1}}]}]}]},
            },
            "hits": [{"kind": "event", "event": "cta", "account": "1", "key": "x", "values": {"a": 1}}],
        },
        {
            "title": "Optimizely Classic",
            "request": {"url": "https://log.optimizely.com/event?a=77&d=77&n=purchase&u=oeu1&v=1998&x123=456&time=1795318940.36"},
            "hits": [{"kind": "event", "event": "purchase", "account": "77", "values": {"revenue": 1998}, "identifiers": {"visitor_id": "oeu1"}}],
        },
        {
            "title": "a datafile",
            "request": {"url": "https://cdn.optimizely.com/datafiles/SDKKEY1.json"},
            "hits": [{"kind": "config", "account": "SDKKEY1"}],
        },
    ),
    lookalikes=(
        "https://shop.example/v1/events",
        "https://logx.notoptimizely.com/v1/events",
        "https://logx.optimizely.com.evil.example/v1/events",
        "https://www.optimizely.com/products",
        "https://app.optimizely.com/v2/projects",
        "https://shop.example/?u=https%3A%2F%2Flogx.optimizely.com%2Fv1%2Fevents",
    ),
)  # fmt: skip
