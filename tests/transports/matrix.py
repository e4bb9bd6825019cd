"""Walks the rows of the matrix, and keeps what became of each."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from harness.capture.captured import Answer, CapturedRequest, Outcome
from harness.capture.proxy_walk import ProxyWalk
from transports.rows import Row, fill
from transports.site import Arrival

if TYPE_CHECKING:
    from collections.abc import Callable

    from transports.site import Site
    from transports.walked import Walked

STUBBED = {
    "gif": "image/gif",
    "js": "text/javascript",
    "css": "text/css",
    "html": "text/html",
    "events": "text/event-stream",
    "svg": "image/svg+xml",
}


BY_HOP = frozenset({"host", "connection", "upgrade", "transfer-encoding", "content-length"})
"""Headers of one connection, which HTTP/2 and the servers here have in forms of their own."""

LATE = 10_000
"""Milliseconds that a row's script has."""


def stub(request: CapturedRequest) -> Answer | None:
    """Answers every hit as the site would, with nothing in it."""
    if "/hit/" not in request.url:
        return None
    kind = parse_qs(urlsplit(request.url).query).get("as", ["text"])[0]
    return Answer(200, (("Content-Type", STUBBED.get(kind, "text/plain")),), b"retry: 600000\ndata: one\n\n" if kind == "events" else b"")


def open_row(row: Row, context: Any, site: Site, marker: str) -> tuple[Any, str]:
    """Open the page of a row in a context's first tab, and return the tab and the page's address."""
    base, path = site.safe if row.safe else site.url, f"/row/{marker}" if row.html else "/"
    if row.html:
        said = {name.replace("-", "_"): fill(value, marker, site) for name, value in row.headers}
        site.page(path, fill(row.html, marker, site), **said)
    for name, kind, text in row.files:
        site.page(fill(name, marker, site), fill(text, marker, site), kind, service_worker_allowed="/")
    page = context.pages[0] if context.pages else context.new_page()
    if row.leave in ("back", "history-back"):
        page.goto(site.url + "/next")
    page.goto(base + path)
    if row.leave == "forward":
        page.goto(site.url + "/next")
        page.go_back()
    return page, base + path


def send_row(row: Row, page: Any, site: Site, marker: str, disk: Path) -> None:
    """Do in its page what a row does, and leave it as it says."""
    if row.script:
        # What never ends in its page must not hang the walk.
        late = f"new Promise((_, r) => setTimeout(r, {LATE}, new Error('not done within {LATE} ms')))"
        page.evaluate("() => Promise.race([(async () => {" + fill(row.script, marker, site) + "})(), " + late + "])")
    if row.act:
        exec(row.act, {"page": page, "disk": str(disk), "hit": fill("{hit}", marker, site), "kind": marker})
    if row.leave:
        leave(page, row.leave, site)


def leave(page: Any, way: str, site: Site) -> None:
    """Leave a page in one of the ways."""
    match way:
        case "goto":
            page.goto(site.url + "/next")
        case "goto-cross-site":
            page.goto(site.other + "/next")
        case "reload":
            page.reload()
        case "link":
            page.evaluate(
                "() => { const a = document.createElement('a'); a.href = '/next'; a.textContent = 'go'; document.body.append(a) }"
            )
            page.click("a")
            page.wait_for_url("**/next")
        case "replace":
            page.evaluate("location.replace('/next')")
            page.wait_for_url("**/next")
        case "back":
            page.go_back()
        case "history-back":
            # Asked for at once, it may take the page away before the asking is answered.
            page.evaluate("() => { setTimeout(() => history.back()) }")
            page.wait_for_url("**/next")
        case "forward":
            page.go_forward()
        case "location-reload":
            with page.expect_navigation():
                page.evaluate("location.reload()")
        case "close":
            page.close()
        case "close-asking":
            with page.expect_event("close"):
                page.close(run_before_unload=True)


@dataclass
class Result:
    """What became of one row in one walk.

    Attributes:
        main: the name of the tab that the row was opened in, and ``load`` the ordinal of the load that it began with.
    """

    row: Row
    seen: list[CapturedRequest]
    arrived: list[Arrival]
    outcomes: dict[str, Outcome | None]
    main: str | None
    load: int
    step: int
    gaps: tuple[str, ...]

    def faults(self, backend: str, *, stubbed: bool = False) -> list[str]:
        """What the record has wrong, in words; empty if all of it is right.

        Args:
            backend: what the browser capture knows is compared with what the row says. What the proxy cannot know it must not claim.
            stubbed: whether each request was answered by the stub, so that nothing arrives.
        """
        row = self.row
        if stubbed:
            count = row.count if row.stubbed is None else row.stubbed
            faults = [] if len(self.seen) == count else [f"{len(self.seen)} were seen and {count} sent"]
            if any(each is None or each.state != "stubbed" for each in self.outcomes.values()):
                faults.append(f"outcomes {self.told_outcomes()}")
            return [*faults, *([f"{len(self.arrived)} arrived"] if self.arrived else []), *self.gaps]
        # Of what does not leave the browser, Playwright tells beside the proxy, but not of all.
        least = row.proxied if backend == "proxy" else row.refused
        told = row.count + least <= len(self.seen) <= row.count + row.refused
        faults = [] if told else [f"{len(self.seen)} were seen and {row.count} + {row.refused} sent"]
        if len(self.arrived) != row.count:
            faults.append(f"{len(self.arrived)} arrived")
        partial = row.body if backend == "browser" else ""
        lost = [each for each in self.seen if (outcome := self.outcomes[each.id]) is not None and outcome.state in ("failed", "blocked")]
        sent = [each for each in self.seen if each not in lost]
        if len(lost) != len(self.seen) - row.count:
            faults.append(f"{len(lost)} are said to have been lost: {self.told_outcomes()}")
        if Counter(map(line, sent)) != Counter(map(line, self.arrived)):
            faults.append("methods and addresses are not those that arrived")
        if not partial and Counter(map(content, sent)) != Counter(map(content, self.arrived)):
            faults.append("bodies are not those that arrived")
        for request in lost:
            outcome = self.outcomes[request.id]
            said = f"{outcome.state}: {outcome.reason}"
            # Which directive it was, only the browser's own session tells.
            vague = backend == "proxy" and row.outcome.startswith(said)
            if not vague and not said.startswith("failed: " if least and backend == "proxy" else row.outcome):
                faults.append(f"{request.id}: {said}")
            if backend == "browser" and (request.method is None) != (request.body.state == "unreadable"):
                faults.append(f"{request.id}: {request.method} with a body that is {request.body.state}")
        for request in sent:
            state = (partial,) if partial else ("present",) if request.body.data else ("absent",)
            if request.body.state not in state:
                faults.append(f"{request.id}: the body is said to be {request.body.state}")
            if bool(request.body.reason) != bool(partial):
                faults.append(f"{request.id}: the body's reason is {request.body.reason!r}")
            if (outcome := self.outcomes[request.id]) is None or outcome.state not in ("delivered", "unknown"):
                faults.append(f"{request.id}: outcome {outcome}")
        for request in self.seen:
            if request.step != self.step:
                faults.append(f"{request.id}: sent in step {request.step} and not {self.step}")
            for name, said in self.told(request).items():
                if row.said[name] is not ... and said != row.said[name] and not (backend == "proxy" and (said is None or row.passed_on)):
                    faults.append(f"{request.id}: {name} is {said!r} and not {row.said[name]!r}")
        faults += self.headers(backend, sent)
        if row.chain:
            for request, before in zip(self.seen[1:], self.seen, strict=False):
                if request.redirected_from != before.id and not (backend == "proxy" and request.redirected_from is None):
                    faults.append(f"{request.id}: redirected from {request.redirected_from} and not {before.id}")
        return [*faults, *self.gaps]

    def headers(self, backend: str, sent: list[CapturedRequest]) -> list[str]:
        """What is said of headers and not so. Those that were added on the way are known where the browser told of any."""
        faults, arrived = [], [each for each in self.arrived if each.method is not None]
        for request in sent:
            one = next(
                (each for each in arrived if line(each) == line(request) and (self.row.body or content(each) == content(request))), None
            )
            outcome = self.outcomes[request.id]
            if one is None or outcome is None:
                continue
            arrived.remove(one)
            said = {name.lower(): value for name, value in outcome.completed(request).headers}
            if wrong := sorted(name for name in said.keys() - BY_HOP if one.headers.get(name) != said[name]):
                faults.append(
                    f"{request.id}: headers {[(name, said[name], one.headers.get(name)) for name in wrong]} are not those that arrived"
                )
            # Of a worker or a frame that was just made, the browser may begin to tell only then.
            plainly = not (self.row.leave or self.row.plain or self.row.alone) and self.row.said["main_frame"]
            whole = backend == "proxy" or outcome.headers or (plainly and self.row.said["page"] == "main")
            if whole and (missing := sorted(one.headers.keys() - said.keys() - BY_HOP)):
                faults.append(f"{request.id}: headers {missing} are not told")
        return faults

    def told_outcomes(self) -> list[str]:
        """What the record says became of each."""
        return [f"{each.state}: {each.reason}" if each else "nothing" for each in self.outcomes.values()]

    def told(self, request: CapturedRequest) -> dict[str, Any]:
        """What the record says of who sent it, for what the row knows of that.

        The load is counted from that which the row began with, and in another tab from its first.
        """
        page = None if request.page is None else "main" if request.page == self.main else "other"
        load = request.page_load - self.load if page == "main" and request.page_load is not None else request.page_load
        own = {"page": page, "page_load": load}
        return {name: own.get(name, getattr(request, name)) for name in self.row.said}


class Matrix:
    """Walks the rows, many in one context where they do not disturb each other, and keeps what became of each.

    Args:
        name: of this walk of the matrix, unique among those that one site sees.
        begin: begins a walk; called with the answer, if there is one.
        answer: what each request is answered with; None to let all through.
    """

    def __init__(
        self, name: str, begin: Callable[..., Walked], site: Site, answer: Callable[[CapturedRequest], Answer | None] | None = None
    ) -> None:
        self.name, self.begin, self.site, self.answer = name, begin, site, answer
        self.results: dict[str, Result | Exception] = {}

    def run(self, rows: list[Row]) -> None:
        """Walk them all."""
        with tempfile.TemporaryDirectory() as folder:
            disk = Path(folder) / "disk.txt"
            disk.write_text("from disk")
            shared = self._walked()
            for number, row in enumerate(rows, 1):
                walked = self._walked() if row.alone else shared
                try:
                    self.results[row.kind] = self._row(row, walked, number, disk)
                except Exception as error:
                    self.results[row.kind] = error
                if row.alone:
                    walked.finish()
                else:
                    for each in walked.context.pages[1:]:
                        each.close()
            shared.finish()

    def marker(self, row: Row) -> str:
        """What a row's addresses have in them."""
        return f"{self.name}-{row.kind}"

    def of(self, row: Row) -> Result:
        """What became of a row."""
        found = self.results[row.kind]
        if isinstance(found, Exception):
            raise found
        return found

    def arrived(self, row: Row) -> list[Arrival]:
        """What has arrived of a row by now."""
        return self.site.hits(self.marker(row))

    def _walked(self) -> Walked:
        if self.answer is None:
            return self.begin(lambda _: None, ignore_https_errors=True)
        return self.begin(self.answer, sockets=(("*", "/hit/*"),), ignore_https_errors=True)

    def _row(self, row: Row, walked: Walked, number: int, disk: Path) -> Result:
        marker = self.marker(row)
        walked.walk.enter_step(number)
        gaps = walked.walk.note_gap()
        page, start = open_row(row, walked.context, self.site, marker)
        walked.walk.barrier()
        main = walked.walk.page_id(page)
        walked.wait(lambda: any(each.page == main and each.url == start for each in walked.navigations), limit=2.0)
        load = max((each.page_load or 0 for each in walked.navigations if each.page == main and each.url == start), default=0)
        send_row(row, page, self.site, marker, disk)
        proxied = isinstance(walked.walk, ProxyWalk)
        expected = row.count + (row.proxied if proxied else row.refused)
        if self.answer is not None:
            expected = row.count if row.stubbed is None else row.stubbed
        self.site.wait(marker, 0 if self.answer else row.count)
        walked.wait(lambda: len(walked.hits(marker)) >= expected)
        walked.walk.barrier()
        walked.wait(lambda: all(walked.outcome(each) for each in walked.hits(marker)))
        seen = walked.hits(marker)
        outcomes = {each.id: walked.outcome(each) for each in seen}
        return Result(row, seen, self.arrived(row), outcomes, main, load, number, walked.walk.note_gap()[len(gaps) :])


def line(request: CapturedRequest | Arrival) -> tuple[str | None, str]:
    """Method and address: host, path and query."""
    if isinstance(request, Arrival):
        return request.method, request.host + request.target
    parts = urlsplit(request.url)
    return request.method, f"{parts.netloc}{parts.path}?{parts.query}"


def content(request: CapturedRequest | Arrival) -> tuple[str | None, bytes]:
    """Method and body."""
    return request.method, request.body if isinstance(request, Arrival) else request.body.data
