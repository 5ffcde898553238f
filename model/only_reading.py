"""Whether a database may only be read: asked for itself, before anybody wants to write.

A standby of PostgreSQL and one that was set so say it. SQLite says it to whoever writes: so that is
tried with a statement that changes nothing, and nobody who does write is waited for.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from model.engines import LOCK_WAIT, is_read_only

_SAYS_SO = text(
    "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'"
)
# A transaction that only begins to write is one that reads, where the file may only be read.
_WRITE_NOTHING = text("DELETE FROM cases WHERE 0")


def only_reads(connection: Connection) -> bool:
    """Whether a database may only be read; on SQLite, by a connection that is in no transaction.

    Raises:
        DBAPIError: there is no sign of life, or no tables.
    """
    if connection.dialect.name != "sqlite":
        return bool(connection.scalar(_SAYS_SO))
    driver = connection.connection.cursor()
    ((usual,),) = driver.execute("PRAGMA busy_timeout")
    try:
        return _refuses_to_write(connection.execution_options(**{LOCK_WAIT: 0.0}))
    finally:
        if not connection.invalidated:
            # Whoever looks something up on this connection next sets no patience of its own.
            driver.execute(f"PRAGMA busy_timeout = {usual}")
            connection.info.pop(LOCK_WAIT, None)


def _refuses_to_write(connection: Connection) -> bool:
    try:
        with connection.begin():
            connection.execute(_WRITE_NOTHING)
    except DBAPIError as error:
        if _is_busy(error.orig):
            return False  # somebody writes to it
        if not is_read_only(error.orig):
            raise
        return True
    return False


def _is_busy(error: BaseException | None) -> bool:
    # Several codes, of which this is the beginning: `SQLITE_BUSY_SNAPSHOT`, `SQLITE_BUSY_RECOVERY`.
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")
