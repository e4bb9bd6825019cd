"""Finds a browser of the Chromium family on this machine, and says how to start it.

Order: ``TAGPROOF_BROWSER``, Chrome, Chromium, then what Playwright downloaded, the headless shell last. A browser counts only if it
starts: one whose shared libraries are missing, or a wrapper that points to an installer, is passed over and named in the error.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import playwright

from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Source = Literal["TAGPROOF_BROWSER", "TAGPROOF_FIREFOX", "system", "playwright"]

VARIABLE: Final = "TAGPROOF_BROWSER"
"""The environment variable that names the browser to use, and goes before all that is found."""

_CHROME = ("google-chrome-stable", "google-chrome", "chrome", "google-chrome-beta", "google-chrome-unstable")
_CHROMIUM = ("chromium", "chromium-browser", "ungoogled-chromium")
_MAC = (("Chrome", "Google Chrome.app/Contents/MacOS/Google Chrome"), ("Chromium", "Chromium.app/Contents/MacOS/Chromium"))
_WINDOWS = (("Chrome", "Google/Chrome/Application/chrome.exe"), ("Chromium", "Chromium/Application/chrome.exe"))
_PLAYWRIGHT_FULL = (
    "chrome-linux*/chrome", "chrome-mac*/*.app/Contents/MacOS/Google Chrome for Testing",
    "chrome-mac*/Chromium.app/Contents/MacOS/Chromium", "chrome-win*/chrome.exe",
)  # fmt: skip
PLAYWRIGHT_SHELL = (
    "chrome-headless-shell-*/chrome-headless-shell", "chrome-headless-shell-*/chrome-headless-shell.exe",
    "chrome-linux*/headless_shell", "chrome-mac*/headless_shell", "chrome-win*/headless_shell.exe",
)  # fmt: skip
_STARTS_WITHIN = 30.0

NOT_PLAYWRIGHTS = ("--disable-ipc-flooding-protection",)
"""Switches of Playwright's own that are left out. For visitors Chromium holds a page back that changes its route without end; one that
is not keeps the browser itself busy, so that a walk comes to no end."""

_FEATURES = ("--enable-features", "--disable-features")

_NOT_DRAWN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
"""What a full Chromium draws for each window though nobody sees it: pages of its own, almost half of a short walk's processor time."""

_UNHELD_OFF = ("Reporting", "Prerender2FallbackPrefetchSpecRules")
"""What leaves by no way on which capture could hold it back: reports of the browser's own (``report-to``, network errors), and documents
that are fetched ahead of being prerendered (which under Playwright no page is: Chromium tells PrerenderingDisabledByDevTools)."""

_UNHELD_ON = ("PrefetchMultipleActiveSetSizeLimitForBase:prefetch_multiple_active_set_size_limit_for_base_value/0",)
"""So do documents that speculation rules have fetched ahead: none is, where none may be under way. What is then opened is loaded as ever.
https://source.chromium.org/chromium/chromium/src/+/main:content/browser/preloading/prefetch/prefetch_features.cc"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBrowser:
    """A browser that starts.

    Attributes:
        path: its executable; None where Playwright should take its own headless shell.
        name: ``Chrome``, ``Chromium``, ``Chromium headless shell`` …
        version: ``156.0.8078.79``; empty where it could not be asked.
        source: where it was found.
    """

    path: Path | None
    name: str
    version: str
    source: Source

    @property
    def shell(self) -> bool:
        """Whether it is the headless shell, which has no favicons, no background sync and no back/forward cache."""
        return "headless shell" in self.name

    def __str__(self) -> str:
        where = "Playwright's own" if self.path is None else str(self.path)
        return f"{self.name} {self.version}".strip() + f" ({where})"


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    path: Path
    source: Source
    playwrights_choice: bool = False


@cache
def find_browser() -> FoundBrowser:
    """The browser to walk with; looked for once in a process.

    Raises:
        BrowserError: none starts, or the one that ``TAGPROOF_BROWSER`` names does not.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        return _named(named)
    refused: list[str] = []
    for candidate in _candidates():
        version, why = ask_version(candidate.path)
        if why:
            refused.append(f"{candidate.path} does not start ({why})")
            continue
        path = None if candidate.playwrights_choice else candidate.path
        return FoundBrowser(path=path, name=candidate.name, version=version, source=candidate.source)
    found = "; ".join(refused) or "neither Chrome nor Chromium is installed, and Playwright has downloaded none"
    raise BrowserError(
        f"no browser to walk with: {found}",
        mend=f"run `playwright install --with-deps chromium`, install the system's chromium package, or name a browser in {VARIABLE}",
    )


def launch_arguments(browser: FoundBrowser | None = None, *, unheld: bool = True) -> list[str]:
    """Command-line switches for Chromium, beside those that Playwright itself gives.

    The user agent is that of a headed browser and ``navigator.webdriver`` is false: vendors' scripts drop events, and consent
    banners stay away, where they see automation. As a switch rather than a context's option it also holds in workers and popups.

    Args:
        browser: the browser that will be started; None to find it.
        unheld: whether it sends what capture in a browser sees at most, and cannot hold back: reports of its own, of what a page's policies
            refused and the like, and documents that speculation rules have it fetch ahead. A page works the same without.
    """
    browser = browser or find_browser()
    switches = [
        "--disable-blink-features=AutomationControlled",
        "--disable-domain-reliability",
        "--safebrowsing-disable-auto-update",
        # A page that did not load is loaded anew after 1 s, 5 s …: loads that the journey did not make.
        "--disable-auto-reload",
        # The throbber of a tab that loads and its like, of which each frame is drawn though nobody sees it; pages move as ever.
        "--animation-duration-scale=0",
    ]
    # The last switch of its name is the one that counts: it must say all that Playwright's own says.
    if off := playwrights_features("disable"):
        switches.append(f"--disable-features={','.join((*off, *_NOT_DRAWN, *(() if unheld else _UNHELD_OFF)))}")
    if not unheld and (on := playwrights_features("enable")):
        switches.append(f"--enable-features={','.join((*on, *_UNHELD_ON))}")
    if browser.version:
        switches.append(f"--user-agent={user_agent(browser.version)}")
    if not sandbox_possible(browser):
        switches.append("--no-sandbox")
    return switches


def with_features_joined(switches: Iterable[str]) -> list[str]:
    """The same switches, with one ``--enable-features`` and one ``--disable-features`` for all: Chromium heeds the last alone."""
    joined: dict[str, list[str]] = {}
    for switch in switches:
        name, _, value = switch.partition("=")
        told = joined.setdefault(name if name in _FEATURES else switch, [])
        if name in _FEATURES:
            told += [each for each in value.split(",") if each and each not in told]
    return [f"{each}={','.join(told)}" if each in _FEATURES else each for each, told in joined.items()]


def launch_options(browser: FoundBrowser | None = None, *, unheld: bool = True) -> dict[str, Any]:
    """Keyword arguments for Playwright's ``browser_type.launch``: executable_path, args, ignore_default_args, chromium_sandbox.

    The arguments are those of :func:`launch_arguments`.
    """
    browser = browser or find_browser()
    options: dict[str, Any] = {
        "args": launch_arguments(browser, unheld=unheld), "ignore_default_args": list(NOT_PLAYWRIGHTS),
        "chromium_sandbox": sandbox_possible(browser),
    }  # fmt: skip
    if browser.path is not None:
        options["executable_path"] = str(browser.path)
    return options


def user_agent(version: str) -> str:
    """What a headed Chrome of that version calls itself on this system, in the reduced form that Chrome sends since version 110.

    Source: https://www.chromium.org/updates/ua-reduction/
    """
    if sys.platform == "darwin":
        system = "Macintosh; Intel Mac OS X 10_15_7"
    elif sys.platform == "win32":
        system = "Windows NT 10.0; Win64; x64"
    else:
        system = "X11; Linux x86_64"
    major = version.split(".", 1)[0]
    return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"


def sandbox_possible(browser: FoundBrowser | None = None) -> bool:
    """Whether Chromium can run its sandbox here: not as root on Linux, and only where user namespaces may be made (many containers refuse).

    Args:
        browser: the browser in question; a system's package may bring a setuid helper of its own, which needs no user namespace.

    Source: https://chromium.googlesource.com/chromium/src/+/main/docs/linux/sandboxing.md
    """
    if sys.platform != "linux":
        return True
    if os.geteuid() == 0:
        return False
    return _has_setuid_helper(browser) or _user_namespaces()


def _has_setuid_helper(browser: FoundBrowser | None) -> bool:
    if browser is None or browser.path is None or "NoNewPrivs:\t1" in _proc("/proc/self/status"):
        return False
    helpers = [browser.path.resolve().parent / "chrome-sandbox", *(Path("/usr/lib") / name / "chrome-sandbox" for name in _CHROMIUM)]
    for helper in helpers if browser.source == "system" else helpers[:1]:
        try:
            status = helper.stat()
        except OSError:
            continue
        if status.st_uid == 0 and status.st_mode & stat.S_ISUID:
            return True
    return False


@cache
def _user_namespaces() -> bool:
    # Ubuntu lets an unconfined process make the namespace but gives it no rights in it, so that the attempt below would mislead.
    if _proc("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").strip() == "1":
        return False
    clone_newuser = 0x10000000
    attempt = f"import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare({clone_newuser}) != 0)"
    try:
        return subprocess.run([sys.executable, "-c", attempt], capture_output=True, timeout=_STARTS_WITHIN, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _proc(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _named(named: str) -> FoundBrowser:
    mend = f"give {VARIABLE} the path of a Chrome or Chromium, or unset it"
    path = shutil.which(named)
    if path is None:
        raise BrowserError(f"{VARIABLE} names {named!r}, which is no executable file", mend=mend)
    version, why = ask_version(Path(path))
    if why:
        raise BrowserError(f"{VARIABLE} names {named!r}, which does not start ({why})", mend=mend)
    return FoundBrowser(path=Path(path), name=_called(Path(path)), version=version, source=VARIABLE)


def _called(path: Path) -> str:
    name = path.name.lower()
    if "headless" in name:
        return "Chromium headless shell"
    if "chromium" in name:
        return "Chromium"
    return "Chrome" if "chrome" in name else path.stem


def _candidates() -> Iterator[_Candidate]:
    late: list[_Candidate] = []
    for name, commands in (("Chrome", _CHROME), ("Chromium", _CHROMIUM)):
        for command in commands:
            found = shutil.which(command)
            if found is None:
                continue
            candidate = _Candidate(name, Path(found), "system")
            # A snap sees neither Playwright's profile folder nor its pipes as they are; anything else goes first.
            if "snap" in Path(found).resolve().parts:
                late.append(candidate)
            else:
                yield candidate
    inside = {"darwin": _MAC, "win32": _WINDOWS}.get(sys.platform, ())
    for name, path in ((name, folder / below) for name, below in inside for folder in application_folders()):
        if path.is_file():
            yield _Candidate(name, path, "system")
    yield from _playwrights_own()
    yield from late


def application_folders() -> list[Path]:
    """Where macOS and Windows keep programs; empty on other systems."""
    if sys.platform == "darwin":
        return [Path("/Applications"), Path.home() / "Applications"]
    if sys.platform == "win32":
        return [Path(folder) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA") if (folder := os.environ.get(name))]
    return []


def _playwrights_own() -> Iterator[_Candidate]:
    """The builds that this Playwright would start; those of other versions are not its own."""
    shell = playwrights_build("chromium-headless-shell", PLAYWRIGHT_SHELL)
    full = playwrights_build("chromium", _PLAYWRIGHT_FULL)
    if full is not None:
        # Of the two, Playwright itself would start the shell, which tells scripts that it is headless.
        yield _Candidate("Chromium", full, "playwright")
    if shell is not None:
        yield _Candidate("Chromium headless shell", shell, "playwright", playwrights_choice=True)


def playwrights_build(name: str, patterns: tuple[str, ...]) -> Path | None:
    """The executable of the build of that name in Playwright's list, if this Playwright has downloaded it.

    Args:
        name: ``chromium``, ``chromium-headless-shell``, ``firefox``.
        patterns: where the executable is in the build's folder.
    """
    folder = _playwright_cache() / f"{name.replace('-', '_')}-{_playwright_revisions().get(name, '')}"
    return next((path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file()), None)


def _playwright_cache() -> Path:
    """Where Playwright keeps its browsers. Source: https://playwright.dev/python/docs/browsers#managing-browser-binaries."""
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if chosen == "0":
        return _playwright_package() / ".local-browsers"
    if chosen:
        return Path(chosen).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/ms-playwright"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"


def _playwright_package() -> Path:
    return Path(playwright.__file__).parent / "driver" / "package"


@cache
def playwrights_features(what: Literal["disable", "enable"]) -> tuple[str, ...]:
    """What Playwright has Chromium switch off by ``--disable-features``, or on; empty where its source tells it in no way known here."""
    named = f"{what}dFeatures"
    for path in (_playwright_package() / "lib" / name for name in ("coreBundle.js", "server/chromium/chromiumSwitches.js")):
        try:
            source = path.read_bytes()
        except OSError:
            continue
        # Megabytes: found by its name, and only there looked at.
        at = source.find(f"{named} = ".encode())
        listed = re.match(rf"{named} = (?:\([^()]*\) => )?\[([^\[\]]*)\]\.filter\(Boolean\)".encode(), source[at : at + 20_000])
        if at >= 0 and listed and f'"--{what}-features=" + {named}'.encode() in source:
            code = re.sub(r"//[^\n]*", "", listed.group(1).decode("utf-8", "replace"))
            return tuple(re.findall(r'"([A-Za-z]\w*)"', code))
    return ()


def _playwright_revisions() -> dict[str, str]:
    try:
        listed = json.loads((_playwright_package() / "browsers.json").read_text(encoding="utf-8"))["browsers"]
        return {each["name"]: str(each["revision"]) for each in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def ask_version(path: Path) -> tuple[str, str]:
    """What a browser calls its version, and why it does not start: one of the two is empty (on Windows both may be)."""
    if sys.platform == "win32":
        # chrome.exe opens a window for any switch; its version is the name of the folder beside it.
        versions = sorted(each.name for each in path.parent.iterdir() if re.fullmatch(r"[\d.]+", each.name))
        return (versions[-1] if versions else ""), ""
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, text=True, errors="replace", timeout=_STARTS_WITHIN, check=False)
    except OSError as error:
        return "", error.strerror or str(error)
    except subprocess.TimeoutExpired:
        return "", f"no answer within {_STARTS_WITHIN:.0f} s"
    version = re.search(r"\d+(?:\.\d+)+", asked.stdout)
    if asked.returncode == 0 and version is not None:
        return version.group(), ""
    complaint = (asked.stderr.strip() or asked.stdout.strip()).splitlines()
    return "", complaint[-1].strip() if complaint else f"exit code {asked.returncode}"
