"""What real vendor scripts sent, recorded in a browser: every hit, in order, with its event and account."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import harness.vendors
from harness.capture.request_lines import requests_from_lines
from harness.decode.decoder import Decoder

if TYPE_CHECKING:
    from harness.decode.hit import Hit

FILES = Path(__file__).parent.parent / "real_hits"
DECODER = Decoder(
    importlib.import_module(f"harness.vendors.{found.name}").VENDOR for found in pkgutil.iter_modules(harness.vendors.__path__)
)
JUDGED = frozenset(("ga4", "google-ads", "floodlight", "google-tag-manager", "meta-pixel", "segment", "mixpanel"))

GTAG = ("google-tag-manager", "library", None)
PAGE = ("ga4", "pageview", "page_view")
ENGAGED = ("ga4", "event", "user_engagement")
SCROLL = ("ga4", "event", "scroll")


def of(account: str, *hits: tuple[int, tuple[str, str, str | None]]) -> list[tuple[int, str, str, str | None, str]]:
    return [(request, *hit, account) for request, hit in hits]


EXPECTED: dict[str, list[tuple[int, str, str, str | None, str]]] = {
    "django-oscar-ga4": of(
        "G-HBFJFL343S",
        (0, GTAG), (2, PAGE), (3, ENGAGED), (4, GTAG), (6, PAGE), (6, ENGAGED), (7, GTAG), (9, PAGE), (9, ENGAGED), (10, GTAG), (12, PAGE),
        (13, SCROLL), (14, ENGAGED), (15, GTAG), (17, PAGE), (17, ENGAGED), (18, SCROLL), (19, GTAG), (21, PAGE), (22, SCROLL),
        (23, ENGAGED), (24, GTAG), (26, PAGE), (26, ENGAGED), (27, SCROLL), (28, GTAG), (30, PAGE),
        (31, ("ga4", "event", "purchase")), (32, ENGAGED),
    ),
    "ga4-after-accept": of("G-HBFJFL343S", (0, PAGE), (1, ENGAGED)),
    "ga4-after-reject": of("G-HBFJFL343S", (0, PAGE)),
    "ga4-burst": of("G-HBFJFL343S", (0, PAGE), (1, PAGE)),
    "ga4-consent-denied-then-granted": of(
        "G-HBFJFL343S", (0, PAGE), (1, ("ga4", "event", "add_to_cart")), (2, ENGAGED), (3, ("ga4", "event", "purchase"))
    ),
    "gtm-ga4": of("G-9Z72VQCKY0", (0, PAGE), (1, ("ga4", "event", "add_to_cart")), (2, ("ga4", "event", "purchase"))),
    "minimal-ga4": of("G-ABCDEFG", (0, PAGE), (1, ("ga4", "event", "purchase")), (2, ("ga4", "event", "click"))),
    "meta-pixel": of(
        "691776562467007",
        (0, ("meta-pixel", "pageview", "PageView")), (1, ("meta-pixel", "event", "ViewContent")), (2, ("meta-pixel", "event", "AddToCart")),
        (3, ("meta-pixel", "event", "Purchase")), (4, ("meta-pixel", "event", "MyCustom")),
        (5, ("meta-pixel", "event", "SubscribedButtonClick")),
    ),
    "segment": of(
        "wk", (0, ("segment", "pageview", "page")), (1, ("segment", "event", "Order Completed")), (2, ("segment", "identify", "identify"))
    ),
    "mixpanel": of(
        "tok",
        (0, ("mixpanel", "pageview", "$mp_web_page_view")), (1, ("mixpanel", "identify", "$set_once")),
        (1, ("mixpanel", "identify", "$set")),
        (2, ("mixpanel", "event", "add_to_cart")), (2, ("mixpanel", "identify", "$identify")),
    ),
}  # fmt: skip


def hits_of(name: str) -> list[Hit]:
    path = FILES / f"{name}.jsonl"
    requests = requests_from_lines(path.read_bytes(), path.name)
    return [hit for index, request in enumerate(requests) for hit in DECODER.decode(request, index) if hit.vendor in JUDGED]


@pytest.mark.parametrize("name", sorted(each.stem for each in FILES.glob("*.jsonl")))
def test_hits_events_and_accounts_in_order(name: str) -> None:
    found = [(hit.request, hit.vendor, hit.kind, hit.event, hit.account) for hit in hits_of(name)]
    assert found == EXPECTED.get(name, [])


def test_every_expected_file_is_there() -> None:
    assert not [name for name in EXPECTED if not (FILES / f"{name}.jsonl").is_file()]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_nothing_is_undecoded(name: str) -> None:
    assert [hit.undecoded for hit in hits_of(name) if hit.undecoded] == []


@pytest.mark.parametrize(
    ("name", "place", "values"),
    [
        (
            "gtm-ga4", 2,
            {
                "currency": "USD", "transaction_id": "T-1001", "value": 19.98, "tax": 1, "shipping": 5, "coupon": "X",
                "items": [{"item_id": "SKU1", "item_name": "Shirt", "price": 9.99, "quantity": 2, "item_category": "Apparel"}],
            },
        ),
        ("meta-pixel", 1, {"content_ids": ["SKU1"], "content_type": "product", "value": 9.99, "currency": "USD"}),
        ("meta-pixel", 3, {"contents": [{"id": "SKU1", "quantity": 2}], "value": 19.98, "currency": "USD", "event_id": "T-1"}),
        ("segment", 1, {"order_id": "T-1", "revenue": 19.98}),
        ("mixpanel", 3, {"sku": "SKU1"}),
    ],
)  # fmt: skip
def test_values(name: str, place: int, values: dict[str, Any]) -> None:
    hit = hits_of(name)[place]
    assert {key: hit.values.get(key) for key in values} == values


DENIED = {"state": "denied", "set_by": "default", "default": "denied"}
GRANTED = {"state": "granted", "set_by": "update", "default": "denied", "update": "granted"}


@pytest.mark.parametrize(
    ("name", "place", "granted", "how", "raw"),
    [
        ("ga4-after-reject", 0, False, DENIED, {"gcs": "G100", "gcd": "13p3p3p3p5l1", "npa": "1", "dma": "0"}),
        ("ga4-consent-denied-then-granted", 2, True, GRANTED, {"gcs": "G111", "gcd": "13r3r3r3r5l1", "gcu": "1", "npa": "0"}),
    ],
)
def test_consent(name: str, place: int, granted: bool, how: dict[str, str], raw: dict[str, str]) -> None:
    consent = hits_of(name)[place].consent
    assert consent is not None
    signals = ("ad_storage", "analytics_storage", "ad_user_data", "ad_personalization")
    assert {signal: consent[signal] for signal in signals} == dict.fromkeys(signals, granted)
    assert consent["signals"] == dict.fromkeys(signals, how)
    assert {key: consent[key] for key in raw} == raw


def test_no_consent_mode_sets_no_signal() -> None:
    consent = hits_of("ga4-burst")[0].consent
    assert consent is not None
    assert "analytics_storage" not in consent
    assert consent["signals"]["analytics_storage"] == {"set_by": "none"}


def test_a_denied_pings_client_id_is_kept() -> None:
    assert hits_of("ga4-after-reject")[0].identifiers["client_id"] == "1816181459.1795320149"


def test_campaign_is_that_of_the_page() -> None:
    assert [hit.campaign for hit in hits_of("ga4-burst")] == [{}, {"utm_source": "news", "utm_medium": "email", "utm_campaign": "spring"}]
