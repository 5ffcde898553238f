"""On which facts the rule that fires depends, told exactly.

Rules whose facts are still open are a function from those facts to the rules that fire. Most
facts show by trial that the function depends on them: two completions that differ in one fact
alone fire different rules. For the rest the function is built as a reduced ordered decision
diagram (R. E. Bryant, Graph-Based Algorithms for Boolean Function Manipulation, 1986, here
with as many branches as a fact has values): it depends on exactly the facts left in it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from rules.normal_form import (
    FALSE,
    TRUE,
    Absence,
    AllOf,
    AnyOf,
    Atom,
    FactRef,
    Normal,
    assigned,
    atoms_of,
    compared_facts,
)
from rules.policy import HitPolicy
from rules.three_valued import compare
from rules.values import Value

MOST_STEPS = 400_000
"""How many comparisons may be decided before the search is given up: a second or two."""

_TRIALS = 24

Rules = tuple[tuple[str, Normal], ...]
"""Rules by id, in order, with what is still open of their conditions."""


class TooEntangled(ValueError):
    """The rules' missing facts hang together in too many ways to tell which of them matter."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """The facts that the function depends on; when there are none, the rules that fire."""

    facts: frozenset[str]
    fires: tuple[str, ...]


def dependence(rules: Rules, hit: HitPolicy, values: Mapping[str, Sequence[Value]]) -> Dependence:
    """Return on which of the open facts it depends which rules fire.

    Args:
        rules: conditions of comparisons alone, with what is known put in.
        hit: with `first`, only the first true rule fires.
        values: for each open fact, in the order of the diagram, the values it may take.

    Raises:
        TooEntangled: past `MOST_STEPS`.
    """
    can_fire = _can_fire(rules, hit)
    occurring = {name for _, rule in can_fire for name in compared_facts(rule)}
    proven = _proven_by_trial(can_fire, hit, values, occurring)
    if proven == occurring and occurring:
        return Dependence(frozenset(proven), ())
    node = _Diagram(can_fire, hit, values).root()
    return Dependence(node.depends, node.fires)


def _can_fire(rules: Rules, hit: HitPolicy) -> Rules:
    """Drop the rules that can no longer fire."""
    kept: list[tuple[str, Normal]] = []
    for id, rule in rules:
        if rule == FALSE:
            continue
        kept.append((id, rule))
        if hit is HitPolicy.FIRST and rule == TRUE:
            break
    return tuple(kept)


def _proven_by_trial(
    rules: Rules, hit: HitPolicy, values: Mapping[str, Sequence[Value]], open_facts: Iterable[str]
) -> set[str]:
    """Return facts that were seen to make a difference, alone; the same ones each time."""
    order = {name: position for position, name in enumerate(values, start=1)}
    unproven = sorted(open_facts)
    proven: set[str] = set()
    for trial in range(_TRIALS if unproven else 0):
        completion = {
            name: values[name][_scattered(2 * trial, order[name]) % len(values[name])]
            for name in values
        }
        fired = _fired(rules, hit, completion)
        for name in [name for name in unproven if name not in proven]:
            another = values[name][_scattered(2 * trial + 1, order[name]) % len(values[name])]
            if _fired(rules, hit, {**completion, name: another}) != fired:
                proven.add(name)
        if len(proven) == len(unproven):
            break
    return proven


def _scattered(trial: int, position: int) -> int:
    """Return a number that looks like chance and is the same each time (Knuth 6.4, hashing)."""
    mixed = (trial + 1) * 2_654_435_761 * (2 * position + 1) % 2**32
    return (mixed ^ mixed >> 15) * 2_246_822_519 % 2**32 >> 12


def _fired(rules: Rules, hit: HitPolicy, completion: Mapping[str, Value]) -> tuple[str, ...]:
    true = (id for id, rule in rules if _holds(rule, completion))
    return tuple(islice(true, 1) if hit is HitPolicy.FIRST else true)


def _holds(normal: Normal, completion: Mapping[str, Value]) -> bool:
    match normal:
        case AllOf(parts):
            return all(_holds(part, completion) for part in parts)
        case AnyOf(parts):
            return any(_holds(part, completion) for part in parts)
        case Atom(fact, operator, other):
            right = completion[other.name] if isinstance(other, FactRef) else other
            return compare(completion[fact], operator, right) is True
        case Absence():
            raise LookupError("a completion leaves nothing missing")


@dataclass(frozen=True, slots=True)
class _Node:
    """A function of the facts in `depends`; a constant one fires `fires`."""

    key: Hashable
    depends: frozenset[str]
    fires: tuple[str, ...] = ()


class _Conditions:
    """Conditions by number, so that equal ones are told by it; each step is taken once."""

    def __init__(self) -> None:
        self._numbers: dict[Normal, int] = {}
        self._conditions: list[Normal] = []
        self._facts: list[frozenset[str]] = []
        self._sizes: list[int] = []
        self._assigned: dict[tuple[int, str, Value], int] = {}
        self.steps = 0
        self.true, self.false = self.number(TRUE), self.number(FALSE)

    def number(self, condition: Normal) -> int:
        number = self._numbers.setdefault(condition, len(self._conditions))
        if number == len(self._conditions):
            self._conditions.append(condition)
            self._facts.append(frozenset(compared_facts(condition)))
            self._sizes.append(sum(1 for _ in atoms_of(condition)))
        return number

    def facts(self, number: int) -> frozenset[str]:
        return self._facts[number]

    def assigned(self, number: int, name: str, value: Value) -> int:
        self.steps += 1
        if name not in self._facts[number]:
            return number
        key = (number, name, value)
        if key not in self._assigned:
            self.steps += self._sizes[number]
            self._assigned[key] = self.number(assigned(self._conditions[number], name, value))
        return self._assigned[key]


_Open = tuple[tuple[str, int], ...]
"""The rules that can still fire, each with the number of its condition."""


class _Diagram:
    """Builds the reduced diagram; equal functions become one node."""

    def __init__(self, rules: Rules, hit: HitPolicy, values: Mapping[str, Sequence[Value]]) -> None:
        self._hit = hit
        self._values = values
        self._order = tuple(values)
        self._conditions = _Conditions()
        self._rules = tuple((id, self._conditions.number(rule)) for id, rule in rules)
        self._built: dict[tuple[int, _Open], _Node] = {}
        self._unique: dict[tuple[str, tuple[Hashable, ...]], _Node] = {}

    def root(self) -> _Node:
        return self._node(0, self._rules)

    def _node(self, position: int, rules: _Open) -> _Node:
        fires = self._settled(rules)
        if fires is not None:
            return _Node(fires, frozenset(), fires)
        key = (position, rules)
        if key not in self._built:
            self._built[key] = self._build(position, rules)
        return self._built[key]

    def _build(self, position: int, rules: _Open) -> _Node:
        name = self._order[position]
        if not any(name in self._conditions.facts(number) for _, number in rules):
            return self._node(position + 1, rules)
        children = [
            self._node(position + 1, self._after(rules, name, value))
            for value in self._values[name]
        ]
        if all(child.key == children[0].key for child in children):
            return children[0]
        key = (name, tuple(child.key for child in children))
        if key not in self._unique:
            depends = frozenset((name,)).union(*(child.depends for child in children))
            self._unique[key] = _Node(len(self._unique), depends)
        return self._unique[key]

    def _after(self, rules: _Open, name: str, value: Value) -> _Open:
        if self._conditions.steps > MOST_STEPS:
            raise TooEntangled(f"more than {MOST_STEPS:,} steps")
        after = ((id, self._conditions.assigned(number, name, value)) for id, number in rules)
        return self._still_open(after)

    def _still_open(self, rules: Iterable[tuple[str, int]]) -> _Open:
        """Drop the rules that can no longer fire."""
        kept: list[tuple[str, int]] = []
        for id, number in rules:
            if number == self._conditions.false:
                continue
            kept.append((id, number))
            if self._hit is HitPolicy.FIRST and number == self._conditions.true:
                break
        return tuple(kept)

    def _settled(self, rules: _Open) -> tuple[str, ...] | None:
        """Return the ids of the rules that fire, when that no longer depends on anything."""
        if self._hit is HitPolicy.FIRST:
            if rules and rules[0][1] != self._conditions.true:
                return None
            return (rules[0][0],) if rules else ()
        if all(number == self._conditions.true for _, number in rules):
            return tuple(id for id, _ in rules)
        return None
