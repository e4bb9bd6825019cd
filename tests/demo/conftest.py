"""Walks through the demo shop with nothing but Playwright: what it sends is stubbed, read and returned."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from harness.demo.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Route

CAMPAIGN = "utm_source=newsletter&utm_medium=email&utm_campaign=spring"
VENDORS = {"www.google-analytics.com": "ga4", "www.facebook.com": "meta", "www.googleadservices.com": "ads"}
BARRIER = "https://barrier.test/"
PATIENCE = 200


@dataclass(frozen=True)
class Sent:
    """One event on the wire: a line of a GA4 batch, or a request."""

    vendor: str
    event: str
    path: str
    query: str
    parameters: dict[str, str]
    batch: int
    """How many events its request carries."""

    def __str__(self) -> str:
        return f"{self.vendor} {self.event} {self.path}"


@dataclass
class Visit:
    """A visitor in a context of their own, in a shop of their own, so that order numbers begin anew."""

    shop: Shop
    context: BrowserContext
    page: Page
    sent: list[Sent] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def record(self, route: Route) -> None:
        request = route.request
        url = urlsplit(request.url)
        if request.url == BARRIER:
            route.fulfill(status=204, headers={"access-control-allow-origin": "*"})
            return
        vendor = VENDORS.get(url.hostname or "")
        if vendor is None:
            self.others.append(request.url)
            route.abort()
            return
        body = request.post_data_buffer or b""
        shared = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=True))
        try:
            lines = body.decode().split("\r\n") if body else [""]
        except UnicodeDecodeError:
            lines = ["en=(unreadable)"]
        for line in lines:
            own = {**shared, **dict(parse_qsl(line, keep_blank_values=True))}
            about = urlsplit(own.get("dl") or own.get("url") or "")
            event = {"ads": "conversion"}.get(vendor) or own.get("en") or own.get("ev") or "(none)"
            self.sent.append(Sent(vendor, event, about.path, about.query, own, len(lines)))
        route.fulfill(status=204)

    def barrier(self) -> None:
        """Return when all that the page has sent so far is recorded."""
        self.page.evaluate("url => fetch(url).then(() => null)", BARRIER)

    def until(self, done: Callable[[], Any]) -> None:
        for _ in range(PATIENCE):
            self.barrier()
            if done():
                return
        pytest.fail(f"not seen among {[str(each) for each in self.sent]}")

    def go(self, path: str) -> None:
        self.page.goto(self.shop.url + path)
        self.barrier()

    def click(self, role: Any, name: str, *, exact: bool = False) -> None:
        self.page.get_by_role(role, name=name, exact=exact).first.click()
        self.page.wait_for_load_state("load")
        self.barrier()

    def decide(self, consent: str | None) -> None:
        if consent:
            self.click("button", consent)

    def layer(self) -> list[dict[str, Any]]:
        """This page's data layer; calls of gtag are left out."""
        entries = self.page.evaluate("dataLayer.map(each => '0' in each ? {} : each)")
        return [each for each in entries if each]

    def names(self, vendor: str | None = None) -> list[str]:
        return [str(each) for each in self.sent if vendor in (None, each.vendor)]

    def of(self, vendor: str, event: str) -> list[Sent]:
        return [each for each in self.sent if (each.vendor, each.event) == (vendor, event)]

    def checkout(self, consent: str | None = "Accept all", query: str = CAMPAIGN) -> None:
        page = self.page
        self.go(f"/?{query}" if query else "/")
        self.decide(consent)
        self.click("link", "Shop all pieces")
        page.get_by_label("Categories").get_by_role("link", name="Cups").click()
        self.barrier()
        self.click("link", "Harbour mug")
        page.get_by_role("button", name="One more").click(click_count=2)
        self.add()
        self.click("link", "View cart")
        self.click("link", "Go to checkout")
        self.order()

    def order(self) -> None:
        fields = {"E-mail": "ada@example.com", "Name": "Ada Lovelace", "Street and number": "Kai 1", "Postcode": "20457", "City": "Hamburg"}
        for label, value in fields.items():
            self.page.get_by_label(label, exact=True).fill(value)
        self.click("button", "Place the order")
        self.page.get_by_role("heading", name="Thank you").wait_for()
        self.barrier()

    def buy(self, consent: str | None = "Accept all", query: str = CAMPAIGN) -> None:
        """The short way: a listing, a category, a product, straight to the checkout."""
        self.go(f"/shop?{query}" if query else "/shop")
        self.decide(consent)
        self.page.get_by_label("Categories").get_by_role("link", name="Cups").click()
        self.barrier()
        self.click("link", "Harbour mug")
        self.add()
        self.go("/checkout")
        self.order()

    def add(self) -> None:
        self.page.get_by_role("button", name="Add to cart").click()
        self.page.get_by_text("In your cart").wait_for()
        self.barrier()

    def newsletter(self, consent: str | None = "Accept all", query: str = CAMPAIGN) -> None:
        self.go(f"/go/spring-letter?{query}" if query else "/go/spring-letter")
        self.decide(consent)
        self.click("link", "Dune espresso cup")

    def lead(self, consent: str | None = "Accept all", query: str = CAMPAIGN) -> None:
        self.go(f"/workshops?{query}" if query else "/workshops")
        self.decide(consent)
        self.page.get_by_label("Name").fill("Grace Hopper")
        self.page.get_by_label("E-mail").fill("grace@example.com")
        self.click("button", "Send the enquiry")
        self.page.get_by_role("heading", name="We will be in touch").wait_for()
        self.barrier()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens visits: ``visit()`` to the sound shop, ``visit("double-page-view")`` to a faulty one."""
    opened: list[Visit] = []

    def start(*faults: str, clock: bool = False) -> Visit:
        shop = Shop.start(fault_names=frozenset(faults))
        context = browser.new_context()
        if clock:
            context.clock.install()
        one = Visit(shop, context, context.new_page())
        context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), one.record)
        context.on("weberror", lambda error: one.problems.append(str(error.error)))
        opened.append(one)
        return one

    yield start
    for one in opened:
        one.context.close()
        one.shop.close()
        assert one.problems == []
        assert one.others == []
