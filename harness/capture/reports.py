"""Reports that a browser sends of its own for a page: what its policies refused, which of its features are deprecated, what failed.

They leave by no way that can be paused, and are told of instead.
https://www.w3.org/TR/reporting-1/ and https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-ReportingApiReport
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.capture.captured import Body, CapturedRequest, Outcome
from harness.capture.sent import remember
from harness.capture.stub import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.cdp import Message
    from harness.capture.sent import Ledger, Sent
    from harness.capture.tabs import Load, Tab
    from harness.capture.targets import Targets

TOGETHER = 0.05
"""Seconds in which the browser tells of all the reports that leave in one request."""

KEPT = 1_000
"""Of how many origins it is remembered where their reports go."""

TOLD = "the browser tells the reports, not the bytes that it sends them in (their age, the user agent)"


class Reports:
    """Reports on their way. All is called in the connection's thread, under the capture's lock."""

    def __init__(self, targets: Targets, ledger: Ledger) -> None:
        self.targets = targets
        self.ledger = ledger
        self.events: dict[str, Callable[[str, Message], None]] = {
            "Network.reportingApiEndpointsChangedForOrigin": self._endpoints,
            "Network.reportingApiReportUpdated": self._updated,
        }
        self._addresses: dict[str, dict[str, str]] = {}
        self._leaving: list[tuple[Sent, list[Message]]] = []

    def _endpoints(self, _: str, params: Message) -> None:
        """Where an origin's reports go, by the name that its policies give that place."""
        named: dict[str, str] = {}
        for each in params["endpoints"]:
            named.setdefault(each["groupName"], each["url"])
        # An origin of which nothing is left may still be sending.
        self._addresses[params["origin"]] = self._addresses.pop(params["origin"], {}) | named
        if len(self._addresses) > KEPT:
            del self._addresses[next(iter(self._addresses))]

    def _address(self, url: str, group: str) -> str | None:
        """Where what is of this URL is reported to: as its own origin says, or one that says it for its subdomains too."""
        if (own := self._addresses.get(origin_of(url) or "", {}).get(group)) is not None:
            return own
        host = f".{urlsplit(url).hostname}"
        above = {origin: named[group] for origin, named in self._addresses.items() if group in named}
        fitting = [(len(origin), to) for origin, to in above.items() if host.endswith(f".{urlsplit(origin).hostname}")]
        return max(fitting)[1] if fitting else None

    def _updated(self, session_id: str, params: Message) -> None:
        report = params["report"]
        sent = self.ledger.network.get(report["id"])
        if report["status"] == "Pending":
            if sent is None or sent.outcome is not None:
                self._pending(session_id, report)
        elif sent is not None:
            again = "; it is sent again later" if report["status"] == "Queued" else ""
            lost = Outcome(request=sent.id, state="failed", reason=f"the browser's report was not taken{again}")
            self.ledger.end(sent, Outcome(request=sent.id, state="delivered") if report["status"] == "Success" else lost)
        elif report["status"] == "Success" and (walk := self.targets.walk(session_id)) is not None:
            walk.gap(f"a report of the browser's own ({report['type']}) went to an address that it did not tell")

    def _pending(self, session_id: str, report: Message) -> None:
        """A report leaves, alone or with others."""
        session, walk = self.targets.sessions.get(session_id), self.targets.walk(session_id)
        if session is None or walk is None:
            return
        from_ = report["initiatorUrl"]
        url = self._address(from_, report["destination"])
        if url is None:
            # Nobody asked for it, in all likelihood: a deprecation is reported also where no page says to whom. It then goes nowhere.
            return
        said = {"type": report["type"], "url": from_, "body": report.get("body", {})}
        self._leaving = [each for each in self._leaving if not each[0].slot.gone]
        for sent, reports in self._leaving:
            if sent.session == session_id and sent.url == url and sent.request is not None:
                reports.append(said)
                sent.request = sent.slot.entries[0] = _with(sent.request, reports)
                remember(self.ledger.network, report["id"], sent)
                return
        sent, reports = self.ledger.new(walk, url), [said]
        sent.session, sent.frame = session_id, session.frame
        if session.frame is not None:
            sent.load = _load(session.frame.tab, from_) if session.frame.main else session.frame.load
            sent.ordinal = sent.load.ordinal if sent.load is not None else None
        request = CapturedRequest(
            id=sent.id, url=url, time=sent.time, method="POST", headers=(("Content-Type", "application/reports+json"),),
            resource_type="report", context=walk.key, step=sent.step, disposition="passed",
        )  # fmt: skip
        sent.request = _with(self.ledger.completed(sent, request), reports)
        walk.unheld(sent.request, "a report of the browser's own could not be held back")
        sent.slot.entries = [sent.request]
        sent.slot.open, sent.slot.until = True, time.monotonic() + TOGETHER
        self._leaving.append((sent, reports))
        remember(self.ledger.network, report["id"], sent)
        walk.queue(sent.slot)


def _load(tab: Tab, url: str) -> Load:
    """The document that a report is of: the one shown, or one that was left."""
    return tab.load if tab.load.fits(url) else next((load for load in reversed(tab.loads) if load.fits(url)), tab.load)


def _with(request: CapturedRequest, reports: list[Message]) -> CapturedRequest:
    data = json.dumps(reports, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return replace(request, body=Body("partial", data, TOLD))
