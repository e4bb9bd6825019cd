"""LinkedIn Insight Tag.

Set-up: https://www.linkedin.com/help/lms/answer/a418880; image pixels: https://www.linkedin.com/help/lms/answer/a422796;
deduplication by eventId: https://learn.microsoft.com/en-us/linkedin/marketing/conversions/deduplication.

A visit and a conversion go to ``/collect`` as an image, told apart by ``conversionId``; the wire names neither, so they are called
``page_view`` and ``conversion`` here. What the script notices by itself (visits again, clicks, form data with the hashed email)
goes to ``/wa/`` as JSON, or base64 of gzip of JSON, and is no occurrence of its own. ``px4`` hears a copy over IPv4 or IPv6, and a
request comes again, with ``cookiesTest`` and ``liSync``, after redirects that set cookies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import at
from harness.decode.query import Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, CONSENT, TECHNICAL = "General", "Page", "User", "Consent", "Technical"

_TABLE = {
    "pid": Row("pid", "Partner ID", GENERAL),
    "conversionId": Row("conversionId", "Conversion ID", GENERAL),
    "conversionValue": Row("conversionValue", "Conversion value", "E-commerce", "number"),
    "conversionCurrency": Row("conversionCurrency", "Currency", "E-commerce"),
    "currency": Row("currency", "Currency", "E-commerce"),
    "eventId": Row("eventId", "Event ID (deduplication)", GENERAL),
    "oid": Row("oid", "Order ID", "E-commerce"),
    "url": Row("url", "Page address", PAGE),
    "ref": Row("ref", "Referrer", PAGE),
    "time": Row("time", "Event time", TECHNICAL),
    "fmt": Row(None, "Format", TECHNICAL),
    "v": Row(None, "Version", TECHNICAL),
    "tm": Row(None, "Tag manager", TECHNICAL),
    "li_adsId": Row("li_adsId", "First-party ID", USER),
    "li_fat_id": Row("li_fat_id", "Click ID", USER),
    "li_giant": Row("li_giant", "Member ID", USER),
    "hem": Row("hem", "Email (hashed)", USER),
    "ck": Row(None, "Cookies", TECHNICAL),
    "s": Row(None, "Source", TECHNICAL),
    "opid": Row(None, "Other partner IDs", GENERAL),
    "e_ipv6": Row(None, "IP address (encrypted)", USER),
    "cookiesTest": Row(None, "Cookie test", TECHNICAL),
    "liSync": Row(None, "Cookie sync", TECHNICAL),
    "gdpr": Row(None, "GDPR applies", CONSENT),
    "gdpr_consent": Row(None, "TCF string", CONSENT),
    "us_privacy": Row(None, "US privacy string", CONSENT),
    "gpp": Row(None, "GPP string", CONSENT),
    "gpp_sid": Row(None, "GPP sections", CONSENT),
}


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("gdpr", "gdpr_consent", "us_privacy", "gpp", "gpp_sid") if wire.get(key)} or None


_READ = QueryReader(
    _TABLE,
    event=lambda values: "conversion" if values.get("conversionId") else "page_view" if values.get("pid") else None,
    account="pid",
    key=("eventId", "oid"),
    page="url",
    time="time",
    identifiers=("li_adsId", "li_fat_id", "li_giant", "hem"),
    consent=_consent,
)
_AGAIN = frozenset(("cookiesTest", "liSync"))


def _collect(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        if request.redirected_from is not None or not _AGAIN.isdisjoint(each.name for each in hit.parameters):
            hit.kind = "auxiliary"
    return hits


def _copy(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.kind = "auxiliary"
    return hits


def _partner(path: str, wire: Mapping[str, Any]) -> str | None:
    """``/partner/<partner>/domain/<site>/token``."""
    return path.split("/")[2] or None


def _partners(event: Any, document: Any) -> str | None:
    found = at(event, "pids")
    return ",".join(map(str, found)) or None if isinstance(found, list) else None


_SIGNALS = JsonReader(
    {
        "pids[]": Row(None, "Partner ID", GENERAL),
        "signalType": Row(None, "Signal", GENERAL),
        "url": Row("url", "Page address", PAGE),
        "domain": Row("domain", "Site", PAGE),
        "pageTitle": Row("pageTitle", "Page title", PAGE),
        "href": Row("href", "Link address", "Element"),
        "time": Row(None, "Event time", TECHNICAL),
        "scriptVersion": Row(None, "Script version", TECHNICAL),
        "websiteSignalRequestId": Row(None, "Request ID", TECHNICAL),
        "isTranslated": Row(None, "Page translated", PAGE),
        "isLinkedInApp": Row(None, "In LinkedIn's app", TECHNICAL),
        "isFilteredByClient": Row(None, "Filtered", TECHNICAL),
        "hem": Row(None, "Email (hashed)", USER),
        "liFatId": Row(None, "Click ID", USER),
        "liGiant": Row(None, "Member ID", USER),
        "domAttributes.tagName": Row(None, "Element", "Element"),
        "domAttributes.innerText": Row(None, "Text of the element", "Element"),
        "domAttributes.elementTitle": Row(None, "Title of the element", "Element"),
        "domAttributes.elementType": Row(None, "Type of the element", "Element"),
        "elementCrumbsTree[].tagName": Row(None, "Element's ancestors", "Element"),
    },
    event="signalType",
    account=_partners,
    page="url",
    time="time",
    identifiers={"li_fat_id": "liFatId", "li_giant": "liGiant", "hem": "hem"},
    values=(),
    kind=lambda name, event: "auxiliary",
)

_ASIDE = LibraryReader("auxiliary", account="pid", table=_TABLE)
_HOSTS = ("px.ads.linkedin.com", "dc.ads.linkedin.com")
_GZIPPED = (
    "H4sIAAAAAAACA02OwUrEMBCG32XOxXaySW0Ki4cFYdk9iheRZZJM7WDahiaCIr67AS/eZub/v4/5hiQhw/iC6qDNawPZ75LKM+9ZthVGtLaBIgvX8d6aAw5ole50"
    "A2FbSGoD8rylO/6kJUWGBj72WI9zKSmPbfs/bMtM63t+iHKbqNwkHMn5Ssy8VGLq+46cRcUeFQZ0yFYN1Dmnne/raiZDQetgeApeM3qrSBm21g2sNVVRlEcq51Blf+Isb"
    "yvFp69Uv4fT9Xy6wM8v5upg3vEAAAA="
)

VENDOR = Vendor(
    id="linkedin",
    name="LinkedIn Insight Tag",
    category="advertising",
    docs=(
        "https://www.linkedin.com/help/lms/answer/a418880",
        "https://www.linkedin.com/help/lms/answer/a422796",
        "https://learn.microsoft.com/en-us/linkedin/marketing/conversions/deduplication",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/collect", "/collect/")),
        *(Endpoint(host="px4.ads.linkedin.com", path=path, decode=_copy) for path in ("/collect", "/collect/")),
        *(
            Endpoint(host=host, path=path, decode=_SIGNALS)
            for host in (*_HOSTS, "px4.ads.linkedin.com")
            for path in ("/wa/", "/wa")
        ),
        *(
            Endpoint(host=host, path=path, decode=_ASIDE)
            for host in (*_HOSTS, "px4.ads.linkedin.com")
            for path in ("/attribution_trigger", "/insight_tag_errors.gif", "/insight.gif", "/db_sync", "/setuid")
        ),
        *(Endpoint(host="www.linkedin.com", path=path, decode=_ASIDE) for path in ("/px/li_sync", "/px/li/sync")),
        Endpoint(host="cdn.linkedin.oribi.io", path="/partner/*", role="config", decode=LibraryReader("config", account=_partner)),
        Endpoint(host="snap.licdn.com", path="/li.lms-analytics/*", role="library"),
        Endpoint(host="sjs.bizographics.com", path="/insight*.js", role="library"),
    ),
    decode=_collect,
    automatic_events=frozenset({"PAGE_VISIT", "CLICK"}),
    examples=(
        {
            "title": "a visit",
            "request": {
                "url": "https://px.ads.linkedin.com/collect?v=2&fmt=js&pid=12345&time=1795318192386&li_adsId=9562f8dc-903c-4be4-a769-53bf0399f9b6"
                "&url=https%3A%2F%2Fshop.example%2F%3Fli_fat_id%3Dabc",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page_view", "account": "12345", "campaign": {"li_fat_id": "abc"},
                    "identifiers": {"li_adsId": "9562f8dc-903c-4be4-a769-53bf0399f9b6"}, "event_time": 1795318192.386,
                }
            ],
        },
        {
            "title": "a conversion as an image with its deduplication id",
            "request": {"url": "https://px.ads.linkedin.com/collect/?pid=123456&conversionId=987654&eventId=T-1&fmt=gif"},
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "123456", "key": "T-1", "values": {"conversionId": "987654"},
                    "consent": None,
                }
            ],
        },
        {
            "title": "the same visit again, after the redirects that set cookies",
            "request": {"url": "https://px.ads.linkedin.com/collect?v=2&fmt=js&pid=12345&time=1795318192386&cookiesTest=true&liSync=true"},
            "hits": [{"kind": "auxiliary", "event": "page_view", "account": "12345"}],
        },
        {
            "title": "a conversion through the older host",
            "request": {"url": "https://dc.ads.linkedin.com/collect/?pid=123456&conversionId=987654&fmt=gif", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "conversion", "account": "123456", "values": {"conversionId": "987654"}}],
        },
        {
            "title": "the partner's token",
            "request": {"url": "https://cdn.linkedin.oribi.io/partner/12345/domain/shop.example/token"},
            "hits": [{"kind": "config", "account": "12345"}],
        },
        {
            "title": "the copy over IPv4",
            "request": {"url": "https://px4.ads.linkedin.com/collect?v=2&fmt=js&pid=12345&conversionId=99&e_ipv6=AQI"},
            "hits": [{"kind": "auxiliary", "event": "conversion", "account": "12345"}],
        },
        {
            "title": "a click that the script noticed, as JSON",
            "request": {
                "url": "https://px.ads.linkedin.com/wa/",
                "method": "POST",
                "body": '{"pids":[12345],"signalType":"CLICK","url":"https://shop.example/","liFatId":"","hem":null,"domAttributes":{"tagName":"BUTTON"}}',
            },
            "hits": [{"kind": "auxiliary", "event": "CLICK", "account": "12345", "page_url": "https://shop.example/", "identifiers": {}}],
        },
        {
            "title": "the same as base64 of gzip, with the hashed email",
            "request": {"url": "https://px.ads.linkedin.com/wa/", "method": "POST", "body": _GZIPPED},
            "hits": [
                {
                    "kind": "auxiliary", "event": "CLICK", "account": "12345",
                    "identifiers": {"li_fat_id": "abc", "hem": "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"},
                }
            ],
        },
        {
            "title": "the script",
            "request": {"url": "https://snap.licdn.com/li.lms-analytics/insight.min.js"},
            "hits": [{"kind": "library", "account": None}],
        },
    ),
    lookalikes=(
        "https://shop.example/collect?v=2&fmt=js&pid=12345",
        "https://px.ads.linkedin.com.evil.example/collect?pid=1",
        "https://px.ads.notlinkedin.com/collect?pid=1",
        "https://shop.example/?u=https%3A%2F%2Fpx.ads.linkedin.com%2Fcollect%3Fpid%3D1",
        "https://www.linkedin.com/shareArticle?url=https%3A%2F%2Fshop.example",
    ),
)  # fmt: skip
