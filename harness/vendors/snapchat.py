"""Snap Pixel (Snapchat).

Documentation: https://businesshelp.snapchat.com/s/article/snap-pixel-about,
https://businesshelp.snapchat.com/s/article/pixel-direct-implementation (events and parameters). The keys on the wire are not published;
they are those that scevent 1.x to 3.x send: a form, a query, or JSON whose ``req`` holds one entry an event. A site's own gateway
(https://github.com/Snapchat/business-sdk-python) receives the same as flat JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row, unescape
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, PAGE, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Page", "Consent", "Technical"

_ROWS = {
    "pid": Row("pid", "Pixel ID", GENERAL),
    "pids": Row("pids", "Pixel IDs", GENERAL),
    "ev": Row("ev", "Event", GENERAL),
    "pl": Row("pl", "Page address", PAGE),
    "rf": Row("rf", "Referrer", PAGE),
    "ts": Row("ts", "Event time", TECHNICAL),
    "v": Row(None, "Pixel version", TECHNICAL),
    "if": Row(None, "In a frame", TECHNICAL),
    "bt": Row(None, "Build", TECHNICAL),
    "intg": Row(None, "Integration", TECHNICAL),
    "noscript": Row(None, "Image tag", TECHNICAL),
    "u_c1": Row("u_c1", "First-party ID (_scid)", USER),
    "u_sclid": Row("u_sclid", "Click ID (ScCid)", USER),
    "u_scsid": Row("u_scsid", "Session ID", USER),
    "u_hem": Row("u_hem", "Email (hashed)", USER),
    "u_hpn": Row("u_hpn", "Phone (hashed)", USER),
    "u_hmai": Row("u_hmai", "Mobile ad ID (hashed)", USER),
    "u_fn": Row("u_fn", "First name (hashed)", USER),
    "u_ln": Row("u_ln", "Last name (hashed)", USER),
    "u_age": Row(None, "Age (hashed)", USER),
    "u_hed": Row(None, "User data (hashed)", USER),
    "l_city": Row(None, "City (hashed)", USER),
    "l_gc": Row(None, "Country (hashed)", USER),
    "l_gpc": Row(None, "Postal code (hashed)", USER),
    "l_gr": Row(None, "Region (hashed)", USER),
    "e_pr": Row("price", "Price", COMMERCE, "number"),
    "e_cur": Row("currency", "Currency", COMMERCE),
    "e_tid": Row("transaction_id", "Transaction ID", COMMERCE),
    "e_ni": Row("number_items", "Number of items", COMMERCE, "number"),
    "e_iids": Row("item_ids", "Item IDs", COMMERCE),
    "e_ic": Row("item_category", "Item category", COMMERCE),
    "e_bds": Row("brands", "Brands", COMMERCE),
    "e_pia": Row("payment_info_available", "Payment data available", COMMERCE),
    "e_desc": Row("description", "Description", GENERAL),
    "e_sm": Row("sign_up_method", "Sign-up method", GENERAL),
    "e_su": Row("success", "Success", GENERAL),
    "e_ss": Row("search_string", "Search term", GENERAL),
    "e_et": Row("event_tag", "Event tag", GENERAL),
    "et": Row("event_tag", "Event tag", GENERAL),
    "e_cs": Row("customer_status", "Customer status", COMMERCE),
    "e_dm": Row("delivery_method", "Delivery method", COMMERCE),
    "e_lv": Row("level", "Level", GENERAL),
    "cdid": Row("client_deduplication_id", "Deduplication ID", GENERAL),
    "trackId": Row(None, "Request ID", TECHNICAL),
    "gac": Row(None, "Page's checksum", TECHNICAL),
    "an_k": Row(None, "Alternative ID's kind", TECHNICAL),
    "an_v": Row(None, "Alternative ID", TECHNICAL),
    "client_deduplication_id": Row("client_deduplication_id", "Deduplication ID", GENERAL),
    "client_dedup_id": Row("client_dedup_id", "Deduplication ID", GENERAL),
    "price": Row("price", "Price", COMMERCE, "number"),
    "currency": Row("currency", "Currency", COMMERCE),
    "transaction_id": Row("transaction_id", "Transaction ID", COMMERCE),
    "customer_status": Row("customer_status", "Customer status", COMMERCE),
    "gdpr": Row(None, "GDPR applies", CONSENT),
    "gdpr_consent": Row(None, "TCF string", CONSENT),
    "us_privacy": Row(None, "US privacy string", CONSENT),
    "data_use": Row("data_use", "Limited data use", CONSENT),
    "du": Row("data_use", "Limited data use", CONSENT),
}  # fmt: skip
_PREFIXES = (
    Prefix("e_", field="e_{}", label="Event: {}", group=COMMERCE),
    Prefix("u_", field=None, label="User: {}", group=USER),
    Prefix("l_", field=None, label="Place: {}", group=USER),
    Prefix("m_", field=None, label="Timing: {}", group=TECHNICAL),
    Prefix("d_", field=None, label="Device: {}", group=TECHNICAL),
)
_TABLE = QueryTable(_ROWS, _PREFIXES)
_ENTRY = PathTable({f"req[].t.{key}": row for key, row in _ROWS.items()} | {"req[].i.pids[]": Row(None, "Pixel ID", GENERAL)})


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    found = {key: wire[key] for key in ("gdpr", "gdpr_consent", "us_privacy", "data_use") if wire.get(key)}
    if wire.get("du"):
        found["data_use"] = wire["du"]
    return found or None


_READ = QueryReader(
    _TABLE,
    event="ev",
    account=("pid", "pids"),
    key=("client_deduplication_id", "client_dedup_id", "transaction_id"),
    page="pl",
    time="ts",
    identifiers=("u_c1", "u_sclid", "u_scsid", "u_hem", "u_hpn", "u_hmai", "u_fn", "u_ln"),
    consent=_consent,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    payload = read_body(request)
    entries = payload.value.get("req") if isinstance(payload.value, dict) else None
    if not isinstance(entries, list):
        return _READ(request)
    shared = _TABLE.read(split_url(request.url).query)
    shared += _ENTRY.read(payload.value, payload.notes, without=frozenset(("req",)))
    hits = []
    for entry in entries:
        hit = _READ.hit([*shared, *_ENTRY.read([entry], payload.notes, at="req")])
        pixels = entry.get("i", {}).get("pids") if isinstance(entry, dict) and isinstance(entry.get("i"), dict) else None
        if hit.account is None and isinstance(pixels, list) and pixels:
            hit.account = ",".join(map(str, pixels))
        hits.append(hit)
    return hits


def _is_snap(request: CapturedRequest) -> bool:
    """Told on a site's own gateway by a pixel's UUID, an event and one of the visitor's ids."""
    query = f"&{split_url(request.url).query}&"
    document = read_body(request).value if request.body.data else None
    if isinstance(document, dict):
        pixel, event, named = document.get("pid"), document.get("ev"), any(key in document for key in ("u_c1", "u_scsid", "u_sclid"))
    else:
        pixel, event = (unescape(query.partition(f"&{key}=")[2].partition("&")[0]) for key in ("pid", "ev"))
        named = any(f"&{key}=" in query for key in ("u_c1", "u_scsid", "u_sclid"))
    return isinstance(pixel, str) and [len(each) for each in pixel.split("-")] == [8, 4, 4, 4, 12] and bool(event) and named


def _pixel(path: str, wire: Mapping[str, Any]) -> str | None:
    """``/config/com/<pixel>.js``."""
    return path.rpartition("/")[2].removesuffix(".js") or None


_HOSTS = ("tr.snapchat.com", "tr6.snapchat.com", "tr-shadow.snapchat.com")

VENDOR = Vendor(
    id="snapchat",
    name="Snap Pixel",
    category="advertising",
    docs=(
        "https://businesshelp.snapchat.com/s/article/snap-pixel-about",
        "https://businesshelp.snapchat.com/s/article/pixel-direct-implementation",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/p", "/p/")),
        *(Endpoint(host=host, path="/cm/*", decode=LibraryReader("auxiliary", account="pid")) for host in _HOSTS),
        *(Endpoint(host=host, path="/config/*", role="config", decode=LibraryReader("config", account=_pixel)) for host in _HOSTS),
        Endpoint(host="*", path="*/gateway/p", recognise=_is_snap),
        *(Endpoint(host="sc-static.net", path=path, role="library") for path in ("/scevent.min.js", "/scevent.js")),
        Endpoint(host="sc-static.net", path="/js-sha256-v1.min.js", role="library"),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"pid", "pids", "ev", "pl", "rf", "ts", "u_*"}),
    examples=(
        {
            "title": "a purchase, as a form",
            "request": {
                "url": "https://tr.snapchat.com/p",
                "method": "POST",
                "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": "pid=b2ade379-a55e-4ca7-893b-b9fac04c843f&ev=PURCHASE&pl=https%3A%2F%2Fshop.example%2F%3FScCid%3Dx1&ts=1583875341291&rf=&v=1.5&if=false"
                "&bt=__LIVE__&e_pr=19.98&e_cur=EUR&e_tid=T-1&e_iids=A%3BB&e_ni=2&u_hem=f660ab91&u_c1=842d7ddb&m_sl=7889",
            },
            "hits": [
                {
                    "kind": "event", "event": "PURCHASE", "account": "b2ade379-a55e-4ca7-893b-b9fac04c843f", "key": "T-1",
                    "values": {"price": 19.98, "currency": "EUR", "transaction_id": "T-1", "item_ids": "A;B", "number_items": 2},
                    "identifiers": {"u_hem": "f660ab91", "u_c1": "842d7ddb"}, "campaign": {"ScCid": "x1"}, "event_time": 1583875341.291,
                }
            ],
        },
        {
            "title": "a page view in the query",
            "request": {"url": "https://tr6.snapchat.com/p?pid=6e8044a0-9669-417b-8667-cfd1d4c37f5d&ev=PAGE_VIEW&intg=gtm"},
            "hits": [{"kind": "pageview", "event": "PAGE_VIEW", "account": "6e8044a0-9669-417b-8667-cfd1d4c37f5d"}],
        },
        {
            "title": "an event and what the script tells of itself, as JSON",
            "request": {
                "url": "https://tr.snapchat.com/p",
                "method": "POST",
                "body": {
                    "ctx": {"url": "https://shop.example/"},
                    "req": [{"t": {"pid": "301bc76a-867d-419a-afb1-1ce91680f333", "ev": "ADD_CART", "e_pr": 5}}, {"i": {"pids": ["301bc76a"]}}],
                },
            },
            "hits": [
                {"kind": "event", "event": "ADD_CART", "account": "301bc76a-867d-419a-afb1-1ce91680f333", "values": {"price": 5}},
                {"kind": "auxiliary", "event": None, "account": "301bc76a"},
            ],
        },
        {
            "title": "a purchase of version 3, from a tag manager, with what it is deduplicated by",
            "request": {
                "url": "https://tr.snapchat.com/p?pid=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee&ev=PURCHASE&intg=gtm&u_hem=973d&pids=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
                "&e_tid=T-1&e_ni=2&e_ic=cat1&e_pr=42.22&e_iids=A12%2CB20&e_cur=EUR&u_c1=35f3&an_k=pn_al&an_v=u_c1&e_bds=BrandA%2CBrandB&cdid=d-1&e_cs=returning&du=granted"
                "&e_dm=delivery&et=test-tag&e_lv=5&u_sclid=229d&u_scsid=debf&gac=5e2a8062&pl=https%3A%2F%2Fshop.example%2F&trackId=5279&ts=1783196371375&v=3.59.0"
            },
            "hits": [
                {
                    "kind": "event", "event": "PURCHASE", "account": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "key": "d-1", "page_url": "https://shop.example/",
                    "values": {
                        "price": 42.22, "currency": "EUR", "transaction_id": "T-1", "number_items": 2, "client_deduplication_id": "d-1",
                        "customer_status": "returning", "delivery_method": "delivery", "event_tag": "test-tag", "level": "5", "brands": "BrandA,BrandB",
                    },
                    "consent": {"data_use": "granted"}, "identifiers": {"u_c1": "35f3", "u_sclid": "229d", "u_scsid": "debf", "u_hem": "973d"},
                }
            ],
        },
        {
            "title": "a view through the site's own gateway",
            "request": {
                "url": "https://gtm.shop.example/gateway/p", "method": "POST",
                "body": {
                    "pid": "194e8c7a-0334-4401-8c48-4c2bd7029d83", "ev": "VIEW_CONTENT", "e_iids": ["14"], "pl": "https://shop.example/product.html", "if": False,
                    "ts": 1668449199558, "u_c1": "ad63", "u_sclid": "2122", "u_scsid": "d787", "v": "2.0.0",
                },
            },
            "hits": [{"kind": "event", "event": "VIEW_CONTENT", "account": "194e8c7a-0334-4401-8c48-4c2bd7029d83", "identifiers": {"u_c1": "ad63"}, "event_time": 1668449199.558}],
        },
        {
            "title": "a report of the script's own",
            "request": {"url": "https://tr6.snapchat.com/p", "method": "POST", "body": {"ctx": {}, "req": [{"log": {"name": "SB", "message": ""}}]}},
            "hits": [{"kind": "auxiliary", "event": None, "account": None}],
        },
        {
            "title": "a pixel's settings",
            "request": {"url": "https://tr.snapchat.com/config/de/b2ade379-a55e-4ca7-893b-b9fac04c843f.js?v=3.59.0"},
            "hits": [{"kind": "config", "account": "b2ade379-a55e-4ca7-893b-b9fac04c843f"}],
        },
        {
            "title": "the cookie's copy",
            "request": {"url": "https://tr.snapchat.com/cm/i?pid=b2ade379-a55e-4ca7-893b-b9fac04c843f"},
            "hits": [{"kind": "auxiliary", "account": "b2ade379-a55e-4ca7-893b-b9fac04c843f"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://sc-static.net/scevent.min.js"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/p?pid=b2ade379&ev=PURCHASE",
        "https://tr.snapchat.com.evil.example/p?pid=1&ev=PURCHASE",
        "https://nottr.snapchat.com/p?pid=1&ev=PURCHASE",
        "https://shop.example/?u=https%3A%2F%2Ftr.snapchat.com%2Fp%3Fpid%3D1",
        "https://www.snapchat.com/p/abc",
        {"url": "https://shop.example/gateway/p", "method": "POST", "body": {"pid": "p1", "ev": "PURCHASE"}},
        {"url": "https://shop.example/gateway/p", "method": "POST", "body": {"pid": "194e8c7a-0334-4401-8c48-4c2bd7029d83", "ev": "x"}},
        "https://tr.snapchat.com/",
    ),
)  # fmt: skip
