"""`flask worker`: a process that only ticks, until it is told to end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.database import Database
from model.sources import utc_now
from tests.fire.service import wait_until
from tests.model.telling import happened, states, subscribed
from tests.scheduler.receiving import Receiving
from tests.scheduler.working import Worker


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Iterator[Worker]:
    """A worker on the test's own database, not started yet."""
    url = database.url.render_as_string(hide_password=False)
    one = Worker(url, tmp_path / "worker.log")
    yield one
    one.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_delivers_until_it_is_told_to_end(
    worker: Worker, database: Database, receiver: Receiving, number: signal.Signals
) -> None:
    """Then it ends by itself, with nothing half done."""
    subscribed(database, url=receiver.url(), hosts=("127.0.0.1",))
    worker.start()
    happened(database, now=utc_now())
    wait_until(lambda: states(database) == ["delivered"])
    assert worker.end(number) == 0, worker.told()
    assert "Traceback" not in worker.told()
