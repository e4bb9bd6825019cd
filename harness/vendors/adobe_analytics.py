"""Adobe Analytics (AppMeasurement, s_code, Web SDK's image requests, the data insertion API), under Adobe's hosts and CNAMEs.

Wire format: https://experienceleague.adobe.com/en/docs/analytics/implementation/validate/query-parameters (query parameters),
https://experienceleague.adobe.com/en/docs/analytics/implementation/vars/page-vars/events/events-overview (events),
https://experienceleague.adobe.com/en/docs/analytics/implementation/vars/page-vars/products (products),
https://experienceleague.adobe.com/en/docs/analytics/implementation/vars/page-vars/contextdata (context data),
https://experienceleague.adobe.com/en/docs/analytics/import/c-data-insertion-api (data insertion).

A request is a page view, or a link call where ``pe`` says so, and may carry many events. Its name is its first standard commerce event
(``purchase``, ``scAdd``, ``prodView`` …), else ``page_view``, or a link's name. All events stand in ``events``.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.hit import Hit, Parameter
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row, number
from harness.decode.readers import QueryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, PAGE, LINK, COMMERCE, EVARS, PROPS = "General", "Page", "Link", "E-commerce", "eVars", "Props"
LISTS, HIERARCHIES, CONTEXT, USER, DEVICE = "List variables", "Hierarchies", "Context data", "Visitor", "Device"
TECHNICAL, MEDIA, CONSENT = "Technical", "Media", "Consent"

_ROWS = {
    "pageName": Row("pageName", "Page name", PAGE),
    "gn": Row("pageName", "Page name", PAGE),
    "g": Row("pageURL", "Page address", PAGE),
    "-g": Row("pageURLRest", "Page address (rest)", PAGE),
    "r": Row("referrer", "Referrer", PAGE),
    "ch": Row("channel", "Site section", PAGE),
    "sv": Row("server", "Server", PAGE),
    "server": Row("server", "Server", PAGE),
    "gt": Row("pageType", "Page type", PAGE),
    "pageType": Row("pageType", "Page type", PAGE),
    "events": Row("events", "Events", COMMERCE),
    "ev": Row("events", "Events", COMMERCE),
    "products": Row("products", "Products", COMMERCE),
    "pl": Row("products", "Products", COMMERCE),
    "purchaseID": Row("purchaseID", "Purchase ID", COMMERCE),
    "pi": Row("purchaseID", "Purchase ID", COMMERCE),
    "xact": Row("transactionID", "Transaction ID", COMMERCE),
    "cc": Row("currencyCode", "Currency", COMMERCE),
    "v0": Row("campaign", "Tracking code", "Campaign"),
    "state": Row("state", "State", COMMERCE),
    "zip": Row("zip", "Postal code", COMMERCE),
    "pe": Row("linkType", "Link type", LINK),
    "pev1": Row("linkURL", "Link address", LINK),
    "pev2": Row("linkName", "Link name", LINK),
    "pev3": Row(None, "Media", MEDIA),
    "pid": Row(None, "Activity Map page", LINK),
    "pidt": Row(None, "Activity Map page type", LINK),
    "oid": Row(None, "Activity Map object", LINK),
    "oidt": Row(None, "Activity Map object type", LINK),
    "ot": Row(None, "Activity Map tag", LINK),
    "oi": Row(None, "Activity Map object index", LINK),
    "vid": Row("visitorID", "Visitor ID", USER),
    "mid": Row("marketingCloudVisitorID", "Experience Cloud ID", USER),
    "aid": Row("analyticsVisitorID", "Analytics visitor ID", USER),
    "fid": Row("fallbackVisitorID", "Fallback visitor ID", USER),
    "vidn": Row(None, "New visitor ID", USER),
    "nvid": Row(None, "New visitor ID", USER),
    "mcorgid": Row("marketingCloudOrgID", "Organisation ID", USER),
    "sdid": Row(None, "Supplemental data ID", USER),
    "mtp": Row(None, "Supplemental data wait", USER),
    "aamb": Row(None, "Audience Manager blob", USER),
    "aamlh": Row(None, "Audience Manager region", USER),
    "vmk": Row(None, "Visitor migration key", USER),
    "vmf": Row(None, "Visitor migration server", USER),
    "vvp": Row("variableProvider", "Variable provider", TECHNICAL),
    "ns": Row(None, "Visitor namespace", TECHNICAL),
    "cdp": Row(None, "Cookie domain periods", TECHNICAL),
    "cl": Row(None, "Cookie lifetime", TECHNICAL),
    "ce": Row(None, "Character set", TECHNICAL),
    "ndh": Row(None, "Sent by the script", TECHNICAL),
    "pf": Row(None, "Platform flag", TECHNICAL),
    "pccr": Row(None, "Redirect guard", TECHNICAL),
    "AQB": Row(None, "Beginning", TECHNICAL),
    "AQE": Row(None, "End", TECHNICAL),
    "callback": Row(None, "Callback", TECHNICAL),
    "cp": Row(None, "Profile", TECHNICAL),
    "D": Row(None, "Dynamic prefix", TECHNICAL),
    "lrt": Row(None, "Last request time (ms)", TECHNICAL),
    "t": Row(None, "Browser time", TECHNICAL),
    "ts": Row("timestamp", "Timestamp", GENERAL),
    "l": Row(None, "Plugins list", DEVICE),
    "s": Row(None, "Screen resolution", DEVICE),
    "c": Row(None, "Screen colours", DEVICE),
    "j": Row(None, "JavaScript version", DEVICE),
    "v": Row(None, "Java", DEVICE),
    "k": Row(None, "Cookies", DEVICE),
    "bw": Row(None, "Browser width", DEVICE),
    "bh": Row(None, "Browser height", DEVICE),
    "ct": Row(None, "Connection", DEVICE),
    "hp": Row(None, "Home page", DEVICE),
    "p": Row(None, "Plugins", DEVICE),
    "tnt": Row("tnt", "Target experience", TECHNICAL),
    "lat": Row("latitude", "Latitude", GENERAL),
    "lon": Row("longitude", "Longitude", GENERAL),
}
TABLE = QueryTable(
    _ROWS,
    (
        Prefix("eVar", field="eVar{}", label="eVar{}", group=EVARS),
        Prefix("prop", field="prop{}", label="prop{}", group=PROPS),
        Prefix("mcorgid.", field=None, label="Organisation: {}", group=USER),
        Prefix("vid.", field=None, label="Visitor: {}", group=USER),
    ),
)
for _index in range(1, 251):
    TABLE.rows[f"v{_index}"] = Row(f"eVar{_index}", f"eVar{_index}", EVARS)
    if _index <= 75:
        TABLE.rows[f"c{_index}"] = Row(f"prop{_index}", f"prop{_index}", PROPS)
    if _index <= 5:
        TABLE.rows[f"h{_index}"] = Row(f"hier{_index}", f"Hierarchy {_index}", HIERARCHIES)
        TABLE.rows[f"hier{_index}"] = TABLE.rows[f"h{_index}"]
    if _index <= 3:
        for _key in (f"l{_index}", f"list{_index}", f"mvvar{_index}"):
            TABLE.rows[_key] = Row(f"list{_index}", f"List variable {_index}", LISTS)

_COMMERCE = ("purchase", "scCheckout", "scRemove", "scAdd", "scOpen", "scView", "prodView")
_IDENTIFIERS = ("visitorID", "marketingCloudVisitorID", "analyticsVisitorID", "fallbackVisitorID")
_DROPPED = frozenset(("c", "d", "cid"))


def _pairs(text: str, between: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for piece in text.split(between):
        name, equals, value = piece.partition("=")
        if name:
            found.setdefault(name, number(value) if equals else True)
    return found


def _products(text: str) -> list[dict[str, Any]]:
    """``category;product;quantity;price;event1=2|event2=3;eVar1=a|eVar2=b``, separated by commas."""
    products = []
    for entry in text.split(","):
        pieces = entry.split(";")
        if not entry.strip() or len(pieces) < 2:
            if entry:
                products.append({"product": entry})
            continue
        product: dict[str, Any] = {}
        for field, piece in zip(("category", "product", "quantity", "price"), pieces, strict=False):
            if piece:
                product[field] = number(piece) if field in ("quantity", "price") else piece
        if len(pieces) > 4 and pieces[4]:
            product["events"] = _pairs(pieces[4], "|")
        if len(pieces) > 5 and pieces[5]:
            product["merchandising"] = {name: value for name, _, value in (each.partition("=") for each in pieces[5].split("|")) if name}
        products.append(product)
    return products


def _events(text: str) -> tuple[list[str], dict[str, Any], dict[str, str]]:
    """Their names in order, the values given with ``=`` and the serial numbers given with ``:``."""
    names: list[str] = []
    values: dict[str, Any] = {}
    serials: dict[str, str] = {}
    for piece in text.split(","):
        head, equals, value = piece.strip().partition("=")
        name, colon, serial = head.partition(":")
        if ":" in value:
            value, colon, serial = value.partition(":")
        if name:
            names.append(name)
            if equals:
                values.setdefault(name, number(value))
            if colon:
                serials.setdefault(name, serial)
    return names, values, serials


def _nested(parameters: list[Parameter]) -> dict[str, Any]:
    """Context data: what stands between ``c.`` and ``.c``, with prefixes opened (``a.``) and closed (``.a``) in the same way."""
    found: dict[str, Any] = {}
    open_names: list[str] = []
    for place, each in enumerate(parameters):
        name = each.name
        if name[-1:] == "." and each.value == "" and len(name) > 1:
            open_names.append(name[:-1])
            continue
        if name[:1] == "." and each.value == "" and open_names:
            if name[1:] in open_names:
                while open_names and open_names.pop() != name[1:]:
                    pass
            continue
        if not open_names:
            continue
        inner = ".".join((*(open_names[1:] if open_names[0] in _DROPPED else open_names)[:20], name))
        if open_names[0] == "c":
            found.setdefault(inner, each.value)
        parameters[place] = Parameter(name, each.value, each.text, None, inner, CONTEXT if open_names[0] == "c" else USER)
    return found


_ELEMENT = re.compile(r"<([A-Za-z][\w.-]*)>([^<]*)</\1>")
_INSERTED = QueryTable({name.lower(): row for name, row in _ROWS.items() if row.field is not None and name == row.field}, (
    Prefix("evar", field="eVar{}", label="eVar{}", group=EVARS),
    Prefix("prop", field="prop{}", label="prop{}", group=PROPS),
    Prefix("hier", field="hier{}", label="Hierarchy {}", group=HIERARCHIES),
    Prefix("list", field="list{}", label="List variable {}", group=LISTS),
))  # fmt: skip
for _name in (
    "pageURL",
    "referrer",
    "channel",
    "currencyCode",
    "campaign",
    "visitorID",
    "marketingCloudVisitorID",
    "linkType",
    "linkURL",
    "linkName",
    "timestamp",
):
    _INSERTED.rows[_name.lower()] = next(row for row in _ROWS.values() if row.field == _name)
_INSERTED.rows["reportsuiteid"] = Row(None, "Report suites", GENERAL)
_LINKS = {"o": "lnk_o", "d": "lnk_d", "e": "lnk_e"}


def _inserted(request: CapturedRequest) -> list[Parameter]:
    """The elements of a data insertion's XML, whose names are the documented ones in any case (``<pageName>``, ``<eVar1>``)."""
    payload = read_body(request) if request.body.data else None
    if payload is None or payload.shape != "text" or "<request" not in payload.text[:1_000]:
        return []
    found = []
    for element in _ELEMENT.finditer(payload.text):
        name, text = element.groups()
        row = _INSERTED.row(name.lower())
        value = html.unescape(text)
        if row.field == "linkType":
            value = _LINKS.get(value, value)
        found.append(Parameter(name, value, None if value == text else text, row.field, row.label, row.group))
    return found


_READ = QueryReader(TABLE, page="pageURL", time="timestamp", identifiers=_IDENTIFIERS)


def _decode(request: CapturedRequest) -> list[Hit]:
    parameters, problem = request_parameters(request, TABLE)
    inserted = _inserted(request)
    parameters += inserted
    context = _nested(parameters)
    hit = _READ.hit(parameters, problem)
    values = hit.values
    if context:
        values["contextData"] = context
    names: list[str] = []
    if isinstance(values.get("events"), str):
        names, numbers, serials = _events(values["events"])
        values["events"] = names
        if numbers:
            values["eventValues"] = numbers
        if serials:
            values["eventSerials"] = serials
    if isinstance(values.get("products"), str):
        values["products"] = _products(values["products"])
    rest = values.pop("pageURLRest", None)
    if rest and hit.page_url:
        # An address of more than 255 characters goes on under `-g`.
        hit.page_url = values["pageURL"] = f"{hit.page_url}{rest}"
        hit.campaign = campaign_of(hit.page_url)
    link = str(values.get("linkType") or "")
    commerce = next((each for each in _COMMERCE if each in names), None)
    named = (str(each.value) for each in inserted if each.name.lower() == "reportsuiteid")
    hit.account = _suite(split_url(request.url).path) or next(named, None)
    if link[:4] == "lnk_" or link[:3] in ("lnk", "tnt"):
        hit.kind = "event"
        hit.event = commerce or str(values.get("linkName") or "") or (names[0] if names else link)
    elif link:
        hit.kind, hit.event = "auxiliary", link
    else:
        hit.kind, hit.event = "pageview", commerce or "page_view"
        if not parameters or (len(parameters) == 1 and parameters[0].name == "$body"):
            hit.kind, hit.event = "auxiliary", None
    for name in ("purchaseID", "transactionID"):
        if values.get(name) not in (None, "") and ("purchase" in names or name == "transactionID"):
            hit.key = hit.key or str(values[name])
    if values.get("campaign"):
        hit.campaign["campaign"] = str(values["campaign"])
    opted: dict[str, Any] = {each: context[each] for each in ("contextData.opt.dmp", "opt.dmp", "opt.sell") if each in context}
    hit.consent = opted or None
    return [hit]


def _suite(path: str) -> str | None:
    """The report suites: ``/b/ss/<suite>[,<suite>]/<code version>/…``."""
    return path.partition("/b/ss/")[2].partition("/")[0] or None


_OWN = frozenset(("AQB", "AQE", "ndh", "pageName", "gn", "events", "pe", "g"))


def _is_analytics(request: CapturedRequest) -> bool:
    """Told under a CNAME by the path's report suite and collection type, and two of the script's own keys (or the AQB that begins all)."""
    address = split_url(request.url)
    steps = address.path.partition("/b/ss/")[2].split("/")
    if len(steps) < 2 or not steps[0] or not (steps[1].isdecimal() or steps[1] in ("H", "G")):
        return False
    return _has_own(address.query) or _has_own(_form_text(request))


def _form_text(request: CapturedRequest) -> str:
    payload = read_body(request) if request.body.data else None
    return payload.text if payload is not None and payload.shape == "form" else ""


def _has_own(text: str) -> bool:
    if not text:
        return False
    names = {segment.partition("=")[0] for segment in text[:16_384].split("&")}
    return "AQB" in names or len(_OWN & names) >= 2


_SERVERS = ("*.2o7.net", "*.omtrdc.net", "*.adobedc.net")
_AQB = "AQB=1&ndh=1&pf=1&t=22%2F10%2F2026%203%3A32%3A12%200%200&ce=UTF-8"

VENDOR = Vendor(
    id="adobe-analytics",
    name="Adobe Analytics",
    category="analytics",
    docs=(
        "https://experienceleague.adobe.com/en/docs/analytics/implementation/validate/query-parameters",
        "https://experienceleague.adobe.com/en/docs/analytics/implementation/vars/page-vars/products",
        "https://experienceleague.adobe.com/en/docs/analytics/implementation/vars/page-vars/events/events-overview",
    ),
    endpoints=(
        *(Endpoint(host=host, path="/b/ss/*") for host in _SERVERS),
        Endpoint(host="*", path="*/b/ss/*", recognise=_is_analytics),
    ),
    decode=_decode,
    automatic_events=frozenset({"s_view", "m_s", "m_i"}),
    automatic_parameters=frozenset({"pageURL", "referrer", "contextData", "variableProvider", "timestamp"}),
    examples=(
        {
            "title": "a purchase on a confirmation page, under a CNAME",
            "request": {
                "url": f"https://metrics.shop.example/b/ss/suite1,suite2/1/JS-2.25.0/s3293781816438?{_AQB}&mid=4567&pageName=confirm"
                "&g=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&cc=EUR&ch=shop&events=purchase%2Cevent5%3D1.5%2Cevent6%3AS1&purchaseID=T-1"
                "&products=Tops%3BSKU1%3B2%3B19.98%3Bevent7%3D3%3BeVar4%3Dred%7CeVar5%3DXL%2C%3BSKU2%3B1%3B5&v12=gold&c3=a&l1=x%2Cy"
                "&c.&a.&activitymap.&page=home&.activitymap&.a&tier=1&.c&AQE=1",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "purchase", "account": "suite1,suite2", "key": "T-1", "campaign": {"utm_source": "news"},
                    "identifiers": {"marketingCloudVisitorID": "4567"},
                    "values": {
                        "pageName": "confirm", "channel": "shop", "currencyCode": "EUR", "purchaseID": "T-1", "eVar12": "gold", "prop3": "a", "list1": "x,y",
                        "events": ["purchase", "event5", "event6"], "eventValues": {"event5": 1.5}, "eventSerials": {"event6": "S1"},
                        "products": [
                            {
                                "category": "Tops", "product": "SKU1", "quantity": 2, "price": 19.98, "events": {"event7": 3},
                                "merchandising": {"eVar4": "red", "eVar5": "XL"},
                            },
                            {"product": "SKU2", "quantity": 1, "price": 5},
                        ],
                        "contextData": {"a.activitymap.page": "home", "tier": "1"},
                    },
                }
            ],
        },
        {
            "title": "a link call, posted",
            "request": {
                "url": "https://shop.sc.omtrdc.net/b/ss/suite1/1/JS-2.25.0/s1", "method": "POST",
                "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": f"{_AQB}&pageName=home&g=https%3A%2F%2Fshop.example%2F&pe=lnk_o&pev2=add%20to%20cart&pev1=https%3A%2F%2Fshop.example%2Fcart&AQE=1",
            },
            "hits": [
                {
                    "kind": "event", "event": "add to cart", "account": "suite1",
                    "values": {"linkName": "add to cart", "linkType": "lnk_o", "linkURL": "https://shop.example/cart", "pageName": "home"},
                }
            ],
        },
        {
            "title": "a download, posted through Adobe's own CNAME with what it was not asked to shorten",
            "request": "https://shop.data.adobedc.net/b/ss/suite1/10/JS-2.27.0-LDQM/s42?AQB=1&ndh=1&pf=1&callback=s_c_il[1].doPostbacks&vidn=3A1B&g=https%3A%2F%2Fshop.example%2F"
            "&pe=lnk_d&pev1=https%3A%2F%2Fshop.example%2Fcatalogue.pdf&events=event1&AQE=1",
            "hits": [{"kind": "event", "event": "event1", "account": "suite1", "values": {"linkType": "lnk_d", "linkURL": "https://shop.example/catalogue.pdf", "events": ["event1"]}}],
        },
        {
            "title": "a server's data insertion",
            "request": {
                "url": "https://shop.sc.omtrdc.net/b/ss//6", "method": "POST", "headers": {"Content-Type": "text/xml"},
                "body": "<?xml version=1.0 encoding=UTF-8?><request><sc_xml_ver>1.0</sc_xml_ver><pageURL>https://shop.example/?a=1&amp;utm_source=x</pageURL><pageName>Thanks</pageName>"
                "<reportSuiteID>suite1</reportSuiteID><visitorID>v1</visitorID><events>purchase</events><purchaseID>T-1</purchaseID><products>;S1;2;19.98</products><eVar12>gold</eVar12></request>",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "purchase", "account": "suite1", "key": "T-1", "identifiers": {"visitorID": "v1"}, "campaign": {"utm_source": "x"},
                    "values": {"pageName": "Thanks", "eVar12": "gold", "products": [{"product": "S1", "quantity": 2, "price": 19.98}]},
                }
            ],
        },
        {
            "title": "an image of a page without a script, on the oldest host",
            "request": {"url": "https://shop.112.2o7.net/b/ss/suite1/5/H.22.1--NS/0?gn=home&ch=shop", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "suite1", "values": {"pageName": "home", "channel": "shop"}}],
        },
        {
            "title": "a long address that goes on, and the hit's own time",
            "request": "https://shop.sc.omtrdc.net/b/ss/suite1/1/JS-2.27.0/s7?AQB=1&ndh=1&ts=1795318940&pageName=home&g=https%3A%2F%2Fshop.example%2Flong%3Fa%3D1&-g=%26utm_source%3Dnews&AQE=1",
            "hits": [{"kind": "pageview", "page_url": "https://shop.example/long?a=1&utm_source=news", "campaign": {"utm_source": "news"}, "event_time": 1795318940.0}],
        },
    ),
    lookalikes=(
        "https://shop.example/blog/b/ss/1/post?page=2&g=3",
        "https://shop.tt.omtrdc.net/rest/v1/delivery?client=shop",
        "https://dpm.demdex.net/id?d_visid_ver=5.5.0",
        "https://shop.example/b/ss/suite1/1/x?foo=1",
        "https://shop.example/b/ss/?AQB=1",
        "https://shop.example/?u=https%3A%2F%2Fshop.sc.omtrdc.net%2Fb%2Fss%2Fsuite1%2F1%2Fs1%3FAQB%3D1",
        "https://notomtrdc.net/b/ss/suite1/1/JS-2.25.0/s1",
        "https://shop.sc.omtrdc.net.evil.example/b/ss/suite1/x/s1?AQB=1",
        "https://shop.sc.omtrdc.net/id?d_visid_ver=5.5.0",
    ),
)  # fmt: skip
