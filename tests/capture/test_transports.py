"""The transport matrix: by every means a browser has of sending, what is captured is what arrived."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest

from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.captured import Answer
from harness.capture.chromium import find_browser, launch_options
from transports.matrix import Matrix, stub
from transports.rows import Row, fill, rows_of
from transports.walked import Walked

# One worker makes what all its tests look at.
pytestmark = pytest.mark.xdist_group("transports")

ROWS = rows_of(find_browser())
STUBBED = [row for row in ROWS if not row.refused and not row.unstubbed]
# A script that awaits its answer is told an error instead.
BLOCKED = [
    row
    for row in STUBBED
    if row.count == 1 and "await" not in row.script and "fetch(" not in row.act and not row.alone and row.leave in ("", "goto", "close")
][::4]


@pytest.fixture(scope="session")
def observed(begin: Any, site: Any) -> Matrix:
    matrix = Matrix("seen", begin, site)
    matrix.run(ROWS)
    return matrix


@pytest.fixture(scope="session")
def stubbed(observed: Any, begin: Any, site: Any) -> Matrix:
    matrix = Matrix("stub", begin, site, stub)
    matrix.run(STUBBED)
    return matrix


@pytest.fixture(scope="session")
def blocked(begin: Any, site: Any) -> Matrix:
    matrix = Matrix("block", begin, site, lambda request: Answer(blocked=True) if "/hit/" in request.url else None)
    matrix.run(BLOCKED)
    return matrix


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_captured_is_what_arrived(row: Row, observed: Matrix) -> None:
    assert observed.of(row).faults("browser") == []
    # What came later than its row was read is a hit too many.
    assert len(observed.arrived(row)) == row.count


@pytest.mark.parametrize("row", STUBBED, ids=str)
def test_a_stub_is_seen_and_answers(row: Row, stubbed: Matrix) -> None:
    assert stubbed.of(row).faults("browser", stubbed=True) == []


def test_a_stub_lets_nothing_out(stubbed: Matrix) -> None:
    assert [each for row in STUBBED for each in stubbed.arrived(row)] == []


@pytest.mark.parametrize("row", BLOCKED, ids=str)
def test_what_is_blocked_is_told_and_does_not_arrive(row: Row, blocked: Matrix) -> None:
    one = blocked.of(row)
    assert [(each.disposition, outcome.state) for each in one.seen if (outcome := one.outcomes[each.id])] == [("blocked", "blocked")]
    assert blocked.arrived(row) == []


def test_a_speculative_prefetch_cannot_be_stubbed_and_the_record_says_so(walk: Any, site: Any) -> None:
    walked = walk(stub)
    page = walked.open(site.url + "/next")
    row = next(row for row in ROWS if row.kind == "speculation-prefetch")
    page.evaluate("async () => {" + fill(row.script, "ahead", site) + "}")
    assert walked.wait(lambda: bool(walked.hits("ahead")))
    assert any("could not be stubbed" in gap and "/hit/ahead/" in gap for gap in walked.walk.note_gap())
    assert [each.disposition for each in walked.hits("ahead")] == ["passed"]


def test_a_browser_started_so_fetches_nothing_ahead(playwright: Any, site: Any) -> None:
    """What was to be fetched ahead is opened as ever."""
    options = launch_options(unheld=False)
    with (
        closing(playwright.chromium.launch(**{**options, "args": [*options["args"], *LAUNCH_ARGS]})) as browser,
        closing(BrowserCapture.attach(browser)) as capture,
    ):
        walked = Walked(capture, browser, stub)
        page = walked.open(site.url + "/next")
        urls = ["/hit/rules/x", f"{site.other}/hit/rules/x", "/next?later"]
        ahead = {what: [{"urls": urls}] for what in ("prefetch", "prerender")}
        page.evaluate(
            "rules => { const s = document.createElement('script'); s.type = 'speculationrules'; s.text = rules; document.head.append(s) }",
            json.dumps(ahead),
        )
        walked.walk.quiet(0.5, 5.0)
        page.evaluate("() => { location.href = '/next?later' }")
        page.wait_for_url("**/next?later")
        walked.finish()
    assert walked.hits("rules") == site.hits("rules") == []
    assert [(each.resource_type, each.header("sec-purpose")) for each in walked.requests if "later" in each.url] == [("document", None)]
    assert walked.walk.note_gap() == ()


def test_the_matrix_is_wide() -> None:
    assert len({row.kind for row in ROWS}) == len(ROWS) > 75
