"""What a browser fetches in a page's stead, by no way that can be paused: it is told of at most.

https://wicg.github.io/background-fetch/ and https://www.rfc-editor.org/rfc/rfc8297 (Early Hints)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from harness.capture.captured import Body, CapturedRequest, Outcome, sent_url
from harness.capture.sent import remember

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.cdp import Message
    from harness.capture.sent import Ledger
    from harness.capture.targets import Targets

SERVICE = {"service": "backgroundFetch"}
"""What a tab's session is asked to tell of.
https://chromedevtools.github.io/devtools-protocol/tot/BackgroundService/"""

UNTOLD = "the browser tells neither the method nor the bytes of what it fetches in the background"

_LINK = re.compile(r"""<([^>]*)>((?:\s*;\s*[^;,"=\n]+(?:=(?:"[^"]*"|[^;,"\n]*))?)*)""")
_PRELOAD = re.compile(r""";\s*rel\s*=\s*"?[^";,]*\b(?:module)?preload\b""", re.IGNORECASE)


class BackgroundFetches:
    """Background fetches: each request as it begins, and its answer. All is called in the connection's thread, under the capture's lock.

    Each tab of a context tells of all that are of the context, also again to a tab that is opened later.
    """

    def __init__(self, targets: Targets, ledger: Ledger) -> None:
        self.targets = targets
        self.ledger = ledger
        self.events: dict[str, Callable[[str, Message], None]] = {"BackgroundService.backgroundServiceEventReceived": self._told}

    def _told(self, session_id: str, params: Message) -> None:
        event, walk = params["backgroundServiceEvent"], self.targets.walk(session_id)
        more = {each["key"]: each["value"] for each in event["eventMetadata"]}
        if walk is None or "URL" not in more:
            return
        context = self.targets.infos.get(self.targets.sessions[session_id].target, {}).get("browserContextId", "")
        of = (context, event["serviceWorkerRegistrationId"], event["instanceId"], more.get("Request Index", ""))
        # A fetch of the same name may be made once more, but not at the same moment.
        begun = "|".join(of)
        this = f"{begun}|{event['timestamp']}"
        if event["eventName"] == "Request processing started":
            if this in self.ledger.network:
                return
            sent = self.ledger.new(walk, sent_url(more["URL"]))
            sent.request = CapturedRequest(
                id=sent.id, url=sent.url, time=sent.time, method=None, resource_type="background-fetch", context=walk.key, step=sent.step,
                disposition="passed", body=Body("unreadable", b"", UNTOLD) if more.get("Upload Size (bytes)") else Body(),
            )  # fmt: skip
            walk.unheld(sent.request, "a background fetch could not be held back")
            sent.slot.entries = [sent.request]
            walk.queue(sent.slot)
            remember(self.ledger.network, begun, sent)
            remember(self.ledger.network, this, sent)
        elif (known := self.ledger.network.get(begun)) is not None and (status := more.get("Response Status", "0")).isdigit():
            # Each tab tells of it: the first word counts.
            answered = Outcome(request=known.id, state="delivered", status=int(status))
            self.ledger.end(known, answered if answered.status else Outcome(request=known.id, state="failed", reason="no answer"))


class EarlyHints:
    """What a server has the browser load before its page is there. Whether it does so is not told: a vendor's is a gap."""

    def __init__(self, targets: Targets, ledger: Ledger) -> None:
        self.targets = targets
        self.ledger = ledger
        self.events: dict[str, Callable[[str, Message], None]] = {"Network.responseReceivedEarlyHints": self._hinted}

    def _hinted(self, session_id: str, params: Message) -> None:
        walk, document = self.targets.walk(session_id), self.ledger.heard_of(params["requestId"])
        if walk is None or document is None:
            return
        for url in preloaded("\n".join(value for name, value in params["headers"].items() if name.lower() == "link")):
            ahead = CapturedRequest(
                id=document.id, url=urljoin(document.url, url), resource_type="preload", context=walk.key, step=document.step
            )
            walk.unheld(ahead, "what a server's early hints have loaded ahead could not be held back")


def preloaded(links: str) -> list[str]:
    """The addresses that a ``Link`` header, or several joined by commas or lines, has loaded ahead.

    https://www.rfc-editor.org/rfc/rfc8288#section-3
    """
    return [url for url, rest in _LINK.findall(links) if _PRELOAD.search(rest)]
