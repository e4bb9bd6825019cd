"""Commanders Act (TagCommander): containers, and the events that its server-side platform and campaign tracking receive.

Addresses: https://doc.commandersact.com/features/sources/sources-catalog/web/containers (containers),
https://doc.commandersact.com/developers/tracking/about-events (events), https://doc.commandersact.com/features/sources/sources-catalog/web/phoenix (campaigns).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader, kind_of
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
        Prefix("properties.", field=None, label="{}", group="Properties"),
    ),
)
_QUERY = QueryTable(
    {
        "tc_s": Row(None, "Site ID", "General"),
        "token": Row(None, "Source key", "General"),
        "tcs": Row(None, "Site ID", "General"),
        "siteId": Row(None, "Site ID", "General"),
        "site": Row(None, "Site ID", "General"),
        "event_name": Row(None, "Event", "General"),
        "user[id]": Row("user_id", "User ID", "User"),
        "user[email]": Row("email", "Email", "User"),
        "user[consent_categories][]": Row(None, "Consent categories", "Consent"),
        "page_location": Row("page_location", "Page address", "Page"),
        "value": Row("value", "Value", "E-commerce", "number"),
        "revenue": Row("revenue", "Revenue", "E-commerce", "number"),
        "currency": Row("currency", "Currency", "E-commerce"),
        "id": Row("id", "Event ID", "General"),
        "chn": Row("chn", "Channel", "Campaign"),
        "src": Row("src", "Source", "Campaign"),
        "cmp": Row("cmp", "Campaign", "Campaign"),
        "ctg": Row("ctg", "Category", "Campaign"),
        "idcv": Row("idcv", "Conversion ID", "E-commerce"),
        "mcv": Row("mcv", "Conversion value", "E-commerce", "number"),
    },
    (Prefix("c_", field=None, label="{}", group="General"),),
)
_ANY = QueryTable(_QUERY.rows, (*_QUERY.prefixes, Prefix("", label="{}", group="Properties")))
_IMAGE = QueryReader(_ANY, key="id", page="page_location", identifiers=("user_id", "email"))
_NEVER = ("user", "context", "event_name", "event", "integrations", "properties", "page")


def _derive(hit: Hit, event: Any, document: Any) -> None:
    for name in _NEVER:
        hit.values.pop(name, None)
    categories = at(event, "user.consent_categories") or at(event, "properties.user.consent_categories")
    if isinstance(categories, list):
        hit.consent = {str(each): True for each in categories}


_READ = JsonReader(
    _TABLE,
    events="events",
    event=("event_name", "event"),
    key=("id", "event_id"),
    page=("context.page.url", "page.location", "page_location"),
    time=("context.event_timestamp", "event_timestamp"),
    identifiers={
        "user_id": ("user.id", "properties.user.id"),
        "email": ("user.email", "properties.user.email"),
        "device_id": "context.device.sdk_id",
    },
    values=("properties", ""),
    kind=lambda name, event: kind_of(name),
    derive=_derive,
    query=_QUERY,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _image(request) if read_body(request).shape in ("absent", "form") else _READ(request)
    wire = {each.name: str(each.value) for each in reversed(_QUERY.read(split_url(request.url).query))}
    for hit in hits:
        hit.account = hit.account or wire.get("tc_s") or wire.get("tcs") or wire.get("siteId") or None
    return hits


def _image(request: CapturedRequest) -> list[Hit]:
    """An image's query is one event."""
    hits = _IMAGE(request)
    for hit in hits:
        hit.event = next((str(each.value) for each in hit.parameters if each.name == "event_name" and each.value), None)
        hit.kind = kind_of(hit.event)
        categories = [str(each.value) for each in hit.parameters if each.name == "user[consent_categories][]"]
        hit.consent = dict.fromkeys(categories, True) or None
    return hits


def _is_event(request: CapturedRequest) -> bool:
    """Told under the site's own host by the site's number, and an event with its name in the body or the query."""
    query = f"&{split_url(request.url).query}"
    if not query.partition("&tc_s=")[2].partition("&")[0].isdecimal():
        return False
    document = read_body(request).value
    return "&event_name=" in query or text_at(document, "event_name") is not None or isinstance(at(document, "events"), list)


def _site(path: str, wire: Mapping[str, Any]) -> str | None:
    """The query's site, or the container's: ``/1234/tc_Shop_1.js``, ``/privacy/1234/privacy_v2_1.js``."""
    named = next((wire[key] for key in ("tc_s", "tcs", "siteId", "site") if wire.get(key)), None)
    step = next((each for each in path.strip("/").split("/")[:2] if each.isdecimal()), None)
    return str(named) if named else step


_CAMPAIGN = LibraryReader("auxiliary", account=_site, table=_QUERY.rows)
_URL = "https://collect.commander1.com/events?tc_s=1234&token=0a1b"

VENDOR = Vendor(
    id="commanders-act",
    name="Commanders Act",
    category="tag-manager",
    docs=("https://doc.commandersact.com/features/sources/sources-catalog/web/containers", "https://doc.commandersact.com/developers/tracking/about-events"),
    endpoints=(
        *(Endpoint(host=host, path="/events") for host in ("collect.commander1.com", "*.commander1.com")),
        Endpoint(host="*", path="*/cdp/events", recognise=_is_event),
        *(Endpoint(host="*.commander1.com", path=f"/{step}{rest}", decode=_CAMPAIGN) for step in ("c3", "v3", "s3", "cs3", "css", "dms", "ss", "c4") for rest in ("", "/*")),
        *(
            Endpoint(host=host, path=f"/{step}", decode=LibraryReader("consent", account=_site, table=_QUERY.rows))
            for host in ("privacy.commander1.com", "privacy.trustcommander.net", "*.trustcommander.net")
            for step in ("privacy-consent", "privacy-consent/")
        ),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader(account=_site)) for host in ("cdn.tagcommander.com", "*.tagcommander.com", "cdn.trustcommander.net")),
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
            "title": "an event as an image",
            "request": {
                "url": "https://collect.commander1.com/events?tc_s=1234&token=0a1b&event_name=page_view&page_type=product_list&user[id]=u1&user[consent_categories][]=1&user[consent_categories][]=3"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page_view", "account": "1234", "values": {"page_type": "product_list"}, "identifiers": {"user_id": "u1"},
                    "consent": {"1": True, "3": True},
                }
            ],
        },
        {
            "title": "an event under the site's own host",
            "request": {
                "url": "https://data.shop.example/cdp/events?tc_s=1234", "method": "POST",
                "body": {"event_name": "add_to_cart", "value": 8, "currency": "EUR", "items": [{"id": "S1", "quantity": 1}], "user": {"id": "u1"}},
            },
            "hits": [{"kind": "event", "event": "add_to_cart", "account": "1234", "values": {"value": 8, "currency": "EUR"}, "identifiers": {"user_id": "u1"}}],
        },
        {
            "title": "an event in the older shape",
            "request": {
                "url": "https://collect.commander1.com/events?tc_s=1234", "method": "POST",
                "body": {
                    "event_name": "search", "event_id": "e-1", "event_timestamp": 1639044446636,
                    "properties": {"search_term": "tees", "user": {"id": "u1", "consent_categories": [1, 3]}}, "page": {"title": "Search", "location": "https://shop.example/search"},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "search", "key": "e-1", "event_time": 1639044446.636, "values": {"search_term": "tees"}, "identifiers": {"user_id": "u1"},
                    "consent": {"1": True, "3": True}, "page_url": "https://shop.example/search",
                }
            ],
        },
        {
            "title": "a consent",
            "request": {"url": "https://privacy.commander1.com/privacy-consent?site=1234", "method": "POST", "body": {"action": "optin"}},
            "hits": [{"kind": "consent", "account": "1234"}],
        },
        {
            "title": "a campaign's click",
            "request": {"url": "https://shop.commander1.com/c3/?tcs=1234&chn=email&src=news&cmp=spring"},
            "hits": [{"kind": "auxiliary", "account": "1234", "values": {"chn": "email", "src": "news", "cmp": "spring"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/events?tc_s=1234",
        "https://shop.example/cdp/events?tc_s=1234",
        {"url": "https://shop.example/cdp/events", "method": "POST", "body": {"event_name": "x"}},
        "https://notcommander1.com/events",
        "https://cdn.tagcommander.com.evil.example/1234/tc_Shop_1.js",
        "https://shop.example/?u=https%3A%2F%2Fcollect.commander1.com%2Fevents",
    ),
)  # fmt: skip
