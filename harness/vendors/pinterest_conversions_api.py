"""Pinterest Conversions API: events that a server sends to an ad account.

Wire format: https://developers.pinterest.com/docs/api/v5/events-create, https://developers.pinterest.com/docs/track-conversions/deduplication/.
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
        "event_name": Row(None, "Event", "General"),
        "event_time": Row(None, "Event time", "General"),
        "event_id": Row(None, "Event ID (deduplication)", "General"),
        "event_source_url": Row("event_source_url", "Page address", "Page"),
        "action_source": Row("action_source", "Action source", "General"),
        "opt_out": Row(None, "Opted out", "Consent"),
        "advertiser_id": Row("advertiser_id", "Advertiser ID", "General"),
        "partner_name": Row(None, "Partner", "Technical"),
        "app_id": Row("app_id", "App ID", "General"),
        "custom_data.value": Row("value", "Value", "E-commerce", "number"),
        "custom_data.num_items": Row("num_items", "Number of items", "E-commerce", "number"),
        "custom_data.currency": Row(None, "Currency", "E-commerce"),
        "custom_data.order_id": Row(None, "Order ID", "E-commerce"),
    },
    (
        Prefix("user_data.", field=None, label="{}", group="User"),
        Prefix("custom_data.", field=None, label="{}", group="Custom data"),
    ),
)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    identify(hit, at(event, "user_data"), ("em", "ph", "click_id", "external_id", "hashed_maids", "partner_id", "client_ip_address"))
    if "click_id" in hit.identifiers:
        hit.campaign.setdefault("epik", hit.identifiers["click_id"])
    if isinstance(at(event, "opt_out"), bool):
        hit.consent = {"opt_out": at(event, "opt_out")}


_READ = JsonReader(
    _TABLE,
    events="data",
    event="event_name",
    account=("advertiser_id", "ad_account_id"),
    key=("event_id", "custom_data.order_id"),
    page="event_source_url",
    time="event_time",
    values=("custom_data",),
    kind=lambda name, event: "pageview" if name in ("page_visit", "pagevisit") else kind_of(name),
    derive=_derive,
)


VENDOR = Vendor(
    id="pinterest-conversions-api",
    name="Pinterest Conversions API",
    category="server-side",
    docs=("https://developers.pinterest.com/docs/api/v5/events-create", "https://developers.pinterest.com/docs/track-conversions/deduplication/"),
    endpoints=(
        *(Endpoint(host="api.pinterest.com", path=f"/v5/ad_accounts/*/events{slash}") for slash in ("", "/")),
        *(Endpoint(host="ct.pinterest.com", path=f"/events/v3{slash}") for slash in ("", "/")),
    ),
    decode=of_account(_READ, "ad_accounts"),
    examples=(
        {
            "title": "a checkout",
            "request": {
                "url": "https://api.pinterest.com/v5/ad_accounts/549755885175/events", "method": "POST",
                "body": {
                    "data": [
                        {
                            "event_name": "checkout", "action_source": "web", "event_time": 1795318940, "event_id": "e1", "event_source_url": "https://shop.example/",
                            "user_data": {"em": ["hash"], "click_id": "c1"}, "custom_data": {"value": "19.98", "currency": "EUR", "order_id": "T-1", "contents": [{"id": "S1"}]},
                        },
                        {"event_name": "page_visit", "event_time": 1795318941, "event_id": "e2", "user_data": {"em": ["hash"]}},
                    ]
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "checkout", "account": "549755885175", "key": "e1", "identifiers": {"em": "hash", "click_id": "c1"}, "event_time": 1795318940.0,
                    "values": {"value": 19.98, "currency": "EUR", "order_id": "T-1", "contents": [{"id": "S1"}]},
                },
                {"kind": "pageview", "event": "page_visit", "account": "549755885175", "key": "e2"},
            ],
        },
        {
            "title": "an event of a shop in the older service",
            "request": {
                "url": "https://ct.pinterest.com/events/v3", "method": "POST",
                "body": {"data": [{"event_name": "add_to_cart", "event_id": "e4", "app_id": "a", "user_data": {"click_id": "dj0"}, "custom_data": {"num_items": 1}}]},
            },
            "hits": [{"kind": "event", "event": "add_to_cart", "key": "e4", "values": {"num_items": 1}, "campaign": {"epik": "dj0"}}],
        },
        {
            "title": "an event to the older endpoint",
            "request": {
                "url": "https://ct.pinterest.com/events/v3/?test=true", "method": "POST",
                "body": {"data": [{"event_name": "add_to_cart", "event_id": "e4", "advertiser_id": "549", "event_time": 1795318940, "custom_data": {"value": "5"}}]},
            },
            "hits": [{"kind": "event", "event": "add_to_cart", "account": "549", "key": "e4", "values": {"value": 5}}],
        },
        {
            "title": "a sign-up, opted out",
            "request": {"url": "https://api.pinterest.com/v5/ad_accounts/1/events?test=true", "method": "POST", "body": {"data": [{"event_name": "signup", "event_id": "e3", "opt_out": True}]}},
            "hits": [{"kind": "event", "event": "signup", "account": "1", "key": "e3", "consent": {"opt_out": True}}],
        },
    ),
    lookalikes=(
        "https://shop.example/v5/ad_accounts/1/events",
        "https://api.pinterest.com.evil.example/v5/ad_accounts/1/events",
        "https://api.pinterest.com/v5/ad_accounts/1/campaigns",
        "https://api.pinterest.com/v5/user_account",
        "https://developers.pinterest.com/docs/api/v5/events-create",
        "https://shop.example/?u=https%3A%2F%2Fapi.pinterest.com%2Fv5%2Fad_accounts%2F1%2Fevents",
        "https://api.notpinterest.com/v5/ad_accounts/1/events",
        "https://ct.pinterest.com/v3/?tid=2612733222301&event=checkout",
    ),
)  # fmt: skip
