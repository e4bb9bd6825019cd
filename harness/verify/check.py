"""What a check file must give: one ``CHECK``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.verify.case import Case
    from harness.verify.violation import Severity, Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule that yields violations.

    Attributes:
        code: kebab-case, stable, unique: ``refired-on-reload``.
        severity: of its violations, unless the plan's event says another.
        title: for the report's category ("Counted again on reload").
        explanation: what it costs, one sentence for a marketer.
        find: the generator; it reads the case (recording, hits, plan, expectations, alignment) and yields.
        yields_to: codes whose violation of the same hits or the same expectation makes this one's redundant.
    """

    code: str
    severity: Severity
    title: str
    explanation: str
    find: Callable[[Case], Iterable[Violation]]
    yields_to: tuple[str, ...] = ()
