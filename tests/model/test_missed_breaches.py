"""A breach that an older process took for told is told all the same, if not at the very moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.event import listens_for

from model.access import Caller
from model.database import Database
from model.missed_breaches import LOOKED_BACK, await_missed, missed
from model.timer_views import TimerView
from model.timers import Timer
from rules.clocks.timeline import TimerEvent
from rules.clocks.timer import BREACH
from tests.model.clocked import Clocked, event, on

INSTANT = timedelta(microseconds=1)


@pytest.fixture
def desk(database: Database, caller: Caller) -> Clocked:
    """A ticketing system with a case."""
    clocked = Clocked(database, caller)
    clocked.case()
    return clocked


def gone_on(desk: Clocked, name: str = "fulfilment", clock: str = "10:00") -> TimerView:
    """Have a timer found breached, paused in time after all, and resumed on an older process."""
    timer = desk.open(event("start", on(0, "09:00")), calendar=None, thresholds=(), name=name)
    assert desk.marks(on(1, "09:00")) == [BREACH]
    events = event("pause", on(0, "16:00")), event("resume", on(1, clock))
    desk.tell(timer, *events, now=on(1, clock))
    with desk.database.transaction() as session:
        ours = update(Timer).where(Timer.id == timer.timer.id)
        session.execute(ours.values(next_at=None))
    return timer


def ended(desk: Clocked, name: str, *events: TimerEvent, now: datetime) -> TimerView:
    """Have a timer found breached, paused in time after all, and ended on an older process."""
    timer = desk.open(event("start", on(0, "09:00")), calendar=None, thresholds=(), name=name)
    assert desk.marks(on(1, "09:00")) == [BREACH]
    desk.tell(timer, event("pause", on(0, "16:00")), now=on(1, "09:05"))
    desk.tell(timer, *events, now=now)
    with desk.database.transaction() as session:
        session.execute(update(Timer).where(Timer.id == timer.timer.id).values(next_at=None))
    return timer


def awaits(desk: Clocked, now: datetime, most: int = 100) -> int:
    """Look for what nobody waits for, and have it waited for."""
    with desk.database.reading() as session:
        found = missed(session, now, most)
    return desk.database.write(lambda session: await_missed(session, found, now))


def test_what_an_older_process_took_for_told_is_told(desk: Clocked) -> None:
    """Before its time is up, or once it is: once."""
    timer = gone_on(desk)
    assert desk.marks(on(1, "10:30")) == []
    assert awaits(desk, on(1, "10:30")) == 1
    with desk.database.reading() as session:
        assert session.scalars(select(Timer.next_at)).one() == on(1, "11:00") + INSTANT
    assert awaits(desk, on(1, "10:30")) == 0
    assert desk.marks(on(1, "12:00")) == [BREACH]
    for _ in range(2):
        assert awaits(desk, on(1, "13:00")) == 0
        assert desk.marks(on(1, "13:00")) == []
    assert [each.again for each in desk.read(timer, on(1, "13:00")).marks] == [0, 1]


def test_what_an_older_process_ended_too_late_is_told(desk: Clocked) -> None:
    """Stopped once its time had run out after all, it goes on no more, and somebody has to know."""
    late = event("resume", on(1, "10:00")), event("stop", on(1, "12:00"))
    timer = ended(desk, "late", *late, now=on(1, "12:00"))
    assert awaits(desk, on(1, "12:30")) == 1
    assert desk.marks(on(1, "12:30")) == [BREACH]
    assert awaits(desk, on(1, "13:00")) == 0
    assert [each.again for each in desk.read(timer, on(1, "13:00")).marks] == [0, 1]


def test_so_is_what_was_opened_again_since(desk: Clocked) -> None:
    """What comes next of its new cycle comes too late for the one before."""
    late = event("resume", on(1, "10:00")), event("stop", on(1, "12:00"))
    timer = ended(desk, "late", *late, event("reopen", on(1, "12:10")), now=on(1, "12:10"))
    with desk.database.transaction() as session:
        session.execute(update(Timer).values(next_at=on(1, "20:10") + INSTANT))
    assert awaits(desk, on(1, "12:30")) == 1
    assert desk.marks(on(1, "12:30")) == [BREACH]
    assert awaits(desk, on(1, "12:40")) == 0
    assert [each.cycle for each in desk.read(timer, on(1, "13:00")).marks] == [1, 1]


def test_so_is_what_ran_out_after_all_before_it_was_told_first(desk: Clocked) -> None:
    """What was undone tells nobody of it, going on or ended, whenever it was found."""
    for name, more in ("goes on", ()), ("ended", (event("stop", on(1, "08:00")),)):
        ended(desk, name, event("resume", on(0, "18:00")), *more, now=on(1, "10:00"))
    assert awaits(desk, on(1, "12:00")) == 2
    assert desk.marks(on(1, "12:00")) == [BREACH] * 2
    assert awaits(desk, on(1, "12:00")) == 0


def test_a_few_at_a_time(desk: Clocked) -> None:
    """So that nobody waits for all of them; what waits for nothing takes nobody's place."""
    pause, resume = event("pause", on(0, "16:00")), event("resume", on(1, "10:00"))
    for events in ((), (pause,), (pause, resume, event("stop", on(1, "10:30")))):
        timer = desk.open(
            event("start", on(0, "09:00")), calendar=None, thresholds=(), name=f"{len(events)}"
        )
        assert desk.marks(on(1, "09:00")) == [BREACH]
        desk.tell(timer, *events, now=on(1, "10:30"))
    for what in "stop", "cancel":
        ended(desk, what, event(what, on(1, "09:10")), now=on(1, "09:10"))
    ended(desk, "paused", now=on(1, "09:10"))
    for number, clock in enumerate(("10:00", "10:10", "10:20")):
        gone_on(desk, f"timer {number}", clock)
    assert [awaits(desk, on(1, "12:00"), most=2) for _ in range(3)] == [2, 1, 0]
    assert desk.marks(on(1, "12:00")) == [BREACH] * 3


def test_what_was_told_long_ago_is_not_looked_at_for_ever(desk: Clocked) -> None:
    """Every timer that ever ran out would be."""
    gone_on(desk)
    assert awaits(desk, on(1, "09:01") + LOOKED_BACK) == 0


def test_the_latest_breaches_are_found_by_their_own_index(desk: Clocked) -> None:
    """Years of them are not read each hour."""
    gone_on(desk)
    database, asked = desk.database, list[tuple[str, Any]]()

    @listens_for(database.engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    awaits(desk, on(1, "10:30"))
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    [(statement, parameters)] = [each for each in asked if "LIMIT" in each[0]]
    with database.transaction() as session:
        if not database.is_sqlite:
            # Of a few rows PostgreSQL reads them all, unless it may not.
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.connection().exec_driver_sql(f"{explain} {statement}", parameters).all()
    assert "ix_timer_marks_found_at" in str(plan)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_somebody_has_in_hand_is_passed_over(desk: Clocked) -> None:
    """Their event counts it by itself, and the look waits for nobody. On SQLite one is at it."""
    gone_on(desk)
    with desk.database.transaction() as session:
        session.scalars(select(Timer).with_for_update()).one()
        assert awaits(desk, on(1, "12:00")) == 0
