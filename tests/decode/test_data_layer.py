"""What a push says, by the shapes that sites push."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.capture.captured import Push
from harness.decode.data_layer import decode_push

if TYPE_CHECKING:
    from harness.decode.hit import Hit

ITEM = {"item_id": "TEE-01", "item_name": "Tee", "price": 9.5, "quantity": 2}
UNDEFINED = {"$type": "undefined", "text": "undefined"}


def arguments(*items: Any) -> dict[str, Any]:
    return {"$type": "arguments", "items": list(items)}


def decoded(value: Any, **push: Any) -> Hit | None:
    return decode_push(Push(id="u1", source=push.pop("source", "dataLayer"), value=value, **push), 3)


@pytest.mark.parametrize(
    ("value", "kind", "event", "values"),
    [
        ({"event": "page_view", "page_type": "home"}, "pageview", "page_view", {"page_type": "home"}),
        ({"event": "lead", "gtm.uniqueEventId": 7, "lead_id": "L-1"}, "event", "lead", {"lead_id": "L-1"}),
        ({"event": "gtm.js", "gtm.start": 1}, "auxiliary", "gtm.js", {}),
        ({"event": "gtm.linkClick", "gtm.elementId": "x"}, "auxiliary", "gtm.linkClick", {"gtm.elementId": "x"}),
        ({"event": "mtm.Start", "mtm.startTime": 1}, "auxiliary", "mtm.Start", {"mtm.startTime": 1}),
        ({"page_type": "home"}, "auxiliary", None, {"page_type": "home"}),
        ({"ecommerce": None}, "auxiliary", None, {"ecommerce": None}),
        ({"event": "", "a": 1}, "auxiliary", None, {"a": 1}),
        (
            {"event": "purchase", "ecommerce": {"transaction_id": "T-1", "value": 19, "currency": "EUR", "items": [ITEM]}},
            "event", "purchase",
            {
                "ecommerce": {"transaction_id": "T-1", "value": 19, "currency": "EUR", "items": [ITEM]},
                "transaction_id": "T-1", "value": 19, "currency": "EUR", "items": [ITEM],
            },
        ),
        ({"event": "purchase", "value": 1, "ecommerce": {"value": 2}}, "event", "purchase", {"value": 1, "ecommerce": {"value": 2}}),
        (arguments("event", "purchase", {"value": 19, "items": [ITEM]}), "event", "purchase", {"value": 19, "items": [ITEM]}),
        ({"0": "event", "1": "login", "2": {"method": "x"}}, "event", "login", {"method": "x"}),
        (arguments("event", "page_view"), "pageview", "page_view", {}),
        (arguments("config", "G-ABC1234567", {"send_page_view": False}), "auxiliary", "config", {"send_page_view": False}),
        (arguments("js", {"$type": "date", "text": "2026-11-22T03:42:18.895Z"}), "auxiliary", "js", {}),
        (arguments("set", {"page_type": "home"}), "auxiliary", "set", {"page_type": "home"}),
        (["set", "x"], "auxiliary", None, {}),
        ({"event": "a", "gone": UNDEFINED, "big": {"$type": "bigint", "text": "12"}}, "event", "a", {"big": 12}),
        ({"event": "a", "when": {"$type": "map", "items": [["k", [UNDEFINED, 1]]]}}, "event", "a", {"when": {"k": [None, 1]}}),
    ],
)  # fmt: skip
def test_push(value: Any, kind: str, event: str | None, values: dict[str, Any]) -> None:
    hit = decoded(value)
    assert hit is not None
    assert (hit.vendor, hit.account, hit.request, hit.request_id) == ("data-layer", "dataLayer", 3, "u1")
    assert (hit.kind, hit.event, hit.values) == (kind, event, values)


@pytest.mark.parametrize(
    ("command", "consent"),
    [
        (
            arguments("consent", "default", {"ad_storage": "denied", "analytics_storage": "granted", "wait_for_update": 500}),
            {"ad_storage": False, "analytics_storage": True, "command": "default", "wait_for_update": 500},
        ),
        (arguments("consent", "update", {"ad_storage": "granted"}), {"ad_storage": True, "command": "update"}),
    ],
)
def test_consent_command_tells_each_signal(command: Any, consent: dict[str, Any]) -> None:
    hit = decoded(command)
    assert hit is not None
    assert (hit.kind, hit.consent) == ("consent", consent)


@pytest.mark.parametrize(
    ("commerce", "values"),
    [
        (
            {
                "currencyCode": "EUR",
                "purchase": {
                    "actionField": {"id": "T-1", "revenue": "19.00", "tax": 1, "coupon": "X"},
                    "products": [{"id": "S1", "name": "Tee", "price": 9.5, "quantity": 2, "position": 1, "dimension1": "red"}],
                },
            },
            {
                "transaction_id": "T-1", "value": "19.00", "tax": 1, "coupon": "X", "currency": "EUR",
                "items": [{"item_id": "S1", "item_name": "Tee", "price": 9.5, "quantity": 2, "index": 1, "dimension1": "red"}],
            },
        ),
        ({"add": {"products": [{"id": "S1"}]}}, {"items": [{"item_id": "S1"}]}),
        (
            {"checkout": {"actionField": {"step": 2, "option": "card"}, "products": []}},
            {"checkout_step": 2, "checkout_option": "card", "items": []},
        ),
        ({"impressions": [{"id": "S1", "list": "home"}]}, {"items": [{"item_id": "S1", "item_list_name": "home"}]}),
        ({"promoView": {"promotions": [{"id": "P1", "creative": "c"}]}}, {"items": [{"promotion_id": "P1", "creative_name": "c"}]}),
    ],
)  # fmt: skip
def test_enhanced_ecommerce_in_ga4s_names(commerce: dict[str, Any], values: dict[str, Any]) -> None:
    hit = decoded({"event": "x", "ecommerce": commerce})
    assert hit is not None
    assert hit.values == {"ecommerce": commerce, **values}


@pytest.mark.parametrize("value", [None, "text", 7, {"$type": "function", "text": "f"}, {"$type": "node", "text": "div"}, [], arguments()])
def test_what_is_no_data_is_no_hit(value: Any) -> None:
    assert decoded(value) is None


def test_a_vendors_call_is_no_push() -> None:
    assert decoded(["event", "purchase"], source="gtag", kind="call") is None


def test_every_leaf_is_a_parameter_by_its_path() -> None:
    hit = decoded({"event": "a", "ecommerce": {"value": 1, "items": [ITEM]}, "b.c": {"d": [True, {}]}})
    assert hit is not None
    assert [(each.name, each.value) for each in hit.parameters] == [
        ("event", "a"), ("ecommerce.value", 1), ("ecommerce.items[0].item_id", "TEE-01"), ("ecommerce.items[0].item_name", "Tee"),
        ("ecommerce.items[0].price", 9.5), ("ecommerce.items[0].quantity", 2), ('["b.c"].d[0]', True), ('["b.c"].d[1]', {}),
    ]  # fmt: skip


def test_purchase_has_its_transaction_for_key_and_the_pages_campaign() -> None:
    hit = decoded({"event": "purchase", "ecommerce": {"transaction_id": "T-1"}}, page_url="https://shop.example/?utm_source=news")
    assert hit is not None
    assert (hit.key, hit.campaign, hit.page_url) == ("T-1", {"utm_source": "news"}, "https://shop.example/?utm_source=news")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["event", "ecommerce", "$type", "items", "text", "0", "purchase"]) | st.text(), inner)
    ),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_any_push_is_read(value: Any) -> None:
    decoded(value)
