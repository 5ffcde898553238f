"""Named locks: one holder at a time, until its transaction ends."""

from __future__ import annotations

from contextlib import closing

import pytest

from model.database import Database
from model.locking import hold, try_hold
from rules.errors import DatabaseAway


def test_a_name_has_one_holder_at_a_time(postgresql_database: Database) -> None:
    """Who tries is told at once; another name is free; after the end it is free again."""
    with (
        postgresql_database.transaction() as first,
        postgresql_database.transaction() as second,
    ):
        hold(first, "publish")
        assert not try_hold(second, "publish")
        assert try_hold(second, "bootstrap")
    with postgresql_database.transaction() as third:
        assert try_hold(third, "publish")


def test_a_name_is_not_waited_for_long(database: Database) -> None:
    """Who waits for a name gives up in time, on either database."""
    with (
        closing(Database(database.url, patience=0.2)) as hurried,
        database.transaction() as holder,
    ):
        hold(holder, "publish")
        with pytest.raises(DatabaseAway), hurried.transaction() as session:
            hold(session, "publish")


def test_on_sqlite_the_transaction_itself_is_the_lock(sqlite_database: Database) -> None:
    """There is one writer at a time, so a name is always free to it."""
    with sqlite_database.transaction() as session:
        assert try_hold(session, "publish")
        assert try_hold(session, "publish")
