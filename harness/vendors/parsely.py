"""Parse.ly: page views, engagement heartbeats, videos and conversions as images, from Parse.ly's hosts or a first-party alias.

Documentation: https://docs.parse.ly/tracking-code-setup/, https://docs.parse.ly/dynamic-tracking/, https://docs.parse.ly/conversions/,
https://docs.parse.ly/engaged-time/. Apps post several events at once to ``/mobileproxy`` (https://github.com/Parsely/AnalyticsSDK-iOS).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "idsite": Row(None, "Site ID", "General"),
        "action": Row("action", "Action", "General"),
        "url": Row("url", "Page address", "Page"),
        "urlref": Row("urlref", "Referrer", "Page"),
        "title": Row("title", "Page title", "Page"),
        "data": Row("data", "Extra data", "General", "json"),
        "metadata": Row("metadata", "Metadata", "Page", "json"),
        "inc": Row("inc", "Engaged seconds", "Engagement", "number"),
        "tt": Row("tt", "Total engaged time (ms)", "Engagement", "number"),
        "pvid": Row(None, "Page view ID", "Session"),
        "vsid": Row(None, "Video session ID", "Session"),
        "u": Row("u", "Visitor ID", "Session"),
        "sid": Row(None, "Session number", "Session"),
        "surl": Row("surl", "Session's first page", "Session"),
        "sref": Row("sref", "Session's referrer", "Session"),
        "sts": Row(None, "Session start", "Session"),
        "slts": Row(None, "Last session", "Session"),
        "date": Row(None, "Local time", "Technical"),
        "screen": Row(None, "Screen", "Device"),
        "plid": Row(None, "Page load ID", "Technical"),
        "rand": Row(None, "Cache buster", "Technical"),
        "js": Row(None, "Script", "Technical"),
    }
)
_ASIDE = frozenset(("heartbeat", "vheartbeat", "_init", "init"))


def _kind(event: str | None) -> str:
    return "auxiliary" if event is None or event in _ASIDE else "pageview" if event == "pageview" else "event"


_READ = QueryReader(
    _TABLE, event="action", page="url", identifiers=("u", "parsely_site_uuid", "parsely_uuid"), kind=_kind, lifted=("data",)
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.account = next((str(each.value) for each in hit.parameters if each.name == "idsite" and each.value), None)
    return hits


_APP = JsonReader(
    {name: row for name, row in _TABLE.rows.items() if row.kind != "json"},
    events="events",
    event="action",
    account="idsite",
    page="url",
    time="data.ts",
    identifiers={"u": ("data.parsely_site_uuid", "data.parsely_uuid")},
    values=("data",),
    kind=lambda name, event: _kind(name),
)


def _is_parsely(request: CapturedRequest) -> bool:
    """Told by site, address and one of the actions."""
    query = f"&{split_url(request.url).query}"
    return "&idsite=" in query and "&url=" in query and "&action=" in query and "&rand=" in query


_HIT = "rand=1&plid=2&idsite=shop.example&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&urlref=&title=Shop&u=pid%3Dabc"

VENDOR = Vendor(
    id="parsely",
    name="Parse.ly",
    category="analytics",
    docs=("https://docs.parse.ly/tracking-code-setup/", "https://docs.parse.ly/dynamic-tracking/", "https://docs.parse.ly/conversions/"),
    endpoints=(
        *(
            Endpoint(host=host, path=path)
            for host in ("p1.parsely.com", "p1-irl.parsely.com", "*.pixel.parsely.com", "pixel.parsely.com")
            for path in ("/plogger", "/plogger/", "/px", "/px/", "/p.gif")
        ),
        *(Endpoint(host="*", path=path, recognise=_is_parsely) for path in ("*/plogger/", "*/plogger", "*/px/", "*/px")),
        *(Endpoint(host=host, path=path, decode=_APP) for host in ("p1.parsely.com", "p1-irl.parsely.com", "*.pixel.parsely.com") for path in ("/mobileproxy", "/mobileproxy/")),
        Endpoint(host="cdn.parsely.com", path="/keys/*", role="library", decode=LibraryReader(account=lambda path, wire: path.split("/")[2] or None)),
        Endpoint(host="static.parsely.com", path="/*", role="library", decode=LibraryReader()),
        Endpoint(host="d1z2jf7jlzjs58.cloudfront.net", path="/*", role="library", decode=LibraryReader()),
        Endpoint(host="srv.config.parsely.com", path="/*", role="config", decode=LibraryReader("config")),
    ),
    decode=_decode,
    automatic_events=frozenset({"heartbeat", "vheartbeat"}),
    automatic_parameters=frozenset({"url", "urlref", "title", "u", "surl", "sref", "data"}),
    examples=(
        {
            "title": "a page view",
            "request": {"url": f"https://p1.parsely.com/plogger/?{_HIT}&action=pageview&data=%7B%22tier%22%3A%22gold%22%2C%22parsely_site_uuid%22%3A%22su%22%7D", "resource_type": "image"},
            "hits": [
                {"kind": "pageview", "event": "pageview", "account": "shop.example", "campaign": {"utm_source": "x"}, "values": {"title": "Shop", "tier": "gold"}, "identifiers": {"u": "pid=abc", "parsely_site_uuid": "su"}}
            ],
        },
        {
            "title": "a heartbeat under the site's own host",
            "request": {"url": f"https://fpa-events.shop.example/plogger/?{_HIT}&action=heartbeat&inc=5"},
            "hits": [{"kind": "auxiliary", "event": "heartbeat", "account": "shop.example", "values": {"inc": 5}}],
        },
        {
            "title": "a conversion",
            "request": {"url": f"https://srv-2026.pixel.parsely.com/px/?{_HIT}&action=conversion"},
            "hits": [{"kind": "event", "event": "conversion", "account": "shop.example"}],
        },
        {
            "title": "what an app sends",
            "request": {
                "url": "https://p1.parsely.com/mobileproxy", "method": "POST",
                "body": {
                    "events": [
                        {"url": "https://shop.example/a?utm_source=x", "urlref": "", "action": "pageview", "idsite": "shop.example", "data": {"ts": 1795318940000, "parsely_site_uuid": "u1", "tier": "gold"}},
                        {"url": "https://shop.example/a", "action": "heartbeat", "idsite": "shop.example", "inc": 5, "tt": 5000, "data": {}},
                    ]
                },
            },
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "shop.example", "campaign": {"utm_source": "x"}, "event_time": 1795318940.0,
                    "identifiers": {"u": "u1"}, "values": {"tier": "gold"},
                },
                {"kind": "auxiliary", "event": "heartbeat", "account": "shop.example", "values": {"inc": 5, "tt": 5000}},
            ],
        },
        {
            "title": "a video, from Ireland",
            "request": {"url": f"https://p1-irl.parsely.com/px/?{_HIT}&action=videostart&metadata=%7B%22title%22%3A%22Clip%22%7D"},
            "hits": [{"kind": "event", "event": "videostart", "account": "shop.example", "values": {"metadata": {"title": "Clip"}}}],
        },
        {"title": "the script", "request": {"url": "https://cdn.parsely.com/keys/shop.example/p.js"}, "hits": [{"kind": "library", "account": "shop.example"}]},
    ),
    lookalikes=(
        "https://shop.example/plogger/?rand=1",
        "https://notp1.parsely.com.evil.example/plogger/?rand=1&idsite=x",
        "https://shop.example/px/?url=x",
        "https://dash.parsely.com/shop.example/",
        {"url": "https://shop.example/mobileproxy", "method": "POST", "body": {"events": [{"action": "pageview", "url": "x"}]}},
        "https://shop.example/?u=https%3A%2F%2Fp1.parsely.com%2Fplogger%2F",
    ),
)  # fmt: skip
