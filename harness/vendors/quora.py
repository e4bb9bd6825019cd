"""Quora Pixel.

Documentation: https://quoraadsupport.zendesk.com/hc/en-us/articles/115010303387-Install-the-Quora-Pixel,
https://quoraadsupport.zendesk.com/hc/en-us/articles/46220613643789-How-Quora-counts-conversions. The pixel's id is in the path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Row
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, TECHNICAL = "General", "E-commerce", "User", "Technical"

_READ = QueryReader(
    {
        "tag": Row("tag", "Event", GENERAL),
        "u": Row("u", "Page address", GENERAL),
        "j": Row(None, "From the script", TECHNICAL),
        "i": Row(None, "Set up through", TECHNICAL),
        "noscript": Row(None, "Image tag", TECHNICAL),
        "value": Row("value", "Value", COMMERCE, "number"),
        "currency": Row("currency", "Currency", COMMERCE),
        "event_id": Row("event_id", "Event ID (deduplication)", GENERAL),
        "eid": Row("event_id", "Event ID (deduplication)", GENERAL),
        "email": Row("email", "Email (hashed)", USER),
        "em": Row("email", "Email (hashed)", USER),
        "qclid": Row("qclid", "Click ID", USER),
    },
    event="tag",
    key="event_id",
    page="u",
    identifiers=("email", "qclid"),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.account = split_url(request.url).path.split("/")[3] or None
    return hits


VENDOR = Vendor(
    id="quora",
    name="Quora Pixel",
    category="advertising",
    docs=(
        "https://quoraadsupport.zendesk.com/hc/en-us/articles/115010303387-Install-the-Quora-Pixel",
        "https://quoraadsupport.zendesk.com/hc/en-us/articles/46220613643789-How-Quora-counts-conversions",
    ),
    endpoints=(
        Endpoint(host="q.quora.com", path="/_/ad/*/pixel"),
        Endpoint(host="q.quora.com", path="/_/ad/*/pixel/"),
        Endpoint(host="a.quora.com", path="/qevents.js", role="library"),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a view, from the script",
            "request": {
                "url": "https://q.quora.com/_/ad/ffa67ce8aa1a4f80b24619dfebd91bec/pixel?j=1&u=https%3A%2F%2Fshop.example%2F%3Fqclid%3Dq1&tag=ViewContent&ts=1700000000000"
            },
            "hits": [
                {
                    "kind": "event", "event": "ViewContent", "account": "ffa67ce8aa1a4f80b24619dfebd91bec", "campaign": {"qclid": "q1"},
                    "page_url": "https://shop.example/?qclid=q1",
                }
            ],
        },
        {
            "title": "a purchase with its value, from a tag manager",
            "request": {"url": "https://q.quora.com/_/ad/ffa67ce8/pixel?tag=Purchase&i=gtm&value=19.98&event_id=T-1"},
            "hits": [{"event": "Purchase", "account": "ffa67ce8", "key": "T-1", "values": {"value": 19.98}}],
        },
        {
            "title": "a page without scripts",
            "request": {"url": "https://q.quora.com/_/ad/ffa67ce8aa1a4f80b24619dfebd91bec/pixel?tag=ViewContent&noscript=1", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "ViewContent", "account": "ffa67ce8aa1a4f80b24619dfebd91bec"}],
        },
        {"title": "the script", "request": {"url": "https://a.quora.com/qevents.js"}, "hits": [{"kind": "library"}]},
    ),
    lookalikes=(
        "https://shop.example/_/ad/ffa67ce8/pixel?tag=ViewContent",
        "https://q.quora.com.evil.example/_/ad/ffa67ce8/pixel?tag=ViewContent",
        "https://notq.quora.com/_/ad/ffa67ce8/pixel?tag=ViewContent",
        "https://www.quora.com/share?url=https%3A%2F%2Fq.quora.com%2F_%2Fad%2Fffa67ce8%2Fpixel",
        "https://q.quora.com/_/ad/pixel",
    ),
)  # fmt: skip
