"""A case in hand is the case as it is: locked, with its facts, and put back as it was changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from time import sleep

import pytest
from sqlalchemy import text

from model.case_facts import change_facts
from model.case_in_hand import Taken, put_back, take_in_hand, take_or_open
from model.case_life import rename_case
from model.case_merging import merge_cases
from model.cases import find_case, lock_case, lock_or_open_case
from model.database import Database
from model.events import EventType
from model.held_facts import Change, Held, facts_of, store_changes
from model.outbox import listeners
from model.revisions import live_revision
from rules.errors import UnknownRecord
from tests.model.lives import Lives
from tests.model.telling import subscribed

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def taken(database: Database, ref: str) -> Taken:
    """Take a case in hand, for a moment."""
    with database.transaction() as session:
        return take_or_open(session, ref, NOW)


def test_its_facts_are_the_same_by_a_server_in_another_zone(
    postgresql_database: Database,
) -> None:
    """The instants of facts come as texts, which the server writes in its own zone."""
    with postgresql_database.transaction() as session:
        case = lock_or_open_case(session, "A", NOW)
        change = Change(case.id, 1, "note", '"one"', "Pat", NOW, true_at=NOW - timedelta(days=1))
        store_changes(session, [change])
    url = postgresql_database.url.update_query_dict({"options": "-c TimeZone=Asia/Kathmandu"})
    with closing(Database(url)) as elsewhere, elsewhere.transaction() as session:
        held = take_in_hand(session, "A").held
        assert held == facts_of(session, case.id)
    assert held["note"] == Held('"one"', "Pat", NOW, NOW - timedelta(days=1))
    assert held["note"].supplied_at.utcoffset() == timedelta(0)


def test_it_is_what_each_part_says_by_itself(lives: Lives) -> None:
    """The case, its facts, the live rules and who listens; under every ref that leads to it."""
    subscribed(lives.database, EventType.DECISION_MADE)
    lives.decide("A", note_1="one", note_2="two")
    lives.decide("B", note_3="three")
    lives.rename("A", "A2")
    lives.merge("B", "A2")
    for ref in ("A", "A2", "B"):
        found = taken(lives.database, ref)
        with lives.database.transaction() as session:
            case = lock_case(session, ref)
            assert (found.case.id, found.case.ref) == (case.id, case.ref)
            assert (found.case.version, found.case.updated_at) == (case.version, case.updated_at)
            assert found.case.record_head == case.record_head
            assert found.held == facts_of(session, case.id)
            assert found.revision == live_revision(session)
            assert found.listening == listeners(session)


def test_on_first_sight_it_is_made(database: Database) -> None:
    """At version 0 and without facts; whoever comes next finds it there."""
    first, second = taken(database, "A"), taken(database, "A")
    assert (first.case.version, first.held, first.revision) == (0, {}, None)
    assert first.case.id == second.case.id


def test_one_that_must_be_there_is_not_made(database: Database) -> None:
    """Who takes a case that nobody has heard of leaves nothing behind."""
    with database.transaction() as session:
        with pytest.raises(UnknownRecord, match="there is no case `A`"):
            take_in_hand(session, "A")
        assert find_case(session, "A") is None


def test_what_is_put_back_is_what_the_next_one_finds(lives: Lives) -> None:
    """Also by whoever had read the case in the same transaction before."""
    lives.decide("A")
    with lives.database.transaction() as session:
        known = find_case(session, "A")
        assert known is not None
        case = take_in_hand(session, "A").case
        case.title, case.version, case.look_again_on = "Told", 7, date(2027, 1, 1)
        put_back(session, case)
        assert (known.title, known.version) == ("Told", 7)
    again = taken(lives.database, "A").case
    assert (again.title, again.version, again.look_again_on) == ("Told", 7, date(2027, 1, 1))


def test_who_waited_for_another_sees_what_that_one_supplied(lives: Lives) -> None:
    """The facts are those of the version that is in hand, never those from before the wait."""
    lives.decide("A", note_1="before", note_2="stays")
    with ThreadPoolExecutor(1) as other:
        with lives.database.transaction() as session:
            case = lock_case(session, "A")
            waiting = other.submit(taken, lives.database, "A")
            await_waiting(lives.database)
            change_facts(
                session, "A", {"note_1": None, "note_3": "new"}, None, case.version,
                lives.caller, lives.moment,
            )  # fmt: skip
        found = waiting.result(timeout=10)
    assert found.case.version == 2
    assert sorted(found.held) == ["note_2", "note_3"]


def test_who_waited_for_a_case_that_was_renamed_or_merged_has_the_one_it_leads_to(
    lives: Lives,
) -> None:
    """A ref leads to its case however it is called by then."""
    lives.decide("A", note_1="of A")
    lives.decide("B", note_2="of B")
    with ThreadPoolExecutor(1) as other:
        with lives.database.transaction() as session:
            rename_case(session, "A", "A2", lives.wish(None))
            waiting = other.submit(taken, lives.database, "A")
            await_waiting(lives.database)
        assert waiting.result(timeout=10).case.ref == "A2"
        with lives.database.transaction() as session:
            merge_cases(session, "B", "A2", None, lives.wish(None))
            waiting = other.submit(taken, lives.database, "A")
            await_waiting(lives.database)
        found = waiting.result(timeout=10)
    assert found.case.ref == "B"
    assert sorted(found.held) == ["note_1", "note_2"]


def await_waiting(database: Database) -> None:
    """Wait until another waits for a lock: on SQLite, in this process, there is none to see."""
    if database.is_sqlite:
        return
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    for _ in range(500):
        with database.looking() as connection:
            if connection.scalar(waiting):
                return
        sleep(0.01)
    raise TimeoutError("nobody waits")
