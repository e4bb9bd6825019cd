"""Every vendor's own examples and look-alikes; a new vendor needs no new test."""

from __future__ import annotations

import base64
import importlib
import json
import pkgutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

import harness.vendors
from harness.capture.captured import Body, CapturedRequest
from harness.decode.decoder import Decoder, FirstPartyRoute
from harness.decode.hit import Hit

if TYPE_CHECKING:
    from harness.decode.vendor import Vendor

VENDORS: list[Vendor] = [
    importlib.import_module(f"harness.vendors.{found.name}").VENDOR
    for found in sorted(pkgutil.iter_modules(harness.vendors.__path__), key=lambda m: m.name)
]
DECODER = Decoder(VENDORS)
ALONE = {vendor.id: Decoder([vendor]) for vendor in VENDORS}
EXAMPLES = [pytest.param(vendor, example, id=f"{vendor.id}: {example['title']}") for vendor in VENDORS for example in vendor.examples]
LOOKALIKES = [pytest.param(vendor, each, id=f"{vendor.id}: {each}") for vendor in VENDORS for each in vendor.lookalikes]


def captured(line: str | dict[str, Any], request_id: str = "1") -> CapturedRequest:
    entry = {"url": line} if isinstance(line, str) else line
    body = entry.get("body")
    if "body_base64" in entry:
        data: bytes | None = base64.b64decode(entry["body_base64"])
    elif body is None:
        data = None
    else:
        data = (body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))).encode()
    headers = entry.get("headers", ())
    return CapturedRequest(
        id=request_id,
        url=entry["url"],
        method=entry.get("method", "GET"),
        headers=tuple(headers.items() if isinstance(headers, dict) else map(tuple, headers)),
        resource_type=entry.get("resource_type"),
        body=Body.of(data),
    )


def differences(expected: Any, found: Any, path: str) -> list[str]:
    """Where what was found is not what is expected; what is not named is free."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            line
            for key, value in expected.items()
            for line in (
                differences(value, found[key], f"{path}.{key}") if key in found else [f"{path}.{key} is missing, expected {value!r}"]
            )
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [line for index, value in enumerate(expected) for line in differences(value, found[index], f"{path}[{index}]")]
    same = expected == found and isinstance(expected, bool) == isinstance(found, bool)
    return [] if same else [f"{path} is {found!r}, expected {expected!r}"]


def as_dict(hit: Hit) -> dict[str, Any]:
    entry = {name: getattr(hit, name) for name in Hit.__slots__}
    entry["parameters"] = {each.name: each.value for each in reversed(hit.parameters)}
    return entry


@pytest.mark.parametrize(("vendor", "example"), EXAMPLES)
def test_example_decodes_to_its_hits(vendor: Vendor, example: dict[str, Any]) -> None:
    request = captured(example["request"])
    hits = DECODER.decode(request)
    assert [(hit.vendor, hit.undecoded) for hit in hits] == [(vendor.id, each.get("undecoded", "")) for each in example["hits"]]
    assert not [line for index, each in enumerate(example["hits"]) for line in differences(each, as_dict(hits[index]), f"hits[{index}]")]


@pytest.mark.parametrize(("vendor", "example"), EXAMPLES)
def test_no_other_vendor_recognises_the_example(vendor: Vendor, example: dict[str, Any]) -> None:
    request = captured(example["request"])
    own = DECODER.claim(request)
    assert own is not None
    others = []
    for other in VENDORS:
        claim = ALONE[other.id].claim(request)
        if (
            claim is not None
            and other is not vendor
            and claim.endpoint.host == own.endpoint.host
            and claim.endpoint.path == own.endpoint.path
        ):
            others.append(other.id)
    assert others == []


@pytest.mark.parametrize(("vendor", "lookalike"), LOOKALIKES)
def test_lookalike_is_not_claimed(vendor: Vendor, lookalike: str | dict[str, Any]) -> None:
    claim = DECODER.claim(captured(lookalike))
    assert claim is None or claim.vendor.id != vendor.id


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.id)
def test_vendor_file_is_whole(vendor: Vendor) -> None:
    assert vendor.examples, "wire examples are its tests and its documentation"
    assert vendor.lookalikes, "addresses that it must not claim"
    assert vendor.docs
    assert all(each.startswith("https://") for each in vendor.docs)
    module = importlib.import_module(f"harness.vendors.{vendor.id.replace('-', '_')}")
    assert module.VENDOR is vendor, "the file is called as the vendor"
    assert "https://" in (module.__doc__ or "")
    for example in vendor.examples:
        for hit in example["hits"]:
            assert set(hit) <= set(Hit.__slots__)


SOCKETS = [each for each in EXAMPLES if captured(each.values[1]["request"]).url.startswith(("ws:", "wss:"))]


@pytest.mark.parametrize(("vendor", "example"), SOCKETS)
def test_a_vendor_that_talks_over_sockets_says_where(vendor: Vendor, example: dict[str, Any]) -> None:
    claim = DECODER.claim(captured(example["request"]))
    assert claim is not None
    assert claim.endpoint.socket, "without it a browser lets the socket through to the vendor"


def test_ids_and_names_are_unique() -> None:
    assert len({vendor.id for vendor in VENDORS}) == len({vendor.name for vendor in VENDORS}) == len(VENDORS)


PROXIED = (
    "adobe-analytics", "adobe-web-sdk", "amplitude", "countly", "customer-io", "fathom", "ga4", "jitsu", "matomo", "mixpanel", "mparticle",
    "openpanel", "piano", "piwik-pro", "plausible", "posthog", "rudderstack", "segment", "simple-analytics", "snowplow", "umami",
)  # fmt: skip


@pytest.mark.parametrize("vendor", [each for each in VENDORS if each.id in PROXIED], ids=lambda each: each.id)
def test_what_a_site_passes_on_by_a_folder_of_its_own_is_read_as_what_it_is(vendor: Vendor) -> None:
    routed = Decoder(VENDORS, [FirstPartyRoute(vendor=vendor.id, host="data.shop.example", path="/metrics/*")])
    for example in vendor.examples:
        request = captured(example["request"])
        place = urlsplit(request.url)
        moved = replace(request, url=f"https://data.shop.example/metrics{place.path}" + (f"?{place.query}" if place.query else ""))
        kinds = [(hit.kind, hit.event) for hit in DECODER.decode(request)]
        if any(kind in ("event", "pageview", "identify") for kind, _ in kinds):
            assert [(hit.kind, hit.event) for hit in routed.decode(moved)] == kinds, example["title"]
