"""A PostgreSQL that is there and says nothing: nobody waits for it beyond a bound.

A server whose processes are frozen, and one behind a network that takes what is sent and brings
nothing back, does not end a statement by itself: what `statement_timeout` bounds lasts for ever.
So each wait is bounded on this side as well. Who waited in vain closes the connection; and until
the server has been heard again nobody waits for a new one, but is told at once.
"""

from __future__ import annotations

from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import ConnectionTimeout, OperationalError, _WaitTimeout
from sqlalchemy import Connection, Engine, event

GRACE = 1.0
"""Seconds beyond a statement's own bound, within which a server has told that it ended it."""

BRIEFLY = 0.1
"""Seconds after a connection was lost within which its server, if it lives, is heard again."""

STATEMENTS_AT_A_TIME = 8
"""For so many more that are sent together, a wait may last as long again."""

Result = TypeVar("Result")


def bound(engine: Engine, patience: float) -> None:
    """Have no connection of `engine`, nor the wait for a new one, outlast a server's silence.

    `patience`: seconds that a statement may take by what the server was told.
    """
    hearing = _Hearing(patience)

    def connect(_dialect: object, _record: object, where: Any, options: Any) -> _Bounded:
        return hearing.connect(*where, **options)

    event.listen(engine, "do_connect", connect)


def take_time(connection: Connection) -> None:
    """Let statements on a connection to PostgreSQL take as long as they do; then it is closed.

    Nobody else is to get one on which nothing is bounded.
    """
    driver = connection.connection.driver_connection
    connection.detach()
    connection.exec_driver_sql("SET statement_timeout = 0")
    if isinstance(driver, _Bounded):
        driver.patience = None


class _Bounded(psycopg.Connection[Any]):
    """A connection that is closed when its server says nothing for too long."""

    patience: float | None
    hearing: _Hearing

    def wait(
        self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None
    ) -> Result:
        """Wait for what the server says: every statement, pipeline and end comes by here.

        Raises:
            OperationalError: it said nothing; the connection is closed.
        """
        waited, step = 0.0, self.patience if timeout is None else timeout
        while True:
            try:
                return super().wait(gen, interval, step)
            except _WaitTimeout:
                if timeout is not None or step is None:
                    raise
            waited += step
            if waited >= self._bound():
                self.close()
                self.hearing.lose()
                raise OperationalError("the server says nothing") from None
            # A process that stood still itself finds now what the server has said meanwhile.
            step = GRACE

    def _bound(self) -> float:
        """Return how long a wait lasts at most, by what is being waited for.

        The server tells nothing of a pipeline, as which many rows are written too, before its
        end, and each statement in it may take its time.
        """
        pipeline = self._pipeline
        waiting = len(pipeline.result_queue) + len(pipeline.command_queue) if pipeline else 0
        return (self.patience or 0.0) * (1 + waiting // STATEMENTS_AT_A_TIME) + GRACE


class _Hearing:
    """Whether a server is heard, for all threads of a process that connect to it."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._heard = Event()
        self._heard.set()
        self._starting = Lock()
        self._listener: Thread | None = None
        self._lost_at = monotonic()
        self._connect: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})

    def connect(self, *where: Any, **options: Any) -> _Bounded:
        """Open a connection.

        Raises:
            OperationalError: it cannot be opened, or the server is silent.
        """
        self._connect = where, options
        # Later nobody waits: a caller may ask for many things, one after the other.
        if not self._heard.wait(max(0.0, self._lost_at + BRIEFLY - monotonic())):
            self.lose()
            raise OperationalError("the server says nothing, and is listened to")
        try:
            opened = _Bounded.connect(*where, **options)
        except ConnectionTimeout:
            self.lose()
            raise
        opened.patience, opened.hearing = self._patience, self
        return opened

    def lose(self) -> None:
        """Have the server listened to, by somebody who waits for it in everybody's stead."""
        with self._starting:
            # In a process that was forked it is another's, which is not there.
            if self._listener is None or not self._listener.is_alive():
                self._lost_at = monotonic()
                self._heard.clear()
                self._listener = Thread(target=self._listen, name="listening", daemon=True)
                self._listener.start()

    def _listen(self) -> None:
        where, options = self._connect
        try:
            while not _says_something(*where, **options):
                pass
        finally:
            self._heard.set()


def _says_something(*where: Any, **options: Any) -> bool:
    """Whether a server takes a connection, or refuses it; waits as long as a connect may take."""
    try:
        _Bounded.connect(*where, **options).close()
    except ConnectionTimeout:
        return False
    except psycopg.Error:
        pass
    return True
