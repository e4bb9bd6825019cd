"""All that a judgement reads: one walk, decoded, beside what was agreed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.verify.conditions import Conditions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.decode.hit import Hit
    from harness.decode.vendor import Vendor
    from harness.plan.model import Expectations
    from harness.recording import Recording
    from harness.verify.occurrence import Alignment


@dataclass(slots=True, kw_only=True)
class Case:
    """One walk to judge. ``vendors`` by id, for what their scripts do by themselves."""

    recording: Recording
    hits: list[Hit]
    expectations: Expectations
    conditions: Conditions = field(default_factory=Conditions)
    vendors: Mapping[str, Vendor] = field(default_factory=dict)
    _alignment: Alignment | None = field(default=None, init=False, repr=False)

    @property
    def alignment(self) -> Alignment:
        """The hits, each with its destination, its event in the plan and the step that caused it. Made once."""
        if self._alignment is None:
            from harness.verify.align import align

            self._alignment = align(self)
        return self._alignment
