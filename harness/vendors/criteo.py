"""Criteo OneTag.

Documentation: https://developers.criteo.com/retailer-integration/docs/onetag. A request carries several calls in ``p0``, ``p1`` …,
each a query within the query: what happened (``vh`` home, ``vl`` list, ``vp`` product, ``vb`` basket, ``ac`` added to the cart, ``vc``
transaction) and what belongs to it (``exd``, ``ce`` email, ``dis``). Each call is a hit; those of the second sort are auxiliary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable
from harness.decode.hit import Hit, Parameter
from harness.decode.query import PLAIN, Prefix, QueryTable, Row, fields, number, unescape
from harness.decode.readers import JsonReader, LibraryReader, identifier_texts, request_parameters
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest

GENERAL, USER, PAGE, CONSENT, TECHNICAL = "General", "User", "Page", "Consent", "Technical"

_TABLE = QueryTable(
    {
        "a": Row(None, "Account ID", GENERAL),
        "v": Row(None, "Tag version", TECHNICAL),
        "tld": Row(None, "Domain", PAGE),
        "fu": Row(None, "Page address", PAGE),
        "pu": Row(None, "Referrer", PAGE),
        "bundle": Row("bundle", "Browser ID", USER),
        "sc": Row(None, "Other vendors' cookies", USER),
        "external_advids": Row(None, "Other vendors' IDs", USER, "json"),
        "ceid": Row(None, "Event ID", TECHNICAL),
        "adce": Row(None, "Advertiser's cookie", TECHNICAL),
        "dtycbr": Row(None, "Cache buster", TECHNICAL),
        "dy": Row(None, "Dynamic loader", TECHNICAL),
        "gdpr": Row(None, "GDPR applies", CONSENT),
        "gdpr_consent": Row(None, "TCF string", CONSENT),
        "cs": Row(None, "Consent string", CONSENT),
        "us_privacy": Row(None, "US privacy string", CONSENT),
        "gpp": Row(None, "GPP string", CONSENT),
        "gpp_sid": Row(None, "GPP sections", CONSENT),
    }
)
_CALLS = {
    "vh": "viewHome", "vl": "viewList", "vp": "viewItem", "vb": "viewBasket", "vc": "trackTransaction", "ac": "addToCart", "vs": "viewSearch",
    "vpg": "viewPage", "ce": "setEmail", "exd": "setData", "dis": "display",
}  # fmt: skip
_ASIDE = frozenset(("exd", "dis", "ce", "ci", "cz", "st", "sd", "ccid", "exs"))
_CONSENT = ("gdpr", "gdpr_consent", "cs", "us_privacy", "gpp")
_ITEM = {"i": "id", "pr": "price", "q": "quantity"}


def _list(text: str) -> list[str]:
    inner = text[1:-1] if text[:1] == "[" and text[-1:] == "]" else text
    return [piece.strip('"') for piece in inner.split(",") if piece] if inner else []


def _items(text: str) -> list[dict[str, Any]]:
    items = []
    for piece in _list(text):
        plain = unescape(piece)
        if "=" in plain:
            pairs = ((name, str(value)) for name, value, *_ in PLAIN.read(plain))
            items.append({_ITEM.get(name, name): number(value) if name in ("pr", "q") else value for name, value in pairs})
        else:
            items.append({"id": plain.strip('"')})
    return items


def _call(parameter: Parameter, shared: list[Parameter], common: Mapping[str, Any]) -> Hit:
    inner: dict[str, str] = {}
    for name, value, *_ in PLAIN.read(str(parameter.value)):
        inner.setdefault(name, str(value))
    code = inner.get("e") or None
    values: dict[str, Any] = fields(shared)
    identifiers = identifier_texts(values, ("bundle",))
    if code in _CALLS:
        values["event"] = _CALLS[code]
    if inner.get("p"):
        values["item"] = _items(inner["p"])
    for name, field in (
        ("c", "currency"),
        ("ca", "category"),
        ("s", "search"),
        ("site_type", "site_type"),
        ("dd", "deduplication"),
        ("nc", "new_customer"),
    ):
        if inner.get(name):
            values[field] = inner[name]
    if inner.get("id"):
        values["id"] = inner["id"]
    if code == "ce":
        mails = [unescape(each) for each in _list(inner.get("m", "")) if each]
        if mails:
            identifiers["email"] = mails[0]
    return Hit(
        kind="auxiliary" if code is None or code in _ASIDE else "pageview" if code == "vpg" else "event",
        event=code,
        account=common["account"],
        parameters=[*shared, parameter],
        values=values,
        consent=dict(common["consent"]) or None,
        identifiers=identifiers,
        key=inner.get("id") or None if code == "vc" else None,
        campaign=campaign_of(common["page"]),
        page_url=common["page"],
        undecoded=common["problem"],
    )


def _decode(request: CapturedRequest) -> list[Hit]:
    parameters, problem = request_parameters(request, _TABLE)
    shared: list[Parameter] = []
    calls: list[Parameter] = []
    for each in parameters:
        (calls if each.name[:1] == "p" and each.name[1:].isdecimal() else shared).append(each)
    wire = {each.name: each.value for each in reversed(shared)}
    page = unescape(str(wire["fu"])) if wire.get("fu") else None
    account = str(wire.get("a") or "").strip("[]") or None
    common: dict[str, Any] = {
        "account": account,
        "page": page,
        "problem": problem,
        "consent": {key: wire[key] for key in _CONSENT if wire.get(key)},
    }
    if not calls:
        return [
            Hit(
                kind="auxiliary", account=account, parameters=shared, values=fields(shared), page_url=page, undecoded=problem,
                consent=dict(common["consent"]) or None,
            )
        ]  # fmt: skip
    return [_call(each, shared, common) for each in calls]


_SERVER = JsonReader(
    PathTable(
        {
            "event": Row(None, "Event", GENERAL),
            "id": Row("id", "Transaction ID", "E-commerce"),
            "item": Row("item", "Products", "E-commerce"),
            "timestamp": Row(None, "Time", TECHNICAL),
            "deduplication_page_view_id": Row("deduplication_page_view_id", "Page view ID (deduplication)", TECHNICAL),
        }
    ),
    shared=PathTable(
        {
            "account": Row(None, "Account ID", GENERAL),
            "site_type": Row("site_type", "Site type", GENERAL),
            "full_url": Row(None, "Page address", PAGE),
            "previous_url": Row(None, "Referrer", PAGE),
            "retailer_visitor_id": Row("retailer_visitor_id", "Retailer's visitor ID", USER),
            "id.mapped_user_id": Row("mapped_user_id", "Mapped user ID", USER),
        },
        (Prefix("id.", field=None, label="{}", group=USER),),
    ),
    events="events",
    event="event",
    account="account",
    page="full_url",
    time="timestamp",
    identifiers={
        "retailer_visitor_id": "retailer_visitor_id",
        "mapped_user_id": "id.mapped_user_id",
        "email": ("id.email.sha256", "id.email.md5", "id.email.sha256_md5"),
    },
    values=("",),
    kind=lambda name, event: "auxiliary" if name is None or name.startswith("set") else "pageview" if name == "viewPage" else "event",
    derive=lambda hit, event, document: _derive(hit),
)


def _derive(hit: Hit) -> None:
    """Events of the Events API, from a server; a transaction is deduplicated by its ID."""
    hit.values.pop("event", None)
    if hit.event == "trackTransaction" and hit.values.get("id") not in (None, ""):
        hit.key = str(hit.values["id"])


_HOSTS = (
    "sslwidget.criteo.com",
    "widget.criteo.com",
    "*.widget.criteo.com",
    "widget.us.criteo.com",
    "widget.eu.criteo.com",
    "widget.as.criteo.com",
)
_SALE = "p0=e%3Dvc%26c%3DJPY%26id%3DT-1%26p%3D%255Bi%25253DA122%252526pr%25253D44.9%252526q%25253D2%252Ci%25253DF5532%252526pr%25253D85%252526q%25253D1%255D"

VENDOR = Vendor(
    id="criteo",
    name="Criteo OneTag",
    category="advertising",
    docs=("https://developers.criteo.com/retailer-integration/docs/onetag", "https://guides.criteotilt.com/events-api/"),
    endpoints=(
        *(Endpoint(host=host, path="/event") for host in _HOSTS),
        *(
            Endpoint(host=host, path="/js/ld/*", role="library", decode=LibraryReader(account="a"))
            for host in ("static.criteo.net", "dynamic.criteo.com", "static.criteo.com")
        ),
        *(Endpoint(host=host, path="/m/event", decode=_SERVER) for host in _HOSTS),
        *(Endpoint(host=host, path="/*", decode=LibraryReader("auxiliary")) for host in ("gum.criteo.com", "mug.criteo.com", "ssp-sync.criteo.com", "ag.gbc.criteo.com")),
        *(Endpoint(host=host, path="/dis/*", decode=LibraryReader("auxiliary", account="a")) for host in ("dis.criteo.com", "dis.us.criteo.com", "dis.eu.criteo.com", "dis.as.criteo.com")),
        Endpoint(host="measurement-api.criteo.com", path="/*", decode=LibraryReader("auxiliary")),
    ),
    decode=_decode,
    automatic_events=frozenset({"exd", "dis"}),
    automatic_parameters=frozenset({"bundle", "site_type", "event"}),
    examples=(
        {
            "title": "a transaction, with what accompanies it",
            "request": {"url": f"https://sslwidget.criteo.com/event?a=123456&v=5.5.0&{_SALE}&p1=e%3Dexd%26site_type%3Dm&p2=e%3Ddis&adce=1&tld=shop.example&dtycbr=42055"},
            "hits": [
                {
                    "kind": "event", "event": "vc", "account": "123456", "key": "T-1",
                    "values": {
                        "event": "trackTransaction", "currency": "JPY", "id": "T-1",
                        "item": [{"id": "A122", "price": 44.9, "quantity": 2}, {"id": "F5532", "price": 85, "quantity": 1}],
                    },
                },
                {"kind": "auxiliary", "event": "exd", "account": "123456"},
                {"kind": "auxiliary", "event": "dis", "account": "123456"},
            ],
        },
        {
            "title": "a product viewed by a known customer, on an older address",
            "request": {
                "url": "http://widget.criteo.com/event?a=11251&v=4.0.0&p0=e%3Dce%26m%3D%255Btest%252540shop.example%255D&p1=e%3Dvp%26p%3D%2522pp5006300703%2522"
                "&fu=https%253A%252F%252Fshop.example%252F%253Futm_source%253Dnews&gdpr=1&gdpr_consent=CP"
            },
            "hits": [
                {"kind": "auxiliary", "event": "ce", "identifiers": {"email": "test@shop.example"}},
                {
                    "kind": "event", "event": "vp", "account": "11251", "campaign": {"utm_source": "news"}, "consent": {"gdpr": "1", "gdpr_consent": "CP"},
                    "values": {"event": "viewItem", "item": [{"id": "pp5006300703"}]},
                },
            ],
        },
        {
            "title": "a transaction from a server",
            "request": {
                "url": "https://widget.criteo.com/m/event?version=s2s_v0", "method": "POST",
                "body": {
                    "version": "s2s", "site_type": "d", "account": "123456", "id": {"mapping_key": "7", "email": {"sha256": "ab12"}}, "full_url": "https://shop.example/?utm_source=x",
                    "events": [{"event": "trackTransaction", "timestamp": "2026-11-22T03:42:20Z", "id": "T-1", "item": [{"id": "A", "price": 9.99, "quantity": 2}]}, {"event": "viewHome", "timestamp": "2026-11-22T03:42:21Z"}],
                },
            },
            "hits": [
                {
                    "kind": "event", "event": "trackTransaction", "account": "123456", "key": "T-1", "identifiers": {"email": "ab12"}, "campaign": {"utm_source": "x"},
                    "values": {"id": "T-1", "item": [{"id": "A", "price": 9.99, "quantity": 2}]},
                },
                {"kind": "event", "event": "viewHome", "key": None},
            ],
        },
        {
            "title": "a cookie matched, in Europe",
            "request": {"url": "https://dis.eu.criteo.com/dis/dis.aspx?p=1498&cb=34837368626&ref=&site_type=m"},
            "hits": [{"kind": "auxiliary"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://dynamic.criteo.com/js/ld/ld.js?a=123456"},
            "hits": [{"kind": "library", "account": "123456"}],
        },
    ),
    lookalikes=(
        "https://shop.example/event?a=123456&v=5.5.0&p0=e%3Dvh",
        "https://sslwidget.criteo.com.evil.example/event?a=1",
        "https://notsslwidget.criteo.com/event?a=1",
        "https://shop.example/?u=https%3A%2F%2Fsslwidget.criteo.com%2Fevent%3Fa%3D1",
        "https://www.criteo.com/event",
    ),
)  # fmt: skip
