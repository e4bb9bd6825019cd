"""Webgains transaction tracking.

Documentation: https://docs.webgains.dev/docs/platform-docs-v3/, https://docs.tealium.com/client-side-tags/webgains-tag/. ``wgitems`` lists products as
``event::price::name::code::voucher``, separated by ``|``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import QueryTable, Row, number
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

_ITEM = ("event", "price", "name", "code", "voucher")


def _items(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    text = values.get("wgitems")
    if not isinstance(text, str) or "::" not in text:
        return []
    return [
        {name: number(piece) if name == "price" else piece for name, piece in zip(_ITEM, line.split("::"), strict=False)}
        for line in text.split("|")
    ]


_READ = QueryReader(
    QueryTable(
        {
            "wgprogramid": Row("wgprogramid", "Program ID", "General"),
            "wgeventid": Row("wgeventid", "Event ID", "General"),
            "wgorderreference": Row("wgorderreference", "Order reference", "E-commerce"),
            "wgvalue": Row("wgvalue", "Value", "E-commerce", "number"),
            "wgCurrency": Row("wgCurrency", "Currency", "E-commerce"),
            "wgcurrency": Row("wgCurrency", "Currency", "E-commerce"),
            "wgproductid": Row("wgproductid", "Product ID", "E-commerce"),
            "wgmultiple": Row(None, "Counted each time", "Technical"),
            "wgvouchercode": Row("wgvouchercode", "Voucher", "E-commerce"),
            "wgitems": Row("wgitems", "Products", "E-commerce"),
            "wgcustomerid": Row("wgcustomerid", "Customer ID", "User"),
            "wgcampaignid": Row("wgcampaignid", "Publisher ID", "User"),
            "wglocation": Row("wglocation", "Page address", "Page"),
            "wgcomment": Row("wgcomment", "Comment", "General"),
            "wglang": Row(None, "Language", "Technical"),
            "wgrs": Row(None, "Request type", "Technical"),
            "wgver": Row(None, "Version", "Technical"),
            "wgversion": Row(None, "Version", "Technical"),
            "wgsubdomain": Row(None, "Host", "Technical"),
            "wgchecksum": Row(None, "Checksum", "Technical"),
        }
    ),
    event=lambda values: "transaction" if values.get("wgprogramid") else None,
    account="wgprogramid",
    key="wgorderreference",
    page="wglocation",
    identifiers=("wgcustomerid",),
    items=_items,
)

VENDOR = Vendor(
    id="webgains",
    name="Webgains",
    category="advertising",
    docs=("https://docs.tealium.com/client-side-tags/webgains-tag/",),
    endpoints=(
        Endpoint(host="track.webgains.com", path="/transaction.html"),
        Endpoint(host="analytics.webgains.io", path="/*", role="library", decode=LibraryReader(account=lambda path, wire: path.split("/")[1])),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a transaction with its products",
            "request": {
                "url": "https://track.webgains.com/transaction.html?wgver=1.2&wgsubdomain=track&wgrs=1&wgeventid=1001&wgprogramid=5678&wgorderreference=T-1&wgvalue=24.98&wgCurrency=GBP&wgitems=1001::9.99::Tee::A::|1001::14.99::Cap::B::SPRING"
            },
            "hits": [
                {
                    "kind": "event", "event": "transaction", "account": "5678", "key": "T-1",
                    "values": {
                        "wgvalue": 24.98, "wgCurrency": "GBP",
                        "items": [
                            {"event": "1001", "price": 9.99, "name": "Tee", "code": "A", "voucher": ""},
                            {"event": "1001", "price": 14.99, "name": "Cap", "code": "B", "voucher": "SPRING"},
                        ],
                    },
                }
            ],
        },
        {
            "title": "a value alone",
            "request": {"url": "https://track.webgains.com/transaction.html?wgprogramid=5678&wgeventid=1&wgorderreference=T-2&wgvalue=5"},
            "hits": [{"event": "transaction", "key": "T-2", "values": {"wgvalue": 5}}],
        },
    ),
    lookalikes=(
        "https://shop.example/transaction.html?wgprogramid=5678",
        "https://track.webgains.com.evil.example/transaction.html?wgprogramid=1",
        "https://nottrack.webgains.com/transaction.html?wgprogramid=1",
        "https://track.webgains.com/click.html?wgcampaignid=1&wgtarget=https%3A%2F%2Fshop.example",
    ),
)  # fmt: skip
