"""Vibes tag tracking: what a visitor who came from a message clicks, puts into the cart and buys.

Documentation: https://developer.vibes.com/ (tracking), https://github.com/vibes/push-sdk-ios (what its library sends, and where in America
and Europe). ``d`` is a JSON list of occurrences; each names its ``action`` and holds the purchase or products in ``data``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import open_text
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER = "General", "E-commerce", "User"
_BOUGHT = frozenset(("purchase", "refund"))


def _key(event: Any, document: Any) -> str | None:
    return text_at(event, "data.id") if text_at(event, "action") in _BOUGHT else None


def _derive(hit: Hit, event: Any, document: Any) -> None:
    products = at(event, "data.products")
    if isinstance(products, list):
        hit.values["items"] = products


_OCCURRENCES = JsonReader(
    PathTable(
        {
            "action": Row("action", "Action", GENERAL),
            "companyId": Row("companyId", "Company ID", GENERAL),
            "activityId": Row("activityId", "Activity ID", USER),
            "personId": Row("personId", "Person ID", USER),
            "data.revenue": Row("revenue", "Revenue", COMMERCE, "number"),
            "data.tax": Row("tax", "Tax", COMMERCE, "number"),
            "data.shipping": Row("shipping", "Shipping", COMMERCE, "number"),
            "data.step": Row("step", "Step", COMMERCE, "number"),
        },
        (Prefix("data.", field=None, label="{}", group=COMMERCE),),
    ),
    event="action",
    account="companyId",
    key=_key,
    identifiers={"person_id": "personId", "activity_id": "activityId"},
    values=("data",),
    derive=_derive,
)
_READ = QueryReader(
    QueryTable(
        {
            "event": Row("event", "Event", GENERAL),
            "event_type": Row("event_type", "Event", GENERAL),
            "action": Row("action", "Action", GENERAL),
            "companyId": Row("company_id", "Company ID", GENERAL),
            "company_id": Row("company_id", "Company ID", GENERAL),
            "company_key": Row("company_key", "Company", GENERAL),
            "app_id": Row("app_id", "Application ID", GENERAL),
            "order_id": Row("order_id", "Order ID", COMMERCE),
            "value": Row("value", "Value", COMMERCE, "number"),
            "amount": Row("amount", "Amount", COMMERCE, "number"),
            "currency": Row("currency", "Currency", COMMERCE),
            "url": Row("url", "Page address", "Page"),
            "referrer": Row("referrer", "Referrer", "Page"),
            "personId": Row("person_id", "Person ID", USER),
            "person_id": Row("person_id", "Person ID", USER),
            "device_id": Row("device_id", "Device ID", USER),
        }
    ),
    event=("action", "event", "event_type"),
    account=("company_id", "company_key", "app_id"),
    key="order_id",
    page="url",
    identifiers=("device_id", "person_id"),
    kind=kind_of,
)
_WIRE = QueryTable({"d": Row(None, "Occurrences", GENERAL)})


def _decode(request: CapturedRequest) -> list[Hit]:
    asked = _WIRE.read(split_url(request.url).query)
    carried = open_text(next((str(each.value) for each in asked if each.name == "d"), ""))
    if carried.documents:
        return _OCCURRENCES.hits(carried, [each for each in asked if each.name != "d"])
    return _READ(request)


VENDOR = Vendor(
    id="vibes",
    name="Vibes",
    category="advertising",
    docs=("https://developer.vibes.com/", "https://github.com/vibes/push-sdk-ios"),
    endpoints=tuple(
        Endpoint(host=host, path=path) for host in ("tagtracking.vibescm.com", "tagtracking.eu.vibes.com") for path in ("/track", "/track/")
    ),
    decode=_decode,
    examples=(
        {
            "title": "a purchase",
            "request": {
                "url": "https://tagtracking.vibescm.com/track?d=%5B%7B%22action%22%3A%22purchase%22%2C%22activityId%22%3A%22a1%22%2C%22companyId%22%3A%22ab12%22%2C%22personId%22%3A%22p1%22%2C%22data%22%3A%7B%22id%22%3A%22T-1%22%2C%22revenue%22%3A19.98%2C%22tax%22%3A1.5%2C%22products%22%3A%5B%7B%22id%22%3A%22S1%22%2C%22price%22%3A9.99%2C%22quantity%22%3A2%7D%5D%7D%7D%5D"
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "ab12", "key": "T-1", "identifiers": {"person_id": "p1", "activity_id": "a1"},
                    "values": {"revenue": 19.98, "tax": 1.5, "items": [{"id": "S1", "price": 9.99, "quantity": 2}]},
                }
            ],
        },
        {
            "title": "two occurrences, in Europe",
            "request": {
                "url": "https://tagtracking.eu.vibes.com/track?d=%5B%7B%22action%22%3A%22detail%22%2C%22companyId%22%3A%22ab12%22%2C%22data%22%3A%7B%22products%22%3A%5B%7B%22id%22%3A%22S1%22%7D%5D%7D%7D%2C%7B%22action%22%3A%22add%22%2C%22companyId%22%3A%22ab12%22%2C%22data%22%3A%7B%7D%7D%5D"
            },
            "hits": [{"kind": "event", "event": "detail", "account": "ab12", "values": {"items": [{"id": "S1"}]}}, {"kind": "event", "event": "add", "account": "ab12", "key": None}],
        },
        {
            "title": "plain keys",
            "request": {"url": "https://tagtracking.vibescm.com/track?company_id=ab12&event=purchase&order_id=T-1&amount=19.98&url=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "event", "event": "purchase", "account": "ab12", "key": "T-1", "values": {"amount": 19.98}}],
        },
    ),
    lookalikes=(
        "https://shop.example/track?d=%5B%7B%22action%22%3A%22purchase%22%7D%5D",
        "https://tagtracking.vibescm.com.evil.example/track?d=%5B%5D",
        "https://nottagtracking.vibescm.com/track?d=%5B%5D",
        "https://shop.example/?u=https%3A%2F%2Ftagtracking.vibescm.com%2Ftrack",
        "https://tagtracking.vibescm.com/tracking",
    ),
)  # fmt: skip
