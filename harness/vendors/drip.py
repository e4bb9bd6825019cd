"""Drip: visits, events and identities of its tag; forms.

Documentation: https://developer.drip.com/#javascript-api.
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

GENERAL, PAGE, USER, TECHNICAL = "General", "Page", "User", "Technical"
_READ = QueryReader(
    QueryTable(
        {
            "drip_account_id": Row("account_id", "Account ID", GENERAL),
            "_action": Row("action", "Event", GENERAL),
            "value": Row("value", "Value (cents)", GENERAL, "number"),
            "url": Row("url", "Page address", PAGE),
            "referrer": Row("referrer", "Referrer", PAGE),
            "visitor_uuid": Row("visitor_uuid", "Visitor ID", USER),
            "email": Row("email", "E-mail", USER),
            "callback": Row(None, "Callback", TECHNICAL),
        },
        (Prefix("custom_fields[", "]", label="{}", group=USER), Prefix("fields[", "]", label="{}", group=USER)),
    ),
    event="action",
    account="account_id",
    page="url",
    identifiers=("visitor_uuid", "email"),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        for each in hit.parameters:
            if each.field is None and each.label is None and each.name not in hit.values:
                hit.values[each.name] = each.value
    call = split_url(request.url).path.rstrip("/").rpartition("/")[2]
    for hit in hits:
        hit.event = hit.event or call or None
        if call == "submissions":
            hit.kind, hit.event = "event", "form_submission"
            continue
        hit.kind = {"visit": "pageview", "identify": "identify", "track": "event"}.get(call, "auxiliary")
    return hits


def _account(path: str, wire: Mapping[str, Any]) -> str | None:
    return path.strip("/").removesuffix(".js") or None


VENDOR = Vendor(
    id="drip",
    name="Drip",
    category="marketing",
    docs=("https://developer.drip.com/#javascript-api",),
    endpoints=(
        Endpoint(host="api.getdrip.com", path="/client/*"),
        Endpoint(host="www.getdrip.com", path="/forms/*/submissions"),
        Endpoint(host="tag.getdrip.com", role="library", decode=LibraryReader(account=_account)),
    ),
    decode=_decode,
    automatic_events=frozenset({"visit"}),
    automatic_parameters=frozenset({"account_id", "visitor_uuid", "url", "referrer"}),
    examples=(
        {
            "title": "a visit",
            "request": {"url": "https://api.getdrip.com/client/events/visit?drip_account_id=123&referrer=&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&visitor_uuid=v1&callback=Drip_1", "resource_type": "script"},
            "hits": [{"kind": "pageview", "event": "visit", "account": "123", "campaign": {"utm_source": "news"}, "identifiers": {"visitor_uuid": "v1"}}],
        },
        {
            "title": "an event",
            "request": {"url": "https://api.getdrip.com/client/track?drip_account_id=123&_action=Purchased&value=1998&visitor_uuid=v1"},
            "hits": [{"kind": "event", "event": "Purchased", "account": "123", "values": {"value": 1998}}],
        },
        {
            "title": "the tag",
            "request": {"url": "https://tag.getdrip.com/123.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "123"}],
        },
        {
            "title": "an event with the site's own properties",
            "request": {"url": "https://api.getdrip.com/client/track?url=https%3A%2F%2Fshop.example%2F&visitor_uuid=v1&category=Players&label=Pat&_action=Viewed&drip_account_id=123&callback=Drip_2", "resource_type": "script"},
            "hits": [{"kind": "event", "event": "Viewed", "account": "123", "values": {"category": "Players", "label": "Pat"}}],
        },
        {
            "title": "a form",
            "request": {
                "url": "https://www.getdrip.com/forms/456/submissions", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": "fields%5Bemail%5D=a%40b.co",
            },
            "hits": [{"kind": "event", "event": "form_submission", "values": {"email": "a@b.co"}, "identifiers": {"email": "a@b.co"}}],
        },
        {
            "title": "who the visitor is",
            "request": "https://api.getdrip.com/client/identify?drip_account_id=123&visitor_uuid=v1&email=a%40b.co",
            "hits": [{"kind": "identify", "event": "identify", "identifiers": {"email": "a@b.co"}}],
        },
    ),
    lookalikes=("https://www.getdrip.com/signin", "https://developer.drip.com/", "https://shop.example/?u=https%3A%2F%2Fapi.getdrip.com%2Fclient%2Ftrack", "https://shop.example/client/track?drip_account_id=1", "https://api.notgetdrip.com/client/track", "https://api.getdrip.com.evil.example/client/track"),
)  # fmt: skip
