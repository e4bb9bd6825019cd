"""Piano Analytics: events in a JSON body; and the older AT Internet ``hit.xiti`` images.

Wire format: https://developers.atinternet-solutions.com/piano-analytics/data-collection/how-to-send-events/collection-api (events),
https://developers.atinternet-solutions.com/piano-analytics/data-collection/how-to-send-events/standard-events (standard events),
https://developers.atinternet-solutions.com/piano-analytics/data-collection/sdks/javascript (the script),
https://developers.atinternet-solutions.com/as2-tagging-en/javascript-en/getting-started-javascript-en/variable-list-javascript-en/ (``hit.xiti``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import PLAIN, Prefix, QueryTable, Row, number
from harness.decode.readers import JsonReader, LibraryReader, QueryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, COMMERCE, USER, DEVICE, CONSENT, TECHNICAL = "General", "Page", "E-commerce", "Visitor", "Device", "Consent", "Technical"
MEDIA = "Media"
_TABLE = PathTable(
    {
        "name": Row(None, "Event", GENERAL),
        "data.page": Row(None, "Page", PAGE),
        "data.page_chapter1": Row(None, "Chapter 1", PAGE),
        "data.page_chapter2": Row(None, "Chapter 2", PAGE),
        "data.page_chapter3": Row(None, "Chapter 3", PAGE),
        "data.event_url_full": Row(None, "Page address", PAGE),
        "data.previous_url": Row(None, "Referrer", PAGE),
        "data.pageview_id": Row(None, "Page view ID", PAGE),
        "data.visitor_privacy_consent": Row(None, "Consent", CONSENT),
        "data.visitor_privacy_mode": Row(None, "Privacy mode", CONSENT),
        "data.user_id": Row(None, "User ID", USER),
        "data.transaction_id": Row(None, "Transaction ID", COMMERCE),
    },
    (
        Prefix("data.device_", field=None, label="Device {}", group=DEVICE),
        Prefix("data.browser_", field=None, label="Browser {}", group=DEVICE),
        Prefix("data.event_collection_", field=None, label="Collection {}", group=TECHNICAL),
        Prefix("data.cart_", field=None, label="Cart {}", group=COMMERCE),
        Prefix("data.product", field=None, label="Product{}", group=COMMERCE),
        Prefix("data.transaction_", field=None, label="Transaction {}", group=COMMERCE),
        Prefix("data.src_", field=None, label="Source {}", group="Campaign"),
        Prefix("data.", field=None, label="{}", group="Properties"),
    ),
)
_QUERY = QueryTable(
    {"s": Row(None, "Site ID", GENERAL), "idclient": Row(None, "Visitor ID", USER), "idsite": Row(None, "Site ID", GENERAL)}
)
_ASIDE = frozenset(("av.heartbeat", "av.rebuffer.heartbeat", "av.buffer.heartbeat"))


def _kind(name: str | None, event: Any) -> str:
    return "pageview" if name == "page.display" else "auxiliary" if name is None or name in _ASIDE else "event"


def _derive(hit: Hit, event: Any, document: Any) -> None:
    data = at(event, "data")
    if not isinstance(data, dict):
        return
    consent = {key: data[key] for key in ("visitor_privacy_consent", "visitor_privacy_mode") if data.get(key) is not None}
    if isinstance(consent.get("visitor_privacy_mode"), str):
        consent["analytics"] = consent["visitor_privacy_mode"] not in ("optout", "no-consent", "no-storage")
    hit.consent = consent or None
    for key, value in data.items():
        if key.startswith("src_") and isinstance(value, str) and value:
            hit.campaign[key] = value


_EVENTS = JsonReader(
    _TABLE,
    events="events",
    event="name",
    key="data.transaction_id",
    page=("data.event_url_full", "data.event_url"),
    time=("data.timestamp", "data.event_time_utc"),
    identifiers={"user_id": "data.user_id"},
    values=("data",),
    kind=_kind,
    derive=_derive,
    query=_QUERY,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _EVENTS(request)
    wire = {each.name: str(each.value) for each in reversed(PLAIN.read(split_url(request.url).query))}
    for hit in hits:
        hit.account = wire.get("s") or wire.get("idsite") or None
        if wire.get("idclient"):
            hit.identifiers["visitor_id"] = wire["idclient"]
    return hits


_XITI = QueryReader(
    QueryTable(
        {
            "s": Row(None, "Site ID", GENERAL),
            "s2": Row("level2", "Level 2 site", GENERAL),
            "p": Row("name", "Page or click name", PAGE),
            "click": Row("click", "Click type", GENERAL),
            "pclick": Row("pclick", "Page of the click", PAGE),
            "s2click": Row("s2click", "Level 2 site of the click", GENERAL),
            "mcrg": Row("mcrg", "Search result clicked", PAGE),
            "ptype": Row("ptype", "Custom tree", PAGE),
            "aisl": Row("aisl", "Aisles", COMMERCE),
            "a": Row("action", "Media action", MEDIA),
            "action": Row("action", "Media action", MEDIA),
            "m1": Row("m1", "Media's length (s)", MEDIA, "number"),
            "m5": Row("m5", "Where it is played", MEDIA),
            "m6": Row("m6", "Live or clip", MEDIA),
            "m9": Row("m9", "Media's domain", MEDIA),
            "buf": Row(None, "Buffering", MEDIA),
            "prich": Row("prich", "Page of the media", MEDIA),
            "s2rich": Row("s2rich", "Level 2 site of the media", MEDIA),
            "plyr": Row("plyr", "Player", MEDIA),
            "clnk": Row("clnk", "Linked content", MEDIA),
            "dg": Row(None, "Kind of screen", DEVICE),
            "jv": Row(None, "Java", DEVICE),
            "di": Row(None, "Degree of involvement", PAGE),
            "clic": Row("click", "Click type", GENERAL),
            "type": Row("type", "Hit type", GENERAL),
            "events": Row("events", "Events", GENERAL, "json"),
            "col": Row(None, "Collection version", TECHNICAL),
            "context": Row("context", "Context", GENERAL, "json"),
            "idclient": Row("visitor_id", "Visitor ID", USER),
            "idp": Row(None, "Page view ID", PAGE),
            "an": Row("user_id", "User ID", USER),
            "ac": Row("user_category", "User category", USER),
            "at": Row("user_text_id", "User ID (text)", USER),
            "ref": Row("referrer", "Referrer", PAGE),
            "pid": Row("page_id", "Page ID", PAGE),
            "pchap": Row("page_chapters", "Page chapters", PAGE),
            "x1": Row("x1", "Site variable 1", "Custom variables"),
            "stc": Row("stc", "Custom values", "Custom variables", "json"),
            "xto": Row("xto", "Campaign", "Campaign"),
            "mc": Row("search_keyword", "Search keyword", PAGE),
            "np": Row("search_page", "Search result page", PAGE),
            "cmd": Row("order_id", "Order ID", COMMERCE),
            "roimt": Row("turnover", "Order turnover", COMMERCE, "number"),
            "tp": Row("step", "Step", COMMERCE),
            "mtht": Row("amount_tax_free", "Amount without tax", COMMERCE, "number"),
            "mtttc": Row("amount_tax_included", "Amount with tax", COMMERCE, "number"),
            "fp": Row("shipping", "Delivery", COMMERCE, "number"),
            "tax": Row("tax", "Tax", COMMERCE, "number"),
            "dscht": Row("discount_tax_free", "Discount without tax", COMMERCE, "number"),
            "pcd": Row("promo_code", "Promotion code", COMMERCE),
            "newcus": Row("new_customer", "New customer", COMMERCE),
            "pcart": Row("cart_products", "Products in the cart", COMMERCE),
            "idcart": Row("cart_id", "Cart ID", COMMERCE),
            "hl": Row(None, "Local time", TECHNICAL),
            "lng": Row(None, "Language", DEVICE),
            "r": Row(None, "Screen", DEVICE),
            "re": Row(None, "Viewport", DEVICE),
            "vtag": Row(None, "Script version", TECHNICAL),
            "ptag": Row(None, "Platform", TECHNICAL),
            "ts": Row(None, "Time", TECHNICAL),
            "patc": Row(None, "Acceptance of cookies", CONSENT),
            "vc": Row("visitor_consent", "Visitor consent", CONSENT),
            "vm": Row("visitor_mode", "Visitor mode", CONSENT),
        },
        (
            Prefix("x", field="x{}", label="Site variable {}", group="Custom variables"),
            Prefix("f", field="f{}", label="Page variable {}", group="Custom variables"),
            Prefix("pdt", field=None, label="Product {}", group=COMMERCE),
        ),
    ),
    identifiers=("visitor_id", "user_id", "user_text_id"),
    key="order_id",
)
_MEDIA = ("video", "audio", "vpost", "apost", "vid", "aud")
_CLICKS = {"A": "click.action", "N": "click.navigation", "S": "click.exit", "T": "click.download"}
_PRODUCT = {"": "id", "q": "quantity", "p": "price_tax_included", "ht": "price_tax_free", "dc": "discount"}


def _xiti(request: CapturedRequest) -> list[Hit]:
    parameters, problem = request_parameters(request, _XITI.table)
    hit = _XITI.hit(parameters, problem)
    values = hit.values
    wire = {each.name: each.value for each in reversed(parameters)}
    hit.account = str(wire.get("s") or "") or None
    events = values.get("events")
    first = events[0] if isinstance(events, list) and events else None
    if text_at(first, "name") is not None:
        hit.event = text_at(first, "name")
        hit.kind = _kind(hit.event, first)
        data = at(first, "data")
        for name, value in data.items() if isinstance(data, dict) else ():
            values.setdefault(name, value)
    elif values.get("click"):
        hit.kind, hit.event = "event", _CLICKS.get(str(values["click"]), "click")
    elif values.get("type"):
        kind, action = str(values["type"]).lower(), str(values.get("action") or "")
        if kind == "screen":
            hit.kind, hit.event = "pageview", "screen"
        elif kind in _MEDIA and action:
            hit.kind, hit.event = ("auxiliary" if action in ("refresh", "info") else "event"), action
        else:
            hit.kind, hit.event = ("auxiliary" if kind in ("ati", *_MEDIA) else "event"), kind
    elif "p" in wire:
        hit.kind, hit.event = "pageview", "page"
    products: dict[str, dict[str, Any]] = {}
    for each in parameters:
        if each.name[:3] == "pdt" and each.name[3:4].isdecimal():
            digits = each.name[3:].rstrip("abcdefghijklmnopqrstuvwxyz")
            rest = each.name[3 + len(digits) :]
            if rest in _PRODUCT:
                field = _PRODUCT[rest]
                products.setdefault(digits, {}).setdefault(field, each.value if field == "id" else number(str(each.value)))
    if products:
        values["items"] = list(products.values())
    if values.get("xto"):
        hit.campaign["xto"] = str(values["xto"])
    if wire.get("ref"):
        hit.values.setdefault("referrer", wire["ref"])
    consent = {key: values[key] for key in ("visitor_consent", "visitor_mode") if values.get(key)}
    hit.consent = consent or None
    return [hit]


def _is_piano(request: CapturedRequest) -> bool:
    """Told by a site number in the query and Piano's events (a dotted name with ``data``) in the body."""
    site = f"&{split_url(request.url).query}".partition("&s=")[2].partition("&")[0]
    if not site.isdecimal():
        return False
    events = at(read_body(request).value, "events")
    first = events[0] if isinstance(events, list) and events else None
    return isinstance(first, dict) and isinstance(first.get("name"), str) and isinstance(first.get("data"), dict)


def _is_xiti(request: CapturedRequest) -> bool:
    """Told under a CNAME by a site number and another key of the script's."""
    query = f"&{split_url(request.url).query}"
    site = query.partition("&s=")[2].partition("&")[0]
    return site.isdecimal() and any(f"&{key}=" in query for key in ("idclient", "vtag", "hl", "p", "events"))


_HOSTS = ("*.pa-cd.com", "*.xiti.com", "*.ati-host.net", "*.at-o.net", "*.atinternet-solutions.com", "*.piano.io")
_ORDER = {
    "name": "transaction.confirmation",
    "data": {
        "transaction_id": "T-1",
        "cart_turnovertaxincluded": 19.98,
        "cart_currency": "EUR",
        "event_url_full": "https://shop.example/?utm_source=x",
        "visitor_privacy_mode": "optin",
        "visitor_privacy_consent": True,
    },
}
_PAGE = {"name": "page.display", "data": {"page": "home", "src_campaign": "spring"}}

VENDOR = Vendor(
    id="piano",
    name="Piano Analytics",
    category="analytics",
    docs=(
        "https://developers.atinternet-solutions.com/piano-analytics/data-collection/how-to-send-events/collection-api",
        "https://developers.atinternet-solutions.com/piano-analytics/data-collection/sdks/javascript",
        "https://developers.atinternet-solutions.com/as2-tagging-en/javascript-en/getting-started-javascript-en/variable-list-javascript-en/",
    ),
    endpoints=(
        *(Endpoint(host=host, path="/event") for host in _HOSTS[:5]),
        *(Endpoint(host=host, path=path, decode=_xiti) for host in _HOSTS[:4] for path in ("/hit.xiti", "/hit2.xiti")),
        Endpoint(host="*", path="*/event", recognise=_is_piano),
        *(Endpoint(host="*", path=path, recognise=_is_xiti, decode=_xiti) for path in ("*/hit.xiti", "*/hit2.xiti")),
        *(Endpoint(host=host, path="/*", role="library", decode=LibraryReader()) for host in ("tag.aticdn.net", "cdn.atinternet-solutions.com")),
    ),
    decode=_decode,
    automatic_events=frozenset({"click.exit", "click.download", "click.navigation", "click.action", "av.heartbeat"}),
    automatic_parameters=frozenset({"device_*", "browser_*", "event_*", "pageview_id", "previous_url", "visitor_*", "app_*", "page_title_html", "hit_time_utc", "has_access", "page_position"}),
    cookieless=True,
    examples=(
        {
            "title": "an order and a page",
            "request": {
                "url": "https://abcdefg.pa-cd.com/event?s=123456&idclient=c1", "method": "POST", "headers": {"Content-Type": "text/plain;charset=UTF-8"},
                "body": {"events": [_ORDER, _PAGE]},
            },
            "hits": [
                {
                    "kind": "event", "event": "transaction.confirmation", "account": "123456", "key": "T-1", "identifiers": {"visitor_id": "c1"},
                    "values": {"cart_turnovertaxincluded": 19.98, "cart_currency": "EUR"}, "consent": {"analytics": True}, "campaign": {"utm_source": "x"},
                },
                {"kind": "pageview", "event": "page.display", "account": "123456", "values": {"page": "home"}, "campaign": {"src_campaign": "spring"}},
            ],
        },
        {
            "title": "a click under the site's own host",
            "request": {"url": "https://data.shop.example/event?s=123456&idclient=OPT-OUT", "method": "POST", "body": {"events": [{"name": "click.action", "data": {"click": "buy"}}]}},
            "hits": [{"kind": "event", "event": "click.action", "account": "123456", "values": {"click": "buy"}}],
        },
        {
            "title": "an order of AT Internet",
            "request": {
                "url": "https://logs1406.xiti.com/hit.xiti?s=600321&s2=1&p=cart::confirmation&hl=10x5x3&idclient=c1&cmd=T-1&roimt=19.98&pdt1=S1&pdt1q=2&pdt1p=9.99&xto=SEC-1",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page", "account": "600321", "key": "T-1", "campaign": {"xto": "SEC-1"},
                    "values": {"name": "cart::confirmation", "turnover": 19.98, "items": [{"id": "S1", "quantity": 2, "price_tax_included": 9.99}]},
                }
            ],
        },
        {
            "title": "a video begun, and a click",
            "request": {"url": "https://a1.api.shop.example/hit.xiti?s=598308&idclient=c1&vtag=5.17.1&hl=14x58x38&type=video&a=play&m6=clip&m1=33&p=Sample&plyr=1"},
            "hits": [{"kind": "event", "event": "play", "account": "598308", "values": {"m1": 33, "name": "Sample"}}],
        },
        {
            "title": "a page without scripts, and a visitor who is exempt from consent",
            "request": {"url": "https://logs1412.xiti.com/hit.xiti?s=621647&idclient=c1&vc=false&vm=exempt&ts=1744289962891&vtag=5.28.0&ptag=js&at=&p=connexion::connexion&s2=12&ref="},
            "hits": [{"kind": "pageview", "event": "page", "account": "621647", "values": {"name": "connexion::connexion"}, "consent": {"visitor_consent": "false", "visitor_mode": "exempt"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/event?s=123456",
        "https://shop.example/hit.xiti?x=1",
        {"url": "https://shop.example/event?s=abc", "method": "POST", "body": {"events": [{"name": "x", "data": {}}]}},
        "https://notxiti.com/hit.xiti?s=1",
        "https://shop.example/?u=https%3A%2F%2Flogs.xiti.com%2Fhit.xiti%3Fs%3D1",
    ),
)  # fmt: skip
