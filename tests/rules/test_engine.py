"""The engine's rulesets: one for each process, and an error names whose rules they are."""

from __future__ import annotations

import os

import pytest

from rules.engine import Comparison, InEachProcess, Ruleset, fact_of, rulesets_built
from rules.errors import InferenceNotConfirmed

LOW = Ruleset("table", [("low", [Comparison("n", "<", 3)]), ("any", [])])


def test_a_ruleset_names_the_rules_that_are_true() -> None:
    """Those of which every comparison is, and those that compare nothing."""
    assert sorted(LOW.fired_by(fact_of([',"n":2']))) == ["any", "low"]
    assert LOW.fired_by(fact_of([',"n":3'])) == ["any"]
    assert LOW.fired_by(fact_of([])) == ["any"]


def test_what_the_engine_cannot_read_is_no_answer_and_spoils_none() -> None:
    """The error names the table, and the next fact is asked in a ruleset of its own."""
    LOW.fired_by(fact_of([]))
    before = rulesets_built()
    with pytest.raises(InferenceNotConfirmed, match="no answer on `table`"):
        LOW.fired_by("not json")
    assert LOW.fired_by(fact_of([',"n":3'])) == ["any"]
    assert rulesets_built() == before + 1


def test_a_large_ruleset_counts_for_several() -> None:
    """What is built leaks by its rules, and a process is renewed by what it has built."""
    before = rulesets_built()
    Ruleset("large", [(str(n), [Comparison("n", "=", n)]) for n in range(101)]).fired_by(
        fact_of([])
    )
    assert rulesets_built() == before + 3


def test_each_process_makes_its_own_once() -> None:
    """A process that is forked begins afresh, since a lock may have been held just then."""
    made: list[int] = []

    def make() -> int:
        made.append(os.getpid())
        return len(made)

    own = InEachProcess(make)
    assert [own.get(), own.get()] == [1, 1]
    child = os.fork()
    if child == 0:
        os._exit(own.get())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert own.get() == 1
