"""LINE Tag (LINE Ads, LINE Official Account).

Documentation: https://www.linebiz.com/jp/manual/line-ads/line-tag_01/, https://data.linebiz.com/solutions/line-tag. ``e`` names the event: ``pv``
page view, ``cv`` conversion, ``cus`` a custom one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import QueryTable, Row
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping


def _event(values: Mapping[str, Any]) -> str | None:
    event = values.get("e")
    named = values.get("en") or values.get("type") if event in ("cv", "cus") else None
    return str(named or event) if event else None


_READ = QueryReader(
    QueryTable(
        {
            "t_id": Row("t_id", "Tag ID", "General"),
            "c_t": Row("c_t", "Kind of customer", "General"),
            "e": Row("e", "Event", "General"),
            "en": Row("en", "Event name", "General"),
            "type": Row("type", "Event name", "General"),
            "value": Row("value", "Value", "E-commerce", "number"),
            "price": Row("price", "Price", "E-commerce", "number"),
            "deduplicationKey": Row("deduplicationKey", "Deduplication key", "General"),
            "currency": Row("currency", "Currency", "E-commerce"),
            "orderId": Row("orderId", "Order ID", "E-commerce"),
            "itemIds": Row("itemIds", "Items", "E-commerce"),
            "url": Row("url", "Page address", "Page"),
            "ref": Row("ref", "Referrer", "Page"),
            "deviceId": Row("deviceId", "Browser ID", "User"),
            "ldtag_cl": Row("ldtag_cl", "Click ID", "User"),
            "noscript": Row(None, "Image tag", "Technical"),
        }
    ),
    event=_event,
    account="t_id",
    page="url",
    key=("deduplicationKey", "orderId"),
    identifiers=("deviceId", "ldtag_cl"),
    kind=lambda event: "auxiliary" if not event else "pageview" if event == "pv" else "event",
)

VENDOR = Vendor(
    id="line-tag",
    name="LINE Tag",
    category="advertising",
    docs=("https://www.linebiz.com/jp/manual/line-ads/line-tag_01/", "https://data.linebiz.com/solutions/line-tag"),
    endpoints=(
        Endpoint(host="tr.line.me", path="/tag.gif"),
        *(Endpoint(host=host, path="/n/line_tag/*", role="library") for host in ("d.line-scdn.net", "d.line-cdn.net")),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://tr.line.me/tag.gif?c_t=lap&t_id=1a2b3c4d-0000-1111-2222-333344445555&e=pv&noscript=1"},
            "hits": [{"kind": "pageview", "event": "pv", "account": "1a2b3c4d-0000-1111-2222-333344445555"}],
        },
        {
            "title": "a conversion with a name",
            "request": {"url": "https://tr.line.me/tag.gif?c_t=lap&t_id=1a2b&e=cv&en=Conversion&url=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "event", "event": "Conversion", "account": "1a2b", "page_url": "https://shop.example/"}],
        },
        {
            "title": "a page view of an official account",
            "request": {"url": "https://tr.line.me/tag.gif?c_t=account&t_id=9ab3ae65-2707-4c01-aa09-51aa8ee8c140&e=pv&noscript=1", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pv", "account": "9ab3ae65-2707-4c01-aa09-51aa8ee8c140", "values": {"c_t": "account"}}],
        },
        {"title": "the older script", "request": {"url": "http://d.line-cdn.net/n/line_tag/public/release/v1/lt.js"}, "hits": [{"kind": "library"}]},
        {"title": "the script", "request": {"url": "https://d.line-scdn.net/n/line_tag/public/release/v1/lt.js"}, "hits": [{"kind": "library"}]},
    ),
    lookalikes=(
        "https://shop.example/tag.gif?c_t=lap&t_id=1&e=pv",
        "https://tr.line.me.evil.example/tag.gif?t_id=1&e=pv",
        "https://nottr.line.me/tag.gif?t_id=1",
        "https://tr.line.me/other.gif?t_id=1",
        "https://d.line-scdn.net/stf/line-lp/icon.png",
        "https://social-plugins.line.me/lineit/share?url=https%3A%2F%2Ftr.line.me%2Ftag.gif",
    ),
)  # fmt: skip
