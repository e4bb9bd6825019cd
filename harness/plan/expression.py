"""The plan's small language: arithmetic and one comparison over parameters. Text -> tree, nothing else; no code is ever run.

::

    rule        = sum ("==" | "!=" | "<" | "<=" | ">" | ">=") sum
    sum         = product (("+" | "-") product)*
    product     = signed (("*" | "/") signed)*
    signed      = "-" signed | "(" sum ")" | function "(" sum ("," sum)* ")" | name | number | text | "true" | "false"
    function    = "sum" | "min" | "max" | "count" | "len"
    name        = part ("." part)* | "`" anything else "`"

A name is a parameter (``value``), a property (``items.price``: that of every item, a list) or the landing's campaign
(``campaign.utm_source``). Arithmetic on lists goes element by element; a single value goes with every element.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from harness.errors import TagproofError
from harness.plan.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = ("sum", "min", "max", "count", "len")
COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")
_DEEPEST = 40
_LONGEST = 2000
_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?)(?![\w.])"
    r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|`(?P<quoted>[^`]+)`"
    r"|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\""
    r"|(?P<sign>===|==|!=|<=|>=|&&|\|\||\*\*|[-+*/()<>,=\[\]])"
    r")"
)


class ExpressionError(TagproofError):
    """A text that is no expression of the plan's language, or one that cannot mean anything."""


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter or a path into one."""

    path: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text or boolean as written."""

    value: Decimal | str | bool


@dataclass(frozen=True, slots=True)
class Negative:
    """The negative of a number or of every number of a list."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers, or lists of them element by element."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function of lists: one value of many."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a rule says of its two sides."""

    operator: str
    left: Expression
    right: Expression


Expression = Name | Literal | Negative | Arithmetic | Call


@lru_cache(maxsize=4096)
def parse_rule(text: str) -> Comparison:
    """A rule's tree.

    Raises:
        ExpressionError: the text is none, with the mend where the mistake is known.
    """
    parser = _Parser(text)
    left = parser.sum()
    operator = parser.next
    if operator not in COMPARISONS or not parser.is_sign:
        if operator is None:
            raise parser.error("a rule compares two sides, and this has one", "write one of == != < <= > >= between them")
        raise parser.unexpected()
    parser.advance()
    right = parser.sum()
    if parser.is_sign and parser.next in COMPARISONS:
        raise parser.error("a rule compares two sides, and this has more", "write one rule for each comparison")
    parser.end()
    return Comparison(operator, left, right)


@lru_cache(maxsize=4096)
def parse_source(text: str) -> Expression:
    """The tree of a destination's source: our value's name, or what is derived from names.

    Raises:
        ExpressionError: the text is none.
    """
    parser = _Parser(text)
    tree = parser.sum()
    if parser.is_sign and parser.next in COMPARISONS:
        raise parser.error(
            "a destination's parameter is a value, and this is a comparison", "write the value's name, or arithmetic on names"
        )
    parser.end()
    return tree


def names(tree: Expression | Comparison) -> Iterator[str]:
    """The names in a tree, in the order written."""
    if isinstance(tree, Name):
        yield tree.path
    elif isinstance(tree, Negative):
        yield from names(tree.of)
    elif isinstance(tree, Call):
        for each in tree.arguments:
            yield from names(each)
    elif isinstance(tree, (Arithmetic, Comparison)):
        yield from names(tree.left)
        yield from names(tree.right)


class _Parser:
    """Recursive descent over the tokens; ``next`` is the one not yet taken."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > _LONGEST:
            raise self.error(f"the expression has {len(text)} characters, more than {_LONGEST}", "split it into several rules")
        self.position = 0
        self.depth = 0
        self.next: str | None = None
        self.kind: str | None = None
        if "{{" in text or "${" in text:
            raise self.error(f"`{text}` holds a template, and nothing fills templates in here", "write the parameter's name alone")
        self.advance()

    @property
    def is_sign(self) -> bool:
        return self.kind == "sign"

    def error(self, what: str, mend: str) -> ExpressionError:
        return ExpressionError(what, mend=mend)

    def unexpected(self) -> ExpressionError:
        if self.next is None:
            return self.error(f"`{self.text}` ends too early", "finish the expression; in [ ] a text with a comma needs quotes")
        if self.is_sign and self.next in ("=", "==="):
            return self.error(f"`{self.next}` is no comparison here", "write `==`")
        if self.is_sign and self.next in ("[", "]"):
            path = re.search(r"[\w.]+(?:\[[^\]]*\][\w.]*)+", self.text)
            if path is not None:
                bare = re.sub(r"\[[^\]]*\]", "", path[0])
                return self.error(f"`{path[0]}` has brackets", f"write `{bare}`: it is that of every item")
            return self.error("brackets mean nothing in an expression", "a list's values are written items.price")
        if (self.is_sign and self.next in ("&&", "||")) or (self.kind == "name" and self.next in ("and", "or", "not")):
            return self.error(f"`{self.next}` does not join rules", "write one rule for each comparison")
        if self.is_sign and self.next == "**":
            return self.error("`**` is no operator here", "the operators are + - * /")
        if self.is_sign and self.next == ",":
            return self.error("a comma separates a function's values, and here is no function", "in [ ] a text with a comma needs quotes")
        if self.is_sign and self.next == ")":
            return self.error(f"`)` closes nothing in `{self.text}`", "open it with `(`; in [ ] a text with a comma needs quotes")
        return self.error(f"`{self.next}` is not expected here in `{self.text}`", "the operators are + - * / and one of == != < <= > >=")

    def advance(self) -> None:
        found = _TOKEN.match(self.text, self.position)
        if found is None:
            rest = self.text[self.position :].strip()
            self.kind = self.next = None
            if not rest:
                return
            if rest[0] in "'\"`":
                raise self.error(f"a quote is opened and never closed in `{self.text}`", "close the quote")
            if rest[0] == "$":
                raise self.error(f"`{rest.split()[0]}` is a journey's value, and a rule speaks of parameters", "write the parameter's name")
            if re.match(r"[0-9.]", rest):
                raise self.error(
                    f"`{rest.split()[0]}` is neither a number nor a name", "write 0.5 for a half; quote odd names in `backticks`"
                )
            raise self.error(f"`{rest[0]}` means nothing in an expression", "the operators are + - * / and one of == != < <= > >=")
        self.position = found.end()
        self.kind = found.lastgroup
        self.next = found[found.lastgroup] if found.lastgroup else None

    def end(self) -> None:
        if self.kind is not None:
            raise self.unexpected()

    def accept(self, *signs: str) -> str | None:
        if self.is_sign and self.next in signs:
            sign = self.next
            self.advance()
            return sign
        return None

    def sum(self) -> Expression:
        tree = self.product()
        while (sign := self.accept("+", "-")) is not None:
            tree = Arithmetic(sign, tree, self.product())
        return tree

    def product(self) -> Expression:
        tree = self.signed()
        while (sign := self.accept("*", "/")) is not None:
            tree = Arithmetic(sign, tree, self.signed())
        return tree

    def signed(self) -> Expression:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.error("the expression is nested too deeply", "split it into several rules")
        tree = self._signed()
        self.depth -= 1
        return tree

    def _signed(self) -> Expression:
        if self.accept("-"):
            return Negative(self.signed())
        if self.accept("("):
            tree = self.sum()
            self._close()
            return tree
        text, kind = self.next, self.kind
        if text is None or kind is None or kind == "sign":
            raise self.unexpected()
        if kind == "name" and text in ("and", "or", "not"):
            raise self.unexpected()
        self.advance()
        if kind == "number":
            return Literal(Decimal(text))
        if kind in ("single", "double"):
            return Literal(text)
        if kind == "name":
            if self.accept("("):
                return self._call(text)
            if text in ("true", "false"):
                return Literal(text == "true")
        return Name(text)

    def _call(self, function: str) -> Expression:
        if function not in FUNCTIONS:
            raise self.error(f"`{function}()` is no function", did_you_mean(function, FUNCTIONS))
        arguments = [self.sum()]
        while self.accept(","):
            arguments.append(self.sum())
        self._close()
        if len(arguments) > 1 and function not in ("min", "max"):
            raise self.error(f"`{function}()` takes one value, a list", f"write {function}(items.price)")
        return Call(function, tuple(arguments))

    def _close(self) -> None:
        if not self.accept(")"):
            if self.next is None:
                raise self.error(
                    f"a parenthesis is not closed in `{self.text}`", "close it with `)`; in [ ] a text with a comma needs quotes"
                )
            if self.is_sign and self.next in COMPARISONS:
                raise self.error(f"`{self.next}` stands inside a parenthesis", "close the parenthesis before it: a rule compares two sides")
            raise self.unexpected()
