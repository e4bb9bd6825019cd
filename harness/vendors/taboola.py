"""Taboola Pixel.

Documentation: https://developers.taboola.com/pixel/docs/add-the-base-pixel-manually,
https://developers.taboola.com/pixel/docs/verification-network-traffic, https://developers.taboola.com/pixel/docs/track-dynamic-conversion-values,
https://developers.taboola.com/pixel/docs/the-postback-url, https://developers.taboola.com/pixel/docs/bulk-submit-s2s-conversions.

Events go to ``/<account>/log/3/<action>?en=<event>``, page views also to ``/<account>/trc/3/json`` with their event in the JSON of ``data``;
a publisher's recommendations use the latter as well, and then name no event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import at
from harness.decode.query import QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, PAGE, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Page", "Consent", "Technical"

_ROWS = {
    "en": Row("en", "Event", GENERAL),
    "name": Row("name", "Event", GENERAL),
    "revenue": Row("revenue", "Revenue", COMMERCE, "number"),
    "currency": Row("currency", "Currency", COMMERCE),
    "orderid": Row("orderid", "Order ID", COMMERCE),
    "quantity": Row("quantity", "Quantity", COMMERCE, "number"),
    "item-url": Row("item-url", "Page address", PAGE),
    "ref": Row("ref", "Referrer", PAGE),
    "click-id": Row("click-id", "Click ID", USER),
    "tblci": Row("tblci", "Click ID", USER),
    "unified_id": Row("unified_id", "Email (hashed)", USER),
    "ui": Row("ui", "User ID", USER),
    "vi": Row(None, "View ID", TECHNICAL),
    "cv": Row(None, "Script version", TECHNICAL),
    "tim": Row(None, "Time of day", TECHNICAL),
    "id": Row(None, "Request ID", TECHNICAL),
    "data": Row("data", "Page view", GENERAL, "json"),
    "tcs": Row(None, "TCF string", CONSENT),
    "gdpr": Row(None, "GDPR applies", CONSENT),
    "ccpaPs": Row(None, "US privacy string", CONSENT),
    "cbp": Row(None, "Consent platform", CONSENT),
    "cbpv": Row(None, "Consent platform's version", CONSENT),
    "cmps": Row(None, "Consent platform's state", CONSENT),
    "it": Row(None, "From", TECHNICAL),
    "sd": Row(None, "Session", TECHNICAL),
    "est": Row(None, "Estimated time (ms)", TECHNICAL),
    "tos": Row(None, "Time on the site (s)", TECHNICAL),
    "ssd": Row(None, "Session depth", TECHNICAL),
    "scd": Row(None, "Scroll depth", TECHNICAL),
}
_TELEMETRY = frozenset(("pre_d_eng_tb", "abtests"))


def _kind(event: str | None) -> str:
    return "auxiliary" if not event or event in _TELEMETRY else "pageview" if event == "page_view" else "event"


def _event(values: Mapping[str, Any]) -> str | None:
    event = values.get("en") or values.get("name") or at(values.get("data"), "mpvd.en")
    return str(event) if event else None


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("tcs", "gdpr", "ccpaPs") if wire.get(key)} or None


_READ = QueryReader(
    QueryTable(_ROWS), event=_event, key="orderid", page="item-url", identifiers=("ui", "unified_id", "click-id", "tblci"), kind=_kind, consent=_consent,
)  # fmt: skip


def _account(path: str) -> str | None:
    first = path.split("/")[1]
    return first if first not in ("actions-handler", "sg", "") else None


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.account = _account(split_url(request.url).path)
        data = hit.values.pop("data", None)
        view = at(data, "mpvd")
        if isinstance(view, dict):
            page = view.get("item-url") or at(data, "u")
            if isinstance(page, str) and hit.page_url is None:
                hit.page_url, hit.campaign = page, campaign_of(page)
            for name, value in view.items():
                if name in _ROWS and _ROWS[name].field is not None:
                    hit.values.setdefault(name, value)
            key = view.get("orderid")
            hit.key = hit.key or (str(key) if key else None)
        if isinstance(data, dict):
            said = {name: data.get(name) or at(view, name) for name in ("tcs", "gdpr", "ccpaPs")}
            said["ccpaPs"] = said["ccpaPs"] or data.get("ccpa")
            hit.consent = hit.consent or {name: value for name, value in said.items() if value} or None
            if isinstance(data.get("ui"), str) and data["ui"]:
                hit.identifiers.setdefault("ui", data["ui"])
    return hits


_BULK = JsonReader(
    {f"actions[].{name}": row for name, row in _ROWS.items()} | _ROWS,
    events="actions",
    event="name",
    key="orderid",
    time="timestamp",
    identifiers={"click-id": "click-id"},
)


def _bulk(request: CapturedRequest) -> list[Hit]:
    hits = _BULK(request)
    for hit in hits:
        hit.account = _account(split_url(request.url).path)
    return hits


def _unip(path: str, wire: Mapping[str, Any]) -> str | None:
    pieces = path.split("/")
    return pieces[3] if len(pieces) > 4 and pieces[2] == "unip" else pieces[2] if len(pieces) > 3 else None


_HOSTS = (
    "trc.taboola.com",
    "trc-events.taboola.com",
    "*.trc.taboola.com",
    "us-trc.taboola.com",
    "am-trc-events.taboola.com",
    "la-trc-events.taboola.com",
    "us-trc-events.taboola.com",
    "*.trc-events.taboola.com",
    "nr-events.taboola.com",
    "trc2.taboola.com",
)

VENDOR = Vendor(
    id="taboola",
    name="Taboola Pixel",
    category="advertising",
    docs=(
        "https://developers.taboola.com/pixel/docs/verification-network-traffic",
        "https://developers.taboola.com/pixel/docs/track-dynamic-conversion-values",
        "https://developers.taboola.com/pixel/docs/the-postback-url",
    ),
    endpoints=(
        *(Endpoint(host=host, path="/*/log/3/*") for host in _HOSTS),
        *(Endpoint(host=host, path="/*/log/3/bulk-s2s-action", decode=_bulk) for host in _HOSTS),
        *(Endpoint(host=host, path="/*/trc/3/json") for host in _HOSTS),
        *(Endpoint(host=host, path="/sg/*", decode=LibraryReader("auxiliary")) for host in ("trc.taboola.com", "sync.taboola.com", "sync-t1.taboola.com")),
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary")) for host, path in (("psb.taboola.com", "/topics_api"), ("pips.taboola.com", "/"), ("cds.taboola.com", "/"))),
        Endpoint(host="cdn.taboola.com", path="/libtrc/*", role="library", decode=LibraryReader(account=_unip)),
        Endpoint(host="cdn.taboola.com", path="/scripts/*", role="library"),
    ),
    decode=_decode,
    automatic_events=frozenset({"pre_d_eng_tb"}),
    automatic_parameters=frozenset({"item-url", "ref", "ui"}),
    examples=(
        {
            "title": "a purchase",
            "request": {
                "url": "https://trc.taboola.com/1234567/log/3/unip?en=make_purchase&revenue=49.90&currency=EUR&orderid=T-1&quantity=2"
                "&item-url=https%3A%2F%2Fshop.example%2Fthanks%3Ftblci%3Dab&ui=u-1&tcs=CP"
            },
            "hits": [
                {
                    "kind": "event", "event": "make_purchase", "account": "1234567", "key": "T-1", "campaign": {"tblci": "ab"},
                    "values": {"revenue": 49.9, "currency": "EUR", "quantity": 2}, "consent": {"tcs": "CP"}, "identifiers": {"ui": "u-1"},
                }
            ],
        },
        {
            "title": "a page view in JSON",
            "request": {
                "url": "https://trc.taboola.com/1234567/trc/3/json?tim=1784031640529&data=%7B%22id%22%3A106%2C%22ii%22%3A%22%2F%22%2C%22it%22%3A%22video%22%2C%22ui%22%3A%22cefd-tuct9b5e708%22"
                "%2C%22u%22%3A%22https%3A%2F%2Fshop.example%2F%22%2C%22tcs%22%3A%22CQnS%22%2C%22ccpa%22%3A%221---%22%2C%22mpvd%22%3A%7B%22en%22%3A%22page_view%22"
                "%2C%22item-url%22%3A%22https%3A%2F%2Fshop.example%2F%22%2C%22ccpaPs%22%3A%221---%22%2C%22it%22%3A%22JS_PIXEL%22%7D%7D&pubit=i"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page_view", "account": "1234567", "page_url": "https://shop.example/", "values": {"en": "page_view"},
                    "consent": {"tcs": "CQnS", "ccpaPs": "1---"}, "identifiers": {"ui": "cefd-tuct9b5e708"},
                }
            ],
        },
        {
            "title": "a publisher's recommendations asked for, which are no event",
            "request": {"url": "https://am-trc-events.taboola.com/publisher-network/log/3/visible?route=AM:AM:V&tvi2=1&lti=x"},
            "hits": [{"kind": "auxiliary", "event": None, "account": "publisher-network"}],
        },
        {
            "title": "a conversion from a server, by the postback address",
            "request": {"url": "https://trc.taboola.com/actions-handler/log/3/s2s-action?click-id=c1&name=Purchase&revenue=9.99&currency=USD&orderid=T-9"},
            "hits": [{"kind": "event", "event": "Purchase", "account": None, "key": "T-9", "values": {"revenue": 9.99, "currency": "USD"}, "identifiers": {"click-id": "c1"}}],
        },
        {
            "title": "what the script tells of the visitor's attention",
            "request": {"url": "https://trc-events.taboola.com/1234567/log/3/unip?en=pre_d_eng_tb&tos=12"},
            "hits": [{"kind": "auxiliary", "event": "pre_d_eng_tb", "account": "1234567"}],
        },
        {
            "title": "conversions in bulk, from a server",
            "request": {
                "url": "https://trc.taboola.com/1234567/log/3/bulk-s2s-action",
                "method": "POST",
                "body": {"actions": [{"click-id": "c1", "timestamp": 1700000000000, "name": "lead"}, {"click-id": "c2", "name": "sale", "revenue": 5}]},
            },
            "hits": [
                {"event": "lead", "account": "1234567", "identifiers": {"click-id": "c1"}, "event_time": 1700000000.0},
                {"event": "sale", "values": {"revenue": 5}},
            ],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn.taboola.com/libtrc/unip/1234567/tfa.js"},
            "hits": [{"kind": "library", "account": "1234567"}],
        },
    ),
    lookalikes=(
        "https://shop.example/1234567/log/3/unip?en=page_view",
        "https://trc.taboola.com.evil.example/1/log/3/unip?en=page_view",
        "https://nottrc.taboola.com/1/log/3/unip?en=page_view",
        "https://shop.example/?u=https%3A%2F%2Ftrc.taboola.com%2F1%2Flog%2F3%2Funip",
        "https://www.taboola.com/log",
        "https://trc.taboola.com/p3p.xml",
        "https://backstage.taboola.com/backstage/api/1.0/a/reports",
    ),
)  # fmt: skip
