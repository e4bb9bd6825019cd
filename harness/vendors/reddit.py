"""Reddit Pixel.

Documentation: https://business.reddithelp.com/s/article/Install-the-Reddit-Pixel-on-your-website,
https://business.reddithelp.com/s/article/manual-conversion-events-with-the-reddit-pixel. The keys on the wire are those that the pixel
script sends: an image with a query, or a form.
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

GENERAL, COMMERCE, USER, CONSENT, TECHNICAL = "General", "E-commerce", "User", "Consent", "Technical"

_TABLE = QueryTable(
    {
        "id": Row("id", "Pixel ID", GENERAL),
        "event": Row("event", "Event", GENERAL),
        "m.customEventName": Row("customEventName", "Custom event name", GENERAL),
        "m.itemCount": Row("itemCount", "Number of items", COMMERCE, "number"),
        "m.value": Row("value", "Value (in hundredths)", COMMERCE, "number"),
        "m.valueDecimal": Row("valueDecimal", "Value", COMMERCE, "number"),
        "m.currency": Row("currency", "Currency", COMMERCE),
        "m.transactionId": Row("transactionId", "Transaction ID", COMMERCE),
        "m.conversionId": Row("conversionId", "Conversion ID (deduplication)", GENERAL),
        "m.products": Row("products", "Products", COMMERCE, "json"),
        "ts": Row("ts", "Event time", TECHNICAL),
        "uuid": Row("uuid", "Reddit's cookie ID (_rdt_uuid)", USER),
        "em": Row("em", "Email (hashed)", USER),
        "pn": Row("pn", "Phone (hashed)", USER),
        "auto_em": Row("auto_em", "Emails found on the page (hashed)", USER),
        "auto_pn": Row("auto_pn", "Phones found on the page (hashed)", USER),
        "external_id": Row("external_id", "External ID", USER),
        "rdt_cid": Row("rdt_cid", "Click ID", USER),
        "click_id": Row("rdt_cid", "Click ID", USER),
        "aaid": Row("aaid", "Android advertising ID", USER),
        "idfa": Row("idfa", "Apple advertising ID", USER),
        "opt_out": Row(None, "Opted out", CONSENT),
        "dpm": Row(None, "Data processing mode", CONSENT),
        "dpcc": Row(None, "Data processing country", CONSENT),
        "dprc": Row(None, "Data processing region", CONSENT),
        "integration": Row(None, "Set up through", TECHNICAL),
        "partner": Row(None, "Partner", TECHNICAL),
        "partner_version": Row(None, "Partner's version", TECHNICAL),
        "v": Row(None, "Pixel version", TECHNICAL),
        "sh": Row(None, "Screen height", TECHNICAL),
        "sw": Row(None, "Screen width", TECHNICAL),
        "url": Row("url", "Page address", GENERAL),
        "esurl": Row("url", "Page address", GENERAL),
        "db": Row(None, "Diagnostics", TECHNICAL),
    },
    (Prefix("m.", label="{}", group=COMMERCE),),
)


def _event(values: Mapping[str, Any]) -> str | None:
    event = values.get("event")
    if event == "Custom":
        event = values.get("customEventName") or event
    return str(event) if event else None


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    found = {key: wire[key] for key in ("opt_out", "dpm", "dpcc", "dprc") if wire.get(key)}
    return found or None


_READ = QueryReader(
    _TABLE,
    event=_event,
    account="id",
    page="url",
    time="ts",
    identifiers=("uuid", "rdt_cid", "em", "pn", "auto_em", "auto_pn", "external_id", "aaid", "idfa"),
    kind=lambda event: "auxiliary" if not event else "pageview" if event == "PageVisit" else "event",
    consent=_consent,
)
_UNSET = ("", "undefined")


def _decode(request: CapturedRequest) -> list[Hit]:
    """The pixel sends keys that were not given as empty or ``undefined``; on the wire they stay, as values they are none."""
    hits = _READ(request)
    for hit in hits:
        hit.values = {name: value for name, value in hit.values.items() if value not in _UNSET}
        key = hit.values.get("conversionId") or hit.values.get("transactionId")
        hit.key = str(key) if key else None
    return hits


def _pixel(path: str, wire: Mapping[str, Any]) -> str | None:
    pieces = path.split("/")
    return (
        pieces[2]
        if pieces[1] == "pixels" and len(pieces) > 2
        else pieces[-1].removesuffix("_telemetry")
        if pieces[-2] == "config"
        else None
    )


_SCRIPT = LibraryReader(account="pixel_id")
_HIT = "https://alb.reddit.com/rp.gif?ts=1708362676211&id=a2_abc123z&integration=reddit&opt_out=0&sh=2560&sw=1440&v=rdt_c9439d84&uuid=c6959068-f901-4338-a393-7dda9cbd1fc3"

VENDOR = Vendor(
    id="reddit",
    name="Reddit Pixel",
    category="advertising",
    docs=(
        "https://business.reddithelp.com/s/article/Install-the-Reddit-Pixel-on-your-website",
        "https://business.reddithelp.com/s/article/manual-conversion-events-with-the-reddit-pixel",
    ),
    endpoints=(
        *(Endpoint(host="alb.reddit.com", path=path) for path in ("/rp.gif", "/rp", "/snoo.gif")),
        Endpoint(host="www.redditstatic.com", path="/ads/pixel.js", role="library", decode=_SCRIPT),
        Endpoint(host="www.redditstatic.com", path="/ads/*/pixel.js", role="library", decode=_SCRIPT),
        Endpoint(host="www.redditstatic.com", path="/ads/conversions-config/*", role="config", decode=LibraryReader("config", account=_pixel)),
        Endpoint(host="pixel-config.reddit.com", path="/pixels/*", role="config", decode=LibraryReader("config", account=_pixel)),
        Endpoint(host="conversions-config.reddit.com", path="/*", role="config", decode=LibraryReader("config", account=_pixel)),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"id", "event", "ts", "uuid", "url"}),
    examples=(
        {
            "title": "an addition to the cart, with keys that were not given",
            "request": {
                "url": f"{_HIT}&event=AddToCart&m.itemCount=2&m.value=&m.valueDecimal=20&m.currency=USD&m.transactionId=&m.customEventName=&m.products=&m.conversionId=undefined&aaid=&em=&dpm=LDU"
            },
            "hits": [
                {
                    "kind": "event", "event": "AddToCart", "account": "a2_abc123z", "key": None, "event_time": 1708362676.211,
                    "values": {"itemCount": 2, "valueDecimal": 20, "currency": "USD"}, "consent": {"opt_out": "0", "dpm": "LDU"},
                    "identifiers": {"uuid": "c6959068-f901-4338-a393-7dda9cbd1fc3"},
                }
            ],
        },
        {
            "title": "a purchase with products",
            "request": {
                "url": f"{_HIT}&event=Purchase&m.valueDecimal=12.55&m.currency=EUR&m.transactionId=T-1&m.conversionId=c-1"
                "&m.products=%5B%7B%22id%22%3A%22A%22%2C%22category%22%3A%22Tees%22%2C%22name%22%3A%22Tee%22%7D%5D"
            },
            "hits": [
                {
                    "event": "Purchase", "key": "c-1",
                    "values": {"valueDecimal": 12.55, "transactionId": "T-1", "products": [{"id": "A", "category": "Tees", "name": "Tee"}]},
                }
            ],
        },
        {
            "title": "a page visit",
            "request": {"url": f"{_HIT}&event=PageVisit"},
            "hits": [{"kind": "pageview", "event": "PageVisit", "account": "a2_abc123z"}],
        },
        {
            "title": "a custom event, as a form",
            "request": {
                "url": "https://alb.reddit.com/rp?id=a2_j892kaf0wxc6&event=Custom", "method": "POST", "body": "m.customEventName=Signup&m.value=",
            },
            "hits": [{"kind": "event", "event": "Signup", "account": "a2_j892kaf0wxc6"}],
        },
        {
            "title": "a lead with matching data, as the tag manager's template sends it",
            "request": {
                "url": "https://alb.reddit.com/rp.gif?ts=1783195124437&id=a2_testpixel001&event=Lead&m.value=&m.valueDecimal=12%2C55&m.currency=EUR&m.transactionId=t5&m.customEventName=&m.products=&m.conversionId=c5&uuid=0c79&aaid=&external_id=03c2&idfa=&integration=gtm&partner=&partner_version=1.0.4%3A1&opt_out=0&v=rdt_bdf78704&em=8d9b&pn=2e24&auto_em=bc47%2C8d9b&esurl=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dreddit&db=tsc-0.srv_cfg-1"
            },
            "hits": [
                {
                    "kind": "event", "event": "Lead", "account": "a2_testpixel001", "key": "c5", "page_url": "https://shop.example/?utm_source=reddit",
                    "values": {"valueDecimal": "12,55", "currency": "EUR"}, "campaign": {"utm_source": "reddit"},
                    "identifiers": {"em": "8d9b", "pn": "2e24", "external_id": "03c2", "uuid": "0c79", "auto_em": "bc47,8d9b"},
                }
            ],
        },
        {
            "title": "the pixel's settings",
            "request": {"url": "https://www.redditstatic.com/ads/conversions-config/v1/pixel/config/a2_abc123z_telemetry"},
            "hits": [{"kind": "config", "account": "a2_abc123z"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://www.redditstatic.com/ads/pixel.js?pixel_id=a2_j892kaf0wxc6"},
            "hits": [{"kind": "library", "account": "a2_j892kaf0wxc6"}],
        },
    ),
    lookalikes=(
        "https://shop.example/rp.gif?id=a2_abc&event=Purchase",
        "https://alb.reddit.com.evil.example/rp.gif?id=a2_abc",
        "https://notalb.reddit.com/rp.gif?id=a2_abc",
        "https://www.reddit.com/submit?url=https%3A%2F%2Falb.reddit.com%2Frp.gif",
        "https://www.redditstatic.com/shreddit/app.js",
    ),
)  # fmt: skip
