"""Adobe Dynamic Tag Management (retired in 2021): ``satelliteLib`` and its parts.

Addresses: https://experienceleague.adobe.com/en/docs/dtm/using/c-overview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.readers import LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_HEX = frozenset("0123456789abcdefABCDEF")


def _company(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.strip("/").split("/")
    return steps[0] if len(steps) > 1 and len(steps[0]) >= 36 and _HEX.issuperset(steps[0]) else None


def _is_library(request: CapturedRequest) -> bool:
    """Told on any host by the 40 hexadecimal digits in the file's name."""
    name = split_url(request.url).path.rpartition("/")[2]
    identity = name.removeprefix("satelliteLib-").partition(".")[0].partition("-")[0]
    return name.startswith("satelliteLib-") and len(identity) == 40 and _HEX.issuperset(identity)


_LIBRARY = LibraryReader(account=_company)


def _read(request: CapturedRequest) -> list[Hit]:
    """Which of a property's two libraries is told by its file's name."""
    hits = _LIBRARY(request)
    path = split_url(request.url).path
    for hit in hits:
        if "/satelliteLib-" in path:
            hit.values["environment"] = "staging" if path.endswith("-staging.js") else "production"
    return hits


_LIB = "satelliteLib-1dbb24f6dd4a7d9f8a2e8c8fd5f2b5a0a1b2c3d4"

VENDOR = Vendor(
    id="adobe-dtm",
    name="Adobe Dynamic Tag Management",
    category="tag-manager",
    docs=("https://experienceleague.adobe.com/en/docs/dtm/using/c-overview",),
    endpoints=(
        *(
            Endpoint(host=host, path=path, role="library", decode=_read)
            for host in ("assets.adobedtm.com", "www.adobedtm.com")
            for path in ("*/satelliteLib-*.js", "*/satellite-*.js", "*/s-code-contents-*.js", "*/mbox-contents-*.js", "*/scripts/*")
        ),
        Endpoint(host="*", path="*/dtm/*", role="library", recognise=_is_library, decode=_read),
        Endpoint(host="*", path="*/scripts/*", role="library", recognise=_is_library, decode=_read),
    ),
    decode=_read,
    examples=(
        {
            "title": "the library",
            "request": {"url": f"https://assets.adobedtm.com/8a93f8486ba5492890126c9c3aa0d7cd6e1f/{_LIB}.js"},
            "hits": [{"kind": "library", "account": "8a93f8486ba5492890126c9c3aa0d7cd6e1f", "values": {"environment": "production"}}],
        },
        {
            "title": "the staging library",
            "request": {"url": f"https://assets.adobedtm.com/8a93f8486ba5492890126c9c3aa0d7cd6e1f/{_LIB}-staging.js"},
            "hits": [{"kind": "library", "account": "8a93f8486ba5492890126c9c3aa0d7cd6e1f", "values": {"environment": "staging"}}],
        },
        {
            "title": "a rule's script",
            "request": {"url": "https://assets.adobedtm.com/8a93f8486ba5492890126c9c3aa0d7cd6e1f/scripts/satellite-57f2a8f564746d7f3a00c6b7.js"},
            "hits": [{"kind": "library", "account": "8a93f8486ba5492890126c9c3aa0d7cd6e1f"}],
        },
        {
            "title": "on the site's own host",
            "request": {"url": f"https://shop.example/dtm/{_LIB}-staging.js"},
            "hits": [{"kind": "library", "account": None, "values": {"environment": "staging"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/dtm/satelliteLib-x.js",
        "https://notassets.adobedtm.com/a/satelliteLib-x.js",
        "https://assets.adobedtm.com.evil.example/a/satelliteLib-x.js",
        "https://assets.adobedtm.com/38aee39cc23f/1468c748dfc1/launch-a653f5a3fe63.min.js",
        "https://shop.example/?u=https%3A%2F%2Fassets.adobedtm.com%2Fa%2FsatelliteLib-x.js",
    ),
)  # fmt: skip
