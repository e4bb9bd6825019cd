"""Viant (Adelphic) universal pixel.

Documentation: https://docs.tealium.com/client-side-tags/viant-universal-pixel-tag/. Older conversion pixels name an account, retargeting pixels a site.
"""

from __future__ import annotations

from harness.decode.query import QueryTable, Row
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

_READ = QueryReader(
    QueryTable(
        {
            "upid": Row("upid", "Universal pixel ID", "General"),
            "url": Row("url", "Page address", "Page"),
            "ps": Row(None, "Piggyback", "Technical"),
            "cache_buster": Row(None, "Cache buster", "Technical"),
            "acct_id": Row("acct_id", "Account ID", "General"),
            "rtsite_id": Row("rtsite_id", "Retargeting site ID", "General"),
            "ref": Row("ref", "Referrer", "Page"),
            "tn": Row("tn", "Transaction ID", "E-commerce"),
            "val": Row("val", "Revenue", "E-commerce", "number"),
            "cur": Row("cur", "Currency", "E-commerce"),
            "itms": Row("itms", "Product categories", "E-commerce"),
            "cust": Row("cust", "Customer type", "E-commerce"),
            "cuid": Row("cuid", "Customer ID", "User"),
            "uuid": Row("uuid", "Pixel ID", "General"),
            "rr": Row(None, "Cache buster", "Technical"),
        }
    ),
    event=lambda values: (
        "conversion"
        if values.get("tn") or values.get("acct_id")
        else "retargeting"
        if values.get("rtsite_id")
        else "page_view"
        if values.get("upid")
        else None
    ),
    account=("upid", "acct_id", "rtsite_id"),
    key="tn",
    identifiers=("cuid",),
    page="url",
)

VENDOR = Vendor(
    id="viant",
    name="Viant",
    category="advertising",
    docs=("https://docs.tealium.com/client-side-tags/viant-universal-pixel-tag/",),
    endpoints=(
        *(Endpoint(host="ad.ipredictive.com", path=path) for path in ("/d/track/event", "/d/track/cvt/pixel", "/d/rt/pixel")),
        Endpoint(host="js.ipredictive.com", path="/*", role="library"),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a page",
            "request": {"url": "https://ad.ipredictive.com/d/track/event?upid=116021&url=https%3A%2F%2Fshop.example%2F&cache_buster=1&ps=1"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "116021", "page_url": "https://shop.example/"}],
        },
        {
            "title": "an order",
            "request": {"url": "https://ad.ipredictive.com/d/track/event?upid=116021&tn=T-1&val=19.98&cur=USD&cuid=dS0x"},
            "hits": [{"kind": "event", "event": "conversion", "key": "T-1", "values": {"val": 19.98, "cur": "USD"}, "identifiers": {"cuid": "dS0x"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/d/track/event?upid=116021",
        "https://ad.ipredictive.com.evil.example/d/track/event?upid=1",
        "https://notad.ipredictive.com/d/track/event?upid=1",
        "https://shop.example/?u=https%3A%2F%2Fad.ipredictive.com%2Fd%2Ftrack%2Fevent",
    ),
)  # fmt: skip
