"""The transport matrix: by every means a browser has of sending, what is captured is what arrived."""

from __future__ import annotations

from typing import Any

import pytest

from transports.matrix import Matrix, stub
from transports.rows import ROWS, Row, fill

# One worker makes what all its tests look at.
pytestmark = pytest.mark.xdist_group("transports")

STUBBED = [row for row in ROWS if row.kind != "speculation-prefetch"]


@pytest.fixture(scope="session")
def observed(begin: Any, site: Any) -> Any:
    matrix = Matrix("seen", begin, site)
    matrix.run(ROWS)
    # What came later than its row was read is a hit too many.
    late = {row.kind: len(matrix.arrived(row)) for row in ROWS}
    return matrix, late


@pytest.fixture(scope="session")
def stubbed(observed: Any, begin: Any, site: Any) -> Any:
    matrix = Matrix("stub", begin, site, stub)
    matrix.run(STUBBED)
    return matrix


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_captured_is_what_arrived(row: Row, observed: Any) -> None:
    matrix, late = observed
    one = matrix.of(row)
    assert (len(one.arrived), late[row.kind], len(one.seen)) == (row.count, row.count, row.count)
    for request in one.seen:
        assert request.body.state == (row.body or ("present" if request.body.data else "absent")), request
        assert bool(request.body.reason) == bool(row.body)
        assert one.told(request) == dict(row.where), request
        assert request.step == one.step
    assert one.same_requests()
    if not row.body:
        assert one.same_bodies()
    assert one.gaps == ()
    assert one.states <= {"delivered", "unknown"}


@pytest.mark.parametrize("row", [row for row in STUBBED if row.count], ids=str)
def test_a_stub_is_seen_and_answers(row: Row, stubbed: Any) -> None:
    one = stubbed.of(row)
    assert len(one.seen) == (row.count if row.stubbed is None else row.stubbed)
    assert one.states == {"stubbed"}
    assert one.gaps == ()


def test_a_stub_lets_nothing_out(stubbed: Any) -> None:
    assert [each for row in STUBBED for each in stubbed.arrived(row)] == []


def test_a_speculative_prefetch_cannot_be_stubbed_and_the_record_says_so(walk: Any, site: Any) -> None:
    walked = walk(stub)
    page = walked.open(site.url + "/next")
    row = next(row for row in ROWS if row.kind == "speculation-prefetch")
    page.evaluate("async () => {" + fill(row.script, "ahead", site) + "}")
    assert walked.wait(lambda: bool(walked.hits("ahead")))
    assert any("could not be stubbed" in gap and "/hit/ahead/" in gap for gap in walked.walk.note_gap())
    assert [each.disposition for each in walked.hits("ahead")] == ["passed"]


def test_the_matrix_is_wide() -> None:
    assert len({row.kind for row in ROWS}) == len(ROWS) > 75
