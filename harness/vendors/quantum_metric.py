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
    """``/horizon/acme``, ``/acme``, ``/acme/hash-check``, ``/qscripts/quantum-acme.js``."""
    steps = path.strip("/").split("/")
    name = steps[1] if steps[0] in ("qscripts", "horizon") and len(steps) > 1 else steps[0]
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
        Endpoint(host="ingest.quantummetric.com"),
        Endpoint(host="rl.quantummetric.com", role="config", decode=LibraryReader("config", account=_account)),
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
            "title": "session data as it is sent today, deflated",
            "request": {
                "url": "https://ingest.quantummetric.com/horizon/acme?T=B&u=https%3A%2F%2Fshop.example%2F&t=1718759841282&v=1718760296115&H=a03172667e19effd080dc589&s=3c356f9f&Q=2&S=8953&N=36&z=1",
                "method": "POST", "headers": {"Content-Type": "text/plain"}, "body_base64": "eJyrVkpUslIqTi0uzszPU6oFACZVBSA=",
            },
            "hits": [{"kind": "auxiliary", "account": "acme", "identifiers": {"session": "3c356f9f"}, "parameters": {"N": "36"}}],
        },
        {
            "title": "whether a resource is known",
            "request": {"url": "https://rl.quantummetric.com/acme/hash-check", "method": "POST", "body": {"h": []}},
            "hits": [{"kind": "config", "account": "acme"}],
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
        "https://www.quantummetric.com/",
        "https://shop.example/?u=https%3A%2F%2Fingest.quantummetric.com%2Fhorizon%2Facme",
    ),
)  # fmt: skip
