"""Mouseflow: pages, recordings, tags and forms.

Documentation: https://js-api-docs.mouseflow.com/ (JavaScript API), https://help.mouseflow.com/en/articles/4236671 (content security policy: hosts),
https://help.mouseflow.com/en/articles/4310764 (installation).
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

GENERAL, PAGE, USER, TECHNICAL = "General", "Page", "User", "Technical"
_READ = QueryReader(
    {
        "p": Row("website_id", "Website ID", GENERAL),
        "s": Row("session", "Session ID", USER),
        "u": Row("user", "User ID", USER),
        "page": Row("page_id", "Page ID", PAGE),
        "href": Row("href", "Page address", PAGE),
        "url": Row("path", "Path", PAGE),
        "ref": Row("referrer", "Referrer", PAGE),
        "title": Row("title", "Page title", PAGE),
        "gdpr": Row("gdpr", "Privacy mode", GENERAL),
        "ret": Row(None, "Returning visitor", USER),
        "res": Row(None, "Screen size", TECHNICAL),
        "dw": Row(None, "Page width", TECHNICAL),
        "dh": Row(None, "Page height", TECHNICAL),
        "tz": Row(None, "Time zone", TECHNICAL),
        "dnt": Row(None, "Do not track", GENERAL),
        "v": Row(None, "Version", TECHNICAL),
    },
    account="website_id",
    page="href",
    identifiers=("session", "user"),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """``/init`` opens a page; the rest is its recording."""
    hits = _READ(request)
    call = split_url(request.url).path.strip("/").rpartition("/")[2]
    for hit in hits:
        hit.event = call or None
        hit.kind = "pageview" if call == "init" else "auxiliary"
    return hits


def _project(path: str, wire: Mapping[str, object]) -> str | None:
    return path.rpartition("/")[2].partition(".")[0].removesuffix("_cm") or None if path.startswith("/projects/") else None


VENDOR = Vendor(
    id="mouseflow",
    name="Mouseflow",
    category="replay",
    docs=("https://js-api-docs.mouseflow.com/", "https://help.mouseflow.com/en/articles/4236671"),
    endpoints=(
        *(Endpoint(host="*.mouseflow.com", path=f"/{call}") for call in ("init", "html", "dom", "data", "events", "rec", "tag", "form", "feedback", "vars")),
        Endpoint(host="cdn.mouseflow.com", path="/projects/*", role="library", decode=LibraryReader(account=_project)),
        Endpoint(host="cdn.mouseflow.com", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_events=frozenset({"init"}),
    automatic_parameters=frozenset({"website_id", "session", "user", "page_id", "href", "path", "referrer", "title", "gdpr"}),
    examples=(
        {
            "title": "a page",
            "request": {
                "url": "https://o2.mouseflow.com/init?v=16.9&p=ab12-cd34&s=s-1&page=p-1&ret=0&u=u-1&href=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&url=%2F&ref=&title=Shop"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "init", "account": "ab12-cd34", "values": {"title": "Shop", "path": "/"},
                    "identifiers": {"session": "s-1", "user": "u-1"}, "campaign": {"utm_source": "news"},
                }
            ],
        },
        {
            "title": "a part of the recording",
            "request": {"url": "https://o2.mouseflow.com/events?p=ab12-cd34&s=s-1&page=p-1", "method": "POST", "body": {"d": 1}},
            "hits": [{"kind": "auxiliary", "event": "events", "account": "ab12-cd34"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn.mouseflow.com/projects/ab12-cd34.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12-cd34"}],
        },
    ),
    lookalikes=(
        "https://shop.example/init?p=1&s=2",
        "https://o2.notmouseflow.com/init?p=1",
        "https://o2.mouseflow.com.evil.example/init",
        "https://js-api-docs.mouseflow.com/",
    ),
)  # fmt: skip
