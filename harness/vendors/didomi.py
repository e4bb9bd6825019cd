"""Didomi: events of the notice (seen, consent given); the script and its configuration are let through.

Documentation: https://developers.didomi.io/cmp/web-sdk, https://developers.didomi.io/cmp/web-sdk/reference/events,
https://developers.didomi.io/api-and-platform/consents/events (events API), https://developers.didomi.io/cmp/web-sdk/custom-domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, CONSENT, USER, TECHNICAL = "General", "Consent", "User", "Technical"
_AUXILIARY = frozenset(("pageview", "consent.asked", "ui.actionpreferencespurposes", "ui.actionshownpurposes", "ui.actionshownvendors"))


def _derive(hit: Hit, event: Any, document: Any) -> None:
    """Each purpose that was enabled or disabled."""
    consent: dict[str, Any] = {}
    for path in (
        "purposes",
        "parameters.purposes",
        "user.status.purposes",
        "parameters.purposes.consent",
        "purposes.consent",
        "consents.purposes",
        "status.purposes",
    ):
        for state, granted in (("enabled", True), ("disabled", False)):
            found = at(event, f"{path}.{state}")
            for purpose in found if isinstance(found, list) else ():
                if isinstance(purpose, str):
                    consent.setdefault(purpose, granted)
    chosen = at(event, "consents.purposes")
    for each in chosen if isinstance(chosen, list) else ():
        if (purpose := text_at(each, "id")) and isinstance(at(each, "enabled"), bool):
            consent.setdefault(purpose, at(each, "enabled"))
    text = at(event, "user.tcfcs") or at(event, "tcfcs")
    if isinstance(text, str):
        consent["tcf"] = text
    hit.consent = consent or None


_READ = JsonReader(
    PathTable(
        {
            "type": Row("type", "Event", GENERAL), "source.domain": Row("domain", "Domain", GENERAL), "source.key": Row("api_key", "API key", GENERAL),
            "organization_id": Row("organization_id", "Organisation ID", GENERAL), "source.type": Row(None, "SDK", TECHNICAL), "user.id": Row(None, "User ID", USER), "user.organization_user_id": Row(None, "Organisation's user ID", USER), "timestamp": Row(None, "Time", TECHNICAL),
        },
        (Prefix("purposes.", field=None, group=CONSENT), Prefix("vendors.", field=None, group=CONSENT), Prefix("parameters.", field=None, group=CONSENT), Prefix("user.", field=None, group=USER)),
    ),
    events="events", event="type", account=("source.key", "organization_id"), time="timestamp", key="id", identifiers={"user_id": "user.id", "organization_user_id": "user.organization_user_id"},
    kind=lambda name, event: "auxiliary" if not name or name in _AUXILIARY or not name.startswith("consent") else "consent", derive=_derive,
    query=QueryTable({"data_manifest_id": Row("data_manifest_id", "Data manifest", GENERAL)}),
)  # fmt: skip


def _key(path: str, wire: Mapping[str, object]) -> str | None:
    first = path.strip("/").partition("/")[0]
    return first if len(first) == 36 and first.count("-") == 4 else str(wire["key"]) if wire.get("key") else None


def _is_didomi(request: CapturedRequest) -> bool:
    """Told on a site's own host (the SDK's ``apiPath``) by the event's source: an SDK, with Didomi's key and the site's domain."""
    document = read_body(request).value
    sdk = text_at(document, "source.type") or ""
    return (
        sdk.startswith("sdk-")
        and bool(text_at(document, "type"))
        and bool(text_at(document, "source.key"))
        and isinstance(at(document, "user"), dict)
    )


VENDOR = Vendor(
    id="didomi",
    name="Didomi",
    category="consent",
    docs=("https://developers.didomi.io/cmp/web-sdk", "https://developers.didomi.io/api-and-platform/consents/events"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("api.privacy-center.org", "mobile-1690.api.privacy-center.org", "api.didomi.io") for path in ("/v1/events", "/v1/consents/events", "/consents/events")),
        *(Endpoint(host="*", path=path, recognise=_is_didomi) for path in ("*/events",)),
        *(Endpoint(host="api.privacy-center.org", path=path, role="config", decode=LibraryReader("config", account=_key)) for path in ("/v1/sync", "/v1/locations/current", "/v1/*")),
        *(Endpoint(host=host, role="library", decode=LibraryReader(account=_key)) for host in ("sdk.privacy-center.org", "sdk-gcp.privacy-center.org")),
    ),
    decode=_READ,
    automatic_events=frozenset({"pageview", "consent.asked"}),
    examples=(
        {
            "title": "consent given",
            "request": {
                "url": "https://api.privacy-center.org/v1/events", "method": "POST",
                "body": {
                    "type": "consent.given", "source": {"type": "sdk-web", "domain": "shop.example", "key": "k1"}, "user": {"id": "u1"},
                    "purposes": {"enabled": ["cookies", "analytics"], "disabled": ["select_personalized_ads"]},
                },
            },
            "hits": [
                {
                    "kind": "consent", "event": "consent.given", "account": "k1", "identifiers": {"user_id": "u1"},
                    "consent": {"cookies": True, "analytics": True, "select_personalized_ads": False},
                }
            ],
        },
        {
            "title": "the notice seen",
            "request": {"url": "https://api.privacy-center.org/v1/events", "method": "POST", "body": {"type": "consent.asked", "source": {"key": "k1"}}},
            "hits": [{"kind": "auxiliary", "event": "consent.asked", "account": "k1"}],
        },
        {
            "title": "a page view, through the site's own host",
            "request": {
                "url": "https://didomi.shop.example/api/v1/events", "method": "POST",
                "body": {"type": "pageview", "source": {"type": "sdk-web", "domain": "shop.example", "key": "k1"}, "user": {"id": "u1"}, "parameters": {}},
            },
            "hits": [{"kind": "auxiliary", "event": "pageview", "account": "k1", "identifiers": {"user_id": "u1"}}],
        },
        {
            "title": "a consent event of a server",
            "request": {
                "url": "https://api.didomi.io/v1/consents/events?organization_id=acme", "method": "POST", "headers": {"Authorization": "Bearer x"},
                "body": {"organization_id": "acme", "user": {"organization_user_id": "u7"}, "consents": {"purposes": [{"id": "cookies", "enabled": True}, {"id": "ads", "enabled": False}]}},
            },
            "hits": [{"account": "acme", "consent": {"cookies": True, "ads": False}, "identifiers": {"organization_user_id": "u7"}}],
        },
        {
            "title": "the loader",
            "request": {"url": "https://sdk.privacy-center.org/0190ab12-0000-4000-8000-000000000000/loader.js?target=shop.example", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "0190ab12-0000-4000-8000-000000000000"}],
        },
    ),
    lookalikes=(
        "https://shop.example/v1/events",
        "https://api.notprivacy-center.org/v1/events",
        "https://sdk.privacy-center.org.evil.example/x/loader.js",
        "https://shop.example/?u=https%3A%2F%2Fapi.privacy-center.org%2Fv1%2Fevents",
        {"url": "https://shop.example/v1/events", "method": "POST", "body": {"type": "pageview", "source": {"type": "web", "key": "k"}, "user": {"id": "u"}}},
        "https://console.didomi.io/login",
    ),
)  # fmt: skip
