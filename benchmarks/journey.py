"""What a journey costs beside its bare script: ``python benchmarks/journey.py [rounds]``.

The guest's checkout of ``journeys/`` (eight steps) is walked in the demo shop five ways, in turn, in one browser: by Playwright alone;
under the least that any client of the browser's protocol can do (see ``page_load.py``); with capture alone, each entry on disk; with a
barrier at each step's begin and end too, which waits for the page's own work and is the part of settling that no walk can do without;
and as a whole journey, whose settling, proof of absence, pictures, judging and writing are listed apart.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from page_load import Least, told, write
from playwright.sync_api import sync_playwright

from harness import compose
from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.captured import CapturedRequest
from harness.capture.chromium import launch_options
from harness.journey.addresses import with_query
from harness.plugin import ScenarioParameter, open_walk, write_walk
from harness.recording import Recording, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser

    from harness.capture.browser import BrowserWalk

ROUNDS = 12
ROOT = Path(__file__).parent.parent
SHOP = "import sys; from harness.demo.shop import Shop\nwith Shop.start() as shop: print(shop.url, flush=True); sys.stdin.read()"


class Script:
    """What the journey's test uses of a ``Journey``, done by Playwright alone; with a walk, also its capture's part."""

    unique = "bench"

    def __init__(self, page: Any, url: str, walk: BrowserWalk | None = None, *, barriers: bool = False) -> None:
        self.page, self.url, self.walk = page, url, walk
        self.barriers = barriers
        self.consent = self
        self.steps = 0

    def visit(self, path: str, campaign: Mapping[str, str]) -> None:
        """Go to the page as from outside."""
        self.page.goto(with_query(urljoin(self.url, path), campaign))

    def grant(self) -> None:
        """Accept all on the shop's banner."""
        self.page.locator("#consent-accept").click()

    @contextmanager
    def step(self, _: str) -> Iterator[None]:
        """A step of the walk, begun and ended by a barrier where there are any."""
        self.steps += 1
        self.barrier()
        if self.walk is not None:
            self.walk.enter_step(self.steps)
        yield
        # A page whose scripts have not run yet would be clicked in vain: each way waits for them, as a walk does.
        self.page.wait_for_load_state()
        self.barrier()

    def barrier(self) -> None:
        """Wait until all that the page did is told."""
        if self.walk is not None and self.barriers:
            self.walk.barrier()


class Bench:
    """The five ways, each of which returns its milliseconds."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self.browser, self.url, self.folder = browser, url, folder
        spec = importlib.util.spec_from_file_location("checkout", ROOT / "journeys" / "test_checkout.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.script: Callable[[Any], None] = module.test_guest_checkout
        self.expectations = compose.read_expectations(ROOT / "expectations" / "checkout.journey.yaml")
        self.parts: dict[str, list[float]] = defaultdict(list)
        self.doubts: Counter[str] = Counter()

    def bare(self) -> float:
        """The same actions without tagproof."""
        began = time.perf_counter()
        context = self.browser.new_context()
        self.script(Script(context.new_page(), self.url))
        context.close()
        return (time.perf_counter() - began) * 1000

    def least(self) -> float:
        """With each request paused and let go, and all read that pages tell of what they send."""
        with closing(Least(self.browser)):
            return self.bare()

    def captured(self, *, barriers: bool = False) -> float:
        """With all that is captured stubbed, put in order and on disk."""
        decoder = compose.decoder_for(self.expectations.plan)
        answer = compose.answerer(decoder, self.expectations.plan)
        with closing(BrowserCapture.attach(self.browser)) as capture:
            began = time.perf_counter()
            recording = Recording(Walk(), path=self.folder / "captured.jsonl")
            context = self.browser.new_context()
            walk = capture.begin(recording.append, answer, zero=time.monotonic(), sockets=decoder.sockets())
            walk.adopt(context)
            self.script(Script(context.new_page(), self.url, walk, barriers=barriers))
            walk.close()
            recording.close()
            context.close()
            took = (time.perf_counter() - began) * 1000
        assert sum(isinstance(each, CapturedRequest) for each in recording.entries) > 50
        return took

    def whole(self) -> float:
        """As ``tagproof run`` walks it."""
        with closing(BrowserCapture.attach(self.browser)) as capture:
            began = time.perf_counter()
            context = self.browser.new_context()
            journey = open_walk(
                context=context, capture=capture, expectations=self.expectations, scenario=ScenarioParameter("baseline", {}),
                base_url=self.url, test="bench", reports=self.folder,
            )  # fmt: skip
            self.script(journey)
            walked = time.perf_counter()
            outcome = journey.finish()
            write_walk(journey.expectations, outcome, test="bench", reports=self.folder)
            context.close()
            took = (time.perf_counter() - began) * 1000
        assert outcome.verdict.state != "failed", [str(each) for each in outcome.verdict.violations]
        self.doubts.update(str(each) for each in outcome.verdict.doubts)
        rest = (walked - began) * 1000
        for part, seconds in outcome.timings.items():
            self.parts[part].append(seconds * 1000)
            rest -= seconds * 1000 if part in WITHIN else 0
        self.parts["the script, with capture"].append(rest)
        return took


WITHIN = ("settling", "pictures", "values read")
"""Parts of the time that pass while the script runs."""


def main(rounds: int) -> None:
    """Print each way's ratio to the bare script, and the parts of a whole journey in ms."""
    options = launch_options()
    # The vendors' hosts are to be found by nobody, and at once, so that the bare script waits for no name server.
    arguments = [*options["args"], *LAUNCH_ARGS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with ExitStack() as stack:
        shop = stack.enter_context(subprocess.Popen([sys.executable, "-c", SHOP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        assert shop.stdout is not None
        assert shop.stdin is not None
        stack.callback(shop.stdin.close)
        url = shop.stdout.readline().strip()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(**options | {"args": arguments})
        stack.callback(browser.close)
        bench = Bench(browser, url, folder)
        ways: dict[str, Callable[[], float]] = {
            "bare script": bench.bare,
            "least": bench.least,
            "capture alone": bench.captured,
            "and barriers": partial(bench.captured, barriers=True),
            "whole journey": bench.whole,
        }
        taken: dict[str, list[float]] = {way: [] for way in ways}
        for way in ways.values():
            way()
        bench.parts.clear()
        order = list(ways.items())
        for count in range(rounds):
            turn = count % len(order)
            for name, way in order[turn:] + order[:turn]:
                taken[name].append(way())
    for name, times in taken.items():
        beside = told(times, taken["bare script"]) + " of the bare script"
        if name == "capture alone":
            beside += f", {told(times, taken['least'])} of the least"
        write(f"{name:<14} {median(times):>6.0f} ms  {beside}")
    write("of the whole journey, in ms (the median of each):")
    for part, times in bench.parts.items():
        write(f"  {part:<26} {median(times):>6.0f}")
    for doubt, count in bench.doubts.items():
        write(f"{count} walks were inconclusive: {doubt}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    main(options.parse_args().rounds)
