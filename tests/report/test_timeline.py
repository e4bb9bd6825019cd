from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from harness.capture.captured import CapturedRequest, Push
from harness.decode.hit import Hit
from harness.recording import Recording, Walk
from harness.report.tables import outcome_text, step_document, steps_of, text_of
from harness.report.timeline import timeline_html, write_timeline
from harness.verify.violation import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.report.conftest import SampleWalk


def rows(walk: SampleWalk, titles: dict[str, str]) -> dict[str, list[tuple[str, list[str]]]]:
    steps = steps_of(walk.recording, walk.hits, walk.verdict, titles)
    return {each.step.title: [(row.what, [mark.code for mark in row.marks]) for row in each.rows] for each in steps}


def test_each_step_has_what_it_caused_with_its_violations(failed_walk: SampleWalk, titles: dict[str, str]) -> None:
    assert rows(failed_walk, titles) == {
        "before the first step": [("the visitor granted consent", [])],
        "open the product": [("opened", []), ("page_view", []), ("fbq(track, ViewContent)", []), ("ViewContent", [])],
        "place the order": [("purchase", ["personal-data-sent"]), ("purchase", ["refired-on-reload", "personal-data-sent"])],
        "reloaded /thank-you": [("reload: reloaded /thank-you", []), ("purchase", ["refired-on-reload"])],
        "timers fired, page left": [("the page's clock was put 60 s forward", []), ("scroll", ["unplanned-event"])],
    }


def test_the_state_of_each_step(failed_walk: SampleWalk, inconclusive_walk: SampleWalk, passed_walk: SampleWalk) -> None:
    def states(walk: SampleWalk) -> list[str]:
        return [each.state for each in steps_of(walk.recording, walk.hits, walk.verdict)]

    assert states(failed_walk) == ["passed", "failed", "failed", "failed", "passed"]
    assert states(inconclusive_walk) == ["passed", "passed", "passed", "inconclusive", "passed"]
    assert states(passed_walk) == ["passed"] * 5


def test_key_values_are_what_a_marketer_looks_for(failed_walk: SampleWalk) -> None:
    step = steps_of(failed_walk.recording, failed_walk.hits, failed_walk.verdict)[2]
    assert step.rows[1].keys == [("transaction_id", "T-1001"), ("value", "59.9"), ("currency", "EUR"), ("items", "TEE-01 \u00d7 3")]
    assert step.rows[0].keys == step.rows[1].keys
    assert ("Visitor", "Client ID (cid)", "1726•••0140") in step.rows[1].details
    assert ("Event", "ep.email", "j•••@e•••.com") in step.rows[1].details
    assert step.rows[1].consent == [("ad_storage", "denied"), ("analytics_storage", "granted")]
    assert ("Consent as sent", "gcs", "G101") in step.rows[1].details


def test_a_late_hit_names_the_step_it_was_sent_in(failed_walk: SampleWalk) -> None:
    step = steps_of(failed_walk.recording, failed_walk.hits, failed_walk.verdict)[1]
    assert "sent later, in “place the order”" in step_document(step, titles={2: "place the order"})


def test_the_page_runs_nothing_and_loads_nothing(failed_walk: SampleWalk, titles: dict[str, str]) -> None:
    page = timeline_html(
        failed_walk.recording,
        failed_walk.hits,
        failed_walk.verdict,
        failed_walk.expectations,
        screenshots=failed_walk.screenshots,
        titles=titles,
    )
    assert "<script" not in page
    assert not re.findall(r"<[^>]*\son\w+\s*=", page)
    assert "&lt;script&gt;" in page
    assert {source[:5] for source in re.findall(r'(?:src|href)="([^"]*)"', page)} == {"data:"}
    assert "default-src 'none'" in page
    assert "jane" not in page
    assert "topsecret" not in page


def test_a_hostile_page_does_nothing_in_a_browser(
    failed_walk: SampleWalk, tmp_path: Path, titles: dict[str, str], chromium: Browser
) -> None:
    path = write_timeline(
        tmp_path / "t.html",
        failed_walk.recording,
        failed_walk.hits,
        failed_walk.verdict,
        screenshots=failed_walk.screenshots,
        titles=titles,
    )
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.title() == "a guest buys one T-shirt [reload]"
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert page.locator("tr.v0:visible, tr.v1:visible, tr.v2:visible").count() > 0
    meta = page.get_by_text("691776562467007")
    assert meta.is_visible()
    page.get_by_label("Meta Pixel").uncheck()
    assert not meta.is_visible()
    assert page.get_by_text("G-TEST123").first.is_visible()


def test_traffic_without_steps_is_one_section(failed_walk: SampleWalk) -> None:
    recording = Recording(Walk(source="har"))
    for request in failed_walk.recording.requests:
        recording.append(request)
    steps = steps_of(recording, failed_walk.hits, Verdict())
    assert [(each.step.title, len(each.rows)) for each in steps] == [("everything that was sent", 5)]


@pytest.mark.parametrize(
    ("value", "what", "keys", "consent", "quiet"),
    [
        ({"event": "purchase", "ecommerce": {"value": 5}}, "purchase", [("value", "5")], [], False),
        ({"ecommerce": None}, "dataLayer: ecommerce cleared", [], [], True),
        ({"event": "gtm.js", "gtm.start": 1}, "gtm.js", [], [], True),
        ({}, "dataLayer: empty", [], [], True),
        (
            {"$type": "arguments", "items": ["consent", "default", {"ad_storage": "denied", "wait_for_update": 500}]},
            "dataLayer(consent, default)",
            [],
            [("ad_storage", "denied")],
            False,
        ),
        ({"0": "event", "1": "purchase", "2": {"value": 5}}, "dataLayer(event, purchase)", [("value", "5")], [], False),
        (["config", "G-1", {}], "dataLayer(config, G-1)", [], [], True),
        ("text", "dataLayer: text", [], [], False),
        (None, "dataLayer: null", [], [], False),
    ],
)
def test_pushes_as_people_read_them(value: object, what: str, keys: list[object], consent: list[object], quiet: bool) -> None:
    recording = Recording(Walk())
    recording.append(Push(id="d1", source="dataLayer", value=value))
    (row,) = steps_of(recording, [], Verdict())[0].rows
    assert (row.what, row.keys, row.consent, row.quiet) == (what, keys, consent, quiet)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (19.9, "19.9"),
        (True, "true"),
        (None, "null"),
        ([{"item_id": "a"}], "a"),
        ([{"id": "a", "quantity": 2}, {"item_name": "b"}], "2 \u00d7 a \u00d7 2, b"),
        ([{"x": 1}] * 5, "5 \u00d7 item, item, item …"),
        ("x" * 300, "x" * 159 + "…"),
    ],
)
def test_values_in_short(value: object, text: str) -> None:
    assert text_of(value, short=True) == text


def test_outcomes_in_words(failed_walk: SampleWalk) -> None:
    assert outcome_text(failed_walk.recording.outcome("r5")) == ("failed: net::ERR_FAILED", True)
    assert outcome_text(failed_walk.recording.outcome("r1")) == ("sent, answered by the stub", False)
    assert outcome_text(None) == ("", False)


def test_who_else_was_on_the_page_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "entities.json"
    data.write_text('[{"name": "Chat & Co", "category": "ad", "domains": ["*.chat.example"]}]', encoding="utf-8")
    recording = Recording(Walk())
    for number, url in enumerate(("https://w.chat.example/", "https://told.example/", "https://cdn.shop.example/")):
        recording.append(CapturedRequest(id=f"r{number}", url=url, page_url="https://www.shop.example/"))
    verdict = Verdict()
    hits = [Hit(vendor="told", request_id="r1")]
    monkeypatch.setenv("TAGPROOF_THIRD_PARTY_WEB", str(data))
    page = timeline_html(recording, hits, verdict)
    assert "Who else was on the page: 1 host of" in page
    assert "<tr><td>w.chat.example</td><td>Chat &amp; Co</td><td>advertising</td><td>1</td></tr>" in page
    monkeypatch.setenv("TAGPROOF_THIRD_PARTY_WEB", str(tmp_path / "none"))
    assert "npm install third-party-web" in timeline_html(recording, hits, verdict)
    assert "Who else" not in timeline_html(Recording(Walk()), [], verdict)
