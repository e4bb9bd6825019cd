"""The command's verbs: what they print and how they end."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture import machine
from harness.cli import BAD, FAILED, PASSED, main

if TYPE_CHECKING:
    from pathlib import Path

HIT = "https://www.google-analytics.com/g/collect?v=2&tid=G-TEST000001&cid=1.2&en=purchase&epn.value={}&dl=https%3A%2F%2Fshop.example%2Fthanks"
PLAN = """\
name: site
destinations: {ga4: {account: G-TEST000001}}
events:
  purchase: {sent_to: {ga4: purchase}, parameters: {value: {type: number, minimum: 1}}}
"""
JOURNEY = """\
journey: a visitor buys
plan: site.plan.yaml
scenarios: [baseline]
steps:
  - step: buy
    page: /thanks
    expect: [purchase]
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "expectations").mkdir()
    (tmp_path / "expectations/site.plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "expectations/buy.journey.yaml").write_text(JOURNEY, encoding="utf-8")
    return tmp_path


def _har(*urls: str) -> str:
    sizes = {"httpVersion": "HTTP/2", "headers": [], "cookies": [], "headersSize": -1, "bodySize": 0}
    response = {**sizes, "status": 200, "statusText": "", "content": {"size": 0, "mimeType": ""}, "redirectURL": ""}
    entries = [
        {
            "startedDateTime": f"2026-01-01T00:00:0{number}.000Z",
            "time": 1,
            "pageref": "page_1",
            "request": {**sizes, "method": "GET", "url": url, "queryString": []},
            "response": response,
            "cache": {},
            "timings": {"send": 0, "wait": 1, "receive": 0},
        }
        for number, url in enumerate(urls)
    ]
    pages = [{"startedDateTime": "2026-01-01T00:00:00.000Z", "id": "page_1", "title": "https://shop.example/thanks", "pageTimings": {}}]
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "pages": pages, "entries": entries}})


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_decode_prints_one_hit_a_line(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [{"url": "https://shop.example/"}, {"url": HIT.format(20)}, {"url": HIT.format(1), "method": "POST", "body": "en=a\nen=b"}]
    (site / "requests.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert main(["decode", "requests.jsonl"]) == PASSED
    hits = _lines(capsys)
    assert [(hit["request"], hit["vendor"], hit["event"], hit["account"]) for hit in hits] == [
        (1, "ga4", "purchase", "G-TEST000001"),
        (2, "ga4", "a", "G-TEST000001"),
        (2, "ga4", "b", "G-TEST000001"),
    ]
    assert {"name": "epn.value", "value": 20}.items() <= next(each for each in hits[0]["parameters"] if each["name"] == "epn.value").items()
    assert main(["decode", "--all", "requests.jsonl"]) == PASSED
    assert [line["vendor"] for line in _lines(capsys)] == [None, "ga4", "ga4", "ga4"]


def test_decode_reads_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps({"url": HIT.format(2)}).encode())))
    assert main(["decode", "-"]) == PASSED
    assert [hit["event"] for hit in _lines(capsys)] == ["purchase"]


def test_decode_reads_a_har(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "traffic.har").write_text(_har("https://shop.example/thanks", HIT.format(20)), encoding="utf-8")
    assert main(["decode", "traffic.har"]) == PASSED
    assert [hit["request"] for hit in _lines(capsys)] == [1]


@pytest.mark.parametrize(
    ("value", "code", "says"), [("20", PASSED, "passed"), ("0", FAILED, "value-mismatch")], ids=["sound", "a value too low"]
)
def test_check_judges_a_har(site: Path, capsys: pytest.CaptureFixture[str], value: str, code: int, says: str) -> None:
    (site / "traffic.har").write_text(_har("https://shop.example/thanks", HIT.format(value)), encoding="utf-8")
    assert main(["check", "traffic.har", "--expectations", "expectations/buy.journey.yaml"]) == code
    assert says in capsys.readouterr().out


def test_check_of_nothing_is_inconclusive(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "traffic.har").write_text(_har(), encoding="utf-8")
    assert main(["check", "traffic.har", "--expectations", "expectations/buy.journey.yaml"]) == BAD
    assert "inconclusive" in capsys.readouterr().out


def test_check_as_json(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "traffic.har").write_text(_har("https://shop.example/thanks", HIT.format(20)), encoding="utf-8")
    assert main(["check", "traffic.har", "--json", "--expectations", "expectations/buy.journey.yaml"]) == PASSED
    assert json.loads(capsys.readouterr().out)["state"] == "passed"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["decode", "none.har"], "none.har: there is no such file"),
        (["decode", "half.har"], "half.har"),
        (["decode", "empty.har"], "the file is empty"),
        (["decode", "lines.jsonl"], "lines.jsonl:2"),
        (["check", "traffic.har", "--expectations", "expectations/none.journey.yaml"], "none.journey.yaml"),
        (["check", "traffic.har", "--expectations", "expectations/typo.journey.yaml"], "typo.journey.yaml:7"),
        (
            ["check", "traffic.har", "--expectations", "expectations/buy.journey.yaml", "--scenario", "relaod"],
            "there is no scenario 'relaod'",
        ),
        (["plan", "show", "expectations/vendor.plan.yaml"], "vendor.plan.yaml:2"),
        (["run"], "there is no folder journeys/"),
        (["init", "expectations/.."], "already has"),
        (["demo", "--prove"], "has no journeys of the demo shop"),
    ],
)
def test_bad_input_is_one_message_and_exit_2(site: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    (site / "traffic.har").write_text(_har(HIT.format(20)), encoding="utf-8")
    (site / "half.har").write_text(_har(HIT.format(20))[:500], encoding="utf-8")
    (site / "empty.har").write_text("", encoding="utf-8")
    (site / "lines.jsonl").write_text('{"url": "https://a.example/"}\n{"uri": "x"}\n', encoding="utf-8")
    (site / "expectations/typo.journey.yaml").write_text(JOURNEY.replace("[purchase]", "[purchsae]"), encoding="utf-8")
    (site / "expectations/vendor.plan.yaml").write_text(PLAN.replace("ga4:", "ga5:"), encoding="utf-8")
    (site / "conftest.py").write_text("", encoding="utf-8")
    assert main(arguments) == BAD
    error = capsys.readouterr().err
    assert says in error
    assert "Traceback" not in error


def test_a_machine_without_the_named_browser_gets_one_message(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.capture import chromium

    monkeypatch.setenv("TAGPROOF_BROWSER", str(site / "no-browser"))
    chromium.find_browser.cache_clear()
    (site / "journeys").mkdir()
    try:
        assert main(["run"]) == BAD
    finally:
        chromium.find_browser.cache_clear()
    error = capsys.readouterr().err
    assert "no-browser" in error
    assert "mend" in error


@pytest.mark.parametrize(("needed", "word", "code"), [(True, "LACK", BAD), (False, "note", PASSED)])
def test_doctor_fails_for_what_a_walk_needs_alone(
    needed: bool, word: str, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = [
        machine.Finding(name="Python", ok=True, found="3"),
        machine.Finding(name="x", ok=False, found="no x", mend="y", needed=needed),
    ]
    monkeypatch.setattr(machine, "diagnose", lambda: findings)
    assert main(["doctor"]) == code
    assert capsys.readouterr().out.split("\n")[:3] == ["ok    Python: 3", f"{word}  x: no x", "      mend: y"]


@pytest.mark.parametrize("arguments", [["frobnicate"], [], ["check", "x.har"], ["plan"]])
def test_words_that_are_no_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == BAD
    assert "tagproof" in capsys.readouterr().err


def test_plan_lint_names_each_file(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "lint"]) == PASSED
    assert capsys.readouterr().out.count(": ok") == 2
    (site / "expectations/bad.plan.yaml").write_text(PLAN.replace("minimum", "minumum"), encoding="utf-8")
    assert main(["plan", "lint"]) == BAD
    assert "bad.plan.yaml:4" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["plan", "journey"])
def test_plan_schema(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "schema", kind]) == PASSED
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("https://json-schema.org/")


def test_plan_show(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in ("site.plan.yaml", "buy.journey.yaml"):
        assert main(["plan", "show", f"expectations/{file}"]) == PASSED
        assert "purchase" in capsys.readouterr().out


def test_vendors(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vendors", "--json"]) == PASSED
    listed = json.loads(capsys.readouterr().out)
    assert {"ga4", "meta-pixel", "segment", "mixpanel"} <= {vendor["id"] for vendor in listed}
    assert all(vendor["endpoints"] and vendor["docs"] for vendor in listed)
    (site / "traffic.har").write_text(_har("https://shop.example/", HIT.format(1), HIT.format(2)), encoding="utf-8")
    assert main(["vendors", "--seen", "traffic.har"]) == PASSED
    assert "Google Analytics 4" in capsys.readouterr().out


def test_init_writes_a_project_whose_files_are_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "new"
    assert main(["init", str(target)]) == PASSED
    assert main(["plan", "lint", *map(str, sorted((target / "expectations").glob("*.yaml")))]) == PASSED
    compile((target / "journeys/test_first.py").read_text("utf-8"), "test_first.py", "exec")
    capsys.readouterr()
    assert main(["init", str(target)]) == BAD
    assert "nothing was written" in capsys.readouterr().err


def test_the_faults_of_the_demo_shop_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--faults"]) == PASSED
    assert "refired-on-reload" in capsys.readouterr().out
