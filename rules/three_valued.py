"""Three-valued evaluation: what a condition is worth when some facts are not known.

True, false, or `None` for unknown, after Kleene's strong logic of indeterminacy (S. C. Kleene,
Introduction to Metamathematics, 1952, §64). This is the reading that gives the reasons and
confirms every inference of the engine, so it shares nothing with the way there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rules.condition import (
    And,
    Comparison,
    Condition,
    FactTerm,
    Interval,
    Known,
    LiteralTerm,
    Missing,
    Name,
    Not,
    OneOf,
    Or,
    ParameterTerm,
    Term,
    Truth,
)
from rules.values import Value

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(
    condition: Condition, facts: Mapping[str, Value], parameters: Mapping[str, Value]
) -> bool | None:
    """Return whether a checked condition is true, false or (None) unknown.

    `facts` holds only what is known; `parameters` each constant's value of the day.
    """

    def value(term: Term) -> Value | None:
        match term:
            case FactTerm(name):
                return facts.get(name)
            case ParameterTerm(name):
                return parameters[name]
            case LiteralTerm(constant):
                return constant
            case Name(name):
                raise LookupError(f"{name} has not been looked up")

    def truth(node: Condition) -> bool | None:
        match node:
            case And(parts):
                return every(truth(part) for part in parts)
            case Or(parts):
                return some(truth(part) for part in parts)
            case Not(part):
                return opposite(truth(part))
            case Comparison(left, sign, right):
                return compare(value(left), sign, value(right))
            case Interval(term, low, high, low_open, high_open):
                above = compare(value(term), ">" if low_open else ">=", value(low))
                below = compare(value(term), "<" if high_open else "<=", value(high))
                return every((above, below))
            case OneOf(term, options):
                return some(compare(value(term), "=", value(option)) for option in options)
            case Truth(term):
                return compare(value(term), "=", True)
            case Missing(term):
                return value(term) is None
            case Known(term):
                return value(term) is not None

    return truth(condition)


def compare(left: Value | None, sign: str, right: Value | None) -> bool | None:
    """Return how two values compare; unknown when one of them is."""
    if left is None or right is None:
        return None
    return _COMPARE[sign](left, right)


def every(parts: Iterable[bool | None]) -> bool | None:
    """Kleene's conjunction: false if one is false, else unknown if one is unknown."""
    result: bool | None = True
    for part in parts:
        if part is False:
            return False
        if part is None:
            result = None
    return result


def some(parts: Iterable[bool | None]) -> bool | None:
    """Kleene's disjunction: true if one is true, else unknown if one is unknown."""
    result: bool | None = False
    for part in parts:
        if part is True:
            return True
        if part is None:
            result = None
    return result


def opposite(part: bool | None) -> bool | None:
    """Kleene's negation: unknown stays unknown."""
    return None if part is None else not part
