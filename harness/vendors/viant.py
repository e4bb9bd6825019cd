"""Viant (Adelphic) universal pixel.

Documentation: https://docs.tealium.com/client-side-tags/viant-tag/, https://www.viantinc.com/.
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
            "ord": Row("ord", "Order ID", "E-commerce"),
            "rev": Row("rev", "Revenue", "E-commerce", "number"),
        }
    ),
    event=lambda values: "conversion" if values.get("ord") else "page_view" if values.get("upid") else None,
    account="upid",
    key="ord",
    page="url",
)

VENDOR = Vendor(
    id="viant",
    name="Viant",
    category="advertising",
    docs=("https://docs.tealium.com/client-side-tags/viant-tag/",),
    endpoints=tuple(Endpoint(host="ad.ipredictive.com", path=path) for path in ("/d/track/event", "/d/track/cvt/pixel", "/d/rt/pixel")),
    decode=_READ,
    examples=(
        {
            "title": "a page",
            "request": {"url": "https://ad.ipredictive.com/d/track/event?upid=116021&url=https%3A%2F%2Fshop.example%2F&cache_buster=1&ps=1"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "116021", "page_url": "https://shop.example/"}],
        },
        {
            "title": "an order",
            "request": {"url": "https://ad.ipredictive.com/d/track/event?upid=116021&ord=T-1&rev=19.98"},
            "hits": [{"kind": "event", "event": "conversion", "key": "T-1", "values": {"rev": 19.98}}],
        },
    ),
    lookalikes=(
        "https://shop.example/d/track/event?upid=116021",
        "https://ad.ipredictive.com.evil.example/d/track/event?upid=1",
        "https://notad.ipredictive.com/d/track/event?upid=1",
        "https://shop.example/?u=https%3A%2F%2Fad.ipredictive.com%2Fd%2Ftrack%2Fevent",
    ),
)  # fmt: skip
