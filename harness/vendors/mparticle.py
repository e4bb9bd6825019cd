"""mParticle: event batches of the web SDK (versions 1 to 3), identity calls, and the server-side events API.

Wire format: https://docs.mparticle.com/developers/apis/http/ (events API), https://docs.mparticle.com/developers/apis/json-reference/ (batches),
https://docs.mparticle.com/developers/apis/idsync/http-api/ (identity), https://docs.mparticle.com/developers/client-sdks/web/ (the script).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.calls import basic_user
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "event_type": Row(None, "Event type", "General"),
        "data.event_name": Row(None, "Event", "General"),
        "data.screen_name": Row(None, "Screen", "General"),
        "data.custom_event_type": Row(None, "Custom event type", "General"),
        "data.timestamp_unixtime_ms": Row(None, "Time", "Technical"),
        "data.session_uuid": Row(None, "Session ID", "User"),
        "data.source_message_id": Row(None, "Message ID", "Technical"),
        "data.event_id": Row(None, "Event ID", "Technical"),
        "data.product_action.transaction_id": Row(None, "Transaction ID", "E-commerce"),
        "data.product_action.total_amount": Row(None, "Total", "E-commerce"),
        "data.currency_code": Row("currency_code", "Currency", "E-commerce"),
        "n": Row(None, "Event", "General"),
        "et": Row(None, "Event type", "General"),
        "dt": Row(None, "Message type", "General"),
        "das": Row(None, "Device ID", "User"),
        "mpid": Row(None, "mParticle ID", "User"),
        "sid": Row(None, "Session ID", "User"),
        "ct": Row(None, "Time", "Technical"),
        "at": Row(None, "Time", "Technical"),
    },
    (
        Prefix("data.custom_attributes.", field=None, label="{}", group="Attributes"),
        Prefix("data.product_action.", field=None, label="{}", group="E-commerce"),
        Prefix("attrs.", field=None, label="{}", group="Attributes"),
        Prefix("ua.", field=None, label="{}", group="User attributes"),
        Prefix("data.", field=None, label="{}", group="General"),
    ),
)
_SHARED = PathTable(
    {
        "mpid": Row(None, "mParticle ID", "User"),
        "mp_deviceid": Row(None, "Device ID", "User"),
        "environment": Row(None, "Environment", "General"),
    },
    (
        Prefix("user_attributes.", field=None, label="{}", group="User attributes"),
        Prefix("user_identities.", field=None, label="{}", group="User"),
        Prefix("consent_state.", field=None, label="{}", group="Consent"),
        Prefix("context.", field=None, group="Technical"),
        Prefix("device_info.", field=None, label="{}", group="Device"),
        Prefix("application_info.", field=None, label="{}", group="Technical"),
    ),
)
_OLD = {
    1: "session_start",
    2: "session_end",
    3: "screen_view",
    4: "custom_event",
    5: "crash_report",
    6: "opt_out",
    10: "application_state_transition",
    14: "profile",
    16: "commerce_event",
}
_ASIDE = frozenset(
    (
        "session_start",
        "session_end",
        "application_state_transition",
        "user_attribute_change",
        "user_identity_change",
        "uninstall",
        "breadcrumb",
        "profile",
        "network_performance",
        "push_registration",
    )
)


def _type(event: Any) -> str | None:
    found = text_at(event, "event_type")
    code = at(event, "dt")
    return found or (_OLD.get(code, str(code)) if isinstance(code, int) else None)


def _name(event: Any, document: Any) -> str | None:
    kind = _type(event)
    named = text_at(event, "data.event_name") or text_at(event, "n") or text_at(event, "data.screen_name")
    if kind == "commerce_event":
        return text_at(event, "data.product_action.action") or text_at(event, "data.promotion_action.action") or named or kind
    return named or kind


def _kind(name: str | None, event: Any) -> str:
    kind = _type(event)
    return (
        "pageview"
        if kind == "screen_view"
        else "auxiliary"
        if kind is None or kind in _ASIDE
        else "consent"
        if kind == "opt_out"
        else "event"
    )


def _consents(state: Any) -> dict[str, Any] | None:
    """``{"gdpr": {"analytics": {"consented": true}}}``."""
    found: dict[str, Any] = {}
    for regulation, purposes in state.items() if isinstance(state, dict) else ():
        for purpose, said in purposes.items() if isinstance(purposes, dict) else ():
            if isinstance(said, dict) and isinstance(said.get("consented", said.get("c")), bool):
                found[f"{regulation}.{purpose}"] = said.get("consented", said.get("c"))
    return found or None


def _derive(hit: Hit, event: Any, document: Any) -> None:
    for path in ("data.custom_attributes", "data.product_action", "attrs"):
        found = at(event, path)
        for name, value in found.items() if isinstance(found, dict) else ():
            hit.values.setdefault(name, value)
    hit.consent = _consents(at(document, "consent_state") or at(event, "con"))
    for owner in (at(document, "user_identities"),):
        for name, value in owner.items() if isinstance(owner, dict) else ():
            if isinstance(value, str | int) and value != "":
                hit.identifiers.setdefault(name, str(value))


_READ = JsonReader(
    _TABLE,
    events="events",
    shared=_SHARED,
    event=_name,
    key=("data.product_action.transaction_id", "data.source_message_id", "data.event_id"),
    page=("data.location", "data.custom_attributes.url", "attrs.url"),
    time=("data.timestamp_unixtime_ms", "ct"),
    identifiers={"mpid": "mpid", "device_id": ("mp_deviceid", "das"), "session_id": ("data.session_uuid", "sid")},
    values=(),
    kind=_kind,
    derive=_derive,
)


def _key_in_path(path: str) -> str | None:
    steps = path.split("/")
    for before in ("JS", "v2"):
        if before in steps[:-1]:
            found = steps[steps.index(before) + 1]
            if found not in ("v1", "v2"):
                return found or None
    return None


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    key = _key_in_path(split_url(request.url).path) or basic_user(request)
    for hit in hits:
        hit.account = hit.account or key
    return hits


_IDENTITY = JsonReader(
    PathTable(
        {}, (Prefix("known_identities.", field=None, label="{}", group="User"), Prefix("client_sdk.", field=None, group="Technical"))
    ),
    identifiers={
        "device_id": "known_identities.device_application_stamp",
        "customerid": "known_identities.customerid",
        "email": "known_identities.email",
        "mpid": "previous_mpid",
    },
    values=("known_identities",),
)


def _identity(request: CapturedRequest) -> list[Hit]:
    hits = _IDENTITY(request)
    step = split_url(request.url).path.rstrip("/").rpartition("/")[2]
    for hit in hits:
        hit.kind, hit.event = ("auxiliary" if step in ("search", "alias") else "identify"), step
        hit.account = request.header("x-mp-key") or None
    return hits


def _is_mparticle(request: CapturedRequest) -> bool:
    """Told under a CNAME by a batch's events with a type, beside an mParticle ID or device."""
    document = read_body(request).value
    events = at(document, "events")
    first = events[0] if isinstance(events, list) and events else None
    return (
        isinstance(first, dict)
        and isinstance(first.get("event_type"), str)
        and isinstance(first.get("data"), dict)
        and ("mpid" in document or "mp_deviceid" in document)
    )


def _config_key(path: str, wire: Mapping[str, Any]) -> str | None:
    return _key_in_path(path)


def _answer(request: CapturedRequest) -> Answer | None:
    """A visitor's mParticle ID to an identity call: the script holds every event back until it has one."""
    if split_url(request.url).path.rstrip("/").rpartition("/")[2] not in ("identify", "login", "logout", "modify"):
        return None
    return Answer(
        200,
        (("Content-Type", "application/json"),),
        b'{"mpid":"7346244611012968789","context":null,"matched_identities":{},"is_ephemeral":false,"is_logged_in":false}',
    )


_URL = "https://jssdks.mparticle.com/v3/JS/us1-abc/events"

VENDOR = Vendor(
    id="mparticle",
    name="mParticle",
    category="analytics",
    docs=("https://docs.mparticle.com/developers/apis/http/", "https://docs.mparticle.com/developers/apis/json-reference/", "https://docs.mparticle.com/developers/client-sdks/web/"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("*.mparticle.com",) for path in ("/v1/JS/*", "/v2/JS/*", "/v3/JS/*", "/v2/events", "/v2/bulkevents")),
        Endpoint(host="*", path="*/JS/*/events", recognise=_is_mparticle),
        *(Endpoint(host="identity.mparticle.com", path=path, decode=_identity) for path in ("/v1/*",)),
        Endpoint(host="jssdkcdns.mparticle.com", path="/JS/*/config", role="config", decode=LibraryReader("config", account=_config_key)),
        Endpoint(host="jssdkcdns.mparticle.com", path="/JS/*", role="library", decode=LibraryReader(account=_config_key)),
    ),
    decode=_decode,
    answer=_answer,
    automatic_events=frozenset({"session_start", "session_end", "application_state_transition", "user_attribute_change", "user_identity_change"}),
    automatic_parameters=frozenset({"hostname", "title", "location", "is_non_interaction"}),
    examples=(
        {
            "title": "a custom event and a purchase",
            "request": {
                "url": _URL, "method": "POST",
                "body": {
                    "mpid": "123", "mp_deviceid": "d1", "user_identities": {"email": "a@shop.example"}, "consent_state": {"gdpr": {"analytics": {"consented": True}}},
                    "events": [
                        {"event_type": "session_start", "data": {}},
                        {"event_type": "custom_event", "data": {"event_name": "Add To Wishlist", "custom_attributes": {"sku": "S1"}, "timestamp_unixtime_ms": 1795318940000}},
                        {"event_type": "commerce_event", "data": {"currency_code": "EUR", "product_action": {"action": "purchase", "transaction_id": "T-1", "total_amount": 19.98, "products": [{"id": "S1"}]}}},
                    ],
                },
            },
            "hits": [
                {"kind": "auxiliary", "event": "session_start", "account": "us1-abc"},
                {
                    "kind": "event", "event": "Add To Wishlist", "account": "us1-abc", "values": {"sku": "S1"}, "consent": {"gdpr.analytics": True}, "event_time": 1795318940.0,
                    "identifiers": {"mpid": "123", "device_id": "d1", "email": "a@shop.example"},
                },
                {"kind": "event", "event": "purchase", "key": "T-1", "values": {"currency_code": "EUR", "total_amount": 19.98, "products": [{"id": "S1"}]}},
            ],
        },
        {
            "title": "an event of version 2",
            "request": {"url": "https://jssdks.mparticle.com/v2/JS/k1/events", "method": "POST", "body": {"n": "click", "et": 1, "dt": 4, "attrs": {"a": "b"}, "das": "d1", "mpid": "9", "ct": 1795318940000}},
            "hits": [{"kind": "event", "event": "click", "account": "k1", "values": {"a": "b"}, "identifiers": {"mpid": "9", "device_id": "d1"}}],
        },
        {
            "title": "a login",
            "request": {"url": "https://identity.mparticle.com/v1/login", "method": "POST", "headers": {"x-mp-key": "us1-abc"}, "body": {"known_identities": {"customerid": "u1"}}},
            "hits": [{"kind": "identify", "event": "login", "account": "us1-abc", "identifiers": {"customerid": "u1"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/v3/JS/us1-abc/events",
        "https://notmparticle.com/v3/JS/k/events",
        "https://jssdks.mparticle.com.evil.example/v3/JS/k/events",
        "https://shop.example/?u=https%3A%2F%2Fjssdks.mparticle.com%2Fv3%2FJS%2Fk%2Fevents",
    ),
)  # fmt: skip
