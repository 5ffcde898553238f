"""Periods of the calendar as ISO 8601 writes them: so many months, and so many days."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


def _written(years: str, months: str, weeks: str, days: str) -> str:
    """Return the pattern of a period, of the patterns of its numbers."""
    return f"P(?=[0-9])(?:({years})Y)?(?:({months})M)?(?:({weeks})W)?(?:({days})D)?"


_WRITTEN = re.compile(_written(*["[0-9]{1,9}"] * 4))
PATTERN = (
    "^(?=.*[1-9])"
    + _written(
        "0{0,7}(?:[0-4]?[0-9]|50)", "0{0,6}[0-9]{1,3}", "0{0,5}[0-9]{1,4}", "0{0,4}[0-9]{1,5}"
    )
    + "$"
)
"""What is published of how a period is written: all that is taken fits it, and little else.

That no period is longer than fifty years in days or months as well, a pattern cannot say.
"""
_MONTHS_OF_A_YEAR = 12
_DAYS_OF_A_WEEK = 7
MOST_YEARS = 50
LONGEST_WRITTEN = 20
"""So many characters of a period are kept."""
_MOST_MONTHS, _MOST_DAYS = MOST_YEARS * _MONTHS_OF_A_YEAR, MOST_YEARS * 366


@dataclass(frozen=True, slots=True)
class Period:
    """Months and days are different units: three months are not ninety days."""

    months: int = 0
    days: int = 0

    @classmethod
    def read(cls, text: str) -> Period:
        """Return what `P1Y`, `P3M`, `P2W` or `P30D` says.

        Raises:
            ValueError: it is no such period, one of no length, or one of centuries, whose
                occurrences would soon lie beyond the calendar. After `: ` it says the way out.
        """
        period = cls._as_written(text)
        if period == cls():
            raise ValueError(f"`{text}` has no length: the shortest period is `P1D`")
        if period.months > _MOST_MONTHS or period.days > _MOST_DAYS:
            longest = f"the longest is `P{MOST_YEARS}Y`"
            raise ValueError(f"`{text}` is longer than {MOST_YEARS} years: {longest}")
        if len(text) > LONGEST_WRITTEN:
            most = f"in at most {LONGEST_WRITTEN} characters, without zeros before a number"
            raise ValueError(f"`{text}` is written at too great a length: write it {most}")
        return period

    @classmethod
    def kept(cls, text: str) -> Period:
        """Return a period that was taken once: of one of centuries, which was, fifty years.

        Raises:
            ValueError: it is no period.
        """
        period = cls._as_written(text)
        return cls(min(period.months, _MOST_MONTHS), min(period.days, _MOST_DAYS))

    @classmethod
    def _as_written(cls, text: str) -> Period:
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise ValueError(f"`{text}` is not a period: write it as in `P1Y`, `P6M` or `P30D`")
        years, months, weeks, days = (int(number or 0) for number in written.groups())
        return cls(years * _MONTHS_OF_A_YEAR + months, weeks * _DAYS_OF_A_WEEK + days)

    def times(self, number: int) -> Period:
        """Return so many of these periods."""
        return Period(self.months * number, self.days * number)

    def from_(self, day: date) -> date:
        """Return the day that is this period after `day`.

        Months first, at the end of the month where it has no such day; then the days.

        Raises:
            OverflowError: it lies beyond the calendar.
        """
        return _months_after(day, self.months) + timedelta(days=self.days)

    def before(self, day: date) -> date:
        """Return the day that is this period before `day`: counted back the same way.

        Raises:
            OverflowError: it lies beyond the calendar.
        """
        return _months_after(day, -self.months) - timedelta(days=self.days)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * _MONTHS_OF_A_YEAR + day.month - 1 + months, _MONTHS_OF_A_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError("the day lies beyond the calendar")
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
