"""Vendors' own scripts from npm in a real browser: what each really sends, to its vendor's host and through a shop's own, is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture.chromium import find_browser

if TYPE_CHECKING:
    from tests.sdks.conftest import Visitor

# One browser visits all the pages; another in a second process would only take it longer.
pytestmark = [pytest.mark.xdist_group("sdks"), pytest.mark.timeout(600)]

Expected = tuple[str, str, dict[str, Any]]
"""Kind, event, and what is among its values."""

CART = {"product_id": "TEE-01", "price": 19.9, "quantity": 2}
ORDER = {"order_id": "T-1001", "total": 39.8, "currency": "EUR"}
LINES = ORDER | {"products": [CART]}
GUEST = {"plan": "guest"}


@dataclass(frozen=True)
class Sdk:
    """What a visit of one script's page must come to.

    Attributes:
        vendor: whose hits they are; the page's name too.
        told: the occurrences in the order of their times, without those that the script adds by itself.
        proxied: False where the script speaks https only, which the shop's own server does not.
        shy: whether it sends less in a browser that calls itself headless.
    """

    vendor: str
    account: str
    told: tuple[Expected, ...]
    proxied: bool = True
    shy: bool = False


def spec_calls(order: dict[str, Any]) -> tuple[Expected, ...]:
    """As Segment's specification has them."""
    return (
        ("pageview", "page", {"title": "The tee"}),
        ("event", "Product Added", CART),
        ("event", "Order Completed", order),
        ("identify", "identify", GUEST),
    )


SDKS = (
    Sdk(
        "adobe-web-sdk",
        "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        (
            ("pageview", "web.webpagedetails.pageViews", {"web": {"webPageDetails": {"name": "The tee"}}}),
            (
                "event",
                "commerce.productListAdds",
                {"productListItems": [{"SKU": "TEE-01", "name": "Tee ü", "quantity": 2, "priceTotal": 39.8}]},
            ),
            ("event", "commerce.purchases", {"commerce": {"order": {"purchaseID": "T-1001", "priceTotal": 39.8, "currencyCode": "EUR"}}}),
            ("event", "userAccount.login", {}),
        ),
    ),
    Sdk(
        "amplitude",
        "0123456789abcdef0123456789abcdef",
        (
            ("event", "Product Added", CART),
            ("event", "revenue_amount", {"order_id": "T-1001", "revenue": 39.8, "currency": "EUR", "productId": "TEE-01", "quantity": 2}),
        ),
    ),
    Sdk(
        "braze",
        "01234567-89ab-4cde-8f01-23456789abcd",
        (
            ("event", "Page Viewed", {"title": "The tee"}),
            ("event", "Product Added", CART),
            ("event", "purchase", {"order_id": "T-1001", "price": 19.9, "quantity": 2, "currency": "EUR", "product_id": "TEE-01"}),
        ),
        shy=True,
    ),
    Sdk(
        "countly",
        "0123456789abcdef0123456789abcdef01234567",
        (
            ("pageview", "[CLY]_view", {"name": "/tee"}),
            ("event", "Product Added", {"product_id": "TEE-01", "quantity": 2}),
            ("event", "Order Completed", {"order_id": "T-1001", "sum": 39.8, "currency": "EUR"}),
            ("identify", "user_details", {}),
        ),
        shy=True,
    ),
    Sdk("customer-io", "0123456789abcdef0123", spec_calls(LINES)),
    Sdk(
        "datadog-rum",
        "01234567-89ab-4cde-8f01-23456789abcd",
        (("event", "Product Added", CART), ("event", "Order Completed", ORDER)),
    ),
    Sdk(
        "ga4",
        "G-TEES123456",
        (
            ("pageview", "page_view", {"page_title": "The tee"}),
            ("event", "add_to_cart", {"currency": "EUR", "value": 39.8, "product_id": "TEE-01"}),
            ("event", "purchase", {"transaction_id": "T-1001", "currency": "EUR", "value": 39.8}),
            ("event", "login", {"method": "password"}),
        ),
    ),
    Sdk("jitsu", "jitsuTees:0123456789abcdef", spec_calls(ORDER)),
    Sdk(
        "launchdarkly",
        "0123456789abcdef01234567",
        (
            ("identify", "identify", {}),
            ("event", "Page Viewed", {"title": "The tee"}),
            ("event", "Product Added", CART),
            ("event", "Order Completed", {"order_id": "T-1001", "metricValue": 39.8, "currency": "EUR"}),
            ("identify", "identify", {}),
        ),
    ),
    Sdk(
        "mixpanel",
        "0123456789abcdef0123456789abcdef",
        (
            ("pageview", "$mp_web_page_view", {"current_page_title": "The tee"}),
            ("event", "Product Added", CART),
            ("event", "Order Completed", ORDER),
            ("identify", "$identify", {"$user_id": "customer-1"}),
            ("identify", "$set_once", {}),
            ("identify", "$set", GUEST),
        ),
    ),
    Sdk(
        "mparticle",
        "us1-0123456789abcdef0123456789abcdef",
        (
            ("identify", "identify", {"customerid": "visitor-1"}),
            ("pageview", "Product", {"title": "The tee"}),
            ("event", "add_to_cart", {"products": [{"id": "TEE-01", "name": "Tee ü", "price": 19.9, "quantity": 2}]}),
            ("event", "purchase", {"transaction_id": "T-1001", "total_amount": 39.8, "currency": "EUR"}),
            ("identify", "login", {"customerid": "customer-1"}),
        ),
        proxied=False,
    ),
    Sdk(
        "new-relic",
        "601234567",
        (
            ("pageview", "PageView", {}),
            ("event", "Page Viewed", {"title": "The tee"}),
            ("event", "Product Added", CART),
            ("event", "Order Completed", ORDER),
        ),
    ),
    Sdk(
        "openpanel",
        "01234567-89ab-4cde-8f01-23456789abcd",
        (
            ("pageview", "screen_view", {"__path": "/tee", "title": "The tee"}),
            ("event", "Product Added", CART),
            ("event", "revenue", {"order_id": "T-1001", "__revenue": 39.8, "currency": "EUR"}),
            ("identify", "identify", GUEST),
        ),
    ),
    Sdk(
        "plausible",
        "tees.example",
        (
            ("pageview", "pageview", {}),
            ("event", "Product Added", {"product_id": "TEE-01", "quantity": "2"}),
            ("event", "Order Completed", {"order_id": "T-1001", "amount": 39.8, "currency": "EUR"}),
        ),
    ),
    Sdk(
        "posthog",
        "phc_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
        (
            ("pageview", "$pageview", {"title": "The tee"}),
            ("event", "Product Added", CART),
            ("event", "Order Completed", ORDER),
            ("identify", "$identify", {}),
        ),
        shy=True,
    ),
    Sdk("rudderstack", "2abcDEF0123456789abcdefABCD", spec_calls(LINES)),
    Sdk("segment", "0123456789abcdefghijABCDEFGHIJ01", spec_calls(LINES)),
    Sdk(
        "sentry",
        "4501234567890123",
        (
            ("event", "event", {"message": "Product Added", "level": "info", "extra": {"product_id": "TEE-01", "price": 19.9}}),
            ("event", "event", {"exception_value": "order not stored", "tags": {"order_id": "T-1001", "currency": "EUR"}}),
        ),
    ),
    Sdk(
        "snowplow",
        "tees",
        (
            ("pageview", "page_view", {"page_title": "The tee"}),
            ("event", "add_to_cart", {"total_value": 39.8, "currency": "EUR"}),
            ("event", "transaction", {"name": "T-1001", "total_value": 39.8, "currency": "EUR"}),
            ("event", "login", {"method": "password", "user_id": "customer-1"}),
        ),
    ),
    Sdk(
        "statsig",
        "client-0123456789abcdef0123456789abcdef0123456789a",
        (
            ("event", "Page Viewed", {"title": "The tee"}),
            ("event", "Product Added", {"value": 19.9, "product_id": "TEE-01", "quantity": "2"}),
            ("event", "Order Completed", {"value": 39.8, "order_id": "T-1001", "currency": "EUR"}),
        ),
    ),
)


def holds(found: Any, wanted: Any) -> bool:
    """Whether what was found has all that is wanted, dictionaries and lists looked into."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(name in found and holds(found[name], value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(holds, found, wanted))
    return type(found) is type(wanted) and found == wanted


VISITS = [
    pytest.param(sdk, own, id=f"{sdk.vendor}-{'proxied' if own else 'default'}", marks=pytest.mark.long if own else ())
    for sdk in SDKS
    for own in sorted({False, sdk.proxied})
]


@pytest.mark.parametrize(("sdk", "own"), VISITS)
def test_what_a_script_really_sends_is_decoded(visitor: Visitor, sdk: Sdk, own: bool) -> None:
    if sdk.shy and find_browser().shell:
        pytest.skip("in the headless shell it takes its visitor for a robot")
    visit = visitor.visit(sdk.vendor, own=own)
    told = visit.told()
    assert not visit.complaints, told
    assert not [hit.undecoded for hit in visit.hits if hit.undecoded], told
    assert {hit.vendor for hit in visit.hits} == {sdk.vendor}, told
    automatic = visitor.decoder.vendors[sdk.vendor].automatic_events
    named = {event for _, event, _ in sdk.told}
    hits = [hit for hit in visit.occurrences() if hit.event in named or hit.event not in automatic]
    if all(hit.event_time is not None for hit in hits):
        hits.sort(key=lambda hit: hit.event_time or 0.0)
    assert [(hit.kind, hit.event) for hit in hits] == [(kind, event) for kind, event, _ in sdk.told], told
    assert {hit.account for hit in hits} == {sdk.account}, told
    for hit, (_, event, values) in zip(hits, sdk.told, strict=True):
        assert holds(hit.values, values), f"{event}: {hit.values}\nwanted: {values}"
    keys = [(hit.event, hit.key) for hit in hits if hit.key is not None]
    assert len(keys) == len(set(keys)), told


@pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.vendor)
def test_no_visit_leaves_a_request_of_the_script_unclaimed(visitor: Visitor, sdk: Sdk) -> None:
    assert visitor.visit(sdk.vendor).unclaimed == []
