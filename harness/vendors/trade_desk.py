"""The Trade Desk: universal pixel, static pixels and real-time conversion events.

Documentation: https://open.thetradedesk.com/provider/docsApp/GuidesProvider/data/doc/TrackingTagsUniversalPixel,
https://partner.thetradedesk.com/v3/portal/data/doc/DataConversionEventsApi. The universal pixel names no event: what carries an order or
revenue is called ``conversion`` here, the rest ``page_view``. A static pixel is a conversion of the tracking tag that ``ct`` names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import text_at
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, PAGE, CONSENT, TECHNICAL, DYNAMIC = (
    "General",
    "E-commerce",
    "User",
    "Page",
    "Consent",
    "Technical",
    "Dynamic parameters",
)

_TABLE = QueryTable(
    {
        "adv": Row("adv", "Advertiser ID", GENERAL),
        "upid": Row("upid", "Universal pixel ID", GENERAL),
        "ct": Row("ct", "Tracking tag", GENERAL),
        "v": Row("v", "Revenue", COMMERCE, "number"),
        "vf": Row("vf", "Currency", COMMERCE),
        "orderid": Row("orderid", "Order ID", COMMERCE),
        "ref": Row("ref", "Page address", PAGE),
        "upv": Row(None, "Pixel version", TECHNICAL),
        "fmt": Row(None, "Format", TECHNICAL),
        "paapi": Row(None, "Protected audience", TECHNICAL),
        "ttd_pid": Row(None, "Partner ID", GENERAL),
        "pid": Row("pid", "Partner ID", GENERAL),
        "uid2_token": Row("uid2_token", "UID2 token", USER),
        "euid_token": Row("euid_token", "EUID token", USER),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
        "us_privacy": Row(None, "US privacy string", CONSENT),
        "gpp": Row(None, "GPP string", CONSENT),
        "gpp_sid": Row(None, "GPP sections", CONSENT),
    },
    (Prefix("td", field="td{}", label="Parameter {}", group=DYNAMIC),),
)


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("gdpr", "gdpr_consent", "us_privacy", "gpp") if wire.get(key)} or None


_READ = QueryReader(
    _TABLE, account=("adv", "ttd_pid", "pid"), key="orderid", page="ref", identifiers=("uid2_token", "euid_token"), consent=_consent
)


def _decode(request: CapturedRequest) -> list[Hit]:
    path = split_url(request.url).path
    universal = path.rstrip("/").endswith("/up")
    hits = _READ(request)
    for hit in hits:
        if path.startswith("/tags/"):
            steps = path.split("/")
            hit.account = hit.account or steps[2] or None
            hit.values.setdefault("ct", steps[3])
        paid = bool(hit.values.get("orderid")) or hit.values.get("v") not in (None, "", 0)
        hit.event = "page_view" if universal and not paid else "conversion"
        hit.kind = kind_of(hit.event)
    return hits


_PAGE_FIELDS = {
    "advertiser_id": Row("advertiser_id", "Advertiser ID", GENERAL),
    "tracker_id": Row("tracker_id", "Tracking tag", GENERAL),
    "upixel_id": Row("upixel_id", "Universal pixel ID", GENERAL),
    "event_name": Row("event_name", "Event", GENERAL),
    "value": Row("value", "Value", COMMERCE, "number"),
    "currency": Row("currency", "Currency", COMMERCE),
    "order_id": Row("order_id", "Order ID", COMMERCE),
    "referrer_url": Row("referrer_url", "Page address", PAGE),
    "adid": Row("adid", "User ID", USER),
    "adid_type": Row(None, "Kind of user ID", USER),
    "client_ip": Row(None, "IP address", USER),
    "tracker_or_universal_pixel_id": Row("tracker_or_universal_pixel_id", "Tracking tag", GENERAL),
    "universal_pixel_id": Row("universal_pixel_id", "Universal pixel ID", GENERAL),
    "imp": Row("imp", "Impression ID", USER),
}


def _privacy(hit: Hit, event: Any, document: Any) -> None:
    """``privacy_settings``: whether a law applies, and its consent string."""
    settings = event.get("privacy_settings") if isinstance(event, dict) else None
    consent: dict[str, Any] = {}
    for each in settings if isinstance(settings, list) else ():
        kind = text_at(each, "privacy_type")
        if kind is not None and isinstance(each, dict):
            consent[kind] = each.get("is_applicable")
            if (said := text_at(each, "consent_string")) is not None:
                consent[f"{kind}_consent"] = said
    hit.consent = consent or None


_EVENTS = JsonReader(
    {f"data[].{name}": row for name, row in _PAGE_FIELDS.items()} | _PAGE_FIELDS,
    events="data",
    event="event_name",
    account="advertiser_id",
    key="order_id",
    page="referrer_url",
    time=("timestamp_utc", "timestamp"),
    identifiers={"adid": "adid", "imp": "imp"},
    derive=_privacy,
    kind=lambda name, event: "pageview" if name in ("page_view", "pageview") else "event",
    query=_TABLE,
)

VENDOR = Vendor(
    id="trade-desk",
    name="The Trade Desk",
    category="advertising",
    docs=(
        "https://open.thetradedesk.com/provider/docsApp/GuidesProvider/data/doc/TrackingTagsUniversalPixel",
        "https://partner.thetradedesk.com/v3/portal/data/doc/DataConversionEventsApi",
    ),
    endpoints=(
        *(
            Endpoint(host="insight.adsrvr.org", path=path)
            for path in ("/track/up", "/track/up/", "/track/pxl", "/track/pxl/", "/track/conv", "/track/conv/", "/track/evnt", "/track/evnt/")
        ),
        Endpoint(host="insight.adsrvr.org", path="/track/realtimeconversion", decode=_EVENTS),
        Endpoint(host="insight.adsrvr.org", path="/tags/*/*/iframe"),
        Endpoint(host="match.adsrvr.org", path="/track/*", decode=LibraryReader("auxiliary", account="ttd_pid")),
        Endpoint(host="js.adsrvr.org", path="/*", role="library"),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"adv", "upid", "ref"}),
    examples=(
        {
            "title": "a page under the universal pixel",
            "request": {"url": "https://insight.adsrvr.org/track/up?adv=k3pq3ve&ref=https%3A%2F%2Fshop.example%2F&upid=u4pcpfl&upv=1.1.0"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "k3pq3ve", "values": {"upid": "u4pcpfl"}, "page_url": "https://shop.example/"}],
        },
        {
            "title": "an order with dynamic parameters",
            "request": {"url": "https://insight.adsrvr.org/track/up?adv=k3pq3ve&upid=u4pcpfl&orderid=T-1&v=19.98&vf=EUR&td1=SKU-1&gdpr=1&gdpr_consent=CP"},
            "hits": [
                {
                    "kind": "event", "event": "conversion", "key": "T-1", "values": {"v": 19.98, "vf": "EUR", "td1": "SKU-1"},
                    "consent": {"gdpr": "1", "gdpr_consent": "CP"},
                }
            ],
        },
        {
            "title": "a static pixel",
            "request": {"url": "https://insight.adsrvr.org/track/pxl/?adv=0h0ik7r&ct=0:pazrbdr&fmt=3"},
            "hits": [{"kind": "event", "event": "conversion", "account": "0h0ik7r", "values": {"ct": "0:pazrbdr"}}],
        },
        {
            "title": "events in real time",
            "request": {
                "url": "https://insight.adsrvr.org/track/realtimeconversion",
                "method": "POST",
                "body": {
                    "data": [
                        {"advertiser_id": "k3", "event_name": "purchase", "value": "19.98", "currency": "EUR", "order_id": "T-1", "items": [{"item_code": "A"}]},
                        {"advertiser_id": "k3", "event_name": "addtocart"},
                    ]
                },
            },
            "hits": [
                {"event": "purchase", "account": "k3", "key": "T-1", "values": {"value": 19.98, "items": [{"item_code": "A"}]}},
                {"event": "addtocart", "account": "k3"},
            ],
        },
        {"title": "the script", "request": {"url": "https://js.adsrvr.org/up_loader.1.1.0.js"}, "hits": [{"kind": "library"}]},
        {
            "title": "static pixels: an event's, a conversion's of an older kind, and a frame's",
            "request": "https://insight.adsrvr.org/track/conv/?adv=pp505sw&ct=0:9fq9r83&fmt=3&v=5&vf=USD&orderid=T-2",
            "hits": [{"kind": "event", "event": "conversion", "account": "pp505sw", "key": "T-2", "values": {"v": 5, "vf": "USD"}}],
        },
        {
            "title": "a static tag's frame",
            "request": {"url": "https://insight.adsrvr.org/tags/pp505sw/9fq9r83/iframe", "resource_type": "document"},
            "hits": [{"kind": "event", "event": "conversion", "account": "pp505sw", "values": {"ct": "9fq9r83"}}],
        },
        {
            "title": "a server's event with what the law asks",
            "request": {
                "url": "https://insight.adsrvr.org/track/realtimeconversion", "method": "POST",
                "body": {"data": [{"advertiser_id": "k3", "event_name": "purchase", "adid": "d1", "adid_type": "TDID", "privacy_settings": [{"privacy_type": "GDPR", "is_applicable": 1, "consent_string": "CPx"}]}]},
            },
            "hits": [{"kind": "event", "event": "purchase", "identifiers": {"adid": "d1"}, "consent": {"GDPR": 1, "GDPR_consent": "CPx"}}],
        },
        {
            "title": "the frame that syncs IDs after the universal pixel",
            "request": "https://match.adsrvr.org/track/upb/?adv=k3pq3ve&ref=https%3A%2F%2Fshop.example%2F&upid=u4pcpfl",
            "hits": [{"kind": "auxiliary"}],
        },
    ),
    lookalikes=(
        "https://desk.thetradedesk.com/",
        "https://www.adsrvr.org/",
        "https://shop.example/track/up?adv=k3pq3ve&upid=u4pcpfl",
        "https://insight.adsrvr.org.evil.example/track/up?adv=1",
        "https://notinsight.adsrvr.org/track/up?adv=1",
        "https://shop.example/?u=https%3A%2F%2Finsight.adsrvr.org%2Ftrack%2Fup",
        "https://insight.adsrvr.org/track/up-private",
    ),
)  # fmt: skip
