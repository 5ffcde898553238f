"""Business calendars as values: which windows a day has, and what is no calendar."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from rules.clocks.business_calendar import BusinessCalendar, SpecialDays, Window, YearDay
from rules.errors import EmptyCalendar
from tests.rules.clocks.counted import NINE_TO_FIVE, weekly

HALF = Window(9 * 60, 12 * 60)


def special(
    name: str, first: date | YearDay, last: date | YearDay, *windows: Window
) -> SpecialDays:
    """Return special days."""
    return SpecialDays(name, first, last, windows)


@pytest.mark.parametrize(
    ("opens", "closes"), [(-1, 60), (1440, 1500), (60, 60), (60, 59), (0, 1441), (60, 1500)]
)
def test_what_is_no_window(opens: int, closes: int) -> None:
    """A window opens within its day, closes later, and is no longer than a day."""
    with pytest.raises(ValueError, match="window"):
        Window(opens, closes)


def test_an_empty_calendar_is_an_error() -> None:
    """Time would never pass by it; one working day out of turn makes it one that can be used."""
    closed = special("closed", date(2026, 1, 1), date(2026, 1, 1))
    with pytest.raises(EmptyCalendar):
        BusinessCalendar(ZoneInfo("UTC"), ((),) * 7, (closed,))
    assert BusinessCalendar(
        ZoneInfo("UTC"), ((),) * 7, (special("open", date(2026, 1, 1), date(2026, 1, 1), HALF),)
    ).windows_on(date(2026, 1, 1)) == (HALF,)
    with pytest.raises(ValueError, match="seven"):
        BusinessCalendar(ZoneInfo("UTC"), ((HALF,),) * 6)


def test_the_more_special_day_counts() -> None:
    """Dated before yearly, then the shorter, then the one that was written first."""
    day = date(2026, 12, 30)
    calendar = weekly(
        "UTC",
        NINE_TO_FIVE,
        special=(
            special("every year", YearDay(12, 30), YearDay(12, 30)),
            special("the week", date(2026, 12, 28), date(2027, 1, 1)),
            special("that day", day, day, HALF),
        ),
    )
    assert calendar.windows_on(day) == (HALF,)
    assert calendar.windows_on(date(2026, 12, 31)) == ()
    assert calendar.windows_on(date(2027, 12, 30)) == ()
    assert calendar.windows_on(date(2027, 12, 31)) == (NINE_TO_FIVE,)


def test_a_yearly_leap_day_is_the_28th_in_other_years() -> None:
    """It never falls out."""
    leap = YearDay(2, 29)
    calendar = weekly("UTC", NINE_TO_FIVE, special=(special("leap day", leap, leap),))
    assert calendar.windows_on(date(2028, 2, 29)) == ()
    assert calendar.windows_on(date(2028, 2, 28)) == (NINE_TO_FIVE,)
    assert calendar.windows_on(date(2027, 2, 26)) == (NINE_TO_FIVE,)
    assert leap.in_year(2027) == date(2027, 2, 28)
    assert calendar.windows_on(date(2029, 2, 28)) == ()


def test_a_yearly_stretch_over_new_year_covers_both_ends() -> None:
    """The last days of one year and the first of the next."""
    closed = special("closed", YearDay(12, 30), YearDay(1, 2))
    calendar = weekly("UTC", NINE_TO_FIVE, special=(closed,))
    open_on = [day for day in range(28, 32) if calendar.windows_on(date(2026, 12, day))]
    assert open_on == [28, 29]
    assert [day for day in range(1, 6) if calendar.windows_on(date(2026, 1, day))] == [5]
