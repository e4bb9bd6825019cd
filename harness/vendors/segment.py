"""Segment: calls (track, page, screen, identify, group, alias) one by one or in a batch, to Segment's hosts or through a proxy.

Wire format: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ (calls, batch, write key),
https://segment.com/docs/connections/spec/common/ (fields of every call),
https://segment.com/docs/connections/spec/ecommerce/v2/ (e-commerce), https://segment.com/docs/privacy/consent-management/consent-in-segment-connections/
(consent), https://segment.com/docs/connections/sources/custom-domain/ (proxies).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.calls import CALLS, basic_user, call_reader
from harness.decode.document import at, text_at
from harness.decode.payload import open_text, read_body
from harness.decode.query import PLAIN
from harness.decode.readers import LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_CALLED = {"t": "track", "p": "page", "s": "screen", "i": "identify", "g": "group", "a": "alias"}
_KINDS = {"track": "event", "page": "pageview", "screen": "pageview", "identify": "identify", "group": "identify", "alias": "identify"}


def _derive(hit: Hit, event: Any, document: Any) -> None:
    preferences = at(event, "context.consent.categoryPreferences")
    if isinstance(preferences, dict):
        hit.consent = dict(preferences)


_READ = call_reader(derive=_derive)


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    if address.path.endswith("/m"):
        return LibraryReader("auxiliary")(request)
    asked = PLAIN.read(address.query)
    carried = open_text(next((str(each.value) for each in asked if each.name == "data"), ""))
    if carried.documents and not request.body.data:
        hits = _READ.hits(carried, [each for each in asked if each.name != "data"])
    else:
        hits = _READ(request)
    if not request.body.data:
        # The path says which call it was where what is carried does not, or where a recorder kept no body.
        step = address.path.rpartition("/")[2]
        for hit in hits:
            if hit.kind == "auxiliary":
                hit.event = _CALLED.get(step, step)
                hit.kind = _KINDS.get(hit.event, "auxiliary")
    key = basic_user(request)
    for hit in hits:
        hit.account = hit.account or key
    return hits


def _is_segment(request: CapturedRequest) -> bool:
    """Told from its many likenesses (RudderStack, Jitsu, Hightouch) by what Segment's own libraries put in."""
    for document, _ in read_body(request).documents:
        batch = document.get("batch") if isinstance(document, dict) else None
        for event in batch if isinstance(batch, list) and batch else [document]:
            if not isinstance(event, dict) or event.get("type") not in CALLS or not isinstance(event.get("messageId"), str):
                return False
            integrations = event.get("integrations")
            if isinstance(integrations, dict) and "Customer.io Data Pipelines" in integrations:
                return False
            library = text_at(event, "context.library.name") or text_at(document, "context.library.name") or ""
            if library.startswith(("analytics", "@segment/")) or event["messageId"].startswith(("ajs-", "node-next-")):
                return True
    return False


def _key_in_path(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    for before in ("v1", "projects"):
        if before in steps[:-2]:
            found = steps[steps.index(before) + 1]
            if found != "projects":
                return found
    return None


def _answer(request: CapturedRequest) -> Answer | None:
    """The settings without which analytics.js sends nothing; success to a call, or it is kept and sent again."""
    path = split_url(request.url).path
    kind = (("Content-Type", "application/json"),)
    if path.startswith("/v1/projects/") and path.endswith("/settings"):
        key = _key_in_path(path, {}) or ""
        everything = {"__default": {"enabled": True, "integrations": {}}}
        settings = {
            "integrations": {"Segment.io": {"apiKey": key, "unbundledIntegrations": [], "addBundledMetadata": True, "versionSettings": {}}},
            "plan": {"track": everything, "identify": everything, "group": everything},
            "edgeFunction": {}, "analyticsNextEnabled": True, "middlewareSettings": {}, "enabledMiddleware": {}, "metrics": {"sampleRate": 0},
            "legacyVideoPluginsEnabled": False, "remotePlugins": [],
        }  # fmt: skip
        return Answer(200, kind, json.dumps(settings).encode())
    if request.method == "POST":
        return Answer(200, kind, b'{"success":true}')
    return None


_SHORT = ("t", "p", "s", "i", "g", "a", "b", "m")
_LONG = ("track", "page", "screen", "identify", "group", "alias", "batch", "import")
_LIBRARY = LibraryReader(account=_key_in_path)

VENDOR = Vendor(
    id="segment",
    name="Segment",
    category="analytics",
    docs=(
        "https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/",
        "https://segment.com/docs/connections/spec/common/",
        "https://segment.com/docs/connections/spec/ecommerce/v2/",
    ),
    endpoints=(
        *(
            Endpoint(host=host, path=f"/v1/{call}")
            for host in ("api.segment.io", "api.segment.com", "*.segmentapis.com", "in.segment.io", "track.segment.io")
            for call in (*_SHORT, *_LONG, "pixel/*")
        ),
        *(Endpoint(host="*", path=f"*/{call}", recognise=_is_segment) for call in (*_SHORT[:-1], *_LONG)),
        *(
            Endpoint(host=host, path="/v1/projects/*/settings", role="config", decode=LibraryReader("config", account=_key_in_path))
            for host in ("cdn.segment.com", "cdn.segment.io", "*.segmentapis.com")
        ),
        *(
            Endpoint(host=host, path=f"/{folder}/*", role="library", decode=_LIBRARY if folder == "analytics.js" else LibraryReader())
            for host in ("cdn.segment.com", "cdn.segment.io")
            for folder in ("analytics.js", "analytics-next", "next-integrations")
        ),
        Endpoint(host="d2dq2ahtl5zl1z.cloudfront.net", path="/analytics.js/*", role="library", decode=_LIBRARY),
    ),
    decode=_decode,
    answer=_answer,
    automatic_parameters=frozenset({"path", "referrer", "search", "title", "url"}),
    examples=(
        {
            "title": "a track call of analytics.js through a proxy",
            "request": {
                "url": "https://seg.shop.example/v1/t", "method": "POST",
                "body": {
                    "type": "track", "event": "Order Completed", "messageId": "ajs-next-1", "writeKey": "wk", "anonymousId": "a1", "userId": "u1",
                    "timestamp": "2026-11-22T03:42:20.362Z", "properties": {"order_id": "T-1", "revenue": 19.98, "products": [{"sku": "S1"}]},
                    "context": {
                        "library": {"name": "analytics.js"}, "page": {"url": "https://shop.example/?utm_source=x"}, "campaign": {"name": "spring"},
                        "consent": {"categoryPreferences": {"Advertising": False}},
                    },
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "Order Completed", "account": "wk", "key": "ajs-next-1", "event_time": 1795318940.362,
                    "values": {"order_id": "T-1", "revenue": 19.98, "products": [{"sku": "S1"}]},
                    "parameters": {"properties.products[0].sku": "S1", "context.library.name": "analytics.js"},
                    "identifiers": {"anonymous_id": "a1", "user_id": "u1"}, "consent": {"Advertising": False},
                    "campaign": {"utm_source": "x", "utm_campaign": "spring"},
                }
            ],
        },
        {
            "title": "a batch with the write key in the authorisation",
            "request": {
                "url": "https://api.segment.io/v1/batch", "method": "POST", "headers": {"Authorization": "Basic d2tleTEyMzQ1Og=="},
                "body": {
                    "batch": [
                        {"type": "page", "name": "Home", "messageId": "1", "anonymousId": "a"},
                        {"type": "identify", "messageId": "2", "userId": "u", "traits": {"plan": "x"}},
                    ],
                    "sentAt": "2026-11-22T03:42:20.362Z",
                },
            },
            "hits": [
                {"kind": "pageview", "event": "page", "account": "wkey12345", "values": {"name": "Home"}, "parameters": {"type": "page"}},
                {"kind": "identify", "event": "identify", "account": "wkey12345", "values": {"plan": "x"}},
            ],
        },
        {
            "title": "a server's batch to the European region",
            "request": {
                "url": "https://events.eu1.segmentapis.com/v1/batch", "method": "POST",
                "body": {
                    "writeKey": "EUKEY", "sentAt": "2026-11-22T03:42:20.362Z",
                    "batch": [
                        {"type": "track", "event": "Signed Up", "messageId": "node-next-1", "userId": "u", "context": {"library": {"name": "@segment/analytics-node"}}},
                        {"type": "group", "groupId": "g1", "messageId": "node-next-2", "userId": "u", "traits": {"plan": "x"}},
                    ],
                },
            },
            "hits": [
                {"kind": "event", "event": "Signed Up", "account": "EUKEY", "key": "node-next-1"},
                {"kind": "identify", "event": "group", "account": "EUKEY", "identifiers": {"group_id": "g1"}},
            ],
        },
        {
            "title": "a call whose body was not recorded",
            "request": {"url": "https://api.segment.io/v1/p", "method": "POST"},
            "hits": [{"kind": "pageview", "event": "page", "account": None}],
        },
        {
            "title": "an event as an image, its data as base64 in the address",
            "request": {
                "url": "https://api.segment.io/v1/pixel/track?data=eyJ3cml0ZUtleSI6IndrIiwidXNlcklkIjoidSIsImV2ZW50IjoiRW1haWwgT3BlbmVkIiwicHJvcGVydGllcyI6eyJzIjoxfX0",
                "resource_type": "image",
            },
            "hits": [{"kind": "event", "event": "Email Opened", "account": "wk", "values": {"s": 1}}],
        },
        {
            "title": "the script, from the older host",
            "request": {"url": "https://cdn.segment.io/analytics.js/v1/wk123/analytics.min.js"},
            "hits": [{"kind": "library", "account": "wk123"}],
        },
        {
            "title": "a source's settings",
            "request": {"url": "https://cdn.segment.com/v1/projects/wk123/settings"},
            "hits": [{"kind": "config", "account": "wk123"}],
        },
    ),
    lookalikes=(
        "https://shop.example/v1/t",
        {"url": "https://shop.example/v1/p", "method": "POST", "body": '{"type":"page","id":7}'},
        {
            "url": "https://rs.shop.example/v1/track", "method": "POST",
            "body": {"type": "track", "event": "x", "messageId": "1", "context": {"library": {"name": "RudderLabs JavaScript SDK"}}},
        },
        "https://api.segment.io.evil.example/v1/t",
        "https://notsegment.io/v1/t",
        "https://segment.com/docs/connections/spec/track/",
        "https://app.segment.com/shop/sources",
        "https://shop.example/?u=https%3A%2F%2Fapi.segment.io%2Fv1%2Ft",
    ),
)  # fmt: skip
