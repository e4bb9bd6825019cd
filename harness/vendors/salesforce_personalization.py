"""Salesforce Personalization (Evergage, Interaction Studio): the Web SDK's events and the event API.

Documentation: https://developer.salesforce.com/docs/marketing/personalization/guide/web-integration.html,
https://developer.salesforce.com/docs/marketing/personalization/guide/event-api.html (``/api2/event``),
https://developer.salesforce.com/docs/marketing/personalization/guide/sitemap-implementation-notes.html (actions, catalog, orders).

An event is JSON, in the body or (as base64 or escaped) in the key ``event``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import open_text, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, CATALOG, COMMERCE, CONSENT, TECHNICAL = "General", "Page", "User", "Catalog", "E-commerce", "Consent", "Technical"
_QUERY = QueryTable({"event": Row(None, "Event (encoded)", TECHNICAL)})
_READ = JsonReader(
    PathTable(
        {
            "action": Row("action", "Action", GENERAL),
            "itemAction": Row("itemAction", "Item action", GENERAL),
            "account": Row("account", "Account", GENERAL),
            "user.id": Row("user_id", "User ID", USER),
            "user.encryptedId": Row("encrypted_id", "Encrypted user ID", USER),
            "user.anonymousId": Row("anonymous_id", "Anonymous ID", USER),
            "source.url": Row("url", "Page address", PAGE),
            "source.urlReferrer": Row("url_referrer", "Referrer", PAGE),
            "source.pageType": Row("page_type", "Page type", PAGE),
            "source.channel": Row("channel", "Channel", GENERAL),
            "order.Product.orderId": Row("order_id", "Order ID", COMMERCE),
            "order.Product.totalValue": Row("total_value", "Total", COMMERCE),
            "order.Product.currency": Row("currency", "Currency", COMMERCE),
        },
        (
            Prefix("user.attributes.", field=None, label="{}", group=USER),
            Prefix("source.", field=None, label="{}", group=PAGE),
            Prefix("catalog.", field=None, label="{}", group=CATALOG),
            Prefix("order.", field=None, label="{}", group=COMMERCE),
            Prefix("consents[].", field=None, label="{}", group=CONSENT),
        ),
    ),
    event=("action", "itemAction", "interaction.name"),
    account="account",
    key=("order.Product.orderId", "interaction.order.id"),
    page=("source.url", "pageView.url"),
    time=("eventTime", "timestamp"),
    identifiers={"user_id": ("user.id", "user.identities.userId"), "anonymous_id": "user.anonymousId", "encrypted_id": "user.encryptedId"},
    values=("user.attributes", ""),
    query=_QUERY,
)


def _derive(hit: Hit) -> None:
    view = hit.values.get("flags")
    name = str(hit.event or "").lower()
    if hit.kind != "undecoded":
        shown = (isinstance(view, dict) and view.get("pageView") is True) or hit.values.get("pageView") in (True, 1)
        hit.kind = "pageview" if shown or "page view" in name else "event" if hit.event else "auxiliary"
    order = hit.values.get("order")
    lines = at(order, "Product.lineItems")
    if isinstance(lines, list):
        hit.values["items"] = lines
    placed = at(hit.values, "interaction.order")
    if isinstance(placed, dict):
        for name, field in (("id", "order_id"), ("totalValue", "total_value"), ("currency", "currency"), ("lineItems", "items")):
            if placed.get(name) not in (None, ""):
                hit.values.setdefault(field, placed[name])
    consents = hit.values.get("consents")
    for each in consents if isinstance(consents, list) else ():
        purpose, status = text_at(each, "purpose"), text_at(each, "status")
        if purpose and status:
            hit.consent = {**(hit.consent or {}), purpose: status in ("Opt In", "OptIn")}


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    asked = _QUERY.read(address.query)
    payload = read_body(request)
    posted = payload.form(_QUERY) if payload.shape in ("form", "multipart") else []
    carried = open_text(next((str(each.value) for each in (*posted, *asked) if each.name == "event"), ""))
    hits = _READ.hits(carried, [*asked, *posted]) if carried.documents and (posted or not request.body.data) else _READ(request)
    dataset = address.path.rpartition("/")[2]
    for hit in hits:
        hit.account = hit.account or address.host.partition(".")[0]
        if dataset and "/api2/" in address.path:
            hit.values.setdefault("dataset", dataset)
        _derive(hit)
    return hits


_RECEIVER = QueryReader(
    QueryTable(
        {
            "_ak": Row("account", "Account", GENERAL),
            "_ds": Row("dataset", "Dataset", GENERAL),
            "action": Row("action", "Action", GENERAL),
            "userId": Row("user_id", "User ID", USER),
            ".anonId": Row("anonymous_id", "Anonymous ID", USER),
            "_anon": Row("anonymous_id", "Anonymous ID", USER),
            "url": Row("url", "Page address", PAGE),
            "title": Row("title", "Page title", PAGE),
            "_r": Row(None, "Cache buster", TECHNICAL),
        },
        (Prefix(".", label="{}", group=GENERAL), Prefix("_", field=None, group=TECHNICAL)),
    ),
    event="action",
    account="account",
    page="url",
    identifiers=("user_id", "anonymous_id"),
)


def _account(path: str, wire: Mapping[str, object]) -> str | None:
    steps = path.split("/")
    return steps[2] if len(steps) > 4 and steps[1] == "beacon" else None


_HOSTS = ("*.evergage.com", "*.evgnet.com", "*.apptegic.com")


def _answer(request: CapturedRequest) -> Answer | None:
    """No campaigns, in the form that the script looks through."""
    if "/api2/" not in request.url:
        return None
    return Answer(200, (("Content-Type", "application/json"),), b'{"campaignResponses":[],"compiledCampaignTemplates":[],"errorCode":0}')


VENDOR = Vendor(
    id="salesforce-personalization",
    name="Salesforce Personalization (Evergage)",
    category="marketing",
    docs=(
        "https://developer.salesforce.com/docs/marketing/personalization/guide/web-integration.html",
        "https://developer.salesforce.com/docs/marketing/personalization/guide/event-api.html",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/api2/event/*", "/api2/authevent/*")),
        *(Endpoint(host=host, path=path, decode=_RECEIVER) for host in _HOSTS for path in ("/twreceiver", "/pr", "/er")),
        *(Endpoint(host=host, path="/msreceiver", decode=LibraryReader("auxiliary")) for host in _HOSTS),
        *(Endpoint(host=host, path="/beacon/*", role="library", decode=LibraryReader(account=_account)) for host in ("cdn.evgnet.com", "cdn.evergage.com", "cdn.apptegic.com")),
    ),
    decode=_decode,
    answer=_answer,
    automatic_parameters=frozenset({"account", "anonymous_id", "url", "url_referrer", "channel"}),
    examples=(
        {
            "title": "a purchase",
            "request": {
                "url": "https://acme.evergage.com/api2/event/engage", "method": "POST",
                "body": {
                    "action": "Purchase", "itemAction": "Purchase", "user": {"anonymousId": "a1", "attributes": {"emailAddress": "a@b.co"}},
                    "source": {"url": "https://shop.example/thanks?utm_source=news", "pageType": "order", "channel": "Web"},
                    "order": {"Product": {"orderId": "T-1", "totalValue": 19.98, "currency": "USD", "lineItems": [{"_id": "S1", "price": 9.99, "quantity": 2}]}},
                    "consents": [{"purpose": "Personalization", "provider": "CMP", "status": "Opt In"}],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "Purchase", "account": "acme", "key": "T-1", "campaign": {"utm_source": "news"}, "consent": {"Personalization": True},
                    "values": {"order_id": "T-1", "total_value": 19.98, "currency": "USD", "items": [{"_id": "S1", "price": 9.99, "quantity": 2}], "dataset": "engage", "emailAddress": "a@b.co"},
                    "identifiers": {"anonymous_id": "a1"},
                }
            ],
        },
        {
            "title": "a page view, base64 in the query, in a regional cluster",
            "request": {
                "url": "https://acme.us-1.evergage.com/api2/event/engage?event=eyJhY3Rpb24iOiJIb21lcGFnZSIsInVzZXIiOnsiYW5vbnltb3VzSWQiOiJhMSJ9LCJmbGFncyI6eyJwYWdlVmlldyI6dHJ1ZX19"
            },
            "hits": [{"kind": "pageview", "event": "Homepage", "account": "acme", "identifiers": {"anonymous_id": "a1"}}],
        },
        {
            "title": "an order of the Interactions SDK",
            "request": {
                "url": "https://acme.us-5.evergage.com/api2/event/engage", "method": "POST",
                "body": {
                    "interaction": {"name": "Purchase", "order": {"id": "T-1", "totalValue": 19.98, "currency": "EUR", "lineItems": [{"catalogObjectId": "S1", "price": 9.99, "quantity": 2}]}},
                    "source": {"url": "https://shop.example/thanks"}, "user": {"anonymousId": "a1", "identities": {"userId": "u1"}}, "account": {}, "consents": [],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "Purchase", "account": "acme", "key": "T-1", "identifiers": {"user_id": "u1", "anonymous_id": "a1"},
                    "values": {"order_id": "T-1", "total_value": 19.98, "currency": "EUR", "items": [{"catalogObjectId": "S1", "price": 9.99, "quantity": 2}]},
                }
            ],
        },
        {
            "title": "an interaction, base64 in a form as beacons send it",
            "request": {
                "url": "https://acme.germany-2.evergage.com/api2/event/engage", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "event=eyJpbnRlcmFjdGlvbiI6eyJuYW1lIjoiVmlldyBDYXRhbG9nIE9iamVjdCJ9LCJzb3VyY2UiOnsidXJsIjoiaHR0cHM6Ly9zaG9wLmV4YW1wbGUvcCIsInBhZ2VUeXBlIjoicHJvZHVjdCJ9LCJ1c2VyIjp7ImFub255bW91c0lkIjoiYTEifX0%3D",
            },
            "hits": [
                {
                    "kind": "event", "event": "View Catalog Object", "account": "acme", "page_url": "https://shop.example/p", "identifiers": {"anonymous_id": "a1"},
                    "values": {"page_type": "product", "dataset": "engage"},
                }
            ],
        },
        {
            "title": "the older beacon",
            "request": {"url": "https://acme.evergage.com/twreceiver?_ak=acme&_ds=engage&action=View+Cart&.anonId=a1&url=https%3A%2F%2Fshop.example%2Fcart"},
            "hits": [{"kind": "event", "event": "View Cart", "account": "acme", "values": {"dataset": "engage"}, "identifiers": {"anonymous_id": "a1"}}],
        },
        {
            "title": "the beacon script",
            "request": {"url": "https://cdn.evgnet.com/beacon/acme/engage/scripts/evergage.min.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "acme"}],
        },
    ),
    lookalikes=(
        "https://shop.example/api2/event/engage",
        "https://acme.notevergage.com/api2/event/engage",
        "https://acme.evergage.com.evil.example/api2/event/engage",
        "https://acme.evergage.com/ui/login",
        "https://shop.example/?u=https%3A%2F%2Facme.evergage.com%2Fapi2%2Fevent%2Fengage",
    ),
)  # fmt: skip
