"""What a browser gives is proved in it before it is walked in; where it gives less, that is said, and a proxy takes its place."""

from __future__ import annotations

import base64
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from harness.capture import proof
from harness.capture.browser import LAUNCH_ARGS, BrowserCapture
from harness.capture.chromium import PLAYWRIGHT_SHELL, launch_arguments, launch_options, playwrights_build
from harness.capture.endpoint import find
from harness.capture.proof import choose, lacking
from harness.capture.proxy import ProxyCapture, find_mitmdump
from harness.errors import BrowserError
from transports.relay import relay

if TYPE_CHECKING:
    from collections.abc import Iterator

BINARY = base64.b64encode(proof.BINARY).decode()
LEAVING = "a beacon that a page sends while it is left"


def test_a_browser_that_gives_all(chromium: Any, capture: BrowserCapture) -> None:
    assert lacking(capture, chromium) == ()
    assert chromium.contexts == []


def test_a_browser_that_gives_less(chromium: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "LAST", 0.5)
    with relay(find(chromium), unpaused=lambda told: BINARY in str(told["request"].get("postDataEntries"))) as endpoint:
        limited = BrowserCapture.attach(chromium, endpoint=endpoint)
        lacks = lacking(limited, chromium)
        limited.close()
    assert {LEAVING, "a body that is no text"} <= set(lacks)
    assert chromium.contexts == []


@pytest.fixture
def shell(playwright: Any) -> Iterator[Any]:
    path = shutil.which("chromium-headless-shell") or playwrights_build("chromium-headless-shell", PLAYWRIGHT_SHELL)
    if path is None:
        pytest.skip("no headless shell is installed")
    browser = playwright.chromium.launch(args=[*launch_arguments(), *LAUNCH_ARGS], executable_path=str(path))
    yield browser
    browser.close()


def test_of_a_browser_that_calls_itself_headless_that_is_said(shell: Any) -> None:
    chosen = choose(shell)
    chosen.capture.close()
    assert (isinstance(chosen.capture, BrowserCapture), chosen.said) == (True, proof.HEADLESS)


def test_of_a_browser_that_does_not_nothing_is_said(chromium: Any) -> None:
    chosen = choose(chromium)
    chosen.capture.close()
    assert chosen.said == ""


def test_a_proxy_takes_the_place_of_what_the_browser_does_not_give(playwright: Any, chromium: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        find_mitmdump()
    except BrowserError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(proof, "LAST", 1.0)
    options = launch_options()
    first = playwright.chromium.launch(**{**options, "args": [*launch_arguments(), "--remote-debugging-port=0"]})
    started: list[Any] = []

    def relaunch(proxy: ProxyCapture) -> Any:
        started.append(playwright.chromium.launch(**{**options, "args": [*launch_arguments(), *proxy.launch_arguments()]}))
        return started[-1]

    with relay(find(first), unpaused=lambda told: "networkId" not in told) as endpoint:
        chosen = choose(first, endpoint=endpoint, relaunch=relaunch)
    assert isinstance(chosen.capture, ProxyCapture)
    assert chosen.said.startswith("captured by the proxy: this browser (chromium ")
    assert LEAVING in chosen.said
    assert [chosen.browser] == started
    chosen.capture.close()
    chosen.browser.close()


@pytest.mark.parametrize("alone", [True, False])
def test_where_neither_gives_all_both_are_said(playwright: Any, monkeypatch: pytest.MonkeyPatch, alone: bool) -> None:
    """A browser without a port for capture, and no mitmproxy, or no way to have it take the proxy's certificate."""
    monkeypatch.setattr(proof, "LAST", 0.5)
    if alone:
        monkeypatch.setenv("TAGPROOF_MITMDUMP", "no-such-program")
    browser = playwright.chromium.launch(**launch_options())
    with pytest.raises(BrowserError, match="launched without a port for capture") as refused:
        choose(browser)
    assert ("no-such-program" if alone else "the proxy's certificate") in str(refused.value)
    assert "--remote-debugging-port=0" in refused.value.mend
    browser.close()
