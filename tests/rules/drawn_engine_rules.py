"""Rules as the engine takes them, by chance, and what they are worth in plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

from rules.engine_limits import EngineRule, Scalar, Test
from tests.rules.drawn import SIGNS

FIRST, LAST = -(2**63 - 1), 2**63 - 1
AWKWARD = (
    "", " ", "a", "A", "ab", 'a"b', "a'b", "a\\", "a\\b", '\\"', "{}", '","kind":"x', "null",
    "true", "30", "é", "e\u0301", "🎫", "\U0010ffff", "\u2028", "日本", "%s%n", "$m", "case",
    "x" * 70_000, "x" * 65_536, "x" * 69_999 + "y", "x" * 65_539, "xxx",
)  # fmt: skip
LETTERS = [*range(1, 0x300), *range(0x4E00, 0x4E20), *range(0x1F300, 0x1F340)]
POOLS: Sequence[Sequence[Scalar]] = (
    (True, False),
    (FIRST, FIRST + 1, -(2**53) - 1, -(2**53), -1, 0, 1, 90, 2**53, 2**53 + 1, LAST - 1, LAST),
    tuple(range(-5, 6)),
    AWKWARD,
    tuple("abcdefg"),
)
NAMES = ("days", "d", "a b", "needé", 'quo"te', "back\\slash", "m", "all", "日本")


def plainly_true(rules: Iterable[EngineRule], message: Mapping[str, Scalar]) -> frozenset[str]:
    """What the engine must answer, said in plain Python."""
    return frozenset(
        rule.rule
        for rule in rules
        if all(
            test.property in message and SIGNS[test.operator](message[test.property], test.value)
            for test in rule.tests
        )
    )


def some_rules(chance: random.Random, pools: Mapping[str, Sequence[Scalar]]) -> list[EngineRule]:
    """Up to 120 rules over some properties, with doubled and empty conjunctions among them."""
    rules: list[EngineRule] = []
    for _ in range(chance.choice((1, 3, 12, 49, 50, 51, 120))):
        tests = tuple(
            Test(name, chance.choice(tuple(SIGNS)), chance.choice(pools[name]))
            for name in chance.choices(tuple(pools), k=chance.randrange(5))
        )
        if rules and chance.random() < 0.2:
            tests = chance.choice(rules).tests
        rules.append(EngineRule(f"rule-{chance.randrange(60)}", tests))
    return rules
