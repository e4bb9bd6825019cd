"""Pendo: page loads, clicks, track events and guides, compressed in the address or the body.

Wire format: as https://www.npmjs.com/package/@pendo/agent sends it (hosts of every region, ``ptm.gif``, ``guide.gif``, ``agentic.gif``).
Documentation: https://support.pendo.io/hc/en-us/articles/360032294291-Configure-Track-Events, https://engageapi.pendo.io/ (track events from servers),
https://support.pendo.io/hc/en-us/articles/360031862272-Install-Pendo-on-your-website. ``jzb`` is base64 of zlib of a JSON list of events; a
post has it as ``{"events": "eJx…"}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
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


_HEX = frozenset("0123456789abcdef-")


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
    """``/data/ptm.gif/<key>`` or ``/agent/static/<key>/pendo.js``."""
    steps = path.split("/")
    if "static" in steps[:-1]:
        return steps[steps.index("static") + 1] or None
    return steps[-1] or None if "data" in steps[:-2] else None


def _is_pendo(request: CapturedRequest) -> bool:
    """A site's own host: an application's key (a UUID) at the path's end, the script's version, and the events or their size."""
    address = split_url(request.url)
    key = address.path.rpartition("/")[2]
    query = f"&{address.query}"
    return len(key) == 36 and _HEX.issuperset(key.lower()) and "&v=" in query and ("&jzb=" in query or "&s=" in query)


def _is_agent(request: CapturedRequest) -> bool:
    key = _key(split_url(request.url).path, {}) or ""
    return len(key) == 36 and _HEX.issuperset(key.lower())


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    shared = _QUERY.read(address.query)
    payload = read_body(request)
    if not payload.documents:
        carried = next((str(each.value) for each in (*shared, *payload.form(_QUERY)) if each.name == "jzb" and each.value), None)
        shared = [*shared, *payload.form(_QUERY)]
        if carried is not None:
            payload = open_text(carried)
    elif isinstance(carried := at(payload.value, "events"), str):
        shared = [*shared, *_TABLE.read(payload.value, payload.notes)]
        payload = open_text(carried)
    if payload.documents:
        hits = _READ.hits(payload, shared)
    elif read_body(request).shape in ("form", "multipart", "json"):
        hits = [_READ.hit({}, {}, shared)]
    else:
        hits = [_READ.unread(request, read_body(request), shared)]
    key = _key(address.path, {}) or request.header("x-pendo-integration-key")
    for hit in hits:
        hit.account = key or hit.account
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
            for path in ("/data/ptm.gif/*", "/data/track", "/data/ptm/*", "/data/guide.gif/*", "/data/agentic.gif/*")
        ),
        *(
            Endpoint(host="*.pendo.io", path=f"/data/{path}", decode=LibraryReader("auxiliary", account=_key))
            for path in ("poll.gif/*", "log.gif/*", "errorlog", "rec/*")
        ),
        *(
            Endpoint(host="*.pendo.io", path=f"/data/{path}/*", role="config", decode=LibraryReader("config", account=_key))
            for path in ("guide.json", "guide.js", "segmentflag.json", "recordingconf")
        ),
        Endpoint(host="*", path="*/data/ptm.gif/*", recognise=_is_pendo),
        Endpoint(host="*", path="*/data/guide.gif/*", recognise=_is_pendo),
        Endpoint(host="*", path="*/data/guide.json/*", role="config", recognise=_is_pendo, decode=LibraryReader("config", account=_key)),
        Endpoint(host="*", path="*/agent/static/*/pendo.js", role="library", recognise=_is_agent, decode=LibraryReader(account=_key)),
        Endpoint(host="*.pendo.io", path="/agent/static/*/config.json", role="config", decode=LibraryReader("config", account=_key)),
        Endpoint(host="*.pendo.io", path="/agent/*", role="library", decode=LibraryReader(account=_key)),
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
        {
            "title": "a batch too long for an address, posted to the European region",
            "request": {
                "url": "https://app.eu.pendo.io/data/ptm.gif/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f?v=2.291.4_prod-eu&ct=1795318941000&s=250", "method": "POST",
                "body": {"events": "eJytj8EKwjAMhl9Fch7OoUO3s151B28ipXZVi11b2mxujL67UUHw4slcQv7kT74cRsDBSShB1dKgOg-QwMnbe5CeoWqoky2LfJ6tisWMIoFOBYXWM1WTqc1onAthW4NvhQvyJNB6TcUV0YUyTblzU9nzxmmZUtN56wKUI1hds699rNps1zu2Zz3EmHzY0HNxI-MrM9kRKTP8CQeV5mYirjZI84M8_ze5o7M0dqEPSA6SI8l5jMcHBzdudw", "browser_time": 1795318941000},
            },
            "hits": [
                {"kind": "identify", "event": "identify", "account": "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f", "identifiers": {"visitor_id": "u1", "account_id": "acme"}, "event_time": 1795318940.0},
                {"kind": "event", "event": "Plan chosen", "values": {"plan": "gold", "seats": 5}},
            ],
        },
        {
            "title": "the same under the site's own host",
            "request": "https://content.app.example/data/ptm.gif/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f?v=2.291.4_prod-io&ct=1795318941000&jzb=eJytj8EKwjAMhl9Fch7OoUO3s151B28ipXZVi11b2mxujL67UUHw4slcQv7kT74cRsDBSShB1dKgOg-QwMnbe5CeoWqoky2LfJ6tisWMIoFOBYXWM1WTqc1onAthW4NvhQvyJNB6TcUV0YUyTblzU9nzxmmZUtN56wKUI1hds699rNps1zu2Zz3EmHzY0HNxI-MrM9kRKTP8CQeV5mYirjZI84M8_ze5o7M0dqEPSA6SI8l5jMcHBzdudw",
            "hits": [{"kind": "identify", "event": "identify"}, {"kind": "event", "event": "Plan chosen"}],
        },
        {
            "title": "guides asked for, and nothing told",
            "request": "https://app.pendo.io/data/guide.json/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f?id=20&jzb=eJwFwIEIAAAAwDDQd3-N1QABFQC5&v=2.291.4_prod-io&ct=1795318941000",
            "hits": [{"kind": "config", "account": "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"}],
        },
        {
            "title": "the agent",
            "request": {"url": "https://cdn.pendo.io/agent/static/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f/pendo.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"}],
        },
        {
            "title": "the settings of the agent from npm, in Europe",
            "request": {"url": "https://cdn.eu.pendo.io/agent/static/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f/config.json", "resource_type": "fetch"},
            "hits": [{"kind": "config", "account": "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"}],
        },
    ),
    lookalikes=(
        "https://shop.example/data/ptm.gif/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",
        "https://support.pendo.io/hc/en-us",
        "https://app.pendo.io/login",
        "https://shop.example/?u=https%3A%2F%2Fapp.pendo.io%2Fdata%2Fptm.gif%2F0a1b",
        "https://shop.example/data/ptm.gif/0a1b", "https://notpendo.io/data/track", "https://app.pendo.io.evil.example/data/track", "https://www.pendo.io/product"),
)  # fmt: skip
