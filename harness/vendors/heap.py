"""Heap: page views and events in an image's address, calls of the newer script and of servers.

Documentation: https://developers.heap.io/reference/web-sdk-overview (the script), https://developers.heap.io/reference/track-1 (server-side events),
https://developers.heap.io/reference/add-user-properties, https://developers.heap.io/reference/identify-1.
The newer script posts protocol buffers; what it did (``track``, ``pageview`` …) its path says, its body is kept as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import at
from harness.decode.hit import Hit
from harness.decode.payload import raw_body, read_body
from harness.decode.query import QueryTable, Row
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
        hit.kind, hit.event = "identify", "identify" if "identify" in step else "add_user_properties"
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
    account="app_id",
    key="idempotency_key",
    time="timestamp",
    identifiers={"identity": "identity", "user_id": "user_id"},
    values=("properties",),
)


def _server(request: CapturedRequest) -> list[Hit]:
    if not request.body.data or not read_body(request).documents:
        return _image(request)
    hits = (_USERS if isinstance(at(read_body(request).value, "users"), list) else _SERVER)(request)
    step = split_url(request.url).path.rstrip("/").rpartition("/")[2]
    for hit in hits:
        if hit.event is None:
            hit.kind = (
                "identify"
                if step in ("identify", "add_user_properties", "add_account_properties", "identify_v3", "add_user_properties_v3")
                else "auxiliary"
            )
            hit.event = step if hit.kind == "identify" else None
    return hits


def _capture(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    if read_body(request).documents:
        return _server(request)
    parameters = _TABLE.read(address.query)
    account = next((str(each.value) for each in parameters if each.name == "a" and each.value), None)
    step = address.path.rstrip("/").rpartition("/")[2]
    if request.body.data:
        parameters = [*parameters, raw_body(request)]
    kind = {"pageview": "pageview", "track": "event", "identify": "identify", "add_user_properties": "identify"}.get(step, "auxiliary")
    return [Hit(kind=kind, event=step or None, account=account, parameters=parameters)]


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
        *(Endpoint(host=host, path="/api/*", decode=_server) for host in ("heapanalytics.com", "*.heapanalytics.com")),
        *(Endpoint(host=host, path="/api/*") for host in ("c.us.heap-api.com", "c.eu.heap-api.com", "*.heap-api.com")),
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
            "title": "a call of the newer script, in protocol buffers",
            "request": {"url": "https://c.us.heap-api.com/api/capture/v2/track?a=11", "method": "POST", "body_base64": "CgL/AA=="},
            "hits": [{"kind": "event", "event": "track", "account": "11", "parameters": {"$body": "CgL/AA=="}}],
        },
    ),
    lookalikes=(
        "https://shop.example/h?a=1",
        "https://notheapanalytics.com/h?a=1",
        "https://heapanalytics.com/app/manage/projects",
        "https://developers.heap.io/reference/track-1",
        "https://heapanalytics.com.evil.example/h?a=1",
        "https://shop.example/?u=https%3A%2F%2Fheapanalytics.com%2Fh%3Fa%3D1",
    ),
)  # fmt: skip
