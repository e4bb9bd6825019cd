"""The README's blocks are true: fragments stand in their files, commands exist, tables and outputs are what the code gives."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

import lean
from harness import cli, compose

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^(?:<!-- (?P<kind>\w+): (?P<what>[^>]+) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks(language: str, kind: str | None = None) -> Iterator[tuple[str, str]]:
    for block in _BLOCK.finditer(README):
        if block["language"] == language and (kind is None or block["kind"] == kind):
            yield block["what"] or "", block["text"]


@pytest.mark.parametrize(("file", "text"), [*_blocks("yaml", "file"), *_blocks("python", "file")])
def test_fragments_stand_in_their_files(file: str, text: str) -> None:
    assert text in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [text for _, text in _blocks("python")])
def test_python_compiles(text: str) -> None:
    compile(textwrap.dedent(text), "README.md", "exec")


@pytest.mark.parametrize("text", [text for _, text in _blocks("yaml")])
def test_yaml_is_yaml(text: str) -> None:
    assert yaml.safe_load(text)


def _commands() -> list[str]:
    lines = [line.partition("  #")[0].strip() for _, text in _blocks("sh") for line in text.splitlines()]
    return [line.partition(" >")[0].strip() for line in lines if line.startswith("tagproof ")]


@pytest.mark.parametrize("command", _commands())
def test_commands_are_taken_by_the_parser(command: str) -> None:
    words = shlex.split(command)[1:]
    if words[0] != "run":
        assert cli._parser().parse_args(words).verb


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_checks_are_those_there_are() -> None:
    rows = [f"| `{check.code}` | {check.title} | {check.severity} |" for check in compose.parts().checks.values()]
    assert "\n".join(rows) in README


def test_the_scenarios_are_those_there_are() -> None:
    table = README[README.index("| scenario |") :].split("\n\n")[0]
    assert set(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == set(compose.parts().scenarios)


def test_options_exist(pytestconfig: pytest.Config) -> None:
    for option in set(re.findall(r"(--(?:tracking-[\w-]+|scenario))\b", README)):
        assert pytestconfig.getoption(option, default="missing") != "missing", option


def test_the_failure_shown_is_a_real_one(tmp_path: Path) -> None:
    """The walk behind it is made again; numbers of orders and seconds are its own."""
    ((fault, shown),) = _blocks("text", "output")
    walked = subprocess.run(
        [
            sys.executable, "-m", "pytest", *lean.ARGUMENTS, "journeys/test_checkout.py", "--demo-faults", fault, "--scenario", "reload",
            "--tracking-reports", str(tmp_path), "--tracking-no-pictures", "-p", "no:cacheprovider", "-k", fault,
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert walked.returncode == 1, walked.stdout
    assert _words(shown) in _words(walked.stdout)


def _words(text: str) -> str:
    return re.sub(r"T-\d+|\d+\.\d+ s", "…", " ".join(text.split()))
