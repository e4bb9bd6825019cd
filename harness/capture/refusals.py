"""What cannot be paused: requests that a page's own policy refused, WebSockets and WebTransport sessions."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from harness.capture.captured import Body, CapturedRequest, Outcome, sent_url
from harness.capture.sent import Sent, remember
from harness.capture.walk import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.capture.captured import Answer, Disposition
    from harness.capture.cdp import Message
    from harness.capture.sent import Ledger
    from harness.capture.targets import Targets

REFUSED = 0.25
"""Seconds in which a page tells more of a request that its policy refused, if it does."""

HANDSHAKE = 0.5
"""Seconds in which a WebSocket that was made says what it asks its server with; one that is refused says nothing."""

POLICY = "content security policy"

NETWORK = "net::"
"""What the reason has in it why a WebSocket failed that had gone to the network; one that its page closed first has not."""

OFFLINE = "net::ERR_INTERNET_DISCONNECTED"

NOWHERE = "://" + "x" * 64 + ".invalid/"
"""What stands before the true address of a WebSocket that a shared worker is held back from. No name server is asked for such a host: it
is too long (https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4), and of none (https://www.rfc-editor.org/rfc/rfc6761#section-6.4)."""

_SPECIAL = re.compile(r"[\\{}():+?]")

NOTHING = Body()

TEXT, BINARY = 1, 2
"""The kinds of frames that carry what a page says. https://www.rfc-editor.org/rfc/rfc6455#section-11.8"""


def network_conditions(sockets: Iterable[tuple[str, str]]) -> Message | None:
    """What a target is told so that it opens no WebSocket to these; None where there are none.

    A handshake is never paused, so it can only be refused, and only beforehand. To the page it is as if the network were gone for
    this one address: `navigator.onLine` and all other requests are as before, and so is what the journey's own tools emulate.

    Args:
        sockets: (host, path) as globs, of any port.

    https://chromedevtools.github.io/devtools-protocol/tot/Network/#method-emulateNetworkConditionsByRule with patterns as in
    https://urlpattern.spec.whatwg.org/#constructor-string-parsing
    """
    rule: Message = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1, "offline": True}
    patterns: dict[str, None] = {}
    for host, path in sockets:
        glob = _SPECIAL.sub(r"\\\g<0>", path)
        for each in ("/*" + glob.lstrip("*"), glob.lstrip("*")) if glob.startswith("*") else (glob,):
            if each.startswith("/"):
                patterns[f"ws{{s}}?://{host}:*{each}"] = None
    return {"matchedNetworkConditions": [{"urlPattern": each, **rule} for each in patterns]} if patterns else None


@cache
def _sockets_script() -> str:
    return resources.files("harness.capture").joinpath("sockets.js").read_text(encoding="utf-8")


def shared_worker_script(conditions: Message) -> str:
    """What a shared worker runs before its own script, which no network conditions are told: it opens no WebSocket to these either.

    Args:
        conditions: as :func:`network_conditions` has them.
    """
    patterns = [each["urlPattern"] for each in conditions["matchedNetworkConditions"]]
    return f"({_sockets_script()})({json.dumps(patterns)}, {json.dumps(NOWHERE)})"


def held_back(url: str) -> str:
    """The true address of a WebSocket that was opened to :data:`NOWHERE`; empty if this one was not."""
    _, nowhere, true = url.partition(NOWHERE)
    return unquote(true) if nowhere else ""


class Refusals:
    """Requests that a content security policy refused.

    https://chromedevtools.github.io/devtools-protocol/tot/Audits/#type-ContentSecurityPolicyIssueDetails
    """

    def __init__(self, targets: Targets, ledger: Ledger) -> None:
        self.targets = targets
        self.ledger = ledger
        self.events: dict[str, Callable[[str, Message], None]] = {"Audits.issueAdded": self._issue}
        self._waiting: list[Sent] = []

    def _issue(self, session_id: str, params: Message) -> None:
        """A content security policy refused a URL. Of a fetch or a beacon nothing else is told; of the rest, a failure that follows."""
        told = params["issue"].get("details", {}).get("contentSecurityPolicyIssueDetails")
        session = self.targets.sessions.get(session_id)
        if told is None or session is None or told.get("isReportOnly") or told.get("contentSecurityPolicyViolationType") != "kURLViolation":
            return
        url, walk = sent_url(told.get("blockedURL", "")), self.targets.walk(session_id)
        # Where a worker's policy lets it open none to nowhere, nobody can tell what it says of the true address.
        url = held_back(url) or url
        if walk is None or not url.startswith(("http://", "https://", "ws://", "wss://")):
            return
        sent = self.ledger.new(walk, url)
        sent.session, sent.frame, sent.worker = session_id, session.sender, session.worker
        sent.refusal = told.get("violatedDirective", "")
        self.ledger.attribute(sent, sent.frame.tab.load.loader if sent.frame and sent.frame.main else "")
        request = CapturedRequest(
            id=sent.id, url=url, time=sent.time, method=None, context=walk.key, step=sent.step,
            body=Body("unreadable", b"", "refused before it was sent: neither method nor body is told"),
        )  # fmt: skip
        sent.request = self.ledger.completed(sent, request)
        reason = f"{POLICY} ({sent.refusal})"
        sent.outcome = Outcome(request=sent.id, state="blocked", time=walk.now(), reason=reason)
        sent.slot.entries = [sent.request, sent.outcome]
        sent.slot.open, sent.slot.until = True, time.monotonic() + REFUSED
        self._waiting = [*[each for each in self._waiting if not each.slot.gone][-1000:], sent]
        walk.queue(sent.slot)

    def directive(self, session_id: str, url: str) -> str:
        """Which directive refused this URL, if it was just told; that telling is then not recorded a second time."""
        for sent in self._waiting:
            if sent.session == session_id and sent.url == url and not sent.slot.gone:
                self._waiting.remove(sent)
                sent.slot.entries = []
                self.ledger.release(sent)
                return f" ({sent.refusal})"
        return ""


class Sockets:
    """WebSockets: their handshakes, and each message that is sent over them. What is received is not recorded.

    One that a vendor would be answered for is refused, if it is among those that its walk named beforehand (:func:`network_conditions`).
    Of a WebTransport session it is recorded that it was opened: nothing holds it back, and no browser tells what is said over it.
    """

    def __init__(self, targets: Targets, ledger: Ledger) -> None:
        self.targets = targets
        self.ledger = ledger
        self.events: dict[str, Callable[[str, Message], None]] = {
            "Network.webSocketCreated": self._created,
            "Network.webSocketWillSendHandshakeRequest": self._handshake,
            "Network.webSocketHandshakeResponseReceived": self._opened,
            "Network.webSocketFrameSent": self._said,
            "Network.webSocketFrameError": self._failed,
            "Network.webSocketClosed": self._closed,
            "Network.webTransportCreated": self._transport,
            "Network.webTransportConnectionEstablished": self._opened,
            "Network.webTransportClosed": self._closed,
        }

    def _new(self, session_id: str, params: Message, kind: str, method: str = "GET", body: Body = NOTHING) -> Sent | None:
        """What a page or worker opens, if it is of a walk. It has no place in the order yet."""
        session, walk = self.targets.sessions.get(session_id), self.targets.walk(session_id)
        if session is None or walk is None:
            return None
        sent = self.ledger.new(walk, sent_url(held_back(params["url"]) or params["url"]), _named(params))
        sent.session, sent.frame, sent.worker = session_id, session.sender, session.worker
        sent.initiator = params.get("initiator", {}).get("type")
        self.ledger.attribute(sent, sent.frame.tab.load.loader if sent.frame and sent.frame.main else "")
        request = CapturedRequest(
            id=sent.id, url=sent.url, time=sent.time, method=method, body=body, resource_type=kind, context=walk.key, step=sent.step,
            disposition="passed",
        )  # fmt: skip
        sent.request = self.ledger.completed(sent, request)
        sent.slot.entries = [sent.request]
        remember(self.ledger.network, sent.network, sent)
        return sent

    def _transport(self, session_id: str, params: Message) -> None:
        body = Body("unreadable", b"", "what is said over a WebTransport session is not told")
        sent = self._new(session_id, params, "webtransport", "CONNECT", body)
        if sent is None or sent.request is None:
            return
        sent.walk.unheld(sent.request, "a WebTransport session could not be held back")
        sent.walk.queue(sent.slot)

    def _created(self, session_id: str, params: Message) -> None:
        sent = self._new(session_id, params, "websocket")
        if sent is None or sent.request is None:
            return
        walk = sent.walk
        if (answer := walk.decide(sent.request)) is not None:
            # Whether it is refused or opened is told within moments.
            sent.request, sent.answer = replace(sent.request, disposition="unknown"), answer
            sent.slot.entries = [sent.request]
        sent.slot.open, sent.slot.until = True, time.monotonic() + HANDSHAKE
        walk.queue(sent.slot)
        if sent.answer is not None and held_back(params["url"]):
            self._refused(sent, sent.answer)

    def _refused(self, sent: Sent, answer: Answer) -> None:
        """A WebSocket is held back in its server's stead."""
        state: Literal["blocked", "stubbed"] = "blocked" if answer.blocked else "stubbed"
        self.ledger.end(sent, Outcome(request=sent.id, state=state, reason="refused before it was opened, so nothing was said over it"))
        self._tell(sent, state)

    def _handshake(self, _: str, params: Message) -> None:
        sent = self.ledger.network.get(params["requestId"])
        if sent is not None:
            self._tell(sent, "passed", tuple(params.get("request", {}).get("headers", {}).items()))

    @staticmethod
    def _tell(sent: Sent, disposition: Disposition, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """It is known whether a WebSocket went to the network."""
        if disposition == "passed" and sent.answer is not None:
            sent.walk.gap(f"a WebSocket could not be held back; it was opened: {sent.url[:200]}")
        if sent.request is not None and not sent.slot.gone:
            sent.request = sent.slot.entries[0] = replace(sent.request, headers=headers or sent.request.headers, disposition=disposition)
            sent.slot.open = False
            sent.walk.flush()

    def _opened(self, _: str, params: Message) -> None:
        if sent := self.ledger.network.get(_named(params)):
            self.ledger.end(sent, Outcome(request=sent.id, state="delivered", status=params.get("response", {}).get("status")))

    def _said(self, _: str, params: Message) -> None:
        socket, frame = self.ledger.network.get(params["requestId"]), params["response"]
        if socket is None or socket.request is None or frame["opcode"] not in (TEXT, BINARY):
            return
        text = str(frame["payloadData"])
        try:
            body = Body("present", text.encode("utf-8", "surrogatepass") if frame["opcode"] == TEXT else base64.b64decode(text))
        except binascii.Error:
            body = Body("unreadable", b"", "the browser did not tell these bytes")
        socket.walk.put(*message(socket.request, socket.walk.number("r"), body, socket.walk.now(), socket.walk.step))

    def _failed(self, _: str, params: Message) -> None:
        sent, reason = self.ledger.network.get(params["requestId"]), str(params.get("errorMessage", ""))
        if sent is None or sent.outcome is not None:
            return
        if sent.answer is not None and OFFLINE in reason:
            self._refused(sent, sent.answer)
            return
        self.ledger.end(sent, Outcome(request=sent.id, state="failed", reason=reason))
        if NETWORK in reason:
            self._tell(sent, "passed")

    def _closed(self, _: str, params: Message) -> None:
        if sent := self.ledger.network.get(_named(params)):
            self.ledger.end(sent, Outcome(request=sent.id, state="failed", reason="closed before it was open"))


def _named(params: Message) -> str:
    """The id under which a page's session tells of what it opened."""
    return str(params.get("requestId") or params.get("transportId", ""))
