"""The tracking protocol that Matomo and Piwik PRO share: one hit a query, or a bulk of queries in a JSON body.

Wire format: https://developer.matomo.org/api-reference/tracking-api (Matomo),
https://developers.piwik.pro/reference/http-api (Piwik PRO).

The wire tells a hit's type by the keys it has, not by a name. A custom event is called by its action (``e_a``); the others
are called ``pageview``, ``ecommerce_order``, ``ecommerce_cart_update``, ``goal``, ``outlink``, ``download``, ``site_search``,
``content_impression``, ``content_interaction``; heartbeats, media, forms and heatmaps are auxiliary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable
from harness.decode.hit import Hit
from harness.decode.payload import raw_body, read_body
from harness.decode.query import Prefix, QueryTable, Row, fields
from harness.decode.readers import epoch_seconds, identifier_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Parameter

GENERAL, PAGE, EVENT, COMMERCE, USER = "General", "Page", "Event", "E-commerce", "Visitor"
CAMPAIGN, DEVICE, PERFORMANCE, MEDIA, CONTENT, CUSTOM, TECHNICAL = (
    "Campaign", "Device", "Performance", "Media", "Content", "Custom dimensions and variables", "Technical",
)  # fmt: skip

TABLE = QueryTable(
    {
        "idsite": Row(None, "Site ID", GENERAL),
        "rec": Row(None, "Record", GENERAL),
        "apiv": Row(None, "Protocol version", TECHNICAL),
        "action_name": Row("action_name", "Page title", PAGE),
        "url": Row("url", "Page address", PAGE),
        "urlref": Row("urlref", "Referrer", PAGE),
        "pv_id": Row(None, "Page view ID", PAGE),
        "_id": Row("_id", "Visitor ID", USER),
        "cid": Row("cid", "Visitor ID (forced)", USER),
        "uid": Row("uid", "User ID", USER),
        "_idts": Row(None, "First visit", USER),
        "_idvc": Row(None, "Visits", USER),
        "_idn": Row(None, "New visitor", USER),
        "_viewts": Row(None, "Previous visit", USER),
        "_refts": Row(None, "Referral time", CAMPAIGN),
        "_ref": Row(None, "Attributed referrer", CAMPAIGN),
        "_rcn": Row("_rcn", "Campaign name", CAMPAIGN),
        "_rck": Row("_rck", "Campaign keyword", CAMPAIGN),
        "_ects": Row(None, "Previous order", COMMERCE),
        "new_visit": Row(None, "New visit", USER),
        "_cvar": Row("visit_variables", "Custom variables (visit)", CUSTOM, "json"),
        "cvar": Row("page_variables", "Custom variables (page)", CUSTOM, "json"),
        "e_c": Row("e_c", "Event category", EVENT),
        "e_a": Row("e_a", "Event action", EVENT),
        "e_n": Row("e_n", "Event name", EVENT),
        "e_v": Row("e_v", "Event value", EVENT, "number"),
        "ca": Row(None, "Custom action", EVENT),
        "link": Row("link", "Outlink", EVENT),
        "exit": Row("exit", "Outlink", EVENT),
        "download": Row("download", "Download", EVENT),
        "search": Row("search", "Search keyword", EVENT),
        "search_cat": Row("search_cat", "Search category", EVENT),
        "search_count": Row("search_count", "Search results", EVENT, "number"),
        "idgoal": Row("idgoal", "Goal ID", COMMERCE),
        "revenue": Row("revenue", "Revenue", COMMERCE, "number"),
        "ec_id": Row("ec_id", "Order ID", COMMERCE),
        "ec_st": Row("ec_st", "Subtotal", COMMERCE, "number"),
        "ec_tx": Row("ec_tx", "Tax", COMMERCE, "number"),
        "ec_sh": Row("ec_sh", "Shipping", COMMERCE, "number"),
        "ec_dt": Row("ec_dt", "Discount", COMMERCE, "number"),
        "ec_items": Row("ec_items", "Items", COMMERCE, "json"),
        "ec_products": Row("ec_products", "Products", COMMERCE, "json"),
        "e_t": Row("e_t", "E-commerce event", COMMERCE),
        "_pkc": Row("product_category", "Product category", COMMERCE),
        "_pkp": Row("product_price", "Product price", COMMERCE, "number"),
        "_pks": Row("product_sku", "Product SKU", COMMERCE),
        "_pkn": Row("product_name", "Product name", COMMERCE),
        "c_n": Row("c_n", "Content name", CONTENT),
        "c_p": Row("c_p", "Content piece", CONTENT),
        "c_t": Row("c_t", "Content target", CONTENT),
        "c_i": Row("c_i", "Content interaction", CONTENT),
        "ma_id": Row("ma_id", "Media ID", MEDIA),
        "ma_ti": Row("ma_ti", "Media title", MEDIA),
        "ma_re": Row("ma_re", "Media resource", MEDIA),
        "ma_mt": Row("ma_mt", "Media type", MEDIA),
        "ma_pn": Row("ma_pn", "Media player", MEDIA),
        "ma_st": Row("ma_st", "Media seconds played", MEDIA, "number"),
        "ma_le": Row("ma_le", "Media length (s)", MEDIA, "number"),
        "ma_ps": Row("ma_ps", "Media position (s)", MEDIA, "number"),
        "ping": Row(None, "Heartbeat", TECHNICAL),
        "send_image": Row(None, "Answer with an image", TECHNICAL),
        "token_auth": Row(None, "API token", TECHNICAL),
        "cip": Row(None, "Visitor IP", USER),
        "cdt": Row(None, "Time of the hit", TECHNICAL),
        "cdo": Row(None, "Delay (s)", TECHNICAL),
        "country": Row("country", "Country", USER),
        "region": Row("region", "Region", USER),
        "city": Row("city", "City", USER),
        "lat": Row("lat", "Latitude", USER),
        "long": Row("long", "Longitude", USER),
        "lang": Row(None, "Language", DEVICE),
        "ua": Row(None, "User agent", DEVICE),
        "uadata": Row(None, "User agent data", DEVICE, "json"),
        "res": Row(None, "Screen resolution", DEVICE),
        "cookie": Row(None, "Cookies", DEVICE),
        "cs": Row(None, "Character set", TECHNICAL),
        "h": Row(None, "Local hour", TECHNICAL),
        "m": Row(None, "Local minute", TECHNICAL),
        "s": Row(None, "Local second", TECHNICAL),
        "r": Row(None, "Cache buster", TECHNICAL),
        "rand": Row(None, "Cache buster", TECHNICAL),
        "gt_ms": Row(None, "Generation time (ms)", PERFORMANCE),
        "bw_bytes": Row(None, "Bytes", PERFORMANCE),
        "dimensions": Row(None, "Dimensions", CUSTOM),
        "queuedtracking": Row(None, "Queued tracking", TECHNICAL),
        "bots": Row(None, "Track bots", TECHNICAL),
        "java": Row(None, "Java", DEVICE),
        "pdf": Row(None, "PDF", DEVICE),
        "qt": Row(None, "QuickTime", DEVICE),
        "realp": Row(None, "RealPlayer", DEVICE),
        "wma": Row(None, "Windows Media", DEVICE),
        "fla": Row(None, "Flash", DEVICE),
        "ag": Row(None, "Silverlight", DEVICE),
        "dir": Row(None, "Director", DEVICE),
        "gears": Row(None, "Gears", DEVICE),
        "cra": Row("cra", "Crash message", "Crash"),
        "cra_tp": Row("cra_tp", "Crash type", "Crash"),
        "cra_ct": Row("cra_ct", "Crash category", "Crash"),
        "cra_st": Row(None, "Stack trace", "Crash"),
        "cra_ru": Row(None, "Crash's resource", "Crash"),
        "recMode": Row(None, "Kind of request", TECHNICAL),
        "uia": Row(None, "Anonymous visitor", "Consent"),
        "tsp": Row(None, "Tracker source provider", TECHNICAL),
        "tsv": Row(None, "Tracker source version", TECHNICAL),
    },
    (
        Prefix("dimension", field="dimension{}", label="Custom dimension {}", group=CUSTOM),
        Prefix("pf_", field=None, label="Performance: {}", group=PERFORMANCE),
        Prefix("t_", field=None, label="Timing: {}", group=PERFORMANCE),
        Prefix("ma_", field=None, label="Media: {}", group=MEDIA),
        Prefix("fa_", field=None, label="Form: {}", group="Form"),
        Prefix("hsr_", field=None, label="Heatmap: {}", group="Heatmap"),
    ),
)
_PATHS = PathTable(TABLE.rows, TABLE.prefixes)
_ITEM = ("sku", "name", "category", "price", "quantity", "brand", "variant", "custom_dimensions")
_ASIDE = ("fa_", "hsr_", "ma_", "cra", "cra_")
_UTM = {"_rcn": "utm_campaign", "_rck": "utm_term"}


def _items(found: Any) -> list[dict[str, Any]] | None:
    if not isinstance(found, list):
        return None
    items = []
    for entry in found:
        if isinstance(entry, list):
            items.append({name: value for name, value in zip(_ITEM, entry, strict=False) if value not in (None, "")})
        elif isinstance(entry, dict):
            items.append(entry)
    return items


def _named(wire: Mapping[str, Any]) -> tuple[str, str | None]:
    """The hit's kind and name."""
    if wire.get("ping") == "1" or wire.get("ping") == 1:
        return "auxiliary", "ping"
    if wire.get("e_t") and ("ec_products" in wire or "ec_id" in wire):
        return "event", str(wire["e_t"])
    if wire.get("e_c") or wire.get("e_a"):
        return "event", str(wire.get("e_a") or wire["e_c"])
    if "idgoal" in wire:
        if str(wire["idgoal"]) != "0":
            return "event", "goal"
        return "event", "ecommerce_order" if wire.get("ec_id") else "ecommerce_cart_update"
    for key, name in (("download", "download"), ("link", "outlink"), ("exit", "outlink"), ("search", "site_search")):
        if key in wire:
            return "event", name
    if "c_i" in wire:
        return "event", "content_interaction"
    if "c_n" in wire:
        return "event", "content_impression"
    if any(name[:3] in _ASIDE or name[:4] in _ASIDE for name in wire) or str(wire.get("ca")) == "1":
        # `ca` says that a plugin's own action is told of, and no page.
        return "auxiliary", None
    return ("pageview", "pageview") if "action_name" in wire or "url" in wire else ("auxiliary", None)


def protocol_hit(parameters: list[Parameter], undecoded: str = "") -> Hit:
    """The hit of one query's parameters; their order decides among repeats."""
    wire: dict[str, Any] = {}
    for each in parameters:
        wire.setdefault(each.name, each.value)
    kind, event = _named(wire)
    values = fields(parameters)
    items = _items(values.get("ec_items")) or _items(values.get("ec_products"))
    if items is not None:
        values["items"] = items
    page = str(wire["url"]) if wire.get("url") else None
    campaign = campaign_of(page)
    for key, name in _UTM.items():
        if wire.get(key):
            campaign.setdefault(name, str(wire[key]))
    order = wire.get("ec_id")
    return Hit(
        kind=kind,
        event=event,
        account=str(wire["idsite"]) if wire.get("idsite") not in (None, "") else None,
        parameters=parameters,
        values=values,
        identifiers=identifier_texts(values, ("_id", "cid", "uid")),
        consent={"anonymous": str(wire["uia"]) == "1"} if "uia" in wire else None,
        key=str(order) if order not in (None, "") else None,
        campaign=campaign,
        page_url=page,
        event_time=epoch_seconds(wire.get("cdt")) if str(wire.get("cdt", "")).isdecimal() else None,
        undecoded=undecoded,
    )


def read_protocol(request: CapturedRequest) -> list[Hit]:
    """The hits of a request: its query, its form, or the bulk in its JSON body."""
    shared = TABLE.read(split_url(request.url).query)
    if not request.body.data:
        return [protocol_hit(shared)]
    payload = read_body(request)
    if payload.shape in ("form", "multipart"):
        return [protocol_hit([*shared, *payload.form(TABLE)])]
    if not payload.documents:
        body = [*shared, raw_body(request)] if payload.text.strip() or payload.shape == "binary" else shared
        return [protocol_hit(body, payload.problem if payload.shape == "binary" or payload.problem else "")]
    hits: list[Hit] = []
    for document, notes in payload.documents:
        requests = document.get("requests") if isinstance(document, dict) else None
        if not isinstance(requests, list) or not requests:
            hits.append(protocol_hit([*shared, *_PATHS.read(document, notes)]))
            continue
        around = [*shared, *_PATHS.read(document, notes, without=frozenset(("requests",)))]
        for each in requests:
            own = TABLE.read(each.removeprefix("?")) if isinstance(each, str) else _PATHS.read(each, notes)
            hits.append(protocol_hit([*around, *own]))
    return hits


def protocol_site(request: CapturedRequest) -> str | None:
    """The site ID of a request that has the protocol's shape (``idsite`` and ``rec=1``, in query, form or bulk); else None."""
    for text in (split_url(request.url).query, _body_text(request)):
        padded = f"&{text}&"
        site = padded.partition("&idsite=")[2].partition("&")[0]
        if site and "&rec=1&" in padded:
            return site
    if request.body.data[:1] in (b"{", b"["):
        document = read_body(request).value
        requests = document.get("requests") if isinstance(document, dict) else None
        first = requests[0] if isinstance(requests, list) and requests else None
        if isinstance(first, str):
            padded = f"&{first.removeprefix('?')}&"
            return padded.partition("&idsite=")[2].partition("&")[0] if "&rec=1&" in padded else None
        if isinstance(first, dict) and str(first.get("rec")) == "1" and first.get("idsite") not in (None, ""):
            return str(first["idsite"])
    return None


def _body_text(request: CapturedRequest) -> str:
    data = request.body.data
    return data[:65_536].decode("utf-8", "replace") if data and b"idsite=" in data[:65_536] and data[:1] not in (b"{", b"[") else ""
