"""X Pixel (formerly Twitter): ``uwt.js``, ``oct.js`` and image tags.

Documentation: https://business.x.com/en/help/campaign-measurement-and-analytics/conversion-tracking-for-websites,
https://developer.x.com/en/docs/x-ads-api/measurement/web-conversions. Every event goes to two hosts: ``analytics.twitter.com``
(or ``analytics.x.com``), and a copy to ``t.co`` for those without the first cookie; the copy is no occurrence of its own.

``events`` is JSON, ``[["purchase", {"value": "29.95"}]]``. What is sent without it is the event that ``txn_id`` names
(``tw-<pixel>-<event>``), else a page view, or a conversion of the older tags where there is data or an amount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import QueryTable, Row, number
from harness.decode.readers import QueryReader, kind_of, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, PAGE, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Page", "Consent", "Technical"

_TABLE = QueryTable(
    {
        "txn_id": Row("txn_id", "Pixel or event ID", GENERAL),
        "events": Row("events", "Events", GENERAL, "json"),
        "event": Row("event", "Event data", COMMERCE, "json"),
        "event_id": Row(None, "Message ID", TECHNICAL),
        "tw_sale_amount": Row("tw_sale_amount", "Sale amount", COMMERCE, "number"),
        "tw_order_quantity": Row("tw_order_quantity", "Quantity", COMMERCE, "number"),
        "tw_document_href": Row("tw_document_href", "Page address", PAGE),
        "tw_document_referrer": Row("tw_document_referrer", "Referrer", PAGE),
        "tw_iframe_status": Row(None, "In a frame", PAGE),
        "tw_product_id": Row("tw_product_id", "Product ID", COMMERCE),
        "pt": Row(None, "Page title", PAGE),
        "p_id": Row(None, "Partner", TECHNICAL),
        "p_user_id": Row("p_user_id", "Partner's user ID", USER),
        "pl_id": Row(None, "Page load ID", TECHNICAL),
        "twclid": Row("twclid", "Click ID", USER),
        "twpid": Row("twpid", "First-party ID", USER),
        "email_address": Row("email_address", "Email (hashed)", USER),
        "phone_number": Row("phone_number", "Phone (hashed)", USER),
        "integration": Row(None, "Set up through", TECHNICAL),
        "type": Row(None, "Sent by", TECHNICAL),
        "version": Row(None, "Pixel version", TECHNICAL),
        "tw_pid_src": Row(None, "First-party ID's source", TECHNICAL),
        "tpx_cb": Row(None, "Callback", TECHNICAL),
        "dv": Row(None, "Device", TECHNICAL),
        "bci": Row(None, "Client information", TECHNICAL),
        "eci": Row(None, "Event information", TECHNICAL),
        "restricted_data_use": Row(None, "Restricted data use", CONSENT),
    }
)


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"restricted_data_use": wire["restricted_data_use"]} if wire.get("restricted_data_use") else None


_READ = QueryReader(
    _TABLE,
    account="txn_id",
    page="tw_document_href",
    identifiers=("p_user_id", "twclid", "twpid", "email_address", "phone_number"),
    consent=_consent,
)
_IDENTIFYING = ("email_address", "phone_number", "external_id", "twclid")
_MONEY = ("value", "num_items", "price")


def _decode(request: CapturedRequest) -> list[Hit]:
    parameters, problem = request_parameters(request, _TABLE)
    wire = {each.name: each.value for each in reversed(parameters)}
    events = wire.get("events")
    hits = []
    if isinstance(events, list) and events:
        for entry in events:
            name, data = (entry[0] if entry else None, entry[1] if len(entry) > 1 else None) if isinstance(entry, list) else (entry, None)
            hits.append(_hit(parameters, problem, str(name) if name else None, data))
    else:
        data, identity = wire.get("event"), str(wire.get("txn_id") or "")
        sold = (isinstance(data, dict) and bool(data)) or any(_amount(wire.get(key)) for key in ("tw_sale_amount", "tw_order_quantity"))
        event = identity if identity.startswith("tw-") else None if not identity else "conversion" if sold else "pageview"
        hits.append(_hit(parameters, problem, event, data))
    return hits


def _amount(value: Any) -> bool:
    return isinstance(value, int | float) and value > 0


def _hit(parameters: list[Any], problem: str, event: str | None, data: Any) -> Hit:
    hit = _READ.hit(list(parameters), problem)
    values = hit.values
    values.pop("events", None)
    values.pop("event", None)
    if isinstance(data, dict):
        for name, value in data.items():
            values.setdefault(name, number(value) if name in _MONEY and isinstance(value, str) else value)
            if name in _IDENTIFYING and value:
                hit.identifiers.setdefault(name, str(value))
    hit.event, hit.kind = event, kind_of(event)
    pieces = (hit.account or "").split("-")
    if pieces[0] == "tw" and len(pieces) > 2:
        hit.account = pieces[1]
    if hit.identifiers.get("p_user_id") == "0":
        del hit.identifiers["p_user_id"]
    key = values.get("conversion_id") or values.get("order_id") or values.get("transaction_id")
    hit.key = str(key) if key else None
    return hit


def _copy(request: CapturedRequest) -> list[Hit]:
    hits = _decode(request)
    for hit in hits:
        hit.kind = "auxiliary"
    return hits


_PATHS = ("/i/adsct", "/1/i/adsct", "/i/adsctp", "/1/i/adsctp")
_PURCHASE = "p_id=Twitter&p_user_id=0&txn_id=o7kth&events=%5B%5B%22purchase%22%2C%7B%22value%22%3A%2229.95%22%2C%22currency%22%3A%22USD%22%2C%22num_items%22%3A%223%22%2C%22conversion_id%22%3A%22T-1%22%7D%5D%5D&tw_sale_amount=29.95&tw_order_quantity=3&tw_iframe_status=0&tw_document_href=https%3A%2F%2Fshop.example%2F%3Ftwclid%3D2a"

VENDOR = Vendor(
    id="x",
    name="X Pixel",
    category="advertising",
    docs=(
        "https://business.x.com/en/help/campaign-measurement-and-analytics/conversion-tracking-for-websites",
        "https://developer.x.com/en/docs/x-ads-api/measurement/web-conversions",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("analytics.twitter.com", "analytics.x.com") for path in _PATHS),
        *(Endpoint(host="t.co", path=path, decode=_copy) for path in _PATHS),
        Endpoint(host="static.ads-twitter.com", path="/*", role="library"),
        Endpoint(host="platform.twitter.com", path="/oct.js", role="library"),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"txn_id", "tw_document_*", "p_user_id"}),
    examples=(
        {
            "title": "a purchase",
            "request": {"url": f"https://analytics.twitter.com/i/adsct?{_PURCHASE}"},
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "o7kth", "key": "T-1", "campaign": {"twclid": "2a"}, "identifiers": {},
                    "values": {"value": 29.95, "currency": "USD", "num_items": 3, "tw_sale_amount": 29.95, "tw_order_quantity": 3},
                }
            ],
        },
        {
            "title": "its copy",
            "request": {"url": f"https://t.co/i/adsct?{_PURCHASE}"},
            "hits": [{"kind": "auxiliary", "event": "purchase", "account": "o7kth"}],
        },
        {
            "title": "a page view",
            "request": {"url": "https://analytics.twitter.com/i/adsct?p_id=Twitter&p_user_id=0&txn_id=abc12&events=%5B%5B%22pageview%22%2Cnull%5D%5D&tw_sale_amount=0"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "abc12"}],
        },
        {
            "title": "an event of the newer script, posted",
            "request": {
                "url": "https://analytics.x.com/1/i/adsctp", "method": "POST",
                "body": "event=%7B%22value%22%3A10%2C%22currency%22%3A%22EUR%22%2C%22contents%22%3A%5B%7B%22content_id%22%3A%22A%22%7D%5D%7D&txn_id=tw-o7kth-p1abc&event_id=9f1&type=javascript&version=2.3.33",
            },
            "hits": [
                {
                    "kind": "event", "event": "tw-o7kth-p1abc", "account": "o7kth",
                    "values": {"value": 10, "currency": "EUR", "contents": [{"content_id": "A"}]},
                }
            ],
        },
        {
            "title": "a page view of the newer script",
            "request": {
                "url": "https://analytics.twitter.com/1/i/adsct?bci=4&dv=UTC&eci=3&event=%7B%7D&event_id=bf51&integration=gtm&p_id=Twitter&p_user_id=0&pl_id=f27a&pt=Shop"
                "&tw_document_href=https%3A%2F%2Fshop.example%2F&tw_iframe_status=0&tw_pid_src=1&twpid=tw.1773222512498.7706&txn_id=nuq81&type=javascript&version=2.3.44"
            },
            "hits": [{"kind": "pageview", "event": "pageview", "account": "nuq81", "identifiers": {"twpid": "tw.1773222512498.7706"}, "page_url": "https://shop.example/"}],
        },
        {
            "title": "an image of the older conversion tag",
            "request": {"url": "https://analytics.twitter.com/i/adsct?txn_id=l5abc&p_id=Twitter&tw_sale_amount=29.95&tw_order_quantity=1", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "conversion", "account": "l5abc", "values": {"tw_sale_amount": 29.95}}],
        },
        {"title": "the script", "request": {"url": "https://static.ads-twitter.com/uwt.js"}, "hits": [{"kind": "library"}]},
    ),
    lookalikes=(
        "https://shop.example/i/adsct?txn_id=o7kth",
        "https://t.co/AbCdEf",
        "https://t.company/i/adsct?txn_id=o7kth",
        "https://analytics.twitter.com.evil.example/i/adsct?txn_id=o7kth",
        "https://notanalytics.twitter.com/i/adsct?txn_id=o7kth",
        "https://x.com/intent/tweet?url=https%3A%2F%2Ft.co%2Fi%2Fadsct",
    ),
)  # fmt: skip
