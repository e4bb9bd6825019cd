"""Each fault changes what the shop sends exactly as its description says, and nothing else."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.demo.faults import FAULTS, SCENARIOS, parse
from harness.errors import TagproofError

if TYPE_CHECKING:
    from collections.abc import Callable

# One worker makes what the sound shop sends, which all are compared with.
pytestmark = pytest.mark.xdist_group("faults")

CODES = frozenset(
    (
        "missing-event", "unplanned-event", "wrong-count", "duplicate-hit", "refired-on-reload", "out-of-order", "missing-parameter",
        "unplanned-parameter", "type-mismatch", "value-mismatch", "wrong-account", "consent-breach", "personal-data-sent",
        "data-layer-stale", "missing-campaign", "campaign-lost", "campaign-invented", "failed-delivery", "undecodable-request",
    )
)  # fmt: skip
ALWAYS_DIFFERENT = frozenset(("_p", "cid", "sid", "tfd", "_et", "ts", "it", "random", "fbp", "auid", "ec"))
YES, NO = "Accept all", "Reject all"
SPRING = "utm_source=newsletter&utm_medium=email&utm_campaign=spring"
PURCHASE, META_PURCHASE, ADS_PURCHASE = "ga4 purchase /order/T-1001", "meta Purchase /order/T-1001", "ads conversion /order/T-1001"
CUP, MUG, THANKS = "/product/dune-espresso-cup", "/product/harbour-mug", "/workshops/thanks/L-2001"

CHANGES: list[tuple[str, str, str | None, str, set[str]]] = [
    ("purchase-again-on-reload", "buy", YES, SPRING, set()),
    (
        "purchase-without-id", "buy", YES, SPRING,
        {f"{PURCHASE}: -ep.transaction_id=T-1001", f"{META_PURCHASE}: -eid=T-1001", f"{ADS_PURCHASE}: -oid=T-1001"},
    ),
    (
        "value-as-text", "buy", YES, SPRING,
        {
            f"{PURCHASE}: -epn.value=18.9 +ep.value=18.90",
            f"{META_PURCHASE}: -cd[value]=18.9 +cd[value]=18.90",
            f"{ADS_PURCHASE}: -value=18.9 +value=18.90",
        },
    ),
    (
        "wrong-currency", "buy", YES, SPRING,
        {
            f"{PURCHASE}: -cu=EUR +cu=USD",
            f"{META_PURCHASE}: -cd[currency]=EUR +cd[currency]=USD",
            f"{ADS_PURCHASE}: -currency_code=EUR +currency_code=USD",
        },
    ),
    ("wrong-currency", "buy", NO, SPRING, {f"{PURCHASE}: -cu=EUR +cu=USD"}),
    (
        "value-with-shipping", "buy", YES, SPRING,
        {
            f"{PURCHASE}: -epn.value=18.9 +epn.value=23.8",
            f"{META_PURCHASE}: -cd[value]=18.9 +cd[value]=23.8",
            f"{ADS_PURCHASE}: -value=18.9 +value=23.8",
        },
    ),
    ("purchase-never-told", "buy", YES, SPRING, {f"- {PURCHASE}", f"- {META_PURCHASE}", f"- {ADS_PURCHASE}"}),
    ("margin-told", "buy", YES, SPRING, {f"{PURCHASE}: +epn.margin=7.93"}),
    ("test-event", "buy", YES, SPRING, {"+ ga4 checkout_test_b /checkout"}),
    ("broken-beacon", "buy", YES, SPRING, {"+ ga4 (unreadable) "}),
    ("add-to-cart-twice", "buy", YES, SPRING, {f"+ ga4 add_to_cart {MUG}", f"+ meta AddToCart {MUG}"}),
    (
        "double-page-view", "buy", YES, SPRING,
        {f"+ ga4 page_view {path}" for path in ("/shop", "/shop/cups", MUG, "/checkout", "/order/T-1001")},
    ),
    (
        "page-view-late", "newsletter", YES, SPRING,
        {"ga4 page_view /shop/cups: -_fv=1 -_nsi=1 -_ss=1", "ga4 view_item_list /shop/cups: +_fv=1 +_nsi=1 +_ss=1"},
    ),
    (
        "wrong-measurement-id", "newsletter", YES, SPRING,
        {
            f"ga4 {event} {path}: -tid=G-KILN000001 +tid=G-KILNTEST01"
            for event, path in (
                ("page_view", "/shop/cups"), ("view_item_list", "/shop/cups"), ("user_engagement", "/shop/cups"),
                ("page_view", CUP), ("view_item", CUP),
            )
        },
    ),
    ("collect-answers-500", "newsletter", YES, SPRING, set()),
    ("tag-before-consent", "newsletter", YES, SPRING, set()),
    ("tag-before-consent", "newsletter", NO, SPRING, {"+ meta PageView /shop/cups"}),
    (
        "tag-before-consent", "newsletter", None, SPRING,
        {"+ meta PageView /shop/cups", f"+ meta PageView {CUP}", f"+ meta ViewContent {CUP}"},
    ),
    ("tag-after-denial", "newsletter", YES, SPRING, set()),
    ("tag-after-denial", "newsletter", NO, SPRING, {"+ meta PageView /shop/cups", f"+ meta PageView {CUP}", f"+ meta ViewContent {CUP}"}),
    ("tag-after-denial", "newsletter", None, SPRING, set()),
    ("late-tag-after-denial", "newsletter", YES, SPRING, set()),
    ("late-tag-after-denial", "newsletter", NO, SPRING, {f"+ meta PageView {CUP}"}),
    ("late-tag-after-denial", "newsletter", None, SPRING, set()),
    (
        "utm-lost-by-redirect", "newsletter", NO, SPRING,
        {
            f"ga4 page_view /shop/cups: -dl=/shop/cups?{SPRING} +dl=/shop/cups",
            f"ga4 view_item_list /shop/cups: -dl=/shop/cups?{SPRING} +dl=/shop/cups",
            f"ga4 page_view {CUP}: -dr=/shop/cups?{SPRING} +dr=/shop/cups",
            f"ga4 view_item {CUP}: -dr=/shop/cups?{SPRING} +dr=/shop/cups",
        },
    ),
    ("utm-lost-by-redirect", "newsletter", YES, "", set()),
    ("campaign-invented", "newsletter", YES, "", {"ga4 page_view /shop/cups: +cm=undefined +cn=undefined +cs=undefined"}),
    (
        "email-in-url", "lead", YES, SPRING,
        {
            f"{sent} {THANKS}: -{key}={THANKS} +{key}={THANKS}?email=grace%40example.com"
            for sent, key in (
                ("ga4 page_view", "dl"), ("ga4 generate_lead", "dl"), ("meta PageView", "dl"), ("meta Lead", "dl"),
                ("ads conversion", "url"),
            )
        },
    ),
]  # fmt: skip
SHOWN_OTHERWISE = {"manager-on-interaction", "stale-ecommerce", "list-per-card", "identifiers-in-denied-ping", "utm-lost-by-late-consent"}
"""Faults with a test of their own below."""

Sending = tuple[str, frozenset[str]]


@pytest.fixture(scope="module")
def sound() -> dict[tuple[str, str | None, str], list[Sending]]:
    """What the sound shop sends, by walk; filled as the tests go."""
    return {}


@pytest.fixture
def sends(visit: Callable[..., Any]) -> Callable[..., list[Sending]]:
    def walked(walk: str, consent: str | None, query: str, *faults: str) -> list[Sending]:
        one = visit(*faults, clock=True)
        getattr(one, walk)(consent, query)
        one.context.clock.fast_forward(60_000)
        one.barrier()
        one.barrier()
        home = one.shop.url
        return [
            (
                str(each),
                frozenset(f"{key}={text.replace(home, '')}" for key, text in each.parameters.items() if key not in ALWAYS_DIFFERENT),
            )
            for each in one.sent
        ]

    return walked


def changes(sound: list[Sending], faulty: list[Sending]) -> set[str]:
    """Both walks compared: ``+`` and ``-`` for what only one of them sent, else what differs in it."""
    gone, new = list((Counter(sound) - Counter(faulty)).elements()), list((Counter(faulty) - Counter(sound)).elements())
    found = set()
    for name, parameters in gone:
        twin = next((each for each in new if each[0] == name), None)
        if twin is None:
            found.add(f"- {name}")
            continue
        new.remove(twin)
        lost, got = sorted(parameters - twin[1]), sorted(twin[1] - parameters)
        found.add(f"{name}: " + " ".join([*(f"-{each}" for each in lost), *(f"+{each}" for each in got)]))
    return found | {f"+ {name}" for name, _ in new}


@pytest.mark.parametrize(
    ("fault", "walk", "consent", "query", "changed"),
    [
        pytest.param(
            *each, id=f"{each[0]}-{each[2] or 'undecided'}{'' if each[3] else '-no-campaign'}", marks=() if each[4] else pytest.mark.long
        )
        for each in CHANGES
    ],
)
def test_what_a_fault_changes(
    sends: Callable[..., list[Sending]],
    sound: dict[tuple[str, str | None, str], list[Sending]],
    fault: str,
    walk: str,
    consent: str | None,
    query: str,
    changed: set[str],
) -> None:
    key = (walk, consent, query)
    if key not in sound:
        sound[key] = sends(*key)
    assert changes(sound[key], sends(*key, fault)) == changed


def test_every_fault_is_shown_by_a_test() -> None:
    assert {fault for fault, *_ in CHANGES} | SHOWN_OTHERWISE == set(FAULTS)


# ---- those that a comparison of walks does not show ----


def test_purchase_again_on_reload(visit: Callable[..., Any]) -> None:
    one = visit("purchase-again-on-reload")
    one.buy()
    one.page.reload()
    one.until(lambda: len(one.of("ga4", "purchase")) == 2)
    assert [each.parameters["eid"] for each in one.of("meta", "Purchase")] == ["T-1001"] * 2
    assert [each.parameters["oid"] for each in one.of("ads", "conversion")] == ["T-1001"] * 2


@pytest.mark.parametrize(("faults", "order"), [([], ["page_view", "view_item"]), (["page-view-late"], ["view_item", "page_view"])])
def test_page_view_late(visit: Callable[..., Any], faults: list[str], order: list[str]) -> None:
    one = visit(*faults)
    one.go("/product/reed-vase")
    one.click("button", YES)
    assert [each.event for each in one.sent if each.vendor == "ga4"][:2] == order
    assert [each["event"] for each in one.layer() if "event" in each] == order
    assert [each.event for each in one.sent if each.vendor == "meta"] == [
        {"page_view": "PageView", "view_item": "ViewContent"}[name] for name in order
    ]


def test_manager_on_interaction(visit: Callable[..., Any]) -> None:
    one = visit("manager-on-interaction")
    one.go("/shop")
    assert one.names() == ["ga4 page_view /shop", "ga4 view_item_list /shop"]
    one.page.mouse.move(40, 40)
    one.until(lambda: len(one.sent) > 2)
    one.page.mouse.wheel(0, 300)
    one.barrier()
    assert one.names()[2:] == ["ga4 page_view /shop"]
    assert one.sent[2].parameters["gcs"] == "G100"


def test_list_per_card(visit: Callable[..., Any]) -> None:
    one = visit("list-per-card")
    one.go("/shop/cups")
    assert [each.parameters["pr1"].split("~")[1] for each in one.of("ga4", "view_item_list")] == [
        "nmHarbour mug",
        "nmDune espresso cup",
        "nmMoss latte mug",
    ]
    assert not [each for each in one.of("ga4", "view_item_list") if "pr2" in each.parameters]


@pytest.mark.parametrize(("faults", "view", "listed"), [([], 0, 3), (["stale-ecommerce"], 9, 9)])
def test_stale_ecommerce(visit: Callable[..., Any], faults: list[str], view: int, listed: int) -> None:
    one = visit(*faults)
    one.go("/shop")
    one.click("button", YES)
    one.page.get_by_label("Categories").get_by_role("link", name="Cups").click()
    one.barrier()

    def items(event: str) -> int:
        return len([key for key in one.of("ga4", event)[-1].parameters if key.startswith("pr")])

    assert (items("page_view"), items("view_item_list")) == (view, listed)
    assert ({"ecommerce": None} in one.layer()) == (not faults)
    assert not [key for each in one.of("meta", "PageView") for key in each.parameters if key.startswith("cd[")]


@pytest.mark.parametrize("consent", [YES, NO])
def test_identifiers_in_denied_ping(visit: Callable[..., Any], consent: str) -> None:
    one = visit("identifiers-in-denied-ping")
    one.newsletter(consent)
    denied = [each.parameters for each in one.sent if each.parameters.get("gcs") == "G100"]
    granted = [each.parameters for each in one.sent if each.vendor == "ga4" and each.parameters["gcs"] == "G111"]
    assert len({each["cid"] for each in denied}) == 1
    assert {each["uid"] for each in denied} == {f"visitor-{denied[0]['cid']}"}
    assert bool(granted) == (consent == YES)
    assert not [each for each in granted if "uid" in each]


@pytest.mark.parametrize(
    ("consent", "landing", "campaign_left"),
    [
        (YES, {"ga4 page_view", "ga4 view_item_list", "meta PageView"}, False),
        (NO, {"ga4 page_view", "ga4 view_item_list"}, True),
        (None, set(), False),
    ],
)
def test_utm_lost_by_late_consent(visit: Callable[..., Any], consent: str | None, landing: set[str], campaign_left: bool) -> None:
    one = visit("utm-lost-by-late-consent")
    one.newsletter(consent)
    here = [each for each in one.sent if each.path == "/shop/cups"]
    assert {f"{each.vendor} {each.event}" for each in here} == landing
    assert any("utm_campaign" in each.query for each in here) == campaign_left
    assert len(here) == len(landing)


# ---- the table ----


def test_the_table_speaks_of_what_there_is() -> None:
    journeys = Path(__file__).parents[2] / "journeys"
    tests = {
        node.name
        for path in journeys.glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    for fault in FAULTS.values():
        assert fault.journey in tests, fault.name
        assert fault.expected, fault.name
        assert set(fault.expected) <= set(SCENARIOS), fault.name
        assert all(codes and codes <= CODES for codes in fault.expected.values()), fault.name
        assert fault.title, fault.name
        assert fault.description, fault.name


def test_the_table_has_every_fault_that_a_release_is_known_to_break() -> None:
    assert len(FAULTS) == 25
    assert {code for fault in FAULTS.values() for codes in fault.expected.values() for code in codes} == CODES - {"missing-campaign"}


@pytest.mark.parametrize(
    ("text", "names"), [("", set()), ("test-event", {"test-event"}), (" test-event , ,email-in-url", {"test-event", "email-in-url"})]
)
def test_names_are_read(text: str, names: set[str]) -> None:
    assert parse(text) == names


def test_an_unknown_name_is_refused_and_the_known_are_named() -> None:
    with pytest.raises(TagproofError) as refused:
        parse("test-event,tset-event")
    assert "'tset-event'" in refused.value.what
    assert all(name in refused.value.mend for name in FAULTS)
