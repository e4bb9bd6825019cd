"""Piwik PRO Analytics Suite, in its cloud or on the site's own host.

Wire format: https://developers.piwik.pro/reference/http-api (parameters),
https://developers.piwik.pro/docs/tracking-e-commerce (e-commerce). What a hit is called: :mod:`harness.decode.matomo_protocol`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.matomo_protocol import protocol_site, read_protocol
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest

_GROUPS = [8, 4, 4, 4, 12]
_HEX = frozenset("0123456789abcdefABCDEF")


def _is_piwik_pro(request: CapturedRequest) -> bool:
    """Told by ``rec=1`` and a site ID that is a UUID; at ``ppms.php``, which Matomo never had, by any site ID."""
    site = protocol_site(request)
    if site is not None and split_url(request.url).path.endswith("/ppms.php"):
        return True
    groups = (site or "").split("-")
    return [len(each) for each in groups] == _GROUPS and _HEX.issuperset("".join(groups))


_HIT = "idsite=45e07cbf-c8b3-42f3-a6d6-a5a176f623ef&rec=1&_id=0d9a2b2f3a4c5d6e&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews"

VENDOR = Vendor(
    id="piwik-pro",
    name="Piwik PRO Analytics",
    category="analytics",
    docs=("https://developers.piwik.pro/reference/http-api", "https://developers.piwik.pro/docs/tracking-e-commerce"),
    endpoints=(
        *(
            Endpoint(host=host, path=path)
            for host in ("*.piwik.pro", "*.containers.piwik.pro", "*.piwik.cloud")
            for path in ("/ppms.php", "/piwik.php", "/matomo.php", "/piwik/ppms.php")
        ),
        *(Endpoint(host="*", path=path, recognise=_is_piwik_pro) for path in ("*/ppms.php", "*/piwik.php")),
        Endpoint(host="*", keys=("idsite", "rec"), recognise=_is_piwik_pro),
    ),
    decode=read_protocol,
    automatic_events=frozenset({"outlink", "download", "content_impression", "content_interaction"}),
    automatic_parameters=frozenset({"action_name", "url", "urlref", "_id", "uid"}),
    cookieless=True,
    examples=(
        {
            "title": "a page view, posted as a form",
            "request": {
                "url": "https://shop.piwik.pro/ppms.php", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": f"action_name=Home&{_HIT}&dimension1=gold&uia=1",
            },
            "hits": [
                {
                    "kind": "pageview", "event": "pageview", "account": "45e07cbf-c8b3-42f3-a6d6-a5a176f623ef", "campaign": {"utm_source": "news"},
                    "values": {"dimension1": "gold"}, "consent": {"anonymous": True}, "identifiers": {"_id": "0d9a2b2f3a4c5d6e"},
                }
            ],
        },
        {
            "title": "an order on the site's own host",
            "request": {
                "url": f"https://stats.shop.example/ppms.php?idgoal=0&ec_id=T-1&revenue=19.98&{_HIT}&ec_items=%5B%5B%22SKU1%22%2C%22Shirt%22%2C%22Tops%22%2C9.99%2C2%5D%5D",
            },
            "hits": [
                {
                    "kind": "event", "event": "ecommerce_order", "key": "T-1",
                    "values": {"revenue": 19.98, "items": [{"sku": "SKU1", "name": "Shirt", "category": "Tops", "price": 9.99, "quantity": 2}]},
                }
            ],
        },
        {
            "title": "a custom event",
            "request": {"url": f"https://shop.containers.piwik.pro/ppms.php?{_HIT}&e_c=cta&e_a=click&e_v=2"},
            "hits": [{"kind": "event", "event": "click", "values": {"e_c": "cta", "e_v": 2}}],
        },
        {
            "title": "a page view of an older installation, whose sites have numbers",
            "request": {"url": "https://stats.shop.example/ppms.php?action_name=&idsite=1&rec=1&url=https%3A%2F%2Fshop.example%2F&_id=6a45e22e58f0786b&send_image=1&pv_id=wYQaNh"},
            "hits": [{"kind": "pageview", "event": "pageview", "account": "1", "identifiers": {"_id": "6a45e22e58f0786b"}}],
        },
        {
            "title": "an outgoing link of an older installation",
            "request": {"url": "https://stats.shop.example/ppms.php?exit=https%3A%2F%2Fpartner.example%2F&idsite=1&rec=1&url=https%3A%2F%2Fshop.example%2F"},
            "hits": [{"kind": "event", "event": "outlink", "values": {"exit": "https://partner.example/"}}],
        },
        {
            "title": "an e-commerce event with its products",
            "request": {
                "url": "https://shop.piwik.cloud/piwik/ppms.php?e_t=add-to-cart&ec_products=%5B%7B%22sku%22%3A%22A%22%2C%22name%22%3A%22Tee%22%2C%22price%22%3A9.99%2C%22quantity%22%3A2%7D%5D"
                "&idsite=45e07cbf-c8b3-42f3-a6d6-a5a176f623ef&rec=1"
            },
            "hits": [{"kind": "event", "event": "add-to-cart", "values": {"items": [{"sku": "A", "name": "Tee", "price": 9.99, "quantity": 2}]}}],
        },
    ),
    lookalikes=(
        "https://shop.example/matomo.php?idsite=3&rec=1&url=https%3A%2F%2Fshop.example%2F",
        "https://shop.example/ppms.php?page=2",
        "https://shop.example/ppms.php",
        "https://notpiwik.pro/ppms.php",
        "https://shop.piwik.pro.evil.example/ppms.php?rec=1",
        "https://shop.example/?u=https%3A%2F%2Fshop.piwik.pro%2Fppms.php%3Frec%3D1",
    ),
)  # fmt: skip
