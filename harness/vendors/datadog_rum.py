"""Datadog: Real User Monitoring, browser logs and session replay, to its intakes or through a proxy.

Documentation: https://docs.datadoghq.com/real_user_monitoring/browser/data_collected/ (events), https://docs.datadoghq.com/real_user_monitoring/guide/proxy-rum-data/ (proxies),
https://docs.datadoghq.com/getting_started/site/ (sites), https://docs.datadoghq.com/integrations/content_security_policy_logs/ (hosts).

A body is JSON, one event a line. A view is told again and again as it grows; its first telling is the page view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row, unescape
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, ERROR, CONTEXT, TECHNICAL = "General", "Page", "User", "Error", "Context", "Technical"
_QUERY = QueryTable(
    {
        "dd-api-key": Row("client_token", "Client token", GENERAL),
        "ddsource": Row(None, "Source", TECHNICAL),
        "ddtags": Row(None, "Tags", GENERAL),
        "dd-evp-origin": Row(None, "Origin", TECHNICAL),
        "dd-evp-origin-version": Row(None, "SDK version", TECHNICAL),
        "dd-request-id": Row(None, "Request ID", TECHNICAL),
        "batch_time": Row(None, "Batch's time", TECHNICAL),
        "ddforward": Row(None, "Forwarded to", TECHNICAL),
        "ddforwardSubdomain": Row(None, "Forwarded to the subdomain", TECHNICAL),
        "dd-evp-encoding": Row(None, "Encoding", TECHNICAL),
        "_dd.api": Row(None, "Sent by", TECHNICAL),
        "_dd.retry_count": Row(None, "Retries", TECHNICAL),
    }
)


def _name(event: Any, document: Any) -> str | None:
    """A custom action is named by its target, any other event by its type."""
    kind = text_at(event, "type")
    if kind == "action" and text_at(event, "action.type") == "custom":
        return text_at(event, "action.target.name") or kind
    if kind == "vital":
        return text_at(event, "vital.name") or kind
    return kind or ("log" if text_at(event, "message") is not None else None)


def _kind(name: str | None, event: Any) -> str:
    match text_at(event, "type"):
        case "view":
            return "pageview" if at(event, "_dd.document_version") in (None, 1) else "auxiliary"
        case "action":
            return "event" if text_at(event, "action.type") == "custom" else "auxiliary"
        case _:
            return "event" if name == "log" else "auxiliary"


_ADDED = frozenset(
    (
        "date", "session_id", "session", "view", "usr", "account", "origin", "tab", "service", "status", "message", "application_id", "application", "ddtags",
        "logger", "error", "http", "user_action", "_dd", "rum", "connectivity", "device", "os", "network", "version", "env", "ddsource",
    )
)  # fmt: skip


def _own(hit: Hit, event: Any, document: Any) -> None:
    """A log's own context stands beside what the script adds."""
    if hit.event == "log" and isinstance(event, dict):
        for name, value in event.items():
            if name not in _ADDED:
                hit.values.setdefault(name, value)


_RUM = JsonReader(
    PathTable(
        {
            "type": Row(None, "Type", GENERAL),
            "service": Row("service", "Service", GENERAL),
            "version": Row("version", "Version", GENERAL),
            "date": Row(None, "Time", TECHNICAL),
            "application.id": Row("application_id", "Application ID", GENERAL),
            "session.id": Row("session_id", "Session ID", USER),
            "view.id": Row("view_id", "View ID", PAGE),
            "view.url": Row("view_url", "Page address", PAGE),
            "view.name": Row("view_name", "View", PAGE),
            "view.referrer": Row("view_referrer", "Referrer", PAGE),
            "action.type": Row("action_type", "Action type", GENERAL),
            "action.target.name": Row("action_name", "Action", GENERAL),
            "error.message": Row("error_message", "Message", ERROR),
            "error.source": Row("error_source", "Source", ERROR),
            "error.type": Row("error_type", "Type", ERROR),
            "resource.url": Row("resource_url", "Resource", GENERAL),
            "usr.id": Row("user_id", "User ID", USER),
            "usr.email": Row("user_email", "E-mail", USER),
            "message": Row("message", "Message", GENERAL),
            "status": Row("status", "Status", GENERAL),
        },
        (Prefix("context.", field=None, label="{}", group=CONTEXT), Prefix("usr.", field=None, label="{}", group=USER), Prefix("_dd.", field=None, group=TECHNICAL)),
    ),
    event=_name, account="application.id", page="view.url", time="date", kind=_kind, values=("context",), query=_QUERY,
    key=("action.id", "error.id"), derive=_own,
    identifiers={"session_id": ("session.id", "session_id"), "user_id": "usr.id", "email": "usr.email", "anonymous_id": "usr.anonymous_id"},
)  # fmt: skip
_BINARY = QueryReader(
    QueryTable({**_QUERY.rows, "event": Row("event", "Replay's description", GENERAL, "json")}),
    account="application_id",
    lifted=("event",),
)


def _token(request: CapturedRequest) -> str | None:
    """The client token of what a proxy is to forward, or of the older addresses' path."""
    address = split_url(request.url)
    forward = unescape(f"&{address.query}".partition("&ddforward=")[2].partition("&")[0])
    token = unescape(f"&{forward.partition('?')[2]}".partition("&dd-api-key=")[2].partition("&")[0])
    path = (forward.partition("?")[0] or address.path).partition("/v1/input/")[2]
    return token or path.partition("/")[0] or None


def _decode(request: CapturedRequest) -> list[Hit]:
    if read_body(request).shape == "multipart":
        hits = _BINARY(request)
        for hit in hits:
            hit.kind = "auxiliary"
            hit.account = hit.account or text_at(hit.values.get("event"), "application.id")
        return hits
    hits = _RUM(request)
    for hit in hits:
        hit.account = hit.account or hit.values.get("client_token") or _token(request)
    return hits


def _is_proxied(request: CapturedRequest) -> bool:
    query = split_url(request.url).query
    forward = unescape(f"&{query}".partition("&ddforward=")[2].partition("&")[0])
    if forward.startswith("https://"):
        # As older SDKs tell their proxy: the whole address.
        host, path = split_url(forward)[:2]
        return path.startswith(("/api/v2/", "/v1/input/")) and host.endswith(
            (
                ".datadoghq.com",
                ".datadoghq.eu",
                *(f"-{site}" for site in ("datadoghq.com", "datadoghq.eu", "ddog-gov.com")),
                ".ddog-gov.com",
            )
        )
    return forward.startswith("/api/v2/") and "ddsource=" in forward


def _is_datadog(request: CapturedRequest) -> bool:
    return "ddsource=" in request.url


_SITES = (
    "browser-intake-datadoghq.com", "browser-intake-us3-datadoghq.com", "browser-intake-us5-datadoghq.com", "browser-intake-datadoghq.eu",
    "browser-intake-ap1-datadoghq.com", "browser-intake-ap2-datadoghq.com", "browser-intake-ddog-gov.com",
    "browser-intake-us2-ddog-gov.com", "browser-intake-uk1-datadoghq.com",
)  # fmt: skip
_TRACKS = ("rum", "logs", "replay", "spans", "profile", "exposures", "flagevaluation", "debugger")

VENDOR = Vendor(
    id="datadog-rum",
    name="Datadog RUM",
    category="monitoring",
    docs=(
        "https://docs.datadoghq.com/real_user_monitoring/browser/data_collected/",
        "https://docs.datadoghq.com/real_user_monitoring/guide/proxy-rum-data/",
    ),
    endpoints=(
        *(Endpoint(host=f"{prefix}{site}", path=f"/api/v2/{track}") for site in _SITES for prefix in ("", "*.") for track in _TRACKS),
        *(Endpoint(host=f"{kind}-http-intake.logs.datadoghq.{top}", path="/v1/input/*") for kind in ("rum", "browser", "public-trace") for top in ("com", "eu")),
        Endpoint(host="*", keys=("ddforward",), recognise=_is_proxied),
        *(Endpoint(host="*", path=f"*/api/v2/{track}", keys=("dd-api-key", "ddsource"), recognise=_is_datadog) for track in _TRACKS),
        *(Endpoint(host=host, role="library", decode=LibraryReader()) for host in ("www.datadoghq-browser-agent.com", "d3uc069fcn7uxw.cloudfront.net", "d20xtzwzcl0ceb.cloudfront.net")),
        Endpoint(host="sdk-configuration.browser-intake-datadoghq.com", role="config", decode=LibraryReader("config")),
    ),
    decode=_decode,
    automatic_events=frozenset({"view", "resource", "long_task", "error", "action"}),
    automatic_parameters=frozenset({"client_token", "application_id", "session_id", "view_*", "service", "version", "action_type", "action_name", "resource_url", "error_*", "status", "message"}),
    examples=(
        {
            "title": "a view, a custom action and a view's update",
            "request": {
                "url": "https://browser-intake-datadoghq.eu/api/v2/rum?ddsource=browser&dd-api-key=pub1&dd-evp-origin=browser&batch_time=1795318940362", "method": "POST",
                "body": '{"type":"view","date":1795318940362,"application":{"id":"app1"},"session":{"id":"s1"},"view":{"id":"v1","url":"https://shop.example/?utm_source=news"},"_dd":{"document_version":1}}\n'
                '{"type":"action","date":1795318941362,"application":{"id":"app1"},"session":{"id":"s1"},"view":{"url":"https://shop.example/"},"action":{"id":"a1","type":"custom","target":{"name":"checkout"}},"context":{"total":19.98},"usr":{"id":"u1"}}\n'
                '{"type":"view","application":{"id":"app1"},"view":{"id":"v1"},"_dd":{"document_version":2}}',
            },
            "hits": [
                {"kind": "pageview", "event": "view", "account": "app1", "event_time": 1795318940.362, "campaign": {"utm_source": "news"}, "identifiers": {"session_id": "s1"}},
                {"kind": "event", "event": "checkout", "account": "app1", "key": "a1", "values": {"total": 19.98}, "identifiers": {"user_id": "u1"}},
                {"kind": "auxiliary", "event": "view", "account": "app1"},
            ],
        },
        {
            "title": "through a proxy of the site's own",
            "request": {
                "url": "https://shop.example/dd?ddforward=%2Fapi%2Fv2%2Frum%3Fddsource%3Dbrowser%26dd-api-key%3Dpub1", "method": "POST",
                "body": {"type": "error", "application": {"id": "app1"}, "error": {"message": "boom", "source": "source"}},
            },
            "hits": [{"kind": "auxiliary", "event": "error", "account": "app1", "values": {"error_message": "boom"}}],
        },
        {
            "title": "a log",
            "request": {"url": "https://browser-intake-us5-datadoghq.com/api/v2/logs?ddsource=browser&dd-api-key=pub1", "method": "POST", "body": {"message": "hello", "status": "info"}},
            "hits": [{"kind": "event", "event": "log", "account": "pub1", "values": {"message": "hello"}}],
        },
        {
            "title": "a log through a proxy, whose client token is in what is forwarded",
            "request": {
                "url": "https://shop.example/dd?ddforward=%2Fapi%2Fv2%2Flogs%3Fddsource%3Dbrowser%26dd-api-key%3Dpub9%26dd-evp-origin%3Dbrowser&ddforwardSubdomain=x", "method": "POST",
                "body": {"message": "hello", "status": "warn"},
            },
            "hits": [{"kind": "event", "event": "log", "account": "pub9", "values": {"message": "hello", "status": "warn"}}],
        },
        {
            "title": "an intake of old",
            "request": {"url": "https://rum-http-intake.logs.datadoghq.eu/v1/input/pub1?ddsource=browser", "method": "POST", "body": {"type": "long_task", "application": {"id": "app1"}}},
            "hits": [{"kind": "auxiliary", "event": "long_task", "account": "app1"}],
        },
        {
            "title": "a log with a context of its own",
            "request": {
                "url": "https://browser-intake-us5-datadoghq.com/api/v2/logs?ddsource=browser&dd-api-key=pub1&dd-evp-origin-version=7.16.2&dd-evp-origin=browser&dd-request-id=3ef6", "method": "POST",
                "body": {"view": {"referrer": "", "url": "https://shop.example/cart"}, "service": "web", "session_id": "s1", "session": {"id": "s1"}, "usr": {"anonymous_id": "a1"}, "tab": {"id": "t1"}, "date": 1795603531145, "message": "paid", "status": "info", "origin": "logger", "_dd": {}, "total": 5, "ddtags": "sdk_version:7.16.2,service:web"},
            },
            "hits": [{"kind": "event", "event": "log", "account": "pub1", "page_url": "https://shop.example/cart", "values": {"message": "paid", "status": "info", "total": 5}, "identifiers": {"session_id": "s1", "anonymous_id": "a1"}}],
        },
        {
            "title": "a log of an older SDK through a proxy, which is told the whole address",
            "request": {
                "url": "https://shop.example/dd?ddforward=https%3A%2F%2Fbrowser-http-intake.logs.datadoghq.eu%2Fv1%2Finput%2Fpub1%3Fddsource%3Dbrowser%26ddtags%3Dsdk_version%253A3.11.0", "method": "POST",
                "body": {"session_id": "s1", "date": 1795604240935, "view": {"referrer": "", "url": "https://shop.example/cart", "id": "v1"}, "application_id": "app1", "message": "hello", "status": "info", "a": 1},
            },
            "hits": [{"kind": "event", "event": "log", "account": "pub1", "page_url": "https://shop.example/cart", "values": {"message": "hello", "a": 1}}],
        },
        {
            "title": "actions of an older SDK",
            "request": {
                "url": "https://rum-http-intake.logs.datadoghq.com/v1/input/pub1?ddsource=browser&ddtags=sdk_version%3A3.11.0%2Cservice%3Aweb&batch_time=1795604245949", "method": "POST",
                "body": {"type": "action", "date": 1795604240932, "application": {"id": "app1"}, "session": {"id": "s1", "type": "user"}, "view": {"id": "v1", "url": "https://shop.example/cart"}, "action": {"id": "a1", "type": "custom", "target": {"name": "checkout"}}, "context": {"value": 3}, "usr": {"id": "U1"}},
            },
            "hits": [{"kind": "event", "event": "checkout", "account": "app1", "key": "a1", "values": {"value": 3}, "identifiers": {"user_id": "U1"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/dd?ddforward=https%3A%2F%2Fevil.example%2Fv1%2Finput%2Fpub1",
        "https://shop.example/dd?ddforward=https%3A%2F%2Fbrowser-http-intake.logs.datadoghq.eu.evil.example%2Fv1%2Finput%2Fpub1",
        "https://app.datadoghq.com/rum/sessions",
        "https://api.datadoghq.com/api/v2/rum/applications",
        "https://docs.datadoghq.com/real_user_monitoring/",
        "https://shop.example/?u=https%3A%2F%2Fbrowser-intake-datadoghq.com%2Fapi%2Fv2%2Frum%3Fddsource%3Dbrowser",
        "https://shop.example/api/v2/rum",
        "https://shop.example/dd?ddforward=1",
        "https://browser-intake-datadoghq.com.evil.example/api/v2/rum",
        "https://notbrowser-intake-datadoghq.com/api/v2/rum",
    ),
)  # fmt: skip
