"""Gauges: page views as images.

Documentation: https://get.gaug.es/documentation/tracking/, https://get.gaug.es/documentation/.
"""

from __future__ import annotations

from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

_TABLE = QueryTable(
    {
        "h[site_id]": Row("site_id", "Site ID", "General"),
        "h[resource]": Row("resource", "Page address", "Page"),
        "h[title]": Row("title", "Page title", "Page"),
        "h[referrer]": Row("referrer", "Referrer", "Page"),
        "h[unique]": Row(None, "Unique", "Visitor"),
        "h[unique_hour]": Row(None, "Unique in the hour", "Visitor"),
        "h[unique_day]": Row(None, "Unique in the day", "Visitor"),
        "h[unique_month]": Row(None, "Unique in the month", "Visitor"),
        "h[unique_year]": Row(None, "Unique in the year", "Visitor"),
        "h[screenx]": Row(None, "Screen width", "Device"),
        "h[browserx]": Row(None, "Window width", "Device"),
        "h[browsery]": Row(None, "Window height", "Device"),
        "timestamp": Row(None, "Cache buster", "Technical"),
    },
    (Prefix("h[", "]", label="{}", group="General"),),
)
_READ = QueryReader(_TABLE, event=lambda values: "pageview" if values.get("site_id") else None, account="site_id", page="resource")


VENDOR = Vendor(
    id="gauges",
    name="Gauges",
    category="analytics",
    docs=("https://get.gaug.es/documentation/tracking/",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("secure.gaug.es", "track.gaug.es") for path in ("/track.gif",)),
        *(Endpoint(host=host, path="/track.js", role="library", decode=LibraryReader()) for host in ("secure.gaug.es", "track.gaug.es", "d36ee2fcip1434.cloudfront.net")),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"resource", "title", "referrer"}),
    examples=(
        {"title": "the script", "request": {"url": "https://secure.gaug.es/track.js", "resource_type": "script"}, "hits": [{"kind": "library"}]},
        {
            "title": "a page view",
            "request": {"url": "https://secure.gaug.es/track.gif?h[site_id]=abc123&h[resource]=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&h[title]=Shop&h[referrer]=&h[unique]=1", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "abc123", "campaign": {"utm_source": "x"}, "values": {"title": "Shop"}}],
        },
        {
            "title": "a page view with its keys escaped",
            "request": {"url": "https://track.gaug.es/track.gif?h%5Bsite_id%5D=abc123&h%5Btitle%5D=Cart"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "abc123", "values": {"title": "Cart"}}],
        },
    ),
    lookalikes=("https://shop.example/?u=https%3A%2F%2Fsecure.gaug.es%2Ftrack.gif", "https://get.gaug.es/documentation/", "https://shop.example/track.gif?h[site_id]=1", "https://notgaug.es/track.gif", "https://secure.gaug.es.evil.example/track.gif", "https://get.gaug.es/track.gif"),
)  # fmt: skip
