"""StatCounter: page views as images.

Documentation: https://statcounter.com/support/knowledge-base/, https://statcounter.com/features/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_TABLE = QueryTable(
    {
        "sc_project": Row("sc_project", "Project ID", "General"),
        "security": Row(None, "Security code", "General"),
        "u": Row("url", "Page address", "Page"),
        "url": Row("url", "Page address", "Page"),
        "t": Row("title", "Page title", "Page"),
        "camefrom": Row("camefrom", "Referrer", "Page"),
        "u1": Row("visitor_id", "Visitor ID", "Visitor"),
        "resolution": Row(None, "Screen", "Device"),
        "h": Row(None, "Screen height", "Device"),
        "java": Row(None, "JavaScript", "Device"),
        "sess": Row(None, "Session", "Visitor"),
        "rcat": Row(None, "Referrer category", "Page"),
        "rdom": Row(None, "Referrer domain", "Page"),
        "sc_snum": Row(None, "Counter on the page", "Technical"),
        "sc_random": Row(None, "Cache buster", "Technical"),
        "p": Row(None, "Ping", "Technical"),
        "pv": Row(None, "Page views of the visit", "Visitor", "number"),
        "rdomo": Row(None, "Referrer's first domain", "Page"),
        "rdomg": Row(None, "Referrer's age", "Page"),
        "jg": Row(None, "Age of the visit", "Visitor"),
        "rr": Row(None, "Returning visits", "Visitor"),
        "invisible": Row(None, "Invisible", "Technical"),
        "get_config": Row(None, "Configuration asked for", "Technical"),
    },
    (Prefix("sc_rum_", field=None, label="Timing {}", group="Technical"),),
)
_READ = QueryReader(
    _TABLE,
    event=lambda values: "pageview" if values.get("sc_project") else None,
    account="sc_project",
    page="url",
    identifiers=("visitor_id",),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    """Without script the project stands in the path: ``/<project>/0/<security>/1/``."""
    hits = _READ(request)
    steps = split_url(request.url).path.split("/")
    for hit in hits:
        if hit.account is None and len(steps) > 2 and steps[1].isdecimal():
            hit.account, hit.event, hit.kind = steps[1], "pageview", "pageview"
    return hits


VENDOR = Vendor(
    id="statcounter",
    name="StatCounter",
    category="analytics",
    docs=("https://statcounter.com/support/knowledge-base/",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("c.statcounter.com", "c1.statcounter.com", "*.statcounter.com") for path in ("/t.php", "/counter.php", "/*/0/*")),
        Endpoint(host="*.statcounter.com", path="/get_next.php", role="config", decode=LibraryReader("config", account="sc_project")),
        *(Endpoint(host=host, path=path, role="library", decode=LibraryReader()) for host in ("www.statcounter.com", "secure.statcounter.com", "*.statcounter.com") for path in ("/counter/*.js", "/counter/counter.js")),
    ),
    decode=_decode,
    automatic_events=frozenset({"pageview"}),
    automatic_parameters=frozenset({"url", "title", "camefrom"}),
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://c.statcounter.com/t.php?sc_project=123456&u1=ABC&java=1&security=0a1b&sc_snum=1&sess=1a2b3c&p=0&camefrom=https%3A%2F%2Fx.example%2F&t=Shop&u=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "123456", "identifiers": {"visitor_id": "ABC"}, "campaign": {"utm_source": "x"}, "values": {"title": "Shop"}}],
        },
        {
            "title": "a page view without script",
            "request": {"url": "https://c.statcounter.com/11682868/0/857c09fc/1/", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "11682868"}],
        },
        {
            "title": "the script",
            "request": {"url": "https://www.statcounter.com/counter/counter.js"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=("https://shop.example/?u=https%3A%2F%2Fc.statcounter.com%2Ft.php%3Fsc_project%3D1", "https://shop.example/t.php?sc_project=1", "https://notstatcounter.com/t.php", "https://c.statcounter.com.evil.example/t.php", "https://statcounter.com/", "https://gs.statcounter.com/browser-market-share",
        "https://statcounter.com/p123456/summary/"),
)  # fmt: skip
