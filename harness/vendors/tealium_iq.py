"""Tealium iQ Tag Management: the container and its tags' scripts.

Addresses: https://docs.tealium.com/platforms/javascript/install/ (utag.js, utag.sync.js),
https://docs.tealium.com/iq-tag-management/administration/publish-settings/ (environments, own hosts).
The account is ``account/profile``, the environment stands in ``values``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.readers import LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = LibraryReader()
_ENVIRONMENTS = frozenset(("prod", "qa", "dev"))


def _decode(request: CapturedRequest) -> list[Hit]:
    steps = split_url(request.url).path.strip("/").split("/")
    if steps[-2:-1] == ["tiqapp"]:
        return _COUNTER(request)
    hits = _READ(request)
    if len(steps) > 2:
        named = len(steps) > 3 and steps[-4] != "utag"
        for hit in hits:
            hit.account = f"{steps[-4]}/{steps[-3]}" if named else steps[-3]
            hit.values["environment"] = steps[-2]
    return hits


def _visit(path: str, wire: Mapping[str, object]) -> str | None:
    """The visit counter names account, profile and version in ``a``."""
    steps = str(wire.get("a") or "").split("/")
    return "/".join(steps[:2]) if len(steps) > 1 else None


_COUNTER = LibraryReader(account=_visit)


def _is_container(request: CapturedRequest) -> bool:
    """Told on the site's own host by a profile and one of the three usual environments before the file, or Tealium's own folders."""
    steps = split_url(request.url).path.strip("/").split("/")
    placed = steps[-2] in _ENVIRONMENTS if len(steps) > 2 else False
    return (placed or steps[-5:-4] == ["utag"]) and request.resource_type in (None, "script") and not request.body.data


_FILES = ("utag.js", "utag.sync.js")

VENDOR = Vendor(
    id="tealium-iq",
    name="Tealium iQ",
    category="tag-manager",
    docs=("https://docs.tealium.com/platforms/javascript/install/",),
    endpoints=(
        Endpoint(host="tags.tiqcdn.com", path="/utag/tiqapp/*", role="library", decode=_COUNTER),
        *(
            Endpoint(host=host, path=f"/utag/*/{name}", role="library", decode=_decode)
            for host in ("tags.tiqcdn.com", "tags.tiqcdn.cn", "tealium-f.akamaihd.net", "*.tiqcdn.com")
            for name in ("utag.js", "utag.sync.js", "utag.*.js")
        ),
        *(Endpoint(host="*", path=f"*/{name}", role="library", recognise=_is_container, decode=_decode) for name in _FILES),
        Endpoint(host="*", path="*/utag/*/utag.*.js", role="library", recognise=_is_container, decode=_decode),
    ),
    decode=_decode,
    examples=(
        {
            "title": "the visit counter",
            "request": {"url": "https://tags.tiqcdn.com/utag/tiqapp/utag.v.js?a=acme/main/202611011200&cb=1795"},
            "hits": [{"kind": "library", "account": "acme/main"}],
        },
        {
            "title": "the container",
            "request": {"url": "https://tags.tiqcdn.com/utag/acme/main/prod/utag.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "acme/main", "values": {"environment": "prod"}}],
        },
        {
            "title": "a tag's script",
            "request": {"url": "https://tags.tiqcdn.com/utag/acme/main/qa/utag.12.js?utv=ut4.46.202611"},
            "hits": [{"kind": "library", "account": "acme/main", "values": {"environment": "qa"}, "parameters": {"utv": "ut4.46.202611"}}],
        },
        {
            "title": "the container on the site's own host",
            "request": {"url": "https://tags.shop.example/acme/main/prod/utag.sync.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "acme/main"}],
        },
        {
            "title": "a container and a tag in Tealium's folders on the site's own host, in an environment of its own",
            "request": {"url": "https://cdn.shop.example/utag/acme/main/dev-2/utag.7.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "acme/main", "values": {"environment": "dev-2"}}],
        },
        {
            "title": "the container on the site's own host, by profile only",
            "request": {"url": "https://tags.shop.example/main/prod/utag.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "main", "values": {"environment": "prod"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/js/utag.js",
        "https://shop.example/utag/readme/utag.7.js",
        "https://nottags.tiqcdn.com.evil.example/utag/acme/utag.js",
        "https://shop.example/?u=https%3A%2F%2Ftags.tiqcdn.com%2Futag%2Facme%2Fmain%2Fprod%2Futag.js",
        "https://docs.tealium.com/utag/acme/main/utag.css",
    ),
)  # fmt: skip
