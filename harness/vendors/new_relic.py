"""New Relic Browser: page views, custom actions, errors, logs and replays.

Documentation: https://docs.newrelic.com/docs/browser/browser-monitoring/getting-started/browser-monitoring-agent-data/,
https://docs.newrelic.com/docs/browser/new-relic-browser/configuration/proxy-agent-requests/ (proxies),
https://docs.newrelic.com/docs/new-relic-solutions/get-started/networks/ (hosts), https://github.com/newrelic/newrelic-browser-agent.

``/1/<key>`` is a page view, ``/<feature>/1/<key>`` what the feature gathered.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, EVENT, TIMING, TECHNICAL = "General", "Page", "User", "Event", "Timing", "Technical"
_QUERY = QueryTable(
    {
        "a": Row("application_id", "Application ID", GENERAL),
        "app_id": Row("application_id", "Application ID", GENERAL),
        "browser_monitoring_key": Row("license_key", "Licence key", GENERAL),
        "t": Row("transaction_name", "Transaction", GENERAL),
        "to": Row("transaction_name", "Transaction", GENERAL),
        "ref": Row("page_url", "Page address", PAGE),
        "r": Row("referrer", "Referrer", PAGE),
        "s": Row("session_id", "Session ID", USER),
        "ptid": Row("page_trace_id", "Page trace ID", PAGE),
        "ja": Row("custom_attributes", "Custom attributes", EVENT, "json"),
        "be": Row(None, "Back-end time (ms)", TIMING),
        "fe": Row(None, "Front-end time (ms)", TIMING),
        "dc": Row(None, "DOM content time (ms)", TIMING),
        "perf": Row(None, "Timing", TIMING),
        "rst": Row(None, "Time since the page began (ms)", TIMING),
        "ck": Row(None, "Cookies", TECHNICAL),
        "sa": Row(None, "Several agents", TECHNICAL),
        "v": Row(None, "Agent version", TECHNICAL),
        "ht": Row(None, "Harvest", TECHNICAL),
    }
)
_PAGE = QueryReader(
    _QUERY,
    event=lambda values: "PageView",
    account="application_id",
    page="page_url",
    identifiers=("session_id",),
    kind=lambda event: "pageview",
    lifted=("custom_attributes",),
)
_REST = QueryReader(_QUERY, account="application_id", page="page_url", identifiers=("session_id",))
_EVENTS = PathTable(
    {
        "eventType": Row(None, "Event type", EVENT),
        "actionName": Row(None, "Action", EVENT),
        "timestamp": Row(None, "Time", TECHNICAL),
        "params.message": Row("message", "Message", EVENT),
    }
)


_BY_ITSELF = frozenset(("UserAction", "BrowserPerformance"))


def _reader(events: str, kind: str) -> JsonReader:
    return JsonReader(
        _EVENTS,
        events=events,
        event=lambda event, document: text_at(event, "actionName") or text_at(event, "eventType") or {"err": "JavaScriptError"}.get(events),
        time="timestamp",
        page=("currentUrl", "pageUrl"),
        identifiers={"session_id": "session", "user_id": ("enduser.id", "userId")},
        kind=lambda name, event: "auxiliary" if name in _BY_ITSELF or not name else kind,
        values=("custom", ""),
        query=_QUERY,
    )


_LOGS = JsonReader(
    PathTable(
        {"message": Row("message", "Message", EVENT), "level": Row("level", "Level", EVENT), "timestamp": Row(None, "Time", TECHNICAL)}
    ),
    events="logs",
    shared=PathTable({}),
    event=lambda event, document: "log" if text_at(event, "message") is not None else None,
    account=("common.attributes.appId", "attributes.appId"),
    time="timestamp",
    page=("attributes.session.url", "attributes.pageUrl"),
    identifiers={"session_id": "common.attributes.session"},
    values=("attributes", ""),
    query=_QUERY,
)


_READERS = {"ins": _reader("ins", "event"), "jserrors": _reader("err", "auxiliary")}


def _decode(request: CapturedRequest) -> list[Hit]:
    steps = split_url(request.url).path.strip("/").split("/")
    place = next((index for index, step in enumerate(steps) if step in _VERSIONS), -1)
    feature = steps[place - 1] if place > 0 else "" if place == 0 else steps[-1]
    payload = read_body(request)
    hits: list[Hit] = []
    if feature in _READERS and payload.documents:
        hits = _READERS[feature](request)
        if isinstance(payload.value, dict) and not payload.value.get({"ins": "ins", "jserrors": "err"}[feature]):
            hits = []
    if feature == "logs" and isinstance(payload.value, list):
        unwrapped = replace(payload, documents=[(each, payload.notes) for each in payload.value])
        hits = _LOGS.hits(unwrapped, _QUERY.read(split_url(request.url).query))
    if not hits:
        hits = (_PAGE if place >= 0 and feature not in _FEATURES else _REST)(request)
    attributes = at(payload.value, "ja")
    written = _WRITTEN.get(payload.data[:8].partition(b";")[2][:1]) if payload.data.startswith(b"bel.") else None
    for hit in hits:
        for key, value in attributes.items() if isinstance(attributes, dict) else ():
            hit.values.setdefault(key, value)
        hit.event = hit.event or written
        for name, key in (("session_id", "session_id"), ("user_id", "enduser.id")):
            if name not in hit.identifiers and isinstance(found := hit.values.get(key), str):
                hit.identifiers[name] = found
        if place >= 0 and len(steps) > place + 1:
            hit.values.setdefault("license_key", steps[place + 1])
        hit.account = hit.account or _account(hit)
        if hit.identifiers.get("session_id") == "0":
            del hit.identifiers["session_id"]
        hit.page_url = hit.page_url or (str(hit.values["page_url"]) if hit.values.get("page_url") else None)
    return hits


def _account(hit: Hit) -> str | None:
    found: Any = hit.values.get("application_id") or hit.values.get("license_key")
    return str(found) if found else None


_FEATURES = frozenset(("events", "ins", "jserrors", "resources", "blobs", "logs", "connect"))
_VERSIONS = ("1", "2")
# What the agent's own text is about, by its first node.
_WRITTEN = {b"1": "BrowserInteraction", b"2": "AjaxRequest", b"e": "PageViewTiming"}


def _is_new_relic(request: CapturedRequest) -> bool:
    """Told under a site's own host by the application and the agent's version beside a page's trace, or in older agents the cookie's state."""
    address = split_url(request.url)
    query = f"&{address.query}"
    return ("/1/" in address.path or "/2/" in address.path) and "&a=" in query and "&v=" in query and ("&ptid=" in query or "&ck=" in query)


def _answer(request: CapturedRequest) -> Answer | None:
    """The features that the agent may use: told of none to a page view, it keeps every later event to itself."""
    steps = split_url(request.url).path.strip("/").split("/")
    place = next((index for index, step in enumerate(steps) if step in _VERSIONS), -1)
    if place < 0 or (place > 0 and steps[place - 1] in _FEATURES) or request.resource_type in ("image", "ping", "script"):
        return None
    features = {"err": 1, "ins": 1, "spa": 1, "stn": 0, "sts": 0, "sr": 0, "srs": 0, "log": 0, "loaded": 1}
    app = {"agents": [{"entityGuid": "MHxCUk9XU0VSfEFQUHww"}], "nrServerTime": int(time.time() * 1000)}
    return Answer(200, (("Content-Type", "application/json"),), json.dumps({"app": app, **features}).encode())


_HOSTS = ("bam.nr-data.net", "bam-cell.nr-data.net", "bam.eu01.nr-data.net", "gov-bam.nr-data.net", "*.nr-data.net")

VENDOR = Vendor(
    id="new-relic",
    name="New Relic",
    category="monitoring",
    docs=(
        "https://docs.newrelic.com/docs/browser/browser-monitoring/getting-started/browser-monitoring-agent-data/",
        "https://docs.newrelic.com/docs/new-relic-solutions/get-started/networks/",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/1/*", "/events/1/*", "/ins/1/*", "/jserrors/1/*", "/resources/1/*", "/browser/blobs", "/browser/logs", "/connect", "/rum/2/*", "/ins/2/*", "/jserrors/2/*", "/events/2/*")),
        Endpoint(host="*", keys=("rst", "ref", "sa"), recognise=_is_new_relic),
        Endpoint(host="js-agent.newrelic.com", role="library", decode=LibraryReader()),
        Endpoint(host="d1ros97qkrwjf5.cloudfront.net", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    answer=_answer,
    automatic_events=frozenset({"PageView", "JavaScriptError", "UserAction", "BrowserPerformance"}),
    automatic_parameters=frozenset({"application_id", "license_key", "transaction_name", "page_url", "referrer", "session_id", "page_trace_id", "currentUrl", "pageUrl", "timestamp", "eventType"}),
    examples=(
        {
            "title": "a page view through the site's own host",
            "request": {"url": "https://shop.example/metrics/1/NRJS-ab12?a=601&sa=1&v=1.322.0&t=Unnamed%20Transaction&rst=1298&s=s-1&ref=https://shop.example/&ptid=p1&af=err,spa,ins&be=0&fe=0&dc=0", "method": "POST"},
            "hits": [{"kind": "pageview", "event": "PageView", "account": "601", "page_url": "https://shop.example/"}],
        },
        {
            "title": "a page view",
            "request": {"url": "https://bam.nr-data.net/1/NRJS-ab12?a=601&sa=1&v=1.322.0&t=Unnamed%20Transaction&rst=900&ck=0&s=s-1&ref=https://shop.example/&ptid=p1&be=100&fe=700&dc=300"},
            "hits": [
                {
                    "kind": "pageview", "event": "PageView", "account": "601", "page_url": "https://shop.example/", "values": {"license_key": "NRJS-ab12"},
                    "identifiers": {"session_id": "s-1"},
                }
            ],
        },
        {
            "title": "custom actions",
            "request": {
                "url": "https://bam.eu01.nr-data.net/ins/1/NRJS-ab12?a=601&sa=1&v=1.322.0&rst=9000&ck=0&s=s-1&ref=https://shop.example/", "method": "POST",
                "body": {"ins": [{"eventType": "PageAction", "actionName": "checkout", "timestamp": 1795318940362, "total": 19.98}, {"eventType": "UserAction", "action": "click"}]},
            },
            "hits": [
                {"kind": "event", "event": "checkout", "account": "601", "event_time": 1795318940.362, "values": {"total": 19.98}},
                {"kind": "auxiliary", "event": "UserAction"},
            ],
        },
        {
            "title": "an error, through a proxy",
            "request": {
                "url": "https://nr.shop.example/jserrors/1/NRJS-ab12?a=601&sa=1&v=1.322.0&rst=9000&ck=0&ref=https://shop.example/", "method": "POST",
                "body": {"err": [{"params": {"message": "boom"}, "custom": {"plan": "x"}}]},
            },
            "hits": [{"kind": "auxiliary", "event": "JavaScriptError", "account": "601", "values": {"message": "boom", "plan": "x"}}],
        },
        {
            "title": "logs",
            "request": {
                "url": "https://bam.nr-data.net/browser/logs?browser_monitoring_key=NRJS-ab12", "method": "POST", "headers": {"Content-Type": "text/plain"},
                "body": [
                    {
                        "common": {"attributes": {"entity.guid": "x", "appId": 601, "session": "s-1", "hasReplay": False}},
                        "logs": [{"message": "paid", "level": "INFO", "timestamp": 1795318940362, "attributes": {"total": 5}}, {"message": "late", "level": "WARN"}],
                    }
                ],
            },
            "hits": [
                {"kind": "event", "event": "log", "account": "601", "values": {"message": "paid", "level": "INFO", "total": 5}, "identifiers": {"session_id": "s-1"}, "event_time": 1795318940.362},
                {"kind": "event", "event": "log", "values": {"message": "late"}},
            ],
        },
        {
            "title": "timings, as the agent's own text",
            "request": {"url": "https://bam.nr-data.net/events/1/NRJS-ab12?a=601&sa=1&v=1.322.0&rst=9&s=0&ref=https://shop.example/&ptid=p1", "method": "POST", "body": "bel.6;e,'fi,9,1"},
            "hits": [{"kind": "auxiliary", "event": "PageViewTiming", "account": "601"}],
        },
        {
            "title": "a page view of the oldest agents, asked for as a script",
            "request": {"url": "https://bam.nr-data.net/1/ab12?a=601&v=1208.49599aa&to=Zgc&rst=9&ref=https://shop.example/&ap=1&be=2&fe=3&dc=4&jsonp=NREUM.setToken", "resource_type": "script"},
            "hits": [{"kind": "pageview", "event": "PageView", "account": "601"}],
        },
        {
            "title": "a page view with the site's own attributes, and a custom event of the same user",
            "request": {
                "url": "https://bam.eu01.nr-data.net/1/NRJS-k1?a=1234&sa=1&v=1.322.0&t=Unnamed%20Transaction&rst=52&s=683c&ref=https://shop.example/cart&ptid=p1", "method": "POST", "headers": {"content-type": "text/plain"},
                "body": {"ja": {"enduser.id": "U1", "plan": "x", "webdriverDetected": False}},
            },
            "hits": [{"kind": "pageview", "event": "PageView", "account": "1234", "values": {"plan": "x"}, "identifiers": {"session_id": "683c", "user_id": "U1"}}],
        },
        {
            "title": "a custom event of a known user",
            "request": {
                "url": "https://bam.eu01.nr-data.net/ins/1/NRJS-k1?a=1234&sa=1&v=1.322.0&t=Unnamed%20Transaction&rst=79&s=683c&ref=https://shop.example/cart&ptid=p1", "method": "POST",
                "body": {"ins": [{"enduser.id": "U1", "plan": "x", "timestamp": 1795603263402, "pageUrl": "https://shop.example/cart", "currentUrl": "https://shop.example/cart", "eventType": "Purchase", "value": 3}]},
            },
            "hits": [{"kind": "event", "event": "Purchase", "page_url": "https://shop.example/cart", "values": {"value": 3, "plan": "x"}, "identifiers": {"session_id": "683c", "user_id": "U1"}}],
        },
        {
            "title": "an interaction, as the agent's own text",
            "request": {"url": "https://bam.eu01.nr-data.net/events/1/NRJS-k1?a=1234&sa=1&v=1.322.0&rst=77&s=683c&ref=https://shop.example/cart&ptid=p1", "method": "POST", "body": "bel.7;1,4,,1f,,,'initialPageLoad,'https://shop.example/cart,'https://www.example.org/,1,,,!!!!'e90a,'1,!!;5,'enduser.id,'U1"},
            "hits": [{"kind": "auxiliary", "event": "BrowserInteraction", "account": "1234"}],
        },
    ),
    lookalikes=(
        "https://one.newrelic.com/nr1-core",
        "https://docs.newrelic.com/docs/browser/",
        "https://shop.example/?u=https%3A%2F%2Fbam.nr-data.net%2F1%2Fab12%3Fa%3D1",
        "https://shop.example/1/NRJS-ab12?a=601",
        "https://bam.notnr-data.net/1/x",
        "https://bam.nr-data.net.evil.example/1/x",
        "https://shop.example/?ref=1&rst=2&ck=3&sa=4",
    ),
)  # fmt: skip
