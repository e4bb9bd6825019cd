"""Allure results to one HTML file, with Allure 3 (npm package ``allure``, https://allurereport.org/docs/v3/).

The file loads nothing from elsewhere and calls no one, so it can be mailed or stored as a build's artefact.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from harness.capture import machine
from harness.errors import TagproofError

_MEND = "run `make setup`, or `npm install allure@3` in the project's folder (Node.js 20 or later), or name the program in TAGPROOF_ALLURE"
_PATIENCE = 300.0
"""Seconds a report may take to render."""
_OLDEST = 3


def render_allure(results: Path, html: Path, *, name: str = "Tracking report", history: Path | None = None) -> Path:
    """Render the folder of Allure results into one self-contained HTML file; returns its path.

    Args:
        results: the folder given as ``--alluredir``; its ``categories.json`` becomes the report's categories.
        html: the file to write; replaced where it exists.
        name: the report's title.
        history: a JSON Lines file that Allure keeps its trends in from run to run; None for none.

    Raises:
        TagproofError: there are no results, node or Allure is missing, or the rendering failed.
    """
    if not any(results.glob("*-result.json")):
        raise TagproofError("there are no Allure results", place=str(results), mend="run with --alluredir=FOLDER, then render that folder")
    command = allure_command()
    with tempfile.TemporaryDirectory(prefix="tagproof-allure-") as folder:
        work = Path(folder)
        config = work / "allurerc.json"
        config.write_text(json.dumps(_config(results, name, history), ensure_ascii=False), encoding="utf-8")
        out = work / "report"
        told = _without_sound_fixtures(results, work / "results")
        _run([*command, "generate", "--config", str(config), "--cwd", str(work), "--output", str(out), str(told)], work)
        made = sorted(out.rglob("index.html"), key=lambda path: len(path.parts))
        if not made:
            raise TagproofError("Allure wrote no report", place=str(results), mend="try another version of the npm package allure")
        html.parent.mkdir(parents=True, exist_ok=True)
        page = _offline(made[0].read_text(encoding="utf-8"))
        # Beside its target first: a reader never sees half a report, also where the temporary folder is on another disk.
        part = html.with_name(f".{html.name}.{os.getpid()}")
        part.write_text(page, encoding="utf-8")
        part.replace(html)
    return html


def allure_command() -> list[str]:
    """How Allure 3 is started: what ``TAGPROOF_ALLURE`` names (a program, or a folder with ``node_modules``), else what the machine has.

    Raises:
        TagproofError: there is none, it is older than Allure 3, or there is no Node.js to run it.
    """
    asked = os.environ.get("TAGPROOF_ALLURE", "").strip()
    if not asked:
        if (found := machine.allure_command()) is not None:
            return found
        raise TagproofError("Allure 3, which renders the report, is not installed, or there is no Node.js that runs it", mend=_MEND)
    if Path(asked).is_dir():
        if (found := machine.allure_command(Path(asked))) is not None:
            return found
        raise TagproofError(f"TAGPROOF_ALLURE names {asked}, where no Allure 3 can run", mend=_MEND)
    program = shutil.which(asked) or (asked if Path(asked).is_file() else None)
    if program is None:
        raise TagproofError(f"TAGPROOF_ALLURE names {asked}, which is not there", mend=_MEND)
    command = [program]
    if program.endswith((".js", ".mjs")):
        interpreter = machine.node()
        if interpreter is None:
            raise TagproofError("Node.js, which Allure 3 runs on, is not installed", mend="install Node.js 20 or later")
        command = [str(interpreter[0]), program]
    version = _run([*command, "--version"], Path.cwd()).strip()
    major = version.split(".", 1)[0].removeprefix("v")
    if major.isdigit() and int(major) < _OLDEST:
        raise TagproofError(f"{program} is Allure {version}; the report needs Allure 3", mend=_MEND)
    return command


def _without_sound_fixtures(results: Path, folder: Path) -> Path:
    """The results without pytest's fixtures, some thirty a walk, but for those that failed: they tell a reader nothing of the site."""
    folder.mkdir()
    for path in results.iterdir():
        if not path.is_file() or (path.name.endswith("-container.json") and _sound(path)):
            continue
        try:
            os.link(path, folder / path.name)
        except OSError:
            shutil.copyfile(path, folder / path.name)
    return folder


def _sound(container: Path) -> bool:
    try:
        found = json.loads(container.read_text(encoding="utf-8"))
        return all(each.get("status") in (None, "passed") for phase in ("befores", "afters") for each in found.get(phase, ()))
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def _config(results: Path, name: str, history: Path | None) -> dict[str, Any]:
    config: dict[str, Any] = {
        "name": name,
        "plugins": {
            "awesome": {
                "options": {
                    "reportName": name, "singleFile": True, "reportLanguage": "en", "theme": "light",
                    "groupBy": ["feature", "story"], "stepTreeExpansion": "expand_failed_only",
                }
            }
        },
    }  # fmt: skip
    # Allure 3 takes categories from its configuration alone; the file beside the results is Allure 2's way.
    try:
        rules = json.loads((results / "categories.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        rules = []
    if rules:
        config["categories"] = {"rules": rules}
    if history is not None:
        config |= {"historyPath": str(history.resolve()), "appendHistory": True}
    return config


_REMOTE = re.compile(r"<script\b[^>]*\bsrc=[\"']?(?:https?:)?//[^>]*>\s*</script>", re.IGNORECASE)
_ANALYTICS = re.compile(r"<script>(?:(?!</script>).)*?gtag\('config'(?:(?!</script>).)*?</script>", re.DOTALL)


_TALLER = '[data-testid="html-attachment-preview"] iframe{height:440px;resize:vertical}'
"""Allure previews an HTML attachment in a frame of a browser's default height, which shows a table's head and no more."""


def _offline(page: str) -> str:
    """The page without its call home: Allure's template tells its makers' Google Analytics of each opening, with no option against it."""
    page = _ANALYTICS.sub("", _REMOTE.sub("", page, count=8), count=1)
    return page.replace("</head>", f"<style>{_TALLER}</style></head>", 1)


def _run(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=_PATIENCE, check=False,
            env={**os.environ, "NO_COLOR": "1"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TagproofError(f"Allure could not be run: {error}", place=" ".join(command[:2]), mend=_MEND) from error
    if done.returncode:
        said = [line for line in (done.stderr + "\n" + done.stdout).splitlines() if line.strip()]
        raise TagproofError(
            f"Allure failed: {' '.join(said[:3]) or f'exit code {done.returncode}'}", place=" ".join(command[:2]), mend=_MEND
        )
    return done.stdout
