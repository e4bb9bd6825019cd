"""HubSpot: the tracking code's page views and custom events, forms, chat and the events API.

Documentation: https://developers.hubspot.com/docs/api-reference/analytics-tracking-code/overview (tracking code),
https://developers.hubspot.com/docs/api/events/send-event-completions (custom events),
https://developers.hubspot.com/docs/api-reference/legacy/forms-v3-legacy/post-submissions-v3-integration-submit-portalId-formGuid (forms),
https://knowledge.hubspot.com/reports/what-cookies-does-hubspot-set-in-a-visitor-s-browser (cookies),
https://knowledge.hubspot.com/account-security/manage-data-hosting (regions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, text_at
from harness.decode.payload import read_body
from harness.decode.query import PLAIN, Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, PROPERTIES, DEVICE, FORM, TECHNICAL = "General", "Page", "User", "Properties", "Device", "Form", "Technical"

_TABLE = QueryTable(
    {
        "a": Row("portal_id", "Hub ID", GENERAL),
        "k": Row("activity_type", "Activity type", GENERAL),
        "n": Row("event_name", "Event name", GENERAL),
        "id": Row("event_id", "Event", GENERAL),
        "value": Row("value", "Value", GENERAL, "number"),
        "m": Row("value", "Value", GENERAL, "number"),
        "ct": Row("content_type", "Content type", PAGE),
        "cpi": Row("content_id", "Content ID", PAGE),
        "pi": Row("page_id", "Page ID", PAGE),
        "ccu": Row("canonical_url", "Canonical address", PAGE),
        "pu": Row("page_url", "Page address", PAGE),
        "po": Row("path", "Path", PAGE),
        "t": Row("page_title", "Page title", PAGE),
        "r": Row("referrer", "Referrer", PAGE),
        "rcu": Row("canonical_url", "Canonical address", PAGE),
        "lang": Row("content_language", "Content language", PAGE),
        "vi": Row("hubspotutk", "Visitor ID (hubspotutk)", USER),
        "u": Row("hstc", "Visitor cookie (__hstc)", USER),
        "b": Row("hssc", "Session cookie (__hssc)", USER),
        "i": Row("identity", "Identity", USER),
        "nc": Row("new_visitor", "New visitor", USER, "boolean"),
        "fi": Row("form_id", "Form ID", FORM),
        "ft": Row("form_type", "Form type", FORM),
        "sd": Row(None, "Screen size", DEVICE),
        "cd": Row(None, "Colour depth", DEVICE),
        "cs": Row(None, "Character set", DEVICE),
        "ln": Row(None, "Language", DEVICE),
        "bfp": Row(None, "Browser fingerprint", DEVICE),
        "v": Row(None, "Version", TECHNICAL),
        "cts": Row(None, "Time", TECHNICAL),
    },
    (Prefix("_", label="{}", group=PROPERTIES),),
)


_TRACK = QueryReader(
    _TABLE,
    event=("event_name", "event_id"),
    account="portal_id",
    page="page_url",
    identifiers=("hubspotutk", "hstc", "hssc"),
)


def _track(request: CapturedRequest) -> list[Hit]:
    """``k=1`` is a page view, ``n`` or ``id`` names an event, ``__ptc`` a click; other activities (forms seen) are auxiliary."""
    hits = _TRACK(request)
    for hit in hits:
        times = [each.value for each in hit.parameters if each.name == "cts"]
        if times and str(times[0]).isdecimal():
            hit.event_time = int(times[0][:20]) / 1000
        if hit.event is not None:
            hit.kind = "event"
        elif hit.values.get("activity_type") == "1":
            hit.kind, hit.event = "pageview", "pageview"
        elif split_url(request.url).path == "/__ptc.gif":
            hit.kind, hit.event = "event", "click"
        identity = hit.values.get("identity")
        if isinstance(identity, str) and identity:
            for each in PLAIN.read(identity):
                if each.name in ("email", "id") and each.value:
                    hit.identifiers.setdefault("email" if each.name == "email" else "external_id", _once_more(str(each.value)))
    return hits


def _once_more(text: str) -> str:
    """The identity is a query within a query, and its values are escaped once more."""
    return str(PLAIN[f"x={text}"].value) if "%" in text and "&" not in text else text


_SUBMISSION = QueryReader(
    {
        "portalId": Row("portal_id", "Hub ID", GENERAL),
        "formId": Row("form_id", "Form ID", FORM),
        "hutk": Row("hubspotutk", "Visitor ID (hubspotutk)", USER),
        "email": Row("email", "E-mail", USER),
        "pageUrl": Row("page_url", "Page address", PAGE),
        "pageTitle": Row("page_title", "Page title", PAGE),
        "hs_context": Row("hs_context", "Context", FORM, "json"),
    },
    account="portal_id",
    page="page_url",
    identifiers=("email", "hubspotutk"),
    lifted=("hs_context",),
    paths=PathTable(
        {
            "portalId": Row("portal_id", "Hub ID", GENERAL),
            "formId": Row("form_id", "Form ID", FORM),
            "context.hutk": Row("hubspotutk", "Visitor ID (hubspotutk)", USER),
            "context.pageUri": Row("page_url", "Page address", PAGE),
            "context.pageName": Row("page_title", "Page title", PAGE),
            "pageUrl": Row("page_url", "Page address", PAGE),
            "pageTitle": Row("page_title", "Page title", PAGE),
            "contactFields.email": Row("email", "E-mail", USER),
            "email": Row("email", "E-mail", USER),
            "utk": Row("hubspotutk", "Visitor ID (hubspotutk)", USER),
        },
        (Prefix("contactFields.", label="{}", group=FORM), Prefix("formValues.", label="{}", group=FORM)),
    ),
)


def _submission(request: CapturedRequest) -> list[Hit]:
    hits = _SUBMISSION(request)
    steps = split_url(request.url).path.split("/")
    for hit in hits:
        hit.kind, hit.event = "event", "form_submission"
        if len(steps) >= 3 and steps[-2].isdecimal():
            hit.account = hit.account or steps[-2]
            hit.values.setdefault("form_id", steps[-1])
        inner = hit.values.get("hs_context")
        if isinstance(inner, dict):
            hit.page_url = hit.page_url or text_at(inner, "pageUrl")
            if utk := text_at(inner, "hutk"):
                hit.identifiers.setdefault("hubspotutk", utk)
        value = read_body(request).value
        fields = value.get("fields") if isinstance(value, dict) else None
        for each in fields if isinstance(fields, list) else ():
            name, text = text_at(each, "name"), text_at(each, "value")
            if name and text is not None:
                hit.values.setdefault(name, text)
                if name == "email":
                    hit.identifiers.setdefault("email", text)
    return hits


_SEND = JsonReader(
    PathTable(
        {
            "eventName": Row("event_name", "Event name", GENERAL),
            "email": Row("email", "E-mail", USER),
            "utk": Row("hubspotutk", "Visitor ID (hubspotutk)", USER),
            "objectId": Row("object_id", "Record ID", USER),
            "occurredAt": Row(None, "Time", TECHNICAL),
            "uuid": Row(None, "Event UUID", TECHNICAL),
        },
        (Prefix("properties.", label="{}", group=PROPERTIES),),
    ),
    events="inputs",
    event="eventName",
    key="uuid",
    time="occurredAt",
    identifiers={"email": "email", "hubspotutk": "utk", "object_id": "objectId"},
    values=("properties",),
)


def _send(request: CapturedRequest) -> list[Hit]:
    """An event's full name starts with the account: ``pe123_buy``."""
    hits = _SEND(request)
    for hit in hits:
        prefix = (hit.event or "").partition("_")[0]
        hit.account = prefix[2:] if prefix.startswith("pe") and prefix[2:].isdecimal() else None
    return hits


def _portal(path: str, wire: Mapping[str, Any]) -> str | None:
    """``/123.js``, ``/v2/123/banner.js``, ``/analytics/1795318200000/123.js``."""
    for key in ("portalId", "portal_id", "hublet_portal"):
        if wire.get(key):
            return str(wire[key])
    for step in reversed(path.split("/")):
        bare = step.removesuffix(".js")
        if bare.isdecimal() and len(bare) < 13:
            return bare
    return None


_CTA = QueryReader(
    {
        "portalId": Row("portal_id", "Hub ID", GENERAL),
        "webInteractiveId": Row("webInteractiveId", "Call to action", GENERAL),
        "webInteractiveContentId": Row("webInteractiveContentId", "Call to action's content", GENERAL),
        "containerType": Row("containerType", "Container", GENERAL),
        "pageUrl": Row("page_url", "Page address", PAGE),
        "pageTitle": Row("page_title", "Page title", PAGE),
        "referrer": Row("referrer", "Referrer", PAGE),
        "hutk": Row("hubspotutk", "Visitor ID (hubspotutk)", USER),
        "hstc": Row("hstc", "Visitor cookie (__hstc)", USER),
        "hssc": Row("hssc", "Session cookie (__hssc)", USER),
        "hsfp": Row(None, "Browser fingerprint", DEVICE),
        "encryptedPayload": Row(None, "Encrypted data", TECHNICAL),
    },
    account="portal_id",
    page="page_url",
    identifiers=("hubspotutk", "hstc", "hssc"),
)


def _cta(request: CapturedRequest) -> list[Hit]:
    """Calls to action: the path names what happened (``view``, ``click``, ``redirect``, ``close``)."""
    hits = _CTA(request)
    path = split_url(request.url).path.rstrip("/")
    for hit in hits:
        hit.kind, hit.event = "event", "click" if path.startswith("/cta/redirect/") else path.rpartition("/")[2]
        hit.account = hit.account or _portal(path, {})
    return hits


_LIBRARY = LibraryReader(account=_portal)
_CONFIG = LibraryReader("config", account=_portal)
_AUXILIARY = LibraryReader("auxiliary", account=_portal)
_REGIONS = ("", "-eu1", "-na2", "-na3", "-ap1")
_SCRIPTS = (
    "hs-scripts.com",
    "hs-analytics.net",
    "hs-banner.com",
    "hsforms.net",
    "hscollectedforms.net",
    "hsadspixel.net",
    "hsleadflows.net",
    "usemessages.com",
    "hubspotfeedback.com",
    "hscta.net",
    "hubspot.com",
)
_HIT = "https://track.hubspot.com/__ptq.gif?k=1&v=1.1&a=123&pu=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&t=Shop&cts=1795318339316&vi=88e3"

VENDOR = Vendor(
    id="hubspot",
    name="HubSpot",
    category="marketing",
    docs=(
        "https://developers.hubspot.com/docs/api-reference/analytics-tracking-code/overview",
        "https://developers.hubspot.com/docs/api/events/send-event-completions",
        "https://developers.hubspot.com/docs/api-reference/legacy/forms-v3-legacy/post-submissions-v3-integration-submit-portalId-formGuid",
    ),
    endpoints=(
        *(Endpoint(host="*.hubspot.com", path=f"/{name}.gif", decode=_track) for name in ("__ptq", "__ptbe", "__ptc", "__pto")),
        *(Endpoint(host=f"{kind}{region}.hubspot.com", path="/submissions/*", decode=_submission) for kind in ("forms",) for region in _REGIONS),
        *(Endpoint(host=f"{kind}{region}.hsforms.com", path="/submissions/*", decode=_submission) for kind in ("forms", "api") for region in _REGIONS),
        *(Endpoint(host=f"forms{region}.hscollectedforms.net", path="/collected-forms/submit/*", decode=_submission) for region in _REGIONS),
        *(Endpoint(host=f"forms{region}.hubspot.com", path="/collected-forms/submit/*", decode=_submission) for region in _REGIONS),
        *(Endpoint(host=f"forms{region}.hscollectedforms.net", path="/collected-forms/v1/config/*", role="config", decode=_CONFIG) for region in _REGIONS),
        *(Endpoint(host=f"forms{region}.hsforms.com", path="/embed/v3/form/*", role="config", decode=_CONFIG) for region in _REGIONS),
        Endpoint(host="*.hsforms.com", path="/embed/v3/counters.gif", decode=_AUXILIARY),
        Endpoint(host="*.hsforms.com", path="/emailcheck/v1/json-ext", decode=_AUXILIARY),
        Endpoint(host="*.hubspot.com", path="/livechat-public/*", role="config", decode=_CONFIG),
        Endpoint(host="*.hubspot.com", path="/lead-flows-config/*", role="config", decode=_CONFIG),
        Endpoint(host="*.hubspot.com", path="/cta/*", role="config", decode=_CONFIG),
        Endpoint(host="*.hubspot.com", path="/ctas/*", role="config", decode=_CONFIG),
        Endpoint(host="*.hubspot.com", path="/web-interactives/*", role="config", decode=_CONFIG),
        *(Endpoint(host="*.hubspot.com", path=path, decode=_cta) for path in ("/web-interactives/public/v1/track/*", "/cta/redirect/*")),
        *(Endpoint(host=f"forms{region}.hubspot.com", path="/uploads/form/v2/*", decode=_submission) for region in _REGIONS),
        Endpoint(host="*.hs-banner.com", path="/cookie-banner-public/*", role="config", decode=_CONFIG),
        *(
            Endpoint(host=f"{api}.{site}", path=path, decode=_send)
            for api in (f"api{region}" for region in _REGIONS)
            for site in ("hubapi.com", "hubspot.com")
            for path in ("/events/v3/send", "/events/v3/send/batch", "/events/custom/2026-03/send", "/events/custom/2026-03/send/batch")
        ),
        *(Endpoint(host=f"js{region}.{site}", role="library", decode=_LIBRARY) for site in _SCRIPTS for region in _REGIONS),
    ),
    decode=_track,
    automatic_parameters=frozenset(
        {"portal_id", "activity_type", "page_url", "path", "page_title", "referrer", "hubspotutk", "hstc", "hssc", "new_visitor", "identity", "content_*", "page_id", "canonical_url"}
    ),
    examples=(
        {
            "title": "a page view",
            "request": {"url": _HIT, "resource_type": "image"},
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "123", "page_url": "https://shop.example/?utm_source=news", "event_time": 1795318339.316,
                    "values": {"page_title": "Shop"}, "identifiers": {"hubspotutk": "88e3"}, "campaign": {"utm_source": "news"}, "key": None,
                }
            ],
        },
        {
            "title": "a custom event with a property and an identified visitor, from the European region",
            "request": {
                "url": "https://track-eu1.hubspot.com/__ptbe.gif?n=pe123_buy&_sku=SKU1&a=123&i=email%3Da%2540b.co&vi=88e3&pu=https%3A%2F%2Fshop.example%2F"
            },
            "hits": [
                {
                    "kind": "event", "event": "pe123_buy", "account": "123", "values": {"sku": "SKU1"},
                    "identifiers": {"email": "a@b.co", "hubspotutk": "88e3"},
                }
            ],
        },
        {
            "title": "a form submitted through the API",
            "request": {
                "url": "https://api.hsforms.com/submissions/v3/integration/submit/123/8a1f", "method": "POST",
                "body": {
                    "fields": [{"objectTypeId": "0-1", "name": "email", "value": "a@b.co"}],
                    "context": {"hutk": "88e3", "pageUri": "https://shop.example/contact", "pageName": "Contact"},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "form_submission", "account": "123", "page_url": "https://shop.example/contact",
                    "values": {"form_id": "8a1f", "email": "a@b.co"}, "identifiers": {"email": "a@b.co", "hubspotutk": "88e3"},
                }
            ],
        },
        {
            "title": "a batch of custom events from a server",
            "request": {
                "url": "https://api.hubapi.com/events/v3/send/batch", "method": "POST",
                "body": {
                    "inputs": [
                        {"eventName": "pe123_order", "email": "a@b.co", "occurredAt": "2026-11-22T03:42:20Z", "uuid": "u-1", "properties": {"amount": 19.98}},
                        {"eventName": "pe123_refund", "objectId": "7", "properties": {}},
                    ]
                },
            },
            "hits": [
                {"kind": "event", "event": "pe123_order", "account": "123", "key": "u-1", "values": {"amount": 19.98}, "identifiers": {"email": "a@b.co"}},
                {"kind": "event", "event": "pe123_refund", "identifiers": {"object_id": "7"}},
            ],
        },
        {
            "title": "a call to action seen",
            "request": {"url": "https://cta-na2.hubspot.com/web-interactives/public/v1/track/view?portalId=123&webInteractiveId=77&containerType=MODAL&pageUrl=https%3A%2F%2Fshop.example%2F&hutk=88e3"},
            "hits": [{"kind": "event", "event": "view", "account": "123", "page_url": "https://shop.example/", "values": {"webInteractiveId": "77"}, "identifiers": {"hubspotutk": "88e3"}}],
        },
        {
            "title": "a form that HubSpot did not make",
            "request": {"url": "https://forms.hscollectedforms.net/collected-forms/submit/form", "method": "POST", "body": {"portalId": 123, "contactFields": {"email": "a@b.co"}, "formSelectorId": "#newsletter"}},
            "hits": [{"kind": "event", "event": "form_submission", "account": "123", "identifiers": {"email": "a@b.co"}}],
        },
        {
            "title": "a form of the second version, as a form",
            "request": {"url": "https://forms.hubspot.com/uploads/form/v2/123/8a1f", "method": "POST", "body": "email=a%40b.co&hs_context=%7B%22hutk%22%3A%2288e3%22%2C%22pageUrl%22%3A%22https%3A%2F%2Fshop.example%2F%22%7D"},
            "hits": [{"kind": "event", "event": "form_submission", "account": "123", "values": {"form_id": "8a1f"}, "page_url": "https://shop.example/", "identifiers": {"email": "a@b.co", "hubspotutk": "88e3"}}],
        },
        {
            "title": "a click that HubSpot was told to watch",
            "request": {"url": "https://track-eu1.hubspot.com/__ptc.gif?k=12&_hs_element_id=buy&_hs_element_text=Buy&a=123&vi=88e3&pu=https%3A%2F%2Fshop.example%2F&nc=false&cc=15"},
            "hits": [{"kind": "event", "event": "click", "account": "123", "values": {"hs_element_id": "buy"}, "page_url": "https://shop.example/"}],
        },
        {
            "title": "a blog read in a feed",
            "request": {"url": "https://track.hubspot.com/__ptq.gif?a=142972&k=14&r=https%3A%2F%2Fshop.example%2Fblog%2Fa&bu=https%253A%252F%252Fshop.example%252Fblog&bvt=rss"},
            "hits": [{"kind": "auxiliary", "account": "142972"}],
        },
        {
            "title": "the tracking code",
            "request": {"url": "https://js.hs-scripts.com/123.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "123"}],
        },
    ),
    lookalikes=(
        "https://shop.example/__ptq.gif?k=1&a=123",
        "https://track.nothubspot.com/__ptq.gif?k=1&a=123",
        "https://track.hubspot.com.evil.example/__ptq.gif?k=1&a=123",
        "https://shop.example/go?to=https%3A%2F%2Ftrack.hubspot.com%2F__ptq.gif%3Fk%3D1",
        "https://app.hubspot.com/login",
    ),
)  # fmt: skip
