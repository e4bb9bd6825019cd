"""Clicky: page views, links, goals and pings in a query.

Documentation: https://clicky.com/help/custom/manual (manual logging), https://clicky.com/help/customization (parameters).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "site_id": Row("site_id", "Site ID", "General"),
        "sitekey_admin": Row(None, "Admin key", "General"),
        "type": Row("type", "Hit type", "General"),
        "href": Row("href", "Page address", "Page"),
        "title": Row("title", "Page title", "Page"),
        "ref": Row("ref", "Referrer", "Page"),
        "uid": Row("uid", "Visitor ID", "Visitor"),
        "session_id": Row("session_id", "Session ID", "Visitor"),
        "res": Row(None, "Screen", "Device"),
        "lang": Row(None, "Language", "Device"),
        "tz": Row(None, "Time zone", "Device"),
        "secure": Row(None, "HTTPS", "Page"),
        "ua": Row(None, "User agent", "Device"),
        "srv": Row(None, "Server", "Technical"),
        "mime": Row(None, "Answer", "Technical"),
        "x": Row(None, "Cache buster", "Technical"),
        "jsuid": Row("jsuid", "Visitor ID (cookie)", "Visitor"),
        "ip_address": Row(None, "IP address", "Visitor"),
        "goal[id]": Row("goal.id", "Goal ID", "Goal"),
        "goal[name]": Row("goal.name", "Goal", "Goal"),
        "goal[revenue]": Row("goal.revenue", "Goal revenue", "Goal", "number"),
        "goal": Row("goal", "Goal", "Goal"),
        "revenue": Row("revenue", "Revenue", "Goal", "number"),
    },
    (Prefix("custom[", "]", field="custom.{}", label="{}", group="Custom data"),),
)
_ASIDE = frozenset(("ping", "heatmap", "video"))
_TYPES = frozenset(("pageview", "download", "outbound", "click", "custom", "goal", "ping", "heatmap", "video"))


def _kind(event: str | None) -> str:
    return "auxiliary" if event is None or event in _ASIDE else "pageview" if event == "pageview" else "event"


_READ = QueryReader(
    _TABLE,
    event=lambda values: str(values["type"]) if values.get("type") else "pageview" if values.get("site_id") else None,
    account="site_id",
    identifiers=("uid", "jsuid", "session_id"),
    kind=_kind,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        href = str(hit.values.get("href") or "")
        hit.page_url = href if "://" in href else None
        hit.campaign = campaign_of(hit.page_url)
    return hits


def _noscript(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    site = split_url(request.url).path.rpartition("/")[2].removesuffix("ns.gif")
    for hit in hits:
        if site.isdecimal():
            hit.account, hit.event, hit.kind = site, "pageview", "pageview"
    return hits


def _is_proxied(request: CapturedRequest) -> bool:
    """Through the site's own proxy: a site's number, a hit's type, and what the script adds to each."""
    wire = {each.name: str(each.value) for each in _TABLE.read(split_url(request.url).query)}
    return wire.get("site_id", "").isdecimal() and wire.get("type") in _TYPES and "mime" in wire and "x" in wire


VENDOR = Vendor(
    id="clicky",
    name="Clicky",
    category="analytics",
    docs=("https://clicky.com/help/custom/manual", "https://clicky.com/help/customization",),
    endpoints=(
        *(Endpoint(host=host, path="/in.php") for host in ("in.getclicky.com", "in.clicky.com", "*.getclicky.com")),
        # Without script the site stands in the path: /123ns.gif.
        *(Endpoint(host=host, path="/*ns.gif", decode=_noscript) for host in ("in.getclicky.com", "in.clicky.com", "*.getclicky.com")),
        *(Endpoint(host="*", path=path, keys=("site_id", "type"), recognise=_is_proxied) for path in ("*",)),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader()) for host in ("static.getclicky.com",)),
    ),
    decode=_decode,
    automatic_events=frozenset({"ping", "outbound", "download", "click"}),
    automatic_parameters=frozenset({"href", "title", "ref", "type"}),
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://in.getclicky.com/in.php?site_id=100&type=pageview&href=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&title=Shop&jsuid=1&custom[plan]=gold"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "100", "values": {"title": "Shop", "custom.plan": "gold"}, "campaign": {"utm_source": "x"}, "identifiers": {"jsuid": "1"}}],
        },
        {
            "title": "a page view without script",
            "request": {"url": "https://in.getclicky.com/100ns.gif", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "100"}],
        },
        {
            "title": "a download through the site's own proxy",
            "request": {"url": "https://shop.example/1377052163ff0.php?site_id=100&type=download&href=%2Fa.pdf&title=A&res=1280x800&lang=en&jsuid=1&mime=js&x=0.5"},
            "hits": [{"kind": "event", "event": "download", "account": "100", "identifiers": {"jsuid": "1"}}],
        },
        {
            "title": "a goal",
            "request": {"url": "https://in.getclicky.com/in.php?site_id=100&type=goal&goal[id]=7&goal[revenue]=19.98"},
            "hits": [{"kind": "event", "event": "goal", "account": "100", "values": {"goal.id": "7", "goal.revenue": 19.98}}],
        },
    ),
    lookalikes=("https://shop.example/?u=https%3A%2F%2Fin.getclicky.com%2Fin.php%3Fsite_id%3D1%26type%3Dpageview", "https://shop.example/in.php?site_id=100", "https://notgetclicky.com/in.php", "https://in.getclicky.com.evil.example/in.php", "https://clicky.com/in.php",
        "https://shop.example/?site_id=100&type=pageview", "https://clicky.com/stats/home?site_id=100"),
)  # fmt: skip
