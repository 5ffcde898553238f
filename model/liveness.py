"""Whether a pooled connection to PostgreSQL is still one, before somebody relies on it.

One that was used a moment ago is not asked over the network: when a server ends it, that shows
at the socket. One that lay idle for longer may have lost its server without a word, and is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from select import POLLIN, poll
from time import monotonic
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

ASKED_WHEN_IDLE_FOR = 1.0
"""Seconds."""

_USED_AT = "tollgate_used_at"


def watch(engine: Engine, clock: Callable[[], float] = monotonic) -> None:
    """Have `engine` hand out no connection that has ended; every other of its pool goes with it.

    `clock`: seconds that only grow.
    """

    def before(connection: Any, record: Any, _proxy: object) -> None:
        used_at = record.info.get(_USED_AT)
        if used_at is None:
            return  # it was opened just now
        idle_for = clock() - used_at
        if (idle_for > ASKED_WHEN_IDLE_FOR or _has_something_to_say(connection)) and not _answers(
            engine, connection
        ):
            raise InvalidatePoolError

    def after(_connection: Any, record: Any) -> None:
        record.info[_USED_AT] = clock()

    event.listen(engine, "checkout", before)
    event.listen(engine, "checkin", after)


def _has_something_to_say(connection: Any) -> bool:
    """Whether an idle connection is closed, or has something to be read: its end, mostly."""
    if connection.closed:
        return True
    socket = poll()
    socket.register(connection.fileno(), POLLIN)
    return bool(socket.poll(0))


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False
