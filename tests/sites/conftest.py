"""Sites that no one here wrote, and the walks over them: each walk is a pytest run of its own, as a user's would be."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import lean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Run:
    """What a run of a journey under its scenarios came to."""

    exit_code: int
    output: str
    verdicts: dict[str, dict[str, Any]]

    @property
    def states(self) -> dict[str, str]:
        return {scenario: verdict["state"] for scenario, verdict in self.verdicts.items()}

    @property
    def codes(self) -> dict[str, set[str]]:
        """Per scenario, the codes of what was found; a doubt's too, so that an inconclusive walk is never an empty set."""
        return {
            scenario: {each["code"] for each in [*verdict["violations"], *verdict["doubts"]]} for scenario, verdict in self.verdicts.items()
        }

    @property
    def by_vendor(self) -> dict[str, set[tuple[str, str]]]:
        """Per scenario, what was found of whom: (vendor, code). A doubt is no vendor's."""
        return {
            scenario: {(each.get("vendor") or "", each["code"]) for each in [*verdict["violations"], *verdict["doubts"]]}
            for scenario, verdict in self.verdicts.items()
        }


@pytest.fixture
def walk(tmp_path: Path) -> Callable[..., Run]:
    """Walk a journey of tests/sites/journeys in a project of its own: ``walk("books.py", url, "reload", SHOP_FAULT="…")``.

    Without a scenario's name it is walked under all that its expectations name.
    """

    def run(journey: str, url: str, *scenarios: str, **environment: str) -> Run:
        project = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
        (project / "journeys").mkdir(parents=True)
        (project / "expectations").mkdir()
        (project / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        shutil.copy(HERE / "journeys" / journey, project / "journeys" / f"test_{journey}")
        for plan in (HERE / "plans").iterdir():
            shutil.copy(plan, project / "expectations")
        chosen = [f"--scenario={name}" for name in scenarios]
        options = [*lean.ARGUMENTS, "-q", "-p", "no:cacheprovider", "--tracking-stub-config", "--tracking-no-pictures"]
        command = [sys.executable, "-m", "pytest", "journeys", *options, f"--base-url={url}", *chosen]
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        done = subprocess.run(
            command, cwd=project, env=inherited | environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        verdicts = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(project.glob("reports/walks/*/verdict.json"))]
        return Run(done.returncode, done.stdout + done.stderr, {each["scenario"]: each for each in verdicts})

    return run


@pytest.fixture(scope="session")
def bookshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """django-oscar with three books, on a database of its own; its address."""
    script = HERE / "oscar" / "serve.py"
    environment = os.environ | {"SHOP_FOLDER": str(tmp_path_factory.mktemp("bookshop")), "PYTHONWARNINGS": "ignore"}
    subprocess.run([sys.executable, script, "prepare"], env=environment, check=True, stdin=subprocess.DEVNULL)
    log = Path(environment["SHOP_FOLDER"]) / "server.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, script], env=environment, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, text=True
        ) as server,
    ):
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        try:
            assert url, log.read_text()
            yield url
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def tees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The shop that loads vendors' own scripts; its address."""
    spec = importlib.util.spec_from_file_location("tees_site", HERE / "sdk" / "site.py")
    assert spec is not None
    assert spec.loader is not None
    site = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(site)
    with site.serve(tmp_path_factory.mktemp("bundles")) as url:
        yield url
