"""The normal form: worth the same as the condition it was made of, whatever is missing."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given, settings

from rules.condition import Comparison, Condition, LiteralTerm, Name, Not
from rules.normal_form import (
    FALSE,
    TRUE,
    Absence,
    AllOf,
    AnyOf,
    Atom,
    FactRef,
    Normal,
    both,
    either,
    normal_form,
)
from rules.three_valued import evaluate
from rules.values import Value
from tests.rules.books import check
from tests.rules.drawn import (
    DECLARED,
    PARAMETERS,
    SEEDS,
    SIGNS,
    SMALL,
    condition,
    held_facts,
    written,
)

_WORTH = {0.0: False, 0.5: None, 1.0: True}


def degree(normal: Normal, facts: Mapping[str, Value]) -> float:
    """Return 1 for true, 0 for false and a half for unknown."""
    match normal:
        case AllOf(parts):
            return min((degree(part, facts) for part in parts), default=1.0)
        case AnyOf(parts):
            return max((degree(part, facts) for part in parts), default=0.0)
        case Absence(fact, missing):
            return float((fact not in facts) is missing)
        case Atom(fact, sign, other):
            named = [fact, other.name] if isinstance(other, FactRef) else [fact]
            if any(name not in facts for name in named):
                return 0.5
            right = facts[other.name] if isinstance(other, FactRef) else other
            return float(SIGNS[sign](facts[fact], right))


def normal_of(when: str) -> Normal:
    """Return the normal form of a condition about the small vocabulary."""
    checked, problems = check(when, SMALL, DECLARED)
    assert checked is not None, problems
    return normal_form(checked, PARAMETERS)


@settings(max_examples=400, deadline=None)
@given(SEEDS)
def test_the_normal_form_is_worth_the_same_as_the_condition(seed: int) -> None:
    """For any condition, its negation too, and any facts, missing ones among them."""
    chance = Random(seed)  # noqa: S311  # cases to try, not secrets
    rule: Condition = condition(chance)
    for each in (rule, Not(rule), Not(Not(rule))):
        normal = normal_form(each, PARAMETERS)
        for missing in (0.0, 0.3, 0.6, 1.0):
            facts = held_facts(chance, missing=missing)
            expected = evaluate(each, facts, PARAMETERS)
            assert _WORTH[degree(normal, facts)] is expected, (written(each), facts)


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_no_part_of_a_normal_form_could_have_been_left_out(seed: int) -> None:
    """Parts are of the other kind than their whole, no constants, at least two, and none twice."""
    chance = Random(seed)  # noqa: S311  # cases to try, not secrets
    waiting = [normal_form(condition(chance), PARAMETERS)]
    while waiting:
        normal = waiting.pop()
        if isinstance(normal, AllOf | AnyOf) and normal not in (TRUE, FALSE):
            assert len(normal.parts) == len(set(normal.parts)) >= 2
            assert not any(isinstance(part, type(normal)) for part in normal.parts)
            assert TRUE not in normal.parts
            assert FALSE not in normal.parts
            waiting += normal.parts


@pytest.mark.parametrize(
    ("when", "normal"),
    [
        ("sunny", Atom("sunny", "=", True)),
        ("not(sunny)", Atom("sunny", "!=", True)),
        ("not(count < 3)", Atom("count", ">=", 3)),
        ("3 < count", Atom("count", ">", 3)),
        ("not(3 < count)", Atom("count", "<=", 3)),
        ("count < others", Atom("count", "<", FactRef("others"))),
        ("count < limit", Atom("count", "<", 6)),
        ("not(sunny is known)", Absence("sunny", missing=True)),
        ("not(sunny is missing)", Absence("sunny", missing=False)),
        ("not(not(sunny is missing))", Absence("sunny", missing=True)),
        ("not(sunny and windy)",
         AnyOf((Atom("sunny", "!=", True), Atom("windy", "!=", True)))),
        ("not(sunny or windy)",
         AllOf((Atom("sunny", "!=", True), Atom("windy", "!=", True)))),
        ("count in (1..4]", AllOf((Atom("count", ">", 1), Atom("count", "<=", 4)))),
        ("not(count in (1..4])", AnyOf((Atom("count", "<=", 1), Atom("count", ">", 4)))),
        ("not(count in (1, 4))", AllOf((Atom("count", "!=", 1), Atom("count", "!=", 4)))),
        ("sunny and yes", Atom("sunny", "=", True)),
        ("sunny and not(yes)", FALSE),
        ("sunny or yes", TRUE),
        ("limit = 6", TRUE),
        ("limit in [7..9]", FALSE),
        ("sunny and sunny", Atom("sunny", "=", True)),
    ],
)  # fmt: skip
def test_negation_stands_at_the_comparisons_and_constants_are_gone(
    when: str, normal: Normal
) -> None:
    """Each form, negated and not, with the parameters' values of the day put in."""
    assert normal_of(when) == normal


def test_what_is_true_or_false_for_certain_is_not_called_so_when_it_may_be_unknown() -> None:
    """`a or not(a)` is unknown while a is missing, so it is no constant."""
    assert normal_of("sunny or not(sunny)") not in (TRUE, FALSE)
    assert normal_of("sunny and not(sunny)") not in (TRUE, FALSE)


def test_both_and_either_simplify_what_they_join() -> None:
    """Nothing, one part, nested parts, and a constant that settles it."""
    first, second = Absence("a", True), Absence("b", True)
    assert (both(()), either(())) == (TRUE, FALSE)
    assert both((first,)) == either((first,)) == first
    assert both((first, AllOf((second, first)))) == AllOf((first, second))
    assert either((first, AnyOf((second, first)))) == AnyOf((first, second))
    assert both((first, FALSE)) == FALSE
    assert either((first, TRUE)) == TRUE
    assert both((first, TRUE)) == either((first, FALSE)) == first


def test_only_a_checked_condition_has_a_normal_form() -> None:
    """A name that was not looked up is neither a fact nor a constant."""
    with pytest.raises(LookupError):
        normal_form(Comparison(Name("count"), "=", LiteralTerm(1)), {})
