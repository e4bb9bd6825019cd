"""Tealium Collect (EventStream, AudienceStream): events as JSON, in a query, or in the ``data`` of a multipart body.

Wire format: https://docs.tealium.com/platforms/http-api/endpoint/ (``/event``), https://docs.tealium.com/platforms/http-api/bulk-endpoint/ (bulk),
https://docs.tealium.com/client-side-tags/tealium-collect-tag/ (the tag's ``i.gif``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import Payload, open_text, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_ROWS = {
    "tealium_account": Row(None, "Account", "General"),
    "tealium_profile": Row(None, "Profile", "General"),
    "tealium_environment": Row("tealium_environment", "Environment", "General"),
    "tealium_datasource": Row(None, "Data source", "General"),
    "tealium_event": Row(None, "Event", "General"),
    "tealium_visitor_id": Row(None, "Visitor ID", "Visitor"),
    "tealium_vid": Row("tealium_vid", "Visitor ID", "Visitor"),
    "tealium_session_id": Row(None, "Session ID", "Visitor"),
    "tealium_session_number": Row(None, "Session number", "Visitor"),
    "tealium_library_name": Row(None, "Library", "Technical"),
    "tealium_library_version": Row(None, "Library version", "Technical"),
    "tealium_random": Row(None, "Cache buster", "Technical"),
    "tealium_trace_id": Row(None, "Trace ID", "Technical"),
    "tealium_timestamp_epoch": Row(None, "Time", "Technical"),
    "page_url": Row("page_url", "Page address", "Page"),
    "page_name": Row("page_name", "Page name", "Page"),
    "order_id": Row("order_id", "Order ID", "E-commerce"),
    "order_total": Row("order_total", "Order total", "E-commerce", "number"),
    "order_subtotal": Row("order_subtotal", "Order subtotal", "E-commerce", "number"),
    "order_tax_amount": Row("order_tax_amount", "Tax", "E-commerce", "number"),
    "order_shipping_amount": Row("order_shipping_amount", "Shipping", "E-commerce", "number"),
    "order_currency_code": Row("order_currency_code", "Currency", "E-commerce"),
    "data": Row(None, "Data", "General"),
}
_PREFIXES = (
    Prefix("browser.", field=None, label="Browser {}", group="Device"),
    Prefix("dom.", field=None, label="Page {}", group="Page"),
    Prefix("js_page.", field=None, label="Variable {}", group="Page"),
    Prefix("meta.", field=None, label="Meta {}", group="Page"),
    Prefix("cp.", field=None, label="Cookie {}", group="Visitor"),
    Prefix("qp.", field=None, label="Query {}", group="Page"),
    Prefix("loader.cfg", field=None, group="Technical"),
    Prefix("_t_", field=None, group="Technical"),
)
_TABLE = PathTable(
    {**_ROWS, **{f"data.{name}": row for name, row in _ROWS.items() if row.kind == "number"}},
    (Prefix("data.", field=None, label="{}", group="General"), Prefix('["loader.cfg"]', field=None, group="Technical"), *_PREFIXES),
)
_QUERY = QueryTable(_ROWS, _PREFIXES)


_OLDER = {"tealium_event": "ut.event", "tealium_account": "ut.account", "tealium_profile": "ut.profile", "tealium_environment": "ut.env"}


def _said(event: Any, name: str) -> str | None:
    """A field of the event, which the tag wraps in ``data``; older tags call it otherwise (``ut.event``)."""
    inner = event.get("data") if isinstance(event, dict) else None
    found = text_at(event, name) or text_at(inner, name)
    if found is None and name in _OLDER:
        for owner in (event, inner):
            older = owner.get(_OLDER[name]) if isinstance(owner, dict) else None
            if isinstance(older, str) and older:
                return older
    return found


def _account(event: Any, document: Any) -> str | None:
    shared = document.get("shared") if isinstance(document, dict) else None
    account = _said(event, "tealium_account") or text_at(shared, "tealium_account")
    profile = _said(event, "tealium_profile") or text_at(shared, "tealium_profile")
    return f"{account}/{profile}" if account and profile else account


def _page(event: Any, document: Any) -> str | None:
    inner = event.get("data") if isinstance(event, dict) else None
    for owner in (event, inner):
        for name in ("page_url", "dom.url"):
            found = owner.get(name) if isinstance(owner, dict) else None
            if isinstance(found, str) and found:
                return found
    return None


def _derive(hit: Hit, event: Any, document: Any) -> None:
    for owner in (at(event, "data"), at(document, "shared") if document is not event else None):
        for name, value in owner.items() if isinstance(owner, dict) else ():
            hit.values.setdefault(name, value)
    for name in ("data", "loader.cfg"):
        if isinstance(hit.values.get(name), dict):
            hit.values.pop(name)
    for name in [
        each
        for each in hit.values
        if each.startswith(("browser.", "dom.", "js_page.", "meta.", "cp.", "qp.", "_t_", "tealium_", "ut.", "timing."))
    ]:
        hit.values.pop(name)


_READ = JsonReader(
    _TABLE,
    events="events",
    shared=PathTable({}, (Prefix("shared.", field=None, label="{}", group="General"),)),
    event=lambda event, document: _said(event, "tealium_event"),
    account=_account,
    key=lambda event, document: _said(event, "order_id"),
    page=_page,
    time=lambda event, document: _said(event, "tealium_timestamp_epoch"),
    identifiers={
        "tealium_visitor_id": ("tealium_visitor_id", "data.tealium_visitor_id", "tealium_vid", "data.tealium_vid"),
        "tealium_session_id": ("tealium_session_id", "data.tealium_session_id"),
    },
    values=("",),
    kind=lambda name, event: "pageview" if name in ("view", "page_view") else kind_of(name),
    derive=_derive,
    query=_QUERY,
)
_FLAT = QueryReader(
    QueryTable(
        {
            **_ROWS,
            **{
                name: Row(name, _ROWS[name].label, _ROWS[name].group)
                for name in ("tealium_event", "tealium_account", "tealium_profile", "tealium_visitor_id")
            },
        },
        _PREFIXES,
    ),
    event="tealium_event",
    key="order_id",
    page="page_url",
    identifiers=("tealium_visitor_id", "tealium_vid"),
    kind=lambda event: "pageview" if event in ("view", "page_view") else kind_of(event),
)


def _flat(request: CapturedRequest) -> list[Hit]:
    [hit] = _FLAT(request)
    account, profile = hit.values.pop("tealium_account", None), hit.values.pop("tealium_profile", None)
    hit.account = f"{account}/{profile}" if account and profile else str(account) if account else None
    for each in hit.parameters:
        if each.field is None and each.label is None:
            hit.values.setdefault(each.name, each.value)
    return [hit]


def _decode(request: CapturedRequest) -> list[Hit]:
    payload = read_body(request)
    address = split_url(request.url)
    shared = _QUERY.read(address.query)
    if payload.shape in ("form", "multipart"):
        shared = [*shared, *payload.form(_QUERY)]
    if not payload.documents:
        carried = next((str(each.value) for each in shared if each.name == "data" and each.value), None)
        payload = open_text(carried) if carried is not None else Payload()
    hits = _READ.hits(payload, shared) if payload.documents else _flat(request)
    steps = [step for step in address.path.split("/") if step]
    for hit in hits:
        if hit.account is None and len(steps) > 2 and steps[-1] == "i.gif" and steps[0] not in ("vdata", "udata"):
            hit.account = f"{steps[0]}/{steps[1]}"
    return hits


def _is_event(request: CapturedRequest) -> bool:
    """Told on the site's own host by account, profile and event."""
    document = read_body(request).value
    return all(text_at(document, name) is not None for name in ("tealium_account", "tealium_profile", "tealium_event"))


def _is_image(request: CapturedRequest) -> bool:
    """Told on the site's own host by the tag's own names in what is carried."""
    data = request.body.data[:262_144] or request.url.encode()
    return (b"tealium_account" in data or b"ut.account" in data) and (b"tealium_event" in data or b"ut.event" in data)


_HOSTS = ("*.tealiumiq.com",)
_REGIONS = (
    "",
    "-us-east-1",
    "-us-west-1",
    "-us-west-2",
    "-eu-west-1",
    "-eu-central-1",
    "-ap-northeast-1",
    "-ap-southeast-1",
    "-ap-southeast-2",
    "-ap-east-1",
)
_EVENT = {
    "tealium_account": "acme",
    "tealium_profile": "main",
    "tealium_event": "purchase",
    "tealium_visitor_id": "v1",
    "order_id": "T-1",
    "order_total": 19.98,
    "product_id": ["S1"],
    "page_url": "https://shop.example/?utm_source=x",
}

VENDOR = Vendor(
    id="tealium-collect",
    name="Tealium Collect",
    category="tag-manager",
    docs=("https://docs.tealium.com/platforms/http-api/endpoint/", "https://docs.tealium.com/client-side-tags/tealium-collect-tag/"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/event", "/event/", "/bulk-event", "*/i.gif", "/vdata/*", "/udata/*", "/integration/event")),
        Endpoint(host="*", path="*/event", recognise=_is_event),
        Endpoint(host="*", path="*/i.gif", recognise=_is_image),
        *(
            Endpoint(host=f"visitor-service{region}.tealiumiq.com", path="/*", role="config", decode=LibraryReader("config", account=lambda path, wire: "/".join(path.split("/")[1:3]) or None))
            for region in _REGIONS
        ),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"tealium_*", "page_url"}),
    examples=(
        {
            "title": "an event as JSON",
            "request": {"url": "https://collect.tealiumiq.com/event", "method": "POST", "body": _EVENT},
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "acme/main", "key": "T-1", "identifiers": {"tealium_visitor_id": "v1"}, "campaign": {"utm_source": "x"},
                    "values": {"order_total": 19.98, "product_id": ["S1"]},
                }
            ],
        },
        {
            "title": "a bulk of two with what they share",
            "request": {
                "url": "https://collect-eu-west-1.tealiumiq.com/bulk-event", "method": "POST",
                "body": {"shared": {"tealium_account": "acme", "tealium_profile": "main"}, "events": [{"tealium_event": "a", "x": 1}, {"tealium_event": "view"}]},
            },
            "hits": [{"kind": "event", "event": "a", "account": "acme/main", "values": {"x": 1}}, {"kind": "pageview", "event": "view", "account": "acme/main"}],
        },
        {
            "title": "the tag's multipart body",
            "request": {
                "url": "https://collect.tealiumiq.com/acme/main/2/i.gif", "method": "POST", "headers": {"Content-Type": "multipart/form-data; boundary=b"},
                "body": '--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"data":{"tealium_event":"view","page_name":"home","dom.url":"https://shop.example/"}}\r\n--b--\r\n',
            },
            "hits": [{"kind": "pageview", "event": "view", "account": "acme/main", "values": {"page_name": "home"}, "page_url": "https://shop.example/"}],
        },
        {
            "title": "an event in a query",
            "request": {"url": "https://collect.tealiumiq.com/event?tealium_account=acme&tealium_profile=main&tealium_event=click&label=buy"},
            "hits": [{"kind": "event", "event": "click", "account": "acme/main", "values": {"label": "buy"}}],
        },
        {
            "title": "a view of the older tag, its data in the query under older names",
            "request": "https://datacloud.tealiumiq.com/acme/main/16/i.gif?data=%7B%22data%22%3A%7B%22ut.event%22%3A%22view%22%2C%22dom.url%22%3A%22https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx%22%2C%22page_name%22%3A%22home%22%7D%7D",
            "hits": [{"kind": "pageview", "event": "view", "account": "acme/main", "values": {"page_name": "home"}, "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "an image without a script",
            "request": {"url": "https://collect.tealiumiq.com/vdata/i.gif?tealium_vid=v1&tealium_account=acme&tealium_profile=main&tealium_event=email_open&name1=value1", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "email_open", "account": "acme/main", "values": {"name1": "value1"}, "identifiers": {"tealium_vid": "v1"}}],
        },
        {
            "title": "the visitor's profile asked for, in Europe",
            "request": {"url": "https://visitor-service-eu-central-1.tealiumiq.com/acme/main/v1?callback=utag.ut%5B%22writevamain%22%5D", "resource_type": "script"},
            "hits": [{"kind": "config", "account": "acme/main"}],
        },
        {
            "title": "the tag's body under the site's own host, its order's total as text",
            "request": {
                "url": "https://collect.shop.example/acme/main/2/i.gif", "method": "POST", "headers": {"Content-Type": "multipart/form-data; boundary=b"},
                "body": '--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"data":{"tealium_account":"acme","tealium_profile":"main","tealium_event":"purchase","order_id":"T-1",'
                '"order_total":"19.98","product_id":["S1"]}}\r\n--b--\r\n',
            },
            "hits": [{"kind": "event", "event": "purchase", "account": "acme/main", "key": "T-1", "values": {"order_total": 19.98, "product_id": ["S1"]}}],
        },
    ),
    lookalikes=(
        "https://shop.example/acme/main/2/i.gif?data=x",
        "https://my.tealiumiq.com/",
        "https://tags.tiqcdn.com/utag/acme/main/prod/utag.js",
        {'url': 'https://shop.example/event', 'method': 'POST', 'body': {'tealium_event': 'x'}},
        "https://shop.example/event?tealium_account=acme",
        "https://nottealiumiq.com/event",
        "https://collect.tealiumiq.com.evil.example/event",
        "https://shop.example/?u=https%3A%2F%2Fcollect.tealiumiq.com%2Fevent",
    ),
)  # fmt: skip
