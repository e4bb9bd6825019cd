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

GENERAL, CONSENT, USER, TECHNICAL = "General", "Consent", "User", "Technical"
_READ = QueryReader(
    {
        "key": Row("key", "Website key", GENERAL),
        "consent_id": Row("consent_id", "Consent ID", USER),
        "consent_session_id": Row("consent_id", "Consent ID", USER),
        "log": Row("log", "Choices", CONSENT, "json"),
        "log_time": Row("log_time", "Time", TECHNICAL),
        "action": Row("action", "Action", CONSENT),
        "request_type": Row("request_type", "What happened", GENERAL),
        "event_log_time": Row("log_time", "Time", TECHNICAL),
        "payload": Row("payload", "Banner and consent", GENERAL, "json"),
        "language": Row("language", "Language", GENERAL),
        "consented_domain": Row("consented_domain", "Domain", GENERAL),
        "cookie_list_version": Row(None, "Version of the list of cookies", TECHNICAL),
        "ip": Row(None, "Address and country", USER, "json"),
    },
    account="key",
    identifiers=("consent_id", "consent_session_id"),
    time="log_time",
    lifted=("payload",),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """Choices are a ``log``; the banner's own events (``banner_load``) name themselves in ``request_type``."""
    hits = _READ(request)
    for hit in hits:
        log = hit.values.get("log") or at(read_body(request).value, "log")
        if not isinstance(log, list) and hit.values.get("request_type"):
            hit.kind, hit.event = "auxiliary", str(hit.values["request_type"])
            continue
        hit.kind, hit.event = "consent", "consent"
        consent = (
            {name: text_at(each, "status") in ("yes", "accept", "true") for each in log if (name := text_at(each, "name"))}
            if isinstance(log, list)
            else {}
        )
        hit.consent = consent or None
    return hits


def _active(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    return steps[2] or None if len(steps) > 2 else None


def _client(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.split("/")
    return steps[steps.index("client_data") + 1] or None if "client_data" in steps[:-1] else None


VENDOR = Vendor(
    id="cookieyes",
    name="CookieYes",
    category="consent",
    docs=("https://www.cookieyes.com/documentation/", "https://www.cookieyes.com/documentation/consent-log/"),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("log.cookieyes.com", "consentlog.cookieyes.com", "app.cookieyes.com") for path in ("/api/v1/log", "/api/v1/consent")),
        Endpoint(host="active.cookieyes.com", path="/api/*/log", decode=LibraryReader("auxiliary", account=_active)),
        Endpoint(host="directory.cookieyes.com", role="config", decode=LibraryReader("config")),
        Endpoint(host="cdn-cookieyes.com", path="/client_data/*.json", role="config", decode=LibraryReader("config", account=_client)),
        Endpoint(host="cdn-cookieyes.com", role="library", decode=LibraryReader(account=_client)),
    ),
    decode=_decode,
    automatic_events=frozenset({"consent", "banner_load", "banner_view"}),
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
            "title": "the banner loaded",
            "request": {
                "url": "https://log.cookieyes.com/api/v1/log", "method": "POST", "headers": {"Content-Type": "multipart/form-data; boundary=b"},
                "body": '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nk1\r\n--b\r\nContent-Disposition: form-data; name="request_type"\r\n\r\nbanner_load\r\n--b\r\nContent-Disposition: form-data; name="event_log_time"\r\n\r\n1795318940\r\n--b\r\nContent-Disposition: form-data; name="payload"\r\n\r\n{"consent_session_id":"c1","banner_id":"7"}\r\n--b--\r\n',
            },
            "hits": [{"kind": "auxiliary", "event": "banner_load", "account": "k1", "event_time": 1795318940.0, "identifiers": {"consent_session_id": "c1"}, "consent": None, "values": {"banner_id": "7"}}],
        },
        {
            "title": "a consent, at the address of its own",
            "request": {
                "url": "https://consentlog.cookieyes.com/api/v1/log", "method": "POST",
                "body": "log=%5B%7B%22name%22%3A%22analytics%22%2C%22status%22%3A%22no%22%7D%2C%7B%22name%22%3A%22CookieYes+Consent%22%2C%22status%22%3A%22yes%22%7D%5D&key=k1&consent_id=c1&language=en&consented_domain=shop.example",
            },
            "hits": [{"kind": "consent", "event": "consent", "consent": {"analytics": False, "CookieYes Consent": True}, "values": {"consented_domain": "shop.example"}}],
        },
        {
            "title": "a visit counted, by the older script",
            "request": {"url": "https://active.cookieyes.com/api/23f60220ba8179c107119d98/log", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "23f60220ba8179c107119d98"}],
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
