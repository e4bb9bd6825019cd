"""Microsoft Clarity: pages, custom events, tags, identities, consent, and the recording itself.

Documentation: https://learn.microsoft.com/en-us/clarity/setup-and-installation/clarity-api (client API),
https://learn.microsoft.com/en-us/clarity/setup-and-installation/consent-mode, https://github.com/microsoft/clarity (payload),
https://learn.microsoft.com/en-us/clarity/setup-and-installation/clarity-csp (hosts).

A payload has an envelope (``e``: version, sequence, start, duration, project, user, session, page …), what was analysed (``a``: lists of
time, type and data) and what is played back (``p``). Its first is the page's; a custom event (type 24) is a hit of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.campaign import campaign_of
from harness.decode.document import PathTable
from harness.decode.hit import Hit
from harness.decode.payload import raw_body, read_body
from harness.decode.query import PLAIN, Row
from harness.decode.readers import LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest

GENERAL, USER, TECHNICAL = "General", "User", "Technical"
_ENVELOPE = (
    "version",
    "sequence",
    "start",
    "duration",
    "project_id",
    "user_id",
    "session_id",
    "page_number",
    "upload",
    "end",
    "platform",
    "url",
)
_TABLE = PathTable(
    {"e[]": Row(None, "Envelope", TECHNICAL), "a[][]": Row(None, "Analysed", TECHNICAL), "p[][]": Row(None, "Played back", TECHNICAL)}
)
_DIMENSIONS = {
    1: "url", 2: "referrer", 3: "page_title", 5: "schema_type", 6: "product_brand", 7: "product_availability", 8: "author_name", 9: "language",
    10: "product_name", 11: "product_category", 12: "product_sku", 13: "product_currency", 14: "product_condition", 15: "tab_id",
    16: "page_language", 18: "headline", 22: "platform", 34: "timezone", 36: "consent", 38: "global_privacy_control",
}  # fmt: skip
# Metrics that a page's structured data names, in the currency's own unit.
_PRICES = {13: "product_price", 20: "cart_price", 21: "cart_shipping", 22: "cart_discount", 23: "cart_tax", 24: "cart_total"}
_PERSON = {"userId": "custom_user_id", "sessionId": "custom_session_id", "pageId": "custom_page_id", "userHint": "friendly_name"}


def _pairs(tokens: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(tokens[2::2], tokens[3::2], strict=False))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _decode(request: CapturedRequest) -> list[Hit]:
    shared = PLAIN.read(split_url(request.url).query)
    payload = read_body(request)
    if not payload.documents:
        if not request.body.data:
            return [Hit(kind="auxiliary", parameters=shared)]
        return [
            Hit(
                kind="undecoded",
                parameters=[*shared, raw_body(request)],
                undecoded=payload.problem or f"JSON expected, found {payload.shape}",
            )
        ]
    return [hit for document, notes in payload.documents for hit in _hits(document, [*shared, *_TABLE.read(document, notes)])]


def _hits(document: Any, parameters: list[Any]) -> list[Hit]:
    envelope = document.get("e") if isinstance(document, dict) else None
    around = dict(zip(_ENVELOPE, envelope, strict=False)) if isinstance(envelope, list) else {}
    analysed = document.get("a") if isinstance(document, dict) else None
    tokens = [each for each in analysed if isinstance(each, list) and len(each) > 1] if isinstance(analysed, list) else []
    account = around.get("project_id")
    identifiers = {name: str(around[name]) for name in ("user_id", "session_id") if isinstance(around.get(name), str) and around[name]}
    page = around.get("url") if isinstance(around.get("url"), str) and around["url"] else None
    whole = Hit(kind="auxiliary", account=str(account) if account else None, parameters=parameters, identifiers=identifiers)
    values = whole.values
    values.update({name: around[name] for name in ("page_number", "sequence") if name in around})
    customs: list[tuple[str, Any]] = []
    tags: dict[str, Any] = {}
    for each in tokens:
        match each[1]:
            case 0:
                for key, value in _pairs(each):
                    if isinstance(key, int) and key in _PRICES and isinstance(value, int | float):
                        values[_PRICES[key]] = value
            case 1:
                for key, value in _pairs(each):
                    name = _DIMENSIONS.get(key) if isinstance(key, int) else None
                    if name is not None:
                        values.setdefault(name, _first(value))
            case 24 if isinstance(each[2] if len(each) > 2 else None, str):
                if not (each[2] == "clarity" and len(each) > 3):
                    customs.append((each[-1] if isinstance(each[-1], str) else each[2], each))
            case 34:
                for key, value in _pairs(each):
                    if isinstance(key, str):
                        tags[key] = _first(value)
            case 47 if len(each) >= 5:
                whole.consent = {"ad_Storage": _granted(each[3]), "analytics_Storage": _granted(each[4]), "source": each[2]}
            case _:
                pass
    people = {_PERSON[key]: str(value) for key, value in tags.items() if key in _PERSON and isinstance(value, str | int)}
    values.update({key: value for key, value in tags.items() if key not in _PERSON})
    identifiers.update(people)
    found = values.get("url")
    whole.page_url = page or (found if isinstance(found, str) else None)
    whole.campaign = campaign_of(whole.page_url)
    if around.get("sequence") == 1:
        whole.kind, whole.event = "pageview", "page"
    elif people and not customs:
        whole.kind, whole.event = "identify", "identify"
    events = [
        Hit(
            kind="event",
            event=name,
            account=whole.account,
            parameters=_TABLE.read(each, at="a"),
            values={"key": each[2]} if len(each) > 3 else {},
            identifiers=dict(identifiers),
            page_url=page,
            campaign=campaign_of(page),
            consent=whole.consent,
        )
        for name, each in customs
    ]
    return [whole, *events]


def _granted(token: Any) -> Any:
    if token is True or token is False:
        return token
    return {"granted": True, "denied": False, 1: True, 0: False, 2: False}.get(token, token) if isinstance(token, str | int) else token


def _project(path: str, wire: Mapping[str, object]) -> str | None:
    steps = path.strip("/").split("/")
    return steps[-1] or None if len(steps) > 1 and steps[0] == "tag" else None


VENDOR = Vendor(
    id="clarity",
    name="Microsoft Clarity",
    category="replay",
    docs=(
        "https://learn.microsoft.com/en-us/clarity/setup-and-installation/clarity-api",
        "https://learn.microsoft.com/en-us/clarity/setup-and-installation/consent-mode",
        "https://github.com/microsoft/clarity",
    ),
    endpoints=(
        Endpoint(host="*.clarity.ms", path="/collect"),
        Endpoint(host="*.clarity.ms", path="*/collect"),
        Endpoint(host="c.clarity.ms", path="/c.gif", decode=LibraryReader("auxiliary")),
        Endpoint(host="*.clarity.ms", path="/tag/*", role="library", decode=LibraryReader(account=_project)),
        Endpoint(host="*.clarity.ms", path="/s/*", role="library", decode=LibraryReader()),
        Endpoint(host="scripts.clarity.ms", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_events=frozenset({"page"}),
    automatic_parameters=frozenset({"page_number", "sequence", "url", "referrer", "page_title", "language", "tab_id", "timezone", "C_IS", "key"}),
    purposes=("ad_storage", "analytics_storage"),
    cookieless=True,
    examples=(
        {
            "title": "consent as numbers, as version 0.8.70 sends it",
            "request": {
                "url": "https://x.clarity.ms/collect", "method": "POST",
                "body": {"e": ["0.8.70", 1, 0, 147, "abc123", "u1", "s1", 1, 0, 0, 0, "https://shop.example/"], "a": [[102, 1, 1, ["https://shop.example/"], 36, ["0"]], [102, 47, 5, 1, 0]], "p": []},
            },
            "hits": [{"kind": "pageview", "account": "abc123", "consent": {"ad_Storage": True, "analytics_Storage": False}}],
        },
        {
            "title": "a page's first payload, with consent",
            "request": {
                "url": "https://y.clarity.ms/collect", "method": "POST",
                "body": {
                    "e": ["0.8.70", 1, 0, 147, "eunmrr98um", "1uop8wk", "vsdtnv", 1, 0, 0, 0, "https://shop.example/?utm_source=news"],
                    "a": [[147, 1, 1, ["https://shop.example/?utm_source=news"], 3, ["Shop"]], [150, 47, 1, "denied", "granted"]], "p": [],
                },
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page", "account": "eunmrr98um", "values": {"page_title": "Shop"}, "campaign": {"utm_source": "news"},
                    "consent": {"ad_Storage": False, "analytics_Storage": True}, "identifiers": {"user_id": "1uop8wk", "session_id": "vsdtnv"},
                }
            ],
        },
        {
            "title": "a custom event, a tag and an identity",
            "request": {
                "url": "https://www.clarity.ms/eus2/collect", "method": "POST",
                "body": {"e": ["0.7.32", 2, 147, 4952, "eunmrr98um", "u", "s", 1, 0, 0], "a": [[4098, 24, "purchase"], [5098, 34, "plan", ["gold"], "userId", ["u-7"]]]},
            },
            "hits": [
                {"kind": "auxiliary", "account": "eunmrr98um", "values": {"plan": "gold"}, "identifiers": {"custom_user_id": "u-7"}},
                {"kind": "event", "event": "purchase", "account": "eunmrr98um", "identifiers": {"user_id": "u"}},
            ],
        },
        {
            "title": "a product page, whose page names its price",
            "request": {
                "url": "https://z.clarity.ms/collect", "method": "POST",
                "body": {"e": ["0.8.70", 1, 0, 9, "p1", "u", "s", 1, 0, 0, 0, "https://shop.example/p"], "a": [[9, 0, 13, 20, 24, 40], [9, 1, 10, ["Shirt"], 12, ["S1"], 13, ["EUR"]]]},
            },
            "hits": [{"kind": "pageview", "event": "page", "values": {"product_price": 20, "cart_total": 40, "product_name": "Shirt", "product_sku": "S1", "product_currency": "EUR"}}],
        },
        {"title": "the tag of Microsoft Advertising", "request": {"url": "https://www.clarity.ms/tag/uet/26101359?conversions=1"}, "hits": [{"kind": "library", "account": "26101359"}]},
        {"title": "the script", "request": {"url": "https://scripts.clarity.ms/0.8.64/clarity.js"}, "hits": [{"kind": "library"}]},
        {"title": "the cookie's copy", "request": {"url": "https://c.clarity.ms/c.gif?ctsa=mr&CtsSyncId=1"}, "hits": [{"kind": "auxiliary", "event": None}]},
        {
            "title": "the tag",
            "request": {"url": "https://www.clarity.ms/tag/eunmrr98um", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "eunmrr98um"}],
        },
    ),
    lookalikes=(
        "https://shop.example/collect",
        "https://y.notclarity.ms/collect",
        "https://y.clarity.ms.evil.example/collect",
        "https://shop.example/?x=https%3A%2F%2Fy.clarity.ms%2Fcollect",
        "https://clarity.microsoft.com/projects",
        "https://shop.clarity.ms/pricing",
    ),
)  # fmt: skip
