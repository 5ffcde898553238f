"""Days on which something was done lie between 1970 and today, both included."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from model.past_days import FIRST_DAY, problems_of_day


@given(day=st.dates(), today=st.dates(min_value=FIRST_DAY))
def test_a_day_is_between_the_first_one_and_today(day: date, today: date) -> None:
    """Any other is refused, at its place and with what is wrong with it."""
    found = [(each.pointer, each.detail) for each in problems_of_day("/day", day, today)]
    if day > today:
        assert found == [("/day", "lies in the future")]
    elif day < date(1970, 1, 1):
        assert found == [("/day", "must not be before 1970-01-01")]
    else:
        assert found == []


def test_both_ends_are_days_like_any_other() -> None:
    """And where no day is said, there is nothing wrong with it."""
    today = date(2026, 11, 22)
    for day in (FIRST_DAY, today, None):
        assert problems_of_day("/day", day, today) == ()
