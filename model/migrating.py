"""Bringing a database's tables to what this version needs, and telling whether they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from model.administration import Act, Actor, AdministrationAct, record_act
from model.database import Database
from model.schema_support import SchemaSupport
from model.silence import take_time
from rules.errors import Unable

MIGRATIONS = Path(__file__).parent / "migrations"


class Schema(StrEnum):
    """How the database's tables stand to this version of the code."""

    CURRENT = "current"
    AHEAD = "made by a newer version, and this one may still run on them"
    BEHIND = "older than this version: run `db upgrade`"
    TOO_NEW = "made by a newer version that this one cannot work beside: start the newer one"


@dataclass(frozen=True, slots=True)
class Noted:
    """Who migrates and when, for the record of what administrators do."""

    actor: Actor
    now: datetime


def upgrade(database: Database, to: str = "head", noted: Noted | None = None) -> None:
    """Migrate the database up; all of it or nothing, and only one process at a time.

    Tables of a newer version that this one may run on are left as they are.

    Raises:
        Unable: the database is from a version that this one does not know.
        DatabaseAway: it did not answer.
    """
    _make_folder(database)

    def change(config: Config, session: Session) -> None:
        # While versions are replaced one by one, an older one may be started once more.
        if to != "head" or _state(session) is not Schema.AHEAD:
            command.upgrade(config, to)

    _migrate(database, change, noted)


def downgrade(database: Database, to: str, noted: Noted | None = None) -> None:
    """Migrate the database down, to the revision `to` or to `base`, which is empty.

    Raises:
        as `upgrade` does.
    """
    _migrate(database, lambda config, _: command.downgrade(config, to), noted)


def current(database: Database) -> str | None:
    """Return the database's migration, `None` for a database without tables.

    Raises:
        DatabaseAway: it did not answer.
    """
    with database.reading() as session:
        return _current(session)


def state(database: Database) -> Schema:
    """Tell how the database's tables stand to what this version needs.

    Raises:
        DatabaseAway: it did not answer.
    """
    with database.reading() as session:
        return _state(session)


def is_current(database: Database) -> bool:
    """Whether this version can work with the database's tables.

    Raises:
        DatabaseAway: it did not answer.
    """
    return state(database) in (Schema.CURRENT, Schema.AHEAD)


def _current(session: Session) -> str | None:
    return MigrationContext.configure(session.connection()).get_current_revision()


def _state(session: Session) -> Schema:
    known = ScriptDirectory.from_config(_config())
    migration = _current(session)
    if migration == known.get_current_head():
        return Schema.CURRENT
    ours = {script.revision for script in known.walk_revisions()}
    if migration is None or migration in ours:
        return Schema.BEHIND
    oldest = session.scalar(select(SchemaSupport.oldest))
    return Schema.AHEAD if oldest in ours else Schema.TOO_NEW


def _migrate(
    database: Database, change: Callable[[Config, Session], None], noted: Noted | None
) -> None:
    def work(session: Session) -> None:
        config, before = _config(), _current(session)
        config.attributes["connection"] = session.connection()
        change(config, session)
        after = _current(session)
        if noted and after != before:
            _note(session, noted, before, after)

    try:
        _alone(database, work)
    except CommandError as error:
        raise Unable(f"the database cannot be migrated: {error}") from error


def _note(session: Session, noted: Noted, before: str | None, after: str | None) -> None:
    if inspect(session.connection()).has_table(AdministrationAct.__tablename__):
        on = f"{before or 'base'} to {after or 'base'}"
        record_act(session, noted.actor, Act.DATABASE_MIGRATED, on, noted.now)


def _alone(database: Database, work: Callable[[Session], None]) -> None:
    """Migrate in one transaction, in which no other migration runs.

    Servers of the version before may be at work: what they and it lock may be in each other's way.
    """
    if database.is_sqlite:
        with database.without_foreign_keys() as session:
            work(session)
        return

    def by_itself(session: Session) -> None:
        # A migration of large tables may take its time.
        take_time(session.connection())
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('tollgate migration'))"))
        work(session)

    database.write(by_itself)


def _make_folder(database: Database) -> None:
    if database.is_sqlite and database.url.database:
        Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
