"""Cloudflare Web Analytics (browser insights): performance and page views, under the site's own host or cloudflareinsights.com.

Documentation: https://developers.cloudflare.com/web-analytics/data-metrics/data-origin-and-collection/,
https://developers.cloudflare.com/web-analytics/get-started/web-analytics-spa/.
``eventType`` 1 is a page's load, 2 adds to it, 3 has its web vitals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

_TABLE = PathTable(
    {
        "siteToken": Row(None, "Site token", "General"),
        "eventType": Row("eventType", "Event type", "General"),
        "location": Row("location", "Page address", "Page"),
        "referrer": Row("referrer", "Referrer", "Page"),
        "pageloadId": Row(None, "Page load ID", "Page"),
        "st": Row(None, "Site type", "Technical"),
        "startTime": Row(None, "Start", "Technical"),
        "firstPaint": Row("firstPaint", "First paint (ms)", "Performance"),
        "firstContentfulPaint": Row("firstContentfulPaint", "First contentful paint (ms)", "Performance"),
    },
    (
        Prefix("timings", field=None, group="Performance"),
        Prefix("memory", field=None, group="Performance"),
        Prefix("resources", field=None, group="Performance"),
        Prefix("versions.", field=None, group="Technical"),
        Prefix("server", field=None, group="Performance"),
    ),
)
_NAMES = {1: "pageload", 2: "additional", 3: "webVitals"}


def _event(event: Any, document: Any) -> str | None:
    code = at(event, "eventType")
    if isinstance(code, int):
        return _NAMES.get(code, str(code))
    return "pageload" if text_at(event, "pageloadId") else None


_READ = JsonReader(
    _TABLE,
    event=_event,
    account=("siteToken", "token"),
    page="location",
    time="startTime",
    values=(),
    kind=lambda name, event: "pageview" if name == "pageload" else "auxiliary",
)


def _is_insights(request: CapturedRequest) -> bool:
    """Told by a page load's ID beside the site token or an event type."""
    document = read_body(request).value
    return text_at(document, "pageloadId") is not None and ("siteToken" in document or "eventType" in document)


_LOAD = {
    "pageloadId": "p1",
    "siteToken": "t1",
    "eventType": 1,
    "location": "https://shop.example/?utm_source=x",
    "referrer": "",
    "startTime": 1795318940000.4,
    "firstPaint": 120,
    "versions": {"js": "2024.6.1"},
}

VENDOR = Vendor(
    id="cloudflare-insights",
    name="Cloudflare Web Analytics",
    category="analytics",
    docs=("https://developers.cloudflare.com/web-analytics/data-metrics/data-origin-and-collection/",),
    endpoints=(
        Endpoint(host="cloudflareinsights.com", path="/cdn-cgi/rum"),
        Endpoint(host="*", path="*/cdn-cgi/rum", recognise=_is_insights),
        *(Endpoint(host="static.cloudflareinsights.com", path=path, role="library", decode=LibraryReader()) for path in ("/beacon.min.js", "/beacon.min.js/*", "/beacon.js")),
    ),
    decode=_READ,
    automatic_events=frozenset({"additional", "webVitals"}),
    automatic_parameters=frozenset({"*"}),
    cookieless=True,
    examples=(
        {
            "title": "a page's load, under the site's own host",
            "request": {"url": "https://shop.example/cdn-cgi/rum?", "method": "POST", "body": _LOAD},
            "hits": [{"kind": "pageview", "event": "pageload", "account": "t1", "campaign": {"utm_source": "x"}, "values": {"firstPaint": 120}}],
        },
        {
            "title": "web vitals",
            "request": {"url": "https://cloudflareinsights.com/cdn-cgi/rum", "method": "POST", "body": {**_LOAD, "eventType": 3}},
            "hits": [{"kind": "auxiliary", "event": "webVitals", "account": "t1"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://static.cloudflareinsights.com/beacon.min.js"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "a load that names no event type, as the older script sends it",
            "request": {"url": "https://cloudflareinsights.com/cdn-cgi/rum", "method": "POST", "body": {"pageloadId": "p2", "siteToken": "t1", "location": "https://shop.example/", "referrer": "", "timings": {"x": 1}, "st": 1}},
            "hits": [{"kind": "pageview", "event": "pageload", "account": "t1", "page_url": "https://shop.example/"}],
        },
        {
            "title": "the script with its version in the address",
            "request": {"url": "https://static.cloudflareinsights.com/beacon.min.js/vcd15cbe7772f49c399c6a5babf22c1241717689176015", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://dash.cloudflare.com/login",
        "https://cloudflareinsights.com.evil.example/cdn-cgi/rum",
        "https://shop.example/cdn-cgi/trace",
        "https://shop.example/?u=https%3A%2F%2Fcloudflareinsights.com%2Fcdn-cgi%2Frum",
        "https://shop.example/cdn-cgi/rum",
        {"url": "https://shop.example/cdn-cgi/rum", "method": "POST", "body": {"a": 1}},
        "https://notcloudflareinsights.com/cdn-cgi/rum",
    ),
)  # fmt: skip
