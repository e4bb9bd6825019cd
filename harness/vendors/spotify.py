"""Spotify Pixel (Spotify Ad Analytics, formerly Podsights).

Documentation: https://help.adanalytics.spotify.com/install-the-spotify-pixel, https://help.adanalytics.spotify.com/technical-pixel-docs.
A request carries batches, each with a pixel's id and its events; each event is a hit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable, at, text_at
from harness.decode.hit import Hit, Parameter
from harness.decode.payload import raw_body, read_body
from harness.decode.query import PLAIN, Row, fields
from harness.decode.readers import epoch_seconds
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, COMMERCE, USER, PAGE = "General", "E-commerce", "User", "Page"

_EVENT = "batch[].events[]."
_TABLE = PathTable(
    {
        "batch[].pid": Row(None, "Pixel ID", GENERAL),
        "batch[].key": Row(None, "Pixel ID", GENERAL),
        f"{_EVENT}action": Row(None, "Event", GENERAL),
        f"{_EVENT}body.value": Row("value", "Value", COMMERCE, "number"),
        f"{_EVENT}body.currency": Row("currency", "Currency", COMMERCE),
        f"{_EVENT}body.order_id": Row("order_id", "Order ID", COMMERCE),
        f"{_EVENT}body.discount_code": Row("discount_code", "Discount code", COMMERCE),
        f"{_EVENT}body.is_new_customer": Row("is_new_customer", "New customer", COMMERCE),
        f"{_EVENT}body.quantity": Row("quantity", "Quantity", COMMERCE, "number"),
        f"{_EVENT}body.category": Row("category", "Category", GENERAL),
        f"{_EVENT}body.type": Row("type", "Type", GENERAL),
        f"{_EVENT}body.url": Row(None, "Page address", PAGE),
        f"{_EVENT}body.referrer": Row(None, "Referrer", PAGE),
        f"{_EVENT}body.id": Row(None, "User ID", USER),
    }
)


def _decode(request: CapturedRequest) -> list[Hit]:
    shared = PLAIN.read(split_url(request.url).query)
    payload = read_body(request)
    document = payload.value
    batches = at(document, "batch")
    if not isinstance(batches, list):
        batches = document if _is_listed(document) else [document] if isinstance(at(document, "events"), list) else None
    if batches is None:
        if request.body.data:
            problem = payload.problem or "" if payload.documents else payload.problem or f"JSON expected, found {payload.shape}"
            return [Hit(kind="auxiliary", parameters=[*shared, raw_body(request)], undecoded=problem)]
        return [Hit(kind="auxiliary", parameters=shared)]
    of_batch: dict[str, list[Parameter]] = {}
    of_event: dict[str, list[Parameter]] = {}
    named = "" if batches is document else "batch"
    around = list(shared)
    for number, batch in enumerate(batches):
        for each in _TABLE.read([batch], payload.notes, at="batch"):
            name = f"{named}[{number}]{each.name[8:]}"
            _, mark, rest = name.partition(".events[")
            kept = each if name == each.name else each._replace(name=name)
            (of_event.setdefault(f"{number}.{rest.partition(']')[0]}", []) if mark else of_batch.setdefault(str(number), [])).append(kept)
    if isinstance(document, dict) and at(document, "batch") is not None:
        around += _TABLE.read(document, payload.notes, without=frozenset(("batch",)))
    hits = []
    for number, batch in enumerate(batches):
        before = [*around, *of_batch.get(str(number), ())]
        events = at(batch, "events")
        # The older script gives every page a `pid` of its own beside the pixel's key.
        pixel = text_at(batch, "key") or text_at(batch, "pid")
        if not isinstance(events, list) or not events:
            hits.append(Hit(kind="auxiliary", account=pixel, parameters=before + of_event.get(f"{number}.", [])))
            continue
        for place, event in enumerate(events):
            hit = _hit(event, pixel, before, of_event.get(f"{number}.{place}", []))
            hit.identifiers.update({key: text for key in ("uid", "sid") if (text := text_at(batch, key)) is not None})
            hits.append(hit)
    return hits


def _is_listed(document: Any) -> bool:
    return isinstance(document, list) and bool(document) and all(isinstance(at(each, "events"), list) for each in document)


def _hit(event: Any, pixel: str | None, before: list[Parameter], own: list[Parameter]) -> Hit:
    name = text_at(event, "action")
    body = at(event, "body")
    values = fields(own)
    if isinstance(body, dict):
        for key, value in body.items():
            values.setdefault(key, value)
    page = text_at(event, "body.url") or text_at(event, "url")
    identifying = ("id", "alias", "email", "user_id") if name == "alias" else ("alias", "email", "user_id")
    identifiers = {key: text for key in identifying if (text := text_at(body, key)) is not None}
    return Hit(
        kind="auxiliary" if name is None else "pageview" if name in ("view", "init") else "identify" if name == "alias" else "event",
        event=name,
        account=pixel or text_at(event, "pid"),
        parameters=[*before, *own],
        values=values,
        identifiers=identifiers,
        key=text_at(event, "body.order_id"),
        campaign=campaign_of(page),
        page_url=page,
        event_time=epoch_seconds(at(event, "timestamp") or at(event, "time")),
    )


VENDOR = Vendor(
    id="spotify",
    name="Spotify Pixel",
    category="advertising",
    docs=("https://help.adanalytics.spotify.com/install-the-spotify-pixel", "https://help.adanalytics.spotify.com/technical-pixel-docs"),
    endpoints=(
        Endpoint(host="pixels.spotify.com", path="/v1/ingest"),
        Endpoint(host="pixels.spotify.com", path="/v2/ingest"),
        Endpoint(host="us-central1-adaptive-growth.cloudfunctions.net", path="/pdst-events-prod-sink"),
        Endpoint(host="pixel.byspotify.com", path="/*", role="library"),
        Endpoint(host="cdn.pdst.fm", path="/ping.min.js", role="library"),
    ),
    decode=_decode,
    automatic_events=frozenset({"view", "init"}),
    examples=(
        {
            "title": "a view and a purchase in one request",
            "request": {
                "url": "https://pixels.spotify.com/v1/ingest",
                "method": "POST",
                "body": {
                    "batch": [
                        {
                            "pid": "788901d7db0b41b78306a2872a6bbbc4",
                            "events": [
                                {"action": "view", "body": {"url": "https://shop.example/?utm_source=podcast"}},
                                {
                                    "action": "purchase",
                                    "body": {
                                        "value": "19.98", "currency": "USD", "order_id": "T-1", "url": "https://shop.example/thanks",
                                        "line_items": [{"id": "A", "quantity": 1}],
                                    },
                                },
                            ],
                        }
                    ]
                },
            },
            "hits": [
                {"kind": "pageview", "event": "view", "account": "788901d7db0b41b78306a2872a6bbbc4", "campaign": {"utm_source": "podcast"}},
                {
                    "kind": "event", "event": "purchase", "key": "T-1",
                    "values": {"value": 19.98, "currency": "USD", "line_items": [{"id": "A", "quantity": 1}]},
                    "parameters": {"batch[0].pid": "788901d7db0b41b78306a2872a6bbbc4"},
                },
            ],
        },
        {
            "title": "two pixels",
            "request": {
                "url": "https://pixels.spotify.com/v1/ingest",
                "method": "POST",
                "body": {"batch": [{"pid": "a", "events": [{"action": "lead", "body": {}}]}, {"pid": "b", "events": [{"action": "lead"}]}]},
            },
            "hits": [
                {"event": "lead", "account": "a"},
                {"event": "lead", "account": "b", "parameters": {"batch[1].pid": "b", "batch[1].events[0].action": "lead"}},
            ],
        },
        {
            "title": "a page and a lead of Podsights, as the pixel was called",
            "request": {
                "url": "https://us-central1-adaptive-growth.cloudfunctions.net/pdst-events-prod-sink", "method": "POST",
                "body": [
                    {
                        "uid": "u-1", "sid": "s-1", "pid": "5d1c-page", "key": "18858202ee0c4082a0f7e6d3d8b53c94", "time": 1795318941,
                        "events": [
                            {"action": "init", "time": 1795318940.5, "group": None, "body": {"url": "https://shop.example/?utm_source=podcast", "referrer": ""}},
                            {"action": "lead", "time": 1795318941, "body": {"value": 5, "currency": "USD"}},
                        ],
                    }
                ],
            },
            "hits": [
                {
                    "kind": "pageview", "event": "init", "account": "18858202ee0c4082a0f7e6d3d8b53c94", "event_time": 1795318940.5, "campaign": {"utm_source": "podcast"},
                    "identifiers": {"uid": "u-1", "sid": "s-1"}, "parameters": {"[0].uid": "u-1"},
                },
                {"kind": "event", "event": "lead", "values": {"value": 5, "currency": "USD"}, "parameters": {"[0].events[1].action": "lead"}},
            ],
        },
        {"title": "the script", "request": {"url": "https://pixel.byspotify.com/ping.min.js"}, "hits": [{"kind": "library"}]},
    ),
    lookalikes=(
        "https://shop.example/v1/ingest",
        "https://pixels.spotify.com.evil.example/v1/ingest",
        "https://notpixels.spotify.com/v1/ingest",
        "https://shop.example/?u=https%3A%2F%2Fpixels.spotify.com%2Fv1%2Fingest",
        "https://open.spotify.com/track/1",
    ),
)  # fmt: skip
