"""Quora Conversions API: conversions that a server sends to an ad account, one by one or several at once.

Wire format: https://www.quora.com/ads/conversion_api_doc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.conversions import identify
from harness.decode.document import PathTable, at
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.decode.hit import Hit


def _derive(hit: Hit, event: Any, document: Any) -> None:
    identify(hit, at(event, "user"), ("email", "ip", "phone_number", "mobile_device_id"))
    identify(hit, at(event, "conversion"), ("click_id",))
    if "click_id" in hit.identifiers:
        hit.campaign.setdefault("qclid", hit.identifiers["click_id"])


VENDOR = Vendor(
    id="quora-conversions-api",
    name="Quora Conversions API",
    category="server-side",
    docs=("https://www.quora.com/ads/conversion_api_doc",),
    endpoints=(Endpoint(host="api.quora.com", path="/ads/v0/conversion"), Endpoint(host="api.quora.com", path="/ads/v0/conversions")),
    decode=JsonReader(
        PathTable(
            {
                "account_id": Row(None, "Ad account", "General"),
                "conversion.event_name": Row(None, "Event", "General"),
                "conversion.event_id": Row(None, "Event ID (deduplication)", "General"),
                "conversion.timestamp": Row(None, "Event time", "General"),
                "conversion.click_id": Row(None, "Click ID", "User"),
                "conversion.value": Row("value", "Value", "E-commerce", "number"),
                "conversion.currency": Row("currency", "Currency", "E-commerce"),
            },
            (
                Prefix("conversion.", field=None, label="{}", group="General"),
                Prefix("user.", field=None, label="{}", group="User"),
                Prefix("device.", field=None, label="{}", group="Device"),
            ),
        ),
        events="data",
        shared={"account_id": Row(None, "Ad account", "General")},
        event="conversion.event_name",
        account="account_id",
        key="conversion.event_id",
        time="conversion.timestamp",
        values=("conversion",),
        derive=_derive,
    ),
    examples=(
        {
            "title": "a purchase",
            "request": {
                "url": "https://api.quora.com/ads/v0/conversion", "method": "POST", "headers": {"Authorization": "Bearer t"},
                "body": {
                    "account_id": 123456, "user": {"email": "hash", "country": "US"}, "device": {"user_agent": "x"},
                    "conversion": {"event_name": "Purchase", "timestamp": 1795318940000000, "click_id": "q1", "value": 19.98, "event_id": "e1"},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "Purchase", "account": "123456", "key": "e1", "event_time": 1795318940.0, "values": {"value": 19.98},
                    "identifiers": {"email": "hash", "click_id": "q1"}, "campaign": {"qclid": "q1"},
                }
            ],
        },
        {
            "title": "several at once",
            "request": {
                "url": "https://api.quora.com/ads/v0/conversions", "method": "POST",
                "body": {"account_id": 123456, "data": [{"conversion": {"event_name": "Generic", "event_id": "a"}}, {"conversion": {"event_name": "GenerateLead", "event_id": "b"}}]},
            },
            "hits": [{"event": "Generic", "account": "123456", "key": "a"}, {"event": "GenerateLead", "account": "123456", "key": "b"}],
        },
    ),
    lookalikes=(
        "https://shop.example/ads/v0/conversion",
        "https://api.quora.com.evil.example/ads/v0/conversion",
        "https://notapi.quora.com/ads/v0/conversion",
        "https://api.quora.com/ads/v0/accounts",
        "https://www.quora.com/ads/conversion_api_doc",
        "https://shop.example/?u=https%3A%2F%2Fapi.quora.com%2Fads%2Fv0%2Fconversion",
    ),
)  # fmt: skip
