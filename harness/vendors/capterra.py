"""Capterra (Gartner Digital Markets) conversion tracker.

Documentation: https://docs.tealium.com/client-side-tags/capterra-tag/, https://digital-markets.gartner.com/. The older tracker is an image
or script that tells of a conversion; the newer script at tr.capterra.com posts events in Snowplow's protocol (the vendor's keys are in a
schema of ``com.vcvr.gartner``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import open_text
from harness.decode.query import QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    QueryTable(
        {
            "vid": Row("vid", "Vendor ID", "General"),
            "vkey": Row("vkey", "Vendor key", "General"),
            "installation_id": Row("installation_id", "Installation ID", "General"),
            "event": Row("event", "Event", "General"),
            "event_type": Row("event", "Event", "General"),
            "eventType": Row("event", "Event", "General"),
            "url": Row("url", "Page address", "Page"),
            "page_url": Row("url", "Page address", "Page"),
            "referrer": Row("referrer", "Referrer", "Page"),
        }
    ),
    event=lambda values: "conversion" if values.get("vid") or values.get("vkey") or values.get("installation_id") else None,
    account=("vid", "installation_id", "vkey"),
)

_EVENTS = QueryReader(_READ.table, event="event", account=("vid", "installation_id", "vkey"), page="url")

_EVENT_NAMES = {"pv": "page_view", "pp": "page_ping"}
_KINDS = {"pv": "pageview", "ue": "event", "se": "event"}


def _described(event: Any) -> list[tuple[str, dict[str, Any]]]:
    """Name and fields of each schema an event carries: what it is itself, then its contexts."""
    found: list[tuple[str, dict[str, Any]]] = []
    for key in ("ue_pr", "ue_px", "co", "cx"):
        document = open_text(str(at(event, key) or "")).value
        inner = at(document, "data")
        for each in inner if isinstance(inner, list) else [inner]:
            schema, data = text_at(each, "schema"), at(each, "data")
            if schema and isinstance(data, dict):
                parts = schema.split("/")
                found.append((parts[1] if len(parts) > 1 else schema, data))
    return found


def _derive(hit: Hit, event: Any, document: Any) -> None:
    kind = text_at(event, "e") or ""
    described = _described(event)
    hit.event, hit.kind = _EVENT_NAMES.get(kind), _KINDS.get(kind, "auxiliary")
    if kind == "ue" and described:
        hit.event = described[0][0]
    for _, data in described:
        if "vendorId" in data or "installationId" in data:
            hit.values |= {name: value for name, value in data.items() if value is not None}
            hit.account = hit.account or text_at(data, "vendorId")
            if (click := text_at(data, "clickId")) is not None:
                hit.identifiers["clickId"] = click


_SNOWPLOW = JsonReader(
    PathTable(
        {
            "e": Row(None, "Event", "General"), "eid": Row(None, "Event ID", "General"), "aid": Row(None, "Application", "Technical"), "url": Row("url", "Page address", "Page"), "page": Row("page", "Page title", "Page"),
            "refr": Row("referrer", "Referrer", "Page"), "duid": Row(None, "Visitor ID", "Visitor"), "dtm": Row(None, "Time", "Technical"),
            "ue_pr": Row(None, "Event's fields", "General"), "ue_px": Row(None, "Event's fields", "General"), "co": Row(None, "Contexts", "General"), "cx": Row(None, "Contexts", "General"),
        }
    ),
    events="data", key="eid", page="url", time="dtm", identifiers={"domain_userid": "duid"}, values=(), derive=_derive,
)  # fmt: skip


def _posted(request: CapturedRequest) -> list[Hit]:
    """Snowplow's batch, its image, or what an earlier script posted."""
    path = split_url(request.url).path
    if path.endswith("/tp2"):
        return _SNOWPLOW(request)
    hits = _EVENTS(request)
    if path.endswith("/i"):
        for hit in hits:
            wire = {each.name: each.value for each in reversed(hit.parameters)}
            _derive(hit, wire, wire)
            hit.key = str(wire["eid"]) if wire.get("eid") else None
    return hits


VENDOR = Vendor(
    id="capterra",
    name="Capterra",
    category="advertising",
    docs=("https://docs.tealium.com/client-side-tags/capterra-tag/",),
    endpoints=(
        *(Endpoint(host="ct.capterra.com", path=path) for path in ("/capterra_tracker.gif", "/capterra_tracker.js")),
        *(Endpoint(host="tr.capterra.com", path=f"/events{slash}", decode=_EVENTS) for slash in ("", "/")),
        *(Endpoint(host="tr.capterra.com", path=f"/events/{call}", decode=_posted) for call in ("com.snowplowanalytics.snowplow/tp2", "i")),
        Endpoint(host="tr.capterra.com", path="/static/*", role="library", decode=LibraryReader()),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a conversion as an image",
            "request": {"url": "https://ct.capterra.com/capterra_tracker.gif?vid=2100001&vkey=0a1b2c"},
            "hits": [{"kind": "event", "event": "conversion", "account": "2100001", "values": {"vkey": "0a1b2c"}}],
        },
        {
            "title": "what the newer script posts",
            "request": {"url": "https://tr.capterra.com/events/", "method": "POST", "body": {"vid": "4c619566-83fe", "vkey": "bb1c", "url": "https://shop.example/"}},
            "hits": [{"kind": "auxiliary", "event": None, "account": "4c619566-83fe", "page_url": "https://shop.example/"}],
        },
        {
            "title": "a page view and a conversion of the newer script",
            "request": {
                "url": "https://tr.capterra.com/events/com.snowplowanalytics.snowplow/tp2", "method": "POST", "headers": {"Content-Type": "application/json"},
                "body": {
                    "schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4",
                    "data": [
                        {
                            "e": "pv", "eid": "e1", "url": "https://shop.example/?gdmcid=c1", "aid": "vcvr-tracker", "p": "web", "tv": "js-3.5.0", "dtm": "1700000000000",
                            "co": '{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:com.vcvr.gartner/pageview_event/jsonschema/1-0-1",'
                            '"data":{"vendorId":"v1","vendorKey":"k1","clickId":"c1"}}]}',
                        },
                        {
                            "e": "ue", "eid": "e2", "aid": "vcvr-tracker", "p": "web", "tv": "js-3.5.0",
                            "ue_pr": '{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:com.vcvr.gartner/conversion_event/jsonschema/2-0-4",'
                            '"data":{"conversionType":"other","installationId":"i1","vendorId":"v1","vendorKey":"k1"}}}',
                        },
                    ],
                },
            },
            "hits": [
                {"kind": "pageview", "event": "page_view", "account": "v1", "key": "e1", "page_url": "https://shop.example/?gdmcid=c1", "identifiers": {"clickId": "c1"}, "event_time": 1700000000},
                {"kind": "event", "event": "conversion_event", "account": "v1", "key": "e2", "values": {"conversionType": "other", "installationId": "i1"}},
            ],
        },
        {
            "title": "a page view of the newer script as an image",
            "request": {"url": "https://tr.capterra.com/events/i?e=pv&url=https%3A%2F%2Fshop.example%2F&aid=vcvr-tracker&tv=js-3.5.0&p=web&eid=e1"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": None, "key": "e1", "page_url": "https://shop.example/"}],
        },
        {"title": "the newer script", "request": {"url": "https://tr.capterra.com/static/wp.js"}, "hits": [{"kind": "library", "account": None}]},
        {
            "title": "a conversion as a script",
            "request": {"url": "https://ct.capterra.com/capterra_tracker.js?vid=2100001&vkey=0a1b2c", "resource_type": "script"},
            "hits": [{"kind": "event", "event": "conversion", "account": "2100001"}],
        },
    ),
    lookalikes=(
        "https://shop.example/capterra_tracker.gif?vid=1",
        "https://ct.capterra.com.evil.example/capterra_tracker.gif?vid=1",
        "https://notct.capterra.com/capterra_tracker.gif?vid=1",
        "https://www.capterra.com/p/1/x?u=https%3A%2F%2Fct.capterra.com%2Fcapterra_tracker.gif",
    ),
)  # fmt: skip
