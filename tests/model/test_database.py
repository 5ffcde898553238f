"""The database: all or nothing, nothing lost, and never a caller left hanging."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from model import migrating
from model.cases import Case
from model.database import Database
from rules.errors import DatabaseAway

COUNT = text("SELECT count(*) FROM cases")
ADD = text(
    "INSERT INTO cases (ref, version, created_at, updated_at) "
    "VALUES (:ref, 0, '2026-11-22 08:00:00', '2026-11-22 08:00:00')"
)
BUMP = text("UPDATE cases SET version = :version WHERE ref = 'A'")
VERSION = text("SELECT version FROM cases WHERE ref = 'A'")


class Interrupted(Exception):
    """Something goes wrong in the middle."""


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    """After an error nothing of it is there; without one, all of it."""

    def fail() -> None:
        with database.transaction() as session:
            session.execute(ADD, {"ref": "A"})
            raise Interrupted

    with pytest.raises(Interrupted):
        fail()
    with database.transaction() as session:
        assert session.scalar(COUNT) == 0
        session.execute(ADD, {"ref": "A"})
    with database.reading() as session:
        assert session.scalar(COUNT) == 1


def test_sqlite_loses_no_update(sqlite_database: Database) -> None:
    """Eight threads that each read and write on add up to every one of their steps."""
    with sqlite_database.transaction() as session:
        session.execute(ADD, {"ref": "A"})

    def step(_: int) -> None:
        with sqlite_database.transaction() as session:
            session.execute(BUMP, {"version": session.scalar(VERSION) + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(step, range(200)))
    with sqlite_database.reading() as session:
        assert session.scalar(VERSION) == 200


def test_a_reader_waits_for_no_writer(database: Database) -> None:
    """While one caller writes, another reads what was there before, at once."""
    with database.transaction() as writer:
        writer.execute(ADD, {"ref": "A"})
        with database.reading() as reader:
            assert reader.scalar(COUNT) == 0


def test_a_reader_sees_one_state(database: Database) -> None:
    """What is committed while a reader reads does not show until it reads anew."""
    with database.reading() as reader:
        assert reader.scalar(COUNT) == 0
        with database.transaction() as writer:
            writer.execute(ADD, {"ref": "A"})
        assert reader.scalar(COUNT) == 0


def test_a_snapshot_sees_one_state_and_a_look_what_is_there(database: Database) -> None:
    """Between two statements another commits: the one does not see it, the other does."""
    with database.transaction() as session:
        session.execute(text("CREATE TABLE seen (n INTEGER)"))
    count = text("SELECT count(*) FROM seen")
    for opened, then in ((database.snapshot, 0), (database.looking, 2)):
        with opened() as connection:
            before = connection.scalar(count)
            with database.transaction() as session:
                session.execute(text("INSERT INTO seen VALUES (1)"))
            assert connection.scalar(count) == then
        assert before == (0 if opened == database.snapshot else 1)


def test_sqlite_survives_a_power_cut(sqlite_database: Database) -> None:
    """The file is in WAL mode, and a commit is on disk before it is reported."""
    with sqlite_database.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_lock_is_not_waited_for_long(database: Database) -> None:
    """Who cannot get a lock in time is told so, and the holder is not disturbed."""
    with database.transaction() as session:
        session.execute(ADD, {"ref": "A"})
    with (
        closing(Database(database.url, patience=0.2)) as hurried,
        database.transaction() as holder,
    ):
        holder.execute(BUMP, {"version": 7})
        began = time.monotonic()
        with pytest.raises(DatabaseAway), hurried.transaction() as session:
            session.execute(BUMP, {"version": 8})
        assert time.monotonic() - began < 3
    with database.reading() as session:
        assert session.scalar(VERSION) == 7


def test_a_statement_does_not_run_on_and_on(postgresql_database: Database) -> None:
    """A statement that takes too long is ended, and its caller told."""
    with (
        closing(Database(postgresql_database.url, patience=0.2)) as hurried,
        pytest.raises(DatabaseAway, match="did not answer in time"),
        hurried.transaction() as session,
    ):
        session.execute(text("SELECT pg_sleep(30)"))


def test_a_connection_is_not_waited_for_long(database: Database) -> None:
    """When every connection is in use, the next caller is told after a moment."""
    with closing(Database(database.url, patience=0.2, pool_size=2)) as small:
        enough = Barrier(3)

        def hold() -> None:
            with small.reading() as session:
                session.execute(text("SELECT 1"))
                enough.wait(10)
                enough.wait(10)

        with ThreadPoolExecutor(2) as pool:
            held = [pool.submit(hold) for _ in range(2)]
            enough.wait(10)
            with pytest.raises(DatabaseAway, match="every connection"):
                small.ping()
            enough.wait(10)
            for each in held:
                each.result()
        small.ping()


def test_a_server_that_is_not_there_is_away(tmp_path: Path) -> None:
    """Neither a closed port nor a folder that does not exist raises anything else."""
    for url in (
        f"sqlite:///{tmp_path}/none/tollgate.db",
        "postgresql://postgres@127.0.0.1:1/tollgate",
        f"postgresql://postgres@/tollgate?host={tmp_path}",
    ):
        with closing(Database(url)) as database, pytest.raises(DatabaseAway):
            database.ping()


def test_a_server_that_ended_the_connection_is_asked_anew(postgresql_database: Database) -> None:
    """After the server was restarted, the next request is answered."""
    postgresql_database.ping()
    with closing(Database(postgresql_database.url)) as other, other.transaction() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    postgresql_database.ping()


def test_a_connection_that_breaks_in_the_middle_is_away(postgresql_database: Database) -> None:
    """The caller whose connection the server ends gets an answer that says so."""
    with pytest.raises(DatabaseAway), postgresql_database.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_a_database_without_tables_says_what_to_do(empty_database: Database) -> None:
    """Whoever forgot to set the database up reads which command does it."""
    if empty_database.is_sqlite and empty_database.url.database:
        Path(empty_database.url.database).parent.mkdir()
    with (
        pytest.raises(DatabaseAway, match="run `db upgrade`"),
        empty_database.reading() as session,
    ):
        session.execute(COUNT)


def test_tables_of_an_earlier_version_say_what_to_do(empty_database: Database) -> None:
    """A newer process that was started too early misses columns: it is away, and not at fault."""
    migrating.upgrade(empty_database, "0001")
    away = pytest.raises(DatabaseAway, match="run `db upgrade`")
    with away, empty_database.reading() as session:
        session.execute(select(Case))
    with away, empty_database.transaction() as session:
        session.execute(text("INSERT INTO cases (look_again_on) VALUES (NULL)"))


def test_a_transaction_that_lost_to_another_is_done_again(postgresql_database: Database) -> None:
    """Where two could not be serialised the caller does not notice, and nothing is lost."""
    with postgresql_database.transaction() as session:
        session.execute(ADD, {"ref": "A"})
    seen: list[int] = []

    def step(session: Session) -> int:
        session.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
        version: int = session.scalar(VERSION)
        seen.append(version)
        if len(seen) <= 2:
            with postgresql_database.transaction() as other:
                other.execute(BUMP, {"version": version + 10})
        session.execute(BUMP, {"version": version + 1})
        return version + 1

    assert postgresql_database.write(step) == 21
    assert seen == [0, 10, 20]
    with postgresql_database.reading() as session:
        assert session.scalar(VERSION) == 21


def test_a_transaction_that_always_loses_is_away(postgresql_database: Database) -> None:
    """Who loses again and again is told so when the patience is over, and did nothing."""
    with closing(Database(postgresql_database.url, patience=0.5)) as hurried:
        with hurried.transaction() as session:
            session.execute(ADD, {"ref": "A"})

        def lose(session: Session) -> None:
            session.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
            session.scalar(VERSION)
            with hurried.transaction() as other:
                other.execute(text("UPDATE cases SET version = version + 1"))
            session.execute(BUMP, {"version": -1})

        with pytest.raises(DatabaseAway):
            hurried.write(lose)
        with hurried.reading() as session:
            assert session.scalar(VERSION) > 0


def test_what_is_wrong_with_the_work_itself_is_not_done_again(database: Database) -> None:
    """An error of the work's own comes through at once."""
    tried: list[int] = []

    def fail(session: Session) -> None:
        tried.append(1)
        raise Interrupted

    with pytest.raises(Interrupted):
        database.write(fail)
    assert tried == [1]


def test_never_more_connections_than_the_pool_has(postgresql_database: Database) -> None:
    """However many threads ask, a database holds no more connections than it was given."""
    count = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'small'"
    )
    url = postgresql_database.url.update_query_dict({"application_name": "small"})
    with closing(Database(url, pool_size=3)) as small:

        def look(_: int) -> int:
            with small.reading() as session:
                session.execute(text("SELECT pg_sleep(0.02)"))
                return session.scalar(count) or 0

        with ThreadPoolExecutor(12) as pool:
            assert max(pool.map(look, range(24))) == 3


@pytest.mark.parametrize(
    ("url", "beside"),
    [
        ("sqlite:////tmp/tollgate.db", True),
        ("postgresql://postgres@/tollgate?host=/var/run/postgresql", True),
        ("postgresql://postgres@/tollgate", True),
        ("postgresql://postgres@localhost/tollgate", True),
        ("postgresql://postgres@127.0.0.1:5433/tollgate", True),
        ("postgresql://postgres@[::1]/tollgate", True),
        ("postgresql://postgres@db.example/tollgate", False),
        ("postgresql://postgres@/tollgate?host=db.example", False),
        ("postgresql://postgres@/tollgate?host=localhost,db.example", False),
        ("postgresql://postgres@/tollgate?host=localhost&host=db.example", False),
        ("postgresql://postgres@/tollgate?host=/run/postgresql,db.example", False),
        ("postgresql://postgres@localhost/tollgate?hostaddr=10.1.1.1", False),
        ("postgresql://postgres@/tollgate?service=far", False),
    ],
)
def test_a_database_is_beside_where_its_url_says_so(url: str, beside: bool) -> None:
    """On this machine, by a file, a socket or the machine's own address; nowhere else."""
    assert Database(url).is_beside is beside
