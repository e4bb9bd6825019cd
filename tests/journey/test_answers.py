"""What requests are answered with: the run's mode, the test's own rules, the scenario that drops campaigns."""

from __future__ import annotations

from typing import Any

import pytest

from harness.capture.captured import Answer, CapturedRequest
from harness.journey.answers import Answers, Rule

USUAL = Answer(status=204)


def _request(url: str, **more: Any) -> CapturedRequest:
    return CapturedRequest(id=more.pop("id", "r1"), url=url, resource_type=more.pop("resource_type", "document"), main_frame=True, **more)


def _answers(told: list[tuple[str, list[str]]] | None = None) -> Answers:
    def disturbed(_what: str, url: str, details: dict[str, Any]) -> None:
        if told is not None:
            told.append((url, details["dropped"]))

    return Answers(
        lambda request: USUAL if "vendor" in request.url else None, lambda request: "ga4" if "vendor" in request.url else None, disturbed
    )


def test_the_mode_answers_where_nothing_else_is_wanted() -> None:
    answers = _answers()
    assert answers(_request("https://vendor.example/")) is USUAL
    assert answers(_request("https://shop.example/")) is None


def test_a_rule_goes_before_the_mode_as_often_as_it_says() -> None:
    answers = _answers()
    failing = Answer(status=500)
    answers.add(Rule(vendor="ga4", url=None, answer=failing, times=2))
    assert [answers(_request("https://vendor.example/")) for _ in range(3)] == [failing, failing, USUAL]
    assert answers(_request("https://shop.example/")) is None


def test_a_preflight_is_no_occasion_of_a_rule() -> None:
    answers = _answers()
    answers.add(Rule(vendor="ga4", url=None, answer=Answer(status=500), times=1))
    assert answers(_request("https://vendor.example/", resource_type="preflight")) is USUAL
    assert answers(_request("https://vendor.example/", resource_type="fetch")) == Answer(status=500)


def test_a_rule_by_address() -> None:
    answers = _answers()
    answers.add(Rule(vendor=None, url="https://api.example/*", answer=Answer(status=503), times=None))
    assert answers(_request("https://api.example/x")) == Answer(status=503)
    assert answers(_request("https://api2.example/x")) is None


@pytest.mark.parametrize(
    ("request_", "to"),
    [
        (_request("https://shop.example/?utm_source=n&a=1"), "https://shop.example/?a=1"),
        (_request("https://shop.example/?utm_source=n", headers=(("Referer", "https://mail.example/"),)), "https://shop.example/"),
        (_request("https://shop.example/?utm_source=n", headers=(("referer", "https://www.shop.example/x"),)), None),
        (_request("https://shop.example/?utm_source=n", method="POST"), None),
        (_request("https://shop.example/?utm_source=n", resource_type="image"), None),
    ],
)
def test_campaigns_are_dropped_from_links_from_outside_only(request_: CapturedRequest, to: str | None) -> None:
    answers = _answers()
    answers.drop_campaign(("utm_*",))
    answer = answers(request_)
    assert (dict(answer.headers)["Location"] if answer else None) == to


def test_a_redirect_of_a_link_from_outside_is_from_outside_too() -> None:
    told: list[tuple[str, list[str]]] = []
    answers = _answers(told)
    answers.drop_campaign(("utm_*",))
    assert answers(_request("https://shop.example/go/spring", id="r1")) is None
    hop = _request("https://shop.example/?utm_source=n", id="r2", redirected_from="r1", headers=(("Referer", "https://shop.example/"),))
    assert answers(hop) is not None
    assert told == [("https://shop.example/go/spring", []), ("https://shop.example/?utm_source=n", ["utm_source"])]
