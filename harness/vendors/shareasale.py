"""ShareASale: sale and lead pixels.

Documentation: https://blog.shareasale.com/2014/06/12/tracking-pixel/, https://shareasale-analytics.com/. Products are parallel lists
separated by commas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import QueryTable, Row, number
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERAL, COMMERCE, USER = "General", "E-commerce", "User"
_LISTS = {"skulist": "sku", "pricelist": "price", "quantitylist": "quantity"}


def _items(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for name, field in _LISTS.items():
        if values.get(name):
            for place, piece in enumerate(str(values[name]).split(",")):
                if place == len(items):
                    items.append({})
                items[place][field] = piece if field == "sku" else number(piece)
    return items


_READ = QueryReader(
    QueryTable(
        {
            "merchantID": Row("merchantID", "Merchant ID", GENERAL),
            "merchantId": Row("merchantID", "Merchant ID", GENERAL),
            "transtype": Row("transtype", "Transaction type", GENERAL),
            "tracking": Row("tracking", "Order number", COMMERCE),
            "amount": Row("amount", "Amount", COMMERCE, "number"),
            "currency": Row("currency", "Currency", COMMERCE),
            "couponcode": Row("couponcode", "Coupon", COMMERCE),
            "newcustomer": Row("newcustomer", "New customer", COMMERCE, "boolean"),
            "skulist": Row("skulist", "SKUs", COMMERCE),
            "pricelist": Row("pricelist", "Prices", COMMERCE),
            "quantitylist": Row("quantitylist", "Quantities", COMMERCE),
            "storeid": Row("storeid", "Store ID", GENERAL),
            "xtype": Row("xtype", "Extra type", GENERAL),
            "xType": Row("xtype", "Extra type", GENERAL),
            "userID": Row("userID", "Affiliate ID", USER),
            "sscid": Row("sscid", "Click ID", USER),
            "v": Row(None, "Plug-in version", "Technical"),
            "X-type": Row("xtype", "Extra type", GENERAL),
            "autovoid": Row("autovoid", "Void at once", GENERAL),
            "persale": Row("persale", "Commission rate", COMMERCE, "number"),
            "perlead": Row("perlead", "Commission a lead", COMMERCE, "number"),
            "perhit": Row("perhit", "Commission a hit", COMMERCE, "number"),
        }
    ),
    event=("transtype",),
    account="merchantID",
    key="tracking",
    identifiers=("sscid", "userID"),
    items=_items,
)

VENDOR = Vendor(
    id="shareasale",
    name="ShareASale",
    category="advertising",
    docs=("https://blog.shareasale.com/2014/06/12/tracking-pixel/",),
    endpoints=(
        *(Endpoint(host=host, path="/sale.cfm") for host in ("shareasale.com", "www.shareasale.com", "shareasale-analytics.com", "www.shareasale-analytics.com")),
        *(Endpoint(host=host, path="/j.js", role="library") for host in ("shareasale-analytics.com", "www.shareasale-analytics.com")),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a sale with its products",
            "request": {
                "url": "https://shareasale.com/sale.cfm?transtype=sale&merchantID=56053&amount=24.98&tracking=T-1&currency=USD&newcustomer=1&skulist=A,B&pricelist=9.99,5.00&quantitylist=2,1"
            },
            "hits": [
                {
                    "kind": "event", "event": "sale", "account": "56053", "key": "T-1",
                    "values": {
                        "amount": 24.98, "currency": "USD", "newcustomer": True,
                        "items": [{"sku": "A", "price": 9.99, "quantity": 2}, {"sku": "B", "price": 5.0, "quantity": 1}],
                    },
                }
            ],
        },
        {
            "title": "a lead",
            "request": {"url": "https://www.shareasale.com/sale.cfm?tracking=L-1&amount=0.00&merchantID=134163&transtype=lead"},
            "hits": [{"event": "lead", "account": "134163", "key": "L-1"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://www.shareasale-analytics.com/j.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/sale.cfm?transtype=sale&merchantID=1",
        "https://shareasale.com.evil.example/sale.cfm?merchantID=1",
        "https://notshareasale.com/sale.cfm?merchantID=1",
        "https://www.shareasale.com/r.cfm?b=1&u=2&m=3&urllink=shop.example",
    ),
)  # fmt: skip
