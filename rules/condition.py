"""A condition as one small tree. Everything that reads rules reads this tree.

The parser leaves `Name` terms; the type check turns each into a `FactTerm` or a
`ParameterTerm`. Every node knows its span: the offsets, within the condition's text, of its
first character and of the one behind its last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from rules.values import Value

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
Span = tuple[int, int]

COMPLEMENT: dict[Operator, Operator] = {
    "=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">",
}  # fmt: skip
MIRROR: dict[Operator, Operator] = {
    "=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<=",
}  # fmt: skip


def _span() -> Span:
    return field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A word that has not been looked up yet."""

    name: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class FactTerm:
    """The value of a fact."""

    name: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ParameterTerm:
    """The value of a named constant of the policy."""

    name: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class LiteralTerm:
    """A value written out."""

    value: Value
    span: Span = _span()


Term = Name | FactTerm | ParameterTerm | LiteralTerm


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`."""

    left: Term
    operator: Operator
    right: Term
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Interval:
    """`term in [low..high]` and `term between low and high`; an open end excludes its value."""

    term: Term
    low: Term
    high: Term
    low_open: bool = False
    high_open: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class OneOf:
    """`term in (option, …)`."""

    term: Term
    options: tuple[Term, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean fact, parameter or literal that stands for itself: `viable`."""

    term: Term
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Missing:
    """`term is missing`: true or false, never unknown."""

    term: Term
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Known:
    """`term is known`: true or false, never unknown."""

    term: Term
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Not:
    """`not(part)`."""

    part: Condition
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class And:
    """`part and part …`."""

    parts: tuple[Condition, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Or:
    """`part or part …`."""

    parts: tuple[Condition, ...]
    span: Span = _span()


Condition = And | Or | Not | Comparison | Interval | OneOf | Truth | Missing | Known


def terms(condition: Condition) -> Iterator[Term]:
    """Yield every term of a condition, in the order in which it is written."""
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from terms(part)
        case Not(part):
            yield from terms(part)
        case Comparison(left, _, right):
            yield from (left, right)
        case Interval(term, low, high):
            yield from (term, low, high)
        case OneOf(term, options):
            yield from (term, *options)
        case Truth(term) | Missing(term) | Known(term):
            yield term


def facts_of(condition: Condition) -> tuple[str, ...]:
    """Return the facts that a checked condition names, each once, in order of first use."""
    named = (term.name for term in terms(condition) if isinstance(term, FactTerm))
    return tuple(dict.fromkeys(named))
