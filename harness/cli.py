"""The ``tagproof`` command. Its verbs and exit codes are a public contract.

run: pytest's codes, and 6 if some walks were inconclusive and none failed. check: 0 passed, 1 failed, 2 inconclusive or
bad input. Every other verb: 0, or 2 for bad input.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import threading
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import harness
from harness.errors import TagproofError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from harness.decode.decoder import Decoder

PASSED, FAILED, BAD = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["run"]:
        return _guard(lambda: _run(given[1:]))
    options = _parser().parse_args(given)
    verb: Callable[[argparse.Namespace], int] = options.verb
    return _guard(lambda: verb(options))


def _guard(verb: Callable[[], int]) -> int:
    try:
        return verb()
    except TagproofError as error:
        print(f"tagproof: {error}", file=sys.stderr)  # noqa: T201
        return BAD
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PASSED
    except KeyboardInterrupt:
        return 130


def _say(line: str = "") -> None:
    print(line)  # noqa: T201


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(BAD, f"tagproof: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="tagproof", description="Prove that a site's tracking works.")
    parser.add_argument("--version", action="version", version=f"tagproof {harness.__version__}")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")

    init = verbs.add_parser("init", help="start a new project: journeys/, expectations/, conftest.py")
    init.add_argument("directory", nargs="?", default=".", type=Path)
    init.set_defaults(verb=_init)

    verbs.add_parser("run", help="walk the journeys with pytest and write the reports; takes pytest's arguments", add_help=False)

    decode = verbs.add_parser("decode", help="HAR, recording or JSON Lines of requests -> one hit a line")
    decode.add_argument("file", help="a file, or - for standard input")
    decode.add_argument("--plan", type=Path, help="a plan whose endpoints and own vendors are decoded too")
    decode.add_argument("--all", action="store_true", help="also print requests that no vendor claims")
    decode.set_defaults(verb=_decode)

    check = verbs.add_parser("check", help="judge a HAR or recording without a browser")
    check.add_argument("file", help="a file, or - for standard input")
    check.add_argument("--expectations", type=Path, required=True, metavar="YAML")
    check.add_argument("--scenario", help="judge as walked under this scenario (default: the recording's own, else baseline)")
    check.add_argument("--json", action="store_true", help="print the verdict as JSON")
    check.set_defaults(verb=_check)

    plan = verbs.add_parser("plan", help="the plan and its JSON Schema").add_subparsers(required=True, metavar="WHAT")
    lint = plan.add_parser("lint", help="say what is wrong with plan and expectation files")
    lint.add_argument("files", nargs="*", type=Path, help="default: all in expectations/")
    lint.set_defaults(verb=_plan_lint)
    schema = plan.add_parser("schema", help="print the JSON Schema for editors")
    schema.add_argument("kind", nargs="?", choices=["plan", "journey"], default="plan")
    schema.set_defaults(verb=_plan_schema)
    show = plan.add_parser("show", help="print a plan or a journey's expectations for reading")
    show.add_argument("file", type=Path)
    show.set_defaults(verb=_plan_show)

    vendors = verbs.add_parser("vendors", help="what can be decoded, with its endpoints")
    vendors.add_argument("--json", action="store_true")
    vendors.add_argument("--plan", type=Path, help="also the vendors declared beside this plan (default: those in expectations/)")
    vendors.add_argument("--seen", metavar="FILE", help="only those seen in a HAR or recording, and who else was on the page")
    vendors.set_defaults(verb=_vendors)

    doctor = verbs.add_parser("doctor", help="what this machine has and lacks, with the mend")
    doctor.set_defaults(verb=_doctor)

    demo = verbs.add_parser("demo", help="start the demo shop; --prove walks it, sound and with each fault")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--faults", action="store_true", help="print the named faults and what each must be reported as")
    demo.add_argument("--prove", action="store_true", help="walk the shop sound and with each fault, and write the report")
    demo.add_argument("--workers", default="2", help="parallel workers of --prove (default: 2)")
    demo.set_defaults(verb=_demo)
    return parser


# ---- the verbs ------------------------------------------------------------------------------------------------


def _init(options: argparse.Namespace) -> int:
    target: Path = options.directory
    starter = resources.files("harness.demo") / "starter"
    wanted = {
        "conftest.py": "conftest.py.txt",
        "journeys/test_first.py": "test_first.py.txt",
        "expectations/site.plan.yaml": "site.plan.yaml",
        "expectations/first.journey.yaml": "first.journey.yaml",
        "expectations/plan.schema.json": "",
        "expectations/journey.schema.json": "",
    }
    taken = [name for name in wanted if (target / name).exists()]
    if taken:
        raise TagproofError(f"{target} already has {', '.join(taken)}", mend="choose another folder; nothing was written")
    from harness.plan.schema import journey_schema, plan_schema

    for name, source in wanted.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if source:
            text = (starter / source).read_text(encoding="utf-8")
        else:
            text = json.dumps(plan_schema() if "plan" in name else journey_schema(), indent=1) + "\n"
        path.write_text(text, encoding="utf-8")
        _say(f"wrote {path}")
    _say(f"next: cd {target} && tagproof run --base-url https://your-site.example")
    return PASSED


def _run(arguments: list[str]) -> int:
    import pytest

    from harness.capture.chromium import find_browser
    from harness.report.render import render_allure

    if "-h" in arguments or "--help" in arguments:
        _say("usage: tagproof run [PYTEST ARGS]\n\nRuns pytest on journeys/ (or the paths given) and writes the reports under reports/.")
        _say("pytest's exit codes, and 6 if some walks were inconclusive and none failed.")
    elif not any(argument.startswith("--browser") for argument in arguments):
        find_browser()  # a machine without one gets one message, not one a walk
    reports = Path(_option(arguments, "--tracking-reports") or "reports")
    given = list(arguments)
    if not any(not argument.startswith("-") and Path(argument.partition("::")[0]).exists() for argument in given):
        if not Path("journeys").is_dir() and "-h" not in given and "--help" not in given:
            raise TagproofError("there is no folder journeys/ here", mend="start a project with `tagproof init`, or name the paths")
        given.append("journeys")
    if _option(arguments, "--alluredir") is None:
        shutil.rmtree(reports / "allure-results", ignore_errors=True)
        given.append(f"--alluredir={reports / 'allure-results'}")
    shutil.rmtree(reports / "walks", ignore_errors=True)
    # The command has imported the package before pytest could rewrite its assertions; there are none in it.
    code = int(pytest.main(["-W", "ignore:Module already imported so cannot be rewritten; harness", *given]))
    results = Path(_option(given, "--alluredir") or "")
    if any(results.glob("*-result.json")):
        try:
            _say(f"report: {render_allure(results, reports / 'report.html')}")
        except TagproofError as error:
            _say(f"report: the Allure results are in {results}; {error}")
    return code


def _option(arguments: Sequence[str], name: str) -> str | None:
    for position, argument in enumerate(arguments):
        if argument == name and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith(name + "="):
            return argument.partition("=")[2]
    return None


def _bytes(file: str) -> tuple[bytes, str]:
    if file == "-":
        return sys.stdin.buffer.read(), "standard input"
    try:
        return Path(file).read_bytes(), file
    except FileNotFoundError:
        raise TagproofError("there is no such file", place=file, mend="check the path") from None
    except OSError as error:
        raise TagproofError(f"cannot be read: {error.strerror}", place=file) from None


def _decode(options: argparse.Namespace) -> int:
    from harness import compose

    plan = compose.read_plan(options.plan) if options.plan else None
    decoder = compose.decoder_for(plan)
    for line in _hit_lines(compose.read_traffic(*_bytes(options.file)).requests, decoder, everything=options.all):
        _say(line)
    return PASSED


def _hit_lines(requests: Iterable[object], decoder: object, *, everything: bool) -> Iterable[str]:
    from harness.capture.captured import CapturedRequest
    from harness.decode.decoder import Decoder

    assert isinstance(decoder, Decoder)
    for index, request in enumerate(requests):
        assert isinstance(request, CapturedRequest)
        hits = decoder.decode(request, index)
        for hit in hits:
            yield json.dumps(hit.to_json(), ensure_ascii=False)
        if everything and not hits:
            unclaimed = {"request": index, "vendor": None, "url": request.url, "method": request.method}
            yield json.dumps(unclaimed, ensure_ascii=False)


def _check(options: argparse.Namespace) -> int:
    from harness import compose
    from harness.report.json_report import verdict_json
    from harness.report.terminal import verdict_text

    expectations = compose.read_expectations(options.expectations)
    recording = compose.for_scenario(compose.read_traffic(*_bytes(options.file)), options.scenario)
    _, verdict = compose.judge_recording(recording, expectations)
    if options.json:
        _say(json.dumps(verdict_json(verdict, recording=recording), ensure_ascii=False, indent=2))
    else:
        _say(verdict_text(verdict, color=sys.stdout.isatty()))
    return {"passed": PASSED, "failed": FAILED, "inconclusive": BAD}[verdict.state]


def _plan_files(files: list[Path]) -> list[Path]:
    if files:
        return files
    found = sorted([*Path("expectations").glob("*.plan.yaml"), *Path("expectations").glob("*.journey.yaml")])
    if not found:
        raise TagproofError("there are no plan or expectation files in expectations/", mend="name the files, or `tagproof init`")
    return found


def _plan_lint(options: argparse.Namespace) -> int:
    from harness import compose

    bad = False
    said = set()
    for path in _plan_files(options.files):
        errors, warnings = compose.lint(path)
        bad = bad or bool(errors)
        for text in map(str, [*errors, *warnings]):
            # A plan's mistakes are those of its journeys too.
            if text not in said:
                said.add(text)
                _say(text)
        if not errors:
            _say(f"{path}: ok" + (f", {len(warnings)} warnings" if warnings else ""))
    return BAD if bad else PASSED


def _plan_schema(options: argparse.Namespace) -> int:
    from harness.plan.schema import journey_schema, plan_schema

    _say(json.dumps(plan_schema() if options.kind == "plan" else journey_schema(), indent=1, ensure_ascii=False))
    return PASSED


def _plan_show(options: argparse.Namespace) -> int:
    from harness import compose
    from harness.plan.show import show_expectations, show_plan

    if options.file.name.endswith(".journey.yaml"):
        _say(show_expectations(compose.read_expectations(options.file)))
    else:
        _say(show_plan(compose.read_plan(options.file)))
    return PASSED


def _vendors(options: argparse.Namespace) -> int:
    from harness import compose
    from harness.decode.decoder import Decoder

    plan = compose.read_plan(options.plan) if options.plan else None
    own = compose.own_vendors(Path(plan.path).parent if plan else Path("expectations"))
    vendors = {**compose.parts().vendors, **own}
    if options.seen:
        return _vendors_seen(options.seen, compose.decoder_for(plan) if plan else Decoder(vendors.values()))
    if options.json:
        listed = [
            {
                "id": vendor.id, "name": vendor.name, "category": vendor.category, "docs": list(vendor.docs), "own": vendor.id in own,
                "endpoints": [{"host": each.host, "path": each.path, "role": each.role} for each in vendor.endpoints],
            }
            for vendor in vendors.values()
        ]  # fmt: skip
        _say(json.dumps(listed, indent=1))
        return PASSED
    for vendor in vendors.values():
        _say(f"{vendor.id:28} {vendor.name}  ({vendor.category}{', your own' if vendor.id in own else ''})")
        for each in vendor.endpoints:
            _say(f"{'':28}   {each.role:8} {each.host}{each.path if each.path.startswith('/') else ' ' + each.path}")
    _say(f"{len(vendors)} vendors")
    return PASSED


def _vendors_seen(file: str, decoder: Decoder) -> int:
    from harness import compose
    from harness.decode import third_parties

    recording = compose.read_traffic(*_bytes(file))
    seen, others = compose.seen(recording, decoder)
    for vendor, count in seen:
        _say(f"{count:6}  {vendor.name}  ({vendor.id}, {vendor.category})")
    for other in others:
        whose = f"{other.owner.name}, {other.owner.category}; " if other.owner else ""
        _say(f"{other.requests:6}  {other.host}  ({whose}not a known vendor)")
    if others and third_parties.data_set() is None:
        _say(f"whose the other hosts are is not known here: {third_parties.MEND}")
    return PASSED


def _doctor(_options: argparse.Namespace) -> int:
    from harness.capture.machine import diagnose

    findings = diagnose()
    for finding in findings:
        _say(f"{'ok  ' if finding.ok else 'LACK' if finding.needed else 'note'}  {finding.name}: {finding.found}")
        if not finding.ok and finding.mend:
            _say(f"      mend: {finding.mend}")
    return PASSED if all(finding.ok or not finding.needed for finding in findings) else BAD


def _demo(options: argparse.Namespace) -> int:
    from harness.demo import prove
    from harness.demo.shop import Shop

    if options.faults:
        _say(prove.table())
        return PASSED
    if options.prove:
        return prove.prove(workers=options.workers)
    with Shop.start(port=options.port) as shop:
        _say(f"the demo shop is at {shop.url} (Ctrl+C ends it)")
        threading.Event().wait()
    return PASSED


if __name__ == "__main__":
    sys.exit(main())
