"""A breach that was told and taken back is told anew where it comes after all: once, each time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from model import migrating
from model.access import Caller
from model.database import Database
from model.events import EventType, OutboxEvent
from model.moment import Moment
from model.telling_timers import tell_timers
from model.timer_views import TimerView
from model.timers import find_timer
from model.undone_marks import UndoneMark, undone_of
from rules.clocks.timeline import TimerEvent
from rules.clocks.timer import BREACH, Threshold
from tests.model.clocked import HOURS, Clocked, event, office, on
from tests.model.lives import Lives
from tests.model.teams import staff
from tests.model.telling import states, subscribed

HALF = (Threshold(share=50),)


@pytest.fixture
def desk(database: Database, caller: Caller) -> Clocked:
    """A ticketing system with a case, which hears of breaches."""
    clocked = Clocked(database, caller)
    clocked.case()
    subscribed(database, EventType.TIMER_BREACHED)
    return clocked


def tick(desk: Clocked, now: datetime) -> int:
    """Look twice for what is to be told; return how many breaches were announced so far."""
    for _ in range(2):
        with desk.database.transaction() as session:
            tell_timers(session, Moment(now, now.date()))
    return len(announced(desk))


def announced(desk: Clocked) -> list[OutboxEvent]:
    """Return the breaches that were announced, in the order in which they were."""
    with desk.database.reading() as session:
        return list(session.scalars(select(OutboxEvent).order_by(OutboxEvent.at, OutboxEvent.key)))


def opened(desk: Clocked, **what: Any) -> TimerView:
    """Have a timer begin on Monday at nine, and its breach told on Tuesday at nine."""
    about: dict[str, Any] = {"calendar": None, "thresholds": (), **what}
    timer = desk.open(event("start", on(0, "09:00")), **about)
    tick(desk, on(1, "09:00"))
    return timer


def marks(view: TimerView) -> list[tuple[str, int, bool]]:
    """Return the marks of a timer, how often each was told before, and whether it is so."""
    return [(each.mark, each.again, each.id not in view.undone) for each in view.marks]


def test_a_breach_that_comes_after_all_is_told_after_all(desk: Clocked) -> None:
    """Under another id, since a subscriber passes over what it has heard; and once."""
    timer = opened(desk)
    desk.tell(timer, event("pause", on(0, "16:00")), now=on(1, "09:05"))
    assert tick(desk, on(1, "09:10")) == 1
    desk.tell(timer, event("resume", on(1, "10:00")), now=on(1, "10:00"))
    assert tick(desk, on(1, "11:00")) == 1
    assert tick(desk, on(1, "11:01")) == 2
    assert tick(desk, on(3, "09:00")) == 2
    first, second = announced(desk)
    assert first.id != second.id
    reached = [cast("dict[str, object]", each.data)["reached_at"] for each in (first, second)]
    assert reached == ["2026-11-23T17:00:00.000Z", "2026-11-24T11:00:00.000Z"]
    assert marks(desk.read(timer, on(3, "09:00"))) == [(BREACH, 0, False), (BREACH, 1, True)]


def test_as_often_as_it_is_taken_back_it_is_told_anew(desk: Clocked) -> None:
    """Breached, cleared, breached, cleared: each time under an id of its own."""
    timer = opened(desk)
    told = []
    for day in (1, 2, 3):
        # What comes late says that it stood still since half an hour before its time was up.
        earlier = on(day - 1, "16:30") if day == 1 else on(day - 1, "10:15")
        desk.tell(timer, event("pause", earlier), now=on(day, "09:00"))
        assert tick(desk, on(day, "09:30")) == day
        desk.tell(timer, event("resume", on(day, "10:00")), now=on(day, "10:00"))
        told.append(tick(desk, on(day, "10:31")))
    assert told == [2, 3, 4]
    assert len({each.id for each in announced(desk)}) == 4


def test_an_event_that_is_sent_twice_takes_back_nothing_more(desk: Clocked) -> None:
    """The database itself refuses that a mark is undone twice, or ceases to be."""
    timer = opened(desk)
    for clock in ("09:05", "09:06"):
        desk.tell(timer, event("pause", on(0, "16:00")), now=on(1, clock))
    with desk.database.reading() as session:
        [undone] = session.scalars(select(UndoneMark))
        assert undone.undone_at == on(1, "09:05")
        assert undone_of(session, [undone.mark_id]) == {undone.mark_id: on(1, "09:05")}
    for statement in ("UPDATE undone_marks SET undone_at = undone_at", "DELETE FROM undone_marks"):
        with pytest.raises(DBAPIError), desk.database.transaction() as session:
            session.execute(text(statement))


@pytest.mark.parametrize(
    "events",
    [
        (event("stop", on(0, "18:00")),),
        (event("pause", on(0, "12:00")), event("resume", on(0, "13:00"))),
    ],
)
def test_a_breach_that_was_another_hour_stays_told(
    desk: Clocked, events: Sequence[TimerEvent]
) -> None:
    """What came late changes when it was, and not that it was so when it was told."""
    timer = opened(desk)
    desk.tell(timer, *events, now=on(1, "09:05"))
    assert marks(desk.read(timer, on(1, "09:10"))) == [(BREACH, 0, True)]
    assert tick(desk, on(1, "10:00")) == 1


def test_what_was_not_so_when_it_was_told_is_told_as_it_came(desk: Clocked) -> None:
    """Whether it has come meanwhile, when that is known, or comes yet."""
    timer = desk.open(event("start", on(0, "09:00")), calendar=None, thresholds=())
    assert tick(desk, on(0, "17:01")) == 1
    late = event("pause", on(0, "12:00")), event("resume", on(0, "13:00"))
    desk.tell(timer, *late, now=on(0, "18:30"))
    assert tick(desk, on(0, "18:31")) == 2
    assert marks(desk.read(timer, on(0, "19:00"))) == [(BREACH, 0, False), (BREACH, 1, True)]


def test_what_another_clock_found_is_not_undone_by_one_behind_it(desk: Clocked) -> None:
    """Nobody hears twice of one breach for two hosts not agreeing on the time."""
    timer = desk.open(event("start", on(0, "09:00")), calendar=None, thresholds=())
    tick(desk, on(0, "17:00") + timedelta(seconds=2))
    desk.tell(timer, event("resume", on(0, "10:00")), now=on(0, "16:59"))
    assert marks(desk.read(timer, on(0, "17:01"))) == [(BREACH, 0, True)]


def test_a_cycle_that_was_cancelled_in_time_has_no_breach(desk: Clocked) -> None:
    """It counts for nothing, and its time is up no more."""
    timer = opened(desk)
    desk.tell(timer, event("cancel", on(0, "10:00")), now=on(1, "09:05"))
    assert marks(desk.read(timer, on(1, "09:10"))) == [(BREACH, 0, False)]
    assert tick(desk, on(4, "09:00")) == 1


def test_so_has_one_that_is_cancelled_once_its_time_has_run_out(desk: Clocked) -> None:
    """It did run out, and was late when it was told; what is cancelled counts for nothing."""
    timer = opened(desk)
    told = desk.tell(timer, event("cancel", on(1, "09:05")), now=on(1, "09:05"))
    assert told.cycles[0]["verdict"] == "void"
    assert list(told.undone.values()) == [on(1, "09:05")]
    assert tick(desk, on(4, "09:00")) == 1


def test_warnings_that_were_never_told_are_told_once_there_is_time_left(desk: Clocked) -> None:
    """Found with the breach they were passed over; what was told is told once all the same."""
    timer = opened(desk, thresholds=HALF)
    desk.tell(timer, event("pause", on(0, "16:00")), now=on(1, "09:05"))
    tick(desk, on(1, "09:10"))
    desk.tell(timer, event("resume", on(1, "10:00")), now=on(1, "10:00"))
    tick(desk, on(1, "11:01"))
    told = [mark for mark, _, _ in marks(desk.read(timer, on(1, "12:00")))]
    assert told == [BREACH, "share:50", BREACH]


def test_a_calendar_that_puts_a_breach_off_undoes_it(desk: Clocked) -> None:
    """Told on a day that turns out to have been a holiday, it is told on the day that it comes."""
    desk.calendar()
    timer = opened(desk, calendar="office", target=4 * HOURS)
    desk.change(office("09:00-17:00", holidays=["2026-11-23", "2026-11-24"]))
    assert tick(desk, on(1, "12:00")) == 1
    assert marks(desk.read(timer, on(1, "12:00"))) == [(BREACH, 0, False)]
    assert tick(desk, on(2, "13:01")) == 2


def test_letters_that_wait_to_say_it_are_taken_back(bundled: Database, caller: Caller) -> None:
    """People hear of what is so; a program hears of all, and knows the order of things."""
    Lives(bundled, caller, Moment(on(0, "08:00"), on(0, "08:00").date())).decide(
        "CRM-1", None, in_catalog=True
    )
    staff(bundled)
    subscribed(bundled, EventType.TIMER_BREACHED)
    desk = Clocked(bundled, caller)
    timer = opened(desk)
    before = states(bundled)
    assert set(before) == {"waiting"}
    desk.tell(timer, event("pause", on(0, "16:00")), now=on(1, "09:05"))
    assert states(bundled).count("waiting") == 1
    desk.tell(timer, event("resume", on(1, "10:00")), now=on(1, "10:00"))
    tick(desk, on(1, "11:01"))
    assert states(bundled).count("waiting") == 1 + len(before)
    desk.tell(timer, event("stop", on(1, "10:30")), now=on(1, "11:05"))
    assert states(bundled).count("waiting") == 2


def test_older_tables_keep_what_was_told_first(desk: Clocked) -> None:
    """Migrated down a mark was told once, and for good; up again it is undone as any other."""
    timer = opened(desk)
    events = event("pause", on(0, "16:00")), event("resume", on(1, "10:00"))
    desk.tell(timer, *events, now=on(1, "10:00"))
    assert tick(desk, on(1, "11:01")) == 2
    migrating.downgrade(desk.database, "0028")
    with desk.database.reading() as session:
        assert session.scalars(text("SELECT mark FROM timer_marks")).all() == [BREACH]
    migrating.upgrade(desk.database)
    assert marks(desk.read(timer, on(1, "12:00"))) == [(BREACH, 0, True)]
    desk.tell(timer, event("stop", on(1, "10:30")), now=on(1, "12:00"))
    assert marks(desk.read(timer, on(1, "12:00"))) == [(BREACH, 0, False)]
    for statement in ("UPDATE timer_marks SET again = again", "DELETE FROM timer_marks"):
        with pytest.raises(DBAPIError), desk.database.transaction() as session:
            session.execute(text(statement))


def test_the_scan_waits_for_it_by_its_index(desk: Clocked) -> None:
    """The row says when its time is up, as for any timer that goes on."""
    timer = opened(desk)
    events = event("pause", on(0, "16:00")), event("resume", on(1, "10:00"))
    desk.tell(timer, *events, now=on(1, "10:00"))
    with desk.database.reading() as session:
        row = find_timer(session, timer.timer.id)
        assert row.next_at == on(1, "11:00") + timedelta(microseconds=1)
