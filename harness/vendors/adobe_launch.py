"""Adobe Experience Platform Tags (Launch): the library and its parts, from Adobe's CDN, its node in China, or the site's own host.

Addresses: https://experienceleague.adobe.com/en/docs/experience-platform/tags/publish/environments/environments,
https://experienceleague.adobe.com/en/docs/experience-platform/tags/publish/hosts/self-hosting-libraries.
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


def _property(path: str, wire: Mapping[str, Any]) -> str | None:
    """``/<company>/<property>/launch-….min.js``, or the library's own ID where nothing stands before it."""
    steps = path.strip("/").split("/")
    return "/".join(steps[:2]) if len(steps) > 2 else steps[-1].partition(".")[0].removeprefix("launch-") or None


def _is_library(request: CapturedRequest) -> bool:
    """Told on any host by the library's ID in the file's name (``launch-EN…``, ``launch-<12 hex>``) and the folders Adobe gives it."""
    steps = split_url(request.url).path.strip("/").split("/")
    name = steps[-1]
    if not name.startswith("launch-") or not name.endswith(".js"):
        return False
    identity = name[7:].partition(".")[0].partition("-")[0]
    hashed = len(identity) == 12 and _HEX.issuperset(identity)
    legacy = len(identity) == 34 and identity[:2] == "EN" and _HEX.issuperset(identity[2:])
    return hashed or legacy


_READ = LibraryReader(account=_property)

VENDOR = Vendor(
    id="adobe-launch",
    name="Adobe Experience Platform Tags (Launch)",
    category="tag-manager",
    docs=("https://experienceleague.adobe.com/en/docs/experience-platform/tags/publish/environments/environments",),
    endpoints=(
        *(
            Endpoint(host=host, path=path, role="library", decode=_READ)
            for host in ("assets.adobedtm.com", "assets.adoberesources.cn")
            for path in ("*/launch-*.js", "/launch-*.js", "/extensions/*", "*/RC*.js", "*/EX*.js", "*/AppMeasurement*.js")
        ),
        Endpoint(host="*", path="*/launch/*", role="library", recognise=_is_library, decode=_READ),
        Endpoint(host="*", path="*/adobe/*", role="library", recognise=_is_library, decode=_READ),
        Endpoint(host="*", path="*/tags/*", role="library", recognise=_is_library, decode=_READ),
        *(
            Endpoint(host="*", path=f"*/{folder}/launch-*.js", role="library", recognise=_is_library, decode=_READ)
            for folder in ("scripts", "dtm", "tag")
        ),
    ),
    decode=_READ,
    examples=(
        {
            "title": "the library",
            "request": {"url": "https://assets.adobedtm.com/38aee39cc23f/1468c748dfc1/launch-a653f5a3fe63.min.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "38aee39cc23f/1468c748dfc1"}],
        },
        {
            "title": "an older library in development",
            "request": {"url": "https://assets.adobedtm.com/launch-EN1a3eedebf2dc4a55a9f4ddf1f8b65b4e-development.min.js"},
            "hits": [{"kind": "library", "account": "EN1a3eedebf2dc4a55a9f4ddf1f8b65b4e-development"}],
        },
        {
            "title": "the node in China",
            "request": {"url": "https://assets.adoberesources.cn/38aee39cc23f/1468c748dfc1/launch-a653f5a3fe63.min.js"},
            "hits": [{"kind": "library", "account": "38aee39cc23f/1468c748dfc1"}],
        },
        {
            "title": "on the site's own host",
            "request": {"url": "https://shop.example/launch/38aee39cc23f/1468c748dfc1/launch-a653f5a3fe63.min.js"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/launch/launch-party.js",
        "https://assets.adobedtm.com.evil.example/launch-a653f5a3fe63.min.js",
        "https://assets.adobedtm.com/38aee39cc23f/satelliteLib-38aee39cc23f.js",
        "https://shop.example/scripts/launch-countdown.min.js",
        "https://shop.example/?u=https%3A%2F%2Fassets.adobedtm.com%2Flaunch-a653f5a3fe63.min.js",
    ),
)  # fmt: skip
