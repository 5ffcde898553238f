"""Statements that only write, sent together: nobody waits for the answer to each.

On PostgreSQL each statement by itself is a way there and back, and a decision writes five of
them. In a pipeline they are on their way at once, and are answered at once. On SQLite, which is
in the process, there is nothing to wait for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.orm import Session

from model.database import connection_of
from model.prepared import tell

__all__ = ["sent_together"]


@contextmanager
def sent_together(session: Session) -> Iterator[None]:
    """Send what is written in here together; at its end all of it has been done.

    Only what the session's connection executes, and nothing that reads, or whose count of rows
    somebody looks at: an answer is not there yet. The first statement that fails is told by a
    later one or at the end, and none after it is done.

    Raises:
        DBAPIError: a statement failed; the transaction can only be rolled back.
    """
    connection = connection_of(session)
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        yield
        return
    try:
        with driver.pipeline():
            yield
    except psycopg.Error as error:
        tell(error, connection)
