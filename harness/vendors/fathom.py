"""Fathom Analytics: page views and events as images, from Fathom's CDN or a custom domain.

Documentation: https://usefathom.com/docs/start/install, https://usefathom.com/docs/events/overview,
https://usefathom.com/docs/script/script-advanced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row, number
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "sid": Row("site", "Site ID", "General"),
        "name": Row("name", "Event", "General"),
        "payload": Row("payload", "Event data", "General", "json"),
        "gcode": Row("gcode", "Goal", "General"),
        "gval": Row("gval", "Goal value (cents)", "General", "number"),
        "h": Row("hostname", "Host", "Page"),
        "p": Row("path", "Page path", "Page"),
        "r": Row("referrer", "Referrer", "Page"),
        "qs": Row("query", "Query", "Page", "json"),
        "cid": Row(None, "Cache buster", "Technical"),
        "dnt": Row(None, "Do not track", "Consent"),
    }
)


def _event(values: Mapping[str, Any]) -> str | None:
    return next(
        (str(values[key]) for key in ("name", "gcode") if values.get(key)), "pageview" if "path" in values or "hostname" in values else None
    )


_READ = QueryReader(
    _TABLE, event=_event, account="site", kind=lambda event: "pageview" if event == "pageview" else "event" if event else "auxiliary"
)


def _decode(request: CapturedRequest) -> list[Hit]:
    [hit] = _READ(request)
    payload, query = hit.values.get("payload"), hit.values.get("query")
    if isinstance(payload, dict):
        for name, value in payload.items():
            hit.values.setdefault("value" if name == "_value" else name, number(value) if isinstance(value, str) else value)
    if isinstance(query, dict):
        for name, value in query.items():
            if isinstance(value, str) and value and name[:4] == "utm_":
                hit.campaign[name] = value
    if str(hit.values.get("hostname") or "").startswith("http"):
        host = str(hit.values["hostname"])
        hit.page_url = f"{host}{hit.values.get('path') or ('' if '/' in host.partition('//')[2] else '/')}"
    return [hit]


def _is_fathom(request: CapturedRequest) -> bool:
    """Told by site and path, the host with its scheme and the query as JSON together."""
    query = f"&{split_url(request.url).query}"
    return all(f"&{key}=" in query for key in ("sid", "p")) and "&h=http" in query and ("&qs=%7B" in query or "&qs={" in query)


_HIT = "h=https%3A%2F%2Fshop.example&p=%2F&r=&sid=ABCDEFGH&qs=%7B%22utm_source%22%3A%22x%22%7D&cid=1"

VENDOR = Vendor(
    id="fathom",
    name="Fathom Analytics",
    category="analytics",
    docs=("https://usefathom.com/docs/start/install", "https://usefathom.com/docs/events/overview"),
    endpoints=(
        *(Endpoint(host=host, path="/", recognise=_is_fathom) for host in ("cdn.usefathom.com", "*.usefathom.com")),
        *(Endpoint(host=host, path=path) for host in ("cdn.usefathom.com", "*.usefathom.com", "starman.fathomdns.com", "collect.usefathom.com") for path in ("/event", "/collect", "/event/")),
        Endpoint(host="cdn.usefathom.com", path="/"),
        Endpoint(host="starman.fathomdns.com", path="/"),
        Endpoint(host="cdn.usefathom.com", path="/script.js", role="library", decode=LibraryReader()),
        Endpoint(host="cdn.usefathom.com", path="/tracker.js", role="library", decode=LibraryReader()),
        Endpoint(host="*", keys=("sid", "qs", "h", "p"), recognise=_is_fathom),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"hostname", "path", "referrer", "query"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view",
            "request": {"url": f"https://cdn.usefathom.com/?{_HIT}", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "ABCDEFGH", "campaign": {"utm_source": "x"}, "page_url": "https://shop.example/"}],
        },
        {
            "title": "an event with a value, on a custom domain",
            "request": {"url": f"https://cool-bird.shop.example/?{_HIT}&name=purchase&payload=%7B%22_value%22%3A1998%7D"},
            "hits": [{"kind": "event", "event": "purchase", "account": "ABCDEFGH", "values": {"value": 1998}}],
        },
        {
            "title": "a goal of the older script",
            "request": {"url": f"https://starman.fathomdns.com/?{_HIT}&gcode=GOAL1&gval=500"},
            "hits": [{"kind": "event", "event": "GOAL1", "account": "ABCDEFGH", "values": {"gval": 500}}],
        },
        {
            "title": "an event of a server, with the whole address as the host",
            "request": {"url": "https://cdn.usefathom.com/?h=https%3A%2F%2Fshop.example%2Fbuy&sid=ABCDEFGH&cid=1&name=signup"},
            "hits": [{"kind": "event", "event": "signup", "account": "ABCDEFGH", "page_url": "https://shop.example/buy"}],
        },
    ),
    lookalikes=(
        "https://shop.example/?h=https%3A%2F%2Fx&p=%2F&sid=A",
        "https://shop.example/search?h=hotels&p=1&sid=12&qs=berlin",
        "https://usefathom.com/",
        "https://notusefathom.com/?sid=A",
        "https://shop.example/?u=https%3A%2F%2Fcdn.usefathom.com%2F%3Fsid%3DA",
    ),
)  # fmt: skip
