"""Checked to compiled: an edition's rules as conjunctions of the engine's safe tests.

What the safe shape cannot say enters it as a boolean computed beforehand: whether a fact is
missing, and how two facts compare. Their property names hold a space, so that no fact can
have them. Dates become day numbers, exact decimals whole numbers of their smallest unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import product
from math import prod
from operator import methodcaller
from typing import cast

from rules.engine_limits import MOST_RULES, EngineLimit, EngineRule, Scalar, Test
from rules.normal_form import Absence, AllOf, AnyOf, Atom, FactRef, Normal
from rules.three_valued import compare
from rules.values import Domain, FactType, Value
from rules.vocabulary import Vocabulary

Statement = Callable[[Mapping[str, Value]], Scalar | None]
"""What a message says of one property, given what is known; `None`: nothing."""


@dataclass(frozen=True, slots=True)
class Program:
    """The engine's rules, and what of a case its message must say."""

    rules: tuple[EngineRule, ...]
    properties: Mapping[str, Absence | Atom]
    domains: Mapping[str, Domain]
    _statements: tuple[tuple[str, Statement], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        stated = ((name, _statement(p, self.domains)) for name, p in self.properties.items())
        object.__setattr__(self, "_statements", tuple(stated))

    def message(self, known: Mapping[str, Value]) -> dict[str, Scalar]:
        """Return the message that states the known facts this program looks at."""
        return {
            name: said
            for name, statement in self._statements
            if (said := statement(known)) is not None
        }


def _statement(stated: Absence | Atom, domains: Mapping[str, Domain]) -> Statement:
    fact = stated.fact
    if isinstance(stated, Absence):
        return lambda known: fact not in known
    if isinstance(stated.other, FactRef):
        sign, other = stated.operator, stated.other.name
        return lambda known: compare(known.get(fact), sign, known.get(other))
    domain = domains[fact]
    if domain.type in (FactType.DATE, FactType.NUMBER):
        return lambda known: encoded(known[fact], domain) if fact in known else None
    return cast(Statement, methodcaller("get", fact))


def compiled(rules: Sequence[tuple[str, Normal]], vocabulary: Vocabulary) -> Program:
    """Return the program for rules given by id and condition in normal form.

    Raises:
        EngineLimit: more alternatives than the engine can hold.
    """
    domains = {name: fact.domain for name, fact in vocabulary.facts.items()}
    properties: dict[str, Absence | Atom] = {}
    engine_rules: list[EngineRule] = []
    for rule, condition in rules:
        count = _count_alternatives(condition)
        if len(engine_rules) + count > MOST_RULES:
            raise EngineLimit(
                f"rule `{rule}` takes the policy over {MOST_RULES:,} alternatives,"
                " the most that the engine takes",
                "say it with fewer `or`, or split the policy",
            )
        for alternative in _alternatives(condition):
            tests = tuple(_test(literal, domains, properties) for literal in alternative)
            engine_rules.append(EngineRule(rule, tests))
    return Program(tuple(engine_rules), properties, domains)


def _count_alternatives(condition: Normal) -> int:
    if isinstance(condition, AnyOf):
        return sum(_count_alternatives(part) for part in condition.parts)
    if isinstance(condition, AllOf):
        return prod(_count_alternatives(part) for part in condition.parts)
    return 1


def _alternatives(condition: Normal) -> list[tuple[Atom | Absence, ...]]:
    """Return the disjunctive normal form: one conjunction of literals for each alternative."""
    if isinstance(condition, AnyOf):
        return [literals for part in condition.parts for literals in _alternatives(part)]
    if isinstance(condition, AllOf):
        choices = product(*(_alternatives(part) for part in condition.parts))
        return [tuple(dict.fromkeys(sum(chosen, ()))) for chosen in choices]
    return [(condition,)]


def _test(
    literal: Atom | Absence, domains: Mapping[str, Domain], properties: dict[str, Absence | Atom]
) -> Test:
    if isinstance(literal, Absence):
        name = f"{literal.fact} is missing"
        properties[name] = Absence(literal.fact, missing=True)
        return Test(name, "=", literal.missing)
    if isinstance(literal.other, FactRef):
        name = property_of(literal)
        properties[name] = literal
        return Test(name, "=", True)
    properties.setdefault(literal.fact, literal)
    value = encoded(literal.other, domains[literal.fact])
    return Test(literal.fact, literal.operator, value)


def property_of(literal: Atom | Absence) -> str:
    """Return the name of what a literal is about: a fact, or how two stand to each other."""
    if isinstance(literal, Atom) and isinstance(literal.other, FactRef):
        return f"{literal.fact} {literal.operator} {literal.other.name}"
    return literal.fact


def encoded(value: Value, domain: Domain) -> Scalar:
    """Return a value as the engine compares it exactly."""
    if isinstance(value, date):
        return value.toordinal()
    if domain.type == "number" and not isinstance(value, bool | str):
        return int(Decimal(value).scaleb(domain.scale))
    return int(value) if isinstance(value, Decimal) else value
