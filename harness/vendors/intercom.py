"""Intercom: the Messenger's pings and events, and events sent by a backend.

Documentation: https://developers.intercom.com/installing-intercom/web/methods (Messenger), https://developers.intercom.com/docs/references/rest-api/api.intercom.io/data-events
(events API), https://www.intercom.com/help/en/articles/3894 (hosts of every region).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader, identifier_texts
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, TECHNICAL = "General", "Page", "User", "Technical"
_WHO = ("email", "user_id", "anonymous_id", "visitor_user_id", "id", "phone")
_READ = QueryReader(
    {
        "app_id": Row("app_id", "Workspace ID", GENERAL),
        "event_name": Row("event_name", "Event", GENERAL),
        "metadata": Row("metadata", "Metadata", GENERAL, "json"),
        "created_at": Row("created_at", "Time", TECHNICAL, "number"),
        "user_data": Row("user_data", "User data", USER, "json"),
        "user_id": Row("user_id", "User ID", USER),
        "email": Row("email", "E-mail", USER),
        "id": Row("id", "Contact ID", USER),
        "anonymous_session": Row("anonymous_session", "Anonymous session", USER),
        "device_identifier": Row("device_identifier", "Device ID", USER),
        "referer": Row("referer", "Page address", PAGE),
        "page_title": Row("page_title", "Page title", PAGE),
        "r": Row("referrer", "Referrer", PAGE),
        "s": Row("session", "Session ID", USER),
        "source": Row(None, "Asked by", TECHNICAL),
        "platform": Row(None, "Platform", TECHNICAL),
        "internal": Row(None, "Internal", TECHNICAL),
        "sampling": Row(None, "Sampling", TECHNICAL),
        "user_active_company_id": Row("user_active_company_id", "Company ID", USER),
        "metrics": Row(None, "Metrics", TECHNICAL),
        "op_metrics": Row(None, "Metrics of the script", TECHNICAL),
        "logs": Row(None, "Logs", TECHNICAL),
        "g": Row(None, "Version", TECHNICAL),
        "v": Row(None, "Version", TECHNICAL),
        "Idempotency-Key": Row(None, "Request ID", TECHNICAL),
    },
    event="event_name",
    account="app_id",
    page="referer",
    identifiers=(*_WHO, "anonymous_session", "device_identifier"),
    time="created_at",
    lifted=("metadata",),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """A ping says who is there (``user_data``); ``events`` carries one event; the rest serves the Messenger itself."""
    hits = _READ(request)
    call = split_url(request.url).path.rstrip("/").rpartition("/")[2]
    for hit in hits:
        user = hit.values.get("user_data")
        if isinstance(user, dict):
            hit.identifiers = {**hit.identifiers, **identifier_texts(user, _WHO)}
        if hit.event is None and call == "ping":
            hit.event = "ping"
            known = isinstance(user, dict) and (user.get("email") or user.get("user_id"))
            hit.kind = "identify" if known else "auxiliary"
    return hits


def _app(path: str, wire: Mapping[str, object]) -> str | None:
    steps = path.strip("/").split("/")
    return steps[1] if len(steps) > 1 and steps[0] == "widget" else str(wire["app_id"]) if wire.get("app_id") else None


_REGIONS = ("api-iam.intercom.io", "api-iam.eu.intercom.io", "api-iam.au.intercom.io", "api-ping.intercom.io")
_CONFIG = LibraryReader("config", account=_app)

VENDOR = Vendor(
    id="intercom",
    name="Intercom",
    category="marketing",
    docs=(
        "https://developers.intercom.com/installing-intercom/web/methods",
        "https://developers.intercom.com/docs/references/rest-api/api.intercom.io/data-events",
    ),
    endpoints=(
        *(Endpoint(host=host, path=f"/messenger/web/{call}") for host in _REGIONS for call in ("ping", "events", "metrics", "open", "page_view_events")),
        *(Endpoint(host=host, path="/messenger/web/launcher_settings", role="config", decode=_CONFIG) for host in _REGIONS),
        *(Endpoint(host=host, path="/messenger/web/*", role="config", decode=_CONFIG) for host in _REGIONS),
        *(Endpoint(host=host, path="/events") for host in ("api.intercom.io", "api.eu.intercom.io", "api.au.intercom.io")),
        *(
            Endpoint(host=f"nexus-{kind}.{region}intercom.io", path="/*", socket="websocket" in kind, decode=LibraryReader("auxiliary"))
            for kind in ("websocket-a", "websocket-b", "long-poller-a", "long-poller-b", "europe-websocket", "australia-websocket")
            for region in ("", "eu.", "au.")
        ),
        Endpoint(host="*.intercom-messenger.com", decode=LibraryReader("auxiliary")),
        Endpoint(host="widget.intercom.io", role="library", decode=LibraryReader(account=_app)),
        Endpoint(host="js.intercomcdn.com", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_events=frozenset({"ping"}),
    automatic_parameters=frozenset({"app_id", "referer", "page_title", "referrer", "anonymous_session", "device_identifier"}),
    examples=(
        {
            "title": "a ping of an identified visitor",
            "request": {
                "url": "https://api-iam.intercom.io/messenger/web/ping", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "app_id=ab12cd&v=3&referer=https%3A%2F%2Fshop.example%2F&page_title=Shop&user_data=%7B%22email%22%3A%22a%40b.co%22%2C%22user_id%22%3A%22u1%22%7D",
            },
            "hits": [
                {
                    "kind": "identify", "event": "ping", "account": "ab12cd", "page_url": "https://shop.example/",
                    "identifiers": {"email": "a@b.co", "user_id": "u1"},
                }
            ],
        },
        {
            "title": "the socket that messages come by",
            "request": {"url": "wss://nexus-websocket-a.intercom.io/pubsub/5-abc?X-Nexus-New-Client=true&user_role=visitor", "resource_type": "websocket"},
            "hits": [{"kind": "auxiliary"}],
        },
        {
            "title": "the first ping of a stranger, and the script's own metrics",
            "request": {
                "url": "https://api-iam.intercom.io/messenger/web/metrics", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "app_id=ab12cd&v=3&g=d8529e&s=4380fbd0&r=&platform=web&Idempotency-Key=d6a8&user_data=%7B%22user_id%22%3A49%2C%22anonymous_id%22%3A%22a1%22%7D"
                "&metrics=%5B%7B%22name%22%3A%22m4_metric%22%7D%5D&referer=https%3A%2F%2Fshop.example%2F",
            },
            "hits": [{"kind": "auxiliary", "event": None, "account": "ab12cd", "identifiers": {"user_id": "49", "anonymous_id": "a1"}}],
        },
        {
            "title": "an event",
            "request": {
                "url": "https://api-iam.eu.intercom.io/messenger/web/events", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "app_id=ab12cd&event_name=ordered&metadata=%7B%22order%22%3A%22T-1%22%7D",
            },
            "hits": [{"kind": "event", "event": "ordered", "account": "ab12cd", "values": {"order": "T-1"}}],
        },
        {
            "title": "an event of a backend",
            "request": {
                "url": "https://api.intercom.io/events", "method": "POST",
                "body": {"event_name": "ordered", "created_at": 1795318940, "user_id": "u1", "metadata": {"order": "T-1"}},
            },
            "hits": [{"kind": "event", "event": "ordered", "event_time": 1795318940.0, "identifiers": {"user_id": "u1"}}],
        },
        {
            "title": "the Messenger",
            "request": {"url": "https://widget.intercom.io/widget/ab12cd", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12cd"}],
        },
    ),
    lookalikes=(
        "https://shop.example/messenger/web/ping",
        "https://api-iam.notintercom.io/messenger/web/ping",
        "https://api-iam.intercom.io.evil.example/messenger/web/ping",
        "https://www.intercom.com/help",
        "https://app.intercom.com/a/apps/ab12cd/home",
        "https://shop.example/?u=https%3A%2F%2Fapi-iam.intercom.io%2Fmessenger%2Fweb%2Fping",
    ),
)  # fmt: skip
