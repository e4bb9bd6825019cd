"""Mixpanel: events, profile and group updates, in queues; base64 or plain JSON, in a form, a query or the body itself.

Wire format: https://developer.mixpanel.com/reference/track-event, https://developer.mixpanel.com/reference/profile-set,
https://developer.mixpanel.com/reference/group-set-property, https://docs.mixpanel.com/docs/data-structure/property-reference/reserved-properties,
https://docs.mixpanel.com/docs/tracking-methods/sdks/javascript#tracking-via-proxy.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.campaign import CLICK_IDS, campaign_of
from harness.decode.decoder import GIF
from harness.decode.document import PathTable, text_at
from harness.decode.hit import Hit, Parameter
from harness.decode.payload import Payload, open_text, raw_body, read_body
from harness.decode.query import PLAIN, Prefix, Row
from harness.decode.readers import PAGEVIEWS, LibraryReader, epoch_seconds
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.document import Notes

GENERAL, PROPERTIES, DEFAULT, USER, TECHNICAL = "General", "Properties", "Default properties", "User", "Technical"

TABLE = PathTable(
    {
        "event": Row(None, "Event", GENERAL),
        "properties.token": Row(None, "Project token", GENERAL),
        "properties.time": Row(None, "Time", GENERAL),
        "properties.distinct_id": Row(None, "Distinct ID", USER),
        "properties.$device_id": Row(None, "Device ID", USER),
        "properties.$user_id": Row(None, "User ID", USER),
        "properties.$insert_id": Row(None, "Insert ID", TECHNICAL),
        "properties.$current_url": Row(None, "Page address", DEFAULT),
        "properties.$referrer": Row(None, "Referrer", DEFAULT),
        "$token": Row(None, "Project token", GENERAL),
        "$distinct_id": Row(None, "Distinct ID", USER),
        "$group_key": Row(None, "Group key", USER),
        "$group_id": Row(None, "Group ID", USER),
    },
    (
        Prefix("properties.$", field=None, label="{}", group=DEFAULT),
        Prefix("properties.mp_", field=None, label="mp_{}", group=TECHNICAL),
        Prefix("properties.", field=None, label="{}", group=PROPERTIES),
    ),
)
_UPDATES = ("$set", "$set_once", "$add", "$append", "$union", "$unset", "$remove", "$delete")
_PAGEVIEWS = PAGEVIEWS | {"$mp_web_page_view", "mp_page_view", "Page Viewed", "Viewed Page"}
_IDENTIFIES = frozenset(("$identify", "$create_alias", "$merge"))
_OF_A_PROPERTY = frozenset(("token", "distinct_id", "time"))
_CARRIER = "data"


def _decode(request: CapturedRequest) -> list[Hit]:
    shared = PLAIN.read(split_url(request.url).query)
    payload = read_body(request)
    if payload.shape in ("form", "multipart"):
        shared = shared + payload.form()
        payload = Payload()
    if not payload.documents:
        carried = next((str(each.value) for each in shared if each.name == _CARRIER and each.value), None)
        if carried is not None:
            payload = open_text(carried)
            if payload.documents:
                shared = [each for each in shared if each.name != _CARRIER]
    if not payload.documents:
        if not shared and not request.body.data:
            return []
        problem = payload.problem or "events expected as JSON or base64 of JSON"
        raw = [raw_body(request)] if request.body.data else []
        return [Hit(kind="undecoded", parameters=[*shared, *raw], undecoded=problem)]
    return [
        _hit(event, notes, shared)
        for document, notes in payload.documents
        for event in (document if isinstance(document, list) else [document])
    ]


def _hit(event: Any, notes: Notes | None, shared: list[Parameter]) -> Hit:
    parameters = [*shared, *TABLE.read(event, notes)]
    if not isinstance(event, dict):
        return Hit(kind="undecoded", parameters=parameters, undecoded="an event that is no object")
    properties = event.get("properties")
    if "event" not in event or not isinstance(properties, dict):
        return _update(event, parameters)
    name = text_at(event, "event")
    page = text_at(properties, "$current_url")
    campaign = campaign_of(page)
    for key, value in properties.items():
        if (key[:4] == "utm_" or key in CLICK_IDS) and isinstance(value, str) and value:
            campaign[key] = value
    return Hit(
        kind="pageview" if name in _PAGEVIEWS else "identify" if name in _IDENTIFIES else "event",
        event=name,
        account=text_at(properties, "token")
        or next((str(each.value) for each in shared if each.name == "project_id" and each.value), None),
        parameters=parameters,
        values={key: value for key, value in properties.items() if key not in _OF_A_PROPERTY},
        identifiers=_identifiers(properties, "distinct_id", "$device_id", "$user_id", "$anon_distinct_id"),
        key=text_at(properties, "$insert_id"),
        campaign=campaign,
        page_url=page,
        event_time=epoch_seconds(properties.get("time")),
    )


def _update(event: dict[str, Any], parameters: list[Parameter]) -> Hit:
    """A profile's or group's update; it is called by what it does (``$set``)."""
    name = next((each for each in _UPDATES if each in event), None)
    changed = event.get(name) if name is not None else None
    return Hit(
        kind="identify" if name is not None else "auxiliary",
        event=name,
        account=text_at(event, "$token"),
        parameters=parameters,
        values=dict(changed) if isinstance(changed, dict) else {},
        identifiers=_identifiers(event, "$distinct_id", "$device_id", "$user_id", "$group_key", "$group_id"),
        event_time=epoch_seconds(event.get("$time")),
    )


def _identifiers(found: dict[str, Any], *names: str) -> dict[str, str]:
    return {name.lstrip("$"): text for name in names if (text := text_at(found, name)) is not None}


def _auxiliary(request: CapturedRequest) -> list[Hit]:
    parameters = PLAIN.read(split_url(request.url).query)
    token = next((str(each.value) for each in parameters if each.name == "token" and each.value), None)
    return [Hit(kind="auxiliary", account=token, parameters=[*parameters, raw_body(request)] if request.body.data else parameters)]


def _is_mixpanel(request: CapturedRequest) -> bool:
    """Told by the events themselves: a token among an event's properties, or an update's ``$token``."""
    payload = read_body(request)
    parameters = (
        payload.form() if payload.shape in ("form", "multipart") else [] if payload.documents else PLAIN.read(split_url(request.url).query)
    )
    if not payload.documents:
        carried = next((str(each.value) for each in parameters if each.name == _CARRIER and each.value), None)
        if carried is None:
            return False
        payload = open_text(carried)
    first = payload.value[0] if isinstance(payload.value, list) and payload.value else payload.value
    if not isinstance(first, dict):
        return False
    properties = first.get("properties")
    if isinstance(properties, dict):
        return isinstance(first.get("event"), str) and isinstance(properties.get("token"), str)
    return isinstance(first.get("$token"), str) and any(name in first for name in _UPDATES)


def _answer(request: CapturedRequest) -> Answer | None:
    """``1`` or a status object; anything else is taken for a failure and sent again."""
    address = split_url(request.url)
    wire = {each.name: each.value for each in PLAIN.read(address.query)}
    kind = (("Content-Type", "application/json"),)
    step = address.path.strip("/").rpartition("/")[2]
    match step:
        case "decide":
            return Answer(200, kind, b'{"notifications":[],"config":{},"surveys":[]}')
        case "flags":
            return Answer(200, kind, b'{"flags":{}}')
        case "settings":
            return Answer(200, kind, b"{}")
        case "record":
            return Answer(200, kind, b'{"code":200,"status":"OK"}')
        case "track" | "engage" | "groups" | "import":
            if wire.get("img") == "1":
                return Answer(200, (("Content-Type", "image/gif"),), GIF)
            return Answer(200, kind, json.dumps({"error": None, "status": 1}).encode() if wire.get("verbose") == "1" else b"1")
        case _:
            return None


_HOSTS = ("api.mixpanel.com", "api-js.mixpanel.com", "api-eu.mixpanel.com", "api-in.mixpanel.com", "mixpanel.com")
_COLLECT = ("track", "engage", "groups", "import")

VENDOR = Vendor(
    id="mixpanel",
    name="Mixpanel",
    category="analytics",
    docs=(
        "https://developer.mixpanel.com/reference/track-event",
        "https://developer.mixpanel.com/reference/profile-set",
        "https://docs.mixpanel.com/docs/data-structure/property-reference/reserved-properties",
    ),
    endpoints=(
        *(Endpoint(host=host, path=f"/{step}{slash}") for host in _HOSTS for step in _COLLECT for slash in ("", "/")),
        *(Endpoint(host=host, path=f"/record{slash}", decode=_auxiliary) for host in _HOSTS[:-1] for slash in ("", "/")),
        *(
            Endpoint(host=host, path=f"/{step}{slash}", role="config", decode=LibraryReader("config", account="token"))
            for host in _HOSTS[:-1]
            for step in ("decide", "flags", "settings")
            for slash in ("", "/")
        ),
        *(Endpoint(host="*", path=f"*/{step}{slash}", recognise=_is_mixpanel) for step in _COLLECT[:-1] for slash in ("", "/")),
        Endpoint(host="cdn.mxpnl.com", path="/libs/*", role="library", decode=LibraryReader()),
        Endpoint(host="cdn4.mxpnl.com", path="/libs/*", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    answer=_answer,
    automatic_events=frozenset(
        {
            "$mp_web_page_view", "$mp_click", "$mp_dead_click", "$mp_rage_click", "$mp_input_change", "$mp_scroll", "$mp_submit", "$mp_page_leave",
            "$mp_session_record", "$identify", "$set_once", "$set",
        }
    ),
    automatic_parameters=frozenset(
        {"$*", "mp_*", "current_url_*", "current_domain", "current_page_title", "utm_*", "gclid", "fbclid", "msclkid", "ttclid", "twclid",
         "li_fat_id", "dclid", "gbraid", "wbraid", "ko_click_id", "sccid"}
    ),
    examples=(
        {
            "title": "a queue of two events, base64 in a form",
            "request": {
                "url": "https://api-js.mixpanel.com/track/?verbose=1&ip=1&_=1795318924209", "method": "POST",
                "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "data=W3siZXZlbnQiOiJhZGRfdG9fY2FydCIsInByb3BlcnRpZXMiOnsic2t1IjoiU0tVMSIsInRva2VuIjoidG9rIiwidGltZSI6MTc5NTMxODkyMy43Mywi"
                "ZGlzdGluY3RfaWQiOiJ1MSIsIiRpbnNlcnRfaWQiOiJpMSIsIiRjdXJyZW50X3VybCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlLz91dG1fc291cmNlPXgifX0seyJldmVudCI6Ii"
                "RtcF93ZWJfcGFnZV92aWV3IiwicHJvcGVydGllcyI6eyJ0b2tlbiI6InRvayJ9fV0%3D",
            },
            "hits": [
                {
                    "kind": "event", "event": "add_to_cart", "account": "tok", "key": "i1", "event_time": 1795318923.73,
                    "values": {"sku": "SKU1"}, "identifiers": {"distinct_id": "u1"}, "campaign": {"utm_source": "x"},
                    "parameters": {"properties.sku": "SKU1", "verbose": "1"},
                },
                {"kind": "pageview", "event": "$mp_web_page_view", "account": "tok"},
            ],
        },
        {
            "title": "a profile update through a proxy, as plain JSON",
            "request": {
                "url": "https://mp.shop.example/engage/?verbose=1", "method": "POST",
                "body": [{"$set": {"plan": "gold"}, "$token": "tok", "$distinct_id": "u1"}],
            },
            "hits": [
                {"kind": "identify", "event": "$set", "account": "tok", "values": {"plan": "gold"}, "identifiers": {"distinct_id": "u1"}}
            ],
        },
        {
            "title": "an import to the European region, one event a line, by the project's number",
            "request": {
                "url": "https://api-eu.mixpanel.com/import?strict=1&project_id=77", "method": "POST", "headers": {"Content-Type": "application/x-ndjson"},
                "body": '{"event":"Signed Up","properties":{"time":1795318923,"distinct_id":"u1","$insert_id":"i1"}}\n'
                '{"event":"Page Viewed","properties":{"time":1795318924,"distinct_id":"u1","$insert_id":"i2"}}\n',
            },
            "hits": [
                {"kind": "event", "event": "Signed Up", "account": "77", "key": "i1"}, {"kind": "pageview", "event": "Page Viewed", "account": "77", "key": "i2"},
            ],
        },
        {
            "title": "an event in an image's address",
            "request": {
                "url": "https://api.mixpanel.com/track?img=1&data=eyJldmVudCI6Im9wZW4iLCJwcm9wZXJ0aWVzIjp7InRva2VuIjoidG9rIn19",
                "resource_type": "image",
            },
            "hits": [{"kind": "event", "event": "open", "account": "tok"}],
        },
    ),
    lookalikes=(
        "https://api.notmixpanel.com/track?data=abc",
        "https://shop.example/track",
        "https://shop.example/track/?data=abc",
        {"url": "https://op.shop.example/track", "method": "POST", "body": {"type": "track", "payload": {"name": "x"}}},
        "https://mixpanel.com/blog/track",
        "https://mixpanel.com/report/123/insights",
        "https://shop.example/?u=https%3A%2F%2Fapi-js.mixpanel.com%2Ftrack%2F",
        "https://api.mixpanel.com.evil.example/track",
    ),
)  # fmt: skip
