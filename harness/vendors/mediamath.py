"""MediaMath MathTag event pixels.

Documentation: https://apidocs.mediamath.com/guides/mobile-pixel-sdk, https://kb.mediamath.com/wiki/pages/viewpage.action?pageId=50955010.
"""

from __future__ import annotations

from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import LibraryReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

GENERAL, USER = "General", "User"

_READ = QueryReader(
    QueryTable(
        {
            "mt_id": Row("mt_id", "Pixel ID", GENERAL),
            "mt_adid": Row("mt_adid", "Advertiser ID", GENERAL),
            "mt_exem": Row("mt_exem", "Email (hashed)", USER),
            "mt_excl": Row("mt_excl", "Account (hashed)", USER),
            "mt_uuid": Row("mt_uuid", "Device ID", USER),
            "mt_idt": Row("mt_idt", "Kind of device ID", USER),
            "gdpr": Row(None, "GDPR applies", "Consent"),
            "gdpr_consent": Row(None, "TCF string", "Consent"),
        },
        (
            Prefix("v", field="v{}", label="Value {}", group="E-commerce"),
            Prefix("s", field="s{}", label="Text {}", group="E-commerce"),
        ),
    ),
    event=lambda values: "event" if values.get("mt_id") else None,
    account="mt_id",
    identifiers=("mt_exem", "mt_excl", "mt_uuid"),
    consent=lambda wire: {key: wire[key] for key in ("gdpr", "gdpr_consent") if wire.get(key)} or None,
)

VENDOR = Vendor(
    id="mediamath",
    name="MediaMath",
    category="advertising",
    docs=("https://apidocs.mediamath.com/guides/mobile-pixel-sdk",),
    endpoints=(
        *(Endpoint(host="pixel.mathtag.com", path=f"/event/{way}") for way in ("js", "img", "mob")),
        Endpoint(host="sync.mathtag.com", path="/*", decode=LibraryReader("auxiliary")),
    ),
    decode=_READ,
    examples=(
        {
            "title": "an event with values",
            "request": {"url": "https://pixel.mathtag.com/event/js?mt_id=123456&mt_adid=100001&v1=19.98&s1=T-1&mt_exem=abc"},
            "hits": [
                {
                    "kind": "event", "event": "event", "account": "123456", "identifiers": {"mt_exem": "abc"},
                    "values": {"mt_adid": "100001", "v1": "19.98", "s1": "T-1"},
                }
            ],
        },
        {
            "title": "an image",
            "request": {"url": "https://pixel.mathtag.com/event/img?mt_id=1&mt_adid=2"},
            "hits": [{"account": "1", "values": {"mt_adid": "2"}}],
        },
    ),
    lookalikes=(
        "https://shop.example/event/js?mt_id=123456&mt_adid=1",
        "https://pixel.mathtag.com.evil.example/event/js?mt_id=1",
        "https://notpixel.mathtag.com/event/js?mt_id=1",
        "https://shop.example/?u=https%3A%2F%2Fpixel.mathtag.com%2Fevent%2Fjs",
    ),
)  # fmt: skip
