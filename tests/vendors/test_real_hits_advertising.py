"""What advertising vendors' real scripts sent, recorded from a browser: every hit, in order."""

from __future__ import annotations

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
        body = entry.get("body")
        request = CapturedRequest(
            id=str(index),
            url=entry["url"],
            method=entry.get("method", "GET"),
            resource_type=entry.get("resource_type"),
            body=Body.of(None if body is None else body.encode()),
        )
        hits += DECODER.decode(request, index)
    return hits


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "tiktok",
            [
                ("tiktok", "auxiliary", "Pageview", "CJF3F7RC77UEOD73A56G"),
                ("tiktok", "pageview", "Pageview", "CJF3F7RC77UEOD73A56G"),
                ("tiktok", "auxiliary", "Metadata", "CJF3F7RC77UEOD73A56G"),
                ("tiktok", "event", "AddToCart", "CJF3F7RC77UEOD73A56G"),
                ("tiktok", "event", "CompletePayment", "CJF3F7RC77UEOD73A56G"),
                ("tiktok", "auxiliary", "Click", "CJF3F7RC77UEOD73A56G"),
            ],
        ),
        (
            "linkedin",
            [
                ("linkedin", "pageview", "page_view", "12345"),
                ("linkedin", "auxiliary", "PAGE_VISIT", "12345"),
                ("linkedin", "event", "conversion", "12345"),
                ("linkedin", "auxiliary", "CLICK", "12345"),
            ],
        ),
        (
            "microsoft-ads",
            [
                ("microsoft-ads", "library", None, "12345678"),
                ("microsoft-ads", "pageview", "pageLoad", "12345678"),
                ("microsoft-ads", "event", "purchase", "12345678"),
            ],
        ),
    ],
)
def test_every_recorded_hit_has_its_vendor_kind_event_and_account(name: str, expected: list[tuple[str, str, str | None, str]]) -> None:
    assert [(hit.vendor, hit.kind, hit.event, hit.account) for hit in hits_of(name)] == expected


@pytest.mark.parametrize("name", ["tiktok", "linkedin", "microsoft-ads"])
def test_nothing_recorded_is_left_undecoded(name: str) -> None:
    assert [hit.undecoded for hit in hits_of(name) if hit.undecoded] == []


@pytest.mark.parametrize(
    ("name", "event", "key", "values"),
    [
        ("tiktok", "CompletePayment", "T-1", {"value": 19.98, "currency": "USD", "contents": [{"content_id": "SKU1", "quantity": 2}]}),
        ("tiktok", "AddToCart", None, {"value": 9.99, "currency": "USD", "content_id": "SKU1", "content_type": "product"}),
        ("linkedin", "conversion", None, {"conversionId": "99", "url": "https://shop.test/"}),
        (
            "microsoft-ads",
            "purchase",
            "T-1",
            {"revenue_value": 19.98, "currency": "USD", "ecomm_prodid": "SKU1", "ecomm_pagetype": "purchase"},
        ),
    ],
)
def test_recorded_conversion_means_what_the_site_said(name: str, event: str, key: str | None, values: dict[str, object]) -> None:
    [hit] = [hit for hit in hits_of(name) if hit.event == event]
    assert hit.key == key
    assert {field: hit.values.get(field) for field in values} == values


def test_recorded_identifiers_and_pages() -> None:
    assert [hit.identifiers.get("anonymous_id") for hit in hits_of("tiktok")][1:] == ["s-OhLChyrraH6-TTRJpPNg5gS-C"] * 5
    assert {hit.page_url for hit in hits_of("linkedin")} == {"https://shop.test/"}
    assert [hit.identifiers for hit in hits_of("microsoft-ads")[1:]] == [
        {"visitor_id": "26b9e690e62511f1afd8b9ace8a9f8dc", "session_id": "26b99a10e62511f1882717e86b798416"}
    ] * 2
