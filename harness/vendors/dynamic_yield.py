"""Dynamic Yield: page information, events, impressions and clicks of variations, and the Experience APIs.

Documentation: https://dy.dev/docs/events (events), https://dy.dev/reference/collect-events (Experience APIs),
https://support.dynamicyield.com/hc/en-us/articles/360007211777 (script and its hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, EVENT, EXPERIMENT, TECHNICAL = "General", "Page", "User", "Event", "Experiment", "Technical"
_CALLS = {
    "uia": "pageview",
    "imp": "event",
    "var": "event",
    "ac": "event",
    "id": "identify",
    "dpx": "event",
    "batch": "auxiliary",
    "event": "event",
}
_TABLE = QueryTable(
    {
        "sec": Row("section_id", "Section ID", GENERAL),
        "se": Row("section_id", "Section ID", GENERAL),
        "name": Row("name", "Event", EVENT),
        "props": Row("properties", "Properties", EVENT, "json"),
        "p": Row("p", "Page of the session", PAGE, "number"),
        "uid": Row("dyid", "Visitor ID (DYID)", USER),
        "id": Row("dyid", "Visitor ID (DYID)", USER),
        "ses": Row("session", "Session ID", USER),
        "url": Row("url", "Page address", PAGE),
        "ref": Row("referrer", "Referrer", PAGE),
        "ctx": Row("context", "Page context", PAGE, "json"),
        "e": Row("campaign_id", "Campaign", EXPERIMENT),
        "ve": Row("version_id", "Campaign's version", EXPERIMENT),
        "va": Row("variations", "Variations", EXPERIMENT, "json"),
        "t": Row(None, "Type", EXPERIMENT),
        "exps": Row(None, "Campaigns and variations", EXPERIMENT, "json"),
        "expSes": Row("expSes", "Campaigns' session", EXPERIMENT),
        "expVisitId": Row(None, "Campaign's visit", EXPERIMENT),
        "mech": Row(None, "Choice of the variation", EXPERIMENT),
        "smech": Row(None, "Choice of the variation, second", EXPERIMENT),
        "eri": Row(None, "Chosen for the first time", EXPERIMENT),
        "aud": Row(None, "Audiences", USER),
        "svars": Row(None, "Site variables", USER),
        "cl": Row(None, "Device", "Device"),
        "br": Row(None, "Browser", "Device"),
        "sr": Row(None, "Screen size", "Device"),
        "geoData": Row(None, "Place", "Device"),
        "title": Row("title", "Page title", PAGE),
        "sub": Row(None, "Host", PAGE),
        "lay": Row(None, "Layout", PAGE),
        "l": Row(None, "Layout", PAGE),
        "lts": Row(None, "Local time", TECHNICAL),
        "rf": Row(None, "Kind of referrer", PAGE),
        "cnst": Row(None, "Consent", TECHNICAL),
        "tsrc": Row(None, "Traffic source", PAGE),
        "msn": Row(None, "Server", TECHNICAL),
        "reqts": Row("reqts", "Time of the request", TECHNICAL),
        "rri": Row(None, "Request", TECHNICAL),
        "_": Row(None, "Cache buster", TECHNICAL),
    },
    (Prefix("imps[", field=None, label="Shown {}", group=EXPERIMENT), Prefix("feedProps[", field=None, label="{}", group=PAGE)),
)
_READ = QueryReader(
    _TABLE,
    event="name",
    account="section_id",
    page="url",
    time="reqts",
    identifiers=("dyid", "session"),
    lifted=("properties",),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """The path names the call: ``uia`` a page, ``imp`` and ``var`` what was shown, ``ac`` a click, ``id`` an identity, ``dpx`` an event."""
    payload = read_body(request)
    shared = _TABLE.read(split_url(request.url).query)
    hits = _BODY.hits(payload, shared) if payload.documents else _READ(request)
    section = next((str(each.value) for each in shared if each.field == "section_id" and each.value), None)
    call = split_url(request.url).path.strip("/").rpartition("/")[2]
    for hit in hits:
        hit.account = hit.account or section
        hit.event = hit.event or call or None
        hit.kind = "event" if call == "batch" and hit.event != call else _CALLS.get(call, "auxiliary")
        unique = hit.values.get("uniqueTransactionId")
        hit.key = str(unique) if isinstance(unique, str | int) and unique != "" else None
    return hits


_BODY = JsonReader(
    PathTable(
        _TABLE.rows,
        (Prefix("props.", field=None, label="{}", group=EVENT), Prefix("properties.", field=None, label="{}", group=EVENT), Prefix("ctx.", field=None, label="{}", group=PAGE)),
    ),
    events=lambda document: document.get("events") or document.get("batch") if isinstance(document, dict) else None,
    event="name", account=("sec", "se"), page="url", time="reqts", identifiers={"dyid": ("uid", "id"), "session": "ses"}, values=("props", "properties"),
)  # fmt: skip


def _kind(name: str | None, event: Any) -> str:
    return "event" if name else "auxiliary"


_API = JsonReader(
    PathTable(
        {
            "name": Row("name", "Event", EVENT), "type": Row("type", "Type", EVENT), "user.id": Row(None, "User ID", USER), "user.dyid": Row(None, "Visitor ID", USER),
            "session.dy": Row(None, "Session ID", USER), "session.custom": Row(None, "Session ID", USER), "sessionId": Row(None, "Session ID", USER), "context.page.location": Row(None, "Page address", PAGE),
        },
        (Prefix("properties.", field=None, label="{}", group=EVENT), Prefix("context.", field=None, label="{}", group=PAGE)),
    ),
    events=lambda document: (document.get("events") or document.get("engagements")) if isinstance(document, dict) else None, event="name", key="properties.uniqueTransactionId", page="context.page.location",
    identifiers={"dyid": ("user.dyid", "user.dyid_server"), "user_id": "user.id", "session": ("session.dy", "session.custom", "sessionId")}, values=("properties", ""), kind=_kind,
)  # fmt: skip


def _api(request: CapturedRequest) -> list[Hit]:
    hits = _API(request)
    call = split_url(request.url).path.rpartition("/")[2]
    for hit in hits:
        if hit.kind != "undecoded" and hit.event is None:
            hit.kind = "pageview" if call == "pageview" else "event" if call == "engagement" else "auxiliary"
            hit.event = str(hit.values.get("type") or call) if call == "engagement" else call
    return hits


def _section(path: str, wire: Mapping[str, object]) -> str | None:
    steps = path.split("/")
    if "api" in steps[:-2]:
        return next((step for step in steps[steps.index("api") + 1 :] if step.isdecimal()), None)
    found = wire.get("sec") or wire.get("se") or wire.get("section")
    return str(found) if found else None


def _is_script(request: CapturedRequest) -> bool:
    """A site's own copy of the script, under ``/api/<section>/`` or ``/api/scripts/<section>/``."""
    steps = split_url(request.url).path.split("/")
    return len(steps) > 3 and steps[-2].isdecimal() and len(steps[-2]) == 7 and (steps[-3] == "api" or steps[-4:-2] == ["api", "scripts"])


_REGIONS = ("", "-eu")
_CONFIG = LibraryReader("config", account=_section)
_APIS = tuple(f"{name}dy-api.{region}" for name in ("", "direct.", "direct-collect.") for region in ("com", "eu"))

VENDOR = Vendor(
    id="dynamic-yield",
    name="Dynamic Yield",
    category="experiment",
    docs=("https://dy.dev/docs/events", "https://dy.dev/reference/collect-events"),
    endpoints=(
        *(Endpoint(host=f"{name}{region}.dynamicyield.com") for name in ("async-px", "px") for region in _REGIONS),
        *(Endpoint(host=f"{name}{region}.dynamicyield.com", role="config", decode=_CONFIG) for name in ("st", "rcom", "direct-collect", "geo") for region in _REGIONS),
        Endpoint(host="gw.metadata.dynamicyield.com", role="config", decode=_CONFIG),
        *(Endpoint(host=host, path="/logs/*", decode=LibraryReader("auxiliary")) for host in ("client-logs.dynamicyield.com", "*.client-logs.dynamicyield.com", "client-logs.dev-use1.dynamicyield.com")),
        *(Endpoint(host=host, path="/v2/collect/*", decode=_api) for host in _APIS),
        *(Endpoint(host=host, path="/v2/serve/*", role="config", decode=_CONFIG) for host in _APIS),
        *(Endpoint(host=f"cdn{region}.dynamicyield.com", role="library", decode=LibraryReader(account=_section)) for region in _REGIONS),
        Endpoint(host="static.dynamicyield.com", role="library", decode=LibraryReader(account=_section)),
        *(Endpoint(host="*", path=f"*/{name}.js", role="library", recognise=_is_script, decode=LibraryReader(account=_section)) for name in ("api_static", "api_dynamic")),
    ),
    decode=_decode,
    automatic_events=frozenset({"uia", "imp", "var", "ac", "id"}),
    automatic_parameters=frozenset({"section_id", "dyid", "session", "url", "referrer", "context"}),
    examples=(
        {
            "title": "an event",
            "request": {
                "url": "https://async-px.dynamicyield.com/dpx?cnst=1&_=1&name=Purchase&props=%7B%22dyType%22%3A%22purchase-v1%22%2C%22value%22%3A19.98%2C%22currency%22%3A%22EUR%22%2C%22uniqueTransactionId%22%3A%22T-1%22%2C%22cart%22%3A%5B%7B%22productId%22%3A%22S1%22%7D%5D%7D&uid=77&sec=8768245"
            },
            "hits": [
                {
                    "kind": "event", "event": "Purchase", "account": "8768245", "key": "T-1", "identifiers": {"dyid": "77"},
                    "values": {"value": 19.98, "currency": "EUR", "cart": [{"productId": "S1"}]},
                }
            ],
        },
        {
            "title": "a page, in Europe",
            "request": {"url": "https://async-px-eu.dynamicyield.com/uia?cnst=1&_=123&sec=8768245&uid=77", "method": "POST"},
            "hits": [{"kind": "pageview", "event": "uia", "account": "8768245"}],
        },
        {
            "title": "an event as the script posts it",
            "request": {
                "url": "https://async-px.dynamicyield.com/dpx", "method": "POST", "headers": {"Content-Type": "text/plain;charset=UTF-8"},
                "body": {"name": "Purchase", "props": {"dyType": "purchase-v1", "value": 19.98, "currency": "EUR", "uniqueTransactionId": "T-2", "cart": [{"productId": "S1", "quantity": 1}]}, "sec": "8768245", "uid": "77", "tsrc": "Direct", "url": "https://shop.example/?utm_source=x"},
            },
            "hits": [
                {
                    "kind": "event", "event": "Purchase", "account": "8768245", "key": "T-2", "identifiers": {"dyid": "77"}, "campaign": {"utm_source": "x"},
                    "values": {"value": 19.98, "currency": "EUR", "cart": [{"productId": "S1", "quantity": 1}]},
                }
            ],
        },
        {
            "title": "a variation shown, and one clicked",
            "request": {"url": "https://px.dynamicyield.com/var?cnst=1&_=1&uid=77&sec=8768245&expSes=12"},
            "hits": [{"kind": "event", "event": "var", "account": "8768245"}],
        },
        {
            "title": "events of the Experience APIs",
            "request": {
                "url": "https://dy-api.com/v2/collect/user/event", "method": "POST",
                "body": {
                    "user": {"dyid": "77"}, "session": {"dy": "s1"},
                    "events": [{"name": "Purchase", "properties": {"dyType": "purchase-v1", "uniqueTransactionId": "T-1", "value": 5}}, {"name": "Login"}],
                },
            },
            "hits": [
                {"kind": "event", "event": "Purchase", "key": "T-1", "values": {"value": 5}, "identifiers": {"dyid": "77", "session": "s1"}},
                {"kind": "event", "event": "Login"},
            ],
        },
        {
            "title": "clicks reported to the Experience APIs from a browser, in Europe",
            "request": {
                "url": "https://direct-collect.dy-api.eu/v2/collect/user/engagement", "method": "POST", "headers": {"DY-API-Key": "k"},
                "body": {"user": {"id": "u1"}, "sessionId": "s1", "engagements": [{"type": "CLICK", "decisionId": "d1", "variations": [3]}, {"type": "SLOT_CLICK", "slotId": "x"}]},
            },
            "hits": [
                {"kind": "event", "event": "CLICK", "identifiers": {"user_id": "u1", "session": "s1"}, "values": {"decisionId": "d1"}},
                {"kind": "event", "event": "SLOT_CLICK"},
            ],
        },
        {
            "title": "a page reported to the Experience APIs",
            "request": {
                "url": "https://direct-collect.dy-api.com/v2/collect/user/pageview", "method": "POST",
                "body": {"user": {"id": "u1"}, "session": {"custom": "s1"}, "context": {"page": {"type": "HOMEPAGE", "location": "https://shop.example/", "data": []}}},
            },
            "hits": [{"kind": "pageview", "event": "pageview", "page_url": "https://shop.example/", "identifiers": {"user_id": "u1", "session": "s1"}}],
        },
        {
            "title": "the second page of a visit, as a form",
            "request": {
                "url": "https://async-px.dynamicyield.com/uia?cnst=1&_=1630209089170", "method": "POST",
                "body": "msn=webserve&id=-30309&se=8767679&cl=dk.w.c.ms.&rf=internal&p=2&sub=shop.example&url=https%3A%2F%2Fshop.example%2Flogin&title=Shop&ses=5277"
                "&ctx=%7B%22type%22%3A%22OTHER%22%7D&expSes=7888&tsrc=Direct&feedProps%5Bcategories%5D=&reqts=1630209088158",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "uia", "account": "8767679", "event_time": 1630209088.158, "page_url": "https://shop.example/login",
                    "values": {"p": 2, "title": "Shop", "context": {"type": "OTHER"}}, "identifiers": {"dyid": "-30309", "session": "5277"},
                }
            ],
        },
        {
            "title": "a variation shown, with what was chosen",
            "request": {
                "url": "https://async-px.dynamicyield.com/var?cnst=1&_=418103&uid=-30309&sec=8767679&t=ri&e=368089&p=1&ve=3949560&va=%5B10596091%5D&ses=5277&expSes=7888&expVisitId=39135&mech=1&smech=null&eri=1&tsrc=Direct&reqts=1630209071397&rri=6779326"
            },
            "hits": [{"kind": "event", "event": "var", "account": "8767679", "values": {"campaign_id": "368089", "variations": [10596091]}, "event_time": 1630209071.397}],
        },
        {
            "title": "the script from the site's own host",
            "request": {"url": "https://dy.shop.example/api/scripts/8767679/api_static.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "8767679"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn.dynamicyield.com/api/8768245/api_dynamic.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "8768245"}],
        },
    ),
    lookalikes=(
        "https://shop.example/uia?cnst=1",
        "https://async-px.notdynamicyield.com/uia",
        "https://async-px.dynamicyield.com.evil.example/uia",
        "https://dy-api.com/docs",
        "https://shop.example/api/v2/api_static.js",
        "https://adm.dynamicyield.com/",
        "https://shop.example/?u=https%3A%2F%2Fasync-px.dynamicyield.com%2Fuia",
    ),
)  # fmt: skip
