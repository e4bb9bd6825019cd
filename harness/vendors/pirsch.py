"""Pirsch: page views in a query, events as JSON.

Wire format: https://docs.pirsch.io/api-sdks/api, https://docs.pirsch.io/get-started/frontend-integration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "code": Row("identification_code", "Identification code", "General"),
        "identification_code": Row("identification_code", "Identification code", "General"),
        "client_id": Row("client_id", "Client ID", "General"),
        "url": Row("url", "Page address", "Page"),
        "t": Row("title", "Page title", "Page"),
        "title": Row("title", "Page title", "Page"),
        "ref": Row("referrer", "Referrer", "Page"),
        "referrer": Row("referrer", "Referrer", "Page"),
        "w": Row(None, "Screen width", "Device"),
        "h": Row(None, "Screen height", "Device"),
        "screen_width": Row(None, "Screen width", "Device"),
        "screen_height": Row(None, "Screen height", "Device"),
        "nc": Row(None, "Cache buster", "Technical"),
        "event_name": Row("event_name", "Event", "General"),
        "event_duration": Row("event_duration", "Duration (s)", "General"),
        "time": Row("time", "Time", "Technical"),
        "ip": Row(None, "IP address", "Visitor"),
        "accept_language": Row(None, "Language", "Device"),
        "sec_ch_ua": Row(None, "User agent's brands", "Device"),
        "dnt": Row(None, "Do not track", "Consent"),
        "user_agent": Row(None, "User agent", "Device"),
        "non_interactive": Row("non_interactive", "Non-interactive", "General"),
    },
    (
        Prefix("event_meta.", label="{}", group="Event data"),
        Prefix("tags.", field="tag.{}", label="Tag {}", group="Tags"),
        Prefix("tag_", field="tag.{}", label="Tag {}", group="Tags"),
    ),
)
_PATHS = PathTable(_TABLE.rows, _TABLE.prefixes)
_READ = QueryReader(
    _TABLE,
    event=lambda values: str(values["event_name"]) if values.get("event_name") else "pageview" if values.get("url") else None,
    account=("identification_code", "client_id"),
    page="url",
    time="time",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    payload = read_body(request)
    if not isinstance(payload.value, list):
        return _READ(request)
    query = _TABLE.read(split_url(request.url).query)
    return [_READ.hit([*query, *_PATHS.read(each, payload.notes)]) for each in payload.value]


def _session(request: CapturedRequest) -> list[Hit]:
    hits = _decode(request)
    for hit in hits:
        hit.kind, hit.event = "auxiliary", "session"
    return hits


_CODE = 32


def _is_hit(request: CapturedRequest) -> bool:
    """A proxy of the site's own: the identification code, a time in milliseconds and the page's address."""
    query = f"&{split_url(request.url).query}&"
    code, sent, page = (query.partition(f"&{key}=")[2].partition("&")[0] for key in ("code", "nc", "url"))
    return (
        len(code) == _CODE
        and code.isalnum()
        and len(sent) == 13
        and sent.isdecimal()
        and page.lower().startswith(("http%3a", "http:", "https%3a", "https:"))
    )


def _is_event(request: CapturedRequest) -> bool:
    document = read_body(request).value
    if not isinstance(document, dict):
        return False
    code = document.get("identification_code")
    return (
        isinstance(code, str)
        and len(code) == _CODE
        and isinstance(document.get("event_name"), str)
        and isinstance(document.get("url"), str)
    )


VENDOR = Vendor(
    id="pirsch",
    name="Pirsch Analytics",
    category="analytics",
    docs=("https://docs.pirsch.io/api-sdks/api", "https://docs.pirsch.io/get-started/frontend-integration",),
    endpoints=(
        *(Endpoint(host="api.pirsch.io", path=path) for path in ("/hit", "/event", "/api/v1/hit", "/api/v1/event", "/api/v1/hit/batch", "/api/v1/event/batch", "/p")),
        Endpoint(host="*", path="*/session", keys=("nc", "code", "url"), recognise=_is_hit, decode=_session),
        Endpoint(host="*", keys=("nc", "code", "url"), recognise=_is_hit),
        Endpoint(host="*", path="*/event", recognise=_is_event),
        *(Endpoint(host="api.pirsch.io", path=path, decode=_session) for path in ("/session", "/api/v1/session", "/api/v1/session/batch")),
        *(Endpoint(host="api.pirsch.io", path=path, role="library", decode=LibraryReader()) for path in ("/pirsch.js", "/pa.js", "/pirsch-extended.js", "/pirsch-events.js", "/pirsch-sessions.js")),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"url", "title", "referrer"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://api.pirsch.io/hit?nc=1795318940000&code=abc123&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&t=Shop&ref=&w=1280&h=720"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "abc123", "campaign": {"utm_source": "x"}, "values": {"title": "Shop"}}],
        },
        {
            "title": "an event",
            "request": {"url": "https://api.pirsch.io/event", "method": "POST", "body": {"identification_code": "abc123", "url": "https://shop.example/", "event_name": "purchase", "event_meta": {"value": "19.98"}}},
            "hits": [{"kind": "event", "event": "purchase", "account": "abc123", "values": {"value": "19.98"}}],
        },
        {
            "title": "a batch of a server's page views",
            "request": {
                "url": "https://api.pirsch.io/api/v1/hit/batch", "method": "POST", "headers": {"Authorization": "Bearer x"},
                "body": [{"url": "https://shop.example/", "ip": "1.2.3.4", "user_agent": "x"}, {"url": "https://shop.example/cart?utm_source=x", "title": "Cart"}],
            },
            "hits": [{"kind": "pageview", "event": "pageview"}, {"kind": "pageview", "campaign": {"utm_source": "x"}, "values": {"title": "Cart"}}],
        },
        {
            "title": "a session kept alive",
            "request": {"url": "https://api.pirsch.io/session?nc=1&code=abc123&url=https%3A%2F%2Fshop.example%2F", "method": "POST"},
            "hits": [{"kind": "auxiliary", "event": "session", "account": "abc123"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://api.pirsch.io/pa.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "a page view and an event through the site's own host",
            "request": "https://shop.example/p/hit?nc=1795318940000&code=0123456789abcdef0123456789abcdef&url=https%3A%2F%2Fshop.example%2F&t=Shop&ref=&w=1280&h=720",
            "hits": [{"kind": "pageview", "event": "pageview", "account": "0123456789abcdef0123456789abcdef"}],
        },
        {
            "title": "an event through the site's own host",
            "request": {
                "url": "https://shop.example/p/event", "method": "POST", "resource_type": "ping",
                "body": {"identification_code": "0123456789abcdef0123456789abcdef", "url": "https://shop.example/", "title": "Shop", "event_name": "signup", "event_duration": 3, "event_meta": {"plan": "gold"}},
            },
            "hits": [{"kind": "event", "event": "signup", "values": {"plan": "gold", "event_duration": 3}}],
        },
        {
            "title": "a batch of a server's events",
            "request": {
                "url": "https://api.pirsch.io/api/v1/event/batch", "method": "POST", "headers": {"Authorization": "Bearer x"},
                "body": [{"event_name": "b1", "event_duration": 1, "event_meta": {"a": "b"}, "time": "2026-01-01T00:00:00Z", "url": "https://shop.example/", "ip": "1.2.3.4", "user_agent": "x"}],
            },
            "hits": [{"kind": "event", "event": "b1", "event_time": 1767225600.0, "values": {"a": "b", "event_duration": 1}}],
        },
        {
            "title": "a batch of a server's sessions",
            "request": {"url": "https://api.pirsch.io/api/v1/session/batch", "method": "POST", "body": [{"ip": "1.2.3.4", "user_agent": "x", "time": "2026-01-01T00:00:00Z"}, {"ip": "1.2.3.5", "user_agent": "x"}]},
            "hits": [{"kind": "auxiliary", "event": "session"}, {"kind": "auxiliary", "event": "session"}],
        },
    ),
    lookalikes=("https://shop.example/hit?nc=1795318940000&code=abc&url=https%3A%2F%2Fshop.example%2F", "https://dashboard.pirsch.io/", "https://api.pirsch.io/api/v1/statistics/visitor", "https://shop.example/?u=https%3A%2F%2Fapi.pirsch.io%2Fhit", "https://shop.example/hit?code=abc", "https://api.pirsch.io.evil.example/hit", "https://docs.pirsch.io/hit"),
)  # fmt: skip
