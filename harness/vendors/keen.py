"""Keen: events as JSON, one or several collections in a request, or base64 in an image's address.

Wire format: https://keen.io/docs/api/#record-a-single-event, https://keen.io/docs/api/#record-multiple-events, https://github.com/keen/keen-tracking.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.payload import Payload, open_text, read_body
from harness.decode.query import Prefix, QueryTable, Row, unescape
from harness.decode.readers import JsonReader, LibraryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "api_key": Row(None, "Write key", "General"),
        "data": Row(None, "Event", "General"),
        "modified": Row(None, "Cache buster", "Technical"),
        "c": Row(None, "Format", "Technical"),
    },
    (),
)
_EVENT = PathTable(
    {
        "keen.timestamp": Row(None, "Time", "Technical"),
        "page.url": Row(None, "Page address", "Page"),
        "user.uuid": Row(None, "User ID", "User"),
    },
    (Prefix("keen.", field=None, label="{}", group="Technical"),),
)
_READ = JsonReader(
    _EVENT,
    page=("page.url", "url.full", "page_url"),
    time="keen.timestamp",
    identifiers={"user_id": ("user.uuid", "user.id"), "session_id": "session_id"},
    query=_TABLE,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    address = split_url(request.url)
    steps = [step for step in address.path.split("/") if step]
    place = steps.index("projects") if "projects" in steps else -1
    project = steps[place + 1] if 0 <= place < len(steps) - 1 else None
    collection = steps[place + 3] if 0 <= place < len(steps) - 3 else None
    shared = _TABLE.read(address.query)
    payload = read_body(request)
    if not payload.documents:
        carried = next((str(each.value) for each in shared if each.name == "data" and each.value), None)
        payload = open_text(carried) if carried is not None else payload
    if not payload.documents:
        hits = [_READ.unread(request, payload, shared)]
    elif collection is not None:
        hits = _READ.hits(payload, shared)
        for hit in hits:
            hit.event = unescape(collection)
    else:
        hits = []
        for document, notes in payload.documents:
            listed = isinstance(document, dict) and document and all(isinstance(each, list) and each for each in document.values())
            if not listed:
                hits += _READ.hits(Payload("json", b"", "", [(document, notes)]), shared)
                continue
            for name, events in document.items():
                for event in events:
                    own = [each._replace(name=f"{name}[].{each.name}" if each.name else f"{name}[]") for each in _EVENT.read(event, notes)]
                    hit = _READ.hit(event, document, [*shared, *own])
                    hit.event = name
                    hits.append(hit)
    for hit in hits:
        hit.account = project
        if hit.event is not None:
            hit.kind = kind_of(hit.event) if hit.event != "pageviews" else "pageview"
    return hits


VENDOR = Vendor(
    id="keen",
    name="Keen",
    category="analytics",
    docs=("https://keen.io/docs/api/", "https://github.com/keen/keen-tracking.js",),
    endpoints=(
        *(Endpoint(host=host, path="/3.0/projects/*") for host in ("api.keen.io", "*.keen.io")),
        Endpoint(host="d26b395fwzu5fz.cloudfront.net", path="*.js", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"keen", "page"}),
    examples=(
        {
            "title": "one event",
            "request": {"url": "https://api.keen.io/3.0/projects/p1/events/purchases?api_key=k1", "method": "POST", "body": {"value": 19.98, "items": [{"id": "S1"}], "page": {"url": "https://shop.example/?utm_source=x"}}},
            "hits": [{"kind": "event", "event": "purchases", "account": "p1", "values": {"value": 19.98, "items": [{"id": "S1"}]}, "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "two collections",
            "request": {"url": "https://api.keen.io/3.0/projects/p1/events", "method": "POST", "body": {"pageviews": [{"a": 1}], "clicks": [{"b": 2}]}},
            "hits": [{"kind": "pageview", "event": "pageviews", "account": "p1", "values": {"a": 1}}, {"kind": "event", "event": "clicks", "account": "p1", "values": {"b": 2}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://d26b395fwzu5fz.cloudfront.net/keen-tracking-1.1.3.min.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "an image",
            "request": {"url": "https://api.keen.io/3.0/projects/p1/events/clicks?api_key=k1&data=eyJidXR0b24iOiJidXkifQ", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "clicks", "account": "p1", "values": {"button": "buy"}}],
        },
    ),
    lookalikes=("https://shop.example/3.0/projects/p1/events/x", "https://notkeen.io/3.0/projects/p1/events/x", "https://api.keen.io.evil.example/3.0/projects/p1/events/x", "https://keen.io/docs"),
)  # fmt: skip
