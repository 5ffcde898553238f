"""A review of a breach that turns out to be none ends by itself, and its letters are taken back."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.event import listens_for

from model.access import Caller
from model.agreement_reviews import hold_reviews
from model.agreement_targets import AgreedTarget, told_target
from model.agreements import Agreement
from model.cleared_breaches import end_cleared_breaches
from model.database import Database
from model.deliveries import State
from model.measuring import NewMeasurement, record_measurements
from model.moment import Moment
from model.promises import Promise
from model.reminding import remind_due
from model.review_round import go_round
from model.reviews import Review, find_review
from model.telling_timers import tell_timers
from model.timer_views import TimerView
from model.uncounted_results import count_missed
from rules.attainment import Comparison
from rules.errors import BadFields
from tests.model.agreed import FULFILLED, agreed, awaited, measured
from tests.model.clocked import Clocked, event, on
from tests.model.reviewed import at, held
from tests.model.telling import states, subscribed
from tests.model.test_uncounted_results import froze_as_older

TODAY = date(2026, 11, 22)
DAILY = AgreedTarget("availability", Comparison.AT_LEAST, Decimal("99.5"), "percent", "P1D")
START = date(2026, 1, 1)
LATE = Moment(on(1, "09:00"), on(1, "09:00").date())


def the_review(database: Database) -> Review:
    """Return the only review that there is."""
    with database.reading() as session:
        return session.scalars(select(Review)).one()


def test_a_miss_that_is_corrected_is_reviewed_no_more(database: Database) -> None:
    """What was on its way to people is taken back; missed after all, it is reviewed after all."""
    subscribed(database)
    agreement = agreed(database)
    day = date(2026, 11, 20)
    measured(database, agreement, day, 9.93, TODAY)
    with database.transaction() as session:
        assert remind_due(session, at(TODAY)).told == 1
    assert states(database) == [State.WAITING]
    measured(database, agreement, day, 99.93, TODAY)
    assert awaited(database) == []
    assert states(database) == [State.CANCELLED]
    measured(database, agreement, day, 99.3, TODAY)
    assert [what for what, _ in awaited(database)] == ["breach/availability/2026-10-31"]
    assert "99.3 on" in the_review(database).title


def test_another_miss_of_the_period_keeps_its_review_and_is_named(database: Database) -> None:
    """Nobody is accused of what was corrected."""
    agreement = agreed(database)
    for day, value in ((19, 9.93), (20, 99.1), (19, 99.93)):
        measured(database, agreement, date(2026, 11, day), value, TODAY)
    assert len(awaited(database)) == 1
    assert "missed: 99.1 on 2026-11-20" in the_review(database).title


def test_a_review_that_was_held_stays_as_it_was_held(database: Database) -> None:
    """A correction that comes after it takes nothing away."""
    agreement = agreed(database)
    measured(database, agreement, date(2026, 11, 20), 9.93, TODAY)
    review = the_review(database)
    held(database, review, review.due_on, TODAY)
    before = the_review(database).version
    measured(database, agreement, date(2026, 11, 20), 99.93, TODAY)
    assert the_review(database).version == before


def found_late(database: Database, caller: Caller) -> tuple[Clocked, TimerView]:
    """Have a timer of an agreement found breached on Tuesday at nine."""
    agreement = agreed(database, starts_on=START)
    clocked = Clocked(database, caller)
    clocked.case()
    timer = clocked.open(
        event("start", on(0, "09:00")), calendar=None, thresholds=(),
        target=Promise(agreement.id, "fulfilment"),
    )  # fmt: skip
    with database.transaction() as session:
        tell_timers(session, LATE)
        end_cleared_breaches(session, LATE.now)
    assert len(awaited(database)) == 1
    return clocked, timer


def test_a_timer_that_was_in_time_after_all_is_no_breach(
    database: Database, caller: Caller
) -> None:
    """Its end came in late: the event takes the review back; one that leaves it late does not."""
    clocked, timer = found_late(database, caller)
    clocked.tell(timer, event("stop", on(0, "18:00")), now=LATE.now)
    assert len(awaited(database)) == 1
    clocked.tell(timer, event("stop", on(0, "16:00")), now=LATE.now)
    assert awaited(database) == []


def test_later_events_of_it_look_at_no_reviews(database: Database, caller: Caller) -> None:
    """What was taken back long ago is taken back once; the event that does so looks at them."""
    clocked, timer = found_late(database, caller)
    looks: list[str] = []

    @listens_for(database.engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        looks.extend(["look"] if "FROM reviews" in statement else [])

    clocked.tell(timer, event("pause", on(0, "16:00")), now=LATE.now)
    assert looks.count("look") > 0
    looks.clear()
    clocked.tell(timer, event("resume", on(1, "10:00")), now=on(1, "10:00"))
    clocked.tell(timer, event("stop", on(1, "10:30")), now=on(1, "10:30"))
    assert looks == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_event_waits_for_no_look_at_the_reviews(database: Database, caller: Caller) -> None:
    """While somebody sees to them, it is taken all the same, and the next look ends the review.

    On SQLite one writes at a time: nobody can be at it meanwhile.
    """
    clocked, timer = found_late(database, caller)
    with database.transaction() as session:
        hold_reviews(session)
        clocked.tell(timer, event("stop", on(0, "16:00")), now=LATE.now)
    assert len(awaited(database)) == 1
    with database.transaction() as session:
        end_cleared_breaches(session, LATE.now)
    assert awaited(database) == []


def test_an_event_is_taken_whatever_is_wrong_with_its_agreement(
    database: Database, caller: Caller
) -> None:
    """A period that nobody can read is the tick's to name."""
    clocked, timer = found_late(database, caller)
    with database.transaction() as session:
        often = [{**told_target(FULFILLED), "period": "often"}]
        session.execute(update(Agreement).values(targets=often))
    told = clocked.tell(timer, event("stop", on(0, "16:00")), now=LATE.now)
    assert told.cycles[0]["verdict"] == "met"
    assert len(awaited(database)) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_event_waits_for_nobody_who_holds_its_review(database: Database, caller: Caller) -> None:
    """While somebody has it in hand, the event is taken all the same, and the tick ends it after.

    On SQLite one writes at a time: nobody can have it meanwhile.
    """
    clocked, timer = found_late(database, caller)
    with database.transaction() as session:
        find_review(session, the_review(database).id, lock=True)
        clocked.tell(timer, event("stop", on(0, "16:00")), now=LATE.now)
    assert len(awaited(database)) == 1
    go_round(database, LATE, UTC, str)
    assert awaited(database) == [("", date(2026, 12, 1))]


def test_nothing_ends_before_it_is_counted_whether_a_miss_is_left(
    database: Database, caller: Caller
) -> None:
    """An older process froze it, beside newer ones: for that the review does not come and go."""
    clocked, timer = found_late(database, caller)
    clocked.tell(timer, event("stop", on(0, "18:00")), now=LATE.now)
    before = the_review(database).version
    froze_as_older(database)
    for count in (False, True):
        with database.transaction() as session:
            if count:
                assert count_missed(session, LATE.now) == 1
            end_cleared_breaches(session, LATE.now)
        assert the_review(database).version == before
    clocked.tell(timer, event("stop", on(0, "16:00")), now=LATE.now)
    assert awaited(database) == []


def test_a_look_ends_nothing_that_came_after_it_began(database: Database, caller: Caller) -> None:
    """A round of reviews takes its time, and timers run out meanwhile."""
    found_late(database, caller)
    with database.transaction() as session:
        end_cleared_breaches(session, on(0, "17:00"))
    assert len(awaited(database)) == 1


def test_many_misses_of_a_month_are_one_review(database: Database) -> None:
    """Daily ones that come in late too; once it was held, what is missed later has it held again.

    The letter is one as well.
    """
    agreement = agreed(database, starts_on=START, targets=(DAILY,))
    missed = [
        NewMeasurement("availability", date(2026, 11, 1) + timedelta(days=each), Decimal(90))
        for each in range(22)
    ]
    with database.transaction() as session:
        record_measurements(session, agreement.id, missed[:21], "Monitoring", at(TODAY))
    week = TODAY + timedelta(days=7)
    assert awaited(database) == [("breach/availability/2026-11-01", week)]
    review = the_review(database)
    held(database, review, review.due_on, TODAY)
    with database.transaction() as session:
        record_measurements(session, agreement.id, missed, "Monitoring", at(TODAY))
    assert awaited(database) == [("breach/availability/2026-11-01", week)]
    assert "2026-11-22" in the_review(database).title


def test_one_request_says_one_value_of_a_metric_and_day(database: Database) -> None:
    """Which of two is meant nobody can know: the second is named, and none is kept."""
    agreement = agreed(database)
    new = [NewMeasurement("availability", TODAY, Decimal(value)) for value in (90, 100)]
    with pytest.raises(BadFields) as refused, database.transaction() as session:
        record_measurements(session, agreement.id, new, "Monitoring", at(TODAY))
    assert [each.pointer for each in refused.value.problems] == ["/measurements/1"]
    assert awaited(database) == []
