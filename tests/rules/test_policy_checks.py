"""The checks of a policy: each finds its own mistake, and none finds one in a sound policy."""

from __future__ import annotations

import pytest

from rules.errors import RuleFilesRefused
from rules.policy_checks import CHECKS, LAST_CHECK
from rules.rule_book import load
from tests.rules.books import Table, book, files, rule, table


def problems_of(*tables: Table) -> list[str]:
    """Return the problems of tables: code and what is named."""
    with pytest.raises(RuleFilesRefused) as refused:
        book(*tables)
    return [f"{problem.code}: {problem.message}" for problem in refused.value.problems]


def test_a_sound_policy_passes_every_check() -> None:
    """Nothing is found where nothing is wrong, for each hit policy."""
    for hit in ("first", "unique", "collect"):
        assert book(table(rule("a", "sunny"), rule("b", "not(sunny)"), hit=hit))


def test_the_checks_are_named_and_each_is_there_once() -> None:
    """The table of checks can be read."""
    names = [name for name, _ in (*CHECKS, LAST_CHECK)]
    assert len(names) == len(set(names)) == 7


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (
            table(rule("a", "sunny and few = 1"), parameters={"few": "1", "more": "2"}),
            "unused-parameter: no rule of this policy uses the parameter `more`",
        ),
        (
            table(rule("a", "sunny", "{assign_to: Ann}")),
            "no-answer: rule `a` does not say `action`",
        ),
        (
            table(rule("a", "sunny", "{continue: true, assign_to: Ann}"), rule("b", "true")),
            "continue-and-answer: a rule that passes the case on cannot set `assign_to`",
        ),
        (
            table(rule("a", "sunny", label="Within {few} days")),
            "unknown-parameter: there is no parameter `few`",
        ),
        (
            table(rule("a", "true"), rule("b", "sunny"), rule("c", "windy")),
            "unreachable-rule: rule `a` above is always true: this one can never fire",
        ),
    ],
)
def test_each_check_finds_its_mistake(policy: Table, found: str) -> None:
    """A policy with one mistake is refused with the name of what is wrong."""
    last = table(rule("end", "true"), name="last")
    assert set(problems_of(policy, last)) == {found}


def test_what_is_declared_and_not_used_is_found() -> None:
    """An input that no rule reads, and an output that no rule sets."""
    written = files(table(rule("a", "sunny"), rule("b", "true")))
    path = "policies/table.yaml"
    text = written[path].replace("[sunny]", "[sunny, windy]").replace("action]", "action, final]")
    with pytest.raises(RuleFilesRefused) as refused:
        load({**written, path: text})
    assert [problem.code for problem in refused.value.problems] == ["unused-input", "unused-output"]


def test_a_property_uses_facts_and_parameters_too() -> None:
    """What only a property looks at is not left over."""
    claim = "properties:\n  - says: So it is\n    when: windy and few > 0\n    then: {action: go}\n"
    assert book(table(rule("a", "true"), more=claim, parameters={"few": "1"}))


def test_a_rule_that_is_always_true_only_for_a_time_hides_nothing() -> None:
    """Below a rule with dates, others come into force."""
    ends = rule("a", "true", until="2027-01-01")
    begins = rule("c", "true", **{"from": "2027-01-01"})
    assert book(table(ends, rule("b", "sunny"), begins))


def test_with_collect_and_unique_no_rule_hides_another() -> None:
    """Only the order of `first` makes a rule unreachable."""
    assert book(table(rule("a", "true"), rule("b", "sunny"), hit="collect"))


def test_with_collect_a_rule_may_answer_in_part() -> None:
    """The rules that fire make the answer together."""
    assert book(table(rule("a", "true", "{cc: [Ann]}"), rule("b", "true"), hit="collect"))


def test_a_rule_that_passes_on_may_set_what_is_kept() -> None:
    """But not in the last stage of a chain, which has nobody to pass to."""
    on = table(rule("a", "sunny", "{continue: true, tags: [x]}"), rule("b", "true"), name="on")
    assert book(on, table(rule("c", "true"), name="end"))
    assert problems_of(table(rule("c", "true"), name="end"), on) == [
        "chain-has-no-end: rule `a` of the last stage passes the case on to nobody"
    ]


def test_a_policy_too_large_for_the_engine_is_refused_with_the_limit() -> None:
    """2^13 alternatives are more than the engine takes."""
    pairs = " and ".join(f"(count = {n % 10} or others = {5 + n})" for n in range(13))
    (found,) = problems_of(table(rule("wide", pairs), rule("b", "true")))
    assert found.startswith("engine-limit: rule `wide` takes the policy over 5,000 alternatives")


def test_a_rule_that_cannot_be_read_does_not_move_the_others_problems() -> None:
    """Each problem stands at its own rule."""
    broken = table("  - nothing", rule("a", "sunny"), rule("b", "windy", "{assign_to: Ann}"))
    with pytest.raises(RuleFilesRefused) as refused:
        book(broken)
    lines = broken.text().splitlines()
    at = {problem.code: lines[problem.line - 1].strip() for problem in refused.value.problems}
    assert at == {"not-a-mapping": "- nothing", "no-answer": "then: {assign_to: Ann}"}
