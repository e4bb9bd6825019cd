"""What the alignment gives: each hit placed in the walk and in the plan, and what each expectation got."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest, Push
    from harness.decode.hit import Hit
    from harness.plan.model import Destination, Event, Expectation, Sending, StepExpectations
    from harness.recording import Step
    from harness.verify.consented import ConsentLedger
    from harness.verify.timeline import Load, Timeline

OCCURRENCES = frozenset({"event", "pageview", "identify"})
"""Kinds of hits that are occurrences of events; the rest are neither counted nor unplanned."""
DATA_LAYER = "data-layer"


@dataclass(slots=True, kw_only=True, eq=False)
class Occurrence:
    """One hit, placed in the walk and in the plan.

    Attributes:
        order: place in the recording of what carried it; of one batch, the position decides.
        sent: the phase it left in; step: the phase that caused it; guessed: that the cause is not known and ``step`` is where it was sent.
        destination, event, sending: what it is in the plan; None where the plan does not know it.
        stray: its account is not the destination's in this environment. foreign: and belongs to this other environment.
        cause: the push or vendor call that it tells of.
        copy_of: the earlier hit that it repeats as a retry, a redirect hop or a mirrored copy.
        breach: it was sent to a destination whose purpose was not granted, in a form that needs consent; why, in words.
    """

    hit: Hit
    order: int
    time: float
    sent: int
    request: CapturedRequest | None = None
    push: Push | None = None
    load: Load | None = None
    step: int | None = None
    guessed: bool = True
    destination: Destination | None = None
    event: Event | None = None
    sending: Sending | None = None
    stray: bool = False
    foreign: str | None = None
    cause: Push | None = None
    copy_of: Occurrence | None = None
    breach: str = ""

    @property
    def id(self) -> tuple[str, int]:
        """The captured thing and the position in it: what evidence refers to."""
        return (self.hit.request_id, self.hit.position)

    @property
    def page(self) -> str | None:
        """The tab it was sent from."""
        carrier = self.request or self.push
        return carrier.page if carrier is not None else None

    @property
    def counts(self) -> bool:
        """Whether it is an occurrence of its own."""
        return self.copy_of is None and self.hit.kind in OCCURRENCES


@dataclass(slots=True, kw_only=True, eq=False)
class Due:
    """One expectation at one destination, and what it got.

    Attributes:
        phases: the recording's phases it is about; empty where the walk has no steps (a HAR).
        least, most: how often; ``least`` is 0 where consent takes the duty away.
        got: the hits that met it, within ``most``; stand_ins: hits to a wrong account in the place of those that are lacking.
        reached: whether its step was walked through; an unmet due of a step that was not is a doubt, not a violation.
    """

    expectation: Expectation
    within: StepExpectations
    event: Event
    destination: Destination
    sending: Sending
    account: str
    phases: tuple[int, ...]
    least: int
    most: int | None
    reached: bool = True
    excused: str = ""
    got: list[Occurrence] = field(default_factory=list)
    stand_ins: list[Occurrence] = field(default_factory=list)

    @property
    def place(self) -> str:
        """file:line of the expectation."""
        return str(self.expectation.place)


@dataclass(slots=True, kw_only=True, eq=False)
class Alignment:
    """The walk beside the plan. ``occurrences`` in the order captured; ``counted`` are those that are no copies."""

    timeline: Timeline
    consent: ConsentLedger
    occurrences: list[Occurrence]
    dues: list[Due]
    stepped: bool
    steps: dict[int, StepExpectations]
    layer: dict[str, Occurrence]
    found: dict[str, Any] = field(default_factory=dict)
    """What several checks share (repeats, landings …), each worked out once."""

    @property
    def counted(self) -> list[Occurrence]:
        """Occurrences of events, copies left out."""
        return [each for each in self.occurrences if each.counts]

    @property
    def matched(self) -> set[int]:
        """``id()`` of the occurrences that met an expectation."""
        return {id(each) for due in self.dues for each in due.got}

    def phase(self, occurrence: Occurrence) -> Step | None:
        """The phase that caused it."""
        return self.timeline.phase(occurrence.step)

    def in_journey(self, occurrence: Occurrence) -> bool:
        """Whether a journey step caused it; always so in a walk without steps."""
        phase = self.phase(occurrence)
        return not self.stepped or (phase is not None and phase.kind == "journey")

    def in_scenario(self, occurrence: Occurrence) -> bool:
        """Whether a scenario's disturbance caused it."""
        phase = self.phase(occurrence)
        return phase is not None and phase.kind == "scenario"

    def layer_values(self, occurrence: Occurrence) -> Mapping[str, Any] | None:
        """What the data layer said of the occurrence's event, where its cause is an entry of the layer."""
        if occurrence.cause is None or occurrence.cause.id not in self.layer:
            return None
        return self.layer[occurrence.cause.id].hit.values
