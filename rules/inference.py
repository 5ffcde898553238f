"""Inference: which rules of one policy are true, told by the engine.

What an assertion costs grows with the rules of its ruleset. So a long table is laid out by the
property that most of its rules compare with one value each, and a message is asserted only
where rules stand that its own value can make true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from rules.engine import RULES_A_RULESET, Comparison, Ruleset, message_of
from rules.engine_limits import EngineRule, Scalar, check_limits
from rules.scales import Scale


def _scales(rules: Iterable[EngineRule]) -> dict[str, Scale]:
    literals: dict[str, set[Any]] = {}
    for test in (test for rule in rules for test in rule.tests):
        literals.setdefault(test.property, set()).add(test.value)
    return {name: Scale(name, values) for name, values in literals.items()}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Rulesets that every message is asserted in, and those for each rank of one property."""

    everywhere: tuple[Ruleset[str], ...] = ()
    property: str | None = None
    by_rank: Mapping[int, tuple[Ruleset[str], ...]] = field(default_factory=dict)

    def all(self) -> Iterable[Ruleset[str]]:
        return dict.fromkeys((*self.everywhere, *chain.from_iterable(self.by_rank.values())))


@dataclass(frozen=True, slots=True)
class _Architect:
    """Lays out a policy's rules, a long table by the property that keeps most of them apart."""

    name: str
    scales: Mapping[str, Scale]

    def layout(self, rules: Sequence[EngineRule]) -> _Layout:
        named = _dividing_property(rules) if len(rules) > RULES_A_RULESET else None
        if named is None:
            return _Layout(tuple(self._chunks(rules)))
        ranked = [(_rank_asked(rule, named, self.scales[named]), rule) for rule in rules]
        general = [rule for rank, rule in ranked if rank is None]
        divided = [(rank, rule) for rank, rule in ranked if rank is not None]
        by_rank: dict[int, dict[Ruleset[str], None]] = {}
        for part in _parts(sorted(divided, key=itemgetter(0))):
            ruleset = self._ruleset([rule for _, rule in part])
            for rank, _ in part:
                by_rank.setdefault(rank, {})[ruleset] = None
        everywhere = tuple(self._chunks(general))
        return _Layout(everywhere, named, {rank: tuple(parts) for rank, parts in by_rank.items()})

    def _chunks(self, rules: Sequence[EngineRule]) -> Iterable[Ruleset[str]]:
        for start in range(0, len(rules), RULES_A_RULESET):
            yield self._ruleset(rules[start : start + RULES_A_RULESET])

    def _ruleset(self, rules: Sequence[EngineRule]) -> Ruleset[str]:
        return Ruleset(self.name, [(rule.rule, self._comparisons(rule)) for rule in rules])

    def _comparisons(self, rule: EngineRule) -> list[Comparison]:
        return [
            Comparison(test.property, test.operator, self.scales[test.property].rank(test.value))
            for test in rule.tests
        ]


def _parts(divided: Iterable[tuple[int, EngineRule]]) -> Iterable[list[tuple[int, EngineRule]]]:
    """Rules by rank, for a ruleset each: a rank that goes into one is asked in no second one."""
    part: list[tuple[int, EngineRule]] = []
    for _, of_rank in groupby(divided, key=itemgetter(0)):
        ranked = list(of_rank)
        if part and len(part) + len(ranked) > RULES_A_RULESET:
            yield part
            part = []
        part += ranked
        while len(part) > RULES_A_RULESET:
            yield part[:RULES_A_RULESET]
            part = part[RULES_A_RULESET:]
    if part:
        yield part


def _dividing_property(rules: Sequence[EngineRule]) -> str | None:
    """The property whose values keep most rules apart, if it keeps half of them apart."""
    asked: dict[str, list[Scalar]] = {}
    for rule in rules:
        for name, value in {t.property: t.value for t in rule.tests if t.operator == "="}.items():
            asked.setdefault(name, []).append(value)
    enough = {
        name: values
        for name, values in asked.items()
        if 2 * len(values) >= len(rules) and len(set(values)) > 2
    }
    return max(enough, key=lambda name: (len(set(enough[name])), len(enough[name])), default=None)


def _rank_asked(rule: EngineRule, property: str, scale: Scale) -> int | None:
    """The one rank of a property at which a rule can be true, if there is only one."""
    for test in rule.tests:
        if test.property == property and test.operator == "=":
            return scale.rank(test.value)
    return None


class Inference:
    """The rules of one policy. Nothing is built before its first use in a process."""

    def __init__(self, name: str, rules: Sequence[EngineRule]) -> None:
        check_limits(name, rules)
        self._scales = _scales(rules)
        self._layout = _Architect(name, self._scales).layout(rules)

    def true_rules(self, message: Mapping[str, Scalar]) -> frozenset[str]:
        """The ids of the rules that are true for a message; no test of an absent property is.

        Raises:
            InferenceNotConfirmed: the engine gave no answer; the next message starts afresh.
        """
        fact = self._fact(message)
        fired: list[str] = []
        for ruleset in self._asked(message):
            fired += ruleset.fired_by(fact)
        return frozenset(fired)

    def close(self) -> None:
        """Delete the rulesets. They leak all the same: close what is never used again."""
        for ruleset in self._layout.all():
            ruleset.close()

    def _fact(self, message: Mapping[str, Scalar]) -> str:
        scales = self._scales
        stated = [scales[name].member(message[name]) for name in message if name in scales]
        return message_of(stated)

    def _asked(self, message: Mapping[str, Scalar]) -> tuple[Ruleset[str], ...]:
        """The rulesets that hold a rule which this message may make true."""
        layout = self._layout
        if layout.property is None or layout.property not in message:
            return layout.everywhere
        rank = self._scales[layout.property].rank(message[layout.property])
        special = layout.by_rank.get(rank, ())
        return layout.everywhere + special if layout.everywhere else special
