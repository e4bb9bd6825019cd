"""Track, page, screen, identify, group and alias calls, as Segment's specification has them and others speak it too.

Specification: https://segment.com/docs/connections/spec/common/. Whose call it is, a vendor's file tells by ``context.library``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import from_base64, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

CALLS = frozenset(("track", "page", "screen", "identify", "group", "alias"))
_CAMPAIGN = {"source": "utm_source", "medium": "utm_medium", "name": "utm_campaign", "term": "utm_term", "content": "utm_content"}
GENERAL, PROPERTIES, TRAITS, CONTEXT, USER, TECHNICAL = "General", "Properties", "Traits", "Context", "User", "Technical"

TABLE = PathTable(
    {
        "type": Row(None, "Call", GENERAL),
        "event": Row(None, "Event", GENERAL),
        "name": Row(None, "Name", GENERAL),
        "category": Row(None, "Category", GENERAL),
        "writeKey": Row(None, "Write key", GENERAL),
        "channel": Row(None, "Channel", GENERAL),
        "anonymousId": Row(None, "Anonymous ID", USER),
        "userId": Row(None, "User ID", USER),
        "groupId": Row(None, "Group ID", USER),
        "previousId": Row(None, "Previous ID", USER),
        "messageId": Row(None, "Message ID", TECHNICAL),
        "timestamp": Row(None, "Time", TECHNICAL),
        "originalTimestamp": Row(None, "Time", TECHNICAL),
        "sentAt": Row(None, "Sent", TECHNICAL),
    },
    (
        Prefix("properties.", field=None, label="{}", group=PROPERTIES),
        Prefix("traits.", field=None, label="{}", group=TRAITS),
        Prefix("context.", field=None, label="{}", group=CONTEXT),
        Prefix("integrations.", field=None, label="Integration {}", group=TECHNICAL),
        Prefix("_metadata.", field=None, group=TECHNICAL),
    ),
)


def _name(event: Any, document: Any) -> str | None:
    call = text_at(event, "type")
    return text_at(event, "event") if call in (None, "track") else call


def _kind(name: str | None, event: Any) -> str:
    match text_at(event, "type"):
        case "page" | "screen":
            return "pageview"
        case "identify" | "group" | "alias":
            return "identify"
        case "track":
            return "event"
        case _:
            return kind_of(name)


def _derive(hit: Hit, event: Any, document: Any) -> None:
    if hit.kind == "pageview":
        for key in ("name", "category"):
            if text_at(event, key) is not None:
                hit.values.setdefault(key, event[key])
    found = at(event, "context.campaign") or at(document, "context.campaign")
    if isinstance(found, dict):
        for key, value in found.items():
            if isinstance(value, str) and value:
                hit.campaign[_CAMPAIGN.get(key, f"utm_{key}")] = value


def call_reader(
    *, account: Any = "writeKey", derive: Callable[[Hit, Any, Any], None] | None = None, query: QueryTable | None = None
) -> JsonReader:
    """A reader of calls, one by one or in a ``batch``.

    Args:
        account: paths of the destination's key.
        derive: what the vendor adds, after the specification's own fields are read.
        query: the URL's keys.
    """

    def both(hit: Hit, event: Any, document: Any) -> None:
        _derive(hit, event, document)
        if derive is not None:
            derive(hit, event, document)

    return JsonReader(
        TABLE,
        events="batch",
        event=_name,
        account=account,
        key="messageId",
        page=("context.page.url", "properties.url"),
        time=("timestamp", "originalTimestamp"),
        identifiers={"anonymous_id": "anonymousId", "user_id": "userId", "group_id": "groupId", "previous_id": "previousId"},
        values=("properties", "traits"),
        kind=_kind,
        derive=both,
        query=query,
    )


def sent_by(request: CapturedRequest, is_library: Callable[[str], bool]) -> bool:
    """Whether the body is such calls, and the first that names its library names one of this vendor's."""
    for document, _ in read_body(request).documents:
        batch = document.get("batch") if isinstance(document, dict) else None
        for event in batch if isinstance(batch, list) and batch else [document]:
            if not isinstance(event, dict) or event.get("type") not in CALLS:
                return False
            library = text_at(event, "context.library.name") or text_at(document, "context.library.name")
            if library is not None:
                return is_library(library)
    return False


def basic_user(request: CapturedRequest) -> str | None:
    """The user name of HTTP Basic authentication, in which server libraries and RudderStack send the write key."""
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    decoded = from_base64(token.strip()) if scheme.lower() == "basic" else None
    return decoded.decode("utf-8", "replace").partition(":")[0] or None if decoded else None
