"""What a pytest that a test starts leaves out: plugins of our tests' own libraries, which take seconds, and what would change the order."""

from __future__ import annotations

ARGUMENTS = ("-p", "no:hypothesispytest", "-p", "no:faker", "-p", "no:randomly")
