"""A PostgreSQL that is stopped and started: 503 meanwhile, and served again at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from model.database import PATIENCE
from tests.fire.callers import Answer, decide
from tests.fire.conftest import Start
from tests.fire.postgresql import Server
from tests.fire.service import wait_until
from tests.fire.stored import assert_each_once

BACK_WITHIN = 5.0
CALLERS = 8


def test_a_database_that_is_stopped_and_started(
    server: Server, postgresql_url: str, start: Start
) -> None:
    """Stopped, it is 503 with Retry-After soon; started, it is served within five seconds.

    No process of the service is started anew for that.
    """
    service = start(postgresql_url)
    acknowledged: dict[str, str] = {}

    def decided(number: int) -> Answer:
        body = {"case": {"ref": f"CRM-{number}"}, "facts": {"in_catalog": True}}
        answer = decide(service.url, body, f"key {number}".replace(" ", "-"))
        if answer.status == 201:
            acknowledged[f"key-{number}"] = answer.text
        return answer

    with ThreadPoolExecutor(CALLERS) as callers:
        assert {answer.status for answer in callers.map(decided, range(CALLERS))} == {201}
        workers = set(service.worker_ids())
        for _ in range(2):
            server.stop()
            for answer in callers.map(decided, range(CALLERS, 3 * CALLERS)):
                assert answer.status == 503, answer.text
                assert answer.body["type"] == "/problems/database-away"
                assert int(answer.headers["Retry-After"]) > 0
                assert answer.seconds < PATIENCE
            server.start()
            assert wait_until(lambda: decided(0).status == 201) < BACK_WITHIN
            answers = list(callers.map(decided, range(CALLERS)))
            assert {answer.status for answer in answers} == {201}
    assert set(service.worker_ids()) == workers
    assert_each_once(postgresql_url, acknowledged)


def test_a_database_that_goes_in_the_middle_of_the_work(
    server: Server, postgresql_url: str, start: Start
) -> None:
    """Whoever is in the middle of a decision when the database stops is told 503, never 500."""
    service = start(postgresql_url)
    statuses: list[int] = []

    def ask_on(number: int) -> None:
        until = time.monotonic() + 2
        while time.monotonic() < until:
            body = {"case": {"ref": f"CRM-{number}"}, "facts": {"in_catalog": True}}
            statuses.append(decide(service.url, body, f"{number}-{time.monotonic()}").status)

    with ThreadPoolExecutor(CALLERS) as callers:
        going = [callers.submit(ask_on, number) for number in range(CALLERS)]
        time.sleep(0.5)
        server.stop()
        time.sleep(0.3)
        server.start()
        for each in going:
            each.result()
    assert set(statuses) == {201, 503}, service.told()


@pytest.fixture(autouse=True)
def running(server: Server) -> None:
    """The server runs when a test begins."""
    server.start()
