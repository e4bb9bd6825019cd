"""Attentive: events of its tag and of its app SDKs, and identities.

Documentation: https://docs.attentive.com/ (tag), https://github.com/attentive-mobile/attentive-ios-sdk and
https://github.com/attentive-mobile/attentive-android-sdk (the apps' requests).

The older request has everything in its address, the event as a code of a letter or two (``c``, ``d``, ``p``, ``oc``) and its details as
JSON in ``m``; the newer one posts JSON in a form's ``d``, with the event's whole name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import open_text
from harness.decode.query import Prefix, QueryTable, Row, number
from harness.decode.readers import JsonReader, LibraryReader, QueryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, PAGE, USER, TECHNICAL = "General", "E-commerce", "Page", "Visitor", "Technical"
_TABLE = QueryTable(
    {
        "c": Row(None, "Company", GENERAL),
        "t": Row(None, "Event", GENERAL),
        "m": Row("metadata", "Details", GENERAL, "json"),
        "u": Row("visitor_id", "Visitor ID", USER),
        "evs": Row("external_vendor_ids", "IDs at other vendors", USER, "json"),
        "pd": Row("page", "Page address", PAGE),
        "r": Row("referrer", "Referrer", PAGE),
        "lt": Row(None, "Loaded at", TECHNICAL),
        "cb": Row(None, "Cache buster", TECHNICAL),
        "cs": Row(None, "Checksum", TECHNICAL),
        "ceid": Row(None, "Company's code", GENERAL),
        "tag": Row(None, "Tag", TECHNICAL),
        "v": Row(None, "Version", TECHNICAL),
        "d": Row(None, "Event", GENERAL),
    }
)
_KINDS = {"idn": "identify", "i": "auxiliary", "UserIdentifierCollected": "identify", "Info": "auxiliary"}
_NUMBERS = ("price", "quantity", "cartTotal", "orderTotal")


def _kind(name: str | None) -> str:
    return _KINDS.get(name or "", "event" if name else "auxiliary")


_READ = QueryReader(_TABLE, page="page", identifiers=("visitor_id",), kind=_kind, lifted=("metadata",))


def _derive(hit: Hit, event: Any, document: Any) -> None:
    details = at(event, "eventMetadata")
    for name, value in details.items() if isinstance(details, dict) else ():
        if name != "eventType" and value is not None:
            hit.values.setdefault(name, value)
    for name in ("encryptedEmail", "encryptedPhone"):
        if (found := text_at(event, f"identifiers.{name}")) is not None:
            hit.identifiers[name] = found


_POSTED = JsonReader(
    PathTable(
        {
            "eventType": Row(None, "Event", GENERAL),
            "attentiveDomain": Row(None, "Company", GENERAL),
            "visitorId": Row(None, "Visitor ID", USER),
            "locationHref": Row(None, "Page address", PAGE),
            "referrer": Row(None, "Referrer", PAGE),
            "timestamp": Row(None, "Time", TECHNICAL),
            "appSdk": Row(None, "SDK", TECHNICAL),
            "version": Row(None, "Version", TECHNICAL),
        },
        (
            Prefix("eventMetadata.", field=None, label="{}", group=COMMERCE),
            Prefix("identifiers.", field=None, label="{}", group=USER),
            Prefix("genericMetadata.", label="{}", group=GENERAL),
        ),
    ),
    event="eventType",
    account="attentiveDomain",
    key="eventMetadata.orderId",
    page="locationHref",
    time="timestamp",
    identifiers={"visitor_id": "visitorId"},
    values=(),
    kind=lambda name, event: _kind(name),
    derive=_derive,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    parameters, problem = request_parameters(request, _TABLE)
    wire = {each.name: each.value for each in reversed(parameters)}
    posted = open_text(str(wire.get("d") or ""))
    if posted.documents:
        return _POSTED.hits(posted, [each for each in parameters if each.name != "d"])
    hit = _READ.hit(parameters, problem)
    hit.account = str(wire["c"]) if wire.get("c") else None
    hit.event = str(wire["t"]) if wire.get("t") else None
    hit.kind = _kind(hit.event)
    hit.key = str(hit.values["orderId"]) if hit.values.get("orderId") else None
    for name in _NUMBERS:
        if isinstance(value := hit.values.get(name), str):
            hit.values[name] = number(value)
    products = hit.values.get("products")
    if isinstance(products, str) and isinstance(listed := open_text(products).value, list):
        hit.values["products"] = listed
    for name in ("email", "phone"):
        if isinstance(hit.values.get(name), str):
            hit.identifiers[name] = hit.values[name]
    return [hit]


def _brand(path: str, wire: Mapping[str, object]) -> str | None:
    """``/<brand>/dtag.js``."""
    steps = [step for step in path.split("/") if step]
    return steps[0] if len(steps) > 1 else None


VENDOR = Vendor(
    id="attentive",
    name="Attentive",
    category="marketing",
    docs=("https://docs.attentive.com/", "https://github.com/attentive-mobile/attentive-ios-sdk"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("events.attentivemobile.com", "events.dev.attentivemobile.com") for path in ("/e", "/mobile")),
        *(Endpoint(host="mobile.attentivemobile.com", path=path, decode=LibraryReader("auxiliary")) for path in ("/token", "/mtctrl", "/opt-in-subscriptions")),
        Endpoint(host="cdn.attn.tv", role="library", decode=LibraryReader(account=_brand)),
        *(Endpoint(host="*.attn.tv", path=path, role="config", decode=LibraryReader("config")) for path in ("/d", "/c", "/unrenderedCreative")),
    ),
    decode=_decode,
    automatic_events=frozenset({"i", "Info"}),
    automatic_parameters=frozenset({"page", "referrer", "visitor_id", "external_vendor_ids"}),
    examples=(
        {
            "title": "an order of the tag",
            "request": {
                "url": "https://events.attentivemobile.com/e?v=4.16.10&pd=https%3A%2F%2Fshop.example%2Fthanks%3Futm_source%3Dx&u=98a8&c=shop&ceid=r5D&lt=1667318830497&tag=modern"
                "&t=oc&m=%7B%22orderId%22%3A%22T-1%22%2C%22cartTotal%22%3A%2219.98%22%2C%22currency%22%3A%22USD%22%2C%22products%22%3A%22%5B%7B%5C%22productId%5C%22%3A%5C%22S1%5C%22%7D%5D%22%7D"
            },
            "hits": [
                {
                    "kind": "event", "event": "oc", "account": "shop", "key": "T-1", "campaign": {"utm_source": "x"}, "identifiers": {"visitor_id": "98a8"},
                    "values": {"orderId": "T-1", "cartTotal": 19.98, "currency": "USD", "products": [{"productId": "S1"}]},
                }
            ],
        },
        {
            "title": "an identity",
            "request": {
                "url": "https://events.attentivemobile.com/e?v=mobile-app&c=shop&t=idn&lt=0&u=98a8&evs=%5B%7B%22vendor%22%3A%222%22%2C%22id%22%3A%22c-1%22%7D%5D&m=%7B%22source%22%3A%22msdk%22%2C%22email%22%3A%22a%40b.co%22%7D"
            },
            "hits": [
                {
                    "kind": "identify", "event": "idn", "account": "shop", "identifiers": {"visitor_id": "98a8", "email": "a@b.co"},
                    "values": {"external_vendor_ids": [{"vendor": "2", "id": "c-1"}]},
                }
            ],
        },
        {
            "title": "an event of the newer apps, JSON in a form",
            "request": {
                "url": "https://events.attentivemobile.com/mobile", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
                "body": "d=%7B%22visitorId%22%3A%22d486%22%2C%22attentiveDomain%22%3A%22games%22%2C%22eventType%22%3A%22AddToCart%22%2C%22timestamp%22%3A%222025-11-03T20%3A40%3A08.981Z%22"
                "%2C%22identifiers%22%3A%7B%22encryptedEmail%22%3A%22Zn%22%7D%2C%22eventMetadata%22%3A%7B%22eventType%22%3A%22AddToCart%22%2C%22product%22%3A%7B%22productId%22%3A%22p1%22%7D"
                "%2C%22currency%22%3A%22USD%22%7D%7D",
            },
            "hits": [
                {
                    "kind": "event", "event": "AddToCart", "account": "games", "identifiers": {"visitor_id": "d486", "encryptedEmail": "Zn"},
                    "values": {"product": {"productId": "p1"}, "currency": "USD"}, "event_time": 1762202408.981,
                }
            ],
        },
        {
            "title": "the tag",
            "request": {"url": "https://cdn.attn.tv/fashionshop/dtag.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "fashionshop"}],
        },
        {
            "title": "a visitor's creative asked for",
            "request": {"url": "https://fashionshop-us.attn.tv/d?attn_vid=3146"},
            "hits": [{"kind": "config"}],
        },
    ),
    lookalikes=(
        "https://shop.example/e?c=shop&t=oc&u=1",
        "https://events.attentivemobile.com.evil.example/e?t=c",
        "https://events.notattentivemobile.com/e?t=c",
        "https://ui.attentivemobile.com/signin",
        "https://shop.example/?u=https%3A%2F%2Fevents.attentivemobile.com%2Fe",
    ),
)  # fmt: skip
