"""Lint tells the loader's errors, and what is no mistake but worth a look."""

# ruff: noqa: E501
from __future__ import annotations

from pathlib import Path

import pytest

from harness.plan.lint import lint

EXAMPLES = Path(__file__).parent / "examples"

PLAN = """\
name: shop
purposes: {analytics: {}}
destinations:
  ga4: {account: G-1, purpose: analytics}
  meta-pixel: {account: "1", parameters: {event_id: order_id}}
parameters:
  order_id: {type: string}
events:
  purchase:
    once_per: order_id
    conversion: macro
    sent_to: {ga4: purchase, meta-pixel: Purchase}
    parameters: {order_id: required}
"""


@pytest.mark.parametrize("name", ["shop.plan.yaml", "minimal.plan.yaml", "checkout.journey.yaml"])
def test_the_examples_are_clean(name):
    assert lint(EXAMPLES / name) == []


def test_the_plan_below_is_clean(tmp_path):
    assert said(tmp_path, PLAN) == []


def said(tmp_path, text, name="shop.plan.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return [(each.level, each.place.line, each.what, each.mend) for each in lint(path, vendors=["ga4", "meta-pixel"])]


@pytest.mark.parametrize(
    ("written", "instead", "line", "what", "mend"),
    [
        pytest.param(
            "name: shop\n", "name: shop\nnaming: {events: '^[a-z]{1,4}$'}\n", 10, "the event's name `purchase` does not keep to `naming:`",
            "name it by the pattern ^[a-z]{1,4}$", id="an event's name",
        ),
        pytest.param(
            "name: shop\n", "name: shop\nnaming: {parameters: '^[a-z]+$'}\n", 8, "the parameter's name `order_id` does not keep to `naming:`",
            "name it by the pattern ^[a-z]+$", id="a parameter's name",
        ),
        pytest.param(
            "{analytics: {}}", "{analytics: {}, marketing: {}}", 2, "no destination needs the purpose `marketing`",
            "write it as a destination's `purpose:`, or delete it", id="an unused purpose",
        ),
        pytest.param(
            "parameters:\n  order", "  ga4-eu: {vendor: ga4, account: G-2}\nparameters:\n  order", 6, "no event is sent to `ga4-eu`",
            "name it in an event's `sent_to:`, or delete it", id="an unused destination",
        ),
        pytest.param(
            'account: "1",', 'account: "1", without_consent: cookieless,', 5, "`meta-pixel` has no purpose, so consent is never missing",
            "give the destination its `purpose:`", id="cookieless without a purpose",
        ),
        pytest.param(
            "events:\n", "events:\n  draft: {}\n", 9, "the event `draft` is sent nowhere", "give it a `sent_to:`, or delete it", id="sent nowhere",
        ),
        pytest.param(
            "    once_per: order_id\n", "", 9, "`purchase` is a macro conversion without `once_per:`, so counting it twice is no violation",
            "write what it is sent once per: `once_per: transaction_id`", id="a conversion that may be counted twice",
        ),
        pytest.param(
            "order_id: required", "order_id: optional", 10, "`order_id` is optional, so hits without it cannot be told from each other",
            "make it required", id="an optional key of deduplication",
        ),
        pytest.param(
            "meta-pixel: Purchase", "meta-pixel: purchase", 12, "`purchase` is a custom event to meta-pixel, which knows it as `Purchase`",
            "write `Purchase`, if that is what the site sends", id="the plan's name where the vendor's belongs",
        ),
        pytest.param(
            "meta-pixel: Purchase", "meta-pixel: begin_checkout", 12,
            "`begin_checkout` is a custom event to meta-pixel, which knows it as `InitiateCheckout`",
            "write `InitiateCheckout`, if that is what the site sends", id="the plan's name of another word",
        ),
        pytest.param(
            "{type: string}", "{type: string, pattern: '^T-.+$', examples: [T-1, 7x]}", 7,
            'the example "7x" is not what is declared: expected a text like ^T-.+$, got "7x"', "mend the example, or what is declared",
            id="an example that is none",
        ),
        pytest.param(
            "sent_to: {ga4: purchase, meta-pixel: Purchase}\n    parameters: {order_id: required}",
            "sent_to: {ga4: purchase}\n    parameters: {order_id: required}\n  lead: {sent_to: {meta-pixel: Lead}}", 5,
            "no event that goes there has what `event_id` is made of", "send it such an event, or delete the line", id="a mapping that nothing fills",
        ),
    ],
)  # fmt: skip
def test_warnings(tmp_path, written, instead, line, what, mend):
    assert written in PLAN
    assert said(tmp_path, PLAN.replace(written, instead, 1)) == [("warning", line, what, mend)]


def test_what_seems_unused_is_told_of_a_file_without_mistakes(tmp_path):
    text = PLAN.replace("{analytics: {}}", "{analytics: {}, marketing: {}}")
    assert [(level, line) for level, line, _, _ in said(tmp_path, text)] == [("warning", 2)]
    assert [(level, line) for level, line, _, _ in said(tmp_path, text.replace("sent_to:", "sent_too:"))] == [("error", 12)]


def test_a_warning_says_that_it_is_one(tmp_path):
    path = tmp_path / "shop.plan.yaml"
    path.write_text(PLAN.replace("events:\n", "events:\n  draft: {}\n"), encoding="utf-8")
    assert [str(each) for each in lint(path)] == [
        f"{path}:9: warning: the event `draft` is sent nowhere\n  mend: give it a `sent_to:`, or delete it"
    ]


def test_a_step_that_says_nothing(tmp_path):
    (tmp_path / "shop.plan.yaml").write_text(PLAN, encoding="utf-8")
    text = "journey: j\nplan: shop.plan.yaml\nsteps:\n  - step: land\n  - {step: pay, expect: [purchase]}\n"
    assert said(tmp_path, text, "j.journey.yaml") == [
        ("warning", 4, "the step `land` says nothing of what is sent", "write `expect:` or `forbid:`, or delete the step")
    ]
