"""A connection that has ended is never handed out, and one that lives is not asked each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection
from sqlalchemy import Engine, create_engine, text

from model import liveness
from model.database import Database


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return how many have passed."""
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
def watched(postgresql_database: Database, clock: Clock) -> Iterator[Engine]:
    """A pool of one connection, which has been used a moment ago."""
    engine = create_engine(postgresql_database.url, pool_size=1, max_overflow=0)
    liveness.watch(engine, clock)
    backend(engine)
    yield engine
    engine.dispose()


def backend(engine: Engine) -> int:
    """Return the number of the server's process behind the pool's connection."""
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)


def last_asked(engine: Engine, backend_number: int) -> str:
    """Return when a server process was last asked something."""
    asked = text("SELECT query_start FROM pg_stat_activity WHERE pid = :pid")
    other = create_engine(engine.url)
    with other.connect() as connection:
        found = connection.scalar(asked, {"pid": backend_number})
    other.dispose()
    return str(found)


def lend_and_take_back(engine: Engine) -> Any:
    """Have the pool hand out its connection, ask nothing, and take it back; return it."""
    lent = engine.raw_connection()
    driver = lent.driver_connection
    lent.close()
    return driver


def test_a_connection_in_use_is_not_asked_before_each_use(watched: Engine) -> None:
    """Handed out again at once it is the same one, and its server was asked nothing."""
    number = backend(watched)
    before = last_asked(watched, number)
    lend_and_take_back(watched)
    assert last_asked(watched, number) == before
    assert backend(watched) == number


def test_one_that_lay_idle_is_asked_first(watched: Engine, clock: Clock) -> None:
    """After a while its server may be gone without a word."""
    number = backend(watched)
    before = last_asked(watched, number)
    clock.seconds += liveness.ASKED_WHEN_IDLE_FOR + 0.1
    lend_and_take_back(watched)
    assert last_asked(watched, number) > before
    assert backend(watched) == number


def test_one_that_the_server_ended_is_replaced(
    watched: Engine, postgresql_database: Database
) -> None:
    """The end of it is seen without asking, and the next caller gets another one."""
    number = backend(watched)
    with postgresql_database.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": number})
    assert backend(watched) != number


def test_one_that_was_closed_on_this_side_is_replaced(watched: Engine) -> None:
    """Whoever broke it, the next caller gets another one."""
    number = backend(watched)
    driver: Connection = lend_and_take_back(watched)
    driver.close()
    assert backend(watched) != number
