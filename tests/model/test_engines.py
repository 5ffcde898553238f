"""Engines: what a connection is good for, and what becomes of one that is good for nothing."""

from __future__ import annotations

from contextlib import closing, suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

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
