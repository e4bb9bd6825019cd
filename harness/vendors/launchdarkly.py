"""LaunchDarkly: events (custom, identify, feature, click, pageview, summary); evaluations and streams are let through.

Documentation: https://launchdarkly.com/docs/sdk/features/events, https://launchdarkly.com/docs/sdk/client-side/javascript,
https://launchdarkly.com/docs/home/infrastructure/ip-list (hosts), https://github.com/launchdarkly/js-sdk-common (payload).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, text_at
from harness.decode.payload import open_text, read_body
from harness.decode.query import PLAIN, Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, USER, FLAG, TECHNICAL = "General", "User", "Flag", "Technical"
_KINDS = {
    "custom": "event",
    "identify": "identify",
    "pageview": "pageview",
    "click": "event",
    "feature": "event",
    "click_pageview": "auxiliary",
}


def _name(event: Any, document: Any) -> str | None:
    """A custom event is named by its key, any other by its kind."""
    kind = text_at(event, "kind")
    return text_at(event, "key") or kind if kind == "custom" else kind


_READ = JsonReader(
    PathTable(
        {
            "kind": Row(None, "Kind", GENERAL), "key": Row("key", "Key", GENERAL), "url": Row("url", "Page address", GENERAL), "metricValue": Row("metricValue", "Metric value", GENERAL),
            "value": Row("value", "Variation's value", FLAG), "variation": Row("variation", "Variation", FLAG), "version": Row("version", "Flag version", FLAG),
            "default": Row("default", "Default", FLAG), "creationDate": Row(None, "Time", TECHNICAL), "context.key": Row(None, "Context key", USER), "user.key": Row(None, "User key", USER),
        },
        (Prefix("data.", field=None, label="{}", group=GENERAL), Prefix("context.", field=None, label="{}", group=USER), Prefix("features.", field=None, group=FLAG)),
    ),
    event=_name, page="url", time="creationDate", identifiers={"key": ("context.key", "user.key", "userKey", "context.user.key", "contextKeys.user"), "email": ("context.email", "user.email")},
    values=("data",), kind=lambda name, event: _KINDS.get(text_at(event, "kind") or "", "auxiliary"),
)  # fmt: skip


def _environment(path: str, wire: Mapping[str, object]) -> str | None:
    """``/events/bulk/<environment>``, ``/sdk/evalx/<environment>/contexts/…``, ``/eval/<environment>/…``, ``/a/<environment>.gif``.

    ``/sdk/poll/eval/<context>`` and ``/meval/<context>`` have none.
    """
    steps = path.strip("/").split("/")
    for before in ("bulk", "diagnostic", "evalx", "goals"):
        if before in steps[:-1]:
            return steps[steps.index(before) + 1] or None
    return steps[1].removesuffix(".gif") or None if len(steps) > 1 and steps[0] in ("a", "eval", "ping") else None


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    asked = PLAIN.read(address.query)
    carried = open_text(next((str(each.value) for each in asked if each.name == "d"), ""))
    hits = _READ.hits(carried, asked) if carried.documents and not request.body.data else _READ(request)
    for hit in hits:
        hit.account = _environment(address.path, {})
    return hits


def _is_launchdarkly(request: CapturedRequest) -> bool:
    """Events to a relay proxy of the site's own: a list of objects of LaunchDarkly's kinds, each with its date."""
    events = read_body(request).value
    return isinstance(events, list) and bool(events) and all(
        isinstance(event, dict) and text_at(event, "kind") in _RELAYED and ("creationDate" in event or "startDate" in event) for event in events
    )  # fmt: skip


_RELAYED = frozenset((*_KINDS, "summary", "index", "debug"))
_CONFIG = LibraryReader("config", account=_environment)
_SITES = ("launchdarkly.com", "eu.launchdarkly.com", "launchdarkly.us")

VENDOR = Vendor(
    id="launchdarkly",
    name="LaunchDarkly",
    category="experiment",
    docs=("https://launchdarkly.com/docs/sdk/features/events", "https://launchdarkly.com/docs/sdk/client-side/javascript"),
    endpoints=(
        *(Endpoint(host=f"{name}.{site}", path=path) for site in _SITES for name in ("events", "mobile") for path in ("/events/bulk/*", "/a/*", "/bulk", "/mobile/events/bulk", "/mobile")),
        Endpoint(host="*", path="*/events/bulk/*", recognise=_is_launchdarkly),
        *(Endpoint(host=f"events.{site}", path="/events/diagnostic/*", decode=LibraryReader("auxiliary", account=_environment)) for site in _SITES),
        *(Endpoint(host=f"{name}.{site}", path=path, role="config", decode=_CONFIG) for site in _SITES for name in ("app", "clientsdk", "clientstream", "stream", "sdk") for path in ("/sdk/*", "/eval/*", "/ping/*", "/meval/*", "/all", "/flags")),
    ),
    decode=_decode,
    automatic_events=frozenset({"summary", "index", "feature", "debug", "diagnostic", "pageview", "click", "identify"}),
    automatic_parameters=frozenset({"key", "url", "version", "variation", "default", "value"}),
    examples=(
        {
            "title": "several events",
            "request": {
                "url": "https://events.launchdarkly.com/events/bulk/env1", "method": "POST",
                "body": [
                    {"kind": "identify", "creationDate": 1795318940362, "context": {"kind": "user", "key": "u1", "email": "a@b.co"}},
                    {"kind": "custom", "key": "checkout", "creationDate": 1795318940362, "contextKeys": {"user": "u1"}, "data": {"total": 19.98}, "metricValue": 19.98, "url": "https://shop.example/"},
                    {"kind": "summary", "features": {"f1": {"default": False}}},
                ],
            },
            "hits": [
                {"kind": "identify", "event": "identify", "account": "env1", "identifiers": {"key": "u1", "email": "a@b.co"}},
                {"kind": "event", "event": "checkout", "account": "env1", "event_time": 1795318940.362, "values": {"total": 19.98, "metricValue": 19.98}, "identifiers": {"key": "u1"}},
                {"kind": "auxiliary", "event": "summary"},
            ],
        },
        {
            "title": "a goal's conversion through a relay proxy",
            "request": {
                "url": "https://shop.example/relay/events/bulk/env1", "method": "POST",
                "body": [{"kind": "custom", "key": "checkout", "creationDate": 1795318940362, "contextKeys": {"user": "u1"}, "metricValue": 19.98}],
            },
            "hits": [{"kind": "event", "event": "checkout", "account": "env1", "values": {"metricValue": 19.98}, "identifiers": {"key": "u1"}}],
        },
        {
            "title": "an image with base64",
            "request": {"url": "https://events.launchdarkly.com/a/env1.gif?d=W3sia2luZCI6ImN1c3RvbSIsImtleSI6ImNoZWNrb3V0In1d"},
            "hits": [{"kind": "event", "event": "checkout", "account": "env1"}],
        },
        {
            "title": "evaluations",
            "request": {"url": "https://app.launchdarkly.com/sdk/evalx/env1/contexts/eyJrZXkiOiJ1MSJ9"},
            "hits": [{"kind": "config", "account": "env1"}],
        },
        {
            "title": "a flag's evaluation and a click of a goal, in Europe",
            "request": {
                "url": "https://events.eu.launchdarkly.com/events/bulk/env1", "method": "POST",
                "body": [
                    {"kind": "feature", "key": "new-checkout", "creationDate": 1795318940362, "context": {"kind": "user", "key": "u1"}, "value": True, "variation": 0, "version": 7, "default": False},
                    {"kind": "click", "key": "buy", "creationDate": 1795318940362, "contextKeys": {"user": "u1"}, "selector": "#buy", "url": "https://shop.example/?utm_source=x"},
                ],
            },
            "hits": [
                {"kind": "event", "event": "feature", "values": {"key": "new-checkout", "value": True, "variation": 0}, "identifiers": {"key": "u1"}},
                {"kind": "event", "event": "click", "values": {"key": "buy"}, "campaign": {"utm_source": "x"}},
            ],
        },
        {
            "title": "the SDK's diagnostics",
            "request": {"url": "https://events.launchdarkly.com/events/diagnostic/env1", "method": "POST", "body": {"kind": "diagnostic", "id": {}}},
            "hits": [{"kind": "auxiliary", "account": "env1"}],
        },
        {
            "title": "evaluations of the newer client",
            "request": {"url": "https://clientsdk.launchdarkly.com/sdk/poll/eval/eyJrZXkiOiJ1MSJ9"},
            "hits": [{"kind": "config", "account": None}],
        },
    ),
    lookalikes=(
        "https://shop.example/events/bulk/env1",
        {"url": "https://shop.example/events/bulk/orders", "method": "POST", "body": [{"kind": "order", "creationDate": 1795318940362}]},
        "https://events.notlaunchdarkly.com/events/bulk/env1",
        "https://events.launchdarkly.com.evil.example/events/bulk/env1",
        "https://app.launchdarkly.com/projects",
    ),
)  # fmt: skip
