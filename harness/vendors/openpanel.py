"""OpenPanel: track, identify, alias, increment and decrement, one a request, to the cloud or a self-hosted instance.

Wire format: https://openpanel.dev/docs/api/track (requests), https://openpanel.dev/docs/sdks/web (the script),
https://openpanel.dev/docs/revenue-tracking (revenue). The client ID is the header ``openpanel-client-id``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TYPES = frozenset(("track", "identify", "alias", "increment", "decrement", "replay", "group", "assign_group"))
_TABLE = PathTable(
    {
        "type": Row(None, "Call", "General"),
        "payload.name": Row(None, "Event", "General"),
        "payload.profileId": Row(None, "Profile ID", "User"),
        "payload.alias": Row(None, "Alias", "User"),
        "payload.properties.__path": Row(None, "Page address", "Page"),
        "payload.properties.__title": Row(None, "Page title", "Page"),
        "payload.properties.__referrer": Row(None, "Referrer", "Page"),
        "payload.properties.__revenue": Row("__revenue", "Revenue", "Revenue"),
        "payload.properties.__timestamp": Row(None, "Time", "Technical"),
        "payload.properties.__deviceId": Row(None, "Device ID", "User"),
    },
    (
        Prefix("payload.properties.", field=None, label="{}", group="Properties"),
        Prefix("payload.", field=None, label="{}", group="General"),
    ),
)


def _event(event: Any, document: Any) -> str | None:
    call = text_at(event, "type")
    return text_at(event, "payload.name") if call == "track" else call


def _kind(name: str | None, event: Any) -> str:
    call = text_at(event, "type")
    if call == "track":
        return "pageview" if name == "screen_view" else "event"
    return "identify" if call in ("identify", "alias", "increment", "decrement", "group", "assign_group") else "auxiliary"


def _derive(hit: Hit, event: Any, document: Any) -> None:
    if isinstance(at(event, "payload"), dict) and hit.kind == "identify":
        for name, value in at(event, "payload").items():
            if name not in ("properties", "profileId"):
                hit.values.setdefault(name, value)


_EVENT = JsonReader(
    {"name": Row(None, "Event", "General"), "profileId": Row(None, "Profile ID", "User"), "timestamp": Row(None, "Time", "Technical")},
    event="name",
    time="timestamp",
    page=("properties.__path", "properties.path"),
    identifiers={"profile_id": "profileId", "device_id": "properties.__deviceId"},
    values=("properties",),
    kind=lambda name, event: "pageview" if name == "screen_view" else "event" if name else "auxiliary",
)
_PROFILE = JsonReader(
    {"profileId": Row(None, "Profile ID", "User")},
    identifiers={"profile_id": "profileId"},
    values=("properties", ""),
    kind=lambda name, event: "identify",
)
_READ = JsonReader(
    _TABLE,
    event=_event,
    page="payload.properties.__path",
    time="payload.properties.__timestamp",
    identifiers={"profile_id": "payload.profileId", "device_id": "payload.properties.__deviceId"},
    values=("payload.properties",),
    kind=_kind,
    derive=_derive,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    path = split_url(request.url).path.rstrip("/")
    last = path.rpartition("/")[2]
    hits = (_EVENT if last == "event" else _PROFILE if "/profile" in path else _READ)(request)
    client = request.header("openpanel-client-id")
    for hit in hits:
        given = next((str(each.value) for each in hit.parameters if each.name == "clientId" and each.value), None)
        hit.account = client or given
        if hit.kind == "identify" and "/profile" in path:
            hit.event = last if last in ("increment", "decrement") else "identify"
    return hits


_OWN = frozenset(("type", "payload", "clientId", "clientSecret"))


def _answer(request: CapturedRequest) -> Answer | None:
    """The visitor's IDs, without which a replay waits for ever."""
    if not split_url(request.url).path.startswith(("/track", "/api/track")):
        return None
    return Answer(200, (("Content-Type", "application/json"),), b'{"deviceId":"d","sessionId":"s"}')


def _is_openpanel(request: CapturedRequest) -> bool:
    """Told by OpenPanel's call and payload, with its client header, its own properties (``__path`` …) or nothing else beside them."""
    document = read_body(request).value
    payload = document.get("payload") if isinstance(document, dict) else None
    if not isinstance(payload, dict) or document.get("type") not in _TYPES or not _OWN.issuperset(document):
        return False
    if request.header("openpanel-client-id"):
        return True
    properties = payload.get("properties")
    if document["type"] != "track":
        return "profileId" in payload
    return isinstance(payload.get("name"), str) and isinstance(properties, dict) and any(name[:2] == "__" for name in properties)


_VIEW = {
    "type": "track",
    "payload": {"name": "screen_view", "properties": {"__path": "https://shop.example/?utm_source=x", "__title": "Shop", "__referrer": ""}},
}

VENDOR = Vendor(
    id="openpanel",
    name="OpenPanel",
    category="analytics",
    docs=("https://openpanel.dev/docs/api/track", "https://openpanel.dev/docs/sdks/web"),
    endpoints=(
        *(Endpoint(host="api.openpanel.dev", path=path) for path in ("/track", "/event", "/profile", "/profile/increment", "/profile/decrement")),
        Endpoint(host="api.openpanel.dev", path="/track/device-id", decode=LibraryReader("auxiliary")),
        Endpoint(host="*", path="*/track", recognise=_is_openpanel),
        *(Endpoint(host="openpanel.dev", path=path, role="library", decode=LibraryReader()) for path in ("/op1.js", "/op1-replay.js", "/op.js")),
    ),
    decode=_decode,
    answer=_answer,
    automatic_events=frozenset({"link_out", "session_start", "session_end"}),
    automatic_parameters=frozenset({"__*"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://api.openpanel.dev/track", "method": "POST", "headers": {"openpanel-client-id": "c-1"}, "body": _VIEW},
            "hits": [{"kind": "pageview", "event": "screen_view", "account": "c-1", "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "revenue on a self-hosted instance",
            "request": {
                "url": "https://op.shop.example/api/track", "method": "POST",
                "body": {"type": "track", "payload": {"name": "revenue", "profileId": "u1", "properties": {"__revenue": 19.98, "id": "T-1", "__path": "https://shop.example/"}}},
            },
            "hits": [
                {"kind": "event", "event": "revenue", "values": {"__revenue": 19.98, "id": "T-1"}, "identifiers": {"profile_id": "u1"}, "page_url": "https://shop.example/"}
            ],
        },
        {
            "title": "an event of the older API",
            "request": {
                "url": "https://api.openpanel.dev/event", "method": "POST", "headers": {"openpanel-client-id": "c-1"},
                "body": {"name": "signup", "profileId": "u1", "timestamp": "2026-11-22T03:42:20Z", "properties": {"plan": "gold"}},
            },
            "hits": [{"kind": "event", "event": "signup", "account": "c-1", "values": {"plan": "gold"}, "identifiers": {"profile_id": "u1"}, "event_time": 1795318940.0}],
        },
        {
            "title": "a number of a profile raised, by the older API",
            "request": {"url": "https://api.openpanel.dev/profile/increment", "method": "POST", "body": {"clientId": "c-1", "profileId": "u1", "property": "visits", "value": 1}},
            "hits": [{"kind": "identify", "event": "increment", "account": "c-1", "values": {"property": "visits", "value": 1}, "identifiers": {"profile_id": "u1"}}],
        },
        {
            "title": "an identification",
            "request": {
                "url": "https://op.shop.example/track", "method": "POST",
                "body": {"type": "identify", "payload": {"profileId": "u1", "email": "a@shop.example", "properties": {"plan": "gold"}}},
            },
            "hits": [{"kind": "identify", "event": "identify", "identifiers": {"profile_id": "u1"}, "values": {"plan": "gold", "email": "a@shop.example"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/track",
        {"url": "https://shop.example/track", "method": "POST", "body": {"type": "track", "payload": {"name": "x", "properties": {"a": 1}}}},
        {"url": "https://shop.example/track", "method": "POST", "body": {"type": "event", "payload": {"website": "x"}}},
        "https://notopenpanel.dev/track",
    ),
)  # fmt: skip
