"""YAML is read as YAML 1.2, with the line of everything, and its mistakes are told in words."""

# ruff: noqa: E501
from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.plan.yaml_marks import parse, read, read_plain


def told(raw):
    return [(each.place.line if hasattr(each.place, "line") else 0, each.what, each.mend) for each in parse(raw, "f.yaml").problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("no", "no"), ("on", "on"), ("Yes", "Yes"), ("y", "y"), ("1:30", "1:30"), ("2026-11-20", "2026-11-20"), ("1_000", "1_000"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("nUll", "nUll"), ("12", 12), ("-3", -3), ("+3", 3), ("007", 7), ("0o17", 15),
        ("0xff", 255), ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-.inf", -math.inf), ("1.2.3", "1.2.3"), ("-", "-"), (".", "."), ("+", "+"), ("0b1", "0b1"),
        ("9" * 500, "9" * 500),
    ],
)  # fmt: skip
def test_plain_scalars_by_the_core_schema(text, value):
    read_value = read_plain(text)
    assert (read_value, type(read_value)) == (value, type(value))


def test_not_a_number():
    assert math.isnan(read_plain(".nan"))


@pytest.mark.parametrize("text", ['"12"', "'true'", "!!str 12", "|-\n  12", ">-\n  12"])
def test_quoted_and_block_scalars_are_texts(text):
    assert isinstance(parse(f"a: {text}\n", "f").data["a"], str)


def test_lines_of_keys_values_and_elements():
    source = parse("a:\n  b: 1\n  c:\n    - x\n    - y: 2\n      z: |\n        t\nd: {e: [1,\n  2]}\n", "f.yaml")
    places = {
        ("a",): 1, ("a", "b"): 2, ("a", "c"): 3, ("a", "c", 0): 4, ("a", "c", 1): 5, ("a", "c", 1, "z"): 6, ("d", "e"): 8, ("d", "e", 1): 9,
        ("a", "nowhere"): 1, ("a", "c", 7): 3,
    }  # fmt: skip
    assert {path: source.place(*path).line for path in places} == places
    assert str(source.place("a", "b")) == "f.yaml:2"
    assert (source.text("a", "b"), source.text("a"), source.text("q")) == ("1", None, None)


def test_dropping_keeps_data_and_marks_together():
    source = parse("a: [1, 2, 3]\nb: 4\n", "f")
    source.drop(("a", 1))
    source.drop(("a", 9))
    source.drop(("c", "d"))
    assert (source.data, [mark.text for mark in source.mark.children["a"].children]) == ({"a": [1, 3], "b": 4}, ["1", "3"])


def test_an_alias_stands_for_its_anchor():
    source = parse("a: &here {b: 1}\nc: *here\n", "f")
    assert (source.problems, source.data) == ([], {"a": {"b": 1}, "c": {"b": 1}})


@pytest.mark.parametrize(
    ("raw", "line", "what", "mend"),
    [
        pytest.param(b"", 0, "the file is empty", "`tagproof init` writes an example to start from", id="empty"),
        pytest.param(b" \n\n", 0, "the file is empty", "`tagproof init` writes an example to start from", id="blank"),
        pytest.param(b"# later\n", 1, "the file holds nothing but comments", "`tagproof init` writes an example to start from", id="comments"),
        pytest.param(
            b"- a\n", 1, "the file is a list, not a mapping of keys to values",
            "begin with `name:` in a plan, with `journey:` in a journey's expectations", id="a list",
        ),
        pytest.param(
            b"purchase\n", 1, "the file is a single value, not a mapping of keys to values",
            "begin with `name:` in a plan, with `journey:` in a journey's expectations", id="a text",
        ),
        pytest.param(b"a:\n\tb: 1\n", 2, "the line is indented with a tab, which YAML forbids", "indent with spaces", id="a tab"),
        pytest.param(b"a:\n  b: 1\n\tc: 2\n", 3, "the line is indented with a tab, which YAML forbids", "indent with spaces", id="a later tab"),
        pytest.param(b"a: 1\nb: \xe9t\xe9\n", 2, "the byte 0xE9 is not UTF-8", "save the file as UTF-8", id="Latin-1"),
        pytest.param("a: 1\n".encode("utf-16"), 1, "the file is UTF-16, not UTF-8", "save it as UTF-8", id="UTF-16"),
        pytest.param(
            b"a: 1\nb: \x07\n", 2, "the control character U+0007 is not allowed in YAML", "delete it, or write it as an escape in double quotes", id="control",
        ),
        pytest.param(b"a: 1\nb: 2\na: 3\n", 3, "`a` is written twice here, first in line 1", "keep one of the two", id="a key twice"),
        pytest.param(b"a: {b: 1, b: 2}\n", 1, "`b` is written twice here, first in line 1", "keep one of the two", id="a key twice in flow"),
        pytest.param(b"a: 'x\nb: 2\n", 1, "a quote is opened here and never closed", "close the quote", id="a quote"),
        pytest.param(b"a: [1, 2\nb: 3\n", 1, "a bracket is opened here, and `]` or a comma is missing", "close it with `]`", id="a bracket"),
        pytest.param(b"a: {b: 1\nc: 2\n", 1, "a bracket is opened here, and `}` or a comma is missing", "close it with `}`", id="a brace"),
        pytest.param(b"a: b: c\n", 1, "a colon stands where no key can be", "quote a text that holds `: `, or mend the indentation", id="a colon"),
        pytest.param(
            b"a: 1\n b: 2\n", 2, "a colon stands where no key can be", "quote a text that holds `: `, or mend the indentation", id="indentation",
        ),
        pytest.param(
            b"a:\n  b: 1\n c: 2\n", 3, "the indentation does not fit the lines above",
            "line the keys of one mapping, or the dashes of one list, up with each other", id="indentation in between",
        ),
        pytest.param(b"a: @shop\n", 1, "a text cannot begin with `@` in YAML", "put the text in quotes", id="an at sign"),
        pytest.param(b"a: `b`\n", 1, "a text cannot begin with ``` in YAML", "put the text in quotes", id="a backtick"),
        pytest.param(b"a: %5\n", 1, "a text cannot begin with `%` in YAML", "put the text in quotes", id="a per cent sign"),
        pytest.param(
            rb'a: "^\d+$"', 1, "a backslash inside double quotes begins an escape, and this one is none", r"write patterns in single quotes: '^T-\d+$'",
            id="a backslash",
        ),
        pytest.param(
            b"a: [*.x]\n", 1, "a text that begins with `*` needs quotes: YAML reads it as an alias", "write '*.shop.example' with the quotes", id="a star",
        ),
        pytest.param(
            b"a: *b\n", 1, "`*b` refers to an anchor that is not defined above it", "a text that begins with `*` needs quotes: '*b'", id="an unknown alias",
        ),
        pytest.param(
            b"a: &b [*b]\n", 1, "`*b` refers to an anchor that is not defined above it", "a text that begins with `*` needs quotes: '*b'", id="a circle",
        ),
        pytest.param(
            b"a: &b {c: 1}\nd:\n  <<: *b\n", 3, "`<<` merges nothing: there is no inheritance between entries", "define shared parameters once under `parameters:`", id="a merge",
        ),
        pytest.param(b"a: !!python/name:os.system x\n", 1, "the YAML tag `!!python/name:os.system` is not read", "write the value without a tag", id="a tag"),
        pytest.param(b"a: !env [x]\n", 1, "the YAML tag `!env` is not read", "write the value without a tag", id="a tag of a list"),
        pytest.param(b"a: 1\n---\nb: 2\n", 2, "a second document begins here", "one file holds one plan or journey; delete the `---`", id="two documents"),
        pytest.param(b"? [a]\n: 1\n", 1, "a key must be a text, and this one is a list or a mapping", "quote it, or give it a name", id="a list as a key"),
        pytest.param(b"a: 1\n: 2\n", 2, "a key is empty", "write the key before the colon", id="an empty key"),
        pytest.param(b"a: " + b"[" * 5000, 1, "the YAML is nested too deeply", "a plan needs no such depth: write it out", id="depth"),
        pytest.param(
            b"a: {b: 1, c}\n", 1, "`c` stands here as a key without a value", "text with a comma needs quotes inside { }; a key needs a value", id="a comma",
        ),
        pytest.param(
            b"a: {{ b }}\n", 1, "`{{ b }}` is a template, and nothing fills templates in here", "write $b and name its source under `values:`", id="a template",
        ),
    ],
)  # fmt: skip
def test_mistakes_of_yaml(raw, line, what, mend):
    assert told(raw) == [(line, what, mend)]


def test_many_laughs_are_refused():
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert [what for _, what, _ in told(text)] == ["aliases repeat too much"]


def test_a_byte_order_mark_is_no_mistake():
    assert parse(b"\xef\xbb\xbfa: 1\n", "f").data == {"a": 1}


def test_a_file_that_is_not_there(tmp_path):
    assert [each.what for each in read(tmp_path / "no.yaml").problems] == ["there is no such file"]
    assert [each.what for each in read(tmp_path).problems] == ["the file cannot be read: Is a directory"]


YAML = st.text(alphabet="ab1 :-{}[],'\"#&*!|>%@`\n\t?.$~<", max_size=60)


@given(st.one_of(YAML, st.binary(max_size=40), st.text(max_size=40)))
def test_any_text_gives_data_or_problems_and_never_raises(raw):
    source = parse(raw, "f.yaml")
    assert (source.data is None) <= bool(source.problems)
    assert all(each.what and each.mend for each in source.problems)
    agree(source.data, source.mark)


def agree(data, mark):
    """Every value has its mark, and every mark a line."""
    if data is None and mark.children is None:
        return
    assert mark.line >= 0
    if isinstance(data, dict):
        assert data.keys() == mark.children.keys()
        for key, value in data.items():
            agree(value, mark.children[key])
    elif isinstance(data, list):
        assert len(data) == len(mark.children)
        for value, below in zip(data, mark.children, strict=True):
            agree(value, below)
