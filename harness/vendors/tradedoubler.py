"""Tradedoubler: sale and lead tracking.

Documentation: https://www.tradedoubler.com/en/tracking/, https://docs.tealium.com/client-side-tags/tradedoubler-conversion-tracking-tag/. ``tbs`` hears of sales, ``tbl`` of leads; the
mobile kit writes parameters as ``report?o(1)event(2)ordnum(3)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.hit import Parameter
from harness.decode.query import QueryTable, Row, number, unescape
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, TECHNICAL = "General", "E-commerce", "User", "Technical"
_ROWS = {
    "organization": Row("organization", "Organization ID", GENERAL),
    "event": Row("event", "Event ID", GENERAL),
    "orderNumber": Row("orderNumber", "Order number", COMMERCE),
    "leadNumber": Row("leadNumber", "Lead number", COMMERCE),
    "orderValue": Row("orderValue", "Order value", COMMERCE, "number"),
    "currency": Row("currency", "Currency", COMMERCE),
    "program": Row("program", "Program ID", GENERAL),
    "validOn": Row("validOn", "Valid on", COMMERCE),
    "basket": Row("basket", "Products", COMMERCE),
    "voucher": Row("voucher", "Voucher", COMMERCE),
    "reportInfo": Row("reportInfo", "Products", COMMERCE),
    "tduid": Row("tduid", "Click ID", USER),
    "extid": Row("extid", "Email (hashed)", USER),
    "exttype": Row(None, "Kind of hash", USER),
    "checksum": Row(None, "Checksum", TECHNICAL),
    "type": Row(None, "Answer wanted", TECHNICAL),
    "verify": Row(None, "Verify", TECHNICAL),
    "gdpr": Row(None, "GDPR applies", "Consent"),
    "gdpr_consent": Row(None, "TCF string", "Consent"),
}
_SHORT = {"o": "organization", "event": "event", "ordnum": "orderNumber", "leadnum": "leadNumber", "ordval": "orderValue", "curr": "currency", "tduid": "tduid"}  # fmt: skip
_READ = QueryReader(
    QueryTable(_ROWS | {name.lower(): row for name, row in _ROWS.items()}),
    account="organization",
    key=("orderNumber", "leadNumber"),
    identifiers=("tduid", "extid"),
    consent=lambda wire: {key: wire[key] for key in ("gdpr", "gdpr_consent") if wire.get(key)} or None,
)


def _bracketed(query: str) -> list[Parameter]:
    """``o(1)event(2)curr(EUR)``."""
    found = []
    for piece in query.split(")"):
        name, _, raw = piece.partition("(")
        field = _SHORT.get(name)
        row = _ROWS[field] if field else Row()
        text = unescape(raw)
        value: Any = number(text) if row.kind == "number" else text
        if name:
            found.append(Parameter(name, value, f"{name}({raw}", row.field, row.label, row.group))
    return found


def _decode(request: CapturedRequest) -> list[Hit]:
    query = split_url(request.url).query
    hits = _READ(request)
    if query[:2] == "o(" and "=" not in query:
        read = hits[0]
        hits = [_READ.hit(_bracketed(query), read.undecoded)]
        hits[0].parameters = read.parameters
    for hit in hits:
        values = hit.values
        lead = bool(values.get("leadNumber"))
        hit.event = None if hit.account is None else "lead" if lead else "sale"
        hit.kind = "event" if hit.event else "auxiliary"
        info = values.get("reportInfo")
        if isinstance(info, str) and "f1=" in info:
            items = [dict(pair.partition("=")[::2] for pair in line.split("&") if "=" in pair) for line in info.split("|")]
            values["items"] = [
                {"id": item.get("f1"), "name": item.get("f2"), "price": number(item.get("f3", "")), "quantity": number(item.get("f4", ""))}
                for item in items
            ]
    return hits


VENDOR = Vendor(
    id="tradedoubler",
    name="Tradedoubler",
    category="advertising",
    docs=("https://www.tradedoubler.com/en/tracking/", "https://docs.tealium.com/client-side-tags/tradedoubler-conversion-tracking-tag/"),
    endpoints=(
        *(Endpoint(host=host, path="/report") for host in ("tbs.tradedoubler.com", "tbl.tradedoubler.com")),
        Endpoint(host="swrap.tradedoubler.com", path="/*", role="library", decode=LibraryReader(account="id")),
        Endpoint(host="wrap.tradedoubler.com", path="/*", role="library", decode=LibraryReader(account="id")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a sale with its products",
            "request": {
                "url": "https://tbs.tradedoubler.com/report?organization=1830251&event=284280&orderNumber=T-1&orderValue=19.98&currency=EUR&tduid=abc&reportInfo=f1%3DA%26f2%3DTee%26f3%3D9.99%26f4%3D2"
            },
            "hits": [
                {
                    "kind": "event", "event": "sale", "account": "1830251", "key": "T-1", "identifiers": {"tduid": "abc"},
                    "values": {
                        "event": "284280", "orderValue": 19.98, "currency": "EUR", "items": [{"id": "A", "name": "Tee", "price": 9.99, "quantity": 2}],
                    },
                }
            ],
        },
        {
            "title": "a sale of the script, in lower case",
            "request": {"url": "https://tbs.tradedoubler.com/report?program=7&organization=1830251&event=5&ordervalue=19.98&ordernumber=T-3&currency=EUR&extid=ab12&exttype=1&tduid=abc"},
            "hits": [{"event": "sale", "account": "1830251", "key": "T-3", "values": {"orderValue": 19.98, "program": "7"}, "identifiers": {"tduid": "abc", "extid": "ab12"}}],
        },
        {
            "title": "a lead",
            "request": {"url": "https://tbl.tradedoubler.com/report?organization=1830251&event=1&leadNumber=L-1"},
            "hits": [{"event": "lead", "account": "1830251", "key": "L-1"}],
        },
        {
            "title": "a sale from an app",
            "request": {"url": "https://tbs.tradedoubler.com/report?o(945630)event(51)ordnum(T-1)curr(EUR)ordval(9.99)tduid(x)"},
            "hits": [{"event": "sale", "account": "945630", "key": "T-1", "values": {"orderValue": 9.99, "currency": "EUR"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/report?organization=1830251&event=284280",
        "https://tbs.tradedoubler.com.evil.example/report?organization=1",
        "https://nottbs.tradedoubler.com/report?organization=1",
        "https://clk.tradedoubler.com/click?p=1&a=2&url=https%3A%2F%2Fshop.example",
    ),
)  # fmt: skip
