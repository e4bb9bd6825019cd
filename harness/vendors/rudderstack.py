"""RudderStack: calls to a data plane (RudderStack's cloud, or the site's own host).

Wire format: https://www.rudderstack.com/docs/api/http-api/ (calls, batch),
https://www.rudderstack.com/docs/event-spec/standard-events/common-fields/ (fields),
https://www.rudderstack.com/docs/api/pixel-api/ (images), https://www.rudderstack.com/docs/data-governance/consent-management/ (consent).
The write key is the user name of HTTP Basic authentication; the body has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.calls import CALLS, basic_user, call_reader, sent_by
from harness.decode.document import at
from harness.decode.payload import read_body
from harness.decode.query import PLAIN, Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_QUERY = QueryTable(
    {"writeKey": Row(None, "Write key", "General"), "sentAt": Row(None, "Sent", "Technical")},
)
_PIXEL = QueryReader(
    QueryTable(
        {
            "writeKey": Row(None, "Write key", "General"),
            "anonymousId": Row("anonymous_id", "Anonymous ID", "User"),
            "userId": Row("user_id", "User ID", "User"),
            "event": Row("event", "Event", "General"),
            "name": Row("name", "Page name", "General"),
        },
        (Prefix("properties.", label="{}", group="Properties"), Prefix("context.", field=None, label="{}", group="Context")),
    ),
    identifiers=("anonymous_id", "user_id"),
)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    consent = at(event, "context.consentManagement")
    if isinstance(consent, dict):
        found = {}
        for key, granted in (("allowedConsentIds", True), ("deniedConsentIds", False)):
            ids = consent.get(key)
            for each in ids if isinstance(ids, list) else ():
                found[str(each)] = granted
        hit.consent = found or None
    traits = at(event, "context.traits")
    if hit.kind == "identify" and isinstance(traits, dict):
        # Its own script puts what is said of the visitor into the context, and nowhere else.
        for name, value in traits.items():
            hit.values.setdefault(name, value)


_READ = call_reader(derive=_derive, query=_QUERY)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    address = split_url(request.url)
    wire = PLAIN.read(address.query)
    step = address.path.rpartition("/")[2]
    key = basic_user(request) or next((str(each.value) for each in wire if each.name == "writeKey"), "") or None
    for hit in hits:
        hit.account = hit.account or key
        if hit.event is None and not request.body.data and step in CALLS:
            hit.event = step
    return hits


def _pixel(request: CapturedRequest) -> list[Hit]:
    hits = _PIXEL(request)
    step = split_url(request.url).path.rstrip("/").rpartition("/")[2]
    for hit in hits:
        hit.account = next((str(each.value) for each in hit.parameters if each.name == "writeKey"), "") or None
        hit.kind = "pageview" if step == "page" else "event"
        hit.event = str(hit.values.get("event") or step) if step == "track" else step
    return hits


def _is_rudderstack(request: CapturedRequest) -> bool:
    """Told by the library that every call names."""
    return sent_by(request, lambda library: library.lower().startswith(("rudder", "@rudderstack")))


def _is_beacon(request: CapturedRequest) -> bool:
    """Told by the write key in the query and a batch of calls."""
    batch = at(read_body(request).value, "batch")
    first = batch[0] if isinstance(batch, list) and batch else None
    return "&writeKey=" in f"&{split_url(request.url).query}" and isinstance(first, dict) and first.get("type") in CALLS


def _answer(request: CapturedRequest) -> Answer | None:
    """``OK`` to a call; a source configuration without destinations, or the script never sends."""
    path = split_url(request.url).path
    if "sourceConfig" in path:
        body = (
            b'{"source":{"id":"s","name":"s","writeKey":"w","enabled":true,"config":{"statsCollection":{"errors":{"enabled":false},'
            b'"metrics":{"enabled":false}}},"connections":[],"destinations":[],"workspaceId":"w"},"updatedAt":"2026-01-01T00:00:00.000Z",'
            b'"consentManagementMetadata":{"providers":[]}}'
        )
        return Answer(200, (("Content-Type", "application/json"),), body)
    return Answer(200, (("Content-Type", "text/plain"),), b"OK") if request.method == "POST" else None


_HOSTS = ("*.rudderstack.com", "hosted.rudderlabs.com", "*.rudderlabs.com")
_CALLS = ("track", "page", "screen", "identify", "group", "alias", "batch", "merge")
_CONFIG = LibraryReader("config", account="writeKey")

VENDOR = Vendor(
    id="rudderstack",
    name="RudderStack",
    category="analytics",
    docs=(
        "https://www.rudderstack.com/docs/api/http-api/",
        "https://www.rudderstack.com/docs/event-spec/standard-events/common-fields/",
        "https://www.rudderstack.com/docs/api/pixel-api/",
    ),
    endpoints=(
        *(Endpoint(host=host, path=f"/v1/{call}") for host in _HOSTS for call in (*_CALLS, "import")),
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/beacon/v1/*", "*/beacon/v1/batch")),
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary", account="writeKey")) for host in _HOSTS for path in ("/rsaMetrics", "/rsaRequest", "/transform")),
        *(Endpoint(host=host, path=f"/pixel/v1/{call}", decode=_pixel) for host in _HOSTS for call in ("track", "page")),
        *(Endpoint(host="*", path=f"*/{call}", recognise=_is_rudderstack) for call in _CALLS[:-1]),
        Endpoint(host="*", path="*/beacon/v1/batch", recognise=_is_beacon),
        *(
            Endpoint(host=host, path=f"/sourceConfig{slash}", role="config", decode=_CONFIG)
            for host in ("api.rudderstack.com", "api.rudderlabs.com")
            for slash in ("", "/", "/v2")
        ),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader()) for host in ("cdn.rudderlabs.com", "cdn.rudderstack.com")),
    ),
    decode=_decode,
    answer=_answer,
    automatic_parameters=frozenset({"path", "referrer", "referring_domain", "search", "title", "url", "tab_url", "initial_referrer", "initial_referring_domain"}),
    examples=(
        {
            "title": "a track call through the site's own host",
            "request": {
                "url": "https://rs.shop.example/v1/track", "method": "POST", "headers": {"Authorization": "Basic MndyaXRlS2V5MTIzOg=="},
                "body": {
                    "type": "track", "event": "Order Completed", "messageId": "m1", "anonymousId": "a1", "userId": "u1", "channel": "web",
                    "originalTimestamp": "2026-11-22T03:42:28.870Z",
                    "properties": {"order_id": "T-1", "revenue": 19.98, "currency": "EUR", "products": [{"product_id": "S1", "price": 9.99}]},
                    "context": {
                        "library": {"name": "RudderLabs JavaScript SDK"}, "page": {"url": "https://shop.example/?utm_source=x"},
                        "consentManagement": {"allowedConsentIds": ["C1"], "deniedConsentIds": ["C2"]},
                    },
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "Order Completed", "account": "2writeKey123", "key": "m1", "event_time": 1795318948.87,
                    "values": {"order_id": "T-1", "revenue": 19.98, "products": [{"product_id": "S1", "price": 9.99}]},
                    "identifiers": {"anonymous_id": "a1", "user_id": "u1"}, "campaign": {"utm_source": "x"}, "consent": {"C1": True, "C2": False},
                }
            ],
        },
        {
            "title": "a batch to the cloud's data plane through sendBeacon",
            "request": {
                "url": "https://shop.dataplane.rudderstack.com/beacon/v1/batch?writeKey=wk", "method": "POST", "resource_type": "ping",
                "body": {"batch": [{"type": "page", "name": "Home", "messageId": "1"}, {"type": "identify", "userId": "u", "messageId": "2"}]},
            },
            "hits": [
                {"kind": "pageview", "event": "page", "account": "wk", "values": {"name": "Home"}},
                {"kind": "identify", "event": "identify", "account": "wk", "identifiers": {"user_id": "u"}},
            ],
        },
        {
            "title": "an image",
            "request": {"url": "https://hosted.rudderlabs.com/pixel/v1/track?writeKey=wk&anonymousId=a&event=opened&properties.plan=gold", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "opened", "account": "wk", "values": {"plan": "gold"}}],
        },
        {
            "title": "the source's configuration",
            "request": {"url": "https://api.rudderstack.com/sourceConfig/?p=npm&v=3.34.1&writeKey=wk"},
            "hits": [{"kind": "config", "account": "wk"}],
        },
    ),
    lookalikes=(
        "https://shop.example/v1/track",
        {
            "url": "https://seg.shop.example/v1/track", "method": "POST",
            "body": {"type": "track", "event": "x", "messageId": "1", "context": {"library": {"name": "analytics.js"}}},
        },
        "https://notrudderstack.com/v1/track",
        "https://shop.dataplane.rudderstack.com.evil.example/v1/track",
        "https://shop.example/?u=https%3A%2F%2Fhosted.rudderlabs.com%2Fv1%2Ftrack",
    ),
)  # fmt: skip
