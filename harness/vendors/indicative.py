"""Indicative (mParticle Analytics): events, aliases and user properties as JSON.

Wire format: https://docs.mparticle.com/analytics/, https://app.indicative.com/docs/integration/rest.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, text_at
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "apiKey": Row(None, "API key", "General"),
        "eventName": Row(None, "Event", "General"),
        "eventUniqueId": Row(None, "User ID", "User"),
        "uniqueId": Row(None, "User ID", "User"),
        "previousId": Row(None, "Previous ID", "User"),
        "newId": Row(None, "New ID", "User"),
        "eventTime": Row(None, "Time", "Technical"),
        "eventId": Row(None, "Event ID", "Technical"),
    },
    (Prefix("properties.", field=None, label="{}", group="Properties"),),
)


def _kind(name: str | None, event: Any) -> str:
    return "identify" if name is None and (text_at(event, "newId") or text_at(event, "uniqueId")) else kind_of(name)


_READ = JsonReader(
    _TABLE,
    events="events",
    shared={"apiKey": Row(None, "API key", "General")},
    event="eventName",
    account="apiKey",
    key="eventId",
    page=("properties.page_url", "properties.browser_current_url"),
    time="eventTime",
    identifiers={"unique_id": ("eventUniqueId", "uniqueId", "newId"), "previous_id": "previousId"},
    values=("properties",),
    kind=_kind,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    steps = split_url(request.url).path.strip("/").split("/")
    step = next((each for each in reversed(steps) if each in ("identify", "alias", "event")), steps[-1])
    last = steps[-1]
    for hit in hits:
        # A key may stand at the address's end in place of the body's.
        if hit.account is None and len(steps) > 2 and last not in ("batch", "identify", "alias", "event"):
            hit.account = last
        if hit.kind == "identify":
            hit.event = step
    return hits


VENDOR = Vendor(
    id="indicative",
    name="Indicative",
    category="analytics",
    docs=("https://docs.mparticle.com/analytics/", "https://app.indicative.com/docs/integration/rest.html"),
    endpoints=tuple(
        Endpoint(host="api.indicative.com", path=f"/service/{step}")
        for step in ("event", "event/*", "identify", "identify/*", "alias", "alias/*")
    ),
    decode=_decode,
    automatic_parameters=frozenset({"browser*", "page_*", "device*", "referring*", "utm_*", "os*"}),
    examples=(
        {
            "title": "an event",
            "request": {
                "url": "https://api.indicative.com/service/event", "method": "POST",
                "body": {"apiKey": "k1", "eventName": "purchase", "eventUniqueId": "u1", "eventTime": 1795318940000, "properties": {"value": 19.98, "page_url": "https://shop.example/?utm_source=x"}},
            },
            "hits": [
                {"kind": "event", "event": "purchase", "account": "k1", "identifiers": {"unique_id": "u1"}, "values": {"value": 19.98}, "campaign": {"utm_source": "x"}, "event_time": 1795318940.0}
            ],
        },
        {
            "title": "a batch",
            "request": {
                "url": "https://api.indicative.com/service/event/batch", "method": "POST",
                "body": {"apiKey": "k1", "events": [{"eventName": "a", "eventUniqueId": "u1"}, {"eventName": "pageview", "eventUniqueId": "u1"}]},
            },
            "hits": [{"kind": "event", "event": "a", "account": "k1"}, {"kind": "pageview", "event": "pageview", "account": "k1"}],
        },
        {
            "title": "an alias",
            "request": {"url": "https://api.indicative.com/service/alias", "method": "POST", "body": {"apiKey": "k1", "previousId": "a1", "newId": "u1"}},
            "hits": [{"kind": "identify", "event": "alias", "account": "k1", "identifiers": {"unique_id": "u1", "previous_id": "a1"}}],
        },
        {
            "title": "an event with the key in the address",
            "request": {"url": "https://api.indicative.com/service/event/k1", "method": "POST", "body": {"eventName": "error", "eventUniqueId": "u1", "properties": {"validator": 7}}},
            "hits": [{"kind": "event", "event": "error", "account": "k1", "values": {"validator": 7}}],
        },
        {
            "title": "a user's properties",
            "request": {"url": "https://api.indicative.com/service/identify", "method": "POST", "body": {"apiKey": "k1", "uniqueId": "u1", "properties": {"plan": "gold"}}},
            "hits": [{"kind": "identify", "event": "identify", "account": "k1", "values": {"plan": "gold"}, "identifiers": {"unique_id": "u1"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/?u=https%3A%2F%2Fapi.indicative.com%2Fservice%2Fevent",
        "https://shop.example/service/event",
        "https://api.indicative.com.evil.example/service/event",
        "https://notapi.indicative.com.example/service/event",
        "https://app.indicative.com/service/event",
    ),
)  # fmt: skip
