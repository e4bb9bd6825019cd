"""Bugsnag (Insight Hub): errors and sessions.

Wire format: https://developer.smartbear.com/bugsnag/docs/reporting-errors (error reporting), https://developer.smartbear.com/bugsnag/docs/sending-session-data (sessions),
https://docs.bugsnag.com/platforms/javascript/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, at, text_at
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, ERROR, USER, TECHNICAL = "General", "Error", "User", "Technical"
_SHARED = PathTable({"apiKey": Row(None, "API key", GENERAL)}, (Prefix("notifier.", field=None, group=TECHNICAL),))
_TABLE = PathTable(
    {
        "severity": Row("severity", "Severity", ERROR),
        "context": Row("context", "Context", GENERAL),
        "request.url": Row(None, "Page address", GENERAL),
        "exceptions[].errorClass": Row("errorClass", "Class", ERROR),
        "exceptions[].message": Row("message", "Message", ERROR),
        "startedAt": Row(None, "Time", TECHNICAL),
        "unhandled": Row("unhandled", "Unhandled", ERROR),
        "severityReason.type": Row("severityReason", "Reason for the severity", ERROR),
        "app.releaseStage": Row("releaseStage", "Release stage", GENERAL),
        "app.version": Row("appVersion", "Version", GENERAL),
    },
    (
        Prefix("user.", field=None, label="{}", group=USER),
        Prefix("metaData.", field=None, label="{}", group=GENERAL),
        Prefix("exceptions[].", field=None, group=ERROR),
    ),
)
_IDENTIFIERS = {"user_id": "user.id", "email": "user.email"}


def _name(event: Any, document: Any) -> str | None:
    exceptions = at(event, "exceptions")
    return text_at(exceptions[0], "errorClass") if isinstance(exceptions, list) and exceptions else None


_NOTIFY = JsonReader(
    _TABLE,
    events="events",
    shared=_SHARED,
    event=_name,
    account="apiKey",
    page="request.url",
    time="device.time",
    identifiers=_IDENTIFIERS,
    values=(),
    kind=lambda name, event: "event" if name else "auxiliary",
)
_SESSIONS = JsonReader(
    _TABLE,
    events="sessions",
    shared=_SHARED,
    event=lambda event, document: "session",
    account="apiKey",
    key="id",
    time="startedAt",
    identifiers=_IDENTIFIERS,
    values=(),
    kind=lambda name, event: "auxiliary",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = (_SESSIONS if "//sessions." in request.url else _NOTIFY)(request)
    for hit in hits:
        hit.account = hit.account or request.header("bugsnag-api-key")
    return hits


_DOMAINS = ("bugsnag.com", "insighthub.smartbear.com", "bugsnag.smartbear.com")

VENDOR = Vendor(
    id="bugsnag",
    name="Bugsnag",
    category="monitoring",
    docs=("https://developer.smartbear.com/bugsnag/docs/reporting-errors", "https://docs.bugsnag.com/platforms/javascript/"),
    endpoints=(
        *(Endpoint(host=f"{name}.{domain}", path="/") for domain in _DOMAINS for name in ("notify", "sessions")),
        *(Endpoint(host=host, path="/v1/traces", decode=LibraryReader("auxiliary")) for host in ("otlp.bugsnag.com", "*.otlp.bugsnag.com", "otlp.insighthub.smartbear.com")),
        Endpoint(host="d2wy8f7a9ursnm.cloudfront.net", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_events=frozenset({"session"}),
    examples=(
        {
            "title": "an error",
            "request": {
                "url": "https://notify.bugsnag.com/", "method": "POST",
                "body": {
                    "apiKey": "k1", "payloadVersion": "4", "notifier": {"name": "Bugsnag JavaScript"},
                    "events": [{"severity": "error", "exceptions": [{"errorClass": "TypeError", "message": "boom"}], "request": {"url": "https://shop.example/"}, "user": {"id": "u1"}}],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "TypeError", "account": "k1", "page_url": "https://shop.example/", "values": {"severity": "error", "message": "boom"},
                    "identifiers": {"user_id": "u1"},
                }
            ],
        },
        {
            "title": "two errors, in SmartBear's cloud, the key in a header",
            "request": {
                "url": "https://notify.bugsnag.smartbear.com/", "method": "POST", "headers": {"Bugsnag-Api-Key": "k2", "Bugsnag-Payload-Version": "4"},
                "body": {
                    "notifier": {"name": "Bugsnag JavaScript", "version": "9.0.0"},
                    "events": [
                        {"unhandled": True, "exceptions": [{"errorClass": "Error", "message": "a"}], "app": {"releaseStage": "production", "version": "1.2"}},
                        {"unhandled": False, "exceptions": [{"errorClass": "RangeError", "message": "b"}]},
                    ],
                },
            },
            "hits": [
                {"event": "Error", "account": "k2", "values": {"unhandled": True, "releaseStage": "production", "appVersion": "1.2"}},
                {"event": "RangeError", "account": "k2", "values": {"unhandled": False}},
            ],
        },
        {
            "title": "performance",
            "request": {"url": "https://k1.otlp.bugsnag.com/v1/traces", "method": "POST", "body": {"resourceSpans": []}},
            "hits": [{"kind": "auxiliary", "event": None}],
        },
        {
            "title": "a session",
            "request": {
                "url": "https://sessions.bugsnag.com/", "method": "POST", "headers": {"Bugsnag-Api-Key": "k1"},
                "body": {"notifier": {"name": "x"}, "sessions": [{"id": "s1", "startedAt": "2026-11-22T03:42:20Z", "user": {}}]},
            },
            "hits": [{"kind": "auxiliary", "event": "session", "account": "k1", "key": "s1", "event_time": 1795318940.0}],
        },
    ),
    lookalikes=("https://shop.example/", "https://notify.notbugsnag.com/", "https://notify.bugsnag.com.evil.example/", "https://www.bugsnag.com/", "https://app.bugsnag.com/acme/shop", "https://notify.bugsnag.com/status", "https://shop.example/?u=https%3A%2F%2Fnotify.bugsnag.com%2F"),
)  # fmt: skip
