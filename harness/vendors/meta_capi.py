"""Meta Conversions API: events that a server sends to a pixel.

Wire format: https://developers.facebook.com/docs/marketing-api/conversions-api/using-the-api (requests),
https://developers.facebook.com/docs/marketing-api/conversions-api/parameters (parameters),
https://developers.facebook.com/docs/marketing-api/conversions-api/deduplicate-pixel-and-server-events (deduplication).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at
from harness.decode.payload import open_text, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "event_name": Row(None, "Event", "General"),
        "event_time": Row(None, "Event time", "General"),
        "event_id": Row(None, "Event ID (deduplication)", "General"),
        "event_source_url": Row("event_source_url", "Page address", "Page"),
        "action_source": Row("action_source", "Action source", "General"),
        "opt_out": Row(None, "Opted out of ads delivery", "Consent"),
        "advertiser_tracking_enabled": Row(None, "Tracking allowed on the device", "Consent"),
        "messaging_channel": Row("messaging_channel", "Messaging channel", "General"),
        "referrer_url": Row("referrer_url", "Referrer", "Page"),
        "data_processing_options[]": Row(None, "Data processing options", "Consent"),
        "data_processing_options_country": Row(None, "Data processing country", "Consent"),
        "data_processing_options_state": Row(None, "Data processing state", "Consent"),
        "user_data.fbp": Row(None, "Browser ID (fbp)", "User"),
        "user_data.fbc": Row(None, "Click ID (fbc)", "User"),
        "user_data.external_id": Row(None, "External ID", "User"),
        "custom_data.value": Row(None, "Value", "E-commerce"),
        "custom_data.currency": Row(None, "Currency", "E-commerce"),
        "custom_data.order_id": Row(None, "Order ID", "E-commerce"),
    },
    (
        Prefix("user_data.", field=None, label="{}", group="User"),
        Prefix("custom_data.", field=None, label="{}", group="Custom data"),
        Prefix("app_data.", field=None, label="{}", group="App"),
        Prefix("original_event_data.", field=None, label="Original {}", group="General"),
        Prefix("attribution_data.", field=None, label="Attribution {}", group="General"),
        Prefix("advanced_measurement_table", field=None, group="Technical"),
    ),
)
_QUERY = QueryTable(
    {
        "access_token": Row(None, "Access token", "Technical"),
        "test_event_code": Row("test_event_code", "Test event code", "Technical"),
        "data": Row(None, "Events", "General"),
    }
)
_USER = (
    "fbp", "fbc", "em", "ph", "external_id", "client_ip_address", "lead_id", "fb_login_id", "subscription_id", "madid", "anon_id", "ctwa_clid",
    "page_scoped_user_id", "page_id", "ig_account_id", "ig_sid",
)  # fmt: skip


def _derive(hit: Hit, event: Any, document: Any) -> None:
    user = at(event, "user_data")
    if isinstance(user, dict):
        for name in _USER:
            value = user.get(name)
            first = value[0] if isinstance(value, list) and value else value
            if isinstance(first, str | int) and not isinstance(first, bool) and first != "":
                hit.identifiers[name] = str(first)
        fbc = hit.identifiers.get("fbc")
        if fbc is not None:
            hit.campaign.setdefault("fbc", fbc)
    consent: dict[str, Any] = {}
    if isinstance(at(event, "opt_out"), bool):
        consent["opt_out"] = at(event, "opt_out")
    allowed = at(event, "advertiser_tracking_enabled")
    allowed = at(event, "app_data.advertiser_tracking_enabled") if allowed is None else allowed
    if isinstance(allowed, int):
        consent["advertiser_tracking_enabled"] = bool(allowed)
    if isinstance(at(event, "data_processing_options"), list):
        consent["data_processing_options"] = at(event, "data_processing_options")
    hit.consent = consent or None


_READ = JsonReader(
    _TABLE,
    events="data",
    shared={
        "test_event_code": Row("test_event_code", "Test event code", "Technical"),
        "partner_agent": Row(None, "Partner", "Technical"),
        "namespace_id": Row(None, "Namespace", "Technical"),
        "upload_id": Row(None, "Upload", "Technical"),
        "upload_tag": Row(None, "Upload", "Technical"),
        "upload_source": Row(None, "Upload's source", "Technical"),
        "access_token": Row(None, "Access token", "Technical"),
    },
    event="event_name",
    key=("event_id", "custom_data.order_id"),
    page="event_source_url",
    time="event_time",
    values=("custom_data",),
    kind=lambda name, event: kind_of(name),
    derive=_derive,
    query=_QUERY,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    payload = read_body(request)
    address = split_url(request.url)
    shared = _QUERY.read(address.query)
    form = payload.form(_QUERY)
    carried = next((str(each.value) for each in (*form, *shared) if each.name == "data" and each.value), "")
    opened = open_text(carried)
    if opened.documents and not payload.documents:
        hits = _READ.hits(opened, [*shared, *form])
    elif form:
        hit = _READ.hit({}, {}, [*shared, *form])
        hit.kind = "auxiliary"
        hits = [hit]
    else:
        hits = _READ(request)
    steps = address.path.strip("/").split("/")
    account = steps[-2] if len(steps) > 1 else None
    for hit in hits:
        hit.account = account or None
    return hits


def _is_events(request: CapturedRequest) -> bool:
    """Told from the Graph API's other ``events`` edges by the pixel's number."""
    steps = split_url(request.url).path.strip("/").split("/")
    return len(steps) in (2, 3) and steps[-2].isdecimal() and request.method in ("POST", None)


_URL = "https://graph.facebook.com/v23.0/1234567890/events?access_token=t"

VENDOR = Vendor(
    id="meta-capi",
    name="Meta Conversions API",
    category="server-side",
    docs=(
        "https://developers.facebook.com/docs/marketing-api/conversions-api/using-the-api",
        "https://developers.facebook.com/docs/marketing-api/conversions-api/parameters",
        "https://developers.facebook.com/docs/marketing-api/conversions-api/deduplicate-pixel-and-server-events",
    ),
    endpoints=tuple(Endpoint(host=host, path="*/events", recognise=_is_events) for host in ("graph.facebook.com", "graph-video.facebook.com")),
    decode=_decode,
    examples=(
        {
            "title": "two events",
            "request": {
                "url": _URL, "method": "POST",
                "body": {
                    "data": [
                        {
                            "event_name": "Purchase", "event_time": 1795318940, "event_id": "e1", "event_source_url": "https://shop.example/?utm_source=x", "action_source": "website",
                            "user_data": {"em": ["hash"], "fbp": "fb.1.1.2", "fbc": "fb.1.1.abc"}, "opt_out": False,
                            "custom_data": {"value": 19.98, "currency": "EUR", "order_id": "T-1", "contents": [{"id": "S1", "quantity": 2}]},
                        },
                        {"event_name": "PageView", "event_time": 1795318941, "user_data": {"fbp": "fb.1.1.2"}},
                    ],
                    "test_event_code": "TEST1",
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "Purchase", "account": "1234567890", "key": "e1", "event_time": 1795318940.0,
                    "identifiers": {"em": "hash", "fbp": "fb.1.1.2"}, "campaign": {"utm_source": "x", "fbc": "fb.1.1.abc"}, "consent": {"opt_out": False},
                    "values": {"value": 19.98, "currency": "EUR", "order_id": "T-1", "contents": [{"id": "S1", "quantity": 2}]},
                },
                {"kind": "pageview", "event": "PageView", "account": "1234567890"},
            ],
        },
        {
            "title": "an app's event and an offline one, with data processing options",
            "request": {
                "url": _URL, "method": "POST",
                "body": {
                    "data": [
                        {
                            "event_name": "AddToCart", "event_time": 1795318940, "event_id": "e3", "action_source": "app", "user_data": {"madid": "m1", "anon_id": "a1"},
                            "app_data": {"advertiser_tracking_enabled": 1, "application_tracking_enabled": 1},
                        },
                        {
                            "event_name": "Purchase", "event_time": 1795318941, "action_source": "physical_store", "data_processing_options": ["LDU"],
                            "data_processing_options_country": 1, "data_processing_options_state": 1000, "custom_data": {"order_id": "T-9", "value": 5, "currency": "EUR"},
                        },
                    ],
                    "upload_tag": "stores",
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "AddToCart", "key": "e3", "identifiers": {"madid": "m1", "anon_id": "a1"},
                    "consent": {"advertiser_tracking_enabled": True},
                },
                {"kind": "event", "event": "Purchase", "key": "T-9", "values": {"value": 5}, "consent": {"data_processing_options": ["LDU"]}},
            ],
        },
        {
            "title": "events in a multipart form, as the documentation's example sends them",
            "request": {
                "url": "https://graph.facebook.com/v12.0/1234567890/events", "method": "POST", "headers": {"Content-Type": "multipart/form-data; boundary=b1"},
                "body": '--b1\r\nContent-Disposition: form-data; name="data"\r\n\r\n[{"event_name":"PageView","event_id":"e4"}]\r\n'
                '--b1\r\nContent-Disposition: form-data; name="access_token"\r\n\r\nt\r\n--b1--\r\n',
            },
            "hits": [{"kind": "pageview", "event": "PageView", "account": "1234567890", "key": "e4"}],
        },
        {
            "title": "an event in a form",
            "request": {
                "url": "https://graph.facebook.com/v20.0/1234567890/events", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "access_token=t&data=%5B%7B%22event_name%22%3A%22Lead%22%2C%22event_id%22%3A%22e2%22%7D%5D",
            },
            "hits": [{"kind": "event", "event": "Lead", "account": "1234567890", "key": "e2"}],
        },
    ),
    lookalikes=(
        "https://graph.notfacebook.com/v23.0/1234567890/events",
        "https://developers.facebook.com/docs/marketing-api/conversions-api",
        {"url": "https://shop.example/v23.0/1234567890/events", "method": "POST", "body": {"data": [{"event_name": "Purchase"}]}},
        "https://graph.facebook.com/v23.0/me/events",
        "https://graph.facebook.com.evil.example/v23.0/1234567890/events",
        "https://shop.example/?u=https%3A%2F%2Fgraph.facebook.com%2Fv23.0%2F1%2Fevents",
    ),
)  # fmt: skip
