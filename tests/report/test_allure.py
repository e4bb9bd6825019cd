from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import TagproofError
from harness.recording import Recording
from harness.report.allure import attach_walk, categories, executor, write_run_files
from harness.report.render import allure_command, render_allure

if TYPE_CHECKING:
    from playwright.sync_api import Browser

INNER = """
import pytest
from harness.report.allure import attach_walk
from harness.report.failure import failure_of

@pytest.mark.parametrize("kind", ["failed", "inconclusive", "passed"])
def test_guest_checkout(kind, request, titles):
    walk = request.getfixturevalue(f"{kind}_walk")
    written = attach_walk(walk.recording, walk.hits, walk.verdict, walk.expectations, screenshots=walk.screenshots, titles=titles)
    assert written is WRITTEN
    if failure := failure_of(walk.verdict):
        raise failure
"""


@dataclass
class Results:
    folder: Path
    walks: dict[str, dict[str, Any]]

    def text(self, attachment: dict[str, str]) -> str:
        return (self.folder / attachment["source"]).read_text(encoding="utf-8")


def run(folder: Path, *options: str, written: bool) -> None:
    shutil.copyfile(Path(__file__).with_name("conftest.py"), folder / "conftest.py")
    (folder / "test_inner.py").write_text(INNER.replace("WRITTEN", str(written)))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "allure_pytest.plugin",
        "--rootdir",
        str(folder),
        "-p",
        "no:cacheprovider",
        *options,
    ]
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert "2 failed, 1 passed" in done.stdout, done.stdout + done.stderr


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("allure")
    run(folder, "--alluredir", "results", written=True)
    found = [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "results").glob("*-result.json")]
    return Results(folder / "results", {walk["status"]: walk for walk in found})


def labels(walk: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for label in walk["labels"]:
        found.setdefault(label["name"], []).append(label["value"])
    return found


def test_a_violation_is_failed_and_a_doubt_broken(results: Results) -> None:
    assert set(results.walks) == {"failed", "broken", "passed"}
    message = results.walks["failed"]["statusDetails"]["message"]
    assert message.startswith("tagproof.TrackingViolations: 3 violations in")
    assert "refired-on-reload" in message
    assert "jane" not in message
    assert "scenario-not-applied" in results.walks["broken"]["statusDetails"]["message"]


def test_labels(results: Results) -> None:
    found = labels(results.walks["failed"])
    assert {name: found[name] for name in ("epic", "feature", "story", "severity", "owner")} == {
        "epic": ["Shop tracking"],
        "feature": ["a guest buys one T-shirt"],
        "story": ["reload"],
        "severity": ["blocker"],
        "owner": ["e-commerce"],
    }
    assert labels(results.walks["passed"])["owner"] == ["web analytics"]
    assert [(each["name"], each["value"]) for each in results.walks["failed"]["parameters"]] == [("kind", "failed")]
    assert results.walks["failed"]["name"] == "a guest buys one T-shirt · reload · failed"


def test_steps_have_their_times_states_pictures_and_tables(results: Results) -> None:
    steps = results.walks["failed"]["steps"]
    assert [(step["name"], step["status"], step["start"] - 1795318920000, step["stop"] - 1795318920000) for step in steps] == [
        ("before the first step", "passed", 0, 200),
        ("open the product", "failed", 200, 1400),
        ("place the order", "failed", 1400, 3100),
        ("Scenario: reloaded /thank-you", "failed", 3100, 4000),
        ("Proof of absence: timers fired, page left", "passed", 4000, 4600),
    ]
    assert [[each["name"] for each in step["attachments"]] for step in steps[1:3]] == [
        ["The page at the end of this step", "What was sent and pushed: 2 hits, 1 push"],
        ["The page at the end of this step", "What was sent and pushed: 1 hit, 1 push"],
    ]
    assert "was not sent" in steps[1]["statusDetails"]["message"]
    page = results.text(steps[2]["attachments"][1])
    assert "Counted again on reload" in page
    assert "<script" not in page
    assert [step["status"] for step in results.walks["broken"]["steps"]] == ["passed", "passed", "passed", "broken", "passed"]


def test_the_walks_own_attachments_are_masked(results: Results) -> None:
    attached = {each["name"]: each for each in results.walks["failed"]["attachments"]}
    assert list(attached) == ["Timeline of the walk", "Verdict", "Recording (masked)"]
    assert [each["type"] for each in attached.values()] == ["text/html", "application/json", "application/x-ndjson"]
    recording = Recording.parse(results.text(attached["Recording (masked)"]))
    assert len(recording.requests) == 5
    assert json.loads(results.text(attached["Verdict"]))["state"] == "failed"
    for path in results.folder.iterdir():
        text = path.read_bytes().decode("latin-1")
        assert "jane.doe" not in text, path
        assert "topsecret" not in text, path


def test_the_description_counts_what_was_sent(results: Results) -> None:
    html = results.walks["failed"]["descriptionHtml"]
    assert "<td><b>purchase</b></td><td>2</td><td>Counted again on reload; Personal data sent</td>" in html
    assert "Everything that was expected was sent" in results.walks["passed"]["descriptionHtml"]


def test_without_alluredir_nothing_is_done(tmp_path: Path) -> None:
    run(tmp_path, written=False)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "__pycache__") == ["conftest.py", "test_inner.py"]


def test_outside_of_a_test_nothing_is_done(request: pytest.FixtureRequest, failed_walk: Any) -> None:
    if request.config.getoption("--alluredir", None):
        pytest.skip("this run itself writes Allure results")
    assert attach_walk(failed_walk.recording, failed_walk.hits, failed_walk.verdict, failed_walk.expectations) is False


def test_run_files(tmp_path: Path, titles: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_RUN_NUMBER", "17")
    write_run_files(
        tmp_path / "results", titles=titles, environment={"Base URL": "http://u:p@127.0.0.1:1/", "Browser": "chromium", "Empty": ""}
    )
    properties = (tmp_path / "results" / "environment.properties").read_text().splitlines()
    assert properties[:2] == [r"Base\ URL=http://•••:•••@127.0.0.1:1/", "Browser=chromium"]
    assert properties[2].startswith("tagproof=")
    assert json.loads((tmp_path / "results" / "executor.json").read_text())["buildOrder"] == 17
    assert len(json.loads((tmp_path / "results" / "categories.json").read_text())) == len(titles) + 2


@pytest.mark.parametrize(
    ("message", "name"),
    [
        (
            "tagproof.TrackingViolations: 1\n\na.yaml:1  s  refired-on-reload  [reload]\n  text",
            "Counted again on reload (refired-on-reload)",
        ),
        ("tagproof.TrackingViolations: 1\n\na.yaml:1  s  my-missing-event  [reload]\n  text", None),
        ("tagproof.TrackingInconclusive: nothing was proved", "Inconclusive: the walk proves nothing"),
        ("ValueError: x", "The journey's own test failed"),
    ],
)
def test_each_failure_has_its_category(message: str, name: str | None, titles: dict[str, str]) -> None:
    fitting = [each["name"] for each in categories(titles) if re.fullmatch(each["messageRegex"], message)]
    assert fitting == ([name] if name else [])


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, None),
        ({"CI": "1"}, ("CI", None)),
        (
            {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "5"},
            ("GitHub Actions", "https://github.com/a/b/actions/runs/5"),
        ),
        ({"GITLAB_CI": "true", "CI_JOB_URL": "https://g.test/1"}, ("GitLab CI", "https://g.test/1")),
        ({"JENKINS_URL": "https://j.test/", "BUILD_URL": "https://j.test/1", "BUILD_NUMBER": "4"}, ("Jenkins", "https://j.test/1")),
    ],
)
def test_the_build_that_runs_this(environ: dict[str, str], found: tuple[str, str | None] | None) -> None:
    build = executor(environ)
    assert (build and (build["name"], build.get("buildUrl"))) == found


def allure_or_skip() -> None:
    try:
        allure_command()
    except TagproofError as error:
        pytest.skip(str(error))


def test_one_file_that_calls_no_one(results: Results, tmp_path: Path, titles: dict[str, str], chromium: Browser) -> None:
    allure_or_skip()
    write_run_files(results.folder, titles=titles, environment={"Browser": "chromium"})
    path = render_allure(results.folder, tmp_path / "out" / "report.html")
    assert [each.name for each in path.parent.iterdir()] == ["report.html"]
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.locator("[data-testid='tree-leaf']").first.click()
    page.get_by_text("Revenue in GA4 would be counted twice").first.wait_for()
    page.get_by_text("What was sent and pushed: 1 hit, 1 push").click()
    page.frame_locator("iframe[title='HTML attachment']").get_by_text("Personal data sent").first.wait_for()
    assert page.get_by_text("Category: Counted again on reload (refired-on-reload)").is_visible()
    assert page.get_by_text("Set up").count() == 0
    assert [url for url in asked if not url.startswith(("data:", "blob:", "file:"))] == []


def test_what_rendering_needs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TagproofError, match="no Allure results"):
        render_allure(tmp_path, tmp_path / "report.html")
    (tmp_path / "a-result.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TAGPROOF_ALLURE", raising=False)
    with pytest.raises(TagproofError, match="not installed") as raised:
        render_allure(tmp_path, tmp_path / "report.html")
    assert "npm install" in raised.value.mend
    monkeypatch.setenv("TAGPROOF_ALLURE", str(tmp_path / "nowhere"))
    with pytest.raises(TagproofError, match="TAGPROOF_ALLURE names"):
        allure_command()
    (tmp_path / "allure.js").write_text("")
    monkeypatch.setattr("harness.capture.machine.node", lambda: None)
    monkeypatch.setenv("TAGPROOF_ALLURE", str(tmp_path / "allure.js"))
    with pytest.raises(TagproofError, match=r"Node\.js"):
        allure_command()
    monkeypatch.setenv("TAGPROOF_ALLURE", str(tmp_path))
    with pytest.raises(TagproofError, match="no Allure 3 can run"):
        allure_command()


def test_a_fixture_that_failed_is_told(tmp_path: Path) -> None:
    allure_or_skip()
    (tmp_path / "a-result.json").write_text(json.dumps({"uuid": "a", "name": "a", "status": "broken", "start": 1, "stop": 2}))
    for name, status in (("sound_one", "passed"), ("broken_one", "broken")):
        container = {"uuid": name, "children": ["a"], "befores": [{"name": name, "status": status, "start": 1, "stop": 2}]}
        (tmp_path / f"{name}-container.json").write_text(json.dumps(container))
    page = render_allure(tmp_path, tmp_path / "out.html").read_text(encoding="utf-8")
    told = "".join(
        base64.b64decode(each).decode("utf-8", "replace") for each in re.findall(r'["\'`]([A-Za-z0-9+/]{40,}={0,2})["\'`]', page)
    )
    assert "broken_one" in page + told
    assert "sound_one" not in page + told


@pytest.mark.parametrize(("script", "said"), [("echo 2.30.0", "needs Allure 3"), ("echo broken >&2; exit 3", "Allure failed: broken")])
def test_a_wrong_allure_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str) -> None:
    program = tmp_path / "allure"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("TAGPROOF_ALLURE", str(program))
    with pytest.raises(TagproofError, match=said):
        allure_command()
