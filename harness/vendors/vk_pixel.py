"""VK retargeting pixel.

Documentation: https://vk.com/faq12142, https://vk.com/faq12163 (dynamic retargeting of products).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import QueryTable, Row
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping


def _event(values: Mapping[str, Any]) -> str | None:
    named = values.get("event") or values.get("products_event") or values.get("conversion_event")
    return str(named) if named else "page_view" if values.get("p") else None


_READ = QueryReader(
    QueryTable(
        {
            "p": Row("p", "Pixel code", "General"),
            "event": Row("event", "Event", "General"),
            "goal": Row("goal", "Goal", "General"),
            "audience": Row("audience", "Audience", "General"),
            "conversion_event": Row("conversion_event", "Conversion", "General"),
            "conversion_value": Row("conversion_value", "Conversion value", "E-commerce", "number"),
            "products_event": Row("products_event", "Product event", "E-commerce"),
            "products_params": Row("products_params", "Products", "E-commerce", "json"),
            "price_list_id": Row("price_list_id", "Price list", "E-commerce"),
            "i": Row(None, "Page", "Page"),
            "r": Row("r", "Page address", "Page"),
            "metatag_url": Row("metatag_url", "Page address", "Page"),
        }
    ),
    event=_event,
    account="p",
    page=("metatag_url", "r"),
    lifted=("products_params",),
    kind=lambda event: "auxiliary" if not event else "pageview" if event in ("page_view", "pageview") else "event",
)

VENDOR = Vendor(
    id="vk-pixel",
    name="VK Pixel",
    category="advertising",
    docs=("https://vk.com/faq12142", "https://vk.com/faq12163"),
    endpoints=(
        *(Endpoint(host=host, path="/rtrg", keys=("p",)) for host in ("vk.com", "vk.ru")),
        *(Endpoint(host=host, path="/js/api/openapi.js", role="library") for host in ("vk.com", "vk.ru")),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a page",
            "request": {"url": "https://vk.com/rtrg?p=VK-RTRG-123456-aBcDe"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "VK-RTRG-123456-aBcDe"}],
        },
        {
            "title": "a purchase of products",
            "request": {
                "url": "https://vk.com/rtrg?p=VK-RTRG-123456-aBcDe&products_event=purchase&price_list_id=7&products_params=%7B%22products%22%3A%5B%7B%22id%22%3A%22A%22%2C%22price%22%3A5%7D%5D%2C%22total_price%22%3A5%7D"
            },
            "hits": [
                {"kind": "event", "event": "purchase", "values": {"price_list_id": "7", "total_price": 5, "products": [{"id": "A", "price": 5}]}},
            ],
        },
    ),
    lookalikes=(
        "https://shop.example/rtrg?p=VK-RTRG-1-a",
        "https://vk.com.evil.example/rtrg?p=VK-RTRG-1-a",
        "https://notvk.com/rtrg?p=VK-RTRG-1-a",
        "https://vk.com/share.php?url=https%3A%2F%2Fshop.example%2Frtrg",
    ),
)  # fmt: skip
