"""How the parts are found and put together: declared vendors, those of other packages, and who else was on the page."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import pytest

import harness.vendors
from harness import compose
from harness.cli import BAD, PASSED, main
from harness.decode.vendor import Endpoint, Vendor
from harness.errors import DiscoveryError, PlanError
from harness.plan.model import FirstPartyEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLAN = """\
name: site
destinations: {acme: {vendor: acme-metrics, account: A-1}}
events:
  purchase: {sent_to: {acme: order}, parameters: {revenue: {type: number, minimum: 1}}}
"""
JOURNEY = """\
journey: a visitor buys
plan: ../plans/site.plan.yaml
scenarios: [baseline]
steps:
  - step: buy
    expect: [purchase]
"""
YAML = """\
vendors:
  - id: acme-metrics
    name: Acme Metrics
    endpoints: [{host: t.acme.example, path: /collect}]
    query: {ev: event, site: account, rev: {field: revenue, kind: number}}
    event: event
    account: account
    answer: {status: 202}
    examples:
      - title: an order
        request: {url: 'https://t.acme.example/collect?ev=order&rev=2'}
        hits: [{event: order, values: {revenue: 2}}]
"""
TOML = """\
[[vendors]]
id = "acme-metrics"
name = "Acme Metrics"
event = "event"
account = "account"
answer.status = 202

  [[vendors.endpoints]]
  host = "t.acme.example"
  path = "/collect"

  [vendors.query]
  ev = "event"
  site = "account"
  rev = {field = "revenue", kind = "number"}
"""
ORDER = {"url": "https://t.acme.example/collect?ev=order&site=A-1&rev=20", "page_url": "https://shop.example/"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for folder in ("plans", "journeys", "expectations"):
        (tmp_path / folder).mkdir()
    (tmp_path / "plans/site.plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "journeys/buy.journey.yaml").write_text(JOURNEY, encoding="utf-8")
    (tmp_path / "order.jsonl").write_text(json.dumps(ORDER), encoding="utf-8")
    return tmp_path


@pytest.fixture(params=["site.vendors.yaml", "site.vendors.toml"])
def declared(site: Path, request: pytest.FixtureRequest) -> Path:
    path = site / "plans" / str(request.param)
    path.write_text(TOML if path.suffix == ".toml" else YAML, encoding="utf-8")
    return path


def test_a_declared_vendor_is_a_destination_decoded_judged_and_answered(declared: Path, site: Path) -> None:
    expectations = compose.read_expectations(site / "journeys/buy.journey.yaml")
    recording = compose.read_traffic((site / "order.jsonl").read_bytes(), "order.jsonl")
    hits, verdict = compose.judge_recording(recording, expectations)
    assert [(hit.vendor_name, hit.event, hit.account, hit.values["revenue"]) for hit in hits] == [("Acme Metrics", "order", "A-1", 20)]
    assert [violation.code for violation in verdict.violations] == []
    answer = compose.tools(expectations).answer(recording.requests[0])
    assert answer is not None
    assert answer.status == 202


def test_what_a_mode_answers_for_it_also_holds_back_sockets_of(declared: Path, site: Path) -> None:
    expectations = compose.read_expectations(site / "journeys/buy.journey.yaml")
    assert ("t.acme.example", "/collect") in compose.tools(expectations).sockets
    assert ("*.hotjar.com", "/api/v2/client/ws*") in compose.tools(expectations, mode="block").sockets
    assert compose.tools(expectations, mode="observe").sockets == ()


def test_one_decoder_is_made_for_the_walks_of_a_plan(declared: Path, site: Path) -> None:
    plan = compose.read_expectations(site / "journeys/buy.journey.yaml").plan
    decoder = compose.decoder_for(plan)
    assert compose.decoder_for(compose.read_expectations(site / "journeys/buy.journey.yaml").plan) is decoder
    assert compose.decoder_for() is not decoder
    assert compose.decoder_for(replace(plan, endpoints=(FirstPartyEndpoint(vendor="ga4", host="m.example"),))) is not decoder
    declared.write_text(declared.read_text(encoding="utf-8").replace("Acme Metrics", "Acme Numbers"), encoding="utf-8")
    assert compose.decoder_for(plan).vendors["acme-metrics"].name == "Acme Numbers"


def test_a_declared_vendor_is_judged(declared: Path, site: Path) -> None:
    expectations = compose.read_expectations(site / "journeys/buy.journey.yaml")
    traffic = json.dumps({**ORDER, "url": ORDER["url"].replace("rev=20", "rev=0")}).encode()
    _, verdict = compose.judge_recording(compose.read_traffic(traffic, "low"), expectations)
    assert [violation.code for violation in verdict.violations] == ["value-mismatch"]


def test_the_command_knows_a_declared_vendor(declared: Path, site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "order.jsonl", "--plan", "plans/site.plan.yaml"]) == PASSED
    assert json.loads(capsys.readouterr().out)["vendor"] == "acme-metrics"
    assert main(["vendors", "--plan", "plans/site.plan.yaml"]) == PASSED
    assert "Acme Metrics  (analytics, your own)" in capsys.readouterr().out
    assert main(["vendors", "--plan", "plans/site.plan.yaml", "--seen", "order.jsonl"]) == PASSED
    assert "1  Acme Metrics  (acme-metrics, analytics)" in capsys.readouterr().out
    assert main(["plan", "lint", "plans/site.plan.yaml", "journeys/buy.journey.yaml"]) == PASSED


def test_without_a_plan_those_in_expectations_are_listed(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "expectations/site.vendors.yaml").write_text(YAML, encoding="utf-8")
    assert main(["vendors", "--json"]) == PASSED
    assert [each["id"] for each in json.loads(capsys.readouterr().out) if each["own"]] == ["acme-metrics"]


def test_without_its_file_the_vendor_is_unknown(site: Path) -> None:
    with pytest.raises(PlanError, match="`acme-metrics` is no known vendor"):
        compose.read_plan(site / "plans/site.plan.yaml")


def test_a_changed_file_is_read_again(declared: Path, site: Path) -> None:
    compose.read_plan(site / "plans/site.plan.yaml")
    declared.write_text(declared.read_text(encoding="utf-8").replace("acme-metrics", "acme-metrics-2"), encoding="utf-8")
    with pytest.raises(PlanError, match="did you mean"):
        compose.read_plan(site / "plans/site.plan.yaml")


@pytest.mark.parametrize(
    ("name", "text", "place", "says"),
    [
        ("a.vendors.yaml", YAML.replace("    event: event\n", "    evnt: event\n"), "a.vendors.yaml:6", "did you mean `event`?"),
        ("a.vendors.yaml", YAML.replace("    event: event\n", "    event: evnt\n"), "a.vendors.yaml:6", "which is no key of `query:`"),
        ("a.vendors.yaml", YAML.replace("id: acme-metrics", "id: ga4"), "a.vendors.yaml:2", "which Google Analytics 4 has"),
        ("a.vendors.yaml", YAML.replace("t.acme.example, path: /collect", "www.facebook.com, path: /tr"), "a.vendors.yaml:2", "Meta Pixel"),
        ("a.vendors.yaml", "vendors: [\n", "a.vendors.yaml:1", "bracket"),
        ("a.vendors.yaml", YAML.replace("values: {revenue: 2}", "values: {revenue: 3}"), "a.vendors.yaml:2", "is 2, not 3"),
        ("a.vendors.toml", TOML.replace('event = "event"', 'evnt = "event"'), "a.vendors.toml:4", "did you mean `event`?"),
        ("a.vendors.toml", TOML.replace("t.acme.example", "https://t"), "a.vendors.toml:9", "is no host"),
        ("a.vendors.toml", TOML.replace('"Acme Metrics"', '"Meta Pixel"'), "a.vendors.toml:2", "`meta-pixel`"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    site: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, place: str, says: str
) -> None:
    (site / "plans" / name).write_text(text, encoding="utf-8")
    assert main(["plan", "lint", "plans/site.plan.yaml"]) == BAD
    told = capsys.readouterr().out
    assert f"{place}: " in told
    assert says in told


def test_two_files_that_clash(declared: Path, site: Path) -> None:
    (site / "plans/zzz.vendors.yaml").write_text(
        YAML.replace("id: acme-metrics", "id: other").replace("Acme Metrics", "Other"), encoding="utf-8"
    )
    with pytest.raises(DiscoveryError, match=r"zzz\.vendors\.yaml:2: Other .* and Acme Metrics .* both claim t\.acme\.example/collect"):
        compose.read_plan(site / "plans/site.plan.yaml")


OUTSIDE = Vendor(
    id="outside",
    name="Outside",
    category="analytics",
    docs=(),
    endpoints=(Endpoint(host="outside.example"),),
    decode=lambda request: [],
)
NO_VENDOR = 3


@pytest.fixture
def entry_point(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    entry = EntryPoint(name="one", value=f"{__name__}:OUTSIDE", group="tagproof.vendors")
    monkeypatch.setattr(EntryPoint, "load", lambda self: request.param)
    monkeypatch.setattr(compose, "entry_points", lambda *, group: [entry] if group == entry.group else [])
    compose.parts.cache_clear()
    yield
    compose.parts.cache_clear()


@pytest.mark.parametrize("entry_point", [OUTSIDE], indirect=True)
@pytest.mark.usefixtures("entry_point")
def test_another_package_gives_a_vendor_by_its_entry_point() -> None:
    assert compose.parts().vendors["outside"] is OUTSIDE
    assert "outside" in compose.known_vendors()
    [claim] = [compose.decoder_for().claim(each) for each in compose.read_traffic(b'{"url": "https://outside.example/t"}', "x").requests]
    assert claim is not None
    assert claim.vendor is OUTSIDE


def _taken() -> Vendor:
    return Vendor(id="ga4", name="Mine", category="analytics", docs=(), endpoints=(), decode=lambda request: [])


@pytest.mark.parametrize(
    ("entry_point", "says"),
    [
        (NO_VENDOR, "entry point one of tagproof.vendors .*: VENDOR is a int and must be a Vendor"),
        (_taken(), "'ga4' is taken twice: by harness.vendors.ga4 and by entry point one of tagproof.vendors"),
    ],
    indirect=["entry_point"],
)
@pytest.mark.usefixtures("entry_point")
def test_an_entry_point_that_is_no_vendor_or_a_second_one(says: str) -> None:
    with pytest.raises(DiscoveryError, match=says):
        compose.discover(harness.vendors, "VENDOR", Vendor, lambda part: part.id)


def test_who_is_on_the_page_is_told_with_its_owner(site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    data = site / "entities.json"
    data.write_text('[{"name": "Chat Co", "category": "ad", "domains": ["*.chat.example"]}]', encoding="utf-8")
    urls = ("https://w.chat.example/x", "https://else.example/", "https://www.facebook.com/tr?id=1&ev=PageView", "https://shop.example/a")
    lines = [json.dumps({"url": url, "page_url": "https://shop.example/"}) for url in urls]
    (site / "page.jsonl").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("TAGPROOF_THIRD_PARTY_WEB", str(data))
    assert main(["vendors", "--seen", "page.jsonl"]) == PASSED
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert told == [
        "1 Meta Pixel (meta-pixel, advertising)",
        "1 w.chat.example (Chat Co, advertising; not a known vendor)",
        "1 else.example (not a known vendor)",
        "1 shop.example (not a known vendor)",
    ]
    (site / "plans/plain.plan.yaml").write_text(PLAN.replace("acme-metrics", "ga4"), encoding="utf-8")
    plan = compose.read_plan(site / "plans/plain.plan.yaml")
    found = compose.third_parties(compose.read_traffic((site / "page.jsonl").read_bytes(), "page"), compose.decoder_for(plan), plan)
    assert [(each.host, each.owner and each.owner.name) for each in found] == [("else.example", None), ("w.chat.example", "Chat Co")]
    monkeypatch.setenv("TAGPROOF_THIRD_PARTY_WEB", str(site / "none"))
    assert main(["vendors", "--seen", "page.jsonl"]) == PASSED
    assert "npm install third-party-web" in capsys.readouterr().out
