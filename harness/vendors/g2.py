"""G2 (formerly G2 Crowd): visits for buyer intent, and conversions.

Documentation: https://documentation.g2.com/docs/conversion-tracking, https://sell.g2.com/conversion-tracking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    {
        "sid": Row("sid", "Product ID", "General"),
        "e": Row("e", "Site's own user ID", "Visitor"),
        "aid": Row("aid", "Google Analytics client ID", "Visitor"),
        "pid": Row("pid", "Product", "General"),
        "s": Row("s", "Source", "General"),
        "lang": Row(None, "Language", "Technical"),
        "tz": Row(None, "Time zone", "Technical"),
        "sr": Row(None, "Screen", "Technical"),
        "ua": Row(None, "User agent", "Technical"),
        "p": Row("p", "Page address", "Page"),
        "r": Row("r", "Referrer", "Page"),
        "stage": Row("stage", "Stage", "General"),
        "stype": Row("stype", "Kind of stage", "General"),
        "cd": Row("cd", "Conversion data", "General"),
        "uid": Row("uid", "Visitor ID", "Visitor"),
        "email": Row("email", "E-mail", "Visitor"),
        "user_id": Row("user_id", "User ID", "Visitor"),
    },
    account="sid",
    page="p",
    identifiers=("uid", "email", "user_id", "aid", "e"),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """A visit is ``assign``; the older ``funnels/<product>.gif`` and the rest of ``conversions`` tell of a conversion."""
    hits = _READ(request)
    steps = [step for step in split_url(request.url).path.split("/") if step]
    call = steps[-1] if steps else ""
    for hit in hits:
        if steps[:1] == ["funnels"]:
            hit.account = hit.account or call.partition(".")[0] or None
        hit.event, hit.kind = ("page_view", "pageview") if call == "assign" else ("conversion", "event")
        if hit.page_url is not None and "://" not in hit.page_url:
            hit.page_url = None
    return hits


def _product(path: str, wire: Mapping[str, object]) -> str | None:
    found = next((step.removesuffix(".js") for step in path.split("/") if step.removesuffix(".js").isdecimal()), None)
    return found or (str(wire["sid"]) if wire.get("sid") else None)


VENDOR = Vendor(
    id="g2",
    name="G2",
    category="marketing",
    docs=("https://documentation.g2.com/docs/conversion-tracking",),
    endpoints=(
        *(
            Endpoint(host=host, path=f"/attribution_tracking/conversions/{call}")
            for host in ("tracking-api.g2.com", "tracking.g2crowd.com", "tracking.g2.com")
            for call in ("assign", "track", "convert")
        ),
        *(Endpoint(host=host, path="/funnels/*") for host in ("tracking.g2crowd.com", "tracking.g2.com")),
        *(
            Endpoint(host=host, path="/attribution_tracking/*.js", role="library", decode=LibraryReader(account=_product))
            for host in ("tracking.g2crowd.com", "tracking-api.g2.com", "tracking.g2.com")
        ),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a visit",
            "request": {
                "url": "https://tracking-api.g2.com/attribution_tracking/conversions/assign", "method": "POST",
                "headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": "sid=1399&p=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx",
            },
            "hits": [{"kind": "pageview", "event": "page_view", "account": "1399", "page_url": "https://shop.example/?utm_source=x", "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "a visit to the older host",
            "request": {
                "url": "https://tracking.g2crowd.com/attribution_tracking/conversions/assign", "method": "POST", "headers": {"Content-Type": "application/json"},
                "body": {"p": "https://shop.example/", "pid": "", "s": "external", "aid": "746.179", "ua": "Mozilla", "sr": "2560x1440", "lang": "en", "tz": "-60", "sid": "4388", "uid": "", "e": ""},
            },
            "hits": [{"kind": "pageview", "event": "page_view", "account": "4388", "page_url": "https://shop.example/", "identifiers": {"aid": "746.179"}}],
        },
        {
            "title": "a conversion as an image, in the older form",
            "request": {"url": "https://tracking.g2crowd.com/funnels/93845.gif?stage=finish&stype=offer", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "conversion", "account": "93845"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://tracking.g2crowd.com/attribution_tracking/conversions/1030168.js?p=https://shop.example/&e="},
            "hits": [{"kind": "library", "account": "1030168"}],
        },
    ),
    lookalikes=(
        "https://shop.example/attribution_tracking/conversions/assign",
        "https://tracking-api.g2.com.evil.example/attribution_tracking/conversions/assign",
        "https://nottracking-api.g2.com/attribution_tracking/conversions/assign",
        "https://www.g2.com/products/shop/reviews",
        "https://tracking.g2crowd.com/",
        "https://shop.example/?u=https%3A%2F%2Ftracking-api.g2.com%2Fattribution_tracking%2Fconversions%2Fassign",
    ),
)  # fmt: skip
