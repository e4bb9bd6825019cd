"""OneTrust (CookiePro, Optanon): consent receipts; scripts, rules and geolocation are let through.

Documentation: https://developer.onetrust.com/onetrust/reference/create-consent-receipt (receipts),
https://my.onetrust.com/s/article/UUID-185d63b9-1094-a9af-e684-bb2e34f3a01d (script), https://developer.onetrust.com/onetrust/docs/javascript-api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import NotJSON, PathTable, parse, text_at
from harness.decode.payload import from_base64
from harness.decode.query import Prefix, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.decode.hit import Hit

GENERAL, CONSENT, USER, TECHNICAL = "General", "Consent", "User", "Technical"
_STATES = {
    "CONFIRMED": True,
    "ACTIVE": True,
    "OPT_IN": True,
    "NOTGIVEN": False,
    "NOT_GIVEN": False,
    "OPT_OUT": False,
    "HARD_OPT_OUT": False,
    "WITHDRAWN": False,
    "NO_CHOICE": False,
}


def _derive(hit: Hit, event: Any, document: Any) -> None:
    purposes = event.get("purposes") if isinstance(event, dict) else None
    consent: dict[str, Any] = {}
    for each in purposes if isinstance(purposes, list) else ():
        purpose = text_at(each, "Id") or text_at(each, "id")
        said = text_at(each, "TransactionType") or text_at(each, "transactionType")
        if purpose and said:
            consent[purpose] = _STATES.get(said, said)
    hit.consent = consent or None


def _point(event: Any, document: Any) -> str | None:
    """The collection point: named outright, or by the signed request information (a JWT's ``processId``)."""
    named = text_at(event, "collectionPointGuid")
    if named is not None:
        return named
    claims = (text_at(event, "requestInformation") or "").split(".")
    opened = from_base64(claims[1]) if len(claims) == 3 else None
    if opened is None:
        return None
    try:
        return text_at(parse(opened)[0], "processId")
    except NotJSON:
        return None


_RECEIPT = JsonReader(
    PathTable(
        {
            "identifier": Row("identifier", "Data subject", USER),
            "requestInformation": Row(None, "Collection point (signed)", TECHNICAL),
            "test": Row("test", "Test", GENERAL),
            "purposes[].Id": Row(None, "Purpose", CONSENT),
            "purposes[].TransactionType": Row(None, "Choice", CONSENT),
        },
        (
            Prefix("dsDataElements.", field=None, label="{}", group=GENERAL),
            Prefix("customPayload.", field=None, label="{}", group=GENERAL),
            Prefix("purposes[].", field=None, group=CONSENT),
        ),
    ),
    event=lambda event, document: "consentreceipts",
    account=_point,
    identifiers={"identifier": "identifier"},
    values=("customPayload", "dsDataElements", ""),
    kind=lambda name, event: "consent",
    derive=_derive,
)


def _script(path: str, wire: Mapping[str, object]) -> str | None:
    """``/consent/<script>/…``; the script's ID is a UUID, with ``-test`` for drafts."""
    steps = path.split("/")
    return steps[steps.index("consent") + 1].removesuffix(".js") or None if "consent" in steps[:-1] else None


_CONFIG, _LIBRARY = LibraryReader("config", account=_script), LibraryReader(account=_script)
_CDNS = (
    "cdn.cookielaw.org",
    "cookie-cdn.cookiepro.com",
    "cdn-ukwest.onetrust.com",
    "cdn-apac.onetrust.com",
    "cdn-au.onetrust.com",
    "optanon.blob.core.windows.net",
)

VENDOR = Vendor(
    id="onetrust",
    name="OneTrust",
    category="consent",
    docs=("https://developer.onetrust.com/onetrust/reference/create-consent-receipt", "https://developer.onetrust.com/onetrust/docs/javascript-api"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("*.onetrust.com", "*.cookiepro.com", "*.1trust.app") for path in ("/request/v1/consentreceipts", "/request/v1/consentreceipts/anonymous", "/request/v1/consentReceipts")),
        *(Endpoint(host=host, path="/consent/*.json", role="config", decode=_CONFIG) for host in _CDNS),
        *(Endpoint(host=host, path=path, role="library", decode=_LIBRARY) for host in _CDNS for path in ("/scripttemplates/*", "/consent/*", "/logos/*", "/vendorlist/*", "/opt-out/*")),
        *(Endpoint(host=f"{name}.onetrust.io", path="/bannersdk/*", role="config", decode=LibraryReader("config")) for name in ("mobile-data", "cookies-data")),
        *(Endpoint(host=f"geolocation.{site}", role="config", decode=LibraryReader("config")) for site in ("onetrust.com", "cookiepro.com", "1trust.app")),
    ),
    decode=_RECEIPT,
    automatic_events=frozenset({"consentreceipts"}),
    examples=(
        {
            "title": "a receipt",
            "request": {
                "url": "https://privacyportal-eu.onetrust.com/request/v1/consentreceipts", "method": "POST",
                "body": {
                    "requestInformation": "eyJ", "identifier": "d-1", "customPayload": {"Interaction": 1}, "test": False,
                    "purposes": [{"Id": "p-analytics", "TransactionType": "CONFIRMED"}, {"Id": "p-ads", "TransactionType": "NOTGIVEN"}],
                },
            },
            "hits": [
                {
                    "kind": "consent", "event": "consentreceipts", "consent": {"p-analytics": True, "p-ads": False}, "values": {"Interaction": 1},
                    "identifiers": {"identifier": "d-1"},
                }
            ],
        },
        {
            "title": "the rules of a script",
            "request": {"url": "https://cdn.cookielaw.org/consent/0190-ab12/0190-ab12.json"},
            "hits": [{"kind": "config", "account": "0190-ab12"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn.cookielaw.org/scripttemplates/otSDKStub.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "a banner's receipt, whose collection point is in what is signed",
            "request": {
                "url": "https://privacyportal.onetrust.com/request/v1/consentreceipts", "method": "POST",
                "body": {
                    "requestInformation": "eyJhbGciOiJSUzUxMiJ9.eyJvdEp3dFZlcnNpb24iOjEsInByb2Nlc3NJZCI6ImUxNDMwZTBkLWUzNTgiLCJtb2MiOiJDT09LSUUiLCJzdWIiOiJDb29raWUgVW5pcXVlIElkIn0.c2ln", "identifier": "d-1", "customPayload": {"Interaction": 1, "AddDefaultInteraction": False},
                    "purposes": [{"Id": "p-1", "TransactionType": "OPT_OUT"}], "dsDataElements": {"InteractionType": "Banner - Reject All", "Country": "DE"},
                },
            },
            "hits": [{"kind": "consent", "account": "e1430e0d-e358", "consent": {"p-1": False}, "values": {"InteractionType": "Banner - Reject All", "Country": "DE"}}],
        },
        {
            "title": "the blocking script of a draft, and a language's texts",
            "request": {"url": "https://cdn.cookielaw.org/consent/01e8d177-test/OtAutoBlock.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "01e8d177-test"}],
        },
    ),
    lookalikes=(
        "https://app.onetrust.com/login",
        "https://shop.example/?u=https%3A%2F%2Fcdn.cookielaw.org%2Fconsent%2Fx%2Fx.json",
        "https://privacyportal.onetrust.com/webform/1/2.html",
        "https://shop.example/request/v1/consentreceipts",
        "https://cdn.notcookielaw.org/consent/x/x.json",
        "https://privacyportal.onetrust.com.evil.example/request/v1/consentreceipts",
        "https://www.onetrust.com/products",
    ),
)  # fmt: skip
