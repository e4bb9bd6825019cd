"""Pictures of what the visitor sees, small enough that a report of many walks can be sent by e-mail."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

QUALITY = 50
"""Of 100. At this quality WebP keeps text legible in half the bytes of JPEG."""


def take_picture(page: Page, path: Path, *, timeout: float) -> Path:
    """Write a picture of the page's viewport; returns its path, with the format's suffix.

    Args:
        page: the tab.
        path: the file, without a suffix.
        timeout: seconds that taking it may last.

    Raises:
        playwright.sync_api.Error: no picture could be taken (the tab crashed, or is blocked by a dialog).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if page.context.browser is not None and page.context.browser.browser_type.name == "chromium" and page.viewport_size is not None:
        target = path.with_suffix(".webp")
        try:
            target.write_bytes(_webp(page, timeout))
        except PlaywrightTimeout:
            # A page that stands still would hold the other way up as long again.
            raise
        except PlaywrightError:
            pass
        else:
            return target
    target = path.with_suffix(".jpeg")
    page.screenshot(path=target, type="jpeg", quality=QUALITY, timeout=timeout * 1000)
    return target


def _webp(page: Page, timeout: float) -> bytes:
    """Playwright writes PNG and JPEG only; the protocol has WebP too."""
    session = page.context.new_cdp_session(page)
    try:
        taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY}, timeout=timeout * 1000)
    finally:
        session.detach()
    return base64.b64decode(taken["data"])
