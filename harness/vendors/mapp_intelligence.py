"""Mapp Intelligence (Webtrekk): page views, actions, orders and forms as images or posted.

Wire format: https://docs.mapp.com/docs/parameter-overview (parameters), https://docs.mapp.com/docs/measuring-points-web (the script),
https://docs.mapp.com/docs/request-structure (requests). Server libraries post many at once to ``batch``, a request a line.
``p`` holds version, page name, JavaScript, screen, colours, cookies, time, referrer, window and Java, separated by commas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row, number, unescape
from harness.decode.readers import LibraryReader, QueryReader, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit, Parameter

_TABLE = QueryTable(
    {
        "p": Row(None, "Page (composed)", "Page"),
        "pu": Row("pu", "Page address", "Page"),
        "ct": Row("ct", "Action", "General"),
        "pn": Row("pageName", "Page name", "Page"),
        "eid": Row("eid", "Ever ID", "Visitor"),
        "ceid": Row("ceid", "Customer's Ever ID", "Visitor"),
        "geid": Row(None, "Global Ever ID", "Visitor"),
        "lp": Row(None, "Link's place", "Technical"),
        "nc": Row(None, "Not counted", "Technical"),
        "pf": Row(None, "Platform", "Technical"),
        "X-WT-UA": Row(None, "User agent", "Device"),
        "vc": Row("vc", "Coupon value", "E-commerce", "number"),
        "cb563": Row("cb563", "Coupon's value", "E-commerce", "number"),
        "cb761": Row("cb761", "Payment method", "E-commerce"),
        "cp771": Row("cp771", "Search results", "Parameters", "number"),
        "cb560": Row("cb560", "Cancelled value", "E-commerce", "number"),
        "bw": Row(None, "Bandwidth", "Media"),
        "vol": Row(None, "Volume", "Media"),
        "mut": Row(None, "Muted", "Media"),
        "x": Row(None, "Cache buster", "Technical"),
        "fpv": Row("fpv", "First-party visitor ID", "Visitor"),
        "cd": Row("cd", "Customer ID", "Visitor"),
        "mc": Row("mc", "Campaign", "Campaign"),
        "mca": Row("mca", "Campaign action", "Campaign"),
        "is": Row("is", "Search phrase", "Page"),
        "ba": Row("ba", "Products", "E-commerce"),
        "co": Row("co", "Product prices", "E-commerce"),
        "qn": Row("qn", "Product quantities", "E-commerce"),
        "st": Row("st", "Basket status", "E-commerce"),
        "ov": Row("ov", "Order value", "E-commerce", "number"),
        "oi": Row("oi", "Order ID", "E-commerce"),
        "cr": Row("cr", "Currency", "E-commerce"),
        "fn": Row("fn", "Form", "Form"),
        "ft": Row("ft", "Form fields", "Form"),
        "fs": Row("fs", "Form sent", "Form"),
        "tz": Row(None, "Time zone", "Device"),
        "la": Row(None, "Language", "Device"),
        "one": Row(None, "New visit", "Visitor"),
        "fns": Row(None, "New session", "Visitor"),
        "eor": Row(None, "End", "Technical"),
        "X-WT-IP": Row(None, "IP address", "Visitor"),
        "mi": Row("mi", "Media", "Media"),
        "mk": Row("mk", "Media action", "Media"),
        "mt1": Row("mt1", "Media position", "Media", "number"),
        "mt2": Row("mt2", "Media length", "Media", "number"),
    },
    (
        Prefix("cp", field="cp{}", label="Page parameter {}", group="Parameters"),
        Prefix("cg", field="cg{}", label="Page category {}", group="Page"),
        Prefix("ck", field="ck{}", label="Action parameter {}", group="Parameters"),
        Prefix("ca", field="ca{}", label="Product category {}", group="E-commerce"),
        Prefix("cb", field="cb{}", label="E-commerce parameter {}", group="E-commerce"),
        Prefix("cs", field="cs{}", label="Session parameter {}", group="Parameters"),
        Prefix("cc", field="cc{}", label="Campaign parameter {}", group="Campaign"),
        Prefix("uc", field="uc{}", label="User category {}", group="Visitor"),
    ),
)
_READ = QueryReader(_TABLE, page="pu", identifiers=("eid", "fpv", "cd", "ceid"), key="oi")
_UNNAMED = "webtrekk_ignore"
"""The script's action for a product put into the cart; what was done is the basket's status."""
_TRACK_ID = 15
_ITEM = (("ba", "product"), ("co", "price"), ("qn", "quantity"))
_ACTIONS = {"conf": "order", "confirmation": "order"}


def _decode(request: CapturedRequest) -> list[Hit]:
    """One request, or a request a line."""
    steps = [step for step in split_url(request.url).path.split("/") if step]
    account = steps[-2] if len(steps) > 1 else None
    if steps and steps[-1] == "batch" and request.body.data:
        lines = read_body(request).text.splitlines()
        return [_hit(_TABLE.read(line.partition("?")[2]), "", account) for line in lines if line.startswith("wt?")]
    parameters, problem = request_parameters(request, _TABLE)
    return [_hit(parameters, problem, account)]


def _hit(parameters: list[Parameter], problem: str, account: str | None) -> Hit:
    hit = _READ.hit(parameters, problem)
    values = hit.values
    hit.account = account
    page = next((str(each.value) for each in parameters if each.name == "p"), "")
    pieces = page.split(",")
    if len(pieces) > 1 and pieces[1] not in ("", "0"):
        values.setdefault("pageName", unescape(pieces[1]))
    lists = {field: str(values[name]).split(";") for name, field in _ITEM if values.get(name)}
    if "product" in lists:
        values["items"] = [
            {field: number(texts[place]) if field != "product" else texts[place] for field, texts in lists.items() if place < len(texts)}
            for place in range(len(lists["product"]))
        ]
        for name, text in list(values.items()):
            parts = str(text).split(";") if name[:2] == "ca" or name in ("cb760", "cb767") else []
            for item, part in zip(values["items"], parts, strict=False):
                item[name] = part
    if values.get("ct") == _UNNAMED and values.get("st"):
        hit.kind, hit.event = "event", str(values["st"])
    elif values.get("ct"):
        hit.kind, hit.event = "event", str(values["ct"])
    elif values.get("mk"):
        hit.kind, hit.event = ("auxiliary" if values["mk"] == "pos" else "event"), str(values["mk"])
    elif values.get("fn"):
        hit.kind, hit.event = "event", "form"
    elif page:
        state = str(values.get("st") or "page").partition(";")[0]
        hit.kind, hit.event = "pageview", _ACTIONS.get(state, state)
    if values.get("mc"):
        hit.campaign["mc"] = unescape(str(values["mc"]))
    return hit


def _is_batch(request: CapturedRequest) -> bool:
    steps = [step for step in split_url(request.url).path.split("/") if step]
    return len(steps) > 1 and steps[-2].isdecimal() and len(steps[-2]) == _TRACK_ID and request.body.data[:5] == b"wt?p="


def _is_webtrekk(request: CapturedRequest) -> bool:
    """Told on the site's own host by the numeric track ID before ``wt`` and the composed page of at least seven fields."""
    address = split_url(request.url)
    steps = [step for step in address.path.split("/") if step]
    page = f"&{address.query}".partition("&p=")[2].partition("&")[0]
    return len(steps) > 1 and steps[-2].isdecimal() and len(steps[-2]) == _TRACK_ID and unescape(page).count(",") >= 6


_HOSTS = ("*.webtrekk.net", "*.wt-eu02.net", "*.wt-safetag.com", "*.wt-eu01.net")

VENDOR = Vendor(
    id="mapp-intelligence",
    name="Mapp Intelligence",
    category="analytics",
    docs=("https://docs.mapp.com/docs/parameter-overview", "https://docs.mapp.com/docs/measuring-points-web",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/*/wt", "/*/wt.pl")),
        *(Endpoint(host=host, path="/*/batch", recognise=_is_batch) for host in _HOSTS),
        *(Endpoint(host=host, path="/*/hm", decode=LibraryReader("auxiliary", account=lambda path, wire: path.split("/")[1] or None)) for host in _HOSTS),
        Endpoint(host="*", path="*/batch", recognise=_is_batch),
        *(Endpoint(host="*", path=path, recognise=_is_webtrekk) for path in ("*/wt", "*/wt.pl")),
        *(Endpoint(host=host, path="/resp/api/*", role="library", decode=LibraryReader()) for host in ("responder.wt-safetag.com", "*.wt-safetag.com")),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"pu", "eid", "pageName"}),
    examples=(
        {
            "title": "an order",
            "request": {"url": "https://shop01.wt-eu02.net/123456789012345/wt?p=538,thanks,1,1280x720,24,1,1795318940000,0,1280x720,0&pu=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&eid=e1&ba=S1;S2&co=19.98;5&qn=2;1&st=conf&ov=24.98&oi=T-1&cr=EUR&cg1=shop&cp2=gold&mc=wt_mc%3Dspring", "resource_type": "image"},
            "hits": [
                {
                    "kind": "pageview", "event": "order", "account": "123456789012345", "key": "T-1", "identifiers": {"eid": "e1"}, "campaign": {"utm_source": "x", "mc": "wt_mc=spring"},
                    "values": {"pageName": "thanks", "ov": 24.98, "cr": "EUR", "cg1": "shop", "cp2": "gold", "items": [{"product": "S1", "price": 19.98, "quantity": 2}, {"product": "S2", "price": 5, "quantity": 1}]},
                }
            ],
        },
        {
            "title": "two requests of a server at once",
            "request": {
                "url": "https://analytics01.wt-eu02.net/123451234512345/batch", "method": "POST", "headers": {"Content-Type": "text/plain"},
                "body": "wt?p=600,0,,,,,1795318940362,0,,&pn=home&pu=https%3A%2F%2Fshop.example%2F&ceid=c1\nwt?p=600,0,,,,,1795318940363,0,,&pn=home&ct=add_to_cart&ba=S1&st=add&co=9.99&qn=1",
            },
            "hits": [
                {"kind": "pageview", "event": "page", "account": "123451234512345", "identifiers": {"ceid": "c1"}, "values": {"pageName": "home"}, "page_url": "https://shop.example/"},
                {"kind": "event", "event": "add_to_cart", "values": {"items": [{"product": "S1", "price": 9.99, "quantity": 1}]}},
            ],
        },
        {
            "title": "a product seen, without scripts, at the older address",
            "request": {"url": "https://q3.webtrekk.net/980157259404316/wt.pl?p=322,shop.product,0,0,0,0,0,0,0,0&ba=S1&st=view&co=9.99", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "view", "account": "980157259404316", "values": {"pageName": "shop.product"}}],
        },
        {
            "title": "a product put into the cart, as the script sends it",
            "request": {
                "url": "https://q3.webtrekk.net/111111111111111/wt?p=600,detail,1,1280x720,24,1,1795604191901,2,1280x720,0&pf=48&cs802=2048&eid=e1&ba=S1%3BS2&co=9.99%3B5&qn=2%3B1&st=add&ca1=tees%3Bcaps&cb767=red%3B&ct=webtrekk_ignore&pu=https%3A%2F%2Fshop.example%2Fp&la=en",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "event", "event": "add", "account": "111111111111111", "page_url": "https://shop.example/p",
                    "values": {
                        "items": [
                            {"product": "S1", "price": 9.99, "quantity": 2, "ca1": "tees", "cb767": "red"},
                            {"product": "S2", "price": 5, "quantity": 1, "ca1": "caps", "cb767": ""},
                        ]
                    },
                }
            ],
        },
        {
            "title": "a heat map",
            "request": {"url": "https://q3.webtrekk.net/980157259404316/hm?p=435,home,319,375&eid=e1&hm_ts=1"},
            "hits": [{"kind": "auxiliary", "account": "980157259404316"}],
        },
        {
            "title": "an action, on the site's own host",
            "request": {"url": "https://data.shop.example/123456789012345/wt?p=538,home,1,1280x720,24,1,1795318940000,0,1280x720,0&ct=add_to_cart&ck1=S1"},
            "hits": [{"kind": "event", "event": "add_to_cart", "account": "123456789012345", "values": {"ck1": "S1"}}],
        },
    ),
    lookalikes=("https://shop.example/123/wt?p=1", "https://notwebtrekk.net/123456789012345/wt", {"url": "https://shop.example/123456789012345/batch", "method": "POST", "body": '{"a":1}'}, "https://appinstall.webtrekk.net/appinstall/v1/redirect?mc=x&trackid=1", "https://shop01.wt-eu02.net.evil.example/123456789012345/wt?p=1", "https://shop.example/?u=https%3A%2F%2Fshop01.wt-eu02.net%2F1%2Fwt"),
)  # fmt: skip
