"""Adobe Audience Manager: event calls and ID synchronisation at demdex.net.

Wire format: https://experienceleague.adobe.com/en/docs/audience-manager/user-guide/api-and-sdk-code/dcs/dcs-event-calls/dcs-url-send (events),
https://experienceleague.adobe.com/en/docs/audience-manager/user-guide/api-and-sdk-code/dcs/dcs-api-reference/dcs-keys (keys),
https://experienceleague.adobe.com/en/docs/audience-manager/user-guide/implementation-integration-guides/receiving-audience-data/batch-outbound-data-transfers/id-sync-http.
The account is the first label of the host. An event call has no name on the wire and is called ``event`` here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row, unescape
from harness.decode.readers import LibraryReader, QueryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, USER, TRAITS, CONSENT, TECHNICAL = "General", "Visitor", "Traits", "Consent", "Technical"
_TABLE = QueryTable(
    {
        "d_mid": Row("mid", "Experience Cloud ID", USER),
        "d_uuid": Row("uuid", "Device ID", USER),
        "d_cid": Row("cid", "Customer IDs", USER),
        "d_cid_ic": Row("cid_ic", "Customer IDs (integration code)", USER),
        "d_ciic": Row("cid_ic", "Customer IDs (integration code)", USER),
        "d_dpid": Row("dpid", "Data provider", USER),
        "d_dpuuid": Row("dpuuid", "Data provider's user ID", USER),
        "dpid": Row("dpid", "Data provider", USER),
        "dpuuid": Row("dpuuid", "Data provider's user ID", USER),
        "d_orgid": Row("orgid", "Organisation ID", GENERAL),
        "d_nsid": Row(None, "Namespace ID", GENERAL),
        "d_event": Row("event", "Campaign event", GENERAL),
        "d_src": Row("source", "Data source", GENERAL),
        "d_site": Row("site", "Site", GENERAL),
        "d_campaign": Row("campaign", "Campaign", GENERAL),
        "d_creative": Row("creative", "Creative", GENERAL),
        "d_placement": Row("placement", "Placement", GENERAL),
        "d_adgroup": Row("adgroup", "Ad group", GENERAL),
        "d_sid": Row("sid", "Traits", TRAITS),
        "d_rtbd": Row(None, "Answer", TECHNICAL),
        "d_jsonv": Row(None, "Answer version", TECHNICAL),
        "d_cts": Row(None, "Traits and segments in the answer", TECHNICAL),
        "d_dst": Row(None, "Destinations in the answer", TECHNICAL),
        "d_ptfm": Row(None, "Platform", TECHNICAL),
        "d_cb": Row(None, "Callback", TECHNICAL),
        "d_coppa": Row(None, "COPPA", CONSENT),
        "d_mi": Row(None, "Region", TECHNICAL),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
        "us_privacy": Row(None, "US privacy string", CONSENT),
        "redir": Row(None, "Next address", TECHNICAL),
        "h_referer": Row("referrer", "Referrer", GENERAL),
    },
    (
        Prefix("c_", label="{}", group=TRAITS),
        Prefix("p_", label="{}", group="Private traits"),
        Prefix("h_", field=None, label="Header {}", group=TECHNICAL),
        Prefix("d_", field=None, label="{}", group=TECHNICAL),
    ),
)
_READ = QueryReader(_TABLE, identifiers=("mid", "uuid", "cid", "cid_ic", "dpuuid"))


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("gdpr", "gdpr_consent", "us_privacy") if wire.get(key)} or None


def _partner(request: CapturedRequest) -> str | None:
    return split_url(request.url).host.removeprefix("fast.").partition(".")[0] or None


def _page(request: CapturedRequest) -> list[Hit]:
    """The page in a frame from which destinations are called."""
    hits = LibraryReader(table=_TABLE.rows)(request)
    for hit in hits:
        hit.account = _partner(request)
    return hits


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    parameters, problem = request_parameters(request, _TABLE)
    step = address.path.strip("/")
    if step[:4] == "ibs:":
        parameters = [*_TABLE.read(step[4:]), *parameters]
    hit = _READ.hit(parameters, problem)
    hit.account = _partner(request)
    hit.consent = _consent({each.name: each.value for each in parameters})
    event = step == "event"
    hit.kind = "event" if event else "auxiliary"
    hit.event = (unescape(str(hit.values.get("event") or "")) or "event") if event else step.partition(":")[0] or None
    return [hit]


VENDOR = Vendor(
    id="adobe-audience-manager",
    name="Adobe Audience Manager",
    category="analytics",
    docs=(
        "https://experienceleague.adobe.com/en/docs/audience-manager/user-guide/api-and-sdk-code/dcs/dcs-event-calls/dcs-url-send",
        "https://experienceleague.adobe.com/en/docs/audience-manager/user-guide/api-and-sdk-code/dcs/dcs-api-reference/dcs-keys",
    ),
    endpoints=(
        *(Endpoint(host="*.demdex.net", path=path) for path in ("/event", "/ibs:*", "/ibs/*", "/demconf.jpg", "/firstevent")),
        *(Endpoint(host="*.demdex.net", path=f"/dest{version}.html", role="library", decode=_page) for version in (3, 4, 5)),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"mid", "orgid", "referrer"}),
    examples=(
        {
            "title": "an event call with traits",
            "request": {"url": "https://shop.demdex.net/event?c_category=tees&p_plan=gold&d_mid=m1&d_rtbd=json&gdpr=1&gdpr_consent=CPx"},
            "hits": [
                {
                    "kind": "event", "event": "event", "account": "shop", "identifiers": {"mid": "m1"}, "values": {"category": "tees", "plan": "gold"},
                    "consent": {"gdpr": "1", "gdpr_consent": "CPx"},
                }
            ],
        },
        {
            "title": "an ID synchronised",
            "request": {"url": "https://dpm.demdex.net/ibs:dpid=771&dpuuid=CAESE", "resource_type": "image"},
            "hits": [{"kind": "auxiliary", "event": "ibs", "account": "dpm", "identifiers": {"dpuuid": "CAESE"}}],
        },
        {
            "title": "the page for destinations",
            "request": {"url": "https://fast.shop.demdex.net/dest5.html?d_nsid=0", "resource_type": "document"},
            "hits": [{"kind": "library", "account": "shop"}],
        },
        {
            "title": "an ID synchronised by an older address",
            "request": {"url": "https://dpm.demdex.net/demconf.jpg?et:ibs%7cdata:dpid=411&dpuuid=YKOR", "resource_type": "image"},
            "hits": [{"kind": "auxiliary", "identifiers": {"dpuuid": "YKOR"}}],
        },
        {
            "title": "an event posted as a form",
            "request": {
                "url": "https://shop.demdex.net/event?d_cid=411%01u1", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "c_pageName=home",
            },
            "hits": [{"kind": "event", "event": "event", "account": "shop", "values": {"pageName": "home"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/event?d_mid=1",
        "https://notdemdex.net/event?c_a=1",
        "https://shop.demdex.net.evil.example/event?c_a=1",
        "https://dpm.demdex.net/id?d_visid_ver=5.5.0&d_orgid=A%40AdobeOrg",
        "https://shop.example/?u=https%3A%2F%2Fshop.demdex.net%2Fevent",
    ),
)  # fmt: skip
