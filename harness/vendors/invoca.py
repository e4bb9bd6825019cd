"""Invoca call tracking.

Documentation: https://community.invoca.com/t5/call-tracking/deploy-your-invoca-tag/ta-p/1027,
https://developers.invoca.net/en/latest/api_documentation/ring_pool_api/bulk_ring_pool.html. The tag asks for tracking numbers at
``/<network>/na.json`` and sends the visit's campaign along; that is no event of the site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    QueryTable(
        {
            "network_id": Row("network_id", "Network ID", "General"),
            "tag_id": Row("tag_id", "Tag ID", "General"),
            "tag_version": Row(None, "Tag version", "Technical"),
            "invoca_id": Row("invoca_id", "Invoca ID", "User"),
            "request_id": Row(None, "Request ID", "Technical"),
            "destination_settings": Row(None, "Numbers asked for", "Technical"),
            "calling_page": Row("calling_page", "Page address", "Page"),
            "params.calling_page": Row("calling_page", "Page address", "Page"),
            "params.landing_page": Row("landing_page", "Landing page", "Page"),
            "params.invoca_id": Row("invoca_id", "Invoca ID", "User"),
            "params.gclid": Row("gclid", "Google click ID", "Campaign"),
            "params.utm_source": Row("utm_source", "Campaign source", "Campaign"),
            "params.utm_medium": Row("utm_medium", "Campaign medium", "Campaign"),
            "params.utm_campaign": Row("utm_campaign", "Campaign name", "Campaign"),
        }
    ),
    account="network_id",
    page="calling_page",
    identifiers=("invoca_id",),
    kind=lambda event: "auxiliary",
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    network = split_url(request.url).path.split("/")[1]
    for hit in hits:
        for name in ("gclid", "utm_source", "utm_medium", "utm_campaign"):
            if hit.values.get(name):
                hit.campaign.setdefault(name, str(hit.values[name]))
        if network.isdecimal():
            hit.account = network
    return hits


def _tag(path: str, wire: Mapping[str, Any]) -> str | None:
    pieces = path.split("/")
    return "/".join(pieces[-3:-1]) or None


_LIBRARY = LibraryReader(account=_tag)

VENDOR = Vendor(
    id="invoca",
    name="Invoca",
    category="advertising",
    docs=(
        "https://community.invoca.com/t5/call-tracking/deploy-your-invoca-tag/ta-p/1027",
        "https://developers.invoca.net/en/latest/api_documentation/ring_pool_api/bulk_ring_pool.html",
    ),
    endpoints=(
        *(Endpoint(host="solutions.invocacdn.com", path=f"/*/tag-{state}.js", role="library", decode=_LIBRARY) for state in ("live", "draft")),
        Endpoint(host="solutions.invocacdn.com", path="/js/*", role="library"),
        Endpoint(host="pnapi.invoca.net", path="/*/na.json"),
        Endpoint(host="pnapi.invoca.net", path="/*/na.jsonp"),
        Endpoint(host="pnapi.invoca.net", path="/api/*"),
    ),
    decode=_decode,
    examples=(
        {
            "title": "the tag",
            "request": {"url": "https://solutions.invocacdn.com/js/networks/1234/123123123/tag-live.js"},
            "hits": [{"kind": "library", "account": "1234/123123123"}],
        },
        {
            "title": "tracking numbers asked for",
            "request": {
                "url": "https://pnapi.invoca.net/1593/na.json", "method": "POST", "body": {"network_id": 1593, "invoca_id": "i-1", "params": {"utm_source": "news"}},
            },
            "hits": [{"kind": "auxiliary", "event": None, "account": "1593", "identifiers": {"invoca_id": "i-1"}, "parameters": {"params.utm_source": "news"}}],
        },
        {
            "title": "tracking numbers asked for, the visit's campaign sent along",
            "request": {
                "url": "https://pnapi.invoca.net/1593/na.json", "method": "POST",
                "body": {"network_id": 1593, "tag_id": "1593/2673476745", "request_data_shared_params": {}, "params": {"invoca_id": "i-1", "utm_source": "news", "gclid": "g1", "calling_page": "https://shop.example/call"}},
            },
            "hits": [{"kind": "auxiliary", "account": "1593", "campaign": {"utm_source": "news", "gclid": "g1"}, "identifiers": {"invoca_id": "i-1"}, "page_url": "https://shop.example/call"}],
        },
        {
            "title": "the same, asked for as a script",
            "request": {"url": "https://pnapi.invoca.net/1686/na.jsonp?network_id=1686&invoca_id=i-2", "resource_type": "script"},
            "hits": [{"kind": "auxiliary", "account": "1686", "identifiers": {"invoca_id": "i-2"}}],
        },
        {
            "title": "numbers of a pool, for a server",
            "request": {"url": "https://pnapi.invoca.net/api/2013-07-01/bulk.json", "method": "POST", "body": {"requests": [{"api_suffix": "394157/allocate_number.json?ring_pool_key=k"}]}},
            "hits": [{"kind": "auxiliary", "event": None}],
        },
        {
            "title": "a draft of the tag",
            "request": {"url": "https://solutions.invocacdn.com/js/networks/1593/2673476745/tag-draft.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "1593/2673476745"}],
        },
    ),
    lookalikes=(
        "https://www.invoca.net/login",
        "https://static.invoca.com/file.js",
        "https://shop.example/js/networks/1234/123123123/tag-live.js",
        "https://solutions.invocacdn.com.evil.example/js/networks/1234/1/tag-live.js",
        "https://notpnapi.invoca.net/1593/na.json",
        "https://shop.example/?u=https%3A%2F%2Fpnapi.invoca.net%2F1593%2Fna.json",
    ),
)  # fmt: skip
