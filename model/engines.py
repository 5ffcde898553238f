"""Engines: how each kind of database is connected to, and how long it may keep anybody waiting."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext

from model.liveness import watch
from model.silence import bound

PATIENCE = 5.0
"""Seconds that one connect, one lock or one statement may take."""

READ_ONLY = "tollgate_read_only"
"""The option of a connection on which nothing is to be written, and all is seen as of one state."""

LOCK_WAIT = "tollgate_lock_wait"
"""The option of a connection that says for how many seconds a transaction waits for its lock."""


def engine_for(url: URL, patience: float, pool_size: int) -> Engine:
    """Return an engine with at most `pool_size` connections; `patience`: in seconds."""
    pool = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": patience}
    if url.get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            hide_parameters=True,  # an error's message must not hold facts
            # The driver's own habit of beginning costs settings to and fro for each look.
            isolation_level="AUTOCOMMIT",
            connect_args=_postgresql_bounds(url, patience),
            **pool,
        )
        watch(engine)
        bound(engine, patience)
        event.listen(engine, "handle_error", _give_up_what_only_reads)
        return engine
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": patience}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "handle_error", _give_up_what_only_reads)
    return engine


def transactional(engine: Engine) -> Engine:
    """Return an engine on the same connections whose transactions begin when they say so.

    One by which only single statements are looked up has no use for the event, and pays for it.
    """
    transactional = engine.execution_options()
    begin = _begin_sqlite if engine.dialect.name == "sqlite" else _begin_postgresql
    event.listen(transactional, "begin", begin)
    return transactional


def is_read_only(error: BaseException | None) -> bool:
    """Whether a driver's error says that the database may not be written to."""
    return getattr(error, "sqlstate", None) == "25006" or "readonly database" in str(error)


def _give_up_what_only_reads(context: ExceptionContext) -> None:
    """Keep no connection that was opened while the database could only be read.

    It would stay so when the database may be written to again.
    """
    connection = context.connection
    # SQLite refuses nothing for the sake of a transaction's own kind.
    meant = (
        connection is not None
        and connection.dialect.name != "sqlite"
        and connection.get_execution_options().get(READ_ONLY)
    )
    if is_read_only(context.original_exception) and not meant:
        context.is_disconnect = True


def _postgresql_bounds(url: URL, patience: float) -> dict[str, Any]:
    most = milliseconds(patience)
    options = (
        f"-c lock_timeout={most} -c statement_timeout={most}"
        f" -c idle_in_transaction_session_timeout={6 * most}"
        # Made for queries that take seconds: it takes longer than any of ours does.
        " -c jit=off"
    )
    return {
        "connect_timeout": max(2, round(patience)),
        "tcp_user_timeout": 2 * most,
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
    options = connection.get_execution_options()
    wait = milliseconds(options.get(LOCK_WAIT, PATIENCE))
    if connection.info.get(LOCK_WAIT) != wait:
        connection.connection.cursor().execute(f"PRAGMA busy_timeout = {wait}")
        connection.info[LOCK_WAIT] = wait
    connection.exec_driver_sql("BEGIN" if options.get(READ_ONLY) else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(READ_ONLY):
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    else:
        # Writers rely on row locks, whatever the server's default is.
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL READ COMMITTED")


def milliseconds(seconds: float) -> int:
    """Return what PostgreSQL and SQLite take for so many seconds."""
    # PostgreSQL takes 0 for no limit.
    return max(1, int(seconds * 1000))
