"""Subjects of reviews: whose portfolio a standing review is of is read from what it is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.review_subjects import RULED, is_ruled, of_portfolio, portfolio_in, require_free
from model.services import KEY
from rules.errors import BadFields


@given(rule=st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), key=st.from_regex(KEY))
def test_the_portfolio_is_read_back_and_is_nobody_elses(rule: str, key: str) -> None:
    """Whatever the rule and the portfolio are called; a review set up by hand is of none."""
    subject = of_portfolio(rule, key)
    assert portfolio_in(subject) == key
    for other in (f"{RULED}{rule}", f"{RULED}{rule}/{key}", f"{rule}/{key}"):
        assert portfolio_in(other) is None
    assert is_ruled(subject)
    assert is_ruled(f"{RULED}{rule}")
    assert not is_ruled(f"{rule}/{key}")


@given(rule=st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), key=st.from_regex(KEY))
def test_a_portfolio_is_not_where_older_processes_end_what_they_do_not_know(
    rule: str, key: str
) -> None:
    """They see to what begins with `rules/`, and nobody sets the review up by hand."""
    subject = of_portfolio(rule, key)
    assert not subject.startswith("rules/")
    with pytest.raises(BadFields):
        require_free(subject)
