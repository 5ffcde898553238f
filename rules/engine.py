"""The inference engine, durable-rules: which rules are true for a message.

The one file that imports it, and only in the shape in which it is right and cannot hang: one
fact in a fresh session, rules that are conjunctions of comparisons, each behind a constant
anchor, a catch-all that always fires, the session deleted afterwards.

The engine reads strings, long numbers and mixed types loosely, so none of them enters it. A
value enters as its rank among the literals that its property is compared with: the n-th
literal is 2n + 1, a value between two literals the even number between theirs. Every
comparison of ranks is then exactly the comparison of the values.
"""

from __future__ import annotations

import ctypes
import json
import os
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
_CATCH_ALL = "case"
# With an id of its own the engine computes none, and a session left behind is noticed.
_FACT_OPENS = json.dumps({ANCHOR: _CATCH_ALL, "id": "1"})[:-1]
_HANDLED = 0
_OPERATORS = {"=": "$eq", "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}

# What a session frees, up to this much, stays with the process; glibc's names, from malloc.h.
_KEPT_MEMORY = 8 * 1024 * 1024
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def _keep_freed_memory() -> None:
    """Spare each decision the giving back and asking again, which takes four times its time."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # other C libraries than glibc do without
        mallopt(_M_TRIM_THRESHOLD, _KEPT_MEMORY)
        mallopt(_M_MMAP_THRESHOLD, _KEPT_MEMORY)


class _Process:
    """What this process has built. A fork begins another: locks may be held at that moment."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.built = 0

    def build(self, definition: str) -> int:
        with self.lock:
            _keep_freed_memory()
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


@dataclass(frozen=True, slots=True)
class _Scale:
    """The literals one property is compared with, in order, and the JSON member of each rank."""

    property: str
    kind: type
    literals: tuple[Any, ...]
    members: tuple[str, ...]

    def rank(self, value: Scalar) -> int:
        if type(value) is not self.kind:
            raise TypeError(f"`{self.property}` takes {self.kind.__name__}, not {value!r}")
        place = bisect_left(self.literals, value)
        return 2 * place + (place < len(self.literals) and self.literals[place] == value)


def _scales(rules: Iterable[EngineRule]) -> dict[str, _Scale]:
    literals: dict[str, set[Any]] = {}
    for test in (test for rule in rules for test in rule.tests):
        literals.setdefault(test.property, set()).add(test.value)
    return {
        name: _Scale(
            property=name,
            kind=type(next(iter(values))),
            literals=tuple(sorted(values)),
            members=tuple(f",{json.dumps(name)}:{rank}" for rank in range(2 * len(values) + 1)),
        )
        for name, values in literals.items()
    }


class Ruleset:
    """A few rules in the engine, under one lock, built on first use."""

    def __init__(self, rules: Sequence[EngineRule], scales: Mapping[str, _Scale]) -> None:
        self._ids = {str(number): rule.rule for number, rule in enumerate(rules)}
        self._definition = json.dumps(
            {str(number): _condition(rule.tests, scales) for number, rule in enumerate(rules)}
            | {_CATCH_ALL: _condition((), scales)}
        )
        self._lock = Lock()
        self._handle: int | None = None

    def fired_by(self, fact: str) -> set[str]:
        """The ids of the rules that are true for a fact, given as JSON."""
        with self._lock:
            handle = self._handle or _process.build(self._definition)
            self._handle = None  # whatever is raised below leaves the handle abandoned
            fired = self._run(handle, fact)
            self._handle = handle
        fired.remove(_CATCH_ALL)
        return {self._ids[number] for number in fired}

    def close(self) -> None:
        """Delete the ruleset, which leaks about 700 KiB; a later use builds it again."""
        with self._lock:
            if self._handle is not None:
                durable.delete_ruleset(self._handle)
                self._handle = None

    def _run(self, handle: int, fact: str) -> set[str]:
        result, session = durable.assert_fact(handle, fact)
        if result != _HANDLED:
            raise durable.error(f"the fact was not taken: result {result}")
        _, action = durable.start_action_for_state(handle, session) or (None, None)
        fired: set[str] = set()
        while action is not None:
            number = action.split('"', 2)[1]  # {"number": …
            if number in fired:
                raise durable.error(f"rule {number} fired twice")
            fired.add(number)
            action = durable.complete_and_start_action(handle, session)
        if _CATCH_ALL not in fired:  # deleting the session would bring the process down
            raise durable.error("the catch-all did not fire")
        durable.delete_state(handle, None)
        return fired


def _condition(tests: Iterable[Test], scales: Mapping[str, _Scale]) -> dict[str, Any]:
    comparisons = [
        {_OPERATORS[test.operator]: {test.property: scales[test.property].rank(test.value)}}
        for test in tests
    ]
    return {"all": [{"m": {"$and": [{"$eq": {ANCHOR: _CATCH_ALL}}, *comparisons]}}]}


class Inference:
    """The rules of one policy. Nothing is built before its first use in a process."""

    def __init__(self, name: str, rules: Sequence[EngineRule]) -> None:
        check_limits(name, rules)
        self._name = name
        self._rules = tuple(rules)
        self._scales = _scales(rules)
        self._process: _Process | None = None
        self._rulesets: tuple[Ruleset, ...] = ()

    def true_rules(self, message: Mapping[str, Scalar]) -> frozenset[str]:
        """The ids of the rules that are true for a message; no test of an absent property is.

        Raises:
            InferenceNotConfirmed: the engine gave no answer; the next message starts afresh.
        """
        fact = self._fact(message)
        try:
            return frozenset().union(*(ruleset.fired_by(fact) for ruleset in self._opened()))
        except (durable.error, MemoryError) as failure:
            raise InferenceNotConfirmed(f"the engine gave no answer on `{self._name}`") from failure

    def close(self) -> None:
        """Delete the rulesets. Each leaks about 700 KiB: close what is never used again."""
        for ruleset in self._opened():
            ruleset.close()

    def _fact(self, message: Mapping[str, Scalar]) -> str:
        members = [
            scale.members[scale.rank(message[name])]
            for name, scale in self._scales.items()
            if name in message
        ]
        return f"{_FACT_OPENS}{''.join(members)}}}"

    def _opened(self) -> tuple[Ruleset, ...]:
        process = _process
        if self._process is not process:
            with process.lock:
                if self._process is not process:
                    self._rulesets = tuple(self._chunks())
                    self._process = process
        return self._rulesets

    def _chunks(self) -> Iterable[Ruleset]:
        for start in range(0, len(self._rules), RULES_A_RULESET):
            yield Ruleset(self._rules[start : start + RULES_A_RULESET], self._scales)
