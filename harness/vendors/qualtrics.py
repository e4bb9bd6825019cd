"""Qualtrics Site Intercept (Website Feedback): targeting, impressions and responses.

Documentation: https://www.qualtrics.com/support/website-app-feedback/getting-started-with-website-app-feedback/website-app-feedback-technical-documentation/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, TECHNICAL = "General", "Page", "Technical"
_READ = QueryReader(
    QueryTable(
        {
            "Q_ZID": Row("zone", "Zone ID", GENERAL),
            "Q_SIID": Row("intercept", "Intercept ID", GENERAL),
            "Q_CID": Row("creative", "Creative ID", GENERAL),
            "Q_ASID": Row("action_set", "Action set ID", GENERAL),
            "Q_LOC": Row("page_url", "Page address", PAGE),
            "Q_Impress": Row("impression", "Impression", GENERAL),
            "Q_Click": Row("click", "Click", GENERAL),
            "BrandID": Row("brand", "Brand", GENERAL),
            "BrandDC": Row(None, "Brand's data centre", TECHNICAL),
            "SurveyID": Row("survey", "Survey ID", GENERAL),
            "ExtRef": Row("external_reference", "External reference", "User"),
            "Q_URL": Row("page_url", "Page address", PAGE),
            "Q_CLIENTVERSION": Row(None, "Version", TECHNICAL),
            "Q_CLIENTTYPE": Row(None, "Client", TECHNICAL),
            "r": Row(None, "Cache buster", TECHNICAL),
        },
        (Prefix("Q_", field=None, group=TECHNICAL),),
    ),
    account=("zone", "brand"),
    page="page_url",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.event = "impression" if hit.values.get("impression") else "click" if hit.values.get("click") else None
        hit.kind = "event" if hit.event else "auxiliary"
    return hits


def _zone(path: str, wire: Mapping[str, Any]) -> str | None:
    for key in ("Q_ZID", "Q_SIID", "Q_InterceptID"):
        if wire.get(key):
            return str(wire[key])
    return None


def _is_script(request: CapturedRequest) -> bool:
    """The older way to load the intercepts: neither an impression nor a click, and nothing posted."""
    query = f"&{split_url(request.url).query}"
    return not request.body.data and ("&Q_ZID=" in query or "&Q_SIID=" in query) and "&Q_Impress=" not in query and "&Q_Click=" not in query


VENDOR = Vendor(
    id="qualtrics",
    name="Qualtrics",
    category="marketing",
    docs=(
        "https://www.qualtrics.com/support/website-app-feedback/getting-started-with-website-app-feedback/website-app-feedback-technical-documentation/",
    ),
    endpoints=(
        *(Endpoint(host=host, path="/WRSiteInterceptEngine/Ajax.php", decode=_decode) for host in ("siteintercept.qualtrics.com", "*.siteintercept.qualtrics.com")),
        *(Endpoint(host=host, path="/WRSiteInterceptEngine/Targeting.php", role="config", decode=LibraryReader("config", account=_zone)) for host in ("siteintercept.qualtrics.com", "*.siteintercept.qualtrics.com")),
        *(Endpoint(host=host, path="/WRSiteInterceptEngine/Asset.php", role="config", decode=LibraryReader("config", account=_zone)) for host in ("siteintercept.qualtrics.com", "*.siteintercept.qualtrics.com")),
        *(Endpoint(host=host, path="/WRSiteInterceptEngine/", role="library", recognise=_is_script, decode=LibraryReader(account=_zone)) for host in ("siteintercept.qualtrics.com", "*.siteintercept.qualtrics.com")),
        *(Endpoint(host=host, path="/WRSiteInterceptEngine/*", decode=_decode) for host in ("siteintercept.qualtrics.com", "*.siteintercept.qualtrics.com")),
        *(Endpoint(host=host, path=path, role="library", decode=LibraryReader(account=_zone)) for host in ("siteintercept.qualtrics.com", "*.siteintercept.qualtrics.com") for path in ("/SIE/", "/SIE/*", "/dxjsmodule/*")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "an impression",
            "request": {"url": "https://zn1abc-acme.siteintercept.qualtrics.com/WRSiteInterceptEngine/?Q_Impress=1&Q_CID=CR_1&Q_SIID=SI_1&Q_ASID=AS_1&Q_LOC=https%3A%2F%2Fshop.example%2F&r=1", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "impression", "page_url": "https://shop.example/", "values": {"intercept": "SI_1", "creative": "CR_1"}}],
        },
        {
            "title": "an impression as the script posts it",
            "request": {
                "url": "https://siteintercept.qualtrics.com/WRSiteInterceptEngine/?Q_Impress=1&Q_CID=CR_1&Q_SIID=SI_1&Q_ASID=AS_1&r=1795318940362", "method": "POST",
                "body": "BrandID=acme&BrandDC=fra1.qualtrics.com&SurveyID=SV_1",
            },
            "hits": [{"kind": "event", "event": "impression", "account": "acme", "values": {"survey": "SV_1", "action_set": "AS_1"}}],
        },
        {
            "title": "the intercepts, as older sites load them",
            "request": {"url": "https://zn1abc-acme.siteintercept.qualtrics.com/WRSiteInterceptEngine/?Q_ZID=ZN_1&Q_LOC=https%3A%2F%2Fshop.example%2F", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ZN_1"}],
        },
        {
            "title": "targeting",
            "request": {"url": "https://siteintercept.qualtrics.com/WRSiteInterceptEngine/Targeting.php?Q_ZID=ZN_1&Q_CLIENTVERSION=2.1", "method": "POST", "body": "Q_LOC=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "config", "account": "ZN_1"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://zn1abc-acme.siteintercept.qualtrics.com/SIE/?Q_ZID=ZN_1", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ZN_1"}],
        },
    ),
    lookalikes=("https://shop.example/SIE/?Q_ZID=ZN_1", "https://siteintercept.notqualtrics.com/SIE/?Q_ZID=ZN_1", "https://siteintercept.qualtrics.com.evil.example/SIE/", "https://acme.qualtrics.com/jfe/form/SV_1", "https://www.qualtrics.com/support/", "https://shop.example/?u=https%3A%2F%2Fsiteintercept.qualtrics.com%2FWRSiteInterceptEngine%2F"),
)  # fmt: skip
