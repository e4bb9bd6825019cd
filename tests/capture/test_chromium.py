from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture import chromium
from harness.capture.chromium import (
    FoundBrowser,
    find_browser,
    launch_arguments,
    launch_options,
    playwrights_features,
    sandbox_possible,
    user_agent,
    with_features_joined,
)
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Playwright

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in browsers are shell scripts")
FEATURES = ("--enable-features=", "--disable-features=")
STARTS = '#!/bin/sh\necho "Chromium 156.0.8078.79 built on somewhere"\n'
LACKS_A_LIBRARY = '#!/bin/sh\necho "error while loading shared libraries: libnss3.so" >&2\nexit 127\n'
POINTS_TO_AN_INSTALLER = '#!/bin/sh\necho "Command requires the chromium snap to be installed."\nexit 1\n'
SHELL = "chromium_headless_shell-{rev}/chrome-headless-shell-linux64/chrome-headless-shell"
FULL = "chromium-{rev}/chrome-linux64/chrome"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine with nothing on it: bin/ is its path, cache/ is Playwright's folder."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "cache"))
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setattr(chromium, "application_folders", list)
    find_browser.cache_clear()
    yield tmp_path
    find_browser.cache_clear()


def put(path: Path, script: str = STARTS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


def own(machine: Path, pattern: str, browser: str, script: str = STARTS) -> Path:
    listed = json.loads((chromium._playwright_package() / "browsers.json").read_text())["browsers"]
    revision = next(each["revision"] for each in listed if each["name"] == browser)
    return put(machine / "cache" / pattern.format(rev=revision), script)


def test_nothing_there_says_what_to_do(machine: Path) -> None:
    with pytest.raises(BrowserError, match="neither Chrome nor Chromium is installed") as error:
        find_browser()
    assert "playwright install" in error.value.mend
    assert "TAGPROOF_BROWSER" in error.value.mend


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (["chromium", "google-chrome"], ("Chrome", "google-chrome")),
        (["chromium"], ("Chromium", "chromium")),
        (["chromium-browser"], ("Chromium", "chromium-browser")),
        (["google-chrome-stable", "google-chrome"], ("Chrome", "google-chrome-stable")),
    ],
)
def test_chrome_goes_before_chromium(machine: Path, there: list[str], found: tuple[str, str]) -> None:
    for name in there:
        put(machine / "bin" / name)
    assert find_browser() == FoundBrowser(path=machine / "bin" / found[1], name=found[0], version="156.0.8078.79", source="system")


@pytest.mark.parametrize("script", [LACKS_A_LIBRARY, POINTS_TO_AN_INSTALLER, "#!/bin/sh\necho no number\n", "not a program"])
def test_a_browser_that_does_not_start_is_passed_over_and_named(machine: Path, script: str) -> None:
    broken = put(machine / "bin" / "google-chrome", script)
    with pytest.raises(BrowserError, match="does not start") as error:
        find_browser()
    assert str(broken) in error.value.what
    find_browser.cache_clear()
    put(machine / "bin" / "chromium")
    assert find_browser().name == "Chromium"


def test_the_complaint_of_a_broken_browser_is_told(machine: Path) -> None:
    put(machine / "bin" / "chromium", LACKS_A_LIBRARY)
    with pytest.raises(BrowserError, match=r"libnss3\.so"):
        find_browser()


def test_a_snap_is_the_last_resort(machine: Path) -> None:
    snap = put(machine / "snap" / "bin" / "chromium")
    (machine / "bin" / "chromium").symlink_to(snap)
    assert find_browser().path == machine / "bin" / "chromium"
    find_browser.cache_clear()
    own(machine, SHELL, "chromium-headless-shell")
    assert find_browser().source == "playwright"


def test_of_playwrights_own_the_full_browser_goes_before_the_shell(machine: Path) -> None:
    own(machine, SHELL, "chromium-headless-shell")
    assert find_browser() == FoundBrowser(path=None, name="Chromium headless shell", version="156.0.8078.79", source="playwright")
    find_browser.cache_clear()
    full = own(machine, FULL, "chromium")
    assert find_browser() == FoundBrowser(path=full, name="Chromium", version="156.0.8078.79", source="playwright")


def test_without_the_shell_the_full_browser_is_named(machine: Path) -> None:
    full = own(machine, FULL, "chromium")
    assert find_browser() == FoundBrowser(path=full, name="Chromium", version="156.0.8078.79", source="playwright")


def test_another_playwrights_build_is_not_its_own(machine: Path) -> None:
    put(machine / "cache" / FULL.format(rev="1"))
    with pytest.raises(BrowserError, match="Playwright has downloaded none"):
        find_browser()


def test_the_variable_goes_before_all(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(machine / "bin" / "google-chrome")
    named = put(machine / "elsewhere" / "chrome-headless-shell")
    monkeypatch.setenv(chromium.VARIABLE, str(named))
    assert find_browser() == FoundBrowser(path=named, name="Chromium headless shell", version="156.0.8078.79", source="TAGPROOF_BROWSER")


@pytest.mark.parametrize(("named", "complaint"), [("/no/such/browser", "is no executable file"), ("bin/broken", "does not start")])
def test_a_named_browser_that_does_not_serve_is_no_reason_to_take_another(
    machine: Path, monkeypatch: pytest.MonkeyPatch, named: str, complaint: str
) -> None:
    put(machine / "bin" / "google-chrome")
    put(machine / "bin" / "broken", LACKS_A_LIBRARY)
    monkeypatch.setenv(chromium.VARIABLE, str(machine / named))
    with pytest.raises(BrowserError, match=complaint) as error:
        find_browser()
    assert "TAGPROOF_BROWSER" in error.value.mend


def test_the_user_agent_is_a_headed_browsers() -> None:
    assert "Headless" not in user_agent("156.0.8078.79")
    assert "Chrome/156.0.0.0" in user_agent("156.0.8078.79")


@pytest.mark.parametrize(("possible", "switch"), [(True, False), (False, True)])
def test_the_sandbox_is_given_up_only_where_it_cannot_run(monkeypatch: pytest.MonkeyPatch, possible: bool, switch: bool) -> None:
    monkeypatch.setattr(chromium, "sandbox_possible", lambda _browser: possible)
    browser = FoundBrowser(path=Path("/opt/chrome"), name="Chrome", version="156.0.1.2", source="system")
    assert ("--no-sandbox" in launch_arguments(browser)) is switch
    options = launch_options(browser)
    assert (options["chromium_sandbox"], options["executable_path"]) == (possible, "/opt/chrome")


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
@pytest.mark.parametrize(
    ("user", "namespaces", "apparmor", "possible"),
    [(0, True, "", False), (1000, True, "", True), (1000, False, "", False), (1000, True, "1\n", False), (1000, True, "0\n", True)],
)
def test_what_the_sandbox_needs(monkeypatch: pytest.MonkeyPatch, user: int, namespaces: bool, apparmor: str, possible: bool) -> None:
    class Done:
        returncode = 0 if namespaces else 1

    monkeypatch.setattr(chromium.os, "geteuid", lambda: user)
    monkeypatch.setattr(chromium.subprocess, "run", lambda *_a, **_k: Done())
    monkeypatch.setattr(chromium, "_proc", lambda path: apparmor if "apparmor" in path else "")
    chromium._user_namespaces.cache_clear()
    try:
        assert sandbox_possible() is possible
    finally:
        chromium._user_namespaces.cache_clear()


def test_the_browser_of_this_machine_starts_unseen_as_automation(playwright: Playwright) -> None:
    browser = playwright.chromium.launch(**launch_options())
    page = browser.new_page()
    page.goto("data:text/html,<p>here")
    seen = page.evaluate("[navigator.webdriver, navigator.userAgent.includes('Headless')]")
    browser.close()
    assert seen == [False, False]


def test_pages_move_as_for_any_visitor(playwright: Playwright) -> None:
    """What the browser draws of its own is not animated; a page is, in its own time."""
    browser = playwright.chromium.launch(**launch_options())
    page = browser.new_page()
    page.set_content("<body style='height: 9000px'>")
    moved = page.evaluate(
        """async () => {
            const begun = performance.now(), seen = new Set();
            const moving = document.body.animate([{opacity: 0}, {opacity: 1}], 300);
            let frames = 0;
            const look = () => { frames++; seen.add(scrollY); if (moving.playState === 'running') requestAnimationFrame(look) };
            requestAnimationFrame(look);
            scrollTo({top: 5000, behavior: 'smooth'});
            await moving.finished;
            return {
                lasted: performance.now() - begun >= 290, frames: frames > 2, scrolled: seen.size > 2,
                reduced: matchMedia('(prefers-reduced-motion: reduce)').matches,
            };
        }"""
    )
    browser.close()
    assert moved == {"lasted": True, "frames": True, "scrolled": True, "reduced": False}


def test_a_page_that_changes_its_route_without_end_is_held_back_as_for_any_visitor(playwright: Playwright) -> None:
    """Playwright has Chromium hold nothing back: such a page then keeps the browser itself busy, and each call waits for it."""
    browser = playwright.chromium.launch(**launch_options())
    page = browser.new_page()
    page.route("**", lambda route: route.fulfill(body="<p>here", content_type="text/html"))
    page.goto("http://site.test/")
    page.evaluate("for (let i = 0; i < 1000; i++) history.pushState({}, '', '?' + i)")
    shown = int(page.evaluate("location.search.slice(1)"))
    browser.close()
    assert 50 < shown < 900


def features(browser: Any, what: str) -> list[str]:
    """What a browser was told last to switch off or on: the only such switch that it heeds."""
    line = browser.new_browser_cdp_session().send("SystemInfo.getInfo")["commandLine"]
    return list(re.findall(rf" --{what}-features=(\S+)", line)[-1].split(","))


@pytest.mark.parametrize("unheld", [True, False])
def test_what_playwright_switches_off_and_on_stays_so(playwright: Any, unheld: bool) -> None:
    options = launch_options(unheld=unheld)
    told: list[dict[str, set[str]]] = []
    for args in (options["args"], [each for each in options["args"] if not each.startswith(FEATURES)]):
        browser = playwright.chromium.launch(**{**options, "args": args})
        told.append({what: set(features(browser, what)) for what in ("disable", "enable")})
        browser.close()
    ours, playwrights = told
    assert playwrights == {"disable": set(playwrights_features("disable")), "enable": set(playwrights_features("enable"))}
    assert ours["disable"] - playwrights["disable"] >= {"WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"}
    assert ("Reporting" in ours["disable"], ours["enable"] > playwrights["enable"]) == (not unheld, not unheld)
    assert all(ours[what] >= playwrights[what] for what in ours)


def test_switches_of_features_are_joined() -> None:
    given = ["--a=1,2", "--enable-features=A,B:x/1", "--disable-features=C", "--b", "--enable-features=D,A", "--b", "--disable-features="]
    assert with_features_joined(given) == ["--a=1,2", "--enable-features=A,B:x/1,D", "--disable-features=C", "--b"]


def test_where_playwrights_list_is_not_found_nothing_is_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(chromium, "_playwright_package", lambda: tmp_path)
    playwrights_features.cache_clear()
    browser = FoundBrowser(path=None, name="Chromium", version="156.0.8078.79", source="playwright")
    try:
        assert not any(each.startswith(FEATURES) for each in launch_arguments(browser, unheld=False))
    finally:
        playwrights_features.cache_clear()
