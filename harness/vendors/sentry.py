"""Sentry: envelopes of errors, transactions, spans, sessions, replays and feedback, to Sentry or a host of the site's own.

Wire format: https://develop.sentry.dev/sdk/foundations/transport/envelopes/ (envelopes), https://develop.sentry.dev/sdk/foundations/transport/event-payloads/ (events),
https://develop.sentry.dev/sdk/foundations/transport/authentication/ (keys), https://docs.sentry.io/platforms/javascript/troubleshooting/#using-the-tunnel-option (tunnels).

An envelope is a line of headers, then items: a line of item headers and the item, as long as they say or up to the line's end. Each item is a hit.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import NotJSON, PathTable, at, parse, text_at
from harness.decode.hit import Hit, Parameter
from harness.decode.payload import raw_body, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, epoch_seconds
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.capture.captured import CapturedRequest

GENERAL, ERROR, USER, CONTEXT, TECHNICAL = "General", "Error", "User", "Context", "Technical"
_QUERY = QueryTable(
    {
        "sentry_key": Row("public_key", "Public key", GENERAL),
        "sentry_version": Row(None, "Protocol version", TECHNICAL),
        "sentry_client": Row(None, "SDK", TECHNICAL),
        "o": Row("organisation", "Organisation", GENERAL),
        "p": Row("project", "Project", GENERAL),
    }
)
_ITEM = PathTable(
    {
        "message": Row(None, "Message", ERROR),
        "level": Row(None, "Level", ERROR),
        "transaction": Row(None, "Transaction", GENERAL),
        "environment": Row(None, "Environment", GENERAL),
        "release": Row(None, "Release", GENERAL),
        "request.url": Row(None, "Page address", GENERAL),
        "event_id": Row(None, "Event ID", TECHNICAL),
    },
    (
        Prefix("exception.", field=None, group=ERROR),
        Prefix("user.", field=None, label="{}", group=USER),
        Prefix("tags.", field=None, label="{}", group=CONTEXT),
        Prefix("contexts.", field=None, group=CONTEXT),
    ),
)
_HEAD = PathTable({"event_id": Row(None, "Event ID", TECHNICAL), "sent_at": Row(None, "Sent", TECHNICAL), "dsn": Row(None, "DSN", GENERAL)})
# A public key, a host and a project's number.
_DSN = re.compile(rb'"dsn"\s*:\s*"https?://[0-9A-Za-z]+(?::[0-9A-Za-z]*)?@[^"/]+(?:/[^"]*)?/\d+"')
_OCCURRENCES = frozenset(("event", "feedback", "user_report"))
_CONTAINERS = frozenset(("log", "span", "trace_metric"))
_VALUES = ("message", "level", "transaction", "environment", "release", "tags", "extra", "status", "replay_type", "name")


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    query = _QUERY.read(address.query)
    payload = read_body(request)
    if not request.body.data:
        return [Hit(kind="auxiliary", account=_project(address.path), parameters=query)]
    data = payload.data if payload.shape != "absent" else request.body.data
    first, _, rest = data.partition(b"\n")
    try:
        head, notes = parse(first)
    except NotJSON as error:
        return [Hit(kind="undecoded", parameters=[*query, raw_body(request)], undecoded=f"no envelope: {error}")]
    shared = [*query, *_HEAD.read(head, notes)]
    account = _project(address.path) or _of_dsn(head)
    hits = [
        _hit(kind, header, each, trouble, shared, account, head)
        for kind, header, item, trouble in _items(rest)
        for each in (_each(item) if kind in _CONTAINERS and kind != "span" else (item,))
    ]
    return hits or [
        _hit(
            "event" if isinstance(head, dict) and ("exception" in head or "message" in head) else None,
            [],
            [],
            "",
            shared,
            account,
            head,
            head,
        )
    ]


def _items(data: bytes) -> Iterator[tuple[str | None, list[Parameter], Any, str]]:
    """(type, header's parameters, item, why it could not be read) of each item."""
    place = 0
    while place < len(data):
        end = data.find(b"\n", place)
        line = data[place : end if end >= 0 else len(data)]
        place = end + 1 if end >= 0 else len(data)
        if not line.strip():
            continue
        try:
            header, notes = parse(line)
        except NotJSON:
            yield None, [], [_raw(data[place - len(line) - 1 if end >= 0 else place - len(line) :])], "an item without its header"
            return
        length = header.get("length") if isinstance(header, dict) else None
        if isinstance(length, int) and not isinstance(length, bool) and 0 <= length <= len(data) - place:
            body, place = data[place : place + length], place + length
        else:
            end = data.find(b"\n", place)
            body, place = data[place : end if end >= 0 else len(data)], (end + 1 if end >= 0 else len(data))
        parameters = [each._replace(name=f"$item.{each.name}") for each in _HEAD.read(header, notes)]
        try:
            yield text_at(header, "type"), parameters, parse(body), ""
        except NotJSON:
            kind = text_at(header, "type")
            lines = body.split(b"\n", 1)
            known = kind in ("replay_recording", "attachment", "profile", "statsd", "metric_buckets") or not body
            yield kind, parameters, [_raw(body)] if body else [], "" if known or not lines[0] else "an item that is no JSON"


def _each(item: Any) -> list[Any]:
    """The logs or metrics of an item that holds many."""
    value, notes = item if isinstance(item, tuple) else (None, None)
    entries = value.get("items") if isinstance(value, dict) else None
    return [(each, notes) for each in entries] if isinstance(entries, list) and entries else [item]


def _raw(data: bytes) -> Parameter:
    try:
        return Parameter("$body", data.decode("utf-8"), label="Body", group="Undecoded")
    except UnicodeDecodeError:
        return Parameter("$body", base64.b64encode(data).decode("ascii"), label="Body (base64)", group="Undecoded")


def _hit(
    kind: str | None,
    header: list[Parameter],
    item: Any,
    trouble: str,
    shared: list[Parameter],
    account: str | None,
    head: Any,
    whole: Any = None,
) -> Hit:
    value, notes = item if isinstance(item, tuple) else (whole, None)
    read = _ITEM.read(value, notes) if isinstance(item, tuple) else list(item)
    values: dict[str, Any] = {}
    identifiers: dict[str, str] = {}
    page = None
    if isinstance(value, dict):
        values = {name: value[name] for name in _VALUES if value.get(name) is not None}
        user = value.get("user")
        if isinstance(user, dict):
            identifiers = {
                name: str(user[name]) for name in ("id", "email", "username", "ip_address") if isinstance(user.get(name), str | int)
            }
        exceptions = value["exception"].get("values") if isinstance(value.get("exception"), dict) else None
        last = exceptions[-1] if isinstance(exceptions, list) and exceptions else None
        for name in ("type", "value"):
            if (found := text_at(last, name)) is not None:
                values[f"exception_{name}"] = found
        page = text_at(value, "request.url")
        for name, said in (("message", text_at(value, "body")), ("value", value.get("value"))):
            if said is not None and kind in _CONTAINERS:
                values[name] = said
        attributes = value.get("attributes")
        if kind in _CONTAINERS and isinstance(attributes, dict):
            own = {name: said.get("value") if isinstance(said, dict) else said for name, said in attributes.items()}
            values.update((name, said) for name, said in own.items() if not name.startswith("sentry."))
            page = page or (own["url.full"] if isinstance(own.get("url.full"), str) else None)
            identifiers.update((name, str(own[f"user.{name}"])) for name in ("id", "email") if own.get(f"user.{name}"))
        feedback = at(value, "contexts.feedback")
        if isinstance(feedback, dict):
            values.update((name, feedback[name]) for name in ("message", "name", "contact_email") if feedback.get(name))
    event_id = text_at(value, "event_id") or (text_at(head, "event_id") if kind in _OCCURRENCES else None)
    return Hit(
        kind="event" if kind in _OCCURRENCES or kind == "log" else "auxiliary",
        event=kind,
        account=account,
        parameters=[*shared, *header, *read],
        values=values,
        identifiers=identifiers,
        key=event_id,
        campaign=campaign_of(page),
        page_url=page,
        event_time=epoch_seconds(value.get("timestamp")) if isinstance(value, dict) else None,
        undecoded=trouble,
    )


def _project(path: str) -> str | None:
    steps = path.strip("/").split("/")
    return steps[-2] if len(steps) >= 3 and steps[-2].isdecimal() else None


def _of_dsn(head: Any) -> str | None:
    return (text_at(head, "dsn") or "").rstrip("/").rpartition("/")[2] or None


def _is_sentry(request: CapturedRequest) -> bool:
    """The protocol's key in the address or a header, or an envelope's first line."""
    if "sentry_key=" in request.url or "sentry_key=" in (request.header("x-sentry-auth") or ""):
        return True
    return _has_dsn(request) or (b'"sent_at"' in (line := read_body(request).data[:8_192].partition(b"\n")[0]) and b'"sdk"' in line)


def _has_dsn(request: CapturedRequest) -> bool:
    line, ended, _ = read_body(request).data[:8_192].partition(b"\n")
    return bool(ended) and line[:1] == b"{" and _DSN.search(line) is not None


def _key(path: str, wire: Mapping[str, object]) -> str | None:
    name = path.strip("/").partition(".")[0]
    return name if len(name) == 32 else None


_CALLS = ("envelope", "store", "security", "feedback", "csp-report")

VENDOR = Vendor(
    id="sentry",
    name="Sentry",
    category="monitoring",
    docs=(
        "https://develop.sentry.dev/sdk/foundations/transport/envelopes/",
        "https://develop.sentry.dev/sdk/foundations/transport/event-payloads/",
    ),
    endpoints=(
        *(Endpoint(host=host, path=f"/api/*/{call}/") for host in ("*.sentry.io", "sentry.io", "*.getsentry.com") for call in _CALLS),
        *(Endpoint(host="*", path=f"*/api/*/{call}{slash}", recognise=_is_sentry) for call in _CALLS for slash in ("/", "")),
        *(Endpoint(host="*", path=f"*/{name}", recognise=_has_dsn) for name in ("monitoring", "tunnel", "sentry-tunnel", "sentry")),
        Endpoint(host="*", mark=b'"dsn":"http', recognise=_has_dsn),
        *(Endpoint(host=host, path="/api/embed/error-page/", decode=LibraryReader("auxiliary")) for host in ("*.sentry.io", "sentry.io")),
        *(Endpoint(host=host, role="library", decode=LibraryReader(account=_key)) for host in ("browser.sentry-cdn.com", "js.sentry-cdn.com", "cdn.ravenjs.com")),
    ),
    decode=_decode,
    automatic_events=frozenset({"transaction", "span", "session", "sessions", "client_report", "replay_event", "replay_recording", "log", "profile"}),
    automatic_parameters=frozenset({"level", "transaction", "environment", "release", "status", "replay_type"}),
    examples=(
        {
            "title": "an error",
            "request": {
                "url": "https://o1.ingest.us.sentry.io/api/42/envelope/?sentry_version=7&sentry_key=pub", "method": "POST",
                "body": '{"event_id":"5d54","sent_at":"2026-11-22T03:43:50.331Z","sdk":{"name":"sentry.javascript.browser"}}\n{"type":"event"}\n'
                '{"exception":{"values":[{"type":"TypeError","value":"boom"}]},"level":"error","event_id":"5d54","request":{"url":"https://shop.example/"},'
                '"user":{"id":"u1"},"timestamp":1795319030.329}',
            },
            "hits": [
                {
                    "kind": "event", "event": "event", "account": "42", "key": "5d54", "event_time": 1795319030.329, "page_url": "https://shop.example/",
                    "values": {"exception_type": "TypeError", "exception_value": "boom", "level": "error"}, "identifiers": {"id": "u1"},
                }
            ],
        },
        {
            "title": "a session and a replay's recording, through a tunnel",
            "request": {
                "url": "https://shop.example/monitoring?o=1&p=42&r=us", "method": "POST",
                "body": '{"dsn":"https://pub@o1.ingest.sentry.io/42","sent_at":"x"}\n{"type":"session"}\n{"sid":"s","status":"ok"}\n'
                '{"type":"replay_recording","length":18}\n{"segment_id":0}\n\u0001\n',
            },
            "hits": [
                {"kind": "auxiliary", "event": "session", "account": "42", "values": {"status": "ok"}},
                {"kind": "auxiliary", "event": "replay_recording", "account": "42"},
            ],
        },
        {
            "title": "the loader",
            "request": {"url": "https://js.sentry-cdn.com/0123456789abcdef0123456789abcdef.min.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "0123456789abcdef0123456789abcdef"}],
        },
        {
            "title": "an error sent to a server of the site's own, by an older SDK",
            "request": {
                "url": "https://errors.shop.example/api/5/store/?sentry_key=pub&sentry_version=7", "method": "POST", "headers": {"Content-Type": "text/plain"},
                "body": '{"exception":{"values":[{"type":"E","value":"boom"}]},"event_id":"e9","tags":{"plan":"gold"}}',
            },
            "hits": [{"kind": "event", "event": "event", "account": "5", "key": "e9", "values": {"exception_value": "boom", "tags": {"plan": "gold"}}}],
        },
        {
            "title": "a transaction, a log and feedback in one envelope, to the German region",
            "request": {
                "url": "https://o1.ingest.de.sentry.io/api/42/envelope/?sentry_key=pub&sentry_version=7&sentry_client=sentry.javascript.react%2F11.12.0", "method": "POST",
                "body": '{"sent_at":"2026-11-22T03:43:50.331Z"}\n{"type":"transaction"}\n{"type":"transaction","transaction":"/cart","event_id":"e1"}\n{"type":"log","item_count":1}\n'
                '{"items":[{"body":"hi"}]}\n{"type":"feedback"}\n{"contexts":{"feedback":{"message":"bad"}},"event_id":"e2"}',
            },
            "hits": [
                {"kind": "auxiliary", "event": "transaction", "account": "42", "values": {"transaction": "/cart"}},
                {"kind": "event", "event": "log"},
                {"kind": "event", "event": "feedback", "key": "e2"},
            ],
        },
        {
            "title": "logs, a hit each",
            "request": {
                "url": "https://o12.ingest.de.sentry.io/api/345/envelope/?sentry_version=7&sentry_key=abc&sentry_client=sentry.javascript.browser%2F11.12.0", "method": "POST",
                "body": '{"sdk":{"name":"sentry.javascript.browser","version":"11.12.0"}}\n{"type":"log","item_count":2,"content_type":"application/vnd.sentry.items.log+json"}\n'
                '{"version":2,"items":[{"timestamp":1795603292.15,"level":"info","body":"paid","trace_id":"4f","severity_number":9,"attributes":{"total":{"value":5,"type":"integer"},"user.id":{"value":"U1","type":"string"},"sentry.release":{"value":"r1","type":"string"}}},{"timestamp":1795603293.1,"level":"warn","body":"late","attributes":{}}]}',
            },
            "hits": [
                {"kind": "event", "event": "log", "account": "345", "event_time": 1795603292.15, "values": {"message": "paid", "level": "info", "total": 5}, "identifiers": {"id": "U1"}},
                {"kind": "event", "event": "log", "values": {"message": "late", "level": "warn"}},
            ],
        },
        {
            "title": "feedback, of one who left an address",
            "request": {
                "url": "https://o12.ingest.de.sentry.io/api/345/envelope/?sentry_version=7&sentry_key=abc", "method": "POST",
                "body": '{"event_id":"8ccc","sent_at":"2026-11-25T10:41:32.145Z"}\n{"type":"feedback"}\n{"contexts":{"feedback":{"contact_email":"a@b.c","message":"nice"}},"type":"feedback","level":"info","request":{"url":"https://shop.example/cart"},"event_id":"8ccc","timestamp":1795603292.145,"user":{"id":"U1"}}',
            },
            "hits": [{"kind": "event", "event": "feedback", "key": "8ccc", "page_url": "https://shop.example/cart", "values": {"message": "nice", "contact_email": "a@b.c"}, "identifiers": {"id": "U1"}}],
        },
        {
            "title": "an error through a tunnel at a path of the site's own choice",
            "request": {
                "url": "https://shop.example/q7x?o=12&p=345", "method": "POST",
                "body": '{"event_id":"8ccc","sent_at":"2026-11-25T10:41:32.145Z","sdk":{"name":"sentry.javascript.nextjs","version":"11.12.0"},"dsn":"https://abc@o12.ingest.de.sentry.io/345"}\n{"type":"event"}\n{"message":"boom","level":"error","event_id":"8ccc","timestamp":1795603292.145}',
            },
            "hits": [{"kind": "event", "event": "event", "account": "345", "key": "8ccc", "values": {"message": "boom"}}],
        },
    ),
    lookalikes=({"url": "https://shop.example/api/settings", "method": "POST", "body": '{"sentry":{"dsn":"https://abc@o12.ingest.sentry.io/345"}}'}, {"url": "https://shop.example/api/settings", "method": "POST", "body": '{"name":"x","dsn":"https://shop.example/345"}\n{}'}, {'url': 'https://shop.example/monitoring', 'method': 'POST', 'body': {'dsn': 'https://pub@o1.ingest.sentry.io/42'}},
        {'url': 'https://shop.example/tunnel', 'method': 'POST', 'body': '{"dsn":"postgres://u@db/1"}\n{}'},
        "https://sentry.io/api/0/projects/acme/",
        "https://shop.example/?u=https%3A%2F%2Fo1.ingest.sentry.io%2Fapi%2F42%2Fenvelope%2F",
        {'url': 'https://shop.example/api/42/store/', 'method': 'POST', 'body': {'message': 'x', 'event_id': '1'}},
        "https://shop.example/api/42/envelope/",
        {"url": "https://shop.example/monitoring", "method": "POST", "body": '{"a":1}'},
        "https://notsentry.io/api/42/envelope/",
        "https://o1.ingest.sentry.io.evil.example/api/42/envelope/",
        "https://sentry.io/welcome/",
    ),
)  # fmt: skip
