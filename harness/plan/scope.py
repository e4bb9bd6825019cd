"""What names mean on an event, and what an expression over them yields: checked when the plan is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.plan.expression import Arithmetic, Call, Comparison, Expression, ExpressionError, Literal, Name, Negative
from harness.plan.model import Parameter, ValueType
from harness.plan.spelling import did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_KINDS = {"string": "a text", "boolean": "a boolean", "object": "an object"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What an expression yields.

    Attributes:
        value: of one element, where it yields lists.
        lists: the paths whose elements it runs over, outermost first; empty for a single value.
        optional: whether something in it may be absent.
        known: False where the plan does not say enough to tell whether it is a list.
    """

    value: ValueType = field(default_factory=ValueType)
    lists: tuple[str, ...] = ()
    optional: bool = False
    known: bool = True
    bounds: tuple[tuple[int | None, int | None], ...] = ()

    @property
    def type(self) -> str | None:
        """The declared type of one element."""
        return type_of(self.value)

    def as_value_type(self) -> ValueType:
        """The whole as one declared type: lists as arrays."""
        made = self.value
        for least, most in reversed(self.bounds):
            made = ValueType(type="array", items=made, min_items=least, max_items=most)
        return made


def type_of(value: ValueType) -> str | None:
    """The type that a declared value must have, said or implied by its other words; None where any will do."""
    if value.type is not None:
        return value.type
    if value.items is not None or value.min_items is not None or value.max_items is not None:
        return "array"
    if value.properties:
        return "object"
    if value.minimum is not None or value.maximum is not None:
        return "number"
    if value.pattern is not None:
        return "string"
    told = [value.const] if value.has_const else list(value.enum or ())
    if told and all(isinstance(each, str) for each in told):
        return "string"
    if told and all(isinstance(each, bool) for each in told):
        return "boolean"
    if told and all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in told):
        return "number"
    return None


_NUMBER = ValueType(type="number")
_INTEGER = ValueType(type="integer")


class Scope:
    """The names that an event's rules, mappings, deduplication and ``where`` may use.

    Args:
        parameters: the event's.
        campaign: names of campaign parameters, used as ``campaign.utm_source``.
        elsewhere: names that are a vendor's and not ours -> (what to say of them, the mend).
        shared: parameters that the plan defines and the event does not list.
        owner: the event, as messages name it.
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        *,
        campaign: Iterable[str] = (),
        elsewhere: Mapping[str, tuple[str, str]] | None = None,
        shared: Iterable[str] = (),
        owner: str = "the event",
    ) -> None:
        self.parameters = {each.name: each for each in parameters}
        self._resolved: dict[str, Meaning] = {}
        self._dotted = [name for name in self.parameters if "." in name]
        self.campaign = frozenset(campaign)
        self.elsewhere = elsewhere or {}
        self.shared = frozenset(shared)
        self.owner = owner

    def paths(self) -> list[str]:
        """Every name and declared path, for "did you mean"."""
        found: list[str] = []

        def walk(prefix: str, value: ValueType) -> None:
            while value.items is not None:
                value = value.items
            for each in value.properties:
                found.append(f"{prefix}.{each.name}")
                walk(found[-1], each.value)

        for parameter in self.parameters.values():
            found.append(parameter.name)
            walk(parameter.name, parameter.value)
        return found + [f"campaign.{name}" for name in sorted(self.campaign)]

    def may_have(self, path: str) -> bool:
        """Whether a name's head is one that the event has; cheaper than an error that :meth:`resolve` would word."""
        head = path.split(".")[0]
        return head in self.parameters or head == "campaign" or any(name in path for name in self._dotted)

    def resolve(self, path: str) -> Meaning:
        """What a name means.

        Raises:
            ExpressionError: the event has no such parameter, or forbids it.
        """
        if (known := self._resolved.get(path)) is None:
            known = self._resolved[path] = self._resolve(path)
        return known

    def _resolve(self, path: str) -> Meaning:
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            parameter = self.parameters.get(".".join(parts[:length]))
            if parameter is not None:
                return self._into(path, parameter, parameter.name, parts[length:], Meaning())
        if parts[0] == "campaign" and len(parts) == 2:
            if parts[1] in self.campaign:
                return Meaning(value=ValueType(type="string"), optional=True)
            raise ExpressionError(
                f"the plan's campaign has no parameter `{parts[1]}`",
                mend=did_you_mean(parts[1], self.campaign, otherwise="list it under `campaign: parameters:`"),
            )
        raise self.unknown(path)

    def unknown(self, path: str) -> ExpressionError:
        """The error of a name that the event does not know."""
        if path in self.elsewhere:
            what, mend = self.elsewhere[path]
            return ExpressionError(what, mend=mend)
        if "[" in path:
            bare = "".join(part.partition("]")[2] if index else part for index, part in enumerate(path.split("[")))
            return ExpressionError(f"`{path}` has brackets", mend=f"write `{bare}`: it is that of every item")
        known = self.paths()
        head = path.split(".")[0]
        if nearest(path, known) is None and head in self.shared:
            return ExpressionError(
                f"{self.owner} does not have the parameter `{head}`", mend=f"list it under the event's `parameters:`: `{head}: required`"
            )
        inside = [name for name in known if name.endswith(f".{path}")]
        if inside and nearest(path, known) is None:
            return ExpressionError(f"{self.owner} has no parameter `{path}`", mend=f"did you mean `{inside[0]}`?")
        listed = [name for name in known if not name.startswith("campaign.")]
        return ExpressionError(
            f"{self.owner} has no parameter `{path}`", mend=did_you_mean(path, known if nearest(path, known) else listed)
        )

    def _into(self, path: str, parameter: Parameter, at: str, rest: list[str], so_far: Meaning) -> Meaning:
        if parameter.presence == "forbidden":
            raise ExpressionError(f"{self.owner} forbids `{at}`, so it is never there", mend="use another parameter, or allow this one")
        value = parameter.value
        so_far = replace(so_far, optional=so_far.optional or parameter.presence == "optional")
        while type_of(value) == "array":
            so_far = replace(so_far, lists=(*so_far.lists, at), bounds=(*so_far.bounds, (value.min_items, value.max_items)))
            if value.items is None:
                return replace(so_far, value=ValueType(), known=not rest and so_far.known)
            value = value.items
        if not rest:
            return replace(so_far, value=value, known=so_far.known and type_of(value) is not None)
        kind = type_of(value)
        if kind not in (None, "object"):
            raise ExpressionError(f"`{at}` is {_KINDS.get(str(kind), 'a number')} and has no `{rest[0]}`", mend=f"write `{at}`")
        if not value.properties:
            return replace(so_far, value=ValueType(), known=False)
        properties = {each.name: each for each in value.properties}
        for length in range(len(rest), 0, -1):
            name = ".".join(rest[:length])
            if name in properties:
                return self._into(path, properties[name], f"{at}.{name}", rest[length:], so_far)
        raise ExpressionError(f"`{at}` has no property `{rest[0]}`", mend=self._property_mend(rest[0], properties))

    @staticmethod
    def _property_mend(name: str, properties: Mapping[str, Parameter]) -> str:
        return did_you_mean(name, properties)

    def meaning(self, tree: Expression) -> Meaning:
        """What an expression yields.

        Raises:
            ExpressionError: a name is unknown, or the parts do not go together.
        """
        if isinstance(tree, Name):
            return self.resolve(tree.path)
        if isinstance(tree, Literal):
            value = tree.value
            kind = "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
            return Meaning(value=ValueType(type=kind))  # type: ignore[arg-type]
        if isinstance(tree, Negative):
            return replace(self._numeric(tree.of, "-"), value=_NUMBER)
        if isinstance(tree, Call):
            return self._call(tree)
        left, right = self._numeric(tree.left, tree.operator), self._numeric(tree.right, tree.operator)
        both = {"optional": left.optional or right.optional, "known": left.known and right.known}
        if left.known and right.known and left.lists and right.lists and left.lists != right.lists:
            raise ExpressionError(
                f"`{left.lists[-1]}` and `{right.lists[-1]}` are different lists, whose elements do not belong together",
                mend="make one value of each first: sum(…) or count(…)",
            )
        longer = left if len(left.lists) >= len(right.lists) else right
        whole = left.type == right.type == "integer" and tree.operator != "/"
        return replace(longer, value=_INTEGER if whole else _NUMBER, **both)  # type: ignore[arg-type]

    def _numeric(self, tree: Expression, operator: str) -> Meaning:
        meaning = self.meaning(tree)
        if meaning.type in _KINDS:
            raise ExpressionError(
                f"{_said(tree)} is {_KINDS[str(meaning.type)]}, and `{operator}` needs numbers", mend="use a parameter whose type is number"
            )
        return meaning

    def _call(self, tree: Call) -> Meaning:
        found = [self.meaning(each) for each in tree.arguments]
        optional = any(each.optional for each in found)
        known = all(each.known for each in found)
        if len(found) == 1 and found[0].known and not found[0].lists:
            raise ExpressionError(
                f"{_said(tree.arguments[0])} is one value, and `{tree.function}()` takes a list",
                mend="name a list, or a property of its elements: items.price",
            )
        if len(found) > 1:
            for argument, each in zip(tree.arguments, found, strict=True):
                if each.known and each.lists:
                    raise ExpressionError(
                        f"{_said(argument)} is a list beside single values in `{tree.function}()`",
                        mend=f"write {tree.function}() of the list alone",
                    )
        if tree.function in ("count", "len"):
            return Meaning(value=_INTEGER, optional=optional)
        for argument in tree.arguments:
            self._numeric(argument, f"{tree.function}()")
        whole = all(each.type == "integer" for each in found)
        return Meaning(value=_INTEGER if whole else _NUMBER, optional=optional, known=known or tree.function == "sum")

    def check(self, rule: Comparison) -> bool:
        """Check a rule's names, and that its sides can be compared.

        Returns:
            Whether a parameter in it may be absent, so that the rule may be skipped.

        Raises:
            ExpressionError: with the mend.
        """
        left, right = self.meaning(rule.left), self.meaning(rule.right)
        if left.known and right.known and bool(left.lists) != bool(right.lists):
            side = rule.left if left.lists else rule.right
            raise ExpressionError(
                f"{_said(side)} is a list, and the other side is one value", mend="make one value of it: sum(…), min(…), max(…) or count(…)"
            )
        numeric = {"number", "integer"}
        kinds = [numeric if each.type in numeric else {each.type} for each in (left, right)]
        if left.type is not None and right.type is not None and not kinds[0] & kinds[1]:
            words = [_KINDS.get(str(each.type), "a number") for each in (left, right)]
            raise ExpressionError(
                f"{_said(rule.left)} is {words[0]} and {_said(rule.right)} is {words[1]}", mend="compare values of one type"
            )
        if rule.operator not in ("==", "!="):
            for tree, each in ((rule.left, left), (rule.right, right)):
                if each.type in _KINDS:
                    raise ExpressionError(
                        f"{_said(tree)} is {_KINDS[str(each.type)]}, and `{rule.operator}` compares numbers", mend="use == or !="
                    )
                if each.known and each.lists:
                    raise ExpressionError(
                        f"{_said(tree)} is a list, and `{rule.operator}` compares single numbers", mend="write min(…) or max(…) of it"
                    )
        return left.optional or right.optional


def _said(tree: Expression) -> str:
    if isinstance(tree, Name):
        return f"`{tree.path}`"
    if isinstance(tree, Literal):
        return f"`{tree.value}`"
    if isinstance(tree, Call):
        return f"`{tree.function}()`"
    if isinstance(tree, Arithmetic):
        return f"{_said(tree.left)} {tree.operator} {_said(tree.right)}"
    return f"-{_said(tree.of)}"
