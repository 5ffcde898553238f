"""Calendars in SQL: the newest version counts, none is ever lost, and no change is lost either."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from model.calendars import (
    Editing,
    calendar_named,
    change_calendar,
    create_calendar,
    list_calendars,
    read_calendar_named,
    view_of_calendar,
)
from model.database import Database
from rules.errors import CalendarMovedOn, NameTaken, UnknownRecord
from tests.model.clocked import HOURS, MONDAY, NINE_TO_FIVE, accept, office, on


def editing(by: str = "Dana", now: datetime = MONDAY) -> Editing:
    """Return who changes it, whatever version there is."""
    return Editing(by, now, accept)


def make(database: Database, name: str = "office") -> None:
    """Make a calendar."""
    with database.transaction() as session:
        create_calendar(session, name, NINE_TO_FIVE, "Dana", MONDAY)


def test_the_newest_version_counts_and_the_older_ones_stay(database: Database) -> None:
    """With who wrote each and when; what is counted by an older one can still be."""
    make(database)
    longer = office("08:00-18:00")
    with database.transaction() as session:
        changed = change_calendar(session, "office", longer, editing("Bo", on(1, "09:00")))
    with database.reading() as session:
        view = read_calendar_named(session, "office")
        assert view == changed
        assert (view.version, view.by, view.at) == (2, "Bo", on(1, "09:00"))
        assert view.time.between(on(0, "00:00"), on(1, "00:00")) == 10 * HOURS
        before = view_of_calendar(session, calendar_named(session, "office"), 1)
        assert (before.by, before.at) == ("Dana", MONDAY)
        assert before.time.between(on(0, "00:00"), on(1, "00:00")) == 8 * HOURS


def test_what_says_the_same_is_no_new_version(database: Database) -> None:
    """Sending a change again changes nothing."""
    make(database)
    with database.transaction() as session:
        assert change_calendar(session, "office", NINE_TO_FIVE, editing()).version == 1


def test_calendars_are_listed_by_name(database: Database) -> None:
    """Each once, at the version that counts."""
    for name in ("b", "a"):
        make(database, name)
    with database.transaction() as session:
        change_calendar(session, "a", office("10:00-12:00"), editing())
    with database.reading() as session:
        assert [(view.name, view.version) for view in list_calendars(session)] == [
            ("a", 2),
            ("b", 1),
        ]


def test_a_name_belongs_to_one_calendar(database: Database) -> None:
    """Of two who make it at once, one does; the other is told."""

    def attempt(_: int) -> str:
        try:
            make(database)
        except NameTaken:
            return "taken"
        return "made"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == ["made", "taken", "taken", "taken"]


def test_a_calendar_that_has_moved_on_is_not_changed(database: Database) -> None:
    """What `require` refuses leaves it as it was; so does an unknown name."""
    make(database)

    def refuse(version: int) -> None:
        raise CalendarMovedOn(f"it is at {version}")

    late = Editing("Bo", MONDAY, refuse)
    with pytest.raises(CalendarMovedOn), database.transaction() as session:
        change_calendar(session, "office", office("10:00-12:00"), late)
    with pytest.raises(UnknownRecord, match="nowhere"), database.transaction() as session:
        change_calendar(session, "nowhere", NINE_TO_FIVE, editing())
    with database.reading() as session:
        assert read_calendar_named(session, "office").version == 1


def test_no_version_is_ever_rewritten(database: Database) -> None:
    """Neither changed nor removed, whatever program tries."""
    make(database)
    for statement in ("UPDATE calendar_versions SET hours = '{}'", "DELETE FROM calendar_versions"):
        with pytest.raises(DBAPIError), database.transaction() as session:
            session.execute(text(statement))
