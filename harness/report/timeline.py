"""A walk as one page: steps as rows with their pictures, hits and pushes as tables, violations on the hits they concern.

The page loads nothing and runs nothing: no script is in it, and its policy forbids any, so a hostile page's values stay text.
The filter by vendor is plain CSS.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from harness.decode.third_parties import MEND, data_set, others
from harness.report.masking import mask_text
from harness.report.tables import document, doubt_flag, escape, flag, mark_of, steps_of, table, untold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from harness.decode.hit import Hit
    from harness.plan.model import Expectations
    from harness.recording import Recording
    from harness.report.tables import Mark, StepRows
    from harness.verify.violation import Verdict

_STATES = {"passed": ("good", "Passed"), "failed": ("bad", "Failed"), "inconclusive": ("warn", "Inconclusive")}
_STYLE = """
h1{font-size:20px;margin:0 0 4px}h2{font-size:16px;margin:0}
header{border-bottom:1px solid var(--line);padding-bottom:12px;margin-bottom:12px}
.facts{color:var(--soft)}.facts span{margin-right:14px}
.flag{margin:8px 0}.list{margin:0 0 16px}
.filter{position:sticky;top:0;background:var(--paper);padding:8px 0;border-bottom:1px solid var(--line);z-index:1}
.filter label{display:inline-block;border:1px solid var(--line);border-radius:14px;padding:2px 10px;margin:2px 4px 2px 0;cursor:pointer}
.filter input{vertical-align:-2px}
section{display:grid;grid-template-columns:230px minmax(0,1fr);gap:16px;padding:16px 0;border-bottom:1px solid var(--line)}
section.bare{grid-template-columns:minmax(0,1fr)}
.side small{color:var(--soft);display:block;margin:2px 0 8px}
.shot summary{list-style:none}.shot summary::-webkit-details-marker{display:none}
.shot img{width:100%;border:1px solid var(--line);border-radius:6px;display:block}
.shot[open] img{position:fixed;inset:20px;width:auto;max-width:calc(100vw - 40px);max-height:calc(100vh - 40px);margin:auto;z-index:9;
box-shadow:0 0 0 100vmax #000a}
.phase{color:var(--soft);font-size:12px;text-transform:uppercase;letter-spacing:.04em}
.others{margin:16px 0}.others th,.others td{text-align:left;padding:2px 16px 2px 0}
@media(max-width:760px){section{grid-template-columns:1fr}}
@media print{.filter{display:none}section{break-inside:avoid}}
"""


def timeline_html(
    recording: Recording, hits: Iterable[Hit], verdict: Verdict, expectations: Expectations | None = None, *,
    screenshots: Mapping[int, Path | bytes] | None = None, titles: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """The page's text. ``screenshots`` by step index; ``titles``: check code -> its title."""
    titles = titles or {}
    hits = list(hits)
    steps = steps_of(recording, hits, verdict, titles)
    names = {each.step.index: mask_text(each.step.title) for each in steps}
    vendors = {row.vendor: row.vendor_name for each in steps for row in each.rows if row.vendor}
    if "data-layer" in vendors:
        vendors["data-layer"] = "Data layer"
    classes = {vendor: f"v{index}" for index, vendor in enumerate(sorted(vendors))}
    counts = {vendor: sum(row.vendor == vendor and not row.quiet for each in steps for row in each.rows) for vendor in vendors}
    rules = "".join(f"body:has(#{name}:not(:checked)) .{name}" + "{display:none}" for name in [*classes.values(), "page"])
    boxes = "".join(
        f'<label><input type="checkbox" id="{classes[vendor]}" checked> {escape(vendors[vendor])} <small>{counts[vendor]}</small></label>'
        for vendor in sorted(vendors, key=lambda each: (each == "data-layer", vendors[each].lower()))
    )
    boxes += '<label><input type="checkbox" id="page" checked> pages and consent</label>'
    shown: set[Mark] = set()
    body = [
        _header(recording, verdict, expectations),
        _findings(verdict, titles),
        f'<nav class="filter">Show: {boxes}</nav>',
        *(
            _section(each, names, classes, (screenshots or {}).get(each.step.index), shown)
            for each in steps
            if each.rows or each.step.kind == "journey"
        ),
        _others(recording, hits, expectations),
    ]
    return document(f"{verdict.journey or recording.walk.journey} [{verdict.scenario}]", "".join(body), style=_STYLE + rules)


def write_timeline(
    path: Path, recording: Recording, hits: Iterable[Hit], verdict: Verdict, expectations: Expectations | None = None, *,
    screenshots: Mapping[int, Path | bytes] | None = None, titles: Mapping[str, str] | None = None,
) -> Path:  # fmt: skip
    """Write the page; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        timeline_html(recording, hits, verdict, expectations, screenshots=screenshots, titles=titles),
        encoding="utf-8",
        errors="backslashreplace",
    )
    return path


def picture(shot: Path | bytes | None) -> tuple[bytes, str] | None:
    """A picture's bytes and media type (by its first bytes); None where there is none or it cannot be read."""
    if shot is None:
        return None
    try:
        data = shot if isinstance(shot, bytes) else shot.read_bytes()
    except OSError:
        return None
    for start, mime in ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp")):
        if data.startswith(start):
            return data, mime
    return None


def _header(recording: Recording, verdict: Verdict, expectations: Expectations | None) -> str:
    walk = recording.walk
    kind, word = _STATES[verdict.state]
    facts = {
        "scenario": verdict.scenario or walk.scenario, "browser": walk.browser, "site": walk.base_url, "environment": walk.environment,
        "mode": walk.mode if walk.source == "walk" else f"from a {walk.source} file",
        "plan": expectations.plan.name if expectations else "",
        "started": walk.started[:19].replace("T", " "),
    }  # fmt: skip
    shown = "".join(f"<span>{name} <b>{escape(mask_text(str(value)))}</b></span>" for name, value in facts.items() if value)
    cut = f'<div class="flag warn">{escape(recording.cut)}</div>' if recording.cut else ""
    title = mask_text(verdict.journey or walk.journey or "Recorded traffic")
    return f'<header><h1>{escape(title)} <span class="pill {kind}">{word}</span></h1><div class="facts">{shown}</div>{cut}</header>'


def _findings(verdict: Verdict, titles: Mapping[str, str]) -> str:
    boxes = [flag(mark_of(each, titles)) for each in verdict.violations] + [doubt_flag(each) for each in verdict.doubts]
    if verdict.warnings:
        inside = "".join(flag(mark_of(each, titles, warning=True)) for each in verdict.warnings)
        many = len(verdict.warnings)
        boxes.append(f"<details><summary>{many} warning{'s' if many != 1 else ''}, which do not fail the walk</summary>{inside}</details>")
    if verdict.state == "passed":
        boxes.insert(0, "<p>Everything that was expected was sent, and nothing else that the plan forbids.</p>")
    return f'<div class="list">{"".join(boxes)}</div>'


def _others(recording: Recording, hits: Iterable[Hit], expectations: Expectations | None) -> str:
    """Who else was on the page: third parties that no vendor is known for. Empty for none."""
    told = {hit.request_id for hit in hits}
    found = others(
        recording.requests,
        known=lambda request: request.id in told,
        own=lambda host: expectations is not None and expectations.plan.environment_of(host) is not None,
    )
    if not found:
        return ""
    rows = "".join(
        f"<tr><td>{escape(mask_text(each.host))}</td><td>{escape(each.owner.name if each.owner else 'not known')}</td>"
        f"<td>{escape(each.owner.category if each.owner else '')}</td><td>{each.requests}</td></tr>"
        for each in found[:_MOST_OTHERS]
    )
    more = f"<p>… and {len(found) - _MOST_OTHERS} more.</p>" if len(found) > _MOST_OTHERS else ""
    if data_set() is None:
        more += f"<p>Whose they are is not known on this machine: {escape(MEND)}.</p>"
    hosts = f"{len(found)} host{'s' if len(found) != 1 else ''}"
    return (
        f'<details class="others"><summary>Who else was on the page: {hosts} of third parties that tagproof does not decode</summary>'
        f"<table><tr><th>host</th><th>owner</th><th>category</th><th>requests</th></tr>{rows}</table>{more}</details>"
    )


_MOST_OTHERS = 100
_PHASES = {"before": "before the first step", "journey": "", "scenario": "what the scenario did", "proof": "proof that nothing more comes"}


def _section(each: StepRows, names: Mapping[int, str], classes: Mapping[str, str], shot: Path | bytes | None, shown: set[Mark]) -> str:
    step = each.step
    kind, word = _STATES[each.state]
    phase = f'<div class="phase">{_PHASES[step.kind]}</div>' if _PHASES[step.kind] else ""
    took = f"{step.began:.1f} s to {step.ended:.1f} s" if step.ended is not None else f"from {step.began:.1f} s"
    pill = (
        f'<span class="pill {kind}">{word if step.reached else "not reached"}</span>'
        if step.kind == "journey" or each.state != "passed"
        else ""
    )
    image = ""
    if (found := picture(shot)) is not None:
        data, mime = found
        source = f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"
        image = f'<details class="shot"><summary><img alt="the page at the end of this step" src="{source}"></summary></details>'
    error = f'<div class="flag warn">{escape(mask_text(step.error))}</div>' if step.error else ""
    side = f'<div class="side">{phase}<h2>{escape(mask_text(step.title))}</h2><small>{took}</small>{pill}{image}</div>'
    return f"<section>{side}<div>{error}{untold(each)}{table(each, titles=names, vendors=classes, shown=shown)}</div></section>"
