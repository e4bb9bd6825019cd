"""Capterra (Gartner Digital Markets) conversion tracker.

Documentation: https://docs.tealium.com/client-side-tags/capterra-tag/, https://digital-markets.gartner.com/.
"""

from __future__ import annotations

from harness.decode.query import QueryTable, Row
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

_READ = QueryReader(
    QueryTable(
        {
            "vid": Row("vid", "Vendor ID", "General"),
            "vkey": Row("vkey", "Vendor key", "General"),
            "installation_id": Row("installation_id", "Installation ID", "General"),
        }
    ),
    event=lambda values: "conversion" if values.get("vid") or values.get("vkey") or values.get("installation_id") else None,
    account=("vid", "installation_id", "vkey"),
)

VENDOR = Vendor(
    id="capterra",
    name="Capterra",
    category="advertising",
    docs=("https://docs.tealium.com/client-side-tags/capterra-tag/",),
    endpoints=tuple(Endpoint(host="ct.capterra.com", path=path) for path in ("/capterra_tracker.gif", "/capterra_tracker.js")),
    decode=_READ,
    examples=(
        {
            "title": "a conversion as an image",
            "request": {"url": "https://ct.capterra.com/capterra_tracker.gif?vid=2100001&vkey=0a1b2c"},
            "hits": [{"kind": "event", "event": "conversion", "account": "2100001", "values": {"vkey": "0a1b2c"}}],
        },
        {
            "title": "a conversion as a script",
            "request": {"url": "https://ct.capterra.com/capterra_tracker.js?vid=2100001&vkey=0a1b2c", "resource_type": "script"},
            "hits": [{"kind": "event", "event": "conversion", "account": "2100001"}],
        },
    ),
    lookalikes=(
        "https://shop.example/capterra_tracker.gif?vid=1",
        "https://ct.capterra.com.evil.example/capterra_tracker.gif?vid=1",
        "https://notct.capterra.com/capterra_tracker.gif?vid=1",
        "https://www.capterra.com/p/1/x?u=https%3A%2F%2Fct.capterra.com%2Fcapterra_tracker.gif",
    ),
)  # fmt: skip
