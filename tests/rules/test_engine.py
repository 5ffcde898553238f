"""The engine's rulesets: one for each process, and an error names whose rules they are."""

from __future__ import annotations

import os

import pytest

from rules.engine import Comparison, Ruleset, message_of, rulesets_built
from rules.errors import InferenceNotConfirmed

LOW = Ruleset("table", [("low", [Comparison("n", "<", 3)]), ("any", [])])


def test_a_ruleset_names_the_rules_that_are_true() -> None:
    """Those of which every comparison is, and those that compare nothing."""
    assert sorted(LOW.fired_by(message_of([',"n":2']))) == ["any", "low"]
    assert LOW.fired_by(message_of([',"n":3'])) == ["any"]
    assert LOW.fired_by(message_of([])) == ["any"]


def test_what_the_engine_cannot_read_is_no_answer_and_spoils_none() -> None:
    """The error names the table, and the next fact is asked in a ruleset of its own."""
    LOW.fired_by(message_of([]))
    before = rulesets_built()
    with pytest.raises(InferenceNotConfirmed, match="no answer on `table`"):
        LOW.fired_by("not json")
    assert LOW.fired_by(message_of([',"n":3'])) == ["any"]
    assert rulesets_built() == before + 1


def test_a_large_ruleset_counts_for_several() -> None:
    """What is built leaks by its rules, and a process is renewed by what it has built."""
    before = rulesets_built()
    Ruleset("large", [(str(n), [Comparison("n", "=", n)]) for n in range(101)]).fired_by(
        message_of([])
    )
    assert rulesets_built() == before + 3


def test_of_rules_of_which_one_is_true_an_event_tells_that_one() -> None:
    """Or that there is none; and it leaves nothing that the next would meet."""
    some = Ruleset("some", [(f"rule {n}", [Comparison("n", "=", n)]) for n in range(12)])
    for n in (3, 11, 12, 3):
        taken = some.taken_by(message_of([f',"n":{n}']))
        assert taken == (f"rule {n}" if n < 12 else None)
    assert some.fired_by(message_of([',"n":3'])) == ["rule 3"]


def test_an_event_that_the_engine_cannot_read_spoils_none() -> None:
    """The next is asked in a ruleset of its own."""
    LOW.taken_by(message_of([]))
    before = rulesets_built()
    with pytest.raises(InferenceNotConfirmed, match="no answer on `table`"):
        LOW.taken_by("not json")
    assert LOW.taken_by(message_of([',"n":3'])) == "any"
    assert rulesets_built() == before + 1


def test_each_process_has_a_ruleset_of_its_own() -> None:
    """A process that is forked begins afresh, since the lock may have been held just then."""
    for ask in (LOW.fired_by, LOW.taken_by):
        ask(message_of([]))
        with LOW._own_lock():
            child = os.fork()
            if child == 0:
                before = rulesets_built()
                answered = ask(message_of([',"n":3'])) in (["any"], "any")
                os._exit(rulesets_built() - before if answered else 99)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
