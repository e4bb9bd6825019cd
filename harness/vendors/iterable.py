"""Iterable: events, purchases, carts and profiles, from its Web SDK or a backend.

Documentation: https://api.iterable.com/api/docs (API), https://support.iterable.com/hc/en-us/articles/10359708795796 (Web SDK),
https://support.iterable.com/hc/en-us/articles/17572750887444 (European data centre).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PROPERTIES, COMMERCE, USER, TECHNICAL = "General", "Properties", "E-commerce", "User", "Technical"
_TABLE = PathTable(
    {
        "eventName": Row("eventName", "Event", GENERAL),
        "id": Row("id", "ID", TECHNICAL),
        "createdAt": Row(None, "Time", TECHNICAL),
        "email": Row("email", "E-mail", USER),
        "userId": Row("userId", "User ID", USER),
        "user.email": Row("email", "E-mail", USER),
        "user.userId": Row("userId", "User ID", USER),
        "campaignId": Row("campaignId", "Campaign ID", GENERAL),
        "templateId": Row("templateId", "Template ID", GENERAL),
        "messageId": Row("messageId", "Message ID", GENERAL),
        "total": Row("total", "Total", COMMERCE),
    },
    (
        Prefix("dataFields.", field=None, label="{}", group=PROPERTIES),
        Prefix("items[].", field=None, label="Item {}", group=COMMERCE),
        Prefix("user.dataFields.", field=None, label="{}", group=USER),
    ),
)
_IDENTIFIERS = {"email": ("email", "user.email"), "userId": ("userId", "user.userId")}
_NAMES = {
    "events/track": "", "events/trackBulk": "", "commerce/trackPurchase": "trackPurchase", "commerce/updateCart": "updateCart",
    "users/update": "users/update", "users/bulkUpdate": "users/update", "users/updateEmail": "users/updateEmail",
    "users/updateSubscriptions": "users/updateSubscriptions", "users/merge": "users/merge", "users/registerBrowserToken": "users/registerBrowserToken",
    "events/trackInAppOpen": "trackInAppOpen", "events/trackInAppClick": "trackInAppClick", "events/trackInAppClose": "trackInAppClose",
    "events/trackInAppDelivery": "trackInAppDelivery", "events/inAppConsume": "inAppConsume", "events/trackPushOpen": "trackPushOpen",
    "events/trackWebPushClick": "trackWebPushClick", "embedded-messaging/events/click": "embedded click",
    "embedded-messaging/events/received": "embedded received", "embedded-messaging/events/session": "embedded session",
    "embedded-messaging/events/dismiss": "embedded dismiss", "unknownuser/events/session": "unknown user session",
    "unknownuser/consent": "unknown user consent", "users/disableDevice": "users/disableDevice", "users/registerDeviceToken": "users/registerDeviceToken",
    "subscriptions/subscribeUser": "subscribeUser", "events/inAppConsumeMessage": "inAppConsume",
}  # fmt: skip
_READERS = {
    list_name: JsonReader(
        _TABLE, events=list_name, event="eventName", key="id", time="createdAt", page=("dataFields.url", "dataFields.page_url"),
        identifiers=_IDENTIFIERS, values=("dataFields", "user.dataFields", ""), query=QueryTable({"email": Row("email", "E-mail", USER), "userId": Row("userId", "User ID", USER)}),
    )
    for list_name in ("events", "users", None)
}  # fmt: skip


def _decode(request: CapturedRequest) -> list[Hit]:
    """The call is named by its path; ``events/track`` names its own event."""
    call = split_url(request.url).path.removeprefix("/api/").rstrip("/")
    hits = _READERS["events" if call == "events/trackBulk" else "users" if call == "users/bulkUpdate" else None](request)
    for hit in hits:
        if hit.kind == "undecoded":
            continue
        hit.event = hit.event or _NAMES.get(call) or None
        silent = call.startswith(("embedded", "unknownuser/")) and not call.endswith("/click")
        hit.kind = (
            "consent"
            if call == "unknownuser/consent"
            else "identify"
            if call.startswith("users/")
            else "event"
            if hit.event and not silent
            else "auxiliary"
        )
        hit.account = hit.account or request.header("api-key")
    return hits


def _messages(request: CapturedRequest) -> list[Hit]:
    """Messages asked for, in the name of a project."""
    hits = _CONFIG(request)
    for hit in hits:
        hit.account = request.header("api-key")
    return hits


_CONFIG = LibraryReader("config")


def _answer(request: CapturedRequest) -> Answer | None:
    """No messages where the script looks through a list of them; success to a call."""
    path = split_url(request.url).path
    found: dict[str, Any] = {"code": "Success", "msg": "", "params": None}
    if path.endswith("etMessages"):
        found = {"inAppMessages": []}
    elif path.endswith("embedded-messaging/messages"):
        found = {"placements": []}
    return Answer(200, (("Content-Type", "application/json"),), json.dumps(found).encode())


_HOSTS = ("api.iterable.com", "api.eu.iterable.com")

VENDOR = Vendor(
    id="iterable",
    name="Iterable",
    category="marketing",
    docs=("https://api.iterable.com/api/docs", "https://support.iterable.com/hc/en-us/articles/10359708795796"),
    endpoints=(
        *(Endpoint(host=host, path=f"/api/{path}") for host in _HOSTS for path in _NAMES),
        *(Endpoint(host=host, path=f"/api/{path}", role="config", decode=_messages) for host in _HOSTS for path in ("inApp/web/getMessages", "embedded-messaging/messages", "inApp/getMessages", "unknownuser/list")),
        Endpoint(host="js.iterable.com", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    answer=_answer,
    examples=(
        {
            "title": "an event",
            "request": {
                "url": "https://api.iterable.com/api/events/track", "method": "POST", "headers": {"Api-Key": "key1"},
                "body": {"email": "a@b.co", "eventName": "signup", "id": "e-1", "createdAt": 1795318940, "dataFields": {"plan": "x"}},
            },
            "hits": [
                {
                    "kind": "event", "event": "signup", "account": "key1", "key": "e-1", "event_time": 1795318940.0, "values": {"plan": "x"},
                    "identifiers": {"email": "a@b.co"},
                }
            ],
        },
        {
            "title": "a purchase, in the European data centre",
            "request": {
                "url": "https://api.eu.iterable.com/api/commerce/trackPurchase", "method": "POST",
                "body": {"id": "T-1", "user": {"userId": "u1"}, "items": [{"id": "S1", "name": "Tee", "price": 9.99, "quantity": 2}], "total": 19.98},
            },
            "hits": [
                {
                    "kind": "event", "event": "trackPurchase", "key": "T-1", "identifiers": {"userId": "u1"},
                    "values": {"total": 19.98, "items": [{"id": "S1", "name": "Tee", "price": 9.99, "quantity": 2}]},
                }
            ],
        },
        {
            "title": "several events of a backend",
            "request": {
                "url": "https://api.iterable.com/api/events/trackBulk", "method": "POST",
                "body": {"events": [{"eventName": "a", "email": "a@b.co"}, {"eventName": "b", "userId": "u"}]},
            },
            "hits": [{"event": "a", "identifiers": {"email": "a@b.co"}}, {"event": "b", "identifiers": {"userId": "u"}}],
        },
        {
            "title": "a profile",
            "request": {"url": "https://api.iterable.com/api/users/update", "method": "POST", "body": {"email": "a@b.co", "dataFields": {"tier": "gold"}}},
            "hits": [{"kind": "identify", "event": "users/update", "values": {"tier": "gold"}}],
        },
        {
            "title": "an embedded message that was closed",
            "request": {
                "url": "https://api.iterable.com/api/embedded-messaging/events/dismiss", "method": "POST", "headers": {"Api-Key": "key1"},
                "body": {"messageId": "m-1", "email": "a@b.co", "deviceInfo": {"appPackageName": "shop"}},
            },
            "hits": [{"kind": "auxiliary", "event": "embedded dismiss", "account": "key1", "values": {"messageId": "m-1"}, "identifiers": {"email": "a@b.co"}}],
        },
        {
            "title": "a click on an embedded message",
            "request": {
                "url": "https://api.iterable.com/api/embedded-messaging/events/click", "method": "POST", "headers": {"Api-Key": "key1"},
                "body": {"messageId": "m1", "buttonIdentifier": "b", "targetUrl": "https://shop.example/", "deviceInfo": {"platform": "Web"}, "createdAt": 1795318940362, "email": "a@b.co"},
            },
            "hits": [{"kind": "event", "event": "embedded click", "values": {"buttonIdentifier": "b"}, "event_time": 1795318940.362}],
        },
        {
            "title": "messages asked for",
            "request": {"url": "https://api.iterable.com/api/inApp/web/getMessages?count=20&packageName=shop&email=a%40b.co", "headers": {"Api-Key": "key1"}},
            "hits": [{"kind": "config", "account": "key1"}],
        },
    ),
    lookalikes=(
        "https://shop.example/api/events/track",
        "https://api.notiterable.com/api/events/track",
        "https://api.iterable.com.evil.example/api/events/track",
        "https://api.iterable.com/api/docs",
        "https://app.iterable.com/login",
        "https://shop.example/?u=https%3A%2F%2Fapi.iterable.com%2Fapi%2Fevents%2Ftrack",
    ),
)  # fmt: skip
