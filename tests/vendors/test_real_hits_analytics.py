"""What analytics vendors' real scripts sent, recorded from a browser: every hit, in order."""

from __future__ import annotations

import base64
import importlib
import json
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import harness.vendors
from harness.capture.captured import Body, CapturedRequest
from harness.decode.decoder import Decoder

if TYPE_CHECKING:
    from harness.decode.hit import Hit

RECORDED = Path(__file__).parent.parent / "real_hits"
DECODER = Decoder(
    importlib.import_module(f"harness.vendors.{found.name}").VENDOR for found in pkgutil.iter_modules(harness.vendors.__path__)
)


def hits_of(name: str) -> list[Hit]:
    hits: list[Hit] = []
    for index, line in enumerate((RECORDED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()):
        entry = json.loads(line)
        data = base64.b64decode(entry["body_base64"]) if "body_base64" in entry else None
        if data is None and entry.get("body") is not None:
            data = entry["body"].encode()
        request = CapturedRequest(
            id=str(index),
            url=entry["url"],
            method=entry.get("method", "GET"),
            resource_type=entry.get("resource_type"),
            body=Body.of(data),
        )
        hits += DECODER.decode(request, index)
    return hits


_OPENPANEL = {
    "v": ("openpanel", "pageview", "screen_view", None),
    "p": ("openpanel", "event", "purchase", None),
    "r": ("openpanel", "event", "revenue", None),
}
EXPECTED: dict[str, list[tuple[str, str, str | None, str | None]]] = {
    "adobe-analytics": [
        ("adobe-analytics", "pageview", "page_view", "myrsid"),
        ("adobe-analytics", "event", "scAdd", "myrsid"),
        ("adobe-analytics", "pageview", "purchase", "myrsid"),
        ("adobe-analytics", "pageview", "purchase", "myrsid"),
    ],
    "adobe-web-sdk": [
        ("adobe-web-sdk", "pageview", "web.webpagedetails.pageViews", "ds-1"),
        ("adobe-web-sdk", "event", "commerce.purchases", "ds-1"),
        ("adobe-web-sdk", "event", "web.webinteraction.linkClicks", "ds-1"),
    ],
    "universal-analytics": [
        ("universal-analytics", "pageview", "pageview", "UA-12345-1"),
        ("universal-analytics", "event", "beacon", "UA-12345-1"),
        ("universal-analytics", "event", "add_to_cart", "UA-12345-1"),
    ],
    "matomo": [
        ("matomo", "pageview", "pageview", "1"),
        ("matomo", "event", "ecommerce_order", "1"),
        ("matomo", "event", "click", "1"),
    ],
    "posthog": [
        ("posthog", "pageview", "$pageview", "phc_x"),
        ("posthog", "identify", "$identify", "phc_x"),
        ("posthog", "event", "add_to_cart", "phc_x"),
        ("posthog", "pageview", "$pageview", "phc_x"),
        ("posthog", "identify", "$identify", "phc_x"),
    ],
    "plausible": [
        ("plausible", "pageview", "pageview", "shop.test"),
        ("plausible", "event", "Purchase", "shop.test"),
    ],
    "rudderstack": [
        ("rudderstack", "pageview", "page", None),
        ("rudderstack", "event", "Order Completed", None),
        ("rudderstack", "identify", "identify", None),
    ],
    "jitsu": [
        ("jitsu", "pageview", "page", "***"),
        ("jitsu", "event", "purchase", "***"),
        ("jitsu", "identify", "identify", "***"),
    ],
    "openpanel": [_OPENPANEL[each] for each in "vvprvprprvpr"],
    "minimal-ga4": [
        ("ga4", "pageview", "page_view", "G-ABCDEFG"),
        ("ga4", "event", "purchase", "G-ABCDEFG"),
        ("ga4", "event", "click", "G-ABCDEFG"),
    ],
}


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items(), ids=EXPECTED)
def test_every_recorded_hit_has_its_vendor_kind_event_and_account(
    name: str, expected: list[tuple[str, str, str | None, str | None]]
) -> None:
    assert [(hit.vendor, hit.kind, hit.event, hit.account) for hit in hits_of(name)] == expected


def test_the_hits_of_a_django_shop() -> None:
    hits = hits_of("django-oscar-ga4")
    assert {hit.account for hit in hits} == {"G-HBFJFL343S"}
    assert [hit.kind for hit in hits].count("library") == 8
    assert {hit.vendor for hit in hits} == {"ga4", "google-tag-manager"}
    assert all(hit.event for hit in hits if hit.vendor == "ga4")


@pytest.mark.parametrize("name", [*EXPECTED, "django-oscar-ga4"])
def test_nothing_recorded_is_left_undecoded(name: str) -> None:
    assert [hit.undecoded for hit in hits_of(name) if hit.undecoded] == []


@pytest.mark.parametrize(
    ("name", "place", "key", "values"),
    [
        ("adobe-analytics", 1, None, {"events": ["scAdd"], "products": [{"product": "SKU1", "quantity": 1, "price": 9.99}], "eVar1": "x"}),
        (
            "adobe-analytics", 2, "T-1",
            {"pageName": "confirm", "purchaseID": "T-1", "products": [{"product": "SKU1", "quantity": 2, "price": 19.98}]},
        ),
        ("adobe-web-sdk", 1, "T-1", {"purchaseID": "T-1"}),
        ("universal-analytics", 2, None, {"eventCategory": "ecommerce", "eventAction": "add_to_cart", "eventLabel": "SKU1"}),
        (
            "matomo", 1, "T-1",
            {"revenue": 19.98, "items": [{"sku": "SKU1", "name": "Shirt", "category": "Apparel", "price": 9.99, "quantity": 2}]},
        ),
        ("posthog", 2, "01a20168-3320-7b54-b870-0977193fb509", {"sku": "SKU1", "value": 9.99}),
        ("plausible", 1, None, {"id": "T-1", "amount": 19.98, "currency": "USD"}),
        ("rudderstack", 1, "59e72475-b4d4-42b9-a07c-52000a211fe9", {"order_id": "T-1", "revenue": 19.98}),
        ("jitsu", 1, "1k4evsgtn9p14vxegs9oor", {"id": "T-1", "value": 19.98}),
        ("openpanel", 3, None, {"__revenue": 19.98}),
    ],
)  # fmt: skip
def test_recorded_hit_means_what_the_site_said(name: str, place: int, key: str | None, values: dict[str, object]) -> None:
    hit = hits_of(name)[place]
    assert hit.key == key
    assert {field: hit.values.get(field) for field in values} == values


def test_a_retry_keeps_the_key_of_what_it_repeats() -> None:
    keys = [hit.key for hit in hits_of("posthog")]
    assert keys[:2] == keys[3:]


def test_recorded_identifiers_and_times() -> None:
    assert hits_of("posthog")[1].identifiers["anonymous_id"] == hits_of("posthog")[0].identifiers["distinct_id"]
    assert {hit.identifiers["_id"] for hit in hits_of("matomo")} == {"aa497b9452f68f84"}
    assert {hit.identifiers["anonymous_id"] for hit in hits_of("rudderstack")} == {"5302d312-bc7f-4d45-a5c1-059558f4cd77"}
    assert {hit.page_url for name in EXPECTED for hit in hits_of(name)} == {"https://shop.test/"}
    assert hits_of("jitsu")[0].event_time == 1795319002.946
