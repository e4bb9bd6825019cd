"""Simple Analytics: page views, events and what is known at a page's end, from the CDN, an API or a custom domain.

Wire format: https://docs.simpleanalytics.com/events (events), https://docs.simpleanalytics.com/events/server-side (from servers),
https://docs.simpleanalytics.com/metadata (metadata), https://docs.simpleanalytics.com/bypass-ad-blockers (custom domains).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "type": Row("type", "Hit type", "General"),
        "event": Row("event", "Event", "General"),
        "metadata": Row("metadata", "Metadata", "General", "json"),
        "hostname": Row("hostname", "Website", "General"),
        "path": Row("path", "Page path", "Page"),
        "referrer": Row("referrer", "Referrer", "Page"),
        "query": Row("query", "Campaign's part of the query", "Campaign"),
        "ref": Row("ref", "Referrer named in the address", "Campaign"),
        "hostname_original": Row(None, "Website the script stands on", "General"),
        "sri": Row(None, "Script's integrity checked", "Technical"),
        "mobile": Row(None, "Mobile", "Device"),
        "brands": Row(None, "Browser's brands", "Device"),
        "os_name": Row(None, "Operating system", "Device"),
        "os_version": Row(None, "Operating system's version", "Device"),
        "bot": Row(None, "Bot", "Technical"),
        "brave": Row(None, "Brave", "Device"),
        "duck": Row(None, "DuckDuckGo", "Device"),
        "unique": Row("unique", "Unique", "Session", "boolean"),
        "page_id": Row(None, "Page ID", "Session"),
        "session_id": Row(None, "Session ID", "Session"),
        "id": Row(None, "Hit ID", "Technical"),
        "original_id": Row(None, "Hit this belongs to", "Technical"),
        "duration": Row("duration", "Time on the page (s)", "Engagement", "number"),
        "scrolled": Row("scrolled", "Scrolled (%)", "Engagement", "number"),
        "utm_source": Row("utm_source", "Campaign source", "Campaign"),
        "utm_medium": Row("utm_medium", "Campaign medium", "Campaign"),
        "utm_campaign": Row("utm_campaign", "Campaign name", "Campaign"),
        "utm_content": Row("utm_content", "Campaign content", "Campaign"),
        "utm_term": Row("utm_term", "Campaign term", "Campaign"),
        "https": Row(None, "Secure", "Page"),
        "timezone": Row(None, "Time zone", "Device"),
        "language": Row(None, "Language", "Device"),
        "ua": Row(None, "User agent", "Device"),
        "screen_width": Row(None, "Screen width", "Device"),
        "screen_height": Row(None, "Screen height", "Device"),
        "viewport_width": Row(None, "Viewport width", "Device"),
        "viewport_height": Row(None, "Viewport height", "Device"),
        "version": Row(None, "Script version", "Technical"),
        "time": Row(None, "Time", "Technical"),
        "error": Row("error", "Error", "Technical"),
        "warnings": Row(None, "Warnings", "Technical"),
    },
    (Prefix("metadata.", field="{}", label="{}", group="Metadata"),),
)


def _event(values: Mapping[str, Any]) -> str | None:
    return str(values["event"]) if values.get("event") else str(values["type"]) if values.get("type") else None


_READ = QueryReader(_TABLE, event=_event, account="hostname", lifted=("metadata",))


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        values = hit.values
        kind = "pageview" if request.url.partition("?")[0].endswith("/noscript.gif") else values.get("type")
        hit.kind = "pageview" if kind == "pageview" else "event" if kind == "event" or values.get("event") else "auxiliary"
        if hit.kind == "pageview":
            hit.event = "pageview"
        for name in ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"):
            if values.get(name):
                hit.campaign[name] = str(values[name])
        if isinstance(asked := values.get("query"), str):
            hit.campaign = {**campaign_of("https://x/?" + asked.lstrip("?")), **hit.campaign}
        if values.get("hostname"):
            hit.page_url = f"https://{values['hostname']}{values.get('path') or '/'}"
    return hits


_TYPES = frozenset(("pageview", "event", "append", "error"))


def _is_simple(request: CapturedRequest) -> bool:
    """Told under a custom domain by type, host and the script's version."""
    query = f"&{split_url(request.url).query}"
    if query.partition("&type=")[2].partition("&")[0] in _TYPES and "&hostname=" in query and "&version=" in query:
        return True
    document = read_body(request).value if request.body.data else None
    return isinstance(document, dict) and document.get("type") in _TYPES and "original_id" in document


_HOSTS = ("queue.simpleanalyticscdn.com", "queue.simpleanalytics.com", "*.simpleanalyticsexternal.com", "*.simpleanalyticscdn.com")
_HIT = "version=cdn_latest_11&hostname=shop.example&https=true&path=%2F&page_id=p1&session_id=s1&id=i1"

VENDOR = Vendor(
    id="simple-analytics",
    name="Simple Analytics",
    category="analytics",
    docs=("https://docs.simpleanalytics.com/events", "https://docs.simpleanalytics.com/events/server-side", "https://docs.simpleanalytics.com/metadata"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/simple.gif", "/noscript.gif", "/append", "/post", "/events", "/image.gif")),
        *(Endpoint(host="*", path=path, recognise=_is_simple) for path in ("*/simple.gif", "*/append", "*/post")),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader()) for host in ("scripts.simpleanalyticscdn.com", "sa.simpleanalyticscdn.com", "cdn.simpleanalytics.io")),
    ),
    decode=_decode,
    automatic_events=frozenset({"append", "error"}),
    automatic_parameters=frozenset({"type", "hostname", "path", "referrer", "unique", "duration", "scrolled"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view",
            "request": {"url": f"https://queue.simpleanalyticscdn.com/simple.gif?{_HIT}&type=pageview&utm_source=x&unique=true", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "shop.example", "campaign": {"utm_source": "x"}, "page_url": "https://shop.example/"}],
        },
        {
            "title": "an event with metadata, on a custom domain",
            "request": {"url": f"https://simple.shop.example/simple.gif?{_HIT}&type=event&event=purchase&metadata=%7B%22value%22%3A19.98%7D"},
            "hits": [{"kind": "event", "event": "purchase", "account": "shop.example", "values": {"value": 19.98}}],
        },
        {
            "title": "an event of a server",
            "request": {
                "url": "https://queue.simpleanalyticscdn.com/events", "method": "POST",
                "body": {"type": "event", "hostname": "shop.example", "event": "signup", "ua": "x", "metadata": {"plan": "gold", "seats": 3}},
            },
            "hits": [{"kind": "event", "event": "signup", "account": "shop.example", "values": {"plan": "gold", "seats": 3}}],
        },
        {
            "title": "a page view with a campaign, as version 11 tells it",
            "request": {"url": f"https://queue.simpleanalyticscdn.com/simple.gif?{_HIT}&type=pageview&query=utm_source%3Dnews%26utm_medium%3Dmail&os_name=iOS", "resource_type": "image"},
            "hits": [{"kind": "pageview", "campaign": {"utm_source": "news", "utm_medium": "mail"}}],
        },
        {
            "title": "a page view without scripts",
            "request": {"url": "https://queue.simpleanalyticscdn.com/noscript.gif?hostname=shop.example&collect-dnt=true", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "shop.example"}],
        },
        {
            "title": "the end of a page",
            "request": {"url": "https://queue.simpleanalyticscdn.com/append", "method": "POST", "body": {"type": "append", "hostname": "shop.example", "original_id": "i1", "duration": 9, "scrolled": 60}},
            "hits": [{"kind": "auxiliary", "event": "append", "account": "shop.example", "values": {"duration": 9, "scrolled": 60}}],
        },
    ),
    lookalikes=(
        "https://shop.example/simple.gif?x=1",
        "https://notqueue.simpleanalyticscdn.com.evil.example/simple.gif",
        "https://shop.example/append",
        {"url": "https://shop.example/append", "method": "POST", "body": {"type": "append", "hostname": "shop.example"}},
        "https://www.simpleanalytics.com/simple.gif",
        "https://shop.example/?u=https%3A%2F%2Fqueue.simpleanalyticscdn.com%2Fsimple.gif",
    ),
)  # fmt: skip
