"""The cases that every contender gets: the examples that stand beside the routing's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from rules import rule_book
from rules.compiled_policy import REMEMBERED
from rules.rule_book import RuleBook
from rules.values import ISO_DATE, Value, to_json
from rules.vocabulary import Facts

RULES = Path(rule_book.__file__).parent
ROUTING = "routing"
DAY = date(2026, 11, 22)
STEPS = 8
"""Decisions in which a case becomes known."""
_TURNED = 0.1


@dataclass(frozen=True, slots=True)
class RoutingCase:
    """One example: as JSON gives it, as a case holds it, and all that is known."""

    name: str
    as_of: date
    raw: Mapping[str, object]
    held: Facts
    known: Mapping[str, Value]


def bundled_book(remembered: int = REMEMBERED) -> RuleBook:
    """Return the rules that come with the product."""
    return rule_book.load(rule_book.read_files(RULES), remembered)


def routing_cases(book: RuleBook) -> tuple[RoutingCase, ...]:
    """Return every example of the routing."""
    found = []
    for case in book.routings[ROUTING].cases:
        raw = {name: _json(value) for name, value in case.given.items()}
        held = book.vocabulary.read_changes(raw, case.as_of)
        known = book.vocabulary.known(held, case.as_of)
        found.append(RoutingCase(case.name, case.as_of, raw, held, known))
    return tuple(found)


def growing_case(cases: Sequence[RoutingCase]) -> tuple[RoutingCase, ...]:
    """Return the steps in which the example with the most facts becomes known; each is new."""
    longest = max(cases, key=lambda case: len(case.raw))
    facts, steps = list(longest.raw.items()), []
    for step in range(STEPS):
        new = dict(facts[step * len(facts) // STEPS : (step + 1) * len(facts) // STEPS])
        held = {name: longest.held[name] for name in new}
        steps.append(RoutingCase(longest.name, longest.as_of, new, held, {}))
    return tuple(steps)


def different_cases(book: RuleBook, count: int) -> tuple[RoutingCase, ...]:
    """Return so many cases, no two alike: the examples with other dates and some facts turned."""
    drawn = Random(count)  # noqa: S311 - which cases are tried is no secret
    examples = routing_cases(book)
    found: dict[tuple[object, ...], RoutingCase] = {}
    while len(found) < count:
        example = drawn.choice(examples)
        raw = {name: _turned(value, example.as_of, drawn) for name, value in example.raw.items()}
        held = book.vocabulary.read_changes(raw, example.as_of)
        known = book.vocabulary.known(held, example.as_of)
        key = (example.as_of, *sorted(held.items()))
        found[key] = RoutingCase(example.name, example.as_of, raw, held, known)
    return tuple(found.values())


def _turned(value: object, as_of: date, drawn: Random) -> object:
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        return (as_of + timedelta(days=drawn.randrange(-30, 400))).isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return drawn.randrange(-30, 400)
    return not value if isinstance(value, bool) and drawn.random() < _TURNED else value


def _json(value: object) -> object:
    return to_json(value) if isinstance(value, date) else value
