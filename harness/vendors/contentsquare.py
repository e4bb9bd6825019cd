"""Contentsquare (with the older Clicktale): page views, dynamic variables, transactions, events and recordings.

Documentation: https://docs.contentsquare.com/en/web/ (tracking tag), https://docs.contentsquare.com/en/web/track-page-views/,
https://docs.contentsquare.com/en/web/track-transactions/, https://docs.contentsquare.com/en/web/compatibility/ (content security policy: hosts).

The last step of the path names the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, PAGE, USER, COMMERCE, DEVICE, TECHNICAL = "General", "Page", "User", "E-commerce", "Device", "Technical"
_KINDS = {"pageview": "pageview", "transaction": "event", "dvar": "auxiliary", "pageEvent": "event", "page-event": "event"}
_READ = QueryReader(
    QueryTable(
        {
            "pid": Row("project_id", "Project ID", GENERAL),
            "projectId": Row("project_id", "Project ID", GENERAL),
            "uu": Row("user_id", "User ID", USER),
            "sn": Row("session_number", "Session number", USER, "number"),
            "pn": Row("page_number", "Page number", USER, "number"),
            "url": Row("url", "Page address", PAGE),
            "dr": Row("referrer", "Referrer", PAGE),
            "cvarp": Row("page_variables", "Page variables", GENERAL, "json"),
            "cvarv": Row("visit_variables", "Visit variables", GENERAL, "json"),
            "tr": Row("transaction", "Transaction", COMMERCE, "json"),
            "la": Row(None, "Language", DEVICE),
            "sw": Row(None, "Screen width", DEVICE),
            "sh": Row(None, "Screen height", DEVICE),
            "ww": Row(None, "Window width", DEVICE),
            "wh": Row(None, "Window height", DEVICE),
            "dw": Row(None, "Document width", DEVICE),
            "dh": Row(None, "Document height", DEVICE),
            "v": Row(None, "Version", TECHNICAL),
            "r": Row(None, "Cache buster", TECHNICAL),
        },
        (Prefix("dv[", "]", label="{}", group=GENERAL),),
    ),
    account="project_id",
    page="url",
    identifiers=("user_id",),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    steps = [step for step in split_url(request.url).path.split("/") if step]
    for hit in hits:
        hit.event = steps[-1] if steps else None
        hit.kind = _KINDS.get(hit.event or "", "auxiliary")
    return hits


def _tag(path: str, wire: Mapping[str, object]) -> str | None:
    return path.rpartition("/")[2].removesuffix(".js") or None


VENDOR = Vendor(
    id="contentsquare",
    name="Contentsquare",
    category="replay",
    docs=("https://docs.contentsquare.com/en/web/", "https://docs.contentsquare.com/en/web/track-page-views/"),
    endpoints=(
        Endpoint(host="*.contentsquare.net"),
        *(Endpoint(host=host, path="/uxa/*", role="library", decode=LibraryReader(account=_tag)) for host in ("t.contentsquare.net", "app.contentsquare.com")),
        Endpoint(host="t.contentsquare.net", role="library", decode=LibraryReader()),
        Endpoint(host="*.contentsquare.com", path="/uxa/*", role="library", decode=LibraryReader(account=_tag)),
        Endpoint(host="*.clicktale.net", path="/ctn_v2/*"),
        *(Endpoint(host=host, role="library", decode=LibraryReader()) for host in ("cdnssl.clicktale.net", "cdn.clicktale.net")),
    ),
    decode=_decode,
    automatic_events=frozenset({"pageview"}),
    automatic_parameters=frozenset({"project_id", "user_id", "session_number", "page_number", "url", "referrer"}),
    examples=(
        {
            "title": "a page view",
            "request": {
                "url": "https://c.contentsquare.net/pageview?pid=1234&uu=u-1&sn=2&pn=3&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews&dr=&sw=1280&v=15.1&r=1"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "1234", "values": {"session_number": 2, "page_number": 3},
                    "identifiers": {"user_id": "u-1"}, "campaign": {"utm_source": "news"},
                }
            ],
        },
        {
            "title": "a recording's part, in a regional cluster",
            "request": {"url": "https://k-eu1.az.contentsquare.net/v2/recording?pid=1234&uu=u-1&sn=2&pn=3", "method": "POST", "body": {"x": 1}},
            "hits": [{"kind": "auxiliary", "event": "recording", "account": "1234"}],
        },
        {
            "title": "the tag",
            "request": {"url": "https://t.contentsquare.net/uxa/ab12cd34.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "ab12cd34"}],
        },
    ),
    lookalikes=(
        "https://shop.example/pageview?pid=1234&uu=1",
        "https://c.notcontentsquare.net/pageview",
        "https://c.contentsquare.net.evil.example/pageview",
    ),
)  # fmt: skip
