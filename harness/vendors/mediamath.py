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
            "mt_nsync": Row(None, "No cookies matched", "Technical"),
            "mt_lim": Row(None, "Limit of cookies matched", "Technical"),
            "no_attr": Row(None, "Not attributed", "Technical"),
            "mathid_data": Row(None, "ID data", "Technical"),
            "ord": Row(None, "Cache buster", "Technical"),
            "mm_bnc": Row(None, "Redirected", "Technical"),
            "us_privacy": Row(None, "US privacy string", "Consent"),
            **{f"v{place}": Row(f"v{place}", f"Value {place}", "E-commerce", "number") for place in range(1, 11)},
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
    consent=lambda wire: {key: wire[key] for key in ("gdpr", "gdpr_consent", "us_privacy") if wire.get(key)} or None,
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
                    "values": {"mt_adid": "100001", "v1": 19.98, "s1": "T-1"},
                }
            ],
        },
        {
            "title": "an event of an application",
            "request": {"url": "https://pixel.mathtag.com/event/mob?mt_id=7&mt_adid=2&mt_uuid=38400000-8cf0-11bd-b23e-10b96e40000d&mt_idt=idfa&us_privacy=1YNN"},
            "hits": [{"kind": "event", "account": "7", "identifiers": {"mt_uuid": "38400000-8cf0-11bd-b23e-10b96e40000d"}, "consent": {"us_privacy": "1YNN"}}],
        },
        {
            "title": "cookies matched",
            "request": {"url": "https://sync.mathtag.com/sync/img?mt_exid=10&redir=https%3A%2F%2Fother.example"},
            "hits": [{"kind": "auxiliary", "event": None}],
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
        "https://www.mediamath.com/event/js?mt_id=1",
        "https://pixel.mathtag.com/status",
        "https://shop.example/?u=https%3A%2F%2Fpixel.mathtag.com%2Fevent%2Fjs",
    ),
)  # fmt: skip
