"""The data-layer recorder: the script that runs in each frame, and what it tells made into pushes.

The script copies a value at the moment of the push. What JSON cannot hold becomes an object with ``$type``:

- with ``text``: ``undefined``, ``number`` (NaN and the infinities), ``bigint``, ``symbol``, ``function``, ``date``, ``regexp``, ``error``,
  ``node``, ``url``, ``blob``, ``ArrayBuffer``, ``window``, ``cycle``, ``cut``, ``unreadable``;
- with ``items``: ``arguments`` (what ``gtag()`` pushes), ``map`` (pairs), ``set``, and typed arrays under their own names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

LAYERS = ("dataLayer",)
"""The layers that are recorded where nothing else is said."""

CALLS = (
    "gtag", "fbq", "ttq.track", "ttq.page", "ttq.identify", "_satellite.track", "utag.link", "utag.view", "analytics.track",
    "analytics.page", "analytics.identify", "posthog.capture", "mixpanel.track", "amplitude.track", "amplitude.logEvent", "snaptr",
    "pintrk", "rdt", "twq", "lintrk", "uetq.push", "_paq.push", "plausible", "umami.track", "clarity", "hj",
)  # fmt: skip
"""Vendors' functions whose direct calls are recorded where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the script.

    Attributes:
        document: the document's token; ``number`` counts its messages from 1.
        gap: what the script did not record, in words; then the other fields are empty.
    """

    document: str
    number: int
    kind: str = "push"
    source: str = ""
    url: str = ""
    value: Any = None
    cut: tuple[str, ...] = field(default_factory=tuple)
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Recorder:
    """What one walk records of its pages' data layers.

    Attributes:
        layers: names of the window's properties that are data layers.
        calls: dotted names of functions.
        late: the address that the script tells what it can only tell by a beacon; answered by the capture, never sent.
        text: characters of one value at most; string: of one text in it; items: entries of one list; depth: levels; most: messages of
            one document.
    """

    layers: tuple[str, ...] = LAYERS
    calls: tuple[str, ...] = CALLS
    text: int = 1_000_000
    string: int = 200_000
    items: int = 20_000
    depth: int = 50
    most: int = 50_000

    def script(self, binding: str, late: str) -> str:
        """The script for one frame. ``binding`` is the name of the function that the connection added to its window."""
        config = {
            "binding": binding, "late": late, "layers": self.layers, "calls": self.calls, "text": self.text, "string": self.string,
            "items": self.items, "depth": self.depth, "most": self.most,
        }  # fmt: skip
        source = resources.files("harness.capture").joinpath("datalayer.js").read_text(encoding="utf-8")
        return source.strip().removesuffix(";") + "(" + json.dumps(config) + ");"


def parse(payload: str) -> Told | None:
    """One message of the script; None if it is none (a page may have got hold of the binding)."""
    try:
        message = json.loads(payload)
        return Told(
            document=str(message["d"]),
            number=int(message["n"]),
            kind="call" if message.get("k") == "call" else "push",
            source=str(message.get("s", "")),
            url=str(message.get("u", "")),
            value=message.get("v"),
            cut=tuple(str(each) for each in message.get("c", ())),
            gap=str(message.get("gap", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
