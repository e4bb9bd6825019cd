"""The demo shop's named faults, as data: what breaks, and under which codes each scenario must report it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from harness.errors import TagproofError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COOKIE = "demo_faults"
ENVIRONMENT = "TAGPROOF_DEMO_FAULTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which the shop's tracking can be broken.

    Attributes:
        name: kebab-case, as in the cookie and in the environment variable.
        title: one line; description: what the visitor's browser then does, and what it costs.
        journey: the test in journeys/ that walks into it.
        expected: scenario -> codes that its walk is reported under; a scenario that is not listed passes.
        stub_status: vendor -> HTTP status its stub must answer with, for faults of the receiving side; the shop itself stays sound.
    """

    name: str
    title: str
    description: str
    journey: str
    expected: Mapping[str, frozenset[str]]
    stub_status: Mapping[str, int] = field(default_factory=dict)


SCENARIOS = ("baseline", "reload", "consent-denied", "no-utm")
CHECKOUT, LEAD, CAMPAIGN = "test_guest_checkout", "test_workshop_lead", "test_newsletter_campaign"


def _everywhere(code: str) -> dict[str, frozenset[str]]:
    return _in(code, *SCENARIOS)


def _in(code: str, *scenarios: str) -> dict[str, frozenset[str]]:
    return dict.fromkeys(scenarios, frozenset({code}))


_LIST = (
    Fault(
        name="purchase-again-on-reload", title="The purchase is sent again when its page is reloaded",
        description="The confirmation page has no guard: every showing of it tells the purchase. Revenue is counted twice.",
        journey=CHECKOUT, expected=_in("refired-on-reload", "reload"),
    ),
    Fault(
        name="purchase-without-id", title="The purchase has no transaction id",
        description="The order number is left out of the data layer, so that no vendor can tell two orders, or one told twice, apart.",
        journey=CHECKOUT, expected=_everywhere("missing-parameter"),
    ),
    Fault(
        name="value-as-text", title="The purchase's value is a text",
        description='The value is pushed as "56.70" instead of 56.7. Reports that add values up leave it out.',
        journey=CHECKOUT, expected=_everywhere("type-mismatch"),
    ),
    Fault(
        name="wrong-currency", title="The purchase is told in dollars",
        description="The shop sells in euros, the purchase says USD: every vendor converts the revenue once too often.",
        journey=CHECKOUT, expected=_everywhere("value-mismatch"),
    ),
    Fault(
        name="value-with-shipping", title="The purchase's value has the shipping in it",
        description="The value is what was paid, not what the items add up to: revenue is too high by the shipping.",
        journey=CHECKOUT, expected=_everywhere("value-mismatch"),
    ),
    Fault(
        name="purchase-never-told", title="The purchase is not sent",
        description="The confirmation page has lost its data-layer snippet. No vendor learns of the order.",
        journey=CHECKOUT, expected=_everywhere("missing-event"),
    ),
    Fault(
        name="margin-told", title="The purchase tells the margin",
        description="A parameter that no one planned, and that competitors may read in the browser, goes to GA4 with each order.",
        journey=CHECKOUT, expected=_everywhere("unplanned-parameter"),
    ),
    Fault(
        name="test-event", title="A test event is left in the checkout",
        description="An event of an old A/B test, which the plan does not know, goes to GA4 at each checkout.",
        journey=CHECKOUT, expected=_everywhere("unplanned-event"),
    ),
    Fault(
        name="broken-beacon", title="A broken script sends bytes that no one can read",
        description="With the purchase GA4 gets a beacon whose body is damaged. What it was to say is lost.",
        journey=CHECKOUT, expected=_everywhere("undecodable-request"),
    ),
    Fault(
        name="add-to-cart-twice", title="One click puts into the cart twice, for the tags",
        description="Two listeners on one button: add_to_cart is pushed twice for one click, and every vendor counts two.",
        journey=CHECKOUT, expected=_everywhere("duplicate-hit"),
    ),
    Fault(
        name="double-page-view", title="GA4 counts each page twice",
        description="The tag sends a page view by itself and the tag manager sends another: two for each page.",
        journey=CHECKOUT, expected=_everywhere("duplicate-hit"),
    ),
    Fault(
        name="manager-on-interaction", title="A second tag manager wakes on the first touch and counts again",
        description="A container of the old shop loads when the visitor first moves, scrolls or types, and sends its own page view.",
        journey=CHECKOUT, expected=_everywhere("duplicate-hit"),
    ),
    Fault(
        name="list-per-card", title="The list is told once for each product in it",
        description="view_item_list is pushed for each card instead of once for the list: nine views of one listing.",
        journey=CHECKOUT, expected=_everywhere("wrong-count"),
    ),
    Fault(
        name="page-view-late", title="The page view comes after what happened on the page",
        description="view_item and the other events are pushed before page_view, and count for the page before.",
        journey=CHECKOUT, expected=_everywhere("out-of-order"),
    ),
    Fault(
        name="stale-ecommerce", title="The next push still has the last one's products",
        description="The data layer is never cleared: when a category is chosen, page view and new list carry the old list's products.",
        journey=CHECKOUT, expected=_everywhere("data-layer-stale"),
    ),
    Fault(
        name="wrong-measurement-id", title="GA4 sends to the test property",
        description="After a release the shop still names the test property. The live one sees no visitors at all.",
        journey=CHECKOUT, expected=_everywhere("wrong-account"),
    ),
    Fault(
        name="collect-answers-500", title="GA4's collection endpoint fails",
        description="Every hit to GA4 is answered with status 500: it was sent, and not taken. The stub answers so; the shop is sound.",
        journey=CHECKOUT, expected=_everywhere("failed-delivery"), stub_status={"ga4": 500},
    ),
    Fault(
        name="tag-before-consent", title="Meta is told before the visitor has decided",
        description="The pixel fires while the banner is still open; after a denial it is silent.",
        journey=CHECKOUT, expected=_everywhere("consent-breach"),
    ),
    Fault(
        name="tag-after-denial", title="Meta is told in spite of a denial",
        description="The pixel waits for a decision, but does not look which it was.",
        journey=CHECKOUT, expected=_in("consent-breach", "consent-denied"),
    ),
    Fault(
        name="late-tag-after-denial", title="Meta is told three seconds after a denial",
        description="A timer, started when consent was denied, fires the pixel when most testers have stopped looking.",
        journey=CHECKOUT, expected=_in("consent-breach", "consent-denied"),
    ),
    Fault(
        name="identifiers-in-denied-ping", title="GA4's cookieless pings tell who the visitor is",
        description="While consent is denied, pings carry a stored visitor id as client id and user id: they are not cookieless at all.",
        journey=CHECKOUT, expected=_everywhere("consent-breach"),
    ),
    Fault(
        name="utm-lost-by-redirect", title="The newsletter's link loses its campaign",
        description="The short link's redirect drops the query, so that the visit is counted as direct.",
        journey=CAMPAIGN, expected=_in("campaign-lost", "baseline", "reload", "consent-denied"),
    ),
    Fault(
        name="utm-lost-by-late-consent", title="The campaign is lost while the visitor decides",
        description="Tags wait for the banner; when it is accepted the address is tidied first, and they see it without its campaign.",
        journey=CAMPAIGN, expected=_in("campaign-lost", "baseline", "reload"),
    ),
    Fault(
        name="campaign-invented", title="A visit without a campaign is given one called undefined",
        description="The tag reads the UTM parameters without looking whether there are any, and sends the word undefined.",
        journey=CAMPAIGN, expected=_in("campaign-invented", "no-utm"),
    ),
    Fault(
        name="email-in-url", title="The visitor's e-mail address is in the page's address",
        description="After the lead form the address of the next page has the e-mail in it, and every tag sends that address on.",
        journey=LEAD, expected=_everywhere("personal-data-sent"),
    ),
)  # fmt: skip
FAULTS: dict[str, Fault] = {each.name: each for each in _LIST}


def parse(text: str) -> frozenset[str]:
    """The names in a comma-separated list, percent-encoded as a cookie may be or not.

    Raises:
        TagproofError: a fault of that name does not exist.
    """
    names = frozenset(name for each in unquote(text).split(",") if (name := each.strip()))
    check(names)
    return names


def check(names: Iterable[str]) -> None:
    """Refuses names of faults that do not exist.

    Raises:
        TagproofError: naming the first that is unknown.
    """
    for name in sorted(names):
        if name not in FAULTS:
            raise TagproofError(f"the demo shop has no fault {name!r}", mend=f"name one or more of: {', '.join(FAULTS)}")
