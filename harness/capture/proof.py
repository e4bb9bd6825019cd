"""Proves, once in each browser, that capture gives there what it promises; chooses the backend that does.

A page that no network is needed for (its host cannot exist, capture answers it) sends what other ways of capture lose: beacons while it is
left, a body that is no text, from workers and from a frame of another site. What does not come back as it was sent, this browser or the
way to it does not give.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import Error as PlaywrightError

from harness.capture.browser import BrowserCapture
from harness.capture.captured import Answer, CapturedRequest, Navigation, Push
from harness.capture.proxy import ProxyCapture
from harness.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, BrowserContext

    from harness.capture.contract import Entry, WalkCapture

LIMIT: Final = 10.0
"""Seconds that a browser has for the whole; one that is well needs a fraction of one."""

OPEN: Final = 8.0
"""Seconds that the page is open for what it sends; where all is answered it is left at once."""

LAST: Final = 3.0
"""Seconds in which the last of a page that was left must have come."""

BINARY: Final = bytes((0, 255, 128))
ELSEWHERE: Final = "http://127.0.0.1:47808/elsewhere"
"""What the page is left for: also what is asked of this machine itself must be seen, and not go past a proxy."""

_SENT: Final[dict[str, tuple[str, bytes]]] = {
    "beacon": ("a beacon", b"b"),
    "blob": ("a body that is no text", BINARY),
    "worker": ("what a worker sends", b"w"),
    "shared": ("what a shared worker sends", b"s"),
    "frame": ("what a frame of another site sends", b"f"),
    "leaving": ("a beacon that a page sends while it is left", BINARY),
}  # fmt: skip

_PAGE = """<!doctype html><title>tagproof</title><link rel=icon href=data:,><script>
const binary = () => new Blob([new Uint8Array([0, 255, 128])]);
const code = body => URL.createObjectURL(new Blob([`
  const go = () => fetch('${location.origin}/hit/${body === 'w' ? 'worker' : 'shared'}', {method: 'POST', body: '${body}'});
  self.onconnect = event => go().finally(() => event.ports[0].postMessage(1));
  if ('${body}' === 'w') go().finally(() => postMessage(1));`], {type: 'text/javascript'}));
const heard = (from, start) => new Promise(resolve => { from.onmessage = resolve; start && from.start() });
const frame = document.createElement('iframe');
frame.src = 'FRAME';
const sent = [
  fetch('/hit/blob', {method: 'POST', body: binary()}),
  heard(new Worker(code('w'))),
  new Promise(resolve => { addEventListener('message', resolve) }),
];
if (window.SharedWorker) sent.push(heard(new SharedWorker(code('s')).port, true));
navigator.sendBeacon('/hit/beacon', 'b');
window.dataLayer = [{event: 'there'}];
addEventListener('pagehide', () => {
  navigator.sendBeacon('/hit/leaving', binary());
  dataLayer.push({event: 'leaving'});
});
document.documentElement.append(frame);
window.done = Promise.race([Promise.allSettled(sent), new Promise(resolve => setTimeout(resolve, WAIT))]);
</script>"""
_FRAME = """<!doctype html><script>
fetch('/hit/frame', {method: 'POST', body: 'f'}).finally(() => parent.postMessage(1, '*'));
</script>"""


HEADLESS: Final = (
    "made in a browser that tells each script that it is headless: those that look for robots (PostHog, Countly) may send nothing in it, "
    "and would be missed for that alone; use Chrome or a full Chromium"
)
"""What is said of a headless shell, as Playwright starts by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a browser was seen to give.

    Attributes:
        lacks: what capture does not give in it, in words; empty if it gives all that it promises.
        headless: whether it tells scripts and servers that nobody looks at it.
    """

    lacks: tuple[str, ...] = ()
    headless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The capture of a browser's walks.

    Attributes:
        browser: the one to walk in; another than was given where that had to be launched anew.
        said: why the capture is another than was asked for, and what in this browser differs from a visitor's; empty if all is well.
    """

    capture: BrowserCapture | ProxyCapture
    browser: Browser
    said: str = ""


def choose(
    browser: Browser,
    *,
    endpoint: str | None = None,
    proxy: ProxyCapture | None = None,
    insecure: bool = False,
    relaunch: Callable[[ProxyCapture], Browser] | None = None,
) -> Chosen:
    """Capture from inside the browser if that gives all that it promises, else by a proxy if that does.

    Args:
        browser: the browser of the walks.
        endpoint: where it listens, if it was connected to.
        proxy: a proxy that was asked for from the start; capture from inside is then not tried.
        insecure: see :meth:`harness.capture.proxy.ProxyCapture.attach`.
        relaunch: launches the browser anew for a proxy; None for one that is not ours to launch.

    Raises:
        BrowserError: neither gives all that it promises.
    """
    name = f"{browser.browser_type.name} {browser.version}"
    if proxy is not None:
        if (proof := prove(proxy, browser)).lacks:
            raise BrowserError(
                f"this browser ({name}) does not give through the proxy all that must be seen; not seen: {', '.join(proof.lacks)}",
                mend="see whether it reaches this machine's ports; a Chromium needs the proxy's own launch arguments",
            )
        return Chosen(capture=proxy, browser=browser, said=HEADLESS if proof.headless else "")
    mend = "use a current Chromium, with nothing between that changes what it says"
    try:
        inside = BrowserCapture.attach(browser, endpoint=endpoint)
    except BrowserError as error:
        why, mend = error.what, error.mend or mend
    else:
        if not (proof := prove(inside, browser)).lacks:
            return Chosen(capture=inside, browser=browser, said=HEADLESS if proof.headless else "")
        inside.close()
        why = f"this browser ({name}) does not give from inside all that must be seen; not seen: {', '.join(proof.lacks)}"
    try:
        outside = ProxyCapture.attach(insecure=insecure)
    except BrowserError as error:
        raise BrowserError(f"{why}. A proxy cannot take its place: {error.what}", mend=f"{mend}; or {error.mend}") from error
    if relaunch is not None:
        browser.close()
        browser = relaunch(outside)
    if (proof := prove(outside, browser)).lacks:
        outside.close()
        if relaunch is not None:
            browser.close()
        raise BrowserError(f"{why}. Neither does it through a proxy; not seen: {', '.join(proof.lacks)}", mend=mend)
    said = f"captured by the proxy: {why}" + (f"; {HEADLESS}" if proof.headless else "")
    return Chosen(capture=outside, browser=browser, said=said)


def prove(capture: BrowserCapture | ProxyCapture, browser: Browser) -> Proof:
    """What a capture gives in this browser. It takes a fraction of a second where that is all."""
    first = _trial(capture, browser)
    if not first.lacks:
        return first
    # A browser that is busy may let go of what it has no time for: what it does not give, it does not give a second time either.
    again = _trial(capture, browser)
    return Proof(lacks=tuple(each for each in first.lacks if each in again.lacks), headless=first.headless or again.headless)


def lacking(capture: BrowserCapture | ProxyCapture, browser: Browser) -> tuple[str, ...]:
    """What a capture does not give in this browser, in words; empty if it gives all that it promises."""
    return prove(capture, browser).lacks


def _trial(capture: BrowserCapture | ProxyCapture, browser: Browser) -> Proof:
    trial = _Trial()
    try:
        walk = capture.begin(trial.entries.append, trial.answer, zero=time.monotonic())
        context = browser.new_context(**(capture.context_options() if isinstance(capture, ProxyCapture) else {}))
    except (BrowserError, PlaywrightError) as error:
        return Proof(lacks=(_first_line(error),))
    try:
        return Proof(lacks=trial.make(walk, context), headless=trial.headless)
    except (BrowserError, PlaywrightError) as error:
        return Proof(lacks=(*trial.missing(), _first_line(error)), headless=trial.headless)
    finally:
        try:
            walk.close()
            context.close()
        except PlaywrightError:
            pass


@dataclass(slots=True)
class _Trial:
    """One trial's page, and what came of it."""

    entries: list[Entry] = field(default_factory=list)
    host: str = field(default_factory=lambda: f"tagproof-{secrets.token_hex(6)}.invalid")
    shared: bool = True

    def answer(self, request: CapturedRequest) -> Answer:
        """Nothing of a trial goes anywhere."""
        html = (("Content-Type", "text/html"), ("Cache-Control", "no-store"))
        if request.url == f"https://{self.host}/":
            page = _PAGE.replace("FRAME", f"https://frame-{self.host}/inside").replace("WAIT", str(OPEN * 1000))
            return Answer(200, html, page.encode())
        if request.url.endswith("/inside"):
            return Answer(200, html, _FRAME.encode())
        return Answer(200, (("Content-Type", "text/plain"), ("Cache-Control", "no-store")), b"ok")

    def make(self, walk: WalkCapture, context: BrowserContext) -> tuple[str, ...]:
        """Walk the page and leave it."""
        context.set_default_timeout(LIMIT * 1000)
        walk.adopt(context)
        page = context.new_page()
        page.goto(f"https://{self.host}/")
        self.shared = bool(page.evaluate("() => window.done.then(() => 'SharedWorker' in window)"))
        page.goto(ELSEWHERE)
        walk.barrier()
        until = time.monotonic() + LAST
        while self.missing() and time.monotonic() < until:
            walk.quiet(0.05, 0.1)
        return tuple(dict.fromkeys((*self.missing(), *(gap.replace(self.host, "a page") for gap in walk.note_gap()))))

    @property
    def headless(self) -> bool:
        """Whether the browser says so itself, in what it tells servers and ``navigator.userAgentData`` tells scripts.

        https://wicg.github.io/ua-client-hints/#sec-ch-ua
        """
        requests = [entry for entry in list(self.entries) if isinstance(entry, CapturedRequest)]
        return any("headless" in (each.header("sec-ch-ua") or "").lower() for each in requests)

    def missing(self) -> tuple[str, ...]:
        """What did not come back as it was sent."""
        entries = list(self.entries)
        sent: dict[str, list[Any]] = {}
        for entry in entries:
            if isinstance(entry, CapturedRequest):
                sent.setdefault(entry.url.rpartition("/")[2] if self.host in entry.url else entry.url, []).append(entry)
        lost = []
        for name, (words, body) in _SENT.items():
            if name == "shared" and not self.shared:
                continue
            if [(each.body.data, each.disposition) for each in sent.get(name, ())] != [(body, "stubbed")]:
                lost.append(words)
        if ELSEWHERE not in sent:
            lost.append("what is asked of this machine itself")
        if not any(isinstance(entry, Navigation) and entry.url == ELSEWHERE for entry in entries):
            lost.append("a navigation")
        pushed = [entry.value.get("event") for entry in entries if isinstance(entry, Push) and isinstance(entry.value, dict)]
        if pushed != ["there", "leaving"]:
            lost.append("the data layer")
        return tuple(lost)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
