"""Umami: page views, events and identification, to Umami Cloud or a self-hosted instance.

Wire format: https://umami.is/docs/api/sending-stats (``/api/send``), https://umami.is/docs/tracker-functions (the script),
https://umami.is/docs/track-events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "type": Row(None, "Call", "General"),
        "payload.website": Row(None, "Website ID", "General"),
        "payload.pixel": Row(None, "Pixel ID", "General"),
        "payload.link": Row(None, "Link ID", "General"),
        "payload.name": Row(None, "Event", "General"),
        "payload.event_name": Row(None, "Event", "General"),
        "payload.event_type": Row(None, "Event type", "General"),
        "payload.event_value": Row("event_value", "Event value", "General"),
        "payload.hostname": Row("hostname", "Host", "Page"),
        "payload.url": Row("url", "Page", "Page"),
        "payload.title": Row("title", "Page title", "Page"),
        "payload.referrer": Row("referrer", "Referrer", "Page"),
        "payload.tag": Row("tag", "Tag", "General"),
        "payload.id": Row(None, "Distinct ID", "User"),
        "payload.screen": Row(None, "Screen", "Device"),
        "payload.language": Row(None, "Language", "Device"),
        "payload.timestamp": Row(None, "Time", "Technical"),
        "payload.lcp": Row(None, "Largest contentful paint (ms)", "Performance"),
        "payload.inp": Row(None, "Interaction to next paint (ms)", "Performance"),
        "payload.cls": Row(None, "Layout shift", "Performance"),
        "payload.fcp": Row(None, "First contentful paint (ms)", "Performance"),
        "payload.ttfb": Row(None, "Time to first byte (ms)", "Performance"),
    },
    (
        Prefix("payload.data.", field=None, label="{}", group="Event data"),
        Prefix("payload.event_data.", field=None, label="{}", group="Event data"),
    ),
)


def _event(event: Any, document: Any) -> str | None:
    call = text_at(event, "type")
    if call in ("event", "pageview"):
        named = text_at(event, "payload.name") or text_at(event, "payload.event_name") or text_at(event, "payload.event_value")
        return named or ("pageview" if _source(event) is not None else None)
    return call


def _source(event: Any, document: Any = None) -> str | None:
    """What the hit is about: a website, or a pixel or link of Umami's own."""
    return text_at(event, "payload.website") or text_at(event, "payload.pixel") or text_at(event, "payload.link")


def _kind(name: str | None, event: Any) -> str:
    call = text_at(event, "type")
    if call == "identify":
        return "identify"
    named = any(text_at(event, path) for path in ("payload.name", "payload.event_name", "payload.event_value"))
    return "auxiliary" if name is None or call not in ("event", "pageview") else "event" if named else "pageview"


def _derive(hit: Hit, event: Any, document: Any) -> None:
    host, url = text_at(event, "payload.hostname"), text_at(event, "payload.url") or ""
    if "://" in url:
        hit.page_url = url
    elif host is not None:
        hit.page_url = f"https://{host}{url}"
    if hit.page_url is not None:
        hit.campaign = campaign_of(hit.page_url)


_READ = JsonReader(
    _TABLE,
    event=_event,
    account=_source,
    time="payload.timestamp",
    identifiers={"distinct_id": "payload.id"},
    values=("payload.data", "payload.event_data"),
    kind=_kind,
    derive=_derive,
)


def _is_umami(request: CapturedRequest) -> bool:
    """Told by Umami's call and a payload with the UUID of a website, pixel or link; a batch by its first."""
    document = read_body(request).value
    first = document[0] if isinstance(document, list) and document else document
    return text_at(first, "type") in _CALLS and [len(each) for each in (_source(first) or "").split("-")] == [8, 4, 4, 4, 12]


_CALLS = ("event", "pageview", "identify", "performance", "record")


_PAYLOAD = {
    "website": "94db1cb1-74f4-4a40-ad6c-962362670409",
    "hostname": "shop.example",
    "url": "/?utm_source=x",
    "title": "Shop",
    "referrer": "",
    "screen": "1280x720",
    "language": "en",
}

VENDOR = Vendor(
    id="umami",
    name="Umami",
    category="analytics",
    docs=("https://umami.is/docs/api/sending-stats", "https://umami.is/docs/tracker-functions"),
    endpoints=(
        *(
            Endpoint(host=host, path=path)
            for host in ("cloud.umami.is", "api.umami.is", "api-gateway.umami.dev", "gateway.umami.is", "analytics.umami.is", "us.umami.is", "eu.umami.is")
            for path in ("/api/send", "/api/collect", "/api/batch")
        ),
        *(Endpoint(host="*", path=path, recognise=_is_umami) for path in ("*/send", "*/collect", "*/event", "*/batch", "*/record")),
        *(Endpoint(host=host, path="/script.js", role="library", decode=LibraryReader()) for host in ("cloud.umami.is", "analytics.umami.is", "us.umami.is", "eu.umami.is")),
    ),
    decode=_READ,
    automatic_events=frozenset({"performance", "record"}),
    automatic_parameters=frozenset({"hostname", "url", "title", "referrer"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://cloud.umami.is/api/send", "method": "POST", "body": {"type": "event", "payload": _PAYLOAD}},
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "94db1cb1-74f4-4a40-ad6c-962362670409", "campaign": {"utm_source": "x"},
                    "values": {"title": "Shop"}, "page_url": "https://shop.example/?utm_source=x",
                }
            ],
        },
        {
            "title": "an event with data on a self-hosted instance",
            "request": {
                "url": "https://stats.shop.example/api/send", "method": "POST",
                "body": {"type": "event", "payload": {**_PAYLOAD, "name": "purchase", "data": {"revenue": 19.98, "currency": "EUR"}}},
            },
            "hits": [{"kind": "event", "event": "purchase", "values": {"revenue": 19.98, "currency": "EUR"}}],
        },
        {
            "title": "an identification",
            "request": {"url": "https://stats.shop.example/api/send", "method": "POST", "body": {"type": "identify", "payload": {**_PAYLOAD, "id": "u1", "data": {"plan": "gold"}}}},
            "hits": [{"kind": "identify", "event": "identify", "identifiers": {"distinct_id": "u1"}, "values": {"plan": "gold"}}],
        },
        {
            "title": "a batch from a server, and the page's performance",
            "request": {
                "url": "https://stats.shop.example/api/batch", "method": "POST",
                "body": [{"type": "event", "payload": {**_PAYLOAD, "name": "signup"}}, {"type": "performance", "payload": {**_PAYLOAD, "lcp": 1200.5, "cls": 0.01}}],
            },
            "hits": [
                {"kind": "event", "event": "signup", "account": "94db1cb1-74f4-4a40-ad6c-962362670409"},
                {"kind": "auxiliary", "event": "performance", "account": "94db1cb1-74f4-4a40-ad6c-962362670409"},
            ],
        },
        {
            "title": "an event of version 1",
            "request": {
                "url": "https://stats.shop.example/api/collect", "method": "POST",
                "body": {"type": "event", "payload": {"website": "94db1cb1-74f4-4a40-ad6c-962362670409", "url": "/", "event_name": "signup", "event_data": {"plan": "gold"}}},
            },
            "hits": [{"kind": "event", "event": "signup", "values": {"plan": "gold"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/api/send",
        "https://cloud.umami.is.evil.example/api/send",
        "https://umami.is/docs/api/sending-stats",
        {"url": "https://shop.example/api/batch", "method": "POST", "body": [{"type": "event", "payload": {"website": 7}}]},
        {"url": "https://shop.example/api/event", "method": "POST", "body": {"type": "event", "payload": {"id": "94db1cb1-74f4-4a40-ad6c-962362670409"}}},
        {"url": "https://shop.example/api/send", "method": "POST", "body": {"type": "event", "payload": {"website": "shop"}}},
        "https://notumami.is/api/send",
        "https://shop.example/?u=https%3A%2F%2Fcloud.umami.is%2Fapi%2Fsend",
    ),
)  # fmt: skip
