"""Google Tag Manager and the Google tag: the scripts that are fetched, not what they send.

Addresses: https://developers.google.com/tag-platform/tag-manager/web (gtm.js, ns.html),
https://developers.google.com/tag-platform/gtagjs/install (gtag/js),
https://developers.google.com/tag-platform/tag-manager/server-side/dependency-serving (served by the site's own host),
https://developers.google.com/tag-platform/tag-manager/gateway/setup-guide (Google tag gateway).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Row, unescape
from harness.decode.readers import LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

_TABLE = {
    "id": Row("id", "Container or tag ID", "General"),
    "l": Row("data_layer", "Data layer name", "General"),
    "gtm_auth": Row("gtm_auth", "Environment authorisation", "Environment"),
    "gtm_preview": Row("gtm_preview", "Environment", "Environment"),
    "gtm_cookies_win": Row(None, "Environment cookies", "Environment"),
    "gtm_debug": Row(None, "Debug", "Environment"),
    "cx": Row(None, "Context", "Technical"),
    "gtm": Row(None, "Loaded by", "Technical"),
    "tag_exp": Row(None, "Tag experiments", "Technical"),
}
_LIBRARY = LibraryReader(account="id", table=_TABLE)
_BEACON = LibraryReader("auxiliary", account="id", table=_TABLE)
_KINDS = frozenset(("GTM", "G", "GT", "AW", "DC", "MC", "UA", "OPT"))


def _is_tag(request: CapturedRequest) -> bool:
    """A script or frame asked for with a Google container or tag ID, under whatever path."""
    address = split_url(request.url)
    wanted = unescape(f"&{address.query}".partition("&id=")[2].partition("&")[0])
    kind, dash, rest = wanted.partition("-")
    bare = rest.replace("-", "")
    if (
        kind not in _KINDS
        or not dash
        or len(bare) < (4 if kind in ("GTM", "OPT", "UA") else 5)
        or not bare.isalnum()
        or bare != bare.upper()
    ):
        return False
    if kind in ("AW", "DC", "UA") and not bare.isdecimal():
        return False
    if address.path.endswith(("/gtm.js", "/gtag/js", "/ns.html", "/gtag/destination")):
        return True
    return request.resource_type == "script" or (request.resource_type is None and address.path.endswith(".js"))


VENDOR = Vendor(
    id="google-tag-manager",
    name="Google Tag Manager",
    category="tag-manager",
    docs=(
        "https://developers.google.com/tag-platform/tag-manager/web",
        "https://developers.google.com/tag-platform/gtagjs/install",
        "https://developers.google.com/tag-platform/tag-manager/server-side/dependency-serving",
    ),
    endpoints=(
        Endpoint(host="www.googletagmanager.com", path="/gtm.js", role="library", decode=_LIBRARY),
        Endpoint(host="googletagmanager.com", path="/gtm.js", role="library", decode=_LIBRARY),
        Endpoint(host="www.googletagmanager.com", path="/gtag/js", role="library", decode=_LIBRARY),
        Endpoint(host="googletagmanager.com", path="/gtag/js", role="library", decode=_LIBRARY),
        Endpoint(host="www.googletagmanager.com", path="/gtag/destination", role="library", decode=_LIBRARY),
        Endpoint(host="www.googletagmanager.com", path="/ns.html", role="library", decode=_LIBRARY),
        Endpoint(host="www.googletagmanager.com", path="/amp.json", role="config", decode=LibraryReader("config", account="id", table=_TABLE)),
        *(Endpoint(host="www.googletagmanager.com", path=path, role="library", decode=_LIBRARY) for path in ("/gtm/*", "/gtag.js", "/dclk/*", "/sw_iframe.html")),
        Endpoint(host="www.googletagmanager.com", path="/debug/*", role="library", decode=_LIBRARY),
        Endpoint(host="www.googletagmanager.com", path="/static/*", role="library", decode=_LIBRARY),
        Endpoint(host="www.googletagmanager.com", path="/a", decode=_BEACON),
        Endpoint(host="www.googletagmanager.com", path="/td", decode=_BEACON),
        Endpoint(host="*", keys=("id",), role="library", recognise=_is_tag, decode=_LIBRARY),
    ),
    decode=_BEACON,
    examples=(
        {
            "title": "a container",
            "request": {"url": "https://www.googletagmanager.com/gtm.js?id=GTM-ABC123&l=dataLayer", "resource_type": "script"},
            "hits": [{"kind": "library", "event": None, "account": "GTM-ABC123", "values": {"data_layer": "dataLayer"}}],
        },
        {
            "title": "the Google tag",
            "request": {"url": "https://www.googletagmanager.com/gtag/js?id=G-HBFJFL343S", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "G-HBFJFL343S"}],
        },
        {
            "title": "a container served by the site's own host",
            "request": {"url": "https://data.shop.example/load/x1.js?id=GTM-ABC123", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "GTM-ABC123"}],
        },
        {
            "title": "the container without script",
            "request": {"url": "https://www.googletagmanager.com/ns.html?id=GTM-ABC123", "resource_type": "document"},
            "hits": [{"kind": "library", "account": "GTM-ABC123"}],
        },
        {
            "title": "the tag as a gateway serves it, under a path of the site's own",
            "request": {"url": "https://shop.example/metrics/?id=G-HBFJFL343S&l=dataLayer", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "G-HBFJFL343S"}],
        },
        {
            "title": "a destination, and who loaded it",
            "request": {"url": "https://www.googletagmanager.com/gtag/destination?id=AW-123456789&l=dataLayer&cx=c&gtm=45je", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "AW-123456789"}],
        },
        {
            "title": "what the container tells of itself",
            "request": {"url": "https://www.googletagmanager.com/a?id=GTM-ABC123&v=3&t=t&pid=1&rv=x", "resource_type": "image"},
            "hits": [{"kind": "auxiliary", "account": "GTM-ABC123"}],
        },
    ),
    lookalikes=(
        "https://tagmanager.google.com/",
        "https://www.googletagmanager.com/",
        "https://shop.example/app.js?id=DC-room",
        "https://shop.example/?u=https%3A%2F%2Fwww.googletagmanager.com%2Fgtm.js%3Fid%3DGTM-ABC123",
        {'url': 'https://shop.example/widget.js?id=G-shirts', 'resource_type': 'script'},
        "https://shop.example/gtm.js",
        "https://shop.example/product.js?id=G-7",
        "https://www.googletagmanager.com.evil.example/gtm.js",
        "https://shop.example/order?id=GTM-ABC123",
    ),
)  # fmt: skip
