"""Clearbit (now HubSpot's Breeze Intelligence): tags, visits, and companies looked up.

Documentation: https://clearbit.com/docs (Reveal API, tag), https://help.clearbit.com/hc/en-us/articles/6987867587607 (installing the tag).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.document import PathTable
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping


def _key(path: str, wire: Mapping[str, object]) -> str | None:
    """``/v1/pk_…/tags.js``, or the authorisation in the query."""
    found = next((step for step in path.split("/") if step.startswith("pk_")), None)
    return found or (str(wire["authorization"]) if wire.get("authorization") else None)


_READ = JsonReader(
    PathTable(
        {
            "type": Row("type", "Call", "General"),
            "event": Row("event", "Event", "General"),
            "writeKey": Row(None, "Key", "General"),
            "anonymousId": Row(None, "Anonymous ID", "Visitor"),
            "userId": Row(None, "User ID", "Visitor"),
            "messageId": Row(None, "Message ID", "Technical"),
        },
        tuple(Prefix(f"{name}.", field=None, label="{}", group=name.capitalize()) for name in ("properties", "traits", "context")),
    ),
    event=("event", "type"),
    account="writeKey",
    key="messageId",
    page=("context.page.url", "properties.url"),
    time="timestamp",
    identifiers={"anonymous_id": "anonymousId", "user_id": "userId"},
    values=("properties", "traits"),
    kind=lambda name, event: {"page": "pageview", "identify": "identify", "group": "identify"}.get(
        name or "", "event" if name else "auxiliary"
    ),
)
_TABLE = {
    "authorization": Row(None, "Key", "General"),
    "page_path": Row("page_path", "Page path", "Page"),
    "referrer": Row("referrer", "Referrer", "Page"),
}
_LOOKUP = LibraryReader("auxiliary", account=_key, table=_TABLE)

VENDOR = Vendor(
    id="clearbit",
    name="Clearbit",
    category="marketing",
    docs=("https://clearbit.com/docs",),
    endpoints=(
        *(Endpoint(host="app.clearbit.com", path=f"/v1/{call}") for call in ("p", "i", "t", "g", "page", "identify", "track", "group")),
        *(Endpoint(host=host, path="/v1/companies/*", decode=_LOOKUP) for host in ("reveal.clearbit.com", "company.clearbit.com", "risk.clearbit.com")),
        *(
            Endpoint(host=host, role="library", decode=LibraryReader(account=_key))
            for host in ("tag.clearbitscripts.com", "x.clearbitjs.com", "tag.clearbit.com", "hubspot.clearbit.com")
        ),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a page",
            "request": {
                "url": "https://app.clearbit.com/v1/p", "method": "POST",
                "body": {"type": "page", "writeKey": "pk_1", "anonymousId": "a1", "messageId": "m1", "properties": {"url": "https://shop.example/", "title": "Shop"}},
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page", "account": "pk_1", "key": "m1", "identifiers": {"anonymous_id": "a1"}, "values": {"title": "Shop"},
                    "page_url": "https://shop.example/",
                }
            ],
        },
        {
            "title": "a company looked up",
            "request": {"url": "https://reveal.clearbit.com/v1/companies/reveal?authorization=pk_b6ba&page_path=%2F&referrer="},
            "hits": [{"kind": "auxiliary", "account": "pk_b6ba", "values": {"page_path": "/"}}],
        },
        {
            "title": "the tag",
            "request": {"url": "https://tag.clearbitscripts.com/v1/pk_0ff2488f/tags.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "pk_0ff2488f"}],
        },
        {
            "title": "the older script",
            "request": {"url": "https://x.clearbitjs.com/v2/pk_254dd637/clearbit.min.js"},
            "hits": [{"kind": "library", "account": "pk_254dd637"}],
        },
    ),
    lookalikes=(
        "https://shop.example/v1/companies/reveal?authorization=pk_1",
        "https://reveal.clearbit.com.evil.example/v1/companies/reveal",
        "https://reveal.notclearbit.com/v1/companies/reveal",
        "https://clearbit.com/docs",
        "https://logo.clearbit.com/shop.example",
    ),
)  # fmt: skip
