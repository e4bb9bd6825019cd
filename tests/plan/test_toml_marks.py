"""TOML with the line of every key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.plan.toml_marks import parse, read

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
# vendors
[[vendors]]
id = "a"
query = {ev = "event", "up.*" = {label = "x"}}
docs = [
  "https://a.example",  # id = "no key"
]
about = '''
id = "no key either"
'''

[[vendors.endpoints]]
host = "a.example"
[[vendors.endpoints]]
host = "b.example"

[[vendors]]
id = "b"
answer.status = 200
[vendors.kinds]
pv = "pageview"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("vendors", 0), 2),
        (("vendors", 0, "id"), 3),
        (("vendors", 0, "query", "up.*", "label"), 4),
        (("vendors", 0, "docs", 0), 5),
        (("vendors", 0, "about"), 8),
        (("vendors", 0, "endpoints", 0), 12),
        (("vendors", 0, "endpoints", 1, "host"), 15),
        (("vendors", 1, "id"), 18),
        (("vendors", 1, "answer", "status"), 19),
        (("vendors", 1, "kinds", "pv"), 21),
    ],
)
def test_every_key_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    source = parse(TEXT, "v.toml")
    assert source.problems == []
    assert str(source.place(*path)) == f"v.toml:{line}"


@pytest.mark.parametrize(
    ("raw", "place", "says"),
    [
        (b'a = 1\nb = "x\n', "v.toml:2", "no TOML"),
        (b"a = 1\na = 2\n", "v.toml:2", "no TOML"),
        (b"a = 1\nb = \xff\n", "v.toml:2", "not UTF-8"),
        (b"# nothing\n", "v.toml", "empty"),
    ],
)
def test_what_is_no_toml_is_said_with_its_line(raw: bytes, place: str, says: str) -> None:
    [problem] = parse(raw, "v.toml").problems
    assert (str(problem.place), says in problem.what) == (place, True)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert [problem.what for problem in read(tmp_path / "none.toml").problems] == ["the file cannot be read: No such file or directory"]


@given(st.text(alphabet="ab.=[]{}\"'\n# 1,", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    source = parse(text, "v.toml")
    assert (source.data is None) == bool(source.problems)
