"""Simpli.fi pixel.

Documentation: https://docs.tealium.com/client-side-tags/simpli-fi/, https://simpli.fi/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping


def _event(values: Mapping[str, Any]) -> str | None:
    named = values.get("conversion") not in (None, "", "0") or values.get("c") not in (None, "")
    return "conversion" if named else str(values["segment"]) if values.get("segment") else "page_view" if values.get("cid") else None


_READ = QueryReader(
    QueryTable(
        {
            "cid": Row("cid", "Company ID", "General"),
            "action": Row("action", "Action ID", "General"),
            "segment": Row("segment", "Segment", "General"),
            "conversion": Row("conversion", "Conversion ID", "General"),
            "campaign_id": Row("campaign_id", "Campaign ID", "General"),
            "c": Row("c", "Conversion name", "General"),
            "ctype": Row("ctype", "Conversion type", "General"),
            "q": Row("q", "Keywords", "General"),
            "ref": Row("referrer", "Page address", "Page"),
            "tid": Row("tid", "Transaction ID", "E-commerce"),
            "sifi_tuid": Row("sifi_tuid", "Tag user ID", "User"),
            "m": Row(None, "Matching", "Technical"),
            "referrer": Row("referrer", "Page address", "Page"),
        }
    ),
    event=_event,
    account="cid",
    key="tid",
    page="referrer",
    identifiers=("sifi_tuid",),
)

VENDOR = Vendor(
    id="simplifi",
    name="Simpli.fi",
    category="advertising",
    docs=("https://docs.tealium.com/client-side-tags/simpli-fi/",),
    endpoints=(
        *(Endpoint(host="i.simpli.fi", path=path) for path in ("/dpx", "/dpx.js")),
        Endpoint(host="tag.simpli.fi", path="/sifitag/*", role="library", decode=LibraryReader(account=lambda path, wire: path.rpartition("/")[2])),
        Endpoint(host="um.simpli.fi", path="/*", decode=LibraryReader("auxiliary")),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a page that names no segment",
            "request": {"url": "https://i.simpli.fi/dpx?cid=42167&m=1&sifi_tuid=20769&cbri=965697365535&referrer=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "42167", "page_url": "https://shop.example/?utm_source=x", "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "a conversion with its name",
            "request": {"url": "https://i.simpli.fi/dpx?cid=123&conversion=40&campaign_id=0&m=1&c=orderconfirmed&tid=T-1&sifi_tuid=7"},
            "hits": [{"kind": "event", "event": "conversion", "account": "123", "key": "T-1", "values": {"c": "orderconfirmed", "conversion": "40"}}],
        },
        {
            "title": "a segment",
            "request": {"url": "https://i.simpli.fi/dpx.js?cid=123&action=100&segment=shoppers&m=1&sifi_tuid=7"},
            "hits": [{"event": "shoppers", "account": "123", "identifiers": {"sifi_tuid": "7"}}],
        },
        {"title": "the tag", "request": {"url": "https://tag.simpli.fi/sifitag/0a1b2c3d"}, "hits": [{"kind": "library", "account": "0a1b2c3d"}]},
    ),
    lookalikes=(
        "https://shop.example/dpx?cid=123&conversion=40",
        "https://i.simpli.fi.evil.example/dpx?cid=1",
        "https://noti.simpli.fi/dpx?cid=1",
        "https://shop.example/?u=https%3A%2F%2Fi.simpli.fi%2Fdpx",
    ),
)  # fmt: skip
