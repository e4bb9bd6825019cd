"""DoubleVerify: ad verification and publisher signals.

Documentation: https://support.google.com/displayvideo/answer/2591756 (``dvparams`` of wrapped tags), https://github.com/prebid/Prebid.js (publisher signals). It
verifies ads: none of its hits is an event of the site.
"""

from __future__ import annotations

from harness.decode.query import QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

_READ = QueryReader(
    QueryTable(
        {
            "ctx": Row("ctx", "Advertiser key", "General"),
            "cmp": Row("cmp", "Campaign key", "General"),
            "plc": Row("plc", "Placement key", "General"),
            "sid": Row("sid", "Site key", "General"),
            "vstevt": Row("vstevt", "Player event", "General"),
            "impid": Row("impid", "Impression ID", "General"),
            "advid": Row("advid", "Advertiser ID", "General"),
            "adsrv": Row(None, "Ad server", "Technical"),
            "tagtype": Row("tagtype", "Tag type", "General"),
            "crt": Row("crt", "Creative", "General"),
            "dvtagver": Row(None, "Tag version", "Technical"),
            "verr": Row("verr", "Verification's error", "General"),
            "dup": Row(None, "Belongs to impression", "Technical"),
            "url": Row("url", "Page address", "Page"),
        }
    ),
    event="vstevt",
    account="ctx",
    page="url",
    kind=lambda event: "auxiliary",
)

VENDOR = Vendor(
    id="doubleverify",
    name="DoubleVerify",
    category="advertising",
    docs=("https://support.google.com/displayvideo/answer/2591756",),
    endpoints=(
        *(Endpoint(host="*.doubleverify.com", path=path) for path in ("/visit.jpg", "/visit.js", "/visit.gif", "/visit.png", "/event.png", "/event.jpg", "/event.gif")),
        Endpoint(host="pub.doubleverify.com", path="/*", role="config", decode=LibraryReader("config", account="ctx")),
        Endpoint(host="cdn.doubleverify.com", path="/*", role="library"),
    ),
    decode=_READ,
    examples=(
        {
            "title": "the verification's script",
            "request": {"url": "https://cdn.doubleverify.com/dvbm.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
        {
            "title": "a publisher's signals asked for",
            "request": {"url": "https://pub.doubleverify.com/signals/pub.json?ctx=818052&cmp=DV1"},
            "hits": [{"kind": "config", "account": "818052"}],
        },
        {
            "title": "an impression",
            "request": {"url": "https://tps.doubleverify.com/visit.jpg?ctx=818052&cmp=115523&plc=12345&sid=18330&dvregion=0"},
            "hits": [{"kind": "auxiliary", "event": None, "account": "818052", "values": {"cmp": "115523", "plc": "12345", "sid": "18330"}}],
        },
        {
            "title": "a player's event",
            "request": {"url": "https://tpsc-uw1.doubleverify.com/event.png?impid=abc&vstevt=36"},
            "hits": [{"kind": "auxiliary", "event": "36"}],
        },
    ),
    lookalikes=(
        "https://shop.example/visit.jpg?ctx=818052&cmp=1&plc=1&sid=1",
        "https://tps.doubleverify.com.evil.example/visit.jpg?ctx=1",
        "https://notdoubleverify.com/visit.jpg?ctx=1",
        "https://www.doubleverify.com/",
        "https://shop.example/?u=https%3A%2F%2Ftps.doubleverify.com%2Fvisit.jpg",
    ),
)  # fmt: skip
