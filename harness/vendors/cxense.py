"""Cxense, now Piano DMP: page views as images, performance events.

Documentation: https://docs.piano.io/cx-js-data-collection/, https://docs.piano.io/dmp-performance-events/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping


_TABLE = QueryTable(
    {
        "sid": Row("sid", "Site ID", "General"),
        "typ": Row("typ", "Hit type", "General"),
        "loc": Row("loc", "Page address", "Page"),
        "ref": Row("ref", "Referrer", "Page"),
        "gol": Row("gol", "Goal", "General"),
        "pgn": Row("pgn", "Page name", "Page"),
        "new": Row(None, "New visitor", "Visitor"),
        "ckp": Row("ckp", "Browser ID", "Visitor"),
        "eid0": Row("eid0", "External ID", "Visitor"),
        "eit0": Row("eit0", "External ID type", "Visitor"),
        "acc": Row(None, "Account", "General"),
        "cks": Row("cks", "Session ID", "Visitor"),
        "cst": Row(None, "Cookie", "Visitor"),
        "arf": Row(None, "Referrer's age", "Technical"),
        "axtl": Row(None, "External link", "Technical"),
        "awsz": Row(None, "Window", "Device"),
        "rnd": Row(None, "Page view ID", "Technical"),
        "ver": Row(None, "Version", "Technical"),
        "ltm": Row(None, "Local time", "Technical"),
        "tzo": Row(None, "Time zone", "Device"),
        "res": Row(None, "Screen", "Device"),
        "wsz": Row(None, "Window", "Device"),
        "bln": Row(None, "Language", "Device"),
        "dpr": Row(None, "Pixel ratio", "Device"),
        "col": Row(None, "Colours", "Device"),
        "jav": Row(None, "Java", "Device"),
        "chs": Row(None, "Character set", "Technical"),
        "con": Row(None, "Consent", "Consent"),
        "cv": Row(None, "Consent version", "Consent"),
        "glb": Row(None, "Global ID", "Visitor"),
        "altm": Row("altm", "Active time (s)", "Engagement", "number"),
        "arnd": Row(None, "Page view ID", "Technical"),
        "aatm": Row("aatm", "Active time (s)", "Engagement", "number"),
    },
    (
        Prefix("cp_", field="{}", label="{}", group="Custom parameters"),
        Prefix("cp_u_", field="user.{}", label="User {}", group="Custom parameters"),
    ),
)


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    said = str(wire.get("con") or "")
    return {name: True for name in said.split(",") if name} or None


_NAMES = {"pgv": "pageview", "act": "activity"}
_READ = QueryReader(
    _TABLE,
    event=lambda values: _NAMES.get(str(values["typ"]), str(values["typ"])) if values.get("typ") else None,
    account="sid",
    page="loc",
    identifiers=("ckp", "cks", "eid0"),
    consent=_consent,
    kind=lambda event: "pageview" if event == "pageview" else "auxiliary" if event in (None, "activity") else "event",
)


_PUSH = JsonReader(
    {
        "type": Row("type", "Event", "General"), "origin": Row("origin", "Origin", "General"), "siteId": Row("siteId", "Site ID", "General"),
        "prnd": Row(None, "Page view ID", "Technical"), "time": Row(None, "Time", "Technical"), "rnd": Row(None, "Event ID", "Technical"),
    },
    events="events",
    event="type",
    account="siteId",
    key="rnd",
    time="time",
    kind=lambda name, event: "event" if name else "auxiliary",
)  # fmt: skip

VENDOR = Vendor(
    id="cxense",
    name="Cxense (Piano DMP)",
    category="analytics",
    docs=("https://docs.piano.io/cx-js-data-collection/",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("comcluster.cxense.com", "scomcluster.cxense.com", "*.cxense.com") for path in ("/Repo/rep.gif", "/Repo/rep.html")),
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary")) for host in ("comcluster.cxense.com", "scomcluster.cxense.com", "scdn.cxense.com", "id.cxense.com") for path in ("/dmp/*", "/public/*")),
        Endpoint(host="api.cxense.com", path="/dmp/push", decode=_PUSH),
        *(Endpoint(host="api.cxense.com", path=path, decode=LibraryReader("auxiliary")) for path in ("/public/*", "/profile/*", "/document/*", "/traffic/*")),
        *(Endpoint(host=host, path=path, role="library", decode=LibraryReader()) for host in ("cdn.cxense.com", "scdn.cxense.com", "code3.adtlgc.com") for path in ("/*",)),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"loc", "ref", "ckp"}),
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://comcluster.cxense.com/Repo/rep.gif?ver=1&typ=pgv&rnd=r1&sid=1129000000000000000&ckp=c1&loc=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&ref=&con=pv%2Cad&cp_plan=gold", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "1129000000000000000", "identifiers": {"ckp": "c1"}, "campaign": {"utm_source": "x"}, "consent": {"pv": True, "ad": True}, "values": {"plan": "gold"}}],
        },
        {
            "title": "a page view to the secure cluster",
            "request": {"url": "https://scomcluster.cxense.com/Repo/rep.gif?ver=1&typ=pgv&rnd=koer&sid=1127&loc=https%3A%2F%2Fshop.example%2F&new=0&arf=0&cks=s1&ckp=c1&cp_EF_ACCESS=false&cst=2r0y"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "1127", "identifiers": {"ckp": "c1", "cks": "s1"}, "values": {"EF_ACCESS": "false"}}],
        },
        {
            "title": "a performance event",
            "request": {"url": "https://api.cxense.com/dmp/push", "method": "POST", "body": {"events": [{"type": "click", "origin": "shop-site", "siteId": "1129", "rnd": "r1", "time": 1795318940}]}},
            "hits": [{"kind": "event", "event": "click", "account": "1129", "key": "r1"}],
        },
        {
            "title": "activity on the page",
            "request": {"url": "https://comcluster.cxense.com/Repo/rep.gif?ver=1&typ=act&sid=1129&arnd=r1&aatm=30"},
            "hits": [{"kind": "auxiliary", "event": "activity", "account": "1129", "values": {"aatm": 30}}],
        },
    ),
    lookalikes=("https://shop.example/?u=https%3A%2F%2Fcomcluster.cxense.com%2FRepo%2Frep.gif%3Ftyp%3Dpgv", "https://shop.example/Repo/rep.gif?typ=pgv", "https://notcxense.com/Repo/rep.gif", "https://comcluster.cxense.com.evil.example/Repo/rep.gif", "https://www.cxense.com/"),
)  # fmt: skip
