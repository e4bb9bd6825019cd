"""The documents that pages are left for: each comes only once what its page sent while leaving was answered.

Scripts send their queues when a page begins to be left (``beforeunload``), by requests that end with their page. A visitor's next page
takes its time, so that these arrive and are answered; a document that is there at once, as about:blank is, cuts them off, and the script
sends the same again from its page's last moment, or not at all.

Each such document shows an image that is answered here as well. What its page sent in its last moment (``pagehide``) was sent before, by
the same way: once the document has loaded, all of that was paused, on a busy machine too.
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.cdp import Message
    from harness.capture.targets import Targets
    from harness.capture.walk import BrowserWalk

CALM = 0.05
"""Seconds without anything new after which the browser is asked, and once more after its answer."""

SLOW = 4.0
"""How much longer than CALM it is waited for on a busy machine: so many times what the browser took to answer.

The page itself cannot be asked: while it is left, the browser holds back all that is sent to its session.
"""

LIMIT = 1.0
"""Seconds that a document is held back at most."""

RECENT = 2.0
"""Seconds before the document was asked for, since when a request counts as sent while leaving."""

BLANK = "about:blank"


@dataclass(slots=True)
class _Held:
    event: Message
    walk: BrowserWalk
    began: float
    asked: float = 0.0
    heard: float = 0.0


class Exits:
    """All that are held back. Called in the connection's thread, under the capture's lock, but for :meth:`address`.

    Args:
        send: sends a command.
        targets: what is open.
        token: a word that no page can guess; the addresses end with it, the image's too.
    """

    def __init__(self, send: Callable[..., None], targets: Targets, token: str) -> None:
        self._send = send
        self._targets = targets
        self._path = f"/.tagproof/left/{token}"
        self._image = f"/.tagproof/seen/{token}"
        # Without an icon of its own a document has the browser ask its site for one.
        source = f'<link rel=icon href="data:,"><img src="{self._image}" alt="" width=0 height=0>'
        self._source = base64.b64encode(source.encode()).decode("ascii")
        self.held: list[_Held] = []

    def address(self, walk: BrowserWalk, url: str) -> str:
        """Where to leave a page of this URL for: an empty document of its own origin, so that it ends in its own process.

        A service worker might answer in our stead: then it is about:blank.
        """
        parts = urlsplit(url)
        workers = [each for each in self._targets.workers.values() if each.type == "service_worker"]
        if parts.scheme not in ("http", "https") or any(self._targets.walk_of.get(each.id) is walk for each in workers):
            return BLANK
        return f"{parts.scheme}://{parts.netloc}{self._path}"

    def is_one(self, url: str) -> bool:
        """Whether it is such an address."""
        return url.endswith(self._path)

    def takes(self, walk: BrowserWalk | None, event: Message) -> bool:
        """Take a request for such a document, which is held back, or for its image; False if it is for neither."""
        url = event["request"]["url"]
        if url.endswith(self._image):
            self._send("Fetch.fulfillRequest", {"requestId": event["requestId"], "responseCode": 204})
        elif self.is_one(url):
            self._take(walk, event)
        else:
            return False
        return True

    def _take(self, walk: BrowserWalk | None, event: Message) -> None:
        if walk is None:
            self._answer(event)
        else:
            self.held.append(_Held(event, walk, time.monotonic()))

    def look(self, now: float) -> None:
        """Answer those whose pages are done."""
        for each in list(self.held):
            if now - each.began > LIMIT or self._done(each, now):
                self.held.remove(each)
                self._answer(each.event)

    def _done(self, each: _Held, now: float) -> bool:
        if each.walk.busy(each.began - RECENT):
            return False
        calm = CALM + SLOW * (each.heard - each.asked if each.heard else 0.0)
        if now - max(each.walk.latest, each.began, each.heard) < calm:
            return False
        if not each.asked:
            each.asked = now

            def heard(_: Message) -> None:
                each.heard = time.monotonic()

            self._send("Browser.getVersion", None, "", heard)
        return each.heard > 0

    def _answer(self, event: Message) -> None:
        headers = [{"name": "Content-Type", "value": "text/html"}, {"name": "Cache-Control", "value": "no-store"}]
        params = {"requestId": event["requestId"], "responseCode": 200, "responseHeaders": headers, "body": self._source}
        self._send("Fetch.fulfillRequest", params)
