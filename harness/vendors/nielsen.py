"""Nielsen Digital (Digital Content Ratings, site census): page views and content pings as images.

Documentation: https://engineeringportal.nielsen.com/wiki/Main_Page, https://engineeringportal.nielsen.com/wiki/DCR_Static_Browser_SDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    },
    (Prefix("c", field=None, label="Parameter {}", group="Content"),),
)


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"uoo": str(wire["uoo"]).lower() in ("1", "true")} if wire.get("uoo") else None


_READ = QueryReader(
    _TABLE,
    event=lambda values: "pageview" if values.get("ci") and values.get("si") else str(values["at"]) if values.get("at") else None,
    account=("apid", "ci"),
    page="si",
    identifiers=("session_id",),
    consent=_consent,
    kind=lambda event: "pageview" if event in ("pageview", "view") else "auxiliary",
)


VENDOR = Vendor(
    id="nielsen",
    name="Nielsen Digital",
    category="analytics",
    docs=("https://engineeringportal.nielsen.com/wiki/Main_Page",),
    endpoints=(
        *(Endpoint(host="*.imrworldwide.com", path=path) for path in ("/cgi-bin/m", "/cgi-bin/gn", "/cgi-bin/cfg", "/cgi-bin/ping")),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader()) for host in ("cdn-gn.imrworldwide.com", "cdn-gl.imrworldwide.com")),
        *(Endpoint(host="*.imrworldwide.com", path=path, role="library", decode=LibraryReader()) for path in ("/v60.js", "/novms/js/*", "/conf/*")),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"si", "rp"}),
    examples=(
        {
            "title": "a page view of the site census",
            "request": {"url": "https://secure-gl.imrworldwide.com/cgi-bin/m?ci=shop-cc&cg=0&cc=1&si=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&rp=&ts=compact&rnd=1", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "shop-cc", "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "a ping of the content ratings",
            "request": {"url": "https://secure-dcr.imrworldwide.com/cgi-bin/gn?prd=dcr&ci=us-1&apid=P0A&at=timer&sessionId=s1&uoo=true"},
            "hits": [{"kind": "auxiliary", "event": "timer", "account": "P0A", "identifiers": {"session_id": "s1"}, "consent": {"uoo": True}}],
        },
    ),
    lookalikes=("https://shop.example/cgi-bin/m?ci=1", "https://notimrworldwide.com/cgi-bin/m", "https://secure-gl.imrworldwide.com.evil.example/cgi-bin/m", "https://shop.example/?u=https%3A%2F%2Fsecure-gl.imrworldwide.com%2Fcgi-bin%2Fm"),
)  # fmt: skip
