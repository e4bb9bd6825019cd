"""What every capture backend promises to the journey that uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal, Protocol

from harness.capture.captured import Answer, CapturedRequest, Navigation, Outcome, Push

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Mode = Literal["stub", "observe", "block"]
Entry = CapturedRequest | Outcome | Push | Navigation
Sink = Callable[[Entry], None]
"""Takes each entry in the order it happened. Called from the capture's own thread; must be quick and never raise."""
Answerer = Callable[[CapturedRequest], Answer | None]
"""Says what a request is answered with, or None to let it through. Called from the capture's own thread."""


class Capture(Protocol):
    """A capture of all walks in one browser, or through one proxy."""

    def begin(
        self,
        sink: Sink,
        answer: Answerer,
        *,
        zero: float,
        layers: tuple[str, ...] = ...,
        calls: tuple[str, ...] = ...,
        sockets: Iterable[tuple[str, str]] = (),
    ) -> WalkCapture:
        """Begin the capture of one walk. Nothing is captured for it until it has adopted a context.

        Args:
            sink: takes the entries, in order.
            answer: says what each request is answered with.
            zero: ``time.monotonic()`` at the walk's start.
            layers: names of the data layers to record.
            calls: dotted names of the vendors' functions whose calls are recorded.
            sockets: (host, path), as globs, of the WebSockets that ``answer`` may answer: where it is asked of one only once it is
                opened, these are refused beforehand.

        Raises:
            BrowserError: the browser or the proxy was lost.
        """


class WalkCapture(Protocol):
    """One walk's capture. Its methods are called from the test's thread."""

    backend: str

    @property
    def lost(self) -> str:
        """Why nothing more can be captured, nor held back; empty as long as it can."""

    def adopt(self, context: BrowserContext) -> None:
        """Capture all that this context's pages, frames and workers send from now on."""

    def page_id(self, page: Page) -> str | None:
        """The recording's name of this tab (``p1``); None if the capture does not know it."""

    def enter_step(self, index: int) -> None:
        """What is sent from now on was sent in this step."""

    def barrier(self) -> None:
        """Return once all that the pages sent, pushed or navigated before this call is in the sink."""

    def quiet(self, window: float, limit: float, ignore: Callable[[CapturedRequest], bool] | None = None) -> bool:
        """Wait until nothing was captured or is in flight for ``window`` seconds; False if ``limit`` came first."""

    def exit(self, url: str) -> str:
        """Where to leave a page of this URL for, so that what it sends while leaving is answered before it ends."""

    def close_page(self, page: Page) -> None:
        """Close a tab, also one that goes from document to document without end.

        Chromium lets go of a tab's close where the tab shows another document just then, and Playwright waits for it for ever.
        """

    def note_gap(self) -> tuple[str, ...]:
        """What this capture knows that it may have missed (a dropped connection, a crash), in words; empty if nothing."""

    def close(self) -> None:
        """Let everything paused go, and stop. Hits that arrive later are still given to the sink until the context is gone."""
