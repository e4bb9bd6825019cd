"""Customer.io: data pipelines (track, page, identify …), the track API, and the older snippet.

Documentation: https://docs.customer.io/integrations/data-in/connections/javascript/js-source/ (JavaScript),
https://docs.customer.io/integrations/api/cdp/ (pipelines API), https://docs.customer.io/integrations/api/track/ (track API),
https://docs.customer.io/accounts-and-workspaces/data-centers/ (regions).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable, text_at
from harness.decode.payload import from_base64, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PROPERTIES, USER, CONTEXT, TECHNICAL = "General", "Properties", "User", "Context", "Technical"
_TABLE = PathTable(
    {
        "type": Row(None, "Call", GENERAL),
        "event": Row(None, "Event", GENERAL),
        "name": Row(None, "Name", GENERAL),
        "action": Row(None, "Action", GENERAL),
        "anonymousId": Row(None, "Anonymous ID", USER),
        "anonymous_id": Row(None, "Anonymous ID", USER),
        "userId": Row(None, "User ID", USER),
        "messageId": Row(None, "Message ID", TECHNICAL),
        "timestamp": Row(None, "Time", TECHNICAL),
        "writeKey": Row(None, "Write key", GENERAL),
    },
    (
        Prefix("properties.", field=None, label="{}", group=PROPERTIES),
        Prefix("attributes.", field=None, label="{}", group=PROPERTIES),
        Prefix("data.", field=None, label="{}", group=PROPERTIES),
        Prefix("traits.", field=None, label="{}", group=USER),
        Prefix("identifiers.", field=None, label="{}", group=USER),
        Prefix("context.", field=None, label="{}", group=CONTEXT),
    ),
)
_IDENTIFIERS = {
    "anonymous_id": ("anonymousId", "anonymous_id", "identifiers.anonymous_id"), "user_id": ("userId", "identifiers.id"),
    "cio_id": "identifiers.cio_id", "email": ("identifiers.email", "traits.email", "email"),
}  # fmt: skip
_IDENTIFIES = frozenset(("identify", "group", "alias"))


def _name(event: Any, document: Any) -> str | None:
    call = text_at(event, "type")
    return text_at(event, "event") if call in (None, "track") else call


def _kind(name: str | None, event: Any) -> str:
    call = text_at(event, "type")
    return "pageview" if call in ("page", "screen") else "identify" if call in _IDENTIFIES else kind_of(name)


def _consent(hit: Hit, event: Any, document: Any) -> None:
    preferences = event.get("context", {}).get("consent") if isinstance(event, dict) and isinstance(event.get("context"), dict) else None
    if isinstance(preferences, dict) and isinstance(preferences.get("categoryPreferences"), dict):
        hit.consent = dict(preferences["categoryPreferences"])
    if hit.kind == "pageview" and isinstance(event, dict) and event.get("name"):
        hit.values.setdefault("name", event["name"])


_PIPELINE = JsonReader(
    _TABLE, events="batch", event=_name, account="writeKey", key="messageId", time=("timestamp", "sentAt"), page=("context.page.url", "properties.url"),
    identifiers=_IDENTIFIERS, values=("properties", "traits"), kind=_kind, derive=_consent,
)  # fmt: skip
_TRACK = JsonReader(
    _TABLE, events="batch", event="name", key="id", time="timestamp", identifiers=_IDENTIFIERS, values=("data", "attributes", ""),
    query=QueryTable({"site_id": Row("site_id", "Site ID", GENERAL)}),
)  # fmt: skip


def _user(request: CapturedRequest) -> str | None:
    """The write key or site ID as the user name of HTTP Basic authentication."""
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    decoded = from_base64(token.strip()) if scheme.lower() == "basic" else None
    return decoded.decode("utf-8", "replace").partition(":")[0] or None if decoded else None


def _pipeline(request: CapturedRequest) -> list[Hit]:
    hits = _PIPELINE(request)
    for hit in hits:
        hit.account = hit.account or _user(request)
    return hits


def _api(request: CapturedRequest) -> list[Hit]:
    """``/api/v1/customers/<id>`` (profile) and ``…/events``, ``/api/v1/events``; ``/api/v2/entity`` and ``/api/v2/batch``."""
    hits = _TRACK(request)
    steps = split_url(request.url).path.strip("/").split("/")
    for hit in hits:
        if hit.kind == "undecoded":
            continue
        hit.account = hit.account or _user(request)
        said = {each.name: each.value for each in hit.parameters if each.name in ("type", "action")}
        if "v2" in steps:
            action = str(said.get("action") or "")
            hit.kind = {"event": "event", "page": "pageview", "screen": "pageview"}.get(action, "identify" if action else "auxiliary")
            hit.event = hit.event or action or None
        else:
            if len(steps) > 3 and steps[2] == "customers":
                hit.identifiers.setdefault("user_id", steps[3])
            if steps[-1] != "events":
                hit.kind, hit.event = "identify", "identify"
            elif said.get("type") in ("page", "screen"):
                hit.kind = "pageview"
    return hits


def _answer(request: CapturedRequest) -> Answer | None:
    """The settings without which the script keeps every call to itself; success to a call, or it is sent again."""
    kind = (("Content-Type", "application/json"),)
    path = split_url(request.url).path
    if path.startswith("/v1/projects/") and path.endswith("/settings"):
        key = path.split("/")[3]
        return Answer(200, kind, json.dumps({"integrations": {"Customer.io Data Pipelines": {"apiKey": key}}, "plan": {}}).encode())
    return Answer(200, kind, b'{"success":true}') if request.method == "POST" else None


def _is_customer_io(request: CapturedRequest) -> bool:
    """Its script is a descendant of Segment's and says its own name only where it lists the integrations."""
    for document, _ in read_body(request).documents:
        batch = document.get("batch") if isinstance(document, dict) else None
        for event in batch if isinstance(batch, list) and batch else [document]:
            if not isinstance(event, dict) or not isinstance(event.get("messageId"), str):
                return False
            integrations = event.get("integrations")
            if isinstance(integrations, dict) and "Customer.io Data Pipelines" in integrations:
                return True
    return False


_OLDER = QueryReader(
    QueryTable(
        {
            "site_id": Row("site_id", "Site ID", GENERAL),
            "s": Row("site_id", "Site ID", GENERAL),
            "name": Row("name", "Name", GENERAL),
            "type": Row("type", "Call", GENERAL),
            "id": Row("id", "User ID", USER),
            "email": Row("email", "E-mail", USER),
            "cookie_id": Row("anonymous_id", "Anonymous ID", USER),
            "anonymous_id": Row("anonymous_id", "Anonymous ID", USER),
            "url": Row("url", "Page address", PROPERTIES),
            "timestamp": Row(None, "Time", TECHNICAL),
        },
        (Prefix("data[", "]", label="{}", group=PROPERTIES), Prefix("attributes[", "]", label="{}", group=USER)),
    ),
    event=("name", "type"),
    account="site_id",
    page="url",
    identifiers=("id", "email", "anonymous_id"),
)


_LEGACY = {"page": "page", "identify": "identify", "track": None, "event": None}


def _older(request: CapturedRequest) -> list[Hit]:
    """``/events`` names its call in ``type``; the images of the oldest snippet name it in their path (``/events/page.gif``)."""
    hits = _OLDER(request)
    name = split_url(request.url).path.rpartition("/")[2].removesuffix(".gif")
    for hit in hits:
        call = _LEGACY[name] if name in _LEGACY else str(hit.values.get("type") or "") or None
        if call in ("page", "screen"):
            hit.kind, hit.event = "pageview", call
            named = str(hit.values.get("name") or "")
            if hit.page_url is None and named.startswith(("https://", "http://")):
                # The script names a page by its address.
                hit.page_url, hit.campaign = named, campaign_of(named)
        elif call in ("identify", "customer"):
            hit.kind, hit.event = "identify", "identify"
    return hits


def _key_in_path(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    for before in ("projects", "snippet"):
        if before in steps[:-1]:
            return steps[steps.index(before) + 1] or None
    return str(wire["site_id"]) if wire.get("site_id") else None


_CALLS = ("t", "p", "s", "i", "g", "a", "b", "track", "page", "screen", "identify", "group", "alias", "batch")
_CDP = ("cdp.customer.io", "cdp-eu.customer.io")

VENDOR = Vendor(
    id="customer-io",
    name="Customer.io",
    category="marketing",
    docs=("https://docs.customer.io/integrations/api/cdp/", "https://docs.customer.io/integrations/api/track/"),
    endpoints=(
        *(Endpoint(host=host, path=f"/v1/{call}") for host in _CDP for call in _CALLS),
        *(Endpoint(host="*", path=f"*/{call}", recognise=_is_customer_io) for call in _CALLS),
        *(Endpoint(host=host, path="/v1/m", decode=LibraryReader("auxiliary")) for host in _CDP),
        *(Endpoint(host=host, path="/v1/projects/*/settings", role="config", decode=LibraryReader("config", account=_key_in_path)) for host in _CDP),
        *(Endpoint(host=host, path="/v1/analytics-js/*", role="library", decode=LibraryReader(account=_key_in_path)) for host in _CDP),
        *(Endpoint(host=host, path=path, decode=_api) for host in ("track.customer.io", "track-eu.customer.io") for path in ("/api/v1/*", "/api/v2/*")),
        *(Endpoint(host=host, path="/events*", decode=_older) for host in ("track.customer.io", "track-eu.customer.io")),
        Endpoint(host="assets.customer.io", role="library", decode=LibraryReader(account=_key_in_path)),
        Endpoint(host="code.gist.build", role="library", decode=LibraryReader()),
        *(Endpoint(host=host, role="config", decode=LibraryReader("config")) for host in ("engine.api.gist.build", "consumer.cloud.gist.build", "renderer.gist.build", "realtime.cloud.gist.build")),
    ),
    decode=_pipeline,
    answer=_answer,
    automatic_parameters=frozenset({"path", "referrer", "search", "title", "url"}),
    examples=(
        {
            "title": "a track call of the JavaScript source through the site's own host",
            "request": {
                "url": "https://shop.example/metrics/v1/t", "method": "POST",
                "body": {
                    "type": "track", "event": "Order Completed", "messageId": "ajs-next-2e7d305b255dd77da61a54ea5bbfa54c", "writeKey": "wk", "anonymousId": "a1",
                    "userId": None, "integrations": {"Customer.io Data Pipelines": True}, "properties": {"order_id": "T-1", "total": 19.98},
                    "context": {"library": {"name": "analytics.js", "version": "npm:next-0.5.11"}},
                },
            },
            "hits": [{"kind": "event", "event": "Order Completed", "account": "wk", "values": {"order_id": "T-1", "total": 19.98}, "identifiers": {"anonymous_id": "a1"}}],
        },
        {
            "title": "a track call of the JavaScript source",
            "request": {
                "url": "https://cdp.customer.io/v1/t", "method": "POST",
                "body": {
                    "type": "track", "event": "Order Completed", "messageId": "m-1", "writeKey": "wk", "anonymousId": "a1", "userId": "u1",
                    "timestamp": "2026-11-22T03:42:20.362Z", "properties": {"order_id": "T-1", "total": 19.98},
                    "context": {"page": {"url": "https://shop.example/?utm_source=x"}, "library": {"name": "customerio-cdp-analytics"}},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "Order Completed", "account": "wk", "key": "m-1", "values": {"order_id": "T-1", "total": 19.98},
                    "identifiers": {"anonymous_id": "a1", "user_id": "u1"}, "campaign": {"utm_source": "x"}, "event_time": 1795318940.362,
                }
            ],
        },
        {
            "title": "a batch of a backend, in Europe",
            "request": {
                "url": "https://cdp-eu.customer.io/v1/batch", "method": "POST", "headers": {"Authorization": "Basic d2tleTEyMzQ1Og=="},
                "body": {"batch": [{"type": "page", "name": "Home", "userId": "u"}, {"type": "identify", "userId": "u", "traits": {"plan": "x"}}]},
            },
            "hits": [
                {"kind": "pageview", "event": "page", "account": "wkey12345", "values": {"name": "Home"}},
                {"kind": "identify", "event": "identify", "values": {"plan": "x"}, "identifiers": {"user_id": "u"}},
            ],
        },
        {
            "title": "the track API: a person's event, and a batch",
            "request": {
                "url": "https://track.customer.io/api/v1/customers/u1/events", "method": "POST",
                "body": {"name": "purchase", "id": "01H", "data": {"price": 19.98}},
            },
            "hits": [{"kind": "event", "event": "purchase", "key": "01H", "values": {"price": 19.98}, "identifiers": {"user_id": "u1"}}],
        },
        {
            "title": "a page of the oldest snippet",
            "request": {"url": "https://track.customer.io/events/page.gif?name=%2F&s=abc", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "page", "account": "abc", "values": {"name": "/"}}],
        },
        {
            "title": "a page that the older script names by its address",
            "request": {"url": "https://track.customer.io/events/page?site_id=abc&type=page&name=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&anonymous_id=a1&timestamp=1795318940"},
            "hits": [{"kind": "pageview", "event": "page", "page_url": "https://shop.example/?utm_source=x", "campaign": {"utm_source": "x"}, "identifiers": {"anonymous_id": "a1"}}],
        },
        {
            "title": "a source's settings",
            "request": {"url": "https://cdp-eu.customer.io/v1/projects/wk123/settings"},
            "hits": [{"kind": "config", "account": "wk123"}],
        },
        {
            "title": "the track API, second version",
            "request": {
                "url": "https://track-eu.customer.io/api/v2/batch", "method": "POST",
                "body": {
                    "batch": [
                        {"type": "person", "identifiers": {"id": "u1"}, "action": "identify", "attributes": {"plan": "x"}},
                        {"type": "person", "identifiers": {"id": "u1"}, "action": "event", "name": "purchase", "attributes": {"price": 5}},
                    ]
                },
            },
            "hits": [
                {"kind": "identify", "event": "identify", "values": {"plan": "x"}},
                {"kind": "event", "event": "purchase", "values": {"price": 5}, "identifiers": {"user_id": "u1"}},
            ],
        },
    ),
    lookalikes=(
        "https://shop.example/v1/t",
        "https://cdp.notcustomer.io/v1/t",
        "https://cdp.customer.io.evil.example/v1/t",
        "https://docs.customer.io/integrations/api/track/",
        "https://fly.customer.io/login",
        "https://shop.example/?u=https%3A%2F%2Ftrack.customer.io%2Fapi%2Fv1%2Fevents",
    ),
)  # fmt: skip
