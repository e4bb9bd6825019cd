"""LiveRamp: authenticated traffic (ATS) envelopes and id syncs.

Documentation: https://developers.liveramp.com/authenticatedtraffic-api/docs/4-call-the-ats-envelope-api,
https://developers.liveramp.com/authenticatedtraffic-api/docs/7-implement-the-ats-refresh-envelope-api. It hears who, not what: every hit is auxiliary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: wire[key] for key in ("ct", "cv", "gdpr", "gdpr_consent", "us_privacy", "gpp") if wire.get(key)} or None


_READ = QueryReader(
    QueryTable(
        {
            "pid": Row("pid", "Placement ID", "General"),
            "it": Row("it", "Kind of identifier", "General"),
            "iv": Row("iv", "Identifier (hashed)", "User"),
            "atype": Row("atype", "Kind of application", "General"),
            "ct": Row(None, "Kind of consent", "Consent"),
            "cv": Row(None, "Consent string", "Consent"),
            "gdpr": Row(None, "GDPR applies", "Consent"),
            "gdpr_consent": Row(None, "TCF string", "Consent"),
            "us_privacy": Row(None, "US privacy string", "Consent"),
            "gpp": Row(None, "GPP string", "Consent"),
            "partner_uid": Row("partner_uid", "Partner's user ID", "User"),
        }
    ),
    account="pid",
    identifiers=("iv", "partner_uid"),
    kind=lambda event: "auxiliary",
    consent=_consent,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    name = split_url(request.url).path.rpartition("/")[2].partition(".")[0]
    for hit in hits:
        if hit.account is None and name.isdecimal():
            hit.account = name
    return hits


VENDOR = Vendor(
    id="liveramp",
    name="LiveRamp",
    category="advertising",
    docs=(
        "https://developers.liveramp.com/authenticatedtraffic-api/docs/4-call-the-ats-envelope-api",
        "https://developers.liveramp.com/authenticatedtraffic-api/docs/7-implement-the-ats-refresh-envelope-api",
    ),
    endpoints=(
        Endpoint(host="api.rlcdn.com", path="/api/identity/*"),
        *(Endpoint(host=host, path="/*") for host in ("idsync.rlcdn.com", "id.rlcdn.com", "rc.rlcdn.com", "di.rlcdn.com", "ei.rlcdn.com", "analytics.rlcdn.com", "check.analytics.rlcdn.com")),
        Endpoint(host="ats.rlcdn.com", path="/*", role="library"),
        Endpoint(host="ats-wrapper.privacymanager.io", path="/*", role="library"),
        Endpoint(host="launchpad-wrapper.privacymanager.io", path="/*", role="library"),
    ),
    decode=_decode,
    examples=(
        {
            "title": "an envelope asked for",
            "request": {"url": "https://api.rlcdn.com/api/identity/v2/envelope?pid=13795&it=4&iv=f660ab91&ct=4&cv=CP"},
            "hits": [{"kind": "auxiliary", "event": None, "account": "13795", "identifiers": {"iv": "f660ab91"}, "consent": {"ct": "4", "cv": "CP"}}],
        },
        {
            "title": "a sync",
            "request": {"url": "https://idsync.rlcdn.com/395886.gif?partner_uid=u-1"},
            "hits": [{"kind": "auxiliary", "account": "395886", "identifiers": {"partner_uid": "u-1"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/api/identity/envelope?pid=13795",
        "https://api.rlcdn.com.evil.example/api/identity/envelope?pid=1",
        "https://notapi.rlcdn.com/api/identity/envelope?pid=1",
        "https://liveramp.com/",
        "https://shop.example/?u=https%3A%2F%2Fidsync.rlcdn.com%2F1.gif",
    ),
)  # fmt: skip
