"""Walks whose browser, proxy or connection breaks or gives less than it should: inconclusive, with the record up to then, and no hang."""

from __future__ import annotations

import json
import textwrap
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

import lean
from harness.capture.chromium import launch_options
from harness.capture.endpoint import LAUNCH_ARGS, find
from harness.capture.proxy import find_mitmdump
from harness.errors import BrowserError
from transports.relay import relay

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["pytester"]

PLAN = """\
    name: site
    destinations: {ga4: {account: G-TEST000001}}
    events:
      page_view: {once_per: page, sent_to: {ga4: page_view}}
      purchase: {once_per: transaction_id, sent_to: {ga4: purchase}, parameters: {transaction_id: {type: string}}}
    """
JOURNEY = """\
    journey: a visitor buys
    plan: site.plan.yaml
    scenarios: [baseline]
    steps:
      - step: land
        expect: [page_view]
      - step: buy
        expect: [purchase]
    """
HEAD = """\
    import os, signal, urllib.request
    import pytest
    from playwright.sync_api import Error

    bought = pytest.mark.expectations("buy.journey.yaml")

    def land(journey):
        with journey.step("land"):
            journey.visit("/")

    def buy(journey):
        with journey.step("buy"):
            journey.page.evaluate("send('purchase', '&ep.transaction_id=T-1')")

    @bought
    def test_sound(journey):
        land(journey)
        buy(journey)
    """
PAGE = """<title>Home</title><script>
    const send = (event, more) => navigator.sendBeacon('https://www.google-analytics.com/g/collect?v=2&tid=G-TEST000001&cid=1.2&en=' +
        event + '&dl=' + encodeURIComponent(location.href) + (more || ''));
    send('page_view');
    </script>"""


def has_mitmproxy() -> bool:
    try:
        find_mitmdump()
    except BrowserError:
        return False
    return True


class Shop:
    """A page that sends; ``/until-asked`` answers once ``/asked`` was, or after 10 s that it was not."""

    def __init__(self) -> None:
        self.asked = threading.Event()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    shop = Shop()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGE
            if self.path == "/asked":
                shop.asked.set()
            elif self.path == "/until-asked":
                body = "asked" if shop.asked.wait(10) else "not asked"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def run(project: pytest.Pytester, site: str, tests: str, *arguments: str, conftest: str = "") -> pytest.RunResult:
    files = {
        "expectations/site.plan.yaml": PLAN, "expectations/buy.journey.yaml": JOURNEY,
        "journeys/test_buy.py": textwrap.dedent(HEAD) + textwrap.dedent(tests), "conftest.py": conftest,
    }  # fmt: skip
    for name, text in files.items():
        path = project.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return project.runpytest_subprocess("journeys", "--base-url", site, "--tracking-no-pictures", *lean.ARGUMENTS, *arguments)


def walks(project: pytest.Pytester) -> dict[str, dict[str, Any]]:
    """What became of each walk: its state, its doubts, and the events that its record holds."""
    found = {}
    for path in project.path.glob("reports/walks/*/verdict.json"):
        verdict = json.loads(path.read_text(encoding="utf-8"))
        name = verdict["test"].rpartition("::")[2].partition("[")[0]
        record = next(project.path.glob(f"reports/private/*{name}*.jsonl")).read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in record]
        found[name] = {
            "state": verdict["state"],
            "doubts": {each["code"]: each["message"] for each in verdict["doubts"]},
            "events": [each["url"].partition("&en=")[2].partition("&")[0] for each in entries if "&en=" in each.get("url", "")],
            "notes": [each["what"] for each in entries if each["entry"] == "note"],
            "backend": entries[0]["backend"],
        }
    return found


BREAKS = """
    @bought
    def test_browser_crashes(journey, browser):
        land(journey)
        with journey.step("buy"):
            try:
                browser.new_browser_cdp_session().send("Browser.crash")
            except Error:
                pass
            journey.page.title()

    @bought
    def test_after_the_crash(journey):
        land(journey)
        buy(journey)

    @bought
    def test_tab_crashes(journey):
        land(journey)
        with journey.step("buy"):
            journey.page.goto("chrome://crash")

    @bought
    def test_connection_drops(journey, tracking_browser):
        land(journey)
        with journey.step("buy"):
            tracking_browser.connection._socket._socket.shutdown(2)
            tracking_browser.connection.thread.join(10)
            journey.page.evaluate("send('leak')")

    @bought
    def test_after_the_drop(journey):
        land(journey)
        buy(journey)

    @bought
    def test_blocks_in_python(journey):
        land(journey)
        with journey.step("buy"):
            journey.page.evaluate("() => { setTimeout(() => fetch('/asked').then(() => send('purchase', '&ep.transaction_id=T-1')), 20) }")
            assert urllib.request.urlopen(journey._base_url + "/until-asked").read() == b"asked"

    @bought
    def test_answers_itself(journey):
        journey.context.route("**/g/collect*", lambda route: route.fulfill(status=204))
        land(journey)
        buy(journey)
    """


def test_what_breaks_costs_one_walk_and_that_is_inconclusive(pytester: pytest.Pytester, site: str) -> None:
    result = run(pytester, site, BREAKS)
    found = walks(pytester)
    assert {name: each["state"] for name, each in found.items()} == {
        "test_sound": "passed", "test_browser_crashes": "inconclusive", "test_after_the_crash": "passed",
        "test_tab_crashes": "inconclusive", "test_connection_drops": "inconclusive", "test_after_the_drop": "passed",
        "test_blocks_in_python": "passed", "test_answers_itself": "inconclusive",
    }  # fmt: skip
    assert result.ret == 6, result.stdout.str()
    for name in ("test_browser_crashes", "test_tab_crashes", "test_connection_drops"):
        assert found[name]["events"] == ["page_view"]
    assert "the connection to the browser was lost" in found["test_browser_crashes"]["doubts"]["capture-gap"]
    assert "the connection to the browser was lost" in found["test_connection_drops"]["doubts"]["capture-gap"]
    assert "page-crashed" in found["test_tab_crashes"]["doubts"]
    assert "answered-by-journey" in found["test_answers_itself"]["doubts"]
    assert "Traceback" not in result.stdout.str()


@pytest.mark.long
@pytest.mark.skipif(not has_mitmproxy(), reason="mitmproxy is not installed")
def test_a_proxy_that_dies_costs_one_walk(pytester: pytest.Pytester, site: str) -> None:
    dies = """
        @bought
        def test_proxy_dies(journey, tracking_browser):
            land(journey)
            with journey.step("buy"):
                os.kill(tracking_browser._process.pid, signal.SIGKILL)
                journey.page.evaluate("send('purchase', '&ep.transaction_id=T-1')")

        @bought
        def test_after_it(journey):
            land(journey)
            buy(journey)
        """
    result = run(pytester, site, dies, "--tracking-capture", "proxy", "-k", "proxy_dies or after_it")
    found = walks(pytester)
    assert {name: (each["state"], each["backend"]) for name, each in found.items()} == {
        "test_proxy_dies": ("inconclusive", "proxy"), "test_after_it": ("passed", "proxy"),
    }  # fmt: skip
    assert result.ret == 6, result.stdout.str()
    assert found["test_proxy_dies"]["events"] == ["page_view"]
    assert "the proxy was lost" in found["test_proxy_dies"]["doubts"]["capture-gap"]


@pytest.fixture(scope="module")
def elsewhere(playwright: Any) -> Iterator[str]:
    """The endpoint of a Chromium that runs already."""
    options = launch_options()
    browser = playwright.chromium.launch(**{**options, "args": [*options["args"], *LAUNCH_ARGS]})
    yield find(browser)
    browser.close()


def test_a_browser_that_runs_already_is_walked_in_by_its_endpoint(pytester: pytest.Pytester, site: str, elsewhere: str) -> None:
    address = "http://" + elsewhere.split("/")[2]
    result = run(pytester, site, "", "--tracking-endpoint", address)
    assert result.ret == 0, result.stdout.str()
    assert walks(pytester)["test_sound"]["events"] == ["page_view", "purchase"]


def test_a_grid_is_connected_to_by_fixtures_of_the_projects_own(pytester: pytest.Pytester, site: str, elsewhere: str) -> None:
    conftest = f"""
        import pytest

        @pytest.fixture(scope="session")
        def tracking_endpoint():
            return "{elsewhere}"

        @pytest.fixture(scope="session")
        def browser(playwright, tracking_endpoint):
            browser = playwright.chromium.connect_over_cdp(tracking_endpoint)
            yield browser
            browser.close()
        """
    result = run(pytester, site, "", conftest=conftest)
    assert result.ret == 0, result.stdout.str()
    assert walks(pytester)["test_sound"]["state"] == "passed"


def test_an_endpoint_that_gives_less_is_not_walked_in(
    pytester: pytest.Pytester, site: str, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGPROOF_MITMDUMP", "no-such-program")
    with relay(elsewhere, refused="Fetch.enable") as endpoint:
        result = run(pytester, site, "", "--tracking-endpoint", endpoint)
    assert result.ret == 6, result.stdout.str()
    (walk,) = walks(pytester).values()
    assert (walk["state"], walk["events"]) == ("inconclusive", [])
    said = walk["doubts"]["not-walked"]
    assert "the browser refused Fetch.enable" in said
    assert "no-such-program" in said
    assert " ".join(said.split())[:60] in " ".join(result.stdout.str().split())


def test_other_browsers_without_a_proxy_are_said_to_need_one(pytester: pytest.Pytester, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGPROOF_MITMDUMP", "no-such-program")
    result = run(pytester, site, "", "--browser", "firefox", "--browser", "webkit")
    assert result.ret == 6, result.stdout.str()
    for name in ("firefox", "webkit"):
        (path,) = pytester.path.glob(f"reports/walks/*{name}*/verdict.json")
        (doubt,) = (each["message"] for each in json.loads(path.read_text())["doubts"] if each["code"] == "not-walked")
        assert f"{name} cannot be captured from inside, only by a proxy" in doubt
