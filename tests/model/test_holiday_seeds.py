"""Holidays of a country: put in once, and owned by the calendar from then on."""

from __future__ import annotations

from datetime import date

import pytest

from model.calendars import CalendarView, Editing, calendar_in, change_calendar, create_calendar
from model.database import Database
from model.holiday_seeds import Seed, seed_holidays
from rules.errors import BadFields, CalendarMovedOn, UnknownRecord
from tests.model.clocked import MONDAY, NINE_TO_FIVE, accept, office

AUSTRIA = Seed("AT", None, 2026, 2027)
EDITING = Editing("Dana", MONDAY, accept)


@pytest.fixture
def calendar(database: Database) -> Database:
    """A database with a calendar."""
    with database.transaction() as session:
        create_calendar(session, "office", NINE_TO_FIVE, "Dana", MONDAY)
    return database


def seed(database: Database, which: Seed = AUSTRIA, name: str = "office") -> CalendarView:
    """Put a country's holidays in."""
    with database.transaction() as session:
        return seed_holidays(session, name, which, EDITING)


def test_a_countrys_holidays_close_the_calendar(calendar: Database) -> None:
    """Easter Monday moves; each year has its own."""
    view = seed(calendar)
    hours = calendar_in(view.hours)
    for day in (date(2026, 4, 6), date(2027, 3, 29), date(2026, 10, 26)):
        assert hours.windows_on(day) == ()
    assert hours.windows_on(date(2026, 4, 7)) != ()
    assert hours.windows_on(date(2028, 4, 17)) != ()  # a year that was not asked for
    assert view.version == 2
    names = {days["name"] for days in view.hours["special_days"]}
    assert "Easter Monday" in names


def test_a_part_of_a_country_has_holidays_of_its_own(calendar: Database) -> None:
    """Assumption Day is one in some communities of Bavaria's state, not in Berlin."""
    berlin = calendar_in(seed(calendar, Seed("DE", "BE", 2026, 2026)).hours)
    assert berlin.windows_on(date(2026, 1, 6)) != ()
    bavaria = calendar_in(seed(calendar, Seed("DE", "BY", 2026, 2026)).hours)
    assert bavaria.windows_on(date(2026, 1, 6)) == ()


def test_what_the_calendar_has_of_its_own_stays(calendar: Database) -> None:
    """A working day that somebody made of a holiday is one after the next seeding, too."""
    with calendar.transaction() as session:
        working = office("09:00-12:00")
        special = [{"name": "open house", "first": "2026-10-26", "windows": ["09:00-12:00"]}]
        weekly = seed_holidays(session, "office", AUSTRIA, EDITING).hours
        kept = [days for days in weekly["special_days"] if days["first"] != "2026-10-26"]
        hours = {**weekly, "special_days": kept + special}
        change_calendar(session, "office", calendar_in(hours), EDITING)
    again = seed(calendar)
    assert calendar_in(again.hours).windows_on(date(2026, 10, 26)) == working.week[0]
    assert seed(calendar).version == again.version


@pytest.mark.parametrize(
    ("which", "pointers"),
    [
        (Seed("XX", None, 2026, 2026), ["/country"]),
        (Seed("at", None, 2026, 2026), ["/country"]),
        (Seed("AT", "Vienna", 2026, 2026), ["/subdivision"]),
        (Seed("AT", None, 1999, 2026), ["/first_year"]),
        (Seed("AT", None, 2026, 2025), ["/last_year"]),
        (Seed("AT", None, 2026, 2056), ["/last_year"]),
        (Seed("XX", None, 1999, 2026), ["/country", "/first_year"]),
    ],
)
def test_what_there_are_no_holidays_of_is_refused(
    calendar: Database, which: Seed, pointers: list[str]
) -> None:
    """Each member that is wrong is named, and the calendar stays as it was."""
    with pytest.raises(BadFields) as refused:
        seed(calendar, which)
    assert [problem.pointer for problem in refused.value.problems] == pointers


def test_a_calendar_takes_no_more_days_than_it_can_hold(calendar: Database) -> None:
    """Thirty years of one country after the other end in a refusal."""
    with pytest.raises(BadFields, match="2000 special days"):
        for country in ("LK", "KH", "JP", "US", "BD", "IR", "TR", "TH"):
            seed(calendar, Seed(country, None, 2010, 2039))


def test_only_a_calendar_that_was_seen_is_seeded(calendar: Database) -> None:
    """An unknown one, or one that has moved on, is not."""
    with pytest.raises(UnknownRecord):
        seed(calendar, name="nowhere")

    def refuse(version: int) -> None:
        raise CalendarMovedOn(f"it is at {version}")

    with pytest.raises(CalendarMovedOn), calendar.transaction() as session:
        seed_holidays(session, "office", AUSTRIA, Editing("Bo", MONDAY, refuse))
