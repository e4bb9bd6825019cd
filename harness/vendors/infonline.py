"""INFOnline, IVW's measurement of German sites (IOMb, SZM): page impressions as images.

Documentation: https://docs.infonline.de/ (IOMb), https://www.infonline.de/ (the service). A page impression is named by its code (``cp``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row, unescape
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "st": Row("st", "Offer ID", "General"),
        "cp": Row("cp", "Content code", "General"),
        "co": Row("co", "Comment", "General"),
        "sv": Row(None, "Survey", "General"),
        "pt": Row("pt", "Event type", "General"),
        "ps": Row(None, "Privacy setting", "Consent"),
        "ur": Row("ur", "Site's host", "Page"),
        "rf": Row("rf", "Referrer", "Page"),
        "r2": Row(None, "Second referrer", "Page"),
        "xy": Row(None, "Screen", "Device"),
        "lo": Row(None, "Country", "Device"),
        "cb": Row(None, "Cookie", "Visitor"),
        "i2": Row("i2", "Browser ID", "Visitor"),
        "i3": Row(None, "Local ID", "Visitor"),
        "ep": Row(None, "Expiry", "Technical"),
        "vr": Row(None, "Script version", "Technical"),
        "id": Row(None, "Technical ID", "Technical"),
        "lt": Row("lt", "Local time", "Technical"),
        "np": Row("cp", "Content code", "General"),
        "fp": Row("cp", "Content code", "General"),
        "xp": Row("cp", "Content code", "General"),
        "cn": Row(None, "Country of the service", "General"),
        "hb": Row(None, "Heartbeat", "General"),
        "mi": Row(None, "Application's data", "General", "json"),
        "fs": Row(None, "First offer ID", "General"),
        "u2": Row(None, "Page address", "Page"),
        "cs": Row(None, "Checksum", "Technical"),
        "mo": Row(None, "Mode", "Technical"),
        "er": Row(None, "Error", "Technical"),
        "ev": Row("ev", "Event", "General"),
        "dntt": Row(None, "Do not track", "Consent"),
        "sc": Row(None, "Mobile", "Device"),
        "ty": Row(None, "Type", "General"),
        "mg": Row(None, "Migration", "Technical"),
        "tcf": Row(None, "TCF string", "Consent"),
    },
    (),
)
_READ = QueryReader(
    _TABLE,
    event=lambda values: str(values["ev"]) if values.get("ev") else "pageview" if values.get("st") else None,
    account="st",
    time="lt",
    identifiers=("i2",),
    consent=lambda wire: {key: wire[key] for key in ("ps", "tcf", "dntt") if wire.get(key)} or None,
)


def _box(request: CapturedRequest) -> list[Hit]:
    """The oldest image: ``https://<offer>.ivwbox.de/cgi-bin/ivw/CP/<code>;<comment>?r=<referrer>``."""
    address = split_url(request.url)
    kind, _, named = address.path.removeprefix("/cgi-bin/ivw/").partition("/")
    code, _, comment = named.partition(";")
    hits = _BOX(request)
    for hit in hits:
        hit.account, hit.kind, hit.event = address.host.partition(".")[0], "pageview", "pageview"
        hit.values.update({name: unescape(text) for name, text in (("pt", kind), ("cp", code), ("co", comment)) if text})
    return hits


_BOX = QueryReader(QueryTable({"r": Row("rf", "Referrer", "Page"), "d": Row(None, "Cache buster", "Technical")}))


def _offer(path: str, wire: Mapping[str, object]) -> str | None:
    named = wire.get("st") or wire.get("offerIdentifier")
    return str(named) if named else None


def _is_manager(request: CapturedRequest) -> bool:
    """The measurement manager (IOMm), which every site has under a host of its own."""
    return split_url(request.url).path.endswith(("/bundle.js", "/loader.js"))


VENDOR = Vendor(
    id="infonline",
    name="INFOnline (IVW)",
    category="analytics",
    docs=("https://docs.infonline.de/",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("*.ioam.de", "*.iocnt.net", "*.ivwbox.de") for path in ("/tx.io", "/tx.io/*", "/aid.io")),
        *(Endpoint(host=host, path="/cgi-bin/ivw/*", decode=_box) for host in ("*.ioam.de", "*.iocnt.net", "*.ivwbox.de")),
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary", account=_offer)) for host in ("*.ioam.de", "*.iocnt.net") for path in ("/soziodata2.php", "/identitystatus", "/identitystatus/*")),
        *(Endpoint(host=host, path="/*.js", role="library", decode=LibraryReader()) for host in ("script.ioam.de", "*.ioam.de", "*.iocnt.net")),
        Endpoint(host="*", path="*/iomm/latest/*", role="library", recognise=_is_manager, decode=LibraryReader()),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"rf", "ur"}),
    examples=(
        {
            "title": "a page impression",
            "request": {"url": "https://de.ioam.de/tx.io?st=shopde&cp=home&sv=ke&co=comment&pt=CP&ps=lin&rf=news.example&r2=&ur=shop.example&xy=1280x720x24&lo=DE&cb=c1&i2=abc&vr=415&id=1&lt=1795318940000", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "shopde", "values": {"cp": "home", "co": "comment"}, "identifiers": {"i2": "abc"}, "consent": {"ps": "lin"}}],
        },
        {
            "title": "a film played, in Austria, from Safari",
            "request": {"url": "https://at.iocnt.net/aid.io?cn=at&st=at_w_shop&fp=Service%2FShop&pt=FP&sv=ke&ps=lin&ev=play&lt=1795318940000&u2=https%3A%2F%2Fshop.example&cs=1abc&mo=1"},
            "hits": [{"kind": "event", "event": "play", "account": "at_w_shop", "event_time": 1795318940, "values": {"cp": "Service/Shop", "pt": "FP"}}],
        },
        {
            "title": "the oldest image",
            "request": {"url": "https://shopde.ivwbox.de/cgi-bin/ivw/CP/home;comment?r=https%3A//news.example/&d=1234.5", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "shopde", "values": {"cp": "home", "co": "comment", "rf": "https://news.example/"}}],
        },
        {
            "title": "a page impression without scripts",
            "request": {"url": "https://de.ioam.de/tx.io?st=shopde&np=Suche&mo=0", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "shopde", "values": {"cp": "Suche"}}],
        },
        {
            "title": "the measurement manager on the site's own host",
            "request": {"url": "https://data-2d3a3249cd.shop.example/iomm/latest/manager/base/es6/bundle.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://script.ioam.de/iam.js"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=("https://shop.example/tx.io?st=x", "https://shop.example/iomm/latest/news.html", "https://notioam.de/tx.io", "https://de.ioam.de.evil.example/tx.io?st=x", "https://www.infonline.de/"),
)  # fmt: skip
