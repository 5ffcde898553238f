"""The inference engine, durable-rules: which rules are true for a message.

The one file that imports it, and only in the shape in which it is right and cannot hang: one
fact at a time in a session that stays, rules that are conjunctions of comparisons, each behind
a constant anchor, the fact retracted afterwards, everything under one lock for each ruleset.

The engine reads strings, long numbers and mixed types loosely, so none of them enters it. A
value enters as its rank among the literals that its property is compared with: the n-th
literal is 2n + 1, a value between two literals the even number between theirs. Every
comparison of ranks is then exactly the comparison of the values.

What an assertion costs grows with the rules of its ruleset. So a long table is laid out by the
property that most of its rules compare with one value each, and a message is asserted only
where rules stand that its own value can make true.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import itemgetter
from threading import Lock
from typing import Any

import durable_rules_engine as durable

from rules.engine_limits import ANCHOR, EngineLimit, EngineRule, Scalar, Test, check_limits
from rules.errors import InferenceNotConfirmed

__all__ = [
    "EngineLimit", "EngineRule", "Inference", "Ruleset", "Scalar", "Test", "check_limits",
    "rulesets_built",
]  # fmt: skip

# Far below what breaks the engine: 64 sibling conditions true, 256 identical conditions.
RULES_A_RULESET = 50
_CASE = "case"
# With an id of its own the engine computes none, and a fact left behind is noticed.
_FACT_OPENS = json.dumps({ANCHOR: _CASE, "id": "1"})[:-1]
# A fact that no rule is true for leaves nothing behind.
_HANDLED, _UNHANDLED = 0, 1
_OPERATORS = {"=": "$eq", "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_MOST_KEPT = 4_096


class _Process:
    """What this process has built. A fork begins another: locks may be held at that moment."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.built = 0

    def build(self, definition: str) -> int:
        with self.lock:
            self.built += 1
            return int(durable.create_ruleset("policy", definition))


_process = _Process()


def _begin_process() -> None:
    global _process  # noqa: PLW0603 - the one place where a forked process starts afresh
    _process = _Process()


os.register_at_fork(after_in_child=_begin_process)


def rulesets_built() -> int:
    """How many rulesets this process has ever built; each leaks, so a worker may have enough."""
    return _process.built


class _Scale:
    """The literals that one property is compared with, in order, and the ranks of its values."""

    def __init__(self, property: str, literals: Iterable[Any]) -> None:
        self._property = property
        self._literals = tuple(sorted(literals))
        self._kind = type(self._literals[0])
        self._ranks: dict[Scalar, int] = {}
        self._members = [
            f",{json.dumps(property)}:{rank}" for rank in range(2 * len(self._literals) + 1)
        ]

    def rank(self, value: Scalar) -> int:
        """The rank of a value among the literals."""
        if type(value) is not self._kind:
            raise TypeError(f"`{self._property}` takes {self._kind.__name__}, not {value!r}")
        rank = self._ranks.get(value)
        return self._found(value) if rank is None else rank

    def member(self, value: Scalar) -> str:
        """The member of a JSON object that states the value, a comma before it."""
        return self._members[self.rank(value)]

    def _found(self, value: Scalar) -> int:
        place = bisect_left(self._literals, value)
        here = place < len(self._literals) and self._literals[place] == value
        rank = 2 * place + here
        if len(self._ranks) < _MOST_KEPT:
            self._ranks[value] = rank
        return rank


def _scales(rules: Iterable[EngineRule]) -> dict[str, _Scale]:
    literals: dict[str, set[Any]] = {}
    for test in (test for rule in rules for test in rule.tests):
        literals.setdefault(test.property, set()).add(test.value)
    return {name: _Scale(name, values) for name, values in literals.items()}


class Ruleset:
    """A few rules in the engine, under one lock, built on first use."""

    def __init__(self, rules: Sequence[EngineRule], scales: Mapping[str, _Scale]) -> None:
        self._ids = {str(number): rule.rule for number, rule in enumerate(rules)}
        self._definition = json.dumps(
            {str(number): _condition(rule.tests, scales) for number, rule in enumerate(rules)}
        )
        self._lock = Lock()
        self._handle: int | None = None

    def fired_by(self, fact: str) -> list[str]:
        """The ids of the rules that are true for a fact, given as JSON."""
        with self._lock:
            handle = self._handle or _process.build(self._definition)
            self._handle = None  # whatever is raised below leaves the handle abandoned
            fired = self._run(handle, fact)
            self._handle = handle
        return fired

    def close(self) -> None:
        """Delete the ruleset, which leaks about 700 KiB; a later use builds it again."""
        with self._lock:
            if self._handle is not None:
                durable.delete_ruleset(self._handle)
                self._handle = None

    def _run(self, handle: int, fact: str) -> list[str]:
        result, session = durable.assert_fact(handle, fact)
        if result == _UNHANDLED:
            return []
        if result != _HANDLED:
            raise durable.error(f"the fact was not taken: result {result}")
        _, action = durable.start_action_for_state(handle, session) or (None, None)
        fired: list[str] = []
        while action is not None:
            number = action[2 : action.index('"', 2)]  # {"number": …
            fired.append(self._ids[number])
            if len(fired) > len(self._ids):
                raise durable.error("the rules do not cease to fire")
            action = durable.complete_and_start_action(handle, session)
        durable.retract_fact(handle, fact)
        return fired


def _condition(tests: Iterable[Test], scales: Mapping[str, _Scale]) -> dict[str, Any]:
    comparisons = [
        {_OPERATORS[test.operator]: {test.property: scales[test.property].rank(test.value)}}
        for test in tests
    ]
    return {"all": [{"m": {"$and": [{"$eq": {ANCHOR: _CASE}}, *comparisons]}}]}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Rulesets that every message is asserted in, and those for each rank of one property."""

    everywhere: tuple[Ruleset, ...] = ()
    property: str | None = None
    by_rank: Mapping[int, tuple[Ruleset, ...]] = field(default_factory=dict)

    def all(self) -> Iterable[Ruleset]:
        return dict.fromkeys((*self.everywhere, *chain.from_iterable(self.by_rank.values())))


def _layout(rules: Sequence[EngineRule], scales: Mapping[str, _Scale]) -> _Layout:
    """Lay out a policy's rules, a long table by the property that keeps most of them apart."""
    named = _dividing_property(rules) if len(rules) > RULES_A_RULESET else None
    if named is None:
        return _Layout(tuple(_chunks(rules, scales)))
    ranked = [(_rank_asked(rule, named, scales[named]), rule) for rule in rules]
    general = [rule for rank, rule in ranked if rank is None]
    divided = sorted(((rank, rule) for rank, rule in ranked if rank is not None), key=itemgetter(0))
    by_rank: dict[int, dict[Ruleset, None]] = {}
    for part in _parts(divided):
        ruleset = Ruleset([rule for _, rule in part], scales)
        for rank, _ in part:
            by_rank.setdefault(rank, {})[ruleset] = None
    everywhere = tuple(_chunks(general, scales))
    return _Layout(everywhere, named, {rank: tuple(parts) for rank, parts in by_rank.items()})


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


def _chunks(rules: Sequence[EngineRule], scales: Mapping[str, _Scale]) -> Iterable[Ruleset]:
    for start in range(0, len(rules), RULES_A_RULESET):
        yield Ruleset(rules[start : start + RULES_A_RULESET], scales)


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


def _rank_asked(rule: EngineRule, property: str, scale: _Scale) -> int | None:
    """The one rank of a property at which a rule can be true, if there is only one."""
    for test in rule.tests:
        if test.property == property and test.operator == "=":
            return scale.rank(test.value)
    return None


class Inference:
    """The rules of one policy. Nothing is built before its first use in a process."""

    def __init__(self, name: str, rules: Sequence[EngineRule]) -> None:
        check_limits(name, rules)
        self._name = name
        self._rules = tuple(rules)
        self._scales = _scales(rules)
        self._process: _Process | None = None
        self._laid_out = _Layout()

    def true_rules(self, message: Mapping[str, Scalar]) -> frozenset[str]:
        """The ids of the rules that are true for a message; no test of an absent property is.

        Raises:
            InferenceNotConfirmed: the engine gave no answer; the next message starts afresh.
        """
        fact = self._fact(message)
        fired: list[str] = []
        try:
            for ruleset in self._asked(message):
                fired += ruleset.fired_by(fact)
        except (durable.error, MemoryError) as failure:
            raise InferenceNotConfirmed(f"the engine gave no answer on `{self._name}`") from failure
        return frozenset(fired)

    def close(self) -> None:
        """Delete the rulesets. Each leaks about 700 KiB: close what is never used again."""
        for ruleset in self._layout().all():
            ruleset.close()

    def _fact(self, message: Mapping[str, Scalar]) -> str:
        scales = self._scales
        members = [scales[name].member(message[name]) for name in message if name in scales]
        return f"{_FACT_OPENS}{''.join(members)}}}"

    def _asked(self, message: Mapping[str, Scalar]) -> tuple[Ruleset, ...]:
        """The rulesets that hold a rule which this message may make true."""
        layout = self._layout()
        if layout.property is None or layout.property not in message:
            return layout.everywhere
        rank = self._scales[layout.property].rank(message[layout.property])
        special = layout.by_rank.get(rank, ())
        return layout.everywhere + special if layout.everywhere else special

    def _layout(self) -> _Layout:
        process = _process
        if self._process is not process:
            with process.lock:
                if self._process is not process:
                    self._laid_out = _layout(self._rules, self._scales)
                    self._process = process
        return self._laid_out
