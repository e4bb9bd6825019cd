"""Webgains transaction tracking.

Documentation: https://docs.webgains.dev/docs/platform-docs-v3/, https://docs.tealium.com/client-side-tags/webgains-tag/. ``wgitems`` lists products as
``event::price::name::code::voucher``, separated by ``|``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import at, text_at
from harness.decode.query import QueryTable, Row, number
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.decode.hit import Hit

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
            "wgprotocol": Row(None, "Protocol", "Technical"),
            "wgslang": Row(None, "Script's language", "Technical"),
        }
    ),
    event=lambda values: "transaction" if values.get("wgprogramid") else None,
    account="wgprogramid",
    key="wgorderreference",
    page="wglocation",
    identifiers=("wgcustomerid",),
    items=_items,
)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    """The visit's references: ``ids`` is a list of names and values."""
    ids = at(event, "ids")
    for each in ids if isinstance(ids, list) else ():
        name, value = text_at(each, "name"), text_at(each, "value")
        if name and value:
            hit.identifiers[name] = value


_QUEUED = JsonReader(
    {
        "programId": Row("programId", "Program ID", "General"),
        "eventId": Row("eventId", "Event ID", "General"),
        "value": Row("value", "Value", "E-commerce", "number"),
        "currency": Row("currency", "Currency", "E-commerce"),
        "orderReference": Row("orderReference", "Order reference", "E-commerce"),
        "voucherId": Row("voucherId", "Voucher", "E-commerce"),
        "customerId": Row("customerId", "Customer ID", "User"),
        "customerType": Row("customerType", "Kind of customer", "User"),
        "location": Row("location", "Page address", "Page"),
    },
    event=lambda event, document: "transaction" if text_at(event, "programId") else None,
    account="programId",
    key="orderReference",
    page="location",
    identifiers={"customerId": "customerId"},
    derive=_derive,
)


def _program(path: str, wire: Mapping[str, Any]) -> str | None:
    first = path.strip("/").partition("/")[0]
    return first if first.isdecimal() else None


VENDOR = Vendor(
    id="webgains",
    name="Webgains",
    category="advertising",
    docs=("https://docs.tealium.com/client-side-tags/webgains-tag/",),
    endpoints=(
        Endpoint(host="track.webgains.com", path="/transaction.html"),
        Endpoint(host="analytics.webgains.io", path="/*", role="library", decode=LibraryReader(account=_program)),
        Endpoint(host="api.webgains.io", path="/queue-conversion", decode=_QUEUED),
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
            "title": "a transaction that a server queues",
            "request": {
                "url": "https://api.webgains.io/queue-conversion", "method": "POST",
                "body": {
                    "ids": [{"name": "s2s", "value": "c1"}], "programId": "5678", "eventId": 1001, "value": 24.98, "currency": "GBP", "orderReference": "T-1",
                    "customerType": "new", "items": [{"price": 24.98, "name": "Tee", "code": "A"}],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "transaction", "account": "5678", "key": "T-1", "identifiers": {"s2s": "c1"},
                    "values": {"value": 24.98, "currency": "GBP", "items": [{"price": 24.98, "name": "Tee", "code": "A"}]},
                }
            ],
        },
        {
            "title": "the program's script",
            "request": {"url": "https://analytics.webgains.io/5678/main.min.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "5678"}],
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
        "https://api.webgains.io/auth/login",
        "https://shop.example/?u=https%3A%2F%2Ftrack.webgains.com%2Ftransaction.html",
        "https://track.webgains.com/click.html?wgcampaignid=1&wgtarget=https%3A%2F%2Fshop.example",
    ),
)  # fmt: skip
