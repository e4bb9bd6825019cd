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
            "title": Row("title", "Page title", PAGE),
            "user_id": Row("user_id", "User ID", USER),
            "first_name": Row(None, "First name (hashed)", USER),
            "email": Row("email", "Email (hashed)", USER),
            "phone": Row("phone", "Phone (hashed)", USER),
            "is_js": Row(None, "From the script", TECHNICAL),
            "landing_url": Row("landing_url", "Page address", PAGE),
            "t": Row("title", "Page title", PAGE),
            "host": Row(None, "Receiver", TECHNICAL),
            "tip": Row(None, "Visitor's time on the site", TECHNICAL),
            "l_src": Row(None, "Source", TECHNICAL),
            "l_src_d": Row(None, "Source's time", TECHNICAL),
            "u_src": Row(None, "User's source", TECHNICAL),
            "u_src_d": Row(None, "User's source's time", TECHNICAL),
            "shop": Row(None, "A shop", TECHNICAL),
            "sa-user-id": Row("sa-user-id", "Browser ID", USER),
            "sa-user-id-v2": Row(None, "Browser ID", USER),
            "sa-user-id-v3": Row(None, "Browser ID", USER),
            "segment_ss": Row(None, "From Segment", TECHNICAL),
            "ip_fwd": Row(None, "IP address", USER),
            "ua_fwd": Row(None, "User agent", USER),
        }
    ),
    account=("uid", "cid", "sid"),
    page=("url", "landing_url"),
    identifiers=("user_id", "email", "phone", "sa-user-id"),
    lifted=("args",),
)
_HOSTS = ("tags.srv.stackadapt.com", "srv.stackadapt.com", "east.srv.stackadapt.com", "uw.srv.stackadapt.com", "eu.srv.stackadapt.com")
_NAMES = {"conv": "conversion", "rt": "retargeting"}


def _decode(request: CapturedRequest) -> list[Hit]:
    use = split_url(request.url).path.strip("/")
    hits = _READ(request)
    for hit in hits:
        hit.values.pop("args", None)
        call, action = hit.values.get("event_type"), hit.values.get("action")
        event = (action or call if call == "track" else call or action) or _NAMES.get(use) or ("page_view" if hit.account else None)
        hit.event = str(event) if event else None
        hit.kind = kind_of(hit.event)
        products = hit.values.get("products")
        if isinstance(products, list):
            hit.values.setdefault("items", products)
        key = hit.values.get("order_id") or hit.values.get("orderId")
        hit.key = str(key) if key else None
    return hits


VENDOR = Vendor(
    id="stackadapt",
    name="StackAdapt",
    category="advertising",
    docs=("https://docs.stackadapt.com/", "https://segment.com/docs/connections/destinations/catalog/actions-stackadapt/"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/saq_pxl", "/conv", "/rt")),
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary", account="uid")) for host in _HOSTS for path in ("/js_tracking", "/ifr_ts", "/ifr_pv", "/tec_ts")),
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
            "title": "a page view as the script sends it",
            "request": {
                "url": "https://tags.srv.stackadapt.com/saq_pxl?uid=7MBV&is_js=true&landing_url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&t=Shop&tip=abc&host=https%3A%2F%2Ftags.srv.stackadapt.com&l_src=&sa-user-id=s%253A0-1"
            },
            "hits": [{"kind": "pageview", "event": "page_view", "account": "7MBV", "page_url": "https://shop.example/?utm_source=x", "campaign": {"utm_source": "x"}, "values": {"title": "Shop"}}],
        },
        {
            "title": "an order from Segment's servers",
            "request": {
                "url": "https://tags.srv.stackadapt.com/saq_pxl?segment_ss=1&event_type=track&uid=7MBV&url=https%3A%2F%2Fshop.example%2F&args=%7B%22action%22%3A%22Order%20Completed%22%2C%22order_id%22%3A%22T-2%22%2C%22products%22%3A%5B%7B%22product_id%22%3A%22S1%22%7D%5D%7D"
            },
            "hits": [{"kind": "event", "event": "Order Completed", "account": "7MBV", "key": "T-2", "values": {"items": [{"product_id": "S1"}]}}],
        },
        {
            "title": "time on the site, in Europe",
            "request": {"url": "https://eu.srv.stackadapt.com/ifr_ts?uid=7MBV&t=10"},
            "hits": [{"kind": "auxiliary", "account": "7MBV"}],
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
        "https://tags.srv.stackadapt.com/",
        "https://docs.stackadapt.com/",
        "https://shop.example/?u=https%3A%2F%2Ftags.srv.stackadapt.com%2Fsaq_pxl",
    ),
)  # fmt: skip
