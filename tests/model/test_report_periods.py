"""Periods to report: no day of a target is reported twice, wherever its periods begin."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from model.report_periods import Days, unreported
from tests.model.agreed import AVAILABLE

FIRST = date(2026, 1, 1)
KEY = (AVAILABLE.metric, AVAILABLE.period)
spans = st.tuples(st.integers(0, 400), st.integers(0, 60)).map(
    lambda each: Days(
        FIRST + timedelta(days=each[0] + each[1]), FIRST + timedelta(days=each[0])
    )
)  # fmt: skip


def in_it(days: Days) -> set[date]:
    """Return every day of a period."""
    return {days.first + timedelta(days=n) for n in range((days.last - days.first).days + 1)}


@given(st.sets(spans, max_size=8), st.sets(spans, max_size=8))
def test_no_day_of_a_target_is_reported_twice(ended: set[Days], reported: set[Days]) -> None:
    """And what is left of a period goes to its end."""
    known = {day for each in reported for day in in_it(each)}
    left = unreported({each: [AVAILABLE] for each in ended}, {each: [KEY] for each in reported})
    assert all(in_it(each).isdisjoint(known) for each in left)
    assert {each.last for each in left} <= {each.last for each in ended}
    free = {each for each in ended if in_it(each).isdisjoint(known)}
    assert free <= set(left)


def test_another_target_is_reported_for_itself() -> None:
    """What was reported of one says nothing of the other, nor of the same over another period."""
    october = Days(date(2026, 10, 31), date(2026, 10, 1))
    moved = Days(date(2026, 10, 14), date(2026, 9, 15))
    quarterly = replace(AVAILABLE, period="P3M")
    left = unreported({moved: [AVAILABLE, quarterly]}, {october: [KEY]})
    assert left == {moved: [quarterly]}
