"""Hotjar: visits, events, surveys and recordings.

Documentation: https://help.hotjar.com/hc/en-us/articles/115009336727 (tracking code), https://help.hotjar.com/hc/en-us/articles/4405109971095 (events API),
https://help.hotjar.com/hc/en-us/articles/115011640307 (content security policy: hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, USER, TECHNICAL = "General", "User", "Technical"
_READ = QueryReader(
    {
        "site_id": Row("site_id", "Site ID", GENERAL),
        "siteId": Row("site_id", "Site ID", GENERAL),
        "id": Row("id", "ID", GENERAL),
        "event_name": Row("event_name", "Event", GENERAL),
        "user_id": Row("user_id", "User ID", USER),
        "session_id": Row("session_id", "Session ID", USER),
        "url": Row("url", "Page address", GENERAL),
        "gzip": Row(None, "Compressed", TECHNICAL),
        "sv": Row(None, "Snippet version", TECHNICAL),
    },
    event="event_name",
    account="site_id",
    page="url",
    identifiers=("user_id", "session_id"),
)


def _site(path: str, wire: Mapping[str, object]) -> str | None:
    """``/c/hotjar-123.js``, ``/api/v2/client/sites/123/visit-data``, ``/sessions/123``."""
    steps = path.split("/")
    for before in ("sites", "sessions"):
        if before in steps[:-1]:
            return steps[steps.index(before) + 1] or None
    name = steps[-1]
    for start in ("hotjar-", "csq-"):
        if name.startswith(start):
            return name.removeprefix(start).partition(".")[0] or None
    found = wire.get("site_id")
    return str(found) if found else None


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    path = split_url(request.url).path
    for hit in hits:
        hit.account = hit.account or _site(path, {})
        if "identify.hotjar." in request.url and request.body.data:
            hit.kind, hit.event = "identify", "identify"
        if path.endswith("/visit-data"):
            hit.kind, hit.event = "pageview", "visit-data"
    return hits


VENDOR = Vendor(
    id="hotjar",
    name="Hotjar",
    category="replay",
    docs=("https://help.hotjar.com/hc/en-us/articles/115009336727", "https://help.hotjar.com/hc/en-us/articles/115011640307"),
    endpoints=(
        *(Endpoint(host=host, path="/api/v2/client/*") for host in ("in.hotjar.com", "insights.hotjar.com")),
        *(Endpoint(host=host, path="/api/v1/client/*") for host in ("in.hotjar.com", "insights.hotjar.com")),
        *(
            Endpoint(host=f"{name}.hotjar.{top}")
            for top in ("io", "com")
            for name in ("vc", "content", "events", "metrics", "surveystats", "ask", "identify", "pr", "adm", "errors", "feedback")
        ),
        *(Endpoint(host="*.hotjar.com", path=f"/api/{version}/client/ws*", socket=True) for version in ("v1", "v2", "v3")),
        *(Endpoint(host="static.hj.contentsquare.net", path=f"/c/{name}-*", role="library", decode=LibraryReader(account=_site)) for name in ("hotjar", "csq")),
        Endpoint(host="script.hj.contentsquare.net", role="library", decode=LibraryReader(account=_site)),
        *(Endpoint(host=f"{name}.hotjar.com", role="config", decode=LibraryReader("config", account=_site)) for name in ("vars", "voc")),
        Endpoint(host="static.hotjar.com", path="/c/*", role="library", decode=LibraryReader(account=_site)),
        *(Endpoint(host=f"{name}.hotjar.com", role="library", decode=LibraryReader(account=_site)) for name in ("script", "careers-cdn", "survey-images")),
    ),
    decode=_decode,
    automatic_events=frozenset({"visit-data"}),
    automatic_parameters=frozenset({"site_id", "user_id", "session_id", "url"}),
    examples=(
        {
            "title": "a visit",
            "request": {"url": "https://in.hotjar.com/api/v2/client/sites/123456/visit-data?sv=6", "method": "POST", "body": {"url": "https://shop.example/"}},
            "hits": [{"kind": "pageview", "event": "visit-data", "account": "123456", "page_url": "https://shop.example/"}],
        },
        {
            "title": "what a recording adds",
            "request": {"url": "https://content.hotjar.io/?site_id=123456&gzip=1", "method": "POST", "body": {"page_content": "x"}},
            "hits": [{"kind": "auxiliary", "account": "123456"}],
        },
        {
            "title": "the tracking code",
            "request": {"url": "https://static.hotjar.com/c/hotjar-123456.js?sv=6", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "123456"}],
        },
        {
            "title": "the socket that a recording goes through, its messages apart",
            "request": {"url": "wss://ws.hotjar.com/api/v2/client/ws?v=7&site_id=123456", "resource_type": "websocket"},
            "hits": [{"kind": "auxiliary", "account": "123456"}],
        },
        {
            "title": "a session counted",
            "request": "https://vc.hotjar.io/sessions/123456?s=0.25&r=0.0467",
            "hits": [{"kind": "auxiliary", "account": "123456"}],
        },
        {
            "title": "the tracking code as Contentsquare serves it",
            "request": {"url": "https://static.hj.contentsquare.net/c/csq-5204814.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "5204814"}],
        },
    ),
    lookalikes=(
        "https://insights.hotjar.com/login",
        "https://www.hotjar.com/pricing/",
        "https://shop.example/?u=https%3A%2F%2Fin.hotjar.com%2Fapi%2Fv2%2Fclient%2Fsites%2F1%2Fvisit-data",
        "https://t.contentsquare.net/uxa/355d5ac78f8a5.js",
        "https://shop.example/c/hotjar-123456.js",
        "https://in.nothotjar.com/api/v2/client/sites/1/visit-data",
        "https://content.hotjar.io.evil.example/?site_id=1",
        "https://help.hotjar.com/hc/en-us",
    ),
)  # fmt: skip
