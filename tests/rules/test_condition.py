"""The tree of a condition: what it names, in the order in which it is written."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings

from rules.condition import COMPLEMENT, MIRROR, FactTerm, LiteralTerm, Name, facts_of, terms
from rules.condition_parser import parse_condition
from rules.three_valued import compare
from tests.rules.books import check
from tests.rules.drawn import DECLARED, OPERATORS, SEEDS, SMALL, condition, written


def test_terms_come_in_the_order_in_which_they_are_written() -> None:
    """Every fact and literal of every form is found, from left to right."""
    text = 'z = y and (x in [w..3] or not(v in ("u", t))) and s and r is missing and q is known'
    found = [
        term.name if isinstance(term, Name) else term.value
        for term in terms(parse_condition(text))
        if isinstance(term, Name | LiteralTerm)
    ]
    assert found == ["z", "y", "x", "w", 3, "v", "u", "t", "s", "r", "q"]


def test_each_fact_is_named_once_where_it_is_used_first() -> None:
    """Parameters and literals are no facts."""
    checked, _ = check(
        "others < limit and (count = others or sunny) and count > 2", SMALL, DECLARED
    )
    assert checked is not None
    assert facts_of(checked) == ("others", "count", "sunny")


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_the_facts_of_a_condition_are_the_names_in_its_text(seed: int) -> None:
    """No fact is left out and none is made up."""
    rule = condition(Random(seed))  # noqa: S311  # cases to try, not secrets
    words = written(rule).split()
    expected = [word for word in dict.fromkeys(words) if word in SMALL.facts]
    assert list(facts_of(rule)) == expected


def test_the_complement_is_true_when_the_sign_is_false_and_the_mirror_reads_from_the_right() -> (
    None
):
    """For every sign and both orders of two values, and for equal ones."""
    for sign in OPERATORS:
        for left, right in ((1, 2), (2, 1), (1, 1)):
            assert compare(left, COMPLEMENT[sign], right) is not compare(left, sign, right)
            assert compare(right, MIRROR[sign], left) is compare(left, sign, right)


def test_where_a_part_stands_is_no_part_of_what_it_is() -> None:
    """Two conditions that differ in white space alone are equal, and count as one."""
    first, second = parse_condition("a  =  1"), parse_condition("a=1")
    assert first == second
    assert len({first, second}) == 1
    assert FactTerm("a", (0, 1)) == FactTerm("a", (5, 6))
