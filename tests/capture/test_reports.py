"""Reports that the browser itself sends for a page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.captured import Answer
from harness.capture.chromium import launch_options
from harness.capture.reports import Reports
from transports.walked import Walked

if TYPE_CHECKING:
    from harness.capture.sent import Ledger
    from harness.capture.targets import Targets

pytestmark = pytest.mark.xdist_group("attribution")

POLICY = "img-src 'self'; report-to own"


def page_of(site: Any, name: str, to: str) -> str:
    """A page by TLS whose policy refuses its picture, and where that is reported."""
    site.page(
        f"/{name}",
        "<!doctype html><img src='https://refused.invalid/x.gif'>",
        content_security_policy=POLICY,
        reporting_endpoints=f'own="{to}"',
    )
    return f"{site.safe}/{name}"


def test_a_report_is_told_as_what_it_is(walk: Any, site: Any) -> None:
    walked = walk(ignore_https_errors=True)
    walked.walk.enter_step(3)
    page = walked.open(site.safe + "/next")
    page.goto(page_of(site, "reported", f"{site.safe}/hit/reported/x?sentry_key=1"))
    assert walked.wait(lambda: any(walked.outcome(each) for each in walked.hits("reported")))
    [one] = walked.hits("reported")
    assert (one.method, one.resource_type, one.page, one.page_load, one.main_frame, one.step) == ("POST", "report", "p1", 2, True, 3)
    assert (one.page_url, one.disposition) == (f"{site.safe}/reported", "passed")
    assert (walked.outcome(one).state, walked.outcome(one).reason) == ("delivered", "")
    [arrived] = site.hits("reported")
    told, sent = json.loads(one.body.data), json.loads(arrived.body)
    # All but the age of each and the user agent, which the record says.
    assert told == [{key: each[key] for key in ("type", "url", "body")} for each in sent]
    assert one.body.state == "partial"
    assert "not the bytes" in one.body.reason
    assert one.header("content-type") == arrived.headers["content-type"]
    assert walked.walk.note_gap() == ()


def test_a_report_that_nobody_takes_has_failed(walk: Any, site: Any) -> None:
    walked = walk(ignore_https_errors=True)
    walked.open(page_of(site, "lost", f"https://127.0.0.1:{site.dead_port}/hit/lost/x"))
    assert walked.wait(lambda: any(walked.outcome(each) for each in walked.hits("lost")))
    [one] = walked.hits("lost")
    assert walked.outcome(one).state == "failed"
    assert "the browser's report was not taken" in walked.outcome(one).reason


def test_a_report_to_a_vendor_that_went_out_all_the_same_is_a_gap(walk: Any, site: Any) -> None:
    walked = walk(lambda request: Answer() if "/hit/" in request.url else None, ignore_https_errors=True)
    walked.open(page_of(site, "vendors", f"{site.safe}/hit/vendors/x"))
    assert walked.wait(lambda: any(walked.outcome(each) for each in walked.hits("vendors")))
    assert [each.disposition for each in walked.hits("vendors")] == ["passed"]
    [gap] = walked.walk.note_gap()
    assert "report of the browser's own could not be held back" in gap
    assert "/hit/vendors/x" in gap


def test_a_browser_started_so_sends_none(playwright: Any, site: Any) -> None:
    options = launch_options(unheld=False)
    browser = playwright.chromium.launch(**{**options, "args": [*options["args"], *LAUNCH_ARGS]})
    capture = BrowserCapture.attach(browser)
    walked = Walked(capture, browser, lambda _: None, options={"ignore_https_errors": True})
    page = walked.open(page_of(site, "unsent", f"{site.safe}/hit/unsent/x"))
    # Its page is told of what was refused all the same.
    page.evaluate(
        "src => new Promise(done => { document.addEventListener('securitypolicyviolation', done); new Image().src = src }).then(() => 1)",
        "https://refused.invalid/late.gif",
    )
    page.goto(site.safe + "/next")
    walked.walk.barrier()
    walked.walk.quiet(0.3, 5.0)
    walked.finish()
    capture.close()
    browser.close()
    assert site.hits("unsent") == []
    assert walked.hits("unsent") == []


def test_a_report_that_nobody_asked_for_goes_nowhere(walk: Any, site: Any) -> None:
    walked = walk()
    page = walked.open(site.url + "/next")
    # Deprecated, which is reported at once.
    page.evaluate("() => { const x = new XMLHttpRequest(); x.open('GET', '/next', false); x.send() }")
    walked.walk.quiet(0.5, 5.0)
    assert walked.walk.note_gap() == ()
    assert [each for each in walked.requests if each.resource_type == "report"] == []


def test_where_the_reports_of_a_subdomain_go() -> None:
    reports = Reports(cast("Targets", None), cast("Ledger", None))
    told = reports.events["Network.reportingApiEndpointsChangedForOrigin"]
    told("", {"origin": "https://shop.test", "endpoints": [{"groupName": "nel", "url": "https://reports.test/a"}]})
    told("", {"origin": "https://de.shop.test", "endpoints": [{"groupName": "nel", "url": "https://reports.test/b"}]})
    asked = {"https://shop.test/": "a", "https://www.shop.test/x": "a", "https://a.de.shop.test/": "b", "https://notshop.test/": None}
    for url, to in asked.items():
        assert reports._address(url, "nel") == (f"https://reports.test/{to}" if to else None), url
    assert reports._address("https://shop.test/", "other") is None
