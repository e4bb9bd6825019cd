from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.capture.captured import Body, CapturedRequest, Navigation, Outcome, Push
from harness.errors import RecordingError
from harness.recording import ConsentChange, Disturbance, Note, Recording, Step, Walk
from harness.report.har import har_of, recording_from_har, write_har

if TYPE_CHECKING:
    from pathlib import Path

    from tests.report.conftest import SampleWalk

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MAYBE = st.none() | WORDS
TIMES = st.floats(0, 1e6, allow_nan=False)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
BODIES = st.one_of(
    st.just(Body()),
    st.binary(max_size=20).map(Body.of),
    st.builds(Body, st.sampled_from(["partial", "unreadable"]), st.binary(max_size=9), WORDS),
)
REQUESTS = st.builds(
    CapturedRequest,
    id=WORDS,
    url=WORDS,
    time=TIMES,
    method=MAYBE,
    headers=st.lists(st.tuples(WORDS, WORDS), max_size=3).map(tuple),
    body=BODIES,
    resource_type=MAYBE,
    page=MAYBE,
    page_url=MAYBE,
    page_load=st.none() | st.integers(1, 9),
    main_frame=st.none() | st.booleans(),
    step=st.integers(0, 9),
    initiator=MAYBE,
    redirected_from=MAYBE,
    disposition=st.sampled_from(["passed", "stubbed", "blocked", "unknown"]),
)
ENTRIES = st.one_of(
    REQUESTS,
    st.builds(
        Outcome,
        request=WORDS,
        state=st.sampled_from(["delivered", "stubbed", "failed"]),
        time=TIMES,
        status=st.none() | st.integers(0, 599),
        reason=WORDS,
    ),
    st.builds(Push, id=WORDS, source=WORDS, value=VALUES, time=TIMES, cut=st.lists(WORDS, max_size=2).map(tuple)),
    st.builds(
        Navigation,
        page=WORDS,
        url=WORDS,
        kind=st.sampled_from(["document", "history"]),
        time=TIMES,
        page_load=st.none() | st.integers(1, 9),
    ),
    st.builds(Step, index=st.integers(0, 9), title=WORDS, began=TIMES, ended=st.none() | TIMES),
    st.builds(
        ConsentChange, time=TIMES, step=st.integers(0, 9), action=st.just("deny"), state=st.dictionaries(WORDS, st.booleans(), max_size=2)
    ),
    st.builds(Disturbance, time=TIMES, step=st.integers(0, 9), scenario=WORDS, kind=WORDS, what=WORDS),
    st.builds(Note, time=TIMES, step=st.integers(0, 9), what=WORDS),
)


@settings(deadline=None)
@given(st.lists(ENTRIES, max_size=8), WORDS, st.floats(0, 4e9))
def test_a_recording_written_as_a_har_comes_back_whole(entries: list[Any], journey: str, zero: float) -> None:
    recording = Recording(Walk(journey=journey, clock_offset=zero, scenario="reload"))
    for entry in entries:
        recording.append(entry)
    back = recording_from_har(json.dumps(har_of(recording)).encode(), "x.har")
    assert list(back.lines()) == list(recording.lines())
    assert back.entries == recording.entries


def test_others_find_what_har_has_a_place_for(failed_walk: SampleWalk) -> None:
    log = har_of(failed_walk.recording)["log"]
    third = log["entries"][2]
    assert third["request"]["postData"]["text"] == "en=purchase&ep.email=jane.doe%40example.com"
    assert {"name": "en", "value": "purchase"} in third["request"]["queryString"]
    assert third["startedDateTime"] == "2026-11-22T03:42:02.400Z"
    assert third["response"]["status"] == 204
    assert log["entries"][4]["response"]["_error"] == "net::ERR_FAILED"
    assert [page["title"] for page in log["pages"]] == ["http://127.0.0.1:8123/product/tee?utm_source=news&utm_medium=email"]


def test_a_written_har_is_masked_unless_told_otherwise(failed_walk: SampleWalk, tmp_path: Path) -> None:
    masked = write_har(failed_walk.recording, tmp_path / "masked.har").read_text()
    plain = write_har(failed_walk.recording, tmp_path / "plain.har", masked=False).read_text()
    assert "jane.doe" in plain
    assert "jane.doe" not in masked
    assert "topsecret" not in masked
    assert recording_from_har(masked.encode(), "x").pushes[0].value["event"] == "purchase"


def test_pages_of_a_foreign_har_stand_for_steps() -> None:
    def entry(url: str, page: str, second: int, kind: str) -> dict[str, Any]:
        return {
            "pageref": page,
            "startedDateTime": f"2026-11-22T03:42:0{second}.000Z",
            "request": {"method": "GET", "url": url, "headers": [], "bodySize": 0},
            "response": {"status": 200},
            "_resourceType": kind,
        }

    pages = [{"id": f"page_{n}", "title": "", "startedDateTime": f"2026-11-22T03:42:0{n * 2}.000Z"} for n in (0, 1)]
    entries = [
        entry("https://s.test/", "page_0", 0, "document"),
        entry("https://v.test/c", "page_0", 1, "ping"),
        entry("https://s.test/b", "page_1", 2, "document"),
        entry("https://v.test/c", "page_1", 3, "ping"),
    ]
    recording = recording_from_har(json.dumps({"log": {"pages": pages, "entries": entries}}).encode(), "x.har")
    assert [(step.index, step.title, step.began, step.ended) for step in recording.steps] == [
        (0, "https://s.test/", 0.0, 2.0),
        (1, "https://s.test/b", 2.0, 3.0),
    ]
    assert [request.step for request in recording.requests] == [0, 0, 1, 1]
    assert [(move.url, move.step) for move in recording.navigations] == [("https://s.test/", 0), ("https://s.test/b", 1)]
    assert recording.walk.source == "har"


@pytest.mark.parametrize("own", [{}, {"walk": {}, "order": [7]}, {"walk": {}, "order": [{"entry": "step"}]}, {"walk": 1, "order": []}])
def test_a_damaged_own_part_is_said(own: dict[str, Any]) -> None:
    with pytest.raises(RecordingError):
        recording_from_har(json.dumps({"log": {"entries": [], "_tagproof": own}}).encode(), "x.har")
