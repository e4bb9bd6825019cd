"""Rules and derivations over an event's values. See :mod:`harness.plan.expression` for the language.

Numbers are computed as decimals, so that 3 x 19.90 is 59.70; what a script's own floating point adds (59.699999999999996) is
forgiven: two numbers are equal within the rule's tolerance and a noise of 1e-9, or 1e-12 of the larger one. A number that
arrives as text counts as its number; that it should not have been a text is another check's finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from harness.plan import expression
from harness.plan.expression import Arithmetic, Call, Comparison, Expression, Name, Negative, parse_rule, parse_source
from harness.plan.values import as_boolean, as_number, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.plan.model import Rule

_DECIMALS = Context(prec=34, traps=[])
_NOISE = Decimal("1e-9")
_RELATIVE_NOISE = Decimal("1e-12")


class Absent:
    """A value that is not there. There is one: :data:`ABSENT`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<absent>"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a rule.

    Attributes:
        state: ``held``; ``failed``; ``skipped``: a parameter that it needs is absent.
        left, right: both sides' values, as numbers, texts or lists; None where they could not be computed.
        operator: of the comparison.
        reason: why it failed or was skipped, in words; empty where it held.
        absent: the paths that were not there: ``coupon``, ``items[1].discount``.
    """

    state: Literal["held", "failed", "skipped"]
    operator: str = ""
    left: Any = None
    right: Any = None
    reason: str = ""
    absent: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether the rule held."""
        return self.state == "held"


class _Missing(Exception):
    def __init__(self, path: str) -> None:
        self.path = path


class _Incomputable(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


def evaluate(rule: Rule | str, values: Mapping[str, Any]) -> Outcome:
    """Whether an event's values keep a rule.

    Args:
        rule: a rule of the plan, or its text.
        values: our names -> the event's values; ``campaign`` -> the landing's parameters, where the rule speaks of them. Null
            counts as absent.

    Raises:
        ExpressionError: the text is no rule. Loading a plan rules that out.
    """
    text, tolerance = (rule, 0.0) if isinstance(rule, str) else (rule.check, rule.tolerance)
    tree = parse_rule(text)
    sides: list[Any] = []
    missing: list[str] = []
    trouble = ""
    for side in (tree.left, tree.right):
        try:
            sides.append(_value(side, values))
        except _Missing as absent:
            missing.append(absent.path)
        except _Incomputable as error:
            trouble = trouble or error.reason
    if missing:
        return Outcome(state="skipped", operator=tree.operator, reason=f"{' and '.join(missing)} not given", absent=tuple(missing))
    if trouble:
        return Outcome(state="failed", operator=tree.operator, reason=trouble)
    left, right = sides
    try:
        held = _compare(tree, left, right, Decimal(repr(tolerance)))
    except _Incomputable as error:
        return Outcome(state="failed", operator=tree.operator, left=_plain(left), right=_plain(right), reason=error.reason)
    left, right = _plain(left), _plain(right)
    reason = "" if held else f"{shown(left)} {tree.operator} {shown(right)} is not so"
    return Outcome(state="held" if held else "failed", operator=tree.operator, left=left, right=right, reason=reason)


def derive(source: str, values: Mapping[str, Any]) -> Any:
    """What a destination's parameter must be, from our values.

    A plain name gives the value as it is, a path into a list the list of its elements' values (:data:`ABSENT` where an
    element lacks it), arithmetic a number without float noise.

    Args:
        source: the mapping's expression: ``value``, ``items.item_id``, ``sum(items.quantity)``.
        values: our names -> the event's values.

    Returns:
        The value; :data:`ABSENT` where something that it needs is absent or is no number.

    Raises:
        ExpressionError: the text is no expression. Loading a plan rules that out.
    """
    tree = parse_source(source)
    if isinstance(tree, Name):
        return lookup(values, tree.path)
    try:
        return _plain(_value(tree, values))
    except (_Missing, _Incomputable):
        return ABSENT


def lookup(values: Any, path: str) -> Any:
    """The value at a path; a list of values where the path goes through a list.

    A key that holds dots itself (``page.type``) is found before a path of the same spelling. Null counts as absent.

    Returns:
        The value, :data:`ABSENT`, or a list in which elements may be :data:`ABSENT`.
    """
    return _at(values, path.split("."))


def _at(value: Any, parts: list[str]) -> Any:
    if value is None:
        return ABSENT
    if not parts:
        return value
    if isinstance(value, (list, tuple)):
        return [_at(each, parts) for each in value]
    if not hasattr(value, "keys"):
        return ABSENT
    for length in range(len(parts), 0, -1):
        key = ".".join(parts[:length])
        if key in value:
            return _at(value[key], parts[length:])
    return ABSENT


def _value(tree: Expression, values: Mapping[str, Any]) -> Any:
    """A tree's value: Decimal, text, boolean, mapping or (nested) lists of them."""
    if isinstance(tree, Name):
        found = lookup(values, tree.path)
        _refuse_absent(found, tree.path, "")
        return found
    if isinstance(tree, expression.Literal):
        return tree.value
    if isinstance(tree, Negative):
        return _each(lambda number: -number, _numbers(tree.of, values))
    if isinstance(tree, Call):
        return _call(tree, values)
    left, right = _numbers(tree.left, values), _numbers(tree.right, values)
    return _together(tree, left, right)


def _refuse_absent(found: Any, path: str, indices: str) -> None:
    if found is ABSENT:
        head, _, tail = path.partition(".")
        raise _Missing(f"{head}{indices}{'.' if tail else ''}{tail}" if indices else path)
    if isinstance(found, list):
        for index, each in enumerate(found):
            if each is ABSENT or isinstance(each, list):
                _refuse_absent(each, path, f"{indices}[{index}]")


def _numbers(tree: Expression, values: Mapping[str, Any]) -> Any:
    return _decimals(_value(tree, values), tree)


def _decimals(value: Any, tree: Expression) -> Any:
    if isinstance(value, (list, tuple)):
        return [_decimals(each, tree) for each in value]
    number = _decimal(value)
    if number is None:
        name = tree.path if isinstance(tree, Name) else "a value"
        raise _Incomputable(f"{name} is {shown(value)}, which is no number")
    return number


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        return None if as_number(value, typed=False) is None else _DECIMALS.create_decimal(value)
    number = as_number(value)
    if number is None:
        return None
    return _DECIMALS.create_decimal(number if isinstance(number, int) else repr(number))


def _each(function: Any, value: Any) -> Any:
    return [_each(function, each) for each in value] if isinstance(value, list) else function(value)


def _together(tree: Arithmetic, left: Any, right: Any) -> Any:
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            raise _Incomputable(f"the lists of `{tree.operator}` have {len(left)} and {len(right)} elements")
        return [_together(tree, one, other) for one, other in zip(left, right, strict=True)]
    if isinstance(left, list):
        return [_together(tree, each, right) for each in left]
    if isinstance(right, list):
        return [_together(tree, left, each) for each in right]
    if tree.operator == "+":
        made = _DECIMALS.add(left, right)
    elif tree.operator == "-":
        made = _DECIMALS.subtract(left, right)
    elif tree.operator == "*":
        made = _DECIMALS.multiply(left, right)
    else:
        if not right:
            raise _Incomputable(f"{_plain(left)} is divided by zero")
        made = _DECIMALS.divide(left, right)
    return _finite(made)


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise _Incomputable("the numbers are too large to compute with")
    return number


def _flat(value: Any) -> list[Any]:
    return [leaf for each in value for leaf in _flat(each)] if isinstance(value, list) else [value]


def _call(tree: Call, values: Mapping[str, Any]) -> Any:
    if tree.function in ("count", "len"):
        found = _value(tree.arguments[0], values)
        if not isinstance(found, (list, tuple)):
            raise _Incomputable(f"{shown(_plain(found))} is no list to count")
        return Decimal(len(_flat(list(found))))
    numbers = [leaf for each in tree.arguments for leaf in _flat(_numbers(each, values))]
    if tree.function == "sum":
        total = Decimal(0)
        for number in numbers:
            total = _finite(_DECIMALS.add(total, number))
        return total
    if not numbers:
        raise _Incomputable(f"`{tree.function}()` has no element to choose from")
    return min(numbers) if tree.function == "min" else max(numbers)


def _compare(tree: Comparison, left: Any, right: Any, tolerance: Decimal) -> bool:
    if isinstance(left, (list, tuple)) or isinstance(right, (list, tuple)):
        if tree.operator not in ("==", "!="):
            raise _Incomputable(f"a list cannot be compared by `{tree.operator}`")
        return _equal(left, right, tolerance) is (tree.operator == "==")
    if tree.operator in ("==", "!="):
        return _equal(left, right, tolerance) is (tree.operator == "==")
    one, other = _decimal(left), _decimal(right)
    for value, number in ((left, one), (right, other)):
        if number is None:
            raise _Incomputable(f"{shown(_plain(value))} is no number to compare by `{tree.operator}`")
    assert one is not None
    assert other is not None
    if tree.operator in (">", ">="):
        one, other = other, one
    difference = _DECIMALS.subtract(one, other)
    noise = _noise(one, other)
    return (
        difference <= _DECIMALS.add(tolerance, noise)
        if tree.operator in ("<=", ">=")
        else difference < _DECIMALS.subtract(tolerance, noise)
    )


def _noise(one: Decimal, other: Decimal) -> Decimal:
    return max(_NOISE, _DECIMALS.multiply(max(abs(one), abs(other)), _RELATIVE_NOISE))


def _equal(left: Any, right: Any, tolerance: Decimal) -> bool:
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(_equal(one, other, tolerance) for one, other in zip(left, right, strict=True))
    if isinstance(left, bool) or isinstance(right, bool):
        truth = as_boolean(left, typed=False) if not isinstance(left, Decimal) else None
        return truth is not None and truth == (as_boolean(right, typed=False) if not isinstance(right, Decimal) else None)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    one, other = _decimal(left), _decimal(right)
    if one is not None and other is not None:
        return abs(_DECIMALS.subtract(one, other)) <= _DECIMALS.add(tolerance, _noise(one, other))
    if one is None and other is None and not isinstance(left, Decimal) and not isinstance(right, Decimal):
        return bool(left == right)
    return False


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        if value == value.to_integral_value() and abs(value) < Decimal("1e18"):
            return int(value)
        return float(value)
    return value
