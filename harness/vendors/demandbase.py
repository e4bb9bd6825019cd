"""Demandbase: company identification by address, engagement logging and identity sync.

Documentation: https://support.demandbase.com/hc/en-us/articles/203233110 (IP API), https://support.demandbase.com/hc/en-us/articles/360056755791 (tag),
https://support.demandbase.com/hc/en-us/articles/360052745671 (hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.document import PathTable
from harness.decode.query import Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, TECHNICAL = "General", "Page", "User", "Technical"
_READ = QueryReader(
    {
        "key": Row("key", "API key", GENERAL),
        "auth": Row("auth", "Token", GENERAL),
        "token": Row("token", "Token", GENERAL),
        "page": Row("page", "Page address", PAGE),
        "page_title": Row("page_title", "Page title", PAGE),
        "referrer": Row("referrer", "Referrer", PAGE),
        "src": Row("src", "Called from", GENERAL),
        "query": Row("query", "Address asked about", GENERAL),
        "vendor": Row("vendor", "Partner", GENERAL),
        "pid": Row("pid", "Partner", GENERAL),
        "ver": Row(None, "Version", TECHNICAL),
        "ts": Row(None, "Time", TECHNICAL),
    },
    account=("key", "auth", "token"),
    page="page",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """A look-up that tells the page is what Demandbase counts as a visit."""
    hits = _READ(request)
    for hit in hits:
        hit.kind = "pageview" if hit.page_url else "auxiliary"
    return hits


_EVENTS = JsonReader(
    PathTable({"type": Row("type", "Event", GENERAL), "url": Row("url", "Page address", PAGE)}),
    events="events",
    event=("type", "event"),
    account=("key", "auth", "token"),
    page=("page", "url"),
)


def _tag(path: str, wire: Mapping[str, object]) -> str | None:
    name = path.rpartition("/")[2].removesuffix(".js").removesuffix(".min")
    return name if len(name) >= 8 else None


VENDOR = Vendor(
    id="demandbase",
    name="Demandbase",
    category="marketing",
    docs=("https://support.demandbase.com/hc/en-us/articles/203233110", "https://support.demandbase.com/hc/en-us/articles/360056755791"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("api.company-target.com", "api.demandbase.com", "autocomplete.demandbase.com") for path in ("/api/v1/ip.json", "/api/v2/ip.json", "/api/v3/ip.json")),
        *(Endpoint(host="api.company-target.com", path=path, role="config", decode=LibraryReader("config", account="auth")) for path in ("/api/v3/domain.json", "/autocomplete")),
        *(Endpoint(host="et.company-target.com", path=path, decode=_EVENTS) for path in ("/events", "/events/")),
        Endpoint(host="segments.company-target.com", decode=LibraryReader("auxiliary", account="key")),
        Endpoint(host="tag-logger.demandbase.com", decode=LibraryReader("auxiliary")),
        *(Endpoint(host=host, decode=LibraryReader("auxiliary", account="token")) for host in ("s.company-target.com", "match.company-target.com", "id.company-target.com")),
        Endpoint(host="tag.demandbase.com", role="library", decode=LibraryReader(account=_tag)),
        Endpoint(host="scripts.demandbase.com", role="library", decode=LibraryReader(account=_tag)),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"key", "auth", "page", "page_title", "referrer", "src"}),
    examples=(
        {
            "title": "a visit",
            "request": {"url": "https://api.company-target.com/api/v2/ip.json?referrer=&page=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&page_title=Shop&src=tag&key=1111"},
            "hits": [{"kind": "pageview", "account": "1111", "page_url": "https://shop.example/?utm_source=news", "campaign": {"utm_source": "news"}, "values": {"page_title": "Shop"}}],
        },
        {
            "title": "a look-up only",
            "request": {"url": "https://api.company-target.com/api/v2/ip.json?key=1111"},
            "hits": [{"kind": "auxiliary", "account": "1111"}],
        },
        {
            "title": "a visit, posted",
            "request": {"url": "https://api.company-target.com/api/v3/ip.json?referrer=&page=https%3A%2F%2Fshop.example%2F&page_title=Shop", "method": "POST", "body": {"src": "tag", "auth": "a1"}},
            "hits": [{"kind": "pageview", "account": "a1", "page_url": "https://shop.example/", "values": {"src": "tag"}}],
        },
        {
            "title": "an experience shown",
            "request": {"url": "https://et.company-target.com/events/", "method": "POST", "body": {"type": "experience_fired", "url": "https://shop.example/"}},
            "hits": [{"kind": "event", "event": "experience_fired", "page_url": "https://shop.example/"}],
        },
        {
            "title": "the tag",
            "request": {"url": "https://tag.demandbase.com/ab12cd34ef56.min.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12cd34ef56"}],
        },
    ),
    lookalikes=(
        "https://shop.example/api/v2/ip.json?key=1111",
        "https://api.notcompany-target.com/api/v2/ip.json",
        "https://api.company-target.com.evil.example/api/v2/ip.json",
        "https://www.demandbase.com/",
        "https://shop.example/?u=https%3A%2F%2Fapi.company-target.com%2Fapi%2Fv3%2Fip.json",
    ),
)  # fmt: skip
