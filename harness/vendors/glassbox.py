"""Glassbox: session reports, most often to a path of the site's own host.

Documentation: https://www.glassbox.com/, https://docs.glassbox.com/ (web client), https://github.com/MisterPhilip/omnibug (keys observed on the wire).

A report (``…/cls_report``) carries the client's version (``clsjsv``), the session's and visitor's cookies and the events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.document import PathTable
from harness.decode.query import Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, USER, TECHNICAL = "General", "User", "Technical"
_READ = QueryReader(
    {
        "clsjsv": Row(None, "Library version", TECHNICAL),
        "r": Row("referrer", "Referrer", GENERAL),
        "seg": Row("page", "Page", GENERAL),
        "_cls_s": Row("session", "Session cookie", USER),
        "_cls_v": Row("visitor", "Visitor cookie", USER),
        "pid": Row("page_id", "Page ID", GENERAL),
        "p": Row("page_id", "Page ID", GENERAL),
        "aid": Row("application_id", "Application ID", GENERAL),
        "e": Row("events", "Events", GENERAL, "json"),
    },
    account="application_id",
    identifiers=("session", "visitor"),
    paths=PathTable({"clss": Row("session", "Session cookie", USER), "clsv": Row("visitor", "Visitor cookie", USER)}),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """The application stands in ``aid``, or before the report's name (``/reporting/<id>/cls_report``)."""
    hits = _READ(request)
    steps = split_url(request.url).path.strip("/").split("/")
    for hit in hits:
        if hit.account is None and len(steps) > 2 and steps[-3] == "reporting":
            hit.account = steps[-2] or None
    return hits


def _is_glassbox(request: CapturedRequest) -> bool:
    query = f"&{split_url(request.url).query}"
    body = request.body.data[:65_536]
    return any(f"&{key}=" in query for key in ("clsjsv", "_cls_v", "_cls_s")) or b"_cls_s" in body or b'"clss"' in body


VENDOR = Vendor(
    id="glassbox",
    name="Glassbox",
    category="replay",
    docs=("https://docs.glassbox.com/",),
    endpoints=(
        *(Endpoint(host="*", path=path, recognise=_is_glassbox) for path in ("*/cls_report", "*/cls_report/")),
        *(Endpoint(host=host, path=path) for host in ("*.glassboxdigital.io", "*.glassboxcloud.com", "*.gbqofs.io", "*.gbqofs.com") for path in ("*/cls_report", "*/cls_report/")),
        *(Endpoint(host=host, role="library", decode=LibraryReader()) for host in ("cdn.glassboxcdn.com", "cdn.gbqofs.com")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a report to the site's own host",
            "request": {
                "url": "https://shop.example/gb/cls_report?clsjsv=6.4.1B3&_cls_s=s-1&_cls_v=v-1&seg=checkout&pid=p-1", "method": "POST", "body": "e=%5B%5D&p=p-1",
            },
            "hits": [{"kind": "auxiliary", "identifiers": {"session": "s-1", "visitor": "v-1"}, "values": {"page": "checkout", "page_id": "p-1", "events": []}}],
        },
        {
            "title": "a report to Glassbox's host",
            "request": {"url": "https://report.acme.glassboxdigital.io/glassbox/reporting/7a/cls_report?clsjsv=6&aid=77"},
            "hits": [{"kind": "auxiliary", "account": "77"}],
        },
        {
            "title": "a report to the newer host, in JSON",
            "request": {
                "url": "https://report.acme.gbqofs.io/reporting/9e2d32e9-709d-e97d-0c04-748961f50451/cls_report?clsjsv=6.6.64B137&_cls_s=s-1:0&_cls_v=v-1&pid=p-1&sn=1&cfg=79e3f6b5&pv=2&aid=",
                "method": "POST", "body": {"pv": 2, "clss": "s-1:0", "clsv": "v-1", "clse": None},
            },
            "hits": [{"kind": "auxiliary", "account": "9e2d32e9-709d-e97d-0c04-748961f50451", "identifiers": {"session": "s-1:0", "visitor": "v-1"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://cdn.glassboxcdn.com/acme/detector-dom.min.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://shop.example/cls_report",
        "https://shop.example/cls_report?page=2",
        "https://shop.example/?x=%2Fcls_report%3Fclsjsv%3D1",
        "https://notglassboxdigital.io/x/cls_report",
    ),
)  # fmt: skip
