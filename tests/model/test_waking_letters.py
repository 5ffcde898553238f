"""Letters that waited for the morning say what holds then, to those whom it is for then, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from model.access import Caller
from model.apart import Failed
from model.database import Database
from model.events import EventType, OutboxEvent
from model.letters_of_today import LOOK_AGAIN
from model.moment import Moment
from model.waking_letters import FORGOTTEN_AFTER, wake_letters
from tests.model.asleep import CHICAGO, FRIDAY_NIGHT, MORNING, NEW, Desk, asleep
from tests.model.clocked import on
from tests.model.teams import LEVELS, PROVIDER, ROLES, STRATEGIST, staff, texts
from tests.model.telling import claimed, settled, states, subscribed

SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(bundled: Database, caller: Caller) -> Desk:
    """It decides cases on a Friday at nine in the evening."""
    staff(bundled)
    made = Desk(bundled, caller, FRIDAY_NIGHT)
    made.publish("quiet:", "quiet:")
    return made


def test_who_takes_the_role_over_at_night_hears_in_the_morning(desk: Desk) -> None:
    """And whoever left it does not; once, however often one looks."""
    desk.decide("CRM-1", None, in_catalog=True)
    staff(desk.database, {**ROLES, "Service Provider": NEW})
    assert desk.wake(MORNING - SECOND) == []
    assert desk.wake() == [NEW]
    assert desk.wake(MORNING + LOOK_AGAIN) == []
    assert states(desk.database) == ["delivered"]


def test_a_deputy_hears_where_the_holder_is_away_by_then(desk: Desk) -> None:
    """It counts who is there on Monday, not on the Friday on which it was written."""
    desk.away(PROVIDER, "2026-11-23", NEW)
    desk.decide("CRM-1", None, in_catalog=True)
    assert desk.wake() == [NEW]


def test_where_nobody_is_there_a_letter_is_not_lost(desk: Desk) -> None:
    """It waits until the roster names somebody; whoever else hears is told that nobody is named."""
    staff(desk.database, {"Service Level Manager": LEVELS})
    desk.decide("CRM-1", None, in_catalog=True)
    assert desk.wake() == []
    staff(desk.database, {"Service Provider": NEW})
    assert desk.wake(MORNING + LOOK_AGAIN - SECOND) == []
    assert desk.wake(MORNING + LOOK_AGAIN) == [NEW]
    assert "names nobody for initiator" in texts(desk.database)[0]


def test_it_is_not_looked_for_somebody_for_ever(desk: Desk) -> None:
    """A role that nobody ever has: as long as a letter is tried, and no longer; that is said."""
    staff(desk.database, {"Service Level Manager": LEVELS})
    desk.decide("CRM-1", None, in_catalog=True)
    failed: Failed = {}
    for day in (4, 7):
        assert desk.wake(on(day, "13:00"), failed) == []
        is_over = on(day, "13:00") >= FRIDAY_NIGHT.now + FORGOTTEN_AFTER
        assert asleep(desk.database) == (0 if is_over else 1)
        assert list(failed.values()) == ["nobody was there to write to for a week"] * is_over
    assert is_over


def test_of_several_moves_in_a_night_the_last_one_is_told(desk: Desk) -> None:
    """Also where it comes back to the first team; what is known of other cases stays."""
    for ref, in_catalog in (("CRM-1", True), ("CRM-2", True), ("CRM-1", False), ("CRM-1", True)):
        desk.decide(ref, None, in_catalog=in_catalog)
    assert desk.wake() == [PROVIDER, PROVIDER]
    [first, second] = sorted(texts(desk.database))
    assert first.startswith("CRM-1\n")
    assert "Before, it was with Agency IT Strategist" in first
    assert second.startswith("CRM-2\n")


def test_a_program_is_told_at_night_of_each_under_the_same_id(desk: Desk) -> None:
    """The letter of the last follows in the morning."""
    subscriber = subscribed(desk.database, EventType.CASE_REROUTED).subscription.id
    for in_catalog in (False, True, False):
        desk.decide("CRM-1", None, in_catalog=in_catalog)
    [first, last] = claimed(desk.database, FRIDAY_NIGHT.now)
    settled(desk.database, [first, last], delivered=True)
    assert [first.receiver, last.receiver] == [subscriber] * 2
    with desk.database.transaction() as session:
        wake_letters(session, Moment.at(MORNING, CHICAGO))
    [letter] = claimed(desk.database, MORNING)
    assert (letter.recipient, letter.message_id) == (STRATEGIST, last.message_id)


def test_however_many_look_at_once_it_goes_out_once(desk: Desk) -> None:
    """Each takes what no other has in hand."""
    for number in range(6):
        desk.decide(f"CRM-{number}", None, in_catalog=True)

    def wake(_: int) -> None:
        desk.database.write(lambda session: wake_letters(session, Moment.at(MORNING, CHICAGO)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(wake, range(4)))
    desk.wake()
    assert states(desk.database) == ["delivered"] * 6


def test_one_that_cannot_be_written_holds_up_no_other(desk: Desk) -> None:
    """It is named, and tried again later."""
    for ref in ("CRM-1", "CRM-2"):
        desk.decide(ref, None, in_catalog=True)
    with desk.database.transaction() as session:
        broken = update(OutboxEvent).where(OutboxEvent.subject == "cases/CRM-1")
        session.execute(broken.values(data={"decision": "routing"}))
    failed: Failed = {}
    assert desk.wake(failed=failed) == [PROVIDER]
    assert [each.partition("/")[0] for each in failed] == ["letters"]
    assert asleep(desk.database) == 1
    failed.clear()
    assert desk.wake(MORNING + LOOK_AGAIN - SECOND, failed) == []
    assert failed == {}
