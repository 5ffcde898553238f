"""What the engine is given: conjunctions that are true exactly when the condition is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings

from rules.engine_limits import MOST_RULES, EngineLimit, EngineRule, Scalar, check_limits
from rules.engine_rules import compiled, encoded
from rules.normal_form import AllOf, AnyOf, Atom, normal_form
from rules.three_valued import evaluate
from rules.values import Domain, FactType, Value
from tests.rules.books import check
from tests.rules.drawn import (
    DECLARED,
    PARAMETERS,
    SEEDS,
    SIGNS,
    SMALL,
    condition,
    day,
    held_facts,
    some_names,
    tenths,
    written,
)


def holds(rule: EngineRule, message: Mapping[str, Scalar]) -> bool:
    """Whether every test of an engine rule is true; types may never differ."""
    for test in rule.tests:
        if test.property not in message:
            return False
        stated = message[test.property]
        assert type(stated) is type(test.value), (test, stated)
        if not SIGNS[test.operator](stated, test.value):
            return False
    return True


@settings(max_examples=400, deadline=None)
@given(SEEDS)
def test_a_rule_is_true_for_the_engine_exactly_when_it_is_true(seed: int) -> None:
    """Never for what is false or unknown, whatever is missing."""
    chance = Random(seed)  # noqa: S311  # cases to try, not secrets
    names = some_names(chance, 4)
    rules = {str(n): condition(chance, names, depth=2) for n in range(3)}
    normal = [(id, normal_form(rule, PARAMETERS)) for id, rule in rules.items()]
    program = compiled(normal, SMALL)
    check_limits("table", program.rules)
    for missing in (0.0, 0.3, 0.7, 1.0):
        facts = held_facts(chance, missing=missing)
        message = program.message(facts)
        true = {rule.rule for rule in program.rules if holds(rule, message)}
        expected = {id for id, rule in rules.items() if evaluate(rule, facts, PARAMETERS)}
        assert true == expected, ([written(rule) for rule in rules.values()], facts)


def program_of(when: str) -> tuple[tuple[EngineRule, ...], dict[str, Scalar]]:
    """Return a condition's engine rules, and the message of a case with four facts known."""
    checked, problems = check(when, SMALL, DECLARED)
    assert checked is not None, problems
    program = compiled([("id", normal_form(checked, PARAMETERS))], SMALL)
    facts: dict[str, Value] = {"count": 4, "due": day(1), "price": tenths(-2), "sunny": True}
    return program.rules, program.message(facts)


@pytest.mark.parametrize(
    ("when", "alternatives", "message"),
    [
        ("count < 5", 1, {"count": 4}),
        ("others < 5", 1, {}),
        ("due < cut", 1, {"due": day(1).toordinal()}),
        ("price = 0.4", 1, {"price": -2}),
        ("sunny is missing", 1, {"sunny is missing": False}),
        ("not(windy is known)", 1, {"windy is missing": True}),
        ("count < others", 1, {}),
        ("count <= count", 1, {"count <= count": True}),
        ("count < count", 1, {"count < count": False}),
        ("sunny or windy", 2, {"sunny": True}),
        ("(sunny or windy) and (count = 1 or count = 2)", 4, {"sunny": True, "count": 4}),
        ("count in (1, 2, 3)", 3, {"count": 4}),
        ("yes", 1, {}),
        ("not(yes)", 0, {}),
    ],
)
def test_the_message_says_what_the_rules_look_at_and_no_more(
    when: str, alternatives: int, message: dict[str, Scalar]
) -> None:
    """A disjunction becomes several rules; what the engine cannot say is computed before."""
    rules, said = program_of(when)
    assert len(rules) == alternatives
    assert said == message


@pytest.mark.parametrize(
    ("value", "domain", "code"),
    [
        (True, Domain(FactType.BOOLEAN), True),
        ("red", Domain(FactType.CHOICE, ("red",)), "red"),
        ("30", Domain(FactType.TEXT), "30"),
        (2**63 - 1, Domain(FactType.INTEGER), 2**63 - 1),
        (Decimal("1.50"), Domain(FactType.NUMBER, scale=2), 150),
        (Decimal("-0.01"), Domain(FactType.NUMBER, scale=2), -1),
        (3, Domain(FactType.NUMBER, scale=2), 300),
        (Decimal("9223372036.854775807"), Domain(FactType.NUMBER, scale=9), 2**63 - 1),
        (date(1, 1, 1), Domain(FactType.DATE), 1),
    ],
)
def test_values_are_encoded_exactly(value: Value, domain: Domain, code: Scalar) -> None:
    """Dates become day numbers and decimals whole numbers, to the last digit."""
    found = encoded(value, domain)
    assert found == code
    assert type(found) is type(code)


def test_more_alternatives_than_the_engine_holds_are_refused_before_they_are_made() -> None:
    """Two to the fortieth alternatives are refused at once, and by the rule's name."""
    pairs = [AnyOf((Atom("count", "=", n), Atom("others", "=", n))) for n in range(40)]
    with pytest.raises(EngineLimit, match="rule `wide` takes the policy over 5,000"):
        compiled([("wide", AllOf(tuple(pairs)))], SMALL)


def test_the_limit_counts_the_alternatives_of_all_rules_together() -> None:
    """Exactly as many as the engine takes are taken, and one more is not."""
    many = AnyOf(tuple(Atom("count", "=", n) for n in range(MOST_RULES - 1)))
    one = Atom("sunny", "=", True)
    assert len(compiled([("many", many), ("one", one)], SMALL).rules) == MOST_RULES
    with pytest.raises(EngineLimit, match="rule `last`"):
        compiled([("many", many), ("one", one), ("last", one)], SMALL)
