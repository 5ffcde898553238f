"""The database: connections that never wait long, and transactions that lose nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from contextvars import ContextVar
from time import monotonic, sleep
from typing import TypeVar, cast

from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from model.engines import (
    LOCK_WAIT,
    PATIENCE,
    READ_ONLY,
    engine_for,
    is_read_only,
    milliseconds,
    transactional,
)
from model.only_reading import only_reads
from model.turns import Turns
from rules.errors import DatabaseAway, Unable

__all__ = ["PATIENCE", "Base", "Database", "Reader", "Session", "connection_of", "table_of"]

LOST_TO_ANOTHER = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for a transaction that it ended in favour of another one: it could not be
serialised, or it was part of a deadlock. Done again, it may well succeed."""

LONGEST_PAUSE = 0.1
"""Seconds before a transaction that lost is done again, at most."""

ONLY_READ = "the database may not be written to"

_CONNECTION = "tollgate_connection"

Result = TypeVar("Result")

Reader = Session | Connection
"""What statements that only read are executed on."""

WITNESS: ContextVar[Callable[[Session], AbstractContextManager[object]]] = ContextVar("witness")
"""What sees each transaction of this thread, if anything does: see `model/witnessing.py`."""


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


def connection_of(reader: Reader) -> Connection:
    """Return what a session works on, or what is a connection itself."""
    if isinstance(reader, Connection):
        return reader
    # Of a transaction it is known since it began: a session looks it up anew each time. One that
    # has failed is to say so itself.
    known: Connection | None = reader.info.get(_CONNECTION)
    if known is not None and reader.is_active and known.in_transaction():
        return known
    return reader.connection()


def table_of(model: type[Base]) -> Table:
    """Return the table of a model, for statements that make no objects of its rows."""
    return cast("Table", model.__table__)


class Database:
    """One database, shared by all threads of a process; never more than `pool_size` connections.

    A thread that does one transaction after the other needs one.
    """

    def __init__(self, url: str | URL, *, patience: float = PATIENCE, pool_size: int = 16) -> None:
        self.url = make_url(url)
        shared = engine_for(self.url, patience, pool_size)
        self.engine = transactional(shared)
        self._patience = patience
        self._turns = Turns()
        # Nothing is begun there by itself.
        self._lookers = shared
        self._writers = sessionmaker(self.engine, expire_on_commit=False)
        self._snapshots = self.engine.execution_options(**{READ_ONLY: True, LOCK_WAIT: patience})
        self._readers = sessionmaker(self._snapshots, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite (else it is PostgreSQL)."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def is_beside(self) -> bool:
        """Whether it is on this machine, by its URL."""
        said = self.url.query
        if self.is_sqlite or not {"hostaddr", "service"}.isdisjoint(said):
            return self.is_sqlite
        host = said.get("host", self.url.host) or ""
        here = host in ("", "localhost", "127.0.0.1", "::1")
        return here or (isinstance(host, str) and host.startswith("/") and "," not in host)

    def write(self, work: Callable[[Session], Result]) -> Result:
        """Do `work` in a transaction; from the start again when it lost to another one.

        What it did in the database is undone each time before; it must do nothing elsewhere.

        Raises:
            DatabaseAway: no connection, no lock or no answer in time, or it lost too often.
            and whatever `work` raises.
        """
        until = monotonic() + self._patience
        while True:
            try:
                with self.transaction() as session:
                    return work(session)
            except DatabaseAway as away:
                if not _lost_to_another(away) or monotonic() > until:
                    raise
            # Not all at once: those that lost together would meet again.
            sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311  # no secret

    @contextmanager
    def transaction(self, patience: float | None = None) -> Iterator[Session]:
        """Do all of it or nothing; on SQLite, with the one write lock from the start.

        `patience`: seconds to wait for a lock, where less than the usual will do.

        Raises:
            DatabaseAway: no connection, no lock or no answer in time.
        """
        patience = self._patience if patience is None else patience
        with _away(), self._turn(patience) as left, self._writers.begin() as session:
            # A session by itself begins no earlier than its first statement.
            connection = session.connection(execution_options={LOCK_WAIT: left})
            session.info[_CONNECTION] = connection
            if not self.is_sqlite and patience < self._patience:
                session.execute(text(f"SET LOCAL lock_timeout = {milliseconds(patience)}"))
            with WITNESS.get(nullcontext)(session):
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
    def snapshot(self) -> Iterator[Connection]:
        """See what `reading` does, by statements alone: cheaper, for what is asked all the time.

        Raises:
            DatabaseAway: no connection or no answer in time.
        """
        with _away(), self._snapshots.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """See the database as it is, one statement at a time: cheaper than `reading`.

        Raises:
            DatabaseAway: no connection or no answer in time.
        """
        with _away(), self._lookers.connect() as connection:
            yield connection

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

    def require_writable(self) -> None:
        """Refuse a database that may only be read, as a standby is; waits for no writer.

        Raises:
            DatabaseAway: it may not be written to, or there is no sign of life.
        """
        if not self._only_reads():
            return
        # A connection goes on as it was opened, though the database may not: a new one knows.
        with closing(Database(self.url, patience=self._patience, pool_size=1)) as anew:
            if anew._only_reads():
                raise DatabaseAway(ONLY_READ)
        self.close()  # those that were kept are from before

    def _only_reads(self) -> bool:
        # On PostgreSQL it is only looked; on SQLite a transaction is tried.
        asked = self.engine if self.is_sqlite else self._lookers
        with _away(), asked.connect() as connection:
            return only_reads(connection)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def _turn(self, patience: float) -> Iterator[float]:
        """Wait for one's turn to write, on SQLite; say how much of the patience is left."""
        if not self.is_sqlite:
            yield patience
            return
        began = monotonic()
        with self._turns.turn(patience):
            yield max(0.0, began + patience - monotonic())


@contextmanager
def _away() -> Iterator[None]:
    """Turn what a database that is away, locked or not set up raises into one error."""
    try:
        yield
    except TimeoutError as error:
        raise DatabaseAway("every connection to the database is in use") from error
    except DBAPIError as error:
        if _lacks_tables(error):
            lacking = "the database lacks what this version needs: run `db upgrade`"
            raise DatabaseAway(lacking) from error
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise DatabaseAway(_what_is_wrong(error)) from error
        raise


def _what_is_wrong(error: DBAPIError) -> str:
    if "disk is full" in str(error.orig):
        return "there is no room left for the database"
    if is_read_only(error.orig):
        return ONLY_READ
    if _code(error) in LOST_TO_ANOTHER:
        return "others were in the way again and again: try again shortly"
    return "the database did not answer in time"


def _lost_to_another(away: DatabaseAway) -> bool:
    cause = away.__cause__
    return isinstance(cause, DBAPIError) and _code(cause) in LOST_TO_ANOTHER


def _code(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _lacks_tables(error: DBAPIError) -> bool:
    """Whether a table is missing, or a column, as both are before the tables are upgraded."""
    undefined = ("42P01", "42703")
    said = ("no such table", "no such column", "has no column named")
    return _code(error) in undefined or any(words in str(error.orig) for words in said)
