"""PostHog: events alone or in a batch, gzipped, base64 or plain, to PostHog's cloud or through a proxy.

Wire format: https://posthog.com/docs/api/capture (events, batch), https://posthog.com/docs/libraries/js (the script),
https://posthog.com/docs/advanced/proxy (proxies), https://posthog.com/docs/api/flags (feature flags),
https://posthog.com/docs/data/events (events and properties the script adds).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.campaign import CLICK_IDS
from harness.decode.document import PathTable, text_at
from harness.decode.payload import Payload, open_text, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit, Parameter

GENERAL, PROPERTIES, DEFAULT, USER, TECHNICAL = "General", "Properties", "Default properties", "Person", "Technical"
_TABLE = PathTable(
    {
        "event": Row(None, "Event", GENERAL),
        "api_key": Row(None, "Project key", GENERAL),
        "properties.token": Row(None, "Project key", GENERAL),
        "uuid": Row(None, "Event ID", TECHNICAL),
        "timestamp": Row(None, "Time", TECHNICAL),
        "offset": Row(None, "Delay (ms)", TECHNICAL),
        "distinct_id": Row(None, "Distinct ID", USER),
        "properties.distinct_id": Row(None, "Distinct ID", USER),
        "properties.$device_id": Row(None, "Device ID", USER),
        "properties.$user_id": Row(None, "User ID", USER),
        "properties.$session_id": Row(None, "Session ID", USER),
        "properties.$anon_distinct_id": Row(None, "Anonymous ID", USER),
        "properties.$current_url": Row(None, "Page address", DEFAULT),
        "properties.$referrer": Row(None, "Referrer", DEFAULT),
        "properties.title": Row(None, "Page title", DEFAULT),
    },
    (
        Prefix("properties.$sdk_debug", field=None, group=TECHNICAL),
        Prefix("properties.$", field=None, label="{}", group=DEFAULT),
        Prefix("properties.", field=None, label="{}", group=PROPERTIES),
        Prefix("$set", field=None, label="{}", group=USER),
    ),
)
_QUERY = QueryTable(
    {
        "compression": Row(None, "Compression", TECHNICAL),
        "ip": Row(None, "Use the IP address", TECHNICAL),
        "_": Row(None, "Sent", TECHNICAL),
        "ver": Row(None, "Script version", TECHNICAL),
        "retry_count": Row(None, "Retries", TECHNICAL),
        "beacon": Row(None, "Sent as a beacon", TECHNICAL),
        "v": Row(None, "Version", TECHNICAL),
    }
)
_IDENTIFIES = frozenset(("$identify", "$create_alias", "$groupidentify", "$set", "$unset", "$merge_dangerously"))
_ASIDE = frozenset(("$snapshot", "$$heatmap", "$performance_event", "$$client_ingestion_warning", "$web_vitals", "$snapshot_items"))
_DROPPED = ("token", "distinct_id", "$time", "$insert_id")


def _kind(name: str | None, event: Any) -> str:
    if name in ("$pageview", "$screen"):
        return "pageview"
    return "identify" if name in _IDENTIFIES else "auxiliary" if name is None or name in _ASIDE else "event"


def _derive(hit: Hit, event: Any, document: Any) -> None:
    for name in _DROPPED:
        hit.values.pop(name, None)
    properties = event.get("properties") if isinstance(event, dict) else None
    if not isinstance(properties, dict):
        return
    for name, value in properties.items():
        if isinstance(value, str) and value and (name[:4] == "utm_" or name in CLICK_IDS):
            hit.campaign.setdefault(name, value)
    changed = properties.get("$set") or event.get("$set")
    if hit.kind == "identify" and isinstance(changed, dict):
        for name, value in changed.items():
            hit.values.setdefault(name, value)


_READ = JsonReader(
    _TABLE,
    events=lambda document: (
        next((document[key] for key in ("batch", "data") if isinstance(document.get(key), list)), None)
        if isinstance(document, dict)
        else None
    ),
    event="event",
    account=("api_key", "properties.token", "token", "properties.api_key"),
    key=("uuid", "properties.$insert_id"),
    page="properties.$current_url",
    time=("timestamp", "properties.$time", "properties.time"),
    identifiers={
        "distinct_id": ("distinct_id", "properties.distinct_id", "$distinct_id"),
        "device_id": "properties.$device_id",
        "user_id": "properties.$user_id",
        "session_id": "properties.$session_id",
        "anonymous_id": "properties.$anon_distinct_id",
    },
    values=("properties",),
    kind=_kind,
    derive=_derive,
    query=_QUERY,
)
_AROUND = PathTable({"api_key": Row(None, "Project key", GENERAL), "sent_at": Row(None, "Sent", TECHNICAL)})


def _opened(request: CapturedRequest) -> tuple[list[Parameter], Payload]:
    """The query's (and a form's) parameters, and the events: the body, or what ``data`` carries."""
    shared = _QUERY.read(split_url(request.url).query)
    payload = read_body(request)
    if payload.shape in ("form", "multipart"):
        shared = [*shared, *payload.form(_QUERY)]
        payload = Payload()
    if not payload.documents:
        carried = next((str(each.value) for each in shared if each.name == "data" and each.value), None)
        if carried is not None:
            opened = open_text(carried)
            if opened.documents:
                return shared, opened
    return shared, payload


def _decode(request: CapturedRequest) -> list[Hit]:
    shared, payload = _opened(request)
    if not payload.documents:
        return [_READ.unread(request, read_body(request), shared)]
    hits: list[Hit] = []
    for document, notes in payload.documents:
        around = shared
        if isinstance(document, dict):
            for key in ("batch", "data"):
                if isinstance(document.get(key), list):
                    around = [*shared, *_AROUND.read(document, notes, without=frozenset((key,)))]
                    if not document[key]:
                        around += _AROUND.read({key: document[key]}, notes)
                    break
        one = Payload(payload.shape, payload.data, payload.text, [(document, notes)])
        hits += _READ.hits(one, around)
    return hits


def _aside(request: CapturedRequest) -> list[Hit]:
    hits = _decode(request)
    for hit in hits:
        hit.kind, hit.event = "auxiliary", hit.event or "$snapshot"
    return hits


def _flags(request: CapturedRequest) -> list[Hit]:
    hits = _decode(request)
    for hit in hits:
        hit.kind, hit.event = "config", None
    return hits


def _token_in_path(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    return steps[2] if len(steps) > 2 and steps[1] == "array" else str(wire.get("token") or "") or None


def _is_posthog(request: CapturedRequest) -> bool:
    """Told by an event with properties, and a project key (``phc_…``, or beside PostHog's own properties)."""
    document = _opened(request)[1].value
    key = text_at(document, "api_key") or text_at(document, "token")
    if isinstance(document, dict):
        batch = document.get("batch")
        document = batch[0] if isinstance(batch, list) and batch else document
    elif isinstance(document, list):
        document = document[0] if document else None
    if not isinstance(document, dict) or not isinstance(document.get("event"), str):
        return False
    properties = document.get("properties")
    if not isinstance(properties, dict):
        return False
    key = key or text_at(document, "api_key") or text_at(properties, "token")
    return key is not None and (
        key[:4] == "phc_" or ("$lib" in properties and "mp_lib" not in properties and "$mp_api_endpoint" not in properties)
    )


def _is_flags(request: CapturedRequest) -> bool:
    """Told by a project key ``phc_…`` beside a distinct ID."""
    document = _opened(request)[1].value
    key = text_at(document, "token") or text_at(document, "api_key") or ""
    return key[:4] == "phc_" and text_at(document, "distinct_id") is not None


def _is_config(request: CapturedRequest) -> bool:
    return split_url(request.url).path.rpartition("/array/")[2][:4] == "phc_"


def _answer(request: CapturedRequest) -> Answer | None:
    """``{"status":"Ok"}`` to events, or they are sent again; no flags; a configuration without recording, surveys or compression."""
    path = split_url(request.url).path.rstrip("/")
    kind = (("Content-Type", "application/json"),)
    if path.endswith(("/decide", "/flags")):
        return Answer(
            200,
            kind,
            b'{"featureFlags":{},"featureFlagPayloads":{},"flags":{},"errorsWhileComputingFlags":false,"sessionRecording":false,"supportedCompression":[]}',
        )
    if path.endswith("/config"):
        return Answer(
            200,
            kind,
            b'{"supportedCompression":[],"hasFeatureFlags":false,"sessionRecording":false,"surveys":false,"heatmaps":false,"siteApps":[]}',
        )
    if path.endswith(".js"):
        return Answer(200, (("Content-Type", "text/javascript; charset=utf-8"),))
    return Answer(200, kind, b'{"status":"Ok"}') if request.method == "POST" and request.resource_type != "ping" else None


_HOSTS = ("us.i.posthog.com", "eu.i.posthog.com", "app.posthog.com", "us.posthog.com", "eu.posthog.com", "e.posthog.com", "*.i.posthog.com")
_COLLECT = ("e", "capture", "batch", "track", "engage", "i/v0/e", "i/v1/analytics/events")
_ASSETS = (
    "us-assets.i.posthog.com",
    "eu-assets.i.posthog.com",
    "app-static.posthog.com",
    "app-static-prod.posthog.com",
    "*.i.posthog.com",
    *_HOSTS[:6],
)

VENDOR = Vendor(
    id="posthog",
    name="PostHog",
    category="analytics",
    docs=("https://posthog.com/docs/api/capture", "https://posthog.com/docs/libraries/js", "https://posthog.com/docs/data/events"),
    endpoints=(
        *(Endpoint(host=host, path=f"/{step}{slash}") for host in _HOSTS for step in _COLLECT for slash in ("", "/")),
        *(Endpoint(host=host, path=f"/{step}{slash}", decode=_aside) for host in _HOSTS for step in ("s", "r") for slash in ("", "/")),
        *(
            Endpoint(host=host, path=f"/i/v1/{step}{slash}", decode=LibraryReader("auxiliary", account="token"))
            for host in _HOSTS
            for step in ("logs", "metrics")
            for slash in ("", "/")
        ),
        *(
            Endpoint(host=host, path=f"/{step}{slash}", role="config", decode=_flags)
            for host in _HOSTS
            for step in ("decide", "flags")
            for slash in ("", "/")
        ),
        *(
            Endpoint(host=host, path=path, role="config", decode=LibraryReader("config", account=_token_in_path))
            for host in dict.fromkeys(_ASSETS)
            for path in ("/array/*/config", "/array/*/config.js", "/api/surveys/", "/api/web_experiments/", "/api/early_access_features/", "/api/product_tours/")
        ),
        *(
            Endpoint(host=host, path=path, role="library", decode=LibraryReader(account=_token_in_path))
            for host in dict.fromkeys(_ASSETS)
            for path in ("/static/*", "/array/*/array.js")
        ),
        *(Endpoint(host="*", path=f"*/{step}{slash}", recognise=_is_posthog) for step in ("e", "capture", "batch", "events") for slash in ("", "/")),
        *(Endpoint(host="*", path=f"*/s{slash}", recognise=_is_posthog, decode=_aside) for slash in ("", "/")),
        *(
            Endpoint(host="*", path=f"*/{step}{slash}", role="config", recognise=_is_flags, decode=_flags)
            for step in ("decide", "flags")
            for slash in ("", "/")
        ),
        *(
            Endpoint(host="*", path=f"*/array/*/{name}", role="config", recognise=_is_config, decode=LibraryReader("config", account=_token_in_path))
            for name in ("config", "config.js")
        ),
    ),
    decode=_decode,
    answer=_answer,
    automatic_events=frozenset(
        {
            "$autocapture", "$pageleave", "$rageclick", "$dead_click", "$feature_flag_called", "$exception", "$opt_in", "$web_vitals", "$identify", "$set",
            "$groupidentify", "$copy_autocapture", "survey shown", "survey dismissed",
        }
    ),
    automatic_parameters=frozenset({"$*", "title", "utm_*", "gclid", "fbclid", "msclkid"}),
    cookieless=True,
    examples=(
        {
            "title": "a batch through a proxy, gzipped",
            "request": {
                "url": "https://ph.shop.example/e/?compression=gzip-js", "method": "POST",
                "body_base64": "H4sIAAAAAAACA32QzWrEMAyE30Xk2CTrtNnsGkofontqKcFxRG3yZ2w5uyXsu1dJL4GWHjUzaD5pAeVs3eEXSHBG1zd4gEaRNiDfF4jRtmzEVLCMM47EU+LUJ84Wr6w5Pzn0ZDGAXCDR"
                "0XsO1dH3HDRELsg8D2ZyGd7U4HrMXyINdZii1/i8lrU2kB011VtTuxbR1OG440l62/B4xQbu7NoBA/EylopDcUyFSIvicniU5UmWZVZVxzfO7eCLHbzjYqMC/mKffIv+B+KynTurPiJI"
                "cc7Opy3cRk1he0voIsdeBdw//qdd/bA+RNGftFUmnlbab+5zbTCGAQAA",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "$pageview", "account": "phc_x", "key": "u-1", "event_time": 1795319935.776,
                    "identifiers": {"distinct_id": "d1"}, "campaign": {"utm_source": "x"}, "parameters": {"sent_at": "2026-11-22T03:58:57.146Z"},
                },
                {
                    "kind": "event", "event": "purchase", "account": "phc_x", "key": "u-2",
                    "values": {"order_id": "T-1", "value": 19.98, "products": [{"sku": "S1"}]},
                },
            ],
        },
        {
            "title": "an event from a server",
            "request": {
                "url": "https://eu.i.posthog.com/i/v0/e/", "method": "POST",
                "body": {"api_key": "phc_x", "event": "signed_up", "distinct_id": "u1", "properties": {"plan": "gold"}},
            },
            "hits": [
                {"kind": "event", "event": "signed_up", "account": "phc_x", "identifiers": {"distinct_id": "u1"}, "values": {"plan": "gold"}}
            ],
        },
        {
            "title": "an identification, base64 in a form",
            "request": {
                "url": "https://us.i.posthog.com/e/?ip=1&_=1795319935", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "data=eyJldmVudCI6IiRpZGVudGlmeSIsInByb3BlcnRpZXMiOnsidG9rZW4iOiJwaGNfeCIsImRpc3RpbmN0X2lkIjoidTEiLCIkYW5vbl9kaXN0aW5jdF9pZCI6"
                "ImExIiwiJGxpYiI6IndlYiJ9LCIkc2V0Ijp7InBsYW4iOiJnb2xkIn0sInV1aWQiOiJ1LTMifQ%3D%3D",
            },
            "hits": [
                {
                    "kind": "identify", "event": "$identify", "account": "phc_x", "key": "u-3", "values": {"plan": "gold"},
                    "identifiers": {"distinct_id": "u1", "anonymous_id": "a1"},
                }
            ],
        },
        {
            "title": "feature flags asked for",
            "request": {"url": "https://us.i.posthog.com/flags/?v=2", "method": "POST", "body": {"token": "phc_x", "distinct_id": "d1", "groups": {}}},
            "hits": [{"kind": "config", "account": "phc_x"}],
        },
    ),
    lookalikes=(
        "https://shop.example/e/",
        {"url": "https://shop.example/batch/", "method": "POST", "body": {"batch": [{"type": "track", "event": "x", "properties": {"a": 1}}]}},
        {"url": "https://shop.example/capture/", "method": "POST", "body": {"event": "x", "properties": {"token": "t", "mp_lib": "web"}}},
        "https://notposthog.com/e/",
        "https://us.i.posthog.com.evil.example/e/",
        "https://shop.example/?u=https%3A%2F%2Fus.i.posthog.com%2Fe%2F",
    ),
)  # fmt: skip
