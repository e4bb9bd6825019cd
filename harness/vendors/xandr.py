"""Xandr (Microsoft Monetize, formerly AppNexus): universal pixel, conversion and segment pixels.

Documentation: https://learn.microsoft.com/en-us/xandr/invest/universal-pixel-overview,
https://learn.microsoft.com/en-us/xandr/monetize/conversion-pixels-advanced, https://learn.microsoft.com/en-us/xandr/monetize/segment-pixels-advanced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, PAGE, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Page", "Consent", "Technical"


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    if wire.get("consent") in ("0", "1"):
        found["ad_storage"] = wire["consent"] == "1"
    found.update({key: wire[key] for key in ("consent", "gdpr", "gdpr_consent", "us_privacy", "gpp") if wire.get(key)})
    return found or None


_READ = QueryReader(
    QueryTable(
        {
            "pi": Row("pi", "Pixel ID", GENERAL),
            "e": Row("e", "Event", GENERAL),
            "id": Row("id", "Conversion pixel ID", GENERAL),
            "seg": Row("seg", "Segments", GENERAL),
            "add": Row("add", "Segments added", GENERAL),
            "remove": Row("remove", "Segments removed", GENERAL),
            "value": Row("value", "Value", COMMERCE, "number"),
            "currency": Row("currency", "Currency", COMMERCE),
            "order_id": Row("order_id", "Order ID", COMMERCE),
            "item_id": Row("item_id", "Item ID", COMMERCE),
            "item_name": Row("item_name", "Item name", COMMERCE),
            "item_type": Row("item_type", "Item type", COMMERCE),
            "other": Row("other", "Other", GENERAL),
            "u": Row("u", "Page address", PAGE),
            "r": Row("r", "Referrer", PAGE),
            "t": Row(None, "Answer wanted", TECHNICAL),
            "redir": Row(None, "Redirect", TECHNICAL),
            "script": Row(None, "From the script", TECHNICAL),
            "it": Row(None, "Script began", TECHNICAL),
            "consent": Row(None, "Consent", CONSENT),
            "gdpr": Row(None, "GDPR applies", CONSENT),
            "gdpr_consent": Row(None, "TCF string", CONSENT),
            "us_privacy": Row(None, "US privacy string", CONSENT),
            "gpp": Row(None, "GPP string", CONSENT),
        }
    ),
    account=("pi", "id", "add", "seg"),
    key="order_id",
    page="u",
    consent=_consent,
)
_NAMES = {"px": "conversion", "seg": "segment", "sspx": "conversion"}


def _decode(request: CapturedRequest) -> list[Hit]:
    use = split_url(request.url).path.strip("/").partition("/")[0]
    hits = _READ(request)
    for hit in hits:
        event = hit.values.get("e") or _NAMES.get(use)
        hit.event = str(event) if event else None
        hit.kind = kind_of(hit.event) if hit.account else "auxiliary"
    return hits


VENDOR = Vendor(
    id="xandr",
    name="Xandr",
    category="advertising",
    docs=(
        "https://learn.microsoft.com/en-us/xandr/invest/universal-pixel-overview",
        "https://learn.microsoft.com/en-us/xandr/monetize/conversion-pixels-advanced",
        "https://learn.microsoft.com/en-us/xandr/monetize/segment-pixels-advanced",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("ib.adnxs.com", "secure.adnxs.com") for path in ("/pixie", "/px", "/seg", "/sspx")),
        Endpoint(host="sspx-router.adnxs.com", path="/sspx"),
        *(
            Endpoint(host=host, path=path, decode=LibraryReader("auxiliary"))
            for host in ("ib.adnxs.com", "secure.adnxs.com")
            for path in ("/getuid", "/getuidnb", "/getuidj", "/setuid", "/mapuid", "/bounce", "/pixie/up", "/pixie/up/*")
        ),
        Endpoint(host="acdn.adnxs.com", path="/dmp/up/*", role="library"),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"pi", "u", "r", "e"}),
    purposes=("ad_storage",),
    examples=(
        {
            "title": "a page view under the universal pixel",
            "request": {"url": "https://ib.adnxs.com/pixie?pi=4b9fcc74-f688-4fbd-917b-623cdf9f233c&e=PageView&script=0&u=https%3A%2F%2Fshop.example%2F&consent=1"},
            "hits": [
                {"kind": "pageview", "event": "PageView", "account": "4b9fcc74-f688-4fbd-917b-623cdf9f233c", "consent": {"ad_storage": True}},
            ],
        },
        {
            "title": "a conversion",
            "request": {"url": "https://secure.adnxs.com/px?id=1234&t=2&order_id=T1&value=19.98&seg=5,6"},
            "hits": [{"kind": "event", "event": "conversion", "account": "1234", "key": "T1", "values": {"value": 19.98, "seg": "5,6"}}],
        },
        {
            "title": "a segment",
            "request": {"url": "https://secure.adnxs.com/seg?add=987654&t=2"},
            "hits": [{"event": "segment", "account": "987654"}],
        },
        {
            "title": "a cookie sync",
            "request": {"url": "https://ib.adnxs.com/getuid?https://dis.criteo.com/x"},
            "hits": [{"kind": "auxiliary", "event": None}],
        },
        {"title": "the script", "request": {"url": "https://acdn.adnxs.com/dmp/up/pixie.js"}, "hits": [{"kind": "library"}]},
    ),
    lookalikes=(
        "https://shop.example/pixie?pi=4b9fcc74&e=PageView",
        "https://ib.adnxs.com.evil.example/pixie?pi=1",
        "https://notib.adnxs.com/px?id=1",
        "https://ib.adnxs.com/ut/v3/prebid",
        "https://shop.example/?u=https%3A%2F%2Fib.adnxs.com%2Fpixie",
    ),
)  # fmt: skip
