"""Outcomes: what a rule sets, a property claims and a case expects, each within its domain."""

from __future__ import annotations

import pytest

from rules.decision import OutcomeValue
from rules.outcome_reader import read_expectation, read_outcome
from rules.policy import Expectation
from rules.problems import Findings
from tests.rules.books import outing, section

VOCABULARY = outing()
EVERY = tuple(VOCABULARY.outcomes)


def outcome(written: str) -> tuple[dict[str, OutcomeValue], bool, list[str]]:
    """Return what `then` sets, whether it passes on, and the codes of its problems."""
    findings = Findings()
    found, continues = read_outcome(section(f"then: {written}", findings), VOCABULARY, EVERY)
    return dict(found), continues, [problem.code for problem in findings.sorted()]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("{}", {}),
        ("{assign_to: Ann, action: '12'}", {"assign_to": "Ann", "action": "12"}),
        ("{action: 12}", {"action": "12"}),
        ("{cc: [Bob, Ann]}", {"cc": ("Bob", "Ann")}),
        ("{cc: Bob}", {"cc": ("Bob",)}),
        ("{cc: []}", {"cc": ()}),
        ("{final: true, level: -3}", {"final": True, "level": -3}),
        ("{assign_to: null, final: null}", {"assign_to": None, "final": False}),
    ],
)
def test_outcomes_are_read_as_they_are_declared(
    written: str, found: dict[str, OutcomeValue]
) -> None:
    """One value or many, and the empty value where nothing is written."""
    assert outcome(written) == (found, False, [])


def test_a_rule_may_pass_the_case_on() -> None:
    """`continue` is no outcome but says so."""
    assert outcome("{continue: true, tags: [x]}") == ({"tags": ("x",)}, True, [])
    assert outcome("{continue: false}") == ({}, False, [])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{assign_to: An}", "bad-value"),
        ("{cc: [Ann, An]}", "bad-value"),
        ("{cc: [[Ann]]}", "not-a-value"),
        ("{assign_to: [Ann]}", "not-a-value"),
        ("{final: yes}", "bad-value"),
        ("{level: '3'}", "bad-value"),
        ("{continue: maybe}", "bad-value"),
        ("{asign_to: Ann}", "unknown-key"),
        ("{sunny: true}", "unknown-key"),
        ("Ann", "not-a-mapping"),
    ],
)
def test_what_is_no_outcome_is_told(written: str, code: str) -> None:
    """A role that is not there, or a value of another type."""
    assert outcome(written)[2] == [code]


def test_only_declared_outputs_may_be_set() -> None:
    """An outcome that the policy does not list under `outputs` is told."""
    findings = Findings()
    read_outcome(section("then: {final: true}", findings), VOCABULARY, ("assign_to",))
    assert [problem.code for problem in findings.sorted()] == ["not-an-output"]


def expectation(written: str, rules: tuple[str, ...] = ("a", "b")) -> tuple[Expectation, list[str]]:
    """Return what a case expects, and the codes of its problems."""
    findings = Findings()
    found = read_expectation(section(f"expect: {written}", findings), VOCABULARY, rules)
    return found, [problem.code for problem in findings.sorted()]


def test_what_is_not_written_is_not_expected() -> None:
    """No rule, no questions, no stage; but what is written empty is expected to be empty."""
    assert expectation("{}") == (Expectation({}), [])
    assert expectation("{asks: [], cc: [], group: null, continue: false}") == (
        Expectation({"cc": (), "group": None}, asks=(), continues=False), [],
    )  # fmt: skip
    assert expectation("{rule: a, asks: [sunny], stage: table, continue: true}") == (
        Expectation({}, "a", ("sunny",), True, "table"), [],
    )  # fmt: skip


def test_expecting_what_cannot_be_is_told() -> None:
    """A rule of another policy, a fact or a value that is not there; a chain may name any rule."""
    assert expectation("{rule: c}")[1] == ["unknown-rule"]
    assert expectation("{rule: c}", rules=())[1] == []
    assert expectation("{asks: [suny]}")[1] == ["unknown-fact"]
    assert expectation("{assign_to: Dan}")[1] == ["bad-value"]
    assert expectation("{asign_to: Ann}")[1] == ["unknown-key"]
    assert expectation("a")[1] == ["not-a-mapping"]
