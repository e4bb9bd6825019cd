"""What scripts of marketing, replay and monitoring vendors really sent, recorded from a browser: every hit, in order."""

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
        body = entry.get("body")
        data = base64.b64decode(entry["body_base64"]) if "body_base64" in entry else None if body is None else body.encode()
        request = CapturedRequest(
            id=str(index),
            url=entry["url"],
            method=entry.get("method", "GET"),
            resource_type=entry.get("resource_type"),
            body=Body.of(data),
        )
        hits += DECODER.decode(request, index)
    return hits


EXPECTED = {
    "hubspot": [
        (0, "hubspot", "library", None, "21811999"),
        (1, "hubspot", "library", None, None),
        (2, "hubspot", "pageview", "pageview", "21811999"),
        (3, "hubspot", "pageview", "pageview", "21811999"),
        (4, "hubspot", "event", "pe1_buy", "21811999"),
    ],
    "clarity": [
        (0, "clarity", "pageview", "page", "eunmrr98um"),
        (1, "clarity", "auxiliary", None, "eunmrr98um"),
        (1, "clarity", "event", "purchase", "eunmrr98um"),
        (2, "clarity", "auxiliary", None, "eunmrr98um"),
    ],
    "sentry": [
        (0, "sentry", "event", "event", "42"),
        (1, "sentry", "auxiliary", "span", "42"),
        (2, "sentry", "event", "event", "42"),
        (3, "sentry", "auxiliary", "span", "42"),
    ],
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_recorded_hit_has_its_vendor_kind_event_and_account(name: str) -> None:
    assert [(hit.request, hit.vendor, hit.kind, hit.event, hit.account) for hit in hits_of(name)] == EXPECTED[name]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_nothing_recorded_is_left_undecoded(name: str) -> None:
    assert [hit.undecoded for hit in hits_of(name) if hit.undecoded] == []


def test_hubspot_tells_page_property_and_person() -> None:
    first, second, event = hits_of("hubspot")[2:]
    assert (first.page_url, first.values["page_title"], first.event_time) == ("https://shop.test/", "Shop", 1795318339.316)
    assert second.values["path"] == "/thanks"
    assert event.values["sku"] == "SKU1"
    assert event.identifiers == {"email": "a@b.co", "hubspotutk": "88e3c33e08bbc949dc3edea7c377831b"}


def test_clarity_tells_page_tag_and_visitor() -> None:
    page, rest, event, _ = hits_of("clarity")
    assert (page.page_url, page.values["page_title"], page.values["language"]) == ("https://shop.test/", "Shop", "en-US")
    assert rest.values["k"] == "v"
    assert {hit.identifiers["user_id"] for hit in (page, rest, event)} == {"1uop8wk"}


def test_sentry_tells_message_error_and_page() -> None:
    message, _, error, spans = hits_of("sentry")
    assert (message.values["message"], message.values["level"], message.key) == ("hello", "info", "5d5488d98183495d94e8ff1dadaa5aee")
    assert (error.values["exception_type"], error.values["exception_value"], error.page_url) == ("Error", "boom", "https://shop.test/")
    assert {each.name: each.value for each in spans.parameters}["items[0].name"] == "Largest contentful paint"
