"""Which missing facts can still change the rule that fires, and no others.

A missing fact matters when two completions of the missing facts, which differ in it alone,
fire different rules. Infinite domains are cut to their telling values: comparisons cannot
tell others apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from rules.decision_diagram import Rules, dependence
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
    assigned,
    atoms_of,
    both,
    compared_facts,
    either,
)
from rules.policy import HitPolicy
from rules.telling_values import Variable, telling_values
from rules.values import Value
from rules.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Stage:
    """The rules of one table on one day, in normal form and in order.

    `used`: the facts that they name, in order of first use as they are written.
    """

    rules: Rules
    hit: HitPolicy
    vocabulary: Vocabulary
    as_of: date
    used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prospect:
    """The facts that matter, in order of first use; the rules that fire, when none does."""

    asks: tuple[str, ...]
    fires: tuple[str, ...]


def prospect(stage: Stage, known: Mapping[str, Value]) -> Prospect:
    """Return which missing facts matter to an undetermined stage.

    Raises:
        TooEntangled: it cannot be told in time; tried for every policy when it is loaded.
    """
    bases = {name: fact.derived_from or name for name, fact in stage.vocabulary.facts.items()}
    compared = dict.fromkeys(
        bases[name] for _, rule in stage.rules for name in compared_facts(rule) if name not in known
    )
    codes = {name: _encoded(value, stage, name) for name, value in known.items()}
    opened = tuple((id, _renamed(rule, bases, codes, compared, stage)) for id, rule in stage.rules)
    atoms = [atom for _, rule in opened for atom in atoms_of(rule)]
    variables = [_in_whole_numbers(name, stage, bases) for name in compared]
    found = dependence(opened, stage.hit, telling_values(variables, atoms))
    used = (*(bases[name] for name in stage.used), *compared)
    return Prospect(tuple(name for name in dict.fromkeys(used) if name in found.facts), found.fires)


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
            for name in compared_facts(normal):
                if name in codes:
                    opened = assigned(opened, name, codes[name])
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
    if max(lows) > min(highs):  # so far off that no date can be counted in days: any will do
        return Variable(facts[name], lows[0], highs[0])
    return Variable(facts[name], max(lows), min(highs))


def _whole(value: Value, stage: Stage, name: str) -> int:
    return cast(int, _encoded(value, stage, name))  # what has a range is encoded as one


def only_looked_for(stage: Stage) -> tuple[str, ...]:
    """Return the facts of which the stage asks only whether they are missing."""
    compared = {name for _, rule in stage.rules for name in compared_facts(rule)}
    looked_for = (name for _, rule in stage.rules for name in _looked_for(rule))
    return tuple(name for name in dict.fromkeys(looked_for) if name not in compared)


def _looked_for(normal: Normal) -> Iterator[str]:
    if isinstance(normal, Absence):
        yield normal.fact
    elif isinstance(normal, AllOf | AnyOf):
        for part in normal.parts:
            yield from _looked_for(part)
