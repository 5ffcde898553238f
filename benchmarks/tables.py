"""Tables of any size for both engines: a category, and a stretch of an amount, pick a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from benchmarks.jdm import Row
from rules.engine_limits import EngineRule, Test
from rules.engine_rules import Program
from rules.normal_form import AllOf, Atom
from rules.values import Domain, FactType, Value
from rules.ways import StageRules

WIDTH = 100
SIZES = (10, 100, 1_000, 5_000)
_CATEGORIES = {10: 2, 100: 10, 1_000: 50, 5_000: 100}


@dataclass(frozen=True, slots=True)
class SizedTable:
    """So many rules; each pair of category and amount makes exactly one of them true."""

    rules: int

    @property
    def categories(self) -> int:
        """How many categories there are."""
        return _CATEGORIES[self.rules]

    @property
    def stretches(self) -> int:
        """How many stretches the amount has in each category."""
        return self.rules // self.categories

    def program(self) -> Program:
        """Return the table as the engine takes it."""
        kinds = tuple(_category(number) for number in range(self.categories))
        domains = {
            "category": Domain(FactType.CHOICE, choices=kinds),
            "amount": Domain(FactType.INTEGER, low=0, high=10_000_000),
        }
        rules = tuple(
            EngineRule(rule, (Test("category", "=", category), *_tests_within(low)))
            for rule, category, low in self._rules()
        )
        looked_at = {
            "category": Atom("category", "=", kinds[0]),
            "amount": Atom("amount", ">=", 0),
        }
        return Program(rules, looked_at, domains)

    def stage(self) -> StageRules:
        """Return the table as the one stage of a chain."""
        rules = (
            (rule, AllOf((Atom("category", "=", category), *_within(low))), False)
            for rule, category, low in self._rules()
        )
        return StageRules("table", tuple(rules))

    def rows(self) -> list[Row]:
        """Return the table as zen-engine takes it."""
        return [
            Row(
                {"category": f'"{category}"', "amount": f"[{low}..{low + WIDTH - 1}]"},
                {"rule": rule},
            )
            for rule, category, low in self._rules()
        ]

    def cases(self, count: int) -> list[Mapping[str, Value]]:
        """Return cases drawn over the whole table, the same ones each time."""
        drawn = Random(self.rules)  # noqa: S311 - which cases are tried is no secret
        return [
            {
                "category": _category(drawn.randrange(self.categories)),
                "amount": drawn.randrange(self.stretches * WIDTH),
            }
            for _ in range(count)
        ]

    def _rules(self) -> Iterator[tuple[str, str, int]]:
        for number in range(self.rules):
            category, stretch = divmod(number, self.stretches)
            yield f"rule-{number}", _category(category), stretch * WIDTH


def _category(number: int) -> str:
    return f"category-{number}"


def _within(low: int) -> tuple[Atom, Atom]:
    return Atom("amount", ">=", low), Atom("amount", "<", low + WIDTH)


def _tests_within(low: int) -> tuple[Test, Test]:
    return Test("amount", ">=", low), Test("amount", "<", low + WIDTH)
