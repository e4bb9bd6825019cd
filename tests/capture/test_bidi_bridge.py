"""What is passed on between Playwright and a stock Firefox. That it drives one: test_firefox.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.capture import bidi_bridge
from harness.capture.bidi_bridge import asks_for_nothing, reply

SCHEME: dict[str, Any] = {"id": 4, "method": "emulation.setMediaFeaturesOverride", "params": {"features": {}, "userContexts": ["a"]}}
UNKNOWN = {"type": "error", "id": 4, "error": "unknown command", "message": "emulation.setMediaFeaturesOverride"}


@pytest.mark.parametrize(
    ("method", "params", "nothing"),
    [
        ("emulation.setMediaFeaturesOverride", {"features": {}, "contexts": ["a"]}, True),
        ("emulation.setMediaFeaturesOverride", {"features": {"prefers-color-scheme": None}}, True),
        ("emulation.setMediaFeaturesOverride", {"features": {"prefers-color-scheme": "dark"}}, False),
        ("emulation.setLocaleOverride", {"locale": None, "userContexts": ["a"]}, True),
        ("emulation.setLocaleOverride", {"locale": "de-DE"}, False),
        ("emulation.setScriptingEnabled", {"enabled": False}, False),
        ("network.setExtraHeaders", {}, False),
        ("browsingContext.close", {}, False),
    ],
)
def test_which_commands_ask_for_nothing(method: str, params: dict[str, Any], nothing: bool) -> None:
    assert asks_for_nothing({"id": 1, "method": method, "params": params}) is nothing


def test_only_the_refusal_of_a_command_that_asked_for_nothing_is_passed_on_as_done() -> None:
    asked = {4: SCHEME}
    for untouched in (
        {"type": "error", "id": 5, "error": "unknown command", "message": "another's"},
        {"type": "event", "method": "log.entryAdded", "params": {"level": "error"}},
        {"type": "success", "id": 6, "result": {}},
    ):
        assert reply(json.dumps(untouched), asked) == json.dumps(untouched)
    assert json.loads(reply(json.dumps(UNKNOWN), asked)) == {"type": "success", "id": 4, "result": {}}
    assert asked == {}
    assert reply(json.dumps(UNKNOWN), asked) == json.dumps(UNKNOWN)
    other = json.dumps({**UNKNOWN, "error": "invalid argument"})
    assert reply(other, {4: SCHEME}) == other


def test_its_address_is_told_in_place_of_firefoxs_and_it_ends_with_firefoxs_code(tmp_path: Path) -> None:
    stand_in = tmp_path / "firefox"
    said = "WebDriver BiDi listening on ws://127.0.0.1:1"
    stand_in.write_text(f'#!/bin/sh\necho "arguments: $*"\necho "{said}" >&2\necho "more" >&2\nexit 7\n')
    stand_in.chmod(0o755)
    ran = subprocess.run(
        [sys.executable, str(Path(bidi_bridge.__file__)), str(stand_in), "--headless", "--profile", "a b"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 7
    assert ran.stdout == "arguments: --headless --profile a b\n"
    first, second = ran.stderr.splitlines()
    assert first.startswith("WebDriver BiDi listening on ws://127.0.0.1:")
    assert first != said
    assert second == "more"


def test_it_needs_nothing_of_tagproof() -> None:
    source = Path(bidi_bridge.__file__).read_text(encoding="utf-8")
    assert not [line for line in source.splitlines() if line.lstrip().startswith(("import", "from")) and "harness" in line]
