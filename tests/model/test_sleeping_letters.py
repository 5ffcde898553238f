"""Letters that sleep are found by when they are due."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from model.database import Database
from model.deliveries import undelivered
from model.events import Event, EventType, OutboxEvent
from model.housekeeping import KEPT_FOR, forget_delivered
from model.outbox import announce, take_back_letters
from model.sleeping_letters import SleepingLetter, is_letter_due, never_wake
from tests.model.telling import LETTER, NOW, claimed, listed, settled, subscribed

LATER = NOW + timedelta(hours=9)
SECOND = timedelta(seconds=1)


def slept(database: Database, *keys: str) -> list[Event]:
    """Announce something whose letter sleeps until later."""
    type = EventType.CASE_REROUTED
    events = [Event(type, key, "cases/CRM-1", {"what": "ever"}, NOW, LETTER) for key in keys]
    with database.transaction() as session:
        for event in events:
            assert announce(session, event, ["ann@x.example"], people_from=LATER)
    return events


def left(database: Database) -> set[str]:
    """Return the events whose letters sleep."""
    with database.reading() as session:
        return set(session.scalars(select(SleepingLetter.event_id)))


def test_a_letter_that_sleeps_has_no_address(database: Database) -> None:
    """Whoever is named at night may be another by the morning; a program is told at once."""
    [event] = slept(database, "a")
    assert (left(database), listed(database)) == ({event.id}, [])
    with database.reading() as session:
        assert undelivered(session) == {"waiting": 0, "failed": 0, "held": 0, "asleep": 1}
    subscriber = subscribed(database).subscription.id
    [told] = slept(database, "b")
    assert [(each.subscription_id, each.message_id) for each in listed(database)] == [
        (subscriber, told.id)
    ]


def test_it_is_due_from_the_instant_on_at_which_it_wakes(database: Database) -> None:
    """Not before, and not when there is none."""
    with database.reading() as session:
        assert not is_letter_due(session, LATER)
    slept(database, "a")
    with database.reading() as session:
        assert not is_letter_due(session, LATER - SECOND)
        assert is_letter_due(session, LATER)


def test_what_is_told_at_once_does_not_sleep(database: Database) -> None:
    """Nor what nobody is written to about."""
    loud = Event(EventType.CASE_REROUTED, "a", "cases/CRM-1", {}, NOW, LETTER)
    silent = Event(EventType.CASE_REROUTED, "b", "cases/CRM-1", {}, NOW)
    with database.transaction() as session:
        assert announce(session, loud, ["ann@x.example"], people_from=NOW)
        assert not announce(session, silent, people_from=LATER)
    assert left(database) == set()
    assert [each.recipient for each in listed(database)] == ["ann@x.example"]


def test_what_is_announced_again_sleeps_once(database: Database) -> None:
    """Under one key, one letter: also when it has woken, or was taken back."""
    [event] = slept(database, "a")
    with database.transaction() as session:
        assert not announce(session, event, people_from=LATER)
        never_wake(session, [event.id])
    with database.transaction() as session:
        assert not announce(session, event, people_from=LATER)
    assert left(database) == set()


def test_what_is_taken_back_does_not_wake(database: Database) -> None:
    """Only what was announced under those keys."""
    [_, second] = slept(database, "a", "b")
    with database.transaction() as session:
        take_back_letters(session, ["a"])
    assert left(database) == {second.id}


def test_an_event_is_kept_as_long_as_its_letter_sleeps(database: Database) -> None:
    """Though all that went to programs is forgotten."""
    subscribed(database)
    [event] = slept(database, "a")
    settled(database, claimed(database), delivered=True)
    with database.transaction() as session:
        assert forget_delivered(session, NOW + KEPT_FOR + timedelta(hours=1)) == 1
    assert left(database) == {event.id}


def test_an_older_process_may_forget_an_event_whose_letter_sleeps(database: Database) -> None:
    """It knows of none, and is not to stop at them."""
    slept(database, "a")
    with database.transaction() as session:
        session.execute(delete(OutboxEvent))
    assert left(database) == set()
