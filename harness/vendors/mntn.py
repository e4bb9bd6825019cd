"""MNTN (formerly SteelHouse) pixel.

Documentation: https://help.mountain.com/en/articles/8055666-understand-mntn-pixels,
https://help.mountain.com/en/articles/6633922-install-pixels-manually, https://docs.tealium.com/client-side-tags/mntn-smarter-pixel-tag/.
What carries an order is a conversion, the rest a page view; ``spx`` answers with a script that tells ``st`` of the page again, which is no
occurrence of its own. Tags before ``spx`` (``shver``) ask for ``st`` alone. Older sites still use steelhousemedia.com.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row, number
from harness.decode.readers import LibraryReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit


def _items(values: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The products: as many of each list as there are, separated by commas."""
    columns = {name: str(values[name]).split(",") for name in ("shopid", "shoq", "shoup") if values.get(name)}
    if "shopid" not in columns or len({len(column) for column in columns.values()}) != 1:
        return None
    rows = zip(*columns.values(), strict=True)
    return [{name: text if name == "shopid" else number(text) for name, text in zip(columns, row, strict=True)} for row in rows]


_READ = QueryReader(
    QueryTable(
        {
            "shaid": Row("shaid", "Account ID", "General"),
            "shoid": Row("shoid", "Order ID", "E-commerce"),
            "shoamt": Row("shoamt", "Order amount", "E-commerce", "number"),
            "shocur": Row("shocur", "Currency", "E-commerce"),
            "shpil": Row("shpil", "Products", "E-commerce", "json"),
            "shopid": Row("shopid", "Product IDs", "E-commerce"),
            "shoq": Row("shoq", "Quantities", "E-commerce"),
            "shoup": Row("shoup", "Unit prices", "E-commerce"),
            "shver": Row(None, "Tag version", "Technical"),
            "shpn": Row("shpn", "Product's name", "E-commerce"),
            "shpc": Row("shpc", "Product's category", "E-commerce"),
            "shpb": Row("shpb", "Product's brand", "E-commerce"),
            "shpp": Row("shpp", "Product's price", "E-commerce", "number"),
            "shps": Row("shps", "Product's SKU", "E-commerce"),
            "shpcur": Row("shpcur", "Product's currency", "E-commerce"),
            "shpi": Row("shpi", "Product's image", "E-commerce"),
            "shcv": Row("shcv", "Cart's value", "E-commerce", "number"),
            "shcq": Row("shcq", "Cart's quantity", "E-commerce", "number"),
            "shcp": Row("shcp", "Cart's products", "E-commerce"),
            "shcpq": Row("shcpq", "Cart's quantities", "E-commerce"),
            "conv": Row("conv", "Conversion", "General"),
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
    items=_items,
    page="plh",
    identifiers=("shguid",),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    query = f"&{split_url(request.url).query}"
    again = split_url(request.url).path == "/st" and ("&dxver=" in query or "&shver=" not in query)
    hits = _READ(request)
    for hit in hits:
        hit.event = "conversion" if hit.key or hit.values.get("conv") == "1" else "page_view" if hit.account else None
        hit.kind = "auxiliary" if again else kind_of(hit.event)
    return hits


VENDOR = Vendor(
    id="mntn",
    name="MNTN",
    category="advertising",
    docs=("https://help.mountain.com/en/articles/8055666-understand-mntn-pixels", "https://docs.tealium.com/client-side-tags/mntn-smarter-pixel-tag/"),
    endpoints=(
        *(Endpoint(host=host, path="/spx") for host in ("dx.mountain.com", "dx.steelhousemedia.com")),
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary")) for host in ("gs.mountain.com", "px.mountain.com") for path in ("/gs", "/sync")),
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
        {
            "title": "an order's conversion pixel, on the older host, with its products",
            "request": "https://dx.steelhousemedia.com/spx?conv=1&shaid=33333&tdr=&plh=https%3A%2F%2Fshop.example%2Fthanks&cb=5&shoid=T-1&shoamt=19.98&shocur=USD&shopid=A,B&shoq=1,2&shoup=9.98,5&shpil=",
            "hits": [{"kind": "event", "event": "conversion", "account": "33333", "key": "T-1", "values": {"items": [{"shopid": "A", "shoq": 1, "shoup": 9.98}, {"shopid": "B", "shoq": 2, "shoup": 5}]}}],
        },
        {
            "title": "an order and a page of the tags before the newest",
            "request": "https://px.steelhousemedia.com/st?conv=1&shver=3.4.0&shaid=33333&shoid=T-2&shoamt=5&shocur=USD&shopid=A&shoq=1&shoup=5&shpil=&tdr=&plh=https%3A%2F%2Fshop.example%2Fthanks&cb=7",
            "hits": [{"kind": "event", "event": "conversion", "account": "33333", "key": "T-2", "values": {"shoamt": 5, "items": [{"shopid": "A", "shoq": 1, "shoup": 5}]}}],
        },
        {
            "title": "what the script tells of the page again",
            "request": "https://px.mountain.com/st?ga_client_id=1.2&dxver=4.0.0&shaid=33333&plh=https%3A%2F%2Fshop.example%2F&cb=8",
            "hits": [{"kind": "auxiliary", "account": "33333"}],
        },
    ),
    lookalikes=(
        "https://mountain.com/blog",
        "https://px.mountain.com/spx.js",
        "https://shop.example/spx?dxver=4.0.0&shaid=33333",
        "https://dx.mountain.com.evil.example/spx?shaid=1",
        "https://notdx.mountain.com/spx?shaid=1",
        "https://shop.example/?u=https%3A%2F%2Fdx.mountain.com%2Fspx",
    ),
)  # fmt: skip
