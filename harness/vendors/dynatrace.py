"""Dynatrace RUM: beacons of the JavaScript agent, to Dynatrace or to the monitored site itself.

Documentation: https://docs.dynatrace.com/docs/observe/digital-experience/web-applications (RUM), https://docs.dynatrace.com/docs/observe/digital-experience/web-applications/initial-setup/configure-beacon-endpoint,
https://docs.dynatrace.com/docs/observe/digital-experience/web-applications/initial-setup/firewall-constraints-for-rum (beacon).

OpenKit (https://github.com/Dynatrace/openkit-js) posts ``/mbeacon``: what is known of the session, then its events, each from its ``et`` on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.capture.captured import Answer
from harness.decode.address import split_url
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, TECHNICAL = "General", "Page", "User", "Technical"
_READ = QueryReader(
    QueryTable(
        {
            "app": Row("app", "Application ID", GENERAL),
            "type": Row("type", "Type", GENERAL),
            "rf": Row("page_url", "Page address", PAGE),
            "$url": Row("page_url", "Page address", PAGE),
            "$title": Row("page_title", "Page title", PAGE),
            "vi": Row("visit", "Visit ID", USER),
            "sn": Row("session", "Session ID", USER),
            "$vID": Row("visitor", "Visitor ID", USER),
            "visitID": Row("visit", "Visit ID", USER),
            "session": Row("session", "Session ID", USER),
            "referer": Row("page_url", "Page address", PAGE),
            "url": Row("page_url", "Page address", PAGE),
            "title": Row("page_title", "Page title", PAGE),
            "bp": Row(None, "Protocol", TECHNICAL),
            "v": Row(None, "Version", TECHNICAL),
            "en": Row(None, "Encryption", TECHNICAL),
            "end": Row(None, "Complete", TECHNICAL),
            "cc": Row(None, "Chunks", TECHNICAL),
            "dID": Row(None, "Document ID", TECHNICAL),
            "time": Row(None, "Time", TECHNICAL),
            "svrid": Row(None, "Server", TECHNICAL),
            "flavor": Row(None, "Flavour", TECHNICAL),
            "crc": Row(None, "Checksum", TECHNICAL),
            "modifiedSince": Row(None, "Configuration's time", TECHNICAL),
        },
        (Prefix("$", field=None, group=TECHNICAL),),
    ),
    account="app",
    page="page_url",
    identifiers=("visit", "session", "visitor"),
)


def _is_dynatrace(request: CapturedRequest) -> bool:
    query = f"&{split_url(request.url).query}"
    return "&type=js" in query and "&svrid=" in query


_KIT = QueryTable(
    {
        "app": Row("app", "Application ID", GENERAL),
        "ap": Row("app", "Application ID", GENERAL),
        "type": Row("type", "Type", GENERAL),
        "et": Row("et", "Event type", GENERAL),
        "na": Row("name", "Name", GENERAL),
        "vl": Row("value", "Value", GENERAL, "number"),
        "rs": Row("reason", "Reason", GENERAL),
        "pl": Row("payload", "Event", GENERAL, "json"),
        "vi": Row("visitor", "Device ID", USER),
        "sn": Row("session", "Session number", USER),
        "vn": Row("version", "Application's version", GENERAL),
        "tv": Row(None, "Session's time", TECHNICAL),
        "srvid": Row(None, "Server", TECHNICAL),
        "va": Row(None, "OpenKit's version", TECHNICAL),
        "tt": Row(None, "Technology", TECHNICAL),
        "dl": Row("data_collection_level", "Data collected", "Consent"),
        "cl": Row("crash_reporting_level", "Crashes reported", "Consent"),
    }
)
_READ_KIT = QueryReader(_KIT, account="app", identifiers=("visitor", "session"), lifted=("payload",))
_NAMED = {
    "1": "event",
    "10": "event",
    "11": "event",
    "12": "event",
    "13": "event",
    "40": "event",
    "50": "event",
    "60": "identify",
    "98": "event",
}
_UNNAMED = {"18": "session start", "19": "session end", "30": "web request", "60": "identify", "98": "event"}


def _kit(request: CapturedRequest) -> list[Hit]:
    """A hit for each event; its status requests carry none."""
    asked = _KIT.read(split_url(request.url).query)
    payload = read_body(request)
    shared, events = list(asked), []
    for each in payload.form(_KIT) if payload.shape in ("form", "multipart") else []:
        if each.name == "et":
            events.append([each])
        elif events:
            events[-1].append(each)
        else:
            shared.append(each)
    hits = []
    for event in events:
        hit = _READ_KIT.hit([*shared, *event])
        kind = str(event[0].value)
        name = hit.values.get("name") or hit.values.get("event.name") or hit.values.get("event.type")
        hit.kind = _NAMED.get(kind, "auxiliary")
        hit.event = _UNNAMED[kind] if kind in ("18", "19", "60") or (not name and kind in _UNNAMED) else str(name) if name else None
        if kind == "60" and name:
            hit.identifiers["user"] = str(name)
        hits.append(hit)
    if not hits:
        hits = _READ_KIT(request)
        for hit in hits:
            hit.kind = "auxiliary"
    return hits


def _answer(request: CapturedRequest) -> Answer | None:
    """The status without which OpenKit captures nothing."""
    if not split_url(request.url).path.startswith("/mbeacon"):
        return None
    return Answer(200, (("Content-Type", "text/plain"),), b"type=m&cp=1&id=1&mp=1")


VENDOR = Vendor(
    id="dynatrace",
    name="Dynatrace",
    category="monitoring",
    docs=("https://docs.dynatrace.com/docs/observe/digital-experience/web-applications",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("*.bf.dynatrace.com", "*.live.dynatrace.com") for path in ("/bf", "/bf/*", "/rb_*")),
        *(Endpoint(host=host, path=path, decode=_kit) for host in ("*.bf.dynatrace.com", "*.live.dynatrace.com") for path in ("/mbeacon", "/mbeacon/*")),
        Endpoint(host="*", keys=("svrid", "flavor", "type"), recognise=_is_dynatrace),
        Endpoint(host="js-cdn.dynatrace.com", role="library", decode=LibraryReader()),
    ),
    decode=_READ,
    answer=_answer,
    examples=(
        {
            "title": "a beacon to Dynatrace",
            "request": {
                "url": "https://bf12345abc.bf.dynatrace.com/bf?type=js3&sn=s1&svrid=-1&flavor=cors&vi=v1&modifiedSince=1795318940362&rf=https%3A%2F%2Fshop.example%2F&bp=3&app=ea7c4b59&crc=1&en=e1&end=1",
                "method": "POST", "body": "$a=1%7C1%7C_load_&$url=https%3A%2F%2Fshop.example%2F&$title=Shop",
            },
            "hits": [
                {"kind": "auxiliary", "account": "ea7c4b59", "page_url": "https://shop.example/", "values": {"page_title": "Shop"}, "identifiers": {"visit": "v1", "session": "s1"}}
            ],
        },
        {
            "title": "events of OpenKit",
            "request": {
                "url": "https://bf12345abc.bf.dynatrace.com/mbeacon?type=m&srvid=1&app=ea7c4b59&va=8.323.40200&pt=1&tt=okjs", "method": "POST",
                "body": "vv=3&va=8.323.40200&ap=ea7c4b59&vn=1.2&os=OpenKit&pt=1&tt=okjs&vi=42&dl=2&cl=2&sn=7&ip=192.0.2.1&tv=1795318940000&mp=1&tx=1795318941000&et=18&it=1&pa=0&s0=1&t0=0&et=60&na=u1&it=1&pa=0&s0=2&t0=5&et=10&na=signup&it=1&pa=1&s0=3&t0=9&et=13&na=price&it=1&pa=1&s0=4&t0=9&vl=9.99",
            },
            "hits": [
                {"kind": "auxiliary", "event": "session start", "account": "ea7c4b59", "identifiers": {"visitor": "42", "session": "7"}},
                {"kind": "identify", "event": "identify", "identifiers": {"user": "u1"}},
                {"kind": "event", "event": "signup", "values": {"version": "1.2"}},
                {"kind": "event", "event": "price", "values": {"value": 9.99}},
            ],
        },
        {
            "title": "a beacon of an older agent, below a folder of the site",
            "request": {"url": "https://shop.example/custom/rb_bf12345abc?type=js&session=s1&svrid=7&flavor=post&visitID=v1&referer=https%3A%2F%2Fshop.example%2Fcart&app=ea7c4b59", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "ea7c4b59", "page_url": "https://shop.example/cart", "identifiers": {"visit": "v1", "session": "s1"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://js-cdn.dynatrace.com/jstag/148709fdc4b/bf12345abc/ea7c4b59_complete.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "a beacon to the site itself",
            "request": {"url": "https://shop.example/rb_bf12345abc?type=js3&flavor=post&vi=v1&svrid=1&app=ea7c4b59&end=1", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "ea7c4b59"}],
        },
    ),
    lookalikes=("https://shop.example/bf?type=js3", "https://shop.example/?type=js3&flavor=post", "https://notbf.dynatrace.com/bf", "https://bf1.bf.dynatrace.com.evil.example/bf?type=js3", "https://abc12345.live.dynatrace.com/ui/dashboards", "https://www.dynatrace.com/"),
)  # fmt: skip
