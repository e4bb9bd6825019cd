"""X (Twitter) Conversion API: conversions that a server sends to a pixel. An event is named by its event tag.

Wire format: https://docs.x.com/x-ads-api/measurement/api-reference/conversions, https://docs.x.com/x-ads-api/measurement/web-conversions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.conversions import of_account
from harness.decode.document import PathTable, at
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "event_id": Row(None, "Event tag", "General"),
        "conversion_id": Row(None, "Conversion ID (deduplication)", "General"),
        "conversion_time": Row(None, "Event time", "General"),
        "event_source_url": Row("event_source_url", "Page address", "Page"),
        "description": Row("description", "Description", "General"),
        "value": Row("value", "Value", "E-commerce", "number"),
        "price_currency": Row("price_currency", "Currency", "E-commerce"),
        "number_items": Row("number_items", "Number of items", "E-commerce"),
        "search_string": Row("search_string", "Search", "General"),
    },
    (Prefix("identifiers", field=None, group="User"), Prefix("contents", field=None, group="E-commerce")),
)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    for name in ("event_id", "conversion_id", "conversion_time", "identifiers"):
        hit.values.pop(name, None)
    found = at(event, "identifiers")
    for each in found if isinstance(found, list) else ():
        for name, value in each.items() if isinstance(each, dict) else ():
            if isinstance(value, str) and value:
                hit.identifiers.setdefault(name, value)
    if "twclid" in hit.identifiers:
        hit.campaign.setdefault("twclid", hit.identifiers["twclid"])


_READ = JsonReader(
    _TABLE,
    events="conversions",
    event="event_id",
    key="conversion_id",
    page="event_source_url",
    time="conversion_time",
    values=("",),
    kind=lambda name, event: kind_of(name),
    derive=_derive,
)


VENDOR = Vendor(
    id="x-conversions-api",
    name="X Conversions API",
    category="server-side",
    docs=("https://docs.x.com/x-ads-api/measurement/api-reference/conversions", "https://docs.x.com/x-ads-api/measurement/web-conversions"),
    endpoints=(
        *(Endpoint(host=host, path="*/measurement/conversions/*") for host in ("ads-api.twitter.com", "ads-api.x.com")),
    ),
    decode=of_account(_READ, "conversions"),
    examples=(
        {
            "title": "a purchase",
            "request": {
                "url": "https://ads-api.x.com/12/measurement/conversions/o8z6j", "method": "POST",
                "body": {
                    "conversions": [
                        {
                            "conversion_time": "2026-11-22T03:42:20.000Z", "event_id": "tw-o8z6j-o8z21", "conversion_id": "T-1", "value": "19.98", "price_currency": "EUR",
                            "number_items": 2, "identifiers": [{"twclid": "tw1"}, {"hashed_email": "hash"}], "contents": [{"content_id": "S1", "num_items": 2}],
                        }
                    ]
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "tw-o8z6j-o8z21", "account": "o8z6j", "key": "T-1", "identifiers": {"twclid": "tw1", "hashed_email": "hash"},
                    "campaign": {"twclid": "tw1"}, "values": {"value": 19.98, "price_currency": "EUR", "contents": [{"content_id": "S1", "num_items": 2}]},
                }
            ],
        },
        {
            "title": "two conversions of one visit",
            "request": {
                "url": "https://ads-api.twitter.com/12/measurement/conversions/o8z6j", "method": "POST",
                "body": {
                    "conversions": [
                        {"conversion_time": "2026-11-22T03:42:20Z", "event_id": "tw-o8z6j-1", "identifiers": [{"hashed_phone_number": "hash", "twclid": "tw1"}]},
                        {"conversion_time": "2026-11-22T03:42:21Z", "event_id": "tw-o8z6j-2", "event_source_url": "https://shop.example/", "identifiers": [{"ip_address": "192.0.2.1"}, {"user_agent": "x"}]},
                    ]
                },
            },
            "hits": [
                {"event": "tw-o8z6j-1", "account": "o8z6j", "identifiers": {"hashed_phone_number": "hash", "twclid": "tw1"}},
                {"event": "tw-o8z6j-2", "page_url": "https://shop.example/", "identifiers": {"ip_address": "192.0.2.1"}},
            ],
        },
        {
            "title": "a lead, on the older host",
            "request": {"url": "https://ads-api.twitter.com/11/measurement/conversions/o1", "method": "POST", "body": {"conversions": [{"event_id": "tw-o1-2", "identifiers": []}]}},
            "hits": [{"kind": "event", "event": "tw-o1-2", "account": "o1"}],
        },
    ),
    lookalikes=("https://shop.example/12/measurement/conversions/o1", "https://ads-api.x.com.evil.example/12/measurement/conversions/o1", "https://ads-api.x.com/12/accounts", "https://notads-api.x.com/12/measurement/conversions/o1", "https://shop.example/?u=https%3A%2F%2Fads-api.x.com%2F12%2Fmeasurement%2Fconversions%2Fo1"),
)  # fmt: skip
