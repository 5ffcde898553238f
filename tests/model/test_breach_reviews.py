"""What turns out to be missed once its review was held is reviewed again, and the title says so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from time import sleep

import pytest
from sqlalchemy import select, text

from model.access import Caller
from model.agreements import Agreement
from model.breach_reviews import last_holding, missed, named_in, ran_out
from model.cleared_breaches import end_cleared_breaches
from model.database import Database
from model.holding_reviews import HeldReview, hold_review
from model.missed_again import review_missed_again
from model.moment import Moment
from model.promises import Promise
from model.reviews import Review
from model.telling_timers import tell_timers
from model.timer_views import TimerView
from tests.model.agreed import agreed, awaited, measured
from tests.model.clocked import Clocked, event, on
from tests.model.reviewed import at, held

TODAY = date(2026, 11, 22)
NOVEMBER = "breach/fulfilment/2026-11-01"
OF_MAIL = "The service level agreement “Mail”"


@pytest.fixture
def agreement(database: Database) -> Agreement:
    """An agreement whose months begin on the first."""
    return agreed(database, starts_on=date(2026, 1, 1))


@pytest.fixture
def desk(database: Database, caller: Caller) -> Clocked:
    """A ticketing system with a case."""
    clocked = Clocked(database, caller)
    clocked.case()
    return clocked


def opened(desk: Clocked, agreement: Agreement, day: int) -> TimerView:
    """Have a timer begin at nine on a day: it runs out at five."""
    return desk.open(
        event("start", on(day, "09:00")), calendar=None, thresholds=(), name=f"timer {day}",
        target=Promise(agreement.id, "fulfilment"),
    )  # fmt: skip


def look(database: Database, now: datetime) -> list[str]:
    """Do what the ticks do by then, twice; return the breaches that are to be reviewed."""
    moment = Moment(now, now.date())
    for _ in range(2):
        with database.transaction() as session:
            tell_timers(session, moment)
        with database.transaction() as session:
            end_cleared_breaches(session, now)
        with database.transaction() as session:
            review_missed_again(session, moment)
    return [what for what, _ in awaited(database)]


def the_review(database: Database) -> Review:
    """Return the only review that there is."""
    with database.reading() as session:
        return session.scalars(select(Review)).one()


def held_on(database: Database, day: int, clock: str = "12:00") -> Review:
    """Have the only review held."""
    review, now = the_review(database), on(day, clock)
    with database.transaction() as session:
        moment = Moment(now, now.date())
        return hold_review(session, review.id, review.due_on, "unchanged", None, "Sam", moment)


def test_what_runs_out_once_its_review_was_held_is_reviewed_again(
    desk: Clocked, agreement: Agreement
) -> None:
    """Held about a breach that was none, it says nothing of one that came; held again, it does."""
    database = desk.database
    timer = opened(desk, agreement, 0)
    assert look(database, on(1, "09:00")) == [NOVEMBER]
    held_on(database, 1, "10:00")
    desk.tell(timer, event("pause", on(0, "16:00")), now=on(1, "10:05"))
    assert look(database, on(1, "10:10")) == []
    desk.tell(timer, event("resume", on(1, "11:00")), now=on(1, "11:00"))
    assert look(database, on(1, "12:01")) == [NOVEMBER]
    assert the_review(database).title == (
        f"{OF_MAIL}: fulfilment was missed again, after its review of 2026-12-01 was held:"
        f" the timer {timer.timer.id} ran out"
    )
    held_on(database, 1, "14:00")
    assert look(database, on(4, "09:00")) == []


def test_so_is_what_another_timer_misses_then(desk: Clocked, agreement: Agreement) -> None:
    """Nobody has looked at it, though somebody looked at the month."""
    opened(desk, agreement, 0)
    assert look(desk.database, on(1, "09:00")) == [NOVEMBER]
    assert last_held_of(desk.database) is None
    held_on(desk.database, 1)
    opened(desk, agreement, 3)
    assert look(desk.database, on(3, "16:59")) == []
    assert look(desk.database, on(4, "09:00")) == [NOVEMBER]
    assert last_held_of(desk.database) == date(2026, 12, 1)


def test_so_is_what_is_found_late(desk: Clocked, agreement: Agreement) -> None:
    """It ran out before the review was held, and nobody knew: its events came after that."""
    opened(desk, agreement, 1)
    assert look(desk.database, on(2, "09:00")) == [NOVEMBER]
    held_on(desk.database, 2)
    opened(desk, agreement, 0)
    assert look(desk.database, on(2, "13:00")) == [NOVEMBER]


def test_so_is_what_is_measured_then(database: Database) -> None:
    """Another value of what was missed already is nothing new; another day is."""
    agreement = agreed(database)
    measured(database, agreement, date(2026, 10, 30), 99, TODAY)
    review = the_review(database)
    held(database, review, review.due_on, TODAY)
    measured(database, agreement, date(2026, 10, 30), 98, TODAY)
    assert awaited(database) == []
    measured(database, agreement, date(2026, 10, 29), 98, TODAY)
    assert [what for what, _ in awaited(database)] == ["breach/availability/2026-09-30"]
    said = f"missed again, after its review of {review.due_on} was held: 98 on 2026-10-29"
    assert said in the_review(database).title
    before = the_review(database).version
    with database.transaction() as session:
        end_cleared_breaches(session, at(TODAY).now)
    assert the_review(database).version == before


def test_what_was_looked_at_keeps_nobody_at_a_miss_that_was_none(
    desk: Clocked, agreement: Agreement
) -> None:
    """Held for one timer and again for another, it ends with the other: nobody is accused of it."""
    database = desk.database
    opened(desk, agreement, 0)
    assert look(database, on(1, "09:00")) == [NOVEMBER]
    held_on(database, 1, "10:00")
    other = opened(desk, agreement, 1)
    assert look(database, on(1, "18:00")) == [NOVEMBER]
    desk.tell(other, event("pause", on(1, "16:00")), now=on(1, "19:00"))
    assert look(database, on(1, "20:00")) == []
    desk.tell(other, event("resume", on(2, "10:00")), now=on(2, "10:00"))
    assert look(database, on(2, "11:01")) == [NOVEMBER]
    held_on(database, 2)
    assert look(database, on(3, "09:00")) == []


def test_where_one_timer_was_in_time_after_all_another_is_named(
    desk: Clocked, agreement: Agreement
) -> None:
    """It ran out since the review was held, or was found late: that is what is looked at."""
    database = desk.database
    opened(desk, agreement, 0)
    look(database, on(1, "09:00"))
    held_on(database, 1, "10:00")
    named = opened(desk, agreement, 1)
    look(database, on(1, "18:00"))
    assert named_in(the_review(database).title) == named.timer.id
    before = the_review(database).version
    late = opened(desk, agreement, -1)
    look(database, on(1, "18:30"))
    assert the_review(database).version == before
    desk.tell(named, event("pause", on(1, "16:00")), now=on(1, "19:00"))
    assert look(database, on(1, "20:00")) == [NOVEMBER]
    assert the_review(database).title == (
        f"{OF_MAIL}: fulfilment was missed again, after its review of 2026-12-01 was held:"
        f" the timer {late.timer.id} ran out"
    )


def test_a_measurement_that_was_looked_at_keeps_nobody_either(database: Database) -> None:
    """Not even by another value of it; one that was corrected and missed anew does."""
    agreement = agreed(database)
    missed_on = [date(2026, 10, day) for day in (28, 29, 30)]
    for day in missed_on[:2]:
        measured(database, agreement, day, 99, TODAY)
    review, later = the_review(database), TODAY + timedelta(days=2)
    held(database, review, review.due_on, TODAY + timedelta(days=1))
    measured(database, agreement, missed_on[0], 98, later)
    measured(database, agreement, missed_on[2], 98, later)
    assert len(awaited(database)) == 1
    measured(database, agreement, missed_on[2], 99.9, later)
    assert awaited(database) == []
    measured(database, agreement, missed_on[2], 98, later)
    for value in (99.9, 97):
        measured(database, agreement, missed_on[1], value, later)
    measured(database, agreement, missed_on[2], 99.9, later)
    assert len(awaited(database)) == 1
    assert "97 on 2026-10-29" in the_review(database).title


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_so_is_what_runs_out_as_it_is_being_held(desk: Clocked, agreement: Agreement) -> None:
    """Whoever holds it at that moment does not know of it. On SQLite one writes at a time."""
    database, moment = desk.database, Moment(on(2, "09:00"), on(2, "09:00").date())
    opened(desk, agreement, 0)
    assert look(database, on(1, "09:00")) == [NOVEMBER]
    opened(desk, agreement, 1)
    review = the_review(database)

    def tell() -> None:
        with database.transaction() as session:
            tell_timers(session, moment)

    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session, database.looking() as looker:
            hold_review(session, review.id, review.due_on, "unchanged", None, "Sam", moment)
            told = pool.submit(tell)
            while not (told.done() or looker.scalar(waits)):
                sleep(0.01)
        told.result()
    assert [what for what, _ in awaited(database)] == [NOVEMBER]
    with database.transaction() as session:
        end_cleared_breaches(session, moment.now)
    assert [what for what, _ in awaited(database)] == [NOVEMBER]


def last_held_of(database: Database) -> date | None:
    """Return for which day the only review was held last."""
    with database.reading() as session:
        holding = last_holding(session, session.scalars(select(Review.subject)).one())
        return None if holding is None else holding.due_on


def test_a_title_says_what_was_missed_and_whether_it_was_looked_at() -> None:
    """As people read it."""
    assert missed("answer", "5 h") == "answer was missed: 5 h"
    assert missed("answer", "5 h", HeldReview(due_on=TODAY)) == (
        "answer was missed again, after its review of 2026-11-22 was held: 5 h"
    )


def test_a_title_names_a_timer_by_its_id() -> None:
    """And gives it back; a title of something else names none."""
    assert named_in(f"Mail: {missed('answer', ran_out('1-a'), HeldReview(due_on=TODAY))}") == "1-a"
    assert named_in("Mail: answer was missed: 98 on 2026-11-22") == ""
    assert named_in("Mail: how often the timer was stopped") == ""
