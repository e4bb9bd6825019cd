"""Ahoy (the Ruby gem and ahoy.js): visits and events, to the site's own server.

Wire format: https://github.com/ankane/ahoy (visits, events, API), https://github.com/ankane/ahoy.js (the script). No account is on the wire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.payload import open_text, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "visit_token": Row(None, "Visit ID", "Visitor"),
        "visitor_token": Row(None, "Visitor ID", "Visitor"),
        "name": Row(None, "Event", "General"),
        "id": Row(None, "Event ID", "Technical"),
        "time": Row(None, "Time", "Technical"),
        "landing_page": Row("landing_page", "Landing page", "Page"),
        "referrer": Row("referrer", "Referrer", "Page"),
        "platform": Row(None, "Platform", "Technical"),
        "screen_width": Row(None, "Screen width", "Device"),
        "screen_height": Row(None, "Screen height", "Device"),
        "events_json": Row(None, "Events", "General"),
        "authenticity_token": Row(None, "Form token", "Technical"),
        "js": Row(None, "Sent by the script", "Technical"),
    },
    (
        Prefix("properties.", field=None, label="{}", group="Properties"),
        Prefix("utm_", field="utm_{}", label="Campaign {}", group="Campaign"),
    ),
)
_QUERY = QueryTable(_TABLE.rows, _TABLE.prefixes)
_READ = JsonReader(
    _TABLE,
    events="events",
    shared=_TABLE,
    event="name",
    key="id",
    page=("properties.url", "landing_page"),
    time="time",
    identifiers={"visit_token": "visit_token", "visitor_token": "visitor_token"},
    values=("properties",),
    kind=lambda name, event: "pageview" if name == "$view" else kind_of(name),
    query=_QUERY,
)


def _events(request: CapturedRequest) -> list[Hit]:
    payload = read_body(request)
    if payload.shape not in ("form", "multipart"):
        return _READ(request)
    shared = [*_QUERY.read(split_url(request.url).query), *payload.form(_QUERY)]
    carried = next((str(each.value) for each in shared if each.name == "events_json" and each.value), "")
    opened = open_text(carried)
    if not opened.documents:
        hit = _READ.hit({}, {}, shared)
        hit.kind = "auxiliary"
        return [hit]
    hits = _READ.hits(opened, shared)
    for hit in hits:
        for each in shared:
            if each.name in ("visit_token", "visitor_token") and each.value:
                hit.identifiers.setdefault(each.name, str(each.value))
    return hits


def _visit(request: CapturedRequest) -> list[Hit]:
    payload = read_body(request)
    if payload.shape in ("form", "multipart"):
        parameters = [*_QUERY.read(split_url(request.url).query), *payload.form(_QUERY)]
        said = {each.name: each.value for each in reversed(parameters)}
        hits = [_READ.hit(said, said, parameters)]
    else:
        hits = _READ(request)
    for hit in hits:
        hit.kind, hit.event = "auxiliary", "visit"
    return hits


def _is_events(request: CapturedRequest) -> bool:
    """Told by events with the script's own keys, or beside the visit's and the visitor's token (without cookies it has none)."""
    payload = read_body(request)
    if payload.shape in ("form", "multipart"):
        names = {each.name for each in payload.form()}
        return {"visit_token", "visitor_token", "events_json"} <= names
    document = payload.value
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(events, list):
        return False
    first = events[0] if events else None
    own = isinstance(first, dict) and {"name", "properties", "time", "id"} <= first.keys()
    return own or {"visit_token", "visitor_token"} <= document.keys()


def _is_visit(request: CapturedRequest) -> bool:
    payload = read_body(request)
    names = (
        {each.name for each in payload.form()}
        if payload.shape in ("form", "multipart")
        else set(payload.value)
        if isinstance(payload.value, dict)
        else set()
    )
    return {"visit_token", "visitor_token"} <= names


VENDOR = Vendor(
    id="ahoy",
    name="Ahoy",
    category="analytics",
    docs=("https://github.com/ankane/ahoy", "https://github.com/ankane/ahoy.js",),
    endpoints=(
        Endpoint(host="*", path="*/ahoy/events", recognise=_is_events),
        Endpoint(host="*", path="*/ahoy/visits", recognise=_is_visit, decode=_visit),
    ),
    decode=_events,
    automatic_events=frozenset({"$click", "$submit", "$change"}),
    automatic_parameters=frozenset({"url", "title", "page", "tag", "id", "class", "section", "text", "href"}),
    examples=(
        {
            "title": "two events",
            "request": {
                "url": "https://shop.example/ahoy/events", "method": "POST",
                "body": {"visit_token": "v1", "visitor_token": "u1", "events": [{"name": "$view", "properties": {"url": "https://shop.example/?utm_source=x"}, "time": 1795318940, "id": "e1", "js": True}, {"name": "purchase", "properties": {"value": 19.98}, "id": "e2"}]},
            },
            "hits": [
                {"kind": "pageview", "event": "$view", "key": "e1", "identifiers": {"visit_token": "v1", "visitor_token": "u1"}, "campaign": {"utm_source": "x"}},
                {"kind": "event", "event": "purchase", "key": "e2", "values": {"value": 19.98}},
            ],
        },
        {
            "title": "a visit",
            "request": {
                "url": "https://shop.example/ahoy/visits", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "visit_token=v1&visitor_token=u1&platform=Web&landing_page=https%3A%2F%2Fshop.example%2F&screen_width=1280",
            },
            "hits": [{"kind": "auxiliary", "event": "visit", "identifiers": {"visit_token": "v1"}, "page_url": "https://shop.example/"}],
        },
        {
            "title": "an event sent as a beacon",
            "request": {
                "url": "https://shop.example/ahoy/events", "method": "POST", "headers": {"Content-Type": "multipart/form-data; boundary=b"},
                "body": '--b\r\nContent-Disposition: form-data; name="visit_token"\r\n\r\nv1\r\n--b\r\nContent-Disposition: form-data; name="visitor_token"\r\n\r\nu1\r\n'
                '--b\r\nContent-Disposition: form-data; name="events_json"\r\n\r\n[{"name":"$click","properties":{"tag":"a"},"time":1795318940.5,"id":"e3","js":true}]\r\n--b--\r\n',
            },
            "hits": [{"kind": "event", "event": "$click", "key": "e3", "values": {"tag": "a"}, "identifiers": {"visit_token": "v1"}, "event_time": 1795318940.5}],
        },
        {
            "title": "an event without cookies",
            "request": {
                "url": "https://shop.example/ahoy/events", "method": "POST",
                "body": {"events": [{"name": "signup", "properties": {"plan": "gold"}, "time": 1795318940.5, "id": "e4", "js": True}]},
            },
            "hits": [{"kind": "event", "event": "signup", "key": "e4", "values": {"plan": "gold"}, "identifiers": {}}],
        },
    ),
    lookalikes=(
        {"url": "https://shop.example/ahoy/events", "method": "POST", "body": {"events": [{"name": "x"}]}},
        "https://shop.example/?u=https%3A%2F%2Fapp.example%2Fahoy%2Fevents",
        "https://shop.example/ahoy/events", {"url": "https://shop.example/ahoy/events", "method": "POST", "body": {"events": []}}, "https://shop.example/events?visit_token=1",
    ),
)  # fmt: skip
