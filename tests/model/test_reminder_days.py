"""The days of reminders: ahead, on the day, and each week after it, whatever day one looks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.reminder_days import latest_step, next_day

DUE = date(2027, 1, 31)


def days(count: int) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)


def test_a_review_is_reminded_of_before_on_and_after_its_day() -> None:
    """Thirty and seven days ahead, on the day, then each week."""
    told: list[int] = []
    day = date.min
    while len(told) < 6:
        day = next_day(DUE, None, day)
        told.append((day - DUE).days)
    assert told == [-30, -7, 0, 7, 14, 21]


@pytest.mark.parametrize(
    ("every", "told"), [(7, [0, 7]), (8, [-7, 0]), (30, [-7, 0]), (31, [-30, -7])]
)
def test_no_reminder_comes_before_the_occurrence_before(every: int, told: list[int]) -> None:
    """What is reviewed each week is not announced a month ahead."""
    before = DUE - days(every)
    first = next_day(DUE, before, date.min)
    second = next_day(DUE, before, first)
    assert [(day - DUE).days for day in (first, second)] == told


@given(st.integers(1, 400), st.integers(0, 500))
def test_whatever_day_one_looks_the_latest_reminder_is_told(every: int, later: int) -> None:
    """However many were missed: it is the last of those whose day has come."""
    before = DUE - days(every)
    today = next_day(DUE, before, date.min) + days(later)
    told, day = [], next_day(DUE, before, date.min)
    while day <= today:
        told.append((day - DUE).days)
        day = next_day(DUE, before, day)
    assert latest_step(DUE, before, today) == told[-1]
    assert next_day(DUE, before, today) == day > today
