"""mParticle: event batches of the web SDK (versions 1 to 3), identity calls, and the server-side events API.

Wire format: https://github.com/mParticle/mparticle-web-sdk (what the script sends, and to where), https://docs.mparticle.com/developers/apis/http/ (events API), https://docs.mparticle.com/developers/apis/json-reference/ (batches),
https://docs.mparticle.com/developers/apis/idsync/http-api/ (identity), https://docs.mparticle.com/developers/client-sdks/web/ (the script).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.calls import basic_user
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import Payload, read_body
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
        "data.page_url": Row(None, "Page address", "Page"),
        "cu": Row("currency_code", "Currency", "E-commerce"),
        "pd.ti": Row(None, "Transaction ID", "E-commerce"),
        "pd.tr": Row(None, "Total", "E-commerce"),
        "lc": Row(None, "Location", "Technical"),
        "sdk": Row(None, "SDK version", "Technical"),
        "av": Row(None, "App version", "General"),
        "cgid": Row(None, "Client-generated ID", "User"),
        "dbg": Row(None, "Debug", "Technical"),
        "eec": Row(None, "Expanded event count", "Technical"),
        "fr": Row(None, "First run", "Technical"),
        "iu": Row(None, "Upgrade", "Technical"),
        "lr": Row(None, "Launch referral", "Technical"),
        "o": Row(None, "Opted out", "Consent"),
        "pb": Row(None, "Product bags", "E-commerce"),
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
    17: "user_attribute_change",
    18: "user_identity_change",
    20: "media",
}
_ACTIONS = {
    10: "add_to_cart",
    11: "remove_from_cart",
    12: "checkout",
    13: "checkout_option",
    14: "click",
    15: "view_detail",
    16: "purchase",
    17: "refund",
    18: "view",
    19: "click",
    20: "add_to_wishlist",
    21: "remove_from_wishlist",
    22: "impression",
}
_ORDER = {
    "ti": "transaction_id", "ta": "affiliation", "tcc": "coupon_code", "tr": "total_amount", "ts": "shipping_amount", "tt": "tax_amount",
    "cs": "checkout_step", "co": "checkout_options",
}  # fmt: skip
_PRODUCT = {
    "nm": "name", "pr": "price", "qt": "quantity", "br": "brand", "va": "variant", "ca": "category", "ps": "position", "cc": "coupon_code",
    "tpa": "total_product_amount", "cr": "creative",
}  # fmt: skip
_IDENTITIES = (
    "other", "customerid", "facebook", "twitter", "google", "microsoft", "yahoo", "email", "facebookcustomaudienceid", "other2", "other3", "other4",
)  # fmt: skip
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
    if named is not None and named.isdecimal() and isinstance(at(event, "dt"), int):
        named = None
    if kind == "commerce_event":
        for path in ("data.product_action.action", "data.promotion_action.action"):
            if (action := text_at(event, path)) is not None:
                return action
        code = at(event, "et")
        return (_ACTIONS.get(code) if isinstance(code, int) else None) or named or kind
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
    for path, name in (("data.promotion_action.promotions", "promotions"), ("data.product_impressions", "product_impressions")):
        if isinstance(at(event, path), list):
            hit.values.setdefault(name, at(event, path))
    order = at(event, "pd")
    for name, value in order.items() if isinstance(order, dict) else ():
        if name in _ORDER and value is not None:
            hit.values.setdefault(_ORDER[name], value)
    for path, name in (("pd.pl", "products"), ("pm.pl", "promotions")):
        listed = at(event, path)
        if isinstance(listed, list):
            hit.values.setdefault(
                name, [{_PRODUCT.get(key, key): value for key, value in each.items()} for each in listed if isinstance(each, dict)]
            )
    people = at(event, "ui")
    for each in people if isinstance(people, list) else ():
        place, person = at(each, "Type"), text_at(each, "Identity")
        if isinstance(place, int) and not isinstance(place, bool) and 0 <= place < len(_IDENTITIES) and person:
            hit.identifiers.setdefault(_IDENTITIES[place], person)
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
    key=("data.product_action.transaction_id", "pd.ti", "data.source_message_id", "data.event_id"),
    page=("data.page_url", "data.custom_attributes.url", "attrs.url"),
    time=("data.timestamp_unixtime_ms", "ct"),
    identifiers={"mpid": "mpid", "device_id": ("mp_deviceid", "das"), "session_id": ("data.session_uuid", "sid")},
    values=(),
    kind=_kind,
    derive=_derive,
)


def _key_in_path(path: str) -> str | None:
    """``/v3/JS/<key>/events``, ``/JS/v2/<key>/config``, ``/v2/<key>/events``; ``/v2/events`` has none."""
    steps = path.split("/")
    for before in ("identity", "JS", "js", "v2", "v1"):
        if before in steps[:-2]:
            found = steps[steps.index(before) + 1]
            if found not in ("v1", "v2", "identity"):
                return found or None
    return None


def _decode(request: CapturedRequest) -> list[Hit]:
    payload = read_body(request)
    batches = [
        Payload("json", b"", "", [(each, notes)])
        for document, notes in payload.documents
        if isinstance(document, list)
        for each in document
        if isinstance(at(each, "events"), list)
    ]
    hits = [hit for each in batches for hit in _READ.hits(each, [])] or _READ(request)
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


def _is_identity(request: CapturedRequest) -> bool:
    """Told under a CNAME by the identities that are known, beside the SDK that asks."""
    document = read_body(request).value
    return isinstance(at(document, "client_sdk"), dict) and any(
        isinstance(at(document, key), dict | list) for key in ("known_identities", "identity_changes")
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
        *(Endpoint(host=host, path="/v1/*", decode=_identity) for host in ("identity.mparticle.com", "identity.us1.mparticle.com", "identity.us2.mparticle.com", "identity.eu1.mparticle.com", "identity.au1.mparticle.com")),
        *(Endpoint(host="*", path=f"*/v1/*{step}", recognise=_is_identity, decode=_identity) for step in ("identify", "login", "logout", "modify")),
        *(Endpoint(host="*.mparticle.com", path=path, decode=LibraryReader("auxiliary", account=_config_key)) for path in ("/v1/JS/*/Forwarding", "/v2/JS/*/Forwarding", "/v1/identity/*")),
        Endpoint(host="nativesdks.mparticle.com", path="/v*/*/events"),
        Endpoint(host="nativesdks.mparticle.com", path="/v1/*/audience*", role="config", decode=LibraryReader("config")),
        Endpoint(host="config2.mparticle.com", path="/v4/*", role="config", decode=LibraryReader("config")),
        Endpoint(host="jssdkcdns.mparticle.com", path="/JS/*/config", role="config", decode=LibraryReader("config", account=_config_key)),
        *(Endpoint(host="jssdkcdns.mparticle.com", path=path, role="library", decode=LibraryReader(account=_config_key)) for path in ("/JS/*", "/js/*")),
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
            "title": "an order of version 2, with its products and who ordered",
            "request": {
                "url": "https://jssdks.mparticle.com/v2/JS/k1/events", "method": "POST",
                "body": {
                    "n": "eCommerce - Purchase", "et": 16, "dt": 16, "das": "d1", "mpid": "9", "ct": 1795318940000, "cu": "EUR", "ui": [{"Identity": "a@b.co", "Type": 7}, {"Identity": "u1", "Type": 1}],
                    "pd": {"an": 7, "ti": "T-1", "tr": 19.98, "pl": [{"id": "S1", "nm": "Shirt", "pr": 9.99, "qt": 2}]}, "con": {"gdpr": {"analytics": {"c": True, "ts": 1}}},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "k1", "key": "T-1", "consent": {"gdpr.analytics": True}, "identifiers": {"email": "a@b.co", "customerid": "u1"},
                    "values": {"transaction_id": "T-1", "total_amount": 19.98, "currency_code": "EUR", "products": [{"id": "S1", "name": "Shirt", "price": 9.99, "quantity": 2}]},
                }
            ],
        },
        {
            "title": "two batches of a backend, in Europe",
            "request": {
                "url": "https://s2s.eu1.mparticle.com/v2/bulkevents", "method": "POST", "headers": {"Authorization": "Basic d2tleTEyMzQ1OnM="},
                "body": [
                    {"user_identities": {"customer_id": "u1"}, "environment": "production", "events": [{"event_type": "custom_event", "data": {"event_name": "a"}}]},
                    {"user_identities": {"customer_id": "u2"}, "events": [{"event_type": "screen_view", "data": {"screen_name": "Home", "page_url": "https://shop.example/?utm_source=x"}}]},
                ],
            },
            "hits": [
                {"kind": "event", "event": "a", "account": "wkey12345", "identifiers": {"customer_id": "u1"}, "parameters": {"environment": "production"}},
                {"kind": "pageview", "event": "Home", "identifiers": {"customer_id": "u2"}, "page_url": "https://shop.example/?utm_source=x", "campaign": {"utm_source": "x"}},
            ],
        },
        {
            "title": "an identification under the site's own host",
            "request": {
                "url": "https://mp.shop.example/identity/v1/identify", "method": "POST", "headers": {"x-mp-key": "us1-abc"},
                "body": {"client_sdk": {"platform": "web", "sdk_vendor": "mparticle", "sdk_version": "2.68.0"}, "known_identities": {"device_application_stamp": "d1"}, "request_id": "r"},
            },
            "hits": [{"kind": "identify", "event": "identify", "account": "us1-abc", "identifiers": {"device_id": "d1"}}],
        },
        {"title": "the script, lower case", "request": {"url": "https://jssdkcdns.mparticle.com/js/v2/us1-abc/mparticle.js"}, "hits": [{"kind": "library", "account": "us1-abc"}]},
        {
            "title": "two visitors made one",
            "request": {"url": "https://jssdks.mparticle.com/v1/identity/us1-abc/Alias", "method": "POST", "body": {"request_type": "alias", "data": {}}},
            "hits": [{"kind": "auxiliary", "account": "us1-abc"}],
        },
        {"title": "the script", "request": {"url": "https://jssdkcdns.mparticle.com/JS/v2/us1-abc/mparticle.js"}, "hits": [{"kind": "library", "account": "us1-abc"}]},
        {"title": "a workspace's settings", "request": {"url": "https://jssdkcdns.mparticle.com/JS/v2/us1-abc/config?env=0"}, "hits": [{"kind": "config", "account": "us1-abc"}]},
        {
            "title": "a login",
            "request": {"url": "https://identity.mparticle.com/v1/login", "method": "POST", "headers": {"x-mp-key": "us1-abc"}, "body": {"known_identities": {"customerid": "u1"}}},
            "hits": [{"kind": "identify", "event": "login", "account": "us1-abc", "identifiers": {"customerid": "u1"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/v3/JS/us1-abc/events",
        "https://notmparticle.com/v3/JS/k/events",
        "https://docs.mparticle.com/developers/apis/http/",
        {"url": "https://shop.example/api/v1/login", "method": "POST", "body": {"email": "a@b.co", "known_identities": {}}},
        {"url": "https://shop.example/v1/JS/k/events", "method": "POST", "body": {"events": [{"event_type": "x", "data": {}}]}},
        "https://jssdks.mparticle.com.evil.example/v3/JS/k/events",
        "https://shop.example/?u=https%3A%2F%2Fjssdks.mparticle.com%2Fv3%2FJS%2Fk%2Fevents",
    ),
)  # fmt: skip
