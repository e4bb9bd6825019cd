"""Finds a Firefox on this machine, and says how Playwright starts it.

Order: ``TAGPROOF_FIREFOX``, what Playwright downloaded, then the system's own. Playwright drives its own build by a protocol of its own and
a stock one over WebDriver BiDi: https://playwright.dev/python/docs/browsers#firefox
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness.capture.bounds import BOUNDS
from harness.capture.captured import sent_url
from harness.capture.chromium import FoundBrowser, application_folders, ask_version, playwrights_build
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE: Final = "TAGPROOF_FIREFOX"
"""The environment variable that names the stock Firefox to use, and goes before all that is found."""

CHANNEL: Final = "moz-firefox"
"""What tells Playwright that it is a stock Firefox."""

PREFERENCES: Final[dict[str, Any]] = {
    # A site under test is often on this machine: its requests would go past the proxy.
    "network.proxy.allow_hijacking_localhost": True,
    # A page that changes its route without end is held back as it is for visitors, for whom it is 200 in ten seconds. A driven Firefox
    # puts no limit, but where another than the default is set.
    "dom.navigation.navigationRateLimit.count": 201,
}
"""What a stock Firefox must be told; Playwright's own build has it so."""

_TOLD: list[Path] = []
"""The files in which the bridges of this process's Firefoxes tell what they ended."""

_COMMANDS = ("firefox", "firefox-esr")
_PLAYWRIGHTS = ("firefox/firefox", "firefox/*.app/Contents/MacOS/firefox", "firefox/firefox.exe")


@cache
def find_firefox() -> FoundBrowser:
    """The Firefox to walk with; looked for once in a process. ``path`` is None for Playwright's own.

    Raises:
        BrowserError: there is none that starts, or the one that ``TAGPROOF_FIREFOX`` names does not.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        chosen = Path(shutil.which(named) or named)
        version, why = ask_version(chosen)
        if why:
            mend = f"give the path of a Firefox, or unset {VARIABLE}"
            raise BrowserError(f"{VARIABLE} names {named!r}, which does not start ({why})", mend=mend)
        return FoundBrowser(path=chosen, name="Firefox", version=version, source=VARIABLE)
    refused: list[str] = []
    own = playwrights_build("firefox", _PLAYWRIGHTS)
    for path in (own, *_stock()):
        if path is None:
            continue
        version, why = ask_version(path)
        if not why:
            ours = path == own
            return FoundBrowser(path=None if ours else path, name="Firefox", version=version, source="playwright" if ours else "system")
        refused.append(f"{path} does not start ({why})")
    found = "; ".join(refused) or "none is installed, and Playwright has downloaded none"
    raise BrowserError(
        f"no Firefox to walk with: {found}",
        mend=f"run `playwright install --with-deps firefox`, install the system's firefox package, or name one in {VARIABLE}",
    )


def launch_options(folder: Path, firefox: FoundBrowser | None = None, *, patience: float = BOUNDS.stuck) -> dict[str, Any]:
    """Keyword arguments for Playwright's ``firefox.launch``; none for its own build.

    Args:
        folder: where the program may be put that is started in a stock Firefox's stead (:mod:`harness.capture.bidi_bridge`).
        firefox: the one that will be started; None to find it.
        patience: seconds after which a tab whose script does not end is closed, and a dialog that nobody answers is accepted.
    """
    firefox = firefox or find_firefox()
    if firefox.path is None:
        return {}
    options = {"channel": CHANNEL, "firefox_user_prefs": dict(PREFERENCES)}
    if os.name == "nt":
        return {**options, "executable_path": str(firefox.path)}
    bridge, told = folder / "firefox", folder / "ended.jsonl"
    program = Path(__file__).with_name("bidi_bridge.py")
    command = shlex.join([sys.executable, str(program), str(patience), str(told), str(firefox.path)])
    bridge.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    bridge.chmod(0o755)
    _TOLD.append(told)
    return {**options, "executable_path": str(bridge)}


def ended(since: float) -> tuple[str, ...]:
    """What was ended since this monotonic time in tabs of the stock Firefoxes that this process started, in words."""
    said: list[str] = []
    for told in _TOLD:
        if told.is_file():
            # The last line may be half written.
            lines = [json.loads(line) for line in told.read_text(encoding="utf-8").split("\n")[:-1]]
            said += [f"the tab {sent_url(each['url'])[:100]} {each['what']}" for each in lines if each["time"] >= since]
    return tuple(said)


def _stock() -> Iterator[Path]:
    late: list[Path] = []
    for command in _COMMANDS:
        if (found := shutil.which(command)) is not None:
            # A snap does not see the profile that Playwright makes for it; anything else goes first.
            if "snap" in Path(found).resolve().parts:
                late.append(Path(found))
            else:
                yield Path(found)
    inside = "Firefox.app/Contents/MacOS/firefox" if sys.platform == "darwin" else "Mozilla Firefox/firefox.exe"
    yield from (folder / inside for folder in application_folders() if (folder / inside).is_file())
    yield from late
