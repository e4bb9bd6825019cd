"""Proves the harness on the demo shop: the sound shop passes every scenario, each fault is reported as its table says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.demo.faults import FAULTS
from harness.errors import TagproofError
from harness.report.render import render_allure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCENARIOS = ("baseline", "reload", "consent-denied", "no-utm")
SOUND = "sound"
_CASE = re.compile(rf"::(?P<journey>\w+)\[(?P<scenario>{'|'.join(SCENARIOS)})-(?P<fault>.+)-(?:chromium|firefox|webkit)\]$")


def table() -> str:
    """The named faults: title, the journey that walks into them, and the codes each scenario must report."""
    lines = []
    for fault in FAULTS.values():
        lines.append(f"{fault.name}: {fault.title}  ({fault.journey})")
        for scenario in SCENARIOS:
            lines.append(f"    {scenario:15} {_codes(fault.expected.get(scenario, ()))}")
    return "\n".join(lines)


def prove(*, workers: str = "2", root: Path | None = None) -> int:
    """Walk the journeys sound and with each fault, write the reports, print the table of what was seen.

    Returns:
        0 if every walk ended as its table says, else 1.

    Raises:
        TagproofError: this is no checkout with the shop's journeys, or the walks could not be made.
    """
    root = root or Path.cwd()
    if not (root / "journeys" / "test_checkout.py").is_file():
        raise TagproofError(f"{root} has no journeys of the demo shop", mend="run it in a checkout of tagproof: make demo")
    reports = root / "reports"
    results = reports / "allure-results"
    for stale in [*reports.glob("walks/*/verdict.json"), *results.glob("*")]:
        stale.unlink()
    command = [
        sys.executable, "-m", "pytest", "journeys", "--demo-faults", "all", "-n", workers, "-q", "--no-header", "--tb=no", "-rN",
        f"--alluredir={results}",
    ]  # fmt: skip
    _say("walking the demo shop, sound and with each fault (F below is a fault found) …")
    code = subprocess.run(command, cwd=root, check=False).returncode
    if code not in (0, 1, 6):
        raise TagproofError(f"the walks could not be made: pytest ended with {code}", mend="see its output above")
    verdicts = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(reports.glob("walks/*/verdict.json"))]
    lines, wrong = compare(verdicts)
    for line in lines:
        _say(line)
    report = render_allure(results, reports / "report.html")
    _say(f"report: {report.relative_to(root) if report.is_relative_to(root) else report}")
    return 1 if wrong else 0


def compare(verdicts: Iterable[Mapping[str, Any]]) -> tuple[list[str], int]:
    """What each walk was reported as beside what its table says; and how many differ.

    A walk that is missing, inconclusive, or reported under other codes than expected differs.
    """
    seen: dict[tuple[str, str, str], tuple[str, frozenset[str]]] = {}
    for verdict in verdicts:
        if (case := _CASE.search(verdict["test"])) is not None:
            codes = frozenset(violation["code"] for violation in verdict["violations"])
            seen[case["fault"], case["journey"], case["scenario"]] = (verdict["state"], codes)
    wrong = 0
    lines = [f"{'fault':34} {'scenario':15} reported as"]
    sound = sorted({journey for fault, journey, _ in seen if fault == SOUND})
    rows = [(SOUND, journey, dict[str, frozenset[str]]()) for journey in sound]
    rows += [(fault.name, fault.journey, dict(fault.expected)) for fault in FAULTS.values()]
    for name, journey, expected in rows:
        for scenario in SCENARIOS:
            wanted = frozenset(expected.get(scenario, ()))
            state, codes = seen.get((name, journey, scenario), ("not walked", frozenset()))
            right = codes == wanted and state == ("failed" if wanted else "passed")
            wrong += not right
            note = "" if right else f"  <- expected {_codes(wanted)}" + (f", was {state}" if state != "failed" else "")
            label = name if name != SOUND else f"{SOUND} {journey}"
            lines.append(f"{label:34} {scenario:15} {_codes(codes) if codes else state}{note}")
    if not sound:
        wrong += 1
        lines.append("the sound shop was not walked")
    total = len(rows) * len(SCENARIOS)
    lines.append(f"{total - wrong} of {total} walks as expected" + ("" if not wrong else f", {wrong} not"))
    return lines, wrong


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes)) or "passed"


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201
