"""GA4 Measurement Protocol: events that a server sends to Google Analytics 4.

Wire format: https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference (requests),
https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events (batches),
https://developers.google.com/analytics/devguides/collection/protocol/ga4/validating-events (validation server).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_SHARED = PathTable(
    {
        "client_id": Row(None, "Client ID", "User"),
        "app_instance_id": Row(None, "App instance ID", "User"),
        "user_id": Row(None, "User ID", "User"),
        "timestamp_micros": Row(None, "Time", "Technical"),
        "non_personalized_ads": Row(None, "Non-personalised ads", "Consent"),
        "consent.ad_user_data": Row(None, "ad_user_data", "Consent"),
        "consent.ad_personalization": Row(None, "ad_personalization", "Consent"),
        "validation_behavior": Row(None, "Validation", "Technical"),
        "ip_override": Row(None, "IP address", "User"),
    },
    (
        Prefix("user_properties.", field=None, label="{}", group="User properties"),
        Prefix("user_data.", field=None, label="{} (hashed)", group="User"),
        Prefix("user_location.", field=None, label="{}", group="User"),
        Prefix("device.", field=None, label="{}", group="Device"),
    ),
)
_TABLE = PathTable(
    {"name": Row(None, "Event name", "General")}, (Prefix("params.", field=None, label="{}", group="Event parameters"), *_SHARED.prefixes)
)
_QUERY = QueryTable(
    {
        "measurement_id": Row(None, "Measurement ID", "General"),
        "firebase_app_id": Row(None, "Firebase app ID", "General"),
        "api_secret": Row(None, "API secret", "General"),
    }
)
_KEYED = frozenset(("purchase", "refund"))


def _derive(hit: Hit, event: Any, document: Any) -> None:
    properties = at(document, "user_properties")
    if isinstance(properties, dict) and properties:
        hit.values.setdefault(
            "user_properties", {name: value.get("value") if isinstance(value, dict) else value for name, value in properties.items()}
        )
    consent = at(document, "consent")
    if isinstance(consent, dict) and consent:
        hit.consent = {name: value == "GRANTED" for name, value in consent.items() if value in ("GRANTED", "DENIED")} or None
    if hit.event not in _KEYED:
        hit.key = None


_READ = JsonReader(
    _TABLE,
    events="events",
    shared=_SHARED,
    event="name",
    key="params.transaction_id",
    page="params.page_location",
    time=("timestamp_micros", "params.timestamp_micros"),
    identifiers={"client_id": "client_id", "app_instance_id": "app_instance_id", "user_id": "user_id", "session_id": "params.session_id"},
    values=("params",),
    kind=lambda name, event: kind_of(name),
    derive=_derive,
    query=_QUERY,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    wire = {each.name: str(each.value) for each in reversed(_QUERY.read(split_url(request.url).query))}
    for hit in hits:
        hit.account = wire.get("measurement_id") or wire.get("firebase_app_id") or None
    return hits


def _validated(request: CapturedRequest) -> list[Hit]:
    hits = _decode(request)
    for hit in hits:
        hit.kind = "auxiliary"
    return hits


def _is_protocol(request: CapturedRequest) -> bool:
    """Told on a tagging server by its ID and secret, and a client's or an app's events in the body."""
    document = read_body(request).value
    events = at(document, "events")
    return (
        isinstance(events, list)
        and bool(events)
        and any(isinstance(at(document, key), str) for key in ("client_id", "app_instance_id", "user_id"))
    )


_HOSTS = ("www.google-analytics.com", "google-analytics.com", "region1.google-analytics.com", "*.google-analytics.com")
_URL = "https://www.google-analytics.com/mp/collect?measurement_id=G-ABC1234567&api_secret=s"

VENDOR = Vendor(
    id="ga4-measurement-protocol",
    name="GA4 Measurement Protocol",
    category="server-side",
    docs=(
        "https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference",
        "https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events",
    ),
    endpoints=(
        *(Endpoint(host=host, path="/mp/collect") for host in _HOSTS),
        *(Endpoint(host=host, path="/debug/mp/collect", decode=_validated) for host in _HOSTS),
        *(Endpoint(host="*", keys=(key, "api_secret"), recognise=_is_protocol) for key in ("measurement_id", "firebase_app_id")),
    ),
    decode=_decode,
    purposes=("ad_user_data", "ad_personalization"),
    examples=(
        {
            "title": "a purchase and a sign-up",
            "request": {
                "url": _URL, "method": "POST",
                "body": {
                    "client_id": "1.2", "user_id": "u1", "timestamp_micros": 1795318940000000, "consent": {"ad_user_data": "GRANTED", "ad_personalization": "DENIED"},
                    "user_properties": {"tier": {"value": "gold"}},
                    "events": [
                        {"name": "purchase", "params": {"transaction_id": "T-1", "value": 19.98, "currency": "EUR", "items": [{"item_id": "S1", "quantity": 2}]}},
                        {"name": "sign_up", "params": {"method": "email"}},
                    ],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "G-ABC1234567", "key": "T-1", "event_time": 1795318940.0,
                    "identifiers": {"client_id": "1.2", "user_id": "u1"}, "consent": {"ad_user_data": True, "ad_personalization": False},
                    "values": {"value": 19.98, "currency": "EUR", "items": [{"item_id": "S1", "quantity": 2}], "user_properties": {"tier": "gold"}},
                },
                {"kind": "event", "event": "sign_up", "account": "G-ABC1234567", "values": {"method": "email"}},
            ],
        },
        {
            "title": "an app's event",
            "request": {
                "url": "https://region1.google-analytics.com/mp/collect?firebase_app_id=1%3A23%3Aios%3Aabc&api_secret=s", "method": "POST",
                "body": {"app_instance_id": "a1", "events": [{"name": "tutorial_begin", "params": {}}]},
            },
            "hits": [{"kind": "event", "event": "tutorial_begin", "account": "1:23:ios:abc", "identifiers": {"app_instance_id": "a1"}}],
        },
        {
            "title": "a lead through the site's own tagging server",
            "request": {
                "url": "https://sgtm.shop.example/mp/collect?measurement_id=G-ABC1234567&api_secret=s", "method": "POST",
                "body": {"client_id": "1.2", "events": [{"name": "generate_lead", "params": {"value": 5, "currency": "EUR", "session_id": "170", "engagement_time_msec": 100}}]},
            },
            "hits": [{"kind": "event", "event": "generate_lead", "account": "G-ABC1234567", "values": {"value": 5, "currency": "EUR"}, "identifiers": {"client_id": "1.2", "session_id": "170"}}],
        },
        {
            "title": "a page view in the European Union",
            "request": {
                "url": "https://region1.google-analytics.com/mp/collect?api_secret=s&measurement_id=G-ABC1234567", "method": "POST",
                "body": {"client_id": "1.2", "events": [{"name": "page_view", "params": {"page_location": "https://shop.example/?utm_source=x"}}]},
            },
            "hits": [{"kind": "pageview", "event": "page_view", "page_url": "https://shop.example/?utm_source=x", "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "an event that is only validated",
            "request": {"url": "https://www.google-analytics.com/debug/mp/collect?measurement_id=G-ABC1234567", "method": "POST", "body": {"client_id": "1", "events": [{"name": "x"}]}},
            "hits": [{"kind": "auxiliary", "event": "x", "account": "G-ABC1234567"}],
        },
    ),
    lookalikes=(
        "https://shop.example/mp/collect?measurement_id=G-ABC1234567",
        "https://notgoogle-analytics.com/mp/collect",
        {"url": "https://shop.example/mp/collect?measurement_id=G-ABC1234567&api_secret=s", "method": "POST", "body": {"events": []}},
        {"url": "https://shop.example/x?u=https%3A%2F%2Fwww.google-analytics.com%2Fmp%2Fcollect%3Fmeasurement_id%3DG-1%26api_secret%3Ds", "method": "POST", "body": {"client_id": "1", "events": [{"name": "x"}]}},
        "https://www.google-analytics.com.evil.example/mp/collect",
        "https://www.google-analytics.com/g/collect?v=2&tid=G-ABC1234567",
    ),
)  # fmt: skip
