"""Two services of two processes each on one PostgreSQL: nothing is lost, and nobody notices."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text

from model.database import Database
from tests.fire.callers import Answer, ask, decide
from tests.fire.conftest import Start
from tests.fire.postgresql import MOST_CONNECTIONS, Server
from tests.fire.service import PATIENCE, wait_until

WRITERS = 64
PROCESSES, THREADS = 4, 4
CASE = "CRM-1042"
HISTORY = text("SELECT case_version, name, value, by FROM fact_changes ORDER BY case_version, name")
HELD = text("SELECT name, value FROM case_facts")
VERSIONS = text("SELECT case_version FROM decisions ORDER BY case_version")
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'tollgate'"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def supply(url: str, number: int) -> Answer:
    """Supply the fact that nobody else does; every fourth writer insists on what it saw."""
    case: dict[str, object] = {"ref": CASE, "by": f"writer {number}"}
    body = {"case": case, "facts": {f"note_{number}": f"noted by {number}"}}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if number % 4 == 0:
            seen = ask(url, "GET", f"/api/v1/cases/{CASE}")
            case["if_version"] = seen.body["version"] if seen.status == 200 else 0
        answer = ask(url, "POST", "/api/v1/decisions", body)
        if answer.status != 412:
            return answer
    pytest.fail("the case never stood still")


def assert_nothing_is_lost(url: str) -> None:
    """Every writer's fact is held and in the history, once, at a version of its own."""
    supplied = {f"note_{number}": f'"noted by {number}"' for number in range(WRITERS)}
    with closing(Database(url)) as database, database.reading() as session:
        assert {row[0]: row[1] for row in session.execute(HELD)} == supplied
        history = session.execute(HISTORY).all()
        assert [row[0] for row in history] == list(range(1, WRITERS + 1))
        assert {(name, value) for _, name, value, _ in history} == set(supplied.items())
        assert {by for *_, by in history} == {f"writer {number}" for number in range(WRITERS)}
        assert list(session.scalars(VERSIONS)) == list(range(1, WRITERS + 1))


def test_64_writers_on_one_case_lose_nothing(
    server: Server, postgresql_name: str, start: Start
) -> None:
    """Each of 64 writers has its fact stored, without a gap, however strict the server is set.

    The 20 connections of a small server are enough: 4 processes of 4 threads take 16 at most.
    """
    with server.administer() as admin:
        setting = "default_transaction_isolation = 'serializable'"
        admin.execute(f"ALTER DATABASE {postgresql_name} SET {setting}".encode())
    url = server.url_of(postgresql_name)
    services = [start(url, threads=THREADS) for _ in range(2)]
    with ThreadPoolExecutor(WRITERS) as writers:
        answers = writers.map(lambda n: supply(services[n % 2].url, n), range(WRITERS))
        assert [answer.status for answer in answers] == [201] * WRITERS
    assert_nothing_is_lost(url)
    with server.administer() as admin:
        row = admin.execute(CONNECTIONS).fetchone()
    assert row is not None
    assert 0 < row[0] <= PROCESSES * THREADS < MOST_CONNECTIONS
    assert "connection slots" not in server.told()
    assert "too many" not in server.told()


def test_a_deadlock_is_not_the_callers_concern(
    server: Server, postgresql_name: str, start: Start
) -> None:
    """The transaction that PostgreSQL ends to resolve a deadlock is done again, and answered."""
    with server.administer() as admin:
        # Who waits first finds the deadlock, and is the one that is ended.
        admin.execute(f"ALTER DATABASE {postgresql_name} SET deadlock_timeout = '2s'".encode())
    url = start(server.url_of(postgresql_name), workers=1).url
    body = {"case": {"ref": CASE}, "facts": {"in_catalog": False}}
    assert decide(url, body, "first").status == 201
    with server.administer(postgresql_name) as other, ThreadPoolExecutor(1) as callers:
        other.execute("SET deadlock_timeout = '10min'")
        with other.transaction(force_rollback=True):
            other.execute(
                "INSERT INTO kept_answers SELECT api_key_id, 'second', '', 200, '', created_at"
                " FROM kept_answers"
            )
            answer = callers.submit(decide, url, body, "second")
            wait_until(lambda: other.execute(WAITING).fetchone() != (0,))
            other.execute("SELECT id FROM cases WHERE ref = %s FOR UPDATE", (CASE,))
        assert answer.result().status == 201
    assert answer.result().body["case"]["version"] == 2
    assert "deadlock detected" in server.told()
