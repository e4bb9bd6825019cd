"""Where a browser that Playwright drives listens for a further connection."""

from __future__ import annotations

import json
import re
import secrets
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import urlsplit

from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from playwright.sync_api import Browser, BrowserContext

    from harness.capture.cdp import Message

LAUNCH_ARGS: tuple[str, ...] = ("--remote-debugging-port=0",)
"""What must be among Chromium's launch arguments for :func:`find` to find its endpoint."""

_MEND = "launch Chromium with " + " ".join(LAUNCH_ARGS) + " among its arguments, or give the endpoint it was connected to"

_REMOTE = "connect to its CDP endpoint: --tracking-endpoint, or the fixture tracking_endpoint"


def find(browser: Browser) -> str:
    """The websocket address of a Chromium that was launched with :data:`LAUNCH_ARGS`.

    Chromium writes the port it chose and its endpoint's path to ``DevToolsActivePort`` in its profile folder.

    Raises:
        BrowserError: it is no Chromium, or it was launched without the arguments.
    """
    try:
        session = browser.new_browser_cdp_session()
    except Exception as error:
        raise BrowserError(
            f"this browser ({browser.browser_type.name}) cannot be captured from inside: {str(error).splitlines()[0]}",
            mend="use Chromium, or capture through the proxy",
        ) from error
    try:
        line = str(session.send("SystemInfo.getInfo")["commandLine"])
    finally:
        session.detach()
    if "--remote-debugging-port" not in line:
        raise BrowserError("the browser was launched without a port for capture", mend=_MEND)
    folder = _folder(line)
    if folder is None:
        raise BrowserError("the browser does not say where its profile folder is", mend=_MEND)
    if not Path(folder).is_dir():
        raise BrowserError("the browser runs on another machine, and its endpoint was not given", place=folder, mend=_REMOTE)
    written = Path(folder) / "DevToolsActivePort"
    until = time.monotonic() + 10
    while True:
        try:
            port, path, *_ = [*written.read_text(encoding="utf-8").splitlines(), "", ""]
        except OSError:
            port = path = ""
        if port and path:
            return f"ws://127.0.0.1:{port}{path}"
        if time.monotonic() > until:
            raise BrowserError("the browser did not write its port", place=str(written), mend=_MEND)
        time.sleep(0.02)


def resolve(endpoint: str) -> str:
    """The websocket address behind what ``connect_over_cdp`` takes: such an address itself, or an HTTP one that tells it.

    Raises:
        BrowserError: nothing there tells a websocket address.
    """
    if urlsplit(endpoint).scheme in ("ws", "wss"):
        return endpoint
    address = endpoint.rstrip("/") + "/json/version"
    try:
        with urllib.request.urlopen(address, timeout=10) as reply:
            told: dict[str, Any] = json.load(reply)
        return str(told["webSocketDebuggerUrl"])
    except (URLError, OSError, ValueError, KeyError) as error:
        raise BrowserError(
            f"no browser's endpoint ({type(error).__name__}: {error})", place=address,
            mend="give the address that connect_over_cdp takes",
        ) from error  # fmt: skip


def context_id(call: Callable[..., Message], context: BrowserContext, *, last: Container[str] = ()) -> str | None:
    """The id that the protocol knows one of Playwright's contexts by.

    Playwright does not tell it: a cookie for a host that cannot exist, seen from the other side, does.

    Args:
        call: sends a command by another connection, and waits for its result.
        context: the context.
        last: ids that are looked at last.

    Returns:
        The id; empty for the browser's own context where the browser does not tell it, None if the context is not of this browser.
    """
    mark = secrets.token_hex(8)
    cookie = {"name": mark, "value": "1", "domain": f"{mark}.invalid", "path": "/"}
    told = call("Target.getBrowserContexts")
    context.add_cookies([cookie])  # type: ignore[list-item]
    ids = [str(each) for each in told.get("browserContextIds", ())]
    for each in [*sorted(ids, key=lambda one: one in last), None]:
        scope = {"browserContextId": each} if each else {}
        if any(one["name"] == mark for one in call("Storage.getCookies", scope).get("cookies", ())):
            call("Storage.setCookies", {"cookies": [{**cookie, "expires": 1}], **scope})
            return each or str(told.get("defaultBrowserContextId") or "")
    return None


def _folder(line: str) -> str | None:
    """The profile folder in a command line that quotes nothing: a path may hold spaces, and the next argument begins with ``--``."""
    for match in re.finditer(r'--user-data-dir=("?)', line):
        rest = line[match.end() :]
        if match.group(1):
            return rest.split('"')[0]
        ends = [found.start() for found in re.finditer(r"(?= --[a-z])|(?= about:blank)|$", rest)]
        folders = [rest[:end] for end in ends]
        return next((folder for folder in folders if _is_folder(folder)), folders[0] if folders else None)
    return None


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        # With all the arguments that follow it, longer than a name may be.
        return False
