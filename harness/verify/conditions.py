"""What a scenario changes in what is expected. A scenario gives this; verification reads it; a recording's header names both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The conditions a walk was walked under.

    Attributes:
        denied: purposes the visitor denied (from the first page on); empty for none. Events of a destination with a denied
            purpose must then not be sent (or only cookieless).
        campaign_dropped: names of campaign parameters taken off the landing; ``("*",)`` for all; empty for none.
        needs: kinds of disturbance that must be in the recording as applied, else the walk is inconclusive (``reload``).
    """

    scenario: str = "baseline"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    campaign_dropped: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
