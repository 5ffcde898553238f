"""What is missed once its review had ended is reviewed after all, whichever process told it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from model.access import Caller
from model.agreement_targets import told_target
from model.agreements import Agreement
from model.apart import Failed
from model.cleared_breaches import end_cleared_breaches
from model.database import Database
from model.missed_again import HELD_BACK, LOOKED_BACK, review_missed_again
from model.moment import Moment
from model.promises import Promise
from model.review_round import go_round
from model.reviews import Review
from model.telling_timers import tell_timers
from model.timer_views import TimerView
from model.timers import Timer
from tests.model.agreed import FULFILLED, agreed, awaited
from tests.model.clocked import Clocked, event, on
from tests.model.reviewed import held

NOVEMBER = "breach/fulfilment/2026-11-01"


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


def look(database: Database, now: datetime, failed: Failed | None = None) -> list[str]:
    """Do what the ticks do by then, twice; return the breaches that are to be reviewed."""
    moment = Moment(now, now.date())
    for _ in range(2):
        with database.transaction() as session:
            tell_timers(session, moment)
        with database.transaction() as session:
            end_cleared_breaches(session, now)
        with database.transaction() as session:
            review_missed_again(session, moment, failed)
    return [what for what, _ in awaited(database)]


def cleared(desk: Clocked, agreement: Agreement, day: int = 0) -> TimerView:
    """Have a timer found breached the day after it began, and then paused in time after all."""
    timer = desk.open(
        event("start", on(day, "09:00")), calendar=None, thresholds=(), name=f"timer {day}",
        target=Promise(agreement.id, "fulfilment"),
    )  # fmt: skip
    assert look(desk.database, on(day + 1, "09:00")) != []
    desk.tell(timer, event("pause", on(day, "16:00")), now=on(day + 1, "09:05"))
    assert look(desk.database, on(day + 1, "09:10")) == []
    return timer


def resumed(desk: Clocked, timer: TimerView, day: int = 1) -> None:
    """Have an older process hear that a timer goes on: of it, it takes the breach for told."""
    desk.tell(timer, event("resume", on(day, "10:00")), now=on(day, "10:00"))
    with desk.database.transaction() as session:
        session.execute(update(Timer).where(Timer.id == timer.timer.id).values(next_at=None))


def test_a_cycle_that_runs_out_after_all_is_reviewed_after_all(
    desk: Clocked, agreement: Agreement
) -> None:
    """Its time had an hour left, and was up an hour after the pause."""
    timer = cleared(desk, agreement)
    resumed(desk, timer)
    assert look(desk.database, on(1, "11:00")) == []
    assert look(desk.database, on(1, "11:01")) == [NOVEMBER]
    with desk.database.reading() as session:
        review = session.scalars(select(Review)).one()
    assert review.title.endswith(f"the timer {timer.timer.id} ran out")
    assert review.due_on == date(2026, 12, 1)


def test_so_is_one_that_ended_too_late(desk: Clocked, agreement: Agreement) -> None:
    """By its result, which is frozen."""
    timer = cleared(desk, agreement)
    late = (event("resume", on(1, "10:00")), event("stop", on(1, "11:30")))
    desk.tell(timer, *late, now=on(1, "11:30"))
    with desk.database.transaction() as session:
        session.execute(update(Timer).values(next_at=None))
    assert look(desk.database, on(1, "11:31")) == [NOVEMBER]


def test_it_is_held_once(desk: Clocked, agreement: Agreement) -> None:
    """What was held is not reviewed again for a miss that it was about."""
    timer = cleared(desk, agreement)
    resumed(desk, timer)
    look(desk.database, on(1, "11:01"))
    with desk.database.reading() as session:
        review = session.scalars(select(Review)).one()
    held(desk.database, review, review.due_on, date(2026, 11, 25))
    assert look(desk.database, on(3, "09:00")) == []


def test_what_was_held_before_it_was_cleared_comes_again_too(
    desk: Clocked, agreement: Agreement
) -> None:
    """A target of weeks: the month has one review, which was held for a week before this one."""
    weekly = [{**told_target(FULFILLED), "period": "P7D"}]
    with desk.database.transaction() as session:
        session.execute(update(Agreement).values(targets=weekly))
    before = desk.open(
        event("start", on(0, "09:00")), calendar=None, thresholds=(), name="before",
        target=Promise(agreement.id, "fulfilment"),
    )  # fmt: skip
    assert look(desk.database, on(1, "08:00")) == [NOVEMBER]
    with desk.database.reading() as session:
        review = session.scalars(select(Review)).one()
    held(desk.database, review, review.due_on, date(2026, 11, 24))
    desk.tell(before, event("stop", on(0, "16:00")), now=on(1, "08:30"))
    assert look(desk.database, on(1, "08:31")) == []
    timer = cleared(desk, agreement, day=3)
    resumed(desk, timer, day=4)
    assert look(desk.database, on(4, "11:01")) == [NOVEMBER]


def test_what_is_missed_once_it_was_held_is_reviewed_again(
    desk: Clocked, agreement: Agreement
) -> None:
    """An older process told it, and left it to the review that there was; once held, that is it."""
    desk.open(
        event("start", on(0, "09:00")), calendar=None, thresholds=(), name="before",
        target=Promise(agreement.id, "fulfilment"),
    )  # fmt: skip
    timer = cleared_beside(desk, agreement)
    assert look(desk.database, on(1, "09:30")) == [NOVEMBER]
    hold(desk.database, 24)
    assert look(desk.database, on(1, "13:00")) == []
    resumed(desk, timer, day=2)
    assert look(desk.database, on(2, "11:00")) == []
    assert look(desk.database, on(2, "11:01")) == [NOVEMBER]
    hold(desk.database, 25)
    assert look(desk.database, on(3, "09:00")) == []


def test_what_was_held_long_ago_is_not_looked_at_for_ever_either(
    desk: Clocked, agreement: Agreement
) -> None:
    """By then its month has long been over, and so has what comes late."""
    desk.open(
        event("start", on(0, "09:00")), calendar=None, thresholds=(), name="before",
        target=Promise(agreement.id, "fulfilment"),
    )  # fmt: skip
    timer = cleared_beside(desk, agreement)
    hold(desk.database, 24)
    resumed(desk, timer, day=2)
    assert look(desk.database, on(2, "12:00") + HELD_BACK) == []


def test_a_round_of_reviews_sees_to_it(desk: Clocked, agreement: Agreement) -> None:
    """At each tick."""
    resumed(desk, cleared(desk, agreement))
    now = on(1, "11:01")
    go_round(desk.database, Moment(now, now.date()), UTC, str)
    assert NOVEMBER in [what for what, _ in awaited(desk.database)]


def cleared_beside(desk: Clocked, agreement: Agreement) -> TimerView:
    """Have a timer found breached beside another one, and then paused in time after all."""
    timer = desk.open(
        event("start", on(0, "09:00")), calendar=None, thresholds=(), name="beside",
        target=Promise(agreement.id, "fulfilment"),
    )  # fmt: skip
    look(desk.database, on(1, "09:00"))
    desk.tell(timer, event("pause", on(0, "16:00")), now=on(1, "09:05"))
    return timer


def hold(database: Database, day: int) -> None:
    """Have the only review held at noon of a day."""
    with database.reading() as session:
        review = session.scalars(select(Review)).one()
    held(database, review, review.due_on, date(2026, 11, day))


def test_a_miss_of_another_period_is_none_of_this_one(desk: Clocked, agreement: Agreement) -> None:
    """Not by an hour: it is the month of the service's zone, and has a review of its own."""
    cleared(desk, agreement, day=6)
    desk.open(
        event("start", on(7, "17:00")), calendar=None, thresholds=(), name="another",
        target=Promise(agreement.id, "fulfilment"),
    )  # fmt: skip
    assert look(desk.database, on(8, "09:00")) == ["breach/fulfilment/2026-12-01"]


def test_what_was_cleared_long_ago_is_not_looked_at_for_ever(
    desk: Clocked, agreement: Agreement
) -> None:
    """Each look costs a little, and they would be more and more."""
    timer = cleared(desk, agreement)
    resumed(desk, timer)
    much_later = on(1, "12:00") + LOOKED_BACK
    assert look(desk.database, much_later) == []


def test_an_agreement_that_cannot_be_looked_at_stops_no_other(
    desk: Clocked, agreement: Agreement
) -> None:
    """It is named."""
    timer = cleared(desk, agreement)
    resumed(desk, timer)
    often = [{**told_target(FULFILLED), "period": "often"}]
    with desk.database.transaction() as session:
        session.execute(update(Agreement).values(targets=often))
    failed: Failed = {}
    with desk.database.transaction() as session:
        review_missed_again(session, Moment(on(1, "12:00"), on(1, "12:00").date()), failed)
    assert list(failed) == [f"agreements/{agreement.id}"]
