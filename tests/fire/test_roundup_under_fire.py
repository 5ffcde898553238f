"""Tickets walked from intake to close while the service and the tracker fail around them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from itertools import cycle
from pathlib import Path
from threading import Timer
from time import sleep

import pytest
from sqlalchemy import text

from model.database import Database
from tests.fire.conftest import Start
from tests.fire.service import Service, wait_until
from tests.fire.test_sqlite_in_need import locked
from tests.fire.tracker import PERSON, Person, Tracker, running_tracker
from tests.integrations.test_roundup_walk import (
    STEERING,
    STRATEGIST,
    TO_CLOSE,
    TO_RESEARCH,
    Step,
    days_from_now,
)

STEPS: Sequence[Step] = (
    *TO_RESEARCH,
    ({"needed_by": days_from_now(92)}, STEERING, "determine-viability"),
    *TO_CLOSE,
)
DECIDED_TWICE = text(
    "SELECT case_ref, facts, count(*) FROM decisions GROUP BY case_ref, facts HAVING count(*) > 1"
)
DECISIONS = text("SELECT count(*) FROM decisions")
KEPT = text("SELECT count(*) FROM kept_answers")
SUPPLIED_BY = text("SELECT DISTINCT by FROM fact_changes")

Calamity = Callable[[Service, Tracker], AbstractContextManager[object]]


@contextmanager
def stopped(service: Service, tracker: Tracker) -> Iterator[None]:
    """The service is away all the while; back again, its database is busy for some seconds."""
    service.stop()
    yield
    assert "not ready" in tracker.ask_again()
    service.start()
    with locked(service.database_url):
        # The service waits longer than the tracker does: it decides when nobody listens.
        assert "still pending" in tracker.ask_again()


@contextmanager
def hanging(service: Service, tracker: Tracker) -> Iterator[None]:
    """The service takes every question and answers none; in the end it gets round to them."""
    service.signal_all(signal.SIGSTOP)
    yield
    service.signal_all(signal.SIGCONT)


@contextmanager
def slow(service: Service, tracker: Tracker) -> Iterator[None]:
    """The service hesitates for a second, and the clock's script comes in between."""
    service.signal_all(signal.SIGSTOP)
    with soon(1.0, lambda: service.signal_all(signal.SIGCONT)), soon(0.5, tracker.ask_again):
        yield


@contextmanager
def killed_in_the_middle(service: Service, tracker: Tracker) -> Iterator[None]:
    """The service is killed while tickets are changed."""
    with soon(0.2, service.stop):
        yield
    service.start()


@contextmanager
def tracker_restarted(service: Service, tracker: Tracker) -> Iterator[None]:
    """The tracker itself is stopped and started."""
    tracker.restart(signal.SIGTERM)
    yield


@contextmanager
def tracker_killed_in_the_middle(service: Service, tracker: Tracker) -> Iterator[None]:
    """The tracker is killed while its tickets are changed, and started again."""
    with soon(0.15, lambda: tracker.restart(signal.SIGKILL)):
        yield


@contextmanager
def soon(seconds: float, act: Callable[[], object]) -> Iterator[None]:
    """Meanwhile, after some time, something happens."""
    timer = Timer(seconds, act)
    timer.start()
    yield
    timer.join()


CALAMITIES: Sequence[Calamity] = (
    stopped,
    hanging,
    tracker_restarted,
    killed_in_the_middle,
    slow,
    tracker_killed_in_the_middle,
)


@pytest.mark.parametrize(
    ("tickets", "calm"),
    [(2, 1), pytest.param(12, 0, marks=pytest.mark.long)],
    ids=["short", "long"],
)
def test_every_ticket_comes_home(
    start: Start, sqlite_url: str, tmp_path: Path, tickets: int, calm: int
) -> None:
    """Whatever fails, no ticket is refused, and each has the right team within a minute.

    Nothing is decided twice, and the record names the person who supplied the facts.
    """
    service = start(sqlite_url, workers=1)
    quiet: list[Calamity] = [lambda _service, _tracker: nullcontext()] * calm
    calamities = cycle(each for calamity in CALAMITIES for each in (calamity, *quiet))
    with running_tracker(tmp_path, service.url) as tracker:
        person = Person(tracker)
        numbers = [person.create(f"Service {number}") for number in range(tickets)]
        for (facts, team, action), calamity in zip(STEPS, calamities, strict=False):
            with calamity(service, tracker):
                for number in numbers:
                    person.change(number, facts)
            if calamity in CALAMITIES:
                bring_home(tracker, person, numbers, team, action)
        bring_home(tracker, person, numbers, team, action)
    assert_decided_once(sqlite_url, at_least=tickets * len(STEPS) // 2)


def test_of_two_people_at_once_the_last_counts(
    start: Start, sqlite_url: str, tmp_path: Path
) -> None:
    """Whoever sends a pending ticket again as it was does not overtake who changes it."""
    service = start(sqlite_url, workers=1)
    with running_tracker(tmp_path, service.url) as tracker, ThreadPoolExecutor(2) as people:
        person = Person(tracker)
        number = person.create("Seen by two")
        service.signal_all(signal.SIGSTOP)
        person.change(number, {"in_catalog": False})
        assert person.read(number)["tollgate_status"] == "pending"
        resent = people.submit(Person(tracker).change, number, {"in_catalog": False})
        sleep(0.6)
        changed = people.submit(Person(tracker).change, number, {"need_or_want": "want"})
        sleep(0.6)
        service.signal_all(signal.SIGCONT)
        resent.result()
        changed.result()
        wait_until(lambda: not tracker.ask_again())
        assert_with(person.read(number), STRATEGIST, "return-to-initiator")


def bring_home(
    tracker: Tracker, person: Person, numbers: Sequence[str], team: str, action: str
) -> None:
    """Let the minutes go by until nothing is pending: the right team has every ticket then."""
    wait_until(lambda: not tracker.ask_again())
    for number in numbers:
        assert_with(person.read(number), team, action)


def assert_with(ticket: Mapping[str, object], team: str, action: str) -> None:
    """The right team has the ticket, and nothing is left to be explained."""
    held = (ticket["tollgate_team"], ticket["tollgate_action"], ticket["tollgate_problem"])
    assert held == (team, action, None)


def assert_decided_once(url: str, at_least: int) -> None:
    """Each change of a ticket has one decision, under one key."""
    with closing(Database(url)) as database, database.reading() as session:
        assert session.execute(DECIDED_TWICE).all() == []
        decisions = session.scalar(DECISIONS)
        assert decisions == session.scalar(KEPT)
        assert decisions >= at_least
        assert session.scalars(SUPPLIED_BY).all() == [PERSON]
