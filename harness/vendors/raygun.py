"""Raygun: crash reports and Real User Monitoring.

Wire format: https://raygun.com/documentation/product-guides/crash-reporting/api/ (crash reports),
https://raygun.com/documentation/product-guides/real-user-monitoring/api/ (RUM), https://raygun.com/documentation/language-guides/javascript/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, text_at
from harness.decode.payload import open_text
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, ERROR, USER, TECHNICAL = "General", "Error", "User", "Technical"
_QUERY = QueryTable({"apikey": Row("apikey", "API key", GENERAL), "apiKey": Row("apikey", "API key", GENERAL)})
_ENTRY = JsonReader(
    PathTable(
        {
            "OccurredOn": Row(None, "Time", TECHNICAL),
            "Details.Error.ClassName": Row("class", "Class", ERROR),
            "Details.Error.Message": Row("message", "Message", ERROR),
            "Details.Request.Url": Row(None, "Page address", GENERAL),
            "Details.User.Identifier": Row(None, "User ID", USER),
        },
        (Prefix("Details.UserCustomData.", field=None, label="{}", group=GENERAL), Prefix("Details.", field=None, group=TECHNICAL)),
    ),
    event=lambda event, document: (
        text_at(event, "Details.Error.ClassName") or ("error" if text_at(event, "Details.Error.Message") else None)
    ),
    page="Details.Request.Url",
    time="OccurredOn",
    identifiers={"user_id": "Details.User.Identifier", "email": "Details.User.Email"},
    values=("Details.UserCustomData",),
    kind=lambda name, event: "event" if name else "auxiliary",
    query=_QUERY,
)


def _timings(event: Any) -> list[Any]:
    """A timing event's data: JSON written as text."""
    data = event.get("data") if isinstance(event, dict) else None
    found = open_text(data).value if isinstance(data, str) else data
    return found if isinstance(found, list) else []


def _page(event: Any) -> Any:
    """The timing that is a page's (``p``) or a virtual page's (``v``)."""
    return next((each for each in _timings(event) if text_at(each, "timing.t") in ("p", "v")), None)


def _kind(name: str | None, event: Any) -> str:
    return "event" if name == "custom_timing" else "pageview" if _page(event) is not None else "auxiliary"


_EVENT = JsonReader(
    PathTable(
        {
            "type": Row(None, "Type", GENERAL),
            "sessionId": Row(None, "Session ID", USER),
            "timestamp": Row(None, "Time", TECHNICAL),
            "data": Row(None, "Data", GENERAL, "json"),
        }
    ),
    events="eventData",
    event="type",
    page=lambda event, document: text_at(_page(event), "url"),
    time="timestamp",
    identifiers={"session_id": "sessionId", "user_id": ("user.Identifier", "user.identifier"), "email": ("user.Email", "user.email")},
    values=(),
    kind=_kind,
    query=_QUERY,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = (_EVENT if split_url(request.url).path.startswith("/events") else _ENTRY)(request)
    for hit in hits:
        found = hit.values.get("apikey") or request.header("x-apikey")
        hit.account = str(found) if found else None
    return hits


VENDOR = Vendor(
    id="raygun",
    name="Raygun",
    category="monitoring",
    docs=("https://raygun.com/documentation/product-guides/crash-reporting/api/", "https://raygun.com/documentation/product-guides/real-user-monitoring/api/"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("api.raygun.io", "api.raygun.com") for path in ("/entries", "/events")),
        *(Endpoint(host=host, role="library", decode=LibraryReader()) for host in ("cdn.raygun.io", "cdn.raygun.com")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a crash report",
            "request": {
                "url": "https://api.raygun.io/entries?apikey=k1", "method": "POST",
                "body": {
                    "OccurredOn": "2026-11-22T03:42:20Z",
                    "Details": {"Error": {"ClassName": "TypeError", "Message": "boom"}, "Request": {"Url": "https://shop.example/"}, "User": {"Identifier": "u1"}, "UserCustomData": {"plan": "x"}},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "TypeError", "account": "k1", "event_time": 1795318940.0, "values": {"message": "boom", "plan": "x"},
                    "identifiers": {"user_id": "u1"}, "page_url": "https://shop.example/",
                }
            ],
        },
        {
            "title": "RUM events",
            "request": {
                "url": "https://api.raygun.io/events?apikey=k1", "method": "POST",
                "body": {"eventData": [{"type": "session_start", "sessionId": "s1", "timestamp": "2026-11-22T03:42:20Z"}, {"type": "web_request_timing", "sessionId": "s1", "data": "[]"}]},
            },
            "hits": [{"kind": "auxiliary", "event": "session_start", "account": "k1", "identifiers": {"session_id": "s1"}}, {"event": "web_request_timing"}],
        },
        {
            "title": "a page's load and one of its requests",
            "request": {
                "url": "https://api.raygun.io/events?apikey=k1", "method": "POST",
                "body": {
                    "eventData": [
                        {"type": "web_request_timing", "sessionId": "s1", "timestamp": "2026-11-22T03:42:20Z", "user": {"identifier": "u1"}, "data": "[{\"url\":\"https://shop.example/?utm_source=x\",\"timing\":{\"du\":\"99\",\"t\":\"p\"}}]"},
                        {"type": "web_request_timing", "sessionId": "s1", "data": "[{\"url\":\"https://shop.example/api\",\"timing\":{\"du\":\"9\",\"t\":\"x\"}}]"},
                    ]
                },
            },
            "hits": [
                {"kind": "pageview", "event": "web_request_timing", "account": "k1", "page_url": "https://shop.example/?utm_source=x", "campaign": {"utm_source": "x"}, "identifiers": {"user_id": "u1"}},
                {"kind": "auxiliary", "event": "web_request_timing"},
            ],
        },
        {
            "title": "a session's start, with the user",
            "request": {
                "url": "https://api.raygun.io/events?apikey=key1", "method": "POST", "headers": {"Content-Type": "text/plain;charset=UTF-8"},
                "body": {"eventData": [{"sessionId": "s1", "timestamp": "2026-11-25T10:41:28.452Z", "type": "session_start", "user": {"Identifier": "U1", "Email": "a@b.c"}, "version": "Not supplied", "tags": [], "device": "x", "client": {"name": "raygun4js", "version": "3.1.4"}, "viewport": {"width": 1024, "height": 768}}]},
            },
            "hits": [{"kind": "auxiliary", "event": "session_start", "account": "key1", "identifiers": {"session_id": "s1", "user_id": "U1", "email": "a@b.c"}}],
        },
    ),
    lookalikes=("https://app.raygun.com/login", "https://api.raygun.com/v3/applications", "https://shop.example/?u=https%3A%2F%2Fapi.raygun.io%2Fentries", "https://shop.example/entries?apikey=k1", "https://api.notraygun.io/entries", "https://api.raygun.io.evil.example/entries"),
)  # fmt: skip
