"""The tables of timers: what they keep for ever, and that the database says so itself."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from model.access import Caller
from model.database import Database
from model.timers import TimerEventRow, TimerMark, find_timer, threshold_in, timers_of_cases
from rules.clocks.timer import Threshold
from rules.errors import UnknownRecord
from tests.model.clocked import HOURS, Clocked, event, on


@pytest.fixture
def clocked(database: Database, caller: Caller) -> Clocked:
    """A ticketing system with a timer that has passed a mark."""
    made = Clocked(database, caller)
    made.case()
    made.calendar()
    made.open(event("start", on(0, "09:00")))
    made.scan(on(0, "13:00"))
    return made


@pytest.mark.parametrize("table", ["timer_events", "timer_marks"])
def test_what_happened_is_never_rewritten(clocked: Clocked, table: str) -> None:
    """Events and marks are added, and neither changed nor removed, whatever program tries."""
    for statement in (f"UPDATE {table} SET timer_id = timer_id", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError), clocked.database.transaction() as session:
            session.execute(text(statement))


@pytest.mark.parametrize("table", [TimerEventRow, TimerMark])
def test_nothing_comes_twice(clocked: Clocked, table: type[TimerEventRow | TimerMark]) -> None:
    """The database itself refuses a second event of one id, and a mark told again."""
    with clocked.database.reading() as session:
        there = session.query(table).one()
        values = {c.name: getattr(there, c.name) for c in table.__table__.columns if c.name != "id"}
    with pytest.raises(IntegrityError), clocked.database.transaction() as session:
        session.add(table(**values))


def test_a_target_comes_back_as_it_was_given(clocked: Clocked) -> None:
    """With its thresholds, in their order."""
    with clocked.database.reading() as session:
        (timer,) = timers_of_cases(session, [1])
        assert find_timer(session, timer.id) is timer
        assert timer.target.much == 8 * HOURS
        assert timer.target.thresholds == (Threshold(share=50), Threshold(lead=HOURS))
        with pytest.raises(UnknownRecord, match="nobody"):
            find_timer(session, "nobody")
    assert threshold_in({"lead_seconds": 90}).mark == "lead:90"
