from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from harness.capture import machine
from harness.capture.chromium import FoundBrowser
from harness.capture.machine import Finding, allure_command, diagnose, node
from harness.capture.proxy import find_mitmdump
from harness.errors import BrowserError

if TYPE_CHECKING:
    from pathlib import Path


NAMES = ["Python", "packages", "browser", "sandbox", "Firefox", "mitmproxy", "Node.js", "npm", "Allure renderer", "reports", "disk"]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


def put(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


def finding(root: Path, name: str) -> Finding:
    return next(each for each in diagnose(root) if each.name == name)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project on a machine whose path is bin/ and whose Python has nothing beside it."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(machine.sys, "executable", str(tmp_path / "venv" / "bin" / "python"))
    monkeypatch.setattr(machine.sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.delenv("TAGPROOF_MITMDUMP", raising=False)
    return tmp_path


def test_every_finding_that_is_not_well_has_its_mend(bare: Path) -> None:
    findings = diagnose(bare)
    assert [each.name for each in findings] == NAMES
    assert [each.name for each in findings if each.ok is bool(each.mend)] == []


def test_a_missing_browser_is_a_finding_and_no_error(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> FoundBrowser:
        raise BrowserError("no browser", mend="install one")

    monkeypatch.setattr(machine, "find_browser", none)
    assert finding(bare, "browser") == Finding(name="browser", ok=False, found="no browser", mend="install one")


def test_a_headless_shell_serves_but_not_as_a_visitors_browser_does(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = FoundBrowser(path=None, name="Chromium headless shell", version="156.0", source="playwright")
    monkeypatch.setattr(machine, "find_browser", lambda: shell)
    seen = finding(bare, "browser")
    assert (seen.ok, seen.needed) == (False, False)
    assert "robots" in seen.found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["pytest>=1"], ""),
        (["pytest>=999"], "not >=999"),
        (["no-such-package-anywhere"], "is missing"),
        (["no-such-package-anywhere; extra == 'dev'"], ""),
        (["no-such-package-anywhere; sys_platform == 'plan9'"], ""),
    ],
)
def test_packages_are_held_to_what_the_project_asks(bare: Path, monkeypatch: pytest.MonkeyPatch, wanted: list[str], found: str) -> None:
    monkeypatch.setattr(machine, "requires", lambda _name: wanted)
    seen = finding(bare, "packages")
    assert (seen.ok, found in seen.found) == (not found, True)


@pytest.mark.parametrize(
    ("on_path", "beside", "chosen"),
    [
        (None, None, None),
        ("v24.1.0", None, ("bin", (24, 1, 0))),
        ("v18.20.4", None, ("bin", (18, 20, 4))),
        ("v18.20.4", "v24.1.0", ("venv/bin", (24, 1, 0))),
        ("v20.19.0", "v24.1.0", ("bin", (20, 19, 0))),
        ("broken", "v22.0.0", ("venv/bin", (22, 0, 0))),
    ],
)
def test_the_first_node_that_is_new_enough_is_taken(
    bare: Path, on_path: str | None, beside: str | None, chosen: tuple[str, tuple[int, ...]] | None
) -> None:
    for folder, version in (("bin", on_path), ("venv/bin", beside)):
        if version is not None:
            put(bare / folder / "node", f"#!/bin/sh\necho {version}\n")
    expected = None if chosen is None else (bare / chosen[0] / "node", chosen[1])
    assert node() == expected
    assert finding(bare, "Node.js").ok is (chosen is not None and chosen[1] >= (20, 19))


def test_allure_of_a_folder_above_is_run_by_the_node_that_serves(bare: Path) -> None:
    package = bare / "node_modules" / "allure"
    put(package / "cli.js", "")
    (package / "package.json").write_text(json.dumps({"bin": {"allure": "./cli.js"}}))
    below = bare / "one" / "two"
    below.mkdir(parents=True)
    assert allure_command(below) is None
    interpreter = put(bare / "bin" / "node", "#!/bin/sh\necho v22.3.4\n")
    assert allure_command(below) == [str(interpreter), str(package / "cli.js")]


@pytest.mark.parametrize(("version", "serves"), [("2.34.0", False), ("3.18.0", True)])
def test_an_older_allure_on_the_path_is_not_taken(bare: Path, version: str, serves: bool) -> None:
    found = put(bare / "bin" / "allure", f"#!/bin/sh\necho {version}\n")
    assert allure_command(bare) == ([str(found)] if serves else None)


@pytest.mark.parametrize(
    ("said", "ok", "found"), [("Mitmproxy: 12.3.1", True, "12.3.1"), ("Mitmproxy: 9.0.1", False, "9.0.1"), ("", False, "it does not start")]
)
def test_mitmproxy_is_asked_for_its_version(bare: Path, monkeypatch: pytest.MonkeyPatch, said: str, ok: bool, found: str) -> None:
    put(bare / "bin" / "mitmdump", f"#!/bin/sh\necho '{said}'\n")
    seen = finding(bare, "mitmproxy")
    assert (seen.ok, seen.needed, seen.found) == (ok, False, f"{found} ({bare / 'bin' / 'mitmdump'})")


def test_what_set_up_made_is_found_after_the_path(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "capture by proxy needs mitmproxy" in finding(bare, "mitmproxy").found
    ours = put(bare / "venv" / "mitmproxy" / "bin" / "mitmdump", "#!/bin/sh\necho Mitmproxy: 11.0.2\n")
    assert find_mitmdump() == ours
    first = put(bare / "bin" / "mitmdump", "#!/bin/sh\necho Mitmproxy: 12.0\n")
    assert find_mitmdump() == first
    monkeypatch.setenv("TAGPROOF_MITMDUMP", str(ours))
    assert find_mitmdump() == ours


def test_a_reports_folder_that_cannot_be_written(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_keywords: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(machine.tempfile, "TemporaryFile", refused)
    seen = finding(bare, "reports")
    assert (seen.ok, "Permission denied" in seen.found) == (False, True)


def test_little_disk(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 10 * 1024 * 1024

    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _path: Usage())
    assert finding(bare, "disk").ok is False
