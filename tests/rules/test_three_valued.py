"""Three-valued evaluation: Kleene's tables, and what a missing fact does to every form."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings

from rules.condition import And, Comparison, LiteralTerm, Name, Or, facts_of
from rules.three_valued import compare, evaluate
from rules.values import Value
from tests.rules.books import check
from tests.rules.drawn import (
    DECLARED,
    PARAMETERS,
    SEEDS,
    SMALL,
    all_values,
    condition,
    day,
    held_facts,
    some_names,
    tenths,
    written,
)

T, U, F = True, None, False
CONJUNCTION = {
    (T, T): T, (T, U): U, (T, F): F,
    (U, T): U, (U, U): U, (U, F): F,
    (F, T): F, (F, U): F, (F, F): F,
}  # fmt: skip
DISJUNCTION = {
    (T, T): T, (T, U): T, (T, F): T,
    (U, T): T, (U, U): U, (U, F): U,
    (F, T): T, (F, U): U, (F, F): F,
}  # fmt: skip


def worth(when: str, **facts: Value) -> bool | None:
    """Return what a condition about the small vocabulary is worth."""
    checked, problems = check(when, SMALL, DECLARED)
    assert checked is not None, problems
    return evaluate(checked, facts, PARAMETERS)


@pytest.mark.parametrize(("parts", "result"), CONJUNCTION.items())
def test_and_keeps_kleenes_table(
    parts: tuple[bool | None, bool | None], result: bool | None
) -> None:
    """`and` is false when one part is, else unknown when one part is."""
    facts = _flags(parts)
    assert worth("sunny and windy", **facts) is result


@pytest.mark.parametrize(("parts", "result"), DISJUNCTION.items())
def test_or_keeps_kleenes_table(
    parts: tuple[bool | None, bool | None], result: bool | None
) -> None:
    """`or` is true when one part is, else unknown when one part is."""
    facts = _flags(parts)
    assert worth("sunny or windy", **facts) is result


@pytest.mark.parametrize(("part", "result"), [(T, F), (U, U), (F, T)])
def test_not_keeps_kleenes_table(part: bool | None, result: bool | None) -> None:
    """`not` turns true and false around and leaves unknown unknown."""
    assert worth("not(sunny)", **_flags((part, T))) is result


def _flags(parts: tuple[bool | None, bool | None]) -> dict[str, Value]:
    named = zip(("sunny", "windy"), parts, strict=True)
    return {name: value for name, value in named if value is not None}


def test_and_and_or_of_nothing() -> None:
    """Every one of no parts is true, and none of them is."""
    assert (evaluate(And(()), {}, {}), evaluate(Or(()), {}, {})) == (True, False)


@pytest.mark.parametrize(
    ("sign", "less", "equal", "more"),
    [
        ("=", F, T, F), ("!=", T, F, T), ("<", T, F, F),
        ("<=", T, T, F), (">", F, F, T), (">=", F, T, T),
    ],
)  # fmt: skip
def test_each_sign_compares_as_it_reads(sign: str, less: bool, equal: bool, more: bool) -> None:
    """A value below, at and above another one; unknown on either side is unknown."""
    for low, high in ((1, 2), (tenths(1), tenths(2)), (day(0), day(1))):
        assert compare(low, sign, high) is less
        assert compare(low, sign, low) is equal
        assert compare(high, sign, low) is more
        assert compare(None, sign, low) is compare(low, sign, None) is None
    assert compare(None, sign, None) is None


@pytest.mark.parametrize(
    ("when", "facts", "result"),
    [
        ("count in [3..5]", {"count": 3}, T),
        ("count in (3..5]", {"count": 3}, F),
        ("count in ]3..5]", {"count": 4}, T),
        ("count in [3..5]", {"count": 5}, T),
        ("count in [3..5)", {"count": 5}, F),
        ("count in [3..5[", {"count": 4}, T),
        ("count between 3 and 5", {"count": 6}, F),
        ("count in [3..5]", {}, U),
        ("count in [others..5]", {"count": 6}, F),
        ("count in [others..5]", {"count": 4}, U),
        ("count in [others..5]", {"others": 4}, U),
        ("5 in [count..others]", {"count": 6}, F),
        ("count in (1, others)", {"count": 1}, T),
        ("count in (1, others)", {"count": 2}, U),
        ("count in (1, 2)", {"count": 3}, F),
        ("not(count in (1, 2))", {}, U),
        ('sky in ("red", shade)', {"sky": "green"}, T),
        ("price = cost", {"price": Decimal("0.30"), "cost": Decimal("0.3")}, T),
        ("cost >= 1", {"cost": Decimal("1.0")}, T),
        ("count = count", {}, U),
        ("days_left <= limit", {"days_left": 6}, T),
        ("yes or sunny", {}, T),
        ("sunny or not(sunny)", {}, U),
    ],
)
def test_a_comparison_with_a_missing_fact_is_unknown(
    when: str, facts: dict[str, Value], result: bool | None
) -> None:
    """Unknown is what cannot be told yet, and nothing that is settled by what is known."""
    assert worth(when, **facts) is result


def test_missing_and_known_are_never_unknown() -> None:
    """Whether a fact is there is true or false for each fact, whatever its value."""
    for name in SMALL.facts:
        for value in (None, *all_values(name)):
            facts = {} if value is None else {name: value}
            assert worth(f"{name} is missing", **facts) is (value is None)
            assert worth(f"{name} is known", **facts) is (value is not None)


def test_a_name_that_was_not_looked_up_is_no_fact() -> None:
    """A tree that has not been checked is not evaluated."""
    with pytest.raises(LookupError):
        evaluate(Comparison(Name("count"), "=", LiteralTerm(1)), {"count": 1}, {})


def test_a_parameter_always_has_a_value() -> None:
    """A parameter is never missing: without its value of the day nothing is evaluated."""
    checked, _ = check("limit = 6", SMALL, DECLARED)
    assert checked is not None
    assert evaluate(checked, {}, PARAMETERS) is True
    with pytest.raises(KeyError):
        evaluate(checked, {}, {})


@settings(max_examples=500, deadline=None)
@given(SEEDS)
def test_what_is_settled_stays_settled(seed: int) -> None:
    """Learning more facts never turns true or false into anything else."""
    chance = Random(seed)  # noqa: S311  # cases to try, not secrets
    rule = condition(chance, some_names(chance, 4), absences=False)
    known = held_facts(chance, facts_of(rule), missing=0.5)
    settled = evaluate(rule, known, PARAMETERS)
    for _ in range(5):
        more = known | {
            name: chance.choice(all_values(name))
            for name in facts_of(rule)
            if name not in known and chance.random() < 0.8
        }
        learned = evaluate(rule, more, PARAMETERS)
        assert settled is None or learned is settled, (written(rule), known, more)


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_nothing_is_unknown_when_every_fact_is_known(seed: int) -> None:
    """With all its facts known, a condition is true or false."""
    chance = Random(seed)  # noqa: S311  # cases to try, not secrets
    rule = condition(chance)
    facts = {name: chance.choice(all_values(name)) for name in SMALL.facts}
    assert evaluate(rule, facts, PARAMETERS) is not None
