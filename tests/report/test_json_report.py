from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.errors import RecordingError
from harness.report.json_report import merge_verdicts, verdict_json, write_verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.report.conftest import SampleWalk


def test_a_walks_verdict(failed_walk: SampleWalk) -> None:
    found = verdict_json(failed_walk.verdict, recording=failed_walk.recording)
    assert {key: found[key] for key in ("journey", "scenario", "browser", "state", "duration", "environment", "mode")} == {
        "journey": "a guest buys one T-shirt",
        "scenario": "reload",
        "browser": "chromium 156",
        "state": "failed",
        "duration": 4.6,
        "environment": "local",
        "mode": "stub",
    }
    first = found["violations"][0]
    assert first["place"] == {"file": "checkout.journey.yaml", "line": 41}
    assert first["evidence"] == {"hits": [["r3", 0], ["r4", 0]], "pushes": [], "requests": []}
    assert first["details"] == {"count": 2, "places": ["shop.plan.yaml:102"]}
    assert [each["code"] for each in found["warnings"]] == ["unplanned-event"]
    assert [step["title"] for step in found["steps"]][1:3] == ["open the product", "place the order"]
    assert "jane" not in json.dumps(found)


def test_the_run_is_merged_over_workers(
    failed_walk: SampleWalk, inconclusive_walk: SampleWalk, passed_walk: SampleWalk, tmp_path: Path
) -> None:
    for name, walk in (("b", failed_walk), ("a", inconclusive_walk), ("c/d", passed_walk)):
        folder = tmp_path / "walks" / name
        write_verdict(
            folder / "verdict.json",
            walk.verdict,
            recording=walk.recording,
            test=name,
            artefacts={"timeline": folder / "timeline.html", "recording": tmp_path / "private" / f"{name}.jsonl"},
        )
    own = json.loads((tmp_path / "walks" / "b" / "verdict.json").read_text())
    assert own["artefacts"] == {"timeline": "timeline.html", "recording": "../../private/b.jsonl"}
    summary = json.loads(merge_verdicts(tmp_path / "walks", tmp_path / "verdict.json").read_text())
    assert summary["state"] == "failed"
    assert summary["counts"] == {"passed": 1, "failed": 1, "inconclusive": 1}
    assert summary["codes"] == {"missing-event": 1, "personal-data-sent": 1, "refired-on-reload": 1}
    assert [(walk["scenario"], walk["test"]) for walk in summary["walks"]] == [("baseline", "c/d"), ("reload", "a"), ("reload", "b")]
    assert summary["walks"][0]["artefacts"]["timeline"] == "walks/c/d/timeline.html"


def test_a_run_without_walks_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "walks").mkdir()
    summary = json.loads(merge_verdicts(tmp_path / "walks", tmp_path / "verdict.json").read_text())
    assert (summary["state"], summary["walks"]) == ("inconclusive", [])


def test_a_broken_verdict_is_named(tmp_path: Path) -> None:
    (tmp_path / "walks").mkdir()
    (tmp_path / "walks" / "verdict.json").write_text("[]")
    with pytest.raises(RecordingError, match="no verdict"):
        merge_verdicts(tmp_path / "walks", tmp_path / "verdict.json")
