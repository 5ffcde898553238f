"""The routing for zen-engine: all stages as one table of plain tests, which it indexes.

A table for each stage, with switches between, is the nearer translation, and takes zen-engine
about twice as long; a shorter table with expressions in it is no faster. Here each way through the
stages is a row, as the product lays them out itself: each cell is a plain test of one fact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from benchmarks.jdm import Row
from benchmarks.ways import LaidOut
from rules.normal_form import Atom, FactRef
from rules.policy import Rule
from rules.scales import MISSING
from rules.values import Domain, FactType, Value
from rules.vocabulary import Vocabulary
from rules.ways import Property, Stretch, Way


def routing_rows(routing: LaidOut, vocabulary: Vocabulary) -> list[Row]:
    """Return the table that answers as a walk through the stages does, for all facts."""
    return [_row(way, routing, vocabulary) for way in routing.map.ways]


def context_of(known: Mapping[str, Value], routing: LaidOut) -> dict[str, bool | int | float | str]:
    """Return the facts that some stage looks at, as zen-engine takes them."""
    return {name: _plain(known[name]) for name in routing.map.properties if name in known}


def _plain(value: Value) -> bool | int | float | str:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _row(way: Way, routing: LaidOut, vocabulary: Vocabulary) -> Row:
    tests = {
        fact: _cell(routing.map.properties[fact], stretch, vocabulary.facts[fact].domain)
        for fact, stretch in dict(way.where).items()
    }
    stage, last = way.steps[-1]
    if last is None:
        return Row(tests, {"stage": stage})
    says: dict[str, object] = {"stage": stage, "rule": last}
    for step in way.steps[:-1]:
        kept = _outcome(routing.rules[step])
        says |= {name: it for name, it in kept.items() if vocabulary.outcomes[name].kept}
    return Row(tests, says | _outcome(routing.rules[way.steps[-1]]))


def _outcome(rule: Rule) -> dict[str, object]:
    return {n: list(v) if isinstance(v, tuple) else v for n, v in rule.outcome.items()}


def _cell(property: Property, stretch: Stretch, domain: Domain) -> str:
    if isinstance(property.literal, Atom) and isinstance(property.literal.other, FactRef):
        raise TypeError("two facts are compared with one another: not one plain test")
    if domain.type in (FactType.BOOLEAN, FactType.CHOICE):
        values = domain.choices or (False, True)
        allowed = [json.dumps(each) for each in values if property.scale.rank(each) in stretch]
        return ", ".join(allowed + ["null"] * (MISSING in stretch))
    if domain.type is not FactType.INTEGER:
        raise ValueError(f"`{property.literal.fact}` is of a type that this translation speaks not")
    return _range(stretch, property)


def _range(stretch: Stretch, property: Property) -> str:
    """Return the unary test of a range; a rank that is even is a literal's own."""
    low, high, last = min(stretch), max(stretch), max(property.ranks)
    if high == MISSING:
        return "null"
    if len(stretch) != high - low + 1 or low == MISSING or (low, high) == (MISSING + 1, last):
        raise ValueError(f"`{property.literal.fact}` is not of one range: that is no one test")
    above = property.scale.literals[(low - 2) // 2] if low > 1 else None
    below = property.scale.literals[(high - 1) // 2] if high < last else None
    if above is None:
        return f"{'<' if high % 2 else '<='} {below}"
    if below is None:
        return f"{'>' if low % 2 else '>='} {above}"
    return f"{'(' if low % 2 else '['}{above}..{below}{')' if high % 2 else ']'}"
