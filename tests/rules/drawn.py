"""Conditions and facts by chance, over a vocabulary small enough to try every value."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, get_args

from hypothesis import strategies as st

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
    Operator,
    Or,
    ParameterTerm,
    Term,
    Truth,
)
from rules.policy import Parameter
from rules.values import Domain, FactType, Value
from rules.vocabulary import Fact, Vocabulary

DAY = date(2026, 11, 22)
SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
SEEDS = st.integers(0, 2**32)
"""Drawing whole conditions part by part is slow: Hypothesis draws what seeds the chance."""

OPERATORS: tuple[Operator, ...] = get_args(Operator)
COLOURS = ("red", "green", "blue")
NEW_TEXTS = ("nobody", "says", "this")


def day(number: int) -> date:
    """Return the day that many days after `DAY`."""
    return DAY + timedelta(days=number)


def tenths(number: int) -> Decimal:
    """Return a decimal with one place."""
    return Decimal(number).scaleb(-1)


_DOMAINS: dict[str, Domain] = {
    "sunny": Domain(FactType.BOOLEAN),
    "windy": Domain(FactType.BOOLEAN),
    "sky": Domain(FactType.CHOICE, COLOURS),
    "wish": Domain(FactType.CHOICE, COLOURS),
    "count": Domain(FactType.INTEGER, low=0, high=12),
    "others": Domain(FactType.INTEGER, low=4, high=15),
    "price": Domain(FactType.NUMBER, low=tenths(-2), high=tenths(4), scale=1),
    "cost": Domain(FactType.NUMBER, low=tenths(3), high=tenths(13), scale=1),
    "due": Domain(FactType.DATE, low=day(-4), high=day(7)),
    "start": Domain(FactType.DATE, low=day(5), high=day(9)),
    "days_left": Domain(FactType.INTEGER, low=-3, high=20),
    "note": Domain(FactType.TEXT),
    "remark": Domain(FactType.TEXT),
}
SMALL = Vocabulary(
    {
        name: Fact(name, domain, "?", "Ann", "ask", derived_from="due" if "_" in name else None)
        for name, domain in _DOMAINS.items()
    },
    {},
)
"""Two facts of each type that may be compared, with ranges that only overlap, and one derived."""

PARAMETERS: Mapping[str, Value] = {
    "yes": True, "shade": "green", "limit": 6, "rate": tenths(4), "cut": day(1),
}  # fmt: skip
DECLARED = {name: Parameter(name, value) for name, value in PARAMETERS.items()}
TEXTS = ("", "a", 'b "c" \\', "é🎫 (")


def all_values(name: str) -> list[Value]:
    """Return every value of a fact; of the endless texts, those that rules name and a few more."""
    domain = _DOMAINS[name]
    if domain.type is FactType.BOOLEAN:
        return [True, False]
    if domain.type is FactType.CHOICE:
        return list(domain.choices)
    if domain.type is FactType.TEXT:
        return [*TEXTS, *NEW_TEXTS]
    low, high = domain.low, domain.high
    if isinstance(low, date) and isinstance(high, date):
        return [low + timedelta(days=days) for days in range((high - low).days + 1)]
    assert isinstance(low, int | Decimal)
    assert isinstance(high, int | Decimal)
    step = tenths(1) if isinstance(low, Decimal) else 1
    return [low + number * step for number in range(int((high - low) / step) + 1)]


def _alike(name: str, names: Sequence[str]) -> list[str]:
    """Return the facts among `names` that `name` may be compared with."""
    kind = _DOMAINS[name]
    return [
        other
        for other in names
        if (_DOMAINS[other].type, _DOMAINS[other].scale) == (kind.type, kind.scale)
    ]


def _other(chance: Random, name: str, names: Sequence[str]) -> Term:
    """Return what a fact may be compared with: a literal, a parameter or a fact."""
    known = TEXTS if _DOMAINS[name].type is FactType.TEXT else tuple(all_values(name))
    fitting = [p for p, v in PARAMETERS.items() if type(v) is type(known[0]) and v in known]
    kind = chance.choice(("literal", "parameter", "fact"))
    if kind == "parameter" and fitting:
        return ParameterTerm(chance.choice(fitting))
    alike = _alike(name, names)
    if kind == "fact" and (len(alike) > 1 or chance.random() < 0.1):
        return FactTerm(chance.choice(alike))
    return LiteralTerm(chance.choice(known))


def _test(chance: Random, names: Sequence[str], absences: bool) -> Condition:
    name = chance.choice(names)
    fact, domain = FactTerm(name), _DOMAINS[name]
    forms = ["comparison", "comparison", "comparison", "one of"]
    forms += ["interval"] if domain.type.ordered else []
    forms += ["truth"] * 3 if domain.type is FactType.BOOLEAN else []
    forms += ["missing", "known"] if absences else []
    form = chance.choice(forms)
    if form == "truth":
        return Truth(fact)
    if form in ("missing", "known"):
        return Missing(fact) if form == "missing" else Known(fact)
    if form == "one of":
        return OneOf(
            fact, tuple(_other(chance, name, names) for _ in range(chance.choice((1, 2, 3))))
        )
    if form == "interval":
        return _interval(chance, name, names)
    sign = chance.choice(OPERATORS if domain.type.ordered else OPERATORS[:2])
    sides = [fact, _other(chance, name, names)]
    chance.shuffle(sides)
    return Comparison(sides[0], sign, sides[1])


def _interval(chance: Random, name: str, names: Sequence[str]) -> Condition:
    """Return an interval in which every comparison has a fact, so that none is a constant."""
    fact: Term = FactTerm(name)
    first, second = _other(chance, name, names), _other(chance, name, names)
    low_open, high_open = chance.random() < 0.5, chance.random() < 0.5
    if chance.random() < 0.3:
        alike = FactTerm(chance.choice(_alike(name, names)))
        high = alike if isinstance(first, FactTerm) else fact
        return Interval(first, fact, high, low_open, high_open)
    if isinstance(first, LiteralTerm) and isinstance(second, LiteralTerm):
        first, second = sorted((first, second), key=lambda literal: literal.value)
    return Interval(fact, first, second, low_open, high_open)


def condition(
    chance: Random, names: Sequence[str] = tuple(_DOMAINS), absences: bool = True, depth: int = 3
) -> Condition:
    """Return a checked condition over some facts, with or without `is missing`, `is known`."""
    form = chance.choice(("test", "and", "or", "not")) if depth else "test"
    if form == "test":
        return _test(chance, names, absences)
    if form == "not":
        return Not(condition(chance, names, absences, depth - 1))
    count = chance.choice((2, 2, 3))
    parts = tuple(condition(chance, names, absences, depth - 1) for _ in range(count))
    return And(parts) if form == "and" else Or(parts)


def some_names(chance: Random, most: int) -> list[str]:
    """Return a few facts, often of types that can be compared with one another."""
    start = chance.choice(tuple(_DOMAINS))
    alike = [name for name in _alike(start, tuple(_DOMAINS)) if name != start]
    others = [name for name in _DOMAINS if name != start]
    pool = alike if alike and chance.random() < 0.6 else others
    chosen = chance.sample(pool, min(len(pool), chance.randrange(most)))
    return [start, *chosen]


def held_facts(
    chance: Random, names: Sequence[str] = tuple(_DOMAINS), missing: float = 0.5
) -> dict[str, Value]:
    """Return what is known of a case: each fact or not, and what derives from that."""
    held = {
        name: chance.choice(all_values(name))
        for name in names
        if chance.random() >= missing and not SMALL.facts[name].derived_from
    }
    if held.get("due") == day(-4):  # too far off to be counted in days
        del held["due"]
    return SMALL.known(held, DAY)


def tokens(condition: Condition) -> list[str]:
    """Return the words of a condition; parentheses keep every part as it is."""
    match condition:
        case And(parts) | Or(parts):
            word = "and" if isinstance(condition, And) else "or"
            said = [["(", *tokens(part), ")"] for part in parts]
            return [*said[0], *(each for part in said[1:] for each in (word, *part))]
        case Not(part):
            return ["not", "(", *tokens(part), ")"]
        case Comparison(left, sign, right):
            return [*_said(left), sign, *_said(right)]
        case Interval(term, low, high, low_open, high_open):
            opens, closes = "(" if low_open else "[", ")" if high_open else "]"
            return [*_said(term), "in", opens, *_said(low), "..", *_said(high), closes]
        case OneOf(term, options):
            listed = [each for option in options for each in (",", *_said(option))]
            return [*_said(term), "in", "(", *listed[1:], ")"]
        case Truth(term):
            return _said(term)
        case Missing(term):
            return [*_said(term), "is", "missing"]
        case Known(term):
            return [*_said(term), "is", "known"]


def written(condition: Condition) -> str:
    """Return the text of a condition."""
    return " ".join(tokens(condition))


def _said(term: Term) -> list[str]:
    if not isinstance(term, LiteralTerm):
        return [term.name]
    if isinstance(term.value, bool):
        return [str(term.value).lower()]
    if isinstance(term.value, date):
        return ["date", "(", f'"{term.value.isoformat()}"', ")"]
    return [json.dumps(term.value) if isinstance(term.value, str) else str(term.value)]


def unresolved(condition: Condition) -> Condition:
    """Return a checked condition as the parser leaves it: with names not looked up."""

    def name(term: Term) -> Term:
        return term if isinstance(term, LiteralTerm) else Name(term.name)

    match condition:
        case And(parts):
            return And(tuple(unresolved(part) for part in parts))
        case Or(parts):
            return Or(tuple(unresolved(part) for part in parts))
        case Not(part):
            return Not(unresolved(part))
        case Comparison(left, sign, right):
            return Comparison(name(left), sign, name(right))
        case Interval(term, low, high, low_open, high_open):
            return Interval(name(term), name(low), name(high), low_open, high_open)
        case OneOf(term, options):
            return OneOf(name(term), tuple(name(option) for option in options))
        case Truth(term):
            return Truth(name(term))
        case Missing(term):
            return Missing(name(term))
        case Known(term):
            return Known(name(term))
