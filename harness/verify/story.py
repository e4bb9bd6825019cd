"""Walks told in a few lines, for tests of checks: what the visitor did, what was pushed, what was sent.

    story = Story(plan)
    with story.step("place the order"):
        story.load("/thanks")
        story.push("purchase", transaction_id="T-1")
        story.hit("ga4", "purchase", transaction_id="T-1")
    story.reload()
    story.hit("ga4", "purchase", transaction_id="T-1")
    verdict = story.judge(checks)

Time passes by a tenth of a second with everything that happens. Nothing here decodes: hits are given as decoders give them.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from harness.capture.captured import Body, CapturedRequest, Navigation, Outcome, Push
from harness.decode.campaign import campaign_of
from harness.decode.hit import Hit
from harness.decode.hit import Parameter as WireParameter
from harness.decode.vendor import Vendor
from harness.recording import ConsentChange, Disturbance, KnownValue, Note, Recording, Step, Walk
from harness.verify.case import Case
from harness.verify.conditions import Conditions
from harness.verify.judge import judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.plan.model import Expectations
    from harness.verify.check import Check
    from harness.verify.violation import Verdict

SITE = "https://shop.example"
GRANTED = {"ad_storage": True, "analytics_storage": True, "ad_user_data": True, "ad_personalization": True}
DENIED = dict.fromkeys(GRANTED, False)


def vendor(vendor_id: str, name: str = "", **fields: Any) -> Vendor:
    """A vendor that is known by id; its script adds nothing unless ``automatic_…`` says so."""
    given: dict[str, Any] = {"category": "analytics", "docs": (), "endpoints": (), "decode": lambda _request: ()}
    return Vendor(id=vendor_id, name=name or vendor_id, **given | fields)


VENDORS = {
    each.id: each
    for each in (
        vendor(
            "ga4",
            "Google Analytics 4",
            automatic_events=frozenset({"user_engagement", "session_start"}),
            automatic_parameters=frozenset({"page_location", "page_title", "engagement_time_msec", "campaign*"}),
            purposes=tuple(GRANTED),
            cookieless=True,
        ),
        vendor("meta-pixel", "Meta Pixel", automatic_parameters=frozenset({"sw", "sh"})),
        vendor("google-ads", "Google Ads", purposes=tuple(GRANTED), cookieless=True),
        vendor("segment", "Segment"),
    )
}


class Story:
    """A walk in the making.

    Args:
        expectations: what it is judged against.
        scenario, denied, campaign_dropped, needs: the conditions it is walked under.
        environment, source: as in the recording's head.
    """

    def __init__(
        self,
        expectations: Expectations,
        *,
        scenario: str = "baseline",
        denied: Sequence[str] = (),
        campaign_dropped: Sequence[str] = (),
        needs: Sequence[str] = (),
        environment: str | None = None,
        source: Literal["walk", "har", "requests"] = "walk",
    ) -> None:
        self.expectations = expectations
        self.conditions = Conditions(
            scenario=scenario, denied=frozenset(denied), campaign_dropped=tuple(campaign_dropped), needs=tuple(needs)
        )
        self.recording = Recording(Walk(scenario=scenario, environment=environment, source=source))
        self.hits: list[Hit] = []
        self.time = 0.0
        self.tab = "p1"
        self.loads: dict[str, int] = {}
        self.urls: dict[str, str] = {}
        self.steps = 0
        self.current = 0
        self._ids = 0

    # ---- time and phases

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds

    @contextmanager
    def step(
        self, title: str, *, kind: Literal["before", "journey", "scenario", "proof"] = "journey", reached: bool = True
    ) -> Iterator[None]:
        """A step of the journey, or a phase of another kind."""
        of = next((each.index for each in reversed(self.recording.steps) if each.kind == "journey"), None) if kind != "journey" else None
        step = Step(index=self.steps, title=title, kind=kind, of=of, began=self._tick(), reached=reached)
        self.steps += 1
        self.current = step.index
        self.recording.append(step)
        yield
        self.recording.append(Step(index=step.index, title=title, kind=kind, of=of, began=step.began, ended=self._tick(), reached=reached))

    def _tick(self) -> float:
        self.time = round(self.time + 0.1, 3)
        return self.time

    def _id(self, letter: str) -> str:
        self._ids += 1
        return f"{letter}{self._ids}"

    # ---- pages

    def load(
        self, path: str = "/", *, tab: str | None = None, kind: Literal["document", "reload"] = "document",
        referrer: str | None = None, redirect: Sequence[str] = (), status: int = 200,
    ) -> None:  # fmt: skip
        """A document load in a tab; ``redirect`` lists the addresses that the asked one led to, the last is shown."""
        self.tab = tab or self.tab
        self.loads[self.tab] = self.loads.get(self.tab, 0) + 1
        addresses = [_whole(each) for each in (path, *redirect)]
        before = None
        for address in addresses:
            request = CapturedRequest(
                id=self._id("d"), url=address, time=self._tick(), resource_type="document", page=self.tab, main_frame=True,
                page_load=self.loads[self.tab], step=self.current, redirected_from=before,
                headers=(("Referer", _whole(referrer)),) if referrer else (),
            )  # fmt: skip
            self.recording.append(request)
            before = request.id
        self.urls[self.tab] = addresses[-1]
        self.recording.append(
            Navigation(
                page=self.tab, url=addresses[-1], kind=kind, time=self._tick(), page_load=self.loads[self.tab], step=self.current,
                status=status,
            )
        )  # fmt: skip

    def route(self, path: str) -> None:
        """A change of address without a load (pushState)."""
        self.urls[self.tab] = _whole(path)
        self.recording.append(
            Navigation(
                page=self.tab,
                url=self.urls[self.tab],
                kind="history",
                time=self._tick(),
                page_load=self.loads.get(self.tab),
                step=self.current,
            )
        )

    @contextmanager
    def reload(self, path: str | None = None, *, tab: str | None = None) -> Iterator[None]:
        """The scenario reloads the page, or opens ``path`` again in another tab."""
        previous = (self.tab, self.loads.get(self.tab))
        url = path or self.urls.get(self.tab, "/")
        with self.step(f"reload {urlsplit(_whole(url)).path}", kind="scenario"):
            self.load(url, tab=tab, kind="document" if tab else "reload")
            self.recording.append(
                Disturbance(
                    time=self._tick(), step=self.current, scenario=self.conditions.scenario, kind="reload", what=f"reloaded {url}",
                    url=_whole(url), page=self.tab, page_load=self.loads[self.tab], previous_page=previous[0], previous_load=previous[1],
                )
            )  # fmt: skip
            yield

    @contextmanager
    def proof(self) -> Iterator[None]:
        """Absence is proved: timers fire, pages are left."""
        with self.step("timers fired", kind="proof"):
            yield

    # ---- what happens

    def consent(self, action: Literal["grant", "deny", "withdraw"], *, began: float | None = None, **state: bool) -> None:
        """A decision through the banner, read back; by scenario where the walk has denied purposes."""
        now = self._tick()
        self.recording.append(ConsentChange(time=now, step=self.current, action=action, state=state, began=began))
        if self.conditions.denied and action == "deny":
            self.recording.append(Disturbance(time=now, step=self.current, scenario=self.conditions.scenario, kind="deny", what="denied"))

    def disturb(self, kind: str, *, applied: bool = True, reason: str = "") -> None:
        """Something else that a scenario did."""
        self.recording.append(
            Disturbance(
                time=self._tick(),
                step=self.current,
                scenario=self.conditions.scenario,
                kind=kind,
                what=kind,
                applied=applied,
                reason=reason,
            )
        )

    def note(self, what: str, *, doubt: str = "", **details: Any) -> None:
        """A note of the harness."""
        self.recording.append(Note(time=self._tick(), step=self.current, what=what, doubt=doubt, details=details))

    def know(self, **values: Any) -> None:
        """Values of the expectations."""
        for name, value in values.items():
            self.recording.append(KnownValue(time=self._tick(), step=self.current, name=name, value=value))

    def push(self, event: str | None = None, *, raw: Any = None, **values: Any) -> Push:
        """A data-layer entry: the event with its values under ``ecommerce`` where they are e-commerce, or ``raw`` as it is."""
        value = raw if raw is not None else ({"event": event} if event else {}) | values
        push = Push(
            id=self._id("l"), source="dataLayer", value=value, time=self._tick(), page=self.tab, page_load=self.loads.get(self.tab),
            page_url=self.urls.get(self.tab), step=self.current,
        )  # fmt: skip
        self.recording.append(push)
        if isinstance(value, dict) and isinstance(value.get("event"), str):
            flat = {key: each for key, each in value.items() if key not in ("event", "ecommerce")}
            if isinstance(value.get("ecommerce"), dict):
                flat |= value["ecommerce"]
            self.hits.append(
                Hit(
                    vendor="data-layer", vendor_name="Data layer", event=value["event"], account="dataLayer", request_id=push.id,
                    values=flat, parameters=_parameters("data-layer", flat), page_url=push.page_url,
                )
            )  # fmt: skip
        return push

    def hit(
        self, vendor: str, event: str | None, *, account: str | None = None, kind: str | None = None, url: str | None = None,
        consent: Mapping[str, Any] | None = None, identifiers: Mapping[str, str] | None = None, campaign: Mapping[str, str] | None = None,
        page_url: str | None = "", key: str | None = None, event_time: float | None = None,
        undecoded: str = "",         outcome: tuple[str, int | None] | None = ("stubbed", 204), reason: str = "", body: Body | None = None,
        redirected_from: str | None = None,
        old_load: bool = False, tab: str | None = None, batch: CapturedRequest | None = None, **values: Any,
    ) -> CapturedRequest:  # fmt: skip
        """A hit, in a request of its own or in that of ``batch``. ``old_load``: sent by the document before the one shown."""
        tab = tab or self.tab
        shown = self.urls.get(tab)
        request = batch or CapturedRequest(
            id=self._id("r"), url=url or f"https://{vendor}.example/collect", time=self._tick(), method="POST",
            resource_type="ping", page=tab,
            page_load=self.loads.get(tab, 0) - int(old_load) or None, page_url=shown, step=self.current, disposition="stubbed",
            redirected_from=redirected_from, body=body or Body(),
        )  # fmt: skip
        if batch is None:
            self.recording.append(request)
            if outcome is not None:
                self.recording.append(Outcome(request=request.id, state=outcome[0], status=outcome[1], time=self._tick(), reason=reason))  # type: ignore[arg-type]
        about = shown if page_url == "" else page_url
        known = VENDORS.get(vendor)
        self.hits.append(
            Hit(
                vendor=vendor, vendor_name=known.name if known else vendor, event=event, kind=kind or ("event" if event else "auxiliary"),
                account=account or ACCOUNTS.get(vendor), request_id=request.id,
                position=sum(1 for each in self.hits if each.request_id == request.id), values=dict(values),
                parameters=[*_parameters(vendor, values), *([WireParameter("dl", about)] if about else [])],
                consent=dict(consent) if consent is not None else None, identifiers=dict(identifiers or {}), key=key,
                campaign=dict(campaign) if campaign is not None else campaign_of(about), page_url=about, event_time=event_time,
                undecoded=undecoded,
            )
        )  # fmt: skip
        return request

    # ---- the judgement

    def case(self) -> Case:
        """What the checks read."""
        return Case(recording=self.recording, hits=self.hits, expectations=self.expectations, conditions=self.conditions, vendors=VENDORS)

    def judge(self, checks: Sequence[Check]) -> Verdict:
        """The verdict of these checks."""
        return judge(self.case(), checks)

    def found(self, checks: Sequence[Check]) -> list[tuple[str, str | None, str | None]]:
        """(code, event, destination) of each violation."""
        return [(each.code, each.event, each.destination) for each in self.judge(checks).violations]


ACCOUNTS = {"ga4": "G-1", "meta-pixel": "111", "google-ads": "AW-1", "segment": "wk"}
"""The accounts that hits go to unless they say another."""


def _whole(url: str) -> str:
    return url if "://" in url else SITE + url


def _parameters(vendor: str, values: Mapping[str, Any]) -> list[WireParameter]:
    """As the wires have them: GA4 tells text from number by the key, JSON by itself, a query not at all."""
    if vendor == "ga4":
        return [WireParameter(f"{'ep' if isinstance(v, str) else 'epn'}.{name}", v, str(v), name) for name, v in values.items()]
    if vendor in ("segment", "data-layer"):
        return [WireParameter(name, value) for name, value in values.items()]
    return [WireParameter(f"cd[{name}]", value, str(value), name) for name, value in values.items()]
