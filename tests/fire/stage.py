"""A stage: servers and workers of the product on one database, whom they tell, and their clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.client import HTTPException
from itertools import cycle, islice
from pathlib import Path
from random import Random

from model.database import Database
from rules.errors import DatabaseAway
from tests.fire.callers import PAUSE, ask
from tests.fire.clocked import AHEAD
from tests.fire.mailing import Mailing
from tests.fire.reminding_people import Subject, is_caught_up, next_due, reminders_by_state
from tests.fire.service import HOME, SECRET, Service
from tests.fire.set_clock import HOUR, SetClock
from tests.scheduler.receiving import Receiving
from tests.scheduler.working import Worker

PROGRAM = "tests.fire.clocked:create_app()"
FAULTS = ('"tick failed"', '"unexpected error"')
NO_PROGRESS = 1.0
"""Seconds after which what is not delivered yet is taken to wait for a later hour."""


@dataclass(slots=True)
class Stage:
    """What runs, and what was seen of it: the days on which all that was due was recorded."""

    url: str
    folder: Path
    clock: SetClock
    receiver: Receiving
    mailing: Mailing
    database: Database
    chance: Random
    patience: float
    require_going: Callable[[], None] = lambda: None
    servers: list[Service] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    replayed: int = 0

    def start(self, servers: int, workers: int, processes: int) -> None:
        """Start as many servers of so many processes, and workers."""
        for _ in range(servers):
            one = Service(self.url, self.folder, processes, 2, variables=self._variables)
            one.app = PROGRAM
            self.servers.append(one)
            one.start()
        for number in range(workers):
            log = self.folder / f"worker-{number}.log"
            more = {**self._variables, "TOLLGATE_SECRET": SECRET, "TOLLGATE_THREADS": "4"}
            self.workers.append(Worker(self.url, log, more, PROGRAM))
            self.workers[-1].start()

    def stop(self) -> None:
        """Kill all that runs."""
        for server in self.servers:
            server.stop()
        for worker in self.workers:
            worker.kill()
        self.receiver.stop()
        self.mailing.stop()

    @property
    def processes(self) -> Sequence[int]:
        """Return the process ids of all that read and write the database."""
        serving = [id for each in self.servers for id in each.worker_ids()]
        return serving + [each.process.pid for each in self.workers if each.process]

    @property
    def urls(self) -> Sequence[str]:
        """Where the servers answer."""
        return [each.url for each in self.servers]

    def kill_a_worker(self) -> None:
        """Kill any worker, in the middle of whatever it does; a supervisor starts it again."""
        one = self.chance.choice(self.workers)
        one.kill()
        one.start()

    def kill_a_process(self) -> None:
        """Kill a process of any server; gunicorn starts another."""
        one = self.chance.choice(self.servers)
        if running := one.worker_ids():
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(running), signal.SIGKILL)

    def kill_a_server(self) -> None:
        """Kill any gunicorn; a supervisor starts it again."""
        self.chance.choice(self.servers).kill_parent()

    def jump(self, by: timedelta) -> None:
        """Let the clock jump, and wait until what is due then is recorded."""
        self.jump_to(self.clock.now() + by)

    def jump_to(self, instant: datetime) -> None:
        """Let the clock jump to an instant, and wait until what is due then is recorded."""
        self.clock.set(instant)
        today = self.clock.today()
        self._wait_until(lambda: is_caught_up(self.database, today), "reminders to be recorded")
        self.days.append(today)

    def await_delivered(self) -> None:
        """Wait until all reminders are delivered; jump on when none comes any more."""
        before, since = 0, time.monotonic()

        def are_delivered() -> bool:
            nonlocal before, since
            found = reminders_by_state(self.database)
            assert not found["held"], "a subscription was disabled"
            if found["failed"]:
                self._replay()
            if found["delivered"] != before:
                before, since = found["delivered"], time.monotonic()
            elif time.monotonic() - since > NO_PROGRESS:
                later = self.clock.now() + HOUR
                self.jump_to(max(next_due(self.database) or later, later))
                since = time.monotonic()
            return set(found) <= {"delivered"}

        self._wait_until(are_delivered, "deliveries")

    def hold(self, subjects: Sequence[Subject]) -> None:
        """Have it recorded, over HTTP, that each review was held on its first day."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self._hold, subjects))

    def _hold(self, subject: Subject) -> None:
        path = f"/api/v1/reviews/{subject.id}/complete"
        body = {"due_on": subject.due_on[0].isoformat(), "outcome": "unchanged"}
        until, start = time.monotonic() + self.patience, hash(subject.id) % len(self.urls)
        for url in islice(cycle(self.urls), start, None):
            assert time.monotonic() < until, f"{subject.title} cannot be held"
            with suppress(OSError, HTTPException):
                answer = ask(url, "POST", path, body, timeout=15)
                # Told so the second time: the first answer was lost on its way.
                if answer.status in (200, 409):
                    return
                assert answer.status == 503, answer.text
            time.sleep(PAUSE)

    def _replay(self) -> None:
        """Do as an operator does with what was tried in vain too often: have it tried again."""
        command = [sys.executable, "-m", "flask", "--app", PROGRAM, "deliveries", "replay"]
        own = {"TOLLGATE_DATABASE_URL": self.url, "TOLLGATE_SECRET": SECRET, **self._variables}
        run = subprocess.run(
            [*command, "--failed"], cwd=HOME, env={**os.environ, **own}, check=False
        )
        self.replayed += run.returncode == 0

    def _wait_until(self, happened: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + self.patience
        while True:
            with suppress(DatabaseAway):
                if happened():
                    return
            self.require_going()
            assert time.monotonic() < until, (
                f"in vain waited for {what}: {reminders_by_state(self.database)}"
            )
            time.sleep(0.1)

    def faults(self) -> list[str]:
        """Return what was logged as a fault of the product's own."""
        logs = (log.read_text(encoding="utf-8") for log in self.folder.glob("*.log"))
        lines = (line for log in logs for line in log.splitlines())
        return [line for line in lines if any(fault in line for fault in FAULTS)]

    @property
    def _variables(self) -> Mapping[str, str]:
        return {
            AHEAD: str(self.clock.file),
            "TOLLGATE_PRIVATE_HOSTS": "127.0.0.1",
            # A letter that is sent again is the same, whoever of the processes sends it.
            "TOLLGATE_PUBLIC_URL": "https://tollgate.example.org",
            "TOLLGATE_TIMEZONE": str(self.clock.zone),
            **self.mailing.variables,
        }
