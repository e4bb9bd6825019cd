"""Snowplow: events to a collector, one in an image's address (``/i``) or several in a JSON body (``/…/tp2``).

Wire format: https://docs.snowplow.io/docs/sources/trackers/snowplow-tracker-protocol/ (keys),
https://docs.snowplow.io/docs/sources/trackers/web-trackers/tracking-events/ (events),
https://docs.snowplow.io/docs/sources/trackers/web-trackers/tracking-events/ecommerce/ (e-commerce),
https://docs.snowplow.io/docs/sources/trackers/web-trackers/tracking-events/consent-gdpr/ (consent).

An event's name is its schema's (self-describing) or its action (structured); page views are ``page_view``, page pings auxiliary.
Collectors stand on the site's own host, so all is recognised by its shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.hit import Hit, Parameter
from harness.decode.payload import open_text, raw_body, read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, PAGE, EVENT, COMMERCE, USER, DEVICE, TECHNICAL = "General", "Page", "Event", "E-commerce", "User", "Device", "Technical"
_ROWS = {
    "e": Row(None, "Event type", GENERAL),
    "eid": Row(None, "Event ID", GENERAL),
    "aid": Row("app_id", "Application ID", GENERAL),
    "tna": Row("namespace", "Tracker namespace", GENERAL),
    "p": Row("platform", "Platform", GENERAL),
    "tv": Row(None, "Tracker version", TECHNICAL),
    "dtm": Row("dtm", "Time", TECHNICAL),
    "stm": Row(None, "Sent", TECHNICAL),
    "ttm": Row("ttm", "True time", TECHNICAL),
    "tz": Row(None, "Time zone", DEVICE),
    "url": Row("page_url", "Page address", PAGE),
    "page": Row("page_title", "Page title", PAGE),
    "refr": Row("page_referrer", "Referrer", PAGE),
    "cs": Row(None, "Character set", PAGE),
    "ds": Row(None, "Document size", DEVICE),
    "vp": Row(None, "Viewport", DEVICE),
    "res": Row(None, "Screen resolution", DEVICE),
    "cd": Row(None, "Screen colours", DEVICE),
    "lang": Row(None, "Language", DEVICE),
    "cookie": Row(None, "Cookies", DEVICE),
    "duid": Row("domain_userid", "Domain user ID", USER),
    "nuid": Row("network_userid", "Network user ID", USER),
    "tnuid": Row("network_userid", "Network user ID", USER),
    "uid": Row("user_id", "User ID", USER),
    "sid": Row("domain_sessionid", "Session ID", USER),
    "vid": Row("domain_sessionidx", "Session number", USER, "number"),
    "fp": Row("user_fingerprint", "Fingerprint", USER),
    "ip": Row(None, "IP address", USER),
    "ua": Row(None, "User agent", DEVICE),
    "se_ca": Row("se_category", "Category", EVENT),
    "se_ac": Row("se_action", "Action", EVENT),
    "se_la": Row("se_label", "Label", EVENT),
    "se_pr": Row("se_property", "Property", EVENT),
    "se_va": Row("se_value", "Value", EVENT, "number"),
    "ue_pr": Row(None, "Self-describing event", EVENT),
    "ue_px": Row(None, "Self-describing event (base64)", EVENT),
    "co": Row(None, "Entities", EVENT),
    "cx": Row(None, "Entities (base64)", EVENT),
    "pp_mix": Row("pp_xoffset_min", "Least scroll, x", PAGE, "number"),
    "pp_max": Row("pp_xoffset_max", "Most scroll, x", PAGE, "number"),
    "pp_miy": Row("pp_yoffset_min", "Least scroll, y", PAGE, "number"),
    "pp_may": Row("pp_yoffset_max", "Most scroll, y", PAGE, "number"),
    "tr_id": Row("tr_orderid", "Order ID", COMMERCE),
    "tr_af": Row("tr_affiliation", "Affiliation", COMMERCE),
    "tr_tt": Row("tr_total", "Total", COMMERCE, "number"),
    "tr_tx": Row("tr_tax", "Tax", COMMERCE, "number"),
    "tr_sh": Row("tr_shipping", "Shipping", COMMERCE, "number"),
    "tr_cu": Row("tr_currency", "Currency", COMMERCE),
    "tr_ci": Row("tr_city", "City", COMMERCE),
    "tr_st": Row("tr_state", "State", COMMERCE),
    "tr_co": Row("tr_country", "Country", COMMERCE),
    "ti_id": Row("ti_orderid", "Order ID", COMMERCE),
    "ti_sk": Row("ti_sku", "SKU", COMMERCE),
    "ti_nm": Row("ti_name", "Item name", COMMERCE),
    "ti_ca": Row("ti_category", "Item category", COMMERCE),
    "ti_pr": Row("ti_price", "Item price", COMMERCE, "number"),
    "ti_qu": Row("ti_quantity", "Item quantity", COMMERCE, "number"),
    "ti_cu": Row("ti_currency", "Currency", COMMERCE),
}
TABLE = QueryTable(_ROWS, (Prefix("f_", field=None, label="Plugin {}", group=DEVICE),))
_PATHS = PathTable(TABLE.rows, TABLE.prefixes)
_READ = QueryReader(
    TABLE, account=("app_id", "namespace"), page="page_url", time=("ttm", "dtm"),
    identifiers=("domain_userid", "network_userid", "user_id", "domain_sessionid", "user_fingerprint"),
)  # fmt: skip
_NAMES = {
    "pv": "page_view",
    "pp": "page_ping",
    "tr": "transaction",
    "ti": "transaction_item",
    "se": "struct",
    "ad": "ad_impression",
    "ue": "unstruct",
}
_ASIDE = frozenset(("page_ping", "web_vitals", "media_player_event", "ping", "media_ping"))
_IGLU = "iglu:"


def _schema(text: str | None) -> tuple[str, str]:
    """``iglu:com.acme/link_click/jsonschema/1-0-1`` -> ("com.acme", "link_click")."""
    if not text or not text.startswith(_IGLU):
        return "", ""
    vendor, _, rest = text[len(_IGLU) :].partition("/")
    return vendor, rest.partition("/")[0]


def _opened(parameters: list[Parameter], names: tuple[str, str]) -> Any:
    """The JSON that one of these parameters carries, which takes its text's place as the value."""
    for place, each in enumerate(parameters):
        if each.name in names and isinstance(each.value, str) and each.value:
            opened = open_text(each.value)
            if opened.documents:
                raw = each.value if each.text is None else each.text
                parameters[place] = Parameter(each.name, opened.value, raw, each.field, each.label, each.group)
                return opened.value
            return None
    return None


def _entities(hit: Hit, document: Any) -> None:
    entities = at(document, "data")
    products = []
    named: dict[str, Any] = {}
    for entity in entities if isinstance(entities, list) else ():
        vendor, name = _schema(text_at(entity, "schema"))
        data = at(entity, "data")
        if not name or not isinstance(data, dict):
            continue
        if "ecommerce" in vendor and name == "product":
            products.append(data)
            continue
        named.setdefault(name, data)
        if "ecommerce" in vendor and name in ("transaction", "cart", "refund", "checkout_step"):
            for key, value in data.items():
                hit.values.setdefault(key, value)
        if name == "gdpr" and text_at(data, "basisForProcessing"):
            hit.consent = {"basisForProcessing": data["basisForProcessing"]}
    if named:
        hit.values["entities"] = named
    if products:
        hit.values["items"] = products


def _hit(parameters: list[Parameter], problem: str = "") -> Hit:
    described = _opened(parameters, ("ue_pr", "ue_px"))
    entities = _opened(parameters, ("co", "cx"))
    hit = _READ.hit(parameters, problem)
    wire: dict[str, Any] = {}
    for each in parameters:
        wire.setdefault(each.name, each.value)
    code = wire.get("e")
    hit.event = _NAMES.get(str(code), str(code)) if code else None
    if code == "se":
        hit.event = str(hit.values.get("se_action") or "") or hit.event
    elif code == "ue":
        inner = at(described, "data")
        name = _schema(text_at(inner, "schema"))[1]
        hit.event = name or hit.event
        data = at(inner, "data")
        if isinstance(data, dict):
            for key, value in data.items():
                hit.values.setdefault(key, value)
            kind = text_at(data, "type")
            if name == "snowplow_ecommerce_action" and kind:
                hit.event = kind
            if name in ("consent_preferences", "cmp_visible", "consent_granted", "consent_withdrawn"):
                hit.consent = {key: value for key, value in data.items() if isinstance(value, str | list)} or None
    _entities(hit, entities)
    hit.kind = "pageview" if code == "pv" else "auxiliary" if code is None or hit.event in _ASIDE else "event"
    if hit.kind == "event" and hit.consent and hit.event not in (None, "unstruct") and "basisForProcessing" not in hit.consent:
        hit.kind = "consent"
    hit.key = str(wire["eid"]) if wire.get("eid") not in (None, "") else None
    return hit


def _decode(request: CapturedRequest) -> list[Hit]:
    shared = TABLE.read(split_url(request.url).query)
    if not request.body.data:
        return [_hit(shared)]
    payload = read_body(request)
    if not payload.documents:
        if payload.shape in ("form", "multipart"):
            return [_hit([*shared, *payload.form(TABLE)])]
        return [_hit([*shared, raw_body(request)], payload.problem or f"JSON expected, found {payload.shape}")]
    hits: list[Hit] = []
    for document, notes in payload.documents:
        events = document.get("data") if isinstance(document, dict) else document
        if not isinstance(events, list) or not events:
            hits.append(_hit([*shared, *_PATHS.read(document, notes)]))
            continue
        around = shared
        if isinstance(document, dict):
            around = [*shared, *_PATHS.read(document, notes, without=frozenset(("data",)))]
        for event in events:
            hits.append(_hit([*around, *_PATHS.read(event, notes)]))
    return hits


_EVENTS = frozenset(("pv", "pp", "ue", "se", "tr", "ti", "ad"))


def _is_image(request: CapturedRequest) -> bool:
    """Told by the protocol's event type, platform and tracker version together."""
    query = f"&{split_url(request.url).query}"
    kind = query.partition("&e=")[2].partition("&")[0]
    return kind in _EVENTS and "&tv=" in query and "&p=" in query


def _is_payload(request: CapturedRequest) -> bool:
    """Told by the schema of the payload, or by event type and tracker version of its first event."""
    document = read_body(request).value
    if not isinstance(document, dict):
        return False
    events = document.get("data")
    first = events[0] if isinstance(events, list) and events else None
    if "/payload_data/" in str(document.get("schema", "")):
        return isinstance(events, list)
    return isinstance(first, dict) and first.get("e") in _EVENTS and "tv" in first and "p" in first


def _is_webhook(request: CapturedRequest) -> bool:
    return f"&{split_url(request.url).query}".replace("%3A", ":").partition("&schema=")[2].startswith(_IGLU)


def _webhook(request: CapturedRequest) -> list[Hit]:
    """The Iglu adapter: one self-describing event, its schema and its fields in the query."""
    [hit] = _decode(request)
    wire = {each.name: each.value for each in reversed(hit.parameters)}
    hit.event, hit.kind = _schema(str(wire.get("schema") or ""))[1] or None, "event"
    for name, value in wire.items():
        if name not in ("schema", *_ROWS):
            hit.values.setdefault(name, value)
    return [hit]


_LINK = (
    '{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":'
    '"iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2","data":{"type":"transaction"}}}'
)
_CONTEXTS = (
    '{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:com.snowplowanalytics.snowplow.ecommerce/transaction/'
    'jsonschema/1-0-0","data":{"transaction_id":"T-1","revenue":19.98,"currency":"EUR"}},{"schema":"iglu:com.snowplowanalytics.snowplow.ecommerce/product/'
    'jsonschema/1-0-0","data":{"id":"S1","price":9.99,"quantity":2}}]}'
)

VENDOR = Vendor(
    id="snowplow",
    name="Snowplow",
    category="analytics",
    docs=(
        "https://docs.snowplow.io/docs/sources/trackers/snowplow-tracker-protocol/",
        "https://docs.snowplow.io/docs/sources/trackers/web-trackers/tracking-events/",
        "https://docs.snowplow.io/docs/sources/trackers/web-trackers/tracking-events/ecommerce/",
    ),
    endpoints=(
        Endpoint(host="*", path="*/com.snowplowanalytics.snowplow/tp2", recognise=_is_payload),
        Endpoint(host="*", path="*/tp2", recognise=_is_payload),
        Endpoint(host="*", path="*/com.snowplowanalytics.iglu/v1", recognise=_is_webhook, decode=_webhook),
        Endpoint(host="*", path="*/com.snowplowanalytics.snowplow/*", recognise=_is_payload),
        Endpoint(host="*", path="*/i", recognise=_is_image),
        Endpoint(host="*", keys=("tv", "e", "p"), recognise=_is_image),
        Endpoint(host="*", mark=b"iglu:com.snowplowanalytics.snowplow/payload_data/", recognise=_is_payload),
        Endpoint(host="*.collector.snplow.net", path="/*"),
        *(
            Endpoint(host=host, path=path, role="library", decode=LibraryReader())
            for host, path in (("d1fc8wv8zag5ca.cloudfront.net", "/*"), ("cdn.jsdelivr.net", "/npm/@snowplow/*"), ("sp.js.snplow.net", "/*"))
        ),
    ),
    decode=_decode,
    automatic_events=frozenset({"page_ping", "link_click", "focus_form", "change_form", "submit_form", "application_error", "web_vitals"}),
    automatic_parameters=frozenset({"app_id", "namespace", "platform", "page_*", "domain_*", "dtm", "entities"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view and a structured event, posted",
            "request": {
                "url": "https://sp.shop.example/com.snowplowanalytics.snowplow/tp2", "method": "POST",
                "body": {
                    "schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4",
                    "data": [
                        {"e": "pv", "url": "https://shop.example/?utm_source=x", "page": "Shop", "tv": "js-4.0.0", "tna": "sp", "aid": "shop", "p": "web", "duid": "d1", "eid": "e-1", "dtm": "1795318940000"},
                        {"e": "se", "se_ca": "cta", "se_ac": "click", "se_va": "2.5", "tv": "js-4.0.0", "tna": "sp", "aid": "shop", "p": "web", "eid": "e-2"},
                    ],
                },
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page_view", "account": "shop", "key": "e-1", "event_time": 1795318940.0,
                    "identifiers": {"domain_userid": "d1"}, "campaign": {"utm_source": "x"}, "values": {"page_title": "Shop"},
                },
                {"kind": "event", "event": "click", "account": "shop", "key": "e-2", "values": {"se_category": "cta", "se_value": 2.5}},
            ],
        },
        {
            "title": "a transaction with its entities",
            "request": {
                "url": "https://sp.shop.example/custom/tp2", "method": "POST",
                "body": {
                    "schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4",
                    "data": [{"e": "ue", "ue_pr": _LINK, "co": _CONTEXTS, "tv": "js-4.0.0", "aid": "shop", "p": "web", "eid": "e-3"}],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "transaction", "account": "shop", "key": "e-3",
                    "values": {"transaction_id": "T-1", "revenue": 19.98, "currency": "EUR", "items": [{"id": "S1", "price": 9.99, "quantity": 2}]},
                }
            ],
        },
        {
            "title": "a self-describing event in an image's address",
            "request": {
                "url": "https://sp.shop.example/i?e=ue&p=web&tv=js-2.18.0&aid=shop&eid=e-4&ue_px=eyJzY2hlbWEiOiJpZ2x1OmMvdW5zdHJ1Y3RfZXZlbnQvanNvbnNjaGVtYS8xLTAtMCIsImRhdGEiOnsic2NoZW1hIjoiaWdsdTpjb20uYWNtZS9hZGRfdG9fY2FydC9qc29uc2NoZW1hLzEtMC0wIiwiZGF0YSI6eyJza3UiOiJTMSJ9fX0",
                "resource_type": "image",
            },
            "hits": [{"kind": "event", "event": "add_to_cart", "account": "shop", "key": "e-4", "values": {"sku": "S1"}}],
        },
        {
            "title": "a ping of a page, an older transaction and one of its items",
            "request": {
                "url": "https://sp.shop.example/com.snowplowanalytics.snowplow/tp2", "method": "POST",
                "body": {
                    "schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4",
                    "data": [
                        {"e": "pp", "pp_miy": "0", "pp_may": "900", "tv": "js-3.24.0", "aid": "shop", "p": "web", "eid": "e-5"},
                        {"e": "tr", "tr_id": "T-1", "tr_tt": "19.98", "tr_cu": "EUR", "tv": "js-2.18.0", "aid": "shop", "p": "web", "eid": "e-6"},
                        {"e": "ti", "ti_id": "T-1", "ti_sk": "S1", "ti_pr": "9.99", "ti_qu": "2", "tv": "js-2.18.0", "aid": "shop", "p": "web", "eid": "e-7"},
                    ],
                },
            },
            "hits": [
                {"kind": "auxiliary", "event": "page_ping", "values": {"pp_yoffset_max": 900}},
                {"kind": "event", "event": "transaction", "key": "e-6", "values": {"tr_orderid": "T-1", "tr_total": 19.98, "tr_currency": "EUR"}},
                {"kind": "event", "event": "transaction_item", "key": "e-7", "values": {"ti_sku": "S1", "ti_quantity": 2}},
            ],
        },
        {
            "title": "a webhook of the Iglu adapter",
            "request": "https://sp.shop.example/com.snowplowanalytics.iglu/v1?schema=iglu%3Acom.acme%2Fsignup%2Fjsonschema%2F1-0-0&aid=shop&p=web&plan=gold",
            "hits": [{"kind": "event", "event": "signup", "account": "shop", "values": {"plan": "gold"}}],
        },
        {
            "title": "a post to a path of the site's own choice",
            "request": {
                "url": "https://c.shop.example/x/y", "method": "POST", "headers": {"Content-Type": "application/json; charset=UTF-8"},
                "body": '{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":[{"e":"pv","url":"https://shop.example/cart?utm_source=news","page":"Shop","eid":"b351","tv":"js-4.10.1","tna":"sp3","aid":"shop3","p":"web","dtm":"1795603290331","duid":"7f48","uid":"U1"}]}',
            },
            "hits": [{"kind": "pageview", "event": "page_view", "account": "shop3", "key": "b351", "campaign": {"utm_source": "news"}, "identifiers": {"domain_userid": "7f48", "user_id": "U1"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/com.snowplowanalytics.iglu/v1?schema=x",
        "https://docs.snowplow.io/docs/sources/",
        "https://shop.example/i/2?e=pv",
        "https://shop.example/i?e=pv",
        "https://shop.example/com.snowplowanalytics.snowplow/tp2",
        {"url": "https://shop.example/tp2", "method": "POST", "body": {"schema": "x", "data": [{"e": "zz"}]}},
        "https://shop.example/?u=https%3A%2F%2Fsp.shop.example%2Fi%3Fe%3Dpv%26p%3Dweb%26tv%3Djs",
        "https://notsnplow.net/i",
        {"url": "https://shop.example/api/docs", "method": "POST", "body": {"note": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4"}},
    ),
)  # fmt: skip
