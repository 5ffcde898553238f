"""Recurrence: every occurrence counts from the anchor; renewals and their notice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clocks.period import Period
from rules.clocks.recurrence import Recurrence, Renewal

periods = st.builds(Period, st.integers(0, 40), st.integers(0, 400)).filter(
    lambda period: period != Period()
)
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def test_monthly_from_31_january() -> None:
    """It falls on the last day of the shorter months, and comes back to the 31st."""
    monthly = Recurrence(date(2026, 1, 31), Period.read("P1M"))
    assert [monthly.occurrence(k) for k in range(5)] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    ]


def test_yearly_from_29_february() -> None:
    """It falls on 28 February in common years, and comes back to the 29th."""
    yearly = Recurrence(date(2024, 2, 29), Period.read("P1Y"))
    assert [yearly.occurrence(k) for k in (0, 1, 4)] == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2028, 2, 29),
    ]


def test_what_recurs_within_some_days() -> None:
    """Both ends count; before the anchor there is nothing."""
    quarterly = Recurrence(date(2026, 11, 30), Period.read("P3M"))
    assert quarterly.between(date(2026, 1, 1), date(2027, 5, 30)) == (
        date(2026, 11, 30),
        date(2027, 2, 28),
        date(2027, 5, 30),
    )
    assert quarterly.on_or_after(date(2020, 1, 1)) == date(2026, 11, 30)


@given(anchor=days, every=periods, day=days)
def test_the_next_occurrence_is_the_first_that_is_not_past(
    anchor: date, every: Period, day: date
) -> None:
    """No occurrence lies between the day and it."""
    recurrence = Recurrence(anchor, every)
    number = recurrence.number_on_or_after(day)
    assert recurrence.occurrence(number) >= day
    assert number == 0 or recurrence.occurrence(number - 1) < day


@given(anchor=days, every=periods)
def test_occurrences_come_one_after_the_other(anchor: date, every: Period) -> None:
    """Each is later than the one before, and as far from the anchor as its periods together."""
    found = [Recurrence(anchor, every).occurrence(k) for k in range(12)]
    assert found == sorted(set(found))
    whole = Period(every.months * 11, every.days * 11)
    assert found[11] == whole.from_(anchor)


def test_an_agreement_that_renews_itself_ends_again_and_again() -> None:
    """Notice counts from the end that is current; once that is past, from the next."""
    renewal = Renewal(date(2026, 5, 31), Period.read("P1Y"), Period.read("P3M"))
    assert renewal.end(2) == date(2028, 5, 31)
    assert renewal.current_end(date(2026, 5, 31)) == date(2026, 5, 31)
    assert renewal.notice_day(date(2026, 5, 1)) == date(2026, 2, 28)
    assert renewal.current_end(date(2026, 6, 1)) == date(2027, 5, 31)
    assert renewal.notice_day(date(2027, 6, 1)) == date(2028, 2, 29)


def test_an_agreement_that_ends_once_has_no_other_end() -> None:
    """After its end there is nothing to give notice of."""
    once = Renewal(date(2026, 12, 31), None, Period.read("P90D"))
    assert once.notice_day(date(2026, 12, 31)) == date(2026, 12, 31) - timedelta(days=90)
    assert once.notice_day(date(2027, 1, 1)) is None
    assert once.end(0) == date(2026, 12, 31)
    with pytest.raises(ValueError, match="once"):
        once.end(1)
