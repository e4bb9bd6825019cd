"""What the data-layer recorder tells, made into pushes of the right walk, document load and frame."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from harness.capture.captured import Push
from harness.capture.datalayer import parse
from harness.capture.sent import header

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.capture.captured import Body
    from harness.capture.cdp import Message
    from harness.capture.tabs import Frame, Load
    from harness.capture.targets import Targets
    from harness.capture.walk import BrowserWalk

KEPT = 2_000
"""How many documents are remembered to tell apart what the recorder told twice."""


class Pushes:
    """The recorder's other side. ``binding``, ``token`` and ``look`` are names that a page cannot guess.

    Args:
        send: sends a command.
    """

    def __init__(self, send: Callable[..., None]) -> None:
        self._send = send
        self.binding = "_" + secrets.token_hex(8)
        self.token = secrets.token_hex(12)
        self.look = "_" + secrets.token_hex(8)
        self._shared = secrets.token_hex(8)
        self.targets: Targets
        self.events: dict[str, Callable[[str, Message], None]] = {"Runtime.bindingCalled": self._binding_called}
        self._seen: dict[tuple[str, str], set[int]] = {}

    def script(self, walk: BrowserWalk) -> str:
        """The recorder's script for the frames of a walk."""
        return walk.recorder.script(self.binding, f"/.tagproof/{self.token}", self.look, self._shared)

    def _binding_called(self, session_id: str, params: Message) -> None:
        session = self.targets.sessions.get(session_id)
        if session is None or params.get("name") != self.binding:
            return
        frame = self.targets.frames.get(session.worlds.get(params.get("executionContextId", 0), "")) or session.frame
        if frame is not None:
            self._push(frame, frame.tab.load if frame.main else frame.load, params["payload"])

    def late(self, event: Message, body: Body) -> None:
        """What the recorder could only tell by a beacon; it never leaves."""
        self._send("Fetch.fulfillRequest", {"requestId": event["requestId"], "responseCode": 204})
        frame = self.targets.frames.get(event.get("frameId", ""))
        if frame is None:
            return
        asked = event["request"]
        load = frame.load
        if frame.main:
            load = frame.tab.leaving(header(asked["headers"], "referer")) if not event.get("networkId") else frame.tab.load
        self._push(frame, load, body.data.decode("utf-8", "replace"))

    def forget(self, walk: BrowserWalk) -> None:
        """Drop what is known of a walk whose contexts are gone."""
        self._seen = {key: seen for key, seen in self._seen.items() if key[0] != walk.key}

    def _push(self, frame: Frame, load: Load | None, payload: str) -> None:
        told = parse(payload)
        if told is None:
            return
        walk = self.targets.walk_of[frame.tab.target]
        seen = self._seen.setdefault((walk.key, told.document), set())
        if told.number in seen:
            return
        seen.add(told.number)
        if len(self._seen) > KEPT:
            for old in list(self._seen)[: KEPT // 10]:
                del self._seen[old]
        if told.over:
            walk.tally.left_out(told.document, f"{frame.tab.name}'s documents", told.over)
            return
        if not walk.tally.full(Push):
            walk.tally.size += len(payload)
        walk.put(
            Push(
                id=walk.number("d"), source=told.source, value=told.value, kind="call" if told.kind == "call" else "push", time=walk.now(),
                context=walk.key, page=frame.tab.name, page_url=told.url if frame.main else load.url if load else None,
                page_load=load.ordinal if load else None, frame_url=told.url, main_frame=frame.main, step=walk.step, cut=told.cut,
            )
        )  # fmt: skip
