"""The requests of the whole browser: each paused, told to its walk, answered or let go.

https://chromedevtools.github.io/devtools-protocol/tot/Fetch/ (what is paused, with bodies) and
https://chromedevtools.github.io/devtools-protocol/tot/Network/ (which document sent it, and what became of it).
"""

from __future__ import annotations

import base64
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.capture import stub
from harness.capture.captured import Body, CapturedRequest, Outcome, kept_back, sent_url, unreadable
from harness.capture.sent import LEFT, UNPAUSED, UNSEEN, Ledger, Sent, header, remember, sender
from harness.capture.walk import Slot

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.captured import Answer
    from harness.capture.cdp import Message
    from harness.capture.exits import Exits
    from harness.capture.pushes import Pushes
    from harness.capture.refusals import Refusals
    from harness.capture.tabs import Frame, Worker
    from harness.capture.targets import Targets
    from harness.capture.walk import BrowserWalk

PATTERNS: list[dict[str, str]] = [{"urlPattern": "*"}]
"""What is paused. To leave out pictures and style sheets gains 0.02 to 0.05 of a page's load: each request passes through the interceptor
all the same once there is one. But a picture is the oldest kind of hit, and one that the journey's own route answers is known by its not
being paused.
"""

LAST_KINDS = ("ping", "xhr", "fetch", "other")
"""Resource types of what a page can still send while it is being left. The rest that no session tells of is a worklet's."""

PRELOAD = "service-worker-navigation-preload"
"""The header of a document that the browser fetches while its service worker starts.
https://w3c.github.io/ServiceWorker/#navigation-preload-manager"""

SOON = 1.0
"""Seconds that a beacon which needs no preflight waits to be paused: one that is too large the browser drops without a word."""

UNKNOWN = 1.5
"""Seconds that a request of a frame not yet known is held."""

_BY_JOURNEY = "answered by the journey's own route or replay, before capture"
_UNREADABLE = frozenset({
    "InvalidResponse", "WildcardOriginNotAllowed", "MissingAllowOriginHeader", "MultipleAllowOriginValues", "InvalidAllowOriginValue",
    "AllowOriginMismatch", "InvalidAllowCredentials",
})  # fmt: skip
"""What is wrong with an answer that came, and that its page may not read for it. With all other such errors the request was not sent.
https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-CorsError"""

_LOCAL = frozenset({"InsecureLocalNetwork", "InsecurePrivateNetwork", "InvalidPrivateNetworkAccess", "LocalNetworkAccessPermissionDenied"})
"""A page from the internet may not reach a nearer network. https://wicg.github.io/local-network-access/"""

_REASONS: dict[str, str] = {
    "csp": "content security policy", "mixed-content": "mixed content", "inspector": "refused by the journey's own tools",
}  # fmt: skip


class Traffic:
    """What the browser sends. All is called in the connection's thread, under the capture's lock.

    Args:
        send: sends a command.
        targets: who may have sent it.
        ledger: what is on its way.
        refusals: what the pages themselves refused.
        pushes: what the recorder could tell only by a beacon is for it.
        exits: the documents that pages are left for are for it.
        live: the walks that are not over.
    """

    def __init__(
        self,
        send: Callable[..., None],
        targets: Targets,
        ledger: Ledger,
        refusals: Refusals,
        pushes: Pushes,
        exits: Exits,
        live: Callable[[], list[BrowserWalk]],
    ) -> None:
        self._send = send
        self._live = live
        self.targets = targets
        self.ledger = ledger
        self.refusals = refusals
        self.pushes = pushes
        self.exits = exits
        self.held: list[tuple[float, Message]] = []
        self.events: dict[str, Callable[[str, Message], None]] = {
            "Fetch.requestPaused": self._paused,
            "Network.requestWillBeSent": self._will_be_sent,
            "Network.requestWillBeSentExtraInfo": lambda _, params: self.ledger.on_the_wire(params["requestId"], params["headers"]),
            "Network.responseReceived": self._response,
            "Network.responseReceivedExtraInfo": lambda _, params: self.ledger.answered(params["requestId"], params["statusCode"]),
            "Network.loadingFailed": self._failed,
            "Network.loadingFinished": self._finished,
            "Network.requestServedFromCache": self._from_memory,
        }

    def overdue(self, now: float) -> None:
        """Let go what was held for a frame that did not become known."""
        held, self.held = self.held, []
        for until, event in held:
            if now < until:
                self.held.append((until, event))
            else:
                self._orphan(event)

    def _paused(self, _: str, event: Message) -> None:
        if "responseStatusCode" in event or "responseErrorReason" in event:
            self._answered(event)
            return
        event["request"]["url"] = sent_url(event["request"]["url"])
        if self.exits.takes(self.targets.walk_of.get(event.get("frameId", "")), event):
            return
        if event["request"]["url"].endswith(self.pushes.token):
            if (frame := self.targets.frames.get(event.get("frameId", ""))) is not None:
                self.ledger.keep_places(frame.tab)
            self.pushes.late(event, body_of(event["request"]))
            return
        walk = self.targets.walk_of.get(event.get("frameId", ""))
        if walk is None and (told := self.ledger.expected.get(event.get("networkId", ""))):
            walk = told[0].walk
        if walk is None:
            if self._foreign(event):
                self.let_go(event)
            else:
                self.held.append((time.monotonic() + UNKNOWN, event))
            return
        self._capture(walk, event)

    def _foreign(self, event: Message) -> bool:
        """Whether a request cannot be of any walk: no context is adopted, or its target is known to be of another."""
        frame_id = event.get("frameId", "")
        info = self.targets.infos.get(frame_id)
        known = info is not None and info.get("browserContextId") not in self.targets.contexts
        return not self.targets.contexts or known or frame_id in self.targets.strangers

    def release(self) -> None:
        """Take up what was held for a frame that has become known."""
        if not self.held:
            return
        held, self.held = self.held, []
        for until, event in held:
            if event.get("frameId", "") in self.targets.walk_of:
                self._paused("", event)
            else:
                self.held.append((until, event))

    def _orphan(self, event: Message) -> None:
        """A request whose frame never became known: there is one walk it can be of, or it is let go and told as a gap."""
        live = self._live()
        if len(live) == 1 and len(self.targets.contexts) == 1:
            self._capture(live[0], event)
            return
        for walk in live:
            walk.gap(f"a request could not be attributed to a walk: {event['request']['url'][:200]}")
        self.let_go(event)

    def _capture(self, walk: BrowserWalk, event: Message) -> None:
        asked = event["request"]
        network = event.get("networkId", "")
        kind = event.get("resourceType", "").lower() or None
        if asked["method"] == "OPTIONS" and header(asked["headers"], "access-control-request-method"):
            kind = "preflight"
        if not network and kind != "preflight":
            network = self._told_of(event)
        waiting = self.ledger.expected.get(network)
        if waiting is None and network and "redirectedRequestId" not in event and (again := self._again(network, asked)):
            self.ledger.fetch[event["requestId"]] = again
            if again.request is not None:
                self._respond(event, again.request, walk.decide(again.request), again)
            return
        told = waiting is not None
        if waiting:
            sent = waiting.popleft()
            if not waiting:
                del self.ledger.expected[network]
        elif (given_up := self.ledger.network.get(network)) is not None and given_up.request is None and given_up.url == asked["url"]:
            # Its page has let go of it (its frame was removed), but it is sent all the same.
            sent = given_up
            sent.slot = Slot()
        else:
            sent = self.ledger.new(walk, asked["url"], network)
            frame_id = event.get("frameId", "")
            sent.frame, sent.worker = self.targets.frames.get(frame_id), self.targets.workers.get(frame_id)
            if sent.worker is not None:
                sent.frame = sent.worker.frame
        former = self.ledger.fetch.get(event.get("redirectedRequestId", ""))
        if former is not None:
            sent.former, sent.before = sent.former or former.id, sent.before or former.before + 1
        frame = sent.frame
        tracked = bool(event.get("networkId")) and self._watched(frame, sent.worker) and not sent.told
        if not told and not sent.told:
            if not network and frame is not None and frame.main and kind not in ("document", "preflight"):
                sent.load = frame.tab.leaving(sender(asked["headers"]))
                sent.ordinal = sent.load.ordinal
                if kind not in LAST_KINDS and frame.tab.load.fits(sender(asked["headers"])):
                    sent.load, sent.ordinal = frame.tab.load, frame.tab.load.ordinal
                if former is not None and former.load is not None:
                    sent.load, sent.ordinal = former.load, former.ordinal
            else:
                self.ledger.attribute(sent, network if kind == "document" else "")
                if frame is not None and frame.main and sent.worker is None and kind in LAST_KINDS:
                    sent.leaving = frame.tab.leaving(sender(asked["headers"]))
        request = CapturedRequest(
            id=sent.id, url=asked["url"] , time=sent.time, method=asked["method"], headers=tuple(asked["headers"].items()),
            body=body_of(asked), resource_type=kind, context=walk.key, step=sent.step,
        )  # fmt: skip
        request = self.ledger.completed(sent, request)
        remember(self.ledger.fetch, event["requestId"], sent)
        answer = walk.decide(request)
        request = replace(request, disposition="passed" if answer is None else "blocked" if answer.blocked else "stubbed")
        # Of the end of a service worker's own script its session does not tell.
        own_script = sent.worker is not None and network == sent.worker.id
        sent.watched = not (tracked or told) or not event.get("networkId") or kind == "ping" or own_script
        sent.request = walk.tally.within(request)
        remember(self.ledger.open, id(sent), sent)
        self._respond(event, request, answer, sent)
        if told:
            self.ledger.fill(sent)
        elif tracked:
            # One load that was left and one that is shown may be of one address: which of them it was, only the page can tell.
            left = sent.leaving is not None and frame is not None and not frame.tab.may_be_shown(sent.leaving)
            sent.until = time.monotonic() + (LEFT if left else UNSEEN)
            self.ledger.unseen.setdefault(network, deque()).append(sent)
        elif not network and self._doubtful(sent):
            self.ledger.hold(sent, LEFT)
            self.ledger.loose.append((time.monotonic(), sent))
        else:
            self.ledger.place(sent)
            if not network:
                self.ledger.loose.append((time.monotonic(), sent))

    def _doubtful(self, sent: Sent) -> bool:
        """Whether a request that seems to be the last of a document that is gone may be of the one shown now.

        That one would tell of all but its last beacon, sent as its tab is closed: the browser may say only afterwards that it is.
        """
        frame, request = sent.frame, sent.request
        if frame is None or request is None or not frame.main or frame.tab.closed or request.resource_type == "preflight":
            return False
        load = sent.load
        if load is None or load is frame.tab.load or not frame.tab.load.fits(sender(dict(request.headers))):
            return False
        return request.resource_type != "ping" or (sent.former is None and load.was_left)

    def _watched(self, frame: Frame | None, worker: Worker | None) -> bool:
        """Whether a session of ours is told of what this sender sends."""
        if worker is not None:
            return any(each.target == worker.id and each.ready for each in self.targets.sessions.values())
        if frame is None or frame.gone or frame.tab.closed:
            return False
        return any(each.ready and each.frame is not None and each.frame.tab is frame.tab for each in self.targets.sessions.values())

    def _again(self, network: str, asked: Message) -> Sent | None:
        """The request that the browser began once more under the same id before it was sent, as it does with fonts."""
        waiting = self.ledger.unseen.get(network)
        sent = waiting[-1] if waiting else self.ledger.network.get(network)
        if sent is None or sent.request is None or sent.request.url != asked["url"] or sent.request.method != asked["method"]:
            return None
        return sent if sent.outcome is None or sent.outcome.state == "stubbed" else None

    def _told_of(self, event: Message) -> str:
        """The id under which a page's session told of a request that the browser sends in its stead; empty if none did."""
        asked, frame_id = event["request"], event.get("frameId", "")
        for network, waiting in self.ledger.expected.items():
            if "." in network or not waiting:
                continue
            told = waiting[0].told
            alike = waiting[0].url == asked["url"] and told["request"]["method"] == asked["method"]
            if alike and told.get("type") != "Document" and told.get("frameId") == frame_id:
                return network
        return ""

    def _already(self, url: str, params: Message) -> Sent | None:
        """The request that the browser sends in a page's stead (fetchLater) under an id of its own, if it was paused before it was told."""
        now = time.monotonic()
        for at, sent in self.ledger.loose:
            request = sent.request
            if request is None or sent.told or now - at > UNPAUSED or request.url != url or request.method != params["request"]["method"]:
                continue
            sent.told, sent.network, sent.initiator = params, params["requestId"], params.get("initiator", {}).get("type")
            if sent.former is None:
                self.ledger.attribute(sent, params.get("loaderId", ""))
            self.ledger.settle(sent)
            return sent
        return None

    def _let_through(self, sent: Sent, what: str) -> None:
        """Record a request that went out, and that the browser did not let be paused."""
        self.ledger.withdraw(sent)
        self.ledger.record_told(sent, disposition="passed")
        if sent.request is not None:
            sent.walk.unheld(sent.request, f"a {what} could not be stubbed")

    def _respond(self, event: Message, request: CapturedRequest, answer: Answer | None, sent: Sent) -> None:
        if answer is None:
            params: Message = {"requestId": event["requestId"]}
            if sent.watched:
                params["interceptResponse"] = True
            self._send("Fetch.continueRequest", params, then=lambda reply: self._refused(reply, sent))
            return
        if answer.blocked:
            self._send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": "BlockedByClient"})
            self.ledger.end(sent, Outcome(request=sent.id, state="blocked", reason="refused as an ad blocker does"))
            return
        preflight = request.resource_type == "preflight"
        answer = stub.preflight(request) if preflight else stub.with_cors(answer, request, request.frame_url)
        body = b"" if answer.status in stub.EMPTY else answer.body
        self._send(
            "Fetch.fulfillRequest",
            {
                "requestId": event["requestId"],
                "responseCode": answer.status,
                "responseHeaders": [{"name": name, "value": value} for name, value in answer.headers],
                "body": base64.b64encode(body).decode("ascii"),
            },
            then=lambda reply: self._refused(reply, sent),
        )
        self.ledger.end(sent, Outcome(request=sent.id, state="stubbed", status=answer.status))

    def _refused(self, reply: Message, sent: Sent) -> None:
        """The browser did not take our answer: the request was withdrawn meanwhile, which is no loss, or the answer was wrong."""
        if "error" not in reply:
            return
        message = str(reply["error"].get("message", ""))
        if "Invalid InterceptionId" not in message:
            sent.walk.gap(f"the browser did not take the answer to {sent.url[:200]}: {message}")
        self.ledger.end(sent, Outcome(request=sent.id, state="unknown", reason="the request was withdrawn before it was sent"))

    def let_go(self, event: Message) -> None:
        """Continue a paused request as it is."""
        self._send("Fetch.continueRequest", {"requestId": event["requestId"]})

    def _answered(self, event: Message) -> None:
        """The answer's stage of a request that no session of ours would be told the end of."""
        self.let_go(event)
        sent = self.ledger.fetch.get(event["requestId"])
        if sent is None:
            return
        if (status := event.get("responseStatusCode")) is not None:
            self.ledger.end(sent, Outcome(request=sent.id, state="delivered", status=status))
        else:
            self.ledger.end(sent, _error(sent, str(event.get("responseErrorReason", ""))))

    def _will_be_sent(self, session_id: str, params: Message) -> None:
        session, walk = self.targets.sessions.get(session_id), self.targets.walk(session_id)
        if session is None or walk is None:
            return
        network = params["requestId"]
        hop = params.get("redirectResponse")
        former = self.ledger.network.get(network) if hop else None
        if hop and former:
            self.ledger.end(former, Outcome(request=former.id, state="delivered", status=hop.get("status")))
        url = params["request"]["url"] = sent_url(params["request"]["url"])
        if not url.startswith(("http://", "https://")) or url.endswith(self.pushes.token):
            return
        frame = self.targets.frames.get(params.get("frameId", "")) or session.sender
        paused = self.ledger.unseen.get(network)
        if paused:
            sent = paused.popleft()
            if not paused:
                del self.ledger.unseen[network]
        elif params.get("type") != "Document" and "." not in network and (known := self._already(url, params)):
            self.ledger.network[network] = known
            return
        elif (
            hop is None
            and (known := self.ledger.network.get(network))
            and known.request is not None
            and not known.told
            and known.url == url
        ):
            known.told, known.session = params, session_id
            return
        else:
            sent = self.ledger.new(walk, url, network)
            sent.slot.open = True
            sent.slot.until = time.monotonic() + (UNPAUSED if asks_first(params) else SOON)
            self.ledger.expected.setdefault(network, deque()).append(sent)
        sent.session, sent.frame, sent.worker, sent.told = session_id, frame or sent.frame, session.worker, params
        sent.initiator = params.get("initiator", {}).get("type")
        if former is not None:
            sent.former = sent.former or former.id
            sent.before = former.before + bool(params.get("redirectHasExtraInfo"))
        self.ledger.attribute(sent, params.get("loaderId", ""))
        remember(self.ledger.network, network, sent)
        if sent.request is not None:
            sent.request = self.ledger.completed(sent, sent.request)
            self.ledger.place(sent)
            return
        walk.queue(sent.slot)
        if params.get("type") == "Prefetch" and "." not in network:
            self._let_through(sent, "speculative prefetch")
        elif params.get("type") == "FedCM":
            self._let_through(sent, "sign-in of the browser's own (FedCM)")
        elif header(params["request"]["headers"], PRELOAD):
            self._let_through(sent, "navigation preload")

    def _response(self, _: str, params: Message) -> None:
        sent = self.ledger.heard_of(params["requestId"])
        if sent is None:
            return
        told = params["response"]
        if (sent.told or params).get("type") == "Document" and sent.frame is not None and sent.frame.main:
            sent.frame.tab.begin(sent.network).status = told.get("status")
            sent.frame.tab.load.answered = True
        if sent.request is None:
            self._unpaused(sent, told)
            return
        cached = told.get("fromDiskCache") or told.get("fromPrefetchCache")
        self.ledger.end(
            sent,
            Outcome(request=sent.id, state="delivered", status=told.get("status"), reason="from the browser's cache" if cached else ""),
        )

    def _unpaused(self, sent: Sent, told: Message) -> None:
        """A request that had an answer and was never paused: from a cache, a service worker, a server after all, or the journey's route."""
        if told.get("fromServiceWorker") or told.get("fromDiskCache") or told.get("fromPrefetchCache"):
            self.ledger.release(sent)
            return
        if told.get("remoteIPAddress"):
            # Of what a route answers, no server's address is told.
            self._let_through(sent, "request that was not paused")
            self.ledger.end(sent, Outcome(request=sent.id, state="delivered", status=told.get("status")))
            return
        self.ledger.withdraw(sent)
        self.ledger.record_told(sent)
        self.ledger.end(sent, Outcome(request=sent.id, state="answered-by-journey", status=told.get("status"), reason=_BY_JOURNEY))

    def _failed(self, session_id: str, params: Message) -> None:
        sent = self.ledger.heard_of(params["requestId"])
        if sent is None:
            return
        blocked = params.get("blockedReason")
        cors = params.get("corsErrorStatus", {}).get("corsError", "")
        unpaused = sent.request is None
        if unpaused:
            if params.get("canceled") and not blocked:
                self.ledger.release(sent)
                return
            self.ledger.withdraw(sent)
            self.ledger.record_told(sent)
        if blocked and not kept_back(str(blocked)):
            directive = self.refusals.directive(session_id, sent.url) if unpaused else ""
            outcome = Outcome(request=sent.id, state="blocked", reason=_REASONS.get(str(blocked), str(blocked)) + directive)
        elif cors in _LOCAL:
            outcome = Outcome(request=sent.id, state="blocked", reason=f"local network access ({cors})")
        elif cors in _UNREADABLE and not unpaused:
            outcome = Outcome(request=sent.id, state="delivered", reason=unreadable(cors))
        elif cors:
            outcome = Outcome(request=sent.id, state="failed", reason=cors)
        elif unpaused:
            outcome = Outcome(request=sent.id, state="answered-by-journey", reason=f"{_BY_JOURNEY} ({params.get('errorText', '')})")
        elif params.get("canceled"):
            outcome = Outcome(request=sent.id, state="unknown", reason="given up by the page before an answer was seen")
        else:
            outcome = _error(sent, str(blocked or params.get("errorText", "")))
        self.ledger.lost(sent, outcome)

    def _finished(self, _: str, params: Message) -> None:
        sent = self.ledger.network.get(params["requestId"])
        if sent is not None and sent.request is not None and sent.told.get("type") == "Prefetch":
            self.ledger.end(sent, Outcome(request=sent.id, state="delivered"))

    def _from_memory(self, _: str, params: Message) -> None:
        """A page took it from its own memory: nothing left."""
        sent = self.ledger.network.get(params["requestId"])
        if sent is not None and sent.request is None:
            self.ledger.release(sent)


def _error(sent: Sent, reason: str) -> Outcome:
    """What became of a request of which its page was told an error: nothing came of it, or an answer that was kept back."""
    if kept_back(reason):
        return Outcome(request=sent.id, state="delivered", reason=unreadable(reason))
    return Outcome(request=sent.id, state="failed", reason=reason)


def asks_first(told: Message) -> bool:
    """Whether a request may be sent only after another: a preflight, or what a service worker does; not so for a plain beacon.

    https://fetch.spec.whatwg.org/#cors-safelisted-request-header
    """
    type_ = (header(told["request"]["headers"], "content-type") or "text/plain").split(";")[0].strip().lower()
    return told.get("type") != "Ping" or type_ not in ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded")


def body_of(asked: Message) -> Body:
    """The body of a paused request: what is on disk or streamed is not told."""
    if entries := asked.get("postDataEntries"):
        parts = [base64.b64decode(entry["bytes"]) for entry in entries if "bytes" in entry]
        if len(parts) < len(entries):
            return Body("partial", b"".join(parts), "part of the body is a file on disk or a stream: its bytes cannot be read")
        return Body("present", b"".join(parts))
    if "postData" in asked:
        return Body("present", asked["postData"].encode("utf-8", "surrogatepass"))
    if asked.get("postDataCut"):
        return Body("partial", b"", "the body is too large to be read; none of its bytes were kept")
    if asked.get("hasPostData"):
        return Body("unreadable", b"", "the browser did not tell the body: it is a stream or a file on disk")
    return Body()
