"""Pictures of what the visitor sees, small enough that a report of many walks can be sent by e-mail."""

from __future__ import annotations

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from playwright.sync_api import CDPSession, Page

QUALITY = 50
"""Of 100. At this quality WebP keeps text legible in half the bytes of JPEG."""

_EFFORT = 2
"""Of 6. At 4, which browsers take, a picture is a twentieth smaller and takes twice as long to write."""


class Pictures:
    """Takes the pictures of one walk. They are made small in a thread of their own, while the walk goes on."""

    def __init__(self) -> None:
        self._maker = ThreadPoolExecutor(1, "tagproof-pictures")
        self._made: list[tuple[Path, Future[None]]] = []
        self._sessions: dict[Page, CDPSession] = {}

    def take(self, page: Page, path: Path, *, timeout: float) -> Path:
        """Take a picture of the page's viewport as it is now.

        Args:
            page: the tab.
            path: the file, without a suffix.
            timeout: seconds that taking it may last.

        Returns:
            The file's path with the format's suffix. The file is there once :meth:`finish` was called.

        Raises:
            playwright.sync_api.Error: no picture could be taken (the tab crashed, or is blocked by a dialog).
        """
        path = path.with_suffix(".webp")
        self._made.append((path, self._maker.submit(_write, self._png(page, timeout), path)))
        return path

    def finish(self) -> dict[Path, str]:
        """Wait until all are written; those that could not be, and why."""
        self._maker.shutdown()
        return {path: f"{type(error).__name__}: {error}" for path, made in self._made if (error := made.exception()) is not None}

    def _png(self, page: Page, timeout: float) -> bytes:
        """By the browser's own protocol where it can be: that takes a fifth less time than Playwright's own way."""
        browser = page.context.browser
        if browser is not None and browser.browser_type.name == "chromium" and page.viewport_size is not None:
            try:
                return self._by_protocol(page, timeout)
            except PlaywrightTimeout:
                # A page that stands still would hold the other way up as long again.
                raise
            except PlaywrightError:
                pass
        return page.screenshot(type="png", timeout=timeout * 1000)

    def _by_protocol(self, page: Page, timeout: float) -> bytes:
        # One for each tab, which ends with it: Playwright waits for ever to detach from a tab that has crashed.
        session = self._sessions.get(page)
        if session is None:
            session = self._sessions[page] = page.context.new_cdp_session(page)
        # A tab that crashes while its picture is awaited takes Chromium with it: one that stands still is not asked for any.
        session.send("Runtime.evaluate", {"expression": "0", "silent": True}, timeout=timeout * 1000)
        taken = session.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True}, timeout=timeout * 1000)
        return base64.b64decode(taken["data"])


def _write(png: bytes, path: Path) -> None:
    # Loaded here: a run without pictures needs none of it.
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").save(path, "WEBP", quality=QUALITY, method=_EFFORT)
