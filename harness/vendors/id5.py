"""ID5 universal id.

Documentation: https://wiki.id5.io/docs/id5-api-js, https://wiki.id5.io/docs/mobile-in-app-integration. It hears who, not what: every hit is
auxiliary; one per partner's request in a body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import at
from harness.decode.query import Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_FIELDS = {
    "partner": Row("partner", "Partner number", "General"),
    "requestId": Row(None, "Request ID", "Technical"),
    "o": Row("origin", "Origin", "General"),
    "v": Row(None, "Version", "Technical"),
    "u": Row("u", "Page address", "Page"),
    "top": Row(None, "Top frame", "Page"),
    "nbPage": Row(None, "Pages seen", "Technical"),
    "hem": Row("hem", "Email (hashed)", "User"),
    "phone": Row("phone", "Phone (hashed)", "User"),
    "pd": Row(None, "Partner data", "User"),
    "s": Row(None, "Signature", "User"),
    "gdpr": Row(None, "GDPR applies", "Consent"),
    "gdpr_consent": Row(None, "TCF string", "Consent"),
    "us_privacy": Row(None, "US privacy string", "Consent"),
    "gpp_sid": Row(None, "GPP sections", "Consent"),
    "ref": Row("ref", "Referrer", "Page"),
    "tml": Row(None, "Top page", "Page"),
    "cu": Row(None, "Canonical address", "Page"),
    "ua": Row(None, "User agent", "Technical"),
    "provider": Row("provider", "Provider", "General"),
    "att": Row(None, "Tracking allowed", "Consent"),
    "gpp_string": Row(None, "GPP string", "Consent"),
}


def _derive(hit: Hit, event: Any, document: Any) -> None:
    found = {
        key: value for key in ("gdpr", "gdpr_consent", "us_privacy", "gpp_string", "gpp_sid") if (value := at(event, key)) not in (None, "")
    }
    hit.consent = found or None


_READ = JsonReader(
    {f"requests[].{name}": row for name, row in _FIELDS.items()} | _FIELDS,
    events="requests",
    account="partner",
    page="u",
    identifiers={"hem": "hem", "phone": "phone"},
    kind=lambda name, event: "auxiliary",
    derive=_derive,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    name = split_url(request.url).path.rpartition("/")[2].partition(".")[0]
    for hit in hits:
        if hit.account is None and name.isdecimal():
            hit.account = name
    return hits


def _partner(path: str, wire: Mapping[str, Any]) -> str | None:
    found = wire.get("params.partner") or next((step for step in path.split("/") if step.isdecimal()), None)
    return str(found) if found else None


VENDOR = Vendor(
    id="id5",
    name="ID5",
    category="advertising",
    docs=("https://wiki.id5.io/docs/id5-api-js", "https://wiki.id5.io/docs/mobile-in-app-integration"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("id5-sync.com", "api.id5-sync.com") for path in ("/g/*", "/gm/*", "/ga/*", "/gc/*")),
        *(Endpoint(host="id5-sync.com", path=path, decode=LibraryReader("auxiliary")) for path in ("/i/*", "/s/*", "/c/*", "/k/*", "/qc/*")),
        *(Endpoint(host=host, path="/api/config/*", role="config", decode=LibraryReader("config", account=_partner)) for host in ("id5-sync.com", "api.id5-sync.com")),
        Endpoint(host="api.id5-sync.com", path="/analytics/*", role="config", decode=LibraryReader("config", account=_partner)),
        *(Endpoint(host=host, path=path, decode=LibraryReader("auxiliary", account="partnerId")) for host in ("id5-sync.com", "api.id5-sync.com", "diagnostics.id5-sync.com") for path in ("/event", "/events", "/measurements")),
        *(Endpoint(host=host, path="/*", role="library") for host in ("cdn.id5-sync.com", "www.id5-sync.com")),
        *(Endpoint(host=host, path="/*", decode=LibraryReader("auxiliary")) for host in ("lb.eu-1-id5-sync.com", "lbs.eu-1-id5-sync.com")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "an id asked for",
            "request": {
                "url": "https://id5-sync.com/g/v2/173.json", "method": "POST", "body": {"partner": 173, "o": "pbjs", "u": "https://shop.example/", "gdpr": 1, "gdpr_consent": "CP"},
            },
            "hits": [{"kind": "auxiliary", "event": None, "account": "173", "page_url": "https://shop.example/", "consent": {"gdpr": 1, "gdpr_consent": "CP"}}],
        },
        {
            "title": "the settings of Prebid's module",
            "request": {"url": "https://id5-sync.com/api/config/prebid", "method": "POST", "body": {"name": "id5Id", "params": {"partner": 173, "gamTargetingPrefix": "id5"}}},
            "hits": [{"kind": "config", "account": "173"}],
        },
        {
            "title": "an auction told of by Prebid's analytics",
            "request": {"url": "https://id5-sync.com/event", "method": "POST", "body": {"partnerId": 173, "source": "id5-api-js", "event": "auctionEnd", "payload": {}}},
            "hits": [{"kind": "auxiliary", "account": "173"}],
        },
        {
            "title": "a cookie matched",
            "request": {"url": "https://id5-sync.com/i/173/8.gif?gdpr=1&gdpr_consent=CP", "resource_type": "image"},
            "hits": [{"kind": "auxiliary"}],
        },
        {
            "title": "two partners in one request",
            "request": {
                "url": "https://id5-sync.com/gm/v3", "method": "POST",
                "body": {"requests": [{"partner": 173, "requestId": "a"}, {"partner": 174, "requestId": "b"}]},
            },
            "hits": [{"kind": "auxiliary", "account": "173"}, {"kind": "auxiliary", "account": "174"}],
        },
    ),
    lookalikes=(
        "https://shop.example/g/v2/173.json",
        "https://id5-sync.com.evil.example/g/v2/173.json",
        "https://notid5-sync.com/g/v2/173.json",
        "https://id5-sync.com/opt-out",
        "https://wiki.id5.io/docs/id5-api-js",
        "https://shop.example/?u=https%3A%2F%2Fid5-sync.com%2Fg%2Fv2%2F173.json",
    ),
)  # fmt: skip
