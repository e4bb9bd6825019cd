from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from harness.demo.faults import ENVIRONMENT
from harness.demo.shop import Shop
from harness.errors import TagproofError

if TYPE_CHECKING:
    from collections.abc import Callable

PURCHASE = ["ga4 page_view /order/T-1001", "ga4 purchase /order/T-1001"]
DENIED = [
    "ga4 page_view /",
    "ga4 page_view /shop",
    "ga4 view_item_list /shop",
    "ga4 page_view /shop/cups",
    "ga4 view_item_list /shop/cups",
    "ga4 page_view /product/harbour-mug",
    "ga4 view_item /product/harbour-mug",
    "ga4 add_to_cart /product/harbour-mug",
    "ga4 page_view /cart",
    "ga4 page_view /checkout",
    "ga4 begin_checkout /checkout",
    *PURCHASE,
]
GRANTED = [
    *DENIED,
    "ga4 user_engagement /",
    "meta PageView /",
    "meta PageView /shop",
    "meta PageView /shop/cups",
    "meta PageView /product/harbour-mug",
    "meta ViewContent /product/harbour-mug",
    "meta AddToCart /product/harbour-mug",
    "meta PageView /cart",
    "meta PageView /checkout",
    "meta InitiateCheckout /checkout",
    "meta PageView /order/T-1001",
    "meta Purchase /order/T-1001",
    "ads conversion /order/T-1001",
]

Visit = Any
"""As the fixture of conftest.py opens it."""


# ---- the server ----


def test_the_shop_listens_and_is_closed() -> None:
    with Shop.start() as shop:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", shop.url)
        with urllib.request.urlopen(shop.url + "/shop") as answer:
            assert answer.status == 200
    shop.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(shop.url)


def test_a_taken_port_is_said() -> None:
    with Shop.start() as shop, pytest.raises(TagproofError, match="cannot listen"):
        Shop.start(int(shop.url.rpartition(":")[2]))


def test_faults_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "value-as-text, wrong-currency")
    with Shop.start(fault_names=frozenset({"test-event"})) as shop, urllib.request.urlopen(shop.url) as answer:
        assert answer.headers["X-Demo-Faults"] == "test-event,value-as-text,wrong-currency"


def test_an_unknown_fault_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "gremlins")
    with pytest.raises(TagproofError, match="no fault 'gremlins'"):
        Shop.start()


# ---- what the sound shop sends ----


@pytest.mark.parametrize("clock", [pytest.param(False, id="real-time"), pytest.param(True, id="fake-clock", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("consent", "sent"), [("Accept all", GRANTED), ("Reject all", DENIED), (None, DENIED)], ids=["granted", "denied", "undecided"]
)
def test_a_checkout(visit: Callable[..., Visit], consent: str | None, sent: list[str], clock: bool) -> None:
    one = visit(clock=clock)
    one.checkout(consent)
    if clock:
        one.context.clock.fast_forward(60_000)
        one.barrier()
    assert sorted(one.names()) == sorted(sent)


def test_no_campaign_is_invented(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.checkout(query="")
    assert sorted(one.names()) == sorted(GRANTED)
    assert not [each for each in one.sent for value in each.parameters.values() if "utm" in value or "undefined" in value]


def test_the_campaign_is_told_first_to_each_vendor(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.newsletter()
    told = [(each.vendor, each.event, each.path) for each in one.sent if "utm_campaign=spring" in each.query]
    # Two vendors' tags run side by side; each has its own order.
    assert [each for each in told if each[0] == "ga4"] == [
        ("ga4", "page_view", "/shop/cups"), ("ga4", "view_item_list", "/shop/cups"), ("ga4", "user_engagement", "/shop/cups"),
    ]  # fmt: skip
    assert [each for each in told if each[0] != "ga4"] == [("meta", "PageView", "/shop/cups")]


def test_one_order_is_the_same_at_every_vendor(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.checkout()
    (ga4,), (meta,), (ads,) = one.of("ga4", "purchase"), one.of("meta", "Purchase"), one.of("ads", "conversion")
    assert [ga4.parameters[key] for key in ("ep.transaction_id", "epn.value", "cu", "epn.tax", "epn.shipping")] == [
        "T-1001",
        "56.7",
        "EUR",
        "9.05",
        "4.9",
    ]
    assert ga4.parameters["pr1"] == "idMUG-01~nmHarbour mug~caCups~pr18.9~qt3"
    assert [meta.parameters[key] for key in ("eid", "cd[value]", "cd[currency]", "cd[content_ids]")] == [
        "T-1001",
        "56.7",
        "EUR",
        '["MUG-01"]',
    ]
    assert meta.parameters["cd[contents]"] == '[{"id":"MUG-01","quantity":3}]'
    assert [ads.parameters[key] for key in ("oid", "value", "currency_code", "label", "gcs")] == [
        "T-1001",
        "56.7",
        "EUR",
        "kLnPurchase01",
        "G111",
    ]


def test_events_of_one_moment_leave_as_a_batch(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/")
    one.go("/product/reed-vase")
    one.add()
    assert [(each.event, each.batch) for each in one.sent] == [("page_view", 1), ("page_view", 2), ("view_item", 2), ("add_to_cart", 1)]


@pytest.mark.parametrize(
    ("clicks", "gcs", "gcd", "npa"),
    [
        ([], "G100", "13p3p3p3p5l1", "1"),
        (["Accept all"], "G111", "13r3r3r3r5l1", "0"),
        (["Reject all"], "G100", "13q3q3q3q5l1", "1"),
        (["Choose", "Save choice"], "G100", "13q3q3q3q5l1", "1"),
    ],
)
def test_consent_on_the_wire(visit: Callable[..., Visit], clicks: list[str], gcs: str, gcd: str, npa: str) -> None:
    one = visit()
    one.go("/")
    for name in clicks:
        one.click("button", name)
    one.go("/cart")
    last = one.of("ga4", "page_view")[-1].parameters
    assert (last["gcs"], last["gcd"], last["npa"]) == (gcs, gcd, npa)


def test_analytics_without_marketing(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/")
    one.click("button", "Choose")
    one.page.get_by_label("Analytics").check()
    one.click("button", "Save choice")
    one.go("/cart")
    last = one.of("ga4", "page_view")[-1].parameters
    assert (last["gcs"], last["gcd"]) == ("G101", "13q3r3q3q5l1")
    assert one.names("meta") == []


def test_marketing_without_analytics(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/")
    one.click("button", "Choose")
    one.page.get_by_label("Marketing").check()
    one.click("button", "Save choice")
    assert one.names() == ["ga4 page_view /", "meta PageView /"]
    assert {each["name"] for each in one.context.cookies()} >= {"_fbp", "kiln_consent"}
    assert not {each["name"] for each in one.context.cookies()} & {"_ga"}


def test_a_denied_visitor_has_another_id_on_each_page_and_no_cookie(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.checkout("Reject all")
    by_page: dict[str, set[str]] = {}
    for each in one.of("ga4", "page_view"):
        by_page.setdefault(each.parameters["_p"], set()).add(each.parameters["cid"])
    assert len(by_page) == 6
    assert len({next(iter(ids)) for ids in by_page.values()}) == 6
    assert {each["name"] for each in one.context.cookies()} == {"kiln_consent", "kiln_session"}


def test_a_granted_visitor_keeps_one_id(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.checkout()
    assert len({each.parameters["cid"] for each in one.sent if each.vendor == "ga4"}) == 1
    assert len({each.parameters["fbp"] for each in one.sent if each.vendor == "meta"}) == 1
    assert [each.parameters.get("_ss") for each in one.of("ga4", "page_view")] == ["1", None, None, None, None, None, None]


def test_what_was_held_back_is_sent_once_with_its_campaign(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/product/reed-vase?utm_source=news")
    one.add()
    assert one.names("meta") == []
    one.click("button", "Accept all")
    assert one.names("meta") == [
        "meta PageView /product/reed-vase",
        "meta ViewContent /product/reed-vase",
        "meta AddToCart /product/reed-vase",
    ]
    assert {each.query for each in one.sent if each.vendor == "meta"} == {"utm_source=news"}
    assert len(one.of("ga4", "page_view")) == 1
    (update,) = one.of("ga4", "user_engagement")
    assert (update.parameters["gcs"], update.parameters["gcu"]) == ("G111", "1")


def test_what_was_held_back_on_a_route_keeps_its_route(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/shop?utm_source=news")
    one.click("link", "Linen")
    one.click("button", "Accept all")
    assert [(each.path, each.query) for each in one.of("meta", "PageView")] == [("/shop", "utm_source=news"), ("/shop/linen", "")]


def test_consent_that_is_withdrawn(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/")
    one.click("button", "Accept all")
    assert {"_ga", "_ga_KILN000001", "_fbp"} <= {each["name"] for each in one.context.cookies()}
    one.click("button", "Cookie settings")
    one.click("button", "Reject all")
    before = len(one.names("meta"))
    one.go("/cart")
    assert len(one.names("meta")) == before
    assert one.of("ga4", "page_view")[-1].parameters["gcd"] == "13q3q3q3q5l1"
    assert {each["name"] for each in one.context.cookies()} == {"kiln_consent"}


@pytest.mark.parametrize("again", ["reload", "new tab", "there and back"])
def test_an_order_is_told_once(visit: Callable[..., Visit], again: str) -> None:
    one = visit()
    one.buy()
    url = one.page.url
    if again == "reload":
        one.page.reload()
    elif again == "new tab":
        one.page = one.context.new_page()
        one.page.goto(url)
    else:
        one.go("/")
        one.page.go_back()
    one.until(lambda: len(one.of("ga4", "page_view")) >= 5)
    assert one.page.url == url
    for vendor, event in (("ga4", "purchase"), ("meta", "Purchase"), ("ads", "conversion")):
        assert len(one.of(vendor, event)) == 1, vendor


def test_an_order_is_told_once_also_without_the_server(visit: Callable[..., Visit]) -> None:
    """The page itself remembers: here it is shown again with its event, as a cache would."""
    one = visit()
    one.buy()
    html = one.page.request.get(one.page.url).text()
    told = '{"shop": "Kiln & Clover", "page_type": "thanks", "events": [{"event": "purchase", "once": "T-1001", "ecommerce": {}}]}'
    again = re.sub(r'(id="page-data">).*?(</script>)', lambda found: found[1] + told + found[2], html)
    one.context.route(one.page.url, lambda route: route.fulfill(body=again, content_type="text/html"))
    one.page.reload()
    one.barrier()
    assert len(one.of("ga4", "purchase")) == 1


def test_an_enquiry_is_told_once(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.lead()
    one.page.reload()
    one.until(lambda: len(one.of("ga4", "page_view")) == 3)
    for vendor, event, key in (("ga4", "generate_lead", "ep.lead_id"), ("meta", "Lead", "eid"), ("ads", "conversion", "oid")):
        assert [each.parameters[key] for each in one.of(vendor, event)] == ["L-2001"], vendor


def test_routes_are_pages_also_backwards(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/shop")
    one.click("link", "Linen")
    assert one.page.get_by_role("article").count() == 1
    assert one.page.title() == "Linen · Kiln & Clover"
    one.click("link", "Linen")
    one.page.go_back()
    one.barrier()
    assert one.page.get_by_role("article").count() == 9
    assert one.names("ga4") == [
        "ga4 page_view /shop", "ga4 view_item_list /shop", "ga4 page_view /shop/linen", "ga4 view_item_list /shop/linen",
        "ga4 page_view /shop", "ga4 view_item_list /shop",
    ]  # fmt: skip
    assert [each.parameters["ep.item_list_id"] for each in one.of("ga4", "view_item_list")] == ["all", "linen", "all"]


def test_the_data_layer_is_cleared_before_each_event(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/product/reed-vase")
    one.add()
    assert [each.get("event") or each for each in one.layer()] == [
        {"ecommerce": None}, "page_view", {"ecommerce": None}, "view_item", {"ecommerce": None}, "add_to_cart",
    ]  # fmt: skip


def test_leaving_tells_the_time_spent(visit: Callable[..., Visit]) -> None:
    one = visit(clock=True)
    one.go("/")
    one.context.clock.fast_forward(4_000)
    one.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    one.until(lambda: one.of("ga4", "user_engagement"))
    assert int(one.of("ga4", "user_engagement")[0].parameters["_et"]) >= 4_000


def test_a_decision_holds_in_the_other_tab(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/")
    first, one.page = one.page, one.context.new_page()
    one.go("/cart")
    one.click("button", "Accept all")
    one.page = first
    assert first.get_by_role("button", name="Accept all").is_visible()
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    one.until(lambda: "meta PageView /" in one.names())
    assert not first.get_by_role("button", name="Accept all").is_visible()


def test_a_double_click_orders_once(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/product/reed-vase")
    one.click("button", "Accept all")
    one.page.get_by_role("button", name="Add to cart").dblclick()
    one.page.get_by_text("In your cart").wait_for()
    one.go("/checkout")
    one.page.evaluate(
        "document.getElementById('order').addEventListener('submit', event => setTimeout(() => event.target.requestSubmit(), 0))"
    )
    one.order()
    assert one.page.url.endswith("/order/T-1001")
    assert one.page.request.get(one.shop.url + "/order/T-1002").status == 404


def test_the_banner_is_driven_by_keyboard_and_gone_on_the_next_page(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/")
    banner = one.page.get_by_role("region", name="Cookies, only if you like")
    assert banner.is_visible()
    one.page.get_by_role("button", name="Reject all").press("Enter")
    assert not banner.is_visible()
    one.go("/cart")
    assert not banner.is_visible()
    one.click("button", "Cookie settings")
    assert banner.is_visible()
    assert not one.page.get_by_label("Analytics").is_checked()
