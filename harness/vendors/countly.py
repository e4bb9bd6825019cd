"""Countly: events, sessions, views, user details and consent, in a query or form, to Countly's cloud or a server of the site's own.

Wire format: https://api.count.ly/reference/i (requests), https://support.countly.com/hc/en-us/articles/360037441932-Web-analytics-JavaScript
(the script). Its view event is ``[CLY]_view``; one with a duration and without ``visit`` tells how long the view before it lasted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable, at, text_at
from harness.decode.hit import Hit, Parameter
from harness.decode.payload import open_text, read_body
from harness.decode.query import QueryTable, Row, fields
from harness.decode.readers import LibraryReader, epoch_seconds, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

_TABLE = QueryTable(
    {
        "app_key": Row(None, "App key", "General"),
        "device_id": Row(None, "Device ID", "User"),
        "old_device_id": Row(None, "Previous device ID", "User"),
        "events": Row(None, "Events", "General", "json"),
        "begin_session": Row("begin_session", "Session begins", "Session"),
        "end_session": Row("end_session", "Session ends", "Session"),
        "session_duration": Row("session_duration", "Session duration (s)", "Session", "number"),
        "metrics": Row("metrics", "Metrics", "Device", "json"),
        "user_details": Row("user_details", "User details", "User", "json"),
        "consent": Row(None, "Consent", "Consent", "json"),
        "crash": Row("crash", "Crash", "General", "json"),
        "apm": Row("apm", "Performance", "Technical", "json"),
        "campaign_id": Row("campaign_id", "Campaign", "Campaign"),
        "campaign_user": Row("campaign_user", "Campaign user", "Campaign"),
        "requests": Row(None, "Bulk", "General", "json"),
        "timestamp": Row(None, "Time", "Technical"),
        "hour": Row(None, "Local hour", "Technical"),
        "dow": Row(None, "Day of the week", "Technical"),
        "tz": Row(None, "Time zone", "Technical"),
        "sdk_name": Row(None, "Script", "Technical"),
        "sdk_version": Row(None, "Script version", "Technical"),
        "av": Row(None, "App version", "Technical"),
        "t": Row(None, "Device ID type", "Technical"),
        "rr": Row(None, "Queue", "Technical"),
        "checksum256": Row(None, "Checksum", "Technical"),
        "ip_address": Row(None, "IP address", "User"),
        "country_code": Row(None, "Country", "User"),
        "city": Row(None, "City", "User"),
        "hc": Row(None, "Script's health", "Technical", "json"),
        "method": Row(None, "Method", "Technical"),
        "location": Row(None, "Location", "User"),
    }
)
_EVENT = PathTable(
    {
        "key": Row(None, "Event", "General"),
        "count": Row("count", "Count", "General"),
        "sum": Row("sum", "Sum", "General"),
        "dur": Row("dur", "Duration (s)", "General"),
        "id": Row(None, "Event ID", "Technical"),
        "pvid": Row(None, "Previous view ID", "Technical"),
        "cvid": Row(None, "View ID", "Technical"),
        "peid": Row(None, "Previous event ID", "Technical"),
        "timestamp": Row(None, "Time", "Technical"),
    }
)
_BULK = PathTable(_TABLE.rows)
_ASIDE = frozenset(("[CLY]_orientation", "[CLY]_action", "[CLY]_apm_device", "[CLY]_push_sent"))
_CARRIERS = ("events", "requests")


def _value(wire: dict[str, Any], name: str) -> Any:
    found = wire.get(name)
    return open_text(found).value if isinstance(found, str) and found else found


def _hits(parameters: list[Parameter], problem: str = "") -> list[Hit]:
    wire: dict[str, Any] = {}
    for each in parameters:
        wire.setdefault(each.name, each.value)
    account = str(wire.get("app_key") or "") or None
    identifiers = {name: str(wire[name]) for name in ("device_id", "old_device_id") if wire.get(name)}
    consent = _value(wire, "consent")
    signals = {name: bool(value) for name, value in consent.items()} if isinstance(consent, dict) else None
    values = fields(parameters)
    events = _value(wire, "events")
    hits: list[Hit] = []
    if isinstance(events, list) and events:
        around = [each for each in parameters if each.name != "events"]
        for event in events:
            own = [each._replace(name=f"events[].{each.name}" if each.name else "events[]") for each in _EVENT.read(event)]
            name = text_at(event, "key")
            segmentation = at(event, "segmentation")
            said = {**values, **(segmentation if isinstance(segmentation, dict) else {}), **fields(own)}
            page = text_at(segmentation, "url") or text_at(segmentation, "view")
            lasted = name == "[CLY]_view" and at(segmentation, "visit") is None and at(event, "dur") is not None
            kind = "auxiliary" if name is None or name in _ASIDE or lasted else "pageview" if name == "[CLY]_view" else "event"
            hits.append(
                Hit(
                    kind=kind, event=name, account=account, parameters=[*around, *own], values=said, identifiers=dict(identifiers), consent=signals,
                    key=text_at(event, "id"),
                    page_url=page if page and "://" in page else None, campaign=campaign_of(page), event_time=epoch_seconds(at(event, "timestamp")),
                    undecoded=problem,
                )
            )  # fmt: skip
        return hits
    kind, name = "auxiliary", next((key for key in ("begin_session", "end_session", "session_duration") if key in wire), None)
    if "user_details" in wire:
        kind, name = "identify", "user_details"
        details = _value(wire, "user_details")
        if isinstance(details, dict):
            values = {**values, **details}
    elif signals is not None and name is None:
        kind, name = "consent", "consent"
    return [
        Hit(
            kind=kind,
            event=name,
            account=account,
            parameters=parameters,
            values=values,
            identifiers=identifiers,
            consent=signals,
            undecoded=problem,
        )
    ]


def _decode(request: CapturedRequest) -> list[Hit]:
    parameters, problem = request_parameters(request, _TABLE)
    bulk = next((each for each in parameters if each.name == "requests"), None)
    requests = open_text(bulk.value).value if bulk is not None and isinstance(bulk.value, str) else bulk.value if bulk is not None else None
    if not isinstance(requests, list):
        document = read_body(request).value
        requests = at(document, "requests") if isinstance(document, dict) else None
        if not isinstance(requests, list) or not requests:
            return _hits(parameters, problem)
    around = [each for each in parameters if each.name != "requests" and not each.name.startswith("requests[")]
    hits: list[Hit] = []
    for each in requests:
        own = [] if not isinstance(each, dict) else [Parameter(name, value, None, *_BULK.row(name)[:3]) for name, value in each.items()]
        hits += _hits([*own, *around] if own else [*around, *_BULK.read(each, at="requests")], problem)
    return hits or _hits(parameters, problem)


def _is_countly(request: CapturedRequest) -> bool:
    """Told by app key, device and script (or an array of events) together."""
    query = f"&{split_url(request.url).query}"
    payload = read_body(request) if request.body.data else None
    text = query + ("&" + payload.text[:65_536] if payload is not None and payload.shape == "form" else "")
    return (
        "&app_key=" in text
        and "&device_id=" in text
        and any(f"&{key}=" in text for key in ("sdk_name", "events", "begin_session", "session_duration", "metrics"))
    )


def _is_asked(request: CapturedRequest) -> bool:
    """A configuration asked for: told by app key, device and method together."""
    query = f"&{split_url(request.url).query}"
    return "&app_key=" in query and "&device_id=" in query and "&method=" in query


def _answer(request: CapturedRequest) -> Answer | None:
    """The word for which the script waits: without it the first request is sent again and again, and none after it."""
    if request.resource_type == "image" or "i" not in split_url(request.url).path.split("/"):
        return None
    return Answer(200, (("Content-Type", "application/json"),), b'{"result":"Success"}')


_HIT = "app_key=k1&device_id=d1&sdk_name=javascript_native_web&sdk_version=24.11.0&timestamp=1795318940000&t=1"

VENDOR = Vendor(
    id="countly",
    name="Countly",
    category="analytics",
    docs=("https://api.count.ly/reference/i", "https://support.countly.com/hc/en-us/articles/360037441932-Web-analytics-JavaScript"),
    endpoints=(
        *(Endpoint(host="*.count.ly", path=path) for path in ("/i", "/i/", "/i/bulk")),
        *(Endpoint(host="*", path=path, recognise=_is_countly) for path in ("*/i", "*/i/", "*/i/bulk")),
        Endpoint(host="*.count.ly", path="/o/*", role="config", decode=LibraryReader("config", account="app_key")),
        Endpoint(host="*", path="*/o/sdk", role="config", recognise=_is_asked, decode=LibraryReader("config", account="app_key")),
    ),
    decode=_decode,
    answer=_answer,
    automatic_events=frozenset({"[CLY]_orientation", "[CLY]_action", "[CLY]_star_rating", "[CLY]_nps", "[CLY]_survey", "linkClick", "formSubmit", "begin_session", "end_session"}),
    automatic_parameters=frozenset({"metrics", "session_duration", "begin_session", "count", "bounce", "start", "visit", "view", "domain", "exit"}),
    examples=(
        {
            "title": "two events in a form, to the site's own server",
            "request": {
                "url": "https://countly.shop.example/i", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": f"{_HIT}&events=%5B%7B%22key%22%3A%22purchase%22%2C%22count%22%3A1%2C%22sum%22%3A19.98%2C%22segmentation%22%3A%7B%22currency%22%3A%22EUR%22%7D%2C%22timestamp%22%3A1795318940000%7D%2C%7B%22key%22%3A%22%5BCLY%5D_view%22%2C%22segmentation%22%3A%7B%22name%22%3A%22%2Fhome%22%7D%7D%5D",
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "k1", "identifiers": {"device_id": "d1"}, "event_time": 1795318940.0,
                    "values": {"currency": "EUR", "sum": 19.98, "count": 1},
                },
                {"kind": "pageview", "event": "[CLY]_view", "account": "k1", "values": {"name": "/home"}},
            ],
        },
        {
            "title": "a session begins",
            "request": {"url": f"https://shop.count.ly/i?{_HIT}&begin_session=1&metrics=%7B%22_os%22%3A%22Linux%22%7D"},
            "hits": [{"kind": "auxiliary", "event": "begin_session", "account": "k1", "values": {"metrics": {"_os": "Linux"}}}],
        },
        {
            "title": "how long a view lasted, and a view with its ID",
            "request": {
                "url": f"https://countly.shop.example/i?{_HIT}&events=%5B%7B%22key%22%3A%22%5BCLY%5D_view%22%2C%22count%22%3A1%2C%22dur%22%3A9%2C%22segmentation%22%3A%7B%22name%22%3A%22%2Fhome%22%7D%2C%22id%22%3A%22e1%22%7D%2C%7B%22key%22%3A%22%5BCLY%5D_view%22%2C%22count%22%3A1%2C%22segmentation%22%3A%7B%22name%22%3A%22%2Fcart%22%2C%22visit%22%3A1%2C%22view%22%3A%22https%3A%2F%2Fshop.example%2Fcart%22%7D%2C%22id%22%3A%22e2%22%7D%5D"
            },
            "hits": [
                {"kind": "auxiliary", "event": "[CLY]_view", "key": "e1", "values": {"dur": 9}},
                {"kind": "pageview", "event": "[CLY]_view", "key": "e2", "page_url": "https://shop.example/cart"},
            ],
        },
        {
            "title": "requests in bulk, of a server",
            "request": {
                "url": "https://shop.count.ly/i/bulk", "method": "POST",
                "body": {"requests": [{"app_key": "k1", "device_id": "d1", "events": [{"key": "a", "count": 1}]}, {"app_key": "k1", "device_id": "d2", "user_details": {"name": "N"}}]},
            },
            "hits": [
                {"kind": "event", "event": "a", "account": "k1", "identifiers": {"device_id": "d1"}},
                {"kind": "identify", "event": "user_details", "account": "k1", "identifiers": {"device_id": "d2"}},
            ],
        },
        {
            "title": "the server's configuration asked for",
            "request": {"url": "https://countly.shop.example/o/sdk?app_key=k1&device_id=d1&method=sc&sdk_name=javascript_native_web"},
            "hits": [{"kind": "config", "account": "k1"}],
        },
        {
            "title": "consent given",
            "request": {"url": f"https://shop.count.ly/i?{_HIT}&consent=%7B%22events%22%3Atrue%2C%22location%22%3Afalse%7D"},
            "hits": [{"kind": "consent", "event": "consent", "consent": {"events": True, "location": False}}],
        },
    ),
    lookalikes=(
        "https://shop.count.ly.evil.example/i?app_key=1",
        "https://shop.example/i?app_key=1",
        "https://notcount.ly/i?app_key=1",
        "https://shop.example/o/sdk?method=sc",
        "https://shop.example/?u=https%3A%2F%2Fshop.count.ly%2Fi%3Fapp_key%3D1",
        "https://shop.count.ly/dashboard",
    ),
)  # fmt: skip
