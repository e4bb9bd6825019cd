"""Microsoft Advertising's Universal Event Tracking (UET), formerly Bing Ads.

Parameters: https://learn.microsoft.com/en-us/advertising/msa-help/hlp_ba_conc_uet_parameters_table; events:
https://help.ads.microsoft.com/#apex/ads/en/56684/2; consent mode: https://help.ads.microsoft.com/#apex/ads/en/60119/1; enhanced
conversions: https://help.ads.microsoft.com/#apex/ads/en/60178/1.

A custom event is named by its action (``ea``). ``pid`` holds the hashed email and phone as a query within the query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import PLAIN, Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, EVENT, COMMERCE, PAGE, USER, CONSENT, DEVICE, TECHNICAL = (
    "General", "Event", "E-commerce", "Page", "User", "Consent", "Device", "Technical",
)  # fmt: skip

_TABLE = QueryTable(
    {
        "ti": Row("ti", "Tag ID", GENERAL),
        "evt": Row("evt", "Event type", GENERAL),
        "ea": Row("event_action", "Event action", EVENT),
        "ec": Row("event_category", "Event category", EVENT),
        "el": Row("event_label", "Event label", EVENT),
        "el2": Row(None, "Event label", EVENT),
        "ev": Row("event_value", "Event value", EVENT, "number"),
        "en": Row(None, "Sent by the site's own code", EVENT),
        "gv": Row("revenue_value", "Revenue", COMMERCE, "number"),
        "revenue_value": Row("revenue_value", "Revenue", COMMERCE, "number"),
        "gc": Row("currency", "Currency", COMMERCE),
        "currency": Row("currency", "Currency", COMMERCE),
        "transaction_id": Row("transaction_id", "Transaction ID", COMMERCE),
        "items": Row("items", "Items", COMMERCE, "json"),
        "prodid": Row("ecomm_prodid", "Product IDs", COMMERCE),
        "pagetype": Row("ecomm_pagetype", "Page type", COMMERCE),
        "ecomm_prodid": Row("ecomm_prodid", "Product IDs", COMMERCE),
        "ecomm_pagetype": Row("ecomm_pagetype", "Page type", COMMERCE),
        "ecomm_totalvalue": Row("ecomm_totalvalue", "Total value", COMMERCE, "number"),
        "ecomm_category": Row("ecomm_category", "Category", COMMERCE),
        "ecomm_query": Row("ecomm_query", "Search query", COMMERCE),
        "search_term": Row("search_term", "Search term", COMMERCE),
        "spa": Row(None, "Single-page application", PAGE),
        "page_path": Row("page_path", "Page path", PAGE),
        "page_title": Row("page_title", "Page title", PAGE),
        "page_location": Row("page_location", "Page address", PAGE),
        "p": Row("page_location", "Page address", PAGE),
        "r": Row("page_referrer", "Referrer", PAGE),
        "tl": Row("page_title", "Page title", PAGE),
        "kw": Row(None, "Keywords of the page", PAGE),
        "lt": Row(None, "Load time (ms)", PAGE),
        "pt": Row(None, "Navigation timing", PAGE),
        "pn": Row(None, "Navigation type", PAGE),
        "ifm": Row(None, "In a frame", PAGE),
        "msclkid": Row("msclkid", "Click ID", USER),
        "sid": Row("session_id", "Session ID", USER),
        "vid": Row("visitor_id", "Visitor ID", USER),
        "vids": Row(None, "Visitor ID is new", USER),
        "uid": Row("user_id", "User ID", USER),
        "pid": Row(None, "User data (hashed)", USER),
        "asc": Row(None, "ad_storage", CONSENT),
        "cdb": Row(None, "Consent signals", CONSENT),
        "src": Row(None, "Set by", CONSENT),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
        "us_privacy": Row(None, "US privacy string", CONSENT),
        "gpp": Row(None, "GPP string", CONSENT),
        "lg": Row(None, "Language", DEVICE),
        "sw": Row(None, "Screen width", DEVICE),
        "sh": Row(None, "Screen height", DEVICE),
        "sc": Row(None, "Colour depth", DEVICE),
        "nwd": Row(None, "No web driver", DEVICE),
        "pi": Row(None, "Page ID", TECHNICAL),
        "Ver": Row(None, "Protocol version", TECHNICAL),
        "ver": Row(None, "Protocol version", TECHNICAL),
        "tm": Row(None, "Tag manager", TECHNICAL),
        "tpp": Row(None, "Third-party partner", TECHNICAL),
        "mid": Row(None, "Message ID", TECHNICAL),
        "bo": Row(None, "Hit counter", TECHNICAL),
        "sv": Row(None, "Script version", TECHNICAL),
        "rn": Row(None, "Cache buster", TECHNICAL),
        "uach": Row(None, "Browser hints", DEVICE),
        "gtm_tag_source": Row(None, "Tag manager's template", TECHNICAL),
    },
    (
        Prefix("hct_", field="hct_{}", label="Hotel: {}", group="Travel"),
        Prefix("flight_", field="flight_{}", label="Flight: {}", group="Travel"),
        Prefix("travel_", field="travel_{}", label="Travel: {}", group="Travel"),
        Prefix("ecomm_", field="ecomm_{}", label="{}", group=COMMERCE),
    ),
)
_NO_OCCURRENCE = frozenset(("consent", "pid", "pageHide", "pageFocus", "pageBlur"))
_STATES = {"G": True, "D": False}


def _event(values: Mapping[str, Any]) -> str | None:
    """The type, or a custom event's action. The image for browsers without scripts has neither, and counts as a page loaded."""
    kind = values.get("evt")
    if kind == "custom" or (not kind and values.get("event_action")):
        return str(values.get("event_action") or values.get("event_category") or "custom")
    return str(kind) if kind else "pageLoad" if values.get("ti") else None


def _kind(event: str | None) -> str:
    return "auxiliary" if not event or event in _NO_OCCURRENCE else "pageview" if event in ("pageLoad", "page", "page_view") else "event"


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    if wire.get("asc") in _STATES:
        found["ad_storage"] = _STATES[wire["asc"]]
    found.update({key: wire[key] for key in ("asc", "cdb", "gdpr", "gdpr_consent", "us_privacy", "gpp") if wire.get(key)})
    return found or None


_READ = QueryReader(
    _TABLE,
    event=_event,
    account="ti",
    key="transaction_id",
    page="page_location",
    identifiers=("visitor_id", "session_id", "user_id"),
    kind=_kind,
    consent=_consent,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        click = hit.values.get("msclkid")
        if click == "N":
            del hit.values["msclkid"]
        elif click:
            hit.identifiers["msclkid"] = click
            hit.campaign.setdefault("msclkid", click)
        for each in hit.parameters:
            if each.name == "pid" and "=" in str(each.value):
                hit.identifiers.update({name: str(value) for name, value, *_ in PLAIN.read(str(each.value)) if name and value})
    return hits


def _is_uet(request: CapturedRequest) -> bool:
    """Told on a host of the site's own by a tag's number beside the protocol's version, a message ID (a UUID) and a type or action."""
    wire = {name: str(value) for name, value, *_ in PLAIN.read(split_url(request.url).query)}
    groups = [len(each) for each in wire.get("mid", "").split("-")]
    return wire.get("ti", "").isdecimal() and "Ver" in wire and groups == [8, 4, 4, 4, 12] and ("evt" in wire or "ea" in wire)


def _tag(path: str, wire: Mapping[str, Any]) -> str | None:
    number = path.rpartition("/")[2].partition(".")[0]
    return number if number.isdecimal() else None


_HOSTS = ("bat.bing.com", "bat.bing.net", "*.bat.bing.com")
_HIT = "https://bat.bing.com/action/0?ti=12345678&Ver=2&mid=fe7f0626-0102-49c8-a746-88b56f3e440c&sid=26b99a10e62511f1882717e86b798416&vid=26b9e690e62511f1afd8b9ace8a9f8dc"

VENDOR = Vendor(
    id="microsoft-ads",
    name="Microsoft Advertising UET",
    category="advertising",
    docs=(
        "https://learn.microsoft.com/en-us/advertising/msa-help/hlp_ba_conc_uet_parameters_table",
        "https://help.ads.microsoft.com/#apex/ads/en/56684/2",
        "https://help.ads.microsoft.com/#apex/ads/en/60119/1",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/action/*", "/actionp/*")),
        Endpoint(host="commerce.bing.com", path="/cst/*"),
        *(Endpoint(host="*", path=path, recognise=_is_uet) for path in ("*/action/0", "*/actionp/0")),
        *(
            Endpoint(host=host, path=path, decode=LibraryReader("auxiliary", account="ti", table={"ti": Row("ti", "Tag ID", GENERAL)}))
            for host in _HOSTS
            for path in ("/p/conversions/*", "/p/insights/*")
        ),
        Endpoint(host="c.bing.com", path="/c.gif", decode=LibraryReader("auxiliary")),
        *(Endpoint(host=host, path="/p/action/*", role="library", decode=LibraryReader(account=_tag)) for host in _HOSTS),
        *(Endpoint(host=host, path="/bat.js", role="library") for host in _HOSTS),
    ),
    decode=_decode,
    automatic_events=frozenset({"pageLoad", "pageHide", "consent"}),
    automatic_parameters=frozenset({"ti", "evt", "page_*", "session_id", "visitor_id", "msclkid"}),
    purposes=("ad_storage",),
    examples=(
        {
            "title": "a page view, from an ad, with consent granted",
            "request": {"url": f"{_HIT}&msclkid=aaaabbbbccccddddeeeeffff00001111&p=https%3A%2F%2Fshop.example%2F&r=&lt=50&evt=pageLoad&asc=G&sv=1&rn=523573", "resource_type": "image"},
            "hits": [
                {
                    "kind": "pageview", "event": "pageLoad", "account": "12345678", "page_url": "https://shop.example/",
                    "consent": {"ad_storage": True, "asc": "G"}, "campaign": {"msclkid": "aaaabbbbccccddddeeeeffff00001111"},
                    "identifiers": {"msclkid": "aaaabbbbccccddddeeeeffff00001111", "visitor_id": "26b9e690e62511f1afd8b9ace8a9f8dc"},
                }
            ],
        },
        {
            "title": "a purchase with enhanced conversions, consent denied",
            "request": {
                "url": f"{_HIT}&msclkid=N&transaction_id=T-1&gv=19.98&gc=USD&prodid=SKU1&pagetype=purchase&ea=purchase&en=Y"
                "&pid=em%3Dabc%26ph%3Ddef&asc=D&evt=custom&rn=206150"
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "12345678", "key": "T-1", "consent": {"ad_storage": False},
                    "values": {"revenue_value": 19.98, "currency": "USD", "ecomm_prodid": "SKU1", "ecomm_pagetype": "purchase"},
                    "identifiers": {"em": "abc", "ph": "def"}, "campaign": {},
                }
            ],
        },
        {
            "title": "an event with category, label and value",
            "request": {"url": "https://bat.bing.net/action/0?ti=123456&Ver=2&ec=Ecommerce&ea=Purchase&el=Successful%20Sale&ev=0&gv=123.34&evt=custom&msclkid=N&rn=693067"},
            "hits": [{"event": "Purchase", "values": {"event_category": "Ecommerce", "event_label": "Successful Sale", "revenue_value": 123.34}}],
        },
        {
            "title": "a page without scripts",
            "request": {"url": "https://bat.bing.com/action/0?ti=5476569&Ver=2", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageLoad", "account": "5476569"}],
        },
        {
            "title": "a page of a single-page application, through the tag manager",
            "request": {"url": "https://bat.bing.com/action/0?ti=26101359&tm=gtm002&Ver=2&msclkid=N&uach=pv%3D10.0&page_path=%2Fspa&spa=Y&evt=page&p=https%3A%2F%2Fshop.example%2Fspa&cdb=AQAQ"},
            "hits": [{"kind": "pageview", "event": "page", "account": "26101359", "values": {"page_path": "/spa"}, "page_url": "https://shop.example/spa", "campaign": {}}],
        },
        {
            "title": "a purchase through a proxy of the site's own",
            "request": {"url": "https://data.shop.example/uet/action/0?ti=12345678&tm=gtm002&Ver=2&mid=efaaf29c-46db-49ce-9945-7bfc2a75fb45&bo=6&msclkid=N&prodid=42&ea=purchase&gv=99.95&gc=EUR&en=Y&evt=custom&asc=G&cdb=AQAS&rn=1"},
            "hits": [{"kind": "event", "event": "purchase", "account": "12345678", "values": {"revenue_value": 99.95, "currency": "EUR"}, "consent": {"ad_storage": True}}],
        },
        {
            "title": "user data only",
            "request": {"url": "https://bat.bing.com/action/0?ti=12345678&Ver=2&evt=pid&pid=em%3Dabc"},
            "hits": [{"kind": "auxiliary", "event": "pid", "identifiers": {"em": "abc"}}],
        },
        {
            "title": "a change of consent",
            "request": {"url": "https://bat.bing.com/actionp/0?ti=52012471&tm=gtm002&Ver=2&evt=consent&src=update&cdb=AQER&asc=G"},
            "hits": [{"kind": "auxiliary", "event": "consent", "account": "52012471", "consent": {"ad_storage": True, "cdb": "AQER"}}],
        },
        {
            "title": "the tag's own script",
            "request": {"url": "https://bat.bing.com/p/action/12345678.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "12345678"}],
        },
    ),
    lookalikes=(
        "https://shop.example/action/0?ti=12345678&Ver=2&evt=pageLoad",
        "https://bat.bing.com.evil.example/action/0?ti=1",
        "https://notbat.bing.com/action/0?ti=1",
        "https://www.bing.com/action/0?ti=1",
        "https://bat.bing.com/",
        "https://ads.microsoft.com/action/0?ti=1",
        "https://shop.example/?u=https%3A%2F%2Fbat.bing.com%2Faction%2F0%3Fti%3D1",
    ),
)  # fmt: skip
