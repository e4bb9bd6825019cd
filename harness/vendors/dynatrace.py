"""Dynatrace RUM: beacons of the JavaScript agent, to Dynatrace or to the monitored site itself.

Documentation: https://docs.dynatrace.com/docs/observe/digital-experience/web-applications (RUM), https://docs.dynatrace.com/docs/observe/digital-experience/web-applications/initial-setup/configure-beacon-endpoint,
https://docs.dynatrace.com/docs/observe/digital-experience/web-applications/initial-setup/firewall-constraints-for-rum (beacon).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

GENERAL, PAGE, USER, TECHNICAL = "General", "Page", "User", "Technical"
_READ = QueryReader(
    QueryTable(
        {
            "app": Row("app", "Application ID", GENERAL),
            "type": Row("type", "Type", GENERAL),
            "rf": Row("page_url", "Page address", PAGE),
            "$url": Row("page_url", "Page address", PAGE),
            "$title": Row("page_title", "Page title", PAGE),
            "vi": Row("visit", "Visit ID", USER),
            "sn": Row("session", "Session ID", USER),
            "$vID": Row("visitor", "Visitor ID", USER),
            "visitID": Row("visit", "Visit ID", USER),
            "session": Row("session", "Session ID", USER),
            "referer": Row("page_url", "Page address", PAGE),
            "url": Row("page_url", "Page address", PAGE),
            "title": Row("page_title", "Page title", PAGE),
            "bp": Row(None, "Protocol", TECHNICAL),
            "v": Row(None, "Version", TECHNICAL),
            "en": Row(None, "Encryption", TECHNICAL),
            "end": Row(None, "Complete", TECHNICAL),
            "cc": Row(None, "Chunks", TECHNICAL),
            "dID": Row(None, "Document ID", TECHNICAL),
            "time": Row(None, "Time", TECHNICAL),
            "svrid": Row(None, "Server", TECHNICAL),
            "flavor": Row(None, "Flavour", TECHNICAL),
            "crc": Row(None, "Checksum", TECHNICAL),
            "modifiedSince": Row(None, "Configuration's time", TECHNICAL),
        },
        (Prefix("$", field=None, group=TECHNICAL),),
    ),
    account="app",
    page="page_url",
    identifiers=("visit", "session", "visitor"),
)


def _is_dynatrace(request: CapturedRequest) -> bool:
    query = f"&{split_url(request.url).query}"
    return "&type=js" in query and "&svrid=" in query


VENDOR = Vendor(
    id="dynatrace",
    name="Dynatrace",
    category="monitoring",
    docs=("https://docs.dynatrace.com/docs/observe/digital-experience/web-applications",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("*.bf.dynatrace.com", "*.live.dynatrace.com") for path in ("/bf", "/bf/*", "/rb_*")),
        Endpoint(host="*", keys=("svrid", "flavor", "type"), recognise=_is_dynatrace),
        Endpoint(host="js-cdn.dynatrace.com", role="library", decode=LibraryReader()),
    ),
    decode=_READ,
    examples=(
        {
            "title": "a beacon to Dynatrace",
            "request": {
                "url": "https://bf12345abc.bf.dynatrace.com/bf?type=js3&sn=s1&svrid=-1&flavor=cors&vi=v1&modifiedSince=1795318940362&rf=https%3A%2F%2Fshop.example%2F&bp=3&app=ea7c4b59&crc=1&en=e1&end=1",
                "method": "POST", "body": "$a=1%7C1%7C_load_&$url=https%3A%2F%2Fshop.example%2F&$title=Shop",
            },
            "hits": [
                {"kind": "auxiliary", "account": "ea7c4b59", "page_url": "https://shop.example/", "values": {"page_title": "Shop"}, "identifiers": {"visit": "v1", "session": "s1"}}
            ],
        },
        {
            "title": "a beacon of an older agent, below a folder of the site",
            "request": {"url": "https://shop.example/custom/rb_bf12345abc?type=js&session=s1&svrid=7&flavor=post&visitID=v1&referer=https%3A%2F%2Fshop.example%2Fcart&app=ea7c4b59", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "ea7c4b59", "page_url": "https://shop.example/cart", "identifiers": {"visit": "v1", "session": "s1"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://js-cdn.dynatrace.com/jstag/148709fdc4b/bf12345abc/ea7c4b59_complete.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "a beacon to the site itself",
            "request": {"url": "https://shop.example/rb_bf12345abc?type=js3&flavor=post&vi=v1&svrid=1&app=ea7c4b59&end=1", "method": "POST"},
            "hits": [{"kind": "auxiliary", "account": "ea7c4b59"}],
        },
    ),
    lookalikes=("https://shop.example/bf?type=js3", "https://shop.example/?type=js3&flavor=post", "https://notbf.dynatrace.com/bf", "https://bf1.bf.dynatrace.com.evil.example/bf?type=js3", "https://abc12345.live.dynatrace.com/ui/dashboards", "https://www.dynatrace.com/"),
)  # fmt: skip
