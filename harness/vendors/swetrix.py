"""Swetrix: page views, events and errors as JSON, to Swetrix's API or one of the site's own.

Wire format: https://docs.swetrix.com/events-api (events), https://docs.swetrix.com/swetrix-js-reference (the script).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "pid": Row(None, "Project ID", "General"),
        "ev": Row(None, "Event", "General"),
        "pg": Row("pg", "Page", "Page"),
        "prev": Row("prev", "Previous page", "Page"),
        "ref": Row("ref", "Referrer", "Page"),
        "so": Row("so", "Campaign source", "Campaign"),
        "me": Row("me", "Campaign medium", "Campaign"),
        "ca": Row("ca", "Campaign name", "Campaign"),
        "co": Row("co", "Campaign content", "Campaign"),
        "te": Row("te", "Campaign term", "Campaign"),
        "qs": Row(None, "Query", "Page"),
        "lc": Row(None, "Locale", "Device"),
        "tz": Row(None, "Time zone", "Device"),
        "unique": Row(None, "Unique only", "General"),
        "profileId": Row(None, "Profile ID", "User"),
        "name": Row("name", "Error", "Error"),
        "message": Row("message", "Error message", "Error"),
    },
    (
        Prefix("meta.", field=None, label="{}", group="Event data"),
        Prefix("traits.", field=None, label="{}", group="User"),
        Prefix("perf.", field=None, label="{}", group="Performance"),
    ),
)
_UTM = {"so": "utm_source", "me": "utm_medium", "ca": "utm_campaign", "co": "utm_content", "te": "utm_term"}


def _derive(hit: Hit, event: Any, document: Any) -> None:
    for key, name in _UTM.items():
        if text_at(event, key):
            hit.campaign[name] = str(at(event, key))


_READ = JsonReader(
    _TABLE,
    event="ev",
    account="pid",
    identifiers={"profile_id": "profileId"},
    values=("meta", "traits"),
    derive=_derive,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    step = split_url(request.url).path.rstrip("/").rpartition("/")[2]
    for hit in hits:
        if step in ("log", "noscript") and hit.account is not None:
            hit.kind, hit.event = "pageview", "pageview"
        elif step == "identify":
            hit.kind, hit.event = "identify", step
        elif step != "custom":
            hit.kind, hit.event = "auxiliary", step
    return hits


_NOSCRIPT = QueryReader(
    {"pid": Row("pid", "Project ID", "General")}, event=lambda values: "pageview" if values.get("pid") else None, account="pid"
)


def _is_swetrix(request: CapturedRequest) -> bool:
    """Told by a project's 12 characters beside a locale and time zone and a page or event."""
    document = read_body(request).value
    return (
        isinstance(document, dict)
        and len(text_at(document, "pid") or "") == 12
        and "lc" in document
        and "tz" in document
        and ("pg" in document or "ev" in document)
    )


VENDOR = Vendor(
    id="swetrix",
    name="Swetrix",
    category="analytics",
    docs=("https://docs.swetrix.com/events-api", "https://docs.swetrix.com/swetrix-js-reference",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("api.swetrix.com", "api.swetrix.org") for path in ("/log", "/log/*", "/v1/log", "/v1/log/*")),
        *(Endpoint(host=host, path=path, decode=_NOSCRIPT) for host in ("api.swetrix.com", "api.swetrix.org") for path in ("/log/noscript", "/v1/log/noscript")),
        *(Endpoint(host=host, path="/*feature-flag/evaluate", role="config", decode=LibraryReader("config", account="pid")) for host in ("api.swetrix.com", "api.swetrix.org")),
        *(Endpoint(host="*", path=path, recognise=_is_swetrix) for path in ("*/log", "*/log/custom")),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader()) for host in ("swetrix.org", "cdn.swetrix.org", "cdn.swetrix.com")),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"pg", "prev", "ref", "so", "me", "ca", "co", "te"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://api.swetrix.com/log", "method": "POST", "body": {"pid": "STEzHcB1rALV", "pg": "/home", "lc": "en-US", "tz": "UTC", "so": "news", "unique": False}},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "STEzHcB1rALV", "values": {"pg": "/home"}, "campaign": {"utm_source": "news"}}],
        },
        {
            "title": "an event, to an API of the site's own",
            "request": {"url": "https://swx.shop.example/log/custom", "method": "POST", "body": {"pid": "STEzHcB1rALV", "ev": "purchase", "meta": {"plan": "gold"}, "lc": "en-US", "tz": "UTC"}},
            "hits": [{"kind": "event", "event": "purchase", "account": "STEzHcB1rALV", "values": {"plan": "gold"}}],
        },
        {
            "title": "an identification",
            "request": {"url": "https://api.swetrix.com/log/identify", "method": "POST", "body": {"pid": "STEzHcB1rALV", "profileId": "u1", "traits": {"plan": "gold"}}},
            "hits": [{"kind": "identify", "event": "identify", "account": "STEzHcB1rALV", "identifiers": {"profile_id": "u1"}, "values": {"plan": "gold"}}],
        },
        {
            "title": "a page view without scripts",
            "request": {"url": "https://api.swetrix.com/log/noscript?pid=STEzHcB1rALV", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "STEzHcB1rALV"}],
        },
        {
            "title": "a heartbeat",
            "request": {"url": "https://api.swetrix.com/log/hb", "method": "POST", "body": {"pid": "STEzHcB1rALV"}},
            "hits": [{"kind": "auxiliary", "event": "hb", "account": "STEzHcB1rALV"}],
        },
    ),
    lookalikes=("https://shop.example/log", "https://swetrix.com/log", "https://shop.example/?u=https%3A%2F%2Fapi.swetrix.com%2Flog", {"url": "https://shop.example/log", "method": "POST", "body": {"pid": "x", "pg": "/"}}, "https://notapi.swetrix.com.evil.example/log"),
)  # fmt: skip
