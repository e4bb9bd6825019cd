"""Partnerize (formerly Performance Horizon): conversions.

Documentation: https://help.phgsupport.com/hc/en-us/articles/360020395238, https://help.phgsupport.com/hc/en-us/articles/4834811308957. A
conversion is told in the path: ``/conversion/campaign:1/conversionref:T-1/[category:A/sku:B/value:9.99/quantity:1]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.hit import Hit, Parameter
from harness.decode.query import QueryTable, Row, number, unescape_percent
from harness.decode.readers import epoch_seconds, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, COMMERCE, USER, TECHNICAL = "General", "E-commerce", "User", "Technical"
_ROWS = {
    "campaign": Row("campaign", "Campaign ID", GENERAL),
    "conversionref": Row("conversionref", "Order ID", COMMERCE),
    "clickref": Row("clickref", "Click reference", USER),
    "currency": Row("currency", "Currency", COMMERCE),
    "country": Row("country", "Country", GENERAL),
    "voucher": Row("voucher", "Voucher", COMMERCE),
    "customertype": Row("customertype", "Customer type", COMMERCE),
    "conversiontype": Row("conversiontype", "Conversion type", GENERAL),
    "conversion_time": Row("conversion_time", "Conversion time", GENERAL),
    "tracking_mode": Row(None, "From a server", TECHNICAL),
    "device": Row(None, "Device", TECHNICAL),
    "custref": Row("custref", "Customer reference", USER),
    "tsource": Row(None, "Source", TECHNICAL),
    "tmethod": Row(None, "Method", TECHNICAL),
    "tplatform": Row(None, "Platform", TECHNICAL),
    "context": Row(None, "Context", TECHNICAL),
}
_TABLE = QueryTable(_ROWS)
_NUMBERS = frozenset(("value", "quantity"))
_LONGEST = 2_000


def _decode(request: CapturedRequest) -> list[Hit]:
    path = unescape_percent(split_url(request.url).path)
    rest, problem = request_parameters(request, _TABLE)
    parameters: list[Parameter] = []
    values: dict[str, Any] = {}
    items: list[dict[str, Any]] = []
    inside = False
    for piece in path.replace("][", "]/[").split("/")[2:]:
        if piece[:1] == "[":
            inside = True
            items.append({})
        name, colon, value = piece.strip("[]").partition(":")
        if colon:
            row = None if inside else _ROWS.get(name)
            typed = number(value) if inside and name in _NUMBERS and len(value) < _LONGEST else value
            label = row.label if row else f"Item {len(items)}: {name}" if inside else None
            parameters.append(
                Parameter(name, typed, None if typed is value else value, row.field if row else None, label, row.group if row else COMMERCE)
            )
            if inside:
                items[-1].setdefault(name, typed)
            elif row is None or row.field is not None:
                values.setdefault(name, value)
        if piece[-1:] == "]":
            inside = False
    if items:
        values["items"] = items
    identifiers = {name: values[name] for name in ("clickref", "custref") if values.get(name)}
    account = values.get("campaign") or None
    return [
        Hit(
            kind="event" if account else "auxiliary", event="conversion" if account else None, account=account, parameters=[*parameters, *rest],
            values=values, identifiers=identifiers, key=values.get("conversionref") or None, undecoded=problem,
            event_time=epoch_seconds(values.get("conversion_time")),
        )
    ]  # fmt: skip


VENDOR = Vendor(
    id="partnerize",
    name="Partnerize",
    category="advertising",
    docs=("https://help.phgsupport.com/hc/en-us/articles/360020395238", "https://help.phgsupport.com/hc/en-us/articles/4834811308957"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("prf.hn", "*.prf.hn") for path in ("/conversion/*", "/conversion_json/*")),
        Endpoint(host="cdn.performancehorizon.com", path="/*", role="library"),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a basket of two products",
            "request": {
                "url": "https://prf.hn/conversion/tsource:shop/campaign:1100l123/clickref:abc/conversionref:T-1/currency:GBP/[category:Tops/sku:A/value:9.99/quantity:2][category:Caps/sku:B/value:5/quantity:1]"
            },
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "1100l123", "key": "T-1", "identifiers": {"clickref": "abc"},
                    "values": {
                        "currency": "GBP",
                        "items": [
                            {"category": "Tops", "sku": "A", "value": 9.99, "quantity": 2}, {"category": "Caps", "sku": "B", "value": 5, "quantity": 1},
                        ],
                    },
                }
            ],
        },
        {
            "title": "an order from a server",
            "request": {
                "url": "https://prf.hn/conversion/tracking_mode:api/campaign:1100l123/clickref:abc/conversionref:T-3/currency:EUR/country:DE/customertype:new/conversion_time:2026-11-22T03%3A42%3A20Z/[category:A/value:5/quantity:1]"
            },
            "hits": [
                {"kind": "event", "account": "1100l123", "key": "T-3", "event_time": 1795318940.0, "values": {"country": "DE", "items": [{"category": "A", "value": 5, "quantity": 1}]}}
            ],
        },
        {
            "title": "one product, escaped",
            "request": {"url": "https://prf.hn/conversion/campaign:77/conversionref:T-2/voucher:A%20B/currency:EUR/%5Bcategory:Tops/value:9.99/quantity:2%5D"},
            "hits": [{"account": "77", "key": "T-2", "values": {"voucher": "A B", "items": [{"category": "Tops", "value": 9.99, "quantity": 2}]}}],
        },
    ),
    lookalikes=(
        "https://shop.example/conversion/campaign:77/conversionref:T-2",
        "https://prf.hn.evil.example/conversion/campaign:77",
        "https://notprf.hn/conversion/campaign:77",
        "https://prf.hn/click/camref:1100l/destination:https%3A%2F%2Fshop.example",
    ),
)  # fmt: skip
