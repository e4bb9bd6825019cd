"""Klaviyo: onsite tracking (``klaviyo.track``), the client and server APIs, and sign-up forms.

Documentation: https://developers.klaviyo.com/en/reference/create_client_event (client events),
https://developers.klaviyo.com/en/reference/create_event (events), https://developers.klaviyo.com/en/reference/bulk_create_events,
https://developers.klaviyo.com/en/docs/introduction_to_the_klaviyo_object (onsite object),
https://developers.klaviyo.com/en/v1-2/reference/track-identify (``/api/track`` and ``/api/identify``),
https://developers.klaviyo.com/en/docs/guide_to_integrating_a_platform_without_a_pre_built_klaviyo_integration (names and properties).

An event is a JSON:API document: ``data.attributes.metric.data.attributes.name``, ``properties``, ``profile``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable, at, text_at
from harness.decode.hit import Hit
from harness.decode.payload import open_text, raw_body, read_body
from harness.decode.query import Prefix, QueryTable, Row, fields
from harness.decode.readers import LibraryReader, epoch_seconds
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Parameter

GENERAL, PROPERTIES, PROFILE, COMMERCE, TECHNICAL = "General", "Properties", "Profile", "E-commerce", "Technical"

_QUERY = QueryTable(
    {
        "company_id": Row("company_id", "Company ID", GENERAL),
        "c": Row("company_id", "Company ID", GENERAL),
        "a": Row("company_id", "Company ID", GENERAL),
        "m": Row(None, "Company ID", GENERAL),
        "data": Row(None, "Data", GENERAL),
        "g": Row("list_id", "List ID", GENERAL),
        "email": Row("email", "Email", PROFILE),
        "phone_number": Row("phone_number", "Phone number", PROFILE),
        "variant": Row("variant", "Variant", PROPERTIES),
        "product": Row("product", "Product", PROPERTIES),
        "platform": Row("platform", "Platform", PROPERTIES),
    }
)
_PATHS = PathTable(
    {
        "token": Row("company_id", "Company ID", GENERAL),
        "event": Row(None, "Event", GENERAL),
        "time": Row(None, "Time", TECHNICAL),
        "timestamp": Row(None, "Time", TECHNICAL),
    },
    (
        Prefix("data.attributes.metric.", field=None, group=GENERAL),
        Prefix("data.attributes.properties.", field=None, label="{}", group=PROPERTIES),
        Prefix("data.attributes.profile.", field=None, label="{}", group=PROFILE),
        Prefix("attributes.properties.", field=None, label="{}", group=PROPERTIES),
        Prefix("attributes.profile.", field=None, label="{}", group=PROFILE),
        Prefix("properties.", field=None, label="{}", group=PROPERTIES),
        Prefix("customer_properties.", field=None, label="{}", group=PROFILE),
    ),
)
_IDENTITIES = {
    "email": "email", "$email": "email", "phone_number": "phone_number", "$phone_number": "phone_number", "external_id": "external_id",
    "$id": "external_id", "id": "profile_id", "anonymous_id": "anonymous_id", "$anonymous": "anonymous_id", "$exchange_id": "_kx", "_kx": "_kx",
}  # fmt: skip
_PAGES = ("page", "$page", "page_url", "pageUrl", "href", "url", "URL")


# What a visitor asks for by a form; other documents only say who the visitor is.
_ASKED = frozenset(("subscription", "back-in-stock-subscription", "coupon-code-create"))


def _profile(values: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    if isinstance(values, dict):
        for key, value in values.items():
            name = _IDENTITIES.get(key)
            if name is not None and isinstance(value, str | int) and value != "":
                found.setdefault(name, str(value))
    return found


def _hit(
    parameters: list[Parameter], name: str | None, properties: Any, identifiers: dict[str, str], attributes: Mapping[str, Any], kind: str
) -> Hit:
    values: dict[str, Any] = dict(properties) if isinstance(properties, dict) else {}
    for key, documented in (("value", "value"), ("value_currency", "value_currency"), ("unique_id", "unique_id"), ("list_id", "list_id")):
        if attributes.get(key) is not None:
            values.setdefault(documented, attributes[key])
    for key, value in fields(parameters).items():
        values.setdefault(key, value)
    page = next((text for key in _PAGES if isinstance(text := values.get(key), str) and "//" in text), None)
    unique = attributes.get("unique_id") or values.get("$event_id")
    return Hit(
        kind=kind,
        event=name,
        account=str(values["company_id"]) if isinstance(values.get("company_id"), str | int) else None,
        parameters=parameters,
        values=values,
        identifiers=identifiers,
        key=str(unique) if isinstance(unique, str | int) and unique != "" else None,
        campaign=campaign_of(page),
        page_url=page,
        event_time=epoch_seconds(attributes.get("time") or attributes.get("timestamp")),
    )


def _document(document: Any, notes: Any, shared: list[Parameter], path: str) -> Iterable[Hit]:
    """The hits of one JSON document: JSON:API (an event, a bulk, a profile), the older flat form, or forms' own events."""
    data = document.get("data") if isinstance(document, dict) else None
    attributes = data.get("attributes") if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(attributes, dict):
        bulk = at(attributes, "events.data")
        if isinstance(bulk, list):
            outer = shared + _PATHS.read({"data": {**data, "attributes": {**attributes, "events": None}}}, notes)
            identities = _profile(at(attributes, "profile.data.attributes"))
            for event in bulk:
                inner = at(event, "attributes")
                yield _event(outer + _PATHS.read(event, notes), inner if isinstance(inner, dict) else {}, identities)
            return
        jobs = at(attributes, "events-bulk-create.data") or at(attributes, "events_bulk_create.data")
        if isinstance(jobs, list):
            for job in jobs:
                yield from _document({"data": job}, notes, shared, path)
            return
        parameters = shared + _PATHS.read(document, notes)
        if "metric" in attributes or data.get("type") == "event":
            yield _event(parameters, attributes, {})
        else:
            kind = str(data.get("type") or "profile")
            if (subscribed := at(data, "relationships.list.data.id")) is not None:
                attributes = {**attributes, "list_id": subscribed}
            own = attributes.get("properties")
            properties = {**attributes, **(own if isinstance(own, dict) else {})}
            nested = at(attributes, "profile.data.attributes")
            identifiers = {**_profile(nested), **_profile(attributes), **_profile({"id": data.get("id")})}
            properties.pop("profile", None)
            yield _hit(parameters, kind, properties, identifiers, attributes, "event" if kind in _ASKED else "identify")
        return
    events = document.get("events") if isinstance(document, dict) else None
    if isinstance(events, list) and events and "track-analytics" in path:
        outer = shared + _PATHS.read(document, notes, without=frozenset(("events",)))
        for event in events:
            one: Mapping[str, Any] = event if isinstance(event, dict) else {}
            yield _hit(outer + _PATHS.read(event, notes), text_at(event, "metric"), one, {}, one, "auxiliary")
        return
    parameters = shared + _PATHS.read(document, notes)
    flat: Mapping[str, Any] = document if isinstance(document, dict) else {}
    name = text_at(document, "event")
    people = flat.get("customer_properties") or ({} if name else flat.get("properties"))
    kind = "auxiliary" if not flat else "event" if name else "identify" if "properties" in flat or "identify" in path else "auxiliary"
    yield _hit(parameters, name or ("identify" if kind == "identify" else None), flat.get("properties"), _profile(people), flat, kind)


def _event(parameters: list[Parameter], attributes: Mapping[str, Any], identities: dict[str, str]) -> Hit:
    name = text_at(attributes, "metric.data.attributes.name") or text_at(attributes, "metric.name")
    own = (
        _profile(at(attributes, "profile.data.attributes"))
        | _profile({"id": at(attributes, "profile.data.id")})
        | _profile(attributes.get("profile"))
    )
    return _hit(parameters, name, attributes.get("properties"), own or identities, attributes, "event")


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    shared = _QUERY.read(address.query)
    payload = read_body(request)
    documents = payload.documents
    if payload.shape in ("form", "multipart"):
        shared = shared + payload.form(_QUERY)
    elif request.body.data and not documents:
        return [
            Hit(
                kind="undecoded",
                parameters=[*shared, raw_body(request)],
                undecoded=payload.problem or f"JSON expected, found {payload.shape}",
            )
        ]
    if not documents:
        carried = open_text(next((str(each.value) for each in shared if each.name == "data"), ""))
        documents = carried.documents
    if not documents:
        values = fields(shared)
        step = address.path.rstrip("/").rpartition("/")[2]
        if step == "subscribe" and values.get("email"):
            name = "back-in-stock-subscription" if "/back-in-stock/" in address.path else "subscription"
            return [_hit(shared, name, {}, _profile(values), values, "event")]
        return [_hit(shared, None, {}, {}, values, "auxiliary")]
    return [hit for document, notes in documents for hit in _document(document, notes, shared, address.path)]


def _company(path: str, wire: Mapping[str, Any]) -> str | None:
    """``/onsite/js/ABC123/klaviyo.js`` or ``?company_id=ABC123``."""
    if wire.get("company_id"):
        return str(wire["company_id"])
    steps = path.split("/")
    for before in ("js", "v7", "v6", "v5"):
        if before in steps[:-2]:
            return steps[steps.index(before) + 1] or None
    return None


_LIBRARY = LibraryReader(account=_company)
_CONFIG = LibraryReader("config", account=_company)

VENDOR = Vendor(
    id="klaviyo",
    name="Klaviyo",
    category="marketing",
    docs=(
        "https://developers.klaviyo.com/en/reference/create_client_event",
        "https://developers.klaviyo.com/en/reference/create_event",
        "https://developers.klaviyo.com/en/docs/introduction_to_the_klaviyo_object",
    ),
    endpoints=(
        *(
            Endpoint(host="a.klaviyo.com", path=path)
            for path in (
                "/api/track", "/api/identify", "/api/track-once", "/client/*", "/onsite/track-analytics", "/api/onsite/*", "/api/events", "/api/events/",
                "/api/event-bulk-create-jobs", "/api/event-bulk-create-jobs/", "/api/profiles", "/api/profiles/", "/api/profile-import", "/api/profile-import/",
                "/ajax/subscriptions/subscribe", "/onsite/components/back-in-stock/subscribe",
            )
        ),
        *(Endpoint(host="telemetrics.klaviyo.com", path=path, decode=LibraryReader("auxiliary")) for path in ("*",)),
        *(Endpoint(host="manage.kmail-lists.com", path=path) for path in ("/ajax/subscriptions/subscribe", "/subscriptions/subscribe")),
        *(Endpoint(host=host, path="/onsite/js/*", role="library", decode=_LIBRARY) for host in ("static.klaviyo.com", "static-tracking.klaviyo.com", "static-forms.klaviyo.com", "static-campaigns.klaviyo.com")),
        Endpoint(host="static-forms.klaviyo.com", path="/forms/*", role="config", decode=_CONFIG),
        Endpoint(host="fast.a.klaviyo.com", role="config", decode=_CONFIG),
        Endpoint(host="a.klaviyo.com", path="/media/js/*", role="library", decode=_LIBRARY),
    ),
    decode=_decode,
    automatic_events=frozenset({"Active on Site"}),
    automatic_parameters=frozenset({"company_id", "$use_ip", "page", "$event_id", "$is_session_activity", "$referrer*", "$last_referrer*"}),
    examples=(
        {
            "title": "an event of the onsite object",
            "request": {
                "url": "https://a.klaviyo.com/client/events/?company_id=ABC123", "method": "POST",
                "body": {
                    "data": {
                        "type": "event",
                        "attributes": {
                            "properties": {"ProductName": "Tee", "Price": 9.99, "page": "https://shop.example/?utm_source=news"},
                            "metric": {"data": {"type": "metric", "attributes": {"name": "Viewed Product", "service": "api"}}},
                            "profile": {"data": {"type": "profile", "attributes": {"email": "a@b.co", "_kx": "kx1"}}},
                            "unique_id": "e-1", "value": 9.99, "value_currency": "EUR", "time": "2026-11-22T03:42:20Z",
                        },
                    }
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "Viewed Product", "account": "ABC123", "key": "e-1",
                    "values": {"ProductName": "Tee", "Price": 9.99, "value": 9.99, "value_currency": "EUR"},
                    "identifiers": {"email": "a@b.co", "_kx": "kx1"}, "campaign": {"utm_source": "news"}, "event_time": 1795318940.0,
                }
            ],
        },
        {
            "title": "two events in one request",
            "request": {
                "url": "https://a.klaviyo.com/client/event-bulk-create/?company_id=ABC123", "method": "POST",
                "body": {
                    "data": {
                        "type": "event-bulk-create",
                        "attributes": {
                            "profile": {"data": {"type": "profile", "attributes": {"email": "a@b.co"}}},
                            "events": {
                                "data": [
                                    {"type": "event", "attributes": {"metric": {"data": {"attributes": {"name": "Added to Cart"}}}, "properties": {"Items": [{"SKU": "S1"}]}}},
                                    {"type": "event", "attributes": {"metric": {"data": {"attributes": {"name": "Placed Order"}}}, "value": 19.98, "unique_id": "T-1"}},
                                ]
                            },
                        },
                    }
                },
            },
            "hits": [
                {"event": "Added to Cart", "account": "ABC123", "values": {"Items": [{"SKU": "S1"}]}, "identifiers": {"email": "a@b.co"}},
                {"event": "Placed Order", "account": "ABC123", "key": "T-1", "values": {"value": 19.98}, "identifiers": {"email": "a@b.co"}},
            ],
        },
        {
            "title": "the older call: base64 of JSON in the query",
            "request": {
                "url": "https://a.klaviyo.com/api/track?data=eyJ0b2tlbiI6IkFCQzEyMyIsImV2ZW50IjoiUGxhY2VkIE9yZGVyIiwiY3VzdG9tZXJfcHJvcGVydGllcyI6eyIkZW1haWwiOiJhQGIuY28ifSwicHJvcGVydGllcyI6eyIkdmFsdWUiOjE5Ljk4LCIkZXZlbnRfaWQiOiJULTEifX0%3D"
            },
            "hits": [
                {
                    "kind": "event", "event": "Placed Order", "account": "ABC123", "key": "T-1", "values": {"$value": 19.98},
                    "identifiers": {"email": "a@b.co"},
                }
            ],
        },
        {
            "title": "a profile identified",
            "request": {
                "url": "https://a.klaviyo.com/client/profiles/?company_id=ABC123", "method": "POST",
                "body": {"data": {"type": "profile", "attributes": {"email": "a@b.co", "properties": {"tier": "gold"}}}},
            },
            "hits": [{"kind": "identify", "event": "profile", "account": "ABC123", "values": {"tier": "gold"}, "identifiers": {"email": "a@b.co"}}],
        },
        {
            "title": "the onsite script",
            "request": {"url": "https://static.klaviyo.com/onsite/js/ABC123/klaviyo.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ABC123"}],
        },
        {
            "title": "a sign-up to a list",
            "request": {
                "url": "https://a.klaviyo.com/client/subscriptions/?company_id=ABC123", "method": "POST",
                "body": {
                    "data": {
                        "type": "subscription", "relationships": {"list": {"data": {"type": "list", "id": "Y6nRLr"}}},
                        "attributes": {"profile": {"data": {"type": "profile", "attributes": {"email": "a@b.co", "phone_number": "+15005550006"}}}, "custom_source": "Footer"},
                    }
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "subscription", "account": "ABC123", "identifiers": {"email": "a@b.co", "phone_number": "+15005550006"},
                    "values": {"custom_source": "Footer", "list_id": "Y6nRLr"},
                }
            ],
        },
        {
            "title": "a wish to hear when something is back in stock, as a form",
            "request": {
                "url": "https://a.klaviyo.com/onsite/components/back-in-stock/subscribe", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "a=ABC123&email=a%40b.co&variant=42&platform=shopify",
            },
            "hits": [{"kind": "event", "event": "back-in-stock-subscription", "account": "ABC123", "values": {"variant": "42"}, "identifiers": {"email": "a@b.co"}}],
        },
        {
            "title": "a sign-up over the oldest address",
            "request": {
                "url": "https://manage.kmail-lists.com/ajax/subscriptions/subscribe", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": "g=Y6nRLr&email=a%40b.co",
            },
            "hits": [{"kind": "event", "event": "subscription", "values": {"list_id": "Y6nRLr"}}],
        },
        {
            "title": "the older identification, as a form",
            "request": {
                "url": "https://a.klaviyo.com/api/identify", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "data=%7B%22token%22%3A%22ABC123%22%2C%22properties%22%3A%7B%22%24email%22%3A%22a%40b.co%22%2C%22tier%22%3A%22gold%22%7D%7D",
            },
            "hits": [{"kind": "identify", "event": "identify", "account": "ABC123", "values": {"tier": "gold"}, "identifiers": {"email": "a@b.co"}}],
        },
        {
            "title": "what a form tells of itself",
            "request": {
                "url": "https://a.klaviyo.com/onsite/track-analytics?company_id=ABC123", "method": "POST",
                "body": {"events": [{"metric": "viewedForm", "log_to_statsd": True, "event_details": {"form_id": "F1"}}]},
            },
            "hits": [{"kind": "auxiliary", "event": "viewedForm", "account": "ABC123"}],
        },
    ),
    lookalikes=(
        "https://shop.example/client/events/?company_id=ABC123",
        "https://a.notklaviyo.com/client/events/?company_id=ABC123",
        "https://a.klaviyo.com.evil.example/api/track?data=e30",
        "https://shop.example/?next=https%3A%2F%2Fa.klaviyo.com%2Fapi%2Ftrack",
        "https://www.klaviyo.com/login",
    ),
)  # fmt: skip
