"""What a pytest that a test starts leaves out: plugins of our tests' own libraries, which users do not have and which take seconds."""

from __future__ import annotations

ARGUMENTS = ("-p", "no:hypothesispytest", "-p", "no:faker")
