"""The days on which a case may be decided otherwise, though nothing of it has changed.

Only days that are counted to a date move by themselves, and rules and parameters that begin or
end on a day. Between two turning days every comparison stays as it is, and so does the decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta

from rules.engine_rules import Program
from rules.normal_form import Atom, FactRef
from rules.values import Domain, Value
from rules.vocabulary import Vocabulary


def turning_days(
    program: Program, vocabulary: Vocabulary, known: Mapping[str, Value]
) -> Iterator[date]:
    """Yield the days on which a comparison of the program may turn, in no order.

    With the date missing that days are counted to, those on which its first or last possible
    day would turn one: what is asked for may depend on them.
    """
    for name, limits in _limits(program, vocabulary, known).items():
        base = vocabulary.facts[name].derived_from
        domain = vocabulary.facts[base or ""].domain
        held = known.get(base or "")
        for until in _ends(domain) if held is None else (held,):
            if isinstance(until, date):
                yield from _turns(until, limits)


def _limits(
    program: Program, vocabulary: Vocabulary, known: Mapping[str, Value]
) -> dict[str, set[int]]:
    """Return the numbers that each derived fact is compared with, and the ends of its range."""
    limits: dict[str, set[int]] = {}

    def add(name: str, numbers: Iterable[object]) -> None:
        if vocabulary.facts[name].derived_from:
            ends = limits.setdefault(name, set(_whole(_ends(vocabulary.facts[name].domain))))
            ends.update(_whole(numbers))

    for rule in program.rules:
        for test in rule.tests:
            if test.property in vocabulary.facts:
                add(test.property, (test.value,))
    for stated in program.properties.values():
        if isinstance(stated, Atom) and isinstance(stated.other, FactRef):
            add(stated.fact, _values(stated.other.name, vocabulary, known))
            add(stated.other.name, _values(stated.fact, vocabulary, known))
        else:
            add(stated.fact, ())
    return limits


def _values(name: str, vocabulary: Vocabulary, known: Mapping[str, Value]) -> tuple[object, ...]:
    value = known.get(name)
    return _ends(vocabulary.facts[name].domain) if value is None else (value,)


def _ends(domain: Domain) -> tuple[object, ...]:
    return () if domain.low is None or domain.high is None else (domain.low, domain.high)


def _whole(numbers: Iterable[object]) -> Iterator[int]:
    return (n for n in numbers if isinstance(n, int) and not isinstance(n, bool))


def _turns(until: date, limits: Iterable[int]) -> Iterator[date]:
    for limit in limits:
        with suppress(OverflowError):
            day = until - timedelta(days=limit)
            yield day
            yield day + timedelta(days=1)
