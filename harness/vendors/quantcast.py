"""Quantcast Choice (now InMobi CMP): its script, configurations and audit calls.

Documentation: https://help.quantcast.com/hc/en-us/categories/360002940873 (Choice), https://support.inmobi.com/choice (InMobi CMP),
https://support.inmobi.com/choice/manual-implementation (script and hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERAL, CONSENT, TECHNICAL = "General", "Consent", "Technical"


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    """TCF, GPP and US privacy strings, and the operation."""
    names = {
        "tcString": "tcf",
        "tcfString": "tcf",
        "tcfv2": "tcf",
        "gppString": "gpp",
        "uspString": "us_privacy",
        "nonTcfConsent": "non_iab",
    }
    found = {name: wire[key] for key, name in names.items() if wire.get(key)}
    return found or None


_READ = QueryReader(
    {
        "accountId": Row("accountId", "Account", GENERAL),
        "pCode": Row("accountId", "Account", GENERAL),
        "account": Row("accountId", "Account", GENERAL),
        "domain": Row("domain", "Domain", GENERAL),
        "operationType": Row("operationType", "Operation", GENERAL),
        "sessionId": Row("sessionId", "Session ID", GENERAL),
        "clientTimestamp": Row("clientTimestamp", "Time", TECHNICAL),
        "log": Row("log", "Log", GENERAL, "json"),
        "tcString": Row("tcString", "TCF string", CONSENT),
        "gppString": Row("gppString", "GPP string", CONSENT),
        "uspString": Row("uspString", "US privacy string", CONSENT),
    },
    event="operationType",
    account="accountId",
    identifiers=("sessionId",),
    kind=lambda event: "consent" if event in ("done", "saveAndExit", "acceptAll", "rejectAll") else "auxiliary",
    consent=_consent,
    time="clientTimestamp",
    lifted=("log",),
)


def _account(path: str, wire: Mapping[str, object]) -> str | None:
    """``/choice/<account>/<domain>/choice.js``."""
    steps = path.strip("/").split("/")
    return steps[1] if len(steps) > 2 and steps[0] == "choice" else None


_LIBRARY, _CONFIG = LibraryReader(account=_account), LibraryReader("config", account=_account)
_HOSTS = ("cmp.quantcast.com", "quantcast.mgr.consensu.org", "cmp.inmobi.com")

VENDOR = Vendor(
    id="quantcast",
    name="Quantcast Choice (InMobi CMP)",
    category="consent",
    docs=("https://help.quantcast.com/hc/en-us/categories/360002940873", "https://support.inmobi.com/choice"),
    endpoints=(
        *(Endpoint(host=host) for host in ("audit-tcfv2.quantcast.mgr.consensu.org", "audit.quantcast.mgr.consensu.org", "api.cmp.inmobi.com")),
        Endpoint(host="visit-server.inmobi-choice.io", path="/visit-event", decode=LibraryReader("auxiliary", account="accountId")),
        *(Endpoint(host=host, role="config", decode=_CONFIG) for host in ("apis.quantcast.mgr.consensu.org", "geoip.quantcast.mgr.consensu.org", "test.quantcast.mgr.consensu.org")),
        *(Endpoint(host=host, path=path, role="config", decode=_CONFIG) for host in _HOSTS for path in ("/GVL-v2/*", "/GVL-v3/*", "/tcfv2/google-atp-list.json", "/geoip", "*.json")),
        *(Endpoint(host=host, role="library", decode=_LIBRARY) for host in _HOSTS),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a choice told to the audit",
            "request": {"url": "https://api.cmp.inmobi.com/", "method": "POST", "body": {"accountId": "p-ab12", "domain": "shop.example", "operationType": "done", "clientTimestamp": 1795318940362}},
            "hits": [{"kind": "consent", "event": "done", "account": "p-ab12", "event_time": 1795318940.362}],
        },
        {
            "title": "a choice told in the address, as JSON",
            "request": {
                "url": "https://api.cmp.inmobi.com/?log=%7B%22accountId%22%3A%22p-ab12%22%2C%22domain%22%3A%22shop.example%22%2C%22operationType%22%3A%22done%22%2C%22clientTimestamp%22%3A1795318940362%7D"
            },
            "hits": [{"kind": "consent", "event": "done", "account": "p-ab12", "values": {"domain": "shop.example"}, "event_time": 1795318940.362}],
        },
        {
            "title": "the visit counted",
            "request": {"url": "https://visit-server.inmobi-choice.io/visit-event", "method": "POST", "body": {"accountId": "p-ab12"}},
            "hits": [{"kind": "auxiliary", "account": "p-ab12"}],
        },
        {
            "title": "the audit's page view",
            "request": {"url": "https://audit-tcfv2.quantcast.mgr.consensu.org/?accountId=p-ab12&operationType=init"},
            "hits": [{"kind": "auxiliary", "event": "init", "account": "p-ab12"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cmp.quantcast.com/choice/p-ab12/shop.example/choice.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "p-ab12"}],
        },
    ),
    lookalikes=(
        "https://shop.example/?u=https%3A%2F%2Fapi.cmp.inmobi.com%2F%3Flog%3D1",
        "https://shop.example/choice/p-ab12/shop.example/choice.js",
        "https://cmp.notquantcast.com/choice/x/y/choice.js",
        "https://cmp.quantcast.com.evil.example/choice/x/y/choice.js",
        "https://www.quantcast.com/",
        "https://pixel.quantserve.com/pixel/p-QEZz.gif",
    ),
)  # fmt: skip
