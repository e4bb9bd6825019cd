"""The small language: what it reads, what it refuses, what it computes."""

# ruff: noqa: E501
from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.plan.expression import ExpressionError, names, parse_rule, parse_source
from harness.plan.model import Parameter, Rule, ValueType
from harness.plan.rules import ABSENT, derive, evaluate, lookup
from harness.plan.scope import Scope

ITEMS = [{"item_id": "A", "price": 19.9, "quantity": 3}, {"item_id": "B", "price": 0.1, "quantity": 1, "discount": 5}]
VALUES = {
    "value": 59.8, "tax": 9.5, "coupon": "SAVE", "currency": "EUR", "items": ITEMS, "empty": [], "text": "59.80", "paid": True, "none": None, "page.type": "home",
    "list price": 70, "campaign": {"utm_source": "news"}, "source": "news", "nested": [{"rows": [{"n": 1}, {"n": 2}]}, {"rows": [{"n": 3}]}], "zero": 0, "noisy": 59.800000000000004,
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        ("value == sum(items.price * items.quantity)", "held"),
        ("noisy == sum(items.price * items.quantity)", "held"),
        ("value == sum(items.price)", "failed"),
        ("value != sum(items.price)", "held"),
        ("value == text", "held"),
        ("value <= noisy", "held"),
        ("value < noisy", "failed"),
        ("value > 59.7", "held"),
        ("value >= 59.9", "failed"),
        ("-value < 0", "held"),
        ("(value + tax) * 2 == 138.6", "held"),
        ("value - tax - 0.3 == 50", "held"),
        ("value / 2 == 29.9", "held"),
        ("value / zero == 1", "failed"),
        ("count(items) == 2", "held"),
        ("len(items) == count(items.item_id)", "held"),
        ("sum(empty) == 0", "held"),
        ("min(empty) == 0", "failed"),
        ("min(items.price) >= 0.1", "held"),
        ("max(items.price) == 19.9", "held"),
        ("max(value, tax) == value", "held"),
        ("sum(nested.rows.n) == 6", "held"),
        ("sum(items.price * 2) == 40", "held"),
        ("currency == 'EUR'", "held"),
        ('currency == "USD"', "failed"),
        ("paid == true", "held"),
        ("paid == false", "failed"),
        ("source == campaign.utm_source", "held"),
        ("page.type == 'home'", "held"),
        ("`list price` > value", "held"),
        ("items.item_id == items.item_id", "held"),
        ("items.price == items.quantity", "failed"),
        ("coupon * 2 == 4", "failed"),
        ("coupon == 2", "failed"),
        ("value == none", "skipped"),
        ("value == missing", "skipped"),
        ("sum(items.discount) == 5", "skipped"),
        ("source == campaign.utm_medium", "skipped"),
    ],
)
def test_rules(rule, state):
    outcome = evaluate(rule, VALUES)
    assert outcome.state == state, outcome
    assert bool(outcome.reason) == (state != "held")


@pytest.mark.parametrize(
    ("rule", "left", "right", "reason"),
    [
        ("value == sum(items.price)", 59.8, 20, "59.8 == 20 is not so"),
        ("currency == 'USD'", "EUR", "USD", '"EUR" == "USD" is not so'),
        ("coupon * 2 == 4", None, None, 'coupon is "SAVE", which is no number'),
        ("value / zero == 1", None, None, "59.8 is divided by zero"),
        ("items.price == empty", [19.9, 0.1], [], "[19.9, 0.1] == [] is not so"),
        ("min(empty) == 0", None, None, "`min()` has no element to choose from"),
        ("coupon < 3", "SAVE", 3, '"SAVE" is no number to compare by `<`'),
        ("items.price * empty == items.price", None, None, "the lists of `*` have 2 and 0 elements"),
    ],
)
def test_a_failure_says_both_sides(rule, left, right, reason):
    outcome = evaluate(rule, VALUES)
    assert (outcome.state, outcome.left, outcome.right, outcome.reason) == ("failed", left, right, reason)


@pytest.mark.parametrize(
    ("rule", "absent"),
    [
        ("missing == other", ("missing", "other")),
        ("sum(items.discount) == 5", ("items[0].discount",)),
        ("sum(nested.rows.m) == 5", ("nested[0][0].rows.m",)),
        ("value == campaign.utm_medium", ("campaign.utm_medium",)),
    ],
)
def test_a_skipped_rule_says_what_is_absent(rule, absent):
    assert evaluate(rule, VALUES).absent == absent


@pytest.mark.parametrize(("tolerance", "state"), [(0.0, "failed"), (0.01, "failed"), (0.05, "held"), (1, "held")])
def test_tolerance(tolerance, state):
    assert evaluate(Rule(check="value == 59.75", tolerance=tolerance), VALUES).state == state


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("value", 59.8), ("text", "59.80"), ("items", ITEMS), ("items.item_id", ["A", "B"]), ("items.discount", [ABSENT, 5]), ("sum(items.quantity)", 4), ("count(items)", 2),
        ("items.price * items.quantity", [59.7, 0.1]), ("value * 100", 5980), ("missing", ABSENT), ("missing + 1", ABSENT), ("coupon + 1", ABSENT), ("none", ABSENT),
        ("`list price`", 70), ("nested.rows.n", [[1, 2], [3]]), ("0.1 + 0.2 + zero", 0.3),
    ],
)  # fmt: skip
def test_derivations(source, expected):
    made = derive(source, VALUES)
    assert made == expected
    assert type(made) is type(expected)


def test_a_key_with_dots_is_found_before_a_path():
    assert lookup({"a.b": 1, "a": {"b": 2}}, "a.b") == 1
    assert lookup({"a": {"b.c": 3}}, "a.b.c") == 3
    assert lookup({"a": "text"}, "a.b") is ABSENT


@pytest.mark.parametrize(
    ("rule", "what", "mend"),
    [
        ("a = b", "`=` is no comparison here", "write `==`"),
        ("a === b", "`===` is no comparison here", "write `==`"),
        ("a", "a rule compares two sides, and this has one", "write one of == != < <= > >= between them"),
        ("a < b < c", "a rule compares two sides, and this has more", "write one rule for each comparison"),
        ("a == b and c == d", "`and` does not join rules", "write one rule for each comparison"),
        ("a == b && c == d", "`&&` does not join rules", "write one rule for each comparison"),
        ("not a == b", "`not` does not join rules", "write one rule for each comparison"),
        ("items[].price == a", "`items[].price` has brackets", "write `items.price`: it is that of every item"),
        ("sum(items[*].price) == a", "`items[*].price` has brackets", "write `items.price`: it is that of every item"),
        ("avg(a) == b", "`avg()` is no function", "write one of count, len, max, min and sum"),
        ("cout(a) == b", "`cout()` is no function", "did you mean `count`?"),
        ("sum(a, b) == c", "`sum()` takes one value, a list", "write sum(items.price)"),
        ("a ** 2 == b", "`**` is no operator here", "the operators are + - * /"),
        ("a % 2 == b", "`%` means nothing in an expression", "the operators are + - * / and one of == != < <= > >="),
        ("$total == a", "`$total` is a journey's value, and a rule speaks of parameters", "write the parameter's name"),
        ("a == {{ b }}", "`a == {{ b }}` holds a template, and nothing fills templates in here", "write the parameter's name alone"),
        ("a == 'b", "a quote is opened and never closed in `a == 'b`", "close the quote"),
        ("(a == b", "`==` stands inside a parenthesis", "close the parenthesis before it: a rule compares two sides"),
        ("sum(a", "a parenthesis is not closed in `sum(a`", "close it with `)`; in [ ] a text with a comma needs quotes"),
        ("a == b)", "`)` closes nothing in `a == b)`", "open it with `(`; in [ ] a text with a comma needs quotes"),
        ("a ==", "`a ==` ends too early", "finish the expression; in [ ] a text with a comma needs quotes"),
        ("", "`` ends too early", "finish the expression; in [ ] a text with a comma needs quotes"),
        ("1.2.3 == a", "`1.2.3` is neither a number nor a name", "write 0.5 for a half; quote odd names in `backticks`"),
        ("a b == c", "`b` is not expected here in `a b == c`", "the operators are + - * / and one of == != < <= > >="),
        ("(" * 60 + "a", "the expression is nested too deeply", "split it into several rules"),
        ("a == " + "1+" * 2000 + "1", "the expression has 4006 characters, more than 2000", "split it into several rules"),
    ],
)
def test_what_is_no_rule(rule, what, mend):
    with pytest.raises(ExpressionError) as raised:
        parse_rule(rule)
    assert (raised.value.what, raised.value.mend) == (what, mend)


def test_a_comparison_is_no_source():
    with pytest.raises(ExpressionError, match="this is a comparison"):
        parse_source("a == b")


def parameter(name, presence="required", **words):
    return Parameter(name=name, presence=presence, value=ValueType(**words))


SCOPE = Scope(
    [
        parameter("value", type="number"), parameter("tax", "optional", type="number"), parameter("coupon", type="string"), parameter("currency", const="EUR", has_const=True),
        parameter("anything"), parameter("email", "forbidden"), parameter("tags", type="array", items=ValueType(type="string"), min_items=1),
        parameter("user", type="object", properties=(parameter("age", type="integer"),)), parameter("page.type", type="string"),
        parameter("items", type="array", items=ValueType(properties=(parameter("price", type="number"), parameter("quantity", type="integer"), parameter("discount", "optional", type="number"), parameter("id", type="string")))),
    ],
    campaign=["utm_source"], elsewhere={"content_ids": ("`content_ids` is Meta's name", "write our name: `items.id`")}, shared=["shipping"], owner="the event `purchase`",
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "may_be_skipped"),
    [
        ("value == sum(items.price * items.quantity)", False), ("value == tax", True), ("value == sum(items.discount)", True), ("coupon == campaign.utm_source", True),
        ("anything == 5", False), ("anything == 'x'", False), ("anything.at.all == 5", False), ("user.age > 17", False), ("currency == 'EUR'", False), ("count(tags) > 0", False),
        ("items.id == tags", False), ("min(items.price) > 0", False), ("page.type == 'home'", False), ("sum(anything) == 1", False), ("value == anything * 2", False),
    ],
)  # fmt: skip
def test_rules_that_the_event_can_keep(rule, may_be_skipped):
    assert SCOPE.check(parse_rule(rule)) is may_be_skipped


@pytest.mark.parametrize(
    ("rule", "what", "mend"),
    [
        ("valeu == 1", "the event `purchase` has no parameter `valeu`", "did you mean `value`?"),
        ("items.prise == tags", "`items` has no property `prise`", "did you mean `price`?"),
        ("price == 1", "the event `purchase` has no parameter `price`", "did you mean `items.price`?"),
        ("content_ids == tags", "`content_ids` is Meta's name", "write our name: `items.id`"),
        (
            "shipping == 1",
            "the event `purchase` does not have the parameter `shipping`",
            "list it under the event's `parameters:`: `shipping: required`",
        ),
        ("campaign.utm_sorce == coupon", "the plan's campaign has no parameter `utm_sorce`", "did you mean `utm_source`?"),
        ("email == coupon", "the event `purchase` forbids `email`, so it is never there", "use another parameter, or allow this one"),
        ("value.net == 1", "`value` is a number and has no `net`", "write `value`"),
        ("coupon * 2 == 1", "`coupon` is a text, and `*` needs numbers", "use a parameter whose type is number"),
        ("value == coupon", "`value` is a number and `coupon` is a text", "compare values of one type"),
        ("value == 'EUR'", "`value` is a number and `EUR` is a text", "compare values of one type"),
        ("coupon > 'a'", "`coupon` is a text, and `>` compares numbers", "use == or !="),
        (
            "value == items.price",
            "`items.price` is a list, and the other side is one value",
            "make one value of it: sum(…), min(…), max(…) or count(…)",
        ),
        ("items.price > items.quantity", "`items.price` is a list, and `>` compares single numbers", "write min(…) or max(…) of it"),
        ("sum(value) == 1", "`value` is one value, and `sum()` takes a list", "name a list, or a property of its elements: items.price"),
        ("max(value, items.price) == 1", "`items.price` is a list beside single values in `max()`", "write max() of the list alone"),
    ],
)
def test_rules_that_cannot_mean_anything(rule, what, mend):
    with pytest.raises(ExpressionError) as raised:
        SCOPE.check(parse_rule(rule))
    assert (raised.value.what, raised.value.mend) == (what, mend)


def test_two_lists_do_not_mix():
    scope = Scope([parameter(name, type="array", items=ValueType(properties=(parameter("n", type="number"),))) for name in ("a", "b")])
    with pytest.raises(ExpressionError, match="`a` and `b` are different lists"):
        scope.check(parse_rule("sum(a.n * b.n) == 1"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("items.id", ValueType(type="array", items=ValueType(type="string"))),
        ("tags", ValueType(type="array", items=ValueType(type="string"), min_items=1)),
        ("sum(items.quantity)", ValueType(type="integer")),
        ("sum(items.price)", ValueType(type="number")),
        ("items.price * 2", ValueType(type="array", items=ValueType(type="number"))),
        ("value", ValueType(type="number")),
    ],
)
def test_what_a_derivation_yields(source, expected):
    assert SCOPE.meaning(parse_source(source)).as_value_type() == expected


def test_names_in_order():
    assert list(names(parse_rule("a.b + sum(`c d` * -e) <= max(f, 2)"))) == ["a.b", "c d", "e", "f"]


TEXT = st.one_of(st.text(max_size=30), st.text(alphabet="ab.()+-*/=<>!'\"`[]$, 19e", max_size=40))
PIECES = st.lists(
    st.sampled_from(
        [
            "value",
            "items.price",
            "sum(",
            "count(",
            ")",
            "(",
            "==",
            "<",
            "+",
            "*",
            "/",
            "-",
            "2",
            "0",
            "'x'",
            "campaign.utm_source",
            ",",
            "text",
        ]
    ),
    max_size=12,
)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just("1e400")
ANY = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["price", "utm_source", "a"]), inner, max_size=3),
    max_leaves=6,
)


@given(TEXT | PIECES.map(" ".join), st.dictionaries(st.sampled_from(["value", "items", "campaign", "text", "a"]), ANY, max_size=4))
@example("value / value == 1", {"value": 1e-320})
@example("value * value * value == 1", {"value": 1e308})
@example("value == 1", {"value": math.nan})
def test_any_text_and_any_values_raise_nothing_but_the_own_error(text, values):
    outcome = unless_refused(lambda: evaluate(text, values))
    assert outcome is None or outcome.state in ("held", "failed", "skipped")
    unless_refused(lambda: derive(text, values))
    unless_refused(lambda: SCOPE.check(parse_rule(text)))
    unless_refused(lambda: SCOPE.meaning(parse_source(text)))


def unless_refused(call):
    """What a call gives; None where the text is refused by the language's own error, with its mend."""
    refused = ""
    try:
        return call()
    except ExpressionError as error:
        refused = error.mend
    assert refused
    return None


PRICES = st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 99)), max_size=8)


@given(PRICES)
def test_money_has_no_float_noise(rows):
    items = [{"price": cents / 100, "quantity": quantity} for cents, quantity in rows]
    exact = sum(cents * quantity for cents, quantity in rows) / 100
    assert derive("sum(items.price * items.quantity)", {"items": items}) == exact
    noisy = sum(item["price"] * item["quantity"] for item in items)
    assert evaluate("value == sum(items.price * items.quantity)", {"value": noisy, "items": items}).held
    assert not evaluate("value == sum(items.price * items.quantity)", {"value": exact + 0.01, "items": items}).held
