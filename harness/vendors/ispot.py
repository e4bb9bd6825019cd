"""iSpot.tv Unified Measurement and TV conversion pixels.

Documentation: https://developer.ispot.tv/documentation/unified-measurement,
https://developer.ispot.tv/documentation/api/product-use-cases/tv_conversions/conversion_type. The tracking code is in the path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    QueryTable(
        {
            "type": Row("type", "Event", "General"),
            "app": Row("app", "Application", "General"),
            "customdata": Row("customdata", "Custom data", "General"),
            "order_id": Row("order_id", "Order ID", "E-commerce"),
            "orderid": Row("order_id", "Order ID", "E-commerce"),
            "value": Row("value", "Value", "E-commerce", "number"),
            "revenue": Row("revenue", "Revenue", "E-commerce", "number"),
            "uid": Row("uid", "User ID", "User"),
            "cid": Row("cid", "Customer ID", "User"),
            "refid": Row("refid", "Reference ID", "General"),
            "datetime": Row(None, "Time", "Technical"),
            "ip": Row(None, "IP address", "User"),
            "os": Row(None, "Operating system", "Device"),
            "device": Row(None, "Device", "Device"),
            "language": Row(None, "Language", "Device"),
            "url": Row("url", "Page address", "Page"),
            "refer": Row("refer", "Referrer", "Page"),
            "cb": Row(None, "Cache buster", "Technical"),
        }
    ),
    event="type",
    key="order_id",
    identifiers=("uid", "cid"),
    page="url",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.account = split_url(request.url).path.rpartition("/")[2].rpartition(".")[0] or None
        event = hit.event or "page_view"
        hit.event, hit.kind = event, "pageview" if event in ("page_view", "universal_view", "visit") else "event"
    return hits


VENDOR = Vendor(
    id="ispot",
    name="iSpot.tv",
    category="advertising",
    docs=(
        "https://developer.ispot.tv/documentation/unified-measurement",
        "https://developer.ispot.tv/documentation/api/product-use-cases/tv_conversions/conversion_type",
    ),
    endpoints=(
        *(Endpoint(host="pt.ispot.tv", path=path) for path in ("/v2/*.gif", "/v2/*.js")),
        Endpoint(host="pi.ispot.tv", path="/v2/*.gif", decode=LibraryReader("auxiliary", account=lambda path, wire: path[4:].removesuffix(".gif"))),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a page under the universal pixel",
            "request": {"url": "https://pt.ispot.tv/v2/TC-2215-4.gif?app=web&type=universal_view&customdata=channel_Other"},
            "hits": [{"kind": "pageview", "event": "universal_view", "account": "TC-2215-4"}],
        },
        {
            "title": "a conversion",
            "request": {"url": "https://pt.ispot.tv/v2/TC-2215-1.gif?type=purchase&order_id=T-1&value=19.98"},
            "hits": [{"kind": "event", "event": "purchase", "account": "TC-2215-1", "key": "T-1", "values": {"value": 19.98}}],
        },
        {
            "title": "an ad's impression, which is no event of the site",
            "request": {"url": "https://pi.ispot.tv/v2/TC-10-1.gif?campaignid=5"},
            "hits": [{"kind": "auxiliary", "account": "TC-10-1"}],
        },
    ),
    lookalikes=(
        "https://shop.example/v2/TC-2215-1.gif?type=purchase",
        "https://pt.ispot.tv.evil.example/v2/TC-1-1.gif",
        "https://notpt.ispot.tv/v2/TC-1-1.gif",
        "https://shop.example/?u=https%3A%2F%2Fpt.ispot.tv%2Fv2%2FTC-1-1.gif",
    ),
)  # fmt: skip
