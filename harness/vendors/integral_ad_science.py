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
    from collections.abc import Callable

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    QueryTable(
        {
            "anId": Row("anId", "Publisher ID", "General"),
            "anid": Row("anId", "Publisher ID", "General"),
            "chanId": Row("chanId", "Channel ID", "General"),
            "placementId": Row("placementId", "Placement ID", "General"),
            "gdpr": Row(None, "GDPR applies", "Consent"),
            "gdpr_consent": Row(None, "TCF string", "Consent"),
            "us_privacy": Row(None, "US privacy string", "Consent"),
            "wr": Row(None, "Window", "Technical"),
            "sr": Row(None, "Screen", "Technical"),
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
    consent=lambda wire: {key: wire[key] for key in ("gdpr", "gdpr_consent", "us_privacy") if wire.get(key)} or None,
    kind=lambda event: "auxiliary",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    numbers = [piece for piece in split_url(request.url).path.split("/") if piece.isdecimal()]
    for hit in hits:
        if hit.account is None and numbers:
            hit.account = numbers[0]
    return hits


_HOSTS = ("pixel.adsafeprotected.com", "dt.adsafeprotected.com", "fw.adsafeprotected.com", "unified.adsafeprotected.com")


def _as(kind: str) -> Callable[[CapturedRequest], list[Hit]]:
    def decode(request: CapturedRequest) -> list[Hit]:
        hits = _decode(request)
        for hit in hits:
            hit.kind = kind
        return hits

    return decode


VENDOR = Vendor(
    id="integral-ad-science",
    name="Integral Ad Science",
    category="advertising",
    docs=("https://learn.microsoft.com/en-us/advertising/msa-help/hlp_ba_conc_connectingthirdparty",),
    endpoints=(
        *(Endpoint(host=host, path=path, role="library", decode=_as("library")) for host in _HOSTS for path in ("/rjss/*", "/rjsv/*", "/rjsi/*", "/jload", "/jload/*", "/jss/*", "/sca.*", "/main.*", "*.js")),
        *(Endpoint(host=host, path="/services/*", role="config", decode=_as("config")) for host in _HOSTS),
        *(Endpoint(host=host, path="/*") for host in _HOSTS),
        Endpoint(host="static.adsafeprotected.com", path="/*", role="library"),
        Endpoint(host="cdn.adsafeprotected.com", path="/*", role="library"),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a publisher's signals asked for",
            "request": {"url": "https://pixel.adsafeprotected.com/services/pub?anId=8584&slot=%7Bid%3Aad1%7D&url=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "config", "event": None, "account": "8584", "page_url": "https://shop.example/"}],
        },
        {
            "title": "an ad's tag",
            "request": {"url": "https://pixel.adsafeprotected.com/rjss/st/12345/67890/skeleton.js"},
            "hits": [{"kind": "library", "account": "12345"}],
        },
        {
            "title": "an ad seen, as an image",
            "request": {"url": "https://pixel.adsafeprotected.com/rfw/st/552031/51166066/skeleton.gif?gdpr=1&gdpr_consent=CP", "resource_type": "image"},
            "hits": [{"kind": "auxiliary", "event": None, "account": "552031", "consent": {"gdpr": "1", "gdpr_consent": "CP"}}],
        },
        {
            "title": "the measuring of an ad",
            "request": {"url": "https://dt.adsafeprotected.com/dt?anId=12345&asId=ab&tv=%7Bc:1%7D&br=c", "resource_type": "image"},
            "hits": [{"kind": "auxiliary", "event": None, "account": "12345"}],
        },
    ),
    lookalikes=(
        "https://shop.example/services/pub?anId=8584",
        "https://pixel.adsafeprotected.com.evil.example/services/pub?anId=1",
        "https://notpixel.adsafeprotected.com/services/pub?anId=1",
        "https://integralads.com/services/pub",
        "https://shop.example/?u=https%3A%2F%2Fpixel.adsafeprotected.com%2Fservices%2Fpub",
    ),
)  # fmt: skip
