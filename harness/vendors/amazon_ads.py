"""Amazon Ad Tag (AAT, ``amzn.js``) and the older Amazon pixels on the same address.

Documentation: https://advertising.amazon.com/help/GLZ54GXQW773A6MG (tag), https://advertising.amazon.com/API/docs/en-us/guides/conversions
(events), https://advertising.amazon.com/API/docs/en-us/guides/amazon-consent-signal (consent). The older pixels put the tag's id and type as a query into ``ex-fargs``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import PLAIN, Row
from harness.decode.readers import LibraryReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Consent", "Technical"

_TABLE = {
    "pid": Row("pid", "Tag ID", GENERAL),
    "tagId": Row("pid", "Tag ID", GENERAL),
    "event": Row("event", "Event", GENERAL),
    "value": Row("value", "Value", COMMERCE, "number"),
    "currencyCode": Row("currencyCode", "Currency", COMMERCE),
    "currency": Row("currencyCode", "Currency", COMMERCE),
    "unitsSold": Row("unitsSold", "Units sold", COMMERCE, "number"),
    "productId": Row("productId", "Product ID", COMMERCE),
    "brand": Row("brand", "Brand", COMMERCE),
    "category": Row("category", "Category", COMMERCE),
    "clientDedupeId": Row("clientDedupeId", "Deduplication ID", GENERAL),
    "attr1": Row("attr1", "Attribute 1", GENERAL),
    "attr2": Row("attr2", "Attribute 2", GENERAL),
    "attr3": Row("attr3", "Attribute 3", GENERAL),
    "attr4": Row("attr4", "Attribute 4", GENERAL),
    "attr5": Row("attr5", "Attribute 5", GENERAL),
    **{f"attr{place}": Row(f"attr{place}", f"Attribute {place}", GENERAL) for place in range(6, 11)},
    "productid": Row("productId", "Product ID", COMMERCE),
    "MATCH_ID": Row("matchId", "Match ID", USER),
    "amznToken": Row(None, "Hashed email and phone (token)", USER),
    "arefs": Row(None, "Ad references", TECHNICAL),
    "ts": Row("ts", "Event time", TECHNICAL),
    "hashedEmail": Row("hashedEmail", "Email (hashed)", USER),
    "matchId": Row("matchId", "Match ID", USER),
    "ex-fargs": Row(None, "Older pixel's ID and type", GENERAL),
    "ex-fch": Row(None, "Older pixel's check", TECHNICAL),
    "ex-src": Row("ex-src", "Page address", GENERAL),
    "ex-hargs": Row(None, "Older pixel's campaign", GENERAL),
    "d": Row(None, "Domain or use", TECHNICAL),
    "cb": Row(None, "Cache buster", TECHNICAL),
    "gtmVersion": Row(None, "Template version", TECHNICAL),
    "gdpr": Row(None, "GDPR applies", CONSENT),
    "gdpr_pd": Row(None, "Personal data", CONSENT),
    "gdpr_consent": Row(None, "TCF string", CONSENT),
    "us_privacy": Row(None, "US privacy string", CONSENT),
    "gpp": Row(None, "GPP string", CONSENT),
    "amznAdStorage": Row(None, "Ad storage", CONSENT),
    "amznUserData": Row(None, "User data", CONSENT),
}
_STATES = {"GRANTED": True, "DENIED": False}


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] = {key: _STATES[wire[key]] for key in ("amznAdStorage", "amznUserData") if wire.get(key) in _STATES}
    found.update({key: wire[key] for key in ("gdpr", "gdpr_consent", "us_privacy", "gpp") if wire.get(key)})
    return found or None


_READ = QueryReader(
    _TABLE,
    event="event",
    account="pid",
    key="clientDedupeId",
    page="ex-src",
    time="ts",
    identifiers=("hashedEmail", "matchId"),
    consent=_consent,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        if hit.account is None:
            for each in hit.parameters:
                if each.name == "ex-fargs":
                    inner = {name: value for name, value, *_ in PLAIN.read(str(each.value).lstrip("?"))}
                    hit.account = str(inner.get("id") or "") or None
                    kind = str(inner.get("type") or "")
                    hit.event = hit.event or ("conversion" if kind.isdecimal() else "page_view" if kind else None)
                    if kind:
                        hit.values.setdefault("type", kind)
                    hit.kind = kind_of(hit.event)
    return hits


def _copy(request: CapturedRequest) -> list[Hit]:
    hits = _decode(request)
    for hit in hits:
        hit.kind = "auxiliary"
    return hits


def _advertiser(path: str, wire: Mapping[str, Any]) -> str | None:
    return path.rpartition("/")[2].removesuffix(".js") or None


_HOSTS = (
    "s.amazon-adsystem.com",
    "aax-eu.amazon-adsystem.com",
    "aax-fe.amazon-adsystem.com",
    "aax-us-east.amazon-adsystem.com",
    "aax.amazon-adsystem.com",
)

VENDOR = Vendor(
    id="amazon-ads",
    name="Amazon Ad Tag",
    category="advertising",
    docs=(
        "https://advertising.amazon.com/help/GLZ54GXQW773A6MG",
        "https://advertising.amazon.com/API/docs/en-us/guides/amazon-consent-signal",
        "https://github.com/amzn/ads-pao-amznjs-gtm-template",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/iu3", "/iui3", "/s/iu3", "/s/iui3")),
        Endpoint(host="ara.paa-reporting-advertising.amazon", path="/aat", decode=_copy),
        Endpoint(host="tk.amazon-adsystem.com", path="/envelope", decode=LibraryReader("auxiliary")),
        *(Endpoint(host="s.amazon-adsystem.com", path=path, decode=LibraryReader("auxiliary")) for path in ("/ecm3", "/dcm", "/x/cm")),
        Endpoint(host="s.amazon-adsystem.com", path="/iu3/conversion/*", role="library", decode=LibraryReader(account=_advertiser)),
        Endpoint(host="c.amazon-adsystem.com", path="/aat/allowlist/*", role="config"),
        Endpoint(host="c.amazon-adsystem.com", path="/aat/*", role="library"),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"pid", "event", "ts"}),
    examples=(
        {
            "title": "a purchase",
            "request": {
                "url": "https://s.amazon-adsystem.com/iu3?pid=1b3cf6ff-9fc9-4499-813a-12e87e83751e&event=Off-AmazonPurchases&value=49.99&currencyCode=USD&unitsSold=1"
                "&clientDedupeId=T-1&ts=1700000000000&amznAdStorage=GRANTED&amznUserData=DENIED"
            },
            "hits": [
                {
                    "kind": "event", "event": "Off-AmazonPurchases", "account": "1b3cf6ff-9fc9-4499-813a-12e87e83751e", "key": "T-1",
                    "values": {"value": 49.99, "currencyCode": "USD", "unitsSold": 1}, "event_time": 1700000000.0,
                    "consent": {"amznAdStorage": True, "amznUserData": False},
                }
            ],
        },
        {
            "title": "a page view in Europe",
            "request": {"url": "https://aax-eu.amazon-adsystem.com/s/iu3?pid=b69567c1&event=PageView"},
            "hits": [{"kind": "pageview", "event": "PageView", "account": "b69567c1"}],
        },
        {
            "title": "an older pixel",
            "request": {
                "url": "https://s.amazon-adsystem.com/iu3?d=generic&ex-fargs=%3Fid%3Dc3955f69-91a1-ed0e-a556-a4c0a7db3ad7%26type%3D4%26m%3D1&ex-fch=416613"
                "&ex-src=https://shop.example/products&ex-hargs=v%3D1.0%3Bc%3D7691514600601&cb=1"
            },
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "c3955f69-91a1-ed0e-a556-a4c0a7db3ad7", "page_url": "https://shop.example/products",
                    "values": {"type": "4"},
                }
            ],
        },
        {
            "title": "an older pixel of no type, in Japan",
            "request": {
                "url": "https://aax-fe.amazon-adsystem.com/s/iui3?d=forester-did&ex-fargs=%3Fid%3D97c97873-b320-2f7a-9117-f3d5aa752a9e%26type%3Dnull%26m%3D6&ex-fch=416613&ex-src=shop.example",
                "resource_type": "image",
            },
            "hits": [{"kind": "pageview", "event": "page_view", "account": "97c97873-b320-2f7a-9117-f3d5aa752a9e"}],
        },
        {
            "title": "a cookie sync, which is no event",
            "request": {"url": "https://s.amazon-adsystem.com/iu3?cm3ppd=1&d=dtb-pub&csif=t"},
            "hits": [{"kind": "auxiliary", "event": None, "account": None}],
        },
        {
            "title": "a purchase in the Far East, from a tag manager's server",
            "request": {
                "url": "https://aax-fe.amazon-adsystem.com/s/iu3?pid=b69567c1&event=Off-AmazonPurchases&value=10&currencyCode=JPY&unitsSold=2&productid=S1&attr6=x&clientDedupeId=T-2&MATCH_ID=m-1"
                "&amznToken=AQ&gdpr=0&gtmVersion=1.5"
            },
            "hits": [
                {
                    "kind": "event", "event": "Off-AmazonPurchases", "account": "b69567c1", "key": "T-2", "identifiers": {"matchId": "m-1"},
                    "values": {"value": 10, "currencyCode": "JPY", "unitsSold": 2, "productId": "S1", "attr6": "x"},
                }
            ],
        },
        {
            "title": "the token of a hashed email, which is no event",
            "request": {"url": "https://tk.amazon-adsystem.com/envelope", "method": "POST", "body": {"gdpr": 0, "hashedRecords": [{"type": "email", "record": "f0"}], "ttl": 9600}},
            "hits": [{"kind": "auxiliary", "event": None, "account": None}],
        },
        {
            "title": "the script",
            "request": {"url": "https://c.amazon-adsystem.com/aat/amzn.js"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/iu3?pid=1&event=PageView",
        "https://s.amazon-adsystem.com.evil.example/iu3?pid=1&event=PageView",
        "https://nots.amazon-adsystem.com/iu3?pid=1",
        "https://www.amazon.com/dp/B000?ref=https%3A%2F%2Fs.amazon-adsystem.com%2Fiu3",
        "https://c.amazon-adsystem.com/aax2/apstag.js",
        "https://www.amazon.com/iu3?pid=1&event=PageView",
        "https://web.ads.aps.amazon-adsystem.com/e/pb/bid",
    ),
)  # fmt: skip
