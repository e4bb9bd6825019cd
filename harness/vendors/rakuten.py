"""Rakuten Advertising (formerly LinkShare): conversion pixels.

Documentation: https://pubhelp.rakutenadvertising.com/hc/en-us/articles/4403182382861-Tracking-Methods-and-Transaction-Reports. Products are
parallel lists separated by ``|``; amounts are in hundredths and stay so in ``amtlist``. A server sends the same as URL-safe base64 in
``msg``, signed by ``md5``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.payload import from_base64
from harness.decode.query import QueryTable, Row, number
from harness.decode.readers import LibraryReader, QueryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER = "General", "E-commerce", "User"
_LISTS = {"skulist": "sku", "namelist": "name", "qlist": "quantity", "amtlist": "amount"}
_NUMBERS = frozenset(("quantity", "amount"))


def _items(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for name, field in _LISTS.items():
        if values.get(name):
            for place, piece in enumerate(str(values[name]).split("|")):
                if place == len(items):
                    items.append({})
                items[place][field] = number(piece) if field in _NUMBERS else piece
    return items


_READ = QueryReader(
    QueryTable(
        {
            "mid": Row("mid", "Merchant ID", GENERAL),
            "ord": Row("ord", "Order ID", COMMERCE),
            "skulist": Row("skulist", "SKUs", COMMERCE),
            "namelist": Row("namelist", "Product names", COMMERCE),
            "qlist": Row("qlist", "Quantities", COMMERCE),
            "amtlist": Row("amtlist", "Amounts (in hundredths)", COMMERCE),
            "cur": Row("cur", "Currency", COMMERCE),
            "coupon": Row("coupon", "Coupon", COMMERCE),
            "custstatus": Row("custstatus", "Customer status", COMMERCE),
            "tr": Row("tr", "Click ID", USER),
            "ranSiteID": Row("ranSiteID", "Site ID", USER),
            "land": Row("land", "Landing time", USER),
            "img": Row(None, "Image", "Technical"),
            "msg": Row(None, "Order (base64)", "Technical"),
            "md5": Row(None, "Signature", "Technical"),
            "xml": Row(None, "Answer wanted", "Technical"),
        }
    ),
    event=lambda values: "conversion" if values.get("mid") else None,
    account="mid",
    key="ord",
    identifiers=("tr", "ranSiteID"),
    items=_items,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    parameters, problem = request_parameters(request, _READ.table)
    wire = {each.name: each.value for each in reversed(parameters)}
    opened = from_base64(str(wire.get("msg") or ""))
    if opened is not None:
        parameters = [*parameters, *_READ.table.read(opened.decode("utf-8", "replace"))]
    return [_READ.hit(parameters, problem)]


VENDOR = Vendor(
    id="rakuten",
    name="Rakuten Advertising",
    category="advertising",
    docs=("https://pubhelp.rakutenadvertising.com/hc/en-us/articles/4403182382861-Tracking-Methods-and-Transaction-Reports",),
    endpoints=(
        *(Endpoint(host="track.linksynergy.com", path=path) for path in ("/ep", "/eventnvppixel", "/nvp")),
        Endpoint(host="tag.rmp.rakuten.com", path="/*", role="library", decode=LibraryReader(account=lambda path, wire: path[1:].partition(".")[0])),
    ),
    decode=_decode,
    examples=(
        {
            "title": "an order from a server, signed",
            "request": {"url": "https://track.linksynergy.com/nvp?mid=36138&msg=b3JkPVQtMSZ0cj1hYmMmbGFuZD0yMDI2MTEyMl8wMzQyJnNrdWxpc3Q9QSZxbGlzdD0yJmFtdGxpc3Q9MTk5OCZjdXI9VVNE&md5=x&xml=1"},
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "36138", "key": "T-1", "identifiers": {"tr": "abc"},
                    "values": {"cur": "USD", "items": [{"sku": "A", "quantity": 2, "amount": 1998}]},
                }
            ],
        },
        {
            "title": "an order of two products",
            "request": {"url": "https://track.linksynergy.com/ep?mid=42089&ord=T-1&skulist=A|B&qlist=2|1&amtlist=1998|500&cur=USD&namelist=Tee|Cap&img=1"},
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "42089", "key": "T-1",
                    "values": {
                        "cur": "USD",
                        "items": [{"sku": "A", "name": "Tee", "quantity": 2, "amount": 1998}, {"sku": "B", "name": "Cap", "quantity": 1, "amount": 500}],
                    },
                }
            ],
        },
        {
            "title": "a registration",
            "request": {"url": "https://track.linksynergy.com/ep?mid=36308&ord=9&skulist=registration&qlist=1&amtlist=0&cur=USD"},
            "hits": [{"event": "conversion", "account": "36308", "values": {"items": [{"sku": "registration", "quantity": 1, "amount": 0}]}}],
        },
    ),
    lookalikes=(
        "https://shop.example/ep?mid=42089&ord=T-1",
        "https://track.linksynergy.com.evil.example/ep?mid=1",
        "https://nottrack.linksynergy.com/ep?mid=1",
        "https://track.linksynergy.com/xml",
        "https://click.linksynergy.com/deeplink?id=1&mid=42089&murl=https%3A%2F%2Fshop.example",
    ),
)  # fmt: skip
