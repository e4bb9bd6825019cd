"""Adobe Marketo Measure (formerly Bizible): page views, visitors' mappings and forms as images.

Documentation: https://experienceleague.adobe.com/en/docs/marketo-measure/using/marketo-measure-tracking/setting-up-tracking/adding-marketo-measure-script.

``ipv`` is a page view; ``u`` maps the visitor to another product's cookie and ``m`` tells of an address or a form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    {
        "_biz_u": Row("_biz_u", "Visitor ID", "Visitor"),
        "_biz_l": Row("_biz_l", "Page address", "Page"),
        "_biz_r": Row("_biz_r", "Referrer", "Page"),
        "_biz_i": Row("_biz_i", "Page title", "Page"),
        "_biz_h": Row(None, "Hash of the page", "Technical"),
        "_biz_n": Row("_biz_n", "Number of the hit", "Visitor", "integer"),
        "_biz_t": Row(None, "Time", "Technical", "integer"),
        "_biz_z": Row(None, "Sent", "Technical"),
        "_biz_x": Row(None, "Email", "Visitor"),
        "mapType": Row("mapType", "Mapped to", "Visitor"),
        "mapValue": Row("mapValue", "Mapped value", "Visitor"),
        "rnd": Row(None, "Cache buster", "Technical"),
        "cdn_o": Row(None, "Origin", "Technical"),
    },
    page="_biz_l",
    identifiers=("_biz_u", "mapValue"),
)
_KINDS = {"ipv": "pageview", "u": "identify"}


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    call = split_url(request.url).path.rpartition("/")[2]
    for hit in hits:
        hit.event, hit.kind = call or None, _KINDS.get(call, "auxiliary")
        # A visitor who is mapped to nothing is counted alone.
        if call == "u" and not hit.values.get("mapValue"):
            hit.kind = "auxiliary"
        hit.event_time = next(
            (each.value / 1_000 for each in hit.parameters if each.name == "_biz_t" and isinstance(each.value, int)), None
        )
    return hits


_HOSTS = ("cdn.bizible.com", "cdn.bizibly.com")

VENDOR = Vendor(
    id="marketo-measure",
    name="Marketo Measure (Bizible)",
    category="marketing",
    docs=(
        "https://experienceleague.adobe.com/en/docs/marketo-measure/using/marketo-measure-tracking/setting-up-tracking/adding-marketo-measure-script",
    ),
    endpoints=(
        *(Endpoint(host=host, path=f"/{call}") for host in _HOSTS for call in ("ipv", "u", "m", "f", "xdc")),
        *(Endpoint(host=host, path="/scripts/*", role="library", decode=LibraryReader()) for host in _HOSTS),
        Endpoint(host="cdn.bizible.com", path="/xdc.js", role="library", decode=LibraryReader()),
    ),
    decode=_decode,
    automatic_events=frozenset({"ipv", "u"}),
    automatic_parameters=frozenset({"_biz_*"}),
    examples=(
        {
            "title": "a page view",
            "request": {
                "url": "https://cdn.bizible.com/ipv?_biz_r=&_biz_h=800054037&_biz_u=6cd305d6&_biz_l=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx&_biz_t=1777950651620"
                "&_biz_i=Shop&_biz_n=642&rnd=1&cdn_o=a&_biz_z=1777950651621",
                "resource_type": "image",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "ipv", "page_url": "https://shop.example/?utm_source=x", "campaign": {"utm_source": "x"},
                    "identifiers": {"_biz_u": "6cd305d6"}, "values": {"_biz_i": "Shop", "_biz_n": 642},
                }
            ],
        },
        {
            "title": "a visitor mapped to Marketo's cookie",
            "request": {"url": "https://cdn.bizible.com/u?mapType=mkto&mapValue=id%3A194-VVC-221%26token%3A_mch-shop.example-1&_biz_u=5d8b&_biz_l=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "identify", "event": "u", "identifiers": {"_biz_u": "5d8b", "mapValue": "id:194-VVC-221&token:_mch-shop.example-1"}}],
        },
        {
            "title": "a visitor counted",
            "request": {"url": "https://cdn.bizibly.com/u?_biz_u=5d8b&_biz_l=https%3A%2F%2Fshop.example%2F&_biz_t=1773331544782"},
            "hits": [{"kind": "auxiliary", "event": "u"}],
        },
        {"title": "the script", "request": {"url": "https://cdn.bizible.com/scripts/bizible.js"}, "hits": [{"kind": "library"}]},
    ),
    lookalikes=(
        "https://shop.example/ipv?_biz_u=1",
        "https://cdn.bizible.com.evil.example/ipv?_biz_u=1",
        "https://cdn.notbizible.com/ipv?_biz_u=1",
        "https://apps.bizible.com/dashboards",
        "https://shop.example/?u=https%3A%2F%2Fcdn.bizible.com%2Fipv",
    ),
)  # fmt: skip
