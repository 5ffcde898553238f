"""In quiet hours a letter about a case waits, as reminders do; what is urgent does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from model.access import Caller
from model.database import Database
from model.events import EventType
from model.moment import Moment
from model.publishing import publish
from model.quiet_hours import loud_from
from model.settings import HOME
from model.telling_timers import tell_timers
from model.waking_letters import wake_letters
from rules.review_rules import CaseLetter, Quiet
from rules.rule_book import read_files
from tests.model.clocked import HOURS, Clocked, event, on
from tests.model.lives import Lives
from tests.model.teams import LEVELS, PROVIDER, staff
from tests.model.telling import claimed, settled, subscribed

CHICAGO = ZoneInfo("America/Chicago")
FRIDAY_NIGHT = Moment.at(datetime(2026, 11, 21, 3, tzinfo=UTC), CHICAGO)
MONDAY_MORNING = datetime(2026, 11, 23, 13, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
SHIPPED = "[case.rerouted, timer.breached]"


def sent(database: Database, now: datetime) -> list[str]:
    """Send what goes out by then; return to whom."""
    with database.transaction() as session:
        assert not wake_letters(session, Moment.at(now, CHICAGO))
    parcels = claimed(database, now)
    settled(database, parcels, now, delivered=True)
    return [each.recipient or each.receiver for each in parcels]


@pytest.fixture
def desk(bundled: Database, caller: Caller) -> Lives:
    """A ticketing system in Chicago that decides a case on a Friday at nine in the evening."""
    staff(bundled)
    return Lives(bundled, caller, FRIDAY_NIGHT)


def spare(desk: Lives, letters: str) -> None:
    """Publish the rules with these letters spared, and no others."""
    files = read_files(HOME / "rules")
    spared = files["reviews.yaml"].replace(SHIPPED, letters)
    assert spared != files["reviews.yaml"]
    with desk.database.transaction() as session:
        publish(session, {**files, "reviews.yaml": spared}, "Pat", FRIDAY_NIGHT.now)


def test_who_acts_next_hears_of_it_at_once(desk: Lives) -> None:
    """As shipped: in the morning the case may have gone on."""
    desk.decide("CRM-1", None, in_catalog=True)
    assert sent(desk.database, FRIDAY_NIGHT.now) == [PROVIDER]


def test_where_moves_wait_they_are_told_in_the_morning(desk: Lives) -> None:
    """On Monday at seven, where the service is; a program hears of it at once."""
    spare(desk, "[timer.breached]")
    subscriber = subscribed(desk.database, EventType.DECISION_MADE).subscription.id
    desk.decide("CRM-1", None, in_catalog=True)
    assert sent(desk.database, FRIDAY_NIGHT.now) == [subscriber]
    assert sent(desk.database, MONDAY_MORNING - INSTANT) == []
    assert sent(desk.database, MONDAY_MORNING) == [PROVIDER]


def timed(desk: Lives, *at: datetime) -> None:
    """Have a timer of eight hours, whatever the hour, tell what it has passed by some instants."""
    clocked = Clocked(desk.database, desk.caller)
    clocked.open(event("start", on(-1, "06:00")), calendar=None, now=at[0])
    for now in at:
        with desk.database.transaction() as session:
            tell_timers(session, Moment.at(now, CHICAGO))


def test_whose_target_ran_out_is_told_at_once_and_what_was_left_no_more(desk: Lives) -> None:
    """Nobody reads on Monday that an hour was left on Sunday."""
    spare(desk, "[timer.breached]")
    desk.decide("CRM-1", None, in_catalog=True)
    timed(desk, on(-1, "13:30"), on(-1, "14:01"))
    assert sent(desk.database, on(-1, "14:01")) == [PROVIDER, LEVELS]
    assert sent(desk.database, MONDAY_MORNING) == [PROVIDER]


def test_the_rules_say_what_waits_for_nothing(desk: Lives) -> None:
    """A desk that works at night hears at night what is about to run out."""
    spare(desk, "[timer.nears_its_end]")
    desk.decide("CRM-1", None, in_catalog=True)
    timed(desk, on(-1, "13:30"))
    assert sent(desk.database, on(-1, "13:30")) == [PROVIDER] * 2
    with desk.database.transaction() as session:
        tell_timers(session, Moment.at(on(-1, "14:01"), CHICAGO))
    assert sent(desk.database, MONDAY_MORNING - 2 * HOURS) == []
    assert sent(desk.database, MONDAY_MORNING) == [PROVIDER, PROVIDER, LEVELS]


def test_what_is_spared_goes_out_now() -> None:
    """All else when the quiet hours are over; in UTC, as every instant is kept."""
    nights = Quiet(days=frozenset(range(5)), spares=frozenset({CaseLetter.REROUTED}))
    now = FRIDAY_NIGHT.now
    assert loud_from(nights, CaseLetter.REROUTED, FRIDAY_NIGHT) == now
    waits = loud_from(nights, CaseLetter.BREACHED, FRIDAY_NIGHT)
    assert waits.isoformat() == "2026-11-21T06:00:00+00:00"
