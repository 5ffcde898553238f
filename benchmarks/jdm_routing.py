"""The routing for zen-engine: all stages as one table of plain tests, which it indexes.

A table for each stage, with switches between, is the nearer translation, and takes zen-engine
about twice as long; a shorter table with expressions in it is no faster. Here each way through the
stages is spelt out: the rules that pass a case on, one for each stage, then the rule that
ends it, then a row for when none does. Each cell is a plain test of one fact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from benchmarks.jdm import Row
from benchmarks.stages import InferredStage
from rules.engine_limits import EngineRule, Test
from rules.engine_rules import Program
from rules.normal_form import Absence, FactRef
from rules.policy import Rule
from rules.three_valued import compare
from rules.values import FactType, Value
from rules.vocabulary import Vocabulary

Region = frozenset[bool | int | str | None]
"""Values that no rule tells from others of the same stretch; `None`: the fact is missing."""
Regions = Mapping[str, Region]


def routing_rows(stages: Sequence[InferredStage], vocabulary: Vocabulary) -> list[Row]:
    """Return the table that answers as a walk through the stages does, for all facts."""
    return list(_Ways(stages, vocabulary).rows(0, {}, {}))


def context_of(
    known: Mapping[str, Value], stages: Sequence[InferredStage]
) -> dict[str, bool | int | float | str]:
    """Return the facts that some stage looks at, as zen-engine takes them."""
    used = {stated.fact for stage in stages for stated in stage.program.properties.values()}
    return {name: _plain(value) for name, value in known.items() if name in used}


def _plain(value: Value) -> bool | int | float | str:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


class _Ways:
    """The ways through the stages, in the order in which first-hit tables try them."""

    def __init__(self, stages: Sequence[InferredStage], vocabulary: Vocabulary) -> None:
        self._stages = stages
        self._vocabulary = vocabulary
        self._whole = _whole_regions(stages, vocabulary)

    def rows(self, number: int, left: Regions, kept: Mapping[str, object]) -> Iterator[Row]:
        """Yield the rows for what is left of each fact on the way to a stage."""
        stage = self._stages[number]
        for rule, engine_rule in _alternatives(stage):
            narrowed = self._narrowed(left, engine_rule, stage.program)
            if narrowed is None:
                continue
            says = _outcome(rule)
            if rule.continues:
                keeps = {n: v for n, v in says.items() if self._vocabulary.outcomes[n].kept}
                yield from self.rows(number + 1, narrowed, {**kept, **keeps})
            else:
                yield self._row(narrowed, {**kept, **says}, stage.name, rule.id)
        yield self._row(left, {}, stage.name, None)

    def _narrowed(self, left: Regions, rule: EngineRule, program: Program) -> Regions | None:
        narrowed = dict(left)
        for test in rule.tests:
            stated = program.properties[test.property]
            allowed = narrowed.get(stated.fact, self._whole[stated.fact])
            passed = frozenset(v for v in allowed if _passes(v, test, isinstance(stated, Absence)))
            if not passed:
                return None
            narrowed[stated.fact] = passed
        return narrowed

    def _row(self, left: Regions, says: Mapping[str, object], stage: str, rule: str | None) -> Row:
        tests = {
            fact: self._cell(fact, region)
            for fact, region in left.items()
            if region != self._whole[fact]
        }
        ended = {"stage": stage, "rule": rule} if rule else {"stage": stage}
        return Row(tests, {**ended, **says})

    def _cell(self, fact: str, region: Region) -> str:
        if self._vocabulary.facts[fact].domain.type in (FactType.BOOLEAN, FactType.CHOICE):
            return ", ".join(sorted(json.dumps(value) for value in region))
        if region == {None}:
            return "null"
        if None in region:
            raise ValueError(f"`{fact}` is missing or a number: that is two rows")
        numbers = sorted(_numbers(region))
        every = sorted(_numbers(self._whole[fact]))
        if numbers[0] == every[0]:
            return f"<= {numbers[-1]}"
        if numbers[-1] == every[-1]:
            return f">= {numbers[0]}"
        return f"[{numbers[0]}..{numbers[-1]}]"


def _alternatives(stage: InferredStage) -> Iterator[tuple[Rule, EngineRule]]:
    for rule in stage.rules:
        for engine_rule in stage.program.rules:
            if engine_rule.rule == rule.id:
                yield rule, engine_rule


def _outcome(rule: Rule) -> dict[str, object]:
    return {n: list(v) if isinstance(v, tuple) else v for n, v in rule.outcome.items()}


def _passes(value: bool | int | str | None, test: Test, of_absence: bool) -> bool:
    if of_absence:
        return (value is None) == test.value
    return bool(compare(value, test.operator, test.value))


def _whole_regions(stages: Iterable[InferredStage], vocabulary: Vocabulary) -> dict[str, Region]:
    compared: dict[str, set[int]] = {}
    for stage in stages:
        for test in (test for rule in stage.program.rules for test in rule.tests):
            stated = stage.program.properties[test.property]
            if not isinstance(stated, Absence) and isinstance(stated.other, FactRef):
                raise TypeError("two facts are compared with one another: not one plain test")
            numbers = compared.setdefault(stated.fact, set())
            if isinstance(test.value, int) and not isinstance(test.value, bool):
                numbers.add(test.value)
    return {fact: _region(fact, numbers, vocabulary) for fact, numbers in compared.items()}


def _region(fact: str, compared: set[int], vocabulary: Vocabulary) -> Region:
    domain = vocabulary.facts[fact].domain
    if domain.type is FactType.BOOLEAN:
        return frozenset({True, False, None})
    if domain.type is FactType.CHOICE:
        return frozenset({*domain.choices, None})
    if domain.type is FactType.INTEGER:
        around = {number + step for number in compared for step in (-1, 0, 1)}
        return frozenset({*around, None})
    raise ValueError(f"`{fact}` is of a type that this translation does not speak")


def _numbers(region: Region) -> Iterator[int]:
    return (value for value in region if isinstance(value, int))
