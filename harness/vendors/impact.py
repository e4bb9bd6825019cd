"""impact.com (formerly Impact Radius): Universal Tracking Tag and conversions.

Documentation: https://integrations.impact.com/integration-guides/for-brands/tracking-integrations/javascript-tag-utt/installation,
https://integrations.impact.com/integration-guides/for-brands/tracking-integrations/api-online-sale/implementation,
https://integrations.impact.com/integration-guides/for-brands/action-and-conversion-field-references/conversion-submission-field-references.

Each brand has a tracking host, under one of impact.com's domains or its own. The tag tells of a visit at
``/xc/<account>/<…>/<campaign>`` and of a conversion at ``/xconv/<…>`` or ``/conv/<…>``; a server posts to ``api.impact.com``.
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

GENERAL, COMMERCE, USER, PAGE, TECHNICAL = "General", "E-commerce", "User", "Page", "Technical"

_NAMED = {
    "CampaignId": Row("CampaignId", "Program ID", GENERAL),
    "ActionTrackerId": Row("ActionTrackerId", "Event type ID", GENERAL),
    "EventTypeId": Row("EventTypeId", "Event type ID", GENERAL),
    "EventTypeCode": Row("EventTypeCode", "Event type", GENERAL),
    "EventDate": Row("EventDate", "Event time", GENERAL),
    "OrderId": Row("OrderId", "Order ID", COMMERCE),
    "OrderSubTotalPostDiscount": Row("OrderSubTotalPostDiscount", "Order total", COMMERCE, "number"),
    "OrderDiscount": Row("OrderDiscount", "Discount", COMMERCE, "number"),
    "OrderPromoCode": Row("OrderPromoCode", "Promotion code", COMMERCE),
    "CurrencyCode": Row("CurrencyCode", "Currency", COMMERCE),
    "ClickId": Row("ClickId", "Click ID", USER),
    "CustomerId": Row("CustomerId", "Customer ID", USER),
    "CustomerEmail": Row("CustomerEmail", "Email (hashed)", USER),
    "CustomerStatus": Row("CustomerStatus", "Customer status", USER),
    "CustomProfileId": Row("CustomProfileId", "Profile ID", USER),
    "IpAddress": Row(None, "IP address", USER),
    "ReferringUrl": Row(None, "Referrer", PAGE),
    "landurl": Row("landurl", "Landing address", PAGE),
    "curl": Row("curl", "Page address", PAGE),
    "refurl": Row("refurl", "Referrer", PAGE),
    "irclickid": Row("ClickId", "Click ID", USER),
    "_ir": Row(None, "Cookie", TECHNICAL),
}
_LOWER = {name.lower(): row for name, row in _NAMED.items()}
_TABLE = QueryTable(
    _NAMED | _LOWER,
    tuple(
        Prefix(start, label=f"Item {{}}: {label}", field=f"{field}{{}}", group=COMMERCE)
        for field, label in (
            ("ItemSku", "SKU"), ("ItemName", "Name"), ("ItemCategory", "Category"), ("ItemQuantity", "Quantity"), ("ItemSubTotal", "Subtotal"),
            ("ItemPrice", "Price"), ("ItemBrand", "Brand"),
        )
        for start in (field, field.lower())
    ),
)  # fmt: skip
_ITEM_KEYS = ("ItemSku", "ItemName", "ItemCategory", "ItemQuantity", "ItemSubTotal", "ItemPrice", "ItemBrand")
_ITEM_NUMBERS = frozenset(("ItemQuantity", "ItemSubTotal", "ItemPrice"))


def _items(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    items: dict[str, dict[str, Any]] = {}
    for name in [name for name in values if name[:4] == "Item"]:
        bare = name.rstrip("0123456789")
        if bare in _ITEM_KEYS and name != bare:
            value = values[name]
            items.setdefault(name[len(bare) :], {})[bare] = number(value) if bare in _ITEM_NUMBERS and isinstance(value, str) else value
    return list(items.values())


_READ = QueryReader(
    _TABLE,
    account="CampaignId",
    key="OrderId",
    page=("curl", "landurl"),
    time="EventDate",
    identifiers=("ClickId", "CustomerId", "CustomerEmail", "CustomProfileId"),
    items=_items,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    pieces = [piece for piece in address.path.split("/") if piece]
    hits = _READ(request)
    for hit in hits:
        for name in [name for name in hit.values if name.startswith(_ITEM_KEYS) and name[-1:].isdecimal()]:
            del hit.values[name]
        if address.host == "api.impact.com":
            hit.event, hit.kind = str(hit.values.get("EventTypeCode") or "conversion"), "event"
            hit.account = pieces[1] if len(pieces) > 1 else hit.account
        elif "xc" in pieces[:-1]:
            pieces = pieces[pieces.index("xc") :]
            hit.event, hit.kind = "page_view", "pageview"
            hit.account = pieces[1] if len(pieces) > 1 else None
        else:
            hit.event, hit.kind = str(hit.values.get("EventTypeCode") or "conversion"), "event"
            hit.account = pieces[1] if len(pieces) > 1 else hit.account
    return hits


def _account(path: str, wire: Mapping[str, Any]) -> str | None:
    name = path.rpartition("/")[2].removesuffix(".js")
    number_of, dash, _ = name.partition("-")
    return number_of.removeprefix("A") if dash and number_of[:1] == "A" else name or None


def _is_impact(request: CapturedRequest) -> bool:
    """Told under a brand's own host by the path's numbers and the tag's cookie or landing address."""
    address = split_url(request.url)
    pieces = [piece for piece in address.path.split("/") if piece]
    if len(pieces) < 3 or not all(piece.isdecimal() for piece in pieces[-2:]):
        return False
    sent = f"&{address.query}&".encode() + request.body.data[:65_536]
    return b"_ir=" in sent and (b"landurl=" in sent or b"orderid=" in sent.lower() or b"irclickid=" in sent.lower() or b"refurl=" in sent)


_HOSTS = (
    "*.pxf.io", "*.sjv.io", "*.evyy.net", "*.7eer.net", "*.ojrq.net", "*.impactradius-go.com", "*.eqcm.net", "*.vdcy.net", "*.bn5x.net",
    "*.ggpx.net", "*.3wxi.net", "*.vzew.net", "*.uikc.net", "*.i384100.net",
)  # fmt: skip

VENDOR = Vendor(
    id="impact",
    name="impact.com",
    category="advertising",
    docs=(
        "https://integrations.impact.com/integration-guides/for-brands/tracking-integrations/javascript-tag-utt/installation",
        "https://integrations.impact.com/integration-guides/for-brands/action-and-conversion-field-references/conversion-submission-field-references",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/xc/*", "/xconv/*", "/conv/*")),
        *(Endpoint(host="*", path=f"*/{step}/*", recognise=_is_impact) for step in ("xc", "xconv")),
        Endpoint(host="www.ojrq.net", path="/p/", decode=LibraryReader("auxiliary", account="cid")),
        Endpoint(host="api.impact.com", path="/Advertisers/*/Conversions"),
        *(Endpoint(host=host, path="/*.js", role="library", decode=LibraryReader(account=_account)) for host in ("utt.impactcdn.com", "d.impactradius-event.com", "utt.pxf.io")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a visit",
            "request": {
                "url": "https://shop.pxf.io/xc/2871871/1080123/13831", "method": "POST",
                "body": "_ir=U54%7C%7C1%7C2d&landurl=https%3A%2F%2Fshop.example%2F%3Firclickid%3Dk1",
            },
            "hits": [{"kind": "pageview", "event": "page_view", "account": "2871871", "campaign": {"irclickid": "k1"}}],
        },
        {
            "title": "a sale",
            "request": {
                "url": "https://shop.sjv.io/xconv/13831/26101", "method": "POST",
                "body": "orderid=T-1&customerid=c-1&currencycode=EUR&itemsku1=A&itemquantity1=2&itemsubtotal1=19.98&itemsku2=B&itemquantity2=1&itemsubtotal2=5",
            },
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "13831", "key": "T-1", "identifiers": {"CustomerId": "c-1"},
                    "values": {
                        "OrderId": "T-1", "CurrencyCode": "EUR",
                        "items": [
                            {"ItemSku": "A", "ItemQuantity": 2, "ItemSubTotal": 19.98}, {"ItemSku": "B", "ItemQuantity": 1, "ItemSubTotal": 5},
                        ],
                    },
                }
            ],
        },
        {
            "title": "a visit told to the brand's own host",
            "request": {
                "url": "https://track.shop.example/xc/2871871/1080123/13831", "method": "POST",
                "body": "_ir=U54%7C%7C1%7C2d&landurl=https%3A%2F%2Fshop.example%2F",
            },
            "hits": [{"kind": "pageview", "event": "page_view", "account": "2871871", "page_url": "https://shop.example/"}],
        },
        {
            "title": "a sale from a server",
            "request": {
                "url": "https://api.impact.com/Advertisers/IRabc/Conversions?CampaignId=123&EventTypeCode=SALE&OrderId=T-1&EventDate=NOW&ItemSku1=A&ItemSubTotal1=5.00",
                "method": "POST",
            },
            "hits": [{"event": "SALE", "account": "IRabc", "key": "T-1", "values": {"items": [{"ItemSku": "A", "ItemSubTotal": 5.0}]}}],
        },
        {
            "title": "the tag",
            "request": {"url": "https://utt.impactcdn.com/A2840043-f763-41d9-b989-637b09feea141.js"},
            "hits": [{"kind": "library", "account": "2840043"}],
        },
    ),
    lookalikes=(
        "https://shop.example/xc/2871871/1080123/13831",
        "https://shop.pxf.io.evil.example/xc/1/2/3",
        "https://notpxf.io/xc/1/2/3",
        "https://shop.pxf.io/c/123/456/789",
        "https://shop.pxf.io/X4v2Rb",
        "https://shop.example/?u=https%3A%2F%2Fshop.pxf.io%2Fxc%2F1%2F2%2F3",
    ),
)  # fmt: skip
