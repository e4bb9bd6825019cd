"""Zemanta One (Outbrain DSP) pixel.

Documentation: https://help.zemanta.com/article/show/12985-setting-up-audience-pixels. Account and event are in the path:
``/v2/p/ns/<account>/<event>/``, ``/v2/p/js/…`` from the script, ``/v2/p/s2s/…`` from a server; the older ``/p/<account>/`` is a page view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row, unescape_percent
from harness.decode.readers import LibraryReader, QueryReader, kind_of
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    QueryTable(
        {
            "postbackid": Row("postbackid", "Click ID", "User"),
            "value": Row("value", "Value", "E-commerce", "number"),
            "currency": Row("currency", "Currency", "E-commerce"),
            "order_id": Row("order_id", "Order ID", "E-commerce"),
            "referrer": Row("referrer", "Referrer", "Page"),
            "url": Row("url", "Page address", "Page"),
            "u": Row("url", "Page address", "Page"),
            "bust": Row(None, "Cache buster", "Technical"),
            "cb": Row(None, "Cache buster", "Technical"),
            "gdpr": Row(None, "GDPR applies", "Consent"),
            "gdpr_consent": Row(None, "TCF string", "Consent"),
        }
    ),
    key="order_id",
    page="url",
    identifiers=("postbackid",),
    consent=lambda wire: {key: wire[key] for key in ("gdpr", "gdpr_consent") if wire.get(key)} or None,
)
_WAYS = frozenset(("ns", "js", "s2s", "img"))


def _decode(request: CapturedRequest) -> list[Hit]:
    pieces = [piece for piece in split_url(request.url).path.split("/") if piece]
    rest = pieces[pieces.index("p") + 1 :]
    if rest and rest[0] in _WAYS:
        rest = rest[1:]
    hits = _READ(request)
    for hit in hits:
        hit.account = rest[0] if rest else None
        hit.event = unescape_percent(rest[1]) if len(rest) > 1 else "PAGE_VIEW"
        hit.kind = kind_of(hit.event)
    return hits


_HOSTS = ("p1.zemanta.com", "p.zemanta.com")

VENDOR = Vendor(
    id="zemanta",
    name="Zemanta",
    category="advertising",
    docs=("https://help.zemanta.com/article/show/12985-setting-up-audience-pixels",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in _HOSTS for path in ("/v2/p/*", "/p/*")),
        Endpoint(host="b1sync.zemanta.com", path="/usersync/*", decode=LibraryReader("auxiliary")),
        Endpoint(host="js-tag.zemanta.com", path="/*", role="library"),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a page view from an image",
            "request": {"url": "https://p1.zemanta.com/v2/p/ns/118693/PAGE_VIEW/"},
            "hits": [{"kind": "pageview", "event": "PAGE_VIEW", "account": "118693"}],
        },
        {
            "title": "a conversion from the script",
            "request": {"url": "https://p1.zemanta.com/v2/p/js/118693/PURCHASE/?value=19.98&currency=EUR&gdpr=1&gdpr_consent=CP"},
            "hits": [{"kind": "event", "event": "PURCHASE", "account": "118693", "values": {"value": 19.98}, "consent": {"gdpr": "1"}}],
        },
        {
            "title": "a conversion from a server",
            "request": {"url": "https://p1.zemanta.com/v2/p/s2s/110954/install/?postbackid=c-1"},
            "hits": [{"event": "install", "account": "110954", "identifiers": {"postbackid": "c-1"}}],
        },
        {
            "title": "a named step of the older pixel",
            "request": {"url": "https://p1.zemanta.com/p/58/shipping/", "resource_type": "image"},
            "hits": [{"kind": "event", "event": "shipping", "account": "58"}],
        },
        {
            "title": "cookies matched",
            "request": {"url": "https://b1sync.zemanta.com/usersync/outbrain/?puid=x"},
            "hits": [{"kind": "auxiliary", "event": None}],
        },
        {
            "title": "the older pixel",
            "request": {"url": "https://p1.zemanta.com/p/1234/"},
            "hits": [{"kind": "pageview", "event": "PAGE_VIEW", "account": "1234"}],
        },
    ),
    lookalikes=(
        "https://shop.example/v2/p/ns/118693/PAGE_VIEW/",
        "https://p1.zemanta.com.evil.example/v2/p/ns/1/PAGE_VIEW/",
        "https://notp1.zemanta.com/v2/p/ns/1/PAGE_VIEW/",
        "https://shop.example/?u=https%3A%2F%2Fp1.zemanta.com%2Fv2%2Fp%2Fns%2F1%2FPAGE_VIEW%2F",
        "https://www.zemanta.com/p/1",
    ),
)  # fmt: skip
