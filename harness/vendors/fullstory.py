"""Fullstory: sessions, their bundles, and events and users sent by a backend; relays under the site's own host.

Documentation: https://developer.fullstory.com/browser/getting-started/ (browser API), https://developer.fullstory.com/server/v2/events/create-events/,
https://www.npmjs.com/package/@fullstory/snippet (hosts), https://help.fullstory.com/hc/en-us/articles/360046112593 (relay).
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.document import PathTable, at
from harness.decode.hit import Hit
from harness.decode.payload import open_text, read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest

GENERAL, PAGE, USER, PROPERTIES, TECHNICAL = "General", "Page", "User", "Properties", "Technical"
_READ = QueryReader(
    {
        "OrgId": Row("OrgId", "Organisation ID", GENERAL),
        "UserId": Row("UserId", "User ID", USER),
        "SessionId": Row("SessionId", "Session ID", USER),
        "PageId": Row("PageId", "Page ID", PAGE),
        "Url": Row("Url", "Page address", PAGE),
        "Referrer": Row("Referrer", "Referrer", PAGE),
        "Seq": Row("Seq", "Bundle number", TECHNICAL),
        "ClientTime": Row(None, "Time", TECHNICAL),
        "Base": Row(None, "Base address", TECHNICAL),
        "AppId": Row("AppId", "Browser ID", USER),
        "TabId": Row(None, "Tab ID", TECHNICAL),
        "SnippetVersion": Row(None, "Snippet version", TECHNICAL),
        "CompiledVersion": Row(None, "Script version", TECHNICAL),
        "Preroll": Row(None, "Time before the page's telling (ms)", TECHNICAL),
        "Doctype": Row(None, "Document type", TECHNICAL),
        "Width": Row(None, "Window width", TECHNICAL),
        "Height": Row(None, "Window height", TECHNICAL),
        "ScreenWidth": Row(None, "Screen width", TECHNICAL),
        "ScreenHeight": Row(None, "Screen height", TECHNICAL),
    },
    account="OrgId",
    page="Url",
    identifiers=("UserId", "SessionId", "AppId"),
    time="ClientTime",
)
_ENTRY = PathTable({})
_CALLS = {"page": "pageview"}


# What a bundle's entries are, as the script numbers them: a visitor's or page's properties, and an event of the site's own.
_PROPERTIES, _CUSTOM = 8193, 8197


def _told(entry: Any, bundle: Hit) -> Hit | None:
    """An entry that the site's own code told (``FS("trackEvent", …)``, ``FS("setProperties", …)``); None for what is recorded."""
    code, told = at(entry, "Kind"), at(entry, "Args")
    if code not in (_PROPERTIES, _CUSTOM) or not isinstance(told, list) or not told or not isinstance(told[0], str):
        return None
    given = next((each for each in told[1:] if isinstance(each, str | dict)), None)
    values = open_text(given).value if isinstance(given, str) else given
    shared = [each for each in bundle.parameters if not each.name.startswith("Evts")]
    name = told[0] if code == _CUSTOM else f"set_{told[0]}_properties"
    return Hit(
        kind="event" if code == _CUSTOM else "identify",
        event=name,
        account=bundle.account,
        parameters=[*shared, *_ENTRY.read(entry)],
        values=dict(values) if isinstance(values, dict) else {},
        identifiers=dict(bundle.identifiers),
        page_url=bundle.page_url,
    )


def _decode(request: CapturedRequest) -> list[Hit]:
    """``/rec/page`` opens a page; bundles are its recording, and what the site's own code told meanwhile."""
    hits = _READ(request)
    call = split_url(request.url).path.partition("/rec/")[2].partition("/")[0]
    for hit in hits:
        hit.event = hit.event or call or None
        hit.kind = _CALLS.get(call, "auxiliary")
    entries = at(read_body(request).value, "Evts") if call == "bundle" else None
    if isinstance(entries, list):
        bundle = hits[0]
        hits += [found for found in (_told(each, bundle) for each in entries) if found is not None]
    return hits


_API = JsonReader(
    PathTable(
        {
            "name": Row("name", "Event", GENERAL),
            "uid": Row("uid", "User ID", USER),
            "user.uid": Row("uid", "User ID", USER),
            "user.id": Row("id", "Fullstory ID", USER),
            "timestamp": Row(None, "Time", TECHNICAL),
            "schema_id": Row(None, "Schema", TECHNICAL),
        },
        (Prefix("properties.", field=None, label="{}", group=PROPERTIES), Prefix("context.", field=None, group=TECHNICAL)),
    ),
    events="requests",
    event="name",
    time="timestamp",
    identifiers={"uid": ("user.uid", "uid"), "id": "user.id", "email": "email"},
    values=("properties", ""),
    kind=lambda name, event: "event" if name else "identify",
)


def _is_fullstory(request: CapturedRequest) -> bool:
    """A relay: the organisation, and a session's or page's own keys."""
    query = f"&{split_url(request.url).query}"
    return ("&OrgId=" in query and ("&SessionId=" in query or "&PageId=" in query)) or (
        all(key in request.body.data[:8_192] for key in (b'"OrgId"', b'"UserId"', b'"Url"'))
    )


def _answer(request: CapturedRequest) -> Answer | None:
    """The IDs that a page's recording goes under: without them the script sends no bundle."""
    call = split_url(request.url).path.partition("/rec/")[2]
    if call == "page":
        told: dict[str, Any] = {"UserIntID": "1", "SessionIntID": "2", "PageIntID": "3", "EmbedToken": "", "IsNewSession": True, "Flags": 0}
    elif call.startswith("bundle"):
        told = {"BundleTime": int(time.time() * 1_000)}
    else:
        return None
    return Answer(200, (("Content-Type", "application/json"),), json.dumps(told).encode())


def _org(path: str, wire: Mapping[str, object]) -> str | None:
    steps = path.split("/")
    return steps[steps.index("settings") + 1] or None if "settings" in steps[:-1] else str(wire["OrgId"]) if wire.get("OrgId") else None


_REGIONS = ("fullstory.com", "eu1.fullstory.com")

VENDOR = Vendor(
    id="fullstory",
    name="Fullstory",
    category="replay",
    docs=("https://developer.fullstory.com/browser/getting-started/", "https://developer.fullstory.com/server/v2/events/create-events/"),
    endpoints=(
        *(Endpoint(host=f"rs.{region}", path="/rec/*") for region in _REGIONS),
        *(Endpoint(host="*", path=f"*/rec/{call}", recognise=_is_fullstory) for call in ("page", "bundle", "bundle/v2")),
        *(Endpoint(host=f"api.{region}", path=path, decode=_API) for region in _REGIONS for path in ("/v2/events", "/v2/events/batch", "/v2/users", "/v2/users/batch", "/v2beta/events")),
        *(Endpoint(host=f"edge.{region}", path="/s/settings/*", role="config", decode=LibraryReader("config", account=_org)) for region in _REGIONS),
        *(Endpoint(host=f"edge.{region}", path="/s/*", role="library", decode=LibraryReader(account=_org)) for region in _REGIONS),
        *(Endpoint(host=f"edge.{region}", path="/datalayer/*", role="library", decode=LibraryReader()) for region in _REGIONS),
        Endpoint(host="fullstory.com", path="/s/fs.js", role="library", decode=LibraryReader()),
        Endpoint(host="www.fullstory.com", path="/s/fs.js", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    answer=_answer,
    automatic_events=frozenset({"page"}),
    automatic_parameters=frozenset({"OrgId", "UserId", "SessionId", "PageId", "Url", "Referrer", "Seq", "AppId"}),
    examples=(
        {
            "title": "a page",
            "request": {
                "url": "https://rs.fullstory.com/rec/page", "method": "POST",
                "headers": {"Content-Type": "text/plain"},
                "body": {"OrgId": "o-1-na1", "UserId": "u1", "Url": "https://shop.example/?utm_source=news", "Base": "https://shop.example/", "SnippetVersion": "1.2.0", "Referrer": "", "AppId": "7b93", "TabId": "e742"},
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page", "account": "o-1-na1", "page_url": "https://shop.example/?utm_source=news",
                    "campaign": {"utm_source": "news"}, "identifiers": {"UserId": "u1"},
                }
            ],
        },
        {
            "title": "a bundle through a relay",
            "request": {
                "url": "https://fs.shop.example/rec/bundle/v2?OrgId=o-1-na1&UserId=u1&SessionId=s1&PageId=p1&Seq=2", "method": "POST",
                "body": {"When": 1795318940362, "Seq": 2, "Evts": [{"Kind": 2, "Args": [1], "When": 5}]},
            },
            "hits": [{"kind": "auxiliary", "event": "bundle", "account": "o-1-na1", "identifiers": {"SessionId": "s1"}}],
        },
        {
            "title": "an event of a backend",
            "request": {
                "url": "https://api.fullstory.com/v2/events", "method": "POST",
                "body": {"name": "Order Completed", "timestamp": "2026-11-22T03:42:20Z", "user": {"uid": "u1"}, "properties": {"total": 19.98}},
            },
            "hits": [{"kind": "event", "event": "Order Completed", "values": {"total": 19.98}, "identifiers": {"uid": "u1"}, "event_time": 1795318940.0}],
        },
        {
            "title": "the organisation's settings",
            "request": {"url": "https://edge.fullstory.com/s/settings/o-1-na1/v1/web"},
            "hits": [{"kind": "config", "account": "o-1-na1"}],
        },
        {
            "title": "a bundle with an event of the site's own, in Europe",
            "request": {
                "url": "https://rs.eu1.fullstory.com/rec/bundle/v2?OrgId=o-1-eu1&UserId=u1&SessionId=s1&PageId=p1&Seq=3", "method": "POST",
                "body": {
                    "When": 1795318940362, "Seq": 3,
                    "Evts": [
                        {"Kind": 2, "Args": [1], "When": 5},
                        {"Kind": 8197, "Args": ["Order Completed", "{\"total\":19.98}"], "When": 9},
                        {"Kind": 8193, "Args": ["user", "{\"plan\":\"gold\"}"], "When": 10},
                    ],
                },
            },
            "hits": [
                {"kind": "auxiliary", "event": "bundle", "account": "o-1-eu1"},
                {"kind": "event", "event": "Order Completed", "account": "o-1-eu1", "values": {"total": 19.98}, "identifiers": {"SessionId": "s1"}},
                {"kind": "identify", "event": "set_user_properties", "values": {"plan": "gold"}},
            ],
        },
        {
            "title": "the script",
            "request": {"url": "https://edge.fullstory.com/s/fs.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        {'url': 'https://shop.example/rec/page', 'method': 'POST', 'body': {'OrgId': 'x', 'Url': '/'}},
        "https://app.fullstory.com/login",
        "https://help.fullstory.com/hc/en-us",
        "https://shop.example/?u=https%3A%2F%2Frs.fullstory.com%2Frec%2Fpage",
        {'url': 'https://shop.example/rec/page', 'method': 'POST', 'body': {'Url': 'x'}},
        "https://shop.example/rec/page",
        "https://shop.example/rec/bundle?OrgId=1",
        "https://rs.notfullstory.com/rec/page",
        "https://rs.fullstory.com.evil.example/rec/page",
    ),
)  # fmt: skip
