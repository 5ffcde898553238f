"""Bringing a database's tables to what this version needs, and telling whether they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from model.database import Database
from rules.errors import Unable

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, to: str = "head") -> None:
    """Migrate the database up; all of it or nothing, and only one process at a time.

    Raises:
        Unable: the database is from a version that this one does not know.
        DatabaseAway: it did not answer.
    """
    _make_folder(database)
    _migrate(database, lambda config: command.upgrade(config, to))


def downgrade(database: Database, to: str) -> None:
    """Migrate the database down, to the revision `to` or to `base`, which is empty.

    Raises:
        as `upgrade` does.
    """
    _migrate(database, lambda config: command.downgrade(config, to))


def current(database: Database) -> str | None:
    """Return the database's migration, `None` for a database without tables.

    Raises:
        DatabaseAway: it did not answer.
    """
    with database.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def is_current(database: Database) -> bool:
    """Whether the database's tables are those that this version needs.

    Raises:
        DatabaseAway: it did not answer.
    """
    return current(database) == ScriptDirectory.from_config(_config()).get_current_head()


def _migrate(database: Database, change: Callable[[Config], None]) -> None:
    config = _config()
    try:
        with _alone(database) as connection:
            config.attributes["connection"] = connection
            change(config)
    except CommandError as error:
        raise Unable(f"the database cannot be migrated: {error}") from error


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """One transaction for the whole migration, in which no other migration runs."""
    if not database.is_sqlite:
        with database.transaction() as session:
            # A migration of large tables may take its time.
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext('tollgate migration'))"))
            yield session.connection()
        return
    with database.without_foreign_keys() as session:
        yield session.connection()


def _make_folder(database: Database) -> None:
    if database.is_sqlite and database.url.database:
        Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
