"""The outbox: told in the transaction that causes it, once for each key, to whoever listens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.event import listens_for

from model.database import Database
from model.events import OutboxEvent
from model.outbox import Event, EventType, announce, listeners, take_back
from model.subscribing import Wish, change, unsubscribe
from tests.model.telling import KIM, NOW, happened, listed, states, subscribed


def events(database: Database) -> int:
    """Return how many events are written down."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(OutboxEvent)) or 0


def test_nothing_is_written_where_nobody_listens(database: Database) -> None:
    """Whoever has no subscribers pays for none: not one row."""
    subscribed(database, EventType.REVISION_PUBLISHED)
    happened(database, type=EventType.DECISION_MADE)
    assert events(database) == 0
    assert states(database) == []


def test_each_subscriber_of_the_type_is_told(database: Database) -> None:
    """One event, one delivery for each; all under the event's message id."""
    one = subscribed(database, EventType.DECISION_MADE, EventType.CASE_REROUTED)
    two = subscribed(database, EventType.DECISION_MADE)
    subscribed(database, EventType.REVISION_PUBLISHED)
    event = happened(database)
    told = listed(database)
    expected = {one.subscription.id, two.subscription.id}
    assert {each.subscription_id for each in told} == expected
    assert {each.message_id for each in told} == {event.id}
    assert events(database) == 1


def test_people_are_told_whoever_else_listens(database: Database) -> None:
    """A person named twice is told once."""
    happened(database, None, "ada@example.org", "kim@example.org", "ada@example.org")
    assert [each.recipient for each in listed(database)] == ["ada@example.org", "kim@example.org"]


def test_what_is_taken_back_is_found_by_its_subject(database: Database) -> None:
    """However much is on its way, only what is about the subject is looked at."""
    subscribed(database)
    for number in range(1000):
        happened(database, subject=f"reviews/{number}", type=EventType.REVIEW_DUE)
    asked: list[tuple[str, Any]] = []

    @listens_for(database.engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    with database.transaction() as session:
        take_back(session, EventType.REVIEW_DUE, "reviews/7")
    [(statement, parameters)] = [each for each in asked if each[0].startswith("UPDATE")]
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.transaction() as session:
        session.execute(text("ANALYZE"))
        plan = session.connection().exec_driver_sql(f"{explain} {statement}", parameters).all()
    assert "ix_outbox_events_subject" in str(plan)
    assert states(database).count("cancelled") == 1


def test_what_is_announced_again_is_not_told_again(database: Database) -> None:
    """A key stands for what happens once, whoever announces it."""
    subscribed(database)
    first, again = happened(database, "same"), happened(database, "same")
    assert first.id == again.id
    assert states(database) == ["waiting"]
    with database.transaction() as session:
        assert announce(session, first) is False


def test_of_several_that_announce_it_at_once_one_does(database: Database) -> None:
    """Whichever of them is first: one event, one delivery, one message id."""
    subscribed(database)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: happened(database, "same"), range(16)))
    assert states(database) == ["waiting"]
    assert events(database) == 1


def test_what_is_rolled_back_was_never_to_be_told(database: Database) -> None:
    """It is told if it happened, and only then."""
    subscribed(database)
    event = Event(EventType.DECISION_MADE, "key", "cases/CRM-1", {}, NOW)
    try:
        with database.transaction() as session:
            assert announce(session, event)
            raise LookupError
    except LookupError:
        assert states(database) == []
        assert events(database) == 0


def test_who_is_disabled_or_removed_listens_no_more(database: Database) -> None:
    """Nothing is written for either."""
    off, gone = subscribed(database), subscribed(database)
    with database.transaction() as session:
        wish = Wish(enabled=False)
        change(session, KIM, off.subscription.id, wish, private_hosts=(), now=NOW)
        unsubscribe(session, KIM, gone.subscription.id, NOW)
        assert listeners(session) == {}


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_a_message_id_is_its_keys(one: str, other: str) -> None:
    """The same key has the same id in every process; another key has another."""
    ids = [Event(EventType.DECISION_MADE, key, "s", {}, NOW).id for key in (one, other)]
    assert (ids[0] == ids[1]) == (one == other)
