"""Pinterest tag.

Documentation: https://developers.pinterest.com/docs/track-conversions/pinterest-tag/,
https://help.pinterest.com/en/business/article/add-event-codes.

``ed`` (event data), ``pd`` (partner data: hashed email and other matching) and ``ad`` (about the page) are JSON from the script, and
spelt out as ``ed[value]`` by image tags. ``init`` only sets the tag up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.campaign import campaign_of
from harness.decode.query import Prefix, QueryTable, Row, number
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, PAGE, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Page", "Consent", "Technical"

_TABLE = QueryTable(
    {
        "tid": Row("tid", "Tag ID", GENERAL),
        "event": Row("event", "Event", GENERAL),
        "ed": Row("ed", "Event data", COMMERCE, "json"),
        "pd": Row("pd", "Partner data (matching)", USER, "json"),
        "ad": Row("ad", "About the page", PAGE, "json"),
        "ed[value]": Row("value", "Value", COMMERCE, "number"),
        "ed[currency]": Row("currency", "Currency", COMMERCE),
        "ed[order_id]": Row("order_id", "Order ID", COMMERCE),
        "ed[order_quantity]": Row("order_quantity", "Quantity", COMMERCE, "number"),
        "ed[promo_code]": Row("promo_code", "Promotion code", COMMERCE),
        "ed[property]": Row("property", "Property", COMMERCE),
        "ed[search_query]": Row("search_query", "Search query", GENERAL),
        "ed[video_title]": Row("video_title", "Video title", GENERAL),
        "ed[lead_type]": Row("lead_type", "Lead type", GENERAL),
        "ed[event_id]": Row("event_id", "Event ID (deduplication)", GENERAL),
        "pd[em]": Row(None, "Email (hashed)", USER),
        "pd[external_id]": Row(None, "External ID", USER),
        "noscript": Row(None, "Image tag", TECHNICAL),
        "cb": Row(None, "Cache buster", TECHNICAL),
        "dep": Row(None, "Set-up details", TECHNICAL),
        "opt_out": Row(None, "Opted out", CONSENT),
        "opt_out_type": Row(None, "Opt-out type", CONSENT),
        "np": Row(None, "Set up through", TECHNICAL),
        "stc": Row(None, "Set-up details", TECHNICAL),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
    },
    (
        Prefix("ed[", "]", label="{}", group=COMMERCE),
        Prefix("pd[", "]", field=None, label="{}", group=USER),
        Prefix("ad[", "]", field=None, label="{}", group=PAGE),
    ),
)
_MATCHING = (
    "em",
    "ph",
    "external_id",
    "pin_unauth",
    "fn",
    "ln",
    "ct",
    "st",
    "zp",
    "country",
    "ge",
    "db",
    "hashed_maids",
    "epik",
    "derived_epik",
)
_NO_OCCURRENCE = frozenset(("init", "user_data", "set"))
_NUMBERS = frozenset(("value", "order_quantity"))


def _kind(event: str | None) -> str:
    if event in _NO_OCCURRENCE:
        return "auxiliary"
    return "pageview" if event is None or event.lower().replace("_", "") in ("pagevisit", "pageview") else "event"


_READ = QueryReader(_TABLE, event="event", account="tid", kind=_kind)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        values = hit.values
        data, matching, about = (values.pop(name, None) for name in ("ed", "pd", "ad"))
        if isinstance(data, dict):
            for name, value in data.items():
                values.setdefault(name, number(value) if name in _NUMBERS and isinstance(value, str) else value)
        if isinstance(matching, dict):
            hit.identifiers.update(_identifiers(matching))
        for each in hit.parameters:
            if each.name[:3] == "pd[" and each.name[3:-1] in _MATCHING and each.value:
                hit.identifiers.setdefault(each.name[3:-1], str(each.value))
            elif each.name == "ad[loc]":
                hit.page_url = str(each.value)
        if isinstance(about, dict) and isinstance(about.get("loc"), str):
            hit.page_url = about["loc"]
        hit.campaign = campaign_of(hit.page_url)
        _gather(values)
        key = values.get("event_id") or values.get("order_id")
        hit.key = str(key) if key else None
        opted = {each.name: each.value for each in hit.parameters if each.group == CONSENT and each.value != ""}
        hit.consent = opted or None
    return hits


def _identifiers(matching: dict[str, Any]) -> dict[str, str]:
    found = {}
    for name in _MATCHING:
        value = matching.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str | int) and value != "":
            found[name] = str(value)
    return found


def _gather(values: dict[str, Any]) -> None:
    """``line_items][0][product_id`` to a list of objects, as the script's JSON has it."""
    items: dict[str, dict[str, Any]] = {}
    for name in [name for name in values if name.startswith("line_items][")]:
        place, _, field = name[12:].partition("][")
        items.setdefault(place, {})[field or "value"] = values.pop(name)
    if items:
        values.setdefault("line_items", list(items.values()))
    elif isinstance(values.get("line_items"), dict):
        values["line_items"] = [values["line_items"]]


_ASIDE = LibraryReader("auxiliary", account="tid", table={"tid": Row("tid", "Tag ID", GENERAL)})
_AD = "&ad=%7B%22loc%22%3A%22https%3A%2F%2Fshop.example%2F%3Fepik%3Ddj0x%22%2C%22ref%22%3A%22%22%2C%22if%22%3Afalse%2C%22sh%22%3A1440%7D&cb=1583538017548"

VENDOR = Vendor(
    id="pinterest",
    name="Pinterest tag",
    category="advertising",
    docs=(
        "https://developers.pinterest.com/docs/track-conversions/pinterest-tag/",
        "https://help.pinterest.com/en/business/article/add-event-codes",
    ),
    endpoints=(
        *(Endpoint(host="ct.pinterest.com", path=path) for path in ("/v3", "/v3/")),
        *(Endpoint(host="ct.pinterest.com", path=path, decode=_ASIDE) for path in ("/user", "/user/", "/md/", "/stats/", "/ct.html")),
        Endpoint(host="s.pinimg.com", path="/ct/core.js", role="library"),
        Endpoint(host="s.pinimg.com", path="/ct/lib/*", role="library"),
        Endpoint(host="ct.pinterest.com", path="/static/ct/*", role="library"),
    ),
    decode=_decode,
    automatic_events=frozenset({"init"}),
    automatic_parameters=frozenset({"tid", "event"}),
    examples=(
        {
            "title": "a checkout from the script, with line items and the hashed email",
            "request": {
                "url": "https://ct.pinterest.com/v3/?event=checkout&ed=%7B%22value%22%3A116%2C%22order_quantity%22%3A2%2C%22currency%22%3A%22USD%22"
                "%2C%22order_id%22%3A%22T-1%22%2C%22event_id%22%3A%22e-1%22%2C%22line_items%22%3A%5B%7B%22product_name%22%3A%22Pillows%20(Set%20of%202)%22"
                "%2C%22product_id%22%3A%2211%22%2C%22product_price%22%3A48%2C%22product_quantity%22%3A1%7D%5D%7D&tid=2612733222301"
                "&pd=%7B%22em%22%3A%22f660ab91%22%7D" + _AD
            },
            "hits": [
                {
                    "kind": "event", "event": "checkout", "account": "2612733222301", "key": "e-1", "campaign": {"epik": "dj0x"},
                    "identifiers": {"em": "f660ab91"}, "page_url": "https://shop.example/?epik=dj0x",
                    "values": {
                        "value": 116, "currency": "USD", "order_id": "T-1",
                        "line_items": [{"product_name": "Pillows (Set of 2)", "product_id": "11", "product_price": 48, "product_quantity": 1}],
                    },
                }
            ],
        },
        {
            "title": "the same as an image tag spells it",
            "request": {
                "url": "https://ct.pinterest.com/v3/?tid=2612733222301&event=checkout&ed[value]=10.00&ed%5Bcurrency%5D=EUR&ed[order_id]=T-2"
                "&ed[line_items][0][product_id]=11&ed[line_items][0][product_quantity]=2&ed[line_items][1][product_id]=15&pd[em]=abc&noscript=1"
            },
            "hits": [
                {
                    "event": "checkout", "key": "T-2", "identifiers": {"em": "abc"},
                    "values": {
                        "value": 10.0, "currency": "EUR",
                        "line_items": [{"product_id": "11", "product_quantity": "2"}, {"product_id": "15"}],
                    },
                }
            ],
        },
        {
            "title": "setting up",
            "request": {"url": "https://ct.pinterest.com/v3/?tid=2612733222301&event=init" + _AD},
            "hits": [{"kind": "auxiliary", "event": "init", "account": "2612733222301"}],
        },
        {
            "title": "a page visit, posted",
            "request": {"url": "https://ct.pinterest.com/v3/", "method": "POST", "body": "tid=26&event=pagevisit&ed=%7B%22event_id%22%3A%22e-2%22%7D"},
            "hits": [{"kind": "pageview", "event": "pagevisit", "account": "26", "key": "e-2"}],
        },
        {
            "title": "a cart of a tag manager's template, its numbers as text",
            "request": {
                "url": "https://ct.pinterest.com/v3/?event=addtocart&ed=%7B%22np%22%3A%22gtm%22%2C%22order_id%22%3A%22TEST01%22%2C%22order_quantity%22%3A%221%22%2C%22value%22%3A%2242.50%22"
                "%2C%22currency%22%3A%22EUR%22%2C%22line_items%22%3A%5B%7B%22product_id%22%3A%22item%201%22%7D%5D%7D&tid=2612345678901"
                "&pd=%7B%22np%22%3A%22gtm%22%2C%22em%22%3A%22e5c8%22%2C%22pin_unauth%22%3A%22dWlk%22%7D&cb=1&dep=4%2CTAGS_RECEIVED&stc=true" + _AD
            },
            "hits": [
                {
                    "kind": "event", "event": "addtocart", "account": "2612345678901", "key": "TEST01", "identifiers": {"em": "e5c8", "pin_unauth": "dWlk"},
                    "values": {"value": 42.5, "order_quantity": 1, "currency": "EUR", "line_items": [{"product_id": "item 1"}]},
                }
            ],
        },
        {
            "title": "what is asked of the visitor, which is no event",
            "request": {"url": "https://ct.pinterest.com/user/?event=search&ed=%7B%22np%22%3A%22gtm%22%7D&tid=2612859132799&cb=1664577078288"},
            "hits": [{"kind": "auxiliary", "account": "2612859132799"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://s.pinimg.com/ct/core.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/v3/?tid=2612733222301&event=checkout",
        "https://ct.pinterest.com.evil.example/v3/?tid=1&event=checkout",
        "https://notct.pinterest.com/v3/?tid=1&event=init",
        "https://www.pinterest.com/pin/create/button/?url=https%3A%2F%2Fct.pinterest.com%2Fv3%2F%3Ftid%3D1",
        "https://s.pinimg.com/images/logo.png",
        "https://ct.pinterest.com/",
    ),
)  # fmt: skip
