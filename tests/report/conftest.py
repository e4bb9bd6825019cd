"""One hand-made walk, under several scenarios, that the report's tests show in every form."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from harness.capture.captured import Body, CapturedRequest, Navigation, Outcome, Push
from harness.capture.chromium import find_browser, launch_arguments
from harness.decode.hit import Hit, Parameter
from harness.errors import Place
from harness.plan.model import Event, Expectation, Expectations, StepExpectations, TrackingPlan
from harness.recording import ConsentChange, Disturbance, KnownValue, Note, Recording, Step, Walk
from harness.verify.violation import Doubt, Evidence, Verdict, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

TITLES = {
    "refired-on-reload": "Counted again on reload",
    "consent-breach": "Sent without consent",
    "personal-data-sent": "Personal data sent",
    "missing-event": "Event missing",
}
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


@dataclass
class SampleWalk:
    recording: Recording
    hits: list[Hit]
    verdict: Verdict
    expectations: Expectations
    screenshots: dict[int, bytes] = field(default_factory=dict)


def png(width: int, height: int, color: tuple[int, int, int]) -> bytes:
    rows = b"".join(b"\x00" + bytes(color) * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _expectations() -> Expectations:
    plan = TrackingPlan(
        name="Shop tracking",
        owner="web analytics",
        events={
            "page_view": Event(name="page_view"),
            "purchase": Event(name="purchase", severity="blocker", owner="e-commerce"),
        },
    )
    steps = (
        StepExpectations(step="open the product", expect=(Expectation(event="page_view"),)),
        StepExpectations(step="place the order", expect=(Expectation(event="purchase"),)),
    )
    return Expectations(journey="a guest buys one T-shirt", plan=plan, path="checkout.journey.yaml", steps=steps)


def _hit(request: str, index: int, event: str, vendor: str = "ga4", **values: object) -> Hit:
    name, account = {"ga4": ("Google Analytics 4", "G-TEST123"), "meta-pixel": ("Meta Pixel", "691776562467007")}[vendor]
    parameters = [
        Parameter("v", "2", label="Protocol version", group="Request"),
        Parameter("cid", "1726786903.1795320140", label="Client ID", group="Visitor"),
    ]
    parameters += [Parameter(f"ep.{key}", value, field=key, group="Event") for key, value in values.items()]
    return Hit(
        vendor=vendor,
        vendor_name=name,
        kind="pageview" if event == "page_view" else "event",
        event=event,
        account=account,
        request=index,
        request_id=request,
        parameters=parameters,
        values=dict(values),
        consent={"ad_storage": False, "analytics_storage": True, "gcs": "G101"},
        identifiers={"cid": "1726786903.1795320140"},
    )


def build(kind: str = "failed") -> SampleWalk:
    recording = Recording(
        Walk(
            journey="a guest buys one T-shirt",
            test="journeys/test_checkout.py::test_guest_checkout[reload-chromium]",
            scenario="reload",
            base_url="http://127.0.0.1:8123",
            environment="local",
            browser="chromium 156",
            backend="browser",
            started="2026-11-22T03:42:00Z",
            clock_offset=1795318920.0,
        )
    )
    titles = [
        (0, "before the first step", "before", 0.0, 0.2),
        (1, "open the product", "journey", 0.2, 1.4),
        (2, "place the order", "journey", 1.4, 3.1),
        (3, "reloaded /thank-you", "scenario", 3.1, 4.0),
        (4, "timers fired, page left", "proof", 4.0, 4.6),
    ]
    for index, title, phase, began, ended in titles:
        recording.append(Step(index=index, title=title, kind=phase, of=2 if index > 2 else None, began=began, ended=ended))  # type: ignore[arg-type]
    recording.append(ConsentChange(time=0.1, step=0, action="grant", state={"analytics": True, "marketing": False}, platform="selectors"))
    page = "http://127.0.0.1:8123"
    recording.append(Navigation(page="p1", url=f"{page}/product/tee?utm_source=news&utm_medium=email", time=0.3, step=1, page_load=1))
    collect = "https://www.google-analytics.com/g/collect?v=2&tid=G-TEST123&cid=1726786903.1795320140&en="
    sent = [
        ("r1", collect + "page_view", 0.5, 1, f"{page}/product/tee"),
        ("r2", "https://www.facebook.com/tr/?id=691776562467007&ev=ViewContent", 0.6, 2, f"{page}/product/tee"),
        ("r3", collect + "purchase", 2.4, 2, f"{page}/thank-you"),
        ("r4", collect + "purchase", 3.6, 3, f"{page}/thank-you"),
        ("r5", collect + "scroll", 4.2, 4, f"{page}/thank-you"),
    ]
    for name, url, time, step, where in sent:
        body = Body.of(b"en=purchase&ep.email=jane.doe%40example.com") if name == "r3" else Body()
        recording.append(
            CapturedRequest(
                id=name, url=url, time=time, step=step, page="p1", page_url=where, body=body, headers=(("Cookie", "sessionid=topsecret"),)
            )
        )
        failed = name == "r5"
        recording.append(
            Outcome(
                request=name,
                state="failed" if failed else "stubbed",
                status=None if failed else 204,
                reason="net::ERR_FAILED" if failed else "",
            )
        )
    order = {
        "event": "purchase",
        "ecommerce": {"transaction_id": "T-1001", "value": 59.9, "currency": "EUR", "items": [{"item_id": "TEE-01", "quantity": 3}]},
        "email": "jane.doe@example.com",
    }
    recording.append(Push(id="d1", source="dataLayer", value=order, time=2.3, step=2, page="p1", page_url=f"{page}/thank-you"))
    recording.append(
        Push(
            id="d2",
            source="fbq",
            kind="call",
            value=["track", "ViewContent", {"value": 19.9, "note": HOSTILE}],
            time=0.55,
            step=1,
            page="p1",
        )
    )
    recording.append(Disturbance(time=3.2, step=3, scenario="reload", kind="reload", what="reloaded /thank-you", page="p1", page_load=3))
    recording.append(Note(time=4.1, step=4, what="the page's clock was put 60 s forward"))
    recording.append(KnownValue(time=2.9, step=2, name="order_number", value="T-1001"))
    item = [{"item_id": "TEE-01", "item_name": "T-shirt", "quantity": 3, "price": 19.9}]
    hits = [
        _hit("r1", 0, "page_view", page_location=f"{page}/product/tee", page_title=HOSTILE),
        _hit("r2", 1, "ViewContent", "meta-pixel", content_ids=["TEE-01"], value=19.9, currency="EUR"),
        _hit("r3", 2, "purchase", transaction_id="T-1001", value=59.9, currency="EUR", items=item, email="jane.doe@example.com"),
        _hit("r4", 3, "purchase", transaction_id="T-1001", value=59.9, currency="EUR", items=item),
        _hit("r5", 4, "scroll", percent_scrolled=90),
    ]
    refired = Violation(
        code="refired-on-reload",
        severity="blocker",
        scenario="reload",
        step=3,
        step_title="place the order",
        event="purchase",
        destination="ga4",
        vendor="ga4",
        account="G-TEST123",
        place=Place("checkout.journey.yaml", 41),
        message='GA4 "purchase" T-1001 was sent 2 times: once when the order was placed, '
        "again 0.8 s after the confirmation page was reloaded.\n"
        "Revenue in GA4 would be counted twice. Expected once per transaction_id (shop.plan.yaml:102).",
        evidence=Evidence(hits=(("r3", 0), ("r4", 0))),
        details={"count": 2, "places": {Place("shop.plan.yaml", 102)}},
    )
    personal = Violation(
        code="personal-data-sent",
        severity="critical",
        scenario="reload",
        step=2,
        step_title="place the order",
        event="purchase",
        vendor="ga4",
        account="G-TEST123",
        place=Place("shop.plan.yaml", 12),
        message='GA4 "purchase" carries the e-mail address jane.doe@example.com in "email".',
        evidence=Evidence(hits=(("r3", 0),), pushes=("d1",)),
    )
    missing = Violation(
        code="missing-event",
        severity="normal",
        scenario="reload",
        step=1,
        step_title="open the product",
        event="view_item",
        place=Place("checkout.journey.yaml", 22),
        message='GA4 "view_item" was not sent. The nearest was "page_view", 0.2 s before.',
    )
    unplanned = Violation(
        code="unplanned-event",
        severity="minor",
        scenario="reload",
        step=4,
        message='GA4 "scroll" is not in the plan.',
        evidence=Evidence(hits=(("r5", 0),)),
    )
    doubt = Doubt(
        code="scenario-not-applied", message="the reload was not seen: the page had crashed", step=3, step_title="place the order"
    )
    verdicts = {
        "failed": Verdict(
            violations=(refired, personal, missing),
            warnings=(unplanned,),
            scenario="reload",
            journey="a guest buys one T-shirt",
            caused=(("r2", 0, 1, False),),
        ),
        "inconclusive": Verdict(doubts=(doubt,), scenario="reload", journey="a guest buys one T-shirt"),
        "passed": Verdict(scenario="baseline", journey="a guest buys one T-shirt", met=(("checkout.journey.yaml:22", ("r1",)),)),
    }
    pictures = {1: png(640, 360, (230, 236, 245)), 2: png(640, 360, (214, 232, 214))}
    return SampleWalk(recording, hits, verdicts[kind], _expectations(), pictures)


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Browser]:
    found = find_browser()
    browser = playwright.chromium.launch(executable_path=found.path, args=launch_arguments(found))
    yield browser
    browser.close()


@pytest.fixture
def failed_walk() -> SampleWalk:
    return build("failed")


@pytest.fixture
def inconclusive_walk() -> SampleWalk:
    return build("inconclusive")


@pytest.fixture
def passed_walk() -> SampleWalk:
    return build("passed")


@pytest.fixture
def titles() -> dict[str, str]:
    return TITLES
