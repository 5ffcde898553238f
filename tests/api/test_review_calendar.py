"""The feed, read back by a parser that did not write it: every event as RFC 5545 has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from api.review_calendar import feed
from model.database import Database
from model.holding_reviews import hold_review
from model.moment import Moment
from model.review_feed import held_in_feed, left_out_of_feed, reviews_in_feed
from model.reviews import (
    NewReview,
    Review,
    change_recurrence,
    end_review,
    find_review,
    set_up,
)
from rules.review_rules import ReviewKind

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
DUE = date(2027, 1, 31)
TITLES = ("Größe, „Maß“; und Öl", "a\\nb\\,c", "🗓 " + "sehr lang " * 40, "x" * 74 + "ü")
NEW = NewReview(ReviewKind.SERVICE_LEVEL, "mail", "Mail", "Line Manager", DUE, "P3M")


def made(database: Database, new: NewReview = NEW) -> str:
    """Set a review up; its id is its subject."""
    with database.transaction() as session:
        return set_up(session, new, new.subject, NOW).id


def raw(database: Database) -> bytes:
    """Return the feed as it is sent."""
    with database.reading() as session:
        return feed(reviews_in_feed(session), held_in_feed(session), left_out_of_feed(session))


def read(database: Database) -> Calendar:
    """Return the feed as an independent parser reads it."""
    return IcsCalendarStream.calendar_from_ics(raw(database).decode())


def events(database: Database) -> dict[str, Event]:
    """Return the events by their UIDs, each of which there is once."""
    found = read(database).events
    assert len({event.uid for event in found}) == len(found)
    return {event.uid or "": event for event in found}


def hold(database: Database, id: str, due_on: date = DUE) -> None:
    """Record that it was held, three days later."""
    with database.transaction() as session:
        hold_review(session, id, due_on, "unchanged", None, "Ann", Moment.at(LATER, UTC))


@pytest.mark.parametrize("title", TITLES)
def test_every_title_is_read_back_as_it_was(sqlite_database: Database, title: str) -> None:
    """Umlauts, commas, backslashes and new lines; long lines are folded, between characters."""
    made(sqlite_database, replace(NEW, title=title))
    (event,) = events(sqlite_database).values()
    assert event.summary == title
    lines = raw(sqlite_database).split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()


def test_a_new_line_in_a_title_breaks_no_event() -> None:
    """None is let in today; an older database may hold one."""
    review = Review(id="x", title="one\ntwo\r\nEND:VEVENT", role="Line", number=0, version=1,
                    due_on=DUE, created_at=NOW)  # fmt: skip
    (event,) = IcsCalendarStream.calendar_from_ics(feed([review], []).decode()).events
    assert (event.summary or "").splitlines() == ["one", "two", "END:VEVENT"]


def test_an_awaited_occurrence_is_a_whole_day(database: Database) -> None:
    """From its day to the next; confirmed, under a UID of its own, and it blocks nobody's time."""
    made(database)
    (event,) = events(database).values()
    assert (event.uid, event.dtstart, event.dtend) == ("mail-0@tollgate", DUE, date(2027, 2, 1))
    assert type(event.dtstart) is date
    assert (event.status, event.transparency) == ("CONFIRMED", "TRANSPARENT")
    assert (event.sequence, event.dtstamp, event.last_modified) == (1, NOW, NOW)


def test_one_that_moves_says_when_and_counts_on(database: Database) -> None:
    """The same UID, a higher SEQUENCE, and the instant of the change, whatever its kind."""
    id = made(database)
    with database.transaction() as session:
        review = find_review(session, id, lock=True)
        change_recurrence(session, review, date(2027, 3, 1), "P1Y", Moment.at(LATER, UTC))
    (event,) = events(database).values()
    assert event.uid == "mail-0@tollgate"
    assert (event.sequence, event.dtstamp, event.last_modified) == (2, LATER, LATER)
    with database.transaction() as session:
        end_review(session, find_review(session, id, lock=True), LATER + timedelta(days=1))
    (event,) = events(database).values()
    assert (event.status, event.sequence) == ("CANCELLED", 3)
    assert event.dtstamp == LATER + timedelta(days=1)


def test_what_was_held_does_not_change_any_more(database: Database) -> None:
    """It has counted on once; however often the review is held afterwards, it stays as it is."""
    id = made(database)
    before = events(database)["mail-0@tollgate"]
    hold(database, id)
    first = events(database)["mail-0@tollgate"]
    assert (first.summary, first.dtstamp, first.dtstart) == ("Held: Mail", LATER, DUE)
    assert (first.sequence or 0) > (before.sequence or 0)
    assert set(events(database)) == {"mail-0@tollgate", "mail-1@tollgate"}
    hold(database, id, date(2027, 4, 30))
    assert events(database)["mail-0@tollgate"] == first


def test_what_is_overdue_and_what_is_soonest_is_shown(sqlite_database: Database) -> None:
    """Of more reviews than a calendar shows, the farthest are left out, and it says how many."""
    made(sqlite_database, replace(NEW, subject="overdue", anchor=date(2026, 11, 1)))
    made(sqlite_database, replace(NEW, subject="ended", anchor=date(2027, 6, 1)))
    with sqlite_database.transaction() as session:
        end_review(session, find_review(session, "ended", lock=True), NOW)
        for number in range(1_005):
            new = replace(NEW, subject=f"s{number}", anchor=DUE + timedelta(days=number))
            set_up(session, new, new.subject, NOW)
    found = events(sqlite_database)
    assert {"overdue-0@tollgate", "ended-0@tollgate", "s998-0@tollgate"} <= set(found)
    assert "s999-0@tollgate" not in found
    assert "6 more, due later, are not shown" in raw(sqlite_database).decode().replace("\r\n ", "")


def test_a_whole_calendar_does_not_speak_of_what_is_left_out(sqlite_database: Database) -> None:
    """Only what is cut says so."""
    made(sqlite_database)
    assert b"not shown" not in raw(sqlite_database)
