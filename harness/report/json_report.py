"""``verdict.json``: a verdict for machines.

One file a walk, of this shape, and one for the run, which holds them all::

    {"format": 1, "tagproof": "0.1.0", "journey", "test", "scenario", "scenario_parameters", "browser", "backend", "mode",
     "base_url", "environment", "started", "duration" (s), "state": "passed" | "failed" | "inconclusive",
     "violations": [{"code", "severity", "message", "scenario", "step" (index | null), "step_title", "event", "destination",
                     "vendor", "account", "place": {"file", "line"} | null,
                     "evidence": {"hits": [[request id, position], …], "pushes": [id, …], "requests": [id, …]}, "details": {…}}],
     "warnings": [as violations], "doubts": [{"code", "message", "step", "step_title"}],
     "steps": [{"index", "title", "kind", "reached", "began", "ended"}],
     "met": [{"place": "file:line", "hits": [id, …]}], "artefacts": {name: path relative to the file's own folder}}

    {"format": 1, "tagproof", "state": the worst of all, "counts": {"passed", "failed", "inconclusive"},
     "codes": {violation's code: number}, "walks": [as above, in order of journey, scenario and browser; artefacts relative to this file]}

Fields may be added within a format; none is renamed or dropped. Everything is masked.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import Place, RecordingError
from harness.report.masking import mask_json, mask_text
from harness.report.terminal import place_text, readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.recording import Recording
    from harness.verify.violation import Doubt, Verdict, Violation

FORMAT = 1
_WORST = ("passed", "inconclusive", "failed")


def tagproof_version() -> str:
    """The installed version of tagproof, ``0`` where it is not installed."""
    try:
        return version("tagproof")
    except PackageNotFoundError:
        return "0"


def verdict_json(verdict: Verdict, *, recording: Recording, test: str = "", artefacts: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One walk's verdict, masked.

    Args:
        verdict: the judgement.
        recording: what was judged; says what was walked, where and how.
        test: the test's node id; the recording's own by default.
        artefacts: name -> path, relative to where this will be written.
    """
    walk = recording.walk
    return {
        "format": FORMAT,
        "tagproof": tagproof_version(),
        "journey": mask_text(verdict.journey or walk.journey),
        "test": test or walk.test,
        "expectations": walk.expectations,
        "scenario": verdict.scenario or walk.scenario,
        "scenario_parameters": mask_json(walk.scenario_parameters),
        "browser": walk.browser,
        "backend": walk.backend,
        "mode": walk.mode,
        "base_url": mask_text(walk.base_url) if walk.base_url else None,
        "environment": walk.environment,
        "started": walk.started,
        "duration": round(max((_end(entry) for entry in recording.entries), default=0.0), 3),
        "state": verdict.state,
        "violations": [violation_json(each) for each in verdict.violations],
        "warnings": [violation_json(each) for each in verdict.warnings],
        "doubts": [_doubt(each) for each in verdict.doubts],
        "steps": [
            {
                "index": step.index, "title": mask_text(step.title), "kind": step.kind, "reached": step.reached,
                "began": round(step.began, 3), "ended": round(step.ended, 3) if step.ended is not None else None,
            }
            for step in recording.steps
        ],
        "met": [{"place": place, "hits": list(hits)} for place, hits in verdict.met],
        "judged": list(verdict.judged),
        "artefacts": dict(artefacts or {}),
    }  # fmt: skip


def _end(entry: object) -> float:
    return float(getattr(entry, "ended", None) or getattr(entry, "began", None) or getattr(entry, "time", None) or 0.0)


def violation_json(violation: Violation) -> dict[str, Any]:
    """One violation, every field, masked."""
    place = violation.place
    return {
        "code": violation.code,
        "severity": violation.severity,
        "message": readable(violation.message),
        "scenario": violation.scenario,
        "step": violation.step,
        "step_title": mask_text(violation.step_title),
        "event": mask_text(violation.event) if violation.event else violation.event,
        "destination": violation.destination,
        "vendor": violation.vendor,
        "account": mask_text(violation.account) if violation.account else violation.account,
        "place": {"file": place_text(Place(place.file)), "line": place.line} if place is not None and place.file else None,
        "evidence": {
            "hits": [list(each) for each in violation.evidence.hits],
            "pushes": list(violation.evidence.pushes),
            "requests": list(violation.evidence.requests),
        },
        "details": mask_json(_plain(violation.details)),
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {"code": doubt.code, "message": readable(doubt.message), "step": doubt.step, "step_title": mask_text(doubt.step_title)}


def write_verdict(
    path: Path, verdict: Verdict, *, recording: Recording, test: str = "", artefacts: Mapping[str, Path] | None = None
) -> Path:
    """Write one walk's ``verdict.json``. Safe beside other processes: the file appears whole or not at all."""
    relative = {name: Path(os.path.relpath(each, path.parent)).as_posix() for name, each in (artefacts or {}).items()}
    return _write(path, verdict_json(verdict, recording=recording, test=test, artefacts=relative))


def merge_verdicts(walks: Path, target: Path) -> Path:
    """Write the run's summary from every ``verdict.json`` below ``walks``, whichever worker wrote it.

    Raises:
        RecordingError: one of them is no verdict.
    """
    found = []
    for path in sorted(walks.rglob("verdict.json")):
        if path == target:
            continue
        try:
            walk = json.loads(path.read_text(encoding="utf-8"))
            walk["artefacts"] = {
                name: Path(os.path.relpath(path.parent / each, target.parent)).as_posix() for name, each in walk["artefacts"].items()
            }
            found.append((walk["journey"], walk["scenario"], walk["browser"], walk["test"], walk))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordingError(f"is no verdict ({error})", place=str(path), mend=f"remove {walks} and run again") from error
    ordered = [each[-1] for each in sorted(found, key=lambda each: tuple(str(word) for word in each[:-1]))]
    states = Counter(walk["state"] for walk in ordered)
    codes = Counter(violation["code"] for walk in ordered for violation in walk["violations"])
    return _write(target, {
        "format": FORMAT,
        "tagproof": tagproof_version(),
        "state": max(states, key=_WORST.index, default="inconclusive"),
        "counts": {state: states.get(state, 0) for state in ("passed", "failed", "inconclusive")},
        "codes": dict(sorted(codes.items())),
        "walks": ordered,
    })  # fmt: skip


def _write(path: Path, what: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(json.dumps(what, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    part.replace(path)
    return path


def _plain(value: Any) -> Any:
    """Details are a check's own: what JSON has no form for becomes text, a set a sorted list."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(each) for each in value), key=str)
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    return str(value)
