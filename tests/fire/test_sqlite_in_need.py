"""SQLite locked by another, without room, or only to be read: 503 meanwhile, then as before."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from model.database import PATIENCE
from tests.fire.callers import Answer, ask, decide
from tests.fire.conftest import Start
from tests.fire.service import Service, bind_root_by_modes, wait_until
from tests.fire.stored import assert_each_once

CALLERS = 4
SLACK = 3.0
"""Seconds that a busy machine may take beside what is waited for."""

LONGEST_NOTE = 2_000
ROOM = 3 * 1024 * 1024


def decided(service: Service, number: int, key: str, notes: int = 0) -> Answer:
    """Ask for a decision of a case, with some long notes."""
    facts = {f"note_{note}": "x" * LONGEST_NOTE for note in range(notes)}
    body = {"case": {"ref": f"CRM-{number}"}, "facts": {"in_catalog": False, **facts}}
    return decide(service.url, body, key)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another program writes to the file, and takes its time."""
    file = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_lock_held_for_a_moment_is_waited_for(start: Start, sqlite_url: str) -> None:
    """Callers who come while another program writes for a second are answered after it."""
    service = start(sqlite_url)
    with ThreadPoolExecutor(CALLERS) as callers:
        with locked(sqlite_url):
            going = [callers.submit(decided, service, n, f"key-{n}") for n in range(CALLERS)]
            time.sleep(1.5)
            assert not any(each.done() for each in going)
        answers = [each.result() for each in going]
    assert {answer.status for answer in answers} == {201}
    acknowledged = {f"key-{n}": answer.text for n, answer in enumerate(answers)}
    assert_each_once(sqlite_url, acknowledged)


def test_a_lock_held_for_long_is_not(start: Start, sqlite_url: str) -> None:
    """Callers who come then are told 503 and when to try again; then they are answered."""
    service = start(sqlite_url)
    with locked(sqlite_url):
        for answer in decided_at_once(service):
            assert_turned_away(answer)
            assert answer.seconds < PATIENCE + SLACK
        assert ask(service.url, "GET", "/readyz").status == 200
    answers = decided_at_once(service)
    assert {answer.status for answer in answers} == {201}
    acknowledged = {f"key-{n}": answer.text for n, answer in enumerate(answers)}
    assert_each_once(sqlite_url, acknowledged)


def decided_at_once(service: Service) -> list[Answer]:
    """Have several callers ask at the same time."""
    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(lambda n: decided(service, n, f"key-{n}"), range(CALLERS)))


def assert_turned_away(answer: Answer) -> None:
    """The answer is a 503 that says when to come again."""
    assert answer.status == 503, answer.text
    assert answer.body["type"] == "/problems/database-away"
    assert int(answer.headers["Retry-After"]) > 0


def fill_up(service: Service, until: float = 60.0) -> dict[str, str]:
    """Decide until there is no room any more; return what was acknowledged."""
    acknowledged: dict[str, str] = {}
    end = time.monotonic() + until
    for number in range(5_000):
        assert time.monotonic() < end, "there is still room"
        answer = decided(service, number % 7, f"key-{number}", notes=8)
        if answer.status != 201:
            assert_turned_away(answer)
            return acknowledged
        acknowledged[f"key-{number}"] = answer.text
    pytest.fail("there is still room")


def assert_recovers(
    service: Service, url: str, acknowledged: dict[str, str], make_room: Callable[[], None]
) -> None:
    """Without room nothing is half done and reading goes on; with room, all is as before."""
    for number in range(CALLERS):
        assert_turned_away(decided(service, number, f"later-{number}", notes=8))
    assert ask(service.url, "GET", "/api/v1/cases/CRM-0").status == 200
    assert_each_once(url, acknowledged)
    make_room()
    for number in range(CALLERS):
        answer = decided(service, number, f"later-{number}", notes=8)
        assert answer.status == 201, answer.text
        acknowledged[f"later-{number}"] = answer.text
    assert_each_once(url, acknowledged)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={2 * ROOM}", "tollgate", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only who may mount a file system can have one that is full")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk(start: Start, prepared_file: Path, small_disk: Path) -> None:
    """On a disk that is full it is 503, with nothing half done, until there is room again."""
    file = small_disk / "tollgate.db"
    file.write_bytes(prepared_file.read_bytes())
    url = f"sqlite:///{file}"
    service = start(url)
    ballast = small_disk / "ballast"
    with ballast.open("wb") as held:
        os.posix_fallocate(held.fileno(), 0, ROOM)
    acknowledged = fill_up(service)
    assert_recovers(service, url, acknowledged, ballast.unlink)


def test_a_file_that_may_not_grow(start: Start, sqlite_url: str) -> None:
    """Where the system lets its files grow no more it is the same."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, most))

    def lift() -> None:
        for worker in service.worker_ids():
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (most, most))

    service = start(sqlite_url, prepared=limit)
    assert_recovers(service, sqlite_url, fill_up(service), lift)


def test_a_file_that_may_only_be_read(start: Start, sqlite_url: str) -> None:
    """A process that may only read it says so at `/readyz` too; when it may write, it does."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    service = start(sqlite_url, workers=1, prepared=bind_root_by_modes)
    first = decided(service, 0, "key-0")
    file.chmod(0o444)
    # One that has opened it goes on to write.
    former = service.worker_ids()
    service.kill_a_worker()
    wait_until(lambda: service.worker_ids() not in ([], former))
    ready = ask(service.url, "GET", "/readyz")
    assert_turned_away(ready)
    assert "may not be written to" in ready.body["detail"]
    assert_turned_away(decided(service, 1, "key-1"))
    assert ask(service.url, "GET", "/api/v1/cases/CRM-0").status == 200
    file.chmod(0o644)
    assert ask(service.url, "GET", "/readyz").status == 200
    second = decided(service, 1, "key-1")
    assert second.status == 201
    assert_each_once(sqlite_url, {"key-0": first.text, "key-1": second.text})
