"""TradeTracker conversions.

Documentation: https://sc.tradetracker.net/implementation. ``tgi`` (tracking group) stands in place of ``cid`` where a site has several campaigns.
"""

from __future__ import annotations

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

_READ = QueryReader(
    QueryTable(
        {
            "cid": Row("cid", "Campaign ID", "General"),
            "tgi": Row("tgi", "Tracking group ID", "General"),
            "s2s": Row(None, "From a server", "Technical"),
            "pid": Row("pid", "Product group ID", "General"),
            "tid": Row("tid", "Transaction ID", "E-commerce"),
            "tam": Row("tam", "Transaction amount", "E-commerce", "number"),
            "qty": Row("qty", "Quantity", "E-commerce", "number"),
            "currency": Row("currency", "Currency", "E-commerce"),
            "vc": Row("vc", "Voucher", "E-commerce"),
            "event": Row("event", "Event", "General"),
            "eml": Row("eml", "Email", "User"),
            "descrMerchant": Row("descrMerchant", "Description (merchant)", "General"),
            "descrAffiliate": Row("descrAffiliate", "Description (affiliate)", "General"),
            "data": Row("data", "Click data", "User"),
            "attrData": Row(None, "Attribution", "Technical"),
            "product": Row("product", "Product", "E-commerce"),
            "ccy": Row("currency", "Currency", "E-commerce"),
        }
    ),
    event="event",
    account=("cid", "tgi"),
    key="tid",
    identifiers=("data", "eml"),
    kind=lambda event: "event" if event else "auxiliary",
)

VENDOR = Vendor(
    id="tradetracker",
    name="TradeTracker",
    category="advertising",
    docs=("https://sc.tradetracker.net/implementation",),
    endpoints=(
        *(Endpoint(host=host, path="/") for host in ("ts.tradetracker.net", "tl.tradetracker.net")),
        Endpoint(host="tm.tradetracker.net", path="/*", role="library", decode=LibraryReader(account="s")),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a sale",
            "request": {"url": "https://ts.tradetracker.net/?cid=12345&pid=678&tid=T-1&tam=19.98&data=&qty=2&event=sales&currency=EUR&vc=SPRING"},
            "hits": [
                {
                    "kind": "event", "event": "sales", "account": "12345", "key": "T-1",
                    "values": {"tam": 19.98, "qty": 2, "currency": "EUR", "vc": "SPRING"},
                }
            ],
        },
        {
            "title": "a sale from a server, for a group of campaigns",
            "request": {"url": "https://ts.tradetracker.net/?tgi=aGR&pid=678&tid=T-1&tam=19.98&data=c1%3A%3A2&qty=1&event=sales&currency=EUR&s2s=1"},
            "hits": [{"event": "sales", "account": "aGR", "key": "T-1", "identifiers": {"data": "c1::2"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://tm.tradetracker.net/tag?t=sales&s=12345", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "12345"}],
        },
        {
            "title": "a lead",
            "request": {"url": "https://tl.tradetracker.net/?cid=12345&pid=679&tid=L-1&event=lead"},
            "hits": [{"event": "lead", "account": "12345", "key": "L-1"}],
        },
    ),
    lookalikes=(
        "https://shop.example/?cid=12345&pid=678&tid=T-1&event=sales",
        "https://ts.tradetracker.net.evil.example/?cid=1",
        "https://notts.tradetracker.net/?cid=1",
        "https://merchant.tradetracker.com/user/login",
        "https://shop.example/?u=https%3A%2F%2Fts.tradetracker.net%2F%3Fcid%3D1",
        "https://tc.tradetracker.net/?c=1&m=2&a=3&u=https%3A%2F%2Fshop.example",
    ),
)  # fmt: skip
