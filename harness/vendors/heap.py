"""Heap: page views and events in an image's address, calls of the newer script and of servers.

Documentation: https://developers.heap.io/reference/web-sdk-overview (the script), https://developers.heap.io/reference/track-1 (server-side events),
https://developers.heap.io/reference/add-user-properties, https://developers.heap.io/reference/identify-1,
https://github.com/heap/heap-swift-core-sdk (``track.proto``, ``common.proto``, ``identify.proto``, ``user_properties.proto``).

The newer script and the apps post protocol buffers: a batch of messages, each a session, a page view, an event or a user. A body that
is no such message is kept as it was; what was done its path says. A site may put its own host before Heap's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable, at, text_at
from harness.decode.hit import Hit
from harness.decode.payload import raw_body, read_body
from harness.decode.protobuf import Field, NotProtobuf, read_message
from harness.decode.query import Prefix, QueryTable, Row, fields
from harness.decode.readers import JsonReader, LibraryReader, QueryReader, epoch_seconds, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Parameter

_TABLE = QueryTable(
    {
        "a": Row(None, "Environment ID", "General"),
        "u": Row("user_id", "User ID", "User"),
        "i": Row("identity", "Identity", "User"),
        "s": Row("session_id", "Session ID", "Session"),
        "v": Row("pageview_id", "Page view ID", "Session"),
        "t": Row("title", "Page title", "Page"),
        "h": Row("path", "Page path", "Page"),
        "d": Row("domain", "Host", "Page"),
        "q": Row("query", "Query", "Page"),
        "g": Row("hash", "Hash", "Page"),
        "r": Row("referrer", "Referrer", "Page"),
        "b": Row(None, "Library", "Technical"),
        "tv": Row(None, "Script version", "Technical"),
        "z": Row(None, "Sequence", "Technical"),
        "ts": Row("ts", "Time", "Technical"),
        "st": Row(None, "Sent", "Technical"),
        "pr": Row(None, "Previous page", "Page"),
        "us": Row("utm_source", "Campaign source", "Campaign"),
        "um": Row("utm_medium", "Campaign medium", "Campaign"),
        "ut": Row("utm_term", "Campaign term", "Campaign"),
        "uc": Row("utm_content", "Campaign content", "Campaign"),
        "ua": Row("utm_campaign", "Campaign name", "Campaign"),
        "k": Row(None, "Property (name, then value)", "Properties"),
    }
)
_UTM = ("utm_source", "utm_medium", "utm_term", "utm_content", "utm_campaign")
_READ = QueryReader(_TABLE, identifiers=("user_id", "identity", "session_id"), time="ts")
_OF_AN_EVENT = frozenset(("t", "n", "c", "h", "y", "x", "i", "ts", "hr", "sp", "k", "id"))
"""What is told of each event of a batch, with its number at the end."""


def _numbered(name: str) -> str:
    """The number at the end of a batch's key (``t0``, ``ts12``); empty for a key that the whole batch shares."""
    bare = name.rstrip("0123456789")
    return name[len(bare) :] if bare in _OF_AN_EVENT else ""


def _image(request: CapturedRequest) -> list[Hit]:
    """One hit, or one for each number that the keys end in."""
    parameters, problem = request_parameters(request, _READ.table)
    numbers = list(dict.fromkeys(number for each in parameters if (number := _numbered(each.name))))
    if len(numbers) < 2:
        return [_hit(request, parameters, problem, *numbers)]
    return [_hit(request, [each for each in parameters if _numbered(each.name) in ("", number)], problem, number) for number in numbers]


def _hit(request: CapturedRequest, parameters: list[Parameter], problem: str, number: str = "0") -> Hit:
    hit = _READ.hit(parameters, problem)
    values = hit.values
    names = [str(each.value) for each in hit.parameters if each.name == "k"]
    for place in range(0, len(names) - 1, 2):
        values.setdefault(names[place], names[place + 1])
    wire = {each.name: each.value for each in reversed(hit.parameters)}
    hit.account = str(wire.get("a") or "") or None
    for key in _UTM:
        if values.get(key):
            hit.campaign[key] = str(values[key])
    event = next((str(wire[key]) for key in ("e", f"t{number}", f"n{number}") if wire.get(key)), None)
    step = split_url(request.url).path.strip("/")
    if step.startswith("api/"):
        call = step.rpartition("/")[2].removesuffix("_v3")
        hit.kind, hit.event = (
            ("auxiliary", None) if call == "track" and event is None else ("event", event) if call == "track" else ("identify", call)
        )
    elif event is not None:
        hit.kind, hit.event = "event", event
    else:
        hit.kind, hit.event = ("pageview", "pageview") if wire.get("a") else ("auxiliary", None)
    hit.event_time = epoch_seconds(wire.get(f"ts{number}")) or hit.event_time
    if values.get("domain"):
        hit.page_url = f"https://{values['domain']}{values.get('path') or '/'}{values.get('query') or ''}"
    return hit


_ROWS = {
    "app_id": Row(None, "Environment ID", "General"),
    "env_id": Row(None, "Environment ID", "General"),
    "time": Row(None, "Time", "Technical"),
    "event": Row(None, "Event", "General"),
    "identity": Row(None, "Identity", "User"),
    "user_id": Row(None, "User ID", "User"),
    "idempotency_key": Row(None, "Idempotency key", "Technical"),
    "timestamp": Row(None, "Time", "Technical"),
}
_SHARED = {"app_id": Row(None, "Environment ID", "General")}
_USERS = JsonReader(
    _ROWS,
    events="users",
    shared=_SHARED,
    account="app_id",
    identifiers={"identity": "identity", "user_id": "user_id"},
    values=("properties",),
)
_SERVER = JsonReader(
    _ROWS,
    events="events",
    shared=_SHARED,
    event="event",
    account=("app_id", "env_id"),
    key="idempotency_key",
    time=("timestamp", "time"),
    identifiers={"identity": "identity", "user_id": "user_id"},
    values=("properties",),
)


_STEPS = ("track", "identify", "identify_v3", "add_user_properties", "add_user_properties_v3", "add_account_properties")


def _server(request: CapturedRequest) -> list[Hit]:
    if not request.body.data or not read_body(request).documents:
        return _image(request)
    hits = (_USERS if isinstance(at(read_body(request).value, "users"), list) else _SERVER)(request)
    step = split_url(request.url).path.rstrip("/").rpartition("/")[2]
    for hit in hits:
        if hit.event is None:
            hit.kind = "identify" if step in _STEPS and step != "track" else "auxiliary"
            hit.event = step.removesuffix("_v3") if hit.kind == "identify" else None
    return hits


_VALUE = {1: Field("string")}
_TIME = {1: Field("seconds", "integer"), 2: Field("nanos", "integer")}
_LIBRARY_INFO = {1: Field("name"), 2: Field("version"), 3: Field("platform"), 4: Field("properties", "map", _VALUE)}
_APPLICATION = {1: Field("name"), 2: Field("identifier"), 3: Field("version_string")}
_DEVICE = {
    1: Field("model"), 2: Field("platform"), 3: Field("user_agent"),
    4: Field("type", "integer", names=("unknown", "mobile", "tablet", "desktop", "tv", "watch", "automotive")),
    5: Field("carrier"), 6: Field("vendor_id"), 7: Field("advertiser_id"),
    13: Field("uach", "message", {1: Field("platform_version"), 2: Field("browser_version"), 3: Field("model")}),
}  # fmt: skip
_CAMPAIGN = {1: Field("source"), 2: Field("medium"), 3: Field("term"), 4: Field("content"), 5: Field("campaign")}
_PAGE = {
    1: Field("id"), 2: Field("time", "message", _TIME), 3: Field("component_or_class_name"), 4: Field("title"),
    5: Field("url", "message", {1: Field("domain"), 2: Field("path"), 3: Field("query"), 4: Field("hash")}),
    6: Field("source_properties", "map", _VALUE), 7: Field("previous_page"), 8: Field("properties", "map", _VALUE),
}  # fmt: skip
_SESSION = {
    1: Field("id"), 2: Field("time", "message", _TIME), 3: Field("referrer"), 4: Field("search_keyword"), 5: Field("utm", "message", _CAMPAIGN),
    6: Field("initial_pageview_info", "message", _PAGE),
}  # fmt: skip
_NODE = {
    1: Field("node_name"), 2: Field("node_html_class"), 3: Field("node_id"), 4: Field("node_text"), 5: Field("href"),
    6: Field("accessibility_label"), 7: Field("referencing_property_name"), 8: Field("attributes", "map", _VALUE),
}  # fmt: skip
_EVENT = {
    1: Field("custom", "message", {1: Field("name"), 2: Field("properties", "map", _VALUE), 3: Field("source_properties", "map", _VALUE)}),
    2: Field(
        "interaction", "message",
        {
            1: Field("callback_name"), 2: Field("custom"), 3: Field("builtin", "integer", names=("unspecified", "click", "touch", "change", "submit")),
            4: Field("hierarchy"), 5: Field("nodes", "message", _NODE, repeated=True), 6: Field("source_properties", "map", _VALUE),
        },
    ),
    3: Field("version_change", "message", {1: Field("previous_version", "message", _APPLICATION), 2: Field("current_version", "message", _APPLICATION)}),
    4: Field(
        "component_transition", "message",
        {1: Field("invisible_to_visible", "message", _NODE, repeated=True), 2: Field("visible_to_invisible", "message", _NODE, repeated=True)},
    ),
    20: Field("app_visibility_state", "integer", names=("unknown", "backgrounded", "foregrounded")),
}  # fmt: skip
_USER = {
    1: Field("id"), 2: Field("identity"), 3: Field("initial_referrer"), 4: Field("initial_search_keyword"), 5: Field("initial_utm", "message", _CAMPAIGN),
    6: Field("initial_pageview_info", "message", _PAGE), 7: Field("properties", "map", _VALUE),
}  # fmt: skip
_MESSAGE = {
    1: Field("id"), 2: Field("env_id"), 3: Field("user_id"), 4: Field("time", "message", _TIME), 5: Field("base_library", "message", _LIBRARY_INFO),
    6: Field("source_library", "message", _LIBRARY_INFO), 7: Field("application", "message", _APPLICATION), 8: Field("device", "message", _DEVICE),
    9: Field("session_info", "message", _SESSION), 10: Field("pageview_info", "message", _PAGE), 11: Field("properties", "map", _VALUE),
    12: Field("session", "message"), 13: Field("pageview", "message"), 14: Field("event", "message", _EVENT), 15: Field("user", "message", _USER),
    16: Field("session_replay_info", "message", {1: Field("platform", "integer"), 2: Field("time", "message", _TIME), 3: Field("url_metadata", "map", _VALUE)}),
    17: Field("session_replay"), 18: Field("active_contexts", "message", _NODE, repeated=True), 19: Field("identity"),
    20: Field("cs_properties", "message", {1: Field("cspid"), 2: Field("cspvid"), 3: Field("cssn"), 4: Field("csts"), 5: Field("csuu")}),
}  # fmt: skip
_BODIES = {
    "track": {1: Field("events", "message", _MESSAGE, repeated=True)},
    "identify": {1: Field("env_id"), 2: Field("user_id"), 3: Field("identity"), 4: Field("time", "message", _TIME), 5: Field("library", "message", _LIBRARY_INFO)},
    "add_user_properties": {
        1: Field("env_id"), 2: Field("user_id"), 3: Field("properties", "map", _VALUE), 4: Field("initial_device", "message", _DEVICE),
        5: Field("initial_application", "message", _APPLICATION), 6: Field("library", "message", _LIBRARY_INFO),
        7: Field("initial_session_info", "message", _SESSION),
    },
}  # fmt: skip
_PATHS = PathTable(
    {
        "env_id": Row(None, "Environment ID", "General"),
        "user_id": Row(None, "User ID", "User"),
        "identity": Row(None, "Identity", "User"),
        "id": Row(None, "Message ID", "Technical"),
        "pageview_info.title": Row("title", "Page title", "Page"),
        "pageview_info.url.domain": Row("domain", "Host", "Page"),
        "pageview_info.url.path": Row("path", "Page path", "Page"),
        "pageview_info.url.query": Row("query", "Query", "Page"),
        "session_info.referrer": Row("referrer", "Referrer", "Page"),
    },
    (
        Prefix("event.custom.properties.", label="{}", group="Properties"),
        Prefix("pageview_info.properties.", label="{}", group="Properties"),
        Prefix("user.properties.", label="{}", group="User"),
        Prefix("properties.", label="{}", group="Properties"),
        Prefix("event.", field=None, group="Event"),
        Prefix("device.", field=None, group="Device"),
        Prefix("session_info.", field=None, group="Session"),
        Prefix("pageview_info.", field=None, group="Page"),
    ),
)


def _capture(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    step = address.path.rstrip("/").rpartition("/")[2]
    parameters = _TABLE.read(address.query)
    wire = {each.name: str(each.value) for each in reversed(parameters)}
    account = wire.get("a") or request.header("x-heap-env-id") or None
    payload = read_body(request)
    if payload.documents and not isinstance(payload.value, str | int | float):
        hits = _server(request)
    elif step in _BODIES and payload.data and (message := _opened(payload.data, step)) is not None:
        listed = message.get("events") if step == "track" else [message]
        hits = [_message(each, step, parameters) for each in listed or ()]
    else:
        if request.body.data:
            parameters = [*parameters, raw_body(request)]
        kind = {"pageview": "pageview", "track": "event", "identify": "identify", "add_user_properties": "identify"}.get(step, "auxiliary")
        hits = [Hit(kind=kind, event=step or None, parameters=parameters)]
    for hit in hits:
        hit.account = hit.account or account
        for key, name in (("u", "user_id"), ("i", "identity")):
            if wire.get(key):
                hit.identifiers.setdefault(name, wire[key])
    return hits


def _opened(data: bytes, step: str) -> dict[str, Any] | None:
    """A body's message; None where it is none of Heap's, which always name the environment."""
    try:
        message = read_message(data, _BODIES[step])
    except NotProtobuf:
        return None
    first = message["events"][0] if message.get("events") else message
    return message if text_at(first, "env_id") is not None else None


def _message(message: dict[str, Any], step: str, around: list[Parameter]) -> Hit:
    kind, event = ("identify", step) if step != "track" else ("auxiliary", None)
    if "pageview" in message:
        kind, event = "pageview", "pageview"
    elif "event" in message:
        inner = message["event"]
        event = text_at(inner, "custom.name") or text_at(inner, "interaction.custom") or text_at(inner, "interaction.builtin")
        kind = "event" if event else "auxiliary"
        event = event or next(iter(inner), None)
    elif "user" in message or "session" in message:
        event = "user" if "user" in message else "session"
    parameters = [*around, *_PATHS.read(message)]
    page = at(message, "pageview_info.url")
    address = None
    if isinstance(page, dict) and page.get("domain"):
        query = str(page.get("query") or "")
        address = f"https://{page['domain']}{page.get('path') or '/'}{'?' if query and query[0] != '?' else ''}{query}"
    campaign = campaign_of(address)
    told = at(message, "session_info.utm")
    for name, value in told.items() if isinstance(told, dict) else ():
        if value:
            campaign.setdefault(f"utm_{name}", str(value))
    seconds, nanos = at(message, "time.seconds"), at(message, "time.nanos")
    return Hit(
        kind=kind,
        event=event,
        account=text_at(message, "env_id"),
        parameters=parameters,
        values=fields(parameters),
        identifiers={
            name: found
            for name, path in (("user_id", "user_id"), ("identity", "identity"), ("session_id", "session_info.id"))
            if (found := text_at(message, path)) is not None
        },
        key=text_at(message, "id"),
        campaign=campaign,
        page_url=address,
        event_time=seconds + (nanos if isinstance(nanos, int) else 0) / 1e9 if isinstance(seconds, int) else None,
    )


def _is_capture(request: CapturedRequest) -> bool:
    """Told under a site's own host by the environment that Heap's messages name."""
    payload = read_body(request)
    if text_at(payload.value, "env_id") is not None:
        return True
    step = split_url(request.url).path.rstrip("/").rpartition("/")[2]
    return step in _BODIES and bool(payload.data) and not payload.documents and _opened(payload.data, step) is not None


def _in_path(path: str, wire: Mapping[str, Any]) -> str | None:
    name = path.rpartition("/")[2]
    if name.startswith("heap-"):
        return name[5:].partition(".")[0] or None
    steps = path.split("/")
    return steps[2] if len(steps) > 3 and steps[1] == "config" else None


_HIT = "a=2356724093&u=834&v=722&s=583&b=web&tv=4.0&z=0&h=%2F&d=shop.example&t=Shop&ts=1795318940000"

VENDOR = Vendor(
    id="heap",
    name="Heap",
    category="analytics",
    docs=("https://developers.heap.io/reference/web-sdk-overview", "https://developers.heap.io/reference/track-1"),
    endpoints=(
        *(Endpoint(host=host, path="/h", decode=_image) for host in ("heapanalytics.com", "*.heapanalytics.com")),
        *(
            Endpoint(host=host, path=f"/api/{version}{step}", decode=_server)
            for host in ("heapanalytics.com", "*.heapanalytics.com", "*.heap-api.com")
            for version in ("", "v1/")
            for step in _STEPS
        ),
        Endpoint(host="*.heap-api.com", path="/api/capture/*"),
        *(Endpoint(host=host, path="/api/telemetry", decode=LibraryReader("auxiliary", account="a")) for host in ("heapanalytics.com", "*.heap-api.com")),
        *(Endpoint(host="*", path=f"*/api/capture/v2/{step}", recognise=_is_capture) for step in _BODIES),
        *(
            Endpoint(host=host, path=path, role="library", decode=LibraryReader(account=_in_path))
            for host, path in (("cdn.heapanalytics.com", "/js/*"), ("cdn.us.heap-api.com", "/*"), ("cdn.eu.heap-api.com", "/*"))
        ),
    ),
    decode=_capture,
    automatic_events=frozenset({"click", "change", "submit", "pageview", "touch"}),
    automatic_parameters=frozenset({"title", "path", "domain", "query", "hash", "referrer", "user_id", "session_id", "pageview_id", "ts", "utm_*"}),
    examples=(
        {
            "title": "a page view with a property of the site's own",
            "request": {"url": f"https://heapanalytics.com/h?{_HIT}&us=news&k=plan&k=gold", "resource_type": "image"},
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "2356724093", "identifiers": {"user_id": "834", "session_id": "583"},
                    "campaign": {"utm_source": "news"}, "values": {"title": "Shop", "plan": "gold"}, "page_url": "https://shop.example/", "event_time": 1795318940.0,
                }
            ],
        },
        {
            "title": "an event from a server",
            "request": {
                "url": "https://heapanalytics.com/api/track", "method": "POST",
                "body": {"app_id": "11", "identity": "a@shop.example", "event": "Send Transactional Email", "properties": {"subject": "Welcome"}, "idempotency_key": "k1"},
            },
            "hits": [
                {"kind": "event", "event": "Send Transactional Email", "account": "11", "key": "k1", "identifiers": {"identity": "a@shop.example"}, "values": {"subject": "Welcome"}}
            ],
        },
        {
            "title": "an identity told by the older script",
            "request": {"url": "https://heapanalytics.com/api/identify_v3?a=2356724093&u=834&i=a%40b.co&b=web&tv=4.0", "resource_type": "image"},
            "hits": [{"kind": "identify", "event": "identify", "account": "2356724093", "identifiers": {"user_id": "834", "identity": "a@b.co"}}],
        },
        {
            "title": "two clicks in one request",
            "request": {
                "url": f"https://heapanalytics.com/h?{_HIT}&t0=click&n0=button&x0=Buy&ts0=1795318940100&t1=submit&n1=form&ts1=1795318940200", "resource_type": "image",
            },
            "hits": [
                {"kind": "event", "event": "click", "account": "2356724093", "parameters": {"x0": "Buy", "u": "834"}},
                {"kind": "event", "event": "submit", "account": "2356724093", "parameters": {"n1": "form"}},
            ],
        },
        {
            "title": "properties of two users from a server",
            "request": {
                "url": "https://heapanalytics.com/api/add_user_properties", "method": "POST",
                "body": {"app_id": "11", "users": [{"identity": "a", "properties": {"plan": "x"}}, {"identity": "b", "properties": {"plan": "y"}}]},
            },
            "hits": [
                {"kind": "identify", "event": "add_user_properties", "account": "11", "identifiers": {"identity": "a"}, "values": {"plan": "x"}},
                {"kind": "identify", "event": "add_user_properties", "account": "11", "identifiers": {"identity": "b"}, "values": {"plan": "y"}},
            ],
        },
        {
            "title": "a session, a page view, an event and a click of the newer script, in protocol buffers",
            "request": {
                "url": "https://c.us.heap-api.com/api/capture/v2/track?b=web&i=&u=834&a=11", "method": "POST", "headers": {"Content-Type": "application/octet-stream"},
                "body_base64": "CjcKAm00EgIxMRoDODM0mgEGYUBiLmNvIgwInMmJ2AYQgMq17gFKDwoDNTgzKggqBnNwcmluZ2IACmwKAm0xEgIxMRoDODM0mgEGYUBiLmNvIgwInMmJ2AYQgMq17g"
                "FKDwoDNTgzKggqBnNwcmluZ1IzCgJwMSIEU2hvcConCgxzaG9wLmV4YW1wbGUSBS9jYXJ0GhA/dXRtX3NvdXJjZT1uZXdzagAKkgEKAm0yEgIxMRoDODM0mgEGYUBiLmNvIgwInMmJ2AYQ"
                "gMq17gFKDwoDNTgzKggqBnNwcmluZ1IzCgJwMSIEU2hvcConCgxzaG9wLmV4YW1wbGUSBS9jYXJ0GhA/dXRtX3NvdXJjZT1uZXdzciYKJAoPT3JkZXIgQ29tcGxldGVkEhEKCG9yZGVyX2"
                "lkEgUKA1QtMQp/CgJtMxICMTEaAzgzNJoBBmFAYi5jbyIMCJzJidgGEIDKte4BSg8KAzU4MyoIKgZzcHJpbmdSMwoCcDEiBFNob3AqJwoMc2hvcC5leGFtcGxlEgUvY2FydBoQP3V0bV9z"
                "b3VyY2U9bmV3c3ITEhEYASoNCgZidXR0b24iA0J1eQ==",
            },
            "hits": [
                {"kind": "auxiliary", "event": "session", "account": "11", "key": "m4"},
                {
                    "kind": "pageview", "event": "pageview", "account": "11", "key": "m1", "page_url": "https://shop.example/cart?utm_source=news",
                    "identifiers": {"user_id": "834", "identity": "a@b.co", "session_id": "583"}, "event_time": 1795318940.5,
                    "campaign": {"utm_source": "news", "utm_campaign": "spring"}, "values": {"title": "Shop"},
                },
                {"kind": "event", "event": "Order Completed", "account": "11", "key": "m2", "values": {"order_id": "T-1"}},
                {"kind": "event", "event": "click", "account": "11", "key": "m3", "parameters": {"event.interaction.nodes[0].node_text": "Buy"}},
            ],
        },
        {
            "title": "properties of a user through a site's own host, in protocol buffers",
            "request": {"url": "https://heap.shop.example/api/capture/v2/add_user_properties", "method": "POST", "body_base64": "CgIxMRIDODM0Gg4KBHBsYW4SBgoEZ29sZA=="},
            "hits": [{"kind": "identify", "event": "add_user_properties", "account": "11", "identifiers": {"user_id": "834"}, "values": {"plan": "gold"}}],
        },
        {
            "title": "an identity through a site's own host, as JSON",
            "request": {
                "url": "https://heap.shop.example/api/capture/v2/identify", "method": "POST",
                "body": {"env_id": "1772910386", "user_id": "5338921732914045", "identity": "a@b.co", "time": "2024-12-03T16:04:26.979Z"},
            },
            "hits": [{"kind": "identify", "event": "identify", "account": "1772910386", "identifiers": {"identity": "a@b.co"}, "event_time": 1733241866.979}],
        },
        {
            "title": "a call of the newer script whose body is no message",
            "request": {"url": "https://c.us.heap-api.com/api/capture/v2/track?a=11", "method": "POST", "body_base64": "CgL/AA=="},
            "hits": [{"kind": "event", "event": "track", "account": "11", "parameters": {"$body": "CgL/AA=="}}],
        },
    ),
    lookalikes=(
        "https://shop.example/h?a=1",
        "https://notheapanalytics.com/h?a=1",
        "https://heapanalytics.com/app/manage/projects",
        {"url": "https://shop.example/api/capture/v2/track", "method": "POST", "body": {"order": 1}},
        {"url": "https://shop.example/api/capture/v2/track", "method": "POST", "body_base64": "CgL/AA=="},
        "https://developers.heap.io/reference/track-1",
        "https://heapanalytics.com/api/v1/users",
        "https://heapanalytics.com.evil.example/h?a=1",
        "https://shop.example/?u=https%3A%2F%2Fheapanalytics.com%2Fh%3Fa%3D1",
    ),
)  # fmt: skip
