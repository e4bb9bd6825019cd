"""Piwik PRO Tag Manager: the container, asynchronous, synchronous or for browsers without scripts.

Addresses: https://help.piwik.pro/support/getting-started/install-a-container-with-tags/,
https://developers.piwik.pro/docs/piwik-pro-tag-manager.
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


def _container(path: str, wire: Mapping[str, Any]) -> str | None:
    """The UUID that one of the path's steps begins with."""
    for step in path.split("/"):
        groups = step.partition(".")[0].split("-")
        if [len(each) for each in groups] == [8, 4, 4, 4, 12] and _HEX.issuperset("".join(groups)):
            return step.partition(".")[0]
    return None


def _is_container(request: CapturedRequest) -> bool:
    path = split_url(request.url).path
    return _container(path, {}) is not None and path.endswith((".js", "/noscript.html"))


_READ = LibraryReader(account=_container)
_ID = "45e07cbf-c8b3-42f3-a6d6-a5a176f623ef"

VENDOR = Vendor(
    id="piwik-pro-tm",
    name="Piwik PRO Tag Manager",
    category="tag-manager",
    docs=("https://help.piwik.pro/support/getting-started/install-a-container-with-tags/", "https://developers.piwik.pro/docs/piwik-pro-tag-manager"),
    endpoints=(
        *(Endpoint(host=host, path="/*", role="library", recognise=_is_container, decode=_READ) for host in ("*.containers.piwik.pro", "*.piwik.pro")),
        Endpoint(host="*", path="*/containers/*", role="library", recognise=_is_container, decode=_READ),
        *(Endpoint(host=host, path=path, role="library", decode=LibraryReader()) for host in ("*.containers.piwik.pro", "*.piwik.pro") for path in ("/ppms.js", "/piwik.js", "/debugger/*")),
    ),
    decode=_READ,
    examples=(
        {
            "title": "the container",
            "request": {"url": f"https://shop.containers.piwik.pro/{_ID}.js"},
            "hits": [{"kind": "library", "account": _ID}],
        },
        {
            "title": "the synchronous container at its older address",
            "request": {"url": f"https://shop.piwik.pro/containers/{_ID}.sync.js"},
            "hits": [{"kind": "library", "account": _ID}],
        },
        {
            "title": "on the site's own host, without scripts",
            "request": {"url": f"https://tags.shop.example/containers/{_ID}/noscript.html"},
            "hits": [{"kind": "library", "account": _ID}],
        },
    ),
    lookalikes=(
        "https://shop.example/containers/app.js",
        f"https://shop.containers.piwik.pro.evil.example/{_ID}.js",
        f"https://shop.example/?u=https%3A%2F%2Fshop.containers.piwik.pro%2F{_ID}.js",
        "https://shop.piwik.pro/ppms.php?rec=1",
    ),
)  # fmt: skip
