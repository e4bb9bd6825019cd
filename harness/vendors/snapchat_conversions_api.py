"""Snapchat Conversions API, versions 3 and 2: events that a server sends to a pixel.

Wire format: https://developers.snap.com/api/marketing-api/Conversions-API/UsingTheAPI,
https://developers.snap.com/api/marketing-api/Conversions-API/Parameters.
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
        "event_type": Row(None, "Event", "General"),
        "event_time": Row(None, "Event time", "General"),
        "timestamp": Row(None, "Event time", "General"),
        "event_id": Row(None, "Event ID (deduplication)", "General"),
        "client_dedup_id": Row(None, "Event ID (deduplication)", "General"),
        "event_source_url": Row("event_source_url", "Page address", "Page"),
        "page_url": Row("page_url", "Page address", "Page"),
        "action_source": Row("action_source", "Action source", "General"),
        "event_conversion_type": Row("event_conversion_type", "Conversion type", "General"),
        "pixel_id": Row(None, "Pixel ID", "General"),
        "snap_app_id": Row(None, "Snap application ID", "General"),
        "data_use": Row(None, "Limited data use", "Consent"),
        "data_processing_options": Row(None, "Data processing", "Consent"),
        "price": Row("price", "Price", "E-commerce", "number"),
        "currency": Row("currency", "Currency", "E-commerce"),
        "transaction_id": Row("transaction_id", "Transaction ID", "E-commerce"),
        "item_ids": Row("item_ids", "Items", "E-commerce"),
        "number_items": Row("number_items", "Number of items", "E-commerce"),
        "custom_data.value": Row("value", "Value", "E-commerce", "number"),
        "custom_data.currency": Row(None, "Currency", "E-commerce"),
    },
    (
        Prefix("app_data.", field=None, label="{}", group="App"),
        Prefix("user_data.", field=None, label="{}", group="User"),
        Prefix("custom_data.", field=None, label="{}", group="Custom data"),
        Prefix("hashed_", field=None, label="{} (hashed)", group="User"),
    ),
)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    identify(hit, at(event, "user_data"), ("em", "ph", "sc_click_id", "sc_cookie1", "external_id", "client_ip_address"))
    identify(hit, event, ("hashed_email", "hashed_phone_number", "hashed_ip_address", "click_id", "uuid_c1"))
    consent: dict[str, Any] = {}
    if isinstance(at(event, "data_processing_options"), list):
        consent["data_processing_options"] = at(event, "data_processing_options")
    for path in ("opt_out", "app_data.advertiser_tracking_enabled"):
        said = at(event, path)
        if isinstance(said, int):
            consent[path.rpartition(".")[2]] = bool(said)
    hit.consent = consent or None
    click = hit.identifiers.get("sc_click_id") or hit.identifiers.get("click_id")
    if click:
        hit.campaign.setdefault("ScCid", click)
    found = {name: value for name in ("data_use", "data_processing_options") if (value := at(event, name)) not in (None, "", [])}
    hit.consent = found or None


_READ = JsonReader(
    _TABLE,
    events="data",
    event=("event_name", "event_type"),
    account=("pixel_id", "snap_app_id"),
    key=("event_id", "client_dedup_id", "custom_data.order_id", "transaction_id"),
    page=("event_source_url", "page_url"),
    time=("event_time", "timestamp"),
    values=("custom_data",),
    kind=lambda name, event: kind_of(name),
    derive=_derive,
)


VENDOR = Vendor(
    id="snapchat-conversions-api",
    name="Snapchat Conversions API",
    category="server-side",
    docs=("https://developers.snap.com/api/marketing-api/Conversions-API/UsingTheAPI", "https://developers.snap.com/api/marketing-api/Conversions-API/Parameters"),
    endpoints=(
        *(Endpoint(host="tr.snapchat.com", path=path) for path in ("/v3/*/events", "/v3/*/events/validate", "/v2/conversion", "/v2/conversion/validate")),
    ),
    decode=of_account(_READ, "v3"),
    examples=(
        {
            "title": "a purchase, version 3",
            "request": {
                "url": "https://tr.snapchat.com/v3/6e8044a0-9669-417b-8667-cfd1d4c37f5d/events?access_token=t", "method": "POST",
                "body": {
                    "data": [
                        {
                            "event_name": "PURCHASE", "action_source": "WEB", "event_time": 1795318940, "event_id": "e1", "event_source_url": "https://shop.example/",
                            "user_data": {"em": ["hash"], "sc_click_id": "sc"}, "custom_data": {"value": 19.98, "currency": "EUR", "content_ids": ["S1"]},
                        }
                    ]
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "PURCHASE", "account": "6e8044a0-9669-417b-8667-cfd1d4c37f5d", "key": "e1", "identifiers": {"em": "hash", "sc_click_id": "sc"},
                    "values": {"value": 19.98, "currency": "EUR", "content_ids": ["S1"]}, "campaign": {"ScCid": "sc"},
                }
            ],
        },
        {
            "title": "an event of an application with limited use of its data, version 2",
            "request": {
                "url": "https://tr.snapchat.com/v2/conversion", "method": "POST",
                "body": [{"snap_app_id": "app1", "event_type": "APP_INSTALL", "event_conversion_type": "MOBILE_APP", "data_use": "['lmu']", "timestamp": "1795318940000"}],
            },
            "hits": [{"kind": "event", "event": "APP_INSTALL", "account": "app1", "consent": {"data_use": "['lmu']"}}],
        },
        {
            "title": "two events, version 3, with limited data use",
            "request": {
                "url": "https://tr.snapchat.com/v3/p1/events?access_token=t", "method": "POST",
                "body": {
                    "data": [
                        {"event_name": "ADD_CART", "event_id": "e1", "data_processing_options": ["LDU"], "user_data": {"sc_cookie1": "c1"}},
                        {"event_name": "PAGE_VIEW", "event_id": "e2"},
                    ]
                },
            },
            "hits": [
                {"kind": "event", "event": "ADD_CART", "account": "p1", "key": "e1", "consent": {"data_processing_options": ["LDU"]}, "identifiers": {"sc_cookie1": "c1"}},
                {"kind": "pageview", "event": "PAGE_VIEW", "account": "p1", "key": "e2", "consent": None},
            ],
        },
        {
            "title": "a page view, version 2",
            "request": {
                "url": "https://tr.snapchat.com/v2/conversion", "method": "POST",
                "body": {"pixel_id": "p1", "event_type": "PAGE_VIEW", "event_conversion_type": "WEB", "timestamp": "1795318940", "hashed_email": "hash", "client_dedup_id": "d1"},
            },
            "hits": [{"kind": "pageview", "event": "PAGE_VIEW", "account": "p1", "key": "d1", "identifiers": {"hashed_email": "hash"}, "event_time": 1795318940.0}],
        },
    ),
    lookalikes=(
        "https://shop.example/v3/p1/events",
        "https://tr.snapchat.com.evil.example/v3/p1/events",
        "https://tr.snapchat.com/p?pid=p1&ev=PAGE_VIEW",
        "https://developers.snap.com/v3/p1/events",
        "https://tr.snapchat.com/v3/p1/events/stats",
        "https://shop.example/?u=https%3A%2F%2Ftr.snapchat.com%2Fv3%2Fp1%2Fevents",
        "https://tr.notsnapchat.com/v3/p1/events",
        "https://tr.snapchat.com/config/com/p1",
        "https://developers.snap.com/api/marketing-api/Conversions-API/Parameters",
    ),
)  # fmt: skip
