"""Jitsu: calls to Jitsu's cloud or the site's own host, and the flat events of Jitsu Classic (EventNative).

Wire format: https://docs.jitsu.com/sending-data/http (calls), https://docs.jitsu.com/sending-data/npm (the script),
https://classic.jitsu.com/docs/sending-data/js-sdk/parameters-reference (Classic).
The script masks the write key in the body (``***``); the header ``X-Write-Key`` has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.calls import call_reader, sent_by
from harness.decode.document import at
from harness.decode.payload import read_body
from harness.decode.query import PLAIN, Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_CALLS = call_reader()
_CLASSIC_TABLE = {
    "event_type": Row(None, "Event", "General"),
    "api_key": Row(None, "API key", "General"),
    "event_id": Row(None, "Event ID", "General"),
    "eventn_ctx.event_id": Row(None, "Event ID", "General"),
    "eventn_ctx.url": Row(None, "Page address", "Page"),
    "url": Row(None, "Page address", "Page"),
    "page_title": Row(None, "Page title", "Page"),
    "referer": Row(None, "Referrer", "Page"),
    "user.anonymous_id": Row(None, "Anonymous ID", "User"),
    "user.id": Row(None, "User ID", "User"),
    "utc_time": Row(None, "Time", "Technical"),
}
_CLASSIC = JsonReader(
    _CLASSIC_TABLE,
    event="event_type",
    account="api_key",
    key=("event_id", "eventn_ctx.event_id"),
    page=("url", "eventn_ctx.url"),
    time=("utc_time", "eventn_ctx.utc_time"),
    identifiers={
        "anonymous_id": ("user.anonymous_id", "eventn_ctx.user.anonymous_id"),
        "user_id": ("user.id", "user.internal_id", "eventn_ctx.user.id"),
    },
    query=QueryTable({"token": Row(None, "API key", "General")}, (Prefix("p_", field=None),)),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    document = read_body(request).value
    first = document[0] if isinstance(document, list) and document else document
    hits = _CLASSIC(request) if isinstance(first, dict) and "event_type" in first else _CALLS(request)
    wire = PLAIN.read(split_url(request.url).query)
    key = request.header("x-write-key") or next((str(each.value) for each in wire if each.name == "token"), "")
    for hit in hits:
        hit.account = key or hit.account
    return hits


def _is_jitsu(request: CapturedRequest) -> bool:
    """Told by the library that every call names."""
    return sent_by(request, lambda library: library.startswith(("@jitsu/", "jitsu")))


def _is_classic(request: CapturedRequest) -> bool:
    """Told by an event type with the key or context of Jitsu Classic."""
    document = read_body(request).value
    first: Any = document[0] if isinstance(document, list) and document else document
    return (
        isinstance(first, dict)
        and isinstance(first.get("event_type"), str)
        and (
            isinstance(first.get("eventn_ctx"), dict)
            or (isinstance(first.get("api_key"), str) and at(first, "user.anonymous_id") is not None)
        )
    )


_STEPS = ("track", "page", "screen", "identify", "group", "alias", "batch")
_HOSTS = ("*.g.jitsu.com", "*.d.jitsu.com", "ingest.jitsu.com", "data.jitsu.com", "use.jitsu.com", "t.jitsu.com")

VENDOR = Vendor(
    id="jitsu",
    name="Jitsu",
    category="analytics",
    docs=("https://docs.jitsu.com/sending-data/http", "https://docs.jitsu.com/sending-data/npm"),
    endpoints=(
        *(Endpoint(host=host, path="/api/s/*") for host in _HOSTS),
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/api/v1/event", "/api/v1/s2s/event", "/v1/batch")),
        *(Endpoint(host="*", path=f"*/{step}", recognise=_is_jitsu) for step in _STEPS),
        *(Endpoint(host="*", path=path, recognise=_is_classic) for path in ("*/api/v1/event", "*/v1/event")),
        *(Endpoint(host="*", mark=mark, recognise=_is_classic) for mark in (b'"src":"jitsu"', b'"src":"eventn"')),
        *(Endpoint(host=host, path="/s/lib.js", role="library", decode=LibraryReader()) for host in _HOSTS),
        *(Endpoint(host=host, path="/p.js", role="library", decode=LibraryReader()) for host in _HOSTS),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"title", "url", "path", "hash", "search", "width", "height"}),
    examples=(
        {
            "title": "a track call through the site's own host",
            "request": {
                "url": "https://jt.shop.example/api/s/track", "method": "POST", "headers": {"X-Write-Key": "id:secret"},
                "body": {
                    "type": "track", "event": "purchase", "properties": {"id": "T-1", "value": 19.98}, "anonymousId": "a", "messageId": "m1", "writeKey": "id:***",
                    "timestamp": "2026-11-22T03:43:24.473Z", "context": {"library": {"name": "@jitsu/js"}, "page": {"url": "https://shop.example/"}},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "id:secret", "key": "m1", "values": {"id": "T-1", "value": 19.98},
                    "identifiers": {"anonymous_id": "a"}, "page_url": "https://shop.example/",
                }
            ],
        },
        {
            "title": "a page call to the cloud",
            "request": {
                "url": "https://abc.d.jitsu.com/api/s/page", "method": "POST",
                "body": {"type": "page", "properties": {"title": "Shop"}, "writeKey": "***", "messageId": "m2"},
            },
            "hits": [{"kind": "pageview", "event": "page", "account": "***", "key": "m2"}],
        },
        {
            "title": "an event of Jitsu Classic",
            "request": {
                "url": "https://t.shop.example/api/v1/event?token=js.abc.def", "method": "POST",
                "body": {"event_type": "pageview", "api_key": "js.abc.def", "eventn_ctx": {"event_id": "e1", "url": "https://shop.example/?utm_source=x", "user": {"anonymous_id": "a"}}},
            },
            "hits": [{"kind": "pageview", "event": "pageview", "account": "js.abc.def", "key": "e1", "identifiers": {"anonymous_id": "a"}, "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "who the visitor is, and a server's call",
            "request": {
                "url": "https://abc.g.jitsu.com/api/s/identify", "method": "POST",
                "body": {"type": "identify", "userId": "u1", "traits": {"email": "a@b.co"}, "messageId": "m3", "writeKey": "id:***", "context": {"library": {"name": "@jitsu/js"}}},
            },
            "hits": [{"kind": "identify", "event": "identify", "account": "id:***", "key": "m3", "identifiers": {"user_id": "u1"}, "values": {"email": "a@b.co"}}],
        },
        {
            "title": "a batch of a server",
            "request": {
                "url": "https://abc.d.jitsu.com/api/s/s2s/batch", "method": "POST", "headers": {"X-Write-Key": "id:secret"},
                "body": {"batch": [{"type": "track", "event": "a", "messageId": "m4"}, {"type": "page", "name": "Home", "messageId": "m5"}]},
            },
            "hits": [{"kind": "event", "event": "a", "account": "id:secret", "key": "m4"}, {"kind": "pageview", "account": "id:secret", "key": "m5"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://abc.d.jitsu.com/p.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "an event of Jitsu Classic to a randomised address",
            "request": {
                "url": "https://j.shop.example/api.m217z?p_wq5nh=js.k2&cookie_policy=strict&ip_policy=strict", "method": "POST", "headers": {"Content-Type": "application/json"},
                "body": '[{"event_id":"","user":{"anonymous_id":""},"ids":{},"utc_time":"2026-11-25T10:58:32.146000Z","referer":"","url":"https://shop.example/cart?utm_source=news","page_title":"Shop","utm":{"source":"news"},"api_key":"js.k2","src":"jitsu","event_type":"signup","plan":"x"}]',
            },
            "hits": [{"kind": "event", "event": "signup", "account": "js.k2", "campaign": {"utm_source": "news"}, "values": {"plan": "x"}}],
        },
    ),
    lookalikes=(
        "https://use.jitsu.com/login",
        "https://docs.jitsu.com/sending-data/http",
        "https://shop.example/api/s/track",
        {
            "url": "https://shop.example/api/s/track", "method": "POST",
            "body": {"type": "track", "event": "x", "messageId": "1", "context": {"library": {"name": "RudderLabs JavaScript SDK"}}},
        },
        "https://notjitsu.com/api/s/track",
        "https://shop.example/?u=https%3A%2F%2Fdata.jitsu.com%2Fapi%2Fs%2Ftrack",
    ),
)  # fmt: skip
