"""StackAdapt universal and conversion pixels.

Documentation: https://docs.stackadapt.com/ (pixels), https://segment.com/docs/connections/destinations/catalog/actions-stackadapt/. ``args``
holds what the site gave with an event, as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, PAGE, TECHNICAL = "General", "E-commerce", "User", "Page", "Technical"

_READ = QueryReader(
    QueryTable(
        {
            "uid": Row("uid", "Pixel ID", GENERAL),
            "cid": Row("cid", "Conversion ID", GENERAL),
            "sid": Row("sid", "Segment ID", GENERAL),
            "event_type": Row("event_type", "Event", GENERAL),
            "action": Row("action", "Event", GENERAL),
            "args": Row("args", "Event data", COMMERCE, "json"),
            "revenue": Row("revenue", "Revenue", COMMERCE, "number"),
            "order_id": Row("order_id", "Order ID", COMMERCE),
            "url": Row("url", "Page address", PAGE),
            "page": Row("url", "Page address", PAGE),
            "ref": Row("ref", "Referrer", PAGE),
            "referrer": Row("ref", "Referrer", PAGE),
            "title": Row(None, "Page title", PAGE),
            "user_id": Row("user_id", "User ID", USER),
            "first_name": Row(None, "First name (hashed)", USER),
            "email": Row("email", "Email (hashed)", USER),
            "phone": Row("phone", "Phone (hashed)", USER),
            "is_js": Row(None, "From the script", TECHNICAL),
            "landing_url": Row("landing_url", "Landing address", PAGE),
        }
    ),
    account=("uid", "cid", "sid"),
    page="url",
    identifiers=("user_id", "email", "phone"),
    lifted=("args",),
)
_NAMES = {"conv": "conversion", "rt": "retargeting"}


def _decode(request: CapturedRequest) -> list[Hit]:
    use = split_url(request.url).path.strip("/")
    hits = _READ(request)
    for hit in hits:
        hit.values.pop("args", None)
        event = hit.values.get("event_type") or hit.values.get("action") or _NAMES.get(use) or ("page_view" if hit.account else None)
        hit.event = str(event) if event else None
        hit.kind = kind_of(hit.event)
        key = hit.values.get("order_id") or hit.values.get("orderId")
        hit.key = str(key) if key else None
    return hits


VENDOR = Vendor(
    id="stackadapt",
    name="StackAdapt",
    category="advertising",
    docs=("https://docs.stackadapt.com/", "https://segment.com/docs/connections/destinations/catalog/actions-stackadapt/"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("tags.srv.stackadapt.com", "srv.stackadapt.com") for path in ("/saq_pxl", "/conv", "/rt", "/js_tracking")),
        Endpoint(host="tags.srv.stackadapt.com", path="/events.js", role="library"),
        Endpoint(host="tags.srv.stackadapt.com", path="/sa.jpeg", decode=LibraryReader("auxiliary")),
        Endpoint(host="sync.srv.stackadapt.com", path="/*", decode=LibraryReader("auxiliary")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://tags.srv.stackadapt.com/saq_pxl?uid=7MBVbwhh1j9tcRrjPEqfIw&is_js=true&url=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "7MBVbwhh1j9tcRrjPEqfIw", "page_url": "https://shop.example/"}],
        },
        {
            "title": "an event with data of the site's own",
            "request": {
                "url": "https://tags.srv.stackadapt.com/saq_pxl?uid=7MBV&args=%7B%22action%22%3A%22purchase%22%2C%22revenue%22%3A19.98%2C%22order_id%22%3A%22T-1%22%7D"
            },
            "hits": [{"kind": "event", "event": "purchase", "account": "7MBV", "key": "T-1", "values": {"revenue": 19.98}}],
        },
        {
            "title": "a conversion as an image",
            "request": {"url": "https://srv.stackadapt.com/conv?cid=Ef9XveXNVxwqxOFLKMKL9A"},
            "hits": [{"event": "conversion", "account": "Ef9XveXNVxwqxOFLKMKL9A"}],
        },
    ),
    lookalikes=(
        "https://shop.example/saq_pxl?uid=7MBVbwhh1j9tcRrjPEqfIw",
        "https://tags.srv.stackadapt.com.evil.example/saq_pxl?uid=1",
        "https://nottags.srv.stackadapt.com/saq_pxl?uid=1",
        "https://shop.example/?u=https%3A%2F%2Ftags.srv.stackadapt.com%2Fsaq_pxl",
    ),
)  # fmt: skip
