"""Seznam Sklik: conversions, retargeting and Zboží.cz.

Documentation: https://napoveda.sklik.cz/merici-kody/, https://napoveda.sklik.cz/pravidla/merici-kody/ (parameters of rc.js). The wire names no event: the
address tells ``retargeting`` from ``conversion``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.query import QueryTable, Row
from harness.decode.readers import QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

GENERAL, COMMERCE, USER, ZBOZI = "General", "E-commerce", "User", "Zboží.cz"
_STATES = {"1": True, "0": False}


def _consent(wire: Mapping[str, Any]) -> dict[str, Any] | None:
    state = wire.get("consent")
    if state is None:
        return None
    return {"consent": _STATES.get(str(state), state)}


_READ = QueryReader(
    QueryTable(
        {
            "id": Row("id", "ID", GENERAL),
            "c": Row("id", "ID", GENERAL),
            "value": Row("value", "Value", COMMERCE, "number"),
            "v": Row("value", "Value", COMMERCE, "number"),
            "color": Row(None, "Colour of the image", "Technical"),
            "orderId": Row("orderId", "Order ID", COMMERCE),
            "itemId": Row("itemId", "Product ID", COMMERCE),
            "category": Row("category", "Category", COMMERCE),
            "pageType": Row("pageType", "Page type", GENERAL),
            "rtgUrl": Row("rtgUrl", "Retargeting address", GENERAL),
            "url": Row("url", "Page address", GENERAL),
            "zboziId": Row("zboziId", "Zboží.cz shop ID", ZBOZI),
            "zboziType": Row("zboziType", "Zboží.cz type", ZBOZI),
            "conversionHitId": Row(None, "Hit ID", "Technical"),
            "ids": Row("ids", "Identities", USER, "json"),
            "consent": Row(None, "Consent", "Consent"),
        }
    ),
    account="id",
    key="orderId",
    page="url",
    consent=_consent,
)


def _decode(request: CapturedRequest) -> list[Hit]:
    conversion = split_url(request.url).path != "/retargeting"
    hits = _READ(request)
    for hit in hits:
        hit.event = "conversion" if conversion else "retargeting"
        hit.kind = "event" if conversion else "pageview"
        ids = hit.values.pop("ids", None)
        if isinstance(ids, dict) and isinstance(ids.get("eid"), str):
            hit.identifiers["eid"] = ids["eid"]
    return hits


VENDOR = Vendor(
    id="sklik",
    name="Seznam Sklik",
    category="advertising",
    docs=("https://napoveda.sklik.cz/merici-kody/", "https://napoveda.sklik.cz/pravidla/merici-kody/"),
    endpoints=(
        Endpoint(host="c.seznam.cz", path="/retargeting", keys=("id",)),
        Endpoint(host="c.seznam.cz", path="/conv", keys=("id",)),
        Endpoint(host="c.imedia.cz", path="/checkConversion", keys=("c",)),
        Endpoint(host="c.seznam.cz", path="/js/rc.js", role="library"),
    ),
    decode=_decode,
    automatic_parameters=frozenset({"id", "url"}),
    examples=(
        {
            "title": "retargeting with consent and identities",
            "request": {
                "url": "https://c.seznam.cz/retargeting?id=12459&url=https%3A%2F%2Fshop.example%2Fp%23top&consent=1&ids=%7B%22eid%22%3A%22a40f%22%2C%22_version%22%3A1%7D&itemId=A&pageType=offerdetail"
            },
            "hits": [
                {
                    "kind": "pageview", "event": "retargeting", "account": "12459", "consent": {"consent": True}, "identifiers": {"eid": "a40f"},
                    "page_url": "https://shop.example/p#top", "values": {"itemId": "A", "pageType": "offerdetail"},
                }
            ],
        },
        {
            "title": "a conversion without consent",
            "request": {"url": "https://c.seznam.cz/conv?id=10000000&value=199.9&orderId=123456&consent=0&zboziId=7&zboziType=standard&conversionHitId=VZUj"},
            "hits": [
                {
                    "kind": "event", "event": "conversion", "account": "10000000", "key": "123456", "consent": {"consent": False},
                    "values": {"value": 199.9, "orderId": "123456", "zboziId": "7"},
                }
            ],
        },
        {
            "title": "a conversion of the older code",
            "request": {"url": "https://c.imedia.cz/checkConversion?c=10000000&color=ffffff&v=199.9"},
            "hits": [{"kind": "event", "event": "conversion", "account": "10000000", "values": {"value": 199.9}}],
        },
        {"title": "the script", "request": {"url": "https://c.seznam.cz/js/rc.js"}, "hits": [{"kind": "library"}]},
    ),
    lookalikes=(
        "https://www.seznam.cz/retargeting?id=123456",
        "https://www.seznam.cz/conv?id=123456",
        "https://c.imedia.cz/retargeting?id=123456",
        "https://c.seznam.cz/retargeting",
        "https://c.seznam.cz/conv",
        "https://c.seznam.cz/conversion",
        "https://shop.example/retargeting?id=123456",
        "https://shop.example/?u=https%3A%2F%2Fc.seznam.cz%2Fconv%3Fid%3D1",
    ),
)  # fmt: skip
