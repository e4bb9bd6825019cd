"""Adobe Experience Cloud ID service (VisitorAPI.js): where a visitor's ID comes from.

Wire format: https://experienceleague.adobe.com/en/docs/id-service/using/reference/requests,
https://experienceleague.adobe.com/en/docs/id-service/using/reference/authenticated-state (customer IDs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import QueryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, USER, CONSENT, TECHNICAL = "General", "Visitor", "Consent", "Technical"
_TABLE = QueryTable(
    {
        "d_visid_ver": Row(None, "Script version", TECHNICAL),
        "d_orgid": Row("orgid", "Organisation ID", GENERAL),
        "mcorgid": Row("orgid", "Organisation ID", GENERAL),
        "d_mid": Row("mid", "Experience Cloud ID", USER),
        "mid": Row("mid", "Experience Cloud ID", USER),
        "d_cid_ic": Row("customer_id", "Customer ID", USER),
        "d_cid": Row("customer_id", "Customer ID", USER),
        "d_nsid": Row(None, "Namespace ID", GENERAL),
        "d_blob": Row(None, "Audience Manager blob", USER),
        "d_fieldgroup": Row("fieldgroup", "Asked for", GENERAL),
        "d_coop_safe": Row(None, "Device Co-op allowed", CONSENT),
        "d_coop_unsafe": Row(None, "Device Co-op refused", CONSENT),
        "d_rtbd": Row(None, "Answer", TECHNICAL),
        "d_ver": Row(None, "Answer version", TECHNICAL),
        "d_verify": Row(None, "Verify", TECHNICAL),
        "d_cf": Row(None, "Customer ID state", TECHNICAL),
        "d_tf": Row(None, "Third-party cookies", TECHNICAL),
        "d_cb": Row(None, "Callback", TECHNICAL),
        "ts": Row(None, "Time", TECHNICAL),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
        "d_vid": Row("vid", "Analytics visitor ID", USER),
    },
    (Prefix("d_", field=None, label="{}", group=TECHNICAL),),
)


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] = {key: wire[key] for key in ("gdpr", "gdpr_consent") if wire.get(key)}
    if wire.get("d_coop_unsafe") == "1" or wire.get("d_coop_safe") == "1":
        found["device_co_op"] = wire.get("d_coop_safe") == "1"
    return found or None


_READ = QueryReader(_TABLE, account="orgid", identifiers=("mid", "customer_id", "vid"), consent=_consent, kind=lambda event: "auxiliary")


def _is_id(request: CapturedRequest) -> bool:
    """Told under Analytics' hosts and CNAMEs by the script's version and an organisation."""
    query = f"&{split_url(request.url).query}"
    return "&d_visid_ver=" in query and ("&d_orgid=" in query or "&mcorgid=" in query) and "AdobeOrg" in query


_URL = "d_visid_ver=5.5.0&d_fieldgroup=MC&d_rtbd=json&d_ver=2&d_orgid=ABC%40AdobeOrg&d_nsid=0&ts=1795318940000"


def _optout(request: CapturedRequest) -> list[Hit]:
    parameters, problem = request_parameters(request, _TABLE)
    hit = _READ.hit(parameters, problem)
    hit.kind, hit.event, hit.consent = "consent", "optout", {"optout": True}
    return [hit]


VENDOR = Vendor(
    id="adobe-experience-id",
    name="Adobe Experience Cloud ID",
    category="analytics",
    docs=("https://experienceleague.adobe.com/en/docs/id-service/using/reference/requests",),
    endpoints=(
        Endpoint(host="dpm.demdex.net", path="/id"),
        Endpoint(host="dpm.demdex.net", path="/id/rd"),
        Endpoint(host="*.demdex.net", path="/demoptout.jpg", decode=_optout),
        Endpoint(host="*.demdex.net", path="/optout", decode=_optout),
        Endpoint(host="*", path="*/id", recognise=_is_id),
        Endpoint(host="*", path="*/id/rd", recognise=_is_id),
        Endpoint(host="*", keys=("d_visid_ver",), recognise=_is_id),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a visitor's ID asked for",
            "request": {"url": f"https://dpm.demdex.net/id?{_URL}&d_mid=m1&d_cid_ic=crm%01u1%011&d_coop_unsafe=1"},
            "hits": [{"kind": "auxiliary", "account": "ABC@AdobeOrg", "identifiers": {"mid": "m1", "customer_id": "crm\x01u1\x011"}, "consent": {"device_co_op": False}}],
        },
        {
            "title": "under a CNAME",
            "request": {"url": "https://metrics.shop.example/id?d_visid_ver=5.5.0&d_fieldgroup=A&mcorgid=ABC%40AdobeOrg&mid=m1&ts=1"},
            "hits": [{"kind": "auxiliary", "account": "ABC@AdobeOrg", "identifiers": {"mid": "m1"}}],
        },
        {
            "title": "under Analytics' own host",
            "request": {
                "url": "https://shop.d1.sc.omtrdc.net/id?d_visid_ver=3.3.0&d_fieldgroup=A&mcorgid=12DD457EB547F37590C3198A5%40AdobeOrg&mid=2321&ts=1556555212410"
            },
            "hits": [{"kind": "auxiliary", "account": "12DD457EB547F37590C3198A5@AdobeOrg", "values": {"fieldgroup": "A"}, "identifiers": {"mid": "2321"}}],
        },
        {
            "title": "opted out",
            "request": {"url": "https://dpm.demdex.net/optout?d_orgid=ABC%40AdobeOrg&d_rs=x"},
            "hits": [{"kind": "consent", "event": "optout", "account": "ABC@AdobeOrg", "consent": {"optout": True}}],
        },
    ),
    lookalikes=(
        "https://shop.example/id?d_visid_ver=5.5.0",
        "https://shop.example/id",
        "https://notdpm.demdex.net.evil.example/id?x=1",
        "https://shop.demdex.net/event?c_a=1",
        "https://dpm.demdex.net/ibs:dpid=411&dpuuid=XMclygAA21BdkXJN",
        "https://shop.example/?u=https%3A%2F%2Fdpm.demdex.net%2Fid%3Fd_visid_ver%3D5.5.0%26d_orgid%3DABC%2540AdobeOrg",
    ),
)  # fmt: skip
