"""Gemius (gemiusAudience, gemiusPrism): page views and actions as images.

Documentation: https://www.gemius.com/, https://gemius.com/privacy-policy/ (the service). The identifier (``id``) names the script's placement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping


_TABLE = QueryTable(
    {
        "id": Row("id", "Identifier", "General"),
        "et": Row("et", "Hit type", "General"),
        "href": Row("href", "Page address", "Page"),
        "ref": Row("ref", "Referrer", "Page"),
        "l": Row(None, "Cache buster", "Technical"),
        "hsrc": Row(None, "Source", "Technical"),
        "initsonar": Row(None, "Sonar", "Technical"),
        "extra": Row("extra", "Extra data", "General"),
        "eventid": Row(None, "Event ID", "Technical"),
        "screen": Row(None, "Screen", "Device"),
        "col": Row(None, "Colours", "Device"),
        "window": Row(None, "Window", "Device"),
        "tz": Row(None, "Time zone", "Device"),
        "fr": Row(None, "Frames", "Technical"),
        "fv": Row(None, "Flash version", "Device"),
        "vis": Row(None, "Visible", "Page"),
        "lsdata": Row("lsdata", "Browser ID", "Visitor"),
        "gdpr": Row(None, "GDPR applies", "Consent"),
        "gdpr_consent": Row(None, "TCF string", "Consent"),
        "nc": Row(None, "No cookies", "Consent"),
        "ltime": Row(None, "Local time", "Technical"),
        "brsver": Row(None, "Browser", "Device"),
    },
    (),
)


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("gdpr", "gdpr_consent", "nc") if wire.get(key)} or None


_READ = QueryReader(
    _TABLE,
    event=lambda values: str(values["et"]) if values.get("et") else "view" if values.get("id") else None,
    account="id",
    page="href",
    identifiers=("lsdata",),
    consent=_consent,
    kind=lambda event: "pageview" if event == "view" else "event" if event in ("action", "stream") else "auxiliary",
)


VENDOR = Vendor(
    id="gemius",
    name="Gemius",
    category="analytics",
    docs=("https://www.gemius.com/",),
    endpoints=(
        *(Endpoint(host="*.hit.gemius.pl", path=path) for path in ("*/rexdot.gif", "*/rexdot.js", "*/redot.gif", "*/redot.js", "*/sonar.gif")),
        *(Endpoint(host="*.hit.gemius.pl", path=path, role="library", decode=LibraryReader()) for path in ("/xgemius.js", "/gemius.js", "/*.js", "/lsget.html", "/gplayer.js")),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"href", "ref"}),
    examples=(
        {
            "title": "a page view with consent",
            "request": {"url": "https://shop.hit.gemius.pl/_1795318940000/rexdot.js?l=1&id=abc.XYZ&et=view&hsrc=1&href=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&ref=&screen=1280x720&gdpr=1&gdpr_consent=CPx"},
            "hits": [{"kind": "pageview", "event": "view", "account": "abc.XYZ", "consent": {"gdpr": "1", "gdpr_consent": "CPx"}, "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "an action",
            "request": {"url": "https://gapl.hit.gemius.pl/_1/rexdot.gif?id=abc.XYZ&et=action&extra=buy", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "action", "account": "abc.XYZ", "values": {"extra": "buy"}}],
        },
    ),
    lookalikes=("https://shop.example/_1/rexdot.gif?id=1", "https://nothit.gemius.pl.example/_1/rexdot.gif", "https://gemius.com/", "https://shop.hit.gemius.pl.evil.example/_1/rexdot.gif"),
)  # fmt: skip
