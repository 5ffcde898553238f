"""Periods: months and days are different units, and an end of month stays within its month."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clocks.period import PATTERN, Period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("P1M", Period(months=1)),
        ("P3M", Period(months=3)),
        ("P1Y", Period(months=12)),
        ("P7D", Period(days=7)),
        ("P2W", Period(days=14)),
        ("P1Y6M2W3D", Period(months=18, days=17)),
    ],
)
def test_periods_are_read(text: str, period: Period) -> None:
    """As ISO 8601 writes them."""
    assert Period.read(text) == period


@pytest.mark.parametrize("text", ["", "P", "1M", "P1H", "PT1H", "P0D", "P-1M", "p1m", "P1D1M"])
def test_what_is_no_period_is_refused(text: str) -> None:
    """So is one of no length, which would never lead anywhere."""
    with pytest.raises(ValueError, match=r"period|length"):
        Period.read(text)


@pytest.mark.parametrize("text", ["P9999Y", "P1Y99999M", "P999999D"])
def test_a_period_of_thousands_of_years_is_refused_for_what_it_is(text: str) -> None:
    """It is written well, and nobody lives to see its end."""
    with pytest.raises(ValueError, match="longer than 50 years"):
        Period.read(text)


@pytest.mark.parametrize(
    ("text", "way_out"),
    [("P51Y", "P50Y"), ("P999Y", "P50Y"), ("P601M", "P50Y"), ("P9999W", "P50Y"),
     ("P0000Y", "P1D"), ("P050Y0000M0000W00000D", "without zeros"), ("P0W", "P1D")],
)  # fmt: skip
def test_what_is_refused_says_the_way_out(text: str, way_out: str) -> None:
    """One of centuries would soon lead beyond the calendar; the help comes after a colon."""
    with pytest.raises(ValueError, match=f"`{text}` .*: .*{way_out}"):
        Period.read(text)


def test_what_was_taken_once_can_still_be_read() -> None:
    """A period of centuries counts as fifty years; what is none is refused as ever."""
    assert Period.read("P50Y") == Period.kept("P900Y") == Period(months=600)
    assert Period.kept("P9999W") == Period(days=50 * 366)
    assert Period.kept("P1Y2W") == Period.read("P1Y2W")
    with pytest.raises(ValueError, match="is not a period"):
        Period.kept("soon")


def test_ninety_days_are_not_three_months() -> None:
    """From 22 November 2026 they end two days apart."""
    day = date(2026, 11, 22)
    assert Period.read("P90D").from_(day) == date(2027, 2, 20)
    assert Period.read("P3M").from_(day) == date(2027, 2, 22)


def test_a_month_that_is_too_short_ends_the_period() -> None:
    """A month after, or before, the 31st is the last day of the next, or of the month before."""
    assert Period(months=1).from_(date(2026, 1, 31)) == date(2026, 2, 28)
    assert Period(months=1).before(date(2028, 3, 31)) == date(2028, 2, 29)
    assert Period(months=12).from_(date(2028, 2, 29)) == date(2029, 2, 28)


def test_beyond_the_calendar_there_is_no_day() -> None:
    """It is said, not guessed."""
    with pytest.raises(OverflowError):
        Period(months=1).from_(date(9999, 12, 31))
    with pytest.raises(OverflowError):
        Period(days=1).before(date(1, 1, 1))


@given(day=st.dates(date(1900, 1, 1), date(2100, 1, 1)), months=st.integers(0, 1200))
def test_a_day_keeps_its_place_in_the_month_where_there_is_one(day: date, months: int) -> None:
    """Counted month by month, it is so many months later, on the same day or the last."""
    found = Period(months=months).from_(day)
    first = day.replace(day=1)
    for _ in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    assert (found.year, found.month) == (first.year, first.month)
    assert found.day == min(day.day, monthrange(first.year, first.month)[1])


@given(
    st.tuples(*[st.none() | st.text("0123456789", min_size=1, max_size=9)] * 4).filter(any),
)
def test_every_period_that_is_taken_fits_the_published_pattern(
    numbers: tuple[str | None, ...],
) -> None:
    """Whoever goes by the pattern may write all that is read."""
    parts = (f"{each}{unit}" for each, unit in zip(numbers, "YMWD", strict=True) if each)
    text = f"P{''.join(parts)}"
    try:
        Period.read(text)
    except ValueError:
        return
    assert re.search(PATTERN, text)


@pytest.mark.parametrize("text", ["P999Y", "P51Y", "P0D", "P0Y0M", "P", "P1D1M", "P9999M", "1M"])
def test_the_published_pattern_takes_little_else(text: str) -> None:
    """Neither what is no period, nor one of no length or of centuries."""
    assert not re.search(PATTERN, text)
