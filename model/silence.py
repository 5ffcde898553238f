"""A PostgreSQL that is there and says nothing: nobody waits for it beyond a bound.

A server whose processes are frozen, and one behind a network that takes what is sent and brings
nothing back, ends no statement itself: what it bounds by `statement_timeout` lasts for ever. So
each wait is bounded on this side as well. Who waited in vain closes the connection; and until the
server has been heard again nobody else begins to wait for another one, but is told at once.
"""

from __future__ import annotations

from threading import Event, Lock, Thread
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import ConnectionTimeout, OperationalError, _WaitTimeout
from sqlalchemy import Connection, Engine, event

GRACE = 1.0
"""Seconds beyond a statement's own bound in which a server that lives has said that it ended it."""

BRIEFLY = 0.1
"""Seconds for which it is waited that a silent server is heard again: one that lives is by then."""

Result = TypeVar("Result")


def bound(engine: Engine, patience: float) -> None:
    """Have no connection of `engine`, nor the wait for a new one, outlast a server's silence.

    `patience`: seconds that a statement may take by what the server was told.
    """
    hearing = _Hearing()

    def connect(_dialect: object, _record: object, where: Any, options: Any) -> _Bounded:
        opened = hearing.connect(*where, **options)
        opened.patience, opened.hearing = patience, hearing
        return opened

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

    # Until all that there is to be known of it is known.
    patience: float | None = GRACE
    hearing: _Hearing

    def wait(
        self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None
    ) -> Result:
        """Wait for what the server says; each statement, commit and pipeline comes by here.

        Raises:
            OperationalError: it said nothing; the connection is closed.
        """
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except _WaitTimeout:
            if timeout is not None:
                raise
        # The bound may be over because this process itself was stopped meanwhile: what the server
        # has said since is still there to be read.
        try:
            return super().wait(gen, interval, GRACE)
        except _WaitTimeout:
            self.close()
            self.hearing.lost()
            raise OperationalError("the server said nothing") from None


class _Hearing:
    """Whether a server is heard, for all threads of a process that have connections to it."""

    def __init__(self) -> None:
        self._heard = Event()
        self._heard.set()
        self._lock = Lock()
        self._where: tuple[Any, dict[str, Any]] = ((), {})

    def connect(self, *where: Any, **options: Any) -> _Bounded:
        """Open a connection.

        Raises:
            OperationalError: it could not be opened, or the server is silent.
        """
        self._where = where, options
        if not self._heard.wait(BRIEFLY):
            raise OperationalError("the server has said nothing, and is listened to")
        try:
            return _Bounded.connect(*where, **options)
        except ConnectionTimeout:
            self.lost()
            raise

    def lost(self) -> None:
        """The server said nothing: have it listened to, until it says something."""
        with self._lock:
            if self._heard.is_set():
                self._heard.clear()
                # None lives from the start: a process that was forked would be without it.
                Thread(target=self._listen, name="listening", daemon=True).start()

    def _listen(self) -> None:
        where, options = self._where
        silent = True
        while silent:
            try:
                _Bounded.connect(*where, **options).close()
                silent = False
            except ConnectionTimeout:
                continue
            except psycopg.Error:
                silent = False  # it was refused, and so is heard
        self._heard.set()
