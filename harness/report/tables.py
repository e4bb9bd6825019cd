"""What happened in a walk, as rows that people read, and the small tables made of them.

Every text here is masked and every value is escaped on its way into HTML.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from harness.recording import Step
from harness.report.masking import mask_json, mask_text
from harness.report.terminal import place_text, readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.capture.captured import Outcome, Push
    from harness.decode.hit import Hit
    from harness.recording import Recording
    from harness.verify.violation import Doubt, Verdict, Violation

RowKind = Literal["hit", "push", "consent", "navigation", "disturbance", "note"]
_FIRST = (
    "transaction_id", "order_id", "value", "revenue", "total", "currency", "items", "contents", "content_ids", "content_type", "coupon",
    "payment_type", "shipping_tier", "tax", "shipping", "quantity", "item_id", "item_list_name", "method", "search_term", "form_id",
    "form_name", "lead_source", "page_title",
)  # fmt: skip
"""What a marketer looks for first, in that order."""
_QUIET = frozenset({"library", "config", "auxiliary", "preflight"})
_LONG = 160
_KEYS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A violation or warning, on a row or a step."""

    code: str
    title: str
    message: str
    severity: str
    place: str = ""
    warning: bool = False


@dataclass(slots=True, kw_only=True)
class Row:
    """One thing that happened.

    Attributes:
        step: index of the step it belongs to: for a hit the one that caused it, where that is known.
        sent: index of the step it was sent in.
        what: event, or what happened in words.
        keys: what matters most of its values, as (label, text).
        details: all of its values, as (section, label, text).
        consent: (signal, "granted" | "denied" | the raw text).
        quiet: True for what is no event: libraries, configuration, preflights.
    """

    kind: RowKind
    time: float
    step: int
    what: str
    sent: int | None = None
    guessed: bool = False
    vendor: str = ""
    vendor_name: str = ""
    account: str = ""
    page: str = ""
    keys: list[tuple[str, str]] = field(default_factory=list)
    details: list[tuple[str, str, str]] = field(default_factory=list)
    consent: list[tuple[str, str]] = field(default_factory=list)
    outcome: str = ""
    lost: bool = False
    quiet: bool = False
    marks: list[Mark] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class StepRows:
    """A phase of the walk with all that belongs to it, in order of time."""

    step: Step
    rows: list[Row] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def state(self) -> Literal["passed", "failed", "inconclusive"]:
        """Failed with a violation, inconclusive with a doubt or where the step was not reached."""
        if any(not mark.warning for mark in [*self.marks, *(mark for row in self.rows for mark in row.marks)]):
            return "failed"
        return "inconclusive" if self.doubts or not self.step.reached else "passed"


def steps_of(recording: Recording, hits: Iterable[Hit], verdict: Verdict, titles: Mapping[str, str] | None = None) -> list[StepRows]:
    """The walk, step by step.

    Args:
        recording: what was captured; where it has no steps (a HAR), one step stands for the whole.
        hits: the decoded hits; those of the data layer are shown as pushes.
        verdict: whose violations are put on the hits and pushes that show them, else on their step.
        titles: check code -> its title.
    """
    steps = {step.index: StepRows(step=step) for step in recording.steps}
    if not steps:
        steps[0] = StepRows(step=Step(index=0, title="everything that was sent", kind="before"))
    on_hit, on_push, on_step = _marks(verdict, titles or {})
    for row, marks in _rows(recording, hits, verdict, on_hit, on_push):
        row.marks = marks
        if row.step not in steps:
            row.step = max((index for index in steps if index <= row.step), default=min(steps))
        steps[row.step].rows.append(row)
    for index, marks in on_step.items():
        home = index if index in steps else max(steps)
        steps[home].marks += marks
    for doubt in verdict.doubts:
        steps[doubt.step if doubt.step in steps else max(steps)].doubts.append(doubt)
    for each in steps.values():
        each.rows.sort(key=lambda row: row.time)
    return [steps[index] for index in sorted(steps)]


def _marks(
    verdict: Verdict, titles: Mapping[str, str]
) -> tuple[dict[tuple[str, int], list[Mark]], dict[str, list[Mark]], dict[int, list[Mark]]]:
    on_hit: dict[tuple[str, int], list[Mark]] = {}
    on_push: dict[str, list[Mark]] = {}
    on_step: dict[int, list[Mark]] = {}
    for violation, warning in [(each, False) for each in verdict.violations] + [(each, True) for each in verdict.warnings]:
        mark = mark_of(violation, titles, warning=warning)
        for hit in violation.evidence.hits:
            on_hit.setdefault((hit[0], hit[1]), []).append(mark)
        for push in violation.evidence.pushes:
            on_push.setdefault(push, []).append(mark)
        if violation.step is not None:
            on_step.setdefault(violation.step, []).append(mark)
    return on_hit, on_push, on_step


def mark_of(violation: Violation, titles: Mapping[str, str], *, warning: bool = False) -> Mark:
    """A violation as it is shown: masked, with its check's title."""
    return Mark(
        code=violation.code, title=title_of(violation.code, titles), message=readable(violation.message), severity=violation.severity,
        place=place_text(violation.place), warning=warning,
    )  # fmt: skip


def title_of(code: str, titles: Mapping[str, str]) -> str:
    """The check's title, or its code in words."""
    return titles.get(code) or code.replace("-", " ").capitalize()


def _rows(
    recording: Recording,
    hits: Iterable[Hit],
    verdict: Verdict,
    on_hit: Mapping[tuple[str, int], list[Mark]],
    on_push: Mapping[str, list[Mark]],
) -> Iterable[tuple[Row, list[Mark]]]:
    requests = {request.id: request for request in recording.requests}
    caused = {(request, position): (step, guessed) for request, position, step, guessed in verdict.caused}
    for hit in hits:
        request = requests.get(hit.request_id)
        if request is None:
            continue
        key = (hit.request_id, hit.position)
        step, guessed = caused.get(key, (request.step, False))
        outcome, lost = outcome_text(recording.outcome(request))
        yield Row(
            kind="hit", time=request.time, step=request.step if step is None else step, sent=request.step, guessed=guessed,
            what=mask_text(hit.event or hit.kind), vendor=hit.vendor, vendor_name=hit.vendor_name or hit.vendor,
            account=mask_text(hit.account or ""), page=_path(hit.page_url or request.page_url), keys=_keys(hit.values, hit),
            details=_details(hit), consent=_consent(hit.consent), outcome=outcome, lost=lost, quiet=hit.kind in _QUIET,
        ), list(on_hit.get(key, []))  # fmt: skip
    for push in recording.pushes:
        yield _push_row(push), list(on_push.get(push.id, []))
    for change in recording.consents:
        state = [(mask_text(name), "granted" if granted else "denied") for name, granted in change.state.items()]
        yield Row(kind="consent", time=change.time, step=change.step, what=_CONSENT.get(change.action, change.action), consent=state), []
    for move in recording.navigations:
        yield (
            Row(
                kind="navigation",
                time=move.time,
                step=move.step,
                what=_NAVIGATION.get(move.kind, move.kind),
                keys=[("", _path(move.url, whole=True))],
            ),
            [],
        )
    for disturbance in recording.disturbances:
        applied = "" if disturbance.applied else f" — not applied: {mask_text(disturbance.reason)}"
        yield (
            Row(
                kind="disturbance",
                time=disturbance.time,
                step=disturbance.step,
                what=f"{disturbance.scenario}: {mask_text(disturbance.what)}{applied}",
                lost=not disturbance.applied,
            ),
            [],
        )
    for note in recording.notes:
        yield Row(kind="note", time=note.time, step=note.step, what=mask_text(note.what), lost=bool(note.doubt)), []


_CONSENT = {
    "grant": "the visitor granted consent", "deny": "the visitor denied consent", "withdraw": "the visitor withdrew consent",
    "cleared": "the stored consent was cleared", "observed": "consent as the page has it",
}  # fmt: skip
_NAVIGATION = {
    "document": "opened", "reload": "reloaded", "back-forward": "went back or forward to", "history": "changed the address to",
    "fragment": "jumped to", "unknown": "went to",
}  # fmt: skip


def _push_row(push: Push) -> Row:
    value = mask_json(push.value)
    if isinstance(value, dict) and value.get("$type") == "arguments":
        value = value.get("items")
    elif isinstance(value, dict) and "0" in value and "event" not in value:
        value = [value[key] for key in sorted((key for key in value if key.isdigit()), key=int)]
    values: dict[str, Any] = {}
    quiet = False
    if isinstance(value, dict):
        values = value
        event = value.get("event")
        # A push without an event sets or clears values for those that follow; Tag Manager's own events are no one's.
        quiet = event is None or str(event).startswith("gtm.")
        cleared = " cleared" if value and all(each is None for each in value.values()) else ""
        what = str(event) if event is not None else f"{push.source}: {', '.join(map(str, value)) or 'empty'}{cleared}"
    elif isinstance(value, list):
        words = [str(each) for each in value if isinstance(each, str)][:3]
        what = f"{push.source}({', '.join(words)})"
        values = next((each for each in value if isinstance(each, dict)), {})
        quiet = words[:1] in (["js"], ["config"], ["set"], ["get"], ["init"])
    else:
        what = f"{push.source}: {text_of(value, short=True)}"
    flat = {key: each for key, each in values.items() if key != "event" and not str(key).startswith("gtm.")}
    for name in ("ecommerce", "eventModel"):
        if isinstance(flat.get(name), dict):
            flat = {**flat, **flat.pop(name)}
    consent = [(str(name), str(each)) for name, each in flat.items() if each in ("granted", "denied")]
    return Row(
        kind="push", time=push.time, step=push.step, sent=push.step, what=what, vendor="data-layer",
        vendor_name="call" if push.kind == "call" else "data layer", account=push.source, page=_path(push.page_url),
        keys=[] if consent else _keys(flat, None), consent=consent, quiet=quiet,
        details=[("", str(name), text_of(each)) for name, each in values.items()] + [("cut", "", cut) for cut in push.cut],
    )  # fmt: skip


def _keys(values: Mapping[str, Any], hit: Hit | None) -> list[tuple[str, str]]:
    masked = mask_json(dict(values))
    chosen = [name for name in _FIRST if masked.get(name) not in (None, "", [], {})]
    if not chosen:
        noise = set(hit.identifiers) if hit is not None else set()
        chosen = [
            name for name, value in masked.items()
            if name not in noise and value not in (None, "", [], {}) and not str(name).startswith("_") and not _is_address(value)
        ]  # fmt: skip
    keys = [(name, text_of(masked[name], short=True)) for name in chosen[:_KEYS]]
    if hit is not None and hit.campaign:
        keys.append(("campaign", mask_text(" / ".join(hit.campaign.values()))))
    return keys


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _details(hit: Hit) -> list[tuple[str, str, str]]:
    rows = []
    for parameter in hit.parameters:
        name = parameter.field or parameter.name
        label = f"{parameter.label} ({parameter.name})" if parameter.label and parameter.label != parameter.name else parameter.name
        masked = mask_json(parameter.value, name)
        if masked == parameter.value and name != parameter.name:
            masked = mask_json(parameter.value, parameter.name)
        rows.append((parameter.group or "", mask_text(label), text_of(masked)))
    for signal, state in (hit.consent or {}).items():
        # The signals themselves have a column of their own; how the wire spelt them stands here.
        if not isinstance(state, bool | dict) and state is not None:
            rows.append(("Consent as sent", mask_text(str(signal)), mask_text(str(state))))
    if hit.undecoded:
        rows.append(("not decoded", "", mask_text(hit.undecoded)))
    return rows


def _consent(consent: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    return [(mask_text(str(name)), "granted" if value else "denied") for name, value in (consent or {}).items() if isinstance(value, bool)]


def outcome_text(outcome: Outcome | None) -> tuple[str, bool]:
    """What became of a request, in a few words, and whether it was lost."""
    if outcome is None:
        return "", False
    if outcome.state == "stubbed":
        status = outcome.status or 200
        return ("sent, answered by the stub" if status < 400 else f"sent, answered {status} by the stub"), status >= 400
    if outcome.state == "delivered":
        status = outcome.status or 0
        return (f"delivered ({status})" if status else "delivered"), status >= 400
    if outcome.state == "answered-by-journey":
        return "answered by the journey itself", False
    reason = f": {mask_text(outcome.reason)}" if outcome.reason else ""
    return ("not known" if outcome.state == "unknown" else outcome.state) + reason, outcome.state in ("failed", "blocked")


def text_of(value: Any, *, short: bool = False) -> str:
    """A value as people read it; lists of items by id and quantity where ``short``."""
    if isinstance(value, str):
        text = value
    elif short and isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        text = f"{len(value)} \u00d7 " if len(value) > 1 else ""
        text += ", ".join(_item(each) for each in value[:3]) + (" …" if len(value) > 3 else "")
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG or not short else text[: _LONG - 1] + "…"


def _item(item: dict[str, Any]) -> str:
    name = next((str(item[key]) for key in ("item_id", "id", "item_name", "name", "sku") if item.get(key) not in (None, "")), "item")
    count = next((item[key] for key in ("quantity", "qty") if item.get(key) not in (None, "")), None)
    return f"{name} \u00d7 {count}" if count not in (None, 1, "1") else name


def _path(url: str | None, *, whole: bool = False) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return mask_text(url)
    if whole or not parts.path:
        return mask_text(url)
    return mask_text(parts.path)


# ---------------------------------------------------------------------------------------------------------------- HTML

STYLE = """
:root{color-scheme:light dark;--ink:#1d2330;--soft:#5b6475;--line:#dfe3ea;--paper:#fff;--band:#f5f7fa;--bad:#b3261e;--badbg:#fdecea;
--warn:#8a5a00;--warnbg:#fff4dc;--good:#146c43;--goodbg:#e6f4ec;--link:#2457c5}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#a0a9b8;--line:#3a4150;--paper:#191d25;--band:#222833;--bad:#ff8a80;
--badbg:#43201e;--warn:#ffce73;--warnbg:#3d3116;--good:#7fd6a5;--goodbg:#173526;--link:#8ab4ff}}
*{box-sizing:border-box}
body{margin:0;padding:16px;font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;color:var(--ink);
background:var(--paper)}
table.hits{border-collapse:collapse;width:100%;min-width:760px;table-layout:fixed}
.c1{width:66px}.c2{width:19%}.c3{width:16%}.c4{width:31%}.c5{width:20%}.c6{width:14%}
.scroll{overflow-x:auto}
.hits th{font-weight:600;text-align:left;color:var(--soft);font-size:12px;padding:4px 8px;
border-bottom:1px solid var(--line);white-space:nowrap}
.hits td{padding:6px 8px;border-bottom:1px solid var(--line);vertical-align:top}
.hits tr.marked>td{border-bottom:0}
.hits tr.mark>td{padding-top:0}
.hits tr.bad>td:first-child,.hits tr.mark.bad>td:first-child{box-shadow:inset 4px 0 var(--bad)}
.hits tr.warn>td:first-child{box-shadow:inset 4px 0 var(--warn)}
.time{color:var(--soft);white-space:nowrap;font-variant-numeric:tabular-nums}
.who{overflow-wrap:anywhere}.who b{display:block}.acc{color:var(--soft);font-size:12px;word-break:break-all;white-space:normal}
.what{font-weight:600;overflow-wrap:anywhere}.what small{display:block;font-weight:400;color:var(--soft)}
.kv{overflow-wrap:anywhere}.kv span{display:inline-block;margin:0 10px 2px 0}.kv i{font-style:normal;color:var(--soft)}
.pill{display:inline-block;border-radius:9px;padding:0 8px;font-size:12px;line-height:18px;overflow-wrap:anywhere;
margin:0 4px 2px 0;background:var(--band)}
.pill.good{color:var(--good);background:var(--goodbg)}.pill.bad{color:var(--bad);background:var(--badbg)}
.pill.warn{color:var(--warn);background:var(--warnbg)}
.quiet td,.page td{color:var(--soft)}.quiet .what,.page .what{font-weight:400}
.page td{background:var(--band)}
.lost{color:var(--bad)}
.flag{border-radius:6px;padding:8px 10px;white-space:pre-line;overflow-wrap:anywhere}
.flag.bad{background:var(--badbg)}.flag.warn{background:var(--warnbg)}
.flag b{display:block}.flag code{font-size:12px;color:var(--soft)}
details summary{cursor:pointer;color:var(--link);font-size:12px}
.all{border-collapse:collapse;margin-top:4px;font-size:12px}
.all td{border:0;border-bottom:1px solid var(--line);padding:2px 8px 2px 0;overflow-wrap:anywhere}
.all td:first-child{color:var(--soft);white-space:nowrap;max-width:340px;overflow:hidden;text-overflow:ellipsis}
.all th{text-align:left;font-size:12px;padding:6px 0 2px}
.none{color:var(--soft);padding:8px 0}
"""


def escape(text: object) -> str:
    """Text that stays text in HTML, also in an attribute."""
    return html.escape(str(text), quote=True)


def table(step: StepRows, *, titles: Mapping[int, str], vendors: Mapping[str, str] | None = None, shown: set[Mark] | None = None) -> str:
    """The hits and pushes of one step as an HTML table (a fragment).

    Args:
        step: what to show.
        titles: step index -> title, to name the step a late hit was sent in.
        vendors: vendor id -> CSS class, for a filter.
        shown: the violations that the page has told in full already; those told here are added.
    """
    if not step.rows:
        return '<p class="none">Nothing was sent or pushed in this step.</p>'
    shown = set() if shown is None else shown
    head = (
        f'<table class="hits"><colgroup>{"".join(f"<col class=c{column}>" for column in range(1, 7))}</colgroup>'
        "<thead><tr><th>Time</th><th>Event</th><th>Sent to</th><th>Key values</th><th>Consent</th><th>Delivery</th>"
        "</tr></thead><tbody>"
    )  # fmt: skip
    rows = "".join(_row(row, titles, vendors or {}, shown) for row in step.rows)
    return f'<div class="scroll">{head}{rows}</tbody></table></div>'


def document(title: str, body: str, *, style: str = "") -> str:
    """A whole page: no script, and a policy that lets none run and nothing load."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)}</title><style>{STYLE}{style}</style>'
        f"</head><body>{body}</body></html>"
    )


def step_document(step: StepRows, *, titles: Mapping[int, str]) -> str:
    """One step's hits and pushes as a page of their own, for an attachment."""
    flags = untold(step)
    return document(f"{mask_text(step.step.title)}: hits and pushes", flags + table(step, titles=titles))


def untold(step: StepRows) -> str:
    """Boxes for the step's violations that none of its rows shows, and for its doubts."""
    told = {mark for row in step.rows for mark in row.marks}
    return "".join(flag(mark) for mark in step.marks if mark not in told) + "".join(doubt_flag(each) for each in step.doubts)


def flag(mark: Mark) -> str:
    """A violation in a box."""
    kind = "warn" if mark.warning else "bad"
    place = f" · {escape(mark.place)}" if mark.place else ""
    word = "warning · " if mark.warning else ""
    return (
        f'<div class="flag {kind}"><b>{escape(mark.title)}</b>{escape(mark.message)}\n'
        f"<code>{word}{escape(mark.code)} · {escape(mark.severity)}{place}</code></div>"
    )


def doubt_flag(doubt: Doubt) -> str:
    """A doubt in a box."""
    return f'<div class="flag warn"><b>Inconclusive</b>{escape(readable(doubt.message))}\n<code>{escape(doubt.code)}</code></div>'


def _row(row: Row, titles: Mapping[int, str], vendors: Mapping[str, str], shown: set[Mark]) -> str:
    bad = any(not mark.warning for mark in row.marks)
    classes = [vendors.get(row.vendor, ""), "quiet" if row.quiet else "", "page" if row.kind not in ("hit", "push") else ""]
    classes += ["bad" if bad else "warn"] if row.marks else []
    classes += ["marked"] if row.marks else []
    name = " ".join(each for each in classes if each)
    time = f'<td class="time">{row.time:.2f} s</td>'
    if row.kind not in ("hit", "push"):
        keys = " ".join(escape(text) for _, text in row.keys)
        lost = ' class="lost"' if row.lost else ""
        text = f"<span{lost}>{_SIGNS[row.kind]} {escape(row.what)}</span> {keys} {_pills(row.consent)}"
        return f'<tr class="{name}">{time}<td colspan="5">{text}</td></tr>'
    late = ""
    if row.kind == "hit" and row.sent is not None and row.sent != row.step:
        late = f"<small>sent later, in “{escape(titles.get(row.sent, str(row.sent)))}”</small>"
    elif row.guessed:
        late = "<small>step guessed from when it was sent</small>"
    where = f"<small>{escape(row.page)}</small>" if row.page else ""
    keys = "".join(f"<span><i>{escape(label)}</i> {escape(text)}</span>" for label, text in row.keys)
    lost = " lost" if row.lost else ""
    out = (
        f'<tr class="{name}">{time}<td class="what">{escape(row.what)}{where}{late}</td>'
        f'<td class="who"><b>{escape(row.vendor_name)}</b><span class="acc">{escape(row.account)}</span></td>'
        f'<td class="kv">{keys}{_all(row.details)}</td><td>{_pills(row.consent)}</td>'
        f'<td class="{lost.strip()}">{escape(row.outcome)}</td></tr>'
    )
    for mark in row.marks:
        # A violation that several hits show is told in full on the first and named on the others.
        box = (
            flag(mark)
            if mark not in shown
            else f'<div class="flag {"warn" if mark.warning else "bad"}"><b>{escape(mark.title)}</b>(told above)</div>'
        )
        shown.add(mark)
        kind = "warn" if mark.warning else "bad"
        out += f'<tr class="mark {kind} {vendors.get(row.vendor, "")}"><td></td><td colspan="5">{box}</td></tr>'
    return out


_SIGNS = {"consent": "◐", "navigation": "→", "disturbance": "⚡", "note": "·"}


def _pills(consent: list[tuple[str, str]]) -> str:
    """The signals, one pill for those granted and one for those denied."""
    out = ""
    for state, kind in (("granted", "good"), ("denied", "bad")):
        names = [name for name, each in consent if each == state]
        if names:
            out += f'<span class="pill {kind}"><b>{state}</b> {escape(", ".join(names))}</span>'
    return out


def _all(details: list[tuple[str, str, str]]) -> str:
    if not details:
        return ""
    out, section = [], None
    for group, label, text in sorted(details, key=lambda each: each[0]):
        if group != section and group:
            out.append(f'<tr><th colspan="2">{escape(group)}</th></tr>')
        section = group
        out.append(f"<tr><td>{escape(label)}</td><td>{escape(text)}</td></tr>")
    count = len(details)
    return f'<details><summary>all {count} values</summary><table class="all">{"".join(out)}</table></details>' if count > 1 else ""
