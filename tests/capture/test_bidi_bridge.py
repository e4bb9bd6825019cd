"""What is passed on between Playwright and a stock Firefox. That it drives one: test_firefox.py."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.capture import bidi_bridge
from harness.capture.bidi_bridge import Watch, asks_for_nothing, reply

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
        [sys.executable, str(Path(bidi_bridge.__file__)), "30", str(tmp_path / "told"), str(stand_in), "--headless", "--profile", "a b"],
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


class Firefox:
    """A Firefox with one tab, ``a``, that is looked at once a second."""

    def __init__(self, told: Path) -> None:
        self.told = told
        self.asked: list[dict[str, Any]] = []
        self.now = 0.0
        self.watch = Watch(self.asked.append, 5.0, told)
        self.event("browsingContext.contextCreated", context="a", parent=None, url="about:blank")
        self.event("browsingContext.contextCreated", context="f", parent="a", url="about:blank")

    def event(self, method: str, **params: Any) -> None:
        assert self.watch.hear(json.dumps({"type": "event", "method": method, "params": params}, separators=(",", ":")))

    def answer(self, method: str, *, failed: bool = False) -> None:
        """Answer all of one kind that was asked and not answered yet."""
        for each in [each for each in self.asked if each["method"] == method]:
            self.asked.remove(each)
            said = (
                {"type": "error", "id": each["id"], "error": "no such frame"}
                if failed
                else {"type": "success", "id": each["id"], "result": {}}
            )
            assert not self.watch.hear(json.dumps(said, separators=(",", ":"))), "Playwright is not told"

    def look(self, *, answers: bool, behind: bool = False, failed: bool = False) -> None:
        if answers:
            self.answer("script.evaluate", failed=failed)
        if not behind:
            self.answer("session.status")
        self.now += 1
        self.watch.look(self.now)

    @property
    def said(self) -> list[str]:
        return [json.loads(line)["what"] for line in self.told.read_text().splitlines()] if self.told.exists() else []

    def methods(self) -> set[str]:
        return {each["method"] for each in self.asked}


@pytest.fixture
def firefox(tmp_path: Path) -> Firefox:
    return Firefox(tmp_path / "told")


@pytest.mark.parametrize("failed", [False, True], ids=["answers", "was-left"])
def test_a_tab_that_answers_is_left_alone(firefox: Firefox, failed: bool) -> None:
    for _ in range(20):
        firefox.look(answers=True, failed=failed)
    assert firefox.methods() == {"script.evaluate"}
    assert [each["params"]["target"] for each in firefox.asked] == [{"context": "a"}], "what is in a frame is not asked"
    assert firefox.said == []


def test_a_tab_that_does_not_answer_is_closed(firefox: Firefox) -> None:
    firefox.event("browsingContext.load", context="a", url="https://shop.example/endless")
    for _ in range(9):
        firefox.look(answers=False)
    assert [each["params"] for each in firefox.asked if each["method"] == "browsingContext.close"] == [
        {"context": "a", "promptUnload": False}
    ]
    assert firefox.said == ["did not answer for 5 s: its script did not end; the tab was closed"]
    assert json.loads(firefox.told.read_text())["url"] == "https://shop.example/endless"
    firefox.event("browsingContext.contextDestroyed", context="a")
    firefox.asked.clear()
    firefox.look(answers=False)
    assert firefox.asked == []


def test_a_tab_whose_answer_is_only_late_to_be_read_is_left_alone(firefox: Firefox) -> None:
    for _ in range(20):
        firefox.look(answers=False, behind=True)
    for _ in range(5):
        firefox.look(answers=True)
    assert firefox.said == []


def test_a_dialog_that_nobody_answers_is_accepted(firefox: Firefox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bidi_bridge.time, "monotonic", lambda: firefox.now)
    firefox.event("browsingContext.userPromptOpened", context="a", type="confirm", message="?")
    for _ in range(9):
        firefox.look(answers=False)
    assert [each["params"] for each in firefox.asked if each["method"] == "browsingContext.handleUserPrompt"] == [
        {"context": "a", "accept": True}
    ]
    assert firefox.said == ["showed a dialog that nobody answered for 5 s; it was accepted"]
    firefox.event("browsingContext.userPromptClosed", context="a")
    for _ in range(9):
        firefox.look(answers=True)
    assert len(firefox.said) == 1


def test_what_is_said_to_playwright_is_passed_on(firefox: Firefox) -> None:
    firefox.look(answers=True)
    ours = firefox.asked[0]["id"]
    for text in (
        '{"type":"success","id":7,"result":{}}',
        f'{{"type":"success","id":8,"result":{{"id":{ours + 1}}}}}',
        '{"type":"event","method":"network.beforeRequestSent","params":{"context":"a"}}',
    ):
        assert firefox.watch.hear(text)
    assert re.fullmatch(r"\d{16}", str(ours)), "no id of Playwright's is as large"
