"""Flashtalking (Mediaocean) OneTag spotlights.

Documentation: https://docs.tealium.com/client-side-tags/flashtalking-onetag-tag/. The path names advertiser, spotlight and spotlight group:
``/container/1234;5678;91011;iframe/``; the query gives the spotlight's name, the order and ``U1`` … variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    QueryTable(
        {
            "spotName": Row("spotName", "Spotlight name", "General"),
            "ft_spotName": Row("spotName", "Spotlight name", "General"),
            "name": Row("name", "Segment", "General"),
            "valuePairs": Row("valuePairs", "Segment's values", "General"),
            "ftXRef": Row("ftXRef", "Order ID", "E-commerce"),
            "ftXValue": Row("ftXValue", "Value", "E-commerce", "number"),
            "ftXType": Row("ftXType", "Kind", "General"),
            "ftXName": Row("ftXName", "Name", "General"),
            "ftXNumItems": Row("ftXNumItems", "Quantity", "E-commerce", "number"),
            "ftXCurrency": Row("ftXCurrency", "Currency", "E-commerce"),
            "spotlightId": Row("spotlightId", "Spotlight ID", "General"),
            "U1": Row("U1", "Order ID", "E-commerce"),
            "U2": Row("U2", "Revenue", "E-commerce", "number"),
            "U3": Row("U3", "Quantity", "E-commerce", "number"),
            "ft_referrer": Row("ft_referrer", "Page address", "Page"),
            "ns": Row(None, "Referrer", "Page"),
            "cb": Row(None, "Cache buster", "Technical"),
            "cachebuster": Row(None, "Cache buster", "Technical"),
            "gdpr": Row(None, "GDPR applies", "Consent"),
            "gdpr_consent": Row(None, "TCF string", "Consent"),
        },
        (Prefix("U", field="U{}", label="Variable {}", group="Variables"),),
    ),
    event="spotName",
    page="ft_referrer",
    key=("U1", "ftXRef"),
    consent=lambda wire: {key: wire[key] for key in ("gdpr", "gdpr_consent") if wire.get(key)} or None,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    named = [piece for piece in split_url(request.url).path.split("/") if ";" in piece]
    ids = named[0].split(";") if named else [""]
    hits = _READ(request)
    for hit in hits:
        hit.account = ids[0] or None
        if len(ids) > 1 and ids[1]:
            hit.values.setdefault("spotlightId", ids[1])
        segment = "/segment/" in request.url.partition("?")[0]
        hit.event = hit.event or (str(hit.values.get("name") or "segment") if segment else "spotlight")
        hit.kind = "event"
    return hits


VENDOR = Vendor(
    id="flashtalking",
    name="Flashtalking",
    category="advertising",
    docs=("https://docs.tealium.com/client-side-tags/flashtalking-onetag-tag/",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("servedby.flashtalking.com", "*.flashtalking.com") for path in ("/container/*", "/spot/*", "/segment/*")),
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary")) for host, path in (("e.flashtalking.com", "/cache"), ("d9.flashtalking.com", "/*"))),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a spotlight with an order",
            "request": {"url": "https://servedby.flashtalking.com/container/1234;5678;91011;iframe/?spotName=Thanks&U1=T-1&U2=19.98&U3=2&U4=web&cachebuster=1"},
            "hits": [
                {
                    "kind": "event", "event": "Thanks", "account": "1234", "key": "T-1",
                    "values": {"spotlightId": "5678", "U1": "T-1", "U2": 19.98, "U3": 2, "U4": "web"},
                }
            ],
        },
        {
            "title": "a visitor put into a segment",
            "request": {"url": "https://servedby.flashtalking.com/segment/modify/at8;;pixel/?name=shop_visitors&valuePairs=page:home"},
            "hits": [{"kind": "event", "event": "shop_visitors", "account": "at8", "values": {"valuePairs": "page:home"}}],
        },
        {
            "title": "a spotlight at its older address",
            "request": {"url": "https://servedby.flashtalking.com/spot/1921;7691;896/?spotName=Home&cachebuster=1"},
            "hits": [{"event": "Home", "account": "1921", "values": {"spotlightId": "7691"}}],
        },
        {
            "title": "the device asked for",
            "request": {"url": "https://e.flashtalking.com/cache"},
            "hits": [{"kind": "auxiliary", "event": None}],
        },
        {
            "title": "a spotlight without a name",
            "request": {"url": "https://servedby.flashtalking.com/spot/8/1234;5678;91011/?cb=1"},
            "hits": [{"event": "spotlight", "account": "1234", "values": {"spotlightId": "5678"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/container/1234;5678;91011;iframe/?spotName=Thanks",
        "https://servedby.flashtalking.com.evil.example/container/1;2;3/",
        "https://notflashtalking.com/container/1;2;3/",
        "https://shop.example/?u=https%3A%2F%2Fservedby.flashtalking.com%2Fspot%2F8%2F1",
        "https://www.flashtalking.com/products",
        "https://servedby.flashtalking.com/imp/1/2;3;201;pixel/",
    ),
)  # fmt: skip
