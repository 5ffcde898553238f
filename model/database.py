"""The database: connections that never wait long, and transactions that lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from model.turns import Turns
from rules.errors import DatabaseAway, Unable

PATIENCE = 5.0
"""Seconds that one connect, one lock or one statement may take."""


class Base(DeclarativeBase):
    """What every table is declared on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """One database, shared by all threads of a process."""

    def __init__(self, url: str | URL, *, patience: float = PATIENCE, pool_size: int = 16) -> None:
        self.url = make_url(url)
        self.engine = _engine(self.url, patience, pool_size)
        self._patience = patience
        self._turns = Turns()
        reading = (
            {"sqlite_begin": "BEGIN"}
            if self.is_sqlite
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        self._writers = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(
            self.engine.execution_options(**reading), expire_on_commit=False
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite (else it is PostgreSQL)."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Do all of it or nothing; on SQLite, with the one write lock from the start.

        Raises:
            DatabaseAway: no connection, no lock or no answer in time.
        """
        with _away(), self._turn(), self._writers.begin() as session:
            # A session by itself begins no earlier than its first statement.
            session.connection()
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """See one state of the database throughout; waits for no writer, and writes nothing.

        Raises:
            DatabaseAway: no connection or no answer in time.
        """
        with _away(), self._readers.begin() as session:
            yield session

    @contextmanager
    def without_foreign_keys(self) -> Iterator[Session]:
        """A transaction on SQLite in which tables may be rebuilt; ends only if all keys fit.

        With foreign keys on, replacing a table would fail or delete what refers to it.
        """
        with _away(), self.engine.connect() as connection:
            raw = connection.connection.cursor()
            # Inside of a transaction this setting could not be changed.
            raw.execute("PRAGMA foreign_keys = OFF")
            try:
                with Session(connection) as session, session.begin():
                    yield session
                    if broken := session.execute(text("PRAGMA foreign_key_check")).first():
                        raise Unable(f"a row of `{broken[0]}` would refer to nothing")
            finally:
                raw.execute("PRAGMA foreign_keys = ON")

    def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            DatabaseAway: there is none.
        """
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def _turn(self) -> AbstractContextManager[None]:
        return self._turns.turn(self._patience) if self.is_sqlite else nullcontext()


@contextmanager
def _away() -> Iterator[None]:
    """Turn what a database that is away, locked or not set up raises into one error."""
    try:
        yield
    except TimeoutError as error:
        raise DatabaseAway("every connection to the database is in use") from error
    except DBAPIError as error:
        if _has_no_tables(error):
            raise DatabaseAway("the database has not been set up: run `db upgrade`") from error
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise DatabaseAway("the database did not answer in time") from error
        raise


def _has_no_tables(error: DBAPIError) -> bool:
    undefined_table = "42P01"
    return getattr(error.orig, "sqlstate", None) == undefined_table or (
        "no such table" in str(error.orig)
    )


def _engine(url: URL, patience: float, pool_size: int) -> Engine:
    pool = {"pool_size": pool_size, "max_overflow": pool_size, "pool_timeout": patience}
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url, pool_pre_ping=True, connect_args=_postgresql_bounds(url, patience), **pool
        )
    engine = create_engine(url, connect_args={"timeout": patience}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql_bounds(url: URL, patience: float) -> dict[str, Any]:
    milliseconds = int(patience * 1000)
    options = (
        f"-c lock_timeout={milliseconds} -c statement_timeout={milliseconds}"
        f" -c idle_in_transaction_session_timeout={6 * milliseconds}"
    )
    return {
        "connect_timeout": max(2, round(patience)),
        "tcp_user_timeout": 2 * milliseconds,
        "options": f"{url.query.get('options', '')} {options}".strip(),
    }


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own habit of beginning late is what loses updates: we begin ourselves.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        # Without it, INSERT OR REPLACE would pass by the triggers that refuse a deletion.
        "recursive_triggers = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE")
    connection.exec_driver_sql(begin)
