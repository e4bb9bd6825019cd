"""CookieYes: consents logged; its script and settings are let through.

Documentation: https://www.cookieyes.com/documentation/ (script), https://www.cookieyes.com/documentation/consent-log/,
https://www.cookieyes.com/documentation/content-security-policy/ (hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.document import at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, CONSENT, USER = "General", "Consent", "User"
_READ = QueryReader(
    {
        "key": Row("key", "Website key", GENERAL),
        "consent_id": Row("consent_id", "Consent ID", USER),
        "log": Row("log", "Choices", CONSENT, "json"),
        "log_time": Row("log_time", "Time", GENERAL),
        "action": Row("action", "Action", CONSENT),
    },
    event=lambda values: "consent",
    account="key",
    identifiers=("consent_id",),
    kind=lambda event: "consent",
    time="log_time",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        log = hit.values.get("log") or at(read_body(request).value, "log")
        consent = (
            {name: text_at(each, "status") in ("yes", "accept", "true") for each in log if (name := text_at(each, "name"))}
            if isinstance(log, list)
            else {}
        )
        hit.consent = consent or None
    return hits


def _client(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    return steps[steps.index("client_data") + 1] or None if "client_data" in steps[:-1] else None


VENDOR = Vendor(
    id="cookieyes",
    name="CookieYes",
    category="consent",
    docs=("https://www.cookieyes.com/documentation/", "https://www.cookieyes.com/documentation/consent-log/"),
    endpoints=(
        *(Endpoint(host="log.cookieyes.com", path=path) for path in ("/api/v1/log", "/api/v1/consent")),
        Endpoint(host="directory.cookieyes.com", role="config", decode=LibraryReader("config")),
        Endpoint(host="cdn-cookieyes.com", path="/client_data/*.json", role="config", decode=LibraryReader("config", account=_client)),
        Endpoint(host="cdn-cookieyes.com", role="library", decode=LibraryReader(account=_client)),
    ),
    decode=_decode,
    automatic_events=frozenset({"consent"}),
    examples=(
        {
            "title": "a consent",
            "request": {
                "url": "https://log.cookieyes.com/api/v1/log", "method": "POST",
                "body": "consent_id=c1&key=k1&log_time=1795318940362&log=%5B%7B%22name%22%3A%22analytics%22%2C%22status%22%3A%22yes%22%7D%2C%7B%22name%22%3A%22advertisement%22%2C%22status%22%3A%22no%22%7D%5D",
            },
            "hits": [{"kind": "consent", "event": "consent", "account": "k1", "consent": {"analytics": True, "advertisement": False}, "identifiers": {"consent_id": "c1"}}],
        },
        {
            "title": "a consent as JSON",
            "request": {"url": "https://log.cookieyes.com/api/v1/log", "method": "POST", "body": {"key": "k1", "consent_id": "c1", "log": [{"name": "analytics", "status": "yes"}]}},
            "hits": [{"kind": "consent", "account": "k1", "consent": {"analytics": True}}],
        },
        {
            "title": "a consent as a form's parts",
            "request": {
                "url": "https://log.cookieyes.com/api/v1/log", "method": "POST", "headers": {"Content-Type": "multipart/form-data; boundary=b"},
                "body": '--b\r\nContent-Disposition: form-data; name="log"\r\n\r\n[{"name":"necessary","status":"yes"},{"name":"analytics","status":"no"}]\r\n--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nk1\r\n--b--\r\n',
            },
            "hits": [{"kind": "consent", "event": "consent", "account": "k1", "consent": {"necessary": True, "analytics": False}}],
        },
        {
            "title": "the banner's settings",
            "request": {"url": "https://cdn-cookieyes.com/client_data/ab12cd34/config/x.json"},
            "hits": [{"kind": "config", "account": "ab12cd34"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn-cookieyes.com/client_data/ab12cd34/script.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12cd34"}],
        },
    ),
    lookalikes=("https://shop.example/api/v1/log?key=1", "https://log.notcookieyes.com/api/v1/log", "https://cdn-cookieyes.com.evil.example/client_data/a/script.js", "https://log.cookieyes.com/status", "https://www.cookieyes.com/documentation/", "https://shop.example/?u=https%3A%2F%2Flog.cookieyes.com%2Fapi%2Fv1%2Flog"),
)  # fmt: skip
