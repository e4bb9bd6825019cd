"""A finished walk, written into the Allure result of the test that is running.

The walk's steps are over when its verdict is known, so they are written afterwards, with the times at which they were walked.
Without ``--alluredir`` nothing is imported and nothing is done.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from harness.report.json_report import tagproof_version, verdict_json
from harness.report.masking import mask_recording, mask_text
from harness.report.tables import escape, step_document, steps_of, title_of
from harness.report.terminal import doubt_text
from harness.report.timeline import picture, timeline_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from allure_commons.model2 import ExecutableItem, TestResult, TestStepResult

    from harness.decode.hit import Hit
    from harness.plan.model import Expectations
    from harness.recording import Recording
    from harness.report.tables import StepRows
    from harness.verify.violation import Verdict

_SEVERITIES = ("trivial", "minor", "normal", "critical", "blocker")
_STATUS = {"passed": "passed", "failed": "failed", "inconclusive": "broken"}
_PHASES = {"before": "", "journey": "", "scenario": "Scenario: ", "proof": "Proof of absence: "}

_LONGEST = 40
"""Characters of a parameter's value that a walk's name shows."""


def attach_walk(
    recording: Recording, hits: Iterable[Hit], verdict: Verdict, expectations: Expectations, *,
    screenshots: Mapping[int, Path | bytes] | None = None, titles: Mapping[str, str] | None = None, timeline: Path | None = None,
) -> bool:  # fmt: skip
    """Write the walk into the running test's Allure result: labels, steps with pictures and tables, timeline, masked recording.

    To be called from inside the test (its call phase), before its failure is raised. The failure's message is Allure's own
    business: it takes it from the exception.

    Args:
        recording: the walk; its hits, decoded; its verdict; what was expected.
        hits: see ``recording``.
        verdict: see ``recording``.
        expectations: whose plan gives severity and owner.
        screenshots: step index -> picture, a file or its bytes.
        titles: check code -> its title, for the violations' headings.
        timeline: the timeline's file, where it was written; the attached verdict names it.

    Returns:
        Whether Allure is active and the walk was written.
    """
    test = _running_test()
    if test is None:
        return False
    hits = list(hits)
    screenshots = screenshots or {}
    titles = titles or {}
    _label(test, verdict, expectations)
    for parameter in test.parameters:
        # Shown as people say it; Allure tells tests apart by the values as pytest has them.
        parameter.value = verdict.scenario if "scenario" in parameter.name else str(parameter.value).strip("'")
    own = [each.value for each in test.parameters if "scenario" not in each.name and each.name != "browser_name"]
    test.name = _name(recording, verdict, own)
    steps = steps_of(recording, hits, verdict, titles)
    test.descriptionHtml = _description(steps, verdict, titles)
    names = {each.step.index: mask_text(each.step.title) for each in steps}
    zero = recording.walk.clock_offset or (test.start or 0) / 1000
    for each in steps:
        if each.rows or each.marks or each.step.kind != "before":
            test.steps.append(_step(each, names, zero, screenshots.get(each.step.index), verdict.scenario))
    artefacts = {"timeline": Path(os.path.relpath(timeline)).as_posix()} if timeline is not None else {}
    if verdict.state != "passed":
        # Without pictures: each is with its step already, and in one file every byte counts twice. What passed has its steps.
        page = timeline_html(recording, hits, verdict, expectations, titles=titles)
        _attach(test, "Timeline of the walk", page, "text/html", "html")
    _attach(
        test,
        "Verdict",
        json.dumps(verdict_json(verdict, recording=recording, artefacts=artefacts), ensure_ascii=False, indent=2),
        "application/json",
        "json",
    )
    masked = "".join(line + "\n" for line in mask_recording(recording))
    _attach(test, "Recording (masked)", masked, "application/x-ndjson", "jsonl")
    return True


def write_run_files(results: Path, *, titles: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Write what Allure reads once a run: categories (one for each check), environment, and the build where it runs in CI.

    Args:
        results: the folder given as ``--alluredir``.
        titles: check code -> its title.
        environment: what was run against: browser, capture, mode, base URL … The version of tagproof is added.
    """
    results.mkdir(parents=True, exist_ok=True)
    _write(results / "categories.json", json.dumps(categories(titles), ensure_ascii=False, indent=2))
    facts = {**environment, "tagproof": tagproof_version()}
    _write(
        results / "environment.properties",
        "".join(f"{_property(name)}={_property_value(value)}\n" for name, value in facts.items() if value),
    )
    if (build := executor(os.environ)) is not None:
        _write(results / "executor.json", json.dumps(build, indent=2))


def categories(titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Allure's categories: each check by its code in the failure's message, then what is inconclusive, then other errors."""
    found: list[dict[str, Any]] = [
        {
            "name": f"{title_of(code, titles)} ({code})",
            "matchedStatuses": ["failed"],
            # Written so that both of Allure's engines read it: Java's, which matches the whole, and JavaScript's.
            "messageRegex": rf"[\s\S]*(?<![\w-]){code}(?![\w-])[\s\S]*",
        }
        for code in sorted(titles, key=lambda code: title_of(code, titles))
    ]
    found.append(
        {
            "name": "Inconclusive: the walk proves nothing",
            "matchedStatuses": ["broken"],
            "messageRegex": r"[\s\S]*TrackingInconclusive[\s\S]*",
        }
    )
    found.append(
        {
            "name": "The journey's own test failed",
            "matchedStatuses": ["failed", "broken"],
            "messageRegex": r"(?![\s\S]*Tracking(?:Violations|Inconclusive))[\s\S]*",
        }
    )
    return found


def executor(environ: Mapping[str, str]) -> dict[str, Any] | None:
    """The CI build that runs this, from the variables that each CI documents; None outside of CI."""
    get = environ.get
    if get("GITHUB_ACTIONS"):
        run = f"{get('GITHUB_SERVER_URL', 'https://github.com')}/{get('GITHUB_REPOSITORY', '')}/actions/runs/{get('GITHUB_RUN_ID', '')}"
        return _build(
            "GitHub Actions", "github", get("GITHUB_RUN_NUMBER"), f"{get('GITHUB_WORKFLOW', '')} #{get('GITHUB_RUN_NUMBER', '')}", run
        )
    if get("GITLAB_CI"):
        return _build(
            "GitLab CI", "gitlab", get("CI_PIPELINE_IID"), f"{get('CI_JOB_NAME', '')} #{get('CI_PIPELINE_IID', '')}", get("CI_JOB_URL")
        )
    if get("JENKINS_URL"):
        return _build("Jenkins", "jenkins", get("BUILD_NUMBER"), f"{get('JOB_NAME', '')} #{get('BUILD_NUMBER', '')}", get("BUILD_URL"))
    if get("TF_BUILD"):
        run = f"{get('SYSTEM_COLLECTIONURI', '')}{get('SYSTEM_TEAMPROJECT', '')}/_build/results?buildId={get('BUILD_BUILDID', '')}"
        return _build("Azure Pipelines", "azure", get("BUILD_BUILDID"), get("BUILD_BUILDNUMBER", ""), run)
    if get("CIRCLECI"):
        return _build(
            "CircleCI",
            "circle",
            get("CIRCLE_BUILD_NUM"),
            f"{get('CIRCLE_JOB', '')} #{get('CIRCLE_BUILD_NUM', '')}",
            get("CIRCLE_BUILD_URL"),
        )
    if get("BUILDKITE"):
        return _build(
            "Buildkite", "buildkite", get("BUILDKITE_BUILD_NUMBER"), f"#{get('BUILDKITE_BUILD_NUMBER', '')}", get("BUILDKITE_BUILD_URL")
        )
    if get("TEAMCITY_VERSION"):
        return _build("TeamCity", "teamcity", get("BUILD_NUMBER"), f"#{get('BUILD_NUMBER', '')}", get("BUILD_URL"))
    if get("CI"):
        return {"name": "CI", "type": "ci"}
    return None


def _build(name: str, kind: str, order: str | None, build: str, url: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "type": kind, "buildName": build.strip()}
    if order and order.isdigit():
        found["buildOrder"] = int(order)
    if url:
        found["buildUrl"] = url
    return found


def _running_test() -> TestResult | None:
    if "allure_commons" not in sys.modules:
        return None
    from allure_commons import plugin_manager
    from allure_commons.model2 import TestResult
    from allure_commons.reporter import AllureReporter

    for plugin in plugin_manager.get_plugins():
        reporter = getattr(plugin, "allure_logger", None)
        if isinstance(reporter, AllureReporter):
            test = reporter.get_test(None)  # type: ignore[no-untyped-call]
            return test if isinstance(test, TestResult) else None
    return None


def _name(recording: Recording, verdict: Verdict, parameters: Iterable[str]) -> str:
    """The journey, the scenario, and what else the test is parametrized with: walks that differ have different names."""
    parts = [mask_text(verdict.journey or recording.walk.journey), verdict.scenario or recording.walk.scenario]
    return " · ".join([*parts, *(mask_text(each if len(each) <= _LONGEST else each[: _LONGEST - 1] + "…") for each in parameters)])


def _label(test: TestResult, verdict: Verdict, expectations: Expectations) -> None:
    from allure_commons.model2 import Label

    plan = expectations.plan
    events = [plan.events[each.event] for step in expectations.steps for each in step.expect if each.event in plan.events]
    worst = max((_SEVERITIES.index(event.severity) for event in events), default=_SEVERITIES.index("normal"))
    broken = sorted((each for each in verdict.violations if each.event in plan.events), key=lambda each: -_SEVERITIES.index(each.severity))
    owners = [plan.events[each.event].owner for each in broken if each.event] + [plan.owner] + [event.owner for event in events]
    owner = next((each for each in owners if each), "")
    labels = {
        "epic": plan.name, "feature": verdict.journey or expectations.journey, "story": verdict.scenario,
        "severity": _SEVERITIES[worst], "owner": owner,
    }  # fmt: skip
    test.labels[:] = [label for label in test.labels if label.name not in labels]
    test.labels.extend(Label(name=name, value=mask_text(value) if name == "feature" else value) for name, value in labels.items() if value)
    test.labels.extend(Label(name="tag", value=code) for code in sorted({each.code for each in verdict.violations}))


def _step(each: StepRows, names: Mapping[int, str], zero: float, shot: Path | bytes | None, scenario: str) -> TestStepResult:
    from allure_commons.model2 import StatusDetails, TestStepResult

    step = each.step
    ended = step.ended if step.ended is not None else max((row.time for row in each.rows), default=step.began)
    result = TestStepResult(
        name=_PHASES[step.kind] + mask_text(step.title), status=_STATUS[each.state],
        start=round((zero + step.began) * 1000), stop=round((zero + max(ended, step.began)) * 1000),
    )  # fmt: skip
    said = [mark.message for mark in each.marks if not mark.warning]
    said += [doubt_text(doubt, scenario=scenario) for doubt in each.doubts]
    if step.error:
        said.append(mask_text(step.error))
    if said and each.state != "passed":
        result.statusDetails = StatusDetails(message="\n\n".join(said))
    if (found := picture(shot)) is not None:
        data, mime = found
        _attach(result, "The page at the end of this step", data, mime, mime.removeprefix("image/"))
    sent = sum(row.kind == "hit" and not row.quiet for row in each.rows)
    pushed = sum(row.kind == "push" and not row.quiet for row in each.rows)
    many = f"{sent} hit{'s' if sent != 1 else ''}, {pushed} push{'es' if pushed != 1 else ''}"
    _attach(result, f"What was sent and pushed: {many}", step_document(each, titles=names), "text/html", "html")
    return result


def _description(steps: list[StepRows], verdict: Verdict, titles: Mapping[str, str]) -> str:
    """What was sent, in one table: vendor, account, event, number, and what is wrong with it."""
    counts: dict[tuple[str, str, str], list[int]] = {}
    wrong: dict[tuple[str, str, str], set[str]] = {}
    for each in steps:
        for row in each.rows:
            if row.kind == "hit" and not row.quiet:
                key = (row.vendor_name, row.account, row.what)
                counts.setdefault(key, []).append(row.step)
                wrong.setdefault(key, set()).update(mark.title for mark in row.marks if not mark.warning)
    headline = {
        "passed": "Everything that was expected was sent.",
        "failed": "; ".join(dict.fromkeys(title_of(each.code, titles) for each in verdict.violations)),
        "inconclusive": "Nothing was proved: " + "; ".join(dict.fromkeys(each.code for each in verdict.doubts)),
    }[verdict.state]
    rows = "".join(
        f"<tr><td>{escape(vendor)}</td><td>{escape(account)}</td><td><b>{escape(event)}</b></td><td>{len(where)}</td>"
        f"<td>{escape('; '.join(sorted(wrong[vendor, account, event])))}</td></tr>"
        for (vendor, account, event), where in sorted(counts.items())
    )
    table = (
        "<table><thead><tr><th>Vendor</th><th>Account</th><th>Event</th><th>Sent</th><th>Wrong</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>" if rows else "<p>No hit was captured.</p>"
    )  # fmt: skip
    return f"<p><b>{escape(headline)}</b></p>{table}"


def _attach(to: ExecutableItem, name: str, data: str | bytes, mime: str, extension: str) -> None:
    from allure_commons import plugin_manager
    from allure_commons.model2 import ATTACHMENT_PATTERN, Attachment

    source = ATTACHMENT_PATTERN.format(prefix=uuid4(), ext=extension)
    body = data.encode("utf-8", errors="backslashreplace") if isinstance(data, str) else data
    plugin_manager.hook.report_attached_data(body=body, file_name=source)
    to.attachments.append(Attachment(name=name, source=source, type=mime))


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _property(name: str) -> str:
    return "".join(char if char.isalnum() or char in "._-" else f"\\{char}" for char in name if char.isprintable())


def _property_value(value: str) -> str:
    return mask_text(value).replace("\\", "\\\\").replace("\n", " ").replace("\r", " ")
