"""What the visitor had consented to, at any moment of a walk.

What counts as a decision: what the journey or the scenario did through the banner and read back
(:class:`~harness.recording.ConsentChange`), and the page's own Consent Mode update
(https://developers.google.com/tag-platform/security/guides/consent), which also tells the exact moment of a decision that
was driven. A Consent Mode *default* is no decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.verify.causes import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.capture.captured import Push
    from harness.plan.model import TrackingPlan
    from harness.recording import ConsentChange, Recording
    from harness.verify.conditions import Conditions

AT_ONCE = 0.05
"""Seconds by which a tag's request may be recorded before the consent update that released it."""


class ConsentLedger:
    """Answers whether a purpose was granted at a moment (seconds since the walk began)."""

    def __init__(self, recording: Recording, plan: TrackingPlan, conditions: Conditions) -> None:
        self._plan = plan
        self.denial_applied = not conditions.denied or _denied(recording)
        self._denied = conditions.denied if self.denial_applied else frozenset()
        self._undecidable = conditions.denied - self._denied
        self._required = plan.consent is not None or bool(conditions.denied)
        self._changes: dict[str, list[tuple[float, bool]]] = {name: [] for name in plan.purposes}
        updates = [(push.time, state) for push in recording.pushes for state in _updates(push)]
        for change in recording.consents:
            moment = _moment(change, updates, recording)
            for name in plan.purposes:
                for granted in self._decided(change, name):
                    since = moment(name, plan.purposes[name].signals) if granted else change.time
                    self._changes[name].append((since, granted))
        driven = bool(recording.consents)
        if not driven and not conditions.denied:
            # The journey pressed the banner's button by itself: the page's own update tells of it.
            for time, state in updates:
                for name, purpose in plan.purposes.items():
                    said = [state[signal] for signal in purpose.signals if signal in state]
                    if said:
                        self._changes[name].append((time - AT_ONCE, all(said)))

    def _decided(self, change: ConsentChange, name: str) -> Iterator[bool]:
        if name in change.state:
            yield change.state[name]
        elif not change.state and change.action in ("grant", "deny", "withdraw", "cleared"):
            yield change.action == "grant"

    def granted(self, purpose: str | None, time: float) -> bool | None:
        """Whether the purpose was granted then; None where that cannot be told. What has no purpose needs no consent."""
        if purpose is None:
            return True
        if purpose in self._undecidable:
            return None
        if purpose in self._denied:
            return False
        state: bool | None = None
        for since, granted in self._changes.get(purpose, ()):
            if since <= time:
                state = granted
        if state is None:
            return False if self._required else None
        return state

    def granted_within(self, purpose: str | None, began: float, ended: float) -> bool | None:
        """Whether the purpose was granted at any moment of this span."""
        moments = [began, ended, *(since for since, _ in self._changes.get(purpose or "", ()) if began <= since <= ended)]
        states = {self.granted(purpose, moment) for moment in moments}
        return True if True in states else None if None in states else False


def _denied(recording: Recording) -> bool:
    if recording.walk.source != "walk":
        return True
    if any(each.kind == "deny" and each.applied for each in recording.disturbances):
        return True
    return any(each.action in ("deny", "withdraw") for each in recording.consents) and not any(
        each.kind == "deny" for each in recording.disturbances
    )


def _moment(change: ConsentChange, updates: list[tuple[float, dict[str, bool]]], recording: Recording) -> Any:
    step = next((each for each in recording.steps if each.index == change.step), None)
    earlier = max((each.time for each in recording.consents if each.time < change.time), default=0.0)
    earliest = change.began if change.began is not None else max(step.began if step is not None else change.time, earlier)

    def since(_name: str, signals: tuple[str, ...]) -> float:
        for time, state in updates:
            if earliest <= time <= change.time and any(state.get(signal) for signal in signals):
                return time - AT_ONCE
        return earliest

    return since


def _updates(push: Push) -> Iterator[dict[str, bool]]:
    """The signals of a Consent Mode update: ``gtag('consent', 'update', {…})`` as an arguments object, a list or a call."""
    value = said(push)
    if isinstance(value, list) and len(value) >= 3 and value[0] == "consent" and value[1] == "update" and isinstance(value[2], dict):
        yield {str(signal): state == "granted" for signal, state in value[2].items() if state in ("granted", "denied")}
