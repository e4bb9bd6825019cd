"""VK retargeting pixel.

Documentation: https://vk.com/faq12142, https://vk.com/faq12163 (dynamic retargeting of products).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.campaign import campaign_of
from harness.decode.query import QueryTable, Row
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit


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
            "metatag_title": Row("metatag_title", "Page title", "Page"),
            "metatag_image": Row(None, "Page image", "Page"),
            "e": Row(None, "From the script", "Technical"),
        }
    ),
    event=_event,
    account="p",
    page=("metatag_url", "r"),
    lifted=("products_params",),
    kind=lambda event: "auxiliary" if not event else "pageview" if event in ("page_view", "pageview") else "event",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        if hit.page_url is not None and hit.page_url.startswith("//"):
            hit.page_url = f"https:{hit.page_url}"
            hit.campaign = campaign_of(hit.page_url)
    return hits


VENDOR = Vendor(
    id="vk-pixel",
    name="VK Pixel",
    category="advertising",
    docs=("https://vk.com/faq12142", "https://vk.com/faq12163"),
    endpoints=(
        *(Endpoint(host=host, path="/rtrg", keys=("p",)) for host in ("vk.com", "vk.ru")),
        *(Endpoint(host=host, path="/js/api/openapi.js", role="library") for host in ("vk.com", "vk.ru")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a page",
            "request": {"url": "https://vk.com/rtrg?p=VK-RTRG-123456-aBcDe"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "VK-RTRG-123456-aBcDe"}],
        },
        {
            "title": "a product event with the page's address",
            "request": {
                "url": "https://vk.com/rtrg?p=VK-RTRG-123456-aBcDe&products_event=view_other&price_list_id=1&e=1&i=0&metatag_url=%2F%2Fshop.example%2Finfo%3Futm_source%3Dx&metatag_title=Info"
            },
            "hits": [
                {
                    "kind": "event", "event": "view_other", "account": "VK-RTRG-123456-aBcDe", "page_url": "https://shop.example/info?utm_source=x",
                    "campaign": {"utm_source": "x"}, "values": {"metatag_title": "Info"},
                }
            ],
        },
        {
            "title": "an event under the newer domain",
            "request": {"url": "https://vk.ru/rtrg?p=VK-RTRG-123456-aBcDe&event=lead"},
            "hits": [{"kind": "event", "event": "lead", "account": "VK-RTRG-123456-aBcDe"}],
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
        "https://vk.com/feed",
        "https://shop.example/?u=https%3A%2F%2Fvk.com%2Frtrg%3Fp%3DVK-RTRG-1-a",
        "https://vk.com/share.php?url=https%3A%2F%2Fshop.example%2Frtrg",
    ),
)  # fmt: skip
