"""Deliveries under fire: processes killed, the database away, a receiver that fails, lies, dawdles.

Each message arrives at least once, and none under two ids.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from model.database import Database
from tests.fire.callers import ask, decide
from tests.fire.conftest import Start
from tests.fire.dispatching import Dispatchers, announced, states, subscribed
from tests.fire.postgresql import Server
from tests.fire.service import PATIENCE, wait_until
from tests.fire.test_sqlite_in_need import locked
from tests.scheduler.receiving import Receiving

SHORT, LONG = 200, 10_000
AWAY = 1.0
A_RETRY = timedelta(minutes=6)
DECISIONS = 12
TAKEN = ("fine", "late")

Blow = Callable[[], None]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiving]:
    """A receiver of webhooks, running."""
    receiving = Receiving(tmp_path / "received.jsonl")
    receiving.start()
    yield receiving
    receiving.stop()


def deliver_under_fire(
    url: str, folder: Path, receiver: Receiving, total: int, trouble: Blow
) -> None:
    """Have everything delivered by two processes, one of which is killed in the middle of it."""
    dispatchers = Dispatchers(url, folder)
    with closing(Database(url)) as database:
        subscribed(database, receiver.url("moody"))
        dispatchers.start(2)
        try:
            ids = [announced(database, number) for number in range(total // 2)]
            wait_until(lambda: len(receiver.told) > total // 10)
            dispatchers.kill_one()
            dispatchers.start()
            trouble()
            ids += [announced(database, number) for number in range(total // 2, total)]
            await_all(dispatchers, total)
        finally:
            dispatchers.stop()
    assert states(url) == {"delivered": total}
    taken = {each["headers"]["webhook-id"] for each in receiver.told if each["way"] in TAKEN}
    assert taken == set(ids) == set(receiver.ids)
    assert len(taken) == total


def await_all(dispatchers: Dispatchers, total: int) -> None:
    """Wait until everything is delivered; set the clocks forward to when it is tried again."""
    until = time.monotonic() + PATIENCE * max(1, total // 1_000)
    while states(dispatchers.url)["delivered"] < total:
        assert time.monotonic() < until, (states(dispatchers.url), dispatchers.log.read_text())
        before = states(dispatchers.url)["delivered"]
        time.sleep(1)
        if states(dispatchers.url)["delivered"] == before:
            dispatchers.set_forward(A_RETRY)


@pytest.mark.parametrize("total", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])
def test_postgresql_loses_no_message(
    server: Server, postgresql_url: str, tmp_path: Path, receiver: Receiving, total: int
) -> None:
    """The database is stopped and started meanwhile; no process is started anew for that."""

    def trouble() -> None:
        server.stop()
        time.sleep(AWAY)
        server.start()

    deliver_under_fire(postgresql_url, tmp_path, receiver, total, trouble)


@pytest.mark.parametrize("total", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])
def test_sqlite_loses_no_message(
    sqlite_url: str, tmp_path: Path, receiver: Receiving, total: int
) -> None:
    """Another program holds the lock meanwhile, for longer than anybody waits for it."""

    def trouble() -> None:
        with locked(sqlite_url):
            time.sleep(AWAY)

    deliver_under_fire(sqlite_url, tmp_path, receiver, total, trouble)


def test_what_was_acknowledged_is_told_though_the_process_is_gone(
    start: Start, sqlite_url: str, receiver: Receiving
) -> None:
    """Two processes decide and are killed; the one that is started then tells of each decision."""
    here = {"TOLLGATE_PRIVATE_HOSTS": "127.0.0.1"}
    deciding = start(sqlite_url, variables=here)
    new = {"name": "x", "url": receiver.url(), "types": ["decision.made"]}
    assert ask(deciding.url, "POST", "/api/v1/subscriptions", new).status == 201
    decided = [
        decide(deciding.url, {"case": {"ref": f"CRM-{n}"}, "facts": {}}, f"key-{n}").body["id"]
        for n in range(DECISIONS)
    ]
    ticks = ask(deciding.url, "GET", "/readyz").body["ticks_late_seconds"]
    assert set(ticks.values()) == {None}
    deciding.stop()
    assert receiver.told == []
    telling = start(sqlite_url, workers=1, variables=here)
    wait_until(lambda: len(receiver.told) == DECISIONS)
    told = [each["body"] for each in receiver.told]
    assert all(any(id in body for body in told) for id in decided)
    wait_until(lambda: None not in late(telling.url))


def late(url: str) -> list[int | None]:
    """Return how late each tick is."""
    found: dict[str, int | None] = ask(url, "GET", "/readyz").body["ticks_late_seconds"]
    return list(found.values())
