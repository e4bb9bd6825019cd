"""Discovers the parts (vendors, checks, scenarios, consent platforms) and puts a walk or a judgement together.

The command and the pytest plugin both come here; nothing else knows all parts.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

import harness.checks
import harness.consent
import harness.scenarios
import harness.vendors
from harness.capture.captured import Answer, CapturedRequest, Push
from harness.capture.request_lines import requests_from_lines
from harness.decode.address import split_url
from harness.decode.data_layer import decode_push
from harness.decode.decoder import Decoder, FirstPartyRoute
from harness.decode.own_vendors import OwnVendorsFile, amiss, clash, vendor_of
from harness.decode.third_parties import Other, is_third_party, others, owners
from harness.decode.vendor import Vendor
from harness.errors import DiscoveryError, PlanError, RecordingError, TagproofError
from harness.journey import Tools
from harness.plan import toml_marks, yaml_marks
from harness.plan.lint import Problem
from harness.plan.lint import lint as lint_file
from harness.plan.load import load_expectations, load_plan
from harness.plan.shape import shaped
from harness.recording import Recording, Walk
from harness.report.har import recording_from_har
from harness.scenarios import Scenario
from harness.verify.case import Case
from harness.verify.check import Check
from harness.verify.conditions import Conditions
from harness.verify.judge import judge, unused
from harness.verify.violation import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

    from harness.capture.contract import Answerer, Mode
    from harness.consent import Platform
    from harness.decode.hit import Hit
    from harness.errors import Place
    from harness.plan.model import Expectations, TrackingPlan

Part = TypeVar("Part")
Unknown = Literal["allow", "report", "block"]
DEFAULT_SCENARIOS = ("baseline", "reload", "consent-denied", "no-utm")


# ---- discovery ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All that was found, by id, in sorted order."""

    vendors: Mapping[str, Vendor]
    checks: Mapping[str, Check]
    scenarios: Mapping[str, Scenario]
    platforms: Mapping[str, Platform]


@cache
def parts() -> Parts:
    """Every built-in part and those that other packages give through entry points.

    Entry-point groups: ``tagproof.vendors``, ``tagproof.checks``, ``tagproof.scenarios``, ``tagproof.consent``; each
    entry is the part itself.

    Raises:
        DiscoveryError: a module without its constant, or two parts of one name; both are named.
    """
    from harness.consent import Platform

    return Parts(
        vendors=discover(harness.vendors, "VENDOR", Vendor, lambda part: part.id),
        checks=discover(harness.checks, "CHECK", Check, lambda part: part.code),
        scenarios=discover(harness.scenarios, "SCENARIO", Scenario, lambda part: part.name),
        platforms=discover(harness.consent, "PLATFORM", Platform, lambda part: part.id),
    )


def discover(package: ModuleType, constant: str, kind: type[Part], name: Callable[[Part], str]) -> dict[str, Part]:
    """The parts of one package and of its entry points, by name. See :func:`parts` for the errors."""
    found: dict[str, tuple[str, Part]] = {}

    def add(where: str, part: Any) -> None:
        if not isinstance(part, kind):
            raise DiscoveryError(
                f"{constant} is a {type(part).__name__} and must be a {kind.__name__}", place=where,
                mend=f"see the package {package.__name__} for what a {kind.__name__} must give",
            )  # fmt: skip
        key = name(part)
        if key in found:
            raise DiscoveryError(
                f"the name {key!r} is taken twice: by {found[key][0]} and by {where}", place=where, mend="rename one of them"
            )
        found[key] = (where, part)

    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        if module.name.startswith("_"):
            continue
        where = f"{package.__name__}.{module.name}"
        loaded = importlib.import_module(where)
        if not hasattr(loaded, constant):
            raise DiscoveryError(f"has no {constant}", place=where, mend=f"define {constant} = {kind.__name__}(…), or move the module")
        add(where, getattr(loaded, constant))
    group = "tagproof." + package.__name__.rpartition(".")[2]
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        add(f"entry point {entry.name} of {group} ({entry.value})", entry.load())
    return {key: part for key, (_, part) in found.items()}


# ---- plans ----------------------------------------------------------------------------------------------------


def read_plan(path: Path) -> TrackingPlan:
    """A plan, its vendors checked against those that can be decoded."""
    return load_plan(path, vendors=known_vendors(path.parent))


def read_expectations(path: Path) -> Expectations:
    """A journey's expectations with their plan; vendors and scenarios checked against those there are."""
    return load_expectations(path, vendors=known_vendors(_plan_folder(path)), scenarios=known_scenarios())


def lint(path: Path) -> tuple[list[Problem], list[Problem]]:
    """What is wrong with a plan or expectation file, and what is only doubtful: (errors, warnings).

    The files of the plan's own vendors are part of it; their examples are tried.
    """
    folder = _plan_folder(path)
    try:
        own = _declared(folder)
    except TagproofError as error:
        faults = error.problems if isinstance(error, PlanError) else [error]
        return [Problem("error", each.what, each.place, each.mend) for each in faults], []
    problems = lint_file(path, vendors=known_vendors(folder), scenarios=known_scenarios())
    if own:
        decoder = Decoder([*parts().vendors.values(), *(vendor for vendor, _ in own.values())])
        problems += [
            Problem("error", said, place, "mend the vendor's keys or its example")
            for vendor, place in own.values()
            for said in amiss(vendor, decoder)
        ]
    return [each for each in problems if each.level == "error"], [each for each in problems if each.level != "error"]


def known_vendors(folder: Path | None = None) -> list[str]:
    """The ids a plan's destination may name; ``folder``: the plan's, for the vendors declared beside it."""
    return ["data-layer", *parts().vendors, *(own_vendors(folder) if folder is not None else ())]


def own_vendors(folder: Path) -> Mapping[str, Vendor]:
    """The vendors declared in a folder, by id. See :mod:`harness.decode.own_vendors` for the files.

    Raises:
        PlanError: with every mistake of every file, each with its line.
        DiscoveryError: one of them has the id, the name or an endpoint of another vendor; both are named.
    """
    return {name: vendor for name, (vendor, _) in _declared(folder).items()}


def _declared(folder: Path) -> Mapping[str, tuple[Vendor, Place]]:
    files = sorted(each for pattern in _OWN_VENDORS for each in folder.glob(pattern) if each.is_file())
    stamps = [(each, status.st_mtime_ns, status.st_size) for each in files if (status := each.stat())]
    return _read_own(tuple(stamps)) if stamps else {}


_OWN_VENDORS = ("*.vendors.yaml", "*.vendors.yml", "*.vendors.toml")


@lru_cache(maxsize=8)
def _read_own(stamps: tuple[tuple[Path, int, int], ...]) -> Mapping[str, tuple[Vendor, Place]]:
    found: dict[str, tuple[Vendor, Place]] = {}
    problems: list[TagproofError] = []
    for path, _, _ in stamps:
        source = (toml_marks if path.suffix == ".toml" else yaml_marks).read(path)
        document, wrong = shaped(source, OwnVendorsFile) if source.data is not None else (None, [])
        if document is None or source.problems or wrong:
            problems += source.problems + wrong
            continue
        for index, each in enumerate(document.vendors):
            vendor = vendor_of(each)
            place = source.place("vendors", index, "id")
            if (error := clash(vendor, [*parts().vendors.values(), *(known for known, _ in found.values())], place)) is not None:
                raise error
            found[vendor.id] = (vendor, place)
    if problems:
        raise PlanError(problems)
    return found


def vendors_of(plan: TrackingPlan | None) -> Mapping[str, Vendor]:
    """All that can be decoded under a plan, by id: the built-in vendors and those declared beside the plan."""
    own = own_vendors(Path(plan.path).parent) if plan is not None and plan.path else {}
    return {**parts().vendors, **own}


def _plan_folder(path: Path) -> Path:
    """The folder of a plan's file, or of the plan that a journey's file names."""
    source = yaml_marks.read(path)
    named = source.data.get("plan") if isinstance(source.data, dict) and "journey" in source.data else None
    return (path.parent / named).parent if isinstance(named, str) else path.parent


def known_scenarios() -> dict[str, tuple[str, ...]]:
    """The scenarios there are, with the names of their own parameters."""
    return {scenario.name: tuple(scenario.parameters) for scenario in parts().scenarios.values()}


def conditions_of(expectations: Expectations, scenario: str, parameters: Mapping[str, Any]) -> Conditions:
    """What a scenario changes in what is expected; for an unknown one, nothing."""
    found = parts().scenarios.get(scenario)
    return found.conditions(expectations, parameters) if found else Conditions(scenario=scenario)


# ---- decoding and judging -------------------------------------------------------------------------------------


def decoder_for(plan: TrackingPlan | None = None) -> Decoder:
    """A decoder of all vendors, of those declared beside the plan, and of the plan's first-party endpoints.

    One is made for all walks of a plan: that takes as long as loading a page.
    """
    routes = () if plan is None else tuple(
        FirstPartyRoute(vendor=each.vendor, host=each.host, path=each.path, role=each.role) for each in plan.endpoints
    )  # fmt: skip
    return _decoder(tuple(vendors_of(plan).values()), routes)


@lru_cache(maxsize=8)
def _decoder(vendors: tuple[Vendor, ...], routes: tuple[FirstPartyRoute, ...]) -> Decoder:
    return Decoder(vendors, routes)


def decode_entry(decoder: Decoder, entry: CapturedRequest | Push, index: int) -> list[Hit]:
    """The hits of one captured thing; a push is a hit of the vendor ``data-layer``."""
    if isinstance(entry, Push):
        hit = decode_push(entry, index)
        return [] if hit is None else [hit]
    hits = decoder.decode(entry, index)
    for hit in hits:
        hit.request_id = entry.id
    return hits


def decode_recording(recording: Recording, decoder: Decoder) -> list[Hit]:
    """All hits of a recording in the order captured; ``Hit.request`` counts requests, or pushes for the data layer."""
    hits: list[Hit] = []
    requests = pushes = 0
    for entry in recording.entries:
        if isinstance(entry, CapturedRequest):
            hits += decode_entry(decoder, entry, requests)
            requests += 1
        elif isinstance(entry, Push):
            hits += decode_entry(decoder, entry, pushes)
            pushes += 1
    return hits


def judge_recording(recording: Recording, expectations: Expectations, decoder: Decoder | None = None) -> tuple[list[Hit], Verdict]:
    """Decode and judge one walk, live or stored. The scenario is the recording's own."""
    decoder = decoder or decoder_for(expectations.plan)
    hits = decode_recording(recording, decoder)
    walk = recording.walk
    if walk.environment is None:
        walk.environment = environment_of(recording, expectations.plan)
    case = Case(
        recording=recording,
        hits=hits,
        expectations=expectations,
        conditions=conditions_of(expectations, walk.scenario, walk.scenario_parameters),
        vendors=decoder.vendors,
    )
    return hits, judge(case, list(parts().checks.values()))


def titles() -> dict[str, str]:
    """Check code -> what a marketer calls it."""
    return {check.code: check.title for check in parts().checks.values()}


def unused_lines(path: Path, judged: Iterable[str]) -> list[str]:
    """What of an expectation file no walk could judge, a line each. See :func:`harness.verify.judge.unused`."""
    found = unused([Verdict(judged=tuple(judged))], read_expectations(path))
    return [f"{each.place}: {each.what}: {each.why}" for each in found]


def environment_of(recording: Recording, plan: TrackingPlan) -> str | None:
    """The plan's environment whose hosts name the site under test: that of the base URL, else of the first page."""
    places = [recording.walk.base_url, *(nav.url for nav in recording.navigations), *(request.page_url for request in recording.requests)]
    for place in places:
        host = urlsplit(place).netloc.rpartition("@")[2] if place else ""
        if host and (found := plan.environment_of(host)) is not None:
            return found
    return None


# ---- what a walk is made of -----------------------------------------------------------------------------------


def tools(expectations: Expectations, *, mode: Mode = "stub", unknown: Unknown = "report", stub_config: bool = False) -> Tools:
    """What a journey needs to decode, judge and answer under one plan."""
    decoder = decoder_for(expectations.plan)
    return Tools(
        decode=lambda entry, index: decode_entry(decoder, entry, index),
        judge=lambda recording: judge_recording(recording, expectations, decoder),
        answer=answerer(decoder, expectations.plan, mode=mode, unknown=unknown, stub_config=stub_config),
        vendor_of=lambda request: claim.vendor.id if (claim := decoder.claim(request)) else None,
        sockets=sockets(decoder, mode),
        platforms=parts().platforms,
    )


def answerer(
    decoder: Decoder, plan: TrackingPlan, *, mode: Mode = "stub", unknown: Unknown = "report", stub_config: bool = False
) -> Answerer:
    """Says what each request is answered with.

    Args:
        decoder: tells whose request it is.
        plan: its environments' hosts are the site's own, never a third party.
        mode: stub answers collect requests as the vendor would; observe lets them through; block refuses them.
        unknown: block refuses what unlisted third parties are told (pings, non-GET fetches, images with a query).
        stub_config: also answer configuration requests in the vendor's stead, where the vendor's host cannot be reached.
    """

    def answer(request: CapturedRequest) -> Answer | None:
        claim = decoder.claim(request)
        if claim is None:
            return Answer(blocked=True) if unknown == "block" and _tells_third_party(request, plan) else None
        if claim.role == "collect":
            if mode == "observe":
                return None
            return Answer(blocked=True) if mode == "block" else decoder.answer(request)
        if claim.role == "config" and stub_config:
            return decoder.answer(request)
        return None

    return answer


def sockets(decoder: Decoder, mode: Mode) -> tuple[tuple[str, str], ...]:
    """(host, path) of the WebSockets that a mode answers for, as globs."""
    return () if mode == "observe" else decoder.sockets()


def third_parties(recording: Recording, decoder: Decoder, plan: TrackingPlan) -> list[Other]:
    """The hosts outside the site that no vendor claims, with the numbers of their requests and their owners where known."""
    return others(recording.requests, known=lambda request: decoder.claim(request) is not None, own=_own(plan))


def seen(recording: Recording, decoder: Decoder | None = None) -> tuple[list[tuple[Vendor, int]], list[Other]]:
    """Who is on the page: the vendors with their numbers of requests, and the other hosts (the site's own too) with theirs."""
    decoder = decoder or decoder_for()
    vendors: Counter[str] = Counter()
    hosts: Counter[str] = Counter()
    for request in recording.requests:
        claim = decoder.claim(request)
        if claim is not None:
            vendors[claim.vendor.id] += 1
        else:
            hosts[split_url(request.url).host or request.url[:40]] += 1
    named = owners(hosts)
    return (
        [(decoder.vendors[vendor], count) for vendor, count in vendors.most_common()],
        [Other(host, count, named.get(host)) for host, count in hosts.most_common()],
    )


def _own(plan: TrackingPlan) -> Callable[[str], bool]:
    return lambda host: plan.environment_of(host) is not None


def _tells_third_party(request: CapturedRequest, plan: TrackingPlan) -> bool:
    if not is_third_party(request, _own(plan)):
        return False
    if request.resource_type in ("xhr", "fetch"):
        return request.method not in ("GET", "HEAD")
    return request.resource_type == "ping" or (request.resource_type == "image" and "?" in request.url)


# ---- stored traffic -------------------------------------------------------------------------------------------


def read_traffic(data: bytes, name: str) -> Recording:
    """A recording, a HAR or JSON Lines of requests, told apart by what is in it.

    Raises:
        RecordingError: it is none of these, or broken.
    """
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text:
        raise RecordingError("the file is empty", place=name, mend="give a HAR, a recording, or one JSON request a line")
    kind = _kind(text)
    if kind == "har":
        return recording_from_har(data, name)
    if kind == "recording":
        try:
            return Recording.parse(text.decode("utf-8"), name=name)
        except UnicodeDecodeError as error:
            raise RecordingError(f"is not UTF-8: {error}", place=name) from error
    recording = Recording(Walk(source="requests"))
    for request in requests_from_lines(data, name):
        recording.append(request)
    return recording


def _kind(text: bytes) -> Literal["har", "recording", "lines"]:
    """By the first line: an object with ``entry`` or ``url`` is a line of its format; all else that opens an object is a HAR."""
    if text.startswith(b"PK"):
        return "har"
    try:
        first = json.loads(text.split(b"\n", 1)[0])
    except ValueError:
        return "har" if text.startswith(b"{") and b'"log"' in text[:65536] else "lines"
    if isinstance(first, dict) and "log" in first:
        return "har"
    return "recording" if isinstance(first, dict) and "entry" in first else "lines"


def for_scenario(recording: Recording, scenario: str | None) -> Recording:
    """The recording, judged under a named scenario where one is given (a HAR knows none)."""
    if scenario is not None:
        if scenario not in parts().scenarios:
            raise DiscoveryError(f"there is no scenario {scenario!r}", mend="one of: " + ", ".join(parts().scenarios))
        recording.walk = replace(recording.walk, scenario=scenario)
    return recording


def scenarios_of(expectations: Expectations, only: Iterable[str] = ()) -> list[tuple[str, dict[str, Any], str]]:
    """The scenarios a journey is walked under: (name, its parameters, known issue); the four of the main job by default."""
    uses = [(use.name, dict(use.parameters), use.known_issue) for use in expectations.scenarios]
    uses = uses or [(name, {}, "") for name in DEFAULT_SCENARIOS]
    wanted = list(only)
    return [use for use in uses if not wanted or use[0] in wanted]
