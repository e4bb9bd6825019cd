"""Floodlight (Campaign Manager 360, Search Ads 360): activities, whose parameters stand in the path, between semicolons.

Wire format: https://support.google.com/campaignmanager/answer/2823450 (tag format), https://support.google.com/campaignmanager/answer/2823222
(custom variables), https://support.google.com/searchads/answer/7566546 (gtag: ``send_to: DC-<src>/<type>/<cat>``),
https://developers.google.com/tag-platform/security/guides/consent-debugging (consent).

The wire names no event; gtag calls every activity ``conversion``, and so does this file. Group and activity are in the account.
What follows an activity on Google's other hosts (``adservice.google.com/ddm``, ``www.google.com/gmp/conversion``) is a copy, of kind
``auxiliary``, and so is the iframe's own request to ``activity;dc_pre=``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.google_consent import google_consent
from harness.decode.hit import Hit
from harness.decode.query import Prefix, QueryTable, Row, fields
from harness.decode.readers import request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, COMMERCE, CUSTOM, PAGE, USER, CONSENT, TECHNICAL = "General", "Sales", "Custom variables", "Page", "User", "Consent", "Technical"

_ROWS = {
    "src": Row("src", "Advertiser ID", GENERAL),
    "type": Row("type", "Activity group", GENERAL),
    "cat": Row("cat", "Activity", GENERAL),
    "ord": Row(None, "Order or random number", COMMERCE),
    "num": Row(None, "Random number", TECHNICAL),
    "qty": Row("quantity", "Quantity", COMMERCE, "number"),
    "cost": Row("value", "Value", COMMERCE, "number"),
    "prd": Row("prd", "Products", COMMERCE),
    "match_id": Row("match_id", "Match ID", USER),
    "dc_lat": Row(None, "Limit ad tracking", CONSENT),
    "dc_rdid": Row(None, "Mobile advertising ID", USER),
    "tag_for_child_directed_treatment": Row(None, "Child-directed", CONSENT),
    "tfua": Row(None, "Under the age of consent", CONSENT),
    "npa": Row(None, "Non-personalised ads", CONSENT),
    "gcs": Row(None, "Consent state", CONSENT),
    "gcd": Row(None, "Consent signals", CONSENT),
    "gdpr": Row(None, "GDPR applies", CONSENT),
    "gdpr_consent": Row(None, "TCF string", CONSENT),
    "us_privacy": Row(None, "US privacy string", CONSENT),
    "dma": Row(None, "Digital Markets Act region", CONSENT),
    "dma_cps": Row(None, "Digital Markets Act services", CONSENT),
    "pscdl": Row(None, "Privacy Sandbox label", CONSENT),
    "auiddc": Row(None, "Advertising cookie ID", USER),
    "gclaw": Row(None, "Google click cookie", USER),
    "gcldc": Row(None, "Display click cookie", USER),
    "~oref": Row("page_location", "Page address", PAGE),
    "gtm": Row(None, "Tag container", TECHNICAL),
    "tag_exp": Row(None, "Tag experiments", TECHNICAL),
    "dc_pre": Row(None, "Click cookie set before", TECHNICAL),
    "ps": Row(None, "Attribution", TECHNICAL),
    "pcor": Row(None, "Attribution number", TECHNICAL),
    "register_conversion": Row(None, "Attribution registration", TECHNICAL),
}
_PREFIXES = (Prefix("u", label="Custom variable u{}", field="u{}", group=CUSTOM), Prefix("ua", field=None, group=TECHNICAL))
_IN_PATH = QueryTable(_ROWS, _PREFIXES, separator=";")
_IN_QUERY = QueryTable(_ROWS, _PREFIXES)
_COPY_HOSTS = frozenset(("adservice.google.com", "ade.googlesyndication.com", "www.google.com"))


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    start = address.path.find("src=")
    semicolon = address.path.find(";")
    start = semicolon + 1 if semicolon >= 0 and (start < 0 or semicolon < start) else start
    parameters = _IN_PATH.read(address.path[start:]) if start >= 0 else []
    asked, problem = request_parameters(request, _IN_QUERY)
    parameters = parameters + asked
    wire: dict[str, Any] = {each.name: each.value for each in reversed(parameters)}
    values = fields(parameters)
    order = wire.get("ord")
    sale = "qty" in wire or "cost" in wire
    if sale and order not in (None, ""):
        values["transaction_id"] = order
    copied = (
        address.host in _COPY_HOSTS
        or address.host.startswith("adservice.google.")
        or "register_conversion" in wire
        or "dc_pre" in wire
        or request.redirected_from is not None
    )
    page = values.get("page_location")
    source = wire.get("src")
    return [
        Hit(
            kind="auxiliary" if copied or not source else "event",
            event="conversion" if source else None,
            account="/".join([f"DC-{source}", *(str(wire[key]) for key in ("type", "cat") if wire.get(key))]) if source else None,
            parameters=parameters,
            values=values,
            consent=google_consent(wire),
            identifiers={
                name: str(wire[key])
                for key, name in (
                    ("auiddc", "advertising_id"),
                    ("dc_rdid", "mobile_advertising_id"),
                    ("match_id", "match_id"),
                    ("gclaw", "gclaw"),
                )
                if wire.get(key)
            },
            key=str(order) if sale and order not in (None, "") else None,
            campaign=campaign_of(page),
            page_url=page,
            undecoded=problem,
        )
    ]


def _is_googles_country_host(request: CapturedRequest) -> bool:
    """``adservice.google.de``, ``adservice.google.co.uk``: the country's own Google, which a copy went to."""
    labels = split_url(request.url).host.split(".")
    rest = labels[2:]
    return labels[:2] == ["adservice", "google"] and (
        (len(rest) == 1 and 2 <= len(rest[0]) <= 3) or (len(rest) == 2 and rest[0] in ("co", "com") and len(rest[1]) == 2)
    )


VENDOR = Vendor(
    id="floodlight",
    name="Floodlight",
    category="advertising",
    docs=(
        "https://support.google.com/campaignmanager/answer/2823450",
        "https://support.google.com/searchads/answer/7566546",
    ),
    endpoints=(
        *(
            Endpoint(host=host, path=path)
            for host in ("*.fls.doubleclick.net", "fls.doubleclick.net", "ad.doubleclick.net", "*.ad.doubleclick.net")
            for path in ("/activity;*", "/activityi;*", "/activityj;*", "/ddm/activity/*", "/ddm/fls/*")
        ),
        *(Endpoint(host="www.google.com", path=path) for path in ("/gmp/conversion;*", "/gmp/conversion/*")),
        Endpoint(host="adservice.google.com", path="/ddm/*"),
        Endpoint(host="ade.googlesyndication.com", path="/ddm/*"),
        *(Endpoint(host="*", path=f"/ddm/{step}/*", recognise=_is_googles_country_host) for step in ("fls", "activity")),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"src", "type", "cat", "page_location"}),
    purposes=("ad_storage", "ad_user_data", "ad_personalization"),
    cookieless=True,
    examples=(
        {
            "title": "a sale with a custom variable",
            "request": {
                "url": "https://1234567.fls.doubleclick.net/activityi;src=1234567;type=sales0;cat=order0;ord=T-1001;qty=2;cost=19.98;u1=red"
                ";gcs=G111;~oref=https%3A%2F%2Fshop.example%2Fthanks%3Futm_source%3Dnews?",
                "resource_type": "document",
            },
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "DC-1234567/sales0/order0", "key": "T-1001",
                    "values": {"value": 19.98, "quantity": 2, "transaction_id": "T-1001", "u1": "red"},
                    "consent": {"ad_storage": True}, "campaign": {"utm_source": "news"},
                }
            ],
        },
        {
            "title": "a counter",
            "request": {"url": "https://ad.doubleclick.net/activity;src=1234567;type=lead0;cat=form0;ord=1;num=4711?", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "conversion", "account": "DC-1234567/lead0/form0", "key": None}],
        },
        {
            "title": "a counter in the older form",
            "request": {"url": "https://ad.doubleclick.net/ddm/activity/src=1234567;type=lead0;cat=form0;ord=4711"},
            "hits": [{"kind": "event", "event": "conversion", "account": "DC-1234567/lead0/form0"}],
        },
        {
            "title": "an activity with its items, the iframe's own copy and the one on Google's host",
            "request": {
                "url": "https://www.google.com/gmp/conversion/_dc_unique_id=162;_dc_ptd=Ch;src=1234567;type=sales0;cat=order0;ord=T-1;qty=1;cost=5"
            },
            "hits": [{"kind": "auxiliary", "event": "conversion", "account": "DC-1234567/sales0/order0", "key": "T-1"}],
        },
        {
            "title": "the copy posted to Google's host",
            "request": {"url": "https://www.google.com/gmp/conversion;src=1234567;type=conv;cat=appoi0;ord=1;num=2;gtm=45fe;gcs=G111?", "method": "POST"},
            "hits": [{"kind": "auxiliary", "event": "conversion", "account": "DC-1234567/conv/appoi0", "consent": {"ad_storage": True}}],
        },
        {
            "title": "the older copy on the country's own Google",
            "request": {"url": "https://adservice.google.co.uk/ddm/fls/i/src=1234567;type=lead0;cat=form0;ord=1"},
            "hits": [{"kind": "auxiliary", "event": "conversion", "account": "DC-1234567/lead0/form0"}],
        },
        {
            "title": "the redirect after the click cookie was set",
            "request": {"url": "https://ad.doubleclick.net/activity;dc_pre=CK68;src=1234567;type=lead0;cat=form0;ord=1;num=4711?"},
            "hits": [{"kind": "auxiliary", "event": "conversion", "account": "DC-1234567/lead0/form0"}],
        },
        {
            "title": "the copy that follows an activity",
            "request": {"url": "https://adservice.google.com/ddm/fls/z/src=1234567;type=lead0;cat=form0;ord=1"},
            "hits": [{"kind": "auxiliary", "account": "DC-1234567/lead0/form0"}],
        },
    ),
    lookalikes=(
        "https://shop.example/activity;src=1;type=a;cat=b",
        "https://doubleclick.net.evil.example/activity;src=1",
        "https://ad.doubleclick.net/ddm/trackimp/N1.2;ord=1",
        "https://ad.doubleclick.net/ddm/trackclk/N1.2;dc_trk_aid=1",
        "https://www.google.com/gmp/other;src=1",
        "https://adservice.google.evil.example/ddm/fls/i/src=1",
        "https://shop.example/?u=https%3A%2F%2Fad.doubleclick.net%2Factivity%3Bsrc%3D1",
        "https://www.fitness.example/activityi;src=1",
    ),
)  # fmt: skip
