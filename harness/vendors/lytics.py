"""Lytics: page views and events as images or JSON, to a stream of an account.

Wire format: https://docs.lytics.com/docs/lytics-javascript-tag, https://docs.lytics.com/reference/collect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "_e": Row("_e", "Event", "General"),
        "event": Row("event", "Event", "General"),
        "_uid": Row("_uid", "Visitor ID", "Visitor"),
        "_uido": Row("_uido", "Other visitor ID", "Visitor"),
        "user_id": Row("user_id", "User ID", "Visitor"),
        "email": Row("email", "Email", "Visitor"),
        "url": Row("url", "Page address", "Page"),
        "_ref": Row("_ref", "Referrer", "Page"),
        "title": Row("title", "Page title", "Page"),
        "_sesstart": Row(None, "Session start", "Session"),
        "_sesref": Row(None, "Session's referrer", "Session"),
        "_tz": Row(None, "Time zone", "Device"),
        "_ul": Row(None, "Language", "Device"),
        "_sz": Row(None, "Screen", "Device"),
        "_ts": Row("_ts", "Time", "Technical"),
        "_nmob": Row(None, "Not mobile", "Device"),
        "_mob": Row(None, "Mobile", "Device"),
        "_device": Row(None, "Device", "Device"),
        "_v": Row(None, "Script version", "Technical"),
        "stream": Row(None, "Stream", "Configuration"),
        "loadid": Row(None, "Load the ID", "Configuration"),
        "blockload": Row(None, "Block until loaded", "Configuration"),
        "sessecs": Row(None, "Session length (s)", "Configuration"),
        "qsargs": Row(None, "Query keys kept", "Configuration"),
        **{
            name: Row(name, name.capitalize(), "E-commerce", "number")
            for name in ("value", "revenue", "amount", "price", "quantity", "total")
        },
        "order_id": Row("order_id", "Order ID", "E-commerce"),
        "_ca": Row(None, "Script", "Technical"),
        "_if": Row(None, "In a frame", "Technical"),
        "_getid": Row(None, "Ask for an ID", "Technical"),
        "_sdn": Row(None, "Session", "Session"),
    },
    (Prefix("utm_", label="Campaign {}", field="utm_{}", group="Campaign"), Prefix("_", field=None, group="Technical")),
)


def _event(values: Mapping[str, Any]) -> str | None:
    return next((str(values[key]) for key in ("_e", "event") if values.get(key)), None)


def _kind(event: str | None) -> str:
    return "pageview" if event in ("pv", "page_view", "pageview") else "event" if event else "auxiliary"


_READ = QueryReader(
    _TABLE, event=_event, page="url", time="_ts", identifiers=("_uid", "_uido", "user_id", "email"), kind=_kind, key="order_id"
)
_STEPS = frozenset(("c", "collect", "json", "bulk", "csv"))


def _decode(request: CapturedRequest) -> list[Hit]:
    [hit] = _READ(request)
    for each in hit.parameters:
        if each.field is None and each.name[:1] != "_" and each.label is None:
            hit.values.setdefault(each.name, each.value)
    steps = [step for step in split_url(request.url).path.split("/") if step and step not in _STEPS]
    hit.account = steps[0] if steps else None
    if steps[:1] == ["provider"]:
        hit.kind, hit.account = "auxiliary", None
    return [hit]


VENDOR = Vendor(
    id="lytics",
    name="Lytics",
    category="analytics",
    docs=("https://docs.lytics.com/docs/lytics-javascript-tag", "https://docs.lytics.com/reference/collect"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("c.lytics.io", "api.lytics.io", "bulk.lytics.io") for path in ("/c/*", "/collect/*")),
        *(
            Endpoint(host=host, path=path, role="library", decode=LibraryReader(account=lambda path, wire: path.split("/")[3] if path.count("/") > 3 else None))
            for host in ("c.lytics.io", "api.lytics.io")
            for path in ("/api/tag/*", "/static/*")
        ),
        *(Endpoint(host=host, path=path, role="config", decode=LibraryReader("config")) for host in ("c.lytics.io", "api.lytics.io") for path in ("/api/me/*", "/api/personalize/*", "/api/entity/*")),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"url", "_ref", "title", "_uid", "_ts", "utm_*"}),
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://c.lytics.io/c/abc123/default?_e=pv&_uid=u1&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&_ts=1795318940000&plan=gold", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pv", "account": "abc123", "identifiers": {"_uid": "u1"}, "campaign": {"utm_source": "x"}, "values": {"plan": "gold"}, "event_time": 1795318940.0}],
        },
        {
            "title": "an event as JSON",
            "request": {"url": "https://c.lytics.io/collect/json/abc123/default", "method": "POST", "body": {"_e": "conversion", "_uid": "u1", "value": 19.98}},
            "hits": [{"kind": "event", "event": "conversion", "account": "abc123", "values": {"value": 19.98}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://c.lytics.io/api/tag/abc123/latest.min.js"},
            "hits": [{"kind": "library", "account": "abc123"}],
        },
        {
            "title": "a page view as the script posts it",
            "request": {"url": "https://c.lytics.io/c/abc123/default", "method": "POST", "headers": {"Content-Type": "text/plain"}, "body": "one=two&_ts=1795318940000&_nmob=t&_device=desktop&url=shop.example%2F&_v=2.0.0&_e=pv&_sesstart=1&_tz=-7&_uid=u1"},
            "hits": [{"kind": "pageview", "event": "pv", "account": "abc123", "values": {"one": "two"}, "identifiers": {"_uid": "u1"}}],
        },
        {
            "title": "an ID another company knows the visitor by",
            "request": "https://c.lytics.io/c/provider/taboola?taboola_id=t1",
            "hits": [{"kind": "auxiliary", "account": None}],
        },
        {
            "title": "a conversion as an image",
            "request": {"url": "https://c.lytics.io/c/abc123/orders?_e=conversion&_uid=u1&order_id=T-1&revenue=19.98&quantity=2", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "conversion", "key": "T-1", "values": {"revenue": 19.98, "quantity": 2}}],
        },
    ),
    lookalikes=(
        "https://docs.lytics.com/docs/lytics-javascript-tag",
        "https://app.lytics.com/login",
        "https://shop.example/c/abc123?_e=pv",
        "https://c.lytics.io.evil.example/c/abc123",
        "https://www.lytics.io/c/abc",
        "https://shop.example/?u=https%3A%2F%2Fc.lytics.io%2Fc%2Fabc",
    ),
)  # fmt: skip
