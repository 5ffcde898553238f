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
from rules.values import Domain, FactType, Value
from rules.vocabulary import Vocabulary


def turning_days(
    program: Program, vocabulary: Vocabulary, known: Mapping[str, Value], after: date
) -> Iterator[date]:
    """Yield days on which a comparison of the program may turn, in no order, past ones too.

    With the date missing that days are counted to, those on which its first or last possible
    day, or a day that it is compared with, would turn one: what is asked for may depend on them,
    even where the days are not compared themselves, since they bound which dates can come.
    Where such a fact is compared with another and one of them is missing, any day may turn it:
    then the day after `after` is one.
    """
    compared = _compared(program, vocabulary, known)
    bases = {vocabulary.facts[name].derived_from or name for name in compared}
    counted = [fact for fact in vocabulary.facts.values() if fact.derived_from in bases]
    moving = {fact.name for fact in counted} | {fact.derived_from for fact in counted}
    if any(pair & moving and not pair <= known.keys() for pair in _pairs(program)):
        yield _day_after(after)
    for fact in counted:
        base = fact.derived_from or ""
        limits = set(_whole((*_ends(fact.domain), *compared.get(fact.name, ()))))
        untils: set[object] = {known.get(base)}
        if fact.name not in known:
            # Also of a date that is held, if it is too far off to be counted in days now.
            untils.update(_ends(vocabulary.facts[base].domain), compared.get(base, ()))
        for until in untils:
            if isinstance(until, date):
                yield from _turns(until, limits)


def _compared(
    program: Program, vocabulary: Vocabulary, known: Mapping[str, Value]
) -> dict[str, set[object]]:
    """Return what each fact is compared with: literals, and other facts as far as known."""
    found: dict[str, set[object]] = {}
    for rule in program.rules:
        for test in rule.tests:
            fact = vocabulary.facts.get(test.property)
            if fact is not None:
                is_day = fact.domain.type is FactType.DATE and isinstance(test.value, int)
                value = date.fromordinal(test.value) if is_day else test.value  # type: ignore[arg-type]  # an integer
                found.setdefault(test.property, set()).add(value)
    for pair in _pairs(program):
        for name in pair:
            found.setdefault(name, set()).update(known[n] for n in pair & known.keys())
    return found


def _pairs(program: Program) -> Iterator[set[str]]:
    """Yield the facts that are compared with one another."""
    for stated in program.properties.values():
        if isinstance(stated, Atom) and isinstance(stated.other, FactRef):
            yield {stated.fact, stated.other.name}


def _day_after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


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
