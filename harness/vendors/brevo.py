"""Brevo (formerly Sendinblue): the tracker's pages, links, events and identities, and the events API.

Documentation: https://developers.brevo.com/docs/track-js (tracker), https://developers.brevo.com/docs/track-custom-events-js,
https://developers.brevo.com/reference/createevent (events API), https://developers.brevo.com/docs/track-events-2 (tracker's REST calls).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, text_at
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, PROPERTIES, TECHNICAL = "General", "Page", "User", "Properties", "Technical"
_KINDS = {"page": "pageview", "identify": "identify", "track": "event", "trackLink": "event"}

_READ = QueryReader(
    QueryTable(
        {
            "key": Row("client_key", "Client key", GENERAL),
            "sib_type": Row("sib_type", "Call", GENERAL),
            "sib_name": Row("sib_name", "Name", GENERAL),
            "event": Row("sib_name", "Name", GENERAL),
            "email_id": Row("email", "E-mail", USER),
            "email": Row("email", "E-mail", USER),
            "cuid": Row("cuid", "Visitor ID", USER),
            "session_id": Row("session_id", "Session ID", USER),
            "ma_url": Row("ma_url", "Page address", PAGE),
            "ma_path": Row("ma_path", "Path", PAGE),
            "ma_title": Row("ma_title", "Page title", PAGE),
            "ma_referrer": Row("ma_referrer", "Referrer", PAGE),
            "eventdata": Row("eventdata", "Event data", PROPERTIES, "json"),
            "contact": Row("contact", "Contact", USER, "json"),
            "properties": Row("properties", "Properties", PROPERTIES, "json"),
            "isNewSession": Row(None, "New session", TECHNICAL),
            "href": Row("href", "Link", PROPERTIES),
            "linkid": Row("linkid", "Link ID", PROPERTIES),
        },
        (Prefix("ma_", label="{}", group=PAGE), Prefix("utm_", label="{}", group="Campaign"), Prefix("", label="{}", group=PROPERTIES)),
    ),
    account="client_key",
    page="ma_url",
    identifiers=("email", "cuid", "session_id"),
    lifted=("eventdata", "properties"),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """``sib_type`` says which call it is; a track's name is ``sib_name``."""
    hits = _READ(request)
    for hit in hits:
        call = str(hit.values.get("sib_type") or "")
        name = hit.values.get("sib_name")
        hit.kind = _KINDS.get(call, "event" if call or name else "auxiliary")
        hit.event = str(name) if name and call in ("track", "") else call or None
    return hits


_CALLS = {"trackEvent": "event", "trackPage": "pageview", "trackLink": "event", "identify": "identify"}
_API = JsonReader(
    PathTable(
        {
            "event": Row(None, "Event", GENERAL),
            "event_name": Row(None, "Event", GENERAL),
            "page": Row(None, "Page", GENERAL),
            "link": Row(None, "Link", GENERAL),
            "email": Row("email", "E-mail", USER),
            "event_date": Row(None, "Time", TECHNICAL),
        },
        (
            Prefix("properties.", field=None, label="{}", group=PROPERTIES),
            Prefix("event_properties.", field=None, label="{}", group=PROPERTIES),
            Prefix("attributes.", field=None, label="{}", group=USER),
            Prefix("identifiers.", field=None, label="{}", group=USER),
        ),
    ),
    event=("event", "event_name"),
    page=lambda event, document: _page(event),
    key=("eventdata.id",),
    time="event_date",
    identifiers={
        "email": ("email", "identifiers.email_id"),
        "cuid": "cuid",
        "ext_id": "identifiers.ext_id",
        "phone": "identifiers.phone_id",
    },
    values=("properties", "event_properties", "eventdata", "eventdata.data", "attributes", ""),
)


def _page(event: Any) -> str | None:
    """The page's address; ``page`` is its name, or its address."""
    named = text_at(event, "page") or ""
    found = next((text for path in ("properties.ma_url", "properties.url", "url") if (text := text_at(event, path)) is not None), None)
    return found or (named if "://" in named else None)


def _api(request: CapturedRequest) -> list[Hit]:
    hits = _API(request)
    call = split_url(request.url).path.rpartition("/")[2]
    for hit in hits:
        if call in _CALLS and not hit.undecoded:
            hit.kind = _CALLS[call]
            hit.event = hit.event or call
        hit.account = hit.account or request.header("ma-key")
    return hits


def _key(path: str, wire: Mapping[str, Any]) -> str | None:
    return str(wire["key"]) if wire.get("key") else None


VENDOR = Vendor(
    id="brevo",
    name="Brevo",
    category="marketing",
    docs=("https://developers.brevo.com/docs/track-js", "https://developers.brevo.com/reference/createevent"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("in-automate.brevo.com", "in-automate.sendinblue.com") for path in ("/p", "/cm", "/e")),
        *(Endpoint(host=host, path=f"/api/v2/{call}", decode=_api) for host in ("in-automate.brevo.com", "in-automate.sendinblue.com") for call in _CALLS),
        *(Endpoint(host=host, path=path, decode=_api) for host in ("api.brevo.com", "api.sendinblue.com") for path in ("/v3/events", "/v3/events/batch")),
        *(Endpoint(host=host, path=path, role="library", decode=LibraryReader(account=_key)) for host in ("sibautomation.com", "cdn.sibautomation.com") for path in ("/sa.js", "/cm.html")),
        Endpoint(host="cdn.brevo.com", path="/js/*", role="library", decode=LibraryReader(account=_key)),
        Endpoint(host="conversations-widget.brevo.com", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_events=frozenset({"page"}),
    automatic_parameters=frozenset({"client_key", "sib_type", "cuid", "session_id", "url", "path", "title", "referrer", "ma_*"}),
    examples=(
        {
            "title": "a page",
            "request": {
                "url": "https://in-automate.brevo.com/p?cuid=c-1&ma_url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&ma_title=Shop&sib_type=page&sib_name=Shop&key=k1&email_id=a%40b.co"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page", "account": "k1", "page_url": "https://shop.example/?utm_source=news",
                    "campaign": {"utm_source": "news"}, "identifiers": {"email": "a@b.co", "cuid": "c-1"}, "values": {"ma_title": "Shop"},
                }
            ],
        },
        {
            "title": "an event, from the older host",
            "request": {"url": "https://in-automate.sendinblue.com/p?cuid=c-1&sib_type=track&sib_name=order_completed&key=k1&eventdata=%7B%22order%22%3A%22T-1%22%7D"},
            "hits": [{"kind": "event", "event": "order_completed", "account": "k1", "values": {"order": "T-1"}}],
        },
        {
            "title": "an event of the REST call",
            "request": {
                "url": "https://in-automate.brevo.com/api/v2/trackEvent", "method": "POST", "headers": {"ma-key": "k1"},
                "body": {"email": "a@b.co", "event": "order_completed", "eventdata": {"id": "cart:7", "data": {"total": 19.98}}},
            },
            "hits": [{"kind": "event", "event": "order_completed", "account": "k1", "key": "cart:7", "values": {"total": 19.98}, "identifiers": {"email": "a@b.co"}}],
        },
        {
            "title": "a link, with an attribute of the site's own",
            "request": {"url": "https://in-automate.brevo.com/p?sib_type=trackLink&key=k1&session_id=s-1&email_id=&ma_url=https%3A%2F%2Fshop.example%2F&href=%2Fsale&linkid=cta&sib_name=cta&colour=red"},
            "hits": [{"kind": "event", "event": "trackLink", "account": "k1", "values": {"href": "/sale", "colour": "red"}, "identifiers": {"session_id": "s-1"}}],
        },
        {
            "title": "an identity of the REST call, and a page",
            "request": {
                "url": "https://in-automate.sendinblue.com/api/v2/trackPage", "method": "POST", "headers": {"ma-key": "k1"},
                "body": {"email": "a@b.co", "page": "https://shop.example/?utm_source=x", "properties": {"ma_title": "Shop", "ma_path": "/"}},
            },
            "hits": [{"kind": "pageview", "event": "trackPage", "account": "k1", "page_url": "https://shop.example/?utm_source=x", "campaign": {"utm_source": "x"}, "values": {"ma_title": "Shop"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://sibautomation.com/sa.js?key=k1", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "k1"}],
        },
    ),
    lookalikes=(
        "https://shop.example/p?sib_type=page&key=k1",
        "https://in-automate.notbrevo.com/p?sib_type=page",
        "https://in-automate.brevo.com.evil.example/p",
        "https://www.brevo.com/p?sib_type=page",
        "https://app.brevo.com/automation",
        "https://shop.example/?x=https%3A%2F%2Fin-automate.brevo.com%2Fp",
    ),
)  # fmt: skip
