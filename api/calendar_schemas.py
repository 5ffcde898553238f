"""What callers may write into a business calendar, and what they read of it."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.response_schemas import INSTANT, many, text
from api.strict_schema import Instant, Names, Part, Parts, StrictSchema, Text, WholeNumber
from model.calendars import NAME
from model.holiday_seeds import FIRST_YEAR, LAST_YEAR
from model.texts import LONGEST_NAME
from rules.clocks.calendar_reader import MOST_SPECIAL_DAYS, MOST_WINDOWS

_NAME = f"^{NAME}$"
_WINDOW = 11
_DAY = 10
_WINDOWS = (
    "Wall time, as in `09:00-17:00`; `22:00-06:00` ends on the next day, `24:00` is the day's end"
)


def _windows(**options: Any) -> Names:
    return Names(_WINDOW, MOST_WINDOWS, metadata={"description": _WINDOWS}, **options)


class WeekSchema(StrictSchema):
    """The windows of each weekday; a day that is left out has none."""

    monday = _windows()
    tuesday = _windows()
    wednesday = _windows()
    thursday = _windows()
    friday = _windows()
    saturday = _windows()
    sunday = _windows()


class SpecialDaysSchema(StrictSchema):
    """Days whose windows are these instead; without any it is a holiday."""

    name = Text(LONGEST_NAME, required=True)
    first = Text(
        _DAY,
        required=True,
        metadata={"description": "`2026-12-24`, or `12-24` for each year"},
    )
    last = Text(
        _DAY,
        metadata={"description": "The last of the days; if absent, `first`. May be after New Year"},
    )
    windows = _windows(load_default=list)


class HoursSchema(StrictSchema):
    """When business is open: all of it takes the place of what was there."""

    timezone = Text(LONGEST_NAME, required=True, metadata={"description": "as in `Europe/Vienna`"})
    week = Part(WeekSchema, required=True)
    special_days = Parts(SpecialDaysSchema, MOST_SPECIAL_DAYS, load_default=list)


class NewCalendarSchema(HoursSchema):
    """A calendar to make."""

    name = Text(
        LONGEST_NAME,
        required=True,
        metadata={"pattern": _NAME},
    )


class SeedSchema(StrictSchema):
    """Whose holidays, of which years."""

    country = Text(2, required=True, metadata={"description": "ISO 3166-1, as in `AT`"})
    subdivision = Text(50, metadata={"description": "A part of the country, as in `9`"})
    first_year = WholeNumber(FIRST_YEAR, LAST_YEAR, required=True)
    last_year = WholeNumber(FIRST_YEAR, LAST_YEAR, required=True)


class HoursQuerySchema(StrictSchema):
    """From when to when."""

    since = Instant(required=True, metadata={"description": "RFC 3339, with its offset"})
    until = Instant(required=True, metadata={"description": "at most 366 days later"})


class CalendarSchema(HoursSchema):
    """A calendar as it counts now."""

    name = text()
    version = fields.Integer(required=True, metadata={"minimum": 1})
    changed_by = text()
    changed_at = text(**INSTANT)


class CalendarsSchema(StrictSchema):
    """Every calendar, by name."""

    calendars = many(CalendarSchema)


class OpenSpanSchema(StrictSchema):
    """A span in which business is open; `until` is no longer part of it."""

    since = text(**INSTANT)
    until = text(**INSTANT)


class OpenHoursSchema(StrictSchema):
    """How much business time there is, and the spans that it is made of."""

    version = fields.Integer(required=True, metadata={"minimum": 1})
    seconds = fields.Decimal(required=True)
    open = many(OpenSpanSchema)
