"""MNTN (formerly SteelHouse) pixel.

Documentation: https://support.mountain.com/hc/en-us/articles/360052066714-Pixel-Setup. What carries an order is a conversion,
the rest a page view; ``st`` is told of the page again and is no occurrence of its own. Older sites still use steelhousemedia.com.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    QueryTable(
        {
            "shaid": Row("shaid", "Account ID", "General"),
            "shoid": Row("shoid", "Order ID", "E-commerce"),
            "shoamt": Row("shoamt", "Order amount", "E-commerce", "number"),
            "shocur": Row("shocur", "Currency", "E-commerce"),
            "shpil": Row("shpil", "Products", "E-commerce", "json"),
            "plh": Row("plh", "Page address", "Page"),
            "tdr": Row("tdr", "Referrer", "Page"),
            "shguid": Row("shguid", "Visitor ID", "User"),
            "shadditional": Row(None, "Additional data", "General"),
            "dxver": Row(None, "Script version", "Technical"),
            "cb": Row(None, "Cache buster", "Technical"),
            "available_ga": Row(None, "Google Analytics accounts", "Technical"),
        }
    ),
    account="shaid",
    key="shoid",
    page="plh",
    identifiers=("shguid",),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    again = split_url(request.url).path == "/st"
    hits = _READ(request)
    for hit in hits:
        hit.event = "conversion" if hit.key else "page_view" if hit.account else None
        hit.kind = "auxiliary" if again else kind_of(hit.event)
    return hits


VENDOR = Vendor(
    id="mntn",
    name="MNTN",
    category="advertising",
    docs=("https://support.mountain.com/hc/en-us/articles/360052066714-Pixel-Setup",),
    endpoints=(
        *(Endpoint(host=host, path="/spx") for host in ("dx.mountain.com", "dx.steelhousemedia.com")),
        *(Endpoint(host=host, path="/st") for host in ("px.mountain.com", "px.steelhousemedia.com")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a page",
            "request": {"url": "https://dx.mountain.com/spx?dxver=4.0.0&shaid=33333&tdr=&plh=https%3A%2F%2Fshop.example%2F&cb=123"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "33333", "page_url": "https://shop.example/"}],
        },
        {
            "title": "an order",
            "request": {"url": "https://dx.mountain.com/spx?dxver=4.0.0&shaid=33333&shoid=T-1&shoamt=19.98&shocur=USD"},
            "hits": [{"kind": "event", "event": "conversion", "account": "33333", "key": "T-1", "values": {"shoamt": 19.98, "shocur": "USD"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/spx?dxver=4.0.0&shaid=33333",
        "https://dx.mountain.com.evil.example/spx?shaid=1",
        "https://notdx.mountain.com/spx?shaid=1",
        "https://shop.example/?u=https%3A%2F%2Fdx.mountain.com%2Fspx",
    ),
)  # fmt: skip
