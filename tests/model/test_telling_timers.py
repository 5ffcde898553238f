"""What timers tell: subscribers hear of each mark once, in the transaction that found it."""

from __future__ import annotations

from datetime import UTC
from typing import cast

import pytest
from sqlalchemy import select

from model.access import Caller
from model.database import Database
from model.events import EventType, OutboxEvent
from model.moment import Moment
from model.telling_timers import tell_timers
from model.timers import TimerMark
from tests.model.clocked import Clocked, event, on
from tests.model.telling import subscribed


@pytest.fixture
def clocked(database: Database, caller: Caller) -> Clocked:
    """A ticketing system with a timer that began on Monday at nine."""
    made = Clocked(database, caller)
    made.case()
    made.calendar()
    made.open(event("start", on(0, "09:00")))
    return made


def told(clocked: Clocked, day: int, time: str) -> list[tuple[str, str]]:
    """Tell what is due, and return every event that was announced, by type and mark."""
    with clocked.database.transaction() as session:
        assert not tell_timers(session, Moment(on(day, time), on(day, time).date()), UTC)
    with clocked.database.reading() as session:
        events = session.scalars(select(OutboxEvent).order_by(OutboxEvent.at, OutboxEvent.key))
        return [(e.type, str(cast("dict[str, object]", e.data)["mark"])) for e in events]


def test_each_mark_is_announced_once(clocked: Clocked) -> None:
    """A warning and a breach are events of their own; a second look announces nothing."""
    subscribed(clocked.database)
    half = (EventType.TIMER_NEARS_ITS_END.value, "share:50")
    assert told(clocked, 0, "12:59") == []
    assert told(clocked, 0, "13:00") == [half]
    assert told(clocked, 0, "13:30") == [half]
    assert told(clocked, 2, "09:00") == [half, (EventType.TIMER_BREACHED.value, "breach")]
    with clocked.database.reading() as session:
        (event_, _) = session.scalars(select(OutboxEvent).order_by(OutboxEvent.at)).all()
    assert event_.subject == "cases/CRM-1"
    data = cast("dict[str, dict[str, object]]", event_.data)
    assert data["case"] == {"ref": "CRM-1"}
    assert (data["timer"]["kind"], data["timer"]["cycle"]) == ("fulfilment", 1)


def test_where_nobody_listens_marks_are_noted_all_the_same(clocked: Clocked) -> None:
    """They are not told later to somebody who subscribes."""
    assert told(clocked, 0, "13:00") == []
    subscribed(clocked.database)
    assert told(clocked, 0, "13:30") == []
    with clocked.database.reading() as session:
        assert session.scalars(select(TimerMark.mark)).all() == ["share:50"]
