"""The check of a condition: every name is looked up, and only like is compared with like."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings

from rules.condition import Comparison, FactTerm, ParameterTerm
from rules.condition_check import ConditionCheck, type_of
from rules.policy import Parameter
from rules.problems import Findings, RuleText
from rules.values import Domain, FactType, Value
from rules.vocabulary import Fact, Vocabulary
from rules.yaml_tree import ScalarNode
from tests.rules.books import check, outing
from tests.rules.drawn import DECLARED, SEEDS, SMALL, condition, written

PARAMETERS = {
    parameter.name: parameter
    for parameter in (
        Parameter("few", 3),
        Parameter("cheap", Decimal("9.99")),
        Parameter("colour", "red"),
        Parameter("first_day", date(2026, 1, 1)),
        Parameter("strict", True),
        Parameter("later", 3, ((date(2027, 1, 1), 12),)),
        Parameter("odd", "yellow"),
    )
}


def problems_of(when: str) -> list[tuple[int, str]]:
    """Return where in a condition about an outing there is which problem."""
    _, problems = check(when, outing(), PARAMETERS)
    return [(problem.column, problem.code) for problem in problems]


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_a_condition_with_nothing_wrong_is_read_as_it_was_meant(seed: int) -> None:
    """Names become facts and parameters, and all else stays."""
    rule = condition(Random(seed))  # noqa: S311  # cases to try, not secrets
    assert check(written(rule), SMALL, DECLARED) == (rule, ())


def test_a_name_is_a_fact_or_a_parameter() -> None:
    """Each name is looked up in the vocabulary and among the parameters."""
    checked, problems = check("count <= few", outing(), PARAMETERS)
    assert problems == ()
    assert checked == Comparison(FactTerm("count"), "<=", ParameterTerm("few"))


@pytest.mark.parametrize(
    "when",
    [
        "price = 3", "price = 9.99", "price <= few", "price < cheap", "few < price",
        "sky = colour", 'sky in ("red", colour)', 'note = "red"', "note = colour",
        "days_left <= few", "count < others", "count = days_left", "due < first_day",
        "sunny = strict", "strict", "few < 4", 'colour = "red"', "5 in [count..others]",
        'due in [date("2026-01-01")..date("2026-01-01")]', "sunny = windy", "note != note",
    ],
)  # fmt: skip
def test_like_may_be_compared_with_like(when: str) -> None:
    """Whole numbers go with decimals, texts with choices, facts with facts."""
    assert problems_of(when) == []


@pytest.mark.parametrize(
    ("when", "column", "code"),
    [
        ("counts = 1", 1, "unknown-name"),
        ("sky = red", 7, "unknown-name"),
        ("note = null", 8, "unknown-name"),
        ("count", 1, "not-a-boolean"),
        ("few", 1, "not-a-boolean"),
        ('"red"', 1, "not-a-boolean"),
        ("few is missing", 1, "not-a-fact"),
        ("3 is known", 1, "not-a-fact"),
        ('count = "3"', 9, "different-types"),
        ("sunny = 1", 9, "different-types"),
        ('due = "2026-01-01"', 7, "different-types"),
        ("due < 3", 7, "different-types"),
        ("count = 1.0", 9, "different-types"),
        ("count < cheap", 9, "different-types"),
        ("count = price", 9, "different-types"),
        ("note = sky", 8, "different-types"),
        ("due = days_left", 7, "different-types"),
        ('count in (1, "2")', 14, "different-types"),
        ("count in [1..cheap]", 14, "different-types"),
        ("sky < colour", 1, "no-order"),
        ('"a" < "b"', 1, "no-order"),
        ("sunny >= windy", 1, "no-order"),
        ('sky between "red" and "blue"', 1, "no-order"),
        ("count = 10", 9, "outside-domain"),
        ("count < -1", 9, "outside-domain"),
        ("10 > count", 1, "outside-domain"),
        ("count = later", 9, "outside-domain"),
        ("price = 0.001", 9, "outside-domain"),
        ('due > date("2040-01-01")', 7, "outside-domain"),
        ('sky = "rde"', 7, "unknown-choice"),
        ("sky = odd", 7, "unknown-choice"),
        ('sky in ("red", "pink")', 16, "unknown-choice"),
        ("count in [5..3]", 11, "empty-interval"),
        ("count =", 7, "condition-syntax"),
    ],
)
def test_a_slip_is_found_where_it_was_made(when: str, column: int, code: str) -> None:
    """Comparing what cannot be compared is a problem of the file, never of a case."""
    assert (column, code) in problems_of(when)
    assert check(when, outing(), PARAMETERS)[0] is None


def test_numbers_of_different_scales_are_not_compared_with_one_another() -> None:
    """A fact in cents and one in tenths have no common unit; either may be compared with 1."""
    domains = {name: Domain(FactType.NUMBER, scale=scale) for name, scale in (("a", 1), ("b", 2))}
    facts = {name: Fact(name, domain, "", "", "") for name, domain in domains.items()}
    vocabulary = Vocabulary({**facts, "c": replace(facts["b"], name="c")}, {})
    assert [problem.code for problem in check("a < b", vocabulary)[1]] == ["different-types"]
    assert check("b < c and a < 1 and 1.1 < b", vocabulary)[1] == ()


def test_every_slip_of_a_condition_is_told_at_once() -> None:
    """Nothing stops at the first problem."""
    found = problems_of('contu = 1 and sky = "rde" or not(due < 3)')
    assert found == [(1, "unknown-name"), (21, "unknown-choice"), (40, "different-types")]


def test_a_near_miss_is_recognized() -> None:
    """A name one letter off brings the name that was meant."""
    for when, meant in (("suny", "sunny"), ('sky = "grene"', "green"), ("count < fwe", "few")):
        (problem,) = check(when, outing(), PARAMETERS)[1]
        assert problem.help == f"did you mean `{meant}`?"


def test_a_fact_must_be_among_the_inputs() -> None:
    """A policy says which facts it reads, and reads no other."""
    findings = Findings()
    scalar = ScalarNode(RuleText("when.yaml", "windy"), 0, 5, "windy", plain=True)
    assert ConditionCheck(outing(), {}, ("sunny",), findings).read(scalar) is None
    (problem,) = findings.sorted()
    assert (problem.code, problem.help) == ("not-an-input", "add `windy` to `inputs`")


@pytest.mark.parametrize(
    ("value", "type"),
    [
        (True, FactType.BOOLEAN), (1, FactType.INTEGER), (Decimal(1), FactType.NUMBER),
        (date(2026, 1, 1), FactType.DATE), ("1", FactType.TEXT),
    ],
)  # fmt: skip
def test_a_value_has_the_type_it_was_written_with(value: Value, type: FactType) -> None:
    """A boolean is no whole number, and a text that looks like one neither."""
    assert type_of(value) is type
