"""Journey and its steps: ties page, recording, scenario and verification together."""

from harness.journey.journey import Journey, Outcome, Tools

__all__ = ["Journey", "Outcome", "Tools"]
