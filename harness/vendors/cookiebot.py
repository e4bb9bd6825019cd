"""Cookiebot: logged consents; the script and configurations are let through.

Documentation: https://www.cookiebot.com/en/developer/ (script and object), https://support.cookiebot.com/hc/en-us/articles/360004064714 (hosts),
https://support.cookiebot.com/hc/en-us/articles/360003774494 (consent states).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, CONSENT, USER, TECHNICAL = "General", "Consent", "User", "Technical"
_CATEGORIES = ("necessary", "preferences", "statistics", "marketing")
_LEVELS = {"clp": "preferences", "cls": "statistics", "clm": "marketing"}


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    """The categories where the call names them (``clp``, ``cls``, ``clm``), and what was done; who declines, grants none of them."""
    found: dict[str, Any] = {}
    for key, name in (*zip(_CATEGORIES, _CATEGORIES, strict=True), *_LEVELS.items()):
        said = str(wire.get(key, "")).lower()
        if said in ("true", "1", "false", "0"):
            found[name] = said in ("true", "1")
        elif key in _LEVELS and wire.get("action") == "decline":
            found.setdefault(name, False)
    if wire.get("action"):
        found["action"] = wire["action"]
    return found or None


_READ = QueryReader(
    {
        "action": Row("action", "Action", CONSENT),
        "cbid": Row("cbid", "Domain group ID", GENERAL),
        "dgi": Row("cbid", "Domain group ID", GENERAL),
        "referer": Row("referer", "Page address", GENERAL),
        "lang": Row("lang", "Language", GENERAL),
        "usercountry": Row("usercountry", "Country", USER),
        "stamp": Row("stamp", "Consent ID", USER),
        "cbt": Row(None, "Type", TECHNICAL),
        "nocache": Row(None, "Cache buster", TECHNICAL),
        "dnt": Row("dnt", "Do not track", CONSENT),
        "method": Row("method", "Method of consent", CONSENT),
        "bulk": Row(None, "Bulk consent", CONSENT),
        "ticket": Row(None, "Bulk ticket", USER),
        "hasdata": Row(None, "Has data", TECHNICAL),
        "rc": Row(None, "Renewed", TECHNICAL),
        **{key: Row(name, name.capitalize(), CONSENT, "boolean") for key, name in _LEVELS.items()},
        **{name: Row(name, name.capitalize(), CONSENT) for name in _CATEGORIES},
    },
    event="action",
    account="cbid",
    page="referer",
    identifiers=("stamp",),
    kind=lambda event: "consent",
    consent=_consent,
)


def _group(path: str, wire: Mapping[str, object]) -> str | None:
    if wire.get("cbid"):
        return str(wire["cbid"])
    return next((step for step in path.split("/") if len(step) == 36 and step.count("-") == 4), None)


def _pixel(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.kind = "auxiliary"
    return hits


_TOPS = ("com", "eu")
_CONFIG, _LIBRARY = LibraryReader("config", account=_group), LibraryReader(account=_group)

VENDOR = Vendor(
    id="cookiebot",
    name="Cookiebot",
    category="consent",
    docs=("https://www.cookiebot.com/en/developer/", "https://support.cookiebot.com/hc/en-us/articles/360004064714"),
    endpoints=(
        *(Endpoint(host=f"consent.cookiebot.{top}", path=path) for top in _TOPS for path in ("/logconsent.ashx", "/log.ashx")),
        *(Endpoint(host=f"imgsct.cookiebot.{top}", path="/1.gif", decode=_pixel) for top in _TOPS),
        *(Endpoint(host=f"consentcdn.cookiebot.{top}", role="config", decode=_CONFIG) for top in _TOPS),
        *(Endpoint(host=f"consent.cookiebot.{top}", path="/*/settings.json", role="config", decode=_CONFIG) for top in _TOPS),
        *(Endpoint(host=f"consent.cookiebot.{top}", path="/*/cc.js", role="config", decode=_CONFIG) for top in _TOPS),
        *(Endpoint(host=f"consent.cookiebot.{top}", role="library", decode=_LIBRARY) for top in _TOPS),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a consent logged",
            "request": {
                "url": "https://consent.cookiebot.com/logconsent.ashx?action=accept&nocache=1795318940362&referer=https%3A%2F%2Fshop.example&cbid=0190ab12-0000-4000-8000-000000000000&lang=en&preferences=true&statistics=true&marketing=false"
            },
            "hits": [
                {
                    "kind": "consent", "event": "accept", "account": "0190ab12-0000-4000-8000-000000000000",
                    "consent": {"preferences": True, "statistics": True, "marketing": False, "action": "accept"},
                }
            ],
        },
        {
            "title": "a consent by level",
            "request": {
                "url": "https://consent.cookiebot.com/logconsent.ashx?action=accept&nocache=1707958113257&dnt=false&clp=true&cls=true&clm=false&cbid=0190ab12-0000-4000-8000-000000000000"
                "&cbt=leveloptin&ticket=&bulk=false&hasdata=true&method=strict&usercountry=GB&referer=https%3A%2F%2Fshop.example&rc=false",
                "resource_type": "script",
            },
            "hits": [
                {
                    "kind": "consent", "event": "accept", "page_url": "https://shop.example", "values": {"preferences": True, "marketing": False, "method": "strict"},
                    "consent": {"preferences": True, "statistics": True, "marketing": False, "action": "accept"},
                }
            ],
        },
        {
            "title": "all declined, in Europe",
            "request": {"url": "https://consent.cookiebot.eu/logconsent.ashx?action=decline&cbid=0190ab12-0000-4000-8000-000000000000&cbt=leveloptin&method=strict&referer=https%3A%2F%2Fshop.example"},
            "hits": [{"kind": "consent", "event": "decline", "consent": {"preferences": False, "statistics": False, "marketing": False, "action": "decline"}}],
        },
        {
            "title": "the domain group's dialogue",
            "request": {"url": "https://consent.cookiebot.eu/0190ab12-0000-4000-8000-000000000000/cc.js?referer=shop.example", "resource_type": "script"},
            "hits": [{"kind": "config", "account": "0190ab12-0000-4000-8000-000000000000"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://consent.cookiebot.com/uc.js?cbid=0190ab12-0000-4000-8000-000000000000", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "0190ab12-0000-4000-8000-000000000000"}],
        },
    ),
    lookalikes=(
        "https://shop.example/logconsent.ashx?action=accept",
        "https://consent.notcookiebot.com/uc.js",
        "https://consent.cookiebot.com.evil.example/uc.js",
        "https://www.cookiebot.com/en/",
        "https://manage.cookiebot.com/login",
        "https://shop.example/?u=https%3A%2F%2Fconsent.cookiebot.com%2Flogconsent.ashx%3Faction%3Daccept",
    ),
)  # fmt: skip
