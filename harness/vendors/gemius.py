"""Gemius (gemiusAudience, gemiusPrism): page views and actions as images.

Documentation: https://docs.tealium.com/client-side-tags/cim-gemiusprism-tag (tag), https://www.gemius.com/. The identifier (``id``) names the script's placement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit


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
        "fastid": Row("fastid", "Placement", "Advertising"),
        "stparam": Row("stparam", "Campaign", "Advertising"),
        "ltime": Row(None, "Local time", "Technical"),
        "brsver": Row(None, "Browser", "Device"),
    },
    (),
)


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("gdpr", "gdpr_consent", "nc") if wire.get(key)} or None


_PATH = QueryTable(_TABLE.rows, separator="/")
_READ = QueryReader(
    _TABLE,
    event=lambda values: str(values["et"]) if values.get("et") else "view" if values.get("id") else None,
    account="id",
    page="href",
    identifiers=("lsdata",),
    consent=_consent,
    kind=lambda event: "pageview" if event == "view" else "event" if event in ("action", "stream") else "auxiliary",
)


_ADS = ("gde", "ade", "gdpl")


def _decode(request: CapturedRequest) -> list[Hit]:
    """The parameters stand in a query, or between slashes (``redot.gif?id=x/fastid=y``, ``redot.gif/id=x``), as ad images have them."""
    address = split_url(request.url)
    parameters, problem = request_parameters(request, _TABLE)
    hit = _READ.hit([*_PATH.read(address.path.partition(".gif/")[2]), *parameters], problem)
    identifier, slash, rest = str(hit.values.get("id") or "").partition("/")
    if slash:
        hit.account = identifier
        hit.values["id"] = identifier
        for each in _PATH.read(rest):
            if each.field is not None:
                hit.values.setdefault(each.field, each.value)
    if hit.values.get("fastid") or address.host.startswith(_ADS):
        hit.event, hit.kind = "impression", "auxiliary"
    return [hit]


VENDOR = Vendor(
    id="gemius",
    name="Gemius",
    category="analytics",
    docs=("https://docs.tealium.com/client-side-tags/cim-gemiusprism-tag", "https://www.gemius.com/"),
    endpoints=(
        *(Endpoint(host="*.hit.gemius.pl", path=path) for path in ("*/rexdot.gif", "*/rexdot.js", "*/redot.gif", "*/redot.js", "*/sonar.gif", "*/redot.gif/*", "*/rexdot.gif/*")),
        *(Endpoint(host="*.hit.gemius.pl", path=path, role="library", decode=LibraryReader()) for path in ("/xgemius.js", "/gemius.js", "/*.js", "/lsget.html", "/gplayer.js")),
    ),
    decode=_decode,
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
        {
            "title": "an ad's impression, its parameters between slashes",
            "request": {"url": "https://gdehr.hit.gemius.pl/_1795318940000/redot.gif?id=zIE7YL.P7/fastid=afcz/stparam=zhkr/nc=0/gdpr=0/gdpr_consent=", "resource_type": "image"},
            "hits": [{"kind": "auxiliary", "event": "impression", "account": "zIE7YL.P7", "values": {"fastid": "afcz", "stparam": "zhkr"}}],
        },
        {
            "title": "a page view of the oldest tags",
            "request": "https://pro.hit.gemius.pl/_1795318940000/redot.gif/id=.WBKsecPR8.57",
            "hits": [{"kind": "pageview", "event": "view", "account": ".WBKsecPR8.57"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://gapl.hit.gemius.pl/xgemius.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=("https://shop.example/_1/rexdot.gif?id=1", "https://nothit.gemius.pl.example/_1/rexdot.gif", "https://gemius.com/", "https://shop.hit.gemius.pl.evil.example/_1/rexdot.gif"),
)  # fmt: skip
