"""LogRocket: recordings and its script.

Documentation: https://docs.logrocket.com/reference/getting-started-with-your-api (SDK), https://docs.logrocket.com/docs/content-security-policy (hosts),
https://docs.logrocket.com/docs/troubleshooting-sessions, https://docs.logrocket.com/docs/proxying-traffic-through-your-own-domain.

What is uploaded (``/i``) is protocol buffers; its address tells the application and the recording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, USER, TECHNICAL = "General", "User", "Technical"
_READ = QueryReader(
    {
        "a": Row("application", "Application", GENERAL),
        "r": Row("recording", "Recording ID", USER),
        "t": Row("tab", "Tab ID", USER),
        "u": Row("user", "User ID", USER),
        "is": Row(None, "Part of the session", TECHNICAL),
        "rs": Row(None, "Part of the recording", TECHNICAL),
        "ct": Row(None, "Time", TECHNICAL),
    },
    account="application",
    identifiers=("recording", "tab", "user"),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        hit.kind = "auxiliary"
    return hits


_DOMAINS = (
    "logrocket.io", "logrocket.com", "lr-ingest.io", "lr-ingest.com", "lr-in.com", "lr-in-prod.com", "lr-intake.com", "lrkt-in.com", "logr-in.com",
    "logr-ingest.com", "lgrckt-in.com", "intake-lr.com", "ingest-lr.com", "logr-i.com",
)  # fmt: skip

VENDOR = Vendor(
    id="logrocket",
    name="LogRocket",
    category="replay",
    docs=("https://docs.logrocket.com/reference/getting-started-with-your-api", "https://docs.logrocket.com/docs/content-security-policy"),
    endpoints=(
        *(Endpoint(host=f"{name}.{domain}", path=path) for domain in _DOMAINS for name in ("r", "r-eu", "e") for path in ("/i", "/i/*")),
        *(Endpoint(host=f"cdn.{domain}", role="library", decode=LibraryReader()) for domain in _DOMAINS),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a part of a recording",
            "request": {"url": "https://r.lr-ingest.io/i?a=acme%2Fshop&r=5-0190&t=7b1c&ir=1&is=0&rs=0%2Cu&ct=1", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "acme/shop", "identifiers": {"recording": "5-0190", "tab": "7b1c"}}],
        },
        {
            "title": "a part in protocol buffers, named and kept",
            "request": {"url": "https://r.logr-in.com/i?a=acme%2Fshop&r=5-0190", "method": "POST", "body_base64": "/wCA/w=="},
            "hits": [{"kind": "auxiliary", "account": "acme/shop", "undecoded": "no text: invalid start byte at byte 0"}],
        },
        {
            "title": "an older address, in Europe",
            "request": {"url": "https://r-eu.logrocket.io/i?a=acme%2Fshop&r=4-77&t=9&s=1&is=1", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "acme/shop", "identifiers": {"recording": "4-77"}}],
        },
        {
            "title": "the recorder, at the address the SDK falls back to",
            "request": {"url": "https://cdn.logr-i.com/logger-1.min.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn.lr-ingest.io/LogRocket.min.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/i?a=acme%2Fshop&r=1",
        "https://r.notlr-ingest.io/i?a=acme",
        "https://r.lr-ingest.io.evil.example/i",
        "https://app.logrocket.com/acme/shop",
        "https://r.lr-ingest.io/status",
        "https://shop.example/?u=https%3A%2F%2Fr.lr-ingest.io%2Fi%3Fa%3Dacme",
    ),
)  # fmt: skip
