"""What holds for the whole house: each source has its test, no file knows the machine it was written on, the lock files are whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
ROOMS = ("decode", "plan", "verify", "checks", "scenarios", "consent", "capture", "report", "journey")
DISCOVERED = ("checks", "scenarios", "consent")
TYPES_ALONE = {
    "capture/contract.py",
    "decode/hit.py",
    "decode/vendor.py",
    "plan/model.py",
    "verify/case.py",
    "verify/check.py",
    "verify/conditions.py",
    "verify/violation.py",
}
"""What rooms hand to each other: declarations, tried by whatever uses them."""
TRIED_THROUGH = {
    "plan": ("plan/test_load.py", "carried document journey_file plan_file shape spelling standard_events"),
    "verify": (
        "verify/test_judge.py",
        (
            "align assertions breaches causes compare consented copies doubts found landings leftovers naming "
            "occurrence parameters repeats stale telling timeline wire wording"
        ),
    ),
    "capture": ("capture/test_transports.py", "cdp datalayer pushes refusals sent stuck tabs targets traffic walk"),
    "journey": ("test_plugin.py", "journey settling"),
}
"""Inner pieces of a room, tried by what is asked of the whole: room -> (its tests, the pieces)."""
MACHINE_PATHS = re.compile("(?<![\\w.])/(?:work|root|home/\\w+|Users/\\w+)/|file:" + "///")


def sources(room: str) -> list[Path]:
    return sorted(path for path in (ROOT / "harness" / room).glob("*.py") if path.name != "__init__.py")


def written_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("no git here: an unpacked archive")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def named_by_a_test(source: Path) -> bool:
    """Whether a test imports the module, or for a part that is discovered speaks of it by its own name, within the room's tests."""
    module = f"harness.{source.parent.name}.{source.stem}"
    imported = re.compile(rf"{re.escape(module)}\b|from harness\.{source.parent.name} import [^\n]*\b{source.stem}\b")
    part = re.compile(rf"""["']{source.stem.replace("_", "-")}["']""")
    for test in (ROOT / "tests").rglob("*.py"):
        text = test.read_text(encoding="utf-8")
        if imported.search(text) or (source.parent.name in DISCOVERED and part.search(text)):
            return True
    return False


def test_each_source_has_its_test() -> None:
    lacking = [
        f"harness/{room}/{source.name}: neither tests/{room}/test_{source.name} nor any test that names it"
        for room in ROOMS
        for source in sources(room)
        if f"{room}/{source.name}" not in TYPES_ALONE
        and source.stem not in TRIED_THROUGH.get(room, ("", ""))[1].split()
        and not (ROOT / "tests" / room / f"test_{source.name}").is_file()
        and not named_by_a_test(source)
    ]
    assert lacking == []


def test_no_exception_outlives_its_reason() -> None:
    pieces = [f"{room}/{piece}.py" for room, (_, listed) in TRIED_THROUGH.items() for piece in listed.split()]
    assert [name for name in [*sorted(TYPES_ALONE), *pieces] if not (ROOT / "harness" / name).is_file()] == []
    assert [tests for tests, _ in TRIED_THROUGH.values() if not (ROOT / "tests" / tests).is_file()] == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    found = []
    for path in written_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(text.splitlines(), 1)
            if MACHINE_PATHS.search(line)
        ]
    assert found == []


def test_the_lock_holds_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(line) for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]]
    locked: dict[str, list[str]] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if pinned := re.match(r"([A-Za-z0-9_.-]+)==([^ ;]+)", line):
            locked.setdefault(pinned[1].lower().replace("_", "-"), []).append(pinned[2])
    amiss = [
        str(each)
        for each in asked
        if not any(each.specifier.contains(version) for version in locked.get(each.name.lower().replace("_", "-"), []))
    ]
    assert amiss == []


def test_the_npm_lock_names_no_registry_and_every_sum() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    named = [name for name, entry in packages.items() if "resolved" in entry]
    unsummed = [
        name
        for name, entry in packages.items()
        if name and "integrity" not in entry and not entry.get("link") and not entry.get("inBundle")
    ]
    assert (named, unsummed) == ([], [])


def test_the_demo_needs_no_extra_of_the_tests() -> None:
    """`make demo` installs no dev extra: the configuration that it shares with the tests may name no option of a plugin from there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {Requirement(line).name.lower() for line in project["optional-dependencies"]["dev"]}
    plugins = [each.name for each in entry_points(group="pytest11") if each.dist and each.dist.name.lower() in extras]
    assert plugins
    without = [argument for name in plugins for argument in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", *without, "-p", "no:cacheprovider", "--collect-only", "-q", "journeys"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    collected = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert collected.returncode == 0, collected.stdout + collected.stderr


def test_what_is_kept_of_a_folder_that_is_left_out_is_there() -> None:
    """A clone has ``reports/`` only for the page that says what is written there."""
    kept = [line[2:] for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines() if line.startswith("!/")]
    assert kept
    assert [each for each in kept if not (ROOT / each).is_file()] == []
