"""Adobe Experience Platform Web SDK (alloy) and Edge Network: events to the edge, under Adobe's hosts and CNAMEs.

Wire format: https://experienceleague.adobe.com/en/docs/experience-platform/edge-network-server-api/data-collection/interactive-data-collection
(interact), https://experienceleague.adobe.com/en/docs/experience-platform/collection/js/commands/sendevent/overview (events),
https://experienceleague.adobe.com/en/docs/experience-platform/xdm/field-groups/event/commerce-details (commerce),
https://experienceleague.adobe.com/en/docs/experience-platform/collection/js/commands/setconsent (consent),
https://experienceleague.adobe.com/en/docs/media-analytics/using/media-edge-sdk/implementation-edge/media-edge-apis (media).

One hit an event; the event is its ``xdm.eventType``. An event without a type that asks only for personalization is auxiliary.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import PLAIN, Prefix, QueryTable, Row
from harness.decode.readers import JsonReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, COMMERCE, USER, DEVICE = "General", "Page", "E-commerce", "Identity", "Device"
EVENT, TECHNICAL, CONSENT = "Event", "Technical", "Consent"

_TABLE = PathTable(
    {
        "xdm.eventType": Row(None, "Event type", GENERAL),
        "xdm._id": Row(None, "Event ID", GENERAL),
        "xdm.timestamp": Row(None, "Time", GENERAL),
        "xdm.web.webPageDetails.URL": Row(None, "Page address", PAGE),
        "xdm.web.webPageDetails.name": Row(None, "Page name", PAGE),
        "xdm.web.webReferrer.URL": Row(None, "Referrer", PAGE),
        "xdm.web.webInteraction.name": Row(None, "Link name", EVENT),
        "xdm.web.webInteraction.URL": Row(None, "Link address", EVENT),
        "xdm.web.webInteraction.type": Row(None, "Link type", EVENT),
        "xdm.commerce.order.purchaseID": Row(None, "Purchase ID", COMMERCE),
        "xdm.commerce.order.priceTotal": Row(None, "Revenue", COMMERCE),
        "xdm.commerce.order.currencyCode": Row(None, "Currency", COMMERCE),
        "xdm.productListItems[].SKU": Row(None, "Product", COMMERCE),
        "xdm.productListItems[].name": Row(None, "Product name", COMMERCE),
        "xdm.productListItems[].quantity": Row(None, "Quantity", COMMERCE),
        "xdm.productListItems[].priceTotal": Row(None, "Price", COMMERCE),
    },
    (
        Prefix("xdm.commerce.", field=None, label="{}", group=COMMERCE),
        Prefix("xdm.productListItems", field=None, group=COMMERCE),
        Prefix("xdm.identityMap.", field=None, label="Identity {}", group=USER),
        Prefix("xdm.web.", field=None, label="{}", group=PAGE),
        Prefix("xdm.device.", field=None, label="{}", group=DEVICE),
        Prefix("xdm.environment.", field=None, label="{}", group=DEVICE),
        Prefix("xdm.placeContext.", field=None, label="{}", group=DEVICE),
        Prefix("xdm.implementationDetails.", field=None, label="{}", group=TECHNICAL),
        Prefix("xdm.", field=None, label="{}", group=EVENT),
        Prefix("data.__adobe.analytics.", field=None, label="Analytics {}", group=EVENT),
        Prefix("data.__adobe.target.", field=None, label="Target {}", group=EVENT),
        Prefix("data.", field=None, label="{}", group=EVENT),
        Prefix("query.", field=None, group=TECHNICAL),
    ),
)
_SHARED = PathTable(
    {},
    (
        Prefix("xdm.identityMap.", field=None, label="Identity {}", group=USER),
        Prefix("meta.", field=None, group=TECHNICAL),
        Prefix("query.", field=None, group=TECHNICAL),
        Prefix("consent", field=None, group=CONSENT),
    ),
)
_QUERY = QueryTable(
    {
        "configId": Row(None, "Datastream ID", GENERAL),
        "dataStreamId": Row(None, "Datastream ID", GENERAL),
        "requestId": Row(None, "Request ID", TECHNICAL),
    }
)
_PAGEVIEWS = frozenset(("web.webpagedetails.pageViews", "web.webPageDetails.pageViews"))
_ASIDE = ("decisioning.", "personalization.", "media.ping", "media.statesUpdate", "media.bitrateChange")


def _kind(name: str | None, event: Any) -> str:
    if name is None:
        if at(event, "xdm.web.webPageDetails.pageViews") is not None:
            return "pageview"
        return "auxiliary" if at(event, "xdm.commerce") is None and not at(event, "data") else "event"
    if name in _PAGEVIEWS:
        return "pageview"
    return "auxiliary" if name.startswith(_ASIDE) else "event"


def _derive(hit: Hit, event: Any, document: Any) -> None:
    items = at(event, "xdm.productListItems")
    if isinstance(items, list):
        hit.values["productListItems"] = items
    order = at(event, "xdm.commerce.order")
    if isinstance(order, dict):
        for name, value in order.items():
            hit.values.setdefault(name, value)
    data = at(event, "data")
    if isinstance(data, dict):
        hit.values.setdefault("data", data)
    for identities in (at(event, "xdm.identityMap"), at(document, "xdm.identityMap")):
        if isinstance(identities, dict):
            for namespace, entries in identities.items():
                first = entries[0] if isinstance(entries, list) and entries else None
                if (found := text_at(first, "id")) is not None:
                    hit.identifiers.setdefault(namespace, found)
    code = at(event, "xdm.marketing.trackingCode") or at(event, "data.__adobe.analytics.campaign")
    if isinstance(code, str) and code:
        hit.campaign["trackingCode"] = code


_READ = JsonReader(
    _TABLE,
    events="events",
    shared=_SHARED,
    event="xdm.eventType",
    key=("xdm.commerce.order.purchaseID", "xdm._id"),
    page="xdm.web.webPageDetails.URL",
    time=("xdm.timestamp", "timestamp"),
    values=("xdm",),
    kind=_kind,
    derive=_derive,
    query=_QUERY,
)


def _signals(document: Any) -> dict[str, Any] | None:
    """Adobe's standard 1.0 (``in``, ``out``), 2.0 (``collect.val`` …) and IAB TCF, each as the site gave it."""
    found: dict[str, Any] = {}
    entries = document.get("consent") if isinstance(document, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict):
            continue
        value = entry.get("value")
        if isinstance(value, str):
            found["IAB TCF" if "iab" in str(entry.get("standard", "")).lower() else "consent"] = value
        elif isinstance(value, dict):
            for name, inner in value.items():
                said = inner.get("val") if isinstance(inner, dict) else inner
                if said in ("y", "in", "n", "out"):
                    found[name] = said in ("y", "in")
    return found or None


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    payload = read_body(request)
    single = at(payload.value, "event")
    if isinstance(single, dict) and at(payload.value, "events") is None:
        document, notes = payload.documents[0]
        around = [*_QUERY.read(address.query), *_SHARED.read(document, notes, without=frozenset(("event",)))]
        hits = [_READ.hit(single, document, [*around, *_READ.table.read(single, notes)])]
    else:
        hits = _READ(request)
    shared = {each.name: str(each.value) for each in reversed(PLAIN.read(address.query))}
    account = shared.get("configId") or shared.get("dataStreamId") or None
    consent = _signals(payload.value)
    step = address.path.rstrip("/").rpartition("/")[2]
    for hit in hits:
        hit.account = hit.account or account
        hit.consent = hit.consent or consent
        if step == "set-consent" or step == "privacy":
            hit.kind, hit.event = "consent", "set-consent"
        elif step == "acquire" or (
            not isinstance(at(payload.value, "events"), list) and not isinstance(single, dict) and hit.event is None
        ):
            hit.kind = "auxiliary"
    return hits


_STEPS = ("interact", "collect")
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_STREAM = re.compile(rf"&(?:configId|dataStreamId)={_UUID}(?=[&:%]|$)")
_REQUEST = re.compile(rf"&requestId={_UUID}(?=&|$)")


def _is_edge(request: CapturedRequest) -> bool:
    """Told by a datastream in the query and Experience Events (objects with ``xdm``, ``data`` or ``query``) in the body.

    Below the edge's own ``/ee/`` the datastream's and the request's UUIDs are enough, since not every recorder keeps bodies.
    """
    address = split_url(request.url)
    query = f"&{address.query}"
    if "&configId=" not in query and "&dataStreamId=" not in query:
        return False
    if "/ee/" in address.path and _STREAM.search(query) and _REQUEST.search(query):
        return True
    document = read_body(request).value
    if not isinstance(document, dict):
        return False
    events = document.get("events")
    if isinstance(events, list) and events:
        return all(isinstance(each, dict) and ("xdm" in each or "data" in each or "query" in each) for each in events)
    return isinstance(document.get("consent"), list) or "identityMap" in document or at(document, "query.identity") is not None


def _answer(request: CapturedRequest) -> Answer | None:
    """An empty set of handles: the promise of ``sendEvent`` resolves, with no decisions. A media session needs its ID to go on."""
    address = split_url(request.url)
    if address.path.rstrip("/").endswith("/collect"):
        return Answer(204)
    wire = {each.name: str(each.value) for each in PLAIN.read(address.query)}
    session = {"payload": [{"sessionId": wire.get("requestId", "") or "1"}], "type": "media-analytics:new-session", "eventIndex": 0}
    handle = [session] if address.path.endswith("/sessionStart") else []
    body = json.dumps({"requestId": wire.get("requestId", ""), "handle": handle}).encode()
    return Answer(200, (("Content-Type", "application/json;charset=utf-8"),), body)


_HOSTS = ("adobedc.demdex.net", "*.adobedc.demdex.net", "edge.adobedc.net", "*.adobedc.net", "server.adobedc.net", "*.data.adobedc.net")
_MEDIA = (
    "sessionStart", "sessionEnd", "sessionComplete", "play", "ping", "pauseStart", "bufferStart", "bitrateChange", "statesUpdate", "error",
    "adBreakStart", "adBreakComplete", "adStart", "adSkip", "adComplete", "chapterStart", "chapterSkip", "chapterComplete",
)  # fmt: skip
_EDGE = "https://edge.adobedc.net/ee/irl1/v1/interact?configId=4f1a2b3c-1111-2222-3333-444455556666&requestId=r1"

VENDOR = Vendor(
    id="adobe-web-sdk",
    name="Adobe Experience Platform Web SDK",
    category="analytics",
    docs=(
        "https://experienceleague.adobe.com/en/docs/experience-platform/edge-network-server-api/data-collection/interactive-data-collection",
        "https://experienceleague.adobe.com/en/docs/experience-platform/collection/js/commands/sendevent/overview",
        "https://experienceleague.adobe.com/en/docs/experience-platform/collection/js/commands/setconsent",
    ),
    endpoints=(
        *(Endpoint(host=host, path="/ee/*") for host in _HOSTS),
        *(Endpoint(host=host, path="/v1/*", recognise=_is_edge) for host in ("edge.adobedc.net", "adobedc.demdex.net")),
        *(Endpoint(host=host, path="/ee-pre-prd/*") for host in _HOSTS[:4]),
        *(Endpoint(host="*", path=f"*/{version}/{step}", recognise=_is_edge) for version in ("v1", "v2") for step in _STEPS),
        *(Endpoint(host="*", path=f"*/va/v1/{step}", recognise=_is_edge) for step in _MEDIA),
        *(Endpoint(host="*", path=f"*/{step}", recognise=_is_edge) for step in ("identity/acquire", "privacy/set-consent")),
    ),
    decode=_decode,
    answer=_answer,
    automatic_events=frozenset(
        {
            "web.webinteraction.linkClicks", "decisioning.propositionDisplay", "decisioning.propositionFetch", "decisioning.propositionInteract",
            "decisioning.propositionTrigger", "decisioning.propositionDismiss", "decisioning.propositionSuppressDisplay", "advertising.enrichment",
            "media.ping",
        }
    ),
    automatic_parameters=frozenset({"device", "environment", "placeContext", "implementationDetails", "timestamp", "web", "eventType"}),
    examples=(
        {
            "title": "a purchase and a page view in one request",
            "request": {
                "url": _EDGE, "method": "POST",
                "body": {
                    "xdm": {"identityMap": {"ECID": [{"id": "123"}]}},
                    "events": [
                        {
                            "xdm": {
                                "eventType": "commerce.purchases", "timestamp": "2026-11-22T03:42:20.000Z",
                                "web": {"webPageDetails": {"URL": "https://shop.example/?utm_source=news"}},
                                "commerce": {"order": {"purchaseID": "T-1", "priceTotal": 19.98, "currencyCode": "EUR"}, "purchases": {"value": 1}},
                                "productListItems": [{"SKU": "S1", "quantity": 2, "priceTotal": 19.98}],
                            },
                            "data": {"__adobe": {"analytics": {"eVar1": "x"}}},
                        },
                        {"xdm": {"eventType": "web.webpagedetails.pageViews"}},
                    ],
                    "meta": {"state": {"domain": "shop.example"}},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "commerce.purchases", "account": "4f1a2b3c-1111-2222-3333-444455556666", "key": "T-1", "event_time": 1795318940.0,
                    "identifiers": {"ECID": "123"}, "campaign": {"utm_source": "news"},
                    "values": {
                        "purchaseID": "T-1", "priceTotal": 19.98, "currencyCode": "EUR",
                        "productListItems": [{"SKU": "S1", "quantity": 2, "priceTotal": 19.98}],
                    },
                    "parameters": {"xdm.commerce.purchases.value": 1, "meta.state.domain": "shop.example"},
                },
                {"kind": "pageview", "event": "web.webpagedetails.pageViews", "identifiers": {"ECID": "123"}},
            ],
        },
        {
            "title": "a consent choice",
            "request": {
                "url": "https://adobedc.demdex.net/ee/v1/privacy/set-consent?configId=ds-1", "method": "POST",
                "body": {"consent": [{"standard": "Adobe", "version": "2.0", "value": {"collect": {"val": "n"}}}], "query": {"identity": {"operation": "update"}}},
            },
            "hits": [{"kind": "consent", "event": "set-consent", "account": "ds-1", "consent": {"collect": False}}],
        },
        {
            "title": "one event from a server, in the second version's form",
            "request": {
                "url": "https://server.adobedc.net/ee/v2/interact?dataStreamId=ds-1&requestId=r1", "method": "POST",
                "body": {
                    "event": {
                        "xdm": {
                            "eventType": "commerce.purchases", "identityMap": {"ECID": [{"id": "1"}]}, "commerce": {"order": {"purchaseID": "T-9"}},
                        }
                    },
                    "query": {"identity": {"fetch": ["ECID"]}},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "commerce.purchases", "account": "ds-1", "key": "T-9", "identifiers": {"ECID": "1"},
                    "parameters": {"dataStreamId": "ds-1", "query.identity.fetch[0]": "ECID"},
                }
            ],
        },
        {
            "title": "an event under the site's own host, its body not recorded",
            "request": {
                "url": "https://data.shop.example/ee/irl1/v1/interact?configId=4f1a2b3c-1111-2222-3333-444455556666&requestId=5f1a2b3c-1111-2222-3333-444455556666",
                "method": "POST",
            },
            "hits": [{"kind": "auxiliary", "account": "4f1a2b3c-1111-2222-3333-444455556666"}],
        },
        {
            "title": "media begun, under the site's own host",
            "request": {
                "url": "https://data.shop.example/ee/va/v1/sessionStart?configId=ds-1&requestId=r2", "method": "POST",
                "body": {"events": [{"xdm": {"eventType": "media.sessionStart", "mediaCollection": {"playhead": 0}}}]},
            },
            "hits": [{"kind": "event", "event": "media.sessionStart", "account": "ds-1"}],
        },
        {
            "title": "an event under the site's own host",
            "request": {
                "url": "https://edge.shop.example/ee/va6/v1/collect?configId=ds-1&requestId=r2", "method": "POST",
                "body": {"events": [{"xdm": {"eventType": "web.webinteraction.linkClicks", "web": {"webInteraction": {"name": "Buy"}}}}]},
            },
            "hits": [{"kind": "event", "event": "web.webinteraction.linkClicks", "account": "ds-1"}],
        },
    ),
    lookalikes=(
        "https://edge.adobedc.net.evil.example/ee/v1/interact?configId=ds-1",
        "https://experience.adobe.com/",
        "https://shop.example/ee/v1/interact?configId=ds-1",
        {"url": "https://shop.example/v1/collect?configId=1", "method": "POST", "body": {"events": [{"name": "x"}]}},
        "https://notadobedc.demdex.net.example/ee/v1/interact?configId=ds-1",
        "https://shop.example/?u=https%3A%2F%2Fadobedc.demdex.net%2Fee%2Fv1%2Finteract%3FconfigId%3Dds-1",
        "https://dpm.demdex.net/id?d_visid_ver=5",
    ),
)  # fmt: skip
