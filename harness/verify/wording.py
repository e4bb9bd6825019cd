"""How violations are said: names, counts, moments and costs, in a marketer's words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.verify.occurrence import DATA_LAYER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.plan.model import Destination, Event
    from harness.verify.case import Case
    from harness.verify.check import Check
    from harness.verify.occurrence import Alignment, Occurrence
    from harness.verify.violation import Severity


def receiver(case: Case, destination: Destination | None, hit_vendor: str = "", *, account: str | None = None) -> str:
    """Who was, or was to be, told: "GA4", "the data layer", "GA4 (G-1)" where the plan has several of that vendor."""
    vendor = destination.vendor if destination is not None else hit_vendor
    if vendor == DATA_LAYER:
        return "the data layer"
    known = case.vendors.get(vendor)
    name = _SHORT.get(vendor) or (known.name if known is not None else vendor)
    if account is None and destination is not None:
        several = [each for each in case.expectations.plan.destinations.values() if each.vendor == vendor]
        account = case.expectations.plan.account_of(destination.id, case.recording.walk.environment) if len(several) > 1 else None
    return f"{name} ({account})" if account else name


_SHORT = {"ga4": "GA4"}


def starting(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def listed(names: Iterable[str]) -> str:
    """Names as a reader lists them (``a, b and c``), each once."""
    each = list(dict.fromkeys(names))
    return each[0] if len(each) == 1 else ", ".join(each[:-1]) + " and " + each[-1] if each else ""


def times(count: int) -> str:
    """A count in words: ``once``, ``2 times``."""
    return "once" if count == 1 else f"{count} times"


def at_least(least: int, most: int | None) -> str:
    """An expectation's number, in words: "once", "2 to 3 times", "at least once", "at most 4 times"."""
    if most is None:
        return f"at least {times(least)}"
    if least == most:
        return "not at all" if most == 0 else times(most)
    return f"at most {times(most)}" if least == 0 else f"{least} to {most} times"


def seconds(span: float) -> str:
    """A span as ``0.8 s`` or ``12 s``."""
    return f"{span:.1f} s" if span < 10 else f"{span:.0f} s"


def titled(alignment: Alignment, index: int | None) -> str:
    """The title of a phase; empty where the walk has none."""
    phase = alignment.timeline.phase(index)
    return phase.title if phase is not None else ""


def during(alignment: Alignment, index: int | None) -> str:
    """Where in the walk, as the end of a clause; nothing where the walk has no steps."""
    phase = alignment.timeline.phase(index)
    if phase is None:
        return ""
    if phase.kind == "scenario":
        return f" after the last step ({phase.title})"
    return f' in the step "{phase.title}"' if phase.kind == "journey" else " before the first step"


def page_name(url: str | None) -> str:
    """A page as a reader knows it: its path."""
    if not url:
        return "the page"
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return url


def cost(event: Event | None, who: str, *, missing: bool = False, again: int = 2) -> str:
    """What it costs that an event was counted again, or not at all. One sentence, or nothing where no one would miss it."""
    if event is None:
        return ""
    money = any(each.name in ("value", "revenue") and each.presence != "forbidden" for each in event.parameters)
    if missing:
        if event.conversion and money:
            return f"Its revenue is missing in {who}."
        if event.conversion:
            return f"The conversion is missing in {who}."
        return f"{starting(who)} does not know that it happened."
    if who == "the data layer":
        return "Every tag that reads it may count it again."
    word = "twice" if again == 2 else f"{again} times"
    if (event.conversion == "macro" and money) or event.name == "purchase":
        return f"Revenue in {who} would be counted {word}."
    if event.conversion:
        return f"The conversion would be counted {word} in {who}."
    return f"It would be counted {word} in {who}."


def severity(check: Check, event: Event | None) -> Severity:
    """The event's severity where the plan gives one, else the check's."""
    return event.severity if event is not None and event.severity != "normal" else check.severity


def evidence_ids(occurrences: Sequence[Occurrence]) -> tuple[tuple[str, int], ...]:
    """The ids of hits, each once, in order."""
    return tuple(dict.fromkeys(each.id for each in occurrences))
