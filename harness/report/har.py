"""A recording as an HTTP Archive (HAR 1.2), and back.

What HAR has a place for stands there, for any program to read; what it has none for (steps, pushes, consent, body states,
tabs, who answered) stands in fields named ``_tagproof``, which the specification tells others to ignore.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from harness.capture.captured import CapturedRequest
from harness.capture.har import HarTraffic, requests_from_har
from harness.errors import RecordingError
from harness.recording import FORMAT, Recording, Step, Walk
from harness.report.json_report import tagproof_version
from harness.report.masking import mask_recording

if TYPE_CHECKING:
    from pathlib import Path

    from harness.capture.captured import Outcome

_IN_PLACE = frozenset({"url", "headers", "body"})
"""Fields of a request that HAR's own say in full."""


def har_of(recording: Recording) -> dict[str, Any]:
    """The recording as a HAR's JSON. It is not masked: see :func:`write_har`."""
    zero = recording.walk.clock_offset
    loads = {(each.page, each.page_load) for each in recording.navigations}
    entries: list[dict[str, Any]] = []
    order: list[Any] = []
    for entry, line in zip(recording.entries, list(recording.lines())[1:], strict=True):
        if isinstance(entry, CapturedRequest):
            order.append(len(entries))
            entries.append(_entry(entry, recording.outcome(entry), loads, zero))
        else:
            order.append(json.loads(line))
    pages = [
        {
            "id": f"{each.page}-{each.page_load}", "title": each.url, "startedDateTime": _moment(zero + each.time),
            "pageTimings": {"onContentLoad": -1, "onLoad": -1},
        }
        for each in recording.navigations if each.kind in ("document", "reload", "back-forward")
    ]  # fmt: skip
    walk = {name: getattr(recording.walk, name) for name in Walk.__dataclass_fields__}
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "tagproof", "version": tagproof_version()},
            "browser": {"name": recording.walk.browser or "unknown", "version": ""},
            "pages": list({page["id"]: page for page in pages}.values()),
            "entries": entries,
            "_tagproof": {"format": FORMAT, "walk": walk, "order": order, "cut": recording.cut},
        }
    }


def write_har(recording: Recording, path: Path, *, masked: bool = True) -> Path:
    """Write the recording as a HAR; masked unless told otherwise. Returns the path."""
    if masked:
        recording = Recording.parse("".join(line + "\n" for line in mask_recording(recording)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(har_of(recording), ensure_ascii=True, indent=1), encoding="utf-8")
    return path


def recording_from_har(data: bytes, name: str) -> Recording:
    """A recording of any HAR; one that :func:`write_har` wrote comes back whole.

    The pages of a foreign HAR stand for steps.

    Raises:
        RecordingError: it cannot be read as a HAR.
    """
    return recording_of(requests_from_har(data, name), name=name)


def recording_of(traffic: HarTraffic, *, name: str = "HAR") -> Recording:
    """A recording of a HAR's traffic. See :func:`recording_from_har`."""
    if traffic.tagproof is not None:
        return _restored(traffic, traffic.tagproof, name)
    started = _moment(traffic.started) if traffic.started else ""
    recording = Recording(Walk(source="har", mode="observe", started=started, clock_offset=traffic.started, backend=traffic.creator))
    recording.cut = traffic.cut
    last = max((request.time for request in traffic.requests), default=0.0)
    ends = [page.time for page in traffic.pages[1:]] + [last]
    for index, page in enumerate(traffic.pages):
        recording.append(Step(index=index, title=page.url or page.title or page.id, began=page.time, ended=max(ends[index], page.time)))
    for entry in traffic.entries():
        recording.append(entry)
    return recording


def _restored(traffic: HarTraffic, own: dict[str, Any], name: str) -> Recording:
    # The lines that HAR has no place for are a recording's own lines: its reader reads them, and checks their format.
    try:
        lines = [json.dumps({"entry": "walk", "format": own.get("format", FORMAT)} | own["walk"])]
        lines += [json.dumps(_plainly(traffic.requests[each]) if isinstance(each, int) else each) for each in own["order"]]
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise RecordingError(f"its _tagproof part is damaged ({error!r})", place=name, mend="give the HAR as tagproof wrote it") from error
    recording = Recording.parse("".join(line + "\n" for line in lines), name=name)
    recording.cut = str(own.get("cut", ""))
    return recording


def _plainly(request: CapturedRequest) -> dict[str, Any]:
    return {"entry": "request"} | request.to_json()


def _entry(request: CapturedRequest, outcome: Outcome | None, loads: set[tuple[str, int | None]], zero: float) -> dict[str, Any]:
    own = {key: value for key, value in request.to_json().items() if key not in _IN_PLACE} | {"method": request.method}
    own["body"] = {"state": request.body.state} | ({"reason": request.body.reason} if request.body.reason else {})
    entry: dict[str, Any] = {
        "startedDateTime": _moment(zero + request.time),
        "time": round(max(outcome.time - request.time, 0.0) * 1000, 3) if outcome is not None else 0,
        "request": {
            "method": request.method or "",
            "url": request.url,
            "httpVersion": "unknown",
            "cookies": [],
            "headers": [{"name": name, "value": value} for name, value in request.headers],
            "queryString": _query(request.url),
            "headersSize": -1,
            "bodySize": len(request.body.data) if request.body.state in ("present", "absent") else -1,
        },
        "response": {
            "status": (outcome.status or 0) if outcome is not None else 0,
            "statusText": "", "httpVersion": "unknown", "cookies": [], "headers": [],
            "content": {"size": -1, "mimeType": "x-unknown"},
            "redirectURL": "", "headersSize": -1, "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": -1, "wait": -1, "receive": -1},
        "_tagproof": own,
    }  # fmt: skip
    if request.resource_type:
        entry["_resourceType"] = request.resource_type
    if request.initiator:
        entry["_initiator"] = {"type": request.initiator}
    if outcome is not None and outcome.reason:
        entry["response"]["_error"] = outcome.reason
    if request.page is not None and (request.page, request.page_load) in loads:
        entry["pageref"] = f"{request.page}-{request.page_load}"
    if request.body.state != "absent":
        entry["request"]["postData"] = {"mimeType": request.header("content-type") or ""} | _text(request.body.data)
    return entry


def _text(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        # HAR 1.2 has no form for bytes; "encoding" is HAR 1.3's proposal, which Proxyman and others write and read.
        return {"text": base64.b64encode(data).decode("ascii"), "encoding": "base64"}


def _query(url: str) -> list[dict[str, str]]:
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, errors="replace")
    except ValueError:
        return []
    return [{"name": name, "value": value} for name, value in pairs]


def _moment(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return "1970-01-01T00:00:00.000Z"
