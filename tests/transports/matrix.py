"""Walks the rows of the matrix, and keeps what became of each."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from harness.capture.captured import Answer, CapturedRequest
from transports.rows import Row, fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from transports.site import Arrival, Site
    from transports.walked import Walked

STUBBED = {
    "gif": "image/gif",
    "js": "text/javascript",
    "css": "text/css",
    "html": "text/html",
    "events": "text/event-stream",
    "svg": "image/svg+xml",
}


def stub(request: CapturedRequest) -> Answer | None:
    """Answers every hit as the site would, with nothing in it."""
    if "/hit/" not in request.url:
        return None
    kind = parse_qs(urlsplit(request.url).query).get("as", ["text"])[0]
    return Answer(200, (("Content-Type", STUBBED.get(kind, "text/plain")),), b"retry: 600000\ndata: one\n\n" if kind == "events" else b"")


def open_row(row: Row, context: Any, site: Site, marker: str) -> tuple[Any, str]:
    """Open the page of a row in a context's first tab, and return the tab and the page's address."""
    start = site.page(f"/row/{marker}", fill(row.html, marker, site)) if row.html else site.url + "/"
    for path, kind, text in row.files:
        site.page(fill(path, marker, site), fill(text, marker, site), kind, service_worker_allowed="/")
    page = context.pages[0] if context.pages else context.new_page()
    if row.leave == "back":
        page.goto(site.url + "/next")
    page.goto(start)
    return page, start


def send_row(row: Row, page: Any, site: Site, marker: str, disk: Path) -> None:
    """Do in its page what a row does, and leave it as it says."""
    if row.script:
        page.evaluate("async () => {" + fill(row.script, marker, site) + "}")
    if row.act:
        exec(row.act, {"page": page, "disk": str(disk), "hit": fill("{hit}", marker, site)})
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
        case "close":
            page.close()


@dataclass
class Result:
    """What became of one row in one walk.

    Attributes:
        main: the name of the tab that the row was opened in, and ``load`` the ordinal of the load that it began with.
    """

    row: Row
    seen: list[CapturedRequest]
    arrived: list[Arrival]
    states: set[str | None]
    main: str | None
    load: int
    step: int
    gaps: tuple[str, ...]

    def told(self, request: CapturedRequest) -> dict[str, Any]:
        """What the record says of who sent it, for what the row knows of that."""
        page = None if request.page is None else "main" if request.page == self.main else "other"
        own = {"page": page, "page_load": None if request.page_load is None else request.page_load - self.load}
        return {name: own.get(name, getattr(request, name)) for name, _ in self.row.where}

    def same_requests(self) -> bool:
        """Whether method and address of what is captured are those of what arrived, one for one."""
        return Counter((each.method, address(each.url)) for each in self.seen) == Counter(
            (each.method, each.host + each.target) for each in self.arrived
        )

    def same_bodies(self) -> bool:
        """Whether the bodies are the same, byte for byte."""
        return Counter((each.method, each.body.data) for each in self.seen) == Counter((each.method, each.body) for each in self.arrived)


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
        return self.begin(self.answer) if self.answer else self.begin()

    def _row(self, row: Row, walked: Walked, number: int, disk: Path) -> Result:
        marker = self.marker(row)
        walked.walk.enter_step(number)
        page, start = open_row(row, walked.context, self.site, marker)
        walked.walk.barrier()
        main = walked.walk.page_id(page)
        load = max((each.page_load or 0 for each in walked.navigations if each.page == main and each.url == start), default=0)
        send_row(row, page, self.site, marker, disk)
        expected = row.count if self.answer is None or row.stubbed is None else row.stubbed
        self.site.wait(marker, 0 if self.answer else row.count)
        walked.wait(lambda: len(walked.hits(marker)) >= expected)
        walked.walk.barrier()
        walked.wait(lambda: all(walked.outcome(each) for each in walked.hits(marker)), 4)
        seen = walked.hits(marker)
        states = {outcome.state if (outcome := walked.outcome(each)) else None for each in seen}
        return Result(row, seen, self.arrived(row), states, main, load, number, walked.walk.note_gap())


def address(url: str) -> str:
    """Host, path and query."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}?{parts.query}"
