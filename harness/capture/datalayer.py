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
    "gtag", "ga", "fbq", "ttq.track", "ttq.page", "ttq.identify", "_satellite.track", "utag.link", "utag.view", "analytics.track",
    "analytics.page", "analytics.identify", "analytics.screen", "analytics.group", "rudderanalytics.track", "rudderanalytics.page",
    "rudderanalytics.identify", "posthog.capture", "posthog.identify", "mixpanel.track", "mixpanel.identify", "amplitude.track",
    "amplitude.logEvent", "heap.track", "pendo.track", "snowplow", "alloy", "snaptr", "pintrk", "rdt", "twq", "lintrk", "uetq.push",
    "_paq.push", "_mtm.push", "_gaq.push", "_hsq.push", "_tfa.push", "plausible", "umami.track", "clarity", "hj", "ym",
)  # fmt: skip
"""Vendors' functions whose direct calls are recorded where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the script.

    Attributes:
        document: the document's token; ``number`` counts its messages from 1.
        over: how many further pushes the script left out so far; 0 in a message that is a push. With it the other fields are empty.
    """

    document: str
    number: int
    kind: str = "push"
    source: str = ""
    url: str = ""
    value: Any = None
    cut: tuple[str, ...] = field(default_factory=tuple)
    over: int = 0


@dataclass(frozen=True, slots=True)
class Recorder:
    """What one walk records of its pages' data layers.

    Attributes:
        layers: names of the window's properties that are data layers.
        calls: dotted names of functions.
        late: the address that the script tells what it can only tell by a beacon; answered by the capture, never sent.
        text: characters of one value at most; string: of one text in it; items: entries of one list; depth: levels.
        most: pushes and calls of one document at most; the rest is counted.
        total: characters of all values of one document; what comes after is cut to ``least`` each.
        entries: entries of a list that are looked at for what came in by another way than ``push``.
        source: characters of an inline script in which the names of layers and functions are looked for.
        every: seconds between two looks for what gave no other occasion (a layer that a timer defined).
    """

    layers: tuple[str, ...] = LAYERS
    calls: tuple[str, ...] = CALLS
    text: int = 1_000_000
    string: int = 200_000
    items: int = 20_000
    depth: int = 50
    most: int = 50_000
    total: int = 64_000_000
    least: int = 500
    entries: int = 100_000
    source: int = 300_000
    every: float = 0.1

    def script(self, binding: str, late: str, look: str = "", shared: str = "") -> str:
        """The script for one frame.

        Args:
            binding: the name of the function that the connection added to its window.
            late: see :class:`Recorder`.
            look: the name of an event upon which the script looks at once for what it would otherwise see at the next occasion.
            shared: by which the scripts of frames that can reach each other know one another.
        """
        config = {
            "binding": binding, "late": late, "look": look, "shared": shared or binding, "layers": self.layers, "calls": self.calls,
            "text": self.text, "string": self.string, "items": self.items, "depth": self.depth, "most": self.most, "total": self.total,
            "least": self.least, "entries": self.entries, "source": self.source, "every": self.every * 1000,
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
            over=int(message.get("over", 0)),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
