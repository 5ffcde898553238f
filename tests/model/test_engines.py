"""Engines: what a connection is good for, and what becomes of one that is good for nothing."""

from __future__ import annotations

from contextlib import closing, suppress
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import text
from sqlalchemy.exc import DataError, InternalError

from model.cases import insert_ref
from model.database import Database
from rules.errors import DatabaseAway

READ_ONLY = "default_transaction_read_only"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
COUNT = text("SELECT count(*) FROM cases")
ADD = text(
    "INSERT INTO cases (ref, version, created_at, updated_at) "
    "VALUES (:ref, 0, '2026-11-22 08:00:00', '2026-11-22 08:00:00')"
)


def test_a_database_that_may_be_written_to_again_is_written_to(database: Database) -> None:
    """What was opened while it could only be read is given up, and is no fault of the makers'."""
    only_read = "PRAGMA query_only = ON" if database.is_sqlite else f"SET {READ_ONLY} = on"
    with closing(Database(database.url, pool_size=1)) as small:
        with small.looking() as connection:
            connection.execute(text(only_read))
        for _ in range(2):
            with suppress(DatabaseAway), small.transaction() as session:
                insert_ref(session, "A", NOW)
        small.require_writable()
        with small.reading() as session:
            assert session.scalar(COUNT) == 1


def test_a_database_that_may_not_be_written_to_is_away(database: Database) -> None:
    """And says why; while a snapshot, which is to write nothing, stays what it is."""
    only_read = "PRAGMA query_only = ON" if database.is_sqlite else "SET TRANSACTION READ ONLY"
    with pytest.raises(DatabaseAway, match="may not be written to"), database.transaction() as one:
        one.execute(text(only_read))
        one.execute(ADD, {"ref": "A"})
    if database.is_sqlite:
        return
    with pytest.raises(InternalError), database.reading() as session:
        session.execute(ADD, {"ref": "A"})


def test_postgresql_compiles_no_query(postgresql_database: Database) -> None:
    """What it takes to make one faster is longer than any of ours lasts."""
    with postgresql_database.looking() as connection:
        assert connection.scalar(text("SHOW jit")) == "off"


ISOLATION = text("SHOW transaction_isolation")
WRITES = text("SHOW transaction_read_only")


def test_each_kind_of_use_of_postgresql_sees_what_it_relies_on(
    postgresql_database: Database,
) -> None:
    """Writers what is committed, readers one state throughout, and a look begins nothing.

    On one connection, one use after the other: none leaves anything to the next.
    """
    with closing(Database(postgresql_database.url, pool_size=1)) as small:
        for _ in range(2):
            with small.transaction() as session:
                assert session.scalar(ISOLATION) == "read committed"
                assert session.scalar(WRITES) == "off"
            with small.reading() as session:
                assert session.scalar(ISOLATION) == "repeatable read"
                assert session.scalar(WRITES) == "on"
            with small.snapshot() as connection:
                assert connection.scalar(ISOLATION) == "repeatable read"
            with small.looking() as connection:
                driver = connection.connection.driver_connection
                assert isinstance(driver, psycopg.Connection)
                assert connection.scalar(text("SELECT 1")) == 1
                assert driver.info.transaction_status == TransactionStatus.IDLE


def test_what_fails_in_a_transaction_of_postgresql_leaves_nothing(
    postgresql_database: Database,
) -> None:
    """The connection goes back as it came, and the next one on it is not in the middle of it."""
    with closing(Database(postgresql_database.url, pool_size=1)) as small:
        with pytest.raises(LookupError), small.transaction() as session:
            session.execute(ADD, {"ref": "A"})
            raise LookupError
        with pytest.raises(DataError), small.transaction() as session:
            session.execute(text("SELECT 1 / 0"))
        with small.looking() as connection:
            assert connection.scalar(COUNT) == 0


def test_a_server_s_own_isolation_is_not_relied_on(postgresql_database: Database) -> None:
    """Writers lock rows, and must not fail where they waited for each other."""
    stricter = "-c default_transaction_isolation=serializable"
    url = postgresql_database.url.update_query_dict({"options": stricter})
    with closing(Database(url, pool_size=1)) as small, small.transaction() as session:
        assert session.scalar(ISOLATION) == "read committed"
