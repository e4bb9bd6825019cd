"""Umami: page views, events and identification, to Umami Cloud or a self-hosted instance.

Wire format: https://umami.is/docs/api/sending-stats (``/api/send``), https://umami.is/docs/tracker-functions (the script),
https://umami.is/docs/track-events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable, at, text_at
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
        return named or ("pageview" if at(event, "payload.website") is not None else None)
    return call


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
    account="payload.website",
    time="payload.timestamp",
    identifiers={"distinct_id": "payload.id"},
    values=("payload.data", "payload.event_data"),
    kind=_kind,
    derive=_derive,
)


def _is_umami(request: CapturedRequest) -> bool:
    """Told by Umami's call and a payload with a website's UUID."""
    document = read_body(request).value
    website = text_at(document, "payload.website") or ""
    return text_at(document, "type") in ("event", "pageview", "identify") and [len(each) for each in website.split("-")] == [8, 4, 4, 4, 12]


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
            for path in ("/api/send", "/api/collect")
        ),
        *(Endpoint(host="*", path=path, recognise=_is_umami) for path in ("*/send", "*/collect", "*/event", "*/batch")),
        *(Endpoint(host=host, path="/script.js", role="library", decode=LibraryReader()) for host in ("cloud.umami.is", "analytics.umami.is", "us.umami.is", "eu.umami.is")),
    ),
    decode=_READ,
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
    ),
    lookalikes=(
        "https://shop.example/api/send",
        {"url": "https://shop.example/api/send", "method": "POST", "body": {"type": "event", "payload": {"website": "shop"}}},
        "https://notumami.is/api/send",
        "https://shop.example/?u=https%3A%2F%2Fcloud.umami.is%2Fapi%2Fsend",
    ),
)  # fmt: skip
