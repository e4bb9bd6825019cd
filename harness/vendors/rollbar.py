"""Rollbar: items (errors and messages).

Wire format: https://docs.rollbar.com/reference/create-item, https://docs.rollbar.com/docs/browser-js (browser SDK).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, text_at
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, ERROR, USER, TECHNICAL = "General", "Error", "User", "Technical"
_READ = JsonReader(
    PathTable(
        {
            "access_token": Row("access_token", "Access token", GENERAL),
            "data.environment": Row("environment", "Environment", GENERAL),
            "data.level": Row("level", "Level", ERROR),
            "data.title": Row("title", "Title", ERROR),
            "data.uuid": Row("uuid", "Item UUID", TECHNICAL),
            "data.body.message.body": Row("message", "Message", ERROR),
            "data.body.trace.exception.class": Row("class", "Class", ERROR),
            "data.body.trace.exception.message": Row("message", "Message", ERROR),
            "data.body.trace_chain[].exception.class": Row("class", "Class", ERROR),
            "data.body.trace_chain[].exception.message": Row("message", "Message", ERROR),
            "data.request.url": Row(None, "Page address", GENERAL),
            "data.timestamp": Row(None, "Time", TECHNICAL),
        },
        (Prefix("data.person.", field=None, label="{}", group=USER), Prefix("data.custom.", field=None, label="{}", group=GENERAL)),
    ),
    event=lambda event, document: text_at(event, "data.level") or ("item" if isinstance(event, dict) and "data" in event else None),
    account="access_token",
    key="data.uuid",
    page="data.request.url",
    time="data.timestamp",
    identifiers={"id": "data.person.id", "email": "data.person.email"},
    values=("data.custom",),
    query=QueryTable({"access_token": Row("access_token", "Access token", GENERAL)}),
    kind=lambda name, event: "event" if name else "auxiliary",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        found: Any = hit.account or request.header("x-rollbar-access-token") or hit.values.get("access_token")
        hit.account = str(found) if found else None
    return hits


VENDOR = Vendor(
    id="rollbar",
    name="Rollbar",
    category="monitoring",
    docs=("https://docs.rollbar.com/reference/create-item", "https://docs.rollbar.com/docs/browser-js"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("api.rollbar.com", "*.api.rollbar.com") for path in ("/api/1/item", "/api/1/item/", "/api/1/items", "/api/1/session/")),
        Endpoint(host="cdn.rollbar.com", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    examples=(
        {
            "title": "an error with its causes, of the browser's SDK",
            "request": {
                "url": "https://api.rollbar.com/api/1/item/", "method": "POST", "headers": {"X-Rollbar-Access-Token": "tok1"},
                "body": {"data": {"level": "critical", "uuid": "i-2", "body": {"trace_chain": [{"exception": {"class": "E", "message": "m"}}]}}},
            },
            "hits": [{"kind": "event", "event": "critical", "account": "tok1", "key": "i-2", "values": {"class": "E", "message": "m"}}],
        },
        {"title": "the script", "request": {"url": "https://cdn.rollbar.com/rollbarjs/refs/tags/v2.26.0/rollbar.min.js"}, "hits": [{"kind": "library"}]},
        {
            "title": "an error",
            "request": {
                "url": "https://api.rollbar.com/api/1/item/", "method": "POST", "headers": {"X-Rollbar-Access-Token": "tok1"},
                "body": {
                    "data": {
                        "environment": "production", "level": "error", "uuid": "i-1", "timestamp": 1795318940, "request": {"url": "https://shop.example/"},
                        "body": {"trace": {"exception": {"class": "TypeError", "message": "boom"}}}, "person": {"id": "u1"}, "custom": {"plan": "x"},
                    }
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "error", "account": "tok1", "key": "i-1", "event_time": 1795318940.0, "identifiers": {"id": "u1"},
                    "values": {"class": "TypeError", "message": "boom", "plan": "x"},
                }
            ],
        },
        {
            "title": "a message with the token in the body",
            "request": {"url": "https://api.rollbar.com/api/1/item/", "method": "POST", "body": {"access_token": "tok1", "data": {"body": {"message": {"body": "hello"}}}}},
            "hits": [{"kind": "event", "event": "item", "account": "tok1", "values": {"message": "hello"}}],
        },
    ),
    lookalikes=("https://shop.example/api/1/item/", "https://api.notrollbar.com/api/1/item/", "https://api.rollbar.com.evil.example/api/1/item/",
        "https://rollbar.com/shop/project/items/", "https://shop.example/?u=https%3A%2F%2Fapi.rollbar.com%2Fapi%2F1%2Fitem%2F"),
)  # fmt: skip
