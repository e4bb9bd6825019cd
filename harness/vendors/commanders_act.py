"""Commanders Act (TagCommander): containers, and the events that its server-side platform and campaign tracking receive.

Addresses: https://doc.commandersact.com/features/sources/sources-catalog/web/containers (containers),
https://doc.commandersact.com/developers/tracking/about-events (events), https://doc.commandersact.com/features/sources/sources-catalog/web/phoenix (campaigns).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "event_name": Row(None, "Event", "General"),
        "id": Row("id", "Event ID", "General"),
        "user.id": Row(None, "User ID", "User"),
        "user.email": Row(None, "Email", "User"),
        "user.consent_categories[]": Row(None, "Consent categories", "Consent"),
        "value": Row("value", "Value", "E-commerce"),
        "revenue": Row("revenue", "Revenue", "E-commerce"),
        "currency": Row("currency", "Currency", "E-commerce"),
        "context.page.url": Row(None, "Page address", "Page"),
        "context.page.title": Row(None, "Page title", "Page"),
    },
    (
        Prefix("user.", field=None, label="{}", group="User"),
        Prefix("context.", field=None, label="{}", group="Context"),
        Prefix("integrations.", field=None, label="{}", group="Technical"),
    ),
)
_QUERY = QueryTable(
    {
        "tc_s": Row(None, "Site ID", "General"),
        "token": Row(None, "Source key", "General"),
        "tcs": Row(None, "Site ID", "General"),
        "siteId": Row(None, "Site ID", "General"),
        "chn": Row("chn", "Channel", "Campaign"),
        "src": Row("src", "Source", "Campaign"),
        "cmp": Row("cmp", "Campaign", "Campaign"),
        "ctg": Row("ctg", "Category", "Campaign"),
        "idcv": Row("idcv", "Conversion ID", "E-commerce"),
        "mcv": Row("mcv", "Conversion value", "E-commerce", "number"),
    },
    (Prefix("c_", field=None, label="{}", group="General"),),
)
_NEVER = ("user", "context", "event_name", "integrations")


def _derive(hit: Hit, event: Any, document: Any) -> None:
    for name in _NEVER:
        hit.values.pop(name, None)
    categories = at(event, "user.consent_categories")
    if isinstance(categories, list):
        hit.consent = {str(each): True for each in categories}


_READ = JsonReader(
    _TABLE,
    events="events",
    event="event_name",
    key="id",
    page=("context.page.url", "page_location"),
    time="context.event_timestamp",
    identifiers={"user_id": "user.id", "email": "user.email", "device_id": "context.device.sdk_id"},
    values=("",),
    kind=lambda name, event: kind_of(name),
    derive=_derive,
    query=_QUERY,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    wire = {each.name: str(each.value) for each in reversed(_QUERY.read(split_url(request.url).query))}
    for hit in hits:
        hit.account = hit.account or wire.get("tc_s") or wire.get("tcs") or wire.get("siteId") or None
    return hits


def _site(path: str, wire: Mapping[str, Any]) -> str | None:
    named = wire.get("tcs") or wire.get("siteId")
    steps = path.strip("/").split("/")
    return str(named) if named else steps[0] if steps[0].isdecimal() else None


_CAMPAIGN = LibraryReader("auxiliary", account=_site, table=_QUERY.rows)
_URL = "https://collect.commander1.com/events?tc_s=1234&token=0a1b"

VENDOR = Vendor(
    id="commanders-act",
    name="Commanders Act",
    category="tag-manager",
    docs=("https://doc.commandersact.com/features/sources/sources-catalog/web/containers", "https://doc.commandersact.com/developers/tracking/about-events"),
    endpoints=(
        *(Endpoint(host=host, path="/events") for host in ("collect.commander1.com", "*.commander1.com")),
        *(Endpoint(host="*.commander1.com", path=path, decode=_CAMPAIGN) for path in ("/c3/*", "/v3/*", "/dms/*", "/ss/*", "/c4/*")),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader(account=_site)) for host in ("cdn.tagcommander.com", "*.tagcommander.com")),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"id"}),
    examples=(
        {
            "title": "a container",
            "request": {"url": "https://cdn.tagcommander.com/1234/tc_Shop_1.js"},
            "hits": [{"kind": "library", "account": "1234"}],
        },
        {
            "title": "a purchase",
            "request": {
                "url": _URL, "method": "POST",
                "body": {
                    "event_name": "purchase", "id": "T-1", "revenue": 19.98, "currency": "EUR", "items": [{"id": "S1", "quantity": 2}], "user": {"id": "u1", "consent_categories": [1, 3]},
                    "context": {"page": {"url": "https://shop.example/?utm_source=x"}},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "1234", "key": "T-1", "identifiers": {"user_id": "u1"}, "consent": {"1": True, "3": True},
                    "values": {"revenue": 19.98, "currency": "EUR", "items": [{"id": "S1", "quantity": 2}]}, "campaign": {"utm_source": "x"},
                }
            ],
        },
        {
            "title": "a campaign's click",
            "request": {"url": "https://shop.commander1.com/c3/?tcs=1234&chn=email&src=news&cmp=spring"},
            "hits": [{"kind": "auxiliary", "account": "1234", "values": {"chn": "email", "src": "news", "cmp": "spring"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/events?tc_s=1234",
        "https://notcommander1.com/events",
        "https://cdn.tagcommander.com.evil.example/1234/tc_Shop_1.js",
        "https://shop.example/?u=https%3A%2F%2Fcollect.commander1.com%2Fevents",
    ),
)  # fmt: skip
