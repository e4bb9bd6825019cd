"""Yandex Metrica: page views, goals, links and parameters; session replay is auxiliary.

Documentation: https://yandex.com/support/metrica/objects/method-reference.html (methods), https://yandex.com/support/metrica/general/goal-js-event.html
(goals), https://yandex.com/support/metrica/ecommerce/data.html (e-commerce).
A goal's page address is ``goal://host/NAME``; what a hit is, the flags in ``browser-info`` say (``pv:1`` page view, ``ln:1`` link, ``dl:1`` download).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import at
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader, epoch_seconds
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "page-url": Row("page-url", "Page address", "Page"),
        "page-ref": Row("page-ref", "Referrer", "Page"),
        "site-info": Row("site-info", "Parameters", "General", "json"),
        "browser-info": Row(None, "Browser and hit flags", "Technical"),
        "charset": Row(None, "Character set", "Technical"),
        "ut": Row(None, "No indexing", "Technical"),
        "wmode": Row(None, "Answer", "Technical"),
        "rn": Row(None, "Cache buster", "Technical"),
        "nohit": Row(None, "No page view", "Technical"),
        "uid": Row("uid", "User ID", "User"),
        "wv-type": Row(None, "Replay type", "Replay"),
        "cnt-class": Row(None, "Counter class", "General"),
        "uah": Row(None, "Browser hints", "Device"),
        "t": Row(None, "Transport", "Technical"),
        "hittoken": Row(None, "Hit token", "Technical"),
        "redirnss": Row(None, "Redirected", "Technical"),
        "force-urlencoded": Row(None, "Encoding", "Technical"),
        "wv-part": Row(None, "Replay part", "Replay"),
        "wv-hit": Row(None, "Replay hit", "Replay"),
    }
)
_READ = QueryReader(_TABLE)
_GOALS = frozenset(("goal", "btn", "form"))
_COMMERCE = ("purchase", "add", "remove", "detail", "click", "impressions", "promoView", "promoClick")


def _flags(text: str) -> dict[str, str]:
    """``pv:1:vf:abc:u:123``: names and values take turns."""
    pieces = text.split(":")
    return dict(zip(pieces[::2], pieces[1::2], strict=False))


def _commerce(found: Any) -> tuple[str | None, dict[str, Any]]:
    listed = at(found, "__ym.ecommerce") if isinstance(found, dict) else None
    for each in listed if isinstance(listed, list) else [listed]:
        if not isinstance(each, dict):
            continue
        for action in _COMMERCE:
            if isinstance(each.get(action), dict):
                values: dict[str, Any] = {"currencyCode": each["currencyCode"]} if each.get("currencyCode") else {}
                field = at(each[action], "actionField")
                values.update(field if isinstance(field, dict) else {})
                if isinstance(each[action].get("products"), list):
                    values["products"] = each[action]["products"]
                return action, values
    return None, {}


def _account(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    return steps[2] or None if len(steps) > 2 and steps[2].isdecimal() else None


def _decode(request: CapturedRequest) -> list[Hit]:
    [hit] = _READ(request)
    wire = {each.name: each.value for each in reversed(hit.parameters)}
    hit.account = _account(split_url(request.url).path, wire)
    values = hit.values
    flags = _flags(str(wire.get("browser-info") or ""))
    page = str(values.get("page-url") or "")
    action, commerce = _commerce(values.get("site-info"))
    info = values.get("site-info")
    for name, value in info.items() if isinstance(info, dict) else ():
        if name != "__ym":
            values.setdefault(name, value)
    scheme, colon, rest = page.partition("://")
    if colon and scheme in _GOALS:
        named = rest.partition("/")[2].partition("?")[0] if scheme == "goal" else ""
        hit.kind, hit.event = "event", named or scheme
        referrer = str(values.get("page-ref") or "")
        hit.page_url = referrer or None
    else:
        hit.page_url = page or None
        if action is not None:
            hit.kind, hit.event = "event", action
            for name, value in commerce.items():
                values.setdefault(name, value)
        elif (flags.get("pv") == "1" and str(wire.get("nohit")) != "1") or not (flags or page or request.body.data):
            # The image for browsers without scripts says nothing, and counts as a page.
            hit.kind, hit.event = "pageview", "hit"
        elif flags.get("dl") == "1":
            hit.kind, hit.event = "event", "file"
        elif flags.get("ln") == "1":
            hit.kind, hit.event = "event", "extLink"
        elif flags.get("nb") == "1":
            hit.kind, hit.event = "auxiliary", "notBounce"
        elif flags.get("pa") == "1":
            own = not isinstance(info, dict) or any(name not in ("__ym", "__ymu") for name in info)
            hit.kind, hit.event = (
                ("event" if own else "auxiliary"),
                "userParams" if isinstance(info, dict) and "__ymu" in info else "params",
            )
        else:
            hit.kind, hit.event = "auxiliary", None
    hit.campaign = campaign_of(hit.page_url)
    if flags.get("u"):
        hit.identifiers["ClientID"] = flags["u"]
    if values.get("uid"):
        hit.identifiers["UserID"] = str(values["uid"])
    hit.event_time = epoch_seconds(flags.get("et"))
    if action == "purchase" and commerce.get("id") not in (None, ""):
        hit.key = str(commerce["id"])
    return [hit]


_HOSTS = (
    "mc.yandex.ru", "mc.yandex.com", "mc.yandex.by", "mc.yandex.kz", "mc.yandex.ua", "mc.yandex.az", "mc.yandex.uz", "mc.yandex.com.tr", "mc.yandex.md",
    "mc.yango.com", "mc.yandex.ee", "mc.yandex.lv", "mc.yandex.lt", "mc.yandex.kg", "mc.yandex.tj", "mc.yandex.tm", "mc.yandex.com.am", "mc.yandex.com.ge",
    "mc.yandex.co.il", "mc.webvisor.org", "mc.webvisor.com", "mc.yandex.fr", "mc.yandex.de", "mc.yandex.net", "mc.admetrica.ru",
)  # fmt: skip
_HIT = "wmode=7&charset=utf-8&browser-info="

VENDOR = Vendor(
    id="yandex-metrica",
    name="Yandex Metrica",
    category="analytics",
    docs=("https://yandex.com/support/metrica/objects/method-reference.html", "https://yandex.com/support/metrica/ecommerce/data.html"),
    endpoints=(
        *(Endpoint(host=host, path="/watch/*") for host in _HOSTS),
        *(Endpoint(host=host, path=f"/{step}/*", decode=LibraryReader("auxiliary", account=_account)) for host in _HOSTS for step in ("webvisor", "clmap", "user_storage_set", "map")),
        *(Endpoint(host=host, path="/solid.ws", socket=True, decode=LibraryReader("auxiliary")) for host in _HOSTS),
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary")) for host in _HOSTS for path in ("/sync_cookie_image_check*", "/sync_cookie_image_*", "/metrika/advert.gif")),
        *(
            Endpoint(host=host, path=path, role="library", decode=LibraryReader(account="id"))
            for host in (*_HOSTS, "cdn.jsdelivr.net")
            for path in (("/metrika/*.js", "/metrika/tag.js") if host != "cdn.jsdelivr.net" else ("/npm/yandex-metrica-watch/*",))
        ),
    ),
    decode=_decode,
    automatic_events=frozenset({"extLink", "file", "notBounce", "btn", "form"}),
    automatic_parameters=frozenset({"page-url", "page-ref", "site-info"}),
    examples=(
        {
            "title": "a page view",
            "request": {"url": f"https://mc.yandex.ru/watch/12345678?{_HIT}pv%3A1%3Avf%3Aabc%3Au%3A1795%3Aen%3Autf-8&page-url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx"},
            "hits": [{"kind": "pageview", "event": "hit", "account": "12345678", "identifiers": {"ClientID": "1795"}, "campaign": {"utm_source": "x"}}],
        },
        {
            "title": "the socket that Webvisor records through",
            "request": {"url": "wss://mc.yandex.ru/solid.ws", "resource_type": "websocket"},
            "hits": [{"kind": "auxiliary"}],
        },
        {
            "title": "a goal with parameters",
            "request": {
                "url": f"https://mc.yandex.com/watch/12345678/1?{_HIT}ar%3A1%3Au%3A1795&page-url=goal%3A%2F%2Fshop.example%2Fsignup&page-ref=https%3A%2F%2Fshop.example%2F", "method": "POST",
                "headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": "site-info=%7B%22order_price%22%3A19.98%7D",
            },
            "hits": [{"kind": "event", "event": "signup", "account": "12345678", "values": {"order_price": 19.98}, "page_url": "https://shop.example/"}],
        },
        {
            "title": "a page of the newer script, with a title that has a colon, on another host",
            "request": {
                "url": f"https://mc.yango.com/watch/3/1?{_HIT}pv%3A1%3Avf%3A37xk%3Afu%3A0%3Aet%3A1791103454%3Au%3A1791103454910481117%3Ast%3A1791103454%3At%3AShop%3A%20tees"
                "&page-url=https%3A%2F%2Fshop.example%2F%3Fyclid%3D77&t=gdpr(14)clc(0-0-0)rqnt(1)"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "hit", "account": "3", "event_time": 1791103454.0, "identifiers": {"ClientID": "1791103454910481117"},
                    "campaign": {"yclid": "77"},
                }
            ],
        },
        {
            "title": "a page without scripts",
            "request": {"url": "https://mc.yandex.ru/watch/105682360", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "hit", "account": "105682360"}],
        },
        {
            "title": "a visit begun without a page view",
            "request": {"url": f"https://mc.yandex.ru/watch/12345678?{_HIT}pv%3A1%3Au%3A1795&page-url=https%3A%2F%2Fshop.example%2F&nohit=1"},
            "hits": [{"kind": "auxiliary", "event": None}],
        },
        {
            "title": "a button pressed, found by the script itself",
            "request": {"url": f"https://mc.yandex.ru/watch/12345678?{_HIT}ar%3A1%3Au%3A1795&page-url=btn%3A%2F%2Fshop.example%2F%3Fp%3DA&page-ref=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "event", "event": "btn", "page_url": "https://shop.example/"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://mc.yandex.ru/metrika/tag.js?id=105682360", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "105682360"}],
        },
        {
            "title": "a purchase",
            "request": {
                "url": f"https://mc.yandex.ru/watch/12345678?{_HIT}pa%3A1&page-url=https%3A%2F%2Fshop.example%2F&site-info=%7B%22__ym%22%3A%7B%22ecommerce%22%3A%5B%7B%22currencyCode%22%3A%22EUR%22%2C%22purchase%22%3A%7B%22actionField%22%3A%7B%22id%22%3A%22T-1%22%2C%22revenue%22%3A19.98%7D%2C%22products%22%3A%5B%7B%22id%22%3A%22S1%22%7D%5D%7D%7D%5D%7D%7D"
            },
            "hits": [{"kind": "event", "event": "purchase", "key": "T-1", "values": {"currencyCode": "EUR", "revenue": 19.98, "products": [{"id": "S1"}]}}],
        },
    ),
    lookalikes=(
        "https://shop.example/watch/12345678?page-url=x",
        "https://mc.yandex.ru.evil.example/watch/1",
        "https://yandex.ru/watch/1",
        "https://metrika.yandex.ru/dashboard?id=1",
        "https://shop.example/?u=https%3A%2F%2Fmc.yandex.ru%2Fwatch%2F1",
    ),
)  # fmt: skip
