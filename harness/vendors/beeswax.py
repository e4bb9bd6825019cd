"""Beeswax (FreeWheel) conversion and segment pixels.

Documentation: https://docs.beeswax.com/docs/event-pixels, https://docs.beeswax.com/docs/segment-pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    QueryTable(
        {
            "tag_id": Row("tag_id", "Tag ID", "General"),
            "buzz_key": Row("buzz_key", "Account", "General"),
            "account_id": Row("account_id", "Account ID", "General"),
            "segment_key": Row("segment_key", "Segment", "General"),
            "value": Row("value", "Value", "E-commerce", "number"),
            "order": Row("order", "Order ID", "E-commerce"),
            "ord": Row(None, "Cache buster", "Technical"),
            "gdpr": Row(None, "GDPR applies", "Consent"),
            "gdpr_consent": Row(None, "TCF string", "Consent"),
        }
    ),
    account="buzz_key",
    key="order",
    consent=lambda wire: {key: wire[key] for key in ("gdpr", "gdpr_consent") if wire.get(key)} or None,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    conversion = split_url(request.url).path.startswith("/log/")
    hits = _READ(request)
    for hit in hits:
        hit.event, hit.kind = ("conversion", "event") if conversion else ("segment", "event")
    return hits


VENDOR = Vendor(
    id="beeswax",
    name="Beeswax",
    category="advertising",
    docs=("https://docs.beeswax.com/docs/event-pixels", "https://docs.beeswax.com/docs/segment-pixels"),
    endpoints=(
        Endpoint(host="*.bidr.io", path="/log/cnv"),
        Endpoint(host="*.bidr.io", path="/associate-segment"),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a segment with its value, as a script",
            "request": {"url": "https://segment.prod.bidr.io/associate-segment?buzz_key=tatari&segment_key=tatari-2587&value=5&uncacheplz=1", "resource_type": "script"},
            "hits": [{"kind": "event", "event": "segment", "account": "tatari", "values": {"segment_key": "tatari-2587", "value": 5}}],
        },
        {
            "title": "a conversion",
            "request": {"url": "https://cnv.event.prod.bidr.io/log/cnv?tag_id=2&buzz_key=shop&value=19.98&segment_key=shop-1&account_id=1&order=T-1&ord=123"},
            "hits": [{"kind": "event", "event": "conversion", "account": "shop", "key": "T-1", "values": {"value": 19.98, "tag_id": "2", "segment_key": "shop-1"}}],
        },
        {
            "title": "a segment",
            "request": {"url": "https://segment.prod.bidr.io/associate-segment?buzz_key=shop&segment_key=shop-1&value="},
            "hits": [{"event": "segment", "account": "shop"}],
        },
    ),
    lookalikes=(
        "https://shop.example/?u=https%3A%2F%2Fcnv.event.prod.bidr.io%2Flog%2Fcnv%3Ftag_id%3D2",
        "https://shop.example/log/cnv?tag_id=2&buzz_key=shop",
        "https://cnv.event.prod.bidr.io.evil.example/log/cnv?tag_id=2",
        "https://notbidr.io/log/cnv?tag_id=2",
        "https://match.prod.bidr.io/cookie-sync/x",
    ),
)  # fmt: skip
