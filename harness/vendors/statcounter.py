"""StatCounter: page views as images.

Documentation: https://statcounter.com/support/knowledge-base/, https://statcounter.com/features/.
"""

from __future__ import annotations

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

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
        "invisible": Row(None, "Invisible", "Technical"),
        "get_config": Row(None, "Configuration asked for", "Technical"),
    },
    (),
)
_READ = QueryReader(
    _TABLE,
    event=lambda values: "pageview" if values.get("sc_project") else None,
    account="sc_project",
    page="url",
    identifiers=("visitor_id",),
)


VENDOR = Vendor(
    id="statcounter",
    name="StatCounter",
    category="analytics",
    docs=("https://statcounter.com/support/knowledge-base/",),
    endpoints=(
        *(Endpoint(host=host, path=path) for host in ("c.statcounter.com", "c1.statcounter.com", "*.statcounter.com") for path in ("/t.php", "/counter.php", "/*/0/*", "/get_next.php")),
        *(Endpoint(host=host, path=path, role="library", decode=LibraryReader()) for host in ("www.statcounter.com", "secure.statcounter.com", "*.statcounter.com") for path in ("/counter/*.js", "/counter/counter.js")),
    ),
    decode=_READ,
    automatic_parameters=frozenset({"url", "title", "camefrom"}),
    examples=(
        {
            "title": "a page view",
            "request": {"url": "https://c.statcounter.com/t.php?sc_project=123456&u1=ABC&java=1&security=0a1b&sc_snum=1&sess=1a2b3c&p=0&camefrom=https%3A%2F%2Fx.example%2F&t=Shop&u=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dx", "resource_type": "image"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "123456", "identifiers": {"visitor_id": "ABC"}, "campaign": {"utm_source": "x"}, "values": {"title": "Shop"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://www.statcounter.com/counter/counter.js"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=("https://shop.example/t.php?sc_project=1", "https://notstatcounter.com/t.php", "https://c.statcounter.com.evil.example/t.php", "https://statcounter.com/"),
)  # fmt: skip
