"""Conditions in normal form: negation pushed down to the comparisons, parameters put in.

Kleene's logic keeps De Morgan's laws, and `not(a < b)` is `a >= b` as long as both are known
and unknown otherwise; so the normal form is worth the same as the condition for all facts,
missing ones included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rules.condition import (
    COMPLEMENT,
    MIRROR,
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
    Operator,
    Or,
    ParameterTerm,
    Term,
    Truth,
)
from rules.three_valued import compare
from rules.values import Value


@dataclass(frozen=True, slots=True)
class FactRef:
    """The right side of a comparison of two facts."""

    name: str


@dataclass(frozen=True, slots=True)
class Atom:
    """`fact operator other`: unknown while a fact in it is missing."""

    fact: str
    operator: Operator
    other: Value | FactRef


@dataclass(frozen=True, slots=True)
class Absence:
    """Whether a fact is missing (`missing`) or known (not `missing`)."""

    fact: str
    missing: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part; with no part, true."""

    parts: tuple[Normal, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part; with no part, false."""

    parts: tuple[Normal, ...]


Normal = AllOf | AnyOf | Atom | Absence

TRUE = AllOf(())
FALSE = AnyOf(())


def normal_form(condition: Condition, parameters: Mapping[str, Value]) -> Normal:
    """Return a checked condition in normal form, with the parameters' values of the day."""
    return _Normalizer(parameters).normal(condition, positive=True)


def both(parts: tuple[Normal, ...]) -> Normal:
    """Return the conjunction of `parts`, simplified."""
    kept: dict[Normal, None] = {}
    for part in parts:
        for each in part.parts if isinstance(part, AllOf) else (part,):
            if each == FALSE:
                return FALSE
            kept[each] = None
    return next(iter(kept)) if len(kept) == 1 else AllOf(tuple(kept))


def either(parts: tuple[Normal, ...]) -> Normal:
    """Return the disjunction of `parts`, simplified."""
    kept: dict[Normal, None] = {}
    for part in parts:
        for each in part.parts if isinstance(part, AnyOf) else (part,):
            if each == TRUE:
                return TRUE
            kept[each] = None
    return next(iter(kept)) if len(kept) == 1 else AnyOf(tuple(kept))


@dataclass(frozen=True, slots=True)
class _Normalizer:
    parameters: Mapping[str, Value]

    def normal(self, condition: Condition, positive: bool) -> Normal:
        match condition:
            case Not(part):
                return self.normal(part, not positive)
            case And(parts):
                normals = tuple(self.normal(part, positive) for part in parts)
                return both(normals) if positive else either(normals)
            case Or(parts):
                normals = tuple(self.normal(part, positive) for part in parts)
                return either(normals) if positive else both(normals)
            case Comparison(left, operator, right):
                return self._atom(left, operator, right, positive)
            case Truth(term):
                return self._atom(term, "=", LiteralTerm(True), positive)
            case Interval(term, low, high, low_open, high_open):
                above = self._atom(term, ">" if low_open else ">=", low, positive)
                below = self._atom(term, "<" if high_open else "<=", high, positive)
                return both((above, below)) if positive else either((above, below))
            case OneOf(term, options):
                atoms = tuple(self._atom(term, "=", option, positive) for option in options)
                return either(atoms) if positive else both(atoms)
            case Missing(term):
                return Absence(_name(term), missing=positive)
            case Known(term):
                return Absence(_name(term), missing=not positive)

    def _atom(self, left: Term, operator: Operator, right: Term, positive: bool) -> Normal:
        operator = operator if positive else COMPLEMENT[operator]
        if isinstance(left, FactTerm):
            return Atom(left.name, operator, self._side(right))
        if isinstance(right, FactTerm):
            return Atom(right.name, MIRROR[operator], self._value(left))
        return TRUE if compare(self._value(left), operator, self._value(right)) else FALSE

    def _side(self, term: Term) -> Value | FactRef:
        return FactRef(term.name) if isinstance(term, FactTerm) else self._value(term)

    def _value(self, term: Term) -> Value:
        match term:
            case LiteralTerm(value):
                return value
            case ParameterTerm(name):
                return self.parameters[name]
            case FactTerm(name) | Name(name):
                raise LookupError(f"{name} is not a constant")


def _name(term: Term) -> str:
    if isinstance(term, FactTerm):
        return term.name
    raise LookupError(f"{term} is not a fact")


def assigned(normal: Normal, name: str, value: Value) -> Normal:
    """Return what is left of a condition once the fact `name` has (encoded) `value`."""
    match normal:
        case AllOf(parts):
            return both(tuple(assigned(part, name, value) for part in parts))
        case AnyOf(parts):
            return either(tuple(assigned(part, name, value) for part in parts))
        case Absence():
            return normal
        case Atom():
            return _atom_assigned(normal, name, value)


def _atom_assigned(atom: Atom, name: str, value: Value) -> Normal:
    right = value if atom.other == FactRef(name) else atom.other
    if atom.fact != name:
        return atom if right is atom.other else replace(atom, other=right)
    if isinstance(right, FactRef):
        return Atom(right.name, MIRROR[atom.operator], value)
    return TRUE if compare(value, atom.operator, right) else FALSE


def literals_of(normal: Normal) -> Iterator[Atom | Absence]:
    """Yield the comparisons of a condition, and where it asks whether a fact is there, in order."""
    if isinstance(normal, AllOf | AnyOf):
        for part in normal.parts:
            yield from literals_of(part)
    else:
        yield normal


def atoms_of(normal: Normal) -> Iterator[Atom]:
    """Yield the comparisons of a condition, in order."""
    return (literal for literal in literals_of(normal) if isinstance(literal, Atom))


def compared_facts(normal: Normal) -> Iterator[str]:
    """Yield the facts that a condition compares, in order."""
    for atom in atoms_of(normal):
        yield atom.fact
        if isinstance(atom.other, FactRef):
            yield atom.other.name
