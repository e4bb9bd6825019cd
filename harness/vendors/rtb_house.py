"""RTB House retargeting tags.

Documentation: https://docs.rtbhouse.com/ (tag implementation); https://github.com/rtbhouse/gtm-template. Newer tags post a list of events to ``/tags/v2``; older ones put
account, event and its data into one underscored ``id`` (``pr_<account>_orderstatus2_19.98_T-1_SKU1``), several of them in a request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.campaign import campaign_of
from harness.decode.hit import Hit, Parameter
from harness.decode.query import QueryTable, Row, number
from harness.decode.readers import JsonReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, COMMERCE, PAGE, CONSENT, TECHNICAL = "General", "E-commerce", "Page", "Consent", "Technical"

_QUERY = QueryTable(
    {
        "id": Row(None, "Tag", GENERAL),
        "type": Row(None, "Answer wanted", TECHNICAL),
        "su": Row(None, "Page address", PAGE),
        "sr": Row(None, "Referrer", PAGE),
        "ncm": Row(None, "No cookie match", TECHNICAL),
        "cd": Row(None, "Cookie domain", TECHNICAL),
        "ts": Row(None, "Time", TECHNICAL),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
    }
)
_ASIDE = frozenset(("uid", "lid", "placebo", "adv"))


def _kind(name: str | None, event: Any) -> str:
    return "auxiliary" if not name or name in _ASIDE else "event"


_READ = JsonReader(
    {
        "eventType": Row(None, "Event", GENERAL),
        "offerId": Row("offerId", "Offer ID", COMMERCE),
        "categoryId": Row("categoryId", "Category ID", COMMERCE),
        "conversionId": Row("conversionId", "Conversion ID", COMMERCE),
        "conversionValue": Row("conversionValue", "Conversion value", COMMERCE, "number"),
        "conversionClass": Row("conversionClass", "Conversion class", COMMERCE),
        "conversionSubClass": Row("conversionSubClass", "Conversion subclass", COMMERCE),
        "value": Row("value", "Value", COMMERCE, "number"),
    },
    events="tags",
    shared={
        "th": Row(None, "Account", GENERAL),
        "su": Row(None, "Page address", PAGE),
        "sr": Row(None, "Referrer", PAGE),
        "v": Row(None, "Script version", TECHNICAL),
    },
    event="eventType",
    account="th",
    key=("conversionId", "orderId"),
    page="su",
    kind=_kind,
    query=_QUERY,
)


def _older(request: CapturedRequest) -> list[Hit]:
    parameters, problem = request_parameters(request, _QUERY)
    shared = [each for each in parameters if each.name != "id"]
    wire = {each.name: each.value for each in reversed(shared)}
    tags = [each for each in parameters if each.name == "id"]
    consent = {key: wire[key] for key in ("gdpr", "gdpr_consent") if wire.get(key)} or None
    page = str(wire["su"]) if wire.get("su") else None
    if not tags:
        return [Hit(kind="auxiliary", parameters=shared, page_url=page, consent=consent, undecoded=problem)]
    hits = [_tag(each, shared, page, consent) for each in tags]
    for hit in hits:
        hit.undecoded = problem
    return hits


def _tag(tag: Parameter, shared: list[Parameter], page: str | None, consent: dict[str, Any] | None) -> Hit:
    pieces = str(tag.value).split("_")
    start = 2 if pieces[0] == "pr" and len(pieces) > 1 else 1
    account, rest = "_".join(pieces[:start]), pieces[start:]
    event = rest[0] if rest else None
    values: dict[str, Any] = {}
    key = None
    if event in ("orderstatus", "orderstatus2") and len(rest) > 2:
        values = {"conversionValue": number(rest[1]), "conversionId": rest[2], "offerIds": rest[3].split(",") if len(rest) > 3 else []}
        key = rest[2]
    elif event in ("offer", "basketadd") and len(rest) > 1:
        values = {"offerId": "_".join(rest[1:])}
    elif event in ("listing", "basketstatus") and len(rest) > 1:
        values = {"offerIds": "_".join(rest[1:]).split(",")}
    elif event in ("category", "category2") and len(rest) > 1:
        values = {"categoryId": "_".join(rest[1:])}
    return Hit(
        kind=_kind(event, None) if rest else "pageview",
        event=event or "page_view",
        account=account or None,
        parameters=[*shared, tag],
        values=values,
        consent=dict(consent) if consent else None,
        key=key,
        campaign=campaign_of(page),
        page_url=page,
    )


VENDOR = Vendor(
    id="rtb-house",
    name="RTB House",
    category="advertising",
    docs=("https://docs.rtbhouse.com/",),
    endpoints=(
        Endpoint(host="*.creativecdn.com", path="/tags/v2"),
        *(Endpoint(host=host, path=path, decode=_older) for host in ("*.creativecdn.com", "creativecdn.com") for path in ("/tags", "/tags/")),
        Endpoint(host="tags.creativecdn.com", path="/*", role="library"),
    ),
    decode=_READ,
    automatic_events=frozenset({"uid", "lid", "placebo"}),
    examples=(
        {
            "title": "a conversion and the visitor's id",
            "request": {
                "url": "https://us.creativecdn.com/tags/v2?type=json",
                "method": "POST",
                "body": {
                    "v": "v2.4.2", "sr": "", "su": "https://shop.example/thanks", "th": "eUCQernNGGvdlKl1D5sc",
                    "tags": [
                        {
                            "eventType": "conversion", "conversionClass": "order", "conversionSubClass": "purchase", "conversionId": "T-1",
                            "conversionValue": "19.98", "offerIds": ["A", "B"],
                        },
                        {"eventType": "uid", "id": "unknown"},
                    ],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "eUCQernNGGvdlKl1D5sc", "key": "T-1", "page_url": "https://shop.example/thanks",
                    "values": {"conversionValue": 19.98, "offerIds": ["A", "B"]},
                },
                {"kind": "auxiliary", "event": "uid", "account": "eUCQernNGGvdlKl1D5sc"},
            ],
        },
        {
            "title": "an order, as the older tags spell it",
            "request": {"url": "https://creativecdn.com/tags?id=pr_abc123_orderstatus2_19.98_T-1_A,B&id=pr_abc123_uid_7&cd=default"},
            "hits": [
                {"kind": "event", "event": "orderstatus2", "account": "pr_abc123", "key": "T-1", "values": {"conversionValue": 19.98, "offerIds": ["A", "B"]}},
                {"kind": "auxiliary", "event": "uid", "account": "pr_abc123"},
            ],
        },
        {
            "title": "an offer",
            "request": {"url": "https://ams.creativecdn.com/tags?id=pr_abc123_offer_SKU_9"},
            "hits": [{"event": "offer", "account": "pr_abc123", "values": {"offerId": "SKU_9"}}],
        },
        {"title": "the script", "request": {"url": "https://tags.creativecdn.com/eUCQernNGGvdlKl1D5sc.js"}, "hits": [{"kind": "library"}]},
        {
            "title": "a basket in the Asian region, and the visit of a page",
            "request": "https://asia.creativecdn.com/tags?type=iframe&id=pr_c2rH_basketstatus_SKU1,SKU2&id=pr_c2rH_lid_abc&su=https%3A%2F%2Fshop.example%2Fcart%3Futm_source%3Dx&sr=https%3A%2F%2Fshop.example%2F&ts=1795318940000",
            "hits": [
                {"kind": "event", "event": "basketstatus", "account": "pr_c2rH", "values": {"offerIds": ["SKU1", "SKU2"]}, "campaign": {"utm_source": "x"}},
                {"kind": "auxiliary", "event": "lid"},
            ],
        },
        {
            "title": "a page without more",
            "request": {"url": "https://asia.creativecdn.com/tags?id=pr_n4X0y6ApZyJaHX1dNxQd&ncm=1", "resource_type": "document"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "pr_n4X0y6ApZyJaHX1dNxQd"}],
        },
    ),
    lookalikes=(
        "https://www.rtbhouse.com/",
        "https://ams.creativecdn.com/cm-notify?pi=adx",
        "https://shop.example/tags/v2?type=json",
        "https://us.creativecdn.com.evil.example/tags/v2?type=json",
        "https://notcreativecdn.com/tags?id=pr_abc_home",
        "https://shop.example/?u=https%3A%2F%2Fus.creativecdn.com%2Ftags%2Fv2",
        "https://us.creativecdn.com/creatives/1.html",
    ),
)  # fmt: skip
