"""Adform site tracking (tracking points).

Documentation: https://www.adformhelp.com/hc/en-us/articles/9740578281873, https://www.adformhelp.com/hc/en-us/articles/9738565242385.
A tracking point is named by its page (``ADFPageName``); ``ecpr`` (products) and ``itm`` (the order) are base64 of JSON; regions have hosts of
their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.payload import open_text
from harness.decode.query import Prefix, QueryTable, Row, number
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, PAGE, CONSENT, TECHNICAL, CUSTOM = "General", "E-commerce", "Page", "Consent", "Technical", "Variables"

_TABLE = QueryTable(
    {
        "pm": Row("pm", "Tracking ID", GENERAL),
        "lid": Row("lid", "Tracking point ID", GENERAL),
        "ADFPageName": Row("pagename", "Page name", GENERAL),
        "ADFdivider": Row(None, "Divider", TECHNICAL),
        "ADFtpmode": Row(None, "Mode", TECHNICAL),
        "ord": Row(None, "Cache buster", TECHNICAL),
        "Set1": Row(None, "Browser settings", TECHNICAL),
        "loc": Row("loc", "Page address", PAGE),
        "ref": Row("ref", "Referrer", PAGE),
        "sl": Row("sales", "Sales", COMMERCE, "number"),
        "sales": Row("sales", "Sales", COMMERCE, "number"),
        "orderid": Row("orderid", "Order ID", COMMERCE),
        "orid": Row("orderid", "Order ID", COMMERCE),
        "cur": Row("currency", "Currency", COMMERCE),
        "currency": Row("currency", "Currency", COMMERCE),
        "ecpr": Row(None, "Products (base64)", COMMERCE),
        "itm": Row(None, "Order (base64)", COMMERCE),
        "basketsize": Row("basketsize", "Basket's size", COMMERCE, "number"),
        "gender": Row("gender", "Gender", "User"),
        "agegroup": Row("agegroup", "Age group", "User"),
        "age": Row("age", "Age", "User"),
        "country": Row("country", "Country", "User"),
        "city": Row("city", "City", "User"),
        "email": Row("email", "Email", "User"),
        "CC": Row(None, "Counted again", TECHNICAL),
        "frpid": Row(None, "First-party ID", "User"),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
    },
    (
        Prefix("svn", field="svn{}", label="Number {}", group=CUSTOM, kind="number"),
        Prefix("sv", field="sv{}", label="Variable {}", group=CUSTOM),
        Prefix("var", field="var{}", label="Variable {}", group=CUSTOM),
    ),
)
_PRODUCT = {
    "pid": "productid", "pnm": "productname", "cid": "categoryid", "cnm": "categoryname", "pgr": "productgroup", "psl": "productsales",
    "pcn": "productcount", "wgt": "weight", "step": "step",
}  # fmt: skip
_ORDER = {"sl": "sales", "orid": "orderid", "oid": "orderid", "cur": "currency", "bs": "basketsize"}
_NUMBERS = frozenset(("productsales", "productcount", "weight", "step", "sales", "basketsize"))


def _named(found: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The documented names of an order or a product, its numbers as numbers."""
    out: dict[str, Any] = {}
    for short, value in found.items():
        name = names.get(short, short)
        out[name] = number(value) if name in _NUMBERS and isinstance(value, str) else value
    return out


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("gdpr", "gdpr_consent") if wire.get(key)} or None


def _event(values: Mapping[str, Any]) -> str | None:
    name = values.get("pagename") or values.get("lid")
    return str(name) if name else "page_view" if values.get("pm") else None


_READ = QueryReader(_TABLE, event=_event, account="pm", key="orderid", page="loc", consent=_consent)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        for each in hit.parameters:
            if each.name not in ("ecpr", "itm") or not each.value:
                continue
            carried = open_text(str(each.value)).value
            products = carried
            if isinstance(carried, dict):
                products = carried.pop("itms", None)
                for name, value in _named(carried, _ORDER).items():
                    hit.values.setdefault(name, value)
            if isinstance(products, list):
                items = [_named(item, _PRODUCT) for item in products if isinstance(item, dict)]
                hit.values.setdefault("itms", items)
                hit.values.setdefault("items", items)
        order = hit.values.get("orderid")
        hit.key = hit.key or (str(order) if order else None)
    return hits


_HOSTS = ("track.adform.net", "a1.adform.net", "a2.adform.net", "asia.adform.net", "server.adform.net", "adx.adform.net")

VENDOR = Vendor(
    id="adform",
    name="Adform",
    category="advertising",
    docs=("https://www.adformhelp.com/hc/en-us/articles/9740578281873", "https://www.adformhelp.com/hc/en-us/articles/9738565242385"),
    endpoints=(
        *(
            Endpoint(host=host, path=path)
            for host in _HOSTS
            for path in ("/Serving/TrackPoint/", "/Serving/TrackPoint", "/serving/trackpoint/", "/serving/trackpoint")
        ),
        *(Endpoint(host=host, path="/serving/scripts/trackpoint/*", role="library") for host in _HOSTS),
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary")) for host in _HOSTS for path in ("/Serving/Cookie/*", "/serving/cookie/*")),
        Endpoint(host="s1.adform.net", path="/banners/scripts/st/trackpoint-async.js", role="library"),
        Endpoint(host="s2.adform.net", path="/banners/scripts/st/trackpoint-async.js", role="library"),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"pm", "loc", "ref"}),
    examples=(
        {
            "title": "a product page with its product",
            "request": {
                "url": "https://track.adform.net/Serving/TrackPoint/?pm=2443498&ADFPageName=Product%20page&ADFdivider=%7C&ord=472794611264&ADFtpmode=2"
                "&ecpr=W3sicGlkIjoiMDgwODk2ODIiLCJzdGVwIjoyLCJwbm0iOiJBxJ8iLCJwc2wiOiIxMjkuOTAifV0&loc=https%3A%2F%2Fshop.example%2Fp&Set1=tr-TR%7Ctr-TR%7C1366x768%7C24"
            },
            "hits": [
                {
                    "kind": "event", "event": "Product page", "account": "2443498", "page_url": "https://shop.example/p",
                    "values": {"itms": [{"productid": "08089682", "step": 2, "productname": "Ağ", "productsales": 129.9}]},
                }
            ],
        },
        {
            "title": "a sale in the Americas",
            "request": {"url": "https://a2.adform.net/Serving/TrackPoint/?pm=1453019&ADFPageName=Thanks&ADFdivider=|&sl=19.98&orderid=T-1&cur=USD&sv1=new"},
            "hits": [{"event": "Thanks", "account": "1453019", "key": "T-1", "values": {"sales": 19.98, "orderid": "T-1", "currency": "USD", "sv1": "new"}}],
        },
        {
            "title": "an order as the script encodes it",
            "request": {"url": "https://track.adform.net/Serving/TrackPoint/?pm=2443498&ADFPageName=Thanks&ADFdivider=%7C&ord=680854205556&ADFtpmode=2&itm=eyJzbCI6IjI0Ljk4Iiwib3JkZXJpZCI6IlQtMSIsImN1cnJlbmN5IjoiRVVSIiwiaXRtcyI6W3sicGlkIjoiMDgwODk2ODIiLCJzdGVwIjozLCJwbm0iOiJBxJ8iLCJwc2wiOiIxMi40OSIsInBjbiI6IjIifV19&loc=https%3A%2F%2Fshop.example%2Fthanks&Set1=tr-TR%7Ctr-TR%7C1366x768%7C24"},
            "hits": [
                {
                    "kind": "event", "event": "Thanks", "key": "T-1",
                    "values": {
                        "sales": 24.98, "orderid": "T-1", "currency": "EUR",
                        "items": [{"productid": "08089682", "step": 3, "productname": "Ağ", "productsales": 12.49, "productcount": 2}],
                    },
                }
            ],
        },
        {
            "title": "a page without a name",
            "request": {"url": "https://track.adform.net/Serving/TrackPoint/?pm=1511642"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "1511642"}],
        },
        {
            "title": "a tracking point without scripts, its number variables",
            "request": {"url": "https://a1.adform.net/Serving/TrackPoint/?pm=1453019&ADFPageName=Shop%7CCart&ADFdivider=%7C&ADFtpmode=4&svn1=3&sv2=red&basketsize=2&gdpr=1&gdpr_consent=CP", "resource_type": "document"},
            "hits": [
                {
                    "kind": "event", "event": "Shop|Cart", "account": "1453019", "consent": {"gdpr": "1", "gdpr_consent": "CP"},
                    "values": {"svn1": 3, "sv2": "red", "basketsize": 2},
                }
            ],
        },
        {
            "title": "its cookies matched",
            "request": {"url": "https://track.adform.net/Serving/Cookie/?adfaction=getjs;adfcookname=uid"},
            "hits": [{"kind": "auxiliary", "event": None}],
        },
        {
            "title": "the script",
            "request": {"url": "https://track.adform.net/serving/scripts/trackpoint/async/"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/Serving/TrackPoint/?pm=1511642",
        "https://track.adform.net.evil.example/Serving/TrackPoint/?pm=1",
        "https://nottrack.adform.net/Serving/TrackPoint/?pm=1",
        "https://shop.example/?u=https%3A%2F%2Ftrack.adform.net%2FServing%2FTrackPoint%2F",
        "https://track.adform.net/adfserve/?bn=1",
    ),
)  # fmt: skip
