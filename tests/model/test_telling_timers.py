"""What timers tell, in the transaction that found it: subscribers once, and whoever reviews."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from model.access import Caller
from model.agreement_targets import told_target
from model.agreements import Agreement
from model.apart import Failed
from model.database import Database
from model.events import EventType, OutboxEvent
from model.moment import Moment
from model.promises import Promise
from model.reviews import Review
from model.telling_timers import tell_timers
from model.timers import TimerMark
from rules.errors import BadFields
from tests.model.agreed import FULFILLED, agreed, awaited
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
        assert not tell_timers(session, Moment(on(day, time), on(day, time).date()))
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


def test_a_breached_timer_is_a_breach_of_its_agreement(database: Database, caller: Caller) -> None:
    """Set up in the transaction that finds it, once, though two cases were late."""
    agreement = agreed(database)
    clocked = Clocked(database, caller)
    for ref in ("CRM-1", "CRM-2"):
        clocked.case(ref)
        target = Promise(agreement.id, "fulfilment")
        timer = clocked.open(
            event("start", on(0, "09:00")), ref=ref, calendar=None, target=target, thresholds=()
        )
        assert timer.timer.target_seconds == 8 * 3_600
    for time in ("17:00", "17:01", "17:02"):
        with database.transaction() as session:
            tell_timers(session, Moment(on(0, time), on(0, time).date()))
        found = awaited(database)
        assert bool(found) == (time != "17:00")
    assert found == [("breach/fulfilment/2026-10-31", date(2026, 11, 30))]
    with database.reading() as session:
        (title,) = session.scalars(select(Review.title)).all()
    told = "the timer 00000000-0000-4000-8000-000000000000 ran out"
    assert title.endswith(f"fulfilment was missed: {told}")


@pytest.mark.parametrize(("zone", "period"), [("UTC", "2026-11-01"), ("Asia/Tokyo", "2026-12-01")])
def test_a_breach_belongs_to_the_period_in_which_the_time_ran_out(
    database: Database, caller: Caller, zone: str, period: str
) -> None:
    """Found after midnight it is of the month before, as far as that is so where the service is."""
    agreement = agreed(database, starts_on=date(2026, 1, 1))
    clocked = Clocked(database, caller)
    clocked.case()
    clocked.open(
        event("start", on(7, "10:00")), calendar=None, thresholds=(),
        target=Promise(agreement.id, "fulfilment"),
    )  # fmt: skip
    now = on(8, "09:00")
    with database.transaction() as session:
        tell_timers(session, Moment.at(now, ZoneInfo(zone)))
    assert awaited(database) == [(f"breach/fulfilment/{period}", date(2026, 12, 8))]


def test_a_timer_begins_while_its_agreement_is_in_force(database: Database, caller: Caller) -> None:
    """One that ended before it began promises nothing; one that has ended since did."""
    agreement = agreed(database, ends_on=date(2026, 11, 23))
    clocked = Clocked(database, caller)
    clocked.case()
    what: dict[str, Any] = {
        "calendar": None,
        "target": Promise(agreement.id, "fulfilment"),
        "thresholds": (),
    }
    with pytest.raises(BadFields, match="is not in force on 2026-11-25"):
        clocked.open(event("start", on(2, "09:00")), **what)
    clocked.open(event("start", on(0, "09:00")), now=on(3, "09:00"), **what)


def test_a_timer_without_an_agreement_leads_to_no_review(
    database: Database, caller: Caller
) -> None:
    """It is told, as ever, and that is all."""
    clocked = Clocked(database, caller)
    clocked.case()
    clocked.open(event("start", on(0, "09:00")), calendar=None)
    with database.transaction() as session:
        tell_timers(session, Moment(on(1, "09:00"), on(1, "09:00").date()))
    assert awaited(database) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("role", "  "), ("targets", [{**told_target(FULFILLED), "period": "P60Y"}])],
)
def test_what_was_agreed_by_an_earlier_version_stops_no_timer(
    database: Database, caller: Caller, column: str, value: object
) -> None:
    """A role of blanks, or a period of decades: each breach is told, and reviewed."""
    two = [agreed(database, starts_on=date(2026, 11, 1), name=name) for name in ("Old", "New")]
    with database.transaction() as session:
        session.execute(update(Agreement).where(Agreement.id == two[0].id).values({column: value}))
    _late(database, caller, two)
    with database.transaction() as session:
        tell_timers(session, Moment(on(1, "12:00"), on(1, "12:00").date()))
    with database.reading() as session:
        assert len(session.scalars(select(TimerMark.timer_id)).all()) == 2
    assert [about for about, _ in awaited(database)] == ["breach/fulfilment/2026-11-01"] * 2


def test_a_breach_that_cannot_be_reviewed_is_told_and_named(
    database: Database, caller: Caller
) -> None:
    """Another one that was found with it is reviewed."""
    two = [agreed(database, starts_on=date(2026, 11, 1), name=name) for name in ("Old", "New")]
    _late(database, caller, two)
    with database.transaction() as session:
        ours = update(Agreement).where(Agreement.id == two[0].id)
        session.execute(ours.values(targets=[{**told_target(FULFILLED), "period": "often"}]))
    failed: Failed = {}
    with database.transaction() as session:
        tell_timers(session, Moment(on(1, "12:00"), on(1, "12:00").date()), failed)
    with database.reading() as session:
        assert len(session.scalars(select(TimerMark.timer_id)).all()) == 2
    assert list(failed) == [f"agreements/{two[0].id}"]
    assert [about for about, _ in awaited(database)] == ["breach/fulfilment/2026-11-01"]


def _late(database: Database, caller: Caller, agreements: list[Agreement]) -> None:
    """Have a timer of each agreement begin on Monday at nine."""
    clocked = Clocked(database, caller)
    for number, agreement in enumerate(agreements):
        clocked.case(f"CRM-{number}")
        clocked.open(
            event("start", on(0, "09:00")), ref=f"CRM-{number}", calendar=None, thresholds=(),
            target=Promise(agreement.id, "fulfilment"),
        )  # fmt: skip
