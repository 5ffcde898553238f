"""A server that says nothing is waited for so long and no longer; one that speaks is served."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from model.cases import insert_ref
from model.database import Database, Reader, connection_of
from model.sending import sent_together
from model.silence import take_time
from rules.errors import DatabaseAway
from tests.fire.service import wait_until
from tests.model.conftest import NOW

PATIENCE = 0.2
OVERLONG = text("SELECT pg_sleep(1.5)")
"""It lasts longer than the patience and the grace together."""

IN_TIME = text("SELECT pg_sleep(0.05)")
BACKEND = text("SELECT pg_backend_pid()")
LENGTH = text("SELECT length(:words)")
COUNT = text("SELECT count(*) FROM cases")
AWAY = "did not answer in time"
SOCKET = ".s.PGSQL.5432"

Work = Callable[[Session], object]


@pytest.fixture
def hurried(postgresql_database: Database) -> Iterator[Database]:
    """A database of little patience, whose server lives."""
    with closing(Database(postgresql_database.url, patience=PATIENCE, pool_size=2)) as hurried:
        yield hurried


@contextmanager
def freezing() -> Iterator[Callable[[Reader], None]]:
    """What freezes the server's process behind a session; all of them thaw at the end."""
    frozen: list[int] = []

    def freeze(reader: Reader) -> None:
        process = int(reader.scalar(BACKEND) or 0)
        os.kill(process, signal.SIGSTOP)
        frozen.append(process)

    try:
        yield freeze
    finally:
        for process in frozen:
            os.kill(process, signal.SIGCONT)


def ask(session: Session) -> None:
    """Ask for something and wait for it."""
    session.execute(COUNT)


def pour(session: Session) -> None:
    """Send more than the kernel takes for a process that does not read it."""
    session.execute(LENGTH, {"words": "x" * 10_000_000})


def send(session: Session) -> None:
    """Write something without waiting for each answer."""
    with sent_together(session):
        insert_ref(session, "B", NOW)
        insert_ref(session, "C", NOW)


def end(session: Session) -> None:
    """Do nothing more: what is left is to commit."""


def driver_of(reader: Reader) -> Any:
    """Return the driver's connection behind what reads."""
    return connection_of(reader).connection.driver_connection


def is_there(database: Database, told: list[str] | None = None) -> bool:
    """Whether a database answers; else why not is added to what was `told`."""
    try:
        database.ping()
    except DatabaseAway as away:
        if told is not None:
            told.append(str(away.__cause__))
        return False
    return True


@pytest.mark.parametrize("work", [ask, pour, send, end])
def test_who_is_not_answered_is_told_so(hurried: Database, work: Work) -> None:
    """At a statement, a pipeline and a commit alike; that connection is used no more."""
    used = []
    with (
        freezing() as freeze,
        pytest.raises(DatabaseAway, match=AWAY),
        hurried.transaction() as session,
    ):
        insert_ref(session, "A", NOW)
        used.append(driver_of(session))
        freeze(session)
        work(session)
    assert used[0].closed
    wait_until(lambda: is_there(hurried))


def test_what_else_was_open_is_given_up_unasked(hurried: Database) -> None:
    """One that is not answered tells enough of the others in the pool: nobody waits for those."""
    told: list[str] = []
    with freezing() as freeze:
        with hurried.looking() as one, hurried.looking() as other:
            used = [driver_of(one), driver_of(other)]
            freeze(one)
            freeze(other)
        with pytest.raises(DatabaseAway, match=AWAY):
            hurried.ping()
        while not is_there(hurried, told):
            pass
        hurried.ping()
    assert all(driver.closed for driver in used)
    assert all("is listened to" in each for each in told)


@pytest.mark.parametrize("together", [True, False], ids=["rows", "pipeline"])
def test_many_statements_that_are_sent_together_may_take_as_long(
    hurried: Database, together: bool
) -> None:
    """Each keeps to its own bound, and the server tells nothing before the last is done."""
    with hurried.transaction() as session:
        driver = connection_of(session).connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        if together:
            driver.cursor().executemany("SELECT pg_sleep(%s)", [(0.05,)] * 40)
        else:
            with sent_together(session):
                for _ in range(40):
                    driver.execute("SELECT pg_sleep(0.05)")
        assert session.scalar(COUNT) == 0


def test_what_was_said_meanwhile_is_heard(hurried: Database) -> None:
    """A process that stood still itself, and finds its patience over, reads what is there."""
    with hurried.reading() as session:
        driver_of(session).patience = 0.0
        session.execute(IN_TIME)
        assert session.scalar(COUNT) == 0


def test_what_may_take_its_time_does(hurried: Database) -> None:
    """Nothing bounds it on either side; and nobody else gets a connection of that kind."""
    with hurried.transaction() as session:
        used = driver_of(session)
        take_time(session.connection())
        session.execute(OVERLONG)
    assert used.closed
    with pytest.raises(DatabaseAway, match=AWAY), hurried.looking() as connection:
        connection.execute(OVERLONG)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for a server's socket."""
    # The path of a socket may not be longer than 107 bytes: pytest's own folders are too deep.
    home = Path(tempfile.mkdtemp(prefix="tollgate-", dir="/tmp"))
    yield home
    shutil.rmtree(home)


@pytest.fixture
def silent(home: Path, postgresql_database: Database) -> Iterator[Database]:
    """A database whose server takes connections, and says nothing to them."""
    url = postgresql_database.url.update_query_dict({"host": str(home)})
    with closing(Database(url, patience=PATIENCE)) as database:
        yield database


@contextmanager
def saying_nothing(home: Path) -> Iterator[None]:
    """Meanwhile there is a server of that kind."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(home / SOCKET))
        listening.listen(32)
        yield
    (home / SOCKET).unlink()


def listeners() -> list[threading.Thread]:
    """Return the threads that listen to a server."""
    return [each for each in threading.enumerate() if each.name == "listening"]


def test_a_silent_server_is_waited_for_by_one(
    home: Path, silent: Database, postgresql_server: str
) -> None:
    """The others are told at once, and are served as soon as it has said something."""
    with saying_nothing(home):
        with pytest.raises(DatabaseAway, match=AWAY):
            silent.ping()
        with ThreadPoolExecutor(8) as callers:
            assert not any(callers.map(lambda _: is_there(silent), range(24)))
        with pytest.raises(DatabaseAway) as told:
            silent.ping()
        assert "is listened to" in str(told.value.__cause__)
        assert len(listeners()) == 1
    (home / SOCKET).symlink_to(Path(postgresql_server) / SOCKET)
    wait_until(lambda: is_there(silent))
    wait_until(lambda: not listeners())


def test_one_that_is_not_there_is_silent_no_more(home: Path, silent: Database) -> None:
    """A connection that is refused is an answer: then nobody listens."""
    with saying_nothing(home), pytest.raises(DatabaseAway):
        silent.ping()
    wait_until(lambda: not listeners())
    with pytest.raises(DatabaseAway) as told:
        silent.ping()
    assert "is listened to" not in str(told.value.__cause__)


def test_a_process_that_was_forked_listens_itself(home: Path, silent: Database) -> None:
    """Threads are not forked: it does not rely on the one that its parent has."""
    with saying_nothing(home):
        with pytest.raises(DatabaseAway):
            silent.ping()
        if (child := os.fork()) == 0:
            alone = not listeners()
            os._exit(0 if alone and not is_there(silent) and listeners() else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    wait_until(lambda: not listeners())
