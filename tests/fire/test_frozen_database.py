"""A PostgreSQL that is there and says nothing: 503 in time, and served again when it speaks."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from model.database import PATIENCE
from tests.fire.callers import Answer, ask, decide
from tests.fire.conftest import Start
from tests.fire.postgresql import Server
from tests.fire.service import Service, wait_until
from tests.fire.stored import assert_each_once

BACK_WITHIN = 5.0
SLACK = 4.0
"""Seconds beside the patience: the last grace of a statement, and what a busy machine may take."""

WORKING = 8
CALLERS = 64


def decided(service: Service, number: int) -> Answer:
    """Ask for a decision of a case of its own, under a key of its own; at most once stored."""
    body = {"case": {"ref": f"CRM-{number}"}, "facts": {"in_catalog": True}}
    return decide(service.url, body, f"key-{number}")


def test_a_database_that_freezes_in_the_middle_of_the_work(
    server: Server, postgresql_url: str, start: Start
) -> None:
    """Every caller is told 503 soon, and under the same key is decided once when it thaws."""
    service = start(postgresql_url)
    workers = set(service.worker_ids())
    with ThreadPoolExecutor(CALLERS) as callers:
        until = time.monotonic() + 1.5

        def ask_on(worker: int) -> list[tuple[int, Answer]]:
            """Have one case after the other decided, until well into the frost."""
            answers, number = [], worker * 10_000
            while time.monotonic() < until:
                number += 1
                answers.append((number, decided(service, number)))
            return answers

        going = [callers.submit(ask_on, worker) for worker in range(1, WORKING + 1)]
        time.sleep(0.7)
        with server.frozen():
            answers = [pair for each in going for pair in each.result()]
            assert_turned_away([answer for _, answer in answers if answer.status != 201])
            assert {answer.status for _, answer in answers} == {201, 503}
            later = list(callers.map(lambda number: decided(service, number), range(CALLERS)))
            assert {answer.status for answer in later} == {503}
            assert_turned_away(later)
            assert ask(service.url, "GET", "/healthz").status == 200
            assert_turned_away([ask(service.url, "GET", "/readyz")])
        assert wait_until(lambda: decided(service, 0).status == 201) < BACK_WITHIN
        numbers = [number for number, _ in answers] + list(range(CALLERS))
        again = list(callers.map(lambda number: decided(service, number), numbers))
    assert {answer.status for answer in again} == {201}
    acknowledged = {
        f"key-{number}": answer.text for number, answer in zip(numbers, again, strict=True)
    }
    before = {f"key-{number}": answer.text for number, answer in answers if answer.status == 201}
    assert before.items() <= acknowledged.items()
    assert set(service.worker_ids()) == workers
    assert_each_once(postgresql_url, acknowledged)


def test_a_database_that_is_frozen_when_callers_come_at_once(
    server: Server, postgresql_url: str, start: Start
) -> None:
    """Many more callers than threads, after a quiet time: all are answered about as soon as one.

    And that nobody decides does not keep `/healthz` from answering.
    """
    service = start(postgresql_url)
    time.sleep(1.2)  # what lay idle is asked first
    with server.frozen(), ThreadPoolExecutor(CALLERS + 1) as callers:
        going = [callers.submit(decided, service, number) for number in range(CALLERS)]
        alive = callers.submit(ask, service.url, "GET", "/healthz")
        assert_turned_away([each.result() for each in going])
        assert alive.result().status == 200
        assert alive.result().seconds < PATIENCE + SLACK
    assert wait_until(lambda: decided(service, 0).status == 201) < BACK_WITHIN
    assert wait_until(service.is_ready) < BACK_WITHIN


def assert_turned_away(answers: list[Answer]) -> None:
    """Each is a 503 that says when to come again, and came in time."""
    for answer in answers:
        assert answer.status == 503, answer.text
        assert answer.body["type"] == "/problems/database-away"
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.seconds < PATIENCE + SLACK


@pytest.fixture(autouse=True)
def running(server: Server) -> None:
    """The server runs when a test begins."""
    server.start()
