"""Subjects of reviews: whose portfolio a standing review is of is read from what it is about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.review_subjects import RULED, of_portfolio, portfolio_in
from model.services import KEY


@given(rule=st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), key=st.from_regex(KEY))
def test_the_portfolio_is_read_back_and_is_nobody_elses(rule: str, key: str) -> None:
    """Whatever the rule and the portfolio are called; a review set up by hand is of none."""
    assert portfolio_in(f"{RULED}{of_portfolio(rule, key)}") == key
    assert portfolio_in(f"{RULED}{rule}") is None
    assert portfolio_in(of_portfolio(rule, key)) is None
