"""Does a walk that puts the clock forward see what a walk that really waits sees? ``python benchmarks/settling.py [SDK …]``.

Five vendors' own scripts, which send on timers or when a page is left, are walked settled as a journey settles, and with the clock left
alone, waiting after each action until the script's own timer has passed. Beside them a page whose tags fire 3 and 30 s late. Compared
are the verdict and, of each hit, its event, account, the step that caused it, and its parameters but for those that differ from one
settled walk to another.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from harness import compose
from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.chromium import launch_options
from harness.plugin import ScenarioParameter, open_walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from harness.decode.hit import Hit
    from harness.journey import Journey, Outcome

ROOT = Path(__file__).parent.parent
ACTIONS = {"see the product": "page", "put it into the cart": "cart", "order it": "order", "sign in": "identify"}
"""The steps, and what the page does in each; the last is expected of no one, so that the step waits for nothing."""


@dataclass(frozen=True)
class Script:
    """A vendor's script as tests/sdks has it behind the shop's own server, where it batches.

    Attributes:
        account: as its page gives it.
        events: what the first three steps send, by the wire.
        timer: seconds after which it sends by itself; 0 for one that sends only by number and when the page is left.
    """

    vendor: str
    account: str
    events: tuple[str, str, str]
    timer: float


SCRIPTS = (
    Script("mixpanel", "0123456789abcdef0123456789abcdef", ("$mp_web_page_view", "Product Added", "Order Completed"), 5.0),
    Script("posthog", "phc_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", ("$pageview", "Product Added", "Order Completed"), 3.0),
    Script("segment", "0123456789abcdefghijABCDEFGHIJ01", ("page", "Product Added", "Order Completed"), 5.0),
    Script("snowplow", "tees", ("page_view", "add_to_cart", "transaction"), 0.0),
    Script("amplitude", "0123456789abcdef0123456789abcdef", ("[Amplitude] Page Viewed", "Product Added", "revenue_amount"), 1.0),
)

PLAN = """name: {vendor}
version: 1
settle: {{timers: 60s}}
destinations: {{{vendor}: {{account: '{account}'}}}}
unplanned: ignore
events:
  one: {{sent_to: {{{vendor}: '{0}'}}}}
  two: {{sent_to: {{{vendor}: '{1}'}}}}
  three: {{sent_to: {{{vendor}: '{2}'}}}}
"""
JOURNEY = """journey: a customer
plan: {vendor}.plan.yaml
scenarios: [baseline]
steps:
  - {{step: see the product, expect: [one]}}
  - {{step: put it into the cart, expect: [two]}}
  - {{step: order it, expect: [three]}}
"""
LATE = Script("ga4", "G-LATE000001", ("now", "late3", "late30"), 31.0)
LATE_JOURNEY = """journey: a visitor who waits
plan: ga4.plan.yaml
scenarios: [baseline]
steps:
  - {step: see the product, expect: [one, two, three]}
"""
LATE_PAGE = b"""<!doctype html><title>late</title><link rel=icon href='data:,'><script>
const send = en => fetch('/own/g/collect?v=2&tid=G-LATE000001&cid=1.1&en=' + en, {method: 'POST'});
send('now');
for (const seconds of [3, 30]) setTimeout(() => send('late' + seconds), seconds * 1000);
</script>"""
PASSING = ("event", "pageview", "identify")


@dataclass
class Walked:
    """One walk, as far as it is compared."""

    outcome: Outcome
    seconds: float

    @property
    def verdict(self) -> tuple[str, tuple[str, ...]]:
        """The state, and the codes of what was found and doubted."""
        verdict = self.outcome.verdict
        return verdict.state, tuple(sorted(each.code for each in [*verdict.violations, *verdict.doubts]))

    def hits(self) -> list[tuple[tuple[str, ...], Hit]]:
        """Each hit with what it is compared by: event, account and the step that caused it; in this order."""
        steps = {step.index: step for step in self.outcome.recording.steps}
        caused = {(request, position): index for request, position, index, _ in self.outcome.verdict.caused}
        sent = {request.id: request.step for request in self.outcome.recording.requests}
        found = []
        for hit in self.outcome.hits:
            if hit.vendor == "data-layer" or hit.kind not in PASSING:
                continue
            # What is not in the verdict's list was caused where it was sent.
            step = steps.get(caused.get((hit.request_id, hit.position), sent[hit.request_id]) or 0)
            if step is not None and step.of is not None:
                step = steps[step.of]
            found.append(((hit.event or "", hit.account or "", step.title if step else "?"), hit))
        return sorted(found, key=lambda each: (each[0], each[1].event_time or 0.0))


class Late(BaseHTTPRequestHandler):
    """The page whose tags fire late."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """The page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(LATE_PAGE)


@contextmanager
def late_page() -> Iterator[str]:
    """Its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Late)
    server.daemon_threads = True
    Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def shop() -> Iterator[str]:
    """The pages of tests/sdks, each with one vendor's script."""
    spec = importlib.util.spec_from_file_location("sdks_site", ROOT / "tests" / "sdks" / "site.py")
    assert spec is not None
    assert spec.loader is not None
    site = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(site)
    with tempfile.TemporaryDirectory() as folder, site.serve(Path(folder)) as url:
        yield url


def walk(browser: Browser, capture: BrowserCapture, url: str, script: Script, folder: Path, *, waiting: float | None) -> Walked:
    """Walk the script's page. ``waiting``: seconds really waited after each action, with the clock left alone; None to settle."""
    late = script is LATE
    plan = PLAN.format(*script.events, vendor=script.vendor, account=script.account)
    (folder / f"{script.vendor}.plan.yaml").write_text(plan, encoding="utf-8")
    file = folder / f"{script.vendor}.journey.yaml"
    file.write_text(LATE_JOURNEY if late else JOURNEY.format(vendor=script.vendor), encoding="utf-8")
    expectations = compose.read_expectations(file)
    if waiting is not None:
        expectations = replace(expectations, plan=replace(expectations.plan, timers=0.0))
    began = time.monotonic()
    context = browser.new_context()
    journey = open_walk(
        context=context, capture=capture, expectations=expectations, scenario=ScenarioParameter("baseline", {}), base_url=url,
        test=f"{script.vendor}-{waiting}", reports=folder, pictures=False, stub_config=True,
    )  # fmt: skip
    for count, (title, action) in enumerate(list(ACTIONS.items())[: 1 if late else None], 1):
        with journey.step(title):
            act(journey, script, action, count)
            if waiting is not None:
                journey.page.wait_for_timeout(waiting * 1000)
    outcome = journey.finish()
    context.close()
    return Walked(outcome, time.monotonic() - began)


def act(journey: Journey, script: Script, action: str, count: int) -> None:
    """Do what a customer does, and wait until the page has told its script."""
    if action != "page":
        journey.page.click(f"#{action}")
    else:
        journey.visit("/" if script is LATE else f"/{script.vendor}?own=1")
    if script is not LATE:
        journey.page.wait_for_function(f"done.length === {count}")


def differences(settled: Walked, again: Walked, waited: Walked) -> list[str]:
    """How the settled walk differs from the one that waited, in words.

    What differs between two settled walks is a time or an id; how long a script took for its own work may be alike in these by chance.
    """
    found = []
    if settled.verdict != waited.verdict:
        found.append(f"the verdict: {settled.verdict} settled, {waited.verdict} waited")
    one, other = Counter(key for key, _ in settled.hits()), Counter(key for key, _ in waited.hits())
    found += [f"{count} more settled: {key}" for key, count in (one - other).items()]
    found += [f"{count} more waited: {key}" for key, count in (other - one).items()]
    if found:
        return found
    varying = {(key, name) for (key, hit), (_, twin) in zip(settled.hits(), again.hits(), strict=False) for name in changed(hit, twin)}

    def counts(key: Any, name: str) -> bool:
        return (key, name) not in varying and not name.endswith("_ms")

    for (key, hit), (_, twin) in zip(settled.hits(), waited.hits(), strict=True):
        found += [f"{key}: {name} is {change}" for name, change in changed(hit, twin).items() if counts(key, name)]
    return found


def changed(one: Hit, other: Hit) -> dict[str, str]:
    """The parameters that two hits do not have alike."""
    first, second = ({each.name: each.value for each in hit.parameters} for hit in (one, other))
    names = dict.fromkeys([*first, *second])
    return {name: f"{first.get(name)!r}, {second.get(name)!r}" for name in names if first.get(name) != second.get(name)}


def main(names: list[str]) -> int:
    """Print what each script's walks took and in what they differ; 1 if they do."""
    options = launch_options()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    different = False
    with ExitStack() as stack:
        sdks, late = stack.enter_context(shop()), stack.enter_context(late_page())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(**options | {"args": [*options["args"], *LAUNCH_ARGS]})
        stack.callback(browser.close)
        capture = stack.enter_context(closing(BrowserCapture.attach(browser)))
        for script in (*SCRIPTS, LATE):
            title = "late tags" if script is LATE else script.vendor
            if names and title not in names:
                continue
            run = partial(walk, browser, capture, late if script is LATE else sdks, script, folder)
            settled, again, waited = run(waiting=None), run(waiting=None), run(waiting=script.timer + 1)
            found = differences(settled, again, waited)
            write(
                f"{title:<10} settled {settled.seconds:5.1f} s, waited {waited.seconds:5.1f} s; {len(settled.hits())} hits, "
                f"{settled.verdict[0]}: " + ("no difference" if not found else f"{len(found)} differences")
            )
            for line in found:
                write(f"  {line}")
            different = different or bool(found)
    return int(different)


def write(line: str) -> None:
    """Put a line on standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
