"""Appcues: events, profiles and its script.

Documentation: https://docs.appcues.com/dev-installing-appcues/installation-developer (SDK), https://api.appcues.com/v2/docs (public API),
https://docs.appcues.com/dev-installing-appcues/content-security-policies (hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PROPERTIES, USER, TECHNICAL = "General", "Properties", "User", "Technical"
_TABLE = PathTable(
    {
        "name": Row(None, "Event", GENERAL),
        "timestamp": Row(None, "Time", TECHNICAL),
        "request_id": Row(None, "Request ID", TECHNICAL),
        "context.url": Row(None, "Page address", GENERAL),
    },
    (
        Prefix("attributes.", field=None, label="{}", group=PROPERTIES),
        Prefix("profile_update.", field=None, label="{}", group=USER),
        Prefix("context.", field=None, group=TECHNICAL),
    ),
)


def _kind(name: str | None, event: Any) -> str:
    return (
        "auxiliary"
        if not name or (name.startswith("appcues:") and name != "appcues:page_view")
        else "pageview"
        if name == "appcues:page_view"
        else "event"
    )


_READ = JsonReader(
    _TABLE, events="events", shared=_TABLE, event="name", page="context.url", time="timestamp", values=("attributes",), kind=_kind
)
_PROFILE = JsonReader(
    _TABLE, event=lambda event, document: "profile_update", values=("profile_update",), kind=lambda name, event: "identify"
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """``/v1/accounts/<account>/users/<user>/activity``."""
    hits = _READ(request)
    if all(hit.event is None and hit.kind == "auxiliary" for hit in hits) and any(
        each.name.startswith("profile_update") for hit in hits for each in hit.parameters
    ):
        hits = _PROFILE(request)
    steps = split_url(request.url).path.strip("/").split("/")
    for hit in hits:
        if "accounts" in steps[:-1]:
            hit.account = steps[steps.index("accounts") + 1] or None
        if "users" in steps[:-1]:
            hit.identifiers.setdefault("user_id", steps[steps.index("users") + 1])
    return hits


def _account(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.strip("/").split("/")
    alone = steps[-1].removesuffix(".js") if len(steps) == 1 else ""
    if len(steps) == 1:
        return alone if alone.isdecimal() or ("-" in alone and "." not in alone) else None
    return steps[steps.index("accounts") + 1] if "accounts" in steps[:-1] else None


def _is_socket(request: CapturedRequest) -> bool:
    return request.url[:3].lower() in ("wss", "ws:")


VENDOR = Vendor(
    id="appcues",
    name="Appcues",
    category="marketing",
    docs=("https://docs.appcues.com/dev-installing-appcues/installation-developer", "https://api.appcues.com/v2/docs"),
    endpoints=(
        *(Endpoint(host=host, path="/v1/accounts/*/activity") for host in ("api.appcues.net", "api.eu.appcues.net", "*.appcues.net")),
        *(Endpoint(host=host, path="/v1/accounts/*", role="config", decode=LibraryReader("config", account=_account)) for host in ("api.appcues.net", "api.eu.appcues.net")),
        Endpoint(host="*.appcues.net", path="/*", socket=True, recognise=_is_socket, decode=LibraryReader("auxiliary", account=_account)),
        *(Endpoint(host=host, role="library", decode=LibraryReader(account=_account)) for host in ("fast.appcues.com", "fast.eu.appcues.com")),
    ),
    decode=_decode,
    automatic_events=frozenset({"appcues:page_view"}),
    examples=(
        {
            "title": "events",
            "request": {
                "url": "https://api.appcues.net/v1/accounts/123/users/u1/activity", "method": "POST",
                "body": {"request_id": "r1", "events": [{"name": "appcues:page_view", "context": {"url": "https://shop.example/"}}, {"name": "Ordered", "attributes": {"total": 19.98}}]},
            },
            "hits": [
                {"kind": "pageview", "event": "appcues:page_view", "account": "123", "page_url": "https://shop.example/", "identifiers": {"user_id": "u1"}},
                {"kind": "event", "event": "Ordered", "account": "123", "values": {"total": 19.98}},
            ],
        },
        {
            "title": "a profile",
            "request": {"url": "https://api.appcues.net/v1/accounts/123/users/u1/activity", "method": "POST", "body": {"profile_update": {"plan": "gold"}}},
            "hits": [{"kind": "identify", "event": "profile_update", "account": "123", "values": {"plan": "gold"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://fast.appcues.com/123.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "123"}],
        },
        {
            "title": "an event with the profile as it changed, in Europe",
            "request": {
                "url": "https://api.eu.appcues.net/v1/accounts/123/users/u1/activity", "method": "POST",
                "body": {
                    "request_id": "r2", "profile_update": {"plan": "gold", "_sessionPageviews": 2}, "group_id": None,
                    "events": [{"name": "Upgraded", "attributes": {"seats": 5}, "context": {"url": "https://app.example/billing", "locale_id": "default"}, "timestamp": 1795318940}, {"name": "appcues:step_interacted"}],
                },
            },
            "hits": [
                {"kind": "event", "event": "Upgraded", "account": "123", "values": {"seats": 5}, "event_time": 1795318940.0, "page_url": "https://app.example/billing"},
                {"kind": "auxiliary", "event": "appcues:step_interacted"},
            ],
        },
        {
            "title": "what a user is to be shown",
            "request": "https://api.appcues.net/v1/accounts/104214/users/33810/content/36a84b09-62f9-4afe-b0f3-111f9552fb06",
            "hits": [{"kind": "config", "account": "104214"}],
        },
        {
            "title": "what the script loads besides",
            "request": "https://fast.appcues.com/generic/main/4.53.1/appcues.main.a34de36c.js",
            "hits": [{"kind": "library", "account": None}],
        },
        {
            "title": "the socket that older scripts keep open, its messages apart",
            "request": {"url": "wss://api.appcues.net/v1/socket/websocket?vsn=2.0.0", "resource_type": "websocket"},
            "hits": [{"kind": "auxiliary"}],
        },
    ),
    lookalikes=(
        "https://api.appcues.net/healthz",
"https://studio.appcues.com/login", "https://docs.appcues.com/dev-installing-appcues", "https://api.appcues.com/v2/accounts/1/segments", "https://shop.example/?u=https%3A%2F%2Ffast.appcues.com%2F123.js", "https://shop.example/v1/accounts/123/users/u1/activity", "https://fast.notappcues.com/123.js", "https://api.appcues.net.evil.example/v1/accounts/1/users/2/activity"),
)  # fmt: skip
