"""Vercel Web Analytics and Speed Insights: page views, events and web vitals, under the site's own host.

Documentation: https://vercel.com/docs/analytics/package, https://vercel.com/docs/analytics/custom-events,
https://vercel.com/docs/speed-insights/package. No account is on the wire: the deployment's host is it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import open_text, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "o": Row("o", "Page address", "Page"),
        "event_name": Row("event_name", "Web vital", "Performance"),
        "value": Row("value", "Web vital's value", "Performance", "number"),
        "page": Row("page", "Route", "Page"),
        "speed": Row(None, "Connection", "Performance"),
        "r": Row("referrer", "Referrer", "Page"),
        "en": Row(None, "Event", "General"),
        "dp": Row("route", "Route", "Page"),
        "sv": Row(None, "Script version", "Technical"),
        "sdkn": Row(None, "Package", "Technical"),
        "sdkv": Row(None, "Package version", "Technical"),
        "ts": Row(None, "Time", "Technical"),
        "dsn": Row("dsn", "Project", "General"),
        "href": Row("href", "Page address", "Page"),
        "vitals[].type": Row(None, "Web vital", "Performance"),
        "vitals[].value": Row(None, "Web vital's value", "Performance"),
    },
    (Prefix("ed.", field=None, label="{}", group="Event data"), Prefix("f.", field=None, label="Flag {}", group="Flags")),
)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    data = at(event, "ed")
    if isinstance(data, str):
        data = open_text(data).value
    for name, value in data.items() if isinstance(data, dict) else ():
        hit.values.setdefault(name, value)


_READ = JsonReader(_TABLE, event="en", account="dsn", page=("o", "href"), time="ts", values=(), derive=_derive)


_FLAT = QueryReader(QueryTable(_TABLE.rows, _TABLE.prefixes), account="dsn", page=("o", "href"))


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = (_FLAT if read_body(request).shape in ("form", "multipart") else _READ)(request)
    step = split_url(request.url).path.rstrip("/").rpartition("/")[2]
    for hit in hits:
        if step == "view":
            hit.kind, hit.event = "pageview", "pageview"
        elif step == "vitals":
            hit.kind, hit.event = "auxiliary", "vitals"
        elif hit.event is not None:
            hit.kind = "event"
        hit.account = hit.account or (split_url(hit.page_url).host or None if hit.page_url else None)
    return hits


def _is_vercel(request: CapturedRequest) -> bool:
    """Told by the page's address and time under the script's short keys, with its version, and a name where the path says event."""
    document = read_body(request).value
    address = text_at(document, "o") or ""
    if not isinstance(document, dict) or "://" not in address or "ts" not in document or "r" not in document:
        return False
    return "sv" in document or "sdkn" in document or text_at(document, "en") is not None


def _is_script(request: CapturedRequest) -> bool:
    """``/_vercel/`` is the platform's own: a site cannot have a page there."""
    return (
        request.method == "GET"
        and split_url(request.url).path.startswith("/_vercel/")
        and request.resource_type in (None, "script", "other")
    )


def _is_vitals(request: CapturedRequest) -> bool:
    document = read_body(request).value
    if isinstance(document, list):
        document = {"vitals": document, **document[0]} if document and isinstance(document[0], dict) else {}
    named = isinstance(document, dict) and (isinstance(document.get("vitals"), list) or "event_name" in document)
    own = text_at(document, "dsn") is not None or "/speed-insights/" in request.url
    return named and own and text_at(document, "href") is not None


_VIEW = {
    "o": "https://shop.example/?utm_source=x",
    "sv": "0.1.3",
    "sdkn": "@vercel/analytics/next",
    "sdkv": "1.5.0",
    "ts": 1795318940000,
    "r": "",
}

VENDOR = Vendor(
    id="vercel-analytics",
    name="Vercel Web Analytics",
    category="analytics",
    docs=("https://vercel.com/docs/analytics/package", "https://vercel.com/docs/analytics/custom-events"),
    endpoints=(
        *(Endpoint(host="*", path=f"*/{step}", recognise=_is_vercel) for step in ("view", "event")),
        Endpoint(host="*", path="*/vitals", recognise=_is_vitals),
        *(Endpoint(host="vitals.vercel-insights.com", path=path) for path in ("/v1/vitals", "/v1/view", "/v1/event")),
        *(Endpoint(host="vitals.vercel-analytics.com", path=path) for path in ("/v1/vitals", "/v1/view", "/v1/event")),
        *(Endpoint(host="*", path=f"/_vercel/{name}/script.js", role="library", recognise=_is_script, decode=LibraryReader()) for name in ("insights", "speed-insights")),
        Endpoint(host="va.vercel-scripts.com", path="/*", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"referrer", "route"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://shop.example/_vercel/insights/view", "method": "POST", "body": _VIEW},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "shop.example", "campaign": {"utm_source": "x"}, "event_time": 1795318940.0}],
        },
        {
            "title": "an event",
            "request": {"url": "https://shop.example/_vercel/insights/event", "method": "POST", "body": {**_VIEW, "en": "purchase", "ed": {"value": 19.98}}},
            "hits": [{"kind": "event", "event": "purchase", "account": "shop.example", "values": {"value": 19.98}}],
        },
        {
            "title": "web vitals",
            "request": {
                "url": "https://shop.example/_vercel/speed-insights/vitals", "method": "POST",
                "body": {"dsn": "d1", "href": "https://shop.example/", "vitals": [{"type": "LCP", "value": 900}]},
            },
            "hits": [{"kind": "auxiliary", "event": "vitals", "account": "d1"}],
        },
        {
            "title": "a web vital of the older package, as a form to Vercel's own host",
            "request": {
                "url": "https://vitals.vercel-insights.com/v1/vitals", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "dsn=d1&id=v3-1&page=%2Fcart&href=https%3A%2F%2Fshop.example%2Fcart&event_name=LCP&value=912.5&speed=4g",
            },
            "hits": [{"kind": "auxiliary", "event": "vitals", "account": "d1", "page_url": "https://shop.example/cart", "values": {"event_name": "LCP", "value": 912.5}}],
        },
        {
            "title": "a page view under a path of the site's own, its data as text",
            "request": {"url": "https://shop.example/0a1b2c/event", "method": "POST", "body": {**_VIEW, "en": "Signup", "ed": "{\"plan\":\"gold\"}"}},
            "hits": [{"kind": "event", "event": "Signup", "values": {"plan": "gold"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://shop.example/_vercel/insights/script.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        {'url': 'https://shop.example/vitals', 'method': 'POST', 'body': {'href': 'https://shop.example/', 'vitals': [{'name': 'LCP'}]}},
        "https://shop.example/insights/script.js",
        "https://vercel.com/docs/analytics",
        {'url': 'https://shop.example/metrics/vitals', 'method': 'POST', 'body': {'vitals': [1]}},
        "https://shop.example/_vercel/insights/view",
        {"url": "https://shop.example/api/event", "method": "POST", "body": {"o": "x", "ts": 1, "r": ""}},
        {"url": "https://shop.example/insights/view", "method": "POST", "body": {"page": "x"}},
        "https://shop.example/?u=https%3A%2F%2Fx.example%2F_vercel%2Finsights%2Fview",
    ),
)  # fmt: skip
