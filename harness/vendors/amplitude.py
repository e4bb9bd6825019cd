"""Amplitude Analytics: events in a batch, to Amplitude's US and EU servers or through a proxy; the older form with ``e=[…]``.

Wire format: https://amplitude.com/docs/apis/analytics/http-v2 (HTTP V2), https://amplitude.com/docs/apis/analytics/batch-event-upload (batch),
https://amplitude.com/docs/apis/analytics/identify (identify), https://amplitude.com/docs/sdks/analytics/browser/browser-sdk-2 (the script),
https://amplitude.com/docs/analytics/domain-proxy (proxies).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import Payload, open_text, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PROPERTIES, USER, REVENUE, DEVICE, TECHNICAL = "General", "Event properties", "User", "Revenue", "Device", "Technical"
_TABLE = PathTable(
    {
        "event_type": Row(None, "Event", GENERAL),
        "user_id": Row(None, "User ID", USER),
        "device_id": Row(None, "Device ID", USER),
        "session_id": Row(None, "Session ID", USER),
        "insert_id": Row(None, "Insert ID", TECHNICAL),
        "uuid": Row(None, "Event ID", TECHNICAL),
        "event_id": Row(None, "Event number", TECHNICAL),
        "time": Row(None, "Time", TECHNICAL),
        "timestamp": Row(None, "Time", TECHNICAL),
        "price": Row("price", "Price", REVENUE),
        "quantity": Row("quantity", "Quantity", REVENUE),
        "revenue": Row("revenue", "Revenue", REVENUE),
        "currency": Row("currency", "Currency", REVENUE),
        "productId": Row("productId", "Product ID", REVENUE),
        "revenueType": Row("revenueType", "Revenue type", REVENUE),
        "platform": Row(None, "Platform", DEVICE),
        "language": Row(None, "Language", DEVICE),
        "user_agent": Row(None, "User agent", DEVICE),
        "ip": Row(None, "IP address", USER),
        "library": Row(None, "Script", TECHNICAL),
        "partner_id": Row(None, "Partner", TECHNICAL),
        "version_name": Row(None, "Version of the app", DEVICE),
        "app_version": Row(None, "Version of the app", DEVICE),
        "os_name": Row(None, "System", DEVICE),
        "os_version": Row(None, "System version", DEVICE),
        "device_model": Row(None, "Device model", DEVICE),
        "device_manufacturer": Row(None, "Device manufacturer", DEVICE),
        "device_brand": Row(None, "Device brand", DEVICE),
        "carrier": Row(None, "Carrier", DEVICE),
        "country": Row(None, "Country", USER),
        "region": Row(None, "Region", USER),
        "city": Row(None, "City", USER),
        "dma": Row(None, "Market area", USER),
        "idfa": Row(None, "Advertising ID", USER),
        "idfv": Row(None, "Vendor ID", USER),
        "adid": Row(None, "Advertising ID", USER),
        "android_id": Row(None, "Android ID", USER),
        "group_type": Row(None, "Group type", USER),
        "group_value": Row(None, "Group", USER),
    },
    (
        Prefix("event_properties.", field=None, label="{}", group=PROPERTIES),
        Prefix("user_properties.", field=None, label="{}", group=USER),
        Prefix("groups.", field=None, label="Group {}", group=USER),
        Prefix("group_properties.", field=None, label="Group {}", group=USER),
        Prefix("plan.", field=None, label="Plan {}", group=TECHNICAL),
        Prefix("library.", field=None, label="Script {}", group=TECHNICAL),
    ),
)
_SHARED = PathTable(
    {"api_key": Row(None, "API key", GENERAL), "client_upload_time": Row(None, "Sent", TECHNICAL)},
    (Prefix("options.", field=None, group=TECHNICAL),),
)
_FORM = QueryTable(
    {
        "client": Row(None, "API key", GENERAL),
        "api_key": Row(None, "API key", GENERAL),
        "e": Row(None, "Events", GENERAL),
        "event": Row(None, "Events", GENERAL),
        "identification": Row(None, "Identifications", GENERAL),
        "v": Row(None, "Version", TECHNICAL),
        "upload_time": Row(None, "Sent", TECHNICAL),
        "checksum": Row(None, "Checksum", TECHNICAL),
    }
)
_IDENTIFIES = frozenset(("$identify", "$groupidentify"))
_PAGEVIEWS = frozenset(("[Amplitude] Page Viewed", "Page View", "Page Viewed", "page_view", "pageview"))


def _kind(name: str | None, event: Any) -> str:
    if name is None:
        return "identify" if isinstance(at(event, "user_properties"), dict) else "auxiliary"
    return "identify" if name in _IDENTIFIES else "pageview" if name in _PAGEVIEWS else "event"


def _derive(hit: Hit, event: Any, document: Any) -> None:
    user = at(event, "user_properties")
    if isinstance(user, dict) and user:
        hit.values.setdefault("user_properties", user)
        for operation in ("$set", "$setOnce"):
            changed = user.get(operation)
            for name, value in changed.items() if isinstance(changed, dict) else ():
                if isinstance(value, str) and value and name[:4] == "utm_":
                    hit.campaign.setdefault(name, value)
    if hit.event is None and isinstance(at(event, "group_properties"), dict):
        hit.kind, hit.event = "identify", "$groupidentify"
        hit.values.setdefault("group_properties", event["group_properties"])
        for name in ("group_type", "group_value"):
            if (found := text_at(event, name)) is not None:
                hit.identifiers[name] = found
    if hit.event is None and hit.kind == "identify":
        hit.event = "$identify"
    for key in ("$price", "$quantity", "$revenue", "$productId", "$revenueType", "$currency"):
        if key in hit.values:
            hit.values.setdefault(key[1:], hit.values[key])


_READ = JsonReader(
    _TABLE,
    events="events",
    shared=_SHARED,
    event="event_type",
    account=("api_key", "client"),
    key=("insert_id", "uuid"),
    page=("event_properties.[Amplitude] Page URL", "event_properties.page_url"),
    time=("time", "timestamp"),
    identifiers={"user_id": "user_id", "device_id": "device_id", "session_id": "session_id"},
    values=("event_properties",),
    kind=_kind,
    derive=_derive,
    query=_FORM,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    payload = read_body(request)
    shared = _FORM.read(split_url(request.url).query)
    if payload.documents:
        return _READ.hits(payload, shared)
    if payload.shape in ("form", "multipart"):
        shared = [*shared, *payload.form(_FORM)]
    for name in ("e", "event", "identification"):
        carried = next((str(each.value) for each in shared if each.name == name and each.value), None)
        opened = open_text(carried) if carried is not None else Payload()
        if opened.documents:
            hits = _READ.hits(opened, shared)
            key = next((str(each.value) for each in shared if each.name in ("client", "api_key") and each.value), None)
            for hit in hits:
                hit.account = hit.account or key
            return hits
    if payload.shape in ("form", "multipart"):
        hit = _READ.hit({}, {}, shared)
        hit.kind = "auxiliary"
        return [hit]
    return [_READ.unread(request, payload, shared)]


def _is_amplitude(request: CapturedRequest) -> bool:
    """Told by a key beside events that have Amplitude's ``event_type`` and one of its own fields."""
    payload = read_body(request)
    document = payload.value
    if isinstance(document, dict) and isinstance(document.get("api_key"), str):
        events = document.get("events")
        first = events[0] if isinstance(events, list) and events else None
        return (
            isinstance(first, dict)
            and isinstance(first.get("event_type"), str)
            and any(name in first for name in ("device_id", "user_id", "insert_id", "event_properties"))
        )
    return False


def _script(path: str, wire: Mapping[str, Any]) -> str | None:
    """``/script/<API key>.js``."""
    folder, _, name = path.strip("/").partition("/")
    return name.partition(".")[0] or None if folder == "script" else None


def _answer(request: CapturedRequest) -> Answer | None:
    """A success object, or the batch is sent again; ``success`` to the older form."""
    if request.method != "POST":
        return None
    path = split_url(request.url).path.rstrip("/")
    if path in ("", "/"):
        return Answer(200, (("Content-Type", "text/html"),), b"success")
    return Answer(
        200, (("Content-Type", "application/json"),), b'{"code":200,"events_ingested":1,"payload_size_bytes":1,"server_upload_time":1}'
    )


_HOSTS = ("api2.amplitude.com", "api.amplitude.com", "api.eu.amplitude.com", "api3.amplitude.com")
_PATHS = ("/2/httpapi", "/2/httpapi/", "/httpapi", "/batch", "/identify", "/groupidentify", "/")
_EVENT = {
    "event_type": "purchase",
    "device_id": "d1",
    "user_id": "u1",
    "session_id": 17,
    "time": 1795318940000,
    "insert_id": "i-1",
    "library": "amplitude-ts/2.0.0",
}

VENDOR = Vendor(
    id="amplitude",
    name="Amplitude",
    category="analytics",
    docs=(
        "https://amplitude.com/docs/apis/analytics/http-v2",
        "https://amplitude.com/docs/apis/analytics/batch-event-upload",
        "https://amplitude.com/docs/sdks/analytics/browser/browser-sdk-2",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in _PATHS),
        *(Endpoint(host="*", path=path, recognise=_is_amplitude) for path in ("*/httpapi", "*/batch", "*/events")),
        *(
            Endpoint(host=host, path="/*", decode=LibraryReader("auxiliary"))
            for host in ("api-sr.amplitude.com", "api-sr.eu.amplitude.com", "diagnostics.prod.us-west-2.amplitude.com", "diagnostics.prod.eu-central-1.amplitude.com")
        ),
        *(
            Endpoint(host=host, path="/*", role="config", decode=LibraryReader("config", account="api_key"))
            for host in ("sr-client-cfg.amplitude.com", "sr-client-cfg.eu.amplitude.com", "regionconfig.amplitude.com", "regionconfig.eu.amplitude.com")
        ),
        *(
            Endpoint(host=host, path="/*", role="config", decode=LibraryReader("config"))
            for host in ("api.lab.amplitude.com", "api.lab.eu.amplitude.com", "flag.lab.amplitude.com", "flag.lab.eu.amplitude.com")
        ),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader(account=_script)) for host in ("cdn.amplitude.com", "cdn.eu.amplitude.com")),
    ),
    decode=_decode,
    answer=_answer,
    automatic_events=frozenset(
        {
            "session_start", "session_end", "[Amplitude] Page Viewed", "[Amplitude] Element Clicked", "[Amplitude] Element Changed", "[Amplitude] Form Started",
            "[Amplitude] Form Submitted", "[Amplitude] File Downloaded", "[Amplitude] Replay Captured", "$identify",
        }
    ),
    automatic_parameters=frozenset({"[Amplitude]*", "user_properties", "utm_*", "referrer", "referring_domain"}),
    examples=(
        {
            "title": "two events of the browser SDK",
            "request": {
                "url": "https://api2.amplitude.com/2/httpapi", "method": "POST",
                "body": {
                    "api_key": "k1", "client_upload_time": "2026-11-22T03:42:21.000Z",
                    "events": [
                        {**_EVENT, "event_properties": {"order_id": "T-1", "products": [{"sku": "S1"}]}, "revenue": 19.98, "currency": "EUR"},
                        {"event_type": "[Amplitude] Page Viewed", "device_id": "d1", "event_properties": {"[Amplitude] Page URL": "https://shop.example/?utm_source=x"}},
                    ],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "k1", "key": "i-1", "event_time": 1795318940.0,
                    "identifiers": {"user_id": "u1", "device_id": "d1", "session_id": "17"},
                    "values": {"order_id": "T-1", "revenue": 19.98, "currency": "EUR", "products": [{"sku": "S1"}]},
                },
                {"kind": "pageview", "event": "[Amplitude] Page Viewed", "account": "k1"},
            ],
        },
        {
            "title": "the older form",
            "request": {
                "url": "https://api.amplitude.com/", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "client=k1&e=%5B%7B%22event_type%22%3A%22click%22%2C%22device_id%22%3A%22d1%22%2C%22event_properties%22%3A%7B%22a%22%3A1%7D%7D%5D&v=2&upload_time=1",
            },
            "hits": [{"kind": "event", "event": "click", "account": "k1", "values": {"a": 1}, "identifiers": {"device_id": "d1"}}],
        },
        {
            "title": "a group's properties, in the address",
            "request": {
                "url": "https://api2.amplitude.com/groupidentify?api_key=k1&identification=%5B%7B%22group_type%22%3A%22org%22%2C%22group_value%22%3A%22a%22%2C%22group_properties%22%3A%7B%22x%22%3A1%7D%7D%5D"
            },
            "hits": [{"kind": "identify", "event": "$groupidentify", "account": "k1", "identifiers": {"group_type": "org", "group_value": "a"}}],
        },
        {
            "title": "events to the European region",
            "request": {
                "url": "https://api.eu.amplitude.com/2/httpapi", "method": "POST",
                "body": {"api_key": "k1", "events": [{"event_type": "$identify", "user_id": "u"}, {"event_type": "Page Viewed", "event_properties": {"path": "/"}}]},
            },
            "hits": [{"kind": "identify", "event": "$identify", "account": "k1"}, {"kind": "pageview", "event": "Page Viewed", "account": "k1", "values": {"path": "/"}}],
        },
        {"title": "the script of a project", "request": {"url": "https://cdn.amplitude.com/script/k1.js"}, "hits": [{"kind": "library", "account": "k1"}]},
        {
            "title": "an identification through a proxy",
            "request": {
                "url": "https://amp.shop.example/2/httpapi", "method": "POST",
                "body": {"api_key": "k1", "events": [{"event_type": "$identify", "user_id": "u1", "user_properties": {"$set": {"plan": "gold"}}}], "options": {}},
            },
            "hits": [{"kind": "identify", "event": "$identify", "account": "k1", "values": {"user_properties": {"$set": {"plan": "gold"}}}}],
        },
    ),
    lookalikes=(
        "https://shop.example/2/httpapi",
        {"url": "https://shop.example/batch", "method": "POST", "body": {"api_key": "k", "batch": [{"event": "x", "properties": {}}]}},
        "https://notamplitude.com/2/httpapi",
        "https://app.amplitude.com/analytics/shop/home",
        "https://amplitude.com/docs/apis/analytics/http-v2",
        "https://api2.amplitude.com.evil.example/2/httpapi",
        "https://shop.example/?u=https%3A%2F%2Fapi2.amplitude.com%2F2%2Fhttpapi",
    ),
)  # fmt: skip
