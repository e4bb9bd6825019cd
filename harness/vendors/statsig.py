"""Statsig: logged events and exposures; initialisation and configuration are let through.

Documentation: https://docs.statsig.com/client/javascript-sdk (SDK), https://docs.statsig.com/http-api (``log_event``, ``initialize``),
https://docs.statsig.com/infrastructure/statsig_domains (hosts).

The SDK may send its body as base64 written backwards (``se=1``) or compressed (``gz=1``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.capture.captured import Body
from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, USER, METADATA, TECHNICAL = "General", "User", "Metadata", "Technical"
_QUERY = QueryTable(
    {
        "k": Row("sdk_key", "SDK key", GENERAL), "st": Row(None, "SDK", TECHNICAL), "sv": Row(None, "SDK version", TECHNICAL), "t": Row(None, "Time", TECHNICAL),
        "sid": Row("session_id", "Session ID", USER), "ec": Row(None, "Events", TECHNICAL), "se": Row(None, "Encoded", TECHNICAL), "gz": Row(None, "Compressed", TECHNICAL),
    }
)  # fmt: skip
_AUTOMATIC = {
    "auto_capture::page_view": "pageview",
    "auto_capture::page_view_end": "auxiliary",
    "auto_capture::performance": "auxiliary",
    "auto_capture::web_vitals": "auxiliary",
}


def _kind(name: str | None, event: Any) -> str:
    if not name or name.startswith("statsig::"):
        return "event" if name and "exposure" in name else "auxiliary"
    return _AUTOMATIC.get(name, "pageview" if name in ("page_view", "pageview") else "event")


_READ = JsonReader(
    PathTable(
        {
            "eventName": Row(None, "Event", GENERAL), "value": Row("value", "Value", GENERAL), "time": Row(None, "Time", TECHNICAL), "user.userID": Row(None, "User ID", USER),
        },
        (Prefix("metadata.", field=None, label="{}", group=METADATA), Prefix("user.", field=None, label="{}", group=USER), Prefix("statsigMetadata.", field=None, group=TECHNICAL)),
    ),
    events="events", shared=PathTable({"statsigMetadata.sdkType": Row(None, "SDK", TECHNICAL), "statsigMetadata.stableID": Row(None, "Stable ID", USER)}),
    event="eventName", time="time", page=("metadata.page_url", "statsigMetadata.currentPage", "metadata.url"), kind=_kind, values=("metadata",), query=_QUERY,
    identifiers={"user_id": "user.userID", "stable_id": ("user.customIDs.stableID", "statsigMetadata.stableID"), "session_id": "statsigMetadata.sessionID", "email": "user.email"},
)  # fmt: skip


def _decode(request: CapturedRequest) -> list[Hit]:
    query = f"&{split_url(request.url).query}&"
    opened = request
    data = request.body.data
    if "&se=1&" in query and data[:1] not in (b"{", b"["):
        opened = replace(request, body=Body.of(data[::-1]))
    hits = _READ(opened)
    if opened is not request and any(hit.kind == "undecoded" for hit in hits):
        hits = _READ(request)
    key = request.header("statsig-api-key")
    for hit in hits:
        found = hit.values.get("sdk_key") or key
        hit.account = str(found) if found else None
    return hits


_HOSTS = (
    "prodregistryv2.org",
    "statsigapi.net",
    "events.statsigapi.net",
    "api.statsig.com",
    "api.statsigcdn.com",
    "featureassets.org",
    "featuregates.org",
    "assetsconfigcdn.org",
    "beyondwickedmapping.org",
)


def _is_statsig(request: CapturedRequest) -> bool:
    """Events through the site's own host: a client's key, the SDK and its version in the query."""
    query = f"&{split_url(request.url).query}"
    return request.method == "POST" and "&k=client-" in query and "&st=" in query and "&sv=" in query


_SETTINGS = LibraryReader("config", account="k")


def _config(request: CapturedRequest) -> list[Hit]:
    hits = _SETTINGS(request)
    for hit in hits:
        hit.account = hit.account or request.header("statsig-api-key")
    return hits


VENDOR = Vendor(
    id="statsig",
    name="Statsig",
    category="experiment",
    docs=("https://docs.statsig.com/client/javascript-sdk", "https://docs.statsig.com/http-api"),
    endpoints=(
        *(Endpoint(host=host, path=f"/v1/{call}") for host in _HOSTS for call in ("rgstr", "rgstr_e", "log_event", "log_event_beacon")),
        *(Endpoint(host="*", path=f"*/{call}", recognise=_is_statsig) for call in ("rgstr", "log_event", "log_event_beacon")),
        Endpoint(host="*", keys=("ec", "sid", "sv"), recognise=_is_statsig),
        Endpoint(host="*", path="*/initialize", role="config", recognise=_is_statsig, decode=_config),
        *(Endpoint(host=host, path=f"/v1/{call}", decode=LibraryReader("auxiliary", account="k")) for host in _HOSTS for call in ("sdk_exception", "log_exposure")),
        *(Endpoint(host=host, path=path, role="config", decode=_config) for host in _HOSTS for path in ("/v1/initialize", "/v1/download_config_specs", "/v1/download_config_specs/*", "/v1/get_id_lists", "/v1/get_config", "/v1/check_gate")),
    ),
    decode=_decode,
    automatic_events=frozenset({"statsig::gate_exposure", "statsig::config_exposure", "statsig::layer_exposure", "statsig::diagnostics", *_AUTOMATIC, "auto_capture::session_start", "auto_capture::click"}),
    automatic_parameters=frozenset({"sdk_key", "session_id"}),
    examples=(
        {
            "title": "an event and an exposure",
            "request": {
                "url": "https://prodregistryv2.org/v1/rgstr?k=client-1&st=javascript-client&sv=3.33.5&t=1795318940362&sid=s1&ec=2", "method": "POST",
                "body": {
                    "events": [
                        {"eventName": "purchase", "user": {"userID": "u1"}, "value": 19.98, "metadata": {"sku": "S1"}, "time": 1795318940362},
                        {"eventName": "statsig::gate_exposure", "user": {"userID": "u1"}, "metadata": {"gate": "g1", "gateValue": "true"}},
                    ],
                    "statsigMetadata": {"sdkType": "javascript-client", "stableID": "st1", "sessionID": "s1"},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "client-1", "event_time": 1795318940.362, "values": {"value": 19.98, "sku": "S1"},
                    "identifiers": {"user_id": "u1", "stable_id": "st1", "session_id": "s1"},
                },
                {"kind": "event", "event": "statsig::gate_exposure", "values": {"gate": "g1"}},
            ],
        },
        {
            "title": "an event through the site's own host",
            "request": {
                "url": "https://shop.example/metrics/v1/rgstr?k=client-1&st=javascript-client&sv=3.33.5&t=1795318940362&sid=s1&ec=1", "method": "POST",
                "body": {"events": [{"eventName": "purchase", "user": {"userID": "u1"}, "value": 19.98, "time": 1795318940362}], "statsigMetadata": {"sdkType": "javascript-client"}},
            },
            "hits": [{"kind": "event", "event": "purchase", "account": "client-1", "values": {"value": 19.98}, "identifiers": {"user_id": "u1"}}],
        },
        {
            "title": "base64 written backwards",
            "request": {"url": "https://prodregistryv2.org/v1/rgstr?k=client-1&se=1&ec=1", "method": "POST", "body": "==Qfd1nIlNXYoNmc1BnI6ISZtFmT05WZ2VmI7tlOiMHduVmdlJye"},
            "hits": [{"kind": "event", "event": "purchase", "account": "client-1"}],
        },
        {
            "title": "initialisation",
            "request": {"url": "https://featureassets.org/v1/initialize?k=client-1&st=javascript-client", "method": "POST", "body": {"user": {"userID": "u1"}}},
            "hits": [{"kind": "config", "account": "client-1"}],
        },
        {
            "title": "an event of the older SDK, and a diagnostic",
            "request": {
                "url": "https://events.statsigapi.net/v1/log_event", "method": "POST", "headers": {"STATSIG-API-KEY": "client-1"},
                "body": {"events": [{"eventName": "signup", "value": "pro", "time": 1795318940362, "user": {"userID": "u1"}}, {"eventName": "statsig::diagnostics", "metadata": {"context": "initialize"}}]},
            },
            "hits": [{"kind": "event", "event": "signup", "account": "client-1", "values": {"value": "pro"}}, {"kind": "auxiliary", "event": "statsig::diagnostics"}],
        },
        {
            "title": "events to an address of the site's own choice",
            "request": {
                "url": "https://ff.shop.example/collect/x?k=client-key2&st=javascript-client&sv=3.33.5&t=1795604076450&sid=7fd5&ec=1", "method": "POST", "headers": {"statsig-event-count": "1", "statsig-sdk-type": "javascript-client"},
                "body": {"events": [{"eventName": "purchase", "user": {"userID": "U1"}, "value": 9.5, "metadata": {"order": "T1"}, "time": 1795604076450}], "statsigMetadata": {"sdkType": "javascript-client", "sdkVersion": "3.33.5", "stableID": "s1"}},
            },
            "hits": [{"kind": "event", "event": "purchase", "account": "client-key2", "values": {"value": 9.5, "order": "T1"}, "identifiers": {"user_id": "U1"}}],
        },
        {
            "title": "the settings through the site's own host",
            "request": {"url": "https://ff.shop.example/v1/initialize?k=client-key1&st=javascript-client&sv=3.33.5&t=1795604076425&sid=aaf8&se=1", "method": "POST", "body": "==Qf9xGb15mOiwmcVt2YhJGbsFm"},
            "hits": [{"kind": "config", "account": "client-key1"}],
        },
        {
            "title": "the settings of the older SDK",
            "request": {"url": "https://featuregates.org/v1/initialize", "method": "POST", "headers": {"content-type": "application/json; charset=UTF-8", "statsig-api-key": "client-key1", "statsig-encoded": "1", "statsig-sdk-type": "js-client"}, "body": "==QfiIjYqRmI6ICazFGaiwSZzxWYmpjI"},
            "hits": [{"kind": "config", "account": "client-key1"}],
        },
    ),
    lookalikes=(
        "https://shop.example/collect?ec=1&sid=2&sv=3",
        "https://shop.example/api/initialize?k=client-1",
        "https://console.statsig.com/login",
        "https://docs.statsig.com/http-api",
        "https://shop.example/?u=https%3A%2F%2Fprodregistryv2.org%2Fv1%2Frgstr",
        "https://shop.example/v1/rgstr?k=client-1",
        "https://notprodregistryv2.org/v1/rgstr",
        "https://statsigapi.net.evil.example/v1/log_event",
    ),
)  # fmt: skip
