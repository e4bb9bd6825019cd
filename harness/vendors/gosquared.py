"""GoSquared: events, transactions, identification and page views over the tracking API; the script's pings.

Wire format: https://www.gosquared.com/docs/api/tracking/ (events, transactions, identify, pageview, ping), https://www.gosquared.com/docs/tracking/install/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "api_key": Row(None, "API key", "General"),
        "site_token": Row(None, "Site token", "General"),
        "a": Row(None, "Site token", "General"),
        "visitor_id": Row(None, "Visitor ID", "Visitor"),
        "person_id": Row(None, "Person ID", "Visitor"),
        "event.name": Row(None, "Event", "General"),
        "transaction.id": Row("transaction_id", "Transaction ID", "E-commerce"),
        "page.url": Row(None, "Page address", "Page"),
        "page.title": Row("title", "Page title", "Page"),
        "page.previous": Row("previous", "Previous page", "Page"),
        "timestamp": Row(None, "Time", "Technical"),
    },
    (
        Prefix("event.data.", field=None, label="{}", group="Event data"),
        Prefix("transaction.", field=None, label="{}", group="E-commerce"),
        Prefix("properties.", field=None, label="{}", group="Visitor"),
    ),
)
_QUERY = QueryTable(_TABLE.rows)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    items = at(event, "transaction.items")
    if isinstance(items, list):
        hit.values.setdefault("items", items)
        hit.values.setdefault(
            "revenue", sum(each["revenue"] for each in items if isinstance(each, dict) and isinstance(each.get("revenue"), int | float))
        )


_READ = JsonReader(
    _TABLE,
    event="event.name",
    account="site_token",
    key="transaction.id",
    page="page.url",
    time="timestamp",
    identifiers={"visitor_id": "visitor_id", "person_id": "person_id"},
    values=("event.data", "properties"),
    derive=_derive,
    query=_QUERY,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    shared = _QUERY.read(address.query)
    token = next((each for each in address.path.split("/") if each.startswith("GSN-")), None)
    hits = _READ(request)
    wire = {each.name: str(each.value) for each in reversed(shared)}
    step = address.path.rstrip("/").rpartition("/")[2]
    for hit in hits:
        hit.account = hit.account or wire.get("site_token") or wire.get("a") or token
        if step == "event" and hit.event is None and wire.get("name") and not request.body.data:
            hit.kind, hit.event = "event", wire["name"]
        elif step in ("pageview", "pv", "pv2"):
            hit.kind, hit.event = "pageview", "pageview"
        elif step == "transaction":
            hit.kind, hit.event = "event", "transaction"
        elif step in ("identify", "alias", "properties"):
            hit.kind, hit.event = "identify", step
        elif step in ("ping", "ping2", "timeout"):
            hit.kind, hit.event = "auxiliary", step
    return hits


VENDOR = Vendor(
    id="gosquared",
    name="GoSquared",
    category="analytics",
    docs=("https://www.gosquared.com/docs/api/tracking/",),
    endpoints=(
        *(Endpoint(host="api.gosquared.com", path=f"/tracking/v1/{step}") for step in ("event", "transaction", "identify", "alias", "properties", "pageview", "ping", "timeout")),
        *(Endpoint(host=host, path=f"/{step}") for host in ("data.gosquared.com", "data2.gosquared.com") for step in ("pv", "pv2", "ping", "ping2", "pageview", "event", "transaction", "identify", "alias", "properties", "timeout")),
        *(Endpoint(host="data.gosquared.com", path=f"/*/v1/{step}") for step in ("event", "transaction", "pageview", "identify")),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader()) for host in ("d1l6p2sc9645hc.cloudfront.net", "cdn.gosquared.com")),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"title", "previous"}),
    examples=(
        {
            "title": "an event",
            "request": {"url": "https://api.gosquared.com/tracking/v1/event?api_key=k&site_token=GSN-123456-A", "method": "POST", "body": {"visitor_id": "v1", "person_id": "p1", "event": {"name": "signup", "data": {"plan": "gold"}}, "page": {"url": "https://shop.example/?utm_source=x"}}},
            "hits": [{"kind": "event", "event": "signup", "account": "GSN-123456-A", "values": {"plan": "gold"}, "identifiers": {"visitor_id": "v1", "person_id": "p1"}, "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "a transaction",
            "request": {"url": "https://api.gosquared.com/tracking/v1/transaction?site_token=GSN-123456-A", "method": "POST", "body": {"transaction": {"id": "T-1", "items": [{"name": "Shirt", "revenue": 19.98}]}}},
            "hits": [{"kind": "event", "event": "transaction", "key": "T-1", "values": {"transaction_id": "T-1", "revenue": 19.98, "items": [{"name": "Shirt", "revenue": 19.98}]}}],
        },
        {
            "title": "a page view of the script",
            "request": {"url": "https://data.gosquared.com/pv?a=GSN-123456-A&cs=UTF-8&la=en&ti=Shop", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "GSN-123456-A"}],
        },
        {
            "title": "an event of the first tracking API",
            "request": {"url": "https://data.gosquared.com/GSN-123456-A/v1/event?name=signup"},
            "hits": [{"kind": "event", "event": "signup", "account": "GSN-123456-A"}],
        },
        {
            "title": "an identification",
            "request": {"url": "https://api.gosquared.com/tracking/v1/identify?site_token=GSN-123456-A", "method": "POST", "body": {"person_id": "p1", "properties": {"plan": "gold"}}},
            "hits": [{"kind": "identify", "event": "identify", "account": "GSN-123456-A", "values": {"plan": "gold"}, "identifiers": {"person_id": "p1"}}],
        },
    ),
    lookalikes=(
        "https://data.gosquared.com/",
        "https://shop.example/?u=https%3A%2F%2Fdata.gosquared.com%2Fpv",
        "https://shop.example/tracking/v1/event", "https://notapi.gosquared.com.example/tracking/v1/event", "https://api.gosquared.com.evil.example/tracking/v1/event", "https://www.gosquared.com/docs/",
    ),
)  # fmt: skip
