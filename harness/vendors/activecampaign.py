"""ActiveCampaign: site tracking, event tracking and forms.

Documentation: https://developers.activecampaign.com/reference/site-tracking, https://developers.activecampaign.com/reference/track-event,
https://help.activecampaign.com/hc/en-us/articles/221542267-An-overview-of-Site-Tracking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, FORM, TECHNICAL = "General", "Page", "User", "Form", "Technical"
_VISIT = QueryReader(
    {
        "actid": Row("actid", "Account ID", GENERAL),
        "a": Row("actid", "Account ID", GENERAL),
        "e": Row("email", "E-mail", USER),
        "u": Row("url", "Page address", PAGE),
        "r": Row("referrer", "Referrer", PAGE),
        "c": Row("contact", "Contact", USER),
        "vid": Row("visitor", "Visitor ID", USER),
    },
    event=lambda values: "pageview",
    account="actid",
    page="url",
    identifiers=("email", "visitor"),
)
_EVENT = QueryReader(
    {
        "actid": Row("actid", "Account ID", GENERAL),
        "key": Row("key", "Event key", GENERAL),
        "event": Row("event", "Event", GENERAL),
        "eventdata": Row("eventdata", "Event data", GENERAL),
        "visit": Row("visit", "Visitor", USER, "json"),
    },
    event="event",
    account="actid",
    identifiers=("email",),
    lifted=("visit",),
)
_FORM = QueryReader(
    QueryTable(
        {
            "f": Row("form_id", "Form ID", FORM),
            "act": Row("act", "Action", FORM),
            "email": Row("email", "E-mail", USER),
            "fullname": Row("fullname", "Name", USER),
            "phone": Row("phone", "Telephone", USER),
        },
        (Prefix("field[", "]", field="field_{}", label="Field {}", group=FORM),),
    ),
    event=lambda values: "form_submission",
    identifiers=("email",),
)


def _form(request: CapturedRequest) -> list[Hit]:
    hits = _FORM(request)
    for hit in hits:
        hit.account = split_url(request.url).host.partition(".")[0] or None
    return hits


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _EVENT(request)
    for hit in hits:
        visit = hit.values.get("visit")
        if isinstance(visit, dict) and isinstance(visit.get("email"), str):
            hit.identifiers.setdefault("email", visit["email"])
    return hits


VENDOR = Vendor(
    id="activecampaign",
    name="ActiveCampaign",
    category="marketing",
    docs=("https://developers.activecampaign.com/reference/site-tracking", "https://developers.activecampaign.com/reference/track-event"),
    endpoints=(
        Endpoint(host="trackcmp.net", path="/visit", decode=_VISIT),
        Endpoint(host="trackcmp.net", path="/event"),
        *(Endpoint(host="prism.app-us1.com", path=path, decode=_VISIT) for path in ("/", "/visit")),
        *(Endpoint(host=host, path="/proc.php", decode=_form) for host in ("*.activehosted.com", "*.activecampaign.com")),
        Endpoint(host="prism.app-us1.com", path="/prism.js", role="library", decode=LibraryReader()),
        Endpoint(host="diffuser-cdn.app-us1.com", role="library", decode=LibraryReader()),
        *(Endpoint(host="*.activehosted.com", path=path, role="library", decode=LibraryReader()) for path in ("/f/embed.php", "/f/*")),
    ),
    decode=_decode,
    automatic_events=frozenset({"pageview"}),
    automatic_parameters=frozenset({"actid", "url", "referrer", "visitor"}),
    examples=(
        {
            "title": "a visit",
            "request": {"url": "https://prism.app-us1.com/?a=123&u=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&e=a%40b.co"},
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "123", "page_url": "https://shop.example/?utm_source=news",
                    "campaign": {"utm_source": "news"}, "identifiers": {"email": "a@b.co"},
                }
            ],
        },
        {
            "title": "a visit of the older script",
            "request": {"url": "https://trackcmp.net/visit?actid=475529797&e=&r=&u=https%3A%2F%2Fshop.example%2F", "resource_type": "script"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "475529797", "page_url": "https://shop.example/", "identifiers": {}}],
        },
        {
            "title": "the older script",
            "request": {"url": "https://prism.app-us1.com/prism.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "an event",
            "request": {
                "url": "https://trackcmp.net/event", "method": "POST",
                "body": "actid=123&key=k1&event=ordered&eventdata=T-1&visit=%7B%22email%22%3A%22a%40b.co%22%7D",
            },
            "hits": [{"kind": "event", "event": "ordered", "account": "123", "values": {"eventdata": "T-1"}, "identifiers": {"email": "a@b.co"}}],
        },
        {
            "title": "a form",
            "request": {"url": "https://acme.activehosted.com/proc.php", "method": "POST", "body": "u=1&f=7&act=sub&email=a%40b.co&field%5B2%5D=x"},
            "hits": [{"kind": "event", "event": "form_submission", "account": "acme", "values": {"form_id": "7", "field_2": "x"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/visit?actid=1",
        "https://nottrackcmp.net/event",
        "https://trackcmp.net.evil.example/event",
        "https://shop.example/proc.php",
        "https://acme.activehosted.com/admin/",
        "https://shop.example/?u=https%3A%2F%2Ftrackcmp.net%2Fvisit%3Factid%3D1",
    ),
)  # fmt: skip
