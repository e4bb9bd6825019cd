"""TikTok Pixel, as its own script (``events.js``, ``pixel.js``) and tag managers' templates send it.

Set-up and events: https://ads.tiktok.com/help/article/get-started-pixel, https://ads.tiktok.com/help/article/standard-events-parameters;
deduplication by event_id: https://ads.tiktok.com/marketing_api/docs?id=1739584864945154; click id and cookies:
https://ads.tiktok.com/marketing_api/docs?id=1739584860883969. The body itself is not published: its keys are those that pixel.js 2.x sends.

An event goes to ``/api/v2/pixel``; a copy without its data goes to Pangle's host; what the script collects by itself (metadata,
clicks, filled forms) goes to ``/api/v2/pixel/act``; what it measures of itself to other paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import at, text_at
from harness.decode.payload import open_text
from harness.decode.query import QueryTable, Row, unescape_percent
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, PAGE, USER, CAMPAIGN, TECHNICAL, AUTO = (
    "General", "E-commerce", "Page", "User", "Campaign", "Technical", "Collected by the script",
)  # fmt: skip

_TABLE = {
    "event": Row(None, "Event", GENERAL),
    "action": Row(None, "Automatic event", GENERAL),
    "event_id": Row("event_id", "Event ID (deduplication)", GENERAL),
    "message_id": Row(None, "Message ID", TECHNICAL),
    "analytics_uniq_id": Row(None, "Message ID", TECHNICAL),
    "timestamp": Row(None, "Event time", GENERAL),
    "is_onsite": Row(None, "On TikTok itself", TECHNICAL),
    "pixel_code": Row(None, "Pixel ID", GENERAL),
    "context.pixel.code": Row(None, "Pixel ID", GENERAL),
    "context.pixel.codes": Row(None, "Pixel IDs", GENERAL),
    "context.pixel.runtime": Row(None, "Pixel mode", TECHNICAL),
    "context.page.url": Row(None, "Page address", PAGE),
    "context.page.referrer": Row(None, "Referrer", PAGE),
    "context.page.load_progress": Row(None, "Load progress", TECHNICAL),
    "context.library.name": Row(None, "Library", TECHNICAL),
    "context.library.version": Row(None, "Library version", TECHNICAL),
    "context.device.platform": Row(None, "Platform", TECHNICAL),
    "context.session_id": Row(None, "Session ID", USER),
    "context.pageview_id": Row(None, "Page view ID", PAGE),
    "context.variation_id": Row(None, "Variation", TECHNICAL),
    "context.userAgent": Row(None, "User agent", TECHNICAL),
    "context.user_agent": Row(None, "User agent", TECHNICAL),
    "context.ip": Row(None, "IP address", USER),
    "context.index": Row(None, "Order in the page", TECHNICAL),
    "context.limited_data_use": Row(None, "Limited data use", "Consent"),
    "context.user.anonymous_id": Row(None, "Anonymous ID", USER),
    "context.user.user_id": Row(None, "User ID", USER),
    "context.user.device_id": Row(None, "Device ID", USER),
    "context.user.email": Row(None, "Email (hashed)", USER),
    "context.user.phone_number": Row(None, "Phone (hashed)", USER),
    "context.user.external_id": Row(None, "External ID", USER),
    "context.user.first_name": Row(None, "First name (hashed)", USER),
    "context.user.last_name": Row(None, "Last name (hashed)", USER),
    "context.user.city": Row(None, "City", USER),
    "context.user.state": Row(None, "State", USER),
    "context.user.country": Row(None, "Country", USER),
    "context.user.zip_code": Row(None, "Postal code (hashed)", USER),
    "context.user.auto_email": Row(None, "Email found on the page (hashed)", USER),
    "context.user.auto_phone_number": Row(None, "Phone found on the page (hashed)", USER),
    "context.user.ttp": Row(None, "TikTok cookie (_ttp)", USER),
    "context.ad.callback": Row(None, "Click ID (ttclid)", CAMPAIGN),
    "context.ad.ttclid": Row(None, "Click ID (ttclid)", CAMPAIGN),
    "context.ad.ad_id": Row(None, "Ad ID", CAMPAIGN),
    "context.ad.creative_id": Row(None, "Creative ID", CAMPAIGN),
    "context.ad.convert_id": Row(None, "Conversion ID", CAMPAIGN),
    "context.ad.req_id": Row(None, "Ad request ID", CAMPAIGN),
    "context.ad.log_extra": Row(None, "Ad log", CAMPAIGN),
    "context.ad.idc": Row(None, "Data centre", TECHNICAL),
    "context.ad.sdk_env": Row(None, "Environment", TECHNICAL),
    "context.ad.jsb_status": Row(None, "In-app bridge", TECHNICAL),
    "properties.value": Row("value", "Value", COMMERCE, "number"),
    "properties.currency": Row("currency", "Currency", COMMERCE),
    "properties.price": Row("price", "Price", COMMERCE, "number"),
    "properties.quantity": Row("quantity", "Quantity", COMMERCE, "number"),
    "properties.num_items": Row("num_items", "Number of items", COMMERCE, "number"),
    "properties.order_id": Row("order_id", "Order ID", COMMERCE),
    "properties.shop_id": Row("shop_id", "Shop ID", COMMERCE),
    "properties.content_id": Row("content_id", "Content ID", COMMERCE),
    "properties.content_type": Row("content_type", "Content type", COMMERCE),
    "properties.content_name": Row("content_name", "Content name", COMMERCE),
    "properties.content_category": Row("content_category", "Content category", COMMERCE),
    "properties.description": Row("description", "Description", COMMERCE),
    "properties.query": Row("query", "Search term", GENERAL),
    "properties.search_string": Row("search_string", "Search term", GENERAL),
    "properties.status": Row("status", "Status", GENERAL),
    "properties.contents[].content_id": Row(None, "Content ID", COMMERCE),
    "properties.contents[].content_type": Row(None, "Content type", COMMERCE),
    "properties.contents[].content_name": Row(None, "Content name", COMMERCE),
    "properties.contents[].content_category": Row(None, "Content category", COMMERCE),
    "properties.contents[].brand": Row(None, "Brand", COMMERCE),
    "properties.contents[].price": Row(None, "Price", COMMERCE),
    "properties.contents[].quantity": Row(None, "Quantity", COMMERCE),
    "auto_collected_properties.page_trigger": Row(None, "Trigger", AUTO),
    "auto_collected_properties.trigger_element.tag": Row(None, "Element", AUTO),
    "auto_collected_properties.trigger_element.inner_text": Row(None, "Text of the element", AUTO),
    "auto_collected_properties.trigger_element.xpath": Row(None, "Place of the element", AUTO),
    "auto_collected_properties.content_data.meta": Row(None, "Page metadata", AUTO),
    "auto_collected_properties.content_data.json_ld": Row(None, "JSON-LD", AUTO),
    "auto_collected_properties.content_data.open_graph": Row(None, "Open Graph", AUTO),
    "auto_collected_properties.content_data.microdata": Row(None, "Microdata", AUTO),
}

_QUERY = QueryTable({"analytics_message": Row(None, "Message (base64)", TECHNICAL), "sdkid": Row(None, "Pixel ID", GENERAL)})
_SCRIPT = {"sdkid": Row(None, "Pixel ID", GENERAL), "lib": Row(None, "Library", TECHNICAL), "hostname": Row(None, "Site", PAGE)}
_PIXEL_ID = 20


def _account(event: Any, document: Any) -> str | None:
    for path in ("context.pixel.code", "pixel_code", "context.pixel.codes"):
        found = text_at(event, path) or text_at(document, path)
        if found:
            return found.partition("|")[0]
    message = text_at(event, "message_id") or ""
    last = message.rpartition("-")[2]
    return last if message.startswith("messageId-") and len(last) == _PIXEL_ID and last.isupper() else None


def _events(document: Any) -> Any:
    return at(document, "batch") or at(document, "events")


def _kind(name: str | None, event: Any) -> str:
    if not name or (isinstance(event, dict) and "event" not in event) or name == "EnrichAM":
        return "auxiliary"
    return "pageview" if name in ("Pageview", "PageView") else "event"


def _derive(hit: Hit, event: Any, document: Any) -> None:
    if hit.page_url and "://" not in hit.page_url:
        hit.page_url = unescape_percent(hit.page_url)
        hit.campaign = campaign_of(hit.page_url)
    limited = at(event, "context.limited_data_use")
    if limited is not None:
        hit.consent = {"limited_data_use": limited}


_READ = JsonReader(
    _TABLE,
    events=_events,
    event=("event", "action"),
    account=_account,
    key="event_id",
    page="context.page.url",
    time="timestamp",
    identifiers={
        "anonymous_id": "context.user.anonymous_id",
        "user_id": "context.user.user_id",
        "device_id": "context.user.device_id",
        "external_id": "context.user.external_id",
        "email": "context.user.email",
        "phone_number": "context.user.phone_number",
        "ttp": "context.user.ttp",
        "ttclid": ("context.ad.ttclid", "context.ad.callback"),
        "session_id": "context.session_id",
    },
    values=("properties",),
    kind=_kind,
    derive=_derive,
    query=_QUERY,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    query = split_url(request.url).query
    if "analytics_message=" in query and not request.body.data:
        shared = _QUERY.read(query)
        for each in shared:
            if each.name == "analytics_message":
                payload = open_text(str(each.value))
                if payload.documents:
                    return _READ.hits(payload, shared)
    return _READ(request)


def _aside(request: CapturedRequest) -> list[Hit]:
    """A copy, or what the script tells of itself: the event is named, and nothing happened anew."""
    hits = _decode(request)
    for hit in hits:
        hit.kind = "auxiliary"
    return hits


def _event(event: str, **more: Any) -> dict[str, Any]:
    return {
        "event": event,
        "event_id": "",
        "timestamp": "2026-11-22T03:29:21.558Z",
        "context": {
            "ad": {"sdk_env": "external"},
            "user": {"anonymous_id": "s-OhLChyrraH6-TTRJpPNg5gS-C"},
            "pixel": {"code": "CJF3F7RC77UEOD73A56G", "runtime": "1"},
            "page": {"url": "https://shop.example/?utm_source=news&ttclid=E.C.P.1", "referrer": ""},
            "library": {"name": "pixel.js", "version": "2.1.33"},
        },
        "properties": {},
        **more,
    }


_HOSTS = ("analytics.tiktok.com", "*.analytics.tiktok.com", "analytics.us.tiktok.com", "analytics-sg.tiktok.com")
_COLLECT = ("/api/v*/pixel", "/api/v*/track", "/api/v*/shopify_pixel", "/api/v*/pixel/batch", "/api/v*/track/batch")
_SELF = (
    "/api/v*/pixel/act", "/api/v*/pixel/inter", "/api/v*/pixel/perf", "/api/v*/pixel/monitor", "/api/v*/monitor",
    "/api/v*/performance*", "/api/v*/interaction*", "/api/v*/*/enrich_ipv6", "/ipv6/enrich_ipv6",
)  # fmt: skip

VENDOR = Vendor(
    id="tiktok",
    name="TikTok Pixel",
    category="advertising",
    docs=(
        "https://ads.tiktok.com/help/article/get-started-pixel",
        "https://ads.tiktok.com/help/article/standard-events-parameters",
        "https://ads.tiktok.com/marketing_api/docs?id=1739584864945154",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in _COLLECT),
        *(Endpoint(host=host, path=path, decode=_aside) for host in _HOSTS for path in _SELF),
        *(
            Endpoint(host=host, path="/i18n/pixel/config.js", role="config", decode=LibraryReader("config", account="sdkid", table=_SCRIPT))
            for host in _HOSTS
        ),
        *(
            Endpoint(host=host, path="/i18n/pixel/*", role="library", decode=LibraryReader(account="sdkid", table=_SCRIPT))
            for host in _HOSTS
        ),
        Endpoint(host="analytics.pangle-ads.com", path="/api/v*/pangle_pixel", decode=_aside),
        Endpoint(host="*.pangle-ads.com", path="/api/v*/pangle_pixel", decode=_aside),
        Endpoint(host="analytics-ipv6.tiktokw.us", path="/ipv6/enrich_ipv6", decode=_aside),
    ),
    decode=_decode,
    automatic_events=frozenset({"Pageview", "EnrichAM", "Metadata", "Click"}),
    examples=(
        {
            "title": "a page view",
            "request": {
                "url": "https://analytics.tiktok.com/api/v2/pixel", "method": "POST", "resource_type": "ping", "body": _event("Pageview"),
            },
            "hits": [
                {
                    "kind": "pageview", "event": "Pageview", "account": "CJF3F7RC77UEOD73A56G", "key": None,
                    "campaign": {"utm_source": "news", "ttclid": "E.C.P.1"}, "event_time": 1795318161.558,
                    "identifiers": {"anonymous_id": "s-OhLChyrraH6-TTRJpPNg5gS-C"},
                }
            ],
        },
        {
            "title": "a payment with its products and the id by which it is deduplicated",
            "request": {
                "url": "https://analytics.tiktok.com/api/v2/pixel",
                "method": "POST",
                "body": _event(
                    "CompletePayment",
                    event_id="T-1",
                    properties={"value": "19.98", "currency": "USD", "contents": [{"content_id": "SKU1", "quantity": 2, "price": 9.99}]},
                ),
            },
            "hits": [
                {
                    "kind": "event", "event": "CompletePayment", "key": "T-1",
                    "values": {
                        "value": 19.98, "currency": "USD", "contents": [{"content_id": "SKU1", "quantity": 2, "price": 9.99}],
                    },
                }
            ],
        },
        {
            "title": "two events in one request",
            "request": {
                "url": "https://analytics.tiktok.com/api/v1/track/batch",
                "method": "POST",
                "body": {"pixel_code": "BT24M8TQUU2IQ2BVG9NG", "batch": [{"event": "ViewContent"}, {"event": "AddToCart"}]},
            },
            "hits": [
                {"event": "ViewContent", "account": "BT24M8TQUU2IQ2BVG9NG"}, {"event": "AddToCart", "account": "BT24M8TQUU2IQ2BVG9NG"},
            ],
        },
        {
            "title": "the copy for Pangle",
            "request": {
                "url": "https://analytics.pangle-ads.com/api/v2/pangle_pixel",
                "method": "POST",
                "body": {"event": "Pageview", "message_id": "messageId-1795318157478-7714421110135-CJF3F7RC77UEOD73A56G"},
            },
            "hits": [{"kind": "auxiliary", "event": "Pageview", "account": "CJF3F7RC77UEOD73A56G"}],
        },
        {
            "title": "a click that the script noticed by itself",
            "request": {
                "url": "https://analytics.tiktok.com/api/v2/pixel/act",
                "method": "POST",
                "body": {"action": "Click", "context": {"pixel": {"code": "C1", "codes": "C1|C2"}}},
            },
            "hits": [{"kind": "auxiliary", "event": "Click", "account": "C1"}],
        },
        {
            "title": "what the script measures of itself",
            "request": {
                "url": "https://analytics.tiktok.com/api/v2/pixel/perf", "method": "POST", "body": {"event": "Pageview", "context": {"pixel": {"code": "C1"}}},
            },
            "hits": [{"kind": "auxiliary", "account": "C1"}],
        },
        {
            "title": "a shop's event",
            "request": {
                "url": "https://analytics.us.tiktok.com/api/v1/shopify_pixel", "method": "POST",
                "body": {"event": "AddToCart", "context": {"pixel": {"code": "C1"}, "user": {"external_id": "x"}}, "properties": {"value": 5, "currency": "EUR"}},
            },
            "hits": [{"kind": "event", "event": "AddToCart", "account": "C1", "values": {"value": 5, "currency": "EUR"}, "identifiers": {"external_id": "x"}}],
        },
        {
            "title": "an event as base64 in the query",
            "request": {
                "url": "https://analytics.tiktok.com/api/v2/pixel?analytics_message="
                "eyJldmVudCI6IlNlYXJjaCIsImNvbnRleHQiOnsicGl4ZWwiOnsiY29kZSI6IkMxIn19LCJwcm9wZXJ0aWVzIjp7InF1ZXJ5Ijoic2jDqHMifX0%3D"
            },
            "hits": [{"event": "Search", "account": "C1", "values": {"query": "shès"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://analytics.tiktok.com/i18n/pixel/events.js?sdkid=BT24PR2UH19GN34U0RP0&lib=ttq"},
            "hits": [{"kind": "library", "account": "BT24PR2UH19GN34U0RP0"}],
        },
    ),
    lookalikes=(
        "https://shop.example/api/v2/pixel",
        "https://analytics.tiktok.com/",
        "https://analytics.tiktok.com.evil.example/api/v2/pixel",
        "https://notanalytics.tiktok.community/api/v2/pixel",
        "https://shop.example/?next=https%3A%2F%2Fanalytics.tiktok.com%2Fapi%2Fv2%2Fpixel",
        "https://www.tiktok.com/api/v2/pixels",
        "https://ads.tiktok.com/help/article/get-started-pixel",
        "https://www.tiktok.com/@someone",
    ),
)  # fmt: skip
