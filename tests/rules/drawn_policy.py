"""Policies by chance over a drawn vocabulary, as the text of rule files that keep every limit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from math import prod
from random import Random

from rules.condition_parser import LONGEST_CONDITION
from rules.values import Value
from tests.rules.drawn_vocabulary import (
    DAY,
    ORDERED,
    DrawnFact,
    DrawnParameter,
    drawn_facts,
    literal,
    quoted,
    vocabulary_text,
)

NAME = "drawn"
CHANGES = (DAY - timedelta(days=400), DAY, DAY + timedelta(days=40))
DAYS = (date.min, CHANGES[0], DAY - timedelta(days=1), DAY, DAY + timedelta(days=50), date.max)
SIGNS = ("=", "!=", "<", "<=", ">", ">=")
BETWEEN = (
    *(f"in {low}{{}}..{{}}{high}" for low in "[](" for high in "])["),
    "between {} and {}",
    "between {} and {}",
)
MOST_ALTERNATIVES = 1_000
MOST_STEPS = 200_000
"""Of telling what to ask for: far fewer than would be refused, and soon taken."""
_QUOTED = re.compile(r'"(\\.|[^"\\])*"')


@dataclass(frozen=True, slots=True)
class DrawnBook:
    """The rule files of one policy, the facts of its vocabulary and the days to try it on."""

    files: Mapping[str, str]
    facts: tuple[DrawnFact, ...]
    days: tuple[date, ...]


def drawn_book(chance: Random) -> DrawnBook:
    """Return a book of one policy; one that would be over a limit is drawn again, smaller."""
    facts = drawn_facts(chance)
    few, rules = chance.randrange(1, 9), chance.choice((1, 2, 3, 5, 7, 9, 12, 60))
    long = chance.random() < 0.4
    for attempt in count():
        used = chance.sample(facts, min(len(facts), max(1, few - attempt // 4)))
        draft = _Draft(chance, used)
        text = draft.policy(1 + rules * 3 // (attempt + 3), long)
        if draft.fits():
            break
    files = {
        "vocabulary.yaml": vocabulary_text(facts),
        "sources.yaml": "documents: {D: {title: D}}\nclauses: {D 1: Words.}\n",
        "routing.yaml": "decision: routing\ntitle: All\nowner: Ann\nreview: P1Y\n"
        f"stages: [{NAME}]\n",
        f"policies/{NAME}.yaml": text,
    }
    return DrawnBook(files, facts, tuple(chance.sample(DAYS, 3)))


@dataclass(frozen=True, slots=True)
class _Said:
    """The text of a condition; how many alternatives it, and its negation, come to at most.

    Where the text may break into lines, it does.
    """

    text: str
    ways: int = 1
    ways_not: int = 1
    joined: str = ""
    atoms: int = 1


class _Draft:
    """Writes one policy, and keeps count of what the limits are about."""

    def __init__(self, chance: Random, facts: Sequence[DrawnFact]) -> None:
        self._chance = chance
        self._facts = facts
        self._parameters: list[DrawnParameter] = []
        self._constants: dict[str, set[Value]] = {}
        self._links: list[set[str]] = []
        self._conditions: list[_Said] = []

    def policy(self, rules: int, long: bool) -> str:
        """Return the text of a policy with some rules, the first with a very long condition."""
        written = [self._rule(number, long and not number) for number in range(rules)]
        texts = (_QUOTED.sub("", said.text) for said in self._conditions)
        words = {word for text in texts for word in re.findall(r"\w+", text)}
        inputs = [fact.name for fact in self._facts if fact.name in words]
        parameters = [each.text(CHANGES) for each in self._parameters if each.name in words]
        return "\n".join([
            f"policy: {NAME}\ntitle: A table\nowner: Ann\nreview: P1Y",
            f"hit: {self._chance.choice(('first', 'unique', 'collect'))}",
            f"inputs: [{', '.join(inputs)}]\noutputs: [assign_to, action]",
            *(["parameters:", *parameters] if parameters else []),
            "rules:",
            *written,
            "",
        ])  # fmt: skip

    def fits(self) -> bool:
        """Whether the policy keeps the limits of conditions, of the engine and of questions."""
        completions = prod(map(self._combinations, self._groups()))
        return (
            all(len(said.text) <= LONGEST_CONDITION for said in self._conditions)
            and sum(said.ways for said in self._conditions) <= MOST_ALTERNATIVES
            and 2 * completions * sum(1 + said.atoms for said in self._conditions) <= MOST_STEPS
        )

    def _groups(self) -> list[frozenset[str]]:
        """Return the facts compared with one another, each as the date it is derived from."""
        groups = [frozenset((name,)) for name in self._constants]
        for link in self._links:
            apart = [group for group in groups if not group & link]
            joined = [group for group in groups if group & link]
            groups = [*apart, frozenset().union(*joined)]
        return groups

    def _combinations(self, group: frozenset[str]) -> int:
        """Return the most combinations of values that may stand for all values of a group."""
        constants = sum(len(self._constants[name]) for name in group)
        ordered = any((fact.base or fact.name) in group and fact.type in ORDERED
                      for fact in self._facts)  # fmt: skip
        if not ordered:
            return int(max(2, constants + len(group)) ** len(group))
        neighbours = 2 * len(group) + 1
        around = (2 * constants + neighbours) * (neighbours if len(group) > 1 else 1)
        return int(around ** len(group))

    def _rule(self, number: int, long: bool) -> str:
        said = self._long() if long else self._condition(self._chance.choice((0, 1, 2, 2, 3)))
        if said.text == "true":  # nothing below such a rule could ever fire
            said = _Said("not(false)")
        self._conditions.append(said)
        lines = [f"  - id: r{number}", f"    when: {self._scalar(said.text)}"]
        lines += ["    label: A rule", "    sources: [D 1]"]
        lines += ["    then: {assign_to: Ann, action: go}"]
        if self._chance.random() < 0.15:
            since, until = sorted(self._chance.sample(CHANGES, 2))
            lines += self._chance.choice(
                ([f"    from: {since}"], [f"    from: {since}", f"    until: {until}"])
            )
        return "\n".join(lines)

    def _scalar(self, text: str) -> str:
        """Return a condition in one of YAML's ways of writing a text."""
        style = self._chance.choice(("double", "single", "|-", ">-"))
        line = text.replace("\n", " ")
        if style == "double" or not line.isprintable():
            return quoted(line)
        if style == "single":
            return "'" + line.replace("'", "''") + "'"
        return f"{style}\n      " + text.replace("\n", "\n      ")

    def _long(self) -> _Said:
        """Return a condition with so many alternatives that one ruleset cannot hold them."""
        if self._chance.random() < 0.3:
            factors = [self._join("or", [self._test() for _ in range(8)]) for _ in range(2)]
            return self._join("and", factors)
        parts: list[_Said] = []
        room = LONGEST_CONDITION
        for _ in range(self._chance.randrange(40, 110)):
            tests = [self._test() for _ in range(self._chance.choice((1, 2)))]
            part = self._join("and", tests) if len(tests) > 1 else tests[0]
            room -= len(part.text) + len("\nor ()")
            if room > 0:
                parts.append(part)
        return self._join("or", parts)

    def _condition(self, depth: int) -> _Said:
        form = self._chance.choice(("test", "and", "or", "not")) if depth else "test"
        if form == "test":
            return self._test()
        if form == "not":
            part = self._condition(depth - 1)
            return _Said(f"not({part.text})", part.ways_not, part.ways, atoms=part.atoms)
        parts = [self._condition(depth - 1) for _ in range(self._chance.choice((2, 2, 3)))]
        return self._join(form, parts)

    def _join(self, word: str, parts: Sequence[_Said]) -> _Said:
        said = [
            f"({part.text})" if part.joined == "or" or self._chance.random() < 0.1 else part.text
            for part in parts
        ]
        text = f"\n{word} ".join(said)
        ways, ways_not = [part.ways for part in parts], [part.ways_not for part in parts]
        atoms = sum(part.atoms for part in parts)
        if word == "and":
            return _Said(text, prod(ways), sum(ways_not), word, atoms)
        return _Said(text, sum(ways), prod(ways_not), word, atoms)

    def _test(self) -> _Said:
        fact = self._chance.choice(self._facts)
        forms = ["comparison"] * 4 + ["one of", "absence"]
        forms += ["interval"] * 2 if fact.type in ORDERED else []
        forms += ["truth"] * 3 if fact.type == "boolean" else []
        form = self._chance.choice(forms)
        if form == "absence":
            return _Said(f"{fact.name} is {self._chance.choice(('missing', 'known'))}")
        self._constants.setdefault(fact.base or fact.name, set())
        if form == "truth":
            return _Said(self._chance.choice((fact.name, fact.name, fact.name, "true", "false")))
        if form == "interval":
            return self._interval(fact)
        if form == "comparison":
            return _Said(self._comparison(fact))
        options = [self._other(fact) for _ in range(self._chance.choice((1, 2, 3, 6)))]
        opens, closes = self._chance.choice(("()", "[]"))
        return _Said(
            f"{fact.name} in {opens}{', '.join(options)}{closes}", len(options), atoms=len(options)
        )

    def _comparison(self, fact: DrawnFact) -> str:
        sign = self._chance.choice(SIGNS if fact.type in ORDERED else SIGNS[:2])
        if self._chance.random() < 0.03:  # of two constants, which is never unknown
            left, right = (self._chance.choice(fact.constants) for _ in range(2))
            return f"{literal(None, left)} {sign} {literal(None, right)}"
        sides = [fact.name, self._other(fact)]
        self._chance.shuffle(sides)
        return f"{sides[0]} {sign} {sides[1]}"

    def _interval(self, fact: DrawnFact) -> _Said:
        between = self._chance.choice(BETWEEN)
        ends = [self._other(fact), self._fact(fact)]
        if self._chance.random() < 0.1:
            return _Said(f"{ends[0]} {between.format(fact.name, fact.name)}", 1, 2, atoms=2)
        if self._chance.random() < 0.7:
            values = sorted(fact.whole(self._chance.choice(fact.constants)) for _ in ends)
            ends = [self._written(fact, fact.value(value)) for value in values]
        return _Said(f"{fact.name} {between.format(*ends)}", 1, 2, atoms=2)

    def _other(self, fact: DrawnFact) -> str:
        """Return what a fact may be compared with: a literal, a parameter or a fact."""
        kind = self._chance.choice(("literal", "literal", "parameter", "fact"))
        if kind == "literal":
            return self._literal(fact)
        return self._fact(fact) if kind == "fact" else self._parameter(fact)

    def _literal(self, fact: DrawnFact) -> str:
        return self._written(fact, self._chance.choice(fact.constants))

    def _written(self, fact: DrawnFact, value: Value) -> str:
        self._constants[fact.base or fact.name].add(value)
        return literal(self._chance, value)

    def _fact(self, fact: DrawnFact) -> str:
        alike = [other for other in self._facts if other.family == fact.family]
        other = self._chance.choice(alike)
        self._constants.setdefault(other.base or other.name, set())
        self._links.append({fact.base or fact.name, other.base or other.name})
        return other.name

    def _parameter(self, fact: DrawnFact) -> str:
        fitting = [parameter for parameter in self._parameters if parameter.fits(fact)]
        if not fitting or self._chance.random() < 0.3:
            name = f"limit{len(self._parameters)}"
            fitting = [each for each in (DrawnParameter.drawn(self._chance, name, fact),) if each]
            self._parameters += fitting
        if not fitting:
            return self._literal(fact)
        parameter = self._chance.choice(fitting)
        self._constants[fact.base or fact.name].update(parameter.values)
        return parameter.name
