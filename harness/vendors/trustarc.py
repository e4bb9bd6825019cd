"""TrustArc (TRUSTe): choices logged; notices and preference managers are let through.

Documentation: https://trustarc.com/products/consent-consumer-rights/cookie-consent-manager/, https://support.trustarc.com/ (Consent Manager),
https://trustarc.my.site.com/support/s/ (integration).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERAL, CONSENT, USER, TECHNICAL = "General", "Consent", "User", "Technical"


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    found = {key: wire[key] for key in ("behavior", "notice_preferences", "level", "consent") if wire.get(key)}
    return found or None


_READ = QueryReader(
    {
        "domain": Row("domain", "Domain", GENERAL),
        "pid": Row("pid", "Site", GENERAL),
        "country": Row("country", "Country", USER),
        "state": Row("state", "State", USER),
        "behavior": Row("behavior", "Behaviour", CONSENT),
        "session": Row("session", "Session ID", USER),
        "referer": Row("referer", "Page address", GENERAL),
        "userType": Row("userType", "Visitor type", USER),
        "notice_preferences": Row("notice_preferences", "Preferences", CONSENT),
        "level": Row("level", "Level", CONSENT),
        "action": Row("action", "Action", GENERAL),
        "language": Row("language", "Language", GENERAL),
        "c": Row(None, "Cache buster", TECHNICAL),
    },
    event=("action",),
    account="domain",
    identifiers=("session",),
    kind=lambda event: "consent",
    consent=_consent,
)


def _domain(path: str, wire: Mapping[str, object]) -> str | None:
    found = wire.get("domain") or wire.get("pid") or wire.get("cmId")
    steps = path.split("/")
    if not found and steps[1:3] == ["v2", "notice"] and len(steps) > 3:
        found = steps[3]
    return str(found) if found else None


_LIBRARY, _CONFIG = LibraryReader(account=_domain), LibraryReader("config", account=_domain)
_HOSTS = ("consent.trustarc.com", "consent.truste.com", "consent.trustarc.eu", "consent.eu.trustarc.com")

VENDOR = Vendor(
    id="trustarc",
    name="TrustArc",
    category="consent",
    docs=("https://trustarc.com/products/consent-consumer-rights/cookie-consent-manager/", "https://support.trustarc.com/"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/log", "/v2/log", "/analytics", "/v2/analytics")),
        *(Endpoint(host=host, path=path, role="config", decode=_CONFIG) for host in _HOSTS for path in ("/get", "/bannermsg", "/v2/get", "/autoblockoptout", "/cookie_js")),
        *(Endpoint(host=host, role="library", decode=_LIBRARY) for host in _HOSTS),
        *(Endpoint(host=host, role="config", decode=_CONFIG) for host in ("consent-pref.trustarc.com", "prefmgr-cookie.truste-svc.net", "preferences-mgr.truste.com", "trustarc.mgr.consensu.org", "consent-st.trustarc.com")),
        *(Endpoint(host=host, role="library", decode=_LIBRARY) for host in ("choices.truste.com", "choices-or.truste.com", "choices.trustarc.com")),
    ),
    decode=_READ,
    examples=(
        {
            "title": "what was logged of the notice",
            "request": {"url": "https://consent.trustarc.com/log?domain=shop.example&country=de&state=&behavior=expressed&session=s1&userType=1&c=ab12&language=en"},
            "hits": [{"kind": "consent", "account": "shop.example", "consent": {"behavior": "expressed"}, "identifiers": {"session": "s1"}}],
        },
        {
            "title": "the notice",
            "request": {"url": "https://consent.trustarc.com/notice?domain=shop.example&c=teconsent&js=nj", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "shop.example"}],
        },
        {
            "title": "the notice of the second version",
            "request": {"url": "https://consent.trustarc.com/v2/notice/umyxgm", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "umyxgm"}],
        },
        {
            "title": "the script that holds others back",
            "request": {"url": "https://consent.trustarc.com/autoblockasset/core.min.js?domain=shop.example"},
            "hits": [{"kind": "library", "account": "shop.example"}],
        },
        {
            "title": "the preference manager",
            "request": {"url": "https://consent-pref.trustarc.com/?type=shop_v2&site=shop.example&domain=shop.example"},
            "hits": [{"kind": "config", "account": "shop.example"}],
        },
    ),
    lookalikes=(
        "https://shop.example/notice?domain=shop.example",
        "https://consent.nottrustarc.com/log?domain=x",
        "https://trustarc.com/products/",
        "https://shop.example/?u=https%3A%2F%2Fconsent.trustarc.com%2Flog",
        "https://consent.trustarc.com.evil.example/log",
    ),
)  # fmt: skip
