"""Waiting without sleeping: a step ends when what it expects was seen, or when the page is quiet.

What is still missing then gets the chance that a visitor who stays would give it: the page's clock is put forward by the time
a step is waited for, so that a tag on a timer fires. Nothing of this claims absence; that is proved after the last step.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from harness.capture.captured import CapturedRequest, Push
from harness.capture.walk import LASTING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.sync_api import BrowserContext, Page

    from harness.capture.contract import WalkCapture
    from harness.decode.hit import Hit
    from harness.plan.model import Expectations
    from harness.recording import Recording, Step
    from harness.verify.conditions import Conditions

QUIET = 0.2
"""Seconds without traffic after which a page counts as quiet."""
PATIENCE = 5.0
"""Seconds that a step waits at most for what it expects, and that the page's clock is put forward meanwhile."""
PROOF = 30.0
"""Seconds that each part of the proof of absence lasts at most: timers fired and pages touched, pages left and closed."""
_DWELL = (0.25, 0.25, 0.5, 1.0, 3.0)
"""The jumps in which the clock is put forward at first; each lets timers fire that the one before has set."""
_SLICE = 0.05
"""Seconds that the test's thread waits for the capture before it lets Playwright's events run."""
_LAG = 0.02
"""Seconds by which a page's clock may be behind what is recorded of it: a payload's own time tells the step that caused it."""


class Settling:
    """Waits for one walk's traffic. Times are seconds.

    Args:
        capture: whose traffic is waited for.
        recording: where it is found.
        contexts: the walk's browser contexts, as they are at the time of asking.
        expectations, conditions: what each step is expected to send under this scenario.
        decode: captured thing, its index -> hits.
    """

    def __init__(
        self,
        *,
        capture: WalkCapture,
        recording: Recording,
        contexts: Callable[[], Sequence[BrowserContext]],
        expectations: Expectations,
        conditions: Conditions,
        decode: Callable[[CapturedRequest | Push, int], list[Hit]],
    ) -> None:
        self._capture = capture
        self._recording = recording
        self._contexts = contexts
        self._expectations = expectations
        self._conditions = conditions
        self._decode = decode
        self._decoded: list[tuple[int, Hit]] = []
        self._read = 0
        self.until: float | None = None
        """The monotonic time at which the part of the proof that goes on is ended; None outside of it."""
        self.crashed: set[Page] = set()
        self.clock_ahead = 0.0
        """By how much the pages' clocks have been put forward."""

    def pages(self) -> list[Page]:
        """The open tabs, in order of opening; not those that crashed, which answer nothing any more."""
        return [page for context in self._contexts() for page in context.pages if not page.is_closed() and page not in self.crashed]

    def hits(self) -> list[tuple[int, Hit]]:
        """Every hit so far, with the place of its captured thing among the recording's entries."""
        entries = self._recording.entries
        for position in range(self._read, len(entries)):
            entry = entries[position]
            if isinstance(entry, CapturedRequest | Push):
                self._decoded += [(position, hit) for hit in self._decode(entry, position)]
            self._read = position + 1
        return self._decoded

    def settle(self, step: Step) -> list[float]:
        """Wait until the step's traffic is final; returns the jumps by which the clock was put forward meanwhile."""
        deadline = time.monotonic() + PATIENCE
        self.loaded(deadline)
        self._capture.barrier()
        wanted = self._wanted(step)
        if wanted and self._seen(step, wanted):
            return []
        while time.monotonic() < deadline and not self._over:
            quiet = self._capture.quiet(QUIET, _SLICE, _streams)
            self._pump()
            if wanted and self._seen(step, wanted):
                return []
            if quiet:
                break
        jumps: list[float] = []
        if wanted and self._expectations.plan.timers > 0 and not self._over:
            for jump in _DWELL:
                self._jump(jump)
                jumps.append(jump)
                self.quiet(PATIENCE, window=0.05)
                if self._over or self._seen(step, wanted):
                    break
            self._catch_up()
        return jumps

    def loaded(self, deadline: float | None = None) -> None:
        """Wait until every tab has loaded what it navigates to."""
        deadline = deadline or time.monotonic() + PATIENCE
        for page in self.pages():
            with suppress(PlaywrightError):
                page.wait_for_load_state("load", timeout=max(1.0, (deadline - time.monotonic()) * 1000))

    def quiet(self, limit: float = PATIENCE, window: float = QUIET) -> bool:
        """Wait until nothing was captured for ``window`` from now on; False if that did not come within ``limit``."""
        began = time.monotonic()
        while True:
            settled = self._capture.quiet(window, _SLICE, _streams)
            waited = time.monotonic() - began
            if settled and waited >= window:
                return True
            if waited > limit or self._over:
                return False
            self._pump()
            if settled:
                # Nothing came for a while before this wait; what it is about may still be on its way.
                time.sleep(_SLICE / 2)

    @property
    def late(self) -> bool:
        """Whether the part of the proof that goes on has had its time."""
        return self.until is not None and time.monotonic() > self.until

    @property
    def _over(self) -> bool:
        """Whether waiting brings nothing more: the time for it is over, or what is waited for could not be captured."""
        return self.late or bool(self._capture.lost)

    def fire_timers(self, ahead: float) -> list[float]:
        """Put the pages' clocks forward by ``ahead`` in jumps, so that timers that timers set fire too; returns the jumps.

        They come to less than ``ahead`` where the time for it was over.
        """
        jumps: list[float] = []
        while (left := ahead - sum(jumps)) > 0 and not self._over:
            jumps.append(min(left, _DWELL[len(jumps)] if len(jumps) < len(_DWELL) else 10.0))
            self._jump(jumps[-1])
        self._catch_up()
        return jumps

    def _jump(self, seconds: float) -> None:
        for context in self._contexts():
            with suppress(PlaywrightError):
                context.clock.fast_forward(int(seconds * 1000))
        self.clock_ahead += seconds
        self._capture.barrier()

    def _catch_up(self) -> None:
        """Bring the pages' clocks to where :attr:`clock_ahead` has them: they stand still while timers are fired."""
        for context in self._contexts():
            for _ in range(3):
                behind = [lag for page in context.pages if not page.is_closed() and (lag := self._behind(page)) is not None]
                if not behind or not _LAG < min(behind) < PATIENCE:
                    break
                with suppress(PlaywrightError):
                    context.clock.fast_forward(int(min(behind) * 1000))

    def _behind(self, page: Page) -> float | None:
        began = time.time()
        try:
            shown = float(page.evaluate("Date.now()")) / 1000
        except (PlaywrightError, TypeError, ValueError):
            return None
        return (began + time.time()) / 2 + self.clock_ahead - shown

    def _pump(self) -> None:
        """Let Playwright's own events run, so that the test's routes and listeners are served while the walk waits."""
        for context in self._contexts():
            with suppress(PlaywrightError):
                context.cookies("http://tagproof.invalid")

    def _wanted(self, step: Step) -> dict[tuple[str, str], int]:
        """(vendor, wire event) -> how many must be seen before the step may end early."""
        plan = self._expectations.plan
        wanted: dict[tuple[str, str], int] = {}
        own = next((each for each in self._expectations.steps if each.step == step.title), None)
        for expectation in own.expect if own else ():
            event = plan.events.get(expectation.event)
            for sending in event.sent_to if event else ():
                destination = plan.destinations[sending.destination]
                if expectation.to is not None and sending.destination not in expectation.to:
                    continue
                if destination.purpose in self._conditions.denied:
                    continue
                if plan.account_of(sending.destination, self._recording.walk.environment, sending) is None:
                    continue
                key = (destination.vendor, sending.event)
                wanted[key] = wanted.get(key, 0) + expectation.times[0]
        return wanted

    def _seen(self, step: Step, wanted: dict[tuple[str, str], int]) -> bool:
        counts: dict[tuple[str, str | None], int] = {}
        entries = self._recording.entries
        for position, hit in self.hits():
            entry = entries[position]
            if isinstance(entry, CapturedRequest | Push) and entry.step >= step.index:
                counts[(hit.vendor, hit.event)] = counts.get((hit.vendor, hit.event), 0) + 1
        return all(counts.get(key, 0) >= times for key, times in wanted.items())


def _streams(request: CapturedRequest) -> bool:
    return request.resource_type in LASTING
