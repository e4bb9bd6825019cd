"""A project of a user's own, walked by pytest in a process of its own: what each kind of outcome looks like from outside."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

import lean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest_plugins = ["pytester"]

PLAN = """\
    name: site
    destinations: {ga4: {account: G-TEST000001}}
    events:
      page_view: {once_per: page, sent_to: {ga4: page_view}}
      purchase:
        once_per: transaction_id
        conversion: macro
        sent_to: {ga4: purchase}
        parameters: {transaction_id: {type: string}, value: {type: number}}
    """
JOURNEY = """\
    journey: a visitor buys
    plan: site.plan.yaml
    scenarios: [baseline, reload]
    steps:
      - step: land
        expect: [page_view]
      - step: buy
        expect: [page_view, {event: purchase, where: {value: 20}}]
        forbid: others
    """
TEST = """\
    import pytest

    @pytest.mark.expectations("buy.journey.yaml")
    def test_buy(journey):
        with journey.step("land"):
            journey.visit("/")
        with journey.step("buy"):
            journey.page.click("#buy")
            journey.page.wait_for_selector("#thanks")
    """
COLLECT = "https://www.google-analytics.com/g/collect?v=2&tid=G-TEST000001&cid=1.2"
TAG = f"""
    const send = (event, more) => fetch('{COLLECT}&en=' + event + '&dl=' + encodeURIComponent(location.href) + (more || ''),
        {{method: 'POST', mode: 'no-cors', keepalive: true}});
    send('page_view');
    """
PAGES = {
    "/": f"<title>Home</title><a id=buy href=/thanks>buy</a><script>{TAG}</script>",
    "/thanks": f"""<title>Thanks</title><p id=thanks>T-1</p><script>{TAG}
        if (!sessionStorage.counted) {{ sessionStorage.counted = 1; send('purchase', '&ep.transaction_id=T-1&epn.value=20'); }}
        </script>""",
    "/again": f"""<title>Thanks</title><p id=thanks>T-1</p><script>{TAG}
        send('purchase', '&ep.transaction_id=T-1&epn.value=20');</script>""",
}
PAGES["/talks"] = PAGES["/"] + "<script>new WebSocket('ws://' + location.host + '/talk/ws')</script>"
PAGES["/broken"] = PAGES["/"].replace("/thanks", "/again")


ASKED: list[str] = []
"""The paths that the site was asked for."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ASKED.append(self.path)
            page = PAGES.get(self.path.partition("?")[0])
            body = (page or "not here").encode()
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    _write(pytester, plan=PLAN, journey=JOURNEY, test=TEST)
    return pytester


def _write(project: pytest.Pytester, **files: str) -> None:
    names = {"plan": "expectations/site.plan.yaml", "journey": "expectations/buy.journey.yaml", "test": "journeys/test_buy.py"}
    for key, text in files.items():
        path: Path = project.path / names[key]
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")


def _run(project: pytest.Pytester, site: str, *arguments: str) -> pytest.RunResult:
    return project.runpytest_subprocess("journeys", "--base-url", site, *lean.ARGUMENTS, *arguments)


def _verdicts(project: pytest.Pytester) -> dict[str, dict[str, list[str] | str]]:
    found = {}
    for path in project.path.glob("reports/walks/*/verdict.json"):
        verdict = json.loads(path.read_text(encoding="utf-8"))
        found[verdict["scenario"]] = {
            "state": verdict["state"],
            "codes": [violation["code"] for violation in verdict["violations"]],
            "doubts": [doubt["code"] for doubt in verdict["doubts"]],
        }
    return found


def test_a_sound_site_passes_every_scenario(project: pytest.Pytester, site: str) -> None:
    command = "import sys; from harness.cli import main; sys.exit(main())"
    result = project.run(sys.executable, "-c", command, "run", "--base-url", site, "-v")
    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines(["*test_buy[[]baseline-chromium[]] PASSED*", "*test_buy[[]reload-chromium[]] PASSED*"])
    assert "warning" not in result.stdout.str().lower()
    assert {name: verdict["state"] for name, verdict in _verdicts(project).items()} == {"baseline": "passed", "reload": "passed"}
    assert json.loads((project.path / "reports/verdict.json").read_text("utf-8"))["walks"]


def test_a_purchase_that_fires_again_fails_the_reload_walk_only(project: pytest.Pytester, site: str) -> None:
    _write(project, test=TEST.replace('visit("/")', 'visit("/broken")'))
    result = _run(project, site)
    assert result.ret == 1
    verdicts = _verdicts(project)
    assert (verdicts["baseline"]["state"], verdicts["reload"]["codes"]) == ("passed", ["refired-on-reload"])
    text = result.stdout.str()
    assert re.search(r"buy\.journey\.yaml:\d+  buy  refired-on-reload  \[reload\]", text)
    assert "Traceback" not in text
    assert "harness/" not in text


@pytest.mark.parametrize("mode", ["stub", "observe"])
def test_a_vendors_socket_is_opened_only_where_a_run_observes(project: pytest.Pytester, site: str, mode: str) -> None:
    # Its handshake is no event of the plan's, and nothing is left unknown by it.
    plan = "endpoints: [{vendor: hotjar, host: 127.0.0.1, path: /talk/*}]"
    _write(project, plan=f"{textwrap.dedent(PLAN)}{plan}", test=TEST.replace('visit("/")', 'visit("/talks")'))
    ASKED.clear()
    result = _run(project, site, "--scenario", "baseline", "--tracking-mode", mode)
    assert "/talks" in ASKED
    assert ASKED.count("/talk/ws") == (1 if mode == "observe" else 0)
    [verdict] = _verdicts(project).values()
    if mode == "stub":
        assert result.ret == 0, result.stdout.str()
        assert (verdict["state"], verdict["doubts"]) == ("passed", [])


STARTED = """
def test_how_the_browser_is_started(browser_type_launch_args):
    features = [each for each in browser_type_launch_args["args"] if each.startswith("--disable-features=")][-1].partition("=")[2]
    assert ("Reporting" in features.split(",")) is {off}
"""


@pytest.mark.parametrize("mode", ["stub", "observe"])
def test_the_browser_sends_reports_of_its_own_only_where_a_run_observes(pytester: pytest.Pytester, mode: str) -> None:
    pytester.makepyfile(STARTED.format(off=mode != "observe"))
    result = pytester.runpytest_subprocess(*lean.ARGUMENTS, "--tracking-mode", mode)
    result.assert_outcomes(passed=1)


def test_a_step_that_is_not_reached_is_inconclusive_and_has_its_own_letter_and_exit_code(project: pytest.Pytester, site: str) -> None:
    _write(project, test=TEST.replace('"#buy")', '"#nothing", timeout=300)'))
    result = _run(project, site, "--scenario", "baseline")
    assert result.ret == 6, result.stdout.str()
    text = result.stdout.str()
    assert re.search(r"test_buy\.py I", text)
    assert "1 inconclusive" in text
    assert _verdicts(project)["baseline"]["state"] == "inconclusive"


def test_a_violation_before_the_step_that_was_not_reached_still_fails(project: pytest.Pytester, site: str) -> None:
    _write(
        project,
        test=TEST.replace('"#buy")', '"#nothing", timeout=300)'),
        plan=PLAN.replace("G-TEST000001", "G-OTHER00001"),
    )
    assert _run(project, site, "--scenario", "baseline").ret == 1
    verdict = _verdicts(project)["baseline"]
    assert verdict["state"] == "failed"
    assert verdict["codes"] == ["wrong-account"]
    assert verdict["doubts"]


def test_a_site_that_is_down_is_inconclusive(project: pytest.Pytester) -> None:
    result = _run(project, "http://127.0.0.1:9", "--scenario", "baseline")
    assert result.ret == 6, result.stdout.str()
    text = result.stdout.str()
    told = re.findall(r"^inconclusive: .*", text, re.M)
    # On a busy machine the browser's own error page may take longer than a barrier waits, which is told as well.
    assert [each for each in told if "capture-gap" not in each] == ["inconclusive: land  site-did-not-load  [baseline]"], text
    assert "The test itself raised" not in text


def test_what_was_captured_before_the_site_went_down_is_kept(project: pytest.Pytester, site: str) -> None:
    _write(project, test=TEST.replace('journey.page.click("#buy")', 'journey.page.goto("http://127.0.0.1:9/")'))
    assert _run(project, site, "--scenario", "baseline").ret == 6
    (path,) = project.path.glob("reports/private/*.jsonl")
    entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert any(entry["entry"] == "request" and "en=page_view" in entry["url"] for entry in entries)


def test_a_plan_with_a_typo_is_one_clear_message(project: pytest.Pytester, site: str) -> None:
    _write(project, journey=JOURNEY.replace("[page_view,", "[page_veiw,"))
    result = _run(project, site)
    assert result.ret == 2
    text = result.stdout.str()
    assert re.search(r"buy\.journey\.yaml:\d+: .*page_veiw", text)
    assert "page_view" in text
    assert "Traceback" not in text


def test_a_journey_without_expectations_fails(project: pytest.Pytester, site: str) -> None:
    _write(project, test=TEST.replace('@pytest.mark.expectations("buy.journey.yaml")', ""))
    result = _run(project, site)
    assert result.ret == 1
    assert "this journey has no expectations" in result.stdout.str()


def test_an_expectation_file_that_is_missing_is_named(project: pytest.Pytester, site: str) -> None:
    _write(project, test=TEST.replace("buy.journey.yaml", "bye.journey.yaml"))
    result = _run(project, site)
    assert result.ret == 2
    assert "there is no expectation file bye.journey.yaml" in result.stdout.str()


@pytest.mark.long
def test_an_expectation_that_no_walk_could_meet_fails_the_run(project: pytest.Pytester, site: str) -> None:
    plan = PLAN.rstrip() + "\n      refund: {sent_to: {ga4: refund}, parameters: {value: {type: number}}}\n"
    journey = JOURNEY.replace("[baseline, reload]", "[baseline]").rstrip() + "\n      - step: regret\n        expect: [refund]\n"
    _write(project, plan=plan, journey=journey)
    result = _run(project, site, "--scenario", "baseline")
    assert result.ret == 6
    assert "UNUSED" not in result.stdout.str()
    result = _run(project, site)
    assert result.ret == 1
    assert 'refund in the step "regret": no walk could have met it' in result.stdout.str()


def test_only_the_named_scenario_is_walked(project: pytest.Pytester, site: str) -> None:
    result = _run(project, site, "--scenario", "reload", "-v")
    assert result.ret == 0
    assert list(_verdicts(project)) == ["reload"]
    result = _run(project, site, "--scenario", "relaod")
    assert result.ret == 4
    assert "there is no scenario relaod" in result.stderr.str()


def test_plan_only_prints_the_walks_and_makes_none(project: pytest.Pytester, site: str) -> None:
    result = _run(project, site, "--tracking-plan-only")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["2 walks; *", "*test_buy[[]baseline-chromium[]]*", "*test_buy[[]reload-chromium[]]*"])
    assert not (project.path / "reports").exists()


def test_parallel_workers_do_not_mix_and_agree_on_the_exit_code(project: pytest.Pytester, site: str) -> None:
    _write(
        project,
        test=TEST
        + TEST.replace("import pytest", "").replace("def test_buy", "def test_lost").replace('"#buy")', '"#nothing", timeout=300)'),
    )
    result = _run(project, site, "-n", "2")
    assert result.ret == 6, result.stdout.str()
    states = sorted(json.loads(path.read_text("utf-8"))["state"] for path in project.path.glob("reports/walks/*/verdict.json"))
    assert states == ["inconclusive", "inconclusive", "passed", "passed"]


@pytest.mark.long
def test_a_stored_recording_is_judged_as_the_live_walk_was(project: pytest.Pytester, site: str) -> None:
    _write(project, test=TEST.replace('visit("/")', 'visit("/broken")'))
    _run(project, site)
    for scenario, code in (("baseline", 0), ("reload", 1)):
        (path,) = project.path.glob(f"reports/private/*{scenario}*.jsonl")
        checked = project.run(
            sys.executable, "-m", "harness.cli", "check", str(path), "--expectations", "expectations/buy.journey.yaml", "--json"
        )
        assert checked.ret == code
        assert [each["code"] for each in json.loads(checked.stdout.str())["violations"]] == _verdicts(project)[scenario]["codes"]


def test_a_run_without_journeys_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_other(): pass")
    result = pytester.runpytest_subprocess(*lean.ARGUMENTS)
    assert result.ret == 0
    assert not (pytester.path / "reports").exists()
