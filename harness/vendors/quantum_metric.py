"""Quantum Metric: session data and its script.

Documentation: https://www.quantummetric.com/, https://community.quantummetric.com/ (API), https://www.quantummetric.com/legal/subprocessors (hosts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, TECHNICAL = "General", "Page", "User", "Technical"
_READ = QueryReader(
    {
        "T": Row("type", "Type", GENERAL),
        "u": Row("url", "Page address", PAGE),
        "H": Row("hit", "Page hit ID", PAGE),
        "s": Row("session", "Session ID", USER),
        "U": Row("user", "User ID", USER),
        "t": Row(None, "Time", TECHNICAL),
        "v": Row(None, "Page's time", TECHNICAL),
        "z": Row(None, "Compressed", TECHNICAL),
    },
    page="url",
    identifiers=("session", "user"),
)


def _account(path: str, wire: Mapping[str, object]) -> str | None:
    name = path.strip("/").partition("/")[2] if path.startswith("/qscripts/") else path.strip("/").partition("/")[0]
    return name.removeprefix("quantum-").partition(".")[0] or None


def _decode(request: CapturedRequest) -> list[Hit]:
    """The subscription stands in the path, or is the host's name (``acme-app``)."""
    hits = _READ(request)
    address = split_url(request.url)
    for hit in hits:
        first = address.host.partition(".")[0]
        hit.account = first.removesuffix("-app") if first.endswith("-app") else _account(address.path, {})
    return hits


VENDOR = Vendor(
    id="quantum-metric",
    name="Quantum Metric",
    category="replay",
    docs=("https://community.quantummetric.com/",),
    endpoints=(
        *(Endpoint(host=host) for host in ("ingest.quantummetric.com", "rl.quantummetric.com")),
        Endpoint(host="*.quantummetric.com", keys=("T", "u"), recognise=lambda request: "-app." in request.url[:200]),
        Endpoint(host="cdn.quantummetric.com", role="library", decode=LibraryReader(account=_account)),
    ),
    decode=_decode,
    examples=(
        {
            "title": "session data",
            "request": {"url": "https://ingest.quantummetric.com/acme?T=B&u=https%3A%2F%2Fshop.example%2F&t=1795318940362&H=h-1&s=s-1&z=1", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "acme", "page_url": "https://shop.example/", "identifiers": {"session": "s-1"}}],
        },
        {
            "title": "session data to the subscription's own host",
            "request": {"url": "https://acme-app.quantummetric.com/?T=B&u=https%3A%2F%2Fshop.example%2F&s=s-1"},
            "hits": [{"kind": "auxiliary", "account": "acme"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn.quantummetric.com/qscripts/quantum-acme.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "acme"}],
        },
    ),
    lookalikes=(
        "https://shop.example/acme?T=B&u=x",
        "https://ingest.notquantummetric.com/acme?T=B",
        "https://ingest.quantummetric.com.evil.example/acme",
    ),
)  # fmt: skip
