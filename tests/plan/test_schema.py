"""The schemas that editors use: they accept what the loader accepts, and name a mistake where it is."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from harness.plan.schema import journey_schema, plan_schema
from harness.plan.yaml_marks import read

EXAMPLES = Path(__file__).parent / "examples"
SCHEMAS = {"plan": plan_schema(), "journey": journey_schema()}


def validator(kind):
    return Draft202012Validator(SCHEMAS[kind])


def data(name):
    return read(EXAMPLES / name).data


@pytest.mark.parametrize("kind", SCHEMAS)
def test_is_a_schema_without_alternatives(kind):
    Draft202012Validator.check_schema(SCHEMAS[kind])
    assert SCHEMAS[kind]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert not {"anyOf", "oneOf"} & set(words(SCHEMAS[kind]))


def words(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from words(value)
    elif isinstance(node, list):
        for value in node:
            yield from words(value)


@pytest.mark.parametrize(
    ("kind", "name"), [("plan", "shop.plan.yaml"), ("plan", "minimal.plan.yaml"), ("journey", "checkout.journey.yaml")]
)
def test_accepts_the_examples(kind, name):
    assert list(validator(kind).iter_errors(data(name))) == []


def test_keeps_other_tools_keys():
    plan = data("minimal.plan.yaml")
    plan["x-avo"] = plan["events"]["purchase"]["x-avo"] = {"id": 7}
    plan["events"]["purchase"]["parameters"]["value"]["x-avo"] = None
    assert list(validator("plan").iter_errors(plan)) == []


def put(data, path, value):
    changed = copy.deepcopy(data)
    *above, last = path
    target = changed
    for key in above:
        target = target[key]
    target[last] = value
    return changed


PURCHASE = ("events", "purchase")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ((*PURCHASE, "parameters", "tax"), "requird", "'requird' is not one of ['required', 'optional', 'forbidden']"),
        ((*PURCHASE, "parametres"), {}, "'parametres' does not match any of the regexes: '^x-'"),
        ((*PURCHASE, "severity"), "high", "'high' is not one of ['blocker', 'critical', 'normal', 'minor', 'trivial']"),
        ((*PURCHASE, "once_per"), 1, "1 is not of type 'string'"),
        ((*PURCHASE, "rules", 0), "value = 1", "'value = 1' does not match '==|!=|[<>]'"),
        ((*PURCHASE, "sent_to", "meta-pixel"), {"account": "1"}, "'event' is a required property"),
        (("parameters", "value", "type"), "float", "'float' is not one of ['string', 'number', 'integer', 'boolean', 'object', 'array']"),
        (("parameters", "value", "required"), ["a"], "['a'] is not of type 'boolean'"),
        (("parameters", "transaction_id", "pattern"), "T-1", r"'T-1' does not match '^\\^[\\s\\S]*\\$$'"),
        (("destinations", "ga4", "without_consent"), "advanced", "'advanced' is not one of ['nothing', 'cookieless']"),
        (("destinations", "google-ads", "account"), 1234567890, "1234567890 is not of type 'string'"),
        (("destinations", "ga4", "account", "staging"), 5, "5 is not of type 'string'"),
        (("destinations", "meta-pixel", "parameters", "value"), True, "False was expected"),
        (("destinations", "meta-pixel", "parameters", "value"), 3, "3 is not of type 'string'"),
        (("unplanned",), "warning", "'warning' is not one of ['ignore', 'warn', 'fail']"),
        (("settle",), {"timers": "60"}, r"'60' does not match '^\\d+(\\.\\d+)?(ms|s|m)$'"),
        (("owner",), None, "None is not of type 'string'"),
    ],
)
def test_names_the_mistake_in_a_plan(path, value, said):
    error = best_match(validator("plan").iter_errors(put(data("shop.plan.yaml"), path, value)))
    assert error.message == said or said in error.message


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("steps", 0, "expect", 0), {"purchase": {"times": 1}}, "'purchase' does not match any of the regexes: '^x-'"),
        (("steps", 2, "expect", 0, "within"), 2, "2 is not of type 'string'"),
        (("steps", 2, "expect", 0, "within"), "2 s", r"'2 s' does not match '^\\d+(\\.\\d+)?(ms|s|m)$'"),
        (("steps", 3, "expect", 2, "times"), 0, "0 is less than the minimum of 1"),
        (("steps", 3, "expect", 2, "times", "max"), "four", "'four' is not of type 'integer'"),
        (("steps", 4, "forbid"), "refund", "'others' was expected"),
        (("steps", 1, "order"), "any", "'listed' was expected"),
        (("values", "total", "from"), "pag", "'pag' is not one of ['page', 'code']"),
        (("scenarios",), [], "[] should be non-empty"),
    ],
)
def test_names_the_mistake_in_a_journey(path, value, said):
    error = best_match(validator("journey").iter_errors(put(data("checkout.journey.yaml"), path, value)))
    assert said in error.message


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("nothing", [None, [], "shop"])
def test_a_file_is_a_mapping(kind, nothing):
    assert not validator(kind).is_valid(nothing)
