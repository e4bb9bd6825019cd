"""VWO (Visual Website Optimizer): visits, variations shown, goals, and the event architecture.

Documentation: https://developers.vwo.com/docs/vwo-js-apis (browser), https://developers.vwo.com/reference/data-api (events),
https://www.npmjs.com/package/vwo-fme-node-sdk (servers).

Newer accounts post events to ``/events/t`` (``en`` names the event, ``d`` in the body describes it); older ones ask for images.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, EXPERIMENT, PROPERTIES, TECHNICAL = "General", "Page", "User", "Experiment", "Properties", "Technical"
_PATHS = PathTable(
    {
        "d.visId": Row("uuid", "Visitor ID", USER),
        "d.msgId": Row("msgId", "Message ID", TECHNICAL),
        "d.sessionId": Row("session_id", "Session ID", USER),
        "d.event.name": Row("event", "Event", GENERAL),
        "d.event.time": Row("event_time", "Time", TECHNICAL),
        "d.event.props.page.url": Row("url", "Page address", PAGE),
        "d.event.props.id": Row("experiment_id", "Campaign ID", EXPERIMENT),
        "d.event.props.variation": Row("combination", "Variation", EXPERIMENT),
    },
    (
        Prefix("d.event.props.", field=None, label="{}", group=PROPERTIES),
        Prefix("d.visitor.props.", field=None, label="{}", group=USER),
    ),
)
_READ = QueryReader(
    QueryTable(
        {
            "a": Row("account_id", "Account ID", GENERAL),
            "account_id": Row("account_id", "Account ID", GENERAL),
            "en": Row("event", "Event", GENERAL),
            "eTime": Row("event_time", "Time", TECHNICAL),
            "visId": Row("uuid", "Visitor ID", USER),
            "u": Row("u", "Visitor ID or page address", USER),
            "uuid": Row("uuid", "Visitor ID", USER),
            "url": Row("url", "Page address", PAGE),
            "experiment_id": Row("experiment_id", "Campaign ID", EXPERIMENT),
            "combination": Row("combination", "Variation", EXPERIMENT),
            "goal_id": Row("goal_id", "Goal ID", EXPERIMENT),
            "r": Row("revenue", "Revenue", EXPERIMENT, "number"),
            "cu": Row("url", "Page address", PAGE),
            "d": Row(None, "Site", PAGE),
            "env": Row("env", "Environment key", GENERAL),
            "p": Row(None, "Platform", TECHNICAL),
            "random": Row(None, "Cache buster", TECHNICAL),
        },
        (Prefix("ed", field=None, group=TECHNICAL),),
    ),
    event="event",
    account="account_id",
    page="url",
    identifiers=("uuid",),
    time="event_time",
    paths=_PATHS,
)
_IMAGES = {
    "l.gif": "variation shown",
    "c.gif": "goal",
    "v.gif": "visitor",
    "s.gif": "session",
    "track-user": "variation shown",
    "track-goal": "goal",
    "ee.gif": "error",
}
_EVENTS = frozenset(("l.gif", "c.gif", "track-user", "track-goal"))


_ASIDE = frozenset(
    (
        "vwo_sessionSync", "vwo_survey_display", "vwo_debug", "vwo_log", "vwo_sdkDebug", "vwo_fmeSdkInit", "vwo_sdkUsageStats",
        "vwo_integration", "vwo_pageUnload",
    )
)  # fmt: skip
_BATCHED = {1: "variation shown", 2: "goal", 3: "attributes"}


def _batch(request: CapturedRequest) -> list[Hit]:
    """What a server keeps and sends together: events as ``/events/t`` has them, or in older SDKs short ones (``eT`` tells what each is)."""
    query = _READ.table.read(split_url(request.url).query)
    hits: list[Hit] = []
    for document, notes in read_body(request).documents:
        events = at(document, "ev")
        for event in events if isinstance(events, list) else ():
            hit = _READ.hit([*query, *_PATHS.read(event, notes)])
            _finish(hit, "", event)
            if hit.event is None and (said := _BATCHED.get(at(event, "eT"))) is not None:
                hit.event, hit.kind = said, "identify" if said == "attributes" else "event"
            hits.append(hit)
    return hits or _decode(request)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    call = split_url(request.url).path.rpartition("/")[2]
    for hit in hits:
        _finish(hit, call, read_body(request).value)
    return hits


def _finish(hit: Hit, call: str, document: Any) -> None:
    values = hit.values
    if call not in ("c.gif", "track-goal"):
        # In other images `r` is a random number.
        wire = {each.name for each in hit.parameters if each.field == "revenue"}
        if wire == {"r"}:
            values.pop("revenue", None)
    if call in _IMAGES:
        hit.event = hit.event or _IMAGES[call]
        hit.kind = "event" if call in _EVENTS else "auxiliary"
    elif hit.event == "vwo_pageView":
        hit.kind = "pageview"
    elif hit.event in _ASIDE:
        hit.kind = "auxiliary"
    elif hit.event == "vwo_syncVisitorProp":
        hit.kind = "identify"
    elif hit.event:
        hit.kind = "event"
    for path in ("d.visitor.props", "d.event.props"):
        props = at(document, path)
        if isinstance(props, dict):
            for key, value in props.items():
                values.setdefault(key, value)
    if hit.page_url is not None and "//" not in hit.page_url:
        # Servers' SDKs tell the collector's own address here, without its slashes.
        hit.page_url = None
        values.pop("url", None)
    u = values.get("u")
    if isinstance(u, str) and u:
        if "//" in u:
            hit.page_url = hit.page_url or u
        else:
            hit.identifiers.setdefault("uuid", u)
    if isinstance(values.get("msgId"), str):
        hit.key = values["msgId"]


_HOST = "dev.visualwebsiteoptimizer.com"
_PREFIXES = ("", "/eu01", "/as01", "/eu", "/asia")

VENDOR = Vendor(
    id="vwo",
    name="VWO",
    category="experiment",
    docs=("https://developers.vwo.com/docs/vwo-js-apis", "https://developers.vwo.com/reference/data-api"),
    endpoints=(
        *(Endpoint(host=_HOST, path=f"{prefix}/{image}") for prefix in _PREFIXES for image in ("l.gif", "c.gif", "v.gif", "s.gif", "ee.gif", "h.gif", "events/t", "server-side/track-user", "server-side/track-goal")),
        *(Endpoint(host=_HOST, path=f"{prefix}/server-side/{path}", decode=_batch) for prefix in _PREFIXES for path in ("batch-events-v2", "batch-events")),
        *(Endpoint(host=_HOST, path=f"{prefix}/{path}", decode=LibraryReader("auxiliary", account="a")) for prefix in _PREFIXES for path in ("ping_tpc.php", "gu.gif", "gv.gif", "tnq.gif", "r.gif", "cdc", "analysis/*", "server-side/push", "server-side/push-user-attributes", "check-attribute", "user-alias/*")),
        *(Endpoint(host=_HOST, path=f"{prefix}/server-side/{path}", role="config", decode=LibraryReader("config", account="a")) for prefix in _PREFIXES for path in ("settings", "v2-settings", "pull", "v2-pull")),
        *(Endpoint(host=_HOST, path=path, role="config", decode=LibraryReader("config", account="a")) for path in ("/j.php", "/tag/*", "/dcdn/*", "/settings.js")),
        *(Endpoint(host=_HOST, path=path, role="library", decode=LibraryReader(account="a")) for path in ("/lib/*", "/cdn/*", "/deploy/*", "/7.0/*", "/web/*", "/edrv/*")),
        Endpoint(host="d5phz18u4wuww.cloudfront.net", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_events=frozenset({"vwo_pageView", "vwo_variationShown", "vwo_sessionSync", "vwo_pageUnload", "vwo_page_session_count", "vwo_dom_click", "vwo_dom_submit", "visitor", "session"}),
    automatic_parameters=frozenset({"account_id", "event_time", "uuid", "env", "msgId", "session_id", "page", "url", "vwoMeta", "isFirst", "vwo_*"}),
    examples=(
        {
            "title": "a goal of the event architecture",
            "request": {
                "url": "https://dev.visualwebsiteoptimizer.com/events/t?en=purchase&a=123456&eTime=1795318940362&random=0.1&p=web", "method": "POST",
                "body": {
                    "d": {
                        "msgId": "D7-1795318940362", "visId": "D7", "sessionId": 1795318940,
                        "event": {"name": "purchase", "time": 1795318940362, "props": {"revenue": 19.98, "page": {"url": "https://shop.example/?utm_source=news"}}},
                        "visitor": {"props": {"plan": "x"}},
                    }
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "purchase", "account": "123456", "key": "D7-1795318940362", "event_time": 1795318940.362,
                    "values": {"revenue": 19.98, "plan": "x"}, "identifiers": {"uuid": "D7"}, "campaign": {"utm_source": "news"},
                }
            ],
        },
        {
            "title": "a variation shown, the older image, in Europe",
            "request": {"url": "https://dev.visualwebsiteoptimizer.com/eu01/l.gif?experiment_id=7&account_id=123456&combination=2&u=D7&s=1&random=0.1"},
            "hits": [{"kind": "event", "event": "variation shown", "account": "123456", "values": {"experiment_id": "7", "combination": "2"}, "identifiers": {"uuid": "D7"}}],
        },
        {
            "title": "a goal with revenue, the older image",
            "request": {"url": "https://dev.visualwebsiteoptimizer.com/c.gif?experiment_id=7&account_id=123456&combination=2&goal_id=201&r=19.98&u=D7"},
            "hits": [{"kind": "event", "event": "goal", "values": {"goal_id": "201", "revenue": 19.98}}],
        },
        {
            "title": "the settings of a page",
            "request": {"url": "https://dev.visualwebsiteoptimizer.com/j.php?a=123456&u=https%3A%2F%2Fshop.example%2F", "resource_type": "script"},
            "hits": [{"kind": "config", "account": "123456"}],
        },
        {
            "title": "a batch of a server's SDK",
            "request": {
                "url": "https://dev.visualwebsiteoptimizer.com/eu01/server-side/batch-events-v2?a=123456&env=key1", "method": "POST",
                "body": {
                    "ev": [
                        {"d": {"msgId": "D7-1", "visId": "D7", "sessionId": 1, "event": {"name": "purchase", "time": 1795318940362, "props": {"revenue": 5}}}},
                        {"d": {"msgId": "D7-2", "visId": "D7", "event": {"name": "vwo_variationShown", "props": {"id": 7, "variation": 2, "isFirst": 1}}}},
                    ]
                },
            },
            "hits": [
                {"kind": "event", "event": "purchase", "account": "123456", "key": "D7-1", "values": {"revenue": 5}, "identifiers": {"uuid": "D7"}},
                {"kind": "event", "event": "vwo_variationShown", "values": {"experiment_id": 7, "combination": 2}},
            ],
        },
        {
            "title": "a page view of the event architecture, in Asia",
            "request": {
                "url": "https://dev.visualwebsiteoptimizer.com/as01/events/t?en=vwo_pageView&a=123456&eTime=1795318940362", "method": "POST",
                "body": {"d": {"msgId": "D7-3", "visId": "D7", "event": {"name": "vwo_pageView", "props": {"page": {"url": "https://shop.example/"}}}}},
            },
            "hits": [{"kind": "pageview", "event": "vwo_pageView", "account": "123456", "page_url": "https://shop.example/"}],
        },
        {
            "title": "a visitor counted, whose random number is no revenue",
            "request": {"url": "https://dev.visualwebsiteoptimizer.com/v.gif?cd=0&a=123456&d=shop.example&u=D7&h=ab12&t=true&r=0.123", "resource_type": "image"},
            "hits": [{"kind": "auxiliary", "event": "visitor", "account": "123456", "identifiers": {"uuid": "D7"}}],
        },
        {
            "title": "a server's SDK telling a visitor's attributes, with the collector's own address for a page",
            "request": {
                "url": "https://dev.visualwebsiteoptimizer.com/events/t?en=vwo_syncVisitorProp&a=123456&eTime=1795603014218&random=0.4&p=FS&visitor_ua=&visitor_ip=&sn=vwo-fme-node-sdk&sv=1.35.0&env=k&url=httpsdev.visualwebsiteoptimizer.com/events/t", "method": "POST",
                "body": {
                    "d": {
                        "msgId": "D7-1795603014218", "visId": "D7", "sessionId": 1795603015, "visitor_ua": "", "visitor_ip": "",
                        "event": {"name": "vwo_syncVisitorProp", "time": 1795603014218, "props": {"vwo_sdkName": "vwo-fme-node-sdk", "vwo_sdkVersion": "1.35.0", "vwo_envKey": "k", "isCustomEvent": True}},
                        "visitor": {"props": {"vwo_fs_environment": "k", "plan": "x"}},
                    }
                },
            },
            "hits": [{"kind": "identify", "event": "vwo_syncVisitorProp", "account": "123456", "page_url": None, "values": {"plan": "x"}, "identifiers": {"uuid": "D7"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/?u=https%3A%2F%2Fdev.visualwebsiteoptimizer.com%2Fevents%2Ft%3Fen%3Dpurchase",
        "https://vwo.com/pricing/",
        "https://shop.example/events/t?en=purchase&a=1",
        "https://shop.example/l.gif?experiment_id=7&account_id=1",
        "https://dev.notvisualwebsiteoptimizer.com/l.gif",
        "https://dev.visualwebsiteoptimizer.com.evil.example/j.php?a=1",
        "https://app.vwo.com/",
    ),
)  # fmt: skip
