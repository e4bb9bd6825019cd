"""Akamai mPulse and Boomerang: performance beacons.

Documentation: https://techdocs.akamai.com/mpulse-boomerang/docs, https://akamai.github.io/boomerang/ (parameters),
https://techdocs.akamai.com/mpulse/docs/content-security-policy (hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, TIMING, TECHNICAL = "General", "Page", "User", "Timing", "Technical"
_READ = QueryReader(
    QueryTable(
        {
            "h.key": Row("api_key", "API key", GENERAL),
            "h.d": Row("domain", "Domain", GENERAL),
            "h.pg": Row("page_group", "Page group", PAGE),
            "h.ab": Row("ab_test", "A/B test", GENERAL),
            "u": Row("url", "Page address", PAGE),
            "pgu": Row("page", "Page address", PAGE),
            "r": Row("referrer", "Referrer", PAGE),
            "t_done": Row("load_time", "Load time (ms)", TIMING, "number"),
            "t_resp": Row("response_time", "Response time (ms)", TIMING, "number"),
            "t_page": Row("page_time", "Page time (ms)", TIMING, "number"),
            "rt.si": Row("session", "Session ID", USER),
            "rt.sl": Row("session_length", "Session length", USER, "number"),
            "early": Row(None, "Sent early", TECHNICAL),
            "rt.quit": Row(None, "Sent when the page was left", TECHNICAL),
            "h.t": Row(None, "Configuration's time", TECHNICAL),
            "h.cr": Row(None, "Signature", TECHNICAL),
            "http.errno": Row("error_code", "Error code", GENERAL),
            "http.method": Row(None, "Method", GENERAL),
            "sm": Row(None, "Sampling", TECHNICAL),
            "ua.plt": Row(None, "Platform", TECHNICAL),
            "pid": Row("page_id", "Page ID", PAGE),
            "http.initiator": Row("initiator", "Initiator", GENERAL),
            "v": Row(None, "Version", TECHNICAL),
        },
        (
            Prefix("cmet.", label="{}", group=GENERAL, kind="number"),
            Prefix("cdim.", label="{}", group=GENERAL),
            Prefix("rt.", field=None, group=TIMING),
            Prefix("nt_", field=None, group=TIMING),
        ),
    ),
    account="api_key",
    page=("page", "url"),
    identifiers=("session",),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """A beacon with a load time is a page's, unless something else began it; an early one comes again in full."""
    hits = _READ(request)
    for hit in hits:
        initiator = hit.values.get("initiator")
        early = any(each.name == "early" for each in hit.parameters)
        load = "load_time" in hit.values and initiator in (None, "", "spa", "spa_hard", "bfcache") and not early
        hit.kind, hit.event = ("pageview", "page load") if load else ("auxiliary", str(initiator) if initiator else None)
    return hits


def _is_boomerang(request: CapturedRequest) -> bool:
    return "rt.si=" in request.url and "u=" in request.url


def _key(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.strip("/").split("/")
    return str(wire["key"]) if wire.get("key") else steps[1] if steps[0] == "boomerang" and len(steps) > 1 else None


_EDGES = ("c.go-mpulse.net", "s.go-mpulse.net", "s2.go-mpulse.net")

VENDOR = Vendor(
    id="mpulse",
    name="Akamai mPulse",
    category="monitoring",
    docs=("https://techdocs.akamai.com/mpulse-boomerang/docs", "https://akamai.github.io/boomerang/"),
    endpoints=(
        *(Endpoint(host=host) for host in ("*.akstat.io", "*.mpstat.us")),
        Endpoint(host="*", keys=("rt.si", "rt.start"), recognise=_is_boomerang),
        *(Endpoint(host=host, path="/api/config.json", role="config", decode=LibraryReader("config", account=_key)) for host in (*_EDGES, "*.go-mpulse.net")),
        *(Endpoint(host=host, path=path, role="library", decode=LibraryReader(account=_key)) for host in _EDGES for path in ("/boomerang/*", "/boomerang.js")),
    ),
    decode=_decode,
    automatic_events=frozenset({"page load"}),
    examples=(
        {
            "title": "a page's load",
            "request": {"url": "https://684fc537.akstat.io/?h.key=AB12-CD34&h.d=shop.example&u=https%3A%2F%2Fshop.example%2F&t_done=1200&rt.si=s-1&rt.start=navigation&cmet.cart=19.98&v=1.815.1"},
            "hits": [
                {
                    "kind": "pageview", "event": "page load", "account": "AB12-CD34", "values": {"load_time": 1200, "cart": 19.98}, "identifiers": {"session": "s-1"},
                    "page_url": "https://shop.example/",
                }
            ],
        },
        {
            "title": "a page's load sent early, which comes again",
            "request": {"url": "https://684fc537.akstat.io/?h.key=AB12&h.d=shop.example&u=https%3A%2F%2Fshop.example%2F&t_done=900&rt.si=s-1&rt.start=navigation&early=1"},
            "hits": [{"kind": "auxiliary", "account": "AB12"}],
        },
        {
            "title": "a soft navigation, posted as a form",
            "request": {
                "url": "https://02179918.akstat.io/", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "h.key=AB12&h.pg=cart&u=https%3A%2F%2Fshop.example%2Fcart&t_done=300&rt.si=s-1&http.initiator=spa",
            },
            "hits": [{"kind": "pageview", "event": "page load", "account": "AB12", "values": {"page_group": "cart"}, "page_url": "https://shop.example/cart"}],
        },
        {
            "title": "Boomerang to a collector of the site's own",
            "request": {"url": "https://shop.example/beacon?u=https%3A%2F%2Fshop.example%2F&rt.si=s-1&rt.start=manual&http.initiator=xhr"},
            "hits": [{"kind": "auxiliary", "event": "xhr"}],
        },
        {
            "title": "the configuration",
            "request": {"url": "https://c.go-mpulse.net/api/config.json?key=AB12-CD34&d=shop.example"},
            "hits": [{"kind": "config", "account": "AB12-CD34"}],
        },
    ),
    lookalikes=("https://shop.example/?u=1&t_done=2", "https://notakstat.io/?h.key=1", "https://www.akamai.com/products/mpulse",
        "https://shop.example/?u=https%3A%2F%2F684fc537.akstat.io%2F%3Fh.key%3D1", "https://c.go-mpulse.net.evil.example/api/config.json"),
)  # fmt: skip
