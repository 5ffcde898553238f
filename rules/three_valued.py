"""Three-valued evaluation: what a condition is worth when some facts are not known.

True, false, or `None` for unknown, after Kleene's strong logic of indeterminacy (S. C. Kleene,
Introduction to Metamathematics, 1952, §64). This is the reading that gives the reasons and
confirms every inference of the engine, so it shares nothing with the way there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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


KnownFacts = Mapping[str, Value]
"""The facts that are known; a missing one is not in it."""

Reading = Callable[[KnownFacts], bool | None]
"""A condition made ready: given what is known it says true, false or (None) unknown."""


def evaluate(
    condition: Condition, facts: KnownFacts, parameters: Mapping[str, Value]
) -> bool | None:
    """Return whether a checked condition is true, false or (None) unknown."""
    return reading(condition, parameters)(facts)


def reading(condition: Condition, parameters: Mapping[str, Value]) -> Reading:
    """Return a checked condition as a function of what is known, to be used many times.

    `parameters` holds each constant's value of the day.
    """
    return _Reader(parameters).read(condition)


@dataclass(frozen=True, slots=True)
class _Reader:
    parameters: Mapping[str, Value]

    def read(self, condition: Condition) -> Reading:
        match condition:
            case And(parts):
                return _all_of([self.read(part) for part in parts])
            case Or(parts):
                return _any_of([self.read(part) for part in parts])
            case Not(part):
                return _none_of(self.read(part))
            case Comparison(left, sign, right):
                return self._comparison(left, sign, right)
            case Interval(term, low, high, low_open, high_open):
                above = self._comparison(term, ">" if low_open else ">=", low)
                below = self._comparison(term, "<" if high_open else "<=", high)
                return _all_of([above, below])
            case OneOf(term, options):
                return _any_of([self._comparison(term, "=", option) for option in options])
            case Truth(term):
                return self._comparison(term, "=", LiteralTerm(True))
            case Missing(term):
                value = self._value(term)
                return lambda known: value(known) is None
            case Known(term):
                value = self._value(term)
                return lambda known: value(known) is not None

    def _comparison(self, left: Term, sign: str, right: Term) -> Reading:
        compares = _COMPARE[sign]
        if isinstance(left, FactTerm) and isinstance(right, LiteralTerm | ParameterTerm):
            name, constant = left.name, self._constant(right)

            def with_constant(known: KnownFacts) -> bool | None:
                value = known.get(name)
                return None if value is None else compares(value, constant)

            return with_constant
        first, second = self._value(left), self._value(right)
        return lambda known: compare(first(known), sign, second(known))

    def _value(self, term: Term) -> Callable[[KnownFacts], Value | None]:
        if isinstance(term, FactTerm):
            name = term.name
            return lambda known: known.get(name)
        constant = self._constant(term)
        return lambda _known: constant

    def _constant(self, term: Term) -> Value:
        match term:
            case LiteralTerm(value):
                return value
            case ParameterTerm(name):
                return self.parameters[name]
            case FactTerm(name) | Name(name):
                raise LookupError(f"{name} is not a constant")


def _all_of(parts: Sequence[Reading]) -> Reading:
    """Kleene's conjunction: false if one is false, else unknown if one is unknown."""

    def read(known: KnownFacts) -> bool | None:
        result: bool | None = True
        for part in parts:
            truth = part(known)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    return read


def _any_of(parts: Sequence[Reading]) -> Reading:
    """Kleene's disjunction: true if one is true, else unknown if one is unknown."""

    def read(known: KnownFacts) -> bool | None:
        result: bool | None = False
        for part in parts:
            truth = part(known)
            if truth is True:
                return True
            if truth is None:
                result = None
        return result

    return read


def _none_of(part: Reading) -> Reading:
    """Kleene's negation: unknown stays unknown."""

    def read(known: KnownFacts) -> bool | None:
        truth = part(known)
        return None if truth is None else not truth

    return read


def compare(left: Value | None, sign: str, right: Value | None) -> bool | None:
    """Return how two values compare; unknown when one of them is."""
    if left is None or right is None:
        return None
    return _COMPARE[sign](left, right)
