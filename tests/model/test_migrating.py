"""Migrations: they make what the models say, on both databases, both ways."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from model import migrating
from model.administration import Actor, Via, acts_before
from model.database import Database
from model.migrating import Noted, Schema
from model.tables import METADATA, TABLES
from rules.errors import DatabaseAway, Unable


def test_the_migrated_tables_are_those_of_the_models(empty_database: Database) -> None:
    """Migrating makes exactly the tables, columns, keys and indexes that the models declare."""
    migrating.upgrade(empty_database)
    with empty_database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_every_table_is_known_to_the_migrations() -> None:
    """No table is declared without the metadata that migrations compare with knowing it."""
    assert {table.__tablename__ for table in TABLES} == set(METADATA.tables)


def test_a_migration_goes_down_again(empty_database: Database) -> None:
    """Down to the base leaves nothing behind, and up again works."""
    migrating.upgrade(empty_database)
    migrating.downgrade(empty_database, "base")
    assert set(inspect(empty_database.engine).get_table_names()) <= {"alembic_version"}
    assert migrating.current(empty_database) is None
    migrating.upgrade(empty_database)
    assert migrating.is_current(empty_database)


def test_a_database_tells_whether_it_is_current(empty_database: Database) -> None:
    """A database without tables is not current; a migrated one is, however often migrated."""
    if empty_database.is_sqlite:
        with pytest.raises(DatabaseAway):
            migrating.is_current(empty_database)
    else:
        assert not migrating.is_current(empty_database)
    migrating.upgrade(empty_database)
    migrating.upgrade(empty_database)
    assert migrating.is_current(empty_database)


def test_several_processes_may_migrate_at_once(empty_database: Database) -> None:
    """Of several that start together one migrates; the others find it done."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrating.upgrade, [empty_database] * 4))
    assert migrating.is_current(empty_database)


def make_later(database: Database, oldest: str | None = None) -> None:
    """Have a database look like one of a later version, which code from `oldest` on may use."""
    migrating.upgrade(database)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'later'"))
        if oldest:
            session.execute(text("UPDATE schema_support SET oldest = :it"), {"it": oldest})


def test_tables_that_a_later_version_added_to_are_worked_with(empty_database: Database) -> None:
    """An older process stays ready after the upgrade, and may be started once more."""
    make_later(empty_database)
    assert migrating.state(empty_database) is Schema.AHEAD
    assert migrating.is_current(empty_database)
    migrating.upgrade(empty_database)
    assert migrating.current(empty_database) == "later"


def test_tables_that_a_later_version_took_from_are_left_alone(empty_database: Database) -> None:
    """A version that the newer tables are no longer for is told so, and undoes nothing."""
    make_later(empty_database, oldest="later")
    assert migrating.state(empty_database) is Schema.TOO_NEW
    assert not migrating.is_current(empty_database)
    with pytest.raises(Unable, match="cannot be migrated"):
        migrating.upgrade(empty_database)
    assert migrating.current(empty_database) == "later"


def test_tables_of_an_earlier_version_are_not_worked_with(empty_database: Database) -> None:
    """A newer process waits for the upgrade, and says what to run."""
    migrating.upgrade(empty_database, "0001")
    assert migrating.state(empty_database) is Schema.BEHIND
    assert "db upgrade" in Schema.BEHIND
    assert not migrating.is_current(empty_database)


def test_a_migration_is_recorded_with_who_ran_it(empty_database: Database) -> None:
    """The audit says from where to where, in the migration's own transaction, and only once."""
    noted = Noted(Actor("Kim", Via.COMMAND_LINE), datetime(2026, 11, 22, tzinfo=UTC))
    migrating.upgrade(empty_database, noted=noted)
    migrating.upgrade(empty_database, noted=noted)
    with empty_database.reading() as session:
        (act,) = acts_before(session, None, 10).acts
    assert (act.by, act.act) == ("Kim", "database-migrated")
    assert act.on == f"base to {migrating.current(empty_database)}"
    migrating.downgrade(empty_database, "base", noted)


def test_foreign_keys_are_on_again_after_a_migration(sqlite_database: Database) -> None:
    """The connection that migrated SQLite refuses dangling rows afterwards as before."""
    migrating.upgrade(sqlite_database)
    with sqlite_database.reading() as session:
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_migration_that_breaks_a_reference_is_undone(sqlite_database: Database) -> None:
    """While foreign keys are off, rows that refer to nothing are found before the end."""
    dangling = text(
        "INSERT INTO case_facts (case_id, name, value, supplied_by, supplied_at) "
        "VALUES (77, 'viable', 'true', 'Ann', '2026-11-22 08:00:00')"
    )
    with (
        pytest.raises(Unable, match="`case_facts` would refer to nothing"),
        sqlite_database.without_foreign_keys() as session,
    ):
        session.execute(dangling)
    with sqlite_database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM case_facts")) == 0
