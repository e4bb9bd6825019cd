"""Quantcast Measure and Advertise pixels.

Documentation: https://help.quantcast.com/docs/inspect-your-tag. Parameters are in the path, separated by ``;``
(``/pixel;r=1;a=p-abc;labels=_fp.event.Purchase``), or in the query of an image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, PAGE, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Page", "Consent", "Technical"
_ROWS = {
    "a": Row("a", "Account (p-code)", GENERAL),
    "labels": Row("labels", "Labels", GENERAL),
    "event": Row("event", "Event", GENERAL),
    "orderid": Row("orderid", "Order ID", COMMERCE),
    "revenue": Row("revenue", "Revenue", COMMERCE, "number"),
    "url": Row("url", "Page address", PAGE),
    "ref": Row("ref", "Referrer", PAGE),
    "fpa": Row("fpa", "First-party ID", USER),
    "uid": Row("uid", "User ID (hashed)", USER),
    "uh": Row("uh", "User (hashed)", USER),
    "fpan": Row(None, "First-party ID is new", USER),
    "ns": Row(None, "New session", TECHNICAL),
    "ce": Row(None, "Cookies", TECHNICAL),
    "qjs": Row(None, "Script", TECHNICAL),
    "qv": Row(None, "Script version", TECHNICAL),
    "r": Row(None, "Cache buster", TECHNICAL),
    "sr": Row(None, "Screen", TECHNICAL),
    "et": Row("et", "Event time", TECHNICAL),
    "tzo": Row(None, "Time zone", TECHNICAL),
    "ogl": Row(None, "Open Graph", PAGE),
    "d": Row(None, "Domain", PAGE),
    "dst": Row(None, "Summer time", TECHNICAL),
    "id": Row(None, "Site's own ID", USER),
    "pcat": Row("pcat", "Product category", COMMERCE),
    "cm": Row(None, "Campaign", TECHNICAL),
    "je": Row(None, "Java", TECHNICAL),
    "enc": Row(None, "Encoding", TECHNICAL),
    "cmp": Row(None, "Consent platform", CONSENT),
    "gdpr": Row(None, "GDPR applies", CONSENT),
    "gdpr_consent": Row(None, "TCF string", CONSENT),
    "us_privacy": Row(None, "US privacy string", CONSENT),
    "gpp": Row(None, "GPP string", CONSENT),
}
_QUERY = QueryTable(_ROWS, (Prefix("rf", field=None, label="Frame {}", group=TECHNICAL),))
_PATH = QueryTable(_ROWS, separator=";")


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("gdpr", "gdpr_consent", "us_privacy", "gpp") if wire.get(key)} or None


_READ = QueryReader(_QUERY, account="a", key="orderid", page="url", time="et", identifiers=("fpa", "uid", "uh"), consent=_consent)
_EVENT = "_fp.event."


def _decode(request: CapturedRequest) -> list[Hit]:
    path = split_url(request.url).path
    in_path = _PATH.read(path.partition(";")[2])
    rest, problem = request_parameters(request, _QUERY)
    hit = _READ.hit([*in_path, *rest], problem)
    if hit.account is None:
        name = path.rpartition("/")[2].removesuffix(".gif")
        hit.account = name if name.startswith("p-") else None
    named = hit.values.get("event")
    labels = str(hit.values.get("labels") or "")
    for label in labels.split(","):
        if not named and label.startswith(_EVENT):
            named = label.removeprefix(_EVENT)
    hit.event = str(named) if named else "page_view" if hit.account else None
    hit.kind = "auxiliary" if hit.event is None else "pageview" if hit.event in ("page_view", "Default", "load", "PageView") else "event"
    return [hit]


VENDOR = Vendor(
    id="quantcast-measure",
    name="Quantcast Measure",
    category="advertising",
    docs=("https://help.quantcast.com/docs/inspect-your-tag",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("pixel.quantserve.com", "secure.quantserve.com") for path in ("/pixel", "/pixel;*", "/pixel/*")),
        *(Endpoint(host=host, path=path, role="library") for host in ("secure.quantserve.com", "edge.quantserve.com") for path in ("/quant.js", "/aquant.js")),
        Endpoint(host="rules.quantcount.com", path="/*", role="library", decode=LibraryReader(account=lambda path, wire: path[7:].removesuffix(".js") if path[:7] == "/rules-" else None)),
        *(Endpoint(host="pixel.quantserve.com", path=path, role="config", decode=LibraryReader("config", account="a")) for path in ("/api/segments.json", "/seg/*")),
        Endpoint(host="cms.quantserve.com", path="/*", decode=LibraryReader("auxiliary")),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"a", "url", "ref", "fpa", "et"}),
    examples=(
        {
            "title": "a page, as the script tells of it",
            "request": {
                "url": "https://pixel.quantserve.com/pixel;r=1234;rf=0;a=p-QEZzGPnZe_xCx;url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews;ref=;fpan=0;fpa=P0-1-2;et=1700000000000;sr=1280x720x24"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page_view", "account": "p-QEZzGPnZe_xCx", "campaign": {"utm_source": "news"}, "event_time": 1700000000.0,
                    "identifiers": {"fpa": "P0-1-2"},
                }
            ],
        },
        {
            "title": "a purchase",
            "request": {"url": "https://pixel.quantserve.com/pixel;a=p-abc;labels=_fp.event.Purchase;orderid=T-1;revenue=19.98"},
            "hits": [{"kind": "event", "event": "Purchase", "account": "p-abc", "key": "T-1", "values": {"revenue": 19.98}}],
        },
        {
            "title": "an image",
            "request": {"url": "https://pixel.quantserve.com/pixel/p-QEZzGPnZe_xCx.gif?labels=x"},
            "hits": [{"kind": "pageview", "account": "p-QEZzGPnZe_xCx", "values": {"labels": "x"}}],
        },
        {"title": "the rules", "request": {"url": "https://rules.quantcount.com/rules-p-QEZzGPnZe_xCx.js"}, "hits": [{"kind": "library", "account": "p-QEZzGPnZe_xCx"}]},
        {
            "title": "an event whose order has nothing in it, over the secure host",
            "request": "https://secure.quantserve.com/pixel;r=277516884;a=p-31h;orderid=;revenue=;labels=_fp.event.Homepage;rf=3;fpan=0;fpa=P0-3;ns=0;ce=1;cm=;je=1;enc=n;dst=0;et=1795318940000;tzo=-330;ref=;url=https%3A%2F%2Fshop.example%2F;ogl=",
            "hits": [{"kind": "event", "event": "Homepage", "account": "p-31h", "key": None, "page_url": "https://shop.example/"}],
        },
    ),
    lookalikes=(
        "https://www.quantcast.com/login/",
        "https://quantcast.mgr.consensu.org/choice/p/shop.example/choice.js",
        "https://shop.example/pixel;a=p-abc;labels=x",
        "https://pixel.quantserve.com.evil.example/pixel;a=p-abc",
        "https://notpixel.quantserve.com/pixel;a=p-abc",
        "https://shop.example/?u=https%3A%2F%2Fpixel.quantserve.com%2Fpixel%3Ba%3Dp-abc",
    ),
)  # fmt: skip
