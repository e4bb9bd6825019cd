"""TVSquared (Innovid) advertiser tags.

Documentation: https://docs.tealium.com/server-side-connectors/tvsquared-connector/, https://developer.matomo.org/api-reference/tracking-api (whose protocol it speaks). The event
and its data are the fifth custom variable of the page (``cvar={"5": ["purchase", "{…}"]}``), the session's data that of the visit (``_cvar``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.payload import open_text
from harness.decode.query import QueryTable, Row, number
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

_READ = QueryReader(
    QueryTable(
        {
            "idsite": Row("idsite", "Brand ID", "General"),
            "action_name": Row("action_name", "Page title", "Page"),
            "url": Row("url", "Page address", "Page"),
            "urlref": Row("urlref", "Referrer", "Page"),
            "_id": Row("visitor_id", "Visitor ID", "User"),
            "_idn": Row(None, "New visitor", "User"),
            "_idts": Row(None, "First visit", "User"),
            "_idvc": Row(None, "Visits", "User"),
            "_cvar": Row("_cvar", "Custom variables", "General", "json"),
            "cvar": Row("cvar", "Custom variables", "General", "json"),
            "rec": Row(None, "Record", "Technical"),
            "r": Row(None, "Cache buster", "Technical"),
            "res": Row(None, "Screen", "Technical"),
        }
    ),
    account="idsite",
    page="url",
    identifiers=("visitor_id",),
)


def _decode(request: CapturedRequest) -> list[Hit]:
    hits = _READ(request)
    for hit in hits:
        event = None
        for name in ("_cvar", "cvar"):
            variables = hit.values.pop(name, None)
            pair: Any = variables.get("5") if isinstance(variables, dict) else None
            if isinstance(pair, list) and pair and isinstance(pair[0], str):
                event = event if event and event != "session" else pair[0]
                data = open_text(pair[1]).value if len(pair) > 1 and isinstance(pair[1], str) else None
                if isinstance(data, dict):
                    for key, value in data.items():
                        hit.values.setdefault(key, number(value) if key == "rev" and isinstance(value, str) else value)
        named = event if event and event != "session" else None
        hit.event = named or ("page_view" if hit.account else None)
        hit.kind = "event" if named else "pageview" if hit.account else "auxiliary"
        key = hit.values.get("id") if named else None
        hit.key = str(key) if isinstance(key, str | int) and key != "" else None
    return hits


VENDOR = Vendor(
    id="tvsquared",
    name="TVSquared",
    category="advertising",
    docs=("https://docs.tealium.com/server-side-connectors/tvsquared-connector/",),
    endpoints=(
        Endpoint(host="*.tvsquared.com", path="/tv2track.php"),
        Endpoint(host="*.tvsquared.com", path="/piwik/piwik.php"),
        Endpoint(host="*.tvsquared.com", path="/tv2track.js", role="library"),
        Endpoint(host="*.tvsquared.com", path="/impression", decode=LibraryReader("auxiliary")),
    ),
    decode=_decode,
    examples=(
        {
            "title": "a visit",
            "request": {
                "url": "https://collector-1234.tvsquared.com/tv2track.php?action_name=Shop&idsite=TV-1234-1&rec=1&r=5&url=https%3A%2F%2Fshop.example%2F&_id=0a1b&_cvar=%7B%225%22%3A%5B%22session%22%2C%22%7B%5C%22user%5C%22%3A%5C%22u-1%5C%22%7D%22%5D%7D"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "page_view", "account": "TV-1234-1", "identifiers": {"visitor_id": "0a1b"}, "values": {"user": "u-1"},
                    "page_url": "https://shop.example/",
                }
            ],
        },
        {
            "title": "a purchase",
            "request": {
                "url": "https://collector-1234.tvsquared.com/tv2track.php?idsite=TV-1234-1&rec=1&_cvar=%7B%225%22%3A%5B%22session%22%2C%22%7B%7D%22%5D%7D&cvar=%7B%225%22%3A%5B%22purchase%22%2C%22%7B%5C%22rev%5C%22%3A%5C%2219.98%5C%22%2C%5C%22id%5C%22%3A%5C%22T-1%5C%22%7D%22%5D%7D"
            },
            "hits": [{"kind": "event", "event": "purchase", "key": "T-1", "values": {"rev": 19.98, "id": "T-1"}}],
        },
        {
            "title": "a visit of the American collectors, and the script",
            "request": "https://collector-35617.us.tvsquared.com/tv2track.php?action_name=Shop&idsite=TV-6345368127-1&rec=1&r=5&h=3&m=4&s=5&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dtv&_id=0a1b&_idts=1&_idvc=1&_idn=0&res=1280x720",
            "hits": [{"kind": "pageview", "event": "page_view", "account": "TV-6345368127-1", "campaign": {"utm_source": "tv"}}],
        },
        {
            "title": "the script",
            "request": {"url": "https://collector-1731.tvsquared.com/tv2track.js", "resource_type": "script"},
            "hits": [{"kind": "library"}],
        },
    ),
    lookalikes=(
        "https://app.tvsquared.com/login",
        "https://shop.example/tv2track.php?idsite=TV-1234-1&rec=1",
        "https://collector-1234.tvsquared.com.evil.example/tv2track.php?idsite=TV-1",
        "https://nottvsquared.com/tv2track.php?idsite=TV-1",
        "https://shop.example/?u=https%3A%2F%2Fcollector-1.tvsquared.com%2Ftv2track.php",
    ),
)  # fmt: skip
