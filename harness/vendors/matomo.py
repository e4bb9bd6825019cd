"""Matomo (formerly Piwik): on the site's own host, Matomo Cloud, or behind a proxy.

Wire format: https://developer.matomo.org/api-reference/tracking-api (parameters, bulk),
https://developer.matomo.org/api-reference/tracking-javascript (the script),
https://matomo.org/faq/how-to/how-do-i-track-ecommerce (e-commerce). What a hit is called: :mod:`harness.decode.matomo_protocol`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.decode.address import split_url
from harness.decode.matomo_protocol import protocol_site, read_protocol
from harness.decode.readers import LibraryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from harness.capture.captured import CapturedRequest


def _is_matomo(request: CapturedRequest) -> bool:
    """Told by ``rec=1`` and a site ID that is a number (Piwik PRO's are UUIDs)."""
    site = protocol_site(request)
    return site is not None and site.isascii() and site.isdecimal()


_OWN = ("url", "action_name", "_id", "cid", "e_c", "idgoal", "apiv", "send_image", "pv_id", "urlref", "_idts")


def _is_hit(request: CapturedRequest) -> bool:
    """Under a path of the site's own naming, one of the protocol's other keys besides."""
    query = f"&{split_url(request.url).query}"
    return _is_matomo(request) and any(f"&{key}=" in query for key in _OWN)


_CLOUD = ("*.matomo.cloud", "*.innocraft.cloud")
_HIT = "idsite=3&rec=1&_id=aa497b9452f68f84&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews"

VENDOR = Vendor(
    id="matomo",
    name="Matomo",
    category="analytics",
    docs=(
        "https://developer.matomo.org/api-reference/tracking-api",
        "https://developer.matomo.org/api-reference/tracking-javascript",
        "https://matomo.org/faq/how-to/how-do-i-track-ecommerce",
    ),
    endpoints=(
        *(Endpoint(host=host, path=path, recognise=_is_matomo) for host in _CLOUD for path in ("/matomo.php", "/piwik.php", "/js/tracker.php")),
        *(Endpoint(host="*", path=path, recognise=_is_matomo) for path in ("*/matomo.php", "*/piwik.php", "*/tracker.php", "*/proxy-matomo.php")),
        Endpoint(host="*", keys=("idsite", "rec"), recognise=_is_hit),
        Endpoint(host="cdn.matomo.cloud", path="/*", role="library", decode=LibraryReader(account=lambda path, wire: path.split("/")[1] or None)),
        Endpoint(host="cdn.innocraft.cloud", path="/*", role="library", decode=LibraryReader()),
    ),
    decode=read_protocol,
    automatic_events=frozenset({"outlink", "download", "content_impression", "content_interaction"}),
    automatic_parameters=frozenset({"action_name", "url", "urlref", "_id", "uid", "product_*"}),
    cookieless=True,
    examples=(
        {
            "title": "an order through sendBeacon, on the site's own host",
            "request": {
                "url": f"https://stats.shop.example/matomo.php?idgoal=0&ec_id=T-1&revenue=19.98&ec_st=18&ec_tx=1.98&{_HIT}&dimension2=gold"
                "&ec_items=%5B%5B%22SKU1%22%2C%22Shirt%22%2C%22Apparel%22%2C9.99%2C2%5D%5D&uid=u1",
                "method": "POST", "resource_type": "ping",
            },
            "hits": [
                {
                    "kind": "event", "event": "ecommerce_order", "account": "3", "key": "T-1", "campaign": {"utm_source": "news"},
                    "identifiers": {"_id": "aa497b9452f68f84", "uid": "u1"},
                    "values": {
                        "revenue": 19.98, "ec_tx": 1.98, "dimension2": "gold",
                        "items": [{"sku": "SKU1", "name": "Shirt", "category": "Apparel", "price": 9.99, "quantity": 2}],
                    },
                }
            ],
        },
        {
            "title": "a bulk of two",
            "request": {
                "url": "https://shop.matomo.cloud/matomo.php", "method": "POST",
                "body": {"requests": [f"?{_HIT}&action_name=Home", f"?{_HIT}&e_c=cta&e_a=click&e_n=buy&e_v=2.5"], "send_image": 0},
            },
            "hits": [
                {"kind": "pageview", "event": "pageview", "account": "3", "values": {"action_name": "Home"}},
                {"kind": "event", "event": "click", "account": "3", "values": {"e_c": "cta", "e_n": "buy", "e_v": 2.5}},
            ],
        },
        {
            "title": "a page view as a form, on the old name",
            "request": {
                "url": "https://shop.example/piwik/piwik.php", "method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": f"action_name=Shop&{_HIT}",
            },
            "hits": [{"kind": "pageview", "event": "pageview", "account": "3"}],
        },
        {
            "title": "a heartbeat",
            "request": {"url": f"https://shop.example/js/tracker.php?ping=1&{_HIT}"},
            "hits": [{"kind": "auxiliary", "event": "ping", "account": "3"}],
        },
        {
            "title": "a goal, a download and a search in their turn",
            "request": {
                "url": "https://stats.shop.example/matomo.php", "method": "POST",
                "body": {"requests": [f"?{_HIT}&idgoal=4&revenue=5", f"?{_HIT}&download=https%3A%2F%2Fshop.example%2Fa.pdf", f"?{_HIT}&search=tee&search_count=3", f"?{_HIT}&link=https%3A%2F%2Fother.example%2F"]},
            },
            "hits": [
                {"kind": "event", "event": "goal", "values": {"idgoal": "4", "revenue": 5}},
                {"kind": "event", "event": "download"},
                {"kind": "event", "event": "site_search", "values": {"search_count": 3}},
                {"kind": "event", "event": "outlink"},
            ],
        },
        {
            "title": "what plugins tell: a crash, and a video's progress",
            "request": {
                "url": "https://stats.shop.example/matomo.php", "method": "POST",
                "body": {"requests": [f"?{_HIT}&ca=1&cra=boom&cra_tp=TypeError", f"?{_HIT}&ca=1&ma_id=a1&ma_ti=Film&ma_st=5"]},
            },
            "hits": [{"kind": "auxiliary", "account": "3", "values": {"cra": "boom"}}, {"kind": "auxiliary", "values": {"ma_ti": "Film"}}],
        },
        {
            "title": "a product's page",
            "request": f"https://stats.shop.example/matomo.php?{_HIT}&action_name=Tee&_pks=S1&_pkn=Tee&_pkc=Tops&_pkp=9.99",
            "hits": [{"kind": "pageview", "event": "pageview", "values": {"product_sku": "S1", "product_price": 9.99}}],
        },
        {
            "title": "the cloud's container",
            "request": {"url": "https://cdn.matomo.cloud/shop.matomo.cloud/container_bugnCohE.js", "resource_type": "script"},
            "hits": [{"kind": "library", "account": "shop.matomo.cloud"}],
        },
    ),
    lookalikes=(
        "https://shop.example/x?idsite=1&rec=1",
        "https://shop.matomo.cloud/index.php?module=CoreHome&idSite=1",
        "https://matomo.org/docs/?idsite=1",
        "https://shop.example/matomo.php",
        "https://shop.example/matomo.php?idsite=1",
        "https://shop.example/?u=https%3A%2F%2Fstats.shop.example%2Fmatomo.php%3Fidsite%3D1%26rec%3D1",
        "https://shop.example/x?idsite=abc&rec=1",
        "https://shop.piwik.pro/ppms.php?idsite=45e07cbf-c8b3-42f3-a6d6-a5a176f623ef&rec=1&url=x",
    ),
)  # fmt: skip
