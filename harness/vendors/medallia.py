"""Medallia: Digital Experience Analytics (formerly Decibel) and Medallia Digital (formerly Kampyle).

Documentation: https://docs.medallia.com/en/medallia-experience-cloud/web-and-app-experience/digital-experience-analytics (DXA),
https://docs.medallia.com/en/digital/web (Medallia Digital), https://docs.medallia.com/en/?resourceId=MEC-Digital-CSP (hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.document import PathTable, text_at
from harness.decode.payload import open_text, read_body
from harness.decode.query import PLAIN, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER = "General", "Page", "User"
_READ = QueryReader(
    {
        "event": Row("event", "Event", GENERAL),
        "eventName": Row("event", "Event", GENERAL),
        "event_name": Row("event", "Event", GENERAL),
        "websiteId": Row("websiteId", "Website ID", GENERAL),
        "accountId": Row(None, "Account ID", GENERAL),
        "formId": Row("formId", "Form ID", GENERAL),
        "url": Row("url", "Page address", PAGE),
        "pageUrl": Row("url", "Page address", PAGE),
        "sessionId": Row("sessionId", "Session ID", USER),
        "uuid": Row("uuid", "Visitor ID", USER),
    },
    event="event",
    account="websiteId",
    page="url",
    identifiers=("sessionId", "uuid"),
    kind=lambda event: "event" if event else "auxiliary",
)


_TRACKED = JsonReader(
    PathTable(
        {
            "event_name": Row("event", "Event", GENERAL),
            "websiteId": Row("websiteId", "Website ID", GENERAL),
            "accountId": Row("accountId", "Account ID", GENERAL),
            "formId": Row("formId", "Form ID", GENERAL),
            "formTriggerType": Row("formTriggerType", "Form's trigger", GENERAL),
            "environment": Row("environment", "Environment", GENERAL),
            "url": Row("url", "Page address", PAGE),
            "user_id": Row("user_id", "Visitor ID", USER),
            "event_timestamp_epoch": Row(None, "Time", "Technical"),
        }
    ),
    events="events",
    event=("event_name", "eventName", "event"),
    account=("websiteId", "accountId"),
    page=("url", "pageUrl"),
    time="event_timestamp_epoch",
    identifiers={"user_id": "user_id", "session_id": "session_id"},
    values=(),
    kind=lambda name, event: "pageview" if name == "nebula_page_view" else "auxiliary" if name in (None, "createSession") else "event",
)


def _track(request: CapturedRequest) -> list[Hit]:
    """Events of Medallia Digital: base64 of JSON in ``data``, of the query or a form, or a JSON body."""
    shared = PLAIN.read(split_url(request.url).query)
    payload = read_body(request)
    carried = [*shared, *payload.form()]
    opened = open_text(next((str(each.value) for each in carried if each.name == "data"), ""))
    if opened.documents:
        return _TRACKED.hits(opened, carried)
    return _TRACKED.hits(payload, shared) if payload.documents and text_at(payload.value, "websiteId") is None else _decode(request)


def _account(path: str, wire: Mapping[str, object]) -> str | None:
    """``/i/13498/77/di.js`` is account 13498, property 77; ``/wdcus/123/onsite/embed.js`` website 123."""
    steps = path.strip("/").split("/")
    if len(steps) > 1 and steps[0] == "i" and steps[1].isdecimal() and (len(steps) == 2 or not steps[2].isdecimal()):
        return steps[1]
    if len(steps) >= 3 and steps[0] == "i" and steps[1].isdecimal():
        return f"{steps[1]}/{steps[2]}" if steps[2].isdecimal() else steps[1]
    return steps[steps.index("onsite") - 1] if "onsite" in steps[1:] else None


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.account = hit.account or _account(split_url(request.url).path, {})
    return hits


_LIBRARY = LibraryReader(account=_account)

VENDOR = Vendor(
    id="medallia",
    name="Medallia",
    category="replay",
    docs=(
        "https://docs.medallia.com/en/medallia-experience-cloud/web-and-app-experience/digital-experience-analytics",
        "https://docs.medallia.com/en/digital/web",
    ),
    endpoints=(
        *(Endpoint(host=host, path="/i/*/di.js", role="library", decode=_LIBRARY) for host in ("cdn.decibelinsight.net", "*.decibelinsight.net", "decibelinsight.net", "*.decibel.com", "*.medallia.com")),
        *(Endpoint(host=host, path="/i/*") for host in ("*.decibelinsight.net", "*.decibelinsight.com")),
        *(Endpoint(host=host, path="*/track*", decode=_track) for host in ("udc-neb.kampyle.com", "udc.kampyle.com", "*.kampyle.com")),
        *(Endpoint(host=host) for host in ("udc-neb.kampyle.com", "udc.kampyle.com", "feedback.kampyle.com")),
        *(Endpoint(host=host, path="*/onsite/*", role="library", decode=_LIBRARY) for host in ("nebula-cdn.kampyle.com", "*.kampyle.com", "*.medallia.com", "*.medallia.eu")),
        Endpoint(host="nebula-cdn.kampyle.com", role="library", decode=_LIBRARY),
        Endpoint(host="resources.digital-cloud.medallia.com", role="library", decode=_LIBRARY),
    ),
    decode=_decode,
    examples=(
        {
            "title": "the DXA script",
            "request": {"url": "https://cdn.decibelinsight.net/i/13498/77/di.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "13498/77"}],
        },
        {
            "title": "what DXA collects",
            "request": {"url": "https://collection.decibelinsight.net/i/13498/77/c.json?uuid=v-1", "method": "POST", "body": {"x": [1]}},
            "hits": [{"kind": "auxiliary", "account": "13498/77", "identifiers": {"uuid": "v-1"}}],
        },
        {
            "title": "an event of Medallia Digital",
            "request": {"url": "https://udc-neb.kampyle.com/egw/5/x/track", "method": "POST", "body": {"eventName": "Form_Displayed", "websiteId": 123, "formId": 7}},
            "hits": [{"kind": "event", "event": "Form_Displayed", "account": "123"}],
        },
        {
            "title": "a page seen by Medallia Digital, base64 in an image's address",
            "request": {
                "url": "https://udc-neb.kampyle.com/egw/5/qceuv8449dzg58/track/__cool.gif?data=eyJldmVudHMiOlt7ImV2ZW50X25hbWUiOiJuZWJ1bGFfcGFnZV92aWV3IiwiZXZlbnRfdGltZXN0YW1wX2Vwb2NoIjoiMTYyNjQxMTc3NzE4OCIsInVzZXJfaWQiOiJ1LTEiLCJhY2NvdW50SWQiOjM5Mzk3OCwid2Vic2l0ZUlkIjo0NzQ4ODIsInVybCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlLz91dG1fc291cmNlPXgiLCJmb3JtSWQiOm51bGx9XX0%3D",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "nebula_page_view", "account": "474882", "event_time": 1626411777.188, "identifiers": {"user_id": "u-1"},
                    "campaign": {"utm_source": "x"}, "page_url": "https://shop.example/?utm_source=x",
                }
            ],
        },
        {
            "title": "the older DXA script",
            "request": {"url": "https://decibelinsight.net/i/13476/di.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "13476"}],
        },
        {
            "title": "the Medallia Digital script",
            "request": {"url": "https://nebula-cdn.kampyle.com/wu/123/onsite/embed.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "123"}],
        },
    ),
    lookalikes=(
        "https://shop.example/i/13498/77/di.js",
        "https://cdn.notdecibelinsight.net/i/1/2/di.js",
        "https://udc-neb.kampyle.com.evil.example/egw",
        "https://www.medallia.com/platform",
    ),
)  # fmt: skip
