"""Snapchat Conversions API, versions 3 and 2: events that a server sends to a pixel.

Wire format: https://developers.snap.com/api/marketing-api/Conversions-API/UsingTheAPI,
https://developers.snap.com/api/marketing-api/Conversions-API/Parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
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
        "price": Row("price", "Price", "E-commerce", "number"),
        "currency": Row("currency", "Currency", "E-commerce"),
        "transaction_id": Row("transaction_id", "Transaction ID", "E-commerce"),
        "item_ids": Row("item_ids", "Items", "E-commerce"),
        "number_items": Row("number_items", "Number of items", "E-commerce"),
        "custom_data.value": Row(None, "Value", "E-commerce"),
        "custom_data.currency": Row(None, "Currency", "E-commerce"),
    },
    (
        Prefix("user_data.", field=None, label="{}", group="User"),
        Prefix("custom_data.", field=None, label="{}", group="Custom data"),
        Prefix("hashed_", field=None, label="{} (hashed)", group="User"),
    ),
)


def _identified(hit: Hit, user: Any, names: tuple[str, ...]) -> None:
    for name in names if isinstance(user, dict) else ():
        value = user.get(name)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str) and first:
            hit.identifiers[name] = first


def _derive(hit: Hit, event: Any, document: Any) -> None:
    _identified(hit, at(event, "user_data"), ("em", "ph", "sc_click_id", "sc_cookie1", "external_id", "client_ip_address"))
    _identified(hit, event, ("hashed_email", "hashed_phone_number", "hashed_ip_address", "click_id", "uuid_c1"))
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


_READ = JsonReader(
    _TABLE,
    events="data",
    event=("event_name", "event_type"),
    account="pixel_id",
    key=("event_id", "client_dedup_id", "custom_data.order_id", "transaction_id"),
    page=("event_source_url", "page_url"),
    time=("event_time", "timestamp"),
    values=("custom_data",),
    kind=lambda name, event: kind_of(name),
    derive=_derive,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    steps = split_url(request.url).path.strip("/").split("/")
    account = steps[1] if len(steps) > 2 and steps[0] == "v3" else ""
    for hit in hits:
        hit.account = hit.account or account or None
    return hits


VENDOR = Vendor(
    id="snapchat-conversions-api",
    name="Snapchat Conversions API",
    category="server-side",
    docs=("https://developers.snap.com/api/marketing-api/Conversions-API/UsingTheAPI", "https://developers.snap.com/api/marketing-api/Conversions-API/Parameters"),
    endpoints=(
        *(Endpoint(host="tr.snapchat.com", path=path) for path in ("/v3/*/events", "/v3/*/events/validate", "/v2/conversion", "/v2/conversion/validate")),
    ),
    decode=_decode,
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
    lookalikes=("https://shop.example/?u=https%3A%2F%2Ftr.snapchat.com%2Fv3%2Fp1%2Fevents", "https://tr.notsnapchat.com/v3/p1/events", "https://shop.example/v3/p1/events", "https://tr.snapchat.com.evil.example/v3/p1/events", "https://tr.snapchat.com/p?pid=p1&ev=PAGE_VIEW",
        "https://tr.snapchat.com/config/com/p1", "https://developers.snap.com/api/marketing-api/Conversions-API/Parameters"),
)  # fmt: skip
