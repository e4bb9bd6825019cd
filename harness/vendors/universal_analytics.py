"""Universal Analytics (analytics.js and the measurement protocol, version 1), and the classic ``__utm.gif`` of ga.js and dc.js.

Wire format: https://developers.google.com/analytics/devguides/collection/protocol/v1/parameters (parameters),
https://developers.google.com/analytics/devguides/collection/protocol/v1/devguide (batches),
https://developers.google.com/analytics/devguides/collection/analyticsjs/enhanced-ecommerce (enhanced e-commerce),
https://developers.google.com/analytics/resources/concepts/gaConceptsTrackingOverview (``__utm.gif``).

An event's name is its action (``ea``); every other hit is called by its type (``pageview``, ``transaction``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.google_consent import google_consent
from harness.decode.payload import raw_body, read_body
from harness.decode.query import Prefix, QueryTable, Row, number, unescape
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit, Parameter

GENERAL, PAGE, SESSION, CAMPAIGN, CONSENT = "General", "Page", "Session", "Campaign", "Consent"
EVENT, COMMERCE, PRODUCTS, CUSTOM = "Event", "E-commerce", "Products", "Custom dimensions and metrics"
DEVICE, TECHNICAL, TIMING = "Device", "Technical", "Timing"

_ROWS = {
    "v": Row(None, "Protocol version", GENERAL),
    "tid": Row(None, "Tracking ID", GENERAL),
    "t": Row("hitType", "Hit type", GENERAL),
    "ds": Row("dataSource", "Data source", GENERAL),
    "ni": Row("nonInteraction", "Non-interaction hit", GENERAL, "boolean"),
    "aip": Row("anonymizeIp", "Anonymise IP", CONSENT),
    "npa": Row(None, "Non-personalised ads", CONSENT),
    "gcs": Row(None, "Consent state", CONSENT),
    "gcd": Row(None, "Consent signals", CONSENT),
    "cid": Row("clientId", "Client ID", SESSION),
    "uid": Row("userId", "User ID", SESSION),
    "_gid": Row(None, "Day ID", SESSION),
    "sc": Row("sessionControl", "Session control", SESSION),
    "uip": Row(None, "IP override", SESSION),
    "ua": Row(None, "User agent override", SESSION),
    "geoid": Row(None, "Geographical override", SESSION),
    "dr": Row("referrer", "Referrer", PAGE),
    "dl": Row("location", "Page address", PAGE),
    "dh": Row("hostname", "Host", PAGE),
    "dp": Row("page", "Page path", PAGE),
    "dt": Row("title", "Page title", PAGE),
    "cd": Row("screenName", "Screen name", PAGE),
    "linkid": Row("linkid", "Link ID", PAGE),
    "cn": Row("campaignName", "Campaign name", CAMPAIGN),
    "cs": Row("campaignSource", "Campaign source", CAMPAIGN),
    "cm": Row("campaignMedium", "Campaign medium", CAMPAIGN),
    "ck": Row("campaignKeyword", "Campaign keyword", CAMPAIGN),
    "cc": Row("campaignContent", "Campaign content", CAMPAIGN),
    "ci": Row("campaignId", "Campaign ID", CAMPAIGN),
    "gclid": Row(None, "Google click ID", CAMPAIGN),
    "dclid": Row(None, "Display click ID", CAMPAIGN),
    "sr": Row(None, "Screen resolution", DEVICE),
    "vp": Row(None, "Viewport", DEVICE),
    "de": Row(None, "Page encoding", DEVICE),
    "sd": Row(None, "Screen colours", DEVICE),
    "ul": Row(None, "Language", DEVICE),
    "je": Row(None, "Java", DEVICE),
    "fl": Row(None, "Flash version", DEVICE),
    "an": Row("appName", "App name", GENERAL),
    "aid": Row("appId", "App ID", GENERAL),
    "av": Row("appVersion", "App version", GENERAL),
    "aiid": Row("appInstallerId", "App installer ID", GENERAL),
    "ec": Row("eventCategory", "Event category", EVENT),
    "ea": Row("eventAction", "Event action", EVENT),
    "el": Row("eventLabel", "Event label", EVENT),
    "ev": Row("eventValue", "Event value", EVENT, "number"),
    "sn": Row("socialNetwork", "Social network", EVENT),
    "sa": Row("socialAction", "Social action", EVENT),
    "st": Row("socialTarget", "Social target", EVENT),
    "exd": Row("exDescription", "Exception", EVENT),
    "exf": Row("exFatal", "Fatal", EVENT, "boolean"),
    "ti": Row("transactionId", "Transaction ID", COMMERCE),
    "ta": Row("affiliation", "Affiliation", COMMERCE),
    "tr": Row("revenue", "Revenue", COMMERCE, "number"),
    "ts": Row("shipping", "Shipping", COMMERCE, "number"),
    "tt": Row("tax", "Tax", COMMERCE, "number"),
    "tcc": Row("coupon", "Coupon", COMMERCE),
    "cu": Row("currencyCode", "Currency", COMMERCE),
    "pa": Row("productAction", "Product action", COMMERCE),
    "pal": Row("list", "Product action list", COMMERCE),
    "cos": Row("step", "Checkout step", COMMERCE, "number"),
    "col": Row("option", "Checkout option", COMMERCE),
    "promoa": Row("promoAction", "Promotion action", COMMERCE),
    "in": Row("itemName", "Item name", COMMERCE),
    "ip": Row("itemPrice", "Item price", COMMERCE, "number"),
    "iq": Row("itemQuantity", "Item quantity", COMMERCE, "number"),
    "ic": Row("itemCode", "Item code", COMMERCE),
    "iv": Row("itemCategory", "Item category", COMMERCE),
    "utc": Row("timingCategory", "Timing category", TIMING),
    "utv": Row("timingVar", "Timing variable", TIMING),
    "utt": Row("timingValue", "Timing value (ms)", TIMING, "number"),
    "utl": Row("timingLabel", "Timing label", TIMING),
    "plt": Row(None, "Page load time (ms)", TIMING),
    "dns": Row(None, "DNS time (ms)", TIMING),
    "pdt": Row(None, "Page download time (ms)", TIMING),
    "rrt": Row(None, "Redirect time (ms)", TIMING),
    "tcp": Row(None, "TCP connect time (ms)", TIMING),
    "srt": Row(None, "Server response time (ms)", TIMING),
    "dit": Row(None, "DOM interactive time (ms)", TIMING),
    "clt": Row(None, "Content load time (ms)", TIMING),
    "xid": Row("expId", "Experiment ID", CUSTOM),
    "xvar": Row("expVar", "Experiment variant", CUSTOM),
    "qt": Row(None, "Queue time (ms)", TECHNICAL),
    "z": Row(None, "Cache buster", TECHNICAL),
    "gtm": Row(None, "Tag container", TECHNICAL),
    "_v": Row(None, "Script version", TECHNICAL),
    "_s": Row(None, "Hit counter", TECHNICAL),
    "_u": Row(None, "Usage", TECHNICAL),
    "a": Row(None, "Page load ID", TECHNICAL),
    "jid": Row(None, "Join ID", TECHNICAL),
    "gjid": Row(None, "Google join ID", TECHNICAL),
    "_r": Row(None, "Sent to DoubleClick too", TECHNICAL),
    "_slc": Row(None, "Same-site cookies", TECHNICAL),
    "utmwv": Row(None, "Script version", TECHNICAL),
    "utmac": Row(None, "Tracking ID", GENERAL),
    "utmt": Row("hitType", "Hit type", GENERAL),
    "utmni": Row("nonInteraction", "Non-interaction hit", GENERAL, "boolean"),
    "utmhn": Row("hostname", "Host", PAGE),
    "utmp": Row("page", "Page path", PAGE),
    "utmdt": Row("title", "Page title", PAGE),
    "utmr": Row("referrer", "Referrer", PAGE),
    "utme": Row(None, "Event and custom variables", EVENT),
    "utmcc": Row(None, "Cookies", SESSION),
    "utmn": Row(None, "Cache buster", TECHNICAL),
    "utms": Row(None, "Hit counter", TECHNICAL),
    "utmhid": Row(None, "Page load ID", TECHNICAL),
    "utmu": Row(None, "Usage", TECHNICAL),
    "utmcs": Row(None, "Page encoding", DEVICE),
    "utmsr": Row(None, "Screen resolution", DEVICE),
    "utmvp": Row(None, "Viewport", DEVICE),
    "utmsc": Row(None, "Screen colours", DEVICE),
    "utmul": Row(None, "Language", DEVICE),
    "utmje": Row(None, "Java", DEVICE),
    "utmfl": Row(None, "Flash version", DEVICE),
    "utmtid": Row("transactionId", "Transaction ID", COMMERCE),
    "utmtst": Row("affiliation", "Affiliation", COMMERCE),
    "utmtto": Row("revenue", "Revenue", COMMERCE, "number"),
    "utmttx": Row("tax", "Tax", COMMERCE, "number"),
    "utmtsp": Row("shipping", "Shipping", COMMERCE, "number"),
    "utmtci": Row("city", "Billing city", COMMERCE),
    "utmtrg": Row("region", "Billing region", COMMERCE),
    "utmtco": Row("country", "Billing country", COMMERCE),
    "utmipc": Row("itemCode", "Item code", COMMERCE),
    "utmipn": Row("itemName", "Item name", COMMERCE),
    "utmiva": Row("itemCategory", "Item category", COMMERCE),
    "utmipr": Row("itemPrice", "Item price", COMMERCE, "number"),
    "utmiqt": Row("itemQuantity", "Item quantity", COMMERCE, "number"),
    "utmsn": Row("socialNetwork", "Social network", EVENT),
    "utmsa": Row("socialAction", "Social action", EVENT),
    "utmsid": Row("socialTarget", "Social target", EVENT),
}
_PRODUCT = {
    "id": "id", "nm": "name", "br": "brand", "ca": "category", "va": "variant", "pr": "price", "qt": "quantity", "cc": "coupon",
    "ps": "position",
}  # fmt: skip
_PROMOTION = {"id": "id", "nm": "name", "cr": "creative", "ps": "position"}
_NUMBERS = frozenset(("price", "quantity", "position"))
TABLE = QueryTable(
    _ROWS,
    (
        *(Prefix("pr", end, None, f"Product {{}} {name}", PRODUCTS) for end, name in _PRODUCT.items()),
        *(Prefix("promo", end, None, f"Promotion {{}} {name}", PRODUCTS) for end, name in _PROMOTION.items()),
        Prefix("cd", field="dimension{}", label="Custom dimension {}", group=CUSTOM),
        Prefix("cm", field="metric{}", label="Custom metric {}", group=CUSTOM, kind="number"),
        Prefix("cg", field="contentGroup{}", label="Content group {}", group=PAGE),
    ),
)
_CAMPAIGN = {
    "cs": "utm_source", "cm": "utm_medium", "cn": "utm_campaign", "cc": "utm_content", "ck": "utm_term", "ci": "utm_id",
    "gclid": "gclid", "dclid": "dclid",
}  # fmt: skip
_TYPES = frozenset(("pageview", "screenview", "event", "transaction", "item", "social", "exception", "timing", "data", "adtiming"))


def _numbered(name: str, start: str) -> tuple[str, str]:
    """``pr12nm`` -> ("12", "nm"); ("", "") where it is none."""
    if not name.startswith(start):
        return "", ""
    rest = name[len(start) :]
    digits = 0
    while digits < len(rest) and rest[digits] in "0123456789":
        digits += 1
    return (rest[:digits], rest[digits:]) if digits else ("", "")


def _put(entry: dict[str, Any], key: str, value: Any, names: Mapping[str, str]) -> None:
    kind, index = key[:2], key[2:]
    if key in names:
        field = names[key]
        entry.setdefault(field, number(str(value)) if field in _NUMBERS else value)
    elif index.isdecimal() and kind in ("cd", "cm"):
        entry.setdefault(("dimension" if kind == "cd" else "metric") + index, number(str(value)) if kind == "cm" else value)


def _lists(parameters: list[Parameter], values: dict[str, Any]) -> None:
    """Products, promotions and impressions, which the wire spreads over numbered keys, as lists."""
    products: dict[str, dict[str, Any]] = {}
    promotions: dict[str, dict[str, Any]] = {}
    lists: dict[str, tuple[dict[str, Any], dict[str, dict[str, Any]]]] = {}
    for name, value, *_ in parameters:
        start = name[:2]
        if start == "pr":
            index, key = _numbered(name, "pr")
            if index:
                _put(products.setdefault(index, {}), key, value, _PRODUCT)
            else:
                index, key = _numbered(name, "promo")
                if index:
                    _put(promotions.setdefault(index, {}), key, value, _PROMOTION)
        elif start == "il":
            index, key = _numbered(name, "il")
            if index:
                named, inner = lists.setdefault(index, ({}, {}))
                if key == "nm":
                    named.setdefault("list", value)
                elif key[:2] == "pi":
                    place, rest = _numbered(key, "pi")
                    if place:
                        _put(inner.setdefault(place, {}), rest, value, _PRODUCT)
    if products:
        values["items"] = list(products.values())
    if promotions:
        values["promotions"] = list(promotions.values())
    if lists:
        values["impressions"] = [{**named, **each} for named, inner in lists.values() for each in inner.values()]


def _listed(extra: str, number_of_list: str) -> dict[int, str]:
    """``8(plan*3!tier)``: the entries of a list by their place; ``3!`` skips to the third."""
    start = f"){extra}".find(f"){number_of_list}(")
    found: dict[int, str] = {}
    if start < 0:
        return found
    place = 0
    for text in extra[start + len(number_of_list) + 1 :].partition(")")[0].split("*"):
        named, mark, rest = text.partition("!")
        place = int(named) if mark and named.isascii() and named.isdecimal() and len(named) <= _DIGITS else place + 1
        found[place] = rest if mark else text
    return found


_DIGITS = 3


def _variables(extra: str) -> list[dict[str, Any]]:
    """The custom variables of ga.js: names are list 8, values 9, scopes 11."""
    names, texts, scopes = (_listed(extra, which) for which in ("8", "9", "11"))
    return [
        {"index": place, "name": name, "value": texts.get(place, ""), **({"scope": scopes[place]} if place in scopes else {})}
        for place, name in names.items()
    ]


def _classic(extra: str, values: dict[str, Any]) -> None:
    """``utme``: ``5(category*action*label)(value)8(name*…)9(value*…)``."""
    if variables := _variables(extra):
        values.setdefault("customVariables", variables)
    if not extra.startswith("5("):
        return
    inside, _, rest = extra[2:].partition(")")
    for field, text in zip(("eventCategory", "eventAction", "eventLabel"), inside.split("*"), strict=False):
        values.setdefault(field, text)
    if rest[:1] == "(":
        values.setdefault("eventValue", number(rest[1:].partition(")")[0]))


def _name(values: Mapping[str, Any]) -> str | None:
    return {"tran": "transaction", "page": "pageview"}.get(values["hitType"], str(values["hitType"])) if values.get("hitType") else None


_READ = QueryReader(TABLE, event=_name, page="location", identifiers=("clientId", "userId"))


def _hit(parameters: list[Parameter], problem: str = "") -> Hit:
    hit = _READ.hit(parameters, problem)
    wire: dict[str, Any] = {}
    for each in parameters:
        wire.setdefault(each.name, each.value)
    values = hit.values
    if "utmac" in wire:
        if wire.get("utme"):
            _classic(str(wire["utme"]), values)
        hit.event = hit.event or "pageview"
        hit.account = str(wire["utmac"]) or None
        if wire.get("utmhn") and str(wire.get("utmp", ""))[:1] == "/":
            hit.page_url = f"https://{wire['utmhn']}{wire['utmp']}"
        client = str(wire.get("utmcc", "")).partition("__utma=")[2].partition(";")[0].split(".")
        if len(client) > 2:
            hit.identifiers["clientId"] = f"{client[1]}.{client[2]}"
    else:
        hit.account = str(wire.get("tid") or "") or None
    kind = hit.event
    hit.kind = "pageview" if kind in ("pageview", "screenview") else "event" if kind in _TYPES and kind != "timing" else "auxiliary"
    if kind == "event":
        hit.event = str(values.get("eventAction") or "") or kind
    _lists(parameters, values)
    if wire.get("_gid"):
        hit.identifiers["dayId"] = str(wire["_gid"])
    for key, name in _CAMPAIGN.items():
        if wire.get(key):
            hit.campaign[name] = str(wire[key])
    hit.consent = google_consent(wire)
    if values.get("transactionId") not in (None, "") and (values.get("productAction") in ("purchase", "refund") or kind == "transaction"):
        hit.key = str(values["transactionId"])
    return hit


def _decode(request: CapturedRequest) -> list[Hit]:
    shared = TABLE.read(split_url(request.url).query)
    if request.body.data:
        payload = read_body(request)
        if payload.shape in ("binary", "multipart", "json", "lines"):
            problem = "" if payload.documents else payload.problem or "the body is no text"
            return [_hit([*shared, raw_body(request)], problem)]
        lines = [line for line in payload.text.replace("\r", "\n").split("\n") if line]
        if lines:
            return [_hit([*shared, *TABLE.read(line)]) for line in lines]
    return [_hit(shared)]


def _aside(request: CapturedRequest) -> list[Hit]:
    hits = _decode(request)
    for hit in hits:
        hit.kind = "auxiliary"
    return hits


def _is_tracking_id(tid: str) -> bool:
    kind, _, rest = tid.partition("-")
    account, dash, index = rest.rpartition("-")
    return kind in ("UA", "MO", "YT") and bool(dash) and len(account) >= 4 and account.isdecimal() and index.isdecimal()


def _is_hit(text: str) -> bool:
    text = f"&{text}&"
    tid = unescape(text.partition("&tid=")[2].partition("&")[0])
    kind = text.partition("&t=")[2].partition("&")[0]
    return "&v=1&" in text and _is_tracking_id(tid) and kind in _TYPES


def _is_universal(request: CapturedRequest) -> bool:
    """Told by ``v=1``, a UA tracking ID and a hit type of the protocol, in the query or the first line of the body."""
    if _is_hit(split_url(request.url).query):
        return True
    return _is_hit(request.body.data[:65_536].partition(b"\n")[0].rstrip(b"\r").decode("utf-8", "replace"))


_HOSTS = ("www.google-analytics.com", "ssl.google-analytics.com", "google-analytics.com", "*.google-analytics.com", "analytics.google.com")
_HIT = "v=1&_v=j101&tid=UA-12345-1&cid=555.666&dl=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews"
_LIBRARY = LibraryReader()

VENDOR = Vendor(
    id="universal-analytics",
    name="Universal Analytics",
    category="analytics",
    docs=(
        "https://developers.google.com/analytics/devguides/collection/protocol/v1/parameters",
        "https://developers.google.com/analytics/devguides/collection/analyticsjs/enhanced-ecommerce",
        "https://developers.google.com/analytics/resources/concepts/gaConceptsTrackingOverview",
    ),
    endpoints=(
        *(
            Endpoint(host=host, path=path)
            for host in _HOSTS
            for path in ("/collect", "/r/collect", "/j/collect", "/batch", "/__utm.gif", "/r/__utm.gif")
        ),
        *(Endpoint(host=host, path="/debug/collect", decode=_aside) for host in _HOSTS),
        *(
            Endpoint(host="stats.g.doubleclick.net", path=path, decode=_aside)
            for path in ("/collect", "/r/collect", "/j/collect", "/__utm.gif", "/r/__utm.gif")
        ),
        *(
            Endpoint(host=host, path=path, role="library", decode=_LIBRARY)
            for host in _HOSTS[:4]
            for path in ("/analytics.js", "/analytics_debug.js", "/ga.js", "/u/ga.js", "/urchin.js", "/plugins/ua/*", "/plugins/ga/*", "/cx/api.js")
        ),
        Endpoint(host="stats.g.doubleclick.net", path="/dc.js", role="library", decode=_LIBRARY),
        Endpoint(host="*", keys=("tid", "v"), recognise=_is_universal),
        Endpoint(host="*", path="*/collect", recognise=_is_universal),
        Endpoint(host="*", path="*/batch", recognise=_is_universal),
    ),
    decode=_decode,
    automatic_events=frozenset({"timing"}),
    automatic_parameters=frozenset({"hitType", "location", "page", "title", "referrer", "hostname", "clientId"}),
    purposes=("analytics_storage", "ad_storage"),
    cookieless=True,
    examples=(
        {
            "title": "an event in an image's address, analytics granted",
            "request": {
                "url": f"https://www.google-analytics.com/collect?{_HIT}&t=event&ec=ecommerce&ea=add_to_cart&el=SKU1&ev=3&cd4=gold&gcs=G101",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "event", "event": "add_to_cart", "account": "UA-12345-1", "identifiers": {"clientId": "555.666"},
                    "campaign": {"utm_source": "news"}, "consent": {"analytics_storage": True, "ad_storage": False},
                    "values": {"eventCategory": "ecommerce", "eventLabel": "SKU1", "eventValue": 3, "dimension4": "gold"},
                }
            ],
        },
        {
            "title": "a purchase of enhanced e-commerce with a page view, posted to the site's own host",
            "request": {
                "url": "https://data.shop.example/collect", "method": "POST",
                "body": f"{_HIT}&t=pageview&pa=purchase&ti=T-1&tr=19.98&tt=1.5&ts=0&cu=EUR&pr1id=SKU1&pr1nm=Shirt&pr1pr=9.99&pr1qt=2&pr1cd2=red"
                "&promo1id=P1&promo1nm=Spring&il1nm=Home&il1pi1id=SKU2&il1pi1ps=1",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "UA-12345-1", "key": "T-1",
                    "values": {
                        "transactionId": "T-1", "revenue": 19.98, "tax": 1.5, "shipping": 0, "currencyCode": "EUR",
                        "items": [{"id": "SKU1", "name": "Shirt", "price": 9.99, "quantity": 2, "dimension2": "red"}],
                        "promotions": [{"id": "P1", "name": "Spring"}], "impressions": [{"list": "Home", "id": "SKU2", "position": 1}],
                    },
                }
            ],
        },
        {
            "title": "a batch of two hits",
            "request": {
                "url": "https://www.google-analytics.com/batch", "method": "POST",
                "body": "v=1&tid=UA-12345-1&cid=5&t=pageview&dp=%2Fhome\nv=1&tid=UA-12345-1&cid=5&t=transaction&ti=T-2&tr=5.00",
            },
            "hits": [
                {"kind": "pageview", "event": "pageview", "account": "UA-12345-1", "values": {"page": "/home"}},
                {"kind": "event", "event": "transaction", "account": "UA-12345-1", "key": "T-2", "values": {"revenue": 5.0}},
            ],
        },
        {
            "title": "a page of classic ga.js with custom variables",
            "request": {
                "url": "https://ssl.google-analytics.com/__utm.gif?utmwv=5.7.2&utmn=1&utmhn=shop.example&utme=8(plan*3!tier)9(gold*3!a)11(2*3!1)&utmp=%2F&utmac=UA-12345-1"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "UA-12345-1", "page_url": "https://shop.example/",
                    "values": {"customVariables": [{"index": 1, "name": "plan", "value": "gold", "scope": "2"}, {"index": 3, "name": "tier", "value": "a", "scope": "1"}]},
                }
            ],
        },
        {
            "title": "an event of classic ga.js",
            "request": {
                "url": "https://ssl.google-analytics.com/__utm.gif?utmwv=5.7.2&utmn=1&utmhn=shop.example&utmt=event&utme=5(video*play*intro)(7)&utmp=%2F"
                "&utmac=UA-12345-1&utmcc=__utma%3D1.555.666.666.666.1%3B"
            },
            "hits": [
                {
                    "kind": "event", "event": "play", "account": "UA-12345-1", "identifiers": {"clientId": "555.666"}, "page_url": "https://shop.example/",
                    "values": {"eventCategory": "video", "eventAction": "play", "eventLabel": "intro", "eventValue": 7},
                }
            ],
        },
    ),
    lookalikes=(
        "https://shop.example/collect?v=1&t=event",
        "https://shop.example/x?v=2&tid=UA-12345-1&t=pageview",
        "https://notgoogle-analytics.com/collect?v=1",
        "https://www.google-analytics.com.evil.example/collect?v=1&tid=UA-1",
        "https://shop.example/?u=https%3A%2F%2Fwww.google-analytics.com%2Fcollect%3Fv%3D1%26tid%3DUA-12345-1%26t%3Dpageview",
        "https://www.google-analytics.com/g/collect?v=2&tid=G-ABC1234567&en=x",
    ),
)  # fmt: skip
