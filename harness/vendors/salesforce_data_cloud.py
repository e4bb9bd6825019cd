"""Salesforce Data Cloud (Data 360) Web SDK, which the newer Personalization uses too: identities, engagements and catalog interactions.

Documentation: https://developer.salesforce.com/docs/data/salesforce-interactions-sdk (SDK),
https://developer.salesforce.com/docs/data/data-cloud-ref/guide/c360a-api-api-reference.html (consent, identity, events). A request's form holds ``event``, base64 of JSON with a list of ``events``; the address names the web connector's source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, text_at
from harness.decode.payload import open_text, read_body
from harness.decode.query import QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, CATALOG, TECHNICAL = "General", "Page", "User", "Catalog", "Technical"
_PROFILES = frozenset(("identity", "partyIdentification", "contactPointEmail", "contactPointPhone", "contactPointAddress", "consentLog"))
_QUERY = QueryTable({"event": Row(None, "Events (encoded)", TECHNICAL)})


def _kind(name: str | None, event: Any) -> str:
    call = text_at(event, "eventType")
    if call == "consentLog":
        return "consent"
    if call in _PROFILES:
        return "identify"
    return "pageview" if name == "page-view" else kind_of(name)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    purpose, status = text_at(event, "purpose"), text_at(event, "status")
    if hit.kind == "consent" and purpose and status:
        hit.consent = {purpose: status in ("Opt In", "OptIn")}


_READ = JsonReader(
    PathTable(
        {
            "eventType": Row("eventType", "Event type", GENERAL),
            "category": Row("category", "Category", GENERAL),
            "interactionName": Row("interactionName", "Interaction", GENERAL),
            "eventId": Row(None, "Event ID", TECHNICAL),
            "dateTime": Row(None, "Time", TECHNICAL),
            "sessionId": Row("sessionId", "Session ID", USER),
            "deviceId": Row("deviceId", "Device ID", USER),
            "guestId": Row("guestId", "Guest ID", USER),
            "customerId": Row("customerId", "Customer ID", USER),
            "userId": Row("userId", "User ID", USER),
            "isAnonymous": Row("isAnonymous", "Anonymous", USER),
            "email": Row("email", "Email", USER),
            "sourceUrl": Row("sourceUrl", "Page address", PAGE),
            "sourcePageType": Row("sourcePageType", "Page type", PAGE),
            "sourceUrlReferrer": Row("sourceUrlReferrer", "Referrer", PAGE),
            "id": Row("id", "Catalog object", CATALOG),
            "type": Row("type", "Catalog object's type", CATALOG),
        }
    ),
    events="events",
    event=("interactionName", "eventType"),
    key="eventId",
    page="sourceUrl",
    time="dateTime",
    identifiers={
        "deviceId": "deviceId",
        "customerId": "customerId",
        "userId": "userId",
        "guestId": "guestId",
        "sessionId": "sessionId",
        "email": "email",
    },
    kind=_kind,
    derive=_derive,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    asked = _QUERY.read(address.query)
    payload = read_body(request)
    posted = payload.form(_QUERY) if payload.shape in ("form", "multipart") else []
    carried = open_text(next((str(each.value) for each in (*posted, *asked) if each.name == "event"), ""))
    hits = _READ.hits(carried, []) if carried.documents else _READ(request)
    for hit in hits:
        hit.account = address.path.rstrip("/").rpartition("/")[2] or None
    return hits


def _source(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    return steps[3] if len(steps) > 4 else None


_EVENTS = "eyJldmVudHMiOlt7ImV2ZW50VHlwZSI6ImlkZW50aXR5IiwiZXZlbnRJZCI6ImUxIiwiZGV2aWNlSWQiOiJkMSIsImlzQW5vbnltb3VzIjoxfSx7ImV2ZW50VHlwZSI6InVzZXJFbmdhZ2VtZW50IiwiY2F0ZWdvcnkiOiJFbmdhZ2VtZW50IiwiZXZlbnRJZCI6ImUyIiwiaW50ZXJhY3Rpb25OYW1lIjoicGFnZS12aWV3Iiwic291cmNlVXJsIjoiaHR0cHM6Ly9zaG9wLmV4YW1wbGUvP3V0bV9zb3VyY2U9eCIsImRldmljZUlkIjoiZDEifSx7ImV2ZW50VHlwZSI6ImNhdGFsb2ciLCJldmVudElkIjoiZTMiLCJpbnRlcmFjdGlvbk5hbWUiOiJjYXRhbG9nLW9iamVjdC12aWV3LXN0YXJ0IiwiaWQiOiJTMSIsInR5cGUiOiJQcm9kdWN0In1dfQ%3D%3D"  # fmt: skip
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

VENDOR = Vendor(
    id="salesforce-data-cloud",
    name="Salesforce Data Cloud",
    category="marketing",
    docs=("https://developer.salesforce.com/docs/data/salesforce-interactions-sdk", "https://developer.salesforce.com/docs/data/data-cloud-ref/guide/c360a-api-api-reference.html"),
    endpoints=(
        Endpoint(host="*.c360a.salesforce.com", path="/web/events/*"),
        Endpoint(host="cdn.c360a.salesforce.com", path="/beacon/c360a/*", role="library", decode=LibraryReader(account=_source)),
    ),
    decode=_decode,
    automatic_events=frozenset({"identity", "partyIdentification"}),
    automatic_parameters=frozenset({"eventType", "category", "sessionId", "deviceId", "sourceUrl", "sourceUrlReferrer"}),
    examples=(
        {
            "title": "an identity, a page view and a product",
            "request": {"url": "https://g82wgnrvm.c360a.salesforce.com/web/events/7ae070a6-f4ec-4def-a383-d9cacc3f20a1/", "method": "POST", "headers": _FORM, "body": f"event={_EVENTS}"},
            "hits": [
                {"kind": "identify", "event": "identity", "account": "7ae070a6-f4ec-4def-a383-d9cacc3f20a1", "key": "e1", "identifiers": {"deviceId": "d1"}},
                {"kind": "pageview", "event": "page-view", "key": "e2", "campaign": {"utm_source": "x"}, "page_url": "https://shop.example/?utm_source=x"},
                {"kind": "event", "event": "catalog-object-view-start", "key": "e3", "values": {"id": "S1", "type": "Product"}},
            ],
        },
        {
            "title": "an order, in the query",
            "request": {
                "url": "https://g82wgnrvm.c360a.salesforce.com/web/events/7ae070a6/?event=eyJldmVudHMiOlt7ImV2ZW50VHlwZSI6ImNhcnQiLCJpbnRlcmFjdGlvbk5hbWUiOiJhZGQtdG8tY2FydCIsImV2ZW50SWQiOiJlMSJ9XX0%3D"
            },
            "hits": [{"kind": "event", "event": "add-to-cart", "account": "7ae070a6", "key": "e1"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn.c360a.salesforce.com/beacon/c360a/7ae070a6/scripts/c360a.min.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "7ae070a6"}],
        },
    ),
    lookalikes=(
        "https://shop.example/web/events/7ae070a6/",
        "https://g82wgnrvm.c360a.salesforce.com.evil.example/web/events/7ae070a6/",
        "https://notc360a.salesforce.com/web/events/7ae070a6/",
        "https://g82wgnrvm.c360a.salesforce.com/api/v2/query",
        "https://shop.example/?u=https%3A%2F%2Fg82wgnrvm.c360a.salesforce.com%2Fweb%2Fevents%2F7ae070a6",
    ),
)  # fmt: skip
