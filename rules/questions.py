"""Which missing facts can still change the rule that fires, and no others.

A missing fact matters when two completions of the missing facts, which differ in it alone,
fire different rules. The rules are read as a function from the missing facts to the rule that
fires, and built as a reduced ordered decision diagram (R. E. Bryant, Graph-Based Algorithms
for Boolean Function Manipulation, 1986, here with as many branches as a fact has telling
values): the function depends on exactly the facts that are left in it. Infinite domains are
cut to their telling values: comparisons cannot tell others apart.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from rules.condition import MIRROR
from rules.engine_rules import encoded
from rules.normal_form import (
    FALSE,
    TRUE,
    Absence,
    AllOf,
    AnyOf,
    Atom,
    FactRef,
    Normal,
    both,
    either,
)
from rules.policy import HitPolicy
from rules.telling_values import Variable, telling_values
from rules.three_valued import compare
from rules.values import Value
from rules.vocabulary import Vocabulary

MOST_STEPS = 200_000
"""How many comparisons may be decided before the search is given up: about a second."""

Residue = tuple[tuple[str, Normal], ...]
"""The rules, by id, that can still fire, with what is still open of their conditions."""


class TooEntangled(ValueError):
    """The rules' missing facts hang together in too many ways to tell which of them matter."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The rules of one table on one day, in normal form and in order."""

    rules: Residue
    hit: HitPolicy
    vocabulary: Vocabulary
    as_of: date


@dataclass(frozen=True, slots=True)
class Prospect:
    """The facts that matter, in order of first use; the rules that fire, when none does."""

    asks: tuple[str, ...]
    fires: tuple[str, ...]


def prospect(stage: Stage, known: Mapping[str, Value]) -> Prospect:
    """Return which missing facts matter to an undetermined stage.

    Raises:
        TooEntangled: past `MOST_STEPS`; checked for every policy when it is loaded.
    """
    bases = {name: fact.derived_from or name for name, fact in stage.vocabulary.facts.items()}
    compared = dict.fromkeys(
        bases[name] for _, rule in stage.rules for name in _compared(rule) if name not in known
    )
    codes = {name: _encoded(value, stage, name) for name, value in known.items()}
    opened = tuple((id, _renamed(rule, bases, codes, compared, stage)) for id, rule in stage.rules)
    residue = _settled(opened, stage.hit)
    atoms = [atom for _, rule in residue for atom in _atoms(rule)]
    variables = [_in_whole_numbers(name, stage, bases) for name in compared]
    diagram = _Diagram(stage.hit, telling_values(variables, atoms), tuple(compared))
    node = diagram.node(0, residue)
    asks = tuple(name for name in compared if name in node.depends)
    return Prospect(asks, node.fires)


@dataclass(frozen=True, slots=True)
class _Node:
    """A function of the facts in `depends`; a constant one fires `fires`."""

    key: Hashable
    depends: frozenset[str]
    fires: tuple[str, ...] = ()


class _Diagram:
    """Builds the reduced diagram; equal functions become one node."""

    def __init__(
        self, hit: HitPolicy, values: Mapping[str, Sequence[Value]], order: tuple[str, ...]
    ) -> None:
        self._hit = hit
        self._values = values
        self._order = order
        self._built: dict[tuple[int, Residue], _Node] = {}
        self._unique: dict[tuple[str, tuple[Hashable, ...]], _Node] = {}
        self._steps = 0

    def node(self, position: int, residue: Residue) -> _Node:
        fires = _fires(residue, self._hit)
        if fires is not None:
            return _Node(fires, frozenset(), fires)
        key = (position, residue)
        if key not in self._built:
            self._built[key] = self._build(position, residue)
        return self._built[key]

    def _build(self, position: int, residue: Residue) -> _Node:
        name = self._order[position]
        if not any(name in _compared(rule) for _, rule in residue):
            return self.node(position + 1, residue)
        children = [
            self.node(position + 1, self._assigned(residue, name, value))
            for value in self._values[name]
        ]
        if all(child.key == children[0].key for child in children):
            return children[0]
        key = (name, tuple(child.key for child in children))
        if key not in self._unique:
            depends = frozenset((name,)).union(*(child.depends for child in children))
            self._unique[key] = _Node(len(self._unique), depends)
        return self._unique[key]

    def _assigned(self, residue: Residue, name: str, value: Value) -> Residue:
        self._steps += len(residue)
        if self._steps > MOST_STEPS:
            raise TooEntangled(f"more than {MOST_STEPS:,} steps")
        return _settled(((id, assign(rule, name, value)) for id, rule in residue), self._hit)


def _settled(rules: Iterator[tuple[str, Normal]] | Residue, hit: HitPolicy) -> Residue:
    """Drop the rules that can no longer fire."""
    kept: list[tuple[str, Normal]] = []
    for id, rule in rules:
        if rule == FALSE:
            continue
        kept.append((id, rule))
        if hit is HitPolicy.FIRST and rule == TRUE:
            break
    return tuple(kept)


def _fires(residue: Residue, hit: HitPolicy) -> tuple[str, ...] | None:
    """Return the ids of the rules that fire, when that is settled."""
    if hit is HitPolicy.FIRST:
        if residue and residue[0][1] != TRUE:
            return None
        return (residue[0][0],) if residue else ()
    if all(rule == TRUE for _, rule in residue):
        return tuple(id for id, _ in residue)
    return None


def assign(normal: Normal, name: str, value: Value) -> Normal:
    """Return what is left of a condition once the fact `name` has (encoded) `value`."""
    match normal:
        case AllOf(parts):
            return both(tuple(assign(part, name, value) for part in parts))
        case AnyOf(parts):
            return either(tuple(assign(part, name, value) for part in parts))
        case Absence():
            return normal
        case Atom():
            return _assign_atom(normal, name, value)


def _assign_atom(atom: Atom, name: str, value: Value) -> Normal:
    right = value if atom.other == FactRef(name) else atom.other
    if atom.fact != name:
        return replace(atom, other=right)
    if isinstance(right, FactRef):
        return Atom(right.name, MIRROR[atom.operator], value)
    return TRUE if compare(value, atom.operator, right) else FALSE


def _renamed(
    normal: Normal,
    bases: Mapping[str, str],
    codes: Mapping[str, Value],
    compared: Mapping[str, None],
    stage: Stage,
) -> Normal:
    """Put in what is known, name derived facts by their base, and encode every constant.

    A fact that is compared somewhere is known in every completion; one that is only asked
    whether it is missing stays as it is.
    """
    match normal:
        case AllOf(parts):
            return both(tuple(_renamed(p, bases, codes, compared, stage) for p in parts))
        case AnyOf(parts):
            return either(tuple(_renamed(p, bases, codes, compared, stage) for p in parts))
        case Absence(fact, missing):
            present = fact in codes or bases[fact] in compared
            return TRUE if present is not missing else FALSE
        case Atom(fact, operator, other):
            encoded_other = (
                FactRef(other.name) if isinstance(other, FactRef) else _encoded(other, stage, fact)
            )
            opened: Normal = Atom(fact, operator, encoded_other)
            for name in _compared(normal):
                if name in codes:
                    opened = assign(opened, name, codes[name])
            return _on_bases(opened, bases)


def _on_bases(normal: Normal, bases: Mapping[str, str]) -> Normal:
    if not isinstance(normal, Atom):
        return normal
    other = normal.other
    if isinstance(other, FactRef):
        other = FactRef(bases[other.name])
    return replace(normal, fact=bases[normal.fact], other=other)


def _encoded(value: Value, stage: Stage, name: str) -> Value:
    """Return a value as the diagram compares it: dates as days from `as_of`, numbers whole."""
    if isinstance(value, date):
        return (value - stage.as_of).days
    return encoded(value, stage.vocabulary.facts[name].domain)


def _in_whole_numbers(name: str, stage: Stage, bases: Mapping[str, str]) -> Variable:
    """Return the fact with its range encoded, narrowed to what its derived facts allow."""
    facts = stage.vocabulary.facts
    low, high = facts[name].domain.low, facts[name].domain.high
    if low is None or high is None:
        return Variable(facts[name])
    lows, highs = [_whole(low, stage, name)], [_whole(high, stage, name)]
    for derived, base in bases.items():
        low, high = facts[derived].domain.low, facts[derived].domain.high
        if base == name and derived != name and low is not None and high is not None:
            lows.append(_whole(low, stage, derived))
            highs.append(_whole(high, stage, derived))
    return Variable(facts[name], max(lows), min(highs))


def _whole(value: Value, stage: Stage, name: str) -> int:
    return cast(int, _encoded(value, stage, name))  # what has a range is encoded as one


def _atoms(normal: Normal) -> Iterator[Atom]:
    if isinstance(normal, Atom):
        yield normal
    elif isinstance(normal, AllOf | AnyOf):
        for part in normal.parts:
            yield from _atoms(part)


def _compared(normal: Normal) -> Iterator[str]:
    """Yield the facts that a condition compares, in order."""
    for atom in _atoms(normal):
        yield atom.fact
        if isinstance(atom.other, FactRef):
            yield atom.other.name
