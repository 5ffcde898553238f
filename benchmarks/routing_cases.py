"""The cases that every contender gets: the examples that stand beside the routing's rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rules import rule_book
from rules.rule_book import RuleBook
from rules.values import Value, to_json
from rules.vocabulary import Facts

RULES = Path(rule_book.__file__).parent
ROUTING = "routing"
DAY = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class RoutingCase:
    """One example: as JSON gives it, as a case holds it, and all that is known."""

    name: str
    as_of: date
    raw: Mapping[str, object]
    held: Facts
    known: Mapping[str, Value]


def bundled_book() -> RuleBook:
    """Return the rules that come with the product."""
    return rule_book.load(rule_book.read_files(RULES))


def routing_cases(book: RuleBook) -> tuple[RoutingCase, ...]:
    """Return every example of the routing."""
    found = []
    for case in book.routings[ROUTING].cases:
        raw = {name: _json(value) for name, value in case.given.items()}
        held = book.vocabulary.read_changes(raw, case.as_of)
        known = book.vocabulary.known(held, case.as_of)
        found.append(RoutingCase(case.name, case.as_of, raw, held, known))
    return tuple(found)


def _json(value: object) -> object:
    return to_json(value) if isinstance(value, date) else value
