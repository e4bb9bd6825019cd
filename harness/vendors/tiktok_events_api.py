"""TikTok Events API: events that a server sends to a pixel, app or CRM source.

Wire format: https://business-api.tiktok.com/portal/docs?id=1771100865818625 (Events API 2.0),
https://business-api.tiktok.com/portal/docs?id=1741601162187777 (the older pixel track and batch),
https://ads.tiktok.com/help/article/event-deduplication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at
from harness.decode.payload import Payload, read_body
from harness.decode.query import PLAIN, Prefix, Row
from harness.decode.readers import JsonReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = PathTable(
    {
        "event": Row(None, "Event", "General"),
        "event_time": Row(None, "Event time", "General"),
        "timestamp": Row(None, "Event time", "General"),
        "event_id": Row(None, "Event ID (deduplication)", "General"),
        "pixel_code": Row(None, "Pixel ID", "General"),
        "limited_data_use": Row(None, "Limited data use", "Consent"),
        "user.ttclid": Row(None, "Click ID", "User"),
        "user.ttp": Row(None, "Browser ID", "User"),
        "page.url": Row(None, "Page address", "Page"),
        "page.referrer": Row(None, "Referrer", "Page"),
        "properties.value": Row(None, "Value", "E-commerce"),
        "properties.currency": Row(None, "Currency", "E-commerce"),
    },
    (
        Prefix("user.", field=None, label="{}", group="User"),
        Prefix("context.user.", field=None, label="{}", group="User"),
        Prefix("context.", field=None, label="{}", group="Page"),
        Prefix("properties.", field=None, label="{}", group="Properties"),
        Prefix("app.", field=None, label="{}", group="App"),
        Prefix("ad.", field=None, label="{}", group="Ad"),
    ),
)
_USER = ("email", "phone", "external_id", "ttp", "ttclid", "phone_number", "lead_id", "idfa", "gaid", "locale_id")


def _derive(hit: Hit, event: Any, document: Any) -> None:
    for user in (at(event, "user"), at(event, "context.user")):
        for name in _USER if isinstance(user, dict) else ():
            value = user.get(name)
            first = value[0] if isinstance(value, list) and value else value
            if isinstance(first, str) and first:
                hit.identifiers[name] = first
    click = hit.identifiers.get("ttclid") or at(event, "context.ad.callback")
    if isinstance(click, str) and click:
        hit.campaign.setdefault("ttclid", click)
    limited = at(event, "limited_data_use")
    if isinstance(limited, bool):
        hit.consent = {"limited_data_use": limited}


_READ = JsonReader(
    _TABLE,
    events=lambda document: (
        next((document[key] for key in ("data", "batch") if isinstance(document.get(key), list)), None)
        if isinstance(document, dict)
        else None
    ),
    event="event",
    account=("event_source_id", "pixel_code", "app_id"),
    key="event_id",
    page=("page.url", "context.page.url"),
    time=("event_time", "timestamp"),
    values=("properties",),
    kind=lambda name, event: kind_of(name),
    derive=_derive,
)
_AROUND = PathTable(
    {
        "event_source": Row(None, "Source", "General"),
        "event_source_id": Row(None, "Source ID", "General"),
        "pixel_code": Row(None, "Pixel ID", "General"),
        "test_event_code": Row(None, "Test event code", "Technical"),
        "partner_name": Row(None, "Partner", "Technical"),
    }
)


def _decode(request: CapturedRequest) -> list[Hit]:
    shared = PLAIN.read(split_url(request.url).query)
    payload = read_body(request)
    if not payload.documents:
        return [_READ.unread(request, payload, shared)]
    hits: list[Hit] = []
    for document, notes in payload.documents:
        listed = next(
            (key for key in ("data", "batch") if isinstance(document, dict) and isinstance(document.get(key), list) and document[key]), None
        )
        around = [*shared, *_AROUND.read(document, notes, without=frozenset((listed,)))] if listed else shared
        hits += _READ.hits(Payload(payload.shape, payload.data, payload.text, [(document, notes)]), around)
    return hits


_URL = "https://business-api.tiktok.com/open_api/v1.3/event/track/"

VENDOR = Vendor(
    id="tiktok-events-api",
    name="TikTok Events API",
    category="server-side",
    docs=("https://business-api.tiktok.com/portal/docs?id=1771100865818625", "https://business-api.tiktok.com/portal/docs?id=1741601162187777"),
    endpoints=tuple(
        Endpoint(host=host, path=f"/open_api/*/{step}{slash}")
        for host in ("business-api.tiktok.com", "ads.tiktok.com", "sandbox-ads.tiktok.com")
        for step in ("event/track", "pixel/track", "pixel/batch", "app/track", "app/batch", "offline/track", "offline/batch")
        for slash in ("/", "")
    ),
    decode=_decode,
    examples=(
        {
            "title": "an order through Events API 2.0",
            "request": {
                "url": _URL, "method": "POST",
                "body": {
                    "event_source": "web", "event_source_id": "C1",
                    "data": [
                        {
                            "event": "CompletePayment", "event_time": 1795318940, "event_id": "e1", "user": {"email": "hash", "ttclid": "tc"},
                            "page": {"url": "https://shop.example/?utm_source=x"}, "limited_data_use": False,
                            "properties": {"value": 19.98, "currency": "EUR", "contents": [{"content_id": "S1", "quantity": 2}]},
                        }
                    ],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "CompletePayment", "account": "C1", "key": "e1", "event_time": 1795318940.0,
                    "identifiers": {"email": "hash", "ttclid": "tc"}, "campaign": {"utm_source": "x", "ttclid": "tc"}, "consent": {"limited_data_use": False},
                    "values": {"value": 19.98, "currency": "EUR", "contents": [{"content_id": "S1", "quantity": 2}]},
                }
            ],
        },
        {
            "title": "an app's event",
            "request": {
                "url": _URL, "method": "POST",
                "body": {
                    "event_source": "app", "event_source_id": "777", "test_event_code": "TEST1",
                    "data": [{"event": "InstallApp", "event_time": 1795318940, "event_id": "e5", "app": {"app_id": "1"}, "user": {"gaid": "g1", "idfa": "i1"}, "limited_data_use": True}],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "InstallApp", "account": "777", "key": "e5", "identifiers": {"gaid": "g1", "idfa": "i1"}, "consent": {"limited_data_use": True},
                    "parameters": {"test_event_code": "TEST1"},
                }
            ],
        },
        {
            "title": "one event of the older version",
            "request": {
                "url": "https://business-api.tiktok.com/open_api/v1.3/pixel/track/", "method": "POST",
                "body": {
                    "pixel_code": "C1", "event": "ViewContent", "event_id": "e6", "timestamp": "2026-11-22T03:42:20Z",
                    "context": {"user": {"email": "h", "phone_number": "p"}, "ad": {"callback": "clk"}, "page": {"url": "https://shop.example/?utm_source=z"}},
                    "properties": {"currency": "EUR", "value": 5},
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "ViewContent", "account": "C1", "key": "e6", "event_time": 1795318940.0, "identifiers": {"email": "h", "phone_number": "p"},
                    "campaign": {"utm_source": "z", "ttclid": "clk"}, "values": {"value": 5, "currency": "EUR"},
                }
            ],
        },
        {
            "title": "a batch of the older version",
            "request": {
                "url": "https://business-api.tiktok.com/open_api/v1.2/pixel/batch/", "method": "POST",
                "body": {"pixel_code": "C1", "batch": [{"type": "track", "event": "AddToCart", "event_id": "a"}, {"type": "track", "event": "Pageview", "event_id": "b"}]},
            },
            "hits": [{"kind": "event", "event": "AddToCart", "account": "C1", "key": "a"}, {"kind": "pageview", "event": "Pageview", "account": "C1", "key": "b"}],
        },
    ),
    lookalikes=(
        "https://business-api.nottiktok.com/open_api/v1.3/event/track/",
        "https://business-api.tiktok.com/open_api/v1.3/oauth2/access_token/",
        "https://shop.example/open_api/v1.3/event/track/",
        "https://business-api.tiktok.com.evil.example/open_api/v1.3/event/track/",
        "https://business-api.tiktok.com/portal/docs",
        "https://shop.example/?u=https%3A%2F%2Fbusiness-api.tiktok.com%2Fopen_api%2Fv1.3%2Fevent%2Ftrack%2F",
    ),
)  # fmt: skip
