"""iubenda: consents recorded in its consent database and by its cookie solution; scripts and configurations are let through.

Documentation: https://www.iubenda.com/en/help/1205-how-to-configure-your-cookie-solution-advanced-guide (cookie solution),
https://www.iubenda.com/en/help/5428-consent-database-http-api-documentation (consent database),
https://www.iubenda.com/en/help/25900-csp (hosts). The cookie solution's script records a visitor's choice at ``cpl.iubenda.com/big_data/consent``,
the site's key in the query, one ``scoped_id`` for the record (repeated while it is not accepted).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from harness.decode.address import split_url
from harness.decode.document import PathTable, at
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, CONSENT, USER, TECHNICAL = "General", "Consent", "User", "Technical"


def _derive(hit: Hit, event: Any, document: Any) -> None:
    found = at(event, "preferences")
    purposes = at(event, "preferences.purposes") or at(event, "purposes")
    given = purposes if isinstance(purposes, dict) else found
    consent = {str(key): value for key, value in given.items() if isinstance(value, bool)} if isinstance(given, dict) else {}
    if isinstance(found, dict) and isinstance(purposes, dict):
        consent |= {key: value for key, value in found.items() if isinstance(value, bool) or (key in ("tcfv2", "gac", "ccpa") and value)}
    hit.consent = consent or None


_READ = JsonReader(
    PathTable(
        {
            "subject.id": Row(None, "Subject ID", USER), "subject.email": Row(None, "E-mail", USER), "id": Row("id", "Consent ID", GENERAL), "timestamp": Row(None, "Time", TECHNICAL),
            "scoped_id": Row("scoped_id", "Consent ID", GENERAL), "previous_preference_id": Row("previous_preference_id", "Previous consent ID", GENERAL), "page_url": Row("page_url", "Page address", GENERAL), "siteId": Row("siteId", "Site ID", GENERAL),
        },
        (Prefix("preferences.", field=None, label="{}", group=CONSENT), Prefix("subject.", field=None, label="{}", group=USER), Prefix("legal_notices[].", field=None, group=GENERAL), Prefix("proofs[].", field=None, group=TECHNICAL)),
    ),
    event=lambda event, document: "consent", account=("siteId", "site_id"), key=("scoped_id", "id"), time="timestamp", page="page_url", identifiers={"subject_id": "subject.id", "email": "subject.email"},
    kind=lambda name, event: "consent", derive=_derive,
)  # fmt: skip


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.account = hit.account or request.header("apikey") or parse_qs(split_url(request.url).query).get("apikey", [None])[0]
        if not request.body.data or request.method in ("GET", "DELETE"):
            hit.kind, hit.event = "auxiliary", None
    return hits


def _site(path: str, wire: Mapping[str, object]) -> str | None:
    """``/autoblocking/<site>.js``, ``/sync/<site>.js``, ``/widgets/<id>.js``."""
    steps = path.strip("/").split("/")
    return steps[1].partition(".")[0] or None if len(steps) > 1 and steps[0] in ("autoblocking", "sync", "widgets") else None


_LIBRARY = LibraryReader(account=_site)

VENDOR = Vendor(
    id="iubenda",
    name="iubenda",
    category="consent",
    docs=(
        "https://www.iubenda.com/en/help/1205-how-to-configure-your-cookie-solution-advanced-guide",
        "https://www.iubenda.com/en/help/5428-consent-database-http-api-documentation",
    ),
    endpoints=(
        *(Endpoint(host="consent.iubenda.com", path=path) for path in ("/consent", "/public/consent", "/consent/*", "/public/consent/*", "/public/consents", "/beta/*")),
        Endpoint(host="cpl.iubenda.com", path="/big_data/consent"),
        *(Endpoint(host=host, decode=LibraryReader("auxiliary")) for host in ("hits-i.iubenda.com", "idb.iubenda.com")),
        *(Endpoint(host="www.iubenda.com", path=path, role="config", decode=LibraryReader("config", account=_site)) for path in ("/cookie-solution/*", "/api/*")),
        *(Endpoint(host=host, role="library", decode=_LIBRARY) for host in ("cdn.iubenda.com", "cs.iubenda.com", "embeds.iubenda.com")),
        Endpoint(host="iubenda.mgr.consensu.org", role="config", decode=LibraryReader("config")),
    ),
    decode=_decode,
    automatic_events=frozenset({"consent"}),
    examples=(
        {
            "title": "a consent recorded",
            "request": {
                "url": "https://consent.iubenda.com/public/consent", "method": "POST", "headers": {"ApiKey": "pub1"},
                "body": {"subject": {"id": "s1", "email": "a@b.co"}, "preferences": {"newsletter": True, "profiling": False}, "legal_notices": [{"identifier": "privacy_policy"}]},
            },
            "hits": [
                {
                    "kind": "consent", "event": "consent", "account": "pub1", "consent": {"newsletter": True, "profiling": False},
                    "identifiers": {"subject_id": "s1", "email": "a@b.co"},
                }
            ],
        },
        {
            "title": "two consents recorded by a server",
            "request": {
                "url": "https://consent.iubenda.com/consent", "method": "POST", "headers": {"ApiKey": "priv1"},
                "body": [{"subject": {"id": "s1"}, "preferences": {"newsletter": True}}, {"subject": {"id": "s2"}, "preferences": {"newsletter": False}}],
            },
            "hits": [
                {"kind": "consent", "event": "consent", "consent": {"newsletter": True}, "identifiers": {"subject_id": "s1"}},
                {"kind": "consent", "event": "consent", "consent": {"newsletter": False}, "identifiers": {"subject_id": "s2"}},
            ],
        },
        {
            "title": "a choice in the cookie solution's banner",
            "request": {
                "url": "https://cpl.iubenda.com/big_data/consent?apikey=pub1", "method": "POST", "headers": {"content-type": "text/plain"},
                "body": {
                    "scoped_id": "2026-11-22T10:00:00.000Z/a1b2c3", "legal_notices": [{"identifier": "cookie_policy"}],
                    "preferences": {"consent": True, "purposes": {"1": True, "4": False}, "tcfv2": "CQ1", "uspr": None}, "proofs": [{"content": "{}", "form": "<div>"}],
                    "page_url": "https://shop.example/cart",
                },
            },
            "hits": [
                {
                    "kind": "consent", "event": "consent", "account": "pub1", "key": "2026-11-22T10:00:00.000Z/a1b2c3", "page_url": "https://shop.example/cart",
                    "consent": {"1": True, "4": False, "consent": True, "tcfv2": "CQ1"},
                }
            ],
        },
        {
            "title": "consents read back",
            "request": {"url": "https://consent.iubenda.com/consent?from_time=2026-11-22T00:00:00Z&limit=10", "headers": {"ApiKey": "priv1"}},
            "hits": [{"kind": "auxiliary", "account": "priv1"}],
        },
        {
            "title": "the solution's own count",
            "request": {"url": "https://hits-i.iubenda.com/write?db=hits1", "method": "POST", "body": "hits,site=77 value=1"},
            "hits": [{"kind": "auxiliary"}],
        },
        {
            "title": "the script of a site",
            "request": {"url": "https://cs.iubenda.com/autoblocking/123456.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "123456"}],
        },
    ),
    lookalikes=(
        "https://shop.example/?u=https%3A%2F%2Fconsent.iubenda.com%2Fpublic%2Fconsent",
        "https://shop.example/public/consent",
        "https://consent.notiubenda.com/public/consent",
        "https://cpl.iubenda.com/",
        "https://cpl.iubenda.com.evil.example/big_data/consent?apikey=pub1",
        "https://consent.iubenda.com.evil.example/public/consent",
        "https://www.iubenda.com/privacy-policy/123456",
        "https://www.iubenda.com/en/help/6484-consent-solution-http-api-documentation/",
    ),
)  # fmt: skip
