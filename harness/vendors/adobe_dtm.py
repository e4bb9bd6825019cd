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

_HEX = frozenset("0123456789abcdefABCDEF")


def _company(path: str, wire: Mapping[str, Any]) -> str | None:
    steps = path.strip("/").split("/")
    return steps[0] if len(steps) > 1 else None


def _is_library(request: CapturedRequest) -> bool:
    """Told on any host by the 40 hexadecimal digits in the file's name."""
    name = split_url(request.url).path.rpartition("/")[2]
    identity = name.removeprefix("satelliteLib-").partition(".")[0].partition("-")[0]
    return name.startswith("satelliteLib-") and len(identity) == 40 and _HEX.issuperset(identity)


_READ = LibraryReader(account=_company)
_LIB = "satelliteLib-1dbb24f6dd4a7d9f8a2e8c8fd5f2b5a0a1b2c3d4"

VENDOR = Vendor(
    id="adobe-dtm",
    name="Adobe Dynamic Tag Management",
    category="tag-manager",
    docs=("https://experienceleague.adobe.com/en/docs/dtm/using/c-overview",),
    endpoints=(
        *(
            Endpoint(host=host, path=path, role="library", decode=_READ)
            for host in ("assets.adobedtm.com", "www.adobedtm.com")
            for path in ("*/satelliteLib-*.js", "*/satellite-*.js", "*/s-code-contents-*.js", "*/mbox-contents-*.js", "*/scripts/*")
        ),
        Endpoint(host="*", path="*/dtm/*", role="library", recognise=_is_library, decode=_READ),
        Endpoint(host="*", path="*/scripts/*", role="library", recognise=_is_library, decode=_READ),
    ),
    decode=_READ,
    examples=(
        {
            "title": "the library",
            "request": {"url": f"https://assets.adobedtm.com/8a93f8486ba5492890126c9c3aa0d7cd6e1f/{_LIB}.js"},
            "hits": [{"kind": "library", "account": "8a93f8486ba5492890126c9c3aa0d7cd6e1f"}],
        },
        {
            "title": "on the site's own host",
            "request": {"url": f"https://shop.example/dtm/{_LIB}-staging.js"},
            "hits": [{"kind": "library", "account": "dtm"}],
        },
    ),
    lookalikes=(
        "https://shop.example/dtm/satelliteLib-x.js",
        "https://assets.adobedtm.com.evil.example/a/satelliteLib-x.js",
        "https://assets.adobedtm.com/38aee39cc23f/1468c748dfc1/launch-a653f5a3fe63.min.js",
        "https://shop.example/?u=https%3A%2F%2Fassets.adobedtm.com%2Fa%2FsatelliteLib-x.js",
    ),
)  # fmt: skip
