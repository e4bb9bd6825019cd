"""SpeedCurve LUX: performance beacons and errors.

Documentation: https://support.speedcurve.com/docs/rum-js-api (API), https://support.speedcurve.com/docs/add-rum-to-your-csp (hosts),
https://github.com/SpeedCurve-Metrics/lux.js (beacon).

A page's main beacon alone has the page's statistics (``PS``, also in a single-page application's later pages) and, at a full load,
the navigation timing (``NT``); the others add interactions or data to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.query import QueryTable, Row
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
            "id": Row("customer_id", "Customer ID", GENERAL),
            "sid": Row("sync_id", "Page view ID", PAGE),
            "uid": Row("unique_id", "Session ID", USER),
            "l": Row("label", "Page label", PAGE),
            "HN": Row("host", "Host", PAGE),
            "PN": Row("path", "Path", PAGE),
            "CD": Row("custom_data", "Custom data", GENERAL),
            "PS": Row("page_statistics", "Page statistics", TIMING),
            "LJS": Row(None, "Script's own times", TECHNICAL),
            "ET": Row("element_timing", "Element timing", TIMING),
            "CPU": Row("cpu", "Long tasks", TIMING),
            "INPd": Row(None, "Interaction to next paint: delay", TIMING),
            "INPi": Row(None, "Interaction to next paint: input", TIMING),
            "INPp": Row(None, "Interaction to next paint: processing", TIMING),
            "INPs": Row(None, "Interaction to next paint: selector", TIMING),
            "INPt": Row(None, "Interaction to next paint: time", TIMING),
            "fl": Row(None, "Flags", TECHNICAL),
            "sv": Row(None, "Snippet version", TECHNICAL),
            "ln": Row("line", "Error's line", GENERAL, "number"),
            "cn": Row("column", "Error's column", GENERAL, "number"),
            "ct": Row(None, "Connection", TECHNICAL),
            "NT": Row("navigation_timing", "Navigation timing", TIMING),
            "UT": Row("user_timing", "User timing", TIMING),
            "IX": Row("interaction", "Interactions", TIMING),
            "CLS": Row("cls", "Cumulative layout shift", TIMING, "number"),
            "FID": Row("fid", "First input delay (ms)", TIMING, "number"),
            "INP": Row("inp", "Interaction to next paint (ms)", TIMING, "number"),
            "msg": Row("message", "Error message", GENERAL),
            "fn": Row("file", "Error's file", GENERAL),
            "v": Row(None, "Version", TECHNICAL),
        }
    ),
    account="customer_id",
    identifiers=("unique_id",),
    paths=PathTable(
        {
            "customerId": Row("customer_id", "Customer ID", GENERAL),
            "pageId": Row("sync_id", "Page view ID", PAGE),
            "sessionId": Row("unique_id", "Session ID", USER),
            "scriptVersion": Row(None, "Version", TECHNICAL),
            "cls.value": Row("cls", "Cumulative layout shift", TIMING),
            "inp.value": Row("inp", "Interaction to next paint (ms)", TIMING),
        }
    ),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    error = split_url(request.url).path.startswith("/error")
    for hit in hits:
        values = hit.values
        main = "navigation_timing" in values or "page_statistics" in values
        hit.kind, hit.event = ("pageview", "page view") if main else ("auxiliary", "error" if error else None)
        if values.get("host"):
            hit.page_url = f"https://{values['host']}{values.get('path') or '/'}"
    return hits


def _customer(path: str, wire: Mapping[str, Any]) -> str | None:
    return str(wire["id"]) if wire.get("id") else None


VENDOR = Vendor(
    id="speedcurve",
    name="SpeedCurve LUX",
    category="monitoring",
    docs=("https://support.speedcurve.com/docs/rum-js-api", "https://github.com/SpeedCurve-Metrics/lux.js"),
    endpoints=(
        *(Endpoint(host="lux.speedcurve.com", path=path) for path in ("/lux/", "/error/")),
        Endpoint(host="beacon.speedcurve.com", path="/store"),
        Endpoint(host="cdn.speedcurve.com", path="/js/*", role="library", decode=LibraryReader(account=_customer)),
    ),
    decode=_decode,
    automatic_events=frozenset({"page view", "error"}),
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://lux.speedcurve.com/lux/?v=440&id=123&sid=p1&uid=u1&l=Home&NT=ns0fs1&CLS=0.010000&HN=shop.example&PN=%2Fa"},
            "hits": [
                {
                    "kind": "pageview", "event": "page view", "account": "123", "page_url": "https://shop.example/a", "values": {"label": "Home", "cls": 0.01},
                    "identifiers": {"unique_id": "u1"},
                }
            ],
        },
        {
            "title": "a later page of a single-page application",
            "request": {"url": "https://lux.speedcurve.com/lux/?v=440&id=123&sid=p2&uid=u1&l=Cart&HN=shop.example&PN=%2Fcart&fl=4&LJS=d1t2&PS=ns7bs0ss3&CLS=0.000000"},
            "hits": [{"kind": "pageview", "event": "page view", "account": "123", "page_url": "https://shop.example/cart"}],
        },
        {
            "title": "an interaction of the page",
            "request": {"url": "https://lux.speedcurve.com/lux/?v=440&id=123&sid=p1&uid=u1&l=Home&HN=shop.example&PN=%2Fa&IX=s12_c400&FID=3"},
            "hits": [{"kind": "auxiliary", "event": None, "account": "123"}],
        },
        {
            "title": "an error",
            "request": {"url": "https://lux.speedcurve.com/error/?v=440&id=123&fn=https%3A%2F%2Fshop.example%2Fa.js&ln=7&cn=9&msg=boom&l=Home&HN=shop.example&PN=%2F"},
            "hits": [{"kind": "auxiliary", "event": "error", "account": "123", "values": {"message": "boom", "line": 7}}],
        },
        {
            "title": "the later beacon, posted",
            "request": {"url": "https://beacon.speedcurve.com/store", "method": "POST", "body": {"customerId": "123", "pageId": "p1", "sessionId": "u1", "cls": {"value": 0.01}}},
            "hits": [{"kind": "auxiliary", "account": "123", "values": {"cls": 0.01}, "identifiers": {"unique_id": "u1"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn.speedcurve.com/js/lux.js?id=123", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "123"}],
        },
    ),
    lookalikes=("https://shop.example/lux/?id=123&sid=1", "https://lux.notspeedcurve.com/lux/", "https://app.speedcurve.com/shop/", "https://shop.example/?u=https%3A%2F%2Flux.speedcurve.com%2Flux%2F%3Fid%3D1", "https://lux.speedcurve.com.evil.example/lux/"),
)  # fmt: skip
