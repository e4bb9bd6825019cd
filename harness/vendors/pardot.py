"""Salesforce Account Engagement (Pardot): page views, form handlers and landing pages, under Pardot's hosts or a tracker domain.

Documentation: https://developer.salesforce.com/docs/marketing/pardot/guide/tracking-api.html (tracking),
https://help.salesforce.com/s/articleView?id=mktg.pardot_tracking_code_custom.htm (tracking code),
https://help.salesforce.com/s/articleView?id=mktg.pardot_admin_first_party_tracking.htm (first-party domains),
https://help.salesforce.com/s/articleView?id=mktg.pardot_form_handlers_parent.htm (form handlers).
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

GENERAL, PAGE, USER, CONSENT, TECHNICAL = "General", "Page", "User", "Consent", "Technical"


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    said = wire.get("pi_opt_in")
    return {"pi_opt_in": said == "true"} if said in ("true", "false") else None


_READ = QueryReader(
    QueryTable(
        {
            "account_id": Row("account_id", "Account ID", GENERAL),
            "campaign_id": Row("campaign_id", "Campaign ID", GENERAL),
            "piAId": Row("account_id", "Account ID", GENERAL),
            "piCId": Row("campaign_id", "Campaign ID", GENERAL),
            "visitor_id": Row("visitor_id", "Visitor ID", USER),
            "visitor_id_sign": Row("visitor_id_sign", "Visitor ID's signature", USER),
            "pi_opt_in": Row("pi_opt_in", "Opt-in", CONSENT),
            "title": Row("title", "Page title", PAGE),
            "url": Row("url", "Page address", PAGE),
            "referrer": Row("referrer", "Referrer", PAGE),
            "pi_email": Row("pi_email", "E-mail", USER),
            "conly": Row("conly", "Cookie only", TECHNICAL),
            "ver": Row(None, "Version", TECHNICAL),
        },
        (Prefix("utm_", field="utm_{}", label="utm_{}", group="Campaign"),),
    ),
    event=lambda values: "pageview",
    account="account_id",
    page="url",
    identifiers=("visitor_id",),
    kind=lambda event: "pageview",
    consent=_consent,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """With an e-mail it tells who the visitor is; with ``conly`` it is a page view's copy that sets the site's own cookie."""
    hits = _READ(request)
    for hit in hits:
        email = hit.values.get("pi_email")
        if hit.values.pop("conly", None):
            hit.kind, hit.event = "auxiliary", None
        elif email:
            hit.kind, hit.event = "identify", "identify"
            hit.identifiers["email"] = str(email)
        for name, value in hit.values.items():
            if name.startswith("utm_") and value:
                hit.campaign[name] = str(value)
    return hits


def _form(request: CapturedRequest) -> list[Hit]:
    """``/l/<account>/<date>/<form>``: a form or a form handler, sent; asked for, it is a page or a link of an e-mail."""
    hits = _FIELDS(request)
    steps = split_url(request.url).path.split("/")
    for hit in hits:
        hit.account = hit.account or (steps[2] if len(steps) > 2 and steps[2].isdecimal() else None)
        if request.method == "POST":
            hit.kind, hit.event = "event", "form_submission"
    return hits


_FIELDS = QueryReader(
    QueryTable(
        {"email": Row("email", "E-mail", USER), "pi_account_id": Row("account_id", "Account ID", GENERAL)}, (Prefix("", label="{}"),)
    ),
    account="account_id",
    identifiers=("email",),
)

VENDOR = Vendor(
    id="pardot",
    name="Salesforce Account Engagement (Pardot)",
    category="marketing",
    docs=(
        "https://developer.salesforce.com/docs/marketing/pardot/guide/tracking-api.html",
        "https://help.salesforce.com/s/articleView?id=mktg.pardot_admin_first_party_tracking.htm",
    ),
    endpoints=(
        *(Endpoint(host=host, path="/analytics") for host in ("pi.pardot.com", "pi.demo.pardot.com", "go.pardot.com")),
        Endpoint(host="*", path="*/analytics", keys=("visitor_id", "campaign_id", "account_id"), recognise=lambda request: "pi_opt_in=" in request.url or "visitor_id_sign=" in request.url),
        *(Endpoint(host=host, path="/l/*", decode=_form) for host in ("go.pardot.com", "www2.pardot.com")),
        *(Endpoint(host=host, path=path, role="library", decode=LibraryReader()) for host in ("pi.pardot.com", "cdn.pardot.com") for path in ("/pd.js", "/pdt.js", "/pardot.js")),
    ),
    decode=_decode,
    automatic_events=frozenset({"pageview"}),
    automatic_parameters=frozenset({"account_id", "campaign_id", "visitor_id", "visitor_id_sign", "pi_opt_in", "title", "url", "referrer", "utm_*"}),
    examples=(
        {
            "title": "a page view",
            "request": {
                "url": "https://pi.pardot.com/analytics?ver=3&visitor_id=77&visitor_id_sign=ab12&pi_opt_in=true&campaign_id=5&account_id=1234&title=Shop"
                "&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&referrer=",
                "resource_type": "script",
            },
            "hits": [
                {
                    "kind": "pageview", "account": "1234", "values": {"campaign_id": "5", "title": "Shop"}, "consent": {"pi_opt_in": True},
                    "identifiers": {"visitor_id": "77"}, "page_url": "https://shop.example/?utm_source=news", "campaign": {"utm_source": "news"},
                }
            ],
        },
        {
            "title": "a page view under the site's tracker domain",
            "request": {"url": "https://go.shop.example/analytics?ver=3&visitor_id=&pi_opt_in=false&campaign_id=5&account_id=1234&title=Shop&url=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "pageview", "account": "1234", "consent": {"pi_opt_in": False}}],
        },
        {
            "title": "its copy under the tracker domain, which sets the cookie only",
            "request": {
                "url": "https://go.shop.example/analytics?conly=true&visitor_id=77&visitor_id_sign=ab12&pi_opt_in=&campaign_id=5&account_id=1234&title=Shop&url=https%3A%2F%2Fshop.example%2F&referrer="
            },
            "hits": [{"kind": "auxiliary", "event": None, "account": "1234"}],
        },
        {
            "title": "a visitor identified through Segment's integration, and the campaign",
            "request": {
                "url": "https://pi.pardot.com/analytics?account_id=1234&campaign_id=5&pi_opt_in=&ver=3&visitor_id=77&pi_email=a%40b.co&utm_campaign=spring"
            },
            "hits": [{"kind": "identify", "event": "identify", "account": "1234", "identifiers": {"email": "a@b.co", "visitor_id": "77"}, "campaign": {"utm_campaign": "spring"}}],
        },
        {
            "title": "a form handler",
            "request": {"url": "https://go.pardot.com/l/1234/2026-11-01/abc", "method": "POST", "body": "email=a%40b.co&company=ACME"},
            "hits": [{"kind": "event", "event": "form_submission", "account": "1234", "values": {"company": "ACME"}, "identifiers": {"email": "a@b.co"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://pi.pardot.com/pd.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/analytics?account_id=1&campaign_id=2",
        "https://shop.example/analytics?account_id=1&campaign_id=2&visitor_id=3",
        "https://pi.notpardot.com/analytics?x=1",
        "https://pi.pardot.com.evil.example/pd.js",
    ),
)  # fmt: skip
