"""A recording is written as it happens and read back the same, also after it was cut off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.capture.captured import Body, CapturedRequest, Navigation, Outcome, Push
from harness.errors import RecordingError
from harness.recording import ConsentChange, Disturbance, KnownValue, Note, Recording, Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

_text = st.text(max_size=20)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_bodies = st.builds(Body, st.sampled_from(["present", "absent", "partial", "unreadable"]), st.binary(max_size=30), st.text(max_size=5))
_requests = st.builds(
    CapturedRequest,
    id=_text, url=_text, time=st.floats(0, 1e6), method=st.sampled_from(["GET", "POST", None]),
    headers=st.lists(st.tuples(_text, _text), max_size=3).map(tuple), body=_bodies, resource_type=st.none() | _text,
    page=st.none() | _text, page_load=st.none() | st.integers(1, 9), main_frame=st.none() | st.booleans(), step=st.integers(0, 9),
)  # fmt: skip
_entries = st.one_of(
    _requests,
    st.builds(Outcome, request=_text, state=st.just("delivered"), status=st.none() | st.integers(100, 599)),
    st.builds(Push, id=_text, source=_text, value=_json, cut=st.lists(_text, max_size=2).map(tuple)),
    st.builds(Navigation, page=_text, url=_text, page_load=st.none() | st.integers(1, 9)),
    st.builds(Step, index=st.integers(0, 9), title=_text),
    st.builds(ConsentChange, time=st.just(1.0), step=st.just(0), action=st.just("deny"), state=st.dictionaries(_text, st.booleans())),
    st.builds(Disturbance, time=st.just(1.0), step=st.just(0), scenario=_text, kind=_text, what=_text),
    st.builds(Note, time=st.just(1.0), step=st.just(0), what=_text, details=st.dictionaries(_text, _json, max_size=2)),
    st.builds(KnownValue, time=st.just(1.0), step=st.just(0), name=_text, value=_json),
)


def _known(body: Body) -> Body:
    """An absent body has neither bytes nor a reason that a line would keep."""
    return Body() if body.state == "absent" else body


@given(st.lists(_entries, max_size=6))
def test_what_is_written_is_read_back(entries: list[Any]) -> None:
    recording = Recording(Walk(journey="a guest buys", scenario="reload"))
    for entry in entries:
        recording.append(entry)
    again = Recording.parse("".join(line + "\n" for line in recording.lines()))
    assert list(again.lines()) == list(recording.lines())
    assert [type(entry) for entry in again.entries] == [type(entry) for entry in entries]
    assert [_known(each.body) for each in again.requests] == [_known(each.body) for each in recording.requests]


def test_each_entry_is_on_disk_when_it_was_appended(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "walk.jsonl"
    recording = Recording(Walk(), path=path)
    recording.append(CapturedRequest(id="r1", url="https://a.example/"))
    assert [json.loads(line)["entry"] for line in path.read_text("utf-8").splitlines()] == ["walk", "request"]
    recording.close()
    recording.append(CapturedRequest(id="r2", url="https://a.example/late"))
    assert len(recording.requests) == 2
    assert len(path.read_text("utf-8").splitlines()) == 2


def test_a_later_line_of_a_step_replaces_the_earlier() -> None:
    recording = Recording(Walk())
    recording.append(Step(index=0, title="pay"))
    recording.append(Step(index=0, title="pay", ended=2.0, reached=False))
    assert [(step.title, step.ended, step.reached) for step in recording.steps] == [("pay", 2.0, False)]


def test_a_request_gets_the_headers_that_its_outcome_tells() -> None:
    asked = CapturedRequest(id="r1", url="https://shop.test/", headers=(("Accept", "*/*"), ("cookie", "own=1")))
    told = Outcome(request="r1", state="delivered", headers=(("Host", "shop.test"), ("Cookie", "other=2"), ("accept", "text/html")))
    recording = Recording(Walk())
    for entry in (asked, Outcome(request="r0", state="unknown", headers=told.headers), told):
        recording.append(entry)
    # What is known already is not told anew.
    assert [each.headers for each in recording.requests] == [(*asked.headers, ("Host", "shop.test"))]
    again = Recording.parse("".join(line + "\n" for line in recording.lines()))
    assert again.entries == recording.entries


def test_a_recording_that_was_cut_off_is_read_up_to_its_last_whole_line() -> None:
    recording = Recording(Walk())
    recording.append(CapturedRequest(id="r1", url="https://a.example/"))
    recording.append(CapturedRequest(id="r2", url="https://a.example/"))
    text = "".join(line + "\n" for line in recording.lines())
    again = Recording.parse(text[:-10])
    assert [request.id for request in again.requests] == ["r1"]
    assert again.cut == "the recording was cut off in line 3"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the recording is empty"),
        ("\n\n", "the recording is empty"),
        ('{"entry":"request","id":"r1","url":"x"}\n', "walk.jsonl:1: the first line of a recording is its walk"),
        ('{"entry":"walk"}\n{"entry":"req', "cut off"),
        ('{"entry":"walk"}\nnot json\n{"entry":"step","index":0,"title":"a"}\n', "walk.jsonl:2: is no line of a recording"),
        ('{"entry":"walk","format":99}\n', "was written by a later tagproof (format 99"),
        ("[1]\n", "walk.jsonl:1: is no line of a recording"),
    ],
)
def test_what_is_no_recording_is_said_so(text: str, says: str) -> None:
    if says == "cut off":
        assert says in Recording.parse(text, name="walk.jsonl").cut
        return
    with pytest.raises(RecordingError) as raised:
        Recording.parse(text, name="walk.jsonl")
    assert says in str(raised.value)


def test_entries_of_a_kind_unknown_to_this_version_are_passed_over() -> None:
    again = Recording.parse('{"entry":"walk"}\n{"entry":"hologram","x":1}\n{"entry":"step","index":0,"title":"a","new":1}\n')
    assert [step.title for step in again.steps] == ["a"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="there is no such file"):
        Recording.read(tmp_path / "none.jsonl")


def test_what_no_encoding_has_is_written_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "walk.jsonl"
    recording = Recording(Walk(), path=path)
    half = "\ud83d"
    entries = [
        CapturedRequest(id="r1", url=f"https://shop.example/?q={half}"),
        Push(id="d1", source="dataLayer", value={"id": 2**90, "half": half, "rate": float("inf"), "ü": "ü"}),
        KnownValue(time=1.0, step=0, name="total", value=2**70),
    ]
    for entry in entries:
        recording.append(entry)
    recording.close()
    assert Recording.read(path).entries == entries
