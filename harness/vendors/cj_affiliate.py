"""CJ Affiliate (Commission Junction): conversion pixels and tags.

Documentation: https://developers.cj.com/docs/plugins/mmp---adjust, https://developers.cj.com/docs/tracking-integration. Keys are written in upper or lower case;
products are numbered (``ITEM1``, ``AMT1``, ``QTY1``, ``DCNT1``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import Prefix, QueryTable, Row, number
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERAL, COMMERCE, USER, TECHNICAL = "General", "E-commerce", "User", "Technical"

_NAMED = {
    "CID": Row("enterpriseId", "Enterprise ID", GENERAL),
    "TYPE": Row("actionTrackerId", "Action ID", GENERAL),
    "OID": Row("orderId", "Order ID", COMMERCE),
    "AMOUNT": Row("amount", "Amount", COMMERCE, "number"),
    "CURRENCY": Row("currency", "Currency", COMMERCE),
    "COUPON": Row("coupon", "Coupon", COMMERCE),
    "DISCOUNT": Row("discount", "Discount", COMMERCE, "number"),
    "CJEVENT": Row("cjevent", "Click ID", USER),
    "EVENTTIME": Row("eventTime", "Event time", GENERAL),
    "METHOD": Row(None, "Method", TECHNICAL),
    "SIGNATURE": Row(None, "Signature", TECHNICAL),
    "CONTAINERTAGID": Row(None, "Container tag ID", TECHNICAL),
}
_NUMBERED = {"ITEM": "itemId", "AMT": "unitPrice", "QTY": "quantity", "DCNT": "discount"}
_NUMBERS = frozenset(("unitPrice", "quantity", "discount"))
_READ = QueryReader(
    QueryTable(
        _NAMED
        | {name.lower(): row for name, row in _NAMED.items()}
        | {"eventTime": _NAMED["EVENTTIME"], "containerTagId": _NAMED["CONTAINERTAGID"]},
        tuple(
            Prefix(start, field=f"{start.upper()}{{}}", label=f"Item {{}}: {field}", group=COMMERCE)
            for name, field in _NUMBERED.items()
            for start in (name, name.lower())
        ),
    ),
    event=lambda values: "conversion" if values.get("enterpriseId") else None,
    account="enterpriseId",
    key="orderId",
    time="eventTime",
    identifiers=("cjevent",),
    items=lambda values: _items(values),
)


def _items(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    items: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        bare = name.rstrip("0123456789")
        if bare in _NUMBERED and bare != name:
            field = _NUMBERED[bare]
            items.setdefault(name[len(bare) :], {})[field] = number(str(value)) if field in _NUMBERS else value
    return list(items.values())


_TAG = LibraryReader(account=lambda path, wire: path.split("/")[2] if path.count("/") > 2 else None)

VENDOR = Vendor(
    id="cj-affiliate",
    name="CJ Affiliate",
    category="advertising",
    docs=("https://developers.cj.com/docs/plugins/mmp---adjust", "https://developers.cj.com/docs/tracking-integration"),
    endpoints=(
        *(Endpoint(host=host, path="/u") for host in ("www.emjcd.com", "emjcd.com", "www.mczbf.com")),
        *(Endpoint(host=host, path="/tags/c") for host in ("www.emjcd.com", "emjcd.com")),
        Endpoint(host="www.mczbf.com", path="/tags/*/tag.js", role="library", decode=_TAG),
        Endpoint(host="www.mczbf.com", path="/*/pageInfo", decode=LibraryReader("auxiliary", account=lambda path, wire: path.split("/")[1])),
    ),
    decode=_READ,
    examples=(
        {
            "title": "an order by item",
            "request": {"url": "https://www.emjcd.com/u?containerTagId=15468&CID=1538584&TYPE=389528&CURRENCY=USD&OID=T-1&ITEM1=A&AMT1=9.99&QTY1=2&COUPON=SPRING&CJEVENT=abc"},
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "1538584", "key": "T-1", "identifiers": {"cjevent": "abc"},
                    "values": {
                        "actionTrackerId": "389528", "currency": "USD", "coupon": "SPRING", "items": [{"itemId": "A", "unitPrice": 9.99, "quantity": 2}],
                    },
                }
            ],
        },
        {
            "title": "a simple amount, in lower case",
            "request": {"url": "https://www.emjcd.com/u?amount=19.98&cid=1515507&oid=T-2&type=332501&currency=USD&method=IMG"},
            "hits": [{"event": "conversion", "account": "1515507", "key": "T-2", "values": {"amount": 19.98}}],
        },
        {
            "title": "an order in the container tag's frame",
            "request": {"url": "https://www.emjcd.com/tags/c?containerTagId=15468&CID=1538584&TYPE=389528&CURRENCY=USD&OID=T-3&AMOUNT=5.00&CJEVENT=abc", "resource_type": "document"},
            "hits": [{"kind": "event", "event": "conversion", "account": "1538584", "key": "T-3", "values": {"amount": 5.0}}],
        },
        {
            "title": "an order from a server",
            "request": {"url": "https://www.emjcd.com/u?CID=1538584&TYPE=389528&METHOD=S2S&SIGNATURE=s&CJEVENT=abc&eventTime=2026-11-22T03:42:20Z&OID=T-4&currency=EUR&coupon=SPRING&ITEM1=A&AMT1=9.99&QTY1=1&DCNT1=0.5"},
            "hits": [{"event": "conversion", "key": "T-4", "event_time": 1795318940.0, "values": {"coupon": "SPRING", "items": [{"itemId": "A", "unitPrice": 9.99, "quantity": 1, "discount": 0.5}]}}],
        },
    ),
    lookalikes=(
        "https://shop.example/u?CID=1538584&TYPE=389528&OID=T-1",
        "https://www.emjcd.com.evil.example/u?CID=1",
        "https://notemjcd.com/u?CID=1",
        "https://www.anrdoezrs.net/click-1-2?url=https%3A%2F%2Fwww.emjcd.com%2Fu",
    ),
)  # fmt: skip
