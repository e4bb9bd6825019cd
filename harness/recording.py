"""One walk's ordered record: requests, pushes, navigations, steps, consent. Append-only JSON Lines.

Each line is an object with ``entry`` (its type) and that type's fields. The first line is ``walk``. A recording that
was cut off (a crash, a full disk) is read up to its last whole line and says so.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Literal, Self, cast

import orjson

from harness.capture.captured import CapturedRequest, Navigation, Outcome, Push
from harness.errors import Place, RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = 1
PhaseKind = Literal["before", "journey", "scenario", "proof"]


@dataclass(slots=True, kw_only=True)
class Walk:
    """What was walked: one journey under one scenario.

    Attributes:
        expectations: path of the expectation file it was walked for.
        started: wall-clock start, ISO 8601 UTC.
        scenario_parameters: as the expectation file gives them.
        source: ``walk`` for a live walk, ``har`` or ``requests`` for traffic of another origin.
        clock_offset: seconds between the epoch and the walk's zero, to relate payloads' own event times.
    """

    journey: str = ""
    test: str = ""
    expectations: str = ""
    scenario: str = "baseline"
    scenario_parameters: dict[str, Any] = field(default_factory=dict)
    base_url: str | None = None
    environment: str | None = None
    browser: str = ""
    backend: str = ""
    mode: str = "stub"
    started: str = ""
    clock_offset: float = 0.0
    source: Literal["walk", "har", "requests"] = "walk"
    format: int = FORMAT


@dataclass(slots=True, kw_only=True)
class Step:
    """A phase of the walk. ``journey`` steps are the test's own; the others are the harness's.

    Attributes:
        index: 0-based over all phases; what ``CapturedRequest.step`` refers to.
        kind: before (until the first step), journey, scenario (a disturbance), proof (timers fired, pages left).
        of: for scenario and proof, the index of the journey step it follows; None if there is none.
        reached: False for a step whose body raised.
    """

    index: int
    title: str
    kind: PhaseKind = "journey"
    of: int | None = None
    began: float = 0.0
    ended: float | None = None
    reached: bool = True
    error: str = ""
    screenshot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChange:
    """The visitor's consent, as it was set and read back.

    Attributes:
        action: what the harness or the journey did: grant, deny, withdraw, cleared, observed.
        state: purpose -> granted, as read back from the page or the platform; empty if it could not be read.
        began: when the banner began to be driven. What is sent between then and ``time``, when the state was read back, is already
            sent under the new decision. None where that moment is not known.
    """

    time: float
    step: int
    action: Literal["grant", "deny", "withdraw", "cleared", "observed"]
    state: dict[str, bool] = field(default_factory=dict)
    platform: str = ""
    began: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """What a scenario did to the walk, and whether it was read back to have taken effect.

    Attributes:
        what: in words: "reloaded /thank-you".
        kind: reload, revisit, deny, drop-campaign …
        page, page_load: the tab and its document load *after* the disturbance, where it made one.
        previous_load: (tab, load) it repeats, where it repeats one.
    """

    time: float
    step: int
    scenario: str
    kind: str
    what: str
    applied: bool = True
    reason: str = ""
    url: str | None = None
    page: str | None = None
    page_load: int | None = None
    previous_page: str | None = None
    previous_load: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Anything else that happened and matters to the judgement or its reader.

    ``doubt`` is a code (``scenario-not-applied``, ``step-not-reached``, ``page-crashed``, ``capture-gap`` …) where the
    note makes the verdict inconclusive, else empty.
    """

    time: float
    step: int
    what: str
    doubt: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownValue:
    """A value of the expectations read on the page or given by the test's code."""

    time: float
    step: int
    name: str
    value: Any


_PARTS: dict[str, type[Any]] = {
    "step": Step, "consent": ConsentChange, "disturbance": Disturbance, "note": Note, "value": KnownValue,
    "request": CapturedRequest, "outcome": Outcome, "push": Push, "navigation": Navigation,
}  # fmt: skip
_PLAIN = frozenset({"request", "outcome"})
"""Those that hold nothing but text, whole numbers and seconds: most of a recording."""
_NAMES = {part: name for name, part in _PARTS.items()}
Entry = CapturedRequest | Outcome | Push | Navigation | Step | ConsentChange | Disturbance | Note | KnownValue


class Recording:
    """Everything captured in one walk, in order. A request has all its headers once its outcome is appended, which may tell more of them.

    Appending is thread-safe; where the recording has a file, each entry is on disk when :meth:`append` returns.
    A step is appended when it begins and again when it has ended; the later line of the same index replaces the earlier.
    """

    def __init__(self, walk: Walk, *, path: Path | None = None) -> None:
        self.walk = walk
        self.path = path
        self.entries: list[Entry] = []
        self.cut: str = ""
        """Why the stored recording is not whole; empty if it is."""
        self._outcomes: dict[str, Outcome] = {}
        self._places: dict[str, int] = {}
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb")
            self._write({"entry": "walk"} | _fields(walk))

    def append(self, entry: Entry) -> None:
        """Add one entry, to memory and to the file."""
        with self._lock:
            if isinstance(entry, CapturedRequest):
                self._places[entry.id] = len(self.entries)
            elif isinstance(entry, Outcome):
                self._outcomes[entry.request] = entry
                if entry.headers and (place := self._places.get(entry.request)) is not None:
                    self.entries[place] = entry.completed(cast("CapturedRequest", self.entries[place]))
            self.entries.append(entry)
            if self._file is not None:
                self._write(_line(entry))

    def close(self) -> None:
        """Close the file; later entries are kept in memory only."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is None:
            return
        self._file.write(_text(line) + b"\n")
        self._file.flush()

    def _of(self, kind: type[Any]) -> list[Any]:
        with self._lock:
            return [entry for entry in self.entries if type(entry) is kind]

    @property
    def requests(self) -> list[CapturedRequest]:
        """Every request, in the order sent."""
        return self._of(CapturedRequest)

    @property
    def pushes(self) -> list[Push]:
        """Every data-layer push and SDK call, in the order made."""
        return self._of(Push)

    @property
    def navigations(self) -> list[Navigation]:
        """Every document load and route change of a tab's main frame."""
        return self._of(Navigation)

    @property
    def steps(self) -> list[Step]:
        """The phases, each in its latest state, by index."""
        latest: dict[int, Step] = {step.index: step for step in self._of(Step)}
        return [latest[index] for index in sorted(latest)]

    @property
    def consents(self) -> list[ConsentChange]:
        """What was granted and denied, in order."""
        return self._of(ConsentChange)

    @property
    def disturbances(self) -> list[Disturbance]:
        """What the scenario did."""
        return self._of(Disturbance)

    @property
    def notes(self) -> list[Note]:
        """Everything else."""
        return self._of(Note)

    @property
    def values(self) -> dict[str, Any]:
        """The expectations' values known by now."""
        return {known.name: known.value for known in self._of(KnownValue)}

    def outcome(self, request: CapturedRequest | str) -> Outcome | None:
        """What became of a request, if that is known."""
        return self._outcomes.get(request if isinstance(request, str) else request.id)

    def lines(self) -> Iterator[str]:
        """The recording as the JSON Lines it is stored as."""
        yield json.dumps({"entry": "walk"} | _fields(self.walk), ensure_ascii=False, separators=(",", ":"))
        with self._lock:
            entries = list(self.entries)
        for entry in entries:
            yield json.dumps(_line(entry), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a stored recording.

        Raises:
            RecordingError: the file is missing, is no recording, or has a broken line before its last.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise RecordingError("there is no such file", place=str(path), mend="check the path") from None
        except (OSError, UnicodeDecodeError) as error:
            raise RecordingError(f"cannot be read: {error}", place=str(path)) from error
        return cls.parse(text, name=str(path))

    @classmethod
    def parse(cls, text: str, *, name: str = "recording") -> Self:
        """Read a recording from its text. See :meth:`read`."""
        lines = text.split("\n")
        whole = lines[-1] == ""
        lines = [line for line in lines if line.strip()]
        if not lines:
            raise RecordingError("the recording is empty", place=name, mend="record the walk again")
        recording: Self | None = None
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
                kind = entry.pop("entry")
                if recording is None:
                    if kind != "walk":
                        raise RecordingError(
                            "the first line of a recording is its walk", place=Place(name, number),
                            mend="give a file that tagproof recorded, or a HAR",
                        )  # fmt: skip
                    recording = cls(_walk(entry, name))
                elif kind in _PARTS:
                    recording.append(_entry(kind, entry))
            except RecordingError:
                raise
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                if recording is not None and number == len(lines) and not whole:
                    recording.cut = f"the recording was cut off in line {number}"
                    break
                raise RecordingError(
                    f"is no line of a recording ({type(error).__name__}: {error})", place=Place(name, number),
                    mend="give a file that tagproof recorded, or a HAR",
                ) from error  # fmt: skip
        if recording is None:
            raise RecordingError("the recording is empty", place=name, mend="record the walk again")
        return recording


def _walk(entry: dict[str, Any], name: str) -> Walk:
    if entry.get("format", FORMAT) > FORMAT:
        raise RecordingError(
            f"was written by a later tagproof (format {entry['format']}, this one reads {FORMAT})", place=name,
            mend="upgrade tagproof",
        )  # fmt: skip
    return Walk(**{key: value for key, value in entry.items() if key in Walk.__dataclass_fields__})


def _fields(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}


def _line(entry: Entry) -> dict[str, Any]:
    body = entry.to_json() if hasattr(entry, "to_json") else _fields(entry)
    return {"entry": _NAMES[type(entry)]} | body


def _text(line: dict[str, Any]) -> bytes:
    if line["entry"] in _PLAIN:
        with suppress(orjson.JSONEncodeError):
            return orjson.dumps(line)
    # What a page or a test made may hold numbers of any size, and halves of surrogate pairs, which only an escape can tell.
    try:
        return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(line, separators=(",", ":")).encode()


def _entry(kind: str, entry: dict[str, Any]) -> Any:
    part = _PARTS[kind]
    if hasattr(part, "from_json"):
        return part.from_json(entry)
    return part(**{key: value for key, value in entry.items() if key in part.__dataclass_fields__})
