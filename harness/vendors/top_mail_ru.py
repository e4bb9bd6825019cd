"""Top.Mail.Ru, the pixel of VK Ads (formerly myTarget): page views and goals, whose parameters stand between semicolons.

Documentation: https://ads.vk.ru/help/general/sites/offline_events (goals from a server), https://ads.vk.ru/help/general/sites (the pixel).

A goal is ``e=RG:<value>/<goal>``; the script's other ``e`` (``RT/load``) tell of time spent and are no occurrences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.hit import Hit
from harness.decode.payload import raw_body
from harness.decode.query import QueryTable, Row, fields, number
from harness.decode.readers import LibraryReader, epoch_seconds
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

_ROWS = {
    "id": Row("id", "Counter ID", "General"),
    "e": Row("e", "Event", "General"),
    "u": Row("url", "Page address", "Page"),
    "r": Row("referrer", "Referrer", "Page"),
    "title": Row("title", "Page title", "Page"),
    "pid": Row("pid", "User ID", "User"),
    "sid": Row("sid", "Session ID", "User"),
    "gender": Row("gender", "Gender", "User"),
    "age": Row("age", "Age", "User"),
    "rb_clickid": Row("rb_clickid", "Click ID", "User"),
    "st": Row(None, "Script began", "Technical"),
    "et": Row(None, "Event time", "Technical"),
    "s": Row(None, "Screen", "Device"),
    "vp": Row(None, "Window", "Device"),
    "touch": Row(None, "Touch screen", "Device"),
    "tz": Row(None, "Time zone", "Device"),
    "js": Row(None, "Script", "Technical"),
    "ver": Row(None, "Script version", "Technical"),
    "_": Row(None, "Cache buster", "Technical"),
}
_TABLE, _FORM = QueryTable(_ROWS, separator=";"), QueryTable(_ROWS)


def _decode(request: CapturedRequest) -> list[Hit]:
    query = split_url(request.url).query
    parameters = _TABLE.read(query) if ";" in query or "&" not in query else _FORM.read(query)
    if request.body.data:
        parameters = [*parameters, raw_body(request)]
    wire: dict[str, Any] = {each.name: each.value for each in reversed(parameters)}
    values = fields(parameters)
    told = str(wire.get("e") or "")
    counter = str(wire.get("id") or "") or None
    event, kind = ("pageview", "pageview") if counter else (None, "auxiliary")
    if told.startswith("RG:"):
        value, _, goal = told[3:].partition("/")
        event, kind = goal or "goal", "event"
        if value:
            values["value"] = number(value)
    elif told:
        event, kind = told, "auxiliary"
    page = values.get("url")
    campaign = campaign_of(page)
    if wire.get("rb_clickid"):
        campaign["rb_clickid"] = str(wire["rb_clickid"])
    return [
        Hit(
            kind=kind,
            event=event,
            account=counter,
            parameters=parameters,
            values=values,
            identifiers={name: str(wire[name]) for name in ("pid", "sid", "rb_clickid") if wire.get(name)},
            campaign=campaign,
            page_url=page,
            event_time=epoch_seconds(wire.get("et") or wire.get("st")),
        )
    ]


VENDOR = Vendor(
    id="top-mail-ru",
    name="Top.Mail.Ru (VK Ads)",
    category="advertising",
    docs=("https://ads.vk.ru/help/general/sites/offline_events",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("top-fwz1.mail.ru", "*.top.mail.ru") for path in ("/counter", "/tracker")),
        Endpoint(host="top-fwz1.mail.ru", path="/js/*", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_events=frozenset({"pageview", "RT/load"}),
    automatic_parameters=frozenset({"url", "referrer", "title", "sid"}),
    examples=(
        {
            "title": "a page view",
            "request": {
                "url": "https://top-fwz1.mail.ru/tracker?js=13;id=110605;u=https%3A//shop.example/%3Futm_source%3Dx;r=;st=1622790751934;s=1920*1080;sid=902645d1;ver=60.3.0"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "110605", "page_url": "https://shop.example/?utm_source=x",
                    "campaign": {"utm_source": "x"}, "identifiers": {"sid": "902645d1"}, "event_time": 1622790751.934,
                }
            ],
        },
        {
            "title": "a goal with its value, from a server",
            "request": {"url": "https://top-fwz1.mail.ru/tracker?id=3129261;e=RG%3A2000/order;rb_clickid=c1"},
            "hits": [
                {"kind": "event", "event": "order", "account": "3129261", "values": {"value": 2000}, "identifiers": {"rb_clickid": "c1"}, "campaign": {"rb_clickid": "c1"}}
            ],
        },
        {
            "title": "an audience's pixel without script",
            "request": {"url": "https://top-fwz1.mail.ru/tracker?id=2930776;e=RG%3A/trg-pixel-2812993-1507041739095;_=1", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "trg-pixel-2812993-1507041739095", "account": "2930776"}],
        },
        {
            "title": "a page view without script",
            "request": {"url": "https://top-fwz1.mail.ru/counter?id=3746698;js=na", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "3746698"}],
        },
        {"title": "the script", "request": {"url": "https://top-fwz1.mail.ru/js/code.js"}, "hits": [{"kind": "library", "account": None}]},
    ),
    lookalikes=(
        "https://shop.example/tracker?id=1;e=RG%3A/x",
        "https://top-fwz1.mail.ru.evil.example/counter?id=1",
        "https://top-fwz1.mail.ru/jump?from=3527895",
        "https://top.mail.ru/visits?id=1",
        "https://shop.example/?u=https%3A%2F%2Ftop-fwz1.mail.ru%2Fcounter%3Fid%3D1",
    ),
)  # fmt: skip
