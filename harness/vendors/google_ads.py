"""Google Ads: conversions, remarketing, and the copies of both that Google's tags send beside them.

Wire format: https://developers.google.com/tag-platform/gtagjs/reference/events (gtag's conversion event),
https://support.google.com/google-ads/answer/6331314 (value, currency, transaction ID),
https://support.google.com/google-ads/answer/9028614 (cart data), https://support.google.com/google-ads/answer/13262500
(enhanced conversions), https://developers.google.com/tag-platform/security/guides/consent-debugging (consent).

One conversion leaves the browser several times: ``/pagead/conversion/<id>/`` is the conversion; ``ccm/conversion`` and
``viewthroughconversion`` (with the conversion's label) repeat it, ``1p-conversion`` and ``1p-user-list`` on google.com and on the
country's own Google follow as redirects, ``ccm/collect``, ``rmkt/collect`` and ``td/rul`` go along; a tag gateway on the site's own
host is sent one more. The copies are decoded in full, of kind ``auxiliary``, so that one conversion is one event.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.google_consent import google_consent
from harness.decode.hit import Hit
from harness.decode.query import Prefix, QueryTable, Row, fields, number
from harness.decode.readers import LibraryReader, kind_of, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, PAGE, COMMERCE, CART, USER, CONSENT, DEVICE, TECHNICAL = (
    "General", "Page", "Conversion", "Cart", "User data", "Consent", "Device", "Technical",
)  # fmt: skip

TABLE = QueryTable(
    {
        "label": Row(None, "Conversion label", GENERAL),
        "value": Row("value", "Value", COMMERCE, "number"),
        "currency_code": Row("currency", "Currency", COMMERCE),
        "oid": Row("transaction_id", "Transaction ID", COMMERCE),
        "order_id": Row("transaction_id", "Transaction ID", COMMERCE),
        "vdnc": Row("new_customer", "New customer", COMMERCE),
        "vdltv": Row("customer_lifetime_value", "Customer lifetime value", COMMERCE, "number"),
        "estdt": Row("estimated_delivery_date", "Estimated delivery", COMMERCE),
        "mid": Row("aw_merchant_id", "Merchant Center ID", CART),
        "fcntr": Row("aw_feed_country", "Feed country", CART),
        "flng": Row("aw_feed_language", "Feed language", CART),
        "dscnt": Row("discount", "Discount", CART, "number"),
        "bttype": Row(None, "Cart event", CART),
        "item": Row(None, "Items", CART),
        "data": Row(None, "Event data", GENERAL),
        "en": Row(None, "Event", GENERAL),
        "url": Row("page_location", "Page address", PAGE),
        "dl": Row("page_location", "Page address", PAGE),
        "ref": Row("page_referrer", "Referrer", PAGE),
        "dr": Row("page_referrer", "Referrer", PAGE),
        "tiba": Row("page_title", "Page title", PAGE),
        "top": Row(None, "Top page", PAGE),
        "auid": Row(None, "Advertising cookie ID", USER),
        "uid": Row("user_id", "User ID", USER),
        "em": Row(None, "User-provided data (hashed)", USER),
        "gclid": Row(None, "Google click ID", USER),
        "gclaw": Row(None, "Google click cookie", USER),
        "gclgb": Row(None, "Google click cookie (app)", USER),
        "wbraid": Row(None, "Google click ID (web to app)", USER),
        "gbraid": Row(None, "Google click ID (app)", USER),
        "gcs": Row(None, "Consent state", CONSENT),
        "gcd": Row(None, "Consent signals", CONSENT),
        "gcu": Row(None, "Consent update", CONSENT),
        "npa": Row(None, "Non-personalised ads", CONSENT),
        "dma": Row(None, "Digital Markets Act region", CONSENT),
        "dma_cps": Row(None, "Digital Markets Act services", CONSENT),
        "pscdl": Row(None, "Privacy Sandbox label", CONSENT),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
        "us_privacy": Row(None, "US privacy string", CONSENT),
        "u_w": Row(None, "Screen width", DEVICE),
        "u_h": Row(None, "Screen height", DEVICE),
        "random": Row(None, "Cache buster", TECHNICAL),
        "cv": Row(None, "Conversion version", TECHNICAL),
        "fst": Row(None, "First time (ms)", TECHNICAL),
        "fmt": Row(None, "Format", TECHNICAL),
        "guid": Row(None, "Use cookie", TECHNICAL),
        "gtm": Row(None, "Tag container", TECHNICAL),
        "hn": Row(None, "Host", TECHNICAL),
        "frm": Row(None, "In a frame", TECHNICAL),
        "tag_exp": Row(None, "Tag experiments", TECHNICAL),
        "tid": Row(None, "Tag ID", GENERAL),
        "tids": Row(None, "Tag IDs", GENERAL),
    },
    (
        Prefix("ua", field=None, label="Client hint {}", group=DEVICE),
        Prefix("ep.", label="{}", group=GENERAL),
        Prefix("epn.", label="{}", group=GENERAL, kind="number"),
    ),
)
_PROVIDED = {"em": "sha256_email_address", "pn": "sha256_phone_number"}
_CONFIG = "gtag.config"
"""What the tag tells by itself when it is set up on a page."""
_RESERVED = frozenset(("event", "send_to"))


def _decode(request: CapturedRequest) -> list[Hit]:
    parameters, problem = request_parameters(request, TABLE)
    wire: dict[str, Any] = {each.name: each.value for each in reversed(parameters)}
    path = split_url(request.url).path
    endpoint, number_of_account = _place(path)
    data = _data(str(wire.get("data", "")))
    values = fields(parameters)
    for name, value in data.items():
        if name not in _RESERVED:
            values.setdefault(name, value)
    items = _items(str(wire.get("item", "")))
    if items:
        values["items"] = items
    label = str(wire.get("label") or "")
    event = str(wire.get("en") or data.get("event") or "") or None
    beside = "/ccm/" in path or path.startswith(("/measurement/", "/travel/")) or not number_of_account
    match endpoint:
        case _ if beside:
            kind, event = "auxiliary", "conversion" if label and event is None else event
        case "conversion" if not path.endswith("/wcm"):
            copied = request.redirected_from is not None
            event, kind = "conversion" if label or event is None else event, "auxiliary" if copied else "event"
        case "1p-conversion":
            event, kind = "conversion" if label or event is None else event, "auxiliary"
        case "viewthroughconversion":
            copied = request.redirected_from is not None or event == "conversion" or (bool(label) and wire.get("script") != "0")
            event = event or ("conversion" if label else "remarketing")
            kind = "auxiliary" if copied else "pageview" if event == _CONFIG else kind_of(event)
        case _:
            kind = "auxiliary"
    page = values.get("page_location")
    campaign = campaign_of(page)
    for key in ("gclid", "wbraid", "gbraid"):
        if wire.get(key):
            campaign[key] = str(wire[key])
    transaction = values.get("transaction_id")
    return [
        Hit(
            kind=kind,
            event=event,
            account=_account(number_of_account, label, wire),
            parameters=parameters,
            values=values,
            consent=google_consent(wire),
            identifiers={
                name: str(wire[key])
                for key, name in (("auid", "advertising_id"), ("uid", "user_id"), ("gclaw", "gclaw"), ("gclgb", "gclgb"), ("em", "em"))
                if wire.get(key)
            }
            | _provided(str(wire.get("em") or "")),
            key=str(transaction) if transaction not in (None, "") else None,
            campaign=campaign,
            page_url=page,
            event_time=wire["fst"] / 1_000 if isinstance(wire.get("fst"), int) else None,
            undecoded=problem,
        )
    ]


def _place(path: str) -> tuple[str, str]:
    """The endpoint's own word and the account's number: ``/pagead/conversion/123/`` is ("conversion", "123")."""
    steps = [step for step in path.split("/") if step]
    for before, step in itertools.pairwise(steps):
        number_of = step.removeprefix("AW-")
        if number_of.isdecimal():
            return before, number_of
    return (steps[-1] if steps else ""), ""


def _account(number_of_account: str, label: str, wire: dict[str, Any]) -> str | None:
    if number_of_account:
        return f"AW-{number_of_account}/{label}" if label else f"AW-{number_of_account}"
    named = str(wire.get("tid") or wire.get("tids") or "").partition("~")[0]
    return named or None


def _data(text: str) -> dict[str, Any]:
    """``event=purchase;value=19.98;ecomm_prodid=1`` as an object."""
    found: dict[str, Any] = {}
    for pair in text.split(";"):
        name, equals, value = pair.partition("=")
        if equals and name:
            found.setdefault(name, number(value) if name == "value" else value)
    return found


def _items(text: str) -> list[dict[str, Any]]:
    """``(9.99*2*SKU1**)(1*1*SKU2**)``: unit price, quantity, item ID, and a start and an end date."""
    items = []
    for piece in text.split(")"):
        parts = piece.removeprefix("(").split("*")
        if len(parts) >= 3:
            item = {"item_id": parts[2], "price": number(parts[0]), "quantity": number(parts[1])}
            items.append(item | {name: part for name, part in zip(("start_date", "end_date"), parts[3:], strict=False) if part})
    return items


def _provided(text: str) -> dict[str, str]:
    """``tv.1~em.<hash>~pn.<hash>``: the user-provided data that identify, by the names of the tag's documentation."""
    pairs = (piece.partition(".")[::2] for piece in text.split("~")[1:])
    return {_PROVIDED[name]: value for name, value in pairs if name in _PROVIDED and value}


def _is_googles_country_host(request: CapturedRequest) -> bool:
    """``www.google.de``, ``www.google.co.uk``: the country's own Google, which a copy is redirected to."""
    labels = split_url(request.url).host.split(".")
    if labels[:2] != ["www", "google"]:
        return False
    rest = labels[2:]
    return (len(rest) == 1 and 2 <= len(rest[0]) <= 3) or (len(rest) == 2 and rest[0] in ("co", "com") and len(rest[1]) == 2)


def _is_conversion(request: CapturedRequest) -> bool:
    """A conversion through the site's own host (Google tag gateway): the path's account number and the tag's bookkeeping."""
    address = split_url(request.url)
    query = f"&{address.query}"
    return (
        bool(_place(address.path)[1])
        and "&random=" in query
        and ("&gtm=" in query or "&fst=" in query)
        and ("&en=" in query or "&url=" in query)
    )


def _is_measurement(request: CapturedRequest) -> bool:
    """An event told through the site's own host: an event's name beside an Ads account."""
    query = f"&{split_url(request.url).query}"
    return "&en=" in query and ("&tid=AW-" in query or "&tids=AW-" in query)


def _is_form_data(request: CapturedRequest) -> bool:
    """User-provided data through the site's own host: the path's account number and the tag's container."""
    address = split_url(request.url)
    return bool(_place(address.path)[1]) and "&gtm=" in f"&{address.query}"


def _has_account(request: CapturedRequest) -> bool:
    """Told from the ads on a publisher's page, whose ``/pagead/conversion/?ai=`` names no account."""
    return bool(_place(split_url(request.url).path)[1])


_HOSTS = (
    "www.googleadservices.com", "googleadservices.com", "googleads.g.doubleclick.net", "www.google.com", "pagead2.googlesyndication.com",
    "ad.doubleclick.net", "google.com", "www.googleadservices-cn.com", "googleads.g.doubleclick-cn.net",
)  # fmt: skip
_NUMBERED = (
    "/pagead/conversion/*", "/pagead/uconversion/*", "/pagead/1p-conversion/*", "/pagead/1p-user-list/*", "/pagead/viewthroughconversion/*",
    "/pagead/form-data/*", "/ccm/form-data/*", "/ccm/conversion/*", "/rmkt/collect/*", "/travel/flights/click/conversion/*",
)  # fmt: skip
_PATHS = (
    "/pagead/landing", "/pagead/set_partitioned_cookie", "/ccm/collect", "/ccm/s/collect", "/ads/ga-audiences", "/measurement/conversion/*",
    "/measurement/conversion",
)  # fmt: skip
_CONVERSION = (
    "https://www.googleadservices.com/pagead/conversion/1000000001/?random=1795318139093&cv=11&fst=1795318139093&fmt=4&gcs=G111"
    "&gcd=13r3r3r3r5l1&url=https%3A%2F%2Fshop.example%2Fthanks%3Fgclid%3DCj1&label=abcDEF"
)

VENDOR = Vendor(
    id="google-ads",
    name="Google Ads",
    category="advertising",
    docs=(
        "https://developers.google.com/tag-platform/gtagjs/reference/events",
        "https://support.google.com/google-ads/answer/6331314",
        "https://support.google.com/google-ads/answer/9028614",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path, recognise=_has_account) for host in _HOSTS for path in _NUMBERED),
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in _PATHS),
        Endpoint(host="td.doubleclick.net", path="/td/*"),
        Endpoint(host="www.googleadservices.com", path="/pagead/conversion.js", role="library", decode=LibraryReader()),
        Endpoint(host="www.googleadservices.com", path="/pagead/conversion_async.js", role="library", decode=LibraryReader()),
        Endpoint(host="*", path="/pagead/1p-user-list/*", recognise=_is_googles_country_host),
        Endpoint(host="*", path="/pagead/1p-conversion/*", recognise=_is_googles_country_host),
        Endpoint(host="*", path="/ads/ga-audiences", recognise=_is_googles_country_host),
        *(
            Endpoint(host="*", path=f"*/{step}/*", recognise=_is_conversion)
            for step in ("pagead/conversion", "pagead/viewthroughconversion", "ccm/conversion", "rmkt/collect", "as/p/c")
        ),
        Endpoint(host="*", path="*/ccm/form-data/*", recognise=_is_form_data),
        Endpoint(host="*", path="*/ccm/collect", recognise=_is_measurement),
    ),
    decode=_decode,
    automatic_events=frozenset({"gtag.config", "remarketing"}),
    automatic_parameters=frozenset({"page_location", "page_referrer", "page_title", "em", "gtm.*"}),
    purposes=("ad_storage", "ad_user_data", "ad_personalization"),
    cookieless=True,
    examples=(
        {
            "title": "a conversion with value, order and cart",
            "request": {
                "url": f"{_CONVERSION}&value=19.98&currency_code=EUR&oid=T-1001&item=(9.99*2*TEE-01**)(5*1*42**)&auid=1.2&tiba=Thanks",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "AW-1000000001/abcDEF", "key": "T-1001",
                    "values": {
                        "value": 19.98, "currency": "EUR", "transaction_id": "T-1001",
                        "items": [{"item_id": "TEE-01", "price": 9.99, "quantity": 2}, {"item_id": "42", "price": 5, "quantity": 1}],
                        "page_title": "Thanks",
                    },
                    "consent": {"ad_storage": True, "ad_user_data": True, "gcs": "G111"},
                    "campaign": {"gclid": "Cj1"}, "identifiers": {"advertising_id": "1.2"},
                }
            ],
        },
        {
            "title": "the conversion's copy for view-through, which carries its label",
            "request": {
                "url": "https://googleads.g.doubleclick.net/pagead/viewthroughconversion/1000000001/?random=1&en=purchase&label=abcDEF&value=10&capi=1",
                "method": "POST",
            },
            "hits": [{"kind": "auxiliary", "event": "purchase", "account": "AW-1000000001/abcDEF"}],
        },
        {
            "title": "the conversion's copy without cookies",
            "request": {"url": "https://www.googleadservices.com/ccm/conversion/1000000001/?random=1&en=conversion&label=abcDEF&bttype=purchase&oid=T-1"},
            "hits": [{"kind": "auxiliary", "event": "conversion", "account": "AW-1000000001/abcDEF", "key": "T-1"}],
        },
        {
            "title": "the copy to Google's own host",
            "request": {"url": "https://www.google.com/pagead/1p-conversion/1000000001/?random=1&cv=11&fst=1795318139093&label=abcDEF"},
            "hits": [{"kind": "auxiliary", "event": "conversion", "account": "AW-1000000001/abcDEF"}],
        },
        {
            "title": "an event told through the site's own host",
            "request": {
                "url": "https://tags.shop.example/ccm/collect?rcb=18&frm=0&auid=1.2&en=add_to_cart&dl=https%3A%2F%2Fshop.example%2F&epn.value=10&gcs=G100"
                "&tids=AW-1000000001&tid=AW-1000000001&fmt=8",
                "method": "POST",
            },
            "hits": [
                {
                    "kind": "auxiliary", "event": "add_to_cart", "account": "AW-1000000001", "values": {"value": 10}, "consent": {"ad_storage": False},
                    "page_url": "https://shop.example/",
                }
            ],
        },
        {
            "title": "user-provided data",
            "request": {
                "url": "https://www.google.com/ccm/form-data/1000000001?gtm=45Pe&gcs=G111&ae=a&ec_mode=a&em=tv.1~em.vEeV7ovn~pn.sCrwpdCo~pc0.11234&ecsid=8.1"
            },
            "hits": [
                {
                    "kind": "auxiliary", "account": "AW-1000000001",
                    "identifiers": {"sha256_email_address": "vEeV7ovn", "sha256_phone_number": "sCrwpdCo"},
                }
            ],
        },
        {
            "title": "the tag set up on a page",
            "request": {
                "url": "https://googleads.g.doubleclick.net/pagead/viewthroughconversion/1000000001/?random=1&cv=11&fst=1&en=gtag.config&url=https%3A%2F%2Fshop.example%2F"
            },
            "hits": [{"kind": "pageview", "event": "gtag.config", "account": "AW-1000000001", "page_url": "https://shop.example/"}],
        },
        {
            "title": "the remarketing copy without cookies",
            "request": {"url": "https://www.google.com/rmkt/collect/1000000001/?random=1&cv=11&fst=1&fmt=8&en=gtag.config", "method": "POST"},
            "hits": [{"kind": "auxiliary", "event": "gtag.config", "account": "AW-1000000001"}],
        },
        {
            "title": "the copy through a tag gateway on the site's own host",
            "request": {"url": "https://shop.example/pntd/g/d/ccm/conversion/1000000001/?random=1&en=conversion&gtm=45892e69&gcs=G111&gcd=13v3v3v3v5l1"},
            "hits": [{"kind": "auxiliary", "event": "conversion", "account": "AW-1000000001", "consent": {"ad_storage": True}}],
        },
        {
            "title": "a page view in the older form, the account with its prefix",
            "request": {"url": "https://googleads.g.doubleclick.net/pagead/viewthroughconversion/AW-1000000001/?data=event%3Dpage_view%3Becomm_pagetype%3Dhome"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "AW-1000000001", "values": {"ecomm_pagetype": "home"}}],
        },
        {
            "title": "a forwarding number asked for",
            "request": {"url": "https://www.googleadservices.com/pagead/conversion/1000000001/wcm?cc=ZZ&dn=5551234&cl=abcDEF&ct_eid=2"},
            "hits": [{"kind": "auxiliary", "event": None, "account": "AW-1000000001"}],
        },
        {
            "title": "the copy of a conversion that Google sends on",
            "request": {"url": _CONVERSION.replace("www.googleadservices.com/pagead/", "www.google.com/pagead/1p-") + "&is_vtc=1&ocp_id=x"},
            "hits": [{"kind": "auxiliary", "event": "conversion", "account": "AW-1000000001/abcDEF"}],
        },
        {
            "title": "the copy on the country's own Google",
            "request": {"url": "https://www.google.co.uk/pagead/1p-user-list/1000000001/?random=1&data=event%3Dgtag.config"},
            "hits": [{"kind": "auxiliary", "event": "gtag.config", "account": "AW-1000000001"}],
        },
        {
            "title": "a remarketing event",
            "request": {
                "url": "https://googleads.g.doubleclick.net/pagead/viewthroughconversion/1000000001/?random=1&data=event%3Dview_item%3Bvalue%3D9.99"
            },
            "hits": [{"kind": "event", "event": "view_item", "account": "AW-1000000001", "values": {"value": 9.99}}],
        },
        {
            "title": "the conversion's copy for measurement across domains",
            "request": {"url": "https://www.google.com/ccm/conversion/1000000001/?random=1&label=abcDEF&value=1&currency_code=EUR"},
            "hits": [{"kind": "auxiliary", "event": "conversion", "account": "AW-1000000001/abcDEF"}],
        },
        {
            "title": "a conversion as the snippet without script sends it",
            "request": {"url": "https://www.googleadservices.com/pagead/conversion/1000000001/?value=1.0&currency_code=EUR&label=abcDEF&guid=ON&script=0"},
            "hits": [{"kind": "event", "event": "conversion", "account": "AW-1000000001/abcDEF", "key": None, "values": {"value": 1.0}}],
        },
        {
            "title": "the measurement that goes along with a page view",
            "request": {"url": "https://www.google.com/ccm/collect?en=page_view&dl=https%3A%2F%2Fshop.example%2F&auid=1.2&gcd=13l3l3l3l1l1"},
            "hits": [{"kind": "auxiliary", "event": "page_view", "account": None}],
        },
    ),
    lookalikes=(
        "https://www.google.com/search?q=pagead",
        "https://notgoogleadservices.com/pagead/conversion/1/",
        "https://shop.example/pagead/conversion/1/",
        "https://shop.example/ccm/conversion/1/?random=1",
        "https://shop.example/ccm/collect?en=x&tid=G-1",
        "https://googleads.g.doubleclick.net/pagead/conversion/?ai=Cabc&sigh=x&cid=1",
        "https://www.googleadservices.com/pagead/aclk?sa=L&ai=x&adurl=https%3A%2F%2Fshop.example",
        "https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js",
        "https://shop.example/?u=https%3A%2F%2Fwww.googleadservices.com%2Fpagead%2Fconversion%2F1%2F",
        "https://www.google.evil.example/pagead/1p-user-list/1/?random=1",
    ),
)  # fmt: skip
