"""Pendo: page loads, clicks, track events and guides, compressed in the address or the body.

Documentation: https://support.pendo.io/hc/en-us/articles/360032294291-Configure-Track-Events, https://engageapi.pendo.io/ (track events from servers),
https://support.pendo.io/hc/en-us/articles/360031862272-Install-Pendo-on-your-website. ``jzb`` is base64 of zlib of a JSON list of events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, text_at
from harness.decode.payload import open_text, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "jzb": Row(None, "Events (compressed)", "General"),
        "v": Row(None, "Script version", "Technical"),
        "ct": Row(None, "Sent", "Technical"),
        "s": Row(None, "Size", "Technical"),
        "type": Row(None, "Event type", "General"),
        "track_event_name": Row(None, "Event", "General"),
        "event": Row(None, "Event", "General"),
        "visitor_id": Row(None, "Visitor ID", "User"),
        "visitorId": Row(None, "Visitor ID", "User"),
        "account_id": Row(None, "Account ID", "User"),
        "accountId": Row(None, "Account ID", "User"),
        "browser_time": Row(None, "Time", "Technical"),
        "timestamp": Row(None, "Time", "Technical"),
        "url": Row("url", "Page address", "Page"),
        "remote_ip": Row(None, "IP address", "User"),
        "user_agent": Row(None, "User agent", "Device"),
    },
    (
        Prefix("props.", field=None, label="{}", group="Properties"),
        Prefix("properties.", field=None, label="{}", group="Properties"),
        Prefix("context.", field=None, label="{}", group="Page"),
    ),
)
_QUERY = QueryTable(_TABLE.rows)
_ASIDE = frozenset(
    ("focus", "blur", "change", "submit", "click", "guideTimeout", "guideSeen", "guideActivity", "guideAdvanced", "guideDismissed", "meta")
)


def _name(event: Any, document: Any) -> str | None:
    kind = text_at(event, "type")
    if kind == "track":
        return text_at(event, "track_event_name") or text_at(event, "props.event") or text_at(event, "event") or kind
    return kind or text_at(event, "event")


def _kind(name: str | None, event: Any) -> str:
    kind = text_at(event, "type")
    return "pageview" if kind == "load" else "identify" if kind in ("identify", "meta") else "event" if kind == "track" else "auxiliary"


_READ = JsonReader(
    _TABLE,
    event=_name,
    page=("url", "context.url"),
    time=("browser_time", "timestamp"),
    identifiers={"visitor_id": ("visitor_id", "visitorId"), "account_id": ("account_id", "accountId")},
    values=("props", "properties"),
    kind=_kind,
    query=_QUERY,
)


def _key(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    return steps[-1].partition("?")[0] or None if len(steps) > 3 else None


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    shared = _QUERY.read(address.query)
    payload = read_body(request)
    if not payload.documents:
        carried = next((str(each.value) for each in (*shared, *payload.form(_QUERY)) if each.name == "jzb" and each.value), None)
        shared = [*shared, *payload.form(_QUERY)]
        if carried is not None:
            payload = open_text(carried)
    hits = _READ.hits(payload, shared) if payload.documents else [_READ.unread(request, read_body(request), shared)]
    if not payload.documents and read_body(request).shape in ("form", "multipart"):
        hits = [_READ.hit({}, {}, shared)]
    key = _key(address.path, {}) or request.header("x-pendo-integration-key")
    for hit in hits:
        hit.account = key or None
    return hits


VENDOR = Vendor(
    id="pendo",
    name="Pendo",
    category="analytics",
    docs=("https://engageapi.pendo.io/", "https://support.pendo.io/hc/en-us/articles/360032294291-Configure-Track-Events",),
    endpoints=(
        *(
            Endpoint(host=host, path=path)
            for host in ("app.pendo.io", "data.pendo.io", "*.pendo.io")
            for path in ("/data/ptm.gif/*", "/data/track", "/data/ptm/*", "/data/guide.gif/*")
        ),
        *(Endpoint(host=host, path="/data/guide.json/*", role="config", decode=LibraryReader("config", account=_key)) for host in ("app.pendo.io", "data.pendo.io", "*.pendo.io")),
        *(Endpoint(host=host, path="/agent/*", role="library", decode=LibraryReader()) for host in ("cdn.pendo.io", "cdn.eu.pendo.io", "*.pendo.io")),
    ),
    decode=_decode,
    automatic_events=frozenset({"load", "click", "focus", "submit", "change", "guideSeen"}),
    automatic_parameters=frozenset({"url"}),
    examples=(
        {
            "title": "a page and a track event, compressed",
            "request": {"url": "https://app.pendo.io/data/ptm.gif/0a1b2c3d?v=2.200.0&ct=1795318941000&jzb=eJx1jtEKwjAMRf8lz2WzqLgOxA8RKbUrrNitpU3nZPTfzRTEl-Utl3uSc10AX8FAC86rDhjco38mEyXagVJ-Esc9b8RhR8Ngssmij9J2BGROdaW1zyN-E6WJYZCjo6VHDKmt69T7UJlZDcGZ-pJxkMnnqM15pmqIPiRol1LYTwSj0o9tE75h8sGkmQzZjGpFINCfXiXz9wgm5fJ6TlSiKeX2BuRJU_4"},
            "hits": [
                {"kind": "pageview", "event": "load", "account": "0a1b2c3d", "identifiers": {"visitor_id": "u1", "account_id": "acme"}, "campaign": {"utm_source": "x"}, "event_time": 1795318940.0},
                {"kind": "event", "event": "purchase", "account": "0a1b2c3d", "values": {"value": 19.98}},
            ],
        },
        {
            "title": "a track event from a server",
            "request": {
                "url": "https://data.pendo.io/data/track", "method": "POST", "headers": {"x-pendo-integration-key": "k1"},
                "body": {"type": "track", "event": "Registered", "visitorId": "u1", "accountId": "acme", "timestamp": 1795318940000, "properties": {"plan": "gold"}},
            },
            "hits": [{"kind": "event", "event": "Registered", "account": "k1", "values": {"plan": "gold"}, "identifiers": {"visitor_id": "u1"}}],
        },
    ),
    lookalikes=("https://shop.example/data/ptm.gif/0a1b", "https://notpendo.io/data/track", "https://app.pendo.io.evil.example/data/track", "https://www.pendo.io/product"),
)  # fmt: skip
