"""The inference engine, durable-rules: which rules are true for a fact.

The one file that imports it, and only in the shape in which it is right and cannot hang: one
message at a time in a session that stays, rules that are conjunctions of comparisons, each behind
a constant anchor, everything under one lock for each ruleset. A fact is held against every rule
and is retracted afterwards; an event is gone with the first rule that takes it. What is compared
are ranks (`rules/scales.py`), whole numbers that it cannot misread.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

import durable_rules_engine as durable

from rules.engine_limits import ANCHOR
from rules.errors import InferenceNotConfirmed

# Of rules that may all be true, far below what breaks the engine: 64 sibling conditions true, 256
# identical conditions. So many leak about 1 MiB.
RULES_A_RULESET = 50
_CASE = "case"
# With an id of its own the engine computes none, and a fact left behind is noticed.
_OPENS = json.dumps({ANCHOR: _CASE, "id": "1"}, separators=(",", ":"))[:-1]
# A message that no rule is true for leaves nothing behind.
_HANDLED, _UNHANDLED = 0, 1
_OPERATORS = {"=": "$eq", "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}

_NO_ACTION = (None, None)

Rule = TypeVar("Rule")
Answered = TypeVar("Answered")


class _Process:
    """What this process has built. A fork begins another: locks may be held at that moment."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.built = 0

    def build(self, definition: str, rules: int) -> int:
        with self.lock:
            self.built += max(1, -(-rules // RULES_A_RULESET))
            return int(durable.create_ruleset("policy", definition))


_process = _Process()


def _begin_process() -> None:
    global _process  # noqa: PLW0603 - the one place where a forked process starts afresh
    _process = _Process()


os.register_at_fork(after_in_child=_begin_process)


def rulesets_built() -> int:
    """How many rulesets this process has ever built; each leaks, so a worker may have enough.

    A larger one counts for as many of `RULES_A_RULESET` as it might have been.
    """
    return _process.built


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a property's rank: `=`, `!=`, `<`, `<=`, `>` or `>=`."""

    property: str
    operator: str
    rank: int


def message_of(members: Iterable[str]) -> str:
    """Return a message as the engine takes it, of its members as their scales write them."""
    return f"{_OPENS}{''.join(members)}}}"


class Ruleset(Generic[Rule]):
    """Some rules in the engine, under one lock, built on first use in each process.

    `name`: whose rules they are, for the sentence of an error. `rules`: each, as it is to be named,
    with its comparisons, all of which must be true; with none it is always true.
    """

    def __init__(self, name: str, rules: Sequence[tuple[Rule, Iterable[Comparison]]]) -> None:
        self._name = name
        width = len(str(len(rules)))
        numbered = {f"{number:0{width}}": each for number, each in enumerate(rules)}
        self._rules = {number: rule for number, (rule, _) in numbered.items()}
        conditions = {number: _condition(compared) for number, (_, compared) in numbered.items()}
        self._definition = json.dumps(conditions)
        self._number = slice(2, 2 + width)  # of an action: {"number": …
        self._process: _Process | None = None
        self._lock = Lock()
        self._handle: int | None = None

    def fired_by(self, fact: str) -> list[Rule]:
        """Return the rules that are true for a fact.

        Raises:
            InferenceNotConfirmed: the engine gave no answer; the next message starts afresh.
        """
        return self._asked(self._all_fired, fact)

    def taken_by(self, event: str) -> Rule | None:
        """Return the rule that is true for an event, for rules of which one at most is.

        Were several true, one of them would be named, and nothing said.

        Raises:
            InferenceNotConfirmed: the engine gave no answer; the next message starts afresh.
        """
        return self._asked(self._one_taken, event)

    def _asked(self, ask: Callable[[int, str], Answered], message: str) -> Answered:
        try:
            with self._lock if self._process is _process else self._own_lock():
                handle = self._handle or _process.build(self._definition, len(self._rules))
                self._handle = None  # what raises before it is put back abandons it
                answered = ask(handle, message)
                self._handle = handle
        except (durable.error, MemoryError) as failure:
            raise InferenceNotConfirmed(f"the engine gave no answer on `{self._name}`") from failure
        return answered

    def close(self) -> None:
        """Delete the ruleset; a later use builds it again."""
        with self._own_lock():
            if self._handle is not None:
                durable.delete_ruleset(self._handle)
                self._handle = None

    def _all_fired(self, handle: int, fact: str) -> list[Rule]:
        result, session = durable.assert_fact(handle, fact)
        if result != _HANDLED:
            _require_unhandled(result)
            return []
        _, action = durable.start_action_for_state(handle, session) or _NO_ACTION
        fired: list[Rule] = []
        while action is not None:
            fired.append(self._rules[action[self._number]])
            if len(fired) > len(self._rules):
                raise durable.error("the rules do not cease to fire")
            action = durable.complete_and_start_action(handle, session)
        durable.retract_fact(handle, fact)
        return fired

    def _one_taken(self, handle: int, event: str) -> Rule | None:
        result, session = durable.assert_event(handle, event)
        if result != _HANDLED:
            _require_unhandled(result)
            return None
        _, action = durable.start_action_for_state(handle, session) or _NO_ACTION
        if action is None:
            raise durable.error("the event was taken by no rule")
        durable.complete_and_start_action(handle, session)
        return self._rules[action[self._number]]

    def _own_lock(self) -> Lock:
        """Return the lock of this process; one that was forked leaves to the other what it had."""
        process = _process
        with process.lock:
            if self._process is not process:
                self._lock, self._handle, self._process = Lock(), None, process
        return self._lock


def _require_unhandled(result: int) -> None:
    if result != _UNHANDLED:
        raise durable.error(f"the message was not taken: result {result}")


def _condition(compared: Iterable[Comparison]) -> dict[str, Any]:
    comparisons = [{_OPERATORS[each.operator]: {each.property: each.rank}} for each in compared]
    return {"all": [{"m": {"$and": [{"$eq": {ANCHOR: _CASE}}, *comparisons]}}]}
