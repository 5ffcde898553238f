"""A business calendar: a zone, the windows of each weekday, and the days that differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from rules.clocks.local_time import MINUTES_OF_A_DAY
from rules.errors import EmptyCalendar

DAYS_OF_A_WEEK = 7
_LAST_OF_FEBRUARY = 28
_LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Minutes of wall time, counted from midnight of the day on which the window opens.

    `opens` is 0 to 1,439; `closes` is later: 1,440 is 24:00, more is over midnight. It is shorter
    than a day, or the whole day from midnight to midnight.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < MINUTES_OF_A_DAY:
            raise ValueError("a window opens within the day")
        longest = MINUTES_OF_A_DAY - (1 if self.opens else 0)
        if not 0 < self.closes - self.opens <= longest:
            raise ValueError("a window closes after it opens, and is no longer than a day")


@dataclass(frozen=True, slots=True, order=True)
class YearDay:
    """A day of every year; 29 February is the 28th where there is none."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        """Return the day in a year."""
        if (self.month, self.day) == _LEAP_DAY and not _is_leap(year):
            return date(year, 2, _LAST_OF_FEBRUARY)
        return date(year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Days whose windows are these instead of the weekday's; none: a holiday.

    `first` and `last` belong to it. Yearly ones (`YearDay`) may lead over New Year.
    """

    name: str
    first: date | YearDay
    last: date | YearDay
    windows: tuple[Window, ...] = ()

    @property
    def is_yearly(self) -> bool:
        """Whether it comes every year."""
        return isinstance(self.first, YearDay)

    def span_on(self, day: date) -> int | None:
        """Return how many days it covers, if `day` is one of them."""
        for first, last in self._around(day):
            if first <= day <= last:
                return (last - first).days + 1
        return None

    def _around(self, day: date) -> Iterable[tuple[date, date]]:
        if not isinstance(self.first, YearDay) or not isinstance(self.last, YearDay):
            assert isinstance(self.first, date)
            assert isinstance(self.last, date)
            return ((self.first, self.last),)
        over_new_year = int(self.last < self.first)
        begins = [year for year in (day.year - over_new_year, day.year) if year >= 1]
        return [
            (self.first.in_year(year), self.last.in_year(min(year + over_new_year, date.max.year)))
            for year in begins
        ]


@dataclass(frozen=True)
class BusinessCalendar:
    """When business is open. `week` has the windows of Monday to Sunday.

    Raises:
        EmptyCalendar: no day has a window.
    """

    zone: ZoneInfo
    week: tuple[tuple[Window, ...], ...]
    special: tuple[SpecialDays, ...] = ()

    def __post_init__(self) -> None:
        if len(self.week) != DAYS_OF_A_WEEK:
            raise ValueError("a week has seven days")
        if not any(self.week) and not any(days.windows for days in self.special):
            raise EmptyCalendar("the calendar is empty: give at least one day a window")

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """Return the windows that open on a day of the calendar's zone.

        Of the special days that cover it, a dated one counts before a yearly one, then the
        shorter, then the one that comes first.
        """
        covering = [
            ((each.is_yearly, span), each)
            for each in self._special_near(day)
            if (span := each.span_on(day)) is not None
        ]
        if not covering:
            return self.week[day.weekday()]
        return min(covering, key=lambda found: found[0])[1].windows

    def _special_near(self, day: date) -> Iterable[SpecialDays]:
        yield from self._single_days.get(day, ())
        yield from self._longer_or_yearly

    @cached_property
    def _single_days(self) -> dict[date, list[SpecialDays]]:
        # There are hundreds of them: most of what a calendar was seeded with.
        found: dict[date, list[SpecialDays]] = {}
        for each in self.special:
            if isinstance(each.first, date) and each.first == each.last:
                found.setdefault(each.first, []).append(each)
        return found

    @cached_property
    def _longer_or_yearly(self) -> tuple[SpecialDays, ...]:
        return tuple(each for each in self.special if each.is_yearly or each.first != each.last)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
