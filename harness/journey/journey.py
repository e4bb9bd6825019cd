"""Journey and its steps: ties page, recording, scenario and verification together.

A journey is one walk. Time is spent only where something is being waited for: a step ends as soon as all that it
expects was seen, and at the latest when the page is quiet; absence is proved after the last step (:meth:`Journey.finish`).
"""

from __future__ import annotations

import re
import secrets
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Error as PlaywrightError

from harness.capture.captured import Answer, CapturedRequest, Push
from harness.consent import ConsentNotDriven, Platform
from harness.errors import BrowserError, TagproofError
from harness.journey.addresses import with_query
from harness.journey.answers import Answers, Rule
from harness.journey.banner import decision, find_platform
from harness.journey.pictures import Pictures
from harness.journey.settling import PATIENCE, PROOF, Settling
from harness.journey.values import Values, typed
from harness.plan.model import ConsentSetup
from harness.recording import ConsentChange, Disturbance, KnownValue, Note, Recording, Step
from harness.scenarios import Load, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from harness.capture.captured import Navigation
    from harness.capture.contract import Answerer, WalkCapture
    from harness.decode.hit import Hit
    from harness.plan.model import Expectations
    from harness.verify.conditions import Conditions
    from harness.verify.violation import Verdict

_STORED_CONSENT = (
    r"consent|optanon|didomi|cookiebot|usercentrics|^uc_|klaro|tarteaucitron|cc_cookie|borlabs|cmplz"
    r"|iubenda|truste|notice_preferences|_evidon"
)
"""Names of the cookies in which consent platforms keep the visitor's decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What compose gives to a journey: decoding, judging and answering, with all vendors and checks in them.

    Attributes:
        decode: (captured thing, its index) -> hits.
        judge: a finished recording -> its hits and its verdict.
        answer: the run's mode as an answerer.
        vendor_of: the id of the vendor that a request belongs to, or None.
        sockets: where WebSockets may be answered for, as :meth:`harness.capture.browser.BrowserCapture.begin` takes it.
        platforms: the consent platforms by id.
    """

    decode: Callable[[CapturedRequest | Push, int], list[Hit]]
    judge: Callable[[Recording], tuple[list[Hit], Verdict]]
    answer: Answerer
    vendor_of: Callable[[CapturedRequest], str | None]
    sockets: tuple[tuple[str, str], ...]
    platforms: Mapping[str, Platform]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """A finished walk: what it found, and its pictures by step index."""

    recording: Recording
    hits: list[Hit]
    verdict: Verdict
    screenshots: dict[int, Path] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)


class Consent:
    """The visitor's consent in this walk, driven through the site's own banner."""

    def __init__(self, journey: Journey) -> None:
        self._journey = journey

    def grant(self, *purposes: str) -> None:
        """Grant these purposes (none named: all). In a scenario that denied consent this leaves the denial as it is."""
        self._journey._decide("grant", frozenset(purposes) or None)

    def deny(self, *purposes: str) -> None:
        """Deny these purposes (none named: all)."""
        self._journey._decide("deny", frozenset(purposes) or None)

    @property
    def state(self) -> dict[str, bool]:
        """Purpose -> granted, as last read back; empty before any decision."""
        changes = [change for change in self._journey.recording.consents if change.state]
        return dict(changes[-1].state) if changes else {}


class Journey:
    """One walk of a scripted visit under one scenario. Tests get it as the fixture ``journey``.

    Attributes:
        page: the first tab. context: its browser context.
        consent: grants and denies through the site's banner.
        recording: everything captured so far. unique: a text of this walk alone, for test data.
        values: the expectations' values; ``journey.values["total"] = 59.9`` is :meth:`know`.
    """

    def __init__(
        self,
        *,
        context: BrowserContext,
        capture: Callable[[Journey], WalkCapture],
        recording: Recording,
        expectations: Expectations,
        scenario: Scenario,
        conditions: Conditions,
        tools: Tools,
        base_url: str | None,
        artefacts: Path,
        zero: float,
        pictures: bool = True,
    ) -> None:
        self.context = context
        self.recording = recording
        self.expectations = expectations
        self.unique = secrets.token_hex(4)
        self.consent = Consent(self)
        self.values = Values(self)
        self.outcome: Outcome | None = None
        self._scenario = scenario
        self._conditions = conditions
        self._parameters = dict(recording.walk.scenario_parameters)
        self._tools = tools
        self._base_url = base_url
        self._artefacts = artefacts
        self._pictures = Pictures() if pictures else None
        self._zero = zero
        self._adopted: list[BrowserContext] = []
        self._steps: list[Step] = []
        self._step_pages: dict[str, str] = {}
        self._screenshots: dict[int, Path] = {}
        self._landed = False
        self._denied_by_scenario = False
        self.answer = Answers(
            tools.answer, tools.vendor_of, lambda what, url, details: self._disturb("drop-campaign", what, url=url, details=details)
        )
        self._timings: dict[str, float] = {}
        self._literals()
        self._capture = capture(self)
        self._settling = Settling(
            capture=self._capture,
            recording=recording,
            contexts=lambda: self._adopted,
            expectations=expectations,
            conditions=conditions,
            decode=tools.decode,
        )
        self._begin("before the first step", "before")
        self.adopt(context)
        if scenario.before_landing is not None:
            scenario.before_landing(self, self._parameters)
        self.page: Page = context.pages[0] if context.pages else context.new_page()

    # ---- what a test uses -------------------------------------------------------------------------------------

    @property
    def requests(self) -> list[CapturedRequest]:
        """Every request captured so far."""
        self._capture.barrier()
        return self.recording.requests

    @property
    def hits(self) -> list[Hit]:
        """Every hit decoded from what was captured so far, data-layer pushes included."""
        self._capture.barrier()
        return [hit for _, hit in self._settling.hits()]

    @property
    def pushes(self) -> list[Push]:
        """Every data-layer push and vendor call so far."""
        self._capture.barrier()
        return self.recording.pushes

    def visit(self, path: str = "/", *, campaign: Mapping[str, str] | None = None) -> None:
        """Go to a page of the site under test as from outside, with the campaign's parameters on its URL.

        Args:
            path: relative to the base URL, or a whole URL.
            campaign: ``utm_source`` … and click IDs.
        """
        url = urljoin(self._base_url, path) if self._base_url else path
        if not urlsplit(url).scheme:
            raise TagproofError(f"{path!r} is relative and there is no base URL", mend="give --base-url, or visit a whole URL")
        if campaign:
            url = with_query(url, campaign)
        try:
            self.page.goto(url)
        except PlaywrightError as error:
            self._note(f"{url} did not load: {_first_line(error)}", doubt="site-did-not-load", details={"url": url})
            raise
        self._at_landed()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A named user action. What is pushed within belongs to it; it ends when what it expects was seen or the page is quiet."""
        self._go_on()
        step = self._begin(title, "journey")
        try:
            yield
        except BaseException as error:
            step.reached = False
            step.error = _first_line(error)
            self._capture.barrier()
            self._picture(step)
            self._end(step)
            raise
        self._at_landed()
        began = time.monotonic()
        self._jumped(self._settling.settle(step))
        self._spend("settling", began)
        began = time.monotonic()
        self._read_values(step)
        self._spend("values read", began)
        self._picture(step)
        if self._capture.lost:
            step.reached, step.error = False, self._capture.lost
        self._end(step)
        self._go_on()

    def know(self, **values: Any) -> None:
        """Give values that the test read or knows to the expectations, where they are ``$name``."""
        for name, value in values.items():
            self.recording.append(KnownValue(time=self._now(), step=self._index, name=name, value=value))

    def reload_here(self) -> None:
        """Reload the current page in the midst of the journey, as a scenario of its own would."""
        page = self._current_page()
        load = self._load_of(page)
        if load is not None:
            self._reload(page, load)

    def answer_with(
        self, *, vendor: str | None = None, url: str | None = None, status: int = 200, body: bytes = b"", times: int | None = None
    ) -> None:
        """Answer a vendor's requests (or those whose URL matches a glob) in this walk with another response.

        Serves tests of what a site does when a vendor fails. ``times`` None: always.
        """
        if vendor is None and url is None:
            raise TagproofError("answer_with needs a vendor or a URL", mend="name the vendor: answer_with(vendor='ga4', status=500)")
        self.answer.add(Rule(vendor=vendor, url=url, answer=Answer(status=status, body=body), times=times))

    def adopt(self, context: BrowserContext) -> None:
        """Capture another browser context that the test opened, as part of this walk."""
        self._capture.adopt(context)
        self._adopted.append(context)
        if self.expectations.plan.timers > 0:
            context.clock.install()
        context.on("page", self._watch)
        for page in context.pages:
            self._watch(page)

    def verify(self) -> Verdict:
        """Finish the walk and judge it now. It is done anyway when the test ends; later calls return the same verdict."""
        return self.finish().verdict

    # ---- the end of a walk ------------------------------------------------------------------------------------

    def finish(self, error: BaseException | None = None) -> Outcome:
        """Disturb as the scenario says, prove absence, judge.

        Absence is proved in this order: pending timers are fired, one scroll and one pointer move, then every page is
        left by navigation and closed, then a quiet window. All of it is in the record.
        """
        if self.outcome is not None:
            return self.outcome
        if error is not None:
            self._note(f"the test ended early: {_first_line(error)}", doubt="test-raised", details={"error": type(error).__name__})
        began = time.monotonic()
        last = self._last_journey_step()
        try:
            self._go_on()
            proof = self._begin("timers fired", "proof", of=last)
            self._fire_and_touch()
            self._end(proof)
            if self._scenario.after_last_step is not None:
                if error is None:
                    self._scenario.after_last_step(self, self._parameters)
                else:
                    self.not_applied("the journey did not reach its end", kind=self._scenario.name)
            leaving = self._begin("page left", "proof", of=self._steps[-1].index if self._steps[-1].kind == "scenario" else last)
            self._leave()
            self._end(leaving)
            self._go_on()
        except (PlaywrightError, BrowserError) as failure:
            self._note(f"the browser did not take the walk to its end: {_first_line(failure)}", doubt="browser-failed")
        for gap in self._capture.note_gap():
            self._note(gap, doubt="capture-gap")
        self._capture.close()
        self._spend("absence proved", began)
        began = time.monotonic()
        hits, verdict = self._tools.judge(self.recording)
        self._spend("judging", began)
        self._finish_pictures()
        self.recording.close()
        self.outcome = Outcome(
            recording=self.recording, hits=hits, verdict=verdict, screenshots=dict(self._screenshots), timings=dict(self._timings)
        )
        return self.outcome

    def _fire_and_touch(self) -> None:
        ahead = self.expectations.plan.timers
        with self._bounded():
            fired = self._settling.fire_timers(ahead)
            self._jumped(fired)
            for page in self._settling.pages():
                if self._settling.late:
                    break
                with suppress(PlaywrightError):
                    page.mouse.move(11, 13)
                    page.mouse.move(57, 71)
                    page.mouse.wheel(0, 400)
            self._capture.barrier()
            self._settling.quiet()
            if ahead > 0:
                # What the interaction brought in may have set timers of its own.
                self._jumped(self._settling.fire_timers(PATIENCE))
            if self._settling.late:
                self._note(
                    f"the page did not come to rest within {PROOF:g} s; its clock was put forward by {sum(fired):g} of {ahead:g} s",
                    doubt="proof-cut",
                )

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """A part of the proof, which no page may prolong."""
        self._settling.until = time.monotonic() + PROOF
        try:
            yield
        finally:
            self._settling.until = None

    def _leave(self) -> None:
        with self._bounded():
            kept = [page for page in self._settling.pages() if not self._left(page)]
            self._settling.quiet()
            for page in self._settling.pages():
                with suppress(PlaywrightError):
                    self._capture.close_page(page)
            if kept:
                self._note(
                    f"{len(kept)} of the tabs could not be left and were closed: what they would have sent then is not known "
                    f"({', '.join(dict.fromkeys(page.url[:200] for page in kept[:3]))})",
                    doubt="page-not-left",
                )
        before = len(self.recording.requests)
        if not self._settling.quiet() and len(self.recording.requests) > before:
            self._note("requests went on being sent after all tabs were closed", doubt="never-quiet")

    def _left(self, page: Page) -> bool:
        """Leave a page by navigation; False if it could not be left in time."""
        for again in (False, True):
            if self._settling.until is None or (left := self._settling.until - time.monotonic()) <= 0:
                return False
            try:
                if again:
                    page.evaluate(
                        "() => { window.onbeforeunload = null; addEventListener('beforeunload', e => e.stopImmediatePropagation(), true); }"
                    )
                page.goto("about:blank" if again else self._capture.exit(page.url), timeout=min(PATIENCE, left) * 1000)
            except PlaywrightError:
                continue
            return True
        return page.is_closed()

    # ---- the stage that scenarios act on ----------------------------------------------------------------------

    def loads_once_per(self) -> list[Load]:
        """See :class:`harness.scenarios.Stage`."""
        once = {
            (self.expectations.plan.destinations[sending.destination].vendor, sending.event)
            for event in self.expectations.plan.events.values()
            if event.once_per and event.once_per != ("page",)
            for sending in event.sent_to
        }
        found: dict[tuple[str, int], None] = {}
        entries = self.recording.entries
        for position, hit in self._settling.hits():
            entry = entries[position]
            if (hit.vendor, hit.event) in once and isinstance(entry, CapturedRequest | Push) and entry.page and entry.page_load:
                found[(entry.page, entry.page_load)] = None
        return self._loads(list(found))

    def loads_of_steps(self, titles: tuple[str, ...]) -> list[Load]:
        """See :class:`harness.scenarios.Stage`."""
        wanted: dict[tuple[str, int], None] = {}
        for title in titles:
            step = next((step for step in self._steps if step.title == title), None)
            if step is None:
                self.not_applied(f"there was no step {title!r} whose page could be reloaded", kind="reload")
                continue
            tab = self._step_pages.get(title)
            shown = [nav for nav in self.recording.navigations if nav.step <= step.index and (tab is None or nav.page == tab)]
            if shown and shown[-1].page_load is not None:
                wanted[(shown[-1].page, shown[-1].page_load)] = None
        return self._loads(list(wanted))

    def current_loads(self) -> list[Load]:
        """See :class:`harness.scenarios.Stage`."""
        loads = [self._load_of(page) for page in self._settling.pages()]
        return self._loads([(load.page, load.page_load) for load in loads if load is not None and load.page_load is not None])

    def reload(self, load: Load) -> None:
        """See :class:`harness.scenarios.Stage`."""
        page = self._tab(load.page)
        if page is None:
            self.revisit(load)
            return
        phase = self._begin(f"reload {_path(load.url)}", "scenario", of=self._last_journey_step())
        before = self._load_of(page)
        if before is not None:
            self._reload(page, before)
        self._after_disturbance(phase)

    def revisit(self, load: Load) -> None:
        """See :class:`harness.scenarios.Stage`."""
        phase = self._begin(f"come back to {_path(load.url)}", "scenario", of=self._last_journey_step())
        page = self.context.new_page()
        try:
            page.goto(load.url)
            applied, reason = True, ""
        except PlaywrightError as error:
            applied, reason = False, _first_line(error)
        self._capture.barrier()
        now = self._load_of(page)
        self._disturb(
            "reload", f"opened {load.url} again in a new tab", applied=applied, reason=reason, url=load.url,
            page=now.page if now else None, page_load=now.page_load if now else None,
            previous_page=load.page, previous_load=load.ordinal,
        )  # fmt: skip
        self._after_disturbance(phase)

    def deny(self, purposes: frozenset[str] | None) -> None:
        """See :class:`harness.scenarios.Stage`."""
        self._denied_by_scenario = False
        try:
            state = self._drive("deny", purposes)
        except ConsentNotDriven as failure:
            self._disturb("deny", "consent was to be denied", applied=False, reason=str(failure))
            return
        wanted = purposes if purposes is not None else frozenset(self.expectations.plan.purposes)
        still = sorted(name for name in wanted if state.get(name) is True)
        if still:
            self._disturb(
                "deny", "consent was denied through the banner", applied=False,
                reason=f"read back, the page still says granted: {', '.join(still)}", details={"state": state},
            )  # fmt: skip
            return
        self._denied_by_scenario = True
        self._disturb("deny", "consent denied through the banner: " + ", ".join(sorted(wanted)), details={"state": state})

    def clear_consent(self) -> None:
        """See :class:`harness.scenarios.Stage`."""
        stored = [cookie for cookie in self.context.cookies() if re.search(_STORED_CONSENT, cookie["name"], re.IGNORECASE)]
        for cookie in stored:
            self.context.clear_cookies(name=cookie["name"], domain=cookie["domain"])
        if stored:
            self.recording.append(ConsentChange(time=self._now(), step=self._index, action="cleared"))

    def drop_campaign(self, names: tuple[str, ...]) -> None:
        """See :class:`harness.scenarios.Stage`."""
        self.answer.drop_campaign(names)

    def not_applied(self, reason: str, *, kind: str) -> None:
        """See :class:`harness.scenarios.Stage`."""
        self._disturb(kind, f"{self._scenario.title}: not applied", applied=False, reason=reason)

    # ---- within -----------------------------------------------------------------------------------------------

    def _now(self) -> float:
        return time.monotonic() - self._zero

    @property
    def _index(self) -> int:
        return self._steps[-1].index if self._steps else 0

    def _go_on(self) -> None:
        """Stop the walk where nothing more can be captured: nothing would be held back either."""
        if not self._capture.lost:
            return
        for context in self._adopted:
            with suppress(PlaywrightError):
                context.set_offline(True)
        raise BrowserError(self._capture.lost, mend="see whether the browser or the proxy crashed, or ran out of memory")

    def _begin(self, title: str, kind: Any, of: int | None = None) -> Step:
        step = Step(index=len(self._steps), title=title, kind=kind, of=of, began=self._now())
        if self._steps:
            self._capture.barrier()
            if self._steps[-1].ended is None:
                self._end(self._steps[-1])
        self._steps.append(step)
        self._capture.enter_step(step.index)
        self.recording.append(_copy(step))
        return step

    def _end(self, step: Step) -> None:
        if step.ended is None:
            step.ended = self._now()
            with suppress(PlaywrightError):
                tab = self._capture.page_id(self._current_page())
                if tab is not None:
                    self._step_pages[step.title] = tab
            self.recording.append(_copy(step))

    def _last_journey_step(self) -> int | None:
        return next((step.index for step in reversed(self._steps) if step.kind == "journey"), None)

    def _note(self, what: str, *, doubt: str = "", details: dict[str, Any] | None = None) -> None:
        self.recording.append(Note(time=self._now(), step=self._index, what=what, doubt=doubt, details=details or {}))

    def _disturb(self, kind: str, what: str, *, applied: bool = True, reason: str = "", **more: Any) -> None:
        self.recording.append(
            Disturbance(
                time=self._now(), step=self._index, scenario=self._scenario.name, kind=kind, what=what,
                applied=applied, reason=reason, **more,
            )
        )  # fmt: skip

    def _jumped(self, jumps: list[float]) -> None:
        if jumps:
            self._note(
                f"the page's clock was put forward by {sum(jumps):g} s",
                details={"clock_forward": sum(jumps), "clock_ahead": self._settling.clock_ahead},
            )

    def _spend(self, what: str, began: float) -> None:
        self._timings[what] = self._timings.get(what, 0.0) + time.monotonic() - began

    def _literals(self) -> None:
        for name, source in self.expectations.values.items():
            if source.source == "file":
                self.recording.append(KnownValue(time=0.0, step=0, name=name, value=source.literal))

    def _current_page(self) -> Page:
        pages = self._settling.pages()
        if not pages:
            return self.page
        return self.page if self.page in pages and len(pages) == 1 else pages[-1]

    def _watch(self, page: Page) -> None:
        page.on("crash", self._crashed)

    def _crashed(self, page: Page) -> None:
        self._settling.crashed.add(page)
        self._note(f"the tab {page.url} crashed", doubt="page-crashed")

    def _at_landed(self) -> None:
        if self._landed or self._current_page().url in ("", "about:blank"):
            return
        self._landed = True
        if self._scenario.at_landed is not None:
            with suppress(PlaywrightError):
                self._current_page().wait_for_load_state("load", timeout=PATIENCE * 1000)
            self._capture.barrier()
            self._scenario.at_landed(self, self._parameters)

    # pages and loads

    def _load_of(self, page: Page) -> Navigation | None:
        tab = self._capture.page_id(page)
        shown = [nav for nav in self.recording.navigations if nav.page == tab]
        return shown[-1] if shown else None

    def _tab(self, name: str) -> Page | None:
        return next((page for page in self._settling.pages() if self._capture.page_id(page) == name), None)

    def _loads(self, keys: list[tuple[str, int]]) -> list[Load]:
        navigations = self.recording.navigations
        current = {(nav.page, nav.page_load) for nav in map(self._load_of, self._settling.pages()) if nav is not None}
        loads = []
        for tab, ordinal in keys:
            shown = [nav for nav in navigations if nav.page == tab and nav.page_load == ordinal]
            if shown:
                posted = any(nav.method == "POST" for nav in shown)
                loads.append(Load(page=tab, ordinal=ordinal, url=shown[-1].url, current=(tab, ordinal) in current, posted=posted))
        return loads

    def _reload(self, page: Page, before: Navigation) -> None:
        applied, reason = True, ""
        try:
            page.reload()
        except PlaywrightError as error:
            applied, reason = False, _first_line(error)
        self._capture.barrier()
        now = self._load_of(page)
        if applied and now is not None and now.page_load == before.page_load:
            applied, reason = False, "no new document was loaded"
        self._disturb(
            "reload", f"reloaded {before.url}", applied=applied, reason=reason, url=before.url,
            page=now.page if now else None, page_load=now.page_load if now else None,
            previous_page=before.page, previous_load=before.page_load,
        )  # fmt: skip

    def _after_disturbance(self, phase: Step) -> None:
        self._settling.loaded()
        self._capture.barrier()
        self._settling.quiet()
        self._picture(phase)
        self._fire_and_touch()
        self._end(phase)

    # consent

    def _decide(self, action: Literal["grant", "deny"], purposes: frozenset[str] | None) -> None:
        if action == "grant" and self._denied_by_scenario:
            self._note("the journey would grant consent here; the scenario's denial was left as it is")
            return
        try:
            self._drive(action, purposes)
        except ConsentNotDriven as failure:
            self._note(f"consent could not be set: {failure}", doubt="consent-not-set")
            raise TagproofError(f"consent could not be set: {failure}", mend="check the plan's consent: platform or selectors") from failure

    def _drive(self, action: Literal["grant", "deny"], purposes: frozenset[str] | None) -> dict[str, bool]:
        plan = self.expectations.plan
        page = self._current_page()
        setup = plan.consent or ConsentSetup()
        platform = find_platform(page, setup, self._tools.platforms, lambda: self._settling.quiet(0.05, window=0.05))
        began = self._now()
        wanted = decision(plan.purposes, action == "grant", purposes, self.consent.state)
        known = tuple(plan.purposes.values())
        platform.decide(page, setup, wanted, known)
        self._capture.barrier()
        state = platform.read(page, setup, known)
        if state is None:
            state = wanted if known else {}
        self.recording.append(
            ConsentChange(time=self._now(), step=self._index, action=action, state=state, platform=platform.id, began=began)
        )
        return state

    # values and pictures

    def _read_values(self, step: Step) -> None:
        own = next((each for each in self.expectations.steps if each.step == step.title), None)
        used = {
            str(matcher.equals)[1:]
            for expectation in (own.expect if own else ())
            for matcher in expectation.where
            if isinstance(matcher.equals, str) and matcher.equals.startswith("$")
        }
        for name, source in self.expectations.values.items():
            if source.source != "page" or name not in used:
                continue
            try:
                locator = self._current_page().locator(source.selector).first
                if source.attribute:
                    text = locator.get_attribute(source.attribute, timeout=PATIENCE * 1000) or ""
                elif locator.evaluate("e => 'value' in e", timeout=PATIENCE * 1000):
                    text = locator.input_value(timeout=PATIENCE * 1000)
                else:
                    text = locator.inner_text(timeout=PATIENCE * 1000)
                self.know(**{name: typed(text, source.type, source.decimal)})
            except (PlaywrightError, ValueError) as error:
                self._note(
                    f"the value ${name} could not be read from {source.selector}: {_first_line(error)} ({source.place})",
                    doubt="value-not-read", details={"name": name},
                )  # fmt: skip

    def _picture(self, step: Step) -> None:
        if self._pictures is None or self.outcome is not None:
            return
        began = time.monotonic()
        try:
            picture = self._pictures.take(self._current_page(), self._artefacts / f"step-{step.index}", timeout=PATIENCE)
        except PlaywrightError as error:
            self._note(f"no picture could be taken: {_first_line(error)}")
        else:
            step.screenshot = picture.name
            self._screenshots[step.index] = picture
        self._spend("pictures", began)

    def _finish_pictures(self) -> None:
        if self._pictures is None:
            return
        began = time.monotonic()
        for picture, why in self._pictures.finish().items():
            self._screenshots = {index: path for index, path in self._screenshots.items() if path != picture}
            self._note(f"the picture {picture.name} could not be written: {why}")
        self._spend("pictures", began)


def _copy(step: Step) -> Step:
    return Step(**{name: getattr(step, name) for name in Step.__dataclass_fields__})


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def _path(url: str) -> str:
    return urlsplit(url).path or "/"
