"""Microsoft Advertising UET Conversions API: events that a server sends to a UET tag.

Wire format: https://learn.microsoft.com/en-us/advertising/guides/uet-conversion-api-integration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.conversions import identify, of_account
from harness.decode.document import PathTable, at
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "eventType": Row(None, "Event type", "General"),
        "eventName": Row(None, "Event", "General"),
        "eventId": Row(None, "Event ID (deduplication)", "General"),
        "eventTime": Row(None, "Event time", "General"),
        "eventSourceUrl": Row("eventSourceUrl", "Page address", "Page"),
        "pageTitle": Row("pageTitle", "Page title", "Page"),
        "adStorageConsent": Row(None, "Consent to ad storage", "Consent"),
        "customData.value": Row("value", "Value", "E-commerce", "number"),
        "customData.currency": Row(None, "Currency", "E-commerce"),
        "customData.transactionId": Row(None, "Transaction ID", "E-commerce"),
    },
    (Prefix("userData.", field=None, label="{}", group="User"), Prefix("customData.", field=None, label="{}", group="Custom data")),
)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    identify(hit, at(event, "userData"), ("em", "ph", "anonymousId", "externalId", "msclkid", "clientIpAddress", "idfa", "gaid"))
    if "msclkid" in hit.identifiers:
        hit.campaign.setdefault("msclkid", hit.identifiers["msclkid"])
    if at(event, "adStorageConsent") in ("G", "D"):
        hit.consent = {"ad_storage": at(event, "adStorageConsent") == "G"}


_READ = JsonReader(
    _TABLE,
    events="data",
    event=("eventName", "eventType"),
    key=("eventId", "customData.transactionId"),
    page="eventSourceUrl",
    time="eventTime",
    values=("customData",),
    kind=lambda name, event: kind_of(name),
    derive=_derive,
)


VENDOR = Vendor(
    id="microsoft-conversions-api",
    name="Microsoft Ads Conversions API",
    category="server-side",
    docs=("https://learn.microsoft.com/en-us/advertising/guides/uet-conversion-api-integration",),
    endpoints=(Endpoint(host="capi.uet.microsoft.com", path="/v1/*/events"),),
    decode=of_account(_READ, "v1"),
    examples=(
        {
            "title": "a purchase and a page load",
            "request": {
                "url": "https://capi.uet.microsoft.com/v1/12345678/events", "method": "POST",
                "body": {
                    "data": [
                        {
                            "eventType": "custom", "eventName": "purchase", "eventId": "e1", "eventTime": 1795318940, "eventSourceUrl": "https://shop.example/?msclkid=m1",
                            "adStorageConsent": "G", "userData": {"em": "hash", "msclkid": "m1"},
                            "customData": {"value": 19.98, "currency": "EUR", "transactionId": "T-1", "items": [{"id": "S1", "quantity": 2}]},
                        },
                        {"eventType": "pageLoad", "eventTime": 1795318941},
                    ]
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "12345678", "key": "e1", "campaign": {"msclkid": "m1"}, "identifiers": {"em": "hash"},
                    "consent": {"ad_storage": True}, "values": {"value": 19.98, "currency": "EUR", "items": [{"id": "S1", "quantity": 2}]},
                },
                {"kind": "pageview", "event": "pageLoad", "account": "12345678"},
            ],
        },
        {
            "title": "a hotel's booking",
            "request": {
                "url": "https://capi.uet.microsoft.com/v1/7/events", "method": "POST",
                "body": {"data": [{"eventType": "custom", "eventName": "booking", "eventTime": 1795318940, "userData": {"anonymousId": "a1", "ph": "hash"}, "customData": {"transactionId": "B-1", "hotelData": {"totalPrice": 240}}}]},
            },
            "hits": [{"event": "booking", "account": "7", "key": "B-1", "identifiers": {"anonymousId": "a1", "ph": "hash"}, "values": {"hotelData": {"totalPrice": 240}}}],
        },
        {
            "title": "an event without consent",
            "request": {"url": "https://capi.uet.microsoft.com/v1/1/events", "method": "POST", "body": {"data": [{"eventType": "custom", "eventName": "lead", "adStorageConsent": "D"}]}},
            "hits": [{"kind": "event", "event": "lead", "account": "1", "consent": {"ad_storage": False}}],
        },
    ),
    lookalikes=(
        "https://shop.example/v1/12345678/events",
        "https://capi.uet.microsoft.com.evil.example/v1/1/events",
        "https://capi.uet.microsoft.com/v1/1/other",
        "https://notcapi.uet.microsoft.com/v1/1/events",
        "https://learn.microsoft.com/en-us/advertising/guides/uet-conversion-api-integration",
        "https://shop.example/?u=https%3A%2F%2Fcapi.uet.microsoft.com%2Fv1%2F1%2Fevents",
    ),
)  # fmt: skip
