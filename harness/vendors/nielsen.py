"""Nielsen Digital (Digital Content Ratings, site census): page views and content pings as images.

Documentation: https://engineeringportal.nielsen.com/wiki/Main_Page, https://engineeringportal.nielsen.com/wiki/DCR_Static_Browser_SDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.payload import open_text
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "ci": Row("ci", "Client ID", "General"),
        "cg": Row("cg", "Content group", "Content"),
        "si": Row("si", "Page address", "Page"),
        "rp": Row("rp", "Referrer", "Page"),
        "cc": Row(None, "Cookies", "Technical"),
        "ts": Row(None, "Time", "Technical"),
        "prd": Row("prd", "Product", "General"),
        "apid": Row("apid", "App ID", "General"),
        "c3": Row(None, "Stream type", "Content"),
        "rnd": Row(None, "Cache buster", "Technical"),
        "sr": Row(None, "Screen", "Device"),
        "tz": Row(None, "Time zone", "Device"),
        "lg": Row(None, "Language", "Device"),
        "uoo": Row("uoo", "User opted out", "Consent"),
        "sessionId": Row("session_id", "Session ID", "Visitor"),
        "at": Row("at", "Ping type", "General"),
        "pingtype": Row("pingtype", "Ping type", "General"),
        "title": Row("title", "Title", "Content"),
        "rt": Row("rt", "What is seen", "Content"),
        "am": Row(None, "Way of access", "Technical"),
        "ca": Row("ca", "Campaign or content", "Content"),
        "cr": Row("cr", "Creative", "Content"),
        "pc": Row("pc", "Placement", "Content"),
        "ce": Row("ce", "Site", "Content"),
        "pgUrl": Row("si", "Page address", "Page"),
        "pgTitle": Row("title", "Page title", "Page"),
        "c13": Row("c13", "App ID (composed)", "General"),
        "c2": Row(None, "Kind of content", "Content"),
        "c4": Row(None, "Content title", "Content"),
    },
    (Prefix("c", field=None, label="Parameter {}", group="Content"),),
)


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"uoo": str(wire["uoo"]).lower() in ("1", "true")} if wire.get("uoo") else None


def _account(values: Mapping[str, Any]) -> str | None:
    """The application: by itself, or after its kind in ``c13`` (``asid,P…``)."""
    composed = str(values.get("c13") or "").partition(",")[2]
    found = values.get("apid") or composed or values.get("ci")
    return str(found) if found else None


def _event(values: Mapping[str, Any]) -> str | None:
    if values.get("prd") == "session":
        return "session"
    found = values.get("at") or values.get("pingtype")
    if values.get("ci") and not found and values.get("prd") in (None, ""):
        return "pageview"
    return str(found) if found else None


_READ = QueryReader(
    _TABLE,
    event=_event,
    account=_account,
    page="si",
    identifiers=("session_id",),
    consent=_consent,
    kind=lambda event: "pageview" if event in ("pageview", "view") else "auxiliary",
)


_CLOUD = JsonReader(
    {"event": Row("event", "Event", "General"), "type": Row("type", "Type", "Content"), "utc": Row(None, "Time", "Technical")},
    event="event",
    time="utc",
    page=("metadata.content.pageUrl", "metadata.static.pageUrl", "devInfo.pageUrl"),
    values=("metadata.content", "metadata.static", "metadata.ad", ""),
    kind=lambda name, event: "auxiliary",
)
_CLOUD_WIRE = QueryTable({"b": Row(None, "Event", "General")})


def _cloud(request: CapturedRequest) -> list[Hit]:
    """The cloud API: ``/nmapi/v2/<app>/<session>/a?b=`` an event as JSON."""
    address = split_url(request.url)
    steps = address.path.split("/")
    asked = _CLOUD_WIRE.read(address.query)
    carried = open_text(next((str(each.value) for each in asked if each.name == "b"), ""))
    hits = _CLOUD.hits(carried, [each for each in asked if each.name != "b"]) if carried.documents else _CLOUD(request)
    for hit in hits:
        hit.account = steps[3] or None
        if len(steps) > 4 and steps[4]:
            hit.identifiers["session_id"] = steps[4]
    return hits


def _app(path: str, wire: Mapping[str, Any]) -> str | None:
    name = path.rpartition("/")[2].partition(".")[0]
    return name if "/conf/" in path and name.startswith("P") else None


def _decode(request: CapturedRequest) -> list[Hit]:
    """An ad that was viewed (``rt=banner``) is no page."""
    hits = _READ(request)
    for hit in hits:
        if hit.event == "view" and hit.values.get("rt") not in (None, "", "text"):
            hit.kind = "auxiliary"
    return hits


VENDOR = Vendor(
    id="nielsen",
    name="Nielsen Digital",
    category="analytics",
    docs=("https://engineeringportal.nielsen.com/wiki/Main_Page",),
    endpoints=(
        *(Endpoint(host="*.imrworldwide.com", path=path) for path in ("/cgi-bin/m", "/cgi-bin/gn", "/cgi-bin/cfg", "/cgi-bin/ping")),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader(account=_app)) for host in ("cdn-gn.imrworldwide.com", "cdn-gl.imrworldwide.com")),
        *(Endpoint(host="*.imrworldwide.com", path=path, role="library", decode=LibraryReader(account=_app)) for path in ("/v60.js", "/v53.js", "/v52.js", "/v51.js", "/novms/js/*", "/conf/*")),
        Endpoint(host="*.imrworldwide.com", path="/cgi-bin/error", decode=LibraryReader("auxiliary")),
        *(Endpoint(host=host, path="/nmapi/v2/*", decode=_cloud) for host in ("cloudapi.imrworldwide.com", "sandbox-cloudapi.imrworldwide.com")),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"si", "rp"}),
    examples=(
        {
            "title": "a page view of the site census",
            "request": {"url": "https://secure-gl.imrworldwide.com/cgi-bin/m?ci=shop-cc&cg=0&cc=1&si=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&rp=&ts=compact&rnd=1", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "shop-cc", "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "a page of the site census without scripts, in New Zealand",
            "request": {"url": "https://secure-nz.imrworldwide.com/cgi-bin/m?ci=nz-adhub&cg=0&cc=1&ts=noscript", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "nz-adhub"}],
        },
        {
            "title": "an ad that was viewed",
            "request": {"url": "https://secure-gl.imrworldwide.com/cgi-bin/m?ca=nlsn309083&cr=3950556&ce=x&pc=1&ci=nlsnci3070&am=4&at=view&rt=banner&st=image&c13=asid,PEDC&r=1", "resource_type": "image"},
            "hits": [{"kind": "auxiliary", "event": "view", "account": "PEDC", "values": {"cr": "3950556"}}],
        },
        {
            "title": "an event of the cloud API",
            "request": {
                "url": "https://cloudapi.imrworldwide.com/nmapi/v2/PABC1234-0000/17953189400001/a?b=%7B%22event%22%3A%22playhead%22%2C%22type%22%3A%22content%22%2C%22metadata%22%3A%7B%22content%22%3A%7B%22assetid%22%3A%22v1%22%7D%7D%2C%22utc%22%3A1795318940362%7D"
            },
            "hits": [
                {"kind": "auxiliary", "event": "playhead", "account": "PABC1234-0000", "identifiers": {"session_id": "17953189400001"}, "values": {"assetid": "v1"}}
            ],
        },
        {
            "title": "the start of a session",
            "request": {"url": "https://secure-eu.imrworldwide.com/cgi-bin/gn?prd=session&c9=devid,&c13=asid,PABC1234-0000&sessionId=s1&rnd=1"},
            "hits": [{"kind": "auxiliary", "event": "session", "account": "PABC1234-0000", "identifiers": {"session_id": "s1"}}],
        },
        {
            "title": "an application's settings",
            "request": {"url": "https://cdn-gl.imrworldwide.com/conf/PABC1234-0000.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "PABC1234-0000"}],
        },
        {
            "title": "a ping of the content ratings",
            "request": {"url": "https://secure-dcr.imrworldwide.com/cgi-bin/gn?prd=dcr&ci=us-1&apid=P0A&at=timer&sessionId=s1&uoo=true"},
            "hits": [{"kind": "auxiliary", "event": "timer", "account": "P0A", "identifiers": {"session_id": "s1"}, "consent": {"uoo": True}}],
        },
    ),
    lookalikes=("https://shop.example/cgi-bin/m?ci=1", "https://notimrworldwide.com/cgi-bin/m", "https://secure-gl.imrworldwide.com.evil.example/cgi-bin/m", "https://shop.example/?u=https%3A%2F%2Fsecure-gl.imrworldwide.com%2Fcgi-bin%2Fm"),
)  # fmt: skip
