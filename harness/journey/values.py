"""The expectations' values: as the file gives them, as the page shows them, as the test's code knows them."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.journey.journey import Journey


class Values(MutableMapping[str, Any]):
    """The expectations' values, as the test's code knows them; setting one records it."""

    def __init__(self, journey: Journey) -> None:
        self._journey = journey

    def __getitem__(self, name: str) -> Any:
        return self._journey.recording.values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._journey.know(**{name: value})

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"{name}: what was known in a walk stays in its record; set another value")

    def __iter__(self) -> Iterator[str]:
        return iter(self._journey.recording.values)

    def __len__(self) -> int:
        return len(self._journey.recording.values)


def typed(text: str, kind: str, decimal: str) -> Any:
    """A page's text as the type that the expectations give it: "1.234,50 €" with ``decimal=","`` is 1234.5.

    Raises:
        ValueError: there is no number in it.
    """
    text = text.strip()
    if kind == "string":
        return text
    found = re.search(r"[-\u2212]?\d[\d.,'\s\u00a0\u202f]*", text)
    if found is None:
        raise ValueError(f"{text!r} is no number")
    digits = re.sub(rf"[^\d\-{re.escape(decimal)}]", "", found.group().replace("\u2212", "-")).replace(decimal, ".")
    return int(float(digits)) if kind == "integer" else float(digits)
