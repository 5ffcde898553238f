"""Ranks: comparing them is comparing the values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.scales import MISSING, Scale
from tests.rules.drawn import SIGNS

values = st.one_of(
    st.tuples(st.sets(st.integers(), min_size=1), st.integers()),
    st.tuples(st.sets(st.text(max_size=3), min_size=1), st.text(max_size=3)),
    st.tuples(st.sets(st.booleans(), min_size=1), st.booleans()),
)


@given(values)
def test_each_comparison_of_ranks_is_that_of_the_values(drawn: tuple[set[int], int]) -> None:
    """Of numbers of any size, texts and yes or no, with each literal that there is."""
    literals, value = drawn
    scale = Scale("p", literals)
    for literal in literals:
        for sign in SIGNS.values():
            assert sign(scale.rank(value), scale.rank(literal)) == sign(value, literal)


@given(values)
def test_a_value_is_stated_by_its_rank_and_what_is_missing_has_one_of_its_own(
    drawn: tuple[set[int], int],
) -> None:
    """The same each time it is asked, within those that there are."""
    literals, value = drawn
    scale = Scale("p", literals)
    rank = scale.rank(value)
    assert rank in scale.ranks()
    assert rank != MISSING
    assert scale.rank(value) == rank
    assert json.loads("{" + scale.member(value)[1:] + "}") == {"p": rank}
    assert scale.member_of_rank(rank) == scale.member(value)


def test_a_value_of_another_type_has_no_rank() -> None:
    """Neither true for 1 nor a text that looks like it."""
    for value in (True, "1"):
        with pytest.raises(TypeError, match="`n` takes int"):
            Scale("n", (1,)).rank(value)
