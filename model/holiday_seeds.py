"""Holidays of a country, put into a calendar once; from then on they are the calendar's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import holidays
from sqlalchemy.orm import Session

from model.calendars import (
    CalendarView,
    Editing,
    calendar_in,
    change_calendar,
    lock_calendar,
    view_of_calendar,
)
from rules.clocks.business_calendar import SpecialDays
from rules.clocks.calendar_reader import LONGEST_NAME, MOST_SPECIAL_DAYS
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_YEARS = 30


@dataclass(frozen=True, slots=True)
class Seed:
    """Which holidays: of a country (ISO 3166-1, `AT`), maybe of a part of it, for some years."""

    country: str
    subdivision: str | None
    first_year: int
    last_year: int

    def require_sound(self) -> None:
        """Refuse what there are no holidays for.

        Raises:
            BadFields: with one problem for each member.
        """
        countries = holidays.list_supported_countries()
        problems = []
        parts = countries.get(self.country)
        if parts is None:
            help = did_you_mean(self.country, countries)
            problems.append(FieldProblem("/country", "is no country that is known here", help))
        elif self.subdivision is not None and self.subdivision not in parts:
            help = did_you_mean(self.subdivision, parts)
            detail = f"is no part of `{self.country}` that is known here"
            problems.append(FieldProblem("/subdivision", detail, help))
        if not FIRST_YEAR <= self.first_year <= LAST_YEAR:
            detail = f"must be between {FIRST_YEAR} and {LAST_YEAR}"
            problems.append(FieldProblem("/first_year", detail))
        elif not self.first_year <= self.last_year < self.first_year + MOST_YEARS:
            detail = f"must be no earlier than `first_year`, and {MOST_YEARS} years in all at most"
            problems.append(FieldProblem("/last_year", detail))
        if problems:
            raise BadFields(problems)

    def days(self) -> tuple[tuple[date, str], ...]:
        """Return the holidays, in order, each with its name in English where there is one."""
        years = range(self.first_year, self.last_year + 1)
        found = holidays.country_holidays(
            self.country, subdiv=self.subdivision, years=years, language="en_US"
        )
        return tuple(sorted(found.items()))


def seed_holidays(session: Session, name: str, seed: Seed, editing: Editing) -> CalendarView:
    """Add a country's holidays to a calendar: those days on which it has nothing of its own.

    A day that somebody has changed, or made a working day, stays as they made it. One that was
    taken away comes back. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such calendar.
        BadFields: there are no such holidays, or the calendar would have too many special days.
        and what `editing.require` raises.
    """
    seed.require_sound()
    row = lock_calendar(session, name)
    calendar = calendar_in(view_of_calendar(session, row, row.version).hours)
    owned = {days.first for days in calendar.special if days.first == days.last}
    added = tuple(
        SpecialDays(called[:LONGEST_NAME], day, day)
        for day, called in seed.days()
        if day not in owned
    )
    special = calendar.special + added
    if len(special) > MOST_SPECIAL_DAYS:
        detail = f"the calendar would have more than {MOST_SPECIAL_DAYS} special days"
        raise BadFields([FieldProblem("/last_year", detail)])
    return change_calendar(session, name, replace(calendar, special=special), editing)
