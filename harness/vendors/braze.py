"""Braze: the Web SDK's data calls, and events, purchases and attributes sent by a backend.

Wire format: as https://www.npmjs.com/package/@braze/web-sdk sends it.
Documentation: https://www.braze.com/docs/developer_guide/sdk_integration (Web SDK),
https://www.braze.com/docs/api/basics/#endpoints (hosts of every cluster),
https://www.braze.com/docs/api/endpoints/user_data/post_user_track (events and purchases),
https://www.braze.com/docs/api/objects_filters/event_object, https://www.braze.com/docs/api/objects_filters/purchase_object.

The Web SDK batches: ``events`` of codes (``ce`` a custom event, ``p`` a purchase, ``ss`` a session's start) with their ``data``, and
``attributes`` of the user. A call without either only asks for messages and configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import PLAIN, Prefix, Row, number
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PROPERTIES, COMMERCE, USER, DEVICE, TECHNICAL = "General", "Properties", "E-commerce", "User", "Device", "Technical"

_SHARED = PathTable(
    {
        "api_key": Row("api_key", "API key", GENERAL),
        "device_id": Row("device_id", "Device ID", USER),
        "sdk_version": Row(None, "SDK version", TECHNICAL),
        "time": Row(None, "Time", TECHNICAL),
        "respond_with.user_id": Row("external_id", "User ID", USER),
        "user_id": Row("external_id", "User ID", USER),
        "sdk_flavor": Row(None, "SDK flavour", TECHNICAL),
        "app_version": Row(None, "App version", TECHNICAL),
    },
    (Prefix("device.", field=None, label="{}", group=DEVICE), Prefix("attributes[].", field=None, label="{}", group=USER)),
)
_EVENT = PathTable(
    {
        "name": Row(None, "Event", GENERAL),
        "time": Row(None, "Time", TECHNICAL),
        "user_id": Row(None, "User ID", USER),
        "session_id": Row(None, "Session ID", USER),
        "data.n": Row(None, "Event name", GENERAL),
        "data.pid": Row("product_id", "Product ID", COMMERCE),
        "data.c": Row("currency", "Currency", COMMERCE),
        "data.q": Row("quantity", "Quantity", COMMERCE),
        "product_id": Row("product_id", "Product ID", COMMERCE),
        "currency": Row("currency", "Currency", COMMERCE),
        "price": Row("price", "Price", COMMERCE),
        "quantity": Row("quantity", "Quantity", COMMERCE),
    },
    (
        Prefix("data.p.", field=None, label="{}", group=PROPERTIES),
        Prefix("data.pr.", field=None, label="{}", group=PROPERTIES),
        Prefix("properties.", field=None, label="{}", group=PROPERTIES),
    ),
)
_ATTRIBUTES = PathTable(
    {"user_id": Row("external_id", "User ID", USER), "email": Row("email", "E-mail", USER)},
    (Prefix("custom.", field=None, label="{}", group=USER),),
)
_OF_USERS = frozenset(("inc", "add", "rem", "set", "lcaa", "lcar", "ncam", "sgu", "uae"))
_DOCUMENTED = {"p": "purchase", "ss": "session_start", "se": "session_end"}


def _name(event: Any, document: Any) -> str | None:
    code = text_at(event, "name")
    if code == "ce":
        return text_at(event, "data.n")
    return _DOCUMENTED.get(code or "", code)


def _kind(name: str | None, event: Any) -> str:
    code = text_at(event, "name")
    return "event" if code in ("ce", "p") else "identify" if code in _OF_USERS else "auxiliary"


def _derive(hit: Hit, event: Any, document: Any) -> None:
    code, said = text_at(event, "name"), at(event, "data")
    if code not in ("ce", "p") and isinstance(said, dict):
        for key, value in said.items():
            hit.values.setdefault(key, value)
    if code == "p":
        # The script sends the price as a text of two decimals, a backend as a number.
        price = at(event, "data.p")
        price = number(price) if isinstance(price, str) else price
        if isinstance(price, int | float):
            hit.values["price"] = price
        hit.values.setdefault("quantity", 1)


_IDENTIFIERS = {
    "device_id": "device_id", "external_id": ("user_id", "external_id", "respond_with.user_id"), "session_id": "session_id", "braze_id": "braze_id",
    "email": "email",
}  # fmt: skip
_SDK = JsonReader(
    _EVENT, events="events", shared=_SHARED, event=_name, account="api_key", time="time", identifiers=_IDENTIFIERS, values=("data.p", "data.pr"),
    kind=_kind, derive=_derive,
)  # fmt: skip


def _data(request: CapturedRequest) -> list[Hit]:
    hits = _SDK(request)
    payload = read_body(request)
    document, notes = payload.value, payload.notes
    if not isinstance(document, dict):
        return hits
    attributes, events = document.get("attributes"), document.get("events")
    asked = PLAIN.read(split_url(request.url).query)
    if not events or not isinstance(events, list):
        hits = []
    if attributes and isinstance(attributes, list):
        shared = _SHARED.read(document, notes, without=frozenset(("events", "attributes")))
        for each in attributes:
            hit = _SDK.hit(each, document, [*asked, *shared, *_ATTRIBUTES.read(each, notes)])
            hit.kind, hit.event = "identify", "attributes"
            custom = at(each, "custom")
            for said in (custom, each):
                for key, value in said.items() if isinstance(said, dict) else ():
                    if said is custom or key != "custom" or not isinstance(custom, dict):
                        hit.values.setdefault(key, value)
            hits.append(hit)
    if not hits:
        hit = _SDK.hit({}, document, [*asked, *_SHARED.read(document, notes)])
        hit.kind, hit.event = "auxiliary", None
        hits = [hit]
    return hits


_LISTS = (("events", "event"), ("purchases", "event"), ("attributes", "identify"))
_REST = JsonReader(_EVENT, event="name", time="time", identifiers=_IDENTIFIERS, values=("properties", ""))


def _track(request: CapturedRequest) -> list[Hit]:
    """``/users/track``: lists of events, purchases and attributes."""
    hits: list[Hit] = []
    payload = read_body(request)
    if not isinstance(payload.value, dict):
        return _REST(request)
    notes = payload.notes
    listed = frozenset(name for name, _ in _LISTS if isinstance(payload.value.get(name), list))
    asked = PLAIN.read(split_url(request.url).query)
    shared = [*asked, *_SHARED.read(payload.value, notes, without=listed)]
    for name, kind in _LISTS:
        entries = payload.value.get(name)
        for entry in entries if isinstance(entries, list) else ():
            hit = _REST.hit(entry, payload.value, [*shared, *_EVENT.read(entry, notes)])
            hit.kind, hit.event = kind, "purchase" if name == "purchases" else "attributes" if name == "attributes" else hit.event
            hits.append(hit)
    return hits or [_REST.hit(payload.value, payload.value, [*asked, *_EVENT.read(payload.value, notes)])]


def _is_braze(request: CapturedRequest) -> bool:
    """The Web SDK's call to a site's own host: the app's key, the device, and what it asks to be answered with."""
    document = read_body(request).value
    return isinstance(document, dict) and {"api_key", "device_id", "sdk_version", "respond_with"} <= document.keys()


_HOSTS = ("*.braze.com", "*.braze.eu", "*.appboy.com", "*.appboy.eu")
_ASKED = (
    "content_cards/sync",
    "feature_flags/sync",
    "banners/sync",
    "geofence/request",
    "template",
    "push/subscribe",
    "push/redirect",
    "push_registration",
)

VENDOR = Vendor(
    id="braze",
    name="Braze",
    category="marketing",
    docs=(
        "https://www.braze.com/docs/developer_guide/sdk_integration",
        "https://www.braze.com/docs/api/basics/#endpoints",
        "https://www.braze.com/docs/api/endpoints/user_data/post_user_track",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path, decode=_data) for host in _HOSTS for path in ("/api/v3/data", "/api/v3/data/")),
        *(Endpoint(host="*", path=path, recognise=_is_braze, decode=_data) for path in ("*/data", "*/data/")),
        *(Endpoint(host=host, path=f"/api/v3/{path}{slash}", decode=LibraryReader("auxiliary", account="api_key")) for host in _HOSTS for path in _ASKED for slash in ("", "/")),
        *(Endpoint(host=host, path=path, decode=_track) for host in _HOSTS for path in ("/users/track", "/users/track/bulk", "/users/track/sync")),
        *(Endpoint(host="js.appboycdn.com", path=f"/{path}/*", role="library", decode=LibraryReader()) for path in ("web-sdk", "appboy-web-sdk", "web-sdk-develop")),
    ),
    decode=_data,
    automatic_events=frozenset({"session_start", "session_end"}),
    automatic_parameters=frozenset({"api_key", "device_id"}),
    examples=(
        {
            "title": "a purchase through the site's own host, its price as the Web SDK writes it",
            "request": {
                "url": "https://shop.example/metrics/data/", "method": "POST", "headers": {"Content-Type": "application/json"},
                "body": {
                    "respond_with": {"triggers": True, "config": {"config_time": 0}}, "api_key": "0a1b-key", "device_id": "d1", "time": 1795318940,
                    "sdk_version": "6.13.0",
                    "events": [{"name": "p", "time": 1795318940.5, "data": {"pid": "S1", "c": "EUR", "p": "19.90", "q": 2, "pr": {"order_id": "T-1"}}, "session_id": "s1"}],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "0a1b-key", "event_time": 1795318940.5,
                    "values": {"product_id": "S1", "currency": "EUR", "price": 19.9, "quantity": 2, "order_id": "T-1"},
                },
            ],
        },
        {
            "title": "a custom event and a purchase of the Web SDK",
            "request": {
                "url": "https://sdk.iad-01.braze.com/api/v3/data/", "method": "POST",
                "body": {
                    "api_key": "0a1b-key", "device_id": "d1", "time": 1795318940, "sdk_version": "6.13.0", "respond_with": {"user_id": "u1"},
                    "events": [
                        {"name": "ss", "time": 1795318940.1, "data": {}, "session_id": "s1"},
                        {"name": "ce", "time": 1795318940.3, "data": {"n": "added_to_cart", "p": {"sku": "S1", "price": 9.99}}, "user_id": "u1", "session_id": "s1"},
                        {"name": "p", "time": 1795318940.5, "data": {"pid": "S1", "c": "USD", "p": 9.99, "q": 2, "pr": {"order_id": "T-1"}}, "user_id": "u1"},
                    ],
                },
            },
            "hits": [
                {"kind": "auxiliary", "event": "session_start", "account": "0a1b-key"},
                {
                    "kind": "event", "event": "added_to_cart", "account": "0a1b-key", "event_time": 1795318940.3,
                    "values": {"sku": "S1", "price": 9.99}, "identifiers": {"device_id": "d1", "external_id": "u1", "session_id": "s1"},
                },
                {
                    "kind": "event", "event": "purchase",
                    "values": {"product_id": "S1", "currency": "USD", "price": 9.99, "quantity": 2, "order_id": "T-1"},
                },
            ],
        },
        {
            "title": "attributes of a user",
            "request": {
                "url": "https://sdk.fra-01.braze.eu/api/v3/data/", "method": "POST",
                "body": {"api_key": "k", "device_id": "d1", "attributes": [{"user_id": "u1", "email": "a@b.co"}]},
            },
            "hits": [{"kind": "identify", "account": "k", "values": {"email": "a@b.co"}, "identifiers": {"external_id": "u1"}}],
        },
        {
            "title": "a backend's events and purchases",
            "request": {
                "url": "https://rest.iad-01.braze.com/users/track", "method": "POST", "headers": {"Authorization": "Bearer x"},
                "body": {
                    "events": [{"external_id": "u1", "name": "signed_up", "time": "2026-11-22T03:42:20Z", "properties": {"plan": "x"}}],
                    "purchases": [{"external_id": "u1", "product_id": "S1", "currency": "EUR", "price": 9.99, "quantity": 2, "time": "2026-11-22T03:42:20Z"}],
                },
            },
            "hits": [
                {"kind": "event", "event": "signed_up", "values": {"plan": "x"}, "identifiers": {"external_id": "u1"}, "event_time": 1795318940.0},
                {"kind": "event", "event": "purchase", "values": {"product_id": "S1", "price": 9.99, "quantity": 2}},
            ],
        },
        {
            "title": "a call that only asks",
            "request": {"url": "https://sdk.iad-03.braze.com/api/v3/data/", "method": "POST", "body": {"api_key": "k", "respond_with": {"config": {"config_time": 0}}}},
            "hits": [{"kind": "auxiliary", "account": "k"}],
        },
        {
            "title": "the SDK",
            "request": {"url": "https://js.appboycdn.com/web-sdk/6.13/braze.min.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "a change of the user's own, with the session it was made in",
            "request": {
                "url": "https://sdk.us-10.braze.com/api/v3/data/", "method": "POST",
                "body": {
                    "api_key": "k", "device_id": "d1", "time": 1795318940, "sdk_version": "6.13.0", "user_id": "u1",
                    "events": [
                        {"name": "inc", "time": 1795318940.1, "data": {"key": "visits", "value": 1}, "session_id": "s1"},
                        {"name": "lr", "time": 1795318940.2, "data": {"latitude": 1, "longitude": 2}, "session_id": "s1"},
                    ],
                },
            },
            "hits": [
                {"kind": "identify", "event": "inc", "account": "k", "identifiers": {"external_id": "u1"}},
                {"kind": "auxiliary", "event": "lr"},
            ],
        },
        {
            "title": "content cards asked for, on the oldest host",
            "request": {"url": "https://dev.appboy.com/api/v3/content_cards/sync", "method": "POST", "body": {"api_key": "k", "device_id": "d1"}},
            "hits": [{"kind": "auxiliary", "account": "k"}],
        },
        {
            "title": "an event, a subscription and attributes of the user in one call",
            "request": {
                "url": "https://sdk.fra-01.braze.eu/api/v3/data/", "method": "POST", "headers": {"Content-type": "application/json", "X-Braze-Api-Key": "k1", "X-Braze-DataRequest": "true"},
                "body": {
                    "respond_with": {"user_id": "U1", "config": {"config_time": 0}},
                    "events": [
                        {"name": "ce", "time": 1795603289.271, "data": {"n": "add_to_cart", "p": {"sku": "S1", "value": 3}}, "session_id": "s1", "user_id": "U1"},
                        {"name": "sgu", "time": 1795603289.293, "data": {"group_id": "g1", "status": "subscribed"}, "session_id": "s1", "user_id": "U1"},
                    ],
                    "attributes": [{"user_id": "U1", "email": "a@b.c", "custom": {"plan": "gold"}, "email_subscribe": "opted_in"}],
                    "device": {"browser": "Chrome", "locale": "en-us"}, "api_key": "k1", "time": 1795603289, "sdk_version": "6.13.0", "device_id": "d1",
                },
            },
            "hits": [
                {"kind": "event", "event": "add_to_cart", "values": {"sku": "S1", "value": 3}},
                {"kind": "identify", "event": "sgu", "values": {"group_id": "g1", "status": "subscribed"}},
                {"kind": "identify", "event": "attributes", "account": "k1", "values": {"email": "a@b.c", "plan": "gold", "email_subscribe": "opted_in"}, "identifiers": {"external_id": "U1", "device_id": "d1", "email": "a@b.c"}},
            ],
        },
    ),
    lookalikes=(
        "https://dashboard-01.braze.com/sign_in",
        {'url': 'https://shop.example/metrics/data/', 'method': 'POST', 'body': {'api_key': 'x', 'events': [{'name': 'ce'}]}},
        "https://shop.example/?u=https%3A%2F%2Fsdk.iad-01.braze.com%2Fapi%2Fv3%2Fdata%2F",
        "https://shop.example/api/v3/data/",
        "https://sdk.notbraze.com/api/v3/data/",
        "https://sdk.iad-01.braze.com.evil.example/api/v3/data/",
        "https://www.braze.com/docs/api/v3/data",
    ),
)  # fmt: skip
