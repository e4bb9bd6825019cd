"""Awin affiliate tracking: MasterTag, conversion pixels and product-level tracking.

Documentation: https://help.awin.com/developers/docs/fall-back-conversion-pixel, https://help.awin.com/developers/docs/parameter-guidance,
https://help.awin.com/developers/docs/product-level-tracking-2, https://help.awin.com/developers/docs/advertiser-mastertag.

A sale goes as an image (``sread.img``), again as a script (``sread.js``) and with its products to ``basket.php``; the image, or a server's
``sread.php``, is the sale, the others are copies of it. Parameters have a long and a short spelling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row, number
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, TECHNICAL, CONSENT = "General", "E-commerce", "User", "Technical", "Consent"

_TABLE = QueryTable(
    {
        "merchant": Row("merchant", "Advertiser ID", GENERAL),
        "a": Row("merchant", "Advertiser ID", GENERAL),
        "amount": Row("amount", "Amount", COMMERCE, "number"),
        "b": Row("amount", "Amount", COMMERCE, "number"),
        "cr": Row("cr", "Currency", COMMERCE),
        "ref": Row("ref", "Order reference", COMMERCE),
        "c": Row("ref", "Order reference", COMMERCE),
        "parts": Row("parts", "Commission groups", COMMERCE),
        "d": Row("parts", "Commission groups", COMMERCE),
        "vc": Row("vc", "Voucher code", COMMERCE),
        "ch": Row("ch", "Channel", GENERAL),
        "customeracquisition": Row("customeracquisition", "Customer acquisition", COMMERCE),
        "product_line": Row("product_line", "Products", COMMERCE),
        "testmode": Row("testmode", "Test", GENERAL),
        "t": Row("testmode", "Test", GENERAL),
        "cks": Row("awc", "Click checksum", USER),
        "awc": Row("awc", "Click checksum", USER),
        "tt": Row(None, "Tracking type", TECHNICAL),
        "tv": Row(None, "Tracking version", TECHNICAL),
        "l": Row("l", "Page address", GENERAL),
        "cons": Row(None, "Consent", CONSENT),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
    },
    (
        Prefix("bd[", "]", field="bd{}", label="Product {}", group=COMMERCE),
        Prefix("p", field="p{}", label="Custom parameter {}", group=GENERAL),
    ),
)
_LINE = ("product_id", "product_name", "price", "quantity", "sku", "commission_group", "category")
_NUMBERS = frozenset(("price", "quantity"))


def _product(line: str) -> dict[str, Any] | None:
    """``AW:P|advertiser|order|product|name|price|quantity|sku|group|category``."""
    pieces = line.split("|")
    if pieces[0] != "AW:P" or len(pieces) < 5:
        return None
    return {name: number(value) if name in _NUMBERS else value for name, value in zip(_LINE, pieces[3:], strict=False)}


def _items(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    lines: list[str] = []
    for name, value in values.items():
        if name == "product_line":
            lines += str(value).replace("\r", "\n").split("\n")
        elif name[:2] == "bd" and name[2:].isdecimal():
            lines.append(str(value))
    return [item for line in lines if (item := _product(line.strip())) is not None]


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("cons", "gdpr", "gdpr_consent") if wire.get(key)} or None


_READ = QueryReader(_TABLE, account="merchant", key="ref", page="l", identifiers=("awc",), items=_items, consent=_consent)
_SALES = frozenset(("sread.img", "sread.php"))


def _decode(request: CapturedRequest) -> list[Hit]:
    name = split_url(request.url).path.rpartition("/")[2]
    hits = _READ(request)
    for hit in hits:
        values = hit.values
        parts = values.get("parts")
        if isinstance(parts, str) and ":" in parts:
            groups = [piece.partition(":") for piece in parts.split("|")]
            values["commission_groups"] = [{"group": group, "amount": number(amount.replace(",", "."))} for group, _, amount in groups]
        line = str(values.get("product_line") or values.get("bd0") or values.get("bd[0]") or "").split("|")
        if hit.account is None and len(line) > 2:
            hit.account, hit.key = line[1] or None, hit.key or line[2] or None
        sale = bool(hit.account and (values.get("amount") not in (None, "") or hit.key))
        hit.event = "basket" if name == "basket.php" else "sale" if sale else None
        hit.kind = "event" if sale and name in _SALES else "auxiliary"
    return hits


def _advertiser(path: str, wire: Mapping[str, Any]) -> str | None:
    name = path[1:].removesuffix(".js")
    return name if name.isdecimal() else None


_HOSTS = ("www.awin1.com", "awin1.com", "www.zenaps.com", "zenaps.com")

VENDOR = Vendor(
    id="awin",
    name="Awin",
    category="advertising",
    docs=(
        "https://help.awin.com/developers/docs/fall-back-conversion-pixel",
        "https://help.awin.com/developers/docs/parameter-guidance",
        "https://help.awin.com/developers/docs/product-level-tracking-2",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/sread.img", "/sread.php", "/sread.js", "/basket.php", "/alt.php")),
        *(Endpoint(host=host, path="/*.js", role="library", decode=LibraryReader(account=_advertiser)) for host in ("www.dwin1.com", "www.dwin2.com", "the.sciencebehindecommerce.com")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a sale with commission groups, a voucher and a product",
            "request": {
                "url": "https://www.awin1.com/sread.img?tt=ns&tv=2&merchant=1001&amount=34.50&cr=GBP&ref=T-1&parts=01:22%7C02:12,50&vc=SPRING&ch=aw&testmode=0"
                "&bd[0]=AW%3AP%7C1001%7CT-1%7CP1%7CTee%7C11.00%7C2%7CTEE-01%7C01%7CTops&p1=web"
            },
            "hits": [
                {
                    "kind": "event", "event": "sale", "account": "1001", "key": "T-1",
                    "values": {
                        "amount": 34.5, "cr": "GBP", "vc": "SPRING", "ch": "aw", "p1": "web",
                        "commission_groups": [{"group": "01", "amount": 22}, {"group": "02", "amount": 12.5}],
                        "items": [
                            {
                                "product_id": "P1", "product_name": "Tee", "price": 11.0, "quantity": 2, "sku": "TEE-01", "commission_group": "01",
                                "category": "Tops",
                            }
                        ],
                    },
                }
            ],
        },
        {
            "title": "its copy as a script, in short spelling",
            "request": {"url": "https://www.awin1.com/sread.js?a=1001&b=34.50&cr=GBP&c=T-1&d=DEFAULT:34.50&vc=&t=0&ch=aw&l=https%3A%2F%2Fshop.example%2Fthanks%3Fawc%3D1001_1_a&tv=2&tt=js"},
            "hits": [{"kind": "auxiliary", "event": "sale", "account": "1001", "key": "T-1", "campaign": {"awc": "1001_1_a"}, "values": {"amount": 34.5}}],
        },
        {
            "title": "the basket",
            "request": {"url": "https://www.awin1.com/basket.php", "method": "POST", "body": "product_line=AW%3AP%7C1001%7CT-1%7CP1%7CTee%7C11.00%7C2%7CTEE-01%7C01%7CTops%0D%0A"},
            "hits": [{"kind": "auxiliary", "event": "basket", "account": "1001", "key": "T-1", "values": {"items": [{"product_id": "P1", "price": 11.0}]}}],
        },
        {
            "title": "the MasterTag",
            "request": {"url": "https://www.dwin1.com/1001.js"},
            "hits": [{"kind": "library", "account": "1001"}],
        },
    ),
    lookalikes=(
        "https://shop.example/sread.img?tt=ns&tv=2&merchant=1001&amount=34.50&ref=T-1",
        "https://www.awin1.com.evil.example/sread.img?merchant=1",
        "https://notawin1.com/sread.img?merchant=1",
        "https://www.awin1.com/cread.php?awinmid=1001&awinaffid=1",
        "https://shop.example/?u=https%3A%2F%2Fwww.awin1.com%2Fsread.img%3Fmerchant%3D1",
    ),
)  # fmt: skip
