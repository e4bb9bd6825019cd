"""Usercentrics: saved consents and its analytics; scripts and settings are let through.

Documentation: https://usercentrics.com/docs/web/ (CMP), https://docs.usercentrics.com/ (settings and hosts),
https://www.npmjs.com/package/@usercentrics/cmp-browser-sdk (SDK).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import PathTable, at, text_at
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, CONSENT, USER, TECHNICAL = "General", "Consent", "User", "Technical"


def _derive(hit: Hit, event: Any, document: Any) -> None:
    """The state of each service, wherever the call keeps its list."""
    lists = (at(event, "consents"), at(event, "variables.consents"), at(event, "variables.input.consents"))
    consent: dict[str, Any] = {}
    for each in next((found for found in lists if isinstance(found, list)), []):
        name = text_at(each, "dataProcessingService") or text_at(each, "consentTemplateId") or text_at(each, "templateId")
        status = each.get("consentStatus", each.get("status")) if isinstance(each, dict) else None
        if name and isinstance(status, str | bool):
            consent[name] = str(status).lower() == "true"
    more = text_at(event, "acString")
    if more:
        consent["ac"] = more
    text = text_at(event, "consentString.TCF2") or text_at(event, "consentString")
    if text:
        consent["tcf"] = text
    hit.consent = consent or None
    first = next((each for found in lists if isinstance(found, list) for each in found), None)
    hit.account = hit.account or text_at(first, "settingsId")
    controller = text_at(first, "controllerId")
    if controller:
        hit.identifiers.setdefault("controllerId", controller)


_SAVE = JsonReader(
    PathTable(
        {
            "settingsId": Row("settingsId", "Settings ID", GENERAL), "controllerId": Row("controllerId", "Controller ID", USER), "action": Row("action", "Action", CONSENT),
            "operationName": Row("operationName", "Operation", GENERAL), "query": Row(None, "Query", TECHNICAL), "language": Row("language", "Language", GENERAL),
            "consents[].consentTemplateId": Row(None, "Service", CONSENT), "consents[].consentStatus": Row(None, "Consent", CONSENT),
        },
        (Prefix("consents[].", field=None, group=CONSENT), Prefix("variables.", field=None, group=CONSENT), Prefix("consentString.", field=None, group=CONSENT)),
    ),
    event=("action", "operationName"), account=("settingsId", "variables.settingsId"),
    identifiers={"controllerId": ("controllerId", "variables.controllerId"), "processorId": "processorId"},
    kind=lambda name, event: "auxiliary" if name == "saveTagLoggerData" else "consent", derive=_derive,
)  # fmt: skip
_UCT = QueryReader(
    QueryTable(
        {
            "sid": Row("settingsId", "Settings ID", GENERAL), "settingsId": Row("settingsId", "Settings ID", GENERAL), "t": Row("type", "Type", GENERAL), "r": Row("page", "Page address", GENERAL),
            "abv": Row("variant", "Variant", GENERAL), "v": Row(None, "Version", TECHNICAL), "cb": Row(None, "Cache buster", TECHNICAL),
        }
    ),
    event="type", account="settingsId", page="page", kind=lambda event: "auxiliary",
)  # fmt: skip


def _save(request: CapturedRequest) -> list[Hit]:
    hits = _SAVE(request)
    if not request.body.data:
        for hit in hits:
            hit.kind = "config"
    return hits


def _settings(path: str, wire: Mapping[str, object]) -> str | None:
    steps = path.split("/")
    found = steps[steps.index("settings") + 1] if "settings" in steps[:-1] else wire.get("settingsId")
    return str(found) if found else None


_CONFIG, _LIBRARY = LibraryReader("config", account=_settings), LibraryReader(account=_settings)

VENDOR = Vendor(
    id="usercentrics",
    name="Usercentrics",
    category="consent",
    docs=("https://usercentrics.com/docs/web/", "https://docs.usercentrics.com/"),
    endpoints=(
        *(Endpoint(host=host, decode=_save) for host in ("consent-api.service.consent.usercentrics.eu", "consent-api.service.consent.eu1.usercentrics.eu", "consent-rt-ret.service.consent.usercentrics.eu", "consent-rt-ret.service.consent.eu1.usercentrics.eu")),
        *(Endpoint(host=host, path="/graphql", decode=_save) for host in ("graphql.usercentrics.eu", "graphql.eu.usercentrics.eu")),
        *(Endpoint(host=host, path="/uct", decode=_UCT) for host in ("uct.service.usercentrics.eu", "uct.eu.usercentrics.eu")),
        *(Endpoint(host=host, path="/session/1px.png", decode=_UCT) for host in ("app.usercentrics.eu", "app.eu.usercentrics.eu")),
        *(Endpoint(host=host, role="config", decode=_CONFIG) for host in ("api.usercentrics.eu", "api.eu.usercentrics.eu", "aggregator.service.usercentrics.eu", "aggregator.eu.usercentrics.eu", "consents.usercentrics.eu", "consents.eu.usercentrics.eu", "config.eu.usercentrics.eu", "v1.api.service.cmp.usercentrics.eu")),
        *(Endpoint(host=host, role="library", decode=_LIBRARY) for host in ("app.usercentrics.eu", "app.eu.usercentrics.eu", "web.cmp.usercentrics.eu", "web.eu1.cmp.usercentrics.eu", "privacy-proxy.usercentrics.eu")),
    ),
    decode=_save,
    examples=(
        {
            "title": "consents saved",
            "request": {
                "url": "https://consent-api.service.consent.usercentrics.eu/consent/uw/3", "method": "POST",
                "body": {
                    "action": "onAcceptAllServices", "controllerId": "c1", "settingsId": "set1", "language": "en",
                    "consents": [{"consentTemplateId": "HkocEodjb7", "consentStatus": True}, {"consentTemplateId": "S1_9Vsuj", "consentStatus": False}],
                },
            },
            "hits": [
                {
                    "kind": "consent", "event": "onAcceptAllServices", "account": "set1", "consent": {"HkocEodjb7": True, "S1_9Vsuj": False}, "identifiers": {"controllerId": "c1"},
                }
            ],
        },
        {
            "title": "consents saved in the European region, with their TCF string",
            "request": {
                "url": "https://consent-api.service.consent.eu1.usercentrics.eu/consent/uw/3", "method": "POST",
                "body": {
                    "action": "onDenyAllServices", "analytics": False, "appVersion": "4.40.0", "controllerId": "c1", "settingsId": "set1", "language": "de",
                    "consents": [{"consentTemplateId": "S1_9Vsuj", "consentStatus": False, "consentTemplateVersion": "1.0"}],
                    "consentString": "CP", "acString": "2~1", "xdevice": False,
                },
            },
            "hits": [{"kind": "consent", "event": "onDenyAllServices", "account": "set1", "consent": {"S1_9Vsuj": False, "tcf": "CP", "ac": "2~1"}}],
        },
        {
            "title": "consents saved in the older form",
            "request": {
                "url": "https://graphql.usercentrics.eu/graphql", "method": "POST",
                "body": {
                    "operationName": "saveConsents", "query": "mutation saveConsents($consents: [NewCreateConsentInput]) {}",
                    "variables": {"consents": [{"controllerId": "c1", "settingsId": "set1", "consentTemplateId": "S1_9Vsuj", "consentStatus": "True", "action": "onUpdateServices"}]},
                },
            },
            "hits": [{"kind": "consent", "event": "saveConsents", "account": "set1", "consent": {"S1_9Vsuj": True}, "identifiers": {"controllerId": "c1"}}],
        },
        {
            "title": "a session counted",
            "request": {"url": "https://app.usercentrics.eu/session/1px.png?settingsId=set1", "resource_type": "image"},
            "hits": [{"kind": "auxiliary", "account": "set1"}],
        },
        {
            "title": "the CMP's own pixel",
            "request": {"url": "https://uct.service.usercentrics.eu/uct?v=1&sid=set1&t=1&abv=&r=https%3A%2F%2Fshop.example%2F&cb=1"},
            "hits": [{"kind": "auxiliary", "event": "1", "account": "set1"}],
        },
        {
            "title": "the settings",
            "request": {"url": "https://api.usercentrics.eu/settings/set1/latest/en.json"},
            "hits": [{"kind": "config", "account": "set1"}],
        },
    ),
    lookalikes=(
        "https://shop.example/?u=https%3A%2F%2Fuct.service.usercentrics.eu%2Fuct%3Fsid%3D1",
        "https://shop.example/uct?sid=set1",
        "https://app.notusercentrics.eu/browser-ui/latest/loader.js",
        "https://api.usercentrics.eu.evil.example/settings/x/latest/en.json",
        "https://www.usercentrics.eu/",
    ),
)  # fmt: skip
