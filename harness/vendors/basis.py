"""Basis (Centro, formerly SiteScout) pixels.

Documentation: https://support.basis.net/ (conversion and universal pixels). The pixel's id is in the path: ``/iap/<audience>`` for
an audience's page, ``/conv/<conversion>`` for a conversion, ``/up/<pixel>`` for the universal pixel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    QueryTable(
        {
            "cntr_url": Row("cntr_url", "Page address", "Page"),
            "cntr_referrer": Row("cntr_referrer", "Referrer", "Page"),
            "cntr_revenue": Row("cntr_revenue", "Revenue", "E-commerce", "number"),
            "cntr_transactionId": Row("cntr_transactionId", "Transaction ID", "E-commerce"),
            "revenue": Row("revenue", "Revenue", "E-commerce", "number"),
            "cb": Row(None, "Cache buster", "Technical"),
        }
    ),
    key="cntr_transactionId",
    page="cntr_url",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    pieces = split_url(request.url).path.split("/")
    hits = _READ(request)
    for hit in hits:
        hit.account = pieces[2] or None
        conversion = pieces[1] == "conv" or bool(hit.key) or "cntr_revenue" in hit.values
        hit.event, hit.kind = ("conversion", "event") if conversion else ("page_view", "pageview")
    return hits


VENDOR = Vendor(
    id="basis",
    name="Basis",
    category="advertising",
    docs=("https://support.basis.net/",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("pixel.sitescout.com", "pixel-a.sitescout.com", "pixel.basis.net", "pixel-a.basis.net") for path in ("/iap/*", "/up/*")),
        *(Endpoint(host=host, path="/conv/*") for host in ("clickserv.sitescout.com", "clickserv.basis.net", "pixel.sitescout.com")),
        *(Endpoint(host=host, path="/dmp/*", decode=LibraryReader("auxiliary")) for host in ("pixel-sync.sitescout.com", "pixel.sitescout.com", "pixel-a.basis.net", "pixel-a.sitescout.com")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a conversion",
            "request": {"url": "https://clickserv.sitescout.com/conv/d2f1e0c9a8b7?revenue=19.98", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "conversion", "account": "d2f1e0c9a8b7", "values": {"revenue": 19.98}}],
        },
        {
            "title": "a page of an audience",
            "request": {"url": "https://pixel.sitescout.com/iap/d2f1e0c9a8b7", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "d2f1e0c9a8b7"}],
        },
        {
            "title": "a conversion of the universal pixel",
            "request": {"url": "https://pixel-a.basis.net/up/0f1e2d3c?cntr_url=https%3A%2F%2Fshop.example%2Fthanks&cntr_revenue=19.98&cntr_transactionId=T-1"},
            "hits": [{"kind": "event", "event": "conversion", "account": "0f1e2d3c", "key": "T-1", "values": {"cntr_revenue": 19.98}}],
        },
        {
            "title": "cookies matched",
            "request": {"url": "https://pixel-sync.sitescout.com/dmp/pixelSync?nid=58"},
            "hits": [{"kind": "auxiliary"}],
        },
        {
            "title": "a page under the universal pixel",
            "request": {"url": "https://pixel-a.basis.net/up/0f1e2d3c?cntr_url=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "pageview", "event": "page_view", "account": "0f1e2d3c", "page_url": "https://shop.example/"}],
        },
    ),
    lookalikes=(
        "https://shop.example/iap/d2f1e0c9a8b7",
        "https://pixel.sitescout.com.evil.example/iap/1",
        "https://notpixel.sitescout.com/iap/1",
        "https://clickserv.sitescout.com/clk/1",
        "https://www.sitescout.com/conv/1",
        "https://shop.example/?u=https%3A%2F%2Fpixel.sitescout.com%2Fiap%2F1",
    ),
)  # fmt: skip
