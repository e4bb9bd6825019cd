"""pytest: the fixture ``journey``, its options, and what a finished walk turns into.

Built on pytest-playwright's fixtures and options (``--base-url``, ``--headed``, ``--browser``, ``--tracing`` …). A test that
uses ``journey`` runs once per scenario of its expectations; the walk is judged in the call phase, without the test asking
for it and also when the test raised.

Every pytest run of an environment with tagproof loads this module, so what a run without journeys does not need is
imported where it is used.
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from harness.errors import TagproofError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from playwright.sync_api import Browser, BrowserContext, BrowserType

    from harness.capture.browser import BrowserCapture
    from harness.capture.contract import WalkCapture
    from harness.capture.proof import Chosen
    from harness.capture.proxy import ProxyCapture
    from harness.journey import Journey, Outcome
    from harness.plan.model import Expectations

INCONCLUSIVE_ONLY = 6
"""Exit code of a run in which walks were inconclusive and none failed."""
_VERDICT = "tracking_verdict"
_CAPTURE = "tracking_capture"
_NOT_WALKED = "not-walked"
_JUDGED = ("setup", "call")
"""The phases in which a walk gets its verdict: the first only where it could not begin."""
_WALKS = pytest.StashKey["_Walks"]()
_SHARED = ("browser", "tracking_proxy")
"""Fixtures of the session that a crash ends, and that the next walk then makes anew."""
_MADE = pytest.StashKey[list[tuple[pytest.FixtureDef[Any], Any]]]()
_CHOSEN = pytest.StashKey[list["Chosen"]]()


class ScenarioParameter(NamedTuple):
    """What a test is parametrised with."""

    name: str
    parameters: dict[str, Any]
    known_issue: str = ""


# ---- options --------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ``--tracking-`` options and ``--scenario``."""
    group = parser.getgroup("tagproof", "tagproof: tracking verification")
    group.addoption(
        "--scenario", action="append", default=[], metavar="NAME",
        help="walk only under this scenario (may be given several times)",
    )  # fmt: skip
    group.addoption(
        "--tracking-mode", choices=["stub", "observe", "block"], default="stub",
        help="stub (default): nothing reaches a vendor, answers are as its own; observe: let through; block: refused as an ad blocker does",
    )  # fmt: skip
    group.addoption(
        "--tracking-capture", choices=["browser", "proxy"], default="browser",
        help="how requests are captured: inside a Chromium (default), or by a proxy, in any browser (needs mitmproxy)",
    )  # fmt: skip
    group.addoption(
        "--tracking-unknown", choices=["allow", "report", "block"], default="report",
        help="unlisted third parties: let through, name in the report (default), or refuse what they are told",
    )  # fmt: skip
    group.addoption(
        "--tracking-stub-config", action="store_true", default=False,
        help="answer configuration requests in the vendor's stead too, where its hosts cannot be reached",
    )  # fmt: skip
    group.addoption(
        "--tracking-reports", default="reports", metavar="DIR", help="where recordings and reports are written (default: reports)"
    )
    group.addoption("--tracking-no-pictures", action="store_true", default=False, help="take no screenshots")
    group.addoption(
        "--tracking-plan-only", action="store_true", default=False,
        help="print the walks that would be made, and make none",
    )  # fmt: skip
    group.addoption(
        "--tracking-endpoint", metavar="URL",
        help="walk in a Chromium that runs already: its CDP endpoint (ws://… of a browser grid, or http://host:port)",
    )  # fmt: skip
    parser.addini("tracking_expectations", "folder of the expectation files, from the root of the project", default="expectations")


class _Walks:
    """What the controlling process counts over all workers."""

    def __init__(self) -> None:
        self.failed = 0
        self.inconclusive = 0
        self.tests: list[str] = []
        self.unused: list[str] = []
        self.said: dict[str, int] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count failures that are a walk's inconclusive verdict apart from all others."""
        told = dict(report.user_properties)
        if report.when in _JUDGED and _VERDICT in told:
            self.tests.append(report.nodeid)
            if said := str(told.get(_CAPTURE, "")):
                self.said[said] = self.said.get(said, 0) + 1
        if report.failed:
            if told.get(_VERDICT) == "inconclusive" and report.when in _JUDGED:
                self.inconclusive += 1
            else:
                self.failed += 1


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, the fixtures that must come after pytest-playwright's, and the counter."""
    config.addinivalue_line("markers", "expectations(file): the expectation file that this journey is judged against")
    # pytest-playwright and pytest-base-url define theirs so: nothing that a journey's author could mend.
    config.addinivalue_line("filterwarnings", "ignore:Session-scoped fixtures defined as instance methods are deprecated")
    config.pluginmanager.register(_late_fixtures(), "tagproof-browser")
    config.stash[_WALKS] = _Walks()
    config.pluginmanager.register(config.stash[_WALKS], "tagproof-walks")
    if config.getoption("--scenario"):
        _refuse_unknown(config.getoption("--scenario"))
    if config.getoption("--tracking-plan-only"):
        config.option.collectonly = True


def _refuse_unknown(scenarios: list[str]) -> None:
    from harness import compose

    there = compose.known_scenarios()
    unknown = [name for name in scenarios if name not in there]
    if unknown:
        raise pytest.UsageError(f"--scenario: there is no scenario {', '.join(unknown)}; there are {', '.join(there)}")


# ---- one test per scenario ------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrise a journey with the scenarios of its expectations."""
    if "tracking_scenario" not in metafunc.fixturenames:
        return
    from harness import compose

    marker = metafunc.definition.get_closest_marker("expectations")
    if marker is None:
        uses: list[tuple[str, dict[str, Any], str]] = [("baseline", {}, "")]
    else:
        try:
            expectations = compose.read_expectations(_expectations_path(metafunc.definition, marker))
        except TagproofError as error:
            raise pytest.Collector.CollectError(str(error)) from None
        uses = compose.scenarios_of(expectations, metafunc.config.getoption("--scenario"))
    metafunc.parametrize("tracking_scenario", [ScenarioParameter(*use) for use in uses], ids=[use[0] for use in uses], indirect=True)


def _expectations_path(item: pytest.Item | pytest.Function, marker: pytest.Mark) -> Path:
    if len(marker.args) != 1 or not isinstance(marker.args[0], str):
        raise TagproofError(
            "the marker expectations takes one file name", place=item.nodeid,
            mend='@pytest.mark.expectations("checkout.journey.yaml")',
        )  # fmt: skip
    name = marker.args[0]
    folder = item.config.rootpath / str(item.config.getini("tracking_expectations"))
    places = [
        folder / name,
        item.path.parent / name,
        item.path.parent / "expectations" / name,
        item.path.parent.parent / "expectations" / name,
    ]
    for place in places:
        if place.is_file():
            return place.relative_to(here) if place.is_relative_to(here := Path.cwd()) else place
    raise TagproofError(
        f"there is no expectation file {name}", place=item.nodeid,
        mend="looked in " + ", ".join(dict.fromkeys(str(place.parent) for place in places)),
    )  # fmt: skip


def pytest_collection_finish(session: pytest.Session) -> None:
    """Print the walks, where only that was asked for."""
    config = session.config
    if not config.getoption("--tracking-plan-only"):
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    walks = [item for item in session.items if isinstance(item, pytest.Function) and "tracking_scenario" in item.fixturenames]
    if reporter is None:
        return
    from harness import compose

    reporter.write_line(f"{len(walks)} walks; each walks its journey from the start (it may place an order):")
    for item in walks:
        callspec = getattr(item, "callspec", None)
        use = callspec.params.get("tracking_scenario") if callspec else None
        if isinstance(use, ScenarioParameter):
            reporter.write_line(f"  {item.nodeid}  {compose.parts().scenarios[use.name].title}")


# ---- fixtures -------------------------------------------------------------------------------------------------


def _late_fixtures() -> ModuleType:
    """Fixtures that extend pytest-playwright's; registered last, so that they are found before its own."""

    @pytest.fixture(scope="session")
    def browser_type_launch_args(
        browser_type_launch_args: dict[str, Any],
        browser_name: str,
        tracking_endpoint: str | None,
        tracking_proxy: ProxyCapture | None,
        tmp_path_factory: pytest.TempPathFactory,
        pytestconfig: pytest.Config,
    ) -> dict[str, Any]:
        """pytest-playwright's launch options, with what capture needs and the browser that this machine has."""
        if tracking_endpoint is not None:
            return browser_type_launch_args
        named = bool(browser_type_launch_args.keys() & {"executable_path", "channel"})
        if browser_name == "firefox" and not named:
            from harness.capture import firefox

            return {**firefox.launch_options(tmp_path_factory.mktemp("firefox")), **browser_type_launch_args}
        if browser_name != "chromium":
            return browser_type_launch_args
        from harness.capture.browser import LAUNCH_ARGS
        from harness.capture.chromium import NOT_PLAYWRIGHTS, launch_arguments, launch_options, with_features_joined

        options = dict(browser_type_launch_args)
        # Where nothing is to reach a vendor, the browser sends nothing that nobody could answer in its stead; a proxy can answer all of it.
        unheld = tracking_proxy is not None or pytestconfig.getoption("--tracking-mode") == "observe"
        if not named:
            found = launch_options(unheld=unheld)
            options = {**found, **options, "args": [*found["args"], *options.get("args", []), *LAUNCH_ARGS]}
        else:
            options["args"] = [*launch_arguments(unheld=unheld), *options.get("args", []), *LAUNCH_ARGS]
            options.setdefault("ignore_default_args", list(NOT_PLAYWRIGHTS))
        if tracking_proxy is not None:
            options["args"] += tracking_proxy.launch_arguments()
        options["args"] = with_features_joined(options["args"])
        return options

    @pytest.fixture(scope="session")
    def launch_browser(launch_browser: Callable[..., Browser], browser_type: BrowserType, tracking_endpoint: str | None) -> Any:
        """pytest-playwright's; where an endpoint is given it connects to that."""
        if tracking_endpoint is None:
            return launch_browser
        return lambda **_: browser_type.connect_over_cdp(tracking_endpoint)

    @pytest.fixture(scope="session")
    def browser(
        browser: Browser,
        launch_browser: Callable[..., Browser],
        browser_type_launch_args: dict[str, Any],
        connect_options: dict[str, Any] | None,
        tracking_endpoint: str | None,
        request: pytest.FixtureRequest,
    ) -> Iterator[Browser]:
        """pytest-playwright's; launched anew where its walks must be captured by a proxy after all."""
        ours = connect_options is None and tracking_endpoint is None and browser.browser_type.name == "chromium"
        if not ours or not any("journey" in getattr(item, "fixturenames", ()) for item in request.session.items):
            yield browser
            return

        def relaunch(proxy: ProxyCapture) -> Browser:
            return launch_browser(args=[*browser_type_launch_args["args"], *proxy.launch_arguments()])

        chosen = _choose(browser, request, relaunch)
        yield chosen.browser
        _end(chosen, request)
        chosen.browser.close()

    @pytest.fixture
    def new_context(new_context: Callable[..., BrowserContext], request: pytest.FixtureRequest) -> Any:
        """pytest-playwright's; under capture by proxy each context goes through a port of its own."""
        from harness.capture.proxy import ProxyCapture

        capture = request.getfixturevalue("tracking_browser") if "journey" in request.fixturenames else None
        if not isinstance(capture, ProxyCapture):
            return new_context

        def through_the_proxy(**options: Any) -> BrowserContext:
            return new_context(**{**_proxied(capture, request), **options})

        return through_the_proxy

    module = ModuleType("tagproof_fixtures")
    for each in (browser_type_launch_args, launch_browser, browser, new_context):
        vars(module)[each.__name__] = each
    return module


def _choose(browser: Browser, request: pytest.FixtureRequest, relaunch: Callable[[ProxyCapture], Browser] | None = None) -> Chosen:
    """What captures the walks of this browser, proved in it; once for each browser."""
    from harness.capture.proof import choose

    made = request.config.stash.setdefault(_CHOSEN, [])
    known = next((each for each in made if each.browser is browser), None)
    if known is not None:
        return known
    chosen = choose(
        browser,
        endpoint=request.getfixturevalue("tracking_endpoint"),
        proxy=request.getfixturevalue("tracking_proxy"),
        insecure=bool(request.getfixturevalue("browser_context_args").get("ignore_https_errors")),
        relaunch=relaunch,
    )
    made.append(chosen)
    return chosen


def _end(chosen: Chosen, request: pytest.FixtureRequest) -> None:
    """End a capture, once; a proxy that was asked for from the start has its own fixture."""
    made = request.config.stash[_CHOSEN]
    if chosen in made:
        made.remove(chosen)
        if chosen.capture is not request.getfixturevalue("tracking_proxy"):
            chosen.capture.close()


def _proxied(proxy: ProxyCapture, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The context's options, without what the test's own options already say."""
    marker = request.node.get_closest_marker("browser_context_args")
    given = {**request.getfixturevalue("browser_context_args"), **(marker.kwargs if marker else {})}
    if given.get("proxy"):
        raise TagproofError(
            "the browser's context has a proxy already, so tagproof's cannot be put in its place", place=request.node.nodeid,
            mend="take proxy out of browser_context_args, or use --tracking-capture browser",
        )  # fmt: skip
    return {name: value for name, value in proxy.context_options().items() if name not in given}


@pytest.fixture(scope="session")
def tracking_base_url(base_url: str | None) -> str | None:
    """The site under test: ``--base-url``; a project's conftest.py may override this."""
    return base_url


@pytest.fixture(scope="session")
def tracking_endpoint(pytestconfig: pytest.Config) -> str | None:
    """The CDP endpoint of a browser that is connected to rather than launched: ``--tracking-endpoint``; may be overridden."""
    endpoint: str | None = pytestconfig.getoption("--tracking-endpoint")
    return endpoint


@pytest.fixture(scope="session")
def tracking_proxy(pytestconfig: pytest.Config, browser_name: str, browser_context_args: dict[str, Any]) -> Iterator[ProxyCapture | None]:
    """The session's proxy; None where capture is inside the browser."""
    if pytestconfig.getoption("--tracking-capture") != "proxy" and browser_name == "chromium":
        yield None
        return
    from harness.capture.proxy import ProxyCapture

    try:
        capture = ProxyCapture.attach(insecure=bool(browser_context_args.get("ignore_https_errors")))
    except TagproofError as error:
        if browser_name == "chromium":
            raise
        raise type(error)(f"{_OUTSIDE.format(browser_name)}: {error.what}", mend=error.mend) from error
    yield capture
    capture.close()


_OUTSIDE = "{} cannot be captured from inside, only by a proxy"


@pytest.fixture(scope="session")
def tracking_browser(
    browser: Browser, tracking_proxy: ProxyCapture | None, tracking_endpoint: str | None, request: pytest.FixtureRequest
) -> Iterator[BrowserCapture | ProxyCapture]:
    """What captures the walks of this session's browser; it has proved that it does."""
    chosen = _choose(browser, request)
    yield chosen.capture
    _end(chosen, request)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Generator[None, object, object]:
    """Remember which fixtures a crash would end."""
    made = yield
    if fixturedef.argname in _SHARED:
        request.config.stash.setdefault(_MADE, []).append((fixturedef, request))
    return made


def _renew(config: pytest.Config) -> None:
    """A browser or proxy that is gone costs the walk that it was lost in, not those after it: they get another."""
    made = config.stash.get(_MADE, [])
    values: list[Any] = [each.cached_result[0] for each, _ in made if each.cached_result is not None]
    values += [each.capture for each in config.stash.get(_CHOSEN, [])]
    if not any(getattr(each, "lost", "") or (hasattr(each, "is_connected") and not each.is_connected()) for each in values):
        return
    config.stash[_MADE] = []
    for fixturedef, request in reversed(made):
        fixturedef.finish(request)


@pytest.fixture
def tracking_scenario(request: pytest.FixtureRequest) -> ScenarioParameter:
    """The scenario of this walk."""
    return getattr(request, "param", ScenarioParameter("baseline", {}))


@pytest.fixture
def journey(
    request: pytest.FixtureRequest,
    tracking_scenario: ScenarioParameter,
    tracking_browser: BrowserCapture | ProxyCapture,
    tracking_base_url: str | None,
    context: BrowserContext,
) -> Iterator[Journey]:
    """The walk of this test under this scenario. See :class:`harness.journey.Journey`."""
    from harness import compose

    marker = request.node.get_closest_marker("expectations")
    if marker is None:
        raise TagproofError(
            "this journey has no expectations, so nothing could prove it right or wrong", place=request.node.nodeid,
            mend='mark it: @pytest.mark.expectations("checkout.journey.yaml")',
        )  # fmt: skip
    expectations = compose.read_expectations(_expectations_path(request.node, marker))
    walk = open_walk(
        context=context,
        capture=tracking_browser,
        expectations=expectations,
        scenario=tracking_scenario,
        base_url=tracking_base_url,
        test=request.node.nodeid,
        reports=_reports(request.config),
        mode=request.config.getoption("--tracking-mode"),
        unknown=request.config.getoption("--tracking-unknown"),
        stub_config=request.config.getoption("--tracking-stub-config"),
        pictures=not request.config.getoption("--tracking-no-pictures"),
        said=_said(request.config, tracking_browser, context),
    )
    yield walk
    walk.recording.close()


def _said(config: pytest.Config, capture: BrowserCapture | ProxyCapture, context: BrowserContext) -> str:
    """Why the capture is another than was asked for; empty if it is that."""
    said = next((each.said for each in config.stash[_CHOSEN] if each.capture is capture), "")
    name = context.browser.browser_type.name if context.browser else "chromium"
    if not said and name != "chromium" and config.getoption("--tracking-capture") != "proxy":
        said = "captured by the proxy: " + _OUTSIDE.format(name)
    return said


def open_walk(
    *,
    context: BrowserContext,
    capture: BrowserCapture | ProxyCapture,
    expectations: Expectations,
    scenario: ScenarioParameter,
    base_url: str | None,
    test: str,
    reports: Path,
    mode: Any = "stub",
    unknown: Any = "report",
    stub_config: bool = False,
    pictures: bool = True,
    said: str = "",
) -> Journey:
    """Begin one walk: its recording is written under ``reports/private/`` from the first entry on."""
    from harness import compose
    from harness.capture.proxy import ProxyCapture
    from harness.journey import Journey
    from harness.recording import Note, Recording, Walk

    name = slug(test)
    zero = time.monotonic()
    browser = context.browser
    record = Walk(
        journey=expectations.journey,
        test=test,
        expectations=expectations.path,
        scenario=scenario.name,
        scenario_parameters=scenario.parameters,
        base_url=base_url,
        browser=f"{browser.browser_type.name} {browser.version}" if browser else "",
        backend="proxy" if isinstance(capture, ProxyCapture) else "browser",
        mode=mode,
        started=datetime.now(UTC).isoformat(timespec="milliseconds"),
        clock_offset=time.time(),
    )
    recording = Recording(record, path=reports / "private" / f"{name}.jsonl")
    record.environment = compose.environment_of(recording, expectations.plan)
    if said:
        recording.append(Note(time=0.0, step=0, what=said, details={_CAPTURE: said}))
    accounts = [each.account for each in expectations.plan.destinations.values() if each.vendor == "data-layer"]
    layers = tuple(dict.fromkeys(name for each in accounts for name in ([each] if isinstance(each, str) else each.values())))
    tools = compose.tools(expectations, mode=mode, unknown=unknown, stub_config=stub_config)

    def begin(walk: Journey) -> WalkCapture:
        return capture.begin(recording.append, walk.answer, zero=zero, layers=layers or ("dataLayer",), sockets=tools.sockets)

    return Journey(
        context=context,
        capture=begin,
        recording=recording,
        expectations=expectations,
        scenario=compose.parts().scenarios[scenario.name],
        conditions=compose.conditions_of(expectations, scenario.name, scenario.parameters),
        tools=tools,
        base_url=base_url,
        artefacts=reports / "walks" / name,
        zero=zero,
        pictures=pictures,
    )


def slug(test: str) -> str:
    """A file name for a test's node id: readable, and different for different ids."""
    return re.sub(r"[^A-Za-z0-9.\-]+", "_", test.rpartition("/")[2]).strip("_")


def _reports(config: pytest.Config) -> Path:
    return config.rootpath / str(config.getoption("--tracking-reports"))


# ---- judging, in the call phase -------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Finish and judge the walk after the test's own code, also when that raised."""
    if "journey" not in pyfuncitem.funcargs:
        return (yield)
    from harness.journey import Journey
    from harness.report.failure import failure_of

    walk = pyfuncitem.funcargs["journey"]
    if not isinstance(walk, Journey):
        return (yield)
    error: Exception | None = None
    result: Any = None
    try:
        result = yield
    except (pytest.skip.Exception, pytest.xfail.Exception):
        raise
    except Exception as raised:
        error = raised
    outcome = walk.finish(error)
    _report(pyfuncitem, walk.expectations, outcome)
    failure = failure_of(outcome.verdict, error=error)
    if failure is not None:
        raise failure from error
    if error is not None:
        raise error
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """A walk that cannot begin, for there is no browser or none that can be captured, is inconclusive and says why."""
    if not isinstance(item, pytest.Function) or "journey" not in item.fixturenames:
        yield
        return
    from playwright.sync_api import Error as PlaywrightError

    from harness.errors import BrowserError

    _renew(item.config)
    try:
        yield
    except (BrowserError, PlaywrightError) as error:
        failure = _unwalked(item, error) if "journey" not in item.funcargs else None
        if failure is None:
            raise
        raise failure from error


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """What pytest-playwright cannot put away for its browser is gone is no further failure: the walk has said so."""
    try:
        yield
    except Exception as error:
        journey: Any = getattr(item, "funcargs", {}).get("journey")
        browser = journey.context.browser if hasattr(journey, "context") else None
        if browser is None or browser.is_connected() or not _of_playwright(error):
            raise


def _of_playwright(error: BaseException) -> bool:
    from playwright.sync_api import Error as PlaywrightError

    if isinstance(error, BaseExceptionGroup):
        return all(map(_of_playwright, error.exceptions))
    return isinstance(error, PlaywrightError)


def _unwalked(item: pytest.Function, error: Exception) -> Exception | None:
    """The failure of a walk that could not begin, its record written; None where the test says no expectations."""
    from harness import compose
    from harness.journey import Outcome
    from harness.recording import Note, Recording, Step, Walk
    from harness.report.failure import failure_of

    marker = item.get_closest_marker("expectations")
    if marker is None:
        return None
    expectations = compose.read_expectations(_expectations_path(item, marker))
    callspec = getattr(item, "callspec", None)
    use = callspec.params.get("tracking_scenario") if callspec else None
    scenario = use if isinstance(use, ScenarioParameter) else ScenarioParameter("baseline", {})
    record = Walk(
        journey=expectations.journey, test=item.nodeid, expectations=expectations.path, scenario=scenario.name,
        scenario_parameters=scenario.parameters, mode=item.config.getoption("--tracking-mode"),
        started=datetime.now(UTC).isoformat(timespec="milliseconds"), clock_offset=time.time(),
    )  # fmt: skip
    recording = Recording(record, path=_reports(item.config) / "private" / f"{slug(item.nodeid)}.jsonl")
    recording.append(Step(index=0, title="before the first step", kind="before", ended=0.0))
    recording.append(Note(time=0.0, step=0, what=f"the walk could not begin: {error}", doubt=_NOT_WALKED))
    hits, verdict = compose.judge_recording(recording, expectations)
    recording.close()
    _report(item, expectations, Outcome(recording=recording, hits=hits, verdict=verdict))
    return failure_of(verdict, error=None)


def _report(item: pytest.Function, expectations: Expectations, outcome: Outcome) -> None:
    item.user_properties.append((_VERDICT, outcome.verdict.state))
    for note in outcome.recording.notes:
        if _CAPTURE in note.details:
            item.user_properties.append((_CAPTURE, note.details[_CAPTURE]))
    item.user_properties.append(("tracking_violations", ",".join(violation.code for violation in outcome.verdict.violations)))
    write_walk(expectations, outcome, test=item.nodeid, reports=_reports(item.config))
    item.user_properties.append(("tracking_ms", ",".join(f"{what}={took * 1000:.0f}" for what, took in outcome.timings.items())))


def write_walk(expectations: Expectations, outcome: Outcome, *, test: str, reports: Path) -> None:
    """Write what a finished walk came to under ``reports/walks/``, and into the test's Allure result where there is one."""
    from harness import compose
    from harness.report.allure import attach_walk
    from harness.report.json_report import write_verdict
    from harness.report.timeline import write_timeline

    began = time.monotonic()
    name = slug(test)
    folder = reports / "walks" / name
    titles = compose.titles()
    timeline = write_timeline(
        folder / "timeline.html", outcome.recording, outcome.hits, outcome.verdict, expectations,
        screenshots=outcome.screenshots, titles=titles,
    )  # fmt: skip
    artefacts = {"recording": reports / "private" / f"{name}.jsonl", "timeline": timeline}
    write_verdict(folder / "verdict.json", outcome.verdict, recording=outcome.recording, test=test, artefacts=artefacts)
    attach_walk(
        outcome.recording, outcome.hits, outcome.verdict, expectations,
        screenshots=outcome.screenshots, titles=titles, timeline=timeline,
    )  # fmt: skip
    outcome.timings["writing"] = time.monotonic() - began


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A walk's failure is its list of violations, not a Python traceback."""
    report = yield
    if call.excinfo is not None and (isinstance(call.excinfo.value, TagproofError) or hasattr(call.excinfo.value, "verdict")):
        report.longrepr = str(call.excinfo.value)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, Any] | None:
    """An inconclusive walk has its own letter."""
    if report.when in _JUDGED and report.failed and dict(report.user_properties).get(_VERDICT) == "inconclusive":
        return "inconclusive", "I", ("INCONCLUSIVE", {"yellow": True})
    return None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print what pytest's own summary leaves out: the inconclusive walks, and expectations that no walk could judge."""
    reports = terminalreporter.stats.get("inconclusive", [])
    if reports and config.option.tbstyle != "no":
        terminalreporter.write_sep("=", "INCONCLUSIVE")
        for report in reports:
            terminalreporter.write_sep("_", report.head_line or report.nodeid, yellow=True)
            terminalreporter.write_line(str(report.longrepr))
    for said, count in config.stash[_WALKS].said.items():
        terminalreporter.write_line(f"tagproof: {count} walk{'' if count == 1 else 's'} {said}", yellow=True)
    unused = config.stash[_WALKS].unused
    if unused:
        terminalreporter.write_sep("=", "UNUSED EXPECTATIONS")
        for line in unused:
            terminalreporter.write_line(line)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Merge the walks' verdicts, and tell a run that only lacked proof from one that found defects."""
    config = session.config
    walks = config.stash[_WALKS]
    if hasattr(config, "workerinput") or not walks.tests:
        return
    from harness import compose
    from harness.report.allure import write_run_files
    from harness.report.json_report import merge_verdicts

    reports = _reports(config)
    summary = merge_verdicts(reports / "walks", reports / "verdict.json")
    verdicts = [each for each in json.loads(summary.read_text(encoding="utf-8"))["walks"] if each["test"] in set(walks.tests)]
    results = config.getoption("allure_report_dir", None)
    if results:
        write_run_files(Path(results), titles=compose.titles(), environment=_environment(verdicts))
    if not _narrowed(config):
        walks.unused = _unused(session, verdicts)
    if session.exitstatus == pytest.ExitCode.OK and walks.unused:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if walks.inconclusive and not walks.failed and not walks.unused and session.exitstatus == pytest.ExitCode.TESTS_FAILED:
        session.exitstatus = INCONCLUSIVE_ONLY


def _environment(verdicts: list[dict[str, Any]]) -> dict[str, str]:
    """What was run against; several values of one fact are listed."""
    facts = {"Browser": "browser", "Capture": "backend", "Mode": "mode", "Site": "base_url", "Environment": "environment"}
    return {title: ", ".join(dict.fromkeys(str(verdict[key]) for verdict in verdicts if verdict.get(key))) for title, key in facts.items()}


def _narrowed(config: pytest.Config) -> bool:
    """Whether the run was told to leave walks out, so that nothing follows from an expectation that was not judged."""
    option = config.option
    chosen = any("::" in argument for argument in config.args)
    return bool(chosen or option.keyword or option.markexpr or option.scenario or option.maxfail or getattr(option, "lf", False))


def _unused(session: pytest.Session, verdicts: list[dict[str, Any]]) -> list[str]:
    """Expectations and rules that no walk of this run could judge."""
    from harness import compose

    judged: dict[str, set[str]] = {}
    # Nothing follows from an expectation that was not judged where a walk could not even begin.
    begun = {each["expectations"] for each in verdicts} - {
        each["expectations"] for each in verdicts if any(doubt["code"] == _NOT_WALKED for doubt in each["doubts"])
    }
    for verdict in (each for each in verdicts if each["expectations"] in begun):
        judged.setdefault(verdict["expectations"], set()).update(verdict["judged"])
    return [line for path, places in judged.items() for line in compose.unused_lines(Path(path), places)]
