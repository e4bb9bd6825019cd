from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.capture import endpoint
from harness.capture.browser import BrowserCapture
from harness.capture.chromium import find_browser, launch_arguments
from harness.errors import BrowserError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_folder_of_a_command_line_may_have_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "a folder --with things"
    folder.mkdir()
    (folder / "DevToolsActivePort").write_text("1\n/x")
    line = f"/usr/bin/chromium --headless --user-data-dir={folder} --remote-debugging-port=0 about:blank"
    assert endpoint._folder(line) == str(folder)


@pytest.mark.parametrize(
    ("line", "folder"),
    [("chromium --user-data-dir=/tmp/x --a", "/tmp/x"), ('chromium --user-data-dir="/tmp/a b" --a', "/tmp/a b"), ("chromium --a", None)],
)
def test_folders(line: str, folder: str | None) -> None:
    assert endpoint._folder(line) == folder


def test_a_profile_folder_in_which_no_port_is_written_yet(tmp_path: Path) -> None:
    switches = " ".join(f"--switch-{number}=of-a-browser" for number in range(60))
    line = f"/usr/bin/chromium --user-data-dir={tmp_path} --remote-debugging-port=0 {switches}"
    assert endpoint._folder(line) == str(tmp_path)


def test_a_websocket_address_is_its_own_endpoint() -> None:
    assert endpoint.resolve("ws://127.0.0.1:1/devtools/browser/x") == "ws://127.0.0.1:1/devtools/browser/x"


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "{site}/hit/none", "ws://127.0.0.1:1/x"])
def test_an_address_where_no_browser_listens(site: Any, address: str) -> None:
    with pytest.raises(BrowserError, match=r"endpoint|connection"):
        BrowserCapture(endpoint.resolve(address.replace("{site}", site.url)))


def test_a_browser_by_its_address(chromium: Any, site: Any) -> None:
    found = endpoint.find(chromium)
    port = found.split(":")[2].split("/")[0]
    assert endpoint.resolve(f"http://127.0.0.1:{port}") == found
    capture = BrowserCapture.attach(chromium, endpoint=f"http://127.0.0.1:{port}/")
    capture.close()


def test_a_browser_that_was_launched_without_a_port(playwright: Any) -> None:
    found = find_browser()
    path = {"executable_path": str(found.path)} if found.path else {}
    browser = playwright.chromium.launch(args=[*launch_arguments()], **path)
    with pytest.raises(BrowserError, match="without a port") as raised:
        BrowserCapture.attach(browser)
    assert "--remote-debugging-port=0" in raised.value.mend
    browser.close()


def test_a_browser_on_another_machine_is_told_to_be_so(tmp_path: Path) -> None:
    class Session:
        def send(self, _: str) -> dict[str, str]:
            return {"commandLine": f"chrome --remote-debugging-port=0 --user-data-dir={tmp_path / 'elsewhere'} about:blank"}

        def detach(self) -> None:
            pass

    class Browser:
        def new_browser_cdp_session(self) -> Session:
            return Session()

    with pytest.raises(BrowserError, match="another machine") as raised:
        endpoint.find(Browser())  # type: ignore[arg-type]
    assert "--tracking-endpoint" in raised.value.mend
