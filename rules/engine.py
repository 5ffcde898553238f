"""The inference engine, durable-rules: which rules are true for a fact.

The one file that imports it, and only in the shape in which it is right and cannot hang: one
fact at a time in a session that stays, rules that are conjunctions of comparisons, each behind
a constant anchor, the fact retracted afterwards, everything under one lock for each ruleset.
What is compared are ranks (`rules/scales.py`), whole numbers that it cannot misread.
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
_FACT_OPENS = json.dumps({ANCHOR: _CASE, "id": "1"})[:-1]
# A fact that no rule is true for leaves nothing behind.
_HANDLED, _UNHANDLED = 0, 1
_OPERATORS = {"=": "$eq", "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}

Made = TypeVar("Made")


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


class InEachProcess(Generic[Made]):
    """What each process makes for itself, on first use; one that was forked begins afresh."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._process: _Process | None = None
        self._made: Made

    def get(self) -> Made:
        """Return what this process has made."""
        process = _process
        if self._process is not process:
            with process.lock:
                if self._process is not process:
                    self._made = self._make()
                    self._process = process
        return self._made


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a property's rank: `=`, `!=`, `<`, `<=`, `>` or `>=`."""

    property: str
    operator: str
    rank: int


def fact_of(members: Iterable[str]) -> str:
    """Return a fact as the engine takes it, of its members as their scales write them."""
    return f"{_FACT_OPENS}{''.join(members)}}}"


class Ruleset:
    """Some rules in the engine, under one lock, built on first use.

    `name`: whose rules they are, for the sentence of an error. `rules`: the id of each with its
    comparisons, all of which must be true; with none it is always true.
    """

    def __init__(self, name: str, rules: Sequence[tuple[str, Iterable[Comparison]]]) -> None:
        self._name = name
        self._ids = {str(number): id for number, (id, _) in enumerate(rules)}
        self._definition = json.dumps(
            {str(number): _condition(compared) for number, (_, compared) in enumerate(rules)}
        )
        self._lock = Lock()
        self._handle: int | None = None

    def fired_by(self, fact: str) -> list[str]:
        """Return the ids of the rules that are true for a fact.

        Raises:
            InferenceNotConfirmed: the engine gave no answer; the next fact starts afresh.
        """
        try:
            with self._lock:
                handle = self._handle or _process.build(self._definition, len(self._ids))
                self._handle = None  # whatever is raised below leaves the handle abandoned
                fired = self._run(handle, fact)
                self._handle = handle
        except (durable.error, MemoryError) as failure:
            raise InferenceNotConfirmed(f"the engine gave no answer on `{self._name}`") from failure
        return fired

    def close(self) -> None:
        """Delete the ruleset; a later use builds it again."""
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


def _condition(compared: Iterable[Comparison]) -> dict[str, Any]:
    comparisons = [{_OPERATORS[each.operator]: {each.property: each.rank}} for each in compared]
    return {"all": [{"m": {"$and": [{"$eq": {ANCHOR: _CASE}}, *comparisons]}}]}
