"""Lucky Orange: settings, visits, events and recordings.

Documentation: https://help.luckyorange.com/article/30-installation, https://help.luckyorange.com/article/184-web-api (events and identities),
https://help.luckyorange.com/article/271-content-security-policy (hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERAL, PAGE, USER = "General", "Page", "User"
_READ = QueryReader(
    {
        "site-id": Row("site_id", "Site ID", GENERAL),
        "siteId": Row("site_id", "Site ID", GENERAL),
        "site_id": Row("site_id", "Site ID", GENERAL),
        "s": Row("site_id", "Site ID", GENERAL),
        "u": Row("url", "Page address", PAGE),
        "url": Row("url", "Page address", PAGE),
        "event": Row("event", "Event", GENERAL),
        "visitorId": Row("visitor_id", "Visitor ID", USER),
        "uid": Row("visitor_id", "Visitor ID", USER),
    },
    event="event",
    account="site_id",
    page="url",
    identifiers=("visitor_id",),
)


def _site(path: str, wire: Mapping[str, object]) -> str | None:
    for key in ("site-id", "siteId", "site_id", "s"):
        if wire.get(key):
            return str(wire[key])
    return None


_DOMAINS = ("luckyorange.com", "luckyorange.net")

VENDOR = Vendor(
    id="lucky-orange",
    name="Lucky Orange",
    category="replay",
    docs=("https://help.luckyorange.com/article/30-installation", "https://help.luckyorange.com/article/184-web-api"),
    endpoints=(
        *(Endpoint(host=f"{name}.{domain}") for domain in _DOMAINS for name in ("in", "cs", "upload", "realtime", "api-preview", "events", "collect", "visitors")),
        *(Endpoint(host=host) for host in ("*.livestatserver.com", "in.visitors.live", "*.visitors.live")),
        *(Endpoint(host=f"settings.{domain}", role="config", decode=LibraryReader("config", account=_site)) for domain in _DOMAINS),
        *(Endpoint(host=f"{name}.{domain}", role="library", decode=LibraryReader(account=_site)) for domain in _DOMAINS for name in ("tools", "w1")),
        Endpoint(host="d10lpsik1i8c69.cloudfront.net", role="library", decode=LibraryReader()),
    ),
    decode=_READ,
    examples=(
        {"title": "the older script", "request": {"url": "https://d10lpsik1i8c69.cloudfront.net/w.js"}, "hits": [{"kind": "library", "account": None}]},
        {
            "title": "the script",
            "request": {"url": "https://tools.luckyorange.com/core/lo.js?site-id=ab12cd", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12cd"}],
        },
        {
            "title": "the site's settings",
            "request": {"url": "https://settings.luckyorange.net/?u=https%3A%2F%2Fshop.example%2F&s=ab12cd"},
            "hits": [{"kind": "config", "account": "ab12cd"}],
        },
        {
            "title": "what is collected",
            "request": {"url": "https://in.luckyorange.com/collect?siteId=ab12cd&url=https%3A%2F%2Fshop.example%2F", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "ab12cd", "page_url": "https://shop.example/"}],
        },
    ),
    lookalikes=(
        "https://shop.example/?u=https%3A%2F%2Fin.luckyorange.com%2Fcollect",
        "https://www.luckyorange.com/pricing",
        "https://shop.example/core/lo.js?site-id=ab12cd",
        "https://tools.notluckyorange.com/core/lo.js",
        "https://settings.luckyorange.net.evil.example/",
        "https://help.luckyorange.com/",
    ),
)  # fmt: skip
