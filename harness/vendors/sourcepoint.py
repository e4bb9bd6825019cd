"""Sourcepoint: choices and page-view data; messages and metadata are let through, first-party domains recognised.

Documentation: https://docs.sourcepoint.com/hc/en-us/articles/4405387459603 (implementation), https://docs.sourcepoint.com/hc/en-us/articles/4405397484307
(first-party domain), https://github.com/SourcePointUSA (SDKs and their calls).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, CONSENT, USER, TECHNICAL = "General", "Consent", "User", "Technical"
_ACTIONS = {"11": "accept all", "13": "reject all", "1": "save and exit", "12": "show options", "15": "dismiss"}


def _derive(hit: Hit, event: Any, document: Any) -> None:
    consent: dict[str, Any] = {}
    for name in ("euconsent", "uspstring", "gppString"):
        for path in (name, f"gdpr.{name}", f"ccpa.{name}", f"usnat.{name}"):
            if text := text_at(event, path):
                consent[name] = text
    for law in ("gdpr", "ccpa", "usnat", ""):
        for state in ("consentedToAll", "rejectedAny", "rejectedAll", "rejectedLI", "consentedAll", "hasConsentData"):
            found = at(event, f"{law}.consentStatus.{state}" if law else f"consentStatus.{state}")
            if isinstance(found, bool):
                consent[f"{law}.{state}" if law else state] = found
    hit.consent = consent or None


_READ = JsonReader(
    PathTable(
        {
            "accountId": Row("accountId", "Account ID", GENERAL), "siteId": Row("siteId", "Site ID", GENERAL), "propertyId": Row("propertyId", "Property ID", GENERAL), "propertyHref": Row("propertyHref", "Property", GENERAL),
            "messageId": Row("messageId", "Message ID", GENERAL), "prtnUUID": Row("prtnUUID", "Message's partition", TECHNICAL), "mmsDomain": Row("mmsDomain", "Messages' host", TECHNICAL), "authId": Row("authId", "Auth ID", USER), "uuid": Row("uuid", "Consent ID", USER),
            "gdpr.uuid": Row(None, "Consent ID", USER), "ccpa.uuid": Row(None, "Consent ID", USER), "usnat.uuid": Row(None, "Consent ID", USER),
        },
        (Prefix("gdpr.", field=None, label="GDPR {}", group=CONSENT), Prefix("ccpa.", field=None, label="CCPA {}", group=CONSENT), Prefix("usnat.", field=None, label="US {}", group=CONSENT), Prefix("pubData.", field=None, label="{}", group=GENERAL)),
    ),
    account=("accountId", "gdpr.accountId", "ccpa.accountId", "usnat.accountId"), derive=_derive,
    identifiers={"authId": "authId", "uuid": ("uuid", "gdpr.uuid", "ccpa.uuid", "usnat.uuid")}, query=QueryTable({"env": Row("env", "Environment", GENERAL), "accountId": Row("accountId", "Account ID", GENERAL), "siteId": Row("siteId", "Site ID", GENERAL)}),
)  # fmt: skip


def _decode(request: CapturedRequest) -> list[Hit]:
    """``choice/<law>/<action>`` is what the visitor chose; ``pv-data`` tells of the message shown."""
    hits = _READ(request)
    steps = split_url(request.url).path.strip("/").split("/")
    for hit in hits:
        if hit.kind == "undecoded":
            continue
        if "choice" in steps:
            action = steps[-1]
            hit.kind, hit.event = "consent", "choice"
            hit.consent = {**(hit.consent or {}), "action": _ACTIONS.get(action, action)}
        else:
            hit.event = steps[-1] or None
            hit.kind = "consent" if hit.event in ("custom-consent", "tcfv2") else "auxiliary"
    return hits


def _is_sourcepoint(request: CapturedRequest) -> bool:
    start = request.body.data[:65_536]
    return b'"accountId"' in start and any(key in start for key in (b'"propertyHref"', b'"siteId"', b'"propertyId"', b'"pubData"'))


def _account(path: str, wire: Mapping[str, object]) -> str | None:
    found = wire.get("accountId") or wire.get("account_id")
    return str(found) if found else None


_CONFIG, _LIBRARY = LibraryReader("config", account=_account), LibraryReader(account=_account)
_HOSTS = (
    "cdn.privacy-mgmt.com",
    "privacy-mgmt.com",
    "cdn.privacy-mgmt.co",
    "wrapper-api.sp-prod.net",
    "ccpa-service.sp-prod.net",
    "sourcepoint.mgr.consensu.org",
)
_CHOICES = (
    "/wrapper/v2/choice/gdpr/*",
    "/wrapper/v2/choice/ccpa/*",
    "/wrapper/v2/choice/usnat/*",
    "/wrapper/v2/choice/globalcmp/*",
    "/wrapper/v2/choice/preferences/*",
    "/wrapper/v2/pv-data",
    "/wrapper/tcfv2/v1/gdpr/custom-consent",
    "/wrapper/tcfv2/v1/gdpr/pv-data",
    "/ccpa/consent/*",
    "/consent/tcfv2/*",
)

VENDOR = Vendor(
    id="sourcepoint",
    name="Sourcepoint",
    category="consent",
    docs=("https://docs.sourcepoint.com/hc/en-us/articles/4405387459603", "https://docs.sourcepoint.com/hc/en-us/articles/4405397484307"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in _CHOICES),
        Endpoint(host="*", path="*/wrapper/v2/pv-data", recognise=_is_sourcepoint),
        *(Endpoint(host="*", path=f"*/wrapper/v2/choice/{law}/{action}", recognise=_is_sourcepoint) for law in ("gdpr", "ccpa", "usnat", "globalcmp", "preferences") for action in (1, 9, 11, 13, 15)),
        *(Endpoint(host=host, path=path, role="config", decode=_CONFIG) for host in _HOSTS for path in ("/wrapper/*", "/mms/*", "/consent/*", "/ccpa/*")),
        *(Endpoint(host=host, role="library", decode=_LIBRARY) for host in ("cdn.privacy-mgmt.com", "cdn.privacy-mgmt.co", "sourcepoint.mgr.consensu.org")),
    ),
    decode=_decode,
    automatic_events=frozenset({"pv-data"}),
    examples=(
        {
            "title": "a choice",
            "request": {
                "url": "https://cdn.privacy-mgmt.com/wrapper/v2/choice/gdpr/13?env=prod", "method": "POST",
                "body": {"accountId": 22, "siteId": 7, "propertyHref": "https://shop.example", "uuid": "u1", "pubData": {}},
            },
            "hits": [{"kind": "consent", "event": "choice", "account": "22", "consent": {"action": "reject all"}, "identifiers": {"uuid": "u1"}}],
        },
        {
            "title": "page-view data under a first-party domain",
            "request": {
                "url": "https://cmp.shop.example/wrapper/v2/pv-data?env=prod", "method": "POST",
                "body": {"gdpr": {"accountId": 22, "siteId": 7, "uuid": "u1", "euconsent": "CQ", "consentStatus": {"consentedToAll": True}, "pubData": {}}},
            },
            "hits": [{"kind": "auxiliary", "event": "pv-data", "account": "22", "consent": {"euconsent": "CQ", "gdpr.consentedToAll": True}}],
        },
        {
            "title": "a choice in the United States, under the site's own host",
            "request": {
                "url": "https://cmp.shop.example/wrapper/v2/choice/usnat/11?hasCsp=true&env=prod&ch=1", "method": "POST",
                "body": {"accountId": 22, "propertyId": 7, "messageId": 91, "uuid": "u1", "sendPVData": True, "pubData": {}},
            },
            "hits": [{"kind": "consent", "event": "choice", "account": "22", "consent": {"action": "accept all"}, "values": {"messageId": 91}}],
        },
        {
            "title": "a consent of the older service",
            "request": {
                "url": "https://ccpa-service.sp-prod.net/ccpa/consent/13", "method": "POST",
                "body": {"accountId": 22, "propertyId": 7, "propertyHref": "https://shop.example", "uuid": "u1"},
            },
            "hits": [{"account": "22", "identifiers": {"uuid": "u1"}}],
        },
        {
            "title": "what all of a choice would be, asked for",
            "request": {"url": "https://cdn.privacy-mgmt.com/wrapper/v2/choice/consent-all?accountId=22&propertyId=7&env=prod"},
            "hits": [{"kind": "config", "account": "22"}],
        },
        {
            "title": "the metadata",
            "request": {"url": "https://cdn.privacy-mgmt.com/wrapper/v2/meta-data?accountId=22&env=prod&propertyId=7"},
            "hits": [{"kind": "config", "account": "22"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn.privacy-mgmt.com/unified/wrapperMessagingWithoutDetection.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        {"url": "https://shop.example/wrapper/v2/pv-data", "method": "POST", "body": '{"a":1}'},
        "https://shop.example/wrapper/v2/meta-data?accountId=22",
        "https://cdn.notprivacy-mgmt.com/wrapper/v2/pv-data",
        "https://cdn.privacy-mgmt.com.evil.example/wrapper/v2/pv-data",
        {"url": "https://shop.example/wrapper/v2/choice/gdpr/11", "method": "POST", "body": '{"accountId":22}'},
        "https://shop.example/?u=https%3A%2F%2Fcdn.privacy-mgmt.com%2Fwrapper%2Fv2%2Fpv-data",
        "https://docs.sourcepoint.com/hc/en-us",
    ),
)  # fmt: skip
