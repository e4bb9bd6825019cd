"""Integral Ad Science (IAS): ad verification and publisher signals.

Documentation: https://learn.microsoft.com/en-us/advertising/msa-help/hlp_ba_conc_connectingthirdparty, https://github.com/prebid/Prebid.js (publisher signals). It
verifies ads: none of its hits is an event of the site.
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
            "anId": Row("anId", "Publisher ID", "General"),
            "advId": Row("advId", "Advertiser ID", "General"),
            "advEntityId": Row("advEntityId", "Advertiser entity ID", "General"),
            "campId": Row("campId", "Campaign ID", "General"),
            "pubId": Row("pubId", "Publisher ID", "General"),
            "asId": Row("asId", "Ad server's ID", "General"),
            "slot": Row("slot", "Slot", "General"),
            "url": Row("url", "Page address", "Page"),
            "tv": Row(None, "What is told", "Technical"),
            "br": Row(None, "Browser", "Technical"),
        }
    ),
    account=("anId", "advId", "advEntityId", "pubId"),
    page="url",
    kind=lambda event: "auxiliary",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    numbers = [piece for piece in split_url(request.url).path.split("/") if piece.isdecimal()]
    for hit in hits:
        if hit.account is None and numbers:
            hit.account = numbers[0]
    return hits


VENDOR = Vendor(
    id="integral-ad-science",
    name="Integral Ad Science",
    category="advertising",
    docs=("https://learn.microsoft.com/en-us/advertising/msa-help/hlp_ba_conc_connectingthirdparty",),
    endpoints=(
        *(Endpoint(host=host, path="/*") for host in ("pixel.adsafeprotected.com", "dt.adsafeprotected.com", "fw.adsafeprotected.com", "unified.adsafeprotected.com")),
        Endpoint(host="static.adsafeprotected.com", path="/*", role="library"),
        Endpoint(host="cdn.adsafeprotected.com", path="/*", role="library"),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a publisher's signals asked for",
            "request": {"url": "https://pixel.adsafeprotected.com/services/pub?anId=8584&slot=%7Bid%3Aad1%7D&url=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "auxiliary", "event": None, "account": "8584", "page_url": "https://shop.example/"}],
        },
        {
            "title": "an ad's tag",
            "request": {"url": "https://pixel.adsafeprotected.com/rjss/st/12345/67890/skeleton.js"},
            "hits": [{"kind": "auxiliary", "account": "12345"}],
        },
    ),
    lookalikes=(
        "https://shop.example/services/pub?anId=8584",
        "https://pixel.adsafeprotected.com.evil.example/services/pub?anId=1",
        "https://notpixel.adsafeprotected.com/services/pub?anId=1",
        "https://shop.example/?u=https%3A%2F%2Fpixel.adsafeprotected.com%2Fservices%2Fpub",
    ),
)  # fmt: skip
